// SPDX-License-Identifier: Apache-2.0
#include "dashboard/web_users.h"

#include <assert.h>
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include "common/domain/text.h"

enum { FIELDS = 5, SHOWN = 40 /* letters of what stood there in a sentence */ };

static const struct {
	const char *word, *vi, *en;
} roles[] = {
	[WEB_ROLE_NONE] = {"", "", ""},
	[WEB_ROLE_LEADER] = {"leader", "lãnh đạo", "leader"},
	[WEB_ROLE_STAFF] = {"staff", "cán bộ", "staff"},
	[WEB_ROLE_OPERATOR] = {"operator", "quản trị", "operator"},
};

const char *web_role_word(enum web_role r)
{
	return roles[r].word;
}

const char *web_role_label(enum web_role r, enum language l)
{
	return l == LANGUAGE_VI ? roles[r].vi : roles[r].en;
}

enum web_role web_role_of(const char *word)
{
	for (size_t i = WEB_ROLE_LEADER; i < BASE_COUNT(roles); i++)
		if (strcmp(word, roles[i].word) == 0)
			return (enum web_role)i;
	return WEB_ROLE_NONE;
}

bool web_user_is_name(const char *name)
{
	size_t size = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789._-");

	return size > 0 && size <= WEB_USER_NAME && name[size] == '\0';
}

/* ---- the table ---- */

