// SPDX-License-Identifier: Apache-2.0
/*
 * The example without any process: its catalogue is read and built, every row of reports/ is
 * admitted and folded in the order of as-of dates with the ticks between, and expected.csv must
 * come out. What the demo shows on the wire is tried here in a moment, so a wrong figure is known
 * to be the data's or the fold's.
 */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/domain/admit.h"
#include "common/domain/figures.h"
#include "common/domain/says.h"
#include "common/sys/base.h"
#include "server/fold.h"

#define EXAMPLE "examples/de-an-06"
enum { FILE_CAP = 1 << 20, ROWS_MAX = 4000 };
static const struct date judged_at = { 20240402 };

static void read_file(const char *name, struct buffer *out)
{
	struct sys_error error;
	char path[300];

	snprintf(path, sizeof(path), EXAMPLE "/%s", name);
	if (base_file_read(path, FILE_CAP, out, &error) < 0)
		fail_msg("%s", error.text);
}

static struct catalogue *read_catalogue(void)
{
	static const char *const files[] = { "units.csv",     "groups.csv",   "items.csv",
					     "targets.csv",   "milestones.csv", "holidays.csv",
					     "schedules.csv", "deadlines.csv",  "thresholds.csv" };
	struct builder *b = builder_new();
	struct buffer data = { 0 };
	struct faults faults = { 0 };
	struct catalogue *c;

	assert_non_null(b);
	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++) {
		read_file(files[i], &data);
		assert_true(builder_csv(b, files[i], (const char *)data.data, data.size, &faults));
	}
	c = catalogue_build(b, false, &faults);
	for (size_t i = 0; i < faults.n; i++)
		print_error("%s:%u %s: %s %s\n", faults.list[i].file, faults.list[i].line,
			    faults.list[i].field, fault_name(faults.list[i].kind), faults.list[i].value);
	assert_int_equal(faults.n, 0); /* the example has no warning either */
	assert_non_null(c);
	faults_free(&faults);
	buffer_free(&data);
	builder_free(b);
	return c;
}

/* ---- reports ---- */

static const char *const report_columns[] = {
	"unit", "item", "period", "as_of", "state", "percent", "numerator", "denominator",
	"value", "nothing", "product_ref", "done_on", "corrects", "reason", "note", NULL };
enum {
	UNIT, ITEM, PERIOD, AS_OF, STATE, PERCENT, NUMERATOR, DENOMINATOR,
	VALUE, NOTHING, PRODUCT_REF, DONE_ON, CORRECTS, REASON, NOTE, COLUMNS
};

static struct {
	size_t files_n;
	struct update rows[ROWS_MAX];
	size_t rows_n;
} reports;

static int64_t number(const char *text)
{
	int64_t n = 0;

	assert_int_equal(csv_integer(text, 0, VALUE_MAX, &n), CSV_OK);
	return n;
}

static void read_body(struct update *u, const struct csv *r, enum item_kind kind)
{
	if (csv_field(r, NOTHING)[0] != '\0') {
		assert_string_equal(csv_field(r, NOTHING), "none_arisen");
		u->body = BODY_NONE_ARISEN;
	} else if (kind == ITEM_TASK) {
		u->body = BODY_TASK;
		u->state = task_state_of(csv_field(r, STATE));
		u->percent = (uint32_t)number(csv_field(r, PERCENT));
		u->product_ref = csv_field(r, PRODUCT_REF);
		assert_int_equal(csv_date(csv_field(r, DONE_ON), &u->done_on), CSV_OK);
	} else if (kind == ITEM_RATIO) {
		u->body = BODY_RATIO;
		u->numerator = number(csv_field(r, NUMERATOR));
		u->denominator = number(csv_field(r, DENOMINATOR));
	} else if (kind == ITEM_COUNT) {
		u->body = BODY_COUNT;
		u->value = number(csv_field(r, VALUE));
	} else {
		u->body = BODY_POINTS;
		assert_int_equal(csv_hundredths(csv_field(r, VALUE), &u->value), CSV_OK);
	}
}

/* A field dies with its file. */
static const char *keep(const char *text)
{
	return text[0] != '\0' ? base_copy_text(text) : "";
}

