// SPDX-License-Identifier: Apache-2.0
/* truth_inside: what the files of truth share. */
#ifndef TIENDO_TESTS_SIM_TRUTH_INSIDE_H
#define TIENDO_TESTS_SIM_TRUTH_INSIDE_H

#include "common/sys/codec.h"
#include "tests/sim/truth.h"
#include "tests/sim/truth_cases.h"
#include "tests/sim/truth_mail.h"
#include "tests/sim/truth_stands.h"

enum { TRUTH_STREAMS = 256, TRUTH_KEYS = 128, TRUTH_CELLS = 512, TRUTH_FORKS = 128, TRUTH_SHEETS = 64,
       TRUTH_HOMELESS = 256 };

struct truth_stream {
	uint32_t principal;
	uint8_t epoch[TRUTH_ID];
	uint64_t mark, last_entry;
	struct truth_outcome *outcomes; /* of seq 1..mark */
	size_t room;
};

struct truth_key {
	uint32_t principal;
	bool known, revoked;
};

struct truth_cell {
	uint32_t unit, item; /* numbers */
	struct truth_stand stand;
	uint64_t touched, rare; /* the last entry that reported it; with something else than a plain figure */
};

/* The last moment at which a principal's newest stream proved to have sealed a report. */
struct truth_sealing {
	uint8_t epoch[TRUTH_ID];
	int64_t last;
};

struct truth {
	struct truth_entry *entries; /* [0] is entry 1 */
	size_t n, room;
	uint8_t incarnation[TRUTH_ID];
	struct truth_stream streams[TRUTH_STREAMS];
	size_t streams_n;
	struct truth_catalogue catalogue;
	struct date today; /* of the last tick */
	struct truth_key keys[TRUTH_KEYS]; /* by id */
	uint32_t scope[TRUTH_KEYS], role[TRUTH_KEYS]; /* of principals */
	struct truth_cell cells[TRUTH_CELLS];
	size_t cells_n;
	struct truth_sealing sealed[TRUTH_KEYS]; /* of principals */
	struct truth_sheet sheets[TRUTH_SHEETS]; /* held */
	size_t sheets_n;
	struct truth_homeless homeless[TRUTH_HOMELESS];
	size_t homeless_n;
	struct truth_cases cases;
	struct truth_mail mail;
	struct truth_row *rows; /* emitted */
	size_t rows_n, rows_room;
	uint64_t group;	 /* entries above it were committed together */
	bool again;	 /* what is read was judged before: another journal was put in place */
	bool undetected;
	uint8_t incarnations[TRUTH_FORKS][TRUTH_ID]; /* all this journal had */
	size_t incarnations_n;
};
extern struct truth truth;

/* What was told about (principal, epoch, seq): the time of receipt, for a later first time. */
bool truth_time_told(const struct truth_entry *e, uint64_t seq, const uint8_t hash[static KEYS_HASH],
		     int64_t ms);
void truth_told_reset(void);
void truth_told_lost(void);
uint32_t truth_work_of(const uint8_t hash[static KEYS_HASH]);

struct truth_update;

/* What stands (truth_stands.c). */
struct truth_cell *truth_cell_of(uint32_t unit, uint32_t item, bool make);
struct truth_sheet *truth_sheet_of(const struct truth_item *i, struct date period); /* NULL = it is not held */
struct truth_row *truth_row_add(void);
bool truth_exempt(const struct truth_sheet *sheet, const struct truth_slot *slot); /* today */
void truth_stands_tick(uint64_t number, struct date today);
void truth_stands_catalogue(const struct truth_catalogue *before);
void truth_stands_report(uint32_t unit, const struct truth_item *item, const struct truth_report *r, enum truth_timely timely);
/* by: who voids it, for the row of a period that is not held. */
void truth_stands_void(uint32_t unit, const struct truth_item *item, struct date period, uint64_t entry, uint32_t index,
		       uint64_t by, uint32_t by_index);

/* First day of the held period in whose slot that report stands; 0 = none. */
struct date truth_stands_where(uint32_t unit, uint32_t item, uint64_t entry, uint32_t index);

/* Obstacles (truth_obstacles.c): is the step well formed; may the raise be about the item; may it enter; what it does. */
enum reason truth_obstacle_form(const struct work *w, const struct truth_unit *u, const struct truth_item *i);
enum reason truth_obstacle_place(const struct truth_unit *u, const struct truth_item *i);
enum reason truth_obstacle_verdict(const struct work *w, const struct truth_entry *e, const struct truth_unit *u,
				   const struct truth_item *i, bool *sure);
void truth_obstacle_took(const struct truth_entry *e, const struct truth_update *t, const struct truth_unit *u,
			 const struct truth_item *i);

/* What may enter (truth_verdict.c), by the journal up to the entry before. `sure`: nothing of the own group matters. */
enum reason truth_verdict(const struct work *w, const struct truth_entry *e, bool *sure);
void truth_refused(uint64_t number, const struct truth_entry *e, uint64_t seq, uint32_t reason, uint32_t work);

/* What a taken update does (truth_took.c). received: with the proven first time. */
struct truth_update {
	uint64_t number, seq;
	uint32_t index, work;
	int64_t received;
	const Tiendo__V1__Update *u;
};
void truth_took(const struct truth_entry *e, const struct truth_update *t);
void truth_catalogue(struct bytes body);
void truth_registry(struct bytes body);
void truth_tick(uint64_t number, struct bytes body);

#endif
