// SPDX-License-Identifier: Apache-2.0
/* The user file: its lines, its faults, its mode, looked at again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "dashboard/web_users.h"
#include "tests/unit/scratch.h"

/* of "password", by the reference program: good for the table, cheap to have */
#define HASH "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4"
#define HEAD                                                                                                           \
	"# Who may look in the browser. Written by `tiendo-web user`, which keeps no other comments.\n"                \
	"# name : leader|staff|operator : unit (VN = all) : text|- : hash\n"

static struct sys_error error;
static struct web_users users;

static int clear(void **state)
{
	(void)state;
	web_users_free(&users);
	error.text[0] = '\0';
	return 0;
}

static int parse(const char *text)
{
	struct web_users fresh = {0};
	int rc = web_users_parse(bytes_text(text), "t/users", &fresh, &error);

	if (rc == 0) {
		web_users_free(&users);
		users = fresh;
	} else
		assert_null(fresh.list);
	return rc;
}

static void assert_printed(const char *expected)
{
	struct buffer out = {0};

	web_users_print(&users, &out);
	assert_string_equal(buffer_text(&out), expected);
	buffer_free(&out);
}

static void test_lines(void **state)
{
	(void)state;
	assert_int_equal(parse("# a comment : with : colons\n\n \t\n"
			       "\tvan-phong:staff:VN:-:" HASH "\r\n"
			       "  # another\n"
			       "lan.nguyen : leader\t:  08.1 : text : " HASH "  \n"
			       "a_b : operator : 412 : - : " HASH "\n"),
			 0);
	assert_int_equal(users.n, 3);
	const struct web_user *lan = web_users_find(&users, "lan.nguyen");
	assert_int_equal(lan->role, WEB_ROLE_LEADER);
	assert_string_equal(lan->unit, "08.1");
	assert_true(lan->text);
	assert_string_equal(lan->hash, HASH);
	assert_false(web_users_find(&users, "van-phong")->text);
	assert_null(web_users_find(&users, "lan"));
	assert_null(web_users_find(&users, "zzz"));
	assert_null(web_users_find(&users, ""));
	assert_printed(HEAD "a_b : operator : 412 : - : " HASH "\n"
			    "lan.nguyen : leader : 08.1 : text : " HASH "\n"
			    "van-phong : staff : VN : - : " HASH "\n");
	/* the heading is taken back too */
	assert_int_equal(parse(HEAD "a_b : operator : 412 : - : " HASH "\n"), 0);
	assert_printed(HEAD "a_b : operator : 412 : - : " HASH "\n");
	assert_int_equal(parse(""), 0);
	assert_int_equal(users.n, 0);
	assert_printed(HEAD);
}

static void test_line_marks(void **state)
{
	(void)state;
	uint8_t before[KEYS_HASH];

	assert_int_equal(parse("a : staff : VN : - : " HASH "\n"), 0);
	memcpy(before, users.list[0].line, sizeof before);
	assert_int_equal(parse("b : staff : VN : - : " HASH "\n # x\n a:staff :VN:-:  " HASH " \n"), 0);
	assert_memory_equal(before, web_users_find(&users, "a")->line, sizeof before);
	static const char *const others[] = {"a : leader : VN : - : " HASH "\n", "a : staff : 08 : - : " HASH "\n",
					     "a : staff : VN : text : " HASH "\n", "b : staff : VN : - : " HASH "\n"};
	for (size_t i = 0; i < BASE_COUNT(others); i++) {
		assert_int_equal(parse(others[i]), 0);
		assert_memory_not_equal(before, users.list[0].line, sizeof before);
	}
}

