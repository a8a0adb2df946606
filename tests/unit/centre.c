// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/centre.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/unit/scratch.h"
#include "server/admin.h"

static void good(int rc, const struct sys_error *error)
{
	if (rc)
		fail_msg("%s", error->text);
}

static void set_clock(struct centre *c, const char *when)
{
	struct sys_error error = {""};

	good(base_file_write(c->clock, 0600, bytes_text(when), &error), &error);
	if (c->core)
		clock_refresh(core_clock(c->core));
}

static void open_core(struct centre *c)
{
	const struct core_options options = {0};
	struct sys_error error = {""};
	enum core_clock_state state;

	good(core_open(&c->core, &c->store, &options, &error), &error);
	good(core_tick(c->core, &state, &error) != CORE_OK, &error);
}

void centre_make(struct centre *c, const char *name)
{
	struct entry_genesis facts = {
		.simulated = true, .illustrative = true, .offset_minutes = 420, .name = "thử"};
	struct conf_option options[STORE_OPTIONS];
	struct sys_error error = {""};
	char spec[600];

	memset(c, 0, sizeof *c);
	good(keys_start(&error), &error);
	snprintf(c->dir, sizeof c->dir, "%s", scratch_path(name));
	snprintf(c->clock, sizeof c->clock, "%s.clock", c->dir);
	set_clock(c, "2024-01-10T08:00:00+07:00");
	snprintf(c->store.dir, sizeof c->store.dir, "%s", c->dir);
	store_options(&c->store.conf, options);
	conf_defaults(options, STORE_OPTIONS);
	snprintf(spec, sizeof spec, "file:%s", c->clock);
	good(conf_set(options, STORE_OPTIONS, "clock", spec, "test", &error), &error);
	good(store_make(&c->store, &error), &error);
	keys_random(facts.store, sizeof facts.store);
	keys_random(facts.incarnation, sizeof facts.incarnation);
	good(core_genesis(&c->store, &facts, (struct instant){1704848400000}, &error), &error);
	good(store_made(&c->store, &error), &error);
	open_core(c);
	assert_true(centre_catalogue(c, CENTRE_UNITS, CENTRE_ITEMS));
	assert_int_equal(centre_agent(c, "412", 1), 1);
}

void centre_make_real(struct centre *c, const char *name, int days, bool accept_clock)
{
	struct entry_genesis facts = {.offset_minutes = 420, .name = ""};
	const struct core_options options = {.accept_clock = accept_clock};
	struct conf_option table[STORE_OPTIONS];
	struct sys_error error = {""};

	memset(c, 0, sizeof *c);
	good(keys_start(&error), &error);
	snprintf(c->store.dir, sizeof c->store.dir, "%s", scratch_path(name));
	store_options(&c->store.conf, table);
	conf_defaults(table, STORE_OPTIONS);
	good(store_make(&c->store, &error), &error);
	struct clock *clock = clock_open("real", &error);
	struct instant then = {clock_wall(clock).ms - (int64_t)days * 24 * 60 * 60 * 1000};
	clock_close(clock);
	keys_random(facts.store, sizeof facts.store);
	keys_random(facts.incarnation, sizeof facts.incarnation);
	good(core_genesis(&c->store, &facts, then, &error), &error);
	good(core_open(&c->core, &c->store, &options, &error), &error);
}

void centre_close(struct centre *c)
{
	core_close(c->core);
	c->core = NULL;
	store_close(&c->store);
}

void centre_reopen(struct centre *c)
{
	core_close(c->core);
	c->core = NULL;
	open_core(c);
}

void centre_time(struct centre *c, const char *when)
{
	struct sys_error error = {""};
	enum core_clock_state state;

	set_clock(c, when);
	good(core_tick(c->core, &state, &error) != CORE_OK, &error);
}

/* ---- commands ---- */

