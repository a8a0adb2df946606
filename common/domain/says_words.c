// SPDX-License-Identifier: Apache-2.0
/* The words of the model, as they stand in CSV files, in JSON and on the command line.
 * Index = enum value; 0 = none. */
#include "common/domain/says.h"

#include <string.h>

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
WORDS(role, role, "agent", "viewer", "operator")

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
