// SPDX-License-Identifier: Apache-2.0
/*
 * floor: what the machine itself needs for the least that any server of ours would have to do. Prints one JSON line.
 *
 *   floor sync DIR N                            append 128 bytes and fdatasync, N times: to a file that grows, and to
 *                                               one whose blocks were written before
 *   floor lmdb DIR RECORDS BYTES MS             an LMDB loop and nothing else: RECORDS values of BYTES under rising keys,
 *                                               commit (full sync), again, for MS milliseconds
 *   floor tcp DIR CONNECTIONS WINDOW BYTES ACK MS
 *                                               plain TCP over loopback: each connection keeps WINDOW messages of BYTES
 *                                               in flight; the receiver appends whatever is there to a file, one fdatasync,
 *                                               then answers each with ACK bytes. No encryption, nothing is looked at
 */
#include <errno.h>
#include <fcntl.h>
#include <lmdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { APPEND = 128, WINDOW_MAX = 16, CONNECTIONS_MAX = 1000, ROOM = 1 << 20 };

static void must(bool good, const char *what)
{
	if (good)
		return;
	fprintf(stderr, "floor: %s: %s\n", what, strerror(errno));
	exit(3);
}

static int64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* ---- spreads ---- */

struct times {
	double *us;
	size_t n, room;
};

