// SPDX-License-Identifier: Apache-2.0
#include "agent/desk.h"

#include "agent/ask.h"
#include "agent/letters.h"
#include "agent/render.h"
#include "common/domain/periods.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

static struct {
	bool all;
	const char *read;
} given;

static const struct args_option OPTIONS[] = {
	{.name = "all", .flag = &given.all, .vi = "cả những thông báo đã đọc", .en = "those that were read too"},
	{.name = "read",
	 .value = "N|all",
	 .text = &given.read,
	 .vi = "ghi là đã đọc thông báo số N (hoặc tất cả) và báo cho máy chủ",
	 .en = "number N (or all) was read: the centre is told so"},
};

const struct args_option *desk_inbox_options(size_t *n)
{
	*n = BASE_COUNT(OPTIONS);
	return OPTIONS;
}

/* Everything in the inbox, the newest first. */
struct inbox {
	struct desk *d;
	struct codec_arena arena;
	struct spool_notice *list;
	size_t n, room;
	struct buffer rows;
};

static bool keep(void *data, const struct spool_notice *n)
{
	struct inbox *in = data;

	if (in->n == in->room) {
		in->room = in->room ? in->room * 2 : 64;
		in->list = base_grow(in->list, in->room, sizeof *in->list);
	}
	in->list[in->n++] = *n;
	buffer_put_bytes(&in->rows, n->row);
	return true;
}

static int load(struct inbox *in, struct sys_error *error)
{
	int code = spool_notices(in->d->office.spool, keep, in, error);
	size_t at = 0;

	for (size_t i = 0; i < in->n; at += in->list[i++].row.size) /* the rows stand still now */
		in->list[i].row.data = in->rows.data + at;
	return code;
}

/* False: of a later version, or not what a centre writes. */
static bool open_letter(struct inbox *in, size_t i, struct letter *out)
{
	const struct catalogue *c = in->d->catalogue;
	uint32_t item = NO_INDEX;

	codec_arena_reset(&in->arena);
	*out = (struct letter){.notice = &in->list[i],
			       .row = codec_unpack(&tiendo__v1__notice_row__descriptor, in->list[i].row.data,
						   in->list[i].row.size, &in->arena)};
	if (out->row && c)
		item = catalogue_item_by_number(c, out->row->item);
	out->item = item == NO_INDEX ? NULL : catalogue_item(c, item);
	return out->row != NULL;
}

static size_t unread(const struct inbox *in)
{
	size_t n = 0;

	for (size_t i = 0; i < in->n; i++)
		n += in->list[i].read_ms == 0;
	return n;
}

/* ---- listing ---- */

static void put_letters(struct inbox *in, bool read)
{
	struct letter l;

	for (size_t i = 0; i < in->n; i++) {
		if ((in->list[i].read_ms != 0) != read || !open_letter(in, i, &l))
			continue;
		if (in->d->office.json)
			letters_json(in->d, &l);
		else
			letters_text(in->d, &l);
	}
}

static void list_json(struct inbox *in)
{
	struct json *j = &in->d->json;

	json_object_begin(j, NULL);
	json_uint(j, "unread", unread(in));
	json_array_begin(j, "notices");
	put_letters(in, false);
	if (given.all)
		put_letters(in, true);
	json_array_end(j);
}

static void list_text(struct inbox *in)
{
	struct desk *d = in->d;
	size_t fresh = unread(in);

	buffer_format(&d->out, SAY(d, "Chưa đọc: %zu\n", "Unread: %zu\n"), fresh);
	put_letters(in, false);
	if (fresh)
		buffer_put_text(&d->out, SAY(d, "Đọc xong thì ghi: tiendo-agent inbox --read SỐ (hoặc --read all)\n",
					     "When read: tiendo-agent inbox --read NUMBER (or --read all)\n"));
	if (given.all) {
		buffer_format(&d->out, SAY(d, "\nĐã đọc: %zu\n", "\nRead: %zu\n"), in->n - fresh);
		put_letters(in, true);
	} else if (in->n > fresh) {
		buffer_format(&d->out, SAY(d, "Đã đọc: %zu (xem: inbox --all)\n", "Read: %zu (see: inbox --all)\n"),
			      in->n - fresh);
	}
}

/* ---- reading ---- */

/* What one entry told us is read at once. */
struct chosen {
	uint64_t *entries;
	const struct spool_notice **notices; /* one of each; in the inbox */
	size_t n;
	bool met; /* there is such a notice, read or not */
};

static void choose(const struct inbox *in, uint64_t entry, struct chosen *c)
{
	c->entries = base_alloc((in->n + 1) * sizeof *c->entries);
	c->notices = base_alloc((in->n + 1) * sizeof *c->notices);
	for (size_t i = 0; i < in->n; i++) {
		const struct spool_notice *n = &in->list[i];

		if (entry && n->entry != entry)
			continue;
		c->met = true;
		if (n->read_ms || (c->n && c->entries[c->n - 1] == n->entry))
			continue;
		c->entries[c->n] = n->entry;
		c->notices[c->n++] = n;
	}
}

