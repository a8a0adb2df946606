// SPDX-License-Identifier: Apache-2.0
/* itemtree: the items of a plan that concern one unit, as lines of a tree table. Pure. */
import type { Figure, Item } from "./model";

export interface Line {
	item: Item;
	depth: number;
	inner: boolean; // something stands below it
	last: boolean;
	up: string[]; // ancestors inside the plan, root first
}

/** Depth first in the catalogue's order; an item without a figure is left out, unless something below it has one. */
export function lines(items: readonly Item[], has: (code: string) => boolean, plan: string): Line[] {
	const below = new Map<string, Item[]>();
	for (const i of items) {
		if (i.plan !== plan || i.code === plan || i.parent === null) continue;
		const list = below.get(i.parent);
		if (list) list.push(i);
		else below.set(i.parent, [i]);
	}
	const kept = new Map<string, boolean>();
	const keeps = (code: string): boolean => {
		let k = kept.get(code);
		if (k === undefined) {
			k = (below.get(code) ?? []).reduce((any, i) => keeps(i.code) || any, has(code));
			kept.set(code, k);
		}
		return k;
	};
	const out: Line[] = [];
	const walk = (code: string, depth: number, up: string[]): void => {
		const list = (below.get(code) ?? []).filter((i) => keeps(i.code));
		list.forEach((item, n) => {
			const inner = (below.get(item.code) ?? []).some((i) => keeps(i.code));
			out.push({ item, depth, inner, last: n === list.length - 1, up });
			if (inner) walk(item.code, depth + 1, [...up, item.code]);
		});
	};
	walk(plan, 0, []);
	return out;
}

/** Lines that stand open: none of what is above them is folded away. */
export function shown(all: readonly Line[], shut: ReadonlySet<string>): Line[] {
	return all.filter((l) => !l.up.some((c) => shut.has(c)));
}

export type Trouble = "overdue" | "behind" | "unreported" | null;

/** The one mark a line leads with. */
export function trouble(f: Figure): Trouble {
	if (f.overdue) return "overdue";
	if (f.behind) return "behind";
	return f.reported < f.expected ? "unreported" : null;
}

/** Is an item at or below another one? */
export function within(items: ReadonlyMap<string, Item>, code: string, top: string): boolean {
	for (let at: string | null = code; at !== null; at = items.get(at)?.parent ?? null) if (at === top) return true;
	return false;
}
