// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import { fresh } from "../src/fresh";
import type { Line } from "../src/live";
import type { State } from "../src/model";
import { inLang } from "./page";

const hanoi = (day: number, h: number, m: number, s: number) => Date.UTC(2024, 3, day, h - 7, m, s);
const STATE: State = {
	generation: "ab:2:7",
	version: 10,
	time_ms: hanoi(2, 12, 1, 7),
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
const OPEN: Line = { phase: "open", since: null };
const NOW = hanoi(2, 12, 5, 0);

function says(line: Line, s: State | null, vi: string, en: string, tone: string): void {
	assert.equal(inLang("vi", () => fresh(line, s, NOW)).text, vi);
	const f = inLang("en", () => fresh(line, s, NOW));
	assert.equal(f.text, en);
	assert.equal(f.tone, tone);
}

test("live, with the centre's time; aloud without it", () => {
	says(OPEN, STATE, "trực tiếp · 12:01:07", "live · 12:01:07", "good");
	assert.equal(fresh(OPEN, STATE, NOW).aloud, "trực tiếp");
});

test("cut: since when, and until when the figures stand", () => {
	const cut: Line = { phase: "cut", since: hanoi(2, 12, 1, 10) };
	says(cut, STATE, "mất kết nối từ 12:01:10 — số liệu tính đến 12:01:07", "cut since 12:01:10 — figures as of 12:01:07", "bad");
	says(cut, null, "mất kết nối từ 12:01:10", "cut since 12:01:10", "bad");
	// over midnight both say the day, too
	const old: Line = { phase: "cut", since: hanoi(1, 23, 0, 0) };
	says(old, { ...STATE, today: "2024-04-03" }, "mất kết nối từ 01/04/2024 23:00:00 — số liệu tính đến 02/04/2024 12:01:07", "cut since 2024-04-01 23:00:00 — figures as of 2024-04-02 12:01:07", "bad");
});

test("the line holds, but the gateway's own to the centre does not", () => {
	const away: State = { ...STATE, live: false, cut_since_ms: hanoi(2, 12, 1, 10), cut_reason: "away" };
	says(OPEN, away, "trung tâm mất kết nối từ 12:01:10 — số liệu tính đến 12:01:07", "centre away since 12:01:10 — figures as of 12:01:07", "bad");
	says(OPEN, { ...away, cut_since_ms: null }, "trung tâm mất kết nối — số liệu tính đến 12:01:07", "centre away — figures as of 12:01:07", "bad");
});

test("the centre is there and does not let the gateway in", () => {
	for (const cut_reason of ["refused", "revoked"] as const)
		says(OPEN, { ...STATE, live: false, cut_since_ms: hanoi(2, 12, 1, 10), cut_reason }, "trung tâm không nhận máy chủ này từ 12:01:10, cần người vận hành — số liệu tính đến 12:01:07", "the centre refuses this server since 12:01:10, its operator is needed — figures as of 12:01:07", "bad");
});

test("figures of a generation that has passed are marked", () => {
	says(OPEN, { ...STATE, stale: true }, "trung tâm đã đổi thế hệ, đang nhận lại — số liệu tính đến 12:01:07", "new generation at the centre, catching up — figures as of 12:01:07", "wait");
});

test("before anything is known it says so", () => {
	says({ phase: "opening", since: null }, null, "đang kết nối…", "connecting…", "wait");
	says({ phase: "closed", since: null }, STATE, "đang kết nối…", "connecting…", "wait");
	says(OPEN, { ...STATE, time_ms: null }, "chưa có số liệu", "no figures yet", "bad");
	says(OPEN, { ...STATE, time_ms: 0 }, "chưa có số liệu", "no figures yet", "bad");
});
