// SPDX-License-Identifier: Apache-2.0
#include "server/dump.h"

#include <errno.h>

#include "common/domain/says.h"
#include "server/commands.h"
#include "server/dump_duties.h"
#include "server/dump_json.h"
#include "server/dump_rows.h"
#include "server/entry_codec.h"
#include "server/fold.h"
#include "server/held.h"
#include "server/journal.h"
#include "server/pack.h"

static const char *const kinds[] = {
	[ENTRY_BATCH] = "batch",	 [ENTRY_VOID] = "void",
	[ENTRY_GENESIS] = "genesis",	 [ENTRY_INCARNATION] = "incarnation",
	[ENTRY_CATALOGUE] = "catalogue", [ENTRY_REGISTRY] = "registry",
	[ENTRY_TICK] = "tick",		 [ENTRY_DECISION] = "decision",
	[ENTRY_RULES] = "rules",	 [ENTRY_NOTICE] = "notice",
	[ENTRY_FINDING] = "finding",	 [ENTRY_STEP] = "step"};

enum { ROW_ARENA = 16 * 1024 }; /* a rollup is some 250 bytes */

struct dump {
	struct journal *journal;
	struct kv_txn *txn; /* of one entry, and over before its line is written */
	struct view *view; /* NULL unless figures are wanted */
	struct change change;
	struct buffer line;
	struct json json;
	FILE *out;
};

/* ---- what depends on the kind ---- */

static void put_stream(struct json *j, const struct entry *e)
{
	static const uint8_t none[EPOCH_SIZE];

	json_uint(j, "principal", e->principal);
	json_uint(j, "key_id", e->key_id);
	json_hex(j, "epoch", bytes_of(e->epoch, EPOCH_SIZE));
	json_uint(j, "first_seq", e->first_seq);
	json_uint(j, "seqs", e->seqs);
	json_uint(j, "prev", e->prev);
	if (memcmp(e->previous_epoch, none, EPOCH_SIZE) != 0)
		json_hex(j, "previous_epoch", bytes_of(e->previous_epoch, EPOCH_SIZE));
}

static void put_taken(struct json *j, const struct taken *t, struct codec_arena *arena)
{
	const void *update = codec_unpack(&tiendo__v1__update__descriptor, t->blob, t->blob_size,
					  arena);

	json_object_begin(j, NULL);
	json_uint(j, "index", t->index);
	json_uint(j, "seq", t->update.seq);
	json_hex(j, "blob_hash", bytes_of(t->blob_hash, HASH_SIZE));
	if (t->first_received.ms)
		json_int(j, "first_received_ms", t->first_received.ms);
	json_object_begin(j, "update");
	if (update)
		dump_json_fields(j, update);
	json_object_end(j);
	json_object_end(j);
}

static void put_refused(struct json *j, const struct refused *r)
{
	json_object_begin(j, NULL);
	json_uint(j, "seq", r->seq);
	json_text(j, "reason", reason_name(r->reason));
	json_text(j, "field", r->field);
	json_hex(j, "blob_hash", bytes_of(r->blob_hash, HASH_SIZE));
	json_object_end(j);
}

static void put_batch(struct json *j, const struct entry *e, struct codec_arena *arena)
{
	put_stream(j, e);
	json_array_begin(j, "taken");
	for (size_t i = 0; i < e->batch.taken_n; i++)
		put_taken(j, &e->batch.taken[i], arena);
	json_array_end(j);
	json_array_begin(j, "refused");
	for (size_t i = 0; i < e->batch.refused_n; i++)
		put_refused(j, &e->batch.refused[i]);
	json_array_end(j);
}

static void put_principal(struct json *j, const struct registry_change *c)
{
	json_object_begin(j, NULL);
	json_uint(j, "principal", c->principal);
	json_text(j, "role", role_word(c->role));
	json_uint(j, "unit", c->scope_unit);
	json_text(j, "name", c->name);
	json_object_end(j);
}

