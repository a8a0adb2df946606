// SPDX-License-Identifier: Apache-2.0
// All figures of one unit, each in a store of its own, kept fresh by the line: who shows one figure is drawn again by
// that figure alone.
import { useEffect, useRef, useState } from "preact/hooks";
import type { ApiError } from "./api";
import { expand } from "./brief";
import { live } from "./live";
import type { Figure, Figures } from "./model";
import { store, type Store } from "./store";
import { useApi, useLive } from "./use";

/** A figure and when it last changed: how old what it says is. */
export type Aged = Figure & { changed_ms: number | null };

export interface UnitFigures {
	loaded: boolean;
	stores: ReadonlyMap<string, Store<Aged>>;
	error: ApiError | null;
	reload: () => void;
}

/** `moved` is told which items of the unit have just changed. */
export function useFigures(code: string, moved?: (items: string[]) => void): UnitFigures {
	const { data, error, reload } = useApi<Figures>("figures", { unit: code });
	const [stores, setStores] = useState<ReadonlyMap<string, Store<Aged>>>(new Map());
	const now = useRef(stores);
	const epoch = useRef(-1);
	useEffect(() => {
		if (!data) return;
		const known = now.current;
		const anew = epoch.current !== live.epoch.get(); // after a resync lower versions are right: the centre may have been restored
		epoch.current = live.epoch.get();
		const figures: Aged[] = data.figures
			.filter((f) => f.cells.expected + f.indicators.expected > 0)
			.map((f) => ({ ...f, changed_ms: data.changed?.[f.item] ?? null })); // a target alone asks nothing of it
		let same = figures.length === known.size;
		const next = new Map<string, Store<Aged>>();
		for (const f of figures) {
			const s = known.get(f.item);
			if (!s) same = false;
			else if (anew || s.get().version < f.version || s.get().generation !== f.generation || s.get().at !== f.at) s.set(f); // else what moved meanwhile stays
			next.set(f.item, s ?? store(f));
		}
		if (same) return;
		now.current = next;
		setStores(next);
	}, [data]);
	useLive(code, 1, (g) => {
		if (g.unit !== code) return;
		const hit: string[] = [];
		for (const b of g.figures) {
			const s = now.current.get(b.i);
			if (!s) {
				if (b.r?.[1]) return reload(); // expected since just now
				continue;
			}
			const f = s.get();
			if ((b.v ?? 0) <= f.version) continue;
			s.set({ ...expand(b, f), changed_ms: b.m ?? g.time_ms });
			hit.push(b.i);
		}
		if (hit.length) moved?.(hit);
	});
	return { loaded: data !== null, stores, error: data ? null : error, reload };
}
