// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/world.h"

#include <stdio.h>
#include <stdlib.h>

enum { FIELDS = 9, FILE_MAX = 64 * 1024 * 1024 };

void world_fail(const char *format, ...)
{
	va_list args;

	fputs("load: ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	exit(3);
}

/* ---- reading ---- */

static void copy_code(char to[static CODE_MAX + 1], const char *from)
{
	if (strlen(from) > CODE_MAX)
		world_fail("%s is longer than a code may be", from);
	strcpy(to, from);
}

static uint32_t number(const char *text)
{
	char *end;
	unsigned long n = strtoul(text, &end, 10);

	if (!*text || *end || n > UINT32_MAX)
		world_fail("%s is no number", text);
	return (uint32_t)n;
}

/* Room for one more; doubles. */
static void *room(void *list, size_t n, size_t size)
{
	return n & (n - 1) ? list : base_grow(list, n ? 2 * n : 1, size);
}

static void add_unit(struct world *w, char *const *f)
{
	w->units = room(w->units, w->units_n, sizeof *w->units);
	struct world_unit *u = &w->units[w->units_n++];
	copy_code(u->code, f[1]);
	u->set = number(f[2]);
	u->path = base_copy_text(f[3]);
}

static void need_set(struct world *w, uint32_t set)
{
	while (w->sets_n <= set) {
		w->sets = room(w->sets, w->sets_n, sizeof *w->sets);
		w->sets[w->sets_n++] = (struct world_set){0};
	}
}

static void add_item(struct world *w, char *const *f)
{
	uint32_t set = number(f[1]);

	need_set(w, set);
	struct world_set *s = &w->sets[set];
	s->items = room(s->items, s->n, sizeof *s->items);
	copy_code(s->items[s->n].code, f[2]);
	s->items[s->n++].kind = f[3][0];
}

static void read_pair(struct keys_pair *pair, const char *public_key, const char *secret_key)
{
	if (!keys_z85_parse(public_key, pair->public_key) || !keys_z85_parse(secret_key, pair->secret_key))
		world_fail("%s is no key", public_key);
}

static void add_agent(struct world *w, char *const *f)
{
	w->agents = room(w->agents, w->agents_n, sizeof *w->agents);
	struct world_agent *a = &w->agents[w->agents_n++];
	*a = (struct world_agent){.group = number(f[1]), .first = number(f[5]), .count = number(f[6]),
				  .part = number(f[7]), .parts = number(f[8])};
	copy_code(a->scope, f[2]);
	read_pair(&a->pair, f[3], f[4]);
}

static void add_viewer(struct world *w, char *const *f)
{
	w->viewers = room(w->viewers, w->viewers_n, sizeof *w->viewers);
	read_pair(&w->viewers[w->viewers_n++], f[1], f[2]);
}

static void read_line(struct world *w, char *line)
{
	char *f[FIELDS + 1] = {0};
	size_t n = 0;

	while (n < FIELDS && (f[n] = strsep(&line, "\t")))
		n++;
	if (n == 4 && !strcmp(f[0], "unit"))
		add_unit(w, f);
	else if (n == 4 && !strcmp(f[0], "item"))
		add_item(w, f);
	else if (n == 9 && !strcmp(f[0], "agent"))
		add_agent(w, f);
	else if (n == 3 && !strcmp(f[0], "viewer"))
		add_viewer(w, f);
	else
		world_fail("a line of the world that is not understood begins with %s", f[0] ? f[0] : "nothing");
}

static void count_cells(struct world *w)
{
	uint64_t n = 0;

	w->units = base_grow(w->units, w->units_n + 1, sizeof *w->units);
	for (size_t i = 0; i < w->units_n; i++) {
		need_set(w, w->units[i].set); /* a set without items: the unit reports nothing */
		w->units[i].before = n;
		n += w->sets[w->units[i].set].n;
	}
	w->units[w->units_n].before = n;
}

void world_read(struct world *w, const char *path)
{
	struct buffer text = {0};
	struct sys_error error = {""};

	*w = (struct world){0};
	if (base_file_read(path, FILE_MAX, &text, &error))
		world_fail("%s", error.text);
	buffer_put_u8(&text, 0);
	char *rest = (char *)text.data, *line;
	while ((line = strsep(&rest, "\n")))
		if (*line)
			read_line(w, line);
	buffer_free(&text);
	if (!w->viewers_n)
		world_fail("%s names no viewer", path);
	count_cells(w);
}

/* ---- walking ---- */

static uint64_t common_divisor(uint64_t a, uint64_t b)
{
	while (b) {
		uint64_t rest = a % b;
		a = b;
		b = rest;
	}
	return a;
}

void world_walk(struct world_walk *k, const struct world *w, const struct world_agent *a)
{
	if ((size_t)a->first + a->count > w->units_n || a->part >= a->parts)
		world_fail("the agent of %s reports units that are not there", a->scope);
	uint64_t all = w->units[a->first + a->count].before - w->units[a->first].before;
	*k = (struct world_walk){.world = w, .agent = a};
	k->cells = (all + a->parts - 1 - a->part) / a->parts;
	if (!k->cells)
		world_fail("the agent of %s has nothing to report", a->scope);
	/* the golden section jumps far and comes back to no place early */
	k->stride = (uint64_t)((double)k->cells * 0.6180339887) | 1;
	while (common_divisor(k->stride, k->cells) != 1)
		k->stride += 2;
}

/* Cell `n` of the agent's range. */
static const struct world_item *cell_at(const struct world *w, const struct world_agent *a, uint64_t n,
					const struct world_unit **unit)
{
	size_t low = a->first, high = a->first + a->count;

	n += w->units[a->first].before;
	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;
		if (w->units[middle].before <= n)
			low = middle;
		else
			high = middle;
	}
	*unit = &w->units[low];
	return &w->sets[w->units[low].set].items[n - w->units[low].before];
}

