// SPDX-License-Identifier: Apache-2.0
// A change on the board draws its own cell and the total of its row, and nothing else of the grid.
import assert from "node:assert/strict";
import { h, render } from "preact";
import { act } from "preact/test-utils";
import { test } from "node:test";
import { makeCells } from "../src/cells";
import type { Board, Brief, Grain, UnitRef } from "../src/model";
import { Grid } from "../src/parts/Grid";
import { gridRows } from "../src/screens/overview_grid";
import { countDraws, fakeDocument } from "./dom";
import "./page";

const ROWS = 65;
const PLANS = ["P01", "P02", "P03", "P04", "P05", "P06", "P07", "P08", "P09", "P10", "P11", "P12"];
const units = Array.from({ length: ROWS }, (_, i): UnitRef => ({ code: `4${i}`, name: `Huyện ${i}`, name_en: "", kind: "district" }));
const brief = (i: string, v: number, done: number, overdue = 0): Brief => ({ i, v, c: [0, 0, 10 - done, done, 0], d: [0, overdue, 0], r: [10, 10] });
const board = (v: number): Board =>
	({
		state: { version: v },
		unit: { code: "40", name: "Tỉnh Nghệ An" },
		plans: PLANS.map((p) => brief(p, v, 5)),
		rows: units.map((unit) => ({ unit, plans: PLANS.map((p) => brief(p, v, 5)) })),
	}) as unknown as Board;
const grain = (unit: string, plan: string, figures: Brief[], version: number) => ({ unit, plan, figures, version }) as unknown as Grain;

function drawn() {
	const root = fakeDocument();
	const cells = makeCells();
	cells.load(board(100));
	const draws = countDraws();
	const plans = PLANS.map((code) => ({ code, name: code }));
	act(() => render(h(Grid, { cells, units, plans, order: "worst", onOrder: () => {}, caption: "" }), root as unknown as Element));
	const rows = () => root.all("tbody")[0]!.all("tr");
	return { cells, draws, rows, plans };
}

test("one event, one cell", () => {
	const { cells, draws, rows, plans } = drawn();
	assert.equal(draws()["Cell"], ROWS * PLANS.length);
	const at = () => rows().findIndex((r) => r.textContent.startsWith("Huyện 7"));
	const before = at();
	const button = () => rows()[before]!.all("td")[3]!.all("button")[0]!;
	assert.match(button().textContent, /^Huyện 7, P03 \(P03\): đang thực hiện; hoàn thành 5\/10/);

	act(() => void cells.take(grain("47", "P03", [brief("P03.1", 101, 1), brief("P03", 101, 6, 4)], 101)));
	const once = draws();
	assert.deepEqual([once["Cell"], once["TotalCell"], once["Grid"]], [1, 1, undefined]);
	assert.match(button().textContent, /quá hạn 4\/10; hoàn thành 6\/10/);
	assert.ok(rows()[before]!.all("td")[3]!.classes.has("flash"));
	assert.equal(at(), before, "the order stays, though this unit is the worst now");
	assert.deepEqual(gridRows(cells, units.slice(7, 8), plans)[3]!.slice(0, 11), ["47", "Huyện 7", "P03", "P03", "quá hạn", 10, 6, 0, 4, 0, 4]);
});

test("a repetition, old news and strangers draw nothing", () => {
	const { cells, draws } = drawn();
	draws();
	act(() => {
		cells.take(grain("47", "P03", [brief("P03", 102, 5)], 102)); // the same figure under a newer version
		cells.take(grain("47", "P03", [brief("P03", 99, 9)], 99)); // older than what is held
		cells.take(grain("999", "P03", [brief("P03", 103, 9)], 103)); // not on this board
		cells.load(board(102));
	});
	assert.deepEqual(draws(), {});
	act(() => cells.load({ ...board(110), rows: board(110).rows.map((r) => (r.unit.code === "47" ? { ...r, plans: r.plans.slice(1) } : r)) }));
	const after = draws();
	assert.deepEqual([after["Cell"], after["TotalCell"], after["Grid"]], [1, 1, undefined], "what a new board no longer has is gone from its cell");
	assert.equal(cells.figure("47", "P01"), null);
});
