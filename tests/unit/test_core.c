// SPDX-License-Identifier: Apache-2.0
/* The centre without sockets: exactly once, refusals, barriers, ticks; after every step also on a
 * reopened store. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/unit/centre.h"
#include "common/domain/periods.h"
#include "tests/unit/scratch.h"

static struct centre c;

static uint64_t head(void)
{
	return core_view(c.core)->head.entry;
}

static const struct cell *cell(const char *unit, const char *item)
{
	const struct catalogue *k = core_view(c.core)->catalogue;

	return view_cell(core_view(c.core),
			 catalogue_unit_by_code(k, unit, (struct date){20240110}),
			 catalogue_item_by_code(k, item));
}

static void a_new_store_has_its_barriers(void **state)
{
	(void)state;
	centre_make(&c, "new");
	for (int i = 0; i < 2; i++) { /* as made, and as read */
		const struct view_head *h = &core_view(c.core)->head;

		assert_int_equal(h->entry, 4);
		assert_true(h->illustrative && h->simulated);
		assert_int_equal(h->today.ymd, 20240110);
		assert_int_equal(h->catalogue_entry, 3);
		assert_int_equal(roster_keys(core_view(c.core)->roster), 1);
		assert_int_equal(core_rules(c.core), 3);
		centre_reopen(&c);
	}
	centre_close(&c);
}

static void a_push_is_taken_once(void **state)
{
	uint8_t mac[KEYS_MAC];

	(void)state;
	centre_make(&c, "once");
	centre_task(&c, 0, 1, "KH.01", 20240109, 40);
	centre_task(&c, 1, 2, "KH.02", 20240109, 100);
	centre_offer(&c, centre_stream(7), 1, 2);
	centre_taken(&c, 0, 5, 1);
	centre_taken(&c, 1, 5, 2);
	assert_int_equal(c.answer.mark, 2);
	assert_int_equal(head(), 4); /* not durable, so not visible */
	centre_commit(&c);
	assert_int_equal(head(), 5);
	assert_int_equal(cell("412", "KH.01")->percent, 40);
	memcpy(mac, c.answer.outcomes[1].mac, sizeof mac);
	for (int i = 0; i < 2;
	     i++) { /* offered again: the same receipt, no entry; also after a restart */
		centre_offer(&c, centre_stream(7), 1, 2);
		centre_taken(&c, 1, 5, 2);
		assert_memory_equal(mac, c.answer.outcomes[1].mac, sizeof mac);
		centre_commit(&c);
		assert_int_equal(head(), 5);
		centre_reopen(&c);
	}
	assert_int_equal(cell("412", "KH.02")->state, TASK_DONE);
	centre_close(&c);
}

static void a_group_sees_its_own_marks_and_cells(void **state)
{
	(void)state;
	centre_make(&c, "group");
	centre_task(&c, 0, 1, "KH.01", 20240109, 40);
	centre_offer(&c, centre_stream(7), 1, 1);
	centre_taken(&c, 0, 5, 1);
	centre_task(&c, 0, 2, "KH.01", 20240109,
		    0); /* back to not started, without a reason, in the same group */
	centre_offer(&c, centre_stream(7), 2, 1);
	centre_refused(&c, 0, 6, REASON_REASON_REQUIRED);
	centre_offer(&c, centre_stream(7), 2, 1); /* a duplicate of what is not committed yet */
	centre_refused(&c, 0, 6, REASON_REASON_REQUIRED);
	assert_true(core_grouping(c.core));
	centre_commit(&c);
	assert_false(core_grouping(c.core));
	assert_int_equal(head(), 6);
	centre_reopen(&c);
	assert_int_equal(head(), 6);
	assert_int_equal(cell("412", "KH.01")->percent, 40);
	centre_close(&c);
}

