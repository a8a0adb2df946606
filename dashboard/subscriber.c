// SPDX-License-Identifier: Apache-2.0
#include "dashboard/subscriber_inside.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/sys/clock.h"

enum {
	FEED_ARENA = 4 * 1024 * 1024, /* a delta is at most one grain */
	MANY_MISSING = 20, /* above it one catch-up costs less than a question for each */
	AGAIN_MS = 1000,   /* after an answer that was of no use */
	REVOKED_MS = 10000 /* ... and one that people must do something about */
};

/* ---- making ---- */

struct subscriber *subscriber_open(const struct subscriber_options *options,
				   struct sys_error *error)
{
	struct subscriber *s = base_alloc(sizeof(*s));

	s->options = *options;
	s->options.query.watch = options->doors;
	if (!s->options.versions_ms)
		s->options.versions_ms = SUBSCRIBER_VERSIONS_MS;
	s->arena = codec_arena_new(FEED_ARENA);
	s->mirror = mirror_new();
	s->client = client_open(&s->options.query, error);
	if (!s->client || !s->arena.base)
		subscriber_close(&s);
	return s;
}

void subscriber_close(struct subscriber **s)
{
	if (!*s)
		return;
	net_message_clear(&(*s)->message);
	net_socket_close(&(*s)->feed);
	client_close(&(*s)->client);
	codec_arena_free(&(*s)->arena);
	decoded_free(&(*s)->decoded);
	mirror_free((*s)->mirror);
	atlas_free(&(*s)->atlas);
	atlas_free(&(*s)->next);
	subscriber_groups_free(*s);
	buffer_free(&(*s)->cursor);
	free(*s);
	*s = NULL;
}

/* ---- questions ---- */

static void ask(struct subscriber *s, int64_t now)
{
	Tiendo__V1__Query q = TIENDO__V1__QUERY__INIT;
	Tiendo__V1__CatchUp catch_up = TIENDO__V1__CATCH_UP__INIT;
	Tiendo__V1__Versions versions = TIENDO__V1__VERSIONS__INIT;
	Tiendo__V1__Catalogue catalogue = TIENDO__V1__CATALOGUE__INIT;
	ProtobufCBinaryData cursor = {s->cursor.size, s->cursor.data};
	const char *path = s->at ? s->groups[s->at - 1] : s->path;

	catch_up.cursor = versions.cursor = catalogue.cursor = cursor;
	switch (s->job) {
	case JOB_CATALOGUE:
		q.question_case = TIENDO__V1__QUERY__QUESTION_CATALOGUE;
		q.catalogue = &catalogue;
		break;
	case JOB_GRAIN:
		catch_up.only_path = mirror_missing(s->mirror, &path, &catch_up.plan);
		__attribute__((fallthrough));
	case JOB_CATCH_UP:
		catch_up.path = (char *)path;
		if (s->job == JOB_CATCH_UP && !mirror_owes_all(s->mirror))
			catch_up.since = mirror_since(s->mirror);
		q.question_case = TIENDO__V1__QUERY__QUESTION_CATCH_UP;
		q.catch_up = &catch_up;
		break;
	case JOB_VERSIONS:
		versions.path = (char *)path;
		versions.since = mirror_since(s->mirror);
		q.question_case = TIENDO__V1__QUERY__QUESTION_VERSIONS;
		q.versions = &versions;
		break;
	case JOB_NONE:
		return;
	}
	client_ask(s->client, &q, now);
}

static void begin(struct subscriber *s, enum job job, int64_t now)
{
	s->job = job;
	s->as_of = 0;
	s->at = 0;
	buffer_clear(&s->cursor);
	if (job == JOB_CATALOGUE)
		atlas_begin(&s->next);
	ask(s, now);
}

/* What is owed next, if nothing is under way. */
static void choose(struct subscriber *s, int64_t now)
{
	const char *path;
	uint32_t plan;

	if (s->job != JOB_NONE || now < s->retry_due)
		return;
	if (mirror_owes_all(s->mirror)) {
		if (!s->next_ready && now >= s->all_due)
			begin(s, JOB_CATALOGUE, now);
		else if (s->next_ready && s->heard_at)
			begin(s, JOB_CATCH_UP, now);
	} else if (mirror_missing_n(s->mirror) > MANY_MISSING) {
		begin(s, JOB_CATCH_UP, now);
	} else if (mirror_missing(s->mirror, &path, &plan)) {
		begin(s, JOB_GRAIN, now);
	} else if (s->check_as_of) {
		/* all that a Versions round named is held: as good as a catch-up */
		struct mirror_generation g;
		if (mirror_generation(s->mirror, &g))
			mirror_complete(s->mirror, &g, s->check_as_of);
		s->check_as_of = 0;
	} else if (now >= s->versions_due) {
		s->versions_due =
			now + s->options.versions_ms + keys_random_below(s->options.versions_ms);
		begin(s, JOB_VERSIONS, now);
	}
}

