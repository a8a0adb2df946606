// SPDX-License-Identifier: Apache-2.0
/*
 * centre: a small store with a simulated clock, a catalogue and one office, for tests of the server
 * without sockets. Everything asserts; what is made lives in the scratch directory.
 *
 *   units    VN > 40 > 412, 413
 *   items    KH (plan of 40) > KH.01 task, KH.02 task (lead 412), KH.03 ratio (all)
 */
#ifndef TIENDO_TESTS_UNIT_CENTRE_H
#define TIENDO_TESTS_UNIT_CENTRE_H

#include "server/core.h"

struct centre {
	struct store store;
	struct core *core;
	char dir[500], clock[512];
	uint8_t blob[BATCH_MAX][UPDATE_BYTES_MAX];
	struct bytes blobs[BATCH_MAX];
	struct core_answer answer; /* of the last offer */
};

#define CENTRE_UNITS                                                                    \
	"code,parent,kind,type,branch,name,name_en,head,contact,opened,closed,source\n" \
	"VN,,central,,,Việt Nam,,,,,,\n40,VN,province,,,Nghệ An,,,,,,\n"            \
	"412,40,district,,,Vinh,,,,,,\n413,40,district,,,Diễn Châu,,,,,,\n"
#define CENTRE_ITEMS                                                                           \
	"code,parent,owner,kind,name,lead,start,due,answer,reporters,measure,num_def,den_def," \
	"bounded\n"                                                                            \
	"KH,,40,plan,Kế hoạch,,,,,,,,,\n"                                                  \
	"KH.01,KH,,task,Việc 1,412,2024-01-02,2024-06-30,lead,,,,,\n"                        \
	"KH.02,KH,,task,Việc 2,412,2024-01-02,2024-03-31,lead,,,,,\n"                        \
	"KH.03,KH,,ratio,Tỷ lệ,40,2024-01-02,2024-12-31,all,kind:district@40,stock,a,b,yes\n"

/* 2024-01-10 08:00 in the office; entries: genesis, tick, catalogue, registry of principal 1 = key
 * 1 at 412. */
void centre_make(struct centre *c, const char *name);
/* The same on the real clock, made `days` ago, without a catalogue; nothing is ticked yet. */
void centre_make_real(struct centre *c, const char *name, int days, bool accept_clock);
void centre_close(struct centre *c);
void centre_reopen(
	struct centre *c); /* as after a clean stop, and as after a crash: there is no difference */
void centre_time(struct centre *c,
		 const char *when); /* "2024-01-11T08:00:00+07:00"; ticks what is due */
/* Loads a catalogue; true when it was taken. */
enum { CENTRE_FILES_MAX = 10 };
bool centre_load(struct centre *c, const char *const *names, const char *const *files, size_t n);
bool centre_catalogue(struct centre *c, const char *units, const char *items);
/* A new agent at the unit with a key of `n` in every byte; returns its principal number. */
uint32_t centre_agent(struct centre *c, const char *unit, uint8_t n);
/* Likewise with a role; and a key is revoked. */
uint32_t centre_principal(struct centre *c, const char *unit, const char *role, uint8_t n);
void centre_revoke(struct centre *c, uint32_t key);

/* The stream of principal and key 1 with an epoch of `e` in every byte. */
struct core_stream centre_stream(uint8_t e);
/* Puts a task report into place `i` of the blobs. percent 100 = done. */
void centre_task(struct centre *c, size_t i, uint64_t seq, const char *item, uint32_t as_of,
		 uint32_t percent);
void centre_ratio(struct centre *c, size_t i, uint64_t seq, const char *unit, uint32_t as_of,
		  int64_t n, int64_t d);
/* One of the bodies beside figures; what is NULL is "". */
void centre_matter(struct centre *c, size_t i, struct update u, struct matter m);
/* `unit` says that it has read what that entry told it. */
void centre_ack(struct centre *c, size_t i, uint64_t seq, const char *unit, uint32_t as_of, uint64_t entry);
/* Offers blobs[0..n-1] from first_seq; the group stays open. */
void centre_offer(struct centre *c, struct core_stream stream, uint64_t first_seq, size_t n);
void centre_commit(struct centre *c);
/* A copy of the answer's only span's outcome `i` must be taken with this index / refused with this
 * reason. */
void centre_taken(const struct centre *c, size_t i, uint64_t entry, uint32_t index);
void centre_refused(const struct centre *c, size_t i, uint64_t entry, enum reason reason);

#endif
