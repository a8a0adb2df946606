// SPDX-License-Identifier: Apache-2.0
#include "server/dump.h"

int dump_run(struct journal *j, bool figures, FILE *out)
{
	(void)j;
	(void)figures;
	(void)out;
	return 3;
}
