// SPDX-License-Identifier: Apache-2.0
#include "dashboard/web_password.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <termios.h>
#include <unistd.h>

/* Byte by byte: what stands behind the line is not ours. The end of input ends it too. */
static int read_line(int (*wait)(void), struct web_password *out)
{
	uint8_t c = 0;
	ssize_t n = 0;
	int rc;

	out->size = 0;
	while ((rc = wait()) == 0) {
		n = read(STDIN_FILENO, &c, 1);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0 || c == '\n')
			break;
		if (out->size < sizeof out->data)
			out->data[out->size++] = c;
	}
	if (n < 0)
		rc = -errno;
	keys_wipe(&c, sizeof c);
	return rc;
}

static int no_wait(void)
{
	return 0;
}

/* ---- a terminal ---- */

static const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP};
static volatile sig_atomic_t raised;
static sigset_t mask_before;

static void note(int number)
{
	raised = number;
}

/* While echo is off a signal only ends the wait: the terminal is put back first. They come in nowhere else, so none is
 * missed between a look at `raised` and the read. */
static void catch_signals(struct sigaction old[static BASE_COUNT(signals)])
{
	struct sigaction action = {.sa_handler = note};
	sigset_t mask;

	raised = 0;
	sigemptyset(&mask);
	for (size_t i = 0; i < BASE_COUNT(signals); i++)
		sigaddset(&mask, signals[i]);
	sigprocmask(SIG_BLOCK, &mask, &mask_before);
	for (size_t i = 0; i < BASE_COUNT(signals); i++)
		sigaction(signals[i], &action, &old[i]);
}

static void release_signals(const struct sigaction old[static BASE_COUNT(signals)])
{
	for (size_t i = 0; i < BASE_COUNT(signals); i++)
		sigaction(signals[i], &old[i], NULL);
	sigprocmask(SIG_SETMASK, &mask_before, NULL);
	if (raised)
		raise(raised);
}

/* Until a line has been typed. */
static int wait_typed(void)
{
	struct pollfd item = {.fd = STDIN_FILENO, .events = POLLIN};

	while (ppoll(&item, 1, NULL, &mask_before) < 0)
		if (raised || errno != EINTR)
			return -errno;
	return 0;
}

static int ask_once(const char *prompt, struct web_password *out)
{
	struct sigaction old[BASE_COUNT(signals)];
	struct termios before, silent;

	if (tcgetattr(STDIN_FILENO, &before) != 0)
		return -errno;
	silent = before;
	silent.c_lflag &= ~(tcflag_t)(ECHO | ECHOE | ECHOK | ECHONL);
	catch_signals(old);
	int rc = tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent) == 0 ? 0 : -errno;
	if (rc == 0) {
		fputs(prompt, stderr);
		rc = read_line(wait_typed, out);
		fputc('\n', stderr);
		tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
	}
	release_signals(old);
	return rc;
}

int web_password_ask(const char *name, enum language l, struct web_password *out)
{
	struct web_password again = {0};
	char prompt[128];

	if (!isatty(STDIN_FILENO))
		return read_line(no_wait, out);
	snprintf(prompt, sizeof prompt, l == LANGUAGE_VI ? "Mật khẩu mới của %s: " : "New password of %s: ", name);
	int rc = ask_once(prompt, out);
	if (rc == 0)
		rc = ask_once(l == LANGUAGE_VI ? "Nhập lại: " : "Again: ", &again);
	if (rc == 0 && !bytes_equal(bytes_of(out->data, out->size), bytes_of(again.data, again.size)))
		rc = -EDOM;
	keys_wipe(&again, sizeof again);
	return rc;
}
