// SPDX-License-Identifier: Apache-2.0
// Beside the items of a unit: the trend of one, its periods, what holds it up, what it asked for, what inspectors found.
import { useEffect, useRef, useState } from "preact/hooks";
import { ofUnit } from "../board";
import { fits } from "../fold";
import { date, dayOf, time } from "../format";
import type { Item, List, UnitAnswer, UnitRef } from "../model";
import type { FindingRow, Obstacles, RequestRow } from "../model_lists";
import { Card } from "../parts/Card";
import { Empty } from "../parts/Empty";
import { ErrorBox } from "../parts/ErrorBox";
import { ItemTrend } from "../parts/ItemTrend";
import { loginOpen } from "../parts/Login";
import { ObstacleCard, type Known } from "../parts/ObstacleCard";
import { PeriodStrip } from "../parts/Strip";
import { Tag } from "../parts/Tag";
import { Link } from "../route";
import { useApi, useSession } from "../use";
import { codeWord, itemName, nameOf, t } from "../words";

const CARDS = 3; // obstacles shown before the rest is asked for on their own screen
const FILTER_FROM = 10; // units below, from which on a filter helps

type Items = ReadonlyMap<string, Item>;

function Children({ list, group }: { list: readonly UnitRef[]; group: boolean }) {
	const title = t(group ? "unit.members" : "unit.children", { n: list.length });
	const [q, setQ] = useState("");
	if (!list.length) return null;
	const found = q ? list.filter((u) => fits(q, `${u.name} ${u.name_en} ${u.code}`)) : list;
	return (
		<Card title={title} class="screen-only">
			{list.length >= FILTER_FROM && <input type="search" class="unit-filter" aria-label={t("unit.childFind")} placeholder={t("unit.childFind")} value={q} maxLength={60} onInput={(e) => setQ(e.currentTarget.value)} />}
			<ul class="unit-children" aria-label={title}>
				{found.map((u) => (
					<li key={u.code}>
						<Link to={{ unit: u.code, item: null, drill: null }}>{nameOf(u)}</Link>
					</li>
				))}
			</ul>
			{!found.length && <p class="note">{t("unit.childNone", { q })}</p>}
		</Card>
	);
}

function ObstaclesOf({ answer, unit, known }: { answer: Obstacles; unit: string; known: Known }) {
	const { raised, waits } = ofUnit(answer.rows, unit);
	const rest = raised.filter((o) => !waits.includes(o));
	const all = { screen: "obstacles", unit, plan: null, item: null, period: null, drill: null, more: {} } as const;
	return (
		<Card title={t("unit.obstacles")}>
			{!raised.length && <Empty>{t("unit.obsNone")}</Empty>}
			{waits.length > 0 && (
				<>
					<h3 class="sub">{t("unit.obsWaits", { n: waits.length })}</h3>
					{waits.slice(0, CARDS).map((o) => (
						<ObstacleCard key={o.receipt} o={o} known={known} withStage />
					))}
				</>
			)}
			{rest.length > 0 && (
				<>
					<h3 class="sub">{t("unit.obsOpen", { n: rest.length })}</h3>
					{rest.slice(0, CARDS).map((o) => (
						<ObstacleCard key={o.receipt} o={o} known={known} withStage />
					))}
				</>
			)}
			<p class="screen-only">
				<Link to={all}>
					{t("unit.obsAll")} ({answer.rows.length})
				</Link>
			</p>
		</Card>
	);
}

function Findings({ rows, items }: { rows: readonly FindingRow[]; items: Items }) {
	if (!rows.length) return null;
	return (
		<Card title={t("unit.findings", { n: rows.length })}>
			<ul class="plain">
				{rows.map((f) => (
					<li key={f.entry}>
						<b>{f.rule}</b> <Tag tone={f.severity >= 2 ? "bad" : "warn"}>{codeWord("unit.severity", String(f.severity))}</Tag>
						<small class="line">
							{[f.name, f.item ? itemName(items, f.item) : "", f.document, date(dayOf(f.recorded_ms))].filter(Boolean).join(" · ")}
						</small>
						{f.text && <p class="said">{f.text}</p>}
						<small class={f.overdue ? "line over" : "line"}>{f.closed_on ? t("unit.remedied", { date: date(f.closed_on) }) : f.remedy_by ? t("unit.remedyBy", { date: date(f.remedy_by) }) : ""}</small>
					</li>
				))}
			</ul>
		</Card>
	);
}

function Requests({ rows, items }: { rows: readonly RequestRow[]; items: Items }) {
	if (!rows.length) return null;
	return (
		<Card title={t("unit.requests", { n: rows.length })}>
			<ul class="plain">
				{rows.map((r) => (
					<li key={r.receipt}>
						<b>{t(`unit.request.${r.kind}`, { date: date(r.date) })}</b>{" "}
						{r.decided_entry === null ? <Tag tone="warn">{t("unit.pending")}</Tag> : <Tag tone={r.granted ? "good" : "plain"}>{t(r.granted ? "unit.granted" : "unit.refused")}</Tag>}
						<small class="line">
							{r.name} · {itemName(items, r.item)} · {time(r.received_ms)}
						</small>
						{r.reason && <p class="said">{r.reason}</p>}
						{r.answer && <p class="said">{r.answer}</p>}
					</li>
				))}
			</ul>
		</Card>
	);
}

export function Aside({ answer, items, plan, item, known, obstacles }: { answer: UnitAnswer; items: Items; plan: string | null; item: Item | undefined; known: Known; obstacles: ReturnType<typeof useApi<Obstacles>> }) {
	const user = useSession()?.user ?? null;
	const unit = answer.unit.code;
	const trend = useRef<HTMLDivElement>(null);
	const shown = useRef(item?.code);
	useEffect(() => {
		if (shown.current === item?.code) return;
		shown.current = item?.code;
		trend.current?.scrollIntoView({ block: "nearest" });
	}, [item?.code]);
	const findings = useApi<List<FindingRow>>(user ? "findings" : null, { unit });
	const requests = useApi<List<RequestRow>>(user ? "requests" : null, { unit });
	return (
		<aside class="unit-aside">
			{item && (
				<div ref={trend}>
					<Card title={t("unit.trend")}>
						<p class="note">{nameOf(item)}</p>
						<ItemTrend key={`${unit} ${item.code}`} unit={unit} item={item} />
					</Card>
				</div>
			)}
			<Card title={t("unit.periods")}>
				<PeriodStrip unit={unit} />
			</Card>
			{obstacles.data && <ObstaclesOf answer={obstacles.data} unit={unit} known={known} />}
			{obstacles.error && !obstacles.data && <ErrorBox error={obstacles.error} reload={obstacles.reload} />}
			<Children list={answer.children} group={answer.unit.group} />
			<Requests rows={requests.data?.rows ?? []} items={items} />
			<Findings rows={findings.data?.rows ?? []} items={items} />
			{!user && plan && (
				<div class="card">
					<p>{t("unit.loginNote")}</p>
					<button type="button" onClick={() => loginOpen.set(true)}>
						{t("login.open")}
					</button>
				</div>
			)}
		</aside>
	);
}