static void refusals_are_stored_and_keep_their_reasons(void **state)
{
	static const enum reason why[] = {REASON_UNDECODABLE,  REASON_BAD_SEQ,
					  REASON_UNKNOWN_ITEM, REASON_AS_OF_IN_FUTURE,
					  REASON_TOO_LARGE,    REASON_OUT_OF_SCOPE};
	static uint8_t large[UPDATE_BYTES_MAX + 1];

	(void)state;
	centre_make(&c, "refused");
	c.blobs[0] = bytes_text("not protobuf");
	centre_task(&c, 1, 99, "KH.01", 20240109, 40);
	centre_task(&c, 2, 3, "KH.77", 20240109, 40);
	centre_task(&c, 3, 4, "KH.01", 20240111, 40);
	c.blobs[4] = bytes_of(large, sizeof large);
	centre_ratio(&c, 5, 6, "413", 20240109, 1, 2);
	centre_task(&c, 6, 7, "KH.01", 20240109, 40);
	centre_offer(&c, centre_stream(7), 1, 7);
	centre_commit(&c);
	for (int round = 0; round < 3; round++) {
		for (size_t i = 0; i < 6; i++)
			centre_refused(&c, i, 5, why[i]);
		centre_taken(&c, 6, 5, 1); /* the rest of the batch is taken */
		assert_string_equal(c.answer.outcomes[3].field, "as_of");
		if (round == 1)
			centre_reopen(&c);
		centre_offer(&c, centre_stream(7), 1, 7);
		centre_commit(&c);
	}
	centre_close(&c);
}

static void gaps_conflicts_and_overlaps(void **state)
{
	(void)state;
	centre_make(&c, "overlap");
	centre_task(&c, 0, 1, "KH.01", 20240103, 10);
	centre_task(&c, 1, 2, "KH.01", 20240104, 20);
	centre_offer(&c, centre_stream(7), 1, 2);
	centre_commit(&c);
	centre_task(&c, 0, 4, "KH.01", 20240106, 40);
	centre_offer(&c, centre_stream(7), 4, 1);
	assert_int_equal(c.answer.nack.reason, REASON_GAP);
	assert_int_equal(c.answer.nack.expected, 3);
	/* 2 is known, 3 is new */
	centre_task(&c, 0, 2, "KH.01", 20240104, 20);
	centre_task(&c, 1, 3, "KH.01", 20240105, 30);
	centre_offer(&c, centre_stream(7), 2, 2);
	assert_int_equal(c.answer.spans_n, 2);
	centre_taken(&c, 0, 5, 2);
	centre_taken(&c, 1, 6, 1);
	assert_int_equal(c.answer.spans[1].first_seq, 3);
	centre_commit(&c);
	/* other bytes at a known seq: nothing of the push is taken */
	centre_task(&c, 0, 3, "KH.01", 20240105, 31);
	centre_task(&c, 1, 4, "KH.01", 20240106, 40);
	centre_offer(&c, centre_stream(7), 3, 2);
	assert_int_equal(c.answer.nack.reason, REASON_CONFLICT);
	assert_int_equal(c.answer.nack.seq, 3);
	centre_commit(&c);
	centre_reopen(&c);
	assert_int_equal(head(), 6);
	assert_int_equal(cell("412", "KH.01")->percent, 30);
	centre_offer(&c, centre_stream(7), 0, 1);
	assert_int_equal(c.answer.nack.reason, REASON_BAD_FRAME);
	centre_commit(&c);
	centre_close(&c);
}

static void lost_seqs_are_void(void **state)
{
	struct core_stream s = centre_stream(7);

	(void)state;
	centre_make(&c, "void");
	core_void(c.core, &s, 1, 3, 1, &c.answer);
	assert_int_equal(c.answer.nack.reason, REASON_NONE);
	assert_int_equal(c.answer.outcomes_n, 3);
	assert_int_equal(c.answer.outcomes[2].kind, OUTCOME_VOIDED);
	centre_commit(&c);
	core_void(c.core, &s, 2, 4, 1, &c.answer); /* two known, one new */
	assert_int_equal(c.answer.spans_n, 2);
	assert_int_equal(c.answer.mark, 4);
	centre_commit(&c);
	centre_reopen(&c);
	centre_task(&c, 0, 4, "KH.01", 20240105, 31);
	centre_offer(&c, s, 4, 1); /* the bytes turn up after all */
	assert_int_equal(c.answer.nack.reason, REASON_CONFLICT);
	centre_task(&c, 0, 5, "KH.01", 20240105, 31);
	centre_offer(&c, s, 5, 1);
	centre_taken(&c, 0, 7, 1);
	centre_commit(&c);
	centre_close(&c);
}