/* Where the name stands, or where it would. */
static size_t place_of(const struct web_users *u, const char *name)
{
	size_t low = 0, high = u->n;

	while (low < high) {
		size_t middle = (low + high) / 2;
		if (strcmp(u->list[middle].name, name) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool stands_at(const struct web_users *u, size_t i, const char *name)
{
	return i < u->n && strcmp(u->list[i].name, name) == 0;
}

const struct web_user *web_users_find(const struct web_users *u, const char *name)
{
	size_t i = place_of(u, name);

	return stands_at(u, i, name) ? &u->list[i] : NULL;
}

static void print_user(const struct web_user *user, struct buffer *out)
{
	buffer_format(out, "%s : %s : %s : %s : %s\n", user->name, web_role_word(user->role), user->unit,
		      user->text ? "text" : "-", user->hash);
}

static void seal(struct web_user *user)
{
	struct buffer line = {0};

	print_user(user, &line);
	keys_hash(buffer_bytes(&line), user->line);
	buffer_free(&line);
}

bool web_users_put(struct web_users *u, const struct web_user *user)
{
	size_t i = place_of(u, user->name);

	assert(web_user_is_name(user->name) && text_is_code(user->unit) && user->role != WEB_ROLE_NONE &&
	       keys_password_known(user->hash));
	if (!stands_at(u, i, user->name)) {
		if (u->n == WEB_USERS_MAX)
			return false;
		u->list = base_grow(u->list, u->n + 1, sizeof *u->list);
		memmove(&u->list[i + 1], &u->list[i], (u->n - i) * sizeof *u->list);
		u->n++;
	}
	u->list[i] = *user;
	seal(&u->list[i]);
	return true;
}

bool web_users_drop(struct web_users *u, const char *name)
{
	size_t i = place_of(u, name);

	if (!stands_at(u, i, name))
		return false;
	memmove(&u->list[i], &u->list[i + 1], (u->n - i - 1) * sizeof *u->list);
	u->n--;
	return true;
}

void web_users_free(struct web_users *u)
{
	free(u->list);
	*u = (struct web_users){0};
}

/* ---- text -> table ---- */

/* One line, being read. */
struct line {
	const char *file;
	unsigned number;
	char *field[FIELDS];
	struct sys_error *error;
};

static char *trim(char *start, char *end)
{
	while (start < end && isblank((unsigned char)*start))
		start++;
	while (end > start && (isblank((unsigned char)end[-1]) || end[-1] == '\r'))
		end--;
	*end = '\0';
	return start;
}

static int bad_form(const struct line *l, const char *text)
{
	/* what follows the first $ may be a hash; it is not said */
	return sys_fail(l->error, -EINVAL, "%s:%u: \"%.*s\" is not of the form name : role : unit : text : hash",
			l->file, l->number, (int)(strcspn(text, "$") < SHOWN ? strcspn(text, "$") : SHOWN), text);
}

static int cut(struct line *l, char *text)
{
	char *at = text;
	size_t colons = 0;

	for (const char *p = text; *p; p++)
		colons += *p == ':';
	if (colons != FIELDS - 1)
		return bad_form(l, text);
	for (size_t i = 0; i < FIELDS; i++) {
		char *end = at + strcspn(at, ":");
		l->field[i] = trim(at, end);
		at = end + 1;
	}
	return 0;
}

static int bad_field(const struct line *l, const char *what, const char *value, const char *allowed)
{
	return sys_fail(l->error, -EINVAL, "%s:%u: %s \"%.*s\" is not allowed: it must be %s", l->file, l->number, what,
			SHOWN, value, allowed);
}

static int read_fields(const struct line *l, struct web_user *out)
{
	if (!web_user_is_name(l->field[0]))
		return bad_field(l, "name", l->field[0], "1 to 32 of a-z 0-9 . _ -");
	out->role = web_role_of(l->field[1]);
	if (out->role == WEB_ROLE_NONE)
		return bad_field(l, "role", l->field[1], "one of leader, staff, operator");
	if (!text_is_code(l->field[2]))
		return bad_field(l, "unit", l->field[2], "a unit's code, VN for the whole country");
	out->text = strcmp(l->field[3], "text") == 0;
	if (!out->text && strcmp(l->field[3], "-") != 0)
		return bad_field(l, "the right to text", l->field[3], "text or -");
	if (strlen(l->field[4]) >= sizeof out->hash || !keys_password_known(l->field[4]))
		return sys_fail(l->error, -EINVAL,
				"%s:%u: what stands as the hash of %s is no argon2id text of at most 64 MiB, 8 passes, "
				"4 lanes; set it with: tiendo-web user passwd %s",
				l->file, l->number, l->field[0], l->field[0]);
	strcpy(out->name, l->field[0]);
	strcpy(out->unit, l->field[2]);
	strcpy(out->hash, l->field[4]);
	return 0;
}

static int check_letters(const struct line *l, const char *text, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		unsigned char c = (unsigned char)text[i];
		/* a carriage return only where an editor of another system ends its lines */
		if ((c < 0x20 && c != '\t' && !(c == '\r' && i + 1 == size)) || c == 0x7f)
			return sys_fail(l->error, -EINVAL,
					"%s:%u: the byte 0x%02x at %zu: a control character; only text is allowed",
					l->file, l->number, c, i + 1);
	}
	return 0;
}

static int read_line(struct line *l, char *text, size_t size, struct web_users *u)
{
	struct web_user user = {.role = WEB_ROLE_NONE};
	int rc = check_letters(l, text, size);

	if (rc)
		return rc;
	text = trim(text, text + size);
	if (*text == '\0' || *text == '#')
		return 0;
	rc = cut(l, text);
	if (rc == 0)
		rc = read_fields(l, &user);
	if (rc)
		return rc;
	if (web_users_find(u, user.name))
		return sys_fail(l->error, -EINVAL, "%s:%u: %s stands there a second time; keep one line", l->file,
				l->number, user.name);
	return web_users_put(u, &user) ? 0
				       : sys_fail(l->error, -EINVAL, "%s:%u: %s would be one user more than the %d allowed",
						  l->file, l->number, user.name, WEB_USERS_MAX);
}

int web_users_parse(struct bytes text, const char *file, struct web_users *out, struct sys_error *error)
{
	struct web_users u = {0};
	struct line l = {.file = file, .error = error};
	int rc = 0;

	if (text.size > WEB_USERS_BYTES)
		return sys_fail(error, -EFBIG, "%s: %zu bytes, larger than the %d allowed", file, text.size,
				WEB_USERS_BYTES);
	char *copy = base_alloc(text.size + 1), *line = copy, *end = copy + text.size;
	if (text.size > 0)
		memcpy(copy, text.data, text.size);
	while (rc == 0 && line < end) {
		char *stop = memchr(line, '\n', (size_t)(end - line));
		l.number++;
		rc = stop ? read_line(&l, line, (size_t)(stop - line), &u)
			  : sys_fail(error, -EINVAL,
				     "%s:%u: the last line does not end: is the file whole? End it with a new line", file,
				     l.number);
		line = stop ? stop + 1 : end;
	}
	free(copy);
	if (rc == 0)
		*out = u;
	else
		web_users_free(&u);
	return rc;
}

/* ---- and back ---- */

void web_users_print(const struct web_users *u, struct buffer *out)
{
	buffer_put_text(out, "# Who may look in the browser. Written by `tiendo-web user`, which keeps no other comments.\n"
			     "# name : leader|staff|operator : unit (VN = all) : text|- : hash\n");
	for (size_t i = 0; i < u->n; i++)
		print_user(&u->list[i], out);
}

/* ---- passwords ---- */

enum web_password_fault web_password_check(struct bytes password, const char *name)
{
	const char *text = (const char *)password.data;
	size_t letters = 0;

	if (password.size > WEB_PASSWORD_MOST)
		return WEB_PASSWORD_LONG;
	for (size_t i = 0; i < password.size; i++) {
		if (password.data[i] < 0x20 || password.data[i] == 0x7f)
			return WEB_PASSWORD_LETTERS;
		letters += (password.data[i] & 0xc0) != 0x80;
	}
	if (password.size > 0 && !text_is_utf8(text, password.size))
		return WEB_PASSWORD_LETTERS;
	/* the page sends it composed, however the keyboard makes it */
	if (password.size > 0 && text_check(text, password.size, TEXT_MAX_BYTES) == REASON_TEXT_NOT_NFC)
		return WEB_PASSWORD_LETTERS;
	if (letters < WEB_PASSWORD_LEAST)
		return WEB_PASSWORD_SHORT;
	if (password.size == strlen(name) && strncasecmp(text, name, password.size) == 0)
		return WEB_PASSWORD_NAME;
	return WEB_PASSWORD_FINE;
}
