// SPDX-License-Identifier: Apache-2.0
#include "server/admin.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/domain/periods.h"
#include "common/domain/says.h"
#include "common/domain/text.h"
#include "common/sys/json.h"
#include "server/admin_catalogue.h"
#include "server/admin_notices.h"
#include "server/admin_office.h"
#include "server/checkpoint.h"

__attribute__((format(printf, 2, 3))) void admin_say(struct admin *a, const char *format, ...)
{
	char line[1024];
	va_list args;

	va_start(args, format);
	vsnprintf(line, sizeof line, format, args);
	va_end(args);
	buffer_put_text(&a->text, line);
}

enum core_result admin_barriers(struct admin *a, struct entry *const *entries, size_t n)
{
	struct sys_error error = {""};
	enum core_clock_state clock;
	enum core_result r = core_tick(a->core, &clock, &error);

	if (r == CORE_OK)
		r = core_barriers(a->core, entries, n, &error);
	if (r == CORE_OK) {
		a->ok = true;
		a->entry = entries[n - 1]->number;
	} else {
		a->environment = true;
		admin_say(a, "nothing was changed: %s", error.text);
	}
	return r;
}

enum core_result admin_barrier(struct admin *a, struct entry *e)
{
	return admin_barriers(a, &e, 1);
}

/* ---- principals and keys ---- */

static const char *unit_code(const struct view *v, uint32_t number)
{
	uint32_t unit = v->catalogue ? catalogue_unit_by_number(v->catalogue, number) : NO_INDEX;

	return unit == NO_INDEX ? "" : catalogue_unit(v->catalogue, unit)->row.code;
}

enum { PRINCIPAL_NAME_BYTES = 200 };

/* It stays in the journal for ever and travels to operators. */
static bool name_is_good(struct admin *a, const char *name)
{
	enum reason r = text_check(name, strlen(name), PRINCIPAL_NAME_BYTES);

	if (r == REASON_NONE && strpbrk(name, "\n\t"))
		r = REASON_TEXT_CONTROL;
	if (r != REASON_NONE)
		admin_say(a, "this name cannot be taken: %s (one line, at most %d bytes)",
			  reason_says(r, LANGUAGE_EN), PRINCIPAL_NAME_BYTES);
	return r == REASON_NONE;
}

static bool key_is_good(struct admin *a, const ProtobufCBinaryData *key)
{
	static const uint8_t zeros[PUBLIC_KEY_SIZE];
	const struct roster *r = core_view(a->core)->roster;

	if (key->len != PUBLIC_KEY_SIZE)
		admin_say(a, "a public key has %d bytes", PUBLIC_KEY_SIZE);
	else if (!memcmp(key->data, zeros, sizeof zeros)) /* a key for which everybody has the secret */
		admin_say(a, "this is no public key: all its bytes are zero");
	else if (roster_key_of(r, key->data))
		admin_say(a,
			  "this key was registered before, as key %u: every principal needs its own",
			  roster_key_of(r, key->data)->id);
	else
		return true;
	return false;
}

static enum core_result add_agent(struct admin *a, const Tiendo__Journal__V1__AgentAdd *m)
{
	const struct view *v = core_view(a->core);
	struct registry_change changes[2] = {{.kind = REGISTRY_PRINCIPAL_ADD,
					      .principal = roster_next_principal(v->roster),
					      .role = role_of(m->role),
					      .name = m->name},
					     {.kind = REGISTRY_KEY_ADD,
					      .principal = roster_next_principal(v->roster),
					      .key_id = roster_next_key(v->roster),
					      .name = ""}};
	struct entry e = {.kind = ENTRY_REGISTRY, .registry = {.n = 2, .changes = changes}};
	uint32_t unit = v->catalogue ? catalogue_unit_by_code(v->catalogue, m->unit, v->head.today)
				     : NO_INDEX;

	if (changes[0].role == ROLE_NONE) {
		admin_say(a, "no such role: %s (agent, viewer, operator)", m->role);
	} else if (!name_is_good(a, m->name)) {
		return CORE_OK;
	} else if (unit == NO_INDEX) {
		admin_say(a,
			  v->catalogue ? "no unit has the code %s"
				       : "unit %s: load a catalogue first",
			  m->unit);
	} else if (key_is_good(a, &m->public_key)) {
		changes[0].scope_unit = catalogue_unit(v->catalogue, unit)->row.number;
		memcpy(changes[1].public_key, m->public_key.data, PUBLIC_KEY_SIZE);
		a->principal = changes[0].principal;
		a->key_id = changes[1].key_id;
		enum core_result r = admin_barrier(a, &e);
		if (r == CORE_OK)
			admin_say(a, "principal %u (%s of %s) with key %u\n", a->principal, m->role,
				  m->unit, a->key_id);
		return r;
	}
	return CORE_OK;
}

