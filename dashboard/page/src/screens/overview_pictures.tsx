// SPDX-License-Identifier: Apache-2.0
// The treemap and the trend: of one plan, and asked for and loaded only when the reader comes near.
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { Empty } from "../parts/Empty";
import { ErrorBox } from "../parts/ErrorBox";
import { Legend } from "../parts/Look";
import type { Figure, List, Tree, Unit } from "../model";
import { trendOf } from "../overview";
import type { Store } from "../store";
import { useApi } from "../use";
import { useOthers } from "../use_others";
import { nameOf, t } from "../words";

const NEAR = "600px"; // below the edge of the window: loaded before it is seen
const MOVED_MS = 10_000; // how often, at most, a picture of what moves is drawn anew

/** True from when the place comes near. */
function useNear() {
	const at = useRef<HTMLElement>(null);
	const [near, setNear] = useState(false);
	useEffect(() => {
		if (near || !at.current) return;
		const seen = new IntersectionObserver((e) => e.some((x) => x.isIntersecting) && setNear(true), { rootMargin: NEAR });
		seen.observe(at.current);
		return () => seen.disconnect();
	}, [near]);
	return { at, near };
}

/** Grows a while after something moved; what moves meanwhile draws nothing. */
function useMoved(moved: Store<number>): number {
	const [seen, setSeen] = useState(moved.get());
	useEffect(() => {
		let due: ReturnType<typeof setTimeout> | undefined;
		const off = moved.subscribe(() => {
			due ??= setTimeout(() => {
				due = undefined;
				setSeen(moved.get());
			}, MOVED_MS);
		});
		return () => {
			off();
			clearTimeout(due);
		};
	}, [moved]);
	return seen;
}

interface Props {
	unit: Unit;
	plan: string;
	name: string;
	chosen: boolean;
	today: string | null;
	moved: Store<number>;
}

function TreeSection({ unit, plan, name, moved }: Props) {
	const { at, near } = useNear();
	const tick = useMoved(moved);
	const tree = useApi<Tree>(near ? "tree" : null, { unit: unit.code, plan }, [tick]);
	const { others, failed } = useOthers(near && "tree");
	const label = t("ov.tree.label", { plan: name, unit: nameOf(unit) });
	const picture = useMemo(() => others && tree.data && <others.Treemap tree={tree.data} plan={plan} unit={unit.code} label={label} />, [others, tree.data, label]);
	if (tree.data && !tree.data.nodes.some((n) => n.code !== unit.code && n.b.r)) return null; // nobody below has anything in this plan
	return (
		<section ref={at} class="card picture" aria-labelledby="ov-tree">
			<h2 id="ov-tree">{t("ov.tree", { plan: name })}</h2>
			<p class="aside">{t("ov.tree.note")}</p>
			{tree.error && <ErrorBox error={tree.error} reload={tree.reload} />}
			{failed && <p class="empty">{t("app.chunk")}</p>}
			<div class="picture-box">{picture}</div>
			<Legend />
		</section>
	);
}

function TrendSection({ unit, plan, name, today, moved }: Props) {
	const { at, near } = useNear();
	const tick = useMoved(moved);
	const series = useApi<List<{ date: string; figure: Figure }>>(near ? "series" : null, { unit: unit.code, item: plan }, [tick]);
	const { others, failed } = useOthers(near && "trend");
	const facts = useMemo(() => series.data && trendOf(series.data.rows, today), [series.data, today]);
	const title = t("ov.trend", { plan: name });
	return (
		<section ref={at} class="card picture" aria-labelledby="ov-trend">
			<h2 id="ov-trend">{title}</h2>
			{series.error?.status === 404 ? (
				<Empty>{t("ov.trend.none")}</Empty>
			) : (
				series.error && <ErrorBox error={series.error} reload={series.reload} />
			)}
			{failed && <p class="empty">{t("app.chunk")}</p>}
			<div class="picture-box">{others && facts && <others.Trend facts={facts} title={title} />}</div>
		</section>
	);
}

export function Pictures(p: Props) {
	return (
		<div class="pictures screen-only">
			{!p.chosen && <p class="aside">{t("ov.pictures.which")}</p>}
			<TreeSection key={`t${p.plan}`} {...p} />
			<TrendSection key={`s${p.plan}`} {...p} />
		</div>
	);
}
