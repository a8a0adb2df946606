// SPDX-License-Identifier: Apache-2.0
/*
 * Questions that are answered from sheets and rows: who reported when, who owes what, what a period looked like when it was
 * frozen and looks like now. Each is asked twice where it matters: while the rows still are in the view, and from view/.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "common/domain/says.h"
#include "server/answer.h"
#include "server/query_journal.h"
#include "tests/unit/centre.h"
#include "tests/unit/scratch.h"

enum { VINH = 1, VIEWER, OPERATOR, X1, X2, Y1, DISTRICT, KEYS };

#define UNITS                                                                                                         \
	"code,parent,kind,type,branch,name,name_en,head,contact,opened,closed,source\n"                              \
	"VN,,central,,,Việt Nam,,,,,,\n40,VN,province,,,Nghệ An,,,,,,\n412,40,district,,,Vinh,,,,,,\n"               \
	"413,40,district,,,Diễn Châu,,,,,,\n4121,412,commune,,,Xã Một,,,,,,\n4122,412,commune,,,Xã Hai,,,,,,\n"      \
	"4131,413,commune,,,Xã Ba,,,,,,\n"
#define ITEMS                                                                                                         \
	"code,parent,owner,kind,name,lead,start,due,answer,reporters,schedule,measure,num_def,den_def,bounded\n"     \
	"KH,,40,plan,Kế hoạch,,,,,,,,,,\nKH.T,KH,,task,Việc,40,2024-01-02,2024-06-30,all,kind:commune@40,half_month,,,,\n" \
	"KH.G,KH,,ratio_group,Hồ sơ,,,,,,,,a,b,\n"                                                                    \
	"KH.R,KH.G,,ratio,Tỷ lệ,40,,,all,kind:commune@40,half_month,stock,a,b,yes\n"                                  \
	"KH.F,KH,,count,Số vụ,40,,,all,kind:district@40,half_month,flow,,,\n"                                         \
	"KH.N,KH,,count,Không kỳ,40,,,all,kind:district@40,,stock,,,\n"

struct world {
	struct centre centre;
	struct query_options options;
	struct answerer answerer;
	struct codec_arena arena;
	struct buffer question, reply;
	uint64_t seq[KEYS]; /* of each agent's stream */
};

static void open_world(struct world *w, const char *name)
{
	memset(w, 0, sizeof(*w));
	centre_make(&w->centre, name);
	assert_int_equal(centre_principal(&w->centre, "VN", "viewer", VIEWER), VIEWER);
	assert_int_equal(centre_principal(&w->centre, "VN", "operator", OPERATOR), OPERATOR);
	assert_true(centre_catalogue(&w->centre, UNITS, ITEMS));
	assert_int_equal(centre_agent(&w->centre, "4121", X1), X1);
	assert_int_equal(centre_agent(&w->centre, "4122", X2), X2);
	assert_int_equal(centre_agent(&w->centre, "4131", Y1), Y1);
	assert_int_equal(centre_agent(&w->centre, "413", DISTRICT), DISTRICT);
	w->options = (struct query_options){.view = core_view(w->centre.core),
					    .lock = core_lock(w->centre.core),
					    .journal = query_journal_of(core_journal(w->centre.core)),
					    .rows = query_rows_of(core_keeper(w->centre.core)),
					    .clock = core_clock(w->centre.core)};
	answerer_open(&w->answerer, &w->options);
	w->arena = codec_arena_new(1 << 20);
}

static void close_world(struct world *w)
{
	answerer_close(&w->answerer);
	codec_arena_free(&w->arena);
	buffer_free(&w->question);
	buffer_free(&w->reply);
	centre_close(&w->centre);
}

/* ---- reports ---- */

static void day(struct world *w, const char *date)
{
	char when[40];

	snprintf(when, sizeof(when), "%sT08:00:00+07:00", date);
	centre_time(&w->centre, when);
}

static void send(struct world *w, uint32_t key, Tiendo__V1__Update *u)
{
	struct core_stream stream = {.principal = key, .key_id = key};

	memset(stream.epoch, (int)key, sizeof(stream.epoch));
	u->seq = ++w->seq[key];
	w->centre.blobs[0] = bytes_of(w->centre.blob[0], codec_pack(u, w->centre.blob[0]));
	centre_offer(&w->centre, stream, u->seq, 1);
	centre_commit(&w->centre);
	if (w->centre.answer.nack.reason || w->centre.answer.outcomes[0].kind != OUTCOME_TAKEN)
		fail_msg("%s of %s was not taken: %s", u->item, u->unit,
			 reason_name(w->centre.answer.outcomes[0].reason));
}

