// SPDX-License-Identifier: Apache-2.0
// What the page says. There is a file of words for each screen (words/), with both languages side by side; a browser
// loads the language it speaks, by speak(), before anything is drawn in it.
// t("key", {n: 3}): {n} is replaced; a number is written as format.int does, and {n:unit|units} is the first word
// when n is 1, else the second.
import { int } from "./format";
import { lang, type Lang } from "./lang";
import type { State } from "./model";
import { keys } from "./words/keys";
import type { Key } from "./words/table";

export type { Key } from "./words/table";
export type Args = Readonly<Record<string, string | number | null | undefined>>;

export function fill(text: string, args: Args = {}): string {
	return text.replace(/\{(\w+)(?::([^{}|]*)\|([^{}|]*))?\}/g, (_, name: string, one?: string, many?: string) => {
		const v = args[name];
		if (one !== undefined) return v === 1 ? one : (many ?? "");
		return typeof v === "string" ? v : int(v);
	});
}

type Said = Readonly<Record<string, string>>;
const said: Partial<Record<Lang, Said>> = {};

/** Whether its words are here. */
export const speaks = (l: Lang): boolean => said[l] !== undefined;

/** Loads the words of a language; rejects when the line does not give them. */
export async function speak(l: Lang): Promise<void> {
	if (said[l]) return;
	const { texts } = await (l === "en" ? import("./words/en") : import("./words/vi"));
	said[l] = Object.fromEntries(texts.map((text, i) => [keys[i] ?? i, text])); // by its place: build_words.mjs
}

export function t(key: Key, args?: Args): string {
	return fill(said[lang.get()]?.[key] ?? String(key), args);
}

/** A code of the server's ("open", "task") as a word: `codeWord("kind", "task")` is the word "kind.task", or the code. */
export function codeWord(group: string, code: string | null | undefined): string {
	if (!code) return "";
	return said[lang.get()]?.[`${group}.${code}`] ?? code;
}

/** The name by the page's language. */
export function nameOf(x: { name: string; name_en?: string | null; code?: string }): string {
	return (lang.get() === "en" && x.name_en) || x.name || x.code || "";
}

/** The name of an item; its code, when nobody knows it. */
export const itemName = (items: ReadonlyMap<string, { name: string; name_en?: string | null }>, code: string): string => nameOf(items.get(code) ?? { name: code });

/** What kind of figures a store has, when they are not the real ones of now. */
export const kindOf = (s: State | null): string =>
	s?.illustrative ? t("app.illustrative") + (s.simulated ? ` · ${t("app.simulated")}` : "") : s?.simulated ? t("app.simulatedOnly") : "";
