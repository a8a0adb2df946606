// SPDX-License-Identifier: Apache-2.0
/*
 * answer_health: how the centre is, from its counters, and of whom it has heard when. For operators: it names everybody.
 * Cursor: as answer_streams.
 */
#include "common/domain/says.h"
#include "server/answer_streams.h"

static void fill_counters(Tiendo__V1__CentreHealth *m, const struct stats *s)
{
	m->ready = (char *)stats_ready_word(atomic_load(&s->ready));
	m->checkpoint = STATS_GET(s, checkpoint);
	m->updates_taken = STATS_GET(s, updates_taken);
	m->updates_refused = STATS_GET(s, updates_refused);
	m->duplicates = STATS_GET(s, duplicates);
	m->conflicts = STATS_GET(s, conflicts);
	m->commits = STATS_GET(s, commits);
	m->commits_refused = STATS_GET(s, commits_refused);
	m->nacks = STATS_GET(s, nacks);
	m->busy = STATS_GET(s, busy);
	m->sessions = STATS_GET(s, sessions);
	m->handshakes = STATS_GET(s, handshakes);
	m->handshakes_refused = STATS_GET(s, handshakes_refused);
	m->handshakes_unknown = STATS_GET(s, handshakes_unknown);
	m->subscriptions = STATS_GET(s, subscriptions);
	m->deltas = STATS_GET(s, deltas);
	m->journal_bytes = STATS_GET(s, journal_bytes);
	m->disk_free_bytes = STATS_GET(s, disk_free_bytes);
	m->journal_damaged = STATS_GET(s, journal_damaged);
	m->reader_lag = STATS_GET(s, reader_lag);
}

static void add_centre(struct asking *q)
{
	const struct query_options *o = q->answerer->options;
	Tiendo__V1__CentreHealth m = TIENDO__V1__CENTRE_HEALTH__INIT;
	Tiendo__V1__HealthPage whole = TIENDO__V1__HEALTH_PAGE__INIT;

	m.uptime_ms = (uint64_t)(clock_transport() - q->answerer->since);
	m.entries = q->slice.view->head.entry;
	m.head_received_ms = q->slice.view->head.received.ms;
	if (o->centre)
		fill_counters(&m, o->centre);
	if (o->stats) {
		m.questions = STATS_GET(o->stats, answered);
		m.questions_failed = STATS_GET(o->stats, failed);
	}
	whole.centre = &m;
	answer_put(&q->answerer->page, &whole);
}

static void put(struct asking *q, const struct streams_of *of, struct buffer *out)
{
	Tiendo__V1__PrincipalHealth m = TIENDO__V1__PRINCIPAL_HEALTH__INIT;
	Tiendo__V1__HealthPage whole = TIENDO__V1__HEALTH_PAGE__INIT;
	Tiendo__V1__PrincipalHealth *list = &m;

	m.principal = of->principal->number;
	m.unit = (char *)of->unit;
	m.name = (char *)of->principal->name;
	m.role = (char *)role_word(of->principal->role);
	m.taken = of->taken;
	m.refused = of->refused;
	m.last_received_ms = of->received.ms;
	m.last_heard_ms = heard_last(q->answerer->options->heard, of->principal->number).ms;
	whole.n_principals = 1;
	whole.principals = &list;
	answer_put(out, &whole);
}

enum reason answer_health(struct asking *q, const Tiendo__V1__Query *m)
{
	struct streams s = {0};
	enum reason reason = streams_read(q, &s);

	(void)m;
	if (!reason && q->first)
		add_centre(q);
	if (!reason)
		reason = streams_page(q, &s, put);
	streams_free(&s);
	return reason;
}
