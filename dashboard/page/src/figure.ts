// SPDX-License-Identifier: Apache-2.0
/*
 * figure: one figure said in words: what stands in the cell "result" of a table, by the kind of its item. A rate never
 * without what it is made of.
 */
import { int, ofN, percent, points } from "./format";
import type { Figure, Item } from "./model";
import { codeWord, t } from "./words";

export interface Said {
	main: string; // "98,43 %", "Hoàn thành", "6/38 nhiệm vụ xong"
	rest: string; // "248.852/252.379", ""
	none: boolean; // nothing was reported yet
}

const NOTHING = (): Said => ({ main: t("figure.none"), rest: "", none: true });

/** The state of a task that one office alone answers for. */
function one(f: Figure): Said {
	const c = f.cells;
	const state = c.done ? "done" : c.in_progress ? "in_progress" : c.not_started ? "not_started" : c.na ? "na" : "unreported";
	return { main: codeWord("figure.state", state), rest: "", none: state === "unreported" };
}

function cells(f: Figure): Said {
	const n = f.cells.expected - f.cells.na;
	return { main: t("figure.cells", { n: f.cells.done, of: n }), rest: "", none: false };
}

function many(f: Figure): Said {
	const said: string[] = [];
	if (f.leaves.expected) said.push(t("figure.tasks", { n: f.leaves.done, of: f.leaves.expected - f.leaves.na }));
	if (f.indicators.expected)
		said.push(t("figure.indicators", { n: f.indicators.value + f.indicators.none, of: f.indicators.expected - f.indicators.na }));
	return said.length ? { main: said[0]!, rest: said[1] ?? "", none: false } : NOTHING();
}

export function say(item: Item | undefined, f: Figure): Said {
	switch (item?.kind) {
		case "task":
			return f.cells.expected === 1 ? one(f) : cells(f);
		case "ratio":
		case "ratio_group":
			if (f.numerator === null || f.denominator === null) break;
			return { main: percent(f.percent_bp), rest: ofN(f.numerator, f.denominator), none: false };
		case "count":
			if (f.value === null) break;
			return { main: int(f.value), rest: item.uom ?? "", none: false };
		case "points":
			if (f.value === null) break;
			return { main: points(f.value), rest: item.uom ?? "", none: false };
		default:
			return many(f);
	}
	if (f.indicators.na > 0 && f.indicators.na === f.indicators.expected) return { main: t("figure.state.na"), rest: "", none: true };
	return f.indicators.none ? { main: t("figure.state.none_arisen"), rest: "", none: false } : NOTHING();
}

export function target(item: Item | undefined, n: number | null): string {
	if (n === null) return "";
	if (item?.kind === "ratio" || item?.kind === "ratio_group") return percent(n);
	if (item?.kind === "points") return points(n);
	return int(n) + (item?.uom ? ` ${item.uom}` : "");
}

/** How far the figure is, with how much of it is known: "63,15 % (36/38)"; "" when nothing can be said. */
export function attained(item: Item | undefined, f: Figure): string {
	if (f.attainment_bp !== null && item?.leaf) return percent(f.attainment_bp);
	if (f.score_bp !== null) return `${percent(f.score_bp)} (${ofN(f.score_leaves, f.score_leaves_of)})`;
	return f.attainment_bp === null ? "" : percent(f.attainment_bp);
}

export interface Count {
	word: "overdue" | "behind" | "unreported" | "done_late";
	text: string;
}

/** What is wrong at a figure, the gravest first. */
export function wrongs(f: Figure): Count[] {
	const out: Count[] = [];
	if (f.cells.expected + f.indicators.expected === 1) {
		// one office, one thing: no count, and the gravest says it all
		if (f.overdue) return [{ word: "overdue", text: t("mark.overdue") }];
		if (f.reported < f.expected) return [{ word: "unreported", text: t("figure.state.unreported") }];
		if (f.behind) return [{ word: "behind", text: t("mark.behind") }];
		return f.done_late ? [{ word: "done_late", text: t("mark.done_late") }] : [];
	}
	if (f.overdue) out.push({ word: "overdue", text: t("figure.overdueN", { n: f.overdue }) });
	if (f.behind) out.push({ word: "behind", text: t("figure.behindN", { n: f.behind }) });
	if (f.reported < f.expected) out.push({ word: "unreported", text: t("figure.unreportedN", { n: f.expected - f.reported }) });
	if (f.done_late) out.push({ word: "done_late", text: t("figure.doneLateN", { n: f.done_late }) });
	return out;
}

/** Worst first: most overdue, then most missing, then the lowest score; those of which nothing is known before the good. */
export function worse(a: Figure, b: Figure): number {
	const missing = (f: Figure) => f.expected - f.reported;
	const level = (f: Figure) => f.attainment_bp ?? f.score_bp ?? f.percent_bp ?? 10_001;
	return b.overdue - a.overdue || missing(b) - missing(a) || b.behind - a.behind || level(a) - level(b);
}
