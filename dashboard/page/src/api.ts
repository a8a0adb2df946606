// SPDX-License-Identifier: Apache-2.0
// Questions to the gateway. An answer that carries `state` tells it to whoever listens (live.ts), so that the page
// knows how fresh it is from every answer.
import { lang } from "./lang";
import type { Figures, Items, Session, State } from "./model";
import { store } from "./store";
import { t } from "./words";

export type Args = Readonly<Record<string, string | number | null | undefined>>;

export class ApiError extends Error {
	constructor(
		readonly status: number, // 0: no answer at all
		readonly code: string,
		readonly vi: string,
		readonly en: string,
		readonly retryAfter: number | null = null, // seconds
	) {
		super(`${status} ${code}`);
	}
	get text(): string {
		return lang.get() === "en" ? this.en || this.vi : this.vi || this.en;
	}
}

/** null until it is known. */
export const session = store<Session | null>(null);
/** Told of each State that came with an answer. */
export const heard = store<State | null>(null);

const ROOT = "/api/v1/";

export function url(path: string, args: Args = {}): string {
	const q = new URLSearchParams();
	for (const [k, v] of Object.entries(args)) if (v != null && v !== "") q.set(k, String(v));
	const s = q.toString();
	return ROOT + path + (s && `?${s}`);
}

function pairOf(key: "error.network" | "error.unreadable", args?: Args): [string, string] {
	const said = t(key, args);
	return [said, said];
}

async function failure(r: Response): Promise<ApiError> {
	const after = Number.parseInt(r.headers.get("Retry-After") ?? "", 10);
	const wait = Number.isFinite(after) ? after : null;
	try {
		const { error } = (await r.json()) as { error: { code: string; vi: string; en: string } };
		return new ApiError(r.status, error.code, error.vi, error.en, wait);
	} catch {
		return new ApiError(r.status, "unreadable", ...pairOf("error.unreadable", { status: r.status }), wait);
	}
}

async function ask(input: string, init: RequestInit): Promise<Response> {
	let r: Response;
	try {
		r = await fetch(input, { credentials: "same-origin", ...init });
	} catch (e) {
		if (e instanceof DOMException && e.name === "AbortError") throw e;
		throw new ApiError(0, "network", ...pairOf("error.network"));
	}
	if (r.ok) return r;
	const e = await failure(r);
	if (e.status === 401 && e.code === "login_required" && session.get()?.user) void refreshSession(); // it has ended
	throw e;
}

/** Rejects with ApiError, or with AbortError when `signal` says so. What comes in pages (figures) is whole. */
export async function get<T>(path: string, args: Args = {}, signal?: AbortSignal): Promise<T> {
	let whole: unknown = await page<T>(path, args, signal);
	for (let f = whole as Figures; path === "figures" && f.next; f = whole as Figures) {
		const more = await page<Figures>(path, { ...args, after: f.next }, signal);
		if (more.state.generation !== f.state.generation) return get(path, args, signal); // two catalogues do not mix
		whole = { ...more, figures: [...f.figures, ...more.figures], changed: { ...f.changed, ...more.changed } };
	}
	return whole as T;
}

async function page<T>(path: string, args: Args, signal?: AbortSignal): Promise<T> {
	const r = await ask(url(path, args), signal ? { signal } : {});
	let body: T & { state?: State };
	try {
		body = (await r.json()) as T & { state?: State };
	} catch (e) {
		if (e instanceof DOMException && e.name === "AbortError") throw e;
		throw new ApiError(r.status, "unreadable", ...pairOf("error.unreadable", { status: r.status }));
	}
	const state = path === "state" ? (body as unknown as State) : body.state;
	if (state) heard.set(state);
	return body;
}

async function post(path: string, body: unknown, headers: Record<string, string>): Promise<Response> {
	return ask(ROOT + path, {
		method: "POST",
		headers: { "Content-Type": "application/json", "X-Tiendo": "1", ...headers },
		body: JSON.stringify(body),
	});
}

export async function refreshSession(): Promise<Session> {
	const s = await get<Session>("session");
	session.set(s);
	return s;
}

export async function login(user: string, password: string): Promise<void> {
	session.set((await (await post("login", { user, password }, {})).json()) as Session);
}

export async function logout(): Promise<void> {
	const csrf = session.get()?.csrf;
	await post("logout", {}, csrf ? { "X-CSRF": csrf } : {});
	await refreshSession();
}

let kept: { generation: string; items: Promise<Items> } | null = null;

/** The whole catalogue; asked for once in a generation. */
export function items(generation: string): Promise<Items> {
	if (kept?.generation !== generation) {
		const asked = get<Items>("items");
		const mine = { generation, items: asked };
		kept = mine;
		asked.catch(() => {
			if (kept === mine) kept = null; // the next one asks again
		});
	}
	return kept!.items;
}
