// SPDX-License-Identifier: Apache-2.0
// Which obstacles are shown, in which order and how: all of it is in the address.
import { MINISTRY, addressee, choices, stage, type Order, type Stage } from "../board";
import { int } from "../format";
import type { ObstacleRow } from "../model_lists";
import type { Known } from "../parts/ObstacleCard";
import { Link, navigate } from "../route";
import { useRoute } from "../use";
import { codeWord, nameOf, t, type Key } from "../words";

export const ORDERS: readonly Order[] = ["age", "due", "new"];
export const TABS = ["board", "who", "ministry"] as const;
export type Tab = (typeof TABS)[number];

export const stageWord = (s: Stage) => t(`stage.${s}` satisfies Key);

/** Filters live in the address; an empty one leaves it. */
function set(key: string, value: string, more: Readonly<Record<string, string>>): void {
	const { [key]: _, ...rest } = more;
	navigate({ more: value ? { ...rest, [key]: value } : rest }, "replace");
}

function Choice({ label, value, list, onChange }: { label: string; value: string; list: readonly (readonly [string, string])[]; onChange: (v: string) => void }) {
	return (
		<label>
			<span>{label}</span>
			<select value={value} onChange={(e) => onChange(e.currentTarget.value)}>
				<option value="">{t("obs.all")}</option>
				{list.map(([v, word]) => (
					<option key={v} value={v}>
						{word}
					</option>
				))}
			</select>
		</label>
	);
}

export function Filters({ rows, known, ministry }: { rows: readonly ObstacleRow[]; known: Known; ministry: boolean }) {
	const { item, more } = useRoute();
	const who = (code: string) => (code === MINISTRY ? t("obs.ministryShort") : known.name(code));
	const itemName = (code: string) => (known.items.has(code) ? nameOf(known.items.get(code)!) : code);
	const counted = (list: [string, number][], word: (code: string) => string) => list.map(([c, n]) => [c, `${word(c)} (${int(n)})`] as const);
	const filtered = item || more.state || more.who || more.cause || more.q;
	return (
		<div class="filters screen-only" role="group" aria-label={t("obs.filters")}>
			<label class="filter-find">
				<span>{t("obs.find")}</span>
				<input type="search" value={more.q ?? ""} maxLength={80} onInput={(e) => set("q", e.currentTarget.value, more)} />
			</label>
			{!ministry && <Choice label={t("obs.state")} value={more.state ?? ""} list={counted(choices(rows, stage), (s) => stageWord(s as Stage))} onChange={(v) => set("state", v, more)} />}
			{!ministry && <Choice label={t("obs.addressee")} value={more.who ?? ""} list={counted(choices(rows, addressee), who)} onChange={(v) => set("who", v, more)} />}
			<Choice label={t("obs.cause")} value={more.cause ?? ""} list={counted(choices(rows, (o) => o.cause), (c) => codeWord("cause", c))} onChange={(v) => set("cause", v, more)} />
			<Choice label={t("obs.item")} value={item ?? ""} list={counted(choices(rows, (o) => o.item), itemName)} onChange={(v) => navigate({ item: v || null }, "replace")} />
			<label>
				<span>{t("obs.order")}</span>
				<select value={more.order ?? "age"} onChange={(e) => set("order", e.currentTarget.value === "age" ? "" : e.currentTarget.value, more)}>
					{ORDERS.map((o) => (
						<option key={o} value={o}>
							{t(`obs.order.${o}` satisfies Key)}
						</option>
					))}
				</select>
			</label>
			{filtered && (
				<button type="button" class="quiet" onClick={() => navigate({ item: null, more: Object.fromEntries(Object.entries(more).filter(([k]) => k === "view" || k === "order")) }, "replace")}>
					{t("obs.clear")}
				</button>
			)}
		</div>
	);
}

export function Tabs({ tab, ministries }: { tab: Tab; ministries: number }) {
	const { more } = useRoute();
	return (
		<nav class="tabs screen-only" aria-label={t("obs.tabs")}>
			<ul>
				{TABS.map((x) => {
					const { view: _, ...rest } = more;
					return (
						<li key={x}>
							<Link to={{ more: x === "board" ? rest : { ...rest, view: x } }} aria-current={x === tab ? "page" : undefined}>
								{t(`obs.tab.${x}` satisfies Key)}
								{x === "ministry" && ministries > 0 && ` (${ministries})`}
							</Link>
						</li>
					);
				})}
			</ul>
		</nav>
	);
}
