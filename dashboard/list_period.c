// SPDX-License-Identifier: Apache-2.0
/*
 * list_period: the figures of one period, or of a window of periods: as they were frozen, and as now known about it, side
 * by side; or, with a date, as they were known on that day.
 */
#include <inttypes.h>
#include <stdio.h>

#include "dashboard/json.h"
#include "dashboard/list.h"
#include "dashboard/show_inside.h"
#include "dashboard/table.h"

/* One item; lives in the page that named it first. */
struct both {
	const struct item *item;
	bool has_frozen, has_now;
	struct rollup frozen, now;
};

static ProtobufCBinaryData *ask(const struct list_wish *w, struct list_question *q)
{
	tiendo__v1__period_figures__init(&q->figures);
	q->query.question_case = TIENDO__V1__QUERY__QUESTION_PERIOD_FIGURES;
	q->query.period_figures = &q->figures;
	q->figures.unit = (char *)w->unit;
	q->figures.item = (char *)w->item;
	q->figures.period = (char *)w->period;
	q->figures.at = w->at.ymd;
	return &q->figures.cursor;
}

/* ---- parts come together ---- */

static void add_tasks(struct task_counts *a, const struct task_counts *b)
{
	a->unreported += b->unreported;
	a->not_started += b->not_started;
	a->in_progress += b->in_progress;
	a->done += b->done;
	a->na += b->na;
}

static void add_indicators(struct indicator_counts *a, const struct indicator_counts *b)
{
	a->unreported += b->unreported;
	a->value += b->value;
	a->none += b->none;
	a->na += b->na;
	a->at_target += b->at_target;
}

/* What of an inner item is no sum. */
static void derive(struct rollup *r, const struct item_row *item)
{
	bool any = item->kind == ITEM_RATIO_GROUP && r->summed;
	uint16_t attainment = 0;

	r->has_attainment = any && figures_attainment(item, r->numerator, r->denominator, 0, r->has_target,
						      r->target, &attainment);
	r->attainment = attainment;
	r->target_reached = any && r->has_target && r->denominator &&
			    figures_reached(item, r->numerator, r->denominator, 0, r->target);
}

static void add(struct rollup *a, const struct rollup *b, const struct item_row *item)
{
	a->version = a->version > b->version ? a->version : b->version;
	add_tasks(&a->cells, &b->cells);
	add_tasks(&a->leaves, &b->leaves);
	add_indicators(&a->indicators, &b->indicators);
	a->done_late += b->done_late;
	a->overdue += b->overdue;
	a->behind += b->behind;
	a->percent_sum += b->percent_sum;
	a->numerator += b->numerator;
	a->denominator += b->denominator;
	a->value += b->value;
	a->weight_sum += b->weight_sum;
	a->weighted += b->weighted;
	a->score_leaves += b->score_leaves;
	a->score_leaves_of += b->score_leaves_of;
	a->summed += b->summed;
	derive(a, item);
}

static struct both *find(const struct list *l, const struct item *item)
{
	for (size_t i = 0; i < l->n; i++) {
		struct both *b = l->rows[i];
		if (b->item == item)
			return b;
	}
	return NULL;
}

static bool read(const Tiendo__V1__Rollup *m, const struct item *item, struct rollup *out)
{
	uint32_t number = item->row.number;

	*out = (struct rollup){0};
	return !m || (codec_rollup_read(m, &number, out) && number == item->row.number);
}

static bool take_one(struct list *l, const Tiendo__V1__PeriodFigure *m)
{
	const struct item *item = list_item(l, m->item);
	struct rollup frozen, now;

	if (!item || !read(m->frozen, item, &frozen) || !read(m->now, item, &now))
		return false;
	struct both *b = find(l, item);
	if (b) {
		b->has_frozen &= m->has_frozen;
		add(&b->frozen, &frozen, &item->row);
		add(&b->now, &now, &item->row);
		return true;
	}
	b = list_room(l, sizeof(*b));
	*b = (struct both){item, m->has_frozen, m->now != NULL, frozen, now};
	list_keep(l, b);
	return true;
}

static bool take(struct list *l, const Tiendo__V1__Reply *r)
{
	for (size_t i = 0; i < r->period_figures->n_figures; i++)
		if (!take_one(l, r->period_figures->figures[i]))
			return false;
	return true;
}

/* ---- readings ---- */

static struct reading reading(const struct list *l, const struct both *b, const struct rollup *r)
{
	struct sight sight = l->sight;

	if (l->wish.at.ymd)
		sight.today = l->wish.at;
	struct reading out = reading_of(&sight, l->wish.unit, l->place.name, b->item, r);
	out.period = l->wish.period;
	return out;
}

/* ---- for people ---- */

typedef void put_fn(struct buffer *out, const struct reading *r, enum language l);

static void put_reported(struct buffer *out, const struct reading *r, enum language l)
{
	(void)l;
	buffer_format(out, "%" PRIu32 "/%" PRIu32, r->figure.reported, r->figure.expected);
}

static void put_line(const struct list *l, struct table *t, const char *name, const struct both *b, put_fn *put)
{
	const struct rollup *const rollups[2] = {b->has_frozen ? &b->frozen : NULL, b->has_now ? &b->now : NULL};
	struct buffer text = {0};

	table_cell(t, name);
	for (size_t i = 0; i < 2; i++) {
		if (rollups[i]) {
			struct reading r = reading(l, b, rollups[i]);
			put(&text, &r, l->language);
		}
		table_cell(t, buffer_text(&text));
		buffer_clear(&text);
	}
	buffer_free(&text);
}

