// SPDX-License-Identifier: Apache-2.0
#include "agent/draft.h"

#include "common/domain/periods.h"
#include "common/domain/says.h"
#include "common/domain/text.h"

#include <stdio.h>
#include <string.h>

const char *const draft_columns[DRAFT_N + 1] = {
#define X(name) #name,
	DRAFT_COLUMNS(X)
#undef X
		NULL};

static const struct draft_fault FINE;

static struct draft_fault bad(enum draft_column column, enum csv_fault csv)
{
	return (struct draft_fault){.column = column, .csv = csv};
}

static struct draft_fault refused(enum draft_column column, enum reason reason)
{
	return (struct draft_fault){.column = column, .reason = reason};
}

static bool given(const struct draft *d, enum draft_column column)
{
	return d->text[column][0] != '\0';
}

/* ---- codes and dates ---- */

static struct draft_fault read_code(const struct draft *d, enum draft_column column,
				    const char **out)
{
	if (!given(d, column))
		return bad(column, CSV_REQUIRED);
	if (!text_is_code(d->text[column]))
		return bad(column, CSV_BAD_CODE);
	*out = d->text[column];
	return FINE;
}

/* Excel takes the zero from "08": a code that would be known with one is that, misspelt. */
static bool lost_zero(const struct catalogue *c, const char *code, struct date at)
{
	char with[CODE_MAX + 1];

	if (!c || catalogue_unit_by_code(c, code, at) != NO_INDEX)
		return false;
	for (unsigned zeros = 1; csv_unstrip(code, zeros, with); zeros++)
		if (catalogue_unit_by_code(c, with, at) != NO_INDEX)
			return true;
	return false;
}

/* Without a day the figures are today's, or those at the end of the period they are given for. */
static struct date usual_day(const struct draft *d, const struct draft_place *at, const char *item)
{
	uint32_t leaf = at->catalogue ? catalogue_item_by_code(at->catalogue, item) : NO_INDEX;
	const struct schedule *s = leaf != NO_INDEX ? catalogue_schedule(at->catalogue, leaf) : NULL;
	struct period p;

	if (s && given(d, DRAFT_period) && schedule_period(s, d->text[DRAFT_period], &p) &&
	    p.last.ymd < at->today.ymd)
		return p.last;
	return at->today;
}

static struct draft_fault read_place(const struct draft *d, const struct draft_place *at,
				     struct update *u)
{
	struct draft_fault f = read_code(d, DRAFT_item, &u->item);

	if (!draft_fine(f))
		return f;
	if (csv_date(d->text[DRAFT_as_of], &u->as_of) != CSV_OK)
		return bad(DRAFT_as_of, CSV_BAD_DATE);
	if (!u->as_of.ymd)
		u->as_of = usual_day(d, at, u->item);
	if (!u->as_of.ymd)
		return refused(DRAFT_as_of, REASON_AS_OF_MISSING);
	if (!given(d, DRAFT_unit) && at->own_unit[0]) {
		u->unit = at->own_unit;
		return FINE;
	}
	f = read_code(d, DRAFT_unit, &u->unit);
	if (draft_fine(f) && lost_zero(at->catalogue, u->unit, u->as_of))
		return bad(DRAFT_unit, CSV_STRIPPED_ZERO);
	return f;
}

/* ---- bodies ---- */

static struct draft_fault read_integer(const struct draft *d, enum draft_column column, int64_t max,
				       int64_t *out)
{
	return bad(column, csv_integer(d->text[column], 0, max, out));
}

static struct draft_fault read_percent(const struct draft *d, struct update *u)
{
	char number[16];
	size_t n = strlen(d->text[DRAFT_percent]);
	int64_t percent = u->state == TASK_DONE ? 100 : 0;

	if (!n && u->state == TASK_IN_PROGRESS)
		return bad(DRAFT_percent, CSV_REQUIRED);
	if (n && d->text[DRAFT_percent][n - 1] == '%')
		n--;
	if (n >= sizeof number)
		return bad(DRAFT_percent, CSV_BAD_INTEGER);
	snprintf(number, sizeof number, "%.*s", (int)n, d->text[DRAFT_percent]);
	if (given(d, DRAFT_percent)) {
		enum csv_fault f = csv_integer(number, 0, 100, &percent);

		if (f != CSV_OK)
			return bad(DRAFT_percent, f);
	}
	u->percent = (uint32_t)percent;
	return FINE;
}

