// SPDX-License-Identifier: Apache-2.0
/* The words of the model, as they stand in CSV files, in JSON and on the command line.
 * Index = enum value; 0 = none. */
#include "common/domain/says.h"

#include <string.h>

#include "common/domain/text.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static unsigned find(const char *const *words, size_t n, const char *word)
{
	for (size_t i = 1; i < n; i++)
		if (strcmp(words[i], word) == 0)
			return (unsigned)i;
	return 0;
}

/* Both ways from one list. */
#define WORDS(type, prefix, ...)							\
	static const char *const prefix##_words[] = { "", __VA_ARGS__ };		\
	const char *prefix##_word(enum type v)						\
	{										\
		return prefix##_words[v];						\
	}										\
	enum type prefix##_of(const char *word)						\
	{										\
		return (enum type)find(prefix##_words, COUNT(prefix##_words), word);	\
	}

WORDS(unit_kind, unit_kind, "central", "province", "department", "district", "commune", "other")
WORDS(unit_branch, unit_branch, "state", "sector", "party", "mass")
WORDS(item_kind, item_kind, "plan", "group", "ratio_group", "task", "ratio", "count", "points")
WORDS(answer, answer, "lead", "all")
WORDS(measure, measure, "stock", "flow", "ytd")
WORDS(aggregate, aggregate, "sum", "own")
WORDS(direction, direction, "higher", "lower")
WORDS(task_state, task_state, "not_started", "in_progress", "done")
WORDS(threshold_measure, threshold_measure, "reporting_rate", "on_time_rate", "missing", "overdue", "behind",
      "stagnant_days", "open_obstacles", "overdue_obstacles")
WORDS(role, role, "agent", "viewer", "operator")
WORDS(cause, cause, "organisation", "money", "people", "infrastructure", "no_guidance", "no_model", "skills",
      "access")
WORDS(origin, origin, "own", "outside")

bool threshold_is_rate(enum threshold_measure m)
{
	return m == THRESHOLD_REPORTING_RATE || m == THRESHOLD_ON_TIME_RATE;
}

const char *task_state_label(enum task_state s, enum language l)
{
	static const char *const labels[][2] = {
		[TASK_NONE] = { "Chưa báo cáo", "Not reported" },
		[TASK_NOT_STARTED] = { "Chưa triển khai", "Not started" },
		[TASK_IN_PROGRESS] = { "Đang thực hiện", "In progress" },
		[TASK_DONE] = { "Hoàn thành", "Done" },
	};

	return labels[s][l];
}

const char *body_word(enum body_kind b)
{
	static const char *const words[] = { "task", "ratio", "count", "points", "none_arisen",
					     "unchanged", "na_request", "correction", "withdraw",
					     "obstacle", "extension_request", "milestone",
					     "notice_ack" };

	return b >= BODY_TASK && b <= BODY_NOTICE_ACK ? words[b - BODY_TASK] : "";
}

const char *body_label(enum body_kind b, enum language l)
{
	static const char *const labels[][2] = {
		{ "xác nhận không thay đổi", "unchanged" },
		{ "đề nghị không áp dụng", "not-applicable request" },
		{ "đính chính", "correction" },
		{ "rút báo cáo", "withdrawal" },
		{ "vướng mắc", "obstacle" },
		{ "đề nghị gia hạn", "extension request" },
		{ "mốc tiến độ", "milestone" },
		{ "đã đọc thông báo", "notice read" },
	};

	if (b >= BODY_UNCHANGED && b <= BODY_NOTICE_ACK)
		return labels[b - BODY_UNCHANGED][l];
	return l == LANGUAGE_VI ? "báo cáo" : "report";
}

/* ---- obstacles: the classes of the offices' own reports ---- */

const char *cause_label(enum cause c, enum language l)
{
	static const char *const labels[][2] = {
		[CAUSE_NONE] = { "", "" },
		[CAUSE_ORGANISATION] = { "tổ chức thực hiện", "organisation" },
		[CAUSE_MONEY] = { "kinh phí", "money" },
		[CAUSE_PEOPLE] = { "con người", "people" },
		[CAUSE_INFRASTRUCTURE] = { "hạ tầng kỹ thuật", "infrastructure" },
		[CAUSE_NO_GUIDANCE] = { "chưa có hướng dẫn", "no guidance from above" },
		[CAUSE_NO_MODEL] = { "chưa có mô hình điểm", "no model to follow" },
		[CAUSE_SKILLS] = { "kỹ năng, trình độ", "skills" },
		[CAUSE_ACCESS] = { "tiếp cận của người dân", "access of citizens" },
	};

	return labels[c][l];
}

/* Does the label hold these folded words, whole? */
static bool holds(const char *label, const char *folded)
{
	char text[64];
	size_t n = strlen(folded);

	if (!text_fold(label, text, sizeof text))
		return false;
	for (const char *at = text; (at = strstr(at, folded)) != NULL; at++)
		if ((at == text || at[-1] == ' ') && strchr(" ,", at[n]) != NULL) /* or its end */
			return true;
	return false;
}

enum cause cause_read(const char *text)
{
	char folded[64];
	enum cause found = cause_of(text);

	if (found != CAUSE_NONE || !text_fold(text, folded, sizeof folded))
		return found;
	for (enum cause c = CAUSE_ORGANISATION; c <= CAUSE_ACCESS; c++) {
		if (!holds(cause_label(c, LANGUAGE_VI), folded) && !holds(cause_label(c, LANGUAGE_EN), folded))
			continue;
		if (found != CAUSE_NONE)
			return CAUSE_NONE; /* "chưa có" may be two things */
		found = c;
	}
	return found;
}

const char *origin_label(enum origin o, enum language l)
{
	static const char *const labels[][2] = {
		[ORIGIN_NONE] = { "", "" },
		[ORIGIN_OWN] = { "chủ quan", "own fault" },
		[ORIGIN_OUTSIDE] = { "khách quan", "from outside" },
	};

	return labels[o][l];
}

static const struct {
	const char *word, *vi, *en;
} steps[] = {
	[STEP_NONE] = { "", "", "" },
	[1] = { "", "", "" }, /* no step has this field number */
	[STEP_RAISE] = { "raise", "nêu vướng mắc", "raised" },
	[STEP_COMMENT] = { "comment", "trao đổi", "comment" },
	[STEP_ANSWER] = { "answer", "trả lời", "answer" },
	[STEP_ESCALATE] = { "escalate", "chuyển lên cấp trên", "escalated" },
	[STEP_CLOSE] = { "close", "xác nhận đã tháo gỡ", "closed" },
	[STEP_REOPEN] = { "reopen", "mở lại", "reopened" },
};

const char *obstacle_step_word(enum obstacle_step s)
{
	return (size_t)s < COUNT(steps) ? steps[s].word : "";
}

const char *obstacle_step_label(enum obstacle_step s, enum language l)
{
	return (size_t)s >= COUNT(steps) ? "" : l == LANGUAGE_VI ? steps[s].vi : steps[s].en;
}