static void put_key(struct json *j, const struct registry_change *c)
{
	char key[KEYS_Z85 + 1];

	json_object_begin(j, NULL);
	json_uint(j, "key_id", c->key_id);
	json_uint(j, "principal", c->principal);
	json_text(j, "public_key", keys_z85(c->public_key, key));
	json_object_end(j);
}

static void put_epochs(struct json *j, const struct registry_change *c)
{
	json_object_begin(j, NULL);
	json_uint(j, "principal", c->principal);
	json_uint(j, "until", c->epochs);
	json_object_end(j);
}

static void put_registry(struct json *j, const struct entry_registry *r)
{
	json_array_begin(j, "principals");
	for (size_t i = 0; i < r->n; i++)
		if (r->changes[i].kind == REGISTRY_PRINCIPAL_ADD)
			put_principal(j, &r->changes[i]);
	json_array_end(j);
	json_array_begin(j, "keys");
	for (size_t i = 0; i < r->n; i++)
		if (r->changes[i].kind == REGISTRY_KEY_ADD)
			put_key(j, &r->changes[i]);
	json_array_end(j);
	json_array_begin(j, "revoked");
	for (size_t i = 0; i < r->n; i++)
		if (r->changes[i].kind == REGISTRY_KEY_REVOKE)
			json_uint(j, NULL, r->changes[i].key_id);
	json_array_end(j);
	json_array_begin(j, "epochs");
	for (size_t i = 0; i < r->n; i++)
		if (r->changes[i].kind == REGISTRY_EPOCHS_ALLOW)
			put_epochs(j, &r->changes[i]);
	json_array_end(j);
	json_bool(j, "confirm", r->confirm);
}

static void put_catalogue(struct json *j, struct bytes body, struct codec_arena *arena)
{
	const Tiendo__Journal__V1__CatalogueBody *m = codec_unpack(
		&tiendo__journal__v1__catalogue_body__descriptor, body.data, body.size, arena);

	json_text(j, "plan", m ? m->plan : "");
	json_uint(j, "effective", m ? m->effective : 0);
	json_array_begin(j, "rows");
	for (size_t i = 0; m && i < m->n_rows; i++) {
		size_t used = arena->used;
		const void *row = codec_unpack(&tiendo__v1__catalogue_row__descriptor,
					       m->rows[i].data, m->rows[i].len, arena);

		json_object_begin(j, NULL);
		if (row)
			dump_json_fields(j, row);
		json_object_end(j);
		arena->used = used;
	}
	json_array_end(j);
}

/* A body whose members are just its message's. */
static void put_body(struct json *j, const ProtobufCMessageDescriptor *type, struct bytes body,
		     struct codec_arena *arena)
{
	const void *m = codec_unpack(type, body.data, body.size, arena);

	if (m)
		dump_json_fields(j, m);
}

/* One whose fields have the names of the line's own: they stand inside. */
static void put_inside(struct json *j, const char *name, const ProtobufCMessageDescriptor *type,
		       struct bytes body, struct codec_arena *arena)
{
	json_object_begin(j, name);
	put_body(j, type, body, arena);
	json_object_end(j);
}

/* What was said, not the bytes in which it stands. */
static void put_step(struct json *j, const struct entry_step *s, struct codec_arena *arena)
{
	json_object_begin(j, "step");
	json_uint(j, "unit", s->unit);
	json_uint(j, "principal", s->principal);
	put_inside(j, "obstacle", &tiendo__v1__obstacle__descriptor, bytes_of(s->bytes, s->size), arena);
	json_object_end(j);
}

