// SPDX-License-Identifier: Apache-2.0
/* Every kind of entry to bytes and back; and no bytes at all that could do harm. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

#include "common/domain/admit.h"
#include "server/chain.h"
#include "server/entry_body.h"

static struct codec_arena arena;

static int open_arena(void **state)
{
	(void)state;
	arena = codec_arena_new(1 << 20);
	return arena.base ? 0 : -1;
}

static int close_arena(void **state)
{
	(void)state;
	codec_arena_free(&arena);
	return 0;
}

/* Encodes and reads back; the value stays in `out`. */
static struct entry through(struct entry *e, struct buffer *out)
{
	struct entry read;

	e->number = 7;
	e->received.ms = 1704848400000;
	e->rules_version = 1;
	memset(e->prev_hash, 5, HASH_SIZE);
	buffer_clear(out);
	assert_true(entry_encode(e, out));
	codec_arena_reset(&arena);
	assert_int_equal(entry_decode(buffer_bytes(out), e->prev_hash, false, &arena, &read),
			 ENTRY_READ_OK);
	assert_int_equal(read.kind, e->kind);
	assert_int_equal(read.number, 7);
	assert_int_equal(read.received.ms, e->received.ms);
	assert_memory_equal(read.hash, e->hash, HASH_SIZE);
	uint8_t other[HASH_SIZE] = {6};
	struct entry wrong;
	assert_int_equal(entry_decode(buffer_bytes(out), other, false, &arena, &wrong),
			 ENTRY_READ_DAMAGED);
	return read;
}

static void facts_of_the_store(void **state)
{
	struct buffer out = {0};
	struct entry g = {.kind = ENTRY_GENESIS,
			  .genesis = {.illustrative = true,
				      .simulated = true,
				      .offset_minutes = 420,
				      .store = {1},
				      .incarnation = {2},
				      .name = "Trung tâm"}};
	struct entry i = {.kind = ENTRY_INCARNATION,
			  .incarnation = {.made = {3}, .old = {2}, .fork = 41, .fork_hash = {9}}};

	(void)state;
	struct entry r = through(&g, &out);
	assert_true(r.genesis.illustrative && r.genesis.simulated);
	assert_int_equal(r.genesis.offset_minutes, 420);
	assert_string_equal(r.genesis.name, "Trung tâm");
	assert_int_equal(r.genesis.store[0], 1);
	r = through(&i, &out);
	assert_int_equal(r.incarnation.fork, 41);
	assert_int_equal(r.incarnation.fork_hash[0], 9);
	assert_false(r.incarnation.proven);
	i.incarnation.proven = true;
	i.incarnation.lost[15] = 4;
	r = through(&i, &out);
	assert_true(r.incarnation.proven && r.incarnation.lost[15] == 4);
	buffer_free(&out);
}

static void registry_tick_rules_void(void **state)
{
	const struct registry_change changes[] = {
		{.kind = REGISTRY_PRINCIPAL_ADD,
		 .principal = 4,
		 .role = ROLE_VIEWER,
		 .scope_unit = 2,
		 .name = "x"},
		{.kind = REGISTRY_KEY_ADD,
		 .principal = 4,
		 .key_id = 9,
		 .public_key = {8},
		 .name = ""},
		{.kind = REGISTRY_KEY_REVOKE, .key_id = 3, .name = ""},
		{.kind = REGISTRY_EPOCHS_ALLOW, .principal = 4, .epochs = 66, .name = ""}};
	struct entry registry = {.kind = ENTRY_REGISTRY,
				 .registry = {.n = 4, .changes = changes, .confirm = true}};
	struct entry tick = {.kind = ENTRY_TICK, .tick = {{20240110}}};
	struct entry rules = {.kind = ENTRY_RULES, .rules = {1}};
	struct entry lost = {.kind = ENTRY_VOID,
			     .principal = 1,
			     .key_id = 2,
			     .epoch = {7},
			     .first_seq = 5,
			     .seqs = 3,
			     .prev = 6,
			     .lost = {.from = 5, .to = 7, .reason = 1}};
	struct buffer out = {0};

	(void)state;
	struct entry r = through(&registry, &out);
	assert_int_equal(r.registry.n, 4);
	assert_true(r.registry.confirm);
	assert_int_equal(r.registry.changes[0].role, ROLE_VIEWER);
	assert_string_equal(r.registry.changes[0].name, "x");
	assert_int_equal(r.registry.changes[1].public_key[0], 8);
	assert_int_equal(r.registry.changes[2].key_id, 3);
	assert_int_equal(r.registry.changes[3].kind, REGISTRY_EPOCHS_ALLOW);
	assert_int_equal(r.registry.changes[3].principal, 4);
	assert_int_equal(r.registry.changes[3].epochs, 66);
	assert_int_equal(through(&tick, &out).tick.date.ymd, 20240110);
	assert_int_equal(through(&rules, &out).rules.version, 1);
	r = through(&lost, &out);
	assert_int_equal(r.lost.to, 7);
	assert_int_equal(r.epoch[0], 7);
	assert_int_equal(r.prev, 6);
	buffer_free(&out);
}

