// SPDX-License-Identifier: Apache-2.0
/* What the centre has told an office: read by its clerk, and whether all of it has come. */
#include "tests/sim/sim_office_inside.h"

#include <errno.h>
#include <stdlib.h>

#include "tests/sim/dice.h"
#include "tests/sim/sim_centre.h"
#include "tests/sim/truth_inside.h"

enum { NOTICES = 512 };

struct reading {
	struct sim_office *office;
	struct spool_inbox head;
	struct {
		uint64_t entry;
		uint32_t place, kind;
		int64_t sent_ms;
		uint8_t incarnation[TRUTH_ID];
		bool read, gone;
	} list[NOTICES];
	size_t n;
	int code;
};
static struct reading reading;

static bool keep(void *data, const struct spool_notice *n)
{
	struct reading *r = data;

	if (r->n == NOTICES)
		truth_broken("an office was told more than the simulator has room for");
	r->list[r->n].entry = n->entry;
	r->list[r->n].place = n->place;
	r->list[r->n].kind = n->kind;
	r->list[r->n].sent_ms = n->sent_ms;
	memcpy(r->list[r->n].incarnation, n->incarnation, TRUTH_ID);
	r->list[r->n].read = n->read_ms != 0;
	r->list[r->n++].gone = n->gone;
	return true;
}

static void read_inbox(void *arg)
{
	struct reading *r = arg;
	struct sim_office *o = r->office;
	struct spool *s = o->up ? o->office.spool : NULL;
	struct sys_error error;

	r->code = s ? 0 : spool_open(&s, o->name, NULL, &error);
	if (!r->code)
		r->code = spool_inbox(s, &r->head, &error);
	if (!r->code)
		r->code = spool_notices(s, keep, r, &error);
	if (!o->up)
		spool_close(s);
}

/* As it stands on the office's disk. */
static const struct reading *inbox_of(struct sim_office *o)
{
	unsigned doom = o->host.doom;

	reading = (struct reading){.office = o};
	o->host.doom = 0;
	host_run(&o->host, read_inbox, &reading);
	o->host.doom = doom;
	return &reading;
}

static uint32_t own_unit(const struct sim_office *o)
{
	return truth.scope[o->principal];
}

static uint64_t newest_of(uint32_t unit)
{
	uint64_t newest = 0;

	for (size_t i = 0; i < truth.mail.n; i++)
		if (truth.mail.list[i].unit == unit && truth.mail.list[i].entry > newest)
			newest = truth.mail.list[i].entry;
	return newest;
}

/* ---- a clerk reads ---- */

struct acking {
	struct sim_office *office;
	uint64_t entries[8];
	uint32_t works[8];
	size_t n;
	int code;
};

/* As desk_inbox.c: queued first, then read here. */
static void acknowledge(void *arg)
{
	struct acking *a = arg;
	struct update updates[8];
	struct spool *s = NULL;
	struct sys_error error;
	uint64_t first;
	const struct spool_options options = {.quota = a->office->quota};

	for (size_t i = 0; i < a->n; i++)
		updates[i] = work_update(a->works[i]);
	host_point(POINT_TURN);
	a->code = spool_open(&s, a->office->name, &options, &error);
	if (!a->code)
		a->code = spool_queue(s, updates, a->n, &first, &error);
	if (!a->code)
		a->code = spool_inbox_read(s, a->entries, a->n, host_wall(&a->office->desk), &error);
	spool_close(s);
}

void sim_office_read(unsigned i)
{
	struct sim_office *o = &sim_office[i];
	const struct reading *r = inbox_of(o);
	struct acking a = {.office = o};

	for (size_t k = 0; !r->code && k < r->n && a.n < 8; k++) {
		if (r->list[k].read || r->list[k].gone || (a.n && a.entries[a.n - 1] == r->list[k].entry))
			continue;
		a.entries[a.n] = r->list[k].entry;
		a.works[a.n] = work_ack(o->unit, r->list[k].entry, r->list[k].incarnation, truth_date_of(r->list[k].sent_ms));
		a.n += a.works[a.n] != 0;
	}
	if (!a.n)
		return;
	bool alive = host_run(&o->desk, acknowledge, &a);
	if (!alive)
		disk_abandon(&o->desk);
	o->desk.doom = 0;
	sim_office_queued(o, a.works, a.n, alive ? a.code : -EIO);
	host_tell("%s reads %zu notices from entry %llu", o->name, a.n, (unsigned long long)a.entries[a.n - 1]);
}

/* ---- has it all come? ---- */

bool sim_office_told(unsigned i)
{
	const struct reading *r = inbox_of(&sim_office[i]);
	uint64_t newest = newest_of(own_unit(&sim_office[i]));

	if (r->code)
		return false;
	if (!newest && !r->head.since)
		return true;
	return r->head.since >= newest && !memcmp(r->head.incarnation, truth.incarnation, TRUTH_ID);
}

static const struct truth_notice *sent(uint32_t unit, uint64_t entry, uint32_t place)
{
	for (size_t i = 0; i < truth.mail.n; i++) {
		const struct truth_notice *n = &truth.mail.list[i];
		if (n->unit == unit && n->entry == entry && n->place == place)
			return n;
	}
	return NULL;
}

/* A newer reminder takes its place where it was not read; of two spools of one office one may have read it. */
static bool outdated(const struct truth_notice *n)
{
	for (const struct truth_notice *m = n + 1; m < truth.mail.list + truth.mail.n; m++)
		if (m->unit == n->unit && m->kind == NOTICE_REMINDER && n->kind == NOTICE_REMINDER)
			return true;
	return false;
}

void sim_office_judge_mail(unsigned i)
{
	struct sim_office *o = &sim_office[i];
	const struct reading *r = inbox_of(o);
	uint32_t unit = own_unit(o);

	for (size_t k = 0; k < truth.mail.n; k++) {
		const struct truth_notice *n = &truth.mail.list[k];
		bool here = n->unit != unit || n->gone || outdated(n);
		for (size_t m = 0; !here && m < r->n; m++)
			here = r->list[m].entry == n->entry && r->list[m].place == n->place && !r->list[m].gone;
		if (!here)
			truth_broken("(8) %s was never told what entry %llu says to it (kind %u)", o->name,
				     (unsigned long long)n->entry, n->kind);
	}
	for (size_t m = 0; m < r->n; m++) {
		const struct truth_notice *n = sent(unit, r->list[m].entry, r->list[m].place);
		if (!r->list[m].gone && (!n || (unsigned)n->kind != r->list[m].kind ||
					 memcmp(truth_entry(n->entry)->incarnation, r->list[m].incarnation, TRUTH_ID) != 0))
			truth_broken("%s shows a notice of entry %llu that nobody sent", o->name,
				     (unsigned long long)r->list[m].entry);
		sim_office_counts.notices += !r->list[m].gone;
		sim_office_counts.read += !r->list[m].gone && r->list[m].read;
	}
}
