// SPDX-License-Identifier: Apache-2.0
/* Every fault by its file, line and field: each case adds one file to a world that has none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "common/domain/csv.h"
#include "common/domain/says.h"
#include "tests/unit/support_rows.h"

#define U "code,parent,kind,name,opened,closed\n"
#define I "code,parent,kind,name,owner,lead,reporters\n"
#define L "code,parent,kind,name,lead,person,product,product_unit,uom,start,due"
#define LEAF(code, kind) code ",KH," kind ",Việc,40,Ông A,Báo cáo,bản,tờ,2024-01-02,2024-06-30"
#define LEAF_TASK(code) code ",KH,task,Việc,40,Ông A,Báo cáo,bản,,2024-01-02,2024-06-30"

static const char units[] = U "VN,,central,Việt Nam,,\n"
			      "40,VN,province,Nghệ An,,\n"
			      "08,VN,province,Tuyên Quang,,\n"
			      "412,40,district,Vinh,,\n"
			      "413,40,district,Cửa Lò,,\n"
			      "16681,412,commune,Xã A,,\n"
			      "16684,412,commune,Xã B,,\n"
			      "SYT,40,department,Sở Y tế,,\n";
static const char groups[] = "group,unit,use,from,to\n"
			     "PILOT,16681,pilot,,\n"
			     "PILOT,16684,,2024-01-01,\n"
			     "FAR,08,peer,,\n";
static const char items[] = L
	",owner,num_def,den_def,maximum\n"
	"KH,,plan,Kế hoạch,,,,,,,,40,,,\n" LEAF_TASK("T") ",,,,\n" LEAF("C", "count") ",,,,\n" LEAF(
		"R",
		"ratio") ",,tử,mẫu,\n" LEAF("P",
					    "points") ",,,,89.5\n"
						      "RG,KH,ratio_group,Hồ sơ,,,,,,,,,tử,mẫu,\n"
						      "RG1,RG,ratio,Hồ sơ 1,40,A,,,hồ sơ,2024-01-02,2024-06-30,,,,\n";
static const char targets[] = "item,unit,target,from,to\n"
			      "C,40,1.387,,2023-12-31\n"
			      "C,40,2000,2024-01-01,\n"
			      "R,VN,\"98,43%\",,\n";
static const char schedules[] = "schedule,kind\nTHANG,month\nDOT,once\n";
static const char periods[] = "schedule,period,start,end\nDOT,TET2024,2024-01-20,2024-02-20\n";

struct expected {
	const char *file, *data;
	enum fault_kind kind;
	unsigned line;
	const char *field, *value;
	int detail;
};

static struct catalogue *load(const struct expected *e, struct faults *faults)
{
	struct builder *b = builder_new();
	struct catalogue *c;

	rows_csv(b, "units.csv", units, faults);
	rows_csv(b, "groups.csv", groups, faults);
	rows_csv(b, "items.csv", items, faults);
	rows_csv(b, "schedules.csv", schedules, faults);
	if (!e || strcmp(e->file, "periods.csv") != 0)
		rows_csv(b, "periods.csv", periods, faults);
	if (e)
		rows_csv(b, e->file, e->data, faults);
	c = catalogue_build(b, false, faults);
	builder_free(b);
	return c;
}

static void show(const struct fault *f)
{
	print_message("%s:%u: %s %s=%s %d %d\n", f->file, f->line, fault_name(f->kind), f->field,
		      f->value, f->csv, (int)f->reason);
}

/* The only fault; but a row that is wrong may well leave a group empty, too. */
static const struct fault *only(const struct faults *faults, const struct expected *e)
{
	const struct fault *found = NULL;
	size_t n = 0;

	for (size_t i = 0; i < faults->n; i++)
		if (faults->list[i].kind != FAULT_EMPTY_GROUP || e->kind == FAULT_EMPTY_GROUP) {
			found = &faults->list[i];
			n++;
		}
	for (size_t i = 0; i < faults->n && n != 1; i++)
		show(&faults->list[i]);
	if (n != 1)
		print_message("expected only %s in: %s\n", fault_name(e->kind), e->data);
	assert_int_equal(n, 1);
	return found;
}

static void expect(const struct expected *e)
{
	struct faults faults = { 0 };
	struct catalogue *c = load(e, &faults);
	const struct fault *f = only(&faults, e);

	if (f->kind != e->kind || strcmp(f->value, e->value) != 0 || f->line != e->line)
		show(f);
	assert_int_equal(f->kind, e->kind);
	assert_int_equal(f->line, e->line);
	assert_string_equal(f->file, e->file);
	assert_string_equal(f->field, e->field);
	assert_string_equal(f->value, e->value);
	assert_int_equal(e->kind == FAULT_TEXT ? (int)f->reason : f->csv, e->detail);
	assert_int_equal(faults.errors, fault_is_error(e->kind));
	assert_int_equal(c == NULL, fault_is_error(e->kind));
	catalogue_free(c);
	faults_free(&faults);
}