/* Whatever was decoded since core_full was asked, the offer that follows finds its memory. */
static void the_last_of_a_group_finds_room(void **state)
{
	(void)state;
	centre_make(&c, "room");
	struct codec_arena *arena = core_arena(c.core);
	centre_task(&c, 0, 1, "KH.01", 20240109, 40);
	assert_non_null(codec_arena_take(arena, arena->size - CORE_OFFER_ROOM - CORE_FRAME_ROOM));
	assert_false(core_full(c.core));
	assert_non_null(codec_arena_take(arena, CORE_FRAME_ROOM - 2 * UPDATE_BYTES_MAX));
	assert_true(core_full(c.core));
	centre_offer(&c, centre_stream(7), 1, 1);
	centre_taken(&c, 0, 5, 1);
	centre_commit(&c);
	assert_false(core_full(c.core));
	centre_close(&c);
}

static void epochs_are_few(void **state)
{
	static const enum reason expected[] = {REASON_NONE, REASON_NONE, REASON_EPOCH_LIMIT};

	(void)state;
	centre_make(&c, "epochs");
	centre_task(&c, 0, 1, "KH.01", 20240103, 10);
	for (uint8_t e = 0; e < 3; e++) {
		centre_offer(&c, centre_stream((uint8_t)(e + 1)), 1, 1);
		assert_int_equal(c.answer.nack.reason, expected[e]);
		centre_commit(&c);
		centre_reopen(&c);
	}
	centre_time(&c, "2024-01-10T09:00:01+07:00");
	centre_offer(&c, centre_stream(3), 1, 1);
	assert_int_equal(c.answer.nack.reason, REASON_NONE);
	centre_commit(&c);
	centre_close(&c);
}

static struct core_welcome hello(struct core_stream s, const Tiendo__V1__ReceiptProof *p,
				 enum reason expected)
{
	struct core_welcome w;
	char text[200] = "";

	assert_int_equal(core_hello(c.core, &s, p, &w, text), expected);
	centre_commit(&c);
	return w;
}

static void a_hello_learns_the_mark(void **state)
{
	uint8_t hash[HASH_SIZE];
	struct core_stream s = centre_stream(7);

	(void)state;
	centre_make(&c, "hello");
	assert_int_equal(hello(s, NULL, REASON_NONE).mark, 0);
	centre_task(&c, 0, 1, "KH.01", 20240103, 10);
	centre_task(&c, 1, 2, "KH.99", 20240103, 10);
	keys_hash(c.blobs[1], hash);
	centre_offer(&c, s, 1, 2);
	centre_commit(&c);
	centre_reopen(&c);
	struct core_welcome w = hello(s, NULL, REASON_NONE);
	assert_int_equal(w.mark, 2);
	assert_memory_equal(w.mark_hash, hash, HASH_SIZE); /* of the refused one, too */
	core_void(c.core, &s, 3, 3, 1, &c.answer);
	centre_commit(&c);
	assert_true(hello(s, NULL, REASON_NONE).mark_void);
	centre_close(&c);
}

/* The receipt of outcome `i` of the last answer, as an office would offer it back. */
static Tiendo__V1__ReceiptProof proof(size_t i, uint64_t seq, uint8_t hash[static HASH_SIZE])
{
	Tiendo__V1__ReceiptProof p = TIENDO__V1__RECEIPT_PROOF__INIT;
	struct core_span *span = &c.answer.spans[0];

	keys_hash(c.blobs[i], hash);
	p.incarnation = (ProtobufCBinaryData){INCARNATION_SIZE, span->incarnation};
	p.entry = span->entry;
	p.chain_hash = (ProtobufCBinaryData){HASH_SIZE, span->chain_hash};
	p.seq = seq;
	p.blob_hash = (ProtobufCBinaryData){HASH_SIZE, hash};
	p.received_ms = span->received.ms;
	p.mac = (ProtobufCBinaryData){KEYS_MAC, c.answer.outcomes[i].mac};
	return p;
}

