// SPDX-License-Identifier: Apache-2.0
// A figure opened downwards, beside the screen it was pressed on: the figure with its definition, the units below with
// theirs, the updates it stands on, their receipts, and who is missing. What is open is in the address
// (drill=UNIT~ITEM), so it can be sent, and "back" closes it. It is a true dialog: the rest of the page is out of reach
// while it is open, Esc closes it, and the focus returns to what opened it.
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { attained, say, worse, wrongs } from "../figure";
import { ofN } from "../format";
import type { Below, Figure, Figures, Item, List } from "../model";
import type { Explanation, SilentRow } from "../model_lists";
import { oldest, worst } from "../proof";
import { Link, navigate, unitPage } from "../route";
import { useStore } from "../store";
import { useApi, useItems, useLive, useRoute, useServer, useSession } from "../use";
import { itemName, nameOf, t } from "../words";
import { Facts } from "./DrillFigure";
import { Loading } from "./Empty";
import { ErrorBox } from "./ErrorBox";
import { loginOpen } from "./Login";
import { Notice } from "./Notice";
import { Changed, OpenFigure, Result, Wrongs } from "./Result";
import { Table, type Column } from "./Table";
import { PrintButton } from "./Take";
import { Missing, Updates } from "./Updates";

type Items = ReadonlyMap<string, Item>;

const HASTE_MS = 1500; // changes of one moment are asked for once

// ---- what it is made of ----

interface FigureRow {
	unit: string;
	item: string;
	name: string;
	figure: Figure;
	changed_ms?: number | null;
}

/** Without the columns that have nothing to say of any row. */
function worthwhile(columns: Column<FigureRow>[], rows: readonly FigureRow[]): Column<FigureRow>[] {
	const says = {
		attained: rows.some((r) => (r.figure.attainment_bp ?? r.figure.score_bp) !== null),
		marks: rows.some((r) => wrongs(r.figure).some((w) => w.word !== "unreported")),
	};
	return columns.filter((c) => says[c.key as keyof typeof says] ?? true);
}

function figureColumns(item: Item | null, items: Items, unitName: string | undefined): Column<FigureRow>[] {
	const of = (code: string) => item ?? items.get(code);
	return [
		{
			key: "name",
			title: t(item ? "drill.unit" : "drill.item"),
			head: true,
			class: "who",
			by: (r) => r.name,
			cell: (r) => {
				const i = of(r.item);
				return i ? (
					<OpenFigure unit={r.unit} item={i} unitName={item ? r.name : unitName}>
						{r.name}
					</OpenFigure>
				) : (
					r.name
				);
			},
		},
		{ key: "result", title: t("drill.result"), cell: (r) => <Result item={of(r.item)} f={r.figure} />, csv: (r) => [say(of(r.item), r.figure).main, say(of(r.item), r.figure).rest].filter(Boolean).join(" · ") },
		{ key: "attained", title: t("unit.attained"), number: true, by: (r) => r.figure.attainment_bp ?? r.figure.score_bp, cell: (r) => attained(of(r.item), r.figure), csv: (r) => ({ hundredths: r.figure.attainment_bp ?? r.figure.score_bp }) },
		{ key: "reported", title: t("unit.reports"), number: true, class: "narrow-off", by: (r) => (r.figure.expected ? r.figure.reported / r.figure.expected : null), cell: (r) => (
				<>
					{ofN(r.figure.reported, r.figure.expected)}
					<Changed ms={r.changed_ms} />
				</>
			), csv: (r) => t("drill.ofN", { n: r.figure.reported, of: r.figure.expected }) },
		{ key: "marks", title: t("unit.marks"), class: "narrow-off", by: (r) => -r.figure.overdue, cell: (r) => <Wrongs f={r.figure} but="unreported" />, csv: (r) => r.figure.overdue },
	];
}

function Part({ title, note, children }: { title: string; note?: string | false; children: ComponentChildren }) {
	return (
		<section class="drill-part">
			<h3>{title}</h3>
			{note && <p class="note">{note}</p>}
			{children}
		</section>
	);
}

