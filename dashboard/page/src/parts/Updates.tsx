// SPDX-License-Identifier: Apache-2.0
// The updates that a figure stands on: who said what, of which day, received when, under which receipt; and who has
// said nothing. Both lists can be taken home.
import { download, type CsvCell } from "../csv";
import { date, days, int, NONE, ofN, period, points, time } from "../format";
import type { Item } from "../model";
import type { CellRow, MissingRow, SilentRow } from "../model_lists";
import { extended, late, marks, stagnant, type Mark } from "../proof";
import { Link, unitPage } from "../route";
import { codeWord, itemName, nameOf, t, type Key } from "../words";
import { Empty } from "./Empty";
import { Receipt } from "./Receipt";
import { Table, type Column } from "./Table";
import { Tag } from "./Tag";
import { SaveButton } from "./Take";

const MOST = 300; // rows drawn; the file has all of them

type Items = ReadonlyMap<string, Item>;
const TONES: Partial<Record<Mark, "bad" | "warn" | "good">> = { overdue: "bad", behind: "warn", done_late: "warn", accepted: "good", crossed: "warn" };

export function said(c: CellRow, item: Item | undefined): string {
	if (c.state !== "value") {
		const word = codeWord("figure.state", c.state);
		if (c.state === "in_progress") return `${word}, ${int(c.percent)}\u00a0%`;
		return c.state === "done" && c.done_on ? `${word} (${t("drill.doneOn", { date: date(c.done_on) })})` : word;
	}
	if (c.denominator !== null) return ofN(c.numerator, c.denominator);
	return item?.kind === "points" ? points(c.value) : int(c.value) + (item?.uom ? ` ${item.uom}` : "");
}

export function lateText(c: { late_days: number; waiting_days: number }): string {
	const l = late(c);
	if (!l) return "";
	const args = { days: days(l.days), waiting: days(l.waiting), own: days(l.own) };
	return l.waiting ? t("drill.lateSplit", args) : t("drill.late", args);
}

/** Everything to be known about one update besides its figure. */
function remarks(c: CellRow): string[] {
	return [
		lateText(c),
		extended(c) ? t("drill.extended", { from: date(c.first_due), to: date(c.due) }) : "",
		stagnant(c) ? t("drill.unchanged", { date: date(c.unchanged_since) }) : "",
		c.product_ref ? t("drill.product", { ref: c.product_ref }) : "",
	].filter(Boolean);
}

function Marks({ c }: { c: CellRow }) {
	const list = marks(c);
	const rest = remarks(c);
	return (
		<>
			{list.length > 0 && (
				<span class="tags">
					{list.map((m) => (
						<Tag key={m} tone={TONES[m] ?? "plain"}>
							{m === "overdue" && <span aria-hidden="true">! </span>}
							{t(`mark.${m}` satisfies Key)}
						</Tag>
					))}
				</span>
			)}
			{rest.map((r) => (
				<small key={r} class="line">
					{r}
				</small>
			))}
			{c.note && (
				<small class="line said">
					{t("drill.note")}: {c.note}
				</small>
			)}
			{c.reason && (
				<small class="line said">
					{t("drill.reason")}: {c.reason}
				</small>
			)}
		</>
	);
}

function updateColumns(items: Items, withUnit: boolean, withItem: boolean): Column<CellRow>[] {
	const item = (c: CellRow) => items.get(c.item);
	const who = (c: CellRow) => (
		<>
			{withUnit && <Link to={unitPage(c.unit, item(c)?.plan)}>{c.name}</Link>}
			{withItem && <small class="line">{itemName(items, c.item)}</small>}
		</>
	);
	return [
		{ key: "who", title: t(withUnit ? "drill.unit" : "drill.item"), head: true, class: "who", by: (c) => (withUnit ? c.name : c.item), cell: who },
		{
			key: "said",
			title: t("drill.said"),
			class: "said-cell",
			cell: (c) => (
				<>
					<span class="line">{said(c, item(c))}</span>
					<Marks c={c} />
				</>
			),
		},
		{
			key: "as_of",
			title: t("drill.asOf"),
			by: (c) => c.as_of,
			cell: (c) => (
				<>
					<small class="narrow-only">{t("drill.asOf")} </small>
					<span class="line">{date(c.as_of)}</span>
					{c.period && <small class="line">{period(c.period)}</small>}
				</>
			),
		},
		{
			key: "received",
			title: t("drill.received"),
			by: (c) => c.received_ms,
			cell: (c) => (
				<>
					<small class="narrow-only">{t("drill.received")} </small>
					<span class="line time">{time(c.received_ms)}</span>
					<Receipt receipt={c.receipt} />
				</>
			),
		},
	];
}

