// SPDX-License-Identifier: Apache-2.0
// The live feed: what moved, newest on top. What is shown is bounded, what is left out is said: a marker stands where
// the line was cut, where the centre could not bridge, and where too much came while paused.
import type { VNode } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { get } from "../api";
import { download } from "../csv";
import { FEED_SHOWN, Feed, passes, shown, type FeedEntry, type FeedGap, type FeedLine } from "../feed";
import { fold } from "../fold";
import { clock, dayOf, time, timeSince } from "../format";
import { live } from "../live";
import type { Brief, Grain, Item, Recent, UnitAnswer } from "../model";
import { Crumbs } from "../parts/Crumbs";
import { Empty } from "../parts/Empty";
import { PrintButton, SaveButton } from "../parts/Take";
import { Link, navigate } from "../route";
import { say } from "../say";
import { useApi, useItems, useLive, useRoute, useServerState, useSession, useTitle } from "../use";
import { itemName, nameOf, t } from "../words";

type Told = Grain & { before?: Brief[] };
type Items = ReadonlyMap<string, Item>;

const DRAW_MS = 100; // many events a second are one drawing
const SPEAK_MS = 5000; // and one sentence aloud

const words = (items: Items, l: FeedLine<Brief>, b: Brief) => say(b, items.get(l.item)?.kind ?? "group");
const textOf = (items: Items) => (l: FeedLine<Brief>) => fold(`${l.unit} ${l.name} ${l.name_en ?? ""} ${l.item} ${itemName(items, l.item)}`);

/** What the screen remembers, as long as it stands for one unit; `tick` grows when there is something new to draw. */
function useFeed(unit: string, items: Items) {
	const [tick, draw] = useState(0);
	const feed = useMemo(() => new Feed<Brief>(), [unit]);
	const waiting = useRef<Told[] | null>([]); // until what was before has come
	const timer = useRef<ReturnType<typeof setTimeout> | null>(null);
	const fresh = useRef(0); // lines since the last sentence aloud
	const leaf = useRef((code: string) => items.get(code)?.leaf ?? true);
	leaf.current = (code) => items.get(code)?.leaf ?? true;

	const redraw = () => {
		timer.current ??= setTimeout(() => {
			timer.current = null;
			draw((n) => n + 1);
		}, DRAW_MS);
	};
	const take = (g: Told) => {
		const n = feed.take(g, leaf.current);
		if (g.own) fresh.current += n;
		if (n) redraw();
	};
	useLive(unit, "all", (g) => (waiting.current ? void waiting.current.push(g) : take(g)));

	const ready = items.size > 0;
	useEffect(() => {
		if (!ready) return;
		waiting.current ??= [];
		const abort = new AbortController();
		const start = (events: Told[]) => {
			if (abort.signal.aborted) return;
			for (const g of events) feed.take(g, leaf.current);
			for (const g of waiting.current ?? []) take(g);
			waiting.current = null;
			redraw();
		};
		get<Recent>("recent", { unit }, abort.signal).then(
			(r) => start(r.events),
			() => start([]),
		);
		return () => abort.abort();
	}, [unit, ready]);

	// Times in the list are the centre's; so are those of a gap.
	useEffect(() => {
		let from: number | null = null;
		let today = live.state.get()?.today;
		const centre = () => live.state.get()?.time_ms ?? Date.now();
		// Cut here, or between the gateway and the centre: no event comes, either way.
		const look = () => {
			const cut = live.line.get().phase === "cut" || live.state.get()?.live === false;
			if (cut === (from !== null) || (!cut && live.line.get().phase !== "open")) return;
			if (cut) feed.gap("cut", (from = centre()), null);
			else {
				feed.gap("cut", from, centre());
				from = null;
			}
			redraw();
		};
		const offs = [live.line.subscribe(look), live.state.subscribe(look)];
		look();
		const epoch = live.epoch.subscribe(() => {
			const day = live.state.get()?.today;
			const onlyDay = day !== today; // another day is no gap
			today = day;
			if (onlyDay) return;
			feed.gap("resync", null, centre());
			redraw();
		});
		return () => [...offs, epoch].forEach((off) => off());
	}, [feed]);
	useEffect(() => () => clearTimeout(timer.current ?? undefined), []);
	return { feed, tick, redraw, fresh };
}

/** A sentence every few seconds, whatever comes: for those who listen. */
function Spoken({ feed, fresh, items }: { feed: Feed<Brief>; fresh: { current: number }; items: Items }) {
	const [text, setText] = useState("");
	const now = useRef(items);
	now.current = items;
	useEffect(() => {
		const id = setInterval(() => {
			const n = fresh.current;
			fresh.current = 0;
			if (!n || feed.paused) return;
			const l = feed.entries.find((e): e is FeedLine<Brief> => e.kind === "line" && e.own);
			if (l) setText(t("feed.spoken", { n, unit: nameOf(l), item: itemName(now.current, l.item), now: words(now.current, l, l.now) }));
		}, SPEAK_MS);
		return () => clearInterval(id);
	}, [feed]);
	return (
		<p class="unseen" role="status" aria-live="polite">
			{text}
		</p>
	);
}

function gapText(g: FeedGap): string {
	if (g.why === "dropped") return t("feed.gapDropped", { n: g.n });
	if (g.to_ms === null) return t("feed.gapCutNow", { from: clock(g.from_ms) });
	if (g.from_ms === null) return t("feed.gapResync", { to: clock(g.to_ms) });
	return t("feed.gapCut", { from: clock(g.from_ms), to: clock(g.to_ms) });
}

