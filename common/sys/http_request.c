// SPDX-License-Identifier: Apache-2.0
#include <arpa/inet.h>
#include <stdlib.h>
#include <strings.h>

#include "common/sys/http_inside.h"

/* ---- of the library's strings ---- */

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* In place. Instead of the library's: a NUL would cut the text, and what is compared were not what was sent. */
size_t http_unescape(void *context, struct MHD_Connection *connection, char *text)
{
	(void)context, (void)connection;
	char *out = text;

	for (const char *in = text; *in; in++) {
		int high = *in == '%' ? hex_digit(in[1]) : -1;
		int low = high >= 0 ? hex_digit(in[2]) : -1;
		if (low >= 0 && (high | low) != 0) {
			*out++ = (char)(high << 4 | low);
			in += 2;
		} else {
			*out++ = *in;
		}
	}
	*out = '\0';
	return (size_t)(out - text);
}

/* ---- life ---- */

static struct http_request *begin(struct http *h, struct MHD_Connection *connection, const char *method,
				  const char *path)
{
	struct http_connection *c = http_connection_of(connection);
	struct http_request *r = c ? calloc(1, sizeof(*r)) : NULL;

	if (!r)
		return NULL;
	*r = (struct http_request){.http = h,
				   .connection = connection,
				   .method = method,
				   .path = path,
				   .body.cap = BUFFER_ANY,
				   .next = h->requests,
				   .self = &h->requests};
	if (r->next)
		r->next->self = &r->next;
	h->requests = r;
	c->request = r;
	return r;
}

void http_on_completed(void *context, struct MHD_Connection *connection, void **request,
		       enum MHD_RequestTerminationCode code)
{
	struct http *h = context;
	struct http_request *r = *request;
	struct http_connection *c = http_connection_of(connection);

	*request = NULL;
	h->counts.cut += code == MHD_REQUEST_TERMINATED_TIMEOUT_REACHED;
	if (c) {
		c->request = NULL;
		http_request_begins(h, c); /* the next one's */
	}
	if (!r)
		return;
	h->counts.kept -= r->kept && !r->answered;
	h->counts.streams -= r->stream;
	h->counts.held -= r->held;
	if (r->kept && h->options.gone)
		h->options.gone(h->options.context, r);
	if (r->response)
		MHD_destroy_response(r->response);
	*r->self = r->next;
	if (r->next)
		r->next->self = r->self;
	if (r->body.data)
		explicit_bzero(r->body.data, r->body.size); /* it may have been a password */
	buffer_free(&r->body);
	free(r);
}

/* The library looks at it again only after http_resume. */
void http_suspend(struct http_request *r)
{
	r->suspended = true;
	MHD_suspend_connection(r->connection);
}

void http_resume(struct http_request *r)
{
	if (!r->suspended)
		return;
	r->suspended = false;
	r->http->again = true;
	MHD_resume_connection(r->connection);
}

/* ---- from the library ---- */

/* Of what is refused before anything of its body is read; 0 = fine. */
static unsigned verdict(const struct http *h, struct MHD_Connection *connection, const char *method)
{
	const char *length = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Content-Length");

	if (strcmp(method, "GET") && strcmp(method, "HEAD") && (strcmp(method, "POST") || !h->options.body_max))
		return MHD_HTTP_METHOD_NOT_ALLOWED;
	if (length && strtoull(length, NULL, 10) > h->options.body_max)
		return MHD_HTTP_CONTENT_TOO_LARGE;
	return 0;
}

static enum MHD_Result on_header(struct http *h, struct MHD_Connection *connection, const char *method,
				 const char *path, void **request)
{
	unsigned status = verdict(h, connection, method);

	if (status)
		return http_reject(h, connection, status);
	*request = begin(h, connection, method, path);
	return *request ? MHD_YES : MHD_NO;
}

static enum MHD_Result on_body(struct http_request *r, const char *data, size_t *size)
{
	if (*size > r->http->options.body_max - r->body.size) {
		r->http->counts.rejected++;
		return MHD_NO; /* the library takes no answer before the end of the body */
	}
	buffer_put(&r->body, data, *size);
	*size = 0;
	return r->body.failed ? MHD_NO : MHD_YES;
}

