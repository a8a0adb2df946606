// SPDX-License-Identifier: Apache-2.0
#include "server/writer.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "common/sys/log.h"
#include "common/sys/loop.h"
#include "server/admin.h"
#include "server/feed.h"
#include "server/ingest.h"

enum {
	DRAIN_MESSAGES = 512,	 /* of one turn: a flood must not keep the acks waiting */
	SIMULATED_TICK_MS = 100, /* how soon a simulated midnight is seen without traffic */
	FULL_RETRY_MS = 1000,	 /* a full disk is tried again so often */
	BEHIND_MS = 60000,	 /* a clock that is set back by less is no news */
	LOOK_MS = 10000		 /* the disk is looked at, dead readers are cleared so often */
};

struct writer {
	struct writer_options o;
	struct core *core;
	struct net_socket *ingest, *admin;
	struct feed *feed;
	struct ingest in;
	struct net_message message;
	struct buffer reply;
	int64_t full_until; /* the disk refused a commit: Busy until then; 0 = no trouble */
	enum core_clock_state clock;
	int64_t look_at;
	size_t revoked; /* feed keys that are revoked */
	char closed[200];
};

__attribute__((noreturn)) static void end(const char *what, const struct sys_error *error)
{
	log_error("%s: %s; the process ends, the next start reads what is true", what, error->text);
	_exit(3); /* no clean-up: nothing in memory may be trusted or written any more */
}

/* ---- one turn, in the order of effects ---- */

static void note_clock(struct writer *w, enum core_clock_state state)
{
	if (state == CORE_CLOCK_AHEAD && w->clock != state)
		log_error("the clock is more than %d days after the last tick: check it, then "
			  "`tiendo-server clock accept`; until then nothing is taken",
			  CORE_MISSED_DAYS);
	int64_t behind =
		core_view(w->core)->head.received.ms - clock_wall(core_clock(w->core)).ms;
	STATS_SET(w->o.stats, clock_behind_ms, behind > 0 ? (uint64_t)behind : 0);
	if (state == CORE_CLOCK_BEHIND && w->clock != state && behind > BEHIND_MS)
		log_warn("the clock is %lld s behind the last entry: check it; until it has caught "
			 "up, what comes in is stamped with that entry's time",
			 (long long)(behind / 1000));
	w->clock = state;
}

/* Disk full: Busy, not ready, go on; tried again after a while. */
static void refused(struct writer *w, const struct sys_error *error)
{
	if (!w->full_until)
		log_error("the journal refused a commit (%s): nothing was taken, offices are told "
			  "to wait",
			  error->text);
	STATS_ADD(w->o.stats, commits_refused, 1);
	w->full_until = w->in.now + FULL_RETRY_MS;
	snprintf(w->closed, sizeof w->closed, "the centre cannot write its journal now: %.120s",
		 error->text);
}

static void tick(struct writer *w)
{
	struct sys_error error = {""};
	enum core_clock_state state = w->clock;

	switch (core_tick(w->core, &state, &error)) {
	case CORE_OK:
		break;
	case CORE_REFUSED:
		refused(w, &error);
		break;
	case CORE_FATAL:
		end("the day's tick", &error);
	}
	note_clock(w, state);
}

/* What keeps the centre from taking anything in this turn. */
static const char *why_closed(struct writer *w)
{
	if (w->clock == CORE_CLOCK_AHEAD)
		return "the centre's clock has jumped and waits for its operator";
	if (w->full_until > w->in.now)
		return w->closed;
	return NULL;
}

static void drain(struct writer *w)
{
	w->in.closed = why_closed(w);
	for (unsigned n = 0; n < DRAIN_MESSAGES && !core_full(w->core) && !w->in.rolled_back; n++) {
		int rc = net_receive(w->ingest, &w->message);
		if (rc == -EMSGSIZE)
			continue; /* too many frames: gone already, and nobody to answer */
		if (rc)
			break;
		ingest_message(&w->in, &w->message);
	}
}

static void writable_again(struct writer *w)
{
	if (w->full_until)
		log_info("the journal can be written again");
	w->full_until = 0;
}

