// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/country.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/domain/periods.h"
#include "tests/unit/country_words.h"
#include "tests/unit/support_rows.h"

enum { ROWS_MAX = 400, BATCH = 6, TEXTS_MAX = 4000 };

struct made {
	struct entry entry;
	struct taken taken[BATCH];
	struct update updates[BATCH];
	char codes[BATCH][4][CODE_MAX + 1]; /* unit, item; named in its matter */
	struct matter matter[BATCH];
	struct registry_change registry[2];
	struct catalogue *catalogue;
};

struct country {
	uint64_t state;
	struct catalogue_row rows[ROWS_MAX];
	size_t rows_n;
	char texts[TEXTS_MAX][24];
	size_t texts_n;
	struct catalogue *catalogue; /* the latest made */
	int32_t today;               /* days */
	uint32_t units_made, items_made, unit_numbers, item_numbers, principals;
	struct made **made;
	size_t made_n;
	uint8_t incarnation;
};

/* ---- dice ---- */

uint64_t country_seed(void)
{
	const char *given = getenv("TIENDO_SEED");
	uint64_t seed = given ? strtoull(given, NULL, 10) : 20240402;
	print_message("seed %llu (TIENDO_SEED=... to choose)\n", (unsigned long long)seed);
	return seed;
}

uint32_t country_random(struct country *w, uint32_t below)
{
	w->state = w->state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (uint32_t)((w->state >> 33) % below);
}

static bool chance(struct country *w, uint32_t percent)
{
	return country_random(w, 100) < percent;
}

static struct date near(struct country *w, int32_t before, int32_t after)
{
	return date_from_days(w->today - before + (int32_t)country_random(w, (uint32_t)(before + after)));
}

static const char *text(struct country *w, const char *a, uint32_t n)
{
	assert_true(w->texts_n < TEXTS_MAX);
	char *out = w->texts[w->texts_n++];
	snprintf(out, sizeof *w->texts, "%s%u", a, n);
	return out;
}

/* ---- rows ---- */

static struct catalogue_row *add(struct country *w, struct catalogue_row row)
{
	assert_true(w->rows_n < ROWS_MAX);
	if (row.kind == ROW_UNIT) /* numbers are for ever, as the store gives them */
		row.unit.number = ++w->unit_numbers;
	if (row.kind == ROW_ITEM)
		row.item.number = ++w->item_numbers;
	w->rows[w->rows_n] = row;
	return &w->rows[w->rows_n++];
}

#define ADD(...) add(w, (struct catalogue_row)__VA_ARGS__)

static const char *add_unit(struct country *w, const char *parent, enum unit_kind kind, struct date opened)
{
	const char *code = text(w, "", 100 + w->units_made++);
	ADD(UNIT(.code = code, .parent = parent, .kind = kind, .name = code, .opened = opened));
	return code;
}

static void add_units(struct country *w)
{
	static const char *const provinces[] = { "40", "38" };
	ADD(UNIT(.code = "VN", .kind = UNIT_CENTRAL, .name = "VN"));
	for (int p = 0; p < 2; p++) {
		ADD(UNIT(.code = provinces[p], .parent = "VN", .kind = UNIT_PROVINCE, .name = "Tỉnh"));
		add_unit(w, provinces[p], UNIT_DEPARTMENT, DAY(0));
		for (uint32_t d = 0, n = 2 + country_random(w, 3); d < n; d++) {
			const char *district = add_unit(w, provinces[p], UNIT_DISTRICT, DAY(0));
			for (uint32_t i = 0, m = (d == 0) + country_random(w, 4); i < m; i++)
				add_unit(w, district, UNIT_COMMUNE, DAY(0));
		}
	}
	/* a place where things only ever are moved to */
	ADD(UNIT(.code = "XA", .parent = "40", .kind = UNIT_OTHER, .name = "Khác"));
}

static const char *any_unit(struct country *w, enum unit_kind kind)
{
	for (;;) {
		const struct catalogue_row *r = &w->rows[country_random(w, (uint32_t)w->rows_n)];
		if (r->kind == ROW_UNIT && (!kind || r->unit.kind == kind))
			return r->unit.code;
	}
}

static const char *parent_of(const struct country *w, const char *code)
{
	for (size_t i = 0; i < w->rows_n; i++)
		if (w->rows[i].kind == ROW_UNIT && !strcmp(w->rows[i].unit.code, code))
			return w->rows[i].unit.parent;
	return NULL;
}

