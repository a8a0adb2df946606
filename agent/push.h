// SPDX-License-Identifier: Apache-2.0
/*
 * push: how one stream gets to the centre, as a pure state machine.
 *
 * For: deciding when to connect, greet, push, ask again, wait, rewind, give a number up, or begin a
 * new epoch. Never: touches a socket, a file or a clock, holds an update, logs, allocates. Dice
 * come from a seed, time is handed in (transport milliseconds), so a test can play a month in a
 * moment.
 *
 * The shell does the work: it asks push_next for what to do, does it, and tells by the event
 * functions what came of it. Events may come in any state and order: what does not belong to the
 * present session is ignored. Nothing here fails; our own mistakes assert, and the invariant is
 * asserted at each move.
 *
 *      DOWN --due--> CONNECTING --line up--> GREETING --welcome--> UP --limit reached--> MOVING
 *       ^               ^  ^                    |                   |                      |
 *       |               |  +----- line lost ----+------<------------+    <----- moved -----+
 *       +---- no answer in time: the socket is built anew, after a jittered pause ---------+
 *
 * Numbers: every seq up to `settled` has its outcome in the spool; up to `last` there is work;
 * `next` is what goes out next; `slots` are the pushes between settled and next, oldest first.
 * `limit` is the last seq that still belongs to this epoch: at a disagreement with the centre what
 * compares equal is settled first, then everything above the limit moves to a new epoch.
 */
#ifndef TIENDO_AGENT_PUSH_H
#define TIENDO_AGENT_PUSH_H

#include "common/domain/model.h"

enum {
	PUSH_WINDOW = 4,
	PUSH_BATCH = 64,
	PUSH_LONG_WAIT_MS =
		300000 /* for what only a person can mend: a version, a right, a limit */
};

enum push_state { PUSH_DOWN, PUSH_CONNECTING, PUSH_GREETING, PUSH_UP, PUSH_MOVING };

/* What a person must hear of; each is kept until push_next has told it. */
enum push_alarm {
	PUSH_ALARM_RESTORED, /* the centre is behind its own receipts: offered again from seq */
	PUSH_ALARM_CLONED,   /* this spool is a copy or an older copy: a new epoch from seq */
	PUSH_ALARM_CONFLICT, /* seq holds other bytes at the centre: a new epoch from it */
	PUSH_ALARM_LOST,     /* seq.. cannot be read any more and is given up */
	PUSH_ALARM_UNSPLIT,  /* the centre cannot read seq even alone: given up */
	PUSH_ALARM_VERSION,  /* no protocol version in common */
	PUSH_ALARM_REFUSED,  /* the centre refuses this key or stream; `reason` says why */
	PUSH_ALARMS
};

enum push_verb {
	PUSH_CONNECT, /* build the socket; then tell push_line when it can be written to */
	PUSH_CLOSE,   /* close it */
	PUSH_HELLO,   /* send a Hello; push_blocked if it does not go */
	PUSH_SEND, /* push `first`..`last`, as many as fit in `count` and the byte limit: push_sent,
		      push_lost or push_blocked */
	PUSH_VOID, /* void first..last with `reason_void`: push_sent or push_blocked */
	PUSH_PING, /* with `first` as the token */
	PUSH_MOVE, /* everything from `first` on to a new epoch: push_moved or push_unmoved */
	PUSH_TELL  /* alarm about seq `first` */
};

struct push_action {
	enum push_verb verb;
	uint64_t first, last;
	uint32_t count;
	bool unsplittable; /* VOID: the centre cannot split it; else it cannot be read here */
	enum push_alarm alarm;
	enum reason reason;
};

struct push_options {
	int64_t retry_ms, retry_max_ms; /* pause before the socket is built anew: from, to */
	int64_t connect_ms;             /* how long a new socket may need to come up */
	int64_t reply_ms;               /* how long an answer may take */
	int64_t ping_ms;                /* idle time after which a ping goes out */
	uint64_t seed;
};

struct push_slot {
	uint64_t first, count;
	int64_t sent_at;
	bool done, given_up;
};

struct push {
	struct push_options o;
	enum push_state state;
	uint64_t last, settled, next, limit;
	struct push_slot slots[PUSH_WINDOW];
	unsigned slots_n;
	uint64_t session;
	uint64_t mark;	      /* of the Welcome: up to it one push at a time */
	unsigned window;      /* as the centre allows */
	uint32_t batch_limit; /* as the centre allows ... */
	uint32_t batch;       /* ... and what is tried now: halved for a frame it cannot read */
	bool probe;           /* after a rewind: one push alone until it is acknowledged */
	bool line;            /* the socket can be written to */
	bool sending;         /* PUSH_SEND or PUSH_VOID given out, its outcome awaited */
	uint64_t void_to;     /* next..void_to are given up; 0 = none */
	bool void_unsplittable;
	int64_t due;         /* of the state: connect, build anew, greet again */
	int64_t hold_until;  /* BUSY, or a full socket */
	int64_t ping_at;     /* when one is due */
	uint64_t ping_about; /* first seq of the push that is late; 0 = the line was idle */
	bool doubted;        /* it went out again already */
	int64_t ping_sent;   /* 0 = none under way */
	uint64_t token;
	unsigned failures; /* since the last proof that the centre lives */
	bool close;        /* a socket to be closed */
	unsigned alarms;   /* bit per enum push_alarm */
	uint64_t alarm_seq[PUSH_ALARMS];
	enum reason alarm_reason;
	uint64_t dice;
};

/* The spool as it is now: last seq given, highest seq up to which all have an outcome. */
void push_start(struct push *p, const struct push_options *o, uint64_t last, uint64_t settled,
		int64_t now);

/* The next thing to do, or false: nothing until push_due or an event. */
bool push_next(struct push *p, int64_t now, struct push_action *out);
/* When push_next should be asked again although nothing happened; INT64_MAX = never. */
int64_t push_due(const struct push *p);

/* ---- what came of an action ---- */

/* The push or void is on its way and covers `count` seqs from the action's first. */
void push_sent(struct push *p, uint64_t count, int64_t now);
/* first..to cannot be read from the spool. */
void push_lost(struct push *p, uint64_t to);
/* The socket took nothing: try again soon. */
void push_blocked(struct push *p, int64_t now);
/* The spool has a new epoch; its work is 1..last. */
void push_moved(struct push *p, uint64_t last, int64_t now);
/* It could not, for the time being (a full disk): compared and tried again after a pause. */
void push_unmoved(struct push *p, int64_t now);

/* ---- what happened ---- */

/* New work was queued. */
void push_queued(struct push *p, uint64_t last);
/* The socket can be written to (a connection stands), or cannot any more. */
void push_line(struct push *p, bool up, int64_t now);

struct push_welcome {
	uint64_t session, mark;
	bool differs;       /* the blob hash at mark is not the spool's; only for mark <= last */
	uint64_t kept_from; /* lowest seq whose bytes the spool still has */
	unsigned window;
	uint32_t batch_updates;
};
void push_welcome(struct push *p, const struct push_welcome *w, int64_t now);
/* Outcomes of first..first+count-1 of this session are stored in the spool. */
void push_ack(struct push *p, uint64_t session, uint64_t first, uint64_t count, int64_t now);

struct push_nack {
	uint64_t session; /* 0 = the centre could not tell */
	enum reason reason;
	uint64_t seq, expected;
	int64_t retry_ms;
};
void push_nack(struct push *p, const struct push_nack *n, int64_t now);
void push_pong(struct push *p, uint64_t session, uint64_t token, int64_t now);

#endif
