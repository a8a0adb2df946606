// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import { dayNumber, dayTicks, standing, steps, ticks } from "../src/plot";
import { dice, seed } from "./page";

test("values beside the axis are round ones", () => {
	assert.deepEqual(ticks(0, 5), [0, 1]);
	assert.deepEqual(ticks(1, 5), [0, 1]);
	assert.deepEqual(ticks(5, 5), [0, 1, 2, 3, 4, 5]);
	assert.deepEqual(ticks(38, 5), [0, 10, 20, 30, 40]);
	assert.deepEqual(ticks(232, 5), [0, 50, 100, 150, 200, 250]);
	assert.deepEqual(ticks(9843, 4, 100), [0, 5000, 10_000]); // hundredths: whole per cents
	assert.deepEqual(ticks(150, 5, 100), [0, 100, 200]);
	const die = dice();
	for (let i = 0; i < 2000; i++) {
		const top = die(2) ? die(200) : die(1_000_000_000);
		const most = 3 + die(6);
		const unit = die(2) ? 1 : 100;
		const t = ticks(top, most, unit);
		assert.ok(t.length - 1 <= most && t.at(-1)! >= top, `${top} ${most} ${unit} seed ${seed}`);
		assert.ok(t.every((x) => x % unit === 0));
		assert.match(String(t[1]! / unit), /^[125]0*$/);
	}
});

test("days below the axis", () => {
	assert.deepEqual(dayTicks("2024-03-29", "2024-04-02", 6), ["2024-03-29", "2024-03-30", "2024-03-31", "2024-04-01", "2024-04-02"]);
	assert.deepEqual(dayTicks("2024-03-01", "2024-04-02", 6), ["2024-03-01", "2024-03-08", "2024-03-15", "2024-03-22", "2024-03-29"]);
	assert.deepEqual(dayTicks("2023-11-20", "2024-04-02", 6), ["2023-12-01", "2024-01-01", "2024-02-01", "2024-03-01", "2024-04-01"]);
	assert.deepEqual(dayTicks("2020-01-01", "2024-04-02", 5), ["2020-01-01", "2021-01-01", "2022-01-01", "2023-01-01", "2024-01-01"]);
	assert.deepEqual(dayTicks("2024-04-02", "2024-04-02", 5), ["2024-04-02"]);
	const die = dice();
	for (let i = 0; i < 500; i++) {
		const from = new Date(Date.UTC(2000 + die(25), die(12), 1 + die(28))).toISOString().slice(0, 10);
		const to = new Date((dayNumber(from) + die(4000)) * 86_400_000).toISOString().slice(0, 10);
		const most = 2 + die(8);
		const t = dayTicks(from, to, most);
		assert.ok(t.length <= most + 1 && t.length >= 1, `${from} ${to} ${most} seed ${seed}: ${t}`);
		assert.ok(t.every((d) => d >= from && d <= to), `${from} ${to} seed ${seed}: ${t}`);
		assert.deepEqual(t, [...new Set(t)].sort());
	}
});

test("a value stands until the next", () => {
	assert.equal(steps([0, 10, 20], [5, 5, 1]), "M0 5H10V5H20V1");
	assert.equal(steps([0, 10, 20, 30, 40], [null, 5, null, 7, null]), "M10 5H20M30 7H40");
	assert.equal(steps([], []), "");
	assert.equal(steps([0, 10], [0, undefined]), "M0 0H10");
	assert.equal(standing([0, 10, 20], 15), 1);
	assert.equal(standing([0, 10, 20], 10), 1);
	assert.equal(standing([0, 10, 20], -3), 0);
	assert.equal(standing([0, 10, 20], 99), 2);
});
