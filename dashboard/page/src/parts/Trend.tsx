// SPDX-License-Identifier: Apache-2.0
// How one figure went, day by day: done and overdue as steps, because nothing moves between two reports. The
// picture is said in words beside it, and stands as a table below. 
import { useRef } from "preact/hooks";
import { date, int, shortDate } from "../format";
import { trendWords, type Trend as Plain } from "../overview";
import { lang } from "../lang";
import { t } from "../words";
import { Plot } from "./Plot";

/** Of a plan: done and overdue. Or of anything else that is two lines: then it says how they are called and written. */
export type Facts = Pick<Plain, "days" | "done" | "of"> & {
	tasks?: boolean;
	overdue: readonly (number | null)[];
	said?: { first: string; second: string | null; whole: string; show: (n: number | null | undefined) => string; scale: number };
};

/** Below the axis: the month for a long time, the day for a short one. */
function axisDate(day: string, spanDays: number): string {
	if (spanDays < 90) return shortDate(day);
	const [y, m] = day.split("-");
	return lang.get() === "en" ? `${y}-${m}` : `${m}/${y}`;
}

const doneWord = (x: Facts): string => x.said?.first ?? t(x.tasks ? "state.done" : "ov.trend.reported");
const secondWord = (x: Facts): string | null => (x.said ? x.said.second : t("state.overdue"));
const show = (x: Facts, n: number | null | undefined): string => (x.said?.show ?? int)(n);
const whole = (x: Facts): string => x.said?.whole ?? trendWords(x as Plain);
const isTarget = (x: Facts): boolean => x.said !== undefined && x.said.second !== t("state.overdue");

export function Trend({ facts, title }: { facts: Facts; title: string }) {
	const told = useRef<HTMLParagraphElement>(null);
	const second = secondWord(facts);
	const tell = (i: number | null) => {
		const p = told.current;
		if (p) p.textContent = i == null ? "\u00a0" : `${date(facts.days[i])}: ${doneWord(facts)} ${show(facts, facts.done[i])}${second === null ? "" : `, ${second} ${show(facts, facts.overdue[i])}`}`;
	};
	return (
		<figure class="trend" aria-label={title}>
			<figcaption>{whole(facts)}</figcaption>
			{facts.days.length > 1 && (
				<>
					<ul class="trend-key" aria-hidden="true">
						<li class="trend-done">{doneWord(facts)}</li>
						{second !== null && <li class={isTarget(facts) ? "trend-target" : "trend-late"}>{second}</li>}
					</ul>
					<Plot
						days={facts.days}
						first={facts.done}
						second={second === null ? null : facts.overdue}
						secondClass={isTarget(facts) ? "plot-target" : "plot-late"}
						top={Math.max(facts.of, ...facts.done, ...facts.overdue.map((n) => n ?? 0))}
						unit={facts.said?.scale}
						show={(n) => show(facts, n)}
						showDay={axisDate}
						label={whole(facts)}
						onDay={tell}
					/>
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
