// SPDX-License-Identifier: Apache-2.0
#include "server/store.h"

#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/sys/kv.h"

#define MAKING "INIT" /* there while a store is being made */

char *store_path(const struct store *s, const char *name, char out[static STORE_PATH_MAX])
{
	/* names are short and our own; the precision lets the compiler see that it fits */
	snprintf(out, STORE_PATH_MAX, "%s/%.60s", s->dir, name);
	return out;
}

void store_options(struct store_conf *conf, struct conf_option out[static STORE_OPTIONS])
{
	const struct conf_option options[STORE_OPTIONS] = {
		{.name = "address",
		 .type = CONF_STRING,
		 .to.string = conf->address,
		 .fallback = "127.0.0.1",
		 .required = true,
		 .help = "IPv4 address on which offices and dashboards are served"},
		{.name = "port_ingest",
		 .type = CONF_INT,
		 .to.integer = &conf->port_ingest,
		 .fallback = "5701",
		 .max = 65535,
		 .help = "where offices push; 0 = any free port, see the file endpoints"},
		{.name = "port_feed",
		 .type = CONF_INT,
		 .to.integer = &conf->port_feed,
		 .fallback = "5702",
		 .max = 65535,
		 .help = "where figures are published"},
		{.name = "port_query",
		 .type = CONF_INT,
		 .to.integer = &conf->port_query,
		 .fallback = "5703",
		 .max = 65535,
		 .help = "where questions are answered"},
		{.name = "port_health",
		 .type = CONF_INT,
		 .to.integer = &conf->port_health,
		 .fallback = "5704",
		 .max = 65535,
		 .help = "health and metrics, on loopback only"},
		{.name = "clock",
		 .type = CONF_STRING,
		 .to.string = conf->clock,
		 .fallback = "real",
		 .required = true,
		 .help = "real, or file:PATH for a store made with a simulated clock"},
		{.name = "log",
		 .type = CONF_STRING,
		 .to.string = conf->log,
		 .fallback = "info",
		 .allowed = "error|warn|info|debug",
		 .help = "how much is written to stderr"},
	};

	memcpy(out, options, sizeof options);
}

static int set_dir(struct store *s, const char *dir, struct sys_error *error)
{
	if (strlen(dir) >= sizeof s->dir)
		return sys_fail(error, -ENAMETOOLONG, "the path of the store is too long: %.60s...",
				dir);
	memmove(s->dir, dir, strlen(dir) + 1);
	return 0;
}

static int make_files(struct store *s, struct sys_error *error)
{
	struct conf_option options[STORE_OPTIONS];
	struct buffer text = {0};
	char path[STORE_PATH_MAX];

	store_options(&s->conf, options);
	conf_help(options, STORE_OPTIONS, &text);
	keys_pair_new(&s->key);
	keys_random(s->receipt_key, sizeof s->receipt_key);
	int rc = base_mkdirs(store_path(s, "keys", path), 0700, error);
	if (!rc)
		rc = keys_pair_create(store_path(s, "keys/server.key", path), &s->key, error);
	if (!rc)
		rc = keys_secret_create(store_path(s, "keys/receipt.key", path), s->receipt_key,
					error);
	if (!rc)
		rc = base_file_create(store_path(s, "tiendo.conf", path), 0640, buffer_bytes(&text),
				      error);
	buffer_free(&text);
	return rc;
}

/* What an init that was cut short left behind; nothing has ever used it: store_load refuses it. */
static int clear_away(const struct store *s, struct sys_error *error)
{
	static const char *const left[] = {
		"tiendo.conf", "keys/server.key", "keys/receipt.key", "journal/data.mdb",
		"journal/lock.mdb"};
	char path[STORE_PATH_MAX];

	for (size_t i = 0; i < BASE_COUNT(left); i++)
		if (unlink(store_path(s, left[i], path)) && errno != ENOENT && errno != ENOTDIR)
			return sys_fail(error, -errno, "%s cannot be removed: %s", path,
					sys_text(errno));
	return 0;
}

/* 1 when the name is there, 0 when not; what cannot be looked at is neither. */
static int is_there(const struct store *s, const char *name, struct sys_error *error)
{
	char path[STORE_PATH_MAX];

	if (!access(store_path(s, name, path), F_OK))
		return 1;
	if (errno == ENOENT || errno == ENOTDIR)
		return 0;
	return sys_fail(error, -errno, "%s cannot be looked at: %s", path, sys_text(errno));
}

/* 1: an init was cut short here, 0: there is nothing; -EEXIST. */
static int is_free(const struct store *s, struct sys_error *error)
{
	int making = is_there(s, MAKING, error), store = 0;

	if (!making)
		store = is_there(s, "tiendo.conf", error);
	if (!making && !store)
		store = is_there(s, "journal", error);
	if (store <= 0)
		return store ? store : making;
	return sys_fail(error, -EEXIST, "%s already holds a store: choose another directory",
			s->dir);
}

