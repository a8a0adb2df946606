// SPDX-License-Identifier: Apache-2.0
/* tiendo-web: the gateway for browsers. One table drives dispatch and help. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/sys/log.h"
#include "dashboard/session.h"
#include "dashboard/web.h"
#include "dashboard/web_user_command.h"

struct options {
	const char *dir, *lang, *server_key, *query, *feed, *unit, *port;
	bool json, is_public;
	enum language language;
	char **words; /* behind the command */
	int words_n;
};

static struct web_conf conf;

#define PICK(o, vi, en) ((o)->language == LANGUAGE_VI ? (vi) : (en))

/* ---- init ---- */

static int give(const char *key, const char *value, struct sys_error *error)
{
	struct conf_option options[WEB_CONF_OPTIONS];

	web_conf_options(&conf, options);
	return value ? conf_set(options, WEB_CONF_OPTIONS, key, value, "init", error) : 0;
}

static int write_conf(const char *path, struct sys_error *error)
{
	struct conf_option options[WEB_CONF_OPTIONS];
	struct buffer text = {0};

	web_conf_options(&conf, options);
	conf_help(options, WEB_CONF_OPTIONS, &text);
	int rc = base_file_write(path, 0644, buffer_bytes(&text), error);
	buffer_free(&text);
	return rc;
}

static int init(const struct options *o)
{
	struct conf_option options[WEB_CONF_OPTIONS];
	char path[CONF_TEXT_MAX + 16], z85[KEYS_Z85 + 1];
	struct sys_error error = {0};
	uint8_t key[KEYS_SIZE];

	web_conf_options(&conf, options);
	snprintf(path, sizeof(path), "%s/web.conf", conf.dir);
	/* what stands there stays, but for what is said anew */
	int there = conf_load(path, options, WEB_CONF_OPTIONS, &error);
	if (there == -ENOENT)
		conf_defaults(options, WEB_CONF_OPTIONS);
	else if (there)
		return web_command_fail(EXIT_ENVIRONMENT, "%s", error.text);
	if (!o->server_key || !keys_z85_parse(o->server_key, key))
		return web_command_fail(EXIT_WRONG_USE, PICK(o, "cần --server-key: khoá công khai 40 ký tự do trung tâm cho",
						 "--server-key is needed: the public key of 40 letters that the centre gives"));
	if (give("server_key", o->server_key, &error) || give("query", o->query, &error) || give("feed", o->feed, &error) ||
	    give("unit", o->unit, &error) || give("port", o->port, &error) ||
	    give("public", o->is_public ? "yes" : NULL, &error) || give("lang", o->lang, &error))
		return web_command_fail(EXIT_WRONG_USE, "%s", error.text);
	if (base_mkdirs(conf.dir, 0700, &error) || write_conf(path, &error))
		return web_command_fail(EXIT_ENVIRONMENT, "%s", error.text);
	snprintf(path, sizeof(path), "%s/key", conf.dir);
	if (keys_pair_ensure(path, &conf.pair, &error))
		return web_command_fail(EXIT_ENVIRONMENT, "%s", error.text);
	printf(o->json ? "{\"public_key\": \"%s\"}\n" : "%s\n", keys_z85(conf.pair.public_key, z85));
	fprintf(stderr,
		PICK(o,
		     "tiendo-web: thư mục %s; đưa khoá công khai trên cho trung tâm đăng ký (vai trò operator để có văn bản và "
		     "màn hình Hệ thống, viewer nếu chỉ cần số liệu)\n",
		     "tiendo-web: directory %s; give the public key above to the centre to register (role operator for free text "
		     "and the screen System, viewer for figures alone)\n"),
		conf.dir);
	return EXIT_GOOD;
}

/* ---- the others ---- */

/* As the command line says, or else web.conf; whether that is good, the command finds out. */
static enum language language_of(const struct options *o)
{
	struct conf_option options[WEB_CONF_OPTIONS];
	char path[CONF_TEXT_MAX + 16];

