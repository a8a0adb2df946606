// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/peers/country.h"

#include <stdlib.h>

enum { DISTRICT_LINE = 3 }; /* a district, its province, the centre */

static uint16_t depth(const char *path)
{
	uint16_t n = 0;

	for (; *path; path++)
		n += *path == '/';
	return n;
}

static void put_below(struct country_line *line, uint16_t number, const struct country_line *above)
{
	*line = (struct country_line){.n = 1, .of = {number}};
	if (!above)
		return;
	if (above->n >= COUNTRY_LEVELS)
		world_fail("a tree of more than %d levels", COUNTRY_LEVELS);
	memcpy(line->of + 1, above->of, above->n * sizeof *above->of);
	line->n += above->n;
}

/* Units come in the order of the tree. */
static void number_units(struct country *c)
{
	struct country_line *last[COUNTRY_LEVELS + 1] = {0};

	c->units_n = (uint32_t)c->world.units_n;
	c->units = base_alloc(c->units_n * sizeof *c->units);
	for (uint16_t i = 0; i < c->units_n; i++) {
		uint16_t level = depth(c->world.units[i].path);
		if (!level || level > COUNTRY_LEVELS || c->world.units[i].set != 0)
			world_fail("the peers are measured with the national world");
		put_below(&c->units[i], i, last[level - 1]);
		last[level] = &c->units[i];
	}
}

static uint16_t item_number(struct country *c, const char *code, size_t size)
{
	for (uint16_t i = 0; i < c->items_n; i++)
		if (strlen(c->items[i].code) == size && !memcmp(c->items[i].code, code, size))
			return i;
	c->items = base_grow(c->items, c->items_n + 1, sizeof *c->items);
	struct country_item *item = &c->items[c->items_n];
	*item = (struct country_item){0};
	memcpy(item->code, code, size);
	return (uint16_t)c->items_n++;
}

/* QG.1.0.7 stands below QG.1.0. */
static void number_items(struct country *c)
{
	const struct world_set *set = &c->world.sets[0];

	for (uint32_t i = 0; i < set->n; i++)
		item_number(c, set->items[i].code, strlen(set->items[i].code));
	c->leaves_n = c->items_n;
	for (uint32_t i = 0; i < c->leaves_n; i++) {
		const char *code = set->items[i].code, *end = code + strlen(code);
		struct country_line line = {0};
		do {
			if (line.n == COUNTRY_LEVELS)
				world_fail("a tree of more than %d levels", COUNTRY_LEVELS);
			line.of[line.n++] = item_number(c, code, (size_t)(end - code));
			end = memrchr(code, '.', (size_t)(end - code));
		} while (end);
		c->items[i].line = line;
	}
}

void country_read(struct country *c, const char *path)
{
	*c = (struct country){0};
	world_read(&c->world, path);
	if (c->world.units_n > UINT16_MAX || !c->world.sets_n || !c->world.sets[0].n)
		world_fail("%s is no world of one plan", path);
	number_units(c);
	number_items(c);
	c->cells = base_alloc((size_t)c->units_n * c->leaves_n * sizeof *c->cells);
}

void country_acked(struct country *c, uint32_t cell, int64_t numerator, int64_t denominator)
{
	c->cells[cell] = (struct country_sums){.reported = 1, .numerator = numerator, .denominator = denominator};
}

uint64_t country_reported(const struct country *c)
{
	uint64_t n = 0;

	for (size_t i = 0; i < (size_t)c->units_n * c->leaves_n; i++)
		n += (uint64_t)c->cells[i].reported;
	return n;
}

static void add_cell(struct country *c, uint32_t unit, uint32_t leaf)
{
	const struct country_sums *cell = &c->cells[(size_t)unit * c->leaves_n + leaf];
	const struct country_line *u = &c->units[unit], *i = &c->items[leaf].line;

	if (!cell->reported)
		return;
	for (uint16_t a = 0; a < u->n; a++) {
		for (uint16_t b = 0; b < i->n; b++) {
			struct country_sums *s = &c->sums[(size_t)u->of[a] * c->items_n + i->of[b]];
			s->reported += cell->reported;
			s->numerator += cell->numerator;
			s->denominator += cell->denominator;
		}
	}
}

void country_add_up(struct country *c)
{
	c->sums = base_alloc((size_t)c->units_n * c->items_n * sizeof *c->sums);
	for (uint32_t unit = 0; unit < c->units_n; unit++)
		for (uint32_t leaf = 0; leaf < c->leaves_n; leaf++)
			add_cell(c, unit, leaf);
}

bool country_compared(const struct country *c, uint32_t unit)
{
	return c->all || c->units[unit].n <= DISTRICT_LINE;
}

void country_compare(struct country *c, uint32_t unit, uint32_t item, const struct country_sums *held)
{
	const struct country_sums *s = &c->sums[(size_t)unit * c->items_n + item];

	if (memcmp(s, held, sizeof *s))
		world_fail("%s %s holds %lld reported, %lld / %lld instead of %lld, %lld / %lld",
			   c->world.units[unit].code, c->items[item].code, (long long)held->reported,
			   (long long)held->numerator, (long long)held->denominator, (long long)s->reported,
			   (long long)s->numerator, (long long)s->denominator);
	c->compared++;
}

void country_all_compared(const struct country *c)
{
	uint64_t n = 0;

	for (uint32_t unit = 0; unit < c->units_n; unit++)
		for (uint32_t item = 0; country_compared(c, unit) && item < c->items_n; item++)
			n += c->sums[(size_t)unit * c->items_n + item].reported > 0;
	if (c->compared < n)
		world_fail("%llu sums are missing", (unsigned long long)(n - c->compared));
}
