// SPDX-License-Identifier: Apache-2.0
// The rows of the lists that come from the centre, as the command line prints them. Free text is null without the
// right to it.
import type { Figure, List } from "./model";

export type StepWord = "raise" | "comment" | "answer" | "escalate" | "close" | "reopen";
export interface ObstacleStep {
	receipt: string;
	received_ms: number;
	unit: string | null; // null: the clock
	step: StepWord;
	on_behalf: boolean;
	addressee: string | null;
	resolves: boolean;
	text: string | null;
}
export interface ObstacleRow {
	receipt: string;
	raised_ms: number;
	unit: string;
	name: string;
	item: string | null;
	cause: string;
	fault: "own" | "outside" | null;
	solution_class: string | null;
	affects_rights: boolean;
	state: "open" | "answered" | "closed";
	addressee: string | null; // null: the list for the ministries
	answer_due: string | null;
	overdue: boolean;
	escalations: number;
	raised_late: boolean;
	closed_on: string | null;
	waiting_days: number;
	text: string | null;
	solution: string | null;
	steps: ObstacleStep[];
}
export interface AddresseeRow {
	unit: string | null;
	open: number;
	overdue: number;
	closed: number;
	days: number;
}
export interface Obstacles extends List<ObstacleRow> {
	addressees: AddresseeRow[];
}

export interface MissingRow {
	unit: string;
	name: string;
	path: string;
	item: string;
	due: string | null;
	overdue: boolean;
	late_days: number;
	waiting_days: number;
}
export interface CellRow extends MissingRow {
	state: "not_started" | "in_progress" | "done" | "value" | "none_arisen" | "na";
	percent: number | null;
	numerator: number | null;
	denominator: number | null;
	value: number | null;
	done_on: string | null;
	as_of: string | null;
	period: string | null;
	receipt: string | null;
	received_ms: number | null;
	expected: boolean;
	on_behalf: boolean;
	crossed: boolean;
	behind: boolean;
	done_late: boolean;
	accepted: boolean;
	corrected: boolean;
	first_due: string | null;
	unchanged_since: string | null;
	product_ref: string | null;
	note: string | null;
	reason: string | null;
	version: number;
}
export interface Explanation {
	figure: Figure;
	name: string;
	deadlines: { applicable: number; done_in_time: number; done_late: number; open_in_time: number; overdue: number };
	reported: CellRow[];
	missing: MissingRow[];
	unfinished: Figure[];
	more?: boolean; // there were more rows than an answer holds
}

export interface SilentRow {
	unit: string;
	name: string;
	head: string | null;
	contact: string | null;
	item: string;
	period: string;
	since: string;
	days: number;
	deadline: string;
	missing: boolean;
	last_received_ms: number | null;
}

export interface FindingRow {
	entry: number;
	recorded_ms: number;
	unit: string;
	name: string;
	item: string | null;
	rule: string;
	severity: number;
	document: string | null;
	remedy_by: string | null;
	closed_on: string | null;
	overdue: boolean;
	text: string | null;
}
export interface RequestRow {
	receipt: string;
	received_ms: number;
	unit: string;
	name: string;
	item: string;
	kind: "extension" | "not_applicable";
	date: string;
	date_to: string | null;
	decided_entry: number | null;
	granted: boolean | null;
	granted_date: string | null;
	reason: string | null;
	answer: string | null;
}
