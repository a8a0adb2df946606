// SPDX-License-Identifier: Apache-2.0
#include "agent/slice.h"

#include "common/domain/says.h"

#include <errno.h>
#include <stdlib.h>

enum { ROW_ARENA = 64 * 1024 };

static void tell(const struct faults *faults, struct sys_error *error)
{
	const struct fault *f = NULL;

	for (size_t i = 0; i < faults->n && !f; i++)
		if (fault_is_error(faults->list[i].kind))
			f = &faults->list[i];
	if (f)
		sys_fail(error, -EINVAL, "the catalogue sent by the centre has a fault: %s (%s %s)",
			 fault_name(f->kind), f->field, f->value);
	else
		sys_fail(error, -ENOMEM, "no memory for the catalogue");
}

struct catalogue *slice_build(const struct bytes *rows, size_t n, struct sys_error *error)
{
	struct builder *b = builder_new();
	struct codec_arena arena = codec_arena_new(ROW_ARENA);
	struct faults faults = {0};
	struct catalogue *c = NULL;
	bool good = b && arena.base;

	for (size_t i = 0; good && i < n; i++) {
		struct catalogue_row row;

		codec_arena_reset(&arena);
		good = codec_row_decode(rows[i].data, rows[i].size, &arena, &row) &&
		       builder_add(b, &row, "", 0);
		if (!good)
			sys_fail(error, -EINVAL, "row %zu of the catalogue cannot be read", i + 1);
	}
	if (good && !(c = catalogue_build(b, true, &faults)))
		tell(&faults, error);
	faults_free(&faults);
	codec_arena_free(&arena);
	builder_free(b);
	return c;
}

struct rows {
	struct buffer bytes;
	size_t *sizes, n, room;
};

static bool add_row(void *data, struct bytes row)
{
	struct rows *r = data;

	if (r->n == r->room) {
		r->room = r->room ? r->room * 2 : 64;
		r->sizes = base_grow(r->sizes, r->room, sizeof *r->sizes);
	}
	r->sizes[r->n++] = row.size;
	buffer_put_bytes(&r->bytes, row);
	return !r->bytes.failed;
}

struct catalogue *slice_load(struct spool *s, struct spool_shelf_head *head,
			     struct sys_error *error)
{
	struct rows r = {0};
	struct catalogue *c = NULL;

	error->text[0] = '\0';
	int code = spool_shelf_head(s, SPOOL_SLICE, head, error);

	if (!code && head->entry)
		code = spool_rows(s, SPOOL_SLICE, add_row, &r, error);
	if (!code && r.n) {
		struct bytes *rows = base_alloc(r.n * sizeof *rows);
		size_t at = 0;

		for (size_t i = 0; i < r.n; at += r.sizes[i++])
			rows[i] = bytes_of(r.bytes.data + at, r.sizes[i]);
		c = slice_build(rows, r.n, error);
		free(rows);
	}
	free(r.sizes);
	buffer_free(&r.bytes);
	return c;
}
