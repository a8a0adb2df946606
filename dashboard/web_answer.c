// SPDX-License-Identifier: Apache-2.0
#include "dashboard/web_answer.h"

#include <stdio.h>
#include <stdlib.h>

#include "common/sys/gzip.h"
#include "common/sys/json.h"
#include "dashboard/web_files.h"
#include "dashboard/web_line.h"

/* To be asked about each time; what is not for everybody gets http's own no-store, and is on no disk of a PC that many use. */
#define JSON_CACHE "private, no-cache"
#define JSON_VARY "Accept-Encoding, Cookie"

enum { PACK_FROM = 1024 /* bytes: below it packing saves nothing */ };

static const struct {
	unsigned status;
	const char *word, *vi, *en;
} codes[] = {
	[WEB_GOOD] = {200, "good", "", ""},
	[WEB_BAD_REQUEST] = {400, "bad_request", "Yêu cầu không hợp lệ", "The request is not valid"},
	[WEB_LOGIN_REQUIRED] = {401, "login_required", "Cần đăng nhập", "A login is needed"},
	[WEB_WRONG_LOGIN] = {401, "wrong_login", "Tên hoặc mật khẩu không đúng", "The name or the password is wrong"},
	[WEB_FORBIDDEN] = {403, "forbidden", "Tài khoản này không được xem nội dung này", "This account may not see it"},
	[WEB_NOT_FOUND] = {404, "not_found", "Không có nội dung này: hãy kiểm tra lại mã", "There is no such thing: check the code"},
	[WEB_WAIT] = {429, "wait", "Đã thử quá nhiều lần: hãy chờ rồi thử lại", "Too many attempts: wait and try again"},
	[WEB_NO_FIGURES] = {503, "no_figures", "Chưa nhận đủ số liệu từ trung tâm: hãy chờ một lát",
			    "The figures have not come from the centre yet: wait a moment"},
	[WEB_AWAY] = {503, "centre_away", "Trung tâm không trả lời: số liệu trên bảng vẫn xem được, hãy thử lại sau",
		      "The centre does not answer: what is on the board can still be read, try again later"},
	[WEB_TOO_BUSY] = {503, "busy", "Nhiều người đang xem cùng lúc: hãy thử lại sau một lát",
			  "Many are asking at once: try again in a moment"},
	[WEB_CENTRE_OLD] = {503, "centre_old", "Phiên bản của trung tâm cũ hơn: hãy nâng cấp tiendo-server",
			    "The centre's version is older: upgrade tiendo-server"},
};

static void put_sentence(struct json *j, const char *name, const char *sentence, const char *why)
{
	struct buffer text = {0};

	buffer_format(&text, "%s%s%s", sentence, *why ? ": " : "", why);
	json_text(j, name, buffer_text(&text));
	buffer_free(&text);
}

static void put_error(struct buffer *out, const char *code, const struct web_fault *sentence, const struct web_fault *why)
{
	struct json j = json_to(out);

	json_object_begin(&j, NULL);
	json_object_begin(&j, "error");
	json_text(&j, "code", code);
	put_sentence(&j, "vi", sentence->vi, why->vi);
	put_sentence(&j, "en", sentence->en, why->en);
	json_object_end(&j);
	json_object_end(&j);
}

void web_fail(struct http_request *r, enum web_code code, unsigned retry_s)
{
	web_fail_for(r, code, retry_s, &(struct web_fault){"", ""});
}

void web_fail_method(struct http_request *r, const char *allowed)
{
	const struct http_header headers[] = {{"Allow", allowed}};
	struct http_answer a = {.status = 405, .content_type = "application/json", .headers = headers, .headers_n = 1};

	put_error(&a.body, "method_not_allowed",
		  &(struct web_fault){"Phương thức HTTP này không dùng được ở đây", "This HTTP method cannot be used here"},
		  &(struct web_fault){allowed, allowed});
	http_answer(r, &a);
}

void web_fail_for(struct http_request *r, enum web_code code, unsigned retry_s, const struct web_fault *why)
{
	char retry[16];
	struct http_answer a = {.status = codes[code].status, .content_type = "application/json"};
	const struct http_header headers[] = {{"Retry-After", retry}};

	if (!retry_s && codes[code].status == 503)
		retry_s = 2;
	snprintf(retry, sizeof(retry), "%u", retry_s);
	put_error(&a.body, codes[code].word, &(struct web_fault){codes[code].vi, codes[code].en}, why);
	if (retry_s) {
		a.headers = headers;
		a.headers_n = 1;
	}
	http_answer(r, &a);
}

/* ---- JSON ---- */

static bool holds(const struct http_request *r, const char *tag)
{
	const char *held = http_header(r, "If-None-Match");

	return held && strstr(held, tag);
}

/* What goes with it are the headers that a 200 would have borne: a cache takes them over. */
static void not_modified(struct http_request *r, const char *tag, const char *cache, const char *vary)
{
	const struct http_header headers[] = {{"ETag", tag}, {"Cache-Control", cache}, {"Vary", vary}};
	struct http_answer a = {.status = 304, .headers = headers, .headers_n = BASE_COUNT(headers)};

	http_answer(r, &a);
}

const char *web_tag(const struct buffer *json, char out[static WEB_ETAG])
{
	uint8_t hash[KEYS_HASH];
	struct buffer text = {0};

	keys_hash(buffer_bytes(json), hash);
	struct json j = json_to(&text);
	json_hex(&j, NULL, bytes_of(hash, 16));
	snprintf(out, WEB_ETAG, "%s", buffer_text(&text)); /* quoted already */
	buffer_free(&text);
	return out;
}

