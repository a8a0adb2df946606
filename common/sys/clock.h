// SPDX-License-Identifier: Apache-2.0
/*
 * clock: the one seam with three times (CONTRACT).
 *
 *   wall       ms since the epoch, UTC; stamps received_ms; may be simulated; may go backwards
 *   monotonic  ms for seals, comparable between processes of one boot; counts sleep (a laptop
 *              closed overnight); simulated together with wall: then it is the file's time,
 *              never going backwards
 *   transport  ms for timeouts, heartbeats, pacing; always the kernel's CLOCK_MONOTONIC
 *
 * clock = real | file:PATH. The file holds `2023-05-15T08:00:00+07:00` (or `...Z`; seconds may
 * carry .mmm) or epoch ms in decimal. It is read again at most each 20 ms. A file that is broken
 * or gone keeps the last value and clock_problem says so. Write it beside and rename: half a file
 * is a broken file.
 *
 * Never: logs, sleeps, keeps a global. Safe from several threads. Only clock_open can fail.
 */
#ifndef TIENDO_COMMON_SYS_CLOCK_H
#define TIENDO_COMMON_SYS_CLOCK_H

#include "common/domain/model.h"
#include "common/sys/base.h"

struct clock;

enum { CLOCK_BOOT_SIZE = 16 };

/* NULL = refused: an unknown spec, or the file cannot be read now (`error` says which). */
struct clock *clock_open(const char *spec, struct sys_error *error);
void clock_close(struct clock *c); /* NULL is fine */

struct instant clock_wall(struct clock *c);
int64_t clock_monotonic(struct clock *c);
int64_t clock_transport(void);
bool clock_simulated(const struct clock *c);
/* The kernel's boot id; a fixed one when simulated, as all simulated monotonic times are
 * comparable. */
void clock_boot(const struct clock *c, uint8_t out[static CLOCK_BOOT_SIZE]);
/* Looks at the file now instead of waiting for the 20 ms to pass. */
void clock_refresh(struct clock *c);
/*
 * True when the trouble with the file is new since the last call (began, or changed its sentence):
 * log it once. `error` is then the sentence; it is "" when the trouble has just ended.
 */
bool clock_problem(struct clock *c, struct sys_error *error);

/* Parses the two forms of the file. `text` may end in white space. */
bool clock_parse(const char *text, struct instant *out);
/* 2023-05-15T01:00:00.000Z, 24 letters and a NUL; returns `out`. Years 1970-9999. */
char *clock_print(struct instant t, char out[static 25]);

#endif
