// SPDX-License-Identifier: Apache-2.0
// The search box: what is typed is looked up by the server (marks do not matter); arrows choose, Enter goes there.
import { useEffect, useRef, useState } from "preact/hooks";
import { get } from "../api";
import type { Found } from "../model";
import { href, navigate, plainClick, type To } from "../route";
import { codeWord, nameOf, t } from "../words";

const WAIT_MS = 150; // between two keys of a quick typist
const MOST = 12;

interface Choice {
	id: string;
	name: string;
	beside: string;
	to: To;
}

function choices(found: Found | null): { units: Choice[]; items: Choice[] } {
	return {
		units: (found?.units ?? []).map((u) => ({
			id: `found-u-${u.code}`,
			name: nameOf(u),
			beside: [codeWord("unitKind", u.kind), ...u.under].filter(Boolean).join(" · "),
			to: { screen: "unit", unit: u.code, drill: null },
		})),
		items: (found?.items ?? []).map((i) => ({
			id: `found-i-${i.code}`,
			name: nameOf(i),
			beside: i.code,
			to: { screen: "unit", plan: i.plan, item: i.code, drill: null },
		})),
	};
}

export function Search() {
	const [q, setQ] = useState("");
	const [found, setFound] = useState<{ q: string; found: Found } | null>(null);
	const [open, setOpen] = useState(false);
	const [at, setAt] = useState(-1);
	const box = useRef<HTMLInputElement>(null);
	const asked = q.trim();

	useEffect(() => {
		const key = (e: KeyboardEvent) => {
			const where = e.target as HTMLElement;
			if (e.key !== "/" || e.ctrlKey || e.metaKey || e.altKey || /^(INPUT|TEXTAREA|SELECT)$/.test(where.tagName) || where.isContentEditable) return;
			if (document.querySelector("dialog[open]")) return;
			e.preventDefault();
			box.current?.focus();
			box.current?.select();
		};
		document.addEventListener("keydown", key);
		return () => document.removeEventListener("keydown", key);
	}, []);

	useEffect(() => {
		setAt(-1);
		if (!asked) return setFound(null);
		const abort = new AbortController();
		const id = setTimeout(() => {
			get<Found>("search", { q: asked, n: MOST }, abort.signal).then(
				(f) => setFound({ q: asked, found: f }),
				() => {}, // the badge says when the line is cut; the next key asks again
			);
		}, WAIT_MS);
		return () => {
			clearTimeout(id);
			abort.abort();
		};
	}, [asked]);

	const { units, items } = choices(asked ? (found?.found ?? null) : null);
	const all = [...units, ...items];
	const shown = open && asked !== "" && found !== null;
	const chosen = all[at];
	const leave = () => {
		setOpen(false);
		setAt(-1);
	};
	const go = (c: Choice) => {
		leave();
		setQ("");
		box.current?.blur();
		navigate(c.to);
	};
	const key = (e: KeyboardEvent) => {
		if (e.key === "Escape") {
			if (shown) leave();
			else setQ("");
		} else if (e.key === "Enter") {
			const c = chosen ?? (found?.q === asked ? all[0] : undefined);
			if (c) go(c);
		} else if (e.key === "ArrowDown" || e.key === "ArrowUp") {
			setOpen(true);
			const n = all.length;
			if (n) setAt((i) => (e.key === "ArrowDown" ? (i + 1) % n : (i <= 0 ? n : i) - 1));
		} else if (e.key === "Home" || e.key === "End") return;
		else return;
		e.preventDefault();
	};
	useEffect(() => {
		if (chosen) document.getElementById(chosen.id)?.scrollIntoView({ block: "nearest" });
	}, [chosen?.id]);

	const part = (title: string, list: Choice[]) =>
		list.length > 0 && (
			<div role="group" aria-label={title}>
				<p class="found-title" aria-hidden="true">
					{title}
				</p>
				{list.map((c) => (
					<a
						key={c.id}
						id={c.id}
						role="option"
						tabIndex={-1}
						aria-selected={c === chosen}
						href={href(c.to)}
						onMouseDown={(e) => e.preventDefault()}
						onClick={(e) => {
							if (!plainClick(e)) return;
							e.preventDefault();
							go(c);
						}}
					>
						<span>{c.name}</span> <small>{c.beside}</small>
					</a>
				))}
			</div>
		);

	return (
		<search class="search">
			<input
				ref={box}
				type="search"
				role="combobox"
				aria-label={t("search.label")}
				aria-expanded={shown}
				aria-controls="found"
				aria-autocomplete="list"
				aria-activedescendant={shown ? chosen?.id : undefined}
				placeholder={t("search.short")}
				autocomplete="off"
				spellcheck={false}
				maxLength={100}
				value={q}
				onInput={(e) => {
					setQ(e.currentTarget.value);
					setOpen(true);
				}}
				onFocus={() => setOpen(true)}
				onBlur={leave}
				onKeyDown={key}
			/>
			<kbd aria-hidden="true">/</kbd>
			<div id="found" role="listbox" aria-label={t("search.label")} class="found" hidden={!shown || all.length === 0}>
				{shown && part(t("search.units"), units)}
				{shown && part(t("search.items"), items)}
			</div>
			{shown && all.length === 0 && <p class="found found-none">{t("search.none", { q: found.q })}</p>}
			<span class="unseen" role="status">
				{shown ? t("search.found", { n: all.length }) : ""}
			</span>
		</search>
	);
}
