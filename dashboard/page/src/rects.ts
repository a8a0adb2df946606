// SPDX-License-Identifier: Apache-2.0
// Where the rectangles of the treemap lie. d3-hierarchy lays the children of one unit side by side; that they are laid
// inside each other is done here, as its treemap() does it (test/rects.test.ts holds the two against each other): its
// tree brings 4 KB with it that nothing here needs.
import { treemapSquarify, type HierarchyRectangularNode } from "d3-hierarchy";
import type { SizedNode } from "./overview";

export interface Rect {
	data: SizedNode;
	depth: number;
	value: number;
	children: Rect[] | undefined; // the largest first; none: a leaf
	x0: number;
	y0: number;
	x1: number;
	y1: number;
}

const HALF_GAP = 1;

function sized(data: SizedNode, depth: number): Rect {
	const inner = data.children.map((n) => sized(n, depth + 1)).sort((a, b) => b.value - a.value || (a.data.code < b.data.code ? -1 : 1));
	return { data, depth, value: inner.reduce((sum, r) => sum + r.value, data.own), children: inner.length ? inner : undefined, x0: 0, y0: 0, x1: 0, y1: 0 };
}

/** Whether there is room for the name over those inside it. */
export const hasHead = (r: Rect, head: number): boolean => r.depth === 1 && r.children !== undefined && r.y1 - r.y0 > head * 2;

// From both sides, and to a line in the middle where there is no room.
function narrowed(from: number, to: number): [number, number] {
	const middle = (from + to) / 2;
	return [Math.min(from + HALF_GAP, middle), Math.max(to - HALF_GAP, middle)];
}

function lay(r: Rect, head: number, out: Rect[]): void {
	out.push(r);
	if (!r.children) return;
	const top = r.y0 + (hasHead(r, head) ? head : 0);
	// of a node it reads the children and the values, and gives the children their places
	treemapSquarify(r as unknown as HierarchyRectangularNode<SizedNode>, r.x0 - HALF_GAP, top - HALF_GAP, r.x1 + HALF_GAP, r.y1 + HALF_GAP);
	for (const c of r.children) {
		[c.x0, c.x1] = narrowed(c.x0, c.x1);
		[c.y0, c.y1] = narrowed(c.y0, c.y1);
		lay(c, head, out);
	}
}

/** All of them on w x h whole pixels, each before what lies in it; `head` is the height of a name over others. */
export function rects(tree: SizedNode, w: number, h: number, head: number): Rect[] {
	const out: Rect[] = [];
	lay({ ...sized(tree, 0), x1: w, y1: h }, head, out);
	for (const r of out) for (const side of ["x0", "y0", "x1", "y1"] as const) r[side] = Math.round(r[side]);
	return out;
}
