// SPDX-License-Identifier: Apache-2.0
// A Brief made whole, and figures added up. Counts only: rates, attainments and scores are the server's and are
// never averaged here.
import type { Brief, Counts, Figure, Indicators } from "./model";

export interface Around {
	unit: string;
	at?: string | null;
	illustrative?: boolean;
	simulated?: boolean;
	generation?: string;
}

type Five = readonly [number, number, number, number, number];
const ZERO: Five = [0, 0, 0, 0, 0];

function counts(x: Five = ZERO): Counts {
	const [unreported, not_started, in_progress, done, na] = x;
	return { expected: unreported + not_started + in_progress + done + na, unreported, not_started, in_progress, done, na };
}

function indicators(x: Five = ZERO): Indicators {
	const [unreported, value, none, na, at_target] = x;
	return { expected: unreported + value + none + na, unreported, value, none, na, at_target };
}

export function expand(b: Brief, around: Around): Figure {
	return {
		unit: around.unit,
		item: b.i,
		period: null,
		at: around.at ?? null,
		illustrative: around.illustrative ?? false,
		simulated: around.simulated ?? false,
		cells: counts(b.c),
		leaves: counts(b.l),
		indicators: indicators(b.k),
		done_late: b.d?.[0] ?? 0,
		overdue: b.d?.[1] ?? 0,
		behind: b.d?.[2] ?? 0,
		reported: b.r?.[0] ?? 0,
		expected: b.r?.[1] ?? 0,
		numerator: b.n?.[0] ?? null,
		denominator: b.n?.[1] ?? null,
		value: b.x ?? null,
		percent_bp: b.p ?? null,
		target: b.t?.[0] ?? null,
		target_reached: b.t?.[1] == null ? null : b.t[1] === 1,
		attainment_bp: b.a ?? null,
		score_bp: b.s?.[0] ?? null,
		score_leaves: b.s?.[1] ?? 0,
		score_leaves_of: b.s?.[2] ?? 0,
		version: b.v ?? 0,
		generation: around.generation ?? "",
	};
}

export type Sum = Pick<Figure, "cells" | "leaves" | "indicators" | "done_late" | "overdue" | "behind" | "reported" | "expected">;

const plus = <T extends object>(a: T, b: T): T =>
	Object.fromEntries(Object.entries(a).map(([k, n]) => [k, n + (b as Record<string, number>)[k]!])) as T;

/** Of different plans at one unit, or of one plan at units beside each other; leaves of a plan at several units do not add up. */
export function sum(figures: readonly Figure[]): Sum {
	let s: Sum = { cells: counts(), leaves: counts(), indicators: indicators(), done_late: 0, overdue: 0, behind: 0, reported: 0, expected: 0 };
	for (const f of figures)
		s = {
			cells: plus(s.cells, f.cells),
			leaves: plus(s.leaves, f.leaves),
			indicators: plus(s.indicators, f.indicators),
			done_late: s.done_late + f.done_late,
			overdue: s.overdue + f.overdue,
			behind: s.behind + f.behind,
			reported: s.reported + f.reported,
			expected: s.expected + f.expected,
		};
	return s;
}

/** Nothing is expected there. */
export function empty(b: Brief): boolean {
	return !b.l && !b.c && !b.k && !b.r;
}
