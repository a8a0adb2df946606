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
/* The same with several at once, or none of them (core_barriers); a->entry: the last. */
enum core_result admin_barriers(struct admin *a, struct entry *const *entries, size_t n);

enum core_result admin_catalogue(struct admin *a, const Tiendo__Journal__V1__CatalogueLoad *m);

struct admin_load {
	const char *plan; /* as builder_merge takes it */
	struct date effective;
	bool dry_run;
	bool few; /* what is in force already comes with the new rows: its warnings are not repeated */
	enum language language;
	struct entry *notice;     /* committed with the catalogue, ... */
	const char *notice_about; /* ... about the item of it with this code; NULL = there is none */
};
/* Merges, checks and enters the rows of `b`, which is taken over; faults of reading it are in `faults` already. The
 * reply says what was wrong, or what changed. */
enum core_result admin_catalogue_enter(struct admin *a, struct builder *b, const struct admin_load *how,
				       struct faults *faults);

/* Also for `catalogue check`, which has no store: faults as lines and as JSON. */
void admin_faults(const struct faults *f, enum language language, struct buffer *text,
		  struct buffer *json);

#endif
