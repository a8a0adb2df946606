// SPDX-License-Identifier: Apache-2.0
/*
 * list: a question that the centre answers in rows, as a table for people and as JSON for programs. One file per
 * question (list_silent.c ...) says what is asked and how a row reads; what all of them share is here: whom it is about,
 * the pages as they came, the names behind the numbers.
 *
 * A list is pure but for its memory: it is filled by `take` from replies, whoever fetched them, and shown. Rows are the
 * messages of the wire, kept until list_close; what numbers mean is looked up in the catalogue, which must outlive it.
 */
#ifndef TIENDO_DASHBOARD_LIST_H
#define TIENDO_DASHBOARD_LIST_H

#include "common/domain/says.h"
#include "common/sys/codec.h"
#include "common/sys/json.h"
#include "dashboard/atlas.h"
#include "dashboard/reading.h"

/* What the command line said; "" = nothing. */
struct list_wish {
	const char *unit, *item, *period;
	struct date at, from, to;
	bool open, by_addressee, steps;
};

/* Room for any of the questions. */
struct list_question {
	Tiendo__V1__Query query;
	union {
		Tiendo__V1__Timeliness timeliness;
		Tiendo__V1__Silent silent;
		Tiendo__V1__Obstacles obstacles;
		Tiendo__V1__Findings findings;
		Tiendo__V1__Requests requests;
		Tiendo__V1__Series series;
		Tiendo__V1__Suspicious suspicious;
		Tiendo__V1__Exceptions exceptions;
		Tiendo__V1__PeriodFigures figures;
		Tiendo__V1__Slots slots;
		Tiendo__V1__Health health;
	};
};

struct list;

struct list_kind {
	const char *name; /* of the question, in JSON */
	bool second_is_rule; /* what stands behind the unit on the command line is no item */
	bool about_nobody;   /* it names no unit: of the centre as a whole */
	bool wants_period;   /* one must be named */
	Tiendo__V1__Reply__AnswerCase answer;
	/* Writes the question; returns where its cursor goes. */
	ProtobufCBinaryData *(*ask)(const struct list_wish *w, struct list_question *q);
	/* Keeps the rows of a page (list_keep). False = it names what the catalogue does not know: that one is old. */
	bool (*take)(struct list *l, const Tiendo__V1__Reply *r);
	/* All pages have come. */
	void (*show)(struct list *l, struct buffer *out);
	/* The members of one row; and, where there are any, those of the whole beside its rows. */
	void (*json_row)(const struct list *l, const void *row, struct json *j);
	void (*json_whole)(const struct list *l, struct json *j);
};
extern const struct list_kind list_timeliness, list_silent, list_obstacles, list_findings, list_requests, list_series,
	list_suspicious, list_exceptions, list_period, list_slots, list_health;

struct list {
	const struct list_kind *kind;
	const struct catalogue *catalogue;
	enum language language;
	struct list_wish wish;
	struct sight sight;   /* of the last page */
	struct place place;   /* of wish.unit */
	const struct item *item; /* of wish.item; NULL = none named */
	/* as taken: */
	void **rows;          /* messages, each of the kind's own type */
	size_t n, size;
	uint64_t numbers[2];  /* sums over pages, the kind's own ... */
	const void *aside;    /* ... and what stands beside the rows */
	bool no_text;         /* whoever reads it has no right to free text: none is written (list_json) */
	bool bounded, more;   /* not every page was asked for; and there are more */
	struct list_page *pages;
};

struct list list_open(const struct list_kind *kind, const struct catalogue *c, enum language l);
void list_close(struct list *l);

/* A page, kept, and its rows taken. False = the catalogue is old. */
bool list_page(struct list *l, const Tiendo__V1__Reply *r);
void list_keep(struct list *l, void *row); /* for `take`: part of the page that is being taken */
void *list_room(struct list *l, size_t size); /* memory that lives as long as that page */
void list_sort(struct list *l, int (*order)(const void *a, const void *b, const struct list *l));

/* The whole answer. */
void list_show(struct list *l, struct buffer *out);
void list_json(struct list *l, struct buffer *out);

/* Of a row of list_period with a day: what was known on it. NULL = nothing. */
const struct rollup *list_period_known(const void *row, const struct item **item);

/* ---- of list_silent ---- */

enum { LIST_SILENT_EXPECTED, LIST_SILENT_UNITS }; /* list.numbers: reports, and units with one */

/* An office that owes something: rows from..from+n-1. */
struct list_office {
	const struct unit *unit;
	size_t from, n, missing;
	uint32_t since;        /* the oldest */
	int64_t last_received; /* the newest; 0 = never ... */
	bool flow;             /* ... unless it was a flow */
};
/* Silent for the longest first; for free(). */
struct list_office *list_silent_offices(const struct list *l, size_t *n);

/* ---- names behind numbers ---- */

/* NULL = the catalogue has none such. */
const struct unit *list_unit(const struct list *l, uint32_t number);
const struct item *list_item(const struct list *l, uint32_t number);
/* Do the numbers mean something here? 0 = none is named, and fine. */
bool list_knows(const struct list *l, uint32_t unit, uint32_t item);
/* In the tongue of the list. */
const char *list_unit_name(const struct list *l, const struct unit *u);
const char *list_item_name(const struct list *l, const struct item *i);

#define TELL(l, vi, en) ((l)->language == LANGUAGE_VI ? (vi) : (en))

/* ---- words that more than one list says ---- */

enum { LIST_TEXT = 96 };
/* "98,43 % (63/64)"; "–" when nothing is expected. Each returns out. */
char *list_rate(const struct list *l, uint64_t n, uint64_t of, char out[static LIST_TEXT]);
char *list_date(const struct list *l, uint32_t ymd, char out[static LIST_TEXT]); /* "" for none */
char *list_day(const struct list *l, int64_t ms, char out[static LIST_TEXT]);    /* the office's; "" for none */
char *list_time(int64_t ms, char out[static LIST_TEXT]);                         /* 31/03/2024 08:15:02, the office's; "" for none */
/* Days from a date to the day of the answer; 0 when it is not before it. */
unsigned list_days_since(const struct list *l, uint32_t ymd);
unsigned list_days_since_ms(const struct list *l, int64_t ms);

/* ---- members of JSON: absent = null, dates yyyy-mm-dd, rates in basis points ---- */

void list_json_date(struct json *j, const char *name, uint32_t ymd);
void list_json_text(struct json *j, const char *name, const char *text);
/* Free text: null also for who may not read it. */
void list_json_free_text(const struct list *l, struct json *j, const char *name, const char *text);
void list_json_unit(const struct list *l, struct json *j, const char *name, uint32_t number);
void list_json_item(const struct list *l, struct json *j, uint32_t number);
void list_json_receipt(struct json *j, const Tiendo__V1__ReceiptRef *r);
void list_json_ms(struct json *j, const char *name, int64_t ms);
void list_json_rate(struct json *j, const char *name, uint64_t n, uint64_t of);

#endif
