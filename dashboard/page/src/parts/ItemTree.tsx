// SPDX-License-Identifier: Apache-2.0
// The items of a plan at one unit as a tree table. Each row listens to its own figure: a live change draws that row
// again and nothing else.
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { download, type CsvCell } from "../csv";
import { attained, say, target, wrongs } from "../figure";
import { date, ofN } from "../format";
import { lines, shown, trouble, type Line } from "../itemtree";
import type { Figure, Item } from "../model";
import { Link } from "../route";
import { useStore, type Store } from "../store";
import type { Aged } from "../use_figures";
import { codeWord, nameOf, t } from "../words";
import { Changed, OpenFigure, Result, Wrongs } from "./Result";
import { Tag } from "./Tag";
import { SaveButton } from "./Take";

const MOVED_MS = 5000;

export type FigureStores = ReadonlyMap<string, Store<Aged>>;

/** True for a while after the figure has changed. */
function useMoved(f: Figure): boolean {
	const first = useRef(f.version);
	const [moved, setMoved] = useState(false);
	useEffect(() => {
		if (first.current === f.version) return;
		first.current = f.version;
		setMoved(true);
		const id = setTimeout(() => setMoved(false), MOVED_MS);
		return () => clearTimeout(id);
	}, [f.version]);
	return moved;
}

function Details({ item, name }: { item: Item; name: (code: string) => string }) {
	const said = [
		item.lead && t("unit.lead", { lead: name(item.lead) }),
		item.person && t("unit.person", { person: item.person }),
		item.product && t("unit.product", { product: item.product + (item.product_unit && item.product_unit !== item.product.toLowerCase() ? ` (${item.product_unit})` : "") }),
		item.num_def && `${t("drill.numerator")}: ${item.num_def}`,
		item.den_def && `${t("drill.denominator")}: ${item.den_def}`,
	].filter(Boolean);
	return said.length ? <small class="line item-details">{said.join(" · ")}</small> : null;
}

interface RowProps {
	line: Line;
	unit: string;
	unitName: string;
	figure: Store<Aged> | undefined;
	shut: boolean;
	toggle: (code: string) => void;
	chosen: boolean;
	details: boolean;
	name: (code: string) => string;
}

function Cells({ item, f }: { item: Item; f: Aged }) {
	return (
		<>
			<td class="tree-result" data-label={t("unit.result")}>
				<Result item={item} f={f} />
			</td>
			<td class="number" data-label={t("unit.target")}>
				{f.target !== null && (
					<>
						{target(item, f.target)}
						{f.target_reached !== null && <small class={f.target_reached ? "line reached" : "line"}>{t(f.target_reached ? "figure.reached" : "figure.notReached")}</small>}
					</>
				)}
			</td>
			<td class="number" data-label={t("unit.attained")}>
				{attained(item, f)}
			</td>
			<td class="number" data-label={t("unit.reports")}>
				{ofN(f.reported, f.expected)}
				<Changed ms={f.changed_ms} />
			</td>
			<td class="tree-marks" data-label={t("unit.marks")}>
				<Wrongs f={f} />
			</td>
		</>
	);
}

function RowOf({ line, unit, unitName, figure, shut, toggle, chosen, details, name }: RowProps & { figure: Store<Aged> }) {
	const f = useStore(figure);
	const moved = useMoved(f);
	const { item } = line;
	const bad = trouble(f);
	return (
		<tr class={[`depth-${Math.min(line.depth, 5)}`, line.inner && "inner", bad && `row-${bad}`, moved && "moved", chosen && "chosen"].filter(Boolean).join(" ")}>
			<th scope="row">
				<div class="item-name">
					{line.inner && (
						<button type="button" class="fold" aria-expanded={!shut} onClick={() => toggle(item.code)} title={t("unit.foldRow", { name: nameOf(item) })}>
							<span aria-hidden="true">{shut ? "▸" : "▾"}</span>
							<span class="unseen">{t("unit.foldRow", { name: nameOf(item) })}</span>
						</button>
					)}
					<span>
						<OpenFigure unit={unit} item={item} unitName={unitName}>
							{nameOf(item)}
						</OpenFigure>{" "}
						<small class="code">{item.code}</small>{" "}
						{item.flags.map((flag) => (
							<Tag key={flag} tone="accent">
								{codeWord("flag", flag)}
							</Tag>
						))}
						{details && <Details item={item} name={name} />}
					</span>
				</div>
			</th>
			<td class="due" data-label={t("unit.due")}>
				{item.due && date(item.due)}
			</td>
			<Cells item={item} f={f} />
			<td class="item-trend screen-only">
				<Link to={{ item: item.code }} aria-current={chosen ? "true" : undefined} title={t("unit.trendOf", { name: nameOf(item) })}>
					<svg viewBox="0 0 16 16" aria-hidden="true">
						<path d="M2 13.5h12M2.5 11l3.5-4 3 2 4.5-6" />
					</svg>
					<span class="unseen">{t("unit.trendOf", { name: nameOf(item) })}</span>
				</Link>
			</td>
		</tr>
	);
}

