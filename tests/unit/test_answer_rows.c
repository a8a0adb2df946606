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
	"KH.N,KH,,count,Không kỳ,40,,,all,kind:district@40,,stock,,,\n"                                               \
	"KH.Y,KH,,count,Luỹ kế,40,,,all,kind:district@40,month,ytd,,,\n"

/* The districts repeat what their communes reported; one leaf does so without periods. */
#define CONTROLLED                                                                                                    \
	"code,parent,owner,kind,name,lead,answer,reporters,schedule,measure,aggregate,num_def,den_def,bounded,control\n" \
	"KH,,40,plan,Kế hoạch,,,,,,,,,,\n"                                                                             \
	"KH.R,KH,,ratio,Tỷ lệ,40,all,kind:commune@40,half_month,stock,,a,b,yes,\n"                                     \
	"KH.C,KH,,ratio,Tự đối chiếu,40,all,kind:district@40,half_month,stock,own,a,b,yes,KH.R\n"                     \
	"KH.N,KH,,count,Không kỳ,40,all,kind:commune@40,,stock,,,,,\n"                                                 \
	"KH.M,KH,,count,Đối chiếu không kỳ,40,all,kind:district@40,,stock,own,,,,KH.N\n"                              \
	"KH.Y,KH,,count,Luỹ kế,40,all,kind:commune@40,half_month,ytd,,,,,\n"

struct world {
	struct centre centre;
	struct query_options options;
	struct answerer answerer;
	struct codec_arena arena;
	struct buffer question, reply;
	uint64_t seq[KEYS]; /* of each agent's stream */
};

static void set_options(struct world *w)
{
	w->options = (struct query_options){.view = core_view(w->centre.core),
					    .lock = core_lock(w->centre.core),
					    .journal = query_journal_of(core_journal(w->centre.core)),
					    .rows = query_rows_of(core_keeper(w->centre.core)),
					    .clock = core_clock(w->centre.core)};
}

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
	set_options(w);
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

static void ratio_of(struct world *w, uint32_t key, const char *unit, const char *item, uint32_t as_of, uint64_t n,
		     uint64_t d, const char *note)
{
	Tiendo__V1__Update u = TIENDO__V1__UPDATE__INIT;
	Tiendo__V1__Ratio r = TIENDO__V1__RATIO__INIT;

	u.unit = (char *)unit;
	u.item = (char *)item;
	u.as_of = as_of;
	u.note = (char *)note;
	u.author_role = TIENDO__V1__AUTHOR_ROLE__AUTHOR_ROLE_CLERK;
	u.body_case = TIENDO__V1__UPDATE__BODY_RATIO;
	u.ratio = &r;
	r.numerator = n;
	r.denominator = d;
	send(w, key, &u);
}

