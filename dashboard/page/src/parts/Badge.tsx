// SPDX-License-Identifier: Apache-2.0
import { time } from "../format";
import { fresh } from "../fresh";
import { live } from "../live";
import { useStore } from "../store";

export function Badge() {
	const line = useStore(live.line);
	const s = useStore(live.state);
	const said = fresh(line, s, Date.now());
	return (
		<p class={`badge badge-${said.tone}`} title={s?.time_ms ? time(s.time_ms) : undefined}>
			<span class="badge-dot" aria-hidden="true" />
			<span aria-hidden="true">{said.text}</span>
			<span class="unseen" role="status" aria-live="polite">
				{said.aloud}
			</span>
		</p>
	);
}
