// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import {
	agentState, countAgents, DISK_LOW_BYTES, LIVE_MS, perSecond, troubledFirst, troubles,
	type CentreHealth, type Health, type PrincipalHealth,
} from "../src/health";

const agent: PrincipalHealth = { principal: 1, unit: "412", unit_name: "Vinh", name: "", role: "agent", taken: 3, refused: 0,
	last_received_ms: 500, last_heard_ms: 1000 };
const now = 1000 + LIVE_MS;

test("live: heard within two minutes; stale: heard before; never: not since the centre began", () => {
	assert.equal(agentState(agent, now), "live");
	assert.equal(agentState(agent, now + 1), "stale");
	assert.equal(agentState({ ...agent, last_heard_ms: null }, now), "never");
	assert.equal(agentState({ ...agent, last_heard_ms: 0 }, now), "never");
});

test("the longest lost stand first", () => {
	const list = [agent, { ...agent, unit: "a", last_heard_ms: null }, { ...agent, unit: "b", last_heard_ms: 900 },
		{ ...agent, unit: "c", last_heard_ms: 800 }];
	assert.deepEqual(troubledFirst(list, now).map((r) => r.unit), ["c", "b", "a", "412"]);
	assert.deepEqual(countAgents(list, now), { live: 1, stale: 2, never: 1, all: 4 });
});

const centre: CentreHealth = { now_ms: now, uptime_ms: 60000, ready: "ready", entries: 9, head_received_ms: 1, checkpoint: 0,
	updates_taken: 100, updates_refused: 0, duplicates: 0, conflicts: 0, commits: 50, commits_refused: 0, nacks: 0, busy: 2,
	sessions: 1, handshakes: 1, handshakes_refused: 0, handshakes_unknown: 0, subscriptions: 1, deltas: 1, questions: 1,
	questions_failed: 0, journal_bytes: 1000, disk_free_bytes: 2 * DISK_LOW_BYTES, journal_damaged: false, reader_lag: 0 };
const gateway = { clients: 1, streams: 1, requests: 1, refused: 0, cut: 0, sessions: 1, queue: 0, mirror_grains: 1, rss_kb: 1, uptime_ms: 1 };

function health(c: Partial<CentreHealth>, queue = 0): Health {
	return { centre: { ...centre, ...c }, rows: [], gateway: { ...gateway, queue } };
}

test("rates come of two answers of the same run", () => {
	const first = { at_ms: 1000, centre };
	const second = { at_ms: 6000, centre: { ...centre, uptime_ms: 65000, updates_taken: 112 } };
	assert.equal(perSecond(first, second, "updates_taken"), 2400);
	assert.equal(perSecond(null, second, "updates_taken"), null);
	assert.equal(perSecond(second, { ...first, at_ms: 9000 }, "updates_taken"), null, "started anew");
});

test("what is wrong, the gravest first; nothing when all is well", () => {
	assert.deepEqual(troubles(health({}), null), []);
	assert.deepEqual(troubles(health({ journal_damaged: true, ready: "clock", disk_free_bytes: 5 }), null),
		["damaged", "clock", "disk_low"]);
	assert.deepEqual(troubles(health({ ready: "disk_full", disk_free_bytes: 5 }), null), ["disk_full"], "said once");
	assert.deepEqual(troubles(health({ ready: "other" }), null), ["not_ready"]);
	assert.deepEqual(troubles(health({ journal_bytes: 3 * DISK_LOW_BYTES }), null), ["disk_low"]);
	const before = { at_ms: 0, centre };
	assert.deepEqual(troubles(health({ busy: 3, commits_refused: 1 }, 99), before), ["commits_refused", "busy", "questions_queue"]);
	assert.deepEqual(troubles(health({ busy: 3, uptime_ms: 1 }), before), [], "counters of another run say nothing");
});

test("not one agent heard is a trouble, as soon as they have had the time", () => {
	const silent = { ...agent, last_heard_ms: now - LIVE_MS - 1 };
	const of = (rows: typeof agent[], uptime_ms: number) => troubles({ ...health({ uptime_ms }), rows }, null);
	assert.deepEqual(of([silent, silent], LIVE_MS + 1), ["unheard"]);
	assert.deepEqual(of([silent, silent], LIVE_MS), [], "the centre has only just started");
	assert.deepEqual(of([silent, agent], LIVE_MS + 1), [], "an office that is shut is no trouble of the centre's");
	assert.deepEqual(of([{ ...silent, role: "viewer" }], LIVE_MS + 1), [], "nor is who reads");
});
