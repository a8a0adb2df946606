// SPDX-License-Identifier: Apache-2.0
// The calendar of reports: who reported in which period, the proof of each, who is silent now. The matrix is for
// everybody; the rest names people and papers, and is for those who are logged in.
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { matrixOf, monthOf, monthsFor, monthsUpTo, type Matrix, type MatrixRow, type TimelinessRow } from "../matrix";
import type { Item, List, UnitAnswer } from "../model";
import { Crumbs } from "../parts/Crumbs";
import { Empty, Loading } from "../parts/Empty";
import { ErrorBox } from "../parts/ErrorBox";
import { loginOpen } from "../parts/Login";
import { Notice } from "../parts/Notice";
import { navigate, type To } from "../route";
import { useApi, useItems, useLive, useRoute, useServerState, useSession, useTitle } from "../use";
import { nameOf, t } from "../words";
import { Exceptions, Silent, Suspicious } from "./calendar_lists";
import { Legend, MatrixTable } from "./calendar_matrix";
import { Proof } from "./calendar_proof";

const COUNTS = [6, 12, 24];
const AGAIN_MS = 10_000; // a question about a province costs the centre more than an event costs us

/** Arguments of the address that only this screen has; empty ones go. */
function change(to: To, more: Record<string, string | null>, how: "push" | "replace" = "push"): void {
	const now = { ...routeMore(), ...more };
	navigate({ ...to, more: Object.fromEntries(Object.entries(now).filter((e): e is [string, string] => !!e[1])) }, how);
}

function routeMore(): Record<string, string | null> {
	return Object.fromEntries([...new URLSearchParams(location.search)].filter(([k]) => ["n", "schedule", "proof"].includes(k)));
}

/** Reports are owed by leaves with a schedule: only what is at or above one can be chosen. */
function choices(items: ReadonlyMap<string, Item>): { item: Item; depth: number }[] {
	const needed = new Set<string>();
	for (const i of items.values())
		for (let up: Item | undefined = i.leaf && i.schedule && !i.closed ? i : undefined; up; up = up.parent ? items.get(up.parent) : undefined)
			needed.add(up.code);
	const below = new Map<string | null, Item[]>();
	for (const i of items.values()) if (needed.has(i.code)) below.set(i.parent, [...(below.get(i.parent) ?? []), i]);
	const list: { item: Item; depth: number }[] = [];
	const walk = (parent: string | null, depth: number) => {
		for (const item of below.get(parent) ?? []) {
			list.push({ item, depth });
			walk(item.code, depth + 1);
		}
	};
	walk(null, 0);
	return list;
}

function ItemChoice({ items, item }: { items: ReadonlyMap<string, Item>; item: string | null }) {
	const list = useMemo(() => choices(items), [items]);
	return (
		<label class="field">
			<span>{t("cal.item")}</span>
			<select value={item ?? ""} onChange={(e) => change({ item: e.currentTarget.value || null }, { proof: null, schedule: null })}>
				<option value="">{t("cal.allItems")}</option>
				{list.map((c) => (
					<option key={c.item.code} value={c.item.code}>
						{"\u2003".repeat(c.depth) + c.item.code} · {nameOf(c.item)}
					</option>
				))}
				{item && !list.some((c) => c.item.code === item) && <option value={item}>{item}</option>}
			</select>
		</label>
	);
}

function Toolbar({ matrix, items, count }: { matrix: Matrix | null; items: ReadonlyMap<string, Item>; count: number }) {
	const route = useRoute();
	return (
		<div class="cal-tools screen-only">
			<ItemChoice items={items} item={route.item} />
			{matrix && matrix.schedules.length > 1 && (
				<label class="field">
					<span>{t("cal.schedule")}</span>
					<select value={matrix.schedule} onChange={(e) => change({ period: null }, { schedule: e.currentTarget.value, proof: null })}>
						{matrix.schedules.map((s) => (
							<option key={s}>{s}</option>
						))}
					</select>
				</label>
			)}
			<div class="field">
				<span id="cal-range">{t("cal.range")}</span>
				<div class="choice" role="group" aria-labelledby="cal-range">
					{COUNTS.map((n) => (
						<button key={n} type="button" aria-pressed={n === count} onClick={() => change({}, { n: n === 12 ? null : String(n) }, "replace")}>
							{t("cal.last", { n })}
						</button>
					))}
				</div>
			</div>
			<div class="row cal-move">
				<button type="button" disabled={!matrix?.earlier} onClick={() => change({ period: matrix!.earlier }, { proof: null })}>
					‹ {t("cal.older")}
				</button>
				<button type="button" disabled={!route.period} onClick={() => change({ period: null }, { proof: null })}>
					{t("cal.latest")} ›
				</button>
			</div>
		</div>
	);
}

