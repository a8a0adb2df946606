// SPDX-License-Identifier: Apache-2.0
#include "server/entry_body.h"

#include <stdlib.h>

#define BYTES(array) ((ProtobufCBinaryData){sizeof(array), (uint8_t *)(array)})

void entry_body_message(struct buffer *out, const void *message)
{
	uint8_t *at = buffer_reserve(out, codec_size(message));

	if (at)
		codec_pack(message, at);
}

/* ---- writing ---- */

static void put_genesis(const struct entry_genesis *g, struct buffer *out)
{
	Tiendo__Journal__V1__GenesisBody m = TIENDO__JOURNAL__V1__GENESIS_BODY__INIT;

	m.store_id = BYTES(g->store);
	m.incarnation = BYTES(g->incarnation);
	m.offset_minutes = g->offset_minutes;
	m.illustrative = g->illustrative;
	m.simulated = g->simulated;
	m.name = (char *)g->name;
	m.format = 1;
	entry_body_message(out, &m);
}

static void put_incarnation(const struct entry_incarnation *i, struct buffer *out)
{
	Tiendo__Journal__V1__IncarnationBody m = TIENDO__JOURNAL__V1__INCARNATION_BODY__INIT;

	m.incarnation = BYTES(i->made);
	m.previous = BYTES(i->old);
	m.fork_entry = i->fork;
	m.fork_hash = BYTES(i->fork_hash);
	if (i->proven)
		m.lost = BYTES(i->lost);
	entry_body_message(out, &m);
}

/* One change is one record of its list; the order between lists is principals, keys, revoked,
 * epochs. */
struct registry_lists {
	Tiendo__Journal__V1__PrincipalAdd *principal, **principals;
	Tiendo__Journal__V1__KeyAdd *key, **keys;
	Tiendo__Journal__V1__KeyRevoke *revoke, **revoked;
	Tiendo__Journal__V1__EpochsAllow *allow, **epochs;
};

static void list_change(const struct registry_change *c, struct registry_lists *l,
			Tiendo__Journal__V1__RegistryBody *m)
{
	if (c->kind == REGISTRY_PRINCIPAL_ADD) {
		Tiendo__Journal__V1__PrincipalAdd *p = l->principals[m->n_principals] =
			&l->principal[m->n_principals];

		tiendo__journal__v1__principal_add__init(p);
		p->principal = c->principal;
		p->role = (uint32_t)c->role;
		p->unit = c->scope_unit;
		p->name = (char *)c->name;
		m->n_principals++;
	} else if (c->kind == REGISTRY_KEY_ADD) {
		Tiendo__Journal__V1__KeyAdd *k = l->keys[m->n_keys] = &l->key[m->n_keys];

		tiendo__journal__v1__key_add__init(k);
		k->key_id = c->key_id;
		k->principal = c->principal;
		k->public_key = BYTES(c->public_key);
		m->n_keys++;
	} else if (c->kind == REGISTRY_KEY_REVOKE) {
		Tiendo__Journal__V1__KeyRevoke *r = l->revoked[m->n_revoked] =
			&l->revoke[m->n_revoked];

		tiendo__journal__v1__key_revoke__init(r);
		r->key_id = c->key_id;
		m->n_revoked++;
	} else if (c->kind == REGISTRY_EPOCHS_ALLOW) {
		Tiendo__Journal__V1__EpochsAllow *a = l->epochs[m->n_epochs] =
			&l->allow[m->n_epochs];

		tiendo__journal__v1__epochs_allow__init(a);
		a->principal = c->principal;
		a->until = c->epochs;
		m->n_epochs++;
	}
}