static void put_kind(struct json *j, const struct entry *e, struct bytes body,
		     struct codec_arena *arena)
{
	switch (e->kind) {
	case ENTRY_BATCH:
		put_batch(j, e, arena);
		return;
	case ENTRY_VOID:
		put_stream(j, e);
		put_body(j, &tiendo__journal__v1__void_body__descriptor, body, arena);
		return;
	case ENTRY_GENESIS:
		put_body(j, &tiendo__journal__v1__genesis_body__descriptor, body, arena);
		return;
	case ENTRY_INCARNATION:
		put_body(j, &tiendo__journal__v1__incarnation_body__descriptor, body, arena);
		return;
	case ENTRY_CATALOGUE:
		put_catalogue(j, body, arena);
		return;
	case ENTRY_REGISTRY:
		put_registry(j, &e->registry);
		return;
	case ENTRY_TICK:
		put_body(j, &tiendo__journal__v1__tick_body__descriptor, body, arena);
		return;
	case ENTRY_RULES:
		json_uint(j, "version", e->rules.version);
		return;
	case ENTRY_DECISION:
		put_inside(j, "decision", &tiendo__journal__v1__decision_body__descriptor, body, arena);
		return;
	case ENTRY_NOTICE:
		put_inside(j, "notice", &tiendo__journal__v1__notice_body__descriptor, body, arena);
		return;
	case ENTRY_FINDING:
		put_inside(j, "finding", &tiendo__journal__v1__finding_body__descriptor, body, arena);
		return;
	case ENTRY_STEP:
		put_step(j, &e->step, arena);
		return;
	case ENTRY_NONE:
		return; /* entry_decode does not know it either */
	}
}

/* ---- lines ---- */

static struct json *begin_line(struct dump *d)
{
	buffer_clear(&d->line);
	d->json = json_to(&d->line);
	json_object_begin(&d->json, NULL);
	return &d->json;
}

static void end_line(struct dump *d)
{
	json_object_end(&d->json);
	buffer_put_u8(&d->line, '\n');
}

static void write_line(struct dump *d)
{
	fwrite(d->line.data, 1, d->line.size, d->out);
}

static void put_entry(struct dump *d, const struct entry *e, struct codec_arena *arena)
{
	struct bytes value, header, body = {0};
	struct json *j = begin_line(d);

	if (journal_value(d->journal, d->txn, e->number, &value))
		entry_value_split(value, &header, &body);
	json_uint(j, "entry", e->number);
	json_text(j, "kind", kinds[e->kind]);
	json_int(j, "received_ms", e->received.ms);
	json_uint(j, "rules_version", e->rules_version);
	json_hex(j, "hash", bytes_of(e->hash, HASH_SIZE));
	put_kind(j, e, body, arena);
	end_line(d);
}

static int read_entry(struct dump *d, uint64_t number, struct sys_error *error)
{
	/* twice: decoded once to be checked and folded, once more to be shown */
	struct codec_arena arena = codec_arena_new(2 *
						   journal_read_size(d->journal, d->txn, number));
	struct entry e;
	int rc = journal_read(d->journal, d->txn, number, d->view != NULL, &arena, &e, error);

	if (!rc)
		put_entry(d, &e, &arena);
	if (!rc && d->view && fold(d->view, &e, &d->change) != FOLD_OK)
		rc = sys_fail(error, -1, "entry %llu cannot be folded", (unsigned long long)number);
	change_clear(&d->change);
	codec_arena_free(&arena);
	return rc;
}

/* What the entry made the fold emit stands behind its line. */
static void dump_rows(struct dump *d)
{
	struct codec_arena arena = codec_arena_new(ROW_ARENA);

	for (unsigned t = 0; t < ROWS_TABLES; t++) {
		struct rows_walk w = {0};
		struct bytes key, value;

		while (rows_next(&d->view->rows, (enum row_table)t, (struct bytes){0}, &w, &key, &value)) {
			struct json *j = begin_line(d);
			json_object_begin(j, "row");
			dump_json_row(j, (enum row_table)t, key, value, &arena);
			json_object_end(j);
			end_line(d);
			write_line(d);
		}
	}
	codec_arena_free(&arena);
	rows_free(&d->view->rows);
}

/* Whoever reads the lines may stop reading for an hour: a transaction held that long would keep the
 * running server from using any of its freed pages again, 32 KiB a commit. */
static int dump_entry(struct dump *d, uint64_t number, struct sys_error *error)
{
	d->txn = kv_read(journal_kv(d->journal));
	int rc = read_entry(d, number, error);
	kv_end(&d->txn);
	if (rc)
		return rc;
	write_line(d);
	if (d->view)
		dump_rows(d);
	return 0;
}

