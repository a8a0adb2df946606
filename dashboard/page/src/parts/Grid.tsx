// SPDX-License-Identifier: Apache-2.0
// Units by plans, the worst first. Every cell listens for itself: what moves draws its own cell and its row's total,
// never the grid; and the order stays as it is while somebody reads, until it is asked for anew.
// One stop for the Tab key: inside it arrows, Home, End, PageUp and PageDown go about.
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { NOTHING, type Cells } from "../cells";
import { int, ofN } from "../format";
import { look, lookCount, lookOf, lookWords, orderUnits, type Order, type Tally } from "../overview";
import type { Figure, UnitRef } from "../model";
import { Link, navigate, type To } from "../route";
import { useStore, type Store } from "../store";
import { nameOf, t } from "../words";
import { letter, word } from "./Look";

export interface GridPlan {
	code: string;
	name: string;
}

export interface GridProps {
	cells: Cells;
	units: readonly UnitRef[]; // with something expected; another array = another set
	plans: readonly GridPlan[];
	order: Order;
	onOrder: (o: Order) => void;
	caption: string;
}

const ORDER_LOOK_MS = 1000; // how often a moving board is asked whether its order still holds
const PAGE_ROWS = 10;
const FIRST_ROWS = 24;
const FEW = 5; // fewer plans do not fill the width: they stand together
const MANY = 8; // more plans do not fit on A4 with all that is in a cell

/** Where a unit is read further: a province has an overview of its own. */
export function goesTo(u: UnitRef): To {
	const wide = u.kind === "province" || u.kind === "central" || u.code.startsWith("G/");
	return { screen: wide ? "overview" : "unit", unit: u.code, plan: null, item: null, drill: null, more: {} };
}

export const tallyAt = (cells: Cells) => (unit: string, plan: string | null) => (plan ? (cells.figure(unit, plan) ?? NOTHING) : cells.total(unit).get());

/** Lights up once after a change, not when first drawn. */
function useFlash<T>(value: T) {
	const at = useRef<HTMLTableCellElement>(null);
	const before = useRef(value);
	useEffect(() => {
		if (before.current === value) return;
		before.current = value;
		const el = at.current;
		if (!el) return;
		el.classList.remove("flash");
		void el.offsetWidth; // so that a second change lights up anew
		el.classList.add("flash");
	}, [value]);
	return at;
}

function Inside({ f }: { f: Tally }) {
	const l = look(f);
	const [n, of] = lookOf(f);
	const count = lookCount(f);
	return (
		<>
			<span class={`mark mark-${l}`} aria-hidden="true">
				{letter(l)}
				{count !== null && <small>{int(count)}</small>}
			</span>
			<span class="gc-of" aria-hidden="true">
				{ofN(n, of)}
			</span>
		</>
	);
}

const said = (f: Tally): string => {
	const l = look(f);
	return l === "none" ? word(l) : `${word(l)}; ${lookWords(f)}`;
};

export function Cell({ at, unit, plan, col }: { at: Store<Figure | null>; unit: UnitRef; plan: GridPlan; col: number }) {
	const f = useStore(at);
	const box = useFlash(f);
	const label = f && f.expected > 0 ? `${nameOf(unit)}, ${plan.name} (${plan.code}): ${said(f)}` : null;
	return (
		<td ref={box} class="gc">
			{f && label ? (
				<button
					type="button"
					tabIndex={-1}
					data-col={col}
					onClick={() => navigate({ drill: { unit: unit.code, item: plan.code } })}
				>
					<span class="unseen">{label}</span>
					<Inside f={f} />
				</button>
			) : (
				<span class="gc-none">
					<span class="unseen">{word("none")}</span>
					<span aria-hidden="true">·</span>
				</span>
			)}
		</td>
	);
}

/** All plans of the row added up: what the order goes by. */
export function TotalCell({ at }: { at: Store<Tally> }) {
	const f = useStore(at);
	const box = useFlash(f);
	return (
		<td ref={box} class="gc gc-total">
			<span class="gc-sum">
				<span class="unseen">{said(f)}</span>
				<Inside f={f} />
			</span>
		</td>
	);
}

/** Looks, now and then, whether what moved would change the order; says so, and changes nothing by itself. */
function OrderHint({ cells, shown, order, onAgain }: { cells: Cells; shown: readonly UnitRef[]; order: Order; onAgain: () => void }) {
	const [other, setOther] = useState(false);
	useEffect(() => {
		let due: ReturnType<typeof setTimeout> | undefined;
		const compare = () => {
			due = undefined;
			const now = orderUnits(shown, tallyAt(cells), order);
			setOther(now.some((u, i) => u !== shown[i]));
		};
		compare();
		const off = cells.moved.subscribe(() => (due ??= setTimeout(compare, ORDER_LOOK_MS)));
		return () => {
			off();
			clearTimeout(due);
		};
	}, [cells, shown, order]);
	return (
		<span class="grid-hint" aria-live="polite">
			{other && (
				<button type="button" onClick={onAgain}>
					{t("ov.orderChanged")}
				</button>
			)}
		</span>
	);
}

type Spot = HTMLElement | undefined;

