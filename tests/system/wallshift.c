// SPDX-License-Identifier: Apache-2.0
/* wallshift: an LD_PRELOAD shim that moves the real wall clock of one process by the seconds in the file $WALLSHIFT. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static long shift(void)
{
	const char *path = getenv("WALLSHIFT");
	FILE *f = path ? fopen(path, "r") : NULL;
	long seconds = 0;

	if (f) {
		if (fscanf(f, "%ld", &seconds) != 1)
			seconds = 0;
		fclose(f);
	}
	return seconds;
}

int clock_gettime(clockid_t id, struct timespec *t)
{
	static int (*real)(clockid_t, struct timespec *);

	if (!real)
		real = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
	int rc = real(id, t);
	if (rc == 0 && id == CLOCK_REALTIME)
		t->tv_sec += shift();
	return rc;
}
