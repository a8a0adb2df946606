// SPDX-License-Identifier: Apache-2.0
#include "dashboard/list.h"

#include <stdio.h>
#include <stdlib.h>

#include "common/domain/figures.h"
#include "common/domain/periods.h"
#include "dashboard/decode.h"
#include "dashboard/show.h"

enum {
	OFFICE_MINUTES = 420,
	ARENA_SPARE = 64 * 1024,
	ARENA_TIMES = 64 /* the smallest row takes two bytes on the wire; untouched memory costs nothing */
};

/* A reply of our own: the one that came lives until the next question. */
struct list_page {
	struct list_page *next;
	struct codec_arena arena;
};

struct list list_open(const struct list_kind *kind, const struct catalogue *c, enum language l)
{
	return (struct list){.kind = kind,
			     .catalogue = c,
			     .language = l,
			     .wish = {.unit = "", .item = "", .period = ""}};
}

void list_close(struct list *l)
{
	for (struct list_page *p = l->pages, *next; p; p = next) {
		next = p->next;
		codec_arena_free(&p->arena);
		free(p);
	}
	free(l->rows);
	l->pages = NULL;
	l->rows = NULL;
	l->n = l->size = 0;
}

bool list_page(struct list *l, const Tiendo__V1__Reply *r)
{
	struct list_page *p = base_alloc(sizeof(*p));
	size_t size;
	uint8_t *bytes = codec_pack_new(r, &size);

	p->arena = codec_arena_new(size * ARENA_TIMES + ARENA_SPARE);
	p->next = l->pages;
	l->pages = p;
	const Tiendo__V1__Reply *own =
		codec_unpack(&tiendo__v1__reply__descriptor, bytes, size, &p->arena);
	free(bytes);
	if (!own)
		base_no_memory(p->arena.size);
	return l->kind->take(l, own);
}

void list_keep(struct list *l, void *row)
{
	if (l->n == l->size) {
		l->size = l->size ? l->size * 2 : 256;
		l->rows = base_grow(l->rows, l->size, sizeof(*l->rows));
	}
	l->rows[l->n++] = row;
}

void *list_room(struct list *l, size_t size)
{
	void *room = codec_arena_take(&l->pages->arena, size);

	if (!room)
		base_no_memory(size);
	return room;
}

struct sorting {
	int (*order)(const void *a, const void *b, const struct list *l);
	const struct list *list;
};

static int by_order(const void *a, const void *b, void *ctx)
{
	const struct sorting *s = ctx;

	return s->order(*(void *const *)a, *(void *const *)b, s->list);
}

void list_sort(struct list *l, int (*order)(const void *a, const void *b, const struct list *l))
{
	struct sorting s = {order, l};

	if (l->n)
		qsort_r(l->rows, l->n, sizeof(*l->rows), by_order, &s);
}

/* ---- the whole ---- */

void list_show(struct list *l, struct buffer *out)
{
	show_sight(out, &l->sight, l->language);
	buffer_format(out, "%s%s%s", l->wish.unit, *l->wish.unit ? " " : "",
		      l->kind->about_nobody ? TELL(l, "Trung tâm", "The centre") : l->place.name);
	if (l->item)
		buffer_format(out, " · %s %s", l->item->row.code, list_item_name(l, l->item));
	if (*l->wish.period)
		buffer_format(out, TELL(l, " · kỳ %s", " · period %s"), l->wish.period);
	char date[LIST_TEXT];
	buffer_format(out, TELL(l, " · tính đến %s\n", " · as of %s\n"),
		      list_date(l, l->sight.today.ymd, date));
	l->kind->show(l, out);
}

static void json_head(const struct list *l, struct json *j)
{
	char generation[GENERATION_TEXT];

	json_text(j, "question", l->kind->name);
	list_json_text(j, "unit", l->wish.unit);
	list_json_text(j, "item", l->wish.item);
	list_json_text(j, "period", l->wish.period);
	list_json_date(j, "at", l->sight.today.ymd);
	json_bool(j, "illustrative", l->sight.illustrative);
	json_bool(j, "simulated", l->sight.simulated);
	json_text(j, "generation", generation_text(&l->sight.generation, generation));
	if (l->bounded)
		json_bool(j, "more", l->more);
	if (l->kind->json_whole)
		l->kind->json_whole(l, j);
}

/* One row a line, so that it can be looked through by lines too. */
void list_json(struct list *l, struct buffer *out)
{
	struct json j = json_to(out);

	json_object_begin(&j, NULL);
	json_head(l, &j);
	json_array_begin(&j, "rows");
	for (size_t i = 0; i < l->n; i++) {
		struct json row = json_to(out);
		buffer_put_text(out, i ? ",\n " : "\n ");
		json_object_begin(&row, NULL);
		l->kind->json_row(l, l->rows[i], &row);
		json_object_end(&row);
	}
	json_array_end(&j);
	json_object_end(&j);
	buffer_put_u8(out, '\n');
}

