// SPDX-License-Identifier: Apache-2.0
/*
 * web_user_command: `tiendo-web user ...` (CONTRACT).
 *
 *   add NAME --role leader|staff|operator --unit CODE [--text]    passwd NAME    remove NAME    list [--json]
 *
 * The password is asked for twice on the terminal without echo, or is one line of stdin when that is no terminal; it is
 * never an argument, which everybody on the machine could read. A gateway that runs sees the change by itself. Answers
 * on stdout, sentences on stderr; exit codes as everywhere: 0 good, 1 refused, 2 wrong use, 3 environment.
 */
#ifndef TIENDO_DASHBOARD_WEB_USER_COMMAND_H
#define TIENDO_DASHBOARD_WEB_USER_COMMAND_H

#include "common/domain/says.h"

/* "tiendo-web: ..." on stderr, as every command of this program says it; returns code. */
__attribute__((format(printf, 2, 3))) int web_command_fail(int code, const char *format, ...);

/* argv[0] is the word behind `user`; keys_start has been called; signals are not blocked. `json` also when --json stands
 * among the words. */
int web_user_command(const char *dir, int argc, char **argv, enum language l, bool json);

/* The lines of help, each a usage and what it does. */
struct web_user_usage {
	const char *usage, *vi, *en;
};
const struct web_user_usage *web_user_usages(size_t *n);

#endif
