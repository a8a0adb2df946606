// SPDX-License-Identifier: Apache-2.0
/* What the feed knows without a socket: who subscribes to what, what is owed, what was sent last.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "server/owed.h"
#include "server/pack.h"
#include "server/topics.h"
#include "tests/unit/centre.h"
#include "tests/unit/scratch.h"

/* ---- topics ---- */

static void say(struct topics *t, bool join, const char *prefix)
{
	char frame[300];
	int n = snprintf(frame, sizeof(frame), "%c%s", (char)join, prefix);

	topics_message(t,
		       bytes_of(frame, join || *prefix ? (size_t)(1 + strlen(prefix)) : (size_t)n));
}

static void a_prefix_is_a_subtree(void **state)
{
	struct topics t = {0};

	(void)state;
	assert_false(topics_want(&t, "VN/40/"));
	say(&t, true, "VN/40/412/");
	say(&t, true, "~/");
	assert_true(topics_want(&t, "VN/40/412/"));
	assert_true(topics_want(&t, "VN/40/412/16702/"));
	assert_true(topics_want(&t, "~/"));
	assert_false(topics_want(&t, "VN/40/"));
	assert_false(topics_want(&t, "VN/40/41/"));
	say(&t, true, "VN/4");
	say(&t, true, "VN/4"); /* an XPUB tells the first only; twice is once */
	assert_int_equal(t.n, 3);
	assert_true(topics_want(&t, "VN/40/"));
	assert_false(topics_want(&t, "VN/38/"));
	say(&t, false, "VN/4");
	assert_false(topics_want(&t, "VN/40/"));
	say(&t, true, "");
	assert_true(topics_want(&t, "VN/38/"));
	say(&t, false, "");
	say(&t, false, "never there");
	assert_false(topics_want(&t, "VN/38/"));
	topics_clear(&t);
	assert_false(topics_want(&t, "VN/40/412/"));
	assert_int_equal(t.n, 0);
	topics_free(&t);
}

static void strange_subscriptions(void **state)
{
	struct topics t = {0};
	char prefix[TOPIC_MAX + 20];

	(void)state;
	topics_message(&t, bytes_text(""));
	topics_message(&t, bytes_text("\2VN/"));
	memset(prefix, 'x', sizeof(prefix));
	prefix[0] = 1;
	topics_message(&t, bytes_of(prefix, sizeof(prefix))); /* longer than any topic */
	assert_int_equal(t.n, 0);
	assert_int_equal(topics_count(&t), 1); /* and costs all the same */
	prefix[0] = 0;
	topics_message(&t, bytes_of(prefix, sizeof(prefix)));
	topics_message(&t, bytes_of(prefix, sizeof(prefix)));
	assert_int_equal(topics_count(&t), 0);
	/* beyond the limit everything counts as wanted, until they are gone */
	for (int i = 0; i < TOPICS_MAX + 3; i++) {
		snprintf(prefix, sizeof(prefix), "X%d/", i);
		say(&t, true, prefix);
	}
	assert_int_equal(t.n, TOPICS_MAX);
	assert_int_equal(topics_count(&t), TOPICS_MAX + 3);
	assert_true(topics_want(&t, "VN/"));
	for (int i = TOPICS_MAX; i < TOPICS_MAX + 3; i++) {
		snprintf(prefix, sizeof(prefix), "X%d/", i);
		say(&t, false, prefix);
	}
	assert_false(topics_want(&t, "VN/"));
	assert_true(topics_want(&t, "X17/40/"));
	topics_free(&t);
}

/* ---- owed ---- */

static struct change *change_of(struct centre *c)
{
	return core_change(c->core);
}

static void take(struct centre *c, struct owed *o)
{
	if (change_of(c)->everything)
		owed_mark_all(o, core_view(c->core));
	for (size_t i = 0; i < change_of(c)->grains_n; i++)
		owed_mark(o, change_of(c)->grains[i]);
	change_clear(change_of(c));
}

static void report(struct centre *c, struct owed *o, uint64_t seq, uint32_t percent)
{
	centre_task(c, 0, seq, "KH.01", 20240109, percent);
	centre_offer(c, centre_stream(7), seq, 1);
	centre_commit(c);
	take(c, o);
}

