// SPDX-License-Identifier: Apache-2.0
/*
 * The mirror against a model of the centre: whatever is lost, doubled or overtaken, each grain is
 * at every moment what the centre had at that version, and after the catch-up dance the two are
 * equal. Seeds are printed; give one as the first argument to try it again.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "common/sys/base.h"
#include "dashboard/mirror.h"

static uint64_t seed0 = 20240515;

/* ---- by hand ---- */

static struct mirror_generation generation(uint8_t incarnation, uint64_t entry)
{
	struct mirror_generation g = {.fold_version = 1, .entry = entry};

	memset(g.incarnation, incarnation, sizeof(g.incarnation));
	return g;
}

static struct mirror_rollup value_of(uint32_t item, uint32_t done)
{
	return (struct mirror_rollup){.item = item, .rollup = {.cells = {.done = done}}};
}

static struct mirror_grain grain(uint64_t previous, uint64_t version, const struct mirror_rollup *r,
				 size_t n)
{
	return (struct mirror_grain){.path = "VN/40/",
				     .plan = 1,
				     .version = version,
				     .previous = previous,
				     .rollups = r,
				     .n = n};
}

static uint32_t done_at(const struct mirror *m, uint32_t item)
{
	const struct rollup *r = mirror_rollup(m, "VN/40/", 1, item);

	return r ? r->cells.done : 0;
}

static struct mirror *caught_up(const struct mirror_generation *g)
{
	struct mirror *m = mirror_new();
	struct mirror_rollup r[] = {value_of(9, 3), value_of(7, 1)};
	struct mirror_grain page = grain(0, 10, r, 2);

	assert_true(mirror_meet(m, g));
	assert_true(mirror_owes_all(m));
	assert_int_equal(mirror_page(m, g, &page), MIRROR_APPLIED);
	assert_false(mirror_stale(m)); /* nothing is shown yet */
	assert_true(mirror_complete(m, g, 12));
	assert_false(mirror_owes_all(m));
	assert_int_equal(mirror_since(m), 12);
	return m;
}

static void the_rules_of_a_delta(void **state)
{
	struct mirror_generation g = generation(1, 5);
	struct mirror *m = caught_up(&g);
	struct mirror_rollup r[] = {value_of(7, 2), value_of(8, 4)};
	struct mirror_grain d = grain(9, 13, r, 2), empty = grain(13, 14, NULL, 0),
			    late = grain(8, 10, r, 1), gap = grain(15, 16, r, 1);
	const char *path;
	uint32_t plan;

	(void)state;
	assert_int_equal(mirror_delta(m, &g, &late), MIRROR_DROPPED);
	assert_int_equal(mirror_delta(m, &g, &d), MIRROR_APPLIED);
	assert_int_equal(mirror_delta(m, &g, &d), MIRROR_DROPPED);
	assert_int_equal(done_at(m, 7), 2);
	assert_int_equal(done_at(m, 8), 4);
	assert_int_equal(done_at(m, 9), 3);
	assert_int_equal(mirror_delta(m, &g, &empty), MIRROR_APPLIED);
	assert_false(mirror_missing(m, &path, &plan));
	assert_int_equal(mirror_missing_n(m), 0);
	assert_int_equal(mirror_delta(m, &g, &gap), MIRROR_GAP);
	assert_int_equal(done_at(m, 7), 2);
	assert_true(mirror_missing(m, &path, &plan));
	assert_string_equal(path, "VN/40/");
	assert_int_equal(plan, 1);
	/* a page that is not new enough does not end the gap */
	struct mirror_grain old = grain(0, 15, r, 1), new = grain(0, 16, NULL, 0), known;
	assert_int_equal(mirror_page(m, &g, &old), MIRROR_APPLIED);
	assert_true(mirror_missing(m, &path, &plan));
	assert_int_equal(mirror_page(m, &g, &new), MIRROR_APPLIED);
	assert_false(mirror_missing(m, &path, &plan));
	assert_int_equal(mirror_page(m, &g, &old), MIRROR_DROPPED);
	assert_true(mirror_grain(m, "VN/40/", 1, &known));
	assert_int_equal(known.version, 16);
	assert_int_equal(known.n, 0);
	assert_false(mirror_grain(m, "VN/40/", 2, &known));
	mirror_free(m);
}

