// SPDX-License-Identifier: Apache-2.0
/*
 * Every call that can be failed, under the name by which it is called. The program's own definition comes
 * before libc's, also for the shared libraries it uses; what is called by libc inside libc is out of reach
 * (mkostemp is therefore failed as a whole).
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <sys/uio.h>
#include <unistd.h>

#include "tests/fault/nth/shim.h"

#define REAL(name)                                                                                 \
	__extension__({                                                                            \
		static __typeof__(&name) real_;                                                      \
		if (!real_)                                                                        \
			real_ = (__typeof__(&name))dlsym(RTLD_NEXT, #name);                        \
		real_;                                                                             \
	})
#define FAULT(call, about) nth_fault(NTH_##call, about, __builtin_return_address(0))

/* A line that was reset is cut on both sides. */
static int broken(int fd, int error)
{
	if (error == ECONNRESET)
		shutdown(fd, SHUT_RDWR);
	errno = error;
	return -1;
}

/* name(params) that calls the real one with args, or fails with `bad` */
#define WRAP(type, bad, name, call, about, params, args)                                           \
	type name params                                                                           \
	{                                                                                          \
		return FAULT(call, about) ? (bad) : REAL(name) args;                               \
	}
/* the same for what may do only a part: `n` bytes */
#define WRAP_PART(type, name, call, params, args, ...)                                             \
	type name params                                                                           \
	{                                                                                          \
		int error = FAULT(call, nth_about_fd(fd));                                         \
		if (error && error < NTH_SHORT)                                                    \
			return broken(fd, error);                                                  \
		if (error == NTH_SHORT)                                                            \
			n = n > 1 ? n / 2 : n;                                                     \
		type did = REAL(name) args;                                                        \
		return error == NTH_DONE ? broken(fd, EIO) : did;                                  \
	}
#define ABOUT nth_about_fd(fd)

/* ---- files ---- */

#define OPEN(name)                                                                                 \
	int name(const char *path, int flags, ...)                                                 \
	{                                                                                          \
		va_list ap;                                                                        \
		va_start(ap, flags);                                                               \
		mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(ap, mode_t) : 0;              \
		va_end(ap);                                                                        \
		return FAULT(open, NTH_PATH) ? -1 : REAL(name)(path, flags, mode);                 \
	}
OPEN(open)
OPEN(open64)

#define FCNTL(name)                                                                                \
	int name(int fd, int command, ...)                                                         \
	{                                                                                          \
		va_list ap;                                                                        \
		va_start(ap, command);                                                             \
		void *arg = va_arg(ap, void *);                                                    \
		va_end(ap);                                                                        \
		bool lock = command == F_SETLK || command == F_SETLKW;                             \
		if (lock && FAULT(fcntl, ABOUT))                                                   \
			return -1;                                                                 \
		return REAL(name)(fd, command, arg);                                               \
	}
FCNTL(fcntl)
FCNTL(fcntl64)

WRAP_PART(ssize_t, read, read, (int fd, void *b, size_t n), (fd, b, n))
WRAP_PART(ssize_t, pread, pread, (int fd, void *b, size_t n, off_t at), (fd, b, n, at))
WRAP_PART(ssize_t, pread64, pread, (int fd, void *b, size_t n, off64_t at), (fd, b, n, at))
WRAP_PART(ssize_t, write, write, (int fd, const void *b, size_t n), (fd, b, n))
WRAP_PART(ssize_t, pwrite, pwrite, (int fd, const void *b, size_t n, off_t at), (fd, b, n, at))
WRAP_PART(ssize_t, pwrite64, pwrite, (int fd, const void *b, size_t n, off64_t at), (fd, b, n, at))

/* A part of several pieces: the first of them, or half of the only one. */
static int part_of(const struct iovec *v, int n, struct iovec *one)
{
	*one = v[0];
	if (n == 1 && one->iov_len > 1)
		one->iov_len /= 2;
	return 1;
}

#define WRAP_PIECES(name, call, params, some, all)                                                 \
	ssize_t name params                                                                        \
	{                                                                                          \
		struct iovec one;                                                                  \
		int error = FAULT(call, ABOUT);                                                    \
		if (error && error < NTH_SHORT)                                                    \
			return -1;                                                                 \
		if (error == NTH_SHORT && n > 0) {                                                              \
			n = part_of(v, n, &one);                                                   \
			return REAL(name) some;                                                    \
		}                                                                                  \
		ssize_t did = REAL(name) all;                                                      \
		return error == NTH_DONE ? broken(fd, EIO) : did;                                  \
	}
