// SPDX-License-Identifier: Apache-2.0
/* truth_mail: what each unit was told, and what it says it has read (server/mailbox.h says the rules), by code of the truth's own. */
#ifndef TIENDO_TESTS_SIM_TRUTH_MAIL_H
#define TIENDO_TESTS_SIM_TRUTH_MAIL_H

#include "server/mailbox.h" /* enum notice_kind: the wire's numbers */
#include "tests/sim/truth_catalogue.h"

struct truth_notice {
	enum notice_kind kind;
	uint64_t entry, about_entry;
	uint32_t unit, item, index, about_index, owed, place;
	struct date due, sent, opened, period;
	bool granted, letter, gone; /* gone: the centre holds it no more, and may be told that it was read */
};

struct truth_mail {
	struct truth_notice *list; /* in order of entry */
	size_t n, room;
};

/* Something the entry tells a unit; its sent, entry and place are set. Unit 0 is nobody. */
void truth_mail_tell(uint64_t number, uint32_t unit, const struct truth_notice *n);
void truth_mail_letter(uint64_t number, struct bytes body);
void truth_mail_open(uint32_t unit, uint64_t entry, struct date on);
/* May the unit say so? */
bool truth_mail_knows(uint32_t unit, uint64_t entry);
void truth_mail_forget(void);
/* Reminders of the tick, before anything freezes. before: the day of the tick before. */
void truth_mail_remind(uint64_t number, struct date before);

#endif
