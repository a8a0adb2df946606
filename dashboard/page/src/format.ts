// SPDX-License-Identifier: Apache-2.0
// Numbers, dates and times as people read them here, in the page's language. Integers only: a rate comes as basis
// points and is never computed in floating point. What is not there is NONE, not 0.
import { lang } from "./lang";

export const NONE = "–";
const OFFICE_MS = 7 * 3_600_000; // the office's clock is UTC+7, wherever the browser is
const DAY_MS = 86_400_000;

type Maybe = number | null | undefined;

const english = () => lang.get() === "en";
const point = () => (english() ? "." : ",");
const pad = (n: number, digits = 2) => String(n).padStart(digits, "0");

/** 1387 -> "1.387" */
export function int(n: Maybe): string {
	if (n == null) return NONE;
	const digits = String(Math.abs(n)).replace(/\B(?=(\d{3})+$)/g, english() ? "," : ".");
	return n < 0 ? `−${digits}` : digits;
}

function hundredths(n: number, both: boolean): string {
	const whole = int(Math.trunc(Math.abs(n) / 100));
	const rest = Math.abs(n) % 100;
	const sign = n < 0 ? "−" : "";
	if (rest === 0 && !both) return sign + whole;
	return sign + whole + point() + (both || rest % 10 ? pad(rest) : String(rest / 10));
}

/** 9843 -> "98,43 %", 560 -> "5,60 %", 5000 -> "50 %": as the command line writes them. */
export function percent(bp: Maybe): string {
	return bp == null ? NONE : `${hundredths(bp, bp % 100 !== 0)}\u00a0%`;
}

/** 8750 -> "87,5": points, which come as hundredths. */
export function points(n: Maybe): string {
	return n == null ? NONE : hundredths(n, false);
}

/** "6/38" */
export function ofN(n: Maybe, of: Maybe): string {
	return `${int(n)}/${int(of)}`;
}

/** "98,43 % (63/64)"; NONE when nothing is expected: never a rate without its n of N. */
export function rate(bp: Maybe, n: Maybe, of: Maybe): string {
	return bp == null || !of ? NONE : `${percent(bp)} (${ofN(n, of)})`;
}

/** n of N in basis points, half up, but never 10000 when n < N nor 0 when n > 0 (docs/FIGURES.md). */
export function rateBp(n: number, of: number): number | null {
	if (of <= 0) return null;
	const bp = Math.floor((n * 20_000 + of) / (2 * of));
	if (bp === 10_000 && n < of) return 9_999;
	return bp === 0 && n > 0 ? 1 : bp;
}

/** "2024-04-02" -> "02/04/2024" */
export function date(iso: string | null | undefined): string {
	if (!iso) return NONE;
	const [y, m, d] = iso.split("-");
	return english() ? iso : `${d}/${m}/${y}`;
}

/** "2024-04-02" -> "02/04" */
export function shortDate(iso: string | null | undefined): string {
	if (!iso) return NONE;
	const [, m, d] = iso.split("-");
	return english() ? `${m}-${d}` : `${d}/${m}`;
}

const office = (ms: number) => new Date(ms + OFFICE_MS);
const clockOf = (t: Date) => `${pad(t.getUTCHours())}:${pad(t.getUTCMinutes())}:${pad(t.getUTCSeconds())}`;

/** The office's day of a time, "2024-04-02". */
export function dayOf(ms: number): string {
	return office(ms).toISOString().slice(0, 10);
}

/** "12:00:05", on the office's clock */
export function clock(ms: Maybe): string {
	return ms == null ? NONE : clockOf(office(ms));
}

/** "02/04/2024 12:00:05" */
export function time(ms: Maybe): string {
	return ms == null ? NONE : `${date(dayOf(ms))} ${clock(ms)}`;
}

/** "12:00:05" when it was today, the whole time otherwise. */
export function timeSince(ms: Maybe, today: string | null | undefined): string {
	return ms != null && today && dayOf(ms) === today ? clock(ms) : time(ms);
}

/** Calendar days from one date to another. */
export function daysBetween(from: string, to: string): number {
	return Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / DAY_MS);
}

/** "3 ngày" / "3 days" */
export function days(n: Maybe): string {
	if (n == null) return NONE;
	return english() ? `${int(n)} ${n === 1 ? "day" : "days"}` : `${int(n)} ngày`;
}

/** How long ago in one unit: "5 giây", "12 phút", "3 giờ", "2 ngày". */
export function age(ms: Maybe): string {
	if (ms == null) return NONE;
	const s = Math.max(0, Math.floor(ms / 1000));
	const steps: [number, string, string][] = [
		[86_400, "ngày", "day"],
		[3_600, "giờ", "hour"],
		[60, "phút", "minute"],
		[1, "giây", "second"],
	];
	const [size, vi, en] = steps.find(([size]) => s >= size) ?? steps[3]!;
	const n = Math.floor(s / size);
	return english() ? `${int(n)} ${en}${n === 1 ? "" : "s"}` : `${int(n)} ${vi}`;
}

/** A change with its sign and arrow: "▲ +3", "▼ −2", "= 0". */
export function delta(n: Maybe, show: (n: Maybe) => string = int): string {
	if (n == null) return NONE;
	if (n === 0) return `= ${show(0)}`;
	return n > 0 ? `▲ +${show(n)}` : `▼ ${show(n)}`;
}

/** A period's code for people: 2024-04a "kỳ 1 tháng 4/2024". What has no rule is shown as it is. */
export function period(code: string | null | undefined): string {
	if (!code) return NONE;
	const en = english();
	const m = /^(\d{4})(?:-(?:(\d\d)([abx]?)|Q([1-4])(x?)|W(\d\d)))?$/.exec(code);
	if (!m) return code;
	const [, y, month, half, quarter, shifted, week] = m;
	const mid = en ? " (15th to 14th)" : " (15–14)";
	if (month) {
		if (half === "a" || half === "b") return en ? `${half === "a" ? "1st" : "2nd"} half of ${y}-${month}` : `kỳ ${half === "a" ? 1 : 2} tháng ${+month}/${y}`;
		return (en ? `${y}-${month}` : `tháng ${+month}/${y}`) + (half ? mid : "");
	}
	if (quarter) return (en ? `Q${quarter} ${y}` : `quý ${quarter}/${y}`) + (shifted ? mid : "");
	if (week) return en ? `week ${+week} of ${y}` : `tuần ${+week}/${y}`;
	return en ? y! : `năm ${y}`;
}
