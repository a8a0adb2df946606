// SPDX-License-Identifier: Apache-2.0
/* browsers_check: how long each change took to each stream, and what is missing there. */
#include <stdio.h>
#include <stdlib.h>

#include "common/sys/clock.h"
#include "tests/bench/browsers.h"

enum { CHECK_MS = 10000, TOP_DEPTH = 2 /* the country and its provinces: what a stream of depth 1 follows */ };

/* ---- what is asked for ---- */

struct probe {
	uint64_t entry;
	int64_t committed_ns;
	uint64_t own, top; /* numbers of the events */
	int64_t raw_ns;
};

static struct probe *probes;
static size_t probes_n;
static uint64_t newest; /* event that all must have */

static void read_probes(const char *commits, const char *log)
{
	struct { uint64_t entry; int64_t ns; } c = {0};
	FILE *f = fopen(commits, "rb"), *g = fopen(log, "r");
	unsigned long long entry;

	probes_n = 0;
	while (f && g && fscanf(g, "%llu %*d %*d", &entry) == 1) {
		while (c.entry < entry && fread(&c, sizeof c, 1, f) == 1 && c.entry)
			;
		if (c.entry < entry)
			world_fail("%s does not name entry %llu", commits, entry);
		if ((probes_n & (probes_n - 1)) == 0)
			probes = base_grow(probes, probes_n ? 2 * probes_n : 1, sizeof *probes);
		probes[probes_n++] = (struct probe){.entry = entry, .committed_ns = c.ns};
	}
	if (!f || !g || !probes_n)
		world_fail("%s or %s cannot be read", commits, log);
	fclose(f);
	fclose(g);
}

/* The last that bears this version, and the country's first that bears it or a later one. */
static bool find(const struct log *l, uint64_t entry, size_t *own, size_t *top)
{
	bool has_own = false, has_top = false;

	for (size_t i = 0; i < l->n; i++) {
		if (l->list[i].version == entry) {
			*own = i;
			has_own = true;
		}
		if (l->list[i].depth == 1 && l->list[i].version >= entry) {
			*top = i;
			has_top = true;
			break;
		}
	}
	/* what came of the same flush behind the country's */
	for (size_t i = has_top ? *top : l->n; i < l->n && i < *top + 64; i++)
		if (l->list[i].version == entry) {
			*own = i;
			has_own = true;
		}
	if (has_top && !has_own)
		*own = *top;
	return has_top;
}

static bool all_found(void)
{
	const struct stream *first = &browsers.streams[0];
	size_t own = 0, top = 0;

	if (!find(&first->log, probes[probes_n - 1].entry, &own, &top))
		return false;
	newest = first->log.list[own > top ? own : top].number;
	uint64_t newest_top = first->log.list[top].number;
	for (size_t i = 0; i < browsers.n; i++)
		if (!browsers.streams[i].over && browsers.streams[i].last < (browsers.streams[i].all ? newest : newest_top))
			return false;
	return true;
}

/* ---- saying ---- */

struct times {
	double *ms;
	size_t n;
};

static int by_value(const void *x, const void *y)
{
	double p = *(const double *)x, q = *(const double *)y;

	return (p > q) - (p < q);
}

static void print_times(const char *name, struct times *t)
{
	if (!t->n)
		return;
	qsort(t->ms, t->n, sizeof *t->ms, by_value);
	printf(",\"%s\":{\"n\":%zu,\"p50\":%.3f,\"p99\":%.3f,\"max\":%.3f}", name, t->n, t->ms[t->n / 2],
	       t->ms[t->n - 1 - t->n / 100], t->ms[t->n - 1]);
}

/* When the stream had event `number`; 0 = never. */
static int64_t had(const struct stream *s, uint64_t number)
{
	size_t low = 0, high = s->log.n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (s->log.list[middle].number < number)
			low = middle + 1;
		else
			high = middle;
	}
	return low < s->log.n && s->log.list[low].number == number ? s->log.list[low].ns : 0;
}

static uint64_t lost_of(const struct stream *s)
{
	const struct log *first = &browsers.streams[0].log;
	uint64_t lost = s->missing + s->over;

	for (size_t i = 0; i < first->n; i++) {
		const struct seen *e = &first->list[i];
		if (e->number > s->from && e->number <= newest && (s->all || e->depth <= TOP_DEPTH))
			lost += !had(s, e->number);
	}
	return lost;
}

static void look_up(void)
{
	size_t own = 0, top = 0;

	for (size_t i = 0; i < probes_n; i++) {
		struct probe *p = &probes[i];
		if (!find(&browsers.streams[0].log, p->entry, &own, &top))
			world_fail("entry %llu never came to a browser", (unsigned long long)p->entry);
		p->own = browsers.streams[0].log.list[own > top ? own : top].number;
		p->top = browsers.streams[0].log.list[top].number;
		pthread_mutex_lock(&browsers.lock);
		if (!find(&browsers.raw, p->entry, &own, &top))
			world_fail("entry %llu never came to the raw subscriber", (unsigned long long)p->entry);
		p->raw_ns = browsers.raw.list[own > top ? own : top].ns;
		pthread_mutex_unlock(&browsers.lock);
	}
}

void browsers_check(const char *commits, const char *log)
{
	struct times held = {0}, floor = {0};
	uint64_t lost = 0, over = 0;

	read_probes(commits, log);
	browsers_run(all_found, false, clock_transport() + CHECK_MS);
	look_up();
	held.ms = base_grow(NULL, probes_n * browsers.n, sizeof *held.ms);
	floor.ms = base_grow(NULL, probes_n, sizeof *floor.ms);
	for (size_t i = 0; i < browsers.n; i++) {
		const struct stream *s = &browsers.streams[i];
		lost += lost_of(s);
		over += s->over;
		for (size_t k = 0; k < probes_n; k++) {
			int64_t ns = had(s, s->all ? probes[k].own : probes[k].top);
			if (ns)
				held.ms[held.n++] = (double)(ns - probes[k].committed_ns) / 1e6;
		}
	}
	for (size_t k = 0; k < probes_n; k++)
		floor.ms[floor.n++] = (double)(probes[k].raw_ns - probes[k].committed_ns) / 1e6;
	printf("{\"streams\":%zu,\"changes\":%zu,\"events\":%llu,\"bytes\":%llu,\"lost\":%llu,\"ended\":%llu", browsers.n, probes_n,
	       (unsigned long long)browsers.events, (unsigned long long)browsers.bytes, (unsigned long long)lost, (unsigned long long)over);
	print_times("event_ms", &held);
	print_times("raw_ms", &floor);
	printf("}\n");
	free(held.ms);
	free(floor.ms);
}

