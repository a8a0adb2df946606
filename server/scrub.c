// SPDX-License-Identifier: Apache-2.0
#include "server/scrub.h"

#include <errno.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <unistd.h>

#include "common/sys/clock.h"
#include "common/sys/log.h"

struct scrub {
	struct scrub_options o;
	_Atomic bool stop;
	int wake;
};

struct scrub *scrub_new(const struct scrub_options *options)
{
	struct scrub *s = base_alloc(sizeof *s);

	s->o = *options;
	s->o.rest_ms = s->o.rest_ms ? s->o.rest_ms : SCRUB_REST_MS;
	s->o.round_ms = s->o.round_ms ? s->o.round_ms : SCRUB_ROUND_MS;
	s->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (s->wake >= 0)
		return s;
	free(s);
	return NULL;
}

void scrub_free(struct scrub *s)
{
	if (!s)
		return;
	close(s->wake);
	free(s);
}

void scrub_stop(struct scrub *s)
{
	uint64_t one = 1;

	atomic_store(&s->stop, true);
	while (write(s->wake, &one, sizeof one) < 0 && errno == EINTR)
		; /* with EAGAIN it is awake already */
}

static void rest(const struct scrub *s, int64_t ms)
{
	struct pollfd p = {.fd = s->wake, .events = POLLIN};

	if (!atomic_load(&s->stop))
		poll(&p, 1, ms < s->o.round_ms ? (int)ms : (int)s->o.round_ms);
}

/* True: the whole journal was read. Otherwise `error`, or it was stopped. */
static bool whole_round(struct scrub *s, struct sys_error *error)
{
	struct journal_verify *v = journal_verify_new(s->o.journal);
	bool done = false;
	int rc = 0;

	journal_verify_pace(v, SCRUB_ENTRIES);
	while (!rc && !done && !atomic_load(&s->stop)) {
		int64_t began = clock_transport();

		rc = journal_verify_slice(v, &done, error);
		STATS_SET(s->o.stats, scrubbed, journal_verify_entries(v));
		int64_t ms = (clock_transport() - began) * SCRUB_REST;
		rest(s, ms > s->o.rest_ms ? ms : s->o.rest_ms);
	}
	journal_verify_free(v);
	return !rc && done;
}

void *scrub_run(void *scrub)
{
	struct scrub *s = scrub;

	setpriority(PRIO_PROCESS, (id_t)gettid(), 19); /* of this thread alone */
	while (!atomic_load(&s->stop)) {
		struct sys_error error = {""};
		bool whole = whole_round(s, &error);

		if (whole || error.text[0]) {
			journal_fault_set(s->o.journal, error.text);
			STATS_SET(s->o.stats, journal_damaged, !whole);
			STATS_ADD(s->o.stats, scrubs, 1);
		}
		if (error.text[0])
			log_error("the journal is damaged: %s; keep a copy of the store, see `tiendo-server verify`",
				  error.text);
		rest(s, s->o.round_ms);
	}
	return NULL;
}
