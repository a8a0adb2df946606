// SPDX-License-Identifier: Apache-2.0
/*
 * update: the decoder by hand beside protobuf-c: both take it or both refuse it, with the same fields; and what was
 * taken says the same when it is encoded and decoded again. With MUTANT a high percent of what is in progress is read as one less now and
 * then: tests/fuzz/run sees to it that this does not go unnoticed.
 */
#include "tests/fuzz/fuzz.h"
#include "tests/unit/beside.h"

static struct codec_arena arena, second;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc, (void)argv;
	arena = codec_arena_new(256 * 1024);
	second = codec_arena_new(64 * 1024);
	return 0;
}

static void round_trip(const struct update *u)
{
	uint8_t out[UPDATE_BYTES_MAX];
	struct update again;
	size_t size = codec_update_encode(u, out);

	if (!size) /* no body, or more than an update may hold */
		return;
	codec_arena_reset(&second);
	MUST(codec_update_decode(out, size, &second, &again));
	if (u->seal.monotonic_ms) /* a seal without a time is no seal: it is not written */
		MUST(!beside_same(u, &again));
	else
		MUST(!strcmp(u->note, again.note) && u->value == again.value && u->percent == again.percent);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct update u;
	bool taken;
	const char *what = beside_update(data, size, &arena, &taken, &u);

	MUST(!what);
	if (!taken)
		return 0;
#ifdef MUTANT
	struct update mutant = u;
	mutant.percent -= u.percent > 63 && u.state == TASK_IN_PROGRESS;
	MUST(!beside_same(&u, &mutant));
#endif
	round_trip(&u);
	return 0;
}
