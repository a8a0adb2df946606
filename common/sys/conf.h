// SPDX-License-Identifier: Apache-2.0
/*
 * conf: `key = value` files read into a table of options (CONTRACT).
 *
 * Text in -> values -> canonical text out -> the same values. One option per line; blank lines; a
 * comment is `#` at the start of a line or after white space. Values are not quoted. An unknown
 * key, a key given twice and a bad value are faults that name file, line, what stood there and what
 * is allowed. Never: logs, keeps a global, guesses. Failure: negative errno and a sentence; values
 * already read stay set, so a program that fails here must exit.
 */
#ifndef TIENDO_COMMON_SYS_CONF_H
#define TIENDO_COMMON_SYS_CONF_H

#include "common/sys/base.h"

enum { CONF_TEXT_MAX = 512 /* bytes of a string with its NUL: a path, an endpoint */ };

enum conf_type {
	CONF_STRING,  /* trimmed; no control characters, no ` #`; may be empty unless `required` */
	CONF_INT,     /* decimal, within min..max */
	CONF_BOOL,    /* yes | no */
	CONF_DURATION /* 0, or a number with ms s m h d: 500ms, 5s, 2m, 3h, 1d; kept in ms, within
			 min..max */
};

struct conf_option {
	const char *name;
	enum conf_type type;
	union {               /* where the value goes; the member of `type` */
		char *string; /* [CONF_TEXT_MAX] */
		int64_t *integer;
		bool *boolean;
		int64_t *duration; /* ms */
	} to;
	const char *fallback; /* the default as it would stand in the file; NULL = "" / 0 / no */
	int64_t min, max;     /* both 0 = no bound */
	const char *allowed;  /* CONF_STRING: the words allowed, "info|warn|error"; NULL = any */
	bool required;        /* CONF_STRING: must not be empty when everything is read */
	const char *help;     /* one line */
};

/* Sets every option to its default. A bad default is our own mistake: it asserts. */
void conf_defaults(const struct conf_option *options, size_t count);
/* Defaults, then the file. -ENOENT when there is no file, -EINVAL for a fault in it. */
int conf_load(const char *path, const struct conf_option *options, size_t count,
	      struct sys_error *error);
/* As conf_load from memory; `name` stands for the file in sentences. */
int conf_parse(struct bytes text, const char *name, const struct conf_option *options, size_t count,
	       struct sys_error *error);
/* One value from the command line; `where` names it in sentences ("--set"). -EINVAL. */
int conf_set(const struct conf_option *options, size_t count, const char *key, const char *value,
	     const char *where, struct sys_error *error);
/* Canonical text: every option in table order, one `key = value` a line. */
void conf_print(const struct conf_option *options, size_t count, struct buffer *out);
/* The same with each option's help, allowed values and default as comments: a file to start from.
 */
void conf_help(const struct conf_option *options, size_t count, struct buffer *out);

#endif
