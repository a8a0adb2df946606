// SPDX-License-Identifier: Apache-2.0
// What the overview says, judged from figures alone: the look of a cell, who stands worst, the tiles and the one
// sentence. Nothing is asked or drawn here and nothing is invented: what is not known is null and is not said.
//
// Two things are counted and never mixed: *leaves*, the tasks of a plan ("38 = 6 + 20 + 12": the sentence, the bars),
// and *cells*, one for each office that answers for a task ("20 of 27 districts": the tiles, the grid, the treemap).
import { expand, sum, type Sum } from "./brief";
import { date, delta, int, ofN } from "./format";
import { lang } from "./lang";
import type { Counts, Figure, Item, TreeNode, UnitRef } from "./model";
import { nameOf, t } from "./words";

/** What a cell is shown as. `value`: figures without a target, all reported. `none`: nothing is expected there. */
export type Look = "overdue" | "unreported" | "not_started" | "in_progress" | "done" | "value" | "none";
export const LOOKS = ["overdue", "unreported", "not_started", "in_progress", "done", "value"] as const;

/** What is compared: a figure, or several added up. */
export type Tally = Sum;

export const applicable = (c: Counts): number => c.expected - c.na;
export const missing = (f: Tally): number => f.expected - f.reported;

/** The gravest first: overdue, then not reported; only then how far the work is. */
export function look(f: Tally): Look {
	const tasks = applicable(f.cells);
	if (f.expected === 0) return "none";
	if (f.overdue > 0) return "overdue";
	if (missing(f) > 0) return "unreported";
	if (tasks > 0) {
		if (f.cells.done === tasks) return "done";
		return f.cells.done + f.cells.in_progress === 0 ? "not_started" : "in_progress";
	}
	return f.indicators.at_target === applicableIndicators(f) ? "done" : "value";
}

const applicableIndicators = (f: Tally): number => f.indicators.expected - f.indicators.na;

/** What stands beside the letter: how many are overdue or not reported; null where the letter says all. */
export function lookCount(f: Tally): number | null {
	const l = look(f);
	return l === "overdue" ? f.overdue : l === "unreported" ? missing(f) : null;
}

/** Done of all where there are tasks, else reported of all. */
export function lookOf(f: Tally): [number, number] {
	const tasks = applicable(f.cells);
	return tasks > 0 ? [f.cells.done, tasks] : [f.reported, f.expected];
}

/** One cell in words, for who hears it or points at it. */
export function lookWords(f: Tally): string {
	const tasks = applicable(f.cells);
	const parts: string[] = [];
	if (f.expected === 0) return t("ov.nothing");
	if (f.overdue > 0) parts.push(t("ov.say.overdue", { n: ofN(f.overdue, tasks) }));
	if (tasks > 0) {
		parts.push(t("ov.say.done", { n: ofN(f.cells.done, tasks) }));
		if (f.cells.in_progress) parts.push(t("ov.say.progress", { n: f.cells.in_progress }));
		if (f.cells.not_started) parts.push(t("ov.say.waiting", { n: f.cells.not_started }));
	}
	if (f.indicators.at_target) parts.push(t("ov.say.target", { n: ofN(f.indicators.at_target, applicableIndicators(f)) }));
	parts.push(t("ov.say.reported", { n: ofN(f.reported, f.expected) }));
	return parts.join("; ");
}

/** n/of beside m/om, without dividing; nothing of nothing is a share of 0. */
const share = (n: number, of: number, m: number, om: number): number => (of ? n : 0) * (om || 1) - (om ? m : 0) * (of || 1);

/**
 * Who stands worse comes first: the greater share overdue, then the greater share not reported, then the smaller
 * share done; where all that is equal, more overdue, then more expected. Without anything expected: last.
 */
export function worse(a: Tally, b: Tally): number {
	if (!a.expected || !b.expected) return (a.expected ? 0 : 1) - (b.expected ? 0 : 1);
	const ta = applicable(a.cells);
	const tb = applicable(b.cells);
	return (
		share(b.overdue, tb, a.overdue, ta) ||
		share(missing(b), b.expected, missing(a), a.expected) ||
		(ta && tb ? share(a.cells.done, ta, b.cells.done, tb) : (ta ? 0 : 1) - (tb ? 0 : 1)) ||
		b.overdue - a.overdue ||
		b.expected - a.expected
	);
}

