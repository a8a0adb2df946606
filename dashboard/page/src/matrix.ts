// SPDX-License-Identifier: Apache-2.0
// matrix: rows of `timeliness` as units x periods. Pure.
// A cell counts the reports that one row owed for one period; null = it owed none. "In time" is on time or with a slow
// line proven; a rate is of expected, which the exempt are no part of (DOMAIN.md 5).
export type Verdict = "missing" | "late" | "line_slow" | "pending" | "on_time" | "exempt";

/** The gravest first: of several reports under one pill this one gives its letter. */
export const VERDICTS: readonly Verdict[] = ["missing", "late", "line_slow", "pending", "on_time", "exempt"];

export type Counts = Record<Verdict, number> & { expected: number };

export interface TimelinessRow extends Counts {
	unit: string;
	name: string;
	level: string | null;
	schedule: string;
	period: string;
	first: string;
	last: string;
	deadline?: string | null;
	frozen: boolean;
}

export interface Deadline {
	level: string;
	date: string;
}

export interface Period {
	code: string;
	first: string;
	last: string;
	frozen: boolean;
	deadlines: Deadline[];
}

export type Cell = Counts | null;

export interface MatrixRow {
	key: string;
	sort: "total" | "level" | "unit";
	unit: string;
	name: string;
	level: string | null;
	cells: Cell[];
	sum: Counts;
}

export interface Matrix {
	schedule: string;
	schedules: string[];
	periods: Period[];
	earlier: string | null; // the period before the first shown, when the rows know it
	total: MatrixRow | null;
	levels: MatrixRow[];
	units: MatrixRow[];
}

export function inTime(c: Counts): number {
	return c.on_time + c.line_slow;
}

/** What a pill shows: the gravest verdict in it, and whether it stands for that one alone. Null = nothing was owed. */
export function worst(c: Cell): { verdict: Verdict; only: boolean } | null {
	if (!c) return null;
	const there = VERDICTS.filter((v) => c[v] > 0);
	const first = there[0];
	return first ? { verdict: first, only: there.length === 1 } : null;
}

/** All reports a pill stands for, the exempt too. */
export function slots(c: Counts): number {
	return c.expected + c.exempt;
}

function nothing(): Counts {
	return { expected: 0, exempt: 0, pending: 0, on_time: 0, line_slow: 0, late: 0, missing: 0 };
}

function add(to: Counts, c: Counts): void {
	to.expected += c.expected;
	for (const v of VERDICTS) to[v] += c[v];
}

/** Oldest first; of equal ends the one that began earlier. */
function byTime(a: Period, b: Period): number {
	return a.last.localeCompare(b.last) || a.first.localeCompare(b.first) || a.code.localeCompare(b.code);
}

/** A mark for sorting: what fell due and was not in time. Nothing due = none to blame, behind all others. */
function blame(r: MatrixRow): number {
	const due = r.sum.expected - r.sum.pending;
	return due > 0 ? 1 - inTime(r.sum) / due : -1;
}

function worstFirst(a: MatrixRow, b: MatrixRow): number {
	return blame(b) - blame(a) || b.sum.missing - a.sum.missing || b.sum.pending - a.sum.pending ||
		a.unit.localeCompare(b.unit);
}

const LEVELS = ["central", "province", "department", "district", "commune", "other"];

function byLevel(a: { level: string | null }, b: { level: string | null }): number {
	return LEVELS.indexOf(a.level ?? "") - LEVELS.indexOf(b.level ?? "");
}

function periodsOf(rows: readonly TimelinessRow[]): Period[] {
	const all = new Map<string, Period>();
	for (const r of rows) {
		let p = all.get(r.period);
		if (!p) all.set(r.period, p = { code: r.period, first: r.first, last: r.last, frozen: true, deadlines: [] });
		p.frozen &&= r.frozen;
		if (r.level && r.deadline && !p.deadlines.some((d) => d.level === r.level))
			p.deadlines.push({ level: r.level, date: r.deadline });
	}
	for (const p of all.values()) p.deadlines.sort(byLevel);
	return [...all.values()].sort(byTime);
}

/** The rhythms that the rows speak of, the one with the most reports first. */
export function schedulesOf(rows: readonly TimelinessRow[]): string[] {
	const all = new Map<string, number>();
	for (const r of rows) all.set(r.schedule, (all.get(r.schedule) ?? 0) + r.expected);
	return [...all].sort((a, b) => b[1] - a[1] || a[0].localeCompare(b[0])).map(([code]) => code);
}

