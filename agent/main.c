// SPDX-License-Identifier: Apache-2.0
/* tiendo-agent: one table drives dispatch and help. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "agent/render.h"
#include "common/domain/text.h"

static const struct desk_command COMMANDS[] = {
	{.name = "init",
	 .run = desk_init,
	 .usage = "--server-key KEY [--ingest ADDRESS] [--query ADDRESS] [--clock real|file:PATH] "
		  "...",
	 .vi = "tạo khoá, hàng đợi và tệp cấu hình của đơn vị",
	 .en = "makes the office's key, queue and config file",
	 .options = desk_init_options},
	{.name = "report",
	 .run = desk_report,
	 .usage = "ITEM [--state STATE | --value N | --num N --den N | --none-arisen] ...\n"
		  "tiendo-agent report --same [ITEM...] [--period CODE] [--dry-run]",
	 .vi = "báo cáo một nhiệm vụ hoặc chỉ tiêu; --same: xác nhận không có gì thay đổi",
	 .en = "reports one task or indicator; --same: confirms that nothing has changed",
	 .more_vi = "Kiểm tra ngay tại đơn vị, xếp vào hàng đợi và cho số thứ tự; gửi khi có đường "
		    "truyền.\n"
		    "Số nguyên có thể viết 1387 hoặc 1.387; điểm viết 89,5. Ngày: 2024-03-31 hoặc "
		    "31/03/2024.\n"
		    "Với --same, mỗi mục còn phải báo được xác nhận là vẫn như lần báo trước, cho kỳ sớm "
		    "nhất còn nợ;\n"
		    "mục phát sinh trong kỳ và mục chưa báo lần nào được nêu riêng để báo số cụ thể.",
	 .more_en = "Checked at once, queued and numbered; sent when there is a line. Integers as "
		    "1387 or\n"
		    "1.387, points as 89,5, dates as 2024-03-31 or 31/03/2024.\n"
		    "With --same each item that is owed is confirmed as it was reported last, for the "
		    "earliest period\n"
		    "owed; what counts a period's events, and what was never reported, is named apart.",
	 .options = desk_report_options},
	{.name = "correct",
	 .run = desk_correct,
	 .usage = "RECEIPT [--state STATE | --value N | --num N --den N | --none-arisen] ... --reason TEXT",
	 .vi = "đính chính một báo cáo đã có biên nhận",
	 .en = "corrects a report that has a receipt",
	 .more_vi = "Ghi lại đầy đủ con số đúng. Ngày số liệu và kỳ như báo cáo cũ, nếu không ghi khác. Cả hai "
		    "bản đều\n"
		    "được giữ; sau khi chốt kỳ, bản đính chính được ghi bên cạnh số đã chốt.",
	 .more_en = "Write the whole right figure. Its day and period are those of the old report. Both are kept;\n"
		    "after the period is frozen the correction stands beside the frozen figure.",
	 .options = desk_correct_options},
	{.name = "withdraw",
	 .run = desk_withdraw,
	 .usage = "RECEIPT --reason TEXT",
	 .vi = "rút một báo cáo đã có biên nhận",
	 .en = "withdraws a report that has a receipt",
	 .more_vi = "Báo cáo trước đó của mục, nếu còn, được dùng lại.",
	 .more_en = "The report before it counts again, if there is one.",
	 .options = desk_withdraw_options},
	{.name = "import",
	 .run = desk_import,
	 .usage = "FILE.csv [--period CODE] [--dry-run]",
	 .vi = "nhập một tệp CSV báo cáo: nhận cả tệp hoặc không nhận gì",
	 .en = "queues a CSV file of reports: all of it or nothing",
	 .more_vi =
		 "Cột: unit,item,period,as_of,state,percent,numerator,denominator,value,nothing,\n"
		 "product_ref,done_on,corrects,reason,note. Dòng sai được nêu theo dòng và cột.\n"
		 "corrects: biên nhận của báo cáo được đính chính; khi đó phải có reason.",
	 .more_en =
		 "Columns: "
		 "unit,item,period,as_of,state,percent,numerator,denominator,value,nothing,\n"
		 "product_ref,done_on,corrects,reason,note. Faults are named by line and column.\n"
		 "corrects: the receipt of the report that the row replaces; then a reason is required.",
	 .options = desk_import_options},
	{.name = "milestone",
	 .run = desk_milestone,
	 .usage = "ITEM --no N --reached DATE",
	 .vi = "báo đã đạt một mốc tiến độ của nhiệm vụ",
	 .en = "tells that a milestone of a task was reached",
	 .options = desk_milestone_options},
	{.name = "extension",
	 .run = desk_extension,
	 .usage = "ITEM --due DATE --reason TEXT",
	 .vi = "đề nghị gia hạn một nhiệm vụ",
	 .en = "asks for more time for a task",
	 .more_vi = "Cơ quan chủ trì kế hoạch quyết định; hạn đầu tiên luôn được giữ lại để đối chiếu.",
	 .more_en = "The plan's owner decides; the first date is kept for ever.",
	 .options = desk_extension_options},
	{.name = "not-applicable",
	 .run = desk_not_applicable,
	 .usage = "ITEM --from DATE [--to DATE] --reason TEXT",
	 .vi = "đề nghị không áp dụng một mục với đơn vị",
	 .en = "asks that an item be decided not applicable to the unit",
	 .more_vi = "Cơ quan chủ trì kế hoạch quyết định; cho đến lúc đó mục này vẫn phải báo cáo.",
	 .more_en = "The plan's owner decides; until then the item is to be reported.",
	 .options = desk_not_applicable_options},
	{.name = "obstacle",
	 .run = desk_obstacle,
	 .usage = "raise ITEM --cause CAUSE --own|--outside --text TEXT [--solution TEXT --solution-class CAUSE] [--rights] [--to UNIT]\n"
		  "tiendo-agent obstacle comment RECEIPT --text TEXT\n"
		  "tiendo-agent obstacle answer RECEIPT --text TEXT [--resolves]\n"
		  "tiendo-agent obstacle escalate RECEIPT [--to UNIT] [--reason TEXT]\n"
		  "tiendo-agent obstacle close|reopen RECEIPT [--text TEXT]\n"
		  "tiendo-agent obstacle list [--all]",
	 .vi = "khó khăn, vướng mắc: nêu, trao đổi, trả lời, chuyển lên, đóng, xem",
	 .en = "obstacles: raise, comment, answer, escalate, close, list",
	 .more_vi = "Nêu về một nhiệm vụ, chỉ tiêu, nhóm hoặc kế hoạch mà đơn vị có báo cáo. Nơi nhận có 5 ngày làm "
		    "việc\n"
		    "để trả lời, quá hạn thì tự chuyển lên cấp trên. Chỉ đơn vị nêu được đóng và mở lại.",
	 .more_en = "About a task, an indicator, a group or a plan in which the unit reports. Whom it is addressed to "
		    "has\n"
		    "5 working days, then it climbs by itself. Only the raiser closes and reopens.",
	 .options = desk_obstacle_options},
	{.name = "run",
	 .run = desk_run,
	 .usage = "",
	 .vi = "chạy tiến trình gửi báo cáo (dừng bằng SIGTERM hoặc Ctrl-C)",
	 .en = "runs the daemon that sends (ends at SIGTERM or Ctrl-C)",
	 .options = desk_run_options},
	{.name = "status",
	 .run = desk_status,
	 .usage = "",
	 .vi = "hàng đợi, lần cuối gặp máy chủ, còn phải báo gì, báo cáo bị từ chối",
	 .en = "the queue, when the centre was last heard, what is owed by when, what was refused",
	 .options = desk_status_options},
	{.name = "receipts",
	 .run = desk_receipts,
	 .usage = "[--limit N]",
	 .vi = "biên nhận của máy chủ, in được",
	 .en = "receipts of the centre, printable",
	 .options = desk_receipts_options},
	{.name = "mine",
	 .run = desk_mine,
	 .usage = "[--missing] [--all]",
	 .vi = "máy chủ đang có gì về đơn vị, đơn vị còn nợ gì và hạn nào",
	 .en = "what the centre holds about us, what we owe and by when",
	 .options = desk_mine_options},
	{.name = "inbox",
	 .run = desk_inbox,
	 .usage = "[--all] [--read N|all]",
	 .vi = "chỉ đạo, nhắc việc, trả lời và quyết định của cấp trên",
	 .en = "directives, reminders, answers and decisions of the centre",
	 .more_vi = "Tiến trình gửi (run) nhận về và giữ tại đơn vị. --read chạy được cả khi mất mạng: máy chủ\n"
		    "được báo khi có đường truyền.",
	 .more_en = "The daemon (run) fetches them and keeps them here. --read works without a line: the\n"
		    "centre is told when there is one.",
	 .options = desk_inbox_options},
};

static const struct args_option GLOBAL[] = {
	{.name = "dir",
	 .value = "DIR",
	 .vi = "thư mục của đơn vị (mặc định: TIENDO_AGENT_DIR)",
	 .en = "the office's directory (default: TIENDO_AGENT_DIR)"},
	{.name = "lang",
	 .value = "vi|en",
	 .vi = "ngôn ngữ (mặc định vi)",
	 .en = "language (default vi)"},
	{.name = "json", .vi = "kết quả dạng JSON", .en = "output as JSON"},
	{.name = "help", .vi = "trợ giúp", .en = "this help"},
};

/* ---- help ---- */

