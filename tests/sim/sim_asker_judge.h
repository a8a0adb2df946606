// SPDX-License-Identifier: Apache-2.0
/* sim_asker_judge: one question, the pages of its answer, and what the truth says to it. */
#ifndef TIENDO_TESTS_SIM_SIM_ASKER_JUDGE_H
#define TIENDO_TESTS_SIM_SIM_ASKER_JUDGE_H

#include "tests/sim/truth_inside.h"

enum asked_kind { ASKED_TIMELINESS, ASKED_SILENT, ASKED_OBSTACLES, ASKED_REQUESTS, ASKED_FINDINGS, ASKED_SERIES,
		  ASKED_SUSPICIOUS, ASKED_FIGURES, ASKED_EXCEPTIONS, ASKED_NOTICES, ASKED_SLOTS,
		  ASKED_KINDS };

/* A line of an answer, as far as it is judged. */
struct asked_row {
	char schedule[CODE_MAX + 1], period[PERIOD_MAX + 1];
	bool frozen;
	uint64_t entry;
	uint32_t index, unit, item;
	uint32_t numbers[7]; /* slots: expected, exempt, pending, on time, line slow, late, missing; else what there is */
};

struct asked {
	uint64_t id, began; /* head of the journal when it was asked first */
	enum asked_kind kind;
	const char *unit, *item;
	char period[PERIOD_MAX + 1];
	uint8_t cursor[256];
	size_t cursor_size;
	bool steps;
	unsigned pages;
	struct asked_row *rows;
	size_t n, room;
};

union asked_message {
	Tiendo__V1__Timeliness timeliness;
	Tiendo__V1__Silent silent;
	Tiendo__V1__Obstacles obstacles;
	Tiendo__V1__Requests requests;
	Tiendo__V1__Findings findings;
	Tiendo__V1__Series series;
	Tiendo__V1__Suspicious suspicious;
	Tiendo__V1__PeriodFigures figures;
	Tiendo__V1__Exceptions exceptions;
	Tiendo__V1__Notices notices;
	Tiendo__V1__Slots slots;
};

void asked_new(struct asked *a);
void asked_free(struct asked *a);
/* As a message; `m` lives as long as `q` is looked at. */
void asked_question(struct asked *a, Tiendo__V1__Query *q, union asked_message *m);
void asked_page(struct asked *a, const Tiendo__V1__Reply *r);
void asked_failed(const struct asked *a, const Tiendo__V1__Failure *f);
/* The answer is whole. False = entries came meanwhile, so it cannot be judged. */
bool asked_judge(struct asked *a, uint64_t as_of);
const char *asked_text(const struct asked *a);

#endif
