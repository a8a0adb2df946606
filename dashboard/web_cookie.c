// SPDX-License-Identifier: Apache-2.0
#include "dashboard/web_cookie.h"

#include <assert.h>
#include <stdio.h>

#define PLAIN_NAME "tiendo"
#define HOST_NAME "__Host-tiendo"

static char *compose(const char *value, int seconds, bool https, char out[static WEB_COOKIE_TEXT])
{
	int n = snprintf(out, WEB_COOKIE_TEXT, "%s=%s; Path=/; Max-Age=%d; HttpOnly; SameSite=Strict%s",
			 https ? HOST_NAME : PLAIN_NAME, value, seconds, https ? "; Secure" : "");

	assert(n < WEB_COOKIE_TEXT);
	(void)n;
	return out;
}

char *web_cookie_set(const uint8_t token[static WEB_TOKEN], bool https, char out[static WEB_COOKIE_TEXT])
{
	char hex[2 * WEB_TOKEN + 1];

	compose(hex_encode(hex, token, WEB_TOKEN), WEB_SESSION_LIFE_MS / 1000, https, out);
	keys_wipe(hex, sizeof hex);
	return out;
}

char *web_cookie_clear(bool https, char out[static WEB_COOKIE_TEXT])
{
	return compose("", 0, https, out);
}

static bool take_value(const char *value, uint8_t token[static WEB_TOKEN])
{
	char hex[2 * WEB_TOKEN + 1];
	size_t size = strcspn(value, "; \t");

	if (size != 2 * WEB_TOKEN)
		return false;
	memcpy(hex, value, size);
	hex[size] = '\0';
	bool good = hex_decode(hex, token, WEB_TOKEN);
	keys_wipe(hex, sizeof hex);
	return good;
}

bool web_cookie_read(const char *header, bool https, uint8_t token[static WEB_TOKEN])
{
	const char *name = https ? HOST_NAME : PLAIN_NAME;
	size_t size = strlen(name);

	for (const char *at = header; at; at = strchr(at, ';')) {
		at += strspn(at, "; \t");
		if (strncmp(at, name, size) == 0 && at[size] == '=')
			return take_value(at + size + 1, token);
	}
	return false;
}
