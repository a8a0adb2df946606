// SPDX-License-Identifier: Apache-2.0
#include "dashboard/web_view.h"

#include <stdio.h>

#include "common/domain/says.h"
#include "dashboard/list.h"

enum { PATH_DEPTH = 16 /* the catalogue's limit is 12 */ };

void web_state(struct json *j, const char *name, const struct web_view *v)
{
	const struct sight *s = &v->sight;
	char generation[GENERATION_TEXT];
	struct place root;

	json_object_begin(j, name);
	json_text(j, "generation", generation_text(&s->generation, generation));
	json_uint(j, "version", v->version);
	json_int(j, "time_ms", v->time.ms);
	list_json_date(j, "today", s->today.ymd);
	json_bool(j, "live", !v->cut_since_ms);
	if (v->cut_since_ms)
		json_int(j, "cut_since_ms", v->cut_since_ms);
	else
		json_none(j, "cut_since_ms");
	list_json_text(j, "cut_reason", v->cut_reason ? v->cut_reason : "");
	json_bool(j, "stale", s->stale);
	json_bool(j, "illustrative", s->illustrative);
	json_bool(j, "simulated", s->simulated);
	if (v->atlas->catalogue && atlas_place(v->atlas, v->root, s->today, &root) && !root.is_group)
		web_unit_ref(j, "root", catalogue_unit(v->atlas->catalogue, root.index));
	else
		json_none(j, "root");
	json_text(j, "software", TIENDO_VERSION);
	json_uint(j, "clients", v->clients);
	json_object_end(j);
}

static void unit_members(struct json *j, const struct unit *u)
{
	json_text(j, "code", u->row.code);
	json_text(j, "name", u->row.name);
	list_json_text(j, "name_en", u->row.name_en);
	json_text(j, "kind", unit_kind_word(u->row.kind));
}

void web_unit_ref(struct json *j, const char *name, const struct unit *u)
{
	json_object_begin(j, name);
	unit_members(j, u);
	json_object_end(j);
}

/* Root first, itself last. */
static void ancestors(struct json *j, const struct catalogue *c, uint32_t unit)
{
	uint32_t line[PATH_DEPTH];
	size_t n = 0;

	for (uint32_t u = unit; u != NO_INDEX && n < PATH_DEPTH; u = catalogue_unit(c, u)->parent)
		line[n++] = u;
	json_array_begin(j, "path");
	while (n)
		web_unit_ref(j, NULL, catalogue_unit(c, line[--n]));
	json_array_end(j);
}

char *web_code_of(const char *code, bool is_group, char out[static WEB_CODE])
{
	snprintf(out, WEB_CODE, "%s%s", is_group ? "G/" : "", code);
	return out;
}

static void group_members(struct json *j, const struct group *g)
{
	char code[WEB_CODE];

	json_text(j, "code", web_code_of(g->code, true, code));
	json_text(j, "name", g->name);
	list_json_text(j, "name_en", g->name_en);
	json_none(j, "kind");
	json_none(j, "type");
	json_none(j, "head");
	json_none(j, "contact");
	json_none(j, "closed");
	json_bool(j, "group", true);
	json_array_begin(j, "path");
	json_array_end(j);
}

void web_place(struct json *j, const char *name, const struct web_view *v, const struct place *p, bool persons)
{
	const struct catalogue *c = v->atlas->catalogue;
	struct web_below below = web_below(v, p);
	uint64_t children = 0;

	while (web_below_next(&below))
		children++;
	json_object_begin(j, name);
	if (p->is_group) {
		group_members(j, catalogue_group(c, p->index));
	} else {
		const struct unit *u = catalogue_unit(c, p->index);
		unit_members(j, u);
		list_json_text(j, "type", u->row.type);
		list_json_text(j, "head", persons ? u->row.head : "");
		list_json_text(j, "contact", persons ? u->row.contact : "");
		list_json_date(j, "closed", u->row.closed.ymd);
		json_bool(j, "group", false);
		ancestors(j, c, p->index);
	}
	json_uint(j, "children", children);
	json_object_end(j);
}

/* ---- a figure, small ---- */

static void numbers(struct json *j, const char *name, const uint64_t *list, size_t n)
{
	uint64_t any = 0;

	for (size_t i = 0; i < n; i++)
		any |= list[i];
	if (!any)
		return;
	json_array_begin(j, name);
	for (size_t i = 0; i < n; i++)
		json_uint(j, NULL, list[i]);
	json_array_end(j);
}

static void tasks(struct json *j, const char *name, const struct task_counts *c)
{
	numbers(j, name, (uint64_t[]){c->unreported, c->not_started, c->in_progress, c->done, c->na}, 5);
}

