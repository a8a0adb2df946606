// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import { expand } from "../src/brief";
import type { Brief, Item } from "../src/model";
import { itemLines } from "../src/trend";

const item = (kind: Item["kind"]) => ({ code: "A", kind }) as Item;
const at = (date: string, b: Omit<Brief, "i">) => ({ date, figure: expand({ i: "A", ...b }, { unit: "40" }) });

test("a rate is drawn against its target, from the first day on which it was known", () => {
	const l = itemLines(item("ratio"), [at("2024-01-01", { k: [1, 0, 0, 0, 0] }), at("2024-02-01", { p: 500, t: [5000, 0] }), at("2024-03-01", { p: 900, t: [5000, 0] })], "2024-04-02");
	assert.deepEqual(l, { days: ["2024-02-01", "2024-03-01", "2024-04-02"], first: [500, 900, 900], second: [5000, 5000, 5000], what: "percent", by: "target" });
	assert.equal(itemLines(item("ratio"), [at("2024-02-01", { p: 500 })], null)!.by, null);
});

test("a task of one office is its percent, of many how many are done", () => {
	assert.deepEqual(itemLines(item("task"), [at("2024-02-01", { c: [0, 0, 1, 0, 0], a: 4000 })], "2024-02-01"), { days: ["2024-02-01"], first: [4000], second: [null], what: "percent", by: null });
	const l = itemLines(item("task"), [at("2024-02-01", { c: [0, 0, 2, 3, 0], d: [0, 1, 0], a: 7000 })], null)!;
	assert.deepEqual([l.first, l.second, l.what, l.by], [[3], [1], "cells", "overdue"]);
});

test("a plan is its tasks, and what was reported where it has none", () => {
	assert.deepEqual(itemLines(item("plan"), [at("2024-02-01", { l: [0, 12, 20, 6, 0], d: [0, 2, 0] })], null)!.first, [6]);
	const l = itemLines(item("group"), [at("2024-02-01", { k: [1, 7, 0, 0, 0], r: [7, 8] })], null)!;
	assert.deepEqual([l.first, l.what], [[7], "reported"]);
});

test("nothing known is nothing to draw", () => {
	assert.equal(itemLines(item("ratio"), [], "2024-04-02"), null);
	assert.equal(itemLines(item("count"), [at("2024-01-01", { k: [1, 0, 0, 0, 0] })], null), null);
});
