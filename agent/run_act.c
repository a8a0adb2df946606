// SPDX-License-Identifier: Apache-2.0
/* What push wants done. */
#include "agent/run_inner.h"

#include "agent/wire.h"
#include "common/sys/log.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

static bool send_out(struct run *r, enum message_type type)
{
	uint8_t head[2];

	wire_head(head, type);
	const struct bytes frames[] = {bytes_of(head, sizeof head), buffer_bytes(&r->out)};

	return r->line && net_send(r->line, frames, BASE_COUNT(frames)) == NET_SENT;
}

/* The spool could not be read: nothing else would help but a fresh start. */
static bool read_failed(struct run *r, int code)
{
	if (code)
		r->failed = code;
	return code != 0;
}

static void act_connect(struct run *r)
{
	const struct config *c = &r->office->config;
	const struct net_connect options = {.endpoint = c->ingest,
					    .server_key = c->server,
					    .pair = &r->pair,
					    .send_hwm = 4 * PUSH_WINDOW, /* never full: not writable = lost */
					    .reconnect_ms = (int)c->retry_ms};

	r->line = net_dealer_connect(r->net, &options, &r->error);
	if (!r->line)
		log_error("%s", r->error.text);
}

static void act_close(struct run *r)
{
	struct spool_centre *centre = &r->office->centre;

	net_message_clear(&r->message);
	net_socket_close(&r->line);
	r->hellos = 0;
	centre->attempts++;
	r->centre_new = true;
	/* what only a person can mend was told before the line was closed, and stays told */
	if (!centre->trouble[0]) {
		run_trouble(r, "no_answer");
		run_save_centre(r, true); /* a clerk looks now; only the count can wait */
	}
	log_debug("the centre at %s does not answer (%u times)", r->office->config.ingest,
		  centre->attempts);
}

static bool keep_newest(void *data, const struct spool_receipt *receipt)
{
	*(struct spool_receipt *)data = *receipt;
	return false;
}

static void act_hello(struct run *r, int64_t now)
{
	struct spool_receipt newest = {0};

	if (read_failed(r, spool_state(r->office->spool, &r->state, &r->error)) ||
	    read_failed(r, spool_receipts(r->office->spool, 1, keep_newest, &newest, &r->error)))
		return;
	/* one without its bytes' hash (they were gone when the answer came) proves nothing */
	bool usable = newest.ordinal == r->state.ordinal && newest.unit[0];

	r->asked_monotonic = clock_monotonic(r->office->clock);
	r->asked_token = 0;
	r->hellos++;
	wire_hello(&r->out, &r->state, usable ? &newest : NULL, r->office->slice.entry);
	if (!send_out(r, MESSAGE_HELLO))
		push_blocked(&r->push, now);
}

static void act_send(struct run *r, const struct push_action *a, int64_t now)
{
	if (read_failed(r, spool_gather(r->office->spool, a->first, a->last, a->count, &r->batch,
					&r->error)))
		return;
	if (!r->batch.n) {
		uint64_t most = a->first + BATCH_UPDATES_MAX -
				1; /* of one Void; the rest is found lost again */

		push_lost(&r->push, r->batch.missing_to < most ? r->batch.missing_to : most);
		return;
	}
	wire_push(&r->out, r->push.session, &r->batch);
	if (send_out(r, MESSAGE_PUSH))
		push_sent(&r->push, r->batch.n, now);
	else
		push_blocked(&r->push, now);
}

static void act_void(struct run *r, const struct push_action *a, int64_t now)
{
	wire_void(&r->out, r->push.session, a->first, a->last, a->unsplittable);
	if (send_out(r, MESSAGE_VOID))
		push_sent(&r->push, a->last - a->first + 1, now);
	else
		push_blocked(&r->push, now);
}

static void act_move(struct run *r, uint64_t from, int64_t now)
{
	int code = spool_move(r->office->spool, from, &r->error);

	if (code == -ENOSPC) {
		log_error("%s", r->error.text);
		push_unmoved(&r->push, now);
		return;
	}
	if (read_failed(r, code) ||
	    read_failed(r, spool_state(r->office->spool, &r->state, &r->error)))
		return;
	log_warn("epoch %u begins with %" PRIu64 " updates that wait", r->state.ordinal,
		 r->state.last);
	push_moved(&r->push, r->state.last, now);
}

static void act_tell(struct run *r, const struct push_action *a)
{
	static const struct {
		const char *key, *sentence;
	} alarms[PUSH_ALARMS] = {
		[PUSH_ALARM_RESTORED] = {"restored",
					 "the centre was restored from a backup: offered "
					 "again from number"},
		[PUSH_ALARM_CLONED] = {"cloned",
				       "this spool is a copy or an older copy: a new epoch "
				       "from number"},
		[PUSH_ALARM_CONFLICT] = {"conflict",
					 "the centre holds something else here: a new epoch "
					 "from number"},
		[PUSH_ALARM_LOST] = {"lost",
				     "the spool cannot read what it holds, given up from number"},
		[PUSH_ALARM_UNSPLIT] = {"unsplit",
					"the centre cannot read this update, given up: number"},
		[PUSH_ALARM_VERSION] = {"version", "no protocol version in common with the centre"},
		[PUSH_ALARM_REFUSED] = {"refused", "the centre refuses this office:"},
	};
	struct spool_centre *c = &r->office->centre;
	char about[SPOOL_TROUBLE_MAX - 16] = "", text[SPOOL_TROUBLE_MAX];
	bool line = a->alarm == PUSH_ALARM_VERSION || a->alarm == PUSH_ALARM_REFUSED;

	if (a->alarm == PUSH_ALARM_REFUSED)
		snprintf(about, sizeof about, " %s", reason_name(a->reason));
	else if (!line)
		snprintf(about, sizeof about, " %" PRIu64, a->first);
	log_warn("%s%s", alarms[a->alarm].sentence, about);
	snprintf(text, sizeof text, "%s%s", alarms[a->alarm].key, about);
	if (line) {
		run_trouble(r, text);
	} else {
		snprintf(c->alarm, sizeof c->alarm, "%s", text);
		c->alarm_wall_ms = clock_wall(r->office->clock).ms;
		r->centre_new = true;
	}
	run_save_centre(r, true);
}

void run_act(struct run *r, const struct push_action *a)
{
	int64_t now = clock_transport();

	switch (a->verb) {
	case PUSH_CONNECT:
		act_connect(r);
		break;
	case PUSH_CLOSE:
		act_close(r);
		break;
	case PUSH_HELLO:
		act_hello(r, now);
		break;
	case PUSH_SEND:
		act_send(r, a, now);
		break;
	case PUSH_VOID:
		act_void(r, a, now);
		break;
	case PUSH_PING:
		r->asked_monotonic = clock_monotonic(r->office->clock);
		r->asked_token = a->first;
		wire_ping(&r->out, r->push.session, a->first);
		send_out(r, MESSAGE_PING); /* one that is lost is missed in time */
		break;
	case PUSH_MOVE:
		act_move(r, a->first, now);
		break;
	case PUSH_TELL:
		act_tell(r, a);
		break;
	}
}
