// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import type { SilentRow } from "../src/model_lists";
import { contactLink, judgedBy, silentOffices, slotsWorstFirst, toCall, type Slot } from "../src/owed";

const slot: Slot = { unit: "412", name: "Vinh", kind: "district", head: null, contact: null, item: "A",
	item_name: "A", schedule: "BC15", period: "2024-03b", deadline: "2024-04-02", state: "on_time",
	frozen: false, decided: false, receipt: "r", received_ms: 5, first_received_ms: null, sealed_ms: null, attempts: 1,
	on_behalf: false, as_of: "2024-03-31", report: null, after: 0 };

test("proof: what needs a call stands first; a report is judged by when it was first received", () => {
	const list = slotsWorstFirst([slot, { ...slot, unit: "413", state: "missing" }, { ...slot, unit: "411", state: "late" }]);
	assert.deepEqual(list.map((s) => s.unit), ["413", "411", "412"]);
	assert.deepEqual(toCall([...list, { ...slot, unit: "413", item: "B", state: "missing" }]).map((s) => s.unit), ["413"]);
	assert.equal(judgedBy(slot), 5);
	assert.equal(judgedBy({ ...slot, first_received_ms: 3 }), 3);
});

const owed: SilentRow = { unit: "416", name: "Quỳ Châu", head: null, contact: null, item: "A", period: "2024-03b",
	since: "2024-04-01", days: 1, deadline: "2024-04-02", missing: false, last_received_ms: null };

test("silent offices: overdue first, then the longest silent; rows of one are together", () => {
	const list = silentOffices([owed, { ...owed, item: "B", last_received_ms: 7 },
		{ ...owed, unit: "417", since: "2024-03-16", days: 17 }, { ...owed, unit: "412", missing: true },
		{ ...owed, item: "C", last_received_ms: 3 }]);
	assert.deepEqual(list.map((o) => [o.unit, o.rows.length, o.missing, o.days, o.last]),
		[["412", 1, 1, 1, null], ["417", 1, 0, 17, null], ["416", 3, 0, 1, 7]]);
});

test("a contact is a link only when it is plainly one", () => {
	assert.equal(contactLink("vp@nghean.example"), "mailto:vp@nghean.example");
	assert.equal(contactLink(" 0238 3.844.666 "), "tel:02383844666");
	assert.equal(contactLink("+84 238 3844666"), "tel:+842383844666");
	for (const text of ["javascript:alert(1)", "a@b?cc=c@d", "phòng 12", "12", "a b@c", "", "<a@b>"])
		assert.equal(contactLink(text), null, text);
});