static void ratio(struct world *w, uint32_t key, const char *unit, uint32_t as_of, uint64_t n, uint64_t d)
{
	Tiendo__V1__Update u = TIENDO__V1__UPDATE__INIT;
	Tiendo__V1__Ratio r = TIENDO__V1__RATIO__INIT;

	u.unit = (char *)unit;
	u.item = (char *)"KH.R";
	u.as_of = as_of;
	u.author_role = TIENDO__V1__AUTHOR_ROLE__AUTHOR_ROLE_CLERK;
	u.body_case = TIENDO__V1__UPDATE__BODY_RATIO;
	u.ratio = &r;
	r.numerator = n;
	r.denominator = d;
	send(w, key, &u);
}

static void task(struct world *w, uint32_t key, const char *unit, uint32_t as_of, uint32_t percent)
{
	Tiendo__V1__Update u = TIENDO__V1__UPDATE__INIT;
	Tiendo__V1__Task t = TIENDO__V1__TASK__INIT;

	u.unit = (char *)unit;
	u.item = (char *)"KH.T";
	u.as_of = as_of;
	u.author_role = TIENDO__V1__AUTHOR_ROLE__AUTHOR_ROLE_CLERK;
	u.body_case = TIENDO__V1__UPDATE__BODY_TASK;
	u.task = &t;
	t.state = TIENDO__V1__TASK_STATE__TASK_STATE_IN_PROGRESS;
	t.percent = percent;
	send(w, key, &u);
}

/* ---- questions ---- */

static const Tiendo__V1__Reply *ask(struct world *w, uint32_t key, Tiendo__V1__Query *q)
{
	q->id = 7;
	buffer_clear(&w->question);
	buffer_clear(&w->reply);
	codec_pack(q, buffer_reserve(&w->question, codec_size(q)));
	answer(&w->answerer, key, PROTOCOL_VERSION, MESSAGE_QUERY, buffer_bytes(&w->question), &w->reply);
	codec_arena_reset(&w->arena);
	const Tiendo__V1__Reply *r =
		codec_unpack(&tiendo__v1__reply__descriptor, w->reply.data, w->reply.size, &w->arena);
	assert_non_null(r);
	return r;
}

static void assert_fails(const Tiendo__V1__Reply *r, enum reason reason)
{
	assert_int_equal(r->answer_case, TIENDO__V1__REPLY__ANSWER_FAILURE);
	assert_int_equal(r->failure->reason, reason);
}

#define QUESTION(NAME, name, type, TYPE)                           \
	Tiendo__V1__Query q = TIENDO__V1__QUERY__INIT;             \
	Tiendo__V1__##type m = TIENDO__V1__##TYPE##__INIT;         \
	q.question_case = TIENDO__V1__QUERY__QUESTION_##NAME;      \
	q.name = &m

static const Tiendo__V1__Reply *timeliness(struct world *w, uint32_t key, const char *unit, const char *item,
					   const char *period, ProtobufCBinaryData cursor)
{
	QUESTION(TIMELINESS, timeliness, Timeliness, TIMELINESS);
	m.unit = (char *)unit;
	m.item = (char *)item;
	m.period = (char *)period;
	m.cursor = cursor;
	return ask(w, key, &q);
}

static uint32_t number_of(const struct world *w, const char *unit)
{
	const struct catalogue *c = core_view(w->centre.core)->catalogue;

	return catalogue_unit_number(c, catalogue_unit_by_code(c, unit, (struct date){20240101}));
}

/* Adds up the parts of one row over all pages: expected, exempt, pending, on time, slow, late, missing. */
struct rate {
	uint32_t n[7];
	size_t rows, pages;
	bool frozen;
};

