// SPDX-License-Identifier: Apache-2.0
#include "agent/desk.h"

#include "agent/render.h"

#include <inttypes.h>
#include <stdlib.h>

static struct {
	const char *limit;
} given;

static const struct args_option OPTIONS[] = {
	{.name = "limit",
	 .value = "N",
	 .text = &given.limit,
	 .vi = "chỉ N biên nhận mới nhất (mặc định 50; 0 = tất cả)",
	 .en = "only the newest N (default 50; 0 = all)"},
};

const struct args_option *desk_receipts_options(size_t *n)
{
	*n = BASE_COUNT(OPTIONS);
	return OPTIONS;
}

struct seen {
	struct desk *d;
	struct render_table table;
};

static bool put_json(void *data, const struct spool_receipt *r)
{
	struct seen *s = data;
	struct json *j = &s->d->json;
	struct buffer b = {0};

	render_receipt(&b, r->incarnation, r->entry, r->index);
	json_object_begin(j, NULL);
	json_text(j, "receipt", buffer_text(&b));
	json_hex(j, "incarnation", bytes_of(r->incarnation, SPOOL_ID));
	json_uint(j, "entry", r->entry);
	json_uint(j, "index", r->index);
	json_uint(j, "epoch", r->ordinal);
	json_uint(j, "seq", r->seq);
	json_int(j, "received_ms", r->received_ms);
	json_int(j, "first_received_ms", r->first_received_ms);
	json_text(j, "unit", r->unit);
	json_text(j, "item", r->item);
	json_text(j, "period", r->period);
	json_uint(j, "as_of", r->as_of.ymd);
	json_text(j, "body", body_word(r->body));
	json_hex(j, "blob_hash", bytes_of(r->blob_hash, KEYS_HASH));
	json_object_end(j);
	buffer_free(&b);
	return true;
}

static bool put_row(void *data, const struct spool_receipt *r)
{
	struct seen *s = data;
	struct render_table *t = &s->table;
	enum language l = s->d->office.language;

	render_receipt(&t->cell, r->incarnation, r->entry, r->index);
	render_cell(t);
	/* a restored centre gave a new number; the first time is what counts */
	render_time(&t->cell, l, r->first_received_ms);
	render_cell(t);
	buffer_format(&t->cell, "%" PRIu64, r->seq);
	render_cell(t);
	render_cell_text(t, r->unit);
	render_cell_text(t, r->item);
	render_date(&t->cell, l, r->as_of);
	render_cell(t);
	render_cell_text(t, body_label(r->body, l));
	return true;
}

static int put_table(struct desk *d, size_t limit, struct sys_error *error)
{
	struct seen s = {.d = d, .table = {.columns = 7, .right = {[2] = true}}};

	render_cell_text(&s.table, SAY(d, "Biên nhận", "Receipt"));
	render_cell_text(&s.table, SAY(d, "Máy chủ nhận lúc", "Received at"));
	render_cell_text(&s.table, SAY(d, "Số", "No."));
	render_cell_text(&s.table, SAY(d, "Đơn vị", "Unit"));
	render_cell_text(&s.table, SAY(d, "Mã", "Item"));
	render_cell_text(&s.table, SAY(d, "Số liệu ngày", "As of"));
	render_cell_text(&s.table, SAY(d, "Loại", "Kind"));
	int code = spool_receipts(d->office.spool, limit, put_row, &s, error);

	if (s.table.cells == s.table.columns) {
		buffer_put_text(&d->out, SAY(d, "Chưa có biên nhận nào.\n", "No receipt yet.\n"));
		render_table_free(&s.table);
	} else {
		render_table(&d->out, &s.table);
	}
	return code;
}

enum desk_exit desk_receipts(struct desk *d, int argc, char **argv)
{
	struct sys_error error = {""};
	struct seen s = {.d = d};
	int64_t limit = 50;
	int code;
	size_t operands;
	enum desk_exit exit =
		desk_args(d, argc, argv, OPTIONS, BASE_COUNT(OPTIONS), NULL, 0, &operands);

	if (exit)
		return exit;
	if (given.limit && csv_integer(given.limit, 0, INT32_MAX, &limit) != CSV_OK)
		return desk_fail(
			d, DESK_USAGE,
			SAY(d, "--limit `%s` không phải là số", "--limit `%s` is no number"),
			given.limit);
	if ((exit = desk_open(d)))
		return exit;
	if (d->office.json) {
		json_object_begin(&d->json, NULL);
		json_array_begin(&d->json, "receipts");
		code = spool_receipts(d->office.spool, (size_t)limit, put_json, &s, &error);
		json_array_end(&d->json);
	} else {
		code = put_table(d, (size_t)limit, &error);
	}
	if (code)
		return desk_fail_sys(d, code, &error);
	render_end(d);
	return DESK_FINE;
}
