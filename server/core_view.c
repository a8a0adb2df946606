// SPDX-License-Identifier: Apache-2.0
/* How the core comes to its view, and how it is kept. */
#include <errno.h>

#include "server/core_inside.h"

enum { SLICE = 1000 }; /* entries in one transaction: another process may be writing the journal */
enum { ROWS_KEPT_MAX = 64 * 1024 * 1024 };

/*
 * What the fold emits is written before it fills the memory: ten years of a country's frozen periods. A core that keeps
 * nothing forgets it. A rebuild has no use for what view/ held before it.
 */
static int keep_rows(struct core *c, struct sys_error *error)
{
	char path[STORE_PATH_MAX];
	int rc = 0;

	if (!c->checkpoint)
		rows_free(&c->view->rows);
	if (rows_bytes(&c->view->rows) < ROWS_KEPT_MAX)
		return 0;
	if (c->discard)
		rc = checkpoint_discard(store_path(c->store, "view", path), error);
	c->discard = false;
	return rc ? rc : core_checkpoint(c, error);
}

static int fold_entry(struct core *c, struct kv_txn *t, uint64_t number, struct sys_error *error)
{
	struct codec_arena *arena =
		core_recall_arena(c, journal_read_size(c->journal, t, number));
	struct entry e;
	int rc = journal_read(c->journal, t, number, true, arena, &e, error);

	if (!rc)
		rc = core_fold(c, &e, error);
	if (!rc)
		rc = keep_rows(c, error);
	change_clear(&c->change);
	return rc;
}

/* Up to SLICE entries behind the view's place; `head` = 0 becomes the journal's. */
static int fold_slice(struct core *c, uint64_t *head, struct sys_error *error)
{
	struct kv_txn *t = kv_read(journal_kv(c->journal));
	uint64_t first = c->view->head.entry + 1;

	if (!*head)
		*head = journal_head_in(c->journal, t).entry;
	int rc = kv_error(t);
	if (rc)
		sys_fail(error, rc, "%s", kv_error_text(t));
	for (uint64_t n = first; !rc && n <= *head && n < first + SLICE; n++)
		rc = fold_entry(c, t, n, error);
	kv_end(&t);
	return rc;
}

/* Folds what the journal holds behind the view's place, up to the head that was seen first. */
static int fold_tail(struct core *c, struct sys_error *error)
{
	uint64_t head = 0;
	int rc = 0;

	do
		rc = fold_slice(c, &head, error);
	while (!rc && c->view->head.entry < head);
	return rc;
}

static int check_rollups(struct core *c, struct sys_error *error)
{
	struct view_fault fault = {0};

	if (view_check(c->view, &fault))
		return 0;
	if (fault.memory)
		return sys_fail(error, -ENOMEM, "no memory to check the figures");
	return sys_fail(error, -EUCLEAN,
			"the running sums differ from a recomputation (plan %u, row %u, column %u): please report this",
			fault.plan, fault.row, fault.column);
}

static bool in_journal(void *ctx, const struct view_head *head)
{
	struct core *c = ctx;
	uint8_t hash[HASH_SIZE];
	struct kv_txn *t = kv_read(journal_kv(c->journal));
	bool found = journal_hash(c->journal, t, head->entry, hash);

	kv_end(&t);
	return found && !memcmp(hash, head->hash, sizeof hash);
}

static int fold_and_check(struct core *c, struct sys_error *error)
{
	int64_t began = clock_transport();
	uint64_t from = c->view->head.entry;
	int rc = fold_tail(c, error);

	c->start.folded = c->view->head.entry - from;
	c->start.fold_ms = clock_transport() - began;
	began = clock_transport();
	if (!rc)
		rc = check_rollups(c, error);
	c->start.check_ms = clock_transport() - began;
	return rc;
}

/*
 * True = the view stands at the journal's head, or *rc says that only a newer build can bring it there: then the
 * checkpoint is left to that one. False leaves no view.
 */
static bool from_checkpoint(struct core *c, int *rc, struct sys_error *error)
{
	struct sys_error why;
	int64_t began = clock_transport();

	c->view = checkpoint_load(c->checkpoint, in_journal, c, &c->start.reason);
	c->start.load_ms = clock_transport() - began;
	if (!c->view)
		return false;
	c->start.from = c->view->head.entry;
	*rc = fold_and_check(c, &why);
	if (*rc == -EPROTO && error)
		*error = why;
	if (!*rc || *rc == -EPROTO)
		return true;
	/* whole, and yet not of these entries: what the journal alone says decides */
	checkpoint_reject(c->checkpoint);
	view_free(c->view);
	c->view = NULL;
	c->start = (struct core_start){.reason = why};
	return false;
}

static void start_keeping(struct core *c, const struct core_options *options)
{
	char path[STORE_PATH_MAX];
	const struct checkpoint_options keep = {.dir = store_path(c->store, "view", path), .lock = &c->lock};

	if (!options->read_only)
		c->checkpoint = checkpoint_new(&keep);
}

int core_open_view(struct core *c, const struct core_options *options, struct sys_error *error)
{
	char path[STORE_PATH_MAX];
	int rc = 0;

	start_keeping(c, options);
	if (c->checkpoint && !options->ignore_checkpoint && from_checkpoint(c, &rc, error))
		return rc;
	c->view = view_new();
	if (!c->view)
		return sys_fail(error, -ENOMEM, "no memory for the figures");
	if (c->checkpoint)
		checkpoint_attach(c->checkpoint, c->view);
	c->discard = options->ignore_checkpoint;
	rc = fold_and_check(c, error);
	if (!rc && c->discard) /* not before: a journal that cannot be folded keeps what it has */
		rc = checkpoint_discard(store_path(c->store, "view", path), error);
	return rc;
}

struct core_start core_start(const struct core *c)
{
	struct core_start start = c->start;

	start.place = c->place;
	return start;
}

struct checkpoint *core_keeper(struct core *c)
{
	return c->checkpoint;
}

int core_checkpoint(struct core *c, struct sys_error *error)
{
	struct checkpoint_report report;

	if (!c->checkpoint || checkpoint_write(c->checkpoint, &report) != CHECKPOINT_LATER)
		return 0;
	return sys_fail(error, -EIO, "the checkpoint cannot be written: %s", report.error.text);
}
