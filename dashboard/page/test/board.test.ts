// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import { age, choices, columns, daysLeft, MINISTRY, ofUnit, pick, since, stage, unblock, worstFirst } from "../src/board";
import type { ObstacleRow } from "../src/model_lists";

const DAY = 86_400_000;
const T0 = Date.parse("2024-03-01T00:00:00Z"); // 07:00 at the offices

function made(over: Partial<ObstacleRow>): ObstacleRow {
	return { receipt: "r", raised_ms: T0, unit: "412", name: "Thành phố Vinh", item: "A.1", cause: "money", fault: "own",
		solution_class: null, affects_rights: false, state: "open", addressee: "40", answer_due: null, overdue: false,
		escalations: 0, raised_late: false, closed_on: null, waiting_days: 0, text: null, solution: null, steps: [], ...over };
}
const all = () => true;

test("an obstacle stands in exactly one column", () => {
	assert.equal(stage(made({})), "waiting");
	assert.equal(stage(made({ overdue: true })), "overdue");
	assert.equal(stage(made({ state: "answered" })), "answered");
	assert.equal(stage(made({ state: "closed" })), "closed");
	const rows = [made({}), made({ overdue: true }), made({ state: "answered" }), made({ state: "closed" }), made({})];
	const c = columns(rows);
	assert.equal(c.overdue.length + c.waiting.length + c.answered.length + c.closed.length, rows.length);
	assert.equal(c.waiting.length, 2);
});

test("it lies with its addressee since it came there, not since it was raised", () => {
	const step = (step: ObstacleRow["steps"][number]["step"], ms: number) =>
		({ receipt: "r", received_ms: ms, unit: null, step, on_behalf: false, addressee: null, resolves: false, text: null });
	assert.equal(since(made({})), T0);
	assert.equal(since(made({ steps: [step("raise", T0), step("comment", T0 + DAY)] })), T0);
	assert.equal(since(made({ steps: [step("raise", T0), step("escalate", T0 + 3 * DAY), step("answer", T0 + 4 * DAY)] })), T0 + 3 * DAY);
	assert.equal(since(made({ steps: [step("raise", T0), step("close", T0 + DAY), step("reopen", T0 + 9 * DAY)] })), T0 + 9 * DAY);
});

test("ages are days of the offices and stop when it is closed", () => {
	assert.equal(age(made({}), "2024-03-11"), 10);
	assert.equal(age(made({ raised_ms: T0 - 8 * 3_600_000 }), "2024-03-01"), 1); // 23:00 of the evening before
	assert.equal(age(made({ closed_on: "2024-03-05", state: "closed" }), "2024-09-01"), 4);
	assert.equal(daysLeft(made({ answer_due: "2024-03-10" }), "2024-03-12"), -2);
	assert.equal(daysLeft(made({}), "2024-03-12"), null);
});

test("filters hold together and find without marks", () => {
	const rows = [made({ receipt: "a" }), made({ receipt: "b", addressee: null, cause: "people" }), made({ receipt: "c", name: "Thị xã Thái Hoà", waiting_days: 9 })];
	const ids = (want: Parameters<typeof pick>[1]) => pick(rows, want, "age", all).map((o) => o.receipt).join("");
	assert.equal(ids({}), "cab");
	assert.equal(ids({ addressee: MINISTRY }), "b");
	assert.equal(ids({ cause: "money" }), "ca");
	assert.equal(ids({ text: "thai hòa" }), "c");
	assert.equal(ids({ text: "thai vinh" }), "");
	assert.deepEqual(pick(rows, { item: "X" }, "age", () => false), []);
	assert.deepEqual(choices(rows, (o) => o.cause), [["money", 2], ["people", 1]]);
});

test("by due date those without a clock come last", () => {
	const rows = [made({ receipt: "none" }), made({ receipt: "late", answer_due: "2024-04-01" }), made({ receipt: "soon", answer_due: "2024-03-05" })];
	assert.deepEqual(pick(rows, {}, "due", all).map((o) => o.receipt), ["soon", "late", "none"]);
	const raised = [made({ receipt: "old" }), made({ receipt: "new", raised_ms: T0 + DAY })];
	assert.deepEqual(pick(raised, {}, "new", all).map((o) => o.receipt), ["new", "old"]);
});

test("days to unblock are rounded half up and never made of nothing", () => {
	const a = { unit: "40", open: 0, overdue: 0, closed: 3, days: 10 };
	assert.equal(unblock(a), 333);
	assert.equal(unblock({ ...a, closed: 8, days: 1 }), 13);
	assert.equal(unblock({ ...a, closed: 0, days: 0 }), null);
	assert.deepEqual(worstFirst([a, { ...a, unit: "x", overdue: 1 }, { ...a, unit: "y", open: 2 }]).map((r) => r.unit), ["x", "y", "40"]);
});

test("what a unit must do itself is told apart from what it waits for", () => {
	const rows = [made({ receipt: "up" }), made({ receipt: "me", addressee: "412" }), made({ receipt: "done", addressee: "412", state: "answered" }), made({ state: "closed" })];
	const o = ofUnit(rows, "412");
	assert.equal(o.raised.length, 3);
	assert.deepEqual(o.waits.map((r) => r.receipt), ["me"]);
});
