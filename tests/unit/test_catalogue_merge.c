// SPDX-License-Identifier: Apache-2.0
/* New files meet the catalogue in force: numbers stay, what is missing is closed, nothing is
 * dropped. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "common/domain/says.h"
#include "tests/unit/support_rows.h"

#define U "code,parent,kind,name,opened,closed\n"
#define I "code,parent,kind,name,owner,lead,reporters,measure,opened\n"
#define EFFECTIVE DAY(20240701)

static const char old_units[] =
	U "VN,,central,Việt Nam,,\n40,VN,province,Nghệ An,,\n412,40,district,Vinh,,\n"
	  "413,40,district,Cửa Lò,,\n414,40,district,Sắp mở,2025-01-01,\n"
	  "415,40,district,Đã đóng,,2020-01-01\n";
static const char old_items[] =
	I "A,,plan,Kế hoạch A,40,,,,\nA1,A,task,Việc 1,,412,,,\nA2,A,count,Đếm,,412,,stock,\n"
	  "A3,A,task,Việc 3,,,group:NHOM,,\n"
	  "B,,plan,Kế hoạch B,40,,,,\nB1,B,count,Đếm,,413,,flow,\n";

struct files {
	const char *units, *groups, *items, *targets, *milestones, *holidays, *thresholds;
};

static const struct files before = {
	.units = old_units,
	.groups = "group,unit\nNHOM,412\n",
	.items = old_items,
	.targets = "item,unit,target\nA2,40,100\nB1,40,200\nB1,G/NHOM,50\n",
	.milestones = "item,date\nA1,2024-05-01\nB1,2024-06-01\n",
	.holidays = "date,kind\n2024-09-02,off\n",
	.thresholds = "rule,measure,op,value\nCHAM,reporting_rate,below,80%\n",
};

/* Merges the files into old and builds; the faults are the caller's to free. */
static struct catalogue *load(const struct catalogue *old, const struct files *f, const char *plan,
			      struct faults *faults)
{
	const struct {
		const char *file, *data;
	} list[] = { { "units.csv", f->units },           { "groups.csv", f->groups },
		     { "items.csv", f->items },           { "targets.csv", f->targets },
		     { "milestones.csv", f->milestones }, { "holidays.csv", f->holidays },
		     { "thresholds.csv", f->thresholds } };
	struct builder *b = builder_new();
	struct catalogue *c;

	for (size_t i = 0; i < N(list); i++)
		if (list[i].data)
			rows_csv(b, list[i].file, list[i].data, faults);
	assert_true(builder_merge(b, old, plan, EFFECTIVE, faults));
	c = catalogue_build(b, false, faults);
	builder_free(b);
	return c;
}

static size_t thresholds(const struct catalogue *c)
{
	size_t n;

	catalogue_thresholds(c, &n);
	return n;
}

static const struct fault *find(const struct faults *f, enum fault_kind kind, const char *value)
{
	for (size_t i = 0; i < f->n; i++)
		if (f->list[i].kind == kind && strcmp(f->list[i].value, value) == 0)
			return &f->list[i];
	return NULL;
}

static struct catalogue *first(void)
{
	struct faults faults = { 0 };
	struct catalogue *c = load(NULL, &before, "", &faults);

	rows_no_errors(&faults);
	faults_free(&faults);
	return c;
}

static const struct item_row *item(const struct catalogue *c, const char *code)
{
	uint32_t i = catalogue_item_by_code(c, code);

	assert_int_not_equal(i, NO_INDEX);
	return &catalogue_item(c, i)->row;
}

static const struct unit_row *unit(const struct catalogue *c, const char *code, uint32_t day)
{
	uint32_t u = catalogue_unit_by_code(c, code, DAY(day));

	assert_int_not_equal(u, NO_INDEX);
	return &catalogue_unit(c, u)->row;
}

static void test_same_again(void **state)
{
	struct catalogue *old = first(), *c;
	struct faults faults = { 0 };
	struct catalogue_row a, b;

	(void)state;
	c = load(old, &before, "", &faults);
	rows_no_errors(&faults);
	assert_null(find(&faults, FAULT_WILL_CLOSE, "415"));
	assert_int_equal(catalogue_rows(c), catalogue_rows(old));
	for (size_t i = 0; i < catalogue_rows(c); i++) {
		catalogue_row(old, i, &a);
		catalogue_row(c, i, &b);
		rows_same(&a, &b);
	}
	catalogue_free(c);
	catalogue_free(old);
	faults_free(&faults);
}