/* A full disk is tried again even when nobody offers anything: readiness comes back by itself. */
static void probe(struct writer *w)
{
	struct sys_error error = {""};

	if (!w->full_until || w->full_until > w->in.now)
		return;
	switch (core_probe(w->core, &error)) {
	case CORE_OK:
		writable_again(w);
		return;
	case CORE_REFUSED:
		refused(w, &error);
		return;
	case CORE_FATAL:
		end("the try whether the journal can be written", &error);
	}
}

static void settle(struct writer *w)
{
	struct sys_error error = {""};
	bool grouping = core_grouping(w->core);

	switch (core_commit(w->core, &error)) {
	case CORE_OK:
		if (grouping) {
			STATS_ADD(w->o.stats, commits, 1);
			writable_again(w);
		}
		replies_send(w->in.replies, w->ingest);
		return;
	case CORE_REFUSED:
		refused(w, &error);
		replies_refuse(w->in.replies, w->ingest, w->closed);
		return;
	case CORE_FATAL:
		end("the commit", &error);
	}
}

static void react_to_loss(struct writer *w)
{
	struct sys_error error = {""};

	if (!w->in.rolled_back)
		return;
	w->in.rolled_back = false;
	log_error("a genuine receipt is not in the journal: this store was rolled back; a new "
		  "incarnation begins and nobody enters until `tiendo-server agent confirm`");
	if (core_rolled_back(w->core, w->in.lost, &error) == CORE_FATAL)
		end("the new incarnation", &error);
	doorlist_publish(w->o.doorlist, core_view(w->core)->roster, core_locked(w->core));
	loop_wake(w->o.roster_wake);
}

/* Keys that could read the feed once. One more means that somebody must be cut off. */
static size_t revoked_readers(const struct roster *r)
{
	size_t n = 0;

	for (size_t i = 0; i < roster_keys(r); i++) {
		const struct roster_key *k = roster_key_at(r, i);
		const struct principal *p = roster_principal(r, k->principal);
		n += k->revoked && p && p->role != ROLE_AGENT;
	}
	return n;
}

static void publish(struct writer *w)
{
	struct change *ch = core_change(w->core);

	if (ch->roster || ch->generation) {
		doorlist_publish(w->o.doorlist, core_view(w->core)->roster, core_locked(w->core));
		loop_wake(w->o.roster_wake);
	}
	feed_mark(w->feed, ch);
	if (ch->roster && revoked_readers(core_view(w->core)->roster) != w->revoked) {
		w->revoked = revoked_readers(core_view(w->core)->roster);
		feed_rebind(w->feed);
	}
	change_clear(ch);
}

static void administer(struct writer *w)
{
	while (net_receive(w->admin, &w->message) == 0) {
		struct bytes frames[2] = {net_frame(&w->message, 0)};

		buffer_clear(&w->reply);
		enum core_result r = admin_handle(w->core, net_frame(&w->message, 1), &w->reply);
		if (r != CORE_FATAL)
			publish(w); /* before the answer: a key that was added knocks at once */
		frames[1] = buffer_bytes(&w->reply);
		net_send(w->admin, frames, 2);
		if (r == CORE_FATAL)
			end("a command of the administrator",
			    &(struct sys_error){"the outcome of its commit is unknown"});
	}
}

static void show(struct writer *w)
{
	const struct view_head *h = &core_view(w->core)->head;
	struct feed_stats f = feed_stats(w->feed);
	int ready = core_locked(w->core)	   ? STATS_LOCKED
		    : w->clock == CORE_CLOCK_AHEAD ? STATS_CLOCK
		    : w->full_until		   ? STATS_DISK_FULL
						   : STATS_READY;

	STATS_SET(w->o.stats, entries, h->entry);
	STATS_SET(w->o.stats, today, h->today.ymd);
	STATS_SET(w->o.stats, deltas, f.deltas);
	STATS_SET(w->o.stats, subscriptions, f.prefixes);
	if (f.floods > STATS_GET(w->o.stats, subscription_floods))
		log_error("more than %d distinct subscriptions at the feed, %llu of them begun by key "
			  "%u: all lines of the feed were cut; revoke the key if it goes on",
			  FEED_SUBSCRIPTIONS, (unsigned long long)f.flood_subscriptions,
			  f.flood_key);
	STATS_SET(w->o.stats, subscription_floods, f.floods);
	atomic_store(&w->o.stats->ready, ready);
}

