// SPDX-License-Identifier: Apache-2.0
// Names of units that a list gives by code only (who must clear, who leads). What an answer tells about a unit, what is
// above and below it, is kept; what is still unknown is asked for, one after the other, because one answer often names
// the next ones too. A code that has no answer stays a code.
import { useEffect } from "preact/hooks";
import { get } from "./api";
import type { UnitAnswer, UnitName } from "./model";
import { store, useStore } from "./store";
import { nameOf } from "./words";

const MOST = 40; // questions of one screen; the rest stay codes

const known = new Map<string, UnitName>();
const asked = new Set<string>();
const told = store(0); // grows with what is known
let line: string[] = [];
let busy = false;

export function learnNames(units: readonly UnitName[]): void {
	let fresh = false;
	for (const u of units) {
		if (!known.has(u.code)) fresh = true;
		known.set(u.code, u);
	}
	if (fresh) told.set(told.get() + 1);
}

async function work(): Promise<void> {
	if (busy) return;
	busy = true;
	for (let code = line.shift(); code !== undefined; code = line.shift()) {
		if (known.has(code) || asked.has(code)) continue;
		asked.add(code);
		try {
			const a = await get<UnitAnswer>("unit", { unit: code });
			learnNames([...a.unit.path, ...a.children]);
		} catch {
			// a code says who it is, too
		}
	}
	busy = false;
}

/** A function from code to name; draws again when more is known. */
export function useNames(codes: readonly (string | null)[]): (code: string) => string {
	useStore(told);
	const key = [...new Set(codes.filter((c): c is string => !!c && !known.has(c) && !asked.has(c)))].slice(0, MOST).join("\n");
	useEffect(() => {
		if (!key) return;
		line = [...line, ...key.split("\n")];
		void work();
	}, [key]);
	return (code) => {
		const u = known.get(code);
		return u ? nameOf(u) : code;
	};
}
