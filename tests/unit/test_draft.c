// SPDX-License-Identifier: Apache-2.0
/* What a clerk may write, and what the office says to it before anything is queued. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "agent/draft.h"

static struct catalogue *catalogue;

static int make(void **state)
{
	(void)state;
	static const char units[] = "code,parent,kind,name\n"
				    "40,,province,Nghệ An\n"
				    "085,40,district,Anh Sơn\n"
				    "412,40,district,Vinh\n";
	static const char items[] =
		"code,parent,owner,kind,name,lead,reporters,answer,measure,maximum,bounded,num_def,"
		"den_def\n"
		"P,,40,plan,Kế hoạch,,,,,,,,\n"
		"P.T,P,,task,Việc,412,,lead,,,,,\n"
		"P.R,P,,ratio,Tỷ lệ,,412|085,all,stock,,yes,đã xong,phải làm\n"
		"P.C,P,,count,Số lượng,,412,all,flow,,,,\n"
		"P.O,P,,count,Của đơn vị khác,,085,all,flow,,,,\n"
		"P.D,P,,points,Điểm,,412,all,stock,100,,,\n";
	struct builder *b = builder_new();
	struct faults faults = {0};

	builder_csv(b, "units.csv", units, sizeof units - 1, &faults);
	builder_csv(b, "items.csv", items, sizeof items - 1, &faults);
	catalogue = catalogue_build(b, true, &faults);
	for (size_t i = 0; !catalogue && i < faults.n; i++)
		print_message("%s:%u %s %s\n", faults.list[i].file, faults.list[i].line,
			      faults.list[i].field, faults.list[i].value);
	faults_free(&faults);
	builder_free(b);
	return catalogue ? 0 : -1;
}

static int drop(void **state)
{
	(void)state;
	catalogue_free(catalogue);
	return 0;
}

static struct draft_place here(void)
{
	return (struct draft_place){.catalogue = catalogue, .own_unit = "412", .today = {20240402}};
}

/* A draft of "column=value" words. */
static struct draft draft_of(const char *const *words)
{
	static char text[16][64];
	struct draft d;

	for (size_t i = 0; i < DRAFT_N; i++)
		d.text[i] = "";
	for (size_t n = 0; words[n]; n++) {
		const char *equals = strchr(words[n], '=');

		assert_true(n < 16 && strlen(equals) < 64);
		strcpy(text[n], equals + 1);
		for (size_t i = 0; i < DRAFT_N; i++)
			if (strncmp(draft_columns[i], words[n], (size_t)(equals - words[n])) == 0 &&
			    strlen(draft_columns[i]) == (size_t)(equals - words[n]))
				d.text[i] = text[n];
	}
	return d;
}

#define WORDS(...) ((const char *const[]){__VA_ARGS__, NULL})

static struct draft_fault read_at(const struct draft_place *at, const char *const *words,
				  struct update *u)
{
	struct draft d = draft_of(words);

	return draft_read(&d, at, u);
}

static void expect(const char *const *words, enum draft_column column, enum csv_fault csv,
		   enum reason reason)
{
	struct draft_place at = here();
	struct update u;
	struct draft_fault f = read_at(&at, words, &u);

	if (draft_fine(f))
		f = draft_judge(&at, NULL, NULL, &u);
	assert_int_equal(f.csv, csv);
	assert_int_equal(f.reason, reason);
	if (csv || reason)
		assert_int_equal(f.column, column);
}

static void test_bodies(void **state)
{
	(void)state;
	struct draft_place at = here();
	struct update u;

	assert_true(draft_fine(
		read_at(&at, WORDS("item=P.T", "state=in_progress", "percent=40%"), &u)));
	assert_int_equal(u.body, BODY_TASK);
	assert_int_equal(u.percent, 40);
	assert_string_equal(u.unit, "412");
	assert_int_equal(u.as_of.ymd, 20240402);
	assert_true(draft_fine(read_at(
		&at, WORDS("item=P.T", "state=done", "product_ref=12/QĐ", "done_on=01/04/2024"),
		&u)));
	assert_int_equal(u.percent, 100);
	assert_int_equal(u.done_on.ymd, 20240401);
	assert_true(draft_fine(read_at(&at, WORDS("item=P.T", "state=not_started"), &u)));
	assert_int_equal(u.percent, 0);
	assert_true(draft_fine(read_at(
		&at, WORDS("item=P.R", "numerator=1.387", "denominator=2000", "unit=085"), &u)));
	assert_int_equal(u.body, BODY_RATIO);
	assert_int_equal(u.numerator, 1387);
	assert_int_equal(u.denominator, 2000);
	assert_string_equal(u.unit, "085");
	assert_true(draft_fine(read_at(&at, WORDS("item=P.C", "value=1.387"), &u)));
	assert_int_equal(u.body, BODY_COUNT);
	assert_int_equal(u.value, 1387);
	assert_true(draft_fine(read_at(&at, WORDS("item=P.D", "value=89,5"), &u)));
	assert_int_equal(u.body, BODY_POINTS);
	assert_int_equal(u.value, 8950);
	assert_true(draft_fine(read_at(&at, WORDS("item=P.C", "nothing=none_arisen"), &u)));
	assert_int_equal(u.body, BODY_NONE_ARISEN);
}

