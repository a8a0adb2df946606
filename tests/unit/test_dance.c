// SPDX-License-Identifier: Apache-2.0
/*
 * The catch-up dance with both real sides: random countries fold random entries, what is owed is
 * packed as deltas, the questions are answered page by page while folding goes on, a mirror reads
 * the very bytes over a wire that loses, doubles and overtakes. It must end equal to the view,
 * grain by grain, version by version.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "common/sys/clock.h"
#include "dashboard/decode.h"
#include "server/answer.h"
#include "server/owed.h"
#include "tests/unit/country.h"

enum { WORLDS = 40, STEPS = 200, WIRE = 200 };

struct dance {
	struct country *country;
	struct view *view;
	struct change change;
	struct viewlock lock;
	struct owed owed;
	struct answerer answerer;
	struct query_options options;
	struct buffer wire[WIRE]; /* encoded deltas under way */
	size_t wire_n;
	struct mirror *mirror;
	struct decoded decoded;
	struct codec_arena arena;
	struct buffer reply, question;
	char path[PATH_MAX_BYTES + 1];
	size_t applied;
};

static void step(struct dance *d)
{
	country_step(d->country, d->view);
	change_clear(&d->change);
	country_fold(d->country, d->view, d->view->head.entry + 1, &d->change);
	/* as feed_mark does */
	if (d->change.generation) {
		owed_reset(&d->owed, d->view);
		return;
	}
	if (d->change.everything)
		owed_mark_all(&d->owed, d->view);
	for (size_t i = 0; i < d->change.grains_n; i++)
		owed_mark(&d->owed, d->change.grains[i]);
}

/* As feed's flush does, with a subscriber that is away now and then. */
static void flush(struct dance *d)
{
	struct grain g;

	for (uint32_t n = country_random(d->country, 40); n && owed_next(&d->owed, &g); n--) {
		uint64_t version = view_row_version(d->view, g.plan, g.row),
			 sent = owed_sent(&d->owed, g);
		if (version <= sent)
			continue;
		owed_settle(&d->owed, g, version);
		if (!pack_speaks(d->view, g) || !country_random(d->country, 6) || d->wire_n == WIRE)
			continue;
		buffer_clear(&d->wire[d->wire_n]);
		pack_delta(d->view, g, sent, &d->wire[d->wire_n++]);
	}
}

static void deliver(struct dance *d)
{
	if (!d->wire_n)
		return;
	/* mostly in order: what is overtaken only makes gaps */
	size_t at =
		country_random(d->country, 6) ? 0 : country_random(d->country, (uint32_t)d->wire_n);
	struct mirror_generation g;

	codec_arena_reset(&d->arena);
	const Tiendo__V1__UnitDelta *m = codec_unpack(
		&tiendo__v1__unit_delta__descriptor, d->wire[at].data, d->wire[at].size, &d->arena);
	assert_non_null(m);
	assert_true(decode_generation(m->generation, &g));
	assert_true(decode_delta(m, &d->decoded));
	assert_true(m->previous_version < m->version);
	d->applied += mirror_delta(d->mirror, &g, &d->decoded.grain) == MIRROR_APPLIED;
	if (!country_random(d->country, 6))
		return; /* it comes again */
	struct buffer given = d->wire[at];
	d->wire_n--;
	memmove(&d->wire[at], &d->wire[at + 1], (d->wire_n - at) * sizeof(given));
	d->wire[d->wire_n] = given;
}

/* ---- questions ---- */

static const Tiendo__V1__Reply *ask(struct dance *d, Tiendo__V1__Query *q)
{
	q->id = 1 + country_random(d->country, 1000);
	buffer_clear(&d->question);
	codec_pack(q, buffer_reserve(&d->question, codec_size(q)));
	buffer_clear(&d->reply);
	answer(&d->answerer, 1, PROTOCOL_VERSION, MESSAGE_QUERY, buffer_bytes(&d->question),
	       &d->reply);
	codec_arena_reset(&d->arena);
	const Tiendo__V1__Reply *r = codec_unpack(&tiendo__v1__reply__descriptor, d->reply.data,
						  d->reply.size, &d->arena);
	assert_non_null(r);
	assert_int_equal(r->id, q->id);
	return r;
}