static void test_no_fault(void **state)
{
	struct faults faults = { 0 };
	struct catalogue *c = load(NULL, &faults);

	(void)state;
	for (size_t i = 0; i < faults.n; i++)
		show(&faults.list[i]);
	assert_int_equal(faults.n, 0);
	assert_string_equal(catalogue_item(c, catalogue_item_by_code(c, "RG1"))->row.num_def, "tử");
	rows_again(c);
	catalogue_free(c);
}

static const struct expected unit_faults[] = {
	{ "units.csv", U "412,40,district,Vinh,,\n", FAULT_DUPLICATE_UNIT, 2, "code", "412", 0 },
	{ "units.csv", U "412,40,district,Vinh,2024-01-01,\n", FAULT_DUPLICATE_UNIT, 2, "code",
	  "412", 0 },
	{ "units.csv", U "414,44,district,X,,\n", FAULT_UNKNOWN_PARENT, 2, "parent", "44", 0 },
	{ "units.csv", U "70,VN,other,X,,2024-01-01\n71,70,other,Y,2024-01-01,\n",
	  FAULT_UNKNOWN_PARENT, 3, "parent", "70", 0 },
	{ "units.csv", U "A,A,other,X,,\n", FAULT_CYCLE, 2, "parent", "A", 0 },
	{ "units.csv", U "US,,central,X,,\n", FAULT_MANY_ROOTS, 2, "parent", "US", 0 },
	{ "units.csv", U "414,40,district,X,2024-01-02,2024-01-01\n", FAULT_DATES_REVERSED, 2,
	  "closed", "414", 0 },
	{ "units.csv", U "414,40,,X,,\n", FAULT_CSV, 2, "kind", "", CSV_REQUIRED },
	{ "units.csv", U "414,40,district,,,\n", FAULT_CSV, 2, "name", "", CSV_REQUIRED },
	{ "units.csv", U "414,40,town,X,,\n", FAULT_CSV, 2, "kind", "town", CSV_BAD_WORD },
	{ "units.csv", U "414,40,district,X,2024-02-30,\n", FAULT_CSV, 2, "opened", "2024-02-30",
	  CSV_BAD_DATE },
	{ "units.csv", U "4a,40,district,X,,\n", FAULT_CSV, 2, "code", "4a", CSV_BAD_CODE },
	{ "units.csv", U "8,40,district,X,,\n", FAULT_CSV, 2, "code", "8", CSV_STRIPPED_ZERO },
	{ "units.csv", U "070,08,district,X,,\n71,08,district,Y,,\n", FAULT_CSV, 3, "code", "71",
	  CSV_STRIPPED_ZERO },
	{ "units.csv", U "070,08,district,X,,\nA,70,other,Y,,\n", FAULT_UNKNOWN_PARENT, 3, "parent",
	  "70", CSV_STRIPPED_ZERO },
	{ "units.csv", U "A,40,other,Quận\x01,,\n", FAULT_TEXT, 2, "name", "Quận\x01",
	  REASON_TEXT_CONTROL },
	{ "units.csv", "code,kind,name\n", FAULT_CSV, 1, "", "parent", CSV_MISSING_COLUMN },
	{ "units.csv", U "A,40,\"other,X,,\n", FAULT_CSV, 2, "", "", CSV_QUOTE },
	{ "people.csv", "name\n", FAULT_CSV, 0, "", "people.csv", CSV_BAD_WORD },
};

static const struct expected group_faults[] = {
	{ "groups.csv", "group,unit\nPILOT,999\n", FAULT_UNKNOWN_UNIT, 2, "unit", "999", 0 },
	{ "groups.csv", "group,unit,use\nX,40,best\n", FAULT_CSV, 2, "use", "best", CSV_BAD_WORD },
	{ "groups.csv", "group,unit,from,to\nX,40,2024-01-02,2024-01-01\n", FAULT_DATES_REVERSED, 2,
	  "to", "X", 0 },
	{ "groups.csv", "group,unit\nX,\n", FAULT_EMPTY_GROUP, 2, "group", "X", 0 },
	{ "groups.csv", "group,unit\n,40\n", FAULT_CSV, 2, "group", "", CSV_REQUIRED },
	/* 16681 is in PILOT, in A, and in B, C and D with all of 40; on no day is 16684 in more
	   than four */
	{ "groups.csv",
	  "group,unit,from,to\nA,16681,,\nB,40,,\nC,40,,\nD,40,,\nD,16684,,\nE,16684,,2023-12-31\n",
	  FAULT_TOO_MANY_GROUPS, 2, "unit", "16681", 0 },
};