static void test_faults(void **state)
{
	(void)state;
	static const struct {
		const char *text, *place, *says;
	} cases[] = {
		{"lan\n", "t/users:1: ", "\"lan\" is not of the form name : role : unit"},
		{"\n#\nlan : staff : VN : -\n", "t/users:3: ", "not of the form"},
		{"a : staff : VN : - : " HASH " : x\n", "t/users:1: ", "\"a : staff : VN : - : \" is not of the form"},
		{"Lan : staff : VN : - : " HASH "\n", "t/users:1: ", "name \"Lan\" is not allowed: it must be 1 to 32"},
		{" : staff : VN : - : " HASH "\n", "t/users:1: ", "name \"\""},
		{"a b : staff : VN : - : " HASH "\n", "t/users:1: ", "name \"a b\""},
		{"lan : chief : VN : - : " HASH "\n", "t/users:1: ", "role \"chief\" is not allowed: it must be one of leader"},
		{"lan : : VN : - : " HASH "\n", "t/users:1: ", "role \"\""},
		{"lan : staff : vn : - : " HASH "\n", "t/users:1: ", "unit \"vn\" is not allowed"},
		{"lan : staff : : - : " HASH "\n", "t/users:1: ", "unit \"\""},
		{"lan : staff : 12345678901234567 : - : " HASH "\n", "t/users:1: ", "unit \"12345678901234567\""},
		{"lan : staff : VN : yes : " HASH "\n", "t/users:1: ", "the right to text \"yes\" is not allowed: it must be text or -"},
		{"lan : staff : VN : : " HASH "\n", "t/users:1: ", "the right to text \"\""},
		{"lan : staff : VN : - : my secret\n", "t/users:1: ", "tiendo-web user passwd lan"},
		{"lan : staff : VN : - :\n", "t/users:1: ", "no argon2id text"},
		{"lan : staff : VN : - : " HASH "!\n", "t/users:1: ", "no argon2id text"},
		{"lan : staff : VN : - : $argon2id$v=19$m=99999,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4\n",
		 "t/users:1: ", "at most 64 MiB"},
		{"a : staff : VN : - : " HASH "\na : leader : 08 : - : " HASH "\n", "t/users:2: ", "a stands there a second time"},
		{"a\x1b[1m : staff : VN : - : " HASH "\n", "t/users:1: ", "the byte 0x1b at 2: a control character"},
		{"a : staff\r : VN : - : " HASH "\n", "t/users:1: ", "the byte 0x0d at 10"},
		{"# \x7f\n", "t/users:1: ", "the byte 0x7f at 3"},
		{"a : staff : VN : - : " HASH "\nb : staff : VN : - : " HASH, "t/users:2: ", "the last line does not end"},
		{"#", "t/users:1: ", "the last line does not end"},
	};

	assert_int_equal(parse("old : staff : VN : - : " HASH "\n"), 0);
	for (size_t i = 0; i < BASE_COUNT(cases); i++) {
		if (parse(cases[i].text) != -EINVAL)
			fail_msg("taken: %s", cases[i].text);
		if (strncmp(error.text, cases[i].place, strlen(cases[i].place)) != 0 || !strstr(error.text, cases[i].says))
			fail_msg("case %zu says: %s", i, error.text);
		/* neither a hash nor a password that stands in its place */
		assert_null(strstr(error.text, "c29tZXNhbHQ"));
		assert_null(strstr(error.text, "my secret"));
	}
	struct web_users fresh = {0};
	assert_int_equal(web_users_parse(bytes_of("a\0b\n", 4), "t/users", &fresh, &error), -EINVAL);
	assert_non_null(strstr(error.text, "the byte 0x00 at 2"));
	assert_int_equal(users.n, 1);
}

static void test_names(void **state)
{
	(void)state;
	assert_true(web_user_is_name("a"));
	assert_true(web_user_is_name("0-9._z"));
	assert_true(web_user_is_name("12345678901234567890123456789012"));
	assert_false(web_user_is_name("123456789012345678901234567890123"));
	assert_false(web_user_is_name(""));
	assert_false(web_user_is_name("a:b"));
	assert_false(web_user_is_name("A"));
	assert_false(web_user_is_name("lấn"));
}

static void test_roles(void **state)
{
	(void)state;
	for (enum web_role r = WEB_ROLE_LEADER; r <= WEB_ROLE_OPERATOR; r++) {
		assert_int_equal(web_role_of(web_role_word(r)), r);
		assert_true(*web_role_label(r, LANGUAGE_VI));
		assert_string_equal(web_role_label(r, LANGUAGE_EN), web_role_word(r));
	}
	assert_int_equal(web_role_of(""), WEB_ROLE_NONE);
	assert_int_equal(web_role_of("Leader"), WEB_ROLE_NONE);
}

static struct web_user user_of(const char *name)
{
	struct web_user u = {.role = WEB_ROLE_STAFF, .unit = "VN", .hash = HASH};

