// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/peers/cpu.h"

#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Ticks of one process when it belongs to the leader; a process that has just ended has none any more. */
static unsigned long ticks(int pid, int leader)
{
	char path[64], text[1024];
	unsigned long user, system, children_user, children_system;
	int parent, session;

	snprintf(path, sizeof path, "/proc/%d/stat", pid);
	FILE *f = fopen(path, "re");
	if (!f)
		return 0;
	bool good = fgets(text, sizeof text, f);
	fclose(f);
	const char *rest = good ? strrchr(text, ')') : NULL; /* the name may hold anything */
	if (!rest || sscanf(rest + 1, " %*c %d %*d %d %*d %*d %*u %*u %*u %*u %*u %lu %lu %lu %lu", &parent, &session,
			    &user, &system, &children_user, &children_system) != 6)
		return 0;
	if (parent != leader && session != leader)
		return 0;
	return user + system + (pid == leader ? children_user + children_system : 0);
}

double cpu_seconds(int leader)
{
	DIR *dir = leader ? opendir("/proc") : NULL;
	unsigned long sum = 0;
	struct dirent *e;

	while (dir && (e = readdir(dir)))
		if (e->d_name[0] >= '1' && e->d_name[0] <= '9')
			sum += ticks(atoi(e->d_name), leader);
	if (dir)
		closedir(dir);
	return (double)sum / (double)sysconf(_SC_CLK_TCK);
}
