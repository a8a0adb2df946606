// SPDX-License-Identifier: Apache-2.0
/*
 * answer_times: when entries came. A figure's version is the entry that last changed it, so this is what a reader makes its age
 * of. It names nobody: everyone may ask.
 */
#include "server/answer.h"

enum { TIMES_MAX = 500 /* each is a read of the journal; and what fits a question of 4,096 bytes */ };

struct times {
	int64_t list[TIMES_MAX];
};

static void read_one(void *ctx, const struct query_body *b)
{
	struct times *t = ctx;

	t->list[b->i] = b->received.ms;
}

enum reason answer_times(struct asking *q, const Tiendo__V1__Query *m)
{
	const struct query_journal *j = &q->answerer->options->journal;
	const Tiendo__V1__Times *ask = m->times;
	Tiendo__V1__TimesPage page = TIENDO__V1__TIMES_PAGE__INIT;
	struct times times = {{0}};

	if (!ask->n_entries || ask->n_entries > TIMES_MAX)
		return answer_fail(q, REASON_BAD_FRAME, "%zu entries: 1 to %d can be asked for", ask->n_entries, TIMES_MAX);
	for (size_t i = 0; i < ask->n_entries; i++)
		if (!ask->entries[i] || (i && ask->entries[i] <= ask->entries[i - 1]))
			return answer_fail(q, REASON_BAD_FRAME, "entries ascend from 1, each once");
	/* the journal without the view's lock; what it says of an entry is so for ever */
	slice_leave(&q->slice);
	bool read = j->bodies(j->ctx, ask->entries, ask->n_entries, read_one, &times);
	bool same = slice_return(&q->slice);
	if (!read)
		return answer_fail(q, REASON_BUSY, "the journal cannot be read now");
	if (!same)
		return answer_stale(q);
	page.n_received_ms = ask->n_entries;
	page.received_ms = times.list;
	answer_put(&q->answerer->page, &page);
	return REASON_NONE;
}
