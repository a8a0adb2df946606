// SPDX-License-Identifier: Apache-2.0
#include "server/serve.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

#include "common/sys/log.h"
#include "common/sys/loop.h"
#include "server/checkpoint.h"
#include "server/commands.h"
#include "server/core.h"
#include "server/door.h"
#include "server/query_journal.h"
#include "server/query.h"
#include "server/scrub.h"
#include "server/writer.h"

enum { THREADS = 4 };

struct server {
	const struct store *store;
	struct core *core;
	struct net *net;
	struct door *door;
	struct writer *writer;
	struct query *query;
	struct scrub *scrub;
	struct doorlist doorlist;
	struct stats stats;
	struct query_stats query_stats;
	struct heard heard;
	int signals, roster_wake;
	pthread_t threads[THREADS];
	int threads_n;
	char endpoint[3][NET_ENDPOINT_MAX + 1];
	bool unkept; /* the last checkpoint could not be written */
};

/* ---- the store ---- */

int serve_core(struct core **out, const struct store *store, bool accept_clock,
	       struct sys_error *error)
{
	const struct core_options options = {.accept_clock = accept_clock};
	enum core_clock_state clock;
	int rc = core_open(out, store, &options, error);

	if (rc)
		return rc;
	int marked = store_marked(store, error);
	if (marked < 0)
		return marked;
	if (marked) {
		/* the entry first: a crash between the two makes one incarnation too many, never
		 * one too few */
		if (core_restored(*out, error) != CORE_OK)
			return -EIO;
		log_warn("this is a restored backup: a new incarnation begins; receipts above "
			 "entry %llu are offered again; look at `agent list` for keys revoked "
			 "since the backup",
			 (unsigned long long)core_view(*out)->head.entry - 1);
		rc = store_unmark(store, error);
		if (rc)
			return rc;
	}
	uint32_t rules = core_rules(*out);
	enum core_result renewed = core_renew_rules(*out, error);
	if (renewed == CORE_FATAL)
		return -EIO;
	if (renewed == CORE_REFUSED)
		log_warn("the rules of this build cannot be put into the journal (%s): those of version %u stay until the "
			 "next start", error->text, rules);
	else if (rules != core_rules(*out))
		log_info("from entry %llu on rules version %u admits; it was %u",
			 (unsigned long long)core_view(*out)->head.entry, core_rules(*out), rules);
	/* refused = a full disk: the writer tries again, and says so until then */
	return core_tick(*out, &clock, error) == CORE_FATAL ? -EIO : 0;
}

/* ---- the checkpoint ---- */

/* What keeps failing is said once. */
static void on_checkpoint(void *ctx, const struct checkpoint_report *r)
{
	struct server *s = ctx;

	if (r->result == CHECKPOINT_LATER && !s->unkept)
		log_warn("no checkpoint can be written (%s): the server goes on, but the next "
			 "start will take longer",
			 r->error.text);
	if (r->result == CHECKPOINT_DONE)
		STATS_SET(&s->stats, checkpoint, r->entry);
	if (r->result == CHECKPOINT_DONE)
		log_debug("checkpoint of entry %llu: %zu units in %u ms, the view held for %u us "
			  "at most",
			  (unsigned long long)r->entry, r->units, r->took_ms, r->held_us);
	if (r->result == CHECKPOINT_DONE && s->unkept)
		log_info("checkpoints can be written again");
	s->unkept = r->result == CHECKPOINT_LATER;
}

static void log_start(struct server *s)
{
	struct core_start start = core_start(s->core);

	STATS_SET(&s->stats, checkpoint, start.from);
	if (start.place.text[0])
		log_warn("%s", start.place.text);
	if (start.from)
		log_info("loaded the checkpoint of entry %llu in %lld ms", (unsigned long long)start.from,
			 (long long)start.load_ms);
	else if (start.reason.text[0])
		log_warn("the checkpoint in view/ is not used, everything was folded again: %s",
			 start.reason.text);
	log_info("folded %llu entries in %lld ms, compared the sums with a recomputation in %lld ms",
		 (unsigned long long)start.folded, (long long)start.fold_ms, (long long)start.check_ms);
}