static void times_add(struct times *t, int64_t ns)
{
	if (t->n == t->room) {
		t->room = t->room ? 2 * t->room : 1024;
		t->us = realloc(t->us, t->room * sizeof *t->us);
		must(t->us, "memory");
	}
	t->us[t->n++] = (double)ns / 1e3;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void times_print(const char *name, struct times *t)
{
	must(t->n > 0, "nothing was measured");
	qsort(t->us, t->n, sizeof *t->us, by_value);
	printf("\"%s\":{\"n\":%zu,\"p50\":%.1f,\"p99\":%.1f,\"max\":%.1f}", name, t->n, t->us[t->n / 2],
	       t->us[t->n - 1 - t->n / 100], t->us[t->n - 1]);
}

static int file_in(const char *dir, const char *name)
{
	char path[4096];

	snprintf(path, sizeof path, "%s/%s", dir, name);
	int fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	must(fd >= 0, path);
	unlink(path); /* the descriptor keeps it; nothing is left behind */
	return fd;
}

/* ---- sync ---- */

static void append(int fd, size_t n, struct times *t)
{
	uint8_t bytes[APPEND];

	memset(bytes, 0xa5, sizeof bytes);
	for (size_t i = 0; i < n; i++) {
		int64_t start = now_ns();
		must(pwrite(fd, bytes, sizeof bytes, (off_t)(i * sizeof bytes)) == sizeof bytes, "write");
		must(fdatasync(fd) == 0, "fdatasync");
		times_add(t, now_ns() - start);
	}
}

static void fill(int fd, size_t size)
{
	static const uint8_t zeros[65536];

	for (size_t at = 0; at < size; at += sizeof zeros)
		must(pwrite(fd, zeros, sizeof zeros, (off_t)at) == sizeof zeros, "write");
	must(fsync(fd) == 0, "fsync");
}

static void floor_sync(const char *dir, size_t n)
{
	struct times growing = {0}, filled = {0};
	int fd = file_in(dir, "growing");

	append(fd, n, &growing);
	close(fd);
	fd = file_in(dir, "filled");
	fill(fd, n * APPEND);
	append(fd, n, &filled);
	close(fd);
	printf("{");
	times_print("growing_us", &growing);
	printf(",");
	times_print("filled_us", &filled);
	printf("}\n");
}

/* ---- LMDB alone ---- */

static void must_lmdb(int rc)
{
	if (!rc)
		return;
	fprintf(stderr, "floor: %s\n", mdb_strerror(rc));
	exit(3);
}

static uint64_t big_endian(uint64_t n)
{
	return __builtin_bswap64(n);
}

static void commit_records(MDB_env *env, MDB_dbi table, uint64_t *number, size_t records, const MDB_val *value)
{
	MDB_txn *txn;

	must_lmdb(mdb_txn_begin(env, NULL, 0, &txn));
	for (size_t i = 0; i < records; i++) {
		uint64_t key = big_endian(++*number);
		MDB_val k = {sizeof key, &key}, v = *value;
		must_lmdb(mdb_put(txn, table, &k, &v, 0));
	}
	must_lmdb(mdb_txn_commit(txn));
}

static void floor_lmdb(const char *dir, size_t records, size_t bytes, int ms)
{
	MDB_val value = {bytes, malloc(bytes)};
	struct times t = {0};
	uint64_t number = 0;
	MDB_env *env;
	MDB_txn *txn;
	MDB_dbi table;

	must(value.mv_data, "memory");
	memset(value.mv_data, 0xa5, bytes);
	must_lmdb(mdb_env_create(&env));
	must_lmdb(mdb_env_set_mapsize(env, (size_t)64 << 30));
	must_lmdb(mdb_env_set_maxdbs(env, 4));
	must_lmdb(mdb_env_open(env, dir, MDB_NOTLS, 0600));
	must_lmdb(mdb_txn_begin(env, NULL, 0, &txn));
	must_lmdb(mdb_dbi_open(txn, "entries", MDB_CREATE, &table));
	must_lmdb(mdb_txn_commit(txn));
	int64_t start = now_ns(), last = start, end = start + (int64_t)ms * 1000000;
	while (last < end) {
		commit_records(env, table, &number, records, &value);
		int64_t then = now_ns();
		times_add(&t, then - last);
		last = then;
	}
	mdb_env_close(env);
	double seconds = (double)(last - start) / 1e9;
	printf("{\"records\":%zu,\"bytes\":%zu,\"commits_s\":%.1f,\"records_s\":%.1f,", records, bytes,
	       (double)t.n / seconds, (double)number / seconds);
	times_print("commit_us", &t);
	printf("}\n");
	free(value.mv_data);
	free(t.us);
}

/* ---- TCP, a file, one sync for all that came ---- */

struct receiver {
	int listener, file;
	size_t connections, window, bytes, ack;
};

/* Appends what is there; how many whole messages that were. */
static size_t take(int fd, int file, size_t bytes, size_t *half)
{
	static uint8_t room[ROOM];
	ssize_t n = recv(fd, room, sizeof room, MSG_DONTWAIT);

	if (n <= 0)
		return 0;
	must(write(file, room, (size_t)n) == n, "write");
	size_t whole = (*half + (size_t)n) / bytes;
	*half = (*half + (size_t)n) % bytes;
	return whole;
}

static void answer(int fd, size_t n, size_t size)
{
	static const uint8_t zeros[ROOM];
	size_t left = n * size;

	while (left) {
		ssize_t sent = send(fd, zeros, left < sizeof zeros ? left : sizeof zeros, MSG_NOSIGNAL);
		if (sent <= 0)
			return; /* the sender has seen enough */
		left -= (size_t)sent;
	}
}

static void *receive(void *arg)
{
	const struct receiver *r = arg;
	static struct pollfd polled[CONNECTIONS_MAX];
	static size_t half[CONNECTIONS_MAX], whole[CONNECTIONS_MAX];
	bool open = true;

	for (size_t i = 0; i < r->connections; i++)
		polled[i] = (struct pollfd){.fd = accept(r->listener, NULL, NULL), .events = POLLIN};
	while (open && poll(polled, r->connections, -1) > 0) {
		for (size_t i = 0; i < r->connections; i++) {
			open = open && !(polled[i].revents & POLLHUP);
			whole[i] = polled[i].revents & POLLIN ? take(polled[i].fd, r->file, r->bytes, &half[i]) : 0;
		}
		must(fdatasync(r->file) == 0, "fdatasync");
		for (size_t i = 0; i < r->connections; i++)
			answer(polled[i].fd, whole[i], r->ack);
	}
	return NULL;
}

struct sender {
	int fd;
	size_t owed;      /* bytes of the window that the kernel has not taken yet */
	size_t half;      /* of an answer */
	int64_t sent[WINDOW_MAX];
	size_t next;      /* to be answered */
};

static void push(struct sender *s, size_t bytes)
{
	static const uint8_t zeros[ROOM];

	while (s->owed) {
		size_t n = s->owed < bytes ? s->owed : bytes;
		ssize_t sent = send(s->fd, zeros, n, MSG_DONTWAIT | MSG_NOSIGNAL);
		if (sent <= 0)
			return;
		s->owed -= (size_t)sent;
	}
}

static size_t answered(struct sender *s, const struct receiver *r, struct times *t)
{
	static uint8_t room[ROOM];
	ssize_t n = recv(s->fd, room, sizeof room, MSG_DONTWAIT);
	int64_t now = now_ns();

	if (n <= 0)
		return 0;
	size_t whole = (s->half + (size_t)n) / r->ack;
	s->half = (s->half + (size_t)n) % r->ack;
	for (size_t i = 0; i < whole; i++, s->next = (s->next + 1) % r->window) {
		times_add(t, now - s->sent[s->next]);
		s->sent[s->next] = now;
	}
	s->owed += whole * r->bytes;
	return whole;
}

static int connect_to(const struct sockaddr_in *address)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	must(fd >= 0 && connect(fd, (const struct sockaddr *)address, sizeof *address) == 0, "connect");
	return fd;
}

