// SPDX-License-Identifier: Apache-2.0
#include "dashboard/web_board.h"

#include <stdio.h>

#include "common/domain/periods.h"
#include "dashboard/json.h"
#include "dashboard/list.h"
#include "dashboard/web_tally.h"

enum web_code web_board_state(const struct web_view *v, const struct web_wish *w, struct buffer *out)
{
	struct json j = json_to(out);

	(void)w;
	web_state(&j, NULL, v);
	return WEB_GOOD;
}

/* ---- plans at a place ---- */

static bool shown(const struct web_view *v, const struct place *p, uint32_t item)
{
	return catalogue_item_open(v->atlas->catalogue, item, v->sight.today) && atlas_has(v->atlas, p, item);
}

/* Of every plan that has a row there and something expected in it. */
static void plans(struct json *j, const struct web_view *v, const struct place *p)
{
	const struct catalogue *c = v->atlas->catalogue;

	json_array_begin(j, "plans");
	for (uint32_t i = 0; i < catalogue_plans(c); i++) {
		uint32_t item = catalogue_plan(c, i)->item;
		const struct rollup *r = shown(v, p, item) ? web_rollup(v, p->path, item) : NULL;
		if (r)
			web_brief(j, NULL, v, catalogue_item(c, item), r);
	}
	json_array_end(j);
}

static void inner(struct json *j, const struct web_view *v, const struct place *p)
{
	const struct catalogue *c = v->atlas->catalogue;

	json_array_begin(j, "inner");
	for (uint32_t i = 0; i < catalogue_items(c); i++) {
		const struct item *item = catalogue_item(c, i);
		const struct rollup *r =
			item->depth == 1 && !item->leaf && shown(v, p, i) ? web_rollup(v, p->path, i) : NULL;
		if (r)
			web_brief(j, NULL, v, item, r);
	}
	json_array_end(j);
}

/* ---- offices that have something to report themselves ---- */

static void offices(struct json *j, const struct web_view *v, const struct place *p)
{
	struct web_offices o = {0};

	if (p->is_group) {
		struct web_below members = web_below(v, p);
		for (const struct unit *u; (u = web_below_next(&members));)
			web_tally_count(v->tally, v, u->first, &o);
	} else {
		web_tally_count(v->tally, v, p->index, &o);
	}
	json_object_begin(j, "offices");
	json_uint(j, "expected", o.expected);
	json_uint(j, "reported", o.reported);
	json_object_end(j);
}

/* ---- board ---- */

/* Leaders read every 15 days (DOMAIN 5, half_month): the end of the last half month is the day that today is compared with. */
static struct date compare_date(struct date today)
{
	unsigned day = today.ymd % 100;

	if (day > 15)
		return (struct date){today.ymd - day + 15};
	return date_add((struct date){today.ymd - day + 1}, -1);
}

static struct place place_of(const struct unit *u)
{
	return (struct place){.index = u->first, .path = u->path, .code = u->row.code, .name = u->row.name};
}

enum web_code web_board(const struct web_view *v, const struct web_wish *w, struct buffer *out)
{
	struct json j = json_to(out);
	struct web_below below = web_below(v, &w->place);

	json_object_begin(&j, NULL);
	web_state(&j, "state", v);
	web_place(&j, "unit", v, &w->place, w->persons);
	list_json_date(&j, "compare", compare_date(v->sight.today).ymd);
	plans(&j, v, &w->place);
	inner(&j, v, &w->place);
	json_array_begin(&j, "rows");
	for (const struct unit *u; (u = web_below_next(&below));) {
		struct place p = place_of(u);
		json_object_begin(&j, NULL);
		web_unit_ref(&j, "unit", u);
		plans(&j, v, &p);
		json_object_end(&j);
	}
	json_array_end(&j);
	offices(&j, v, &w->place);
	json_object_end(&j);
	return WEB_GOOD;
}

/* ---- tree: two levels, for areas ---- */

static void node(struct json *j, const struct web_view *v, const struct unit *u, const char *parent, uint32_t item)
{
	json_object_begin(j, NULL);
	json_text(j, "code", u->row.code);
	json_text(j, "name", u->row.name);
	list_json_text(j, "name_en", u->row.name_en);
	json_text(j, "parent", parent);
	web_brief(j, "b", v, catalogue_item(v->atlas->catalogue, item), web_rollup(v, u->path, item));
	json_object_end(j);
}

enum web_code web_board_tree(const struct web_view *v, const struct web_wish *w, struct buffer *out)
{
	struct json j = json_to(out);
	struct web_below below = web_below(v, &w->place);
	size_t nodes = 0;
	char top[WEB_CODE];

	json_object_begin(&j, NULL);
	web_state(&j, "state", v);
	json_array_begin(&j, "nodes");
	for (const struct unit *u; nodes < WEB_TREE_MAX && (u = web_below_next(&below)); nodes++)
		node(&j, v, u, web_code_of(w->place.code, w->place.is_group, top), w->item);
	below = web_below(v, &w->place);
	for (const struct unit *u; nodes < WEB_TREE_MAX && (u = web_below_next(&below));) {
		struct place p = place_of(u);
		struct web_below under = web_below(v, &p);
		for (const struct unit *x; nodes < WEB_TREE_MAX && (x = web_below_next(&under)); nodes++)
			node(&j, v, x, u->row.code, w->item);
	}
	json_array_end(&j);
	json_object_end(&j);
	return WEB_GOOD;
}

