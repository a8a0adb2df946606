// SPDX-License-Identifier: Apache-2.0
// One figure large enough for the other end of the room, with what it is out of and how it changed.
export interface TileProps {
	title: string;
	value: string;
	of: string;
	change?: string | null; // arrow, sign and word
	tone?: "good" | "bad" | "calm";
	since?: string | null;
	note?: string | null;
	hint?: string; // what pressing it does, for who hears it
	kind: string;
	onOpen?: (() => void) | null;
}

export function Tile({ title, value, of, change, tone = "calm", since, note, hint, kind, onOpen }: TileProps) {
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
			{onOpen && hint && <span class="unseen">{hint}</span>}
		</>
	);
	if (!onOpen) return <div class={`tile tile-${kind}`}>{inside}</div>;
	return (
		<button type="button" class={`tile tile-${kind}`} onClick={onOpen}>
			{inside}
		</button>
	);
}
