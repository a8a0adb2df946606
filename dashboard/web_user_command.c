// SPDX-License-Identifier: Apache-2.0
#include "dashboard/web_user_command.h"

#include <errno.h>
#include <stdio.h>

#include "common/domain/text.h"
#include "common/sys/json.h"
#include "dashboard/table.h"
#include "dashboard/web_user_inside.h"

/* ---- the table, as it is shown ---- */

static void put_json(struct json *j, const struct web_user *u)
{
	json_object_begin(j, NULL);
	json_text(j, "name", u->name);
	json_text(j, "role", web_role_word(u->role));
	json_text(j, "unit", u->unit);
	json_bool(j, "text", u->text);
	json_bool(j, "stale", keys_password_stale(u->hash));
	json_object_end(j);
}

/* What became of one user: a sentence, or the user for a program. */
static int tell(const struct web_user_wish *w, const struct web_user *u, const char *vi, const char *en)
{
	struct buffer out = {0};
	struct json j = json_to(&out);

	if (w->json)
		put_json(&j, u);
	else
		buffer_format(&out, "%s: %s (%s, %s %s%s)", WORDS(w, vi, en), u->name,
			      web_role_label(u->role, w->language), WORDS(w, "đơn vị", "unit"), u->unit,
			      u->text ? WORDS(w, ", xem được nội dung chữ", ", may read free text") : "");
	buffer_put_u8(&out, '\n');
	int code = session_print(&out);
	buffer_free(&out);
	return code;
}

static void put_table(const struct web_user_wish *w, const struct web_users *users, struct buffer *out)
{
	struct table t;

	table_open(&t, 5);
	table_cell(&t, WORDS(w, "TÊN", "NAME"));
	table_cell(&t, WORDS(w, "VAI TRÒ", "ROLE"));
	table_cell(&t, WORDS(w, "ĐƠN VỊ", "UNIT"));
	table_cell(&t, WORDS(w, "NỘI DUNG CHỮ", "FREE TEXT"));
	table_cell(&t, WORDS(w, "MẬT KHẨU", "PASSWORD"));
	for (size_t i = 0; i < users->n; i++) {
		const struct web_user *u = &users->list[i];
		table_cell(&t, u->name);
		table_cell(&t, web_role_label(u->role, w->language));
		table_cell(&t, u->unit);
		table_cell(&t, u->text ? WORDS(w, "có", "yes") : WORDS(w, "không", "no"));
		table_cell(&t, keys_password_stale(u->hash) ? WORDS(w, "nên đặt lại", "set it anew")
							    : WORDS(w, "tốt", "fine"));
	}
	table_print(&t, 0, out);
	table_close(&t);
}

/* ---- the commands ---- */

static int run_add(const struct web_user_wish *w)
{
	char hash[KEYS_PASSWORD_TEXT];
	struct web_user user;

	if (!w->role || web_role_of(w->role) == WEB_ROLE_NONE)
		return web_command_fail(EXIT_WRONG_USE, "--role %s: leader|staff|operator", w->role ? w->role : "");
	if (!w->unit || !text_is_code(w->unit))
		return web_command_fail(EXIT_WRONG_USE,
				     WORDS(w, "--unit %s: mã đơn vị, VN = cả nước", "--unit %s: a unit's code, VN = the whole country"),
				     w->unit ? w->unit : "");
	int code = web_user_first_look(w, false);
	if (code == EXIT_GOOD)
		code = web_user_new_hash(w, hash);
	if (code == EXIT_GOOD)
		code = web_user_change(w, web_user_add, hash, &user);
	return code == EXIT_GOOD ? tell(w, &user, "đã thêm", "added") : code;
}

static int run_passwd(const struct web_user_wish *w)
{
	char hash[KEYS_PASSWORD_TEXT];
	struct web_user user;
	int code = web_user_first_look(w, true);

	if (code == EXIT_GOOD)
		code = web_user_new_hash(w, hash);
	if (code == EXIT_GOOD)
		code = web_user_change(w, web_user_password, hash, &user);
	return code == EXIT_GOOD ? tell(w, &user, "đã đổi mật khẩu", "new password") : code;
}

static int run_remove(const struct web_user_wish *w)
{
	struct web_user user;
	int code = web_user_change(w, web_user_remove, "", &user);

	return code == EXIT_GOOD ? tell(w, &user, "đã xoá", "removed") : code;
}