static void dump_sheet(struct dump *d, const struct sheets *s, const struct sheet *sheet)
{
	for (uint32_t row = 0; row < s->block->unit_rows; row++)
		for (uint32_t leaf = 0; leaf < s->block->leaves_n; leaf++) {
			struct json *j = begin_line(d);
			json_object_begin(j, "slot");
			bool there = dump_json_slot(j, s, sheet, row, leaf);
			json_object_end(j);
			end_line(d);
			if (there)
				write_line(d);
		}
}

static void dump_slots(struct dump *d)
{
	for (uint32_t i = 0; d->view->held && i < d->view->held->blocks_n; i++) {
		const struct sheets *s = d->view->held->blocks[i]->sheets;

		for (uint32_t at = 0; at < s->open_n; at++)
			dump_sheet(d, s, s->open[at]);
	}
}

/* {"name":{...}} */
static struct json *begin_member(struct dump *d, const char *name)
{
	struct json *j = begin_line(d);

	json_object_begin(j, name);
	return j;
}

static void end_member(struct dump *d)
{
	json_object_end(&d->json);
	end_line(d);
	write_line(d);
}

static void dump_figures(struct dump *d)
{
	const struct catalogue *c = d->view->catalogue;

	for (uint32_t p = 0; c && p < catalogue_plans(c); p++)
		for (uint32_t r = 0; r < catalogue_plan(c, p)->rows_n; r++) {
			if (!pack_speaks(d->view, (struct grain){.plan = p, .row = r}))
				continue;
			dump_json_grain(begin_member(d, "figures"), d->view, p, r);
			end_member(d);
		}
}

static void dump_duties(struct dump *d)
{
	const struct terms *t = &d->view->duties.terms;
	const struct cases *c = &d->view->duties.cases;

	for (uint32_t i = 0; i < t->n; i++) {
		dump_json_term(begin_member(d, "terms"), &t->list[i]);
		end_member(d);
	}
	for (uint32_t i = 0; i < c->obstacles_n; i++) {
		dump_json_obstacle(begin_member(d, "obstacle"), &c->obstacles[i]);
		end_member(d);
	}
	for (uint32_t i = 0; i < c->requests_n; i++) {
		dump_json_request(begin_member(d, "request"), &c->requests[i]);
		end_member(d);
	}
	for (uint32_t i = 0; i < c->findings_n; i++) {
		dump_json_finding(begin_member(d, "finding"), &c->findings[i]);
		end_member(d);
	}
}

static void dump_notices(struct dump *d)
{
	const struct mailbox *m = d->view->mailbox;

	for (uint32_t unit = 1; unit <= mailbox_units(m); unit++) {
		struct mail_walk w = mailbox_walk(m, unit, 0);
		struct notice n;

		while (mailbox_next(&w, &n)) {
			dump_json_notice(begin_member(d, "notice"), unit, &n);
			end_member(d);
		}
	}
}

int dump_run(struct journal *journal, bool figures, FILE *out)
{
	struct dump d = {.journal = journal, .out = out};
	struct sys_error error = {""};
	/* a running server goes on behind it; what an entry is never changes */
	uint64_t head = journal_head(journal).entry;
	int rc = 0;

	if (figures && !(d.view = view_new()))
		rc = sys_fail(&error, -ENOMEM, "no memory for the figures");
	for (uint64_t n = 1; !rc && n <= head; n++)
		rc = dump_entry(&d, n, &error);
	if (!rc && d.view) {
		dump_figures(&d);
		dump_slots(&d);
		dump_duties(&d);
		dump_notices(&d);
	}
	if (!rc && (fflush(out) || ferror(out)))
		rc = sys_fail(&error, -1, "the dump could not be written whole");
	view_free(d.view);
	change_free(&d.change);
	buffer_free(&d.line);
	return rc ? command_fail(EXIT_ENVIRONMENT, "%s", error.text) : EXIT_GOOD;
}
