// SPDX-License-Identifier: Apache-2.0
/*
 * web_peer: who is at the other end when proxies stand between (CONTRACT). Pure.
 *
 * X-Forwarded-For, X-Forwarded-Proto and X-Remote-User are anybody's words: they are believed only from a peer on the
 * list (`proxies = 127.0.0.1 10.0.0.0/8`). Of X-Forwarded-For the rightmost address that is not on the list is the
 * client, since each proxy adds at the right whom it saw; further left stands what a client may have made up. Whatever
 * is malformed on the way leaves the peer itself.
 *
 * A header may come several times: the caller joins the values of all X-Forwarded-For lines with ", " in their order,
 * and hands on X-Forwarded-Proto and X-Remote-User only when there is exactly one. NULL = none came.
 */
#ifndef TIENDO_DASHBOARD_WEB_PEER_H
#define TIENDO_DASHBOARD_WEB_PEER_H

#include "common/sys/base.h"

enum {
	WEB_PROXIES = 32,
	WEB_PROXY_BITS_LEAST = 8, /* a shorter prefix would believe a large part of the world */
	WEB_ADDRESS_TEXT = 46     /* with the NUL: INET6_ADDRSTRLEN */
};

/* IPv6 in network order; IPv4 as ::ffff:a.b.c.d. */
struct web_address {
	uint8_t bytes[16];
};

struct web_address web_address_v4(uint32_t host_order);
bool web_address_parse(const char *text, struct web_address *out); /* either form, nothing around it */
char *web_address_print(struct web_address a, char out[static WEB_ADDRESS_TEXT]); /* 10.1.2.3, 2001:db8::1 */
bool web_address_is_v4(struct web_address a);

struct web_proxies {
	struct {
		uint32_t network; /* host order */
		unsigned bits;
	} list[WEB_PROXIES];
	size_t n;
	bool remote_user; /* config: believe X-Remote-User of a listed proxy */
};

/* Words parted by blanks or commas; "" = nobody. -EINVAL and a sentence; *out is as it was. Keeps remote_user. */
int web_proxies_parse(const char *text, struct web_proxies *out, struct sys_error *error);
void web_proxies_print(const struct web_proxies *p, struct buffer *out); /* canonical: what parse takes */
bool web_proxies_has(const struct web_proxies *p, struct web_address a);

struct web_client {
	struct web_address address;
	bool https; /* the client's own line is encrypted: the proxy said so */
};
struct web_client web_peer_client(const struct web_proxies *p, struct web_address peer, const char *forwarded_for,
				  const char *forwarded_proto);
/* The name that a listed proxy has logged in already; NULL = none. Whether there is such a user, the table says; a text
 * that can be no name is none. */
const char *web_peer_user(const struct web_proxies *p, struct web_address peer, const char *remote_user);

#endif
