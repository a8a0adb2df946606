// SPDX-License-Identifier: Apache-2.0
// The one line of events of this page. Screens say what they want to hear of (a unit, how deep); the line is
// opened for what covers all of that, and what comes is handed to those it concerns.
//
//   closed -> opening -> open -> cut -> opening ...      (line.phase)
//
// A line that broke is taken up again behind the last event that came (?last=), also when the server was started
// anew meanwhile; when it cannot bridge the gap it says `resync`, and `epoch` grows: whoever shows figures asks for
// them anew. A `ping` comes every 15 s; when nothing came for QUIET_MS all the same the
// page asks for the state; without an answer the line counts as cut. Nothing here throws; nothing waits for ever.
import { ApiError, get, heard } from "./api";
import type { Grain, State } from "./model";
import { store } from "./store";

export type Depth = 1 | "all";

export interface Line {
	phase: "closed" | "opening" | "open" | "cut";
	since: number | null; // cut: since when, by this machine's clock
}

/** What it is made of: another clock and another EventSource in the tests. */
export interface World {
	open(url: string): Source;
	now(): number;
	after(ms: number, fn: () => void): () => void; // returns what calls it off
	probe(): Promise<State | null>; // null: somebody answers, but has no figures
	refuses(unit: string): Promise<boolean>; // there is no such unit, or not for us: trying again is no use
}

export interface Source {
	readonly readyState: number; // 0 connecting, 1 open, 2 closed
	onopen: (() => void) | null;
	onerror: (() => void) | null;
	addEventListener(type: string, fn: (e: { data: string; lastEventId: string }) => void): void;
	close(): void;
}

export const QUIET_MS = 20_000; // the gateway pings every 15 s
export const DEAD_MS = 10_000; // how long the answer to "are you there" may take
export const RETRY_MIN_MS = 1_000;
export const RETRY_MAX_MS = 15_000;

interface Wish {
	unit: string;
	depth: Depth;
	fn: (g: Grain) => void;
}

const below = (path: string, unit: string, depth: Depth): boolean => {
	const steps = path.split("/").filter(Boolean);
	const at = steps.indexOf(unit);
	return at >= 0 && (depth === "all" || steps.length - 1 - at <= 1);
};

/** Whether an event on a line that was opened for more concerns this wish. A group's members are not in a path: it hears all. */
export function concerns(g: Grain, unit: string, depth: Depth): boolean {
	return unit.startsWith("G/") || below(g.path, unit, depth);
}