static struct rate rate(struct world *w, const char *unit, const char *item, const char *period, const char *row,
			const char *level, const char *of)
{
	struct rate sum = {0};
	ProtobufCBinaryData cursor = {0};
	uint8_t kept[CURSOR_SIZE];

	do {
		const Tiendo__V1__Reply *r = timeliness(w, VIEWER, unit, item, period, cursor);
		if (r->answer_case != TIENDO__V1__REPLY__ANSWER_TIMELINESS)
			fail_msg("%s", r->failure->text);
		for (size_t i = 0; i < r->timeliness->n_rows; i++) {
			const Tiendo__V1__TimelinessRow *m = r->timeliness->rows[i];
			if (m->unit != (*row ? number_of(w, row) : 0) || strcmp(m->level, level) != 0 ||
			    strcmp(m->period, of) != 0)
				continue;
			const uint32_t n[7] = {m->slots->expected,  m->slots->exempt,	 m->slots->pending, m->slots->on_time,
					       m->slots->line_slow, m->slots->late, m->slots->missing};
			for (size_t k = 0; k < 7; k++)
				sum.n[k] += n[k];
			sum.rows++;
			sum.frozen = m->frozen;
		}
		sum.pages++;
		cursor = (ProtobufCBinaryData){r->cursor.len, kept};
		memcpy(kept, r->cursor.data, r->cursor.len);
	} while (cursor.len);
	return sum;
}

#define assert_rate(r, ...)                                                              \
	do {                                                                             \
		const uint32_t wanted[7] = {__VA_ARGS__};                                \
		struct rate got = (r);                                                   \
		for (size_t k_ = 0; k_ < 7; k_++)                                        \
			if (got.n[k_] != wanted[k_])                                     \
				fail_msg("number %zu is %u, not %u", k_, got.n[k_], wanted[k_]); \
	} while (0)

/* X1 in time, X2 on the day after its deadline, Y1 never; 2024-01a is frozen by the tick of the 20th. */
static void half_a_month(struct world *w)
{
	day(w, "2024-01-12");
	ratio(w, X1, "4121", 20240112, 90, 100);
	task(w, X1, "4121", 20240112, 50);
	day(w, "2024-01-17");
	ratio(w, X2, "4122", 20240115, 10, 100);
	task(w, X2, "4122", 20240115, 20);
}

static void checkpoint(struct world *w)
{
	struct sys_error error = {""};

	if (core_checkpoint(w->centre.core, &error))
		fail_msg("%s", error.text);
	assert_int_equal(core_view(w->centre.core)->rows.n + core_view(w->centre.core)->leaving.n, 0);
}

static void slots_by_their_state(void **state)
{
	struct world w;

	(void)state;
	open_world(&w, "live");
	day(&w, "2024-01-12");
	ratio(&w, X1, "4121", 20240112, 90, 100);
	assert_rate(rate(&w, "40", "KH.R", "", "40", "", "2024-01a"), 3, 0, 2, 1, 0, 0, 0);
	assert_rate(rate(&w, "40", "", "", "40", "", "2024-01a"), 8, 0, 7, 1, 0, 0, 0);
	assert_rate(rate(&w, "40", "KH", "", "40", "commune", "2024-01a"), 6, 0, 5, 1, 0, 0, 0);
	assert_rate(rate(&w, "40", "KH", "", "40", "district", "2024-01a"), 2, 0, 2, 0, 0, 0, 0);
	assert_rate(rate(&w, "40", "", "", "412", "", "2024-01a"), 5, 0, 4, 1, 0, 0, 0);
	assert_rate(rate(&w, "40", "", "", "413", "", "2024-01a"), 3, 0, 3, 0, 0, 0, 0);
	assert_rate(rate(&w, "412", "KH.R", "", "4121", "", "2024-01a"), 1, 0, 0, 1, 0, 0, 0);
	assert_int_equal(rate(&w, "412", "KH.R", "", "413", "", "2024-01a").rows, 0);
	assert_int_equal(rate(&w, "40", "KH.N", "", "40", "", "").rows, 0); /* no schedule, no slot */
	/* a district that reports for a commune does not make it punctual */
	ratio(&w, DISTRICT, "4131", 20240112, 1, 100);
	assert_rate(rate(&w, "40", "KH.R", "", "413", "", "2024-01a"), 1, 0, 1, 0, 0, 0, 0);
	day(&w, "2024-01-17");
	ratio(&w, X2, "4122", 20240115, 10, 100);
	assert_rate(rate(&w, "40", "KH.R", "", "40", "", "2024-01a"), 3, 0, 0, 1, 0, 1, 1);
	assert_rate(rate(&w, "40", "KH.R", "2024-01a", "40", "", "2024-01a"), 3, 0, 0, 1, 0, 1, 1);
	assert_rate(rate(&w, "40", "KH.R", "2024-01..2024-Q1", "40", "", "2024-01a"), 3, 0, 0, 1, 0, 1, 1);
	assert_int_equal(rate(&w, "40", "KH.R", "2024-01b", "40", "", "2024-01a").rows, 0);
	close_world(&w);
}

