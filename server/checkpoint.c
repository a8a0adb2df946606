// SPDX-License-Identifier: Apache-2.0
#include "server/checkpoint.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "common/sys/codec.h"
#include "server/checkpoint_inside.h"
#include "server/rosterpack.h"

enum {
	SLICE_US = VIEWLOCK_SLICE_US / 5,    /* a reader that comes back often waits for the writer less than it does */
	SLICE_BYTES = 256 * 1024,
	ASIDE_BYTES = 256 * 1024 * 1024      /* more than that set aside: try again at a quieter time */
};

/* ---- life ---- */

struct checkpoint *checkpoint_new(const struct checkpoint_options *options)
{
	struct checkpoint *cp = base_alloc(sizeof *cp);
	cp->dir = base_copy_text(options->dir);
	cp->lock = options->lock;
	cp->slice_units = options->slice_units ? options->slice_units : UINT32_MAX;
	cp->between = options->between;
	cp->between_ctx = options->between_ctx;
	cp->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	pthread_rwlock_init(&cp->store_lock, NULL);
	return cp;
}

void checkpoint_tell(struct checkpoint *cp, checkpoint_report_fn *report, void *ctx)
{
	cp->report = report;
	cp->report_ctx = ctx;
}

static void drop_asides(struct checkpoint *cp)
{
	for (struct aside *a = cp->asides, *next; a; a = next) {
		next = a->next;
		free(a);
	}
	cp->asides = NULL;
	cp->asides_n = cp->asides_bytes = 0;
}

void checkpoint_free(struct checkpoint *cp)
{
	if (!cp)
		return;
	if (cp->view)
		view_watch(cp->view, NULL, NULL);
	drop_asides(cp);
	viewstore_close(cp->store);
	pthread_rwlock_destroy(&cp->store_lock);
	if (cp->wake >= 0)
		close(cp->wake);
	free(cp->marks);
	free(cp->dir);
	free(cp);
}

void checkpoint_attach(struct checkpoint *cp, struct view *v)
{
	assert(!cp->view);
	cp->view = v;
}

int checkpoint_discard(const char *dir, struct sys_error *error)
{
	return viewstore_remove(dir, error);
}

/* ---- marks: the writer's side ---- */

static void set_aside(struct checkpoint *cp, const struct view *v, uint32_t unit)
{
	size_t size = view_unit_size(v, unit);
	struct aside *a = cp->asides_bytes + size <= ASIDE_BYTES ? malloc(sizeof *a + size) : NULL;
	if (!a) {
		cp->lost = true;
		return;
	}
	a->size = view_unit_pack(v, unit, a->packed);
	a->next = cp->asides;
	cp->asides = a;
	cp->asides_n++;
	cp->asides_bytes += size;
}

static void touched(void *ctx, const struct view *v, uint32_t unit)
{
	struct checkpoint *cp = ctx;
	uint8_t was = cp->marks[unit];
	cp->marks[unit] = (uint8_t)((was & ~MARK_WAITING) | MARK_CHANGED);
	if (was & MARK_WAITING)
		set_aside(cp, v, unit);
}

static uint32_t units_of(const struct view *v)
{
	return v->catalogue ? (uint32_t)catalogue_units(v->catalogue) : 0;
}

/* The watch tells of each unit once: it is set anew at every cut. */
bool checkpoint_mark(struct checkpoint *cp, uint8_t mark)
{
	uint32_t n = units_of(cp->view);
	uint8_t *marks = realloc(cp->marks, n ? n : 1);
	cp->marks = marks ? marks : cp->marks;
	if (!marks)
		return false;
	cp->units_n = n;
	memset(marks, mark, n);
	return view_watch(cp->view, touched, cp);
}

/* ---- one checkpoint ---- */

struct making {
	struct checkpoint *cp;
	struct checkpoint_report *report;
	bool stoppable;
	uint64_t catalogue;    /* entry of the one it is about */
	struct view_head head; /* at the cut */
	struct buffer roster, small, slice;
	size_t room;           /* for the largest unit as it was at the cut */
	struct sys_error error;
	int64_t held_since;
};