static void put_padded(struct buffer *out, const char *text, size_t columns)
{
	size_t width = text_width(text);

	buffer_put_text(out, text);
	while (width++ < columns)
		buffer_put_u8(out, ' ');
}

static void help_options(struct desk *d, const struct args_option *options, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		char name[64];

		snprintf(name, sizeof name, "--%s%s%s", options[i].name,
			 options[i].value ? " " : "", options[i].value ? options[i].value : "");
		buffer_put_text(&d->out, "  ");
		put_padded(&d->out, name, 24);
		buffer_format(&d->out, " %s\n",
			      d->office.language == LANGUAGE_VI ? options[i].vi : options[i].en);
	}
}

static void help_exits(struct desk *d)
{
	buffer_put_text(
		&d->out,
		SAY(d,
		    "\nMã kết thúc: 0 tốt · 1 bị từ chối, không xếp hàng gì · 2 sai cách gọi · "
		    "3 lỗi môi trường\n(cấu hình, ổ đĩa, hàng đợi, đường truyền).\n",
		    "\nExit codes: 0 fine · 1 refused, nothing was queued · 2 wrong usage · "
		    "3 environment\n(config, disk, queue, line).\n"));
}

static void help_all(struct desk *d)
{
	buffer_format(&d->out, "tiendo-agent %s\n\n", TIENDO_VERSION);
	buffer_put_text(&d->out, SAY(d, "Cách gọi: tiendo-agent [--dir DIR] LỆNH ...\n\n",
				     "Usage: tiendo-agent [--dir DIR] COMMAND ...\n\n"));
	for (size_t i = 0; i < BASE_COUNT(COMMANDS); i++) {
		buffer_put_text(&d->out, "  ");
		put_padded(&d->out, COMMANDS[i].name, 15);
		buffer_format(&d->out, " %s\n",
			      d->office.language == LANGUAGE_VI ? COMMANDS[i].vi : COMMANDS[i].en);
	}
	buffer_put_u8(&d->out, '\n');
	help_options(d, GLOBAL, BASE_COUNT(GLOBAL));
	buffer_put_text(&d->out, SAY(d, "\nTừng lệnh: tiendo-agent LỆNH --help\n",
				     "\nOf one command: tiendo-agent COMMAND --help\n"));
	help_exits(d);
}

