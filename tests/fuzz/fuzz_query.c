// SPDX-License-Identifier: Apache-2.0
/*
 * query: any bytes and any question by every role, page by page, at a small centre. No answer says more than the asker
 * may read (PROTOCOL.md "Query"): by units, by streams, by free text; no page is larger than allowed; paging
 * comes to an end, with one as_of; a failure has a sentence and no cursor; a revoked key is told only that.
 */
#include <stdlib.h>

#include "server/answer.h"
#include "server/query_journal.h"
#include "tests/fuzz/fuzz.h"
#include "tests/unit/centre.h"

/* CENTRE_ITEMS with half-months, and a control figure. */
#define ITEMS                                                                                                          \
	"code,parent,owner,kind,name,lead,start,due,answer,reporters,schedule,measure,aggregate,num_def,den_def,bounded,control\n" \
	"KH,,40,plan,Kế hoạch,,,,,,,,,,,,\n"                                                                          \
	"KH.01,KH,,task,Việc 1,412,2024-01-02,2024-06-30,lead,,half_month,,,,,,\n"                                    \
	"KH.02,KH,,task,Việc 2,412,2024-01-02,2024-03-31,lead,,,,,,,,\n"                                              \
	"KH.03,KH,,ratio,Tỷ lệ,40,2024-01-02,2024-12-31,all,kind:district@40,half_month,stock,sum,a,b,yes,\n"         \
	"KH.04,KH,,ratio,Đối chiếu,40,2024-01-02,2024-12-31,lead,,half_month,stock,own,a,b,yes,KH.03\n"
#define THRESHOLDS                                                                                             \
	"rule,measure,op,value,min_expected,periods,action\nA,on_time_rate,below,100%,1,1,\nB,missing,above,0,,2,\n" \
	"C,overdue,above,0,,,\nD,stagnant_days,above,1,,,\nE,overdue_obstacles,above,0,,,\n"

enum { AGENT = 1, VIEWER, OPERATOR, PROVINCE, REVOKED, OTHER, KEYS_N };
static const char *const scope[] = {"", "412", "VN", "VN", "40", "VN", "413"};

static struct centre centre;
static struct query_options options;
static struct answerer answerer;
static struct codec_arena arena, rows;
static struct buffer reply;

static void report(uint8_t epoch, uint32_t percent)
{
	centre_task(&centre, 0, 1, "KH.01", 20240109, percent);
	centre_task(&centre, 1, 2, "KH.02", 20240109, 100);
	centre_ratio(&centre, 2, 3, "412", 20240109, 1, 4);
	centre_offer(&centre, centre_stream(epoch), 1, 3);
	centre_commit(&centre);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc, (void)argv;
	fuzz_scratch();
	centre_make(&centre, "query");
	MUST(centre_principal(&centre, "VN", "viewer", 2) == VIEWER);
	MUST(centre_principal(&centre, "VN", "operator", 3) == OPERATOR);
	MUST(centre_principal(&centre, "40", "agent", 4) == PROVINCE);
	MUST(centre_principal(&centre, "VN", "viewer", 5) == REVOKED);
	MUST(centre_principal(&centre, "413", "agent", 6) == OTHER);
	centre_revoke(&centre, REVOKED);
	MUST(centre_load(&centre, (const char *const[]){"units.csv", "items.csv", "thresholds.csv"},
			 (const char *const[]){CENTRE_UNITS, ITEMS, THRESHOLDS}, 3));
	report(7, 40);
	report(8, 60);
	centre_time(&centre, "2024-01-16T08:00:00+07:00"); /* a period has ended ... */
	report(9, 70);
	centre_time(&centre, "2024-01-25T08:00:00+07:00"); /* ... and is frozen */
	report(10, 80);
	options = (struct query_options){.view = core_view(centre.core),
					 .lock = core_lock(centre.core),
					 .journal = query_journal_of(core_journal(centre.core)),
					 .rows = query_rows_of(core_keeper(centre.core)),
					 .clock = core_clock(centre.core)};
	answerer_open(&answerer, &options);
	arena = codec_arena_new(4 << 20);
	rows = codec_arena_new(64 << 10);
	return 0;
}

/* ---- what may be in an answer ---- */

static const struct catalogue *catalogue(void)
{
	return core_view(centre.core)->catalogue;
}

static uint32_t unit_of(uint32_t key)
{
	return catalogue_unit_by_code(catalogue(), scope[key], (struct date){0});
}

static bool agent(uint32_t key)
{
	return key == AGENT || key == PROVINCE || key == OTHER;
}

