// SPDX-License-Identifier: Apache-2.0
#include "server/intake.h"

#include <stdlib.h>

uint32_t bucket_take(struct bucket *b, uint32_t n, uint32_t rate, uint32_t burst, int64_t now)
{
	int64_t full = (int64_t)burst * 1000, want = (int64_t)n * 1000;

	if (!b->at)
		b->milli = full;
	else if (now > b->at)
		b->milli += (now - b->at) * rate; /* rate a second = rate thousandths a ms */
	if (b->milli > full)
		b->milli = full;
	b->at = now ? now : 1;
	if (b->milli >= want) {
		b->milli -= want;
		return 0;
	}
	return (uint32_t)((want - b->milli) / rate) + 1;
}

struct key_sessions {
	struct intake_session slot[INTAKE_SESSIONS];
	unsigned next; /* to be replaced when all are taken */
	struct bucket revoked; /* answers that it is */
};

struct principal_buckets {
	struct bucket messages, refused;
};

struct intake {
	struct key_sessions *keys; /* by key id */
	size_t keys_n;
	struct principal_buckets *principals; /* by number */
	size_t principals_n;
};

struct intake *intake_new(void)
{
	return base_alloc(sizeof(struct intake));
}

void intake_free(struct intake *i)
{
	if (!i)
		return;
	free(i->keys);
	free(i->principals);
	free(i);
}

/* Both tables grow with the roster's numbers, which are dense. */
static void *grown(void *table, size_t *n, uint32_t number, size_t size)
{
	if (number < *n)
		return table;
	size_t more = ((size_t)number + 64) & ~(size_t)63;
	table = base_grow(table, more, size);
	memset((uint8_t *)table + *n * size, 0, (more - *n) * size);
	*n = more;
	return table;
}

const struct intake_session *intake_find(const struct intake *i, uint32_t key_id, uint64_t session)
{
	if (key_id >= i->keys_n || !session)
		return NULL;
	for (unsigned s = 0; s < INTAKE_SESSIONS; s++)
		if (i->keys[key_id].slot[s].id == session)
			return &i->keys[key_id].slot[s];
	return NULL;
}

static struct intake_session *place(struct key_sessions *k, const uint8_t epoch[static EPOCH_SIZE])
{
	for (unsigned s = 0; s < INTAKE_SESSIONS; s++)
		if (k->slot[s].id && !memcmp(k->slot[s].stream.epoch, epoch, EPOCH_SIZE))
			return &k->slot[s];
	return &k->slot[k->next++ % INTAKE_SESSIONS];
}

const struct intake_session *intake_begin(struct intake *i, const struct core_stream *stream)
{
	i->keys = grown(i->keys, &i->keys_n, stream->key_id, sizeof *i->keys);
	struct intake_session *s = place(&i->keys[stream->key_id], stream->epoch);

	s->stream = *stream;
	do
		keys_random(&s->id, sizeof s->id);
	while (!s->id);
	return s;
}

static struct principal_buckets *buckets(struct intake *i, uint32_t principal)
{
	i->principals = grown(i->principals, &i->principals_n, principal, sizeof *i->principals);
	return &i->principals[principal];
}

uint32_t intake_message(struct intake *i, uint32_t principal, int64_t now)
{
	struct principal_buckets *b = buckets(i, principal);
	/* looking costs nothing: only refusals empty this one */
	uint32_t wait = bucket_take(&b->refused, 0, INTAKE_REFUSED_RATE, INTAKE_REFUSED_BURST, now);

	return wait ? wait : bucket_take(&b->messages, 1, INTAKE_RATE, INTAKE_BURST, now);
}

bool intake_revoked(struct intake *i, uint32_t key_id, int64_t now)
{
	i->keys = grown(i->keys, &i->keys_n, key_id, sizeof *i->keys);
	return bucket_take(&i->keys[key_id].revoked, 1, 1, 1, now) == 0;
}

void intake_refused(struct intake *i, uint32_t principal, uint32_t n, int64_t now)
{
	struct bucket *b = &buckets(i, principal)->refused;

	bucket_take(b, 0, INTAKE_REFUSED_RATE, INTAKE_REFUSED_BURST, now);
	b->milli -=
		(int64_t)n *
		1000; /* may go below nothing: then the principal waits until it is made up for */
}
