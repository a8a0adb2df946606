// SPDX-License-Identifier: Apache-2.0
#include "tests/sim/sim_asker.h"

#include <stdio.h>
#include <stdlib.h>

#include "common/sys/net.h"
#include "tests/sim/cable.h"
#include "tests/sim/dice.h"
#include "tests/sim/sim_asker_judge.h"
#include "tests/sim/sim_centre.h"

enum { REST_MS = 400, RETRY_MS = 100, PATIENCE_MS = 4000, PAGES_MAX = 400 };

struct sim_asker_counts sim_asker_counts;

static struct {
	struct host host;
	struct keys_pair pair;
	struct net *net;
	struct net_socket *socket;
	struct net_message message;
	struct asked asked;
	bool waits;
	int64_t due;
} me;

void sim_asker_reset(void)
{
	asked_free(&me.asked);
	memset(&me, 0, sizeof me);
	me.host.name = "asker";
}

void sim_asker_make(void)
{
	keys_pair_new(&me.pair);
	sim_centre_enrol("operator", "VN", &me.pair);
	me.due = host_now + (int64_t)dice_below(2000);
}

/* ---- asking ---- */

static void open_line(void)
{
	const struct net_connect to = {.endpoint = SIM_QUERY, .pair = &me.pair, .server_key = sim_centre_keys.public_key,
				       .reconnect_ms = 500};
	struct sys_error error;

	if (!me.net)
		me.net = net_open(&error);
	me.socket = net_dealer_connect(me.net, &to, &error);
}

static void send_question(void)
{
	const uint8_t head[2] = {PROTOCOL_VERSION, MESSAGE_QUERY};
	Tiendo__V1__Query q = TIENDO__V1__QUERY__INIT;
	union asked_message m;
	size_t size;

	q.id = ++me.asked.id;
	asked_question(&me.asked, &q, &m);
	uint8_t *body = codec_pack_new(&q, &size);
	struct bytes frames[] = {bytes_of(head, 2), bytes_of(body, size)};
	me.waits = net_send(me.socket, frames, 2) == NET_SENT; /* else there is no line yet */
	free(body);
	me.due = host_now + (me.waits ? PATIENCE_MS : RETRY_MS);
}

static void ask(void)
{
	asked_new(&me.asked);
	sim_asker_counts.asked++;
	send_question();
}

/* ---- hearing ---- */

static void rest(void)
{
	me.waits = false;
	me.due = host_now + (int64_t)dice_below(REST_MS);
}

static void hear_reply(const Tiendo__V1__Reply *r)
{
	if (r->id != me.asked.id)
		return; /* of a question that was given up */
	if (r->answer_case == TIENDO__V1__REPLY__ANSWER_FAILURE) {
		asked_failed(&me.asked, r->failure);
		rest();
		return;
	}
	sim_asker_counts.pages++;
	asked_page(&me.asked, r);
	if (r->cursor.len && ++me.asked.pages < PAGES_MAX) {
		send_question();
		return;
	}
	if (r->cursor.len)
		truth_broken("an answer has no end: %s", asked_text(&me.asked));
	sim_asker_counts.answered++;
	sim_asker_counts.judged += asked_judge(&me.asked, r->as_of);
	rest();
}

static void hear(void)
{
	while (net_receive(me.socket, &me.message) == 0) {
		struct bytes head = net_frame(&me.message, 0), body = net_frame(&me.message, 1);
		Tiendo__V1__Reply *r = head.size == 2 && head.data[1] == MESSAGE_REPLY
					       ? tiendo__v1__reply__unpack(NULL, body.size, body.data)
					       : NULL;
		if (r)
			hear_reply(r);
		if (r)
			tiendo__v1__reply__free_unpacked(r, NULL);
	}
}

static void turn(void *arg)
{
	(void)arg;
	if (!me.socket)
		open_line();
	hear();
	if (host_now < me.due)
		return;
	if (me.waits) { /* nobody answers: another line */
		net_socket_close(&me.socket);
		rest();
		return;
	}
	ask();
}

bool sim_asker_ready(void)
{
	return me.due <= host_now || cable_waits(&me.host, NULL);
}

int64_t sim_asker_due(void)
{
	return me.due;
}

void sim_asker_turn(void)
{
	host_run(&me.host, turn, NULL);
}