static const struct expected item_faults[] = {
	{ "items.csv", L "\n" LEAF_TASK("T") "\n", FAULT_DUPLICATE_ITEM, 2, "code", "T", 0 },
	{ "items.csv", I "X,,group,X,,,\n", FAULT_NO_PLAN, 2, "parent", "X", 0 },
	{ "items.csv", I "X,Y,group,X,,,\n", FAULT_UNKNOWN_PARENT, 2, "parent", "Y", 0 },
	{ "items.csv", I "X,X,group,X,,,\n", FAULT_CYCLE, 2, "parent", "X", 0 },
	{ "items.csv", I "X,KH,plan,X,40,,\n", FAULT_PLAN_HAS_PARENT, 2, "parent", "KH", 0 },
	{ "items.csv", I "X,T,group,X,,,\n", FAULT_PARENT_IS_LEAF, 2, "parent", "T", 0 },
	{ "items.csv", I "X,,plan,X,,,\n", FAULT_OWNER_MISSING, 2, "owner", "X", 0 },
	{ "items.csv", I "X,,plan,X,49,,\n", FAULT_UNKNOWN_UNIT, 2, "owner", "49", 0 },
	{ "items.csv", I "X,,plan,X,8,,\n", FAULT_CSV, 2, "owner", "8", CSV_STRIPPED_ZERO },
	{ "items.csv", I "X,KH,group,X,40,,\n", FAULT_OWNER_MISPLACED, 2, "owner", "40", 0 },
	{ "items.csv", I "X,KH,group,X,,,\n", FAULT_EMPTY_GROUP, 2, "code", "X", 0 },
	{ "items.csv", I "X,KH,step,X,,,\n", FAULT_CSV, 2, "kind", "step", CSV_BAD_WORD },
	{ "items.csv", I ",KH,group,X,,,\n", FAULT_CSV, 2, "code", "", CSV_REQUIRED },
	{ "items.csv", L ",coop\n" LEAF_TASK("X") ",412 | 999\n", FAULT_UNKNOWN_UNIT, 2, "coop",
	  "999", 0 },
	{ "items.csv", L ",coop\n" LEAF_TASK("X") ",412| |40\n", FAULT_UNKNOWN_UNIT, 2, "coop", "",
	  0 },
	{ "items.csv", L ",coop\n" LEAF_TASK("X") ",412|12345678901234567890\n", FAULT_UNKNOWN_UNIT,
	  2, "coop", "12345678901234567", 0 },
	{ "items.csv", L ",coop\n" LEAF_TASK("X") ",412||413\n", FAULT_UNKNOWN_UNIT, 2, "coop", "",
	  0 },
	{ "items.csv", L ",schedule\n" LEAF_TASK("X") ",TUAN\n", FAULT_UNKNOWN_SCHEDULE, 2,
	  "schedule", "TUAN", 0 },
	{ "items.csv", L ",closed,opened\n" LEAF_TASK("X") ",2024-01-01,2024-01-02\n",
	  FAULT_DATES_REVERSED, 2, "closed", "X", 0 },
	{ "items.csv", L "\nX,KH,task,Việc,40,A,B,bản,,2024-07-01,2024-06-30\n",
	  FAULT_DATES_REVERSED, 2, "due", "X", 0 },
	{ "items.csv",
	  L ",flags\n" LEAF_TASK("X") ",watch | own_work\n" LEAF_TASK("Y") ",watch|good\n",
	  FAULT_CSV, 3, "flags", "watch|good", CSV_BAD_WORD },
	{ "items.csv", L ",flags\n" LEAF_TASK("X") ",watch| |\n", FAULT_CSV, 2, "flags", "watch| |",
	  CSV_BAD_WORD },
	{ "items.csv", L ",flags\n" LEAF_TASK("X") ",watchwatchwatchwatch\n", FAULT_CSV, 2, "flags",
	  "watchwatchwatchwatch", CSV_BAD_WORD },
	{ "items.csv", L ",weight\n" LEAF_TASK("X") ",0\n", FAULT_CSV, 2, "weight", "0",
	  CSV_OUT_OF_RANGE },
	{ "items.csv",
	  L ",num_def,den_def,bounded\n" LEAF("X", "ratio") ",n,d,yes\n" LEAF(
		  "Y", "ratio") ",n,d,maybe\n",
	  FAULT_CSV, 3, "bounded", "maybe", CSV_BAD_WORD },
};