static void read_row(const struct catalogue *c, const struct csv *r)
{
	struct update *u = &reports.rows[reports.rows_n++];
	uint32_t item = catalogue_item_by_code(c, csv_field(r, ITEM));

	assert_true(reports.rows_n <= ROWS_MAX);
	assert_int_not_equal(item, NO_INDEX);
	*u = (struct update){ .seq = reports.rows_n,
			      .unit = keep(csv_field(r, UNIT)),
			      .item = catalogue_item(c, item)->row.code,
			      .period = keep(csv_field(r, PERIOD)),
			      .note = keep(csv_field(r, NOTE)),
			      .reason = "",
			      .product_ref = "" };
	assert_int_equal(csv_date(csv_field(r, AS_OF), &u->as_of), CSV_OK);
	read_body(u, r, catalogue_item(c, item)->row.kind);
	u->product_ref = keep(u->product_ref);
}

static struct csv *open_csv(const char *name, const char *const *columns, size_t n)
{
	struct buffer data = { 0 };
	char value[CSV_VALUE_MAX];
	enum csv_fault fault;
	struct csv *r;
	unsigned line;

	read_file(name, &data);
	r = csv_open((const char *)data.data, data.size, columns, n, &fault, &line, value);
	if (r == NULL)
		fail_msg("%s:%u: %s %s", name, line, csv_fault_name(fault), value);
	buffer_free(&data);
	return r;
}

static int by_as_of(const void *a, const void *b)
{
	const struct update *x = a, *y = b;

	if (x->as_of.ymd != y->as_of.ymd)
		return x->as_of.ymd < y->as_of.ymd ? -1 : 1;
	return x->seq < y->seq ? -1 : 1;
}

/* Each file holds what its own unit reports, in the order of as-of dates. */
static void read_reports(const struct catalogue *c)
{
	DIR *d = opendir(EXAMPLE "/reports");
	struct dirent *e;

	assert_non_null(d);
	while ((e = readdir(d)) != NULL) {
		size_t first = reports.rows_n;
		char name[300];
		struct csv *r;

		if (e->d_name[0] == '.')
			continue;
		snprintf(name, sizeof(name), "reports/%s", e->d_name);
		r = open_csv(name, report_columns, COLUMNS);
		while (csv_next(r)) {
			const struct update *u = &reports.rows[reports.rows_n];

			read_row(c, r);
			assert_memory_equal(u->unit, e->d_name, strlen(e->d_name) - 4);
			assert_true(reports.rows_n - 1 == first || u[-1].as_of.ymd <= u->as_of.ymd);
		}
		assert_int_equal(csv_error(r), CSV_OK);
		csv_close(r);
		reports.files_n++;
	}
	closedir(d);
	qsort(reports.rows, reports.rows_n, sizeof(*reports.rows), by_as_of);
}

static void free_reports(void)
{
	for (size_t i = 0; i < reports.rows_n; i++) {
		const struct update *u = &reports.rows[i];
		const char *const texts[] = { u->unit, u->period, u->note, u->product_ref };

		for (size_t k = 0; k < 4; k++)
			if (texts[k][0] != '\0')
				free((void *)(uintptr_t)texts[k]);
	}
}

/* ---- the fold ---- */

static void fold_next(struct view *v, struct entry *e)
{
	struct change ch = { 0 };

	e->number = v->head.entry + 1;
	e->rules_version = RULES_VERSION;
	memcpy(e->prev_hash, v->head.hash, sizeof(e->prev_hash));
	e->hash[0] = (uint8_t)e->number;
	assert_int_equal(fold(v, e, &ch), FOLD_OK);
	change_free(&ch);
}

static void tick(struct view *v, struct date today)
{
	struct entry e = { .kind = ENTRY_TICK, .tick.date = today };

	if (today.ymd > v->head.today.ymd)
		fold_next(v, &e);
}

/* The example's own rules: every row is admitted, from an agent of the very unit it reports for. */
static void admit_and_fold(struct view *v, const struct update *u)
{
	const struct catalogue *c = v->catalogue;
	struct taken taken = { .index = 1, .update = *u };
	struct entry e = { .kind = ENTRY_BATCH,
			   .seqs = 1,
			   .batch = { .taken_n = 1, .taken = &taken } };
	uint32_t unit = catalogue_unit_by_code(c, u->unit, u->as_of);
	struct admit_place at = { .catalogue = c, .today = u->as_of };
	struct admit_found found;
	struct verdict verdict;

	assert_int_not_equal(unit, NO_INDEX);
	at.scope_unit = catalogue_unit(c, unit)->row.number;
	verdict = admit_check(&at, u, &found);
	if (verdict.reason == REASON_NONE) {
		const struct cell *was = view_cell(v, found.unit, found.item);

		const struct admit_cell held = { .reported = was->flags & CELL_REPORTED,
						 .as_of = was->as_of,
						 .state = was->state };

		verdict = admit_against(u, 0, &held);
		assert_true(admit_wins(0, u->as_of, &held));
	}
	if (verdict.reason != REASON_NONE)
		fail_msg("%s %s %u: %s %s", u->unit, u->item, u->as_of.ymd,
			 reason_name(verdict.reason), verdict.field);
	tick(v, u->as_of);
	e.principal = at.scope_unit;
	fold_next(v, &e);
}

