// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/scratch.h"

#include <ftw.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

static char dir[PATH_MAX - 256];

int scratch_make(void **state)
{
	(void)state;
	const char *top = getenv("TMPDIR"); /* tools/unit.sh points it into build/ */
	snprintf(dir, sizeof(dir), "%s/scratch.XXXXXX", top ? top : "/tmp");
	return mkdtemp(dir) ? 0 : -1;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st, (void)type, (void)ftw;
	return remove(path);
}

int scratch_remove(void **state)
{
	(void)state;
	return nftw(dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

const char *scratch_path(const char *name)
{
	static char paths[8][PATH_MAX];
	static unsigned next;
	char *path = paths[next++ % 8];
	snprintf(path, PATH_MAX, "%s/%s", dir, name);
	return path;
}

void scratch_limit(rlim_t size)
{
	struct rlimit limit;

	signal(SIGXFSZ, SIG_IGN); /* a sentence, not the end of the process */
	if (getrlimit(RLIMIT_FSIZE, &limit))
		abort();
	limit.rlim_cur = size;
	if (setrlimit(RLIMIT_FSIZE, &limit))
		abort();
}