static void put_registry(const struct entry_registry *r, struct buffer *out)
{
	Tiendo__Journal__V1__RegistryBody m = TIENDO__JOURNAL__V1__REGISTRY_BODY__INIT;
	Tiendo__Journal__V1__RosterConfirm confirm = TIENDO__JOURNAL__V1__ROSTER_CONFIRM__INIT;
	struct registry_lists l = {.principal = base_alloc((r->n + 1) * sizeof *l.principal),
				   .key = base_alloc((r->n + 1) * sizeof *l.key),
				   .revoke = base_alloc((r->n + 1) * sizeof *l.revoke),
				   .principals = base_alloc((r->n + 1) * sizeof *l.principals),
				   .keys = base_alloc((r->n + 1) * sizeof *l.keys),
				   .revoked = base_alloc((r->n + 1) * sizeof *l.revoked),
				   .allow = base_alloc((r->n + 1) * sizeof *l.allow),
				   .epochs = base_alloc((r->n + 1) * sizeof *l.epochs)};

	m.principals = l.principals;
	m.keys = l.keys;
	m.revoked = l.revoked;
	m.epochs = l.epochs;
	for (size_t i = 0; i < r->n; i++)
		list_change(&r->changes[i], &l, &m);
	m.confirm = r->confirm ? &confirm : NULL;
	entry_body_message(out, &m);
	free(l.principal);
	free(l.key);
	free(l.revoke);
	free(l.principals);
	free(l.keys);
	free(l.revoked);
	free(l.allow);
	free(l.epochs);
}

static void put_void(const struct entry_void *v, struct buffer *out)
{
	Tiendo__Journal__V1__VoidBody m = TIENDO__JOURNAL__V1__VOID_BODY__INIT;

	m.from = v->from;
	m.to = v->to;
	m.reason = v->reason;
	entry_body_message(out, &m);
}

static void put_catalogue(const struct entry_catalogue *c, struct buffer *out)
{
	size_t size;
	uint8_t *body = entry_catalogue_body(c->made, c->plan ? c->plan : "", c->effective, &size);

	if (body)
		buffer_put(out, body, size);
	else
		out->failed = true;
	free(body);
}

void entry_body_put(const struct entry *e, struct buffer *out)
{
	Tiendo__Journal__V1__TickBody tick = TIENDO__JOURNAL__V1__TICK_BODY__INIT;
	Tiendo__Journal__V1__RulesBody rules = TIENDO__JOURNAL__V1__RULES_BODY__INIT;

	switch (e->kind) {
	case ENTRY_VOID:
		put_void(&e->lost, out);
		return;
	case ENTRY_GENESIS:
		put_genesis(&e->genesis, out);
		return;
	case ENTRY_INCARNATION:
		put_incarnation(&e->incarnation, out);
		return;
	case ENTRY_CATALOGUE:
		put_catalogue(&e->catalogue, out);
		return;
	case ENTRY_REGISTRY:
		put_registry(&e->registry, out);
		return;
	case ENTRY_TICK:
		tick.date = e->tick.date.ymd;
		entry_body_message(out, &tick);
		return;
	case ENTRY_RULES:
		rules.rules_version = e->rules.version;
		entry_body_message(out, &rules);
		return;
	case ENTRY_DECISION:
	case ENTRY_NOTICE:
	case ENTRY_FINDING:
	case ENTRY_STEP:
		entry_said_put(e, out);
		return;
	case ENTRY_NONE:
	case ENTRY_BATCH:
		break;
	}
	out->failed = true; /* this build does not make them */
}

uint8_t *entry_catalogue_body(const struct catalogue *c, const char *plan, struct date effective,
			      size_t *size)
{
	Tiendo__Journal__V1__CatalogueBody m = TIENDO__JOURNAL__V1__CATALOGUE_BODY__INIT;
	size_t n = catalogue_rows(c);
	ProtobufCBinaryData *rows = base_alloc((n + 1) * sizeof *rows);
	uint8_t *body = NULL;

	for (; m.n_rows < n; m.n_rows++) {
		struct catalogue_row row;

		catalogue_row(c, m.n_rows, &row);
		rows[m.n_rows].data = codec_row_encode(&row, &rows[m.n_rows].len);
		if (!rows[m.n_rows].data)
			break;
	}
	m.rows = rows;
	m.plan = (char *)plan;
	m.effective = effective.ymd;
	if (m.n_rows == n)
		body = codec_pack_new(&m, size);
	while (m.n_rows)
		free(rows[--m.n_rows].data);
	free(rows);
	return body;
}

/* ---- reading ---- */

static bool fixed(const ProtobufCBinaryData *from, uint8_t *to, size_t size)
{
	if (from->len != size)
		return false;
	memcpy(to, from->data, size);
	return true;
}