	snprintf(u.name, sizeof u.name, "%s", name);
	return u;
}

static void test_put_and_drop(void **state)
{
	(void)state;
	static const char *const names[] = {"m", "c", "x", "a", "z", "d"};
	struct web_user u = user_of("m");

	for (size_t i = 0; i < BASE_COUNT(names); i++) {
		struct web_user one = user_of(names[i]);
		assert_true(web_users_put(&users, &one));
	}
	u.role = WEB_ROLE_OPERATOR;
	assert_true(web_users_put(&users, &u));
	assert_int_equal(users.n, 6);
	for (size_t i = 1; i < users.n; i++)
		assert_true(strcmp(users.list[i - 1].name, users.list[i].name) < 0);
	assert_int_equal(web_users_find(&users, "m")->role, WEB_ROLE_OPERATOR);
	assert_false(web_users_drop(&users, "b"));
	assert_true(web_users_drop(&users, "a"));
	assert_true(web_users_drop(&users, "z"));
	assert_true(web_users_drop(&users, "m"));
	assert_int_equal(users.n, 3);
	assert_non_null(web_users_find(&users, "c"));
	assert_non_null(web_users_find(&users, "d"));
	assert_non_null(web_users_find(&users, "x"));
}

/* A thousand is the limit, in the table and in the file. */
static void test_a_thousand(void **state)
{
	(void)state;
	struct buffer text = {0}, comment = {0};

	for (int i = 0; i < WEB_USERS_MAX; i++)
		buffer_format(&text, "user%d : staff : VN : - : " HASH "\n", i);
	assert_int_equal(parse(buffer_text(&text)), 0);
	assert_int_equal(users.n, WEB_USERS_MAX);
	struct web_user one = user_of("user17"), more = user_of("more");
	assert_true(web_users_put(&users, &one));
	assert_false(web_users_put(&users, &more));
	assert_int_equal(users.n, WEB_USERS_MAX);
	buffer_put_text(&text, "more : staff : VN : - : " HASH "\n");
	assert_int_equal(parse(buffer_text(&text)), -EINVAL);
	assert_non_null(strstr(error.text, "t/users:1001: more would be one user more than the 1000 allowed"));
	buffer_free(&text);
	for (int i = 0; i < WEB_USERS_BYTES; i++)
		buffer_put_u8(&comment, '\n');
	assert_int_equal(parse(buffer_text(&comment)), 0);
	buffer_put_u8(&comment, '\n');
	assert_int_equal(parse(buffer_text(&comment)), -EFBIG);
	buffer_free(&comment);
}

static void test_passwords(void **state)
{
	(void)state;
	char most[WEB_PASSWORD_MOST + 2];
	static const struct {
		const char *password, *name;
		enum web_password_fault fault;
	} cases[] = {
		{"", "lan", WEB_PASSWORD_SHORT},
		{"123456789", "lan", WEB_PASSWORD_SHORT},
		{"1234567890", "lan", WEB_PASSWORD_FINE},
		/* letters, not bytes */
		{"mậtkhẩuạạ", "lan", WEB_PASSWORD_SHORT},
		{"mậtkhẩuạạạ", "lan", WEB_PASSWORD_FINE},
		{"lan.nguyen", "lan.nguyen", WEB_PASSWORD_NAME},
		{"Lan.Nguyen", "lan.nguyen", WEB_PASSWORD_NAME},
		{"lan.nguyen1", "lan.nguyen", WEB_PASSWORD_FINE},
		{"ten letters\t", "lan", WEB_PASSWORD_LETTERS},
		{"ten letters\x7f", "lan", WEB_PASSWORD_LETTERS},
		{"ten letters\xff", "lan", WEB_PASSWORD_LETTERS},
		{"ten letters e\xcc\x81", "lan", WEB_PASSWORD_LETTERS}, /* in two parts */
		{"ten letters \xc3\xa9", "lan", WEB_PASSWORD_FINE},
	};

	for (size_t i = 0; i < BASE_COUNT(cases); i++)
		if (web_password_check(bytes_text(cases[i].password), cases[i].name) != cases[i].fault)
			fail_msg("case %zu: %s", i, cases[i].password);
	assert_int_equal(web_password_check((struct bytes){0}, "lan"), WEB_PASSWORD_SHORT);
	memset(most, 'a', sizeof most);
	assert_int_equal(web_password_check(bytes_of(most, WEB_PASSWORD_MOST), "lan"), WEB_PASSWORD_FINE);
	assert_int_equal(web_password_check(bytes_of(most, WEB_PASSWORD_MOST + 1), "lan"), WEB_PASSWORD_LONG);
}

