// SPDX-License-Identifier: Apache-2.0
import { t, type Key } from "../words";

export type TaskState = "done" | "in_progress" | "not_started" | "overdue" | "unreported";

/** The state of one thing: a letter in its colour and pattern, and the word for who hears or asks. */
export function Pill({ state, word = false }: { state: TaskState; word?: boolean }) {
	const said = t(`state.${state}` satisfies Key);
	return (
		<span class="pill" title={said}>
			<span class={`mark mark-${state}`} aria-hidden="true">
				{t(`letter.${state}` satisfies Key)}
			</span>
			<span class={word ? "" : "unseen"}>{said}</span>
		</span>
	);
}
