// SPDX-License-Identifier: Apache-2.0
// The matrix itself: a grid that the arrow keys walk through (one tab stop), in a region of its own that scrolls.
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { download, type CsvCell } from "../csv";
import { date, ofN, percent, period as periodName, rateBp } from "../format";
import { lang } from "../lang";
import { inTime, moved, slots, VERDICTS, worst, type Cell, type Counts, type Matrix, type MatrixRow, type Period, type Spot, type Verdict } from "../matrix";
import { PrintButton, SaveButton } from "../parts/Take";
import { Link } from "../route";
import { codeWord, t, type Key } from "../words";
import type { Open } from "./calendar";

export const verdictWord = (v: Verdict): string => t(`verdict.${v}` satisfies Key);
const letter = (v: Verdict): string => t(`verdictLetter.${v}` satisfies Key);

/** A letter in its colour and pattern. */
export function Mark({ verdict }: { verdict: Verdict }) {
	return (
		<span class={`mark vd-${verdict}`} aria-hidden="true">
			{letter(verdict)}
		</span>
	);
}

const SHOWN: readonly Verdict[] = ["on_time", "line_slow", "late", "missing", "pending", "exempt"];

export function Legend() {
	return (
		<div class="cal-legend">
			<ul aria-label={t("cal.legend")}>
				{SHOWN.map((v) => (
					<li key={v}>
						<Mark verdict={v} /> {verdictWord(v)}
					</li>
				))}
			</ul>
			<p>{t("cal.legendMany")}</p>
		</div>
	);
}

/** How the reports of a pill divide: the shares side by side. */
function Shares({ counts }: { counts: Counts }) {
	return (
		<span class="shares" aria-hidden="true">
			{SHOWN.filter((v) => counts[v]).map((v) => (
				<span key={v} class={`vd-${v}`} style={{ flexGrow: counts[v] }} />
			))}
		</span>
	);
}

export function cellWords(c: Counts): string {
	const w = worst(c);
	if (!w) return t("cal.noneOwed");
	if (slots(c) === 1) return verdictWord(w.verdict);
	if (w.only && c.expected) return t("cal.part", { n: ofN(c.expected, c.expected), what: verdictWord(w.verdict) });
	const parts = VERDICTS.filter((v) => c[v]).map((v) => t("cal.part", { n: c[v], what: verdictWord(v) }));
	return t("cal.cellMany", { n: inTime(c), of: c.expected, parts: parts.join(", ") });
}

function PillBody({ cell }: { cell: Counts }) {
	const w = worst(cell)!;
	const many = slots(cell) > 1 && cell.expected > 0;
	return (
		<>
			<span class="vpill-line">
				<Mark verdict={w.verdict} />
				{many && <span>{ofN(inTime(cell), cell.expected)}</span>}
			</span>
			{many && <Shares counts={cell} />}
		</>
	);
}

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** "16–31/03", "15/03–14/04"; "16–31 Mar": the year stands below. */
function span(p: Period): string {
	const [, m1, d1] = p.first.split("-");
	const [, m2, d2] = p.last.split("-");
	const month = (m: string | undefined) => MONTHS[Number(m) - 1] ?? m;
	if (lang.get() === "en") return m1 === m2 ? `${d1}–${d2} ${month(m2)}` : `${d1} ${month(m1)}–${d2} ${month(m2)}`;
	return m1 === m2 ? `${d1}–${d2}/${m2}` : `${d1}/${m1}–${d2}/${m2}`;
}

function sumWords(r: MatrixRow): { text: string; bp: number | null; n: number; of: number } {
	const due = r.sum.expected - r.sum.pending;
	const bp = rateBp(inTime(r.sum), due);
	return { text: bp === null ? "–" : `${percent(bp)} (${ofN(inTime(r.sum), due)})`, bp, n: inTime(r.sum), of: due };
}

const rowName = (r: MatrixRow, nameFor: (code: string, name: string) => string): string =>
	r.sort === "level" ? codeWord("unitKind", r.level) : r.sort === "total" ? t("cal.total") : nameFor(r.unit, r.name);