function Line({ l, items, today }: { l: FeedLine<Brief>; items: Items; today: string | null }) {
	const before = l.before ? words(items, l, l.before) : null;
	const now = words(items, l, l.now);
	return (
		<li class={l.own ? "feed-line" : "feed-line feed-rollup"}>
			<time class="feed-time" dateTime={new Date(l.time_ms).toISOString()} title={time(l.time_ms)}>
				{dayOf(l.time_ms) !== today ? timeSince(l.time_ms, today) : clock(l.time_ms)}
			</time>
			<span class="feed-unit">
				<Link to={{ screen: "unit", unit: l.unit }}>{nameOf({ name: l.name || l.unit, name_en: l.name_en })}</Link>
				{!l.own && <small> {t("feed.rollup")}</small>}
			</span>
			<span class="feed-item">
				<Link to={{ drill: { unit: l.unit, item: l.item } }}>{itemName(items, l.item)}</Link>
			</span>
			<span class="feed-says">
				{before !== null && before !== now && (
					<>
						<span class="unseen">{t("feed.was")}: </span>
						<span class="feed-was">{before}</span> <span aria-hidden="true">→</span>{" "}
					</>
				)}
				<b>{now}</b>
			</span>
		</li>
	);
}

/** Lines do not change: a line that was drawn is not drawn again. */
function useDrawn(items: Items, today: string | null) {
	const drawn = useMemo(() => new WeakMap<FeedEntry<Brief>, VNode>(), [items, today]);
	return (e: FeedEntry<Brief>): VNode => {
		let v = drawn.get(e);
		if (!v) {
			v =
				e.kind === "line" ? (
					<Line key={e.key} l={e} items={items} today={today} />
				) : (
					<li key={e.key} class="feed-gap">
						<span aria-hidden="true">— </span>
						{gapText(e)}
						<span aria-hidden="true"> —</span>
					</li>
				);
			drawn.set(e, v);
		}
		return v;
	};
}

function save(list: readonly FeedEntry<Brief>[], items: Items, unit: string): void {
	download(`dong-su-kien-${unit}`, [
		[t("feed.time"), t("cal.code"), t("feed.unit"), t("proof.itemCode"), t("feed.item"), t("feed.was"), t("feed.says")],
		...list.map((e) =>
			e.kind === "gap"
				? ["", "", "", "", gapText(e), "", ""]
				: [time(e.time_ms), e.unit, nameOf(e), e.item, itemName(items, e.item), e.before && words(items, e, e.before), words(items, e, e.now)],
		),
	]);
}

export function Screen() {
	useTitle(t("screen.stream"));
	const route = useRoute();
	const state = useServerState()!;
	const session = useSession();
	const items = useItems();
	const unit = route.unit ?? session?.unit ?? state.root.code;
	const place = useApi<UnitAnswer>("unit", { unit });
	const { feed, tick, redraw, fresh } = useFeed(unit, items);
	const all = route.more.all === "1";
	const query = route.more.q ?? "";
	const more = (change: Record<string, string>) =>
		navigate({ more: Object.fromEntries(Object.entries({ ...route.more, ...change }).filter(([, v]) => v)) }, "replace");

	const filter = useMemo(() => fold(query).split(" ").filter(Boolean), [query]);
	const text = useMemo(() => textOf(items), [items]);
	const list = useMemo(() => shown(feed.entries, all, filter, text), [feed, feed.entries, tick, all, filter, text]);
	const held = useMemo(() => feed.held.filter((e) => e.kind === "line" && passes(e, all, filter, text)).length, [feed, feed.held, tick, all, filter, text]);
	const drawn = useDrawn(items, state.today);
	const toggle = () => {
		if (feed.paused) feed.resume();
		else feed.pause();
		redraw();
	};
	const name = place.data ? nameOf(place.data.unit) : unit;

	return (
		<div class="feed">
			<header>
				{place.data && <Crumbs path={place.data.unit.path} />}
				<h1>
					{t("screen.stream")}: {name}
				</h1>
			</header>
			<div class="feed-tools screen-only">
				<input
					type="search"
					value={query}
					placeholder={t("feed.filter")}
					aria-label={t("feed.filter")}
					onInput={(e) => more({ q: e.currentTarget.value })}
				/>
				<label class="check">
					<input type="checkbox" checked={all} onChange={(e) => more({ all: e.currentTarget.checked ? "1" : "" })} />
					{t("feed.all")}
				</label>
				<button type="button" class={`feed-pause${feed.paused ? " primary" : ""}`} aria-pressed={feed.paused} onClick={toggle}>
					{feed.paused ? `▶ ${t("feed.resume")}` : `❚❚ ${t("feed.pause")}`}
				</button>
				{feed.paused && (
					<b class="feed-held" role="status">
						{t("feed.held", { n: held })}
					</b>
				)}
				<SaveButton disabled={!list.length} onClick={() => save(list, items, unit)} />
				<PrintButton />
			</div>
			{feed.paused && <p class="feed-note screen-only">{t("feed.paused")}</p>}
			<Spoken feed={feed} fresh={fresh} items={items} />
			{list.length ? (
				<section class="card feed-card" aria-label={t("feed.list")}>
					<div class="feed-head" aria-hidden="true">
						<span>{t("feed.time")}</span>
						<span>{t("feed.unit")}</span>
						<span>{t("feed.item")}</span>
						<span>{t("feed.says")}</span>
					</div>
					<ol class="feed-list">{list.map(drawn)}</ol>
					<p class="feed-foot">{list.length >= FEED_SHOWN ? t("feed.more", { n: FEED_SHOWN }) : t("feed.count", { n: list.length })}</p>
				</section>
			) : (
				<Empty>{feed.entries.length ? t("feed.noMatch") : t("feed.empty")}</Empty>
			)}
		</div>
	);
}
