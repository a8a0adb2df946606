// SPDX-License-Identifier: Apache-2.0
/* The inbox: what was read stays read, reminders replace each other, a restored centre, turned bits. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>

#include "tests/unit/scratch.h"
#include "tests/unit/spool_support.h"

enum { ANSWER = 1, REMINDER = 2, DIRECTIVE = 5 };

static struct spool_notice notice(uint64_t entry, uint32_t place, uint32_t kind, int64_t sent_ms)
{
	return (struct spool_notice){
		.entry = entry, .place = place, .kind = kind, .sent_ms = sent_ms, .row = bytes_text("row")};
}

static struct spool_inbox head(uint64_t since, uint8_t incarnation)
{
	return (struct spool_inbox){.since = since, .incarnation = {incarnation}};
}

/* Where it says none of its own they are of the centre that shows them. */
static void keep(struct spool *s, const struct spool_notice *list, size_t n, struct spool_inbox h)
{
	struct spool_notice of[3];

	assert_true(n <= BASE_COUNT(of));
	for (size_t i = 0; i < n; i++) {
		of[i] = list[i];
		if (!of[i].incarnation[0])
			memcpy(of[i].incarnation, h.incarnation, SPOOL_ID);
	}
	assert_int_equal(spool_inbox_keep(s, of, n, &h, &spool_error), 0);
}

struct seen {
	char text[400];
	size_t at, most;
};

static bool see(void *data, const struct spool_notice *n)
{
	struct seen *s = data;

	s->at += (size_t)snprintf(s->text + s->at, sizeof s->text - s->at, "%s%u.%u%s%s", s->at ? " " : "",
				  (unsigned)n->entry, n->place, n->read_ms ? "*" : "", n->gone ? "!" : "");
	return --s->most != 0;
}

/* "7.0 6.1* 5.0!": the newest first, * = read, ! = gone. */
static const char *all(struct spool *s)
{
	static struct seen seen;

	seen = (struct seen){0};
	assert_int_equal(spool_notices(s, see, &seen, &spool_error), 0);
	return seen.text;
}

static struct spool_inbox known(struct spool *s)
{
	struct spool_inbox h;

	assert_int_equal(spool_inbox(s, &h, &spool_error), 0);
	return h;
}

static void read_entry(struct spool *s, uint64_t entry, int64_t ms)
{
	assert_int_equal(spool_inbox_read(s, &entry, 1, ms, &spool_error), 0);
}

static void test_pages(void **state)
{
	(void)state;
	char dir[4096];
	struct spool *s = spool_make("pages", NULL, dir);
	const struct spool_notice one[] = {notice(5, 0, DIRECTIVE, 100), notice(6, 0, ANSWER, 110)},
				  two[] = {notice(6, 1, ANSWER, 110), notice(9, 0, DIRECTIVE, 120)};

	assert_string_equal(all(s), "");
	assert_int_equal(known(s).since, 0);
	keep(s, one, 2, head(0, 1));
	assert_string_equal(all(s), "6.0 5.0");
	keep(s, two, 2, head(12, 1));
	assert_string_equal(all(s), "9.0 6.1 6.0 5.0");
	assert_int_equal(known(s).since, 12);
	assert_int_equal(known(s).incarnation[0], 1);
	assert_int_equal(known(s).unread, 4);
	read_entry(s, 6, 500);
	read_entry(s, 7, 500); /* not there */
	assert_string_equal(all(s), "9.0 6.1* 6.0* 5.0");
	keep(s, one, 2, head(12, 1)); /* again, after a crash */
	assert_string_equal(all(s), "9.0 6.1* 6.0* 5.0");
	assert_int_equal(known(s).unread, 2);
	spool_close(s);
	assert_int_equal(spool_open(&s, dir, NULL, &spool_error), 0);
	assert_string_equal(all(s), "9.0 6.1* 6.0* 5.0");
	struct seen first = {.most = 1};

	assert_int_equal(spool_notices(s, see, &first, &spool_error), 0);
	assert_string_equal(first.text, "9.0");
	spool_close(s);
}

