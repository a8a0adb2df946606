// SPDX-License-Identifier: Apache-2.0
/* Commands about the store as a whole: made, looked at, proven, copied, run. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/sys/log.h"
#include "server/commands.h"
#include "server/core.h"
#include "server/dump.h"
#include "server/serve.h"

/* ---- init ---- */

static int init_settings(struct store *s, const struct command_options *o, struct sys_error *error)
{
	struct conf_option options[STORE_OPTIONS];
	const struct {
		const char *key, *option, *value;
	} given[] = {{"clock", "--clock", o->clock},
		     {"address", "--address", o->address},
		     {"port_ingest", "--port-ingest", o->ports[0]},
		     {"port_feed", "--port-feed", o->ports[1]},
		     {"port_query", "--port-query", o->ports[2]},
		     {"port_health", "--port-health", o->ports[3]}};
	int rc = 0;

	store_options(&s->conf, options);
	conf_defaults(options, STORE_OPTIONS);
	for (size_t i = 0; !rc && i < BASE_COUNT(given); i++)
		if (given[i].value)
			rc = conf_set(options, STORE_OPTIONS, given[i].key, given[i].value,
				      given[i].option, error);
	return rc;
}

static int init_store(struct store *s, const struct command_options *o, struct sys_error *error)
{
	struct clock *clock = clock_open(s->conf.clock, error);
	struct entry_genesis facts = {
		.illustrative = o->illustrative, .offset_minutes = 420, .name = o->name};

	if (!clock)
		return -EINVAL;
	facts.simulated = clock_simulated(clock);
	keys_random(facts.store, sizeof facts.store);
	keys_random(facts.incarnation, sizeof facts.incarnation);
	int rc = store_make(s, error);
	if (!rc)
		rc = core_genesis(s, &facts, clock_wall(clock), error);
	if (!rc)
		rc = store_made(s, error);
	clock_close(clock);
	return rc;
}

int command_init(const struct command_options *o)
{
	struct store s = {.lock = -1};
	struct sys_error error = {""};
	char key[KEYS_Z85 + 1];

	if (strlen(o->dir) >= sizeof s.dir)
		return command_fail(EXIT_USAGE, "the path is too long: %.60s...", o->dir);
	memcpy(s.dir, o->dir, strlen(o->dir) + 1);
	int rc = init_settings(&s, o, &error);
	if (rc)
		return command_fail(EXIT_USAGE, "%s", error.text);
	rc = init_store(&s, o, &error);
	if (!rc)
		printf(o->json ? "{\"public_key\":\"%s\"}\n" : "%s\n",
		       keys_z85(s.key.public_key, key));
	store_close(&s);
	return rc ? command_fail(rc == -EEXIST ? EXIT_FAULTS : EXIT_ENVIRONMENT, "%s", error.text)
		  : EXIT_GOOD;
}

/* ---- run ---- */

static int load(struct store *s, const struct command_options *o)
{
	struct sys_error error = {""};

	if (store_load(s, o->dir, &error))
		return command_fail(EXIT_ENVIRONMENT, "%s", error.text);
	return EXIT_GOOD;
}

static int load_and_lock(struct store *s, const struct command_options *o)
{
	struct sys_error error = {""};
	int rc = load(s, o);

	if (rc)
		return rc;
	if (store_lock(s, &error) || store_keys(s, &error)) {
		store_close(s);
		return command_fail(EXIT_ENVIRONMENT, "%s", error.text);
	}
	return EXIT_GOOD;
}

/* Also reading makes files: LMDB's lock file, where there is none yet. */
static int load_to_read(struct store *s, const struct command_options *o)
{
	struct sys_error error = {""};
	int rc = load(s, o);

	if (!rc && store_ours(s, &error))
		rc = command_fail(EXIT_ENVIRONMENT, "%s", error.text);
	return rc;
}

int command_run(const struct command_options *o)
{
	enum log_level level = LOG_LEVEL_INFO;
	struct store s;
	int rc = load_and_lock(&s, o);

	if (rc)
		return rc;
	log_level_of(s.conf.log, &level);
	log_open("server", level);
	rc = serve(&s, o->accept_clock);
	store_close(&s);
	return rc;
}

int command_config_check(const struct command_options *o)
{
	struct conf_option options[STORE_OPTIONS];
	struct sys_error error = {""};
	struct buffer text = {0};
	struct store s;
	int rc = load(&s, o);

	if (rc)
		return rc;
	struct clock *clock = clock_open(s.conf.clock, &error);
	if (!clock)
		return command_fail(EXIT_ENVIRONMENT, "%s/tiendo.conf: %s", o->dir, error.text);
	clock_close(clock);
	store_options(&s.conf, options);
	conf_print(options, STORE_OPTIONS, &text);
	fputs(buffer_text(&text), stdout);
	buffer_free(&text);
	return EXIT_GOOD;
}

/* ---- verify, rebuild, dump ---- */

int command_verify(const struct command_options *o)
{
	const struct core_options options = {.read_only = true, .any_clock = true};
	struct sys_error error = {""};
	struct core *c = NULL;
	struct store s;
	uint8_t digest[HASH_SIZE] = {0};
	char hex[2 * HASH_SIZE + 1];
	uint64_t entries = 0;
	int rc = load_to_read(&s, o);

	if (rc)
		return rc;
	rc = core_open(&c, &s, &options,
		       &error); /* chain, fold, and rollups against a recomputation */
	if (!rc)
		rc = journal_verify(core_journal(c), &entries, &error);
	if (!rc && !core_digest(c, digest))
		rc = sys_fail(&error, -ENOMEM, "no memory for the digest of the figures");
	core_close(c);
	hex_encode(hex, digest, sizeof digest);
	if (o->json)
		printf("{\"good\":%s,\"entries\":%llu,\"digest\":\"%s\"}\n", rc ? "false" : "true",
		       (unsigned long long)entries, hex);
	else if (!rc)
		printf("%llu entries: chain, streams and figures are right\nview %s\n",
		       (unsigned long long)entries, hex);
	if (!rc)
		return EXIT_GOOD;
	return command_fail(rc == -EUCLEAN ? EXIT_FAULTS : EXIT_ENVIRONMENT, "%s", error.text);
}

