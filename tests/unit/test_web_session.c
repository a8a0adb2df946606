// SPDX-License-Identifier: Apache-2.0
/* Sessions and the cookie that carries them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>

#include "dashboard/web_cookie.h"

#define T0 INT64_C(5000)
#define IDLE ((int64_t)WEB_SESSION_IDLE_MS)
#define LIFE ((int64_t)WEB_SESSION_LIFE_MS)

static struct web_sessions *s;
static char hash[KEYS_PASSWORD_TEXT];

static int fresh(void **state)
{
	(void)state;
	s = web_sessions_new();
	return 0;
}

static int gone(void **state)
{
	(void)state;
	web_sessions_free(s);
	return 0;
}

static void token_of(uint32_t n, uint8_t token[static WEB_TOKEN])
{
	memset(token, 0xa5, WEB_TOKEN);
	put_u32(token, n);
}

static struct web_user user_of(const char *name)
{
	struct web_user u = {.role = WEB_ROLE_STAFF, .unit = "VN"};

	snprintf(u.name, sizeof u.name, "%s", name);
	strcpy(u.hash, hash);
	return u;
}

static void begin(const char *name, uint32_t n, int64_t now)
{
	struct web_user u = user_of(name);
	uint8_t token[WEB_TOKEN];

	token_of(n, token);
	web_sessions_begin(s, &u, token, now);
}

static bool alive(uint32_t n, int64_t now)
{
	uint8_t token[WEB_TOKEN];

	token_of(n, token);
	return web_sessions_alive(s, token, now);
}

static const struct web_session *find(uint32_t n, int64_t now)
{
	uint8_t token[WEB_TOKEN];

	token_of(n, token);
	return web_sessions_find(s, token, now);
}

static void test_idle(void **state)
{
	(void)state;
	begin("lan", 1, T0);
	assert_string_equal(find(1, T0)->name, "lan");
	assert_null(find(2, T0));
	assert_false(alive(2, T0));
	/* one look just before the end keeps it, looking without use does not */
	assert_true(alive(1, T0 + IDLE - 1));
	assert_false(alive(1, T0 + IDLE));
	assert_non_null(find(1, T0 + IDLE - 1));
	assert_non_null(find(1, T0 + 2 * IDLE - 2));
	assert_null(find(1, T0 + 3 * IDLE - 2));
	assert_int_equal(web_sessions_count(s), 1);
	assert_int_equal(web_sessions_expire(s, T0 + 3 * IDLE - 3), 0);
	assert_int_equal(web_sessions_expire(s, T0 + 3 * IDLE - 2), 1);
	assert_int_equal(web_sessions_count(s), 0);
}

static void test_life(void **state)
{
	(void)state;
	begin("lan", 1, T0);
	for (int64_t now = T0; now < T0 + LIFE; now += IDLE - 1)
		assert_non_null(find(1, now));
	assert_non_null(find(1, T0 + LIFE - 1));
	assert_null(find(1, T0 + LIFE));
}

static void test_end(void **state)
{
	(void)state;
	uint8_t token[WEB_TOKEN];

	begin("lan", 1, T0);
	begin("lan", 2, T0);
	token_of(1, token);
	web_sessions_end(s, token);
	web_sessions_end(s, token);
	assert_null(find(1, T0));
	assert_non_null(find(2, T0));
}

static void test_the_token_is_not_kept(void **state)
{
	(void)state;
	uint8_t token[WEB_TOKEN], expected[KEYS_HASH];

	token_of(7, token);
	begin("lan", 7, T0);
	keys_hash(bytes_of(token, sizeof token), expected);
	assert_memory_equal(find(7, T0)->hash, expected, sizeof expected);
	/* the hash itself opens nothing */
	assert_null(web_sessions_find(s, expected, T0));
}

static void test_too_many_of_one(void **state)
{
	(void)state;
	begin("binh", 100, T0);
	for (uint32_t i = 0; i < WEB_SESSIONS_USER; i++)
		begin("lan", i, T0 + i);
	assert_non_null(find(0, T0 + 100)); /* used last, began first */
	begin("lan", 50, T0 + 101);
	assert_null(find(0, T0 + 101));
	for (uint32_t i = 1; i < WEB_SESSIONS_USER; i++)
		assert_true(alive(i, T0 + 101));
	assert_true(alive(50, T0 + 101));
	assert_true(alive(100, T0 + 101));
	assert_int_equal(web_sessions_count(s), WEB_SESSIONS_USER + 1);
}

static void test_too_many_in_all(void **state)
{
	(void)state;
	char name[24];

	for (uint32_t i = 0; i < WEB_SESSIONS; i++) {
		snprintf(name, sizeof name, "u%u", i / WEB_SESSIONS_USER);
		begin(name, i, T0 + i);
	}
	assert_int_equal(web_sessions_count(s), WEB_SESSIONS);
	begin("another", WEB_SESSIONS, T0 + WEB_SESSIONS);
	assert_int_equal(web_sessions_count(s), WEB_SESSIONS);
	assert_false(alive(0, T0 + WEB_SESSIONS));
	for (uint32_t i = 1; i <= WEB_SESSIONS; i += 63)
		assert_true(alive(i, T0 + WEB_SESSIONS));
	/* a user who has his share gives up one of his own, nobody else's */
	begin("u9", 90000, T0 + WEB_SESSIONS);
	assert_false(alive(9 * WEB_SESSIONS_USER, T0 + WEB_SESSIONS));
	assert_true(alive(1, T0 + WEB_SESSIONS));
	/* what is over is given up before what is not */
	begin("late", 90001, T0 + WEB_SESSIONS + IDLE);
	assert_int_equal(web_sessions_count(s), 1);
}

