// SPDX-License-Identifier: Apache-2.0
/* tiendo: one table drives dispatch and help. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/domain/text.h"
#include "dashboard/reader.h"

enum { ARGUMENTS_MAX = 1000, AGAIN_MAX = 5 };

struct command {
	const char *name;
	reader_fn *run;
	size_t least, most; /* arguments */
	bool offline;       /* needs no config and no line */
	const char *usage, *vi, *en;
};

static const struct command commands[] = {
	{"init", reader_init, 0, 0, true, "--server-key KEY [--query ADDRESS] [--feed ADDRESS]",
	 "tạo thư mục, cấu hình và khoá của người xem; in khoá công khai",
	 "make a viewer's directory, config and key; prints the public key"},
	{"get", reader_get, 0, ARGUMENTS_MAX, false,
	 "UNIT [ITEM] [--period P | --at DAY] | --all UNIT... | --list FILE",
	 "số liệu hiện tại của một đơn vị, hoặc theo danh sách unit,item; của một kỳ (khi chốt và nay biết), hoặc "
	 "như đã biết một ngày",
	 "figures now: of a unit, or of a list of unit,item; of a period (as frozen, as now known), or as known on a "
	 "day"},
	{"watch", reader_watch, 1, 2, false, "UNIT [ITEM] [--count N]",
	 "một dòng mỗi khi số liệu thay đổi", "a line whenever a figure moves"},
	{"top", reader_top, 1, 1, false, "UNIT [--once [--width N]]",
	 "bảng tổng hợp tự cập nhật: tiến độ, đơn vị yếu nhất, ai im lặng, sự kiện mới; --once: in một lần",
	 "a live board: progress, worst units, who is silent, last events; --once: printed once"},
	{"explain", reader_explain, 2, 2, false, "UNIT ITEM",
	 "số liệu dựa trên gì: ai đã báo cáo (biên nhận), ai chưa, mục nào chưa xong",
	 "what a figure stands on: who reported (receipts), who has not, what is not finished"},
	{"timeliness", reader_timeliness, 1, 2, false, "UNIT [ITEM] [--period P]",
	 "tỷ lệ báo cáo và đúng hạn theo kỳ: toàn đơn vị, từng cấp, từng đơn vị trực thuộc",
	 "reporting and on-time rates by period: the whole, each level, each unit below"},
	{"slots", reader_slots, 1, 2, false, "UNIT [ITEM] --period P",
	 "từng báo cáo phải gửi của một kỳ: đúng hạn, mạng chậm, trễ, chưa báo, được miễn; biên nhận và bằng chứng",
	 "each report that was owed of a period: on time, slow line, late, missing, exempt; receipt and proof"},
	{"silent", reader_silent, 1, 2, false, "UNIT [ITEM]",
	 "ai đang nợ báo cáo, từ ngày nào, người đứng đầu và liên hệ",
	 "who owes a report now, since when, head and contact"},
	{"obstacles", reader_obstacles, 0, 2, false, "UNIT [ITEM] [--open] [--by-addressee] [--steps] | --by-addressee",
	 "khó khăn, vướng mắc: đang chờ ai, bao lâu, vì sao; không nêu UNIT: danh mục kiến nghị bộ, ngành trung ương",
	 "obstacles: with whom they lie, how long, why; without UNIT: the list for the ministries"},
	{"findings", reader_findings, 1, 2, false, "UNIT [ITEM] [--open]", "kết luận kiểm tra, giám sát",
	 "what inspections found"},
	{"requests", reader_requests, 1, 2, false, "UNIT [ITEM] [--open]",
	 "đề nghị gia hạn, không áp dụng: chờ quyết định và đã quyết định",
	 "requests for an extension or not applicable: waiting, and decided"},
	{"series", reader_series, 2, 2, false, "UNIT ITEM [--from DAY] [--to DAY]",
	 "một số liệu qua từng ngày có thay đổi", "one figure, by the days on which it changed"},
	{"suspicious", reader_suspicious, 1, 2, false, "UNIT [ITEM] [--period P]", "báo cáo cần xem lại, vì sao",
	 "reports to be looked at, and why"},
	{"exceptions", reader_exceptions, 1, 2, false, "UNIT [RULE]",
	 "đơn vị vượt ngưỡng của thresholds.csv", "units beyond a threshold of thresholds.csv"},
	{"health", reader_health, 0, 0, false, "",
	 "tình trạng trung tâm và liên lạc lần cuối của từng đầu mối (chỉ khoá operator)",
	 "how the centre is, and when each principal was heard of last (operator keys only)"},
};

/* ---- options ---- */

