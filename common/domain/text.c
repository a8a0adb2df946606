// SPDX-License-Identifier: Apache-2.0
#include "common/domain/text.h"

#include <assert.h>
#include <string.h>
#include <utf8proc.h>

/* The next character and its length in bytes; a length <= 0 is a fault (utf8proc refuses
 * surrogates, overlong). */
static utf8proc_ssize_t next(const char *text, size_t length, utf8proc_int32_t *c)
{
	return utf8proc_iterate((const utf8proc_uint8_t *)text, (utf8proc_ssize_t)length, c);
}

bool text_is_utf8(const char *text, size_t length)
{
	utf8proc_int32_t c;
	utf8proc_ssize_t n;

	for (size_t i = 0; i < length; i += (size_t)n) {
		n = next(text + i, length - i, &c);
		if (n <= 0)
			return false;
	}
	return true;
}

static bool is_control(utf8proc_int32_t c)
{
	if (c < 0x20)
		return c != '\n' && c != '\t';
	/* C1, and what turns the reading direction: embeddings, overrides, isolates */
	return (c >= 0x7f && c <= 0x9f) || (c >= 0x202a && c <= 0x202e) ||
	       (c >= 0x2066 && c <= 0x2069);
}

/* Characters that are NFC in whatever company: Latin below the combining marks, Vietnamese letters,
 * punctuation. */
static bool is_plain(utf8proc_int32_t c)
{
	return c < 0x300 || (c >= 0x1ea0 && c <= 0x1ef9) || (c >= 0x2010 && c <= 0x2027);
}

static enum reason scan(const char *text, size_t length, bool *plain)
{
	bool control = false;
	utf8proc_int32_t c;
	utf8proc_ssize_t n;

	*plain = true;
	for (size_t i = 0; i < length; i += (size_t)n) {
		n = next(text + i, length - i, &c);
		if (n <= 0)
			return REASON_TEXT_NOT_UTF8;
		control |= is_control(c);
		*plain &= is_plain(c);
	}
	return control ? REASON_TEXT_CONTROL : REASON_NONE;
}

/*
 * Marks out of canonical order: never NFC. Seen before decomposing, because utf8proc sorts by
 * swapping neighbours and a text made of marks in reverse order would cost its square.
 */
static bool marks_in_order(const char *text, size_t length)
{
	utf8proc_propval_t class, last = 0;
	utf8proc_int32_t c;

	for (size_t i = 0; i < length;) {
		i += (size_t)next(text + i, length - i, &c);
		class = utf8proc_get_property(c)->combining_class;
		if (class != 0 && class < last)
			return false;
		last = class;
	}
	return true;
}