/*
 * unit: the one that was asked for. schedule: null or unknown = the first of schedulesOf. Of the periods the latest
 * `count` that end not later than period `to` (null = all of them).
 */
export function matrixOf(rows: readonly TimelinessRow[], unit: string, schedule: string | null, count: number,
			 to: string | null): Matrix {
	const schedules = schedulesOf(rows);
	const chosen = schedule !== null && schedules.includes(schedule) ? schedule : schedules[0] ?? "";
	const own = rows.filter((r) => r.schedule === chosen);
	const all = periodsOf(own);
	const end = all.findIndex((p) => p.code === to);
	const upTo = all.slice(0, end < 0 ? all.length : end + 1);
	const periods = upTo.slice(-count);
	const column = new Map(periods.map((p, i) => [p.code, i]));
	const made = new Map<string, MatrixRow>();
	for (const r of own) {
		const at = column.get(r.period);
		if (at === undefined) continue;
		const sort = r.level ? "level" : r.unit === unit ? "total" : "unit";
		const key = r.level ? "level:" + r.level : r.unit;
		let row = made.get(key);
		if (!row)
			made.set(key, row = { key, sort, unit: r.unit, name: r.name, level: r.level,
				cells: periods.map(() => null), sum: nothing() });
		const cell = row.cells[at] ?? nothing();
		add(cell, r);
		add(row.sum, r);
		row.cells[at] = cell;
	}
	const list = [...made.values()];
	return { schedule: chosen, schedules, periods, earlier: upTo[upTo.length - periods.length - 1]?.code ?? null,
		total: list.find((r) => r.sort === "total") ?? null,
		levels: list.filter((r) => r.sort === "level").sort(byLevel),
		units: list.filter((r) => r.sort === "unit").sort(worstFirst) };
}

// ---- which months to ask for ----

function days(from: string, to: string): number {
	return Math.round((Date.parse(to) - Date.parse(from)) / 86400000) + 1;
}

/** The longest period of the rows decides how far back `count` of them reach; without rows two years. */
export function monthsFor(rows: readonly TimelinessRow[], count: number): number {
	let longest = 0;
	for (const r of rows) longest = Math.max(longest, days(r.first, r.last));
	return longest ? Math.min(120, Math.ceil(count * Math.max(longest, 7) / 30) + 1) : 24;
}

/** The month in which the period of a code ends; null = the code does not tell. */
export function monthOf(code: string): string | null {
	const m = /^(\d{4})(?:-(?:(\d\d)[abx]?|Q([1-4])x?|W(\d\d)))?$/.exec(code);
	if (!m) return null;
	const [, year, month, quarter, week] = m;
	if (month) return `${year}-${month}`;
	if (quarter) return `${year}-${String(+quarter * 3).padStart(2, "0")}`;
	if (week) return `${year}-${String(Math.min(12, Math.ceil((+week * 7 + 6) / 30.4))).padStart(2, "0")}`;
	return `${year}-12`;
}

/** "2023-05..2024-04": so many months up to the one of `last`. */
export function monthsUpTo(last: string, months: number): string {
	const year = Number(last.slice(0, 4));
	const month = Number(last.slice(5, 7));
	const from = year * 12 + month - 1 - (months - 1);
	const code = String(Math.floor(from / 12)).padStart(4, "0") + "-" + String(from % 12 + 1).padStart(2, "0");
	return code + ".." + last.slice(0, 7);
}

// ---- where the keyboard stands ----

export interface Spot {
	row: number;
	column: number;
}

/** Arrow keys, Home and End of a row, with Ctrl of the whole; stays inside. Null = the key is none of ours. */
export function moved(at: Spot, key: string, ctrl: boolean, rows: number, columns: number): Spot | null {
	const steps: Record<string, [number, number]> = {
		ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1], PageUp: [-10, 0], PageDown: [10, 0],
		Home: [ctrl ? -rows : 0, -columns], End: [ctrl ? rows : 0, columns],
	};
	const step = steps[key];
	if (!step) return null;
	const inside = (n: number, of: number) => Math.max(0, Math.min(of - 1, n));
	return { row: inside(at.row + step[0], rows), column: inside(at.column + step[1], columns) };
}
