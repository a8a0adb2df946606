// SPDX-License-Identifier: Apache-2.0
#include "server/shelf.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "common/domain/model.h"

/* A tree has a handful of kinds of offices. Who is beyond these holds everything: dearer, never wrong. */
enum { SHAPES_MAX = 64, EVERYTHING = 0, NAMED = 2 /* shapes that are always there */ };

static_assert(PLAN_ITEMS_MAX * SHELF_LINES_MAX < UINT16_MAX, "a place in a row would not fit");

struct making {
	struct shelf *shelf;
	const struct shelf_plan *plan;
	const bool *of[SHAPES_MAX];	/* what a row of the shape holds */
	uint16_t lines_n[SHAPES_MAX]; /* how many lines */
};

static uint32_t add_shape(struct making *m, const bool *held)
{
	struct shelf *s = m->shelf;
	uint32_t shape = s->shapes_n++;
	uint16_t *places = &s->shapes[(size_t)shape * s->columns_n], lines = 0;

	for (uint32_t column = 0; column < s->columns_n; column++) {
		if (held && !held[column])
			continue;
		places[column] = (uint16_t)(1 + lines);
		lines = (uint16_t)(lines + m->plan->lines[column]);
	}
	m->of[shape] = held;
	m->lines_n[shape] = lines;
	return shape;
}

/* Neighbours are alike: the newest first. */
static uint32_t shape_of(struct making *m, uint32_t row)
{
	const bool *held = &m->plan->held[(size_t)row * m->plan->columns_n];

	if (!memchr(held, true, m->plan->columns_n))
		return SHELF_NOTHING;
	for (uint32_t shape = m->shelf->shapes_n; shape-- > NAMED;)
		if (!memcmp(m->of[shape], held, m->plan->columns_n * sizeof *held))
			return shape;
	return m->shelf->shapes_n < SHAPES_MAX ? add_shape(m, held) : EVERYTHING;
}

static bool take_lines(struct shelf *s)
{
	size_t size = (s->lines_n + 1) * SHELF_LINE;

	s->lines = aligned_alloc(SHELF_LINE, size);
	if (s->lines)
		memset(s->lines, 0, size);
	return s->lines;
}

bool shelf_make(struct shelf *s, const struct shelf_plan *plan)
{
	struct making m = {.shelf = s, .plan = plan};

	*s = (struct shelf){.columns_n = plan->columns_n};
	s->shapes = calloc((size_t)SHAPES_MAX * plan->columns_n, sizeof *s->shapes);
	if (!s->shapes)
		return false;
	add_shape(&m, NULL);
	s->shapes_n = NAMED;
	for (uint32_t row = 0; row < plan->rows_n; row++) {
		uint32_t shape = shape_of(&m, row);
		plan->rows[row] = (struct shelf_row){.first = (uint32_t)s->lines_n, .shape = shape};
		s->lines_n += m.lines_n[shape];
	}
	assert(s->lines_n <= UINT32_MAX);
	return take_lines(s);
}

void shelf_free(struct shelf *s)
{
	free(s->shapes);
	free(s->lines);
	*s = (struct shelf){0};
}
