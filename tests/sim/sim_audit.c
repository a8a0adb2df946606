// SPDX-License-Identifier: Apache-2.0
/* The costly looks at the centre: by another process that folds everything anew. */
#include "tests/sim/sim_audit.h"

#include <stdio.h>
#include <string.h>

#include "common/domain/timely.h"
#include "server/held.h"
#include "tests/sim/disk.h"

static struct host auditor = {.name = "auditor"};

/* ---- cells: the running view against the journal alone ---- */

static bool same_flags(const struct cell *c, const struct truth_report *r)
{
	return !(c->flags & CELL_ON_BEHALF) == !r->on_behalf && !(c->flags & CELL_CORRECTED) == !r->corrected &&
	       !(c->flags & CELL_UNCHANGED) == !r->unchanged && !(c->flags & CELL_NONE_ARISEN) == !r->none_arisen &&
	       !(c->flags & CELL_ACCEPTED) == !r->accepted;
}

bool sim_audit_report(const struct cell *c, const struct truth_report *r)
{
	if (!(c->flags & CELL_REPORTED) || !r->entry)
		return !(c->flags & CELL_REPORTED) && !r->entry;
	return c->entry == r->entry && c->index == r->index && c->principal == r->principal &&
	       c->received_ms == r->received_ms && c->as_of.ymd == r->as_of.ymd &&
	       period_first(c->period).ymd == r->period.ymd && c->state == r->state && c->percent == r->percent &&
	       c->done_on.ymd == r->done_on.ymd && c->value == r->a && c->denominator == r->b && same_flags(c, r);
}

static void check_cell(const struct view *v, uint32_t unit, uint32_t item)
{
	static const struct truth_stand nothing;
	const struct unit *u = catalogue_unit(v->catalogue, unit);
	const struct item *i = catalogue_item(v->catalogue, item);
	struct held_place at = held_place(v->held, unit, item);
	const struct cell *c = at.block ? block_cell(at.block, at.row, at.leaf) : NULL;
	const struct truth_cell *t = truth_cell_of(u->row.number, i->row.number, false);
	const struct truth_stand *stand = t ? &t->stand : &nothing;

	if (c)
		sim_audit_judged(c, truth_unit_of(&truth.catalogue, u->row.number), truth_item_of(&truth.catalogue, i->row.number));
	if (c && !sim_audit_report(c, &stand->top))
		truth_broken("(6) the cell of %s in %s is not what its last report says (w%u of entry %llu)", i->row.code,
			     u->row.code, stand->top.work, (unsigned long long)stand->top.entry);
	if (c && !sim_audit_report(&block_past(at.block, c)->before, &stand->under))
		truth_broken("(6) under the cell of %s in %s lies another report than the one before (w%u of entry %llu)",
			     i->row.code, u->row.code, stand->under.work, (unsigned long long)stand->under.entry);
}

static void check_cells(const struct view *v)
{
	for (uint32_t i = 0; i < catalogue_items(v->catalogue); i++)
		for (uint32_t u = 0; catalogue_item(v->catalogue, i)->leaf && u < catalogue_units(v->catalogue); u++)
			check_cell(v, u, i);
}

/* ---- slots ---- */

bool sim_audit_slot(const struct slot_mark *m, const struct cell *report, const struct cell *before,
		      const struct truth_slot *t, bool exempt)
{
	static const struct truth_slot nothing;

	if (!t)
		t = &nothing;
	if (!sim_audit_report(report, &t->stand.top) || !sim_audit_report(before, &t->stand.under))
		return false;
	if (!(m->flags & SLOT_EXPECTED) == t->expected || !(m->flags & SLOT_DECIDED) == t->decided)
		return false;
	if (t->expected && !(m->flags & SLOT_EXEMPT) == exempt)
		return false;
	return !t->stand.top.entry || (unsigned)m->timely == (unsigned)t->timely;
}

static void check_slot(const struct sheets *s, const struct sheet *sheet, struct truth_sheet *t, uint32_t row, uint32_t leaf)
{
	const struct block *b = s->block;
	uint32_t slot = s->leaf_rhythm[leaf] == sheet->rhythm ? sheet_slot(s, row, leaf) : NO_INDEX;
	const struct item_row *item = b->columns[b->leaf_columns[leaf]].row;
	const struct unit *u = catalogue_unit(b->catalogue, b->rows[row].unit);

	if (slot == NO_INDEX)
		return;
	struct slot_mark mark = sheet_mark(s, sheet, row, leaf);
	const struct truth_slot *truth_s = truth_slot(t, u->row.number, item->number, false);
	sim_centre_counts.slots++;
	if (!sim_audit_slot(&mark, &sheet->reports[slot], &sheet->before[slot], truth_s, truth_s && truth_exempt(t, truth_s)))
		truth_broken("(6) the slot of %s in %s for %s is not what its reports say: flags %u, verdict %u, report of entry "
			     "%llu; but %s, verdict %u, w%u of entry %llu", item->code, u->row.code, sheet->period.code, mark.flags,
			     mark.timely, (unsigned long long)sheet->reports[slot].entry,
			     truth_s && truth_s->expected ? "expected" : "not expected", truth_s ? truth_s->timely : 0,
			     truth_s ? truth_s->stand.top.work : 0,
			     (unsigned long long)(truth_s ? truth_s->stand.top.entry : 0));
}