/* What grows for weeks before it hurts: a forgotten reader, the file, the disk. */
static void show_disk(struct writer *w)
{
	struct kv_stat stat;
	struct statvfs fs;

	if (!kv_stat(journal_kv(core_journal(w->core)), &stat, NULL)) {
		STATS_SET(w->o.stats, reader_lag, stat.reader_lag);
		STATS_SET(w->o.stats, reader_age_ms, (uint64_t)stat.reader_age_ms);
		STATS_SET(w->o.stats, journal_bytes, stat.used_bytes);
	}
	if (!statvfs(w->o.dir, &fs))
		STATS_SET(w->o.stats, disk_free_bytes, (uint64_t)fs.f_bavail * fs.f_frsize);
}

/* What wants a look now and then. */
static void look_after(struct writer *w)
{
	struct sys_error error = {""};

	if (clock_problem(core_clock(w->core), &error)) {
		if (*error.text)
			log_warn("%s", error.text);
		else
			log_info("the clock can be read again");
	}
	if (w->in.now < w->look_at)
		return;
	w->look_at = w->in.now + LOOK_MS;
	kv_reader_check(journal_kv(core_journal(w->core)));
	show_disk(w);
}

int64_t writer_turn(struct writer *w)
{
	w->in.now = clock_transport();
	tick(w);
	administer(w);
	drain(w);
	settle(w);
	probe(w);
	react_to_loss(w);
	look_after(w);
	publish(w);
	int64_t due = feed_tick(w->feed, clock_transport());
	int64_t soon = w->in.now + SIMULATED_TICK_MS;
	show(w);
	return clock_simulated(core_clock(w->core)) && soon < due ? soon : due;
}

void *writer_run(void *arg)
{
	struct writer *w = arg;
	int rc;

	do {
		int64_t due = writer_turn(w);
		struct loop_item items[] = {{.socket = w->ingest},
					    {.socket = w->admin},
					    {.socket = feed_socket(w->feed), .fd = -1}};
		rc = loop_wait(items, BASE_COUNT(items), due);
	} while (rc != -ESHUTDOWN);
	net_message_clear(&w->message);
	net_socket_close(&w->ingest);
	net_socket_close(&w->admin);
	feed_close(&w->feed);
	return NULL;
}

/* ---- opening ---- */

struct writer *writer_open(const struct writer_options *options, struct sys_error *error)
{
	struct writer *w = base_alloc(sizeof *w);
	const struct feed_options feed = {.net = options->net,
					  .bind = options->feed,
					  .view = core_view(options->core),
					  .clock = core_clock(options->core)};

	w->o = *options;
	w->core = options->core;
	w->in = (struct ingest){.core = w->core,
				.intake = intake_new(),
				.replies = replies_new(options->stats),
				.stats = options->stats,
				.heard = options->heard};
	w->ingest = net_router_bind(options->net, &options->ingest, error);
	w->admin = w->ingest ? net_pair_bind(options->net, WRITER_ADMIN, error) : NULL;
	w->revoked = revoked_readers(core_view(w->core)->roster);
	w->feed = w->admin ? feed_open(&feed, error) : NULL;
	if (w->feed)
		return w;
	writer_close(w);
	return NULL;
}

const char *writer_ingest(const struct writer *w)
{
	return net_endpoint(w->ingest);
}

const char *writer_feed(const struct writer *w)
{
	return net_endpoint(feed_socket(w->feed));
}

void writer_close(struct writer *w)
{
	if (!w)
		return;
	net_socket_close(&w->ingest);
	net_socket_close(&w->admin);
	feed_close(&w->feed);
	intake_free(w->in.intake);
	replies_free(w->in.replies);
	buffer_free(&w->reply);
	free(w);
}
