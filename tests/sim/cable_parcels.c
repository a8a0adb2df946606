// SPDX-License-Identifier: Apache-2.0
/* What lies in a queue, and who subscribed to what. */
#include "tests/sim/cable_inside.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

/* ---- parcels ---- */

struct parcel *cable_parcel(const struct bytes *id, const struct bytes *frames, size_t n,
			    const char *user_id)
{
	size_t size = id ? id->size : 0, count = 0;

	for (size_t i = 0; i < n; i++)
		size += frames[i].size;
	struct parcel *p = base_alloc(sizeof *p + size);
	uint8_t *at = p->data;
	for (size_t i = 0; i < n + (id != NULL); i++) {
		struct bytes f = id && i == 0 ? *id : frames[i - (id != NULL)];
		if (f.size)
			memcpy(at, f.data, f.size);
		p->frames[count++] = bytes_of(at, f.size);
		at += f.size;
	}
	p->n = count;
	snprintf(p->user_id, sizeof p->user_id, "%s", user_id);
	return p;
}

void cable_append(struct parcels *q, struct parcel *p)
{
	p->next = NULL;
	*(q->last ? &q->last->next : &q->first) = p;
	q->last = p;
	q->n++;
}

struct parcel *cable_take(struct parcels *q)
{
	struct parcel *p = q->first;

	if (!p)
		return NULL;
	q->first = p->next;
	if (!q->first)
		q->last = NULL;
	q->n--;
	return p;
}

void cable_drop(struct parcels *q)
{
	for (struct parcel *p; (p = cable_take(q));) {
		cable_stats.lost++;
		free(p);
	}
}

/* ---- subscriptions ---- */

bool cable_topic(struct topics_held *t, struct bytes prefix, bool more)
{
	size_t i = 0;

	while (i < t->n && !bytes_equal(bytes_of(t->list[i].bytes, t->list[i].size), prefix))
		i++;
	if (!more) {
		if (i == t->n || --t->uses[i])
			return false;
		t->n--;
		t->list[i] = t->list[t->n];
		t->uses[i] = t->uses[t->n];
		return true;
	}
	if (i < t->n)
		return t->uses[i]++ == 0;
	assert(t->n < CABLE_TOPICS && prefix.size < CABLE_TOPIC);
	t->list[i].size = prefix.size;
	memcpy(t->list[i].bytes, prefix.data, prefix.size);
	t->uses[i] = 1;
	t->n++;
	return true;
}

void cable_tell_publisher(struct net_socket *xpub, struct bytes prefix, bool more, const char *user_id)
{
	uint8_t text[1 + CABLE_TOPIC] = {more};
	struct bytes frame = bytes_of(text, 1 + prefix.size);

	if (!cable_topic(&xpub->topics, prefix, more))
		return;
	memcpy(text + 1, prefix.data, prefix.size);
	cable_append(&xpub->in, cable_parcel(NULL, &frame, 1, user_id));
}
