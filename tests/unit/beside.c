// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/beside.h"

#include <stdlib.h>
#include <string.h>

/* ---- the library's way ---- */

/* Of what the library takes: does it give back the same bytes, in whatever order? */
static bool gives_back(const void *m, const uint8_t *data, size_t size, struct codec_arena *a)
{
	uint8_t *again = codec_arena_take(a, size + 1);
	int count[256] = {0};

	if (!again || codec_pack(m, again) != size)
		return false;
	for (size_t i = 0; i < size; i++) {
		count[data[i]]++;
		count[again[i]]--;
	}
	for (int i = 0; i < 256; i++)
		if (count[i])
			return false;
	return true;
}

/* What codec_unpack's verdict asks of the decoder by hand. */
enum asked { MUST_REFUSE, MAY_TAKE, MUST_TAKE };

static enum asked asks(const void *m, const uint8_t *data, size_t size, struct codec_arena *a)
{
	return !m ? MUST_REFUSE : gives_back(m, data, size, a) ? MUST_TAKE : MAY_TAKE;
}

static int64_t bounded(uint64_t v)
{
	return v > INT64_MAX ? INT64_MAX : (int64_t)v;
}

static bool set_seal(const Tiendo__V1__Seal *m, struct seal *s)
{
	if (m->boot_id.len != 0 && m->boot_id.len != sizeof(s->boot_id))
		return false;
	if (m->boot_id.len)
		memcpy(s->boot_id, m->boot_id.data, sizeof(s->boot_id));
	s->monotonic_ms = m->monotonic_ms;
	s->server_time_ms = m->server_time_ms;
	s->server_heard_at_ms = m->server_heard_at_ms;
	s->attempts = m->attempts;
	return true;
}

static enum task_state state_of(Tiendo__V1__TaskState s)
{
	return s <= TIENDO__V1__TASK_STATE__TASK_STATE_DONE ? (enum task_state)s : TASK_NONE;
}

static void set_task(const Tiendo__V1__Task *m, struct update *u)
{
	u->state = state_of(m->state);
	u->percent = m->percent;
	u->product_ref = m->product_ref;
	u->done_on.ymd = m->done_on;
}

static void set_ratio(const Tiendo__V1__Ratio *m, struct update *u)
{
	u->numerator = bounded(m->numerator);
	u->denominator = bounded(m->denominator);
}

static bool set_receipt(const Tiendo__V1__ReceiptRef *m, struct receipt *r)
{
	if (!m)
		return true;
	if (m->incarnation.len != sizeof(r->incarnation))
		return false;
	memcpy(r->incarnation, m->incarnation.data, sizeof(r->incarnation));
	r->entry = m->entry;
	r->index = m->index;
	return true;
}

static enum cause cause_of(Tiendo__V1__CauseClass c)
{
	return c <= TIENDO__V1__CAUSE_CLASS__CAUSE_CLASS_ACCESS ? (enum cause)c : CAUSE_NONE;
}

static void set_raise(const Tiendo__V1__ObstacleRaise *m, struct matter *to)
{
	to->item = m->about;
	to->cause = cause_of(m->cause);
	to->origin = m->fault <= TIENDO__V1__FAULT__FAULT_OUTSIDE ? (enum origin)m->fault : ORIGIN_NONE;
	to->text = m->text;
	to->solution = m->solution;
	to->solution_class = cause_of(m->solution_class);
	to->affects_rights = m->affects_rights;
	to->addressee = m->addressee;
}

static void set_step(const Tiendo__V1__Obstacle *m, struct matter *to)
{
	to->step = (enum obstacle_step)m->step_case;
	if (m->step_case == TIENDO__V1__OBSTACLE__STEP_RAISE) {
		set_raise(m->raise, to);
	} else if (m->step_case == TIENDO__V1__OBSTACLE__STEP_COMMENT) {
		to->text = m->comment->text;
	} else if (m->step_case == TIENDO__V1__OBSTACLE__STEP_ANSWER) {
		to->text = m->answer->text;
		to->resolves = m->answer->resolves;
	} else if (m->step_case == TIENDO__V1__OBSTACLE__STEP_ESCALATE) {
		to->addressee = m->escalate->addressee;
		to->text = m->escalate->reason;
	} else if (m->step_case == TIENDO__V1__OBSTACLE__STEP_CLOSE) {
		to->text = m->close->text;
	} else if (m->step_case == TIENDO__V1__OBSTACLE__STEP_REOPEN) {
		to->text = m->reopen->text;
	}
}

