// SPDX-License-Identifier: Apache-2.0
#include "dashboard/session.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "dashboard/decode.h"

enum { CALL_MS = 15000 };

int session_fail(int code, const char *format, ...)
{
	va_list list;

	fputs("tiendo: ", stderr);
	va_start(list, format);
	vfprintf(stderr, format, list);
	va_end(list);
	fputc('\n', stderr);
	return code;
}

int session_print(struct buffer *out)
{
	bool good = !out->failed;

	if (good && out->size)
		good = fwrite(out->data, 1, out->size, stdout) == out->size && !fflush(stdout);
	buffer_clear(out);
	return good ? EXIT_GOOD : session_fail(EXIT_ENVIRONMENT, "stdout: %s", sys_text(errno));
}

/* ---- directory, config, key ---- */

bool session_dir(struct session *s, const char *given)
{
	const char *home = getenv("HOME"), *named = getenv("TIENDO_VIEW_DIR");

	if (given || named)
		snprintf(s->dir, sizeof(s->dir), "%s", given ? given : named);
	else if (home)
		snprintf(s->dir, sizeof(s->dir), "%s/.tiendo", home);
	return *s->dir;
}

const struct conf_option *session_options(struct session *s, size_t *n)
{
	static struct conf_option options[4];

	options[0] = (struct conf_option){.name = "query",
					  .type = CONF_STRING,
					  .to.string = s->query,
					  .fallback = "tcp://127.0.0.1:5703",
					  .required = true,
					  .help = "where the centre answers questions"};
	options[1] = (struct conf_option){.name = "feed",
					  .type = CONF_STRING,
					  .to.string = s->feed,
					  .fallback = "tcp://127.0.0.1:5702",
					  .required = true,
					  .help = "where the centre publishes changed figures"};
	options[2] = (struct conf_option){
		.name = "server_key",
		.type = CONF_STRING,
		.to.string = s->server_key_text,
		.required = true,
		.help = "public key of the centre (40 letters), given by hand"};
	options[3] = (struct conf_option){.name = "lang",
					  .type = CONF_STRING,
					  .to.string = s->lang,
					  .fallback = "vi",
					  .allowed = "vi|en",
					  .help = "language of tables and sentences"};
	*n = BASE_COUNT(options);
	return options;
}

int session_read(struct session *s, const char *lang)
{
	struct sys_error error = {0};
	char path[CONF_TEXT_MAX + 32];
	size_t n;
	const struct conf_option *options = session_options(s, &n);

	snprintf(path, sizeof(path), "%s/tiendo.conf", s->dir);
	int rc = conf_load(path, options, n, &error);
	s->language = (lang ? lang : s->lang)[0] == 'e' ? LANGUAGE_EN : LANGUAGE_VI;
	if (rc == -ENOENT)
		return session_fail(
			EXIT_ENVIRONMENT,
			SAY(s, "chưa có %s: chạy `tiendo init --server-key KHOÁ` trước",
			    "%s is not there: run `tiendo init --server-key KEY` first"),
			path);
	if (rc)
		return session_fail(EXIT_ENVIRONMENT, "%s", error.text);
	if (!keys_z85_parse(s->server_key_text, s->server_key))
		return session_fail(
			EXIT_ENVIRONMENT,
			SAY(s, "%s: server_key = %s không phải khoá công khai (40 ký tự Z85)",
			    "%s: server_key = %s is no public key (40 letters of Z85)"),
			path, s->server_key_text);
	snprintf(path, sizeof(path), "%s/key", s->dir);
	if (keys_pair_read(path, &s->pair, &error))
		return session_fail(EXIT_ENVIRONMENT, "%s", error.text);
	return EXIT_GOOD;
}

int session_start(struct session *s)
{
	struct sys_error error = {0};

	s->signals = loop_signals(&error);
	if (s->signals >= 0)
		s->net = net_open(&error);
	return s->net ? EXIT_GOOD : session_fail(EXIT_ENVIRONMENT, "%s", error.text);
}

struct client_options session_client(const struct session *s)
{
	return (struct client_options){.net = s->net,
				       .endpoint = s->query,
				       .server_key = s->server_key,
				       .pair = &s->pair,
				       .signals = s->signals};
}

void session_end(struct session *s)
{
	client_close(&s->client);
	net_close(s->net);
	atlas_free(&s->atlas);
	keys_wipe(&s->pair, sizeof(s->pair));
}

/* ---- asking ---- */

int session_refused(const struct session *s, const char *endpoint)
{
	char key[KEYS_Z85 + 1];

	if (!client_listens(endpoint))
		return session_fail(
			EXIT_ENVIRONMENT,
			SAY(s, "không nối được tới máy chủ ở %s", "nobody answers at %s"),
			endpoint);
	return session_fail(EXIT_REFUSED,
			    SAY(s,
				"máy chủ ở %s không mở cửa cho khoá %s: chưa đăng ký, đã thu hồi, "
				"sai vai trò, hoặc server_key không phải của máy chủ này",
				"the server at %s does not let the key %s in: not registered, "
				"revoked, of another role, or server_key is not this server's"),
			    endpoint, keys_z85(s->pair.public_key, key));
}

