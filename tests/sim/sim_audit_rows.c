// SPDX-License-Identifier: Apache-2.0
/*
 * What the fold emitted and forgot (rows.h): in view/ or still in the view, each row in one place only; the same ones as
 * a rebuild emits; frozen slots and what came after them as the truth has them.
 */
#include <stdio.h>
#include <stdlib.h>

#include "server/checkpoint_inside.h"
#include "server/checkpoint_inside.h"
#include "server/held.h"
#include "server/sheet.h"
#include "tests/sim/disk.h"
#include "tests/sim/sim_audit.h"

#define VIEW "centre/view"

/* ---- collecting ---- */

static void add(struct rows_found *f, enum row_table table, struct bytes key, struct bytes value)
{
	if (f->n == f->room) {
		f->room = f->room * 2 + 512;
		f->list = base_grow(f->list, f->room, sizeof *f->list);
	}
	struct row_found *r = &f->list[f->n++];
	*r = (struct row_found){.table = table, .key_size = (uint8_t)key.size, .value_size = value.size, .value = f->bytes.size};
	memcpy(r->key, key.data, key.size);
	f->bytes.cap = BUFFER_ANY;
	buffer_put_bytes(&f->bytes, value);
}

static int by_key(const void *a, const void *b)
{
	const struct row_found *x = a, *y = b;
	size_t n = x->key_size < y->key_size ? x->key_size : y->key_size;
	int order = x->table != y->table ? (x->table > y->table) - (x->table < y->table) : memcmp(x->key, y->key, n);

	return order ? order : (x->key_size > y->key_size) - (x->key_size < y->key_size);
}

static void add_list(struct rows_found *f, const struct rows *rows, enum row_table table)
{
	struct rows_walk w = {0};
	struct bytes key, value;

	while (rows_next(rows, table, (struct bytes){0}, &w, &key, &value))
		add(f, table, key, value);
}

static void add_disk(struct rows_found *f, enum row_table table)
{
	struct bytes key = {0}, value;

	while (disk_next(VIEW, rows_names[table], key, &key, &value))
		add(f, table, key, bytes_of(value.data + VIEWSTORE_CHECK, value.size - VIEWSTORE_CHECK));
}

void sim_rows_collect(struct rows_found *f, const struct view *v, bool disk, unsigned tables)
{
	f->n = 0;
	buffer_clear(&f->bytes);
	for (unsigned t = 0; t < tables; t++) {
		if (disk)
			add_disk(f, (enum row_table)t);
		add_list(f, &v->leaving, (enum row_table)t);
		add_list(f, &v->rows, (enum row_table)t);
	}
	if (f->n)
		qsort(f->list, f->n, sizeof *f->list, by_key);
	for (size_t i = 1; i < f->n; i++)
		if (by_key(&f->list[i - 1], &f->list[i]) == 0)
			truth_broken("a row of %s was emitted twice: %s", rows_names[f->list[i].table], sim_row_text(&f->list[i]));
}

const char *sim_row_text(const struct row_found *r)
{
	static char text[120];
	char *p = text;

	for (unsigned i = 0; i < r->key_size; i++)
		p += sprintf(p, "%02x", r->key[i]);
	return text;
}

/* ---- beside a rebuild's ---- */

void sim_rows_same(const struct rows_found *a, const struct rows_found *b)
{
	for (size_t i = 0; i < a->n || i < b->n; i++) {
		const struct row_found *x = i < a->n ? &a->list[i] : NULL, *y = i < b->n ? &b->list[i] : NULL;
		int order = !x ? 1 : !y ? -1 : by_key(x, y);
		if (order)
			truth_broken("(9) a row of %s %s: %s", rows_names[order < 0 ? x->table : y->table],
				     order < 0 ? "is there that no rebuild emits" : "is lost", sim_row_text(order < 0 ? x : y));
		if (x->value_size != y->value_size ||
		    memcmp(a->bytes.data + x->value, b->bytes.data + y->value, x->value_size))
			truth_broken("(9) a row of %s says another thing than a rebuild's: %s", rows_names[x->table],
				     sim_row_text(x));
	}
}

/* ---- beside the truth's ---- */

