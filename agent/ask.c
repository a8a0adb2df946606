// SPDX-License-Identifier: Apache-2.0
#include "agent/ask.h"

#include "common/sys/net.h"

#include <stdlib.h>

enum { REPLY_MS = 3000 /* a clerk waits */ };

struct draft_place ask_place(const struct desk *d)
{
	struct draft_place at = {.catalogue = d->catalogue, .own_unit = d->office.slice.scope};
	bool proven;
	struct date today = office_today(&d->office, &proven);

	if (proven)
		at.today = today;
	return at;
}

/* ---- what the centre holds, or will when it has the queue ---- */

static enum task_state state_of(Tiendo__V1__CellState s)
{
	if (s == TIENDO__V1__CELL_STATE__CELL_STATE_NOT_STARTED)
		return TASK_NOT_STARTED;
	if (s == TIENDO__V1__CELL_STATE__CELL_STATE_IN_PROGRESS)
		return TASK_IN_PROGRESS;
	return s == TIENDO__V1__CELL_STATE__CELL_STATE_DONE ? TASK_DONE : TASK_NONE;
}

struct reading {
	struct desk *d;
	struct codec_arena arena;
	size_t room;
};

static bool keep_cell(void *data, struct bytes row)
{
	struct reading *r = data;
	struct desk *d = r->d;

	codec_arena_reset(&r->arena);
	const Tiendo__V1__CellRow *m =
		codec_unpack(&tiendo__v1__cell_row__descriptor, row.data, row.size, &r->arena);

	if (!m)
		return true;
	if (d->cells_n == r->room) {
		r->room = r->room ? r->room * 2 : 64;
		d->cells = base_grow(d->cells, r->room, sizeof *d->cells);
	}
	d->cells[d->cells_n++] = (struct desk_cell){.unit = m->unit,
						    .item = m->item,
						    .version = m->version,
						    .reported = m->receipt != NULL,
						    .as_of = {m->as_of},
						    .state = state_of(m->state)};
	return true;
}

static int by_place(const void *a, const void *b)
{
	const struct desk_cell *x = a, *y = b;

	if (x->unit != y->unit)
		return x->unit < y->unit ? -1 : 1;
	return x->item == y->item ? 0 : x->item < y->item ? -1 : 1;
}

static struct desk_cell *find_cell(const struct desk *d, uint32_t unit, uint32_t item)
{
	const struct desk_cell key = {.unit = unit, .item = item};

	return d->cells_n ? bsearch(&key, d->cells, d->cells_n, sizeof *d->cells, by_place) : NULL;
}

/* What waits in the queue will stand before what is judged now. */
static bool overlay(void *data, uint64_t seq, struct bytes blob)
{
	struct reading *r = data;
	const struct catalogue *c = r->d->catalogue;
	struct update u;
	bool known;

	(void)seq;
	codec_arena_reset(&r->arena);
	if (!codec_update_decode(blob.data, blob.size, &r->arena, &u) || u.body != BODY_TASK)
		return true; /* only the state of a task has a rule of this kind */
	uint32_t unit = catalogue_unit_at(c, u.unit, u.as_of, &known);
	uint32_t item = catalogue_item_by_code(c, u.item);

	if (unit == NO_INDEX || item == NO_INDEX)
		return true;
	struct desk_cell *cell = find_cell(r->d, catalogue_unit(c, unit)->row.number,
					   catalogue_item(c, item)->row.number);

	if (cell && (!cell->reported || u.as_of.ymd >= cell->as_of.ymd)) {
		cell->reported = true;
		cell->as_of = u.as_of;
		cell->state = u.state;
	}
	return true;
}

static void read_cells(struct desk *d)
{
	struct reading r = {.d = d, .arena = codec_arena_new(32768)};

	d->cells_read = true;
	/* not knowing is no fault: the centre judges in any case */
	spool_rows(d->office.spool, SPOOL_CELLS, keep_cell, &r, NULL);
	if (d->cells_n) {
		qsort(d->cells, d->cells_n, sizeof *d->cells, by_place);
		spool_waiting(d->office.spool, 0, overlay, &r, NULL);
	}
	codec_arena_free(&r.arena);
}

struct draft_known ask_look(void *data, uint32_t unit_number, uint32_t item_number)
{
	struct desk *d = data;
	struct draft_known known = {0};

	if (!d->cells_read)
		read_cells(d);
	const struct desk_cell *c = find_cell(d, unit_number, item_number);

	if (c) {
		known.version = c->version;
		known.cell.reported = c->reported;
		known.cell.as_of = c->as_of;
		known.cell.state = c->state;
	}
	return known;
}

/* ---- the centre itself ---- */

static void remember(struct desk *d, const struct fetch *f)
{
	struct spool_centre *c = &d->office.centre;
	struct sys_error ignored;

	if (c->illustrative == f->illustrative && c->simulated == f->simulated)
		return;
	/* a daemon may have heard more since we opened, and it is not to be unsaid */
	if (spool_centre(d->office.spool, c, &ignored))
		return;
	c->illustrative = f->illustrative;
	c->simulated = f->simulated;
	spool_centre_set(d->office.spool, c, &ignored);
}

enum fetch_state ask_centre(struct desk *d, enum spool_shelf shelf, struct sys_error *why)
{
	const struct office *o = &d->office;
	struct keys_pair pair;
	struct buffer path = {0};
	struct fetch f;
	struct net *net = NULL;
	enum fetch_state end = FETCH_FAILED;

	if (keys_pair_read(office_path(o, "agent.key", &path), &pair, why) == 0)
		net = net_open(why);
	buffer_free(&path);
	if (!net)
		return end;
	fetch_init(&f, &(struct fetch_options){.net = net,
					       .spool = o->spool,
					       .endpoint = o->config.query,
					       .server_key = o->config.server,
					       .pair = &pair,
					       .reply_ms = REPLY_MS,
					       .retry_ms = 200});
	fetch_start(&f, shelf, o->slice.scope, 0, clock_transport());
	end = fetch_wait(&f);
	if (end == FETCH_DONE)
		remember(d, &f);
	else
		*why = f.error;
	fetch_free(&f);
	net_close(net);
	keys_wipe(&pair, sizeof pair);
	return end;
}

void ask_seal(const struct desk *d, struct update *u, bool from_file)
{
	u->recorded = clock_wall(d->office.clock);
	u->seal = office_seal(&d->office);
	u->catalogue_entry = d->office.slice.entry;
	u->author_role = from_file ? TIENDO__V1__AUTHOR_ROLE__AUTHOR_ROLE_IMPORT
				   : TIENDO__V1__AUTHOR_ROLE__AUTHOR_ROLE_CLERK;
}

bool ask_fits(struct update *u)
{
	uint8_t blob[UPDATE_BYTES_MAX];

	u->seq = UINT64_MAX; /* it may go out again under a later number */
	return codec_update_encode(u, blob) != 0;
}
