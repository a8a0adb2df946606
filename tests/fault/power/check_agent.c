// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <stdio.h>

#include "agent/config.h"
#include "agent/spool.h"
#include "tests/fault/power/check.h"

enum { NOTES = 4096 };

/* What the spool holds, by the numbers of the notes. */
struct seen {
	struct check *check;
	uint8_t notes[NOTES];
	uint64_t rows;
	bool bad;
};

/* Before `init` said that it was done, a sentence is enough, and it can be run again. */
static bool refused(struct check *c, const char *what, const struct sys_error *error)
{
	struct sys_error why = {""};

	if (c->at > c->promise->made || !error->text[0])
		return check_fails(c, "%s: %s", what, error->text[0] ? error->text : "no sentence");
	c->counts->unmade++;
	int rc = base_mkdirs(c->dir, 0700, &why);
	if (!rc)
		rc = spool_create(c->dir, &why);
	return !rc || rc == -EEXIST || check_fails(c, "init again: %s", why.text);
}

static void mark(struct seen *s, uint64_t note)
{
	if (note < NOTES)
		s->notes[note] = 1;
}

static bool see_waiting(void *data, uint64_t seq, struct bytes blob)
{
	(void)seq;
	mark(data, promise_note(blob));
	return true;
}

static bool see_refusal(void *data, const struct spool_refusal *r)
{
	mark(data, promise_note(r->blob));
	return true;
}

static bool was_given(const struct check *c, const struct spool_receipt *r)
{
	for (size_t n = promise_spans(c->promise, c->at); n-- > 0;) {
		const struct promise_span *s = &c->promise->spans[n];
		if (s->entry == r->entry && !memcmp(s->chain_hash, r->chain_hash, KEYS_HASH) &&
		    !memcmp(s->incarnation, r->incarnation, SPOOL_ID))
			return true;
	}
	return false;
}

static bool see_receipt(void *data, const struct spool_receipt *r)
{
	struct seen *s = data;
	const struct promise *p = s->check->promise;
	size_t n = promise_pushes(p, s->check->at);

	s->check->counts->receipts++;
	if (!was_given(s->check, r)) {
		s->bad = true;
		return check_fails(s->check, "a receipt that no centre gave: entry %llu", (unsigned long long)r->entry);
	}
	while (n-- > 0)
		if (!memcmp(p->pushes[n].hash, r->blob_hash, KEYS_HASH))
			mark(s, p->pushes[n].note);
	return true;
}

static bool see_row(void *data, struct bytes row)
{
	struct seen *s = data;
	(void)row;
	s->rows++;
	return true;
}

/* Everything that a command said was queued waits, or has its outcome. */
static bool forgets_nothing(struct check *c, struct spool *sp)
{
	struct sys_error error = {""};
	static struct seen seen;
	uint64_t queued = promise_queued(c->promise, c->at);

	memset(&seen, 0, sizeof seen);
	seen.check = c;
	if (spool_waiting(sp, 0, see_waiting, &seen, &error) || spool_refusals(sp, 0, see_refusal, &seen, &error) ||
	    spool_receipts(sp, 0, see_receipt, &seen, &error))
		return check_fails(c, "what the spool holds: %s", error.text);
	if (seen.bad)
		return false;
	for (uint64_t i = 1; i <= queued; i++)
		if (!seen.notes[i])
			return check_fails(c, "LOST: update %llu of %llu was queued and is in no list of the spool",
					   (unsigned long long)i, (unsigned long long)queued);
	return true;
}

/* What was offered under a number has that number for ever, or a later epoch has begun. */
static bool keeps_numbers(struct check *c, struct spool *sp, const struct spool_state *st)
{
	const struct promise *p = c->promise;
	size_t n = promise_pushes(p, c->at);
	struct sys_error error = {""};
	bool offered = false;

	for (size_t i = 0; i < n; i++) {
		uint8_t hash[KEYS_HASH];
		bool known;
		if (memcmp(p->pushes[i].epoch, st->epoch, sizeof st->epoch))
			continue;
		offered = true;
		c->counts->pushes++;
		if (spool_hash(sp, p->pushes[i].seq, hash, &known, &error))
			return check_fails(c, "seq %llu: %s", (unsigned long long)p->pushes[i].seq, error.text);
		if (!known || memcmp(hash, p->pushes[i].hash, sizeof hash))
			return check_fails(c, "LOST: seq %llu was offered and is %s", (unsigned long long)p->pushes[i].seq,
					   known ? "another update now" : "not there");
	}
	/* an epoch that was offered from is this one, or the one that this one names, or was left long ago */
	bool last = n && (offered || !memcmp(p->pushes[n - 1].epoch, st->previous, sizeof st->previous));
	return !n || last || check_fails(c, "LOST: an epoch that was offered from is not there");
}

static bool reads_shelf(struct check *c, struct spool *sp, enum spool_shelf shelf)
{
	struct spool_shelf_head head;
	struct seen seen = {.check = c};
	struct sys_error error = {""};

	if (spool_shelf_head(sp, shelf, &head, &error) || spool_rows(sp, shelf, see_row, &seen, &error))
		return check_fails(c, "a shelf: %s", error.text);
	return shelf != SPOOL_SLICE || !head.entry || seen.rows ||
	       check_fails(c, "the slice of entry %llu has no rows", (unsigned long long)head.entry);
}

static bool queues_another(struct check *c, struct spool *sp)
{
	struct update u = {.unit = "412",
			   .item = "KH.C",
			   .as_of = {20240331},
			   .period = "",
			   .note = "after the cut",
			   .reason = "",
			   .product_ref = "",
			   .body = BODY_COUNT,
			   .value = 5};
	struct sys_error error = {""};
	uint64_t first;

	if (spool_queue(sp, &u, 1, &first, &error))
		return check_fails(c, "the next update: %s", error.text);
	c->counts->commits++;
	return true;
}

static bool spool_good(struct check *c, struct spool *sp)
{
	struct sys_error error = {""};
	struct spool_state st;

	if (spool_state(sp, &st, &error))
		return check_fails(c, "%s", error.text);
	return forgets_nothing(c, sp) && keeps_numbers(c, sp, &st) && reads_shelf(c, sp, SPOOL_SLICE) &&
	       reads_shelf(c, sp, SPOOL_CELLS);
}

static bool opens_again(struct check *c)
{
	struct sys_error error = {""};
	struct spool *sp;

	if (spool_open(&sp, c->dir, NULL, &error))
		return check_fails(c, "after the next update: %s", error.text);
	bool good = spool_good(c, sp);
	spool_close(sp);
	return good;
}

bool check_agent(struct check *c)
{
	struct sys_error error = {""};
	struct config config;
	struct keys_pair pair;
	struct spool *sp;
	char path[1024];

	c->counts->quick++;
	snprintf(path, sizeof path, "%s/agent.conf", c->dir);
	if (config_load(&config, path, &error))
		return refused(c, "agent.conf", &error);
	snprintf(path, sizeof path, "%s/agent.key", c->dir);
	if (keys_pair_read(path, &pair, &error))
		return refused(c, "agent.key", &error);
	if (spool_open(&sp, c->dir, NULL, &error))
		return refused(c, "the spool does not open", &error);
	bool good = spool_good(c, sp) && queues_another(c, sp);
	spool_close(sp);
	return good && (c->seed % 4 || opens_again(c));
}
