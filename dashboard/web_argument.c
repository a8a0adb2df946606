// SPDX-License-Identifier: Apache-2.0
#include "dashboard/web_argument.h"

#include <stdio.h>
#include <stdlib.h>

#include "common/domain/periods.h"
#include "common/domain/text.h"

static const struct web_fault unit_fault = {
	"unit: cần một mã đơn vị (chữ số, chữ in hoa, dấu chấm, gạch nối; nhóm viết là G/MÃ)",
	"unit: give the code of a unit (digits, capital letters, dots, hyphens; a group as G/CODE)"};
static const struct web_fault item_fault = {"item: cần một mã nhiệm vụ hoặc chỉ tiêu (chữ số, chữ in hoa, dấu chấm, gạch nối)",
					    "item: give the code of an item (digits, capital letters, dots, hyphens)"};
static const struct web_fault plan_fault = {"plan: cần một mã kế hoạch (chữ số, chữ in hoa, dấu chấm, gạch nối)",
					    "plan: give the code of a plan (digits, capital letters, dots, hyphens)"};
static const struct web_fault rule_fault = {"rule: cần một mã ngưỡng trong thresholds.csv",
					    "rule: give the code of a rule of thresholds.csv"};
static const struct web_fault period_fault = {
	"period: cần một kỳ như 2024-04a, 2024-04, 2024-Q1, 2024, hoặc từ kỳ đến kỳ như 2024-01..2024-03",
	"period: give a period as 2024-04a, 2024-04, 2024-Q1, 2024, or from one to another as 2024-01..2024-03"};
static const struct web_fault date_fault = {"date: cần một ngày viết là 2024-04-02", "date: give a day written 2024-04-02"};
static const struct web_fault span_fault = {"from, to: cần ngày viết là 2024-04-02, from không sau to",
					    "from, to: give days written 2024-04-02, from not after to"};
static const struct web_fault flag_fault = {"open, by_addressee, steps: chỉ nhận 1 hoặc 0", "open, by_addressee, steps: give 1 or 0"};
static const struct web_fault depth_fault = {"depth: chỉ nhận 1 hoặc all", "depth: give 1 or all"};
static const struct web_fault after_fault = {"after: cần mã mà trang trước cho ở next", "after: give the code that the page before has in next"};
const struct web_fault web_argument_text = {"q: cần chữ để tìm, nhiều nhất 100 byte UTF-8",
					    "q: give what to look for, at most 100 bytes of UTF-8"};
static const struct web_fault most_fault = {"n: cần một số từ 1 đến 20", "n: give a number from 1 to 20"};

static const char *word(const struct web_words *w, const char *name)
{
	const char *value = w->get(w->from, name);

	return value ? value : "";
}

/* Is it something that a code or period can be? Then it is kept. */
static bool keep(char *to, size_t size, const char *from)
{
	for (const char *at = from; *at; at++)
		if ((unsigned char)*at <= ' ' || (unsigned char)*at >= 0x7f)
			return false;
	return (size_t)snprintf(to, size, "%s", from) < size;
}

static bool code(const char *text, char *to, size_t size)
{
	return text_is_code(text) && keep(to, size, text);
}

static const struct web_fault *unit(const struct web_words *w, unsigned takes, struct web_question *q)
{
	const char *text = word(w, "unit"), *bare = strncmp(text, "G/", 2) == 0 ? text + 2 : text;

	if (!*text && takes & UNIT_FREE)
		return NULL;
	return text_is_code(bare) && keep(q->unit, sizeof(q->unit), text) ? NULL : &unit_fault;
}

static const struct web_fault *item(const struct web_words *w, unsigned takes, struct web_question *q)
{
	const bool rule = takes & TAKES_RULE, plan = takes & TAKES_PLAN;
	const char *text = word(w, rule ? "rule" : plan ? "plan" : "item");

	if (*text ? code(text, q->item, sizeof(q->item)) : !(takes & ITEM_MUST))
		return NULL;
	return rule ? &rule_fault : plan ? &plan_fault : &item_fault;
}

static bool date(const char *text, struct date *out)
{
	*out = *text ? date_parse(text) : (struct date){0};
	return !*text || out->ymd;
}

static const struct web_fault *times(const struct web_words *w, unsigned takes, struct web_question *q)
{
	const char *period = takes & TAKES_PERIOD ? word(w, "period") : "";

	if (!keep(q->period, sizeof(q->period), period) || (!*period && takes & PERIOD_MUST))
		return &period_fault;
	if (takes & TAKES_DATE && (!date(word(w, "date"), &q->at) || !q->at.ymd))
		return &date_fault;
	if (takes & TAKES_SPAN && (!date(word(w, "from"), &q->from) || !date(word(w, "to"), &q->to) ||
				   (q->to.ymd && q->from.ymd > q->to.ymd)))
		return &span_fault;
	return NULL;
}

static bool flag(const struct web_words *w, const char *name, bool *out)
{
	const char *text = word(w, name);

	*out = strcmp(text, "1") == 0;
	return *out || !*text || strcmp(text, "0") == 0;
}

static const struct web_fault *flags(const struct web_words *w, unsigned takes, struct web_question *q)
{
	bool good = !(takes & TAKES_OPEN) || flag(w, "open", &q->open);

	if (takes & TAKES_STEPS)
		good = good && flag(w, "by_addressee", &q->by_addressee) && flag(w, "steps", &q->steps);
	return good ? NULL : &flag_fault;
}

static const struct web_fault *depth(const struct web_words *w, bool *all)
{
	const char *text = word(w, "depth");

	*all = strcmp(text, "all") == 0;
	return *all || !*text || strcmp(text, "1") == 0 ? NULL : &depth_fault;
}

static const struct web_fault *text(const struct web_words *w, struct web_said *out)
{
	const char *n = word(w, "n");
	size_t digits = strspn(n, "0123456789");

	out->text = word(w, "q");
	out->most = WEB_FOUND_MOST;
	if (!*out->text)
		return &web_argument_text;
	if (!*n)
		return NULL;
	out->most = digits <= 2 && !n[digits] ? (unsigned)strtoul(n, NULL, 10) : 0;
	return out->most >= 1 && out->most <= WEB_FOUND_MOST ? NULL : &most_fault;
}

const struct web_fault *web_argument_read(const struct web_words *w, unsigned takes, struct web_said *out)
{
	struct web_question *q = &out->question;
	const struct web_fault *fault = NULL;

	memset(out, 0, sizeof(*out)); /* questions are compared by their bytes */
	if (takes & TAKES_UNIT)
		fault = unit(w, takes, q);
	if (!fault && takes & (TAKES_ITEM | TAKES_PLAN | TAKES_RULE))
		fault = item(w, takes, q);
	if (!fault)
		fault = times(w, takes, q);
	if (!fault)
		fault = flags(w, takes, q);
	if (!fault && takes & TAKES_DEPTH)
		fault = depth(w, &out->all);
	if (!fault && takes & TAKES_AFTER && *word(w, "after") && !code(word(w, "after"), out->after, sizeof(out->after)))
		fault = &after_fault;
	if (!fault && takes & TAKES_TEXT)
		fault = text(w, out);
	return fault;
}
