// SPDX-License-Identifier: Apache-2.0
// Tables as files that a spreadsheet opens right: UTF-8 with its mark, `;` between cells, lines ended by CR LF, the
// decimal sign of the page's language. Text that a spreadsheet would take for a formula gets a leading ' - numbers
// are ours and do not. A unit's code that begins with 0 is the one formula there is, ="070": as plain text it would be read as 70.
// The name of a file says of which day it is, and of what kind its figures are.
import { lang } from "./lang";
import { live } from "./live";
import { kindOf } from "./words";

/** Text, a whole number, hundredths (as rates and points come), or nothing. */
export type CsvCell = string | number | { hundredths: number | null | undefined } | null | undefined;

function number(n: number): string {
	return Number.isSafeInteger(n) ? String(n) : "";
}

function decimal(n: number): string {
	const a = Math.abs(n);
	return `${n < 0 ? "-" : ""}${Math.trunc(a / 100)}${lang.get() === "en" ? "." : ","}${String(a % 100).padStart(2, "0")}`;
}

function text(raw: string): string {
	// Nothing that moves the cursor or turns the writing round leaves the cell; a line end inside it is a space.
	if (/^0\d+$/.test(raw)) return `"=""${raw}"""`;
	let s = raw.replace(/[\r\n\t]+(?=.)/gs, (m, at: number) => (at === 0 ? m : " "));
	const hostile = /^[\s\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\0-\x1f]*[=+\-@\uff1d\uff0b\uff0d\uff20]|^[\t\r\n]/.test(s);
	s = s.replace(/[\0-\x1f\x7f\u202a-\u202e\u2066-\u2069]/g, (c) => (/\s/.test(c) ? " " : ""));
	if (hostile) s = `'${s}`;
	return /[";,]|^ | $/.test(s) ? `"${s.replace(/"/g, '""')}"` : s;
}

export function csvCell(cell: CsvCell): string {
	if (cell == null) return "";
	if (typeof cell === "number") return number(cell);
	if (typeof cell === "string") return text(cell);
	return cell.hundredths == null ? "" : decimal(cell.hundredths);
}

export function csv(rows: readonly (readonly CsvCell[])[]): string {
	return `\ufeff${rows.map((r) => `${r.map(csvCell).join(";")}\r\n`).join("")}`;
}

export function download(name: string, rows: readonly (readonly CsvCell[])[]): void {
	const url = URL.createObjectURL(new Blob([csv(rows)], { type: "text/csv;charset=utf-8" }));
	const a = document.createElement("a");
	a.href = url;
	const s = live.state.get();
	a.download = `${[name, s?.today, kindOf(s)].filter(Boolean).join("-").replace(/[^\p{L}\p{N}._-]+/gu, "-")}.csv`;
	document.body.append(a);
	a.click();
	a.remove();
	setTimeout(() => URL.revokeObjectURL(url), 60_000); // the browser reads it after we return
}