static void start(struct view *v, struct catalogue *c)
{
	struct entry genesis = { .kind = ENTRY_GENESIS, .genesis.name = "" };
	struct entry catalogue = { .kind = ENTRY_CATALOGUE, .catalogue.made = c };

	fold_next(v, &genesis);
	fold_next(v, &catalogue);
	for (uint32_t i = 1; i <= catalogue_units(c); i++) {
		struct registry_change add = { .kind = REGISTRY_PRINCIPAL_ADD,
					       .principal = i,
					       .role = ROLE_AGENT,
					       .scope_unit = i,
					       .name = "" };
		struct entry e = { .kind = ENTRY_REGISTRY, .registry = { 1, &add, false } };

		fold_next(v, &e);
	}
}

/* ---- expected.csv ---- */

/* As expected.csv writes it; "" = null. */
static void show(const struct figure *f, const char *key, char out[static 32])
{
	const struct {
		const char *key;
		bool has;
		int64_t n;
	} all[] = {
		{ "cells.expected", true, f->cells_expected },
		{ "cells.unreported", true, f->cells.unreported },
		{ "cells.not_started", true, f->cells.not_started },
		{ "cells.in_progress", true, f->cells.in_progress },
		{ "cells.done", true, f->cells.done },
		{ "leaves.expected", true, f->leaves_expected },
		{ "leaves.unreported", true, f->leaves.unreported },
		{ "leaves.not_started", true, f->leaves.not_started },
		{ "leaves.in_progress", true, f->leaves.in_progress },
		{ "leaves.done", true, f->leaves.done },
		{ "indicators.expected", true, f->indicators_expected },
		{ "indicators.value", true, f->indicators.value },
		{ "indicators.none", true, f->indicators.none },
		{ "done_late", true, f->done_late },
		{ "overdue", true, f->overdue },
		{ "behind", true, f->behind },
		{ "reported", true, f->reported },
		{ "expected", true, f->expected },
		{ "numerator", f->has_ratio, f->numerator },
		{ "denominator", f->has_ratio, f->denominator },
		{ "value", f->has_value, f->value },
		{ "percent_bp", f->has_percent, f->percent_bp },
		{ "target", f->has_target, f->target },
		{ "target_reached", f->has_reached, f->target_reached },
		{ "attainment_bp", f->has_attainment, f->attainment_bp },
		{ "score_bp", f->has_score, f->score_bp },
		{ "score_leaves", true, f->score_leaves },
		{ "score_leaves_of", true, f->score_leaves_of },
	};
	size_t i = 0;

	while (i < sizeof(all) / sizeof(*all) && strcmp(all[i].key, key) != 0)
		i++;
	if (i == sizeof(all) / sizeof(*all))
		fail_msg("unknown key %s", key);
	else if (!all[i].has)
		out[0] = '\0';
	else if (strcmp(key, "target_reached") == 0)
		snprintf(out, 32, "%s", all[i].n ? "true" : "false");
	else
		snprintf(out, 32, "%lld", (long long)all[i].n);
}

static void figure_of(const struct view *v, const char *unit, const char *code, struct figure *f)
{
	const struct catalogue *c = v->catalogue;
	uint32_t item = catalogue_item_by_code(c, code), plan, row;

	assert_int_not_equal(item, NO_INDEX);
	plan = catalogue_plan_of_item(c, item);
	if (strncmp(unit, "G/", 2) == 0)
		row = plan_row_of_group(c, plan, catalogue_group_by_code(c, unit + 2));
	else
		row = plan_row_of_unit(c, plan, catalogue_unit_by_code(c, unit, judged_at));
	assert_int_not_equal(row, NO_INDEX);
	struct rollup r = view_rollup(v, plan, row, catalogue_item(c, item)->column);
	figures_show(f, catalogue_item(c, item)->row.kind, &r);
}

static struct {
	struct line {
		char *unit, *item, *key, *value;
		unsigned no;
	} lines[500];
	size_t n;
} expected;

