// SPDX-License-Identifier: Apache-2.0
// How fresh the figures are, in words: of the line to the gateway, and behind it of that to the centre. Pure.
import { clock, dayOf, timeSince } from "./format";
import type { Line } from "./live";
import type { State } from "./model";
import { t } from "./words";

export interface Fresh {
	tone: "good" | "bad" | "wait";
	text: string;
	aloud: string; // without the time that runs on: it is told when it changes
}

const same = (tone: Fresh["tone"], text: string): Fresh => ({ tone, text, aloud: text });

/** `now` is this machine's clock, as `line.since` is; what the centre says is by the centre's. */
export function fresh(line: Line, s: State | null, now: number): Fresh {
	const here = dayOf(now);
	const until = s?.time_ms ? timeSince(s.time_ms, s.today) : "";
	if (line.phase === "cut") {
		const since = timeSince(line.since, here);
		return same("bad", until ? t("line.cut", { since, until }) : t("line.cutUnknown", { since }));
	}
	if (!s || line.phase !== "open") return same("wait", t("line.opening"));
	if (!s.time_ms) return same("bad", t("line.none"));
	if (!s.live && s.cut_since_ms != null && s.cut_reason !== "away") return same("bad", t("line.shut", { since: timeSince(s.cut_since_ms, here), until }));
	if (!s.live) return same("bad", s.cut_since_ms == null ? t("line.centreUnknown", { until }) : t("line.centre", { since: timeSince(s.cut_since_ms, here), until }));
	if (s.stale) return same("wait", t("line.stale", { until }));
	return { tone: "good", text: t("line.liveAt", { time: clock(s.time_ms) }), aloud: t("line.live") };
}
