// SPDX-License-Identifier: Apache-2.0
// What holds work up: a board by state with how long each has waited and for whom, who clears what in how many days,
// and the list of what only a ministry can clear. Every filter is in the address.
import { useEffect } from "preact/hooks";
import { MINISTRY, STAGES, columns, pick, stage, unblock, worstFirst, type Stage } from "../board";
import { download, type CsvCell } from "../csv";
import { date, dayOf, int, points } from "../format";
import { within } from "../itemtree";
import type { UnitAnswer } from "../model";
import type { AddresseeRow, ObstacleRow, Obstacles } from "../model_lists";
import { learnNames, useNames } from "../names";
import { Crumbs } from "../parts/Crumbs";
import { Loading } from "../parts/Empty";
import { ErrorBox } from "../parts/ErrorBox";
import { ObstacleCard, Who, type Known } from "../parts/ObstacleCard";
import { Table, type Column } from "../parts/Table";
import { Tag } from "../parts/Tag";
import { PrintButton, SaveButton } from "../parts/Take";
import { Link, unitPage } from "../route";
import { useApi, useItems, useLive, useRoute, useServer, useSession, useTitle } from "../use";
import { codeWord, nameOf, t } from "../words";
import { Filters, ORDERS, TABS, Tabs, stageWord, type Tab } from "./obstacles_filters";

const LANE = 12; // cards of one state beside the others; its own view has all

// ---- the board ----

function Lane({ where, rows, known, all }: { where: Stage; rows: readonly ObstacleRow[]; known: Known; all: boolean }) {
	const { more } = useRoute();
	return (
		<section class={`lane lane-${where}`} aria-label={`${stageWord(where)}: ${int(rows.length)}`}>
			<h2>
				{stageWord(where)} <span class="lane-n">{int(rows.length)}</span>
			</h2>
			{rows.length === 0 && <p class="note">{t("obs.none")}</p>}
			{rows.slice(0, all ? rows.length : LANE).map((o) => (
				<ObstacleCard key={o.receipt} o={o} known={known} />
			))}
			{!all && rows.length > LANE && (
				<p>
					<Link to={{ more: { ...more, state: where } }}>{t("obs.more", { n: rows.length - LANE })}</Link>
				</p>
			)}
		</section>
	);
}

function Board({ rows, known, only }: { rows: readonly ObstacleRow[]; known: Known; only: Stage | null }) {
	const by = columns(rows);
	return (
		<div class={only ? "lanes lanes-one" : "lanes"}>
			{STAGES.filter((s) => !only || s === only).map((s) => (
				<Lane key={s} where={s} rows={by[s]} known={known} all={only !== null} />
			))}
		</div>
	);
}

// ---- who clears what ----

function whoColumns(known: Known, unit: string | null): Column<AddresseeRow>[] {
	const name = (a: AddresseeRow) => (a.unit === null ? t("obs.ministry") : known.name(a.unit));
	const lead = (a: AddresseeRow, state: string, n: number) =>
		n > 0 ? <Link to={{ unit, more: { who: a.unit ?? MINISTRY, ...(state ? { state } : {}) } }}>{int(n)}</Link> : int(n);
	return [
		{ key: "who", title: t("obs.addressee"), head: true, wide: true, by: name, cell: (a) => <Who code={a.unit} name={known.name} /> },
		{ key: "open", title: t("obs.waitingN"), number: true, by: (a) => a.open, cell: (a) => lead(a, "", a.open) },
		{ key: "overdue", title: t("obs.overdueN"), number: true, by: (a) => a.overdue, cell: (a) => (a.overdue ? <b class="over">! {lead(a, "overdue", a.overdue)}</b> : int(0)) },
		{ key: "closed", title: t("obs.closedN"), number: true, by: (a) => a.closed, cell: (a) => int(a.closed) },
		{
			key: "days",
			title: t("obs.unblock"),
			number: true,
			by: unblock,
			csv: (a) => ({ hundredths: unblock(a) }),
			cell: (a) => (a.closed ? t("obs.unblockDays", { x: points(unblock(a)), days: a.days, n: a.closed }) : "–"),
		},
	];
}

