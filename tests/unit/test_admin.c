// SPDX-License-Identifier: Apache-2.0
/* What an administrator may ask, and the sentence for what may not be. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "server/admin.h"
#include "tests/unit/centre.h"
#include "tests/unit/scratch.h"

typedef Tiendo__Journal__V1__AdminRequest request_t;

static struct centre c;
static char text[4096], json[4096];

/* Sends it; the reply's words are in text and json. */
static bool ask(const request_t *m)
{
	struct codec_arena arena = codec_arena_new(1 << 16);
	struct buffer reply = {0};
	size_t size;
	uint8_t *bytes = codec_pack_new(m, &size);

	assert_int_equal(admin_handle(c.core, bytes_of(bytes, size), &reply), CORE_OK);
	const Tiendo__Journal__V1__AdminReply *r = codec_unpack(
		&tiendo__journal__v1__admin_reply__descriptor, reply.data, reply.size, &arena);
	assert_non_null(r);
	snprintf(text, sizeof text, "%s", r->text);
	snprintf(json, sizeof json, "%s", r->json);
	bool ok = r->ok;
	free(bytes);
	buffer_free(&reply);
	codec_arena_free(&arena);
	return ok;
}

static bool add(const char *role, const char *unit, uint8_t key, size_t key_size)
{
	Tiendo__Journal__V1__AgentAdd m = TIENDO__JOURNAL__V1__AGENT_ADD__INIT;
	request_t r = TIENDO__JOURNAL__V1__ADMIN_REQUEST__INIT;
	uint8_t bytes[KEYS_SIZE];

	memset(bytes, key, sizeof bytes);
	m.role = (char *)role;
	m.unit = (char *)unit;
	m.name = (char *)"\"tên\"";
	m.public_key = (ProtobufCBinaryData){key_size, bytes};
	r.request_case = TIENDO__JOURNAL__V1__ADMIN_REQUEST__REQUEST_AGENT_ADD;
	r.agent_add = &m;
	return ask(&r);
}

static bool registry(Tiendo__Journal__V1__RegistryBody *body)
{
	request_t r = TIENDO__JOURNAL__V1__ADMIN_REQUEST__INIT;

	r.request_case = TIENDO__JOURNAL__V1__ADMIN_REQUEST__REQUEST_REGISTRY;
	r.registry = body;
	return ask(&r);
}

static bool add_key(uint32_t principal, uint8_t key, size_t key_size)
{
	Tiendo__Journal__V1__RegistryBody body = TIENDO__JOURNAL__V1__REGISTRY_BODY__INIT;
	Tiendo__Journal__V1__KeyAdd m = TIENDO__JOURNAL__V1__KEY_ADD__INIT, *list = &m;
	uint8_t bytes[KEYS_SIZE];

	memset(bytes, key, sizeof bytes);
	m.principal = principal;
	m.public_key = (ProtobufCBinaryData){key_size, bytes};
	body.n_keys = 1;
	body.keys = &list;
	return registry(&body);
}

static bool revoke(uint32_t key)
{
	Tiendo__Journal__V1__RegistryBody body = TIENDO__JOURNAL__V1__REGISTRY_BODY__INIT;
	Tiendo__Journal__V1__KeyRevoke m = TIENDO__JOURNAL__V1__KEY_REVOKE__INIT, *list = &m;

	m.key_id = key;
	body.n_revoked = 1;
	body.revoked = &list;
	return registry(&body);
}

