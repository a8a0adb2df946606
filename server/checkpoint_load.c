// SPDX-License-Identifier: Apache-2.0
/* From view/ back to a view, at the start. */
#include <errno.h>

#include "common/sys/codec.h"
#include "server/checkpoint_inside.h"
#include "server/rosterpack.h"

enum { ROW_ARENA = 64 * 1024 }; /* a decoded row is a few texts */

struct loading {
	checkpoint_known_fn *known;
	void *ctx;
	struct view_head head;
	struct codec_arena arena;
	struct builder *builder;
	struct view *view; /* once begun */
};

static int unsound(struct sys_error *error, const char *what)
{
	return sys_fail(error, -EUCLEAN, "%s cannot be taken back", what);
}

static int on_head(void *ctx, const struct view_head *head, struct sys_error *error)
{
	struct loading *l = ctx;
	l->head = *head;
	if (l->known(l->ctx, head))
		return 0;
	return sys_fail(error, -ESTALE, "its entry %llu is not in the journal", (unsigned long long)head->entry);
}

static int on_row(void *ctx, struct bytes bytes, struct sys_error *error)
{
	struct loading *l = ctx;
	struct catalogue_row row;
	codec_arena_reset(&l->arena);
	if (codec_row_decode(bytes.data, bytes.size, &l->arena, &row) && builder_add(l->builder, &row, "", 0))
		return 0;
	return unsound(error, "a row of its catalogue");
}

/* All rows are there. */
static int on_roster(void *ctx, struct bytes packed, struct sys_error *error)
{
	struct loading *l = ctx;
	struct faults faults = { 0 };
	struct catalogue *c = l->head.catalogue_entry ? catalogue_build(l->builder, false, &faults) : NULL;
	faults_free(&faults);
	if (l->head.catalogue_entry && (!c || !view_fits(c))) {
		catalogue_free(c);
		return unsound(error, "its catalogue");
	}
	struct roster *r = roster_unpack(packed);
	if (!r) {
		catalogue_free(c);
		return unsound(error, "its roster");
	}
	l->view = view_new();
	if (l->view && view_load_begin(l->view, &l->head, c, r))
		return 0;
	if (!l->view) {
		catalogue_free(c);
		roster_free(r);
	}
	return sys_fail(error, -ENOMEM, "no memory for it");
}

static int on_small(void *ctx, struct bytes packed, struct sys_error *error)
{
	struct loading *l = ctx;
	return view_load_small(l->view, packed) ? 0 : unsound(error, "its small tables");
}

static int on_unit(void *ctx, struct bytes packed, struct sys_error *error)
{
	struct loading *l = ctx;
	return view_load_unit(l->view, packed.data, packed.size) ? 0 : unsound(error, "a unit");
}

static int read_view(struct viewstore *s, struct loading *l, struct sys_error *error)
{
	const struct viewstore_sink sink = { .head = on_head, .row = on_row, .roster = on_roster, .small = on_small,
					     .unit = on_unit,
					     .ctx = l };
	l->arena = codec_arena_new(ROW_ARENA);
	l->builder = builder_new();
	int rc = l->arena.base && l->builder ? viewstore_read(s, &sink, error)
					     : sys_fail(error, -ENOMEM, "no memory for it");
	if (!rc && !view_load_end(l->view))
		rc = unsound(error, "the sum of its units");
	builder_free(l->builder);
	codec_arena_free(&l->arena);
	if (rc) {
		view_free(l->view);
		l->view = NULL;
	}
	return rc;
}

static int load(struct checkpoint *cp, struct loading *l, struct sys_error *error)
{
	int rc = viewstore_probe(cp->dir, error);
	if (!rc)
		rc = checkpoint_open(cp, error);
	return rc ? rc : read_view(cp->store, l, error);
}

/* Nothing has changed since it was written: what the tail changes is marked as it is folded. */
static bool take(struct checkpoint *cp, struct view *v)
{
	cp->view = v;
	if (!checkpoint_mark(cp, 0))
		return false;
	cp->based = true;
	cp->base_entry = v->head.entry;
	cp->base_catalogue = v->head.catalogue_entry;
	return true;
}

int checkpoint_open(struct checkpoint *cp, struct sys_error *error)
{
	struct viewstore *store = NULL;
	int rc = viewstore_open(&store, cp->dir, error);

	if (rc)
		return rc;
	pthread_rwlock_wrlock(&cp->store_lock);
	cp->store = store;
	pthread_rwlock_unlock(&cp->store_lock);
	return 0;
}

bool checkpoint_rows(struct checkpoint *cp, enum row_table table, const struct kv_range *range, checkpoint_row_fn *fn,
		     void *ctx)
{
	pthread_rwlock_rdlock(&cp->store_lock);
	bool good = cp->store ? viewstore_rows(cp->store, table, range, fn, ctx) : !cp->rows_gone;
	pthread_rwlock_unlock(&cp->store_lock);
	return good;
}

/* It is not written into again: what its pages are worth is not known. */
void checkpoint_put_away(struct checkpoint *cp, bool rows_gone)
{
	pthread_rwlock_wrlock(&cp->store_lock);
	viewstore_close(cp->store);
	cp->store = NULL;
	cp->rows_gone = rows_gone;
	pthread_rwlock_unlock(&cp->store_lock);
	if (viewstore_set_aside(cp->dir, &cp->off) == 0)
		cp->off.text[0] = 0;
}

void checkpoint_reject(struct checkpoint *cp)
{
	view_watch(cp->view, NULL, NULL);
	cp->view = NULL;
	cp->based = false;
	checkpoint_put_away(cp, false);
}

struct view *checkpoint_load(struct checkpoint *cp, checkpoint_known_fn *known, void *ctx, struct sys_error *reason)
{
	struct loading l = { .known = known, .ctx = ctx };
	*reason = (struct sys_error){ 0 };
	if (!viewstore_there(cp->dir))
		return NULL;
	if (load(cp, &l, reason)) {
		checkpoint_put_away(cp, false);
		return NULL;
	}
	*reason = (struct sys_error){ 0 }; /* a doubt about the place is the journal's to tell */
	take(cp, l.view); /* without memory for marks it is still good: the next one is full */
	return l.view;
}