static bool is_nfc(const char *text, size_t length)
{
	/* two bytes give three characters at the most (U+01D5), one more for safety at the end */
	utf8proc_int32_t made[TEXT_MAX_BYTES / 2 * 3 + 4];
	const utf8proc_option_t how = UTF8PROC_STABLE | UTF8PROC_COMPOSE;
	utf8proc_ssize_t n;
	utf8proc_int32_t c;
	utf8proc_ssize_t k = 0;
	size_t i = 0;

	if (!marks_in_order(text, length))
		return false;
	n = utf8proc_decompose((const utf8proc_uint8_t *)text, (utf8proc_ssize_t)length, made,
			       sizeof(made) / sizeof(made[0]), how);
	assert(n >= 0 && (size_t)n <= sizeof(made) / sizeof(made[0]));
	n = utf8proc_normalize_utf32(made, n, how);
	while (k < n && i < length) {
		i += (size_t)next(text + i, length - i, &c);
		if (c != made[k++])
			return false;
	}
	return k == n && i == length;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Bytes of a separator that people put inside a number: space, no-break space, dot. */
static size_t separator(const char *text, size_t length)
{
	if (text[0] == ' ' || text[0] == '.')
		return 1;
	return length >= 2 && memcmp(text, "\xc2\xa0", 2) == 0 ? 2 : 0;
}

/* 12 digits; the first three are the code of a province, 001-096. */
static bool is_identity(unsigned count, const char first[static 3])
{
	unsigned province = (unsigned)(first[0] - '0') * 100 + (unsigned)(first[1] - '0') * 10 +
			    (unsigned)(first[2] - '0');

	return count == 12 && province >= 1 && province <= 96;
}

/* Counts a run with separators ignored and, beside it, each group of digits written together. */
static bool has_identity(const char *text, size_t length)
{
	char run_first[3] = "000", group_first[3] = "000";
	unsigned run = 0, group = 0;

	for (size_t i = 0; i < length;) {
		size_t gap = separator(text + i, length - i);

		if (is_digit(text[i])) {
			if (run < 3)
				run_first[run] = text[i];
			if (group < 3)
				group_first[group] = text[i];
			run++;
			group++;
			i++;
			continue;
		}
		if (is_identity(group, group_first) || (gap == 0 && is_identity(run, run_first)))
			return true;
		group = 0;
		if (gap == 0)
			run = 0;
		i += gap ? gap : 1;
	}
	return is_identity(group, group_first) || is_identity(run, run_first);
}

enum reason text_check(const char *text, size_t length, size_t max_bytes)
{
	enum reason r;
	bool plain;

	assert(max_bytes <= TEXT_MAX_BYTES);
	r = scan(text, length, &plain);
	if (r != REASON_NONE)
		return r;
	if (length > max_bytes)
		return REASON_TEXT_TOO_LONG;
	if (!plain && !is_nfc(text, length))
		return REASON_TEXT_NOT_NFC;
	return has_identity(text, length) ? REASON_PERSONAL_ID : REASON_NONE;
}

bool text_is_code(const char *code)
{
	size_t n = strspn(code, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ.-");

	return n >= 1 && n <= CODE_MAX && code[n] == '\0' && code[0] != '.' && code[0] != '-';
}

static bool is_space(utf8proc_int32_t c)
{
	return c == ' ' || (c >= '\t' && c <= '\r') || utf8proc_category(c) == UTF8PROC_CATEGORY_ZS;
}

/* One character folded into at most 8; utf8proc has no fold for đ, which carries its stroke without
 * a mark. */
static utf8proc_ssize_t fold_one(utf8proc_int32_t c, utf8proc_int32_t out[static 8])
{
	int last = 0;
	utf8proc_ssize_t n;

	if (c == 0x110 || c == 0x111)
		c = 'd';
	if (c == 0x2019)
		c = 0x2bc;
	n = utf8proc_decompose_char(
		c, out, 8, UTF8PROC_DECOMPOSE | UTF8PROC_CASEFOLD | UTF8PROC_STRIPMARK, &last);
	for (utf8proc_ssize_t i = 0; i < n; i++)
		if (out[i] == 0x2bc) /* M’ri = M'ri; some letters are folded into one, too */
			out[i] = '\'';
	return n;
}

size_t text_fold(const char *text, char *out, size_t size)
{
	size_t length = strlen(text), used = 0;
	utf8proc_int32_t c, folded[8];
	utf8proc_uint8_t bytes[4];
	utf8proc_ssize_t n, m;
	bool space = false;

	for (size_t i = 0; i < length; i += (size_t)n) {
		n = next(text + i, length - i, &c);
		if (n <= 0)
			return 0;
		if (is_space(c)) {
			space = used > 0;
			continue;
		}
		m = fold_one(c, folded);
		for (utf8proc_ssize_t k = 0; k < m; k++) {
			size_t len = (size_t)utf8proc_encode_char(folded[k], bytes);

			if (used + space + len >= size)
				return 0;
			if (space)
				out[used++] = ' ';
			space = false;
			memcpy(out + used, bytes, len);
			used += len;
		}
	}
	if (used >= size)
		return 0;
	out[used] = '\0';
	return used;
}

size_t text_width(const char *text)
{
	size_t length = strlen(text), width = 0;
	utf8proc_int32_t c;
	utf8proc_ssize_t n;

	for (size_t i = 0; i < length; i += (size_t)n) {
		n = next(text + i, length - i, &c);
		if (n > 0) {
			width += (size_t)utf8proc_charwidth(c);
		} else {
			n = 1;
			width++;
		}
	}
	return width;
}

/* ---- for a terminal ---- */

enum { MARKS_MAX = 2 /* Vietnamese needs that many on one letter, taken apart */ };
#define CUT "…"

static bool shows(utf8proc_int32_t c)
{
	const unsigned unseen = 1U << UTF8PROC_CATEGORY_CN | 1U << UTF8PROC_CATEGORY_CC |
				1U << UTF8PROC_CATEGORY_CF | 1U << UTF8PROC_CATEGORY_CS |
				1U << UTF8PROC_CATEGORY_CO | 1U << UTF8PROC_CATEGORY_ZL |
				1U << UTF8PROC_CATEGORY_ZP;

	return !(unseen >> utf8proc_category(c) & 1);
}

/* The next letter of a text as it is to be shown. */
struct glyph {
	const char *bytes;
	size_t size, width, taken; /* taken: of the text */
};

static struct glyph glyph_at(const char *text, size_t length)
{
	utf8proc_int32_t c;
	utf8proc_ssize_t n = next(text, length, &c);

	if (n <= 0)
		return (struct glyph){"?", 1, 1, 1};
	if (c == '\n' || c == '\t' || c == '\r')
		return (struct glyph){" ", 1, 1, (size_t)n};
	if (!shows(c))
		return (struct glyph){"?", 1, 1, (size_t)n};
	return (struct glyph){text, (size_t)n, (size_t)utf8proc_charwidth(c), (size_t)n};
}

size_t text_fit(const char *text, size_t columns, char *out, size_t size)
{
	size_t length = strlen(text), used = 0, width = 0, marks = 0;
	size_t cut = 0, cut_width = 0; /* where … would still have its place */

	assert(size > strlen(CUT));
	for (size_t i = 0; i < length;) {
		struct glyph g = glyph_at(text + i, length - i);
		marks = g.width ? 0 : marks + 1;
		i += g.taken;
		if (marks > MARKS_MAX || (!g.width && !width))
			continue;
		if (width + 1 <= columns && used + strlen(CUT) < size) {
			cut = used;
			cut_width = width;
		}
		if (width + g.width > columns || used + g.size >= size) {
			used = cut;
			width = cut_width;
			if (columns) {
				memcpy(out + used, CUT, strlen(CUT));
				used += strlen(CUT);
				width++;
			}
			break;
		}
		memcpy(out + used, g.bytes, g.size);
		used += g.size;
		width += g.width;
	}
	out[used] = '\0';
	return width;
}
