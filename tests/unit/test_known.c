// SPDX-License-Identifier: Apache-2.0
/* What an office knows of its own cells offline, and what it has sent before. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "agent/known.h"
#include "agent/past.h"
#include "agent/wire.h"
#include "tests/unit/scratch.h"
#include "tests/unit/spool_support.h"

static struct catalogue *catalogue;
static uint32_t unit, leaf, flow;

static int make(void **state)
{
	static const char units[] = "code,parent,kind,name\n40,,province,Nghệ An\n412,40,district,Vinh\n";
	static const char items[] = "code,parent,owner,kind,name,lead,reporters,answer,measure,schedule,num_def,den_def\n"
				    "P,,40,plan,Kế hoạch,,,,,,,\n"
				    "A,P,,count,Số lượng,,412,all,stock,half_month,,\n"
				    "F,P,,count,Phát sinh,,412,all,flow,half_month,,\n";
	struct builder *b = builder_new();
	struct faults faults = {0};

	builder_csv(b, "units.csv", units, sizeof units - 1, &faults);
	builder_csv(b, "items.csv", items, sizeof items - 1, &faults);
	catalogue = catalogue_build(b, true, &faults);
	faults_free(&faults);
	builder_free(b);
	if (!catalogue)
		return -1;
	unit = catalogue_unit(catalogue, catalogue_unit_by_code(catalogue, "412", (struct date){0}))->row.number;
	leaf = catalogue_item(catalogue, catalogue_item_by_code(catalogue, "A"))->row.number;
	flow = catalogue_item(catalogue, catalogue_item_by_code(catalogue, "F"))->row.number;
	return scratch_make(state);
}

static int drop(void **state)
{
	catalogue_free(catalogue);
	return scratch_remove(state);
}

/* The centre holds this of A at `entry`; period "" = unreported. */
static void hold(struct spool *s, uint64_t entry, const char *period, uint32_t as_of, uint64_t value)
{
	Tiendo__V1__CellRow row = TIENDO__V1__CELL_ROW__INIT;
	struct buffer b = {0};
	const struct spool_shelf_head head = {.entry = entry, .time_ms = 1, .scope = "412"};

	row.unit = unit;
	row.item = leaf;
	row.version = entry;
	row.expected = true;
	row.due = 20241231;
	row.state = period[0] ? TIENDO__V1__CELL_STATE__CELL_STATE_VALUE : TIENDO__V1__CELL_STATE__CELL_STATE_UNREPORTED;
	row.period = (char *)period;
	row.as_of = as_of;
	row.numerator = value;
	wire_put(&b, &row);
	const struct bytes rows[] = {buffer_bytes(&b)};

	assert_int_equal(spool_shelve(s, SPOOL_CELLS, &head, rows, 1, &spool_error), 0);
	buffer_free(&b);
}

static uint64_t queue(struct spool *s, struct update u)
{
	uint64_t first;

	assert_int_equal(spool_queue(s, &u, 1, &first, &spool_error), 0);
	return first;
}

static struct update report(const char *item, const char *period, uint32_t as_of, int64_t value)
{
	struct update u = spool_sample(item, "");

	u.period = period;
	u.as_of.ymd = as_of;
	u.value = value;
	return u;
}

/* The centre answers: entry 100 + seq. */
static void take(struct spool *s, uint64_t seq)
{
	spool_take(s, seq, seq, 1713000000000);
}

static bool reported(struct spool *s, uint32_t item, uint32_t first)
{
	struct known *k = known_read(s, catalogue);
	bool yes = known_reported(k, unit, item, (struct date){first});

	known_free(k);
	return yes;
}

static struct known_cell cell(struct spool *s)
{
	struct known *k = known_read(s, catalogue);
	const struct known_cell *c = known_find(k, unit, leaf);
	struct known_cell copy = c ? *c : (struct known_cell){0};

	known_free(k);
	return copy;
}

enum { A = 20240401, B = 20240416 }; /* first days of 2024-04a and b */

static void test_nothing(void **state)
{
	(void)state;
	char dir[4096];
	struct spool *s = spool_make("nothing", NULL, dir);
	struct known *k = known_read(s, NULL);

	assert_null(known_find(k, 1, 1));
	assert_false(known_reported(k, 1, 1, (struct date){A}));
	known_free(k);
	known_free(NULL);
	assert_false(reported(s, leaf, A));
	hold(s, 90, "", 0, 0);
	assert_false(cell(s).reported);
	assert_true(cell(s).expected);
	assert_int_equal(cell(s).due.ymd, 20241231);
	assert_int_equal(cell(s).version, 90);
	spool_close(s);
}

/* From the queue on a report is known, and stays so when the centre has answered. */
static void test_reported(void **state)
{
	(void)state;
	char dir[4096];
	struct spool *s = spool_make("reported", NULL, dir);
	uint64_t seq = queue(s, report("A", "", 20240416, 5)); /* in the window of the first half */

	assert_true(reported(s, leaf, A));
	assert_false(reported(s, leaf, B));
	assert_int_equal(cell(s).figure.value, 5);
	assert_int_equal(cell(s).first.ymd, A);
	take(s, seq);
	assert_true(reported(s, leaf, A));
	assert_false(cell(s).reported); /* what it said is the centre's to say now */
	hold(s, 200, "2024-04a", 20240416, 5);
	assert_int_equal(cell(s).figure.value, 5);
	assert_int_equal(cell(s).first.ymd, A);
	assert_true(reported(s, leaf, A));
	/* an older period changes nothing of what stands */
	queue(s, report("A", "2024-03b", 20240331, 4));
	assert_int_equal(cell(s).figure.value, 5);
	assert_true(reported(s, leaf, 20240316));
	queue(s, report("A", "2024-04a", 20240417, 6));
	assert_int_equal(cell(s).figure.value, 6);
	spool_close(s);
}