static int64_t now_us(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static void hold(struct making *m)
{
	viewlock_read(m->cp->lock);
	m->held_since = now_us();
}

static bool slice_over(const struct making *m)
{
	return m->slice.size >= SLICE_BYTES || now_us() - m->held_since >= SLICE_US;
}

static void held(struct making *m)
{
	int64_t us = now_us() - m->held_since;
	if (us > m->report->held_us)
		m->report->held_us = (uint32_t)us;
}

static void let_go(struct making *m)
{
	held(m);
	viewlock_read_end(m->cp->lock);
	if (m->cp->between)
		m->cp->between(m->cp->between_ctx);
}

static enum checkpoint_result later(struct making *m, int code, const char *why)
{
	sys_fail(&m->error, code, "%s", why);
	return CHECKPOINT_LATER;
}

static bool stopped(const struct making *m)
{
	return m->stoppable && atomic_load(&m->cp->stop);
}

static enum checkpoint_result overtaken(struct making *m)
{
	sys_fail(&m->error, -EAGAIN, "a new catalogue came while the old one was copied");
	return CHECKPOINT_BROKEN;
}

/* What there is to do, before the store is touched. */
static enum checkpoint_result peek(struct making *m)
{
	struct checkpoint *cp = m->cp;
	hold(m);
	uint64_t entry = cp->view->head.entry, catalogue = cp->view->head.catalogue_entry;
	let_go(m);
	m->report->entry = entry;
	m->catalogue = catalogue;
	/* a catalogue entry ends the watch, and with it the marks */
	m->report->full = !cp->based || catalogue != cp->base_catalogue;
	return !entry || (cp->based && entry == cp->base_entry) ? CHECKPOINT_NOTHING : CHECKPOINT_DONE;
}

/* ---- catalogue: before the cut, as it changes only by entries of its own ---- */

/* u32 size and row, as many as a slice holds. False = the catalogue is another one now. */
static bool slice_rows(struct making *m, size_t *next, size_t *rows)
{
	const struct view *v = m->cp->view;
	if (v->head.catalogue_entry != m->catalogue)
		return false;
	*rows = v->catalogue ? catalogue_rows(v->catalogue) : 0;
	for (; *next < *rows && !slice_over(m); ++*next) {
		struct catalogue_row row;
		size_t size = 0;
		catalogue_row(v->catalogue, *next, &row);
		uint8_t *encoded = codec_row_encode(&row, &size);
		m->slice.failed = m->slice.failed || !encoded;
		buffer_put_u32(&m->slice, (uint32_t)size);
		buffer_put(&m->slice, encoded, size);
		free(encoded);
	}
	return true;
}

static enum checkpoint_result copy_rows(struct making *m)
{
	size_t next = 0, rows = 1;
	uint32_t place = 0;
	while (next < rows) {
		if (stopped(m))
			return CHECKPOINT_BROKEN;
		buffer_clear(&m->slice);
		hold(m);
		bool same = slice_rows(m, &next, &rows);
		let_go(m);
		if (m->slice.failed)
			return later(m, -ENOMEM, "no memory to copy the catalogue");
		if (!same)
			return overtaken(m);
		for (size_t at = 0, size; at < m->slice.size; at += 4 + size) {
			size = get_u32(m->slice.data + at);
			viewstore_row(m->cp->store, place++, bytes_of(m->slice.data + at + 4, size));
		}
	}
	return CHECKPOINT_DONE;
}

/* ---- the cut: place, roster, and which units are to be copied, all between the same two entries ---- */

static bool mark_cut(struct making *m)
{
	struct checkpoint *cp = m->cp;
	if (m->report->full)
		return checkpoint_mark(cp, MARK_CUT | MARK_WAITING);
	for (uint32_t i = 0; i < cp->units_n; i++)
		cp->marks[i] = cp->marks[i] & MARK_CHANGED ? MARK_CUT | MARK_WAITING : 0;
	return view_watch(cp->view, touched, cp);
}

static enum checkpoint_result cut_locked(struct making *m)
{
	struct checkpoint *cp = m->cp;
	const struct view *v = cp->view;
	if (v->head.catalogue_entry != m->catalogue)
		return overtaken(m);
	m->head = v->head;
	m->report->entry = v->head.entry;
	cp->lost = false;
	roster_pack(&m->roster, v->roster);
	view_small_pack(v, &m->small);
	rows_append(&cp->view->leaving, &cp->view->rows);
	cp->view->handed++;
	m->room = view_unit_room(v);
	if (!m->roster.failed && !m->small.failed && !v->leaving.failed && mark_cut(m))
		return CHECKPOINT_DONE;
	cp->based = false; /* what changes from here on may not be seen */
	return later(m, -ENOMEM, "no memory to begin");
}

static enum checkpoint_result cut(struct making *m)
{
	viewlock_write(m->cp->lock); /* the watch is the fold's: nobody else looks */
	m->held_since = now_us();
	enum checkpoint_result r = cut_locked(m);
	held(m);
	viewlock_write_end(m->cp->lock);
	return r;
}

/* ---- units ---- */

/* Whole units, one behind the other. */
static void slice_units(struct making *m, uint32_t *next)
{
	struct checkpoint *cp = m->cp;
	for (uint32_t n = 0; *next < cp->units_n; ++*next) {
		if (!(cp->marks[*next] & MARK_WAITING))
			continue;
		if (n++ == cp->slice_units || slice_over(m))
			return;
		/* still waiting: so no catalogue has come since the cut, and indexes are those of then */
		m->slice.size += view_unit_pack(cp->view, *next, m->slice.data + m->slice.size);
		cp->marks[*next] &= (uint8_t)~MARK_WAITING;
	}
}

static struct aside *take_asides(struct making *m)
{
	struct checkpoint *cp = m->cp;
	struct aside *list = cp->asides;
	m->report->aside += cp->asides_n;
	cp->asides = NULL;
	cp->asides_n = cp->asides_bytes = 0;
	return list;
}

static void store_unit(struct making *m, struct bytes packed)
{
	viewstore_unit(m->cp->store, packed);
	m->report->units++;
	m->report->bytes += packed.size;
}

static void store_slice(struct making *m, struct aside *asides)
{
	for (size_t at = 0; at < m->slice.size;) {
		const uint8_t *p = m->slice.data + at;
		size_t size = VIEW_UNIT_BYTES + (size_t)get_u32(p + 4);
		store_unit(m, bytes_of(p, size));
		at += size;
	}
	for (struct aside *next; asides; asides = next) {
		next = asides->next;
		store_unit(m, bytes_of(asides->packed, asides->size));
		free(asides);
	}
}

static enum checkpoint_result copy_units(struct making *m)
{
	struct checkpoint *cp = m->cp;
	uint32_t next = 0;
	/* all of it now: no memory is asked for, and no fresh page met, under the lock */
	size_t room = SLICE_BYTES + m->room;
	uint8_t *all = buffer_reserve(&m->slice, room);
	if (!all)
		return later(m, -ENOMEM, "no memory to copy the units");
	memset(all, 0, room);
	for (bool more = true; more;) {
		if (stopped(m))
			return CHECKPOINT_BROKEN;
		buffer_clear(&m->slice);
		hold(m);
		slice_units(m, &next);
		struct aside *asides = take_asides(m);
		bool lost = cp->lost;
		more = next < cp->units_n; /* then nothing waits any more, and nothing more is set aside */
		let_go(m);
		store_slice(m, asides);
		if (lost)
			return later(m, -ENOMEM, "too much changed while it was written");
	}
	return CHECKPOINT_DONE;
}

/* ---- the end of it ---- */

/* Nobody else touches what leaves: readers look, and the next cut is this thread's own. */
static void store_rows(struct checkpoint *cp, enum row_table table)
{
	struct rows_walk w = { 0 };
	struct bytes key, value;
	while (rows_next(&cp->view->leaving, table, (struct bytes){ 0 }, &w, &key, &value))
		viewstore_put(cp->store, table, key, value);
}

static enum checkpoint_result commit(struct making *m)
{
	struct checkpoint *cp = m->cp;
	viewstore_roster(cp->store, buffer_bytes(&m->roster));
	viewstore_small(cp->store, buffer_bytes(&m->small));
	for (unsigned t = 0; t < ROWS_TABLES; t++)
		store_rows(cp, (enum row_table)t);
	/* pages are larger than what is in them, and the old ones stay until this has committed */
	if (viewstore_room(cp->dir, 2 * (m->report->bytes + m->roster.size + m->small.size + rows_bytes(&cp->view->leaving)), &m->error)) {
		viewstore_abort(cp->store);
		return CHECKPOINT_LATER;
	}
	switch (viewstore_commit(cp->store, &m->head, &m->error)) {
	case KV_OK:
		return CHECKPOINT_DONE;
	case KV_REFUSED:
		return CHECKPOINT_LATER;
	case KV_UNKNOWN:
		break;
	}
	/* what it holds is not known; the old one stays beside for who wants to look. A new one would lack the rows that
	 * this one had: the next start emits them again */
	cp->based = false;
	checkpoint_put_away(cp, true);
	sys_fail(&cp->off, -EIO, "view/ is not known to be whole: the next start makes it anew");
	return CHECKPOINT_LATER;
}

/* Only what is on disk loses its marks. */
static void settle(struct making *m, bool done)
{
	struct checkpoint *cp = m->cp;
	hold(m);
	for (uint32_t i = 0; i < cp->units_n; i++) {
		uint8_t was = cp->marks[i];
		cp->marks[i] = was & MARK_CHANGED || (!done && was & MARK_CUT) ? MARK_CHANGED : 0;
	}
	drop_asides(cp);
	let_go(m);
	if (!done)
		return;
	viewlock_write(cp->lock);
	struct rows gone = cp->view->leaving;
	cp->view->leaving = (struct rows){ 0 };
	cp->view->handed++;
	viewlock_write_end(cp->lock);
	rows_free(&gone);
	cp->based = true;
	cp->base_entry = m->head.entry;
	cp->base_catalogue = m->head.catalogue_entry;
}

static enum checkpoint_result write_all(struct making *m)
{
	struct viewstore *s = m->cp->store;
	enum checkpoint_result r = CHECKPOINT_DONE;
	viewstore_begin(s);
	if (m->report->full) {
		viewstore_clear(s);
		r = copy_rows(m);
	}
	if (r == CHECKPOINT_DONE)
		r = cut(m);
	if (r == CHECKPOINT_DONE)
		r = copy_units(m);
	if (r == CHECKPOINT_DONE)
		return commit(m);
	viewstore_abort(s);
	return r;
}

static enum checkpoint_result make(struct making *m)
{
	struct checkpoint *cp = m->cp;
	enum checkpoint_result r = peek(m);
	if (r != CHECKPOINT_DONE)
		return r;
	if (cp->off.text[0])
		return later(m, -EIO, cp->off.text);
	if (!cp->store && checkpoint_open(cp, &m->error))
		return CHECKPOINT_LATER;
	r = write_all(m);
	settle(m, r == CHECKPOINT_DONE);
	return r;
}

enum checkpoint_result checkpoint_make(struct checkpoint *cp, struct checkpoint_report *report, bool stoppable)
{
	struct making m = { .cp = cp,
			    .report = report,
			    .stoppable = stoppable,
			    .roster.cap = BUFFER_ANY,
			    .small.cap = BUFFER_ANY,
			    .slice.cap = BUFFER_ANY };
	int64_t began = now_us();
	*report = (struct checkpoint_report){ 0 };
	assert(cp->view);
	report->result = make(&m);
	report->error = m.error;
	report->took_ms = (uint32_t)((now_us() - began) / 1000);
	buffer_free(&m.roster);
	buffer_free(&m.small);
	buffer_free(&m.slice);
	return report->result;
}

enum checkpoint_result checkpoint_write(struct checkpoint *cp, struct checkpoint_report *report)
{
	return checkpoint_make(cp, report, false);
}
