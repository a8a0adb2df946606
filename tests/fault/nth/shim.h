// SPDX-License-Identifier: Apache-2.0
/*
 * shim: fails the Nth call, in a program of ours that was linked with it (build/VARIANT/nth/).
 *
 * Two classes of calls are counted, each from 0: memory (malloc and the like called by our own
 * objects, through ld's --wrap) and calls (system calls of the whole process, also those that
 * libzmq, LMDB, libsodium and libmicrohttpd make, because the program's definition comes before
 * libc's). When the count reaches `n` the call fails with its choice number `pick`: once, or from
 * then on every call that can fail so.
 *
 * The driver and the program share `struct nth_control`, a file mapped by both: the driver may
 * disarm a running server (the fault is gone) and reads what was hit, and where.
 * Never: fails what the kernel cannot fail (an eventfd has no bad blocks), or descriptors 1 and 2.
 */
#ifndef TIENDO_TESTS_FAULT_NTH_SHIM_H
#define TIENDO_TESTS_FAULT_NTH_SHIM_H

#include <stdbool.h>
#include <stdint.h>

enum { NTH_TRACE = 1 << 16, NTH_FRAMES = 12, NTH_WHERE = 96 };

enum nth_class { NTH_MEMORY, NTH_CALLS, NTH_CLASSES };
enum nth_mode { NTH_ONCE, NTH_EVER };

/* the layout is read by harness.py */
struct nth_control {
	/* written by the driver */
	uint32_t armed, record;
	uint32_t class, mode;
	uint64_t n;
	uint64_t site; /* not 0: n counts the calls at this place only */
	uint32_t pick, pad;
	/* written by the program */
	uint64_t count[NTH_CLASSES];
	uint32_t hits, past; /* past: call n has no such choice */
	uint32_t hit_call, choices;
	int32_t hit_error, broken; /* broken: the error that goes on */
	int64_t burst;
	uint64_t hit_site;
	char where[NTH_WHERE];	/* the module that made the call */
	uint64_t frames[NTH_FRAMES]; /* of the hit, in that module's or its callers' own addresses */
	uint32_t main_frames[NTH_FRAMES]; /* 1: the frame is in the program itself */
	uint32_t trace_n[NTH_CLASSES];
	struct nth_trace {
		uint64_t site;
		uint16_t call, choices;
		uint32_t foreign; /* not called by the program itself */
	} trace[NTH_CLASSES][NTH_TRACE];
};

/* What a call can be about; what can go wrong depends on it. */
enum nth_about { NTH_FILE, NTH_SOCKET, NTH_OTHER, NTH_PATH, NTH_SPARED };
enum nth_about nth_about_fd(int fd);

enum nth_call {
#define CALL(name, ...) NTH_##name,
#include "tests/fault/nth/calls.def"
#undef CALL
	NTH_CALL_COUNT
};

enum { NTH_SHORT = 1000000, NTH_DONE }; /* "errors": only half is done; all is done, and EIO is said */

/* 0: go on; NTH_SHORT, NTH_DONE; else the errno to fail with. `caller` = __builtin_return_address(0). */
int nth_fault(enum nth_call call, enum nth_about about, const void *caller);

/* Maps the file and begins to count. */
void nth_begin(const char *control);
/* Serves requests on descriptor 0, one child for each; does not return. */
void nth_zygote(int (*real_main)(int, char **)) __attribute__((noreturn));

#endif
