// SPDX-License-Identifier: Apache-2.0
/* Answers that are given to all who ask the same: only of this moment, only of this question, and not without limit. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "dashboard/web_shared.h"

static const struct web_moment NOW = {.version = 7, .event = 3, .time_ms = 1000, .today = 20240402};

static struct web_wish at(const char *path, uint32_t item)
{
	return (struct web_wish){.place.path = path, .item = item};
}

static void put(struct web_shared *s, const struct web_moment *m, const struct web_wish *w, const char *text)
{
	struct buffer json = {.cap = BUFFER_ANY};

	buffer_put_text(&json, text);
	web_shared_put(s, m, web_board, w, &json, "\"tag\"");
	assert_null(json.data);
}

static void only_the_same_question(void **state)
{
	struct web_shared *s = web_shared_new();
	struct web_wish w = at("VN/40/", 2), other = at("VN/40/412/", 2), plan = at("VN/40/", 3);

	(void)state;
	assert_null(web_shared_find(s, &NOW, web_board, &w));
	put(s, &NOW, &w, "{\"forty\": 1}");
	struct web_text *t = web_shared_find(s, &NOW, web_board, &w);
	assert_non_null(t);
	assert_string_equal(buffer_text(&t->plain), "{\"forty\": 1}");
	assert_string_equal(t->tag, "\"tag\"");
	assert_null(web_shared_find(s, &NOW, web_board, &other));
	assert_null(web_shared_find(s, &NOW, web_board, &plan));
	assert_null(web_shared_find(s, &NOW, web_board_tree, &w));
	web_shared_free(s);
}

static void nothing_of_the_past(void **state)
{
	struct web_wish w = at("VN/", NO_INDEX);

	(void)state;
	for (int what = 0; what < 6; what++) {
		struct web_shared *s = web_shared_new();
		struct web_moment later = NOW;
		later.version += what == 0;
		later.event += what == 1;
		later.time_ms += what == 2;
		later.cut_since_ms += what == 3;
		later.today += what == 4;
		later.stale = what == 5;
		put(s, &NOW, &w, "{}");
		assert_null(web_shared_find(s, &later, web_board, &w));
		assert_null(web_shared_find(s, &NOW, web_board, &w)); /* nor when it comes back */
		web_shared_free(s);
	}
}

static size_t found(struct web_shared *s, char paths[][8], size_t n)
{
	size_t found = 0;

	for (size_t i = 0; i < n; i++) {
		struct web_wish w = at(paths[i], 0);
		found += web_shared_find(s, &NOW, web_board, &w) != NULL;
	}
	return found;
}

static void bounded_in_number(void **state)
{
	enum { MORE = WEB_SHARED_MAX + 5 };
	struct web_shared *s = web_shared_new();
	char paths[MORE][8];

	(void)state;
	for (size_t i = 0; i < MORE; i++) {
		snprintf(paths[i], sizeof(paths[i]), "VN/%02zu/", i);
		struct web_wish w = at(paths[i], 0), first = at(paths[0], 0);
		put(s, &NOW, &w, "{}");
		assert_non_null(web_shared_find(s, &NOW, web_board, &first)); /* what is asked for stays */
	}
	assert_int_equal(found(s, paths, MORE), WEB_SHARED_MAX);
	web_shared_free(s);
}

static void bounded_in_bytes(void **state)
{
	struct web_shared *s = web_shared_new();
	char paths[4][8];
	size_t size = WEB_SHARED_BYTES / 3;

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct buffer json = {.cap = BUFFER_ANY};
		snprintf(paths[i], sizeof(paths[i]), "VN/%02zu/", i);
		struct web_wish w = at(paths[i], 0);
		memset(buffer_reserve(&json, size), ' ', size);
		web_shared_put(s, &NOW, web_board, &w, &json, "");
	}
	assert_int_equal(found(s, paths, 4), 3);
	assert_int_equal(found(s, paths, 1), 0); /* the one that nobody had asked for since */
	web_shared_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_the_same_question),
		cmocka_unit_test(nothing_of_the_past),
		cmocka_unit_test(bounded_in_number),
		cmocka_unit_test(bounded_in_bytes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
