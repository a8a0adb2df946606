// SPDX-License-Identifier: Apache-2.0
/* `tiendo-web user ...`, each run in a process of its own: stdin a pipe, or a terminal of its own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <stdio.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "common/sys/clock.h"
#include "dashboard/web_user_command.h"
#include "dashboard/web_users.h"
#include "tests/unit/scratch.h"

enum { WORDS_MAX = 12, DEADLINE_MS = 60000 };

static char dir[700], path[800];
static struct sys_error error;
static struct buffer out, err;

static int fresh(void **state)
{
	static int n;
	char name[32];

	(void)state;
	snprintf(name, sizeof name, "users-%d", n++);
	snprintf(dir, sizeof dir, "%s", scratch_path(name));
	snprintf(path, sizeof path, "%s/users", dir);
	return base_mkdirs(dir, 0700, &error);
}

static int gone(void **state)
{
	(void)state;
	buffer_free(&out);
	buffer_free(&err);
	return 0;
}

/* The words of a command line, cut at blanks. In the process made for it; ends it. */
static _Noreturn void run_here(const char *line, enum language l)
{
	char copy[512], *words[WORDS_MAX], *rest = copy, *word;
	int n = 0;

	snprintf(copy, sizeof copy, "%s", line);
	while ((word = strtok_r(rest, " ", &rest)) && n < WORDS_MAX)
		words[n++] = word;
	exit(web_user_command(dir, n, words, l, false));
}

static pid_t start(const char *line, enum language l, const char *input, const char *to, const char *sentences)
{
	int in[2];

	assert_int_equal(pipe(in), 0);
	fflush(NULL);
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		dup2(in[0], 0);
		close(in[1]);
		if (!freopen(to, "w", stdout) || !freopen(sentences, "w", stderr))
			exit(99);
		run_here(line, l);
	}
	close(in[0]);
	if (*input)
		assert_int_equal(write(in[1], input, strlen(input)), strlen(input));
	close(in[1]);
	return child;
}

