// SPDX-License-Identifier: Apache-2.0
// The machinery, for operators: what is wrong in a sentence each, the centre, this gateway, and every agent: live,
// stale or never seen. Asked every few seconds while somebody looks.
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { age, clock, int, ofN, points, time } from "../format";
import { agentsOf, countAgents, diskLow, perSecond, troubles, type CentreHealth, type GatewayHealth, type Health, type Sample, type Trouble } from "../health";
import { Loading } from "../parts/Empty";
import { ErrorBox } from "../parts/ErrorBox";
import { loginOpen } from "../parts/Login";
import { Notice } from "../parts/Notice";
import { PrintButton } from "../parts/Take";
import { useApi, useServer, useSession, useTitle } from "../use";
import { codeWord, t, type Key } from "../words";
import { Agents, Readers } from "./system_agents";

const EVERY_MS = 5000;

/** "1,5 GB": in the units that disks are sold in. */
function bytes(n: number): string {
	const units = ["kB", "MB", "GB", "TB"];
	let size = n / 1000;
	let i = 0;
	while (size >= 1000 && i < units.length - 1) {
		size /= 1000;
		i++;
	}
	return `${points(Math.round(size * 10) * 10)}\u00a0${units[i]}`;
}

/** 2400 thousandths: "2,4" */
const perMille = (n: number) => points(Math.round(n / 100) * 10);

/** Answers to the same question, every few seconds; and the one before, for what happens in a second. */
function useHealth(allowed: boolean) {
	const asked = useApi<Health>(allowed ? "health" : null);
	const samples = useRef<{ before: Sample | null; now: Sample | null; data: Health | null }>({ before: null, now: null, data: null });
	const s = samples.current;
	if (asked.data && asked.data !== s.data) {
		s.data = asked.data;
		s.before = s.now;
		s.now = { at_ms: performance.now(), centre: asked.data.centre };
	}
	const reload = useRef(() => {});
	reload.current = () => asked.loading || asked.reload(); // a centre that does not answer is waited for: only then is it said
	useEffect(() => {
		if (!allowed) return;
		const id = setInterval(() => document.visibilityState === "visible" && reload.current(), EVERY_MS);
		return () => clearInterval(id);
	}, [allowed]);
	return { ...asked, before: s.before, now: s.now };
}

const GRAVE: readonly Trouble[] = ["damaged", "disk_full", "clock", "locked", "not_ready", "commits_refused"];

function Troubles({ h, before }: { h: Health; before: Sample | null }) {
	const list = troubles(h, before);
	const agents = countAgents(agentsOf(h), h.centre.now_ms);
	const args: Partial<Record<Trouble, Record<string, string | number>>> = {
		disk_low: { n: bytes(h.centre.disk_free_bytes) },
		not_ready: { state: h.centre.ready },
		reader_lag: { n: h.centre.reader_lag },
		questions_queue: { n: h.gateway.queue },
		unheard: { n: agents.all },
	};
	if (!list.length)
		return (
			<p class="sys-fine">
				<span class="mark mark-done" aria-hidden="true">
					✓
				</span>
				<b>{t("sys.fine")}.</b> {t("sys.fineText", { n: ofN(agents.live, agents.all) })}
			</p>
		);
	return (
		<>
			{list.map((x) => (
				<Notice key={x} tone={GRAVE.includes(x) ? "bad" : "warn"}>
					<p>
						<b>{t(`trouble.${x}` satisfies Key, args[x])}</b>
					</p>
				</Notice>
			))}
		</>
	);
}

/** A fact: its name, what it is, a word of what that means. */
function Fact({ name, children, note, bad }: { name: string; children: preact.ComponentChildren; note?: string; bad?: boolean }) {
	return (
		<div class={bad ? "fact fact-bad" : "fact"}>
			<dt>{name}</dt>
			<dd>
				{children}
				{note && <small> {note}</small>}
			</dd>
		</div>
	);
}

