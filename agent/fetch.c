// SPDX-License-Identifier: Apache-2.0
#include "agent/fetch.h"

#include "agent/office.h"
#include "agent/slice.h"
#include "agent/wire.h"
#include "common/domain/catalogue.h"
#include "common/domain/periods.h"
#include "common/domain/says.h"
#include "common/sys/clock.h"
#include "common/sys/loop.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

enum {
	ARENA = 8 << 20, /* a page is at most 256 KiB; its structs are larger */
	LOOK_MS = 50,    /* while the line comes up */
	ROWS_MAX = 64 << 20, /* of a whole answer */
	RESTARTS = 5
};

void fetch_init(struct fetch *f, const struct fetch_options *o)
{
	*f = (struct fetch){.o = *o};
}

static void let_go(struct fetch *f)
{
	net_message_clear(&f->message);
	net_socket_close(&f->socket);
	codec_arena_free(&f->arena);
	buffer_free(&f->cursor);
	buffer_free(&f->rows);
}

void fetch_free(struct fetch *f)
{
	let_go(f);
	f->state = FETCH_IDLE;
}

static enum fetch_state end(struct fetch *f, enum fetch_state state)
{
	let_go(f);
	return f->state = state;
}

static void begin(struct fetch *f, int64_t now)
{
	buffer_clear(&f->cursor);
	buffer_clear(&f->rows);
	f->rows_n = 0;
	if (f->question.ask)
		f->question.begin(f->question.data);
	f->asked = false;
	f->due = now + f->o.reply_ms;
	f->ask_after = 0;
}

static void start(struct fetch *f, int64_t now)
{
	const struct net_connect c = {.endpoint = f->o.endpoint,
				      .server_key = f->o.server_key,
				      .pair = f->o.pair,
				      .reconnect_ms = (int)f->o.retry_ms};

	f->reason = REASON_NONE;
	f->restarts = f->pages = 0;
	f->since = 0;
	f->code = 0;
	f->rows.cap = ROWS_MAX;
	f->head = (struct spool_shelf_head){0};
	f->error.text[0] = '\0';
	begin(f, now);
	f->state = FETCH_WORKING;
	f->arena = codec_arena_new(ARENA);
	f->socket = net_dealer_connect(f->o.net, &c, &f->error);
	if (!f->socket || !f->arena.base)
		end(f, FETCH_FAILED);
}

void fetch_start(struct fetch *f, enum spool_shelf shelf, const char *unit, uint32_t at,
		 int64_t now)
{
	let_go(f);
	f->question = (struct fetch_question){0};
	f->inbox = false;
	f->shelf = shelf;
	f->at = at;
	snprintf(f->unit, sizeof f->unit, "%s", unit);
	start(f, now);
}

void fetch_start_question(struct fetch *f, const struct fetch_question *question, int64_t now)
{
	let_go(f);
	f->question = *question;
	f->inbox = false;
	start(f, now);
}

void fetch_inbox(struct fetch *f, const struct spool_inbox *known, int64_t now)
{
	let_go(f);
	f->question = (struct fetch_question){0};
	f->inbox = true;
	f->mail = *known;
	start(f, now);
}

void fetch_since(struct fetch *f, const char *path, uint64_t since)
{
	size_t n = strlen(path);

	f->since = n && n < sizeof f->path ? since : 0;
	memcpy(f->path, path, f->since ? n + 1 : 0);
}

/* ---- asking ---- */

static bool writable(struct fetch *f)
{
	struct loop_item item = {
		.socket = f->socket, .fd = -1, .no_read = true, .want_write = true};

	return loop_wait(&item, 1, 0) > 0 && item.writable;
}

