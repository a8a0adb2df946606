// SPDX-License-Identifier: Apache-2.0
/*
 * cases: what waits for somebody's word, and what became of it: obstacles (khó khăn, vướng mắc), requests (another due
 * date, not applicable), findings. Small tables, kept whole; their texts are not in them: a receipt leads to them in
 * the journal. Numbers of units and items, no indexes: cases outlive catalogues. Which step is allowed is said by
 * obstacle.h and request.h; here they are only kept and found. Pure but for its own heap; only the fold and view
 * loading change it.
 *
 * Failure: without memory a function that adds returns NULL or false, and the view is to be thrown away.
 */
#ifndef TIENDO_SERVER_CASES_H
#define TIENDO_SERVER_CASES_H

#include "common/domain/model.h"
#include "common/sys/base.h"
#include "server/entry.h"

/* Place of an update among those taken, without its incarnation; index 0 = a barrier. */
struct spot {
	uint64_t entry;
	uint32_t index;
};

/* ---- obstacles ---- */

enum obstacle_state { OBSTACLE_NONE, OBSTACLE_OPEN, OBSTACLE_ANSWERED, OBSTACLE_CLOSED }; /* as on the wire */

struct step {
	struct spot at;
	uint32_t unit;      /* who took it; 0 = the clock, or the ministry list */
	uint32_t addressee; /* raise and escalate: to whom it went; 0 = the ministry list */
	struct date date;   /* of the office */
	uint8_t kind;       /* of enum obstacle_step */
	bool on_behalf;     /* by somebody else than the unit: a unit above it, the centre, or the clock */
	bool resolves;      /* answer */
};

struct obstacle {
	struct spot at;                       /* of the raise ... */
	uint8_t incarnation[INCARNATION_SIZE]; /* ... and under which incarnation its receipt was given */
	uint32_t unit, principal, item;        /* who raised it, about what */
	uint32_t addressee;                    /* now; 0 = the ministry list */
	struct date raised, since, answer_due; /* since: it lies with the addressee; answer_due: last day of its clock */
	struct date closed;                    /* 0 = it is not */
	uint32_t escalations;
	uint8_t state, cause, origin, solution_class; /* obstacle_state, cause, origin, cause */
	bool affects_rights, raised_late;
	uint32_t earlier;                      /* 1 + place of the unit's obstacle before this one; 0 = none */
	uint32_t steps_n;
	struct step *steps;                    /* the first is the raise */
};

/* ---- requests ---- */

enum request_kind { REQUEST_NONE, REQUEST_EXTENSION, REQUEST_NA }; /* as DecisionBody.kind */

struct request {
	struct spot at;
	uint32_t unit, principal, item;
	uint8_t kind;
	struct date asked;          /* when */
	struct date date, date_to;  /* for what: due; from, to */
	uint64_t decided;           /* entry; 0 = waits */
	bool granted;
	struct date granted_date, granted_to;
	uint32_t earlier;           /* as in obstacles */
};

/* ---- findings ---- */

struct finding {
	uint64_t entry;
	uint32_t unit, item, principal; /* item 0 = about none; principal: of the operator, 0 = at the console */
	uint8_t severity;               /* 1..3 */
	struct date found, remedy_by;
	uint64_t closed_by;             /* entry; 0 = open */
	struct date closed;
};

/* ---- all of them ---- */

/* unit number -> 1 + place of its last one; open addressing. */
struct cases_units {
	struct cases_unit {
		uint32_t unit, last;
	} *slots;
	uint32_t size, n;
};

/* {0} is empty. Each list in the order of the journal. */
struct cases {
	struct obstacle *obstacles;
	struct request *requests;
	struct finding *findings;
	uint32_t obstacles_n, requests_n, findings_n;
	uint32_t obstacles_size, requests_size, findings_size;
	struct cases_units obstacles_of, requests_of;
};
void cases_free(struct cases *c);

/* Copies what is given, but for `earlier`; `o` has no steps yet. Its place lies behind all others. */
struct obstacle *cases_add_obstacle(struct cases *c, const struct obstacle *o);
bool cases_add_step(struct obstacle *o, const struct step *s);
struct request *cases_add_request(struct cases *c, const struct request *r);
struct finding *cases_add_finding(struct cases *c, const struct finding *f);

/* NULL = none. */
struct obstacle *cases_obstacle(const struct cases *c, struct spot at);
struct request *cases_request(const struct cases *c, struct spot at);
struct finding *cases_finding(const struct cases *c, uint64_t entry);
/* Those of a unit, the last first: before = NULL, then what was given. NULL = no more. */
const struct obstacle *cases_obstacle_of(const struct cases *c, uint32_t unit, const struct obstacle *before);
const struct request *cases_request_of(const struct cases *c, uint32_t unit, const struct request *before);

/* ---- bytes (casespack.c) ----
 *
 * Canonical, numbers big-endian, in the order of the lists:
 *
 *   cases    := count u32, obstacle * count, count u32, request * count, count u32, finding * count
 *   obstacle := entry u64, index u32, incarnation 16, unit u32, principal u32, item u32, addressee u32, raised u32, since u32,
 *               answer due u32, closed u32, escalations u32, state u8, cause u8, origin u8, solution class u8, rights u8,
 *               raised late u8, count u32, step * count
 *   step     := entry u64, index u32, unit u32, addressee u32, date u32, kind u8, on behalf u8, resolves u8
 *   request  := entry u64, index u32, unit u32, principal u32, item u32, kind u8, asked u32, date u32, date to u32,
 *               decided u64, granted u8, granted date u32, granted to u32
 *   finding  := entry u64, unit u32, item u32, principal u32, severity u8, found u32, remedy by u32, closed by u64, closed u32
 */
void cases_pack(struct buffer *b, const struct cases *c);
/* Into empty ones. False = these are no such bytes, or no memory: free them. */
bool cases_unpack(struct cases *c, struct bytes packed);

#endif
