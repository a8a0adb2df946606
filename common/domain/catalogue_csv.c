// SPDX-License-Identifier: Apache-2.0
/*
 * catalogue_csv: the files of DOMAIN 6 into rows, by the table of columns. A field that cannot be
 * read is a fault and stays empty in the row; the row is kept all the same, so that what refers to
 * it does not become a fault as well.
 */
#include <string.h>

#include "common/domain/catalogue_inside.h"
#include "common/domain/csv.h"
#include "common/domain/says.h"

static enum csv_fault word(const char *const *words, const char *text, size_t *which)
{
	for (*which = 0; words[*which]; (*which)++)
		if (strcmp(words[*which], text) == 0)
			return CSV_OK;
	return CSV_BAD_WORD;
}

static enum csv_fault read_use(const char *text, const char **out)
{
	static const char *const uses[] = { "", "peer", "pilot", "report", NULL };
	size_t which;

	*out = text;
	return word(uses, text, &which);
}

static enum csv_fault read_schedule(const char *text, const char **out)
{
	*out = text;
	return rhythm_of(text) != RHYTHM_NONE ? CSV_OK : CSV_BAD_WORD;
}

static enum csv_fault read_bounded(const char *text, bool *out)
{
	static const char *const words[] = { "", "no", "0", "yes", "1", NULL };
	size_t which;

	if (word(words, text, &which) != CSV_OK)
		return CSV_BAD_WORD;
	*out = which >= 3;
	return CSV_OK;
}

static enum csv_fault read_working(const char *text, bool *out)
{
	static const char *const words[] = { "", "off", "working", NULL };
	size_t which;

	if (word(words, text, &which) != CSV_OK)
		return CSV_BAD_WORD;
	*out = which == 2;
	return CSV_OK;
}

static enum csv_fault read_above(const char *text, bool *out)
{
	static const char *const words[] = { "below", "above", NULL };
	size_t which;

	if (word(words, text, &which) != CSV_OK)
		return text[0] ? CSV_BAD_WORD : CSV_REQUIRED;
	*out = which == 1;
	return CSV_OK;
}

static enum csv_fault read_flags(const char *text, unsigned *out)
{
	static const char *const flags[] = { "trong_tam", "dp_chu_tri", "watch", "own_work", NULL };
	char part[16];
	size_t which;

	while (*text) {
		size_t n = strcspn(text, "|"), from = strspn(text, " "), to = n;

		while (to > from && text[to - 1] == ' ')
			to--;
		if (to - from >= sizeof(part))
			return CSV_BAD_WORD;
		memcpy(part, text + from, to - from);
		part[to - from] = '\0';
		if (word(flags, part, &which) != CSV_OK)
			return CSV_BAD_WORD;
		*out |= 1U << which;
		text += n + (text[n] == '|');
	}
	return CSV_OK;
}

static enum csv_fault read_number(const char *text, unsigned least, unsigned limit, uint32_t *out)
{
	int64_t n = 0;
	enum csv_fault fault = text[0] ? csv_integer(text, least, limit, &n) : CSV_OK;

	*out = (uint32_t)n;
	return fault;
}

/* An item's own target is read here, as its kind stands in the row; one of targets.csv waits for
 * its item. */
static enum csv_fault read_target(struct kept *k, const char *text)
{
	struct item_row *r = &k->row.item;

	if (k->row.kind == ROW_TARGET) {
		k->raw = text;
		return CSV_OK;
	}
	r->has_target = text[0] != '\0';
	if (r->has_target && (r->kind == ITEM_RATIO || r->kind == ITEM_RATIO_GROUP))
		return csv_percent(text, &r->target);
	if (r->has_target && r->kind == ITEM_COUNT)
		return csv_integer(text, 0, VALUE_MAX, &r->target);
	return CSV_OK; /* the check says that such an item has no target */
}

