// SPDX-License-Identifier: Apache-2.0
#include "agent/desk_obstacle.h"

#include "agent/ask.h"
#include "agent/offer.h"
#include "agent/past.h"
#include "agent/render.h"
#include "common/domain/text.h"

#include <stdio.h>

static struct {
	const char *cause, *text, *solution, *solution_class, *to, *reason, *unit, *as_of, *note;
	bool own, outside, rights, resolves, all;
} given;

/* Each option with the steps that take it. */
enum { RAISE = 1, COMMENT = 2, ANSWER = 4, ESCALATE = 8, CLOSE = 16, REOPEN = 32, LIST = 64 };
enum { EVERY_STEP = RAISE | COMMENT | ANSWER | ESCALATE | CLOSE | REOPEN };

static const struct args_option OPTIONS[] = {
	{.name = "cause",
	 .value = "CAUSE",
	 .text = &given.cause,
	 .vi = "nguyên nhân: tổ chức, kinh phí, con người, hạ tầng, hướng dẫn, mô hình, kỹ năng, tiếp cận",
	 .en = "organisation, money, people, infrastructure, no_guidance, no_model, skills, access"},
	{.name = "own", .flag = &given.own, .vi = "do chủ quan của đơn vị mình", .en = "our own fault"},
	{.name = "outside", .flag = &given.outside, .vi = "do khách quan, ở bên ngoài đơn vị", .en = "from outside"},
	{.name = "text",
	 .value = "TEXT",
	 .text = &given.text,
	 .vi = "nội dung vướng mắc, trao đổi, trả lời",
	 .en = "what it is, a comment, an answer"},
	{.name = "solution",
	 .value = "TEXT",
	 .text = &given.solution,
	 .vi = "giải pháp đề xuất",
	 .en = "what would help"},
	{.name = "solution-class",
	 .value = "CAUSE",
	 .text = &given.solution_class,
	 .vi = "giải pháp thuộc nhóm nào (như --cause)",
	 .en = "of which class it is (as --cause)"},
	{.name = "rights",
	 .flag = &given.rights,
	 .vi = "ảnh hưởng quyền, lợi ích của tổ chức, người dân",
	 .en = "touches rights of organisations and people"},
	{.name = "to",
	 .value = "UNIT",
	 .text = &given.to,
	 .vi = "gửi đơn vị nào (không ghi: theo thứ tự đã quy định)",
	 .en = "to whom (without it: the next of the usual chain)"},
	{.name = "reason", .value = "TEXT", .text = &given.reason, .vi = "vì sao chuyển lên", .en = "why it is escalated"},
	{.name = "resolves",
	 .flag = &given.resolves,
	 .vi = "trả lời này đã tháo gỡ được vướng mắc",
	 .en = "this answer resolves it"},
	{.name = "all", .flag = &given.all, .vi = "cả những vướng mắc đã đóng", .en = "the closed ones too"},
	{.name = "unit",
	 .value = "CODE",
	 .text = &given.unit,
	 .vi = "đơn vị cấp dưới, khi làm thay",
	 .en = "a unit below ours, on its behalf"},
	{.name = "as-of",
	 .value = "DATE",
	 .text = &given.as_of,
	 .vi = "ngày làm việc này (mặc định: hôm nay)",
	 .en = "the day of doing so (default: today)"},
	{.name = "note", .value = "TEXT", .text = &given.note, .vi = "ghi chú", .en = "a note"},
};
enum { OPTIONS_N = sizeof OPTIONS / sizeof *OPTIONS };
static const unsigned TAKEN_BY[] = {
	RAISE,      RAISE,  RAISE, RAISE | COMMENT | ANSWER | CLOSE | REOPEN,
	RAISE,      RAISE,  RAISE, RAISE | ESCALATE,
	ESCALATE,   ANSWER, LIST,  EVERY_STEP,
	EVERY_STEP, EVERY_STEP,
};
_Static_assert(sizeof TAKEN_BY / sizeof *TAKEN_BY == OPTIONS_N, "one for each option");

const struct args_option *desk_obstacle_options(size_t *n)
{
	*n = OPTIONS_N;
	return OPTIONS;
}

static const struct {
	const char *word;
	unsigned bit;
	enum obstacle_step step;
} STEPS[] = {
	{"raise", RAISE, STEP_RAISE},          {"comment", COMMENT, STEP_COMMENT}, {"answer", ANSWER, STEP_ANSWER},
	{"escalate", ESCALATE, STEP_ESCALATE}, {"close", CLOSE, STEP_CLOSE},       {"reopen", REOPEN, STEP_REOPEN},
	{"list", LIST, STEP_NONE},
};