static void hand_over(struct http_request *r)
{
	struct http *h = r->http;
	struct http_connection *c = http_connection_of(r->connection);

	http_request_whole(h, c);
	r->handed = true;
	h->counts.requests++;
	h->options.handle(h->options.context, r);
	if (r->answered)
		return;
	r->kept = true;
	h->counts.kept++;
	if (c->hung_up)
		r->over = true;
	else
		http_suspend(r);
}

/*
 * Called once the header is there (*request is NULL), for each piece of the body, at its end (size 0), and
 * again after a request that was kept has been answered.
 */
enum MHD_Result http_on_request(void *context, struct MHD_Connection *connection, const char *path, const char *method,
				const char *version, const char *data, size_t *data_size, void **request)
{
	(void)version;
	struct http_request *r = *request;

	if (!r)
		return on_header(context, connection, method, path, request);
	if (*data_size)
		return on_body(r, data, data_size);
	if (!r->handed)
		hand_over(r);
	if (r->suspended)
		return MHD_YES;
	if (r->over || !r->response)
		return MHD_NO; /* closes it: nobody there, or no memory */
	enum MHD_Result rc = MHD_queue_response(connection, r->status, r->response);
	MHD_destroy_response(r->response);
	r->response = NULL;
	return rc;
}

/* ---- for the handler ---- */

const char *http_method(const struct http_request *r)
{
	return r->method;
}

const char *http_path(const struct http_request *r)
{
	return r->path;
}

const char *http_argument(const struct http_request *r, const char *name)
{
	return MHD_lookup_connection_value(r->connection, MHD_GET_ARGUMENT_KIND, name);
}

const char *http_header(const struct http_request *r, const char *name)
{
	return MHD_lookup_connection_value(r->connection, MHD_HEADER_KIND, name);
}

struct joining {
	const char *name;
	struct buffer *out;
	size_t n;
};

static enum MHD_Result join(void *context, enum MHD_ValueKind kind, const char *name, const char *value)
{
	struct joining *j = context;

	(void)kind;
	if (strcasecmp(name, j->name) == 0) {
		buffer_put_text(j->out, j->n++ ? ", " : "");
		buffer_put_text(j->out, value ? value : "");
	}
	return MHD_YES;
}

size_t http_headers(const struct http_request *r, const char *name, struct buffer *out)
{
	struct joining j = {name, out, 0};

	MHD_get_connection_values(r->connection, MHD_HEADER_KIND, join, &j);
	return j.n;
}

const char *http_peer(const struct http_request *r)
{
	struct in_addr in = {.s_addr = http_connection_of(r->connection)->address};

	return inet_ntop(AF_INET, &in, ((struct http_request *)(uintptr_t)r)->peer, sizeof(r->peer));
}

struct bytes http_body(const struct http_request *r)
{
	return buffer_bytes(&r->body);
}

void *http_mine(const struct http_request *r)
{
	return r->mine;
}

void http_set_mine(struct http_request *r, void *mine)
{
	r->mine = mine;
}

/* ---- Accept-Encoding: gzip, deflate;q=0.5, *;q=0 ---- */

static const char *past_blanks(const char *at)
{
	return at + strspn(at, " \t");
}

/* Of the parameters behind a coding, up to the comma: false = q=0, 0.0, ... */
static bool wanted(const char *at)
{
	for (at = past_blanks(at); *at == ';'; at = past_blanks(at + strcspn(at, ";,"))) {
		at = past_blanks(at + 1);
		if (strncasecmp(at, "q=", 2))
			continue;
		at += 2;
		size_t zeros = strspn(at, "0.");
		return zeros == 0 || (at[zeros] >= '1' && at[zeros] <= '9');
	}
	return true;
}

/* A coding that is named decides before "*". */
bool http_accepts_gzip(const struct http_request *r)
{
	const char *at = http_header(r, "Accept-Encoding");
	bool any = false;

	while (at && *at) {
		at = past_blanks(at);
		size_t size = strcspn(at, " \t;,");
		if (size == 4 && !strncasecmp(at, "gzip", size))
			return wanted(at + size);
		if (size == 1 && *at == '*')
			any = wanted(at + size);
		at += strcspn(at, ",");
		at += *at == ',';
	}
	return any;
}