static void principals_and_keys(void **state)
{
	(void)state;
	centre_make(&c, "keys");
	const struct view *v = core_view(c.core);
	assert_false(add("boss", "412", 2, KEYS_SIZE));
	assert_non_null(strstr(text, "boss"));
	assert_false(add("agent", "999", 2, KEYS_SIZE));
	assert_non_null(strstr(text, "999"));
	assert_false(add("agent", "412", 2, 31));
	assert_false(add("agent", "412", 0, KEYS_SIZE));
	assert_non_null(strstr(text, "zero"));
	assert_false(add_key(1, 0, KEYS_SIZE));
	assert_non_null(strstr(text, "zero"));
	assert_false(add("agent", "412", 1, KEYS_SIZE));
	assert_non_null(strstr(text, "key 1"));
	assert_int_equal(v->head.entry, 4); /* nothing of that reached the journal */
	assert_true(add("viewer", "VN", 2, KEYS_SIZE));
	assert_false(add_key(9, 3, KEYS_SIZE));
	assert_false(add_key(1, 3, 5));
	assert_false(add_key(1, 2, KEYS_SIZE));
	assert_true(add_key(1, 3, KEYS_SIZE)); /* two live keys: a rotation */
	assert_false(revoke(9));
	assert_true(revoke(1));
	assert_false(revoke(1));
	assert_non_null(strstr(text, "already"));
	centre_reopen(&c);
	v = core_view(c.core);
	assert_int_equal(v->head.entry, 7);
	assert_null(roster_live(v->roster, 1));
	assert_int_equal(roster_live(v->roster, 3)->number, 1);
	assert_int_equal(roster_live(v->roster, 2)->role, ROLE_VIEWER);
	request_t list = TIENDO__JOURNAL__V1__ADMIN_REQUEST__INIT;
	Tiendo__Journal__V1__AgentList none = TIENDO__JOURNAL__V1__AGENT_LIST__INIT;
	list.request_case = TIENDO__JOURNAL__V1__ADMIN_REQUEST__REQUEST_AGENT_LIST;
	list.agent_list = &none;
	assert_true(ask(&list));
	assert_non_null(strstr(text, "revoked"));
	assert_non_null(strstr(json, "\\\"tên\\\""));
	centre_close(&c);
}

static bool allow(uint32_t principal, uint32_t more)
{
	Tiendo__Journal__V1__EpochsMore m = TIENDO__JOURNAL__V1__EPOCHS_MORE__INIT;
	request_t r = TIENDO__JOURNAL__V1__ADMIN_REQUEST__INIT;

	m.principal = principal;
	m.more = more;
	r.request_case = TIENDO__JOURNAL__V1__ADMIN_REQUEST__REQUEST_EPOCHS_MORE;
	r.epochs_more = &m;
	return ask(&r);
}

static enum reason open_epoch(uint8_t e)
{
	struct core_stream s = centre_stream(e);
	struct core_welcome w;
	char said[200];
	enum reason reason = core_hello(c.core, &s, NULL, &w, said);

	centre_task(&c, 0, 1, "KH.01", 20240103, 10);
	centre_offer(&c, s, 1, 1);
	assert_int_equal(c.answer.nack.reason, reason); /* both doors judge alike */
	centre_commit(&c);
	return reason;
}

/* The operator's word is an entry: it holds after a start, also when everything is folded again. */
static void an_epoch_limit_is_lifted(void **state)
{
	(void)state;
	centre_make(&c, "epochs");
	assert_int_equal(open_epoch(1), REASON_NONE);
	assert_int_equal(open_epoch(2), REASON_NONE);
	assert_int_equal(open_epoch(3), REASON_EPOCH_LIMIT);
	uint64_t entry = core_view(c.core)->head.entry;
	assert_false(allow(9, 1));
	assert_non_null(strstr(text, "9"));
	assert_false(allow(1, 0));
	assert_false(allow(1, EPOCHS_MAX + 1));
	assert_int_equal(core_view(c.core)->head.entry, entry);
	assert_true(allow(1, 2));
	assert_non_null(strstr(text, "made 2 epochs and may begin 2 more"));
	assert_int_equal(open_epoch(3), REASON_NONE);
	centre_reopen(&c);
	assert_int_equal(roster_principal(core_view(c.core)->roster, 1)->epochs_until, 4);
	assert_int_equal(open_epoch(4), REASON_NONE);
	assert_int_equal(open_epoch(5), REASON_EPOCH_LIMIT);
	centre_close(&c);
}