/* A share is written as one: 80 alone could be meant as 80 % or as what the journal holds, 0,8 %. */
static enum csv_fault read_value(struct threshold_row *r, const char *text)
{
	int64_t n = 0;
	enum csv_fault fault = threshold_is_rate(r->measure) ? csv_percent(text, &n)
							     : csv_integer(text, 0, VALUE_MAX, &n);

	r->value = (uint64_t)n;
	return fault;
}

static enum csv_fault read_maximum(struct kept *k, const char *text)
{
	struct item_row *r = &k->row.item;
	enum csv_fault fault = text[0] ? csv_hundredths(text, &r->maximum) : CSV_OK;

	r->has_maximum = text[0] && fault == CSV_OK;
	return fault;
}

/* A word of one of the model's enumerations. */
static enum csv_fault read_word(enum column_type type, const char *text, void *out)
{
	int n = 0;

	if (text[0] == '\0')
		return CSV_OK;
	if (type == COLUMN_UNIT_KIND)
		n = *(enum unit_kind *)out = unit_kind_of(text);
	else if (type == COLUMN_BRANCH)
		n = *(enum unit_branch *)out = unit_branch_of(text);
	else if (type == COLUMN_ITEM_KIND)
		n = *(enum item_kind *)out = item_kind_of(text);
	else if (type == COLUMN_ANSWER)
		n = *(enum answer *)out = answer_of(text);
	else if (type == COLUMN_MEASURE)
		n = *(enum measure *)out = measure_of(text);
	else if (type == COLUMN_AGGREGATE)
		n = *(enum aggregate *)out = aggregate_of(text);
	else if (type == COLUMN_THRESHOLD)
		n = *(enum threshold_measure *)out = threshold_measure_of(text);
	else
		n = *(enum direction *)out = direction_of(text);
	return n ? CSV_OK : CSV_BAD_WORD;
}

static enum csv_fault read_field(struct kept *k, const struct column *c, const char *text)
{
	void *out = column_field(&k->row, c);

	switch (c->type) {
	case COLUMN_TEXT:
	case COLUMN_REFERENCE:
		*column_text(&k->row, c) = text;
		return CSV_OK;
	case COLUMN_CODE:
		return csv_code(text, out);
	case COLUMN_USE:
		return read_use(text, out);
	case COLUMN_SCHEDULE:
		return read_schedule(text, out);
	case COLUMN_DATE:
		return csv_date(text, out);
	case COLUMN_NUMBER:
		return read_number(text, 1, c->limit, out);
	case COLUMN_COUNT:
		return read_number(text, 0, c->limit, out);
	case COLUMN_DAYS:
		return text[0] ? read_number(text, 0, c->limit, out) : CSV_REQUIRED;
	case COLUMN_BOUNDED:
		return read_bounded(text, out);
	case COLUMN_WORKING:
		return read_working(text, out);
	case COLUMN_ABOVE:
		return read_above(text, out);
	case COLUMN_FLAGS:
		return read_flags(text, out);
	case COLUMN_TARGET:
		return read_target(k, text);
	case COLUMN_MAXIMUM:
		return read_maximum(k, text);
	case COLUMN_VALUE:
		return read_value(&k->row.threshold, text);
	case COLUMN_UNIT_KIND:
	case COLUMN_BRANCH:
	case COLUMN_ITEM_KIND:
	case COLUMN_ANSWER:
	case COLUMN_MEASURE:
	case COLUMN_AGGREGATE:
	case COLUMN_DIRECTION:
	case COLUMN_THRESHOLD:
		break;
	}
	return read_word(c->type, text, out);
}

static enum fault_kind target_fault(enum column_type type, enum csv_fault fault)
{
	return type == COLUMN_TARGET && fault == CSV_OUT_OF_RANGE ? FAULT_TARGET_OUT_OF_RANGE
								  : FAULT_CSV;
}

/* A code that cannot be one is kept as it was written: it is a fault once, and may be what others
 * refer to. */