static void help_one(struct desk *d, const struct desk_command *c)
{
	bool vi = d->office.language == LANGUAGE_VI;
	const char *more = vi ? c->more_vi : c->more_en;
	size_t n;
	const struct args_option *options = c->options(&n);

	buffer_format(&d->out, "tiendo-agent %s %s\n\n%s\n", c->name, c->usage, vi ? c->vi : c->en);
	if (more)
		buffer_format(&d->out, "%s\n", more);
	buffer_put_u8(&d->out, '\n');
	help_options(d, options, n);
	help_options(d, GLOBAL, BASE_COUNT(GLOBAL));
	help_exits(d);
}

/* ---- dispatch ---- */

struct global {
	const char *dir, *lang;
	bool help;
	int argc; /* what is left */
	char **argv;
};

/* The global options may stand anywhere: they are taken out before the command reads its own. */
static enum desk_exit take_global(struct desk *d, int argc, char **argv, struct global *g)
{
	g->argv = base_alloc((size_t)argc * sizeof *g->argv);
	for (int i = 1; i < argc; i++) {
		const char **to = strncmp(argv[i], "--dir", 5) == 0    ? &g->dir
				  : strncmp(argv[i], "--lang", 6) == 0 ? &g->lang
								       : NULL;
		size_t name = to == &g->dir ? 5 : 6;

		if (strcmp(argv[i], "--json") == 0)
			d->office.json = true;
		else if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)
			g->help = true;
		else if (to && argv[i][name] == '=')
			*to = argv[i] + name + 1;
		else if (to && !argv[i][name] && i + 1 < argc)
			*to = argv[++i];
		else
			g->argv[g->argc++] = argv[i];
	}
	if (g->lang && strcmp(g->lang, "en") == 0)
		d->office.language = LANGUAGE_EN;
	else if (g->lang && strcmp(g->lang, "vi") != 0)
		return desk_fail(d, DESK_USAGE, "--lang `%s`: vi | en", g->lang);
	d->office.dir = g->dir ? g->dir : getenv("TIENDO_AGENT_DIR");
	return DESK_FINE;
}

