// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import * as f from "../src/format";
import { dice, inLang, seed } from "./page";

const NBSP = "\u00a0";
/** In Vietnamese, in English. */
function both(fn: () => string, vi: string, en: string): void {
	assert.equal(inLang("vi", fn), vi);
	assert.equal(inLang("en", fn), en);
}

test("whole numbers are grouped by three", () => {
	both(() => f.int(0), "0", "0");
	both(() => f.int(999), "999", "999");
	both(() => f.int(1387), "1.387", "1,387");
	both(() => f.int(1234567), "1.234.567", "1,234,567");
	both(() => f.int(-1387), "−1.387", "−1,387");
	both(() => f.int(Number.MAX_SAFE_INTEGER), "9.007.199.254.740.991", "9,007,199,254,740,991");
});

test("what is not there is no number", () => {
	for (const show of [f.int, f.percent, f.points, f.clock, f.time, f.days, f.age, f.delta]) {
		assert.equal(show(null), "–");
		assert.equal(show(undefined), "–");
	}
	assert.equal(f.date(null), "–");
	assert.equal(f.date(""), "–");
	assert.equal(f.shortDate(undefined), "–");
	assert.equal(f.period(null), "–");
});

test("percent: whole ones plain, others with both places, as the command line", () => {
	both(() => f.percent(10000), `100${NBSP}%`, `100${NBSP}%`);
	both(() => f.percent(5000), `50${NBSP}%`, `50${NBSP}%`);
	both(() => f.percent(9843), `98,43${NBSP}%`, `98.43${NBSP}%`);
	both(() => f.percent(560), `5,60${NBSP}%`, `5.60${NBSP}%`);
	both(() => f.percent(9999), `99,99${NBSP}%`, `99.99${NBSP}%`);
	both(() => f.percent(1), `0,01${NBSP}%`, `0.01${NBSP}%`);
	both(() => f.percent(0), `0${NBSP}%`, `0${NBSP}%`);
	both(() => f.percent(-250), `−2,50${NBSP}%`, `−2.50${NBSP}%`);
	both(() => f.percent(12345678), `123.456,78${NBSP}%`, `123,456.78${NBSP}%`);
});

test("points are hundredths without what says nothing", () => {
	both(() => f.points(8750), "87,5", "87.5");
	both(() => f.points(8705), "87,05", "87.05");
	both(() => f.points(8700), "87", "87");
	both(() => f.points(100000), "1.000", "1,000");
});

test("a rate never stands without its n of N", () => {
	both(() => f.rate(9843, 1387, 1409), `98,43${NBSP}% (1.387/1.409)`, `98.43${NBSP}% (1,387/1,409)`);
	assert.equal(f.rate(null, 0, 0), "–");
	assert.equal(f.rate(0, 0, 0), "–");
	both(() => f.ofN(6, 38), "6/38", "6/38");
});

test("a rate is rounded half up, never to 100 when n < N, never to 0 when n > 0", () => {
	assert.equal(f.rateBp(0, 0), null);
	assert.equal(f.rateBp(0, 7), 0);
	assert.equal(f.rateBp(7, 7), 10000);
	assert.equal(f.rateBp(63, 64), 9844); // 98.4375
	assert.equal(f.rateBp(1, 20000), 1); // 0.005: half up
	assert.equal(f.rateBp(1, 1_000_000), 1);
	assert.equal(f.rateBp(999_999, 1_000_000), 9999);
	const die = dice();
	for (let i = 0; i < 5000; i++) {
		const of = 1 + die(1_000_000);
		const n = die(of + 1);
		const bp = f.rateBp(n, of)!;
		assert.equal(bp === 10000, n === of, `${n}/${of} seed ${seed}`);
		assert.equal(bp === 0, n === 0, `${n}/${of} seed ${seed}`);
		assert.ok(Math.abs(bp - (n / of) * 10000) <= 1, `${n}/${of} = ${bp} seed ${seed}`);
	}
});

test("dates and times are the office's, wherever the browser is", () => {
	both(() => f.date("2024-04-02"), "02/04/2024", "2024-04-02");
	both(() => f.shortDate("2024-04-02"), "02/04", "04-02");
	const ms = Date.UTC(2024, 3, 1, 17, 0, 5); // 02/04 00:00:05 in Hanoi
	both(() => f.time(ms), "02/04/2024 00:00:05", "2024-04-02 00:00:05");
	assert.equal(f.clock(ms), "00:00:05");
	assert.equal(f.dayOf(ms), "2024-04-02");
	assert.equal(f.dayOf(ms - 6000), "2024-04-01");
	assert.equal(f.timeSince(ms, "2024-04-02"), "00:00:05");
	both(() => f.timeSince(ms, "2024-04-03"), "02/04/2024 00:00:05", "2024-04-02 00:00:05");
	assert.equal(f.daysBetween("2024-02-28", "2024-03-01"), 2);
	assert.equal(f.daysBetween("2024-04-02", "2024-04-01"), -1);
});

test("ages in one unit", () => {
	both(() => f.age(0), "0 giây", "0 seconds");
	both(() => f.age(-5000), "0 giây", "0 seconds");
	both(() => f.age(1999), "1 giây", "1 second");
	both(() => f.age(60_000), "1 phút", "1 minute");
	both(() => f.age(3_599_999), "59 phút", "59 minutes");
	both(() => f.age(3_600_000), "1 giờ", "1 hour");
	both(() => f.age(86_400_000 * 1200), "1.200 ngày", "1,200 days");
	both(() => f.days(1), "1 ngày", "1 day");
	both(() => f.days(1200), "1.200 ngày", "1,200 days");
});

test("a change has a sign and an arrow", () => {
	both(() => f.delta(1200), "▲ +1.200", "▲ +1,200");
	both(() => f.delta(-3), "▼ −3", "▼ −3");
	both(() => f.delta(0), "= 0", "= 0");
	both(() => f.delta(-150, f.percent), `▼ −1,50${NBSP}%`, `▼ −1.50${NBSP}%`);
});

test("periods by their codes", () => {
	both(() => f.period("2024-04a"), "kỳ 1 tháng 4/2024", "1st half of 2024-04");
	both(() => f.period("2024-04b"), "kỳ 2 tháng 4/2024", "2nd half of 2024-04");
	both(() => f.period("2024-12"), "tháng 12/2024", "2024-12");
	both(() => f.period("2024-04x"), "tháng 4/2024 (15–14)", "2024-04 (15th to 14th)");
	both(() => f.period("2024-Q1"), "quý 1/2024", "Q1 2024");
	both(() => f.period("2024-Q1x"), "quý 1/2024 (15–14)", "Q1 2024 (15th to 14th)");
	both(() => f.period("2024-W04"), "tuần 4/2024", "week 4 of 2024");
	both(() => f.period("2024"), "năm 2024", "2024");
	both(() => f.period("DOT-1"), "DOT-1", "DOT-1");
});
