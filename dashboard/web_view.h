// SPDX-License-Identifier: Apache-2.0
/*
 * web_view: what the gateway shows, as its answers read it: the figures of the mirror with the catalogue they mean
 * something in, and how fresh they are. A value made anew for each answer; it owns nothing and lives as long as the
 * subscriber's next step.
 *
 * The JSON that more than one answer holds is written here: State, UnitRef, Brief (docs/openapi.yaml says what each
 * member means). Functions append to `out`; trouble sticks there. Pure.
 */
#ifndef TIENDO_DASHBOARD_WEB_VIEW_H
#define TIENDO_DASHBOARD_WEB_VIEW_H

#include "common/sys/json.h"
#include "dashboard/atlas.h"
#include "dashboard/reading.h"
#include "dashboard/web_times.h"

struct web_view {
	const struct atlas *atlas;
	const struct mirror *mirror;
	struct sight sight;
	struct instant time;   /* of the last heartbeat: the centre's clock */
	int64_t cut_since_ms;  /* wall clock; 0 = the line is live */
	const char *cut_reason; /* static; NULL = it is live (web_line.h) */
	uint64_t picture;      /* number of the whole picture: of another one, catalogue and figures are other ones */
	const char *root;      /* code of the unit that is mirrored */
	uint64_t version;      /* the highest that a grain has */
	size_t clients;        /* browsers connected */
	struct web_times *times; /* how old figures are; NULL = nobody knows */
	struct web_tally *tally; /* whose sums of offices are kept (web_tally.h) */
};

/* Why there is no answer; WEB_GOOD = there is one. */
enum web_code {
	WEB_GOOD,
	WEB_BAD_REQUEST,
	WEB_LOGIN_REQUIRED,
	WEB_WRONG_LOGIN,
	WEB_FORBIDDEN,
	WEB_NOT_FOUND,
	WEB_WAIT,        /* too many attempts: Retry-After */
	WEB_NO_FIGURES,  /* the gateway has no whole picture yet */
	WEB_AWAY,        /* the centre does not answer */
	WEB_TOO_BUSY,    /* too many questions wait */
	WEB_CENTRE_OLD   /* the centre does not know this question */
};

/* The member that every answer with figures has. */
void web_state(struct json *j, const char *name, const struct web_view *v);
void web_unit_ref(struct json *j, const char *name, const struct unit *u);
enum { WEB_CODE = CODE_MAX + 3 };
/* As it is asked for: a group's with G/ before it. Returns out. */
char *web_code_of(const char *code, bool is_group, char out[static WEB_CODE]);
/* A place: a unit or a group, with where it stands. persons: head and contact too, which are not for strangers. */
void web_place(struct json *j, const char *name, const struct web_view *v, const struct place *p, bool persons);
/* One figure, small. r NULL: nothing is expected there. */
void web_brief(struct json *j, const char *name, const struct web_view *v, const struct item *item,
	       const struct rollup *r);
/* When it last changed; null = not known. */
void web_changed(struct json *j, const char *name, const struct web_view *v, const struct rollup *r);
/* Whose path it is: index of the unit; NO_INDEX = nobody's, or a group's. */
uint32_t web_unit_at(const struct web_view *v, const char *path);
const struct rollup *web_rollup(const struct web_view *v, const char *path, uint32_t item);

/* Units directly below a place (the members of a group), open today: one after the other. */
struct web_below {
	const struct web_view *view;
	struct place place;
	uint32_t at;
};
struct web_below web_below(const struct web_view *v, const struct place *p);
const struct unit *web_below_next(struct web_below *b); /* NULL = no more */

#endif
