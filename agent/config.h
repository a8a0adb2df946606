// SPDX-License-Identifier: Apache-2.0
/*
 * config: DIR/agent.conf, the few things an office is told by its centre. Never: secrets (the key
 * stands in its own file). Failure: negative errno and a sentence with file and line.
 */
#ifndef TIENDO_AGENT_CONFIG_H
#define TIENDO_AGENT_CONFIG_H

#include "common/sys/conf.h"
#include "common/sys/keys.h"

struct config {
	char ingest[CONF_TEXT_MAX], query[CONF_TEXT_MAX];
	char server_key[CONF_TEXT_MAX]; /* Z85 */
	char clock[CONF_TEXT_MAX];
	int64_t retry_ms, retry_max_ms, reply_ms, ping_ms;
	int64_t spool_mib;
	int64_t grace_ms;
	uint8_t server[KEYS_SIZE]; /* server_key, read */
};

void config_defaults(struct config *c);
/* One value from the command line. */
int config_set(struct config *c, const char *key, const char *value, struct sys_error *error);
int config_load(struct config *c, const char *path, struct sys_error *error);
/* Checks what single values cannot know: the key, the addresses. */
int config_check(struct config *c, const char *path, struct sys_error *error);
/* A file to start from, with comments. */
void config_print(struct config *c, struct buffer *out);

#endif