static const struct desk_command *find(const char *name)
{
	for (size_t i = 0; i < BASE_COUNT(COMMANDS); i++)
		if (strcmp(COMMANDS[i].name, name) == 0)
			return &COMMANDS[i];
	return NULL;
}

static enum desk_exit dispatch(struct desk *d, const struct global *g)
{
	const struct desk_command *c;

	if (!g->argc) {
		help_all(d);
		return g->help ? DESK_FINE : DESK_USAGE;
	}
	if (strcmp(g->argv[0], "--version") == 0) {
		buffer_put_text(&d->out, "tiendo-agent " TIENDO_VERSION "\n");
		return DESK_FINE;
	}
	if (!(c = find(g->argv[0])))
		return desk_fail(d, DESK_USAGE,
				 SAY(d, "không có lệnh `%s`; xem tiendo-agent --help",
				     "there is no command `%s`; see tiendo-agent --help"),
				 g->argv[0]);
	if (g->help) {
		help_one(d, c);
		return DESK_FINE;
	}
	if (!d->office.dir || !*d->office.dir)
		return desk_fail(d, DESK_USAGE,
				 SAY(d,
				     "chưa biết thư mục của đơn vị: cho --dir DIR hoặc đặt "
				     "TIENDO_AGENT_DIR",
				     "the office's directory is not known: give --dir DIR or set "
				     "TIENDO_AGENT_DIR"));
	return c->run(d, g->argc - 1, g->argv + 1);
}

int main(int argc, char **argv)
{
	struct desk d = {.office.language = LANGUAGE_VI};
	struct global g = {0};

	d.json = json_to(&d.out);
	enum desk_exit exit = take_global(&d, argc, argv, &g);

	if (exit == DESK_FINE)
		exit = dispatch(&d, &g);
	/* a failure is for people too when the result is for programs: both streams get theirs */
	FILE *to = exit == DESK_FINE || d.office.json || exit == DESK_REFUSED ? stdout : stderr;

	struct buffer plain = {0};

	if (d.office.json)
		buffer_put_text(&plain, buffer_text(&d.out));
	else
		render_plain(&plain, buffer_text(&d.out));
	fputs(buffer_text(&plain), to);
	/* what was asked is done, and only its result lost: who would try again must know */
	if ((fflush(to) != 0 || ferror(to)) && to == stdout) {
		fprintf(stderr, "tiendo-agent: %s%s: %s\n",
			exit == DESK_FINE ? SAY(&d, "đã làm, nhưng ", "it is done, but ") : "",
			SAY(&d, "không ghi được kết quả ra", "the result could not be written"),
			sys_text(errno));
		exit = exit == DESK_FINE ? DESK_ENVIRONMENT : exit;
	}
	buffer_free(&plain);
	desk_close(&d);
	free(g.argv);
	return (int)exit;
}
