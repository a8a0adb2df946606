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

/* Every commune has a target of 1 for the third leaf. */
static void add_targets(struct builder *b, const struct catalogue *units)
{
	for (uint32_t u = 0; u < catalogue_units(units); u++) {
		const struct unit_row *r = &catalogue_unit(units, u)->row;
		struct catalogue_row row = TARGET(.item = "TW.2", .unit = r->code, .target = 1);

		if (r->kind == UNIT_COMMUNE)
			assert_true(builder_add(b, &row, "", 0));
	}
}

/* The sum of the targets in force at all rows of the plan. */
static int64_t targets_once(const struct catalogue *c)
{
	int64_t n = 0;

	for (uint32_t leaf = 1; leaf <= LEAVES; leaf++)
		for (uint32_t row = 0; row < catalogue_plan(c, 0)->rows_n; row++) {
			int64_t target = 0;

			if (catalogue_target(c, leaf, 0, row, DAY(20240101), &target))
				n += target;
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

static struct catalogue *load(const char *data, size_t size, const struct catalogue *old)
{
	double t[4] = { now() };
	struct faults faults = { 0 };
	struct builder *b = builder_new();
	struct catalogue *c;

	add_units(b, data, size);
	add_items(b);
	if (old)
		add_targets(b, old);
	t[1] = now();
	assert_true(builder_merge(b, old, "", DAY(20240101), &faults));
	t[2] = now();
	c = catalogue_build(b, false, &faults);
	t[3] = now();
	rows_no_errors(&faults);
	print_message("read %.1f ms, merge %.1f ms, build %.1f ms\n", t[1] - t[0], t[2] - t[1],
		      t[3] - t[2]);
	builder_free(b);
	faults_free(&faults);
	return c;
}

static void check(const struct catalogue *c)
{
	uint32_t vinh = catalogue_unit_by_code(c, "16681", DAY(20240101));
	double t[4];

	assert_int_equal(catalogue_units(c), 11367);
	assert_int_equal(catalogue_plan(c, 0)->rows_n, 11367);
	assert_string_equal(catalogue_unit(c, vinh)->path, "00/40/412/16681/");
	t[0] = now();
	assert_int_equal(reporters_once(c), 40 * 10598 + 20 * 704);
	t[1] = now();
	/* at each commune, its district, its province and the country */
	assert_int_equal(targets_once(c), 4 * 10598);
	t[2] = now();
	rows_again(c);
	t[3] = now();
	print_message("reporters of all leaves %.1f ms, targets of all rows %.1f ms, again %.1f ms\n",
		      t[1] - t[0], t[2] - t[1], t[3] - t[2]);
}

static void test_nation(void **state)
{
	size_t size = 0;
	char *data = read_file(NATION, &size);
	struct catalogue *old, *c;

	(void)state;
	if (!data) {
		print_message("skipped: %s is not there\n", NATION);
		skip();
	}
	old = load(data, size, NULL);
	c = load(data, size, old);
	check(c);
	catalogue_free(c);
	catalogue_free(old);
	free(data);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_nation) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
