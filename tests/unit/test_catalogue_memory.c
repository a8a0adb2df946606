// SPDX-License-Identifier: Apache-2.0
/* A catalogue with too little memory: the Nth allocation fails, for every N until the work passes.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/domain/forest.h"
#include "common/domain/names.h"
#include "common/domain/pool.h"
#include "tests/unit/scarce.h"
#include "tests/unit/support_rows.h"

enum { TEXT_SIZE = 1 << 18, WORLDS = 240 };

/* The files of a world, written anew for each. */
static struct {
	const char *file;
	char *text;
	size_t n;
} files[] = { { .file = "units.csv" },	 { .file = "items.csv" },      { .file = "groups.csv" },
	      { .file = "targets.csv" }, { .file = "milestones.csv" }, { .file = "holidays.csv" },
	      { .file = "schedules.csv" }, { .file = "periods.csv" } };

enum { UNITS, ITEMS, GROUPS, TARGETS, MILESTONES, HOLIDAYS, SCHEDULES, PERIODS };

__attribute__((format(printf, 2, 3))) static void add(int file, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	files[file].n += (size_t)vsnprintf(files[file].text + files[file].n,
					   TEXT_SIZE - files[file].n, format, arguments);
	va_end(arguments);
	assert_true(files[file].n < TEXT_SIZE);
}

static void add_headers(void)
{
	for (size_t i = 0; i < N(files); i++)
		files[i].n = 0;
	add(UNITS, "code,parent,kind,name\nVN,,central,V\n");
	add(ITEMS, "code,parent,owner,kind,name,answer,reporters,coop\nP,,VN,plan,P,,,\n");
	add(GROUPS, "group,unit\n");
	add(TARGETS, "item,unit,target\n");
	add(MILESTONES, "item,date\n");
	add(HOLIDAYS, "date,kind\n");
	add(SCHEDULES, "schedule,kind\n");
	add(PERIODS, "schedule,period,start,end\n");
}

/*
 * A pool asks for memory a block at a time, so which call fails depends on what stood in the block
 * before: the worlds differ in how many units there are and in how long their names are.
 */
static void write_world(int number)
{
	int n = 4 + number * 7 % 41, name = 1 + number * 331 % 390;

	add_headers();
	for (int i = 0; i < n; i++) {
		add(UNITS, "U%d,VN,district,%0*d\n", i, name, 0);
		add(ITEMS, "I%d,P,,count,%0*d,all,kind:district@VN|-U%d|group:G,U1\n", i,
		    name % 50 + 1, 0, i);
		add(TARGETS, "I0,U%d,%d\nI%d,%s,1\n", i, i, i, i > 0 ? "U0" : "VN");
	}
	for (int i = 0; i < n; i += 1 + number % 3) {
		add(GROUPS, "G,U%d\n", n - 1 - i);
		add(MILESTONES, "I%d,2024-01-01\nI%d,2024-02-01\n", i, i);
	}
	for (int i = 0; i < number % 60; i++)
		add(HOLIDAYS, "%d-01-01,off\n", 2000 + i);
	for (int i = 0; i < number % 5; i++) {
		add(SCHEDULES, "S%d,once\n", i);
		for (int j = 0; j < number % 97; j++)
			add(PERIODS, "S%d,P%d,%d-01-01,%d-12-31\n", i, j, 2000 + j, 2000 + j);
	}
}

static int setup(void **state)
{
	(void)state;
	for (size_t i = 0; i < N(files); i++) {
		files[i].text = malloc(TEXT_SIZE);
		assert_non_null(files[i].text);
	}
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	for (size_t i = 0; i < N(files); i++)
		free(files[i].text);
	return 0;
}

static bool read_all(struct builder *b, struct faults *f)
{
	for (size_t i = 0; i < N(files); i++)
		if (!builder_csv(b, files[i].file, files[i].text, files[i].n, f))
			return false;
	return true;
}

/* All that a load does; true when it passed. */
static bool work(const struct catalogue *old, const char *plan)
{
	struct builder *b = builder_new();
	struct faults faults = { 0 };
	struct catalogue *c = NULL;

	if (b && read_all(b, &faults) && builder_merge(b, old, plan, DAY(20240101), &faults))
		c = catalogue_build(b, false, &faults);
	builder_free(b);
	faults_free(&faults);
	catalogue_free(c);
	return c;
}