/* ---- names behind numbers ---- */

const struct unit *list_unit(const struct list *l, uint32_t number)
{
	uint32_t i = catalogue_unit_by_number(l->catalogue, number);

	return i == NO_INDEX ? NULL : catalogue_unit(l->catalogue, i);
}

const struct item *list_item(const struct list *l, uint32_t number)
{
	uint32_t i = catalogue_item_by_number(l->catalogue, number);

	return i == NO_INDEX ? NULL : catalogue_item(l->catalogue, i);
}

bool list_knows(const struct list *l, uint32_t unit, uint32_t item)
{
	return (!unit || list_unit(l, unit)) && (!item || list_item(l, item));
}

const char *list_unit_name(const struct list *l, const struct unit *u)
{
	return l->language == LANGUAGE_EN && *u->row.name_en ? u->row.name_en : u->row.name;
}

const char *list_item_name(const struct list *l, const struct item *i)
{
	return l->language == LANGUAGE_EN && *i->row.name_en ? i->row.name_en : i->row.name;
}

/* ---- words ---- */

/* Never beyond its own n: it was counted by one and the same walk. */
static uint32_t rate_bp(uint64_t n, uint64_t of)
{
	return figures_percent_bp((int64_t)(n < of ? n : of), (int64_t)of);
}

char *list_rate(const struct list *l, uint64_t n, uint64_t of, char out[static LIST_TEXT])
{
	char percent[SHOW_NUMBER], a[SHOW_NUMBER], b[SHOW_NUMBER];

	if (of == 0)
		snprintf(out, LIST_TEXT, "–");
	else
		snprintf(out, LIST_TEXT, "%s (%s/%s)", show_percent(rate_bp(n, of), l->language, percent),
			 show_number((int64_t)n, l->language, a), show_number((int64_t)of, l->language, b));
	return out;
}

char *list_date(const struct list *l, uint32_t ymd, char out[static LIST_TEXT])
{
	return show_date((struct date){ymd}, l->language, out);
}

static struct date day_of(int64_t ms)
{
	return ms > 0 ? date_at((struct instant){ms}, OFFICE_MINUTES) : (struct date){0};
}

char *list_day(const struct list *l, int64_t ms, char out[static LIST_TEXT])
{
	return list_date(l, day_of(ms).ymd, out);
}

char *list_time(int64_t ms, char out[static LIST_TEXT])
{
	out[0] = '\0';
	return ms > 0 ? show_time((struct instant){ms}, out) : out;
}

unsigned list_days_since(const struct list *l, uint32_t ymd)
{
	struct date from = {ymd};

	if (!date_valid(from) || !date_valid(l->sight.today) || from.ymd >= l->sight.today.ymd)
		return 0;
	return (unsigned)(date_days(l->sight.today) - date_days(from));
}

unsigned list_days_since_ms(const struct list *l, int64_t ms)
{
	return list_days_since(l, day_of(ms).ymd);
}

/* ---- JSON ---- */

void list_json_date(struct json *j, const char *name, uint32_t ymd)
{
	char out[11];

	list_json_text(j, name, date_format((struct date){ymd}, out));
}

void list_json_text(struct json *j, const char *name, const char *text)
{
	if (*text)
		json_text(j, name, text);
	else
		json_none(j, name);
}

void list_json_free_text(const struct list *l, struct json *j, const char *name, const char *text)
{
	list_json_text(j, name, l->no_text ? "" : text);
}

void list_json_unit(const struct list *l, struct json *j, const char *name, uint32_t number)
{
	const struct unit *u = list_unit(l, number);

	list_json_text(j, name, u ? u->row.code : "");
}

void list_json_item(const struct list *l, struct json *j, uint32_t number)
{
	const struct item *i = list_item(l, number);

	list_json_text(j, "item", i ? i->row.code : "");
}

void list_json_receipt(struct json *j, const Tiendo__V1__ReceiptRef *r)
{
	char text[RECEIPT_TEXT];

	list_json_text(j, "receipt", decode_receipt(r, text));
}

void list_json_ms(struct json *j, const char *name, int64_t ms)
{
	if (ms)
		json_int(j, name, ms);
	else
		json_none(j, name);
}

void list_json_rate(struct json *j, const char *name, uint64_t n, uint64_t of)
{
	if (of)
		json_uint(j, name, rate_bp(n, of));
	else
		json_none(j, name);
}
