// SPDX-License-Identifier: Apache-2.0
// A table that sorts, keeps its head in sight and can be taken home as CSV. On paper it is whole.
import type { ComponentChildren } from "preact";
import { useMemo, useState } from "preact/hooks";
import { download, type CsvCell } from "../csv";
import { fold } from "../fold";
import { lang } from "../lang";
import { t } from "../words";
import { Empty } from "./Empty";
import { SaveButton } from "./Take";

export interface Column<Row> {
	key: string;
	title: string;
	/** What a row is sorted by; without it the column does not sort. null comes last, either way. */
	by?: (row: Row) => string | number | null | undefined;
	cell: (row: Row) => ComponentChildren;
	/** What the file gets; without it, what it is sorted by. */
	csv?: (row: Row) => CsvCell;
	number?: boolean; // right aligned
	head?: boolean; // names the row
	wide?: boolean; // text that may wrap
	class?: string;
}

export interface TableProps<Row> {
	caption: string;
	columns: readonly Column<Row>[];
	rows: readonly Row[];
	rowKey: (row: Row) => string;
	/** Sorted by at first: a column's key, "-" in front: downwards. Without it the order they came in. */
	sort?: string;
	/** The file's name; without it there is none. */
	file?: string;
	empty?: string;
	more?: boolean; // the server had more
	showCaption?: boolean;
	rowClass?: (row: Row) => string | undefined;
}

function compare(a: string | number | null | undefined, b: string | number | null | undefined, down: boolean): number {
	if (a == null || b == null) return a == null ? (b == null ? 0 : 1) : -1;
	const order = typeof a === "number" && typeof b === "number" ? a - b : fold(String(a)).localeCompare(fold(String(b)), lang.get(), { numeric: true });
	return down ? -order : order;
}

export function Table<Row>(p: TableProps<Row>) {
	const [sort, setSort] = useState(p.sort ?? "");
	const down = sort.startsWith("-");
	const by = p.columns.find((c) => c.key === sort.replace(/^-/, ""))?.by;
	const rows = useMemo(() => (by ? [...p.rows].sort((a, b) => compare(by(a), by(b), down)) : p.rows), [p.rows, sort, by]);
	const save = () =>
		download(p.file!, [p.columns.map((c) => c.title), ...rows.map((r) => p.columns.map((c) => (c.csv ? c.csv(r) : (c.by?.(r) ?? null))))]);

	const head = (c: Column<Row>) => {
		const on = sort.replace(/^-/, "") === c.key;
		return (
			<th key={c.key} scope="col" class={[c.number && "number", c.class].filter(Boolean).join(" ") || undefined} aria-sort={on ? (down ? "descending" : "ascending") : undefined}>
				{c.by ? (
					<button type="button" class="sort" title={t("common.sort", { column: c.title })} onClick={() => setSort(on && !down ? `-${c.key}` : c.key)}>
						{c.title}
						<span aria-hidden="true">{on ? (down ? "▼" : "▲") : "↕"}</span>
					</button>
				) : (
					c.title
				)}
			</th>
		);
	};
	const line = (r: Row) => (
		<tr key={p.rowKey(r)} class={p.rowClass?.(r)}>
			{p.columns.map((c) => {
				const kind = [c.number && "number", c.wide && "wide", c.class].filter(Boolean).join(" ") || undefined;
				return c.head ? (
					<th key={c.key} scope="row" class={kind}>
						{c.cell(r)}
					</th>
				) : (
					<td key={c.key} class={kind}>
						{c.cell(r)}
					</td>
				);
			})}
		</tr>
	);

	return (
		<div class="table-box">
			{rows.length === 0 ? (
				<Empty>{p.empty ?? t("common.none")}</Empty>
			) : (
				<div class="table-scroll" role="group" aria-label={p.caption} tabIndex={0}>
					<table>
						<caption class={p.showCaption ? undefined : "unseen"}>{p.caption}</caption>
						<thead>
							<tr>{p.columns.map(head)}</tr>
						</thead>
						<tbody>{rows.map(line)}</tbody>
					</table>
				</div>
			)}
			<div class="table-foot">
				<span>{t("common.rows", { n: rows.length })}</span>
				{p.more && <span>{t("common.more", { n: rows.length })}</span>}
				{p.file && rows.length > 0 && (
					<SaveButton onClick={save} />
				)}
			</div>
		</div>
	);
}
