// SPDX-License-Identifier: Apache-2.0
/*
 * cursor: where the next page begins, as opaque bytes in the client's hands. Nothing in it is
 * believed beyond where to read on: scope is judged anew for each page, places are bounds-checked
 * by whoever uses them.
 */
#ifndef TIENDO_SERVER_CURSOR_H
#define TIENDO_SERVER_CURSOR_H

#include "common/sys/codec.h"
#include "server/view.h"

enum { CURSOR_SIZE = 70 };

struct cursor {
	uint8_t question; /* a cursor of one kind of question fits no other */
	struct generation generation;
	uint64_t as_of;   /* of page one */
	uint64_t a, b, c; /* what they mean is the question's */
	uint64_t asked;   /* cursor_asked of the question: a page of another one is no page of this */
};

/* What the question asks, without its id and cursor, as a number. Leaves it as it was. */
uint64_t cursor_asked(Tiendo__V1__Query *m, ProtobufCBinaryData *cursor);
void cursor_write(const struct cursor *c, uint8_t out[static CURSOR_SIZE]);
/* False = not a cursor of ours for this question. */
bool cursor_read(struct cursor *c, const ProtobufCBinaryData *in, uint8_t question);

#endif
