// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import { expand, sum } from "../src/brief";
import type { Brief, Figure, Item, TreeNode, UnitRef } from "../src/model";
import { fit } from "../src/parts/Treemap";
import { changeWords, look, lookWords, orderUnits, plain, product, sentence, sizedTree, tiles, trendOf, trendWords, worse, worstPlan, type Situation } from "../src/overview";
import { dice, inLang } from "./page";

const figure = (b: Brief, unit = "40"): Figure => expand(b, { unit });
// the example: leaves and cells are unreported, not started, in progress, done, not applicable
const KH762: Brief = { i: "KH762", l: [0, 12, 20, 6, 0], c: [0, 12, 20, 6, 0], d: [0, 0, 5], r: [38, 38] };
const KH87: Brief = { i: "KH87", l: [0, 18, 33, 0, 0], c: [0, 18, 33, 0, 0], d: [0, 51, 33], r: [51, 51] };
const BC15: Brief = { i: "BC15", l: [0, 0, 4, 2, 0], c: [0, 0, 21, 10, 1], k: [2, 29, 0, 0, 14], d: [1, 13, 17], r: [60, 62] };
const CCCD: Brief = { i: "CCCD", k: [0, 21, 0, 0, 0], r: [21, 21], n: [9843, 10000], p: 9843 };

const NAMES: Record<string, string> = { KH762: "Kế hoạch 762", KH87: "Kế hoạch 87", BC15: "Báo cáo 15 ngày", CCCD: "Căn cước" };

const situation = (over: Partial<Situation> = {}): Situation => ({
	at: "2024-04-02",
	unit: { name: "Tỉnh Nghệ An", name_en: "Nghe An Province" },
	chosen: { code: "KH762", name: "Kế hoạch 762", name_en: "Plan 762", product: "mô hình" },
	plans: [figure(KH762), figure(KH87), figure(BC15)],
	before: [figure({ ...KH762, l: [0, 14, 20, 4, 0], c: [0, 14, 20, 4, 0] }), figure(KH87), figure(BC15)],
	compare: "2024-03-15",
	offices: { silent: 10, of: 31, all: false, owing: true },
	name: (p) => NAMES[p] ?? p,
	...over,
});
const said = (over: Partial<Situation> = {}) => plain(sentence(situation(over)));

test("the sentence of a chosen plan, in both languages", () => {
	assert.equal(
		said(),
		"Tính đến 02/04/2024, Tỉnh Nghệ An – Kế hoạch 762: 6/38 mô hình hoàn thành, 20 đang thực hiện, 12 chưa triển khai; quá hạn 0/38; đơn vị đang nợ báo cáo 10/31; so với 15/03/2024: +2 hoàn thành.",
	);
	assert.equal(
		inLang("en", () => said()),
		"As of 2024-04-02, Nghe An Province – Plan 762: 6/38 tasks completed, 20 in progress, 12 not started; 0/38 overdue; offices owing a report 10/31; since 2024-03-15: +2 completed.",
	);
});

test("without a choice all plans are added up and the worst is named", () => {
	assert.equal(
		said({ chosen: null }),
		"Tính đến 02/04/2024, Tỉnh Nghệ An: 8/95 nhiệm vụ hoàn thành trong 3 kế hoạch, 57 đang thực hiện, 30 chưa triển khai; quá hạn 64/120 phần việc; đơn vị đang nợ báo cáo 10/31; so với 15/03/2024: +2 hoàn thành. Chậm nhất: Kế hoạch 87 – quá hạn 51/51.",
	);
});

test("what is not known is not said", () => {
	assert.doesNotMatch(said({ before: null }), /so với/);
	assert.doesNotMatch(said({ compare: null }), /so với/);
	assert.doesNotMatch(said({ offices: null }), /đơn vị (chưa|đang)/);
	assert.match(said({ offices: { silent: 2, of: 34, all: true, owing: false } }), /đơn vị chưa báo cáo \(mọi kế hoạch\) 2\/34/);
	// one of the plans was not known then: the sum cannot be compared
	assert.doesNotMatch(said({ chosen: null, before: [figure(KH762)] }), /so với/);
	assert.match(said({ before: [figure(KH762)] }), /so với 15\/03\/2024: không thêm nhiệm vụ nào hoàn thành/);
	assert.equal(said({ plans: [], chosen: null, offices: null }), "Tính đến 02/04/2024, Tỉnh Nghệ An: chưa có kế hoạch nào được giao.");
	assert.doesNotMatch(said({ chosen: null, plans: [figure(KH762)] }), /Chậm nhất|trong 1/);
});

test("tasks that nobody reported and fewer than before", () => {
	const plans = [figure({ i: "KH762", l: [3, 1, 0, 1, 2], c: [3, 1, 0, 1, 2], r: [2, 5] })];
	assert.match(said({ plans, before: [figure(KH762)] }), /: 1\/5 mô hình hoàn thành, 0 đang thực hiện, 1 chưa triển khai, 3 chưa báo cáo; .*: −5 hoàn thành\.$/);
});

