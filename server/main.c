// SPDX-License-Identifier: Apache-2.0
/* tiendo-server: the table of commands and the options; everything else is in commands*.c and
 * serve.c. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "server/commands.h"

struct command {
	const char *words[3]; /* "agent", "key", "add" */
	command_fn *run;
	int least, most;     /* arguments */
	const char *options; /* of its own, as in the help */
	const char *arguments;
	const char *help;
};

static const struct command commands[] = {
	{{"init"},
	 command_init,
	 0,
	 0,
	 "[--name TEXT] [--illustrative] [--clock real|file:PATH] [--address IP] [--port-ingest N] "
	 "[--port-feed N] [--port-query N] [--port-health N] [--json]",
	 "",
	 "make a store: keys, tiendo.conf and the first entry; prints the public key"},
	{{"catalogue", "check"},
	 command_catalogue_check,
	 1,
	 1,
	 "[--lang vi|en] [--json]",
	 "CSVDIR",
	 "check the CSV files alone; every fault by file, line and field"},
	{{"catalogue", "load"},
	 command_catalogue_load,
	 1,
	 1,
	 "[--plan CODE] [--effective DATE] [--dry-run] [--lang vi|en] [--json]",
	 "CSVDIR",
	 "load the files, or one plan of them"},
	{{"agent", "add"},
	 command_agent_add,
	 0,
	 0,
	 "--unit CODE --key PUBLIC [--role agent|viewer|operator] [--name TEXT] [--json]",
	 "",
	 "a new principal with its first key"},
	{{"agent", "list"}, command_agent_list, 0, 0, "[--json]", "", "principals and keys"},
	{{"agent", "key", "add"},
	 command_key_add,
	 1,
	 1,
	 "--key PUBLIC [--json]",
	 "PRINCIPAL",
	 "one more key, for a rotation"},
	{{"agent", "key", "revoke"},
	 command_key_revoke,
	 1,
	 1,
	 "[--json]",
	 "KEY",
	 "from now on this key is refused everywhere"},
	{{"agent", "confirm"},
	 command_agent_confirm,
	 0,
	 0,
	 "",
	 "",
	 "after a roll-back: the roster has been looked at, offices may enter again"},
	{{"run"}, command_run, 0, 0, "[--accept-clock]", "", "the server, until SIGTERM"},
	{{"status"},
	 command_status,
	 0,
	 0,
	 "[--digest] [--json]",
	 "",
	 "entry, incarnation and today of the store; --digest: a hash of all figures, to compare "
	 "with verify"},
	{{"verify"},
	 command_verify,
	 0,
	 0,
	 "[--json]",
	 "",
	 "prove the journal: chain, streams, figures; changes nothing"},
	{{"rebuild"},
	 command_rebuild,
	 0,
	 0,
	 "",
	 "",
	 "throw the checkpoint away and fold everything again"},
	{{"dump"}, command_dump, 0, 0, "[--figures]", "", "every entry as a JSON line"},
	{{"backup"},
	 command_backup,
	 1,
	 1,
	 "",
	 "DEST",
	 "a copy of the store, also of a running one; `run` on it begins a new incarnation"},
	{{"config", "check"},
	 command_config_check,
	 0,
	 0,
	 "",
	 "",
	 "read tiendo.conf and print it as it is understood"},
};