static const struct expected leaf_faults[] = {
	{ "items.csv", L ",measure\n" LEAF_TASK("X") ",stock\n", FAULT_LEAF_FIELD, 2, "measure",
	  "X", 0 },
	{ "items.csv", L ",measure\n" LEAF("X", "count") ",level\n", FAULT_CSV, 2, "measure",
	  "level", CSV_BAD_WORD },
	{ "items.csv", L ",aggregate\n" LEAF_TASK("X") ",own\n", FAULT_LEAF_FIELD, 2, "aggregate",
	  "X", 0 },
	{ "items.csv", L ",direction\n" LEAF_TASK("X") ",lower\n", FAULT_LEAF_FIELD, 2, "direction",
	  "X", 0 },
	{ "items.csv", L ",target\n" LEAF_TASK("X") ",12\n", FAULT_LEAF_FIELD, 2, "target", "X",
	  0 },
	{ "items.csv", L ",maximum\n" LEAF("X", "count") ",12\n", FAULT_LEAF_FIELD, 2, "maximum",
	  "X", 0 },
	{ "items.csv", L ",den_def\n" LEAF("X", "ratio") ",d\n", FAULT_LEAF_FIELD, 2, "num_def",
	  "X", 0 },
	{ "items.csv", L ",num_def\n" LEAF("X", "ratio") ",d\n", FAULT_LEAF_FIELD, 2, "den_def",
	  "X", 0 },
	{ "items.csv",
	  L ",answer\nX,KH,group,N,,,,,,,,all\nY,X,task,N,40,A,B,bản,,2024-01-01,2024-01-02,\n",
	  FAULT_LEAF_FIELD, 2, "answer", "X", 0 },
	{ "items.csv", L ",num_def,den_def,target\n" LEAF("X", "ratio") ",n,d,50\n", FAULT_CSV, 2,
	  "target", "50", CSV_BAD_PERCENT },
	{ "items.csv", L ",num_def,den_def,target\n" LEAF("X", "ratio") ",n,d,10001%\n",
	  FAULT_TARGET_OUT_OF_RANGE, 2, "target", "10001%", CSV_OUT_OF_RANGE },
	{ "items.csv", L ",target\n" LEAF("X", "count") ",\"1,5\"\n", FAULT_CSV, 2, "target", "1,5",
	  CSV_BAD_INTEGER },
	{ "items.csv", L ",maximum\n" LEAF("X", "points") ",0\n", FAULT_TARGET_OUT_OF_RANGE, 2,
	  "maximum", "X", 0 },
	{ "items.csv", L ",maximum\n" LEAF("X", "points") ",\"89,555\"\n", FAULT_CSV, 2, "maximum",
	  "89,555", CSV_BAD_DECIMAL },
	{ "items.csv", L "\nX,RG,count,N,40,A,,,tờ,2024-01-01,2024-06-30\n",
	  FAULT_RATIO_GROUP_CHILD, 2, "kind", "X", 0 },
	{ "items.csv", L ",num_def\nX,RG,ratio,N,40,A,,,tờ,2024-01-01,2024-06-30,khác\n",
	  FAULT_RATIO_GROUP_CHILD, 2, "num_def", "X", 0 },
	{ "items.csv", L ",den_def\nX,RG,ratio,N,40,A,,,tờ,2024-01-01,2024-06-30,khác\n",
	  FAULT_RATIO_GROUP_CHILD, 2, "den_def", "X", 0 },
	{ "items.csv", L "\nX,KH,task,Việc,40,,B,bản,,2024-01-01,2024-06-30\n", FAULT_NO_PERSON, 2,
	  "person", "X", 0 },
	{ "items.csv", L "\nX,KH,task,Việc,40,A,B,bản,,,2024-06-30\n", FAULT_NO_DATES, 2, "start",
	  "X", 0 },
	{ "items.csv", L "\nX,KH,task,Việc,40,A,B,bản,,2024-06-30,\n", FAULT_NO_DATES, 2, "due",
	  "X", 0 },
	{ "items.csv", L "\nX,KH,task,Việc,40,A,B,,,2024-01-01,2024-06-30\n", FAULT_NO_PRODUCT, 2,
	  "product", "X", 0 },
	{ "items.csv", L "\nX,KH,count,Việc,40,A,,,,2024-01-01,2024-06-30\n", FAULT_NO_PRODUCT, 2,
	  "product", "X", 0 },
	{ "items.csv", L ",reporters\nX,KH,task,Việc,,A,B,bản,,2024-01-01,2024-06-30,412\n",
	  FAULT_NO_LEAD, 2, "lead", "X", 0 },
};