/* ---- answers ---- */

static void apply_grains(struct subscriber *s, const struct mirror_generation *g,
			 const Tiendo__V1__CatchUpPage *p)
{
	for (size_t i = 0; i < p->n_grains; i++)
		if (decode_grain(p->grains[i], &s->decoded))
			subscriber_apply(s, g, &s->decoded.grain, true);
}

/* The catalogue is whole: where is our unit in it? */
static void catalogue_done(struct subscriber *s, int64_t now)
{
	struct place place;

	s->job = JOB_NONE;
	s->retry_due = now + AGAIN_MS;
	if (!atlas_end(&s->next, NULL))
		return;
	if (!atlas_place(&s->next, s->options.unit, s->today, &place)) {
		s->news |= SUBSCRIBER_NOT_FOUND;
		return;
	}
	s->retry_due = now;
	s->next_ready = true;
	bool other_groups = subscriber_groups_find(s, &place);
	if (strcmp(place.path, s->path) == 0 && !other_groups)
		return;
	snprintf(s->path, sizeof(s->path), "%s", place.path);
	s->heard_at = 0;
	subscriber_connect(s, now, NULL);
}

static void catch_up_done(struct subscriber *s, const struct mirror_generation *g)
{
	bool all = mirror_owes_all(s->mirror);

	s->job = JOB_NONE;
	if (!mirror_complete(s->mirror, g, s->as_of) || !all)
		return;
	atlas_free(&s->atlas);
	s->atlas = s->next;
	s->next = (struct atlas){0};
	s->next_ready = false;
	s->complete = true;
	s->news |= SUBSCRIBER_COMPLETE;
}

static void versions_page(struct subscriber *s, const struct mirror_generation *g,
			  const Tiendo__V1__VersionsPage *p)
{
	for (size_t i = 0; i < p->n_grains; i++)
		mirror_version(s->mirror, g, p->grains[i]->path, p->grains[i]->plan,
			       p->grains[i]->version);
}

/* The same of the next group; false = there is none. What counts is the as_of of the first. */
static bool next_path(struct subscriber *s, int64_t now)
{
	if ((s->job != JOB_CATCH_UP && s->job != JOB_VERSIONS) || s->at == s->groups_n)
		return false;
	s->at++;
	buffer_clear(&s->cursor);
	ask(s, now);
	return true;
}

static void page(struct subscriber *s, const Tiendo__V1__Reply *r,
		 const struct mirror_generation *g, int64_t now)
{
	bool last = r->cursor.len == 0;

	if (!s->as_of)
		s->as_of = r->as_of;
	if (s->job == JOB_CATALOGUE && r->answer_case == TIENDO__V1__REPLY__ANSWER_CATALOGUE) {
		if (!atlas_page(&s->next, r->catalogue, NULL)) {
			s->job = JOB_NONE;
			s->retry_due = now + AGAIN_MS;
			return;
		}
		if (last)
			catalogue_done(s, now);
	} else if (r->answer_case == TIENDO__V1__REPLY__ANSWER_CATCH_UP) {
		apply_grains(s, g, r->catch_up);
		if (last && next_path(s, now))
			return;
		if (last && s->job == JOB_CATCH_UP)
			catch_up_done(s, g);
		else if (last)
			s->job = JOB_NONE;
	} else if (r->answer_case == TIENDO__V1__REPLY__ANSWER_VERSIONS) {
		versions_page(s, g, r->versions);
		if (last && next_path(s, now))
			return;
		if (last) {
			s->check_as_of = s->as_of;
			s->job = JOB_NONE;
		}
	}
	if (!last) {
		buffer_clear(&s->cursor);
		buffer_put(&s->cursor, r->cursor.data, r->cursor.len);
		ask(s, now);
	}
}

/* Most often STALE_CURSOR: the heartbeat of the new generation says the rest. */
static void failed(struct subscriber *s, enum reason reason, int64_t now)
{
	const char *path;
	uint32_t plan;
	bool found = reason != REASON_NOT_FOUND;

	s->revoked = reason == REASON_REVOKED;
	if (s->revoked || reason == REASON_FORBIDDEN) {
		s->news |= SUBSCRIBER_REVOKED;
	} else if (!found && s->job == JOB_GRAIN && mirror_missing(s->mirror, &path, &plan)) {
		mirror_forget(s->mirror, path, plan);
	} else if (!found && s->job != JOB_CATALOGUE) {
		/* codes are used again: the unit we look at is another one today, elsewhere; begin
		 * as at the start */
		mirror_free(s->mirror);
		s->mirror = mirror_new();
		s->path[0] = '\0';
		s->next_ready = false;
	}
	s->job = JOB_NONE;
	s->retry_due = now + (s->revoked ? REVOKED_MS : AGAIN_MS);
}