static const char *or_none(const char *text)
{
	return text ? text : "";
}

/* ---- refusals ---- */

static enum desk_exit offer_step(struct desk *d, struct update *u, const char *about)
{
	const char *operand = u->matter->step == STEP_RAISE ? "ITEM" : "RECEIPT";
	const struct offer_place places[] = {
		{"cause", "--cause", given.cause},
		{"fault", "--own | --outside", NULL},
		{"text", "--text", given.text},
		{"reason", "--reason", given.reason},
		{"solution", "--solution", given.solution},
		{"solution_class", "--solution-class", given.solution_class},
		{"addressee", "--to", given.to},
		{"obstacle", operand, about},
		{"item", operand, about},
		{"unit", "--unit", given.unit},
		{"as_of", "--as-of", given.as_of},
		{"note", "--note", given.note},
	};

	return offer(d, u, places, BASE_COUNT(places));
}

/* The causes are a list that one can be shown. */
static enum desk_exit read_cause(struct desk *d, const char *text, const char *option, const char *field,
				 enum cause *out)
{
	struct buffer says = {0};

	*out = text ? cause_read(text) : CAUSE_NONE;
	if (!text || *out != CAUSE_NONE)
		return DESK_FINE;
	buffer_put_text(&says, SAY(d, "Hãy chọn một trong các nguyên nhân: ", "Choose one of: "));
	for (enum cause c = CAUSE_ORGANISATION; c <= CAUSE_ACCESS; c++)
		buffer_format(&says, "%s%s", c == CAUSE_ORGANISATION ? "" : "; ",
			      cause_label(c, d->office.language));
	buffer_put_u8(&says, '.');
	enum desk_exit exit = offer_refused(d, &(struct offer_refusal){.reason = csv_fault_name(CSV_BAD_WORD),
								       .field = field,
								       .option = option,
								       .value = text,
								       .says = buffer_text(&says)});

	buffer_free(&says);
	return exit;
}

/* ---- raise ---- */

static void said_raised(struct desk *d, const struct update *u)
{
	const struct matter *m = u->matter;
	enum language l = d->office.language;

	offer_begin(d, u);
	if (d->office.json) {
		json_text(&d->json, "step", obstacle_step_word(m->step));
		json_text(&d->json, "cause", cause_word(m->cause));
		json_text(&d->json, "fault", origin_word(m->origin));
		json_text(&d->json, "to", m->addressee);
		return;
	}
	buffer_format(&d->out, SAY(d, "nêu vướng mắc về %s: %s, %s", "an obstacle about %s: %s, %s"), u->item,
		      cause_label(m->cause, l), origin_label(m->origin, l));
	if (m->addressee[0])
		buffer_format(&d->out, SAY(d, "; gửi %s.\n", "; to %s.\n"), m->addressee);
	else
		buffer_put_text(&d->out,
				SAY(d,
				    ".\nGửi lần lượt đơn vị chủ trì nhiệm vụ, cơ quan thường trực, cơ quan chủ trì kế hoạch, "
				    "rồi danh sách\nkiến nghị bộ, ngành, cho đến khi được tháo gỡ.\n",
				    ".\nTo the item's lead, the standing body, the plan's owner and the list for the "
				    "ministries, one after\nthe other until it is resolved.\n"));
	buffer_put_text(&d->out, SAY(d, "Khi máy chủ đã nhận, xem số của vướng mắc bằng: tiendo-agent obstacle list\n",
				     "Once the centre has it, see its number with: tiendo-agent obstacle list\n"));
}

static enum desk_exit raise(struct desk *d, const char *item, struct update *u, struct matter *m)
{
	enum desk_exit exit;

	if (given.own && given.outside)
		return desk_fail(d, DESK_USAGE,
				 SAY(d, "chỉ ghi một trong hai: --own hoặc --outside", "only one of --own and --outside"));
	if (!text_is_code(item))
		return offer_bad(d, CSV_BAD_CODE, "ITEM", "item", item);
	if ((exit = read_cause(d, given.cause, "--cause", "cause", &m->cause)) ||
	    (exit = read_cause(d, given.solution_class, "--solution-class", "solution_class", &m->solution_class)))
		return exit;
	m->origin = given.own ? ORIGIN_OWN : given.outside ? ORIGIN_OUTSIDE : ORIGIN_NONE;
	m->affects_rights = given.rights;
	m->solution = or_none(given.solution);
	u->item = item;
	if ((exit = offer_step(d, u, item)))
		return exit;
	said_raised(d, u);
	return offer_end(d);
}

