// SPDX-License-Identifier: Apache-2.0
/*
 * archive: the rows that the fold has emitted (rows.h), for those who answer: the ones that still are in the view, read under
 * its lock in slices, then the ones in view/, read without it; each once. While it reads, checkpoints come and go: a row moves
 * from the view to view/ and never back, so that looking in this order misses none.
 *
 * It knows nothing of what rows say. Failure: archive_read says why; what `fn` was given before counts for nothing then.
 */
#ifndef TIENDO_SERVER_ARCHIVE_H
#define TIENDO_SERVER_ARCHIVE_H

#include "server/answer.h"

/* A span of keys: of one table, they begin with `prefix`; the rest is at or above `from` and below `to` ({0} = no bound). */
struct archive_span {
	uint8_t prefix[ROWS_KEY_MAX];
	uint8_t prefix_n;
	uint8_t from[ROWS_KEY_MAX], to[ROWS_KEY_MAX]; /* whole keys, prefix and all */
	uint8_t from_n, to_n;
	bool last, first; /* only the last row of the span, or the first */
};
/* The span of a prefix. */
struct archive_span archive_prefix(const void *prefix, size_t n);

/*
 * `span`: which of those asked for the row stands in. Called with the view's lock held, or without: it touches what is the
 * caller's own alone. Bytes live during the call. Rows of view/ come in the order of spans and keys, those before in that in
 * which they were emitted; of a span that wants the last or the first one alone, several may come: it is the greatest or the least key.
 */
typedef void archive_fn(void *ctx, size_t span, struct bytes key, struct bytes value);

struct archive_ask {
	enum row_table table;
	const struct archive_span *spans; /* no two overlap; prefixes of at most two lengths */
	size_t spans_n;
	archive_fn *fn;
	void *ctx;
};
/* Call it locked; it is locked again when it returns, and another generation may be there: REASON_STALE_CURSOR. */
enum reason archive_read(struct asking *q, const struct archive_ask *ask);

#endif