/* ---- sockets ---- */

static struct net_bind binding(const struct server *s, int which, const char *domain, int64_t max)
{
	return (struct net_bind){.endpoint = s->endpoint[which],
				 .secret_key = s->store->key.secret_key,
				 .zap_domain = domain,
				 .max_message = max};
}

static void name_endpoints(struct server *s)
{
	const struct store_conf *conf = &s->store->conf;
	const int64_t ports[] = {conf->port_ingest, conf->port_feed, conf->port_query};

	for (size_t i = 0; i < BASE_COUNT(ports); i++)
		snprintf(s->endpoint[i], sizeof s->endpoint[i], "tcp://%.200s:%lld", conf->address,
			 (long long)ports[i]);
}

static int open_writer(struct server *s, struct sys_error *error)
{
	const struct writer_options options = {
		.net = s->net,
		.core = s->core,
		.dir = s->store->dir,
		.stats = &s->stats,
		.heard = &s->heard,
		.doorlist = &s->doorlist,
		.roster_wake = s->roster_wake,
		.ingest = binding(s, 0, DOOR_INGEST, NET_INGEST_MESSAGE),
		.feed = binding(s, 1, DOOR_FEED, NET_SUBSCRIPTION_MESSAGE)};

	s->writer = writer_open(&options, error);
	return s->writer ? 0 : -EIO;
}

static int open_query(struct server *s, struct sys_error *error)
{
	const struct query_options options = {
		.net = s->net,
		.bind = binding(s, 2, DOOR_QUERY, NET_QUESTION_MESSAGE),
		.view = core_view(s->core),
		.lock = core_lock(s->core),
		.journal = query_journal_of(core_journal(s->core)),
		.rows = query_rows_of(core_keeper(s->core)),
		.clock = core_clock(s->core),
		.stats = &s->query_stats,
		.centre = &s->stats,
		.heard = &s->heard};

	s->query = query_open(&options, error);
	return s->query ? 0 : -EIO;
}

static int open_sockets(struct server *s, struct sys_error *error)
{
	const struct door_options door = {.net = s->net,
					  .store = s->store,
					  .doorlist = &s->doorlist,
					  .stats = &s->stats,
					  .query = &s->query_stats,
					  .signals = s->signals,
					  .roster_wake = s->roster_wake};

	s->door = door_open(&door, error); /* before any other bind: nobody enters unasked */
	if (!s->door)
		return -EIO;
	name_endpoints(s);
	int rc = open_writer(s, error);
	if (!rc)
		rc = open_query(s, error);
	if (!rc)
		rc = door_health(s->door, error);
	return rc ? rc : door_admin(s->door, error);
}

/* For those who start a server with port 0, and for a look: a full disk keeps nobody out. */
static void write_endpoints(const struct server *s)
{
	struct buffer text = {0};
	struct sys_error error;
	char path[STORE_PATH_MAX], key[KEYS_Z85 + 1];

	buffer_format(&text,
		      "ingest = %s\nfeed = %s\nquery = %s\nhealth = http://127.0.0.1:%u\nkey = "
		      "%s\npid = %ld\n",
		      writer_ingest(s->writer), writer_feed(s->writer), query_endpoint(s->query),
		      door_health_port(s->door), keys_z85(s->store->key.public_key, key),
		      (long)getpid());
	if (base_file_write(store_path(s->store, "endpoints", path), 0644, buffer_bytes(&text), &error))
		log_warn("%s", error.text);
	buffer_free(&text);
}

