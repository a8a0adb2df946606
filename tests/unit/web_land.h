// SPDX-License-Identifier: Apache-2.0
/*
 * web_land: a small country as the gateway sees it, without a centre: a catalogue, a mirror that holds what a test puts into it.
 * Everything asserts.
 *
 *   units    VN > 40 (> 412 > 16702, 16703; 413; 414 closed), 38        group DIEM: 412 with what is below, 413
 *   items    KH (plan of 40) > KH.G > KH.T task (lead 412); KH.R ratio (communes), KH.C count (districts)
 */
#ifndef TIENDO_TESTS_UNIT_WEB_LAND_H
#define TIENDO_TESTS_UNIT_WEB_LAND_H

#include "dashboard/web_tally.h"

struct web_land {
	struct atlas atlas;
	struct mirror *mirror;
	struct mirror_generation g;
	struct web_tally *tally;
	uint64_t version, picture;
};

void web_land_open(struct web_land *l);
void web_land_close(struct web_land *l);
struct web_view web_land_view(const struct web_land *l);
struct place web_land_place(const struct web_land *l, const char *code);
uint32_t web_land_index(const struct web_land *l, const char *item);
uint32_t web_land_number(const struct web_land *l, const char *item);
/* A grain of the next version of plan KH; it lives until the next call. */
struct mirror_grain web_land_grain(struct web_land *l, const char *path, const struct mirror_rollup *r, size_t n);
void web_land_page(struct web_land *l, const struct mirror_grain *grain);
/* A ratio of KH.R that so many of so many communes have reported. */
struct mirror_rollup web_land_ratio(const struct web_land *l, int64_t numerator, int64_t denominator, uint32_t reported, uint32_t expected);

#endif
