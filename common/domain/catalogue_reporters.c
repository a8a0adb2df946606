// SPDX-License-Identifier: Apache-2.0
/*
 * catalogue_reporters: who may report a leaf. `reporters` is read once per way of writing it; what
 * it names on any date is listed, and only where dated members of a group decide are its tokens
 * walked again for a day.
 */
#include <assert.h>
#include <string.h>

#include "common/domain/catalogue_inside.h"
#include "common/domain/says.h"
#include "common/domain/text.h"

/* ---- reading the text ---- */

static enum fault_kind read_kind(struct token *t, char *text)
{
	char *at = strchr(text, '@');

	if (!at)
		return FAULT_REPORTER_SYNTAX;
	*at = '\0';
	t->kind = TOKEN_KIND;
	t->code = at + 1;
	t->unit_kind = unit_kind_of(text);
	return t->unit_kind == UNIT_NONE ? FAULT_REPORTER_SYNTAX : FAULT_NONE;
}

/* Splits the text in place: it is the pool's copy. */
static enum fault_kind read_token(const struct catalogue *c, struct token *t, char *text)
{
	enum fault_kind fault = FAULT_NONE;

	*t = (struct token){ .kind = TOKEN_CODE, .code = text, .group = NO_INDEX };
	if (strncmp(text, "group:", 6) == 0) {
		t->kind = TOKEN_GROUP;
		t->code = text + 6;
		t->group = names_get(&c->group_names, t->code);
	} else if (strncmp(text, "kind:", 5) == 0) {
		fault = read_kind(t, text + 5);
	} else if (text[0] == '-') {
		t->kind = TOKEN_WITHOUT;
		t->code = text + 1;
	}
	if (fault == FAULT_NONE && !text_is_code(t->code))
		fault = FAULT_REPORTER_SYNTAX;
	else if (fault == FAULT_NONE && t->group == NO_INDEX &&
		 (t->kind == TOKEN_GROUP || names_get(&c->unit_names, t->code) == NO_INDEX))
		fault = FAULT_REPORTER_UNKNOWN;
	return fault;
}

static size_t count_tokens(const char *text)
{
	size_t n = 1;

	for (; *text; text++)
		n += *text == '|';
	return n;
}

/* The part up to the next '|', trimmed; moves on behind it. */
static char *cut_part(char **rest)
{
	char *part = *rest, *end = strchr(part, '|');

	*rest = end ? end + 1 : NULL;
	if (!end)
		end = part + strlen(part);
	while (end > part && end[-1] == ' ')
		end--;
	*end = '\0';
	return part + strspn(part, " ");
}

static bool read_tokens(struct making *m, struct reporters *r, const char *text)
{
	struct catalogue *c = m->c;
	struct token *list = pool_array(&c->pool, count_tokens(text), sizeof(*list));
	char *rest = pool_array(&c->pool, strlen(text) + 1, 1);

	if (!list || !rest)
		return false;
	memcpy(rest, text, strlen(text) + 1);
	while (rest) {
		char *part = cut_part(&rest);
		const char *whole = pool_text(&m->work, part);
		enum fault_kind fault = read_token(c, &list[r->tokens_n++], part);

		if (fault != FAULT_NONE && r->fault == FAULT_NONE) {
			r->fault = fault;
			r->at = whole;
		}
	}
	r->tokens = list;
	return true;
}

/* ---- who it names ---- */

static void mark_kind(const struct catalogue *c, const struct token *t, bool *in)
{
	for (uint32_t top = names_get(&c->unit_names, t->code); top != NO_INDEX;
	     top = c->before[top])
		for (uint32_t u = c->units[top].first; u <= c->units[top].last; u++)
			if (c->units[u].row.kind == t->unit_kind)
				in[u] = true;
}

static void mark_group(const struct catalogue *c, uint32_t group, bool *in)
{
	const struct row_list *l = &c->rows[ROW_GROUP];

	for (size_t i = 0; group != NO_INDEX && i < l->n; i++)
		if (strcmp(l->rows[i].group.group, c->groups[group].code) == 0)
			for (uint32_t u = names_get(&c->unit_names, l->rows[i].group.unit);
			     u != NO_INDEX; u = c->before[u])
				in[u] = true;
}