// ---- the list for the ministries, and the file ----

function rowsFile(rows: readonly ObstacleRow[], known: Known): CsvCell[][] {
	const head = ["obs.receipt", "obs.state", "obs.age", "obs.raised", "obs.unitCode", "obs.raisedBy", "obs.itemCode", "obs.item", "obs.cause", "obs.fault", "obs.addressee", "obs.due", "obs.rights", "obs.raisedLate", "obs.escalations", "obs.closedOn", "obs.text", "obs.solution"] as const;
	const yes = (b: boolean) => t(b ? "obs.yes" : "obs.no");
	const item = (o: ObstacleRow) => (o.item && known.items.get(o.item) ? nameOf(known.items.get(o.item)!) : "");
	return [
		head.map((k) => t(k)),
		...rows.map((o): CsvCell[] => [
			o.receipt, stageWord(stage(o)), o.waiting_days, dayOf(o.raised_ms), o.unit, o.name, o.item, item(o), codeWord("cause", o.cause), codeWord("fault", o.fault),
			o.addressee === null ? t("obs.ministry") : known.name(o.addressee), o.answer_due, yes(o.affects_rights), yes(o.raised_late), o.escalations, o.closed_on, o.text, o.solution,
		]),
	];
}

function ministryColumns(known: Known): Column<ObstacleRow>[] {
	const item = (o: ObstacleRow) => (o.item ? known.items.get(o.item) : undefined);
	return [
		{
			key: "item",
			title: t("obs.item"),
			head: true,
			wide: true,
			by: (o) => o.item,
			cell: (o) => (item(o) ? <Link to={{ drill: { unit: o.unit, item: o.item! } }}>{nameOf(item(o)!)}</Link> : o.item),
		},
		{ key: "unit", title: t("obs.raisedBy"), by: (o) => o.name, cell: (o) => <Link to={unitPage(o.unit, item(o)?.plan)}>{o.name}</Link> },
		{ key: "cause", title: t("obs.cause"), by: (o) => codeWord("cause", o.cause), cell: (o) => [codeWord("cause", o.cause), codeWord("fault", o.fault)].filter(Boolean).join(" · ") },
		{ key: "raised", title: t("obs.raised"), by: (o) => o.raised_ms, cell: (o) => date(dayOf(o.raised_ms)) },
		{ key: "waited", title: t("obs.age"), number: true, by: (o) => o.waiting_days, cell: (o) => int(o.waiting_days) },
		{ key: "state", title: t("obs.state"), by: (o) => STAGES.indexOf(stage(o)), cell: (o) => <Tag tone={stage(o) === "overdue" ? "bad" : "plain"}>{stageWord(stage(o))}</Tag> },
		{
			key: "text",
			title: t("obs.text"),
			wide: true,
			cell: (o) => (
				<>
					{o.affects_rights && <Tag tone="bad">{t("obs.rights")}</Tag>}
					{o.text && <p class="said">{o.text}</p>}
					{o.solution && (
						<p class="said">
							<b>{t("obs.solution")}:</b> {o.solution}
						</p>
					)}
				</>
			),
		},
	];
}

function Ministry({ rows, known }: { rows: readonly ObstacleRow[]; known: Known }) {
	return (
		<section class="part">
			<h2>{t("obs.ministry")}</h2>
			<p class="note">{t("obs.ministryLead")}</p>
			<Table caption={t("obs.ministry")} columns={ministryColumns(known)} rows={rows} rowKey={(o) => o.receipt} sort="-waited" empty={t("obs.ministryNone")} />
		</section>
	);
}

// ---- the screen ----

function Summary({ rows, all, unitName, today }: { rows: readonly ObstacleRow[]; all: readonly ObstacleRow[]; unitName: string; today: string }) {
	const by = columns(all);
	return (
		<p class="obs-sum">
			{all.length === 0 ? t("obs.sumNone", { unit: unitName }) : t("obs.sum", { n: all.length, overdue: by.overdue.length, waiting: by.waiting.length, answered: by.answered.length, closed: by.closed.length })}{" "}
			{today && <small>{t("obs.at", { date: date(today) })}</small>} {rows.length !== all.length && <b>{t("obs.filtered", { n: rows.length, of: all.length })}</b>}
		</p>
	);
}

