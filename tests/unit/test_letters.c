// SPDX-License-Identifier: Apache-2.0
/* How notices look to a clerk. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "agent/letters.h"

#define SENT_MS INT64_C(1715303520000) /* 10/05/2024 08:12 in the office */

static struct desk desk;
static struct spool_notice held;
static Tiendo__V1__NoticeRow row;
static struct item task;

static void begin(enum language l, Tiendo__V1__NoticeKind kind)
{
	desk = (struct desk){.office.language = l};
	desk.json = json_to(&desk.out);
	held = (struct spool_notice){.entry = 57};
	tiendo__v1__notice_row__init(&row);
	row.kind = kind;
	row.sent_ms = SENT_MS;
	task = (struct item){.row = {.code = "KH.01", .name = "Xây dựng kế hoạch", .person = "", .product = "", .product_unit = ""}};
}

static const char *shown(bool json, bool with_item)
{
	static char text[2000];
	const struct letter l = {.notice = &held, .row = &row, .item = with_item ? &task : NULL};

	if (json)
		letters_json(&desk, &l);
	else
		letters_text(&desk, &l);
	assert_true(desk.out.size < sizeof text);
	memcpy(text, desk.out.data, desk.out.size);
	text[desk.out.size] = '\0';
	buffer_free(&desk.out);
	return text;
}

static void test_a_directive(void **state)
{
	(void)state;
	begin(LANGUAGE_VI, TIENDO__V1__NOTICE_KIND__NOTICE_KIND_DIRECTIVE);
	row.item_code = (char *)"KH.01";
	row.due = 20240520;
	row.text = (char *)"Gửi kế hoạch.\nKèm phụ lục.";
	assert_string_equal(shown(false, true),
			    "57 · Chỉ đạo · 10/05/2024 08:12 · KH.01 Xây dựng kế hoạch · hạn 20/05/2024\n"
			    "    Gửi kế hoạch.\n    Kèm phụ lục.\n");
	desk.office.language = LANGUAGE_EN;
	assert_string_equal(shown(false, false), "57 · Directive · 2024-05-10 08:12 · KH.01 · due 2024-05-20\n"
						 "    Gửi kế hoạch.\n    Kèm phụ lục.\n");
	held.gone = true;
	row.text = (char *)"";
	assert_string_equal(shown(false, false), "57 · Directive · 2024-05-10 08:12 · KH.01 · due 2024-05-20 · "
						 "the centre was restored and has it no more\n");
}

static void test_a_task(void **state)
{
	(void)state;
	begin(LANGUAGE_VI, TIENDO__V1__NOTICE_KIND__NOTICE_KIND_TASK);
	row.item_code = (char *)"KH.01";
	assert_string_equal(shown(false, true), "57 · Giao nhiệm vụ · 10/05/2024 08:12 · KH.01 Xây dựng kế hoạch\n");
	task.row.person = "Trưởng phòng";
	assert_non_null(strstr(shown(false, true), "\n    Người thực hiện: Trưởng phòng\n"));
	task.row.product = "Báo cáo";
	desk.office.language = LANGUAGE_EN;
	assert_non_null(strstr(shown(false, true), "\n    Person: Trưởng phòng · product: Báo cáo\n"));
	task.row.product_unit = "văn bản";
	row.text = (char *)"Làm ngay";
	assert_non_null(strstr(shown(false, true), " · product: Báo cáo (văn bản)\n    Làm ngay\n"));
	assert_null(strstr(shown(false, false), "Person")); /* its catalogue has not come yet */
}

static void test_reminders(void **state)
{
	(void)state;
	begin(LANGUAGE_VI, TIENDO__V1__NOTICE_KIND__NOTICE_KIND_REMINDER);
	row.owed = 3;
	row.period = (char *)"2024-04b";
	row.item_code = (char *)"KH.01";
	row.due = 20240510; /* the day it was sent is still in time */
	assert_string_equal(shown(false, true), "57 · Nhắc báo cáo · 10/05/2024 08:12 · còn 3 mục chưa báo cáo kỳ "
						"2024-04b, hạn 10/05/2024 · trước hết KH.01 Xây dựng kế hoạch\n");
	row.due = 20240509;
	row.owed = 1;
	assert_string_equal(shown(false, true), "57 · Nhắc báo cáo · 10/05/2024 08:12 · còn 1 mục chưa báo cáo kỳ "
						"2024-04b, đã quá hạn ngày 09/05/2024 · KH.01 Xây dựng kế hoạch\n");
	row.due = 0;
	row.period = row.item_code = (char *)"";
	assert_string_equal(shown(false, false), "57 · Nhắc báo cáo · 10/05/2024 08:12 · còn 1 mục chưa báo cáo\n");
}

