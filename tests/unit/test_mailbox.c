// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "server/mailpack.h"
#include "tests/unit/scarce.h"

#define DAY(n) ((struct date){ n })

static struct notice made(enum notice_kind kind, uint64_t entry, uint32_t sent)
{
	return (struct notice){ .kind = (uint8_t)kind, .entry = entry, .sent = DAY(sent) };
}

static void put(struct mailbox *m, uint32_t unit, enum notice_kind kind, uint64_t entry)
{
	struct notice n = made(kind, entry, 20240401);
	assert_true(mailbox_put(m, unit, &n));
}

static void write_letter(struct mailbox *m, enum notice_kind kind, uint64_t entry, uint32_t n, uint32_t *units)
{
	const struct letter l = { .entry = entry, .kind = (uint8_t)kind, .sent = DAY(20240401), .due = DAY(20240430),
				  .item = 3, .about_entry = 2, .n = n, .units = units };
	assert_true(mailbox_send(m, &l));
}

/* "5.0 6.0* 6.1": entry and place of what the unit has, * = opened. */
static const char *mail_of(const struct mailbox *m, uint32_t unit, uint64_t since)
{
	static char text[400];
	struct mail_walk w = mailbox_walk(m, unit, since);
	struct notice n;
	size_t at = 0;
	text[0] = '\0';
	while (mailbox_next(&w, &n))
		at += (size_t)snprintf(text + at, sizeof text - at, "%s%llu.%u%s", at ? " " : "", (unsigned long long)n.entry,
				       n.place, n.opened.ymd ? "*" : "");
	return text;
}

static void test_notices_are_called_by_entry_and_place(void **state)
{
	struct mailbox *m = mailbox_new();
	(void)state;
	assert_string_equal(mail_of(m, 7, 0), "");
	assert_int_equal(mailbox_newest(m, 7), 0);
	assert_int_equal(mailbox_units(m), 0);
	put(m, 7, NOTICE_OBSTACLE, 5);
	put(m, 7, NOTICE_OBSTACLE, 6); /* two obstacles of one batch */
	put(m, 7, NOTICE_ANSWER, 6);
	put(m, 3, NOTICE_RETURN, 9);
	assert_string_equal(mail_of(m, 7, 0), "5.0 6.0 6.1");
	assert_string_equal(mail_of(m, 7, 5), "6.0 6.1");
	assert_string_equal(mail_of(m, 7, 6), "");
	assert_string_equal(mail_of(m, 3, 0), "9.0");
	assert_string_equal(mail_of(m, 4, 0), "");
	assert_int_equal(mailbox_newest(m, 7), 6);
	assert_int_equal(mailbox_newest(m, 3), 9);
	assert_int_equal(mailbox_newest(m, 100), 0);
	assert_true(mailbox_units(m) >= 7);
	mailbox_open(m, 7, 6, DAY(20240402));
	assert_string_equal(mail_of(m, 7, 0), "5.0 6.0* 6.1*");
	mailbox_open(m, 7, 6, DAY(20240405)); /* the first time counts */
	struct mail_walk w = mailbox_walk(m, 7, 5);
	struct notice n;
	assert_true(mailbox_next(&w, &n));
	assert_int_equal(n.opened.ymd, 20240402);
	mailbox_free(m);
	mailbox_free(NULL);
}

static void test_what_is_not_there_is_not_opened(void **state)
{
	struct mailbox *m = mailbox_new();
	uint32_t units[] = { 2, 5, 9 };
	(void)state;
	mailbox_open(m, 1, 1, DAY(20240402));
	put(m, 2, NOTICE_FINDING, 3);
	write_letter(m, NOTICE_DIRECTIVE, 4, 3, units);
	mailbox_open(m, 2, 0, DAY(20240402));
	mailbox_open(m, 2, 2, DAY(20240402));
	mailbox_open(m, 4, 4, DAY(20240402));
	mailbox_open(m, 50, 4, DAY(20240402));
	assert_string_equal(mail_of(m, 2, 0), "3.0 4.0");
	assert_string_equal(mail_of(m, 5, 0), "4.0");
	assert_string_equal(mail_of(m, 4, 0), "");
	assert_true(mailbox_knows(m, 2, 3));
	assert_true(mailbox_knows(m, 2, 4));
	assert_true(mailbox_knows(m, 9, 4));
	assert_false(mailbox_knows(m, 4, 4));
	assert_false(mailbox_knows(m, 9, 3));
	assert_false(mailbox_knows(m, 9, 0));
	assert_false(mailbox_knows(m, 500, 4));
	mailbox_free(m);
}

