// SPDX-License-Identifier: Apache-2.0
// Which language the page speaks. Apart, because words and formats both ask.
import { store } from "./store";

export type Lang = "vi" | "en";

const KEPT = "tiendo.lang";

export const lang = store<Lang>("vi");

export function keptLang(): Lang {
	try {
		return localStorage.getItem(KEPT) === "en" ? "en" : "vi";
	} catch {
		return "vi"; // storage may be forbidden
	}
}

export function keepLang(l: Lang): void {
	try {
		localStorage.setItem(KEPT, l);
	} catch {
		// then the address carries it
	}
}
