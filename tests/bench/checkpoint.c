// SPDX-License-Identifier: Apache-2.0
/*
 * bench of the checkpoint at national size: 11,367 units (63 provinces, 705 districts, 10,598 communes) that all report
 * 60 leaves, 682,020 cells.
 *
 *	make build/release/bench/checkpoint && build/release/bench/checkpoint DIR     (DIR on the disk to be measured)
 *
 * Shows how long a full checkpoint and others take, how long the writer has to wait for the view's lock and what it
 * pays for setting aside, and how long the way back takes.
 */
#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/sys/keys.h"
#include "server/checkpoint.h"
#include "server/fold.h"
#include "server/viewstore.h"

enum { PROVINCES = 63, DISTRICTS = 705, COMMUNES = 10598, UNITS = 1 + PROVINCES + DISTRICTS + COMMUNES, LEAVES = 60 };

static double now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

/* This thread's own: what others take of the machine is not in it. */
static double cpu(void)
{
	struct timespec t;
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static uint32_t dice(uint32_t below)
{
	static uint64_t state = 42;
	state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (uint32_t)((state >> 33) % below);
}

/* ---- the country ---- */

static char unit_code[UNITS][8], leaf_code[LEAVES][8];

static void add(struct builder *b, struct catalogue_row row)
{
	bool ok = builder_add(b, &row, "", 0);
	assert(ok);
}

static int parent_of(int i)
{
	if (i <= PROVINCES)
		return 0;
	return i <= PROVINCES + DISTRICTS ? 1 + i % PROVINCES : 1 + PROVINCES + i % DISTRICTS;
}

static struct catalogue *country(void)
{
	static const enum unit_kind kinds[] = { UNIT_CENTRAL, UNIT_PROVINCE, UNIT_DISTRICT, UNIT_COMMUNE };
	struct builder *b = builder_new();
	struct faults faults = { 0 };
	for (int i = 0; i < UNITS; i++) {
		int level = !i ? 0 : i <= PROVINCES ? 1 : i <= PROVINCES + DISTRICTS ? 2 : 3;
		snprintf(unit_code[i], sizeof unit_code[i], "%05d", i);
		add(b, (struct catalogue_row){ .kind = ROW_UNIT,
					       .unit = { .code = unit_code[i], .parent = i ? unit_code[parent_of(i)] : "",
							 .kind = kinds[level], .name = "Đơn vị hành chính" } });
	}
	add(b, (struct catalogue_row){ .kind = ROW_ITEM, .item = { .code = "P", .owner = "00000", .kind = ITEM_PLAN,
								   .name = "Kế hoạch" } });
	for (int i = 0; i < LEAVES; i++) {
		snprintf(leaf_code[i], sizeof leaf_code[i], "L%d", i);
		add(b, (struct catalogue_row){ .kind = ROW_ITEM,
					       .item = { .code = leaf_code[i], .parent = "P", .kind = ITEM_TASK,
							 .name = "Nhiệm vụ", .answer = ANSWER_ALL,
							 .reporters = "kind:central@00000|kind:province@00000|"
								      "kind:district@00000|kind:commune@00000" } });
	}
	struct catalogue *c = catalogue_build(b, false, &faults);
	if (!c)
		fprintf(stderr, "%s: %s\n", faults.list[0].field, faults.list[0].value);
	assert(c);
	builder_free(b);
	return c;
}

/* ---- entries ---- */

static struct view *view;
static struct viewlock lock;
static struct change change;
static double waited_most, folded_most; /* of one entry */

static void fold_entry(struct entry *e)
{
	e->number = view->head.entry + 1;
	memcpy(e->prev_hash, view->head.hash, HASH_SIZE);
	memcpy(e->hash, &e->number, sizeof e->number);
	double a = now();
	viewlock_write(&lock);
	double b = now();
	enum fold_result r = fold(view, e, &change);
	viewlock_write_end(&lock);
	double c = now();
	if (r != FOLD_OK)
		fprintf(stderr, "%s\n", fold_says(r));
	assert(r == FOLD_OK);
	change_clear(&change);
	waited_most = b - a > waited_most ? b - a : waited_most;
	folded_most = c - b > folded_most ? c - b : folded_most;
}

static void begin(void)
{
	struct registry_change add_one = { .kind = REGISTRY_PRINCIPAL_ADD, .principal = 1, .role = ROLE_AGENT,
					   .scope_unit = 1, .name = "Trung ương" };
	fold_entry(&(struct entry){ .kind = ENTRY_GENESIS });
	fold_entry(&(struct entry){ .kind = ENTRY_CATALOGUE, .catalogue.made = country() });
	fold_entry(&(struct entry){ .kind = ENTRY_REGISTRY, .registry = { .n = 1, .changes = &add_one } });
	fold_entry(&(struct entry){ .kind = ENTRY_TICK, .tick.date = { 20240401 } });
	for (uint32_t p = 2; p <= UNITS; p++) { /* every unit has an agent and a key */
		struct registry_change two[2] = { add_one, { .kind = REGISTRY_KEY_ADD, .principal = p, .key_id = p - 1 } };
		two[0].principal = p;
		memcpy(two[1].public_key, &p, sizeof p);
		fold_entry(&(struct entry){ .kind = ENTRY_REGISTRY, .registry = { .n = 2, .changes = two } });
	}
}

/* One batch: 64 cells from `at` on, or anywhere. */
static void report(int64_t at)
{
	static struct taken taken[BATCH_MAX];
	struct entry e = { .kind = ENTRY_BATCH, .principal = 1, .batch = { .taken_n = BATCH_MAX, .taken = taken } };
	for (uint32_t i = 0; i < BATCH_MAX; i++) {
		uint32_t cell = at < 0 ? dice(UNITS * LEAVES) : ((uint32_t)at + i) % (UNITS * LEAVES);
		uint32_t percent = dice(100);
		taken[i] = (struct taken){ .index = i + 1,
					   .update = { .unit = unit_code[cell / LEAVES], .item = leaf_code[cell % LEAVES],
						       .as_of = { 20240401 }, .body = BODY_TASK,
						       .state = TASK_IN_PROGRESS, .percent = percent } };
	}
	fold_entry(&e);
}

static void report_all(void)
{
	for (int64_t at = 0; at < (int64_t)UNITS * LEAVES; at += BATCH_MAX)
		report(at);
}

/* ---- measuring ---- */

static void show(const char *what, const struct checkpoint_report *r)
{
	printf("%-34s %s %6zu units (%zu aside) %6.1f MB in %5u ms, lock held for %4u us at most\n", what,
	       r->full ? "full" : "part", r->units, r->aside, (double)r->bytes / 1e6, r->took_ms, r->held_us);
	if (r->result == CHECKPOINT_LATER)
		printf("   failed: %s\n", r->error.text);
}

static void write_one(struct checkpoint *cp, const char *what)
{
	struct checkpoint_report r;
	checkpoint_write(cp, &r);
	show(what, &r);
}

static atomic_bool writing;
static struct checkpoint_report last;

static void *write_beside(void *cp)
{
	checkpoint_write(cp, &last);
	atomic_store(&writing, false);
	return NULL;
}

/* Reports at full speed while a checkpoint is written. */
static void beside(struct checkpoint *cp, const char *what)
{
	pthread_t thread;
	uint64_t n = 0;
	waited_most = folded_most = 0;
	atomic_store(&writing, true);
	double a = now(), used = cpu();
	pthread_create(&thread, NULL, write_beside, cp);
	for (; atomic_load(&writing); n += BATCH_MAX)
		report(-1);
	double b = now();
	used = cpu() - used;
	pthread_join(thread, NULL);
	show(what, &last);
	printf("   beside it %llu updates at %.2f M/s (%.2f us of the writer each); one batch waited for the lock %.2f ms, was folded in %.2f ms at most\n",
	       (unsigned long long)n, (double)n / 1e3 / (b - a), used * 1e3 / (double)n, waited_most, folded_most);
}

static void alone(double ms)
{
	uint64_t n = 0;
	waited_most = folded_most = 0;
	double a = now(), b, used = cpu();
	for (b = a; b - a < ms; b = now(), n += BATCH_MAX)
		report(-1);
	used = cpu() - used;
	printf("without a checkpoint: %.2f M/s (%.2f us of the writer each); one batch waited for the lock %.2f ms, was folded in %.2f ms at most\n",
	       (double)n / 1e3 / (b - a), used * 1e3 / (double)n, waited_most, folded_most);
}

static void pack_all(void)
{
	static uint8_t out[VIEW_UNIT_BYTES + LEAVES * VIEW_CELL_BYTES];
	double a = cpu();
	for (uint32_t unit = 0; unit < UNITS; unit++)
		view_unit_pack(view, unit, out);
	printf("%.2f us to pack a unit\n", (cpu() - a) * 1e3 / UNITS);
}

static bool known(void *ctx, const struct view_head *head)
{
	(void)ctx, (void)head;
	return true;
}

static void load(const struct checkpoint_options *o)
{
	struct sys_error reason;
	double a = now();
	int rc = viewstore_probe(o->dir, &reason);
	double b = now(), used = cpu();
	struct checkpoint *cp = checkpoint_new(o);
	struct view *v = checkpoint_load(cp, known, NULL, &reason);
	double c = now();
	printf("loaded in %.0f ms (%.0f ms of this thread), of which the child's look takes %.0f ms (%d)%s\n", c - b,
	       cpu() - used, b - a, rc, v ? "" : reason.text);
	checkpoint_free(cp);
	view_free(v);
}

int main(int argc, char **argv)
{
	struct checkpoint_options o = { .dir = argc > 1 ? argv[1] : "build/tmp/bench-view", .lock = &lock };
	keys_start(NULL);
	viewlock_init(&lock);
	checkpoint_discard(o.dir, NULL);
	view = view_new();
	begin();
	double a = now();
	report_all();
	printf("%d cells folded in %.0f ms\n", UNITS * LEAVES, now() - a);
	pack_all();
	struct checkpoint *cp = checkpoint_new(&o);
	checkpoint_attach(cp, view);
	write_one(cp, "the first");
	write_one(cp, "nothing changed");
	report(0);
	write_one(cp, "one batch later");
	for (int i = 0; i < 16; i++)
		report(i * 70 * LEAVES);
	write_one(cp, "16 batches later");
	report_all();
	write_one(cp, "every cell later");
	alone(500);
	beside(cp, "every unit changed, beside reports");
	beside(cp, "again");
	checkpoint_free(cp);
	load(&o);
	checkpoint_discard(o.dir, NULL);
	change_free(&change);
	view_free(view);
	viewlock_destroy(&lock);
	return 0;
}
