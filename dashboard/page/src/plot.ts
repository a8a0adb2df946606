// SPDX-License-Identifier: Apache-2.0
// Where the lines and the numbers of a small chart go. Pure: days and values in, places out.

const DAY_MS = 86_400_000;
const MONTHS = [1, 2, 3, 6, 12, 24, 60];
const DAYS = [1, 2, 7, 14];

export const dayNumber = (iso: string): number => Math.round(Date.parse(`${iso}T00:00:00Z`) / DAY_MS);
const isoOf = (day: number): string => new Date(day * DAY_MS).toISOString().slice(0, 10);

/** Values beside the upright axis: from 0 to at least `top`, at most `most` steps of 1, 2 or 5 x 10^k x `unit`. */
export function ticks(top: number, most: number, unit = 1): number[] {
	let step = unit;
	for (let i = 0; top > step * most; i++) step = unit * [1, 2, 5][(i + 1) % 3]! * 10 ** Math.floor((i + 1) / 3);
	const n = Math.max(1, Math.ceil(top / step));
	return Array.from({ length: n + 1 }, (_, i) => i * step);
}

/** Days below the other axis, at most `most`: every so many days, or beginnings of months when it is long. */
export function dayTicks(from: string, to: string, most: number): string[] {
	const a = dayNumber(from);
	const b = dayNumber(to);
	const every = DAYS.find((d) => (b - a) / d <= most);
	if (every) return Array.from({ length: Math.floor((b - a) / every) + 1 }, (_, i) => isoOf(a + i * every));
	const all: string[] = [];
	const [y, m] = from.split("-").map(Number) as [number, number];
	const first = (k: number) => isoOf(Math.round(Date.UTC(y, m - 1 + k, 1) / DAY_MS));
	for (let k = from.endsWith("-01") ? 0 : 1; first(k) <= to; k++) all.push(first(k));
	const step = MONTHS.find((n) => all.length / n <= most) ?? Math.ceil(all.length / most);
	return all.filter((_, i) => i % step === 0);
}

/** A path of steps: a value stands until the next one; null breaks it. */
export function steps(xs: readonly number[], ys: readonly (number | null | undefined)[]): string {
	let d = "";
	let open = false;
	xs.forEach((x, i) => {
		const y = ys[i];
		if (y == null) {
			if (open) d += `H${x}`;
			open = false;
		} else {
			d += open ? `H${x}V${y}` : `M${x} ${y}`;
			open = true;
		}
	});
	return d;
}

/** The one of `xs` (ascending) that stands at x: the last that is not behind it. */
export function standing(xs: readonly number[], x: number): number {
	let i = xs.length - 1;
	while (i > 0 && xs[i]! > x) i--;
	return i;
}
