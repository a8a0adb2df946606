// SPDX-License-Identifier: Apache-2.0
// The proof behind a pill: each report that was owed, what was decided of it and on what ground; whom to call about
// what is missing. In a dialog of its own: Escape closes it.
import { useEffect, useRef } from "preact/hooks";
import { download } from "../csv";
import { date, daysBetween, dayOf, int, ofN, percent, period as periodName, rateBp, time } from "../format";
import { lang } from "../lang";
import type { Matrix } from "../matrix";
import type { Item, List } from "../model";
import { useNames } from "../names";
import { contactLink, judgedBy, slotsWorstFirst, toCall, type Slot } from "../owed";
import { Loading } from "../parts/Empty";
import { ErrorBox } from "../parts/ErrorBox";
import { loginOpen } from "../parts/Login";
import { Notice } from "../parts/Notice";
import { Receipt } from "../parts/Receipt";
import { Tag } from "../parts/Tag";
import { PrintButton, SaveButton } from "../parts/Take";
import { useApi, useServerState, useSession } from "../use";
import { codeWord, itemName, nameOf, t } from "../words";
import type { Open } from "./calendar";
import { cellWords, Mark, verdictWord } from "./calendar_matrix";

const CALLS_MAX = 30; // more names than these are a table, and that is below the matrix

export function Contact({ contact }: { contact: string | null }) {
	if (!contact) return <>–</>;
	const link = contactLink(contact);
	return link ? <a href={link}>{contact}</a> : <>{contact}</>;
}

export type NameFor = (code: string, name: string) => string;

/** Rows bear the Vietnamese name only: in English the others are asked for, where `near` has none. */
export function useUnitNames(rows: readonly { unit: string }[] | undefined, near: NameFor): NameFor {
	const far = useNames(lang.get() === "en" ? (rows ?? []).map((r) => r.unit) : []);
	return (code, name) => {
		const known = near(code, "") || far(code);
		return known && known !== code ? known : name;
	};
}

/** On what the verdict stands, a sentence each. */
export function grounds(s: Slot): string[] {
	const list: string[] = [];
	const judged = judgedBy(s);
	if (s.state === "exempt") list.push(t("proof.exemptWhy"));
	if (s.decided) list.push(t("proof.decided"));
	if (s.receipt === null && s.state !== "exempt") list.push(t("proof.silent"));
	if (s.state === "on_time" && !s.decided && judged !== null && s.deadline && dayOf(judged) <= s.deadline) list.push(t("proof.inTime", { date: date(s.deadline) }));
	if (s.state === "line_slow" && s.sealed_ms !== null) list.push(s.attempts ? t("proof.sealed", { time: time(s.sealed_ms), n: s.attempts }) : t("proof.sealedInTime", { time: time(s.sealed_ms) }));
	if (s.state === "late" && judged !== null && s.deadline) {
		list.push(t("proof.lateDays", { n: Math.max(1, daysBetween(s.deadline, dayOf(judged))) }));
		list.push(s.sealed_ms === null ? t("proof.unproven") : t("proof.sealedPlain", { time: time(s.sealed_ms) }));
	}
	if (s.first_received_ms !== null && s.first_received_ms !== s.received_ms) list.push(t("proof.first", { time: time(s.first_received_ms) }));
	if (s.on_behalf) list.push(t("proof.onBehalf"));
	if (s.after > 0) list.push(t("proof.after", { n: s.after }));
	return list;
}

/** What the report says, in a few words. */
export function reportWords(s: Slot): string {
	const r = s.report;
	if (!r) return "";
	if (r.state !== "value") return r.percent !== null ? `${codeWord("state", r.state)}, ${int(r.percent)}\u00a0%` : codeWord("said", r.state);
	if (r.denominator !== null) return `${ofN(r.numerator, r.denominator)} (${percent(rateBp(r.numerator ?? 0, r.denominator))})`;
	return int(r.value);
}

function SlotLine({ s, item, showUnit, unitName }: { s: Slot; item: Item | undefined; showUnit: boolean; unitName: string }) {
	const said = reportWords(s);
	return (
		<li class={`slot slot-${s.state}`}>
			<div class="slot-what">
				<Mark verdict={s.state} />
				<div>
					<b>{item ? nameOf(item) : s.item_name}</b>
					<small>
						{showUnit && `${unitName} (${s.unit}) · `}
						{s.item}
					</small>
				</div>
			</div>
			<div class="slot-verdict">
				<b>{verdictWord(s.state)}</b>
				{s.decided && <Tag tone="accent">{t("proof.decidedTag")}</Tag>}
				{s.on_behalf && <Tag tone="warn">{t("proof.behalfTag")}</Tag>}
				{s.after > 0 && <Tag tone="warn">{t("proof.afterTag", { n: s.after })}</Tag>}
				{grounds(s).map((g) => (
					<p key={g}>{g}</p>
				))}
			</div>
			<dl class="slot-facts">
				<dt>{t("proof.deadline")}</dt>
				<dd>{date(s.deadline)}</dd>
				{s.received_ms !== null && (
					<>
						<dt>{t("proof.received")}</dt>
						<dd>{time(s.received_ms)}</dd>
					</>
				)}
				{said && (
					<>
						<dt>{t("proof.report")}</dt>
						<dd>
							{said}
							{s.as_of && <small>{t("proof.asOf", { date: date(s.as_of) })}</small>}
						</dd>
					</>
				)}
				{s.receipt && (
					<>
						<dt>{t("proof.receipt")}</dt>
						<dd>
							<Receipt receipt={s.receipt} />
						</dd>
					</>
				)}
			</dl>
		</li>
	);
}