/* For the centre: as of the day it was sent, which needs no clock of ours and is never in its future. */
static int queue_acks(struct desk *d, const struct chosen *c, struct sys_error *error)
{
	struct update *updates = base_alloc((c->n + 1) * sizeof *updates);
	struct matter *matters = base_alloc((c->n + 1) * sizeof *matters);
	uint64_t first;
	size_t n = 0;

	for (size_t i = 0; i < c->n; i++) {
		const struct spool_notice *read = c->notices[i];

		if (read->gone)
			continue; /* whom it would tell does not know it */
		matters[n] = (struct matter){
			.notice = read->entry, .text = "", .item = "", .solution = "", .addressee = ""};
		memcpy(matters[n].about.incarnation, read->incarnation, SPOOL_ID);
		updates[n] = (struct update){.unit = d->office.slice.scope,
					     .item = "",
					     .period = "",
					     .note = "",
					     .reason = "",
					     .product_ref = "",
					     .as_of = date_at((struct instant){read->sent_ms}, OFFICE_OFFSET_MINUTES),
					     .body = BODY_NOTICE_ACK,
					     .matter = &matters[n]};
		ask_seal(d, &updates[n++], false);
	}
	int code = n ? spool_queue(d->office.spool, updates, n, &first, error) : 0;

	free(updates);
	free(matters);
	return code;
}

static void say_read(struct desk *d, const struct chosen *c)
{
	if (d->office.json) {
		json_object_begin(&d->json, NULL);
		json_array_begin(&d->json, "read");
		for (size_t i = 0; i < c->n; i++)
			json_uint(&d->json, NULL, c->entries[i]);
		json_array_end(&d->json);
	} else if (!c->n) {
		buffer_put_text(&d->out, SAY(d, "Không có gì chưa đọc.\n", "Nothing was unread.\n"));
	} else {
		buffer_put_text(&d->out, SAY(d, "Đã ghi là đã đọc:", "Read:"));
		for (size_t i = 0; i < c->n; i++)
			buffer_format(&d->out, " %" PRIu64, c->entries[i]);
		buffer_put_text(&d->out, SAY(d, ". Máy chủ sẽ được báo khi có đường truyền.\n",
					     ". The centre is told when there is a line.\n"));
	}
	render_end(d);
}

/* Queued first: who is ended in between reads it once more, and the centre hears it twice. */
static enum desk_exit read_them(struct inbox *in, uint64_t entry)
{
	struct desk *d = in->d;
	struct sys_error error = {""};
	struct chosen c = {0};
	enum desk_exit exit = DESK_FINE;
	int code = 0;

	choose(in, entry, &c);
	if (entry && !c.met) {
		exit = desk_fail(d, DESK_REFUSED, SAY(d, "không có thông báo số %" PRIu64, "there is no notice %" PRIu64),
				 entry);
	} else {
		if (c.n)
			code = queue_acks(d, &c, &error);
		if (!code && c.n)
			code = spool_inbox_read(d->office.spool, c.entries, c.n, clock_wall(d->office.clock).ms, &error);
		if (code)
			exit = desk_fail_sys(d, code, &error);
		else
			say_read(d, &c);
	}
	free(c.entries);
	free(c.notices);
	return exit;
}

/* ---- the command ---- */

/* 0 = all. */
static enum desk_exit read_number(struct desk *d, uint64_t *entry)
{
	int64_t n;

	*entry = 0;
	if (strcmp(given.read, "all") == 0)
		return DESK_FINE;
	if (csv_integer(given.read, 1, INT64_MAX, &n) != CSV_OK)
		return desk_fail(d, DESK_USAGE, SAY(d, "--read `%s`: số của thông báo, hoặc all", "--read `%s`: a notice's number, or all"),
				 given.read);
	*entry = (uint64_t)n;
	return DESK_FINE;
}

enum desk_exit desk_inbox(struct desk *d, int argc, char **argv)
{
	struct inbox in = {.d = d};
	struct sys_error error = {""};
	uint64_t entry = 0;
	size_t operands;
	enum desk_exit exit = desk_args(d, argc, argv, OPTIONS, BASE_COUNT(OPTIONS), NULL, 0, &operands);

	if (!exit && given.read)
		exit = read_number(d, &entry);
	if (exit || (exit = desk_open(d)) || (exit = desk_catalogue(d)))
		return exit;
	if (given.read && !d->office.slice.scope[0]) { /* who has read it? */
		ask_centre(d, SPOOL_SLICE, &error);
		if ((exit = desk_catalogue(d)))
			return exit;
		if (!d->office.slice.scope[0])
			return desk_fail(d, DESK_ENVIRONMENT,
					 SAY(d, "chưa nhận được danh mục nên chưa biết đơn vị mình (%s)",
					     "without a catalogue our own unit is not known (%s)"),
					 error.text);
	}
	int code = load(&in, &error);

	in.arena = codec_arena_new(64 * 1024);
	if (code) {
		exit = desk_fail_sys(d, code, &error);
	} else if (given.read) {
		exit = read_them(&in, entry);
	} else {
		if (d->office.json)
			list_json(&in);
		else
			list_text(&in);
		render_end(d);
	}
	codec_arena_free(&in.arena);
	buffer_free(&in.rows);
	free(in.list);
	return exit;
}