static void ask(struct fetch *f, int64_t now)
{
	Tiendo__V1__Query q = TIENDO__V1__QUERY__INIT;
	Tiendo__V1__Catalogue catalogue = TIENDO__V1__CATALOGUE__INIT;
	Tiendo__V1__Cells cells = TIENDO__V1__CELLS__INIT;
	Tiendo__V1__Versions versions = TIENDO__V1__VERSIONS__INIT;
	Tiendo__V1__Notices notices = TIENDO__V1__NOTICES__INIT;
	ProtobufCBinaryData cursor = {f->cursor.size, f->cursor.data};
	struct buffer body = {0};
	uint8_t head[2];

	q.id = ++f->id;
	if (f->question.ask) {
		f->question.ask(f->question.data, &q, cursor);
	} else if (f->inbox) {
		notices.since = f->mail.since;
		notices.cursor = cursor;
		q.notices = &notices;
		q.question_case = TIENDO__V1__QUERY__QUESTION_NOTICES;
	} else if (f->shelf == SPOOL_SLICE) {
		catalogue.cursor = cursor;
		q.catalogue = &catalogue;
		q.question_case = TIENDO__V1__QUERY__QUESTION_CATALOGUE;
	} else if (f->since) {
		versions.path = f->path;
		versions.since = f->since;
		q.versions = &versions;
		q.question_case = TIENDO__V1__QUERY__QUESTION_VERSIONS;
	} else {
		cells.unit = f->unit;
		cells.at = f->at;
		cells.cursor = cursor;
		q.cells = &cells;
		q.question_case = TIENDO__V1__QUERY__QUESTION_CELLS;
	}
	wire_put(&body, &q);
	wire_head(head, MESSAGE_QUERY);
	const struct bytes frames[] = {bytes_of(head, sizeof head), buffer_bytes(&body)};

	if (net_send(f->socket, frames, BASE_COUNT(frames)) == NET_SENT) {
		f->asked = true;
		f->due = now + f->o.reply_ms;
	}
	buffer_free(&body);
}

/* ---- answers ---- */

static void keep_row(struct fetch *f, const uint8_t *data, size_t size)
{
	buffer_put_u32(&f->rows, (uint32_t)size);
	buffer_put(&f->rows, data, size);
	f->rows_n++;
}

static void keep_head(struct fetch *f, const Tiendo__V1__Reply *r)
{
	f->head.time_ms = r->time_ms;
	f->head.today = r->today;
	f->illustrative = r->illustrative;
	f->simulated = r->simulated;
}

static bool keep_page(struct fetch *f, const Tiendo__V1__Reply *r)
{
	if (f->question.ask) {
		if (!f->question.hear(f->question.data, r))
			return false;
	} else if (f->shelf == SPOOL_SLICE) {
		if (r->answer_case != TIENDO__V1__REPLY__ANSWER_CATALOGUE)
			return false;
		f->head.entry = r->catalogue->entry;
		snprintf(f->head.scope, sizeof f->head.scope, "%s", r->catalogue->scope);
		for (size_t i = 0; i < r->catalogue->n_rows; i++)
			keep_row(f, r->catalogue->rows[i].data, r->catalogue->rows[i].len);
	} else {
		if (r->answer_case != TIENDO__V1__REPLY__ANSWER_CELLS)
			return false;
		f->head.entry = r->as_of;
		snprintf(f->head.scope, sizeof f->head.scope, "%s", f->unit);
		for (size_t i = 0; i < r->cells->n_cells; i++) {
			struct buffer one = {0};

			wire_put(&one, r->cells->cells[i]);
			keep_row(f, one.data, one.size);
			buffer_free(&one);
		}
	}
	keep_head(f, r);
	f->pages++;
	return true;
}

/* ---- notices ---- */

static struct spool_notice notice_of(const Tiendo__V1__NoticeRow *m, const struct spool_inbox *head, struct buffer *rows)
{
	size_t size = codec_size(m);
	struct date opened = {m->opened_on};

	codec_pack(m, buffer_reserve(rows, size));
	struct spool_notice n = {
		.entry = m->entry,
		.place = m->place,
		.kind = (uint32_t)m->kind,
		.sent_ms = m->sent_ms,
		/* a spool made anew: what was opened before is not news */
		.read_ms = date_valid(opened) ? date_start(opened, OFFICE_OFFSET_MINUTES).ms : 0,
		.row = {.size = size},
	};
	bool said = m->incarnation.len == SPOOL_ID; /* not where the centre's entry is damaged */

