// SPDX-License-Identifier: Apache-2.0
// Who the centre hears of: the agents, those in trouble first, and whoever reads.
import { fold } from "../fold";
import { age, int, ofN, time, timeSince } from "../format";
import { agentState, countAgents, troubledFirst, type AgentState, type PrincipalHealth } from "../health";
import { Table, type Column } from "../parts/Table";
import { Link, navigate } from "../route";
import { useRoute, useServerState } from "../use";
import { codeWord, t, type Key } from "../words";

const STATES: readonly AgentState[] = ["live", "stale", "never"];

function State({ state }: { state: AgentState }) {
	return (
		<span class={`agent agent-${state}`}>
			<span aria-hidden="true">{t(`agentLetter.${state}` satisfies Key)}</span> {t(`agent.${state}` satisfies Key)}
		</span>
	);
}

function agentColumns(now: number, today: string | null, extra: Column<PrincipalHealth>[]): Column<PrincipalHealth>[] {
	const order = (r: PrincipalHealth) => STATES.indexOf(agentState(r, now));
	const since = (ms: number | null) => (ms === null ? null : timeSince(ms, today));
	return [
		{ key: "code", title: t("cal.code"), class: "cal-code", by: (r) => r.unit, cell: (r) => <span class="nowrap">{r.unit ?? "–"}</span> },
		{
			key: "unit",
			title: t("sys.unit"),
			head: true,
			class: "cal-name",
			by: (r) => r.unit_name ?? r.name,
			cell: (r) => (
				<>
					{r.unit && <Link to={{ screen: "unit", unit: r.unit }}>{r.unit_name ?? r.unit}</Link>} <small>{r.name}</small>
				</>
			),
		},
		...extra,
		{ key: "state", title: t("sys.state"), by: order, csv: (r) => t(`agent.${agentState(r, now)}` satisfies Key), cell: (r) => <State state={agentState(r, now)} /> },
		{
			key: "heard",
			title: t("sys.heard"),
			by: (r) => r.last_heard_ms,
			csv: (r) => (r.last_heard_ms ? time(r.last_heard_ms) : ""),
			cell: (r) =>
				r.last_heard_ms ? (
					<span class="nowrap">
						{since(r.last_heard_ms)} <small>({t("sys.ago", { age: age(now - r.last_heard_ms) })})</small>
					</span>
				) : (
					"–"
				),
		},
		{
			key: "received",
			title: t("sys.accepted"),
			by: (r) => r.last_received_ms,
			csv: (r) => (r.last_received_ms ? time(r.last_received_ms) : ""),
			cell: (r) => <span class="nowrap">{since(r.last_received_ms) ?? t("sys.noneAccepted")}</span>,
		},
		{ key: "taken", title: t("sys.takenBy"), number: true, by: (r) => r.taken, cell: (r) => int(r.taken) },
		{ key: "refused", title: t("sys.refused"), number: true, by: (r) => r.refused, cell: (r) => (r.refused ? <b class="bad">{int(r.refused)}</b> : "0") },
	];
}

export function Agents({ rows, now, started }: { rows: readonly PrincipalHealth[]; now: number; started: number }) {
	const route = useRoute();
	const today = useServerState()?.today ?? null;
	const only = STATES.find((s) => s === route.more.agents) ?? null;
	const query = route.more.q ?? "";
	const more = (change: Record<string, string>) =>
		navigate({ more: Object.fromEntries(Object.entries({ ...route.more, ...change }).filter(([, v]) => v)) }, "replace");
	const agents = rows.filter((r) => r.role === "agent");
	const n = countAgents(agents, now);
	const words = fold(query).split(" ").filter(Boolean);
	const fit = troubledFirst(agents, now).filter(
		(r) => (!only || agentState(r, now) === only) && words.every((w) => fold(`${r.unit ?? ""} ${r.unit_name ?? ""} ${r.name}`).includes(w)),
	);
	return (
		<section class="sys-agents">
			<h2>{t("sys.agents")}</h2>
			<p>{t("sys.rule", { time: time(started) })}</p>
			<div class="row screen-only">
				<div class="choice" role="group" aria-label={t("sys.show")}>
					<button type="button" aria-pressed={!only} onClick={() => more({ agents: "" })}>
						{t("sys.all")} {int(n.all)}
					</button>
					{STATES.map((s) => (
						<button key={s} type="button" aria-pressed={only === s} onClick={() => more({ agents: s })}>
							<span aria-hidden="true">{t(`agentLetter.${s}` satisfies Key)}</span> {t(`agent.${s}` satisfies Key)} {ofN(n[s], n.all)}
						</button>
					))}
				</div>
				<input type="search" value={query} placeholder={t("sys.filter")} aria-label={t("sys.filter")} onInput={(e) => more({ q: e.currentTarget.value })} />
			</div>
			<Table
				caption={t("sys.agents")}
				columns={agentColumns(now, today, [])}
				rows={fit}
				rowKey={(r) => String(r.principal)}
				file="may-tram"
				empty={t("sys.noAgents")}
				rowClass={(r) => (agentState(r, now) === "stale" ? "overdue" : undefined)}
			/>
		</section>
	);
}

export function Readers({ rows, now }: { rows: readonly PrincipalHealth[]; now: number }) {
	const today = useServerState()?.today ?? null;
	const list = rows.filter((r) => r.role !== "agent");
	const role: Column<PrincipalHealth> = { key: "role", title: t("sys.role"), by: (r) => codeWord("principal", r.role), cell: (r) => codeWord("principal", r.role) };
	if (!list.length) return null;
	return (
		<details class="sys-readers">
			<summary>
				{t("sys.readers")} ({int(list.length)})
			</summary>
			<Table caption={t("sys.readers")} columns={agentColumns(now, today, [role]).filter((c) => !["received", "taken", "refused"].includes(c.key))} rows={list} rowKey={(r) => String(r.principal)} />
		</details>
	);
}
