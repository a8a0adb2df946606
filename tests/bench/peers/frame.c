// SPDX-License-Identifier: Apache-2.0
/*
 * PEER WORLD --mode MODE --port N --agents N --batch M --window W --updates K --ms T [--cells C] [--server PID]
 *
 * sends K updates, or as many as go in T ms, and prints one JSON line. What is timed: from the first batch, when all
 * clients are connected and all batches stand ready in memory, to the last acknowledgement.
 */
#include "tests/bench/peers/frame.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "common/domain/periods.h"
#include "tests/bench/peers/cpu.h"

enum { EVENTS = 256, PATIENCE_MS = 60000, OFFICE_MINUTES = 420 };

int64_t frame_now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

bool frame_mode(const struct frame *c, const char *mode)
{
	return !strcmp(c->o.mode, mode);
}

uint64_t frame_taken(const struct frame *c)
{
	uint64_t n = 0;

	for (uint32_t i = 0; i < c->o.clients; i++)
		n += c->clients[i].acked * c->o.batch;
	return n;
}

/* ---- making ---- */

static void start_walk(struct frame *c, struct frame_client *client, const struct world_agent *a)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	world_walk(&client->walk, &c->country.world, a);
	client->walk.wall_ms = (int64_t)now.tv_sec * 1000;
	client->walk.today = date_at((struct instant){client->walk.wall_ms}, OFFICE_MINUTES).ymd;
	client->walk.catalogue_entry = 2;
	keys_random(client->walk.seal.boot_id, sizeof client->walk.seal.boot_id);
	client->walk.seal.monotonic_ms = client->walk.seal.server_heard_at_ms = (uint64_t)now.tv_sec;
	client->walk.seal.server_time_ms = client->walk.wall_ms;
	client->walk.seal.attempts = 1;
	if (c->o.cells && c->o.cells < client->walk.cells) {
		client->walk.cells = c->o.cells;
		client->walk.stride = 1;
	}
}

static void make_update(struct frame *c, struct frame_client *client, uint64_t seq, struct frame_update *u,
			uint8_t *blob)
{
	const struct world_set *set = &c->country.world.sets[0];
	struct world_cell cell;

	world_next(&client->walk, seq, &u->update, &cell);
	u->blob = bytes_of(blob, codec_update_encode(&u->update, blob));
	u->figure.cell = (uint32_t)((size_t)(cell.unit - c->country.world.units) * c->country.leaves_n +
				    (size_t)(cell.item - set->items));
	u->figure.numerator = cell.item->kind == 't'   ? (int64_t)u->update.percent
			      : cell.item->kind == 'r' ? u->update.numerator
						       : u->update.value;
	u->figure.denominator = cell.item->kind == 'r' ? u->update.denominator : 0;
}

static void make_batches(struct frame *c, struct frame_client *client)
{
	static uint8_t blobs[BATCH_UPDATES_MAX][UPDATE_BYTES_MAX];
	struct frame_update u[BATCH_UPDATES_MAX];
	size_t n = (size_t)(c->o.updates / c->o.clients / c->o.batch);

	client->batches_n = n ? n : 1;
	client->batches = base_alloc(client->batches_n * sizeof *client->batches);
	client->figures = base_alloc(client->batches_n * c->o.batch * sizeof *client->figures);
	for (size_t b = 0; b < client->batches_n; b++) {
		for (uint32_t i = 0; i < c->o.batch; i++) {
			make_update(c, client, b * c->o.batch + i + 1, &u[i], blobs[i]);
			client->figures[b * c->o.batch + i] = u[i].figure;
		}
		client->batches[b].at = client->bytes.size;
		c->peer->encode(c, client, u, &client->bytes);
		client->batches[b].size = client->bytes.size - client->batches[b].at;
	}
}

static void add_clients(struct frame *c)
{
	uint32_t n = 0;

	c->clients = base_alloc(c->o.clients * sizeof *c->clients);
	for (size_t i = 0; i < c->country.world.agents_n; i++) {
		const struct world_agent *a = &c->country.world.agents[i];
		if (a->group != c->o.clients)
			continue;
		struct frame_client *client = &c->clients[n];
		client->number = n++;
		client->fd = -1;
		start_walk(c, client, a);
		c->peer->open(c, client);
		make_batches(c, client);
		if (client->fd >= 0)
			frame_watch(c, client->fd, client);
	}
	if (n != c->o.clients)
		world_fail("the world has no group of %u agents", c->o.clients);
	c->ack_us = base_alloc(n * c->clients[0].batches_n * sizeof *c->ack_us);
}

/* ---- running ---- */

void frame_watch(struct frame *c, int fd, struct frame_client *client)
{
	struct epoll_event event = {.events = EPOLLIN, .data.ptr = client};

	if (fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK) || epoll_ctl(c->epoll, EPOLL_CTL_ADD, fd, &event))
		world_fail("epoll: %s", strerror(errno));
}

