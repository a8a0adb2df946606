// SPDX-License-Identifier: Apache-2.0
/* The journal as JSON lines: what the centre decides, finds and says, and updates of every body. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "server/commands.h"
#include "server/dump.h"
#include "server/entry_codec.h"
#include "server/journal.h"
#include "tests/unit/scratch.h"

static struct journal *journal;
static char *text;

/* main.c has the other one */
int command_fail(int code, const char *format, ...)
{
	fail_msg("%s", format);
	return code;
}

static void begin(const char *name)
{
	struct sys_error error = {""};
	const uint8_t store[INCARNATION_SIZE] = {1};
	const struct journal_options options = {.create = true, .store = store};
	struct entry genesis = {.kind = ENTRY_GENESIS, .rules_version = 2, .genesis.name = "x"};

	assert_int_equal(journal_open(&journal, scratch_path(name), &options, &error), 0);
	journal_append(journal, &genesis);
	assert_int_equal(journal_commit(journal, &error), KV_OK);
}

static void append(struct entry e)
{
	struct sys_error error = {""};

	e.rules_version = 2;
	journal_append(journal, &e);
	assert_int_equal(journal_commit(journal, &error), KV_OK);
}

static void dump(void)
{
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(out);
	assert_int_equal(dump_run(journal, false, out), 0);
	fclose(out);
}

static void end(void)
{
	free(text);
	journal_close(journal);
}

static void assert_says(const char *part)
{
	if (!strstr(text, part))
		fail_msg("%s\nis not in\n%s", part, text);
}

static void what_the_centre_says(void **state)
{
	const uint32_t units[] = {4, 300};

	(void)state;
	begin("centre");
	append((struct entry){.kind = ENTRY_DECISION,
			      .decision = {.kind = DECISION_NA, .about_entry = 9, .about_index = 3, .granted = true,
					   .date = {20240101}, .date_to = {20240630}, .unit = 5, .item = 3,
					   .reason = "Không có biển", .principal = 2}});
	append((struct entry){.kind = ENTRY_NOTICE,
			      .notice = {.kind = 5, .units_n = 2, .units = units, .item = 7, .text = "Chỉ đạo",
					 .about_entry = 2, .due = {20240430}}});
	append((struct entry){.kind = ENTRY_FINDING,
			      .finding = {.unit = 5, .rule = "NĐ 09", .severity = 2, .document = "12/KL",
					  .remedy_by = {20240430}, .text = "chậm"}});
	append((struct entry){.kind = ENTRY_STEP,
			      .step = {.unit = 2, .matter = {.about = {{0xab}, 9, 3}, .step = STEP_ANSWER,
							     .text = "đã cấp", .resolves = true}}});
	append((struct entry){.kind = ENTRY_RULES, .rules = {2}});
	dump();
	assert_says("\"kind\": \"decision\"");
	assert_says("\"decision\": {\"kind\": 2, \"about_entry\": 9, \"about_index\": 3, \"granted\": true, \"date\": 20240101, "
		    "\"reason\": \"Không có biển\", \"principal\": 2, \"date_to\": 20240630, \"unit\": 5, \"item\": 3}");
	assert_says("\"notice\": {\"kind\": 5, \"units\": [4, 300], \"item\": 7, \"text\": \"Chỉ đạo\", \"about_entry\": 2, "
		    "\"due\": 20240430}");
	assert_says("\"kind\": \"finding\"");
	assert_says("\"finding\": {\"unit\": 5, \"rule\": \"NĐ 09\", \"severity\": 2, \"document\": \"12/KL\", "
		    "\"remedy_by\": 20240430, \"text\": \"chậm\"}");
	assert_says("\"step\": {\"unit\": 2, \"principal\": 0, \"obstacle\": {\"obstacle\": {\"incarnation\": "
		    "\"ab000000000000000000000000000000\", \"entry\": 9, \"index\": 3}, "
		    "\"answer\": {\"text\": \"đã cấp\", \"resolves\": true}}}");
	assert_says("\"kind\": \"rules\"");
	end();
}

static void every_body(void **state)
{
	static uint8_t blobs[BODY_NOTICE_ACK + 1][UPDATE_BYTES_MAX];
	static struct taken taken[BATCH_MAX];
	const struct matter m = {.about = {{1}, 9, 3}, .date = {20240401}, .date_to = {20240402}, .milestone = 2,
				 .notice = 44, .text = "vì sao", .step = STEP_COMMENT};
	struct entry e = {.kind = ENTRY_BATCH, .principal = 1, .key_id = 1, .epoch = {7}, .first_seq = 1};

	(void)state;
	e.batch.taken = taken;
	for (unsigned body = BODY_TASK; body <= BODY_NOTICE_ACK; body++) {
		struct update u = {.seq = body - BODY_TASK + 1, .unit = "412", .as_of = {20240401}, .value = 5,
				   .body = (enum body_kind)body, .corrected = BODY_COUNT,
				   .matter = body > BODY_UNCHANGED ? &m : NULL};
		taken[e.seqs] = (struct taken){.index = e.seqs + 1, .blob = blobs[body], .update = u,
					       .blob_size = codec_update_encode(&u, blobs[body])};
		e.seqs++;
	}
	e.batch.taken_n = e.seqs;
	begin("bodies");
	append(e);
	dump();
	assert_says("\"unchanged\": {}");
	assert_says("\"na_request\": {\"reason\": \"vì sao\", \"from\": 20240401, \"to\": 20240402}");
	assert_says("\"correction\": {\"replaces\": {\"incarnation\": \"01000000000000000000000000000000\", \"entry\": 9, "
		    "\"index\": 3}, \"count\": {\"value\": 5}}");
	assert_says("\"withdraw\": {\"withdraws\": {");
	assert_says("\"comment\": {\"text\": \"vì sao\"}");
	assert_says("\"extension_request\": {\"due\": 20240401, \"reason\": \"vì sao\"}");
	assert_says("\"milestone\": {\"no\": 2, \"reached_on\": 20240401}");
	assert_says("\"notice_ack\": {\"notice_entry\": 44, \"incarnation\": \"01000000000000000000000000000000\"}");
	end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_the_centre_says),
		cmocka_unit_test(every_body),
	};
	return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