/* False = stale: begin again. */
static bool catch_up(struct dance *d, uint32_t plan, const char *path, uint64_t since, bool busy)
{
	Tiendo__V1__Query q = TIENDO__V1__QUERY__INIT;
	Tiendo__V1__CatchUp c = TIENDO__V1__CATCH_UP__INIT;
	uint8_t cursor[CURSOR_SIZE];
	uint64_t as_of = 0;
	struct mirror_generation g;

	q.question_case = TIENDO__V1__QUERY__QUESTION_CATCH_UP;
	q.catch_up = &c;
	c.path = (char *)path;
	c.since = since;
	c.plan = plan;
	c.only_path = plan != 0;
	do {
		const Tiendo__V1__Reply *r = ask(d, &q);
		if (r->answer_case == TIENDO__V1__REPLY__ANSWER_FAILURE && plan) {
			/* another unit bears the code now, elsewhere */
			assert_int_equal(r->failure->reason, REASON_NOT_FOUND);
			mirror_forget(d->mirror, path, plan);
			return true;
		}
		if (r->answer_case == TIENDO__V1__REPLY__ANSWER_FAILURE) {
			assert_int_equal(r->failure->reason, REASON_STALE_CURSOR);
			assert_true(busy);
			return false;
		}
		assert_int_equal(r->answer_case, TIENDO__V1__REPLY__ANSWER_CATCH_UP);
		assert_true(d->reply.size <= PAGE_BYTES_MAX);
		assert_true(as_of == 0 || as_of == r->as_of);
		as_of = r->as_of;
		assert_true(decode_generation(r->generation, &g));
		for (size_t i = 0; i < r->catch_up->n_grains; i++) {
			assert_true(decode_grain(r->catch_up->grains[i], &d->decoded));
			assert_true(d->decoded.grain.version > since);
			mirror_page(d->mirror, &g, &d->decoded.grain);
		}
		c.cursor.len = r->cursor.len;
		c.cursor.data =
			r->cursor.len ? memcpy(cursor, r->cursor.data, r->cursor.len) : NULL;
		if (busy && !country_random(d->country, 3))
			step(d);
		if (busy)
			deliver(d);
	} while (c.cursor.len);
	return plan || mirror_complete(d->mirror, &g, as_of);
}

static void versions(struct dance *d)
{
	Tiendo__V1__Query q = TIENDO__V1__QUERY__INIT;
	Tiendo__V1__Versions v = TIENDO__V1__VERSIONS__INIT;
	uint8_t cursor[CURSOR_SIZE];
	struct mirror_generation g;
	const char *path;
	uint32_t plan;

	q.question_case = TIENDO__V1__QUERY__QUESTION_VERSIONS;
	q.versions = &v;
	v.path = d->path;
	v.since = mirror_since(d->mirror);
	do {
		const Tiendo__V1__Reply *r = ask(d, &q);
		assert_int_equal(r->answer_case, TIENDO__V1__REPLY__ANSWER_VERSIONS);
		assert_true(decode_generation(r->generation, &g));
		for (size_t i = 0; i < r->versions->n_grains; i++) {
			const Tiendo__V1__GrainVersion *m = r->versions->grains[i];
			assert_true(m->version > v.since && m->version <= r->versions->highest);
			mirror_version(d->mirror, &g, m->path, m->plan, m->version);
		}
		v.cursor.len = r->cursor.len;
		v.cursor.data =
			r->cursor.len ? memcpy(cursor, r->cursor.data, r->cursor.len) : NULL;
	} while (v.cursor.len);
	while (!mirror_owes_all(d->mirror) && mirror_missing(d->mirror, &path, &plan)) {
		char *copy = base_copy_text(path);
		catch_up(d, plan, copy, 0, false);
		free(copy);
	}
}

/* ---- equal? ---- */