/* Under LOCK: two who make the same store would take away each other's files. */
static int begin_making(struct store *s, struct sys_error *error)
{
	char path[STORE_PATH_MAX];
	int rc = is_free(s, error);

	if (rc)
		return rc < 0 ? rc : clear_away(s, error);
	return base_file_create(store_path(s, MAKING, path), 0600,
				bytes_text("`tiendo-server init` was cut short: run it again.\n"),
				error);
}

int store_make(struct store *s, struct sys_error *error)
{
	int rc = set_dir(s, s->dir, error);

	s->lock = -1;
	if (!rc)
		rc = is_free(s, error);
	if (rc >= 0)
		rc = base_mkdirs(s->dir, 0700, error);
	if (!rc)
		rc = store_lock(s, error);
	if (!rc)
		rc = begin_making(s, error);
	return rc ? rc : make_files(s, error);
}

int store_made(const struct store *s, struct sys_error *error)
{
	char path[STORE_PATH_MAX];

	if (unlink(store_path(s, MAKING, path)))
		return sys_fail(error, -errno, "%s cannot be removed: %s", path, sys_text(errno));
	return base_sync_directory(s->dir, error);
}

int store_load(struct store *s, const char *dir, struct sys_error *error)
{
	struct conf_option options[STORE_OPTIONS];
	char path[STORE_PATH_MAX];
	int rc;

	*s = (struct store){.lock = -1};
	rc = set_dir(s, dir, error);
	if (rc)
		return rc;
	rc = is_there(s, MAKING, error);
	if (rc)
		return rc < 0 ? rc
			      : sys_fail(error, -ENOENT,
					 "%s holds no store yet, its making was cut short: run "
					 "`tiendo-server init` there again",
					 dir);
	store_options(&s->conf, options);
	rc = conf_load(store_path(s, "tiendo.conf", path), options, STORE_OPTIONS, error);
	if (rc == -ENOENT)
		return sys_fail(error, rc,
				"%s holds no store (no tiendo.conf): make one with `tiendo-server "
				"init`, or name it with --dir",
				dir);
	return rc;
}

int store_keys(struct store *s, struct sys_error *error)
{
	char path[STORE_PATH_MAX];
	int rc = keys_pair_read(store_path(s, "keys/server.key", path), &s->key, error);

	return rc ? rc
		  : keys_secret_read(store_path(s, "keys/receipt.key", path), s->receipt_key,
				     error);
}

static void name_of(uid_t user, char out[static 64])
{
	const struct passwd *p = getpwuid(user);

	if (p)
		snprintf(out, 64, "%s", p->pw_name);
	else
		snprintf(out, 64, "user %u", (unsigned)user);
}

int store_ours(const struct store *s, struct sys_error *error)
{
	char owner[64], me[64];
	struct stat st;

	if (stat(s->dir, &st))
		return sys_fail(error, -errno, "%s cannot be looked at: %s", s->dir, sys_text(errno));
	if (st.st_uid == geteuid())
		return 0;
	name_of(st.st_uid, owner);
	name_of(geteuid(), me);
	return sys_fail(error, -EPERM,
			"%s belongs to %s, and this is %s: what it would leave there, the server could not open; "
			"run the command as %s",
			s->dir, owner, me, owner);
}

int store_lock(struct store *s, struct sys_error *error)
{
	if (s->lock >= 0)
		return 0;
	int lock = store_ours(s, error);

	if (lock)
		return lock;
	lock = kv_lock(s->dir, error);

	if (lock < 0)
		return lock;
	s->lock = lock;
	return 0;
}

void store_close(struct store *s)
{
	if (s->lock >= 0)
		kv_unlock(s->lock);
	s->lock = -1;
	keys_wipe(&s->key, sizeof s->key);
	keys_wipe(s->receipt_key, sizeof s->receipt_key);
}

/* ---- MARK ---- */

int store_marked(const struct store *s, struct sys_error *error)
{
	return is_there(s, "MARK", error);
}

int store_mark(const char *dir, const char *text, struct sys_error *error)
{
	char path[STORE_PATH_MAX];

	if (snprintf(path, sizeof path, "%s/MARK", dir) >= (int)sizeof path)
		return sys_fail(error, -ENAMETOOLONG, "the path is too long: %.60s...", dir);
	return base_file_create(path, 0600, bytes_text(text), error);
}

int store_unmark(const struct store *s, struct sys_error *error)
{
	char path[STORE_PATH_MAX];

	if (unlink(store_path(s, "MARK", path)))
		return sys_fail(error, -errno, "%s cannot be removed: %s", path, sys_text(errno));
	return base_sync_directory(s->dir, error);
}
