// SPDX-License-Identifier: Apache-2.0
/* The journal's bytes, entry by entry. */
#include "tests/sim/truth_inside.h"

#include <stdio.h>
#include <stdlib.h>

#include "tests/sim/disk.h"

#define KIND(name) TIENDO__JOURNAL__V1__ENTRY_KIND__ENTRY_KIND_##name

struct truth truth;
struct truth_counts truth_counts;
int64_t (*truth_receipted)(uint32_t principal, const uint8_t *epoch, uint64_t seq, const uint8_t *hash);
static uint64_t seed;
static bool unheard; /* entries were lost of which the journal cannot know: a receipt may prove it */

void truth_broken(const char *format, ...)
{
	char text[400];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	host_here = NULL;
	printf("seed %llu, at %.3f s: BROKEN: %s\n", (unsigned long long)seed, (double)host_now / 1000, text);
	fflush(stdout);
	abort();
}

static void forget(void)
{
	for (size_t i = 0; i < truth.streams_n; i++)
		free(truth.streams[i].outcomes);
	free(truth.entries);
	for (size_t i = 0; i < truth.sheets_n; i++)
		free(truth.sheets[i].slots);
	free(truth.rows);
	free(truth.mail.list);
	truth_cases_free(&truth.cases);
	bool undetected = truth.undetected;
	truth = (struct truth){.undetected = undetected};
	for (uint32_t w = 0; w < works_n; w++)
		works[w].taken = works[w].settled = 0;
}

void truth_begin(uint64_t of)
{
	seed = of;
	forget();
	truth.undetected = unheard = false;
	truth_told_reset();
}

bool truth_undetected(void)
{
	return truth.undetected;
}

uint64_t truth_head(void)
{
	return truth.n;
}

const struct truth_entry *truth_entry(uint64_t number)
{
	return number && number <= truth.n ? &truth.entries[number - 1] : NULL;
}

const struct truth_outcome *truth_outcome(const struct truth_entry *e, uint64_t seq)
{
	if (!e->stream || seq < e->first_seq || seq >= e->first_seq + e->seqs)
		return NULL;
	return &truth.streams[e->stream - 1].outcomes[seq - 1];
}

/* ---- streams ---- */

static struct truth_stream *stream_of(struct truth_entry *e)
{
	size_t i = 0;

	while (i < truth.streams_n && (truth.streams[i].principal != e->principal ||
				       memcmp(truth.streams[i].epoch, e->epoch, TRUTH_ID)))
		i++;
	if (i == TRUTH_STREAMS)
		truth_broken("more streams than the limits of epochs allow");
	if (i == truth.streams_n) {
		truth.streams_n++;
		truth.streams[i].principal = e->principal;
		memcpy(truth.streams[i].epoch, e->epoch, TRUTH_ID);
	}
	e->stream = i + 1;
	return &truth.streams[i];
}

static struct truth_outcome *next_outcome(struct truth_stream *s, uint64_t number)
{
	if (s->mark == s->room) {
		s->room = s->room * 2 + 64;
		s->outcomes = base_grow(s->outcomes, s->room, sizeof *s->outcomes);
	}
	struct truth_outcome *o = &s->outcomes[s->mark++];
	*o = (struct truth_outcome){.entry = number};
	return o;
}

/* ---- entries ---- */

static int64_t first_time(const Tiendo__Journal__V1__EntryHeader *h, uint64_t seq)
{
	for (size_t i = 0; i < h->n_first_received; i++)
		if (h->first_received[i]->seq == seq)
			return h->first_received[i]->received_ms;
	return 0;
}

static const Tiendo__Journal__V1__RefusedSeq *refused(const Tiendo__Journal__V1__EntryHeader *h, uint64_t seq)
{
	for (size_t i = 0; i < h->n_refused; i++)
		if (h->refused[i]->seq == seq)
			return h->refused[i];
	return NULL;
}

static struct bytes next_blob(struct bytes *body, uint64_t number)
{
	size_t size = body->size >= 2 ? get_u16(body->data) : 0;

	if (!size || size + 2 > body->size)
		truth_broken("entry %llu: its body ends early", (unsigned long long)number);
	struct bytes blob = bytes_of(body->data + 2, size);
	*body = bytes_of(blob.data + size, body->size - 2 - size);
	return blob;
}

