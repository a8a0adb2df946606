// SPDX-License-Identifier: Apache-2.0
#include "tests/sim/sim_stranger.h"

#include <stdio.h>
#include <stdlib.h>

#include "common/sys/codec.h"
#include "common/sys/net.h"
#include "tests/sim/cable.h"
#include "tests/sim/dice.h"
#include "tests/sim/sim_centre.h"
#include "tests/sim/truth.h"

enum { REST_MS = 300, UPDATES = 4 };

static struct {
	struct host host;
	struct keys_pair pair;
	char unit[CODE_MAX + 1];
	struct net *net;
	struct net_socket *socket;
	struct net_message message;
	uint8_t epoch[TRUTH_ID];
	uint64_t session, old_session, mark;
	struct {
		uint8_t incarnation[TRUTH_ID], chain[KEYS_HASH], mac[KEYS_MAC], blob[KEYS_HASH];
		uint64_t entry, seq;
		int64_t received;
	} receipt; /* the last it was given */
	uint32_t sent; /* the work sent last, at mark + 1 then */
	int64_t due;
	bool on;
} me;

static const char *const items[] = {"KH.1", "KH.2", "KH.3", "KH.4", "KH.6", "QG.2", "QG.3", "QG.5"};

void sim_stranger_reset(void)
{
	memset(&me, 0, sizeof me);
	me.host.name = "stranger";
}

void sim_stranger_make(const char *unit)
{
	snprintf(me.unit, sizeof me.unit, "%s", unit);
	keys_pair_new(&me.pair);
	sim_centre_enrol("agent", unit, &me.pair);
	keys_random(me.epoch, sizeof me.epoch);
	me.on = true;
}

void sim_stranger_quiet(void)
{
	me.on = false;
}

/* ---- saying ---- */

static void say(enum message_type type, const void *message)
{
	const uint8_t head[2] = {PROTOCOL_VERSION, (uint8_t)type};
	size_t size;
	uint8_t *body = codec_pack_new(message, &size);
	struct bytes frames[] = {bytes_of(head, 2), bytes_of(body, size)};

	net_send(me.socket, frames, 2);
	free(body);
}

static ProtobufCBinaryData data(const void *p, size_t size)
{
	return (ProtobufCBinaryData){size, (uint8_t *)(uintptr_t)p};
}

/* A receipt of ours with one thing about it changed; genuine now and then. */
static void forge(Tiendo__V1__ReceiptProof *p, uint8_t mac[static KEYS_MAC])
{
	tiendo__v1__receipt_proof__init(p);
	memcpy(mac, me.receipt.mac, KEYS_MAC);
	p->incarnation = data(me.receipt.incarnation, TRUTH_ID);
	p->entry = me.receipt.entry;
	p->chain_hash = data(me.receipt.chain, KEYS_HASH);
	p->seq = me.receipt.seq;
	p->blob_hash = data(me.receipt.blob, KEYS_HASH);
	p->received_ms = me.receipt.received;
	p->mac = data(mac, KEYS_MAC);
	switch (dice_below(4)) {
	case 0:
		p->entry += 1000;
		break;
	case 1:
		p->received_ms -= 86400000;
		break;
	case 2:
		mac[dice_below(KEYS_MAC)] ^= 1;
		break;
	default:
		break;
	}
}

static void hello(void)
{
	Tiendo__V1__Hello m = TIENDO__V1__HELLO__INIT;
	Tiendo__V1__ReceiptProof proof;
	uint32_t version = PROTOCOL_VERSION;
	uint8_t mac[KEYS_MAC];

	if (dice_one_in(40))
		keys_random(me.epoch, sizeof me.epoch);
	m.n_versions = 1;
	m.versions = &version;
	m.epoch = data(me.epoch, sizeof me.epoch);
	if (me.receipt.entry && dice_one_in(2)) {
		forge(&proof, mac);
		m.last_receipt = &proof;
	}
	m.software = (char *)"stranger";
	say(MESSAGE_HELLO, &m);
}

/* A seal that may be true, or not. */
static void claim(struct seal *s)
{
	int64_t now = host_wall(NULL);

	s->boot_id[0] = dice_one_in(10) ? 0 : 1;
	s->server_heard_at_ms = dice_below(100000);
	s->monotonic_ms = dice_one_in(10) ? 1 + dice_below(1000) : 1 + s->server_heard_at_ms + dice_below(4 * 86400000u);
	s->server_time_ms = dice_one_in(10) ? now + 50000 : now - (int64_t)dice_below(6 * 86400000u);
}

