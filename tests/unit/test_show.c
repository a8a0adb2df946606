// SPDX-License-Identifier: Apache-2.0
/* Figures as people and as programs read them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "common/domain/text.h"
#include "dashboard/json.h"
#include "dashboard/show.h"
#include "dashboard/table.h"

#define assert_text(buffer, text) assert_string_equal(buffer_text(buffer), text)
#define assert_has(buffer, text)                                                                   \
	do {                                                                                       \
		if (!strstr(buffer_text(buffer), text))                                            \
			fail_msg("no \"%s\" in:\n%s", text, buffer_text(buffer));                  \
	} while (0)

static const struct sight sight = {
	.generation = {.incarnation = {0xab, 0xcd}, .fold_version = 2, .entry = 17},
	.today = {20240331}};

/* Every text of a row is "" unless said. */
static struct item item_of(enum item_kind kind, const char *code, const char *name)
{
	return (struct item){.row = {.kind = kind, .code = code, .name = name, .uom = ""},
			     .leaf = kind >= ITEM_TASK};
}

static void numbers_dates_and_percents(void **state)
{
	char out[SHOW_NUMBER];

	(void)state;
	assert_string_equal(show_number(0, LANGUAGE_VI, out), "0");
	assert_string_equal(show_number(999, LANGUAGE_VI, out), "999");
	assert_string_equal(show_number(1387, LANGUAGE_VI, out), "1.387");
	assert_string_equal(show_number(1387, LANGUAGE_EN, out), "1,387");
	assert_string_equal(show_number(1000000000000, LANGUAGE_VI, out), "1.000.000.000.000");
	assert_string_equal(show_number(-1234, LANGUAGE_VI, out), "-1.234");
	assert_string_equal(show_number(-123, LANGUAGE_VI, out), "-123");
	assert_string_equal(show_percent(9843, LANGUAGE_VI, out), "98,43 %");
	assert_string_equal(show_percent(562, LANGUAGE_EN, out), "5.62 %");
	assert_string_equal(show_percent(560, LANGUAGE_VI, out), "5,60 %");
	assert_string_equal(show_percent(10000, LANGUAGE_VI, out), "100 %");
	assert_string_equal(show_percent(5, LANGUAGE_VI, out), "0,05 %");
	assert_string_equal(show_percent(123456, LANGUAGE_VI, out), "1.234,56 %");
	assert_string_equal(show_hundredths(8950, LANGUAGE_VI, out), "89,5");
	assert_string_equal(show_hundredths(8905, LANGUAGE_VI, out), "89,05");
	assert_string_equal(show_hundredths(1800, LANGUAGE_VI, out), "18");
	assert_string_equal(show_date((struct date){20240331}, LANGUAGE_VI, out), "31/03/2024");
	assert_string_equal(show_date((struct date){20240331}, LANGUAGE_EN, out), "2024-03-31");
	assert_string_equal(show_date((struct date){0}, LANGUAGE_VI, out), "");
	/* 2024-01-09T18:30:05Z is the next day in the office */
	assert_string_equal(show_time((struct instant){1704825005000}, out), "10/01/2024 01:30:05");
}

static void a_table_is_aligned_by_letters_not_bytes(void **state)
{
	struct table t;
	struct buffer out = {0};

	(void)state;
	table_open(&t, 3);
	t.right[1] = true;
	t.cut[2] = true;
	table_cell(&t, "Đơn vị");
	table_cell(&t, "số");
	table_cell(&t, "");
	table_cell(&t, "Vinh");
	table_format(&t, "%d", 1387);
	table_cell(&t, "x");
	table_print(&t, 1, &out);
	assert_text(&out, " Đơn vị    số\n Vinh    1387  x\n");
	table_close(&t);
	buffer_clear(&out);
	table_open(&t, 1);
	t.cut[0] = true;
	table_cell(&t,
		   "Hợp nhất Cổng dịch vụ công với Hệ thống thông tin một cửa điện tử cấp tỉnh");
	table_print(&t, 0, &out);
	assert_text(&out, "Hợp nhất Cổng dịch vụ công với Hệ thống thông tin một c…\n");
	assert_int_equal(t.width[0], TABLE_TEXT);
	table_close(&t);
	/* an unfinished row ends its line too */
	buffer_clear(&out);
	table_open(&t, 2);
	table_cell(&t, "a");
	table_print(&t, 0, &out);
	assert_text(&out, "a\n");
	table_close(&t);
	buffer_free(&out);
}