static Tiendo__V1__Update *update_in(struct bytes blob, uint64_t number, uint64_t seq, uint32_t *work)
{
	Tiendo__V1__Update *u = tiendo__v1__update__unpack(NULL, blob.size, blob.data);

	*work = u ? work_of(u) : 0;
	if (!*work || u->seq != seq)
		truth_broken("entry %llu took seq %llu, which nobody wrote", (unsigned long long)number,
			     (unsigned long long)seq);
	if (!work_same(*work, u))
		truth_broken("entry %llu took report w%u with another content than was written",
			     (unsigned long long)number, *work);
	return u;
}

/* (2) The time of the first receipt is kept, and is one that was told. */
static void check_first_time(const struct truth_update *t, const struct truth_entry *e, const uint8_t hash[static KEYS_HASH],
			     int64_t first)
{
	const struct work *w = &works[t->work];
	int64_t held = w->copies || w->wild || !truth_receipted ? 0 : truth_receipted(e->principal, e->epoch, t->seq, hash);

	if (first && !truth_time_told(e, t->seq, hash, first))
		truth_broken("(2) entry %llu: seq %llu has a first time of receipt that was never told",
			     (unsigned long long)t->number, (unsigned long long)t->seq);
	if (held && (!first || first > held)) /* earlier: the clock was set back meanwhile */
		truth_broken("(2) entry %llu: the first time of receipt of seq %llu is lost",
			     (unsigned long long)t->number, (unsigned long long)t->seq);
	truth_counts.first_times += first != 0;
}

static void taken(uint64_t number, const struct truth_entry *e, const Tiendo__Journal__V1__EntryHeader *h,
		  struct bytes blob, struct truth_outcome *o, uint64_t seq, uint32_t index)
{
	int64_t first = first_time(h, seq);
	struct truth_update t = {.number = number, .seq = seq, .index = index, .received = first ? first : e->received_ms};
	Tiendo__V1__Update *u = update_in(blob, number, seq, &t.work);

	t.u = u;
	o->kind = TRUTH_TAKEN;
	o->index = index;
	o->work = t.work;
	keys_hash(blob, o->hash);
	truth_blob(o->hash, o->work);
	struct work *w = &works[o->work];
	w->settled++;
	w->entry = number;
	truth_counts.taken++;
	if (w->taken++ > w->copies && !w->wild)
		truth_broken("(2) report w%u was taken twice, by entry %llu and before",
			     o->work, (unsigned long long)number);
	check_first_time(&t, e, o->hash, first);
	truth_took(e, &t);
	tiendo__v1__update__free_unpacked(u, NULL);
}

static void read_batch(uint64_t number, struct truth_entry *e, const Tiendo__Journal__V1__EntryHeader *h,
		       struct bytes body)
{
	struct truth_stream *s = stream_of(e);
	uint32_t index = 0;

	if (e->first_seq != s->mark + 1 || !e->seqs)
		truth_broken("(2) entry %llu decides seqs from %llu, the mark is %llu",
			     (unsigned long long)number, (unsigned long long)e->first_seq,
			     (unsigned long long)s->mark);
	if (h->prev != s->last_entry)
		truth_broken("(4) entry %llu names %llu as its stream's last", (unsigned long long)number,
			     (unsigned long long)h->prev);
	s->last_entry = number;
	for (uint64_t seq = e->first_seq; seq < e->first_seq + e->seqs; seq++) {
		struct truth_outcome *o = next_outcome(s, number);
		const Tiendo__Journal__V1__RefusedSeq *r = refused(h, seq);
		if (e->kind == KIND(VOID)) {
			o->kind = TRUTH_VOID;
			truth_counts.voided++;
		} else if (r) {
			o->kind = TRUTH_REFUSED;
			o->reason = r->reason;
			memcpy(o->hash, r->blob_hash.data, KEYS_HASH);
			o->work = truth_work_of(o->hash);
			works[o->work].settled++;
			truth_refused(number, e, seq, o->reason, o->work);
			truth_counts.refused++;
		} else {
			taken(number, e, h, next_blob(&body, number), o, seq, ++index);
		}
	}
	if (e->kind == KIND(BATCH) && body.size)
		truth_broken("entry %llu holds more than it says", (unsigned long long)number);
}

