// SPDX-License-Identifier: Apache-2.0
/* What an office's clerk thinks of writing. */
#include "tests/sim/sim_office_inside.h"
#include "tests/sim/dice.h"
#include "tests/sim/sim_centre.h"
#include "tests/sim/truth_inside.h"

/* ---- about what, for whom ---- */

static const char *some_leaf(void)
{
	static const char *const items[] = {"KH.1", "KH.2", "KH.3", "KH.4", "KH.5", "KH.6", "QG.2", "QG.3", "QG.5"};
	const struct truth_catalogue *c = &truth.catalogue;

	if (c->items_n && dice_percent(15)) /* also those that were given on the spot */
		return c->items[dice_below(c->items_n)].code;
	return items[dice_below(BASE_COUNT(items))];
}

static const char *some_unit(const struct sim_office *o)
{
	static const char *const units[] = {"412", "413", "40", "41201", "381", "382", "38"};

	return dice_percent(80) ? o->unit : units[dice_below(BASE_COUNT(units))];
}

struct place {
	const char *unit, *item;
};

static bool may_report(const struct sim_office *o, const struct place *p, struct date today)
{
	const struct truth_unit *u = truth_unit_at(&truth.catalogue, p->unit, today);
	const struct truth_item *i = truth_item(&truth.catalogue, p->item);

	return u && i && truth_within(&truth.catalogue, u, truth.scope[o->principal]) &&
	       truth_expected(&truth.catalogue, u, i, today);
}

/* Mostly one that it may report. */
static struct place some_place(const struct sim_office *o, struct date today)
{
	struct place p = {some_unit(o), some_leaf()};

	for (unsigned tries = dice_percent(80) ? 12 : 0; tries && !may_report(o, &p, today); tries--)
		p = (struct place){some_unit(o), some_leaf()};
	return p;
}

/* ---- what ---- */

/* Something that the office was told to be taken is corrected or withdrawn. */
static uint32_t about_another(const struct sim_office *o, struct date today)
{
	uint32_t of = o->held_n ? o->held[o->held_n - 1 - dice_below(o->held_n < 40 ? o->held_n : 40)] : 0;
	bool report = of && (works[of].body <= BODY_UNCHANGED || works[of].body == BODY_CORRECTION || dice_percent(5));

	return report && works[of].told_taken ? work_about(of, dice_percent(40), today) : 0;
}

static uint32_t raise_one(const struct sim_office *o, struct date today)
{
	struct place p = some_place(o, today);

	if (dice_percent(30))
		p.item = dice_percent(50) ? "KH" : "QG";
	return work_raise(p.unit, p.item, today);
}

/* In one of the obstacles there are; mostly one in which the office has a say. */
static uint32_t step_in(const struct sim_office *o, struct date today)
{
	const struct truth_obstacle *of = NULL;
	const struct truth_unit *own = truth_unit_named(&truth.catalogue, o->unit, today);

	for (unsigned tries = 6; truth.cases.obstacles_n && own && tries; tries--) {
		of = &truth.cases.obstacles[dice_below(truth.cases.obstacles_n)];
		if (of->unit == own->number || of->addressee == own->number)
			break;
	}
	if (!of)
		return 0;
	struct receipt r = {.entry = of->entry, .index = of->index};
	memcpy(r.incarnation, of->incarnation, sizeof r.incarnation);
	if (dice_percent(2))
		r.entry++;
	return work_step(dice_percent(90) ? o->unit : some_unit(o), truth_item_of(&truth.catalogue, of->item)->code, &r, today);
}

/* Of a notice that may not be there, or of a history that is none any more. */
static uint32_t ack_blindly(const struct sim_office *o, struct date today)
{
	uint64_t entry = truth.mail.n ? truth.mail.list[dice_below(truth.mail.n)].entry : 1;

	const struct truth_entry *e = truth_entry(entry);
	const uint8_t *of = e && dice_percent(80) ? e->incarnation : truth.incarnations[dice_below(truth.incarnations_n)];

	return work_ack(some_unit(o), entry, of, today);
}

uint32_t sim_clerk_work(const struct sim_office *o)
{
	struct date today = sim_centre_today();
	uint64_t what = dice_below(100);
	uint32_t w = 0;

	if (what < 14)
		w = about_another(o, today);
	else if (what < 18)
		w = raise_one(o, today);
	else if (what < 26)
		w = step_in(o, today);
	else if (what < 27)
		w = ack_blindly(o, today);
	struct place p = some_place(o, today);
	if (!w && what < 33)
		w = work_request(p.unit, p.item, today);
	return w ? w : work_new(p.unit, p.item, today);
}
