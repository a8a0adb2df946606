// SPDX-License-Identifier: Apache-2.0
#include "common/sys/local.h"

#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "common/sys/clock.h"

enum {
	HEAD = 4,      /* bytes of the length */
	CHUNK = 16384, /* bytes of one read */
	QUEUE = 4,     /* messages of the cap's size that may wait for a slow reader */
	WAITING = 16   /* callers that may wait to be accepted */
};

struct local {
	int fd;
	size_t cap;
	struct buffer in, out;
	size_t taken; /* bytes of `in` that local_receive has given away */
	int broken;   /* sticky */
};

/* ---- the place ---- */

static int address_of(const char *path, struct sockaddr_un *out, struct sys_error *error)
{
	*out = (struct sockaddr_un){.sun_family = AF_UNIX};
	if (strlen(path) >= sizeof(out->sun_path))
		return sys_fail(error, -ENAMETOOLONG,
				"%s: too long for a socket (%zu bytes at most); use a shorter "
				"directory",
				path, sizeof(out->sun_path) - 1);
	strcpy(out->sun_path, path);
	return 0;
}

static int make_socket(struct sys_error *error)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	return fd < 0 ? sys_fail(error, -errno, "cannot make a socket: %s", sys_text(errno)) : fd;
}

/* True when a socket file is left over from a process that is no more. */
static bool is_stale(const struct sockaddr_un *address)
{
	struct stat st;
	/* a plain file there refuses connections too, but is not ours to remove */
	if (lstat(address->sun_path, &st) != 0 || !S_ISSOCK(st.st_mode))
		return false;
	int fd = make_socket(NULL);
	if (fd < 0)
		return false;
	int rc = connect(fd, (const struct sockaddr *)address, sizeof(*address));
	int code = errno;
	close(fd);
	return rc != 0 && code == ECONNREFUSED;
}

int local_listen(const char *path, struct sys_error *error)
{
	struct sockaddr_un address;
	int rc = address_of(path, &address, error);
	int fd = rc ? rc : make_socket(error);
	if (fd < 0)
		return fd;
	if (is_stale(&address))
		unlink(path);
	/* before the bind: the file is never there with wider rights, and the umask is left alone
	 */
	if (fchmod(fd, 0600) == 0 &&
	    bind(fd, (const struct sockaddr *)&address, sizeof(address)) == 0 &&
	    listen(fd, WAITING) == 0)
		return fd;
	rc = -errno;
	close(fd);
	return sys_fail(error, rc, "%s: cannot listen: %s%s", path, sys_text(rc),
			rc == -EADDRINUSE ? "; does another one run?" : "");
}

void local_unlisten(int fd, const char *path)
{
	unlink(path); /* first: nobody finds a door that is closing */
	close(fd);
}

/* ---- a connection ---- */

static struct local *make(int fd, size_t cap)
{
	assert(cap > 0 && cap <= UINT32_MAX);
	struct local *c = base_alloc(sizeof(*c));
	*c = (struct local){.fd = fd, .cap = cap, .out.cap = QUEUE * (cap + HEAD)};
	return c;
}

