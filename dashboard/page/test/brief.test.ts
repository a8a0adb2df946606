// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import { empty, expand, sum } from "../src/brief";

const around = { unit: "40", at: "2024-04-02", illustrative: true, simulated: true, generation: "ab:2:7" };
const zero = { expected: 0, unreported: 0, not_started: 0, in_progress: 0, done: 0, na: 0 };

test("what was left out is zero or nothing", () => {
	const f = expand({ i: "KH762" }, around);
	assert.deepEqual(f, {
		unit: "40",
		item: "KH762",
		period: null,
		at: "2024-04-02",
		illustrative: true,
		simulated: true,
		cells: zero,
		leaves: zero,
		indicators: { expected: 0, unreported: 0, value: 0, none: 0, na: 0, at_target: 0 },
		done_late: 0,
		overdue: 0,
		behind: 0,
		reported: 0,
		expected: 0,
		numerator: null,
		denominator: null,
		value: null,
		percent_bp: null,
		target: null,
		target_reached: null,
		attainment_bp: null,
		score_bp: null,
		score_leaves: 0,
		score_leaves_of: 0,
		version: 0,
		generation: "ab:2:7",
	});
	assert.ok(empty({ i: "KH762", v: 3 }));
});

test("38 = 6 + 20 + 12, in its places", () => {
	const f = expand(
		{ i: "X", v: 9, l: [0, 12, 20, 6, 0], c: [1, 2, 3, 4, 5], k: [1, 2, 3, 4, 2], d: [1, 2, 3], r: [14, 15], n: [0, 64], x: 0, p: 0, t: [0, 0], a: 0, s: [0, 1, 2] },
		around,
	);
	assert.deepEqual(f.leaves, { expected: 38, unreported: 0, not_started: 12, in_progress: 20, done: 6, na: 0 });
	assert.deepEqual(f.cells, { expected: 15, unreported: 1, not_started: 2, in_progress: 3, done: 4, na: 5 });
	assert.deepEqual(f.indicators, { expected: 10, unreported: 1, value: 2, none: 3, na: 4, at_target: 2 });
	assert.deepEqual([f.done_late, f.overdue, f.behind, f.reported, f.expected], [1, 2, 3, 14, 15]);
	// zero is a figure, not nothing
	assert.deepEqual([f.numerator, f.denominator, f.value, f.percent_bp, f.target, f.target_reached, f.attainment_bp, f.score_bp], [0, 64, 0, 0, 0, false, 0, 0]);
	assert.equal(expand({ i: "X", t: [5000, 1] }, around).target_reached, true);
	assert.equal(expand({ i: "X", t: [5000, null] }, around).target_reached, null);
});

test("counts add up, and nothing is changed by adding", () => {
	const a = expand({ i: "A", l: [1, 2, 3, 4, 5], c: [1, 0, 0, 0, 0], k: [1, 1, 1, 1, 1], d: [1, 2, 3], r: [4, 5] }, around);
	const before = JSON.stringify(a);
	const s = sum([a, a, expand({ i: "B" }, around)]);
	assert.deepEqual(s.leaves, { expected: 30, unreported: 2, not_started: 4, in_progress: 6, done: 8, na: 10 });
	assert.equal(s.cells.expected, 2);
	assert.equal(s.indicators.expected, 8);
	assert.deepEqual([s.done_late, s.overdue, s.behind, s.reported, s.expected], [2, 4, 6, 8, 10]);
	assert.equal(JSON.stringify(a), before);
	assert.deepEqual(sum([]).leaves, zero);
});