static size_t send_all(struct sender *senders, struct pollfd *polled, const struct receiver *r, int64_t end,
		       struct times *t)
{
	size_t messages = 0;

	while (now_ns() < end) {
		for (size_t i = 0; i < r->connections; i++)
			polled[i] = (struct pollfd){.fd = senders[i].fd,
						    .events = (short)(POLLIN | (senders[i].owed ? POLLOUT : 0))};
		poll(polled, r->connections, 100);
		for (size_t i = 0; i < r->connections; i++) {
			if (polled[i].revents & POLLIN)
				messages += answered(&senders[i], r, t);
			push(&senders[i], r->bytes);
		}
	}
	return messages;
}

static void floor_tcp(const char *dir, struct receiver r, int ms)
{
	static struct sender senders[CONNECTIONS_MAX];
	static struct pollfd polled[CONNECTIONS_MAX];
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof address;
	struct times t = {0};
	pthread_t thread;

	must(r.connections <= CONNECTIONS_MAX && r.window <= WINDOW_MAX, "too many connections");
	r.file = file_in(dir, "tcp");
	r.listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	must(bind(r.listener, (struct sockaddr *)&address, sizeof address) == 0 && listen(r.listener, 1024) == 0 &&
		     getsockname(r.listener, (struct sockaddr *)&address, &size) == 0,
	     "listen");
	must(pthread_create(&thread, NULL, receive, &r) == 0, "thread");
	int64_t start = now_ns();
	for (size_t i = 0; i < r.connections; i++) {
		senders[i] = (struct sender){.fd = connect_to(&address), .owed = r.window * r.bytes};
		for (size_t w = 0; w < r.window; w++)
			senders[i].sent[w] = start;
	}
	start = now_ns();
	size_t messages = send_all(senders, polled, &r, start + (int64_t)ms * 1000000, &t);
	double seconds = (double)(now_ns() - start) / 1e9;
	for (size_t i = 0; i < r.connections; i++)
		close(senders[i].fd);
	pthread_join(thread, NULL);
	printf("{\"connections\":%zu,\"bytes\":%zu,\"messages_s\":%.1f,", r.connections, r.bytes, (double)messages / seconds);
	times_print("ack_us", &t);
	printf("}\n");
}

int main(int argc, char **argv)
{
	size_t n[5] = {0};

	for (int i = 3; i < argc && i < 8; i++)
		n[i - 3] = strtoul(argv[i], NULL, 10);
	if (argc == 4 && !strcmp(argv[1], "sync"))
		floor_sync(argv[2], n[0]);
	else if (argc == 6 && !strcmp(argv[1], "lmdb"))
		floor_lmdb(argv[2], n[0], n[1], (int)n[2]);
	else if (argc == 8 && !strcmp(argv[1], "tcp"))
		floor_tcp(argv[2], (struct receiver){.connections = n[0], .window = n[1], .bytes = n[2], .ack = n[3]}, (int)n[4]);
	else
		fprintf(stderr, "floor: see the head of floor.c\n");
	return 0;
}
