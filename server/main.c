// SPDX-License-Identifier: Apache-2.0
/* tiendo-server: the tables of commands and options; the rest is in commands_*.c and serve.c. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "server/commands.h"

struct command {
	const char *words[3]; /* "agent", "key", "add" */
	command_fn *run;
	const char *argument; /* its one argument's name; "" = it takes none */
	const char *options;  /* those it takes, as in the help; --dir is everybody's */
	const char *help;
};

/* clang-format off */
static const struct command commands[] = {
	{{"init"}, command_init, "",
	 "[--name TEXT] [--illustrative] [--clock real|file:PATH] [--address IP] [--port-ingest N] "
	 "[--port-feed N] [--port-query N] [--port-health N] [--json]",
	 "make a store: keys, tiendo.conf and the first entry; prints the public key"},
	{{"catalogue", "check"}, command_catalogue_check, "CSVDIR", "[--lang vi|en] [--json]",
	 "check the CSV files alone; every fault by file, line and field"},
	{{"catalogue", "load"}, command_catalogue_load, "CSVDIR",
	 "[--plan CODE] [--effective DATE] [--dry-run] [--lang vi|en] [--json]",
	 "load the files, or one plan of them; --dry-run: only what would change"},
	{{"agent", "add"}, command_agent_add, "",
	 "--unit CODE --key PUBLIC [--role agent|viewer|operator] [--name TEXT] [--json]",
	 "a new principal with its first key"},
	{{"agent", "list"}, command_agent_list, "", "[--json]", "principals and keys"},
	{{"agent", "key", "add"}, command_key_add, "PRINCIPAL", "--key PUBLIC [--json]",
	 "one more key, for a rotation"},
	{{"agent", "key", "revoke"}, command_key_revoke, "KEY", "[--json]",
	 "from now on this key is refused everywhere"},
	{{"agent", "confirm"}, command_agent_confirm, "", "[--json]",
	 "after a roll-back: the roster has been looked at, offices may enter again"},
	{{"agent", "epochs"}, command_agent_epochs, "PRINCIPAL", "--allow N [--json]",
	 "lift epoch_limit for an office: it may begin N (1 to 64) new epochs at once"},
	{{"notify"}, command_notify, "TEXT", "--unit CODE [--subtree] [--item CODE] [--due DATE] [--json]",
	 "a directive to a unit, or to everybody at or below it; the offices read it in `tiendo-agent inbox`"},
	{{"assign"}, command_assign, "",
	 "--parent CODE --code CODE --name TEXT --lead UNIT --person TEXT --due DATE --product TEXT "
	 "--product-unit TEXT [--text TEXT] [--lang vi|en] [--json]",
	 "a task given on the spot: one more leaf in the catalogue, and a notice to its lead"},
	{{"notices"}, command_notices, "", "[--entry N] [--json]",
	 "directives and tasks given, the newest first, and who has opened them; --entry: one, by recipient"},
	{{"decide", "extension"}, command_decide_extension, "RECEIPT", "[--refuse] [--due DATE] --reason TEXT [--json]",
	 "on a request for a later due date (`tiendo requests`): as asked, to another day, or refused"},
	{{"decide", "not-applicable"}, command_decide_na, "RECEIPT",
	 "[--refuse] [--from DATE] [--to DATE] --reason TEXT [--json]",
	 "on a request that a leaf is not applicable to the office"},
	{{"decide", "accept"}, command_decide_accept, "RECEIPT", "--reason TEXT [--json]",
	 "a report that a task is done is accepted"},
	{{"decide", "return"}, command_decide_return, "RECEIPT", "--reason TEXT [--json]",
	 "it is not: the report before it stands again, and the office is told why"},
	{{"decide", "exempt"}, command_decide_exempt, "", "--unit CODE --item CODE --period CODE --reason TEXT [--json]",
	 "the office owes no report of this leaf for this period"},
	{{"decide", "in-time"}, command_decide_in_time, "", "--unit CODE --item CODE --period CODE --reason TEXT [--json]",
	 "its report counts as in time, by other proof"},
	{{"finding", "add"}, command_finding_add, "TEXT",
	 "--unit CODE [--item CODE] --rule TEXT --severity 1|2|3 --document TEXT [--remedy-by DATE] [--json]",
	 "what an inspection found: the only source of \"not per rules\""},
	{{"finding", "close"}, command_finding_close, "ENTRY", "[--text TEXT] [--json]", "it is remedied"},
	{{"step", "comment"}, command_step_comment, "RECEIPT", "[--unit CODE] --text TEXT [--json]",
	 "in an obstacle (`tiendo obstacles`), for a unit without an agent; without --unit for the ministry list"},
	{{"step", "answer"}, command_step_answer, "RECEIPT", "[--unit CODE] --text TEXT [--resolves] [--json]",
	 "likewise: the addressee's clock stops"},
	{{"step", "escalate"}, command_step_escalate, "RECEIPT", "[--unit CODE] [--to UNIT] [--text TEXT] [--json]",
	 "likewise: to the unit named, or to the next above"},
	{{"run"}, command_run, "", "[--accept-clock]", "the server, until SIGTERM"},
	{{"clock", "accept"}, command_clock_accept, "", "[--json]",
	 "after a jump of more than 3 days: the clock is right, make the ticks of those days"},
	{{"status"}, command_status, "", "[--digest] [--json]",
	 "entry, incarnation and today; --digest: a hash of all figures, as verify has it"},
	{{"checkpoint"}, command_checkpoint, "", "[--json]",
	 "the running server writes a checkpoint now: a start after a power cut is quicker then"},
	{{"verify"}, command_verify, "", "[--json]",
	 "prove the journal: chain, streams, figures; changes nothing"},
	{{"rebuild"}, command_rebuild, "", "",
	 "throw the checkpoint away and fold everything again"},
	{{"dump"}, command_dump, "", "[--figures]", "every entry as a JSON line"},
	{{"backup"}, command_backup, "DEST", "",
	 "a copy of the store, also of a running one; `run` on it begins a new incarnation"},
	{{"config", "check"}, command_config_check, "", "",
	 "read tiendo.conf and print it as it is understood"},
};