WRAP_PIECES(writev, writev, (int fd, const struct iovec *v, int n), (fd, &one, n), (fd, v, n))
WRAP_PIECES(pwritev, pwritev, (int fd, const struct iovec *v, int n, off_t at), (fd, &one, n, at),
	    (fd, v, n, at))
WRAP_PIECES(pwritev64, pwritev, (int fd, const struct iovec *v, int n, off64_t at),
	    (fd, &one, n, at), (fd, v, n, at))

WRAP(int, -1, fsync, fsync, ABOUT, (int fd), (fd))
WRAP(int, -1, fdatasync, fdatasync, ABOUT, (int fd), (fd))
WRAP(int, -1, ftruncate, ftruncate, ABOUT, (int fd, off_t n), (fd, n))
WRAP(int, -1, ftruncate64, ftruncate, ABOUT, (int fd, off64_t n), (fd, n))
WRAP(int, -1, fallocate, fallocate, ABOUT, (int fd, int mode, off_t at, off_t n), (fd, mode, at, n))
WRAP(off_t, -1, lseek, lseek, ABOUT, (int fd, off_t at, int from), (fd, at, from))
WRAP(int, -1, flock, flock, ABOUT, (int fd, int how), (fd, how))
WRAP(int, -1, rename, rename, NTH_PATH, (const char *a, const char *b), (a, b))
WRAP(int, -1, link, link, NTH_PATH, (const char *a, const char *b), (a, b))
WRAP(int, -1, unlink, unlink, NTH_PATH, (const char *a), (a))
WRAP(int, -1, rmdir, rmdir, NTH_PATH, (const char *a), (a))
WRAP(int, -1, mkdir, mkdir, NTH_PATH, (const char *a, mode_t m), (a, m))
WRAP(int, -1, mkostemp, mkostemp, NTH_PATH, (char *a, int flags), (a, flags))
WRAP(int, -1, fchmod, fchmod, ABOUT, (int fd, mode_t m), (fd, m))
WRAP(int, -1, stat, stat, NTH_PATH, (const char *p, struct stat *s), (p, s))
WRAP(int, -1, lstat, stat, NTH_PATH, (const char *p, struct stat *s), (p, s))
WRAP(int, -1, statfs, statfs, NTH_PATH, (const char *p, struct statfs *s), (p, s))
WRAP(int, -1, fstatfs, statfs, ABOUT, (int fd, struct statfs *s), (fd, s))
WRAP(int, -1, statvfs, statfs, NTH_PATH, (const char *p, struct statvfs *s), (p, s))
WRAP(int, -1, access, access, NTH_PATH, (const char *p, int how), (p, how))

/* The kernel closes also when it says that it could not. */
int close(int fd)
{
	int error = FAULT(close, ABOUT == NTH_FILE ? NTH_FILE : NTH_SPARED);
	int rc = REAL(close)(fd);

	if (!error)
		return rc;
	errno = error;
	return -1;
}

/* Only maps of files: the others are somebody's memory. */
#define MMAP(name, offset)                                                                         \
	void *name(void *a, size_t n, int prot, int flags, int fd, offset at)                      \
	{                                                                                          \
		if (fd >= 0 && FAULT(mmap, ABOUT))                                                 \
			return MAP_FAILED;                                                         \
		return REAL(name)(a, n, prot, flags, fd, at);                                      \
	}
MMAP(mmap, off_t)
MMAP(mmap64, off64_t)

/* ---- sockets ---- */

WRAP(int, -1, socket, socket, NTH_PATH, (int a, int b, int c), (a, b, c))
WRAP(int, -1, setsockopt, setsockopt, ABOUT, (int fd, int a, int b, const void *c, socklen_t d),
     (fd, a, b, c, d))