static void test_form(void **state)
{
	(void)state;
	static const struct {
		const char *const words[8];
		enum draft_column column;
		enum csv_fault csv;
		enum reason reason;
	} cases[] = {
		{{"value=5"}, DRAFT_item, CSV_REQUIRED, 0},
		{{"item=p.t", "value=5"}, DRAFT_item, CSV_BAD_CODE, 0},
		{{"item=P.T", "as_of=2024-02-30"}, DRAFT_as_of, CSV_BAD_DATE, 0},
		{{"item=P.R", "unit=85", "numerator=1", "denominator=2"},
		 DRAFT_unit,
		 CSV_STRIPPED_ZERO,
		 0},
		{{"item=P.R", "unit=x y", "numerator=1", "denominator=2"},
		 DRAFT_unit,
		 CSV_BAD_CODE,
		 0},
		{{"item=P.T"}, DRAFT_state, CSV_REQUIRED, 0},
		{{"item=P.R"}, DRAFT_numerator, CSV_REQUIRED, 0},
		{{"item=P.C"}, DRAFT_value, CSV_REQUIRED, 0},
		{{"item=P.D"}, DRAFT_value, CSV_REQUIRED, 0},
		{{"item=P.R", "numerator=1"}, DRAFT_denominator, CSV_REQUIRED, 0},
		{{"item=P.R", "numerator=1,5", "denominator=2"},
		 DRAFT_numerator,
		 CSV_BAD_INTEGER,
		 0},
		{{"item=P.T", "percent=5"}, DRAFT_state, CSV_REQUIRED, 0},
		{{"item=P.T", "state=ready"}, DRAFT_state, CSV_BAD_WORD, 0},
		{{"item=P.T", "state=in_progress"}, DRAFT_percent, CSV_REQUIRED, 0},
		{{"item=P.T", "state=in_progress", "percent=101"},
		 DRAFT_percent,
		 CSV_OUT_OF_RANGE,
		 0},
		{{"item=P.T", "state=in_progress", "percent=00000000000000001"},
		 DRAFT_percent,
		 CSV_BAD_INTEGER,
		 0},
		{{"item=P.T", "state=done", "done_on=soon"}, DRAFT_done_on, CSV_BAD_DATE, 0},
		{{"item=P.D", "value=89,555"}, DRAFT_value, CSV_BAD_DECIMAL, 0},
		{{"item=P.C", "nothing=no"}, DRAFT_nothing, CSV_BAD_WORD, 0},
		{{"item=P.C", "value=1", "numerator=2"}, DRAFT_value, 0, REASON_CONTRADICTION},
		{{"item=P.C", "value=1", "corrects=0a1b2c3d-1-1"}, DRAFT_corrects, 0, REASON_NOT_STANDING},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		print_message("case %zu\n", i);
		expect(cases[i].words, cases[i].column, cases[i].csv, cases[i].reason);
	}
}

static void test_rules(void **state)
{
	(void)state;
	static const struct {
		const char *const words[8];
		enum draft_column column;
		enum reason reason;
	} cases[] = {
		{{"item=P.C", "value=5"}, 0, 0},
		{{"item=P.R", "numerator=3", "denominator=2"},
		 DRAFT_numerator,
		 REASON_NUMERATOR_ABOVE_DENOMINATOR},
		{{"item=P.O", "value=5"}, DRAFT_unit, REASON_NOT_ASSIGNED},
		{{"item=P.R", "unit=085", "numerator=1", "denominator=2"},
		 DRAFT_unit,
		 REASON_OUT_OF_SCOPE},
		{{"item=P.C", "numerator=1", "denominator=2"}, DRAFT_item, REASON_WRONG_BODY},
		{{"item=P.C", "value=5", "as_of=2024-04-03"}, DRAFT_as_of, REASON_AS_OF_IN_FUTURE},
		{{"item=P.C", "value=5", "period=abc"}, DRAFT_period, REASON_BAD_PERIOD},
		{{"item=P.C", "value=5", "note=001 234 567 890"}, DRAFT_note, REASON_PERSONAL_ID},
		{{"item=P.T", "state=done"}, DRAFT_product_ref, REASON_CONTRADICTION},
		{{"item=P.T", "nothing=none_arisen"}, DRAFT_nothing, REASON_NOTHING_NOT_ALLOWED},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct draft_place at = here();
		struct update u;
		struct draft_fault f = read_at(&at, cases[i].words, &u);

		print_message("case %zu\n", i);
		assert_true(draft_fine(f));
		f = draft_judge(&at, NULL, NULL, &u);
		assert_int_equal(f.reason, cases[i].reason);
		assert_false(f.unknown_here);
		if (f.reason == REASON_NOT_ASSIGNED || f.reason == REASON_WRONG_BODY ||
		    f.reason == REASON_CONTRADICTION)
			continue; /* which column it points at is admit's to choose */
		if (f.reason)
			assert_int_equal(f.column, cases[i].column);
	}
}

