// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import { fits, fold } from "../src/fold";

test("marks, case and the two ways of writing them do not matter", () => {
	for (const [a, b] of [
		["Hoà", "Hòa"],
		["Thuỷ", "Thủy"],
		["Đức Thọ", "duc tho"],
		["đĐ", "dd"],
		["Nghệ An", "NGHE AN"],
		["Quỳ Châu".normalize("NFD"), "Quỳ Châu".normalize("NFC")],
		["  Con \u00a0 Cuông ", "con cuong"],
		["ƯỚC", "uoc"],
	])
		assert.equal(fold(a!), fold(b!));
	assert.equal(fold("Huyện Quỳ Châu"), "huyen quy chau");
	assert.notEqual(fold("Hoa"), fold("Hao"));
	assert.equal(fold(""), "");
});

test("every word asked for begins a word", () => {
	assert.ok(fits("quy chau", "Huyện Quỳ Châu"));
	assert.ok(fits("chau quy", "Huyện Quỳ Châu"));
	assert.ok(fits("DUC", "xã Đức Sơn"));
	assert.ok(fits("", "gì cũng được"));
	assert.ok(fits("ubnd", "Văn phòng (UBND) tỉnh"));
	assert.ok(!fits("hau", "Huyện Quỳ Châu"));
	assert.ok(!fits("quy hop", "Huyện Quỳ Châu"));
});
