// SPDX-License-Identifier: Apache-2.0
/*
 * web_users: who may look in the browser: the user file and its table (CONTRACT).
 *
 *   DIR/users, mode 0600, one user a line, fields parted by colons, blanks around them free:
 *
 *     # a line that begins with # is a comment
 *     lan.nguyen : leader : 08 : text : $argon2id$v=19$m=19456,t=2,p=1$...$...
 *     vanphong   : staff  : VN : -    : $argon2id$v=19$m=19456,t=2,p=1$...$...
 *
 *   name   1-32 of a-z 0-9 . _ -            role   leader | staff | operator (sees "Hệ thống" too)
 *   unit   code where the scope begins; VN = the whole country; whether there is such a unit, the catalogue says
 *   text   text = may read free text (notes, reasons, obstacles); - = numbers only
 *   hash   what `tiendo-web user passwd NAME` writes
 *
 * The last line must end too: a file that was cut within a line is told from a whole one.
 *
 * web_users.c is pure: text -> table -> the same text. web_users_file.c reads, writes and looks again. Never: logs,
 * says a hash, or what stands in its place, in a sentence. Failure: negative errno and a sentence that names file, line,
 * what stood there, what is allowed; the table is as it was. The owner of a table frees it with web_users_free.
 */
#ifndef TIENDO_DASHBOARD_WEB_USERS_H
#define TIENDO_DASHBOARD_WEB_USERS_H

#include <sys/types.h>

#include "common/domain/says.h"
#include "common/sys/conf.h"
#include "common/sys/keys.h"

enum {
	WEB_USERS_MAX = 1000,         /* one per office and some: beyond that a directory service stands before us */
	WEB_USERS_BYTES = 512 * 1024, /* of the file: 1,000 lines of 200 letters, and as much in comments */
	WEB_USER_NAME = 32,           /* letters of a name */
	WEB_PASSWORD_LEAST = 10,      /* letters of a password */
	WEB_PASSWORD_MOST = 256,      /* bytes of one */
	WEB_USERS_LOOK_MS = 5000      /* between two looks at the file */
};

enum web_role { WEB_ROLE_NONE, WEB_ROLE_LEADER, WEB_ROLE_STAFF, WEB_ROLE_OPERATOR };

struct web_user {
	char name[WEB_USER_NAME + 1];
	enum web_role role;
	char unit[CODE_MAX + 1];
	bool text; /* may read free text */
	char hash[KEYS_PASSWORD_TEXT];
	uint8_t line[KEYS_HASH]; /* of the canonical line: another one = the user was changed (sessions end) */
};

/* In order of name. {0} is empty. */
struct web_users {
	struct web_user *list;
	size_t n;
};

bool web_user_is_name(const char *name);
const char *web_role_word(enum web_role r); /* "leader" ... */
enum web_role web_role_of(const char *word); /* WEB_ROLE_NONE = no such word */
const char *web_role_label(enum web_role r, enum language l);

/* NULL = nobody of that name (any text may be asked for). Valid until the table changes. */
const struct web_user *web_users_find(const struct web_users *u, const char *name);
/* `file` stands for the file in sentences. `*out` is replaced when all of it is good; free the old one before or start
 * from {0}. */
int web_users_parse(struct bytes text, const char *file, struct web_users *out, struct sys_error *error);
/* Canonical: a heading of comments, the users in order of name. */
void web_users_print(const struct web_users *u, struct buffer *out);
/* In its place; one of the same name is replaced. False = there are WEB_USERS_MAX others. `line` is filled in here. */
bool web_users_put(struct web_users *u, const struct web_user *user);
bool web_users_drop(struct web_users *u, const char *name); /* false = nobody of that name */
void web_users_free(struct web_users *u);

/* May this be the password of `name`? */
enum web_password_fault {
	WEB_PASSWORD_FINE,
	WEB_PASSWORD_SHORT,  /* fewer than WEB_PASSWORD_LEAST letters */
	WEB_PASSWORD_LONG,   /* more than WEB_PASSWORD_MOST bytes */
	WEB_PASSWORD_NAME,   /* the name itself, in whatever case */
	WEB_PASSWORD_LETTERS /* no UTF-8, not composed (NFC), or control characters */
};
enum web_password_fault web_password_check(struct bytes password, const char *name);

/* ---- the file ---- */

/* -ENOENT when there is none, -EACCES when others may read it. */
int web_users_read(const char *path, struct web_users *out, struct sys_error *error);
/* Whole or not at all, mode 0600. */
int web_users_write(const char *path, const struct web_users *u, struct sys_error *error);

/* A file that is looked at again and again. Make it with web_users_open, do not look inside; `users` may be read. */
struct web_users_file {
	struct web_users users;
	char path[CONF_TEXT_MAX + 8];
	struct web_users_stamp {
		bool there;
		mode_t mode;
		dev_t device;
		ino_t inode;
		off_t size;
		int64_t modified_ns, changed_ns;
	} stamp;
	int64_t look_at;
};

/* `now` in ms of clock_transport(). No file = nobody (0); a bad one is negative, with a sentence: do not start. */
int web_users_open(struct web_users_file *f, const char *dir, int64_t now, struct sys_error *error);
/*
 * Reads it again when it has changed since the last look, or at once when `ask` (SIGHUP). Looks at most each
 * WEB_USERS_LOOK_MS, due at f->look_at. 1 = users are other ones (end the sessions of those who changed: web_session.h);
 * 0 = as before; negative = the file is bad or gone, said once for each change of it: the old table stays.
 */
int web_users_look(struct web_users_file *f, bool ask, int64_t now, struct sys_error *error);
void web_users_close(struct web_users_file *f);

#endif