static enum entry_read unpack(const ProtobufCMessageDescriptor *type, struct bytes body,
			      struct codec_arena *arena, void **out)
{
	*out = codec_unpack(type, body.data, body.size, arena);
	return *out ? ENTRY_READ_OK : ENTRY_READ_DAMAGED;
}

static enum entry_read get_genesis(struct bytes body, struct codec_arena *arena,
				   struct entry_genesis *g)
{
	Tiendo__Journal__V1__GenesisBody *m;
	enum entry_read r = unpack(&tiendo__journal__v1__genesis_body__descriptor, body, arena,
				   (void **)&m);

	if (r != ENTRY_READ_OK)
		return r;
	*g = (struct entry_genesis){.illustrative = m->illustrative,
				    .simulated = m->simulated,
				    .offset_minutes = m->offset_minutes,
				    .name = m->name};
	if (m->format != 1)
		return ENTRY_READ_UNKNOWN;
	return fixed(&m->store_id, g->store, sizeof g->store) &&
			       fixed(&m->incarnation, g->incarnation, sizeof g->incarnation)
		       ? ENTRY_READ_OK
		       : ENTRY_READ_DAMAGED;
}

static enum entry_read get_incarnation(struct bytes body, struct codec_arena *arena,
				       struct entry_incarnation *i)
{
	Tiendo__Journal__V1__IncarnationBody *m;
	enum entry_read r = unpack(&tiendo__journal__v1__incarnation_body__descriptor, body, arena,
				   (void **)&m);

	if (r != ENTRY_READ_OK)
		return r;
	*i = (struct entry_incarnation){.fork = m->fork_entry, .proven = m->lost.len != 0};
	return fixed(&m->incarnation, i->made, sizeof i->made) &&
			       fixed(&m->previous, i->old, sizeof i->old) &&
			       fixed(&m->fork_hash, i->fork_hash, sizeof i->fork_hash) &&
			       (!i->proven || fixed(&m->lost, i->lost, sizeof i->lost))
		       ? ENTRY_READ_OK
		       : ENTRY_READ_DAMAGED;
}

static enum entry_read get_registry(struct bytes body, struct codec_arena *arena,
				    struct entry_registry *out)
{
	Tiendo__Journal__V1__RegistryBody *m;
	enum entry_read r = unpack(&tiendo__journal__v1__registry_body__descriptor, body, arena,
				   (void **)&m);

	if (r != ENTRY_READ_OK)
		return r;
	size_t n = m->n_principals + m->n_keys + m->n_revoked + m->n_epochs, at = 0;
	struct registry_change *c = codec_arena_take(arena, (n + 1) * sizeof *c);

	if (!c)
		return ENTRY_READ_MEMORY;
	memset(c, 0, (n + 1) * sizeof *c);
	for (size_t i = 0; i < m->n_principals; i++)
		c[at++] = (struct registry_change){.kind = REGISTRY_PRINCIPAL_ADD,
						   .principal = m->principals[i]->principal,
						   .role = (enum role)m->principals[i]->role,
						   .scope_unit = m->principals[i]->unit,
						   .name = m->principals[i]->name};
	for (size_t i = 0; i < m->n_keys; i++) {
		c[at] = (struct registry_change){.kind = REGISTRY_KEY_ADD,
						 .principal = m->keys[i]->principal,
						 .key_id = m->keys[i]->key_id,
						 .name = ""};
		if (!fixed(&m->keys[i]->public_key, c[at++].public_key, PUBLIC_KEY_SIZE))
			return ENTRY_READ_DAMAGED;
	}
	for (size_t i = 0; i < m->n_revoked; i++)
		c[at++] = (struct registry_change){
			.kind = REGISTRY_KEY_REVOKE, .key_id = m->revoked[i]->key_id, .name = ""};
	for (size_t i = 0; i < m->n_epochs; i++)
		c[at++] = (struct registry_change){.kind = REGISTRY_EPOCHS_ALLOW,
						   .principal = m->epochs[i]->principal,
						   .epochs = m->epochs[i]->until,
						   .name = ""};
	*out = (struct entry_registry){.n = n, .changes = c, .confirm = m->confirm != NULL};
	return ENTRY_READ_OK;
}

