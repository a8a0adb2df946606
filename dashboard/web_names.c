// SPDX-License-Identifier: Apache-2.0
/* The answers of web_board.h that are about names: the items of the catalogue, and the search. */
#include "common/domain/says.h"
#include "common/domain/text.h"
#include "dashboard/list.h"
#include "dashboard/web_board.h"

enum { FOLDED = 512, WORDS = 8, UNDER = 3 };

/* ---- items ---- */

static void flags(struct json *j, unsigned set)
{
	static const struct {
		unsigned flag;
		const char *word;
	} words[] = {{ITEM_TRONG_TAM, "trong_tam"}, {ITEM_DP_CHU_TRI, "dp_chu_tri"}, {ITEM_WATCH, "watch"}, {ITEM_OWN_WORK, "own_work"}};

	json_array_begin(j, "flags");
	for (size_t i = 0; i < BASE_COUNT(words); i++)
		if (set & words[i].flag)
			json_text(j, NULL, words[i].word);
	json_array_end(j);
}

static void item_members(struct json *j, const struct catalogue *c, const struct item *i, bool persons)
{
	const struct item_row *r = &i->row;

	json_text(j, "code", r->code);
	list_json_text(j, "parent", r->parent);
	json_text(j, "plan", catalogue_item(c, i->plan)->row.code);
	json_text(j, "kind", item_kind_word(r->kind));
	json_bool(j, "leaf", i->leaf);
	json_text(j, "name", r->name);
	list_json_text(j, "name_en", r->name_en);
	list_json_text(j, "doc_no", r->doc_no);
	list_json_text(j, "issuer", r->issuer);
	list_json_text(j, "owner", catalogue_item(c, i->plan)->row.owner);
	list_json_text(j, "lead", r->lead);
	list_json_text(j, "coop", r->coop);
	list_json_text(j, "person", persons ? r->person : "");
	list_json_text(j, "product", r->product);
	list_json_text(j, "product_unit", r->product_unit);
	list_json_date(j, "start", r->start.ymd);
	list_json_date(j, "due", r->due.ymd);
	list_json_text(j, "schedule", r->schedule);
	list_json_text(j, "num_def", r->num_def);
	list_json_text(j, "den_def", r->den_def);
	list_json_text(j, "uom", r->uom);
}

/* Who is responsible belongs to the unit that leads, or to the plan's owner. */
static bool shows_person(const struct web_view *v, const struct web_wish *w, const struct item *i)
{
	const struct catalogue *c = v->atlas->catalogue;
	const char *code = *i->row.lead ? i->row.lead : catalogue_item(c, i->plan)->row.owner;
	uint32_t unit = w->persons ? catalogue_unit_by_code(c, code, v->sight.today) : NO_INDEX;

	return unit != NO_INDEX && catalogue_within(c, unit, w->persons_below);
}

static void item(struct json *j, const struct catalogue *c, const struct item *i, bool persons)
{
	const struct item_row *r = &i->row;

	json_object_begin(j, NULL);
	item_members(j, c, i, persons);
	list_json_text(j, "answer", i->leaf ? answer_word(r->answer) : "");
	list_json_text(j, "measure", i->leaf ? measure_word(r->measure) : "");
	list_json_text(j, "aggregate", i->leaf ? aggregate_word(r->aggregate) : "");
	list_json_text(j, "direction", i->leaf ? direction_word(r->direction) : "");
	if (r->has_target)
		json_int(j, "target", r->target);
	else
		json_none(j, "target");
	flags(j, r->flags);
	json_uint(j, "weight", r->weight);
	list_json_date(j, "closed", r->closed.ymd);
	json_object_end(j);
}

enum web_code web_board_items(const struct web_view *v, const struct web_wish *w, struct buffer *out)
{
	const struct catalogue *c = v->atlas->catalogue;
	struct json j = json_to(out);

	json_object_begin(&j, NULL);
	web_state(&j, "state", v);
	json_array_begin(&j, "items");
	for (uint32_t i = 0; i < catalogue_items(c); i++)
		item(&j, c, catalogue_item(c, i), shows_person(v, w, catalogue_item(c, i)));
	json_array_end(&j);
	json_object_end(&j);
	return WEB_GOOD;
}

