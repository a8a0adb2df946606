// SPDX-License-Identifier: Apache-2.0
/*
 * beside: the codec written by hand beside the library, on one byte string (tests/unit/test_codec_update.c with dice,
 * tests/fuzz with libFuzzer).
 *
 * One thing is judged harder than by size alone. The library cuts a number that is too large for
 * its type, and a negative enum in five bytes grows to ten, which can hide something doubled: sizes
 * agree, bytes do not. So what it takes must be taken here when its own encoding has the same
 * bytes, in whatever order the fields stand; what it refuses must be refused.
 */
#ifndef TIENDO_TESTS_UNIT_BESIDE_H
#define TIENDO_TESTS_UNIT_BESIDE_H

#include "common/sys/codec.h"

/* NULL, or what is wrong. *taken: by the decoder. The arena is emptied first; `ours` lives in it. */
const char *beside_update(const uint8_t *data, size_t size, struct codec_arena *a, bool *taken, struct update *ours);
const char *beside_push(const uint8_t *data, size_t size, struct codec_arena *a, bool *taken);
/* NULL, or the field in which they differ. */
const char *beside_same(const struct update *a, const struct update *b);

#endif