static bool below(uint32_t unit, uint32_t key)
{
	return unit != NO_INDEX && catalogue_within(catalogue(), unit, unit_of(key));
}

static void judge_cells(const Tiendo__V1__CellsPage *p, uint32_t key)
{
	for (size_t i = 0; i < p->n_cells; i++) {
		const Tiendo__V1__CellRow *c = p->cells[i];
		if (agent(key))
			MUST(below(catalogue_unit_by_number(catalogue(), c->unit), key));
		if (key == VIEWER)
			MUST(!*c->note && !*c->reason && !*c->product_ref);
	}
}

static void judge_rows(const Tiendo__V1__CataloguePage *p, uint32_t key)
{
	for (size_t i = 0; i < p->n_rows; i++) {
		struct catalogue_row r;
		codec_arena_reset(&rows);
		MUST(codec_row_decode(p->rows[i].data, p->rows[i].len, &rows, &r));
		if (!agent(key) || r.kind != ROW_UNIT)
			continue;
		uint32_t u = catalogue_unit_by_number(catalogue(), r.unit.number);
		MUST(below(u, key) || catalogue_within(catalogue(), unit_of(key), u));
	}
}

static void judge_status(const Tiendo__V1__StatusAnswer *s, uint32_t key)
{
	if (key == OPERATOR)
		return;
	for (size_t i = 0; i < s->n_streams; i++)
		MUST(agent(key) && s->streams[i]->principal == key);
	for (size_t i = 0; i < s->n_principals; i++)
		MUST(agent(key) && s->principals[i]->principal == key);
}

static void judge_below(uint32_t unit, uint32_t key)
{
	if (agent(key) && unit)
		MUST(below(catalogue_unit_by_number(catalogue(), unit), key));
}

static void judge_duties(const Tiendo__V1__Reply *r, uint32_t key)
{
	if (r->answer_case == TIENDO__V1__REPLY__ANSWER_TIMELINESS)
		for (size_t i = 0; i < r->timeliness->n_rows; i++)
			judge_below(r->timeliness->rows[i]->unit, key);
	if (r->answer_case == TIENDO__V1__REPLY__ANSWER_SILENT)
		for (size_t i = 0; i < r->silent->n_rows; i++)
			judge_below(r->silent->rows[i]->unit, key);
	if (r->answer_case == TIENDO__V1__REPLY__ANSWER_SUSPICIOUS)
		for (size_t i = 0; i < r->suspicious->n_rows; i++)
			judge_below(r->suspicious->rows[i]->unit, key);
	if (r->answer_case == TIENDO__V1__REPLY__ANSWER_SLOTS)
		for (size_t i = 0; i < r->slots->n_rows; i++) {
			judge_below(r->slots->rows[i]->unit, key);
			MUST(r->slots->rows[i]->state && r->slots->rows[i]->deadline);
		}
	if (r->answer_case == TIENDO__V1__REPLY__ANSWER_HEALTH)
		MUST(key == OPERATOR);
	if (r->answer_case == TIENDO__V1__REPLY__ANSWER_TIMES)
		MUST(r->times->n_received_ms >= 1 && r->times->n_received_ms <= 4);
	if (r->answer_case == TIENDO__V1__REPLY__ANSWER_EXCEPTIONS)
		for (size_t i = 0; i < r->exceptions->n_rows; i++)
			judge_below(r->exceptions->rows[i]->unit, key);
}

static const Tiendo__V1__Reply *ask(uint32_t key, uint8_t version, uint8_t type, struct bytes body)
{
	buffer_clear(&reply);
	bool answered = answer(&answerer, key, version, type, body, &reply);
	MUST(!reply.failed && reply.size <= PAGE_BYTES_MAX);
	codec_arena_reset(&arena);
	const Tiendo__V1__Reply *r =
		codec_unpack(&tiendo__v1__reply__descriptor, reply.data, reply.size, &arena);
	MUST(r && r->generation);
	MUST(answered == (r->answer_case != TIENDO__V1__REPLY__ANSWER_FAILURE));
	MUST(r->as_of <= core_view(centre.core)->head.entry);
	if (!answered)
		MUST(*r->failure->text && r->failure->reason && !r->cursor.len);
	if (key == REVOKED || key >= KEYS_N || key == 0)
		MUST(!answered);
	if (r->answer_case == TIENDO__V1__REPLY__ANSWER_CELLS)
		judge_cells(r->cells, key);
	else if (r->answer_case == TIENDO__V1__REPLY__ANSWER_CATALOGUE)
		judge_rows(r->catalogue, key);
	else if (r->answer_case == TIENDO__V1__REPLY__ANSWER_STATUS)
		judge_status(r->status, key);
	else
		judge_duties(r, key);
	return r;
}