/** Moves the one Tab stop of the grid, by rows and columns; a column without a stop in that row is passed over. */
function useRoving() {
	const box = useRef<HTMLTableElement>(null);
	const stops = (row: Element): HTMLElement[] => [...row.querySelectorAll<HTMLElement>("[data-col]")];
	const hold = (el: HTMLElement) => {
		for (const old of box.current?.querySelectorAll('[data-col][tabindex="0"]') ?? []) old.setAttribute("tabindex", "-1");
		el.setAttribute("tabindex", "0");
	};
	useEffect(() => {
		const table = box.current;
		if (table && !table.querySelector('[data-col][tabindex="0"]')) table.querySelector("tbody [data-col]")?.setAttribute("tabindex", "0");
	});
	const key = (e: KeyboardEvent) => {
		const here = (e.target as HTMLElement).closest<HTMLElement>("[data-col]");
		const table = box.current;
		if (!here || !table || e.altKey || e.metaKey) return;
		const rows = [...table.rows];
		const r = rows.indexOf(here.closest("tr")!);
		const c = Number(here.dataset.col);
		const row = stops(rows[r]!);
		const i = row.indexOf(here);
		const column = (from: number, step: number, count: number): Spot => {
			let found: Spot;
			for (let at = from + step; at >= 0 && at < rows.length && count > 0; at += step) {
				const same = stops(rows[at]!).find((el) => Number(el.dataset.col) === c);
				if (same) {
					found = same;
					count--;
				}
			}
			return found;
		};
		const whole = e.ctrlKey;
		const to: Record<string, () => Spot> = {
			ArrowRight: () => row[i + 1],
			ArrowLeft: () => row[i - 1],
			ArrowDown: () => column(r, 1, 1),
			ArrowUp: () => column(r, -1, 1),
			PageDown: () => column(r, 1, PAGE_ROWS),
			PageUp: () => column(r, -1, PAGE_ROWS),
			Home: () => (whole ? stops(rows[0]!)[0] : row[0]),
			End: () => (whole ? stops(rows[rows.length - 1]!).pop() : row[row.length - 1]),
		};
		const next = to[e.key];
		if (!next) return;
		e.preventDefault();
		const el = next();
		if (!el) return;
		hold(el);
		el.focus();
	};
	const focus = (e: FocusEvent) => {
		const el = (e.target as HTMLElement).closest<HTMLElement>("[data-col]");
		if (el) hold(el);
	};
	return { box, key, focus };
}

/** What a cell says is shown to the pointer too; written there when it comes, not into each cell beforehand. */
function point(e: MouseEvent): void {
	const cell = (e.target as HTMLElement).closest<HTMLElement>("td");
	if (cell) cell.title = cell.querySelector(".unseen")?.textContent ?? "";
}

function Head({ col, by, order, onOrder, title, children }: { col: number; by: string; order: Order; onOrder: (o: Order) => void; title: string; children: preact.ComponentChildren }) {
	const on = order.replace(/^-/, "") === by;
	const back = order.startsWith("-");
	return (
		<th scope="col" aria-sort={on ? (back ? "ascending" : "descending") : undefined} class={col === 0 ? "grid-corner" : col === 1 ? "gc-total" : undefined}>
			<button type="button" class="grid-sort" tabIndex={-1} data-col={col} title={title} onClick={() => onOrder(on && !back ? `-${by}` : by)}>
				{children}
				<span class="grid-arrow" aria-hidden="true">
					{on ? (back ? "▲" : "▼") : "↕"}
				</span>
			</button>
		</th>
	);
}

export function Grid(p: GridProps) {
	const [again, setAgain] = useState(0);
	const shown = useMemo(() => orderUnits(p.units, tallyAt(p.cells), p.order), [p.cells, p.units, p.order, again]);
	const { box, key, focus } = useRoving();
	const head = { order: p.order, onOrder: p.onOrder };
	// The same elements again are not drawn again: those that fill a window come with the first picture, the rest behind it.
	const rows = useMemo(
		() =>
			shown.map((u) => (
				<tr key={u.code}>
					<th scope="row">
						<Link to={goesTo(u)} tabIndex={-1} data-col={0}>
							{nameOf(u)}
						</Link>
					</th>
					<TotalCell at={p.cells.total(u.code)} />
					{p.plans.map((plan, i) => (
						<Cell key={plan.code} at={p.cells.cell(u.code, plan.code)} unit={u} plan={plan} col={i + 2} />
					))}
				</tr>
			)),
		[shown, p.plans, p.cells],
	);
	const [whole, setWhole] = useState(rows.length <= FIRST_ROWS);
	useEffect(() => setWhole(true), []);
	return (
		<>
			<OrderHint cells={p.cells} shown={shown} order={p.order} onAgain={() => setAgain((n) => n + 1)} />
			<div class="grid-scroll">
				<table ref={box} class={p.plans.length < FEW ? "grid grid-few" : p.plans.length > MANY ? "grid grid-many" : "grid"} role="grid" aria-label={p.caption} onKeyDown={key} onFocusIn={focus} onMouseOver={point}>
					<thead>
						<tr>
							<Head {...head} col={0} by="name" title={t("ov.sortName")}>
								{t("ov.unit")}
							</Head>
							<Head {...head} col={1} by="worst" title={t("ov.rule")}>
								{t("ov.total")}
							</Head>
							{p.plans.map((plan, i) => (
								<Head {...head} key={plan.code} col={i + 2} by={plan.code} title={`${plan.name} · ${t("ov.sortPlan")}`}>
									<b>{plan.code}</b>
									<span class="grid-plan">{plan.name}</span>
								</Head>
							))}
						</tr>
					</thead>
					<tbody>
						{whole ? rows : rows.slice(0, FIRST_ROWS)}
					</tbody>
				</table>
			</div>
		</>
	);
}