static long fail_each(const struct catalogue *old, const char *plan)
{
	bool passed = false;
	long n = 0;

	while (!passed) {
		scarce_after(n++);
		passed = work(old, plan);
		scarce_end();
		assert_true(n < 10000); /* or it fails for another reason */
	}
	return n;
}

static void test_scarce(void **state)
{
	struct faults faults = { 0 };
	struct catalogue *old;
	struct builder *b;

	(void)state;
	if (!scarce_works())
		skip();
	for (int i = 0; i < WORLDS; i++) {
		b = builder_new();
		write_world(i);
		assert_true(read_all(b, &faults));
		old = catalogue_build(b, false, &faults);
		rows_no_errors(&faults);
		assert_non_null(old);
		if (i % 3 == 2)
			write_world(i + 1); /* some are new, some are gone */
		if (i % 3 == 1)
			files[HOLIDAYS].n = strlen("date,kind\n"); /* they come from the old one */
		assert_true(fail_each(i % 3 ? old : NULL, i % 3 == 1 ? "P" : "") > 10);
		catalogue_free(old);
		builder_free(b);
		faults_free(&faults);
	}
}

/* A full list still counts. */
static void test_many_faults(void **state)
{
	struct builder *b = builder_new();
	struct faults faults = { 0 };
	struct catalogue_row row = GROUP(.group = "G", .unit = "NOBODY-NOWHERE");
	struct catalogue_row root = UNIT(.code = "VN", .kind = UNIT_CENTRAL, .name = "V");

	(void)state;
	assert_true(builder_add(b, &root, "", 0));
	for (int i = 0; i < 1500; i++)
		assert_true(builder_add(b, &row, "groups.csv", 7));
	assert_null(catalogue_build(b, false, &faults));
	assert_int_equal(faults.n, 1000);
	assert_int_equal(faults.errors, 1501); /* and no plan */
	assert_int_equal(faults.dropped, 501);
	assert_false(fault_is_error(FAULT_NONE));
	builder_free(b);
	builder_free(NULL);
	catalogue_free(NULL);
	faults_free(&faults);
}

/* The value of a fault is cut between characters. */
static void test_long_value(void **state)
{
	struct builder *b = builder_new();
	struct faults faults = { 0 };
	char data[200] = "code,kind,name,parent\nVN,";

	(void)state;
	for (int i = 0; i < 40; i++)
		strcat(data, "ế");
	strcat(data, ",V,\n");
	rows_csv(b, "units.csv", data, &faults);
	assert_int_equal(faults.n, 1);
	assert_int_equal(strlen(faults.list[0].value), 78);
	builder_free(b);
	faults_free(&faults);
}

static void test_pool(void **state)
{
	struct pool p = { 0 };

	(void)state;
	assert_non_null(pool_array(&p, 0, 8));
	assert_non_null(pool_alloc(&p, 1 << 20));
	assert_string_equal(pool_text(&p, NULL), "");
	assert_null(pool_array(&p, SIZE_MAX / 4, 8));
	assert_true(p.failed);
	assert_null(pool_alloc(&p, 1));
	assert_string_equal(pool_text(&p, "text"), "");
	pool_free(&p);
	assert_false(p.failed);
}

static void test_forest(void **state)
{
	struct pool p = { 0 };
	struct forest f;
	uint32_t cut[6];

	(void)state;
	assert_true(forest_init(&f, &p, 6));
	/* 0 <- 2 <- 1; 3 -> 4 -> 5 -> 3 */
	f.parent[2] = 0;
	f.parent[1] = 2;
	f.parent[3] = 4;
	f.parent[4] = 5;
	f.parent[5] = 3;
	assert_int_equal(forest_cut(&f, cut), 1);
	assert_int_equal(cut[0], 3);
	forest_walk(&f);
	assert_memory_equal(f.order, ((uint32_t[]){ 0, 2, 1, 3, 5, 4 }), sizeof(cut));
	assert_memory_equal(f.index, ((uint32_t[]){ 0, 2, 1, 3, 5, 4 }), sizeof(cut));
	pool_free(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_scarce),     cmocka_unit_test(test_many_faults),
		cmocka_unit_test(test_long_value), cmocka_unit_test(test_pool),
		cmocka_unit_test(test_forest),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