	memcpy(n.incarnation, said ? m->incarnation.data : head->incarnation, SPOOL_ID);
	return n;
}

/* Its rows go into the spool at once. */
static void keep_notices(struct fetch *f, const Tiendo__V1__Reply *r, const struct spool_inbox *head)
{
	const Tiendo__V1__NoticesPage *page = r->notices;
	struct spool_notice *list = base_alloc((page->n_notices + 1) * sizeof *list);
	struct buffer rows = {0};
	size_t n = 0, at = 0;

	for (size_t i = 0; i < page->n_notices; i++)
		if (page->notices[i]->entry) /* zero is no entry, and the inbox's own */
			list[n++] = notice_of(page->notices[i], head, &rows);
	for (size_t i = 0; i < n; at += list[i++].row.size)
		list[i].row.data = rows.data + at;
	f->code = spool_inbox_keep(f->o.spool, list, n, head, &f->error);
	free(list);
	buffer_free(&rows);
}

/* False = they are another centre's: asked for again from the first on. */
static bool same_centre(struct fetch *f, const Tiendo__V1__Reply *r)
{
	const ProtobufCBinaryData *now = &r->generation->incarnation;

	if (memcmp(f->mail.incarnation, now->data, SPOOL_ID) == 0)
		return true;
	bool nothing = f->mail.since == 0;

	memcpy(f->mail.incarnation, now->data, SPOOL_ID);
	f->mail.since = 0;
	return nothing;
}

static enum fetch_state hear_notices(struct fetch *f, const Tiendo__V1__Reply *r, int64_t now)
{
	if (r->answer_case != TIENDO__V1__REPLY__ANSWER_NOTICES || !r->generation ||
	    r->generation->incarnation.len != SPOOL_ID) {
		sys_fail(&f->error, -EPROTO, "the centre answers another question than was asked");
		return end(f, FETCH_FAILED);
	}
	if (!same_centre(f, r)) {
		begin(f, now);
		return f->state;
	}
	struct spool_inbox head = f->mail;

	if (!r->cursor.len) /* the last page: all up to where the first began */
		head.since = r->as_of;
	keep_notices(f, r, &head);
	if (f->code)
		return end(f, FETCH_FAILED);
	keep_head(f, r);
	f->pages++;
	if (!r->cursor.len) {
		f->mail = head;
		return end(f, FETCH_DONE);
	}
	buffer_clear(&f->cursor);
	buffer_put(&f->cursor, r->cursor.data, r->cursor.len);
	f->asked = false;
	return f->state;
}

/* ---- shelves ---- */

/* Everything is here: shelved whole, or the old one stays. */
static enum fetch_state shelve(struct fetch *f)
{
	struct bytes *rows = base_alloc((f->rows_n + 1) * sizeof *rows);
	size_t at = 0;
	bool good = true;

	for (size_t i = 0; i < f->rows_n; i++) {
		rows[i] = bytes_of(f->rows.data + at + 4, get_u32(f->rows.data + at));
		at += 4 + rows[i].size;
	}
	if (f->shelf == SPOOL_SLICE) {
		struct catalogue *c = slice_build(rows, f->rows_n, &f->error);

		good = c != NULL;
		catalogue_free(c);
	}
	if (good)
		f->code = spool_shelve(f->o.spool, f->shelf, &f->head, rows, f->rows_n, &f->error);
	free(rows);
	return end(f, good && !f->code ? FETCH_DONE : FETCH_FAILED);
}

/* Is anything newer? A centre whose head is below ours was restored: then everything may differ. */
static enum fetch_state compare(struct fetch *f, const Tiendo__V1__Reply *r)
{
	bool same = r->answer_case == TIENDO__V1__REPLY__ANSWER_VERSIONS &&
		    r->versions->highest <= f->since && r->as_of >= f->since;

	f->since = 0;
	if (!same) {
		f->asked = false;
		return f->state;
	}
	keep_head(f, r);
	f->head.entry = r->as_of;
	snprintf(f->head.scope, sizeof f->head.scope, "%s", f->unit);
	f->code = spool_shelf_renew(f->o.spool, f->shelf, &f->head, &f->error);
	return end(f, f->code ? FETCH_FAILED : FETCH_DONE);
}

