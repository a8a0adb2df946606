// SPDX-License-Identifier: Apache-2.0
/*
 * fuzz: what the targets share. A target is a program of its own (fuzz_NAME.c with
 * LLVMFuzzerTestOneInput): it takes bytes, hands them to one door of tiendo, and judges by MUST what
 * came of it: not only that nothing crashed, but that what was taken means the same when written and
 * read again, that a slow reference agrees, that what must always hold still holds.
 *
 * Everything a target writes is in a directory of memory (TMPDIR, which tests/fuzz/run makes in
 * /dev/shm), and nothing is synced: fsync and its like do nothing in these programs.
 */
#ifndef TIENDO_TESTS_FUZZ_FUZZ_H
#define TIENDO_TESTS_FUZZ_FUZZ_H

#include "common/sys/base.h"
#include "common/sys/net.h"

/* What must hold, or the input is kept as a failure. */
#define MUST(condition) ((condition) ? (void)0 : fuzz_wrong(__FILE__, __LINE__, #condition))
_Noreturn void fuzz_wrong(const char *file, int line, const char *what);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerInitialize(int *argc, char ***argv);
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max);

/* ---- bytes taken as decisions; zeros behind the end ---- */

struct take {
	const uint8_t *at;
	size_t left;
};
uint8_t take_u8(struct take *t);
uint32_t take_u32(struct take *t);
uint64_t take_u64(struct take *t);
struct bytes take_bytes(struct take *t, size_t n); /* fewer at the end */
struct bytes take_piece(struct take *t);           /* a length of one byte or two, and so many */
struct bytes take_rest(struct take *t);
/* The bytes as a text on the heap, exactly as long: a look beyond shows. */
char *text_copy(struct bytes b);

/* ---- the network, played ---- */

/* A message as it comes off a socket. */
void fuzz_message(struct net_message *m, const struct bytes *frames, size_t n, const char *user_id);
/* Sockets that are none: while a hook is set, net_send and net_receive call it. */
extern struct net_socket *const fuzz_socket;
extern enum net_sent (*fuzz_on_send)(const struct bytes *frames, size_t n);
extern int (*fuzz_on_receive)(struct net_message *m);

/* cmocka's support libraries outside of a test: a scratch directory that goes at the end. */
void fuzz_scratch(void);

#endif