static void test_decisions_and_findings(void **state)
{
	(void)state;
	begin(LANGUAGE_VI, TIENDO__V1__NOTICE_KIND__NOTICE_KIND_DECISION);
	row.granted = true;
	row.due = 20240630;
	row.item_code = (char *)"KH.01";
	assert_string_equal(shown(false, false),
			    "57 · Quyết định · 10/05/2024 08:12 · KH.01 · đồng ý, hạn mới 30/06/2024\n");
	row.granted = false;
	row.due = 0;
	assert_string_equal(shown(false, false), "57 · Quyết định · 10/05/2024 08:12 · KH.01 · không đồng ý\n");
	row.kind = TIENDO__V1__NOTICE_KIND__NOTICE_KIND_FINDING;
	row.due = 20240630;
	row.item_code = (char *)"";
	assert_string_equal(shown(false, false),
			    "57 · Kết quả kiểm tra · 10/05/2024 08:12 · khắc phục trước 30/06/2024\n");
}

/* What can be gone on with bears its number. */
static void test_numbers(void **state)
{
	(void)state;
	Tiendo__V1__ReceiptRef about = TIENDO__V1__RECEIPT_REF__INIT;
	uint8_t incarnation[16] = {0x0a, 0x1b, 0x2c, 0x3d};

	begin(LANGUAGE_VI, TIENDO__V1__NOTICE_KIND__NOTICE_KIND_OBSTACLE);
	about.incarnation = (ProtobufCBinaryData){16, incarnation};
	about.entry = 17;
	about.index = 2;
	row.about = &about;
	row.text = (char *)"Thiếu kinh phí";
	assert_string_equal(shown(false, false), "57 · Vướng mắc gửi đến đơn vị · 10/05/2024 08:12\n    Thiếu kinh phí\n"
						 "    Trả lời: tiendo-agent obstacle answer 0a1b2c3d-17-2 --text '...'\n");
	row.kind = TIENDO__V1__NOTICE_KIND__NOTICE_KIND_ANSWER;
	assert_non_null(strstr(shown(false, false), "\n    Vướng mắc số 0a1b2c3d-17-2\n"));
	row.kind = TIENDO__V1__NOTICE_KIND__NOTICE_KIND_RETURN;
	desk.office.language = LANGUAGE_EN;
	assert_non_null(strstr(shown(false, false), "\n    The report with receipt 0a1b2c3d-17-2\n"));
	row.kind = TIENDO__V1__NOTICE_KIND__NOTICE_KIND_DIRECTIVE;
	assert_null(strstr(shown(false, false), "0a1b2c3d"));
	about.incarnation.len = 3;
	row.kind = TIENDO__V1__NOTICE_KIND__NOTICE_KIND_ANSWER;
	assert_null(strstr(shown(false, false), "0a1b2c3d"));
}

static void test_every_kind_has_a_name(void **state)
{
	(void)state;
	assert_string_equal(letters_kind(0), "");
	for (uint32_t kind = 1; kind <= 8; kind++)
		assert_true(*letters_kind(kind));
	assert_string_equal(letters_kind(8), "obstacle");
	assert_string_equal(letters_kind(9), "");
	begin(LANGUAGE_VI, (Tiendo__V1__NoticeKind)9); /* of a later centre */
	row.text = (char *)"x";
	assert_string_equal(shown(false, false), "57 · Thông báo · 10/05/2024 08:12\n    x\n");
}

static void test_json(void **state)
{
	(void)state;
	Tiendo__V1__ReceiptRef about = TIENDO__V1__RECEIPT_REF__INIT;
	uint8_t incarnation[16] = {0x0a, 0x1b, 0x2c, 0x3d};

	begin(LANGUAGE_VI, TIENDO__V1__NOTICE_KIND__NOTICE_KIND_RETURN);
	about.incarnation = (ProtobufCBinaryData){16, incarnation};
	about.entry = 17;
	about.index = 2;
	row.about = &about;
	row.item_code = (char *)"KH.01";
	row.text = (char *)"thiếu phụ lục";
	held.read_ms = 9;
	assert_string_equal(shown(true, true),
			    "{\"entry\": 57, \"place\": 0, \"kind\": \"return\", \"sent_ms\": 1715303520000, \"read\": true, "
			    "\"read_ms\": 9, \"gone\": false, \"item\": \"KH.01\", \"name\": \"Xây dựng kế hoạch\", \"period\": \"\", "
			    "\"due\": 0, \"owed\": 0, \"granted\": false, \"about\": \"0a1b2c3d-17-2\", \"text\": \"thiếu phụ lục\"}");
	about.incarnation.len = 3;
	desk.json = json_to(&desk.out);
	assert_non_null(strstr(shown(true, false), "\"about\": null"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_directive),
		cmocka_unit_test(test_a_task),
		cmocka_unit_test(test_reminders),
		cmocka_unit_test(test_decisions_and_findings),
		cmocka_unit_test(test_every_kind_has_a_name), cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_json),
	};

	return cmocka_run_group_tests_name("letters", tests, NULL, NULL);
}
