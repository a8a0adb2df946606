// SPDX-License-Identifier: Apache-2.0
/*
 * redis: Redis 7. Modes:
 *   xadd     one entry of a stream for each update
 *   packed   one entry of a stream for each batch
 *   rollup   one call of a script for each batch: cells, and the sums of the 4 x 4 ancestors
 *
 * The script gets the batch as one packed string with the ancestors of each update in it (it need not know the tree),
 * takes the old figures out of the cells, adds up the differences first, and then reads and writes each unit's hash of
 * sums once. Cells and sums are packed strings too: decimal numbers, or one HINCRBY for each sum, are slower.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/bench/peers/frame.h"

/* HIGH4 LOW4: Lua's numbers are doubles, and struct's i8 reads no more exactly than they hold: 2^53. */
static const char script[] =
	"local s, p, n, d = ARGV[1], 1, #ARGV[1], {}\n"
	"local unpack_, pack, call = struct.unpack, struct.pack, redis.call\n"
	"while p <= n do\n"
	"  local from = p\n"
	"  local u0,u1,u2,u3,i0,i1,i2,i3,as_of,num,den,note\n"
	"  u0,u1,u2,u3,i0,i1,i2,i3,as_of,num,den,note,p = unpack_('>HHHHBBBBI4i8i8Bc0', s, p)\n"
	"  local old, dr, dn, dd = call('HGET', 'c:'..u0, i0), 1, num, den\n"
	"  local wins = true\n"
	"  if old then\n"
	"    local a, x, y = unpack_('>I4i8i8', old)\n"
	"    wins, dr, dn, dd = a <= as_of, 0, num - x, den - y\n"
	"  end\n"
	"  if wins then\n"
	"    call('HSET', 'c:'..u0, i0, string.sub(s, from + 12, p - 1))\n"
	"    for k = 1, 4 do\n"
	"      local u = k == 1 and u0 or k == 2 and u1 or k == 3 and u2 or u3\n"
	"      if u ~= 65535 then\n"
	"        local t = d[u]\n"
	"        if not t then t = {} d[u] = t end\n"
	"        for j = 1, 4 do\n"
	"          local i = j == 1 and i0 or j == 2 and i1 or j == 3 and i2 or i3\n"
	"          local e = t[i]\n"
	"          if e then e[1], e[2], e[3] = e[1] + dr, e[2] + dn, e[3] + dd else t[i] = {dr, dn, dd} end\n"
	"        end\n"
	"      end\n"
	"    end\n"
	"  end\n"
	"end\n"
	"for u, t in pairs(d) do\n"
	"  local names, key = {}, 'r:'..u\n"
	"  for i in pairs(t) do names[#names + 1] = i end\n"
	"  local held, out = call('HMGET', key, unpack(names)), {}\n"
	"  for k = 1, #names do\n"
	"    local i = names[k]\n"
	"    local e, r, x, y = t[i], 0, 0, 0\n"
	"    if held[k] then r, x, y = unpack_('>I4i8i8', held[k]) end\n"
	"    out[2 * k - 1], out[2 * k] = i, pack('>I4i8i8', r + e[1], x + e[2], y + e[3])\n"
	"  end\n"
	"  call('HSET', key, unpack(out))\n"
	"end\n"
	"call('HSET', 'marks', KEYS[1], ARGV[2])\n"
	"return 1\n";

static char sha[64];

/* ---- asking, one after the other ---- */

static void ask(int fd, size_t n, const char *const *words)
{
	struct buffer b = {0};

	buffer_format(&b, "*%zu\r\n", n);
	for (size_t i = 0; i < n; i++)
		buffer_format(&b, "$%zu\r\n%s\r\n", strlen(words[i]), words[i]);
	frame_say(fd, b.data, b.size);
	buffer_free(&b);
}

/* The number after the kind; an error ends the program. */
static long long answer(int fd, char kind)
{
	char line[512];

	frame_hear(fd, line, sizeof line);
	if (line[0] != kind)
		world_fail("redis: %s", line);
	return atoll(line + 1);
}

static void bulk(int fd, char *out, size_t room)
{
	long long n = answer(fd, '$');

	if (n < 0 || (size_t)n + 2 > room)
		world_fail("redis: an answer of %lld bytes", n);
	frame_hear_bytes(fd, out, (size_t)n + 2);
	out[n] = 0;
}

static void start(struct frame *c)
{
	int fd = frame_connect(c->o.port);

	if (frame_mode(c, "rollup")) {
		ask(fd, 3, (const char *[]){"SCRIPT", "LOAD", script});
		bulk(fd, sha, sizeof sha);
	}
	if (frame_mode(c, "xadd"))
		c->replies = c->o.batch;
	close(fd);
}

/* ---- batches ---- */

static void open_client(struct frame *c, struct frame_client *client)
{
	client->fd = frame_connect(c->o.port);
}

static void put_xadd(struct buffer *out, struct bytes blob)
{
	buffer_format(out, "*5\r\n$4\r\nXADD\r\n$7\r\nupdates\r\n$1\r\n*\r\n$1\r\nu\r\n$%zu\r\n", blob.size);
	buffer_put_bytes(out, blob);
	buffer_put_text(out, "\r\n");
}

