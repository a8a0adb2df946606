// SPDX-License-Identifier: Apache-2.0
// Below the matrix: who owes reports now and whom to call, which thresholds are crossed, which reports look odd.
import { date, dayOf, days, int, percent, period, rate, time } from "../format";
import type { SilentRow } from "../model_lists";
import { silentOffices, type SilentOffice } from "../owed";
import type { Item, List } from "../model";
import { Loading } from "../parts/Empty";
import { ErrorBox } from "../parts/ErrorBox";
import { Receipt } from "../parts/Receipt";
import { Table, type Column } from "../parts/Table";
import { PrintButton } from "../parts/Take";
import { Link } from "../route";
import { useApi, type Asked } from "../use";
import { codeWord, itemName, t } from "../words";
import { Contact, useUnitNames, type NameFor } from "./calendar_proof";

interface Whole<Row> extends List<Row> {
	expected?: number;
	expected_units?: number;
}

function Part<Row>({ id, title, asked, print, children }: { id: string; title: string; asked: Asked<Row>; print: () => void; children: (data: Row) => preact.ComponentChildren }) {
	return (
		<section class="cal-part" id={`cal-${id}`}>
			<header class="row">
				<h2>{title}</h2>
				{asked.data && (
					<PrintButton onClick={print} of={title} />
				)}
			</header>
			{asked.error ? <ErrorBox error={asked.error} reload={asked.reload} /> : asked.data ? children(asked.data) : <Loading />}
		</section>
	);
}

function unitColumns<Row extends { unit: string; name: string }>(nameFor: NameFor): Column<Row>[] {
	return [
		{ key: "code", title: t("cal.code"), class: "cal-code", by: (r) => r.unit, cell: (r) => <span class="nowrap">{r.unit}</span> },
		{
			key: "unit",
			title: t("cal.unit"),
			head: true,
			class: "cal-name",
			by: (r) => nameFor(r.unit, r.name),
			cell: (r) => <Link to={{ screen: "unit", unit: r.unit }}>{nameFor(r.unit, r.name)}</Link>,
		},
	];
}

/** "kỳ 2 tháng 3/2024: a; b", a period each. */
function owed(o: SilentOffice, items: ReadonlyMap<string, Item>): string[] {
	const periods = [...new Set(o.rows.map((r) => r.period))];
	return periods.map((p) => `${period(p)}: ${o.rows.filter((r) => r.period === p).map((r) => itemName(items, r.item)).join("; ")}`);
}

export function Silent({ unit, item, items, nameFor: near, print }: { unit: string; item: string | null; items: ReadonlyMap<string, Item>; nameFor: NameFor; print: () => void }) {
	const asked = useApi<Whole<SilentRow>>("silent", { unit, item });
	const nameFor = useUnitNames(asked.data?.rows, near);
	const columns: Column<SilentOffice>[] = [
		...unitColumns<SilentOffice>(nameFor),
		{ key: "n", title: t("silent.owes"), number: true, by: (o) => o.rows.length, cell: (o) => int(o.rows.length) },
		{ key: "late", title: t("silent.overdue"), number: true, by: (o) => o.missing, cell: (o) => (o.missing ? <b class="bad">{int(o.missing)}</b> : "0") },
		{ key: "since", title: t("silent.since"), by: (o) => o.since, cell: (o) => <span class="nowrap">{date(o.since)}</span>, csv: (o) => date(o.since) },
		{ key: "days", title: t("silent.for"), number: true, by: (o) => o.days, cell: (o) => days(o.days) },
		{ key: "head", title: t("silent.head"), class: "cal-mid", by: (o) => o.head, cell: (o) => o.head ?? "–" },
		{ key: "contact", title: t("silent.contact"), by: (o) => o.contact, cell: (o) => <Contact contact={o.contact} /> },
		{ key: "last", title: t("silent.last"), by: (o) => o.last, cell: (o) => (o.last === null ? t("silent.never") : <span class="nowrap">{date(dayOf(o.last))}</span>), csv: (o) => (o.last === null ? "" : time(o.last)) },
		{
			key: "items",
			title: t("silent.items"),
			wide: true,
			cell: (o) => owed(o, items).map((line) => <div key={line}>{line}</div>),
			csv: (o) => o.rows.map((r) => `${r.item} ${r.period}`).join(", "),
		},
	];
	return (
		<Part id="silent" title={t("silent.title")} asked={asked} print={print}>
			{(data) => {
				const offices = silentOffices(data.rows);
				const of = data.expected_units ?? 0;
				const all = data.expected ?? 0;
				const late = data.rows.filter((r) => r.missing).length;
				const sum = !all ? t("silent.noneOwed") : offices.length ? t("silent.sum", { units: offices.length, of, n: data.rows.length, all, late }) : t("silent.none", { all, of });
				return (
					<>
						<p>{sum}</p>
						{offices.length > 0 && (
							<Table caption={t("silent.title")} columns={columns} rows={offices} rowKey={(o) => o.unit} file={`no-bao-cao-${unit}`} more={data.more} rowClass={(o) => (o.missing ? "overdue" : undefined)} />
						)}
					</>
				);
			}}
		</Part>
	);
}

