// SPDX-License-Identifier: Apache-2.0
/*
 * atlas: the catalogue as the centre gave it, page by page, and what it was of: what the numbers on
 * the feed mean. Rows come in an order that can be built from.
 *
 * Failure: false and a sentence; the atlas is then as it was before the call, but for what
 * atlas_begin threw away.
 */
#ifndef TIENDO_DASHBOARD_ATLAS_H
#define TIENDO_DASHBOARD_ATLAS_H

#include "common/domain/catalogue.h"
#include "common/sys/base.h"
#include "common/sys/codec.h"

/* {0} is empty. */
struct atlas {
	struct catalogue *catalogue; /* NULL until a whole one has come */
	struct builder *builder;
	struct codec_arena arena;
	char scope[CODE_MAX + 1]; /* code of the asker's own unit; "" = none */
};

void atlas_begin(struct atlas *a);
/* One page of rows. */
bool atlas_page(struct atlas *a, const Tiendo__V1__CataloguePage *page, struct sys_error *error);
/* The last page has come: builds. */
bool atlas_end(struct atlas *a, struct sys_error *error);
void atlas_free(struct atlas *a);

/* A place a figure can stand at: "412" or "G/PILOT". */
struct place {
	bool is_group;
	uint32_t index;
	const char *path, *code, *name; /* live in the catalogue; a group's code has no "G/" */
};
bool atlas_place(const struct atlas *a, const char *code, struct date today, struct place *out);
/* Has the item's plan a row for the place? */
bool atlas_has(const struct atlas *a, const struct place *p, uint32_t item);

#endif
