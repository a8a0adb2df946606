// SPDX-License-Identifier: Apache-2.0
/*
 * message: every message of wire and journal by its first byte. What is taken gives its own size when packed, and the
 * same bytes when taken and packed once more; it never costs more than its arena. Pushes are read by hand and by
 * the library; catalogue rows and rollups go to the domain's words and back.
 */
#include <stdlib.h>

#include "tests/fuzz/fuzz.h"
#include "tests/unit/beside.h"

static const ProtobufCMessageDescriptor *const types[] = {
	&tiendo__v1__hello__descriptor, &tiendo__v1__welcome__descriptor, &tiendo__v1__push__descriptor,
	&tiendo__v1__void__descriptor, &tiendo__v1__ack__descriptor, &tiendo__v1__nack__descriptor,
	&tiendo__v1__ping__descriptor, &tiendo__v1__pong__descriptor, &tiendo__v1__query__descriptor,
	&tiendo__v1__reply__descriptor, &tiendo__v1__unit_delta__descriptor, &tiendo__v1__heartbeat__descriptor,
	&tiendo__v1__catalogue_row__descriptor, &tiendo__v1__rollup__descriptor, &tiendo__v1__update__descriptor,
	&tiendo__journal__v1__entry_header__descriptor, &tiendo__journal__v1__registry_body__descriptor,
	&tiendo__journal__v1__admin_request__descriptor, &tiendo__journal__v1__admin_reply__descriptor,
	&tiendo__journal__v1__genesis_body__descriptor, &tiendo__journal__v1__decision_body__descriptor,
	&tiendo__journal__v1__notice_body__descriptor, &tiendo__journal__v1__finding_body__descriptor,
	&tiendo__journal__v1__step_body__descriptor,
};

static struct codec_arena arena, second;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc, (void)argv;
	arena = codec_arena_new(256 * 1024);
	second = codec_arena_new(256 * 1024);
	return 0;
}

static void again(const ProtobufCMessageDescriptor *type, const void *m, size_t size)
{
	uint8_t *once = malloc(size + 1), *twice = malloc(size + 1);

	MUST(codec_size(m) == size && codec_pack(m, once) == size);
	codec_arena_reset(&second);
	const void *n = codec_unpack(type, once, size, &second);
	/* a negative enum in five bytes grows to ten and hides what is doubled: then it may be refused (beside.h) */
	if (n) {
		MUST(codec_pack(n, twice) == size);
		MUST(!size || !memcmp(once, twice, size));
	}
	free(once);
	free(twice);
}

static void row(const uint8_t *data, size_t size)
{
	struct catalogue_row r;
	size_t n, k;

	codec_arena_reset(&arena);
	if (!codec_row_decode(data, size, &arena, &r))
		return;
	uint8_t *once = codec_row_encode(&r, &n);
	MUST(once && codec_row_decode(once, n, &arena, &r));
	uint8_t *twice = codec_row_encode(&r, &k);
	MUST(twice && k == n && !memcmp(once, twice, n));
	free(once);
	free(twice);
}

static void rollup(const Tiendo__V1__Rollup *m)
{
	uint8_t out[CODEC_ROLLUP_MAX], twice[CODEC_ROLLUP_MAX];
	struct rollup r, s;
	uint32_t item, number;

	if (!codec_rollup_read(m, &item, &r))
		return;
	size_t n = codec_rollup_pack(item, &r, out);
	codec_arena_reset(&second);
	const Tiendo__V1__Rollup *back = codec_unpack(&tiendo__v1__rollup__descriptor, out, n, &second);
	MUST(back && codec_rollup_read(back, &number, &s) && number == item);
	MUST(codec_rollup_pack(number, &s, twice) == n && !memcmp(out, twice, n));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (!size)
		return 0;
	const ProtobufCMessageDescriptor *type = types[*data++ % BASE_COUNT(types)];
	bool taken;

	size--;
	codec_arena_reset(&arena);
	const void *m = codec_unpack(type, data, size, &arena);
	MUST(arena.used <= arena.size);
	if (m)
		again(type, m, size);
	if (m && type == &tiendo__v1__rollup__descriptor)
		rollup(m);
	if (type == &tiendo__v1__catalogue_row__descriptor)
		row(data, size);
	if (type == &tiendo__v1__push__descriptor)
		MUST(!beside_push(data, size, &arena, &taken));
	return 0;
}