#define R L ",answer,aggregate,reporters,flags\n"

static const struct expected reporter_faults[] = {
	{ "items.csv", R LEAF_TASK("X") ",all,,412|999,\n", FAULT_REPORTER_UNKNOWN, 2, "reporters",
	  "999", 0 },
	{ "items.csv", R LEAF_TASK("X") ",all,,412|81,\n", FAULT_REPORTER_UNKNOWN, 2, "reporters",
	  "81", 0 },
	{ "items.csv", R LEAF_TASK("X") ",all,,00412,\n", FAULT_REPORTER_UNKNOWN, 2, "reporters",
	  "00412", 0 },
	{ "items.csv", R LEAF_TASK("X") ",all,,group:NO,\n", FAULT_REPORTER_UNKNOWN, 2, "reporters",
	  "group:NO", 0 },
	{ "items.csv", R LEAF_TASK("X") ",all,,kind:district@99,\n", FAULT_REPORTER_UNKNOWN, 2,
	  "reporters", "kind:district@99", 0 },
	{ "items.csv", R LEAF_TASK("X") ",all,,kind:district,\n", FAULT_REPORTER_SYNTAX, 2,
	  "reporters", "kind:district", 0 },
	{ "items.csv", R LEAF_TASK("X") ",all,,kind:town@40,\n", FAULT_REPORTER_SYNTAX, 2,
	  "reporters", "kind:town@40", 0 },
	{ "items.csv", R LEAF_TASK("X") ",all,,412|,\n", FAULT_REPORTER_SYNTAX, 2, "reporters", "",
	  0 },
	{ "items.csv", R LEAF_TASK("X") ",all,,kind:district@412|-412,\n", FAULT_REPORTERS_EMPTY, 2,
	  "reporters", "kind:district@412|-412", 0 },
	{ "items.csv", R LEAF_TASK("X") ",all,,412|08,\n", FAULT_REPORTER_OUTSIDE, 2, "reporters",
	  "08", 0 },
	{ "items.csv", R LEAF_TASK("X") ",all,,VN,\n", FAULT_REPORTER_OUTSIDE, 2, "reporters", "VN",
	  0 },
	{ "items.csv", R LEAF_TASK("X") ",lead,,412|413,\n", FAULT_LEAD_NOT_ONE, 2, "reporters",
	  "412|413", 0 },
	{ "items.csv", R LEAF("X", "count") ",all,sum,412|413|16684,\n", FAULT_REPORTER_ABOVE, 2,
	  "reporters", "412", 0 },
	{ "items.csv", R "X,KH,task,Việc,08,A,B,bản,,2024-01-01,2024-06-30,,,,\n",
	  FAULT_REPORTER_OUTSIDE, 2, "lead", "08", 0 },
	{ "items.csv", R "X,KH,task,Việc,99,A,B,bản,,2024-01-01,2024-06-30,,,,\n",
	  FAULT_UNKNOWN_UNIT, 2, "lead", "99", 0 },
};

