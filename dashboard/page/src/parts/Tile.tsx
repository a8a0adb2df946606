// SPDX-License-Identifier: Apache-2.0
// One figure large enough for the other end of the room, with what it is out of and how it changed.
import type { ComponentChildren } from "preact";

export interface TileProps {
	title: string;
	value: string;
	of: string;
	change?: string | null; // arrow, sign and word
	tone?: "good" | "bad" | "calm";
	since?: string | null;
	note?: string | null;
	label: string; // all of it, for who hears it
	kind: string;
	onOpen?: (() => void) | null;
	children?: ComponentChildren;
}

export function Tile({ title, value, of, change, tone = "calm", since, note, label, kind, onOpen }: TileProps) {
	const inside = (
		<>
			<span class="tile-title">{title}</span>
			<span class="tile-value">{value}</span>
			<span class="tile-of">{of}</span>
			<span class="tile-note">{note ?? "\u00a0"}</span>
			<span class={`tile-change tone-${tone}`}>
				{change ? (
					<>
						<b>{change}</b> <span>{since}</span>
					</>
				) : (
					"\u00a0"
				)}
			</span>
		</>
	);
	if (!onOpen)
		return (
			<div class={`tile tile-${kind}`} role="group" aria-label={label}>
				{inside}
			</div>
		);
	return (
		<button type="button" class={`tile tile-${kind}`} aria-label={label} onClick={onOpen}>
			{inside}
		</button>
	);
}
