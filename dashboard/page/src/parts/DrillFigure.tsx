// SPDX-License-Identifier: Apache-2.0
// The head of an opened figure: what it says, what it is made of by definition, its target, how much is known and how old.
import type { ComponentChildren } from "preact";
import { say, target } from "../figure";
import { date, dayOf, days, daysBetween, int, percent, rate, time } from "../format";
import type { Figure, Item } from "../model";
import { useNames } from "../names";
import { t } from "../words";
import { Bar, indicatorParts, taskParts, type Part as BarPart } from "./Bar";
import { Tag } from "./Tag";

/** "cách 3 ngày"; of the same day: "hôm nay". */
function ago(day: string, at: string): string {
	const n = daysBetween(day, at);
	return n ? t("drill.ago", { days: days(n) }) : t("obs.dueToday");
}

function Fact({ name, children }: { name: string; children: ComponentChildren }) {
	return (
		<div>
			<dt>{name}</dt>
			<dd>{children}</dd>
		</div>
	);
}

function counts(c: Figure["leaves"]): string {
	const part = (key: "done" | "in_progress" | "not_started" | "unreported" | "na") => (c[key] ? `${int(c[key])} ${t(`state.${key}`)}` : "");
	return [part("done"), part("in_progress"), part("not_started"), part("unreported"), part("na")].filter(Boolean).join(" · ");
}

function deadlines(f: Figure): string {
	const applicable = f.cells.expected - f.cells.na;
	if (!applicable) return "";
	return t("drill.deadlinesSay", { inTime: f.cells.done - f.done_late, of: applicable, late: f.done_late, open: applicable - f.cells.done - f.overdue, overdue: f.overdue });
}

function Target({ item, f }: { item: Item; f: Figure }) {
	return (
		<>
			{target(item, f.target)}
			{item.direction === "lower" && <small> ({t("drill.lower")})</small>}{" "}
			{f.target_reached !== null && <Tag tone={f.target_reached ? "good" : "warn"}>{t(f.target_reached ? "figure.reached" : "figure.notReached")}</Tag>}
		</>
	);
}

/** Of tasks, of the offices of one task, or of indicators: whatever there are several of. */
function barOf(item: Item, f: Figure): BarPart[] | null {
	const c = f.cells;
	if (item.kind === "task" && c.expected > 1)
		return [
			{ look: "done", n: c.done - f.done_late },
			{ look: "late", n: f.done_late },
			{ look: "in_progress", n: c.in_progress },
			{ look: "not_started", n: c.not_started },
			{ look: "unreported", n: c.unreported },
		];
	if (f.leaves.expected > 1) return taskParts(f);
	return f.indicators.expected > 1 ? indicatorParts(f) : null;
}

export function Facts({ item, f, changed, since }: { item: Item; f: Figure; changed: number | null; since: string | null }) {
	const name = useNames([item.lead]);
	const s = say(item, f);
	const k = f.indicators;
	const missing = f.expected - f.reported;
	if (!f.cells.expected && !k.expected) return <p class="empty">{t("drill.notHere")}</p>;
	const bar = barOf(item, f);
	const score = f.score_bp !== null && !item.leaf;
	return (
		<div class="card drill-figure">
			<p class={s.none ? "drill-main result-none" : "drill-main"}>
				<b>{s.main}</b> {s.rest && <span>{s.rest}</span>}
			</p>
			{bar && <Bar parts={bar} />}
			<dl class="defs">
				{item.num_def && <Fact name={t("drill.numerator")}>{item.num_def}{f.numerator !== null && <b> {int(f.numerator)}</b>}</Fact>}
				{item.den_def && <Fact name={t("drill.denominator")}>{item.den_def}{f.denominator !== null && <b> {int(f.denominator)}</b>}</Fact>}
				{f.target !== null && (
					<Fact name={t("drill.target")}>
						<Target item={item} f={f} />
					</Fact>
				)}
				{score && <Fact name={t("drill.score")}>{t("drill.scoreSay", { score: percent(f.score_bp), n: f.score_leaves, of: f.score_leaves_of })}</Fact>}
				{!score && f.attainment_bp !== null && <Fact name={t("drill.attainment")}>{rate(f.attainment_bp, f.reported, f.expected)}</Fact>}
				{!item.leaf && f.leaves.expected > 0 && <Fact name={t("drill.tasks")}>{int(f.leaves.expected)} = {counts(f.leaves)}</Fact>}
				{f.cells.expected > 1 && f.cells.expected !== f.leaves.expected && <Fact name={t("drill.offices")}>{int(f.cells.expected)} = {counts(f.cells)}</Fact>}
				{k.expected > 1 && <Fact name={t("drill.indicators")}>{t("drill.indicatorsSay", { value: k.value, expected: k.expected, none: k.none, unreported: k.unreported, target: k.at_target })}</Fact>}
				<Fact name={t("drill.reported")}>{t(missing ? "drill.reportedSay" : "drill.reportedAll", { n: f.reported, of: f.expected, missing })}</Fact>
				{deadlines(f) && <Fact name={t("drill.deadlines")}>{deadlines(f)}</Fact>}
				{f.behind > 0 && <Fact name={t("drill.behind")}>{t("drill.behindSay", { n: f.behind, of: f.cells.in_progress })}</Fact>}
				<Fact name={t("drill.at")}>{t("drill.atSay", { date: date(f.at), version: f.version })}</Fact>
				{changed != null && <Fact name={t("drill.changed")}>{time(changed)}{f.at && ` (${ago(dayOf(changed), f.at)})`}</Fact>}
				{since && f.at && <Fact name={t("drill.oldest")}>{t("drill.oldestSay", { date: date(since), ago: ago(since, f.at) })}</Fact>}
				{item.lead && <Fact name={t("drill.lead")}>{[name(item.lead), item.person].filter(Boolean).join(" · ")}</Fact>}
				{item.product && <Fact name={t("unit.productCol")}>{item.product}</Fact>}
				{item.due && <Fact name={t("drill.due")}>{date(item.due)}</Fact>}
			</dl>
		</div>
	);
}