static void test_a_letter_says_who_has_opened_it(void **state)
{
	struct mailbox *m = mailbox_new();
	uint32_t all[] = { 2, 5, 9 }, one[] = { 5 };
	(void)state;
	put(m, 5, NOTICE_ANSWER, 3);
	write_letter(m, NOTICE_DIRECTIVE, 4, 3, all);
	put(m, 5, NOTICE_DECISION, 6);
	write_letter(m, NOTICE_TASK, 8, 1, one);
	assert_string_equal(mail_of(m, 5, 0), "3.0 4.0 6.0 8.0");
	assert_string_equal(mail_of(m, 9, 0), "4.0");
	assert_string_equal(mail_of(m, 5, 4), "6.0 8.0");
	assert_int_equal(mailbox_newest(m, 9), 4);
	assert_int_equal(mailbox_newest(m, 5), 8);
	mailbox_open(m, 5, 4, DAY(20240403));
	mailbox_open(m, 5, 4, DAY(20240404));
	assert_int_equal(mailbox_letters(m), 2);
	const struct letter *l = mailbox_letter(m, 0);
	assert_int_equal(l->n, 3);
	assert_int_equal(l->opened[0].ymd, 0);
	assert_int_equal(l->opened[1].ymd, 20240403);
	struct mail_walk w = mailbox_walk(m, 5, 3);
	struct notice n;
	assert_true(mailbox_next(&w, &n));
	assert_int_equal(n.kind, NOTICE_DIRECTIVE);
	assert_int_equal(n.opened.ymd, 20240403);
	assert_int_equal(n.due.ymd, 20240430);
	assert_int_equal(n.item, 3);
	assert_int_equal(n.about_entry, 2);
	mailbox_free(m);
}

static void test_a_newer_reminder_replaces_an_unread_one(void **state)
{
	struct mailbox *m = mailbox_new();
	(void)state;
	put(m, 1, NOTICE_REMINDER, 2);
	put(m, 1, NOTICE_ANSWER, 4);
	assert_false(mailbox_knows(m, 1, 3));
	put(m, 1, NOTICE_REMINDER, 5);
	assert_string_equal(mail_of(m, 1, 0), "4.0 5.0");
	assert_true(mailbox_knows(m, 1, 2)); /* who has read it offline may say so */
	assert_false(mailbox_knows(m, 1, 3));
	mailbox_open(m, 1, 2, DAY(20240402));
	assert_string_equal(mail_of(m, 1, 0), "4.0 5.0");
	mailbox_open(m, 1, 5, DAY(20240402));
	put(m, 1, NOTICE_REMINDER, 7);
	assert_string_equal(mail_of(m, 1, 0), "4.0 5.0* 7.0");
	assert_int_equal(mailbox_newest(m, 1), 7);
	mailbox_free(m);
}

static void test_opened_ones_are_forgotten_in_time(void **state)
{
	struct mailbox *m = mailbox_new();
	uint32_t units[] = { 1 };
	struct notice early = made(NOTICE_REMINDER, 2, 20240301);
	(void)state;
	mailbox_forget(m, DAY(20240401));
	assert_true(mailbox_put(m, 1, &early));
	mailbox_open(m, 1, 2, DAY(20240331));
	put(m, 1, NOTICE_REMINDER, 3);
	mailbox_open(m, 1, 3, DAY(20240401));
	put(m, 1, NOTICE_ANSWER, 4);
	put(m, 1, NOTICE_ANSWER, 5);
	mailbox_open(m, 1, 5, DAY(20240401));
	write_letter(m, NOTICE_DIRECTIVE, 6, 1, units);
	mailbox_open(m, 1, 6, DAY(20240401));
	mailbox_forget(m, DAY(20240501));
	assert_string_equal(mail_of(m, 1, 0), "2.0* 3.0* 4.0 5.0* 6.0*");
	mailbox_forget(m, DAY(20240502)); /* 32 days after the first was read */
	assert_string_equal(mail_of(m, 1, 0), "3.0* 4.0 5.0* 6.0*");
	mailbox_forget(m, DAY(20240503));
	assert_string_equal(mail_of(m, 1, 0), "4.0 5.0* 6.0*");
	mailbox_forget(m, DAY(20250506)); /* 400 days after the rest */
	assert_string_equal(mail_of(m, 1, 0), "4.0 5.0* 6.0*");
	mailbox_forget(m, DAY(20250507));
	assert_string_equal(mail_of(m, 1, 0), "4.0 6.0*"); /* unread, and a letter: never */
	assert_true(mailbox_knows(m, 1, 5));
	assert_int_equal(mailbox_newest(m, 1), 6);
	mailbox_free(m);
}

