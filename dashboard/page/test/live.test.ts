// SPDX-License-Identifier: Apache-2.0
// The line of events, with a clock that is turned by hand and a stream that says what the test says.
import assert from "node:assert/strict";
import { test } from "node:test";
import "./page";
import { concerns, DEAD_MS, makeLive, QUIET_MS, RETRY_MAX_MS, type Source, type World } from "../src/live";
import type { Grain, State } from "../src/model";

const STATE: State = {
	generation: "ab:2:7",
	version: 10,
	time_ms: 1000,
	today: "2024-04-02",
	live: true,
	cut_since_ms: null,
	cut_reason: null,
	stale: false,
	illustrative: false,
	simulated: false,
	root: { code: "VN", name: "Việt Nam", name_en: "Viet Nam", kind: "central" },
	software: "0.1.0",
	clients: 1,
};

class Stream implements Source {
	readyState = 0;
	onopen: (() => void) | null = null;
	onerror: (() => void) | null = null;
	closed = false;
	private fns = new Map<string, (e: { data: string; lastEventId: string }) => void>();
	constructor(readonly url: URL) {}
	addEventListener(type: string, fn: (e: { data: string; lastEventId: string }) => void) {
		this.fns.set(type, fn);
	}
	close() {
		this.closed = true;
		this.readyState = 2;
	}
	say(type: string, data: unknown, id = "") {
		this.readyState = 1;
		this.fns.get(type)!({ data: JSON.stringify(data), lastEventId: id });
	}
	hello(id = "ab:2:7/10/1.1", s: State = STATE) {
		this.readyState = 1;
		this.onopen?.();
		this.say("hello", { state: s }, id);
	}
	fail() {
		this.onerror?.();
	}
}

const settled = () => new Promise((r) => setImmediate(r));

function stage() {
	let now = 1_000_000;
	let timers: { at: number; fn: () => void }[] = [];
	const streams: Stream[] = [];
	const probes: { yes: (s: State | null) => void; no: (e: unknown) => void }[] = [];
	const doubts: { unit: string; say: (no: boolean) => void }[] = [];
	const world: World = {
		open(url) {
			const s = new Stream(new URL(url, "http://x"));
			streams.push(s);
			return s;
		},
		now: () => now,
		after(ms, fn) {
			const t = { at: now + ms, fn };
			timers.push(t);
			return () => {
				timers = timers.filter((x) => x !== t);
			};
		},
		probe: () => new Promise((yes, no) => probes.push({ yes, no })),
		refuses: (unit) => new Promise((say) => doubts.push({ unit, say })),
	};
	const live = makeLive(world);
	return {
		live,
		streams,
		doubts,
		probes,
		last: () => streams.at(-1)!,
		open: () => streams.filter((s) => !s.closed),
		timers: () => timers.length,
		async pass(ms: number) {
			const end = now + ms;
			for (;;) {
				const next = timers.filter((t) => t.at <= end).sort((a, b) => a.at - b.at)[0];
				if (!next) break;
				now = next.at;
				timers = timers.filter((t) => t !== next);
				next.fn();
				await settled();
			}
			now = end;
		},
		now: () => now,
	};
}

function grain(path: string, time_ms = 2000): Grain {
	const steps = path.split("/").filter(Boolean);
	const unit = steps.at(-1)!;
	return { unit, path, name: unit, name_en: "", plan: "P", version: 11, previous: 10, time_ms, own: true, figures: [] };
}

test("opens what is wished, hands on what concerns, closes behind the last", async () => {
	const s = stage();
	const got: string[] = [];
	const off = s.live.subscribe("40", 1, (g) => got.push(g.unit));
	assert.equal(s.streams.length, 0); // a moment is waited, for the others on the screen
	await settled();
	assert.equal(s.last().url.pathname + s.last().url.search, "/api/v1/events?unit=40&depth=1");
	assert.equal(s.live.line.get().phase, "opening");
	s.last().hello();
	assert.equal(s.live.line.get().phase, "open");
	assert.equal(s.live.state.get()?.version, 10);
	s.last().say("grain", grain("VN/40/412/"), "ab:2:7/11/1.2");
	assert.deepEqual(got, ["412"]);
	assert.equal(s.live.state.get()?.time_ms, 2000);
	assert.equal(s.live.state.get()?.version, 11);
	off();
	await settled();
	assert.equal(s.open().length, 0);
	assert.equal(s.timers(), 0);
	assert.equal(s.live.line.get().phase, "closed");
});

