// SPDX-License-Identifier: Apache-2.0
#include "common/sys/gzip.h"

#include <limits.h>
#include <zlib.h>

/* 6: zlib's own middle. 15 + 16: its whole window, a gzip header around it. 8: its usual memory. */
enum { LEVEL = 6, WINDOW_AND_HEADER = 15 + 16, MEMORY = 8 };

bool gzip_pack(struct bytes in, struct buffer *out)
{
	z_stream z = {0};
	size_t before = out->size;

	if (in.size > UINT_MAX / 2 ||
	    deflateInit2(&z, LEVEL, Z_DEFLATED, WINDOW_AND_HEADER, MEMORY, Z_DEFAULT_STRATEGY) != Z_OK)
		return false;
	size_t bound = deflateBound(&z, in.size);
	z.next_in = (Bytef *)(uintptr_t)in.data;
	z.avail_in = (uInt)in.size;
	z.next_out = buffer_reserve(out, bound);
	z.avail_out = (uInt)bound;
	/* one call is enough for what fits into the bound */
	bool packed = z.next_out && deflate(&z, Z_FINISH) == Z_STREAM_END;
	if (!out->failed)
		out->size = packed ? before + z.total_out : before;
	deflateEnd(&z);
	return packed;
}
