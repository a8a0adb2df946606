// SPDX-License-Identifier: Apache-2.0
/* web_judge: the verdict of web_call.h. */
#include "dashboard/web_call.h"

/* ---- rights ---- */

/* Is what is asked about at or below the unit of that code? About no place: about all that the centre tells this gateway. */
static bool within(const struct web_call *c, const char *scope)
{
	const struct catalogue *k = c->view.atlas->catalogue;
	const struct date today = c->view.sight.today;
	uint32_t top = catalogue_unit_by_code(k, scope, today);

	if (top == NO_INDEX)
		return false;
	if (!c->has_place) {
		uint32_t all = catalogue_unit_by_code(k, c->view.atlas->scope, today);
		return all == NO_INDEX ? catalogue_unit(k, top)->parent == NO_INDEX : catalogue_within(k, all, top);
	}
	if (!c->wish.place.is_group)
		return catalogue_within(k, c->wish.place.index, top);
	struct web_below members = web_below(&c->view, &c->wish.place);
	for (const struct unit *u; (u = web_below_next(&members));)
		if (!catalogue_within(k, u->first, top))
			return false;
	return true;
}

static bool is_public(const struct web_call *c)
{
	return c->web->conf->is_public && c->route->need == NEED_FIGURES;
}

/* About which unit it is has been found by now, if it is about one. */
static enum web_code may(const struct web_call *c)
{
	const struct web_user *u = c->who.user;
	bool placeless = !(c->route->takes & TAKES_UNIT);

	if (is_public(c) && (placeless || within(c, c->web->conf->public_unit)))
		return WEB_GOOD;
	if (!u)
		return WEB_LOGIN_REQUIRED;
	if (c->route->need == NEED_OPERATOR)
		return u->role == WEB_ROLE_OPERATOR && within(c, u->unit) ? WEB_GOOD : WEB_FORBIDDEN;
	return placeless || within(c, u->unit) ? WEB_GOOD : WEB_FORBIDDEN;
}

/* The widest unit that the asker may look below: what a search may find. */
static uint32_t widest(const struct web_call *c)
{
	const struct catalogue *k = c->view.atlas->catalogue;
	const struct date today = c->view.sight.today;
	uint32_t own = c->who.user ? catalogue_unit_by_code(k, c->who.user->unit, today) : NO_INDEX;
	uint32_t open = is_public(c) ? catalogue_unit_by_code(k, c->web->conf->public_unit, today) : NO_INDEX;
	uint32_t shown = catalogue_unit_by_code(k, c->web->conf->unit, today);

	if (own == NO_INDEX || (open != NO_INDEX && catalogue_within(k, own, open)))
		own = open;
	return own != NO_INDEX && shown != NO_INDEX && catalogue_within(k, shown, own) ? shown : own;
}

/* Whose persons may be in the answer; and may a browser keep it? */
static void persons(struct web_call *c)
{
	const struct web_user *u = c->who.user;
	uint32_t own = u ? catalogue_unit_by_code(c->view.atlas->catalogue, u->unit, c->view.sight.today) : NO_INDEX;

	if (c->route->is & SHOWS_PERSONS && own != NO_INDEX && !c->wish.place.is_group && (!c->has_place || within(c, u->unit))) {
		c->wish.persons = true;
		/* everybody whose unit is above gets the same answer about a place */
		c->wish.persons_below = c->has_place ? c->wish.place.index : own;
	}
	c->kept = is_public(c) && !c->wish.persons && (c->has_place ? within(c, c->web->conf->public_unit) : !u);
}

/* ---- arguments ---- */

static const char *argument(const void *call, const char *name)
{
	const struct web_call *c = call;

	return http_argument(c->request, name);
}

/* What stands outside the mirrored unit is not here, whoever asks. */
static enum web_code find_place(struct web_call *c)
{
	const char *code = c->said.question.unit;

	if (!*code)
		return WEB_GOOD;
	c->has_place = atlas_place(c->view.atlas, code, c->view.sight.today, &c->wish.place);
	if (c->has_place && within(c, c->web->conf->unit))
		return WEB_GOOD;
	/* a stranger does not learn which codes there are beyond what is public */
	c->has_place = false;
	return c->who.user || within(c, c->web->conf->public_unit) ? WEB_NOT_FOUND : WEB_LOGIN_REQUIRED;
}

static enum web_code find_item(struct web_call *c)
{
	const char *code = c->route->takes & TAKES_RULE ? "" : c->said.question.item;

	c->wish.item = NO_INDEX;
	if (!*code)
		return WEB_GOOD;
	c->wish.item = catalogue_item_by_code(c->view.atlas->catalogue, code);
	if (c->wish.item == NO_INDEX || (c->has_place && !atlas_has(c->view.atlas, &c->wish.place, c->wish.item)))
		return WEB_NOT_FOUND;
	return WEB_GOOD;
}

/* Of another catalogue than this one: who turns pages begins again. */
static enum web_code find_after(struct web_call *c)
{
	uint32_t item = *c->said.after ? catalogue_item_by_code(c->view.atlas->catalogue, c->said.after) : NO_INDEX;

	c->wish.from = item == NO_INDEX ? 0 : item + 1;
	return *c->said.after && item == NO_INDEX ? WEB_NOT_FOUND : WEB_GOOD;
}

/* ---- the verdict ---- */

/* Strangers first: they do not learn which codes there are, nor which arguments are wrong. */
enum web_code web_judge(struct web_call *c, const struct web_fault **fault)
{
	const struct web_words words = {argument, c};
	enum web_code code;

	if (!is_public(c) && !c->who.user)
		return WEB_LOGIN_REQUIRED;
	*fault = web_argument_read(&words, c->route->takes, &c->said);
	if (*fault)
		return WEB_BAD_REQUEST;
	if (!c->web->complete)
		return WEB_NO_FIGURES;
	c->view = web_sight(c->web);
	code = find_place(c);
	if (code == WEB_GOOD)
		code = may(c);
	if (code == WEB_GOOD)
		code = find_item(c);
	if (code == WEB_GOOD)
		code = find_after(c);
	c->wish.text = c->said.text;
	c->wish.most = c->said.most;
	c->wish.within = widest(c);
	persons(c);
	return code;
}
