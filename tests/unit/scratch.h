// SPDX-License-Identifier: Apache-2.0
/*
 * scratch: a directory of its own for a test program, inside the build directory.
 * cmocka's group fixtures: cmocka_run_group_tests(tests, scratch_make, scratch_remove).
 */
#ifndef TIENDO_TESTS_UNIT_SCRATCH_H
#define TIENDO_TESTS_UNIT_SCRATCH_H

#include <sys/resource.h>

int scratch_make(void **state);
int scratch_remove(void **state);
/* DIR/name; lives until the eighth later call. */
const char *scratch_path(const char *name);
/* No file of this process grows beyond it from now on: writing fails as on a full disk. RLIM_INFINITY = the disk is mended. */
void scratch_limit(rlim_t size);

#endif
