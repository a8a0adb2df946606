// SPDX-License-Identifier: Apache-2.0
/* core_inside: what the files of the core share; nobody else includes it. */
#ifndef TIENDO_SERVER_CORE_INSIDE_H
#define TIENDO_SERVER_CORE_INSIDE_H

#include "server/admission.h"
#include "server/checkpoint.h"
#include "server/core.h"

struct core {
	const struct store *store;
	struct journal *journal;
	struct view *view;
	struct checkpoint *checkpoint; /* NULL = read only: nothing is kept */
	struct core_start start;
	struct sys_error place;
	struct viewlock lock;
	struct clock *clock;
	struct change change;
	struct codec_arena arena;  /* of the group */
	struct codec_arena recall; /* one stored entry at a time */
	struct entry *group[CORE_GROUP_ENTRIES];
	size_t group_n;
	struct overlay overlay;
	struct instant now; /* what the group is stamped with */
	bool accept;
	bool discard; /* view/ is of no use: goes before anything is written */
};

/* The view at the journal's head, from the checkpoint or from the first entry, proven to be the sum
 * of its cells. */
int core_open_view(struct core *c, const struct core_options *options, struct sys_error *error);
/* Folds one committed entry; a catalogue is taken over. */
int core_fold(struct core *c, struct entry *e, struct sys_error *error);
/* May the principal begin one more epoch now? Errors stick to `t`. */
bool core_epoch_allowed(struct core *c, struct kv_txn *t, uint32_t principal);
/* Arena for one stored entry of that size, emptied. */
struct codec_arena *core_recall_arena(struct core *c, size_t size);

#endif
