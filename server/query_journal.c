// SPDX-License-Identifier: Apache-2.0
#include "server/query_journal.h"

#include <stdlib.h>

#include "common/sys/log.h"

/* Entries whose hash was looked at for this page: LMDB would serve a turned bit without a word. */
struct looked {
	struct {
		uint64_t entry;
		bool whole;
	} *list;
	size_t n;
	bool said;
};

static bool whole(struct looked *l, struct journal *j, struct kv_txn *t, uint64_t entry)
{
	for (size_t i = l->n; i-- > 0;) /* cells of one report stand together */
		if (l->list[i].entry == entry)
			return l->list[i].whole;
	l->list[l->n].entry = entry;
	l->list[l->n].whole = journal_whole(j, t, entry);
	if (!l->list[l->n].whole && !kv_error(t) && !l->said) {
		l->said = true;
		log_error("entry %llu is damaged, its text is not shown: run `tiendo-server "
			  "verify` and restore the journal from a backup",
			  (unsigned long long)entry);
	}
	return l->list[l->n++].whole;
}

static bool blobs(void *ctx, const struct query_receipt *wanted, size_t n, query_blob_fn *sink,
		  void *sink_ctx)
{
	struct journal *j = ctx;
	struct kv_txn *t = kv_read(journal_kv(j));
	struct looked looked = {.list = base_alloc(n * sizeof *looked.list)};

	for (size_t i = 0; i < n; i++) {
		struct query_blob b = {.i = i};

		if (whole(&looked, j, t, wanted[i].entry) &&
		    journal_blob(j, t, wanted[i].entry, wanted[i].index, &b.bytes,
				 &b.first_received) &&
		    journal_incarnation_at(j, t, wanted[i].entry, b.incarnation))
			sink(sink_ctx, &b);
	}
	bool good = kv_error(t) == 0;
	kv_end(&t);
	free(looked.list);
	return good;
}

static bool bodies(void *ctx, const uint64_t *wanted, size_t n, query_body_fn *sink, void *sink_ctx)
{
	struct journal *j = ctx;
	struct kv_txn *t = kv_read(journal_kv(j));
	struct looked looked = {.list = base_alloc((n + 1) * sizeof *looked.list)};

	for (size_t i = 0; i < n; i++) {
		struct query_body b = {.i = i};

		if (wanted[i] && whole(&looked, j, t, wanted[i]) &&
		    journal_body(j, t, wanted[i], &b.kind, &b.received, &b.body) &&
		    journal_incarnation_at(j, t, wanted[i], b.incarnation))
			sink(sink_ctx, &b);
	}
	bool good = kv_error(t) == 0;
	kv_end(&t);
	free(looked.list);
	return good;
}

struct listing {
	uint32_t principal; /* 0 = all */
	query_stream_fn *sink;
	void *sink_ctx;
};

static bool list_stream(void *ctx, const struct journal_stream_key *key,
			const struct journal_stream *s)
{
	struct listing *l = ctx;
	struct query_stream q = {.principal = key->principal,
				 .mark = s->mark,
				 .taken = s->taken,
				 .refused = s->refused,
				 .received = s->received};

	if (l->principal && key->principal != l->principal)
		return key->principal < l->principal;
	memcpy(q.epoch, key->epoch, EPOCH_SIZE);
	l->sink(l->sink_ctx, &q);
	return true;
}

static bool streams(void *ctx, uint32_t principal, query_stream_fn *sink, void *sink_ctx)
{
	struct journal *j = ctx;
	struct kv_txn *t = kv_read(journal_kv(j));
	struct journal_stream_key from = {.principal = principal}; /* no epoch is all zeros */
	struct listing l = {.principal = principal, .sink = sink, .sink_ctx = sink_ctx};

	journal_streams(j, t, principal ? &from : NULL, list_stream, &l);
	bool good = kv_error(t) == 0;
	kv_end(&t);
	return good;
}

struct query_journal query_journal_of(struct journal *j)
{
	return (struct query_journal){.ctx = j, .blobs = blobs, .bodies = bodies, .streams = streams};
}

static bool rows(void *ctx, enum row_table table, const struct kv_range *range, query_row_fn *sink, void *sink_ctx)
{
	return checkpoint_rows(ctx, table, range, sink, sink_ctx);
}

struct query_rows query_rows_of(struct checkpoint *cp)
{
	return cp ? (struct query_rows){.ctx = cp, .read = rows} : (struct query_rows){0};
}
