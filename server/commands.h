// SPDX-License-Identifier: Apache-2.0
/*
 * commands: the administrator's command line. One table drives dispatch and help. Each command says
 * in one sentence what it could not do, with the value, the place, and what to do.
 */
#ifndef TIENDO_SERVER_COMMANDS_H
#define TIENDO_SERVER_COMMANDS_H

#include "common/domain/says.h"
#include "common/sys/codec.h"
#include "server/store.h"

/* Documented in the help: scripts depend on them. */
enum exit_code { EXIT_GOOD = 0, EXIT_FAULTS = 1, EXIT_USAGE = 2, EXIT_ENVIRONMENT = 3 };

/* The common options; each command takes those that its table entry names. */
struct command_options {
	const char *dir;
	enum language language;
	bool json, dry_run, illustrative, accept_clock, figures, digest;
	const char *plan, *effective, *name, *unit, *role, *key, *allow;
	bool subtree; /* notify */
	const char *item, *due, *text, *parent, *code, *lead, *person, *product, *product_unit, *entry;
	bool refuse, resolves; /* decide, step */
	const char *reason, *from, *to, *period, *rule, *severity, *document, *remedy_by;
	const char *clock, *address,
		*ports[4]; /* init; ingest, feed, query, health; NULL = the default */
	int arguments;
	char **argument;
};

typedef int command_fn(const struct command_options *o);

int command_init(const struct command_options *o);
int command_catalogue_check(const struct command_options *o);
int command_catalogue_load(const struct command_options *o);
int command_agent_add(const struct command_options *o);
int command_agent_list(const struct command_options *o);
int command_agent_epochs(const struct command_options *o);
int command_agent_confirm(const struct command_options *o);
int command_clock_accept(const struct command_options *o);
int command_checkpoint(const struct command_options *o);
int command_key_add(const struct command_options *o);
int command_key_revoke(const struct command_options *o);
int command_run(const struct command_options *o);
int command_status(const struct command_options *o);
int command_verify(const struct command_options *o);
int command_rebuild(const struct command_options *o);
int command_dump(const struct command_options *o);
int command_backup(const struct command_options *o);
int command_config_check(const struct command_options *o);
int command_notify(const struct command_options *o);
int command_assign(const struct command_options *o);
int command_notices(const struct command_options *o);
int command_decide_extension(const struct command_options *o);
int command_decide_na(const struct command_options *o);
int command_decide_accept(const struct command_options *o);
int command_decide_return(const struct command_options *o);
int command_decide_exempt(const struct command_options *o);
int command_decide_in_time(const struct command_options *o);
int command_finding_add(const struct command_options *o);
int command_finding_close(const struct command_options *o);
int command_step_comment(const struct command_options *o);
int command_step_answer(const struct command_options *o);
int command_step_escalate(const struct command_options *o);

/* To the running server, or, when none runs, done on the store itself under LOCK; prints the reply. */
int command_send(const struct command_options *o, const Tiendo__Journal__V1__AdminRequest *m);

/* Prints the sentence on stderr and returns the code. */
__attribute__((format(printf, 2, 3))) int command_fail(int code, const char *format, ...);

#endif
