// SPDX-License-Identifier: Apache-2.0
/* The whole-file half of base.h. */
#include "common/sys/base.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static int read_all(int fd, size_t cap, struct buffer *out)
{
	for (;;) {
		size_t start = out->size;
		uint8_t *place = buffer_reserve(out, 4096);
		if (!place)
			return -ENOMEM;
		ssize_t n = read(fd, place, 4096);
		int code = errno;
		out->size = start + (n > 0 ? (size_t)n : 0);
		if (n == 0)
			return 0;
		if (n < 0 && code != EINTR)
			return -code;
		if (out->size > cap)
			return -EFBIG;
	}
}

int base_file_read(const char *path, size_t cap, struct buffer *out, struct sys_error *error)
{
	buffer_clear(out);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return sys_fail(error, -errno, "%s: cannot open: %s", path, sys_text(errno));
	int rc = read_all(fd, cap, out);
	close(fd);
	if (rc == 0)
		return 0;
	buffer_clear(out);
	if (rc == -EFBIG)
		return sys_fail(error, rc, "%s: larger than the %zu bytes allowed", path, cap);
	return sys_fail(error, rc, "%s: cannot read: %s", path, sys_text(rc));
}

static int write_all(int fd, struct bytes contents)
{
	while (contents.size > 0) {
		ssize_t n = write(fd, contents.data, contents.size);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		contents.data += n;
		contents.size -= (size_t)n;
	}
	return 0;
}

/* The directory part of a path, "." without one. */
static void parent_of(const char *path, char out[static PATH_MAX])
{
	const char *slash = strrchr(path, '/');
	if (!slash)
		strcpy(out, ".");
	else if (slash == path)
		strcpy(out, "/");
	else
		snprintf(out, PATH_MAX, "%.*s", (int)(slash - path), path);
}

int base_sync_directory(const char *path, struct sys_error *error)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int rc = fd < 0 || fsync(fd) != 0 ? -errno : 0;
	if (fd >= 0)
		close(fd);
	return rc ? sys_fail(error, rc, "%s: cannot sync the directory: %s", path, sys_text(rc))
		  : 0;
}

/* Makes the file complete and on disk beside its place. `beside` receives its name. */
static int write_beside(const char *path, unsigned mode, struct bytes contents,
			char beside[static PATH_MAX], struct sys_error *error)
{
	if (snprintf(beside, PATH_MAX, "%s.XXXXXX", path) >= PATH_MAX)
		return sys_fail(error, -ENAMETOOLONG, "%.100s...: the path is too long", path);
	int fd = mkostemp(beside, O_CLOEXEC); /* 0600 until it is whole */
	if (fd < 0)
		return sys_fail(error, -errno, "%s: cannot write there: %s", path, sys_text(errno));
	int rc = write_all(fd, contents);
	if (rc == 0 && (fchmod(fd, mode) != 0 || fsync(fd) != 0))
		rc = -errno;
	if (close(fd) != 0 && rc == 0)
		rc = -errno;
	if (rc == 0)
		return 0;
	unlink(beside);
	return sys_fail(error, rc, "%s: cannot write: %s", path, sys_text(rc));
}

static int put_in_place(const char *path, unsigned mode, struct bytes contents, bool fresh,
			struct sys_error *error)
{
	char beside[PATH_MAX], parent[PATH_MAX];
	int rc = write_beside(path, mode, contents, beside, error);
	if (rc)
		return rc;
	/* link refuses an existing name where rename would replace it */
	if (fresh ? link(beside, path) != 0 : rename(beside, path) != 0)
		rc = -errno;
	if (fresh || rc)
		unlink(beside);
	if (rc == -EEXIST)
		return sys_fail(error, rc, "%s: is there already and is not overwritten", path);
	if (rc)
		return sys_fail(error, rc, "%s: cannot put it in place: %s", path, sys_text(rc));
	parent_of(path, parent);
	return base_sync_directory(parent, error);
}

int base_file_write(const char *path, unsigned mode, struct bytes contents, struct sys_error *error)
{
	return put_in_place(path, mode, contents, false, error);
}

int base_file_create(const char *path, unsigned mode, struct bytes contents,
		     struct sys_error *error)
{
	return put_in_place(path, mode, contents, true, error);
}

static int sync_name(const char *path, struct sys_error *error)
{
	char parent[PATH_MAX];
	parent_of(path, parent);
	return base_sync_directory(parent, error);
}

int base_mkdir(const char *path, unsigned mode, struct sys_error *error)
{
	if (mkdir(path, mode) == 0)
		return sync_name(path, error);
	return sys_fail(error, -errno, "%s: cannot make the directory: %s", path, sys_text(errno));
}

static int make_one(const char *path, unsigned mode, struct sys_error *error)
{
	struct stat st;
	int code = base_mkdir(path, mode, error);
	/* not only EEXIST: a read-only parent says EROFS or EACCES of a directory that is there */
	if (code == 0)
		return 0;
	if (stat(path, &st) != 0)
		return code != -EEXIST ? code : /* it is there, and cannot be looked at */
			       sys_fail(error, -errno, "%s: cannot be looked at: %s", path,
					sys_text(errno));
	return S_ISDIR(st.st_mode) ? 0
				   : sys_fail(error, -ENOTDIR, "%s: is not a directory", path);
}

/* Who made it before, perhaps by hand and a moment ago, may not have synced its name. Where we may
 * not look at what it stands in, that is for others to see to. */
static int settle_name(char *path, struct sys_error *error)
{
	struct sys_error why;
	for (size_t n = strlen(path); n > 1 && path[n - 1] == '/'; n--)
		path[n - 1] = '\0';
	int rc = sync_name(path, &why);
	return rc && rc != -EACCES ? sys_fail(error, rc, "%s", why.text) : 0;
}

int base_mkdirs(const char *path, unsigned mode, struct sys_error *error)
{
	char part[PATH_MAX];
	if (snprintf(part, sizeof(part), "%s", path) >= (int)sizeof(part))
		return sys_fail(error, -ENAMETOOLONG, "%.100s...: the path is too long", path);
	for (char *p = part + 1; *part && *p; p++) {
		if (*p != '/')
			continue;
		*p = '\0';
		int rc = make_one(part, mode, error);
		*p = '/';
		if (rc)
			return rc;
	}
	int rc = make_one(part, mode, error);
	return rc ? rc : settle_name(part, error);
}