struct option {
	const char *name, *value; /* value NULL = a flag */
	const char **text;
	bool *flag;
	const char *vi, *en;
};

enum { OPTIONS = 19 };

static void option_table(struct reader_options *o, struct option out[static OPTIONS])
{
	const struct option table[OPTIONS] = {
		{"--dir", "DIR", &o->dir, NULL,
		 "thư mục của người xem (mặc định: TIENDO_VIEW_DIR, ~/.tiendo)",
		 "the reader's directory (default: TIENDO_VIEW_DIR, ~/.tiendo)"},
		{"--lang", "vi|en", &o->lang, NULL, "ngôn ngữ (mặc định vi)",
		 "language (default vi)"},
		{"--json", NULL, NULL, &o->json, "kết quả dạng JSON", "output as JSON"},
		{"--all", NULL, NULL, &o->all, "get: mọi số liệu của từng đơn vị nêu tên",
		 "get: every figure of each unit named"},
		{"--list", "FILE", &o->list, NULL, "get: tệp có các dòng unit,item",
		 "get: a file of lines unit,item"},
		{"--period", "P", &o->period, NULL, "một kỳ, hoặc từ kỳ P đến kỳ Q: P..Q (2024-04a, 2022..2023-Q1)",
		 "a period, or from P to Q: P..Q (2024-04a, 2022..2023-Q1)"},
		{"--at", "DAY", &o->at, NULL, "get: như đã biết ngày ấy", "get: as known on that day"},
		{"--from", "DAY", &o->from, NULL, "series: từ ngày", "series: from"},
		{"--to", "DAY", &o->to, NULL, "series: đến ngày", "series: to"},
		{"--open", NULL, NULL, &o->open, "obstacles, findings, requests: chỉ những việc chưa xong",
		 "obstacles, findings, requests: only what is not settled"},
		{"--by-addressee", NULL, NULL, &o->by_addressee, "obstacles: những việc chờ đơn vị này giải quyết",
		 "obstacles: those that the unit has to clear"},
		{"--steps", NULL, NULL, &o->steps, "obstacles: cả các bước xử lý", "obstacles: with their steps"},
		{"--count", "N", &o->count, NULL, "watch: dừng sau N dòng",
		 "watch: end after N lines"},
		{"--once", NULL, NULL, &o->once, "top: in một lần rồi thôi", "top: print it once"},
		{"--width", "N", &o->width, NULL, "top --once: số cột, 40 đến 200 (mặc định 80)",
		 "top --once: columns, 40 to 200 (default 80)"},
		{"--server-key", "KEY", &o->server_key, NULL, "init: khoá công khai của trung tâm",
		 "init: the centre's public key"},
		{"--query", "ADDRESS", &o->query, NULL,
		 "init: nơi trung tâm trả lời (tcp://...:5703)",
		 "init: where the centre answers (tcp://...:5703)"},
		{"--feed", "ADDRESS", &o->feed, NULL,
		 "init: nơi trung tâm phát số liệu (tcp://...:5702)",
		 "init: where the centre publishes (tcp://...:5702)"},
		{"--help", NULL, NULL, &o->help, "trợ giúp này", "this help"},
	};

	memcpy(out, table, sizeof(table));
}

/* Takes one option at argv[i]; returns how many words it took, 0 = it is none, negative = the
 * sentence was printed. */
static int take_option(const struct option *table, int argc, char **argv, int i)
{
	const char *equals = strchr(argv[i], '=');
	size_t size = equals ? (size_t)(equals - argv[i]) : strlen(argv[i]);

	if (strncmp(argv[i], "--", 2) != 0)
		return 0;
	for (size_t k = 0; k < OPTIONS; k++) {
		if (strlen(table[k].name) != size || strncmp(table[k].name, argv[i], size) != 0)
			continue;
		if (table[k].flag && !equals) {
			*table[k].flag = true;
			return 1;
		}
		if (!table[k].flag && (equals || i + 1 < argc)) {
			*table[k].text = equals ? equals + 1 : argv[i + 1];
			return equals ? 1 : 2;
		}
		return -session_fail(EXIT_WRONG_USE, "%s: %s", argv[i],
				     table[k].flag ? "takes no value" : "wants a value");
	}
	return -session_fail(EXIT_WRONG_USE, "no such option: %s (tiendo --help)", argv[i]);
}