static void test_whole(void **state)
{
	static const struct files after = {
		/* 40A is new and stands first, 412 moved under it; 413 is gone; 414, not open yet,
		   too; 415 was closed */
		.units = U "40A,40,other,Cụm,,\nVN,,central,Việt Nam,,\n40,VN,province,Nghệ "
			   "An,,\n412,40A,district,Vinh,,\n",
		.items = I
		"A,,plan,Kế hoạch A,40,,,,\nA0,A,group,Nhóm mới,,,,,\nA1,A0,task,Việc 1,,412,,,\n",
		.targets = "item,unit,target\n",
	};
	struct catalogue *old = first(), *c;
	struct faults faults = { 0 };
	int64_t target;

	(void)state;
	c = load(old, &after, "", &faults);
	rows_no_errors(&faults);
	assert_int_equal(unit(c, "VN", 20240701)->number, 1);
	assert_int_equal(unit(c, "412", 20240701)->number, 3);
	assert_int_equal(unit(c, "412", 20240701)->parent_number, 7);
	assert_int_equal(unit(c, "40A", 20240701)->number, 7);
	assert_int_equal(unit(c, "413", 20240101)->closed.ymd, 20240701);
	assert_int_equal(unit(c, "414", 20250101)->closed.ymd, 20250101);
	assert_int_equal(unit(c, "415", 20190101)->closed.ymd, 20200101);
	assert_non_null(find(&faults, FAULT_WILL_CLOSE, "413"));
	assert_non_null(find(&faults, FAULT_WILL_CLOSE, "414"));
	assert_null(find(&faults, FAULT_WILL_CLOSE, "415"));
	assert_null(find(&faults, FAULT_WILL_CLOSE, "412"));
	assert_int_equal(item(c, "A1")->number, 2);
	assert_string_equal(item(c, "A1")->parent, "A0");
	assert_int_equal(item(c, "A0")->number, 7);
	assert_int_equal(item(c, "A2")->closed.ymd, 20240701);
	assert_int_equal(item(c, "B")->closed.ymd, 20240701);
	assert_int_equal(item(c, "B1")->closed.ymd, 20240701);
	/* what is closed keeps its targets, though one is of a group that is gone, and its
	 * milestones */
	assert_true(
		catalogue_target(c, catalogue_item_by_code(c, "A2"), 0, 0, DAY(20240101), &target));
	assert_int_equal(target, 100);
	assert_int_equal(catalogue_milestone(c, catalogue_item_by_code(c, "B1"), 0).ymd, 20240601);
	assert_int_equal(catalogue_milestone(c, catalogue_item_by_code(c, "A1"), 0).ymd, 0);
	assert_int_equal(catalogue_groups(c), 0);
	rows_again(c);
	catalogue_free(c);
	/* and back: the same numbers, open again */
	faults_free(&faults);
	c = load(old, &before, "", &faults);
	assert_int_equal(unit(c, "413", 20240701)->number, 4);
	assert_int_equal(unit(c, "413", 20240701)->closed.ymd, 0);
	catalogue_free(c);
	catalogue_free(old);
	faults_free(&faults);
}

static void test_plan(void **state)
{
	static const struct files after = {
		/* units and the other plan's rows stand in the files, but only plan B is loaded */
		.units = U "XX,,central,Khác,,\n",
		.groups = "group,unit\nKHAC,XX\n",
		.items = I
		"A,,plan,Đổi tên,40,,,,\nB,,plan,Kế hoạch B mới,40,,,,\nB2,B,task,Việc,,412,,,\n",
		.targets = "item,unit,target\nA,40,1\n",
		.milestones = "item,date\nB2,2024-08-01\n",
		.thresholds = "rule,measure,op,value\nMOT,missing,above,1\nHAI,missing,above,2\n",
	};
	struct catalogue *old = first(), *c;
	struct faults faults = { 0 };
	int64_t target;

	(void)state;
	c = load(old, &after, "B", &faults);
	assert_int_equal(thresholds(c), 1);
	rows_no_errors(&faults);
	assert_int_equal(catalogue_units(c), catalogue_units(old));
	assert_int_equal(catalogue_groups(c), 1);
	assert_string_equal(item(c, "A")->name, "Kế hoạch A");
	assert_int_equal(item(c, "A1")->closed.ymd, 0);
	assert_string_equal(item(c, "B")->name, "Kế hoạch B mới");
	assert_int_equal(item(c, "B")->number, 5);
	assert_int_equal(item(c, "B1")->closed.ymd, 20240701);
	assert_int_equal(item(c, "B2")->number, 7);
	assert_non_null(find(&faults, FAULT_WILL_CLOSE, "B1"));
	assert_null(find(&faults, FAULT_WILL_CLOSE, "A1"));
	assert_true(
		catalogue_target(c, catalogue_item_by_code(c, "A2"), 0, 0, DAY(20240101), &target));
	assert_int_equal(catalogue_milestone(c, catalogue_item_by_code(c, "A1"), 0).ymd, 20240501);
	assert_int_equal(catalogue_milestone(c, catalogue_item_by_code(c, "B2"), 0).ymd, 20240801);
	assert_false(calendar_working(catalogue_calendar(c), DAY(20240902)));
	rows_again(c);
	catalogue_free(c);
	catalogue_free(old);
	faults_free(&faults);
}

