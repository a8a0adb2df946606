// SPDX-License-Identifier: Apache-2.0
/*
 * web_event: what moved in the mirror, as events for browsers: made once, put into the ring, for all who follow. Written in the
 * text/event-stream format (HTML Standard, 9.2); docs/openapi.yaml says what each holds. Pure but for its memory.
 *
 *   id: GENERATION/VERSION/INSTANCE.N     where N is the place in the ring and INSTANCE this run of the gateway
 */
#ifndef TIENDO_DASHBOARD_WEB_EVENT_H
#define TIENDO_DASHBOARD_WEB_EVENT_H

#include "dashboard/web_ring.h"
#include "dashboard/web_view.h"

struct web_events {
	struct web_ring *ring;
	uint32_t instance;    /* dice */
	struct buffer before; /* figures of the grain that is about to change */
	struct buffer text;
};

/* To be called from the subscriber's hooks of the same names. */
void web_event_changing(struct web_events *e, const struct web_view *v, const struct mirror_grain *g);
void web_event_changed(struct web_events *e, const struct web_view *v, const struct mirror_grain *g);
void web_event_state(struct web_events *e, const struct web_view *v);
/* Everything is to be fetched anew. reason: generation | behind */
void web_event_resync(struct web_events *e, const struct web_view *v, const char *reason);

/* What one browser gets first, at its place in the ring: hello; or, where the ring cannot bridge, resync too. */
void web_event_hello(const struct web_events *e, const struct web_view *v, uint64_t at, bool resync, struct buffer *out);
/* The place that an id names in this ring. False = of another run, or lost. */
bool web_event_place(const struct web_events *e, const char *id, uint64_t *at);

void web_events_free(struct web_events *e);

#endif