static const struct expected other_faults[] = {
	{ "targets.csv", "item,unit,target\nX,40,1\n", FAULT_UNKNOWN_ITEM, 2, "item", "X", 0 },
	{ "targets.csv", "item,unit,target\nC,49,1\n", FAULT_UNKNOWN_UNIT, 2, "unit", "49", 0 },
	{ "targets.csv", "item,unit,target\nC,G/NO,1\n", FAULT_UNKNOWN_GROUP, 2, "unit", "G/NO",
	  0 },
	{ "targets.csv", "item,unit,target\nC,08,1\n", FAULT_TARGET_WITHOUT_USE, 2, "unit", "08",
	  0 },
	{ "targets.csv", "item,unit,target\nC,G/FAR,1\n", FAULT_TARGET_WITHOUT_USE, 2, "unit",
	  "G/FAR", 0 },
	{ "targets.csv", "item,unit,target\nT,40,1\n", FAULT_TARGET_WITHOUT_USE, 2, "item", "T",
	  0 },
	{ "targets.csv", "item,unit,target\nC,40,1%\n", FAULT_CSV, 2, "target", "1%",
	  CSV_BAD_INTEGER },
	{ "targets.csv", "item,unit,target\nR,40,1\n", FAULT_CSV, 2, "target", "1",
	  CSV_BAD_PERCENT },
	{ "targets.csv", "item,unit,target\nC,40,\n", FAULT_CSV, 2, "target", "", CSV_REQUIRED },
	{ "targets.csv", "item,unit,target\nRG,40,10001%\n", FAULT_TARGET_OUT_OF_RANGE, 2, "target",
	  "10001%", CSV_OUT_OF_RANGE },
	{ "targets.csv", "item,unit,target,from,to\nC,40,1,2024-01-02,2024-01-01\n",
	  FAULT_DATES_REVERSED, 2, "to", "C", 0 },
	{ "targets.csv",
	  "item,unit,target,from,to\nC,40,1,,2024-01-02\nC,40,2,2024-01-02,\nC,412,3,2024-01-02,\n",
	  FAULT_TARGET_OVERLAP, 3, "from", "40", 0 },
	{ "milestones.csv", "item,date\nX,2024-01-01\n", FAULT_UNKNOWN_ITEM, 2, "item", "X", 0 },
	{ "milestones.csv", "item,date,unit\nT,2024-01-01,99\n", FAULT_UNKNOWN_UNIT, 2, "unit",
	  "99", 0 },
	{ "milestones.csv", "item,date\nT,\n", FAULT_CSV, 2, "date", "", CSV_REQUIRED },
	{ "milestones.csv", "item,date\nKH,2024-01-01\n", FAULT_LEAF_FIELD, 2, "item", "KH", 0 },
	{ "milestones.csv", "item,date,no\nT,2024-01-01,x\n", FAULT_CSV, 2, "no", "x",
	  CSV_BAD_INTEGER },
	{ "schedules.csv", "schedule,kind\nX,daily\n", FAULT_CSV, 2, "kind", "daily",
	  CSV_BAD_WORD },
	{ "periods.csv", "schedule,period,start,end\nX,A,2024-01-01,2024-01-02\nDOT,B,2024-01-01,2024-01-02\n",
	  FAULT_UNKNOWN_SCHEDULE, 2, "schedule", "X", 0 },
	{ "periods.csv", "schedule,period,start,end\nDOT,A,2024-01-03,2024-01-02\n",
	  FAULT_DATES_REVERSED, 2, "end", "A", 0 },
	{ "periods.csv",
	  "schedule,period,start,end\nDOT,A,2024-01-03,2024-01-05\nTHANG,A,2024-02-03,2024-02-05\n",
	  FAULT_PERIOD_WITHOUT_USE, 3, "schedule", "THANG", 0 },
	{ "periods.csv",
	  "schedule,period,start,end\nDOT,A,2024-01-03,2024-01-05\nDOT,B,2024-01-05,2024-01-07\n",
	  FAULT_PERIOD_OVERLAP, 3, "start", "B", 0 },
	{ "periods.csv",
	  "schedule,period,start,end\nDOT,A,2024-01-03,2024-01-05\nDOT,A,2024-01-06,2024-01-07\n",
	  FAULT_DUPLICATE_PERIOD, 3, "period", "A", 0 },
	{ "schedules.csv", "schedule,kind\nTHANG,year\n",
	  FAULT_DUPLICATE_SCHEDULE, 2, "schedule", "THANG", 0 },
	{ "schedules.csv", "schedule,kind,first\nT2,month,2024-Q1\n",
	  FAULT_UNKNOWN_PERIOD, 2, "first", "2024-Q1", 0 },
	{ "schedules.csv", "schedule,kind,last\nT2,month,2024-13\n",
	  FAULT_UNKNOWN_PERIOD, 2, "last", "2024-13", 0 },
	{ "schedules.csv", "schedule,kind,first,last\nT2,month,2024-05,2024-04\n",
	  FAULT_DATES_REVERSED, 2, "last", "2024-04", 0 },
	{ "schedules.csv", "schedule,kind\nLE,once\n", FAULT_EMPTY_SCHEDULE, 2, "schedule", "LE",
	  0 },
	{ "deadlines.csv", "schedule,unit_kind,working_days\nTHANG,commune,0\n",
	  FAULT_DEADLINE_TOO_EARLY, 2, "working_days", "0", 0 },
	{ "holidays.csv", "date,kind\n2024-09-02,off\n1999-12-31,off\n", FAULT_HOLIDAY_OUTSIDE, 3,
	  "date", "1999-12-31", 0 },
	{ "deadlines.csv", "schedule,unit_kind,working_days\nX,commune,1\n", FAULT_UNKNOWN_SCHEDULE,
	  2, "schedule", "X", 0 },
	{ "deadlines.csv", "schedule,unit_kind,working_days\nTHANG,commune,400\n", FAULT_CSV, 2,
	  "working_days", "400", CSV_OUT_OF_RANGE },
	{ "holidays.csv", "date,kind\n2024-09-02,off\n2024-09-07,working\n2024-09-03,half\n",
	  FAULT_CSV, 4, "kind", "half", CSV_BAD_WORD },
};