WRAP(int, -1, getsockname, getsockname, ABOUT, (int fd, struct sockaddr *a, socklen_t *b), (fd, a, b))
WRAP(int, -1, bind, bind, ABOUT, (int fd, const struct sockaddr *a, socklen_t n), (fd, a, n))
WRAP(int, -1, listen, listen, ABOUT, (int fd, int n), (fd, n))
WRAP(int, -1, accept, accept, ABOUT, (int fd, struct sockaddr *a, socklen_t *n), (fd, a, n))
WRAP(int, -1, accept4, accept, ABOUT, (int fd, struct sockaddr *a, socklen_t *n, int f), (fd, a, n, f))
WRAP(int, -1, connect, connect, ABOUT, (int fd, const struct sockaddr *a, socklen_t n), (fd, a, n))
WRAP_PART(ssize_t, send, send, (int fd, const void *b, size_t n, int f), (fd, b, n, f))
WRAP_PART(ssize_t, recv, recv, (int fd, void *b, size_t n, int f), (fd, b, n, f))

int getaddrinfo(const char *node, const char *service, const struct addrinfo *hints,
		struct addrinfo **out)
{
	int error = FAULT(resolve, NTH_PATH);

	if (error)
		return error == ENOMEM ? EAI_MEMORY : EAI_AGAIN;
	return REAL(getaddrinfo)(node, service, hints, out);
}

/* ---- waiting, threads, dice ---- */

WRAP(int, -1, poll, poll, NTH_PATH, (struct pollfd *p, nfds_t n, int ms), (p, n, ms))
WRAP(int, -1, epoll_create1, epoll_create, NTH_PATH, (int f), (f))
WRAP(int, -1, epoll_ctl, epoll_ctl, NTH_PATH, (int e, int op, int fd, struct epoll_event *v),
     (e, op, fd, v))
WRAP(int, -1, epoll_wait, epoll_wait, NTH_PATH, (int e, struct epoll_event *v, int n, int ms),
     (e, v, n, ms))
WRAP(int, -1, eventfd, eventfd, NTH_PATH, (unsigned n, int f), (n, f))
WRAP(int, -1, signalfd, signalfd, NTH_PATH, (int fd, const sigset_t *s, int f), (fd, s, f))
WRAP(int, -1, pipe2, pipe, NTH_PATH, (int fd[2], int f), (fd, f))
WRAP(ssize_t, -1, getrandom, getrandom, NTH_PATH, (void *b, size_t n, unsigned f), (b, n, f))
WRAP(pid_t, -1, fork, fork, NTH_PATH, (void), ())

int pthread_create(pthread_t *t, const pthread_attr_t *a, void *(*f)(void *), void *arg)
{
	int error = FAULT(thread, NTH_PATH);

	return error ? error : REAL(pthread_create)(t, a, f, arg);
}

/* ---- memory of our own objects: ld's --wrap ---- */

#define REFUSED nth_fault(NTH_malloc, NTH_PATH, __builtin_return_address(0))
#define WRAP_MEMORY(type, name, params, args)                                                      \
	type __real_##name params;                                                                 \
	type __wrap_##name params;                                                                 \
	type __wrap_##name params                                                                  \
	{                                                                                          \
		return REFUSED ? NULL : __real_##name args;                                        \
	}
WRAP_MEMORY(void *, malloc, (size_t n), (n))
WRAP_MEMORY(void *, calloc, (size_t n, size_t size), (n, size))
WRAP_MEMORY(void *, realloc, (void *p, size_t n), (p, n))
WRAP_MEMORY(char *, strdup, (const char *s), (s))
WRAP_MEMORY(char *, strndup, (const char *s, size_t n), (s, n))

#define WRAP_PRINT(name, params, args)                                                             \
	int __real_##name params;                                                                  \
	int __wrap_##name params;                                                                  \
	int __wrap_##name params                                                                   \
	{                                                                                          \
		return REFUSED ? -1 : __real_##name args;                                          \
	}
WRAP_PRINT(vasprintf, (char **out, const char *f, va_list ap), (out, f, ap))
WRAP_PRINT(__vasprintf_chk, (char **out, int flag, const char *f, va_list ap), (out, flag, f, ap))

int __real_main(int argc, char **argv);
int __wrap_main(int argc, char **argv);
int __wrap_main(int argc, char **argv)
{
	if (getenv("NTH_ZYGOTE"))
		nth_zygote(__real_main);
	return __real_main(argc, argv);
}
