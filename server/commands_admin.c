// SPDX-License-Identifier: Apache-2.0
/* Commands that change a store: to the running server over admin.sock, or under LOCK when none
 * runs. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/domain/periods.h"
#include "common/sys/json.h"
#include "common/sys/local.h"
#include "server/admin_catalogue.h"
#include "server/commands.h"
#include "server/writer.h"

enum { CALL_MS = 120000, CSV_MAX = 32 * 1024 * 1024 };

typedef Tiendo__Journal__V1__AdminRequest request_t;

static const char *const csv_names[] = {"units.csv",   "groups.csv",	 "items.csv",
					"targets.csv", "milestones.csv", "schedules.csv",
					"periods.csv", "deadlines.csv",	 "holidays.csv",
					"thresholds.csv"};

/* ---- where the command goes ---- */

/* 0 answered; -ENOENT nobody runs; else an error with a sentence. */
static int ask_server(const struct store *s, struct bytes request, struct buffer *reply,
		      struct sys_error *error)
{
	char path[STORE_PATH_MAX];
	struct bytes answer;
	int code = 0;
	struct local *line = local_connect(store_path(s, "admin.sock", path), WRITER_ADMIN_MAX,
					   &code, error);

	if (!line)
		return code == -ECONNREFUSED ? -ENOENT : code;
	code = local_call(line, request, CALL_MS, &answer, error);
	if (!code)
		buffer_put_bytes(reply, answer);
	local_close(&line);
	return code;
}

static int do_alone(struct store *s, struct bytes request, struct buffer *reply,
		    struct sys_error *error)
{
	const struct core_options options = {0};
	enum core_clock_state clock;
	struct core *c = NULL;
	int rc = store_lock(s, error);

	if (!rc)
		rc = store_keys(s, error);
	if (!rc)
		rc = core_open(&c, s, &options, error);
	if (!rc && core_tick(c, &clock, error) != CORE_OK)
		rc = -EIO;
	if (!rc && admin_handle(c, request, reply) == CORE_FATAL)
		rc = sys_fail(error, -EIO,
			      "the outcome of the commit is unknown: run the command again to see");
	core_close(c);
	return rc;
}

static int send_request(const struct command_options *o, const request_t *m, struct buffer *reply)
{
	struct sys_error error = {""};
	struct store s;
	size_t size;

	if (store_load(&s, o->dir, &error))
		return command_fail(EXIT_ENVIRONMENT, "%s", error.text);
	uint8_t *request = codec_pack_new(m, &size);
	if (size > WRITER_ADMIN_MAX) {
		free(request);
		return command_fail(EXIT_FAULTS, "the command is too large: at most %d bytes",
				    WRITER_ADMIN_MAX);
	}
	int rc = ask_server(&s, bytes_of(request, size), reply, &error);
	if (rc == -ENOENT && m->request_case == TIENDO__JOURNAL__V1__ADMIN_REQUEST__REQUEST_CHECKPOINT)
		rc = sys_fail(&error, rc, "no server runs on %s: it wrote a checkpoint when it was stopped, `rebuild` makes it anew",
			      o->dir);
	else if (rc == -ENOENT)
		rc = do_alone(&s, bytes_of(request, size), reply, &error);
	free(request);
	store_close(&s);
	return rc ? command_fail(EXIT_ENVIRONMENT, "%s", error.text) : EXIT_GOOD;
}

/* ---- what comes back ---- */

static void print_json(const Tiendo__Journal__V1__AdminReply *m)
{
	struct buffer text = {0};
	struct json j = json_to(&text);

	json_object_begin(&j, NULL);
	json_bool(&j, "ok", m->ok);
	json_uint(&j, "entry", m->entry);
	json_uint(&j, "principal", m->principal);
	json_uint(&j, "key", m->key_id);
	json_raw(&j, "details", bytes_text(*m->json ? m->json : "null"));
	json_text(&j, "text", m->text);
	json_object_end(&j);
	puts(buffer_text(&text));
	buffer_free(&text);
}

