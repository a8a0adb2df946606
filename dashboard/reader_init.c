// SPDX-License-Identifier: Apache-2.0
/* init: a viewer's directory: config and key pair. Prints the public part, which the centre
 * registers. */
#include <errno.h>
#include <stdio.h>

#include "dashboard/reader.h"

static int fill(char *to, const char *from, const char *name)
{
	if (!from)
		return EXIT_GOOD;
	if (strlen(from) >= CONF_TEXT_MAX || strpbrk(from, "\n\r"))
		return session_fail(EXIT_WRONG_USE, "--%s", name);
	memcpy(to, from, strlen(from) + 1);
	return EXIT_GOOD;
}

/* What was given, over the defaults. */
static int settle(struct session *s, const struct reader_options *o)
{
	size_t n;
	const struct conf_option *options = session_options(s, &n);
	uint8_t key[KEYS_SIZE];

	conf_defaults(options, n);
	if (!o->server_key || !keys_z85_parse(o->server_key, key))
		return session_fail(
			EXIT_WRONG_USE,
			SAY(s, "cần --server-key: khoá công khai 40 ký tự do trung tâm cho",
			    "--server-key is needed: the public key of 40 letters that the centre "
			    "gives"));
	int code = fill(s->server_key_text, o->server_key, "server-key");
	if (code == EXIT_GOOD)
		code = fill(s->query, o->query, "query");
	if (code == EXIT_GOOD)
		code = fill(s->feed, o->feed, "feed");
	return code == EXIT_GOOD ? fill(s->lang, o->lang, "lang") : code;
}

static int write_config(struct session *s)
{
	char path[CONF_TEXT_MAX + 32];
	struct buffer text = {0};
	struct sys_error error = {0};
	size_t n;
	const struct conf_option *options = session_options(s, &n);

	snprintf(path, sizeof(path), "%s/tiendo.conf", s->dir);
	conf_help(options, n, &text);
	int rc = base_file_write(path, 0644, buffer_bytes(&text), &error);
	buffer_free(&text);
	return rc ? session_fail(EXIT_ENVIRONMENT, "%s", error.text) : EXIT_GOOD;
}

static int make_key(struct session *s)
{
	char path[CONF_TEXT_MAX + 32], z85[KEYS_Z85 + 1];
	struct sys_error error = {0};
	struct keys_pair pair;

	snprintf(path, sizeof(path), "%s/key", s->dir);
	int rc = keys_pair_ensure(path, &pair, &error);
	if (rc == 0)
		/* no letter of Z85 needs an escape */
		printf(s->json ? "{\"public_key\": \"%s\"}\n" : "%s\n",
		       keys_z85(pair.public_key, z85));
	keys_wipe(&pair, sizeof(pair));
	return rc ? session_fail(EXIT_ENVIRONMENT, "%s", error.text) : EXIT_GOOD;
}

int reader_init(struct session *s, const struct reader_options *o)
{
	struct sys_error error = {0};
	int code = settle(s, o);

	if (code != EXIT_GOOD)
		return code;
	if (base_mkdirs(s->dir, 0700, &error))
		return session_fail(EXIT_ENVIRONMENT, "%s", error.text);
	code = write_config(s);
	if (code == EXIT_GOOD)
		code = make_key(s);
	if (code == EXIT_GOOD)
		fprintf(stderr,
			SAY(s,
			    "tiendo: thư mục %s; đưa khoá công khai trên cho trung tâm đăng ký "
			    "(vai trò viewer)\n",
			    "tiendo: directory %s; give the public key above to the centre to "
			    "register (role viewer)\n"),
			s->dir);
	return code;
}