static void check_key(uint64_t number, const struct truth_entry *e)
{
	const struct truth_key *k = e->key_id < TRUTH_KEYS ? &truth.keys[e->key_id] : NULL;

	if (!k || !k->known || k->principal != e->principal)
		truth_broken("(6) entry %llu: key %u is not principal %u's", (unsigned long long)number,
			     e->key_id, e->principal);
	if (k->revoked)
		truth_broken("(6) entry %llu took what the revoked key %u sent", (unsigned long long)number,
			     e->key_id);
	if (truth.role[e->principal] != ROLE_AGENT)
		truth_broken("(6) entry %llu took what a reader sent", (unsigned long long)number);
}

static bool knows_incarnation(const uint8_t *incarnation)
{
	for (size_t i = 0; i < truth.incarnations_n; i++)
		if (!memcmp(truth.incarnations[i], incarnation, TRUTH_ID))
			return true;
	return false;
}

static void begin_incarnation(const uint8_t *incarnation)
{
	if (knows_incarnation(incarnation) || truth.incarnations_n == TRUTH_FORKS)
		truth_broken("(4) an incarnation that was there before");
	memcpy(truth.incarnations[truth.incarnations_n++], incarnation, TRUTH_ID);
	memcpy(truth.incarnation, incarnation, TRUTH_ID);
}

static void read_incarnation(uint64_t number, struct bytes body)
{
	Tiendo__Journal__V1__IncarnationBody *i =
		tiendo__journal__v1__incarnation_body__unpack(NULL, body.size, body.data);

	if (!i || i->incarnation.len != TRUTH_ID || i->fork_entry != number - 1 ||
	    memcmp(i->previous.data, truth.incarnation, TRUTH_ID))
		truth_broken("(4) entry %llu: not an incarnation that follows", (unsigned long long)number);
	if (i->lost.len && !unheard)
		truth_broken("entry %llu: the centre believes that entries were lost, but none were",
			     (unsigned long long)number);
	truth_counts.incarnations++;
	truth_counts.proven += i->lost.len != 0;
	truth.undetected = false;
	begin_incarnation(i->incarnation.data);
	tiendo__journal__v1__incarnation_body__free_unpacked(i, NULL);
}

static void read_genesis(struct bytes body)
{
	Tiendo__Journal__V1__GenesisBody *g =
		tiendo__journal__v1__genesis_body__unpack(NULL, body.size, body.data);

	if (!g || g->incarnation.len != TRUTH_ID)
		truth_broken("(4) no genesis");
	begin_incarnation(g->incarnation.data);
	tiendo__journal__v1__genesis_body__free_unpacked(g, NULL);
}

static void read_body(uint64_t number, struct truth_entry *e, const Tiendo__Journal__V1__EntryHeader *h,
		      struct bytes body)
{
	if (h->kind == KIND(BATCH) || h->kind == KIND(VOID)) {
		check_key(number, e);
		read_batch(number, e, h, body);
	} else if (h->kind == KIND(GENESIS)) {
		read_genesis(body);
	} else if (h->kind == KIND(INCARNATION)) {
		read_incarnation(number, body);
	} else if (h->kind == KIND(CATALOGUE)) {
		truth_catalogue(body);
	} else if (h->kind == KIND(REGISTRY)) {
		truth_registry(body);
	} else if (h->kind == KIND(TICK)) {
		truth_tick(number, body);
	} else if (h->kind == KIND(NOTICE)) {
		truth_mail_letter(number, body);
	} else if ((h->kind == KIND(DECISION) && !truth_decision(number, body)) ||
		   (h->kind == KIND(FINDING) && !truth_finding(number, body)) ||
		   (h->kind == KIND(STEP) && !truth_step(number, body))) {
		truth_broken("entry %llu is a word of the centre that makes no sense", (unsigned long long)number);
	}
}

