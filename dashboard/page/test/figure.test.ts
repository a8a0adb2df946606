// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import { expand } from "../src/brief";
import { attained, say, target, worse, wrongs } from "../src/figure";
import type { Brief, Item } from "../src/model";
import { inLang } from "./page";

const figure = (b: Omit<Brief, "i">) => expand({ i: "A", ...b }, { unit: "40" });
const item = (kind: Item["kind"], over: Partial<Item> = {}) => ({ code: "A", kind, leaf: !["plan", "group", "ratio_group"].includes(kind), uom: null, ...over }) as Item;
const words = (f: ReturnType<typeof figure>) => wrongs(f).map((w) => w.text);

test("a rate is said with what it is made of", () => {
	const f = figure({ k: [0, 21, 0, 0, 0], r: [21, 21], n: [2452383, 2489981], p: 9849 });
	assert.deepEqual(say(item("ratio"), f), { main: "98,49\u00a0%", rest: "2.452.383/2.489.981", none: false });
	assert.equal(inLang("en", () => say(item("ratio"), f).rest), "2,452,383/2,489,981");
});

test("four kinds of nothing are four sayings", () => {
	const said = (k: Brief["k"], more: Omit<Brief, "i" | "k"> = {}) => say(item("count", { uom: "thẻ" }), figure({ k: k!, ...more }));
	assert.deepEqual(said([1, 0, 0, 0, 0]), { main: "chưa có số liệu", rest: "", none: true });
	assert.deepEqual(said([0, 1, 0, 0, 0], { x: 0 }), { main: "0", rest: "thẻ", none: false });
	assert.deepEqual(said([0, 0, 1, 0, 0]).main, "Không phát sinh");
	assert.deepEqual(said([0, 0, 0, 1, 0]).main, "Không áp dụng");
});

test("a task of one office has a state, of many a count of those done", () => {
	const one = (c: Brief["c"]) => say(item("task"), figure({ c: c! })).main;
	assert.deepEqual([one([1, 0, 0, 0, 0]), one([0, 1, 0, 0, 0]), one([0, 0, 1, 0, 0]), one([0, 0, 0, 1, 0]), one([0, 0, 0, 0, 1])],
		["Chưa báo cáo", "Chưa triển khai", "Đang thực hiện", "Hoàn thành", "Không áp dụng"]);
	assert.equal(one([0, 0, 13, 8, 1]), "8/21 đơn vị xong");
});

test("a plan says its tasks, its indicators, or both; what is not applicable is in no count", () => {
	assert.equal(say(item("plan"), figure({ l: [0, 12, 20, 6, 0] })).main, "6/38 nhiệm vụ xong");
	const both = say(item("plan"), figure({ l: [0, 0, 4, 2, 1], k: [2, 29, 0, 1, 14] }));
	assert.deepEqual([both.main, both.rest], ["2/6 nhiệm vụ xong", "29/31 số liệu chỉ tiêu"]);
	assert.equal(say(undefined, figure({})).none, true);
});

test("a score comes with how many leaves it covers", () => {
	assert.equal(attained(item("plan"), figure({ s: [8013, 7, 10] })), "80,13\u00a0% (7/10)");
	assert.equal(attained(item("task"), figure({ a: 7638, s: [7638, 1, 1] })), "76,38\u00a0%");
	assert.equal(attained(item("ratio"), figure({})), "");
	assert.deepEqual([target(item("ratio"), 5000), target(item("count", { uom: "xã" }), 1387), target(item("points"), 8750), target(item("task"), null)], ["50\u00a0%", "1.387 xã", "87,5", ""]);
});

test("of one office the gravest alone is said, of many each with its number", () => {
	assert.deepEqual(words(figure({ c: [0, 0, 1, 0, 0], d: [0, 1, 1], r: [1, 1] })), ["Quá hạn"]);
	assert.deepEqual(words(figure({ k: [1, 0, 0, 0, 0], r: [0, 1] })), ["Chưa báo cáo"]);
	assert.deepEqual(words(figure({ c: [1, 0, 20, 9, 0], d: [1, 12, 16], r: [29, 30] })), ["quá hạn 12", "chậm 16", "chưa báo 1", "xong muộn 1"]);
	assert.deepEqual(words(figure({ c: [0, 0, 1, 2, 0], r: [3, 3] })), []);
});

test("worst first: overdue, then missing, then behind, then the least attained", () => {
	const list = { good: figure({ a: 9000, r: [1, 1] }), low: figure({ a: 100, r: [1, 1] }), behind: figure({ a: 9999, d: [0, 0, 1], r: [1, 1] }), missing: figure({ r: [0, 1] }), late: figure({ a: 9999, d: [0, 2, 0], r: [1, 1] }), rate: figure({ p: 50, r: [1, 1] }) };
	const order = Object.entries(list).sort(([, a], [, b]) => worse(a, b)).map(([k]) => k);
	assert.deepEqual(order, ["late", "missing", "behind", "rate", "low", "good"]);
});
