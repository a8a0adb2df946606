// SPDX-License-Identifier: Apache-2.0
/*
 * strip: the last periods of one unit as a row of pills. Period codes are those of DOMAIN.md 5; a code of a one-off
 * schedule has no period before it. Pure.
 */
import { daysBetween } from "./format";
import type { TimelinessRow } from "./matrix";

/** The code n periods before, or null when the code has no such order. */
export function earlier(period: string, n: number): string | null {
	let m = /^(\d{4})-(\d\d)([ab])$/.exec(period);
	if (m) {
		const k = (+m[1]! * 12 + +m[2]! - 1) * 2 + (m[3] === "b" ? 1 : 0) - n;
		return month(k >> 1) + (k & 1 ? "b" : "a");
	}
	if ((m = /^(\d{4})-(\d\d)(x?)$/.exec(period))) return month(+m[1]! * 12 + +m[2]! - 1 - n) + m[3];
	if ((m = /^(\d{4})-Q(\d)(x?)$/.exec(period))) {
		const k = +m[1]! * 4 + +m[2]! - 1 - n;
		return `${Math.floor(k / 4)}-Q${(k % 4) + 1}${m[3]}`;
	}
	if ((m = /^(\d{4})-W(\d\d)$/.exec(period))) return week(addDays(monday(+m[1]!, +m[2]!), -7 * n));
	if (/^\d{4}$/.test(period)) return String(+period - n);
	return null;
}

function addDays(date: string, n: number): string {
	return new Date(Date.parse(date + "T00:00:00Z") + n * 86_400_000).toISOString().slice(0, 10);
}

function month(k: number): string {
	return `${Math.floor(k / 12)}-${String((k % 12) + 1).padStart(2, "0")}`;
}

/** ISO 8601: week 1 holds 4 January. */
function monday(year: number, n: number): string {
	const fourth = `${year}-01-04`;
	const day = (new Date(fourth + "T00:00:00Z").getUTCDay() + 6) % 7;
	return addDays(fourth, (n - 1) * 7 - day);
}

function week(mon: string): string {
	const year = addDays(mon, 3).slice(0, 4);
	return `${year}-W${String(daysBetween(monday(+year, 1), mon) / 7 + 1).padStart(2, "0")}`;
}

export interface Strip {
	schedule: string;
	rows: TimelinessRow[]; // oldest first
}

/** Rows of the unit as a whole (not those of a level or of units below it), by schedule, the last `n` periods. */
export function strips(rows: readonly TimelinessRow[], unit: string, n: number): Strip[] {
	const by = new Map<string, TimelinessRow[]>();
	for (const r of rows) {
		if (r.unit !== unit || r.level !== null) continue;
		const list = by.get(r.schedule) ?? [];
		if (!list.some((x) => x.period === r.period)) list.push(r);
		by.set(r.schedule, list);
	}
	return [...by].sort(([a], [b]) => (a < b ? -1 : 1)).map(([schedule, list]) => ({
		schedule,
		rows: list.sort((a, b) => (a.first < b.first ? -1 : 1)).slice(-n),
	}));
}

/** The ranges to ask for: one per schedule, from n - 1 periods before the latest one. */
export function ranges(rows: readonly TimelinessRow[], unit: string, n: number): string[] {
	const out = new Set<string>();
	for (const s of strips(rows, unit, 1)) {
		const last = s.rows[0]!.period;
		const from = earlier(last, n - 1);
		if (from) out.add(`${from}..${last}`);
	}
	return [...out];
}
