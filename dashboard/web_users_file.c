// SPDX-License-Identifier: Apache-2.0
/* The file half of web_users.h. */
#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>

#include "dashboard/web_users.h"

static struct web_users_stamp stamp_of(const char *path)
{
	struct stat st;

	/* one that cannot be looked at is not there for us; reading it says why */
	if (stat(path, &st) != 0)
		return (struct web_users_stamp){.there = false};
	return (struct web_users_stamp){
		.there = true,
		.mode = st.st_mode,
		.device = st.st_dev,
		.inode = st.st_ino,
		.size = st.st_size,
		.modified_ns = st.st_mtim.tv_sec * INT64_C(1000000000) + st.st_mtim.tv_nsec,
		.changed_ns = st.st_ctim.tv_sec * INT64_C(1000000000) + st.st_ctim.tv_nsec,
	};
}

static bool same(const struct web_users_stamp *a, const struct web_users_stamp *b)
{
	return a->there == b->there && a->mode == b->mode && a->device == b->device && a->inode == b->inode &&
	       a->size == b->size && a->modified_ns == b->modified_ns && a->changed_ns == b->changed_ns;
}

int web_users_read(const char *path, struct web_users *out, struct sys_error *error)
{
	struct buffer text = {0};
	struct web_users_stamp stamp = stamp_of(path);

	if (stamp.mode & 077)
		return sys_fail(error, -EACCES,
				"%s: others may read the users' hashes (mode %03o); run: chmod 600 on it, and set new "
				"passwords if somebody has",
				path, (unsigned)(stamp.mode & 0777));
	int rc = base_file_read(path, WEB_USERS_BYTES, &text, error);
	if (rc == 0)
		rc = web_users_parse(buffer_bytes(&text), path, out, error);
	buffer_free(&text);
	return rc;
}

int web_users_write(const char *path, const struct web_users *u, struct sys_error *error)
{
	struct buffer text = {0};

	web_users_print(u, &text);
	int rc = base_file_write(path, 0600, buffer_bytes(&text), error);
	buffer_free(&text);
	return rc;
}

/* ---- looked at again and again ---- */

/* The stamp is taken before the file is read: what changes meanwhile is seen at the next look. */
static int load(struct web_users_file *f, struct sys_error *error)
{
	struct web_users fresh = {0};

	f->stamp = stamp_of(f->path);
	int rc = web_users_read(f->path, &fresh, error);
	if (rc)
		return rc;
	web_users_free(&f->users);
	f->users = fresh;
	return 0;
}

int web_users_open(struct web_users_file *f, const char *dir, int64_t now, struct sys_error *error)
{
	*f = (struct web_users_file){.look_at = now + WEB_USERS_LOOK_MS};
	if (snprintf(f->path, sizeof f->path, "%s/users", dir) >= (int)sizeof f->path)
		return sys_fail(error, -ENAMETOOLONG, "%.100s...: the path is too long", dir);
	int rc = load(f, error);
	return rc == -ENOENT ? 0 : rc;
}

int web_users_look(struct web_users_file *f, bool ask, int64_t now, struct sys_error *error)
{
	if (!ask && now < f->look_at)
		return 0;
	f->look_at = now + WEB_USERS_LOOK_MS;
	struct web_users_stamp seen = stamp_of(f->path);
	if (!ask && same(&seen, &f->stamp))
		return 0;
	int rc = load(f, error);
	if (rc == -ENOENT && f->users.n == 0)
		return 0; /* still nobody */
	if (rc == -ENOENT)
		return sys_fail(error, rc, "%s: the file is gone; its %zu users stay until there is one again", f->path,
				f->users.n);
	return rc ? rc : 1;
}

void web_users_close(struct web_users_file *f)
{
	web_users_free(&f->users);
}
