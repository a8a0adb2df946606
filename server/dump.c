// SPDX-License-Identifier: Apache-2.0
#include "server/dump.h"

#include <stdlib.h>

#include "common/domain/says.h"
#include "server/commands.h"
#include "server/dump_json.h"
#include "server/entry_codec.h"
#include "server/fold.h"
#include "server/journal.h"
#include "server/pack.h"

static const char *const kinds[] = {
	[ENTRY_BATCH] = "batch", [ENTRY_VOID] = "void", [ENTRY_GENESIS] = "genesis", [ENTRY_INCARNATION] = "incarnation",
	[ENTRY_CATALOGUE] = "catalogue", [ENTRY_REGISTRY] = "registry", [ENTRY_TICK] = "tick",
	[ENTRY_DECISION] = "decision", [ENTRY_RULES] = "rules", [ENTRY_NOTICE] = "notice"};

struct dump {
	struct journal *journal;
	struct kv_txn *txn;
	struct view *view; /* NULL unless figures are wanted */
	struct change change;
	FILE *out;
};

/* ---- what depends on the kind ---- */

static void stream_fields(json_t *line, const struct entry *e)
{
	static const uint8_t none[EPOCH_SIZE];

	json_object_set_new(line, "principal", json_integer(e->principal));
	json_object_set_new(line, "key_id", json_integer(e->key_id));
	json_object_set_new(line, "epoch", dump_json_hex(e->epoch, EPOCH_SIZE));
	json_object_set_new(line, "first_seq", json_integer((json_int_t)e->first_seq));
	json_object_set_new(line, "seqs", json_integer(e->seqs));
	json_object_set_new(line, "prev", json_integer((json_int_t)e->prev));
	if (memcmp(e->previous_epoch, none, EPOCH_SIZE) != 0)
		json_object_set_new(line, "previous_epoch", dump_json_hex(e->previous_epoch, EPOCH_SIZE));
}

static json_t *taken_json(const struct taken *t, struct codec_arena *arena)
{
	const void *update = codec_unpack(&tiendo__v1__update__descriptor, t->blob, t->blob_size, arena);
	json_t *j = json_pack("{s:i,s:I,s:o}", "index", t->index, "seq", (json_int_t)t->update.seq, "blob_hash",
			      dump_json_hex(t->blob_hash, HASH_SIZE));

	if (t->first_received.ms)
		json_object_set_new(j, "first_received_ms", json_integer(t->first_received.ms));
	json_object_set_new(j, "update", update ? dump_json_message(update) : json_null());
	return j;
}

static void batch_fields(json_t *line, const struct entry *e, struct codec_arena *arena)
{
	json_t *taken = json_array(), *refused = json_array();

	stream_fields(line, e);
	for (size_t i = 0; i < e->batch.taken_n; i++)
		json_array_append_new(taken, taken_json(&e->batch.taken[i], arena));
	for (size_t i = 0; i < e->batch.refused_n; i++) {
		const struct refused *r = &e->batch.refused[i];
		json_array_append_new(refused, json_pack("{s:I,s:s,s:s,s:o}", "seq", (json_int_t)r->seq, "reason",
							 reason_name(r->reason), "field", r->field, "blob_hash",
							 dump_json_hex(r->blob_hash, HASH_SIZE)));
	}
	json_object_set_new(line, "taken", taken);
	json_object_set_new(line, "refused", refused);
}

static void registry_fields(json_t *line, const struct entry_registry *r)
{
	json_t *principals = json_array(), *keys = json_array(), *revoked = json_array();

	for (size_t i = 0; i < r->n; i++) {
		const struct registry_change *c = &r->changes[i];
		char key[KEYS_Z85 + 1];

		if (c->kind == REGISTRY_PRINCIPAL_ADD)
			json_array_append_new(principals, json_pack("{s:i,s:s,s:i,s:s}", "principal", c->principal, "role",
								    role_word(c->role), "unit", c->scope_unit, "name",
								    c->name));
		else if (c->kind == REGISTRY_KEY_ADD)
			json_array_append_new(keys, json_pack("{s:i,s:i,s:s}", "key_id", c->key_id, "principal",
							      c->principal, "public_key",
							      keys_z85(c->public_key, key)));
		else
			json_array_append_new(revoked, json_integer(c->key_id));
	}
	json_object_set_new(line, "principals", principals);
	json_object_set_new(line, "keys", keys);
	json_object_set_new(line, "revoked", revoked);
	json_object_set_new(line, "confirm", json_boolean(r->confirm));
}

