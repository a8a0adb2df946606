// SPDX-License-Identifier: Apache-2.0
/*
 * admin_name: what an operator's command names, found at its place: units, items, receipts; and whether its text may be kept.
 * For admin_*.c alone. What is not good says why in the reply.
 */
#ifndef TIENDO_SERVER_ADMIN_NAME_H
#define TIENDO_SERVER_ADMIN_NAME_H

#include "server/admin_catalogue.h"
#include "server/cases.h"

enum { RECEIPT_PREFIX = 4 }; /* bytes of the incarnation that are printed */

/* Does the store go by the rules that know such entries? */
bool admin_rules(struct admin *a);
/* Index of a unit that is open today; NO_INDEX. */
uint32_t admin_unit(struct admin *a, const char *code);
/* Number of the item; 0 with *good: none was named. */
uint32_t admin_item(struct admin *a, const char *code, bool *good);
/* missing: what is said when there is none; NULL = then it is fine. */
bool admin_text(struct admin *a, const char *text, size_t max, const char *missing);
/* A printed receipt that this centre gave. */
bool admin_receipt(struct admin *a, const char *text, struct spot *out);

#endif