static int64_t read_time;
static bool when(void *data, const struct spool_notice *n)
{
	(void)data;
	read_time = n->read_ms;
	assert_true(bytes_equal(n->row, bytes_text("row")));
	return false;
}

static void test_what_was_read_stays_so(void **state)
{
	(void)state;
	char dir[4096];
	struct spool *s = spool_make("read", NULL, dir);
	struct spool_notice n = notice(5, 0, DIRECTIVE, 100);

	keep(s, &n, 1, head(6, 1));
	read_entry(s, 5, 500);
	read_entry(s, 5, 900); /* the first time counts */
	assert_int_equal(spool_notices(s, when, NULL, &spool_error), 0);
	assert_int_equal(read_time, 500);
	n.read_ms = 700; /* the centre says so too */
	keep(s, &n, 1, head(6, 1));
	assert_int_equal(spool_notices(s, when, NULL, &spool_error), 0);
	assert_int_equal(read_time, 500);
	n = notice(8, 0, DIRECTIVE, 100);
	n.read_ms = 700; /* a spool made anew */
	keep(s, &n, 1, head(8, 1));
	assert_string_equal(all(s), "8.0* 5.0*");
	spool_close(s);
}

static void test_holes_between_places(void **state)
{
	(void)state;
	char dir[4096];
	struct spool *s = spool_make("holes", NULL, dir);
	const struct spool_notice list[] = {notice(5, 1, ANSWER, 100), notice(5, 3, ANSWER, 100), notice(6, 0, ANSWER, 100)};

	keep(s, list, 3, head(6, 1));
	read_entry(s, 5, 500);
	assert_string_equal(all(s), "6.0 5.3* 5.1*");
	spool_close(s);
}

static void test_reminders(void **state)
{
	(void)state;
	char dir[4096];
	struct spool *s = spool_make("reminders", NULL, dir);
	const struct spool_notice list[] = {notice(5, 0, REMINDER, 100), notice(6, 0, ANSWER, 110), notice(7, 0, REMINDER, 120)};
	struct spool_notice later = notice(9, 0, REMINDER, 130);

	keep(s, list, 3, head(7, 1));
	assert_string_equal(all(s), "7.0 6.0"); /* of unread ones only the newest says anything */
	read_entry(s, 7, 500);
	keep(s, &later, 1, head(9, 1));
	assert_string_equal(all(s), "9.0 7.0* 6.0");
	keep(s, &later, 1, head(9, 1));
	assert_string_equal(all(s), "9.0 7.0* 6.0");
	spool_close(s);
}

static void test_a_restored_centre(void **state)
{
	(void)state;
	char dir[4096];
	struct spool *s = spool_make("restored", NULL, dir);
	const struct spool_notice before[] = {notice(5, 0, DIRECTIVE, 100), notice(7, 0, DIRECTIVE, 120),
					      notice(9, 0, DIRECTIVE, 140)};
	struct spool_notice after[] = {notice(5, 0, DIRECTIVE, 100), notice(7, 0, DIRECTIVE, 200)};

	after[0].incarnation[0] = 1; /* of before the backup */
	keep(s, before, 3, head(9, 1));
	read_entry(s, 5, 500);
	read_entry(s, 7, 500);
	keep(s, after, 1, head(0, 2)); /* half of it */
	assert_string_equal(all(s), "9.0 7.0* 5.0*");
	keep(s, after + 1, 1, head(8, 2));
	/* 7 is another one now; 9 was lost there, and is not here */
	assert_string_equal(all(s), "9.0! 7.0 5.0*");
	assert_int_equal(known(s).since, 8);
	spool_close(s);
}

static bool incarnations(void *data, const struct spool_notice *n)
{
	buffer_format(data, "%u of %u%s ", (unsigned)n->entry, n->incarnation[0], n->read_ms ? "*" : "");
	return true;
}

