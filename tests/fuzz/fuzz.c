// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>
#include <zmq.h>

#include "common/sys/codec.h"
#include "tests/unit/scratch.h"

static int loud = STDERR_FILENO;

/* libFuzzer closes a target's stderr (the log would drown everything): what is wrong is said all the same. */
__attribute__((constructor)) static void keep_stderr(void)
{
	loud = dup(STDERR_FILENO);
}

void fuzz_wrong(const char *file, int line, const char *what)
{
	dprintf(loud, "MUST %s (%s:%d)\n", what, file, line);
	abort();
}

/* ---- decisions ---- */

uint8_t take_u8(struct take *t)
{
	if (!t->left)
		return 0;
	t->left--;
	return *t->at++;
}

uint32_t take_u32(struct take *t)
{
	uint32_t n = 0;

	for (int i = 0; i < 4; i++)
		n = n << 8 | take_u8(t);
	return n;
}

uint64_t take_u64(struct take *t)
{
	uint64_t high = take_u32(t);

	return high << 32 | take_u32(t);
}

struct bytes take_bytes(struct take *t, size_t n)
{
	struct bytes b = bytes_of(t->at, n < t->left ? n : t->left);

	t->at += b.size;
	t->left -= b.size;
	return b;
}

struct bytes take_piece(struct take *t)
{
	size_t n = take_u8(t);

	if (n == 0xff)
		n += (size_t)take_u8(t) << 8 | take_u8(t);
	return take_bytes(t, n);
}

struct bytes take_rest(struct take *t)
{
	return take_bytes(t, t->left);
}

char *text_copy(struct bytes b)
{
	char *text = malloc(b.size + 1);

	if (b.size)
		memcpy(text, b.data, b.size);
	text[b.size] = '\0';
	return text;
}

/* ---- the network ---- */

void fuzz_message(struct net_message *m, const struct bytes *frames, size_t n, const char *user_id)
{
	net_message_clear(m);
	for (size_t i = 0; i < n && i < NET_FRAMES; i++) {
		zmq_msg_t *msg = (zmq_msg_t *)(void *)m->frames[i].opaque;

		zmq_msg_init_size(msg, frames[i].size);
		if (frames[i].size)
			memcpy(zmq_msg_data(msg), frames[i].data, frames[i].size);
		m->count = i + 1;
	}
	snprintf(m->user_id, sizeof m->user_id, "%s", user_id);
	snprintf(m->address, sizeof m->address, "%s", "192.0.2.1");
}

static char no_socket[8];
struct net_socket *const fuzz_socket = (struct net_socket *)(void *)no_socket;
enum net_sent (*fuzz_on_send)(const struct bytes *frames, size_t n);
int (*fuzz_on_receive)(struct net_message *m);

enum net_sent __real_net_send(struct net_socket *s, const struct bytes *frames, size_t n);
enum net_sent __wrap_net_send(struct net_socket *s, const struct bytes *frames, size_t n);
int __real_net_receive(struct net_socket *s, struct net_message *m);
int __wrap_net_receive(struct net_socket *s, struct net_message *m);
void __real_net_socket_close(struct net_socket **s);
void __wrap_net_socket_close(struct net_socket **s);
struct net_socket *__real_net_dealer_connect(struct net *n, const struct net_connect *o, struct sys_error *e);
struct net_socket *__wrap_net_dealer_connect(struct net *n, const struct net_connect *o, struct sys_error *e);
void __wrap_keys_random(void *out, size_t size);

struct net_socket *__wrap_net_dealer_connect(struct net *n, const struct net_connect *o, struct sys_error *e)
{
	return fuzz_on_receive ? fuzz_socket : __real_net_dealer_connect(n, o, e);
}

/* Sessions, epochs, jitter: the same in every run. */
void __wrap_keys_random(void *out, size_t size)
{
	static uint64_t state = UINT64_C(0x9E3779B97F4A7C15);

	for (size_t i = 0; i < size; i++) {
		state ^= state << 13, state ^= state >> 7, state ^= state << 17;
		((uint8_t *)out)[i] = (uint8_t)(state >> 32);
	}
}

enum net_sent __wrap_net_send(struct net_socket *s, const struct bytes *frames, size_t n)
{
	return fuzz_on_send ? fuzz_on_send(frames, n) : __real_net_send(s, frames, n);
}

int __wrap_net_receive(struct net_socket *s, struct net_message *m)
{
	return fuzz_on_receive ? fuzz_on_receive(m) : __real_net_receive(s, m);
}

void __wrap_net_socket_close(struct net_socket **s)
{
	if (*s == fuzz_socket)
		*s = NULL;
	else
		__real_net_socket_close(s);
}

/* ---- large arenas are kept: a sanitizer spends a millisecond on making one ---- */

enum { LARGE = 1 << 20, KEPT = 8 };
static struct codec_arena kept[KEPT];

struct codec_arena __real_codec_arena_new(size_t size);
struct codec_arena __wrap_codec_arena_new(size_t size);
void __real_codec_arena_free(struct codec_arena *a);
void __wrap_codec_arena_free(struct codec_arena *a);

struct codec_arena __wrap_codec_arena_new(size_t size)
{
	for (size_t i = 0; size >= LARGE && i < KEPT; i++) {
		struct codec_arena a = kept[i];
		if (a.size != size)
			continue;
		kept[i] = (struct codec_arena){0};
		return a;
	}
	return __real_codec_arena_new(size);
}

void __wrap_codec_arena_free(struct codec_arena *a)
{
	for (size_t i = 0; a->base && a->size >= LARGE && i < KEPT; i++) {
		if (kept[i].base)
			continue;
		kept[i] = (struct codec_arena){.base = a->base, .size = a->size};
		*a = (struct codec_arena){0};
		return;
	}
	__real_codec_arena_free(a);
}

/* ---- nothing is synced: the disk is memory ---- */

int fsync(int fd)
{
	(void)fd;
	return 0;
}

int fdatasync(int fd)
{
	(void)fd;
	return 0;
}

int msync(void *at, size_t size, int flags)
{
	(void)at, (void)size, (void)flags;
	return 0;
}

/* ---- scratch ---- */

static void leave(void)
{
	scratch_remove(NULL);
}

void fuzz_scratch(void)
{
	if (scratch_make(NULL) != 0)
		fuzz_wrong(__FILE__, __LINE__, "a scratch directory");
	atexit(leave);
}
