// SPDX-License-Identifier: Apache-2.0
/* admission_inside: what the files of admission share; nobody else includes it. */
#ifndef TIENDO_SERVER_ADMISSION_INSIDE_H
#define TIENDO_SERVER_ADMISSION_INSIDE_H

#include "server/admission.h"

/*
 * What carries no plain figure, against what stands: admit_check has taken it. `cell`: as it stands at this place; NULL
 * when the update is about no item. What the same group made senseless meanwhile is the fold's to pass over.
 */
struct verdict admission_matter(const struct admission *at, const struct update *u, const struct admit_found *found,
				const struct admit_cell *cell);

#endif
