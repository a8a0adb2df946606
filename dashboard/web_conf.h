// SPDX-License-Identifier: Apache-2.0
/*
 * web_conf: the gateway's config, DIR/web.conf, and what is read with it (CONTRACT): the key pair, the centre's public key, the
 * list of trusted proxies. Options are documented where they are declared (web_conf.c); `tiendo-web config` prints them.
 *
 * Failure: a negative errno and a sentence.
 */
#ifndef TIENDO_DASHBOARD_WEB_CONF_H
#define TIENDO_DASHBOARD_WEB_CONF_H

#include "common/sys/conf.h"
#include "common/sys/keys.h"
#include "dashboard/web_peer.h"

struct web_conf {
	char dir[CONF_TEXT_MAX];
	char query[CONF_TEXT_MAX], feed[CONF_TEXT_MAX], server_key_text[CONF_TEXT_MAX];
	char unit[CONF_TEXT_MAX], address[CONF_TEXT_MAX], public_unit[CONF_TEXT_MAX], proxies_text[CONF_TEXT_MAX],
		lang[CONF_TEXT_MAX], log[CONF_TEXT_MAX];
	int64_t port, connections, streams, streams_each, ring;
	bool is_public, remote_user;
	/* read with it: */
	uint8_t server_key[KEYS_SIZE];
	struct keys_pair pair;
	struct web_proxies proxies;
};

enum { WEB_CONF_OPTIONS = 16 };
void web_conf_options(struct web_conf *c, struct conf_option out[static WEB_CONF_OPTIONS]);
/* All of it. -ENOENT = there is no config: `init` comes first. */
int web_conf_read(struct web_conf *c, struct sys_error *error);

#endif
