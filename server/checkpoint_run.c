// SPDX-License-Identifier: Apache-2.0
/* The thread that writes checkpoints, and when. */
#include <errno.h>
#include <poll.h>
#include <unistd.h>

#include "common/sys/clock.h"
#include "server/checkpoint_inside.h"

enum { LOOK_MS = 1000 }; /* how often it looks whether anything has changed */

int64_t checkpoint_due(const struct checkpoint_pace *pace, int64_t now)
{
	bool much = pace->none || pace->updates >= CHECKPOINT_UPDATES;
	int64_t at = much ? now : pace->changed_ms + CHECKPOINT_CHANGE_MS;
	int64_t rested = pace->ended_ms + (pace->failed ? CHECKPOINT_RETRY_MS : pace->took_ms * CHECKPOINT_REST);
	if (!pace->changed)
		return -1;
	if (pace->ended_ms && rested > at)
		at = rested;
	return at > now ? at - now : 0;
}

static void wake(struct checkpoint *cp)
{
	uint64_t one = 1;
	ssize_t n = write(cp->wake, &one, sizeof one); /* full = it is awake already */
	(void)n;
}

void checkpoint_stop(struct checkpoint *cp)
{
	atomic_store(&cp->stop, true);
	wake(cp);
}

void checkpoint_ask(struct checkpoint *cp)
{
	atomic_store(&cp->asked, true);
	wake(cp);
}

void checkpoint_count(struct checkpoint *cp, uint64_t updates)
{
	atomic_fetch_add_explicit(&cp->updates, updates, memory_order_relaxed);
}

static void wait_for(struct checkpoint *cp, int64_t ms)
{
	struct pollfd p = { .fd = cp->wake, .events = POLLIN };
	uint64_t drained;
	if (poll(&p, 1, (int)(ms < 0 || ms > LOOK_MS ? LOOK_MS : ms)) > 0 && read(cp->wake, &drained, sizeof drained) < 0)
		return; /* somebody else's event: none */
}

static void look(struct checkpoint *cp, struct checkpoint_pace *pace, int64_t now)
{
	viewlock_read(cp->lock);
	uint64_t entry = cp->view->head.entry;
	viewlock_read_end(cp->lock);
	bool changed = entry && (!cp->based || entry != cp->base_entry);
	if (changed && !pace->changed)
		pace->changed_ms = now;
	pace->changed = changed;
	pace->updates = atomic_load_explicit(&cp->updates, memory_order_relaxed);
	pace->none = !cp->based;
}

static void write_one(struct checkpoint *cp, struct checkpoint_pace *pace)
{
	struct checkpoint_report report;
	uint64_t counted = atomic_load_explicit(&cp->updates, memory_order_relaxed);
	checkpoint_make(cp, &report, true);
	if (report.result == CHECKPOINT_DONE) {
		atomic_fetch_sub_explicit(&cp->updates, counted, memory_order_relaxed);
		pace->changed = false;
	}
	pace->ended_ms = clock_transport();
	pace->took_ms = report.took_ms;
	pace->failed = report.result == CHECKPOINT_LATER;
	if (cp->report)
		cp->report(cp->report_ctx, &report);
}

void *checkpoint_run(void *checkpoint)
{
	struct checkpoint *cp = checkpoint;
	struct checkpoint_pace pace = { 0 };
	while (!atomic_load(&cp->stop)) {
		int64_t now = clock_transport();
		look(cp, &pace, now);
		int64_t ms = checkpoint_due(&pace, now);
		bool asked = atomic_exchange(&cp->asked, false);
		if (ms == 0 || asked)
			write_one(cp, &pace);
		else
			wait_for(cp, ms);
	}
	return NULL;
}
