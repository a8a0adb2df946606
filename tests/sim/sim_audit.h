// SPDX-License-Identifier: Apache-2.0
/* sim_audit: what the files of the audit share. */
#ifndef TIENDO_TESTS_SIM_SIM_AUDIT_H
#define TIENDO_TESTS_SIM_SIM_AUDIT_H

#include "server/sheet.h"
#include "tests/sim/sim_centre_inside.h"
#include "tests/sim/truth_inside.h"

bool sim_audit_report(const struct cell *c, const struct truth_report *r);
/* t NULL: a slot of which nothing is known. */
bool sim_audit_slot(const struct slot_mark *m, const struct cell *report, const struct cell *before,
		    const struct truth_slot *t, bool exempt);

/* Is the cell judged as it should today? */
void sim_audit_judged(const struct cell *c, const struct truth_unit *u, const struct truth_item *i);
void sim_audit_duties(const struct view *v);

struct row_found {
	enum row_table table;
	uint8_t key_size, key[ROWS_KEY_MAX];
	size_t value, value_size; /* in rows_found.bytes */
};
struct rows_found { /* in order of table and key */
	struct row_found *list;
	size_t n, room;
	struct buffer bytes;
};
/* The first `tables` of them; `disk`: those in the centre's view/ too. No key twice. */
void sim_rows_collect(struct rows_found *f, const struct view *v, bool disk, unsigned tables);
const char *sim_row_text(const struct row_found *r);
void sim_rows_same(const struct rows_found *running, const struct rows_found *rebuilt);
bool sim_rows_gone(void);
void sim_rows_judge(const struct view *v);

#endif