static void test_little_known(void **state)
{
	(void)state;
	struct draft_place at = {.own_unit = ""};
	struct update u;
	struct draft_fault f;

	/* without a catalogue the form alone is judged */
	f = read_at(&at, WORDS("item=P.C", "value=5", "unit=8", "as_of=2030-01-01"), &u);
	assert_true(draft_fine(f));
	assert_true(draft_fine(draft_judge(&at, NULL, NULL, &u)));
	assert_int_equal(u.body, BODY_COUNT);
	assert_true(draft_fine(
		read_at(&at, WORDS("item=P.D", "value=89,5", "unit=8", "as_of=2030-01-01"), &u)));
	assert_int_equal(u.body, BODY_POINTS);
	f = read_at(&at, WORDS("item=P.C", "value=5", "unit=8"), &u);
	assert_int_equal(f.reason, REASON_AS_OF_MISSING);
	f = read_at(&at, WORDS("item=P.C", "value=5", "as_of=2030-01-01"), &u);
	assert_int_equal(f.csv, CSV_REQUIRED);
	assert_int_equal(f.column, DRAFT_unit);
	f = read_at(&at, WORDS("item=P.C", "unit=8", "as_of=2030-01-01"), &u);
	assert_int_equal(f.column, DRAFT_state);

	/* what the slice does not know may be known at the centre */
	at = here();
	assert_true(draft_fine(read_at(&at, WORDS("item=NEW", "value=5"), &u)));
	f = draft_judge(&at, NULL, NULL, &u);
	assert_int_equal(f.reason, REASON_UNKNOWN_ITEM);
	assert_true(f.unknown_here);
	/* without a proven date the future is the centre's to judge */
	at.today.ymd = 0;
	assert_true(draft_fine(read_at(&at, WORDS("item=P.C", "value=5", "as_of=2031-01-01"), &u)));
	assert_true(draft_fine(draft_judge(&at, NULL, NULL, &u)));
	/* a code that is no unit's with any zeros before it */
	assert_true(draft_fine(
		read_at(&at, WORDS("item=P.C", "value=5", "unit=77", "as_of=2024-01-01"), &u)));
	assert_true(draft_judge(&at, NULL, NULL, &u).unknown_here);
	/* an own unit that the slice lacks: scope is not judged */
	at.own_unit = "999";
	assert_true(draft_fine(
		read_at(&at, WORDS("item=P.C", "value=5", "unit=412", "as_of=2024-01-01"), &u)));
	assert_true(draft_fine(draft_judge(&at, NULL, NULL, &u)));
}

static struct draft_known look(void *data, uint32_t unit, uint32_t item)
{
	assert_true(unit > 0 && item > 0);
	return *(struct draft_known *)data;
}

static void test_known(void **state)
{
	(void)state;
	struct draft_place at = here();
	struct draft_known known = {
		.version = 17, .cell = {.reported = true, .as_of = {20240401}, .state = TASK_DONE}};
	struct update u;
	struct draft_fault f;

	assert_true(
		draft_fine(read_at(&at, WORDS("item=P.T", "state=in_progress", "percent=40"), &u)));
	f = draft_judge(&at, look, &known, &u);
	assert_int_equal(f.reason, REASON_REASON_REQUIRED);
	assert_int_equal(f.column, DRAFT_reason);
	assert_int_equal(u.base_version, 17);
	u.reason = "sản phẩm bị thu hồi";
	assert_true(draft_fine(draft_judge(&at, look, &known, &u)));
	known.version = 0; /* not from the centre: it waits in our own queue */
	u.reason = "";
	assert_int_equal(draft_judge(&at, look, &known, &u).reason, REASON_REASON_REQUIRED);
	known.cell = (struct admit_cell){0}; /* nothing is known */
	assert_true(draft_fine(draft_judge(&at, look, &known, &u)));
}

/* ---- corrections ---- */

static enum draft_found find(void *data, const char *receipt, struct draft_corrected *out)
{
	assert_ptr_equal(data, catalogue);
	if (strcmp(receipt, "0a1b2c3d-17-2") != 0)
		return receipt[0] == '0' ? DRAFT_UNKNOWN : DRAFT_MISSPELT;
	*out = (struct draft_corrected){.as_of = {20240315}, .unit = "412", .item = "P.C", .period = "2024-03"};
	out->matter = (struct matter){.about = {.entry = 17, .index = 2}, .text = "", .item = "", .solution = "", .addressee = ""};
	return DRAFT_FOUND;
}

