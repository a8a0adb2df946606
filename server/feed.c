// SPDX-License-Identifier: Apache-2.0
#include "server/feed.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "common/sys/codec.h"
#include "server/owed.h"
#include "server/pack.h"
#include "server/topics.h"

enum {
	SUBSCRIPTIONS_A_TICK = 256, /* read in one turn: the writer has other work */
	FLOOD_A_TICK = 16384,	    /* beyond the list they are only counted, and must be seen in time */
	KEYS_NAMED = 65536,	    /* a key above this is not named in an alarm */
	VISITS_A_FLUSH = 5000,      /* grains nobody subscribes to are quick, not free */
	REST_MAX_MS = 1000,
	REBIND_RETRY_MS = 1000
};

struct feed {
	struct feed_options options;
	char endpoint[NET_ENDPOINT_MAX +
		      1]; /* where it is really bound: a rebind must come back to it */
	struct net_socket *socket;
	struct topics topics;
	struct owed owed;
	struct buffer body;
	uint32_t *begun; /* subscriptions by key id, since the socket was bound: only to name somebody */
	size_t begun_n;
	int64_t flush_due, heartbeat_due, rebind_due;
	struct feed_stats stats;
};

struct feed *feed_open(const struct feed_options *options, struct sys_error *error)
{
	struct net_socket *socket = net_xpub_bind(options->net, &options->bind, error);

	if (!socket)
		return NULL;
	struct feed *f = base_alloc(sizeof(*f));
	f->options = *options;
	snprintf(f->endpoint, sizeof(f->endpoint), "%s", net_endpoint(socket));
	f->options.bind.endpoint = f->endpoint;
	f->socket = socket;
	f->body.cap = BUFFER_ANY;
	owed_reset(&f->owed, options->view);
	return f;
}

void feed_close(struct feed **f)
{
	if (!*f)
		return;
	net_socket_close(&(*f)->socket);
	topics_free(&(*f)->topics);
	free((*f)->begun);
	owed_free(&(*f)->owed);
	buffer_free(&(*f)->body);
	free(*f);
	*f = NULL;
}

struct net_socket *feed_socket(const struct feed *f)
{
	return f->socket;
}

void feed_mark(struct feed *f, const struct change *ch)
{
	if (ch->generation) {
		/* the mirrors fetch everything: a delta of the old generation would be of no use to
		 * anybody */
		owed_reset(&f->owed, f->options.view);
		f->heartbeat_due = 0;
		return;
	}
	if (ch->everything)
		owed_mark_all(&f->owed, f->options.view);
	for (size_t i = 0; i < ch->grains_n; i++)
		owed_mark(&f->owed, ch->grains[i]);
}

static void send_message(struct feed *f, const char *topic, enum message_type type)
{
	const uint8_t head[2] = {PROTOCOL_VERSION, (uint8_t)type};
	struct bytes frames[3] = {bytes_text(topic), bytes_of(head, sizeof(head)),
				  buffer_bytes(&f->body)};

	if (f->socket && !f->body.failed && net_send(f->socket, frames, 3) == NET_SENT)
		f->stats.bytes += f->body.size;
}

/* True when it was encoded. */
static bool flush_grain(struct feed *f, struct grain g)
{
	const struct view *v = f->options.view;
	uint64_t version = view_row_version(v, g.plan, g.row), sent = owed_sent(&f->owed, g);
	const char *path = plan_row(v->catalogue, g.plan, g.row).path;

	if (version <= sent)
		return false;
	/* a version that was not sent is told by previous_version all the same: whoever comes later
	 * sees the gap */
	owed_settle(&f->owed, g, version);
	if (!f->socket || !topics_want(&f->topics, path) || !pack_speaks(v, g)) {
		f->stats.skipped++;
		return false;
	}
	buffer_clear(&f->body);
	pack_delta(v, g, sent, &f->body);
	send_message(f, path, MESSAGE_DELTA);
	f->stats.deltas++;
	return true;
}

/* Of this thread. */
static int64_t cpu_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

/* Returns the milliseconds until the next one. */
static int64_t flush(struct feed *f)
{
	uint64_t end = f->stats.bytes + FEED_FLUSH_BYTES;
	size_t encoded = 0, visited = 0;
	int64_t began = cpu_us();
	struct grain g;

	while (encoded < FEED_FLUSH_GRAINS && visited < VISITS_A_FLUSH && f->stats.bytes < end &&
	       owed_next(&f->owed, &g)) {
		visited++;
		encoded += flush_grain(f, g);
	}
	int64_t rest = (cpu_us() - began) * FEED_REST / 1000 + 1;
	if (!f->owed.n && rest < FEED_PACE_MS)
		rest = FEED_PACE_MS;
	int64_t most = f->owed.n ? REST_MAX_MS : FEED_PACE_MOST_MS;
	return rest < most ? rest : most;
}