static int no_answer(const struct session *s, int rc, const char *text)
{
	if (rc == -EACCES)
		return session_refused(s, s->query);
	if (rc == -ETIMEDOUT)
		return session_fail(
			EXIT_ENVIRONMENT,
			SAY(s, "máy chủ ở %s không trả lời", "the server at %s does not answer"),
			s->query);
	return session_fail(EXIT_ENVIRONMENT, "%s", text);
}

static int failed(const struct session *s, const Tiendo__V1__Failure *f)
{
	enum reason reason = (enum reason)f->reason;

	if (reason == REASON_STALE_CURSOR)
		return EXIT_AGAIN;
	if (reason == REASON_BAD_FRAME)
		return session_fail(
			EXIT_REFUSED,
			SAY(s,
			    "máy chủ ở %s không hiểu câu hỏi này (bad_frame: %s): phiên bản của "
			    "trung tâm cũ hơn, hãy nâng cấp tiendo-server",
			    "the server at %s does not understand this question (bad_frame: %s): the "
			    "centre's version is older, upgrade tiendo-server"),
			s->query, f->text);
	return session_fail(EXIT_REFUSED, "%s (%s): %s", reason_says(reason, s->language),
			    reason_name(reason), f->text);
}

const Tiendo__V1__Reply *session_call(struct session *s, Tiendo__V1__Query *q, int *code)
{
	struct sys_error error = {0};

	*code = EXIT_ENVIRONMENT;
	if (!s->client) {
		struct client_options options = session_client(s);
		s->client = client_open(&options, &error);
		if (!s->client) {
			session_fail(*code, "%s", error.text);
			return NULL;
		}
	}
	int rc;
	const Tiendo__V1__Reply *r = client_call(s->client, q, CALL_MS, &rc, &error);
	if (!r) {
		*code = no_answer(s, rc, error.text);
		return NULL;
	}
	if (r->answer_case == TIENDO__V1__REPLY__ANSWER_FAILURE) {
		*code = failed(s, r->failure);
		return NULL;
	}
	struct mirror_generation g = {0};
	decode_generation(r->generation, &g);
	if (s->pinned && !mirror_same_generation(&g, &s->sight.generation)) {
		*code = EXIT_AGAIN;
		return NULL;
	}
	*code = EXIT_GOOD;
	s->sight.generation = g;
	s->sight.today = (struct date){r->today};
	s->sight.illustrative = r->illustrative;
	s->sight.simulated = r->simulated;
	return r;
}

int session_pages(struct session *s, const struct session_pages *p)
{
	struct buffer cursor = {0};
	int code = EXIT_GOOD;

	do {
		*p->cursor = (ProtobufCBinaryData){cursor.size, cursor.data};
		const Tiendo__V1__Reply *r = session_call(s, p->question, &code);
		if (!r)
			break;
		code = r->answer_case == p->answer
			       ? p->page(p->ctx, r)
			       : session_fail(EXIT_ENVIRONMENT, "an answer of another kind");
		buffer_clear(&cursor);
		buffer_put(&cursor, r->cursor.data, r->cursor.len);
	} while (code == EXIT_GOOD && cursor.size);
	buffer_free(&cursor);
	return code;
}

static int catalogue_page(void *ctx, const Tiendo__V1__Reply *r)
{
	struct session *s = ctx;
	struct sys_error error = {0};

	s->pinned = true;
	return atlas_page(&s->atlas, r->catalogue, &error)
		       ? EXIT_GOOD
		       : session_fail(EXIT_ENVIRONMENT, "%s", error.text);
}

int session_catalogue(struct session *s)
{
	Tiendo__V1__Query q = TIENDO__V1__QUERY__INIT;
	Tiendo__V1__Catalogue ask = TIENDO__V1__CATALOGUE__INIT;
	const struct session_pages pages = {.question = &q,
					    .cursor = &ask.cursor,
					    .answer = TIENDO__V1__REPLY__ANSWER_CATALOGUE,
					    .page = catalogue_page,
					    .ctx = s};
	struct sys_error error = {0};

	q.question_case = TIENDO__V1__QUERY__QUESTION_CATALOGUE;
	q.catalogue = &ask;
	atlas_begin(&s->atlas);
	s->pinned = false;
	int code = session_pages(s, &pages);
	if (code == EXIT_GOOD && !atlas_end(&s->atlas, &error))
		code = session_fail(EXIT_ENVIRONMENT, "%s", error.text);
	return code;
}

int session_find(struct session *s, const char *unit, const char *item, struct place *place,
		 uint32_t *index)
{
	*index = NO_INDEX;
	if (!atlas_place(&s->atlas, unit, s->sight.today, place))
		return session_fail(EXIT_REFUSED,
				    SAY(s, "không có đơn vị hay nhóm mã %s",
					"no unit or group has the code %s"),
				    unit);
	if (!item)
		return EXIT_GOOD;
	*index = catalogue_item_by_code(s->atlas.catalogue, item);
	if (*index == NO_INDEX)
		return session_fail(EXIT_REFUSED,
				    SAY(s, "không có mục mã %s", "no item has the code %s"), item);
	if (!atlas_has(&s->atlas, place, *index))
		return session_fail(
			EXIT_REFUSED,
			SAY(s, "%s không nằm trong kế hoạch của %s", "%s is not in the plan of %s"),
			unit, item);
	return EXIT_GOOD;
}
