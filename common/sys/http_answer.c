// SPDX-License-Identifier: Apache-2.0
#include <assert.h>
#include <stdio.h>
#include <strings.h>

#include "common/sys/http_inside.h"

enum {
	STATUS_ROOM = 16,
	STREAM_BLOCK = 1024 /* for clients of HTTP/1.0; others are written to out of their connection's memory */
};

/* ---- headers ---- */

/* false = one of them cannot be sent, or no memory. */
static bool add_headers(struct MHD_Response *response, const char *type, const struct http_header *headers, size_t n)
{
	bool good = MHD_add_response_header(response, "Content-Type", type ? type : "text/plain; charset=utf-8") &&
		    MHD_add_response_header(response, "X-Content-Type-Options", "nosniff");
	bool cached = false;

	for (size_t i = 0; good && i < n; i++) {
		cached |= !strcasecmp(headers[i].name, "Cache-Control");
		good = MHD_add_response_header(response, headers[i].name, headers[i].value);
	}
	return good && (cached || MHD_add_response_header(response, "Cache-Control", "no-store"));
}

/* ---- a bare status ---- */

static struct MHD_Response *bare(unsigned status)
{
	char text[STATUS_ROOM];
	int size = snprintf(text, sizeof(text), "%u\n", status);
	struct MHD_Response *response =
		MHD_create_response_from_buffer((size_t)size, text, MHD_RESPMEM_MUST_COPY);

	if (!response || add_headers(response, NULL, NULL, 0))
		return response;
	MHD_destroy_response(response);
	return NULL;
}

enum MHD_Result http_reject(struct http *h, struct MHD_Connection *connection, unsigned status)
{
	struct MHD_Response *response = bare(status);

	h->counts.rejected++;
	if (!response)
		return MHD_NO;
	if (status == MHD_HTTP_METHOD_NOT_ALLOWED)
		MHD_add_response_header(response, "Allow", h->options.body_max ? "GET, HEAD, POST" : "GET, HEAD");
	MHD_add_response_header(response, "Connection", "close");
	enum MHD_Result rc = MHD_queue_response(connection, status, response);
	MHD_destroy_response(response);
	return rc;
}

/* ---- answering ---- */

/* The library hears of it in the handler's return, or, when r was kept, in its next round. */
static void settle(struct http_request *r, unsigned status, struct MHD_Response *response)
{
	r->status = status;
	r->response = response; /* NULL = no memory: r's connection is closed */
	r->answered = true;
	if (r->kept)
		r->http->counts.kept--;
	http_resume(r);
}

/* Takes the body. */
static struct MHD_Response *wrap(struct http_answer *a)
{
	struct MHD_Response *response;

	if (a->fixed.data)
		response = MHD_create_response_from_buffer(a->fixed.size, (void *)(uintptr_t)a->fixed.data,
							   MHD_RESPMEM_PERSISTENT);
	else if (a->body.data)
		response = MHD_create_response_from_buffer(a->body.size, a->body.data, MHD_RESPMEM_MUST_FREE);
	else
		response = MHD_create_response_from_buffer(0, (char[1]){""}, MHD_RESPMEM_MUST_COPY);
	if (response && !a->fixed.data)
		a->body.data = NULL; /* the library's now */
	buffer_free(&a->body);
	return response;
}

void http_answer(struct http_request *r, struct http_answer *a)
{
	assert(r->handed && !r->answered && !(a->fixed.data && a->body.data));
	unsigned status = a->status ? a->status : MHD_HTTP_NOT_FOUND;
	bool failed = a->body.failed;

	if (status >= 400 && !a->fixed.data && a->body.size == 0 && !failed) {
		a->body.cap = BUFFER_ANY;
		buffer_format(&a->body, "%u\n", status);
	}
	r->held = a->body.size;
	r->http->counts.held += r->held;
	struct MHD_Response *response = wrap(a);
	if (response && (failed || !add_headers(response, a->content_type, a->headers, a->headers_n))) {
		MHD_destroy_response(response);
		status = MHD_HTTP_INTERNAL_SERVER_ERROR;
		response = bare(status);
	}
	settle(r, status, response);
}

bool http_full(const struct http_request *r, size_t size)
{
	size_t most = r->http->options.held_max;

	return most && r->http->counts.held + size > most;
}

/* ---- streams ---- */

static ssize_t on_more(void *context, uint64_t position, char *out, size_t max)
{
	(void)position;
	struct http_request *r = context;

	if (r->over || http_connection_of(r->connection)->hung_up)
		return MHD_CONTENT_READER_END_WITH_ERROR;
	long n = r->more(r->mine, out, max);
	assert(n <= (long)max);
	if (n < 0)
		return MHD_CONTENT_READER_END_OF_STREAM;
	if (n == 0)
		http_suspend(r); /* else the library asks again and again */
	return n;
}

void http_stream(struct http_request *r, const struct http_stream *s)
{
	assert(r->handed && !r->answered);
	struct http_answer none = {0};

	r->more = s->more;
	r->stream = strcmp(r->method, "HEAD") != 0; /* the library would send the end of a body that HEAD has not */
	struct MHD_Response *response =
		r->stream ? MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, STREAM_BLOCK, on_more, r, NULL)
			  : wrap(&none);
	if (response && !add_headers(response, s->content_type, s->headers, s->headers_n)) {
		MHD_destroy_response(response);
		response = NULL;
	}
	r->http->counts.streams += r->stream;
	settle(r, MHD_HTTP_OK, response);
	r->kept = true;
}

void http_stream_wake(struct http_request *r)
{
	if (r->stream)
		http_resume(r);
}
