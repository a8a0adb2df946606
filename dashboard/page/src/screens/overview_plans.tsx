// SPDX-License-Identifier: Apache-2.0
// The plans of a unit, one bar each: the tasks of each first, then what is measured only. A row listens for itself.
import { int, ofN, rate } from "../format";
import type { Figure } from "../model";
import { applicable, missing } from "../overview";
import { Bar, barFigures, indicatorParts, partWords, taskParts } from "../parts/Bar";
import { Legend } from "../parts/Look";
import { Changed } from "../parts/Result";
import { PrintButton } from "../parts/Take";
import { navigate } from "../route";
import { useStore } from "../store";
import { t } from "../words";
import type { Sight } from "./overview_lead";

function Flag({ bad, children }: { bad: boolean; children: string }) {
	return <span class={bad ? "flag-bad" : "flag-calm"}>{bad ? <b>! {children}</b> : children}</span>;
}

/** What stands beside the bar. Tasks: counts; indicators: the rate with what it is made of. */
function Beside({ f, tasks }: { f: Figure; tasks: boolean }) {
	if (tasks) {
		return (
			<>
				<span class="plan-sum">{barFigures(f)}</span>
				<span class="plan-late">
					<Flag bad={f.overdue > 0}>{t("ov.bar.overdue", { n: ofN(f.overdue, applicable(f.cells)) })}</Flag>
					{f.done_late > 0 && <span class="plan-small">{t("ov.bar.doneLate", { n: f.done_late })}</span>}
				</span>
			</>
		);
	}
	return (
		<>
			<span class="plan-sum">{f.percent_bp !== null && f.denominator ? rate(f.percent_bp, f.numerator, f.denominator) : f.value !== null ? int(f.value) : "\u00a0"}</span>
			<span class="plan-late">
				{f.indicators.at_target > 0 ? <span class="flag-calm">{t("ov.bar.atTarget", { n: ofN(f.indicators.at_target, f.indicators.expected - f.indicators.na) })}</span> : "\u00a0"}
			</span>
		</>
	);
}

function PlanRow({ plan, s }: { plan: string; s: Sight }) {
	const unit = s.board.unit.code;
	const f = useStore(s.cells.cell(unit, plan));
	if (!f || f.expected === 0) return null;
	const tasks = applicable(f.leaves) > 0;
	const parts = tasks ? taskParts(f) : indicatorParts(f);
	const name = s.name(plan);
	const on = s.chosen === plan;
	const label = t("ov.bar.open", {
		plan: `${name} (${plan})`,
		parts: partWords(parts),
		of: int(tasks ? applicable(f.leaves) : f.indicators.expected),
		overdue: ofN(f.overdue, applicable(f.cells)),
		reported: ofN(f.reported, f.expected),
	});
	return (
		<li class={on ? "plan plan-on" : "plan"}>
			<button type="button" class="plan-name" aria-pressed={on} title={t(on ? "ov.unchoose" : "ov.choose")} onClick={() => navigate({ plan: on ? null : plan })}>
				<b>{plan}</b> <span>{name}</span>
			</button>
			<button type="button" class="plan-bar" title={label} onClick={() => navigate({ drill: { unit, item: plan } })}>
				<span class="unseen">{label}</span>
				<Bar parts={parts} />
			</button>
			<Beside f={f} tasks={tasks} />
			<span class="plan-reported">
				<Flag bad={missing(f) > 0}>{t("ov.bar.reported", { n: ofN(f.reported, f.expected) })}</Flag>
				<Changed ms={s.cells.changed(unit, plan)} />
			</span>
		</li>
	);
}

export function PlanBars(s: Sight) {
	const of = (p: string) => s.cells.figure(s.board.unit.code, p);
	const tasks = s.plans.filter((p) => (of(p)?.leaves.expected ?? 0) > 0);
	const rest = s.plans.filter((p) => !tasks.includes(p) && (of(p)?.expected ?? 0) > 0);
	return (
		<section class="card" aria-labelledby="ov-plans">
			<div class="row section-head">
				<h2 id="ov-plans">{t("ov.byPlan")}</h2>
				<PrintButton />
			</div>
			{tasks.length > 0 && (
				<>
					<Legend looks={["done", "in_progress", "not_started", "unreported"]}>
						<span class="legend-note">{t("ov.byPlan.note")}</span>
					</Legend>
					<ul class="plan-list">
						{tasks.map((p) => (
							<PlanRow key={p} plan={p} s={s} />
						))}
					</ul>
				</>
			)}
			{rest.length > 0 && (
				<>
					<h3 class="plan-title">{t("ov.measured")}</h3>
					<Legend looks={["done", "value", "unreported"]} done={t("ov.bar.target")} />
					<ul class="plan-list">
						{rest.map((p) => (
							<PlanRow key={p} plan={p} s={s} />
						))}
					</ul>
				</>
			)}
		</section>
	);
}
