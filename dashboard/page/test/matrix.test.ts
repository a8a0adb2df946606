// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import { matrixOf, monthOf, monthsFor, monthsUpTo, moved, worst, type TimelinessRow, type Verdict } from "../src/matrix";

function row(unit: string, period: string, last: string, counts: Partial<Record<Verdict, number>>,
	     more: Partial<TimelinessRow> = {}): TimelinessRow {
	const c = { exempt: 0, pending: 0, on_time: 0, line_slow: 0, late: 0, missing: 0, ...counts };
	return { unit, name: "Đơn vị " + unit, level: null, schedule: "BC15", period, first: last.slice(0, 8) + "01", last,
		frozen: true, expected: c.pending + c.on_time + c.line_slow + c.late + c.missing, ...c, ...more };
}

const rows: TimelinessRow[] = [
	row("40", "2024-03b", "2024-03-31", { on_time: 3, late: 1, missing: 1, exempt: 1 }, { frozen: false }),
	row("40", "2024-03b", "2024-03-31", { on_time: 2 }, { level: "commune", deadline: "2024-04-01", frozen: false }),
	row("40", "2024-03b", "2024-03-31", { on_time: 1, late: 1, missing: 1 },
		{ level: "district", deadline: "2024-04-02", frozen: false }),
	row("412", "2024-03b", "2024-03-31", { on_time: 2 }, { frozen: false }),
	row("413", "2024-03b", "2024-03-31", { late: 1 }, { frozen: false }),
	row("414", "2024-03b", "2024-03-31", { missing: 1 }, { frozen: false }),
	row("415", "2024-03b", "2024-03-31", { pending: 1 }, { frozen: false }),
	row("412", "2024-03a", "2024-03-15", { on_time: 1, line_slow: 1 }),
	row("414", "2024-03a", "2024-03-15", { on_time: 1 }),
	row("40", "2024-03", "2024-03-31", { on_time: 1 }, { schedule: "month" }),
];

test("periods run to the latest on the right, with their deadlines from the lowest level's own rows", () => {
	const m = matrixOf(rows, "40", null, 12, null);
	assert.equal(m.schedule, "BC15");
	assert.deepEqual(m.schedules, ["BC15", "month"]);
	assert.deepEqual(m.periods.map((p) => [p.code, p.frozen]), [["2024-03a", true], ["2024-03b", false]]);
	assert.deepEqual(m.periods[1]?.deadlines,
		[{ level: "district", date: "2024-04-02" }, { level: "commune", date: "2024-04-01" }]);
});

test("units stand worst first: by what fell due and was not in time, then by what is missing", () => {
	const m = matrixOf(rows, "40", "BC15", 12, null);
	assert.equal(m.total?.unit, "40");
	assert.deepEqual(m.levels.map((r) => r.level), ["district", "commune"]);
	assert.deepEqual(m.units.map((r) => r.unit), ["413", "414", "412", "415"]);
	assert.equal(m.units[3]?.cells[0], null, "415 owed nothing then");
});

test("only the latest periods up to the chosen one count, in cells and in the order", () => {
	assert.deepEqual(matrixOf(rows, "40", "BC15", 1, null).periods.map((p) => p.code), ["2024-03b"]);
	const before = matrixOf(rows, "40", "BC15", 6, "2024-03a");
	assert.deepEqual(before.periods.map((p) => p.code), ["2024-03a"]);
	assert.equal(before.earlier, null);
	assert.equal(matrixOf(rows, "40", "BC15", 1, null).earlier, "2024-03a");
	assert.deepEqual(before.units.map((r) => r.unit), ["412", "414"]);
	assert.equal(matrixOf([], "40", null, 6, null).total, null);
	assert.equal(matrixOf(rows, "40", "KHÁC", 6, null).schedule, "BC15");
});

test("parts of a cell are added", () => {
	const twice = matrixOf([rows[3]!, rows[3]!], "40", null, 6, null);
	assert.equal(twice.units[0]?.cells[0]?.on_time, 4);
	assert.equal(twice.units[0]?.sum.expected, 4);
});

test("a pill bears the gravest verdict and says whether there are others", () => {
	const cells = matrixOf(rows, "40", "BC15", 1, null);
	assert.deepEqual(worst(cells.total?.cells[0] ?? null), { verdict: "missing", only: false });
	assert.deepEqual(worst(cells.units.find((r) => r.unit === "412")?.cells[0] ?? null), { verdict: "on_time", only: true });
	assert.equal(worst(null), null);
	const exempt = matrixOf([row("412", "2024-03b", "2024-03-31", { exempt: 2 })], "40", null, 1, null);
	assert.deepEqual(worst(exempt.units[0]!.cells[0]!), { verdict: "exempt", only: true });
});

test("how far back to ask", () => {
	assert.equal(monthsUpTo("2024-04-15", 6), "2023-11..2024-04");
	assert.equal(monthsUpTo("2024-01-15", 1), "2024-01..2024-01");
	assert.equal(monthsUpTo("2024-12-31", 24), "2023-01..2024-12");
	assert.deepEqual(["2024-03b", "2024-04x", "2024-Q1", "2024-Q4x", "2024", "2024-W01", "2024-W52", "BC-DOT1"].map(monthOf),
		["2024-03", "2024-04", "2024-03", "2024-12", "2024-12", "2024-01", "2024-12", null]);
	const half = row("40", "2024-03b", "2024-03-31", {}, { first: "2024-03-16" });
	const quarter = row("40", "2024-Q1", "2024-03-31", {}, { first: "2024-01-01" });
	assert.ok(monthsFor([half], 12) >= 7 && monthsFor([half], 12) <= 8);
	assert.ok(monthsFor([half, quarter], 12) >= 36);
	assert.equal(monthsFor([], 12), 24);
});

test("arrows stay inside the matrix", () => {
	const at = { row: 1, column: 1 };
	assert.deepEqual(moved(at, "ArrowUp", false, 3, 4), { row: 0, column: 1 });
	assert.deepEqual(moved({ row: 0, column: 0 }, "ArrowLeft", false, 3, 4), { row: 0, column: 0 });
	assert.deepEqual(moved(at, "PageDown", false, 3, 4), { row: 2, column: 1 });
	assert.deepEqual(moved(at, "End", false, 3, 4), { row: 1, column: 3 });
	assert.deepEqual(moved(at, "End", true, 3, 4), { row: 2, column: 3 });
	assert.deepEqual(moved(at, "Home", true, 3, 4), { row: 0, column: 0 });
	assert.equal(moved(at, "a", false, 3, 4), null);
});
