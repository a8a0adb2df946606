// SPDX-License-Identifier: Apache-2.0
// A series of one item as two lines of numbers: what is looked at, and what it is measured by (its target, or how many
// are overdue). Pure.
import { applicable } from "./overview";
import type { Figure, Item } from "./model";

export interface Lines {
	days: string[];
	first: number[];
	second: (number | null)[];
	what: "tasks" | "cells" | "percent" | "value" | "points" | "reported";
	by: "overdue" | "target" | null;
}

type Row = { date: string; figure: Figure };

function what(item: Item, last: Figure): Lines["what"] {
	if (item.kind === "ratio" || item.kind === "ratio_group") return "percent";
	if (item.kind === "count") return "value";
	if (item.kind === "points") return "points";
	if (item.kind === "task") return last.cells.expected > 1 ? "cells" : "percent";
	return applicable(last.leaves) > 0 ? "tasks" : "reported";
}

function value(f: Figure, w: Lines["what"], kind: Item["kind"]): number | null {
	switch (w) {
		case "tasks":
			return f.leaves.done;
		case "cells":
			return f.cells.done;
		case "percent":
			return kind === "task" ? f.attainment_bp : f.percent_bp;
		case "reported":
			return f.reported;
		default:
			return f.value;
	}
}

/** Days on which nothing was known yet are left out; today stands as the last day with a change did. */
export function itemLines(item: Item, rows: readonly Row[], today: string | null): Lines | null {
	const last = rows[rows.length - 1]?.figure;
	if (!last) return null;
	const w = what(item, last);
	const by = item.kind === "ratio" || item.kind === "ratio_group" || w === "value" || w === "points" ? "target" : w === "percent" ? null : "overdue";
	const known = rows.flatMap(({ date, figure: f }) => {
		const v = value(f, w, item.kind);
		return v === null ? [] : [{ date, v, second: by === "target" ? f.target : by === "overdue" ? f.overdue : null }];
	});
	const end = known[known.length - 1];
	if (!end) return null;
	if (today && today > end.date) known.push({ ...end, date: today });
	return {
		days: known.map((k) => k.date),
		first: known.map((k) => k.v),
		second: known.map((k) => k.second),
		what: w,
		by: known.some((k) => k.second !== null) ? by : null,
	};
}