#define TH "rule,measure,op,value,min_expected,periods\n"
#define K L ",aggregate,control\n"

static const struct expected threshold_faults[] = {
	{ "thresholds.csv", "rule,measure,op\nA,missing,above\n", FAULT_CSV, 1, "", "value",
	  CSV_MISSING_COLUMN },
	{ "thresholds.csv", TH ",missing,above,1,,\n", FAULT_CSV, 2, "rule", "", CSV_REQUIRED },
	{ "thresholds.csv", TH "chậm,missing,above,1,,\n", FAULT_CSV, 2, "rule", "chậm",
	  CSV_BAD_CODE },
	{ "thresholds.csv", TH "A,,above,1,,\n", FAULT_CSV, 2, "measure", "", CSV_REQUIRED },
	{ "thresholds.csv", TH "A,lateness,above,1,,\n", FAULT_CSV, 2, "measure", "lateness",
	  CSV_BAD_WORD },
	{ "thresholds.csv", TH "A,missing,,1,,\n", FAULT_CSV, 2, "op", "", CSV_REQUIRED },
	{ "thresholds.csv", TH "A,missing,>,1,,\n", FAULT_CSV, 2, "op", ">", CSV_BAD_WORD },
	{ "thresholds.csv", TH "A,missing,above,,,\n", FAULT_CSV, 2, "value", "", CSV_REQUIRED },
	{ "thresholds.csv", TH "A,missing,above,5%,,\n", FAULT_CSV, 2, "value", "5%",
	  CSV_BAD_INTEGER },
	{ "thresholds.csv", TH "A,on_time_rate,below,80,,\n", FAULT_CSV, 2, "value", "80",
	  CSV_BAD_PERCENT },
	{ "thresholds.csv", TH "A,reporting_rate,below,101%,,\n", FAULT_RATE_ABOVE_ALL, 2, "value",
	  "A", 0 },
	{ "thresholds.csv", TH "A,missing,above,1,-1,\n", FAULT_CSV, 2, "min_expected", "-1",
	  CSV_OUT_OF_RANGE },
	{ "thresholds.csv", TH "A,missing,above,1,,0\n", FAULT_CSV, 2, "periods", "0",
	  CSV_OUT_OF_RANGE },
	{ "thresholds.csv", TH "A,missing,above,1,,\nB,behind,above,1,,\nA,overdue,above,1,,\n",
	  FAULT_DUPLICATE_RULE, 4, "rule", "A", 0 },
	{ "items.csv", K LEAF("X", "count") ",own,NO\n", FAULT_UNKNOWN_ITEM, 2, "control", "NO", 0 },
	{ "items.csv", K LEAF("X", "count") ",sum,C\n", FAULT_CONTROL_UNFIT, 2, "control", "C", 0 },
	{ "items.csv", K LEAF("X", "count") ",own,X\n", FAULT_CONTROL_UNFIT, 2, "control", "X", 0 },
	{ "items.csv", K LEAF("X", "count") ",own,R\n", FAULT_CONTROL_UNFIT, 2, "control", "R", 0 },
	{ "items.csv", K LEAF("X", "count") ",own,KH\n", FAULT_CONTROL_UNFIT, 2, "control", "KH", 0 },
	{ "items.csv", K LEAF("X", "points") ",own,P\n", FAULT_CONTROL_UNFIT, 2, "control", "P", 0 },
	{ "items.csv", K LEAF_TASK("X") ",,T\n", FAULT_LEAF_FIELD, 2, "control", "X", 0 },
	{ "items.csv",
	  L ",aggregate,control,owner\nK2,,plan,Khác,,,,,,,,,,40\n"
	    "X,K2,count,Việc,40,A,,,tờ,2024-01-02,2024-06-30,own,C,\n",
	  FAULT_CONTROL_UNFIT, 3, "control", "C", 0 },
};

/* A commune that may report after its district has. */
static void test_deadline_order(void **state)
{
	static const struct expected days = {
		.file = "deadlines.csv",
		.data = "schedule,unit_kind,working_days\nTHANG,commune,3\n"
	};
	struct faults faults = { 0 };
	struct catalogue *c = load(&days, &faults);

	(void)state;
	assert_non_null(c);
	assert_int_equal(faults.n, 1);
	assert_int_equal(faults.list[0].kind, FAULT_DEADLINE_ORDER);
	assert_string_equal(faults.list[0].file, "schedules.csv");
	assert_string_equal(faults.list[0].value, "THANG");
	catalogue_free(c);
	faults_free(&faults);
}