/* ---- as bytes ---- */

static struct mailbox *sample(void)
{
	struct mailbox *m = mailbox_new();
	uint32_t all[] = { 1, 3, 4 }, one[] = { 3 };
	struct notice n = { .kind = NOTICE_REMINDER, .entry = 5, .item = 4, .due = DAY(20240518), .sent = DAY(20240517),
			    .period = 77, .owed = 12 };
	struct notice d = { .kind = NOTICE_DECISION, .entry = 11, .about_entry = 9, .about_index = 2, .index = 1, .granted = true,
			    .due = DAY(20240630), .sent = DAY(20240520), .item = 6 };
	write_letter(m, NOTICE_DIRECTIVE, 2, 3, all);
	put(m, 1, NOTICE_REMINDER, 3);
	assert_true(mailbox_put(m, 1, &n)); /* one was replaced */
	put(m, 4, NOTICE_REMINDER, 6);
	mailbox_open(m, 4, 6, DAY(20240518));
	mailbox_forget(m, DAY(20250101)); /* nothing but what was forgotten is left in this box */
	write_letter(m, NOTICE_TASK, 8, 1, one);
	put(m, 3, NOTICE_OBSTACLE, 10);
	put(m, 3, NOTICE_OBSTACLE, 10);
	assert_true(mailbox_put(m, 3, &d));
	mailbox_open(m, 3, 2, DAY(20240519));
	mailbox_open(m, 3, 10, DAY(20240521));
	return m;
}

static struct buffer packed(const struct mailbox *m)
{
	struct buffer b = { 0 };
	mailbox_pack(&b, m);
	return b;
}

static void test_there_and_back(void **state)
{
	struct mailbox *m = sample();
	struct buffer b = packed(m);
	struct mailbox *back = mailbox_unpack(buffer_bytes(&b), 4);
	(void)state;
	assert_non_null(back);
	struct buffer again = packed(back);
	assert_true(bytes_equal(buffer_bytes(&b), buffer_bytes(&again)));
	for (uint32_t unit = 1; unit <= 5; unit++) {
		char was[400];
		snprintf(was, sizeof was, "%s", mail_of(m, unit, 0));
		assert_string_equal(mail_of(back, unit, 0), was);
		assert_int_equal(mailbox_newest(back, unit), mailbox_newest(m, unit));
		for (uint64_t entry = 0; entry < 13; entry++)
			assert_int_equal(mailbox_knows(back, unit, entry), mailbox_knows(m, unit, entry));
	}
	struct mail_walk w = mailbox_walk(back, 3, 10);
	struct notice n;
	assert_true(mailbox_next(&w, &n));
	assert_true(n.granted && n.index == 1 && n.about_index == 2 && n.about_entry == 9 && n.item == 6);
	assert_int_equal(mailbox_newest(back, 4), 6); /* by what was forgotten */
	mailbox_free(m);
	mailbox_free(back);
	buffer_free(&b);
	buffer_free(&again);
}

static void test_an_empty_one(void **state)
{
	struct mailbox *m = mailbox_new();
	struct buffer b = packed(m);
	(void)state;
	assert_int_equal(b.size, 8);
	struct mailbox *back = mailbox_unpack(buffer_bytes(&b), 0);
	assert_non_null(back);
	assert_null(mailbox_unpack(bytes_of("", 0), 0));
	mailbox_free(m);
	mailbox_free(back);
	buffer_free(&b);
}

