// SPDX-License-Identifier: Apache-2.0
#include "agent/desk.h"

#include "agent/ask.h"
#include "agent/render.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum {
	FILE_MAX = 64 << 20,
	FAULTS_SHOWN = 200 /* the rest is counted: a clerk mends these first */
};

static struct {
	const char *period;
	bool dry_run;
} given;

static const struct args_option OPTIONS[] = {
	{.name = "period",
	 .value = "CODE",
	 .text = &given.period,
	 .vi = "kỳ báo cáo của những dòng không ghi kỳ",
	 .en = "period of the rows that name none"},
	{.name = "dry-run",
	 .flag = &given.dry_run,
	 .vi = "chỉ kiểm tra, không xếp hàng",
	 .en = "only check, queue nothing"},
};

const struct args_option *desk_import_options(size_t *n)
{
	*n = BASE_COUNT(OPTIONS);
	return OPTIONS;
}

/* What a period got of the file. */
struct tally {
	struct period period;
	struct date deadline;
	size_t rows;
};

struct import {
	struct desk *d;
	const char *file;
	struct buffer text;
	struct csv *csv;
	struct update *updates;
	size_t n, room;
	struct draft_corrected **corrected; /* what corrections point into */
	size_t corrected_n, corrected_room;
	struct tally *tallies;
	size_t tallies_n;
	size_t faults;
	struct buffer shown; /* of text: lines */
	size_t unknown;      /* rows the slice does not know */
	bool trust_unknown;  /* ... are queued, for the centre to judge */
};

/* ---- faults ---- */

static void put_fault(struct import *m, unsigned line, const char *column, const char *name,
		      const char *says, const char *value)
{
	struct desk *d = m->d;

	if (m->faults++ >= FAULTS_SHOWN)
		return;
	if (d->office.json) {
		struct json j = json_to(&m->shown);

		j.comma = m->faults > 1;
		json_object_begin(&j, NULL);
		json_uint(&j, "line", line);
		json_text(&j, "column", column);
		json_text(&j, "name", name);
		json_text(&j, "value", value);
		json_text(&j, "says", says);
		json_object_end(&j);
		return;
	}
	buffer_format(&m->shown, SAY(d, "  dòng %u, cột %s", "  line %u, column %s"), line,
		      column[0] ? column : "–");
	if (value[0])
		buffer_format(&m->shown, " (%s)", value);
	buffer_format(&m->shown, ": %s\n", says);
}

static void put_draft_fault(struct import *m, const struct draft *draft, struct draft_fault f)
{
	enum language l = m->d->office.language;
	char value[CSV_VALUE_MAX];

	/* a citizen's number is not shown again, nor kept in what a program stores of this */
	render_value(f.reason == REASON_PERSONAL_ID ? "" : draft->text[f.column], value);
	put_fault(m, csv_line(m->csv), draft_columns[f.column],
		  f.csv ? csv_fault_name(f.csv) : reason_name(f.reason), render_fault(f, l), value);
}

/* ---- rows ---- */

static struct draft_corrected *room_for_corrected(struct import *m)
{
	if (m->corrected_n == m->corrected_room) {
		m->corrected_room = m->corrected_room ? m->corrected_room * 2 : 16;
		m->corrected = base_grow(m->corrected, m->corrected_room, sizeof *m->corrected);
	}
	return m->corrected[m->corrected_n++] = base_alloc(sizeof **m->corrected);
}

static void free_corrected(struct import *m)
{
	while (m->corrected_n)
		free(m->corrected[--m->corrected_n]);
}

static void take_row(struct import *m, const struct draft_place *at)
{
	struct draft draft = {.corrected = NULL};
	struct update u;

	for (size_t i = 0; i < DRAFT_N; i++)
		draft.text[i] = csv_field(m->csv, i);
	if (given.period && !draft.text[DRAFT_period][0] && !draft.text[DRAFT_corrects][0])
		draft.text[DRAFT_period] = given.period;
	if (draft.text[DRAFT_corrects][0])
		draft.corrected = room_for_corrected(m);
	struct draft_fault f = draft_read(&draft, at, &u);

	if (draft_fine(f))
		f = draft_judge(at, ask_look, m->d, &u);
	if (f.unknown_here) {
		m->unknown++;
		if (m->trust_unknown)
			f = (struct draft_fault){0};
	}
	ask_seal(m->d, &u, true);
	if (draft_fine(f) && !ask_fits(&u))
		f = (struct draft_fault){.column = DRAFT_note, .reason = REASON_TOO_LARGE};
	if (!draft_fine(f)) {
		put_draft_fault(m, &draft, f);
		return;
	}
	if (m->n == m->room) {
		m->room = m->room ? m->room * 2 : 256;
		m->updates = base_grow(m->updates, m->room, sizeof *m->updates);
	}
	m->updates[m->n++] = u;
}

