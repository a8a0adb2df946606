// SPDX-License-Identifier: Apache-2.0
/* get: figures as they stand now, of one place or of a list of places; of a period or a day: list_period.c. */
#include <errno.h>
#include <stdlib.h>

#include "dashboard/reader.h"
#include "dashboard/decode.h"
#include "dashboard/json.h"
#include "dashboard/list.h"
#include "dashboard/mirror.h"
#include "dashboard/show.h"

enum { LIST_MAX = 16 * 1024 * 1024 };

/* What is asked for: item NULL = everything that is expected at the unit. */
struct wish {
	const char *unit, *item;
};

struct get {
	struct session *s;
	struct mirror *mirror;
	struct wish *wishes;
	size_t wishes_n;
	struct buffer list; /* the text of --list */
	struct reading *readings;
	size_t n, size;
	const char **fetched; /* paths */
	size_t fetched_n;
};

/* ---- fetching ---- */

struct fetch {
	struct session *s;
	struct mirror *mirror;
};

static int fetch_page(void *ctx, const Tiendo__V1__Reply *r)
{
	struct fetch *f = ctx;
	struct decoded d = {0};
	bool good = true;

	for (size_t i = 0; good && i < r->catch_up->n_grains; i++) {
		good = decode_grain(r->catch_up->grains[i], &d);
		if (good)
			mirror_page(f->mirror, &f->s->sight.generation, &d.grain);
	}
	decoded_free(&d);
	if (good && r->cursor.len == 0)
		mirror_complete(f->mirror, &f->s->sight.generation, r->as_of);
	return good ? EXIT_GOOD : session_fail(EXIT_ENVIRONMENT, "an answer of another kind");
}

int reader_fetch(struct session *s, struct mirror *m, const struct place *place, uint32_t plan_item)
{
	Tiendo__V1__Query q = TIENDO__V1__QUERY__INIT;
	Tiendo__V1__CatchUp ask = TIENDO__V1__CATCH_UP__INIT;
	struct fetch fetch = {s, m};
	const struct session_pages pages = {.question = &q,
					    .cursor = &ask.cursor,
					    .answer = TIENDO__V1__REPLY__ANSWER_CATCH_UP,
					    .page = fetch_page,
					    .ctx = &fetch};

	q.question_case = TIENDO__V1__QUERY__QUESTION_CATCH_UP;
	q.catch_up = &ask;
	ask.path = (char *)place->path;
	ask.only_path = true;
	if (plan_item != NO_INDEX)
		ask.plan = catalogue_item(s->atlas.catalogue, plan_item)->row.number;
	return session_pages(s, &pages);
}

struct reading reader_reading(const struct session *s, const struct mirror *m,
			      const struct place *place, const char *unit, uint32_t item)
{
	const struct catalogue *c = s->atlas.catalogue;
	const struct item *i = catalogue_item(c, item);
	uint32_t plan = catalogue_item(c, i->plan)->row.number;

	return reading_of(&s->sight, unit, place->name, i,
			  mirror_rollup(m, place->path, plan, i->row.number));
}

/* ---- readings ---- */

static void keep(struct get *g, struct reading r)
{
	if (g->n == g->size) {
		g->size = g->size ? g->size * 2 : 64;
		g->readings = base_grow(g->readings, g->size, sizeof(*g->readings));
	}
	g->readings[g->n++] = r;
}

static bool nothing_here(const struct figure *f)
{
	return !f->cells_expected && !f->leaves_expected && !f->indicators_expected;
}

static void keep_all(struct get *g, const struct place *place, const char *unit)
{
	const struct catalogue *c = g->s->atlas.catalogue;

	for (uint32_t p = 0; p < catalogue_plans(c); p++) {
		const struct plan *plan = catalogue_plan(c, p);
		for (uint32_t i = 0;
		     i < plan->items_n && atlas_has(&g->s->atlas, place, plan->item); i++) {
			struct reading r =
				reader_reading(g->s, g->mirror, place, unit, plan->items[i]);
			if (!nothing_here(&r.figure))
				keep(g, r);
		}
	}
}

/* Everything at a place is fetched at once when more than one figure of it is wanted. */
static int fetch_place(struct get *g, const struct place *place, uint32_t item)
{
	const struct catalogue *c = g->s->atlas.catalogue;

	for (size_t i = 0; i < g->fetched_n; i++)
		if (g->fetched[i] == place->path)
			return EXIT_GOOD;
	bool one = g->wishes_n == 1 && item != NO_INDEX;
	g->fetched[g->fetched_n++] = place->path;
	return reader_fetch(g->s, g->mirror, place, one ? catalogue_item(c, item)->plan : NO_INDEX);
}