/* ---- the steps after it ---- */

static enum desk_exit unknown(struct desk *d, const char *receipt, bool misspelt)
{
	return offer_refused(
		d,
		&(struct offer_refusal){
			.reason = misspelt ? csv_fault_name(CSV_BAD_WORD) : reason_name(REASON_UNKNOWN_OBSTACLE),
			.field = "obstacle",
			.option = "RECEIPT",
			.value = receipt,
			.says = misspelt ? SAY(d,
					       "Số của vướng mắc viết như 0a1b2c3d-17-2. Hãy xem lại: tiendo-agent obstacle "
					       "list.",
					       "The number of an obstacle is written like 0a1b2c3d-17-2. See: tiendo-agent "
					       "obstacle list.")
					 : SAY(d,
					       "Tại đơn vị không có vướng mắc nào mang số này, hoặc chưa hỏi được máy chủ. Hãy "
					       "xem lại: tiendo-agent obstacle list.",
					       "No obstacle of that number is known here, or the centre cannot be asked. See: "
					       "tiendo-agent obstacle list.")});
}

/* Of our own receipts: a raise, unless its bytes say that it is another step. */
static bool find_own(struct desk *d, const char *receipt, struct desk_obstacle *out)
{
	struct spool_receipt r;
	struct update u;
	struct codec_arena arena;

	if (past_find(d->office.spool, receipt, &r) != PAST_FOUND || r.body != BODY_OBSTACLE)
		return false;
	arena = codec_arena_new(UPDATE_BYTES_MAX * 4);
	bool raised = !past_update(d->office.spool, &r, &arena, &u) || !u.matter || u.matter->step == STEP_RAISE;

	codec_arena_free(&arena);
	out->receipt = past_receipt(&r);
	memcpy(out->unit, r.unit, sizeof out->unit);
	memcpy(out->item, r.item, sizeof out->item);
	return raised;
}

struct told {
	const struct receipt *printed;
	struct desk_obstacle *out;
	struct codec_arena arena;
	bool found;
};

static bool see_notice(void *data, const struct spool_notice *n)
{
	struct told *t = data;

	codec_arena_reset(&t->arena);
	const Tiendo__V1__NoticeRow *row =
		codec_unpack(&tiendo__v1__notice_row__descriptor, n->row.data, n->row.size, &t->arena);

	if (!row || !row->about || row->about->incarnation.len != SPOOL_ID ||
	    (row->kind != TIENDO__V1__NOTICE_KIND__NOTICE_KIND_OBSTACLE &&
	     row->kind != TIENDO__V1__NOTICE_KIND__NOTICE_KIND_ANSWER) ||
	    !past_same(t->printed, row->about->incarnation.data, row->about->entry, row->about->index))
		return true;
	memcpy(t->out->receipt.incarnation, row->about->incarnation.data, SPOOL_ID);
	t->out->receipt.entry = row->about->entry;
	t->out->receipt.index = row->about->index;
	snprintf(t->out->item, sizeof t->out->item, "%s", row->item_code);
	t->found = true;
	return false;
}

/* Of what the centre has told us: it was raised to us, or somebody took a step in it. */
static bool find_told(struct desk *d, const struct receipt *printed, struct desk_obstacle *out)
{
	struct told t = {.printed = printed, .out = out, .arena = codec_arena_new(UPDATE_BYTES_MAX * 4)};

	spool_notices(d->office.spool, see_notice, &t, NULL);
	codec_arena_free(&t.arena);
	return t.found;
}

static void said_step(struct desk *d, const struct update *u, const char *receipt)
{
	const struct matter *m = u->matter;

	offer_begin(d, u);
	if (d->office.json) {
		json_text(&d->json, "step", obstacle_step_word(m->step));
		json_text(&d->json, "obstacle", receipt);
		return;
	}
	buffer_format(&d->out, SAY(d, "%s vướng mắc %s về %s", "%s: obstacle %s about %s"),
		      obstacle_step_label(m->step, d->office.language), receipt, u->item);
	if (m->addressee[0])
		buffer_format(&d->out, SAY(d, ", gửi %s", ", to %s"), m->addressee);
	buffer_put_text(&d->out, ".\n");
}

static enum desk_exit step(struct desk *d, const char *receipt, struct update *u, struct matter *m)
{
	struct desk_obstacle found = {.unit = ""};
	struct receipt printed;
	enum desk_exit exit;

	if (!past_parse(receipt, &printed))
		return unknown(d, receipt, true);
	bool own = find_own(d, receipt, &found);