static void a_receipt_proves_a_roll_back(void **state)
{
	static struct core_answer kept;
	struct core_stream s = centre_stream(7);
	struct sys_error error = {""};
	uint8_t hash[HASH_SIZE], forged[KEYS_MAC] = {1};

	(void)state;
	centre_make(&c, "rolled");
	centre_task(&c, 0, 1, "KH.01", 20240103, 10);
	centre_offer(&c, s, 1, 1);
	kept = c.answer;
	core_close(
		c.core); /* never committed, as if a backup from before had been put in its place */
	c.core = NULL;
	const struct core_options options = {0};
	enum core_clock_state clock;
	assert_int_equal(core_open(&c.core, &c.store, &options, &error), 0);
	assert_int_equal(core_tick(c.core, &clock, &error), CORE_OK);
	c.answer = kept;
	Tiendo__V1__ReceiptProof p = proof(0, 1, hash);
	hello(s, &p, REASON_ROLLED_BACK);
	assert_int_equal(core_rolled_back(c.core, p.incarnation.data, &error), CORE_OK);
	assert_true(core_locked(c.core));
	centre_reopen(&c);
	assert_true(core_locked(c.core)); /* until the operator has looked */
	hello(s, &p, REASON_NONE);	  /* the loss is accounted for */
	struct entry confirm = {.kind = ENTRY_REGISTRY, .registry = {.confirm = true}};
	assert_int_equal(core_barrier(c.core, &confirm, &error), CORE_OK);
	assert_false(core_locked(c.core));
	/* offered again with its proof, the entry keeps the first time; another MAC proves nothing
	 */
	struct core_answer again;
	Tiendo__V1__ReceiptProof *proofs[] = {&p};
	const struct core_offer offer = {.stream = s,
					 .first_seq = 1,
					 .n = 1,
					 .updates = c.blobs,
					 .proofs_n = 1,
					 .proofs = proofs};
	core_offer(c.core, &offer, &again);
	assert_int_equal(again.nack.reason, REASON_NONE);
	assert_memory_not_equal(again.spans[0].incarnation, p.incarnation.data, INCARNATION_SIZE);
	centre_commit(&c);
	struct kv_txn *t = kv_read(journal_kv(core_journal(c.core)));
	struct instant first;
	struct bytes blob;
	assert_true(journal_blob(core_journal(c.core), t, again.spans[0].entry, 1, &blob, &first));
	assert_int_equal(first.ms, p.received_ms);
	assert_true(bytes_equal(blob, c.blobs[0]));
	kv_end(&t);
	p.mac = (ProtobufCBinaryData){KEYS_MAC, forged};
	hello(s, &p, REASON_FOREIGN_RECEIPT);
	centre_close(&c);
}

/* A journal that cannot be read makes no stream new, no receipt lost and nobody wait for an
 * operator. */
static void what_cannot_be_read_is_not_lost(void **state)
{
	struct core_stream s = centre_stream(7);
	uint8_t hash[HASH_SIZE];

	(void)state;
	centre_make(&c, "unread");
	centre_task(&c, 0, 1, "KH.01", 20240103, 10);
	centre_offer(&c, s, 1, 1);
	centre_commit(&c);
	Tiendo__V1__ReceiptProof p = proof(0, 1, hash);
	kv_spoil(journal_begin(core_journal(c.core)), -EIO, "a test");
	hello(s, &p, REASON_BUSY);
	kv_spoil(journal_begin(core_journal(c.core)), -EIO, "a test");
	centre_task(&c, 0, 2, "KH.01", 20240104, 20);
	centre_offer(&c, s, 2, 1);
	assert_int_equal(c.answer.nack.reason, REASON_BUSY);
	centre_offer(&c, s, 1, 1);
	assert_int_equal(c.answer.nack.reason, REASON_BUSY);
	journal_abort(core_journal(c.core));
	hello(s, &p, REASON_NONE);
	centre_offer(&c, s, 2, 1);
	centre_taken(&c, 0, 6, 1);
	centre_commit(&c);
	centre_close(&c);
}

