// SPDX-License-Identifier: Apache-2.0
/* The costly looks at the centre: by another process that folds everything anew. */
#include "tests/sim/sim_centre_inside.h"

#include <string.h>

#include "tests/sim/truth.h"

static struct host auditor = {.name = "auditor"};

/* ---- cells: the running view against the journal alone ---- */

static bool same_value(const struct cell *c, const struct work *w)
{
	if (w->body == BODY_TASK)
		return c->state == w->state && c->percent == w->percent && c->done_on.ymd == w->done_on.ymd;
	if (w->body == BODY_RATIO)
		return c->value == w->a && c->denominator == w->b;
	return w->body == BODY_NONE_ARISEN ? (c->flags & CELL_NONE_ARISEN) != 0 : c->value == w->a;
}

static void check_cell(const struct view *v, uint32_t unit, uint32_t item)
{
	const struct cell *c = view_cell(v, unit, item);
	const struct unit *u = catalogue_unit(v->catalogue, unit);
	const char *code = catalogue_item(v->catalogue, item)->row.code;
	uint64_t entry;

	if (!c)
		return;
	uint32_t w = truth_cell(u->row.number, code, &entry);
	bool reported = c->flags & CELL_REPORTED;
	if (reported != (w != 0) || (w && (c->entry != entry || c->as_of.ymd != works[w].as_of.ymd ||
					   !same_value(c, &works[w]))))
		truth_broken("(6) the cell of %s in %s is not what its last report says (w%u of entry %llu)", code,
			     u->row.code, w, (unsigned long long)entry);
}

static void check_cells(const struct view *v)
{
	for (uint32_t i = 0; i < catalogue_items(v->catalogue); i++)
		for (uint32_t u = 0; catalogue_item(v->catalogue, i)->leaf && u < catalogue_units(v->catalogue); u++)
			check_cell(v, u, i);
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
};

static void rebuild(void *arg)
{
	const struct core_options options = {.read_only = true, .any_clock = true};
	struct audit *a = arg;
	struct sys_error error = {""};
	struct core *c = NULL;
	uint64_t entries;

	if (core_open(&c, &sim_centre.store, &options, &error))
		truth_broken("(9) a rebuild fails: %s", error.text);
	if (!core_digest(c, a->digest))
		truth_broken("no memory for an audit");
	a->entry = core_view(c)->head.entry;
	if (journal_verify(core_journal(c), &entries, &error))
		truth_broken("(4) verify: %s", error.text);
	core_close(c);
}

static void digest(void *arg)
{
	struct audit *a = arg;

	core_digest(sim_centre.core, a->digest);
	a->entry = core_view(sim_centre.core)->head.entry;
}

void sim_centre_audit(bool whole)
{
	struct audit running, rebuilt;
	const struct view *v = sim_centre_view();

	if (!v)
		return;
	sim_centre_counts.audits++;
	check_rollups(v);
	check_cells(v);
	if (!whole)
		return;
	unsigned doom = sim_centre_host.doom;
	sim_centre_host.doom = 0;
	host_run(&sim_centre_host, digest, &running);
	host_run(&auditor, rebuild, &rebuilt);
	sim_centre_host.doom = doom;
	if (running.entry != rebuilt.entry || memcmp(running.digest, rebuilt.digest, HASH_SIZE))
		truth_broken("(9) the running view is not what a rebuild folds, at entry %llu",
			     (unsigned long long)running.entry);
}
