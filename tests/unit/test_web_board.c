// SPDX-License-Identifier: Apache-2.0
/* What the gateway says out of its mirror: the small figure to the letter, places, members of groups, the search, the day to compare with. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "dashboard/web_board.h"
#include "tests/unit/web_land.h"

static struct web_land land;
static struct buffer out;

static int open_land(void **state)
{
	(void)state;
	web_land_open(&land);
	return 0;
}

static int close_land(void **state)
{
	(void)state;
	buffer_free(&out);
	web_land_close(&land);
	return 0;
}

static const char *brief(const char *item, const struct rollup *r)
{
	struct web_view v = web_land_view(&land);
	struct json j = json_to(&out);

	buffer_clear(&out);
	web_brief(&j, NULL, &v, catalogue_item(land.atlas.catalogue, web_land_index(&land, item)), r);
	return buffer_text(&out);
}

static void a_figure_to_the_letter(void **state)
{
	(void)state;
	assert_string_equal(brief("KH", NULL), "{\"i\": \"KH\"}");
	assert_string_equal(brief("KH", &(struct rollup){.version = 7}), "{\"i\": \"KH\", \"v\": 7}");
	const struct rollup tasks = {.version = 9, .cells = {1, 2, 3, 4, 5}, .leaves = {.done = 1}, .done_late = 2, .overdue = 1, .weight_sum = 2, .weighted = 2 * 6250,
				     .score_leaves = 1, .score_leaves_of = 2};
	assert_string_equal(brief("KH", &tasks),
			    "{\"i\": \"KH\", \"v\": 9, \"l\": [0, 0, 0, 1, 0], \"c\": [1, 2, 3, 4, 5], \"d\": [2, 1, 0], \"r\": [9, 10], \"s\": [6250, 1, 2]}");
	const struct mirror_rollup ratio = web_land_ratio(&land, 9843, 10000, 1, 2);
	assert_string_equal(brief("KH.R", &ratio.rollup), "{\"i\": \"KH.R\", \"v\": 11, \"k\": [1, 1, 0, 0, 0], \"r\": [1, 2], \"n\": [9843, 10000], "
							  "\"p\": 9843, \"t\": [5000, 0]}");
	const struct rollup none = {.version = 1, .indicators = {.unreported = 2}, .has_target = true, .target = 100};
	assert_string_equal(brief("KH.C", &none), "{\"i\": \"KH.C\", \"v\": 1, \"k\": [2, 0, 0, 0, 0], \"r\": [0, 2], \"t\": [100, null]}");
}

static enum web_code ask(web_board_fn *board, const char *unit, const struct web_wish *more)
{
	struct web_view v = web_land_view(&land);
	struct web_wish w = more ? *more : (struct web_wish){.item = NO_INDEX};

	buffer_clear(&out);
	if (unit)
		w.place = web_land_place(&land, unit);
	return board(&v, &w, &out);
}

#define SAYS(part) assert_non_null(strstr(buffer_text(&out), part))
#define SAYS_NOT(part) assert_null(strstr(buffer_text(&out), part))

static void places_and_persons(void **state)
{
	const struct web_wish seen = {.item = NO_INDEX, .persons = true};

	(void)state;
	assert_int_equal(ask(web_board_unit, "40", &seen), WEB_GOOD);
	SAYS("\"head\": \"Chủ tịch\", \"contact\": \"vp@tinh.example\", \"closed\": null, \"group\": false, \"path\": [{\"code\": \"VN\"");
	SAYS("\"children\": 2}"); /* 414 is no more */
	assert_int_equal(ask(web_board_unit, "40", NULL), WEB_GOOD);
	SAYS("\"head\": null, \"contact\": null");
	SAYS_NOT("vp@tinh.example");
	assert_int_equal(ask(web_board_items, NULL, NULL), WEB_GOOD);
	SAYS("\"person\": null");
	SAYS_NOT("Ông A");
	assert_int_equal(ask(web_board_items, NULL, &seen), WEB_GOOD);
	SAYS("\"person\": \"Ông A\"");
	/* of the unit that leads: not for a neighbour of it, nor for who is below */
	const struct web_wish beside = {.item = NO_INDEX, .persons = true, .persons_below = web_land_place(&land, "413").index},
			      at = {.item = NO_INDEX, .persons = true, .persons_below = web_land_place(&land, "412").index},
			      under = {.item = NO_INDEX, .persons = true, .persons_below = web_land_place(&land, "16702").index};
	assert_int_equal(ask(web_board_items, NULL, &beside), WEB_GOOD);
	SAYS_NOT("Ông A");
	assert_int_equal(ask(web_board_items, NULL, &under), WEB_GOOD);
	SAYS_NOT("Ông A");
	assert_int_equal(ask(web_board_items, NULL, &at), WEB_GOOD);
	SAYS("\"person\": \"Ông A\"");
}