static void values(struct json *j, const struct figure *f)
{
	if (f->has_ratio) {
		json_array_begin(j, "n");
		json_int(j, NULL, f->numerator);
		json_int(j, NULL, f->denominator);
		json_array_end(j);
	}
	if (f->has_value)
		json_int(j, "x", f->value);
	if (f->has_percent)
		json_uint(j, "p", f->percent_bp);
	if (f->has_target) {
		json_array_begin(j, "t");
		json_int(j, NULL, f->target);
		if (f->has_reached)
			json_uint(j, NULL, f->target_reached);
		else
			json_none(j, NULL);
		json_array_end(j);
	}
	if (f->has_attainment)
		json_uint(j, "a", f->attainment_bp);
	if (f->has_score) {
		json_array_begin(j, "s");
		json_uint(j, NULL, f->score_bp);
		json_uint(j, NULL, f->score_leaves);
		json_uint(j, NULL, f->score_leaves_of);
		json_array_end(j);
	}
}

void web_changed(struct json *j, const char *name, const struct web_view *v, const struct rollup *r)
{
	int64_t ms = r && v->times ? web_times_of(v->times, r->version) : 0;

	if (ms)
		json_int(j, name, ms);
	else
		json_none(j, name);
}

void web_brief(struct json *j, const char *name, const struct web_view *v, const struct item *item, const struct rollup *r)
{
	struct figure f = {0};

	if (r)
		figures_show(&f, item->row.kind, r);
	json_object_begin(j, name);
	json_text(j, "i", item->row.code);
	if (r) {
		const struct indicator_counts *k = &f.indicators;
		int64_t ms = v->times ? web_times_of(v->times, r->version) : 0;
		json_uint(j, "v", f.version);
		if (ms)
			json_int(j, "m", ms);
		tasks(j, "l", &f.leaves);
		tasks(j, "c", &f.cells);
		numbers(j, "k", (uint64_t[]){k->unreported, k->value, k->none, k->na, k->at_target}, 5);
		numbers(j, "d", (uint64_t[]){f.done_late, f.overdue, f.behind}, 3);
		numbers(j, "r", (uint64_t[]){f.reported, f.expected}, 2);
		values(j, &f);
	}
	json_object_end(j);
}

uint32_t web_unit_at(const struct web_view *v, const char *path)
{
	const struct catalogue *c = v->atlas->catalogue;
	size_t size = strlen(path), from = size ? size - 1 : 0, n;
	char code[CODE_MAX + 1];

	while (from && path[from - 1] != '/')
		from--;
	/* an earlier bearer of a code has "@opened" behind it in its path */
	n = strcspn(path + from, "@/");
	if (!n || n > CODE_MAX)
		return NO_INDEX;
	memcpy(code, path + from, n);
	code[n] = '\0';
	for (uint32_t u = catalogue_unit_bearer(c, code, NO_INDEX); u != NO_INDEX; u = catalogue_unit_bearer(c, code, u))
		if (strcmp(catalogue_unit(c, u)->path, path) == 0)
			return u;
	return NO_INDEX;
}

const struct rollup *web_rollup(const struct web_view *v, const char *path, uint32_t item)
{
	const struct catalogue *c = v->atlas->catalogue;
	const struct item *i = catalogue_item(c, item);

	return mirror_rollup(v->mirror, path, catalogue_item(c, i->plan)->row.number, i->row.number);
}

/* ---- what stands directly below ---- */

struct web_below web_below(const struct web_view *v, const struct place *p)
{
	return (struct web_below){v, *p, p->is_group ? 0 : p->index + 1};
}

/* Is the unit itself named as a member today (and not only something above it)? */
static bool is_member(const struct web_view *v, uint32_t unit, uint32_t group)
{
	const struct catalogue *c = v->atlas->catalogue;
	uint32_t own[GROUPS_PER_UNIT_MAX], above[GROUPS_PER_UNIT_MAX];
	uint32_t parent = catalogue_unit(c, unit)->parent;
	unsigned n = catalogue_groups_of(c, unit, v->sight.today, own);
	bool in = false, in_parent = false;

	for (unsigned i = 0; i < n; i++)
		in |= own[i] == group;
	n = in && parent != NO_INDEX ? catalogue_groups_of(c, parent, v->sight.today, above) : 0;
	for (unsigned i = 0; i < n; i++)
		in_parent |= above[i] == group;
	return in && !in_parent;
}

const struct unit *web_below_next(struct web_below *b)
{
	const struct catalogue *c = b->view->atlas->catalogue;
	uint32_t end = b->place.is_group ? (uint32_t)catalogue_units(c) : catalogue_unit(c, b->place.index)->last + 1;

	while (b->at < end) {
		uint32_t at = b->at;
		const struct unit *u = catalogue_unit(c, at);
		/* a child's subtree is a span: the next one begins behind it */
		b->at = b->place.is_group ? at + 1 : u->last + 1;
		if (!catalogue_unit_open(c, at, b->view->sight.today))
			continue;
		if (!b->place.is_group || is_member(b->view, at, b->place.index))
			return u;
	}
	return NULL;
}