/* One that the plan's figures are about. */
static const char *unit_below(struct country *w, const char *owner)
{
	for (;;) {
		const char *code = any_unit(w, UNIT_NONE);
		for (const char *up = code; up; up = parent_of(w, up))
			if (!strcmp(up, owner))
				return code;
	}
}

static void add_groups(struct country *w)
{
	ADD(GROUP(.group = "ALL", .use = "peer", .name = "Tất cả", .unit = "40"));
	ADD(GROUP(.group = "PILOT", .use = "pilot", .name = "Điểm", .unit = any_unit(w, UNIT_DISTRICT)));
	ADD(GROUP(.group = "PILOT", .unit = any_unit(w, UNIT_COMMUNE), .from = near(w, 5, 30)));
	ADD(GROUP(.group = "PILOT", .unit = any_unit(w, UNIT_COMMUNE), .to = near(w, 5, 30)));
}

static void add_target(struct country *w, const char *item, const char *unit)
{
	for (size_t i = 0; i < w->rows_n; i++)
		if (w->rows[i].kind == ROW_TARGET && !strcmp(w->rows[i].target.item, item) &&
		    !strcmp(w->rows[i].target.unit, unit))
			return;
	ADD(TARGET(.item = item, .unit = unit, .from = near(w, 20, 20), .target = country_random(w, 9000)));
}

static void add_leaf(struct country *w, const char *parent, enum item_kind kind)
{
	static const char *const who[] = { "kind:commune@VN", "kind:district@40", "kind:district@40|group:PILOT",
					   "kind:district@VN|kind:department@40", "kind:commune@40", "38|40" };
	bool in_40 = parent[0] == 'B'; /* below plan B */
	const char *reporters = who[in_40 ? (country_random(w, 2) ? 1 : 4) : country_random(w, N(who))];
	struct item_row i = {
		.code = text(w, "L", w->items_made++), .parent = parent, .kind = kind, .name = "Mục",
		.answer = ANSWER_ALL, .reporters = reporters, .weight = 1 + country_random(w, 9),
	};
	if (in_40 && kind == ITEM_TASK && chance(w, 30)) {
		i.answer = ANSWER_LEAD;
		i.reporters = "";
		i.lead = "40";
	}
	if (kind == ITEM_TASK) {
		i.start = near(w, 40, 10);
		i.due = chance(w, 80) ? date_add(i.start, 10 + (int32_t)country_random(w, 60)) : DAY(0);
		i.schedule = chance(w, 30) ? "K" : "";
	} else {
		i.flags = ITEM_OWN_WORK;
		i.measure = chance(w, 50) ? MEASURE_STOCK : MEASURE_FLOW;
		i.aggregate = kind == ITEM_POINTS || chance(w, 20) ? AGGREGATE_OWN : AGGREGATE_SUM;
		i.num_def = i.den_def = kind == ITEM_RATIO ? "x" : "";
		i.has_target = kind != ITEM_POINTS && chance(w, 70);
		i.target = i.has_target ? country_random(w, 9000) : 0;
		i.has_maximum = kind == ITEM_POINTS && chance(w, 70);
		i.maximum = i.has_maximum ? 10000 : 0;
		i.direction = kind != ITEM_POINTS && chance(w, 30) ? DIRECTION_LOWER : DIRECTION_HIGHER;
	}
	if (kind == ITEM_POINTS)
		i.direction = DIRECTION_NONE;
	struct catalogue_row row = { .kind = ROW_ITEM, .item = i };
	add(w, row);
	if (kind == ITEM_TASK && chance(w, 50))
		ADD(MILESTONE(.item = i.code, .unit = chance(w, 50) ? "" : "40", .no = 1, .date = near(w, 10, 40)));
	for (uint32_t n = kind == ITEM_TASK ? 0 : country_random(w, 5); n; n--)
		add_target(w, i.code, n == 1 ? (in_40 ? "G/ALL" : "G/PILOT") : unit_below(w, in_40 ? "40" : "VN"));
}