test("several wishes: one line that covers them, each hears its own", async () => {
	const s = stage();
	const a: string[] = [];
	const b: string[] = [];
	s.live.learn(STATE);
	s.live.subscribe("40", 1, (g) => a.push(g.unit));
	s.live.subscribe("40", "all", (g) => b.push(g.unit));
	await settled();
	assert.equal(s.last().url.search, "?unit=40&depth=all");
	s.last().hello("i1");
	const off = s.live.subscribe("38", 1, () => {});
	await settled();
	assert.equal(s.open().length, 1);
	assert.equal(s.last().url.search, "?unit=VN&depth=all&last=i1"); // without a gap between the two
	s.last().hello("i2");
	s.last().say("grain", grain("VN/40/412/17005/"));
	s.last().say("grain", grain("VN/40/412/"));
	s.last().say("grain", grain("VN/38/380/"));
	assert.deepEqual(a, ["412"]);
	assert.deepEqual(b, ["17005", "412"]);
	off();
	await settled();
	assert.equal(s.last().url.search, "?unit=40&depth=all&last=i2");
});

test("a screen that is replaced by one with the same wish keeps the line", async () => {
	const s = stage();
	const off = s.live.subscribe("40", 1, () => {});
	await settled();
	s.last().hello();
	off();
	s.live.subscribe("40", 1, () => {});
	await settled();
	assert.equal(s.streams.length, 1);
	assert.equal(s.last().closed, false);
});

test("standing: a line for the badge while no screen wishes anything", async () => {
	const s = stage();
	s.live.stand("VN");
	await settled();
	assert.equal(s.last().url.search, "?unit=VN&depth=1");
	const off = s.live.subscribe("40", "all", () => {});
	await settled();
	assert.equal(s.last().url.search, "?unit=40&depth=all");
	off();
	await settled();
	assert.equal(s.last().url.search, "?unit=VN&depth=1");
	s.live.stand(null);
	await settled();
	assert.equal(s.open().length, 0);
});

test("cut: says since when, comes back behind the last event, heals", async () => {
	const s = stage();
	s.live.subscribe("40", 1, () => {});
	await settled();
	s.last().hello("id-7");
	await s.pass(3000);
	const at = s.now();
	s.last().fail();
	assert.deepEqual(s.live.line.get(), { phase: "cut", since: at });
	assert.equal(s.open().length, 0);
	await s.pass(1000);
	assert.equal(s.streams.length, 2);
	assert.equal(s.last().url.searchParams.get("last"), "id-7");
	s.last().fail();
	assert.deepEqual(s.live.line.get(), { phase: "cut", since: at }); // still that one
	await s.pass(2000);
	assert.equal(s.streams.length, 3);
	s.last().hello("id-9");
	assert.deepEqual(s.live.line.get(), { phase: "open", since: null });
	assert.equal(s.live.epoch.get(), 0); // nothing was lost: nothing is asked anew
});

test("the wait between tries grows to its end, and begins anew after one that held", async () => {
	const s = stage();
	s.live.subscribe("40", 1, () => {});
	await settled();
	s.last().hello();
	const waits: number[] = [];
	for (let i = 0; i < 7; i++) {
		const before = s.now();
		const n = s.streams.length;
		s.last().fail();
		while (s.streams.length === n) await s.pass(500);
		waits.push(s.now() - before);
	}
	assert.deepEqual(waits, [1000, 2000, 4000, 8000, RETRY_MAX_MS, RETRY_MAX_MS, RETRY_MAX_MS]);
	s.last().hello();
	const n = s.streams.length;
	s.last().fail();
	await s.pass(1000);
	assert.equal(s.streams.length, n + 1);
});

test("resync, another generation, another day: everything is asked anew, once each", async () => {
	const s = stage();
	s.live.subscribe("40", 1, () => {});
	await settled();
	s.last().hello();
	assert.equal(s.live.epoch.get(), 0);
	s.last().say("resync", { reason: "ring" });
	assert.equal(s.live.epoch.get(), 1);
	s.last().say("state", { ...STATE, version: 12 });
	assert.equal(s.live.epoch.get(), 1);
	s.last().say("state", { ...STATE, generation: "cd:2:7" });
	assert.equal(s.live.epoch.get(), 2);
	s.last().say("state", { ...STATE, generation: "cd:2:7", today: "2024-04-03" });
	assert.equal(s.live.epoch.get(), 3);
});

test("broken before anything came: nobody knows what was missed", async () => {
	const s = stage();
	s.live.subscribe("40", 1, () => {});
	await settled();
	s.last().fail();
	await s.pass(1000);
	s.last().hello();
	assert.equal(s.live.epoch.get(), 1);
});

test("quiet is not dead: a question tells", async () => {
	const s = stage();
	s.live.subscribe("40", 1, () => {});
	await settled();
	s.last().hello();
	await s.pass(QUIET_MS);
	assert.equal(s.probes.length, 1);
	assert.equal(s.live.line.get().phase, "open");
	s.probes[0]!.yes({ ...STATE, time_ms: 16_000 });
	await settled();
	assert.equal(s.live.state.get()?.time_ms, 16_000);
	assert.equal(s.live.line.get().phase, "open");
	await s.pass(QUIET_MS);
	assert.equal(s.probes.length, 2); // and again
	s.probes[1]!.yes(null); // a gateway without figures is there, too
	await settled();
	assert.equal(s.live.line.get().phase, "open");
	assert.equal(s.streams.length, 1);
});