test("a unit that is only measured", () => {
	assert.match(said({ plans: [figure(CCCD)], chosen: null }), /Nghệ An: 21\/21 số liệu đã báo cáo; đơn vị/);
	assert.match(said({ plans: [figure(CCCD), figure({ ...BC15, l: undefined, c: undefined, d: undefined })], chosen: null }), /81\/83 số liệu đã báo cáo, 14 đạt mục tiêu.*Chậm nhất: Báo cáo 15 ngày – chưa báo cáo 2\/62/);
});

test("the tiles: in cells, with the change where it is known", () => {
	const of = (over: Partial<Situation>) => Object.fromEntries(tiles(situation(over)).map((x) => [x.key, x]));
	const bc = of({ chosen: { code: "BC15", name: "", product: null }, before: [figure({ ...BC15, c: [0, 0, 24, 7, 1], d: [0, 15, 1] })] });
	assert.deepEqual([bc.done!.n, bc.done!.of, bc.done!.change], [9, 31, 2]);
	assert.deepEqual([bc.overdue!.n, bc.overdue!.change], [13, -2]);
	assert.deepEqual([bc.progress!.n, bc.progress!.change, bc.progress!.good], [21, -3, null]);
	assert.deepEqual([bc.silent!.n, bc.silent!.of, bc.silent!.change, bc.silent!.note], [10, 31, null, "đang nợ báo cáo đến hạn"]);
	assert.equal(of({ offices: { silent: 2, of: 34, all: true, owing: false } }).silent!.note, "còn việc chưa từng báo cáo (mọi kế hoạch)");
	assert.equal(changeWords(bc.done!), "▲ +2 tốt hơn");
	assert.equal(changeWords(bc.overdue!), "▼ −2 tốt hơn");
	assert.equal(changeWords(bc.progress!), "▼ −3");
	assert.equal(changeWords(bc.silent!), "");
	const none = of({ before: null, offices: null });
	assert.equal(none.done!.change, null);
	assert.equal(none.silent, undefined);
	assert.equal(of({ chosen: null }).overdue!.plan, "KH87");
});

test("the look of a cell: the gravest first", () => {
	const at = (b: Omit<Brief, "i">) => look(figure({ i: "X", ...b }));
	assert.equal(at({}), "none");
	assert.equal(at({ c: [0, 0, 0, 0, 2] }), "none");
	assert.equal(at({ c: [1, 1, 0, 1, 0], d: [0, 1, 0], r: [2, 3] }), "overdue");
	assert.equal(at({ c: [1, 1, 0, 1, 0], r: [2, 3] }), "unreported");
	assert.equal(at({ c: [0, 3, 0, 0, 0], r: [3, 3] }), "not_started");
	assert.equal(at({ c: [0, 2, 0, 1, 0], r: [3, 3] }), "in_progress");
	assert.equal(at({ c: [0, 0, 0, 3, 1], r: [3, 3] }), "done");
	assert.equal(at({ k: [0, 2, 0, 0, 1], r: [2, 2] }), "value");
	assert.equal(at({ k: [0, 2, 0, 0, 2], r: [2, 2] }), "done");
	assert.equal(lookWords(figure(BC15)), "quá hạn 13/31; hoàn thành 10/31; đang thực hiện 21; đạt mục tiêu 14/31; đã báo cáo 60/62");
});

test("worse is an order: it answers for any three", () => {
	const d = dice();
	const random = (): Figure => {
		const c: [number, number, number, number, number] = [d(3), d(3), d(3), d(3), d(2)];
		const k: [number, number, number, number, number] = [d(2), d(3), 0, 0, 0];
		const rest = c[1] + c[2] + c[3] + k[1];
		return figure({ i: "X", c, k, d: [0, Math.min(d(4), c[0] + c[1] + c[2]), 0], r: [rest, rest + c[0] + k[0]] });
	};
	for (let i = 0; i < 3000; i++) {
		const [a, b, c] = [random(), random(), random()];
		assert.equal(Math.sign(worse(a, b)), -Math.sign(worse(b, a)) + 0);
		if (worse(a, b) <= 0 && worse(b, c) <= 0) assert.ok(worse(a, c) <= 0, JSON.stringify([a, b, c]));
	}
});

