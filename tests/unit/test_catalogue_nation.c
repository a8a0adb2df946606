// SPDX-License-Identifier: Apache-2.0
/* The whole country of April 2023 with a plan of 60 leaves, where its file is at hand: it must be
 * built at once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "common/domain/csv.h"
#include "tests/unit/support_rows.h"

#define NATION "../shared/data/vn63/units_2023-04.csv"

enum { LEAVES = 60 };

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static void add_item(struct builder *b, struct item_row r)
{
	struct catalogue_row row = { .kind = ROW_ITEM, .item = r };

	assert_true(builder_add(b, &row, "", 0));
}

static void add_items(struct builder *b)
{
	char code[CODE_MAX + 1];

	add_item(b, (struct item_row){
			    .code = "TW", .owner = "00", .kind = ITEM_PLAN, .name = "Kế hoạch" });
	for (int i = 0; i < LEAVES; i++) {
		snprintf(code, sizeof(code), "TW.%d", i);
		add_item(b, (struct item_row){ .code = code,
					       .parent = "TW",
					       .kind = i % 2 ? ITEM_TASK : ITEM_COUNT,
					       .name = "Chỉ tiêu",
					       .answer = ANSWER_ALL,
					       .reporters = i % 3 ? "kind:commune@00"
								  : "kind:district@00|-001" });
	}
}

/* The file's own columns: code,name,full_name,parent_code,unit_type,level. */
static void add_units(struct builder *b, const char *data, size_t size)
{
	static const char *const columns[] = { "code",      "name",  "full_name", "parent_code",
					       "unit_type", "level", NULL };
	static const enum unit_kind kinds[] = { UNIT_CENTRAL, UNIT_PROVINCE, UNIT_DISTRICT,
						UNIT_COMMUNE };
	char value[CSV_VALUE_MAX];
	enum csv_fault fault;
	unsigned line;
	struct csv *csv = csv_open(data, size, columns, 6, &fault, &line, value);

	assert_non_null(csv);
	while (csv_next(csv)) {
		struct catalogue_row row = { .kind = ROW_UNIT,
					     .unit = {
						     .code = csv_field(csv, 0),
						     .name = csv_field(csv, 2),
						     .parent = csv_field(csv, 3),
						     .type = csv_field(csv, 4),
						     .kind = kinds[csv_field(csv, 5)[0] - '0'] } };

		assert_true(builder_add(b, &row, "units.csv", csv_line(csv)));
	}
	assert_int_equal(csv_error(csv), CSV_OK);
	csv_close(csv);
}

static char *read_file(const char *path, size_t *size)
{
	FILE *f = fopen(path, "rb");
	char *data;

	if (!f)
		return NULL;
	data = malloc(1 << 20);
	assert_non_null(data);
	*size = fread(data, 1, 1 << 20, f);
	fclose(f);
	return data;
}

static uint32_t targets_once(const struct catalogue *c)
{
	uint32_t n = 0;

	for (uint32_t leaf = 1; leaf <= LEAVES; leaf++)
		for (uint32_t row = 0; row < catalogue_plan(c, 0)->rows_n; row++) {
			int64_t target;

			n += catalogue_target(c, leaf, 0, row, DAY(20240101), &target);
		}
	return n;
}

static size_t reporters_once(const struct catalogue *c)
{
	size_t n = 0, list_n;

	for (uint32_t leaf = 1; leaf <= LEAVES; leaf++) {
		const uint32_t *list = catalogue_reporters(c, leaf, &list_n);

		for (size_t i = 0; i < list_n; i++)
			n += catalogue_is_reporter(c, leaf, list[i], DAY(20240101));
	}
	return n;
}

static void test_nation(void **state)
{
	size_t size = 0, reporters;
	char *data = read_file(NATION, &size);
	struct faults faults = { 0 };
	struct builder *b;
	struct catalogue *c;
	double t[6];

	(void)state;
	if (!data) {
		print_message("skipped: %s is not there\n", NATION);
		skip();
	}
	b = builder_new();
	t[0] = now();
	add_units(b, data, size);
	add_items(b);
	t[1] = now();
	c = catalogue_build(b, false, &faults);
	t[2] = now();
	rows_no_errors(&faults);
	reporters = reporters_once(c);
	t[3] = now();
	assert_int_equal(targets_once(c), 0);
	t[4] = now();
	rows_again(c);
	t[5] = now();
	print_message("rows %.1f ms, build %.1f ms, %zu reporters asked %.1f ms, targets of all "
		      "rows %.1f ms, again %.1f ms\n",
		      t[1] - t[0], t[2] - t[1], reporters, t[3] - t[2], t[4] - t[3], t[5] - t[4]);
	assert_int_equal(catalogue_units(c), 11367);
	assert_int_equal(catalogue_plan(c, 0)->rows_n, 11367);
	assert_int_equal(reporters, 40 * 10598 + 20 * 704);
	assert_string_equal(
		catalogue_unit(c, catalogue_unit_by_code(c, "16681", DAY(20240101)))->path,
		"00/40/412/16681/");
	catalogue_free(c);
	builder_free(b);
	faults_free(&faults);
	free(data);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_nation) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
