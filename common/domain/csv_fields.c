// SPDX-License-Identifier: Apache-2.0
/* The typed fields of a CSV file, as offices write them and as their spreadsheets spoil them. */
#include "common/domain/csv.h"

#include <string.h>

#include "common/domain/periods.h"
#include "common/domain/text.h"

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

enum csv_fault csv_date(const char *text, struct date *out)
{
	struct date d = { 0 };

	if (text[0] != '\0') {
		d = date_parse(text);
		if (d.ymd == 0)
			return CSV_BAD_DATE;
	}
	*out = d;
	return CSV_OK;
}

/* The digits at *text; -1 = above 10^17 or so. Moves *text behind them. */
static int64_t number(const char **text)
{
	const int64_t limit = INT64_C(100000000000000000);
	int64_t v = 0;

	for (; is_digit(**text); (*text)++)
		if (v >= 0)
			v = v > limit / 10 ? -1 : v * 10 + (**text - '0');
	return v;
}

/* 1.387: the first group has one to three digits and does not begin with 0 (0.123 was meant as a
 * fraction). */
static bool dot_groups(const char *text, char plain_text[static 32])
{
	size_t n = 0, group = 0;

	if (text[0] == '0')
		return false;
	for (; *text != '\0'; text++) {
		if (*text == '.') {
			if (group == 0 || group > 3 || (n > group && group != 3))
				return false;
			group = 0;
			continue;
		}
		if (!is_digit(*text) || n >= 31)
			return false;
		plain_text[n++] = *text;
		group++;
	}
	plain_text[n] = '\0';
	return group == 3;
}

enum csv_fault csv_integer(const char *text, int64_t min, int64_t max, int64_t *out)
{
	bool negative = text[0] == '-';
	const char *p = text + negative;
	char grouped[32];
	int64_t v;

	if (text[0] == '\0')
		return CSV_REQUIRED;
	if (!is_digit(*p))
		return CSV_BAD_INTEGER;
	if (strchr(p, '.') != NULL) {
		if (!dot_groups(p, grouped))
			return CSV_BAD_INTEGER;
		p = grouped;
	}
	v = number(&p);
	if (*p != '\0')
		return CSV_BAD_INTEGER;
	if (v < 0)
		return CSV_OUT_OF_RANGE;
	if (negative)
		v = -v;
	if (v < min || v > max)
		return CSV_OUT_OF_RANGE;
	*out = v;
	return CSV_OK;
}

/* "89,5" -> 8950, moving *text behind it. False: not such a number. Above VALUE_MAX: VALUE_MAX *
 * 100, out of any range. */
static bool hundredths(const char **text, int64_t *out)
{
	int64_t v;

	if (!is_digit(**text))
		return false;
	v = number(text);
	v = v < 0 || v > VALUE_MAX ? VALUE_MAX * 100 : v * 100;
	if (**text == ',' || **text == '.') {
		(*text)++;
		if (!is_digit(**text))
			return false;
		v += (*(*text)++ - '0') * 10;
		if (is_digit(**text))
			v += *(*text)++ - '0';
	}
	*out = v;
	return true;
}

enum csv_fault csv_percent(const char *text, int64_t *bp)
{
	int64_t v;

	if (text[0] == '\0')
		return CSV_REQUIRED;
	if (!hundredths(&text, &v))
		return CSV_BAD_PERCENT;
	while (*text == ' ')
		text++;
	if (strcmp(text, "%") != 0)
		return CSV_BAD_PERCENT;
	if (v > TARGET_BP_MAX)
		return CSV_OUT_OF_RANGE;
	*bp = v;
	return CSV_OK;
}

enum csv_fault csv_hundredths(const char *text, int64_t *out)
{
	int64_t v;

	if (text[0] == '\0')
		return CSV_REQUIRED;
	if (!hundredths(&text, &v) || *text != '\0')
		return CSV_BAD_DECIMAL;
	if (v > VALUE_MAX)
		return CSV_OUT_OF_RANGE;
	*out = v;
	return CSV_OK;
}

enum csv_fault csv_code(const char *text, const char **out)
{
	if (text[0] != '\0' && !text_is_code(text))
		return CSV_BAD_CODE;
	if (is_digit(text[0]) && text[1] == '\0')
		return CSV_STRIPPED_ZERO;
	*out = text;
	return CSV_OK;
}

bool csv_unstrip(const char *text, unsigned zeros, char out[static CODE_MAX + 1])
{
	size_t n = strspn(text, "0123456789");

	if (n == 0 || text[n] != '\0' || zeros > CODE_MAX || n + zeros > CODE_MAX)
		return false;
	memset(out, '0', zeros);
	memcpy(out + zeros, text, n + 1);
	return true;
}
