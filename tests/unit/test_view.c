// SPDX-License-Identifier: Apache-2.0
/* What a view gives away and takes back, and what it must not take. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "server/held.h"
#include "server/viewlock.h"
#include "tests/unit/country.h"
#include "tests/unit/scarce.h"

/* A random country after some entries: most of what can be there is. */
static struct country *w;
static struct view *v;

static int setup(void **state)
{
	struct change ch = { 0 };
	(void)state;
	w = country_new(7);
	v = view_new();
	for (int i = 0; i < 60; i++) {
		country_step(w, v);
		country_fold(w, v, country_entries(w), &ch);
	}
	change_free(&ch);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	view_free(v);
	country_free(w);
	return 0;
}

/* ---- the check finds what is wrong ---- */

/* NULL = that rollup is not held. */
static uint32_t *a_sum(const struct block *b, uint32_t row, uint32_t column)
{
	if (b->columns[column].leaf == NO_INDEX) {
		struct inner_sums *inner = block_inner(b, row, column);
		return inner ? &inner->cells.behind : NULL;
	}
	struct leaf_sums *leaf = block_leaf(b, row, column);
	if (!leaf)
		return NULL;
	return b->columns[column].row->kind == ITEM_TASK ? &leaf->task.behind : &leaf->indicator.cells.at_target;
}

static void test_the_check_sees_every_rollup(void **state)
{
	struct view_fault fault;
	(void)state;
	for (uint32_t plan = 0; plan < v->held->blocks_n; plan++) {
		struct block *b = v->held->blocks[plan];
		for (uint32_t row = 0; row < b->rows_n; row += 3)
			for (uint32_t column = 0; column < b->columns_n; column++) {
				uint32_t *n = a_sum(b, row, column);
				if (!n)
					continue;
				++*n;
				assert_false(view_check(v, &fault));
				assert_int_equal(fault.plan, plan);
				assert_int_equal(fault.row, row);
				assert_int_equal(fault.column, column);
				assert_false(fault.memory);
				--*n;
			}
	}
	assert_true(view_check(v, &fault));
}

static void test_the_check_sees_cells_and_groups(void **state)
{
	struct block *b = v->held->blocks[0];
	struct view_fault fault;
	(void)state;
	for (size_t i = 0; i < b->cells_n; i += 7) {
		b->cells[i].flags ^= CELL_EXPECTED;
		assert_false(view_check(v, &fault));
		b->cells[i].flags ^= CELL_EXPECTED;
	}
	for (size_t i = 0; i < b->cells_n; i += 7) {
		b->targets[i]++;
		assert_false(view_check(v, &fault));
		b->targets[i]--;
	}
	b->rows[2].version++;
	assert_false(view_check(v, &fault));
	assert_int_equal(fault.row, 2);
	b->rows[2].version--;
	assert_true(view_check(v, &fault));
	b->groups[1][0] = b->groups[1][0] == NO_INDEX ? b->rows_n - 1 : NO_INDEX;
	assert_false(view_check(v, &fault));
	assert_int_equal(fault.row, 1);
}

/* ---- head ---- */

static void test_a_head_is_the_same_again(void **state)
{
	uint8_t bytes[VIEW_HEAD_BYTES], again[VIEW_HEAD_BYTES];
	struct view_head head;
	(void)state;
	view_head_pack(&v->head, bytes);
	assert_true(view_head_unpack(&head, bytes));
	view_head_pack(&head, again);
	assert_memory_equal(bytes, again, sizeof bytes);
	assert_int_equal(head.today.ymd, v->head.today.ymd);
	assert_int_equal(head.received.ms, v->head.received.ms);
	bytes[48] = 2;
	assert_false(view_head_unpack(&head, bytes));
	bytes[48] = 1;
	put_u64(bytes + 102, v->head.entry + 1); /* a floor in the future */
	assert_false(view_head_unpack(&head, bytes));
}

/* ---- loading ---- */

