// SPDX-License-Identifier: Apache-2.0
// The head of the overview: how fresh and how complete, the sentence, the tiles. Drawn anew when a figure of the
// unit itself moves, and only then.
import { sum } from "../brief";
import { date, int, rate, rateBp, time } from "../format";
import { live } from "../live";
import type { At, Board, Item } from "../model";
import type { Cells } from "../cells";
import { applicable, changeWords, product, sentence, subject, tiles, type Offices, type Situation, type TileFacts } from "../overview";
import { Tag } from "../parts/Tag";
import { Tile } from "../parts/Tile";
import { navigate } from "../route";
import { useStore } from "../store";
import { useRoute } from "../use";
import { itemName, t, type Key } from "../words";

/** What the parts of the screen look at. */
export interface Sight {
	board: Board;
	cells: Cells;
	plans: readonly string[];
	chosen: string | null;
	items: ReadonlyMap<string, Item>;
	offices: Offices | null;
	before: At | null;
	name: (plan: string) => string;
}

function Line() {
	const line = useStore(live.line);
	const s = useStore(live.state);
	const good = line.phase === "open" && s?.live === true;
	const wait = line.phase === "opening" || line.phase === "closed";
	return <Tag tone={good ? "good" : wait ? "plain" : "bad"}>{good ? `● ${t("line.live")}` : wait ? t("line.opening") : `✕ ${t("ov.fresh.cut")}`}</Tag>;
}

/** How old the figures are, how many are there, and whether the line stands. */
export function Fresh({ board, cells }: { board: Board; cells: Cells }) {
	const f = useStore(cells.total(board.unit.code));
	const changed = cells.changed(board.unit.code);
	return (
		<p class="fresh">
			<Line />
			<span>
				{t("ov.fresh.reported")} <b>{rate(rateBp(f.reported, f.expected), f.reported, f.expected)}</b>
			</span>
			{changed !== null && <span>{t("figure.changed", { time: time(changed) })}</span>}
		</p>
	);
}

export function PlanChoice({ board, items }: { board: Board; items: ReadonlyMap<string, Item> }) {
	const { plan } = useRoute();
	if (board.plans.length < 2) return null;
	const value = board.plans.some((p) => p.i === plan) ? plan! : "";
	return (
		<label class="plan-choice screen-only">
			<span>{t("ov.plan")}</span>
			<select value={value} onChange={(e) => navigate({ plan: e.currentTarget.value || null, drill: null })}>
				<option value="">{t("ov.allPlans")}</option>
				{board.plans.map((p) => (
					<option key={p.i} value={p.i}>
						{p.i} – {itemName(items, p.i)}
					</option>
				))}
			</select>
		</label>
	);
}

const tone = (x: TileFacts): "good" | "bad" | "calm" => (!x.change || !x.good ? "calm" : x.change > 0 === (x.good === "more") ? "good" : "bad");

function OneTile({ x, s }: { x: TileFacts; s: Sight }) {
	const title = t(`tile.${x.key}` satisfies Key);
	const change = changeWords(x);
	const since = change && s.board.compare ? t("ov.change.since", { date: date(s.board.compare) }) : null;
	const of = t(x.key === "silent" ? "ov.tile.ofOffices" : "ov.tile.ofCells", { n: x.of });
	const plan = x.plan;
	return (
		<Tile
			kind={x.n ? x.key : `${x.key} none`}
			title={title}
			value={int(x.n)}
			of={of}
			change={change || null}
			since={since}
			tone={tone(x)}
			note={x.note}
			hint={plan ? t("ov.tile.open", { plan: s.name(plan) }) : undefined}
			onOpen={plan ? () => navigate({ drill: { unit: s.board.unit.code, item: plan } }) : null}
		/>
	);
}

export function Lead(s: Sight) {
	useStore(s.cells.total(s.board.unit.code)); // drawn anew when anything of the unit moved
	const item = s.chosen ? s.items.get(s.chosen) : undefined;
	const situation: Situation = {
		at: s.board.state.today,
		unit: s.board.unit,
		chosen: s.chosen ? { code: s.chosen, name: item?.name ?? s.chosen, name_en: item?.name_en ?? null, product: product(s.items.values(), s.chosen) } : null,
		plans: s.plans.flatMap((p) => s.cells.figure(s.board.unit.code, p) ?? []),
		before: s.before?.figures ?? null,
		compare: s.board.compare,
		offices: s.offices,
		name: s.name,
	};
	const facts = tiles(situation);
	const now = sum(subject(situation));
	return (
		<>
			<p class="sentence">{sentence(situation).map((p, i) => (p.strong ? <strong key={i}>{p.text}</strong> : p.text))}</p>
			{facts.length > 0 && (
				<section class="tiles" aria-label={t("ov.tiles")}>
					{facts.map((x) => (
						<OneTile key={x.key} x={x} s={s} />
					))}
				</section>
			)}
			{applicable(now.cells) !== applicable(now.leaves) && facts.length > 1 && <p class="aside">{t("ov.countedApart")}</p>}
		</>
	);
}
