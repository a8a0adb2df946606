// SPDX-License-Identifier: Apache-2.0
// The sign of how a figure stands: a letter on the state's colour and pattern, and the key to all of them.
import type { ComponentChildren } from "preact";
import { LOOKS, type Look } from "../overview";
import { t } from "../words";

export const letter = (l: Look): string => (l === "none" ? "·" : t(`letter.${l}`));
export const word = (l: Look): string => (l === "none" ? t("ov.nothing") : t(`state.${l}`));

/** `done`: another word for it, where it is not a task that is done. */
export function Legend({ looks = LOOKS, done, children }: { looks?: readonly Look[]; done?: string; children?: ComponentChildren }) {
	return (
		<div class="legend">
			<ul aria-label={t("ov.legend")}>
				{looks.map((l) => (
					<li key={l}>
						<span class={`mark mark-${l}`} aria-hidden="true">
							{letter(l)}
						</span>{" "}
						{(l === "done" && done) || word(l)}
					</li>
				))}
			</ul>
			{children}
		</div>
	);
}
