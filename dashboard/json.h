// SPDX-License-Identifier: Apache-2.0
/*
 * json: readings for programs, exactly the object of one figure that the web and figures.json show
 * too. Numbers are integers, what is absent is null, dates are yyyy-mm-dd, the generation is
 * hex:fold:entry. UTF-8, keys in this order.
 *
 * Functions append to `out`; trouble sticks there (base.h).
 */
#ifndef TIENDO_DASHBOARD_JSON_H
#define TIENDO_DASHBOARD_JSON_H

#include "common/sys/base.h"
#include "dashboard/report.h"

void json_figure(struct buffer *out, const struct reading *r);  /* the object alone */
void json_reading(struct buffer *out, const struct reading *r); /* one object, one line */
void json_readings(struct buffer *out, const struct reading *list,
		   size_t n); /* an array, one object a line */
void json_report(struct buffer *out, const struct report *r);

#endif
