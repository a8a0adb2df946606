// SPDX-License-Identifier: Apache-2.0
// What the tests share: a browser as far as the modules look at one, a language, a seed.
import { lang, type Lang } from "../src/lang";
import { speak } from "../src/words";

const kept = new Map<string, string>();
Object.assign(globalThis, {
	localStorage: { getItem: (k: string) => kept.get(k) ?? null, setItem: (k: string, v: string) => void kept.set(k, v) },
});

export function inLang<T>(l: Lang, fn: () => T): T {
	const before = lang.get();
	lang.set(l);
	try {
		return fn();
	} finally {
		lang.set(before);
	}
}

export const seed = Number(process.env["SEED"] ?? Date.now() % 1_000_000);

/** Whole numbers below n, the same again for the same seed. */
export function dice(from = seed): (n: number) => number {
	let x = (from * 2654435761 + 1) >>> 0;
	return (n) => {
		x ^= x << 13;
		x >>>= 0;
		x ^= x >>> 17;
		x ^= x << 5;
		x >>>= 0;
		return x % n;
	};
}

await speak("vi");
await speak("en");