interface ExceptionRow {
	rule: string;
	unit: string;
	name: string;
	measure: string;
	op: "above" | "below";
	measured: number;
	threshold: number;
	expected: number;
	period: string | null;
	action: string | null;
}

const isRate = (r: ExceptionRow) => r.measure.endsWith("_rate");
// The rule's own n of N: the rate came of so many.
const measured = (r: ExceptionRow) => (isRate(r) ? rate(r.measured, Math.round((r.measured * r.expected) / 10_000), r.expected) : int(r.measured));

export function Exceptions({ unit, nameFor: near, print }: { unit: string; nameFor: NameFor; print: () => void }) {
	const asked = useApi<List<ExceptionRow>>("exceptions", { unit });
	const nameFor = useUnitNames(asked.data?.rows, near);
	const columns: Column<ExceptionRow>[] = [
		...unitColumns<ExceptionRow>(nameFor),
		{ key: "measure", title: t("exc.measure"), class: "cal-mid", by: (r) => codeWord("measure", r.measure), cell: (r) => codeWord("measure", r.measure) },
		{ key: "measured", title: t("exc.measured"), number: true, by: (r) => r.measured, cell: measured, csv: (r) => (isRate(r) ? { hundredths: r.measured } : r.measured) },
		{ key: "threshold", title: t("exc.threshold"), number: true, by: (r) => r.threshold, csv: (r) => (isRate(r) ? { hundredths: r.threshold } : r.threshold), cell: (r) => t(r.op === "above" ? "exc.above" : "exc.below", { n: isRate(r) ? percent(r.threshold) : int(r.threshold) }) },
		{ key: "of", title: t("exc.of"), number: true, by: (r) => r.expected, cell: (r) => int(r.expected) },
		{ key: "period", title: t("exc.period"), by: (r) => r.period, cell: (r) => <span class="nowrap">{period(r.period)}</span>, csv: (r) => r.period },
		{ key: "action", title: t("exc.action"), wide: true, by: (r) => r.action, cell: (r) => r.action ?? "–" },
		{ key: "rule", title: t("exc.rule"), by: (r) => r.rule, cell: (r) => <span class="nowrap">{r.rule}</span> },
	];
	return (
		<Part id="exceptions" title={t("exc.title")} asked={asked} print={print}>
			{(data) => <Table caption={t("exc.title")} columns={columns} rows={data.rows} rowKey={(r) => `${r.rule}~${r.unit}~${r.period}`} file={`vuot-nguong-${unit}`} empty={t("exc.none")} more={data.more} />}
		</Part>
	);
}

interface SuspiciousRow {
	unit: string;
	name: string;
	item: string;
	period: string;
	suspicion: string;
	receipt: string | null;
	before: number | null;
	after: number | null;
}

// A jump is told as progress; the other numbers are what was reported.
const said = (r: SuspiciousRow, n: number | null) => (n === null ? "–" : r.suspicion === "jump" ? percent(n) : int(n));
const saidCsv = (r: SuspiciousRow, n: number | null) => (r.suspicion === "jump" ? { hundredths: n } : n);

export function Suspicious({ unit, item, items, nameFor: near, print }: { unit: string; item: string | null; items: ReadonlyMap<string, Item>; nameFor: NameFor; print: () => void }) {
	const asked = useApi<List<SuspiciousRow>>("suspicious", { unit, item });
	const nameFor = useUnitNames(asked.data?.rows, near);
	const columns: Column<SuspiciousRow>[] = [
		...unitColumns<SuspiciousRow>(nameFor),
		{ key: "item", title: t("proof.item"), wide: true, by: (r) => itemName(items, r.item), cell: (r) => <Link to={{ drill: { unit: r.unit, item: r.item } }}>{itemName(items, r.item)}</Link> },
		{ key: "period", title: t("exc.period"), by: (r) => r.period, cell: (r) => <span class="nowrap">{period(r.period)}</span>, csv: (r) => r.period },
		{ key: "why", title: t("sus.why"), wide: true, by: (r) => codeWord("suspicion", r.suspicion), cell: (r) => codeWord("suspicion", r.suspicion) },
		{ key: "before", title: t("sus.before"), number: true, by: (r) => r.before, cell: (r) => said(r, r.before), csv: (r) => saidCsv(r, r.before) },
		{ key: "after", title: t("sus.now"), number: true, by: (r) => r.after, cell: (r) => said(r, r.after), csv: (r) => saidCsv(r, r.after) },
		{ key: "receipt", title: t("proof.receipt"), by: (r) => r.receipt, cell: (r) => <Receipt receipt={r.receipt} /> },
	];
	return (
		<Part id="suspicious" title={t("sus.title")} asked={asked} print={print}>
			{(data) => <Table caption={t("sus.title")} columns={columns} rows={data.rows} rowKey={(r) => `${r.unit}~${r.item}~${r.period}~${r.suspicion}`} file={`can-xem-lai-${unit}`} empty={t("sus.none")} more={data.more} />}
		</Part>
	);
}
