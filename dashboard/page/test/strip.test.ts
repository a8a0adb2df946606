// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import type { TimelinessRow } from "../src/matrix";
import { earlier, ranges, strips } from "../src/strip";

function made(over: Partial<TimelinessRow>): TimelinessRow {
	return { unit: "412", name: "Vinh", level: null, schedule: "S", period: "2024-03b", first: "2024-03-16", last: "2024-03-31",
		frozen: false, expected: 3, exempt: 0, pending: 0, on_time: 0, line_slow: 0, late: 0, missing: 0, ...over };
}

test("every form of period knows the one before, across years", () => {
	const before: [string, number, string | null][] = [
		["2024-04a", 1, "2024-03b"], ["2024-04b", 7, "2024-01a"], ["2024-01a", 1, "2023-12b"],
		["2024-01", 1, "2023-12"], ["2024-03x", 3, "2023-12x"], ["2024-Q1", 1, "2023-Q4"], ["2024-Q3x", 7, "2022-Q4x"],
		["2024", 2, "2022"], ["2024-W01", 1, "2023-W52"], ["2021-W01", 1, "2020-W53"], ["2024-W14", 7, "2024-W07"],
		["DOT1", 1, null],
	];
	for (const [from, n, to] of before) assert.equal(earlier(from, n), to, `${from} - ${n}`);
	assert.equal(earlier("2024-W14", 0), "2024-W14");
});

test("a strip is the unit itself, oldest first, no period twice", () => {
	const rows = [made({}), made({ level: "commune" }), made({ unit: "16675" }), made({ period: "2024-03a", first: "2024-03-01" }), made({}),
		made({ schedule: "M", period: "2024-03", first: "2024-03-01" })];
	const s = strips(rows, "412", 8);
	assert.deepEqual(s.map((x) => [x.schedule, x.rows.map((r) => r.period)]), [["M", ["2024-03"]], ["S", ["2024-03a", "2024-03b"]]]);
	assert.deepEqual(strips(rows, "412", 1)[1]!.rows.map((r) => r.period), ["2024-03b"]);
	assert.deepEqual(ranges(rows, "412", 8), ["2023-08..2024-03", "2023-12a..2024-03b"]);
});