/* The whole file, from its first line; what an earlier pass found is forgotten. */
static void pass(struct import *m)
{
	struct draft_place at = ask_place(m->d);
	enum language l = m->d->office.language;
	enum csv_fault fault;
	unsigned line;
	char value[CSV_VALUE_MAX];

	csv_close(m->csv);
	buffer_clear(&m->shown);
	free_corrected(m);
	m->n = m->faults = m->unknown = 0;
	m->csv = csv_open((const char *)m->text.data, m->text.size, draft_columns, 1, &fault, &line,
			  value);
	if (!m->csv && fault == CSV_NO_MEMORY)
		base_no_memory(m->text.size); /* no fault of the file */
	if (!m->csv) {
		put_fault(m, line, value, csv_fault_name(fault), csv_fault_says(fault, l), "");
		return;
	}
	while (csv_next(m->csv))
		take_row(m, &at);
	if (csv_error(m->csv))
		put_fault(m, csv_line(m->csv), "", csv_fault_name(csv_error(m->csv)),
			  csv_fault_says(csv_error(m->csv), l), "");
}

/* A slice that is too old is fetched; when the centre cannot be asked, it will judge. */
static void judge(struct import *m)
{
	struct desk *d = m->d;
	struct sys_error why;

	pass(m);
	if (!m->unknown)
		return;
	if (ask_centre(d, SPOOL_SLICE, &why) == FETCH_DONE && desk_catalogue(d) == DESK_FINE) {
		pass(m);
		return;
	}
	m->trust_unknown = true;
	pass(m);
	desk_warn(d,
		  SAY(d,
		      "%zu dòng có mã mà danh mục tại đơn vị chưa có và không hỏi được máy chủ; "
		      "máy chủ sẽ "
		      "xét",
		      "%zu rows bear codes that the catalogue here does not know and the centre "
		      "cannot be "
		      "asked; it will judge"),
		  m->unknown);
}

/* ---- what is said ---- */

static void tally(struct import *m, const struct update *u)
{
	const struct catalogue *c = m->d->catalogue;
	struct tally t = {.rows = 1};
	bool known;
	uint32_t unit = c ? catalogue_unit_at(c, u->unit, u->as_of, &known) : NO_INDEX;
	uint32_t item = c ? catalogue_item_by_code(c, u->item) : NO_INDEX;

	if (unit == NO_INDEX || item == NO_INDEX ||
	    !duty_period(c, item, unit, u->period, u->as_of, &t.period, &t.deadline))
		return;
	for (size_t i = 0; i < m->tallies_n; i++)
		if (strcmp(m->tallies[i].period.code, t.period.code) == 0 &&
		    m->tallies[i].deadline.ymd == t.deadline.ymd) {
			m->tallies[i].rows++;
			return;
		}
	m->tallies = base_grow(m->tallies, m->tallies_n + 1, sizeof t);
	m->tallies[m->tallies_n++] = t;
}

static int by_deadline(const void *a, const void *b)
{
	const struct tally *x = a, *y = b;

	if (x->deadline.ymd != y->deadline.ymd)
		return x->deadline.ymd < y->deadline.ymd ? -1 : 1;
	return strcmp(x->period.code, y->period.code);
}

/* For which periods the rows count: a clerk who has taken last month's file sees it here. */
static void say_periods(struct import *m)
{
	struct desk *d = m->d;

	bool proven;
	struct date today = office_today(&d->office, &proven);

	for (size_t i = 0; i < m->n; i++)
		tally(m, &m->updates[i]);
	if (m->tallies_n)
		qsort(m->tallies, m->tallies_n, sizeof *m->tallies, by_deadline);
	if (d->office.json)
		json_array_begin(&d->json, "periods");
	for (size_t i = 0; i < m->tallies_n; i++) {
		const struct tally *t = &m->tallies[i];

		if (d->office.json) {
			json_object_begin(&d->json, NULL);
			json_text(&d->json, "period", t->period.code);
			json_uint(&d->json, "deadline", t->deadline.ymd);
			json_uint(&d->json, "rows", t->rows);
			json_object_end(&d->json);
			continue;
		}
		buffer_format(&d->out, SAY(d, "  kỳ %s: %zu dòng, hạn ", "  period %s: %zu rows, due "), t->period.code,
			      t->rows);
		render_date(&d->out, d->office.language, t->deadline);
		buffer_format(&d->out, "%s\n",
			      proven && t->deadline.ymd < today.ymd ? SAY(d, ", đã quá hạn", ", late") : "");
	}
	if (d->office.json)
		json_array_end(&d->json);
}