/* ---- anything at all ---- */

static uint32_t dice_state;

static uint32_t dice(uint32_t bound)
{
	dice_state = dice_state * 1664525 + 1013904223;
	return (dice_state >> 8) % bound;
}

/* A good file with some of its bytes changed, cut or doubled: refused with a place, or taken and the same again. */
static void judge(struct bytes text)
{
	struct web_users got = {0}, again = {0};
	struct buffer once = {0}, twice = {0};
	/* on the heap and exactly as long: a look beyond shows under the sanitizers */
	uint8_t *copy = malloc(text.size ? text.size : 1);

	memcpy(copy, text.data, text.size);
	int rc = web_users_parse(bytes_of(copy, text.size), "F", &got, &error);
	if (rc) {
		assert_int_equal(rc, -EINVAL);
		assert_int_equal(strncmp(error.text, "F:", 2), 0);
	} else {
		web_users_print(&got, &once);
		assert_int_equal(web_users_parse(buffer_bytes(&once), "G", &again, &error), 0);
		assert_int_equal(again.n, got.n);
		for (size_t i = 0; i < got.n; i++)
			assert_memory_equal(got.list[i].line, again.list[i].line, KEYS_HASH);
		web_users_print(&again, &twice);
		assert_true(bytes_equal(buffer_bytes(&once), buffer_bytes(&twice)));
	}
	web_users_free(&got);
	web_users_free(&again);
	buffer_free(&once);
	buffer_free(&twice);
	free(copy);
}

static void test_anything(void **state)
{
	(void)state;
	static const char good[] = "# c\nlan : leader : 08 : text : " HASH "\nb:staff:VN:-:" HASH "\n\nc : operator : 1 : - : " HASH "\n";
	static const char bytes[] = ":\n\r\t #-$ax0\x00\x1b\xff";
	const char *seed = getenv("SEED");

	dice_state = seed ? (uint32_t)strtoul(seed, NULL, 0) : 20230515;
	for (int round = 0; round < 20000; round++) {
		uint8_t text[sizeof good];
		size_t size = sizeof good - 1;
		memcpy(text, good, size);
		for (uint32_t n = dice(4); n > 0; n--)
			text[dice((uint32_t)size)] = (uint8_t)bytes[dice(sizeof bytes - 1)];
		if (dice(4) == 0)
			size = dice((uint32_t)size);
		judge(bytes_of(text, size));
	}
}

/* However short it is cut: never fewer users without a word, but at the end of a line. */
static void test_torn(void **state)
{
	(void)state;
	static const char whole[] = "a : staff : VN : - : " HASH "\nb : staff : VN : - : " HASH "\n";
	struct web_users got = {0};

	for (size_t size = 0; size < sizeof whole - 1; size++) {
		bool at_end = size == 0 || whole[size - 1] == '\n';
		assert_int_equal(web_users_parse(bytes_of(whole, size), "t", &got, &error), at_end ? 0 : -EINVAL);
		web_users_free(&got);
	}
}

/* ---- the file ---- */

static void put_file(const char *path, const char *text, mode_t mode)
{
	assert_int_equal(base_file_write(path, mode, bytes_text(text), &error), 0);
}

static void test_file(void **state)
{
	(void)state;
	const char *path = scratch_path("file-users");
	struct web_user u = user_of("lan");
	struct web_users back = {0};
	struct stat st;

	assert_int_equal(web_users_read(path, &back, &error), -ENOENT);
	assert_true(web_users_put(&users, &u));
	assert_int_equal(web_users_write(path, &users, &error), 0);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(web_users_read(path, &back, &error), 0);
	assert_int_equal(back.n, 1);
	assert_memory_equal(&back.list[0], &users.list[0], sizeof back.list[0]);
	web_users_free(&back);
	for (mode_t bit = 1; bit < 0100; bit <<= 1) {
		assert_int_equal(chmod(path, 0600 | bit), 0);
		assert_int_equal(web_users_read(path, &back, &error), -EACCES);
		assert_non_null(strstr(error.text, "chmod 600"));
	}
	/* one that was too open is closed by writing it */
	assert_int_equal(web_users_write(path, &users, &error), 0);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_true(web_users_write(scratch_path("no/such/users"), &users, &error) < 0);
}