static void read_expected(void)
{
	static const char *const columns[] = { "unit", "item", "key", "value", "source", NULL };
	struct csv *r = open_csv("expected.csv", columns, 5);

	expected.n = 0;
	while (csv_next(r)) {
		assert_true(csv_field(r, 4)[0] != '\0');
		assert_true(expected.n < sizeof(expected.lines) / sizeof(*expected.lines));
		expected.lines[expected.n++] = (struct line){
			base_copy_text(csv_field(r, 0)), base_copy_text(csv_field(r, 1)),
			base_copy_text(csv_field(r, 2)), base_copy_text(csv_field(r, 3)), csv_line(r) };
	}
	assert_int_equal(csv_error(r), CSV_OK);
	assert_true(expected.n >= 200);
	csv_close(r);
}

static void free_expected(void)
{
	for (size_t i = 0; i < expected.n; i++) {
		free(expected.lines[i].unit);
		free(expected.lines[i].item);
		free(expected.lines[i].key);
		free(expected.lines[i].value);
	}
}

/* How many lines of expected.csv differ; `tell` names them. */
static size_t wrong_lines(const struct view *v, bool tell)
{
	size_t wrong = 0;

	for (size_t i = 0; i < expected.n; i++) {
		const struct line *l = &expected.lines[i];
		struct figure f;
		char got[32];

		figure_of(v, l->unit, l->item, &f);
		show(&f, l->key, got);
		if (strcmp(got, l->value) == 0)
			continue;
		if (tell)
			print_error("expected.csv:%u: %s %s %s is %s, not %s\n", l->no, l->unit, l->item,
				    l->key, got, l->value);
		wrong++;
	}
	return wrong;
}

/* ---- every number matters ---- */

/* The same cell reported once more on the same day: the later entry wins. */
static void report_again(struct view *v, const struct update *u)
{
	struct taken taken = { .index = 1, .update = *u };
	struct entry e = { .kind = ENTRY_BATCH,
			   .principal = 1,
			   .seqs = 1,
			   .batch = { .taken_n = 1, .taken = &taken } };

	fold_next(v, &e);
}

static void must_show(struct view *v, const struct update *was, const struct update *changed,
		      const char *what)
{
	report_again(v, changed);
	if (wrong_lines(v, false) == 0)
		fail_msg("%s %s %u: another %s changes no line of expected.csv", was->unit, was->item,
			 was->as_of.ymd, what);
	report_again(v, was);
}

/* Returns how many numbers were tried. */
static unsigned change_each(struct view *v, const struct update *u)
{
	struct update other = *u;
	unsigned n = 1;

	if (u->body == BODY_TASK) {
		other.state = u->state == TASK_DONE ? TASK_IN_PROGRESS
						    : u->state == TASK_IN_PROGRESS ? TASK_NOT_STARTED : TASK_DONE;
		must_show(v, u, &other, "state");
	} else if (u->body == BODY_RATIO) {
		other.numerator = u->numerator ? u->numerator - 1 : 1;
		must_show(v, u, &other, "numerator");
		other = *u;
		other.denominator = u->denominator + 1;
		must_show(v, u, &other, "denominator");
		n = 2;
	} else if (u->body == BODY_COUNT || u->body == BODY_POINTS) {
		other.value = u->value ? u->value - 1 : 1;
		must_show(v, u, &other, "value");
	} else {
		n = 0;
	}
	return n;
}

static bool is_winning(const struct view *v, const struct update *u)
{
	const struct catalogue *c = v->catalogue;
	const struct cell *cell = view_cell(v, catalogue_unit_by_code(c, u->unit, u->as_of),
					    catalogue_item_by_code(c, u->item));

	return cell->as_of.ymd == u->as_of.ymd && cell->flags & CELL_EXPECTED;
}

static void published_figures_come_out_and_every_number_matters(void **state)
{
	struct view *v = view_new();
	struct view_fault fault;

	(void)state;
	assert_non_null(v);
	start(v, read_catalogue());
	read_reports(v->catalogue);
	assert_true(reports.files_n >= 65 + 4 + 8);
	assert_true(reports.rows_n >= 1000);
	for (size_t i = 0; i < reports.rows_n; i++)
		admit_and_fold(v, &reports.rows[i]);
	tick(v, judged_at);
	assert_true(view_check(v, &fault));
	read_expected();
	assert_int_equal(wrong_lines(v, true), 0);

	unsigned tried = 0;
	for (size_t i = 0; i < reports.rows_n; i++)
		if (is_winning(v, &reports.rows[i]))
			tried += change_each(v, &reports.rows[i]);
	assert_true(tried >= 600);
	assert_int_equal(wrong_lines(v, true), 0);
	free_expected();
	free_reports();
	view_free(v);
}

int main(void)
{
	const struct CMUnitTest tests[] = { 
		cmocka_unit_test(published_figures_come_out_and_every_number_matters) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
