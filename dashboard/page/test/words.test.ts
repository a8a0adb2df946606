// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import { calendar } from "../src/words/calendar";
import { obstacles } from "../src/words/obstacles";
import { overview } from "../src/words/overview";
import { shell } from "../src/words/shell";
import { stream } from "../src/words/stream";
import { system } from "../src/words/system";
import { unit } from "../src/words/unit";
import { codeWord, fill, nameOf, t } from "../src/words";
import { table } from "../src/words/table";
import { inLang } from "./page";

const files: Record<string, Record<string, readonly [string, string]>> = { shell, overview, unit, obstacles, calendar, stream, system };
const names = (s: string) => [...new Set([...s.matchAll(/\{(\w+)/g)].map((m) => m[1]))].sort();

test("both languages say everything, with the same numbers in it", () => {
	for (const [file, words] of Object.entries(files))
		for (const [key, [vi, en]] of Object.entries(words)) {
			assert.ok(vi.trim() && en.trim(), `${file}: ${key}`);
			assert.deepEqual(names(en), names(vi), `${file}: ${key}`);
			assert.equal(vi, vi.normalize("NFC"), `${file}: ${key}`);
		}
});

test("no two files say the same key", () => {
	const seen = new Map<string, string>();
	for (const [file, words] of Object.entries(files))
		for (const key of Object.keys(words)) {
			assert.equal(seen.get(key), undefined, `${key} is in ${file} too`);
			seen.set(key, file);
		}
});

test("every file is in the table", () => {
	for (const [file, words] of Object.entries(files)) for (const [key, pair] of Object.entries(words)) assert.equal((table as Record<string, unknown>)[key], pair, file);
	assert.equal(Object.keys(table).length, Object.values(files).flatMap(Object.keys).length);
});

test("numbers in words", () => {
	assert.equal(fill("{n} {n:unit|units}", { n: 1 }), "1 unit");
	assert.equal(fill("{n} {n:unit|units}", { n: 1387 }), "1.387 units");
	assert.equal(fill("{n} {n:unit|units}", { n: 0 }), "0 units");
	assert.equal(fill("{a} {b}", { a: "{b}", b: "x" }), "{b} x"); // what is filled in is not read again
	assert.equal(fill("{a}", { a: null }), "–");
	assert.equal(inLang("en", () => t("common.rows", { n: 1387 })), "1,387 rows");
});

test("codes and names", () => {
	assert.equal(codeWord("role", "leader"), "lãnh đạo");
	assert.equal(codeWord("role", "what"), "what");
	assert.equal(codeWord("role", null), "");
	assert.equal(nameOf({ name: "Tỉnh", name_en: "Province" }), "Tỉnh");
	assert.equal(inLang("en", () => nameOf({ name: "Tỉnh", name_en: "Province" })), "Province");
	assert.equal(inLang("en", () => nameOf({ name: "Tỉnh", name_en: "" })), "Tỉnh");
	assert.equal(nameOf({ name: "", code: "412" }), "412");
});