	if (o->lang)
		return *o->lang == 'e' ? LANGUAGE_EN : LANGUAGE_VI;
	web_conf_options(&conf, options);
	snprintf(path, sizeof(path), "%s/web.conf", conf.dir);
	return conf_load(path, options, WEB_CONF_OPTIONS, NULL) != -ENOENT && *conf.lang == 'e' ? LANGUAGE_EN : LANGUAGE_VI;
}

static int read_conf(const struct options *o)
{
	struct sys_error error = {0};
	int rc = web_conf_read(&conf, &error);

	if (rc == -ENOENT)
		return web_command_fail(EXIT_ENVIRONMENT,
			    PICK(o, "chưa có %s/web.conf hoặc khoá: chạy `tiendo-web init --server-key KHOÁ` trước",
				 "%s/web.conf or its key is not there: run `tiendo-web init --server-key KEY` first"),
			    conf.dir);
	return rc ? web_command_fail(EXIT_ENVIRONMENT, "%s", error.text) : EXIT_GOOD;
}

static int run(const struct options *o)
{
	enum log_level level = LOG_LEVEL_INFO;
	int code = read_conf(o);

	if (code != EXIT_GOOD)
		return code;
	log_level_of(conf.log, &level);
	log_open("web", level);
	return web_run(&conf);
}

static int config(const struct options *o)
{
	struct conf_option options[WEB_CONF_OPTIONS];
	struct buffer text = {0};
	int code = read_conf(o);

	if (code != EXIT_GOOD)
		return code;
	web_conf_options(&conf, options);
	conf_print(options, WEB_CONF_OPTIONS, &text);
	fputs(buffer_text(&text), stdout);
	buffer_free(&text);
	return EXIT_GOOD;
}

static int user(const struct options *o)
{
	if (!o->words_n)
		return web_command_fail(EXIT_WRONG_USE, "user add|passwd|remove|list");
	return web_user_command(conf.dir, o->words_n, o->words, o->language, o->json);
}

struct command {
	const char *name;
	int (*run)(const struct options *o);
	const char *usage, *vi, *en;
};

static const struct command commands[] = {
	{"init", init, "--server-key KEY [--query ADDRESS] [--feed ADDRESS] [--unit CODE] [--port N] [--public]",
	 "tạo thư mục, cấu hình web.conf và khoá; in khoá công khai", "make the directory, web.conf and the key; prints the public key"},
	{"run", run, "", "chạy cổng web", "run the gateway"},
	{"config", config, "", "in cấu hình đang có hiệu lực", "print the config in force"},
	{"user", user, NULL, NULL, NULL}, /* its own help: web_user_usages */
};

static int help(const struct options *o)
{
	size_t users_n;
	const struct web_user_usage *users = web_user_usages(&users_n);

	printf("tiendo-web %s\n\n%s\n\n", TIENDO_VERSION,
	       PICK(o, "Cách gọi: tiendo-web [--dir DIR] [--lang vi|en] LỆNH ...", "Usage: tiendo-web [--dir DIR] [--lang vi|en] COMMAND ..."));
	for (size_t i = 0; i < BASE_COUNT(commands); i++)
		if (commands[i].usage)
			printf("  %s %s\n      %s\n", commands[i].name, commands[i].usage, PICK(o, commands[i].vi, commands[i].en));
	for (size_t i = 0; i < users_n; i++)
		printf("  %s\n      %s\n", users[i].usage, PICK(o, users[i].vi, users[i].en));
	printf("\n%s\n%s\n",
	       PICK(o, "  --dir DIR   thư mục của cổng web (mặc định: TIENDO_WEB_DIR, ~/.tiendo-web)    --json   kết quả dạng JSON",
		    "  --dir DIR   the gateway's directory (default: TIENDO_WEB_DIR, ~/.tiendo-web)    --json   output as JSON"),
	       PICK(o, "Mã kết thúc: 0 tốt · 1 không có, hoặc bị từ chối · 2 sai cách gọi · 3 lỗi môi trường (cấu hình, đường truyền)",
		    "Exit codes: 0 fine · 1 not found, or refused · 2 wrong usage · 3 environment (config, line)"));
	return EXIT_GOOD;
}

