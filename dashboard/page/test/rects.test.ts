// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import { hierarchy, treemap, treemapSquarify } from "d3-hierarchy";
import { expand } from "../src/brief";
import type { SizedNode } from "../src/overview";
import { rects } from "../src/rects";
import { dice, seed } from "./page";

const node = (code: string, own: number, children: SizedNode[] = []): SizedNode => ({ code, name: code, name_en: null, f: expand({ i: "" }, { unit: code }), own, children });

function tree(roll: (n: number) => number, code = "1", depth = 0): SizedNode {
	const n = depth < 2 ? roll(depth ? 6 : 40) : 0;
	return node(code, n ? 0 : roll(5) ? roll(300) : 0, Array.from({ length: n }, (_, i) => tree(roll, `${code}.${i}`, depth + 1)));
}

const HEAD = 20;

function byD3(of: SizedNode, w: number, h: number) {
	const root = hierarchy(of, (n) => n.children).sum((n) => n.own);
	root.sort((a, b) => b.value! - a.value! || (a.data.code < b.data.code ? -1 : 1));
	const laid = treemap<SizedNode>()
		.tile(treemapSquarify)
		.size([w, h])
		.round(true)
		.paddingInner(2)
		.paddingTop((n) => (n.depth === 1 && n.children && n.y1 - n.y0 > HEAD * 2 ? HEAD : 0))(root);
	const all: unknown[] = [];
	laid.eachBefore((n) => all.push([n.data.code, n.depth, n.value, n.x0, n.y0, n.x1, n.y1]));
	return all;
}

test(`the places are those of d3's treemap (SEED=${seed})`, () => {
	const roll = dice();
	for (let i = 0; i < 300; i++) {
		const of = tree(roll);
		const w = 40 + roll(1500);
		const h = 40 + roll(700);
		const ours = rects(of, w, h, HEAD).map((r) => [r.data.code, r.depth, r.value, r.x0, r.y0, r.x1, r.y1]);
		assert.deepEqual(ours, byD3(of, w, h), `tree ${i}, ${w} x ${h}`);
	}
});
