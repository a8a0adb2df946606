// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <zlib.h>

#include "common/sys/gzip.h"

enum { LARGE = 1 << 20 };

static void assert_unpacks_to(struct bytes packed, struct bytes want)
{
	z_stream z = {.next_in = (Bytef *)(uintptr_t)packed.data, .avail_in = (uInt)packed.size};
	uint8_t *text = malloc(want.size + 1);

	z.next_out = text;
	z.avail_out = (uInt)want.size + 1;
	assert_int_equal(inflateInit2(&z, 15 + 16), Z_OK); /* a gzip header, nothing else */
	assert_int_equal(inflate(&z, Z_FINISH), Z_STREAM_END);
	assert_int_equal(z.avail_in, 0);
	assert_true(bytes_equal(bytes_of(text, z.total_out), want));
	inflateEnd(&z);
	free(text);
}

static struct bytes behind(const struct buffer *b, size_t size)
{
	return bytes_of(b->data + size, b->size - size);
}

static void test_round_trip(void **state)
{
	(void)state;
	struct buffer text = {0}, out = {0};
	uint32_t n = 1;
	buffer_put_text(&out, "before");
	for (size_t size = 0; size <= LARGE; size = size * 3 + 1) {
		while (text.size < size) /* half of it packs, half does not */
			buffer_put_u8(&text, text.size % 2 ? 'a' : (uint8_t)((n = n * 1103515245 + 12345) >> 16));
		out.size = 6;
		assert_true(gzip_pack(buffer_bytes(&text), &out));
		assert_memory_equal(out.data, "before", 6);
		assert_unpacks_to(behind(&out, 6), buffer_bytes(&text));
	}
	buffer_free(&text);
	buffer_free(&out);
}

static void test_same_bytes(void **state)
{
	(void)state;
	struct buffer text = {0}, out = {0}, again = {0};
	for (int i = 0; i < 1000; i++)
		buffer_format(&text, "{\"unit\":\"U%d\",\"done\":true},", i);
	assert_true(gzip_pack(buffer_bytes(&text), &out));
	assert_true(gzip_pack(buffer_bytes(&text), &again));
	assert_true(bytes_equal(buffer_bytes(&out), buffer_bytes(&again)));
	assert_true(out.size < text.size / 5);
	assert_memory_equal(out.data, "\x1f\x8b\x08\0\0\0\0\0", 8); /* no name, no time */
	buffer_free(&text);
	buffer_free(&out);
	buffer_free(&again);
}

static void test_no_room(void **state)
{
	(void)state;
	struct buffer out = {.cap = 16};
	buffer_put_text(&out, "before");
	assert_false(gzip_pack(bytes_text("a text"), &out));
	assert_int_equal(out.size, 6);
	assert_memory_equal(out.data, "before", 6);
	assert_true(out.failed);
	assert_false(gzip_pack(bytes_text("a text"), &out)); /* sticky, as everywhere */
	buffer_free(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_same_bytes),
		cmocka_unit_test(test_no_room),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