static void heartbeat(struct feed *f)
{
	const struct view *v = f->options.view;
	struct generation generation = view_generation(v);
	Tiendo__V1__Heartbeat m = TIENDO__V1__HEARTBEAT__INIT;
	Tiendo__V1__Generation sub;

	pack_generation(&sub, &generation);
	m.generation = &sub;
	m.head = v->head.entry;
	m.time_ms = clock_wall(f->options.clock).ms;
	m.today = v->head.today.ymd;
	buffer_clear(&f->body);
	uint8_t *at = buffer_reserve(&f->body, codec_size(&m));
	if (at)
		codec_pack(&m, at);
	send_message(f, HEARTBEAT_TOPIC, MESSAGE_HEARTBEAT);
}

/* The last who leaves a prefix by a broken line says no name, so this is not what they hold. */
static void name_subscriber(struct feed *f, const struct net_message *m)
{
	unsigned long key = strtoul(m->user_id, NULL, 10);
	struct bytes frame = net_frame(m, 0);

	if (!frame.size || frame.data[0] != 1 || key >= KEYS_NAMED)
		return;
	if (key >= f->begun_n) {
		size_t n = ((size_t)key + 256) & ~(size_t)255;
		f->begun = base_grow(f->begun, n, sizeof(*f->begun));
		memset(f->begun + f->begun_n, 0, (n - f->begun_n) * sizeof(*f->begun));
		f->begun_n = n;
	}
	f->begun[key]++;
}

static void forget_subscribers(struct feed *f)
{
	topics_clear(&f->topics);
	if (f->begun_n)
		memset(f->begun, 0, f->begun_n * sizeof(*f->begun));
}

static void end_flood(struct feed *f)
{
	f->stats.floods++;
	f->stats.flood_key = 0;
	f->stats.flood_subscriptions = 0;
	for (size_t key = 1; key < f->begun_n; key++) {
		if (f->begun[key] <= f->stats.flood_subscriptions)
			continue;
		f->stats.flood_key = (uint32_t)key;
		f->stats.flood_subscriptions = f->begun[key];
	}
	feed_rebind(f);
}

static void read_subscriptions(struct feed *f)
{
	struct net_message m = {0};

	for (int i = 0; f->socket && i < (f->topics.beyond || f->topics.longer ? FLOOD_A_TICK
									       : SUBSCRIPTIONS_A_TICK);
	     i++) {
		int rc = net_receive(f->socket, &m);
		if (rc == -EAGAIN || rc == -ESHUTDOWN)
			break;
		if (rc == 0) {
			topics_message(&f->topics, net_frame(&m, 0));
			name_subscriber(f, &m);
		}
	}
	net_message_clear(&m);
	if (topics_count(&f->topics) > FEED_SUBSCRIPTIONS)
		end_flood(f);
}

static void rebound(struct feed *f, int64_t now)
{
	f->stats.rebinds += f->socket != NULL;
	f->stats.rebind_failures += f->socket == NULL;
	f->rebind_due = now + REBIND_RETRY_MS;
	f->heartbeat_due = 0;
}

void feed_rebind(struct feed *f)
{
	/* whoever comes back subscribes again; what was lost meanwhile shows as a gap */
	forget_subscribers(f);
	if (f->socket)
		net_xpub_rebind(f->options.net, &f->socket, &f->options.bind, NULL);
	else
		f->socket = net_xpub_bind(f->options.net, &f->options.bind, NULL);
	rebound(f, clock_transport());
}

static int64_t earlier(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

int64_t feed_tick(struct feed *f, int64_t now)
{
	if (!f->socket && now >= f->rebind_due)
		feed_rebind(f);
	read_subscriptions(f);
	/* first, so that a new generation is known before its deltas */
	if (now >= f->heartbeat_due) {
		heartbeat(f);
		f->heartbeat_due = now + FEED_HEARTBEAT_MS;
	}
	if (f->owed.n && now >= f->flush_due)
		f->flush_due = now + flush(f);
	int64_t due = f->owed.n ? earlier(f->heartbeat_due, f->flush_due) : f->heartbeat_due;
	return f->socket ? due : earlier(due, f->rebind_due);
}

struct feed_stats feed_stats(const struct feed *f)
{
	struct feed_stats s = f->stats;

	s.owed = f->owed.n;
	s.prefixes = topics_count(&f->topics);
	return s;
}
