// SPDX-License-Identifier: Apache-2.0
/*
 * web_files: the browser page as it was built, inside the program. The table is made by
 * dashboard/page/build.mjs; nothing in it is ever read from disk or changes, so what is handed out
 * lives as long as the program and is nobody's to free.
 *
 * A file whose name carries the hash of what is in it is `immutable`: a browser may keep it for
 * ever. /index.html is not: it names the others, and is what every path of the page answers with.
 */
#ifndef TIENDO_DASHBOARD_WEB_FILES_H
#define TIENDO_DASHBOARD_WEB_FILES_H

#include "common/sys/base.h"

struct web_file {
	const char *path;           /* "/main-4MZX2Q3A.js" */
	const char *type;           /* of its content, as a header says it */
	const char *etag;           /* with its quotes */
	struct bytes plain, packed; /* packed: the same, by gzip */
	bool immutable;
};

/* All of them, by name. */
const struct web_file *web_files(size_t *n);
/* By its path, "/" is not one; NULL when there is none. */
const struct web_file *web_file(const char *path);

#endif