static void mark(const struct catalogue *c, const struct token *t, bool *in)
{
	switch (t->kind) {
	case TOKEN_KIND:
		mark_kind(c, t, in);
		return;
	case TOKEN_GROUP:
		mark_group(c, t->group, in);
		return;
	case TOKEN_CODE:
	case TOKEN_WITHOUT:
		for (uint32_t u = names_get(&c->unit_names, t->code); u != NO_INDEX;
		     u = c->before[u])
			in[u] = t->kind == TOKEN_CODE;
		return;
	}
}

static bool group_dated(const struct catalogue *c, uint32_t group)
{
	const struct row_list *l = &c->rows[ROW_GROUP];

	for (size_t i = 0; group != NO_INDEX && i < l->n; i++)
		if (strcmp(l->rows[i].group.group, c->groups[group].code) == 0 &&
		    (l->rows[i].group.from.ymd || l->rows[i].group.to.ymd))
			return true;
	return false;
}

static bool marked_inside(const struct catalogue *c, uint32_t unit, uint32_t owner, const bool *in)
{
	for (uint32_t u = names_get(&c->unit_names, c->units[unit].row.code); u != NO_INDEX;
	     u = c->before[u])
		if (in[u] && catalogue_within(c, u, owner))
			return true;
	return false;
}

/*
 * Who stands outside the owner's subtree has no row in the plan and is no reporter. It is a fault,
 * unless it is only another bearer of a code that is meant for a unit inside.
 */
static void keep_inside(const struct catalogue *c, struct reporters *r, uint32_t owner, bool *in)
{
	for (uint32_t u = 0; u < c->units_n; u++) {
		if (!in[u] || catalogue_within(c, u, owner))
			continue;
		if (r->outside == NO_INDEX && !marked_inside(c, u, owner, in))
			r->outside = u;
		in[u] = false;
	}
}

static bool expand(struct making *m, struct reporters *r, uint32_t owner, bool *in)
{
	struct catalogue *c = m->c;
	uint32_t *list, n = 0;

	memset(in, 0, c->units_n);
	for (uint32_t i = 0; i < r->tokens_n; i++) {
		mark(c, &r->tokens[i], in);
		if (r->tokens[i].kind == TOKEN_GROUP && group_dated(c, r->tokens[i].group))
			r->dated = true;
	}
	keep_inside(c, r, owner, in);
	for (uint32_t u = 0; u < c->units_n; u++)
		n += in[u];
	list = pool_array(&c->pool, n, sizeof(*list));
	if (!list)
		return false;
	for (uint32_t u = 0; u < c->units_n; u++)
		if (in[u])
			list[r->n++] = u;
	r->list = list;
	return true;
}

static bool read_reporters(struct making *m, struct reporters *r, const char *text, uint32_t owner,
			   bool *in)
{
	r->outside = NO_INDEX;
	return (text[0] == '\0' || read_tokens(m, r, text)) && expand(m, r, owner, in);
}

/* The leaves of one plan; *n = how many ways of writing there are. */
static bool plan_reporters(struct making *m, const struct plan *p, struct reporters *all,
			   uint32_t *n, bool *in)
{
	struct catalogue *c = m->c;
	struct names written;

	if (!names_init(&written, &m->work, p->items_n))
		return false;
	for (uint32_t i = p->item; i < p->item + p->items_n; i++) {
		const struct item_row *row = &c->items[i].row;
		const char *text = row->reporters[0] ? row->reporters : row->lead;
		uint32_t known = names_get(&written, text);

		if (!c->items[i].leaf)
			continue;
		if (known == NAMES_NONE) {
			known = (*n)++;
			names_put(&written, text, known);
			if (!read_reporters(m, &all[known], text, p->owner, in))
				return false;
		}
		c->items_more[i].reporters = &all[known];
	}
	return true;
}