static void set_body(struct update *u, char kind, uint64_t dice)
{
	switch (kind) {
	case 't':
		u->body = BODY_TASK;
		u->state = TASK_IN_PROGRESS;
		u->percent = (uint32_t)(dice % 100);
		return;
	case 'r':
		u->body = BODY_RATIO;
		u->denominator = 1000 + (int64_t)(dice % 90000);
		u->numerator = u->denominator * (int64_t)(dice / 90000 % 100) / 100;
		return;
	case 'c':
		u->body = BODY_COUNT;
		u->value = (int64_t)(dice % 100000);
		return;
	case 'p':
		u->body = BODY_POINTS;
		u->value = (int64_t)(dice % 1800);
		return;
	default: /* a letter of the file, not an enum of ours */
		world_fail("an item is of kind t, r, c or p, not %c", kind);
	}
}

void world_next(struct world_walk *k, uint64_t seq, struct update *u, struct world_cell *c)
{
	uint64_t at = k->next % k->cells * k->agent->parts + k->agent->part;
	uint64_t dice = (seq * 0x9E3779B97F4A7C15u + at) >> 16;

	c->item = cell_at(k->world, k->agent, at, &c->unit);
	*u = (struct update){.seq = seq, .unit = c->unit->code, .item = c->item->code, .as_of = {k->today}, .period = "",
			     .recorded = {k->wall_ms + (int64_t)seq}, .seal = k->seal,
			     .catalogue_entry = k->catalogue_entry, .author_role = 1, .reason = ""};
	u->note = dice % 10 ? "" : "Đã làm việc với các đơn vị, đang hoàn thiện hồ sơ";
	u->seal.monotonic_ms += seq;
	set_body(u, c->item->kind, dice / 10);
	k->next += k->stride;
}

size_t world_update(struct world_walk *k, uint64_t seq, uint8_t out[static UPDATE_BYTES_MAX])
{
	struct world_cell c;
	struct update u;

	world_next(k, seq, &u, &c);
	size_t size = codec_update_encode(&u, out);
	if (!size)
		world_fail("an update of %s does not fit", c.unit->code);
	return size;
}
