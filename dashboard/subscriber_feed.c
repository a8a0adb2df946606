// SPDX-License-Identifier: Apache-2.0
/* subscriber_feed: what comes by itself: heartbeats, deltas, new generations, silence. */
#include <errno.h>

#include "common/sys/clock.h"
#include "dashboard/subscriber_inside.h"

enum { MESSAGES_A_STEP = 500, RECONNECT_MS = 300 };

/* The path first: once a heartbeat comes, all subscriptions are active. */
bool subscriber_connect(struct subscriber *s, int64_t now, struct sys_error *error)
{
	const struct net_connect to = {.endpoint = s->options.feed,
				       .server_key = s->options.query.server_key,
				       .pair = s->options.query.pair,
				       .reconnect_ms = RECONNECT_MS};

	net_socket_close(&s->feed);
	s->feed_at = now;
	s->feed = net_sub_connect(s->options.query.net, &to, error);
	if (!s->feed)
		return false;
	net_subscribe(s->feed, bytes_text(s->path));
	for (size_t i = 0; i < s->groups_n; i++)
		net_subscribe(s->feed, bytes_text(s->groups[i]));
	net_subscribe(s->feed, bytes_text(HEARTBEAT_TOPIC));
	return true;
}

/* Nothing that is held or under way is of any use: the first time at once; at a new generation every reader of the country comes at
 * the same moment. */
static void begin_anew(struct subscriber *s, int64_t now)
{
	s->next_ready = false;
	s->check_as_of = 0;
	s->all_due = s->complete ? now + keys_random_below(SUBSCRIBER_SPREAD_MS) : now;
}

/* Something of generation g was heard. True = it is new: whatever is under way is of no use. */
bool subscriber_meet(struct subscriber *s, const struct mirror_generation *g, int64_t now)
{
	if (!mirror_meet(s->mirror, g))
		return false;
	begin_anew(s, now);
	return true;
}

/* What a feed tells comes in its order, also over a connection that was made anew. */
static void meet_head(struct subscriber *s, const struct mirror_generation *g, uint64_t head, int64_t now)
{
	bool back = head < s->head;

	s->head = head;
	if (subscriber_meet(s, g, now)) {
		s->job = JOB_NONE;
	} else if (back) {
		mirror_restart(s->mirror, g);
		begin_anew(s, now);
		s->job = JOB_NONE;
	}
}

static void heartbeat(struct subscriber *s, const Tiendo__V1__Heartbeat *m, int64_t now)
{
	struct mirror_generation g;

	if (!decode_generation(m->generation, &g))
		return;
	/* deltas may have been lost while nothing was heard: look at once */
	if (now - s->heard_at > SUBSCRIBER_LIVE_MS)
		s->versions_due = now;
	s->heard_at = now;
	s->silent = false;
	s->time = (struct instant){m->time_ms};
	s->today = (struct date){m->today};
	meet_head(s, &g, m->head, now);
}

void subscriber_apply(struct subscriber *s, const struct mirror_generation *g,
		      const struct mirror_grain *grain, bool whole)
{
	const struct subscriber_options *o = &s->options;

	mirror_meet(s->mirror, g);
	/* what is shown stays as it is until the catch-up is complete */
	bool shown = !mirror_owes_all(s->mirror);
	if (shown && o->changing)
		o->changing(o->ctx, grain, whole);
	enum mirror_result result = whole ? mirror_page(s->mirror, g, grain)
					  : mirror_delta(s->mirror, g, grain);
	if (result != MIRROR_APPLIED)
		return;
	s->news |= SUBSCRIBER_FIGURES;
	if (shown && o->changed)
		o->changed(o->ctx, grain, whole);
}

static void delta(struct subscriber *s, const Tiendo__V1__UnitDelta *m, int64_t now)
{
	struct mirror_generation g;

	if (!decode_generation(m->generation, &g) || !decode_delta(m, &s->decoded))
		return;
	if (subscriber_meet(s, &g, now))
		s->job = JOB_NONE;
	if (s->decoded.grain.version > s->head)
		s->head = s->decoded.grain.version;
	subscriber_apply(s, &g, &s->decoded.grain, false);
}

static void feed_message(struct subscriber *s, int64_t now)
{
	struct bytes head = net_frame(&s->message, 1), body = net_frame(&s->message, 2);

	if (s->message.count != 3 || head.size != 2 || head.data[0] != PROTOCOL_VERSION)
		return;
	codec_arena_reset(&s->arena);
	if (head.data[1] == MESSAGE_HEARTBEAT) {
		const Tiendo__V1__Heartbeat *m = codec_unpack(&tiendo__v1__heartbeat__descriptor,
							      body.data, body.size, &s->arena);
		if (m)
			heartbeat(s, m, now);
	} else if (head.data[1] == MESSAGE_DELTA) {
		const Tiendo__V1__UnitDelta *m = codec_unpack(&tiendo__v1__unit_delta__descriptor,
							      body.data, body.size, &s->arena);
		if (m)
			delta(s, m, now);
	}
}

void subscriber_read_feed(struct subscriber *s, int64_t now)
{
	for (int i = 0; s->feed && i < MESSAGES_A_STEP; i++) {
		int rc = net_receive(s->feed, &s->message);
		if (rc == -EAGAIN || rc == -ESHUTDOWN)
			break;
		if (rc == 0)
			feed_message(s, now);
	}
	int64_t since = s->feed && s->heard_at > s->feed_at ? s->heard_at : s->feed_at;
	/* away, or is it only us who are cut off? The other door knows */
	if (s->heard_at && !s->silent && now - since > SUBSCRIBER_LIVE_MS) {
		s->silent = true;
		s->versions_due = now;
	}
	/* without a socket (no descriptor, no memory) nothing could be heard: that is nobody's silence */
	if (*s->path && now - since > (s->feed ? SUBSCRIBER_SILENT_MS : SUBSCRIBER_RETRY_MS))
		subscriber_connect(s, now, NULL);
}
