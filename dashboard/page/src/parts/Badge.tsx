// SPDX-License-Identifier: Apache-2.0
import { clock, dayOf, time, timeSince } from "../format";
import { live } from "../live";
import { useStore } from "../store";
import { t } from "../words";

interface Said {
	tone: "good" | "bad" | "wait";
	text: string;
	short: string; // what is told aloud: without the seconds that run
}

/** How fresh the figures are: of the line to the gateway, and behind it of that to the centre. */
function say(): Said {
	const line = live.line.get();
	const s = live.state.get();
	const until = s?.time_ms ? timeSince(s.time_ms, s.today) : "";
	const here = dayOf(Date.now());
	if (line.phase === "cut") {
		const since = timeSince(line.since, here);
		const text = until ? t("line.cut", { since, until }) : t("line.cutUnknown", { since });
		return { tone: "bad", text, short: text };
	}
	if (!s || line.phase !== "open") return { tone: "wait", text: t("line.opening"), short: t("line.opening") };
	if (!s.time_ms) return { tone: "bad", text: t("line.none"), short: t("line.none") };
	if (!s.live) {
		const text =
			s.cut_since_ms == null
				? t("line.centreUnknown", { until })
				: t("line.centre", { since: timeSince(s.cut_since_ms, here), until });
		return { tone: "bad", text, short: text };
	}
	return { tone: "good", text: t("line.liveAt", { time: clock(s.time_ms) }), short: t("line.live") };
}

export function Badge() {
	useStore(live.line);
	const s = useStore(live.state);
	const said = say();
	return (
		<p class={`badge badge-${said.tone}`} title={s?.time_ms ? time(s.time_ms) : undefined}>
			<span class="badge-dot" aria-hidden="true" />
			<span aria-hidden="true">{said.text}</span>
			<span class="unseen" role="status" aria-live="polite">
				{said.short}
			</span>
		</p>
	);
}
