// SPDX-License-Identifier: Apache-2.0
/* proof: what a figure stands on (the answer of `explain`), ordered and told apart. Pure. */
import type { CellRow } from "./model_lists";

export type Mark = "overdue" | "behind" | "done_late" | "accepted" | "corrected" | "on_behalf" | "crossed" | "not_counted";

export function marks(c: CellRow): Mark[] {
	const all: [boolean, Mark][] = [
		[c.overdue, "overdue"], [c.behind, "behind"], [c.done_late, "done_late"], [c.accepted, "accepted"],
		[c.corrected, "corrected"], [c.on_behalf, "on_behalf"], [c.crossed, "crossed"], [!c.expected, "not_counted"],
	];
	return all.filter(([is]) => is).map(([, m]) => m);
}

/** Of the days late, those that waited for others and the unit's own; null when it is not late. */
export function late(c: { late_days: number; waiting_days: number }): { days: number; waiting: number; own: number } | null {
	return c.late_days ? { days: c.late_days, waiting: c.waiting_days, own: c.late_days - c.waiting_days } : null;
}

/** The due date was moved: the first one is never forgotten. */
export function extended(c: CellRow): boolean {
	return c.first_due !== null && c.due !== null && c.first_due !== c.due;
}

export function stagnant(c: CellRow): boolean {
	return c.unchanged_since !== null && c.as_of !== null && c.unchanged_since < c.as_of;
}

/** Newest received first; the place inside one message keeps its order. */
export function newest(rows: readonly CellRow[], n: number): CellRow[] {
	return [...rows].sort((a, b) => (b.received_ms ?? 0) - (a.received_ms ?? 0)).slice(0, n);
}

/** The oldest day that any of the figures speaks of: the age of the whole. */
export function oldest(rows: readonly CellRow[]): string | null {
	let out: string | null = null;
	for (const c of rows) if (c.as_of && c.expected && (out === null || c.as_of < out)) out = c.as_of;
	return out;
}

/** Worst first: overdue, then behind, then late, then by name as it came. */
export function worst(rows: readonly CellRow[]): CellRow[] {
	const rank = (c: CellRow) => (c.overdue ? 4 : 0) + (c.behind ? 2 : 0) + (c.done_late ? 1 : 0);
	return [...rows].sort((a, b) => rank(b) - rank(a));
}
