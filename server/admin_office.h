// SPDX-License-Identifier: Apache-2.0
/*
 * admin_office: what the operator of the centre decides for the owner of a plan, finds at an office, and says in an obstacle for a
 * body without an agent. For admin.c alone. Each is a barrier entry; what would have no effect is refused with a sentence.
 */
#ifndef TIENDO_SERVER_ADMIN_OFFICE_H
#define TIENDO_SERVER_ADMIN_OFFICE_H

#include "server/admin_catalogue.h"

enum core_result admin_decide(struct admin *a, const Tiendo__Journal__V1__Decide *m);
enum core_result admin_find(struct admin *a, const Tiendo__Journal__V1__Find *m);
enum core_result admin_take_step(struct admin *a, const Tiendo__Journal__V1__TakeStep *m);

#endif