/* Returned or withdrawn: what the centre holds later is of an earlier period. */
static void test_voided(void **state)
{
	(void)state;
	char dir[4096];
	struct spool *s = spool_make("voided", NULL, dir);

	take(s, queue(s, report("A", "2024-04a", 20240415, 5)));
	take(s, queue(s, report("F", "2024-04a", 20240415, 5)));
	hold(s, 50, "2024-03b", 20240331, 3); /* before that */
	assert_true(reported(s, leaf, A));
	hold(s, 150, "2024-03b", 20240331, 3);
	assert_false(reported(s, leaf, A));
	assert_true(reported(s, leaf, 20240316));
	hold(s, 150, "", 0, 0);
	assert_false(reported(s, leaf, A));
	assert_true(reported(s, flow, A)); /* a flow's cell forgets what was reported */
	spool_close(s);
}

static void test_withdrawn(void **state)
{
	(void)state;
	char dir[4096];
	struct spool *s = spool_make("withdrawn", NULL, dir);
	struct matter about = {.about = {.incarnation = {1, 2, 3}, .entry = 101, .index = 1},
			       .text = "", .item = "", .solution = "", .addressee = ""};
	struct update u = report("A", "2024-04a", 20240415, 0);

	take(s, queue(s, report("A", "2024-04a", 20240415, 5)));
	hold(s, 101, "2024-04a", 20240415, 5);
	u.body = BODY_WITHDRAW;
	u.reason = "gửi nhầm";
	u.matter = &about;
	uint64_t seq = queue(s, u);

	assert_true(cell(s).withdrawn);
	take(s, seq);
	hold(s, 102, "", 0, 0);
	assert_false(reported(s, leaf, A));
	/* a correction says what stands, and reports nothing anew */
	u = report("A", "2024-04a", 20240415, 7);
	u.body = BODY_CORRECTION;
	u.corrected = BODY_COUNT;
	u.reason = "nhầm số";
	u.matter = &about;
	hold(s, 102, "2024-04a", 20240415, 5);
	queue(s, u);
	assert_int_equal(cell(s).figure.value, 7);
	assert_int_equal(cell(s).figure.body, BODY_COUNT);
	/* `unchanged` carries what stands into the next period */
	u = report("A", "2024-04b", 20240430, 0);
	u.body = BODY_UNCHANGED;
	queue(s, u);
	assert_int_equal(cell(s).figure.value, 7);
	assert_int_equal(cell(s).figure.as_of.ymd, 20240430);
	assert_true(reported(s, leaf, B));
	spool_close(s);
}

/* ---- receipts ---- */

static void test_printed(void **state)
{
	(void)state;
	static const char *const bad[] = {"", "0a1b2c3d", "0a1b2c3d-", "0a1b2c3d-1", "0a1b2c3d-1-", "0a1b2c3d-0-1", "0a1b2c3d-1-0",
					  "0a1b2c3d-01-1", "0a1b2c3g-1-1", "0a1b2c3-1-1", "0a1b2c3d-1-1 ", "0a1b2c3d-1-4294967296",
					  "0a1b2c3d-18446744073709551616-1", "0a1b2c3d-1-1-1", "0a1b2c3d--1-1"};
	struct receipt r;

	for (size_t i = 0; i < BASE_COUNT(bad); i++)
		assert_false(past_parse(bad[i], &r));
	assert_true(past_parse("0A1b2c3d-18446744073709551615-4294967295", &r));
	assert_int_equal(r.entry, UINT64_MAX);
	assert_int_equal(r.index, UINT32_MAX);
	assert_true(past_parse("01020300-101-1", &r));
	assert_true(past_same(&r, (const uint8_t *)"\1\2\3\0zzzz", 101, 1));
	assert_false(past_same(&r, (const uint8_t *)"\1\2\3\1", 101, 1));
	assert_false(past_same(&r, (const uint8_t *)"\1\2\3\0", 101, 2));
}

static void test_past(void **state)
{
	(void)state;
	char dir[4096];
	struct spool *s = spool_make("past", NULL, dir);
	struct codec_arena arena = codec_arena_new(UPDATE_BYTES_MAX * 4);
	struct spool_receipt r;
	struct update u;

	take(s, queue(s, report("A", "2024-04a", 20240415, 5)));
	take(s, queue(s, report("F", "2024-04a", 20240415, 6)));
	assert_int_equal(past_find(s, "01020300-101-1", &r), PAST_FOUND);
	assert_string_equal(r.item, "A");
	assert_string_equal(r.period, "2024-04a");
	assert_int_equal(past_receipt(&r).entry, 101);
	assert_int_equal(past_receipt(&r).incarnation[2], 3);
	assert_true(past_update(s, &r, &arena, &u));
	assert_int_equal(u.value, 5);
	assert_int_equal(past_find(s, "01020300-103-1", &r), PAST_UNKNOWN);
	assert_int_equal(past_find(s, "không", &r), PAST_MISSPELT);
	codec_arena_free(&arena);
	spool_close(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nothing),	  cmocka_unit_test(test_reported), cmocka_unit_test(test_voided),
		cmocka_unit_test(test_withdrawn), cmocka_unit_test(test_printed),  cmocka_unit_test(test_past),
	};

	return cmocka_run_group_tests_name("known", tests, make, drop);
}
