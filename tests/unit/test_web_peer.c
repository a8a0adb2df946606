// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>

#include "dashboard/web_peer.h"

static struct sys_error error;

static struct web_address address(const char *text)
{
	struct web_address a;

	assert_true(web_address_parse(text, &a));
	return a;
}

static struct web_proxies proxies(const char *text)
{
	struct web_proxies p = {0};

	assert_int_equal(web_proxies_parse(text, &p, &error), 0);
	return p;
}

static void test_addresses(void **state)
{
	(void)state;
	static const char *const good[][2] = {
		{"10.1.2.3", "10.1.2.3"},       {"255.255.255.255", "255.255.255.255"}, {"::1", "::1"},
		{"2001:DB8::1", "2001:db8::1"}, {"::ffff:10.1.2.3", "10.1.2.3"},
	};
	static const char *const bad[] = {"", "10.1.2", "10.1.2.3.4", "10.1.2.256", "010.1.2.3", " 10.1.2.3", "10.1.2.3 ",
					  "10.1.2.3:80", "[::1]", "unknown", "0x0a.1.2.3", "1", "::1%lo", "10.1.2.3/8"};
	struct web_address a;
	char text[WEB_ADDRESS_TEXT];

	for (size_t i = 0; i < BASE_COUNT(good); i++) {
		assert_true(web_address_parse(good[i][0], &a));
		assert_string_equal(web_address_print(a, text), good[i][1]);
	}
	for (size_t i = 0; i < BASE_COUNT(bad); i++)
		if (web_address_parse(bad[i], &a))
			fail_msg("taken: \"%s\"", bad[i]);
	assert_string_equal(web_address_print(web_address_v4(0x7f000001), text), "127.0.0.1");
}

static void test_list(void **state)
{
	(void)state;
	static const char *const same[] = {"", "127.0.0.1", "127.0.0.1 10.0.0.0/8 192.168.1.128/25 1.2.3.4"};
	struct buffer out = {0};

	for (size_t i = 0; i < BASE_COUNT(same); i++) {
		struct web_proxies p = proxies(same[i]);
		buffer_clear(&out);
		web_proxies_print(&p, &out);
		assert_string_equal(buffer_text(&out), same[i]);
	}
	struct web_proxies p = proxies(" 127.0.0.1/32,\t10.0.0.0/8 , ");
	buffer_clear(&out);
	web_proxies_print(&p, &out);
	assert_string_equal(buffer_text(&out), "127.0.0.1 10.0.0.0/8");
	buffer_free(&out);
	assert_true(web_proxies_has(&p, address("127.0.0.1")));
	assert_false(web_proxies_has(&p, address("127.0.0.2")));
	assert_true(web_proxies_has(&p, address("10.0.0.0")));
	assert_true(web_proxies_has(&p, address("10.255.255.255")));
	assert_false(web_proxies_has(&p, address("9.255.255.255")));
	assert_false(web_proxies_has(&p, address("11.0.0.0")));
	assert_true(web_proxies_has(&p, address("::ffff:10.0.0.1")));
	assert_false(web_proxies_has(&p, address("::1")));
	assert_false(web_proxies_has(&p, address("a00::")));
}

static void test_list_faults(void **state)
{
	(void)state;
	static const char *const bad[] = {"localhost",    "10.0.0.0/",   "10.0.0.0/7",    "0.0.0.0/0",
					  "10.0.0.0/33",  "10.0.0.0/08", "10.0.0.0/8x",   "10.0.0.0/-8",
					  "10.0.0.0/ 8",  "10.0.0.0/8/8", "::1",          "::ffff:10.0.0.0/8",
					  "10.0.0.0/100", "10.1.2.3/8",  "192.168.1.1/24"};
	struct web_proxies p = proxies("127.0.0.1");
	char many[512] = "", *at = many;

	p.remote_user = true;
	for (size_t i = 0; i < BASE_COUNT(bad); i++) {
		if (web_proxies_parse(bad[i], &p, &error) != -EINVAL)
			fail_msg("taken: \"%s\"", bad[i]);
		assert_int_equal(p.n, 1);
	}
	assert_non_null(strstr(error.text, "\"192.168.1.1/24\""));
	assert_int_equal(web_proxies_parse("1.2.3.4 5.6.7.8 "
					   "a-name-that-is-much-longer-than-any-address-could-ever-be-whatever.example",
					   &p, &error),
			 -EINVAL);
	assert_non_null(strstr(error.text, "a-name-that"));
	for (int i = 0; i < WEB_PROXIES; i++)
		at = stpcpy(at, "10.0.0.1 ");
	assert_int_equal(web_proxies_parse(many, &p, &error), 0);
	assert_int_equal(p.n, WEB_PROXIES);
	assert_true(p.remote_user);
	strcpy(at, "10.0.0.2");
	assert_int_equal(web_proxies_parse(many, &p, &error), -EINVAL);
	assert_non_null(strstr(error.text, "32 allowed"));
}

