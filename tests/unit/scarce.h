// SPDX-License-Identifier: Apache-2.0
/*
 * scarce: an allocator that refuses on order, so that a test can fail the Nth allocation for N = 0,
 * 1, 2 ... until the work passes. Linking it replaces malloc, calloc and realloc of the whole
 * program. Under AddressSanitizer, which owns the allocator, it does nothing and scarce_works() is
 * false: skip().
 */
#ifndef TIENDO_TESTS_UNIT_SCARCE_H
#define TIENDO_TESTS_UNIT_SCARCE_H

#include <stdbool.h>

bool scarce_works(void);
void scarce_after(long n); /* this thread's next n allocations pass, those after them fail */
void scarce_end(void);	   /* all pass again */

#endif
