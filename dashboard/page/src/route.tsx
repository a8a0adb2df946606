// SPDX-License-Identifier: Apache-2.0
// The address is the page's state: what can be seen can be sent as a link, and "back" goes back. A screen has a
// path, the rest are arguments; what a screen needs besides the named ones goes into `more`.
import type { ComponentChildren, JSX } from "preact";
import { keepLang, keptLang, lang, type Lang } from "./lang";
import { store } from "./store";
import { speak, speaks } from "./words";

export type ScreenName = "overview" | "unit" | "obstacles" | "calendar" | "stream" | "system";

export interface Route {
	screen: ScreenName;
	unit: string | null;
	plan: string | null;
	item: string | null;
	period: string | null;
	drill: { unit: string; item: string } | null;
	lang: Lang;
	more: Readonly<Record<string, string>>;
}

export const PATHS: Readonly<Record<ScreenName, string>> = {
	overview: "/",
	unit: "/don-vi",
	obstacles: "/vuong-mac",
	calendar: "/lich",
	stream: "/su-kien",
	system: "/he-thong",
};
const NAMED = ["unit", "plan", "item", "period", "drill", "lang"] as const;

/** `fallback`: the language of an address that names none. A path nobody knows is the overview. */
export function parse(path: string, search: string, fallback: Lang = "vi"): Route {
	const q = new URLSearchParams(search);
	const trimmed = path.replace(/\/+$/, "") || "/";
	const screen = (Object.keys(PATHS) as ScreenName[]).find((s) => PATHS[s] === trimmed) ?? "overview";
	const drill = q.get("drill");
	const at = drill?.indexOf("~") ?? -1;
	const l = q.get("lang");
	return {
		screen,
		unit: q.get("unit") || null,
		plan: q.get("plan") || null,
		item: q.get("item") || null,
		period: q.get("period") || null,
		drill: drill && at > 0 && at < drill.length - 1 ? { unit: drill.slice(0, at), item: drill.slice(at + 1) } : null,
		lang: l === "en" || l === "vi" ? l : fallback,
		more: Object.fromEntries([...q].filter(([k, v]) => v && !(NAMED as readonly string[]).includes(k))),
	};
}

export function format(r: Route): string {
	const q = new URLSearchParams();
	const put = (k: string, v: string | null) => v && q.set(k, v);
	put("unit", r.unit);
	put("plan", r.plan);
	put("item", r.item);
	put("period", r.period);
	put("drill", r.drill && `${r.drill.unit}~${r.drill.item}`);
	for (const k of Object.keys(r.more).sort()) if (!(NAMED as readonly string[]).includes(k)) put(k, r.more[k]!);
	put("lang", r.lang === "en" ? "en" : null);
	const search = q.toString().replace(/%2F/g, "/").replace(/%7E/g, "~");
	return PATHS[r.screen] + (search && `?${search}`);
}

/** What is not named stays as it is; another screen keeps the unit and the language only. */
export type To = Partial<Route>;

/** A unit's own page, with nothing of where the reader is. */
export const unitPage = (unit: string, plan: string | null = null): To => ({ screen: "unit", unit, plan, item: null, drill: null, more: {} });

export function resolve(from: Route, to: To): Route {
	if (to.screen && to.screen !== from.screen)
		return { plan: null, item: null, period: null, drill: null, more: {}, unit: from.unit, lang: from.lang, ...to } as Route;
	return { ...from, ...to };
}

export const route = store<Route>(parse("/", ""));

/** Once its words are here; when they do not come, everything stays as it is. */
function inWords(l: Lang, then: () => void): Promise<void> {
	if (speaks(l)) return Promise.resolve(then());
	return speak(l).then(then);
}

const here = () => parse(location.pathname, location.search, keptLang());

function arrive(): void {
	const r = here();
	lang.set(r.lang);
	route.set(r);
}

/** Once, before anything is drawn. */
export function startRoute(): Promise<void> {
	addEventListener("popstate", () => void inWords(here().lang, arrive).catch(() => {}));
	return inWords(here().lang, arrive);
}

export function href(to: To): string {
	return format(resolve(route.get(), to));
}

export function navigate(to: To, how: "push" | "replace" = "push"): void {
	const from = route.get();
	const next = resolve(from, to);
	const go = () => {
		const url = format(next);
		if (next.lang !== from.lang) keepLang(next.lang);
		if (url !== location.pathname + location.search || how === "replace") history[how === "push" ? "pushState" : "replaceState"](null, "", url);
		lang.set(next.lang);
		route.set(next);
		if (how === "push" && next.screen !== from.screen) scrollTo(0, 0);
	};
	void inWords(next.lang, go).catch(() => {});
}

export interface LinkProps extends Omit<JSX.HTMLAttributes<HTMLAnchorElement>, "href" | "onClick"> {
	to: To;
	children?: ComponentChildren;
	[aria: `aria-${string}`]: unknown;
}

/** One that does not ask for another tab, a window or a file. */
export const plainClick = (e: MouseEvent): boolean => e.button === 0 && !(e.ctrlKey || e.metaKey || e.shiftKey || e.altKey);

/** A true link: it can be opened in another tab; a plain click stays in the page. */
export function Link({ to, children, ...rest }: LinkProps) {
	return (
		<a
			{...(rest as JSX.HTMLAttributes<HTMLAnchorElement>)}
			href={href(to)}
			onClick={(e) => {
				if (!plainClick(e)) return;
				e.preventDefault();
				navigate(to);
			}}
		>
			{children}
		</a>
	);
}