static void add_items(struct country *w)
{
	static const enum item_kind kinds[] = { ITEM_TASK, ITEM_TASK, ITEM_RATIO, ITEM_COUNT, ITEM_POINTS };
	ADD(ITEM(.code = "A", .owner = "VN", .kind = ITEM_PLAN, .name = "A"));
	ADD(ITEM(.code = "A1", .parent = "A", .kind = ITEM_GROUP, .name = "A1"));
	ADD(ITEM(.code = "A2", .parent = "A1", .kind = ITEM_RATIO_GROUP, .name = "A2", .num_def = "x", .den_def = "x",
		 .has_target = true, .target = 4000, .direction = DIRECTION_HIGHER));
	ADD(ITEM(.code = "A3", .parent = "A2", .kind = ITEM_RATIO_GROUP, .name = "A3", .num_def = "x", .den_def = "x",
		 .direction = DIRECTION_LOWER));
	ADD(ITEM(.code = "B", .owner = "40", .kind = ITEM_PLAN, .name = "B"));
	for (size_t i = 0; i < N(kinds); i++) {
		add_leaf(w, "A", kinds[i]);
		add_leaf(w, "A1", kinds[i]);
		add_leaf(w, "B", kinds[i]);
	}
	add_leaf(w, "A2", ITEM_RATIO);
	add_leaf(w, "A3", ITEM_RATIO);
	add_leaf(w, "A3", ITEM_RATIO);
	ADD({ .kind = ROW_SCHEDULE, .schedule = { .schedule = "K", .kind = "once", .name = "Một lần" } });
	ADD({ .kind = ROW_PERIOD, .period = { .schedule = "K", .period = "K1", .start = near(w, 20, 0), .end = near(w, 0, 20) } });
	ADD({ .kind = ROW_HOLIDAY, .holiday = { .date = near(w, 30, 30), .name = "Nghỉ" } });
}

/* ---- changes of the catalogue ---- */

static struct catalogue_row *any_row(struct country *w, enum row_kind kind)
{
	for (;;) {
		struct catalogue_row *r = &w->rows[country_random(w, (uint32_t)w->rows_n)];
		if (r->kind == kind)
			return r;
	}
}

static void change_unit(struct country *w)
{
	struct unit_row *u = &any_row(w, ROW_UNIT)->unit;
	bool leaf = u->kind == UNIT_COMMUNE;
	switch (country_random(w, 4)) {
	case 0: /* closes; sometimes its code is given again */
		if (!leaf || u->closed.ymd)
			break;
		u->closed = near(w, 5, 10);
		if (chance(w, 50))
			ADD(UNIT(.code = u->code, .parent = u->parent, .kind = UNIT_COMMUNE, .name = "Mới",
				 .opened = u->closed));
		break;
	case 1: /* moves, sometimes to the other province or where no plan looks */
		if (leaf)
			u->parent = chance(w, 70) ? any_unit(w, UNIT_DISTRICT) : "XA";
		break;
	case 2:
		add_unit(w, any_unit(w, UNIT_DISTRICT), UNIT_COMMUNE, near(w, 10, 10));
		break;
	case 3:
		if (u->kind == UNIT_DISTRICT)
			u->parent = chance(w, 50) ? "40" : "38";
		break;
	}
}

static void change_item(struct country *w)
{
	struct item_row *i = &any_row(w, ROW_ITEM)->item;
	switch (country_random(w, 4)) {
	case 0:
		if (i->kind != ITEM_PLAN)
			i->closed = chance(w, 60) ? near(w, 5, 15) : DAY(0);
		break;
	case 1:
		i->weight = 1 + country_random(w, 9);
		break;
	case 2:
		add_leaf(w, chance(w, 50) ? "A1" : "B", ITEM_TASK + country_random(w, 4));
		break;
	case 3:
		if (i->has_target)
			i->target = country_random(w, 9000);
		break;
	}
}

static void change_rest(struct country *w)
{
	struct group_row *g = &any_row(w, ROW_GROUP)->group;
	switch (country_random(w, 3)) {
	case 0:
		g->to = near(w, 3, 20);
		g->from = DAY(0);
		break;
	case 1:
		ADD(GROUP(.group = "PILOT", .unit = any_unit(w, UNIT_NONE), .from = near(w, 3, 20)));
		break;
	case 2:
		add_target(w, any_row(w, ROW_ITEM)->item.code, any_unit(w, UNIT_NONE));
		break;
	}
}

/* From the rows; NULL when the change was not allowed. */
static struct catalogue *build(struct country *w)
{
	struct builder *b = rows_builder(w->rows, w->rows_n);
	struct faults faults = { 0 };
	struct catalogue *c = catalogue_build(b, false, &faults);
	if (!w->catalogue)
		rows_no_errors(&faults);
	faults_free(&faults);
	builder_free(b);
	return c;
}

struct catalogue *country_clone(const struct catalogue *c)
{
	struct builder *b = builder_new();
	struct faults faults = { 0 };
	for (size_t i = 0; i < catalogue_rows(c); i++) {
		struct catalogue_row row;
		catalogue_row(c, i, &row);
		assert_true(builder_add(b, &row, "", 0));
	}
	struct catalogue *clone = catalogue_build(b, false, &faults);
	rows_no_errors(&faults);
	faults_free(&faults);
	builder_free(b);
	return clone;
}