/* ---- questions ---- */

static const char *const paths[] = {"VN/", "VN/40/", "VN/40/412/", "VN/40/413/", "G/X/", "", "/", "VN/412/", "412"};
static const char *const units[] = {"412", "40", "413", "VN", "G/X", "", "999"};
static const char *const items[] = {"", "KH", "KH.01", "KH.03", "NO"};
static const char *const periods[] = {"", "2024-01a", "2024-01b", "2024-01", "2023..2024", "2024-Q1", "2025", "NO", "2024-01b..2024-01a"};

struct question {
	Tiendo__V1__Query q;
	Tiendo__V1__CatchUp catch_up;
	Tiendo__V1__Versions versions;
	Tiendo__V1__Catalogue catalogue;
	Tiendo__V1__Cells cells;
	Tiendo__V1__Status status;
	Tiendo__V1__Timeliness timeliness;
	Tiendo__V1__Silent silent;
	Tiendo__V1__Series series;
	Tiendo__V1__Suspicious suspicious;
	Tiendo__V1__PeriodFigures figures;
	Tiendo__V1__Exceptions exceptions;
	Tiendo__V1__Slots slots;
	Tiendo__V1__Health health;
	Tiendo__V1__Times times;
	uint64_t entries[4];
	char *text;
};

enum { OLD_KINDS = 5, KINDS = OLD_KINDS + 9 };

static void make_duty(struct question *o, uint8_t kind, uint8_t a, uint8_t b, struct take *in)
{
	char *unit = o->text ? o->text : (char *)units[a % BASE_COUNT(units)], *item = (char *)items[b % BASE_COUNT(items)];
	char *period = (char *)periods[(a >> 3) % BASE_COUNT(periods)];
	uint32_t day = a & 64 ? take_u32(in) : 20240101u + b % 31;

	tiendo__v1__timeliness__init(&o->timeliness);
	tiendo__v1__silent__init(&o->silent);
	tiendo__v1__series__init(&o->series);
	tiendo__v1__suspicious__init(&o->suspicious);
	tiendo__v1__period_figures__init(&o->figures);
	tiendo__v1__exceptions__init(&o->exceptions);
	tiendo__v1__slots__init(&o->slots);
	tiendo__v1__health__init(&o->health);
	tiendo__v1__times__init(&o->times);
	o->entries[0] = a & 7;
	for (size_t i = 1; i < BASE_COUNT(o->entries); i++)
		o->entries[i] = o->entries[i - 1] + (b >> i & 1) + (a >> 3);
	o->times.entries = o->entries;
	o->times.n_entries = b & 15 ? 1 + (b & 3) : 0;
	o->slots.unit = unit;
	o->slots.item = item;
	o->slots.period = period;
	o->timeliness.unit = o->silent.unit = o->series.unit = o->suspicious.unit = o->figures.unit = o->exceptions.unit = unit;
	o->timeliness.item = o->silent.item = o->series.item = o->suspicious.item = o->figures.item = item;
	o->timeliness.period = o->suspicious.period = o->figures.period = period;
	o->exceptions.rule = (char *)(b & 1 ? "" : b & 2 ? "A" : "NO");
	o->series.from = day;
	if (b & 16) {
		o->figures.period = (char *)"";
		o->figures.at = day;
	}
	const Tiendo__V1__Query__QuestionCase cases[] = {
		TIENDO__V1__QUERY__QUESTION_TIMELINESS, TIENDO__V1__QUERY__QUESTION_SILENT,
		TIENDO__V1__QUERY__QUESTION_SERIES,	TIENDO__V1__QUERY__QUESTION_SUSPICIOUS,
		TIENDO__V1__QUERY__QUESTION_PERIOD_FIGURES, TIENDO__V1__QUERY__QUESTION_EXCEPTIONS,
		TIENDO__V1__QUERY__QUESTION_SLOTS,	TIENDO__V1__QUERY__QUESTION_HEALTH,
		TIENDO__V1__QUERY__QUESTION_TIMES};
	void *const messages[] = {&o->timeliness, &o->silent, &o->series, &o->suspicious, &o->figures, &o->exceptions,
				  &o->slots, &o->health, &o->times};
	o->q.question_case = cases[kind];
	o->q.timeliness = messages[kind]; /* a union of pointers */
}