static struct draft_fault read_task(const struct draft *d, struct update *u)
{
	u->body = BODY_TASK;
	if (!given(d, DRAFT_state))
		return bad(DRAFT_state, CSV_REQUIRED);
	u->state = task_state_of(d->text[DRAFT_state]);
	if (u->state == TASK_NONE)
		return bad(DRAFT_state, CSV_BAD_WORD);
	if (csv_date(d->text[DRAFT_done_on], &u->done_on) != CSV_OK)
		return bad(DRAFT_done_on, CSV_BAD_DATE);
	u->product_ref = d->text[DRAFT_product_ref];
	return read_percent(d, u);
}

static struct draft_fault read_ratio(const struct draft *d, struct update *u)
{
	struct draft_fault f = read_integer(d, DRAFT_numerator, VALUE_MAX, &u->numerator);

	u->body = BODY_RATIO;
	return draft_fine(f) ? read_integer(d, DRAFT_denominator, VALUE_MAX, &u->denominator) : f;
}

/* The item's kind where it is known; else a number with decimals can only be points. */
static bool is_points(const struct draft_place *at, const struct draft *d)
{
	uint32_t item = NO_INDEX;

	if (at->catalogue)
		item = catalogue_item_by_code(at->catalogue, d->text[DRAFT_item]);
	if (item != NO_INDEX)
		return catalogue_item(at->catalogue, item)->row.kind == ITEM_POINTS;
	return strchr(d->text[DRAFT_value], ',') != NULL;
}

static struct draft_fault read_value(const struct draft *d, const struct draft_place *at,
				     struct update *u)
{
	u->body = is_points(at, d) ? BODY_POINTS : BODY_COUNT;
	if (u->body == BODY_COUNT)
		return read_integer(d, DRAFT_value, VALUE_MAX, &u->value);
	return bad(DRAFT_value, csv_hundredths(d->text[DRAFT_value], &u->value));
}

static struct draft_fault read_nothing(const struct draft *d, struct update *u)
{
	u->body = BODY_NONE_ARISEN;
	return strcmp(d->text[DRAFT_nothing], body_word(BODY_NONE_ARISEN)) == 0
		       ? FINE
		       : bad(DRAFT_nothing, CSV_BAD_WORD);
}

/* What an empty line should have had, where the item is known. */
static enum draft_column wanted(const struct draft *d, const struct draft_place *at)
{
	uint32_t item = at->catalogue ? catalogue_item_by_code(at->catalogue, d->text[DRAFT_item])
				      : NO_INDEX;
	enum item_kind kind =
		item == NO_INDEX ? ITEM_NONE : catalogue_item(at->catalogue, item)->row.kind;

	if (kind == ITEM_RATIO)
		return DRAFT_numerator;
	return kind == ITEM_COUNT || kind == ITEM_POINTS ? DRAFT_value : DRAFT_state;
}

static struct draft_fault read_body(const struct draft *d, const struct draft_place *at,
				    struct update *u)
{
	static const struct {
		enum draft_column column;
		enum body_kind body; /* COUNT stands for count and points */
	} of[] = {
		{DRAFT_state, BODY_TASK},       {DRAFT_percent, BODY_TASK},
		{DRAFT_product_ref, BODY_TASK}, {DRAFT_done_on, BODY_TASK},
		{DRAFT_numerator, BODY_RATIO},  {DRAFT_denominator, BODY_RATIO},
		{DRAFT_value, BODY_COUNT},      {DRAFT_nothing, BODY_NONE_ARISEN},
	};
	enum body_kind body = BODY_NONE;

	for (size_t i = 0; i < sizeof of / sizeof *of; i++) {
		if (!given(d, of[i].column))
			continue;
		if (body != BODY_NONE && body != of[i].body)
			return refused(of[i].column, REASON_CONTRADICTION);
		body = of[i].body;
	}
	if (body == BODY_TASK)
		return read_task(d, u);
	if (body == BODY_RATIO)
		return read_ratio(d, u);
	if (body == BODY_COUNT)
		return read_value(d, at, u);
	return body == BODY_NONE_ARISEN ? read_nothing(d, u) : bad(wanted(d, at), CSV_REQUIRED);
}

