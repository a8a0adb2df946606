// SPDX-License-Identifier: Apache-2.0
/*
 * admin_catalogue: loading a catalogue, for admin.c alone: rows of the files, merged with what is
 * in force, checked, and made an entry; or, dry, only the difference.
 */
#ifndef TIENDO_SERVER_ADMIN_CATALOGUE_H
#define TIENDO_SERVER_ADMIN_CATALOGUE_H

#include "common/domain/says.h"
#include "server/admin.h"

/* One command and the reply that grows. */
struct admin {
	struct core *core;
	bool ok, environment; /* environment: not ok, but for want of disk or memory */
	uint64_t entry;
	uint32_t principal, key_id;
	struct buffer text, json;
};

__attribute__((format(printf, 2, 3))) void admin_say(struct admin *a, const char *format, ...);
/* Ticks what is due, then the entry alone. */
enum core_result admin_barrier(struct admin *a, struct entry *e);

enum core_result admin_catalogue(struct admin *a, const Tiendo__Journal__V1__CatalogueLoad *m);

/* Also for `catalogue check`, which has no store: faults as lines and as JSON. */
void admin_faults(const struct faults *f, enum language language, struct buffer *text,
		  struct buffer *json);

#endif
