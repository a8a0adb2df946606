// SPDX-License-Identifier: Apache-2.0
/*
 * answer: one question in, one encoded Reply out. Runs on the query thread; keeps nothing of a
 * question. Who may ask what is the table in answer.c; each question's own file only reads.
 *
 *   answer           decode, who asks, the table, the cursor, the question's function, the reply
 * put together answer_figures   CatchUp, Versions      answer_catalogue   Catalogue (whole, or an
 * office's slice) answer_cells     Cells                  answer_status      Status
 *   answer_notices   Notices
 *
 * Failure is an answer: a Failure with its reason and a sentence in English that names the value.
 */
#ifndef TIENDO_SERVER_ANSWER_H
#define TIENDO_SERVER_ANSWER_H

#include "common/sys/codec.h"
#include "server/cursor.h"
#include "server/pack.h"
#include "server/query.h"
#include "server/slice.h"

/* What a role may see of a question's subject. SCOPE_DENIED is what the table does not say. */
enum scope { SCOPE_DENIED, SCOPE_ANY, SCOPE_OWN, SCOPE_COUNTS };

struct asker {
	uint32_t key, principal;
	enum role role;
	uint32_t
		unit; /* index of the principal's unit; NO_INDEX = the catalogue does not have it */
};

/* Which items an office's slice holds; remembered for its next page. */
struct slice_items {
	struct generation generation;
	uint32_t unit;
	bool *in; /* by item index */
	size_t n; /* 0 = nothing is remembered */
};

/* One thread's scratch. */
struct answerer {
	const struct query_options *options;
	struct codec_arena arena; /* questions */
	struct codec_arena blobs; /* updates */
	struct buffer page, piece;
	struct slice_items items;
	size_t page_max; /* bytes of an answer; a test may make it small */
};

void answerer_open(struct answerer *a, const struct query_options *options);
void answerer_close(struct answerer *a);

/* `out` gets the encoded Reply. True = it was answered, false = it is a Failure. */
bool answer(struct answerer *a, uint32_t key, uint8_t version, uint8_t type, struct bytes body,
	    struct buffer *out);
/* A Failure without looking at the question; `body` only for its id. */
void answer_refuse(struct answerer *a, enum reason reason, const char *text, uint32_t retry_ms,
		   struct bytes body, struct buffer *out);

/* ---- what the questions' files share ---- */

struct asking {
	struct answerer *answerer;
	struct asker asker;
	enum scope scope;
	bool free_text;     /* may the asker read free text in what is in its scope? */
	struct slice slice; /* held while the question's function runs, unless it says otherwise */
	struct cursor at;   /* where this page begins; the function moves it to where the next one
			       does ... */
	bool first;         /* page one: `at` is zero but for generation and as_of */
	bool more;          /* ... and says that there is a next one */
	size_t pieces;      /* in the page */
	char text[200];     /* of a failure */
};

/* Each appends the fields of its page to answerer->page and returns REASON_NONE, or why not. */
typedef enum reason answer_fn(struct asking *q, const Tiendo__V1__Query *m);
answer_fn answer_catch_up, answer_versions, answer_catalogue, answer_cells, answer_status, answer_notices;

__attribute__((format(printf, 3, 4))) enum reason answer_fail(struct asking *q, enum reason reason,
							      const char *format, ...);
/* Puts `piece` into the page as field `number`; false when the page is full: it then begins the
 * next one. */
bool answer_add(struct asking *q, uint32_t number, struct bytes piece);
/* Is there room for `size` bytes more? Counts the piece when there is. */
bool answer_fits(struct asking *q, size_t size);

/* "VN/40/412/", "G/PILOT/". False = no such path now. */
struct subject {
	bool is_group;
	uint32_t index;
};
bool subject_of_path(const struct view *v, const char *path, struct subject *out);
/* "412", "G/PILOT". `at`: choose among the units that bore the code; 0 = today. */
bool subject_of_code(const struct view *v, const char *code, struct date at, struct subject *out);

#endif