function Body({ unit, answer }: { unit: UnitAnswer; answer: Obstacles }) {
	const { item, more, lang } = useRoute();
	const items = useItems();
	const today = useServer((s) => s?.today ?? null) ?? answer.at;
	const code = unit.unit.code;
	const tab: Tab = TABS.find((x) => x === more.view) ?? "board";
	const all = answer.rows;
	const name = useNames([...answer.addressees.map((a) => a.unit), ...all.flatMap((o) => [o.addressee, ...o.steps.flatMap((s) => [s.unit, s.addressee])]), ...(lang === "en" ? all.map((o) => o.unit) : [])]);
	const known: Known = { items, name, today };
	const ministry = all.filter((o) => o.addressee === null && o.state !== "closed");
	const state = STAGES.find((s) => s === more.state) ?? null;
	const order = ORDERS.find((o) => o === more.order) ?? "age";
	const want = { addressee: more.who ?? "", cause: more.cause ?? "", item: item ?? "", text: more.q ?? "" };
	const inside = (c: string, top: string) => within(items, c, top);
	const board = pick(all, want, order, inside).filter((o) => !state || stage(o) === state);
	const rows = tab === "ministry" ? pick(ministry, { ...want, addressee: "" }, order, inside) : board;
	return (
		<>
			<Summary rows={rows} all={tab === "ministry" ? ministry : all} unitName={nameOf(unit.unit)} today={today} />
			<Tabs tab={tab} ministries={ministry.length} />
			{tab !== "who" && <Filters rows={tab === "ministry" ? ministry : all} known={known} ministry={tab === "ministry"} />}
			<div class="row screen-only obs-take">
				{answer.more && <span class="note">{t("common.more", { n: all.length })}</span>}
				{tab !== "who" && rows.length > 0 && (
					<SaveButton onClick={() => download(`vuong-mac-${code}${tab === "ministry" ? "-bo-nganh" : ""}`, rowsFile(rows, known))} />
				)}
				<PrintButton />
			</div>
			{tab === "board" && all.length > 0 && <Board rows={rows} known={known} only={state} />}
			{tab === "ministry" && <Ministry rows={rows} known={known} />}
			{tab === "who" && (
				<section class="part">
					<h2>{t("obs.whoCaption")}</h2>
					<p class="note">{t("obs.unblockNote")}</p>
					<Table caption={t("obs.whoCaption")} columns={whoColumns(known, code)} rows={worstFirst(answer.addressees)} rowKey={(a) => a.unit ?? MINISTRY} file={`noi-giai-quyet-${code}`} empty={t("obs.none")} />
				</section>
			)}
		</>
	);
}

function OneUnit({ code }: { code: string }) {
	const user = useSession()?.user ?? null;
	const unit = useApi<UnitAnswer>("unit", { unit: code });
	const obstacles = useApi<Obstacles>("obstacles", { unit: code, steps: 1 }, [user]);
	const name = unit.data ? nameOf(unit.data.unit) : code;
	useTitle(`${t("screen.obstacles")} · ${name}`);
	useEffect(() => {
		if (unit.data) learnNames([...unit.data.unit.path, ...unit.data.children]);
	}, [unit.data]);
	useLive(code, 1, () => {}); // the line stays open on this unit; obstacles come with the day and by asking
	return (
		<>
			{unit.data && <Crumbs path={unit.data.unit.path} />}
			<h1>
				{t("screen.obstacles")} <small class="of">{name}</small>
			</h1>
			{obstacles.error && !obstacles.data && <ErrorBox error={obstacles.error} reload={obstacles.reload} />}
			{unit.error && !unit.data && !obstacles.error && <ErrorBox error={unit.error} reload={unit.reload} />}
			{obstacles.data && unit.data ? <Body unit={unit.data} answer={obstacles.data} /> : !obstacles.error && !unit.error && <Loading />}
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