/* Tries changes until one is allowed. */
static void new_catalogue(struct country *w)
{
	static struct catalogue_row kept[ROWS_MAX];
	size_t n = w->rows_n;
	uint32_t units = w->unit_numbers, items = w->item_numbers; /* a store gives none to what it refuses */
	memcpy(kept, w->rows, sizeof kept);
	for (;;) {
		for (uint32_t i = 1 + country_random(w, 4); i; i--)
			(chance(w, 50) ? change_unit : chance(w, 60) ? change_item : change_rest)(w);
		struct catalogue *c = build(w);
		if (c) {
			catalogue_free(w->catalogue);
			w->catalogue = c;
			return;
		}
		memcpy(w->rows, kept, sizeof kept);
		w->rows_n = n;
		w->unit_numbers = units;
		w->item_numbers = items;
	}
}

/* ---- entries ---- */

struct country *country_new(uint64_t seed)
{
	struct country *w = calloc(1, sizeof *w);
	assert_non_null(w);
	w->state = seed * 2 + 1;
	w->today = date_days(DAY(20240401));
	add_units(w);
	add_groups(w);
	add_items(w);
	w->catalogue = build(w);
	assert_non_null(w->catalogue);
	return w;
}

void country_free(struct country *w)
{
	for (size_t i = 0; i < w->made_n; i++) {
		catalogue_free(w->made[i]->catalogue);
		free(w->made[i]);
	}
	free(w->made);
	catalogue_free(w->catalogue);
	free(w);
}

size_t country_entries(const struct country *w)
{
	return w->made_n;
}

static struct made *new_entry(struct country *w, enum entry_kind kind)
{
	struct made *m = calloc(1, sizeof *m);
	assert_non_null(m);
	w->made = realloc(w->made, (w->made_n + 1) * sizeof *w->made);
	assert_non_null(w->made);
	if (w->made_n)
		memcpy(m->entry.prev_hash, w->made[w->made_n - 1]->entry.hash, HASH_SIZE);
	w->made[w->made_n++] = m;
	m->entry.number = w->made_n;
	m->entry.kind = kind;
	m->entry.received.ms = (int64_t)w->today * 86400000 + (int64_t)w->made_n;
	memcpy(m->entry.hash, &m->entry.number, sizeof m->entry.number);
	m->entry.hash[31] = 1;
	return m;
}

static void fill_body(struct country *w, struct update *u, const struct item_row *leaf)
{
	if (leaf->kind != ITEM_TASK && chance(w, 10)) {
		u->body = BODY_NONE_ARISEN;
		return;
	}
	u->value = country_random(w, 10000);
	if (leaf->kind == ITEM_TASK) {
		u->body = BODY_TASK;
		u->state = TASK_NOT_STARTED + country_random(w, 3);
		u->percent = u->state == TASK_DONE ? 100 : u->state == TASK_IN_PROGRESS ? country_random(w, 100) : 0;
		u->done_on = u->state == TASK_DONE ? near(w, 30, 0) : DAY(0);
	} else if (leaf->kind == ITEM_RATIO) {
		u->body = BODY_RATIO;
		u->numerator = country_random(w, 100);
		u->denominator = chance(w, 10) ? 0 : 100;
	} else {
		u->body = leaf->kind == ITEM_COUNT ? BODY_COUNT : BODY_POINTS;
	}
}

/* Something beside a figure instead. What it names is the catalogue's, which may be another one at the next replay. */
static void word(struct country *w, const struct view *v, struct made *m, size_t i)
{
	struct update *u = &m->updates[i];
	const char **names[] = { &u->unit, &u->item, &m->matter[i].addressee };
	country_word(w, v, u, &m->matter[i]);
	for (size_t k = 0; k < N(names); k++) {
		memmove(m->codes[i][k], *names[k], strlen(*names[k]) + 1);
		*names[k] = m->codes[i][k];
	}
}