void frame_wants(struct frame *c, struct frame_client *client, bool wants)
{
	struct epoll_event event = {.events = EPOLLIN | (wants ? EPOLLOUT : 0), .data.ptr = client};

	if (wants == client->wants)
		return;
	client->wants = wants;
	if (epoll_ctl(c->epoll, EPOLL_CTL_MOD, client->fd, &event))
		world_fail("epoll: %s", strerror(errno));
}

static void send_bytes(struct frame *c, struct frame_client *client)
{
	size_t goal =
		client->sent ? client->batches[client->sent - 1].at + client->batches[client->sent - 1].size : 0;

	while (client->out < goal) {
		ssize_t n = send(client->fd, client->bytes.data + client->out, goal - client->out, MSG_NOSIGNAL);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno != EAGAIN)
			world_fail("the peer closed the connection: %s", strerror(errno));
		if (n < 0)
			break;
		client->out += (size_t)n;
	}
	frame_wants(c, client, client->out < goal);
}

static void send_more(struct frame *c, struct frame_client *client)
{
	int64_t now = frame_now_ns();

	while (!c->over && client->sent < client->batches_n && client->sent - client->acked < c->o.window) {
		struct frame_batch *b = &client->batches[client->sent++];
		b->sent_ns = now;
		if (c->peer->send)
			c->peer->send(c, client, b);
	}
	if (!c->peer->send)
		send_bytes(c, client);
}

void frame_acked(struct frame *c, struct frame_client *client)
{
	const struct frame_figure *f = &client->figures[client->acked * c->o.batch];
	int64_t now = frame_now_ns();

	if (client->acked == client->sent)
		world_fail("more was acknowledged than was sent");
	c->ack_us[c->acks++] = (uint32_t)((now - client->batches[client->acked].sent_ns) / 1000);
	if (now - c->last_ack_ns > c->stall_ns)
		c->stall_ns = now - c->last_ack_ns;
	c->last_ack_ns = now;
	client->acked++;
	for (uint32_t i = 0; i < c->o.batch; i++)
		country_acked(&c->country, f[i].cell, f[i].numerator, f[i].denominator);
}

static void receive_bytes(struct frame *c, struct frame_client *client)
{
	enum { PIECE = 65536 };
	ssize_t n;

	do {
		uint8_t *room = buffer_reserve(&client->in, PIECE);
		n = recv(client->fd, room, PIECE, 0);
		client->in.size -= PIECE - (size_t)(n > 0 ? n : 0);
	} while (n == PIECE);
	if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
		world_fail("the peer closed the connection");
	size_t used = c->peer->parse(client, client->in.data, client->in.size, &client->replies);
	client->in.size -= used;
	memmove(client->in.data, client->in.data + used, client->in.size);
	for (; client->replies >= c->replies; client->replies -= c->replies)
		frame_acked(c, client);
}

static void turn(struct frame *c, struct frame_client *client)
{
	if (c->peer->receive)
		c->peer->receive(c, client);
	else
		receive_bytes(c, client);
	send_more(c, client);
}

static bool finished(struct frame *c)
{
	size_t left = 0;

	for (uint32_t i = 0; i < c->o.clients; i++)
		left += c->clients[i].acked < (c->over ? c->clients[i].sent : c->clients[i].batches_n);
	return !left;
}

static double run(struct frame *c)
{
	struct epoll_event events[EVENTS];
	int64_t start = frame_now_ns(), over = start + (int64_t)c->o.ms * 1000000;

	c->last_ack_ns = start;
	for (uint32_t i = 0; i < c->o.clients; i++)
		send_more(c, &c->clients[i]);
	while (!finished(c)) {
		if (c->peer->turn) {
			c->peer->turn(c);
			for (uint32_t i = 0; i < c->o.clients; i++)
				if (c->clients[i].fd < 0)
					send_more(c, &c->clients[i]);
			c->peer->turn(c);
		}
		int n = epoll_wait(c->epoll, events, EVENTS, 1);
		for (int i = 0; i < n; i++)
			if (events[i].data.ptr)
				turn(c, events[i].data.ptr);
		int64_t now = frame_now_ns();
		c->over = c->over || now > over;
		if (now > over + (int64_t)PATIENCE_MS * 1000000)
			world_fail("not acknowledged after %d s", PATIENCE_MS / 1000);
	}
	return (double)(c->last_ack_ns - start) / 1e9;
}

/* ---- hand-shakes ---- */

