// SPDX-License-Identifier: Apache-2.0
// One unit: who it is, how its work stands, item by item; its reporting periods, what holds it up and what waits for it
// to act, what it last sent. A head who logs in lands here on his own unit.
import { useEffect, useRef } from "preact/hooks";
import { ofN, percent } from "../format";
import type { Figure, Item, UnitAnswer } from "../model";
import type { Explanation, Obstacles } from "../model_lists";
import { learnNames, useNames } from "../names";
import { Bar, indicatorParts, partWords, taskParts } from "../parts/Bar";
import { Card } from "../parts/Card";
import { Crumbs } from "../parts/Crumbs";
import { Empty, Loading } from "../parts/Empty";
import { ErrorBox } from "../parts/ErrorBox";
import { ItemTree, type FigureStores } from "../parts/ItemTree";
import type { Known } from "../parts/ObstacleCard";
import { Tag } from "../parts/Tag";
import { Updates } from "../parts/Updates";
import { newest } from "../proof";
import { Link } from "../route";
import { useStore, type Store } from "../store";
import { useApi, useItems, useRoute, useServer, useSession, useTitle } from "../use";
import { useFigures } from "../use_figures";
import { itemName, nameOf, t } from "../words";
import { Aside } from "./unit_aside";
import { Head, Stats } from "./unit_head";

const LAST = 50; // reports shown

type Items = ReadonlyMap<string, Item>;

// ---- its plans ----

/** What needs eyes first: overdue, then missing; else the order of the catalogue. */
function firstPlan(plans: readonly Figure[]): string | null {
	const worst = [...plans].sort((a, b) => b.overdue - a.overdue || b.expected - b.reported - (a.expected - a.reported));
	return worst[0]?.item ?? null;
}

function PlanLink({ item, figure, on }: { item: Item; figure: Store<Figure>; on: boolean }) {
	const f = useStore(figure);
	return (
		<Link to={{ plan: item.code, item: null, drill: null }} aria-current={on ? "true" : undefined} title={nameOf(item)}>
			<b>{item.code}</b>
			<small>{ofN(f.reported, f.expected)}</small>
			{f.overdue > 0 && <Tag tone="bad">! {t("figure.overdueN", { n: f.overdue })}</Tag>}
		</Link>
	);
}

function Plans({ items, stores, plans, chosen }: { items: Items; stores: FigureStores; plans: readonly string[]; chosen: string }) {
	return (
		<nav class="plans screen-only" aria-label={t("unit.plans")}>
			<ul>
				{plans.map((p) => (
					<li key={p}>
						<PlanLink item={items.get(p)!} figure={stores.get(p)!} on={p === chosen} />
					</li>
				))}
			</ul>
		</nav>
	);
}

function PlanHead({ item, figure, unit, unitName }: { item: Item; figure: Store<Figure>; unit: string; unitName: string }) {
	const f = useStore(figure);
	const parts = f.leaves.expected > 1 ? taskParts(f) : f.indicators.expected > 1 ? indicatorParts(f) : null;
	return (
		<div class="plan-head">
			<h2>
				<Link to={{ drill: { unit, item: item.code } }} aria-haspopup="dialog" title={t("drill.open", { item: nameOf(item), unit: unitName })}>
					{nameOf(item)}
				</Link>
			</h2>
			<p class="note">{[item.doc_no, item.issuer, item.code].filter(Boolean).join(" · ")}</p>
			{parts && (
				<>
					<Bar parts={parts} />
					<p class="note">{partWords(parts)}</p>
				</>
			)}
			<PlanScore f={f} />
		</div>
	);
}

function PlanScore({ f }: { f: Figure }) {
	if (f.score_bp === null) return null;
	return (
		<p class="note">
			{t("drill.score")}: {t("drill.scoreSay", { score: percent(f.score_bp), n: f.score_leaves, of: f.score_leaves_of })}
		</p>
	);
}

function LastReports({ unit, plan, items }: { unit: string; plan: string; items: Items }) {
	const { data, error, reload } = useApi<Explanation>("explain", { unit, item: plan });
	if (error && !data) return <ErrorBox error={error} reload={reload} />;
	if (!data) return <Loading />;
	const rows = newest(data.reported, LAST);
	return (
		<>
			{rows.length > 0 && <p class="note">{t("unit.lastCount", { n: rows.length, of: data.reported.length })}</p>}
			<Updates caption={t("unit.last")} rows={rows} items={items} file={`bao-cao-${unit}-${plan}`} withUnit={rows.some((c) => c.unit !== unit)} empty={t("unit.lastNone")} />
		</>
	);
}

