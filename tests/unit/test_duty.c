// SPDX-License-Identifier: Apache-2.0
/* What an office owes by when, from its part of the catalogue alone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "agent/duty.h"

static struct catalogue *catalogue;

/* Monday 2024-06-03 is a holiday of this world. */
static int make(void **state)
{
	(void)state;
	static const char units[] = "code,parent,kind,name\n"
				    "40,,province,Nghệ An\n"
				    "412,40,district,Vinh\n"
				    "16702,412,commune,Đông Vĩnh\n";
	static const char items[] =
		"code,parent,owner,kind,name,lead,reporters,answer,measure,schedule,opened,closed,num_def,den_def\n"
		"P,,40,plan,Kế hoạch,,,,,,,,,\n"
		"P.T,P,,task,Việc,412,,lead,,half_month,,,,\n"
		"P.R,P,,ratio,Tỷ lệ,,412|16702,all,stock,half_month,,,a,b\n"
		"P.M,P,,count,Tháng,,412,all,flow,month,,,,\n"
		"P.N,P,,count,Mới,,412,all,flow,half_month,2024-06-05,,,\n"
		"P.X,P,,count,Không theo kỳ,,412,all,flow,,,,,\n"
		"P.O,P,,count,Một lần,,412,all,stock,DOT,,,,\n"
		"P.C,P,,count,Đã đóng,,412,all,flow,half_month,,2024-06-03,,\n"
		"P.Z,P,,count,Của xã,,16702,all,flow,half_month,,,,\n";
	static const char schedules[] = "schedule,kind,first,last,name\nDOT,once,,,Đợt\n";
	static const char periods[] = "schedule,period,start,end,name\n"
				      "DOT,D1,2024-05-01,2024-05-20,Đợt 1\n"
				      "DOT,D2,2024-06-10,2024-06-20,Đợt 2\n";
	static const char holidays[] = "date,kind,name\n2024-06-03,off,Nghỉ bù\n";
	struct builder *b = builder_new();
	struct faults faults = {0};

	builder_csv(b, "units.csv", units, sizeof units - 1, &faults);
	builder_csv(b, "items.csv", items, sizeof items - 1, &faults);
	builder_csv(b, "schedules.csv", schedules, sizeof schedules - 1, &faults);
	builder_csv(b, "periods.csv", periods, sizeof periods - 1, &faults);
	builder_csv(b, "holidays.csv", holidays, sizeof holidays - 1, &faults);
	catalogue = catalogue_build(b, true, &faults);
	for (size_t i = 0; !catalogue && i < faults.n; i++)
		print_message("%s:%u %s %s\n", faults.list[i].file, faults.list[i].line, faults.list[i].field,
			      faults.list[i].value);
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

/* data: a slot "P.R 2024-05b" that was reported, or "P.R -" for a leaf that is not applicable. */
static enum duty_state look(void *data, uint32_t item, const struct period *p)
{
	const char *said = data, *code = catalogue_item(catalogue, item)->row.code;
	size_t n = strlen(code);

	if (!said || strncmp(said, code, n) != 0 || said[n] != ' ')
		return DUTY_OWED;
	if (said[n + 1] == '-')
		return DUTY_NONE;
	return strcmp(said + n + 1, p->code) == 0 ? DUTY_REPORTED : DUTY_OWED;
}

/* "2024-05b 20240605 P.T P.R*; ..." by deadline; * reported, + still running. */
static const char *list(const char *unit, uint32_t today, const char *said)
{
	static char text[1000];
	struct duty_list d = duty_collect(catalogue, catalogue_unit_by_code(catalogue, unit, (struct date){0}),
					  (struct date){today}, look, (void *)said);
	size_t used = 0;

	text[0] = '\0';
	for (size_t i = 0; i < d.n;) {
		size_t n = duty_group(&d, i);

		used += (size_t)snprintf(text + used, sizeof text - used, "%s%s %u%s", i ? "; " : "", d.list[i].period.code,
					 d.list[i].deadline.ymd, d.list[i].closed ? "" : "+");
		for (; n--; i++)
			used += (size_t)snprintf(text + used, sizeof text - used, " %s%s",
						 catalogue_item(catalogue, d.list[i].item)->row.code,
						 d.list[i].reported ? "*" : "");
	}
	duty_list_free(&d);
	return text;
}

/* A district has two working days; a central office would have four, and a period freezes after those. */
static void test_periods(void **state)
{
	(void)state;
	/* on its last day a period still runs; the one before is frozen for long */
	assert_string_equal(list("412", 20240531, NULL),
			    "2024-05b 20240605+ P.T P.R P.C; 2024-05 20240605+ P.M");
	/* P.C is closed since the 3rd and nothing is owed of it any more; P.N begins on the 5th, in a
	 * period that was open already */
	assert_string_equal(list("412", 20240605, NULL),
			    "2024-05b 20240605 P.T P.R; 2024-05 20240605 P.M; "
			    "2024-06a 20240618+ P.T P.R; 2024-06 20240702+ P.M");
	/* the deadline is over, the freeze is not */
	assert_string_equal(list("412", 20240607, NULL),
			    "2024-05b 20240605 P.T P.R; 2024-05 20240605 P.M; "
			    "2024-06a 20240618+ P.T P.R; 2024-06 20240702+ P.M");
	assert_string_equal(list("412", 20240608, NULL), "2024-06a 20240618+ P.T P.R; 2024-06 20240702+ P.M");
	/* a one-off, and the first whole period of P.N */
	assert_string_equal(list("412", 20240616, NULL),
			    "2024-06a 20240618 P.T P.R; D2 20240624+ P.O; 2024-06b 20240702+ P.T P.R P.N; "
			    "2024-06 20240702+ P.M");
	/* a commune has one day */
	assert_string_equal(list("16702", 20240605, NULL), "2024-05b 20240604 P.R P.Z; 2024-06a 20240617+ P.R P.Z");
	assert_string_equal(list("40", 20240605, NULL), "");
}

static void test_known(void **state)
{
	(void)state;
	assert_string_equal(list("412", 20240603, "P.R 2024-05b"),
			    "2024-05b 20240605 P.T P.R*; 2024-05 20240605 P.M; "
			    "2024-06a 20240618+ P.T P.R; 2024-06 20240702+ P.M");
	assert_string_equal(list("412", 20240603, "P.R -"),
			    "2024-05b 20240605 P.T; 2024-05 20240605 P.M; 2024-06a 20240618+ P.T; 2024-06 20240702+ P.M");
}

static void test_fields(void **state)
{
	(void)state;
	assert_int_equal(duty_fields(ITEM_TASK), 2);
	assert_int_equal(duty_fields(ITEM_RATIO), 2);
	assert_int_equal(duty_fields(ITEM_COUNT), 1);
	assert_int_equal(duty_fields(ITEM_POINTS), 1);
	assert_int_equal(duty_fields(ITEM_GROUP), 0);
}

static void test_period_of_a_report(void **state)
{
	(void)state;
	uint32_t unit = catalogue_unit_by_code(catalogue, "412", (struct date){0});
	uint32_t leaf = catalogue_item_by_code(catalogue, "P.R");
	struct date deadline;
	struct period p;

	/* in the window after a period its figures are reported, and later those of the next */
	assert_true(duty_period(catalogue, leaf, unit, "", (struct date){20240605}, &p, &deadline));
	assert_string_equal(p.code, "2024-05b");
	assert_int_equal(deadline.ymd, 20240605);
	assert_true(duty_period(catalogue, leaf, unit, "", (struct date){20240606}, &p, &deadline));
	assert_string_equal(p.code, "2024-06a");
	assert_true(duty_period(catalogue, leaf, unit, "2024-06a", (struct date){20240605}, &p, &deadline));
	assert_string_equal(p.code, "2024-06a");
	assert_false(duty_period(catalogue, leaf, unit, "2024-06", (struct date){20240605}, &p, &deadline));
	assert_false(duty_period(catalogue, leaf, unit, "2024-05b", (struct date){20240606}, &p, &deadline));
	assert_false(duty_period(catalogue, catalogue_item_by_code(catalogue, "P.X"), unit, "", (struct date){20240605}, &p,
				 &deadline));
	assert_false(duty_period(catalogue, catalogue_item_by_code(catalogue, "P"), unit, "", (struct date){20240605}, &p,
				 &deadline));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_periods),
		cmocka_unit_test(test_known),
		cmocka_unit_test(test_fields),
		cmocka_unit_test(test_period_of_a_report),
	};

	return cmocka_run_group_tests_name("duty", tests, make, drop);
}
