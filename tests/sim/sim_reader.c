// SPDX-License-Identifier: Apache-2.0
#include "tests/sim/sim_reader.h"

#include <stdio.h>
#include <stdlib.h>

#include "common/sys/codec.h"
#include "dashboard/mirror.h"
#include "dashboard/subscriber.h"
#include "tests/sim/cable.h"
#include "tests/sim/dice.h"
#include "tests/sim/disk.h"
#include "tests/sim/sim_centre.h"
#include "tests/sim/truth.h"

enum { RECORDS = 1 << 17, TAINTS = 8 };

struct sim_reader {
	struct host host;
	char name[16], unit[CODE_MAX + 1];
	struct keys_pair pair;
	uint32_t principal;
	struct net *net;
	struct subscriber *subscriber;
	bool up;
	int64_t start_at, due;
};

struct sim_reader_counts sim_reader_counts;
static struct sim_reader readers[SIM_READERS];
static unsigned n;
static struct {
	uint64_t key, content;
	uint32_t world;
} records[RECORDS];
static uint32_t world, records_n;
static uint8_t tainted[TAINTS][MIRROR_INCARNATION];
static unsigned tainted_n;

/* ---- what the view showed ---- */

static uint64_t mix(uint64_t h, const void *data, size_t size)
{
	const uint8_t *p = data;

	for (size_t i = 0; i < size; i++)
		h = (h ^ p[i]) * UINT64_C(1099511628211);
	return h;
}

static uint64_t key_of(const struct mirror_generation *g, const char *path, uint32_t plan, uint64_t version)
{
	uint64_t h = mix(UINT64_C(14695981039346656037), g->incarnation, sizeof g->incarnation);

	h = mix(h, &g->fold_version, sizeof g->fold_version);
	h = mix(h, &g->entry, sizeof g->entry);
	h = mix(h, path, strlen(path));
	h = mix(h, &plan, sizeof plan);
	return mix(h, &version, sizeof version);
}

/* Of one rollup, without its version: as it would travel. What is empty counts for nothing. */
static uint64_t content_of(uint32_t item, const struct rollup *r)
{
	uint8_t packed[CODEC_ROLLUP_MAX], nothing[CODEC_ROLLUP_MAX];
	struct rollup bare = *r;
	static const struct rollup empty;

	bare.version = 0;
	size_t size = codec_rollup_pack(item, &bare, packed);
	if (size == codec_rollup_pack(item, &empty, nothing))
		return 0;
	return mix(UINT64_C(14695981039346656037), packed, size);
}

static bool recorded(uint64_t key, uint64_t content, bool any)
{
	for (size_t i = key % RECORDS; records[i].world == world; i = (i + 1) % RECORDS)
		if (records[i].key == key && (any || records[i].content == content))
			return true;
	return false;
}

static void record(uint64_t key, uint64_t content)
{
	size_t i = key % RECORDS;

	if (recorded(key, content, false))
		return;
	if (++records_n > RECORDS / 2)
		truth_broken("the world is too large to write it down");
	while (records[i].world == world)
		i = (i + 1) % RECORDS;
	records[i].key = key;
	records[i].content = content;
	records[i].world = world;
}

static struct mirror_generation generation_of(const struct view *v)
{
	struct generation g = view_generation(v);
	struct mirror_generation m = {.fold_version = g.fold_version, .entry = g.entry};

	memcpy(m.incarnation, g.incarnation, sizeof m.incarnation);
	return m;
}

static uint64_t row_content(const struct view *v, uint32_t plan, uint32_t row)
{
	const struct plan *p = catalogue_plan(v->catalogue, plan);
	uint64_t content = 0;

	for (uint32_t i = 0; i < p->items_n; i++) {
		const struct rollup r = view_rollup(v, plan, row, i);
		content += content_of(catalogue_item(v->catalogue, p->items[i])->row.number, &r);
	}
	return content;
}