/** An inner item may have no figure of its own at this unit. */
function Row(p: RowProps) {
	if (p.figure) return <RowOf {...p} figure={p.figure} />;
	return (
		<tr class={`depth-${Math.min(p.line.depth, 5)} inner`}>
			<th scope="rowgroup" colSpan={8}>
				{nameOf(p.line.item)}
			</th>
		</tr>
	);
}

function file(all: readonly Line[], stores: FigureStores): CsvCell[][] {
	const head = (["obs.itemCode", "unit.item", "drill.kind", "unit.leadCol", "unit.personCol", "unit.productCol", "unit.due", "unit.result", "drill.numerator", "drill.denominator", "unit.target", "unit.attained", "unit.reported", "unit.expected", "unit.marks"] as const).map((k) => t(k));
	const rows = all.map(({ item }): CsvCell[] => {
		const f = stores.get(item.code)?.get();
		const kind = codeWord("kind", item.kind);
		const start = [item.code, nameOf(item), kind, item.lead, item.person, item.product, item.due];
		if (!f) return start;
		const s = say(item, f);
		return [...start, s.rest && item.kind !== "ratio" && item.kind !== "ratio_group" ? `${s.main} · ${s.rest}` : s.main, f.numerator, f.denominator, target(item, f.target), { hundredths: f.attainment_bp ?? f.score_bp }, f.reported, f.expected, wrongs(f).map((w) => w.text).join(", ")];
	});
	return [head, ...rows];
}

export interface ItemTreeProps {
	unit: string;
	unitName: string;
	plan: string;
	planName: string;
	items: ReadonlyMap<string, Item>;
	stores: FigureStores;
	chosen: string | null;
	name: (code: string) => string;
}

export function ItemTree({ unit, unitName, plan, planName, items, stores, chosen, name }: ItemTreeProps) {
	const [shut, setShut] = useState<ReadonlySet<string>>(new Set());
	const [details, setDetails] = useState(false);
	const [only, setOnly] = useState(false);
	const all = useMemo(() => lines([...items.values()], (c) => stores.has(c), plan), [items, stores, plan]);
	const troubled = useMemo(() => lines([...items.values()], (c) => !!stores.get(c) && !!items.get(c)?.leaf && trouble(stores.get(c)!.get()) !== null, plan), [items, stores, plan, only]);
	const rows = shown(only ? troubled : all, shut);
	const toggle = useMemo(
		() => (code: string) =>
			setShut((s) => {
				const next = new Set(s);
				if (!next.delete(code)) next.add(code);
				return next;
			}),
		[],
	);
	const box = useRef<HTMLDivElement>(null);
	useEffect(() => box.current?.querySelector("tr.chosen")?.scrollIntoView({ block: "center" }), []); // a link that names an item leads to it
	const caption = t("unit.items", { plan: planName });
	return (
		<div class="table-box tree" ref={box}>
			<div class="tree-bar row screen-only">
				<label>
					<input type="checkbox" checked={only} onChange={(e) => setOnly(e.currentTarget.checked)} /> {t("unit.only")} ({troubled.filter((l) => l.item.leaf).length})
				</label>
				<label>
					<input type="checkbox" checked={details} onChange={(e) => setDetails(e.currentTarget.checked)} /> {t("unit.details")}
				</label>
				<SaveButton onClick={() => download(`${unit}-${plan}`, file(all, stores))} />
			</div>
			{rows.length === 0 ? (
				<p class="empty">{t("unit.onlyNone")}</p>
			) : (
				<div class="tree-scroll">
					<table class="tree-table">
						<caption class="unseen">{caption}</caption>
						<thead>
							<tr>
								<th scope="col">{t("unit.item")}</th>
								<th scope="col">{t("unit.due")}</th>
								<th scope="col">{t("unit.result")}</th>
								<th scope="col" class="number">
									{t("unit.target")}
								</th>
								<th scope="col" class="number">
									{t("unit.attained")}
								</th>
								<th scope="col" class="number">
									{t("unit.reports")}
								</th>
								<th scope="col">{t("unit.marks")}</th>
								<th scope="col" class="screen-only">
									<span class="unseen">{t("unit.trend")}</span>
								</th>
							</tr>
						</thead>
						<tbody>
							{rows.map((l) => (
								<Row key={l.item.code} line={l} unit={unit} unitName={unitName} figure={stores.get(l.item.code)} shut={shut.has(l.item.code)} toggle={toggle} chosen={chosen === l.item.code} details={details} name={name} />
							))}
						</tbody>
					</table>
				</div>
			)}
		</div>
	);
}
