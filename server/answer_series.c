// SPDX-License-Identifier: Apache-2.0
/*
 * answer_series: rollups as they were known at the ticks of other days, from the rows of the series: all points of one rollup,
 * or of many the last one up to a day. Cursor: a = the day, or the item index, that begins the page.
 */
#include "server/answer.h"

#include <stdlib.h>

#include "server/archive.h"

enum {
	POINTS_A_PAGE = 1024,
	ITEMS_A_PAGE = 512,
	POINT_BYTES = 280 /* no point or figure takes more */
};

/* One point, as it lies in the archive. */
struct point {
	uint32_t date;
	uint16_t size;
	uint8_t rollup[CODEC_ROLLUP_MAX];
};

static size_t row_key(const struct view *v, const struct about *a, uint8_t key[static ROWS_KEY_MAX])
{
	if (a->subject.is_group)
		return rows_series_row(catalogue_group(v->catalogue, a->subject.index)->code, 0, key);
	return rows_series_row(NULL, catalogue_unit_number(v->catalogue, a->subject.index), key);
}

/* The points of one rollup with from <= date < to. */
static struct archive_span span_of(const uint8_t *row, size_t row_n, uint32_t number, uint32_t from, uint32_t to)
{
	uint8_t key[ROWS_KEY_MAX];

	memcpy(key, row, row_n);
	put_u32(key + row_n, number);
	struct archive_span s = archive_prefix(key, row_n + 4);
	s.from_n = s.to_n = (uint8_t)(row_n + 8);
	memcpy(s.from, key, row_n + 4);
	memcpy(s.to, key, row_n + 4);
	put_u32(s.from + row_n + 4, from);
	put_u32(s.to + row_n + 4, to);
	return s;
}

static bool read_point(struct bytes key, struct bytes value, struct point *out)
{
	if (key.size < 8 || value.size > sizeof(out->rollup))
		return false;
	out->date = get_u32(key.data + key.size - 4);
	out->size = (uint16_t)value.size;
	memcpy(out->rollup, value.data, value.size);
	return true;
}

/* ---- one rollup, day by day ---- */

struct days {
	struct point *list;
	size_t n, size;
};

static void take_day(void *ctx, size_t span, struct bytes key, struct bytes value)
{
	struct days *d = ctx;

	(void)span;
	if (d->n == d->size) {
		d->size = d->size ? d->size * 2 : 64;
		d->list = base_grow(d->list, d->size, sizeof(*d->list));
	}
	d->n += read_point(key, value, &d->list[d->n]);
}

static int by_date(const void *pa, const void *pb)
{
	const struct point *a = pa, *b = pb;

	return (a->date > b->date) - (a->date < b->date);
}

static bool put_day(struct asking *q, const struct point *p)
{
	Tiendo__V1__SeriesPoint m = TIENDO__V1__SERIES_POINT__INIT;
	struct buffer *piece = &q->answerer->piece;

	m.date = p->date;
	buffer_clear(piece);
	answer_put(piece, &m);
	answer_put_field(piece, 2, bytes_of(p->rollup, p->size));
	return answer_add(q, 1, buffer_bytes(piece));
}

static void put_days(struct asking *q, const struct days *d)
{
	for (size_t i = 0; i < d->n && !q->more; i++)
		if (i >= POINTS_A_PAGE || !put_day(q, &d->list[i])) {
			q->more = true;
			q->at.a = d->list[i].date;
		}
}

enum reason answer_series(struct asking *q, const Tiendo__V1__Query *m)
{
	const struct about_ask ask = {.unit = m->series->unit, .item = m->series->item};
	struct about about;
	enum reason reason = about_find(q, &ask, &about);
	uint8_t row[ROWS_KEY_MAX];
	struct days d = {0};

	if (reason)
		return reason;
	if (about.item == NO_INDEX)
		return answer_fail(q, REASON_NOT_FOUND, "a series is of one item");
	const struct view *v = q->slice.view;
	uint32_t from = m->series->from > q->at.a ? m->series->from : (uint32_t)q->at.a;
	const struct archive_span span =
		span_of(row, row_key(v, &about, row), catalogue_item(v->catalogue, about.item)->row.number, from,
			m->series->to ? m->series->to + 1 : UINT32_MAX);
	const struct archive_ask read = {
		.table = ROWS_SERIES, .spans = &span, .spans_n = 1, .fn = take_day, .ctx = &d};
	reason = archive_read(q, &read);
	if (!reason) {
		if (d.n)
			qsort(d.list, d.n, sizeof(*d.list), by_date);
		put_days(q, &d);
	}
	free(d.list);
	return reason;
}