/* hash = BLAKE2b-256(previous | header | BLAKE2b-256(body)); journal.proto */
static void check_chain(uint64_t number, struct bytes stored, struct bytes header, struct bytes body)
{
	static const uint8_t none[KEYS_HASH];
	uint8_t inner[KEYS_HASH], hash[KEYS_HASH];
	struct hasher s;

	keys_hash(body, inner);
	hasher_start(&s);
	hasher_add(&s, bytes_of(number > 1 ? truth.entries[number - 2].hash : none, KEYS_HASH));
	hasher_add(&s, header);
	hasher_add(&s, bytes_of(inner, sizeof inner));
	hasher_end(&s, hash);
	if (memcmp(hash, stored.data, KEYS_HASH))
		truth_broken("(4) the chain breaks at entry %llu", (unsigned long long)number);
}

static void read_entry(uint64_t number, struct bytes value)
{
	size_t size = value.size > 37 ? get_u32(value.data + 33) : SIZE_MAX;

	if (size > value.size - 37)
		truth_broken("(4) entry %llu is cut", (unsigned long long)number);
	struct bytes header = bytes_of(value.data + 37, size);
	struct bytes body = bytes_of(value.data + 37 + size, value.size - 37 - size);
	check_chain(number, bytes_of(value.data + 1, KEYS_HASH), header, body);
	Tiendo__Journal__V1__EntryHeader *h =
		tiendo__journal__v1__entry_header__unpack(NULL, header.size, header.data);
	if (!h || h->number != number)
		truth_broken("(4) entry %llu has another number inside", (unsigned long long)number);
	if (truth.n == truth.room) {
		truth.room = truth.room * 2 + 256;
		truth.entries = base_grow(truth.entries, truth.room, sizeof *truth.entries);
	}
	struct truth_entry *e = &truth.entries[truth.n];
	*e = (struct truth_entry){.kind = h->kind, .principal = h->principal, .key_id = h->key_id,
				  .seqs = h->seqs, .first_seq = h->first_seq, .received_ms = h->received_ms};
	memcpy(e->hash, value.data + 1, KEYS_HASH);
	if (h->epoch.len == TRUTH_ID)
		memcpy(e->epoch, h->epoch.data, TRUTH_ID);
	if (number > 1 && e->received_ms < truth.entries[number - 2].received_ms)
		truth_broken("(4) entry %llu was received before the one before it", (unsigned long long)number);
	truth.n++;
	read_body(number, e, h, body);
	memcpy(e->incarnation, truth.incarnation, TRUTH_ID);
	tiendo__journal__v1__entry_header__free_unpacked(h, NULL);
}

void truth_read(void)
{
	struct bytes key, value;
	uint8_t after[8];

	truth.group = truth.n;
	put_u64(after, truth.n);
	while (disk_next(TRUTH_JOURNAL, "entries", bytes_of(after, 8), &key, &value)) {
		if (key.size != 8 || get_u64(key.data) != truth.n + 1)
			truth_broken("(4) entry %llu is missing", (unsigned long long)truth.n + 1);
		read_entry(truth.n + 1, value);
		put_u64(after, truth.n);
	}
}

void truth_committed(const char *path)
{
	if (!strcmp(path, TRUTH_JOURNAL))
		truth_read();
}

void truth_reread(void)
{
	struct bytes value;
	uint8_t key[8];

	truth_read();
	for (uint64_t n = 1; n <= truth.n; n++) {
		put_u64(key, n);
		if (!disk_get(TRUTH_JOURNAL, "entries", bytes_of(key, 8), &value) ||
		    memcmp(value.data + 1, truth.entries[n - 1].hash, KEYS_HASH))
			truth_broken("(1) entry %llu was there and is not any more", (unsigned long long)n);
	}
}

void truth_replaced(bool silently)
{
	truth.undetected |= silently;
	unheard |= silently;
	uint8_t was[TRUTH_ID];

	struct truth_counts counted = truth_counts; /* nothing of it is new */
	int64_t (*receipted)(uint32_t, const uint8_t *, uint64_t, const uint8_t *) = truth_receipted;

	memcpy(was, truth.incarnation, TRUTH_ID);
	forget();
	truth_receipted = NULL;
	truth.again = true;
	truth_read();
	truth.again = false;
	truth_receipted = receipted;
	truth_counts = counted;
	/* an older backup than the last restore: the journal never heard of what came between */
	unheard |= !knows_incarnation(was);
	truth_told_lost();
}
