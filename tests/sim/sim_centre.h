// SPDX-License-Identifier: Apache-2.0
/*
 * sim_centre: the server of the simulated world: the real store, core, writer, questions and door, turned
 * one at a time; its operator; its backups. After each of the writer's turns the view must stand where the
 * durable journal stands; audits compare the running view with one folded from nothing, its rollups with a
 * recomputation, its cells with those of truth.h.
 */
#ifndef TIENDO_TESTS_SIM_CENTRE_H
#define TIENDO_TESTS_SIM_CENTRE_H

#include "server/core.h"
#include "tests/sim/host.h"

#define SIM_INGEST "tcp://centre:5701"
#define SIM_FEED "tcp://centre:5702"
#define SIM_QUERY "tcp://centre:5703"

enum sim_part { SIM_WRITER, SIM_QUESTIONS, SIM_DOOR, SIM_PARTS };

extern struct host sim_centre_host;
extern struct keys_pair sim_centre_keys;

/* A store with a catalogue, made and not running. `real`: on real time. */
void sim_centre_make(bool real);
/* A principal before the first start; its number. */
uint32_t sim_centre_enrol(const char *role, const char *unit, const struct keys_pair *pair);
void sim_centre_start(void); /* may fail and be tried again, as by systemd */
bool sim_centre_up(void);
int64_t sim_centre_due(void); /* of the earliest part, or of its next start */
/* Parts that have something to do now, as bits; one of them has its turn. */
unsigned sim_centre_ready(void);
void sim_centre_turn(enum sim_part part);

void sim_centre_stop(void);		/* cleanly, with a checkpoint */
void sim_centre_kill(bool told);	/* now; it starts again by itself */
void sim_centre_checkpoint(void);

/* ---- its operator; nothing happens while it is down ---- */
void sim_centre_catalogue(void); /* the next one of a few */
void sim_centre_add_key(uint32_t principal, const struct keys_pair *pair);
void sim_centre_revoke(const struct keys_pair *pair);
void sim_centre_allow(uint32_t principal);
void sim_centre_confirm(void);
void sim_centre_accept_clock(void);
void sim_words(void); /* decides, finds, gives a task or says something (sim_words.c) */
/* Of the running core: 0 = unknown, 1 = live, -1 = revoked. */
int sim_centre_knows(const struct keys_pair *pair);
bool sim_centre_locked(void);

/* ---- backups ---- */
void sim_centre_backup(void);
bool sim_centre_restore(bool marked); /* the oldest or newest kept; false = none */

/* ---- looking ---- */
const struct view *sim_centre_view(void); /* NULL while it is down */
struct date sim_centre_today(void); /* as it was last seen */
void sim_centre_audit(bool whole); /* whole: also verify, rebuild and compare */

struct sim_centre_counts {
	uint64_t starts, turns, between, audits, checkpoints, restores, silent, catalogues, days, slots, rows, notices;
};
extern struct sim_centre_counts sim_centre_counts;

#endif
