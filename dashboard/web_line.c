// SPDX-License-Identifier: Apache-2.0
#include "dashboard/web_line.h"

#include <time.h>

#include "common/sys/log.h"
#include "dashboard/web_argument.h"

static int64_t wall_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* ---- words ---- */

const char *web_line_reason(const struct web *w)
{
	switch (w->trouble) {
	case SUBSCRIBER_FINE:
		return NULL;
	case SUBSCRIBER_AWAY:
		return "away";
	case SUBSCRIBER_SHUT_OUT:
		return "refused";
	case SUBSCRIBER_KEY_REVOKED:
		break;
	}
	return "revoked";
}

const struct web_fault *web_line_fault(const struct web *w)
{
	static const struct web_fault nothing = {"", ""},
		shut = {"trung tâm không nhận khoá của cổng web này, báo người vận hành (nhật ký tiendo-web nói việc cần làm)",
			"the centre does not let this gateway in, tell its operator (the log of tiendo-web says what to do)"},
		revoked = {"trung tâm đã thu hồi khoá của cổng web này, báo người vận hành (nhật ký tiendo-web nói việc cần làm)",
			   "the centre has revoked the key of this gateway, tell its operator (the log of tiendo-web says what to do)"};

	return w->trouble == SUBSCRIBER_SHUT_OUT ? &shut : w->trouble == SUBSCRIBER_KEY_REVOKED ? &revoked : &nothing;
}

/* ---- the log ---- */

static void log_trouble(const struct web *w)
{
	char key[KEYS_Z85 + 1];

	switch (w->trouble) {
	case SUBSCRIBER_FINE:
	case SUBSCRIBER_AWAY: /* that the line is cut has been said */
		break;
	case SUBSCRIBER_SHUT_OUT:
		log_error("%s answers and does not let this gateway in: register its key %s there (agent add, role viewer, or operator for free "
			  "text and Hệ thống); or the centre waits for `agent confirm`; or it has another key now than server_key in web.conf: "
			  "init --server-key KEY, and restart",
			  w->conf->query, keys_z85(w->conf->pair.public_key, key));
		break;
	case SUBSCRIBER_KEY_REVOKED:
		log_error("the centre has revoked this gateway's key %s: give it a new one (rm DIR/key, init, register), and restart",
			  keys_z85(w->conf->pair.public_key, key));
		break;
	}
}

/* Told once, so the moment that it takes to look whether anybody is there at all is no matter. */
static void log_shut(const char *endpoint)
{
	if (client_listens(endpoint))
		log_warn("%s does not let this key in: register it at the centre (role viewer, or operator for free text and Hệ thống)",
			 endpoint);
	else
		log_warn("nobody answers at %s: it is tried again until the centre is there", endpoint);
}

/* ---- what browsers are told ---- */

static void tell(struct web *w, bool live, struct date today)
{
	if (live != w->live) {
		w->cut_since_ms = live ? 0 : wall_ms();
		log_info(live ? "the line to the centre is there" : "the line to the centre is cut");
	}
	if (today.ymd != w->today.ymd)
		web_tally_begin(w->tally);
	w->live = live;
	w->today = today;
	struct web_view v = web_sight(w);
	web_event_state(&w->events, &v);
}

void web_line_look(struct web *w, unsigned news)
{
	enum subscriber_trouble was = w->trouble;
	bool live = subscriber_live(w->subscriber, w->now);
	struct date today = subscriber_sight(w->subscriber).today;

	w->trouble = subscriber_trouble(w->subscriber, w->now);
	if (news & SUBSCRIBER_REFUSED && w->trouble == SUBSCRIBER_AWAY)
		log_shut(subscriber_shut(w->subscriber, w->now));
	if (news & SUBSCRIBER_NOT_FOUND)
		log_error("the centre has no unit %s: correct `unit` in web.conf", w->conf->unit);
	if (w->complete && (live != w->live || today.ymd != w->today.ymd || w->trouble != was))
		tell(w, live, today);
	if (w->trouble != was)
		log_trouble(w);
}