static void ratio(struct world *w, uint32_t key, const char *unit, uint32_t as_of, uint64_t n, uint64_t d)
{
	ratio_of(w, key, unit, "KH.R", as_of, n, d, "");
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

static void amount(struct world *w, uint32_t key, const char *unit, const char *item, uint32_t as_of, const char *period,
		   uint64_t value)
{
	Tiendo__V1__Update u = TIENDO__V1__UPDATE__INIT;
	Tiendo__V1__Count n = TIENDO__V1__COUNT__INIT;

	u.unit = (char *)unit;
	u.item = (char *)item;
	u.as_of = as_of;
	u.period = (char *)period;
	u.author_role = TIENDO__V1__AUTHOR_ROLE__AUTHOR_ROLE_CLERK;
	u.body_case = TIENDO__V1__UPDATE__BODY_COUNT;
	u.count = &n;
	n.value = value;
	send(w, key, &u);
}

static void withdraw(struct world *w, uint32_t key, const char *unit, uint32_t as_of, uint64_t entry)
{
	Tiendo__V1__Update u = TIENDO__V1__UPDATE__INIT;
	Tiendo__V1__Withdraw body = TIENDO__V1__WITHDRAW__INIT;
	Tiendo__V1__ReceiptRef receipt = TIENDO__V1__RECEIPT_REF__INIT;

	receipt.incarnation = (ProtobufCBinaryData){
		INCARNATION_SIZE, (uint8_t *)core_view(w->centre.core)->head.incarnation};
	receipt.entry = entry;
	receipt.index = 1;
	body.withdraws = &receipt;
	u.unit = (char *)unit;
	u.item = (char *)"KH.R";
	u.as_of = as_of;
	u.period = (char *)"2024-01a"; /* of one that is frozen it must be said */
	u.reason = (char *)"nhầm số liệu của xã khác";
	u.author_role = TIENDO__V1__AUTHOR_ROLE__AUTHOR_ROLE_CLERK;
	u.body_case = TIENDO__V1__UPDATE__BODY_WITHDRAW;
	u.withdraw = &body;
	send(w, key, &u);
}

static uint64_t head(const struct world *w)
{
	return core_view(w->centre.core)->head.entry;
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

static void keep(uint8_t kept[static CURSOR_SIZE], const Tiendo__V1__Reply *r)
{
	assert_true(r->cursor.len == 0 || r->cursor.len == CURSOR_SIZE);
	if (r->cursor.len)
		memcpy(kept, r->cursor.data, r->cursor.len);
}

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
		keep(kept, r);
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
	set_options(&w);
	assert_rate(rate(&w, "40", "", "2024-01", "40", "", "2024-01a"), 8, 0, 0, 2, 0, 2, 4);
	/* what comes later changes no verdict */
	ratio(&w, Y1, "4131", 20240114, 50, 100);
	assert_rate(rate(&w, "40", "KH.R", "2024-01a", "413", "", "2024-01a"), 1, 0, 0, 0, 0, 0, 1);
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
		keep(kept, r);
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

/* ---- figures of a period ---- */

/* What a page says of one item, its parts added. */
struct figures {
	bool there, has_frozen;
	Tiendo__V1__Rollup frozen, now;
	Tiendo__V1__TaskCounts frozen_cells, now_cells;
	Tiendo__V1__IndicatorCounts frozen_counts, now_counts;
	size_t pages;
};

static void add_rollup(Tiendo__V1__Rollup *to, Tiendo__V1__TaskCounts *cells, Tiendo__V1__IndicatorCounts *counts,
		       const Tiendo__V1__Rollup *m)
{
	to->numerator += m->numerator;
	to->denominator += m->denominator;
	to->value += m->value;
	to->summed += m->summed;
	to->has_target = m->has_target;
	to->target = m->target;
	if (m->cells) {
		cells->unreported += m->cells->unreported;
		cells->in_progress += m->cells->in_progress;
		cells->na += m->cells->na;
	}
	if (m->indicators) {
		counts->unreported += m->indicators->unreported;
		counts->value += m->indicators->value;
		counts->none += m->indicators->none;
		counts->na += m->indicators->na;
	}
}

static struct figures figures(struct world *w, const char *unit, const char *item, const char *period, uint32_t at,
			      const char *of)
{
	QUESTION(PERIOD_FIGURES, period_figures, PeriodFigures, PERIOD_FIGURES);
	const struct catalogue *c = core_view(w->centre.core)->catalogue;
	uint32_t number = catalogue_item(c, catalogue_item_by_code(c, of))->row.number;
	struct figures sum = {.has_frozen = true};
	uint8_t kept[CURSOR_SIZE];

	m.unit = (char *)unit;
	m.item = (char *)item;
	m.period = (char *)period;
	m.at = at;
	do {
		const Tiendo__V1__Reply *r = ask(w, VIEWER, &q);
		if (r->answer_case != TIENDO__V1__REPLY__ANSWER_PERIOD_FIGURES)
			fail_msg("%s", r->failure->text);
		for (size_t i = 0; i < r->period_figures->n_figures; i++) {
			const Tiendo__V1__PeriodFigure *f = r->period_figures->figures[i];
			if (f->item != number)
				continue;
			sum.there = true;
			sum.has_frozen &= f->has_frozen;
			if (f->frozen)
				add_rollup(&sum.frozen, &sum.frozen_cells, &sum.frozen_counts, f->frozen);
			if (f->now)
				add_rollup(&sum.now, &sum.now_cells, &sum.now_counts, f->now);
		}
		sum.pages++;
		keep(kept, r);
		m.cursor = (ProtobufCBinaryData){r->cursor.len, kept};
	} while (m.cursor.len);
	return sum;
}

#define assert_ratio(rollup, n, d)                      \
	do {                                            \
		assert_int_equal((rollup).numerator, n);   \
		assert_int_equal((rollup).denominator, d); \
	} while (0)

static void a_period_in_memory(void **state)
{
	struct world w;

	(void)state;
	open_world(&w, "now");
	half_a_month(&w);
	struct figures f = figures(&w, "40", "KH", "2024-01a", 0, "KH.R");
	assert_false(f.has_frozen);
	assert_ratio(f.now, 100, 200);
	assert_int_equal(f.now_counts.value, 2);
	assert_int_equal(f.now_counts.unreported, 1);
	f = figures(&w, "40", "", "2024-01a", 0, "KH.G");
	assert_ratio(f.now, 100, 200);
	f = figures(&w, "40", "", "2024-01a", 0, "KH");
	assert_int_equal(f.now_cells.in_progress, 2);
	assert_int_equal(f.now_cells.unreported, 1);
	assert_int_equal(f.now_counts.unreported, 3); /* Y1, and two districts with their flow */
	assert_ratio(figures(&w, "412", "KH.R", "2024-01a", 0, "KH.R").now, 100, 200);
	assert_ratio(figures(&w, "4122", "KH.R", "2024-01a", 0, "KH.R").now, 10, 100);
	assert_false(figures(&w, "40", "KH", "2024-01a", 0, "KH.N").there); /* it has no periods */
	assert_false(figures(&w, "40", "KH", "2024-01a", 0, "KH.Y").there); /* nor this one such */
	close_world(&w);
}

static void a_period_as_frozen_and_now(void **state)
{
	struct world w;

	(void)state;
	open_world(&w, "both");
	day(&w, "2024-01-12");
	ratio(&w, X1, "4121", 20240111, 80, 100);
	ratio(&w, X1, "4121", 20240112, 90, 100);
	uint64_t last = head(&w);
	day(&w, "2024-01-17");
	ratio(&w, X2, "4122", 20240115, 10, 100);
	day(&w, "2024-01-20");
	for (int written = 0; written < 2; written++) {
		struct figures f = figures(&w, "40", "KH.R", "2024-01a", 0, "KH.R");
		assert_true(f.there && f.has_frozen);
		assert_ratio(f.frozen, 100, 200);
		assert_ratio(f.now, 100, 200);
		assert_int_equal(f.frozen_counts.unreported, 1);
		checkpoint(&w);
	}
	ratio(&w, Y1, "4131", 20240114, 50, 100); /* late data land in their own period */
	for (int written = 0; written < 2; written++) {
		struct figures f = figures(&w, "40", "KH", "2024-01a", 0, "KH.R");
		assert_ratio(f.frozen, 100, 200);
		assert_ratio(f.now, 150, 300);
		assert_int_equal(f.now_counts.unreported, 0);
		assert_ratio(figures(&w, "4131", "KH.R", "2024-01a", 0, "KH.R").now, 50, 100);
		assert_int_equal(figures(&w, "4131", "KH.R", "2024-01a", 0, "KH.R").frozen_counts.unreported, 1);
		checkpoint(&w);
	}
	withdraw(&w, X1, "4121", 20240112, last); /* the one under it stands again */
	struct figures f = figures(&w, "40", "KH", "2024-01a", 0, "KH.G");
	assert_ratio(f.frozen, 100, 200);
	assert_ratio(f.now, 140, 300);
	close_world(&w);
}

static void windows_of_several_periods(void **state)
{
	struct world w;

	(void)state;
	open_world(&w, "windows");
	day(&w, "2024-01-12");
	ratio(&w, X1, "4121", 20240112, 90, 100);
	ratio(&w, X2, "4122", 20240112, 10, 100);
	amount(&w, DISTRICT, "413", "KH.F", 20240112, "", 5);
	day(&w, "2024-01-30");
	ratio(&w, X1, "4121", 20240130, 95, 100);
	amount(&w, DISTRICT, "413", "KH.F", 20240130, "", 7);
	amount(&w, DISTRICT, "413", "KH.Y", 20240130, "", 12);
	amount(&w, VINH, "412", "KH.Y", 20240130, "", 20);
	for (int frozen = 0; frozen < 2; frozen++) {
		/* a stock: the last report of each; a flow: the sum of its periods */
		struct figures f = figures(&w, "40", "KH", "2024-01", 0, "KH.R");
		assert_ratio(f.now, 105, 200);
		assert_int_equal(f.now_counts.value + f.now_counts.unreported, 3);
		f = figures(&w, "40", "KH", "2024-01a..2024-01b", 0, "KH.F");
		assert_int_equal(f.now.value, 12);
		assert_int_equal(f.now_counts.value, 2);
		assert_int_equal(f.now_counts.unreported, 2); /* of two districts, two periods each */
		assert_int_equal(figures(&w, "40", "KH", "2024-01b", 0, "KH.F").now.value, 7);
		assert_int_equal(f.has_frozen, frozen);
		assert_int_equal(figures(&w, "40", "KH", "2024-Q1", 0, "KH.F").now.value, 12);
		day(&w, "2024-02-10");
	}
	close_world(&w);
}

/* DOMAIN 5: a running total across a year end = year ends + last. */
static void a_running_total_across_a_year(void **state)
{
	struct world w;

	(void)state;
	open_world(&w, "years");
	day(&w, "2024-01-31");
	amount(&w, DISTRICT, "413", "KH.Y", 20240131, "", 12);
	day(&w, "2024-12-31");
	amount(&w, DISTRICT, "413", "KH.Y", 20241231, "", 144);
	day(&w, "2025-01-31");
	amount(&w, DISTRICT, "413", "KH.Y", 20250131, "", 11);
	day(&w, "2025-03-20");
	amount(&w, DISTRICT, "413", "KH.Y", 20250320, "", 30);
	assert_int_equal(figures(&w, "40", "KH.Y", "2024..2025-Q1", 0, "KH.Y").now.value, 174);
	assert_int_equal(figures(&w, "40", "KH.Y", "2024", 0, "KH.Y").now.value, 144);
	assert_int_equal(figures(&w, "40", "KH.Y", "2025", 0, "KH.Y").now.value, 30); /* what there is of it */
	assert_int_equal(figures(&w, "40", "KH.Y", "2025-01..2025-02", 0, "KH.Y").now.value, 11);
	close_world(&w);
}

/* Each leaf whole, inner items in parts: whatever the pages, the sum is one. */
static void pages_of_figures(void **state)
{
	struct world w;

	(void)state;
	open_world(&w, "parts");
	half_a_month(&w);
	day(&w, "2024-01-20");
	struct figures whole = figures(&w, "40", "", "2024-01a", 0, "KH");
	assert_int_equal(whole.pages, 1);
	w.answerer.page_max = 100;
	struct figures parts = figures(&w, "40", "", "2024-01a", 0, "KH");
	assert_int_equal(parts.pages, 3);
	assert_int_equal(parts.now_cells.in_progress, whole.now_cells.in_progress);
	assert_int_equal(parts.now_cells.unreported, whole.now_cells.unreported);
	assert_int_equal(parts.frozen_counts.value, whole.frozen_counts.value);
	assert_int_equal(parts.frozen_counts.unreported, whole.frozen_counts.unreported);
	assert_true(parts.has_frozen && whole.has_frozen);
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
	w.answerer.page_max = 100000;
	w.answerer.rows_max = 1;
	assert_rate(rate(&w, "40", "", "2024-01", "40", "", "2024-01a"), 8, 0, 0, 2, 0, 2, 4);
	assert_ratio(figures(&w, "40", "", "2024-01a", 0, "KH.G").frozen, 100, 200);
	w.answerer.page_max = 100;
	assert_rate(rate(&w, "40", "", "2024-01", "413", "", "2024-01a"), 3, 0, 0, 0, 0, 0, 3);
	assert_rate(rate(&w, "40", "", "2024-01", "40", "", "2024-01b"), 8, 0, 8, 0, 0, 0, 0);
	assert_rate(rate(&w, "40", "", "2024-01", "413", "", "2024-01b"), 3, 0, 3, 0, 0, 0, 0);
	close_world(&w);
}

/* ---- other days ---- */

static void figures_of_another_day(void **state)
{
	struct world w;

	(void)state;
	open_world(&w, "days");
	half_a_month(&w);
	day(&w, "2024-01-18");
	ratio(&w, X1, "4121", 20240118, 95, 100);
	day(&w, "2024-01-19");
	for (int written = 0; written < 2; written++) {
		assert_ratio(figures(&w, "40", "KH", "", 20240118, "KH.R").frozen, 100, 200);
		assert_ratio(figures(&w, "40", "KH", "", 20240119, "KH.R").frozen, 105, 200);
		assert_ratio(figures(&w, "40", "KH", "", 20240117, "KH.R").frozen, 90, 100); /* of its tick: X2 came later */
		assert_ratio(figures(&w, "4121", "KH", "", 20240114, "KH.G").frozen, 90, 100);
		assert_false(figures(&w, "40", "KH", "", 20240101, "KH.R").there); /* there was no store yet */
		checkpoint(&w);
	}
	QUESTION(PERIOD_FIGURES, period_figures, PeriodFigures, PERIOD_FIGURES);
	m.unit = (char *)"40";
	m.at = 20240120;
	assert_fails(ask(&w, VIEWER, &q), REASON_NOT_FOUND);
	m.at = 20240132;
	assert_fails(ask(&w, VIEWER, &q), REASON_BAD_FRAME);
	m.at = 0;
	assert_fails(ask(&w, VIEWER, &q), REASON_BAD_FRAME);
	m.period = (char *)"2024-01a";
	m.at = 20240118;
	assert_fails(ask(&w, VIEWER, &q), REASON_BAD_FRAME);
	m.at = 0;
	m.item = (char *)"KH.N";
	assert_fails(ask(&w, VIEWER, &q), REASON_NOT_FOUND);
	assert_fails(ask(&w, X1, &q), REASON_FORBIDDEN);
	close_world(&w);
}

struct points {
	size_t n, pages;
	uint32_t dates[32];
	uint64_t numerators[32];
};

static struct points points(struct world *w, uint32_t from, uint32_t to)
{
	QUESTION(SERIES, series, Series, SERIES);
	uint8_t kept[CURSOR_SIZE];
	struct points p = {0};

	m.unit = (char *)"40";
	m.item = (char *)"KH.R";
	m.from = from;
	m.to = to;
	do {
		const Tiendo__V1__Reply *r = ask(w, VIEWER, &q);
		if (r->answer_case != TIENDO__V1__REPLY__ANSWER_SERIES)
			fail_msg("%s", r->failure->text);
		for (size_t i = 0; i < r->series->n_points; i++) {
			p.dates[p.n] = r->series->points[i]->date;
			p.numerators[p.n++] = r->series->points[i]->rollup->numerator;
		}
		p.pages++;
		keep(kept, r);
		m.cursor = (ProtobufCBinaryData){r->cursor.len, kept};
	} while (m.cursor.len);
	return p;
}

static void a_series_has_a_point_for_each_change(void **state)
{
	struct world w;

	(void)state;
	open_world(&w, "series");
	day(&w, "2024-01-12");
	ratio(&w, X1, "4121", 20240112, 90, 100);
	day(&w, "2024-01-13");
	checkpoint(&w); /* some of it lies in view/, some in the view */
	day(&w, "2024-01-15");
	ratio(&w, X1, "4121", 20240115, 91, 100);
	day(&w, "2024-01-16");
	day(&w, "2024-01-17");
	struct points p = points(&w, 20240112, 0);
	assert_int_equal(p.n, 2);
	assert_int_equal(p.dates[0], 20240113);
	assert_int_equal(p.numerators[0], 90);
	assert_int_equal(p.dates[1], 20240116);
	assert_int_equal(p.numerators[1], 91);
	assert_int_equal(points(&w, 20240112, 20240115).n, 1);
	assert_int_equal(points(&w, 20240114, 20240116).n, 1);
	w.answerer.page_max = 10;
	p = points(&w, 20240112, 20240117);
	assert_true(p.n == 2 && p.pages == 2);
	close_world(&w);
}

/* ---- what a cell says of itself ---- */

static void a_cell_says_since_when(void **state)
{
	struct world w;
	const Tiendo__V1__CellRow *row;

	(void)state;
	open_world(&w, "since");
	QUESTION(CELLS, cells, Cells, CELLS);
	m.unit = (char *)"4121";
	m.item = (char *)"KH.R";
	row = ask(&w, VIEWER, &q)->cells->cells[0];
	assert_true(!row->unchanged_since && !row->accepted && !row->corrected && !row->first_due);
	day(&w, "2024-01-16");
	ratio(&w, X1, "4121", 20240112, 90, 100);
	ratio(&w, X1, "4121", 20240115, 90, 100);
	row = ask(&w, VIEWER, &q)->cells->cells[0];
	assert_true(row->as_of == 20240115 && row->unchanged_since == 20240112);
	ratio(&w, X1, "4121", 20240116, 91, 100);
	assert_int_equal(ask(&w, VIEWER, &q)->cells->cells[0]->unchanged_since, 20240116);
	m.item = (char *)"KH.T";
	assert_int_equal(ask(&w, VIEWER, &q)->cells->cells[0]->due, 20240630);
	close_world(&w);
}

/* ---- suspicious ---- */

struct odd {
	size_t n, pages;
	struct {
		uint32_t unit, kind;
		char period[20];
		uint64_t before, after, entry;
	} rows[32];
};

static struct odd odd(struct world *w, const char *unit, const char *item, const char *period)
{
	QUESTION(SUSPICIOUS, suspicious, Suspicious, SUSPICIOUS);
	uint8_t kept[CURSOR_SIZE];
	struct odd all = {0};

	m.unit = (char *)unit;
	m.item = (char *)item;
	m.period = (char *)period;
	do {
		const Tiendo__V1__Reply *r = ask(w, VIEWER, &q);
		if (r->answer_case != TIENDO__V1__REPLY__ANSWER_SUSPICIOUS)
			fail_msg("%s", r->failure->text);
		for (size_t i = 0; i < r->suspicious->n_rows; i++, all.n++) {
			const Tiendo__V1__SuspiciousRow *s = r->suspicious->rows[i];
			all.rows[all.n].unit = s->unit;
			all.rows[all.n].kind = s->suspicion;
			snprintf(all.rows[all.n].period, 20, "%s", s->period);
			all.rows[all.n].before = s->before;
			all.rows[all.n].after = s->after;
			all.rows[all.n].entry = s->receipt->entry;
			assert_int_equal(s->receipt->incarnation.len, INCARNATION_SIZE);
		}
		all.pages++;
		keep(kept, r);
		m.cursor = (ProtobufCBinaryData){r->cursor.len, kept};
	} while (m.cursor.len);
	return all;
}

static void reports_to_be_looked_at(void **state)
{
	static const char *const text = "Đang chờ văn bản hướng dẫn của bộ";
	struct world w;

	(void)state;
	open_world(&w, "odd");
	assert_true(centre_catalogue(&w.centre, UNITS, CONTROLLED));
	day(&w, "2024-01-15");
	ratio_of(&w, X1, "4121", "KH.R", 20240114, 40, 100, text);
	ratio_of(&w, X1, "4121", "KH.R", 20240115, 100, 100, "");	 /* a jump on the last day */
	ratio_of(&w, Y1, "4131", "KH.R", 20240115, 10, 50, text);
	amount(&w, X1, "4121", "KH.Y", 20240115, "", 30);
	day(&w, "2024-01-30");
	ratio_of(&w, Y1, "4131", "KH.R", 20240130, 11, 50, text); /* word for word */
	amount(&w, X1, "4121", "KH.Y", 20240130, "", 29);	  /* a total that falls */
	for (int written = 0; written < 2; written++) {
		struct odd o = odd(&w, "40", "", "");
		assert_int_equal(o.n, 3);
		assert_int_equal(o.rows[0].kind, SUSPICION_JUMP);
		assert_true(o.rows[0].before == 4000 && o.rows[0].after == 10000);
		assert_int_equal(o.rows[0].unit, number_of(&w, "4121"));
		assert_string_equal(o.rows[0].period, "2024-01a");
		assert_int_equal(o.rows[1].kind, SUSPICION_SAME_TEXT);
		assert_string_equal(o.rows[1].period, "2024-01b");
		assert_int_equal(o.rows[2].kind, SUSPICION_FALL);
		assert_true(o.rows[2].before == 30 && o.rows[2].after == 29);
		assert_int_equal(odd(&w, "40", "", "2024-01a").n, 1);
		assert_int_equal(odd(&w, "40", "", "2024-01").n, 3);
		assert_int_equal(odd(&w, "413", "", "").n, 1);
		assert_int_equal(odd(&w, "40", "KH.Y", "").n, 1);
		assert_int_equal(odd(&w, "4122", "", "").n, 0);
		checkpoint(&w);
	}
	w.answerer.page_max = 10;
	assert_int_equal(odd(&w, "40", "", "").n, 3);
	assert_true(odd(&w, "40", "", "").pages >= 3);
	close_world(&w);
}

static void control_figures(void **state)
{
	struct world w;

	(void)state;
	open_world(&w, "control");
	assert_true(centre_catalogue(&w.centre, UNITS, CONTROLLED));
	day(&w, "2024-01-12");
	ratio(&w, X1, "4121", 20240112, 40, 100);
	ratio_of(&w, VINH, "412", "KH.C", 20240112, 60, 200, "");
	ratio(&w, Y1, "4131", 20240112, 9, 50);
	ratio_of(&w, DISTRICT, "413", "KH.C", 20240112, 9, 50, ""); /* as it should be */
	assert_int_equal(odd(&w, "40", "", "").n, 0);		  /* the period has not ended */
	day(&w, "2024-01-16");
	assert_int_equal(odd(&w, "40", "", "").n, 0); /* 4122 has not reported yet: nothing can be said */
	ratio(&w, X2, "4122", 20240115, 15, 100);
	for (int frozen = 0; frozen < 3; frozen++) {
		struct odd o = odd(&w, "40", "", "");
		assert_int_equal(o.n, 1);
		assert_int_equal(o.rows[0].kind, SUSPICION_CONTROL);
		assert_int_equal(o.rows[0].unit, number_of(&w, "412"));
		assert_string_equal(o.rows[0].period, "2024-01a");
		assert_true(o.rows[0].before == 55 && o.rows[0].after == 60);
		assert_int_equal(odd(&w, "412", "KH.C", "2024-01a").n, 1);
		assert_int_equal(odd(&w, "40", "", "2024-01b").n, 0);
		if (frozen == 0)
			day(&w, "2024-01-20");
		else
			checkpoint(&w);
	}
	/* a late report makes the sum what the district said */
	ratio(&w, X2, "4122", 20240115, 20, 100);
	assert_int_equal(odd(&w, "40", "", "").n, 0);
	/* without periods: as it stands */
	amount(&w, X1, "4121", "KH.N", 20240120, "", 1);
	amount(&w, X2, "4122", "KH.N", 20240120, "", 2);
	amount(&w, VINH, "412", "KH.M", 20240120, "", 4);
	struct odd o = odd(&w, "40", "", "");
	assert_true(o.n == 1 && o.rows[0].before == 3 && o.rows[0].after == 4 && !*o.rows[0].period);
	w.answerer.page_max = 10;
	assert_int_equal(odd(&w, "40", "", "").n, 1);
	close_world(&w);
}

/* ---- exceptions ---- */

#define THRESHOLDS                                                                                     \
	"rule,measure,op,value,min_expected,periods,action\n"                                       \
	"DUNGHAN,on_time_rate,below,80%,1,1,báo cáo Chủ tịch\nTHIEU,missing,above,0,1,2,nhắc nhở\n" \
	"QUAHAN,overdue,above,0,1,,\nDUNG,stagnant_days,above,20,1,,\nVUONG,open_obstacles,above,0,,,\n"

struct beyond {
	size_t n, pages;
	struct {
		char rule[20], period[20];
		uint32_t unit, expected;
		uint64_t measured;
	} rows[64];
};

static struct beyond beyond(struct world *w, const char *unit, const char *rule)
{
	QUESTION(EXCEPTIONS, exceptions, Exceptions, EXCEPTIONS);
	uint8_t kept[CURSOR_SIZE];
	struct beyond all = {0};

	m.unit = (char *)unit;
	m.rule = (char *)rule;
	do {
		const Tiendo__V1__Reply *r = ask(w, VIEWER, &q);
		if (r->answer_case != TIENDO__V1__REPLY__ANSWER_EXCEPTIONS)
			fail_msg("%s", r->failure->text);
		for (size_t i = 0; i < r->exceptions->n_rows; i++, all.n++) {
			const Tiendo__V1__ExceptionRow *s = r->exceptions->rows[i];
			snprintf(all.rows[all.n].rule, 20, "%s", s->rule);
			snprintf(all.rows[all.n].period, 20, "%s", s->period);
			all.rows[all.n].unit = s->unit;
			all.rows[all.n].expected = s->expected;
			all.rows[all.n].measured = s->measured;
		}
		all.pages++;
		keep(kept, r);
		m.cursor = (ProtobufCBinaryData){r->cursor.len, kept};
	} while (m.cursor.len);
	return all;
}

static bool is_beyond(const struct beyond *b, uint32_t unit, uint64_t measured, uint32_t expected)
{
	for (size_t i = 0; i < b->n; i++)
		if (b->rows[i].unit == unit && b->rows[i].measured == measured && b->rows[i].expected == expected)
			return true;
	return false;
}

static void open_thresholds(struct world *w, const char *name)
{
	open_world(w, name);
	assert_true(centre_load(&w->centre, (const char *const[]){"units.csv", "items.csv", "thresholds.csv"},
				(const char *const[]){UNITS, ITEMS, THRESHOLDS}, 3));
}

static void who_crosses_a_threshold_of_reports(void **state)
{
	struct world w;

	(void)state;
	open_thresholds(&w, "exceptions");
	assert_int_equal(beyond(&w, "40", "").n, 0); /* nothing has ended */
	half_a_month(&w);
	/* 4121 was in time; 4122 late; 4131 silent. The districts owe until the end of the day. */
	struct beyond b = beyond(&w, "40", "DUNGHAN");
	assert_true(is_beyond(&b, number_of(&w, "4122"), 0, 2) && is_beyond(&b, number_of(&w, "4131"), 0, 2));
	assert_int_equal(b.n, 2);
	assert_string_equal(b.rows[0].period, "2024-01a");
	day(&w, "2024-01-18");
	b = beyond(&w, "40", "DUNGHAN");
	assert_true(is_beyond(&b, number_of(&w, "412"), 4000, 5) && is_beyond(&b, number_of(&w, "413"), 0, 3));
	assert_true(is_beyond(&b, number_of(&w, "40"), 2500, 8));
	assert_int_equal(b.n, 5);
	assert_int_equal(beyond(&w, "40", "THIEU").n, 0); /* twice in a row */
	assert_int_equal(beyond(&w, "4121", "").n, 0);
	/* a second period like it; then both are frozen, and read from the rows, and from view/ */
	day(&w, "2024-02-06");
	for (int written = 0; written < 3; written++) {
		b = beyond(&w, "40", "THIEU");
		assert_true(is_beyond(&b, number_of(&w, "4131"), 2, 2) && is_beyond(&b, number_of(&w, "413"), 3, 3));
		assert_string_equal(b.rows[0].period, "2024-01b");
		assert_int_equal(b.n, 4); /* 40, 412 and 413, 4131: 4121 and 4122 missed only the second */
		assert_int_equal(beyond(&w, "413", "THIEU").n, 2);
		checkpoint(&w);
		answerer_close(&w.answerer); /* forgets what it remembered */
		answerer_open(&w.answerer, &w.options);
	}
	w.answerer.page_max = 10;
	b = beyond(&w, "40", "THIEU");
	assert_true(b.n == 4 && b.pages >= 4);
	/* so few rows a page that most pages only go on reading */
	answerer_close(&w.answerer);
	answerer_open(&w.answerer, &w.options);
	w.answerer.rows_max = 1;
	b = beyond(&w, "40", "THIEU");
	assert_true(b.n == 4 && b.pages > 6);
	assert_int_equal(beyond(&w, "40", "THIEU").pages, 1); /* now it is remembered */
	close_world(&w);
}

static void who_crosses_a_threshold_of_work(void **state)
{
	struct world w;

	(void)state;
	open_thresholds(&w, "work");
	day(&w, "2024-01-12");
	task(&w, X1, "4121", 20240112, 50);
	task(&w, X2, "4122", 20240112, 50);
	day(&w, "2024-01-30");
	task(&w, X2, "4122", 20240130, 60);
	day(&w, "2024-02-05");
	struct beyond b = beyond(&w, "40", "DUNG");
	assert_int_equal(b.n, 1); /* above it something moves */
	assert_true(is_beyond(&b, number_of(&w, "4121"), 24, 1));
	assert_int_equal(beyond(&w, "40", "QUAHAN").n, 0);
	day(&w, "2024-07-02");
	b = beyond(&w, "40", "QUAHAN");
	assert_true(is_beyond(&b, number_of(&w, "40"), 3, 3) && is_beyond(&b, number_of(&w, "412"), 2, 2));
	assert_true(is_beyond(&b, number_of(&w, "4131"), 1, 1)); /* not reported is not done */
	assert_int_equal(beyond(&w, "40", "VUONG").n, 0);
	QUESTION(EXCEPTIONS, exceptions, Exceptions, EXCEPTIONS);
	m.unit = (char *)"40";
	m.rule = (char *)"NO";
	assert_fails(ask(&w, VIEWER, &q), REASON_NOT_FOUND);
	assert_fails(ask(&w, X1, &q), REASON_FORBIDDEN);
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
		cmocka_unit_test(a_period_in_memory),
		cmocka_unit_test(a_period_as_frozen_and_now),
		cmocka_unit_test(windows_of_several_periods),
		cmocka_unit_test(a_running_total_across_a_year),
		cmocka_unit_test(pages_of_figures),
		cmocka_unit_test(figures_of_another_day),
		cmocka_unit_test(a_series_has_a_point_for_each_change),
		cmocka_unit_test(a_cell_says_since_when),
		cmocka_unit_test(reports_to_be_looked_at),
		cmocka_unit_test(control_figures),
		cmocka_unit_test(who_crosses_a_threshold_of_reports),
		cmocka_unit_test(who_crosses_a_threshold_of_work),
	};

	return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
