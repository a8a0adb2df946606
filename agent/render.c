// SPDX-License-Identifier: Apache-2.0
#include "agent/render.h"

#include "common/domain/figures.h"
#include "common/domain/periods.h"
#include "common/domain/text.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>

static const char *const NONE = "–";

void render_integer(struct buffer *out, enum language l, int64_t n)
{
	char digits[24];
	int size = snprintf(digits, sizeof digits, "%" PRId64, n < 0 ? -n : n);

	if (n < 0)
		buffer_put_u8(out, '-');
	for (int i = 0; i < size; i++) {
		if (i && (size - i) % 3 == 0)
			buffer_put_u8(out, l == LANGUAGE_VI ? '.' : ',');
		buffer_put_u8(out, (uint8_t)digits[i]);
	}
}

void render_hundredths(struct buffer *out, enum language l, int64_t n)
{
	render_integer(out, l, n / 100);
	if (n % 100 == 0)
		return;
	buffer_put_u8(out, l == LANGUAGE_VI ? ',' : '.');
	buffer_format(out, n % 10 ? "%02" PRId64 : "%01" PRId64, n % 10 ? n % 100 : n % 100 / 10);
}

/* 100 % and 50 % as people write them, 98,43 % and 5,60 % with both places, as at the centre. */
void render_percent(struct buffer *out, enum language l, int64_t n, int64_t d)
{
	if (d <= 0) {
		buffer_put_text(out, NONE);
		return;
	}
	int64_t bp = figures_percent_bp(n, d);

	render_integer(out, l, bp / 100);
	if (bp % 100)
		buffer_format(out, "%c%02" PRId64, l == LANGUAGE_VI ? ',' : '.', bp % 100);
	buffer_put_text(out, " %");
}

void render_date(struct buffer *out, enum language l, struct date date)
{
	unsigned y = date.ymd / 10000, m = date.ymd / 100 % 100, d = date.ymd % 100;

	if (!date.ymd)
		buffer_put_text(out, NONE);
	else if (l == LANGUAGE_VI)
		buffer_format(out, "%02u/%02u/%04u", d, m, y);
	else
		buffer_format(out, "%04u-%02u-%02u", y, m, d);
}

void render_time(struct buffer *out, enum language l, int64_t ms)
{
	struct date date = date_at((struct instant){ms}, OFFICE_OFFSET_MINUTES);
	int64_t minute = (ms - date_start(date, OFFICE_OFFSET_MINUTES).ms) / 60000;

	if (!ms) {
		buffer_put_text(out, NONE);
		return;
	}
	render_date(out, l, date);
	buffer_format(out, " %02d:%02d", (int)(minute / 60), (int)(minute % 60));
}

void render_body(struct buffer *out, enum language l, const struct update *u)
{
	switch (u->body == BODY_CORRECTION ? u->corrected : u->body) {
	case BODY_TASK:
		buffer_put_text(out, task_state_label(u->state, l));
		if (u->state == TASK_IN_PROGRESS)
			buffer_format(out, " %u %%", u->percent);
		break;
	case BODY_RATIO:
		render_integer(out, l, u->numerator);
		buffer_put_text(out, " / ");
		render_integer(out, l, u->denominator);
		buffer_put_text(out, " = ");
		render_percent(out, l, u->numerator, u->denominator);
		break;
	case BODY_COUNT:
		render_integer(out, l, u->value);
		break;
	case BODY_POINTS:
		render_hundredths(out, l, u->value);
		buffer_put_text(out, l == LANGUAGE_VI ? " điểm" : " points");
		break;
	case BODY_NONE_ARISEN:
		buffer_put_text(out, l == LANGUAGE_VI ? "không phát sinh" : "nothing arisen");
		break;
	case BODY_NONE:
	case BODY_UNCHANGED:
	case BODY_NA_REQUEST:
	case BODY_CORRECTION:
	case BODY_WITHDRAW:
	case BODY_OBSTACLE:
	case BODY_EXTENSION_REQUEST:
	case BODY_MILESTONE:
	case BODY_NOTICE_ACK:
		buffer_put_text(out, body_label(u->body, l));
		break;
	}
}

void render_figure_json(struct json *j, const struct update *u)
{
	enum body_kind body = update_figure(u);

	json_text(j, "body", body_word(body));
	json_uint(j, "as_of", u->as_of.ymd);
	if (body == BODY_TASK) {
		json_text(j, "state", task_state_word(u->state));
		json_uint(j, "percent", u->percent);
	} else if (body == BODY_RATIO) {
		json_int(j, "value", u->numerator);
		json_int(j, "denominator", u->denominator);
	} else if (body == BODY_COUNT || body == BODY_POINTS) {
		json_int(j, "value", u->value);
	}
}

/* Bytes of the character that begins here; 0 = none does. */
static size_t character(const char *at)
{
	for (size_t n = 1; n <= 4 && at[n - 1]; n++)
		if (text_is_utf8(at, n))
			return n;
	return 0;
}