static void what_the_centre_says_it_holds(void **state)
{
	struct mirror_generation g = generation(1, 5), other = generation(1, 4), got;
	struct mirror *m = caught_up(&g);
	struct mirror_rollup r = value_of(7, 2);
	struct mirror_grain d = {
		.path = "VN/38/", .plan = 1, .version = 20, .previous = 0, .rollups = &r, .n = 1};
	const char *path;
	uint32_t plan;

	(void)state;
	assert_int_equal(mirror_version(m, &g, "VN/40/", 1, 10), MIRROR_DROPPED);
	assert_int_equal(mirror_version(m, &other, "VN/40/", 1, 99), MIRROR_DROPPED);
	assert_int_equal(mirror_version(m, &g, "VN/40/", 1, 11), MIRROR_GAP);
	assert_true(mirror_missing(m, &path, &plan));
	assert_int_equal(mirror_missing_n(m), 1);
	mirror_forget(m, "VN/40/", 1);
	mirror_forget(m, "VN/40/", 1);
	mirror_forget(m, "VN/99/", 1);
	assert_int_equal(mirror_missing_n(m), 0);
	/* never held: nothing to apply a delta to */
	assert_int_equal(mirror_delta(m, &g, &d), MIRROR_GAP);
	assert_null(mirror_rollup(m, "VN/38/", 1, 7));
	assert_int_equal(mirror_grains(m), 2);
	assert_int_equal(mirror_grain_at(m, 1).version, 0);
	assert_true(mirror_generation(m, &got));
	assert_int_equal(got.entry, 5);
	mirror_free(m);
	mirror_free(NULL);
}

static void a_new_generation_gathers_beside_the_old(void **state)
{
	struct mirror_generation g1 = generation(1, 5), g2 = generation(1, 30),
				 g3 = generation(1, 40), again = generation(1, 5);
	struct mirror *m = caught_up(&g1);
	struct mirror_rollup r = value_of(7, 77);
	struct mirror_grain page = grain(0, 31, &r, 1), d = grain(31, 33, &r, 1);

	(void)state;
	assert_false(mirror_meet(m, &again));
	assert_int_equal(mirror_delta(m, &g2, &page), MIRROR_GAP); /* a delta tells it too */
	assert_true(mirror_stale(m));
	assert_true(mirror_owes_all(m));
	assert_int_equal(done_at(m, 9), 3); /* the old figures stay */
	assert_int_equal(mirror_page(m, &g2, &page), MIRROR_APPLIED);
	assert_int_equal(mirror_delta(m, &g1, &page), MIRROR_DROPPED);
	assert_int_equal(mirror_delta(m, &g2, &d), MIRROR_APPLIED);
	assert_int_equal(done_at(m, 7), 1);
	/* another one before the first was complete */
	assert_true(mirror_meet(m, &g3));
	assert_false(mirror_complete(m, &g2, 35));
	assert_int_equal(mirror_page(m, &g3, &page), MIRROR_APPLIED);
	assert_true(mirror_complete(m, &g3, 41));
	assert_false(mirror_stale(m));
	assert_int_equal(done_at(m, 7), 77);
	assert_int_equal(done_at(m, 9), 0);
	assert_int_equal(mirror_since(m), 41);
	assert_true(mirror_complete(m, &g3, 40)); /* as_of never goes back */
	assert_int_equal(mirror_since(m), 41);
	mirror_free(m);
}