static void what_stands_above_an_answer(void **state)
{
	struct buffer out = {0};
	struct sight s = {0};

	(void)state;
	show_sight(&out, &s, LANGUAGE_VI);
	assert_text(&out, "");
	s.illustrative = true;
	show_sight(&out, &s, LANGUAGE_VI);
	assert_text(&out, "Số liệu minh hoạ\n");
	buffer_clear(&out);
	s.simulated = s.stale = true;
	show_sight(&out, &s, LANGUAGE_VI);
	assert_text(&out, "Số liệu minh hoạ · thời gian mô phỏng · số liệu cũ, đang tải lại\n");
	buffer_clear(&out);
	show_sight(&out, &s, LANGUAGE_EN);
	assert_has(&out, "Số liệu minh hoạ");
	assert_has(&out, "thời gian mô phỏng");
	buffer_free(&out);
}

static void a_plan(void **state)
{
	struct item plan = item_of(ITEM_PLAN, "KH762", "38 mô hình điểm");
	struct rollup r = {.version = 99,
			   .cells = {12, 12, 20, 6, 1},
			   .leaves = {0, 12, 20, 6, 1},
			   .indicators = {1, 2, 1, 0, 1},
			   .overdue = 3,
			   .behind = 2,
			   .done_late = 1,
			   .weight_sum = 10,
			   .weighted = 63150,
			   .score_leaves = 36,
			   .score_leaves_of = 38};
	struct reading reading = reading_of(&sight, "40", "Tỉnh Nghệ An", &plan, &r);
	struct buffer out = {0};

	(void)state;
	show_figure(&out, &reading, LANGUAGE_VI);
	assert_text(&out,
		    "40 Tỉnh Nghệ An · KH762 38 mô hình điểm\n"
		    "  Nhiệm vụ      6/39 hoàn thành · 20 đang thực hiện · 12 chưa triển khai "
		    "· 1 không áp dụng\n"
		    "  Theo đơn vị   6/51 hoàn thành · 20 đang thực hiện · 12 chưa triển khai "
		    "· 12 chưa báo cáo · 1 không áp dụng\n"
		    "  Chỉ tiêu      2/4 có số liệu · 1 không phát sinh · 1 chưa báo cáo · 1 "
		    "đạt mục tiêu\n"
		    "  Đã báo cáo    41/54\n"
		    "  Điểm tiến độ  63,15 % (36/38)\n"
		    "  Thời hạn      5/50 hoàn thành đúng hạn · 1 hoàn thành muộn · 41 chưa hoàn "
		    "thành, còn trong hạn · 3 quá hạn\n"
		    "  Chậm tiến độ  2/20 đang thực hiện mà chậm\n"
		    "  Tính đến      31/03/2024 · bản ghi 99 · "
		    "abcd0000000000000000000000000000:2:17\n");
	buffer_clear(&out);
	show_figures(&out, &reading, 1, false, LANGUAGE_EN);
	assert_text(&out,
		    "Code   Item             Reported  Figure                                      "
		    "                                            Target  Attained\n"
		    "KH762  38 mô hình điểm     41/54  6/39 done · 20 in progress · 12 not started "
		    "· 1 not applicable · 3/4 indicator figures          63.15 % (36/38)\n");
	buffer_free(&out);
}

static void one_leaf_says_its_state(void **state)
{
	static const struct {
		struct task_counts cells;
		const char *vi, *en;
	} cases[] = {{{1, 0, 0, 0, 0}, "chưa báo cáo", "not reported"},
		     {{0, 1, 0, 0, 0}, "chưa triển khai", "not started"},
		     {{0, 0, 1, 0, 0}, "đang thực hiện", "in progress"},
		     {{0, 0, 0, 1, 0}, "hoàn thành", "done"},
		     {{0, 0, 0, 0, 1}, "không áp dụng", "not applicable"}};
	struct item task = item_of(ITEM_TASK, "T", "Việc");
	struct buffer out = {0};

	(void)state;
	for (size_t i = 0; i < BASE_COUNT(cases); i++) {
		struct rollup r = {.cells = cases[i].cells, .leaves = cases[i].cells};
		struct reading reading = reading_of(&sight, "412", "Vinh", &task, &r);
		buffer_clear(&out);
		show_figure(&out, &reading, LANGUAGE_VI);
		assert_has(&out, cases[i].vi);
		buffer_clear(&out);
		show_figure(&out, &reading, LANGUAGE_EN);
		assert_has(&out, cases[i].en);
	}
	buffer_free(&out);
}