function UnitsBelow({ below, item, items, file }: { below: Below; item: Item; items: Items; file: string }) {
	const rows = below.rows
		.filter((r) => r.figure.cells.expected + r.figure.indicators.expected > 0) // a target alone asks nothing of it
		.map((r) => ({ unit: r.unit.code, item: item.code, name: nameOf(r.unit), figure: r.figure, changed_ms: r.changed_ms }))
		.sort((a, b) => worse(a.figure, b.figure));
	if (!rows.length) return null;
	return (
		<Part title={t("drill.below", { n: rows.length })} note={t("drill.belowNote")}>
			<Table caption={t("drill.below", { n: rows.length })} columns={worthwhile(figureColumns(item, items, undefined), rows)} rows={rows} rowKey={(r) => r.unit} file={file} />
		</Part>
	);
}

function Contents({ unit, item, items, unitName }: { unit: string; item: Item; items: Items; unitName: string }) {
	const { data } = useApi<Figures>(item.leaf ? null : "figures", { unit, plan: item.plan });
	const inner = (data?.figures ?? []).filter((f) => items.get(f.item)?.parent === item.code);
	if (!inner.length) return null;
	const rows = inner.map((f) => ({ unit, item: f.item, name: itemName(items, f.item), figure: f, changed_ms: data?.changed?.[f.item] ?? null }));
	return (
		<Part title={t("drill.contents", { n: rows.length })}>
			<Table caption={t("drill.contents", { n: rows.length })} columns={worthwhile(figureColumns(null, items, unitName), rows)} rows={rows} rowKey={(r) => r.item} />
		</Part>
	);
}

function Proof({ unit, item, items, why, unitName }: { unit: string; item: Item; items: Items; why: Explanation; unitName: string }) {
	const silent = useApi<List<SilentRow>>(why.missing.length ? "silent" : null, { unit, item: item.code });
	const single = why.reported.every((c) => c.unit === unit) && why.missing.every((c) => c.unit === unit);
	const name = (what: string) => `${what}-${unit}-${item.code}`;
	return (
		<>
			{why.more && <p class="note">{t("drill.truncated")}</p>}
			{!item.leaf && why.unfinished.length > 0 && (
				<Part title={t("drill.unfinished", { n: why.unfinished.length })}>
					<Table
						caption={t("drill.unfinished", { n: why.unfinished.length })}
						columns={figureColumns(null, items, unitName)}
						rows={why.unfinished.map((f) => ({ unit, item: f.item, name: itemName(items, f.item), figure: f }))}
						rowKey={(r) => r.item}
					/>
				</Part>
			)}
			{why.missing.length > 0 && (
				<Part title={t("drill.missing", { n: why.missing.length })}>
					<Missing caption={t("drill.missing", { n: why.missing.length })} rows={why.missing} silent={silent.data?.rows ?? []} items={items} file={name("chua-bao")} withItem={!item.leaf} />
				</Part>
			)}
			<Part title={t("drill.standing", { n: why.reported.length })}>
				<Updates caption={t("drill.standing", { n: why.reported.length })} rows={worst(why.reported)} items={items} file={name("da-bao")} withUnit={!single || item.leaf} withItem={!item.leaf} empty={t("unit.lastNone")} />
			</Part>
		</>
	);
}

// ---- the panel ----

function Where({ below, item }: { below: Below; item: Item }) {
	const path = below.unit.path;
	return (
		<nav class="crumbs" aria-label={t("drill.path")}>
			<ol>
				{path.map((u, i) => (
					<li key={u.code}>{i === path.length - 1 ? <span aria-current="true">{nameOf(u)}</span> : <Link to={{ drill: { unit: u.code, item: item.code } }}>{nameOf(u)}</Link>}</li>
				))}
			</ol>
		</nav>
	);
}