static uint32_t plan_number(const struct view *v, uint32_t plan)
{
	return catalogue_item(v->catalogue, catalogue_plan(v->catalogue, plan)->item)->row.number;
}

void sim_reader_record(const struct view *v)
{
	static uint8_t seen[HASH_SIZE];
	struct mirror_generation g = generation_of(v);

	if (!v->catalogue || (!memcmp(seen, v->head.hash, HASH_SIZE) && records_n))
		return;
	memcpy(seen, v->head.hash, HASH_SIZE);
	for (uint32_t p = 0; p < catalogue_plans(v->catalogue); p++)
		for (uint32_t r = 0; r < catalogue_plan(v->catalogue, p)->rows_n; r++) {
			uint64_t key = key_of(&g, plan_row(v->catalogue, p, r).path, plan_number(v, p),
					      view_row_version(v, p, r));
			if (tainted_n || !recorded(key, 0, true))
				record(key, row_content(v, p, r));
			else if (!recorded(key, row_content(v, p, r), false))
				truth_broken("(5) the grain %s changed without a new version",
					     plan_row(v->catalogue, p, r).path);
		}
}

void sim_reader_tainted(void)
{
	const struct truth_entry *head = truth_entry(truth_head());

	if (head && tainted_n < TAINTS)
		memcpy(tainted[tainted_n++], head->incarnation, MIRROR_INCARNATION);
}

static bool is_tainted(const struct mirror_generation *g)
{
	for (unsigned i = 0; i < tainted_n; i++)
		if (!memcmp(tainted[i], g->incarnation, MIRROR_INCARNATION))
			return true;
	return false;
}

/* ---- mirrors ---- */

static uint64_t grain_content(const struct mirror_grain *g)
{
	uint64_t content = 0;

	for (size_t i = 0; i < g->n; i++)
		content += content_of(g->rollups[i].item, &g->rollups[i].rollup);
	return content;
}

static void judge(const struct sim_reader *r)
{
	const struct mirror *m = subscriber_mirror(r->subscriber);
	struct mirror_generation g;

	if (!mirror_generation(m, &g) || is_tainted(&g))
		return;
	for (size_t i = 0; i < mirror_grains(m); i++) {
		struct mirror_grain grain = mirror_grain_at(m, i);
		sim_reader_counts.checked++;
		if (!recorded(key_of(&g, grain.path, grain.plan, grain.version), grain_content(&grain), false))
			truth_broken("(5) %s shows %s, plan %u, at version %llu as it never was", r->name,
				     grain.path, grain.plan, (unsigned long long)grain.version);
	}
}

static bool same_generation(const struct mirror_generation *a, const struct mirror_generation *b)
{
	return !memcmp(a->incarnation, b->incarnation, sizeof a->incarnation) &&
	       a->fold_version == b->fold_version && a->entry == b->entry;
}

static const char *differs(unsigned i, const struct view *v)
{
	const struct sim_reader *r = &readers[i];
	const struct mirror *m = r->up ? subscriber_mirror(r->subscriber) : NULL;
	struct mirror_generation mine, its = generation_of(v);

	if (!m || !mirror_generation(m, &mine) || mirror_stale(m))
		return "not complete";
	if (!same_generation(&mine, &its))
		return "another generation";
	size_t prefix = 0, there = 0;
	const char *path = strcmp(r->unit, "VN") ? "VN/40/" : "VN/";
	prefix = strlen(path);
	for (uint32_t p = 0; p < catalogue_plans(v->catalogue); p++)
		for (uint32_t row = 0; row < catalogue_plan(v->catalogue, p)->rows_n; row++) {
			struct mirror_grain g;
			const char *at = plan_row(v->catalogue, p, row).path;
			if (strncmp(at, path, prefix))
				continue;
			there++;
			if (!mirror_grain(m, at, plan_number(v, p), &g))
				return at;
			if (g.version != view_row_version(v, p, row) || grain_content(&g) != row_content(v, p, row))
				return at;
		}
	return mirror_grains(m) == there ? NULL : "more grains than there are";
}

