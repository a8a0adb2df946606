// SPDX-License-Identifier: Apache-2.0
/* web_user_inside: what the files of `tiendo-web user` share: the wish, sentences, how a file is changed. */
#ifndef TIENDO_DASHBOARD_WEB_USER_INSIDE_H
#define TIENDO_DASHBOARD_WEB_USER_INSIDE_H

#include "dashboard/session.h"
#include "dashboard/web_user_command.h"
#include "dashboard/web_users.h"

/* What was asked for. */
struct web_user_wish {
	const char *dir;
	char path[CONF_TEXT_MAX + 8];
	enum language language;
	bool json;
	const char *name, *role, *unit;
	bool text;
};

#define WORDS(w, vi, en) ((w)->language == LANGUAGE_VI ? (vi) : (en))

/* All of these: EXIT_GOOD, or the sentence has been printed. */

/* No file yet = nobody. */
int web_user_read(const struct web_user_wish *w, struct web_users *users);
/* Is there one of the name, as wanted? Before anybody types a password in vain. */
int web_user_first_look(const struct web_user_wish *w, bool wanted);
/* Asks for a password, judges it, hashes it. */
int web_user_new_hash(const struct web_user_wish *w, char hash[static KEYS_PASSWORD_TEXT]);
/* Reads the file, changes it, writes it, nobody else between; `*user` is the one it was about. */
typedef int web_user_change_fn(const struct web_user_wish *w, struct web_users *users, const char *hash,
			       struct web_user *user);
web_user_change_fn web_user_add, web_user_password, web_user_remove;
int web_user_change(const struct web_user_wish *w, web_user_change_fn *what, const char *hash, struct web_user *user);

#endif