static struct rollup ratio_rollup(void)
{
	return (struct rollup){.version = 5,
			       .indicators = {1, 26, 0, 0, 3},
			       .numerator = 9843,
			       .denominator = 10000,
			       .summed = 26,
			       .has_target = true,
			       .target = 9900,
			       .has_attainment = true,
			       .attainment = 9942,
			       .weight_sum = 1,
			       .weighted = 9942,
			       .score_leaves = 1,
			       .score_leaves_of = 1};
}

static void a_ratio_a_count_and_points(void **state)
{
	struct item ratio = item_of(ITEM_RATIO, "CCCD", "Căn cước"),
		    count = item_of(ITEM_COUNT, "DVCQG", "Dịch vụ công"),
		    points = item_of(ITEM_POINTS, "BCS.CK", "Công khai");
	struct rollup r = ratio_rollup(), none = {0};
	struct rollup n = {.indicators = {0, 1, 0, 0, 1},
			   .value = 1387,
			   .summed = 1,
			   .has_target = true,
			   .target = 1200,
			   .target_reached = true};
	struct rollup p = {.indicators = {0, 1, 0, 0, 0}, .value = 1255, .summed = 1};
	struct buffer out = {0};

	(void)state;
	count.row.uom = "dịch vụ";
	points.row.has_maximum = true;
	points.row.maximum = 1800;
	struct reading list[] = {reading_of(&sight, "40", "Nghệ An", &ratio, &r),
				 reading_of(&sight, "17", "Hoà Bình", &count, &n),
				 reading_of(&sight, "08", "Tuyên Quang", &points, &p),
				 reading_of(&sight, "08", "Tuyên Quang", &ratio, NULL),
				 reading_of(&sight, "08", "Tuyên Quang", &count, &none)};
	show_figures(&out, list, BASE_COUNT(list), true, LANGUAGE_VI);
	assert_text(&out,
		    "Đơn vị  Mã      Nội dung      Báo cáo  Kết quả                 Mục tiêu       "
		    "Mức đạt\n"
		    "40      CCCD    Căn cước        26/27  98,43 % (9.843/10.000)  99 % chưa đạt  "
		    "99,42 %\n"
		    "17      DVCQG   Dịch vụ công      1/1  1.387 dịch vụ           1.200 đạt\n"
		    "08      BCS.CK  Công khai         1/1  12,55/18 điểm\n"
		    "08      CCCD    Căn cước          0/0  chưa có số liệu\n"
		    "08      DVCQG   Dịch vụ công      0/0  chưa có số liệu\n");
	assert_int_equal(list[3].figure.version, 17); /* as old as the generation */
	buffer_clear(&out);
	for (size_t i = 0; i < BASE_COUNT(list); i++)
		show_figure(&out, &list[i], LANGUAGE_VI);
	assert_has(&out, "  Tỷ lệ       98,43 % (9.843/10.000)\n  Mục tiêu    99 % · chưa đạt\n  "
			 "Mức đạt     99,42 %\n");
	assert_has(&out, "1.387 dịch vụ\n");
	assert_has(&out, "12,55/18 điểm\n");
	buffer_free(&out);
}

static void the_rarer_shapes(void **state)
{
	struct item task = item_of(ITEM_TASK, "T", "Việc"),
		    group = item_of(ITEM_RATIO_GROUP, "RG", "Nhóm tỷ lệ"),
		    points = item_of(ITEM_POINTS, "P", "Điểm"),
		    nothing = item_of(ITEM_NONE, "N", "");
	struct rollup t = {.cells = {7, 0, 0, 20, 0}, .leaves = {0, 0, 1, 0, 0}},
		      q = ratio_rollup(),
		      p = {.indicators = {0, 1, 0, 0, 0},
			   .value = 1255,
			   .summed = 1,
			   .has_target = true,
			   .target = 1300};
	struct buffer out = {0};

	(void)state;
	task.depth = 1;
	q.score_leaves = q.score_leaves_of = 0; /* a ratio_group is in no score */
	q.weight_sum = q.weighted = 0;
	struct reading list[] = {reading_of(&sight, "38", "Thanh Hoá", &task, &t),
				 reading_of(&sight, "38", "Thanh Hoá", &group, &q),
				 reading_of(&sight, "38", "Thanh Hoá", &points, &p),
				 reading_of(&sight, "38", "Thanh Hoá", &nothing, NULL)};
	show_figures(&out, list, BASE_COUNT(list), false, LANGUAGE_VI);
	assert_has(&out, "T     Việc        20/27  20/27 hoàn thành · 0 đang thực hiện · 0 chưa "
			 "triển khai · 7 chưa báo cáo\n");
	assert_has(&out, "99 % chưa đạt  99,42 %\n");
	assert_has(&out, "12,55 điểm");
	assert_has(&out, "13");
	buffer_clear(&out);
	struct reading bare = list[1];
	bare.figure.has_reached = false;
	show_figure(&out, &bare, LANGUAGE_VI);
	assert_has(&out, "  Mục tiêu    99 %\n  Mức đạt     99,42 %\n");
	buffer_clear(&out);
	show_figures(&out, &bare, 1, false, LANGUAGE_VI);
	assert_has(&out, "99 %      99,42 %\n");
	buffer_free(&out);
}

