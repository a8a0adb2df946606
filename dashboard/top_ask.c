// SPDX-License-Identifier: Apache-2.0
#include "dashboard/top_ask.h"

#include <stdio.h>
#include <stdlib.h>

#include "dashboard/decode.h"
#include "dashboard/list.h"

enum job { ASK_NOTHING, ASK_SILENT, ASK_MEMBER };

struct top_ask {
	struct client *client;
	const struct catalogue *catalogue;
	char unit[CODE_MAX + 3], item[CODE_MAX + 1]; /* "G/" and a code */
	const char **paths;                          /* of the members; in the catalogue */
	size_t paths_n, at;
	enum job job;
	struct list list; /* what has come of the answer */
	struct buffer cursor;
	struct decoded decoded;
	struct top_silent silent;
	struct mirror *members;
	bool answered, moved;
	int64_t began, ended, retry; /* retry 0 = the round went well */
};

struct top_ask *top_ask_open(const struct client_options *options, struct sys_error *error)
{
	struct top_ask *a = base_alloc(sizeof(*a));

	a->members = mirror_new();
	a->client = client_open(options, error);
	if (!a->client)
		top_ask_close(&a);
	return a;
}

static void forget(struct top_ask *a)
{
	list_close(&a->list);
	buffer_clear(&a->cursor);
	a->job = ASK_NOTHING;
}

void top_ask_close(struct top_ask **a)
{
	if (!*a)
		return;
	forget(*a);
	client_close(&(*a)->client);
	buffer_free(&(*a)->cursor);
	decoded_free(&(*a)->decoded);
	top_silent_free(&(*a)->silent);
	mirror_free((*a)->members);
	free((*a)->paths);
	free(*a);
	*a = NULL;
}

/* ---- questions ---- */

static void ask_silent(struct top_ask *a, int64_t now)
{
	struct list_question q = {.query = TIENDO__V1__QUERY__INIT};

	*list_silent.ask(&a->list.wish, &q) =
		(ProtobufCBinaryData){a->cursor.size, a->cursor.data};
	client_ask(a->client, &q.query, now);
}

static void ask_member(struct top_ask *a, int64_t now)
{
	Tiendo__V1__Query q = TIENDO__V1__QUERY__INIT;
	Tiendo__V1__CatchUp catch_up = TIENDO__V1__CATCH_UP__INIT;

	catch_up.path = (char *)a->paths[a->at];
	catch_up.only_path = true;
	catch_up.cursor = (ProtobufCBinaryData){a->cursor.size, a->cursor.data};
	q.question_case = TIENDO__V1__QUERY__QUESTION_CATCH_UP;
	q.catch_up = &catch_up;
	client_ask(a->client, &q, now);
}

static void ask(struct top_ask *a, int64_t now)
{
	if (a->job == ASK_SILENT)
		ask_silent(a, now);
	else
		ask_member(a, now);
}

static void begin(struct top_ask *a, int64_t now)
{
	a->job = ASK_SILENT;
	a->began = now;
	a->retry = 0;
	a->moved = false;
	a->at = 0;
	buffer_clear(&a->cursor);
	a->list = list_open(&list_silent, a->catalogue, LANGUAGE_VI);
	a->list.wish.unit = a->unit;
	a->list.wish.item = a->item;
	ask(a, now);
}

void top_ask_about(struct top_ask *a, const struct catalogue *c, const char *unit, const char *item,
		   const uint32_t *below, size_t n, int64_t now)
{
	bool same_unit = strcmp(unit, a->unit) == 0;

	forget(a);
	/* of the same question the last answer stands until there is another */
	if (!same_unit || strcmp(item, a->item) != 0)
		top_silent_free(&a->silent);
	if (!same_unit) {
		mirror_free(a->members);
		a->members = mirror_new();
	}
	a->catalogue = c;
	a->answered = false;
	snprintf(a->unit, sizeof(a->unit), "%s", unit);
	snprintf(a->item, sizeof(a->item), "%s", item);
	a->paths = base_grow(a->paths, n + 1, sizeof(*a->paths));
	a->paths_n = n;
	for (size_t i = 0; i < n; i++)
		a->paths[i] = catalogue_unit(c, below[i])->path;
	if (c)
		begin(a, now);
}

void top_ask_moved(struct top_ask *a)
{
	a->moved = true;
}

/* ---- answers ---- */