static void put_packed(const struct frame *c, const struct frame_update *u, struct buffer *out)
{
	struct buffer all = {0};

	for (uint32_t i = 0; i < c->o.batch; i++) {
		buffer_put_u16(&all, (uint16_t)u[i].blob.size);
		buffer_put_bytes(&all, u[i].blob);
	}
	put_xadd(out, buffer_bytes(&all));
	buffer_free(&all);
}

static void put_args(const struct frame *c, const struct frame_update *u, struct buffer *b)
{
	const struct country_line *unit = &c->country.units[u->figure.cell / c->country.leaves_n];
	const struct country_line *item = &c->country.items[u->figure.cell % c->country.leaves_n].line;

	for (uint16_t i = 0; i < 4; i++)
		buffer_put_u16(b, i < unit->n ? unit->of[i] : UINT16_MAX);
	for (uint16_t i = 0; i < 4; i++)
		buffer_put_u8(b, (uint8_t)item->of[i]);
	buffer_put_u32(b, u->update.as_of.ymd);
	buffer_put_u64(b, (uint64_t)u->figure.numerator);
	buffer_put_u64(b, (uint64_t)u->figure.denominator);
	buffer_put_u8(b, (uint8_t)strlen(u->update.note));
	buffer_put_text(b, u->update.note);
}

static void put_rollup(const struct frame *c, const struct frame_client *client, const struct frame_update *u,
		       struct buffer *out)
{
	struct buffer all = {0};
	char mark[32], key[16];

	for (uint32_t i = 0; i < c->o.batch; i++)
		put_args(c, &u[i], &all);
	int mark_size = snprintf(mark, sizeof mark, "%llu", (unsigned long long)u[c->o.batch - 1].update.seq);
	int key_size = snprintf(key, sizeof key, "%u", client->number);
	buffer_format(out, "*6\r\n$7\r\nEVALSHA\r\n$40\r\n%s\r\n$1\r\n1\r\n$%d\r\n%s\r\n$%zu\r\n", sha, key_size, key,
		      all.size);
	buffer_put_bytes(out, buffer_bytes(&all));
	buffer_format(out, "\r\n$%d\r\n%s\r\n", mark_size, mark);
	buffer_free(&all);
}

static void encode(struct frame *c, struct frame_client *client, const struct frame_update *u, struct buffer *out)
{
	if (frame_mode(c, "rollup"))
		put_rollup(c, client, u, out);
	else if (frame_mode(c, "packed"))
		put_packed(c, u, out);
	else
		for (uint32_t i = 0; i < c->o.batch; i++)
			put_xadd(out, u[i].blob);
}

/* `:1` of the script, or `$15 1700000000000-0` of XADD: a line, or two. */
static size_t parse(struct frame_client *client, const uint8_t *data, size_t size, size_t *replies)
{
	size_t used = 0;

	(void)client;
	for (;;) {
		const uint8_t *at = data + used, *end = memchr(at, '\n', size - used);
		if (!end)
			return used;
		if (*at != ':' && *at != '$')
			world_fail("redis: %.*s", (int)(end - at), (const char *)at);
		if (*at == '$' && !(end = memchr(end + 1, '\n', size - (size_t)(end + 1 - data))))
			return used;
		used = (size_t)(end + 1 - data);
		++*replies;
	}
}

/* ---- looking after it ---- */

static void compare_unit(struct frame *c, int fd, uint32_t unit)
{
	char key[32], text[64];

	snprintf(key, sizeof key, "r:%u", unit);
	ask(fd, 2, (const char *[]){"HGETALL", key});
	for (long long n = answer(fd, '*'); n > 0; n -= 2) {
		bulk(fd, text, sizeof text);
		uint32_t item = (uint32_t)atoi(text);
		bulk(fd, text, sizeof text);
		const uint8_t *p = (const uint8_t *)text;
		const struct country_sums s = {get_u32(p), (int64_t)get_u64(p + 4), (int64_t)get_u64(p + 12)};
		country_compare(&c->country, unit, item, &s);
	}
}

static void check(struct frame *c)
{
	int fd = frame_connect(c->o.port);

	if (frame_mode(c, "rollup")) {
		for (uint32_t unit = 0; unit < c->country.units_n; unit++)
			if (country_compared(&c->country, unit))
				compare_unit(c, fd, unit);
		country_all_compared(&c->country);
	} else {
		ask(fd, 2, (const char *[]){"XLEN", "updates"});
		long long n = answer(fd, ':') * (c->o.batch / c->replies);
		if ((uint64_t)n != frame_taken(c))
			world_fail("redis holds %lld of %llu", n, (unsigned long long)frame_taken(c));
	}
	close(fd);
}

static const char *const modes[] = {"xadd", "packed", "rollup", NULL};

const struct frame_peer frame_peer = {
	.modes = modes, .start = start, .open = open_client, .encode = encode, .parse = parse, .check = check};
