// SPDX-License-Identifier: Apache-2.0
/*
 * letters: how a notice of the centre looks to a clerk, and as JSON. Never: reads the spool, queues
 * anything.
 */
#ifndef TIENDO_AGENT_LETTERS_H
#define TIENDO_AGENT_LETTERS_H

#include "agent/desk.h"

struct letter {
	const struct spool_notice *notice;
	const Tiendo__V1__NoticeRow *row;
	const struct item *item; /* in the slice; NULL = none, or not there */
};

/* "57 · Chỉ đạo · 10/05/2024 08:12 · ..." and its text below. */
void letters_text(struct desk *d, const struct letter *l);
void letters_json(struct desk *d, const struct letter *l);
/* "directive"; "" for a kind this build does not know. */
const char *letters_kind(uint32_t kind);

#endif
