// SPDX-License-Identifier: Apache-2.0
#include "common/sys/loop.h"

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>
#include <zmq.h>

#include "common/sys/clock.h"

static long wait_of(int64_t deadline)
{
	if (deadline == LOOP_FOREVER)
		return -1;
	int64_t left = deadline - clock_transport();
	return left < 0 ? 0 : left > LONG_MAX ? LONG_MAX : (long)left;
}

/* Our items as ZeroMQ's; those with nothing to wait for are left out. */
static int arm(struct loop_item *items, size_t count, zmq_pollitem_t *out, size_t *from)
{
	int n = 0;
	for (size_t i = 0; i < count; i++) {
		struct loop_item *item = &items[i];
		item->readable = item->writable = item->broken = false;
		short events = (short)((item->no_read ? 0 : ZMQ_POLLIN) |
				       (item->want_write ? ZMQ_POLLOUT : 0));
		if (!events || (!item->socket && item->fd < 0))
			continue;
		from[n] = i;
		out[n++] = (zmq_pollitem_t){
			.socket = item->socket ? net_handle(item->socket) : NULL,
			.fd = item->fd,
			.events = events,
		};
	}
	return n;
}

int loop_wait(struct loop_item *items, size_t count, int64_t deadline)
{
	zmq_pollitem_t polled[LOOP_ITEMS];
	size_t from[LOOP_ITEMS];
	assert(count <= LOOP_ITEMS);
	int n = arm(items, count, polled, from), ready;
	while ((ready = zmq_poll(polled, n, wait_of(deadline))) < 0) {
		int code = zmq_errno();
		if (code == ETERM)
			return -ESHUTDOWN;
		assert(code == EINTR); /* anything else is an item used wrongly */
	}
	for (int i = 0; i < n && ready > 0; i++) {
		struct loop_item *item = &items[from[i]];
		item->readable = polled[i].revents & ZMQ_POLLIN;
		item->writable = polled[i].revents & ZMQ_POLLOUT;
		item->broken = polled[i].revents & ZMQ_POLLERR;
	}
	return ready;
}

/* ---- signals ---- */

int loop_signals(struct sys_error *error)
{
	sigset_t set;
	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGUSR1);
	signal(SIGPIPE, SIG_IGN);
	int rc = -pthread_sigmask(SIG_BLOCK, &set, NULL);
	int fd = rc ? -1 : signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
	if (fd < 0)
		return sys_fail(error, rc ? rc : -errno, "cannot receive signals: %s",
				sys_text(rc ? rc : errno));
	return fd;
}

int loop_signal(int fd)
{
	struct signalfd_siginfo info;
	ssize_t n;
	do
		n = read(fd, &info, sizeof(info));
	while (n < 0 && errno == EINTR);
	return n == (ssize_t)sizeof(info) ? (int)info.ssi_signo : 0;
}

/* ---- wake-ups ---- */

int loop_wake_open(struct sys_error *error)
{
	int fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	return fd < 0 ? sys_fail(error, -errno, "cannot make an eventfd: %s", sys_text(errno)) : fd;
}

void loop_wake(int fd)
{
	uint64_t one = 1;
	/* EAGAIN: the count is full, so it is awake already */
	while (write(fd, &one, sizeof(one)) < 0 && errno == EINTR)
		;
}

bool loop_wake_take(int fd)
{
	uint64_t n;
	ssize_t got;
	do
		got = read(fd, &n, sizeof(n));
	while (got < 0 && errno == EINTR);
	return got == (ssize_t)sizeof(n);
}
