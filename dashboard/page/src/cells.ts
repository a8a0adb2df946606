// SPDX-License-Identifier: Apache-2.0
// The figures of one board - a unit and those directly below, by plan - each with listeners of its own: what moves
// tells its cell and the total of its row, and nobody else. Older news than what is held is dropped; the same figure
// under a newer version tells nobody.
import { expand, sum, type Sum } from "./brief";
import type { Board, Brief, Figure, Grain, UnitRef } from "./model";
import { store, type Store } from "./store";

export const NOTHING: Sum = sum([]);

interface Held {
	said: string; // the figure without its version, to tell a change from a repetition
	version: number;
	changed_ms: number | null; // when it last changed
	at: Store<Figure | null>;
}

export function makeCells() {
	const units = new Map<string, Map<string, Held>>();
	const totals = new Map<string, Store<Sum>>();
	const moved = store(0);
	let plans: ReadonlySet<string> = new Set();

	function held(unit: string, plan: string): Held {
		let row = units.get(unit);
		if (!row) units.set(unit, (row = new Map()));
		let h = row.get(plan);
		if (!h) row.set(plan, (h = { said: "", version: 0, changed_ms: null, at: store<Figure | null>(null) }));
		return h;
	}

	/** True when it says something new. */
	function put(unit: string, plan: string, b: Brief | undefined, version: number): boolean {
		const h = held(unit, plan);
		const v = b?.v ?? version;
		if (v < h.version) return false;
		h.version = v;
		h.changed_ms = b?.m ?? null;
		const said = b ? JSON.stringify({ ...b, v: 0, m: 0 }) : "";
		if (said === h.said) return false;
		h.said = said;
		h.at.set(b ? expand(b, { unit }) : null);
		return true;
	}

	function addUp(unit: string): Sum {
		const row = units.get(unit);
		return row ? sum([...row.values()].flatMap((h) => h.at.get() ?? [])) : NOTHING;
	}

	function loadUnit(unit: string, briefs: readonly Brief[], version: number): boolean {
		let changed = false;
		const seen = new Set<string>();
		for (const b of briefs) {
			seen.add(b.i);
			changed = put(unit, b.i, b, version) || changed;
		}
		for (const plan of units.get(unit)?.keys() ?? []) if (!seen.has(plan)) changed = put(unit, plan, undefined, version) || changed;
		if (changed) totals.get(unit)?.set(addUp(unit));
		return changed;
	}

	return {
		/** Grows with every change; says not which. */
		moved,
		/** All of a board, again and again: only what differs is told. */
		load(b: Board): void {
			plans = new Set(b.plans.map((p) => p.i));
			let changed = loadUnit(b.unit.code, b.plans, b.state.version);
			for (const r of b.rows) changed = loadUnit(r.unit.code, r.plans, b.state.version) || changed;
			if (changed) moved.set(moved.get() + 1);
		},
		/** An event. Of a unit or plan that is not on the board nothing is kept; then the answer is false. */
		take(g: Grain): boolean {
			if (!units.has(g.unit)) return false;
			const b = g.figures.find((f) => f.i === g.plan);
			if (!b) return plans.has(g.plan);
			if (put(g.unit, g.plan, b, g.version)) {
				totals.get(g.unit)?.set(addUp(g.unit));
				moved.set(moved.get() + 1);
			}
			return plans.has(g.plan);
		},
		cell: (unit: string, plan: string): Store<Figure | null> => held(unit, plan).at,
		figure: (unit: string, plan: string): Figure | null => units.get(unit)?.get(plan)?.at.get() ?? null,
		/** When the figure last changed: of one plan, or of the unit's newest; null: not known. */
		changed(unit: string, plan?: string): number | null {
			const row = units.get(unit);
			const of = plan ? [row?.get(plan)] : [...(row?.values() ?? [])];
			return of.reduce<number | null>((newest, h) => (h?.changed_ms != null && h.changed_ms > (newest ?? 0) ? h.changed_ms : newest), null);
		},
		/** All plans of a unit added up. */
		total(unit: string): Store<Sum> {
			let s = totals.get(unit);
			if (!s) totals.set(unit, (s = store(addUp(unit))));
			return s;
		},
	};
}

export type Cells = ReturnType<typeof makeCells>;

/** Those of the units that anything is expected of. */
export function withWork(cells: Cells, units: readonly UnitRef[]): UnitRef[] {
	return units.filter((u) => cells.total(u.code).get().expected > 0);
}