/* A clock that stands still, or was set back, gives two notices of one number the same time too. */
static void test_the_same_number_and_time(void **state)
{
	(void)state;
	char dir[4096];
	struct spool *s = spool_make("same", NULL, dir);
	Tiendo__V1__NoticeRow row = TIENDO__V1__NOTICE_ROW__INIT;
	struct spool_notice list[] = {notice(5, 0, DIRECTIVE, 100), notice(7, 0, DIRECTIVE, 100)};
	uint8_t own[SPOOL_ID] = {1}, bytes[64];
	struct buffer seen = {0};

	row.incarnation = (ProtobufCBinaryData){SPOOL_ID, own};
	list[0].row = list[1].row = bytes_of(bytes, codec_pack(&row, bytes));
	keep(s, list, 2, head(9, 1));
	read_entry(s, 5, 500);
	read_entry(s, 7, 500);
	list[0].incarnation[0] = 1; /* 5 is of before the backup; 7 is another one */
	list[1].row = bytes_text("row");
	keep(s, list, 2, head(9, 2));
	assert_string_equal(all(s), "7.0 5.0*");
	assert_int_equal(spool_notices(s, incarnations, &seen, &spool_error), 0);
	assert_string_equal(buffer_text(&seen), "7 of 2 5 of 1* "); /* 7 says none: as the centre that shows it */
	buffer_free(&seen);
	spool_close(s);
}

/* LMDB would serve it without a word. */
static void test_turned_bits(void **state)
{
	(void)state;
	char dir[4096];
	struct spool *s = spool_make("turned", NULL, dir);
	struct spool_notice n = notice(5, 0, DIRECTIVE, 100);
	const uint8_t key[12] = {0, 0, 0, 0, 0, 0, 0, 5}, none[12] = {0};
	uint64_t entry = 5;
	struct spool_inbox h = head(5, 1);

	keep(s, &n, 1, h);
	for (unsigned i = 0; i < 2; i++) {
		struct kv_txn *txn = kv_write(s->kv);

		kv_put(txn, s->inbox, bytes_of(i ? none : key, 12), bytes_text("short"));
		assert_int_equal(kv_commit(&txn, &spool_error), KV_OK);
		assert_int_equal(spool_inbox(s, &h, &spool_error), -EUCLEAN);
		assert_int_equal(spool_notices(s, see, &(struct seen){0}, &spool_error), -EUCLEAN);
		h = head(5, 1);
		if (i == 0) {
			assert_int_equal(spool_inbox_read(s, &entry, 1, 9, &spool_error), -EUCLEAN);
			assert_int_equal(spool_inbox_keep(s, &n, 1, &h, &spool_error), -EUCLEAN);
		}
	}
	spool_close(s);
}

/* Records that carry their check, and are none of ours. */
static void test_strange_records(void **state)
{
	(void)state;
	char dir[4096];
	struct spool *s = spool_make("strange", NULL, dir);
	struct spool_notice n = notice(5, 0, DIRECTIVE, 100);
	const uint8_t keys[][12] = {{0, 0, 0, 0, 0, 0, 0, 5}, {0}};
	uint64_t entry = 5;
	struct spool_inbox h = head(5, 1);

	for (unsigned i = 0; i < 2; i++) {
		struct kv_txn *txn = kv_write(s->kv);

		kv_clear(txn, s->inbox);
		spool_put_record(s, txn, s->inbox, bytes_of(keys[i], 12), bytes_text("short"));
		assert_int_equal(spool_commit(s, &txn, &spool_error), 0);
		assert_int_equal(spool_inbox(s, &h, &spool_error), -EUCLEAN);
		assert_int_equal(spool_notices(s, see, &(struct seen){0}, &spool_error), -EUCLEAN);
		h = head(5, 1);
		if (i == 0) {
			assert_int_equal(spool_inbox_read(s, &entry, 1, 9, &spool_error), -EUCLEAN);
			assert_int_equal(spool_inbox_keep(s, &n, 1, &h, &spool_error), -EUCLEAN);
		}
	}
	spool_close(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pages),     cmocka_unit_test(test_what_was_read_stays_so),
		cmocka_unit_test(test_reminders), cmocka_unit_test(test_holes_between_places),
		cmocka_unit_test(test_a_restored_centre),
		cmocka_unit_test(test_the_same_number_and_time), cmocka_unit_test(test_turned_bits),
		cmocka_unit_test(test_strange_records),
	};

	assert_int_equal(keys_start(&spool_error), 0);
	return cmocka_run_group_tests_name("spool_inbox", tests, scratch_make, scratch_remove);
}