static void another_incarnation_and_back(void **state)
{
	struct mirror_generation g1 = generation(1, 50), g2 = generation(2, 5), none;
	struct mirror *m = mirror_new();

	(void)state;
	assert_false(mirror_generation(m, &none));
	mirror_free(m);
	m = caught_up(&g1);
	assert_true(mirror_meet(m, &g2)); /* lower entry, but nothing to compare */
	assert_true(mirror_stale(m));
	assert_true(mirror_meet(m, &g1)); /* the first server is back */
	assert_false(mirror_stale(m));
	assert_false(mirror_owes_all(m));
	assert_int_equal(done_at(m, 9), 3);
	mirror_free(m);
}

/* The centre's store was rolled back without a word: the same generation, or an earlier one of the same incarnation. */
static void a_history_that_is_lost(void **state)
{
	struct mirror_generation g1 = generation(1, 30), before = generation(1, 5);
	const struct mirror_generation *to[] = {&g1, &before};

	(void)state;
	for (size_t i = 0; i < BASE_COUNT(to); i++) {
		struct mirror *m = caught_up(&g1);
		struct mirror_rollup r = value_of(7, 77);
		struct mirror_grain page = grain(0, 1, &r, 1); /* below what is held */
		assert_false(mirror_meet(m, to[i]));
		mirror_restart(m, to[i]);
		assert_true(mirror_stale(m) && mirror_owes_all(m));
		assert_int_equal(done_at(m, 9), 3); /* what is lost is shown, as such */
		assert_false(mirror_meet(m, to[i]));
		assert_int_equal(mirror_page(m, to[i], &page), MIRROR_APPLIED);
		assert_true(mirror_complete(m, to[i], 2));
		assert_false(mirror_stale(m) || mirror_owes_all(m));
		assert_int_equal(done_at(m, 7), 77);
		assert_int_equal(done_at(m, 9), 0);
		assert_int_equal(mirror_since(m), 2);
		mirror_free(m);
	}
}

/* ---- the model ---- */

enum {
	UNITS = 5,
	PLANS = 2,
	ITEMS = 4,
	GRAINS = UNITS * PLANS,
	ENTRIES = 4000,
	MESSAGES = 64,
	STEPS = 600
};

static uint64_t dice_state;

static uint32_t dice(uint32_t below)
{
	dice_state = dice_state * 6364136223846793005U + 1442695040888963407U;
	return (uint32_t)(dice_state >> 33) % below;
}

struct model_grain {
	uint64_t version, sent;
	uint64_t item_version[ITEMS];
	uint32_t value[ITEMS];
};

struct message {
	struct mirror_generation g;
	bool is_delta;
	char path[24];
	uint32_t plan;
	uint64_t version, previous;
	struct mirror_rollup rollups[ITEMS];
	size_t n;
};

struct model {
	struct mirror *mirror;
	struct mirror_generation g;
	uint64_t entry;
	struct model_grain grains[GRAINS];
	uint32_t (*history)[GRAINS][ITEMS]; /* by entry: the values of every grain after it */
	struct message wire[MESSAGES];      /* under way */
	size_t wire_n;
};

static const char *const paths[UNITS] = {"VN/", "VN/40/", "VN/40/412/", "VN/40/413/", "G/PILOT/"};

static void remember(struct model *w)
{
	assert_true(w->entry < ENTRIES);
	for (size_t g = 0; g < GRAINS; g++)
		for (size_t i = 0; i < ITEMS; i++)
			w->history[w->entry][g][i] = w->grains[g].value[i];
}

static void structural(struct model *w)
{
	w->entry++;
	w->g.entry = w->entry;
	for (size_t g = 0; g < GRAINS; g++) {
		w->grains[g].version = w->grains[g].sent = w->entry;
		for (size_t i = 0; i < ITEMS; i++) {
			w->grains[g].value[i] = dice(3);
			w->grains[g].item_version[i] = w->entry;
		}
	}
	remember(w);
}

