// SPDX-License-Identifier: Apache-2.0
#include "server/answer_words.h"

#include <stdlib.h>

struct reading {
	const struct asking *q;
	const struct spot *at;
	struct words *out;
	size_t *of; /* place in out, by place in what the journal is asked for */
};

static void put(char **to, const char *text)
{
	free(*to);
	*to = *text ? base_copy_text(text) : NULL;
}

/* ---- entries of the centre ---- */

static void read_finding(struct words *w, bool free_text, const struct query_body *b, struct codec_arena *arena)
{
	const Tiendo__Journal__V1__FindingBody *m =
		codec_unpack(&tiendo__journal__v1__finding_body__descriptor, b->body.data, b->body.size, arena);

	if (!m)
		return;
	put(&w->rule, m->rule);
	put(&w->document, m->document);
	if (free_text)
		put(&w->text, m->text);
}

static void read_decision(struct words *w, const struct query_body *b, struct codec_arena *arena)
{
	const Tiendo__Journal__V1__DecisionBody *m =
		codec_unpack(&tiendo__journal__v1__decision_body__descriptor, b->body.data, b->body.size, arena);

	if (m)
		put(&w->text, m->reason);
}

static void read_step(struct words *w, const struct query_body *b, struct codec_arena *arena)
{
	const Tiendo__Journal__V1__StepBody *m =
		codec_unpack(&tiendo__journal__v1__step_body__descriptor, b->body.data, b->body.size, arena);
	struct matter step;

	if (m && codec_obstacle_decode(bytes_of(m->step.data, m->step.len), arena, &step))
		put(&w->text, step.text);
}

static void read_body(void *ctx, const struct query_body *b)
{
	struct reading *r = ctx;
	struct words *w = &r->out[b->i];

	w->read = true;
	w->received = b->received;
	memcpy(w->incarnation, b->incarnation, INCARNATION_SIZE);
	if (r->at[b->i].index)
		return; /* what it said is in an update of the entry */
	codec_arena_reset(&r->q->answerer->blobs);
	if (b->kind == ENTRY_FINDING)
		read_finding(w, r->q->free_text, b, &r->q->answerer->blobs);
	else if (b->kind == ENTRY_DECISION && r->q->free_text)
		read_decision(w, b, &r->q->answerer->blobs);
	else if (b->kind == ENTRY_STEP && r->q->free_text)
		read_step(w, b, &r->q->answerer->blobs);
}

/* ---- updates ---- */

static void read_blob(void *ctx, const struct query_blob *b)
{
	struct reading *r = ctx;
	struct codec_arena *arena = &r->q->answerer->blobs;
	struct words *w = &r->out[r->of[b->i]];
	struct update u;

	codec_arena_reset(arena);
	if (!codec_update_decode(b->bytes.data, b->bytes.size, arena, &u) || !u.matter)
		return; /* cannot be: it was decoded when it was taken */
	put(&w->text, u.matter->text);
	put(&w->solution, u.matter->solution);
}

static bool read_updates(struct reading *r, size_t n)
{
	const struct query_journal *j = &r->q->answerer->options->journal;
	struct query_receipt *wanted = base_alloc((n + 1) * sizeof(*wanted));
	size_t asked = 0;

	for (size_t i = 0; i < n; i++) {
		if (!r->at[i].index)
			continue;
		r->of[asked] = i;
		wanted[asked++] = (struct query_receipt){r->at[i].entry, r->at[i].index};
	}
	bool good = !asked || j->blobs(j->ctx, wanted, asked, read_blob, r);
	free(wanted);
	return good;
}

bool words_read(const struct asking *q, const struct spot *at, struct words *out, size_t n)
{
	const struct query_journal *j = &q->answerer->options->journal;
	struct reading r = {.q = q, .at = at, .out = out, .of = base_alloc((n + 1) * sizeof(*r.of))};
	uint64_t *wanted = base_alloc((n + 1) * sizeof(*wanted));

	memset(out, 0, n * sizeof(*out));
	for (size_t i = 0; i < n; i++)
		wanted[i] = at[i].entry;
	bool good = !n || j->bodies(j->ctx, wanted, n, read_body, &r);
	if (good && q->free_text)
		good = read_updates(&r, n);
	free(wanted);
	free(r.of);
	return good;
}

void words_free(struct words *w, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		free(w[i].text);
		free(w[i].solution);
		free(w[i].rule);
		free(w[i].document);
	}
}
