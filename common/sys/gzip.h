// SPDX-License-Identifier: Apache-2.0
/*
 * gzip: packs bytes for those who take them packed, on zlib (CONTRACT).
 *
 * For: answers to browsers. Never: unpacks (nobody sends us any: no bomb to defuse), keeps a state. The same
 * bytes in, the same bytes out: no time, no name in it.
 */
#ifndef TIENDO_COMMON_SYS_GZIP_H
#define TIENDO_COMMON_SYS_GZIP_H

#include "common/sys/base.h"

/* Behind what `out` holds. false = above its cap, or no memory: `out` holds what it held (but has failed when it was
 * its cap). Needs some 260 KiB for the time of the call. */
bool gzip_pack(struct bytes in, struct buffer *out);

#endif