const char *render_value(const char *text, char out[static CSV_VALUE_MAX])
{
	static const char more[] = "…";
	size_t used = 0, room = CSV_VALUE_MAX - sizeof more;

	while (*text) {
		size_t n = character(text);
		enum reason r = text_check(text, n, 4);
		bool plain = n && *text != '\n' && *text != '\t' && r != REASON_TEXT_CONTROL;

		if (used + (plain ? n : 1) > room) {
			memcpy(out + used, more, sizeof more);
			return out;
		}
		memcpy(out + used, plain ? text : "?", plain ? n : 1);
		used += plain ? n : 1;
		text += n ? n : 1;
	}
	out[used] = '\0';
	return out;
}

const char *render_fault(struct draft_fault f, enum language l)
{
	if (f.column == DRAFT_corrects && f.csv == CSV_BAD_WORD)
		return l == LANGUAGE_VI ? "Số biên nhận viết như 0a1b2c3d-17-2. Hãy xem trong danh sách: tiendo-agent "
					  "receipts."
					: "A receipt is written like 0a1b2c3d-17-2. Look it up: tiendo-agent receipts.";
	if (f.column == DRAFT_corrects && f.reason == REASON_NOT_STANDING)
		return l == LANGUAGE_VI ? "Đơn vị không có báo cáo nào của mục này mang biên nhận đó. Hãy xem lại trong danh "
					  "sách: tiendo-agent receipts."
					: "The office has no report of this item with that receipt. Look it up: "
					  "tiendo-agent receipts.";
	if (f.csv)
		return csv_fault_says(f.csv, l);
	if (f.reason == REASON_UNKNOWN_UNIT)
		return l == LANGUAGE_VI ? "Danh mục của đơn vị mình không có mã này: chỉ báo cáo được cho đơn "
					  "vị mình và cấp dưới. Hãy kiểm tra lại mã."
					: "The office's catalogue has no such code: reports are for our own "
					  "unit and those below it. Check the code.";
	if (f.reason == REASON_UNKNOWN_ITEM)
		return l == LANGUAGE_VI ? "Danh mục của đơn vị mình không có mã này: mã sai, hoặc không giao "
					  "cho đơn vị mình và cấp dưới. Hãy kiểm tra lại mã."
					: "The office's catalogue has no such code: it is misspelt, or not "
					  "assigned to our own unit or those below it. Check the code.";
	return reason_says(f.reason, l);
}

void render_receipt(struct buffer *out, const uint8_t *incarnation, uint64_t entry, uint32_t index)
{
	buffer_format(out, "%02x%02x%02x%02x-%" PRIu64 "-%u", incarnation[0], incarnation[1],
		      incarnation[2], incarnation[3], entry, index);
}

void render_plain(struct buffer *out, const char *text)
{
	while (*text) {
		size_t n = character(text);

		if (n && text_check(text, n, n) != REASON_TEXT_CONTROL)
			buffer_put(out, text, n);
		else
			buffer_put_u8(out, '?');
		text += n ? n : 1;
	}
}

void render_end(struct desk *d)
{
	desk_marks(d);
	if (d->office.json) {
		json_object_end(&d->json);
		buffer_put_u8(&d->out, '\n');
	}
}

/* ---- tables ---- */

void render_cell(struct render_table *t)
{
	const char *text = buffer_text(&t->cell);

	buffer_put(&t->text, text, strlen(text) + 1);
	buffer_clear(&t->cell);
	t->cells++;
}

void render_cell_text(struct render_table *t, const char *text)
{
	buffer_put_text(&t->cell, text);
	render_cell(t);
}

static void pad(struct buffer *out, size_t n)
{
	while (n--)
		buffer_put_u8(out, ' ');
}

static void put_cell(struct buffer *out, const struct render_table *t, const char *text, size_t i,
		     size_t width)
{
	size_t column = i % t->columns, room = width - text_width(text);
	bool right = t->right[column] && i >= t->columns;

	if (column)
		buffer_put_text(out, "  ");
	if (right)
		pad(out, room);
	buffer_put_text(out, text);
	if (column + 1 == t->columns)
		buffer_put_u8(out, '\n');
	else if (!right)
		pad(out, room);
}

void render_table(struct buffer *out, struct render_table *t)
{
	size_t width[RENDER_COLUMNS] = {0};
	const char *text = buffer_text(&t->text), *at = text;

	assert(t->columns && t->columns <= RENDER_COLUMNS && t->cells % t->columns == 0);
	for (size_t i = 0; i < t->cells; i++, at += strlen(at) + 1)
		if (text_width(at) > width[i % t->columns])
			width[i % t->columns] = text_width(at);
	at = text;
	for (size_t i = 0; i < t->cells; i++, at += strlen(at) + 1)
		put_cell(out, t, at, i, width[i % t->columns]);
	render_table_free(t);
}

void render_table_free(struct render_table *t)
{
	buffer_free(&t->text);
	buffer_free(&t->cell);
	t->cells = 0;
}
