// SPDX-License-Identifier: Apache-2.0
#include "server/sequencer.h"

#include <string.h>

struct sequence sequencer_place(uint64_t mark, uint64_t first_seq, uint32_t n)
{
	struct sequence s = {.expected = mark + 1};

	if (n == 0 || first_seq == 0 || first_seq > INT64_MAX) {
		s.kind = SEQUENCE_BAD;
	} else if (first_seq > mark + 1) {
		s.kind = SEQUENCE_GAP;
	} else {
		uint64_t known = mark + 1 - first_seq;
		s.known = known < n ? (uint32_t)known : n;
		s.kind = s.known == 0	? SEQUENCE_NEW
			 : s.known == n ? SEQUENCE_KNOWN
					: SEQUENCE_PARTLY;
	}
	return s;
}

/* NULL = it was not taken. Taken ones stand by seq, and none is further behind than if nothing had been refused. */
static const struct taken *taken_of(const struct entry_batch *b, uint64_t seq)
{
	if (!b->taken_n || seq < b->taken[0].update.seq)
		return NULL;
	uint64_t at = seq - b->taken[0].update.seq;
	size_t i = at < b->taken_n ? (size_t)at : b->taken_n - 1;
	while (b->taken[i].update.seq > seq)
		i--;
	return b->taken[i].update.seq == seq ? &b->taken[i] : NULL;
}

static struct outcome batch_outcome(const struct entry_batch *b, uint64_t seq)
{
	const struct taken *t = taken_of(b, seq);

	if (t)
		return (struct outcome){
			.kind = OUTCOME_TAKEN, .index = t->index, .blob_hash = t->blob_hash};
	for (size_t i = 0; i < b->refused_n; i++)
		if (b->refused[i].seq == seq)
			return (struct outcome){.kind = OUTCOME_REFUSED,
						.reason = b->refused[i].reason,
						.field = b->refused[i].field,
						.blob_hash = b->refused[i].blob_hash};
	return (struct outcome){0};
}

struct outcome sequencer_outcome(const struct entry *e, uint64_t seq)
{
	if (e->kind == ENTRY_BATCH)
		return batch_outcome(&e->batch, seq);
	if (e->kind == ENTRY_VOID && seq >= e->lost.from && seq <= e->lost.to)
		return (struct outcome){.kind = OUTCOME_VOIDED};
	return (struct outcome){0};
}

bool sequencer_same(const struct outcome *stored, const uint8_t blob_hash[static HASH_SIZE])
{
	return stored->blob_hash && !memcmp(stored->blob_hash, blob_hash, HASH_SIZE);
}

bool sequencer_epoch_allowed(uint32_t count, struct instant last, uint32_t until,
			     struct instant now)
{
	if (count < until)
		return true;
	if (count >= EPOCHS_MAX)
		return false;
	return count < 2 || now.ms - last.ms >= EPOCH_INTERVAL_MS;
}