static void frozen_slots(void **state)
{
	struct world w;

	(void)state;
	open_world(&w, "frozen");
	half_a_month(&w);
	day(&w, "2024-01-19");
	day(&w, "2024-01-20");
	for (int written = 0; written < 2; written++) {
		assert_int_equal(rate(&w, "40", "", "", "40", "", "2024-01a").rows, 0); /* only what is not frozen */
		assert_rate(rate(&w, "40", "", "", "40", "", "2024-01b"), 8, 0, 8, 0, 0, 0, 0);
		struct rate r = rate(&w, "40", "", "2024-01", "40", "", "2024-01a");
		assert_rate(r, 8, 0, 0, 2, 0, 2, 4);
		assert_true(r.frozen && r.pages > 1);
		assert_rate(rate(&w, "40", "", "2024-01", "40", "", "2024-01b"), 8, 0, 8, 0, 0, 0, 0);
		assert_rate(rate(&w, "40", "KH.R", "2024-01a", "412", "", "2024-01a"), 2, 0, 0, 1, 0, 1, 0);
		assert_rate(rate(&w, "412", "KH.R", "2024-01a", "4122", "", "2024-01a"), 1, 0, 0, 0, 0, 1, 0);
		assert_rate(rate(&w, "40", "KH", "2024-01a", "40", "commune", "2024-01a"), 6, 0, 0, 2, 0, 2, 2);
		checkpoint(&w);
	}
	centre_reopen(&w.centre); /* what view/ holds is there after a start */
	w.options.view = core_view(w.centre.core);
	w.options.lock = core_lock(w.centre.core);
	w.options.journal = query_journal_of(core_journal(w.centre.core));
	w.options.rows = query_rows_of(core_keeper(w.centre.core));
	assert_rate(rate(&w, "40", "", "2024-01", "40", "", "2024-01a"), 8, 0, 0, 2, 0, 2, 4);
	/* what comes later changes no verdict */
	ratio(&w, Y1, "4131", 20240114, 50, 100);
	assert_rate(rate(&w, "40", "KH.R", "2024-01a", "413", "", "2024-01a"), 1, 0, 0, 0, 0, 0, 1);
	close_world(&w);
}

/* A page holds so few rows that one step fills several: nothing is told twice, nothing is left out. */
static void small_pages(void **state)
{
	struct world w;

	(void)state;
	open_world(&w, "pages");
	half_a_month(&w);
	day(&w, "2024-01-20");
	w.answerer.page_max = 100;
	struct rate r = rate(&w, "40", "", "2024-01", "40", "", "2024-01a");
	assert_rate(r, 8, 0, 0, 2, 0, 2, 4);
	assert_true(r.pages > 10);
	assert_rate(rate(&w, "40", "", "2024-01", "413", "", "2024-01a"), 3, 0, 0, 0, 0, 0, 3);
	assert_rate(rate(&w, "40", "", "2024-01", "40", "", "2024-01b"), 8, 0, 8, 0, 0, 0, 0);
	assert_rate(rate(&w, "40", "", "2024-01", "413", "", "2024-01b"), 3, 0, 3, 0, 0, 0, 0);
	close_world(&w);
}