/* ---- many, on one day ---- */

struct at {
	uint32_t items[ITEMS_A_PAGE];
	size_t n;
	struct point *points; /* by place in items; date 0 = there was no figure yet */
};

static void take_last(void *ctx, size_t span, struct bytes key, struct bytes value)
{
	struct at *at = ctx;
	struct point p;

	if (read_point(key, value, &p) && p.date >= at->points[span].date)
		at->points[span] = p;
}

/* Which items this page is about, and which begins the next (NO_INDEX = none). False = another generation. */
static bool find_items(struct asking *q, const struct about *about, struct at *at, uint32_t *next)
{
	const struct catalogue *c = q->slice.view->catalogue;
	uint32_t item = q->at.a < UINT32_MAX ? (uint32_t)q->at.a : UINT32_MAX;

	for (*next = NO_INDEX; item < catalogue_items(c); item++) {
		if (!slice_go_on(&q->slice))
			return false;
		if (!about_has_item(c, about, item) || about_row(c, about, catalogue_plan_of_item(c, item)) == NO_INDEX)
			continue;
		if (at->n == ITEMS_A_PAGE || (at->n && (at->n + 1) * POINT_BYTES > q->answerer->page_max)) {
			*next = item;
			return true;
		}
		at->items[at->n++] = item;
	}
	return true;
}

static void put_figure(struct asking *q, uint32_t item, const struct point *p)
{
	Tiendo__V1__PeriodFigure m = TIENDO__V1__PERIOD_FIGURE__INIT;
	struct buffer *piece = &q->answerer->piece;

	m.item = catalogue_item(q->slice.view->catalogue, item)->row.number;
	m.has_frozen = true;
	buffer_clear(piece);
	answer_put(piece, &m);
	answer_put_field(piece, 4, bytes_of(p->rollup, p->size));
	answer_put_field(&q->answerer->page, 1, buffer_bytes(piece));
}

static enum reason read_at(struct asking *q, const struct about *about, struct at *at, uint32_t day)
{
	const struct view *v = q->slice.view;
	struct archive_span *spans = base_alloc((at->n + 1) * sizeof(*spans));
	uint8_t row[ROWS_KEY_MAX];
	size_t row_n = row_key(v, about, row);
	const struct archive_ask read = {
		.table = ROWS_SERIES, .spans = spans, .spans_n = at->n, .fn = take_last, .ctx = at};

	for (size_t i = 0; i < at->n; i++) {
		spans[i] = span_of(row, row_n, catalogue_item(v->catalogue, at->items[i])->row.number, 0, day + 1);
		spans[i].last = true;
	}
	enum reason reason = archive_read(q, &read);
	free(spans);
	return reason;
}

enum reason answer_figures_at(struct asking *q, const Tiendo__V1__PeriodFigures *m)
{
	const struct about_ask ask = {.unit = m->unit, .item = m->item};
	struct about about;
	struct at at = {.n = 0};
	uint32_t next;
	enum reason reason = about_find(q, &ask, &about);

	if (reason)
		return reason;
	if (!date_valid((struct date){m->at}))
		return answer_fail(q, REASON_BAD_FRAME, "at = %u is no date (yyyymmdd)", m->at);
	if (m->at > q->slice.view->head.today.ymd)
		return answer_fail(q, REASON_NOT_FOUND, "%u is behind the office's day", m->at);
	if (!find_items(q, &about, &at, &next))
		return answer_stale(q);
	at.points = base_alloc((at.n + 1) * sizeof(*at.points));
	reason = read_at(q, &about, &at, m->at);
	for (size_t i = 0; !reason && i < at.n; i++)
		if (at.points[i].date)
			put_figure(q, at.items[i], &at.points[i]);
	q->more = !reason && next != NO_INDEX;
	q->at.a = next;
	free(at.points);
	return reason;
}
