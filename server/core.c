// SPDX-License-Identifier: Apache-2.0
#include "server/core.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#include "server/core_inside.h"

/* ---- opening ---- */

struct codec_arena *core_recall_arena(struct core *c, size_t size)
{
	if (c->recall.size < size) {
		codec_arena_free(&c->recall);
		c->recall = codec_arena_new(size);
	}
	codec_arena_reset(&c->recall);
	return &c->recall;
}

int core_fold(struct core *c, struct entry *e, struct sys_error *error)
{
	viewlock_write(&c->lock);
	enum fold_result r = fold(c->view, e, &c->change);
	viewlock_write_end(&c->lock);
	if (r == FOLD_OK)
		return 0;
	return sys_fail(error, r == FOLD_MEMORY ? -ENOMEM : r == FOLD_UNKNOWN ? -EPROTO : -EUCLEAN,
			"entry %llu cannot be folded: %s", (unsigned long long)e->number,
			fold_says(r));
}

static int check_genesis(struct core *c, const struct core_options *options,
			 struct sys_error *error)
{
	const struct view_head *h = &c->view->head;

	if (!h->entry)
		return sys_fail(error, -EUCLEAN,
				"the journal in %s is empty: its making was interrupted; remove it "
				"and run `tiendo-server init` again",
				c->store->dir);
	if (memcmp(h->store, journal_store(c->journal), sizeof h->store))
		return sys_fail(
			error, -EUCLEAN,
			"the journal in %s belongs to another store: restore it from a backup",
			c->store->dir);
	if (options->any_clock || h->simulated == clock_simulated(c->clock))
		return 0;
	return h->simulated ? sys_fail(error, -EINVAL,
				       "this store was made with a simulated clock: set `clock = "
				       "file:PATH` in tiendo.conf")
			    : sys_fail(error, -EINVAL,
				       "this store runs on real time and refuses `clock = %s`: set "
				       "`clock = real`",
				       c->store->conf.clock);
}

static int open_parts(struct core *c, const struct core_options *options, struct sys_error *error)
{
	const struct journal_options journal = {.read_only = options->read_only};
	char path[STORE_PATH_MAX];

	c->clock = clock_open(options->any_clock ? "real" : c->store->conf.clock, error);
	if (!c->clock)
		return -EINVAL;
	int rc = journal_open(&c->journal, store_path(c->store, "journal", path), &journal, error);
	if (!rc) {
		if (error)
			c->place = *error; /* of a good open: a doubt, or "" */
		rc = core_open_view(c, options, error);
	}
	return rc ? rc : check_genesis(c, options, error);
}

int core_open(struct core **out, const struct store *store, const struct core_options *options,
	      struct sys_error *error)
{
	struct core *c = base_alloc(sizeof *c);

	c->store = store;
	c->accept = options->accept_clock;
	c->arena = codec_arena_new(CORE_GROUP_MEMORY);
	if (!viewlock_init(&c->lock)) {
		codec_arena_free(&c->arena);
		free(c);
		return sys_fail(error, -ENOMEM, "no memory to open the store");
	}
	int rc = open_parts(c, options, error);
	if (rc) {
		core_close(c);
		return rc;
	}
	c->now = c->view->head.received;
	*out = c;
	return 0;
}

void core_close(struct core *c)
{
	if (!c)
		return;
	checkpoint_free(c->checkpoint);
	journal_close(c->journal);
	clock_close(c->clock);
	view_free(c->view);
	change_free(&c->change);
	viewlock_destroy(&c->lock);
	codec_arena_free(&c->arena);
	codec_arena_free(&c->recall);
	overlay_free(&c->overlay);
	free(c);
}

int core_genesis(const struct store *store, const struct entry_genesis *facts, struct instant now,
		 struct sys_error *error)
{
	const struct journal_options options = {.create = true, .store = facts->store};
	struct entry e = {.kind = ENTRY_GENESIS,
			  .received = now,
			  .rules_version = RULES_VERSION,
			  .genesis = *facts};
	char path[STORE_PATH_MAX];
	struct journal *j;
	int rc = journal_open(&j, store_path(store, "journal", path), &options, error);

	if (rc)
		return rc;
	journal_append(j, &e);
	rc = journal_commit(j, error) == KV_OK ? 0 : -EIO;
	journal_close(j);
	return rc;
}

/* ---- looking ---- */

const struct view *core_view(const struct core *c)
{
	return c->view;
}

struct viewlock *core_lock(struct core *c)
{
	return &c->lock;
}

struct journal *core_journal(struct core *c)
{
	return c->journal;
}

struct clock *core_clock(struct core *c)
{
	return c->clock;
}

const uint8_t *core_public_key(const struct core *c)
{
	return c->store->key.public_key;
}

struct change *core_change(struct core *c)
{
	return &c->change;
}

static void digest_more(void *ctx, const uint8_t *bytes, size_t n)
{
	hasher_add(ctx, bytes_of(bytes, n));
}

bool core_digest(const struct core *c, uint8_t out[static HASH_SIZE])
{
	struct hasher h;

	hasher_start(&h);
	bool good = view_bytes(c->view, digest_more, &h);
	hasher_end(&h, out);
	return good;
}

uint32_t core_rules(const struct core *c)
{
	return c->view->head.rules_version ? c->view->head.rules_version : RULES_VERSION;
}

bool core_locked(const struct core *c)
{
	return c->view->head.locked;
}

struct codec_arena *core_arena(struct core *c)
{
	return &c->arena;
}

bool core_full(const struct core *c)
{
	return c->group_n == CORE_GROUP_ENTRIES ||
	       c->arena.size - c->arena.used < CORE_FRAME_ROOM + CORE_OFFER_ROOM;
}

bool core_grouping(const struct core *c)
{
	return c->group_n != 0;
}

struct instant core_now(const struct core *c)
{
	return c->now;
}

/* ---- the group ---- */

static void empty_group(struct core *c)
{
	c->group_n = 0;
	overlay_clear(&c->overlay);
	codec_arena_reset(&c->arena);
}

enum core_result core_commit(struct core *c, struct sys_error *error)
{
	enum core_result result = CORE_OK;

	if (!c->group_n) { /* answered from what is stored: nothing to make durable */
		journal_abort(c->journal);
		codec_arena_reset(&c->arena);
		return CORE_OK;
	}
	switch (journal_commit(c->journal, error)) {
	case KV_OK:
		break;
	case KV_REFUSED:
		empty_group(c);
		return CORE_REFUSED;
	case KV_UNKNOWN:
		return CORE_FATAL;
	}
	for (size_t i = 0; result == CORE_OK && i < c->group_n; i++) {
		if (c->checkpoint && c->group[i]->kind == ENTRY_BATCH)
			checkpoint_count(c->checkpoint, c->group[i]->batch.taken_n);
		result = core_fold(c, c->group[i], error) ? CORE_FATAL : CORE_OK;
	}
	empty_group(c);
	return result;
}

enum core_result core_probe(struct core *c, struct sys_error *error)
{
	assert(!core_grouping(c));
	journal_abort(c->journal);
	enum kv_outcome outcome = journal_probe(c->journal, error);
	return outcome == KV_OK ? CORE_OK : outcome == KV_REFUSED ? CORE_REFUSED : CORE_FATAL;
}
