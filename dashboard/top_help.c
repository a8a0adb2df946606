// SPDX-License-Identifier: Apache-2.0
/* top_help: the keys, and what the signs mean. */
#include "common/domain/text.h"
#include "dashboard/top_inside.h"

void top_keys(struct top_page *p, enum language l)
{
	static const char *const vi[] = {" q thoát",  "? trợ giúp", "Tab phần",   "↑↓ chọn",
					 "Enter mở", "Bksp lên",     "p kế hoạch", "l English"};
	static const char *const en[] = {" q quit",    "? help",  "Tab part", "↑↓ choose",
					 "Enter open", "Bksp up", "p plan",   "l Tiếng Việt"};

	for (size_t i = 0; i < BASE_COUNT(vi); i++) {
		const char *text = TOP_SAY(l, vi[i], en[i]);
		if (text_width(text) + 3 > top_left(p))
			break;
		top_put(p, TOP_BAR, i ? " · " : "");
		top_put(p, TOP_BAR, text);
	}
	top_pad(p, TOP_BAR, p->width);
	top_end(p);
}

void top_help(struct top_page *p, enum language l)
{
	static const char *const lines[][3] = {
		{"q", "thoát", "quit"},
		{"↑ ↓", "chọn dòng", "choose a row"},
		{"PgUp PgDn", "lên, xuống một trang", "a page up, down"},
		{"Home End", "dòng đầu, dòng cuối", "first row, last row"},
		{"Tab", "sang phần sau", "the next part"},
		{"Enter", "mở đơn vị, kế hoạch đang chọn", "open the unit or plan chosen"},
		{"Backspace", "trở lên đơn vị trước", "back up"},
		{"p", "kế hoạch sau, rồi tất cả", "the next plan, then all"},
		{"l", "English", "Tiếng Việt"},
		{"", "", ""},
		{"█", "nhiệm vụ hoàn thành", "tasks done"},
		{"▒", "đang thực hiện", "in progress"},
		{"·", "chưa triển khai", "not started"},
		{"-", "chưa báo cáo", "not reported"},
		{"Q", "có việc quá hạn", ""},
		{"B", "thiếu báo cáo", ""},
		{"O", "", "something is overdue"},
		{"U", "", "reports are missing"},
		{"n/N", "bao nhiêu trên tổng số", "how many of how many"},
		{"#12", "bản ghi 12, trước khi mở xem", "entry 12, before you looked"},
	};

	top_put(p, TOP_HEAD, TOP_SAY(l, "Trợ giúp", "Help"));
	top_end(p);
	for (size_t i = 0; i < BASE_COUNT(lines); i++) {
		const char *text = lines[i][l == LANGUAGE_VI ? 1 : 2];
		if (*lines[i][0] && !*text)
			continue;
		top_put(p, TOP_PLAIN, "  ");
		top_cell(p, TOP_TITLE, lines[i][0], 10);
		top_put(p, TOP_PLAIN, text);
		top_end(p);
	}
}