/* ---- search: every word asked for is the beginning of a word of the name, or the whole is the code ---- */

struct words {
	char folded[FOLDED];
	const char *list[WORDS];
	size_t n;
};

static bool split(struct words *w, const char *text)
{
	if (strlen(text) > WEB_QUERY_MAX || !text_fold(text, w->folded, sizeof(w->folded)))
		return false;
	for (char *at = w->folded, *space; *at && w->n < WORDS; at = space + 1) {
		space = strchr(at, ' ');
		if (*at != ' ')
			w->list[w->n++] = at;
		if (!space)
			break;
		*space = '\0';
	}
	return w->n > 0;
}

static bool begins_a_word(const char *name, const char *word)
{
	size_t size = strlen(word);

	for (const char *at = name; at; at = strchr(at, ' '), at = at ? at + 1 : NULL)
		if (strncmp(at, word, size) == 0)
			return true;
	return false;
}

static bool matches(const struct words *w, const char *name, const char *code)
{
	char folded[FOLDED], folded_code[FOLDED];

	if (!text_fold(name, folded, sizeof(folded)) || !text_fold(code, folded_code, sizeof(folded_code)))
		return false;
	for (size_t i = 0; i < w->n; i++)
		if (!begins_a_word(folded, w->list[i]) && strcmp(folded_code, w->list[i]) != 0)
			return false;
	return true;
}

/* Names repeat ("Xã Tân Thành" 27 times): those above it, nearest first, tell which one it is. */
static void under(struct json *j, const struct catalogue *c, const struct unit *u)
{
	json_array_begin(j, "under");
	for (int i = 0; i < UNDER && u->parent != NO_INDEX; i++) {
		u = catalogue_unit(c, u->parent);
		json_text(j, NULL, u->row.name);
	}
	json_array_end(j);
}

static void found_units(struct json *j, const struct web_view *v, const struct words *words, uint32_t within, size_t most)
{
	const struct catalogue *c = v->atlas->catalogue;
	size_t n = 0;

	json_array_begin(j, "units");
	for (uint32_t i = within; i <= catalogue_unit(c, within)->last && n < most; i++) {
		const struct unit *u = catalogue_unit(c, i);
		if (!catalogue_unit_open(c, i, v->sight.today) || !matches(words, u->row.name, u->row.code))
			continue;
		json_object_begin(j, NULL);
		json_text(j, "code", u->row.code);
		json_text(j, "name", u->row.name);
		list_json_text(j, "name_en", u->row.name_en);
		json_text(j, "kind", unit_kind_word(u->row.kind));
		under(j, c, u);
		json_object_end(j);
		n++;
	}
	json_array_end(j);
}

static void found_items(struct json *j, const struct web_view *v, const struct words *words, size_t most)
{
	const struct catalogue *c = v->atlas->catalogue;
	size_t n = 0;

	json_array_begin(j, "items");
	for (uint32_t i = 0; i < catalogue_items(c) && n < most; i++) {
		const struct item *it = catalogue_item(c, i);
		if (!catalogue_item_open(c, i, v->sight.today) || !matches(words, it->row.name, it->row.code))
			continue;
		json_object_begin(j, NULL);
		json_text(j, "code", it->row.code);
		json_text(j, "name", it->row.name);
		list_json_text(j, "name_en", it->row.name_en);
		json_text(j, "plan", catalogue_item(c, it->plan)->row.code);
		json_object_end(j);
		n++;
	}
	json_array_end(j);
}

enum web_code web_board_search(const struct web_view *v, const struct web_wish *w, struct buffer *out)
{
	struct json j = json_to(out);
	struct words words = {0};

	if (!w->text || w->within == NO_INDEX || !split(&words, w->text))
		return WEB_BAD_REQUEST;
	json_object_begin(&j, NULL);
	found_units(&j, v, &words, w->within, w->most);
	found_items(&j, v, &words, w->most);
	json_object_end(&j);
	return WEB_GOOD;
}
