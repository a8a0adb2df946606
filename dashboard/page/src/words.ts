// SPDX-License-Identifier: Apache-2.0
// What the page says, in both languages: one table, put together from a file of words for each screen.
// t("key", {n: 3}): {n} is replaced; a number is written as format.int does, and {n:unit|units} is the first word
// when n is 1, else the second.
import { int } from "./format";
import { lang } from "./lang";
import { calendar } from "./words/calendar";
import { obstacles } from "./words/obstacles";
import { overview } from "./words/overview";
import { shell } from "./words/shell";
import { stream } from "./words/stream";
import { system } from "./words/system";
import { unit } from "./words/unit";

const table = { ...shell, ...overview, ...unit, ...obstacles, ...calendar, ...stream, ...system };

export type Key = keyof typeof table;
export type Args = Readonly<Record<string, string | number | null | undefined>>;

export function fill(text: string, args: Args = {}): string {
	return text.replace(/\{(\w+)(?::([^{}|]*)\|([^{}|]*))?\}/g, (_, name: string, one?: string, many?: string) => {
		const v = args[name];
		if (one !== undefined) return v === 1 ? one : (many ?? "");
		return typeof v === "string" ? v : int(v);
	});
}

export function t(key: Key, args?: Args): string {
	return fill(table[key][lang.get() === "en" ? 1 : 0], args);
}

/** A code of the server's ("open", "task") as a word: `codeWord("kind", "task")` is the word "kind.task", or the code. */
export function codeWord(group: string, code: string | null | undefined): string {
	if (!code) return "";
	const pair = (table as Record<string, readonly [string, string] | undefined>)[`${group}.${code}`];
	return pair ? pair[lang.get() === "en" ? 1 : 0] : code;
}

/** The name by the page's language. */
export function nameOf(x: { name: string; name_en?: string | null; code?: string }): string {
	return (lang.get() === "en" && x.name_en) || x.name || x.code || "";
}
