// SPDX-License-Identifier: Apache-2.0
// How far a plan is, in one bar: done, done late, in progress, not started, not reported. Each part has its colour,
// its pattern and its letter, and its number inside; what is nothing takes no room.
import { applicable, type Look } from "../overview";
import type { Sum } from "../brief";
import { int } from "../format";
import { t } from "../words";
import { letter, word } from "./Look";

export interface Part {
	look: Look | "late" | "target";
	n: number;
}

/** Of the tasks. What was done late is apart only where every task has one office (cells do not add up to tasks otherwise). */
export function taskParts(f: Sum): Part[] {
	const l = f.leaves;
	const late = l.expected === f.cells.expected ? f.done_late : 0;
	return [
		{ look: "done", n: l.done - late },
		{ look: "late", n: late },
		{ look: "in_progress", n: l.in_progress },
		{ look: "not_started", n: l.not_started },
		{ look: "unreported", n: l.unreported },
	];
}

/** Of the indicators: at target, with a figure, not reported. */
export function indicatorParts(f: Sum): Part[] {
	const k = f.indicators;
	return [
		{ look: "target", n: k.at_target },
		{ look: "value", n: k.value + k.none - k.at_target },
		{ look: "unreported", n: k.unreported },
	];
}

const sign = (p: Part): string => letter(p.look === "late" || p.look === "target" ? "done" : p.look);
const said = (p: Part): string => (p.look === "late" ? t("ov.bar.late") : p.look === "target" ? t("ov.bar.target") : word(p.look));

export const partWords = (parts: readonly Part[]): string =>
	parts
		.filter((p) => p.n > 0)
		.map((p) => `${int(p.n)} ${said(p)}`)
		.join(", ");

export function Bar({ parts }: { parts: readonly Part[] }) {
	return (
		<span class="bar" aria-hidden="true">
			{parts
				.filter((p) => p.n > 0)
				.map((p) => (
					<span key={p.look} class={`bar-part fill-${p.look}`} style={{ flexGrow: p.n }}>
						<span class="plate">
							{sign(p)} {int(p.n)}
						</span>
					</span>
				))}
		</span>
	);
}

/** "6 · 20 · 12 / 38": what stands beside the bar. */
export function barFigures(f: Sum): string {
	const l = f.leaves;
	return [l.done, l.in_progress, l.not_started, ...(l.unreported ? [l.unreported] : [])].map((n) => int(n)).join(" · ") + ` / ${int(applicable(l))}`;
}