static int open_all(struct server *s, bool accept_clock, struct sys_error *error)
{
	int rc = serve_core(&s->core, s->store, accept_clock, error);

	if (rc)
		return rc;
	log_start(s);
	s->signals = loop_signals(error);
	s->roster_wake = loop_wake_open(error);
	if (s->signals < 0 || s->roster_wake < 0)
		return -EMFILE;
	s->net = net_open_server(error);
	if (!s->net)
		return -EIO;
	rc = open_sockets(s, error);
	if (!rc)
		rc = door_test(s->door, writer_ingest(s->writer), writer_feed(s->writer),
			       query_endpoint(s->query), error);
	if (!rc)
		write_endpoints(s);
	return rc;
}

static void close_all(struct server *s)
{
	char path[STORE_PATH_MAX];

	door_close(s->door);
	writer_close(s->writer);
	query_close(&s->query);
	net_close(s->net);
	core_close(s->core);
	doorlist_destroy(&s->doorlist);
	heard_free(&s->heard);
	unlink(store_path(s->store, "endpoints", path));
	if (s->signals >= 0)
		close(s->signals);
	if (s->roster_wake >= 0)
		close(s->roster_wake);
}

/* ---- threads ---- */

static int start_threads(struct server *s, struct sys_error *error)
{
	const struct scrub_options scrub = {.journal = core_journal(s->core), .stats = &s->stats};

	s->scrub = scrub_new(&scrub);
	const struct {
		const char *what;
		void *(*body)(void *);
		void *arg;
	} threads[THREADS] = {{"the writer", writer_run, s->writer},
			      {"questions", query_run, s->query},
			      {"the checkpoint", checkpoint_run, core_keeper(s->core)},
			      {"reading the journal again", scrub_run, s->scrub}};

	if (!s->scrub)
		return sys_fail(error, -EMFILE, "no descriptor for reading the journal again");
	checkpoint_tell(core_keeper(s->core), on_checkpoint, s);
	for (; s->threads_n < THREADS; s->threads_n++) {
		if (pthread_create(&s->threads[s->threads_n], NULL, threads[s->threads_n].body,
				   threads[s->threads_n].arg))
			return sys_fail(error, -EAGAIN, "no thread for %s",
					threads[s->threads_n].what);
	}
	return 0;
}

static void end_threads(struct server *s)
{
	net_stop(s->net);
	checkpoint_stop(core_keeper(s->core));
	if (s->scrub)
		scrub_stop(s->scrub);
	while (s->threads_n)
		pthread_join(s->threads[--s->threads_n], NULL);
	scrub_free(s->scrub);
}

static int run_threads(struct server *s, struct sys_error *error)
{
	const struct view_head *h = &core_view(s->core)->head;

	log_info("ready: entry %llu, ingest %s, feed %s, query %s, health http://127.0.0.1:%u",
		 (unsigned long long)h->entry, writer_ingest(s->writer), writer_feed(s->writer),
		 query_endpoint(s->query), door_health_port(s->door));
	doorlist_publish(&s->doorlist, core_view(s->core)->roster, core_locked(s->core));
	loop_wake(s->roster_wake);
	int rc = start_threads(s, error);
	if (!rc)
		door_run(s->door);
	atomic_store(&s->stats.ready, STATS_STOPPING);
	end_threads(s);
	return rc;
}

/* The next start has nothing to fold then; without it, it has. */
static void keep_at_the_end(struct server *s)
{
	struct sys_error error = {""};

	if (core_checkpoint(s->core, &error))
		log_warn("%s; the next start will take longer", error.text);
}

int serve(const struct store *store, bool accept_clock)
{
	struct server s = {.store = store, .signals = -1, .roster_wake = -1};
	struct sys_error error = {""};

	doorlist_init(&s.doorlist);
	int rc = open_all(&s, accept_clock, &error);
	if (!rc)
		rc = run_threads(&s, &error);
	if (!rc)
		keep_at_the_end(&s);
	close_all(&s);
	if (!rc) {
		log_info("stopped");
		return EXIT_GOOD;
	}
	log_error("%s", error.text);
	return EXIT_ENVIRONMENT;
}
