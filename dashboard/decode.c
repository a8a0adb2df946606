// SPDX-License-Identifier: Apache-2.0
#include "dashboard/decode.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/sys/base.h"

bool decode_generation(const Tiendo__V1__Generation *m, struct mirror_generation *out)
{
	if (!m || m->incarnation.len != MIRROR_INCARNATION)
		return false;
	memcpy(out->incarnation, m->incarnation.data, MIRROR_INCARNATION);
	out->fold_version = m->fold_version;
	out->entry = m->structural_entry;
	return true;
}

static bool decode_rollups(Tiendo__V1__Rollup *const *list, size_t n, struct decoded *out)
{
	if (n > out->size) {
		out->size = n * 2;
		out->rollups = base_grow(out->rollups, out->size, sizeof(*out->rollups));
	}
	for (size_t i = 0; i < n; i++)
		if (!codec_rollup_read(list[i], &out->rollups[i].item, &out->rollups[i].rollup))
			return false;
	out->grain.rollups = out->rollups;
	out->grain.n = n;
	return true;
}

bool decode_delta(const Tiendo__V1__UnitDelta *m, struct decoded *out)
{
	out->grain = (struct mirror_grain){.path = m->path,
					   .plan = m->plan,
					   .version = m->version,
					   .previous = m->previous_version};
	return m->version && decode_rollups(m->rollups, m->n_rollups, out);
}

bool decode_grain(const Tiendo__V1__Grain *m, struct decoded *out)
{
	out->grain = (struct mirror_grain){.path = m->path, .plan = m->plan, .version = m->version};
	return m->version && decode_rollups(m->rollups, m->n_rollups, out);
}

char *decode_receipt(const Tiendo__V1__ReceiptRef *m, char out[static RECEIPT_TEXT])
{
	char hex[9] = "????????";

	out[0] = '\0';
	if (!m)
		return out;
	if (m->incarnation.len == MIRROR_INCARNATION)
		hex_encode(hex, m->incarnation.data, 4);
	snprintf(out, RECEIPT_TEXT, "%s-%" PRIu64 "-%" PRIu32, hex, m->entry, m->index);
	return out;
}

void decoded_free(struct decoded *d)
{
	free(d->rollups);
	*d = (struct decoded){0};
}
