// SPDX-License-Identifier: Apache-2.0
/*
 * checkpoint: keeps the view's state in view/ so that a start folds only the journal's tail (DESIGN 3). The state kept
 * is that of one entry N, cut between two entries: while units are copied in slices of at most VIEWLOCK_SLICE_US, the
 * writer's touch (view_watch) sets aside the packed bytes of a unit it is about to change. Only units changed since
 * the last checkpoint are written again; the marks are cleared only when it committed.
 *
 * Never: harms the journal, waits for the writer's work, logs (it reports), lets a damaged view/ stop a start. What is
 * not used (another fold version or format, damage, an entry that is not in the journal) is moved to view.old and made
 * again. A disk that is full, or would leave the journal little, means a checkpoint later, nothing else.
 *
 * Threads: load and attach before there are any (load looks at the store in a child process first, because damage to
 * LMDB's own pages ends a process); then run is the one thread that writes, or, when it has been joined, write is
 * called at the clean stop. ask, count and stop may be called from any thread.
 *
 *	cp = checkpoint_new(&options);
 *	view = checkpoint_load(cp, known, ctx, &reason);          NULL: log the reason, then
 *	if (!view) checkpoint_attach(cp, view = view_new());      fold everything
 *	... fold the journal's tail ...
 *	pthread_create(&thread, NULL, checkpoint_run, cp);  ...  checkpoint_count(cp, updates) after each folded group
 *	checkpoint_stop(cp); pthread_join(thread, NULL);          the writer has ended too
 *	checkpoint_write(cp, &report); checkpoint_free(cp); view_free(view);
 */
#ifndef TIENDO_SERVER_CHECKPOINT_H
#define TIENDO_SERVER_CHECKPOINT_H

#include "common/sys/base.h"
#include "common/sys/kv.h"
#include "server/view.h"
#include "server/viewlock.h"

struct checkpoint;

enum {
	CHECKPOINT_UPDATES = 500000,    /* due after so many updates ... */
	CHECKPOINT_CHANGE_MS = 30000,   /* ... or so long after the first change */
	CHECKPOINT_RETRY_MS = 30000,    /* after one that failed */
	CHECKPOINT_REST = 9             /* rests at least so many times as long as the last one took */
};

enum checkpoint_result {
	CHECKPOINT_DONE,    /* on disk */
	CHECKPOINT_NOTHING, /* the one on disk is of this entry already */
	CHECKPOINT_BROKEN,  /* off, by checkpoint_stop or a new catalogue; the one before stands */
	CHECKPOINT_LATER    /* could not be written (report.error); the one before stands, or none */
};

struct checkpoint_report {
	enum checkpoint_result result;
	bool full;            /* every unit, not only those that changed */
	uint64_t entry;       /* the N it is of */
	size_t units;         /* copied ... */
	size_t aside;         /* ... of them set aside by the writer */
	uint64_t bytes;       /* of their packed cells */
	uint32_t took_ms;
	uint32_t held_us;     /* the longest the view's lock was held */
	struct sys_error error;
};
typedef void checkpoint_report_fn(void *ctx, const struct checkpoint_report *report);

struct checkpoint_options {
	const char *dir;       /* of view/; copied */
	struct viewlock *lock; /* of the view */
	/* for tests: */
	uint32_t slice_units;  /* copied under one hold of the lock at most; 0 = as many as the time allows */
	void (*between)(void *ctx); /* called after each hold; may be NULL */
	void *between_ctx;
};

/* Touches nothing on disk. Never NULL. */
struct checkpoint *checkpoint_new(const struct checkpoint_options *options);
/* What to call after every try of checkpoint_run, on its thread. Before that thread. */
void checkpoint_tell(struct checkpoint *cp, checkpoint_report_fn *report, void *ctx);
/* Ends the watch of the view, closes view/; NULL is fine. Before view_free. */
void checkpoint_free(struct checkpoint *cp);

/* Does the journal hold entry head->entry with hash head->hash? (The incarnation follows from the chain.) */
typedef bool checkpoint_known_fn(void *ctx, const struct view_head *head);
/*
 * The view as the checkpoint has it, at its entry, attached; the caller owns it. NULL: there is none that can be used,
 * `reason` says why ("" = there was none at all): fold everything. "view/ is not used: %s" reads well.
 */
struct view *checkpoint_load(struct checkpoint *cp, checkpoint_known_fn *known, void *ctx, struct sys_error *reason);
/* What was loaded did not fit the journal after all: forgets that view, which the caller frees, and puts view/ away. */
void checkpoint_reject(struct checkpoint *cp);
/* The view to be kept when nothing was loaded (or view/ was discarded): its first checkpoint is full. */
void checkpoint_attach(struct checkpoint *cp, struct view *v);

/* Writes one now. Not while checkpoint_run runs. */
enum checkpoint_result checkpoint_write(struct checkpoint *cp, struct checkpoint_report *report);

/* Thread body (pthread_create's): writes one whenever it is due or asked for, until stopped. */
void *checkpoint_run(void *checkpoint);
void checkpoint_stop(struct checkpoint *cp); /* breaks off one that is being written */
void checkpoint_ask(struct checkpoint *cp);  /* one now, due or not */
void checkpoint_count(struct checkpoint *cp, uint64_t updates); /* so many more have been folded */

/* Removes view/ (for `rebuild`: then fold everything, attach and write). 0 or negative errno. */
int checkpoint_discard(const char *dir, struct sys_error *error);

/*
 * The rows of one table that are in view/, in order of their keys: any thread, one read transaction. Those that are not
 * there yet are in the view (rows, leaving): look there first, under the view's lock, and pass over what is in both.
 * fn false = no more. False = they could not be read, or view/ was put away with them: the next start emits them again.
 */
typedef bool checkpoint_row_fn(void *ctx, struct bytes key, struct bytes value);
bool checkpoint_rows(struct checkpoint *cp, enum row_table table, const struct kv_range *range, checkpoint_row_fn *fn,
		     void *ctx);

/* ---- when; pure ---- */

struct checkpoint_pace {
	bool none;          /* nothing is on disk yet: the next start would fold everything */
	uint64_t updates;   /* folded since the last one */
	bool changed;       /* the view stands at another entry than the last one */
	int64_t changed_ms; /* since when; all times are clock_transport's */
	int64_t ended_ms;   /* when the last try ended; 0 = none yet */
	int64_t took_ms;    /* how long it took */
	bool failed;        /* it did not succeed */
};
/* Milliseconds until one is due: 0 = now, -1 = nothing to write. */
int64_t checkpoint_due(const struct checkpoint_pace *pace, int64_t now);

#endif