static void a_grain_owed_twice_is_sent_once(void **state)
{
	struct centre c;
	struct owed o = {0};
	struct grain g;

	(void)state;
	centre_make(&c, "owed");
	const struct view *v = core_view(c.core);
	change_clear(change_of(&c));
	owed_reset(&o, v);
	assert_false(owed_next(&o, &g));
	uint64_t start = view_row_version(v, 0, 0);
	assert_int_equal(owed_sent(&o, (struct grain){0, 0}),
			 start); /* known to everybody at the start */
	report(&c, &o, 1, 10);
	report(&c, &o, 2, 20);
	size_t n = o.n;
	assert_int_equal(n, 3); /* VN, 40, 412 */
	while (owed_next(&o, &g)) {
		/* one delta carries both entries; what the next one says is what this one sent */
		assert_int_equal(owed_sent(&o, g), start);
		assert_int_equal(view_row_version(v, g.plan, g.row), v->head.entry);
		owed_settle(&o, g, view_row_version(v, g.plan, g.row));
	}
	uint64_t sent = v->head.entry;
	report(&c, &o, 3, 30);
	assert_true(owed_next(&o, &g));
	assert_int_equal(owed_sent(&o, g), sent);
	/* what is owed again while it waits keeps its place */
	owed_mark(&o, g);
	assert_int_equal(o.n, 3);
	owed_mark_all(&o, v);
	assert_int_equal(o.n, catalogue_plan(v->catalogue, 0)->rows_n);
	/* another catalogue: nothing is owed, the versions now are the base */
	assert_true(centre_catalogue(&c, CENTRE_UNITS "414,40,district,,,Quỳnh Lưu,,,,,,\n",
				     CENTRE_ITEMS));
	assert_true(change_of(&c)->generation);
	owed_reset(&o, v);
	assert_int_equal(o.n, 0);
	assert_int_equal(owed_sent(&o, (struct grain){0, 4}), view_row_version(v, 0, 4));
	owed_free(&o);
	centre_close(&c);
}

/* ---- pack ---- */

static void a_delta_has_what_changed_since(void **state)
{
	struct centre c;
	struct owed o = {0};
	struct grain g;
	struct buffer out = {0};
	struct codec_arena a = codec_arena_new(1 << 18);

	(void)state;
	centre_make(&c, "pack");
	const struct view *v = core_view(c.core);
	change_clear(change_of(&c));
	owed_reset(&o, v);
	report(&c, &o, 1, 10);
	while (owed_next(&o, &g)) {
		uint64_t sent = owed_sent(&o, g);
		buffer_clear(&out);
		size_t size = pack_delta(v, g, sent, &out);
		assert_int_equal(size, out.size);
		const Tiendo__V1__UnitDelta *m =
			codec_unpack(&tiendo__v1__unit_delta__descriptor, out.data, out.size, &a);
		assert_non_null(m);
		assert_int_equal(m->previous_version, sent);
		assert_int_equal(m->version, v->head.entry);
		assert_int_equal(m->n_rollups,
				 2); /* the plan and KH.01; KH.02 and KH.03 have not changed */
		assert_int_equal(m->generation->structural_entry, v->head.structural);
		assert_true(pack_speaks(v, g));
	}
	buffer_clear(&out);
	uint32_t top = plan_row_of_unit(v->catalogue, 0, 0), row;
	pack_grain(v, (struct grain){0, top}, &out);
	const Tiendo__V1__Grain *whole =
		codec_unpack(&tiendo__v1__grain__descriptor, out.data, out.size, &a);
	assert_int_equal(whole->n_rollups, 4);
	assert_string_equal(whole->path, "VN/");
	/* 413 has no task of its own: what is empty is left out */
	row = plan_row_of_unit(v->catalogue, 0,
			       catalogue_unit_by_code(v->catalogue, "413", v->head.today));
	buffer_clear(&out);
	pack_grain(v, (struct grain){0, row}, &out);
	whole = codec_unpack(&tiendo__v1__grain__descriptor, out.data, out.size, &a);
	assert_int_equal(whole->n_rollups, 2); /* the plan and KH.03 */
	owed_free(&o);
	buffer_free(&out);
	codec_arena_free(&a);
	centre_close(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_prefix_is_a_subtree),
		cmocka_unit_test(strange_subscriptions),
		cmocka_unit_test(a_grain_owed_twice_is_sent_once),
		cmocka_unit_test(a_delta_has_what_changed_since),
	};

	return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
