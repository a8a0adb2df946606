// SPDX-License-Identifier: Apache-2.0
/*
 * answer_streams: what the centre took of whom, from the journal's streams (read without the viewlock), with names from the
 * roster, page by page. Cursor: a = the principal that begins the next page.
 */
#ifndef TIENDO_SERVER_ANSWER_STREAMS_H
#define TIENDO_SERVER_ANSWER_STREAMS_H

#include "server/answer.h"

/* Of the principals that the asker may see. */
struct streams {
	struct query_stream *list; /* ascending by principal */
	size_t n, size;
	uint64_t taken, refused;
};
/* Frees in any case: streams_free. */
enum reason streams_read(struct asking *q, struct streams *s);
void streams_free(struct streams *s);

/* One principal and all its streams. */
struct streams_of {
	const struct principal *principal;
	const char *unit; /* code; "" = the catalogue does not have it */
	const struct query_stream *list;
	size_t n;
	uint64_t taken, refused;
	struct instant received; /* of its last entry */
};
/* Appends the page's fields about it to `out`: they stand on one page. */
typedef void streams_put_fn(struct asking *q, const struct streams_of *of, struct buffer *out);
/* Those of this page. */
enum reason streams_page(struct asking *q, const struct streams *s, streams_put_fn *put);

#endif