static int read_words(struct reader_options *o, int argc, char **argv)
{
	struct option table[OPTIONS];

	option_table(o, table);
	for (int i = 1; i < argc;) {
		int taken = take_option(table, argc, argv, i);
		if (taken < 0)
			return -taken;
		if (taken == 0 && o->arguments_n == ARGUMENTS_MAX)
			return session_fail(EXIT_WRONG_USE, "more than %d words: use --list FILE",
					    ARGUMENTS_MAX);
		if (taken == 0)
			o->arguments[o->arguments_n++] = argv[i];
		i += taken ? taken : 1;
	}
	if (o->lang && strcmp(o->lang, "vi") != 0 && strcmp(o->lang, "en") != 0)
		return session_fail(EXIT_WRONG_USE, "--lang %s: vi|en", o->lang);
	return EXIT_GOOD;
}

/* ---- help ---- */

static void padded(const char *text, size_t columns)
{
	fputs(text, stdout);
	for (size_t width = text_width(text); width < columns; width++)
		putchar(' ');
}

static int help(const struct session *s, struct reader_options *o)
{
	struct option table[OPTIONS];
	char name[64];

	option_table(o, table);
	printf("tiendo %s\n\n%s\n\n", TIENDO_VERSION,
	       SAY(s, "Cách gọi: tiendo LỆNH ...", "Usage: tiendo COMMAND ..."));
	for (size_t i = 0; i < BASE_COUNT(commands); i++)
		printf("  %s %s\n      %s\n", commands[i].name, commands[i].usage,
		       SAY(s, commands[i].vi, commands[i].en));
	putchar('\n');
	for (size_t i = 0; i < OPTIONS; i++) {
		snprintf(name, sizeof(name), "  %s %s", table[i].name,
			 table[i].value ? table[i].value : "");
		padded(name, 24);
		printf("%s\n", SAY(s, table[i].vi, table[i].en));
	}
	printf("\n%s\n", SAY(s,
			     "Mã kết thúc: 0 tốt · 1 không có, hoặc bị từ chối · 2 sai cách gọi · "
			     "3 lỗi môi trường (cấu hình, đường truyền)",
			     "Exit codes: 0 fine · 1 not found, or refused · 2 wrong usage · 3 "
			     "environment (config, line)"));
	return EXIT_GOOD;
}

/* ---- dispatch ---- */

static int run(struct session *s, const struct command *c, const struct reader_options *o)
{
	int code = EXIT_GOOD;

	if (o->arguments_n < c->least || o->arguments_n > c->most)
		return session_fail(EXIT_WRONG_USE, "tiendo %s %s", c->name, c->usage);
	if (!session_dir(s, o->dir))
		return session_fail(EXIT_WRONG_USE, "--dir DIR, TIENDO_VIEW_DIR");
	if (!c->offline) {
		code = session_read(s, o->lang);
		if (code == EXIT_GOOD)
			code = session_start(s);
	}
	for (int i = 0; code == EXIT_GOOD && i < AGAIN_MAX; i++) {
		code = c->run(s, o);
		if (code != EXIT_AGAIN)
			return code;
		code = EXIT_GOOD;
	}
	return code ? code
		    : session_fail(EXIT_ENVIRONMENT,
				   SAY(s, "danh mục của trung tâm thay đổi liên tục, hãy thử lại",
				       "the centre's catalogue keeps changing, try again"));
}

int main(int argc, char **argv)
{
	static const char *words[ARGUMENTS_MAX];
	struct reader_options o = {.arguments = words};
	struct session s = {.signals = -1};
	struct sys_error error = {0};
	int code = EXIT_GOOD;

	if (argc == 2 && strcmp(argv[1], "--version") == 0) {
		puts("tiendo " TIENDO_VERSION);
		return EXIT_GOOD;
	}
	code = read_words(&o, argc, argv);
	if (code != EXIT_GOOD)
		return code;
	s.language = o.lang && *o.lang == 'e' ? LANGUAGE_EN : LANGUAGE_VI;
	s.json = o.json;
	if (o.help || o.arguments_n == 0) {
		help(&s, &o);
		return o.help ? EXIT_GOOD : EXIT_WRONG_USE;
	}
	if (keys_start(&error))
		return session_fail(EXIT_ENVIRONMENT, "%s", error.text);
	const struct command *c = commands, *end = commands + BASE_COUNT(commands);
	while (c < end && strcmp(c->name, o.arguments[0]) != 0)
		c++;
	if (c == end)
		return session_fail(EXIT_WRONG_USE, "no such command: %s (tiendo --help)",
				    o.arguments[0]);
	o.arguments++;
	o.arguments_n--;
	code = run(&s, c, &o);
	session_end(&s);
	if ((fflush(stdout) || ferror(stdout)) && code == EXIT_GOOD)
		code = session_fail(EXIT_ENVIRONMENT, "%s: %s",
				    SAY(&s, "không ghi được kết quả ra",
					"the result could not be written"),
				    sys_text(errno));
	return code;
}
