// SPDX-License-Identifier: Apache-2.0
// One obstacle: how old, where it lies and since when, what it holds up, why; opened, what was done about it.
import { age, daysLeft, since, stage, type Stage } from "../board";
import { date, dayOf, days, int, time } from "../format";
import type { Item } from "../model";
import type { ObstacleRow, ObstacleStep } from "../model_lists";
import { Link, unitPage } from "../route";
import { codeWord, nameOf, t, type Key } from "../words";
import { OpenFigure } from "./Result";
import { Receipt } from "./Receipt";
import { Tag } from "./Tag";

export const TONES: Readonly<Record<Stage, "bad" | "warn" | "accent" | "good">> = { overdue: "bad", waiting: "warn", answered: "accent", closed: "good" };

export interface Known {
	items: ReadonlyMap<string, Item>;
	name: (code: string) => string;
	today: string;
}

/** Who must clear it; the list for the ministries has no unit's page. */
export function Who({ code, name }: { code: string | null; name: (code: string) => string }) {
	if (code === null) return <b>{t("obs.ministryShort")}</b>;
	return <Link to={unitPage(code)}>{name(code)}</Link>;
}

export function Due({ o, today }: { o: ObstacleRow; today: string }) {
	const left = daysLeft(o, today);
	if (left === null) return null;
	const text = left < 0 ? t("obs.dueOver", { days: days(-left) }) : left === 0 ? t("obs.dueToday") : t("obs.dueIn", { days: days(left) });
	return (
		<>
			{date(o.answer_due)} <span class={left < 0 ? "over" : ""}>({text})</span>
		</>
	);
}

function StepLine({ s, name }: { s: ObstacleStep; name: (code: string) => string }) {
	return (
		<li class={`step step-${s.step}`}>
			<time dateTime={new Date(s.received_ms).toISOString()}>{time(s.received_ms)}</time>
			<span>
				<b>{s.unit === null ? t("obs.clock") : name(s.unit)}</b> {codeWord("step", s.step)}
				{(s.step === "escalate" || s.step === "raise") && <> → {s.addressee === null ? t("obs.ministryShort") : name(s.addressee)}</>}
				{s.on_behalf && s.unit !== null && <> ({t("obs.onBehalf")})</>}
				{s.resolves && <> · {t("obs.resolves")}</>}
				{s.text && <span class="said line">{s.text}</span>}
			</span>
		</li>
	);
}

function Tags({ o }: { o: ObstacleRow }) {
	const list: [boolean, "bad" | "warn" | "plain", string][] = [
		[o.affects_rights, "bad", t("obs.rights")],
		[o.raised_late, "warn", t("obs.raisedLate")],
		[o.escalations > 0, "plain", t("obs.climbed", { n: o.escalations })],
	];
	const on = list.filter(([is]) => is);
	if (!on.length) return null;
	return (
		<p class="tags">
			{on.map(([, tone, text]) => (
				<Tag key={text} tone={tone}>
					{text}
				</Tag>
			))}
		</p>
	);
}

export function ObstacleCard({ o, known, withStage = false }: { o: ObstacleRow; known: Known; withStage?: boolean }) {
	const { items, name, today } = known;
	const item = o.item ? items.get(o.item) : undefined;
	const where = stage(o);
	const raiser = name(o.unit) === o.unit ? o.name : name(o.unit);
	const closed = where === "closed";
	return (
		<article class={`obstacle obstacle-${where}`} aria-label={`${raiser}: ${item ? nameOf(item) : (o.item ?? "")}`}>
			<p class="obstacle-top">
				<span class="obstacle-age">
					<small>{t(closed ? "obs.took" : "obs.waited")}</small> <b>{int(o.waiting_days)}</b> <small>{days(o.waiting_days).replace(/^\S+\s/, "")}</small>
				</span>
				{withStage && <Tag tone={TONES[where]}>{t(`stage.${where}` satisfies Key)}</Tag>}
			</p>
			<h3>
				{item ? (
					<OpenFigure unit={o.unit} item={item} unitName={raiser}>
						{nameOf(item)}
					</OpenFigure>
				) : (
					(o.item ?? "")
				)}
			</h3>
			<dl class="defs">
				<div>
					<dt>{t(closed ? "obs.lay" : "obs.lies")}</dt>
					<dd>
						<Who code={o.addressee} name={name} /> {!closed && <small>{t("obs.since", { date: date(dayOf(since(o))) })}</small>}
					</dd>
				</div>
				{o.answer_due && (
					<div>
						<dt>{t("obs.due")}</dt>
						<dd>
							<Due o={o} today={today} />
						</dd>
					</div>
				)}
				<div>
					<dt>{t("obs.raisedBy")}</dt>
					<dd>
						<Link to={unitPage(o.unit, item?.plan)}>{raiser}</Link>{" "}
						<small>
							{closed
								? t("obs.raisedClosed", { date: date(dayOf(o.raised_ms)), closed: date(o.closed_on) })
								: t("obs.raisedOn", { date: date(dayOf(o.raised_ms)), days: days(age(o, today)) })}
						</small>
					</dd>
				</div>
				<div>
					<dt>{t("obs.cause")}</dt>
					<dd>
						{codeWord("cause", o.cause)}
						{o.fault && ` · ${codeWord("fault", o.fault)}`}
					</dd>
				</div>
			</dl>
			<Tags o={o} />
			{o.text && <p class="said">{o.text}</p>}
			{o.solution && (
				<p class="said">
					<b>{t("obs.solution")}</b>
					{o.solution_class && ` (${codeWord("cause", o.solution_class)})`}: {o.solution}
				</p>
			)}
			<details>
				<summary>{t("obs.steps", { n: o.steps.length })}</summary>
				<ol class="steps">
					{o.steps.map((s) => (
						<StepLine key={`${s.receipt} ${s.step}`} s={s} name={name} />
					))}
				</ol>
				<p>
					<small>{t("obs.receipt")}</small> <Receipt receipt={o.receipt} />
				</p>
			</details>
		</article>
	);
}
