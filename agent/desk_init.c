// SPDX-License-Identifier: Apache-2.0
#include "agent/desk.h"

#include <errno.h>
#include <sys/stat.h>

static struct {
	const char *server_key, *ingest, *query, *clock, *retry, *retry_max, *reply, *ping;
} given;

static const struct args_option OPTIONS[] = {
	{.name = "server-key",
	 .value = "KEY",
	 .text = &given.server_key,
	 .vi = "khoá công khai của máy chủ (40 ký tự Z85)",
	 .en = "public key of the centre (40 letters, Z85)"},
	{.name = "ingest",
	 .value = "ADDRESS",
	 .text = &given.ingest,
	 .vi = "cổng nhận báo cáo (mặc định tcp://127.0.0.1:5701)",
	 .en = "where reports go (default tcp://127.0.0.1:5701)"},
	{.name = "query",
	 .value = "ADDRESS",
	 .text = &given.query,
	 .vi = "cổng hỏi đáp (mặc định tcp://127.0.0.1:5703)",
	 .en = "where questions go (default tcp://127.0.0.1:5703)"},
	{.name = "clock",
	 .value = "CLOCK",
	 .text = &given.clock,
	 .vi = "real, hoặc file:PATH cho thời gian mô phỏng",
	 .en = "real, or file:PATH for a simulated time"},
	{.name = "retry",
	 .value = "TIME",
	 .text = &given.retry,
	 .vi = "nghỉ ít nhất trước khi nối lại (mặc định 2s)",
	 .en = "shortest pause before connecting anew (default 2s)"},
	{.name = "retry-max",
	 .value = "TIME",
	 .text = &given.retry_max,
	 .vi = "nghỉ lâu nhất trước khi nối lại (mặc định 60s)",
	 .en = "longest pause before connecting anew (default 60s)"},
	{.name = "reply",
	 .value = "TIME",
	 .text = &given.reply,
	 .vi = "chờ máy chủ trả lời lâu nhất (mặc định 15s)",
	 .en = "how long an answer may take (default 15s)"},
	{.name = "ping",
	 .value = "TIME",
	 .text = &given.ping,
	 .vi = "bao lâu hỏi thăm máy chủ một lần (mặc định 20s)",
	 .en = "how often to look after an idle line (default 20s)"},
};

const struct args_option *desk_init_options(size_t *n)
{
	*n = BASE_COUNT(OPTIONS);
	return OPTIONS;
}

/* What was given, over the defaults. */
static int set_all(struct config *c, struct sys_error *error)
{
	const struct {
		const char *key, *value;
	} all[] = {
		{"server_key", given.server_key}, {"ingest", given.ingest},
		{"query", given.query},           {"clock", given.clock},
		{"retry", given.retry},           {"retry_max", given.retry_max},
		{"reply", given.reply},           {"ping", given.ping},
	};
	int code = 0;

	for (size_t i = 0; !code && i < BASE_COUNT(all); i++)
		if (all[i].value)
			code = config_set(c, all[i].key, all[i].value, error);
	return code ? code : config_check(c, "init", error);
}

/* Config last: while it is missing the office is not made, and init can be run again. */
static int make(struct desk *d, struct keys_pair *pair, struct sys_error *error)
{
	struct office *o = &d->office;
	struct buffer path = {0}, text = {0};
	int code = base_mkdirs(o->dir, 0700, error);

	if (!code)
		code = spool_create(o->dir, error);
	if (code == -EEXIST)
		code = 0;
	if (!code)
		code = keys_pair_ensure(office_path(o, "agent.key", &path), pair, error);
	config_print(&o->config, &text);
	if (!code)
		code = base_file_create(office_path(o, "agent.conf", &path), 0644,
					buffer_bytes(&text), error);
	buffer_free(&path);
	buffer_free(&text);
	return code;
}

static void say(struct desk *d, const char *z85)
{
	if (d->office.json) {
		json_object_begin(&d->json, NULL);
		json_text(&d->json, "dir", d->office.dir);
		json_text(&d->json, "public_key", z85);
		json_object_end(&d->json);
		buffer_put_u8(&d->out, '\n');
		return;
	}
	buffer_format(&d->out,
		      SAY(d,
			  "Đã tạo đơn vị trong %s.\n"
			  "Khoá công khai: %s\n"
			  "Gửi khoá này cho trung tâm để đăng ký:\n"
			  "  tiendo-server agent add --unit MÃ-ĐƠN-VỊ --key '%s'\n"
			  "Sau đó chạy: tiendo-agent --dir %s run\n",
			  "The office is made in %s.\n"
			  "Public key: %s\n"
			  "Give it to the centre, to be registered there:\n"
			  "  tiendo-server agent add --unit UNIT-CODE --key '%s'\n"
			  "Then run: tiendo-agent --dir %s run\n"),
		      d->office.dir, z85, z85, d->office.dir);
}

enum desk_exit desk_init(struct desk *d, int argc, char **argv)
{
	struct config *c = &d->office.config;
	struct sys_error error = {""};
	struct keys_pair pair;
	struct stat st;
	struct buffer path = {0};
	char z85[KEYS_Z85 + 1];
	size_t operands;
	enum desk_exit exit =
		desk_args(d, argc, argv, OPTIONS, BASE_COUNT(OPTIONS), NULL, 0, &operands);

	if (exit)
		return exit;
	if (!given.server_key)
		return desk_fail(
			d, DESK_USAGE,
			SAY(d, "cần --server-key: khoá công khai do trung tâm cho",
			    "--server-key is needed: the public key that the centre gives"));
	bool there = stat(office_path(&d->office, "agent.conf", &path), &st) == 0;

	buffer_free(&path);
	if (there)
		return desk_fail(d, DESK_ENVIRONMENT,
				 SAY(d, "%s đã được tạo từ trước; không ghi đè",
				     "%s is made already; nothing is overwritten"),
				 d->office.dir);
	config_defaults(c);
	int code = keys_start(&error);

	if (!code && set_all(c, &error))
		return desk_fail(d, DESK_USAGE, "%s", error.text);
	if (!code)
		code = make(d, &pair, &error);
	if (code)
		return desk_fail(d, DESK_ENVIRONMENT, "%s", error.text);
	say(d, keys_z85(pair.public_key, z85));
	keys_wipe(&pair, sizeof pair);
	return DESK_FINE;
}
