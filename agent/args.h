// SPDX-License-Identifier: Apache-2.0
/*
 * args: `--name value`, `--name=value`, `--flag` and operands, read by a table that also makes the
 * help. Pure. What is wrong is a value; the sentence is made by who shows it.
 */
#ifndef TIENDO_AGENT_ARGS_H
#define TIENDO_AGENT_ARGS_H

#include "common/sys/base.h"

struct args_option {
	const char *name;  /* without the dashes */
	const char *value; /* what the value is called in the help; NULL = a flag */
	const char **text; /* where a value goes ... */
	bool *flag;        /* ... or a flag */
	const char *vi, *en;
};

enum args_fault_kind {
	ARGS_FINE,
	ARGS_UNKNOWN,    /* no such option */
	ARGS_NO_VALUE,   /* the option wants one */
	ARGS_FLAG_VALUE, /* the option takes none */
	ARGS_TWICE,
	ARGS_TOO_MANY /* an operand nobody asked for */
};
struct args_fault {
	enum args_fault_kind kind;
	const char *word; /* the option's name without dashes and value, or the operand */
	int size;
};

/*
 * Reads argv[0..argc-1]. Operands go to `operands` (at most `max`; more are a fault). `--` ends the
 * options. What was not given stays as it was.
 */
struct args_fault args_read(int argc, char **argv, const struct args_option *options, size_t n,
			    const char **operands, size_t max, size_t *operands_n);

#endif
