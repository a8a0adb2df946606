// SPDX-License-Identifier: Apache-2.0
/* What the centre said, held against the journal and against what it said before. */
#include "tests/sim/truth_inside.h"

#include <stdlib.h>

enum { BLOBS = 1 << 16 };

struct telling {
	uint32_t principal, work;
	uint64_t seq, entry;
	int64_t received_ms;
	uint8_t epoch[TRUTH_ID], hash[KEYS_HASH], entry_hash[KEYS_HASH];
	enum truth_kind kind;
	bool lost; /* its entry is not in the journal of now */
};

static struct telling *tellings;
static size_t tellings_n, tellings_room;
static struct {
	uint64_t hash;
	uint32_t work, world;
} blobs[BLOBS];
static uint32_t world;

void truth_told_reset(void)
{
	tellings_n = 0;
	world++;
}

/* ---- reports by their bytes ---- */

static size_t place_of(uint64_t h)
{
	size_t i = h % BLOBS;

	while (blobs[i].world == world && blobs[i].hash != h)
		i = (i + 1) % BLOBS;
	return i;
}

void truth_blob(const uint8_t hash[static KEYS_HASH], uint32_t work)
{
	uint64_t h = get_u64(hash);
	size_t i = place_of(h);

	blobs[i].hash = h;
	blobs[i].work = work;
	blobs[i].world = world;
}

uint32_t truth_work_of(const uint8_t hash[static KEYS_HASH])
{
	size_t i = place_of(get_u64(hash));

	return blobs[i].world == world ? blobs[i].work : 0;
}

/* ---- tellings ---- */

bool truth_time_told(const struct truth_entry *e, uint64_t seq, const uint8_t hash[static KEYS_HASH], int64_t ms)
{
	for (size_t i = 0; i < tellings_n; i++) {
		const struct telling *t = &tellings[i];
		if (t->seq == seq && t->principal == e->principal && t->kind == TRUTH_TAKEN &&
		    t->received_ms == ms && !memcmp(t->epoch, e->epoch, TRUTH_ID) &&
		    !memcmp(t->hash, hash, KEYS_HASH))
			return true;
	}
	return false;
}

void truth_told_lost(void)
{
	for (size_t i = 0; i < tellings_n; i++) {
		struct telling *t = &tellings[i];
		const struct truth_entry *e = truth_entry(t->entry);
		bool there = e && !memcmp(e->hash, t->entry_hash, KEYS_HASH);
		truth_counts.lost += !there && !t->lost;
		t->lost = !there;
	}
}

static void remember(const struct truth_entry *e, uint64_t number, uint64_t seq, const struct truth_outcome *o)
{
	for (size_t i = tellings_n; i-- > 0;) {
		const struct telling *t = &tellings[i];
		if (t->seq != seq || t->principal != e->principal || t->lost || memcmp(t->epoch, e->epoch, TRUTH_ID))
			continue;
		if (t->entry != number || t->kind != o->kind)
			truth_broken("(2) seq %llu of principal %u was told two different outcomes",
				     (unsigned long long)seq, e->principal);
		truth_counts.duplicates++;
		return;
	}
	if (tellings_n == tellings_room) {
		tellings_room = tellings_room * 2 + 256;
		tellings = base_grow(tellings, tellings_room, sizeof *tellings);
	}
	struct telling *t = &tellings[tellings_n++];
	*t = (struct telling){.principal = e->principal, .seq = seq, .entry = number, .work = o->work,
			      .received_ms = e->received_ms, .kind = o->kind};
	memcpy(t->epoch, e->epoch, TRUTH_ID);
	memcpy(t->hash, o->hash, KEYS_HASH);
	memcpy(t->entry_hash, e->hash, KEYS_HASH);
}