static bool command(struct centre *c, const Tiendo__Journal__V1__AdminRequest *m)
{
	struct buffer reply = {0};
	struct codec_arena arena = codec_arena_new(1 << 20);
	size_t size;
	uint8_t *request = codec_pack_new(m, &size);

	assert_int_equal(admin_handle(c->core, bytes_of(request, size), &reply), CORE_OK);
	const Tiendo__Journal__V1__AdminReply *r = codec_unpack(
		&tiendo__journal__v1__admin_reply__descriptor, reply.data, reply.size, &arena);
	assert_non_null(r);
	bool ok = r->ok;
	if (!ok)
		print_message("refused: %s\n", r->text);
	free(request);
	buffer_free(&reply);
	codec_arena_free(&arena);
	return ok;
}

bool centre_load(struct centre *c, const char *const *names, const char *const *files, size_t n)
{
	Tiendo__Journal__V1__CatalogueLoad load = TIENDO__JOURNAL__V1__CATALOGUE_LOAD__INIT;
	Tiendo__Journal__V1__AdminRequest m = TIENDO__JOURNAL__V1__ADMIN_REQUEST__INIT;
	ProtobufCBinaryData contents[CENTRE_FILES_MAX];

	assert_true(n <= CENTRE_FILES_MAX);
	for (size_t i = 0; i < n; i++)
		contents[i] = (ProtobufCBinaryData){strlen(files[i]), (uint8_t *)files[i]};
	load.n_names = load.n_files = n;
	load.names = (char **)names;
	load.files = contents;
	m.request_case = TIENDO__JOURNAL__V1__ADMIN_REQUEST__REQUEST_CATALOGUE_LOAD;
	m.catalogue_load = &load;
	return command(c, &m);
}

bool centre_catalogue(struct centre *c, const char *units, const char *items)
{
	return centre_load(c, (const char *const[]){"units.csv", "items.csv"}, (const char *const[]){units, items}, 2);
}

void centre_revoke(struct centre *c, uint32_t key)
{
	Tiendo__Journal__V1__RegistryBody body = TIENDO__JOURNAL__V1__REGISTRY_BODY__INIT;
	Tiendo__Journal__V1__KeyRevoke revoke = TIENDO__JOURNAL__V1__KEY_REVOKE__INIT, *list = &revoke;
	Tiendo__Journal__V1__AdminRequest m = TIENDO__JOURNAL__V1__ADMIN_REQUEST__INIT;

	revoke.key_id = key;
	body.n_revoked = 1;
	body.revoked = &list;
	m.request_case = TIENDO__JOURNAL__V1__ADMIN_REQUEST__REQUEST_REGISTRY;
	m.registry = &body;
	assert_true(command(c, &m));
}

uint32_t centre_agent(struct centre *c, const char *unit, uint8_t n)
{
	return centre_principal(c, unit, "agent", n);
}

uint32_t centre_principal(struct centre *c, const char *unit, const char *role, uint8_t n)
{
	Tiendo__Journal__V1__AgentAdd add = TIENDO__JOURNAL__V1__AGENT_ADD__INIT;
	Tiendo__Journal__V1__AdminRequest m = TIENDO__JOURNAL__V1__ADMIN_REQUEST__INIT;
	uint8_t key[KEYS_SIZE];

	memset(key, n, sizeof key);
	add.role = (char *)role;
	add.unit = (char *)unit;
	add.public_key = (ProtobufCBinaryData){sizeof key, key};
	m.request_case = TIENDO__JOURNAL__V1__ADMIN_REQUEST__REQUEST_AGENT_ADD;
	m.agent_add = &add;
	assert_true(command(c, &m));
	return roster_next_principal(core_view(c->core)->roster) - 1;
}

/* ---- offers ---- */

struct core_stream centre_stream(uint8_t e)
{
	struct core_stream s = {.principal = 1, .key_id = 1};

	memset(s.epoch, e, sizeof s.epoch);
	return s;
}

static void put(struct centre *c, size_t i, const struct update *u)
{
	size_t n = codec_update_encode(u, c->blob[i]);

	assert_true(n > 0);
	c->blobs[i] = bytes_of(c->blob[i], n);
}