function Inside({ unit, item, items }: { unit: string; item: Item; items: Items }) {
	const user = useSession()?.user ?? null;
	const below = useApi<Below>("below", { unit, item: item.code });
	const why = useApi<Explanation>(user ? "explain" : null, { unit, item: item.code });
	const later = useRef<ReturnType<typeof setTimeout>>();
	useEffect(() => () => clearTimeout(later.current), [unit, item.code]);
	useLive(unit, 1, (g) => {
		if (!g.figures.some((b) => b.i === item.code)) return;
		clearTimeout(later.current);
		later.current = setTimeout(() => {
			below.reload();
			why.reload();
		}, HASTE_MS);
	});
	if (below.error && !below.data) return <ErrorBox error={below.error} reload={below.reload} />;
	if (!below.data) return <Loading />;
	const name = nameOf(below.data.unit);
	return (
		<>
			<Where below={below.data} item={item} />
			<Facts item={item} f={below.data.figure} changed={below.data.changed_ms} since={why.data && !why.data.more ? oldest(why.data.reported) : null} />
			<UnitsBelow below={below.data} item={item} items={items} file={`${unit}-${item.code}`} />
			<Contents unit={unit} item={item} items={items} unitName={name} />
			{!user && (
				<Notice>
					<p>{t("drill.login")}</p>
					<button type="button" onClick={() => loginOpen.set(true)}>
						{t("login.open")}
					</button>
				</Notice>
			)}
			{user && why.error && !why.data && <ErrorBox error={why.error} reload={why.reload} />}
			{user && !why.data && !why.error && <Loading />}
			{why.data && <Proof unit={unit} item={item} items={items} why={why.data} unitName={name} />}
		</>
	);
}

function Panel({ unit, code }: { unit: string; code: string }) {
	const box = useRef<HTMLDialogElement>(null);
	const title = useRef<HTMLHeadingElement>(null);
	const items = useItems();
	const illustrative = useServer((s) => !!s?.illustrative);
	const simulated = useServer((s) => !!s?.simulated);
	const logging = useStore(loginOpen);
	const item = items.get(code);
	const close = () => navigate({ drill: null });

	useEffect(() => {
		const d = box.current!;
		const before = document.activeElement;
		d.showModal();
		document.documentElement.classList.add("drilled");
		return () => {
			d.close();
			document.documentElement.classList.remove("drilled");
			if (before instanceof HTMLElement && before !== document.body && before.isConnected) before.focus();
			else document.getElementById("main")?.focus();
		};
	}, []);
	useEffect(() => {
		box.current!.scrollTop = 0;
		title.current!.focus();
	}, [unit, code]);
	// The login dialog opened from here must come to lie above, and it does: what is shown last is on top.
	useEffect(() => {
		if (!logging) title.current?.focus();
	}, [logging]);

	return (
		<dialog
			ref={box}
			class="drill"
			aria-labelledby="drill-title"
			onCancel={(e) => {
				e.preventDefault();
				close();
			}}
			onClick={(e) => e.target === box.current && close()}
		>
			<div class="drill-box">
				<header class="drill-head">
					<div>
						<h2 id="drill-title" ref={title} tabIndex={-1}>
							{item ? nameOf(item) : code}
						</h2>
						<p class="note">
							{item && item.code !== item.plan ? `${itemName(items, item.plan)} · ` : ""}
							{code}
							{illustrative && ` · ${t("app.illustrative")}`}
							{simulated && ` · ${t("app.simulated")}`}
						</p>
					</div>
					<button type="button" class="drill-close" onClick={close} title={t("common.close")}>
						<span aria-hidden="true">✕</span>
						<span class="unseen">{t("common.close")}</span>
					</button>
				</header>
				<p class="row screen-only drill-go">
					<Link to={unitPage(unit, item?.plan)}>{t("drill.unitPage")}</Link>
					<PrintButton />
				</p>
				{item ? <Inside key={`${unit}~${code}`} unit={unit} item={item} items={items} /> : items.size ? <p class="empty">{t("drill.unknown", { code })}</p> : <Loading />}
			</div>
		</dialog>
	);
}

/** Stands once in the page; shows itself when the address says so. */
export function Drill() {
	const { drill } = useRoute();
	return drill ? <Panel unit={drill.unit} code={drill.item} /> : null;
}