function table(m: Matrix, rows: readonly MatrixRow[], nameFor: (code: string, name: string) => string): CsvCell[][] {
	const lines: CsvCell[][] = [
		[t("cal.code"), t("cal.unit"), t("exc.period"), t("cal.from"), t("cal.to"), t("cal.state"), ...SHOWN.map(verdictWord), t("cal.inTime"), t("cal.owed"), `${t("cal.inTime")}, %`],
	];
	for (const r of rows)
		m.periods.forEach((p, i) => {
			const c = r.cells[i];
			if (!c) return;
			lines.push([r.sort === "unit" ? r.unit : "", rowName(r, nameFor), p.code, date(p.first), date(p.last), p.frozen ? t("cal.frozen") : t("cal.open"),
				...SHOWN.map((v) => c[v]), inTime(c), c.expected, { hundredths: rateBp(inTime(c), c.expected) }]);
		});
	return lines;
}

function Deadlines({ p }: { p: Period }) {
	return (
		<>
			{p.deadlines.map((d) => (
				<li key={d.level}>
					{codeWord("unitKind", d.level)}: <b>{date(d.date)}</b>
				</li>
			))}
		</>
	);
}

interface Tip {
	period: Period;
	x: number;
	y: number;
}

export function MatrixTable({ matrix, nameFor, open, onOpen, print, file }: {
	matrix: Matrix;
	nameFor: (code: string, name: string) => string;
	open: Open | null;
	onOpen: (o: Open) => void;
	print: () => void;
	file: string;
}) {
	const rows = [...(matrix.total ? [matrix.total] : []), ...matrix.levels, ...matrix.units];
	const columns = matrix.periods.length + 2; // the name, the sum, the periods
	const [spot, setSpot] = useState<Spot>({ row: 1, column: columns - 1 });
	const [tip, setTip] = useState<Tip | null>(null);
	const box = useRef<HTMLDivElement>(null);
	const grid = useRef<HTMLTableElement>(null);
	const here = { row: Math.min(spot.row, rows.length), column: Math.min(spot.column, columns - 1) };

	// The latest period is what people come for.
	useLayoutEffect(() => {
		if (box.current) box.current.scrollLeft = box.current.scrollWidth;
	}, [matrix.periods.length, matrix.periods.at(-1)?.code]);
	// Back from the proof: where one was.
	const before = useRef(open);
	useEffect(() => {
		if (before.current && !open) at(here)?.focus();
		before.current = open;
	}, [open]);

	function at(s: Spot): HTMLElement | null {
		return grid.current?.querySelector<HTMLElement>(`[data-at="${s.row}-${s.column}"]`) ?? null;
	}
	function onKey(e: KeyboardEvent): void {
		if (e.key === "Escape" && tip) return setTip(null);
		if (e.altKey || e.metaKey) return;
		const next = moved(here, e.key, e.ctrlKey, rows.length + 1, columns);
		if (!next) return;
		e.preventDefault();
		at(next)?.focus();
	}
	/** What every place of the grid has: its address, and whether Tab stops here. */
	const place = (row: number, column: number) => ({
		"data-at": `${row}-${column}`,
		tabIndex: row === here.row && column === here.column ? 0 : -1,
		onFocus: () => setSpot({ row, column }),
	});
	const show = (p: Period) => (e: { currentTarget: HTMLElement }) => {
		const r = e.currentTarget.getBoundingClientRect();
		setTip({ period: p, x: Math.max(8, Math.min(r.left, innerWidth - 250)), y: r.bottom + 4 });
	};

	const head = (p: Period, i: number) => {
		const year = i === 0 || matrix.periods[i - 1]?.last.slice(0, 4) !== p.last.slice(0, 4);
		const said = (
			<>
				<b>{span(p)}</b>
				<small>{year || i === matrix.periods.length - 1 ? p.last.slice(0, 4) : "\u00a0"}</small>
				<small class={p.frozen ? "cal-frozen" : "cal-open"}>{p.frozen ? t("cal.frozen") : t("cal.open")}</small>
			</>
		);
		return (
			<th key={p.code} scope="col" class={year ? "year" : undefined}>
				<span class="paper-only" aria-hidden="true">
					{said}
				</span>
				<button
					type="button"
					class="cal-period"
					{...place(0, i + 2)}
					aria-describedby={tip?.period === p ? "cal-tip" : undefined}
					onMouseEnter={show(p)}
					onMouseLeave={() => setTip(null)}
					onFocusCapture={show(p)}
					onBlur={() => setTip(null)}
					onClick={show(p)}
				>
					<span class="unseen">{periodName(p.code)}: </span>
					{said}
				</button>
			</th>
		);
	};
	const cell = (r: MatrixRow, c: Cell, row: number, i: number) => {
		const p = matrix.periods[i]!;
		const chosen = open?.row.key === r.key && open.period === p.code;
		return (
			<td key={p.code}>
				{c && slots(c) ? (
					<button
						type="button"
						class={`vpill${chosen ? " vpill-open" : ""}`}
						{...place(row, i + 2)}
						aria-haspopup="dialog"
						title={cellWords(c)}
						onClick={() => onOpen({ row: r, period: p.code })}
					>
						<PillBody cell={c} />
						<span class="unseen">{t("cal.cell", { unit: rowName(r, nameFor), period: periodName(p.code), what: cellWords(c) })}</span>
					</button>
				) : (
					<span class="vpill-none" {...place(row, i + 2)} role="img" aria-label={t("cal.noneOwed")} title={t("cal.noneOwed")}>
						·
					</span>
				)}
			</td>
		);
	};
	const line = (r: MatrixRow, i: number) => {
		const sum = sumWords(r);
		const row = i + 1;
		return (
			<tr key={r.key} class={`cal-${r.sort}`}>
				<th scope="row">
					{r.sort === "unit" ? (
						<Link to={{ unit: r.unit, more: {} }} {...place(row, 0)}>
							{rowName(r, nameFor)}
						</Link>
					) : (
						<span {...place(row, 0)}>{rowName(r, nameFor)}</span>
					)}
				</th>
				<td class="cal-sum">
					<span {...place(row, 1)} aria-label={sum.text}>
						<b>{percent(sum.bp)}</b>
						{sum.bp !== null && <small>{ofN(sum.n, sum.of)}</small>}
					</span>
				</td>
				{r.cells.map((c, k) => cell(r, c, row, k))}
			</tr>
		);
	};
	const told = [...matrix.periods].reverse().filter((p) => p.deadlines.length);
	const last = told.at(-1) && (told.filter((p) => !p.frozen).at(-1) ?? told[0]);

	return (
		<>
			<div class="cal-scroll" ref={box} role="region" aria-label={t("cal.matrix")} onKeyDown={onKey} onScroll={() => setTip(null)}>
				<table role="grid" ref={grid} class="cal-matrix" aria-describedby="cal-keys">
					<thead>
						<tr>
							<th scope="col">
								<span {...place(0, 0)}>{t("cal.unit")}</span>
							</th>
							<th scope="col" class="cal-sum">
								<span {...place(0, 1)}>{t("cal.inTimeSum", { n: matrix.periods.length })}</span>
							</th>
							{matrix.periods.map(head)}
						</tr>
					</thead>
					<tbody>{rows.map(line)}</tbody>
				</table>
			</div>
			{tip && tip.period.deadlines.length > 0 && (
				<div id="cal-tip" class="cal-tip" role="tooltip" style={{ left: `${tip.x}px`, top: `${tip.y}px` }}>
					<b>{t("cal.deadlinesOf", { period: periodName(tip.period.code) })}</b>
					<ul>
						<Deadlines p={tip.period} />
					</ul>
				</div>
			)}
			<div class="cal-foot">
				{last && (
					<ul class="cal-deadlines" aria-label={t("cal.deadlines")}>
						<li>{t("cal.deadlinesOf", { period: periodName(last.code) })}</li>
						<Deadlines p={last} />
					</ul>
				)}
				<p id="cal-keys" class="screen-only">
					{t("cal.keys")}
				</p>
				<div class="row screen-only">
					<SaveButton onClick={() => download(file, table(matrix, rows, nameFor))} />
					<PrintButton onClick={print} />
				</div>
			</div>
		</>
	);
}