enum value_kind { FLAG, TEXT, LANGUAGE };

static const struct option {
	const char *name;
	enum value_kind kind;
	size_t at; /* in struct command_options */
} options[] = {
#define AT(member) offsetof(struct command_options, member)
	{"--dir", TEXT, AT(dir)},
	{"--name", TEXT, AT(name)}, {"--clock", TEXT, AT(clock)}, {"--address", TEXT, AT(address)},
	{"--port-ingest", TEXT, AT(ports[0])}, {"--port-feed", TEXT, AT(ports[1])},
	{"--port-query", TEXT, AT(ports[2])}, {"--port-health", TEXT, AT(ports[3])},
	{"--plan", TEXT, AT(plan)}, {"--effective", TEXT, AT(effective)},
	{"--unit", TEXT, AT(unit)}, {"--role", TEXT, AT(role)}, {"--key", TEXT, AT(key)},
	{"--allow", TEXT, AT(allow)},
	{"--item", TEXT, AT(item)}, {"--due", TEXT, AT(due)}, {"--text", TEXT, AT(text)},
	{"--parent", TEXT, AT(parent)}, {"--code", TEXT, AT(code)}, {"--lead", TEXT, AT(lead)},
	{"--person", TEXT, AT(person)}, {"--product", TEXT, AT(product)},
	{"--product-unit", TEXT, AT(product_unit)}, {"--entry", TEXT, AT(entry)},
	{"--reason", TEXT, AT(reason)}, {"--from", TEXT, AT(from)}, {"--to", TEXT, AT(to)},
	{"--period", TEXT, AT(period)}, {"--rule", TEXT, AT(rule)}, {"--severity", TEXT, AT(severity)},
	{"--document", TEXT, AT(document)}, {"--remedy-by", TEXT, AT(remedy_by)},
	{"--refuse", FLAG, AT(refuse)}, {"--resolves", FLAG, AT(resolves)},
	{"--subtree", FLAG, AT(subtree)},
	{"--json", FLAG, AT(json)}, {"--dry-run", FLAG, AT(dry_run)},
	{"--illustrative", FLAG, AT(illustrative)}, {"--accept-clock", FLAG, AT(accept_clock)},
	{"--figures", FLAG, AT(figures)}, {"--digest", FLAG, AT(digest)},
	{"--lang", LANGUAGE, AT(language)},
#undef AT
};
/* clang-format on */

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

static void print_command(const struct command *c, FILE *out)
{
	for (size_t w = 0; w < BASE_COUNT(c->words) && c->words[w]; w++)
		fprintf(out, " %s", c->words[w]);
	fprintf(out, "%s%s%s%s\n", *c->argument ? " " : "", c->argument, *c->options ? " " : "",
		c->options);
}

static void print_help(FILE *out)
{
	fputs("usage: tiendo-server [--dir DIR] COMMAND [OPTIONS] [ARGUMENT]\n\n", out);
	for (size_t i = 0; i < BASE_COUNT(commands); i++) {
		fputs(" ", out);
		print_command(&commands[i], out);
		fprintf(out, "        %s\n", commands[i].help);
	}
	fputs("\n  --dir DIR is the store; otherwise TIENDO_DIR, otherwise the current directory.\n"
	      "  DATE is yyyy-mm-dd. PUBLIC is a public key of 40 characters, as `tiendo-agent "
	      "init` "
	      "prints it.\n"
	      "  Changes go to the running server when there is one, and into the store itself "
	      "when "
	      "there is none.\n\n"
	      "exit status: 0 done, 1 refused or faults found, 2 wrong usage, 3 the environment "
	      "(disk, memory, ports, "
	      "damage)\n",
	      out);
}

