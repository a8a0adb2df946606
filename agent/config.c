// SPDX-License-Identifier: Apache-2.0
#include "agent/config.h"

#include <errno.h>

enum { OPTIONS = 10 };

static void table(struct config *c, struct conf_option o[static OPTIONS])
{
	const struct conf_option options[OPTIONS] = {
		{.name = "ingest",
		 .type = CONF_STRING,
		 .to.string = c->ingest,
		 .fallback = "tcp://127.0.0.1:5701",
		 .required = true,
		 .help = "where the centre takes reports"},
		{.name = "query",
		 .type = CONF_STRING,
		 .to.string = c->query,
		 .fallback = "tcp://127.0.0.1:5703",
		 .required = true,
		 .help = "where the centre answers questions"},
		{.name = "server_key",
		 .type = CONF_STRING,
		 .to.string = c->server_key,
		 .required = true,
		 .help = "public key of the centre (Z85, 40 letters), given by hand"},
		{.name = "clock",
		 .type = CONF_STRING,
		 .to.string = c->clock,
		 .fallback = "real",
		 .required = true,
		 .help = "real, or file:PATH for a simulated time"},
		{.name = "retry",
		 .type = CONF_DURATION,
		 .to.duration = &c->retry_ms,
		 .fallback = "2s",
		 .min = 10,
		 .max = 3600000,
		 .help = "shortest pause before connecting anew"},
		{.name = "retry_max",
		 .type = CONF_DURATION,
		 .to.duration = &c->retry_max_ms,
		 .fallback = "60s",
		 .min = 10,
		 .max = 3600000,
		 .help = "longest pause before connecting anew"},
		{.name = "reply",
		 .type = CONF_DURATION,
		 .to.duration = &c->reply_ms,
		 .fallback = "15s",
		 .min = 100,
		 .max = 600000,
		 .help = "how long an answer of the centre may take"},
		{.name = "ping",
		 .type = CONF_DURATION,
		 .to.duration = &c->ping_ms,
		 .fallback = "20s",
		 .min = 50,
		 .max = 3600000,
		 .help = "how often to look after an idle line"},
		{.name = "spool",
		 .type = CONF_INT,
		 .to.integer = &c->spool_mib,
		 .fallback = "256",
		 .min = 1,
		 .max = 65536,
		 .help = "MiB of updates kept at most"},
		{.name = "grace",
		 .type = CONF_DURATION,
		 .to.duration = &c->grace_ms,
		 .fallback = "35d",
		 .min = 0,
		 .max = INT64_C(3660) * 86400000,
		 .help = "how long acknowledged updates are kept for a centre restored from a "
			 "backup"},
	};

	memcpy(o, options, sizeof options);
}

void config_defaults(struct config *c)
{
	struct conf_option o[OPTIONS];

	table(c, o);
	conf_defaults(o, OPTIONS);
}

int config_set(struct config *c, const char *key, const char *value, struct sys_error *error)
{
	struct conf_option o[OPTIONS];

	table(c, o);
	return conf_set(o, OPTIONS, key, value, "init", error);
}

int config_load(struct config *c, const char *path, struct sys_error *error)
{
	struct conf_option o[OPTIONS];

	table(c, o);
	int code = conf_load(path, o, OPTIONS, error);

	return code ? code : config_check(c, path, error);
}

int config_check(struct config *c, const char *path, struct sys_error *error)
{
	const char *const endpoints[] = {c->ingest, c->query};

	for (size_t i = 0; i < BASE_COUNT(endpoints); i++)
		if (strncmp(endpoints[i], "tcp://", 6) != 0)
			return sys_fail(error, -EINVAL,
					"%s: `%s` is no address, write tcp://HOST:PORT", path,
					endpoints[i]);
	if (!keys_z85_parse(c->server_key, c->server))
		return sys_fail(
			error, -EINVAL,
			"%s: server_key `%s` is no public key (40 letters, given by the centre)",
			path, c->server_key);
	if (strcmp(c->clock, "real") != 0 && strncmp(c->clock, "file:", 5) != 0)
		return sys_fail(error, -EINVAL, "%s: clock `%s`: write real or file:PATH", path,
				c->clock);
	return 0;
}

void config_print(struct config *c, struct buffer *out)
{
	struct conf_option o[OPTIONS];

	table(c, o);
	buffer_put_text(out, "# tiendo-agent\n");
	for (size_t i = 0; i < OPTIONS; i++) {
		buffer_format(out, "\n# %s\n", o[i].help);
		conf_print(&o[i], 1, out);
	}
}