/* ---- the command line ---- */

/* Options before the command are ours; those behind `user` are its own. */
static int read_options(struct options *o, int argc, char **argv, const char **command)
{
	const struct {
		const char *name;
		const char **to;
	} values[] = {{"--dir", &o->dir}, {"--lang", &o->lang}, {"--server-key", &o->server_key}, {"--query", &o->query},
		      {"--feed", &o->feed}, {"--unit", &o->unit}, {"--port", &o->port}};

	for (int i = 1; i < argc; i++) {
		size_t k = 0;
		if (*command && strcmp(*command, "user") == 0) {
			o->words[o->words_n++] = argv[i];
			continue;
		}
		while (k < BASE_COUNT(values) && strcmp(argv[i], values[k].name) != 0)
			k++;
		if (k < BASE_COUNT(values)) {
			if (++i == argc)
				return web_command_fail(EXIT_WRONG_USE, "%s: wants a value", values[k].name);
			*values[k].to = argv[i];
		} else if (strcmp(argv[i], "--json") == 0) {
			o->json = true;
		} else if (strcmp(argv[i], "--public") == 0) {
			o->is_public = true;
		} else if (strcmp(argv[i], "--help") == 0) {
			*command = "--help";
		} else if (argv[i][0] == '-' || *command) {
			return web_command_fail(EXIT_WRONG_USE, "no such option or word: %s (tiendo-web --help)", argv[i]);
		} else {
			*command = argv[i];
		}
	}
	return EXIT_GOOD;
}

static bool find_dir(const struct options *o)
{
	const char *home = getenv("HOME"), *named = o->dir ? o->dir : getenv("TIENDO_WEB_DIR");

	if (named)
		snprintf(conf.dir, sizeof(conf.dir), "%s", named);
	else if (home)
		snprintf(conf.dir, sizeof(conf.dir), "%s/.tiendo-web", home);
	return *conf.dir;
}

int main(int argc, char **argv)
{
	struct options o = {.words = base_alloc((size_t)argc * sizeof(char *))};
	struct sys_error error = {0};
	const char *command = NULL;

	if (argc == 2 && strcmp(argv[1], "--version") == 0) {
		puts("tiendo-web " TIENDO_VERSION);
		return EXIT_GOOD;
	}
	int code = read_options(&o, argc, argv, &command);
	if (code != EXIT_GOOD)
		return code;
	if (o.lang && strcmp(o.lang, "vi") != 0 && strcmp(o.lang, "en") != 0)
		return web_command_fail(EXIT_WRONG_USE, "--lang %s: vi|en", o.lang);
	o.language = o.lang && *o.lang == 'e' ? LANGUAGE_EN : LANGUAGE_VI;
	if (!command || strcmp(command, "--help") == 0) {
		help(&o);
		return command ? EXIT_GOOD : EXIT_WRONG_USE;
	}
	if (!find_dir(&o))
		return web_command_fail(EXIT_WRONG_USE, "--dir DIR, TIENDO_WEB_DIR");
	if (keys_start(&error))
		return web_command_fail(EXIT_ENVIRONMENT, "%s", error.text);
	o.language = language_of(&o);
	for (size_t i = 0; i < BASE_COUNT(commands); i++) {
		if (strcmp(commands[i].name, command) != 0)
			continue;
		code = commands[i].run(&o);
		keys_wipe(&conf.pair, sizeof(conf.pair));
		free(o.words);
		return code;
	}
	return web_command_fail(EXIT_WRONG_USE, "no such command: %s (tiendo-web --help)", command);
}
