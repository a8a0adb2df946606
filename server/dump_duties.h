// SPDX-License-Identifier: Apache-2.0
/*
 * dump_duties: the small tables of the view as JSON members, for `dump --figures`: terms, obstacles, requests, findings and what
 * each unit was told. Units and items are numbers, dates yyyymmdd, 0 = none.
 */
#ifndef TIENDO_SERVER_DUMP_DUTIES_H
#define TIENDO_SERVER_DUMP_DUTIES_H

#include "common/sys/json.h"
#include "server/cases.h"
#include "server/mailbox.h"
#include "server/terms.h"

void dump_json_term(struct json *j, const struct term *t);
void dump_json_obstacle(struct json *j, const struct obstacle *o);
void dump_json_request(struct json *j, const struct request *r);
void dump_json_finding(struct json *j, const struct finding *f);
void dump_json_notice(struct json *j, uint32_t unit, const struct notice *n);

#endif
