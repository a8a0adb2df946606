// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import { csv, csvCell } from "../src/csv";
import type { State } from "../src/model";
import { kindOf } from "../src/words";
import { dice, inLang, seed } from "./page";

test("a file a Vietnamese spreadsheet opens right", () => {
	const rows = [
		["Đơn vị", "n", "tỷ lệ", "trống"],
		["Quỳ Châu", 1387, { hundredths: 9843 }, null],
	];
	assert.equal(inLang("vi", () => csv(rows)), "\ufeffĐơn vị;n;tỷ lệ;trống\r\nQuỳ Châu;1387;98,43;\r\n");
	assert.equal(inLang("en", () => csv(rows)), "\ufeffĐơn vị;n;tỷ lệ;trống\r\nQuỳ Châu;1387;98.43;\r\n");
	assert.equal(csv([]), "\ufeff");
});

test("numbers keep their sign and are no formulas", () => {
	assert.equal(csvCell(-3), "-3");
	assert.equal(csvCell(0), "0");
	assert.equal(csvCell({ hundredths: -5 }), "-0,05");
	assert.equal(csvCell({ hundredths: -250 }), "-2,50");
	assert.equal(csvCell({ hundredths: null }), "");
	assert.equal(csvCell(Number.NaN), "");
	assert.equal(csvCell(undefined), "");
});

test("quotes, separators and line ends stay in their cell", () => {
	assert.equal(csvCell('nói "được"'), '"nói ""được"""');
	assert.equal(csvCell("a;b"), '"a;b"');
	assert.equal(csvCell("a,b"), '"a,b"');
	assert.equal(csvCell("a\r\nb"), "a b");
	assert.equal(csvCell("a\tb"), "a b");
	assert.equal(csvCell("a\u0000b\u0007"), "ab");
});

test("what a spreadsheet would compute is text", () => {
	const hostile = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "\u00a0=1", "\u200b=1", "\ufeff=1", "\u202e=1", "\u0000=1", "＝1+1", "＋1", "－1", "＠A"];
	for (const h of hostile) assert.match(csvCell(h), /^"?'/, JSON.stringify(h));
	assert.equal(csvCell('=HYPERLINK("x")'), '"\'=HYPERLINK(""x"")"');
	assert.equal(csvCell("a=b"), "a=b"); // in the middle it is nothing
});

test("a code keeps its zero in front", () => {
	assert.equal(csvCell("070"), '"=""070"""');
	for (const c of ["412", "0", "08.CA", "0,5", "0x1", "00a"]) assert.doesNotMatch(csvCell(c), /^"=/, c);
});

test("what kind of figures a store has", () => {
	const of = (illustrative: boolean, simulated: boolean) => kindOf({ illustrative, simulated } as State);
	assert.deepEqual([of(false, false), of(true, false), of(false, true), of(true, true)], ["", "Số liệu minh hoạ", "Thời gian mô phỏng", "Số liệu minh hoạ · thời gian mô phỏng"]);
	assert.equal(kindOf(null), "");
});

/** As a spreadsheet reads it. */
function read(text: string): string[][] {
	const rows: string[][] = [];
	let row: string[] = [];
	let cell = "";
	let quoted = false;
	for (let i = 0; i < text.length; i++) {
		const c = text[i]!;
		if (quoted) {
			if (c !== '"') cell += c;
			else if (text[i + 1] === '"') cell += text[++i];
			else quoted = false;
		} else if (c === '"' && cell === "") quoted = true;
		else if (c === ";" || c === "\n") {
			row.push(cell);
			cell = "";
			if (c === "\n") {
				rows.push(row);
				row = [];
			}
		} else if (c !== "\r") cell += c;
	}
	return rows;
}

test("random text: as many cells as were given, none of them a formula", () => {
	const die = dice();
	const letters = ['"', ";", ",", "\r", "\n", "\t", "=", "+", "-", "@", "'", " ", "a", "Đ", "\u0000", "\u202e", "\ufeff", "＝"];
	for (let i = 0; i < 3000; i++) {
		const text = () => Array.from({ length: die(8) }, () => letters[die(letters.length)]).join("");
		const rows = [
			[text(), text(), text()],
			[text(), text(), text()],
		];
		const back = read(csv(rows).slice(1));
		assert.deepEqual(back.map((r) => r.length), [3, 3], `seed ${seed} ${JSON.stringify(rows)}`);
		for (const c of back.flat()) assert.doesNotMatch(c, /^[\s\ufeff]*[=+\-@＝\t\r]/, `seed ${seed} ${JSON.stringify(rows)}`);
	}
});
