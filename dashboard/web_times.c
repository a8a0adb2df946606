// SPDX-License-Identifier: Apache-2.0
#include "dashboard/web_times.h"

#include <stdlib.h>

enum { SLOTS_FIRST = 1024, WANTED_MAX = 20 * WEB_TIMES_ASK, REST_MS = 5000 };

struct known {
	uint64_t entry; /* 0 = free */
	int64_t ms;
};

struct web_times {
	struct client *client;
	struct known *slots; /* a power of two, at most half full */
	size_t size, n;
	uint64_t *wanted; /* as they came, some twice */
	size_t wanted_n;
	uint64_t asked[WEB_TIMES_ASK]; /* under way */
	size_t asked_n;
	uint64_t missed;
	int64_t since;     /* something is owed since; 0 = nothing */
	int64_t asked_at;
	int64_t rest_until; /* the centre did not answer in time, or cannot: not asked before */
};

struct web_times *web_times_open(const struct client_options *options, struct sys_error *error)
{
	struct web_times *t = base_alloc(sizeof(*t));

	t->client = client_open(options, error);
	t->wanted = base_alloc(WANTED_MAX * sizeof(*t->wanted));
	web_times_forget(t);
	if (!t->client)
		web_times_close(&t);
	return t;
}

void web_times_close(struct web_times **t)
{
	if (!*t)
		return;
	client_close(&(*t)->client);
	free((*t)->slots);
	free((*t)->wanted);
	free(*t);
	*t = NULL;
}

void web_times_forget(struct web_times *t)
{
	free(t->slots);
	t->size = SLOTS_FIRST;
	t->slots = base_alloc(t->size * sizeof(*t->slots));
	t->n = t->wanted_n = t->asked_n = 0;
	t->since = 0;
}

/* ---- what is known ---- */

static struct known *slot(const struct web_times *t, uint64_t entry)
{
	size_t i = (size_t)(entry * 0x9e3779b97f4a7c15U >> 20) & (t->size - 1);

	while (t->slots[i].entry && t->slots[i].entry != entry)
		i = (i + 1) & (t->size - 1);
	return &t->slots[i];
}

static void grow(struct web_times *t)
{
	struct known *old = t->slots;
	size_t size = t->size;

	t->size *= 2;
	t->slots = base_alloc(t->size * sizeof(*t->slots));
	for (size_t i = 0; i < size; i++)
		if (old[i].entry)
			*slot(t, old[i].entry) = old[i];
	free(old);
}

void web_times_put(struct web_times *t, uint64_t entry, int64_t ms)
{
	if (!entry)
		return;
	if (t->n == WEB_TIMES_MAX)
		web_times_forget(t);
	if (t->n * 2 >= t->size)
		grow(t);
	struct known *k = slot(t, entry);
	t->n += !k->entry;
	/* what was heard first is nearer to the truth; what the centre says is it */
	*k = (struct known){entry, ms};
}

int64_t web_times_of(struct web_times *t, uint64_t entry)
{
	const struct known *k = slot(t, entry);

	if (!entry)
		return 0;
	if (k->entry)
		return k->ms;
	t->missed++;
	if (t->wanted_n < WANTED_MAX)
		t->wanted[t->wanted_n++] = entry;
	return 0;
}

uint64_t web_times_missed(const struct web_times *t)
{
	return t->missed;
}

/* ---- what is asked ---- */

static int ascending(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

static void ask(struct web_times *t, int64_t now)
{
	Tiendo__V1__Query q = TIENDO__V1__QUERY__INIT;
	Tiendo__V1__Times m = TIENDO__V1__TIMES__INIT;
	size_t left = 0;

	qsort(t->wanted, t->wanted_n, sizeof(*t->wanted), ascending);
	t->asked_n = 0;
	for (size_t i = 0; i < t->wanted_n; i++) {
		uint64_t entry = t->wanted[i];
		if (slot(t, entry)->entry || (t->asked_n && t->asked[t->asked_n - 1] == entry))
			continue;
		if (t->asked_n < WEB_TIMES_ASK)
			t->asked[t->asked_n++] = entry;
		else
			t->wanted[left++] = entry;
	}
	t->wanted_n = left;
	if (!t->asked_n)
		return;
	q.question_case = TIENDO__V1__QUERY__QUESTION_TIMES;
	q.times = &m;
	m.entries = t->asked;
	m.n_entries = t->asked_n;
	t->asked_at = now;
	client_ask(t->client, &q, now);
}

static void take(struct web_times *t, const Tiendo__V1__Reply *r, int64_t now)
{
	const Tiendo__V1__TimesPage *p = r->answer_case == TIENDO__V1__REPLY__ANSWER_TIMES ? r->times : NULL;

	if (p && p->n_received_ms == t->asked_n)
		for (size_t i = 0; i < t->asked_n; i++)
			web_times_put(t, t->asked[i], p->received_ms[i]);
	else if (r->answer_case != TIENDO__V1__REPLY__ANSWER_FAILURE ||
		 r->failure->reason != TIENDO__V1__REASON__REASON_STALE_CURSOR)
		t->rest_until = now + REST_MS; /* a centre that does not know the question, most likely */
	t->asked_n = 0;
}

/* Something that was wanted is not known yet, and may come. */
static bool owes(const struct web_times *t)
{
	return t->wanted_n || t->asked_n;
}

bool web_times_step(struct web_times *t, int64_t now)
{
	if (!owes(t)) {
		t->since = 0;
		return true;
	}
	if (!t->since)
		t->since = now;
	if (now < t->rest_until || now - t->since > WEB_TIMES_WAIT_MS) {
		/* much was owed, or the centre is slow? Only of the latter it is left alone */
		if (t->asked_n && now - t->asked_at > WEB_TIMES_WAIT_MS / 2)
			t->rest_until = now + REST_MS;
		t->wanted_n = t->asked_n = 0;
		t->since = 0;
		return true;
	}
	const Tiendo__V1__Reply *r = t->asked_n ? client_step(t->client, now) : NULL;
	if (r)
		take(t, r, now);
	if (!t->asked_n && t->wanted_n) {
		ask(t, now);
		if (t->asked_n)
			client_step(t->client, now);
	}
	if (owes(t))
		return false;
	t->since = 0;
	return true;
}

struct loop_item web_times_item(const struct web_times *t)
{
	return client_item(t->client);
}

int64_t web_times_due(const struct web_times *t, int64_t now)
{
	if (!t->asked_n)
		return t->wanted_n ? now : LOOP_FOREVER;
	int64_t due = t->since + WEB_TIMES_WAIT_MS + 1, next = client_due(t->client, now);
	return next < due ? next : due;
}
