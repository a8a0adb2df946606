// SPDX-License-Identifier: Apache-2.0
/*
 * admit_inside: what admit.c (the frame and plain figures) and admit_matter.c (the bodies beside
 * them) ask of each other; nobody else includes it. Pure.
 */
#ifndef TIENDO_COMMON_DOMAIN_ADMIT_INSIDE_H
#define TIENDO_COMMON_DOMAIN_ADMIT_INSIDE_H

#include "common/domain/admit.h"

static inline struct verdict fine(void)
{
	return (struct verdict){ REASON_NONE, "" };
}

static inline struct verdict refuse(enum reason reason, const char *field)
{
	return (struct verdict){ reason, field };
}

static inline bool refused(struct verdict v)
{
	return v.reason != REASON_NONE;
}

/* In force at the place. */
static inline uint32_t admit_rules(const struct admit_place *at)
{
	return at->rules ? at->rules : RULES_VERSION;
}

/* What the item of an update must be. */
enum admit_about {
	ABOUT_LEAF,    /* one that the unit reports on the as-of date */
	ABOUT_SOME,    /* any at or above a leaf that the unit reports today */
	ABOUT_KNOWN,   /* any, open or not: the receipt says more */
	ABOUT_NOTHING  /* none is named */
};
enum admit_about admit_about(const struct update *u);

/* Nothing but white space. */
bool admit_blank(const char *text);
/* A day that somebody may have meant. */
bool admit_day(struct date d);
/* One text of at most `max` bytes; an empty one is fine. */
struct verdict admit_text(const char *text, const char *field, size_t max);
/* The figure, as the item has it. body: BODY_TASK to BODY_NONE_ARISEN. */
struct verdict admit_figure(const struct item_row *item, const struct update *u, enum body_kind body);

/* Of bodies from BODY_UNCHANGED on: their own texts; and what they say, once unit and item are
 * found. */
struct verdict admit_matter_texts(const struct update *u);
struct verdict admit_matter(const struct admit_place *at, const struct update *u,
			    const struct admit_found *found);

#endif