bool sim_reader_equal(unsigned i, const struct view *v)
{
	return differs(i, v) == NULL;
}

void sim_reader_why(unsigned i, const struct view *v)
{
	const char *why = differs(i, v);

	printf("%s: %s\n", readers[i].name, why ? why : "equal");
}

/* ---- the readers ---- */

void sim_reader_reset(void)
{
	memset(readers, 0, sizeof readers);
	n = 0;
	world++;
	records_n = 0;
	tainted_n = 0;
}

void sim_reader_make(const char *unit)
{
	struct sim_reader *r = &readers[n];

	*r = (struct sim_reader){.start_at = host_now + (int64_t)dice_below(3000)};
	snprintf(r->name, sizeof r->name, "reader%u", n++);
	snprintf(r->unit, sizeof r->unit, "%s", unit);
	r->host.name = r->name;
	keys_pair_new(&r->pair);
	r->principal = sim_centre_enrol("viewer", "VN", &r->pair);
}

unsigned sim_readers(void)
{
	return n;
}

const struct host *sim_reader_host(unsigned i)
{
	return &readers[i].host;
}

static void start(void *arg)
{
	struct sim_reader *r = arg;
	struct sys_error error;

	r->net = net_open(&error);
	const struct subscriber_options options = {
		.query = {.net = r->net, .endpoint = SIM_QUERY, .server_key = sim_centre_keys.public_key,
			  .pair = &r->pair, .signals = -1},
		.feed = SIM_FEED,
		.unit = r->unit};
	r->subscriber = subscriber_open(&options, &error);
	r->up = true;
	r->due = host_now;
}

static void turn(void *arg)
{
	struct sim_reader *r = arg;

	host_point(POINT_TURN);
	unsigned news = subscriber_step(r->subscriber, host_now);
	sim_reader_counts.completes += (news & SUBSCRIBER_COMPLETE) != 0;
	r->due = subscriber_due(r->subscriber, host_now);
	if (news)
		judge(r);
}

static void close_it(void *arg)
{
	struct sim_reader *r = arg;

	subscriber_close(&r->subscriber);
	net_close(r->net);
}

bool sim_reader_ready(unsigned i)
{
	const struct sim_reader *r = &readers[i];

	if (!r->up)
		return r->start_at <= host_now;
	return r->due <= host_now || cable_waits(&r->host, NULL);
}

int64_t sim_reader_due(unsigned i)
{
	return readers[i].up ? readers[i].due : readers[i].start_at;
}

void sim_reader_kill(unsigned i, bool told)
{
	struct sim_reader *r = &readers[i];

	if (!r->up)
		return;
	host_tell("%s is closed", r->name);
	if (!told)
		cable_abandon(&r->host, false);
	host_run(&r->host, close_it, r); /* nothing of it lasts: a kill and an end are the same */
	r->up = false;
	r->start_at = host_now + (int64_t)dice_below(5000);
}

void sim_reader_close(unsigned i, int64_t until)
{
	sim_reader_kill(i, true);
	readers[i].start_at = until + (int64_t)dice_below(60000);
}

void sim_reader_turn(unsigned i)
{
	struct sim_reader *r = &readers[i];

	sim_reader_counts.turns++;
	sim_reader_counts.starts += !r->up;
	host_run(&r->host, r->up ? turn : start, r);
}

void sim_reader_revoke(unsigned i)
{
	sim_centre_revoke(&readers[i].pair);
}

void sim_reader_mend(unsigned i)
{
	struct sim_reader *r = &readers[i];

	if (sim_centre_knows(&r->pair) > 0 || !sim_centre_up())
		return;
	if (sim_centre_knows(&r->pair) < 0) {
		sim_reader_kill(i, true);
		keys_pair_new(&r->pair);
	}
	sim_centre_add_key(r->principal, &r->pair);
}