// ---- the screen ----

function Body({ answer }: { answer: UnitAnswer }) {
	const r = useRoute();
	const items = useItems();
	const user = useSession()?.user ?? null;
	const today = useServer((s) => s?.today ?? "");
	const told = useRef<HTMLParagraphElement>(null);
	const code = answer.unit.code;
	const figures = useFigures(code, (moved) => {
		if (told.current) told.current.textContent = t("unit.moved", { name: moved.map((i) => itemName(items, i)).slice(-1)[0]! });
	});
	const obstacles = useApi<Obstacles>(user ? "obstacles" : null, { unit: code, steps: 1 });
	const name = useNames([
		...[...items.values()].filter((i) => figures.stores.has(i.code)).map((i) => i.lead),
		...(obstacles.data?.rows ?? []).filter((o) => o.state !== "closed").flatMap((o) => [r.lang === "en" ? o.unit : null, o.addressee, ...o.steps.flatMap((s) => [s.unit, s.addressee])]),
	]);

	const plans = [...figures.stores.keys()].filter((c) => items.get(c)?.kind === "plan" && figures.stores.get(c)!.get().expected > 0);
	const wanted = r.plan ?? (r.item ? (items.get(r.item)?.plan ?? null) : null);
	const plan = wanted && plans.includes(wanted) ? wanted : firstPlan(plans.map((p) => figures.stores.get(p)!.get()));
	const item = plan ? items.get(r.item && items.get(r.item)?.plan === plan ? r.item : plan) : undefined;
	const stores = plans.map((p) => figures.stores.get(p)!);
	const key = plans.join(" ");
	const kept = useRef({ key: "", stores });
	if (kept.current.key !== key) kept.current = { key, stores };

	if (figures.error) return <ErrorBox error={figures.error} reload={figures.reload} />;
	if (!figures.loaded || !items.size) return <Loading />;
	const known: Known = { items, name, today };
	return (
		<>
			<Stats plans={kept.current.stores} obstacles={obstacles.data} unit={code} />
			<p class="unseen" role="status" aria-live="polite" ref={told} />
			<div class="unit-cols">
				<div class="unit-main">
					{plan ? (
						<section class="card unit-plan">
							<Plans items={items} stores={figures.stores} plans={plans} chosen={plan} />
							<PlanHead item={items.get(plan)!} figure={figures.stores.get(plan)!} unit={code} unitName={nameOf(answer.unit)} />
							<ItemTree key={plan} unit={code} unitName={nameOf(answer.unit)} plan={plan} planName={itemName(items, plan)} items={items} stores={figures.stores} chosen={r.item} name={name} />
						</section>
					) : (
						<Empty>{t("unit.noPlan")}</Empty>
					)}
					{plan && user && (
						<Card title={t("unit.last")}>
							<LastReports unit={code} plan={plan} items={items} />
						</Card>
					)}
				</div>
				<Aside answer={answer} items={items} plan={plan} item={item} known={known} obstacles={obstacles} />
			</div>
		</>
	);
}

function OneUnit({ code }: { code: string }) {
	const { data, error, reload } = useApi<UnitAnswer>("unit", { unit: code });
	useTitle(data ? nameOf(data.unit) : t("screen.unit"));
	useEffect(() => {
		if (data) learnNames([...data.unit.path, ...data.children]);
	}, [data]);
	if (error && !data)
		return (
			<>
				<h1>{t("screen.unit")}</h1>
				<ErrorBox error={error} reload={reload} />
			</>
		);
	if (!data)
		return (
			<>
				<h1>{t("screen.unit")}</h1>
				<Loading />
			</>
		);
	return (
		<>
			<Crumbs path={data.unit.path} />
			<Head unit={data.unit} groups={data.groups} />
			<Body answer={data} />
		</>
	);
}

export function Screen() {
	const r = useRoute();
	const s = useSession();
	const root = useServer((x) => x?.root.code ?? null);
	const code = r.unit ?? s?.unit ?? root;
	return code ? <OneUnit key={code} code={code} /> : <Loading />;
}