static void a_figure_moves(void **state)
{
	struct item ratio = item_of(ITEM_RATIO, "CCCD", "Căn cước");
	struct rollup before = ratio_rollup(), now = ratio_rollup();
	struct buffer out = {0};

	(void)state;
	now.version++;
	struct reading a = reading_of(&sight, "40", "Nghệ An", &ratio, &before),
		       b = reading_of(&sight, "40", "Nghệ An", &ratio, &now);
	assert_false(reading_moved(&a.figure, &b.figure)); /* another version is no move */
	now.numerator++;
	now.indicators.value++;
	now.indicators.unreported--;
	now.summed++;
	b = reading_of(&sight, "40", "Nghệ An", &ratio, &now);
	assert_true(reading_moved(&a.figure, &b.figure));
	show_move(&out, &b, &a.figure, (struct instant){1704825005000}, LANGUAGE_VI);
	assert_text(&out, "10/01/2024 01:30:05  40 CCCD: 98,44 % (9.844/10.000) · báo cáo 27/27 "
			  "(trước: 98,43 % (9.843/10.000))\n");
	buffer_clear(&out);
	show_move(&out, &b, NULL, (struct instant){1704825005000}, LANGUAGE_EN);
	assert_text(&out,
		    "10/01/2024 01:30:05  40 CCCD: 98.44 % (9,844/10,000) · reported 27/27\n");
	buffer_free(&out);
}

static void everything_a_reader_sees_is_a_move(void **state)
{
	struct figure a = {0};

	(void)state;
#define MOVES(field)                                                                               \
	do {                                                                                       \
		struct figure b = {0};                                                             \
		b.field = 1;                                                                       \
		assert_true(reading_moved(&a, &b));                                                \
	} while (0)
	MOVES(cells.unreported);
	MOVES(cells.done);
	MOVES(leaves.in_progress);
	MOVES(leaves.na);
	MOVES(indicators.none);
	MOVES(indicators.at_target);
	MOVES(done_late);
	MOVES(overdue);
	MOVES(behind);
	MOVES(reported);
	MOVES(expected);
	MOVES(has_ratio);
	MOVES(denominator);
	MOVES(value);
	MOVES(target);
	MOVES(target_reached);
	MOVES(attainment_bp);
	MOVES(score_bp);
	MOVES(score_leaves);
	assert_false(reading_moved(&a, &a));
}

/* ---- JSON ---- */