/* One report that admit would take at the view's place. */
static bool report(struct country *w, const struct view *v, struct made *m, size_t i)
{
	const struct catalogue *c = v->catalogue;
	uint32_t item = country_random(w, (uint32_t)catalogue_items(c));
	size_t n = 0;
	const uint32_t *units = catalogue_reporters(c, item, &n);
	if (!n)
		return false;
	uint32_t unit = units[country_random(w, (uint32_t)n)];
	struct update *u = &m->updates[i];
	struct date as_of = near(w, 20, 0);
	bool known;
	const char *code = catalogue_unit(c, unit)->row.code;
	if (catalogue_unit_at(c, code, as_of, &known) != unit || !view_cell(v, unit, item))
		return false;
	snprintf(m->codes[i][0], sizeof m->codes[i][0], "%s", code);
	snprintf(m->codes[i][1], sizeof m->codes[i][1], "%s", catalogue_item(c, item)->row.code);
	*u = (struct update){ .unit = m->codes[i][0], .item = m->codes[i][1], .as_of = as_of,
			      .base_version = chance(w, 50) ? m->entry.number - 1 : 0, .period = "", .note = "", .reason = "",
			      .product_ref = "" };
	fill_body(w, u, &catalogue_item(c, item)->row);
	if (v->head.today.ymd && chance(w, 15))
		word(w, v, m, i);
	m->taken[i] = (struct taken){ .index = (uint32_t)i + 1, .update = *u };
	return true;
}

static void make_batch(struct country *w, const struct view *v)
{
	struct made *m = new_entry(w, ENTRY_BATCH);
	m->entry.principal = 1 + country_random(w, w->principals);
	m->entry.batch.taken = m->taken;
	while (m->entry.batch.taken_n < BATCH && chance(w, 90))
		m->entry.batch.taken_n += report(w, v, m, m->entry.batch.taken_n);
}

static void make_registry(struct country *w)
{
	struct made *m = new_entry(w, ENTRY_REGISTRY);
	uint32_t p = ++w->principals;
	m->registry[0] = (struct registry_change){ .kind = REGISTRY_PRINCIPAL_ADD, .principal = p, .role = ROLE_AGENT,
						   .scope_unit = 1 + country_random(w, 20), .name = "Phòng" };
	m->registry[1] = (struct registry_change){ .kind = REGISTRY_KEY_ADD, .principal = p, .key_id = p };
	memcpy(m->registry[1].public_key, &p, sizeof p);
	m->entry.registry = (struct entry_registry){ .n = 2, .changes = m->registry };
}

static void make_tick(struct country *w)
{
	struct made *m = new_entry(w, ENTRY_TICK);
	w->today += 1 + (int32_t)(chance(w, 20) ? country_random(w, 10) : 0);
	m->entry.tick.date = date_from_days(w->today);
}

static void make_catalogue(struct country *w)
{
	struct made *m = new_entry(w, ENTRY_CATALOGUE);
	if (m->entry.number > 2)
		new_catalogue(w);
	m->catalogue = country_clone(w->catalogue);
}

static void make_incarnation(struct country *w)
{
	struct made *m = new_entry(w, ENTRY_INCARNATION);
	m->entry.incarnation.old[0] = w->incarnation;
	m->entry.incarnation.made[0] = ++w->incarnation;
}

void country_step(struct country *w, const struct view *v)
{
	uint64_t next = v->head.entry + 1;
	assert_int_equal(next, w->made_n + 1);
	uint32_t dice = country_random(w, 100);
	if (next == 1)
		new_entry(w, ENTRY_GENESIS)->entry.genesis.illustrative = true;
	else if (next == 2)
		make_catalogue(w);
	else if (next < 5)
		make_registry(w);
	else if (dice < 62)
		make_batch(w, v);
	else if (dice < 84 || next == 6)
		make_tick(w);
	else if (dice < 93)
		make_catalogue(w);
	else if (dice < 95)
		make_registry(w);
	else if (dice < 96)
		make_incarnation(w);
	else if (dice < 99 && v->head.today.ymd)
		country_office(w, v, &new_entry(w, ENTRY_DECISION + (country_random(w, 2) ? 0 : 3 + country_random(w, 2)))->entry);
	else
		new_entry(w, ENTRY_VOID);
}

void country_fold(struct country *w, struct view *v, uint64_t number, struct change *ch)
{
	struct made *m = w->made[number - 1];
	struct entry e = m->entry;
	if (e.kind == ENTRY_CATALOGUE)
		e.catalogue.made = country_clone(m->catalogue);
	enum fold_result r = fold(v, &e, ch);
	if (r != FOLD_OK)
		print_message("entry %llu: %s\n", (unsigned long long)number, fold_says(r));
	assert_int_equal(r, FOLD_OK);
	if (e.kind == ENTRY_CATALOGUE)
		assert_null(e.catalogue.made);
}

static void sink(void *ctx, const uint8_t *bytes, size_t n)
{
	buffer_put(ctx, bytes, n);
}

struct buffer country_bytes(const struct view *v)
{
	struct buffer b = { 0 };
	assert_true(view_bytes(v, sink, &b));
	assert_false(b.failed);
	return b;
}
