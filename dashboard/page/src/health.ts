// SPDX-License-Identifier: Apache-2.0
// health: what the answers of `health` mean. Pure. Times are the centre's clock, never the browser's.
export interface CentreHealth {
	now_ms: number; // the centre's clock at the answer
	uptime_ms: number;
	ready: string;
	entries: number;
	head_received_ms: number | null;
	checkpoint: number | null;
	updates_taken: number;
	updates_refused: number;
	duplicates: number;
	conflicts: number;
	commits: number;
	commits_refused: number;
	nacks: number;
	busy: number;
	sessions: number;
	handshakes: number;
	handshakes_refused: number;
	handshakes_unknown: number;
	subscriptions: number;
	deltas: number;
	questions: number;
	questions_failed: number;
	journal_bytes: number;
	disk_free_bytes: number;
	journal_damaged: boolean;
	reader_lag: number;
}

export interface PrincipalHealth {
	principal: number;
	unit: string | null;
	unit_name: string | null;
	name: string;
	role: string;
	taken: number;
	refused: number;
	last_received_ms: number | null;
	last_heard_ms: number | null;
}

export interface GatewayHealth {
	clients: number;
	streams: number;
	requests: number;
	refused: number;
	cut: number;
	sessions: number;
	queue: number;
	mirror_grains: number;
	rss_kb: number;
	uptime_ms: number;
}

export interface Health {
	centre: CentreHealth;
	rows: PrincipalHealth[];
	gateway: GatewayHealth;
}

export type AgentState = "live" | "stale" | "never";

/** An agent says something at least every 30 s (its Ping); four missed in a row are no accident. */
export const LIVE_MS = 120000;

export function agentState(p: PrincipalHealth, now_ms: number): AgentState {
	if (!p.last_heard_ms) return "never";
	return now_ms - p.last_heard_ms <= LIVE_MS ? "live" : "stale";
}

export const agentsOf = (h: Health): PrincipalHealth[] => h.rows.filter((r) => r.role === "agent");

export type AgentCounts = Record<AgentState, number> & { all: number };

export function countAgents(rows: readonly PrincipalHealth[], now_ms: number): AgentCounts {
	const n: AgentCounts = { live: 0, stale: 0, never: 0, all: rows.length };
	for (const r of rows) n[agentState(r, now_ms)]++;
	return n;
}

const ORDER: AgentState[] = ["stale", "never", "live"];

/** Who was lost first stands first: stale ones from the longest silent, then the never seen, then the live. */
export function troubledFirst(rows: readonly PrincipalHealth[], now_ms: number): PrincipalHealth[] {
	const place = (r: PrincipalHealth) => ORDER.indexOf(agentState(r, now_ms));
	return [...rows].sort((a, b) => place(a) - place(b) ||
		(agentState(a, now_ms) === "stale" ? (a.last_heard_ms ?? 0) - (b.last_heard_ms ?? 0) : 0) ||
		(a.unit ?? "").localeCompare(b.unit ?? "") || a.principal - b.principal);
}

// ---- rates, from two answers ----

export interface Sample {
	at_ms: number; /* the browser's monotonic clock */
	centre: CentreHealth;
}

/** What is counted from the server's start and never sinks while it runs. */
export type Counter = "updates_taken" | "commits" | "deltas" | "questions" | "busy" | "nacks";

/** Per second, in thousandths; null: only one sample, or the server was started anew between them. */
export function perSecond(before: Sample | null, now: Sample, what: Counter): number | null {
	if (!before || now.centre.uptime_ms < before.centre.uptime_ms || now.at_ms <= before.at_ms) return null;
	const n = now.centre[what] - before.centre[what];
	return n < 0 ? null : Math.round(n * 1000000 / (now.at_ms - before.at_ms));
}

// ---- what is wrong ----

export type Trouble = "damaged" | "disk_full" | "clock" | "locked" | "loading" | "stopping" | "not_ready" | "disk_low" |
	"commits_refused" | "busy" | "reader_lag" | "questions_queue" | "unheard";

/** Below 2 GiB, or less than the journal is now (it may double before anybody looks): time to make room. */
export const DISK_LOW_BYTES = 2 * 1024 * 1024 * 1024;
/** A reader so many commits old keeps the journal from using its free pages again. */
export const READER_LAG_HIGH = 10000;
/** The gateway asks the centre one question at a time: so many waiting are felt by people. */
export const QUEUE_LONG = 20;

const STATES: Record<string, Trouble> = {
	disk_full: "disk_full", clock: "clock", locked: "locked", loading: "loading", stopping: "stopping",
};

export function diskLow(c: CentreHealth): boolean {
	return c.disk_free_bytes > 0 && c.disk_free_bytes < Math.max(DISK_LOW_BYTES, c.journal_bytes);
}

/** The gravest first; empty = all is well. */
export function troubles(h: Health, before: Sample | null): Trouble[] {
	const c = h.centre;
	const list: Trouble[] = [];
	if (c.journal_damaged) list.push("damaged");
	if (c.ready !== "ready")
		list.push(STATES[c.ready] ?? "not_ready");
	if (c.ready !== "disk_full" && diskLow(c)) list.push("disk_low");
	if (before && c.uptime_ms >= before.centre.uptime_ms) {
		if (c.commits_refused > before.centre.commits_refused) list.push("commits_refused");
		if (c.busy > before.centre.busy)
			list.push("busy");
	}
	if (c.reader_lag > READER_LAG_HIGH) list.push("reader_lag");
	if (h.gateway.queue > QUEUE_LONG)
		list.push("questions_queue");
	const agents = countAgents(agentsOf(h), c.now_ms);
	if (agents.all && !agents.live && c.uptime_ms > LIVE_MS) list.push("unheard");
	return list;
}
