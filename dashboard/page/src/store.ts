// SPDX-License-Identifier: Apache-2.0
// A value that tells who looks at it when it changes: a component that reads one with useStore is drawn again by
// that change alone, and not its parents. A grid keeps one for each cell.
import { useEffect, useState } from "preact/hooks";

export interface Store<T> {
	get(): T;
	set(value: T): void;
	subscribe(fn: (value: T) => void): () => void;
}

export function store<T>(initial: T): Store<T> {
	let value = initial;
	const listeners = new Set<(value: T) => void>();
	return {
		get: () => value,
		set(next) {
			if (Object.is(next, value)) return;
			value = next;
			for (const fn of [...listeners]) fn(next);
		},
		subscribe(fn) {
			listeners.add(fn);
			return () => void listeners.delete(fn);
		},
	};
}

export function useStore<T>(s: Store<T>): T {
	const [, redraw] = useState(0);
	const seen = s.get();
	useEffect(() => {
		const look = () => redraw((n) => n + 1);
		if (s.get() !== seen) look(); // it changed between drawing and listening
		return s.subscribe(look);
	}, [s]);
	return seen;
}