static struct draft_fault correct(const char *const *words, struct update *u)
{
	static struct draft_corrected room;
	struct draft_place at = here();
	struct draft d = draft_of(words);

	d.corrected = &room;
	at.find = find;
	at.find_data = catalogue;
	struct draft_fault f = draft_read(&d, &at, u);

	return draft_fine(f) ? draft_judge(&at, NULL, NULL, u) : f;
}

static void test_corrections(void **state)
{
	(void)state;
	struct update u;
	struct draft_fault f =
		correct(WORDS("item=P.C", "corrects=0a1b2c3d-17-2", "value=6", "reason=nhầm"), &u);

	assert_true(draft_fine(f));
	assert_int_equal(u.body, BODY_CORRECTION);
	assert_int_equal(update_figure(&u), BODY_COUNT);
	assert_int_equal(u.value, 6);
	assert_string_equal(u.unit, "412");
	assert_string_equal(u.period, "2024-03");
	assert_int_equal(u.as_of.ymd, 20240315);
	assert_int_equal(u.matter->about.entry, 17);
	assert_int_equal(u.matter->about.index, 2);
	/* what is given again holds */
	f = correct(WORDS("item=P.C", "corrects=0a1b2c3d-17-2", "value=6", "reason=x", "as_of=2024-03-20", "unit=412"), &u);
	assert_true(draft_fine(f));
	assert_int_equal(u.as_of.ymd, 20240320);
}

static void test_bad_corrections(void **state)
{
	(void)state;
	static const struct {
		const char *const words[8];
		enum draft_column column;
		enum csv_fault csv;
		enum reason reason;
	} cases[] = {
		{{"item=P.C", "corrects=0a1b2c3d-17-2", "value=6"}, DRAFT_reason, 0, REASON_REASON_REQUIRED},
		{{"item=P.C", "corrects=0a1b2c3d-17-3", "value=6", "reason=x"}, DRAFT_corrects, 0, REASON_NOT_STANDING},
		{{"item=P.C", "corrects=biên nhận", "value=6", "reason=x"}, DRAFT_corrects, CSV_BAD_WORD, 0},
		{{"item=P.T", "corrects=0a1b2c3d-17-2", "state=not_started", "reason=x"},
		 DRAFT_corrects,
		 0,
		 REASON_NOT_STANDING},
		{{"item=P.C", "corrects=0a1b2c3d-17-2", "value=6", "reason=x", "unit=085"},
		 DRAFT_corrects,
		 0,
		 REASON_NOT_STANDING},
		{{"item=P.C", "corrects=0a1b2c3d-17-2", "value=6", "reason=x", "as_of=hôm qua"}, DRAFT_as_of, CSV_BAD_DATE, 0},
		{{"item=P.C", "corrects=0a1b2c3d-17-2", "reason=x"}, DRAFT_value, CSV_REQUIRED, 0},
		{{"item=P.C", "corrects=0a1b2c3d-17-2", "numerator=1", "denominator=2", "reason=x"},
		 DRAFT_item,
		 0,
		 REASON_WRONG_BODY},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct update u;
		struct draft_fault f = correct(cases[i].words, &u);

		print_message("case %zu\n", i);
		assert_int_equal(f.csv, cases[i].csv);
		assert_int_equal(f.reason, cases[i].reason);
		assert_int_equal(f.column, cases[i].column);
	}
}

static void test_columns(void **state)
{
	(void)state;
	assert_int_equal(draft_column_of("task.percent"), DRAFT_percent);
	assert_int_equal(draft_column_of("points.value"), DRAFT_value);
	assert_int_equal(draft_column_of("none_arisen"), DRAFT_nothing);
	assert_int_equal(draft_column_of("as_of"), DRAFT_as_of);
	assert_int_equal(draft_column_of("correction.replaces"), DRAFT_corrects);
	assert_int_equal(draft_column_of("obstacle.raise.text"), DRAFT_item);
	assert_string_equal(draft_field("obstacle.raise.text"), "text");
	assert_string_equal(draft_field("unit"), "unit");
	assert_int_equal(draft_column_of(""), DRAFT_item);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bodies), cmocka_unit_test(test_form),
		cmocka_unit_test(test_rules),  cmocka_unit_test(test_little_known),
		cmocka_unit_test(test_known),  cmocka_unit_test(test_columns),
		cmocka_unit_test(test_corrections), cmocka_unit_test(test_bad_corrections),
	};

	return cmocka_run_group_tests_name("draft", tests, make, drop);
}