/* ---- one unit ---- */

static void groups(struct json *j, const struct web_view *v, const struct place *p)
{
	const struct catalogue *c = v->atlas->catalogue;
	uint32_t list[GROUPS_PER_UNIT_MAX];
	unsigned n = p->is_group ? 0 : catalogue_groups_of(c, p->index, v->sight.today, list);

	json_array_begin(j, "groups");
	for (unsigned i = 0; i < n; i++) {
		const struct group *g = catalogue_group(c, list[i]);
		char code[WEB_CODE];
		json_object_begin(j, NULL);
		json_text(j, "code", web_code_of(g->code, true, code));
		json_text(j, "name", g->name);
		list_json_text(j, "name_en", g->name_en);
		json_object_end(j);
	}
	json_array_end(j);
}

enum web_code web_board_unit(const struct web_view *v, const struct web_wish *w, struct buffer *out)
{
	struct json j = json_to(out);
	struct web_below below = web_below(v, &w->place);

	json_object_begin(&j, NULL);
	web_state(&j, "state", v);
	web_place(&j, "unit", v, &w->place, w->persons);
	json_array_begin(&j, "children");
	for (const struct unit *u; (u = web_below_next(&below));)
		web_unit_ref(&j, NULL, u);
	json_array_end(&j);
	groups(&j, v, &w->place);
	json_object_end(&j);
	return WEB_GOOD;
}

/* ---- figures ---- */

static void figure(struct json *j, const char *name, const struct web_view *v, const struct place *p, uint32_t item)
{
	char code[WEB_CODE];
	struct buffer text = {0};

	struct reading r = reading_of(&v->sight, web_code_of(p->code, p->is_group, code), p->name, catalogue_item(v->atlas->catalogue, item),
				      web_rollup(v, p->path, item));
	json_figure(&text, &r);
	json_raw(j, name, buffer_bytes(&text));
	buffer_free(&text);
}

/* Is it wanted, and is there one? As `tiendo get UNIT` shows them: where nothing is expected there is no figure. */
static bool wanted(const struct web_view *v, const struct web_wish *w, uint32_t item)
{
	const struct catalogue *c = v->atlas->catalogue;
	struct figure f = {0};

	if (w->item != NO_INDEX && catalogue_item(c, item)->plan != catalogue_item(c, w->item)->plan)
		return false;
	const struct rollup *r = shown(v, &w->place, item) ? web_rollup(v, w->place.path, item) : NULL;
	if (r)
		figures_show(&f, catalogue_item(c, item)->row.kind, r);
	return f.cells_expected || f.leaves_expected || f.indicators_expected;
}

enum web_code web_board_figures(const struct web_view *v, const struct web_wish *w, struct buffer *out)
{
	const struct catalogue *c = v->atlas->catalogue;
	struct json j = json_to(out);
	uint32_t items[WEB_FIGURES_PAGE], i = w->from;
	size_t n = 0;
	char code[WEB_CODE];

	json_object_begin(&j, NULL);
	web_state(&j, "state", v);
	json_text(&j, "unit", web_code_of(w->place.code, w->place.is_group, code));
	json_array_begin(&j, "figures");
	for (; i < catalogue_items(c); i++) {
		if (!wanted(v, w, i))
			continue;
		if (n == WEB_FIGURES_PAGE)
			break;
		figure(&j, NULL, v, &w->place, i);
		items[n++] = i;
	}
	json_array_end(&j);
	list_json_text(&j, "next", i < catalogue_items(c) ? catalogue_item(c, items[n - 1])->row.code : "");
	json_object_begin(&j, "changed");
	for (size_t k = 0; k < n; k++)
		web_changed(&j, catalogue_item(c, items[k])->row.code, v, web_rollup(v, w->place.path, items[k]));
	json_object_end(&j);
	json_object_end(&j);
	return WEB_GOOD;
}

enum web_code web_board_below(const struct web_view *v, const struct web_wish *w, struct buffer *out)
{
	struct json j = json_to(out);
	struct web_below below = web_below(v, &w->place);

	json_object_begin(&j, NULL);
	web_state(&j, "state", v);
	web_place(&j, "unit", v, &w->place, w->persons);
	json_text(&j, "item", catalogue_item(v->atlas->catalogue, w->item)->row.code);
	figure(&j, "figure", v, &w->place, w->item);
	web_changed(&j, "changed_ms", v, web_rollup(v, w->place.path, w->item));
	json_array_begin(&j, "rows");
	for (const struct unit *u; (u = web_below_next(&below));) {
		struct place p = place_of(u);
		if (!web_rollup(v, u->path, w->item))
			continue;
		json_object_begin(&j, NULL);
		web_unit_ref(&j, "unit", u);
		figure(&j, "figure", v, &p, w->item);
		web_changed(&j, "changed_ms", v, web_rollup(v, u->path, w->item));
		json_object_end(&j);
	}
	json_array_end(&j);
	json_object_end(&j);
	return WEB_GOOD;
}
