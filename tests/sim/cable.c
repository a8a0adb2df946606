// SPDX-License-Identifier: Apache-2.0
/* The lines: how they open, carry, are cut and fall silent. */
#include "tests/sim/cable_inside.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/sim/dice.h"

enum { HANDSHAKE_MS = 5000, SILENCE_MS = 15000, SHORT_QUEUE = 3 };

struct net_socket *cable_sockets;
struct line *cable_lines;
bool cable_short;
struct cable_stats cable_stats;
static uint32_t next_line;
static int64_t usual = 5;
static unsigned storms;
static const struct host *split[16];

void cable_reset(void)
{
	/* what another world left behind: its lines and parcels are not many */
	cable_sockets = NULL;
	cable_lines = NULL;
	next_line = 0;
	memset(split, 0, sizeof split);
	cable_weather(5, 0);
	cable_short = false;
}

void cable_weather(int64_t usual_ms, unsigned storms_percent)
{
	usual = usual_ms;
	storms = storms_percent;
}

void cable_slow_readers(bool on)
{
	cable_short = on;
}

static int64_t delay(void)
{
	if (storms && dice_percent(storms))
		return 50 + (int64_t)dice_below(4000);
	return 1 + (int64_t)dice_below((uint64_t)usual);
}

/* ---- carrying ---- */

bool cable_room(const struct line *l, bool up)
{
	const struct parcels *q = up ? &l->up : &l->down;
	const struct net_socket *from = up ? l->client : l->server, *to = up ? l->server : l->client;
	unsigned room = (unsigned)((from ? from->send_hwm : 1000) + (to ? to->receive_hwm : 0));

	/* a client that does not read: the kernel's and ZeroMQ's queues are full soon */
	if (cable_short && !up)
		room = SHORT_QUEUE;
	return q->n + (to && !up ? to->in.n : 0) < room;
}

bool cable_ship(struct line *l, bool up, const struct bytes *id, const struct bytes *frames, size_t n)
{
	int64_t *last = up ? &l->up_last : &l->down_last;

	if (!cable_room(l, up))
		return false;
	cable_stats.messages++;
	if (up ? l->up_silent : l->down_silent) {
		cable_stats.lost++;
		return true;
	}
	struct parcel *p = cable_parcel(id, frames, n, up ? l->user_id : "");
	p->arrives = host_now + delay();
	if (p->arrives < *last)
		p->arrives = *last;
	*last = p->arrives;
	cable_append(up ? &l->up : &l->down, p);
	return true;
}

/* ---- ends ---- */

static void leave_server(struct line *l)
{
	if (l->server && l->server->kind == CABLE_XPUB)
		for (size_t i = 0; i < l->topics.n; i++)
			cable_tell_publisher(l->server,
				       bytes_of(l->topics.list[i].bytes, l->topics.list[i].size), false, "");
	l->server = NULL;
}

static void leave_client(struct line *l)
{
	if (l->client) {
		l->client->line = NULL;
		l->client->try_at = host_now + l->client->reconnect_ms;
	}
	l->client = NULL;
}

void cable_close_line(struct line *l)
{
	struct line **at = &cable_lines;

	leave_server(l);
	leave_client(l);
	cable_drop(&l->up);
	cable_drop(&l->down);
	while (*at != l)
		at = &(*at)->next;
	*at = l->next;
	free(l);
}

/* One side's socket is gone. The other side learns of it from the kernel, or when heartbeats are missed. */
void cable_forget_socket(struct net_socket *s, bool told)
{
	for (struct line *l = cable_lines, *next; l; l = next) {
		next = l->next;
		if (l->client != s && l->server != s)
			continue;
		bool was_client = l->client == s;
		if (was_client)
			l->client = NULL;
		else
			l->server = NULL;
		int64_t at = host_now + (told ? delay() : SILENCE_MS);
		if (l->dies_at > at)
			l->dies_at = at;
		/* what the client wrote before it went still arrives; what the server wrote, mostly too */
		if (!told)
			cable_drop(was_client ? &l->up : &l->down);
		if (!l->client && !l->server)
			cable_close_line(l);
	}
	cable_drop(&s->in);
	struct net_socket **at = &cable_sockets;
	while (*at && *at != s)
		at = &(*at)->next;
	if (*at)
		*at = s->next;
}