/* Three seqs from 11: taken, refused, taken with a time proven before. */
static struct entry batch(struct taken taken[static 2], struct refused refused[static 1],
			  uint8_t blob[2][UPDATE_BYTES_MAX])
{
	for (unsigned i = 0; i < 2; i++) {
		struct update u = {.seq = 11 + 2 * i,
				   .unit = "412",
				   .item = "KH.01",
				   .as_of = {20240109},
				   .period = "",
				   .note = i ? "ghi chú" : "",
				   .reason = "",
				   .product_ref = "",
				   .body = BODY_COUNT,
				   .value = 5};
		size_t n = codec_update_encode(&u, blob[i]);
		taken[i] = (struct taken){.index = i + 1,
					  .blob = blob[i],
					  .blob_size = n,
					  .update = u,
					  .first_received = {i ? 1600000000000 : 0}};
	}
	refused[0] = (struct refused){
		.seq = 12, .reason = REASON_NOT_YET, .field = "body", .blob_hash = {4}};
	return (struct entry){
		.kind = ENTRY_BATCH,
		.principal = 1,
		.key_id = 1,
		.epoch = {7},
		.previous_epoch = {6},
		.first_seq = 11,
		.seqs = 3,
		.batch = {.taken_n = 2, .refused_n = 1, .taken = taken, .refused = refused}};
}

static void batches(void **state)
{
	static uint8_t blob[2][UPDATE_BYTES_MAX];
	struct taken taken[2];
	struct refused refused[1];
	struct entry e = batch(taken, refused, blob);
	struct buffer out = {0};
	struct bytes header, body, found;
	uint8_t hash[HASH_SIZE];

	(void)state;
	struct entry r = through(&e, &out);
	assert_int_equal(r.batch.taken_n, 2);
	assert_string_equal(r.batch.taken[1].update.note, "ghi chú");
	assert_int_equal(r.batch.taken[1].first_received.ms, 1600000000000);
	assert_int_equal(r.batch.taken[0].first_received.ms, 0);
	keys_hash(bytes_of(blob[1], taken[1].blob_size), hash);
	assert_memory_equal(r.batch.taken[1].blob_hash, hash, HASH_SIZE);
	assert_int_equal(r.batch.refused[0].seq, 12);
	assert_string_equal(r.batch.refused[0].field, "body");
	assert_int_equal(r.previous_epoch[0], 6);
	assert_true(entry_value_split(buffer_bytes(&out), &header, &body));
	assert_true(entry_body_blob(body, 2, &found));
	assert_true(bytes_equal(found, bytes_of(blob[1], taken[1].blob_size)));
	assert_false(entry_body_blob(body, 3, &found));
	buffer_free(&out);
}

