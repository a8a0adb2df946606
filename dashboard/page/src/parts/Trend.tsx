// SPDX-License-Identifier: Apache-2.0
// How one figure went, day by day: done and overdue as steps, because nothing moves between two reports. The
// picture is said in words beside it, and stands as a table below. Loaded by itself, for uPlot.
import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import { date, int, shortDate } from "../format";
import { trendWords, type Trend as Plain } from "../overview";
import { lang } from "../lang";
import { t } from "../words";

/** Of a plan: done and overdue. Or of anything else that is two lines: then it says how they are called and written. */
export type Facts = Pick<Plain, "days" | "done" | "of"> & {
	tasks?: boolean;
	overdue: readonly (number | null)[];
	said?: { first: string; second: string | null; whole: string; show: (n: number | null | undefined) => string; scale: number };
};

const DAY_S = 86_400;
const HEIGHT = 240;
const DAYS = [1, 2, 5, 7, 14, 30, 61, 91, 182, 365]; // between two dates below the axis
const STEPS = [1, 2, 5].flatMap((n) => [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11].map((e) => n * 10 ** e)).sort((a, b) => a - b); // values reach 10^12

const seconds = (iso: string): number => Date.parse(`${iso}T00:00:00Z`) / 1000;
const iso = (s: number): string => new Date(s * 1000).toISOString().slice(0, 10);

const token = (name: string): string => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** Below the axis: the month for a long time, the day for a short one. */
function axisDate(s: number, spanDays: number): string {
	const day = iso(s);
	if (spanDays < 90) return shortDate(day);
	const [y, m] = day.split("-");
	return lang.get() === "en" ? `${y}-${m}` : `${m}/${y}`;
}

const doneWord = (x: Facts): string => x.said?.first ?? t(x.tasks ? "state.done" : "ov.trend.reported");
const secondWord = (x: Facts): string | null => (x.said ? x.said.second : t("state.overdue"));
const show = (x: Facts, n: number | null | undefined): string => (x.said?.show ?? int)(n);
const whole = (x: Facts): string => x.said?.whole ?? trendWords(x as Plain);
const secondColour = (x: Facts): string => token(x.said && x.said.second !== t("state.overdue") ? "--accent" : "--late");

function options(x: Facts, width: number): uPlot.Options {
	const days = (seconds(x.days[x.days.length - 1]!) - seconds(x.days[0]!)) / DAY_S;
	const font = `12px ${getComputedStyle(document.body).fontFamily}`;
	const axis = { stroke: token("--ink-soft"), font, grid: { stroke: token("--rule"), width: 1 }, ticks: { stroke: token("--rule"), width: 1 } };
	const stepped = uPlot.paths.stepped!({ align: 1 });
	const most = Math.max(1, x.of, ...x.done, ...x.overdue.map((n) => n ?? 0));
	const scale = x.said?.scale ?? 1;
	return {
		width,
		height: HEIGHT,
		tzDate: (ts) => new Date(ts * 1000 + new Date(ts * 1000).getTimezoneOffset() * 60_000), // days have no zone
		legend: { show: false },
		cursor: { y: false, drag: { x: false, y: false }, points: { size: 8 } },
		scales: { y: { range: [0, most * 1.05] } },
		axes: [
			{ ...axis, values: (_, ticks) => ticks.map((s) => axisDate(s, days)), incrs: DAYS.map((d) => d * DAY_S), space: 64 },
			{ ...axis, values: (_, ticks) => ticks.map((n) => (Number.isInteger(n / scale) ? show(x, n) : "")), incrs: STEPS.map((n) => n * scale), size: 56 },
		],
		series: [
			{},
			{ label: doneWord(x), stroke: token("--done"), width: 3, fill: "rgba(26,127,75,0.10)", paths: stepped, points: { show: false } },
			{ label: secondWord(x) ?? "", show: secondWord(x) !== null, stroke: secondColour(x), width: 2.5, dash: [7, 4], paths: stepped, points: { show: false } },
		],
	};
}

export function Trend({ facts, title }: { facts: Facts; title: string }) {
	const box = useRef<HTMLDivElement>(null);
	const told = useRef<HTMLParagraphElement>(null);
	const second = secondWord(facts);
	useEffect(() => {
		const el = box.current;
		if (!el || facts.days.length < 2) return;
		const data: uPlot.AlignedData = [facts.days.map(seconds), facts.done, [...facts.overdue]];
		const plot = new uPlot(
			{
				...options(facts, el.clientWidth),
				hooks: {
					setCursor: [
						(u) => {
							const i = u.cursor.idx;
							const p = told.current;
							if (p) p.textContent = i == null ? "\u00a0" : `${date(facts.days[i])}: ${doneWord(facts)} ${show(facts, facts.done[i])}${second === null ? "" : `, ${second} ${show(facts, facts.overdue[i])}`}`;
						},
					],
				},
			},
			data,
			el,
		);
		const seen = new ResizeObserver(() => plot.setSize({ width: el.clientWidth, height: HEIGHT }));
		seen.observe(el);
		return () => {
			seen.disconnect();
			plot.destroy();
		};
	}, [facts]);
	return (
		<figure class="trend" aria-label={title}>
			<figcaption>{whole(facts)}</figcaption>
			{facts.days.length > 1 && (
				<>
					<ul class="trend-key" aria-hidden="true">
						<li class="trend-done">{doneWord(facts)}</li>
						{second !== null && <li class={facts.said && second !== t("state.overdue") ? "trend-target" : "trend-late"}>{second}</li>}
					</ul>
					<div ref={box} class="trend-plot" role="img" aria-label={whole(facts)} />
					<p ref={told} class="trend-told" aria-hidden="true">
						{"\u00a0"}
					</p>
				</>
			)}
			<details class="screen-only">
				<summary>{t("ov.trend.table")}</summary>
				<div class="trend-table">
					<table>
						<thead>
							<tr>
								<th scope="col">{t("ov.trend.day")}</th>
								<th scope="col" class="number">
									{doneWord(facts)}
								</th>
								{second !== null && (
									<th scope="col" class="number">
										{second}
									</th>
								)}
							</tr>
						</thead>
						<tbody>
							{facts.days.map((d, i) => (
								<tr key={d}>
									<th scope="row">{date(d)}</th>
									<td class="number">{show(facts, facts.done[i])}</td>
									{second !== null && <td class="number">{show(facts, facts.overdue[i])}</td>}
								</tr>
							))}
						</tbody>
					</table>
				</div>
			</details>
		</figure>
	);
}