static bool set_correction(const Tiendo__V1__Correction *m, struct update *u, struct matter *to)
{
	u->corrected = (enum body_kind)m->body_case;
	if (m->body_case == TIENDO__V1__CORRECTION__BODY_TASK)
		set_task(m->task, u);
	else if (m->body_case == TIENDO__V1__CORRECTION__BODY_RATIO)
		set_ratio(m->ratio, u);
	else if (m->body_case == TIENDO__V1__CORRECTION__BODY_COUNT)
		u->value = bounded(m->count->value);
	else if (m->body_case == TIENDO__V1__CORRECTION__BODY_POINTS)
		u->value = bounded(m->points->value);
	return set_receipt(m->replaces, &to->about);
}

static bool set_matter(const Tiendo__V1__Update *m, struct update *u, struct matter *to)
{
	*to = (struct matter){.text = "", .item = "", .solution = "", .addressee = ""};
	if (m->body_case == TIENDO__V1__UPDATE__BODY_CORRECTION)
		return set_correction(m->correction, u, to);
	if (m->body_case == TIENDO__V1__UPDATE__BODY_WITHDRAW)
		return set_receipt(m->withdraw->withdraws, &to->about);
	if (m->body_case == TIENDO__V1__UPDATE__BODY_OBSTACLE) {
		set_step(m->obstacle, to);
		return set_receipt(m->obstacle->obstacle, &to->about);
	}
	if (m->body_case == TIENDO__V1__UPDATE__BODY_NA_REQUEST) {
		to->text = m->na_request->reason;
		to->date.ymd = m->na_request->from;
		to->date_to.ymd = m->na_request->to;
	} else if (m->body_case == TIENDO__V1__UPDATE__BODY_EXTENSION_REQUEST) {
		to->text = m->extension_request->reason;
		to->date.ymd = m->extension_request->due;
	} else if (m->body_case == TIENDO__V1__UPDATE__BODY_MILESTONE) {
		to->milestone = m->milestone->no;
		to->date.ymd = m->milestone->reached_on;
	} else {
		to->notice = m->notice_ack->notice_entry;
		const ProtobufCBinaryData *of = &m->notice_ack->incarnation;
		if (of->len && of->len != sizeof to->about.incarnation)
			return false;
		if (of->len)
			memcpy(to->about.incarnation, of->data, of->len);
	}
	return true;
}

static enum asked by_library(const uint8_t *data, size_t size, struct codec_arena *a, struct update *u,
			     struct matter *matter)
{
	const Tiendo__V1__Update *m = codec_unpack(&tiendo__v1__update__descriptor, data, size, a);

	if (!m)
		return MUST_REFUSE;
	*u = (struct update){.seq = m->seq, .unit = m->unit, .item = m->item, .as_of = {m->as_of},
			     .period = m->period, .recorded = {m->recorded_ms},
			     .base_version = m->base_version, .catalogue_entry = m->catalogue_entry,
			     .author_role = (uint32_t)m->author_role, .note = m->note,
			     .reason = m->reason, .product_ref = "",
			     .body = (enum body_kind)m->body_case};
	if (m->body_case == TIENDO__V1__UPDATE__BODY_TASK)
		set_task(m->task, u);
	else if (m->body_case == TIENDO__V1__UPDATE__BODY_RATIO)
		set_ratio(m->ratio, u);
	else if (m->body_case == TIENDO__V1__UPDATE__BODY_COUNT)
		u->value = bounded(m->count->value);
	else if (m->body_case == TIENDO__V1__UPDATE__BODY_POINTS)
		u->value = bounded(m->points->value);
	if (m->body_case > TIENDO__V1__UPDATE__BODY_UNCHANGED) {
		u->matter = matter;
		if (!set_matter(m, u, matter))
			return MUST_REFUSE;
	}
	if (m->seal && !set_seal(m->seal, &u->seal))
		return MUST_REFUSE;
	return asks(m, data, size, a);
}

/* ---- side by side ---- */

static const char *same_matter(const struct matter *a, const struct matter *b)
{
	if (!a || !b)
		return a == b ? NULL : "matter";
	return memcmp(a->about.incarnation, b->about.incarnation, sizeof(a->about.incarnation)) ? "about.incarnation"
	       : a->about.entry != b->about.entry ? "about.entry"
	       : a->about.index != b->about.index ? "about.index"
	       : a->date.ymd != b->date.ymd ? "date"
	       : a->date_to.ymd != b->date_to.ymd ? "date_to"
	       : a->milestone != b->milestone ? "milestone"
	       : a->notice != b->notice ? "notice"
	       : strcmp(a->text, b->text) ? "text"
	       : a->step != b->step ? "step"
	       : strcmp(a->item, b->item) ? "about (item)"
	       : a->cause != b->cause ? "cause"
	       : a->solution_class != b->solution_class ? "solution_class"
	       : a->origin != b->origin ? "origin"
	       : a->affects_rights != b->affects_rights ? "affects_rights"
	       : a->resolves != b->resolves ? "resolves"
	       : strcmp(a->solution, b->solution) ? "solution"
	       : strcmp(a->addressee, b->addressee) ? "addressee"
	       : NULL;
}