static void midnights_are_ticked_in_order(void **state)
{
	(void)state;
	centre_make(&c, "ticks");
	centre_time(&c, "2024-01-10T23:59:59+07:00");
	assert_int_equal(head(), 4);
	centre_time(&c, "2024-01-15T00:00:00+07:00"); /* five missed ones */
	assert_int_equal(head(), 9);
	assert_int_equal(core_view(c.core)->head.today.ymd, 20240115);
	centre_time(&c, "2024-01-01T00:00:00+07:00"); /* a clock that goes back changes nothing */
	assert_int_equal(head(), 9);
	centre_task(&c, 0, 1, "KH.01", 20240115, 10);
	centre_offer(&c, centre_stream(7), 1, 1);
	centre_taken(&c, 0, 10,
		     1); /* as-of is judged by the head's time, not by the clock that went back */
	centre_commit(&c);
	assert_int_equal(core_view(c.core)->head.received.ms, core_now(c.core).ms);
	centre_reopen(&c);
	assert_int_equal(core_view(c.core)->head.today.ymd, 20240115);
	centre_close(&c);
}

static enum core_clock_state tick(void)
{
	struct sys_error error = {""};
	enum core_clock_state state;

	assert_int_equal(core_tick(c.core, &state, &error), CORE_OK);
	return state;
}

static void a_real_clock_is_not_believed_blindly(void **state)
{
	(void)state;
	centre_make_real(&c, "three", 3, false);
	assert_int_equal(tick(), CORE_CLOCK_GOOD); /* the genesis' own day and three more */
	assert_int_equal(head(), 5);
	centre_close(&c);
	centre_make_real(&c, "four", 4, false);
	struct instant genesis = core_view(c.core)->head.received;
	assert_int_equal(tick(), CORE_CLOCK_AHEAD);
	assert_int_equal(head(), 1);
	assert_int_equal(core_now(c.core).ms, genesis.ms); /* nor stamped with it */
	core_accept_clock(c.core);
	assert_int_equal(tick(), CORE_CLOCK_GOOD);
	assert_int_equal(head(), 6);
	centre_close(&c);
	centre_make_real(&c, "option", 9, true);
	assert_int_equal(tick(), CORE_CLOCK_GOOD);
	assert_int_equal(head(), 11);
	centre_close(&c);
	centre_make_real(&c, "behind", -2, false); /* the head is of the day after tomorrow */
	assert_int_equal(tick(), CORE_CLOCK_BEHIND);
	assert_int_equal(head(), 1);
	assert_int_equal(core_now(c.core).ms, core_view(c.core)->head.received.ms);
	centre_close(&c);
}

static void stores_and_clocks_must_fit(void **state)
{
	const struct core_options options = {0};
	struct sys_error error = {""};
	struct core *second = NULL;

	(void)state;
	centre_make(&c, "fit");
	core_close(c.core);
	c.core = NULL;
	strcpy(c.store.conf.clock, "real");
	assert_int_not_equal(core_open(&second, &c.store, &options, &error), 0);
	assert_non_null(strstr(error.text, "simulated clock"));
	assert_null(second);
	centre_close(&c);
}

/* More cells than a block may hold: refused before it is an entry, or no start could ever fold it.
 */
static void a_catalogue_too_large_is_no_entry(void **state)
{
	struct buffer units = {0}, items = {0};

	(void)state;
	centre_make(&c, "large");
	buffer_put_text(&units, CENTRE_UNITS);
	buffer_put_text(&items, CENTRE_ITEMS);
	for (int i = 0; i < 4600; i++)
		buffer_format(&units, "U%d,412,commune,,,Xã %d,,,,,,\n", i, i);
	for (int i = 4; i < 1990; i++)
		buffer_format(&items,
			      "KH.%d,KH,,ratio,Tỷ lệ,40,2024-01-02,2024-12-31,all,"
			      "kind:commune@412,stock,a,b,yes\n",
			      i);
	uint64_t before = head();
	assert_false(centre_catalogue(&c, buffer_text(&units), buffer_text(&items)));
	assert_int_equal(head(), before);
	centre_reopen(&c);
	buffer_free(&units);
	buffer_free(&items);
	centre_close(&c);
}

