// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/scarce.h"

#include <errno.h>
#include <stdlib.h>

#ifdef __has_feature
#if __has_feature(address_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifdef __SANITIZE_ADDRESS__
#define SANITIZED 1
#endif

static _Thread_local bool on;
static _Thread_local long left;

void scarce_after(long n)
{
	left = n;
	on = true;
}

void scarce_end(void)
{
	on = false;
}

#ifdef SANITIZED

bool scarce_works(void)
{
	return false;
}

#else

bool scarce_works(void)
{
	return true;
}

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *p, size_t size);

static bool refused(void)
{
	if (!on || left-- > 0)
		return false;
	errno = ENOMEM;
	return true;
}

void *malloc(size_t size)
{
	return refused() ? NULL : __libc_malloc(size);
}

void *calloc(size_t n, size_t size)
{
	return refused() ? NULL : __libc_calloc(n, size);
}

void *realloc(void *p, size_t size)
{
	return refused() ? NULL : __libc_realloc(p, size);
}

#endif
