// SPDX-License-Identifier: Apache-2.0
/*
 * fetch: asks the centre, page by page, for our part of the catalogue or for what it holds about
 * us, and shelves the answer whole in the spool; or a question of the caller's own, whose pages the
 * caller keeps; or for what it has told us, which is kept in the inbox page by page: a notice that is
 * here is here, whatever becomes of the line.
 *
 * Never: waits (fetch_step looks and goes on; the caller's loop waits), keeps half an answer, logs.
 * A catalogue that does not build is not shelved: the old one stays. Failure: FETCH_FAILED with
 * `error` and, when the centre said why, `reason`.
 */
#ifndef TIENDO_AGENT_FETCH_H
#define TIENDO_AGENT_FETCH_H

#include "agent/spool.h"
#include "common/sys/net.h"

enum fetch_state { FETCH_IDLE, FETCH_WORKING, FETCH_DONE, FETCH_FAILED };

struct fetch_options {
	struct net *net;
	struct spool *spool;
	const char *endpoint;
	const uint8_t *server_key;
	const struct keys_pair *pair;
	int64_t reply_ms; /* longest silence */
	int64_t retry_ms; /* of the socket */
};

/* A question of the caller's own. `query` is ready but for the question; what `ask` puts into it must
 * live until the next call. `begin`: the first page again (the centre's generation changed), what was
 * heard before is void. `hear`: one page; false = no answer to this question. */
struct fetch_question {
	void (*ask)(void *data, Tiendo__V1__Query *query, ProtobufCBinaryData cursor);
	void (*begin)(void *data);
	bool (*hear)(void *data, const Tiendo__V1__Reply *reply);
	void *data;
};

struct fetch {
	struct fetch_options o;
	enum fetch_state state;
	enum spool_shelf shelf;
	struct net_socket *socket;
	struct net_message message;
	struct codec_arena arena;
	bool asked;
	int64_t due;       /* silence ends then */
	int64_t ask_after; /* BUSY */
	uint64_t id;
	unsigned restarts, pages; /* pages kept */
	char unit[CODE_MAX + 1];
	uint32_t at;
	struct buffer cursor, rows; /* rows: u32 size and bytes each */
	size_t rows_n;
	struct spool_shelf_head head;
	struct fetch_question question; /* ask NULL = of a shelf */
	uint64_t since; /* not 0: first ask whether anything below `path` is newer */
	char path[PATH_MAX_BYTES + 1];
	bool inbox;  /* notices, not a shelf */
	struct spool_inbox mail; /* how far they are here */
	bool illustrative, simulated;
	enum reason reason;
	int code; /* negative: what the spool said */
	struct sys_error error;
};

void fetch_init(struct fetch *f, const struct fetch_options *o);
void fetch_free(struct fetch *f);

/* unit: for SPOOL_CELLS, the code asked about (ours) as of `at` (0 = today). Ends what was under
 * way. */
void fetch_start(struct fetch *f, enum spool_shelf shelf, const char *unit, uint32_t at,
		 int64_t now);
/*
 * After fetch_start of SPOOL_CELLS: first asks whether anything below `path` (of that unit) has a
 * version above `since`, the entry of the shelf; when nothing has, only the shelf's head is
 * renewed. since 0, or a path that does not fit: everything is fetched.
 */
void fetch_since(struct fetch *f, const char *path, uint64_t since);
/* Instead of fetch_start. */
void fetch_start_question(struct fetch *f, const struct fetch_question *question, int64_t now);
/* What the centre has told our unit since `known`; everything, when its incarnation is another one. Ends
 * what was under way. f->mail is then how far the notices are here. */
void fetch_inbox(struct fetch *f, const struct spool_inbox *known, int64_t now);
enum fetch_state fetch_step(struct fetch *f, int64_t now);
/* To wait for; NULL when nothing is under way. */
struct net_socket *fetch_socket(const struct fetch *f);
/* While working, look again then at the latest. */
int64_t fetch_due(const struct fetch *f, int64_t now);
/* For a command: the whole, waiting. */
enum fetch_state fetch_wait(struct fetch *f);

#endif