static void decisions(void **state)
{
	const struct entry_decision exempt = {.kind = DECISION_EXEMPT,
					      .about_entry = 9,
					      .about_index = 3,
					      .granted = true,
					      .date = {20240401},
					      .date_to = {20240430},
					      .unit = 4,
					      .item = 7,
					      .principal = 2,
					      .reason = "bão lụt",
					      .period = "2024-04a"};
	struct entry e = {.kind = ENTRY_DECISION, .decision = exempt};
	struct buffer out = {0};

	(void)state;
	struct entry_decision d = through(&e, &out).decision;
	assert_int_equal(d.kind, DECISION_EXEMPT);
	assert_int_equal(d.about_entry, 9);
	assert_int_equal(d.about_index, 3);
	assert_true(d.granted);
	assert_int_equal(d.date.ymd, 20240401);
	assert_int_equal(d.date_to.ymd, 20240430);
	assert_int_equal(d.unit, 4);
	assert_int_equal(d.item, 7);
	assert_int_equal(d.principal, 2);
	assert_string_equal(d.reason, "bão lụt");
	assert_string_equal(d.period, "2024-04a");
	e.decision = (struct entry_decision){.kind = DECISION_ACCEPTED}; /* what is absent is "" */
	d = through(&e, &out).decision;
	assert_string_equal(d.reason, "");
	assert_string_equal(d.period, "");
	buffer_free(&out);
}

static void notices_and_findings(void **state)
{
	const uint32_t units[] = {2, 5, 11367};
	struct entry notice = {.kind = ENTRY_NOTICE,
			       .notice = {.kind = 5, .units_n = 3, .units = units, .item = 7, .text = "Chỉ đạo",
					  .about_entry = 9, .principal = 2, .due = {20240430}}};
	struct entry finding = {.kind = ENTRY_FINDING,
				.finding = {.unit = 4, .item = 7, .severity = 3, .principal = 2,
					    .remedy_by = {20240430}, .rule = "NĐ 09/2019", .document = "12/KL-TT",
					    .text = "chậm báo cáo", .closes = 8}};
	struct buffer out = {0};

	(void)state;
	struct entry_notice n = through(&notice, &out).notice;
	assert_int_equal(n.kind, 5);
	assert_int_equal(n.units_n, 3);
	assert_memory_equal(n.units, units, sizeof units);
	assert_int_equal(n.item, 7);
	assert_string_equal(n.text, "Chỉ đạo");
	assert_int_equal(n.about_entry, 9);
	assert_int_equal(n.principal, 2);
	assert_int_equal(n.due.ymd, 20240430);
	struct entry_finding f = through(&finding, &out).finding;
	assert_int_equal(f.unit, 4);
	assert_int_equal(f.item, 7);
	assert_int_equal(f.severity, 3);
	assert_int_equal(f.principal, 2);
	assert_int_equal(f.remedy_by.ymd, 20240430);
	assert_string_equal(f.rule, "NĐ 09/2019");
	assert_string_equal(f.document, "12/KL-TT");
	assert_string_equal(f.text, "chậm báo cáo");
	assert_int_equal(f.closes, 8);
	buffer_free(&out);
}

static void steps_at_the_centre(void **state)
{
	struct entry e = {.kind = ENTRY_STEP,
			  .step = {.unit = 4, .principal = 2,
				   .matter = {.about = {{1}, 9, 3}, .step = STEP_ANSWER, .text = "đã cấp vốn",
					      .resolves = true}}};
	static char text[5000];
	struct buffer out = {0}, again = {0};

	(void)state;
	struct entry r = through(&e, &out);
	assert_int_equal(r.step.unit, 4);
	assert_int_equal(r.step.principal, 2);
	assert_int_equal(r.step.matter.step, STEP_ANSWER);
	assert_int_equal(r.step.matter.about.entry, 9);
	assert_int_equal(r.step.matter.about.index, 3);
	assert_string_equal(r.step.matter.text, "đã cấp vốn");
	assert_true(r.step.matter.resolves);
	assert_true(r.step.size > 0);
	r.step.matter.text = "other"; /* what was read is written as it was */
	assert_true(entry_encode(&r, &again));
	assert_true(bytes_equal(buffer_bytes(&out), buffer_bytes(&again)));
	memset(text, 'a', sizeof text - 1);
	e.step.matter.text = text; /* longer than anybody may say */
	buffer_clear(&out);
	assert_false(entry_encode(&e, &out));
	buffer_free(&out);
	buffer_free(&again);
}

static void assert_body(enum entry_kind kind, const char *body, size_t size, enum entry_read verdict)
{
	struct entry read = {.kind = kind};

	codec_arena_reset(&arena);
	assert_int_equal(entry_said_get(bytes_of(body, size), &arena, &read), verdict);
}

