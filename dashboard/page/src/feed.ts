// SPDX-License-Identifier: Apache-2.0
// feed: what the screen of events remembers. Pure: whoever owns it tells it what came and what time it is.
// Newest first. Bounded everywhere: FEED_KEPT entries, as many held back while paused, FEED_BEFORE last words to compare
// with; what falls out while paused leaves a gap marker, so that nobody takes the list for whole.
export const FEED_KEPT = 2000;   /* entries in memory: a screen shows few of them, filters look through all */
export const FEED_SHOWN = 300;   /* rows in the document: more slows a wall screen down */
export const FEED_BEFORE = 20000; /* offices x items of a province's plans, with room */

/** B: one figure of an item. */
export interface FeedEvent<B extends { i: string }> {
	unit: string;
	name: string;
	name_en?: string | null;
	plan: string;
	version: number;
	time_ms: number;
	own: boolean;
	figures: readonly B[];
	before?: readonly B[]; // what they were, when the gateway knows: of offices' own figures
}

export interface FeedLine<B> {
	kind: "line";
	key: number;
	time_ms: number;
	unit: string;
	name: string;
	name_en: string | null;
	own: boolean;
	item: string;
	now: B;
	before: B | null;
}

/** cut: the line was; resync: the centre could not bridge it; dropped: too many came while paused. */
export interface FeedGap {
	kind: "gap";
	key: number;
	why: "cut" | "resync" | "dropped";
	from_ms: number | null;
	to_ms: number | null;
	n: number;
}

export type FeedEntry<B> = FeedLine<B> | FeedGap;

export class Feed<B extends { i: string }> {
	entries: FeedEntry<B>[] = [];
	held: FeedEntry<B>[] = [];
	paused = false;
	#dropped = 0;
	#key = 0;
	#before = new Map<string, B>();
	#version = new Map<string, number>();

	/* items: which items of an event make a line (an inner item only repeats what its leaves say). Returns how many lines
	   came of it; 0 also for an event that was here before. */
	take(e: FeedEvent<B>, isLeaf: (item: string) => boolean): number {
		const grain = e.unit + "~" + e.plan;
		if (e.version <= (this.#version.get(grain) ?? -1)) return 0;
		this.#version.set(grain, e.version);
		const leaves = e.figures.filter((b) => isLeaf(b.i));
		const told = new Map(e.before?.map((b) => [b.i, b]));
		const lines: FeedLine<B>[] = [];
		for (const now of leaves.length ? leaves : e.figures) {
			const known = this.#say(e.unit + "~" + now.i, now);
			const before = told.get(now.i) ?? known;
			if (before && same(before, now)) continue;
			lines.push({ kind: "line", key: ++this.#key, time_ms: e.time_ms, unit: e.unit, name: e.name,
				name_en: e.name_en ?? null, own: e.own, item: now.i, now, before });
		}
		this.#put(lines.reverse());
		return lines.length;
	}

	/** The stream broke, or begins anew: what came between is not here. Two markers never stand together. */
	gap(why: "cut" | "resync", from_ms: number | null, to_ms: number | null): void {
		if (why === "resync") this.#version.clear();
		const list = this.paused && this.held.length ? this.held : this.entries;
		const top = list[0];
		if (top?.kind === "gap" && top.why !== "dropped") {
			list[0] = { ...top, to_ms, why: top.why === "resync" ? "resync" : why };
			return;
		}
		if (top || this.entries.length) this.#put([{ kind: "gap", key: ++this.#key, why, from_ms, to_ms, n: 0 }]);
	}

	pause(): void {
		this.paused = true;
	}

	resume(): void {
		const gap: FeedGap[] = this.#dropped ?
			[{ kind: "gap", key: ++this.#key, why: "dropped", from_ms: null, to_ms: null, n: this.#dropped }] : [];
		this.entries = [...this.held, ...gap, ...this.entries].slice(0, FEED_KEPT);
		this.held = [];
		this.#dropped = 0;
		this.paused = false;
	}

	#put(list: FeedEntry<B>[]): void {
		if (!this.paused) {
			this.entries = [...list, ...this.entries].slice(0, FEED_KEPT);
			return;
		}
		const all = [...list, ...this.held];
		this.#dropped += all.slice(FEED_KEPT).filter((e) => e.kind === "line").length;
		this.held = all.slice(0, FEED_KEPT);
	}

	#say(key: string, now: B): B | null {
		const before = this.#before.get(key) ?? null;
		this.#before.delete(key); /* the one said last stands last: the first falls out */
		this.#before.set(key, now);
		if (this.#before.size > FEED_BEFORE) this.#before.delete(this.#before.keys().next().value as string);
		return before;
	}
}

/** Do the two say the same? A version alone is no change. */
function same(a: object, b: object): boolean {
	const plain = (o: object) => JSON.stringify(Object.entries(o).filter(([k]) => k !== "v").sort(([x], [y]) => x < y ? -1 : 1));
	return plain(a) === plain(b);
}

/** What the filters let through, at most FEED_SHOWN. words: folded; each must occur in the folded text of the line. */
export function shown<B>(entries: readonly FeedEntry<B>[], all: boolean, words: readonly string[],
			 text: (l: FeedLine<B>) => string): FeedEntry<B>[] {
	const list: FeedEntry<B>[] = [];
	for (const e of entries) {
		if (e.kind === "line" && !passes(e, all, words, text)) continue;
		list.push(e);
		if (list.length === FEED_SHOWN) break;
	}
	while (list.at(-1)?.kind === "gap") list.pop(); /* nothing older is shown: there is nothing between */
	return list;
}

export function passes<B>(l: FeedLine<B>, all: boolean, words: readonly string[], text: (l: FeedLine<B>) => string): boolean {
	if (!all && !l.own) return false;
	if (!words.length)
		return true;
	const said = text(l);
	return words.every((w) => said.includes(w));
}
