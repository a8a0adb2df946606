// SPDX-License-Identifier: Apache-2.0
/*
 * board: obstacles as a board: which column, how old, with whom and since when, in which order. Pure; "today" is the
 * day of the centre, never of this browser.
 */
import type { ObstacleRow, AddresseeRow } from "./model_lists";
import { fold } from "./fold";
import { daysBetween, dayOf } from "./format";

export type Stage = "waiting" | "overdue" | "answered" | "closed";
export const STAGES: readonly Stage[] = ["overdue", "waiting", "answered", "closed"];
export type Order = "age" | "due" | "new";
/** How the list for the ministries is named in filters and addresses: no unit can bear this code. */
export const MINISTRY = "@";

export interface Wanted {
	addressee?: string;
	cause?: string;
	item?: string;
	text?: string;
}

export function stage(o: ObstacleRow): Stage {
	if (o.state === "closed") return "closed";
	if (o.state === "answered") return "answered";
	return o.overdue ? "overdue" : "waiting";
}

export function addressee(o: { addressee: string | null }): string {
	return o.addressee ?? MINISTRY;
}

/** When it came to lie where it lies: raised, climbed or reopened last. An old centre may send no steps: when it was raised. */
export function since(o: ObstacleRow): number {
	let at = o.raised_ms;
	for (const s of o.steps)
		if (s.step === "raise" || s.step === "escalate" || s.step === "reopen") at = Math.max(at, s.received_ms);
	return at;
}

/** Whole days from the day it was raised to the day it was closed, or to today. */
export function age(o: ObstacleRow, today: string): number {
	return Math.max(0, daysBetween(dayOf(o.raised_ms), o.closed_on ?? today));
}

/** Days left until the answer is due, negative when it is past; null when no clock runs. */
export function daysLeft(o: ObstacleRow, today: string): number | null {
	return o.answer_due === null ? null : daysBetween(today, o.answer_due);
}

function compare(order: Order): (a: ObstacleRow, b: ObstacleRow) => number {
	const oldest = (a: ObstacleRow, b: ObstacleRow) => b.waiting_days - a.waiting_days || a.raised_ms - b.raised_ms;
	if (order === "new") return (a, b) => b.raised_ms - a.raised_ms;
	if (order === "due")
		return (a, b) => {
			const x = a.answer_due ?? "9", y = b.answer_due ?? "9";
			return x < y ? -1 : x > y ? 1 : oldest(a, b);
		};
	return oldest;
}

/** `inside(code, top)` says whether an item lies at or below another one. */
export function pick(rows: readonly ObstacleRow[], want: Wanted, order: Order,
		     inside: (code: string, top: string) => boolean): ObstacleRow[] {
	const words = fold(want.text ?? "").split(/\s+/).filter(Boolean);
	return rows
		.filter((o) => (!want.addressee || addressee(o) === want.addressee) && (!want.cause || o.cause === want.cause) &&
			(!want.item || inside(o.item ?? "", want.item)) && holds(o, words))
		.sort(compare(order));
}

function holds(o: ObstacleRow, words: string[]): boolean {
	if (!words.length) return true;
	const text = fold([o.name, o.unit, o.item, o.receipt, o.text, o.solution].filter(Boolean).join(" "));
	return words.every((w) => text.includes(w));
}

export function columns(rows: readonly ObstacleRow[]): Record<Stage, ObstacleRow[]> {
	const out: Record<Stage, ObstacleRow[]> = { overdue: [], waiting: [], answered: [], closed: [] };
	for (const o of rows) out[stage(o)].push(o);
	return out;
}

/** What occurs in a list, with how often, most first: the choices of a filter. */
export function choices(rows: readonly ObstacleRow[], key: (o: ObstacleRow) => string | null): [string, number][] {
	const n = new Map<string, number>();
	for (const o of rows) {
		const k = key(o);
		if (k) n.set(k, (n.get(k) ?? 0) + 1);
	}
	return [...n].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
}

/** Days to unblock in hundredths, rounded half up; null without one that was closed. */
export function unblock(a: AddresseeRow): number | null {
	return a.closed ? Math.floor((a.days * 200 + a.closed) / (2 * a.closed)) : null;
}

/** Who has most overdue first, then most waiting, then slowest. */
export function worstFirst(rows: readonly AddresseeRow[]): AddresseeRow[] {
	return [...rows].sort((a, b) => b.overdue - a.overdue || b.open - a.open || (unblock(b) ?? -1) - (unblock(a) ?? -1));
}

/** Of a unit's obstacles: those it raised itself or somebody below it did, and those that wait for it to act. */
export function ofUnit(rows: readonly ObstacleRow[], unit: string): { raised: ObstacleRow[]; waits: ObstacleRow[] } {
	const open = rows.filter((o) => o.state !== "closed").sort(compare("age"));
	return { raised: open, waits: open.filter((o) => o.state === "open" && o.addressee === unit) };
}