/** "5/6" alone in a cell would become a date in a spreadsheet: the two numbers get cells of their own. */
function updatesFile(rows: readonly CellRow[], items: Items): CsvCell[][] {
	const head: Key[] = ["obs.unitCode", "drill.unit", "obs.itemCode", "drill.item", "drill.said", "drill.numerator", "drill.denominator", "drill.asOf", "drill.period", "drill.received", "drill.receipt", "drill.due", "drill.lateDays", "drill.waitingDays", "drill.marksCol", "drill.note", "drill.reason"];
	return [
		head.map((k) => t(k)),
		...rows.map((c): CsvCell[] => {
			const item = items.get(c.item);
			const all = [...marks(c).map((m) => t(`mark.${m}` satisfies Key)), ...remarks(c)].join("; ");
			return [c.unit, c.name, c.item, item ? nameOf(item) : "", c.denominator === null ? said(c, item) : "", c.numerator, c.denominator, c.as_of, c.period, time(c.received_ms), c.receipt, c.due, c.late_days, c.waiting_days, all, c.note, c.reason];
		}),
	];
}

export interface UpdatesProps {
	caption: string;
	rows: readonly CellRow[];
	items: Items;
	file: string;
	withUnit?: boolean;
	withItem?: boolean;
	sort?: string;
	empty?: string;
}

export function Updates({ caption, rows, items, file, withUnit = true, withItem = true, sort, empty }: UpdatesProps) {
	if (!rows.length) return <Empty>{empty}</Empty>;
	return (
		<div class="updates">
			<Table
				caption={caption}
				columns={updateColumns(items, withUnit, withItem)}
				rows={rows.slice(0, MOST)}
				rowKey={(c) => `${c.unit} ${c.item}`}
				more={rows.length > MOST}
				{...(sort ? { sort } : {})}
			/>
			<SaveButton onClick={() => download(file, updatesFile(rows, items))} />
		</div>
	);
}

/** For which period, and by when, the report is owed. */
function Owes({ s }: { s: SilentRow | undefined }) {
	if (!s) return null;
	return <small class={s.missing ? "line over" : "line"}>{t("drill.owes", { period: period(s.period), date: date(s.deadline) })}</small>;
}

/** Who owes a report, with whom to ring up: the list of silent offices knows head and contact of those that owe one now. */
export function Missing({ caption, rows, silent, items, file, withItem = true }: { caption: string; rows: readonly MissingRow[]; silent: readonly SilentRow[]; items: Items; file: string; withItem?: boolean }) {
	const known = new Map(silent.map((s) => [s.unit, s]));
	const owed = new Map(silent.map((s) => [`${s.unit} ${s.item}`, s]));
	const due = (c: MissingRow) => (c.due ? t(c.overdue ? "drill.overdueSince" : "drill.dueOn", { date: date(c.due) }) : NONE);
	const columns: Column<MissingRow>[] = [
		{
			key: "who",
			title: t("drill.unit"),
			head: true,
			class: "who",
			by: (c) => c.name,
			cell: (c) => (
				<>
					<Link to={unitPage(c.unit, items.get(c.item)?.plan)}>{c.name}</Link>
					{withItem && <small class="line">{itemName(items, c.item)}</small>}
				</>
			),
		},
		{
			key: "head",
			title: t("unit.head"),
			by: (c) => known.get(c.unit)?.head,
			cell: (c) => <Person head={known.get(c.unit)?.head} contact={known.get(c.unit)?.contact} />,
		},
		{
			key: "due",
			title: t("drill.due"),
			by: (c) => c.due,
			cell: (c) => (
				<>
					{c.overdue ? <Tag tone="bad">! {due(c)}</Tag> : due(c)}
					{c.late_days > 0 && <small class="line">{lateText(c)}</small>}
					<Owes s={owed.get(`${c.unit} ${c.item}`)} />
				</>
			),
		},
	];
	const file_ = (): CsvCell[][] => [
		(["obs.unitCode", "drill.unit", "obs.itemCode", "drill.item", "unit.head", "unit.contact", "drill.due", "drill.lateDays", "drill.waitingDays"] as const).map((k) => t(k)),
		...rows.map((c): CsvCell[] => [c.unit, c.name, c.item, items.get(c.item) ? nameOf(items.get(c.item)!) : "", known.get(c.unit)?.head, known.get(c.unit)?.contact, c.due, c.late_days, c.waiting_days]),
	];
	return (
		<div class="updates">
			<Table caption={caption} columns={columns} rows={rows.slice(0, MOST)} rowKey={(c) => `${c.unit} ${c.item}`} more={rows.length > MOST} empty={t("drill.missingNone")} />
			{rows.length > 0 && (
				<SaveButton onClick={() => download(file, file_())} />
			)}
		</div>
	);
}

/** A mail address or a telephone number is a link; anything else is text. */
export function Person({ head, contact }: { head: string | null | undefined; contact: string | null | undefined }) {
	if (!head && !contact) return <>{NONE}</>;
	const way = !contact ? null : /^[^\s@]+@[^\s@]+$/.test(contact) ? "mailto:" : /^\+?[\d .()-]{6,20}$/.test(contact) ? "tel:" : null;
	return (
		<>
			{head && <span class="line">{head}</span>}
			{contact && <small class="line">{way ? <a href={way + contact.replace(/\s/g, "")}>{contact}</a> : contact}</small>}
		</>
	);
}
