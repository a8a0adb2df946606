// SPDX-License-Identifier: Apache-2.0
#include "dashboard/web_conf.h"

#include <errno.h>
#include <stdio.h>

#include "common/domain/text.h"

static struct conf_option text(const char *name, char *to, const char *fallback, const char *help)
{
	return (struct conf_option){.name = name, .type = CONF_STRING, .to.string = to, .fallback = fallback, .help = help};
}

static struct conf_option number(const char *name, int64_t *to, const char *fallback, int64_t min, int64_t max,
				 const char *help)
{
	return (struct conf_option){.name = name, .type = CONF_INT, .to.integer = to, .fallback = fallback, .min = min,
				    .max = max, .help = help};
}

static struct conf_option yes_no(const char *name, bool *to, const char *help)
{
	return (struct conf_option){.name = name, .type = CONF_BOOL, .to.boolean = to, .fallback = "no", .help = help};
}

void web_conf_options(struct web_conf *c, struct conf_option out[static WEB_CONF_OPTIONS])
{
	const struct conf_option options[WEB_CONF_OPTIONS] = {
		text("query", c->query, "tcp://127.0.0.1:5703", "where the centre answers questions"),
		text("feed", c->feed, "tcp://127.0.0.1:5702", "where the centre publishes changed figures"),
		text("server_key", c->server_key_text, NULL, "public key of the centre (40 letters), given by hand"),
		text("unit", c->unit, "VN", "unit whose subtree is shown"),
		text("address", c->address, "127.0.0.1",
		     "IPv4 address to listen on; behind nginx or caddy leave it at loopback, they bring the encryption"),
		number("port", &c->port, "5780", 0, 65535, "port to listen on; 0 = any free one, said in the log"),
		yes_no("public", &c->is_public, "numbers may be read without a login (free text and names never)"),
		text("public_unit", c->public_unit, "VN", "with public = yes: the unit whose subtree is public"),
		text("proxies", c->proxies_text, NULL,
		     "IPv4 addresses and networks whose X-Forwarded-For and X-Forwarded-Proto are believed: 127.0.0.1 10.0.0.0/8"),
		yes_no("remote_user", &c->remote_user,
		       "a trusted proxy has logged the user in already and says so in X-Remote-User"),
		number("connections", &c->connections, "4000", 16, 15000,
		       "at most so many connections of browsers (LimitNOFILE must be above it)"),
		number("streams", &c->streams, "3000", 1, 15000, "at most so many of them follow live changes"),
		number("streams_each", &c->streams_each, "200", 1, 15000,
		       "... and at most so many of one user, or of one address without a login"),
		number("ring", &c->ring, "8", 1, 256,
		       "MiB for events that a browser which was away can still be given; the country on a busy day: 8 are a minute or two"),
		{.name = "lang", .type = CONF_STRING, .to.string = c->lang, .fallback = "vi", .allowed = "vi|en",
		 .help = "language of commands' sentences; a browser chooses for itself"},
		{.name = "log", .type = CONF_STRING, .to.string = c->log, .fallback = "info", .allowed = "error|warn|info|debug",
		 .help = "what is logged"},
	};
	memcpy(out, options, sizeof(options));
	out[0].required = out[1].required = out[2].required = out[3].required = out[4].required = true;
}

/* What each value alone may be, the table says; here what it says of tables that are elsewhere, and of each other. */
static int check(const struct web_conf *c, const char *path, struct sys_error *error)
{
	if (!text_is_code(c->unit))
		return sys_fail(error, -EINVAL, "%s: unit = %.60s is no code of a unit: give one as VN or 40", path, c->unit);
	if (!text_is_code(c->public_unit))
		return sys_fail(error, -EINVAL, "%s: public_unit = %.60s is no code of a unit: give one as VN or 40", path,
				c->public_unit);
	if (c->remote_user && !*c->proxies_text)
		return sys_fail(error, -EINVAL,
				"%s: remote_user = yes believes a proxy, and none is listed: give its address in proxies, or "
				"remote_user = no",
				path);
	return 0;
}

int web_conf_read(struct web_conf *c, struct sys_error *error)
{
	struct conf_option options[WEB_CONF_OPTIONS];
	char path[CONF_TEXT_MAX + 16];

	web_conf_options(c, options);
	snprintf(path, sizeof(path), "%s/web.conf", c->dir);
	int rc = conf_load(path, options, WEB_CONF_OPTIONS, error);
	if (rc)
		return rc;
	if (!keys_z85_parse(c->server_key_text, c->server_key))
		return sys_fail(error, -EINVAL, "%s: server_key = %.60s is no public key (40 letters of Z85)", path,
				c->server_key_text);
	rc = check(c, path, error);
	if (rc)
		return rc;
	rc = web_proxies_parse(c->proxies_text, &c->proxies, error);
	if (rc)
		return rc;
	c->proxies.remote_user = c->remote_user;
	snprintf(path, sizeof(path), "%s/key", c->dir);
	return keys_pair_read(path, &c->pair, error);
}