/** Rows of the chosen periods: first of those that are open, which tell the rhythm; then of the months that hold enough. */
function useRows(unit: string, item: string | null, period: string | null, count: number) {
	const today = useServerState()?.today ?? null;
	const open = useApi<List<TimelinessRow>>("timeliness", { unit, item });
	const range = useMemo(() => {
		if (!open.data || !today) return null;
		const last = open.data.rows.reduce((a, r) => (r.last > a ? r.last : a), today);
		return monthsUpTo((period && monthOf(period)) ?? last, monthsFor(open.data.rows, count + 1));
	}, [open.data, today, period, count]);
	const asked = useApi<List<TimelinessRow>>(range ? "timeliness" : null, { unit, item, period: range });
	const timer = useRef<ReturnType<typeof setTimeout> | null>(null);
	useLive(unit, "all", () => {
		timer.current ??= setTimeout(() => {
			timer.current = null;
			asked.reload();
		}, AGAIN_MS);
	});
	useEffect(() => () => clearTimeout(timer.current ?? undefined), []);
	return { data: asked.data, error: open.error ?? asked.error, reload: open.error ? open.reload : asked.reload };
}

export interface Open {
	row: MatrixRow;
	period: string;
}

/** ?proof=KEY~PERIOD, when the matrix has such a pill. */
function opened(matrix: Matrix | null, proof: string | undefined): Open | null {
	const at = proof?.lastIndexOf("~") ?? -1;
	if (!matrix || at < 1) return null;
	const [key, period] = [proof!.slice(0, at), proof!.slice(at + 1)];
	const row = [matrix.total, ...matrix.levels, ...matrix.units].find((r) => r?.key === key);
	const column = matrix.periods.findIndex((p) => p.code === period);
	return row?.cells[column] ? { row, period } : null;
}

export function Screen() {
	useTitle(t("screen.calendar"));
	const route = useRoute();
	const session = useSession();
	const user = session?.user;
	const root = useServerState()!.root;
	const items = useItems();
	const unit = route.unit ?? session?.unit ?? root.code;
	const count = COUNTS.find((n) => String(n) === route.more.n) ?? 12;
	const place = useApi<UnitAnswer>("unit", { unit });
	const { data, error, reload } = useRows(unit, route.item, route.period, count);
	const [part, setPart] = useState<string | null>(null);

	const matrix = useMemo(
		() => (data ? matrixOf(data.rows, unit, route.more.schedule ?? null, count, route.period) : null),
		[data, unit, route.more.schedule, count, route.period],
	);
	const names = useMemo(() => new Map([...(place.data?.children ?? []), ...(place.data ? [place.data.unit] : [])].map((u) => [u.code, nameOf(u)])), [place.data]);
	const nameFor = (code: string, name: string) => names.get(code) ?? name;
	const open = opened(matrix, route.more.proof);

	/** One part alone on paper. */
	const print = (what: string) => {
		setPart(what);
		setTimeout(() => {
			window.print();
			setPart(null);
		});
	};

	return (
		<div class="cal" data-print={open ? "proof" : (part ?? undefined)}>
			<header class="cal-head">
				{place.data && <Crumbs path={place.data.unit.path} />}
				<h1>
					{t("screen.calendar")}: {nameFor(unit, unit)}
				</h1>
			</header>
			<Toolbar matrix={matrix} items={items} count={count} />
			{error && <ErrorBox error={error} reload={reload} />}
			{place.error && !error && <ErrorBox error={place.error} reload={place.reload} />}
			{!matrix && !error && <Loading />}
			{matrix && !matrix.periods.length && <Empty>{t("cal.noPeriods")}</Empty>}
			{matrix && matrix.periods.length > 0 && (
				<section class="card cal-card" id="cal-matrix">
					<h2>{t("cal.matrix")}</h2>
					<Legend />
					<MatrixTable
						matrix={matrix}
						nameFor={nameFor}
						open={open}
						onOpen={(o) => change({}, { proof: `${o.row.key}~${o.period}` })}
						print={() => print("matrix")}
						file={`lich-bao-cao-${unit}${route.item ? `-${route.item}` : ""}`}
					/>
				</section>
			)}
			{open && (
				<Proof open={open} unit={unit} item={route.item} matrix={matrix!} items={items} nameFor={nameFor} close={() => change({}, { proof: null }, "replace")} />
			)}
			{user ? (
				<>
					<Silent unit={unit} item={route.item} items={items} nameFor={nameFor} print={() => print("silent")} />
					<Exceptions unit={unit} nameFor={nameFor} print={() => print("exceptions")} />
					<Suspicious unit={unit} item={route.item} items={items} nameFor={nameFor} print={() => print("suspicious")} />
				</>
			) : (
				<Notice>
					<p>{t("cal.login")}</p>
					<button type="button" class="screen-only" onClick={() => loginOpen.set(true)}>
						{t("login.open")}
					</button>
				</Notice>
			)}
		</div>
	);
}