static int run_list(const struct web_user_wish *w)
{
	struct web_users users = {0};
	struct buffer out = {0};
	struct json j = json_to(&out);
	int code = web_user_read(w, &users);

	if (code != EXIT_GOOD)
		return code;
	if (w->json) {
		json_array_begin(&j, NULL);
		for (size_t i = 0; i < users.n; i++)
			put_json(&j, &users.list[i]);
		json_array_end(&j);
		buffer_put_u8(&out, '\n');
	} else
		put_table(w, &users, &out);
	web_users_free(&users);
	code = session_print(&out);
	buffer_free(&out);
	return code;
}

/* ---- words ---- */

static const struct {
	const char *name;
	int (*run)(const struct web_user_wish *w);
	bool names; /* wants NAME */
	struct web_user_usage usage;
} commands[] = {
	{"add", run_add, true,
	 {"user add NAME --role leader|staff|operator --unit CODE [--text]",
	  "thêm người dùng: vai trò, đơn vị (VN = cả nước), được xem nội dung chữ hay chỉ số liệu",
	  "adds a user: role, unit (VN = the whole country), free text or numbers only"}},
	{"passwd", run_passwd, true, {"user passwd NAME", "đặt mật khẩu mới", "sets a new password"}},
	{"remove", run_remove, true, {"user remove NAME", "xoá người dùng", "removes a user"}},
	{"list", run_list, false, {"user list [--json]", "ai được xem, xem gì", "who may look, and at what"}},
};

const struct web_user_usage *web_user_usages(size_t *n)
{
	static struct web_user_usage usages[BASE_COUNT(commands)];

	for (size_t i = 0; i < BASE_COUNT(commands); i++)
		usages[i] = commands[i].usage;
	*n = BASE_COUNT(commands);
	return usages;
}

/* The value of `--name VALUE` or `--name=VALUE` at argv[*i], which moves on; NULL = it is another word, or has none. */
static const char *value_of(const char *name, int argc, char **argv, int *i)
{
	size_t size = strlen(name);

	if (strncmp(argv[*i], name, size) != 0)
		return NULL;
	if (argv[*i][size] == '=')
		return argv[*i] + size + 1;
	return argv[*i][size] == '\0' && *i + 1 < argc ? argv[++*i] : NULL;
}

static int read_words(struct web_user_wish *w, int argc, char **argv, bool adds)
{
	for (int i = 1; i < argc; i++) {
		const char *value;
		if (strcmp(argv[i], "--json") == 0)
			w->json = true;
		else if (adds && strcmp(argv[i], "--text") == 0)
			w->text = true;
		else if (adds && (value = value_of("--role", argc, argv, &i)))
			w->role = value;
		else if (adds && (value = value_of("--unit", argc, argv, &i)))
			w->unit = value;
		else if (argv[i][0] == '-' || w->name)
			return web_command_fail(EXIT_WRONG_USE, WORDS(w, "không hiểu: %s", "not understood: %s"), argv[i]);
		else
			w->name = argv[i];
	}
	return EXIT_GOOD;
}

int web_user_command(const char *dir, int argc, char **argv, enum language l, bool json)
{
	struct web_user_wish w = {.dir = dir, .language = l, .json = json};
	size_t k = 0;

	while (k < BASE_COUNT(commands) && (argc == 0 || strcmp(commands[k].name, argv[0]) != 0))
		k++;
	if (k == BASE_COUNT(commands))
		return web_command_fail(EXIT_WRONG_USE, "tiendo-web user add|passwd|remove|list");
	if (snprintf(w.path, sizeof w.path, "%s/users", dir) >= (int)sizeof w.path)
		return web_command_fail(EXIT_ENVIRONMENT, "%.100s...: %s", dir, sys_text(ENAMETOOLONG));
	int code = read_words(&w, argc, argv, commands[k].run == run_add);
	if (code != EXIT_GOOD)
		return code;
	if (!w.name != !commands[k].names)
		return web_command_fail(EXIT_WRONG_USE, "tiendo-web %s", commands[k].usage.usage);
	if (w.name && !web_user_is_name(w.name))
		return web_command_fail(EXIT_WRONG_USE,
				     WORDS(&w, "tên \"%s\" không dùng được: 1 đến %d ký tự trong a-z 0-9 . _ -",
					   "the name \"%s\" is not allowed: 1 to %d of a-z 0-9 . _ -"),
				     w.name, WEB_USER_NAME);
	return commands[k].run(&w);
}