static enum core_result add_key(struct admin *a, const Tiendo__Journal__V1__KeyAdd *m)
{
	const struct roster *r = core_view(a->core)->roster;
	struct registry_change change = {.kind = REGISTRY_KEY_ADD,
					 .principal = m->principal,
					 .key_id = roster_next_key(r),
					 .name = ""};
	struct entry e = {.kind = ENTRY_REGISTRY, .registry = {.n = 1, .changes = &change}};

	if (!roster_principal(r, m->principal)) {
		admin_say(a, "no principal has the number %u: see `tiendo-server agent list`",
			  m->principal);
	} else if (key_is_good(a, &m->public_key)) {
		memcpy(change.public_key, m->public_key.data, PUBLIC_KEY_SIZE);
		a->principal = m->principal;
		a->key_id = change.key_id;
		enum core_result result = admin_barrier(a, &e);
		if (result == CORE_OK)
			admin_say(a, "key %u of principal %u\n", a->key_id, a->principal);
		return result;
	}
	return CORE_OK;
}

static enum core_result revoke_key(struct admin *a, uint32_t key_id)
{
	const struct roster_key *k = roster_key(core_view(a->core)->roster, key_id);
	struct registry_change change = {.kind = REGISTRY_KEY_REVOKE, .key_id = key_id, .name = ""};
	struct entry e = {.kind = ENTRY_REGISTRY, .registry = {.n = 1, .changes = &change}};

	if (!k || k->revoked) {
		admin_say(a,
			  k ? "key %u is revoked already"
			    : "no key has the number %u: see `tiendo-server agent list`",
			  key_id);
		return CORE_OK;
	}
	a->principal = k->principal;
	a->key_id = key_id;
	enum core_result r = admin_barrier(a, &e);
	if (r == CORE_OK)
		admin_say(a, "key %u of principal %u is revoked\n", key_id, a->principal);
	return r;
}

static enum core_result confirm_roster(struct admin *a)
{
	struct entry e = {.kind = ENTRY_REGISTRY, .registry = {.confirm = true}};
	enum core_result r = admin_barrier(a, &e);

	if (r == CORE_OK)
		admin_say(a, "the roster is confirmed\n");
	return r;
}

/* The limit stops a spool that is cloned again and again; when people know why, it must not shut an
 * office out for ever. The entry says how many in all, so that it means the same at every replay. */
static enum core_result allow_epochs(struct admin *a, const Tiendo__Journal__V1__EpochsMore *m)
{
	struct journal *j = core_journal(a->core);
	struct kv_txn *t = kv_read(journal_kv(j));
	uint32_t made = journal_epochs(j, t, m->principal).count;
	struct registry_change change = {.kind = REGISTRY_EPOCHS_ALLOW,
					 .principal = m->principal,
					 .epochs = made + m->more,
					 .name = ""};
	struct entry e = {.kind = ENTRY_REGISTRY, .registry = {.n = 1, .changes = &change}};
	int rc = kv_error(t);

	kv_end(&t);
	if (rc) {
		a->environment = true;
		admin_say(a, "the journal cannot be read now: try again");
	} else if (!roster_principal(core_view(a->core)->roster, m->principal)) {
		admin_say(a, "no principal has the number %u: see `tiendo-server agent list`",
			  m->principal);
	} else if (!m->more || m->more > EPOCHS_MAX) {
		admin_say(a, "between 1 and %d epochs can be allowed at once", EPOCHS_MAX);
	} else {
		a->principal = m->principal;
		enum core_result r = admin_barrier(a, &e);
		if (r == CORE_OK)
			admin_say(a, "principal %u has made %u epochs and may begin %u more at once\n",
				  m->principal, made, m->more);
		return r;
	}
	return CORE_OK;
}

static enum core_result change_registry(struct admin *a, const Tiendo__Journal__V1__RegistryBody *m)
{
	size_t n = m->n_principals + m->n_keys + m->n_revoked + (m->confirm != NULL);