static struct view *begun(void)
{
	struct view *fresh = view_new();
	assert_true(view_load_begin(fresh, &v->head, country_clone(v->catalogue), roster_clone(v->roster)));
	return fresh;
}

static struct buffer packed(uint32_t unit)
{
	struct buffer b = { 0 };
	view_unit_pack(v, unit, buffer_reserve(&b, view_unit_size(v, unit)));
	return b;
}

/* A unit that has at least two cells to keep. */
static uint32_t busy(void)
{
	for (uint32_t u = 0; u < catalogue_units(v->catalogue); u++)
		if (view_unit_size(v, u) >= VIEW_UNIT_BYTES + 2 * VIEW_CELL_BYTES)
			return u;
	fail();
	return 0;
}

/* Changes what `change` says in a good unit; it must not be taken. */
static void refused(void (*change)(struct buffer *b))
{
	struct view *fresh = begun();
	struct buffer b = packed(busy());
	change(&b);
	assert_false(view_load_unit(fresh, b.data, b.size));
	buffer_free(&b);
	view_free(fresh);
}

static uint8_t *first(struct buffer *b)
{
	return b->data + VIEW_UNIT_BYTES;
}

static void shorter(struct buffer *b)
{
	b->size--;
}

static void nearly_nothing(struct buffer *b)
{
	b->size = 7;
}

static void no_such_unit(struct buffer *b)
{
	put_u32(b->data, 99999);
}

static void no_such_item(struct buffer *b)
{
	put_u32(first(b), 99999);
}

static void the_same_item_twice(struct buffer *b)
{
	memcpy(first(b) + VIEW_CELL_BYTES, first(b), 4);
}

static void never_changed(struct buffer *b)
{
	put_u64(first(b) + 4, 0);
}

static void of_the_future(struct buffer *b)
{
	put_u64(first(b) + 4, v->head.entry + 1);
}

static void entry_of_the_future(struct buffer *b)
{
	put_u64(first(b) + 12, v->head.entry + 1);
}

static void negative(struct buffer *b)
{
	put_u64(first(b) + 36, UINT64_MAX);
}

static void no_such_state(struct buffer *b)
{
	first(b)[62] = 9;
}

static void too_done(struct buffer *b)
{
	first(b)[63] = 101;
}

static void test_units_that_are_not_taken(void **state)
{
	struct view *none = view_new();
	struct view_head head = { .entry = 1 };
	(void)state;
	refused(shorter);
	refused(nearly_nothing);
	refused(no_such_unit);
	refused(no_such_item);
	refused(the_same_item_twice);
	refused(never_changed);
	refused(of_the_future);
	refused(entry_of_the_future);
	refused(negative);
	refused(no_such_state);
	refused(too_done);
	/* before the first catalogue there is nothing to load but the head */
	assert_true(view_load_begin(none, &head, NULL, roster_new()));
	struct buffer b = packed(busy());
	assert_false(view_load_unit(none, b.data, b.size));
	assert_true(view_load_end(none));
	buffer_free(&b);
	view_free(none);
}

/* How a cell counts is not believed but judged. */
static void test_flags_are_judged_again(void **state)
{
	struct view *fresh = begun();
	uint32_t one = busy();
	(void)state;
	for (uint32_t u = 0; u < catalogue_units(v->catalogue); u++) {
		struct buffer b = packed(u);
		if (u == one)
			put_u16(first(&b) + 60, get_u16(first(&b) + 60) ^ CELL_OVERDUE);
		assert_true(view_load_unit(fresh, b.data, b.size));
		buffer_free(&b);
	}
	assert_false(view_load_end(fresh));
	view_free(fresh);
}

/* ---- watching ---- */

static void count_touch(void *ctx, const struct view *view, uint32_t unit)
{
	(void)view;
	(void)unit;
	++*(unsigned *)ctx;
}

