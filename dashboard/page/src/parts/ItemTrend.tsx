// SPDX-License-Identifier: Apache-2.0
// How one item went at one unit. The picture is loaded when it is first wanted.
import { useMemo } from "preact/hooks";
import { date, int, percent, points } from "../format";
import type { Figure, Item, List } from "../model";
import { itemLines, type Lines } from "../trend";
import { useApi, useServer } from "../use";
import { useOthers } from "../use_others";
import { nameOf, t, type Key } from "../words";
import { Empty, Loading } from "./Empty";
import { ErrorBox } from "./ErrorBox";
import type { Facts } from "./Trend";

function facts(l: Lines): Facts {
	const show = l.what === "percent" ? percent : l.what === "points" ? points : int;
	const first = t(`trend.${l.what}` satisfies Key);
	const n = l.days.length - 1;
	const second = l.by === null ? null : l.by === "target" ? t("unit.target") : t("state.overdue");
	const end = l.by === null ? "" : `; ${second} ${show(l.second[n])}`;
	const whole = t("trend.words", { what: first, from: date(l.days[0]), to: date(l.days[n]), a: show(l.first[0]), b: show(l.first[n]) }) + end;
	return { days: l.days, done: l.first, overdue: l.second, of: 0, said: { first, second, whole, show, scale: l.what === "percent" || l.what === "points" ? 100 : 1 } };
}

export function ItemTrend({ unit, item }: { unit: string; item: Item }) {
	const today = useServer((s) => s?.today ?? null);
	const { data, error, reload } = useApi<List<{ date: string; figure: Figure }>>("series", { unit, item: item.code });
	const { others } = useOthers("trend"); // when it does not come, the words below say it, too
	const drawn = useMemo(() => {
		const l = data && itemLines(item, data.rows, today);
		return l ? facts(l) : null;
	}, [data, item, today]);
	if (error && !data) return error.status === 404 ? <Empty>{t("unit.trendNone")}</Empty> : <ErrorBox error={error} reload={reload} />;
	if (!data) return <Loading />;
	if (!drawn) return <Empty>{t("unit.trendNone")}</Empty>;
	return others ? <others.Trend facts={drawn} title={`${t("unit.trend")}: ${nameOf(item)}`} /> : <p class="note">{drawn.said!.whole}</p>;
}