bool making_reporters(struct making *m)
{
	struct catalogue *c = m->c;
	bool *in = pool_array(&m->work, c->units_n, sizeof(*in));
	struct reporters *all = pool_array(&c->pool, c->items_n, sizeof(*all));
	uint32_t n = 0;

	if (!in || !all)
		return false;
	for (uint32_t p = 0; p < c->plans_n; p++)
		if (!plan_reporters(m, &c->plans[p], all, &n, in))
			return false;
	return true;
}

/* ---- reading ---- */

static const struct reporters *reporters_of(const struct catalogue *c, uint32_t item)
{
	static const struct reporters nobody; /* reports an inner item */

	assert(item < c->items_n);
	return c->items[item].leaf ? c->items_more[item].reporters : &nobody;
}

uint32_t reporters_from(const struct reporters *r, uint32_t unit)
{
	uint32_t low = 0, high = r->n;

	/* all are different, so a dense list leaves little to search */
	if (high && unit >= r->list[0] && unit <= r->list[high - 1]) {
		uint32_t before = unit - r->list[0], behind = r->list[high - 1] - unit;

		low = high > behind ? high - behind - 1 : 0;
		high = before < high ? before : high;
	}
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (r->list[middle] < unit)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool member_on(const struct catalogue *c, uint32_t unit, uint32_t group, struct date d)
{
	const struct memberships *l = &c->memberships[unit];

	for (uint32_t i = 0; i < l->n; i++)
		if (l->list[i].unit == unit && l->list[i].group == group &&
		    date_within(d, l->list[i].from, l->list[i].to))
			return true;
	return false;
}

static bool kind_of(const struct catalogue *c, uint32_t unit, const struct token *t)
{
	if (c->units[unit].row.kind != t->unit_kind)
		return false;
	for (uint32_t top = names_get(&c->unit_names, t->code); top != NO_INDEX;
	     top = c->before[top])
		if (catalogue_within(c, unit, top))
			return true;
	return false;
}

static bool walk(const struct catalogue *c, const struct reporters *r, uint32_t unit, struct date d)
{
	const char *code = c->units[unit].row.code;
	bool in = false;

	for (uint32_t i = 0; i < r->tokens_n; i++) {
		const struct token *t = &r->tokens[i];

		switch (t->kind) {
		case TOKEN_CODE:
			in = in || strcmp(t->code, code) == 0;
			break;
		case TOKEN_WITHOUT:
			in = in && strcmp(t->code, code) != 0;
			break;
		case TOKEN_KIND:
			in = in || kind_of(c, unit, t);
			break;
		case TOKEN_GROUP:
			in = in || member_on(c, unit, t->group, d);
			break;
		}
	}
	return in;
}

bool reporters_on(const struct catalogue *c, const struct reporters *r, uint32_t unit,
		  struct date d)
{
	return !r->dated || walk(c, r, unit, d);
}

bool catalogue_is_reporter(const struct catalogue *c, uint32_t leaf, uint32_t unit, struct date d)
{
	const struct reporters *r = reporters_of(c, leaf);
	uint32_t at = reporters_from(r, unit);

	assert(unit < c->units_n);
	return at < r->n && r->list[at] == unit && reporters_on(c, r, unit, d);
}

/* What is below an item follows it at once. The leaves of a plan share a few lists of reporters, so
 * nearly all of them are passed by with a look at the pointer. */
bool catalogue_reports_below(const struct catalogue *c, uint32_t item, uint32_t unit, struct date d)
{
	const struct reporters *without = NULL;
	uint32_t i = item;

	if (!catalogue_unit_open(c, unit, d))
		return false;
	do {
		if (!c->items[i].leaf || c->items_more[i].reporters == without)
			continue;
		if (!catalogue_is_reporter(c, i, unit, d))
			without = c->items_more[i].reporters;
		else if (catalogue_item_open(c, i, d))
			return true;
	} while (++i < c->items_n && c->items[i].depth > c->items[item].depth);
	return false;
}

const uint32_t *catalogue_reporters(const struct catalogue *c, uint32_t leaf, size_t *n)
{
	const struct reporters *r = reporters_of(c, leaf);

	*n = r->n;
	return r->list;
}