int command_fail(int code, const char *format, ...)
{
	va_list args;

	fputs("tiendo-server: ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	return code;
}

/* ---- help ---- */

static void print_help(FILE *out)
{
	fputs("usage: tiendo-server [--dir DIR] COMMAND [OPTIONS] [ARGUMENTS]\n\n", out);
	for (size_t i = 0; i < BASE_COUNT(commands); i++) {
		const struct command *c = &commands[i];

		fputs(" ", out);
		for (size_t w = 0; w < BASE_COUNT(c->words) && c->words[w]; w++)
			fprintf(out, " %s", c->words[w]);
		fprintf(out, "%s%s%s%s\n        %s\n", *c->arguments ? " " : "", c->arguments,
			*c->options ? " " : "", c->options, c->help);
	}
	fputs("\n  --dir DIR is the store; otherwise TIENDO_DIR, otherwise the current directory.\n"
	      "  DATE is yyyy-mm-dd. PUBLIC is a public key of 40 characters, as `tiendo-agent "
	      "init` prints it.\n"
	      "  Changes go to the running server when there is one, and into the store itself "
	      "when there is none.\n\n"
	      "exit status: 0 done, 1 refused or faults found, 2 wrong usage, 3 the environment "
	      "(disk, ports, damage)\n",
	      out);
}

/* ---- options ---- */

enum value_kind { FLAG, TEXT, LANGUAGE };

struct option_row {
	const char *name;
	enum value_kind kind;
	void *to;
};

static int set_option(const struct option_row *row, const char *value)
{
	if (row->kind == FLAG) {
		*(bool *)row->to = true;
	} else if (row->kind == TEXT) {
		*(const char **)row->to = value;
	} else if (!strcmp(value, "vi") || !strcmp(value, "en")) {
		*(enum language *)row->to = *value == 'v' ? LANGUAGE_VI : LANGUAGE_EN;
	} else {
		return command_fail(EXIT_USAGE, "%s %s: vi or en is expected", row->name, value);
	}
	return EXIT_GOOD;
}

/* Takes the options out of argv; what is left are words and arguments. */
static int parse(int argc, char **argv, struct command_options *o, int *left)
{
	const struct option_row rows[] = {{"--dir", TEXT, &o->dir},
					  {"--name", TEXT, &o->name},
					  {"--clock", TEXT, &o->clock},
					  {"--address", TEXT, &o->address},
					  {"--port-ingest", TEXT, &o->ports[0]},
					  {"--port-feed", TEXT, &o->ports[1]},
					  {"--port-query", TEXT, &o->ports[2]},
					  {"--port-health", TEXT, &o->ports[3]},
					  {"--plan", TEXT, &o->plan},
					  {"--effective", TEXT, &o->effective},
					  {"--unit", TEXT, &o->unit},
					  {"--role", TEXT, &o->role},
					  {"--key", TEXT, &o->key},
					  {"--json", FLAG, &o->json},
					  {"--dry-run", FLAG, &o->dry_run},
					  {"--illustrative", FLAG, &o->illustrative},
					  {"--accept-clock", FLAG, &o->accept_clock},
					  {"--figures", FLAG, &o->figures},
					  {"--digest", FLAG, &o->digest},
					  {"--lang", LANGUAGE, &o->language}};

	*left = 0;
	for (int i = 1; i < argc; i++) {
		size_t r = 0;
		if (strncmp(argv[i], "--", 2)) {
			argv[(*left)++] = argv[i];
			continue;
		}
		while (r < BASE_COUNT(rows) && strcmp(rows[r].name, argv[i]) != 0)
			r++;
		if (r == BASE_COUNT(rows))
			return command_fail(EXIT_USAGE,
					    "no such option: %s (see `tiendo-server help`)",
					    argv[i]);
		if (rows[r].kind != FLAG && i + 1 == argc)
			return command_fail(EXIT_USAGE, "%s wants a value", argv[i]);
		int rc = set_option(&rows[r], rows[r].kind == FLAG ? "" : argv[i + 1]);
		if (rc)
			return rc;
		i += rows[r].kind != FLAG;
	}
	return EXIT_GOOD;
}

/* The command whose words stand first; `words` says how many they are. */
static const struct command *find(int n, char **word, int *words)
{
	for (size_t i = 0; i < BASE_COUNT(commands); i++) {
		const struct command *c = &commands[i];
		int w = 0;

		while (w < 3 && c->words[w] && w < n && !strcmp(c->words[w], word[w]))
			w++;
		if (w == 3 || !c->words[w]) {
			*words = w;
			return c;
		}
	}
	return NULL;
}

int main(int argc, char **argv)
{
	const char *env = getenv("TIENDO_DIR");
	struct command_options o = {
		.dir = env && *env ? env : ".", .plan = "", .name = "", .role = "agent"};
	struct sys_error error = {""};
	int left, words, rc;

	if (argc >= 2 && (!strcmp(argv[1], "help") || !strcmp(argv[1], "--help"))) {
		print_help(stdout);
		return EXIT_GOOD;
	}
	if (argc >= 2 && !strcmp(argv[1], "--version")) {
		puts("tiendo-server " TIENDO_VERSION);
		return EXIT_GOOD;
	}
	rc = parse(argc, argv, &o, &left);
	if (rc)
		return rc;
	const struct command *c = find(left, argv, &words);
	if (!c) {
		print_help(stderr);
		return EXIT_USAGE;
	}
	o.arguments = left - words;
	o.argument = argv + words;
	if (o.arguments < c->least || o.arguments > c->most)
		return command_fail(
			EXIT_USAGE, "expected is: tiendo-server %s %s%s%s %s %s", c->words[0],
			c->words[1] ? c->words[1] : "", c->words[1] && c->words[2] ? " " : "",
			c->words[1] && c->words[2] ? c->words[2] : "", c->arguments, c->options);
	if (keys_start(&error))
		return command_fail(EXIT_ENVIRONMENT, "%s", error.text);
	return c->run(&o);
}
