// SPDX-License-Identifier: Apache-2.0
/*
 * base: the small things every seam needs (CONTRACT).
 *
 * For: error sentences, memory for our own fixed needs, byte buffers, big-endian numbers, hex,
 * whole files. Never: logs, reads a clock, keeps a global. Failure: a function that returns int
 * gives 0 or a negative errno and fills `error` (which may be NULL) with one sentence: the value,
 * the place, what to do. On failure nothing the caller passed is changed unless said so. Allocation
 * for our own bounded needs ends the process with a sentence and status 3 (environment): there is
 * nothing sensible to do without it, and the next start reads what is true.
 * What a stranger can make large goes through `struct buffer` with a cap or through a budgeted
 * arena, which both refuse.
 */
#ifndef TIENDO_COMMON_SYS_BASE_H
#define TIENDO_COMMON_SYS_BASE_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define BASE_COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Somebody else's bytes: never owned by this struct, never NULL with a size above 0. */
struct bytes {
	const uint8_t *data;
	size_t size;
};

static inline struct bytes bytes_of(const void *data, size_t size)
{
	return (struct bytes){.data = data, .size = size};
}

static inline struct bytes bytes_text(const char *text)
{
	return (struct bytes){.data = (const uint8_t *)text, .size = strlen(text)};
}

static inline bool bytes_equal(struct bytes a, struct bytes b)
{
	return a.size == b.size && (a.size == 0 || memcmp(a.data, b.data, a.size) == 0);
}

/* Takes the next `size` bytes off the front; NULL, and nothing taken, when there are not so many. */
static inline const uint8_t *bytes_take(struct bytes *from, size_t size)
{
	const uint8_t *at = from->data;

	if (from->size < size)
		return NULL;
	from->data += size;
	from->size -= size;
	return at;
}

/* ---- errors ---- */

struct sys_error {
	char text[256];
};

/* Writes the sentence (cut to fit on a whole UTF-8 letter) and returns `code`: `return sys_fail(e,
 * -EINVAL, ...);` */
__attribute__((format(printf, 3, 4))) int sys_fail(struct sys_error *error, int code,
						   const char *format, ...);

/* The text of an errno (positive or negative), the same for every thread. */
const char *sys_text(int code);

/* ---- memory of our own ---- */

/* Zeroed; never NULL. Free with free(). */
__attribute__((malloc, returns_nonnull)) void *base_alloc(size_t size);
/* `old` may be NULL; what is added is NOT zeroed. Ends also when count * size overflows. */
__attribute__((returns_nonnull)) void *base_grow(void *old, size_t count, size_t size);
__attribute__((malloc, returns_nonnull)) char *base_copy_text(const char *text);
/* How they end, for a caller that has no other way out either. */
__attribute__((noreturn)) void base_no_memory(size_t size);

/* ---- a growable run of bytes with a sticky error ---- */

/*
 * {0} is an empty buffer without a cap: for what is our own and bounded. It does not fail: without
 * memory the process ends, as with base_alloc. One with a cap refuses: once `failed`, further writes
 * do nothing, so a caller checks once at the end. `data` may move with every write. Owner frees with
 * buffer_free, or empties and re-uses with buffer_clear (which also clears `failed`).
 */
#define BUFFER_ANY (SIZE_MAX / 2) /* a cap for those who can go on without: all memory there is */
struct buffer {
	uint8_t *data;
	size_t size, room, cap;
	bool failed; /* over the cap, or no memory */
};

void buffer_put(struct buffer *b, const void *data, size_t size);
void buffer_put_bytes(struct buffer *b, struct bytes bytes);
void buffer_put_text(struct buffer *b, const char *text); /* without its NUL */
void buffer_put_u8(struct buffer *b, uint8_t n);
void buffer_put_u16(struct buffer *b, uint16_t n); /* big-endian, as all of these */
void buffer_put_u32(struct buffer *b, uint32_t n);
void buffer_put_u64(struct buffer *b, uint64_t n);
__attribute__((format(printf, 2, 3))) void buffer_format(struct buffer *b, const char *format, ...);
/* `size` bytes to be filled by the caller before the next write; NULL when failed. */
uint8_t *buffer_reserve(struct buffer *b, size_t size);
/* The contents as a C string: puts a NUL behind them that does not count. "" when failed. */
const char *buffer_text(struct buffer *b);
static inline struct bytes buffer_bytes(const struct buffer *b)
{
	return b->failed ? (struct bytes){0} : bytes_of(b->data, b->size);
}
void buffer_clear(struct buffer *b); /* keeps the memory and the cap */
void buffer_free(struct buffer *b);  /* back to {0} but for the cap */

/* ---- big-endian numbers in memory ---- */

static inline void put_u16(uint8_t *p, uint16_t n)
{
	p[0] = (uint8_t)(n >> 8);
	p[1] = (uint8_t)n;
}

static inline void put_u32(uint8_t *p, uint32_t n)
{
	put_u16(p, (uint16_t)(n >> 16));
	put_u16(p + 2, (uint16_t)n);
}

static inline void put_u64(uint8_t *p, uint64_t n)
{
	put_u32(p, (uint32_t)(n >> 32));
	put_u32(p + 4, (uint32_t)n);
}

static inline uint16_t get_u16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

static inline uint32_t get_u32(const uint8_t *p)
{
	return (uint32_t)get_u16(p) << 16 | get_u16(p + 2);
}

static inline uint64_t get_u64(const uint8_t *p)
{
	return (uint64_t)get_u32(p) << 32 | get_u32(p + 4);
}

/* ---- hex, lower case ---- */

/* Writes 2 * size digits and a NUL; returns `out`. */
char *hex_encode(char *out, const void *data, size_t size);
/* Exactly 2 * size hex digits (either case), nothing else; false leaves `out` undefined. */
bool hex_decode(const char *text, uint8_t *out, size_t size);

/* ---- whole files ---- */

/* Reads at most `cap` bytes into `out` (cleared first). -ENOENT, -EFBIG when larger than cap. */
int base_file_read(const char *path, size_t cap, struct buffer *out, struct sys_error *error);
/* All or nothing: beside it, fsync, rename over it, fsync of the directory. The old file stays on
 * failure. */
int base_file_write(const char *path, unsigned mode, struct bytes contents,
		    struct sys_error *error);
/* The same, but -EEXIST when the file is there already (without a race). */
int base_file_create(const char *path, unsigned mode, struct bytes contents,
		     struct sys_error *error);
/* mkdir -p; each directory made is 0`mode`, those that were there are left as they are. The name of
 * each one made and of the last one is on disk then. */
int base_mkdirs(const char *path, unsigned mode, struct sys_error *error);
/* mkdir; -EEXIST when there is something. Its name is on disk then. */
int base_mkdir(const char *path, unsigned mode, struct sys_error *error);
int base_sync_directory(const char *path, struct sys_error *error);

#endif