/** "worst", "name", or a plan's code (codes are never in small letters); with "-" in front: the other way round. */
export type Order = string;

/** The units in that order. Those with nothing expected (in that plan) are last either way. */
export function orderUnits(units: readonly UnitRef[], at: (unit: string, plan: string | null) => Tally, order: Order): UnitRef[] {
	const back = order.startsWith("-");
	const by = back ? order.slice(1) : order;
	const plan = by === "worst" || by === "name" ? null : by;
	const name = (a: UnitRef, b: UnitRef) => nameOf(a).localeCompare(nameOf(b), "vi") || (a.code < b.code ? -1 : 1);
	const tallies = new Map(units.map((u) => [u.code, at(u.code, plan)]));
	return [...units].sort((a, b) => {
		const fa = tallies.get(a.code)!;
		const fb = tallies.get(b.code)!;
		if (!fa.expected !== !fb.expected) return fa.expected ? -1 : 1;
		const turn = back ? -1 : 1;
		return by === "name" ? turn * name(a, b) : turn * worse(fa, fb) || name(a, b);
	});
}

/** The plan of which the sentence, the treemap and the trend speak when none was chosen: the worst that has tasks. */
export function worstPlan(plans: readonly Figure[]): Figure | null {
	const withTasks = plans.filter((f) => applicable(f.cells) > 0);
	return [...(withTasks.length ? withTasks : plans)].sort(worse)[0] ?? null;
}

/** What the tasks of a plan make, if all make the same ("mô hình"); only Vietnamese has the word. */
export function product(items: Iterable<Item>, plan: string): string | null {
	let word: string | null = null;
	for (const i of items) {
		if (i.plan !== plan || i.kind !== "task" || i.closed) continue;
		if (!i.product_unit || (word !== null && word !== i.product_unit)) return null;
		word = i.product_unit;
	}
	return word;
}

export interface Offices {
	silent: number;
	of: number;
	all: boolean; // of all plans, also where one is chosen
	owing: boolean; // who owes a report now; else who has something that was never reported
}

export interface Situation {
	at: string | null; // the office's day
	unit: { name: string; name_en?: string | null; code?: string };
	chosen: { code: string; name: string; name_en?: string | null; product: string | null } | null;
	plans: readonly Figure[]; // all of the unit
	before: readonly Figure[] | null; // the same, as known on `compare`
	compare: string | null;
	offices: Offices | null;
	name: (plan: string) => string;
}

/** What is spoken of: the chosen plan, or all added up. */
export function subject(s: Pick<Situation, "chosen" | "plans">): Figure[] {
	return s.plans.filter((f) => f.expected + f.cells.expected > 0 && (!s.chosen || f.item === s.chosen.code));
}

/** The same as known before; null unless every plan spoken of was known then. */
export function earlier(s: Situation): Tally | null {
	const before = subject(s).map((f) => s.before?.find((b) => b.item === f.item));
	return before.length && before.every((b) => b !== undefined) ? sum(before as Figure[]) : null;
}

export interface Piece {
	text: string;
	strong?: boolean;
}

/** The one sentence, in pieces: what weighs is strong. The rule of it stands in docs/DASHBOARD.md. */
export function sentence(s: Situation): Piece[] {
	const figures = subject(s);
	const now = sum(figures);
	const then = earlier(s);
	const out: Piece[] = [];
	const say = (text: string, strong = false) => out.push({ text, strong });
	say(`${t("ov.asOf", { date: date(s.at), unit: nameOf(s.unit) })}${s.chosen ? ` – ${nameOf(s.chosen)}` : ""}: `);
	if (!figures.length) {
		say(`${t("ov.noPlan")}.`);
		return out;
	}
	if (applicable(now.leaves) > 0) sayTasks(s, now, figures, say);
	else sayIndicators(now, say);
	if (s.offices) {
		say("; ");
		say(t(s.offices.owing ? "ov.officesOwing" : s.chosen && s.offices.all ? "ov.officesAll" : "ov.offices", { n: ofN(s.offices.silent, s.offices.of) }), s.offices.silent > 0);
	}
	if (then && s.compare && applicable(now.leaves) > 0) {
		const n = now.leaves.done - then.leaves.done;
		say(`; ${t(n ? "ov.since" : "ov.sinceSame", { date: date(s.compare), n: signed(n) })}`);
	}
	say(".");
	sayWorst(s, figures, say);
	return out;
}