static void a_catalogue_may_follow(void **state)
{
	(void)state;
	centre_make(&c, "catalogue");
	centre_task(&c, 0, 1, "KH.01", 20240109, 40);
	centre_offer(&c, centre_stream(7), 1, 1);
	centre_commit(&c);
	assert_false(centre_catalogue(&c, CENTRE_UNITS, "code,nonsense\n"));
	assert_int_equal(head(), 5);
	assert_true(centre_catalogue(&c, CENTRE_UNITS "414,40,district,,,Yên Thành,,,,,,\n",
				     CENTRE_ITEMS));
	for (int i = 0; i < 2; i++) {
		assert_int_equal(head(), 6);
		assert_int_equal(cell("412", "KH.01")->percent, 40);
		assert_int_equal(core_view(c.core)->head.catalogue_entry, 6);
		assert_non_null(cell("414", "KH.03"));
		centre_reopen(&c);
	}
	centre_close(&c);
}

static void a_full_disk_takes_nothing(void **state)
{
	struct sys_error error = {""};

	(void)state;
	centre_make(&c, "full");
	centre_task(&c, 0, 1, "KH.01", 20240109, 40);
	scratch_limit(4096); /* below what any page of the journal needs */
	centre_offer(&c, centre_stream(7), 1, 1);
	assert_int_equal(core_commit(c.core, &error), CORE_REFUSED);
	assert_true(strlen(error.text) > 10);
	assert_int_equal(core_probe(c.core, &error), CORE_REFUSED);
	struct entry tick = {.kind = ENTRY_TICK, .tick = {{20240111}}};
	assert_int_equal(core_barrier(c.core, &tick, &error), CORE_REFUSED);
	assert_int_equal(head(), 4);
	assert_int_equal(cell("412", "KH.01")->flags & CELL_REPORTED, 0);
	scratch_limit(RLIM_INFINITY);
	assert_int_equal(core_probe(c.core, &error), CORE_OK);
	centre_offer(&c, centre_stream(7), 1, 1);
	centre_taken(&c, 0, 5, 1);
	centre_commit(&c);
	centre_reopen(&c);
	assert_int_equal(cell("412", "KH.01")->percent, 40);
	centre_close(&c);
}

/* More cells than the overlay begins with; a later one of the same group sees each. */
static void a_group_may_touch_many_cells(void **state)
{
	static char items[40000];
	size_t at = (size_t)snprintf(items, sizeof items, "%s", CENTRE_ITEMS);
	char code[12];

	(void)state;
	for (int i = 100; i < 400; i++)
		at += (size_t)snprintf(items + at, sizeof items - at,
				       "KH.%d,KH,,task,V,412,2024-01-02,2024-06-30,lead,,,,,\n", i);
	centre_make(&c, "many");
	assert_true(centre_catalogue(&c, CENTRE_UNITS, items));
	for (uint64_t seq = 1, i = 100; i < 400; seq += 60, i += 60) {
		for (size_t k = 0; k < 60; k++) {
			snprintf(code, sizeof code, "KH.%u", (unsigned)(i + k));
			centre_task(&c, k, seq + k, code, 20240109, 50);
		}
		centre_offer(&c, centre_stream(7), seq, 60);
		centre_taken(&c, 59, 6 + (seq - 1) / 60, 60);
	}
	for (size_t k = 0; k < 60; k++) {
		snprintf(code, sizeof code, "KH.%u", (unsigned)(100 + 5 * k));
		centre_task(&c, k, 301 + k, code, 20240109, 0);
	}
	centre_offer(&c, centre_stream(7), 301, 60);
	for (size_t k = 0; k < 60; k++)
		centre_refused(&c, k, 11, REASON_REASON_REQUIRED);
	centre_commit(&c);
	centre_close(&c);
}

