// SPDX-License-Identifier: Apache-2.0
// say: one figure as a few words, for a line of events. A rate is never without its n of N.
import { int, ofN, percent, points, rate } from "./format";
import type { Brief, ItemKind } from "./model";
import { t, type Key } from "./words";

const STATES = ["unreported", "not_started", "in_progress", "done", "na"] as const;

const total = (five: readonly number[] | undefined): number => (five ?? []).reduce((a, n) => a + n, 0);

/** One office's own task: its state, and how far it is. */
function task(b: Brief): string {
	const state = STATES[(b.c ?? []).findIndex((n) => n > 0)] ?? "na";
	const far = state === "in_progress" && b.a != null ? ` ${percent(b.a)}` : "";
	const said = [t(`state.${state}` satisfies Key) + far];
	if (b.d?.[1]) said.push(t("state.overdue"));
	else if (b.d?.[2]) said.push(t("say.behindOne"));
	return said.join(", ");
}

/** Tasks of many offices, or of many leaves: how many are done of all, what is late, who has reported. */
function tasks(b: Brief): string[] {
	const leaves = total(b.l);
	const cells = total(b.c);
	const said: string[] = [];
	if (leaves > 1) said.push(t("say.done", { n: b.l![3], of: leaves - b.l![4] }));
	else if (cells) said.push(t("say.done", { n: b.c![3], of: cells - b.c![4] }));
	if (b.d?.[1]) said.push(t("say.overdue", { n: b.d[1] }));
	if (b.d?.[2]) said.push(t("say.behind", { n: b.d[2] }));
	return said;
}

function value(b: Brief, kind: ItemKind): string[] {
	const target = b.t?.[0] ?? null;
	const shown = (n: number) => (kind === "points" ? points(n) : int(n));
	if (b.p != null && b.n) return [rate(b.p, b.n[0], b.n[1])];
	if (b.x == null) return [];
	return [shown(b.x) + (target === null ? "" : ` (${t("say.target", { n: shown(target) })})`)];
}

export function say(b: Brief, kind: ItemKind): string {
	const cells = total(b.c);
	const numbers = total(b.k?.slice(0, 4)); // the fifth is part of them
	const known = value(b, kind);
	const said = cells === 1 && !numbers ? [task(b)] : [...known, ...tasks(b)];
	if (numbers === 1 && !cells && !known.length) said.push(b.k![2] ? t("say.none_arisen") : b.k![3] ? t("state.na") : t("state.unreported"));
	if (cells + numbers > 1 && b.r && b.r[1]) said.push(t("say.reported", { n: b.r[0], of: b.r[1] }));
	return said.filter((s) => s && s !== "–").join(" · ") || (cells || numbers ? ofN(b.r?.[0] ?? 0, b.r?.[1] ?? 0) : t("say.nothing"));
}