static void assert_equal_rollup(const struct rollup *want, const struct rollup *got)
{
	struct rollup nothing = {.version = want->version}, copy = *want;

	copy.leaf_state = 0; /* not on the wire */
	if (!got)
		got = &nothing;
	struct rollup is = *got;
	is.version = copy.version; /* of a rollup with nothing in it it is not told */
	assert_memory_equal(&copy.cells, &is.cells, sizeof(is.cells));
	assert_memory_equal(&copy.leaves, &is.leaves, sizeof(is.leaves));
	assert_memory_equal(&copy.indicators, &is.indicators, sizeof(is.indicators));
	assert_int_equal(copy.done_late, is.done_late);
	assert_int_equal(copy.overdue, is.overdue);
	assert_int_equal(copy.behind, is.behind);
	assert_int_equal(copy.percent_sum, is.percent_sum);
	assert_int_equal(copy.numerator, is.numerator);
	assert_int_equal(copy.denominator, is.denominator);
	assert_int_equal(copy.value, is.value);
	assert_int_equal(copy.weight_sum, is.weight_sum);
	assert_int_equal(copy.weighted, is.weighted);
	assert_int_equal(copy.score_leaves, is.score_leaves);
	assert_int_equal(copy.score_leaves_of, is.score_leaves_of);
	assert_int_equal(copy.summed, is.summed);
	assert_int_equal(copy.has_target, is.has_target);
	assert_int_equal(copy.target, is.target);
	assert_int_equal(copy.target_reached, is.target_reached);
	assert_int_equal(copy.has_attainment, is.has_attainment);
	assert_int_equal(copy.attainment, is.attainment);
}

static size_t assert_mirrored(const struct dance *d)
{
	const struct catalogue *c = d->view->catalogue;
	struct mirror_grain held;
	size_t grains = 0;

	for (uint32_t p = 0; p < catalogue_plans(c); p++) {
		const struct plan *plan = catalogue_plan(c, p);
		uint32_t number = catalogue_item(c, plan->item)->row.number;
		for (uint32_t row = 0; row < plan->rows_n; row++) {
			struct plan_row where = plan_row(c, p, row);
			if (strncmp(where.path, d->path, strlen(d->path)) != 0 ||
			    !pack_speaks(d->view, (struct grain){p, row}))
				continue;
			grains++;
			assert_true(mirror_grain(d->mirror, where.path, number, &held));
			assert_int_equal(held.version, view_row_version(d->view, p, row));
			for (uint32_t i = 0; i < plan->items_n; i++) {
				struct rollup want = view_rollup(d->view, p, row, i);
				assert_equal_rollup(
					&want,
					mirror_rollup(
						d->mirror, where.path, number,
						catalogue_item(c, plan->items[i])->row.number));
			}
		}
	}
	return grains;
}

/* ---- one world ---- */

static void open(struct dance *d, uint64_t seed)
{
	*d = (struct dance){.country = country_new(seed),
			    .view = view_new(),
			    .mirror = mirror_new(),
			    .arena = codec_arena_new(32 << 20)};
	assert_true(viewlock_init(&d->lock));
	d->options = (struct query_options){
		.view = d->view, .lock = &d->lock, .clock = clock_open("real", NULL)};
	answerer_open(&d->answerer, &d->options);
	d->answerer.page_max = 2000 + country_random(d->country, 20000);
	while (!d->view->catalogue || !roster_live(d->view->roster, 1))
		step(d);
	/* the country, or one of its units */
	uint32_t unit = country_random(d->country, 2) ? 0 : country_random(d->country, 8);
	memcpy(d->path, catalogue_unit(d->view->catalogue, unit)->path,
	       strlen(catalogue_unit(d->view->catalogue, unit)->path) + 1);
}

static void close_all(struct dance *d)
{
	country_free(d->country);
	view_free(d->view);
	change_free(&d->change);
	viewlock_destroy(&d->lock);
	owed_free(&d->owed);
	answerer_close(&d->answerer);
	clock_close(d->options.clock);
	for (size_t i = 0; i < WIRE; i++)
		buffer_free(&d->wire[i]);
	mirror_free(d->mirror);
	decoded_free(&d->decoded);
	codec_arena_free(&d->arena);
	buffer_free(&d->reply);
	buffer_free(&d->question);
}