bool web_unchanged(struct http_request *r, const char *tag)
{
	if (!holds(r, tag))
		return false;
	not_modified(r, tag, JSON_CACHE, JSON_VARY);
	return true;
}

/* Too many take theirs too slowly: it has been told to come again. */
static bool put_off(struct http_request *r, size_t size)
{
	if (!http_full(r, size))
		return false;
	web_fail(r, WEB_TOO_BUSY, 0);
	return true;
}

/* tag NULL: it is not kept. */
static void good(struct http_request *r, struct buffer body, bool packed, const char *tag)
{
	struct http_header headers[4] = {{"Vary", JSON_VARY}};
	struct http_answer a = {.status = 200, .content_type = "application/json", .body = body, .headers = headers, .headers_n = 1};

	if (packed)
		headers[a.headers_n++] = (struct http_header){"Content-Encoding", "gzip"};
	if (tag) {
		headers[a.headers_n++] = (struct http_header){"ETag", tag};
		headers[a.headers_n++] = (struct http_header){"Cache-Control", JSON_CACHE};
	}

	http_answer(r, &a);
}

/* What found no memory is not packed: it goes out as the error that it is. */
static bool packs(const struct http_request *r, const struct buffer *json)
{
	return !json->failed && json->size >= PACK_FROM && http_accepts_gzip(r);
}

void web_json(struct http_request *r, struct buffer *json, const char *tag, bool kept)
{
	char own[WEB_ETAG];
	struct buffer packed = {0};

	tag = !kept ? NULL : tag ? tag : web_tag(json, own);
	if (!tag || !web_unchanged(r, tag)) {
		bool pack = packs(r, json) && gzip_pack(buffer_bytes(json), &packed);
		struct buffer *out = pack ? &packed : json;
		if (!put_off(r, out->size)) {
			good(r, *out, pack, tag);
			*out = (struct buffer){0};
		}
	}
	buffer_free(&packed);
	buffer_free(json);
}

void web_json_shared(struct http_request *r, struct web_text *text, bool kept)
{
	struct buffer copy = {.cap = BUFFER_ANY};

	if (kept && !*text->tag)
		web_tag(&text->plain, text->tag);
	if (kept && web_unchanged(r, text->tag))
		return;
	bool pack = packs(r, &text->plain) &&
		    (text->packed.size || gzip_pack(buffer_bytes(&text->plain), &text->packed));
	struct bytes out = buffer_bytes(pack ? &text->packed : &text->plain);
	if (put_off(r, out.size))
		return;
	buffer_put_bytes(&copy, out);
	good(r, copy, pack, kept ? text->tag : NULL);
}

/* ---- the page ---- */

void web_page(struct http_request *r, const struct web_file *file)
{
	bool packed = file->packed.size && http_accepts_gzip(r);
	const char *cache = file->immutable ? "public, max-age=31536000, immutable" : "no-cache";
	const struct http_header headers[] = {
		{"ETag", file->etag},
		{"Cache-Control", cache},
		{"Vary", "Accept-Encoding"},
		{"Content-Security-Policy",
		 "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; "
		 "frame-ancestors 'none'"},
		{"Referrer-Policy", "same-origin"},
		{"X-Frame-Options", "DENY"},
		{"Cross-Origin-Opener-Policy", "same-origin"},
		{"Content-Encoding", "gzip"}};

	if (holds(r, file->etag)) {
		not_modified(r, file->etag, cache, "Accept-Encoding");
		return;
	}
	struct http_answer a = {.status = 200, .content_type = file->type, .fixed = packed ? file->packed : file->plain,
				.headers = headers, .headers_n = BASE_COUNT(headers) - !packed};
	http_answer(r, &a);
}

/* ---- later ---- */

struct waiting *web_wait(struct web *w, struct http_request *r)
{
	struct waiting *p = base_alloc(sizeof(*p));

	*p = (struct waiting){.next = w->waiting, .here = &w->waiting, .web = w, .request = r};
	if (w->waiting)
		w->waiting->here = &p->next;
	w->waiting = p;
	http_set_mine(r, p);
	return p;
}

void web_wait_over(struct waiting *p)
{
	*p->here = p->next;
	if (p->next)
		p->next->here = p->here;
	free(p);
}

void web_gone(void *context, struct http_request *r)
{
	struct web *w = context;

	if (web_stream_gone(w->streams, r))
		return;
	struct waiting *p = http_mine(r);
	if (!p)
		return;
	web_ask_forget(w->ask, p);
	web_wait_over(p);
}

void web_answered(void *who, enum web_code code, struct web_text *text, const char *why)
{
	struct waiting *p = who;
	struct buffer out = {0};

	p->answered = true;
	if (code != WEB_GOOD) {
		/* the centre's own words; it has them in one language */
		const struct web_fault its = {why, why}, *line = web_line_fault(p->web);
		web_fail_for(p->request, code, 0, (code == WEB_AWAY || code == WEB_NO_FIGURES) && *line->en ? line : &its);
		return;
	}
	if (p->write) {
		p->write(p->web, buffer_bytes(&text->plain), &out);
		web_json(p->request, &out, NULL, p->kept);
		return;
	}
	web_json_shared(p->request, text, p->kept);
}