static void the_object_of_one_figure(void **state)
{
	struct item plan = item_of(ITEM_PLAN, "KH762", "x"),
		    ratio = item_of(ITEM_RATIO, "CCCD", "y");
	struct rollup r = {.version = 99,
			   .cells = {1, 12, 20, 6, 0},
			   .leaves = {0, 12, 20, 6, 0},
			   .overdue = 3,
			   .weight_sum = 10,
			   .weighted = 63150,
			   .score_leaves = 36,
			   .score_leaves_of = 38},
		      q = ratio_rollup();
	struct sight s = sight;
	struct buffer out = {0};

	(void)state;
	s.illustrative = s.simulated = true;
	struct reading list[] = {reading_of(&sight, "40", "Nghệ An", &plan, &r),
				 reading_of(&s, "G/XADIEM", "Xã điểm", &ratio, &q)};
	json_reading(&out, &list[0]);
	assert_text(&out, "{\"unit\":\"40\",\"item\":\"KH762\",\"period\":null,\"at\":\"2024-03-"
			  "31\",\"illustrative\":false,\"simulated\":false,"
			  "\"cells\":{\"expected\":39,\"unreported\":1,\"not_started\":12,\"in_"
			  "progress\":20,\"done\":6,\"na\":0},"
			  "\"leaves\":{\"expected\":38,\"unreported\":0,\"not_started\":12,\"in_"
			  "progress\":20,\"done\":6,\"na\":0},"
			  "\"indicators\":{\"expected\":0,\"unreported\":0,\"value\":0,\"none\":0,"
			  "\"na\":0,\"at_target\":0},"
			  "\"done_late\":0,\"overdue\":3,\"behind\":0,\"reported\":38,\"expected\":"
			  "39,\"numerator\":null,\"denominator\":null,"
			  "\"value\":null,\"percent_bp\":null,\"target\":null,\"target_reached\":"
			  "null,\"attainment_bp\":null,\"score_bp\":6315,"
			  "\"score_leaves\":36,\"score_leaves_of\":38,\"version\":99,"
			  "\"generation\":\"abcd0000000000000000000000000000:2:17\"}\n");
	buffer_clear(&out);
	json_readings(&out, list, 2);
	assert_has(&out, "[\n {\"unit\":\"40\"");
	assert_has(&out, "},\n "
			 "{\"unit\":\"G/"
			 "XADIEM\",\"item\":\"CCCD\",\"period\":null,\"at\":\"2024-03-31\","
			 "\"illustrative\":true,\"simulated\":true,");
	assert_has(&out, "\"reported\":26,\"expected\":27,\"numerator\":9843,\"denominator\":10000,"
			 "\"value\":null,\"percent_bp\":9843,"
			 "\"target\":9900,\"target_reached\":false,\"attainment_bp\":9942,");
	buffer_clear(&out);
	json_readings(&out, list, 0);
	assert_text(&out, "[]\n");
	buffer_free(&out);
}

/* ---- explain ---- */