static void push(void)
{
	Tiendo__V1__Push m = TIENDO__V1__PUSH__INIT;
	uint8_t blobs[UPDATES][UPDATE_BYTES_MAX], mac[KEYS_MAC], hash[KEYS_HASH];
	ProtobufCBinaryData list[UPDATES];
	Tiendo__V1__ReceiptProof proof, *proofs = &proof;

	m.session = dice_one_in(8) ? me.old_session : me.session;
	m.first_seq = me.mark + 1;
	if (dice_one_in(4))
		m.first_seq += dice_below(6);
	if (dice_one_in(4))
		m.first_seq -= m.first_seq > 3 ? dice_below(3) : 0;
	m.n_updates = 1 + dice_below(UPDATES);
	m.updates = list;
	for (size_t i = 0; i < m.n_updates; i++) {
		uint32_t w = me.sent && dice_one_in(3) ? me.sent : me.sent && dice_one_in(8)
				     ? work_about(me.sent, dice_one_in(2), sim_centre_today()) : 0;
		if (!w)
			w = work_new(dice_one_in(4) ? "412" : me.unit, items[dice_below(BASE_COUNT(items))],
				     sim_centre_today());
		struct update u = work_update(w);
		works[w].wild = true;
		if (dice_one_in(2))
			claim(&u.seal);
		u.seq = m.first_seq + i + dice_one_in(30);
		list[i] = data(blobs[i], codec_update_encode(&u, blobs[i]));
		if (dice_one_in(30))
			blobs[i][0] ^= 0x40;
		keys_hash(bytes_of(list[i].data, list[i].len), hash);
		truth_blob(hash, w);
		me.sent = w;
	}
	if (me.receipt.entry && dice_one_in(2)) {
		forge(&proof, mac);
		/* for a report that is offered now: its place and its bytes */
		proof.seq = m.first_seq;
		keys_hash(bytes_of(list[0].data, list[0].len), hash);
		proof.blob_hash = data(hash, sizeof hash);
		m.proofs = &proofs;
		m.n_proofs = 1;
	}
	say(MESSAGE_PUSH, &m);
}

static void lose(void)
{
	Tiendo__V1__Void m = TIENDO__V1__VOID__INIT;

	m.session = me.session;
	m.from = me.mark + 1 - (me.mark > 2 ? dice_below(3) : 0);
	m.to = m.from + dice_below(3);
	m.reason = TIENDO__V1__VOID_REASON__VOID_REASON_LOST;
	say(MESSAGE_VOID, &m);
}

static void garbage(void)
{
	uint8_t bytes[64];
	struct bytes frames[] = {bytes_of(bytes, 2), bytes_of(bytes + 2, dice_below(60))};

	keys_random(bytes, sizeof bytes);
	bytes[0] = 1;
	bytes[1] = (uint8_t)dice_below(9);
	net_send(me.socket, frames, 2);
}

/* ---- hearing ---- */

static void hear_ack(const Tiendo__V1__Ack *m)
{
	if (m->mark > me.mark)
		me.mark = m->mark;
	for (size_t i = 0; i < m->n_spans; i++) {
		const Tiendo__V1__Span *s = m->spans[i];
		for (size_t j = 0; j < s->n_outcomes; j++) {
			if (s->outcomes[j]->outcome_case != TIENDO__V1__OUTCOME__OUTCOME_TAKEN)
				continue;
			const struct truth_entry *e = truth_entry(s->entry);
			const struct truth_outcome *o = e ? truth_outcome(e, s->first_seq + j) : NULL;
			if (!o)
				continue;
			memcpy(me.receipt.incarnation, s->incarnation.data, TRUTH_ID);
			memcpy(me.receipt.chain, s->chain_hash.data, KEYS_HASH);
			memcpy(me.receipt.mac, s->outcomes[j]->taken->mac.data, KEYS_MAC);
			memcpy(me.receipt.blob, o->hash, KEYS_HASH);
			me.receipt.entry = s->entry;
			me.receipt.seq = s->first_seq + j;
			me.receipt.received = s->received_ms;
		}
	}
}

static void hear(void)
{
	while (net_receive(me.socket, &me.message) == 0) {
		struct bytes head = net_frame(&me.message, 0), body = net_frame(&me.message, 1);

		if (head.data[1] == MESSAGE_WELCOME) {
			Tiendo__V1__Welcome *m = tiendo__v1__welcome__unpack(NULL, body.size, body.data);
			me.old_session = me.session;
			me.session = m->session;
			me.mark = m->mark;
			tiendo__v1__welcome__free_unpacked(m, NULL);
		} else if (head.data[1] == MESSAGE_ACK) {
			Tiendo__V1__Ack *m = tiendo__v1__ack__unpack(NULL, body.size, body.data);
			hear_ack(m);
			tiendo__v1__ack__free_unpacked(m, NULL);
		}
	}
}

static void turn(void *arg)
{
	struct sys_error error;
	(void)arg;

	if (!me.socket) {
		const struct net_connect to = {.endpoint = SIM_INGEST, .pair = &me.pair,
					       .server_key = sim_centre_keys.public_key, .reconnect_ms = 500};
		me.net = net_open(&error);
		me.socket = net_dealer_connect(me.net, &to, &error);
	}
	hear();
	if (host_now < me.due)
		return;
	me.due = host_now + (int64_t)dice_below(REST_MS);
	if (!me.session || dice_one_in(8))
		hello();
	else if (dice_one_in(10))
		lose();
	else if (dice_one_in(12))
		garbage();
	else
		push();
}

bool sim_stranger_ready(void)
{
	return me.on && (me.due <= host_now || cable_waits(&me.host, NULL));
}

int64_t sim_stranger_due(void)
{
	return me.on ? me.due : INT64_MAX;
}

void sim_stranger_turn(void)
{
	host_run(&me.host, turn, NULL);
}
