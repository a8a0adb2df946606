// SPDX-License-Identifier: Apache-2.0
// Who a unit is and how its work stands, in four figures.
import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { ofUnit } from "../board";
import { sum } from "../brief";
import { date, int, ofN } from "../format";
import { lang } from "../lang";
import type { Figure, Unit, UnitAnswer } from "../model";
import type { Obstacles } from "../model_lists";
import { Link } from "../route";
import type { Store } from "../store";
import { codeWord, nameOf, t } from "../words";

export function Head({ unit, groups }: { unit: Unit; groups: UnitAnswer["groups"] }) {
	return (
		<div class="unit-head">
			<div>
				<h1>{nameOf(unit)}</h1>
				<p class="note">
					{unit.group ? t("common.group") : (lang.get() === "vi" && unit.type) || codeWord("unitKind", unit.kind)} · {t("unit.code", { code: unit.code })}
					{unit.closed && ` · ${t("common.closed", { date: date(unit.closed) })}`}
				</p>
				{groups.length > 0 && (
					<p class="note">
						{t("unit.groups")}:{" "}
						{groups.map((g, i) => (
							<span key={g.code}>
								{i > 0 && ", "}
								<Link to={{ screen: "overview", unit: g.code, plan: null, item: null, period: null, drill: null, more: {} }}>{nameOf(g)}</Link>
							</span>
						))}
					</p>
				)}
			</div>
			{(unit.head || unit.contact) && (
				<dl class="unit-who">
					{unit.head && (
						<div>
							<dt>{t("unit.head")}</dt>
							<dd>{unit.head}</dd>
						</div>
					)}
					{unit.contact && (
						<div>
							<dt>{t("unit.contact")}</dt>
							<dd>{/^[^\s@]+@[^\s@]+$/.test(unit.contact) ? <a href={`mailto:${unit.contact}`}>{unit.contact}</a> : unit.contact}</dd>
						</div>
					)}
				</dl>
			)}
		</div>
	);
}

function Stat({ name, value, note, tone, to }: { name: string; value: string; note: ComponentChildren; tone?: "bad" | "good" | "warn"; to?: Parameters<typeof Link>[0]["to"] }) {
	return (
		<div class={`stat ${tone ? `stat-${tone}` : ""}`}>
			<dt>{name}</dt>
			<dd>
				<b>{to ? <Link to={to}>{value}</Link> : value}</b>
				<small>{note}</small>
			</dd>
		</div>
	);
}

/** Draws again when one of the stores changes. */
function useAll(stores: readonly Store<Figure>[]): Figure[] {
	const [, redraw] = useState(0);
	useEffect(() => {
		const off = stores.map((s) => s.subscribe(() => redraw((n) => n + 1)));
		return () => off.forEach((f) => f());
	}, [stores]);
	return stores.map((s) => s.get());
}

export function Stats({ plans, obstacles, unit }: { plans: readonly Store<Figure>[]; obstacles: Obstacles | null; unit: string }) {
	const s = sum(useAll(plans));
	const l = s.leaves;
	const missing = s.expected - s.reported;
	const open = obstacles ? ofUnit(obstacles.rows, unit) : null;
	const late = open?.raised.filter((o) => o.overdue).length ?? 0;
	return (
		<dl class="stats">
			{l.expected > 0 && (
				<Stat
					name={t("unit.done")}
					value={ofN(l.done, l.expected - l.na)}
					note={(["in_progress", "not_started", "unreported"] as const).filter((k) => l[k]).map((k) => `${int(l[k])} ${t(`state.${k}`)}`).join(" · ")}
				/>
			)}
			{s.cells.expected > 0 && <Stat name={t("unit.overdue")} value={ofN(s.overdue, s.cells.expected - s.cells.na)} note={t("unit.cells")} tone={s.overdue ? "bad" : "good"} />}
			{s.expected > 0 && <Stat name={t("unit.reported")} value={ofN(s.reported, s.expected)} note={missing ? t("unit.missing", { n: missing }) : t("unit.complete")} {...(missing ? { tone: "warn" as const } : { tone: "good" as const })} />}
			{open && (
				<Stat
					name={t("unit.obstaclesOpen")}
					value={int(open.raised.length)}
					note={[late ? t("unit.obstaclesLate", { n: late }) : "", open.waits.length ? t("unit.obstaclesWait", { n: open.waits.length }) : ""].filter(Boolean).join(" · ") || t("unit.complete0")}
					{...(late ? { tone: "bad" as const } : {})}
					to={{ screen: "obstacles", unit, plan: null, item: null, period: null, drill: null, more: {} }}
				/>
			)}
		</dl>
	);
}
