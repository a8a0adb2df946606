// SPDX-License-Identifier: Apache-2.0
/* What the daemon keeps fresh beside pushing: the slice, what the centre holds about us, and what it
 * has told us. */
#include "agent/run_inner.h"

#include "agent/slice.h"
#include "common/sys/log.h"

#include <errno.h>
#include <inttypes.h>

/*
 * The office's own cells are looked at soon after something of ours was settled, and now and then
 * because others may report for us. Times are parts of the ping interval (20 s), and thrown: a
 * thousand offices do not ask together. However much there is to read, at most a small part of the
 * time is spent on it.
 */
enum {
	FETCH_AGAIN_MS = 30000,
	SOON_PARTS = 8,  /* 2.5 to 5 s: acks that follow each other are one question */
	EVERY_TIMES = 15, /* 5 to 10 min */
	REST_TIMES = 20,  /* of what the last one took */
	FAILURES_MAX = 4  /* 20 s, 40 s ... 5 min and more */
};

static int64_t thrown(int64_t below)
{
	uint32_t n;

	keys_random(&n, sizeof n);
	return below > 0 ? n % below : 0;
}

void run_stale(struct run *r, bool whole)
{
	int64_t part = r->office->config.ping_ms / SOON_PARTS;
	int64_t soon = clock_transport() + part + thrown(part);

	r->cells_whole |= whole;
	if (soon < r->cells_rest)
		soon = r->cells_rest;
	if (soon < r->cells_at)
		r->cells_at = soon;
}

/* ---- ends ---- */

static void slice_ended(struct run *r, bool good, int64_t now)
{
	struct office *o = r->office;

	if (!good) {
		log_warn("the catalogue could not be fetched: %s", r->fetch.error.text);
		r->fetch_after = now + FETCH_AGAIN_MS;
		return;
	}
	o->slice = r->fetch.head;
	o->centre.catalogue_entry = o->slice.entry; /* the newest we heard of */
	log_info("catalogue %" PRIu64 " is here (unit %s)", o->slice.entry, o->slice.scope);
	run_stale(r, false);
}

static void cells_failed(struct run *r, int64_t now)
{
	int64_t wait = r->office->config.ping_ms << r->cells_failures;

	if (!r->cells_failures) /* said once; then it is known */
		log_info("what the centre holds of us could not be fetched: %s",
			 r->fetch.error.text);
	if (r->cells_failures < FAILURES_MAX)
		r->cells_failures++;
	r->cells_whole = true;
	r->cells_rest = r->cells_at = now + wait + thrown(wait);
}

static void cells_ended(struct run *r, int64_t now)
{
	int64_t ping = r->office->config.ping_ms, every = EVERY_TIMES * ping;

	r->cells_failures = 0;
	r->cells_rest = now + ping + REST_TIMES * (now - r->fetch_began);
	if (r->cells_at == INT64_MAX) /* else it was wanted again meanwhile */
		r->cells_at = now + every + thrown(every);
	if (r->cells_at < r->cells_rest)
		r->cells_at = r->cells_rest;
	log_debug("what the centre holds of us is known up to entry %" PRIu64 "%s",
		  r->fetch.head.entry, r->fetch.pages ? "" : ": nothing new");
}

static void inbox_ended(struct run *r, bool good, int64_t now)
{
	if (good) {
		r->mail = r->fetch.mail;
		log_info("what the centre told us is here up to entry %" PRIu64, r->mail.since);
		return;
	}
	log_warn("what the centre told us could not be fetched: %s", r->fetch.error.text);
	r->mail_after = now + FETCH_AGAIN_MS;
}

static void ended(struct run *r, int64_t now)
{
	bool good = r->fetch.state == FETCH_DONE;

	if (r->fetch.code && r->fetch.code != -ENOSPC) { /* knowledge can wait for room */
		r->failed = r->fetch.code;
		r->error = r->fetch.error;
	}
	if (r->fetch.inbox)
		inbox_ended(r, good, now);
	else if (r->fetch.shelf == SPOOL_SLICE)
		slice_ended(r, good, now);
	else if (good)
		cells_ended(r, now);
	else
		cells_failed(r, now);
}

/* ---- beginnings ---- */

/* Where our unit stands in the tree, for the short question. */
static void short_question(struct run *r, uint64_t since)
{
	struct office *o = r->office;
	struct spool_shelf_head head;
	struct sys_error why;
	struct catalogue *c = slice_load(o->spool, &head, &why);

	if (!c)
		return;
	uint32_t own = catalogue_unit_by_code(c, head.scope, (struct date){0});

	if (own != NO_INDEX)
		fetch_since(&r->fetch, catalogue_unit(c, own)->path, since);
	catalogue_free(c);
}

static void look_at_cells(struct run *r, int64_t now)
{
	struct office *o = r->office;
	struct spool_shelf_head head;
	struct sys_error why;

	r->cells_at = INT64_MAX;
	fetch_start(&r->fetch, SPOOL_CELLS, o->slice.scope, 0, now);
	/* a command may have asked since: the spool knows */
	if (!r->cells_whole && spool_shelf_head(o->spool, SPOOL_CELLS, &head, &why) == 0 &&
	    head.entry)
		short_question(r, head.entry);
	r->cells_whole = false;
}

/* A restored centre may have told us less, and something else under the same numbers. */
static bool untold(const struct run *r)
{
	bool other = memcmp(r->mail.incarnation, r->office->centre.incarnation, SPOOL_ID) != 0;

	return other ? r->mail_heard || r->mail.since : r->mail_heard > r->mail.since;
}

void run_fetch(struct run *r)
{
	struct office *o = r->office;
	int64_t now = clock_transport();

	if (r->fetch.state == FETCH_WORKING) {
		if (fetch_step(&r->fetch, now) == FETCH_WORKING)
			return;
		ended(r, now);
	}
	if (r->failed || r->push.state != PUSH_UP)
		return;
	r->fetch_began = now;
	if (o->centre.catalogue_entry && o->slice.entry != o->centre.catalogue_entry &&
	    now >= r->fetch_after)
		fetch_start(&r->fetch, SPOOL_SLICE, "", 0, now);
	else if (untold(r) && now >= r->mail_after)
		fetch_inbox(&r->fetch, &r->mail, now);
	else if (o->slice.scope[0] && now >= r->cells_at)
		look_at_cells(r, now);
	else
		return;
	if (r->fetch.state == FETCH_FAILED) /* no socket to be had */
		ended(r, now);
}