static void print_text(const Tiendo__Journal__V1__AdminReply *m)
{
	size_t n = strlen(m->text);
	FILE *out = m->ok ? stdout : stderr;

	if (n)
		fprintf(out, "%s%s%s", m->ok ? "" : "tiendo-server: ", m->text,
			m->text[n - 1] == '\n' ? "" : "\n");
}

int command_send(const struct command_options *o, const request_t *m)
{
	struct buffer reply = {0};
	int rc = send_request(o, m, &reply);

	if (rc) {
		buffer_free(&reply);
		return rc;
	}
	struct codec_arena arena = codec_arena_new(2 * reply.size + 4096);
	const Tiendo__Journal__V1__AdminReply *r = codec_unpack(
		&tiendo__journal__v1__admin_reply__descriptor, reply.data, reply.size, &arena);
	if (!r)
		rc = command_fail(
			EXIT_ENVIRONMENT,
			"the server's answer could not be read: is it of another version?");
	else if (o->json)
		print_json(r);
	else
		print_text(r);
	if (r)
		rc = r->ok ? EXIT_GOOD : r->environment ? EXIT_ENVIRONMENT : EXIT_FAULTS;
	codec_arena_free(&arena);
	buffer_free(&reply);
	return rc;
}

/* ---- agents ---- */

static int parse_key(const char *text, uint8_t key[static KEYS_SIZE])
{
	if (text && keys_z85_parse(text, key))
		return EXIT_GOOD;
	return command_fail(EXIT_USAGE,
			    "--key %s: a public key of %d characters is expected, as `tiendo-agent "
			    "init` prints it",
			    text ? text : "", KEYS_Z85);
}

static int parse_number(const char *text, uint32_t *out)
{
	char *end;
	unsigned long n = strtoul(text, &end, 10);

	*out = (uint32_t)n;
	if (*text && !*end && n && n <= UINT32_MAX)
		return EXIT_GOOD;
	return command_fail(EXIT_USAGE, "%s: a number of `tiendo-server agent list` is expected",
			    text);
}

int command_agent_add(const struct command_options *o)
{
	Tiendo__Journal__V1__AgentAdd add = TIENDO__JOURNAL__V1__AGENT_ADD__INIT;
	request_t m = TIENDO__JOURNAL__V1__ADMIN_REQUEST__INIT;
	uint8_t key[KEYS_SIZE];
	int rc = parse_key(o->key, key);

	if (rc)
		return rc;
	if (!o->unit)
		return command_fail(EXIT_USAGE, "--unit CODE is missing: the unit whose subtree "
						"the principal may speak for");
	add.role = (char *)o->role;
	add.unit = (char *)o->unit;
	add.name = (char *)o->name;
	add.public_key = (ProtobufCBinaryData){sizeof key, key};
	m.request_case = TIENDO__JOURNAL__V1__ADMIN_REQUEST__REQUEST_AGENT_ADD;
	m.agent_add = &add;
	return command_send(o, &m);
}

int command_agent_list(const struct command_options *o)
{
	Tiendo__Journal__V1__AgentList list = TIENDO__JOURNAL__V1__AGENT_LIST__INIT;
	request_t m = TIENDO__JOURNAL__V1__ADMIN_REQUEST__INIT;

	m.request_case = TIENDO__JOURNAL__V1__ADMIN_REQUEST__REQUEST_AGENT_LIST;
	m.agent_list = &list;
	return command_send(o, &m);
}

static int send_registry(const struct command_options *o, Tiendo__Journal__V1__RegistryBody *body)
{
	request_t m = TIENDO__JOURNAL__V1__ADMIN_REQUEST__INIT;

	m.request_case = TIENDO__JOURNAL__V1__ADMIN_REQUEST__REQUEST_REGISTRY;
	m.registry = body;
	return command_send(o, &m);
}

int command_agent_confirm(const struct command_options *o)
{
	Tiendo__Journal__V1__RegistryBody body = TIENDO__JOURNAL__V1__REGISTRY_BODY__INIT;
	Tiendo__Journal__V1__RosterConfirm confirm = TIENDO__JOURNAL__V1__ROSTER_CONFIRM__INIT;

	body.confirm = &confirm;
	return send_registry(o, &body);
}

