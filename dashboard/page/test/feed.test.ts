// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import { FEED_KEPT, FEED_SHOWN, Feed, shown, type FeedEvent } from "../src/feed";

interface Brief {
	i: string;
	v?: number;
	n?: [number, number];
}

const leaf = (item: string) => item.includes(".");

function event(version: number, figures: Brief[], more: Partial<FeedEvent<Brief>> = {}): FeedEvent<Brief> {
	return { unit: "412", name: "Thành phố Vinh", plan: "KH", version, time_ms: version * 1000, own: true, figures, ...more };
}

const said = (f: Feed<Brief>) => f.entries.map((e) => e.kind === "gap" ? `gap ${e.why} ${e.n}` : `${e.item} ${e.before?.n?.[0] ?? "-"}>${e.now.n?.[0]}`);

test("newest on top, each with what was said before; inner items only repeat their leaves", () => {
	const f = new Feed<Brief>();
	assert.equal(f.take(event(1, [{ i: "KH", n: [1, 9] }, { i: "KH.1", n: [1, 9] }]), leaf), 1);
	assert.equal(f.take(event(2, [{ i: "KH.1", n: [2, 9] }, { i: "KH.2", n: [7, 9] }]), leaf), 2);
	assert.equal(f.take(event(3, [{ i: "KH", n: [3, 9] }]), leaf), 1, "no leaf: the inner one is all there is");
	assert.deepEqual(said(f), ["KH ->3", "KH.2 ->7", "KH.1 1>2", "KH.1 ->1"]);
});

test("an event that was here before, or says nothing new, makes no line", () => {
	const f = new Feed<Brief>();
	f.take(event(5, [{ i: "KH.1", v: 5, n: [1, 9] }]), leaf);
	assert.equal(f.take(event(5, [{ i: "KH.1", n: [1, 9] }]), leaf), 0);
	assert.equal(f.take(event(4, [{ i: "KH.1", n: [0, 9] }]), leaf), 0);
	assert.equal(f.take(event(6, [{ n: [1, 9], i: "KH.1", v: 6 }]), leaf), 0);
	assert.equal(f.take(event(4, [{ i: "KH.1", n: [0, 9] }], { unit: "413" }), leaf), 1, "another unit counts for itself");
	assert.equal(f.entries.length, 2);
});

test("what the event itself says of before is truer than what was seen", () => {
	const f = new Feed<Brief>();
	f.take(event(1, [{ i: "KH.1", n: [1, 9] }], { before: [{ i: "KH.1", n: [0, 9] }] }), leaf);
	f.take(event(5, [{ i: "KH.1", n: [5, 9] }], { before: [{ i: "KH.1", n: [4, 9] }] }), leaf);
	assert.deepEqual(said(f), ["KH.1 4>5", "KH.1 0>1"]);
});

test("paused: new lines are held back and counted; resumed: they stand on top", () => {
	const f = new Feed<Brief>();
	f.take(event(1, [{ i: "KH.1", n: [1, 9] }]), leaf);
	f.pause();
	f.take(event(2, [{ i: "KH.1", n: [2, 9] }]), leaf);
	assert.deepEqual([f.entries.length, f.held.length], [1, 1]);
	f.resume();
	assert.deepEqual(said(f), ["KH.1 1>2", "KH.1 ->1"]);
	assert.equal(f.held.length, 0);
});

test("too many while paused: the oldest go, and a marker says how many", () => {
	const f = new Feed<Brief>();
	f.take(event(1, [{ i: "KH.1", n: [1, 9] }]), leaf);
	f.pause();
	for (let v = 2; v <= FEED_KEPT + 11; v++)
		f.take(event(v, [{ i: "KH.1", n: [v, 9] }]), leaf);
	assert.equal(f.held.length, FEED_KEPT);
	f.resume();
	assert.equal(f.entries.length, FEED_KEPT);
	f.pause();
	f.take(event(9000, [{ i: "KH.1", n: [9, 9] }]), leaf);
	f.resume();
	assert.equal(f.entries.length, FEED_KEPT, "never more");
	const g = new Feed<Brief>();
	g.take(event(1, [{ i: "KH.1", n: [1, 9] }]), leaf);
	g.pause();
	for (let v = 2; v <= FEED_KEPT + 4; v++)
		g.take(event(v, [{ i: "KH.1", n: [v, 9] }]), leaf);
	g.held = g.held.slice(0, 2); /* so that the marker is not cut off in its turn */
	g.resume();
	assert.deepEqual(said(g).slice(-2), ["gap dropped 3", "KH.1 ->1"]);
});

test("gaps: never two together, none before the first line, versions begin anew after a resync", () => {
	const f = new Feed<Brief>();
	f.gap("cut", 1, 2);
	assert.equal(f.entries.length, 0);
	f.take(event(7, [{ i: "KH.1", n: [1, 9] }]), leaf);
	f.gap("cut", 10, 20);
	f.gap("resync", 20, 30);
	assert.deepEqual(said(f), ["gap resync 0", "KH.1 ->1"]);
	const top = f.entries[0];
	assert.ok(top?.kind === "gap" && top.from_ms === 10 && top.to_ms === 30);
	assert.equal(f.take(event(2, [{ i: "KH.1", n: [4, 9] }]), leaf), 1);
});

test("filters look through all that is kept, and show a bounded part", () => {
	const f = new Feed<Brief>();
	for (let v = 1; v <= FEED_SHOWN + 50; v++)
		f.take(event(v, [{ i: "KH.1", n: [v, 9] }], { own: v % 2 === 0, name: v === 2 ? "quy chau" : "vinh" }), leaf);
	const text = (l: { name: string }) => l.name;
	assert.equal(shown(f.entries, true, [], text).length, FEED_SHOWN);
	assert.equal(shown(f.entries, false, [], text).length, (FEED_SHOWN + 50) / 2);
	assert.equal(shown(f.entries, true, ["chau", "quy"], text).length, 1);
	f.gap("cut", 1, 2);
	assert.equal(shown(f.entries, true, ["khong"], text).length, 0, "a gap between nothing is no gap");
	assert.equal(shown(f.entries, true, ["chau"], text)[0]?.kind, "gap");
});