	if (n != 1 || m->n_principals || m->n_epochs)
		admin_say(a, "one change at a time");
	else if (m->n_keys)
		return add_key(a, m->keys[0]);
	else if (m->n_revoked)
		return revoke_key(a, m->revoked[0]->key_id);
	else
		return confirm_roster(a);
	return CORE_OK;
}

/* ---- looking ---- */

static void list_key(struct admin *a, struct json *j, const struct roster_key *k)
{
	const struct view *v = core_view(a->core);
	const struct principal *p = roster_principal(v->roster, k->principal);
	const char *unit = unit_code(v, p->scope_unit);
	char key[KEYS_Z85 + 1];

	keys_z85(k->public_key, key);
	admin_say(a, "principal %u  %-8s  %-16s  key %u  %s  %s  %s\n", p->number,
		  role_word(p->role), unit, k->id, k->revoked ? "revoked" : "live   ", key,
		  p->name);
	json_object_begin(j, NULL);
	json_uint(j, "principal", p->number);
	json_text(j, "role", role_word(p->role));
	json_text(j, "unit", unit);
	json_uint(j, "key", k->id);
	json_bool(j, "revoked", k->revoked);
	json_text(j, "public_key", key);
	json_text(j, "name", p->name);
	json_object_end(j);
}

static void list_agents(struct admin *a)
{
	const struct view *v = core_view(a->core);

	struct json j = json_to(&a->json);

	a->ok = true;
	json_array_begin(&j, NULL);
	for (size_t i = 0; i < roster_keys(v->roster); i++)
		list_key(a, &j, roster_key_at(v->roster, i));
	json_array_end(&j);
}

static void status(struct admin *a, bool digest)
{
	uint8_t view[HASH_SIZE];
	char view_hex[2 * HASH_SIZE + 1] = "";

	const struct view_head *h = &core_view(a->core)->head;
	char incarnation[2 * INCARNATION_SIZE + 1], today[11], key[KEYS_Z85 + 1];

	hex_encode(incarnation, h->incarnation, sizeof h->incarnation);
	a->ok = !digest || core_digest(a->core, view);
	a->entry = h->entry;
	if (!a->ok) {
		a->environment = true;
		admin_say(a, "no memory for the digest of the figures");
		return;
	}
	if (digest)
		admin_say(a, "view %s\n", hex_encode(view_hex, view, sizeof view));
	admin_say(a, "entry %llu of incarnation %.8s, today %s%s%s%s\n",
		  (unsigned long long)h->entry, incarnation, date_format(h->today, today),
		  h->illustrative ? ", illustrative (Số liệu minh hoạ)" : "", h->simulated ? ", simulated clock (thời gian mô phỏng)" : "",
		  core_locked(a->core) ? ", waits for the roster to be confirmed" : "");
	admin_say(a, "public key %s\n", keys_z85(core_public_key(a->core), key));
	const char *fault = journal_fault(core_journal(a->core));
	if (fault)
		admin_say(a, "THE JOURNAL IS DAMAGED: %s\n", fault);
	struct json j = json_to(&a->json);
	json_object_begin(&j, NULL);
	json_uint(&j, "entry", h->entry);
	json_hex(&j, "hash", bytes_of(h->hash, sizeof h->hash));
	if (digest)
		json_hex(&j, "digest", bytes_of(view, sizeof view));
	json_hex(&j, "incarnation", bytes_of(h->incarnation, sizeof h->incarnation));
	json_uint(&j, "today", h->today.ymd);
	json_uint(&j, "catalogue_entry", h->catalogue_entry);
	if (fault)
		json_text(&j, "damage", fault);
	json_text(&j, "public_key", key);
	json_bool(&j, "illustrative", h->illustrative);
	json_bool(&j, "simulated", h->simulated);
	json_bool(&j, "locked", core_locked(a->core));
	json_object_end(&j);
}

static enum core_result accept_clock(struct admin *a)
{
	struct sys_error error = {""};
	enum core_clock_state clock;

	core_accept_clock(a->core);
	enum core_result r = core_tick(a->core, &clock, &error);
	a->ok = r == CORE_OK;
	a->environment = !a->ok;
	admin_say(a, a->ok ? "the clock is accepted\n" : "nothing was changed: %s", error.text);
	return r;
}