static void members_of_groups(void **state)
{
	const struct web_wish plan = {.item = web_land_index(&land, "KH")};

	(void)state;
	assert_int_equal(ask(web_board_unit, "G/DIEM", NULL), WEB_GOOD);
	SAYS("\"unit\": {\"code\": \"G/DIEM\", \"name\": \"Điểm\", \"name_en\": \"Pilots\", \"kind\": null");
	SAYS("\"children\": 2}"); /* with all that is below, once */
	SAYS_NOT("16702");
	assert_int_equal(ask(web_board_unit, "G/XA", NULL), WEB_GOOD);
	SAYS("\"code\": \"16703\"");
	SAYS_NOT("\"code\": \"16702\""); /* not any more */
	assert_int_equal(ask(web_board_unit, "16703", NULL), WEB_GOOD);
	SAYS("{\"code\": \"G/DIEM\", \"name\": \"Điểm\", \"name_en\": \"Pilots\"}");
	SAYS("{\"code\": \"G/XA\"");
	assert_int_equal(ask(web_board_tree, "G/DIEM", &plan), WEB_GOOD);
	SAYS("\"parent\": \"G/DIEM\"");
	assert_int_equal(ask(web_board_figures, "G/DIEM", NULL), WEB_GOOD);
	SAYS("\"unit\": \"G/DIEM\", \"figures\": []");
}

static void figures_where_something_is_expected(void **state)
{
	const struct mirror_rollup r[] = {web_land_ratio(&land, 5, 10, 1, 2), {.item = web_land_number(&land, "KH.C"), .rollup = {.version = 3}}};
	const struct mirror_grain grain = web_land_grain(&land, "VN/40/412/", r, 2);

	(void)state;
	web_land_page(&land, &grain);
	assert_int_equal(ask(web_board_figures, "412", NULL), WEB_GOOD);
	SAYS("\"item\":\"KH.R\"");
	SAYS_NOT("KH.C");
	SAYS("\"changed\": {\"KH.R\": null}");
}

/* ---- the search ---- */

static bool finds(const char *q, const char *code)
{
	const struct web_wish w = {.item = NO_INDEX, .text = q, .most = 20, .within = web_land_place(&land, "VN").index};
	char member[64];

	snprintf(member, sizeof(member), "\"code\": \"%s\"", code);
	return ask(web_board_search, NULL, &w) == WEB_GOOD && strstr(buffer_text(&out), member);
}

