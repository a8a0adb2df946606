// SPDX-License-Identifier: Apache-2.0
// Tổng quan: how one unit stands and who below it is worst, read in ten seconds. What moves is drawn where it
// stands (src/cells.ts); the board is asked for anew behind that, for what no event tells (offices, oldest figure).
import { useCallback, useEffect, useMemo, useRef } from "preact/hooks";
import { ApiError } from "../api";
import { makeCells, withWork, type Cells } from "../cells";
import { live } from "../live";
import type { At, Board, Item, List } from "../model";
import { worstPlan, type Offices, type Order } from "../overview";
import { Crumbs } from "../parts/Crumbs";
import { Empty, Loading } from "../parts/Empty";
import { ErrorBox } from "../parts/ErrorBox";
import { navigate, type Route } from "../route";
import { useApi, useItems, useLive, useRoute, useSession, useTitle } from "../use";
import { itemName, nameOf, t } from "../words";
import { GridSection } from "./overview_grid";
import { Fresh, Lead, PlanChoice, type Sight } from "./overview_lead";
import { News, useNews } from "./overview_news";
import { Pictures } from "./overview_pictures";
import { PlanBars } from "./overview_plans";

const REFRESH_MS = 5000; // how often, at most, a board that moves is asked for anew

/** The last answer, loaded into cells of its own for each unit. */
function useBoard(unit: string) {
	const board = useApi<Board>("board", { unit });
	const cells = useMemo(() => makeCells(), [unit]);
	useMemo(() => board.data && cells.load(board.data), [cells, board.data]);
	const due = useRef<ReturnType<typeof setTimeout>>();
	useEffect(() => () => clearTimeout(due.current), [unit]);
	const soon = useCallback(() => {
		due.current ??= setTimeout(() => {
			due.current = undefined;
			board.reload();
		}, REFRESH_MS);
	}, [board.reload]);
	return { board, cells, soon };
}

interface SilentList extends List<{ unit: string }> {
	expected_units: number;
}

/** Who owes a report now (of the chosen plan), for who may ask; else how many have something unreported in any plan, which everybody may see. */
function useOffices(board: Board | null, plan: string | null): Offices | null {
	const user = useSession()?.user;
	const unit = board?.unit.code ?? "";
	const silent = useApi<SilentList>(user && board ? "silent" : null, { unit, item: plan }, [board?.offices.reported]);
	return useMemo(() => {
		if (!board) return null;
		if (silent.data && !silent.data.more && silent.data.expected_units > 0)
			return { silent: new Set(silent.data.rows.map((r) => r.unit)).size, of: silent.data.expected_units, all: !plan, owing: true };
		const { expected, reported } = board.offices;
		return expected > 0 ? { silent: expected - reported, of: expected, all: true, owing: false } : null;
	}, [silent.data, board, plan]);
}

const ORDER = "sort";
const orderOf = (r: Route): Order => r.more[ORDER] ?? "worst";

function orderTo(r: Route, o: Order): void {
	const { [ORDER]: _, ...more } = r.more;
	navigate({ more: o === "worst" ? more : { ...more, [ORDER]: o } }, "replace");
}

interface WholeProps {
	board: Board;
	cells: Cells;
	items: ReadonlyMap<string, Item>;
	offices: Offices | null;
	before: At | null;
	chosen: string | null;
}

function Whole({ board, cells, items, offices, before, chosen }: WholeProps) {
	const r = useRoute();
	const name = useCallback((plan: string) => itemName(items, plan), [items]);
	const codes = board.plans.map((p) => p.i).join(" ");
	const plans = useMemo(() => codes.split(" ").filter(Boolean), [codes]);
	// Of what the pictures speak does not change under the reader's eyes: chosen when the unit is opened.
	const worst = useMemo(() => worstPlan(plans.flatMap((p) => cells.figure(board.unit.code, p) ?? []))?.item ?? null, [cells, plans]);
	const focus = chosen ?? worst;
	const sight: Sight = { board, cells, plans, chosen, items, offices, before, name };
	const rows = board.rows.map((x) => x.unit);
	const set = withWork(cells, rows)
		.map((u) => u.code)
		.join(" ");
	const units = useMemo(() => withWork(cells, rows), [cells, set]);
	const idle = useMemo(() => rows.filter((u) => !units.includes(u)), [units]);
	return (
		<>
			<Fresh board={board} cells={cells} />
			<Lead {...sight} />
			<PlanBars {...sight} />
			{units.length > 0 && items.size > 0 && (
				<GridSection cells={cells} units={units} idle={idle} unit={board.unit} plans={plans} name={name} order={orderOf(r)} onOrder={(o) => orderTo(r, o)} />
			)}
			{focus && <Pictures unit={board.unit} plan={focus} name={name(focus)} chosen={chosen !== null || board.plans.length < 2} today={board.state.today} moved={cells.moved} />}
		</>
	);
}

/** An error with the figures of before it behind it is said, and the figures stay. */
function Trouble({ error, reload }: { error: ApiError | null; reload: () => void }) {
	return error ? <ErrorBox error={error} reload={reload} /> : null;
}

export function Screen() {
	const r = useRoute();
	const unit = r.unit ?? live.state.get()?.root.code ?? "VN";
	const { board, cells, soon } = useBoard(unit);
	const items = useItems();
	const data = board.data;
	const chosen = data?.plans.some((p) => p.i === r.plan) ? r.plan : null;
	const offices = useOffices(data, chosen);
	const before = useApi<At>(data?.compare ? "at" : null, { unit, date: data?.compare });
	const news = useNews();
	useLive(unit, 1, (g) => {
		cells.take(g);
		news.say(g);
		soon();
	});
	// The shell is drawn with every heartbeat; what stands below only with what it is made of.
	const whole = useMemo(
		() => data && <Whole board={data} cells={cells} items={items} offices={offices} before={before.data} chosen={chosen} />,
		[data, cells, items, offices, before.data, chosen],
	);
	useTitle(data ? `${nameOf(data.unit)} · ${t("screen.overview")}` : t("screen.overview"));
	return (
		<div class="overview">
			<header class="overview-head">
				{data && <Crumbs path={data.unit.path} />}
				<div class="row">
					<h1>
						{data ? nameOf(data.unit) : t("screen.overview")} <small>{data ? t("screen.overview") : ""}</small>
					</h1>
					{data && <PlanChoice board={data} items={items} />}
				</div>
			</header>
			<Trouble error={board.error} reload={board.reload} />
			{data ? (
				data.plans.length || data.rows.length ? (
					whole
				) : (
					<Empty>{t("ov.noPlanYet")}</Empty>
				)
			) : (
				!board.error && <Loading />
			)}
			<News news={news} />
		</div>
	);
}
