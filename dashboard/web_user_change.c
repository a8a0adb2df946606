// SPDX-License-Identifier: Apache-2.0
/* The file half of web_user_command.h. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "dashboard/web_password.h"
#include "dashboard/web_user_inside.h"

int web_command_fail(int code, const char *format, ...)
{
	va_list list;

	fputs("tiendo-web: ", stderr);
	va_start(list, format);
	vfprintf(stderr, format, list);
	va_end(list);
	fputc('\n', stderr);
	return code;
}

/* ---- the file ---- */

int web_user_read(const struct web_user_wish *w, struct web_users *users)
{
	struct sys_error error;
	int rc = web_users_read(w->path, users, &error);

	return rc == 0 || rc == -ENOENT ? EXIT_GOOD : web_command_fail(EXIT_ENVIRONMENT, "%s", error.text);
}

/*
 * Whoever changes the file holds the directory meanwhile, so that of two at once neither undoes the other. A file of
 * another owner than the directory's would be one that the gateway may not read.
 */
static int hold(const struct web_user_wish *w, int *fd)
{
	struct stat st;

	*fd = open(w->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (*fd < 0 || fstat(*fd, &st) != 0)
		return web_command_fail(EXIT_ENVIRONMENT,
				     WORDS(w, "%s: không mở được thư mục: %s", "%s: cannot open the directory: %s"),
				     w->dir, sys_text(errno));
	if (st.st_uid != geteuid())
		return web_command_fail(EXIT_ENVIRONMENT,
				     WORDS(w,
					   "%s thuộc về người dùng số %u của máy, tiendo-web sẽ không đọc được tệp của "
					   "người khác: hãy chạy lệnh này bằng sudo -u '#%u'",
					   "%s belongs to user %u of this machine, and the gateway could not read a "
					   "file of another: run this with sudo -u '#%u'"),
				     w->dir, (unsigned)st.st_uid, (unsigned)st.st_uid);
	while (flock(*fd, LOCK_EX) != 0)
		if (errno != EINTR)
			return web_command_fail(EXIT_ENVIRONMENT, "%s: flock: %s", w->dir, sys_text(errno));
	return EXIT_GOOD;
}

static int write_users(const struct web_user_wish *w, const struct web_users *users)
{
	struct sys_error error;

	return web_users_write(w->path, users, &error) == 0 ? EXIT_GOOD
							    : web_command_fail(EXIT_ENVIRONMENT, "%s", error.text);
}

/* ---- what each command changes ---- */

static int unknown(const struct web_user_wish *w)
{
	return web_command_fail(EXIT_REFUSED, WORDS(w, "không có người dùng %s trong %s", "there is no user %s in %s"), w->name,
			     w->path);
}

static int taken(const struct web_user_wish *w)
{
	return web_command_fail(EXIT_REFUSED,
			     WORDS(w, "đã có người dùng %s; để đổi mật khẩu: tiendo-web user passwd %s",
				   "there is a user %s already; for a new password: tiendo-web user passwd %s"),
			     w->name, w->name);
}

int web_user_add(const struct web_user_wish *w, struct web_users *users, const char *hash, struct web_user *user)
{
	if (web_users_find(users, w->name))
		return taken(w);
	*user = (struct web_user){.role = web_role_of(w->role), .text = w->text};
	strcpy(user->name, w->name); /* checked: they fit */
	strcpy(user->unit, w->unit);
	strcpy(user->hash, hash);
	if (web_users_put(users, user))
		return EXIT_GOOD;
	return web_command_fail(EXIT_REFUSED,
			     WORDS(w, "đã đủ %d người dùng", "there are %d users, and no more are allowed"),
			     WEB_USERS_MAX);
}

int web_user_password(const struct web_user_wish *w, struct web_users *users, const char *hash, struct web_user *user)
{
	const struct web_user *there = web_users_find(users, w->name);

	if (!there)
		return unknown(w);
	*user = *there;
	strcpy(user->hash, hash);
	return web_users_put(users, user) ? EXIT_GOOD : EXIT_REFUSED; /* it replaces: there is room */
}

int web_user_remove(const struct web_user_wish *w, struct web_users *users, const char *hash, struct web_user *user)
{
	const struct web_user *there = web_users_find(users, w->name);

	(void)hash;
	if (!there)
		return unknown(w);
	*user = *there;
	web_users_drop(users, w->name);
	return EXIT_GOOD;
}

int web_user_change(const struct web_user_wish *w, web_user_change_fn *what, const char *hash, struct web_user *user)
{
	struct web_users users = {0};
	int fd, code = hold(w, &fd);

	if (code == EXIT_GOOD)
		code = web_user_read(w, &users);
	if (code == EXIT_GOOD)
		code = what(w, &users, hash, user);
	if (code == EXIT_GOOD)
		code = write_users(w, &users);
	web_users_free(&users);
	if (fd >= 0)
		close(fd); /* and lets the directory go */
	return code;
}

int web_user_first_look(const struct web_user_wish *w, bool wanted)
{
	struct web_users users = {0};
	int code = web_user_read(w, &users);

	if (code == EXIT_GOOD && wanted && !web_users_find(&users, w->name))
		code = unknown(w);
	if (code == EXIT_GOOD && !wanted && web_users_find(&users, w->name))
		code = taken(w);
	web_users_free(&users);
	return code;
}

/* ---- passwords ---- */

static int refuse_password(const struct web_user_wish *w, enum web_password_fault fault)
{
	switch (fault) {
	case WEB_PASSWORD_FINE:
		return EXIT_GOOD;
	case WEB_PASSWORD_SHORT:
		return web_command_fail(EXIT_REFUSED,
				     WORDS(w, "mật khẩu phải có ít nhất %d ký tự", "a password has at least %d letters"),
				     WEB_PASSWORD_LEAST);
	case WEB_PASSWORD_LONG:
		return web_command_fail(EXIT_REFUSED, WORDS(w, "mật khẩu dài quá %d byte", "a password has at most %d bytes"),
				     WEB_PASSWORD_MOST);
	case WEB_PASSWORD_NAME:
		return web_command_fail(EXIT_REFUSED, WORDS(w, "mật khẩu không được là tên người dùng %s",
							 "a password may not be the user's name, %s"),
				     w->name);
	case WEB_PASSWORD_LETTERS:
		return web_command_fail(EXIT_REFUSED, "%s",
				     WORDS(w, "mật khẩu phải là chữ UTF-8 dựng sẵn (NFC), không có ký tự điều khiển",
					   "a password is composed UTF-8 (NFC) without control characters"));
	}
	return EXIT_REFUSED;
}

/* Asks, checks, hashes. */
int web_user_new_hash(const struct web_user_wish *w, char hash[static KEYS_PASSWORD_TEXT])
{
	struct web_password p = {0};
	int rc = web_password_ask(w->name, w->language, &p), code;

	if (rc == -EDOM)
		code = web_command_fail(EXIT_REFUSED, "%s",
				     WORDS(w, "hai lần nhập không giống nhau", "the two are not the same"));
	else if (rc)
		code = web_command_fail(rc == -EINTR ? EXIT_REFUSED : EXIT_ENVIRONMENT, "%s: %s",
				     WORDS(w, "không đọc được mật khẩu", "the password could not be read"), sys_text(rc));
	else
		code = refuse_password(w, web_password_check(bytes_of(p.data, p.size), w->name));
	if (code == EXIT_GOOD && keys_password_hash(bytes_of(p.data, p.size), hash) != 0)
		code = web_command_fail(EXIT_ENVIRONMENT,
				     WORDS(w, "không đủ bộ nhớ để băm mật khẩu (cần %d KiB)",
					   "no memory to hash the password (%d KiB are needed)"),
				     KEYS_PASSWORD_KIB);
	keys_wipe(&p, sizeof p);
	return code;
}