static void read_answer(struct subscriber *s, int64_t now)
{
	struct mirror_generation g;

	if (s->job == JOB_NONE)
		return;
	const Tiendo__V1__Reply *r = client_step(s->client, now);
	if (!r)
		return;
	if (!decode_generation(r->generation, &g))
		return;
	if (r->answer_case == TIENDO__V1__REPLY__ANSWER_FAILURE) {
		failed(s, (enum reason)r->failure->reason, now);
		return;
	}
	s->revoked = false;
	s->illustrative = r->illustrative;
	s->simulated = r->simulated;
	s->today = (struct date){r->today};
	/* a catalogue of a new generation is what is wanted, from its first page on */
	if (subscriber_meet(s, &g, now) && (s->job != JOB_CATALOGUE || s->as_of))
		s->job = JOB_NONE;
	else
		page(s, r, &g, now);
}

/* Which door has stayed shut for CLIENT_REFUSED_MS since the start; NULL = none. */
static const char *shut(const struct subscriber *s, int64_t now)
{
	if (client_refused(s->client, now))
		return s->options.query.endpoint;
	if (s->feed && !s->heard_at && now - s->feed_at > CLIENT_REFUSED_MS)
		return s->options.feed;
	return NULL;
}

unsigned subscriber_step(struct subscriber *s, int64_t now)
{
	s->news = 0;
	if (s->options.doors)
		s->door = client_door(s->client, now);
	subscriber_read_feed(s, now);
	read_answer(s, now);
	choose(s, now);
	if (!s->complete && !s->told_refused && shut(s, now)) {
		s->told_refused = true;
		s->news |= SUBSCRIBER_REFUSED;
	}
	return s->news;
}

/* ---- questions to it ---- */

void subscriber_items(const struct subscriber *s, struct loop_item out[static 2])
{
	out[0] = (struct loop_item){.socket = s->feed, .fd = -1};
	out[1] = client_item(s->client);
}

static int64_t earlier(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* When the feed's silence means something. */
static int64_t silence_due(const struct subscriber *s)
{
	int64_t since = s->heard_at > s->feed_at ? s->heard_at : s->feed_at;

	if (!*s->path)
		return LOOP_FOREVER;
	if (!s->feed)
		return s->feed_at + SUBSCRIBER_RETRY_MS;
	if (s->heard_at && !s->silent)
		return since + 1 + SUBSCRIBER_LIVE_MS;
	return since + 1 +
	       (s->heard_at || s->told_refused ? SUBSCRIBER_SILENT_MS : CLIENT_REFUSED_MS);
}

static int64_t next_job_due(const struct subscriber *s, int64_t now)
{
	int64_t due = s->versions_due;

	if (mirror_owes_all(s->mirror))
		due = s->next_ready ? (s->heard_at ? now : LOOP_FOREVER) : s->all_due;
	else if (s->check_as_of || mirror_missing_n(s->mirror))
		due = now;
	return due > s->retry_due ? due : s->retry_due;
}

int64_t subscriber_due(const struct subscriber *s, int64_t now)
{
	int64_t due = silence_due(s);

	return earlier(due, s->job != JOB_NONE ? client_due(s->client, now) : next_job_due(s, now));
}

const struct mirror *subscriber_mirror(const struct subscriber *s)
{
	return s->mirror;
}

const struct atlas *subscriber_atlas(const struct subscriber *s)
{
	return &s->atlas;
}

struct sight subscriber_sight(const struct subscriber *s)
{
	struct sight sight = {.today = s->today,
			      .illustrative = s->illustrative,
			      .simulated = s->simulated,
			      .stale = mirror_stale(s->mirror)};

	mirror_generation(s->mirror, &sight.generation);
	return sight;
}

struct instant subscriber_time(const struct subscriber *s)
{
	return s->time;
}

enum subscriber_trouble subscriber_trouble(const struct subscriber *s, int64_t now)
{
	if (subscriber_live(s, now))
		return SUBSCRIBER_FINE;
	if (s->revoked || s->door == CLIENT_DOOR_REVOKED)
		return SUBSCRIBER_KEY_REVOKED;
	return s->door == CLIENT_DOOR_SHUT ? SUBSCRIBER_SHUT_OUT : SUBSCRIBER_AWAY;
}

const char *subscriber_shut(const struct subscriber *s, int64_t now)
{
	const char *endpoint = shut(s, now);

	return endpoint ? endpoint : s->options.query.endpoint;
}

bool subscriber_live(const struct subscriber *s, int64_t now)
{
	return s->heard_at && now - s->heard_at <= SUBSCRIBER_LIVE_MS;
}