static enum desk_exit say_faults(struct import *m)
{
	struct desk *d = m->d;

	if (d->office.json) {
		json_object_begin(&d->json, NULL);
		json_text(&d->json, "file", m->file);
		json_none(&d->json, "queued");
		json_uint(&d->json, "faults_n", m->faults);
		json_array_begin(&d->json, "faults");
		buffer_put_bytes(&d->out, buffer_bytes(&m->shown));
		json_array_end(&d->json);
	} else {
		buffer_format(&d->out,
			      SAY(d, "%s: %zu chỗ sai, chưa xếp hàng gì.\n",
				  "%s: %zu faults, nothing was queued.\n"),
			      m->file, m->faults);
		buffer_put_bytes(&d->out, buffer_bytes(&m->shown));
		if (m->faults > FAULTS_SHOWN)
			buffer_format(&d->out,
				      SAY(d, "  … và %zu chỗ nữa\n", "  ... and %zu more\n"),
				      m->faults - FAULTS_SHOWN);
	}
	render_end(d);
	return DESK_REFUSED;
}

static enum desk_exit say_queued(struct import *m, uint64_t first)
{
	struct desk *d = m->d;
	bool queued = m->n && !given.dry_run;

	if (d->office.json) {
		json_object_begin(&d->json, NULL);
		json_text(&d->json, "file", m->file);
		json_bool(&d->json, "dry_run", given.dry_run);
		json_uint(&d->json, "rows", m->n);
		if (queued) {
			json_object_begin(&d->json, "queued");
			json_uint(&d->json, "from", first);
			json_uint(&d->json, "to", first + m->n - 1);
			json_uint(&d->json, "rows", m->n);
			json_object_end(&d->json);
		} else {
			json_none(&d->json, "queued");
		}
		json_uint(&d->json, "faults_n", 0);
	} else if (queued) {
		buffer_format(&d->out,
			      SAY(d, "%s: đã xếp hàng %zu dòng, số %" PRIu64 " đến %" PRIu64 ".\n",
				  "%s: %zu rows queued, number %" PRIu64 " to %" PRIu64 ".\n"),
			      m->file, m->n, first, first + m->n - 1);
	} else {
		buffer_format(&d->out,
			      SAY(d, "%s: %zu dòng, không có lỗi; chưa xếp hàng gì.\n",
				  "%s: %zu rows, no fault; nothing was queued.\n"),
			      m->file, m->n);
	}
	say_periods(m);
	desk_warnings(d);
	render_end(d);
	return DESK_FINE;
}

static enum desk_exit queue(struct import *m)
{
	struct desk *d = m->d;
	struct sys_error error = {""};
	uint64_t first = 0;

	judge(m);
	if (m->faults)
		return say_faults(m);
	if (!d->catalogue)
		desk_warn(d,
			  SAY(d,
			      "chưa nhận được danh mục từ máy chủ nên mới chỉ kiểm tra hình thức",
			      "no catalogue was received yet: only the form was checked"));
	if (given.dry_run || !m->n)
		return say_queued(m, 0);
	int code = spool_queue(d->office.spool, m->updates, m->n, &first, &error);

	return code ? desk_fail_sys(d, code, &error) : say_queued(m, first);
}

enum desk_exit desk_import(struct desk *d, int argc, char **argv)
{
	struct import m = {.d = d};
	struct sys_error error = {""};
	size_t n;
	enum desk_exit exit =
		desk_args(d, argc, argv, OPTIONS, BASE_COUNT(OPTIONS), &m.file, 1, &n);

	if (exit)
		return exit;
	if (!n)
		return desk_fail(d, DESK_USAGE,
				 SAY(d, "thiếu tên tệp CSV", "the CSV file's name is missing"));
	if ((exit = desk_open(d)) || (exit = desk_catalogue(d)))
		return exit;
	int code = base_file_read(m.file, FILE_MAX, &m.text, &error);

	if (code == -ENOENT)
		exit = desk_fail(d, DESK_ENVIRONMENT,
				 SAY(d, "không có tệp %s", "there is no file %s"), m.file);
	else
		exit = code ? desk_fail(d, DESK_ENVIRONMENT,
				SAY(d, "Không đọc được tệp, chưa xếp hàng gì (%s)",
				    "The file cannot be read, nothing was queued (%s)"),
				error.text)
		    : queue(&m);
	csv_close(m.csv);
	free(m.updates);
	free_corrected(&m);
	free(m.corrected);
	free(m.tallies);
	buffer_free(&m.text);
	buffer_free(&m.shown);
	return exit;
}