static void commune_task(size_t at, uint64_t seq, uint32_t commune, const char *item,
			 uint32_t percent)
{
	char unit[12];
	struct update u = {.seq = seq,
			   .unit = unit,
			   .item = item,
			   .as_of = {20240109},
			   .body = BODY_TASK,
			   .state = percent ? TASK_IN_PROGRESS : TASK_NOT_STARTED,
			   .percent = percent};

	snprintf(unit, sizeof unit, "%u", commune);
	size_t n = codec_update_encode(&u, c.blob[at]);
	assert_true(n > 0);
	c.blobs[at] = bytes_of(c.blob[at], n);
}

/* Cells of many units and two items: some fall on one place of the overlay, and each stays itself. */
static void cells_of_a_group_do_not_mix(void **state)
{
	static const char *const items[] = {"KH.98", "KH.99"};
	static char units[8000];
	size_t at = (size_t)snprintf(units, sizeof units, "%s", CENTRE_UNITS);

	(void)state;
	for (unsigned i = 20000; i < 20060; i++)
		at += (size_t)snprintf(units + at, sizeof units - at, "%u,412,commune,,,X,,,,,,\n",
				       i);
	centre_make(&c, "mixed");
	assert_true(centre_catalogue(
		&c, units,
		CENTRE_ITEMS
		"KH.98,KH,,task,V,412,2024-01-02,2024-06-30,all,kind:commune@412,,,,\n"
		"KH.99,KH,,task,V,412,2024-01-02,2024-06-30,all,kind:commune@412,,,,\n"));
	for (uint32_t i = 0; i < 2; i++) { /* every second commune has begun, per item the others */
		for (uint32_t k = 0; k < 60; k++)
			commune_task(k, 60 * i + k + 1, 20000 + k, items[i], (k + i) % 2 ? 50 : 0);
		centre_offer(&c, centre_stream(7), 60 * i + 1, 60);
		centre_taken(&c, 59, 6 + i, 60);
	}
	for (uint32_t i = 0; i < 2; i++) { /* only who has begun goes back, and must say why */
		for (uint32_t k = 0; k < 60; k++)
			commune_task(k, 120 + 60 * i + k + 1, 20000 + k, items[i], 0);
		centre_offer(&c, centre_stream(7), 120 + 60 * i + 1, 60);
		for (uint32_t k = 0; k < 60; k++)
			if ((k + i) % 2)
				centre_refused(&c, k, 8 + i, REASON_REASON_REQUIRED);
			else
				centre_taken(&c, k, 8 + i, k / 2 + 1);
	}
	centre_commit(&c);
	centre_close(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_new_store_has_its_barriers),
		cmocka_unit_test(a_push_is_taken_once),
		cmocka_unit_test(a_group_sees_its_own_marks_and_cells),
		cmocka_unit_test(refusals_are_stored_and_keep_their_reasons),
		cmocka_unit_test(gaps_conflicts_and_overlaps),
		cmocka_unit_test(lost_seqs_are_void),
		cmocka_unit_test(the_last_of_a_group_finds_room),
		cmocka_unit_test(epochs_are_few),
		cmocka_unit_test(a_hello_learns_the_mark),
		cmocka_unit_test(a_receipt_proves_a_roll_back),
		cmocka_unit_test(what_cannot_be_read_is_not_lost),
		cmocka_unit_test(midnights_are_ticked_in_order),
		cmocka_unit_test(a_real_clock_is_not_believed_blindly),
		cmocka_unit_test(stores_and_clocks_must_fit),
		cmocka_unit_test(a_catalogue_too_large_is_no_entry),
		cmocka_unit_test(a_catalogue_may_follow),
		cmocka_unit_test(a_full_disk_takes_nothing),
		cmocka_unit_test(a_group_may_touch_many_cells),
		cmocka_unit_test(cells_of_a_group_do_not_mix),
	};

	return cmocka_run_group_tests_name("core", tests, scratch_make, scratch_remove);
}
