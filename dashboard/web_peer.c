// SPDX-License-Identifier: Apache-2.0
#include "dashboard/web_peer.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <strings.h>

#include "dashboard/web_users.h"

static const uint8_t v4_prefix[12] = {[10] = 0xff, [11] = 0xff};

struct web_address web_address_v4(uint32_t host_order)
{
	struct web_address a;

	memcpy(a.bytes, v4_prefix, sizeof v4_prefix);
	put_u32(a.bytes + 12, host_order);
	return a;
}

bool web_address_is_v4(struct web_address a)
{
	return memcmp(a.bytes, v4_prefix, sizeof v4_prefix) == 0;
}

bool web_address_parse(const char *text, struct web_address *out)
{
	uint8_t v4[4];

	if (inet_pton(AF_INET, text, v4) == 1) {
		*out = web_address_v4(get_u32(v4));
		return true;
	}
	return inet_pton(AF_INET6, text, out->bytes) == 1;
}

char *web_address_print(struct web_address a, char out[static WEB_ADDRESS_TEXT])
{
	_Static_assert(WEB_ADDRESS_TEXT == INET6_ADDRSTRLEN, "room for any address");
	if (web_address_is_v4(a))
		inet_ntop(AF_INET, a.bytes + 12, out, WEB_ADDRESS_TEXT);
	else
		inet_ntop(AF_INET6, a.bytes, out, WEB_ADDRESS_TEXT);
	return out;
}

/* ---- the list ---- */

static uint32_t mask_of(unsigned bits)
{
	return UINT32_MAX << (32 - bits); /* bits >= WEB_PROXY_BITS_LEAST */
}

/* Bits behind the slash; 0 = no number from the least to 32. */
static unsigned bits_of(const char *text)
{
	unsigned n = 0;

	if (!*text || *text == '0' || strlen(text) > 2 || text[strspn(text, "0123456789")])
		return 0;
	for (; *text; text++)
		n = n * 10 + (unsigned)(*text - '0');
	return n >= WEB_PROXY_BITS_LEAST && n <= 32 ? n : 0;
}

static int take_word(char *word, struct web_proxies *p, struct sys_error *error)
{
	char *slash = strchr(word, '/');
	struct web_address a;
	unsigned bits = slash ? bits_of(slash + 1) : 32;

	if (p->n == WEB_PROXIES)
		return sys_fail(error, -EINVAL, "proxies: more than the %d allowed, at %.40s", WEB_PROXIES, word);
	if (slash)
		*slash = '\0';
	bool good = bits > 0 && web_address_parse(word, &a) && web_address_is_v4(a) && !strchr(word, ':');
	if (slash)
		*slash = '/';
	if (!good)
		return sys_fail(error, -EINVAL,
				"proxies: \"%.60s\" is not allowed: it must be an IPv4 address, or a network as "
				"10.0.0.0/8, with %d to 32 bits",
				word, WEB_PROXY_BITS_LEAST);
	uint32_t network = get_u32(a.bytes + 12);
	if (network & ~mask_of(bits))
		return sys_fail(error, -EINVAL,
				"proxies: \"%.60s\" is an address within a network of %u bits, not the network: leave "
				"out /%u, or end it in zeros",
				word, bits, bits);
	p->list[p->n].network = network;
	p->list[p->n++].bits = bits;
	return 0;
}

int web_proxies_parse(const char *text, struct web_proxies *out, struct sys_error *error)
{
	struct web_proxies p = {.remote_user = out->remote_user};
	char word[64];

	for (const char *at = text + strspn(text, " \t,"); *at; at += strspn(at, " \t,")) {
		size_t size = strcspn(at, " \t,");
		/* one that does not fit is no address, and the sentence shows its beginning */
		snprintf(word, sizeof word, "%.*s", (int)size, at);
		int rc = take_word(word, &p, error);
		if (rc)
			return rc;
		at += size;
	}
	*out = p;
	return 0;
}

void web_proxies_print(const struct web_proxies *p, struct buffer *out)
{
	char text[WEB_ADDRESS_TEXT];

	for (size_t i = 0; i < p->n; i++) {
		web_address_print(web_address_v4(p->list[i].network), text);
		buffer_format(out, "%s%s", i ? " " : "", text);
		if (p->list[i].bits < 32)
			buffer_format(out, "/%u", p->list[i].bits);
	}
}

bool web_proxies_has(const struct web_proxies *p, struct web_address a)
{
	if (!web_address_is_v4(a))
		return false;
	for (size_t i = 0; i < p->n; i++)
		if ((get_u32(a.bytes + 12) & mask_of(p->list[i].bits)) == p->list[i].network)
			return true;
	return false;
}

/* ---- who it is ---- */

/* Walks from the right; false = something on the way is no address. */
static bool walk(const struct web_proxies *p, const char *forwarded_for, struct web_address *out)
{
	const char *end = forwarded_for + strlen(forwarded_for);
	char text[WEB_ADDRESS_TEXT];

	for (;;) {
		const char *start = end;
		while (start > forwarded_for && start[-1] != ',')
			start--;
		const char *first = start + strspn(start, " \t"), *last = end;
		while (last > first && (last[-1] == ' ' || last[-1] == '\t'))
			last--;
		if (first >= last || (size_t)(last - first) >= sizeof text)
			return false;
		memcpy(text, first, (size_t)(last - first));
		text[last - first] = '\0';
		if (!web_address_parse(text, out))
			return false;
		/* all of them proxies of ours: it began at the leftmost */
		if (!web_proxies_has(p, *out) || start == forwarded_for)
			return true;
		end = start - 1;
	}
}

struct web_client web_peer_client(const struct web_proxies *p, struct web_address peer, const char *forwarded_for,
				  const char *forwarded_proto)
{
	struct web_client client = {.address = peer};
	struct web_address found;

	if (!web_proxies_has(p, peer))
		return client;
	client.https = forwarded_proto && strcasecmp(forwarded_proto, "https") == 0;
	if (forwarded_for && walk(p, forwarded_for, &found))
		client.address = found;
	return client;
}

const char *web_peer_user(const struct web_proxies *p, struct web_address peer, const char *remote_user)
{
	if (!p->remote_user || !remote_user || !web_proxies_has(p, peer) || !web_user_is_name(remote_user))
		return NULL;
	return remote_user;
}
