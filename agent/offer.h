// SPDX-License-Identifier: Apache-2.0
/*
 * offer: what every command that queues something ends with: judged by the rules of the centre, sealed,
 * queued, and said; or refused with the place where it is wrong, and then nothing was queued.
 */
#ifndef TIENDO_AGENT_OFFER_H
#define TIENDO_AGENT_OFFER_H

#include "agent/desk.h"
#include "agent/draft.h"

/* Where on the command line a wire field came from. */
struct offer_place {
	const char *field;  /* last part of the wire field's name */
	const char *option; /* "--due", "RECEIPT" */
	const char *value;  /* as it was written; NULL = not given */
};

struct offer_refusal {
	const char *reason; /* the name, for programs */
	const char *field, *option, *value, *says;
	bool secret; /* a citizen's number is not shown again */
};
enum desk_exit offer_refused(struct desk *d, const struct offer_refusal *r);
/* The refusal of a rule. */
enum desk_exit offer_verdict(struct desk *d, struct verdict v, const struct offer_place *places, size_t n);

/* A value of the command line that cannot be read: DESK_REFUSED and the sentence. */
enum desk_exit offer_bad(struct desk *d, enum csv_fault fault, const char *option, const char *field,
			 const char *value);

/* The day of a command: as given, or today when it is proven. Otherwise DESK_USAGE and what to do. */
enum desk_exit offer_day(struct desk *d, const char *given, struct date *out);

/*
 * Judges one update (the slice is fetched anew when it does not know a code), seals and queues it. DESK_FINE:
 * it has its number and nothing was said yet.
 */
enum desk_exit offer(struct desk *d, struct update *u, const struct offer_place *places, size_t n);

/* "Đã xếp hàng số 12: "; in JSON the object is begun, with queued, body, unit, item, as_of. */
void offer_begin(struct desk *d, const struct update *u);
/* Warnings and the end. Returns DESK_FINE. */
enum desk_exit offer_end(struct desk *d);

/* ", kỳ 2024-04a (hạn 17/04/2024)"; in JSON period and deadline. Nothing for what follows no schedule. */
void offer_period(struct desk *d, const struct update *u);

#endif