static void bodies_that_are_none(void **state)
{
	static const enum entry_kind kinds[] = {ENTRY_DECISION, ENTRY_NOTICE, ENTRY_FINDING, ENTRY_STEP};

	(void)state;
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		assert_body(kinds[i], "\xff", 1, ENTRY_READ_DAMAGED);
	assert_body(ENTRY_DECISION, "\x08\x07", 2, ENTRY_READ_UNKNOWN); /* a kind of later rules */
	assert_body(ENTRY_STEP, "\x12\x01\xff", 3, ENTRY_READ_DAMAGED);
	assert_body(ENTRY_STEP, "\x08\x04", 2, ENTRY_READ_DAMAGED); /* no step at all */
}

static void unknown_kinds_stop(void **state)
{
	struct entry e = {.kind = ENTRY_TICK, .tick = {{20240110}}}, read;
	struct buffer out = {0};

	(void)state;
	through(&e, &out);
	out.data[0] = 2; /* a later format */
	assert_int_equal(entry_decode(buffer_bytes(&out), NULL, false, &arena, &read),
			 ENTRY_READ_UNKNOWN);
	buffer_clear(&out);
	e.kind = (enum entry_kind)77;
	assert_false(entry_encode(&e, &out));
	buffer_free(&out);
}

/* The MAC of PROTOCOL.md "Receipts": every field counts, and nothing else. */
static void a_receipt_speaks_for_itself(void **state)
{
	const uint8_t key[KEYS_SIZE] = {1};
	struct chain_receipt r = {
		.entry = 9, .principal = 3, .seq = 4, .received = {1704848400000}};
	uint8_t mac[KEYS_MAC];

	(void)state;
	chain_mac(key, &r, mac);
	assert_true(chain_mac_valid(key, &r, bytes_of(mac, sizeof mac)));
	assert_false(chain_mac_valid(key, &r, bytes_of(mac, sizeof mac - 1)));
	r.seq++;
	assert_false(chain_mac_valid(key, &r, bytes_of(mac, sizeof mac)));
}

/* Any bytes get a verdict: run under the sanitizers this is the proof. SEED=n repeats it. */
static void any_bytes_get_a_verdict(void **state)
{
	static uint8_t blob[2][UPDATE_BYTES_MAX];
	struct taken taken[2];
	struct refused refused[1];
	struct entry e = batch(taken, refused, blob);
	unsigned seed = getenv("SEED") ? (unsigned)atoi(getenv("SEED")) : (unsigned)time(NULL);
	struct buffer out = {0};
	uint8_t bytes[2048];

	(void)state;
	print_message("SEED=%u\n", seed);
	srandom(seed);
	through(&e, &out);
	assert_true(out.size < sizeof bytes);
	for (int i = 0; i < 20000; i++) {
		size_t size = out.size;
		struct entry read;

		memcpy(bytes, out.data, size);
		for (long n = random() % 4; n >= 0; n--)
			bytes[(size_t)random() % size] = (uint8_t)random();
		if (random() % 4 == 0)
			size = (size_t)random() % size;
		uint8_t *exact = base_alloc(size + 1); /* so that one byte too many is seen */
		memcpy(exact, bytes, size);
		codec_arena_reset(&arena);
		entry_decode(bytes_of(exact, size), NULL, true, &arena, &read);
		if (read.kind == ENTRY_CATALOGUE)
			catalogue_free(read.catalogue.made);
		free(exact);
	}
	buffer_free(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(facts_of_the_store),
		cmocka_unit_test(registry_tick_rules_void),
		cmocka_unit_test(batches),
		cmocka_unit_test(decisions),
		cmocka_unit_test(notices_and_findings),
		cmocka_unit_test(steps_at_the_centre),
		cmocka_unit_test(bodies_that_are_none),
		cmocka_unit_test(unknown_kinds_stop),
		cmocka_unit_test(a_receipt_speaks_for_itself),
		cmocka_unit_test(any_bytes_get_a_verdict),
	};

	return cmocka_run_group_tests_name("entry_codec", tests, open_arena, close_arena);
}