test("units: the share counts, not the number; nothing expected is last, either way round", () => {
	const of: Record<string, Brief> = {
		A: { i: "P", c: [0, 0, 8, 0, 0], d: [0, 4, 0], r: [8, 8] }, // 4/8 overdue
		B: { i: "P", c: [0, 0, 2, 0, 0], d: [0, 2, 0], r: [2, 2] }, // 2/2 overdue
		C: { i: "P", c: [1, 0, 0, 1, 0], r: [1, 2] }, // half not reported
		D: { i: "P", c: [0, 0, 0, 2, 0], r: [2, 2] }, // all done
		E: { i: "P" },
	};
	const units = Object.keys(of).map((code) => ({ code, name: code === "A" ? "Đô Lương" : `Huyện ${code}`, name_en: "", kind: "district" }) as UnitRef);
	const order = (o: string) => orderUnits(units, (u) => sum([figure(of[u]!)]), o).map((u) => u.code).join("");
	assert.equal(order("worst"), "BACDE");
	assert.equal(order("-worst"), "DCABE");
	assert.equal(order("P"), "BACDE");
	assert.equal(order("name"), "ABCDE");
	assert.equal(order("-name"), "DCBAE");
	assert.equal(worstPlan([figure(CCCD), figure(KH762), figure(KH87), figure(BC15)])!.item, "KH87");
	assert.equal(worstPlan([figure(CCCD)])!.item, "CCCD");
	assert.equal(worstPlan([]), null);
});

test("the product of a plan only when all tasks make the same", () => {
	const item = (code: string, unit: string | null, kind = "task") => ({ code, plan: "P", kind, product_unit: unit, closed: null }) as unknown as Item;
	assert.equal(product([item("1", "mô hình"), item("2", "mô hình"), item("P", null, "plan")], "P"), "mô hình");
	assert.equal(product([item("1", "mô hình"), item("2", "báo cáo")], "P"), null);
	assert.equal(product([item("1", "mô hình"), item("2", null)], "P"), null);
	assert.equal(product([], "P"), null);
});

test("the treemap's areas add up to what is expected", () => {
	const node = (code: string, parent: string | null, b: Omit<Brief, "i">): TreeNode => ({ code, name: code, name_en: code, parent, b: { i: "P", ...b } });
	const nodes = [
		node("40", null, { c: [0, 0, 9, 0, 0], r: [9, 9] }),
		node("412", "40", { c: [0, 0, 5, 0, 0], r: [5, 5] }),
		node("x1", "412", { c: [0, 0, 3, 0, 0], r: [3, 3] }),
		node("x2", "412", {}),
		node("413", "40", { c: [0, 0, 4, 0, 0], r: [4, 4] }),
		node("x3", "413", {}),
	];
	const top = sizedTree(nodes, "40");
	const total = (n: ReturnType<typeof sizedTree>): number => n.own + n.children.reduce((s, c) => s + total(c), 0);
	assert.equal(total(top), 9);
	const [a, b] = top.children;
	assert.deepEqual(a!.children.map((c) => [c.code, c.own]), [["x1", 3], ["412", 2]]);
	assert.deepEqual([b!.own, b!.children.length], [4, 0], "a unit below which nothing is expected is whole");
	assert.equal(total(sizedTree(nodes.slice(1), "40")), 9, "the same without the unit itself");
});

test("the trend goes on to today, and says so in words", () => {
	const rows = [
		{ date: "2024-03-01", figure: figure({ ...KH762, c: [0, 34, 4, 0, 0] }) },
		{ date: "2024-03-20", figure: figure(KH762) },
	];
	const x = trendOf(rows, "2024-04-02");
	assert.deepEqual([x.days, x.done, x.overdue, x.of], [["2024-03-01", "2024-03-20", "2024-04-02"], [0, 6, 6], [0, 0, 0], 38]);
	assert.equal(trendWords(x), "Từ 01/03/2024 đến 02/04/2024: hoàn thành 0 → 6 trên 38 phần việc; quá hạn 0 → 0.");
	const still = [{ date: "2022-08-01", figure: rows[0]!.figure }, { date: "2023-01-01", figure: rows[0]!.figure }, ...rows];
	assert.deepEqual(trendOf(still, null).days, ["2024-03-01", "2024-03-20"], "it begins where it begins to move");
	assert.equal(trendWords(trendOf([], "2024-04-02")), "Chưa có diễn biến");
	assert.equal(trendWords(trendOf([{ date: "2024-04-01", figure: figure(CCCD) }], null)), "Từ 01/04/2024 đến 01/04/2024: đã báo cáo 21 → 21 trên 21 số liệu.");
});

test("a name in a rectangle: in lines, cut with …, or not at all", () => {
	const wide = (text: string) => text.length * 10; // each letter as wide as the next
	assert.deepEqual(fit("Quỳnh Lưu", 90, 1, wide), ["Quỳnh Lưu"]);
	assert.deepEqual(fit("Quỳnh Lưu", 60, 2, wide), ["Quỳnh", "Lưu"]);
	assert.deepEqual(fit("Quỳnh Lưu", 60, 1, wide), ["Quỳnh…"]);
	assert.deepEqual(fit("Sở Thông tin và Truyền thông", 120, 2, wide), ["Sở Thông tin", "và Truyền…"]);
	assert.deepEqual(fit("Quỳnh Lưu", 40, 2, wide), ["Quỳ…"]);
	assert.deepEqual(fit("Quỳnh Lưu", 30, 2, wide), []);
	assert.deepEqual(fit("Quỳnh Lưu", -8, 2, wide), []);
});