int frame_connect(uint16_t port)
{
	struct sockaddr_in to = {
		.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1;

	if (fd < 0 || connect(fd, (const struct sockaddr *)&to, sizeof to))
		world_fail("port %u: %s", port, strerror(errno));
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
	return fd;
}

void frame_say(int fd, const void *data, size_t size)
{
	if (send(fd, data, size, MSG_NOSIGNAL) != (ssize_t)size)
		world_fail("the peer does not listen: %s", strerror(errno));
}

void frame_hear_bytes(int fd, void *data, size_t size)
{
	if (recv(fd, data, size, MSG_WAITALL) != (ssize_t)size)
		world_fail("the peer does not answer");
}

const char *frame_hear(int fd, char *line, size_t room)
{
	size_t n = 0;

	do {
		if (n + 1 == room)
			world_fail("the peer's answer is too long");
		frame_hear_bytes(fd, line + n, 1);
	} while (line[n++] != '\n');
	n -= n > 1 && line[n - 2] == '\r' ? 2 : 1;
	line[n] = 0;
	return line;
}

/* ---- saying ---- */

static int by_value(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

static double cpu(void)
{
	struct rusage u;

	getrusage(RUSAGE_SELF, &u);
	return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
	       (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

static void say(struct frame *c, double seconds, double cpu_s, double server_cpu_s)
{
	uint64_t taken = frame_taken(c);
	uint32_t *us = c->ack_us;
	size_t n = c->acks;

	qsort(us, n, sizeof *us, by_value);
	printf("{\"agents\":%u,\"batch\":%u,\"window\":%u,\"updates\":%llu,\"cells\":%llu,\"seconds\":%.4f,\"updates_"
	       "s\":%.0f,"
	       "\"push_bytes\":%zu,\"load_cpu_s\":%.3f,\"server_cpu_us\":%.3f,\"stall_ms\":%.3f,"
	       "\"ack_ms\":{\"n\":%zu,\"p50\":%.3f,\"p99\":%.3f,\"max\":%.3f}",
	       c->o.clients, c->o.batch, c->o.window, (unsigned long long)taken,
	       (unsigned long long)country_reported(&c->country), seconds, (double)taken / seconds,
	       c->clients[0].bytes.size / c->clients[0].batches_n, cpu_s, server_cpu_s * 1e6 / (double)taken,
	       (double)c->stall_ns / 1e6, n, us[n / 2] / 1e3, us[n - 1 - n / 100] / 1e3, us[n - 1] / 1e3);
	fflush(stdout);
	c->country.all = c->o.cells > 0;
	country_add_up(&c->country);
	c->peer->check(c);
	printf(",\"sums_compared\":%llu}\n", (unsigned long long)c->country.compared);
}

static uint32_t natural(const char *text)
{
	char *end;
	unsigned long n = strtoul(text, &end, 10);

	if (!*text || *end || !n || n > UINT32_MAX)
		world_fail("%s is no number from 1 on", text);
	return (uint32_t)n;
}

static void parse(struct frame_options *o, int argc, char **argv)
{
	static const struct option names[] = {{"mode", 1, NULL, 'x'},	{"port", 1, NULL, 'p'},
					      {"agents", 1, NULL, 'a'}, {"batch", 1, NULL, 'b'},
					      {"window", 1, NULL, 'w'}, {"updates", 1, NULL, 'u'},
					      {"ms", 1, NULL, 'm'},	{"cells", 1, NULL, 'c'},
					      {"server", 1, NULL, 's'}, {0}};
	int c;

	*o = (struct frame_options){.clients = 1, .batch = 1, .window = 1, .updates = 1, .ms = 60000};
	while ((c = getopt_long(argc, argv, "", names, NULL)) != -1) {
		uint32_t n = c == 'x' || c == '?' ? 0 : natural(optarg);
		o->clients = c == 'a' ? n : o->clients;
		o->batch = c == 'b' ? n : o->batch;
		o->window = c == 'w' ? n : o->window;
		o->updates = c == 'u' ? n : o->updates;
		o->ms = c == 'm' ? n : o->ms;
		o->server = c == 's' ? n : o->server;
		o->cells = c == 'c' ? n : o->cells;
		o->port = c == 'p' ? (uint16_t)n : o->port;
		o->mode = c == 'x' ? optarg : o->mode;
		if (c == '?')
			world_fail("see the head of frame.c");
	}
	if (o->batch > BATCH_UPDATES_MAX)
		world_fail("a batch has at most %d updates", BATCH_UPDATES_MAX);
}

static void need_mode(struct frame *c)
{
	const char *const *m = c->peer->modes;

	c->o.mode = c->o.mode ? c->o.mode : *m;
	while (*m && strcmp(*m, c->o.mode))
		m++;
	if (!*m)
		world_fail("there is no mode %s", c->o.mode);
}

int main(int argc, char **argv)
{
	static struct frame c;
	struct sys_error error = {""};

	if (argc < 2 || keys_start(&error))
		world_fail("see the head of frame.c");
	parse(&c.o, argc - 1, argv + 1);
	c.peer = &frame_peer;
	c.replies = 1;
	need_mode(&c);
	country_read(&c.country, argv[1]);
	c.epoll = epoll_create1(EPOLL_CLOEXEC);
	if (c.peer->start)
		c.peer->start(&c);
	add_clients(&c);
	double server = cpu_seconds((int)c.o.server), own = cpu(), seconds = run(&c);
	own = cpu() - own;
	say(&c, seconds, own, cpu_seconds((int)c.o.server) - server);
	return 0;
}