/* The offices are copied: the list is thrown away, the catalogue may be. */
static void keep_silent(struct top_ask *a)
{
	struct top_silent s = {.state = TOP_ANSWERED,
			       .owed = a->list.n,
			       .expected = a->list.numbers[LIST_SILENT_EXPECTED],
			       .units = a->list.numbers[LIST_SILENT_UNITS]};
	struct list_office *list = list_silent_offices(&a->list, &s.n);

	s.list = base_grow(NULL, s.n + 1, sizeof(*s.list));
	for (size_t i = 0; i < s.n; i++) {
		const struct unit_row *u = &list[i].unit->row;
		s.list[i] = (struct top_office){.code = base_copy_text(u->code),
						.name = base_copy_text(u->name),
						.name_en = base_copy_text(u->name_en),
						.head = base_copy_text(u->head),
						.contact = base_copy_text(u->contact),
						.since = list[i].since,
						.owes = list[i].n,
						.missing = list[i].missing};
		s.missing += list[i].missing;
	}
	free(list);
	top_silent_free(&a->silent);
	a->silent = s;
}

static void end(struct top_ask *a, int64_t now)
{
	forget(a);
	a->answered = true;
	a->ended = now;
}

/* The next member, or the end of the round. */
static void go_on(struct top_ask *a, const Tiendo__V1__Reply *r, int64_t now)
{
	struct mirror_generation g;

	buffer_clear(&a->cursor);
	if (a->job == ASK_SILENT) {
		a->job = ASK_MEMBER;
		a->at = 0;
	} else {
		a->at++;
	}
	if (a->at < a->paths_n) {
		ask(a, now);
		return;
	}
	if (a->paths_n && decode_generation(r->generation, &g))
		mirror_complete(a->members, &g, r->as_of);
	end(a, now);
}

static void failed(struct top_ask *a, const Tiendo__V1__Reply *r, int64_t now)
{
	enum reason reason = (enum reason)r->failure->reason;

	if (reason == REASON_STALE_CURSOR) {
		forget(a);
		a->retry = now + TOP_ASK_AGAIN_MS;
		return;
	}
	if (a->job == ASK_SILENT) {
		top_silent_free(&a->silent);
		a->silent = (struct top_silent){.state = TOP_REFUSED, .reason = reason};
	}
	go_on(a, r, now);
}

/* False = the answer is of no use: of a catalogue that is newer than ours. */
static bool take(struct top_ask *a, const Tiendo__V1__Reply *r)
{
	struct mirror_generation g;

	if (a->job == ASK_SILENT)
		return r->answer_case == list_silent.answer && list_page(&a->list, r);
	if (r->answer_case != TIENDO__V1__REPLY__ANSWER_CATCH_UP ||
	    !decode_generation(r->generation, &g))
		return false;
	for (size_t i = 0; i < r->catch_up->n_grains; i++)
		if (decode_grain(r->catch_up->grains[i], &a->decoded))
			mirror_page(a->members, &g, &a->decoded.grain);
	return true;
}

static bool read_answer(struct top_ask *a, const Tiendo__V1__Reply *r, int64_t now)
{
	if (r->answer_case == TIENDO__V1__REPLY__ANSWER_FAILURE) {
		failed(a, r, now);
		return true;
	}
	if (!take(a, r)) {
		forget(a);
		a->retry = now + TOP_ASK_AGAIN_MS;
		return false;
	}
	if (r->cursor.len) {
		buffer_clear(&a->cursor);
		buffer_put(&a->cursor, r->cursor.data, r->cursor.len);
		ask(a, now);
		return false;
	}
	if (a->job == ASK_SILENT)
		keep_silent(a);
	go_on(a, r, now);
	return true;
}

/* ---- for the loop ---- */

static int64_t next_round(const struct top_ask *a)
{
	int64_t took = a->ended - a->began, pause = TOP_ASK_TIMES * took;

	if (!a->catalogue)
		return LOOP_FOREVER;
	if (a->retry)
		return a->retry;
	if (a->moved && pause < TOP_ASK_MOVED_MS)
		pause = TOP_ASK_MOVED_MS;
	if (!a->moved && pause < TOP_ASK_IDLE_MS)
		pause = TOP_ASK_IDLE_MS;
	return a->ended + pause;
}

struct loop_item top_ask_item(const struct top_ask *a)
{
	return a->job == ASK_NOTHING ? (struct loop_item){.fd = -1} : client_item(a->client);
}

int64_t top_ask_due(const struct top_ask *a, int64_t now)
{
	return a->job == ASK_NOTHING ? next_round(a) : client_due(a->client, now);
}

bool top_ask_step(struct top_ask *a, int64_t now)
{
	if (a->job == ASK_NOTHING) {
		if (now >= next_round(a))
			begin(a, now);
		return false;
	}
	const Tiendo__V1__Reply *r = client_step(a->client, now);
	return r && read_answer(a, r, now);
}

bool top_ask_answered(const struct top_ask *a)
{
	return a->answered;
}

const struct top_silent *top_ask_silent(const struct top_ask *a)
{
	return &a->silent;
}

const struct mirror *top_ask_members(const struct top_ask *a)
{
	return a->members;
}
