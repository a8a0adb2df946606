// SPDX-License-Identifier: Apache-2.0
/* mailbox_inside: what mailbox and mailpack share; nobody else includes it. */
#ifndef TIENDO_SERVER_MAILBOX_INSIDE_H
#define TIENDO_SERVER_MAILBOX_INSIDE_H

#include "server/mailbox.h"

struct box {
	struct notice *list; /* ascending (entry, place) */
	uint32_t n, size;
	uint64_t newest;     /* of all that ever came, letters too */
	uint64_t forgotten;  /* the highest entry of what was forgotten or replaced */
};

struct mailbox {
	struct box *boxes; /* by number of the unit: numbers are given from 1 without holes */
	uint32_t boxes_n;
	struct letter *letters; /* ascending entry */
	size_t letters_n, letters_size;
};

/* The box of a unit, made when it is not there yet; NULL = no memory. */
struct box *mailbox_box(struct mailbox *m, uint32_t unit);

#endif