static void test_settle(void **state)
{
	(void)state;
	struct web_users users = {0};
	struct web_user lan = user_of("lan"), binh = user_of("binh");
	uint8_t token[WEB_TOKEN];

	assert_true(web_users_put(&users, &lan) && web_users_put(&users, &binh));
	token_of(1, token);
	web_sessions_begin(s, web_users_find(&users, "lan"), token, T0);
	token_of(2, token);
	web_sessions_begin(s, web_users_find(&users, "binh"), token, T0);
	assert_int_equal(web_sessions_settle(s, &users), 0);
	/* the same again is no change */
	assert_true(web_users_put(&users, &lan));
	assert_int_equal(web_sessions_settle(s, &users), 0);
	lan.text = true;
	assert_true(web_users_put(&users, &lan));
	assert_int_equal(web_sessions_settle(s, &users), 1);
	assert_false(alive(1, T0));
	assert_true(alive(2, T0));
	assert_true(web_users_drop(&users, "binh"));
	assert_int_equal(web_sessions_settle(s, &users), 1);
	assert_int_equal(web_sessions_count(s), 0);
	web_users_free(&users);
}

static void test_csrf(void **state)
{
	(void)state;
	uint8_t one[WEB_TOKEN], other[WEB_TOKEN];
	char text[WEB_CSRF + 1], another[WEB_CSRF + 1];

	token_of(1, one);
	token_of(2, other);
	web_csrf(one, text);
	assert_int_equal(strlen(text), WEB_CSRF);
	assert_string_not_equal(text, web_csrf(other, another));
	assert_true(web_csrf_good(one, text));
	assert_false(web_csrf_good(other, text));
	assert_false(web_csrf_good(one, NULL));
	assert_false(web_csrf_good(one, ""));
	text[WEB_CSRF - 1] ^= 1;
	assert_false(web_csrf_good(one, text));
	text[WEB_CSRF - 1] = '\0';
	assert_false(web_csrf_good(one, text));
}

/* ---- the cookie ---- */

#define HEX "a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5"

static void test_cookie_set(void **state)
{
	(void)state;
	uint8_t token[WEB_TOKEN];
	char text[WEB_COOKIE_TEXT];

	memset(token, 0xa5, sizeof token);
	assert_string_equal(web_cookie_set(token, false, text),
			    "tiendo=" HEX "; Path=/; Max-Age=604800; HttpOnly; SameSite=Strict");
	assert_string_equal(web_cookie_set(token, true, text),
			    "__Host-tiendo=" HEX "; Path=/; Max-Age=604800; HttpOnly; SameSite=Strict; Secure");
	assert_string_equal(web_cookie_clear(false, text), "tiendo=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict");
	assert_string_equal(web_cookie_clear(true, text),
			    "__Host-tiendo=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict; Secure");
}

static void test_cookie_read(void **state)
{
	(void)state;
	static const struct {
		const char *header;
		bool plain, host;
	} cases[] = {
		{NULL, false, false},
		{"", false, false},
		{";;; ;", false, false},
		{"tiendo=" HEX, true, false},
		{"__Host-tiendo=" HEX, false, true},
		{"a=b; tiendo=" HEX "; c=d", true, false},
		{"a=b;tiendo=" HEX ";c", true, false},
		{"a=b; __Host-tiendo=" HEX " ; c=d", false, true},
		{"tiendo=" HEX "; __Host-tiendo=" HEX, true, true},
		{"xtiendo=" HEX, false, false},
		{"tiendo2=" HEX, false, false},
		{"tiendo =" HEX, false, false},
		{"tiendo", false, false},
		{"tiendo=", false, false},
		{"tiendo=\"" HEX "\"", false, false},
		{"tiendo=" HEX "00", false, false},
		{"tiendo=zz" HEX, false, false},
		{"a=tiendo=" HEX, false, false},
		/* the first of the name decides */
		{"tiendo=; tiendo=" HEX, false, false},
		{"tiendo=" HEX "; tiendo=", true, false},
		{"tiendo=g5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5", false, false},
	};
	uint8_t token[WEB_TOKEN], expected[WEB_TOKEN];

	memset(expected, 0xa5, sizeof expected);
	for (size_t i = 0; i < BASE_COUNT(cases); i++)
		for (int https = 0; https < 2; https++) {
			bool wanted = https ? cases[i].host : cases[i].plain;
			memset(token, 0, sizeof token);
			if (web_cookie_read(cases[i].header, https, token) != wanted)
				fail_msg("case %zu, https %d: \"%s\"", i, https, cases[i].header);
			if (wanted)
				assert_memory_equal(token, expected, sizeof token);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_idle, fresh, gone),
		cmocka_unit_test_setup_teardown(test_life, fresh, gone),
		cmocka_unit_test_setup_teardown(test_end, fresh, gone),
		cmocka_unit_test_setup_teardown(test_the_token_is_not_kept, fresh, gone),
		cmocka_unit_test_setup_teardown(test_too_many_of_one, fresh, gone),
		cmocka_unit_test_setup_teardown(test_too_many_in_all, fresh, gone),
		cmocka_unit_test_setup_teardown(test_settle, fresh, gone),
		cmocka_unit_test(test_csrf),
		cmocka_unit_test(test_cookie_set),
		cmocka_unit_test(test_cookie_read),
	};
	if (keys_start(NULL) != 0 || keys_password_hash(bytes_text("mot mat khau dai"), hash) != 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
