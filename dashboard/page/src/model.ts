// SPDX-License-Identifier: Apache-2.0
// What the gateway answers (its /api/v1/): integers only, absent = null, dates "yyyy-mm-dd", times in ms since 1970
// (`_ms`), rates in basis points (`_bp`).

export type Date8 = string; // "2024-04-02"

export interface UnitName {
	code: string;
	name: string;
	name_en: string | null;
}

export interface State {
	generation: string; // "hex:fold:entry"
	version: number;
	time_ms: number | null; // the centre's clock, at its last heartbeat
	today: Date8 | null;
	live: boolean; // between the gateway and the centre
	cut_since_ms: number | null;
	cut_reason: "away" | "refused" | "revoked" | null;
	stale: boolean;
	illustrative: boolean;
	simulated: boolean;
	root: UnitRef; // a gateway that has no figures yet says null; live.ts takes no such state
	software: string;
	clients: number;
}

export type UnitKind = "central" | "province" | "department" | "district" | "commune" | "other";

export interface UnitRef extends UnitName {
	kind: UnitKind;
}

export interface Unit extends UnitRef {
	type: string | null;
	head: string | null;
	contact: string | null;
	closed: Date8 | null;
	group: boolean;
	path: UnitRef[]; // the root first, itself last
	children: number;
}

/** One figure, small. Members that are all zero or null are left out. */
export interface Brief {
	i: string; // item
	v?: number; // version
	m?: number; // changed_ms: when it last changed, by the centre's clock; reports in it may be older
	l?: [number, number, number, number, number]; // task leaves: unreported, not_started, in_progress, done, na
	c?: [number, number, number, number, number]; // cells of tasks, the same
	k?: [number, number, number, number, number]; // indicators: unreported, value, none, na, at_target
	d?: [number, number, number]; // done_late, overdue, behind
	r?: [number, number]; // reported, expected
	n?: [number | null, number | null]; // numerator, denominator
	x?: number | null; // value
	p?: number | null; // percent_bp
	t?: [number | null, 0 | 1 | null]; // target, reached
	a?: number | null; // attainment_bp
	s?: [number | null, number, number]; // score_bp, leaves, leaves_of
}

export interface Counts {
	expected: number;
	unreported: number;
	not_started: number;
	in_progress: number;
	done: number;
	na: number;
}

export interface Indicators {
	expected: number;
	unreported: number;
	value: number;
	none: number;
	na: number;
	at_target: number;
}

/** One figure whole: what `tiendo get --json` prints. */
export interface Figure {
	unit: string;
	item: string;
	period: string | null;
	at: Date8 | null;
	illustrative: boolean;
	simulated: boolean;
	cells: Counts;
	leaves: Counts;
	indicators: Indicators;
	done_late: number;
	overdue: number;
	behind: number;
	reported: number;
	expected: number;
	numerator: number | null;
	denominator: number | null;
	value: number | null;
	percent_bp: number | null;
	target: number | null;
	target_reached: boolean | null;
	attainment_bp: number | null;
	score_bp: number | null;
	score_leaves: number;
	score_leaves_of: number;
	version: number;
	generation: string;
}

export type ItemKind = "plan" | "group" | "ratio_group" | "task" | "ratio" | "count" | "points";

export interface Item extends UnitName {
	parent: string | null;
	plan: string;
	kind: ItemKind;
	leaf: boolean;
	doc_no: string | null;
	issuer: string | null;
	owner: string | null;
	lead: string | null;
	coop: string | null;
	person: string | null;
	product: string | null;
	product_unit: string | null;
	start: Date8 | null;
	due: Date8 | null;
	answer: string | null;
	schedule: string | null;
	measure: string | null;
	aggregate: string | null;
	num_def: string | null;
	den_def: string | null;
	uom: string | null;
	target: number | null;
	direction: string | null;
	flags: ("trong_tam" | "dp_chu_tri" | "watch" | "own_work")[];
	weight: number;
	closed: Date8 | null;
}

export type Role = "leader" | "staff" | "operator";

export interface Session {
	user: string | null;
	role: Role | null;
	unit: string | null;
	text: boolean;
	public: boolean;
	csrf: string | null;
}

export interface Items {
	state: State;
	items: Item[];
}

export interface BoardRow {
	unit: UnitRef;
	plans: Brief[];
}

export interface Board {
	state: State;
	unit: Unit;
	compare: Date8 | null;
	plans: Brief[];
	inner: Brief[];
	rows: BoardRow[];
	offices: { expected: number; reported: number };
}

export interface TreeNode extends UnitName {
	parent: string | null;
	b: Brief;
}

export interface Tree {
	state: State;
	nodes: TreeNode[];
}

export interface UnitAnswer {
	state: State;
	unit: Unit;
	children: UnitRef[];
	groups: UnitName[];
}

export interface Figures {
	state: State;
	unit: string;
	figures: Figure[];
	next: string | null; // of a page; what api.ts gives is whole
	changed: Record<string, number | null>; // by item: when it last changed
}

export interface Below {
	state: State;
	unit: Unit;
	item: string;
	figure: Figure;
	changed_ms: number | null; // when it last changed; reports in it may be older
	rows: { unit: UnitRef; figure: Figure; changed_ms: number | null }[];
}

export interface Found {
	units: (UnitRef & { under: string[] })[];
	items: (UnitName & { plan: string })[];
}

export interface At {
	at: Date8;
	figures: Figure[];
}

/** What every list has around its rows, as the command line prints it. */
export interface List<Row> {
	question: string;
	unit: string | null;
	item: string | null;
	period: string | null;
	at: Date8;
	illustrative: boolean;
	simulated: boolean;
	generation: string;
	more?: boolean;
	rows: Row[];
}

/** A unit that moved: event `grain`, and a row of /recent. */
export interface Grain {
	unit: string;
	path: string; // "VN/40/412/"; of a group "G/CODE/"
	name: string;
	name_en: string | null;
	plan: string;
	version: number;
	previous: number;
	time_ms: number;
	own: boolean; // the unit reports items of this plan itself
	figures: Brief[];
	before?: Brief[]; // with `own`: what the same figures were
}

export interface Recent {
	events: Grain[];
}