static void bad_questions_about_time(void **state)
{
	struct world w;
	const ProtobufCBinaryData none = {0};
	uint8_t kept[CURSOR_SIZE];

	(void)state;
	open_world(&w, "bad");
	assert_fails(timeliness(&w, VIEWER, "99", "", "", none), REASON_NOT_FOUND);
	assert_fails(timeliness(&w, VIEWER, "40", "NO", "", none), REASON_NOT_FOUND);
	const char *const periods[] = {"2024-13", "2024-01c", "x", "2024-02..2024-01", "2024-01..", "..", "2024-01..x",
				       "A-CODE-THAT-IS-MUCH-TOO-LONG"};
	for (size_t i = 0; i < BASE_COUNT(periods); i++)
		assert_fails(timeliness(&w, VIEWER, "40", "", periods[i], none), REASON_NOT_FOUND);
	assert_fails(timeliness(&w, X1, "40", "", "", none), REASON_FORBIDDEN);
	assert_fails(timeliness(&w, X1, "4122", "", "", none), REASON_FORBIDDEN);
	assert_int_equal(timeliness(&w, X1, "4121", "", "", none)->answer_case, TIENDO__V1__REPLY__ANSWER_TIMELINESS);
	assert_int_equal(timeliness(&w, VINH, "412", "", "", none)->answer_case, TIENDO__V1__REPLY__ANSWER_TIMELINESS);
	/* another day: other sheets */
	w.answerer.page_max = 100;
	const Tiendo__V1__Reply *r = timeliness(&w, VIEWER, "40", "", "", none);
	assert_int_equal(r->cursor.len, CURSOR_SIZE);
	memcpy(kept, r->cursor.data, CURSOR_SIZE);
	assert_fails(timeliness(&w, VIEWER, "40", "KH", "", (ProtobufCBinaryData){CURSOR_SIZE, kept}), REASON_BAD_FRAME);
	day(&w, "2024-01-12");
	assert_fails(timeliness(&w, VIEWER, "40", "", "", (ProtobufCBinaryData){CURSOR_SIZE, kept}), REASON_STALE_CURSOR);
	close_world(&w);
}

/* ---- silent ---- */

struct owed {
	size_t n, pages;
	uint32_t expected, units;
	Tiendo__V1__SilentRow rows[32];
};

static struct owed silent(struct world *w, const char *unit, const char *item)
{
	QUESTION(SILENT, silent, Silent, SILENT);
	uint8_t kept[CURSOR_SIZE];
	struct owed sum = {0};

	m.unit = (char *)unit;
	m.item = (char *)item;
	do {
		const Tiendo__V1__Reply *r = ask(w, VIEWER, &q);
		assert_int_equal(r->answer_case, TIENDO__V1__REPLY__ANSWER_SILENT);
		for (size_t i = 0; i < r->silent->n_rows; i++)
			sum.rows[sum.n++] = *r->silent->rows[i];
		sum.expected += r->silent->expected;
		sum.units += r->silent->units;
		sum.pages++;
		memcpy(kept, r->cursor.data, r->cursor.len);
		m.cursor = (ProtobufCBinaryData){r->cursor.len, kept};
	} while (m.cursor.len);
	return sum;
}

static void who_owes_what(void **state)
{
	struct world w;

	(void)state;
	open_world(&w, "silent");
	day(&w, "2024-01-12");
	ratio(&w, X1, "4121", 20240112, 90, 100);
	task(&w, X1, "4121", 20240112, 50);
	struct owed o = silent(&w, "40", "");
	assert_true(o.n == 0 && o.expected == 0 && o.units == 0); /* the period has not closed */
	day(&w, "2024-01-16");
	ratio(&w, DISTRICT, "4131", 20240115, 1, 100); /* on behalf: the commune still owes it */
	o = silent(&w, "40", "");
	assert_int_equal(o.n, 6); /* 4122 and 4131 two each, the districts one each */
	assert_int_equal(o.expected, 8);
	assert_int_equal(o.units, 5);
	assert_int_equal(o.rows[0].unit, number_of(&w, "412")); /* as the tree has them */
	assert_int_equal(o.rows[0].since, 20240116);
	assert_int_equal(o.rows[0].deadline, 20240117);
	assert_false(o.rows[0].missing);
	assert_int_equal(silent(&w, "412", "KH.R").n, 1);
	assert_int_equal(silent(&w, "4121", "").n, 0);
	assert_int_equal(silent(&w, "4121", "").expected, 2);
	day(&w, "2024-01-17");
	o = silent(&w, "4131", "KH.R");
	assert_int_equal(o.n, 1);
	assert_true(o.rows[0].missing && o.rows[0].last_received_ms > 0);
	w.answerer.page_max = 30;
	o = silent(&w, "40", "");
	assert_true(o.n == 6 && o.expected == 8 && o.units == 5 && o.pages == 4);
	w.answerer.page_max = 100000;
	day(&w, "2024-01-20"); /* frozen: nobody owes it any more */
	assert_int_equal(silent(&w, "40", "").expected, 0);
	close_world(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(slots_by_their_state),
		cmocka_unit_test(frozen_slots),
		cmocka_unit_test(small_pages),
		cmocka_unit_test(bad_questions_about_time),
		cmocka_unit_test(who_owes_what),
	};

	return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
