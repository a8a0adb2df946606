// SPDX-License-Identifier: Apache-2.0
// Hooks that tie a component to the gateway.
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { ApiError, get, items, session, url, type Args } from "./api";
import { live, type Depth } from "./live";
import type { Grain, Item, Session, State } from "./model";
import { route, type Route } from "./route";
import { useStore } from "./store";
import { t } from "./words";

export const useRoute = (): Route => useStore(route);
export const useSession = (): Session | null => useStore(session);
export const useServerState = (): State | null => useStore(live.state);

/** One plain member of it (the day, the root's code): its clock moves with every event, what is asked here seldom does. */
export function useServer<T extends string | number | boolean | null>(of: (s: State | null) => T): T {
	const [value, setValue] = useState(() => of(live.state.get()));
	useEffect(() => {
		const look = () => setValue(of(live.state.get()));
		look();
		return live.state.subscribe(look);
	}, []);
	return value;
}

export interface Asked<T> {
	data: T | null; // the last answer to this very question, also while it is asked again
	error: ApiError | null;
	loading: boolean;
	reload: () => void;
}

const KEPT = 40; // answers, so that "back" shows at once what was there and then asks
const answers = new Map<string, unknown>();

function keep(key: string, data: unknown): void {
	answers.delete(key);
	answers.set(key, data);
	if (answers.size > KEPT) answers.delete(answers.keys().next().value!);
}
session.subscribe(() => answers.clear()); // another person may see other things

const unanswered = (e: ApiError | null): boolean => e?.status === 0 || e?.status === 503;

/**
 * Asks `path`; asks anew when an argument, `deps`, the person logged in or the page's epoch changes, and by itself when
 * there was no answer. `path` null asks nothing.
 */
export function useApi<T>(path: string | null, args: Args = {}, deps: readonly unknown[] = []): Asked<T> {
	const key = path === null ? null : url(path, args);
	const epoch = useStore(live.epoch);
	const who = useStore(session)?.user ?? null;
	const [tick, setTick] = useState(0);
	const [got, setGot] = useState<{ key: string | null; data: T | null; error: ApiError | null; loading: boolean }>({
		key: null,
		data: null,
		error: null,
		loading: true,
	});
	const tries = useRef(0);

	useEffect(() => {
		if (path === null || key === null) return;
		const abort = new AbortController();
		let again: ReturnType<typeof setTimeout> | undefined;
		const before = (answers.get(key) as T | undefined) ?? null;
		// who waits for an answer that does not come reads why until it comes
		setGot((g) => ({ key, data: g.key === key ? (g.data ?? before) : before, error: g.key === key && unanswered(g.error) ? g.error : null, loading: true }));
		get<T>(path, args, abort.signal).then(
			(data) => {
				tries.current = 0;
				keep(key, data);
				setGot({ key, data, error: null, loading: false });
			},
			(e: unknown) => {
				if (abort.signal.aborted) return;
				const error = e instanceof ApiError ? e : new ApiError(0, "page", String(e), String(e));
				const taken = error.status === 401 || error.status === 403; // what one may no longer see goes
				if (taken) answers.delete(key);
				setGot((g) => ({ key, data: g.key === key && !taken ? g.data : null, error, loading: false }));
				if (!unanswered(error)) return; // asking again would not help
				const wait = error.retryAfter ?? Math.min(15, 2 ** tries.current++);
				again = setTimeout(() => setTick((n) => n + 1), wait * 1000);
			},
		);
		return () => {
			abort.abort();
			clearTimeout(again);
		};
	}, [key, epoch, who, tick, ...deps]);

	const reload = useCallback(() => setTick((n) => n + 1), []);
	if (got.key !== key) return { data: key === null ? null : ((answers.get(key) as T | undefined) ?? null), error: null, loading: key !== null, reload };
	return { data: got.data, error: got.error, loading: got.loading, reload };
}

/** Calls `fn` with what moves at `unit` and below it, as long as the component stands. */
export function useLive(unit: string | null | undefined, depth: Depth, fn: (g: Grain) => void): void {
	const now = useRef(fn);
	now.current = fn;
	useEffect(() => (unit ? live.subscribe(unit, depth, (g) => now.current(g)) : undefined), [unit, depth]);
}

const NO_ITEMS: ReadonlyMap<string, Item> = new Map();

/** The catalogue by code; empty until it is there. */
export function useItems(): ReadonlyMap<string, Item> {
	const generation = useStore(live.state)?.generation;
	const who = useStore(session)?.user ?? null;
	const [map, setMap] = useState(NO_ITEMS);
	useEffect(() => {
		if (!generation) return;
		let gone = false;
		let again: ReturnType<typeof setTimeout> | undefined;
		const ask = () =>
			items(generation).then(
				(a) => !gone && setMap(new Map(a.items.map((i) => [i.code, i]))),
				() => {
					if (!gone) again = setTimeout(ask, 3000);
				},
			);
		void ask();
		return () => {
			gone = true;
			clearTimeout(again);
		};
	}, [generation, who]);
	return map;
}

export function useTitle(title: string): void {
	useEffect(() => {
		document.title = title ? `${title} · tiendo` : `tiendo · ${t("app.wordmark")}`;
	}, [title]);
}