/* Whatever is cut off or changed: never more than a NULL, and what is taken packs to the same bytes. */
static void test_damage(void **state)
{
	struct mailbox *m = sample();
	struct buffer b = packed(m);
	unsigned refused = 0;
	(void)state;
	for (size_t n = 0; n < b.size; n++)
		assert_null(mailbox_unpack(bytes_of(b.data, n), 4));
	for (size_t i = 0; i < b.size * 8; i++) {
		b.data[i / 8] ^= (uint8_t)(1 << i % 8);
		struct mailbox *back = mailbox_unpack(buffer_bytes(&b), 4);
		if (back) {
			struct buffer again = packed(back);
			assert_true(bytes_equal(buffer_bytes(&b), buffer_bytes(&again)));
			buffer_free(&again);
		} else {
			refused++;
		}
		mailbox_free(back);
		b.data[i / 8] ^= (uint8_t)(1 << i % 8);
	}
	assert_true(refused > 100);
	assert_null(mailbox_unpack(buffer_bytes(&b), 3)); /* there is no fourth unit */
	buffer_put_u8(&b, 0);
	assert_null(mailbox_unpack(buffer_bytes(&b), 4));
	mailbox_free(m);
	buffer_free(&b);
}

static void test_a_buffer_that_is_full(void **state)
{
	struct mailbox *m = sample();
	struct buffer b = { .cap = 10 };
	(void)state;
	mailbox_pack(&b, m);
	assert_true(b.failed);
	mailbox_free(m);
	buffer_free(&b);
}

/* ---- no memory ---- */

static bool fill(struct mailbox *m)
{
	uint32_t units[] = { 1, 40 };
	struct letter l = { .kind = NOTICE_DIRECTIVE, .sent = DAY(20240401), .n = 2, .units = units };
	struct notice n = made(NOTICE_ANSWER, 0, 20240401);
	for (uint64_t entry = 1; entry < 20; entry++) {
		l.entry = n.entry = entry;
		if (!mailbox_send(m, &l) || !mailbox_put(m, 1 + (uint32_t)entry * 3, &n) || !mailbox_put(m, 1, &n))
			return false;
	}
	return true;
}

static void test_without_memory_it_says_so(void **state)
{
	struct mailbox *m;
	bool done = false;
	(void)state;
	if (!scarce_works())
		skip();
	for (long n = 0; !done; n++) {
		scarce_after(n);
		m = mailbox_new();
		done = m && fill(m);
		scarce_end();
		mailbox_free(m);
	}
	m = sample();
	struct buffer b = packed(m);
	struct mailbox *back = NULL;
	for (long n = 0; !back; n++) {
		scarce_after(n);
		back = mailbox_unpack(buffer_bytes(&b), 4);
		scarce_end();
	}
	mailbox_free(back);
	mailbox_free(m);
	buffer_free(&b);
}

/* ---- a whole nation ---- */

static int64_t now_us(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

/* A tick may remind every unit; it must stay a small part of a midnight that holds acks for 0.2 s at most. */
static void test_a_reminder_to_everybody(void **state)
{
	enum { UNITS = 11367, TICKS = 30 };
	struct mailbox *m = mailbox_new();
	int64_t best = INT64_MAX;
	(void)state;
	for (uint64_t tick = 1; tick <= TICKS; tick++) {
		struct notice n = made(NOTICE_REMINDER, tick, 20240401);
		int64_t began = now_us();
		for (uint32_t unit = 1; unit <= UNITS; unit++)
			assert_true(mailbox_put(m, unit, &n));
		mailbox_forget(m, DAY(20240402));
		int64_t took = now_us() - began;
		best = took < best ? took : best;
		for (uint32_t unit = 1; unit <= UNITS; unit += 2) /* half of them read it */
			mailbox_open(m, unit, tick, DAY(20240402));
	}
	struct buffer b = packed(m);
	print_message("a reminder to %d units: %lld us; packed %zu bytes\n", UNITS, (long long)best, b.size);
	assert_true(best < 100000);
	buffer_free(&b);
	mailbox_free(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_notices_are_called_by_entry_and_place),
		cmocka_unit_test(test_what_is_not_there_is_not_opened),
		cmocka_unit_test(test_a_letter_says_who_has_opened_it),
		cmocka_unit_test(test_a_newer_reminder_replaces_an_unread_one),
		cmocka_unit_test(test_opened_ones_are_forgotten_in_time),
		cmocka_unit_test(test_there_and_back),
		cmocka_unit_test(test_an_empty_one),
		cmocka_unit_test(test_damage),
		cmocka_unit_test(test_a_buffer_that_is_full),
		cmocka_unit_test(test_without_memory_it_says_so),
		cmocka_unit_test(test_a_reminder_to_everybody),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