export function makeLive(world: World) {
	const state = store<State | null>(null);
	const line = store<Line>({ phase: "closed", since: null });
	const epoch = store(0);
	const wishes = new Set<Wish>();
	let source: Source | null = null;
	let covered: { unit: string; depth: Depth } | null = null;
	let last = "";
	let tries = 0;
	let off: (() => void) | null = null; // the one timer: quiet, or retry
	let planned = false;
	const refused = new Set<string>();
	let standing: string | null = null; // the unit to hear of when no screen wishes anything

	const timer = (ms: number, fn: () => void) => {
		off?.();
		off = world.after(ms, () => {
			off = null;
			fn();
		});
	};

	function learn(s: State): void {
		if (!s.root) return; // the gateway has not caught up with the centre yet: nothing to show
		const before = state.get();
		state.set(s);
		if (!before) return;
		if (before.generation !== s.generation || before.today !== s.today) epoch.set(epoch.get() + 1);
	}

	function alive(): void {
		tries = 0;
		if (line.get().phase !== "open") line.set({ phase: "open", since: null });
		timer(QUIET_MS, quiet);
	}

	function cut(): void {
		if (line.get().phase !== "cut") line.set({ phase: "cut", since: world.now() });
	}

	// Nothing came for a while. The stream may be quiet or dead: a question tells.
	function quiet(): void {
		const asked = source;
		let answered = false;
		timer(DEAD_MS, () => lost(asked));
		world.probe().then(
			(s) => {
				answered = true;
				if (asked !== source || !source) return;
				if (s) learn(s);
				if (source.readyState === 1) alive();
				else lost(asked);
			},
			() => {
				if (!answered && asked === source) lost(asked);
			},
		);
	}

	function lost(which: Source | null): void {
		if (which !== source) return;
		source?.close();
		source = null;
		cut();
		const wait = Math.min(RETRY_MAX_MS, RETRY_MIN_MS * 2 ** Math.min(tries++, 6));
		timer(wait, connect);
	}

	function cover(): { unit: string; depth: Depth } | null {
		const all = [...wishes].filter((w) => !refused.has(w.unit));
		const first = all[0];
		if (!first) return standing ? { unit: standing, depth: 1 } : null;
		if (all.every((w) => w.unit === first.unit)) return { unit: first.unit, depth: all.some((w) => w.depth === "all") ? "all" : 1 };
		const root = state.get()?.root.code;
		return { unit: root ?? first.unit, depth: "all" };
	}

	function hear(raw: string): void {
		const g = JSON.parse(raw) as Grain;
		const s = state.get();
		if (s && (s.time_ms ?? 0) < g.time_ms) state.set({ ...s, time_ms: g.time_ms, version: Math.max(s.version, g.version) });
		for (const w of [...wishes])
			if ((covered?.unit === w.unit && covered.depth === w.depth) || concerns(g, w.unit, w.depth)) w.fn(g);
	}

	function connect(): void {
		source?.close();
		source = null;
		covered = cover();
		if (!covered) {
			off?.();
			off = null;
			line.set({ phase: "closed", since: null });
			return;
		}
		if (line.get().phase === "closed") line.set({ phase: "opening", since: null });
		const args = new URLSearchParams({ unit: covered.unit, depth: String(covered.depth) });
		if (last) args.set("last", last);
		const mine = world.open(`/api/v1/events?${args}`);
		source = mine;
		timer(QUIET_MS, () => lost(mine)); // opening, too, has an end
		const on = (type: string, fn: (data: string) => void) =>
			mine.addEventListener(type, (e) => {
				if (mine !== source) return;
				if (e.lastEventId) last = e.lastEventId;
				fn(e.data);
				alive();
			});
		const blind = line.get().phase === "cut" && !last; // broken before anything came: nobody can say what was missed
		on("hello", (d) => {
			learn((JSON.parse(d) as { state: State }).state);
			if (blind) epoch.set(epoch.get() + 1);
		});
		on("state", (d) => learn(JSON.parse(d) as State));
		on("ping", () => {});
		on("grain", hear);
		on("resync", () => epoch.set(epoch.get() + 1));
		mine.onopen = () => {
			if (mine === source) timer(QUIET_MS, quiet);
		};
		// The browser would come back by itself, but not after an answer that is none (502 of a proxy, 503), and in
		// its own time: we do, always.
		mine.onerror = () => {
			// Refused, not broken: an answer to a question says why (a session that is over, api.ts; no such unit).
			const unit = covered?.unit;
			if (mine === source && mine.readyState === 2 && unit)
				void world.refuses(unit).then((no) => {
					if (no && unit !== standing) {
						refused.add(unit);
						again();
					}
				});
			lost(mine);
		};
	}

	// Several wishes of one moment (a screen that is drawn) open one line.
	function plan(): void {
		if (planned) return;
		planned = true;
		queueMicrotask(() => {
			planned = false;
			const next = cover();
			if (next?.unit === covered?.unit && next?.depth === covered?.depth && (source || off)) return;
			connect();
		});
	}

	function again(): void {
		tries = 0;
		if (cover()) connect();
	}

	return {
		state,
		line,
		/** Grows when everything that is shown has to be asked for anew. */
		epoch,
		/** From elsewhere than the line: the answer to a question. */
		learn,
		subscribe(unit: string, depth: Depth, fn: (g: Grain) => void): () => void {
			const w = { unit, depth, fn };
			wishes.add(w);
			plan();
			return () => {
				wishes.delete(w);
				plan();
			};
		},
		/** Keep the line open for this unit while no screen wishes anything; null: close it then. */
		stand(unit: string | null): void {
			standing = unit;
			plan();
		},
		/** At once, when somebody logged in or pressed "again". */
		again(): void {
			refused.clear();
			again();
		},
		stop(): void {
			off?.();
			off = null;
			source?.close();
			source = null;
			covered = null;
			line.set({ phase: "closed", since: null });
		},
	};
}

export const live = makeLive({
	open: (url) => new EventSource(url) as unknown as Source,
	now: () => Date.now(),
	after(ms, fn) {
		const id = setTimeout(fn, ms);
		return () => clearTimeout(id);
	},
	probe: () =>
		get<State>("state").catch((e: unknown) => {
			if (e instanceof ApiError && ![0, 502, 504].includes(e.status)) return null; // not of a proxy that cannot reach it
			throw e;
		}),
	refuses: (unit) => get("unit", { unit }).then(() => false, (e: unknown) => e instanceof ApiError && [400, 403, 404].includes(e.status)),
});

heard.subscribe((s) => s && live.learn(s));
