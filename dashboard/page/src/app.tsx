// SPDX-License-Identifier: Apache-2.0
// The shell around the screens: whose figures, how fresh, where to go, in which language, as whom.
import { useEffect, useRef, useState } from "preact/hooks";
import { ApiError, get, logout, refreshSession } from "./api";
import { date, time } from "./format";
import { lang, type Lang } from "./lang";
import { live } from "./live";
import type { State } from "./model";
import { Badge } from "./parts/Badge";
import { DrillDoor } from "./parts/DrillDoor";
import { Loading } from "./parts/Empty";
import { ErrorBox } from "./parts/ErrorBox";
import { LoginDialog, LoginPage, loginOpen } from "./parts/Login";
import { Search } from "./parts/Search";
import { Link, navigate, route, type ScreenName } from "./route";
import { ScreenOf } from "./screens";
import { useStore } from "./store";
import { useRoute, useServer, useServerState, useSession } from "./use";
import { codeWord, kindOf, nameOf, t, type Key } from "./words";

addEventListener("online", () => live.line.get().phase === "cut" && live.again());

// A wall screen outlives its server: one of another version has another page. The address carries what is shown.
let served: string | null = null;
live.state.subscribe((s) => {
	if (s && served && s.software !== served) location.reload();
	served = s?.software ?? served;
});

const SCREENS: readonly ScreenName[] = ["overview", "unit", "obstacles", "calendar", "stream", "system"];

// Each a few strokes on 24 x 24.
const ICONS: Readonly<Record<ScreenName, string>> = {
	overview: "M4 20V10M10 20V4M16 20v-8M21 20H3",
	unit: "M4 21V8l8-5 8 5v13M3 21h18M9 21v-6h6v6M8 11h2M14 11h2",
	obstacles: "M12 3 2 20h20L12 3zM12 10v5M12 17.5v.5",
	calendar: "M4 6h16v14H4zM4 10h16M8 3v4M16 3v4M8 14h3M14 14h3",
	stream: "M3 12h4l3-7 4 14 3-7h4",
	system: "M4 5h16v6H4zM4 13h16v6H4zM7 8h1M7 16h1",
};

function Nav() {
	const { screen } = useRoute();
	const operator = useSession()?.role === "operator";
	return (
		<nav class="nav" aria-label={t("app.nav")}>
			<ul>
				{SCREENS.filter((s) => s !== "system" || operator).map((s) => (
					<li key={s}>
						<Link to={{ screen: s, drill: null }} aria-current={s === screen ? "page" : undefined}>
							<svg viewBox="0 0 24 24" aria-hidden="true">
								<path d={ICONS[s]} />
							</svg>
							<span>{t(`screen.${s}` satisfies Key)}</span>
						</Link>
					</li>
				))}
			</ul>
		</nav>
	);
}

/** What kind of figures these are: said wherever figures are. */
function What({ s }: { s: State | null }) {
	const words = kindOf(s);
	return words ? <p class="what">{words}</p> : null;
}

let switched = false; // the page is drawn anew by it, and the keyboard stays where it was

function Languages() {
	const l = useStore(lang);
	const box = useRef<HTMLDivElement>(null);
	useEffect(() => {
		if (switched) box.current?.querySelector<HTMLElement>('[aria-pressed="true"]')?.focus();
		switched = false;
	}, []);
	const one = (x: Lang, word: string, whole: string) => (
		<button
			type="button"
			aria-pressed={l === x}
			lang={x}
			title={whole}
			onClick={() => {
				switched = l !== x;
				navigate({ lang: x }, "replace");
			}}
		>
			<span aria-hidden="true">{word}</span>
			<span class="unseen">{whole}</span>
		</button>
	);
	return (
		<div ref={box} class="langs" role="group" aria-label={t("app.lang")}>
			{one("vi", "VI", "Tiếng Việt")}
			{one("en", "EN", "English")}
		</div>
	);
}

function Person() {
	const s = useSession();
	if (!s) return null;
	if (!s.user)
		return (
			<button type="button" class="quiet" onClick={() => loginOpen.set(true)}>
				{t("login.open")}
			</button>
		);
	return (
		<div class="person">
			<span title={codeWord("role", s.role)}>
				{s.user} <small>{codeWord("role", s.role)}</small>
			</span>
			<button type="button" class="quiet" onClick={() => void logout().catch(() => refreshSession())}>
				{t("login.out")}
			</button>
		</div>
	);
}

