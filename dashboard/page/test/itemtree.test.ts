// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import { lines, shown, within } from "../src/itemtree";
import type { Item } from "../src/model";

function item(code: string, parent: string | null, leaf: boolean): Item {
	return { code, parent, plan: "P", kind: leaf ? "task" : parent ? "group" : "plan", leaf, name: code, name_en: null, flags: [] } as unknown as Item;
}
const items = [item("P", null, false), item("P.2", "P", false), item("P.2.1", "P.2", true), item("P.2.2", "P.2", true), item("P.1", "P", true), item("P.3", "P", false), item("P.3.1", "P.3", true)];

test("the catalogue's order, depth first, only what has a figure at or below it", () => {
	const has = new Set(["P.2.2", "P.1"]);
	const l = lines(items, (c) => has.has(c), "P");
	assert.deepEqual(l.map((x) => [x.item.code, x.depth, x.inner, x.last]), [["P.2", 0, true, false], ["P.2.2", 1, false, true], ["P.1", 0, false, true]]);
	assert.deepEqual(lines(items, () => false, "P"), []);
	assert.deepEqual(lines(items, () => true, "Q"), []);
});

test("folding one away hides all below it and nothing else", () => {
	const l = lines(items, () => true, "P");
	assert.deepEqual(shown(l, new Set(["P.2"])).map((x) => x.item.code), ["P.2", "P.1", "P.3", "P.3.1"]);
	assert.equal(shown(l, new Set()).length, 6);
});

test("an item lies within itself and what is above it", () => {
	const map = new Map(items.map((i) => [i.code, i]));
	assert.equal(within(map, "P.2.1", "P"), true);
	assert.equal(within(map, "P.2", "P.2"), true);
	assert.equal(within(map, "P.2", "P.2.1"), false);
	assert.equal(within(map, "NO", "P"), false);
});