test("no answer, or a wrong one, to that question: cut", async () => {
	for (const how of ["silence", "refusal"] as const) {
		const s = stage();
		s.live.subscribe("40", 1, () => {});
		await settled();
		s.last().hello();
		await s.pass(QUIET_MS);
		if (how === "refusal") {
			s.probes[0]!.no(new Error("503"));
			await settled();
		} else await s.pass(DEAD_MS);
		assert.equal(s.live.line.get().phase, "cut", how);
		assert.equal(s.streams[0]!.closed, true);
		await s.pass(RETRY_MAX_MS);
		assert.equal(s.open().length, 1);
		// what the old one still says is not heard
		s.streams[0]!.say("grain", grain("VN/40/"));
		assert.equal(s.live.line.get().phase, "cut");
		s.last().hello();
		assert.equal(s.live.line.get().phase, "open");
	}
});

test("an event while the question is under way is answer enough", async () => {
	const s = stage();
	s.live.subscribe("40", 1, () => {});
	await settled();
	s.last().hello();
	await s.pass(QUIET_MS);
	s.last().say("grain", grain("VN/40/"));
	await s.pass(DEAD_MS);
	assert.equal(s.live.line.get().phase, "open");
	assert.equal(s.streams.length, 1);
});

test("a line that never opens is given up and tried again", async () => {
	const s = stage();
	s.live.subscribe("40", 1, () => {});
	await settled();
	await s.pass(QUIET_MS);
	assert.equal(s.live.line.get().phase, "cut");
	await s.pass(1000);
	assert.equal(s.open().length, 1);
});

test("a state without a root is none: the gateway has nothing to show yet", async () => {
	const s = stage();
	s.live.stand("VN");
	await settled();
	s.last().hello("i", { ...STATE, generation: "", root: null } as unknown as State);
	assert.equal(s.live.state.get(), null);
	s.last().say("state", STATE);
	assert.equal(s.live.state.get()?.root.code, "VN");
	assert.equal(s.live.epoch.get(), 0);
});

test("stop leaves nothing behind", async () => {
	const s = stage();
	s.live.subscribe("40", 1, () => {});
	await settled();
	s.last().hello();
	s.live.stop();
	assert.equal(s.open().length, 0);
	assert.equal(s.timers(), 0);
	s.last().fail();
	assert.equal(s.timers(), 0);
	assert.equal(s.live.line.get().phase, "closed");
});

test("whom an event concerns", () => {
	assert.ok(concerns(grain("VN/40/412/"), "412", 1));
	assert.ok(concerns(grain("VN/40/412/"), "40", 1));
	assert.ok(!concerns(grain("VN/40/412/"), "VN", 1));
	assert.ok(concerns(grain("VN/40/412/"), "VN", "all"));
	assert.ok(!concerns(grain("VN/40/412/"), "41", "all"));
	assert.ok(concerns(grain("VN/40/412/"), "G/BIENGIOI", 1));
});

test("a line that is refused asks why, one that broke does not", async () => {
	const s = stage();
	s.live.subscribe("VN", 1, () => {});
	await settled();
	s.last().hello();
	s.last().readyState = 0; // the connection went
	s.last().fail();
	assert.equal(s.doubts.length, 0);
	await s.pass(1000);
	s.last().readyState = 2; // an answer that is no stream: a session that is over, perhaps
	s.last().fail();
	assert.equal(s.doubts.length, 1);
	assert.equal(s.live.line.get().phase, "cut");
	s.doubts[0]!.say(false);
	await s.pass(2000);
	assert.equal(s.last().url.searchParams.get("unit"), "VN", "tried again");
});

test("a unit that there is not does not make the line look cut", async () => {
	const s = stage();
	s.live.stand("VN");
	s.live.subscribe("zzz", 1, () => assert.fail("nobody knows it"));
	await settled();
	assert.equal(s.last().url.searchParams.get("unit"), "zzz");
	s.last().readyState = 2;
	s.last().fail();
	s.doubts[0]!.say(true);
	await settled();
	assert.equal(s.last().url.searchParams.get("unit"), "VN", "the line is kept for what there is");
	s.last().hello();
	assert.equal(s.live.line.get().phase, "open");
	await s.pass(QUIET_MS - 1);
	assert.equal(s.open().length, 1);
	assert.equal(s.streams.length, 2, "it is not tried again");
	s.live.again(); // somebody logged in: perhaps it is theirs
	assert.equal(s.last().url.searchParams.get("unit"), "zzz");
});