const char *beside_same(const struct update *a, const struct update *b)
{
	return a->seq != b->seq ? "seq"
	       : strcmp(a->unit, b->unit) ? "unit"
	       : strcmp(a->item, b->item) ? "item"
	       : a->as_of.ymd != b->as_of.ymd ? "as_of"
	       : strcmp(a->period, b->period) ? "period"
	       : a->recorded.ms != b->recorded.ms ? "recorded"
	       : memcmp(a->seal.boot_id, b->seal.boot_id, sizeof(a->seal.boot_id)) ? "seal.boot_id"
	       : a->seal.monotonic_ms != b->seal.monotonic_ms ? "seal.monotonic_ms"
	       : a->seal.server_time_ms != b->seal.server_time_ms ? "seal.server_time_ms"
	       : a->seal.server_heard_at_ms != b->seal.server_heard_at_ms ? "seal.server_heard_at_ms"
	       : a->seal.attempts != b->seal.attempts ? "seal.attempts"
	       : a->base_version != b->base_version ? "base_version"
	       : a->catalogue_entry != b->catalogue_entry ? "catalogue_entry"
	       : a->author_role != b->author_role ? "author_role"
	       : strcmp(a->note, b->note) ? "note"
	       : strcmp(a->reason, b->reason) ? "reason"
	       : a->body != b->body ? "body"
	       : a->corrected != b->corrected ? "corrected"
	       : a->state != b->state ? "state"
	       : a->percent != b->percent ? "percent"
	       : strcmp(a->product_ref, b->product_ref) ? "product_ref"
	       : a->done_on.ymd != b->done_on.ymd ? "done_on"
	       : a->numerator != b->numerator ? "numerator"
	       : a->denominator != b->denominator ? "denominator"
	       : a->value != b->value ? "value"
	       : same_matter(a->matter, b->matter);
}

static const char *judge(bool taken, enum asked asked)
{
	if (taken ? asked != MUST_REFUSE : asked != MUST_TAKE)
		return NULL;
	return taken ? "taken, and the library refuses it" : "refused, and the library takes it";
}

const char *beside_update(const uint8_t *data, size_t size, struct codec_arena *a, bool *taken, struct update *ours)
{
	struct update theirs;
	struct matter matter;

	codec_arena_reset(a);
	enum asked asked = by_library(data, size, a, &theirs, &matter);
	*taken = codec_update_decode(data, size, a, ours);
	const char *what = judge(*taken, asked);
	return what || !*taken ? what : beside_same(ours, &theirs);
}

static const char *same_push(const struct codec_push *ours, const Tiendo__V1__Push *m)
{
	if (ours->session != m->session || ours->first_seq != m->first_seq)
		return "session, first_seq";
	if (ours->updates_n != m->n_updates || ours->proofs_n != m->n_proofs)
		return "how many updates and proofs";
	for (size_t i = 0; i < m->n_updates; i++)
		if (!bytes_equal(ours->updates[i], bytes_of(m->updates[i].data, m->updates[i].len)))
			return "an update";
	for (size_t i = 0; i < m->n_proofs; i++)
		if (ours->proofs[i]->entry != m->proofs[i]->entry || ours->proofs[i]->seq != m->proofs[i]->seq)
			return "a proof";
	return NULL;
}

const char *beside_push(const uint8_t *data, size_t size, struct codec_arena *a, bool *taken)
{
	uint8_t *bytes = malloc(size ? size : 1);
	struct codec_push ours;

	if (!bytes)
		abort();
	if (size)
		memcpy(bytes, data, size);
	codec_arena_reset(a);
	const Tiendo__V1__Push *m = codec_unpack(&tiendo__v1__push__descriptor, bytes, size, a);
	*taken = codec_push_decode(bytes_of(bytes, size), a, &ours);
	const char *what = judge(*taken, asks(m, bytes, size, a));
	if (size)
		memset(bytes, 0x5a, size); /* a frame dies before its group is committed */
	free(bytes);
	return what || !*taken ? what : same_push(&ours, m);
}
