// SPDX-License-Identifier: Apache-2.0
/* builder: rows as they came, and the list of faults. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "common/domain/catalogue_inside.h"

enum { FAULTS_MAX = 1000 };

struct builder *builder_new(void)
{
	return calloc(1, sizeof(struct builder));
}

void builder_free(struct builder *b)
{
	if (!b)
		return;
	for (size_t i = 0; i < sizeof(b->rows) / sizeof(*b->rows); i++)
		free(b->rows[i].at);
	pool_free(&b->pool);
	free(b);
}

struct catalogue_row row_copy(struct pool *p, const struct catalogue_row *row)
{
	const struct columns *c = columns_of_kind(row->kind);
	struct catalogue_row copy = *row;

	for (size_t i = 0; i < c->n; i++)
		if (column_is_text(c->list[i].type)) {
			const char **text = column_text(&copy, &c->list[i]);

			*text = pool_text(p, *text);
		}
	return copy;
}

struct kept *builder_keep(struct builder *b, const struct catalogue_row *row, const char *file,
			  unsigned line)
{
	struct kept_list *l = &b->rows[row->kind];
	struct kept k = { .row = row_copy(&b->pool, row),
			  .file = pool_text(&b->pool, file),
			  .line = line };

	if (b->pool.failed)
		return NULL;
	if (l->n == l->size) {
		size_t size = l->size ? 2 * l->size : 16;
		struct kept *at = realloc(l->at, size * sizeof(*at));

		if (!at)
			return NULL;
		l->at = at;
		l->size = size;
	}
	l->at[l->n] = k;
	return &l->at[l->n++];
}

bool builder_add(struct builder *b, const struct catalogue_row *row, const char *file,
		 unsigned line)
{
	return builder_keep(b, row, file, line) != NULL;
}

/* An item is told apart from a unit by its kind, as both carry the number at the same place of
 * their own struct. */
static uint32_t *number_of(struct kept *k)
{
	return k->row.kind == ROW_UNIT ? &k->row.unit.number : &k->row.item.number;
}

static void number(struct kept_list *l)
{
	uint32_t last = 0;

	for (size_t i = 0; i < l->n; i++)
		if (*number_of(&l->at[i]) > last)
			last = *number_of(&l->at[i]);
	for (size_t i = 0; i < l->n; i++)
		if (*number_of(&l->at[i]) == 0)
			*number_of(&l->at[i]) = ++last;
}

void builder_number(struct builder *b)
{
	number(&b->rows[ROW_UNIT]);
	number(&b->rows[ROW_ITEM]);
}

static bool is_leaf(enum item_kind k)
{
	return k >= ITEM_TASK;
}

void item_settle(struct item_row *r)
{
	if (r->weight == 0)
		r->weight = 1;
	if (is_leaf(r->kind) && r->answer == ANSWER_NONE)
		r->answer = ANSWER_LEAD;
	if (is_leaf(r->kind) && r->kind != ITEM_TASK) {
		if (r->measure == MEASURE_NONE)
			r->measure = MEASURE_STOCK;
		if (r->aggregate == AGGREGATE_NONE)
			r->aggregate = r->kind == ITEM_POINTS ? AGGREGATE_OWN : AGGREGATE_SUM;
	}
	if ((r->kind == ITEM_RATIO || r->kind == ITEM_COUNT || r->kind == ITEM_RATIO_GROUP) &&
	    r->direction == DIRECTION_NONE)
		r->direction = DIRECTION_HIGHER;
}

/* ---- faults ---- */

bool fault_is_error(enum fault_kind k)
{
	static const bool errors[] = { [FAULT_NONE] = false,
#define X(name, error) [FAULT_##name] = error,
				       FAULTS(X)
#undef X
	};

	return errors[k];
}

void faults_free(struct faults *f)
{
	free(f->list);
	*f = (struct faults){ 0 };
}

/* As much of the text as fits, cut between characters. */
static void cut(char *out, size_t size, const char *text)
{
	size_t n = strlen(text);

	if (n >= size) {
		n = size - 1;
		while (n > 0 && ((unsigned char)text[n] & 0xc0) == 0x80)
			n--;
	}
	memcpy(out, text, n);
	out[n] = '\0';
}

/* A place for one more, or NULL: the list is full (or memory is). */
static struct fault *room(struct faults *f)
{
	if (f->n == f->size && f->size < FAULTS_MAX) {
		size_t size = f->size ? 2 * f->size : 8;
		struct fault *list =
			realloc(f->list, (size < FAULTS_MAX ? size : FAULTS_MAX) * sizeof(*list));

		if (list) {
			f->list = list;
			f->size = size < FAULTS_MAX ? size : FAULTS_MAX;
		}
	}
	return f->n < f->size ? &f->list[f->n++] : NULL;
}

void fault_add(struct faults *f, enum fault_kind kind, const struct kept *k, const char *field,
	       const char *value, int detail)
{
	struct fault *at = room(f);

	if (fault_is_error(kind))
		f->errors++;
	if (!at) {
		f->dropped++;
		return;
	}
	*at = (struct fault){ .kind = kind, .line = k ? k->line : 0 };
	if (kind == FAULT_TEXT)
		at->reason = (enum reason)detail;
	else
		at->csv = detail;
	cut(at->file, sizeof(at->file), k ? k->file : "");
	cut(at->field, sizeof(at->field), field);
	cut(at->value, sizeof(at->value), value);
}
