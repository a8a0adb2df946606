// SPDX-License-Identifier: Apache-2.0
/*
 * LMDB trusts its pages: a flipped bit in one can end the process that follows it (SIGSEGV, or LMDB's own assertions)
 * or send it in circles. view/ may be thrown away, so it must not do that to a start: a child goes first. What it read
 * without harm the parent reads in the same way.
 */
#include "server/viewstore.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/sys/clock.h"
#include "server/viewstore_inside.h"

struct met {
	int code;
	struct sys_error error;
};

/* ---- the child ---- */

/* What a full checkpoint would do to the pages: give all back, and take as many from the list of free ones. */
static int try_writing(struct viewstore *s, uint32_t units, uint64_t bytes, struct sys_error *error)
{
	viewstore_begin(s);
	viewstore_clear(s);
	for (uint32_t i = 0; i < units; i++) {
		uint8_t key[4];
		put_u32(key, i);
		kv_reserve(s->txn, s->units, bytes_of(key, sizeof key), (size_t)(bytes / units) + KEYS_HASH);
	}
	int rc = kv_error(s->txn);
	if (rc)
		sys_fail(error, rc, "%s", kv_error_text(s->txn));
	viewstore_abort(s);
	return rc;
}

struct volume {
	uint32_t units;
	uint64_t bytes;
};

static int add_unit(void *ctx, struct bytes packed, struct sys_error *error)
{
	struct volume *v = ctx;
	(void)error;
	v->units++;
	v->bytes += packed.size;
	return 0;
}

static int look(const char *dir, struct sys_error *error)
{
	struct volume volume = { 0 };
	const struct viewstore_sink sink = { .unit = add_unit, .ctx = &volume };
	struct viewstore *s = NULL;
	int rc = viewstore_open(&s, dir, error);
	if (!rc)
		rc = viewstore_read(s, &sink, error);
	/* not closed: the process ends here */
	return rc ? rc : try_writing(s, volume.units, volume.bytes, error);
}

/*
 * A crash is an answer here: nobody's handler, no core file, no word on stderr (LMDB would tell people to restore a
 * backup).
 */
static void be_quiet(void)
{
	static const int ends[] = { SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL };
	const struct rlimit none = { 0 };
	for (size_t i = 0; i < BASE_COUNT(ends); i++)
		signal(ends[i], SIG_DFL);
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	setrlimit(RLIMIT_CORE, &none);
	if (null >= 0)
		dup2(null, STDERR_FILENO);
}

__attribute__((noreturn)) static void child(const char *dir, int to)
{
	struct met v = { 0 };
	prctl(PR_SET_PDEATHSIG, SIGKILL); /* it must not hold the store's LOCK when the parent is gone */
	be_quiet();
	v.code = look(dir, &v.error);
	ssize_t n = write(to, &v, sizeof v); /* a pipe takes so little whole */
	_exit(n == sizeof v ? 0 : 1);
}

/* ---- the parent ---- */

/* True = the child wrote its verdict in time. */
static bool hear(int from, struct met *v)
{
	struct pollfd p = { .fd = from, .events = POLLIN };
	int64_t end = clock_transport() + VIEWSTORE_PROBE_MS;
	int rc;
	do {
		int64_t left = end - clock_transport();
		rc = poll(&p, 1, left > 0 ? (int)left : 0);
	} while (rc < 0 && errno == EINTR);
	return rc == 1 && read(from, v, sizeof *v) == sizeof *v;
}

static int wait_for(pid_t pid, int from, struct sys_error *error)
{
	struct met v;
	int status = 0;
	if (!hear(from, &v)) {
		kill(pid, SIGKILL); /* it goes in circles, or is dead: then this does nothing */
		v.code = sys_fail(&v.error, -EUCLEAN, "reading it ends a process: it is damaged");
	}
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return v.code ? sys_fail(error, v.code, "%s", v.error.text) : 0;
}

int viewstore_probe(const char *dir, struct sys_error *error)
{
	int ends[2];
	if (pipe2(ends, O_CLOEXEC))
		return sys_fail(error, -errno, "it cannot be looked at: %s", sys_text(errno));
	pid_t pid = fork();
	if (pid == 0)
		child(dir, ends[1]);
	int rc = pid < 0 ? sys_fail(error, -errno, "it cannot be looked at: %s", sys_text(errno)) : 0;
	close(ends[1]);
	if (!rc)
		rc = wait_for(pid, ends[0], error);
	close(ends[0]);
	return rc;
}