function save(rows: readonly Slot[], items: ReadonlyMap<string, Item>, name: string): void {
	const head = [t("cal.code"), t("cal.unit"), t("proof.itemCode"), t("proof.item"), t("exc.period"), t("proof.deadline"), t("proof.verdict"), t("proof.because"),
		t("proof.received"), t("proof.sealedAt"), t("proof.attempts"), t("proof.receipt"), t("proof.report"), t("proof.asOfDay"), t("proof.head"), t("silent.contact")];
	download(name, [
		head,
		...rows.map((s) => [s.unit, s.name, s.item, nameOf(items.get(s.item) ?? { name: s.item_name }), s.period, date(s.deadline), verdictWord(s.state), grounds(s).join("; "),
			s.received_ms === null ? "" : time(s.received_ms), s.sealed_ms === null ? "" : time(s.sealed_ms), s.attempts, s.receipt, reportWords(s), s.as_of && date(s.as_of), s.head, s.contact]),
	]);
}

function ToCall({ rows, names }: { rows: readonly Slot[]; names: NameFor }) {
	const offices = toCall(rows);
	if (!offices.length) return null;
	return (
		<div class="to-call">
			<p>
				<b>{t("proof.missing", { n: rows.filter((s) => s.state === "missing").length })}</b>
			</p>
			<ul>
				{offices.slice(0, CALLS_MAX).map((s) => (
					<li key={s.unit}>
						<b>{names(s.unit, s.name)}</b>
						{s.head && ` · ${s.head}`} · {s.contact ? <Contact contact={s.contact} /> : t("proof.noContact")}
					</li>
				))}
			</ul>
			{offices.length > CALLS_MAX && <p>{t("common.more", { n: CALLS_MAX })}</p>}
		</div>
	);
}

function Slots({ open, item, matrix, items, names }: { open: Open; item: string | null; matrix: Matrix; items: ReadonlyMap<string, Item>; names: NameFor }) {
	const asked = useApi<List<Slot>>("slots", { unit: open.row.unit, item, period: open.period });
	const nameFor = useUnitNames(asked.data?.rows, names);
	if (asked.error) return <ErrorBox error={asked.error} reload={asked.reload} />;
	if (!asked.data) return <Loading />;
	const rows = slotsWorstFirst(asked.data.rows.filter((s) => s.schedule === matrix.schedule && (open.row.level === null || s.kind === open.row.level)));
	if (!rows.length) return <p class="empty">{t("proof.none")}</p>;
	const many = rows.some((s) => s.unit !== rows[0]!.unit);
	return (
		<>
			<ToCall rows={rows} names={nameFor} />
			<ol class="slots">
				{rows.map((s) => (
					<SlotLine key={`${s.unit}~${s.item}`} s={s} item={items.get(s.item)} showUnit={many} unitName={nameFor(s.unit, s.name)} />
				))}
			</ol>
			<div class="row screen-only">
				<span>{t("common.rows", { n: rows.length })}</span>
				{asked.data.more && <span>{t("common.more", { n: rows.length })}</span>}
				<SaveButton onClick={() => save(rows, items, `bang-chung-${open.row.unit}-${open.period}`)} />
				<PrintButton />
			</div>
		</>
	);
}

export function Proof(p: {
	open: Open;
	unit: string;
	item: string | null;
	matrix: Matrix;
	items: ReadonlyMap<string, Item>;
	nameFor: NameFor;
	close: () => void;
}) {
	const user = useSession()?.user;
	const state = useServerState();
	const dialog = useRef<HTMLDialogElement>(null);
	useEffect(() => {
		const d = dialog.current!;
		if (!d.open) d.showModal();
		return () => d.close();
	}, []);
	const { row } = p.open;
	const at = p.matrix.periods.find((x) => x.code === p.open.period)!;
	const cell = row.cells[p.matrix.periods.indexOf(at)]!;
	const whose = p.nameFor(row.unit, row.name) + (row.level ? `, ${codeWord("unitKind", row.level).toLowerCase()}` : "");
	return (
		<dialog
			ref={dialog}
			class="sheet proof"
			aria-labelledby="proof-title"
			onCancel={(e) => {
				e.preventDefault();
				p.close();
			}}
			onClick={(e) => e.target === dialog.current && p.close()}
		>
			<div class="sheet-body">
				<header class="sheet-head">
					<div>
						<h2 id="proof-title">{t("proof.title", { unit: whose })}</h2>
						<p>
							{t("proof.range", { period: periodName(at.code), first: date(at.first), last: date(at.last) })}
							{p.item && ` · ${itemName(p.items, p.item)}`}
							{state?.illustrative && ` · ${t("app.illustrative")}`}
							{state?.simulated && ` · ${t("app.simulated")}`}
						</p>
						<p>
							<b>{cellWords(cell)}</b> {at.frozen && <Tag>{t("proof.frozen")}</Tag>}
						</p>
					</div>
					<button type="button" class="screen-only" onClick={p.close}>
						{t("common.close")}
					</button>
				</header>
				{user ? (
					<Slots open={p.open} item={p.item} matrix={p.matrix} items={p.items} names={p.nameFor} />
				) : (
					<Notice>
						<p>{t("cal.login")}</p>
						<button
							type="button"
							onClick={() => {
								p.close();
								loginOpen.set(true);
							}}
						>
							{t("login.open")}
						</button>
					</Notice>
				)}
			</div>
		</dialog>
	);
}
