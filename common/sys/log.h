// SPDX-License-Identifier: Apache-2.0
/*
 * log: one line per event on stderr (CONTRACT).
 *
 *   2024-05-15T01:02:03.456Z warn server: agent 12 offered sequence 9, expected 7
 *
 * For: the place that decides logs once, with the offending value. Libraries and seams never log.
 * Never: secrets; more than one line per event (control characters of a stranger's text are shown
 * as \xNN); blocks on anything but stderr. The time is the real one, also when the office clock is
 * simulated. Global by nature: the process has one stderr. Safe from every thread. Never fails: a
 * line that cannot be written is lost.
 */
#ifndef TIENDO_COMMON_SYS_LOG_H
#define TIENDO_COMMON_SYS_LOG_H

#include <stdbool.h>

enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARN, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG };

/* Before the first thread. `room` is kept by pointer: "server", "agent". Until then: room "tiendo",
 * level info. */
void log_open(const char *room, enum log_level level);
/* quiet = errors only, whatever the level. */
void log_quiet(bool quiet);
/* "error", "warn", "info", "debug"; false = no such level. */
bool log_level_of(const char *word, enum log_level *out);

__attribute__((format(printf, 1, 2))) void log_error(const char *format, ...);
__attribute__((format(printf, 1, 2))) void log_warn(const char *format, ...);
__attribute__((format(printf, 1, 2))) void log_info(const char *format, ...);
__attribute__((format(printf, 1, 2))) void log_debug(const char *format, ...);

#endif