static bool changed_since(const struct list *l, const struct both *b)
{
	struct reading frozen = reading(l, b, &b->frozen), now = reading(l, b, &b->now);

	return b->has_frozen && b->has_now && reading_moved(&frozen.figure, &now.figure);
}

static void put_heads(const struct list *l, struct table *t, bool frozen)
{
	if (l->wish.at.ymd) {
		char date[LIST_TEXT];
		table_format(t, TELL(l, "Như đã biết ngày %s", "As known on %s"),
			     list_date(l, l->wish.at.ymd, date));
		table_cell(t, "");
		return;
	}
	table_cell(t, frozen ? TELL(l, "Khi chốt", "As frozen") : TELL(l, "(chưa chốt)", "(not frozen yet)"));
	table_cell(t, TELL(l, "Nay biết", "As now known"));
}

/* The one that was named, in full. */
static void put_one(const struct list *l, const struct both *b, struct buffer *out)
{
	struct table t;

	table_open(&t, 3);
	table_cell(&t, "");
	put_heads(l, &t, b->has_frozen);
	put_line(l, &t, TELL(l, "Đã báo cáo", "Reported"), b, put_reported);
	put_line(l, &t, TELL(l, "Kết quả", "Figure"), b, show_main);
	if (b->frozen.has_target || b->now.has_target)
		put_line(l, &t, TELL(l, "Mục tiêu", "Target"), b, show_target);
	put_line(l, &t, TELL(l, "Thời hạn", "Deadlines"), b, show_deadlines);
	table_print(&t, 2, out);
	table_close(&t);
	if (changed_since(l, b))
		buffer_put_text(out, TELL(l, "  * điều chỉnh sau chốt\n", "  * changed after the freeze\n"));
}

static void put_row(const struct list *l, struct table *t, const struct both *b)
{
	struct buffer text = {0};

	table_cell(t, b->item->row.code);
	put_line(l, t, list_item_name(l, b->item), b, show_main);
	struct reading r = reading(l, b, b->has_now ? &b->now : &b->frozen);
	put_reported(&text, &r, l->language);
	table_cell(t, buffer_text(&text));
	table_cell(t, changed_since(l, b) ? TELL(l, "* sau chốt", "* after the freeze") : "");
	buffer_free(&text);
}

static void put_rows(const struct list *l, struct buffer *out)
{
	struct table t;
	bool frozen = false;

	table_open(&t, 6);
	t.cut[1] = true;
	t.right[4] = true;
	for (size_t i = 0; i < l->n; i++)
		frozen |= ((const struct both *)l->rows[i])->has_frozen;
	table_cell(&t, TELL(l, "Mã", "Code"));
	table_cell(&t, TELL(l, "Nội dung", "Item"));
	put_heads(l, &t, frozen);
	table_cell(&t, TELL(l, "Báo cáo", "Reported"));
	table_cell(&t, "");
	for (size_t i = 0; i < l->n; i++)
		put_row(l, &t, l->rows[i]);
	table_print(&t, 2, out);
	table_close(&t);
}

static int by_place(const void *pa, const void *pb, const struct list *l)
{
	const struct both *a = pa, *b = pb;

	(void)l;
	if (a->item->plan != b->item->plan)
		return a->item->plan < b->item->plan ? -1 : 1;
	return (a->item->column > b->item->column) - (a->item->column < b->item->column);
}

static void show(struct list *l, struct buffer *out)
{
	const struct both *named = l->item ? find(l, l->item) : NULL;

	if (!l->n) {
		buffer_put_text(out, TELL(l, "Không có số liệu của kỳ này.\n", "No figures of this period.\n"));
		return;
	}
	if (named)
		put_one(l, named, out);
	if (l->n == 1 && named)
		return;
	if (named)
		buffer_put_u8(out, '\n');
	list_sort(l, by_place);
	put_rows(l, out);
}

/* ---- for programs ---- */

static void json_rollup(const struct list *l, const struct both *b, bool has, const struct rollup *r, const char *name,
			struct json *j)
{
	struct buffer figure = {0};
	struct reading read = reading(l, b, r);

	if (!has) {
		json_none(j, name);
		return;
	}
	json_figure(&figure, &read);
	json_raw(j, name, buffer_bytes(&figure));
	buffer_free(&figure);
}

static void json_row(const struct list *l, const void *row, struct json *j)
{
	const struct both *b = row;

	json_text(j, "item", b->item->row.code);
	json_text(j, "name", b->item->row.name);
	json_rollup(l, b, b->has_frozen, &b->frozen, "frozen", j);
	json_rollup(l, b, b->has_now, &b->now, "now", j);
	json_bool(j, "changed_after_freeze", changed_since(l, b));
}

const struct rollup *list_period_known(const void *row, const struct item **item)
{
	const struct both *b = row;

	*item = b->item;
	return b->has_frozen ? &b->frozen : NULL;
}

const struct list_kind list_period = {.name = "period_figures",
				      .answer = TIENDO__V1__REPLY__ANSWER_PERIOD_FIGURES,
				      .ask = ask,
				      .take = take,
				      .show = show,
				      .json_row = json_row};