const signed = (n: number): string => (n < 0 ? int(n) : `+${int(n)}`);

/** Overdue are cells, while the sentence counts leaves: it says so where the two are not as many. */
function overdue(f: Tally): string {
	const cells = applicable(f.cells);
	const n = ofN(f.overdue, cells);
	return t("ov.overdue", { n: cells === applicable(f.leaves) ? n : t("ov.cells", { n }) });
}

type Say = (text: string, strong?: boolean) => void;

function sayTasks(s: Situation, now: Tally, figures: Figure[], say: Say): void {
	const l = now.leaves;
	const noun = (lang.get() === "vi" && s.chosen?.product) || t("ov.task");
	say(t("ov.doneOf", { n: ofN(l.done, applicable(l)), noun }), true);
	const plans = figures.filter((f) => applicable(f.leaves) > 0).length;
	if (!s.chosen && plans > 1) say(` ${t("ov.ofPlans", { n: plans })}`);
	say(", ");
	say(t("ov.progress", { n: l.in_progress }));
	say(", ");
	say(t("ov.waiting", { n: l.not_started }));
	if (l.unreported) say(`, ${t("ov.unreported", { n: l.unreported })}`);
	say("; ");
	say(overdue(now), now.overdue > 0);
}

function sayIndicators(now: Tally, say: Say): void {
	say(t("ov.valuesOf", { n: ofN(now.reported, now.expected) }), true);
	if (now.indicators.at_target) say(`, ${t("ov.atTarget", { n: now.indicators.at_target })}`);
}

function sayWorst(s: Situation, figures: Figure[], say: Say): void {
	const worst = s.chosen || figures.length < 2 ? null : worstPlan(figures);
	if (!worst) return;
	const how =
		worst.overdue > 0
			? overdue(worst)
			: missing(worst) > 0
				? t("ov.notReported", { n: ofN(missing(worst), worst.expected) })
				: null;
	if (how) say(` ${t("ov.worst", { plan: s.name(worst.item), how })}.`);
}

export const plain = (pieces: readonly Piece[]): string => pieces.map((p) => p.text).join("");

export interface TileFacts {
	key: "done" | "overdue" | "progress" | "silent";
	n: number;
	of: number;
	change: number | null; // null: not known, and then not shown
	good: "more" | "less" | null; // which way is better; null: neither
	note: string | null;
	plan: string | null; // whose figure it opens: the plan that has most of it
}

/** The plan with most of what `of` counts. */
function most(figures: readonly Figure[], of: (f: Figure) => number): string | null {
	let best: Figure | null = null;
	for (const f of figures) if (!best || of(f) > of(best)) best = f;
	return best?.item ?? null;
}

export function tiles(s: Situation): TileFacts[] {
	const figures = subject(s);
	const now = sum(figures);
	const then = earlier(s);
	const tasks = applicable(now.cells);
	const inTime = (f: Tally) => f.cells.done - f.done_late;
	const change = (of: (f: Tally) => number) => (then ? of(now) - of(then) : null);
	const out: TileFacts[] = [];
	if (tasks > 0)
		out.push(
			{
				key: "done",
				n: inTime(now),
				of: tasks,
				change: change(inTime),
				good: "more",
				note: now.done_late ? t("ov.tile.late", { n: now.done_late }) : null,
				plan: most(figures, inTime),
			},
			{ key: "overdue", n: now.overdue, of: tasks, change: change((f) => f.overdue), good: "less", note: null, plan: most(figures, (f) => f.overdue) },
			{
				key: "progress",
				n: now.cells.in_progress,
				of: tasks,
				change: change((f) => f.cells.in_progress),
				good: null,
				note: now.behind ? t("ov.tile.behind", { n: now.behind }) : null,
				plan: most(figures, (f) => f.cells.in_progress),
			},
		);
	if (s.offices)
		out.push({
			key: "silent",
			n: s.offices.silent,
			of: s.offices.of,
			change: null, // how many were silent then, nobody knows
			good: "less",
			note: t(s.offices.owing ? "ov.tile.owing" : s.chosen && s.offices.all ? "ov.tile.gapsAll" : "ov.tile.gaps"),
			plan: most(figures, missing),
		});
	return out;
}