void cable_abandon(const struct host *h, bool told)
{
	for (struct net_socket *s = cable_sockets, *next; s; s = next) {
		next = s->next;
		if (s->host == h)
			cable_forget_socket(s, told);
	}
}

/* ---- the weather ---- */

bool cable_is_split(const struct host *h)
{
	for (size_t i = 0; i < BASE_COUNT(split); i++)
		if (split[i] == h && h)
			return true;
	return false;
}

static void silence(struct line *l, unsigned how)
{
	l->up_silent |= how & 1;
	l->down_silent |= how & 2;
	if (l->up_silent)
		cable_drop(&l->up);
	if (l->down_silent)
		cable_drop(&l->down);
	if (l->dies_at > host_now + SILENCE_MS)
		l->dies_at = host_now + SILENCE_MS;
}

void cable_split(const struct host *h, bool away)
{
	for (size_t i = 0; i < BASE_COUNT(split); i++)
		if (split[i] == h)
			split[i] = NULL;
	for (size_t i = 0; away && i < BASE_COUNT(split); i++)
		if (!split[i]) {
			split[i] = h;
			break;
		}
	for (struct line *l = cable_lines; away && l; l = l->next)
		if (l->client_host == h || l->server_host == h)
			silence(l, 3);
}

static struct line *some_line(const struct host *h)
{
	size_t n = 0;
	struct line *found = NULL;

	for (struct line *l = cable_lines; l; l = l->next)
		if ((!h || l->client_host == h || l->server_host == h) && dice_one_in((unsigned)++n))
			found = l;
	return found;
}

static void arrive(struct line *l, bool up);

/* What was on the way arrives up to some point, the rest is lost. */
void cable_cut_some(const struct host *h)
{
	struct line *l = some_line(h);

	if (!l)
		return;
	cable_stats.cuts++;
	for (bool up = false;; up = true) {
		struct parcels *q = up ? &l->up : &l->down;
		for (uint64_t n = dice_below(q->n + 1); n && l->state == LINE_UP; n--)
			arrive(l, up);
		if (up)
			break;
	}
	cable_close_line(l);
}

void cable_silence_some(const struct host *h)
{
	struct line *l = some_line(h);

	if (!l)
		return;
	cable_stats.silences++;
	silence(l, 1 + (unsigned)dice_below(3));
}

void cable_calm(void)
{
	memset(split, 0, sizeof split);
	cable_weather(5, 0);
	cable_short = false;
}

/* ---- what happens ---- */

static struct net_socket *bound_at(const char *endpoint)
{
	struct net_socket *s = cable_sockets;

	while (s && (s->kind > CABLE_XPUB || strcmp(s->endpoint, endpoint)))
		s = s->next;
	return s;
}

static bool wants_line(const struct net_socket *s)
{
	return (s->kind == CABLE_DEALER || s->kind == CABLE_SUB) && !s->line && !s->silenced;
}

static void knock(struct net_socket *s)
{
	struct net_socket *to = bound_at(s->endpoint);

	s->try_at = host_now + s->reconnect_ms;
	if (!to || cable_is_split(s->host) || cable_is_split(to->host))
		return;
	struct line *l = base_alloc(sizeof *l);
	*l = (struct line){.next = cable_lines,
			   .id = ++next_line,
			   .client = s,
			   .server = to,
			   .client_host = s->host,
			   .server_host = to->host,
			   .at = host_now + delay(),
			   .dies_at = host_now + HANDSHAKE_MS};
	cable_lines = l;
	s->line = l;
}

static void ask_door(struct line *l)
{
	struct net_socket *zap = cable_sockets;
	uint8_t id[4];

	while (zap && !(zap->kind == CABLE_ZAP && zap->host == l->server_host))
		zap = zap->next;
	l->state = LINE_ASKED;
	if (!zap || !l->client || !l->server)
		return; /* it dies of it */
	put_u32(id, l->id);
	struct bytes frames[] = {bytes_of(id, sizeof id), bytes_text(l->server->domain),
				 bytes_of(l->client->key, KEYS_SIZE)};
	cable_append(&zap->in, cable_parcel(NULL, frames, 3, ""));
	cable_stats.handshakes++;
}