static void make(struct question *o, struct take *in)
{
	uint8_t kind = take_u8(in) % KINDS, a = take_u8(in), b = take_u8(in);

	tiendo__v1__query__init(&o->q);
	tiendo__v1__catch_up__init(&o->catch_up);
	tiendo__v1__versions__init(&o->versions);
	tiendo__v1__catalogue__init(&o->catalogue);
	tiendo__v1__cells__init(&o->cells);
	tiendo__v1__status__init(&o->status);
	o->q.id = 1 + a;
	o->q.question_case = (Tiendo__V1__Query__QuestionCase)(TIENDO__V1__QUERY__QUESTION_CATCH_UP + kind);
	o->text = b & 0x80 ? text_copy(take_piece(in)) : NULL;
	if (kind >= OLD_KINDS) {
		make_duty(o, kind - OLD_KINDS, a, b, in);
		return;
	}
	if (kind == 0) {
		o->q.catch_up = &o->catch_up;
		o->catch_up.path = o->text ? o->text : (char *)paths[a % BASE_COUNT(paths)];
		o->catch_up.since = b & 15;
		o->catch_up.plan = b >> 4 & 3;
		o->catch_up.only_path = b & 64;
	} else if (kind == 1) {
		o->q.versions = &o->versions;
		o->versions.path = o->text ? o->text : (char *)paths[a % BASE_COUNT(paths)];
		o->versions.since = b & 15;
	} else if (kind == 2) {
		o->q.catalogue = &o->catalogue;
	} else if (kind == 3) {
		o->q.cells = &o->cells;
		o->cells.unit = o->text ? o->text : (char *)units[a % BASE_COUNT(units)];
		o->cells.item = (char *)items[b % BASE_COUNT(items)];
		o->cells.missing_only = b & 64;
		o->cells.at = a & 64 ? take_u32(in) : 0;
	} else {
		o->q.status = &o->status;
	}
}

static void set_cursor(struct question *o, ProtobufCBinaryData cursor)
{
	o->catch_up.cursor = o->versions.cursor = o->catalogue.cursor = o->cells.cursor = o->status.cursor = cursor;
	o->timeliness.cursor = o->silent.cursor = o->series.cursor = o->suspicious.cursor = o->figures.cursor =
		o->exceptions.cursor = o->slots.cursor = o->health.cursor = o->times.cursor = cursor;
}

static const Tiendo__V1__Reply *ask_made(struct question *o, uint32_t key)
{
	static uint8_t body[70000];

	if (codec_size(&o->q) > sizeof body)
		return NULL;
	return ask(key, PROTOCOL_VERSION, MESSAGE_QUERY, bytes_of(body, codec_pack(&o->q, body)));
}

static void page_by_page(struct question *o, uint32_t key, bool turn, struct take *in)
{
	uint8_t cursor[256];
	uint64_t as_of = 0;

	for (int page = 0;; page++) {
		const Tiendo__V1__Reply *r = ask_made(o, key);
		if (!r || !r->cursor.len)
			return;
		MUST(page < 200 && r->cursor.len <= sizeof cursor && r->id == o->q.id);
		MUST(!page || turn || r->as_of == as_of);
		as_of = r->as_of;
		memcpy(cursor, r->cursor.data, r->cursor.len);
		ProtobufCBinaryData next = {r->cursor.len, cursor};
		if (turn) { /* somebody else's idea of where the next page begins */
			for (int n = take_u8(in) % 4; n >= 0; n--)
				cursor[take_u8(in) % next.len] = take_u8(in);
			set_cursor(o, next);
			ask_made(o, key);
			return;
		}
		set_cursor(o, next);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct take in = {data, size};
	uint8_t how = take_u8(&in), key = take_u8(&in) % (KEYS_N + 1);

	answerer.rows_max = how & 32 ? 1 : 30000;
	answerer.page_max = how & 2 ? PAGE_BYTES_MAX - 1024 : 1 + take_u8(&in) * 4;
	if (how & 1) {
		struct question o;
		make(&o, &in);
		if (how & 4) {
			struct bytes c = take_piece(&in);
			set_cursor(&o, (ProtobufCBinaryData){c.size, (uint8_t *)c.data});
		}
		page_by_page(&o, key, how & 8, &in);
		free(o.text);
	} else {
		uint8_t version = how & 4 ? take_u8(&in) : PROTOCOL_VERSION;
		uint8_t type = how & 8 ? take_u8(&in) : MESSAGE_QUERY;
		ask(key, version, type, take_rest(&in));
	}
	return 0;
}
