// SPDX-License-Identifier: Apache-2.0
/* query_journal: what the query thread asks of the journal and of view/, each time in a read
 * transaction of its own (query.h). */
#ifndef TIENDO_SERVER_QUERY_JOURNAL_H
#define TIENDO_SERVER_QUERY_JOURNAL_H

#include "server/checkpoint.h"
#include "server/journal.h"
#include "server/query.h"

struct query_journal query_journal_of(struct journal *j);
struct query_rows query_rows_of(struct checkpoint *cp); /* NULL = there is no view/ */

#endif