function Header({ shut }: { shut: boolean }) {
	const s = useServerState();
	return (
		<header class="top">
			<div class="top-row">
				<Link class="brand" to={{ screen: "overview", unit: null, plan: null, item: null, period: null, drill: null, more: {} }}>
					<b>tiendo</b> <span>· tiến độ</span>
				</Link>
				{s && <p class="root">{nameOf(s.root)}</p>}
				{!shut && <Search />}
				<div class="top-end">
					<Languages />
					{!shut && <Person />}
				</div>
			</div>
			{!shut && (
				<div class="top-line">
					<Badge />
					{s?.today && <p class="today">{t("app.officeDay", { date: date(s.today) })}</p>}
					<What s={s} />
				</div>
			)}
		</header>
	);
}

function Footer() {
	const s = useServerState();
	const [hex, fold, entry] = (s?.generation ?? "").split(":");
	return (
		<footer class="foot">
			{s && <span>tiendo {s.software}</span>}
			{hex && <span title={s!.generation}>{t("app.generation", { g: `${hex.slice(0, 8)}:${fold}:${entry}` })}</span>}
			<a href="/LICENSES.txt">{t("app.licenses")}</a>
		</footer>
	);
}

/** On paper only: whose, of when, and of what kind, at the head of the first page. */
function PaperHead() {
	const s = useServerState();
	const { screen } = useRoute();
	if (!s) return null;
	return (
		<div class="paper" aria-hidden="true">
			<b>tiendo · {t(`screen.${screen}` satisfies Key)}</b>
			<span>
				{nameOf(s.root)} · {t("app.officeDay", { date: date(s.today) })} · {time(s.time_ms)}
			</span>
			<What s={s} />
		</div>
	);
}

/** Who we are and how things stand, before the first screen; asked again until there is an answer. */
function useStart(): ApiError | null {
	const [error, setError] = useState<ApiError | null>(null);
	const s = useSession();
	const known = useServer((x) => x !== null);
	useEffect(() => {
		let gone = false;
		let id: ReturnType<typeof setTimeout> | undefined;
		const ask = async () => {
			try {
				const who = s ?? (await refreshSession());
				if (who.public || who.user) {
					const state = await get<State>("state");
					if (!state.root) throw new ApiError(503, "no_figures", t("line.noneYet"), t("line.noneYet"));
				}
				if (!gone) setError(null);
			} catch (e) {
				if (gone) return;
				setError(e instanceof ApiError ? e : null);
				id = setTimeout(ask, 1000 * (e instanceof ApiError && e.retryAfter ? e.retryAfter : 3));
			}
		};
		if (!known || !s) void ask();
		return () => {
			gone = true;
			clearTimeout(id);
		};
	}, [s, known]);
	return error;
}

let landed = ""; // who was shown home already

/** A head whose right is one unit begins there, once; the overview stays a press away. */
function useHome(root: string | null): void {
	const s = useSession();
	useEffect(() => {
		if (!root || !s?.user || landed === s.user) return;
		landed = s.user;
		const r = route.get();
		if (s.role === "leader" && s.unit && s.unit !== root && r.screen === "overview" && !r.unit) navigate({ screen: "unit", unit: s.unit }, "replace");
	}, [root, s]);
}

function Main() {
	const { screen } = useRoute();
	const s = useSession();
	const root = useServer((x) => x?.root.code ?? null); // not the whole state: it moves with every event, and the screens with it
	const error = useStart();
	useHome(root);
	const shut = s !== null && !s.public && !s.user;
	const shown = useRef(screen);
	useEffect(() => {
		if (shown.current !== screen) document.getElementById("main")?.focus({ preventScroll: true }); // another screen: read from its beginning
		shown.current = screen;
	}, [screen]);
	const kind = useServer(kindOf);
	useEffect(() => {
		const paper = new CSSStyleSheet(); // on every sheet
		paper.replaceSync(`@page{@bottom-left{content:"${kind}"}}`);
		document.adoptedStyleSheets = [paper];
	}, [kind]);
	useEffect(() => live.stand(shut ? null : root), [root, shut]);
	return (
		<>
			<a class="skip" href="#main">
				{t("app.skip")}
			</a>
			<Header shut={shut} />
			{!shut && <Nav />}
			<main id="main" tabIndex={-1}>
				<PaperHead />
				{shut ? <LoginPage /> : root ? <ScreenOf name={screen} /> : error ? <ErrorBox error={error} /> : <Loading />}
			</main>
			<Footer />
			{!shut && <DrillDoor />}
			<LoginDialog />
		</>
	);
}

/** In another language everything is another text: the whole page is drawn anew. */
export function App() {
	const l = useStore(lang);
	useEffect(() => {
		document.documentElement.lang = l;
	}, [l]);
	return <Main key={l} />;
}

