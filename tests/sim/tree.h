// SPDX-License-Identifier: Apache-2.0
/*
 * tree: an ordered map of bytes that can be kept as it was. A pointer to a root is one state of the
 * map: tree_keep makes it last, changes to another root leave it alone (a treap with reference
 * counts; what two roots share is copied before it changes). A crash drops a root, a backup keeps
 * one, a clone has the same one.
 */
#ifndef TIENDO_TESTS_SIM_TREE_H
#define TIENDO_TESTS_SIM_TREE_H

#include "common/sys/base.h"

struct tree; /* NULL = empty */

struct tree *tree_keep(struct tree *t); /* one more root */
void tree_drop(struct tree *t);

/* The value lives as long as a root that holds it. False: not there. */
bool tree_get(const struct tree *t, struct bytes key, struct bytes *value);
/* Room for a value of `size`, to be filled at once; replaces one that is there. */
uint8_t *tree_put(struct tree **t, struct bytes key, size_t size);
bool tree_delete(struct tree **t, struct bytes key);
/* The first at or behind `key` (behind: only with `past`); the last before it, or of all (key empty). */
bool tree_from(const struct tree *t, struct bytes key, bool past, struct bytes *k, struct bytes *v);
bool tree_before(const struct tree *t, struct bytes key, struct bytes *k, struct bytes *v);
uint64_t tree_count(const struct tree *t);

#endif
