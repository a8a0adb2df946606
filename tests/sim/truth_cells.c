// SPDX-License-Identifier: Apache-2.0
/* Who may, and what each cell must hold: by the journal's barriers alone. */
#include "tests/sim/truth_inside.h"

#include <stdio.h>
#include <stdlib.h>

/* ---- barriers ---- */

void truth_catalogue(struct bytes body)
{
	static uint8_t room[64 * 1024];
	Tiendo__Journal__V1__CatalogueBody *m =
		tiendo__journal__v1__catalogue_body__unpack(NULL, body.size, body.data);

	truth.units_n = 0;
	for (size_t i = 0; m && i < m->n_rows; i++) {
		struct codec_arena arena = {.base = room, .size = sizeof room};
		struct catalogue_row row;
		if (!codec_row_decode(m->rows[i].data, m->rows[i].len, &arena, &row))
			truth_broken("a row of the catalogue cannot be read");
		if (row.kind != ROW_UNIT)
			continue;
		if (truth.units_n == TRUTH_UNITS)
			truth_broken("the simulated catalogue is too large");
		struct truth_unit *u = &truth.units[truth.units_n++];
		*u = (struct truth_unit){.number = row.unit.number, .parent = row.unit.parent_number,
					 .opened = row.unit.opened, .closed = row.unit.closed};
		snprintf(u->code, sizeof u->code, "%s", row.unit.code);
	}
	tiendo__journal__v1__catalogue_body__free_unpacked(m, NULL);
}

void truth_registry(struct bytes body)
{
	Tiendo__Journal__V1__RegistryBody *m =
		tiendo__journal__v1__registry_body__unpack(NULL, body.size, body.data);

	if (!m)
		truth_broken("a change of the roster cannot be read");
	for (size_t i = 0; i < m->n_principals; i++) {
		if (m->principals[i]->principal >= TRUTH_KEYS)
			truth_broken("the simulated roster is too large");
		truth.scope[m->principals[i]->principal] = m->principals[i]->unit;
		truth.role[m->principals[i]->principal] = m->principals[i]->role;
	}
	for (size_t i = 0; i < m->n_keys; i++) {
		if (m->keys[i]->key_id >= TRUTH_KEYS)
			truth_broken("the simulated roster is too large");
		truth.keys[m->keys[i]->key_id] =
			(struct truth_key){.principal = m->keys[i]->principal, .known = true};
	}
	for (size_t i = 0; i < m->n_revoked; i++)
		truth.keys[m->revoked[i]->key_id].revoked = true;
	tiendo__journal__v1__registry_body__free_unpacked(m, NULL);
}

/* ---- rights ---- */

static const struct truth_unit *unit_at(const char *code, struct date d)
{
	for (size_t i = 0; i < truth.units_n; i++) {
		const struct truth_unit *u = &truth.units[i];
		if (!strcmp(u->code, code) && u->opened.ymd <= d.ymd &&
		    (!u->closed.ymd || d.ymd < u->closed.ymd))
			return u;
	}
	return NULL;
}

static const struct truth_unit *unit_of(uint32_t number)
{
	for (size_t i = 0; i < truth.units_n; i++)
		if (truth.units[i].number == number)
			return &truth.units[i];
	return NULL;
}

static bool within(const struct truth_unit *u, uint32_t scope)
{
	while (u && u->number != scope)
		u = u->parent ? unit_of(u->parent) : NULL;
	return u != NULL;
}

/* What honest offices write is well formed: it may be refused for what it says, never for its form. */
void truth_refused(uint64_t number, const struct truth_entry *e, uint64_t seq, uint32_t reason,
		   uint32_t work)
{
	const struct work *w = &works[work];
	const struct truth_unit *u = unit_at(w->unit, w->as_of);
	bool wrong = false;

	if (!work || w->wild)
		return;
	if (reason == REASON_UNKNOWN_UNIT || reason == REASON_UNIT_CLOSED)
		wrong = u != NULL;
	else if (reason == REASON_OUT_OF_SCOPE)
		wrong = !u || within(u, truth.scope[e->principal]);
	else if (reason == REASON_NOT_YET)
		wrong = w->body != BODY_UNCHANGED;
	else if (reason == REASON_REASON_REQUIRED)
		wrong = w->body != BODY_TASK || w->reason[0];
	else
		wrong = reason == REASON_BAD_SEQ || reason == REASON_UNDECODABLE || reason == REASON_TOO_LARGE ||
			reason == REASON_BAD_PERIOD || (reason >= REASON_TEXT_NOT_UTF8 && reason <= REASON_PERSONAL_ID);
	if (wrong)
		truth_broken("entry %llu refused seq %llu of principal %u (w%u) without cause (reason %u)",
			     (unsigned long long)number, (unsigned long long)seq, e->principal, work, reason);
}

/* ---- cells ---- */

static struct truth_cell *cell_of(uint32_t unit, const char *item, bool make)
{
	for (size_t i = 0; i < truth.cells_n; i++)
		if (truth.cells[i].unit == unit && !strcmp(truth.cells[i].item, item))
			return &truth.cells[i];
	if (!make)
		return NULL;
	if (truth.cells_n == TRUTH_CELLS)
		truth_broken("the simulated country is too large");
	struct truth_cell *c = &truth.cells[truth.cells_n++];
	*c = (struct truth_cell){.unit = unit};
	snprintf(c->item, sizeof c->item, "%s", item);
	return c;
}

void truth_took(uint64_t number, const struct truth_entry *e, uint64_t seq, uint32_t index,
		struct bytes blob, uint32_t work)
{
	const struct work *w = &works[work];
	const struct truth_unit *u = unit_at(w->unit, w->as_of);

	(void)blob;
	if (!u)
		truth_broken("entry %llu took seq %llu for %s, which did not exist then",
			     (unsigned long long)number, (unsigned long long)seq, w->unit);
	if (!within(u, truth.scope[e->principal]))
		truth_broken("(6) entry %llu took seq %llu for %s, which principal %u may not report",
			     (unsigned long long)number, (unsigned long long)seq, w->unit, e->principal);
	struct truth_cell *c = cell_of(u->number, w->item, true);
	if (c->work && w->as_of.ymd < c->as_of.ymd)
		return;
	c->work = work;
	c->as_of = w->as_of;
	c->entry = number;
	c->index = index;
}

uint32_t truth_cell(uint32_t unit, const char *item, uint64_t *entry)
{
	const struct truth_cell *c = cell_of(unit, item, false);

	*entry = c ? c->entry : 0;
	return c ? c->work : 0;
}
