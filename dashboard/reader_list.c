// SPDX-License-Identifier: Apache-2.0
/* The commands that are one question answered in rows: timeliness, silent, obstacles ... and get of a period or a day. */
#include "dashboard/list.h"
#include "dashboard/reader.h"

static int read_date(const char *option, const char *text, struct date *out)
{
	if (!text)
		return EXIT_GOOD;
	*out = date_parse(text);
	return out->ymd ? EXIT_GOOD
			: session_fail(EXIT_WRONG_USE, "%s %s: yyyy-mm-dd | dd/mm/yyyy", option, text);
}

static int read_wish(const struct reader_options *o, struct list_wish *w)
{
	int code = read_date("--at", o->at, &w->at);

	if (code == EXIT_GOOD)
		code = read_date("--from", o->from, &w->from);
	if (code == EXIT_GOOD)
		code = read_date("--to", o->to, &w->to);
	w->unit = o->arguments_n ? o->arguments[0] : "";
	w->item = o->arguments_n > 1 ? o->arguments[1] : "";
	w->period = o->period ? o->period : "";
	w->open = o->open;
	w->by_addressee = o->by_addressee;
	w->steps = o->steps;
	return code;
}

static int find(struct session *s, struct list *l)
{
	bool named = *l->wish.item && !l->kind->second_is_rule;
	uint32_t item;

	if (l->kind->wants_period && !*l->wish.period)
		return session_fail(EXIT_WRONG_USE, "%s UNIT [ITEM] --period P", l->kind->name);
	if (l->kind->about_nobody)
		return EXIT_GOOD;
	if (!*l->wish.unit) { /* what lies with no unit */
		l->place.name = TELL(l, "Danh mục kiến nghị bộ, ngành trung ương", "List for the ministries");
		return l->wish.by_addressee ? EXIT_GOOD
					    : session_fail(EXIT_WRONG_USE, "%s UNIT | %s --by-addressee",
							   l->kind->name, l->kind->name);
	}
	int code = session_find(s, l->wish.unit, named ? l->wish.item : NULL, &l->place, &item);

	if (code == EXIT_GOOD && item != NO_INDEX)
		l->item = catalogue_item(s->atlas.catalogue, item);
	return code;
}

struct fetch {
	struct session *s;
	struct list *list;
};

static int take_page(void *ctx, const Tiendo__V1__Reply *r)
{
	struct fetch *f = ctx;

	f->list->sight = f->s->sight;
	return list_page(f->list, r) ? EXIT_GOOD : EXIT_AGAIN; /* of a catalogue that is newer than ours */
}

static int fetch(struct session *s, struct list *l)
{
	struct list_question q = {.query = TIENDO__V1__QUERY__INIT};
	struct fetch ctx = {s, l};
	const struct session_pages pages = {.question = &q.query,
					    .cursor = l->kind->ask(&l->wish, &q),
					    .answer = l->kind->answer,
					    .page = take_page,
					    .ctx = &ctx};

	return session_pages(s, &pages);
}

int reader_list(struct session *s, const struct reader_options *o, const struct list_kind *kind)
{
	struct list_wish wish = {0};
	struct buffer out = {0};
	int code = read_wish(o, &wish);

	if (code == EXIT_GOOD)
		code = session_catalogue(s);
	if (code != EXIT_GOOD)
		return code;
	struct list l = list_open(kind, s->atlas.catalogue, s->language);
	l.wish = wish;
	code = find(s, &l);
	if (code == EXIT_GOOD)
		code = fetch(s, &l);
	if (code == EXIT_GOOD) {
		(s->json ? list_json : list_show)(&l, &out);
		code = session_print(&out);
	}
	list_close(&l);
	buffer_free(&out);
	return code;
}

#define READER(name)                                                     \
	int reader_##name(struct session *s, const struct reader_options *o) \
	{                                                                \
		return reader_list(s, o, &list_##name);                  \
	}
READER(timeliness)
READER(silent)
READER(obstacles)
READER(findings)
READER(requests)
READER(series)
READER(suspicious)
READER(exceptions)
READER(slots)
READER(health)