/** "▲ +3 tốt hơn": arrow, sign and word, so that nothing hangs on the colour. */
export function changeWords(x: Pick<TileFacts, "change" | "good">): string {
	if (x.change === null) return "";
	if (x.change === 0) return t("ov.change.none");
	const better = x.good && (x.change > 0) === (x.good === "more");
	return `${delta(x.change)}${x.good ? ` ${t(better ? "ov.change.better" : "ov.change.worse")}` : ""}`;
}

// ---- the treemap's tree ----

export interface SizedNode {
	code: string;
	name: string;
	name_en: string | null;
	f: Figure;
	own: number; // what is expected of it beyond those below it that are shown
	children: SizedNode[];
}

const size = (f: Figure): number => f.cells.expected + f.indicators.expected;

/** The nodes below `unit` as a tree. What a unit answers for itself, beside those below it, is a rectangle among theirs. */
export function sizedTree(nodes: readonly TreeNode[], unit: string): SizedNode {
	const made = new Map<string, SizedNode>();
	for (const n of nodes) {
		const f = expand(n.b, { unit: n.code });
		made.set(n.code, { code: n.code, name: n.name, name_en: n.name_en, f, own: size(f), children: [] });
	}
	const top: SizedNode = made.get(unit) ?? { code: unit, name: "", name_en: null, f: expand({ i: "" }, { unit }), own: 0, children: [] };
	for (const n of nodes) if (n.code !== unit && made.get(n.code)!.own > 0) (made.get(n.parent ?? "") ?? top).children.push(made.get(n.code)!);
	for (const n of new Set([...made.values(), top])) {
		if (!n.children.length) continue;
		const rest = size(n.f) - n.children.reduce((s, c) => s + size(c.f), 0);
		n.own = 0;
		if (rest > 0 && n !== top) n.children.push({ ...n, own: rest, children: [] });
	}
	return top;
}

// ---- the trend ----

export interface Trend {
	days: string[];
	done: number[];
	overdue: number[];
	of: number; // of how many, at the end
	tasks: boolean; // cells of tasks; false: there are none, and "done" is what was reported
}

/** A series as it is drawn: from the day before anything moved, each day with a change, and today as it was on the last. */
export function trendOf(all: readonly { date: string; figure: Figure }[], today: string | null): Trend {
	const last = all[all.length - 1];
	const tasks = last ? applicable(last.figure.cells) > 0 : true;
	const doneOf = (f: Figure) => (tasks ? f.cells.done : f.reported);
	const moved = all.findIndex((r) => doneOf(r.figure) !== doneOf(all[0]!.figure) || r.figure.overdue !== all[0]!.figure.overdue);
	const rows = moved > 1 ? all.slice(moved - 1) : all;
	const days = rows.map((r) => r.date);
	const done = rows.map((r) => doneOf(r.figure));
	const overdue = rows.map((r) => r.figure.overdue);
	if (last && today && today > last.date) {
		days.push(today);
		done.push(done[done.length - 1]!);
		overdue.push(overdue[overdue.length - 1]!);
	}
	return { days, done, overdue, of: last ? (tasks ? applicable(last.figure.cells) : last.figure.expected) : 0, tasks };
}

/** The picture in words. */
export function trendWords(x: Trend): string {
	const n = x.days.length;
	if (!n) return t("ov.trend.none");
	const at = (i: number) => ({ date: date(x.days[i]), done: int(x.done[i]), overdue: int(x.overdue[i]) });
	const a = at(0);
	const b = at(n - 1);
	return t(x.tasks ? "ov.trend.words" : "ov.trend.wordsValues", { from: a.date, to: b.date, d0: a.done, d1: b.done, of: int(x.of), o0: a.overdue, o1: b.overdue });
}
