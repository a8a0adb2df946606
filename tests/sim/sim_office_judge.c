// SPDX-License-Identifier: Apache-2.0
/* What must be in an office's spool, read from its disk. */
#include "tests/sim/sim_office_inside.h"

#include <stdio.h>
#include <stdlib.h>

#include "agent/spool_inner.h"
#include "tests/sim/dice.h"
#include "tests/sim/sim_centre.h"
#include "tests/sim/truth.h"

void sim_office_hold(struct sim_office *o, uint32_t work)
{
	if (o->held_n == o->held_room) {
		o->held_room = o->held_room * 2 + 64;
		o->held = base_grow(o->held, o->held_room, sizeof *o->held);
	}
	o->held[o->held_n++] = work;
}

/* ---- the outbox: u64 seq -> 8 bytes of its hash, the update ---- */

static uint32_t work_of_record(struct bytes record)
{
	if (record.size <= SPOOL_CHECK)
		return 0;
	struct bytes blob = bytes_of(record.data + SPOOL_CHECK, record.size - SPOOL_CHECK);
	Tiendo__V1__Update *u = tiendo__v1__update__unpack(NULL, blob.size, blob.data);
	uint32_t w = u ? work_of(u) : 0;
	uint8_t hash[KEYS_HASH];

	if (u)
		tiendo__v1__update__free_unpacked(u, NULL);
	keys_hash(blob, hash);
	if (w)
		truth_blob(hash, w);
	return w;
}

bool sim_office_waits(const struct sim_office *o, uint32_t work)
{
	struct bytes key = {0}, record;

	while (disk_next(o->spool_path, "outbox", key, &key, &record))
		if (work_of_record(record) == work)
			return true;
	return false;
}

struct looking {
	struct sim_office *office;
	struct spool_state state;
	struct spool_receipt newest;
	int code;
};

static bool keep(void *data, const struct spool_receipt *r)
{
	*(struct spool_receipt *)data = *r;
	return false;
}

static void look(void *arg)
{
	struct looking *l = arg;
	struct sim_office *o = l->office;
	struct spool *s = o->up ? o->office.spool : NULL;
	struct sys_error error;

	if (!s && spool_open(&s, o->name, NULL, &error))
		l->code = -1;
	if (!l->code)
		l->code = spool_state(s, &l->state, &error);
	if (!l->code)
		l->code = spool_receipts(s, 1, keep, &l->newest, &error);
	if (!o->up)
		spool_close(s);
}

static struct looking look_into(struct sim_office *o)
{
	struct looking l = {.office = o};
	unsigned doom = o->host.doom;

	o->host.doom = 0;
	host_run(&o->host, look, &l);
	o->host.doom = doom;
	return l;
}

static bool state_of(struct sim_office *o, struct spool_state *out)
{
	struct looking l = look_into(o);

	*out = l.state;
	return !l.code;
}

/* The record as spool_records.c writes it: incarnation, entry, index, chain hash, blob hash, MAC, time of
 * receipt, first one ... */
int64_t sim_office_receipted(uint32_t principal, const uint8_t *epoch, uint64_t seq, const uint8_t *hash)
{
	enum { BLOB_AT = SPOOL_ID + 8 + 4 + KEYS_HASH, FIRST_AT = BLOB_AT + KEYS_HASH + KEYS_MAC + 8 };

	for (unsigned i = 0; i < sim_offices(); i++) {
		const struct sim_office *o = &sim_office[i];
		struct spool_key key = spool_key_place(o->ordinal, seq);
		struct bytes record;
		if (o->principal == principal && !memcmp(o->epoch, epoch, SPOOL_ID) &&
		    disk_get(o->spool_path, "receipts", SPOOL_KEY(key), &record) &&
		    record.size >= FIRST_AT + 8 && !memcmp(record.data + BLOB_AT, hash, KEYS_HASH))
			return (int64_t)get_u64(record.data + FIRST_AT);
	}
	return 0;
}

bool sim_office_proves(unsigned i)
{
	struct looking l = look_into(&sim_office[i]);
	const struct spool_receipt *r = &l.newest;
	const struct truth_entry *e = truth_entry(r->entry), *head = truth_entry(truth_head());

	if (l.code || !r->entry || r->ordinal != l.state.ordinal || !r->unit[0])
		return false;
	return !memcmp(r->incarnation, head->incarnation, TRUTH_ID) &&
	       !(e && !memcmp(e->hash, r->chain_hash, KEYS_HASH));
}