int command_key_add(const struct command_options *o)
{
	Tiendo__Journal__V1__RegistryBody body = TIENDO__JOURNAL__V1__REGISTRY_BODY__INIT;
	Tiendo__Journal__V1__KeyAdd add = TIENDO__JOURNAL__V1__KEY_ADD__INIT, *adds = &add;
	uint8_t key[KEYS_SIZE];
	int rc = parse_number(o->argument[0], &add.principal);

	if (!rc)
		rc = parse_key(o->key, key);
	if (rc)
		return rc;
	add.public_key = (ProtobufCBinaryData){sizeof key, key};
	body.n_keys = 1;
	body.keys = &adds;
	return send_registry(o, &body);
}

int command_key_revoke(const struct command_options *o)
{
	Tiendo__Journal__V1__RegistryBody body = TIENDO__JOURNAL__V1__REGISTRY_BODY__INIT;
	Tiendo__Journal__V1__KeyRevoke revoke = TIENDO__JOURNAL__V1__KEY_REVOKE__INIT,
				       *revokes = &revoke;
	int rc = parse_number(o->argument[0], &revoke.key_id);

	if (rc)
		return rc;
	body.n_revoked = 1;
	body.revoked = &revokes;
	return send_registry(o, &body);
}

int command_agent_epochs(const struct command_options *o)
{
	Tiendo__Journal__V1__EpochsMore more = TIENDO__JOURNAL__V1__EPOCHS_MORE__INIT;
	request_t m = TIENDO__JOURNAL__V1__ADMIN_REQUEST__INIT;
	int rc = parse_number(o->argument[0], &more.principal);

	if (rc)
		return rc;
	if (!o->allow)
		return command_fail(EXIT_USAGE, "--allow N is missing: how many epochs more");
	more.more = (uint32_t)strtoul(o->allow, NULL, 10);
	if (strspn(o->allow, "0123456789") != strlen(o->allow) || strlen(o->allow) > 4)
		return command_fail(EXIT_USAGE, "--allow %s: a number is expected", o->allow);
	m.request_case = TIENDO__JOURNAL__V1__ADMIN_REQUEST__REQUEST_EPOCHS_MORE;
	m.epochs_more = &more;
	return command_send(o, &m);
}

int command_clock_accept(const struct command_options *o)
{
	Tiendo__Journal__V1__AcceptClock accept = TIENDO__JOURNAL__V1__ACCEPT_CLOCK__INIT;
	request_t m = TIENDO__JOURNAL__V1__ADMIN_REQUEST__INIT;

	m.request_case = TIENDO__JOURNAL__V1__ADMIN_REQUEST__REQUEST_ACCEPT_CLOCK;
	m.accept_clock = &accept;
	return command_send(o, &m);
}

int command_checkpoint(const struct command_options *o)
{
	Tiendo__Journal__V1__Checkpoint checkpoint = TIENDO__JOURNAL__V1__CHECKPOINT__INIT;
	request_t m = TIENDO__JOURNAL__V1__ADMIN_REQUEST__INIT;

	m.request_case = TIENDO__JOURNAL__V1__ADMIN_REQUEST__REQUEST_CHECKPOINT;
	m.checkpoint = &checkpoint;
	return command_send(o, &m);
}

int command_status(const struct command_options *o)
{
	Tiendo__Journal__V1__AdminStatus status = TIENDO__JOURNAL__V1__ADMIN_STATUS__INIT;
	request_t m = TIENDO__JOURNAL__V1__ADMIN_REQUEST__INIT;

	m.request_case = TIENDO__JOURNAL__V1__ADMIN_REQUEST__REQUEST_STATUS;
	status.digest = o->digest;
	m.status = &status;
	return command_send(o, &m);
}

/* ---- catalogue ---- */

struct csv_files {
	struct buffer contents[BASE_COUNT(csv_names)];
	ProtobufCBinaryData file[BASE_COUNT(csv_names)];
	char *name[BASE_COUNT(csv_names)];
	size_t n;
};

