// SPDX-License-Identifier: Apache-2.0
/* truth_inside: what the files of truth share. */
#ifndef TIENDO_TESTS_SIM_TRUTH_INSIDE_H
#define TIENDO_TESTS_SIM_TRUTH_INSIDE_H

#include "common/sys/codec.h"
#include "tests/sim/truth.h"

enum { TRUTH_STREAMS = 256, TRUTH_UNITS = 32, TRUTH_KEYS = 128, TRUTH_CELLS = 512, TRUTH_FORKS = 128 };

struct truth_stream {
	uint32_t principal;
	uint8_t epoch[TRUTH_ID];
	uint64_t mark, last_entry;
	struct truth_outcome *outcomes; /* of seq 1..mark */
	size_t room;
};

struct truth_unit {
	uint32_t number, parent;
	char code[CODE_MAX + 1];
	struct date opened, closed;
};

struct truth_key {
	uint32_t principal;
	bool known, revoked;
};

struct truth_cell {
	uint32_t unit, work;
	char item[CODE_MAX + 1];
	struct date as_of;
	uint64_t entry;
	uint32_t index;
};

struct truth {
	struct truth_entry *entries; /* [0] is entry 1 */
	size_t n, room;
	uint8_t incarnation[TRUTH_ID];
	struct truth_stream streams[TRUTH_STREAMS];
	size_t streams_n;
	struct truth_unit units[TRUTH_UNITS];
	size_t units_n;
	struct truth_key keys[TRUTH_KEYS]; /* by id */
	uint32_t scope[TRUTH_KEYS], role[TRUTH_KEYS]; /* of principals */
	struct truth_cell cells[TRUTH_CELLS];
	size_t cells_n;
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

void truth_catalogue(struct bytes body);
void truth_registry(struct bytes body);
/* Was it right to refuse it? */
void truth_refused(uint64_t number, const struct truth_entry *e, uint64_t seq, uint32_t reason,
		   uint32_t work);
/* Was it right to take this, of this key, at this entry? Moves the cell. */
void truth_took(uint64_t number, const struct truth_entry *e, uint64_t seq, uint32_t index,
		struct bytes blob, uint32_t work);

#endif