/* (3) */
void sim_office_judge(struct sim_office *o)
{
	static uint32_t waiting[WORKS]; /* by work: the round in which it was seen waiting */
	static uint32_t round;
	struct spool_state state;
	struct bytes key = {0}, record;

	if (o->judged == disk_turn(o->spool_path) || !state_of(o, &state))
		return;
	o->judged = disk_turn(o->spool_path);
	o->ordinal = state.ordinal;
	memcpy(o->epoch, state.epoch, SPOOL_ID);
	round++;
	while (disk_next(o->spool_path, "outbox", key, &key, &record)) {
		uint32_t w = work_of_record(record);
		if (get_u64(key.data) > state.settled)
			waiting[w] = round;
	}
	for (size_t i = 0; i < o->held_n; i++) {
		uint32_t w = o->held[i];
		if (waiting[w] != round && !works[w].told && !works[w].rotten)
			truth_broken("(3) %s forgot report w%u, of which nobody ever heard", o->name, w);
	}
}

bool sim_office_rot(unsigned i)
{
	struct sim_office *o = &sim_office[i];
	struct bytes key = {0}, record;
	uint8_t copy[8];
	uint64_t seen = 0;
	uint32_t work = 0;

	while (disk_next(o->spool_path, "outbox", key, &key, &record)) {
		uint32_t w = work_of_record(record);
		if (key.size != 8 || works[w].rotten) /* a bit that turns twice is good again, which no disk does */
			continue;
		if (dice_one_in((unsigned)++seen)) {
			memcpy(copy, key.data, 8);
			work = w;
		}
	}
	if (!seen)
		return false;
	works[work].rotten = true;
	host_tell("%s: the record of w%u rots", o->name, work);
	disk_rot(o->spool_path, "outbox", bytes_of(copy, 8));
	sim_office_counts.rotten++;
	return true;
}

/* ---- the end ---- */

static struct {
	uint64_t session, run;
} welcomes[256]; /* the last ones */
static unsigned welcomes_n;

void sim_office_welcomed(uint64_t session, uint64_t run)
{
	unsigned at = welcomes_n++ % BASE_COUNT(welcomes);

	welcomes[at].session = session;
	welcomes[at].run = run;
}

/* Its session is of the centre that runs now: it has compared marks. */
static bool up_to_date(const struct sim_office *o)
{
	for (size_t i = 0; i < BASE_COUNT(welcomes); i++)
		if (welcomes[i].session == o->run->push.session && welcomes[i].run == sim_centre_counts.starts)
			return true;
	return false;
}

bool sim_office_drained(unsigned i)
{
	struct sim_office *o = &sim_office[i];
	struct spool_state state;

	return o->up && o->run->push.state == PUSH_UP && up_to_date(o) && state_of(o, &state) && state.settled == state.last &&
	       !o->run->push.slots_n && o->run->push.settled == state.settled;
}

void sim_office_judge_end(unsigned i)
{
	struct sim_office *o = &sim_office[i];
	struct spool_state state = {0};

	state_of(o, &state);
	for (size_t k = 0; k < o->held_n; k++) {
		const struct work *w = &works[o->held[k]];
		if (w->rotten)
			continue;
		/* a full spool lets go of what was acknowledged: a centre restored later does without it, and a
		 * clone that was quicker and has let go of it says "void" there for its twin too */
		if (!w->settled && o->quota && w->told && (w->copies || !sim_office_waits(o, o->held[k]))) {
			sim_office_counts.evicted++;
			continue;
		}
		/* A KNOWN LIMIT (docs/RELIABILITY.md): a move to a new epoch keeps the receipts of the old
		 * one, not the bytes; a centre that is restored to before them afterwards cannot get them */
		if (!w->settled && w->told_taken && state.ordinal > 1 && !sim_office_waits(o, o->held[k])) {
			sim_office_counts.left_behind++;
			continue;
		}
		/* and of a refusal that was told to this spool before it was copied nobody asks again */
		if (!w->settled && w->told && !w->told_taken)
			continue;
		if (!w->settled)
			truth_broken("(8) %s has drained, but report w%u has no outcome in the journal%s%s", o->name,
				     o->held[k],
				     w->told_taken ? ", though it was taken once"
				     : w->told     ? ", though it was refused once"
						   : "",
				     w->copies ? "; its spool was copied" : "");
	}
}

void sim_office_why(unsigned i)
{
	struct sim_office *o = &sim_office[i];
	struct spool_state s = {0};

	state_of(o, &s);
	printf("%s: %s, push %d, settled %llu of %llu in epoch %u, due %.3f, key %d\n", o->name,
	       o->up ? "up" : "down", o->up ? (int)o->run->push.state : -1, (unsigned long long)s.settled,
	       (unsigned long long)s.last, s.ordinal, (double)o->due / 1000, sim_centre_knows(&o->pair));
}