int command_rebuild(const struct command_options *o)
{
	const struct core_options options = {.any_clock = true, .ignore_checkpoint = true};
	struct sys_error error = {""};
	struct core *c = NULL;
	struct store s;
	int rc = load_and_lock(&s, o);

	if (rc)
		return rc;
	rc = core_open(&c, &s, &options, &error);
	if (!rc)
		rc = core_checkpoint(c, &error);
	if (!rc)
		printf("rebuilt: %llu entries folded again\n",
		       (unsigned long long)core_view(c)->head.entry);
	core_close(c);
	store_close(&s);
	return rc ? command_fail(EXIT_ENVIRONMENT, "%s", error.text) : EXIT_GOOD;
}

int command_dump(const struct command_options *o)
{
	const struct journal_options options = {.read_only = true};
	struct sys_error error = {""};
	char path[STORE_PATH_MAX];
	struct journal *j;
	struct store s;
	int rc = load_to_read(&s, o);

	if (rc)
		return rc;
	if (journal_open(&j, store_path(&s, "journal", path), &options, &error))
		return command_fail(EXIT_ENVIRONMENT, "%s", error.text);
	rc = dump_run(j, o->figures, stdout);
	journal_close(j);
	return rc;
}

/* ---- backup ---- */

static int copy_file(const struct store *s, const char *dest, const char *name, unsigned mode,
		     struct sys_error *error)
{
	char from[STORE_PATH_MAX], to[STORE_PATH_MAX];
	struct buffer contents = {0};
	int rc = base_file_read(store_path(s, name, from), 1024 * 1024, &contents, error);

	if (!rc && snprintf(to, sizeof to, "%s/%s", dest, name) < (int)sizeof to)
		rc = base_file_create(to, mode, buffer_bytes(&contents), error);
	keys_wipe(contents.data, contents.size);
	buffer_free(&contents);
	return rc;
}

static int copy_store(struct store *s, struct journal *j, const char *dest, struct sys_error *error)
{
	char path[STORE_PATH_MAX];

	if (snprintf(path, sizeof path, "%s/journal", dest) >= (int)sizeof path)
		return sys_fail(error, -ENAMETOOLONG, "the path is too long: %.60s...", dest);
	/* the mark first: a copy cut short must not look like the store itself */
	int rc = store_mark(dest,
			    "A backup: `tiendo-server run` here begins a new incarnation and "
			    "removes this file.\n",
			    error);
	if (!rc)
		rc = kv_copy(journal_kv(j), path, error);
	snprintf(path, sizeof path, "%.*s/keys", (int)sizeof path - 8, dest);
	if (!rc)
		rc = base_mkdirs(path, 0700, error);
	if (!rc)
		rc = copy_file(s, dest, "keys/server.key", 0600, error);
	if (!rc)
		rc = copy_file(s, dest, "keys/receipt.key", 0600, error);
	return rc ? rc : copy_file(s, dest, "tiendo.conf", 0640, error);
}

/* What was copied may have been damaged before: said here, while the last good backup is still there. */
static int prove_copy(const char *dest, struct journal_head *head, struct sys_error *error)
{
	const struct journal_options options = {.read_only = true};
	char path[STORE_PATH_MAX];
	struct journal *j = NULL;
	struct sys_error fault = {""};
	uint64_t entries;

	snprintf(path, sizeof path, "%.*s/journal", (int)sizeof path - 16, dest);
	int rc = journal_open(&j, path, &options, &fault);
	if (!rc)
		rc = journal_verify(j, &entries, &fault);
	if (!rc)
		*head = journal_head(j);
	journal_close(j);
	return rc ? sys_fail(error, rc, "the copy in %s is no good backup, keep the one before: %s", dest, fault.text)
		  : 0;
}

int command_backup(const struct command_options *o)
{
	const struct journal_options options = {.read_only = true};
	const char *dest = o->argument[0];
	struct journal_head head = {0};
	struct sys_error error = {""};
	struct journal *j = NULL;
	char path[STORE_PATH_MAX];
	struct store s;
	int rc = load_to_read(&s, o);

	if (rc)
		return rc;
	rc = base_mkdir(dest, 0700, &error);
	if (rc)
		return rc == -EEXIST ? command_fail(EXIT_FAULTS,
						    "%s is there already: name a directory that "
						    "does not exist",
						    dest)
				     : command_fail(EXIT_ENVIRONMENT, "%s", error.text);
	rc = journal_open(&j, store_path(&s, "journal", path), &options, &error);
	if (!rc)
		rc = copy_store(&s, j, dest, &error);
	if (!rc)
		rc = base_sync_directory(dest, &error);
	journal_close(j);
	if (!rc)
		rc = prove_copy(dest, &head, &error);
	if (!rc)
		printf("backup of entry %llu in %s, its chain verified\n", (unsigned long long)head.entry, dest);
	return rc ? command_fail(rc == -EUCLEAN ? EXIT_FAULTS : EXIT_ENVIRONMENT, "%s", error.text) : EXIT_GOOD;
}