static void test_client(void **state)
{
	(void)state;
	static const struct {
		const char *peer, *forwarded_for, *proto, *address;
		bool https;
	} cases[] = {
		/* from nobody on the list, nothing is believed */
		{"8.8.8.8", "1.2.3.4", "https", "8.8.8.8", false},
		{"127.0.0.2", "1.2.3.4", "https", "127.0.0.2", false},
		{"::1", "1.2.3.4", "https", "::1", false},
		/* from a proxy */
		{"127.0.0.1", NULL, NULL, "127.0.0.1", false},
		{"127.0.0.1", "1.2.3.4", NULL, "1.2.3.4", false},
		{"127.0.0.1", "1.2.3.4", "https", "1.2.3.4", true},
		{"127.0.0.1", "1.2.3.4", "HTTPS", "1.2.3.4", true},
		{"127.0.0.1", "1.2.3.4", "http", "1.2.3.4", false},
		{"127.0.0.1", "1.2.3.4", "https, http", "1.2.3.4", false},
		{"127.0.0.1", "1.2.3.4", "", "1.2.3.4", false},
		{"127.0.0.1", "2001:db8::7", "https", "2001:db8::7", true},
		/* what stands further left may be made up by the client */
		{"127.0.0.1", "9.9.9.9, 1.2.3.4", NULL, "1.2.3.4", false},
		{"127.0.0.1", "127.0.0.1, 1.2.3.4", NULL, "1.2.3.4", false},
		{"127.0.0.1", "rubbish, 1.2.3.4", NULL, "1.2.3.4", false},
		/* a chain of proxies */
		{"127.0.0.1", "9.9.9.9, 1.2.3.4, 10.0.0.5", NULL, "1.2.3.4", false},
		{"127.0.0.1", "1.2.3.4,10.0.0.5 ,\t10.9.9.9", NULL, "1.2.3.4", false},
		{"127.0.0.1", "10.0.0.6, 10.0.0.5", NULL, "10.0.0.6", false},
		{"127.0.0.1", " 10.0.0.6 ", NULL, "10.0.0.6", false},
		/* malformed */
		{"127.0.0.1", "", NULL, "127.0.0.1", false},
		{"127.0.0.1", ",", NULL, "127.0.0.1", false},
		{"127.0.0.1", "1.2.3.4,", NULL, "127.0.0.1", false},
		{"127.0.0.1", "1.2.3.4, ,10.0.0.5", NULL, "127.0.0.1", false},
		{"127.0.0.1", "rubbish, 10.0.0.5", "https", "127.0.0.1", true},
		{"127.0.0.1", "1.2.3.4:5678", NULL, "127.0.0.1", false},
		{"127.0.0.1", "1.2.3.4 10.0.0.5", NULL, "127.0.0.1", false},
		{"127.0.0.1", "1111111111111111111111111111111111111111111111", NULL, "127.0.0.1", false},
	};
	struct web_proxies p = proxies("127.0.0.1 10.0.0.0/8");
	char text[WEB_ADDRESS_TEXT];

	for (size_t i = 0; i < BASE_COUNT(cases); i++) {
		struct web_client c = web_peer_client(&p, address(cases[i].peer), cases[i].forwarded_for, cases[i].proto);
		web_address_print(c.address, text);
		if (strcmp(text, cases[i].address) != 0 || c.https != cases[i].https)
			fail_msg("case %zu: %s, https %d", i, text, c.https);
	}
	p.n = 0;
	assert_false(web_peer_client(&p, address("127.0.0.1"), "1.2.3.4", "https").https);
}

static void test_remote_user(void **state)
{
	(void)state;
	struct web_proxies p = proxies("127.0.0.1");
	struct web_address proxy = address("127.0.0.1"), other = address("127.0.0.2");

	assert_null(web_peer_user(&p, proxy, "lan"));
	p.remote_user = true;
	assert_string_equal(web_peer_user(&p, proxy, "lan"), "lan");
	assert_null(web_peer_user(&p, other, "lan"));
	assert_null(web_peer_user(&p, proxy, NULL));
	assert_null(web_peer_user(&p, proxy, ""));
	assert_null(web_peer_user(&p, proxy, "Lan"));
	assert_null(web_peer_user(&p, proxy, "lan, binh"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_addresses), cmocka_unit_test(test_list),        cmocka_unit_test(test_list_faults),
		cmocka_unit_test(test_client),    cmocka_unit_test(test_remote_user),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
