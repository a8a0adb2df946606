// SPDX-License-Identifier: Apache-2.0
/*
 * answer: one question in, one encoded Reply out. Runs on the query thread; keeps nothing of a
 * question. Who may ask what is the table in answer.c; each question's own file only reads.
 *
 *   answer            decode, who asks, the table, the cursor, the question's function, the reply put together
 *   answer_about      whom and what a question is about
 *   answer_figures    CatchUp, Versions      answer_catalogue  Catalogue (whole, or an office's slice)
 *   answer_cells      Cells                  answer_status, _health  over answer_streams: Status, Health
 *   answer_timeliness, _slots, _silent, _periods ...  one file a question
 *
 * Failure is an answer: a Failure with its reason and a sentence in English that names the value.
 */
#ifndef TIENDO_SERVER_ANSWER_H
#define TIENDO_SERVER_ANSWER_H

#include "common/sys/codec.h"
#include "server/cursor.h"
#include "server/pack.h"
#include "server/query.h"
#include "server/slice.h"
#include "server/census.h"

/* What a role may see of a question's subject. SCOPE_DENIED is what the table does not say. */
enum scope { SCOPE_DENIED, SCOPE_ANY, SCOPE_OWN, SCOPE_COUNTS };

struct asker {
	uint32_t key, principal;
	enum role role;
	uint32_t
		unit; /* index of the principal's unit; NO_INDEX = the catalogue does not have it */
};

/* Which items an office's slice holds; remembered for its next page. */
struct slice_items {
	struct generation generation;
	uint32_t unit;
	bool *in; /* by item index */
	size_t n; /* 0 = nothing is remembered */
};

/* One thread's scratch. */
struct answerer {
	const struct query_options *options;
	struct codec_arena arena; /* questions */
	struct codec_arena blobs; /* updates */
	struct buffer page, piece;
	struct slice_items items;
	struct censuses censuses;
	size_t page_max; /* bytes of an answer; a test may make it small ... */
	size_t rows_max; /* ... as it may the rows of view/ that one page reads */
	int64_t since;   /* transport: opened */
};

void answerer_open(struct answerer *a, const struct query_options *options);
void answerer_close(struct answerer *a);

/* `out` gets the encoded Reply. True = it was answered, false = it is a Failure. */
bool answer(struct answerer *a, uint32_t key, uint8_t version, uint8_t type, struct bytes body,
	    struct buffer *out);
/* A Failure without looking at the question; `body` only for its id. */
void answer_refuse(struct answerer *a, enum reason reason, const char *text, uint32_t retry_ms,
		   struct bytes body, struct buffer *out);

/* ---- what the questions' files share ---- */

struct asking {
	struct answerer *answerer;
	struct asker asker;
	enum scope scope;
	bool free_text;     /* may the asker read free text in what is in its scope? */
	struct slice slice; /* held while the question's function runs, unless it says otherwise */
	struct cursor at;   /* where this page begins; the function moves it to where the next one
			       does ... */
	bool first;         /* page one: `at` is zero but for generation and as_of */
	bool more;          /* ... and says that there is a next one */
	size_t pieces;      /* in the page */
	char text[200];     /* of a failure */
};

/* Each appends the fields of its page to answerer->page and returns REASON_NONE, or why not. */
typedef enum reason answer_fn(struct asking *q, const Tiendo__V1__Query *m);
answer_fn answer_catch_up, answer_versions, answer_catalogue, answer_cells, answer_status;
answer_fn answer_timeliness, answer_silent, answer_series, answer_suspicious, answer_period_figures, answer_exceptions;
/* Of a day instead of a period. */
enum reason answer_figures_at(struct asking *q, const Tiendo__V1__PeriodFigures *m);
answer_fn answer_notices, answer_slots, answer_health, answer_times;
answer_fn answer_obstacles, answer_findings, answer_requests;

__attribute__((format(printf, 3, 4))) enum reason answer_fail(struct asking *q, enum reason reason,
							      const char *format, ...);
/* Puts `piece` into the page as field `number`; false when the page is full: it then begins the
 * next one. */
bool answer_add(struct asking *q, uint32_t number, struct bytes piece);
/* Is there room for `size` bytes more? Counts the piece when there is. */
bool answer_fits(struct asking *q, size_t size);

/* What a cell, or a slot's report, says. */
Tiendo__V1__CellState answer_cell_state(const struct cell *cell, enum item_kind kind);

/* Everybody's way out when another generation came between. */
enum reason answer_stale(struct asking *q);
/* What a cursor gives as a day: one, or none. */
static inline bool answer_cursor_day(uint64_t ymd)
{
	return ymd == 0 || (ymd <= UINT32_MAX && date_valid((struct date){(uint32_t)ymd}));
}
/* Appends an encoded message; canonical messages behind each other are one. */
void answer_put(struct buffer *out, const void *message);
/* Appends bytes as a field that holds a message. */
void answer_put_field(struct buffer *out, uint32_t number, struct bytes piece);

/* "VN/40/412/", "G/PILOT/". False = no such path now. */
struct subject {
	bool is_group;
	uint32_t index;
};
bool subject_of_path(const struct view *v, const char *path, struct subject *out);
/* "412", "G/PILOT". `at`: choose among the units that bore the code; 0 = today. */
bool subject_of_code(const struct view *v, const char *code, struct date at, struct subject *out);

/* ---- whom and what a question is about (answer_about.c) ---- */

struct about_ask {
	const char *unit, *item; /* codes; item "" = every one */
	uint32_t at;             /* as of subject_of_code */
	bool one_day;            /* its pages belong to one day: on another it is to be asked again */
};
struct about {
	struct subject subject;
	uint32_t item; /* index; NO_INDEX = every one */
};
/*
 * Finds both and judges the scope. The subject is found on page one and kept in the cursor (q->at.c, which is the question's
 * no more): the day may change while paging, and with it who bears a code.
 */
enum reason about_find(struct asking *q, const struct about_ask *ask, struct about *out);
enum reason about_item(struct asking *q, const char *code, struct about *out); /* the item alone */
bool about_has_unit(const struct view *v, const struct about *a, uint32_t unit); /* at or below, today */
bool about_has_item(const struct catalogue *c, const struct about *a, uint32_t item);
uint32_t about_row(const struct catalogue *c, const struct about *a, uint32_t plan); /* of the subject; NO_INDEX = none */

/* By item index: is it at or below? To be freed; NULL = another generation. */
bool *about_items(struct asking *q, const struct about *a);

/* Every unit at or below the subject, and which of those directly below it each belongs to. */
enum { ABOUT_ITSELF = UINT32_MAX - 1 };
struct about_units {
	uint32_t first, end;  /* indexes: none is outside (a group's are scattered within) */
	uint32_t n;
	uint32_t *bins;       /* by unit index: ABOUT_ITSELF, place in tops, or NO_INDEX = it is not below */
	uint32_t *by_number;  /* index by number, of those below; NO_INDEX */
	uint32_t numbers_n;
	uint32_t *tops, tops_n; /* indexes of those directly below */
};
/* False = another generation. Free it in either case. */
bool about_units(struct asking *q, const struct about *a, struct about_units *u);
void about_units_free(struct about_units *u);
static inline uint32_t about_number(const struct about_units *u, uint32_t number)
{
	return number < u->numbers_n ? u->by_number[number] : NO_INDEX;
}

#endif
