// SPDX-License-Identifier: Apache-2.0
/* admin_notices: what an operator tells the offices, for admin.c alone: directives, a task given on the spot, and who
 * has opened them. */
#ifndef TIENDO_SERVER_ADMIN_NOTICES_H
#define TIENDO_SERVER_ADMIN_NOTICES_H

#include "server/admin_catalogue.h"

enum core_result admin_notify(struct admin *a, const Tiendo__Journal__V1__Notify *m);
/* A catalogue entry with one leaf more and a notice to its lead, in one commit: neither is there without the other. */
enum core_result admin_assign(struct admin *a, const Tiendo__Journal__V1__Assign *m);
/* Letters, the newest first; or one of them with each of its recipients. */
void admin_notices(struct admin *a, const Tiendo__Journal__V1__Letters *m);

#endif
