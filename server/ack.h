// SPDX-License-Identifier: Apache-2.0
/*
 * ack: the bytes of an Ack. One is written for every push, with a receipt for each of its updates,
 * so what is taken is written out by hand; the bytes are those the library would write but for the
 * order of two fields, which is free. Pure; failure is the buffer's.
 */
#ifndef TIENDO_SERVER_ACK_H
#define TIENDO_SERVER_ACK_H

#include "server/core.h"

/* Appends it to `out`. `scratch` is the caller's, so that nothing is allocated each time. */
void ack_put(const struct core_answer *a, uint64_t session, struct buffer *scratch,
	     struct buffer *out);

#endif
