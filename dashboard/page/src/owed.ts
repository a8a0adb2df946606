// SPDX-License-Identifier: Apache-2.0
// owed: single reports that were owed, with their proof (rows of `slots`), and who owes some now (`silent`). Pure.
import type { SilentRow } from "./model_lists";
import { VERDICTS, type Verdict } from "./matrix";

// ---- proof ----

export interface Slot {
	unit: string;
	name: string;
	kind: string;
	head: string | null;
	contact: string | null;
	item: string;
	item_name: string;
	schedule: string;
	period: string;
	deadline: string | null;
	state: Verdict;
	frozen: boolean;
	decided: boolean;
	receipt: string | null;
	received_ms: number | null;
	first_received_ms: number | null;
	sealed_ms: number | null;
	attempts: number | null;
	on_behalf: boolean;
	as_of: string | null;
	report: SlotReport | null;
	after: number;
}

/** What the standing report says; figures that its kind has not are null. */
export interface SlotReport {
	state: string;
	percent: number | null;
	numerator: number | null;
	denominator: number | null;
	value: number | null;
}

/** What needs a call first. */
export function slotsWorstFirst(rows: readonly Slot[]): Slot[] {
	return [...rows].sort((a, b) => VERDICTS.indexOf(a.state) - VERDICTS.indexOf(b.state) ||
		a.unit.localeCompare(b.unit) || a.item.localeCompare(b.item));
}

/** The offices that have not reported, each once. */
export function toCall(rows: readonly Slot[]): Slot[] {
	return [...new Map(rows.filter((s) => s.state === "missing").map((s) => [s.unit, s])).values()];
}

/** When the centre first had it: what the verdict was judged by. */
export function judgedBy(s: Slot): number | null {
	return s.first_received_ms ?? s.received_ms;
}

// ---- who is silent ----

export interface SilentOffice {
	unit: string;
	name: string;
	head: string | null;
	contact: string | null;
	since: string;
	days: number;
	missing: number;
	last: number | null;
	rows: SilentRow[];
}

/** Overdue first, then silent for the longest, then for the most. */
export function silentOffices(rows: readonly SilentRow[]): SilentOffice[] {
	const made = new Map<string, SilentOffice>();
	for (const r of rows) {
		let o = made.get(r.unit);
		if (!o)
			made.set(r.unit, o = { unit: r.unit, name: r.name, head: r.head, contact: r.contact, since: r.since,
				days: r.days, missing: 0, last: null, rows: [] });
		o.rows.push(r);
		o.missing += r.missing ? 1 : 0;
		if (r.since < o.since) [o.since, o.days] = [r.since, r.days];
		if (r.last_received_ms !== null)
			o.last = Math.max(o.last ?? 0, r.last_received_ms);
	}
	return [...made.values()].sort((a, b) => Number(b.missing > 0) - Number(a.missing > 0) || a.since.localeCompare(b.since) ||
		b.rows.length - a.rows.length || a.unit.localeCompare(b.unit));
}

/** A contact as a link: mailto: for an address, tel: for digits; null = neither, show it as text only. */
export function contactLink(contact: string): string | null {
	const text = contact.trim();
	if (/^[^\s@<>"?&]+@[^\s@<>"?&]+$/.test(text)) return "mailto:" + text;
	const digits = text.replace(/[\s.()-]/g, "");
	return /^\+?\d{3,15}$/.test(digits) ? "tel:" + digits : null;
}