static void who_has_said_what(void **state)
{
	struct unit vinh = {.row = {.code = "412", .name = "Thành phố Vinh"}, .path = "VN/40/412/"},
		    dien_chau = {.row = {.code = "413", .name = "Huyện Diễn Châu"},
				 .path = "VN/40/413/"};
	struct item group = item_of(ITEM_GROUP, "KH.G", "Nhóm"),
		    task = item_of(ITEM_TASK, "KH.1", "Việc một"),
		    ratio = item_of(ITEM_RATIO, "KH.2", "Tỷ lệ"),
		    count = item_of(ITEM_COUNT, "KH.3", "Số"),
		    points = item_of(ITEM_POINTS, "KH.4", "Điểm");
	struct rollup r = {.cells = {1, 0, 1, 1, 0},
			   .leaves = {0, 0, 1, 0, 0},
			   .indicators = {0, 1, 0, 0, 0}},
		      q = ratio_rollup();
	char nothing[] = "", note[] = "chờ kinh phí";
	struct report_cell cells[] = {
		{.unit = &vinh,
		 .item = &task,
		 .state = REPORT_DONE,
		 .receipt = "1f0c2d3e-42-1",
		 .as_of = {20240331},
		 .done_on = {20240329},
		 .due = {20240315},
		 .percent = 100,
		 .expected = true,
		 .done_late = true,
		 .on_behalf = true,
		 .period = nothing,
		 .product_ref = nothing,
		 .note = note,
		 .reason = nothing},
		{.unit = &dien_chau,
		 .item = &task,
		 .state = REPORT_UNREPORTED,
		 .due = {20240315},
		 .expected = true,
		 .overdue = true,
		 .period = nothing,
		 .product_ref = nothing,
		 .note = nothing,
		 .reason = nothing},
		{.unit = &dien_chau,
		 .item = &ratio,
		 .state = REPORT_UNREPORTED,
		 .expected = true,
		 .period = nothing,
		 .product_ref = nothing,
		 .note = nothing,
		 .reason = nothing},
		{.unit = &dien_chau,
		 .item = &points,
		 .state = REPORT_UNREPORTED,
		 .due = {20240630},
		 .expected = true,
		 .period = nothing,
		 .product_ref = nothing,
		 .note = nothing,
		 .reason = nothing},
		{.unit = &vinh,
		 .item = &ratio,
		 .state = REPORT_VALUE,
		 .numerator = 1387,
		 .denominator = 2000,
		 .as_of = {20240331},
		 .expected = true,
		 .period = nothing,
		 .product_ref = nothing,
		 .note = nothing,
		 .reason = nothing},
		{.unit = &vinh,
		 .item = &count,
		 .state = REPORT_VALUE,
		 .numerator = 1387,
		 .period = nothing,
		 .product_ref = nothing,
		 .note = nothing,
		 .reason = nothing},
		{.unit = &vinh,
		 .item = &points,
		 .state = REPORT_VALUE,
		 .numerator = 8950,
		 .expected = true,
		 .crossed = true,
		 .period = nothing,
		 .product_ref = nothing,
		 .note = nothing,
		 .reason = nothing},
		{.unit = &vinh,
		 .item = &count,
		 .state = REPORT_NONE_ARISEN,
		 .expected = true,
		 .period = nothing,
		 .product_ref = nothing,
		 .note = nothing,
		 .reason = nothing},
		{.unit = &vinh,
		 .item = &task,
		 .state = REPORT_NA,
		 .expected = true,
		 .period = nothing,
		 .product_ref = nothing,
		 .note = nothing,
		 .reason = nothing},
		{.unit = &vinh,
		 .item = &task,
		 .state = REPORT_NOT_STARTED,
		 .expected = true,
		 .period = nothing,
		 .product_ref = nothing,
		 .note = nothing,
		 .reason = nothing},
		{.unit = &vinh,
		 .item = &task,
		 .state = REPORT_IN_PROGRESS,
		 .percent = 40,
		 .expected = true,
		 .behind = true,
		 .period = nothing,
		 .product_ref = nothing,
		 .note = nothing,
		 .reason = nothing},
	};
	struct reading unfinished[] = {reading_of(&sight, "40", "Nghệ An", &ratio, &q)};
	struct report report = {.reading = reading_of(&sight, "40", "Nghệ An", &group, &r),
				.cells = cells,
				.cells_n = BASE_COUNT(cells),
				.unfinished = unfinished,
				.unfinished_n = 1};
	struct buffer out = {0};

	(void)state;
	show_report(&out, &report, LANGUAGE_VI);
	assert_has(&out,
		   "\nMục chưa xong: 1\n  KH.2  Tỷ lệ  98,43 % (9.843/10.000) · mục tiêu 99 %\n");
	assert_has(&out, "\nĐã báo cáo: 3/4\n");
	assert_has(&out, "  412     Thành phố Vinh  KH.1  Hoàn thành 29/03/2024  31/03/2024    "
			 "1f0c2d3e-42-1  xong muộn, báo cáo thay\n");
	assert_has(&out, "1.387/2.000");
	assert_has(&out, "nay không tính");
	assert_has(&out, "89,5");
	assert_has(&out, "không phát sinh");
	assert_has(&out, "không áp dụng");
	assert_has(&out, "40 %");
	assert_has(&out,
		   "\nChưa báo cáo: 3/4\n  413  Huyện Diễn Châu  KH.1  quá hạn 15/03/2024\n  413  "
		   "Huyện Diễn Châu  KH.2\n  413  Huyện Diễn Châu  KH.4  hạn 30/06/2024\n");
	buffer_clear(&out);
	report.reading = reading_of(&sight, "40", "Nghệ An", &task, &r);
	show_report(&out, &report, LANGUAGE_EN);
	assert_has(&out,
		   "\nNot reported: 3/4\n  413  Huyện Diễn Châu    overdue since 2024-03-15\n");
	assert_null(strstr(buffer_text(&out), "Not finished"));
	buffer_clear(&out);
	json_report(&out, &report);
	assert_has(
		&out,
		"\"missing\": [\n  {\n   \"unit\": \"413\",\n   \"name\": \"Huyện Diễn Châu\",\n");
	assert_has(&out, "\"receipt\": \"1f0c2d3e-42-1\"");
	assert_has(&out, "\"note\": \"chờ kinh phí\"");
	assert_has(&out, "\"state\": \"none_arisen\"");
	assert_has(&out, "\"unfinished\": [\n  {\n   \"unit\": \"40\",\n   \"item\": \"KH.2\"");
	buffer_free(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_dates_and_percents),
		cmocka_unit_test(a_table_is_aligned_by_letters_not_bytes),
		cmocka_unit_test(what_stands_above_an_answer),
		cmocka_unit_test(a_plan),
		cmocka_unit_test(one_leaf_says_its_state),
		cmocka_unit_test(a_ratio_a_count_and_points),
		cmocka_unit_test(the_rarer_shapes),
		cmocka_unit_test(a_figure_moves),
		cmocka_unit_test(everything_a_reader_sees_is_a_move),
		cmocka_unit_test(the_object_of_one_figure),
		cmocka_unit_test(who_has_said_what),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
