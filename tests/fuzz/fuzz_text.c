// SPDX-License-Identifier: Apache-2.0
/*
 * text: dates, periods, numbers and free texts as people write them, each beside a slow reference made another way,
 * or there and back.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/domain/csv.h"
#include "common/domain/periods.h"
#include "common/domain/text.h"
#include "tests/fuzz/fuzz.h"

/* ---- slow references ---- */

static bool leap(int y)
{
	return (y % 4 == 0 && y % 100) || y % 400 == 0;
}

static int length_of_month(int y, int m)
{
	static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

	return days[m - 1] + (m == 2 && leap(y));
}

static bool a_day(int y, int m, int d)
{
	return y >= 1900 && y <= 2199 && m >= 1 && m <= 12 && d >= 1 && d <= length_of_month(y, m);
}

static bool digits(const char *t, size_t from, size_t n)
{
	for (size_t i = from; i < from + n; i++)
		if (!isdigit((unsigned char)t[i]))
			return false;
	return true;
}

static uint32_t slow_date(const char *t)
{
	int y = 0, m = 0, d = 0;

	if (strlen(t) != 10)
		return 0;
	if (digits(t, 0, 4) && t[4] == '-' && digits(t, 5, 2) && t[7] == '-' && digits(t, 8, 2))
		sscanf(t, "%d-%d-%d", &y, &m, &d);
	else if (digits(t, 0, 2) && t[2] == '/' && digits(t, 3, 2) && t[5] == '/' && digits(t, 6, 4))
		sscanf(t, "%d/%d/%d", &d, &m, &y);
	return a_day(y, m, d) ? (uint32_t)(y * 10000 + m * 100 + d) : 0;
}

/* By the book: RFC 3629. */
static bool slow_utf8(const uint8_t *t, size_t n)
{
	for (size_t i = 0; i < n;) {
		int more = t[i] < 0x80 ? 0 : t[i] >= 0xc0 && t[i] < 0xe0 ? 1 : t[i] >= 0xe0 && t[i] < 0xf0 ? 2
			   : t[i] >= 0xf0 && t[i] < 0xf8 ? 3 : -1;
		uint32_t c = more == 0 ? t[i] : more == 1 ? t[i] & 0x1fU : more == 2 ? t[i] & 0x0fU : t[i] & 7U;
		if (more < 0 || (size_t)more >= n - i)
			return false;
		for (int k = 1; k <= more; k++) {
			if ((t[i + (size_t)k] & 0xc0) != 0x80)
				return false;
			c = c << 6 | (t[i + (size_t)k] & 0x3fU);
		}
		static const uint32_t least[] = {0, 0x80, 0x800, 0x10000};
		if (c < least[more] || c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
			return false;
		i += (size_t)more + 1;
	}
	return true;
}

static bool slow_code(const char *t)
{
	size_t n = strlen(t);

	if (n < 1 || n > 16 || !(isdigit((unsigned char)t[0]) || (t[0] >= 'A' && t[0] <= 'Z')))
		return false;
	return strspn(t, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ.-") == n;
}

/* ---- what is asked ---- */

static void dates(const char *t)
{
	struct date d = date_parse(t), e, last;
	char out[11];

	MUST(d.ymd == slow_date(t));
	if (d.ymd) {
		MUST(date_valid(d) && date_from_days(date_days(d)).ymd == d.ymd);
		MUST(date_parse(date_format(d, out)).ymd == d.ymd);
		MUST(date_weekday(d) >= 1 && date_weekday(d) <= 7);
	}
	e.ymd = 7;
	if (csv_date(t, &e) == CSV_OK)
		MUST(e.ymd == d.ymd);
	else
		MUST(e.ymd == 7);
	if (period_parse(t, &d, &last))
		MUST(date_valid(d) && date_valid(last) && d.ymd <= last.ymd &&
		     date_days(last) - date_days(d) <= 366 + 17);
}

static void numbers(const char *t, int64_t min, int64_t max)
{
	int64_t n = -77, again;
	char out[40];

	if (csv_integer(t, min, max, &n) == CSV_OK) {
		MUST(n >= min && n <= max);
		snprintf(out, sizeof out, "%lld", (long long)n);
		MUST(n < 0 || (csv_integer(out, min, max, &again) == CSV_OK && again == n));
	} else {
		MUST(n == -77);
	}
	n = -77;
	if (csv_percent(t, &n) == CSV_OK) {
		MUST(n >= 0);
		snprintf(out, sizeof out, "%lld,%02lld%%", (long long)n / 100, (long long)n % 100);
		MUST(csv_percent(out, &again) == CSV_OK && again == n);
	} else {
		MUST(n == -77);
	}
	n = -77;
	if (csv_hundredths(t, &n) == CSV_OK) {
		MUST(n >= 0);
		snprintf(out, sizeof out, "%lld.%02lld", (long long)n / 100, (long long)n % 100);
		MUST(csv_hundredths(out, &again) == CSV_OK && again == n);
	} else {
		MUST(n == -77);
	}
}

static void words(const char *t, size_t size)
{
	const char *code = "?";
	char folded[64], twice[64], value[CSV_VALUE_MAX];
	bool utf8 = slow_utf8((const uint8_t *)t, size);

	MUST(text_is_utf8(t, size) == utf8);
	enum reason r = text_check(t, size, 200);
	MUST((r == REASON_TEXT_NOT_UTF8) == !utf8);
	MUST(r != REASON_NONE || size <= 200);
	if (size >= 1 && memchr(t, '\0', size))
		MUST(r == REASON_TEXT_CONTROL || r == REASON_TEXT_NOT_UTF8);
	MUST(text_is_code(t) == slow_code(t));
	if (csv_code(t, &code) == CSV_OK)
		MUST(!strcmp(code, t));
	csv_value(t, value);
	MUST(strlen(value) < CSV_VALUE_MAX);
	text_width(t);
	size_t n = text_fold(t, folded, sizeof folded);
	if (n) {
		MUST(n == strlen(folded) && text_is_utf8(folded, n));
		MUST(text_fold(folded, twice, sizeof twice) == n && !strcmp(folded, twice));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct take in = {data, size};
	uint8_t bounds = take_u8(&in);
	struct bytes rest = take_rest(&in);
	char *t = text_copy(rest);

	dates(t);
	numbers(t, bounds & 1 ? 0 : 1, bounds & 2 ? 1000000000000 : bounds);
	words(t, rest.size);
	free(t);
	return 0;
}
