// SPDX-License-Identifier: Apache-2.0
/*
 * entry: values of the journal. As they come: damaged or not, never a crash. With the hash set right (the first byte
 * says so): what is read is written and read again, and is the same; a bit turned anywhere is seen by the hash; the
 * blobs of a batch are found one by one. Catalogue bodies are built too.
 */
#include <stdlib.h>

#include "server/chain.h"
#include "server/entry_codec.h"
#include "tests/fuzz/fuzz.h"

enum { HASH_AT = 1, HEADER_AT = 1 + HASH_SIZE + 4 };

static struct codec_arena arena, second;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc, (void)argv;
	arena = codec_arena_new(entry_read_room(1 << 17));
	second = codec_arena_new(entry_read_room(1 << 17));
	return 0;
}

static void blobs(const struct entry *e, struct bytes body)
{
	struct bytes blob;

	for (size_t i = 0; i < e->batch.taken_n; i++) {
		const struct taken *t = &e->batch.taken[i];
		MUST(t->index == i + 1 && entry_body_blob(body, (uint32_t)i + 1, &blob));
		MUST(bytes_equal(blob, bytes_of(t->blob, t->blob_size)));
		uint8_t hash[KEYS_HASH];
		keys_hash(blob, hash);
		MUST(!memcmp(hash, t->blob_hash, KEYS_HASH));
	}
	MUST(!entry_body_blob(body, (uint32_t)e->batch.taken_n + 1, &blob));
}

/* What was read is written: the same again from then on (the first may have had its fields in another order). */
static void there_and_back(struct entry *e)
{
	struct buffer once = {0}, twice = {0};
	struct entry again;

	if (e->kind == ENTRY_CATALOGUE && !e->catalogue.made)
		return;
	MUST(entry_encode(e, &once));
	codec_arena_reset(&second);
	MUST(entry_decode(buffer_bytes(&once), e->prev_hash, e->kind == ENTRY_CATALOGUE, &second, &again) ==
	     ENTRY_READ_OK);
	MUST(again.kind == e->kind && again.number == e->number && again.seqs == e->seqs &&
	     again.first_seq == e->first_seq && again.prev == e->prev && again.principal == e->principal);
	MUST(entry_encode(&again, &twice));
	MUST(bytes_equal(buffer_bytes(&once), buffer_bytes(&twice)));
	if (e->kind == ENTRY_CATALOGUE)
		catalogue_free(again.catalogue.made);
	buffer_free(&once);
	buffer_free(&twice);
}

static void read_value(uint8_t *value, size_t size, bool right, size_t turned)
{
	uint8_t previous[HASH_SIZE] = {7};
	struct bytes header, body;
	struct entry e;

	if (right && size >= HEADER_AT && entry_value_split(bytes_of(value, size), &header, &body))
		chain_hash(previous, header, body, value + HASH_AT);
	codec_arena_reset(&arena);
	enum entry_read r = entry_decode(bytes_of(value, size), previous, true, &arena, &e);
	if (r == ENTRY_READ_OK) {
		MUST(entry_value_whole(bytes_of(value, size), previous));
		MUST(entry_value_split(bytes_of(value, size), &header, &body));
		if (e.kind == ENTRY_BATCH)
			blobs(&e, body);
		there_and_back(&e);
		if (e.kind == ENTRY_CATALOGUE)
			catalogue_free(e.catalogue.made);
		value[turned / 8 % size] ^= (uint8_t)(1 << turned % 8);
		MUST(!entry_value_whole(bytes_of(value, size), previous));
		codec_arena_reset(&arena);
		MUST(entry_decode(bytes_of(value, size), previous, false, &arena, &e) != ENTRY_READ_OK);
	}
	MUST(r != ENTRY_READ_MEMORY);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct take in = {data, size};
	bool right = take_u8(&in) & 1;
	size_t turned = take_u32(&in);

	if (size > 1 << 16)
		return 0;
	/* room for the frame: format, hash, size of the header are ours when it is to be right */
	uint8_t *value;
	size_t n;
	if (right) {
		uint8_t split = take_u8(&in);
		struct bytes rest = take_rest(&in);
		n = HEADER_AT + rest.size;
		value = malloc(n);
		value[0] = 1;
		memset(value + HASH_AT, 0, HASH_SIZE);
		put_u32(value + HASH_AT + HASH_SIZE, split);
		if (rest.size)
			memcpy(value + HEADER_AT, rest.data, rest.size);
	} else {
		struct bytes rest = take_rest(&in);
		n = rest.size;
		value = malloc(n + 1);
		if (n)
			memcpy(value, rest.data, n);
	}
	read_value(value, n, right, turned);
	free(value);
	return 0;
}