struct local *local_accept(int fd, size_t cap)
{
	int rc;
	do
		rc = accept4(fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	while (rc < 0 && (errno == EINTR || errno == ECONNABORTED));
	return rc < 0 ? NULL : make(rc, cap);
}

struct local *local_connect(const char *path, size_t cap, int *code, struct sys_error *error)
{
	struct sockaddr_un address;
	*code = address_of(path, &address, error);
	int fd = *code ? -1 : make_socket(error);
	if (fd < 0) {
		*code = *code ? *code : fd;
		return NULL;
	}
	/* a unix socket connects at once or not at all */
	if (connect(fd, (const struct sockaddr *)&address, sizeof(address)) == 0)
		return make(fd, cap);
	*code = sys_fail(error, -errno, "%s: cannot reach it: %s", path, sys_text(errno));
	close(fd);
	return NULL;
}

void local_close(struct local **connection)
{
	struct local *c = *connection;
	*connection = NULL;
	if (!c)
		return;
	close(c->fd);
	buffer_free(&c->in);
	buffer_free(&c->out);
	free(c);
}

int local_fd(const struct local *c)
{
	return c->fd;
}

bool local_owes(const struct local *c)
{
	return c->out.size > 0;
}

/* ---- receiving ---- */

static void drop_front(struct buffer *b, size_t size)
{
	if (size == 0)
		return;
	memmove(b->data, b->data + size, b->size - size);
	b->size -= size;
}

/* 1 with a whole message at the front, 0 when more is needed, -EMSGSIZE. */
static int whole(const struct local *c, struct bytes *message)
{
	if (c->in.size < HEAD)
		return 0;
	size_t size = get_u32(c->in.data);
	if (size > c->cap)
		return -EMSGSIZE;
	if (c->in.size - HEAD < size)
		return 0;
	*message = bytes_of(c->in.data + HEAD, size);
	return 1;
}

/* 1 when something came, 0 when nothing is there. */
static int read_some(struct local *c)
{
	size_t before = c->in.size;
	uint8_t *place = buffer_reserve(&c->in, CHUNK);
	if (!place)
		return -ENOMEM;
	ssize_t n;
	do
		n = read(c->fd, place, CHUNK);
	while (n < 0 && errno == EINTR);
	int code = errno;
	c->in.size = before + (n > 0 ? (size_t)n : 0);
	if (n > 0)
		return 1;
	return n == 0 ? -EPIPE : code == EAGAIN ? 0 : -code;
}

int local_receive(struct local *c, struct bytes *message)
{
	*message = (struct bytes){0};
	drop_front(&c->in, c->taken);
	c->taken = 0;
	int rc = c->broken;
	while (rc == 0) {
		rc = whole(c, message);
		if (rc == 0) {
			int got = read_some(c);
			if (got == 0)
				return 0;
			rc = got < 0 ? got : 0;
		}
	}
	if (rc < 0)
		return c->broken = rc;
	c->taken = HEAD + message->size;
	return 1;
}

/* ---- sending ---- */

int local_flush(struct local *c)
{
	size_t done = 0;
	while (!c->broken && done < c->out.size) {
		ssize_t n = send(c->fd, c->out.data + done, c->out.size - done, MSG_NOSIGNAL);
		if (n >= 0)
			done += (size_t)n;
		else if (errno == EAGAIN)
			break;
		else if (errno != EINTR)
			c->broken = -errno;
	}
	drop_front(&c->out, done);
	return c->broken;
}

int local_send(struct local *c, struct bytes message)
{
	if (message.size > c->cap)
		return -EMSGSIZE;
	if (c->broken)
		return c->broken;
	buffer_put_u32(&c->out, (uint32_t)message.size);
	buffer_put_bytes(&c->out, message);
	if (c->out.failed)
		return c->broken = -ENOBUFS; /* half a message may be queued: no way back */
	return local_flush(c);
}

/* ---- a command's call ---- */

/* 1 when ready, 0 at the deadline, or a negative errno. */
static int wait_for(struct local *c, int64_t deadline)
{
	struct pollfd p = {.fd = c->fd, .events = (short)(POLLIN | (local_owes(c) ? POLLOUT : 0))};
	for (;;) {
		int64_t left = deadline - clock_transport();
		int n = poll(&p, 1, left > 0 ? (int)left : 0);
		if (n >= 0)
			return n;
		if (errno != EINTR)
			return -errno;
	}
}

int local_call(struct local *c, struct bytes request, int timeout_ms, struct bytes *answer,
	       struct sys_error *error)
{
	int64_t deadline = clock_transport() + timeout_ms;
	int rc = local_send(c, request);
	while (rc == 0) {
		rc = local_receive(c, answer);
		if (rc)
			break;
		int ready = wait_for(c, deadline);
		rc = ready > 0 ? 0 : ready ? ready : -ETIMEDOUT;
		if (rc == 0)
			rc = local_flush(c);
	}
	if (rc == 1)
		return 0;
	*answer = (struct bytes){0};
	return sys_fail(error, rc, "no answer: %s",
			rc == -EPIPE ? "the other side has ended" : sys_text(rc));
}
