// SPDX-License-Identifier: Apache-2.0
/*
 * answer_figures: CatchUp and Versions walk the same grains: of a unit, its subtree in every plan
 * that has rows there; of a group, its own row. Cursor: a = plan, b = unit (or group) index. A
 * parent's version is the greatest below it, so an unchanged subtree is passed over in one step.
 */
#include "server/answer.h"

#include <inttypes.h>

struct walk {
	const struct view *v;
	struct subject subject;
	uint64_t since;
	uint32_t plan_only; /* index, NO_INDEX = every plan */
	bool only_path;
	uint32_t plan, unit; /* where it stands */
	struct grain grain;  /* what it stands at */
	uint64_t version;
};

static bool walk_start(struct walk *w, const struct asking *q)
{
	w->unit = w->subject.index;
	if (q->first)
		return true;
	if (q->at.a >= UINT32_MAX || q->at.b >= UINT32_MAX || q->at.b < w->subject.index)
		return false;
	w->plan = (uint32_t)q->at.a;
	w->unit = (uint32_t)q->at.b; /* one beyond the subject's is passed over */
	return true;
}

static uint32_t last_unit(const struct walk *w)
{
	return w->only_path || w->subject.is_group
		       ? w->subject.index
		       : catalogue_unit(w->v->catalogue, w->subject.index)->last;
}

static void next_plan(struct walk *w)
{
	w->plan++;
	w->unit = w->subject.index;
}

/* Stands at a grain above `since`, at or behind (plan, unit); *next is where to go on. False = none
 * here. */
static bool look(struct walk *w, uint32_t *next)
{
	const struct catalogue *c = w->v->catalogue;
	uint32_t row = w->subject.is_group ? plan_row_of_group(c, w->plan, w->unit)
					   : plan_row_of_unit(c, w->plan, w->unit);
	uint32_t behind = w->subject.is_group ? w->unit : catalogue_unit(c, w->unit)->last;

	*next = behind + 1; /* a unit without a row has none below it; an old one nothing new */
	if (row == NO_INDEX)
		return false;
	w->grain = (struct grain){.plan = w->plan, .row = row};
	w->version = view_row_version(w->v, w->plan, row);
	if (w->version <= w->since)
		return false;
	*next = w->unit + 1;
	return pack_speaks(w->v, w->grain);
}

/* The next grain, in slices. False = the end, or *stale. */
static bool walk_next(struct walk *w, struct slice *slice, bool *stale)
{
	while (w->plan < catalogue_plans(w->v->catalogue)) {
		if (w->unit > last_unit(w) ||
		    (w->plan_only != NO_INDEX && w->plan != w->plan_only)) {
			next_plan(w);
			continue;
		}
		if (!slice_go_on(slice)) {
			*stale = true;
			return false;
		}
		uint32_t next;
		if (look(w, &next))
			return true;
		w->unit = next;
	}
	return false;
}

static void walk_passed(struct walk *w)
{
	w->unit++;
}

static enum reason find_subject(struct asking *q, const char *path, struct walk *w)
{
	w->v = q->slice.view;
	w->plan_only = NO_INDEX;
	if (!subject_of_path(w->v, path, &w->subject))
		return answer_fail(q, REASON_NOT_FOUND,
				   "no unit or group has the path \"%.100s\" today", path);
	return REASON_NONE;
}

static enum reason find_plan(struct asking *q, uint32_t number, struct walk *w)
{
	const struct catalogue *c = w->v->catalogue;
	uint32_t item = catalogue_item_by_number(c, number);

	if (item == NO_INDEX || catalogue_item(c, item)->parent != NO_INDEX)
		return answer_fail(q, REASON_NOT_FOUND, "no plan has the number %" PRIu32, number);
	w->plan_only = catalogue_plan_of_item(c, item);
	return REASON_NONE;
}

typedef void piece_fn(const struct walk *w, struct buffer *piece);

static enum reason walk_page(struct asking *q, struct walk *w, uint32_t field, piece_fn *make)
{
	struct buffer *piece = &q->answerer->piece;
	bool stale = false;

	if (!walk_start(w, q))
		return answer_fail(q, REASON_BAD_FRAME, "the cursor is not one this question gave");
	while (walk_next(w, &q->slice, &stale)) {
		buffer_clear(piece);
		make(w, piece);
		if (!answer_add(q, field, buffer_bytes(piece))) {
			q->more = true;
			q->at.a = w->plan;
			q->at.b = w->unit;
			break;
		}
		walk_passed(w);
	}
	return stale ? answer_stale(q) : REASON_NONE;
}

static void make_grain(const struct walk *w, struct buffer *piece)
{
	pack_grain(w->v, w->grain, piece);
}

static void make_version(const struct walk *w, struct buffer *piece)
{
	pack_version(w->v, w->grain, piece);
}

enum reason answer_catch_up(struct asking *q, const Tiendo__V1__Query *m)
{
	const Tiendo__V1__CatchUp *ask = m->catch_up;
	struct walk w = {.since = ask->since, .only_path = ask->only_path};
	enum reason reason = find_subject(q, ask->path, &w);

	if (!reason && ask->plan)
		reason = find_plan(q, ask->plan, &w);
	return reason ? reason : walk_page(q, &w, 1, make_grain);
}

enum reason answer_versions(struct asking *q, const Tiendo__V1__Query *m)
{
	const Tiendo__V1__Versions *ask = m->versions;
	struct walk w = {.since = ask->since};
	enum reason reason = find_subject(q, ask->path, &w);

	if (reason)
		return reason;
	Tiendo__V1__VersionsPage page = TIENDO__V1__VERSIONS_PAGE__INIT;
	page.highest = w.subject.is_group ? view_group_version(w.v, w.subject.index)
					  : view_unit_version(w.v, w.subject.index);
	answer_put(&q->answerer->page, &page);
	return page.highest > ask->since ? walk_page(q, &w, 2, make_version) : REASON_NONE;
}
