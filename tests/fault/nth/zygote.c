// SPDX-License-Identifier: Apache-2.0
/*
 * A program that has started and waits to be forked: each request is one run of its main(), in a child of its
 * own, with a fault. So a run costs a fork and not the loading of six libraries.
 *
 * Request on descriptor 0: its length (4 bytes, little-endian), then texts that end with NUL: control file or "",
 * stdout, stderr, and the arguments. Answers on descriptor 1: "began PID", and later "ended PID STATUS".
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/fault/nth/shim.h"

enum { REQUEST_MAX = 65536, WORDS_MAX = 64 };

static void read_whole(void *to, size_t n)
{
	for (char *p = to; n > 0;) {
		ssize_t got = read(0, p, n);
		if (got <= 0)
			_exit(0); /* the driver has gone */
		p += got;
		n -= (size_t)got;
	}
}

static void redirect(const char *path, int to)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_APPEND, 0600);

	if (fd < 0 || dup2(fd, to) < 0)
		_exit(99);
	close(fd);
}

static void run(int (*real_main)(int, char **), char **word, int n, const sigset_t *mask)
{
	static char name[] = "tiendo";
	char *control = word[0];
	int nothing = open("/dev/null", O_RDONLY);

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	sigprocmask(SIG_SETMASK, mask, NULL);
	redirect(word[1], 1);
	redirect(word[2], 2);
	dup2(nothing, 0);
	close(nothing);
	word[2] = name;
	word[n] = NULL;
	if (*control)
		nth_begin(control);
	exit(real_main(n - 2, word + 2));
}

static void serve(int (*real_main)(int, char **), const sigset_t *mask, int signals)
{
	static char request[REQUEST_MAX];
	char *word[WORDS_MAX + 1];
	unsigned char head[4];
	int n = 0;

	read_whole(head, sizeof head);
	size_t size = head[0] | head[1] << 8 | head[2] << 16;
	if (size >= sizeof request)
		_exit(98);
	read_whole(request, size);
	for (char *p = request; p < request + size && n < WORDS_MAX; p += strlen(p) + 1)
		word[n++] = p;
	pid_t pid = fork();
	if (pid == 0) {
		close(signals);
		run(real_main, word, n, mask);
	}
	dprintf(1, "began %d\n", (int)pid);
}

static void reap(int signals)
{
	struct signalfd_siginfo info;
	int status;
	pid_t pid;

	if (read(signals, &info, sizeof info) < 0 && errno != EAGAIN)
		_exit(97);
	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		dprintf(1, "ended %d %d\n", (int)pid, status);
}

void nth_zygote(int (*real_main)(int, char **))
{
	sigset_t set, before;

	unsetenv("NTH_ZYGOTE");
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigprocmask(SIG_BLOCK, &set, &before);
	int signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	for (;;) {
		struct pollfd p[] = {{.fd = 0, .events = POLLIN}, {.fd = signals, .events = POLLIN}};
		if (poll(p, 2, -1) < 0)
			continue;
		if (p[1].revents)
			reap(signals);
		if (p[0].revents)
			serve(real_main, &before, signals);
	}
}
