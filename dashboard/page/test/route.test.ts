// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import { format, parse, PATHS, resolve, type Route, type ScreenName } from "../src/route";
import { dice, seed } from "./page";

const from = (url: string, fallback?: "vi" | "en") => {
	const at = url.indexOf("?");
	return parse(at < 0 ? url : url.slice(0, at), at < 0 ? "" : url.slice(at), fallback);
};

test("the form of the contract", () => {
	const r = from("/don-vi?unit=412&plan=KH762&lang=en");
	assert.equal(r.screen, "unit");
	assert.equal(r.unit, "412");
	assert.equal(r.plan, "KH762");
	assert.equal(r.lang, "en");
	assert.equal(format(r), "/don-vi?unit=412&plan=KH762&lang=en");
	assert.equal(format(from("/")), "/");
	assert.equal(format(from("/lich/")), "/lich");
	assert.equal(format(from("/khong-co")), "/");
	assert.deepEqual(from("/?drill=40~DA06.01").drill, { unit: "40", item: "DA06.01" });
	assert.equal(format(from("/?drill=40~DA06.01")), "/?drill=40~DA06.01");
	assert.equal(format(from("/?unit=G/BIENGIOI")), "/?unit=G/BIENGIOI");
});

test("what makes no sense is left out", () => {
	for (const bad of ["/?drill=", "/?drill=~", "/?drill=40", "/?drill=40~", "/?drill=~X", "/?unit=", "/?lang=fr"]) assert.equal(format(from(bad)), "/", bad);
	assert.equal(from("/", "en").lang, "en");
	assert.equal(from("/?lang=vi", "en").lang, "vi");
});

test("what is not named stays; another screen keeps the unit and the language", () => {
	const r = from("/don-vi?unit=412&plan=KH762&period=2024-04a&open=1&lang=en");
	assert.equal(format(resolve(r, { unit: "413" })), "/don-vi?unit=413&plan=KH762&period=2024-04a&open=1&lang=en");
	assert.equal(format(resolve(r, { screen: "calendar" })), "/lich?unit=412&lang=en");
	assert.equal(format(resolve(r, { screen: "calendar", period: "2024-03" })), "/lich?unit=412&period=2024-03&lang=en");
	assert.equal(format(resolve(r, { screen: "unit", plan: null })), "/don-vi?unit=412&period=2024-04a&open=1&lang=en");
});

test("random: every route comes back out of its own address", () => {
	const die = dice();
	const letters = "aB9./~&=?#%+ đ\"'<>;:\u202e🙂";
	const chars = [...letters];
	const text = () => Array.from({ length: 1 + die(6) }, () => chars[die(chars.length)]).join("");
	const maybe = () => (die(2) ? text() : null);
	const screens = Object.keys(PATHS) as ScreenName[];
	for (let i = 0; i < 3000; i++) {
		const r: Route = {
			screen: screens[die(screens.length)]!,
			unit: maybe(),
			plan: maybe(),
			item: maybe(),
			period: maybe(),
			drill: die(2) ? { unit: text().replace(/~/g, "-"), item: text() } : null,
			lang: die(2) ? "en" : "vi",
			more: die(2) ? { tab: text(), [`x${die(9)}`]: text() } : {},
		};
		const url = format(r);
		assert.deepEqual(from(url), r, `seed ${seed} ${url}`);
		assert.match(url, /^\/[!-~]*$/, `seed ${seed} ${url}`); // nothing that a mail would break
	}
});
