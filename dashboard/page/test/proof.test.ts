// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import { extended, late, marks, newest, oldest, stagnant, worst } from "../src/proof";
import type { CellRow } from "../src/model_lists";

function made(over: Partial<CellRow>): CellRow {
	return { unit: "412", name: "Vinh", path: "VN/40/412/", item: "A", due: "2024-03-29", overdue: false, late_days: 0, waiting_days: 0,
		state: "in_progress", percent: 40, numerator: null, denominator: null, value: null, done_on: null, as_of: "2024-03-31",
		period: null, receipt: "r", received_ms: 1, expected: true, on_behalf: false, crossed: false, behind: false,
		done_late: false, accepted: false, corrected: false, first_due: null, unchanged_since: "2024-03-31", product_ref: null,
		note: null, reason: null, version: 1, ...over };
}

test("late days are split between others and the unit", () => {
	assert.deepEqual(late(made({ late_days: 12, waiting_days: 9 })), { days: 12, waiting: 9, own: 3 });
	assert.equal(late(made({})), null);
});

test("marks are said in one order, and none without cause", () => {
	assert.deepEqual(marks(made({})), []);
	assert.deepEqual(marks(made({ crossed: true, overdue: true, expected: false, on_behalf: true })), ["overdue", "on_behalf", "crossed", "not_counted"]);
});

test("an extension and a standstill show only when there is one", () => {
	assert.equal(extended(made({})), false);
	assert.equal(extended(made({ first_due: "2024-01-31" })), true);
	assert.equal(extended(made({ first_due: "2024-03-29" })), false);
	assert.equal(stagnant(made({ unchanged_since: "2024-01-15" })), true);
	assert.equal(stagnant(made({ unchanged_since: null })), false);
});

test("orders", () => {
	const rows = [made({ receipt: "a", received_ms: 5 }), made({ receipt: "b", received_ms: 9, as_of: "2024-01-15" }), made({ receipt: "c", received_ms: null, overdue: true })];
	assert.deepEqual(newest(rows, 2).map((c) => c.receipt), ["b", "a"]);
	assert.deepEqual(worst(rows).map((c) => c.receipt), ["c", "a", "b"]);
	assert.equal(oldest(rows), "2024-01-15");
	assert.equal(oldest([made({ expected: false })]), null);
});
