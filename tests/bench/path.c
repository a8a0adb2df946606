// SPDX-License-Identifier: Apache-2.0
/*
 * path: what one update costs the centre's own code, without sockets, threads or a disk that is waited for. For
 * decisions: it is steadier than the whole, which shares its cores with the load.
 *
 *   make bench-programs && build/release/bench/path STORE WORLD AGENTS ENTRIES     (STORE on /dev/shm; it is written to)
 *
 * STORE and WORLD are as run.py makes them. ENTRIES pushes of 64 are decoded, offered and committed in groups as large
 * as the core allows; one line per part with nanoseconds of CPU an update: the median and the best group.
 */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "common/domain/periods.h"
#include "server/core.h"
#include "tests/bench/world.h"

enum { BATCH = 64, PARTS = 4, GROUPS_MAX = 4096 };

static const char *const part_names[PARTS] = {"decode", "offer", "commit", "all"};

struct stream {
	struct core_stream is;
	struct world_walk walk;
	uint64_t seq;
};

static double now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static void make_push(struct stream *s, struct buffer *b)
{
	uint8_t update[UPDATE_BYTES_MAX], tag[CODEC_FIELD_MAX];

	buffer_clear(b);
	for (int i = 0; i < BATCH; i++) {
		size_t size = world_update(&s->walk, s->seq + (uint64_t)i + 1, update);
		buffer_put(b, tag, codec_field(3, size, tag));
		buffer_put(b, update, size);
	}
}

static size_t make_streams(struct stream *streams, const struct world *w, struct core *c, size_t n)
{
	size_t made = 0;
	struct instant now = core_now(c);

	for (uint32_t i = 0; i < w->agents_n; i++) {
		struct stream *s = &streams[made];
		if (w->agents[i].group != n)
			continue;
		made++;
		/* registered in the order of the file, each with its first key */
		s->is = (struct core_stream){.principal = i + 1, .key_id = i + 1};
		keys_random(s->is.epoch, sizeof s->is.epoch);
		world_walk(&s->walk, w, &w->agents[i]);
		s->walk.today = date_at(now, 420).ymd;
		s->walk.wall_ms = now.ms;
		s->walk.seal.monotonic_ms = 1000000;
	}
	return made;
}

struct parts {
	double ns[PARTS][GROUPS_MAX];
	size_t n;
};

/* One group; returns how many pushes were in it. */
static size_t one_group(struct core *c, struct stream *streams, size_t n, size_t *next, struct parts *p)
{
	static struct core_answer answer;
	static struct buffer push;
	struct sys_error error = {""};
	double spent[PARTS] = {0}, before;
	size_t pushes = 0;

	for (; !core_full(c) && pushes < CORE_GROUP_ENTRIES; pushes++) {
		struct stream *s = &streams[(*next)++ % n];
		struct codec_push m;
		make_push(s, &push);
		before = now_ns();
		bool good = codec_push_decode(buffer_bytes(&push), core_arena(c), &m);
		spent[0] += now_ns() - before;
		const struct core_offer offer = {.stream = s->is, .first_seq = s->seq + 1, .n = m.updates_n,
						 .updates = m.updates};
		before = now_ns();
		core_offer(c, &offer, &answer);
		spent[1] += now_ns() - before;
		if (!good || answer.nack.reason || answer.outcomes[0].kind != OUTCOME_TAKEN)
			world_fail("refused: %s", answer.nack.text);
		s->seq += BATCH;
	}
	before = now_ns();
	if (core_commit(c, &error) != CORE_OK)
		world_fail("%s", error.text);
	spent[2] = now_ns() - before;
	spent[3] = spent[0] + spent[1] + spent[2];
	change_clear(core_change(c));
	for (int i = 0; i < PARTS && p->n < GROUPS_MAX; i++)
		p->ns[i][p->n] = spent[i] / (double)(pushes * BATCH);
	p->n += p->n < GROUPS_MAX;
	return pushes;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

int main(int argc, char **argv)
{
	const struct core_options options = {0};
	enum core_clock_state clock;
	static struct parts parts;
	struct sys_error error = {""};
	struct world world;
	struct store store;
	struct core *c;

	if (argc != 5 || keys_start(&error))
		world_fail("see the head of path.c");
	if (store_load(&store, argv[1], &error) || store_lock(&store, &error) || store_keys(&store, &error) ||
	    core_open(&c, &store, &options, &error) || core_tick(c, &clock, &error) != CORE_OK)
		world_fail("%s", error.text);
	world_read(&world, argv[2]);
	size_t n = strtoul(argv[3], NULL, 10), left = strtoul(argv[4], NULL, 10), next = 0;
	struct stream *streams = base_alloc((n + 1) * sizeof *streams);
	if (!n || make_streams(streams, &world, c, n) != n)
		world_fail("the world has no group of %zu agents", n);
	while (left) {
		size_t pushes = one_group(c, streams, n, &next, &parts);
		left -= left < pushes ? left : pushes;
	}
	for (int i = 0; i < PARTS; i++) {
		qsort(parts.ns[i], parts.n, sizeof(double), by_value);
		printf("%-8s %7.0f ns an update (best %.0f)\n", part_names[i], parts.ns[i][parts.n / 2], parts.ns[i][0]);
	}
	core_close(c);
	store_close(&store);
	free(streams);
	return 0;
}