static struct truth_sheet *truth_sheet_for(uint32_t plan, const char *schedule, struct date first)
{
	for (size_t i = 0; i < truth.sheets_n; i++)
		if (truth.sheets[i].plan == plan && truth.sheets[i].period.first.ymd == first.ymd &&
		    !strcmp(truth.sheets[i].schedule, schedule))
			return &truth.sheets[i];
	return NULL;
}

static void check_sheet(const struct view *v, uint32_t plan, const struct sheets *s, const struct sheet *sheet)
{
	const struct item_row *row = &catalogue_item(v->catalogue, catalogue_plan(v->catalogue, plan)->item)->row;
	const char *schedule = s->rhythms[sheet->rhythm].schedule->code;
	struct truth_sheet *t = truth_sheet_for(row->number, schedule, sheet->period.first);

	if (!t)
		truth_broken("period %s of %s in %s is held, and should not be", sheet->period.code, schedule, row->code);
	for (uint32_t r = 0; r < s->block->unit_rows; r++)
		for (uint32_t leaf = 0; leaf < s->block->leaves_n; leaf++)
			check_slot(s, sheet, t, r, leaf);
}

static void check_sheets(const struct view *v)
{
	size_t n = 0;

	for (uint32_t plan = 0; plan < v->held->blocks_n; plan++) {
		const struct sheets *s = v->held->blocks[plan]->sheets;
		for (uint32_t i = 0; i < s->open_n; i++)
			check_sheet(v, plan, s, s->open[i]);
		n += s->open_n;
	}
	if (n != truth.sheets_n)
		truth_broken("%zu periods are held, and should be %zu", n, truth.sheets_n);
}

static void check_rollups(const struct view *v)
{
	struct view_fault fault;

	if (!view_check(v, &fault))
		truth_broken("(7) rollup of plan %u, row %u, column %u is not the sum of its cells", fault.plan,
			     fault.row, fault.column);
}

/* ---- folded from nothing ---- */

struct audit {
	uint8_t digest[HASH_SIZE];
	uint64_t entry;
	struct rows_found rows;
};

/* Of a copy of the journal, in a place of its own: a core that keeps nothing would forget its rows. */
static void rebuild(void *arg)
{
	const struct core_options options = {.any_clock = true};
	struct store store = sim_centre.store;
	struct audit *a = arg;
	struct sys_error error = {""};
	struct core *c = NULL;
	uint64_t entries;

	snprintf(store.dir, sizeof store.dir, "auditor");
	if (core_open(&c, &store, &options, &error))
		truth_broken("(9) a rebuild fails: %s", error.text);
	if (!core_digest(c, a->digest))
		truth_broken("no memory for an audit");
	a->entry = core_view(c)->head.entry;
	sim_rows_collect(&a->rows, core_view(c), false, ROWS_TABLES);
	if (journal_verify(core_journal(c), &entries, &error))
		truth_broken("(4) verify: %s", error.text);
	core_close(c);
}

static void digest(void *arg)
{
	struct audit *a = arg;

	core_digest(sim_centre.core, a->digest);
	a->entry = core_view(sim_centre.core)->head.entry;
	sim_rows_collect(&a->rows, core_view(sim_centre.core), true, ROWS_TABLES);
}

void sim_centre_audit(bool whole)
{
	static struct audit running, rebuilt;
	const struct view *v = sim_centre_view();

	if (!v)
		return;
	sim_centre_counts.audits++;
	check_rollups(v);
	check_cells(v);
	check_sheets(v);
	sim_audit_duties(v);
	sim_rows_judge(v);
	if (!whole)
		return;
	unsigned doom = sim_centre_host.doom;
	sim_centre_host.doom = 0;
	host_run(&sim_centre_host, digest, &running);
	struct disk_image *journal = disk_image(TRUTH_JOURNAL);
	disk_put_back("auditor/journal", journal);
	disk_image_free(journal);
	host_run(&auditor, rebuild, &rebuilt);
	disk_remove("auditor/journal");
	disk_remove("auditor/view");
	sim_centre_host.doom = doom;
	if (running.entry != rebuilt.entry || memcmp(running.digest, rebuilt.digest, HASH_SIZE))
		truth_broken("(9) the running view is not what a rebuild folds, at entry %llu",
			     (unsigned long long)running.entry);
	if (!sim_rows_gone())
		sim_rows_same(&running.rows, &rebuilt.rows);
}