static int grant(struct get *g, const struct wish *w)
{
	struct place place;
	uint32_t item;
	int code = session_find(g->s, w->unit, w->item, &place, &item);

	if (code == EXIT_GOOD)
		code = fetch_place(g, &place, item);
	if (code != EXIT_GOOD)
		return code;
	if (item == NO_INDEX)
		keep_all(g, &place, w->unit);
	else
		keep(g, reader_reading(g->s, g->mirror, &place, w->unit, item));
	return EXIT_GOOD;
}

/* ---- wishes ---- */

/* Lines "unit,item"; a header of these names, empty lines and lines with # are passed over. */
static int read_list(struct get *g, const char *path)
{
	struct sys_error error = {0};
	size_t size = 0;

	if (base_file_read(path, LIST_MAX, &g->list, &error))
		return session_fail(EXIT_ENVIRONMENT, "%s", error.text);
	buffer_text(&g->list);
	char *rest = (char *)g->list.data, *line;
	for (unsigned number = 1; (line = strsep(&rest, "\n")); number++) {
		line[strcspn(line, "\r")] = '\0';
		char *comma = strchr(line, ',');
		if (*line == '\0' || *line == '#' || strncmp(line, "unit,item", 9) == 0)
			continue;
		if (!comma || comma == line)
			return session_fail(EXIT_REFUSED, "%s:%u: \"%s\": unit,item", path, number,
					    line);
		*comma++ = '\0';
		comma[strcspn(comma, ",")] = '\0';
		if (g->wishes_n == size) {
			size = size ? size * 2 : 64;
			g->wishes = base_grow(g->wishes, size, sizeof(*g->wishes));
		}
		g->wishes[g->wishes_n++] = (struct wish){line, *comma ? comma : NULL};
	}
	return EXIT_GOOD;
}

static int read_arguments(struct get *g, const struct reader_options *o)
{
	if (o->list)
		return o->arguments_n
			       ? session_fail(EXIT_WRONG_USE, "--list FILE or UNIT, not both")
			       : read_list(g, o->list);
	if (!o->arguments_n || (!o->all && o->arguments_n > 2))
		return session_fail(EXIT_WRONG_USE,
				    "get UNIT [ITEM] | get --all UNIT... | get --list FILE");
	g->wishes = base_grow(NULL, o->arguments_n, sizeof(*g->wishes));
	if (!o->all) {
		g->wishes[g->wishes_n++] = (struct wish){
			o->arguments[0], o->arguments_n == 2 ? o->arguments[1] : NULL};
		return EXIT_GOOD;
	}
	while (g->wishes_n < o->arguments_n) {
		g->wishes[g->wishes_n] = (struct wish){o->arguments[g->wishes_n], NULL};
		g->wishes_n++;
	}
	return EXIT_GOOD;
}

static int show(const struct get *g, const struct reader_options *o)
{
	struct session *s = g->s;
	struct buffer out = {0};
	bool one = g->wishes_n == 1 && g->wishes[0].item;

	if (s->json && one && !o->list) {
		json_reading(&out, &g->readings[0]);
	} else if (s->json) {
		json_readings(&out, g->readings, g->n);
	} else {
		show_sight(&out, &s->sight, s->language);
		if (one)
			show_figure(&out, &g->readings[0], s->language);
		else
			show_figures(&out, g->readings, g->n, g->wishes_n > 1, s->language);
	}
	int code = session_print(&out);
	buffer_free(&out);
	return code;
}

static int get_period(struct session *s, const struct reader_options *o)
{
	if (o->list || o->all || !o->arguments_n || o->arguments_n > 2 || (o->period && o->at))
		return session_fail(EXIT_WRONG_USE, "get UNIT [ITEM] --period P | get UNIT [ITEM] --at DAY");
	return reader_list(s, o, &list_period);
}

int reader_get(struct session *s, const struct reader_options *o)
{
	if (o->period || o->at)
		return get_period(s, o);
	struct get g = {.s = s, .mirror = mirror_new()};
	int code = read_arguments(&g, o);

	if (code == EXIT_GOOD)
		code = session_catalogue(s);
	g.fetched = base_grow(NULL, g.wishes_n + 1, sizeof(*g.fetched));
	for (size_t i = 0; code == EXIT_GOOD && i < g.wishes_n; i++)
		code = grant(&g, &g.wishes[i]);
	if (code == EXIT_GOOD)
		code = show(&g, o);
	mirror_free(g.mirror);
	free(g.wishes);
	free(g.readings);
	free(g.fetched);
	buffer_free(&g.list);
	return code;
}