static void catalogue_fields(json_t *line, struct bytes body, struct codec_arena *arena)
{
	const Tiendo__Journal__V1__CatalogueBody *m =
		codec_unpack(&tiendo__journal__v1__catalogue_body__descriptor, body.data, body.size, arena);
	json_t *rows = json_array();

	for (size_t i = 0; m && i < m->n_rows; i++) {
		size_t used = arena->used;
		const void *row = codec_unpack(&tiendo__v1__catalogue_row__descriptor, m->rows[i].data, m->rows[i].len,
					       arena);

		json_array_append_new(rows, row ? dump_json_message(row) : json_null());
		arena->used = used;
	}
	json_object_set_new(line, "plan", json_string(m ? m->plan : ""));
	json_object_set_new(line, "effective", json_integer(m ? m->effective : 0));
	json_object_set_new(line, "rows", rows);
}

/* A body whose JSON is just its message. */
static void body_fields(json_t *line, const ProtobufCMessageDescriptor *type, struct bytes body,
			struct codec_arena *arena)
{
	const void *m = codec_unpack(type, body.data, body.size, arena);
	json_t *fields = m ? dump_json_message(m) : json_object();

	json_object_update(line, fields);
	json_decref(fields);
}

static void fields(json_t *line, const struct entry *e, struct bytes body, struct codec_arena *arena)
{
	switch (e->kind) {
	case ENTRY_BATCH:
		batch_fields(line, e, arena);
		return;
	case ENTRY_VOID:
		stream_fields(line, e);
		body_fields(line, &tiendo__journal__v1__void_body__descriptor, body, arena);
		return;
	case ENTRY_GENESIS:
		body_fields(line, &tiendo__journal__v1__genesis_body__descriptor, body, arena);
		return;
	case ENTRY_INCARNATION:
		body_fields(line, &tiendo__journal__v1__incarnation_body__descriptor, body, arena);
		return;
	case ENTRY_CATALOGUE:
		catalogue_fields(line, body, arena);
		return;
	case ENTRY_REGISTRY:
		registry_fields(line, &e->registry);
		return;
	case ENTRY_TICK:
		body_fields(line, &tiendo__journal__v1__tick_body__descriptor, body, arena);
		return;
	case ENTRY_RULES:
		body_fields(line, &tiendo__journal__v1__rules_body__descriptor, body, arena);
		return;
	case ENTRY_NONE:
	case ENTRY_DECISION:
	case ENTRY_NOTICE:
		return; /* entry_decode does not know them either */
	}
}

/* ---- lines ---- */

static void put_line(const struct dump *d, json_t *line)
{
	json_dumpf(line, d->out, JSON_COMPACT);
	fputc('\n', d->out);
	json_decref(line);
}

static int dump_entry(struct dump *d, uint64_t number, struct sys_error *error)
{
	struct codec_arena arena = codec_arena_new(2 * journal_read_size(d->journal, d->txn, number));
	struct bytes value, header, body = {0};
	struct entry e;
	int rc = journal_read(d->journal, d->txn, number, d->view != NULL, &arena, &e, error);

	if (!rc && journal_value(d->journal, d->txn, number, &value))
		entry_value_split(value, &header, &body);
	if (!rc) {
		json_t *line = json_pack("{s:I,s:s,s:I,s:i,s:o}", "entry", (json_int_t)number, "kind", kinds[e.kind],
					 "received_ms", (json_int_t)e.received.ms, "rules_version", e.rules_version,
					 "hash", dump_json_hex(e.hash, HASH_SIZE));
		fields(line, &e, body, &arena);
		put_line(d, line);
	}
	if (!rc && d->view && fold(d->view, &e, &d->change) != FOLD_OK)
		rc = sys_fail(error, -1, "entry %llu cannot be folded", (unsigned long long)number);
	change_clear(&d->change);
	codec_arena_free(&arena);
	return rc;
}

static void dump_figures(const struct dump *d)
{
	const struct catalogue *c = d->view->catalogue;

	for (uint32_t p = 0; c && p < catalogue_plans(c); p++)
		for (uint32_t r = 0; r < catalogue_plan(c, p)->rows_n; r++)
			if (pack_speaks(d->view, (struct grain){.plan = p, .row = r}))
				put_line(d, json_pack("{s:o}", "figures", dump_json_grain(d->view, p, r)));
}

int dump_run(struct journal *j, bool figures, FILE *out)
{
	struct dump d = {.journal = j, .txn = kv_read(journal_kv(j)), .out = out};
	struct sys_error error = {""};
	uint64_t head = journal_head_in(j, d.txn).entry;
	int rc = kv_error(d.txn);

	if (figures)
		d.view = view_new();
	for (uint64_t n = 1; !rc && n <= head; n++)
		rc = dump_entry(&d, n, &error);
	if (!rc && d.view)
		dump_figures(&d);
	kv_end(&d.txn);
	view_free(d.view);
	change_free(&d.change);
	if (!rc && (fflush(out) || ferror(out)))
		rc = sys_fail(&error, -1, "the dump could not be written whole");
	return rc ? command_fail(EXIT_ENVIRONMENT, "%s", error.text) : EXIT_GOOD;
}