static void test_looked_at_again(void **state)
{
	(void)state;
	const char *dir = scratch_path("looked");
	char path[600];
	struct web_users_file f;
	int64_t now = 1000;

	assert_int_equal(base_mkdirs(dir, 0700, &error), 0);
	snprintf(path, sizeof path, "%s/users", dir);
	/* none is nobody, for as long as there is none */
	assert_int_equal(web_users_open(&f, dir, now, &error), 0);
	assert_int_equal(f.users.n, 0);
	assert_int_equal(web_users_look(&f, true, now, &error), 0);
	put_file(path, "a : staff : VN : - : " HASH "\n", 0600);
	/* not before it is due, then once */
	assert_int_equal(f.look_at, now + WEB_USERS_LOOK_MS);
	assert_int_equal(web_users_look(&f, false, now + WEB_USERS_LOOK_MS - 1, &error), 0);
	assert_int_equal(f.users.n, 0);
	assert_int_equal(web_users_look(&f, false, now += WEB_USERS_LOOK_MS, &error), 1);
	assert_int_equal(f.users.n, 1);
	assert_int_equal(web_users_look(&f, false, now += WEB_USERS_LOOK_MS, &error), 0);
	/* asked, it is read whatever its stamp says */
	assert_int_equal(web_users_look(&f, true, now + 1, &error), 1);
	assert_int_equal(web_users_look(&f, false, now + WEB_USERS_LOOK_MS, &error), 0);
	/* a bad one is said once, and who was there stays */
	put_file(path, "a : staff : VN : - : " HASH "\nb : st", 0600);
	assert_int_equal(web_users_look(&f, false, now += 2 * WEB_USERS_LOOK_MS, &error), -EINVAL);
	assert_non_null(strstr(error.text, "/users:2: the last line does not end"));
	assert_int_equal(web_users_look(&f, false, now += WEB_USERS_LOOK_MS, &error), 0);
	assert_non_null(web_users_find(&f.users, "a"));
	put_file(path, "b : staff : VN : - : " HASH "\n", 0640);
	assert_int_equal(web_users_look(&f, false, now += WEB_USERS_LOOK_MS, &error), -EACCES);
	assert_non_null(web_users_find(&f.users, "a"));
	assert_int_equal(unlink(path), 0);
	assert_int_equal(web_users_look(&f, false, now += WEB_USERS_LOOK_MS, &error), -ENOENT);
	assert_non_null(strstr(error.text, "gone; its 1 users stay"));
	assert_int_equal(web_users_look(&f, false, now += WEB_USERS_LOOK_MS, &error), 0);
	assert_int_equal(f.users.n, 1);
	/* mended: the mode alone is a change */
	put_file(path, "b : staff : VN : - : " HASH "\n", 0640);
	assert_int_equal(web_users_look(&f, false, now += WEB_USERS_LOOK_MS, &error), -EACCES);
	assert_int_equal(chmod(path, 0600), 0);
	assert_int_equal(web_users_look(&f, false, now += WEB_USERS_LOOK_MS, &error), 1);
	assert_null(web_users_find(&f.users, "a"));
	assert_non_null(web_users_find(&f.users, "b"));
	web_users_close(&f);
	/* at the start a bad file is no reason to go on */
	put_file(path, "b", 0600);
	assert_int_equal(web_users_open(&f, dir, now, &error), -EINVAL);
	web_users_close(&f);
	char deep[700];
	memset(deep, 'd', sizeof deep - 1);
	deep[sizeof deep - 1] = '\0';
	assert_int_equal(web_users_open(&f, deep, now, &error), -ENAMETOOLONG);
}

#define T(name) cmocka_unit_test_setup_teardown(name, clear, clear)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_lines),        T(test_line_marks), T(test_faults),    T(test_names),
		T(test_roles),        T(test_put_and_drop), T(test_a_thousand), T(test_passwords),
		T(test_anything),     T(test_torn),       T(test_file),      T(test_looked_at_again),
	};
	if (keys_start(&error) != 0)
		return 1;
	return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