static void test_units(void **state)
{
	(void)state;
	for (size_t i = 0; i < N(unit_faults); i++)
		expect(&unit_faults[i]);
}

static void test_groups(void **state)
{
	(void)state;
	for (size_t i = 0; i < N(group_faults); i++)
		expect(&group_faults[i]);
}

static void test_items(void **state)
{
	(void)state;
	for (size_t i = 0; i < N(item_faults); i++)
		expect(&item_faults[i]);
}

static void test_leaves(void **state)
{
	(void)state;
	for (size_t i = 0; i < N(leaf_faults); i++)
		expect(&leaf_faults[i]);
}

static void test_reporters(void **state)
{
	(void)state;
	for (size_t i = 0; i < N(reporter_faults); i++)
		expect(&reporter_faults[i]);
}

static void test_others(void **state)
{
	(void)state;
	for (size_t i = 0; i < N(other_faults); i++)
		expect(&other_faults[i]);
}

static void test_thresholds(void **state)
{
	(void)state;
	for (size_t i = 0; i < N(threshold_faults); i++)
		expect(&threshold_faults[i]);
}

/* What may look like a fault and is none. */
static void test_allowed(void **state)
{
	static const struct expected list[] = {
		{ .file = "targets.csv", .data = targets },
		{ .file = "targets.csv",
		  .data = "item,unit,target\nP,40,\"89,5\"\nRG,G/PILOT,20%\n" },
		{ .file = "periods.csv",
		  .data = "schedule,period,start,end\nDOT,B,2024-02-01,2024-02-02\n"
			  "DOT,A,2024-01-01,2024-01-31\n" },
		{ .file = "schedules.csv",
		  .data = "schedule,kind,first,last\nT2,month,2024-01,2024-12\n" },
		{ .file = "items.csv",
		  .data = R LEAF("X", "count") ",all,sum,412|16684,own_work\n" },
		{ .file = "items.csv", .data = R LEAF("X", "count") ",all,own,412|16684,\n" },
		{ .file = "items.csv", .data = R LEAF_TASK("X") ",all,,40|412|16684,\n" },
		{ .file = "items.csv",
		  .data = L
		  ",schedule\n" LEAF_TASK("X") ",THANG\n" LEAF_TASK("Y") ",half_month\n" },
		{ .file = "items.csv",
		  .data = L ",weight,direction,target\n" LEAF("X", "count") ",5,lower,1.000\n" },
		{ .file = "items.csv",
		  .data = L
		  ",num_def,den_def,bounded,target\n" LEAF("X", "ratio") ",n,d,1,\"98,43%\"\n" },
		{ .file = "items.csv", .data = K LEAF("X", "count") ",own,C\n" },
		{ .file = "thresholds.csv",
		  .data = TH "B,stagnant_days,above,1.387,0,3\nA,on_time_rate,below,\"98,43%\",5,\n" },
		/* what is closed may refer to what has gone */
		{ .file = "items.csv",
		  .data = L ",closed,aggregate,control\n"
			    "X,KH,count,Việc,40,,,,,,,2024-01-01,own,NO\n" },
		{ .file = "items.csv",
		  .data = L ",reporters,closed,schedule,coop\n"
			    "X,KH,task,Việc,99,,,,,,,group:NO,2024-01-01,OLD,98\n" },
		{ .file = "deadlines.csv",
		  .data = "schedule,unit_kind,working_days\nTHANG,commune,1\nmonth15,district,"
			  "2\n" },
		{ .file = "units.csv",
		  .data = U "414,40,district,Cũ,,2024-01-01\n414,40,district,Mới,2024-01-01,\n"
			    "17000,414,commune,Xã C,,\n17001,414,commune,Xã D,,2023-06-01\n" },
	};

	(void)state;
	for (size_t i = 0; i < N(list); i++) {
		struct faults faults = { 0 };
		struct catalogue *c = load(&list[i], &faults);

		for (size_t j = 0; j < faults.n; j++)
			show(&faults.list[j]);
		assert_int_equal(faults.n, 0);
		assert_non_null(c);
		rows_again(c);
		catalogue_free(c);
		faults_free(&faults);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_deadline_order),
		cmocka_unit_test(test_no_fault), cmocka_unit_test(test_units),
		cmocka_unit_test(test_groups),   cmocka_unit_test(test_items),
		cmocka_unit_test(test_leaves),   cmocka_unit_test(test_reporters),
		cmocka_unit_test(test_others),
		cmocka_unit_test(test_thresholds),   cmocka_unit_test(test_allowed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
