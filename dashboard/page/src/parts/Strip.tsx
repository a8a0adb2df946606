// SPDX-License-Identifier: Apache-2.0
// The last periods of one unit as pills: a letter, a colour and n of N each; a pill leads to the calendar.
import { date, ofN, period, shortDate } from "../format";
import { inTime, VERDICTS, worst, type TimelinessRow, type Verdict } from "../matrix";
import type { List } from "../model";
import { Link } from "../route";
import { ranges, strips } from "../strip";
import { useApi, useItems } from "../use";
import { itemName, t, type Key } from "../words";
import { Empty, Loading } from "./Empty";
import { ErrorBox } from "./ErrorBox";

const PERIODS = 8;
const word = (v: Verdict) => t(`verdict.${v}` satisfies Key);

function said(r: TimelinessRow): string {
	const parts = VERDICTS.filter((v) => r[v] > 0).map((v) => `${r[v]} ${word(v)}`);
	return `${period(r.period)} (${date(r.first)}–${date(r.last)}): ${parts.join(", ")}`;
}

function Mark({ v }: { v: Verdict }) {
	return (
		<span class={`mark vd-${v}`} aria-hidden="true">
			{t(`verdictLetter.${v}` satisfies Key)}
		</span>
	);
}

function PeriodPill({ r, unit }: { r: TimelinessRow; unit: string }) {
	const v = worst(r)?.verdict ?? "exempt";
	return (
		<li>
			<Link to={{ screen: "calendar", unit, period: r.period, plan: null, item: null, drill: null, more: {} }} class="period" title={said(r)}>
				<Mark v={v} />
				<b>{ofN(inTime(r), r.expected)}</b>
				<small>
					{shortDate(r.first)}–{shortDate(r.last)}
				</small>
				<span class="unseen">{said(r)}</span>
			</Link>
		</li>
	);
}

function StripOf({ unit, range }: { unit: string; range: string }) {
	const items = useItems();
	const { data, error, reload } = useApi<List<TimelinessRow>>("timeliness", { unit, period: range });
	if (error && !data) return <ErrorBox error={error} reload={reload} />;
	return (
		<>
			{strips(data?.rows ?? [], unit, PERIODS).map((s) => (
				<div class="strip" key={s.schedule}>
					<h3>{itemName(items, s.schedule)}</h3>
					<ol>
						{s.rows.map((r) => (
							<PeriodPill key={r.period} r={r} unit={unit} />
						))}
					</ol>
				</div>
			))}
		</>
	);
}

export function PeriodStrip({ unit }: { unit: string }) {
	const { data, error, reload } = useApi<List<TimelinessRow>>("timeliness", { unit });
	if (error && !data) return <ErrorBox error={error} reload={reload} />;
	if (!data) return <Loading />;
	const list = ranges(data.rows, unit, PERIODS);
	if (!list.length) return <Empty>{t("unit.periodsNone")}</Empty>;
	return (
		<>
			{list.map((range) => (
				<StripOf key={range} unit={unit} range={range} />
			))}
			<p class="note">{t("unit.periodsNote")}</p>
			<p class="note strip-legend">
				{VERDICTS.map((v) => (
					<span key={v} class="strip-key">
						<Mark v={v} /> {word(v)}
					</span>
				))}
			</p>
		</>
	);
}
