// SPDX-License-Identifier: Apache-2.0
/* Cases as bytes, for the checkpoint and for comparing two views (cases.h). */
#include "server/cases.h"

enum { OBSTACLE_BYTES = 74, STEP_BYTES = 27, REQUEST_BYTES = 54, FINDING_BYTES = 41 };

/* ---- out ---- */

static void put_place(struct buffer *b, struct spot at)
{
	buffer_put_u64(b, at.entry);
	buffer_put_u32(b, at.index);
}

static void pack_step(struct buffer *b, const struct step *s)
{
	put_place(b, s->at);
	buffer_put_u32(b, s->unit);
	buffer_put_u32(b, s->addressee);
	buffer_put_u32(b, s->date.ymd);
	buffer_put_u8(b, s->kind);
	buffer_put_u8(b, s->on_behalf);
	buffer_put_u8(b, s->resolves);
}

static void pack_obstacle(struct buffer *b, const struct obstacle *o)
{
	put_place(b, o->at);
	buffer_put(b, o->incarnation, sizeof o->incarnation);
	buffer_put_u32(b, o->unit);
	buffer_put_u32(b, o->principal);
	buffer_put_u32(b, o->item);
	buffer_put_u32(b, o->addressee);
	buffer_put_u32(b, o->raised.ymd);
	buffer_put_u32(b, o->since.ymd);
	buffer_put_u32(b, o->answer_due.ymd);
	buffer_put_u32(b, o->closed.ymd);
	buffer_put_u32(b, o->escalations);
	buffer_put_u8(b, o->state);
	buffer_put_u8(b, o->cause);
	buffer_put_u8(b, o->origin);
	buffer_put_u8(b, o->solution_class);
	buffer_put_u8(b, o->affects_rights);
	buffer_put_u8(b, o->raised_late);
	buffer_put_u32(b, o->steps_n);
	for (uint32_t i = 0; i < o->steps_n; i++)
		pack_step(b, &o->steps[i]);
}

static void pack_request(struct buffer *b, const struct request *r)
{
	put_place(b, r->at);
	buffer_put_u32(b, r->unit);
	buffer_put_u32(b, r->principal);
	buffer_put_u32(b, r->item);
	buffer_put_u8(b, r->kind);
	buffer_put_u32(b, r->asked.ymd);
	buffer_put_u32(b, r->date.ymd);
	buffer_put_u32(b, r->date_to.ymd);
	buffer_put_u64(b, r->decided);
	buffer_put_u8(b, r->granted);
	buffer_put_u32(b, r->granted_date.ymd);
	buffer_put_u32(b, r->granted_to.ymd);
}

static void pack_finding(struct buffer *b, const struct finding *f)
{
	buffer_put_u64(b, f->entry);
	buffer_put_u32(b, f->unit);
	buffer_put_u32(b, f->item);
	buffer_put_u32(b, f->principal);
	buffer_put_u8(b, f->severity);
	buffer_put_u32(b, f->found.ymd);
	buffer_put_u32(b, f->remedy_by.ymd);
	buffer_put_u64(b, f->closed_by);
	buffer_put_u32(b, f->closed.ymd);
}

void cases_pack(struct buffer *b, const struct cases *c)
{
	buffer_put_u32(b, c->obstacles_n);
	for (uint32_t i = 0; i < c->obstacles_n; i++)
		pack_obstacle(b, &c->obstacles[i]);
	buffer_put_u32(b, c->requests_n);
	for (uint32_t i = 0; i < c->requests_n; i++)
		pack_request(b, &c->requests[i]);
	buffer_put_u32(b, c->findings_n);
	for (uint32_t i = 0; i < c->findings_n; i++)
		pack_finding(b, &c->findings[i]);
}

/* ---- and in ---- */

static struct spot get_place(const uint8_t *p)
{
	return (struct spot){ get_u64(p), get_u32(p + 8) };
}

static bool behind(struct spot a, struct spot b)
{
	return a.entry != b.entry ? a.entry > b.entry : a.index > b.index;
}