static int ended(pid_t child)
{
	int status;
	struct pollfd item = {.fd = (int)syscall(SYS_pidfd_open, child, 0), .events = POLLIN};

	assert_true(item.fd >= 0);
	if (poll(&item, 1, DEADLINE_MS) != 1)
		kill(child, SIGKILL);
	close(item.fd);
	assert_int_equal(waitpid(child, &status, 0), child);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

static int run_in(const char *line, enum language l, const char *input)
{
	char to[600], sentences[600];

	snprintf(to, sizeof to, "%s", scratch_path("out"));
	snprintf(sentences, sizeof sentences, "%s", scratch_path("err"));
	int code = ended(start(line, l, input, to, sentences));
	assert_int_equal(base_file_read(to, 1 << 20, &out, &error), 0);
	assert_int_equal(base_file_read(sentences, 1 << 20, &err, &error), 0);
	return code;
}

static int run(const char *line, const char *input)
{
	return run_in(line, LANGUAGE_EN, input);
}

static void assert_says(const char *part)
{
	if (!strstr(buffer_text(&err), part))
		fail_msg("says: %s", buffer_text(&err));
}

static struct web_user user_in_file(const char *name)
{
	struct web_users users = {0};
	struct web_user user = {.role = WEB_ROLE_NONE};

	assert_int_equal(web_users_read(path, &users, &error), 0);
	const struct web_user *there = web_users_find(&users, name);
	if (there)
		user = *there;
	web_users_free(&users);
	return user;
}

static void test_a_life(void **state)
{
	(void)state;
	struct stat st;

	assert_int_equal(run("list", ""), 0);
	assert_string_equal(buffer_text(&out), "NAME  ROLE  UNIT  FREE TEXT  PASSWORD\n");
	assert_int_equal(run("list --json", ""), 0);
	assert_string_equal(buffer_text(&out), "[]\n");

	assert_int_equal(run("add lan --role leader --unit 08 --text", "mật khẩu của lan\nmore\n"), 0);
	assert_string_equal(buffer_text(&out), "added: lan (leader, unit 08, may read free text)\n");
	assert_string_equal(buffer_text(&err), "");
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	struct web_user lan = user_in_file("lan");
	assert_int_equal(lan.role, WEB_ROLE_LEADER);
	assert_true(lan.text);
	assert_int_equal(keys_password_verify(lan.hash, bytes_text("mật khẩu của lan")), 0);

	/* the last line need not end */
	assert_int_equal(run_in("add --unit=VN binh --role=operator", LANGUAGE_VI, "another password"), 0);
	assert_string_equal(buffer_text(&out), "đã thêm: binh (quản trị, đơn vị VN)\n");
	assert_int_equal(keys_password_verify(user_in_file("binh").hash, bytes_text("another password")), 0);

	assert_int_equal(run_in("list", LANGUAGE_VI, ""), 0);
	assert_string_equal(buffer_text(&out), "TÊN   VAI TRÒ   ĐƠN VỊ  NỘI DUNG CHỮ  MẬT KHẨU\n"
					       "binh  quản trị  VN      không         tốt\n"
					       "lan   lãnh đạo  08      có            tốt\n");
	assert_int_equal(run("list --json", ""), 0);
	assert_string_equal(buffer_text(&out),
			    "[{\"name\": \"binh\", \"role\": \"operator\", \"unit\": \"VN\", \"text\": false, \"stale\": false}, "
			    "{\"name\": \"lan\", \"role\": \"leader\", \"unit\": \"08\", \"text\": true, \"stale\": false}]\n");

	assert_int_equal(run("passwd lan", "a new password\n"), 0);
	assert_string_equal(buffer_text(&out), "new password: lan (leader, unit 08, may read free text)\n");
	assert_int_equal(keys_password_verify(user_in_file("lan").hash, bytes_text("a new password")), 0);
	assert_memory_not_equal(user_in_file("lan").line, lan.line, sizeof lan.line);

	assert_int_equal(run("remove binh --json", ""), 0);
	assert_string_equal(buffer_text(&out),
			    "{\"name\": \"binh\", \"role\": \"operator\", \"unit\": \"VN\", \"text\": false, \"stale\": false}\n");
	assert_int_equal(user_in_file("binh").role, WEB_ROLE_NONE);
	assert_int_equal(user_in_file("lan").role, WEB_ROLE_LEADER);
}

static void test_refusals(void **state)
{
	(void)state;
	char longer[WEB_PASSWORD_MOST + 3];
	struct buffer before = {0}, after = {0};

	memset(longer, 'a', WEB_PASSWORD_MOST + 1);
	strcpy(longer + WEB_PASSWORD_MOST + 1, "\n");
	assert_int_equal(run("add lan --role staff --unit 08", "a good password\n"), 0);
	assert_int_equal(base_file_read(path, 1 << 20, &before, &error), 0);
	static const struct {
		const char *line, *input, *vi, *en;
	} cases[] = {
		{"add lan --role staff --unit 08", "a good password\n", "đã có người dùng lan", "there is a user lan already"},
		{"passwd binh", "a good password\n", "không có người dùng binh", "there is no user binh in "},
		{"remove binh", "", "không có người dùng binh", "there is no user binh in "},
		{"passwd lan", "123456789\n", "ít nhất 10 ký tự", "at least 10 letters"},
		{"passwd lan", "\n", "ít nhất 10 ký tự", "at least 10 letters"},
		{"passwd lan", "", "ít nhất 10 ký tự", "at least 10 letters"},
		{"passwd lan", "a control\x01letter\n", "ký tự điều khiển", "without control characters"},
		{"add user-number-1 --role staff --unit 08", "User-Number-1\n", "không được là tên", "may not be the user's name"},
	};
	for (size_t i = 0; i < BASE_COUNT(cases); i++) {
		assert_int_equal(run_in(cases[i].line, LANGUAGE_VI, cases[i].input), 1);
		assert_says(cases[i].vi);
		assert_int_equal(run_in(cases[i].line, LANGUAGE_EN, cases[i].input), 1);
		assert_says(cases[i].en);
		assert_string_equal(buffer_text(&out), "");
	}
	assert_int_equal(run("passwd lan", longer), 1);
	assert_says("at most 256 bytes");
	assert_int_equal(base_file_read(path, 1 << 20, &after, &error), 0);
	assert_true(bytes_equal(buffer_bytes(&before), buffer_bytes(&after)));
	buffer_free(&before);
	buffer_free(&after);
}

static void test_wrong_use(void **state)
{
	(void)state;
	static const struct {
		const char *line, *says;
	} cases[] = {
		{"", "add|passwd|remove|list"},
		{"change lan", "add|passwd|remove|list"},
		{"add", "user add NAME --role"},
		{"passwd", "user passwd NAME"},
		{"remove", "user remove NAME"},
		{"list lan", "user list [--json]"},
		{"add lan --unit 08", "--role : leader|staff|operator"},
		{"add lan --role chief --unit 08", "--role chief: leader|staff|operator"},
		{"add lan --role staff", "--unit : a unit's code"},
		{"add lan --role staff --unit v/n", "--unit v/n: a unit's code"},
		{"add lan --role staff --unit", "not understood: --unit"},
		{"add Lan --role staff --unit 08", "the name \"Lan\" is not allowed: 1 to 32 of a-z 0-9"},
		{"add lan binh --role staff --unit 08", "not understood: binh"},
		{"add lan --roles staff --unit 08", "not understood: --roles"},
		{"add lan --password=x --role staff --unit 08", "not understood: --password=x"},
		{"passwd lan --role staff", "not understood: --role"},
		{"remove lan --text", "not understood: --text"},
	};

	for (size_t i = 0; i < BASE_COUNT(cases); i++) {
		assert_int_equal(run(cases[i].line, "a good password\n"), 2);
		assert_says(cases[i].says);
	}
	assert_int_equal(access(path, F_OK), -1);
}

static void test_environment(void **state)
{
	(void)state;
	struct buffer bad = {0}, after = {0};

	buffer_put_text(&bad, "not a user file\n");
	assert_int_equal(base_file_write(path, 0600, buffer_bytes(&bad), &error), 0);
	static const char *const lines[] = {"list", "add lan --role staff --unit 08", "passwd lan", "remove lan"};
	for (size_t i = 0; i < BASE_COUNT(lines); i++) {
		assert_int_equal(run(lines[i], "a good password\n"), 3);
		assert_says("/users:1: \"not a user file\" is not of the form");
	}
	assert_int_equal(base_file_read(path, 1 << 20, &after, &error), 0);
	assert_true(bytes_equal(buffer_bytes(&bad), buffer_bytes(&after)));
	buffer_free(&bad);
	buffer_free(&after);
	assert_int_equal(chmod(path, 0644), 0);
	assert_int_equal(run("list", ""), 3);
	assert_says("chmod 600");
	assert_int_equal(unlink(path), 0);
	assert_int_equal(rmdir(dir), 0);
	assert_int_equal(run("add lan --role staff --unit 08", "a good password\n"), 3);
	assert_says("cannot open the directory: No such file");
	memset(dir, 'd', sizeof dir - 1);
	dir[sizeof dir - 1] = '\0';
	assert_int_equal(run("list", ""), 3);
	assert_says("ddd...: File name too long");
}

/* The file would belong to whoever ran this, and the gateway could not read it. */
static void test_another_owner(void **state)
{
	(void)state;
	if (geteuid() != 0)
		skip();
	assert_int_equal(chown(dir, 65534, 65534), 0);
	assert_int_equal(run("add lan --role staff --unit 08", "a good password\n"), 3);
	assert_says("belongs to user 65534 of this machine");
	assert_says("sudo -u '#65534'");
	assert_int_equal(access(path, F_OK), -1);
}

static void test_a_thousand(void **state)
{
	(void)state;
	struct web_users users = {0};
	struct web_user u = {.role = WEB_ROLE_STAFF, .unit = "VN"};

	assert_int_equal(keys_password_hash(bytes_text("x"), u.hash), 0);
	for (int i = 0; i < WEB_USERS_MAX; i++) {
		snprintf(u.name, sizeof u.name, "u%d", i);
		assert_true(web_users_put(&users, &u));
	}
	assert_int_equal(web_users_write(path, &users, &error), 0);
	web_users_free(&users);
	assert_int_equal(run("add lan --role staff --unit 08", "a good password\n"), 1);
	assert_says("there are 1000 users");
	assert_int_equal(run("passwd u999", "a good password\n"), 0);
}

/* Several at once: none undoes what another did. */
static void test_at_once(void **state)
{
	(void)state;
	enum { CHILDREN = 8 };
	pid_t children[CHILDREN];
	char line[64], name[24];

	for (int i = 0; i < CHILDREN; i++) {
		snprintf(line, sizeof line, "add u%d --role staff --unit 08", i);
		children[i] = start(line, LANGUAGE_EN, "a good password\n", "/dev/null", "/dev/null");
	}
	for (int i = 0; i < CHILDREN; i++)
		assert_int_equal(ended(children[i]), 0);
	for (int i = 0; i < CHILDREN; i++) {
		snprintf(name, sizeof name, "u%d", i);
		assert_int_equal(user_in_file(name).role, WEB_ROLE_STAFF);
	}
}

/* ---- a terminal ---- */

/* Reads what the terminal shows until `part` stands there; false = its end, or the deadline. */
static bool shows(int terminal, struct buffer *seen, const char *part)
{
	int64_t deadline = clock_transport() + DEADLINE_MS;

	while (!part || !strstr(buffer_text(seen), part)) {
		struct pollfd item = {.fd = terminal, .events = POLLIN};
		char text[256];
		int64_t left = deadline - clock_transport();
		if (left <= 0 || poll(&item, 1, (int)left) <= 0)
			return false;
		ssize_t n = read(terminal, text, sizeof text);
		if (n <= 0)
			return false; /* EIO: nobody holds the other side */
		buffer_put(seen, text, (size_t)n);
	}
	return true;
}

static bool echoes(int terminal)
{
	struct termios t;

	assert_int_equal(tcgetattr(terminal, &t), 0);
	return t.c_lflag & ECHO;
}

/* Our own descriptor of the other side keeps the terminal's settings to be looked at when the command has ended. */
static pid_t start_on_terminal(const char *line, int *terminal, int *side)
{
	char name[64];

	fflush(NULL);
	pid_t child = forkpty(terminal, name, NULL, NULL);
	assert_true(child >= 0);
	if (child == 0)
		run_here(line, LANGUAGE_EN);
	*side = open(name, O_RDWR | O_NOCTTY);
	assert_true(*side >= 0);
	return child;
}

static void type(int terminal, const char *text)
{
	assert_int_equal(write(terminal, text, strlen(text)), strlen(text));
}

static void test_terminal(void **state)
{
	(void)state;
	static const struct {
		const char *first, *second;
		int code;
		const char *shown;
	} cases[] = {
		{"a good password\n", "a good passwort\n", 1, "the two are not the same"},
		{"a good password\n", "a good passwor\n", 1, "the two are not the same"},
		{"short\n", "short\n", 1, "at least 10 letters"},
		{"a good password\n", "a good password\n", 0, "added: lan"},
	};

	for (size_t i = 0; i < BASE_COUNT(cases); i++) {
		struct buffer seen = {0};
		int terminal, side;
		pid_t child = start_on_terminal("add lan --role staff --unit 08", &terminal, &side);
		assert_true(shows(terminal, &seen, "New password of lan: "));
		assert_false(echoes(terminal));
		type(terminal, cases[i].first);
		assert_true(shows(terminal, &seen, "Again: "));
		assert_false(echoes(terminal));
		type(terminal, cases[i].second);
		assert_true(shows(terminal, &seen, cases[i].shown));
		assert_int_equal(ended(child), cases[i].code);
		assert_true(echoes(terminal));
		assert_null(strstr(buffer_text(&seen), "a good"));
		close(terminal);
		close(side);
		buffer_free(&seen);
	}
	assert_int_equal(keys_password_verify(user_in_file("lan").hash, bytes_text("a good password")), 0);
}

/* ^C while nothing is shown: it ends, and the terminal shows again what is typed. */
static void test_given_up(void **state)
{
	(void)state;
	for (int second = 0; second < 2; second++) {
		struct buffer seen = {0};
		int terminal, side;
		pid_t child = start_on_terminal("add lan --role staff --unit 08", &terminal, &side);
		assert_true(shows(terminal, &seen, "New password of lan: "));
		if (second) {
			type(terminal, "a good password\n");
			assert_true(shows(terminal, &seen, "Again: "));
		}
		assert_false(echoes(terminal));
		type(terminal, "a good\x03");
		assert_int_equal(ended(child), -SIGINT);
		assert_true(echoes(terminal));
		assert_int_equal(access(path, F_OK), -1);
		close(terminal);
		close(side);
		buffer_free(&seen);
	}
}

#define T(name) cmocka_unit_test_setup_teardown(name, fresh, gone)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_a_life),        T(test_refusals),   T(test_wrong_use), T(test_environment),
		T(test_another_owner), T(test_a_thousand), T(test_at_once),   T(test_terminal),
		T(test_given_up),
	};
	if (keys_start(&error) != 0)
		return 1;
	return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
