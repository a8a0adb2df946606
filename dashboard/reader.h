// SPDX-License-Identifier: Apache-2.0
/*
 * reader: the reader's command line. One table (main.c) drives dispatch and help; each command
 * prints its answer on stdout, its sentences on stderr, and returns an exit code. A command that
 * returns EXIT_AGAIN has printed nothing.
 */
#ifndef TIENDO_DASHBOARD_READER_H
#define TIENDO_DASHBOARD_READER_H

#include "dashboard/session.h"

struct reader_options {
	const char *dir, *lang;
	bool json, help, all;
	bool open, by_addressee, steps, once;
	const char *period, *at, *from, *to;
	const char *server_key, *query, *feed; /* init */
	const char *list, *count, *width;
	const char **arguments;
	size_t arguments_n;
};

typedef int reader_fn(struct session *s, const struct reader_options *o);
reader_fn reader_init, reader_get, reader_watch, reader_top, reader_explain;
reader_fn reader_timeliness, reader_silent, reader_obstacles, reader_findings, reader_requests, reader_series,
	reader_suspicious, reader_exceptions, reader_slots, reader_health;

/* A question that is answered in rows: UNIT, and maybe an item behind it. */
struct list_kind;
int reader_list(struct session *s, const struct reader_options *o, const struct list_kind *kind);

/* Fetches the grains that stand at the place itself into the mirror: of one plan (item index), or
 * of all (NO_INDEX). */
struct mirror;
int reader_fetch(struct session *s, struct mirror *m, const struct place *place,
		 uint32_t plan_item);
/* One figure out of it. */
struct reading reader_reading(const struct session *s, const struct mirror *m,
			      const struct place *place, const char *unit, uint32_t item);

#endif