/* The first step is the raise, and no other is. */
static bool unpack_step(struct obstacle *o, struct bytes *from)
{
	const uint8_t *p = bytes_take(from, STEP_BYTES);
	if (!p)
		return false;
	struct step s = { .at = get_place(p), .unit = get_u32(p + 12), .addressee = get_u32(p + 16),
			  .date = { get_u32(p + 20) }, .kind = p[24], .on_behalf = p[25], .resolves = p[26] };
	return s.kind >= STEP_RAISE && s.kind <= STEP_REOPEN && (s.kind == STEP_RAISE) == !o->steps_n && p[25] <= 1 &&
	       p[26] <= 1 && cases_add_step(o, &s);
}

static bool unpack_obstacle(struct cases *c, struct bytes *from)
{
	const uint8_t *p = bytes_take(from, OBSTACLE_BYTES);
	if (!p)
		return false;
	struct obstacle o = { .at = get_place(p), .unit = get_u32(p + 28), .principal = get_u32(p + 32), .item = get_u32(p + 36),
			      .addressee = get_u32(p + 40), .raised = { get_u32(p + 44) }, .since = { get_u32(p + 48) },
			      .answer_due = { get_u32(p + 52) }, .closed = { get_u32(p + 56) }, .escalations = get_u32(p + 60),
			      .state = p[64], .cause = p[65], .origin = p[66], .solution_class = p[67],
			      .affects_rights = p[68], .raised_late = p[69] };
	uint32_t steps = get_u32(p + 70);
	memcpy(o.incarnation, p + 12, sizeof o.incarnation);
	if (o.state < OBSTACLE_OPEN || o.state > OBSTACLE_CLOSED || p[68] > 1 || p[69] > 1 || !steps ||
	    (c->obstacles_n && !behind(o.at, c->obstacles[c->obstacles_n - 1].at)))
		return false;
	struct obstacle *made = cases_add_obstacle(c, &o);
	while (made && steps && unpack_step(made, from))
		steps--;
	return made && !steps;
}

static bool unpack_request(struct cases *c, struct bytes *from)
{
	const uint8_t *p = bytes_take(from, REQUEST_BYTES);
	if (!p)
		return false;
	struct request r = { .at = get_place(p), .unit = get_u32(p + 12), .principal = get_u32(p + 16), .item = get_u32(p + 20),
			     .kind = p[24], .asked = { get_u32(p + 25) }, .date = { get_u32(p + 29) },
			     .date_to = { get_u32(p + 33) }, .decided = get_u64(p + 37), .granted = p[45],
			     .granted_date = { get_u32(p + 46) }, .granted_to = { get_u32(p + 50) } };
	return (r.kind == REQUEST_EXTENSION || r.kind == REQUEST_NA) && p[45] <= 1 &&
	       (!c->requests_n || behind(r.at, c->requests[c->requests_n - 1].at)) && cases_add_request(c, &r);
}

static bool unpack_finding(struct cases *c, struct bytes *from)
{
	const uint8_t *p = bytes_take(from, FINDING_BYTES);
	if (!p)
		return false;
	struct finding f = { .entry = get_u64(p), .unit = get_u32(p + 8), .item = get_u32(p + 12), .principal = get_u32(p + 16),
			     .severity = p[20], .found = { get_u32(p + 21) }, .remedy_by = { get_u32(p + 25) },
			     .closed_by = get_u64(p + 29), .closed = { get_u32(p + 37) } };
	return (!c->findings_n || f.entry > c->findings[c->findings_n - 1].entry) && cases_add_finding(c, &f);
}

static bool unpack_all(struct cases *c, struct bytes *from, bool (*unpack)(struct cases *, struct bytes *))
{
	const uint8_t *count = bytes_take(from, 4);
	for (uint32_t i = 0; count && i < get_u32(count); i++)
		if (!unpack(c, from))
			return false;
	return count;
}

bool cases_unpack(struct cases *c, struct bytes packed)
{
	return unpack_all(c, &packed, unpack_obstacle) && unpack_all(c, &packed, unpack_request) &&
	       unpack_all(c, &packed, unpack_finding) && !packed.size;
}
