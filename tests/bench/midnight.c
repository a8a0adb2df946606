// SPDX-License-Identifier: Apache-2.0
/*
 * midnight: what a day of the office costs the writer at national size, without sockets and disk: while a tick is folded
 * nothing is acknowledged. One JSON line.
 *
 *   midnight CATALOGUE     a directory of CSV files; every leaf has a schedule of half months
 *
 * Every cell reports once in a period; then come a midnight on which nothing had changed, one on which every cell had, one
 * that opens a period and one that freezes one. What is emitted is thrown away, as a checkpoint would take it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/domain/admit.h"
#include "common/domain/periods.h"
#include "server/fold.h"
#include "server/held.h"
#include "server/sheet.h"
#include "tests/bench/world.h"

enum { FILE_MAX_BYTES = 32 * 1024 * 1024 };

static struct view *v;
static struct change ch;
static int64_t now_ms;

static double seconds(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static struct entry entry(enum entry_kind kind)
{
	struct entry e = {.number = v->head.entry + 1, .kind = kind, .rules_version = RULES_VERSION, .received = {now_ms}};
	memcpy(e.prev_hash, v->head.hash, HASH_SIZE);
	return e;
}

static void take(struct entry *e)
{
	enum fold_result r = fold(v, e, &ch);
	if (r != FOLD_OK)
		world_fail("entry %llu: %s", (unsigned long long)e->number, fold_says(r));
	change_clear(&ch);
}

static struct catalogue *catalogue(const char *dir)
{
	static const char *const files[] = {"units.csv", "items.csv"};
	struct builder *b = builder_new();
	struct faults faults = {0};
	for (size_t i = 0; i < 2; i++) {
		char path[4096];
		struct buffer text = {.cap = FILE_MAX_BYTES};
		struct sys_error error = {""};
		snprintf(path, sizeof path, "%s/%s", dir, files[i]);
		if (base_file_read(path, FILE_MAX_BYTES, &text, &error))
			world_fail("%s", error.text);
		builder_csv(b, files[i], (const char *)text.data, text.size, &faults);
		buffer_free(&text);
	}
	struct catalogue *c = catalogue_build(b, false, &faults);
	if (!c)
		world_fail("%s: %zu faults in the catalogue", dir, faults.errors);
	builder_free(b);
	return c;
}

/* Milliseconds that the fold of this day took. */
static double tick(struct date d)
{
	struct entry e = entry(ENTRY_TICK);
	e.tick.date = d;
	e.received.ms = now_ms = date_start(d, 420).ms;
	double began = seconds();
	take(&e);
	double took = (seconds() - began) * 1000;
	rows_free(&v->rows);
	return took;
}

/* Every cell reports something that it had not said before. */
static size_t report_all(struct date as_of, uint32_t round)
{
	static struct taken taken[BATCH_MAX];
	size_t n = 0, all = 0;
	now_ms += 1000;
	for (uint32_t unit = 0; unit < catalogue_units(v->catalogue); unit++)
		for (uint32_t item = 0; item < catalogue_items(v->catalogue); item++) {
			const struct item_row *row = &catalogue_item(v->catalogue, item)->row;
			if (!catalogue_item(v->catalogue, item)->leaf || !view_cell(v, unit, item))
				continue;
			struct update u = {.unit = catalogue_unit(v->catalogue, unit)->row.code, .item = row->code,
					   .as_of = as_of, .period = "", .note = "", .reason = "", .product_ref = "",
					   .body = row->kind == ITEM_TASK ? BODY_TASK : row->kind == ITEM_RATIO ? BODY_RATIO
						   : row->kind == ITEM_COUNT ? BODY_COUNT : BODY_POINTS,
					   .state = TASK_IN_PROGRESS, .percent = 10 + round, .numerator = round,
					   .denominator = 100, .value = 100 + round};
			taken[n] = (struct taken){.index = (uint32_t)n + 1, .update = u};
			n++, all++;
			if (n == BATCH_MAX) {
				struct entry e = entry(ENTRY_BATCH);
				e.principal = 1;
				e.batch = (struct entry_batch){.taken_n = n, .taken = taken};
				take(&e);
				n = 0;
			}
		}
	return all;
}

static double rss_anon_mib(void)
{
	char line[256];
	double kib = 0;
	FILE *f = fopen("/proc/self/status", "r");
	while (f && fgets(line, sizeof line, f))
		if (sscanf(line, "RssAnon: %lf", &kib) == 1)
			break;
	if (f)
		fclose(f);
	return kib / 1024;
}

int main(int argc, char **argv)
{
	if (argc != 2)
		world_fail("usage: midnight CATALOGUE");
	v = view_new();
	now_ms = date_start((struct date){20240320}, 420).ms;
	struct entry e = entry(ENTRY_GENESIS);
	e.genesis = (struct entry_genesis){.offset_minutes = 420};
	take(&e);
	e = entry(ENTRY_CATALOGUE);
	e.catalogue.made = catalogue(argv[1]);
	take(&e);
	struct registry_change c = {.kind = REGISTRY_PRINCIPAL_ADD, .principal = 1, .role = ROLE_AGENT, .name = "",
				    .scope_unit = 1};
	e = entry(ENTRY_REGISTRY);
	e.registry = (struct entry_registry){.n = 1, .changes = &c};
	take(&e);
	tick((struct date){20240320});
	size_t cells = report_all((struct date){20240320}, 1);
	double busy = 0, idle = 0, opens = 0, freezes = 0, both = 0;
	struct date d = {20240321};
	for (uint32_t round = 2; d.ymd <= 20240420; d = date_add(d, 1), round++) {
		double took = tick(d);
		if (d.ymd == 20240325)
			busy = took; /* every cell had changed */
		else if (d.ymd == 20240327)
			idle = took;
		else if (d.ymd == 20240401)
			opens = took;
		else if (d.ymd == 20240405)
			freezes = took;
		if (d.ymd == 20240324 || d.ymd == 20240403) /* the second: for the new period, beside the old one */
			report_all(d, round);
		if (d.ymd == 20240404)
			both = rss_anon_mib();
	}
	printf("{\"workload\": \"midnight\", \"cells\": %zu, \"idle_ms\": %.1f, \"busy_ms\": %.1f, \"opening_ms\": %.1f, "
	       "\"freezing_ms\": %.1f, \"rss_anon_mb\": %.0f}\n",
	       cells, idle, busy, opens, freezes, both);
	view_free(v);
	change_free(&ch);
	return 0;
}