static void read_record(const struct columns *cs, const struct csv *csv, struct kept *k,
			struct faults *faults)
{
	for (size_t i = 0; i < cs->n; i++) {
		const char *text = csv_field(csv, i);
		enum csv_fault fault = read_field(k, &cs->list[i], text);

		if (fault == CSV_OK)
			continue;
		k->bad |= UINT64_C(1) << i;
		if (column_is_text(cs->list[i].type))
			*column_text(&k->row, &cs->list[i]) = text;
		fault_add(faults, target_fault(cs->list[i].type, fault), k, cs->list[i].name, text,
			  (int)fault);
	}
}

static bool keep_record(struct builder *b, const struct columns *cs, const struct csv *csv,
			struct faults *faults)
{
	struct kept k = { .row.kind = cs->kind, .file = cs->file, .line = csv_line(csv) }, *kept;

	read_record(cs, csv, &k, faults);
	kept = builder_keep(b, &k.row, k.file, k.line);
	if (!kept)
		return false;
	kept->bad = k.bad;
	kept->raw = k.raw ? pool_text(&b->pool, k.raw) : NULL;
	return !b->pool.failed;
}

/* ---- zeros that a spreadsheet has taken away ---- */

/* The length of a code of digits alone of the units that the state numbers, else 0. */
static size_t digits(const struct unit_row *r)
{
	size_t n = strspn(r->code, "0123456789");

	if (r->kind != UNIT_PROVINCE && r->kind != UNIT_DISTRICT && r->kind != UNIT_COMMUNE)
		return 0;
	return r->code[n] == '\0' ? n : 0;
}

/* The state's codes of one kind are all of one length: a shorter one has lost its zero (70 for
 * 070). */
static void check_lengths(const struct builder *b, size_t from, struct faults *faults)
{
	const struct kept_list *l = &b->rows[ROW_UNIT];
	size_t longest[UNIT_OTHER + 1] = { 0 };

	for (size_t i = from; i < l->n; i++) {
		const struct unit_row *r = &l->at[i].row.unit;

		if (digits(r) > longest[r->kind])
			longest[r->kind] = digits(r);
	}
	for (size_t i = from; i < l->n; i++) {
		const struct unit_row *r = &l->at[i].row.unit;

		if (digits(r) > 0 && digits(r) < longest[r->kind] &&
		    !(l->at[i].bad & 1)) /* code is column 0 */
			fault_add(faults, FAULT_CSV, &l->at[i], "code", r->code, CSV_STRIPPED_ZERO);
	}
}

static void names_of(const struct columns *cs, const char *names[static COLUMNS_MAX])
{
	for (size_t i = 0; i < cs->n; i++)
		names[i] = cs->list[i].name;
	names[cs->n] = NULL;
}

bool builder_csv(struct builder *b, const char *file, const char *data, size_t size,
		 struct faults *faults)
{
	const struct columns *cs = columns_of_file(file);
	struct kept at = { .file = file };
	const char *names[COLUMNS_MAX];
	char value[CSV_VALUE_MAX];
	enum csv_fault fault;
	size_t units = b->rows[ROW_UNIT].n;
	struct csv *csv;
	bool ok = true;

	if (!cs) {
		fault_add(faults, FAULT_CSV, &at, "", file, CSV_BAD_WORD);
		return true;
	}
	names_of(cs, names);
	csv = csv_open(data, size, names, cs->required, &fault, &at.line, value);
	if (!csv && fault == CSV_NO_MEMORY)
		return false;
	if (!csv) {
		fault_add(faults, FAULT_CSV, &at, "", value, (int)fault);
		return true;
	}
	while (ok && csv_next(csv))
		ok = keep_record(b, cs, csv, faults);
	at.line = csv_line(csv);
	if (csv_error(csv) != CSV_OK)
		fault_add(faults, FAULT_CSV, &at, "", "", (int)csv_error(csv));
	csv_close(csv);
	if (cs->kind == ROW_UNIT)
		check_lengths(b, units, faults);
	return ok;
}