/* PROTOCOL.md "Receipts and proofs" */
static void check_mac(const struct truth_entry *e, uint64_t number, uint64_t seq, const struct truth_outcome *o,
		      const ProtobufCBinaryData *mac, const uint8_t *secret)
{
	struct hasher s;
	uint8_t own[KEYS_MAC];

	hasher_start_keyed(&s, secret);
	hasher_add(&s, bytes_of(e->incarnation, TRUTH_ID));
	hasher_add_u64(&s, number);
	hasher_add(&s, bytes_of(e->hash, KEYS_HASH));
	hasher_add_u32(&s, e->principal);
	hasher_add(&s, bytes_of(e->epoch, TRUTH_ID));
	hasher_add_u64(&s, seq);
	hasher_add(&s, bytes_of(o->hash, KEYS_HASH));
	hasher_add_u64(&s, (uint64_t)e->received_ms);
	hasher_end(&s, own);
	if (mac->len != KEYS_MAC || memcmp(own, mac->data, KEYS_MAC))
		truth_broken("the receipt of entry %llu, seq %llu has a wrong MAC", (unsigned long long)number,
			     (unsigned long long)seq);
}

static void outcome(const struct truth_entry *e, uint64_t number, uint64_t seq, const Tiendo__V1__Outcome *m,
		    const uint8_t *secret)
{
	const struct truth_outcome *o = truth_outcome(e, seq);
	bool same = o != NULL;

	if (same && m->outcome_case == TIENDO__V1__OUTCOME__OUTCOME_TAKEN) {
		same = o->kind == TRUTH_TAKEN && o->index == m->taken->index;
		if (same)
			check_mac(e, number, seq, o, &m->taken->mac, secret);
	} else if (same && m->outcome_case == TIENDO__V1__OUTCOME__OUTCOME_REFUSED) {
		same = o->kind == TRUTH_REFUSED && o->reason == m->refused->reason;
	} else if (same) {
		same = o->kind == TRUTH_VOID;
	}
	if (!same)
		truth_broken("(1) an ack speaks of seq %llu in entry %llu, but the journal has something else there",
			     (unsigned long long)seq, (unsigned long long)number);
	works[o->work].told = true;
	works[o->work].told_taken |= o->kind == TRUTH_TAKEN;
	if (o->kind == TRUTH_TAKEN) {
		works[o->work].receipt = (struct receipt){.entry = number, .index = o->index};
		memcpy(works[o->work].receipt.incarnation, e->incarnation, TRUTH_ID);
	}
	truth_counts.told++;
	remember(e, number, seq, o);
}

void truth_told(uint32_t key, struct bytes ack, const uint8_t secret[static KEYS_SIZE], uint64_t folded)
{
	Tiendo__V1__Ack *m = tiendo__v1__ack__unpack(NULL, ack.size, ack.data);

	truth_read();
	if (!m)
		truth_broken("an ack cannot be read");
	for (size_t i = 0; i < m->n_spans; i++) {
		const Tiendo__V1__Span *s = m->spans[i];
		const struct truth_entry *e = truth_entry(s->entry);
		if (!e || s->chain_hash.len != KEYS_HASH || memcmp(e->hash, s->chain_hash.data, KEYS_HASH) ||
		    memcmp(e->incarnation, s->incarnation.data, TRUTH_ID))
			truth_broken("(1) an ack was sent for entry %llu, which is not on disk",
				     (unsigned long long)s->entry);
		if (s->entry > folded)
			truth_broken("(1) an ack was sent for entry %llu before its figure can be read",
				     (unsigned long long)s->entry);
		if (e->principal != truth.keys[key < TRUTH_KEYS ? key : 0].principal)
			truth_broken("(6) key %u was told of principal %u's stream", key, e->principal);
		if (s->received_ms != e->received_ms)
			truth_broken("an ack tells another time of receipt than the journal's");
		for (size_t j = 0; j < s->n_outcomes; j++)
			outcome(e, s->entry, s->first_seq + j, s->outcomes[j], secret);
	}
	tiendo__v1__ack__free_unpacked(m, NULL);
}
