// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import { lang } from "../src/lang";
import type { Brief, ItemKind } from "../src/model";
import { say } from "../src/say";

const said = (b: Partial<Brief>, kind: ItemKind) => say({ i: "X", ...b }, kind).replace(/\u00a0/g, " ");

test("a figure in a few words, in both languages", () => {
	const cases: [Partial<Brief>, ItemKind, string, string][] = [
		[{ k: [0, 1, 0, 0, 1], n: [63, 64], p: 9844, r: [1, 1] }, "ratio", "98,44 % (63/64)", "98.44 % (63/64)"],
		[{ k: [7, 20, 0, 0, 3], n: [1387, 2000], p: 6935, r: [20, 27] }, "ratio", "69,35 % (1.387/2.000) · đã báo 20/27", "69.35 % (1,387/2,000) · 20/27 reported"],
		[{ k: [0, 1, 0, 0, 0], x: 1387, t: [2000, 0], r: [1, 1] }, "count", "1.387 (mục tiêu 2.000)", "1,387 (target 2,000)"],
		[{ k: [0, 1, 0, 0, 0], x: 8750, r: [1, 1] }, "points", "87,5", "87.5"],
		[{ k: [1, 0, 0, 0, 0], r: [0, 1] }, "count", "chưa báo cáo", "not reported"],
		[{ k: [0, 0, 1, 0, 0], r: [1, 1] }, "count", "không phát sinh", "none arisen"],
		[{ l: [0, 0, 1, 0, 0], c: [0, 0, 1, 0, 0], d: [0, 1, 0], a: 6000, r: [1, 1] }, "task", "đang thực hiện 60 %, quá hạn", "in progress 60 %, overdue"],
		[{ l: [0, 0, 0, 1, 0], c: [0, 0, 0, 1, 0], r: [1, 1] }, "task", "hoàn thành", "done"],
		[{ l: [0, 0, 1, 0, 0], c: [7, 0, 0, 20, 0], r: [20, 27] }, "task", "xong 20/27 · đã báo 20/27", "20/27 done · 20/27 reported"],
		[{ l: [2, 10, 20, 6, 0], c: [2, 10, 20, 6, 0], d: [0, 3, 4], r: [36, 38] }, "plan",
			"xong 6/38 · quá hạn 3 · chậm tiến độ 4 · đã báo 36/38", "6/38 done · 3 overdue · 4 behind · 36/38 reported"],
		[{}, "plan", "không phải báo", "nothing expected"],
	];
	for (const [b, kind, vi, en] of cases) {
		lang.set("vi");
		assert.equal(said(b, kind), vi);
		lang.set("en");
		assert.equal(said(b, kind), en);
	}
	lang.set("vi");
});