static void one_change_at_a_time(void **state)
{
	Tiendo__Journal__V1__RegistryBody body = TIENDO__JOURNAL__V1__REGISTRY_BODY__INIT;
	Tiendo__Journal__V1__RosterConfirm confirm = TIENDO__JOURNAL__V1__ROSTER_CONFIRM__INIT;
	struct buffer reply = {0};

	(void)state;
	centre_make(&c, "one");
	assert_false(registry(&body));
	body.confirm = &confirm;
	assert_true(registry(&body));
	assert_int_equal(core_view(c.core)->head.entry, 5);
	assert_int_equal(admin_handle(c.core, bytes_text("nonsense"), &reply), CORE_OK);
	buffer_free(&reply);
	request_t empty = TIENDO__JOURNAL__V1__ADMIN_REQUEST__INIT;
	assert_false(ask(&empty));
	centre_close(&c);
}

static void the_store_is_shown(void **state)
{
	Tiendo__Journal__V1__AdminStatus status = TIENDO__JOURNAL__V1__ADMIN_STATUS__INIT;
	Tiendo__Journal__V1__AcceptClock accept = TIENDO__JOURNAL__V1__ACCEPT_CLOCK__INIT;
	Tiendo__Journal__V1__Checkpoint checkpoint = TIENDO__JOURNAL__V1__CHECKPOINT__INIT;
	request_t m = TIENDO__JOURNAL__V1__ADMIN_REQUEST__INIT;
	char first[sizeof json];

	(void)state;
	centre_make(&c, "shown");
	m.request_case = TIENDO__JOURNAL__V1__ADMIN_REQUEST__REQUEST_STATUS;
	m.status = &status;
	status.digest = true;
	assert_true(ask(&m));
	assert_non_null(strstr(text, "simulated clock"));
	memcpy(first, json, sizeof first);
	centre_reopen(&c);
	assert_true(ask(&m));
	assert_string_equal(
		first, json); /* the digest of a view that was loaded is that of the one folded */
	m.request_case = TIENDO__JOURNAL__V1__ADMIN_REQUEST__REQUEST_ACCEPT_CLOCK;
	m.accept_clock = &accept;
	assert_true(ask(&m));
	m.request_case = TIENDO__JOURNAL__V1__ADMIN_REQUEST__REQUEST_CHECKPOINT;
	m.checkpoint = &checkpoint;
	assert_true(ask(&m));
	centre_close(&c);
}

static void a_dry_run_names_the_cells(void **state)
{
	static const char units[] = CENTRE_UNITS "414,40,district,,,Yên Thành,,,,,,\n";
	Tiendo__Journal__V1__CatalogueLoad load = TIENDO__JOURNAL__V1__CATALOGUE_LOAD__INIT;
	request_t m = TIENDO__JOURNAL__V1__ADMIN_REQUEST__INIT;
	char *names[] = {(char *)"units.csv", (char *)"items.csv"};
	ProtobufCBinaryData files[] = {{sizeof units - 1, (uint8_t *)units},
				       {sizeof CENTRE_ITEMS - 1, (uint8_t *)CENTRE_ITEMS}};

	(void)state;
	centre_make(&c, "dry");
	load.names = names;
	load.files = files;
	load.n_names = load.n_files = 2;
	load.dry_run = load.english = true;
	m.request_case = TIENDO__JOURNAL__V1__ADMIN_REQUEST__REQUEST_CATALOGUE_LOAD;
	m.catalogue_load = &load;
	assert_true(ask(&m));
	assert_non_null(strstr(text, "+ 414 KH.03\n"));
	assert_non_null(strstr(text, "1 gain expectation, 0 lose it"));
	assert_int_equal(core_view(c.core)->head.entry, 4);
	load.effective = 20240110;
	files[0] = (ProtobufCBinaryData){strlen(CENTRE_UNITS) -
						 strlen("413,40,district,,,Diễn Châu,,,,,,\n"),
					 (uint8_t *)CENTRE_UNITS};
	assert_true(ask(&m)); /* 413 is not in the files: it will be closed */
	assert_non_null(strstr(text, "- 413 KH.03\n"));
	centre_close(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(principals_and_keys),
		cmocka_unit_test(an_epoch_limit_is_lifted),
		cmocka_unit_test(one_change_at_a_time),
		cmocka_unit_test(the_store_is_shown),
		cmocka_unit_test(a_dry_run_names_the_cells),
	};

	return cmocka_run_group_tests_name("admin", tests, scratch_make, scratch_remove);
}
