// SPDX-License-Identifier: Apache-2.0
/*
 * decode: messages of the wire as the mirror's words. A `struct decoded` is scratch for one grain
 * at a time; its text lives in the message. False = not what the protocol says; the message is to
 * be dropped.
 */
#ifndef TIENDO_DASHBOARD_DECODE_H
#define TIENDO_DASHBOARD_DECODE_H

#include "common/sys/codec.h"
#include "dashboard/mirror.h"
#include "dashboard/report.h"

struct decoded {
	struct mirror_grain grain;
	struct mirror_rollup *rollups;
	size_t size;
};

bool decode_generation(const Tiendo__V1__Generation *m, struct mirror_generation *out);
bool decode_delta(const Tiendo__V1__UnitDelta *m, struct decoded *out);
bool decode_grain(const Tiendo__V1__Grain *m, struct decoded *out);
/* "1f0c2d3e-42-1"; "" for none. Returns out. */
char *decode_receipt(const Tiendo__V1__ReceiptRef *m, char out[static RECEIPT_TEXT]);
void decoded_free(struct decoded *d);

#endif