void cable_answered(uint32_t id, int status, const char *user_id)
{
	struct line *l = cable_lines;

	while (l && l->id != id)
		l = l->next;
	if (!l || l->state != LINE_ASKED)
		return; /* nobody waits any more */
	if (status == NET_ZAP_ENTER) {
		l->state = LINE_OPENING;
		l->at = host_now + delay();
		snprintf(l->user_id, sizeof l->user_id, "%s", user_id);
		return;
	}
	cable_stats.refusals++;
	if (status == NET_ZAP_REVOKED && l->client)
		l->client->silenced = true; /* 4.3.4 never tries again */
	cable_close_line(l);
}

static void open_line(struct line *l)
{
	l->state = LINE_UP;
	if (l->dies_at <= host_now + HANDSHAKE_MS && l->client && l->server && !l->up_silent && !l->down_silent)
		l->dies_at = INT64_MAX;
	for (size_t i = 0; l->client && i < l->client->topics.n; i++) {
		uint8_t text[1 + CABLE_TOPIC] = {1};
		const struct topic *t = &l->client->topics.list[i];
		struct bytes frame = bytes_of(text, 1 + t->size);

		memcpy(text + 1, t->bytes, t->size);
		cable_ship(l, true, NULL, &frame, 1);
	}
}

static void arrive(struct line *l, bool up)
{
	struct parcel *p = cable_take(up ? &l->up : &l->down);
	struct net_socket *to = up ? l->server : l->client;

	if (!to) {
		free(p);
	} else if (up && to->kind == CABLE_XPUB) {
		struct bytes prefix = bytes_of(p->frames[0].data + 1, p->frames[0].size - 1);
		cable_topic(&l->topics, prefix, p->frames[0].data[0]);
		cable_tell_publisher(to, prefix, p->frames[0].data[0], l->user_id);
		free(p);
	} else {
		cable_append(&to->in, p);
	}
}

/* ---- choosing; three kinds of things can be due on each line ---- */

static bool due(int64_t at)
{
	return at <= host_now;
}

static int64_t first_of(const struct parcels *q)
{
	return q->first ? q->first->arrives : INT64_MAX;
}

static int64_t opening_at(const struct line *l)
{
	return l->state == LINE_KNOCKING || l->state == LINE_OPENING ? l->at : INT64_MAX;
}

static bool back_pressed(const struct line *l)
{
	return l->server && l->server->kind == CABLE_ROUTER && l->server->in.n >= 512;
}

static int64_t up_at(const struct line *l)
{
	return l->state != LINE_UP || back_pressed(l) ? INT64_MAX : first_of(&l->up);
}

static int64_t down_at(const struct line *l)
{
	return l->state != LINE_UP ? INT64_MAX : first_of(&l->down);
}

/* Counts what is due; does the `which`th of them (from 1). */
static unsigned choose(unsigned which)
{
	unsigned n = 0;

	for (struct net_socket *s = cable_sockets; s; s = s->next)
		if (wants_line(s) && due(s->try_at) && ++n == which) {
			knock(s);
			return n;
		}
	for (struct line *l = cable_lines; l; l = l->next) {
		if (due(opening_at(l)) && ++n == which) {
			if (l->state == LINE_KNOCKING)
				ask_door(l);
			else
				open_line(l);
			return n;
		}
		if (due(up_at(l)) && ++n == which) {
			arrive(l, true);
			return n;
		}
		if (due(down_at(l)) && ++n == which) {
			arrive(l, false);
			return n;
		}
		if (due(l->dies_at) && ++n == which) {
			cable_close_line(l);
			return n;
		}
	}
	return n;
}

unsigned cable_due_n(void)
{
	return choose(0);
}

bool cable_step(void)
{
	unsigned n = choose(0);

	if (n)
		choose(1 + (unsigned)dice_below(n));
	return n != 0;
}

static int64_t earlier(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

int64_t cable_next(void)
{
	int64_t at = INT64_MAX;

	for (const struct net_socket *s = cable_sockets; s; s = s->next)
		if (wants_line(s))
			at = earlier(at, s->try_at);
	for (const struct line *l = cable_lines; l; l = l->next)
		at = earlier(at, earlier(earlier(opening_at(l), l->dies_at), earlier(up_at(l), down_at(l))));
	return at;
}
