// SPDX-License-Identifier: Apache-2.0
#include "agent/past.h"

#include <stdlib.h>

enum { PRINTED = 4 /* bytes of the incarnation */ };

/* Digits up to `end`, without leading zeros, at most `max`. */
static bool number(const char **at, char end, uint64_t max, uint64_t *out)
{
	const char *p = *at;

	if (*p < '1' || *p > '9')
		return false;
	for (*out = 0; *p >= '0' && *p <= '9'; p++) {
		uint64_t digit = (uint64_t)(*p - '0');

		if (*out > (max - digit) / 10)
			return false;
		*out = *out * 10 + digit;
	}
	*at = p + 1;
	return *p == end;
}

bool past_parse(const char *text, struct receipt *out)
{
	char hex[PRINTED * 2 + 1];
	uint64_t index;

	*out = (struct receipt){0};
	if (strlen(text) < sizeof hex || text[PRINTED * 2] != '-')
		return false;
	memcpy(hex, text, PRINTED * 2);
	hex[PRINTED * 2] = '\0';
	text += sizeof hex;
	if (!hex_decode(hex, out->incarnation, PRINTED) || !number(&text, '-', UINT64_MAX, &out->entry) ||
	    !number(&text, '\0', UINT32_MAX, &index))
		return false;
	out->index = (uint32_t)index;
	return true;
}

bool past_same(const struct receipt *printed, const uint8_t *incarnation, uint64_t entry, uint32_t index)
{
	return printed->entry == entry && printed->index == index &&
	       memcmp(printed->incarnation, incarnation, PRINTED) == 0;
}

struct search {
	struct receipt wanted;
	struct spool_receipt *out;
	bool found;
};

static bool see(void *data, const struct spool_receipt *r)
{
	struct search *s = data;

	s->found = past_same(&s->wanted, r->incarnation, r->entry, r->index);
	if (s->found)
		*s->out = *r;
	return !s->found;
}

enum past_found past_find(struct spool *s, const char *text, struct spool_receipt *out)
{
	struct search search = {.out = out};

	if (!past_parse(text, &search.wanted))
		return PAST_MISSPELT;
	spool_receipts(s, 0, see, &search, NULL);
	return search.found ? PAST_FOUND : PAST_UNKNOWN;
}

bool past_update(struct spool *s, const struct spool_receipt *r, struct codec_arena *arena, struct update *out)
{
	struct spool_batch batch = {0};
	struct spool_state st;
	bool good = spool_state(s, &st, NULL) == 0 && st.ordinal == r->ordinal && r->seq >= st.kept_from &&
		    spool_gather(s, r->seq, r->seq, 1, &batch, NULL) == 0 && batch.n == 1;

	codec_arena_reset(arena);
	good = good && codec_update_decode(batch.blobs[0].data, batch.blobs[0].size, arena, out);
	buffer_free(&batch.bytes);
	return good;
}
