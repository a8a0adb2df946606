// SPDX-License-Identifier: Apache-2.0
/* An office's spool: with work that waits, receipts, refusals and a catalogue of its own. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "agent/slice.h"
#include "tests/fault/flips/flips.h"
#include "tests/unit/spool_support.h"
#include "tests/unit/support_rows.h"

static struct spool *spool;
static struct sys_error error;

static void make(const char *dir)
{
	static char path[4096];
	const char *name = strrchr(dir, '/');
	struct bytes rows[40];
	uint8_t *data[40];
	struct spool_shelf_head head = {.entry = 3, .time_ms = 5, .today = 20240109, .scope = "412"};
	char note[3000];

	spool = spool_make(name + 1, NULL, path);
	spool_fill(spool, 60, "xong");
	memset(note, 'a', sizeof note - 1);
	note[sizeof note - 1] = '\0';
	spool_fill(spool, 4, note); /* pages of their own */
	spool_take(spool, 1, 40, 5000);
	for (uint64_t seq = 41; seq <= 44; seq++) {
		struct spool_outcome no = {.kind = SPOOL_REFUSED, .seq = seq, .reason = REASON_OUT_OF_RANGE,
					   .field = "value", .rules = 1, .received_ms = 6000};
		spool_settle(spool, &no, 1, &error);
	}
	for (size_t i = 0; i < 40; i++) {
		struct catalogue_row row = {.kind = ROW_HOLIDAY,
					    .holiday = {.date = {20240101 + (uint32_t)i % 28}, .name = "Tết"}};
		size_t size;
		data[i] = codec_row_encode(&row, &size);
		rows[i] = bytes_of(data[i], size);
	}
	spool_shelve(spool, SPOOL_SLICE, &head, rows, 40, &error);
	spool_shelve(spool, SPOOL_CELLS, &head, rows, 10, &error);
	struct spool_centre centre = {.catalogue_entry = 3, .time_ms = 7, .trouble = "no_answer"};
	spool_centre_set(spool, &centre, &error);
	spool_close(spool);
	spool = NULL;
	for (size_t i = 0; i < 40; i++)
		free(data[i]);
}

/* ---- what a clerk and a centre are told ---- */

static struct buffer told;

static void tell(const char *name, int code)
{
	if (code && truth->known)
		withheld(name, error.text);
	else
		part(name, buffer_bytes(&told));
	buffer_clear(&told);
}

static bool see_receipt(void *data, const struct spool_receipt *r)
{
	(void)data;
	buffer_put_u32(&told, r->ordinal);
	buffer_put_u64(&told, r->seq);
	buffer_put_u64(&told, r->entry);
	buffer_put(&told, r->incarnation, SPOOL_ID);
	buffer_put(&told, r->chain_hash, KEYS_HASH);
	buffer_put(&told, r->blob_hash, KEYS_HASH);
	buffer_put(&told, r->mac, KEYS_MAC);
	buffer_put_u64(&told, (uint64_t)r->received_ms);
	buffer_put_text(&told, r->unit);
	buffer_put_text(&told, r->item);
	return true;
}

static bool see_refusal(void *data, const struct spool_refusal *r)
{
	(void)data;
	buffer_put_u64(&told, r->seq);
	buffer_put_u32(&told, r->reason);
	buffer_put_u8(&told, r->voided);
	buffer_put_text(&told, r->field);
	buffer_put_bytes(&told, r->blob);
	return true;
}

static bool unreadable;

static bool see_waiting(void *data, uint64_t seq, struct bytes blob)
{
	(void)data;
	unreadable = unreadable || !blob.size;
	buffer_put_u64(&told, seq);
	buffer_put_bytes(&told, blob);
	return true;
}

static bool see_row(void *data, struct bytes row)
{
	(void)data;
	buffer_put_bytes(&told, row);
	return true;
}

/* What goes out: each update, or none of it: then the centre and the clerk hear that it is lost. */
static void tell_pushed(const struct spool_state *st)
{
	struct spool_batch b = {0};
	for (uint64_t seq = st->settled + 1; seq <= st->last; seq++) {
		int code = spool_gather(spool, seq, seq, 1, &b, &error);
		if (!code && !b.n && b.missing_to == seq && truth->known) {
			withheld("an update", "it cannot be read: given up, with an alarm (PUSH_ALARM_LOST)");
			continue;
		}
		if (!code)
			buffer_put_bytes(&told, b.n ? b.blobs[0] : (struct bytes){0});
		tell("an update", code);
	}
	buffer_free(&b.bytes);
}

static bool state(struct spool_state *st)
{
	int code = spool_state(spool, st, &error);
	buffer_put(&told, st->epoch, SPOOL_ID);
	const uint64_t numbers[] = {st->ordinal, st->last, st->settled, st->taken, st->refused, st->voided};
	for (size_t i = 0; i < BASE_COUNT(numbers); i++)
		buffer_put_u64(&told, numbers[i]);
	tell("state", code);
	return code == 0;
}

static void tell_all(void)
{
	struct spool_state st;
	struct spool_centre centre;
	struct spool_shelf_head head;
	if (!state(&st))
		told_and_ended(error.text); /* the daemon and every command end here */
	int code = spool_centre(spool, &centre, &error);
	buffer_put_text(&told, centre.trouble);
	buffer_put_u64(&told, centre.catalogue_entry);
	tell("the centre", code);
	tell("receipts", spool_receipts(spool, 0, see_receipt, NULL, &error));
	tell("refusals", spool_refusals(spool, 0, see_refusal, NULL, &error));
	unreadable = false;
	code = spool_waiting(spool, 0, see_waiting, NULL, &error);
	if (unreadable && !code)
		code = sys_fail(&error, -EUCLEAN, "an update that waits cannot be read");
	tell("what waits", code);
	tell_pushed(&st);
	for (int shelf = 0; shelf < 2; shelf++) {
		code = spool_shelf_head(spool, (enum spool_shelf)shelf, &head, &error);
		buffer_put_u64(&told, head.entry);
		buffer_put_text(&told, head.scope);
		tell("a shelf's head", code);
		code = spool_rows(spool, (enum spool_shelf)shelf, see_row, NULL, &error);
		tell("a shelf", code);
	}
}

static void must(int code)
{
	if (code)
		told_and_ended(error.text);
}

static void use(const char *dir)
{
	struct spool_state st;
	must(spool_open(&spool, dir, NULL, &error));
	tell_all();
	if (truth->withheld) {
		truth->short_of = true; /* what cannot be read gets no answer: the rest would be another story */
		return;
	}
	/* and on: an answer of the centre, new work, and what a next command makes of it */
	for (uint64_t seq = 45; seq <= 50; seq++) {
		struct spool_outcome yes = spool_taken(seq, 7000);
		must(spool_settle(spool, &yes, 1, &error));
	}
	struct update u = spool_sample("B", "thêm");
	uint64_t first;
	must(spool_queue(spool, &u, 1, &first, &error));
	buffer_put_u64(&told, first);
	tell("a number", 0);
	spool_close(spool);
	must(spool_open(&spool, dir, NULL, &error));
	tell_all();
	(void)st;
}

const struct kind spool_kind = {"spool", "spool/data.mdb", make, use, "xong", false};