static struct row_found key_of(const struct truth_row *t)
{
	struct row_found r = {.table = t->kind == TRUTH_FROZEN ? ROWS_FROZEN : ROWS_AFTER, .key_size = 12};

	put_u32(r.key, t->item);
	put_u32(r.key + 4, t->period.ymd);
	put_u32(r.key + 8, t->unit);
	if (t->kind == TRUTH_FROZEN)
		return r;
	put_u64(r.key + 12, t->entry);
	put_u16(r.key + 20, (uint16_t)t->index);
	r.key_size = 22;
	if (t->kind == TRUTH_AFTER_VOID)
		r.key[r.key_size++] = AFTER_VOID;
	return r;
}

static bool says(struct bytes value, const struct truth_row *t)
{
	struct slot_value slot;
	static const struct truth_stand nothing;

	if (t->kind == TRUTH_AFTER_VOID)
		return value.size == 11 && value.data[0] == AFTER_VOID && get_u64(value.data + 1) == t->voided &&
		       get_u16(value.data + 9) == t->voided_index;
	if (t->kind == TRUTH_FROZEN)
		return slot_unpack(value, &slot) &&
		       sim_audit_slot(&slot.mark, &slot.report, &slot.before, &t->slot, t->exempt);
	return value.size && value.data[0] == AFTER_REPORT &&
	       slot_unpack(bytes_of(value.data + 1, value.size - 1), &slot) &&
	       sim_audit_report(&slot.report, &t->slot.stand.top) && sim_audit_report(&slot.before, &nothing.under) &&
	       (unsigned)slot.mark.timely == (unsigned)t->slot.timely;
}

static bool ignore(void *ctx, struct bytes key, struct bytes value)
{
	(void)ctx;
	(void)key;
	(void)value;
	return true;
}

static void read_rows(void *read)
{
	*(bool *)read = checkpoint_rows(core_keeper(sim_centre.core), ROWS_FROZEN, &(struct kv_range){0}, ignore, NULL);
}

/* view/ was put away while the centre ran: until the next start the rows are not to be had, and nobody is told otherwise. */
bool sim_rows_gone(void)
{
	bool gone = core_keeper(sim_centre.core)->rows_gone, read = false;
	unsigned doom = sim_centre_host.doom;

	sim_centre_host.doom = 0;
	host_run(&sim_centre_host, read_rows, &read);
	sim_centre_host.doom = doom;
	if (gone == read)
		truth_broken(gone ? "rows are told that are not there" : "rows cannot be read");
	return gone;
}

/* Nothing was emitted, kept or put away since the last look. */
static bool as_before(const struct view *v)
{
	static uint64_t seen[5];
	const uint64_t now[] = {truth.rows_n, v->rows.n, v->leaving.n, disk_turn(VIEW), (uintptr_t)v};
	bool same = !memcmp(seen, now, sizeof now);

	memcpy(seen, now, sizeof now);
	return same;
}

void sim_rows_judge(const struct view *v)
{
	static struct rows_found found;
	static const char *const kinds[] = {"frozen slot", "report behind the freeze", "voiding behind the freeze"};
	size_t n = 0;

	if (as_before(v) || sim_rows_gone())
		return;
	sim_rows_collect(&found, v, true, ROWS_AFTER + 1);
	for (size_t i = 0; i < truth.rows_n; i++) {
		const struct truth_row *t = &truth.rows[i];
		struct row_found key = key_of(t), *r = found.n ? bsearch(&key, found.list, found.n, sizeof key, by_key) : NULL;
		n += r != NULL;
		if (!r || !says(bytes_of(found.bytes.data + r->value, r->value_size), t))
			truth_broken("the %s of item %u in unit %u for %u %s (w%u of entry %llu)", kinds[t->kind], t->item, t->unit,
				     t->period.ymd, r ? "is another one" : "is lost", t->slot.stand.top.work,
				     (unsigned long long)(t->entry ? t->entry : t->slot.stand.top.entry));
	}
	if (n != found.n)
		truth_broken("%zu rows were emitted, and should be %zu", found.n, n);
	sim_centre_counts.rows += n;
}