function Centre({ c, now, before }: { c: CentreHealth; now: Sample; before: Sample | null }) {
	const rate = perSecond(before, now, "updates_taken");
	const low = diskLow(c) || c.ready === "disk_full";
	return (
		<section class="card" aria-labelledby="sys-centre">
			<h2 id="sys-centre">{t("sys.centre")}</h2>
			<dl class="sys-facts">
				<Fact name={t("sys.state")} bad={c.ready !== "ready"}>
					{codeWord("ready", c.ready)}
				</Fact>
				<Fact name={t("sys.uptime")}>{age(c.uptime_ms)}</Fact>
				<Fact name={t("sys.rate")}>{rate === null ? t("sys.waiting") : perMille(rate)}</Fact>
				<Fact name={t("sys.entries")}>{int(c.entries)}</Fact>
				<Fact name={t("sys.head")}>{c.head_received_ms === null ? "–" : time(c.head_received_ms)}</Fact>
				<Fact name={t("sys.journal")} note={c.journal_damaged ? t("sys.damaged") : t("sys.whole")} bad={c.journal_damaged}>
					{bytes(c.journal_bytes)}
				</Fact>
				<Fact name={t("sys.disk")} note={low ? t("sys.diskLow") : t("sys.diskFine")} bad={low}>
					{bytes(c.disk_free_bytes)}
				</Fact>
				<Fact name={t("sys.checkpoint")} note={c.checkpoint ? undefined : t("sys.noneAccepted")}>
					{c.checkpoint ? int(c.checkpoint) : "–"}
				</Fact>
			</dl>
			<h3>{t("sys.sinceStart", { time: time(c.now_ms - c.uptime_ms) })}</h3>
			<dl class="sys-facts">
				<Fact name={t("sys.taken")}>{int(c.updates_taken)}</Fact>
				<Fact name={t("sys.refused")}>{int(c.updates_refused)}</Fact>
				<Fact name={t("sys.duplicates")}>
					{int(c.duplicates)} / {int(c.conflicts)}
				</Fact>
				<Fact name={t("sys.commits")} bad={c.commits_refused > 0}>
					{int(c.commits)} / {int(c.commits_refused)}
				</Fact>
				<Fact name={t("sys.busy")}>{int(c.busy)}</Fact>
				<Fact name={t("sys.handshakes")}>{int(c.handshakes)}</Fact>
				<Fact name={t("sys.handshakesBad")}>
					{int(c.handshakes_refused)} / {int(c.handshakes_unknown)}
				</Fact>
				<Fact name={t("sys.questions")}>
					{int(c.questions)} / {int(c.questions_failed)}
				</Fact>
				<Fact name={t("sys.feed")}>{int(c.subscriptions)}</Fact>
				<Fact name={t("sys.lag")}>{int(c.reader_lag)}</Fact>
			</dl>
		</section>
	);
}

function Gateway({ g }: { g: GatewayHealth }) {
	return (
		<section class="card" aria-labelledby="sys-gateway">
			<h2 id="sys-gateway">{t("sys.gateway")}</h2>
			<dl class="sys-facts">
				<Fact name={t("sys.uptime")}>{age(g.uptime_ms)}</Fact>
				<Fact name={t("sys.clients")}>{int(g.clients)}</Fact>
				<Fact name={t("sys.streams")}>{int(g.streams)}</Fact>
				<Fact name={t("sys.requests")}>{int(g.requests)}</Fact>
				<Fact name={t("sys.cut")}>
					{int(g.refused)} / {int(g.cut)}
				</Fact>
				<Fact name={t("sys.logins")}>{int(g.sessions)}</Fact>
				<Fact name={t("sys.queue")}>{int(g.queue)}</Fact>
				<Fact name={t("sys.mirror")}>{int(g.mirror_grains)}</Fact>
				<Fact name={t("sys.memory")}>{bytes(g.rss_kb * 1024)}</Fact>
			</dl>
		</section>
	);
}

export function Screen() {
	useTitle(t("screen.system"));
	const session = useSession();
	const allowed = session?.role === "operator";
	const { data, error, reload, before, now } = useHealth(allowed);
	const [printing, setPrinting] = useState(false);
	const away = !useServer((s) => s?.live ?? true) || error !== null;
	const rows = useMemo(() => data?.rows ?? [], [data]);
	if (!allowed)
		return (
			<>
				<h1>{t("screen.system")}</h1>
				<Notice>
					<p>{t("sys.operators")}</p>
					{!session?.user && (
						<button type="button" onClick={() => loginOpen.set(true)}>
							{t("login.open")}
						</button>
					)}
				</Notice>
			</>
		);
	const print = () => {
		setPrinting(true);
		setTimeout(() => {
			window.print();
			setPrinting(false);
		});
	};
	return (
		<div class="sys" data-printing={printing || undefined}>
			<header class="row">
				<h1>{t("screen.system")}</h1>
				{data && <small>{t("sys.asOf", { time: clock(data.centre.now_ms) })}</small>}
				<PrintButton onClick={print} />
			</header>
			{error && !data && <ErrorBox error={error} reload={reload} />}
			{!data && !error && <Loading />}
			{data && now && (
				<>
					{away ? (
						<Notice tone="bad">
							<p>
								<b>{t("sys.away", { time: time(data.centre.now_ms) })}</b>
							</p>
						</Notice>
					) : (
						<Troubles h={data} before={before} />
					)}
					<div class="sys-two">
						<Centre c={data.centre} now={now} before={before} />
						<Gateway g={data.gateway} />
					</div>
					<Agents rows={rows} now={data.centre.now_ms} started={data.centre.now_ms - data.centre.uptime_ms} />
					<Readers rows={rows} now={data.centre.now_ms} />
				</>
			)}
		</div>
	);
}