/* ---- one request ---- */

static enum core_result dispatch(struct admin *a, const Tiendo__Journal__V1__AdminRequest *m)
{
	switch (m->request_case) {
	case TIENDO__JOURNAL__V1__ADMIN_REQUEST__REQUEST_CATALOGUE_LOAD:
		return admin_catalogue(a, m->catalogue_load);
	case TIENDO__JOURNAL__V1__ADMIN_REQUEST__REQUEST_REGISTRY:
		return change_registry(a, m->registry);
	case TIENDO__JOURNAL__V1__ADMIN_REQUEST__REQUEST_AGENT_ADD:
		return add_agent(a, m->agent_add);
	case TIENDO__JOURNAL__V1__ADMIN_REQUEST__REQUEST_AGENT_LIST:
		list_agents(a);
		return CORE_OK;
	case TIENDO__JOURNAL__V1__ADMIN_REQUEST__REQUEST_EPOCHS_MORE:
		return allow_epochs(a, m->epochs_more);
	case TIENDO__JOURNAL__V1__ADMIN_REQUEST__REQUEST_STATUS:
		status(a, m->status->digest);
		return CORE_OK;
	case TIENDO__JOURNAL__V1__ADMIN_REQUEST__REQUEST_ACCEPT_CLOCK:
		return accept_clock(a);
	case TIENDO__JOURNAL__V1__ADMIN_REQUEST__REQUEST_CHECKPOINT:
		checkpoint_ask(core_keeper(a->core));
		a->ok = true;
		a->entry = core_view(a->core)->head.entry;
		admin_say(a, "a checkpoint of entry %llu or later is being written\n", (unsigned long long)a->entry);
		return CORE_OK;
	case TIENDO__JOURNAL__V1__ADMIN_REQUEST__REQUEST_NOTIFY:
		return admin_notify(a, m->notify);
	case TIENDO__JOURNAL__V1__ADMIN_REQUEST__REQUEST_ASSIGN:
		return admin_assign(a, m->assign);
	case TIENDO__JOURNAL__V1__ADMIN_REQUEST__REQUEST_LETTERS:
		admin_notices(a, m->letters);
		return CORE_OK;
	case TIENDO__JOURNAL__V1__ADMIN_REQUEST__REQUEST_DECIDE:
		return admin_decide(a, m->decide);
	case TIENDO__JOURNAL__V1__ADMIN_REQUEST__REQUEST_FIND:
		return admin_find(a, m->find);
	case TIENDO__JOURNAL__V1__ADMIN_REQUEST__REQUEST_TAKE_STEP:
		return admin_take_step(a, m->take_step);
	case TIENDO__JOURNAL__V1__ADMIN_REQUEST__REQUEST__NOT_SET:
	case _TIENDO__JOURNAL__V1__ADMIN_REQUEST__REQUEST__CASE_IS_INT_SIZE:
		break;
	}
	admin_say(a, "this build does not know the command");
	return CORE_OK;
}

static void put_reply(struct admin *a, struct buffer *out)
{
	Tiendo__Journal__V1__AdminReply m = TIENDO__JOURNAL__V1__ADMIN_REPLY__INIT;

	m.ok = a->ok;
	m.environment = a->environment;
	m.text = (char *)buffer_text(&a->text);
	m.json = (char *)buffer_text(&a->json);
	m.entry = a->entry;
	m.principal = a->principal;
	m.key_id = a->key_id;
	uint8_t *at = buffer_reserve(out, codec_size(&m));
	if (at)
		codec_pack(&m, at);
}

enum core_result admin_handle(struct core *c, struct bytes request, struct buffer *out)
{
	struct admin a = {.core = c};
	/* the files' bytes are copied once, and little else */
	struct codec_arena arena = codec_arena_new(2 * request.size + 64 * 1024);
	const Tiendo__Journal__V1__AdminRequest *m = codec_unpack(
		&tiendo__journal__v1__admin_request__descriptor, request.data, request.size,
		&arena);
	enum core_result r = CORE_OK;

	if (m)
		r = dispatch(&a, m);
	else
		admin_say(
			&a,
			"the command could not be read: use the tiendo-server that runs the store");
	put_reply(&a, out);
	buffer_free(&a.text);
	buffer_free(&a.json);
	codec_arena_free(&arena);
	return r;
}