static void test_faults(void **state)
{
	static const struct {
		struct files files;
		const char *plan;
		enum fault_kind kind;
		const char *field, *value;
	} list[] = {
		{ { .units = U
		    "VN,,central,V,,\n40,VN,province,N,,\n412,40,district,Vinh,2023-01-01,\n",
		    .items = old_items },
		  "",
		  FAULT_OPENED_CHANGED,
		  "opened",
		  "412" },
		/* 413 is not in the new files, so it is no parent there */
		{ { .units = U "VN,,central,V,,\n40,VN,province,N,,\n1,413,other,X,,\n",
		    .items = old_items },
		  "",
		  FAULT_UNKNOWN_PARENT,
		  "parent",
		  "413" },
		{ { .units = old_units, .items = I "A,,plan,A,40,,,,\nX,A1,group,X,,,,,\n" },
		  "",
		  FAULT_UNKNOWN_PARENT,
		  "parent",
		  "A1" },
		{ { .units = old_units, .items = I "A,,plan,A,40,,,,\nA1,A,count,X,,412,,,\n" },
		  "",
		  FAULT_KIND_CHANGED,
		  "kind",
		  "A1" },
		{ { .units = old_units, .items = I "A,,plan,A,40,,,,\nA2,A,count,X,,412,,flow,\n" },
		  "",
		  FAULT_KIND_CHANGED,
		  "measure",
		  "A2" },
		{ { .units = old_units, .items = I "A,,plan,A,40,,,,\nB1,A,count,X,,412,,flow,\n" },
		  "",
		  FAULT_KIND_CHANGED,
		  "parent",
		  "B1" },
		{ { .items = I "B,,plan,A,40,,,,\nA1,B,task,X,,412,,,\n" },
		  "B",
		  FAULT_KIND_CHANGED,
		  "parent",
		  "A1" },
		{ { .items = I "A,,plan,A,40,,,,\n" }, "C", FAULT_NO_PLAN, "plan", "C" },
		{ { .items = I "B,,plan,A,40,,,,\nB1,B,count,X,,412,,flow,\n" },
		  "B1",
		  FAULT_NO_PLAN,
		  "plan",
		  "B1" },
		{ { .items = I "B,,plan,A,40,,,,\nB1,B,count,X,,412,,flow,\n",
		    .targets = "item,unit,target\nZ,40,1\n" },
		  "B",
		  FAULT_UNKNOWN_ITEM,
		  "item",
		  "Z" },
		{ { .items = I "B,,plan,A,40,,,,\nP,Q,group,P,,,,,\nQ,P,group,Q,,,,,\n" },
		  "P",
		  FAULT_NO_PLAN,
		  "plan",
		  "P" },
	};
	struct catalogue *old = first();

	(void)state;
	for (size_t i = 0; i < N(list); i++) {
		struct faults faults = { 0 };
		struct catalogue *c = load(old, &list[i].files, list[i].plan, &faults);
		const struct fault *f = find(&faults, list[i].kind, list[i].value);

		if (!f)
			print_message("no %s in case %zu\n", fault_name(list[i].kind), i);
		assert_non_null(f);
		assert_string_equal(f->field, list[i].field);
		assert_null(c);
		faults_free(&faults);
	}
	catalogue_free(old);
}

/* The state gives a code again: the new unit is another one. */
static void test_code_again(void **state)
{
	static const struct files list[] = {
		{ .units = U
		  "VN,,central,V,,\n40,VN,province,N,,\n412,40,district,Vinh mới,2024-07-01,\n",
		  .items = old_items },
		{ .units = U
		  "VN,,central,V,,\n40,VN,province,N,,\n412,40,district,Vinh,,2024-02-01\n"
		  "412,40,district,Vinh mới,2024-02-01,\n",
		  .items = old_items },
	};
	struct catalogue *old = first();

	(void)state;
	for (size_t i = 0; i < N(list); i++) {
		struct files files = list[i];
		struct faults faults = { 0 };
		struct catalogue *c;

		files.groups = before.groups;
		c = load(old, &files, "", &faults);
		rows_no_errors(&faults);
		assert_int_equal(unit(c, "412", 20240101)->number, 3);
		assert_int_equal(unit(c, "412", 20240701)->number, 7);
		assert_int_equal(unit(c, "412", 20240101)->closed.ymd, i ? 20240201 : 20240701);
		rows_again(c);
		catalogue_free(c);
		faults_free(&faults);
	}
	catalogue_free(old);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_same_again), cmocka_unit_test(test_whole),
		cmocka_unit_test(test_plan),       cmocka_unit_test(test_faults),
		cmocka_unit_test(test_code_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