static void test_a_catalogue_ends_the_watch(void **state)
{
	unsigned touched = 0;
	struct change ch = { 0 };
	uint32_t n = (uint32_t)catalogue_units(v->catalogue);
	struct entry e = { .number = v->head.entry + 1, .kind = ENTRY_CATALOGUE };
	(void)state;
	assert_true(view_watch(v, count_touch, &touched));
	view_unwatch(v, 3);
	memcpy(e.prev_hash, v->head.hash, HASH_SIZE);
	e.catalogue.made = country_clone(v->catalogue);
	assert_int_equal(fold(v, &e, &ch), FOLD_OK);
	assert_int_equal(touched, n - 1);
	view_unwatch(v, 4); /* nothing is watched any more */
	assert_true(view_watch(v, NULL, NULL));
	change_free(&ch);
	struct view *none = view_new();
	assert_true(view_watch(none, count_touch, &touched));
	view_free(none);
}

/* ---- generations ---- */

static void test_generations(void **state)
{
	struct generation a = view_generation(v), b = a;
	(void)state;
	assert_true(generation_same(&a, &b));
	b.incarnation[15] ^= 1;
	assert_false(generation_same(&a, &b));
	b = a;
	b.fold_version++;
	assert_false(generation_same(&a, &b));
	b = a;
	b.entry++;
	assert_false(generation_same(&a, &b));
}

/* ---- no memory ---- */

static void drop(void *ctx, const uint8_t *bytes, size_t n)
{
	(void)ctx;
	(void)bytes;
	(void)n;
}

/* Every allocation fails once: the view is thrown away each time and the last one is good. */
static bool load_all(long n)
{
	struct view *fresh = view_new();
	struct catalogue *c = country_clone(v->catalogue);
	struct roster *r = roster_clone(v->roster);
	struct buffer units[256] = { 0 };
	uint32_t units_n = (uint32_t)catalogue_units(v->catalogue);
	assert_true(units_n <= 256);
	for (uint32_t u = 0; u < units_n; u++)
		units[u] = packed(u);
	scarce_after(n);
	bool ok = view_load_begin(fresh, &v->head, c, r);
	for (uint32_t u = 0; ok && u < units_n; u++)
		ok = view_load_unit(fresh, units[u].data, units[u].size);
	ok = ok && view_load_end(fresh);
	scarce_end();
	for (uint32_t u = 0; u < units_n; u++)
		buffer_free(&units[u]);
	view_free(fresh);
	return ok;
}

static void test_no_memory(void **state)
{
	bool ok = false;
	(void)state;
	if (!scarce_works())
		skip();
	for (long n = 0; !ok; n++) {
		ok = load_all(n);
		assert_true(n < 1000);
	}
	ok = false;
	for (long n = 0; !ok; n++) {
		scarce_after(n);
		ok = view_bytes(v, drop, NULL);
		scarce_end();
	}
	scarce_after(0);
	ok = view_watch(v, count_touch, NULL);
	scarce_end();
	assert_false(ok);
}

/* ---- lock ---- */

static void *reader(void *lock)
{
	viewlock_read(lock);
	viewlock_read_end(lock);
	return NULL;
}

static void test_the_lock(void **state)
{
	struct viewlock lock;
	pthread_t thread;
	(void)state;
	assert_true(viewlock_init(&lock));
	viewlock_write(&lock);
	assert_int_equal(pthread_create(&thread, NULL, reader, &lock), 0);
	viewlock_write_end(&lock);
	assert_int_equal(pthread_join(thread, NULL), 0);
	viewlock_read(&lock);
	assert_int_equal(pthread_create(&thread, NULL, reader, &lock), 0);
	assert_int_equal(pthread_join(thread, NULL), 0); /* two readers at once */
	viewlock_read_end(&lock);
	viewlock_destroy(&lock);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_the_check_sees_every_rollup),
		TEST(test_the_check_sees_cells_and_groups),
		TEST(test_a_head_is_the_same_again),
		TEST(test_units_that_are_not_taken),
		TEST(test_flags_are_judged_again),
		TEST(test_a_catalogue_ends_the_watch),
		TEST(test_generations),
		TEST(test_no_memory),
		cmocka_unit_test(test_the_lock),
	};
	return cmocka_run_group_tests_name("view", tests, NULL, NULL);
}