static bool path_lives(const struct dance *d)
{
	struct subject s;

	return subject_of_path(d->view, d->path, &s);
}

static void one_world(uint64_t seed, size_t *grains, size_t *applied)
{
	struct dance d;

	open(&d, seed);
	for (int i = 0; i < STEPS && path_lives(&d); i++) {
		uint32_t dice = country_random(d.country, 24);
		if (dice < 8)
			step(&d);
		if (dice % 4)
			flush(&d);
		for (uint32_t n = country_random(d.country, 60); n; n--)
			deliver(&d);
		if (path_lives(&d) && (dice == 20 || (mirror_owes_all(d.mirror) && dice % 4 == 0)))
			catch_up(&d, 0, d.path,
				 mirror_owes_all(d.mirror) ? 0 : mirror_since(d.mirror), false);
		if (dice == 21 && path_lives(&d) && !mirror_owes_all(d.mirror))
			versions(&d);
	}
	if (path_lives(&d)) {
		while (!catch_up(&d, 0, d.path,
				 mirror_owes_all(d.mirror) ? 0 : mirror_since(d.mirror), false))
			;
		versions(&d);
		while (d.wire_n)
			deliver(&d);
		*grains += assert_mirrored(&d);
	}
	*applied += d.applied;
	close_all(&d);
}

static void mirrors_end_equal(void **state)
{
	size_t grains = 0, applied = 0;
	uint64_t seed = country_seed();

	(void)state;
	for (uint64_t i = 0; i < WORLDS; i++)
		one_world(seed + i, &grains, &applied);
	print_message("%zu deltas applied, %zu grains equal at the end\n", applied, grains);
	assert_true(grains > 100 && applied > 1000);
}

/* Paging while entries are folded: either a page says STALE_CURSOR, or the whole is consistent with
 * its as_of. */
static void paging_while_the_world_goes_on(void **state)
{
	uint64_t seed = country_seed() + 100;
	size_t whole = 0;

	(void)state;
	for (uint64_t i = 0; i < WORLDS; i++) {
		struct dance d;
		open(&d, seed + i);
		for (int k = 0; k < 12 && path_lives(&d); k++) {
			uint64_t generation = view_generation(d.view).entry;
			bool good = false;
			/* the path may close under the question */
			if (view_generation(d.view).entry == generation)
				good = catch_up(&d, 0, d.path, 0, true);
			whole += good;
			if (!good && !path_lives(&d))
				break;
		}
		if (path_lives(&d)) {
			while (!catch_up(&d, 0, d.path, 0, false))
				;
			assert_mirrored(&d);
		}
		close_all(&d);
	}
	assert_true(whole > 10);
}

static void what_is_no_figure(void **state)
{
	Tiendo__V1__Generation g = TIENDO__V1__GENERATION__INIT;
	Tiendo__V1__UnitDelta delta = TIENDO__V1__UNIT_DELTA__INIT;
	Tiendo__V1__Grain grain = TIENDO__V1__GRAIN__INIT;
	Tiendo__V1__Rollup r = TIENDO__V1__ROLLUP__INIT, *list = &r;
	struct mirror_generation got;
	struct decoded d = {0};

	(void)state;
	assert_false(decode_generation(NULL, &got));
	assert_false(decode_generation(&g, &got)); /* no incarnation */
	assert_false(decode_delta(&delta, &d));    /* no version */
	assert_false(decode_grain(&grain, &d));
	delta.version = grain.version = 1;
	assert_true(decode_delta(&delta, &d));
	delta.n_rollups = grain.n_rollups = 1;
	delta.rollups = grain.rollups = &list;
	assert_false(decode_delta(&delta, &d)); /* of no item */
	assert_false(decode_grain(&grain, &d));
	r.item = 3;
	assert_true(decode_grain(&grain, &d));
	assert_int_equal(d.grain.n, 1);
	decoded_free(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(mirrors_end_equal),
		cmocka_unit_test(what_is_no_figure),
		cmocka_unit_test(paging_while_the_world_goes_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