static void without_marks(void **state)
{
	char longest[WEB_QUERY_MAX + 2];

	(void)state;
	static const char *const hoa[] = {"hoà", "hòa", "HOA", "hoa", "Hoa\xcc\x80", "thanh HÓA", "  hoá   thanh "};
	for (size_t i = 0; i < BASE_COUNT(hoa); i++)
		assert_true(finds(hoa[i], i < 5 ? "413" : "38"));
	assert_true(finds("dong vinh", "16702") && finds("đông", "16702") && finds("ĐÔNG v", "16702") && finds("16702", "16702"));
	assert_false(finds("ong", "16702")); /* the beginning of a word */
	assert_false(finds("vinh dong x", "16702"));
	assert_true(finds("vinh", "412") && finds("vinh", "16702"));
	assert_false(finds("cu huyen", "414")); /* closed */
	assert_true(finds("can cuoc", "KH.R") && finds("kh.r", "KH.R") && finds("ho so", "KH.C"));
	assert_true(finds("tan thanh", "16703"));
	SAYS("\"under\": [\"Thành phố Vinh\", \"Tỉnh Nghệ An\", \"Việt Nam\"]");
	static const char *const bad[] = {"", " ", "\t", "\xff", "\xc3", "a\xed\xa0\x80"};
	for (size_t i = 0; i < BASE_COUNT(bad); i++) {
		const struct web_wish w = {.item = NO_INDEX, .text = bad[i], .most = 20, .within = 0};
		assert_int_equal(ask(web_board_search, NULL, &w), WEB_BAD_REQUEST);
		assert_int_equal(out.size, 0);
	}
	memset(longest, 'a', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	assert_false(finds(longest, ""));
	longest[WEB_QUERY_MAX] = '\0';
	const struct web_wish w = {.item = NO_INDEX, .text = longest, .most = 20, .within = 0};
	assert_int_equal(ask(web_board_search, NULL, &w), WEB_GOOD);
}

static void below_and_bounded(void **state)
{
	struct web_wish w = {.item = NO_INDEX, .text = "t", .most = 20, .within = web_land_place(&land, "412").index};

	(void)state;
	assert_int_equal(ask(web_board_search, NULL, &w), WEB_GOOD);
	SAYS("\"16703\"");
	SAYS_NOT("\"38\""); /* Tỉnh Thanh Hoá is not below 412 */
	w.within = web_land_place(&land, "VN").index;
	w.most = 1;
	assert_int_equal(ask(web_board_search, NULL, &w), WEB_GOOD);
	const char *one = strstr(buffer_text(&out), "\"under\"");
	assert_true(one && !strstr(one + 1, "\"under\""));
	w.within = NO_INDEX;
	assert_int_equal(ask(web_board_search, NULL, &w), WEB_BAD_REQUEST);
}

static void the_day_to_compare_with(void **state)
{
	static const struct {
		uint32_t today;
		const char *compare;
	} days[] = {{20240402, "2024-03-31"}, {20240415, "2024-03-31"}, {20240416, "2024-04-15"}, {20240430, "2024-04-15"},
		    {20240301, "2024-02-29"}, {20230301, "2023-02-28"}, {20240101, "2023-12-31"}, {20241231, "2024-12-15"}};
	struct web_view v = web_land_view(&land);
	struct web_wish w = {.item = NO_INDEX, .place = web_land_place(&land, "40")};
	char member[40];

	(void)state;
	for (size_t i = 0; i < BASE_COUNT(days); i++) {
		v.sight.today.ymd = days[i].today;
		buffer_clear(&out);
		assert_int_equal(web_board(&v, &w, &out), WEB_GOOD);
		snprintf(member, sizeof(member), "\"compare\": \"%s\"", days[i].compare);
		SAYS(member);
	}
}

static void whose_path_it_is(void **state)
{
	struct web_view v = web_land_view(&land);

	(void)state;
	assert_int_equal(web_unit_at(&v, "VN/40/412/"), web_land_place(&land, "412").index);
	assert_int_equal(web_unit_at(&v, "VN/"), web_land_place(&land, "VN").index);
	static const char *const nobody[] = {"", "/", "//", "VN", "VN/40/413/412/", "412/", "VN/40/412/@", "G/DIEM/", "VN/40/999/", "VN/40/412@20240101/", "AAAAAAAAAAAAAAAAAAAAAAAAAA/"};
	for (size_t i = 0; i < BASE_COUNT(nobody); i++)
		assert_int_equal(web_unit_at(&v, nobody[i]), NO_INDEX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_figure_to_the_letter, open_land, close_land),
		cmocka_unit_test_setup_teardown(places_and_persons, open_land, close_land),
		cmocka_unit_test_setup_teardown(members_of_groups, open_land, close_land),
		cmocka_unit_test_setup_teardown(figures_where_something_is_expected, open_land, close_land),
		cmocka_unit_test_setup_teardown(without_marks, open_land, close_land),
		cmocka_unit_test_setup_teardown(below_and_bounded, open_land, close_land),
		cmocka_unit_test_setup_teardown(the_day_to_compare_with, open_land, close_land),
		cmocka_unit_test_setup_teardown(whose_path_it_is, open_land, close_land),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
