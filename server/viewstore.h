// SPDX-License-Identifier: Apache-2.0
/*
 * viewstore: the tables of view/ (LMDB), and their checksums. A record is one state of the view: head, catalogue rows,
 * roster, small tables, the packed cells of every unit that has any. Format 3, numbers big-endian:
 *
 *   state      "state"     -> format u32, fold version u32, head (view_head_pack), rows u32, hash of the rows,
 *                             hash of the roster, of the small tables, units u32, hash of the units, rows u64 of each table
 *                             of rows.h, checksum of all that
 *   catalogue  place u32   -> encoded CatalogueRow, in canonical order from 0
 *   roster     "roster"    -> roster_pack
 *              "small"     -> view_small_pack
 *   units      number u32  -> checksum of what follows, view_unit_pack
 *
 * and the tables of rows.h: key -> the first 8 bytes of BLAKE2b-256(size of the key u32 | key | value), value. They are only
 * ever added to, so they are counted, and looked at when they are read.
 *
 * hash of the rows = BLAKE2b-256(size u32 | row, ...), hash of the units = BLAKE2b-256(checksum, ...), both in the order
 * of the keys: nothing can be missing, old or changed unseen.
 *
 * Never: knows the view, logs, holds anything but the environment. Damage to LMDB's own pages ends a process inside
 * LMDB: viewstore_probe lets a child meet it. Failure: negative errno and a sentence; inside a write it sticks until
 * the commit (kv.h).
 */
#ifndef TIENDO_SERVER_VIEWSTORE_H
#define TIENDO_SERVER_VIEWSTORE_H

#include "common/sys/kv.h"
#include "server/view.h"

enum { VIEWSTORE_FORMAT = 3, VIEWSTORE_CHECK = 8, VIEWSTORE_PROBE_MS = 120000, VIEWSTORE_SPARE = 8 * 1024 * 1024 };

struct viewstore;

/* Made when missing. */
int viewstore_open(struct viewstore **out, const char *dir, struct sys_error *error);
void viewstore_close(struct viewstore *s); /* NULL is fine */

bool viewstore_there(const char *dir);
/* Moves DIR to DIR.old, in place of an earlier one; -ENOENT: there is none. Not while it is open. */
int viewstore_set_aside(const char *dir, struct sys_error *error);
int viewstore_remove(const char *dir, struct sys_error *error); /* none is fine */

/* ---- reading ---- */

/*
 * What is read, in this order, each verified before it is given; NULL members are not called. Return non-zero (a
 * negative errno, and the sentence in `error`) to stop. Bytes live until the next call.
 */
struct viewstore_sink {
	int (*head)(void *ctx, const struct view_head *head, struct sys_error *error);
	int (*row)(void *ctx, struct bytes row, struct sys_error *error);
	int (*roster)(void *ctx, struct bytes roster, struct sys_error *error); /* there are no more rows */
	int (*small)(void *ctx, struct bytes packed, struct sys_error *error);
	int (*unit)(void *ctx, struct bytes packed, struct sys_error *error);
	void *ctx;
};
/* -ENOENT: holds no state. -EPROTO: another format or fold version. -EUCLEAN: damaged. What the sink was given counts
 * only when it is 0. */
int viewstore_read(struct viewstore *s, const struct viewstore_sink *sink, struct sys_error *error);

/* Any thread: a read transaction of its own. False = one that was met is damaged, or they cannot be read. */
bool viewstore_rows(struct viewstore *s, enum row_table table, const struct kv_range *range,
		    bool (*fn)(void *ctx, struct bytes key, struct bytes value), void *ctx);

/*
 * Opens DIR in a child process, reads everything, and tries the pages that the next write would take (nothing is
 * written): what would end the process ends the child. 0 = it may be opened. Call it before there are threads.
 */
int viewstore_probe(const char *dir, struct sys_error *error);

/* ---- writing: one transaction ---- */

void viewstore_begin(struct viewstore *s);
void viewstore_clear(struct viewstore *s); /* of everything: the whole state follows */
void viewstore_row(struct viewstore *s, uint32_t place, struct bytes row);
void viewstore_roster(struct viewstore *s, struct bytes packed);
void viewstore_small(struct viewstore *s, struct bytes packed);
void viewstore_put(struct viewstore *s, enum row_table table, struct bytes key, struct bytes value);
void viewstore_unit(struct viewstore *s, struct bytes packed);
/* Would `bytes` more leave the journal beside it VIEWSTORE_SPARE of the disk? -ENOSPC. Nothing is on disk before the
 * commit. */
int viewstore_room(const char *dir, uint64_t bytes, struct sys_error *error);
/* KV_UNKNOWN: close it, and set it aside. */
enum kv_outcome viewstore_commit(struct viewstore *s, const struct view_head *head, struct sys_error *error);
void viewstore_abort(struct viewstore *s);

#endif