static enum fetch_state refused(struct fetch *f, const Tiendo__V1__Failure *failure, int64_t now)
{
	f->reason = (enum reason)failure->reason;
	if (f->reason == REASON_BUSY && f->restarts++ < RESTARTS) {
		uint32_t wait = failure->retry_ms < 60000 ? failure->retry_ms : 60000;

		f->asked = false;
		f->ask_after = now + (wait > 50 ? wait : 50);
		f->due = f->ask_after + f->o.reply_ms;
		return f->state;
	}
	if (f->reason == REASON_STALE_CURSOR && f->restarts++ < RESTARTS) {
		begin(f, now); /* the catalogue changed while we read */
		return f->state;
	}
	if (f->since) { /* whatever it has against the short question */
		f->since = 0;
		f->asked = false;
		return f->state;
	}
	sys_fail(&f->error, -EPROTO, "the centre answers %s: %s", reason_name(f->reason),
		 failure->text);
	return end(f, FETCH_FAILED);
}

static enum fetch_state hear(struct fetch *f, int64_t now)
{
	struct bytes head = net_frame(&f->message, 0), body = net_frame(&f->message, 1);

	if (f->message.count != 2 || head.size != 2 || head.data[1] != MESSAGE_REPLY)
		return f->state; /* not for us */
	codec_arena_reset(&f->arena);
	const Tiendo__V1__Reply *r =
		codec_unpack(&tiendo__v1__reply__descriptor, body.data, body.size, &f->arena);

	if (!r) {
		sys_fail(&f->error, -EPROTO, "an answer of the centre cannot be read");
		return end(f, FETCH_FAILED);
	}
	if (r->id != f->id)
		return f->state; /* of a question before */
	if (r->answer_case == TIENDO__V1__REPLY__ANSWER_FAILURE)
		return refused(f, r->failure, now);
	if (f->inbox)
		return hear_notices(f, r, now);
	if (f->since)
		return compare(f, r);
	if (!keep_page(f, r)) {
		sys_fail(&f->error, -EPROTO, "the centre answers another question than was asked");
		return end(f, FETCH_FAILED);
	}
	if (f->rows.failed) {
		sys_fail(&f->error, -EFBIG, "the answer of the centre is larger than %d MiB",
			 ROWS_MAX >> 20);
		return end(f, FETCH_FAILED);
	}
	if (!r->cursor.len)
		return f->question.ask ? end(f, FETCH_DONE) : shelve(f);
	buffer_clear(&f->cursor);
	buffer_put(&f->cursor, r->cursor.data, r->cursor.len);
	f->asked = false;
	return f->state;
}

enum fetch_state fetch_step(struct fetch *f, int64_t now)
{
	if (f->state != FETCH_WORKING)
		return f->state;
	if (!f->asked && now >= f->ask_after && writable(f))
		ask(f, now);
	while (f->state == FETCH_WORKING && net_receive(f->socket, &f->message) == 0)
		if (hear(f, now) == FETCH_WORKING && !f->asked && now >= f->ask_after)
			ask(f, now);
	if (f->state == FETCH_WORKING && now >= f->due) {
		sys_fail(&f->error, -ETIMEDOUT, "the centre at %s does not answer", f->o.endpoint);
		end(f, FETCH_FAILED);
	}
	return f->state;
}

struct net_socket *fetch_socket(const struct fetch *f)
{
	return f->state == FETCH_WORKING ? f->socket : NULL;
}

int64_t fetch_due(const struct fetch *f, int64_t now)
{
	if (f->state != FETCH_WORKING)
		return INT64_MAX;
	return f->asked ? f->due : f->ask_after > now ? f->ask_after : now + LOOK_MS;
}

enum fetch_state fetch_wait(struct fetch *f)
{
	while (fetch_step(f, clock_transport()) == FETCH_WORKING) {
		struct loop_item item = {.socket = f->socket, .fd = -1};

		loop_wait(&item, 1, fetch_due(f, clock_transport()));
	}
	return f->state;
}
