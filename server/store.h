// SPDX-License-Identifier: Apache-2.0
/*
 * store: the directory of one centre, and what is in it.
 *
 *   tiendo.conf       the settings (conf.h)
 *   keys/server.key   CURVE key pair of the centre, 0600
 *   keys/receipt.key  secret of the receipts' MACs, 0600; outside the journal on purpose
 *   journal/          the truth (LMDB)
 *   view/             the checkpoint (LMDB); may be thrown away
 *   INIT              only while it is being made; until it is gone this is no store
 *   LOCK              held by the one process that writes
 *   MARK              only in a backup copy: `run` begins a new incarnation when it finds it
 *   admin.sock        commands to the running server, 0600
 *   endpoints         where the running server listens (for port 0)
 *
 * Never: logs, folds. Failure: negative errno and a sentence that says what to do.
 */
#ifndef TIENDO_SERVER_STORE_H
#define TIENDO_SERVER_STORE_H

#include "common/sys/conf.h"
#include "common/sys/keys.h"

struct store_conf {
	char address[CONF_TEXT_MAX]; /* where ingest, feed and query listen */
	int64_t port_ingest, port_feed, port_query, port_health;
	char clock[CONF_TEXT_MAX]; /* real | file:PATH */
	char log[CONF_TEXT_MAX];
};

enum { STORE_DIR_MAX = 960, STORE_PATH_MAX = 1024, STORE_OPTIONS = 7 };

struct store {
	char dir[STORE_DIR_MAX];
	struct store_conf conf;
	int lock; /* -1 = not held */
	struct keys_pair key;
	uint8_t receipt_key[KEYS_SIZE];
};

/* `name` below DIR; `out` is returned. */
char *store_path(const struct store *s, const char *name, char out[static STORE_PATH_MAX]);
/* The table of tiendo.conf's options, each pointing into `conf`. */
void store_options(struct store_conf *conf, struct conf_option out[static STORE_OPTIONS]);

/* Makes DIR with settings and keys, and takes its LOCK; -EEXIST when there is a store already.
 * s->dir and s->conf are set by the caller. What was cut short is made anew; until store_made it
 * is no store. */
int store_make(struct store *s, struct sys_error *error);
/* The first entry is there: from now on it is one. */
int store_made(const struct store *s, struct sys_error *error);
/* Reads the settings. -ENOENT: no store there. */
int store_load(struct store *s, const char *dir, struct sys_error *error);
int store_keys(struct store *s, struct sys_error *error);
/* Is the directory its own user's? What another one, root above all, would leave in it, the server could not open. */
int store_ours(const struct store *s, struct sys_error *error);
/* -EWOULDBLOCK: somebody else writes; -EPERM: not ours (store_ours). */
int store_lock(struct store *s, struct sys_error *error);
void store_close(struct store *s); /* gives the lock back, wipes the keys */

/* 1 or 0; negative: it cannot be known, and to take a backup for the store itself would give out its receipts
 * twice. */
int store_marked(const struct store *s, struct sys_error *error);
int store_mark(const char *dir, const char *text, struct sys_error *error);
int store_unmark(const struct store *s, struct sys_error *error);

#endif
