// SPDX-License-Identifier: Apache-2.0
#include "dashboard/atlas.h"

#include <errno.h>
#include <stdio.h>

enum { ROW_ARENA = 64 * 1024 };

void atlas_begin(struct atlas *a)
{
	builder_free(a->builder);
	a->builder = builder_new();
	if (!a->arena.base)
		a->arena = codec_arena_new(ROW_ARENA);
}

bool atlas_page(struct atlas *a, const Tiendo__V1__CataloguePage *page, struct sys_error *error)
{
	for (size_t i = 0; i < page->n_rows; i++) {
		struct catalogue_row row;
		codec_arena_reset(&a->arena);
		if (!codec_row_decode(page->rows[i].data, page->rows[i].len, &a->arena, &row)) {
			sys_fail(error, -EBADMSG,
				 "the centre's catalogue holds a row this version does not know");
			return false;
		}
		if (!a->builder || !builder_add(a->builder, &row, "", 0)) {
			sys_fail(error, -ENOMEM, "out of memory for the catalogue");
			return false;
		}
	}
	if (*page->scope)
		snprintf(a->scope, sizeof(a->scope), "%s", page->scope);
	return true;
}

bool atlas_end(struct atlas *a, struct sys_error *error)
{
	struct faults faults = {0};
	struct catalogue *c = catalogue_build(a->builder, true, &faults);

	if (!c)
		sys_fail(error, -EBADMSG,
			 "the centre's catalogue cannot be built here (%zu faults)", faults.errors);
	faults_free(&faults);
	builder_free(a->builder);
	a->builder = NULL;
	if (!c)
		return false;
	catalogue_free(a->catalogue);
	a->catalogue = c;
	return true;
}

void atlas_free(struct atlas *a)
{
	builder_free(a->builder);
	catalogue_free(a->catalogue);
	codec_arena_free(&a->arena);
	*a = (struct atlas){0};
}

bool atlas_place(const struct atlas *a, const char *code, struct date today, struct place *out)
{
	out->is_group = strncmp(code, "G/", 2) == 0;
	if (out->is_group) {
		out->index = catalogue_group_by_code(a->catalogue, code + 2);
		if (out->index == NO_INDEX)
			return false;
		const struct group *g = catalogue_group(a->catalogue, out->index);
		out->path = g->path;
		out->code = g->code;
		out->name = g->name;
		return true;
	}
	out->index = catalogue_unit_by_code(a->catalogue, code, today);
	if (out->index == NO_INDEX)
		return false;
	const struct unit *u = catalogue_unit(a->catalogue, out->index);
	out->path = u->path;
	out->code = u->row.code;
	out->name = u->row.name;
	return true;
}

bool atlas_has(const struct atlas *a, const struct place *p, uint32_t item)
{
	uint32_t plan = catalogue_plan_of_item(a->catalogue, item);
	uint32_t row = p->is_group ? plan_row_of_group(a->catalogue, plan, p->index)
				   : plan_row_of_unit(a->catalogue, plan, p->index);

	return row != NO_INDEX;
}
