// SPDX-License-Identifier: Apache-2.0
// The grid with its title, its key, what it is ordered by and the file to take home.
import { useMemo } from "preact/hooks";
import type { Cells } from "../cells";
import { download, type CsvCell } from "../csv";
import type { Unit, UnitRef } from "../model";
import { applicable, look, orderUnits, type Order } from "../overview";
import { Grid, goesTo, tallyAt, type GridPlan } from "../parts/Grid";
import { Legend, word } from "../parts/Look";
import { SaveButton } from "../parts/Take";
import { Link } from "../route";
import { nameOf, t } from "../words";

interface Props {
	cells: Cells;
	units: readonly UnitRef[];
	idle: readonly UnitRef[];
	unit: Unit;
	plans: readonly string[];
	name: (plan: string) => string;
	order: Order;
	onOrder: (o: Order) => void;
}

/** One line for each cell, so that it can be filtered and added up; in the order of the screen. */
export function gridRows(cells: Cells, units: readonly UnitRef[], plans: readonly GridPlan[]): CsvCell[][] {
	const rows: CsvCell[][] = [
		[t("ov.csv.unit"), t("ov.unit"), t("ov.csv.plan"), t("ov.plan"), t("ov.csv.look"), t("ov.csv.tasks"), t("state.done"), t("ov.csv.late"), t("state.in_progress"), t("state.not_started"), t("state.overdue"), t("ov.csv.atTarget"), t("ov.csv.reported"), t("ov.csv.expected")],
	];
	for (const u of units)
		for (const p of plans) {
			const f = cells.figure(u.code, p.code);
			if (!f || f.expected === 0) continue;
			const c = f.cells;
			rows.push([u.code, nameOf(u), p.code, p.name, word(look(f)), applicable(c), c.done, f.done_late, c.in_progress, c.not_started, f.overdue, f.indicators.at_target, f.reported, f.expected]);
		}
	return rows;
}

export function GridSection({ cells, units, idle, unit, plans, name, order, onOrder }: Props) {
	const used = plans.filter((p) => units.some((u) => (cells.figure(u.code, p)?.expected ?? 0) > 0)).join(" ");
	const columns = useMemo(() => used.split(" ").map((code) => ({ code, name: name(code) })), [used, name]);
	const save = () => download(`${t("ov.csv.file")}-${unit.code}`, gridRows(cells, orderUnits(units, tallyAt(cells), order), columns));
	// The same element as before is not drawn again: the grid stands apart from what else moves on this screen.
	const grid = useMemo(
		() => <Grid cells={cells} units={units} plans={columns} order={order} onOrder={onOrder} caption={t("ov.grid.caption", { unit: nameOf(unit) })} />,
		[cells, units, columns, order],
	);
	return (
		<section class="card grid-card" aria-labelledby="ov-grid">
			<div class="row section-head">
				<h2 id="ov-grid">{t("ov.grid")}</h2>
				<SaveButton onClick={save} />
			</div>
			<Legend />
			<p class="aside">{t("ov.rule")}</p>
			{grid}
			{idle.length > 0 && (
				<p class="idle">
					{t("ov.idle", { n: idle.length })}{" "}
					{idle.map((u, i) => (
						<span key={u.code}>
							{i > 0 && ", "}
							<Link to={goesTo(u)}>{nameOf(u)}</Link>
						</span>
					))}
				</p>
			)}
		</section>
	);
}