static void change(struct model *w)
{
	w->entry++;
	for (uint32_t k = 1 + dice(3); k; k--) {
		struct model_grain *g = &w->grains[dice(GRAINS)];
		uint32_t item = dice(ITEMS);
		g->value[item] = dice(9);
		g->version = g->item_version[item] = w->entry;
	}
	remember(w);
}

static struct message message_of(const struct model *w, size_t at, bool delta)
{
	const struct model_grain *g = &w->grains[at];
	struct message m = {.g = w->g,
			    .is_delta = delta,
			    .plan = (uint32_t)(at % PLANS) + 1,
			    .version = g->version,
			    .previous = g->sent};

	snprintf(m.path, sizeof(m.path), "%s", paths[at / PLANS]);
	for (uint32_t i = ITEMS; i-- > 0;)
		if (delta ? g->item_version[i] > g->sent : g->value[i] > 0)
			m.rollups[m.n++] = value_of(100 + i, g->value[i]);
	return m;
}

static void post(struct model *w, struct message m)
{
	if (w->wire_n < MESSAGES)
		w->wire[w->wire_n++] = m; /* else it is lost */
}

static void flush(struct model *w)
{
	size_t at = dice(GRAINS);
	struct model_grain *g = &w->grains[at];

	if (g->version <= g->sent)
		return;
	if (dice(4))
		post(w, message_of(w, at, true));
	g->sent = g->version; /* sometimes deliberately not encoded */
}

static enum mirror_result give(struct model *w, const struct message *m)
{
	struct mirror_grain grain_of = {.path = m->path,
					.plan = m->plan,
					.version = m->version,
					.previous = m->previous,
					.rollups = m->rollups,
					.n = m->n};

	return m->is_delta ? mirror_delta(w->mirror, &m->g, &grain_of)
			   : mirror_page(w->mirror, &m->g, &grain_of);
}

static void deliver(struct model *w)
{
	if (!w->wire_n)
		return;
	size_t at = dice((uint32_t)w->wire_n);
	struct message m = w->wire[at];

	if (dice(5)) /* else it stays and comes twice */
		w->wire[at] = w->wire[--w->wire_n];
	if (dice(6)) /* else it is lost */
		give(w, &m);
}

static void fetch(struct model *w, size_t at)
{
	struct message m = message_of(w, at, false);

	give(w, &m);
	if (!dice(8))
		post(w, m); /* the answer to a question asked twice */
}

/* Page by page, while the world goes on. False = another generation came in between. */
static bool catch_up(struct model *w, bool quiet)
{
	struct mirror_generation g = w->g;
	uint64_t as_of = w->entry, since = mirror_owes_all(w->mirror) ? 0 : mirror_since(w->mirror);

	for (size_t at = 0; at < GRAINS; at++) {
		if (w->g.entry != g.entry)
			return false;
		if (w->grains[at].version > since)
			fetch(w, at);
		if (!quiet && !dice(3))
			change(w);
		if (!quiet && !dice(3))
			deliver(w);
		if (!quiet && !dice(40))
			structural(w);
	}
	return w->g.entry == g.entry && mirror_complete(w->mirror, &g, as_of);
}

static void versions(struct model *w)
{
	const char *path;
	uint32_t plan;

	for (size_t at = 0; at < GRAINS; at++)
		mirror_version(w->mirror, &w->g, paths[at / PLANS], (uint32_t)(at % PLANS) + 1,
			       w->grains[at].version);
	while (!mirror_owes_all(w->mirror) && mirror_missing(w->mirror, &path, &plan)) {
		size_t unit = 0;
		while (strcmp(paths[unit], path) != 0)
			unit++;
		fetch(w, unit * PLANS + plan - 1);
	}
}