/* What is damaged and what found no memory must not be taken for each other: the one asks for a backup. */
static enum entry_read build(Tiendo__Journal__V1__CatalogueBody *m, struct codec_arena *arena,
			     struct catalogue **out)
{
	struct builder *b = builder_new();
	struct faults faults = {0};
	enum entry_read r = b ? ENTRY_READ_OK : ENTRY_READ_MEMORY;

	for (size_t i = 0; r == ENTRY_READ_OK && i < m->n_rows; i++) {
		struct catalogue_row row;
		size_t used = arena->used;

		if (!codec_row_decode(m->rows[i].data, m->rows[i].len, arena, &row))
			r = ENTRY_READ_DAMAGED;
		else if (!builder_add(b, &row, "", 0))
			r = ENTRY_READ_MEMORY;
		arena->used = used; /* the builder has its own copy */
	}
	if (r == ENTRY_READ_OK && !(*out = catalogue_build(b, false, &faults)))
		r = faults.errors ? ENTRY_READ_DAMAGED : ENTRY_READ_MEMORY;
	faults_free(&faults);
	builder_free(b);
	return r;
}

enum entry_read entry_catalogue_read(struct bytes body, struct codec_arena *arena,
				     struct catalogue **out)
{
	void *m;
	enum entry_read r =
		unpack(&tiendo__journal__v1__catalogue_body__descriptor, body, arena, &m);

	*out = NULL;
	return r == ENTRY_READ_OK ? build(m, arena, out) : r;
}

static enum entry_read get_catalogue(struct bytes body, bool make, struct codec_arena *arena,
				     struct entry_catalogue *out)
{
	Tiendo__Journal__V1__CatalogueBody *m;
	enum entry_read r = unpack(&tiendo__journal__v1__catalogue_body__descriptor, body, arena,
				   (void **)&m);

	if (r != ENTRY_READ_OK)
		return r;
	*out = (struct entry_catalogue){.plan = m->plan, .effective = {m->effective}};
	return make ? build(m, arena, &out->made) : ENTRY_READ_OK;
}

static enum entry_read get_void(struct bytes body, struct codec_arena *arena,
				struct entry_void *out)
{
	Tiendo__Journal__V1__VoidBody *m;
	enum entry_read r = unpack(&tiendo__journal__v1__void_body__descriptor, body, arena,
				   (void **)&m);

	if (r == ENTRY_READ_OK)
		*out = (struct entry_void){.from = m->from, .to = m->to, .reason = m->reason};
	return r;
}

enum entry_read entry_body_get(struct bytes body, bool catalogue, struct codec_arena *arena,
			       struct entry *e)
{
	void *m;
	enum entry_read r;

	switch (e->kind) {
	case ENTRY_VOID:
		return get_void(body, arena, &e->lost);
	case ENTRY_GENESIS:
		return get_genesis(body, arena, &e->genesis);
	case ENTRY_INCARNATION:
		return get_incarnation(body, arena, &e->incarnation);
	case ENTRY_CATALOGUE:
		return get_catalogue(body, catalogue, arena, &e->catalogue);
	case ENTRY_REGISTRY:
		return get_registry(body, arena, &e->registry);
	case ENTRY_TICK:
		r = unpack(&tiendo__journal__v1__tick_body__descriptor, body, arena, &m);
		if (r == ENTRY_READ_OK)
			e->tick.date.ymd = ((Tiendo__Journal__V1__TickBody *)m)->date;
		return r;
	case ENTRY_RULES:
		r = unpack(&tiendo__journal__v1__rules_body__descriptor, body, arena, &m);
		if (r == ENTRY_READ_OK)
			e->rules.version = ((Tiendo__Journal__V1__RulesBody *)m)->rules_version;
		return r;
	case ENTRY_DECISION:
	case ENTRY_NOTICE:
	case ENTRY_FINDING:
	case ENTRY_STEP:
		return entry_said_get(body, arena, e);
	case ENTRY_NONE:
	case ENTRY_BATCH:
		break;
	}
	return ENTRY_READ_UNKNOWN;
}