void centre_task(struct centre *c, size_t i, uint64_t seq, const char *item, uint32_t as_of,
		 uint32_t percent)
{
	struct update u = {.seq = seq,
			   .unit = "412",
			   .item = item,
			   .as_of = {as_of},
			   .period = "",
			   .note = "",
			   .reason = "",
			   .product_ref = "",
			   .body = BODY_TASK,
			   .percent = percent,
			   .state = percent == 100 ? TASK_DONE
				    : percent	   ? TASK_IN_PROGRESS
						   : TASK_NOT_STARTED};

	if (percent == 100) {
		u.product_ref = "12/BC-UBND";
		u.done_on.ymd = as_of;
	}
	put(c, i, &u);
}

void centre_ratio(struct centre *c, size_t i, uint64_t seq, const char *unit, uint32_t as_of,
		  int64_t n, int64_t d)
{
	struct update u = {.seq = seq,
			   .unit = unit,
			   .item = "KH.03",
			   .as_of = {as_of},
			   .period = "",
			   .note = "",
			   .reason = "",
			   .product_ref = "",
			   .body = BODY_RATIO,
			   .numerator = n,
			   .denominator = d};

	put(c, i, &u);
}

void centre_matter(struct centre *c, size_t i, struct update u, struct matter m)
{
	m.text = m.text ? m.text : "";
	m.item = m.item ? m.item : "";
	m.solution = m.solution ? m.solution : "";
	m.addressee = m.addressee ? m.addressee : "";
	u.item = u.item ? u.item : "";
	u.period = u.note = u.reason = u.product_ref = "";
	u.matter = &m;
	put(c, i, &u);
}

void centre_ack(struct centre *c, size_t i, uint64_t seq, const char *unit, uint32_t as_of, uint64_t entry)
{
	struct matter m = {.notice = entry};

	memcpy(m.about.incarnation, core_view(c->core)->head.incarnation, INCARNATION_SIZE);
	centre_matter(c, i, (struct update){.seq = seq, .unit = unit, .as_of = {as_of}, .body = BODY_NOTICE_ACK}, m);
}

void centre_offer(struct centre *c, struct core_stream stream, uint64_t first_seq, size_t n)
{
	struct bytes copies[BATCH_MAX]; /* the group outlives the caller's blobs */

	for (size_t i = 0; i < n; i++) {
		uint8_t *copy = codec_arena_take(core_arena(c->core), c->blobs[i].size + 1);
		memcpy(copy, c->blobs[i].data, c->blobs[i].size);
		copies[i] = bytes_of(copy, c->blobs[i].size);
	}
	const struct core_offer offer = {
		.stream = stream, .first_seq = first_seq, .n = n, .updates = copies};
	core_offer(c->core, &offer, &c->answer);
}

void centre_commit(struct centre *c)
{
	struct sys_error error = {""};

	good(core_commit(c->core, &error) != CORE_OK, &error);
}

static const struct core_outcome *outcome(const struct centre *c, size_t i, uint64_t entry)
{
	assert_int_equal(c->answer.nack.reason, REASON_NONE);
	for (size_t s = 0; s < c->answer.spans_n; s++) {
		const struct core_span *span = &c->answer.spans[s];
		if (i >= span->first && i < span->first + span->n) {
			assert_int_equal(span->entry, entry);
			return &c->answer.outcomes[i];
		}
	}
	fail_msg("no outcome %zu in the answer", i);
	return NULL;
}

void centre_taken(const struct centre *c, size_t i, uint64_t entry, uint32_t index)
{
	const struct core_outcome *o = outcome(c, i, entry);

	assert_int_equal(o->kind, OUTCOME_TAKEN);
	assert_int_equal(o->index, index);
}

void centre_refused(const struct centre *c, size_t i, uint64_t entry, enum reason reason)
{
	const struct core_outcome *o = outcome(c, i, entry);

	assert_int_equal(o->kind, OUTCOME_REFUSED);
	assert_int_equal(o->reason, reason);
}