/* ---- corrections ---- */

/* What is not given again is as in the report that is corrected. */
static struct draft_fault read_corrected(const struct draft *d, const struct draft_place *at, struct update *u)
{
	struct draft_corrected *old = d->corrected;
	enum draft_found found = old && at->find ? at->find(at->find_data, d->text[DRAFT_corrects], old)
						 : DRAFT_UNKNOWN;

	if (found == DRAFT_MISSPELT)
		return bad(DRAFT_corrects, CSV_BAD_WORD);
	if (found != DRAFT_FOUND || strcmp(old->item, d->text[DRAFT_item]) != 0 ||
	    (given(d, DRAFT_unit) && strcmp(old->unit, d->text[DRAFT_unit]) != 0))
		return refused(DRAFT_corrects, REASON_NOT_STANDING);
	u->item = old->item;
	u->unit = old->unit;
	if (!given(d, DRAFT_period))
		u->period = old->period;
	if (csv_date(d->text[DRAFT_as_of], &u->as_of) != CSV_OK)
		return bad(DRAFT_as_of, CSV_BAD_DATE);
	if (!u->as_of.ymd)
		u->as_of = old->as_of;
	u->matter = &old->matter;
	return FINE;
}

struct draft_fault draft_read(const struct draft *d, const struct draft_place *at,
			      struct update *out)
{
	*out = (struct update){.unit = "",
			       .item = "",
			       .product_ref = "",
			       .period = d->text[DRAFT_period],
			       .note = d->text[DRAFT_note],
			       .reason = d->text[DRAFT_reason]};
	bool corrects = given(d, DRAFT_corrects);
	struct draft_fault f = corrects ? read_corrected(d, at, out) : read_place(d, at, out);

	if (draft_fine(f))
		f = read_body(d, at, out);
	if (corrects) {
		out->corrected = out->body;
		out->body = BODY_CORRECTION;
	}
	return f;
}

/* ---- judging ---- */

const char *draft_field(const char *field)
{
	const char *dot = strrchr(field, '.');

	return dot ? dot + 1 : field;
}

enum draft_column draft_column_of(const char *field)
{
	const char *name = draft_field(field);

	if (strcmp(name, "none_arisen") == 0)
		return DRAFT_nothing;
	if (strcmp(name, "replaces") == 0)
		return DRAFT_corrects;
	for (size_t i = 0; i < DRAFT_N; i++)
		if (strcmp(draft_columns[i], name) == 0)
			return (enum draft_column)i;
	return DRAFT_item; /* the whole update */
}

struct verdict draft_verdict(const struct draft_place *at, draft_look *look, void *data, struct update *u)
{
	const struct catalogue *c = at->catalogue;
	struct admit_place place = {.catalogue = c, .today = at->today.ymd ? at->today : u->as_of};
	struct verdict v = {REASON_NONE, ""};
	struct admit_found found;

	if (!c)
		return v;
	uint32_t own = catalogue_unit_by_code(c, at->own_unit, u->as_of);

	if (own != NO_INDEX)
		place.scope_unit = catalogue_unit(c, own)->row.number;
	v = admit_check(&place, u, &found);
	/* a request or an obstacle is not about the cell as it was seen */
	bool figure = u->body <= BODY_UNCHANGED || u->body == BODY_CORRECTION || u->body == BODY_WITHDRAW;

	if (v.reason != REASON_NONE || !look || !figure)
		return v;
	struct draft_known known = look(data, catalogue_unit(c, found.unit)->row.number,
					catalogue_item(c, found.item)->row.number);

	u->base_version = known.version;
	return known.version || known.cell.reported ? admit_against(u, found.period, &known.cell) : v;
}

struct draft_fault draft_judge(const struct draft_place *at, draft_look *look, void *data,
			       struct update *u)
{
	struct verdict v = draft_verdict(at, look, data, u);
	struct draft_fault f = refused(draft_column_of(v.field), v.reason);

	f.unknown_here = draft_unknown(v);
	return f;
}
