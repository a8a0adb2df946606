// SPDX-License-Identifier: Apache-2.0
/*
 * mailbox: what the centre has to tell each unit, and when the unit has opened it. Pure but for its own heap; part of
 * the view, so only the fold changes one. Texts are not here: they stand in the journal, where `entry` and `index` say.
 *
 * Two kinds of mail. A *letter* is one NOTICE entry (a directive, a task) to many units: what is said is held once, and
 * per recipient only the day it was opened. Letters are kept for ever, because who has opened a directive must be
 * answerable. Everything else (answers, reminders, returns, decisions, findings, obstacles) is a *notice* in the box of
 * its unit: an unread one stays, but for a reminder, which a newer reminder replaces; others are forgotten
 * MAILBOX_KEEP_DAYS after they were opened, reminders after MAILBOX_REMINDER_DAYS.
 *
 * A notice is called by (entry that caused it, unit, place among those of the same entry to the same unit). Functions
 * that add return false for want of memory: the mailbox is then only good to be freed.
 */
#ifndef TIENDO_SERVER_MAILBOX_H
#define TIENDO_SERVER_MAILBOX_H

#include "common/domain/model.h"

/* NoticeKind on the wire, same numbers. */
enum notice_kind {
	NOTICE_NONE,
	NOTICE_ANSWER,   /* a step of somebody else in an obstacle of this unit */
	NOTICE_REMINDER, /* something is owed */
	NOTICE_RETURN,   /* a done report was not accepted */
	NOTICE_DECISION, /* on an extension or a "not applicable" */
	NOTICE_DIRECTIVE,
	NOTICE_TASK,
	NOTICE_FINDING,
	NOTICE_OBSTACLE, /* one was raised to this unit, or has climbed to it */
	NOTICE_KINDS
};

enum { MAILBOX_KEEP_DAYS = 400, MAILBOX_REMINDER_DAYS = 31 };

struct notice {
	uint64_t entry;       /* that caused it */
	uint64_t about_entry; /* receipt of the report, request or obstacle; 0 = none */
	uint32_t item;        /* number; 0 = none. reminder: the leaf owed first */
	struct date due;      /* reminder: the deadline; decision: the date granted; finding: remedy by */
	struct date sent;     /* office date */
	struct date opened;   /* 0 = not yet; decides when it is forgotten */
	uint16_t index;       /* of the update in `entry` that caused it; 0 = the entry itself */
	uint16_t about_index;
	uint16_t period;      /* reminder: as cell.period; 0 = none */
	uint16_t owed;        /* reminder: how many fields */
	uint16_t place;       /* given by mailbox_put */
	uint8_t kind;         /* enum notice_kind */
	bool granted;         /* decision */
};

struct letter {
	uint64_t entry, about_entry;
	uint32_t item;
	struct date due, sent;
	uint8_t kind;
	uint32_t n;           /* recipients, at least one */
	uint32_t *units;      /* their numbers, ascending */
	struct date *opened;  /* beside them; 0 = not yet */
};

struct mailbox;

struct mailbox *mailbox_new(void); /* NULL = no memory */
void mailbox_free(struct mailbox *m); /* NULL is fine */

/* ---- changing ---- */

/* To one unit (its number). `entry` is not below that of any notice before; `place` and `opened` are not looked at. */
bool mailbox_put(struct mailbox *m, uint32_t unit, const struct notice *notice);
/* The letter's units are copied and none has opened it; `entry` is above that of any letter before. */
bool mailbox_send(struct mailbox *m, const struct letter *letter);
/* The unit has read what `entry` told it. The first time counts; one that is not there (any more) is nothing. */
void mailbox_open(struct mailbox *m, uint32_t unit, uint64_t entry, struct date on);
/* Forgets what is due to be, as on `today`. */
void mailbox_forget(struct mailbox *m, struct date today);

/* ---- reading ---- */

/*
 * May the unit say that it has read `entry`? True when it is there, and for everything up to the newest that was
 * forgotten: an office may have read offline what was replaced meanwhile.
 */
bool mailbox_knows(const struct mailbox *m, uint32_t unit, uint64_t entry);
/* Entry of the newest notice the unit ever got; 0 = none. It never goes back. */
uint64_t mailbox_newest(const struct mailbox *m, uint32_t unit);
/* No unit above this number has ever got anything. */
uint32_t mailbox_units(const struct mailbox *m);

/* Notices and letters of one unit whose entry is above `since`, in order of (entry, place). */
struct mail_walk {
	const struct mailbox *mailbox;
	uint32_t unit;
	size_t own, letter;
};
struct mail_walk mailbox_walk(const struct mailbox *m, uint32_t unit, uint64_t since);
bool mailbox_next(struct mail_walk *w, struct notice *out);

/* Every letter, ascending by entry. */
size_t mailbox_letters(const struct mailbox *m);
const struct letter *mailbox_letter(const struct mailbox *m, size_t i);

#endif
