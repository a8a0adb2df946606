// SPDX-License-Identifier: Apache-2.0
/* sim_centre_inside: what the files of sim_centre share. */
#ifndef TIENDO_TESTS_SIM_CENTRE_INSIDE_H
#define TIENDO_TESTS_SIM_CENTRE_INSIDE_H

#include "server/door.h"
#include "server/query.h"
#include "server/serve.h"
#include "server/writer.h"
#include "tests/sim/sim_centre.h"

struct sim_centre {
	struct store store;
	struct core *core;
	struct net *net;
	struct door *door;
	struct writer *writer;
	struct query *query;
	struct doorlist doorlist;
	struct stats stats;
	struct query_stats query_stats;
	bool up, real, marked;
	bool asking; /* a question is being answered */
	int64_t start_at, writer_due, query_due;
	enum sim_part running;
	unsigned catalogue;
	uint32_t requests;
	struct date today;
	unsigned accept; /* the operator starts it with --accept-clock */
};
extern struct sim_centre sim_centre;

void sim_centre_died(bool told);
/* The writer had a turn, or the server has just started. */
void sim_centre_judge(void);
void sim_centre_ask(const Tiendo__Journal__V1__AdminRequest *m);
void sim_words_reset(void);
struct buffer sim_centre_catalogue_request(unsigned which);

#endif
