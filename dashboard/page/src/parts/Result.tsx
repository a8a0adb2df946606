// SPDX-License-Identifier: Apache-2.0
import type { ComponentChildren } from "preact";
import { say, wrongs } from "../figure";
import { dayOf, shortDate, time } from "../format";
import type { Figure, Item } from "../model";
import { Link } from "../route";
import { nameOf, t } from "../words";
import { Tag } from "./Tag";

/** A figure in a cell: "98,43 %" and below it what it is made of. */
export function Result({ item, f }: { item: Item | undefined; f: Figure }) {
	const s = say(item, f);
	return (
		<span class={s.none ? "result result-none" : "result"}>
			<b>{s.main}</b>
			{s.rest && <small>{s.rest}</small>}
		</span>
	);
}

/** When it last changed: the day, and on demand the second; which is not how old the oldest report in it is (Drill says that). */
export function Changed({ ms }: { ms: number | null | undefined }) {
	if (ms == null) return null;
	return (
		<small class="line changed" title={t("figure.movedNote", { time: time(ms) })}>
			{t("figure.moved", { date: shortDate(dayOf(ms)) })}
		</small>
	);
}

/** What is wrong at a figure, in words; nothing when nothing is. */
export function Wrongs({ f, but }: { f: Figure; but?: "unreported" }) {
	const list = wrongs(f).filter((w) => w.word !== but);
	if (!list.length) return null;
	return (
		<span class="tags">
			{list.map((w) => (
				<Tag key={w.word} tone={w.word === "overdue" ? "bad" : w.word === "unreported" ? "plain" : "warn"}>
					{w.word === "overdue" && <span aria-hidden="true">! </span>}
					{w.text}
				</Tag>
			))}
		</span>
	);
}

/** Opens a figure: its units, their updates, their receipts. */
export function OpenFigure({ unit, item, unitName, children, class: c }: { unit: string; item: Item; unitName?: string; children: ComponentChildren; class?: string }) {
	return (
		<Link to={{ drill: { unit, item: item.code } }} class={c} title={unitName ? t("drill.open", { item: nameOf(item), unit: unitName }) : undefined} aria-haspopup="dialog">
			{children}
		</Link>
	);
}
