// SPDX-License-Identifier: Apache-2.0
#include "dashboard/web_session.h"

#include <assert.h>
#include <stdlib.h>

/*
 * In the order in which they began, so the oldest is the first. A find is a walk over one word each, 32 KB at most: a
 * microsecond or two, and nothing to keep in step.
 */
struct web_sessions {
	size_t n;
	uint64_t word[WEB_SESSIONS]; /* the hash's first bytes */
	struct web_session list[WEB_SESSIONS];
};

struct web_sessions *web_sessions_new(void)
{
	return base_alloc(sizeof(struct web_sessions));
}

void web_sessions_free(struct web_sessions *s)
{
	free(s);
}

size_t web_sessions_count(const struct web_sessions *s)
{
	return s->n;
}

/* ---- finding ---- */

static size_t place_of(const struct web_sessions *s, const uint8_t token[static WEB_TOKEN])
{
	uint8_t hash[KEYS_HASH];

	keys_hash(bytes_of(token, WEB_TOKEN), hash);
	uint64_t word = get_u64(hash);
	for (size_t i = 0; i < s->n; i++)
		if (s->word[i] == word && keys_equal(s->list[i].hash, hash, sizeof hash))
			return i;
	return s->n;
}

static bool over(const struct web_session *one, int64_t now)
{
	return now - one->used >= WEB_SESSION_IDLE_MS || now - one->began >= WEB_SESSION_LIFE_MS;
}

bool web_sessions_alive(const struct web_sessions *s, const uint8_t token[static WEB_TOKEN], int64_t now)
{
	size_t i = place_of(s, token);

	return i < s->n && !over(&s->list[i], now);
}

const struct web_session *web_sessions_find(struct web_sessions *s, const uint8_t token[static WEB_TOKEN], int64_t now)
{
	size_t i = place_of(s, token);

	if (i == s->n || over(&s->list[i], now))
		return NULL;
	s->list[i].used = now;
	return &s->list[i];
}

/* ---- beginning and ending ---- */

static void remove_at(struct web_sessions *s, size_t i)
{
	s->n--;
	memmove(&s->word[i], &s->word[i + 1], (s->n - i) * sizeof *s->word);
	memmove(&s->list[i], &s->list[i + 1], (s->n - i) * sizeof *s->list);
}

static void make_room(struct web_sessions *s, const char *name)
{
	size_t his = 0, oldest = s->n;

	for (size_t i = s->n; i-- > 0;) {
		if (strcmp(s->list[i].name, name) != 0)
			continue;
		his++;
		oldest = i;
	}
	if (his >= WEB_SESSIONS_USER)
		remove_at(s, oldest);
	else if (s->n == WEB_SESSIONS)
		remove_at(s, 0);
}

void web_sessions_begin(struct web_sessions *s, const struct web_user *user, const uint8_t token[static WEB_TOKEN],
			int64_t now)
{
	assert(place_of(s, token) == s->n);
	web_sessions_expire(s, now);
	make_room(s, user->name);
	struct web_session *one = &s->list[s->n];
	*one = (struct web_session){.began = now, .used = now};
	memcpy(one->name, user->name, sizeof one->name);
	memcpy(one->line, user->line, sizeof one->line);
	keys_hash(bytes_of(token, WEB_TOKEN), one->hash);
	s->word[s->n++] = get_u64(one->hash);
}

void web_sessions_end(struct web_sessions *s, const uint8_t token[static WEB_TOKEN])
{
	size_t i = place_of(s, token);

	if (i < s->n)
		remove_at(s, i);
}

size_t web_sessions_settle(struct web_sessions *s, const struct web_users *users)
{
	size_t before = s->n;

	for (size_t i = s->n; i-- > 0;) {
		const struct web_user *user = web_users_find(users, s->list[i].name);
		if (!user || !keys_equal(user->line, s->list[i].line, sizeof user->line))
			remove_at(s, i);
	}
	return before - s->n;
}

size_t web_sessions_expire(struct web_sessions *s, int64_t now)
{
	size_t before = s->n;

	for (size_t i = s->n; i-- > 0;)
		if (over(&s->list[i], now))
			remove_at(s, i);
	return before - s->n;
}

/* ---- forged requests ---- */

char *web_csrf(const uint8_t token[static WEB_TOKEN], char out[static WEB_CSRF + 1])
{
	_Static_assert((int)WEB_TOKEN == (int)KEYS_SIZE, "the token is the key");
	uint8_t mac[KEYS_MAC];

	keys_mac(token, bytes_text("tiendo-web csrf"), mac);
	return hex_encode(out, mac, sizeof mac);
}

bool web_csrf_good(const uint8_t token[static WEB_TOKEN], const char *text)
{
	char right[WEB_CSRF + 1];

	return text && strlen(text) == WEB_CSRF && keys_equal(web_csrf(token, right), text, WEB_CSRF);
}