/* Invariant: each grain is what the centre had at that version. */
static void check(const struct model *w)
{
	struct mirror_generation g;

	if (!mirror_generation(w->mirror, &g))
		return;
	for (size_t at = 0; at < GRAINS; at++) {
		struct mirror_grain held;
		if (!mirror_grain(w->mirror, paths[at / PLANS], (uint32_t)(at % PLANS) + 1, &held))
			continue;
		for (uint32_t i = 0; i < ITEMS; i++) {
			const struct rollup *r =
				mirror_rollup(w->mirror, held.path, held.plan, 100 + i);
			assert_int_equal(r ? r->cells.done : 0, w->history[held.version][at][i]);
		}
	}
}

static void one_world(uint64_t seed)
{
	struct model w = {.mirror = mirror_new(), .g = generation(7, 0)};

	dice_state = seed;
	w.history = base_alloc(sizeof(*w.history) * ENTRIES);
	structural(&w);
	for (int i = 0; i < STEPS; i++) {
		switch (dice(16)) {
		case 0:
			catch_up(&w, false);
			break;
		case 1:
			if (!mirror_owes_all(w.mirror))
				versions(&w);
			break;
		case 2:
			if (!dice(10))
				structural(&w);
			break;
		case 3:
			mirror_meet(w.mirror, &w.g);
			break;
		case 4:
		case 5:
		case 6:
			flush(&w);
			break;
		case 7:
		case 8:
		case 9:
			change(&w);
			break;
		default:
			deliver(&w);
			break;
		}
		check(&w);
	}
	mirror_meet(w.mirror, &w.g);
	while (mirror_owes_all(w.mirror))
		catch_up(&w, true);
	versions(&w);
	while (w.wire_n) { /* whatever is still under way changes nothing any more */
		deliver(&w);
		check(&w);
	}
	struct mirror_generation g;
	assert_true(mirror_generation(w.mirror, &g));
	assert_int_equal(g.entry, w.g.entry);
	for (size_t at = 0; at < GRAINS; at++) {
		struct mirror_grain held;
		assert_true(mirror_grain(w.mirror, paths[at / PLANS], (uint32_t)(at % PLANS) + 1,
					 &held));
		assert_int_equal(held.version, w.grains[at].version);
	}
	check(&w);
	free(w.history);
	mirror_free(w.mirror);
}

static void a_mirror_ends_equal(void **state)
{
	(void)state;
	print_message("seed %llu\n", (unsigned long long)seed0);
	for (uint64_t i = 0; i < 300; i++)
		one_world(seed0 + i);
}

/* More grains than the first table holds. */
static void many_grains(void **state)
{
	struct mirror *m = mirror_new();
	struct mirror_generation g = generation(1, 1);
	struct mirror_rollup r = value_of(1, 1);
	char path[32];

	(void)state;
	for (int i = 0; i < 3000; i++) {
		snprintf(path, sizeof(path), "VN/%d/", i);
		struct mirror_grain page = {
			.path = path, .plan = 3, .version = 2, .rollups = &r, .n = 1};
		assert_int_equal(mirror_page(m, &g, &page), MIRROR_APPLIED);
	}
	assert_true(mirror_complete(m, &g, 2));
	assert_int_equal(mirror_grains(m), 3000);
	for (int i = 0; i < 3000; i++) {
		snprintf(path, sizeof(path), "VN/%d/", i);
		assert_non_null(mirror_rollup(m, path, 3, 1));
		assert_null(mirror_rollup(m, path, 3, 2));
	}
	mirror_free(m);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_rules_of_a_delta),
		cmocka_unit_test(what_the_centre_says_it_holds),
		cmocka_unit_test(a_new_generation_gathers_beside_the_old),
		cmocka_unit_test(another_incarnation_and_back),
		cmocka_unit_test(a_history_that_is_lost),
		cmocka_unit_test(a_mirror_ends_equal),
		cmocka_unit_test(many_grains),
	};

	if (argc > 1)
		seed0 = strtoull(argv[1], NULL, 10);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