/* ---- options ---- */

static int set_option(const struct option *row, const char *value, struct command_options *o)
{
	void *to = (uint8_t *)o + row->at;

	switch (row->kind) {
	case FLAG:
		*(bool *)to = true;
		return EXIT_GOOD;
	case TEXT:
		*(const char **)to = value;
		return EXIT_GOOD;
	case LANGUAGE:
		if (strcmp(value, "vi") != 0 && strcmp(value, "en") != 0)
			return command_fail(EXIT_USAGE, "%s %s: vi or en is expected", row->name,
					    value);
		*(enum language *)to = *value == 'v' ? LANGUAGE_VI : LANGUAGE_EN;
		return EXIT_GOOD;
	}
	return EXIT_USAGE;
}

static const struct option *find_option(const char *name)
{
	for (size_t i = 0; i < BASE_COUNT(options); i++)
		if (!strcmp(options[i].name, name))
			return &options[i];
	return NULL;
}

/* Takes the options out of argv; what is left are words and arguments. `given` gets the options'
 * names. */
static int parse(int argc, char **argv, struct command_options *o, int *left, const char **given)
{
	*left = 0;
	for (int i = 1; i < argc; i++) {
		if (strncmp(argv[i], "--", 2) != 0) {
			argv[(*left)++] = argv[i];
			continue;
		}
		const struct option *row = find_option(argv[i]);
		if (!row)
			return command_fail(EXIT_USAGE,
					    "no such option: %s (see `tiendo-server help`)",
					    argv[i]);
		if (row->kind != FLAG && i + 1 == argc)
			return command_fail(EXIT_USAGE, "%s wants a value", argv[i]);
		int rc = set_option(row, row->kind == FLAG ? "" : argv[i + 1], o);
		if (rc)
			return rc;
		*given++ = row->name;
		i += row->kind != FLAG;
	}
	return EXIT_GOOD;
}

/* Is `name` one of the words of the command's option text? */
static bool takes(const struct command *c, const char *name)
{
	size_t n = strlen(name);

	if (!strcmp(name, "--dir"))
		return true;
	for (const char *p = c->options; (p = strstr(p, name)) != NULL; p += n)
		if (p[n] == ' ' || p[n] == ']' || !p[n])
			return true;
	return false;
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

static int run_command(int left, char **argv, struct command_options *o, const char *const *given)
{
	struct sys_error error = {""};
	int words;
	const struct command *c = find(left, argv, &words);

	if (!c && left)
		return command_fail(EXIT_USAGE, "there is no command `%s` (see `tiendo-server help`)",
				    argv[0]);
	if (!c) {
		print_help(stderr);
		return EXIT_USAGE;
	}
	o->arguments = left - words;
	o->argument = argv + words;
	if (o->arguments != (*c->argument ? 1 : 0)) {
		fputs("tiendo-server: expected is: tiendo-server", stderr);
		print_command(c, stderr);
		return EXIT_USAGE;
	}
	for (; *given; given++)
		if (!takes(c, *given))
			return command_fail(
				EXIT_USAGE,
				"%s is no option of this command (see `tiendo-server help`)",
				*given);
	if (keys_start(&error))
		return command_fail(EXIT_ENVIRONMENT, "%s", error.text);
	return c->run(o);
}

/* Also behind a command: who asks for help has done nothing yet. */
static bool wants_help(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		if (!strcmp(argv[i], "--help") || !strcmp(argv[i], "-h") ||
		    (i == 1 && !strcmp(argv[i], "help")))
			return true;
	return false;
}

int main(int argc, char **argv)
{
	const char *env = getenv("TIENDO_DIR");
	struct command_options o = {
		.dir = env && *env ? env : ".", .plan = "", .name = "", .role = "agent"};
	const char **given = base_alloc(((size_t)argc + 1) * sizeof *given);
	int left = 0, rc = EXIT_GOOD;

	if (wants_help(argc, argv)) {
		print_help(stdout);
	} else if (argc >= 2 && !strcmp(argv[1], "--version")) {
		puts("tiendo-server " TIENDO_VERSION);
	} else {
		rc = parse(argc, argv, &o, &left, given);
		if (!rc)
			rc = run_command(left, argv, &o, given);
	}
	free(given);
	/* who reads the result must not take half of it for the whole */
	if ((fflush(stdout) || ferror(stdout)) && rc == EXIT_GOOD)
		rc = command_fail(EXIT_ENVIRONMENT, "the result could not be written: %s",
				  sys_text(errno));
	return rc;
}