static void free_files(struct csv_files *f)
{
	for (size_t i = 0; i < BASE_COUNT(csv_names); i++)
		buffer_free(&f->contents[i]);
}

/* units.csv and items.csv must be there; the others may. */
static int read_files(const char *dir, struct csv_files *f)
{
	*f = (struct csv_files){0};
	for (size_t i = 0; i < BASE_COUNT(csv_names); i++) {
		bool required = !strcmp(csv_names[i], "units.csv") ||
				!strcmp(csv_names[i], "items.csv");
		struct sys_error error = {""};
		char path[STORE_PATH_MAX];

		if (snprintf(path, sizeof path, "%s/%s", dir, csv_names[i]) >= (int)sizeof path)
			return command_fail(EXIT_USAGE, "the path is too long: %.60s...", dir);
		int rc = base_file_read(path, CSV_MAX, &f->contents[i], &error);
		if (rc == -ENOENT && !required)
			continue;
		if (rc) {
			free_files(f);
			return command_fail(EXIT_ENVIRONMENT, "%s", error.text);
		}
		f->file[f->n] = (ProtobufCBinaryData){f->contents[i].size, f->contents[i].data};
		f->name[f->n++] = (char *)csv_names[i];
	}
	return EXIT_GOOD;
}

/* False: no memory, which is neither good nor a fault of the files. */
static bool check_files(const struct csv_files *f, struct faults *faults)
{
	struct builder *b = builder_new();
	struct catalogue *c = NULL;
	bool read = b != NULL;

	for (size_t i = 0; read && i < f->n; i++)
		read = builder_csv(b, f->name[i], (const char *)f->file[i].data, f->file[i].len,
				   faults);
	if (read && !faults->errors)
		c = catalogue_build(b, false, faults);
	read = read && (c || faults->errors);
	catalogue_free(c);
	builder_free(b);
	return read;
}

int command_catalogue_check(const struct command_options *o)
{
	struct faults faults = {0};
	struct buffer text = {0}, json = {0};
	struct csv_files files;
	int rc = read_files(o->argument[0], &files);

	if (rc)
		return rc;
	if (!check_files(&files, &faults)) {
		faults_free(&faults);
		free_files(&files);
		return command_fail(EXIT_ENVIRONMENT, "no memory for this catalogue");
	}
	admin_faults(&faults, o->language, &text, &json);
	if (o->json)
		printf("{\"ok\":%s,\"errors\":%zu,\"details\":%s}\n",
		       faults.errors ? "false" : "true", faults.errors, buffer_text(&json));
	else
		printf(o->language == LANGUAGE_VI ? "%s%zu lỗi, %zu cảnh báo\n"
						  : "%s%zu errors, %zu warnings\n",
		       buffer_text(&text), faults.errors, faults.n + faults.dropped - faults.errors);
	rc = faults.errors ? EXIT_FAULTS : EXIT_GOOD;
	faults_free(&faults);
	buffer_free(&text);
	buffer_free(&json);
	free_files(&files);
	return rc;
}

int command_catalogue_load(const struct command_options *o)
{
	Tiendo__Journal__V1__CatalogueLoad load = TIENDO__JOURNAL__V1__CATALOGUE_LOAD__INIT;
	request_t m = TIENDO__JOURNAL__V1__ADMIN_REQUEST__INIT;
	struct csv_files files;

	if (o->effective) {
		load.effective = date_parse(o->effective).ymd;
		if (!load.effective)
			return command_fail(EXIT_USAGE,
					    "--effective %s: a date yyyy-mm-dd is expected",
					    o->effective);
	}
	int rc = read_files(o->argument[0], &files);
	if (rc)
		return rc;
	load.n_files = load.n_names = files.n;
	load.files = files.file;
	load.names = files.name;
	load.plan = (char *)o->plan;
	load.dry_run = o->dry_run;
	load.english = o->language == LANGUAGE_EN;
	m.request_case = TIENDO__JOURNAL__V1__ADMIN_REQUEST__REQUEST_CATALOGUE_LOAD;
	m.catalogue_load = &load;
	rc = command_send(o, &m);
	free_files(&files);
	return rc;
}