	if (!own && !find_told(d, &printed, &found) && !desk_obstacle_ask(d, &printed, &found))
		return unknown(d, receipt, false);
	m->about = found.receipt;
	m->resolves = given.resolves;
	if (m->step == STEP_ESCALATE)
		m->text = or_none(given.reason);
	u->item = found.item;
	/* what was raised for a unit below is closed for it too */
	if (own && !given.unit)
		u->unit = found.unit;
	if ((exit = offer_step(d, u, receipt)))
		return exit;
	said_step(d, u, receipt);
	return offer_end(d);
}

/* ---- the command ---- */

static enum desk_exit usage(struct desk *d, const char *word)
{
	if (!word)
		return desk_fail(d, DESK_USAGE, "%s",
				 SAY(d,
				     "cần làm gì với vướng mắc: obstacle raise, comment, answer, escalate, close, reopen "
				     "hoặc list",
				     "what about an obstacle: obstacle raise, comment, answer, escalate, close, reopen or "
				     "list"));
	return desk_fail(d, DESK_USAGE,
			 SAY(d,
			     "không có `obstacle %s`: raise, comment, answer, escalate, close, reopen hoặc list",
			     "there is no `obstacle %s`: raise, comment, answer, escalate, close, reopen or list"),
			 word);
}

/* The options of this step only: another one is unknown here. */
static enum desk_exit read_options(struct desk *d, unsigned bit, int argc, char **argv, const char **operand,
				   size_t *operands)
{
	struct args_option mine[OPTIONS_N];
	size_t n = 0;

	for (size_t i = 0; i < OPTIONS_N; i++)
		if (TAKEN_BY[i] & bit)
			mine[n++] = OPTIONS[i];
	return desk_args(d, argc, argv, mine, n, operand, bit == LIST ? 0 : 1, operands);
}

static enum desk_exit open_office(struct desk *d)
{
	struct sys_error why;
	enum desk_exit exit;

	if ((exit = desk_open(d)) || (exit = desk_catalogue(d)))
		return exit;
	if (!d->catalogue && ask_centre(d, SPOOL_SLICE, &why) == FETCH_DONE)
		return desk_catalogue(d);
	return DESK_FINE;
}

static enum desk_exit take(struct desk *d, enum obstacle_step which, const char *operand)
{
	struct matter m = {.step = which,
			   .text = or_none(given.text),
			   .item = "",
			   .solution = "",
			   .addressee = or_none(given.to)};
	struct update u = {.body = BODY_OBSTACLE,
			   .unit = given.unit ? given.unit : d->office.slice.scope,
			   .period = "",
			   .note = or_none(given.note),
			   .reason = "",
			   .product_ref = "",
			   .matter = &m};
	enum desk_exit exit;

	if (!u.unit[0])
		return desk_fail(
			d, DESK_USAGE,
			SAY(d, "cần --unit MÃ: chưa nhận được danh mục nên chưa biết đơn vị mình",
			    "--unit CODE is needed: without a catalogue our own unit is not known"));
	if (!text_is_code(u.unit))
		return offer_bad(d, CSV_BAD_CODE, "--unit", "unit", u.unit);
	if (m.addressee[0] && !text_is_code(m.addressee))
		return offer_bad(d, CSV_BAD_CODE, "--to", "addressee", m.addressee);
	if ((exit = offer_day(d, given.as_of, &u.as_of)))
		return exit;
	return which == STEP_RAISE ? raise(d, operand, &u, &m) : step(d, operand, &u, &m);
}

enum desk_exit desk_obstacle(struct desk *d, int argc, char **argv)
{
	const char *operand = NULL;
	size_t i = 0, operands;
	enum desk_exit exit;

	while (i < BASE_COUNT(STEPS) && (argc == 0 || strcmp(STEPS[i].word, argv[0]) != 0))
		i++;
	if (i == BASE_COUNT(STEPS))
		return usage(d, argc ? argv[0] : NULL);
	if ((exit = read_options(d, STEPS[i].bit, argc - 1, argv + 1, &operand, &operands)))
		return exit;
	if (STEPS[i].bit != LIST && !operands)
		return desk_fail(d, DESK_USAGE, "%s",
				 STEPS[i].bit == RAISE
					 ? SAY(d, "thiếu mã nhiệm vụ, nhóm hoặc kế hoạch bị vướng", "the item's code is missing")
					 : SAY(d, "thiếu số biên nhận của vướng mắc", "the obstacle's receipt is missing"));
	if ((exit = open_office(d)))
		return exit;
	return STEPS[i].bit == LIST ? desk_obstacle_list(d, given.all) : take(d, STEPS[i].step, operand);
}
