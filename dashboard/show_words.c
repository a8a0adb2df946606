// SPDX-License-Identifier: Apache-2.0
/* show_words: numbers, dates and what stands above every answer. */
#include <inttypes.h>
#include <stdio.h>

#include "common/domain/periods.h"
#include "dashboard/show.h"

enum { OFFICE_OFFSET_MINUTES = 420 };

char *show_number(int64_t n, enum language l, char out[static SHOW_NUMBER])
{
	char digits[24];
	int size = snprintf(digits, sizeof(digits), "%" PRIi64, n), at = 0;

	for (int i = 0; i < size; i++) {
		if (i && (size - i) % 3 == 0 && digits[i - 1] != '-')
			out[at++] = l == LANGUAGE_VI ? '.' : ',';
		out[at++] = digits[i];
	}
	out[at] = '\0';
	return out;
}

static char *decimals(int64_t hundredths, bool always, enum language l,
		      char out[static SHOW_NUMBER])
{
	char whole[SHOW_NUMBER];
	int rest = (int)(hundredths % 100);

	show_number(hundredths / 100, l, whole);
	if (rest == 0 && !always)
		snprintf(out, SHOW_NUMBER, "%.30s", whole);
	else if (rest % 10 == 0 && !always)
		snprintf(out, SHOW_NUMBER, "%.30s%c%d", whole, l == LANGUAGE_VI ? ',' : '.',
			 rest / 10);
	else
		snprintf(out, SHOW_NUMBER, "%.30s%c%02d", whole, l == LANGUAGE_VI ? ',' : '.',
			 rest);
	return out;
}

/* 100 % and 50 % as people write them, 98,43 % and 5,60 % with both places. */
char *show_percent(int64_t bp, enum language l, char out[static SHOW_NUMBER])
{
	decimals(bp, bp % 100 != 0, l, out);
	size_t size = strlen(out);
	snprintf(out + size, SHOW_NUMBER - size, " %%");
	return out;
}

char *show_hundredths(int64_t n, enum language l, char out[static SHOW_NUMBER])
{
	return decimals(n, false, l, out);
}

char *show_date(struct date d, enum language l, char out[static SHOW_NUMBER])
{
	char iso[11];

	if (!d.ymd)
		out[0] = '\0';
	else if (l == LANGUAGE_VI)
		snprintf(out, SHOW_NUMBER, "%02u/%02u/%04u", d.ymd % 100, d.ymd / 100 % 100,
			 d.ymd / 10000);
	else
		snprintf(out, SHOW_NUMBER, "%s", date_format(d, iso));
	return out;
}

char *show_time(struct instant t, char out[static SHOW_NUMBER])
{
	struct date d = date_at(t, OFFICE_OFFSET_MINUTES);
	int64_t s = (t.ms - date_start(d, OFFICE_OFFSET_MINUTES).ms) / 1000;

	snprintf(out, SHOW_NUMBER, "%02u/%02u/%04u %02d:%02d:%02d", d.ymd % 100, d.ymd / 100 % 100,
		 d.ymd / 10000, (int)(s / 3600), (int)(s / 60 % 60), (int)(s % 60));
	return out;
}

void show_sight(struct buffer *out, const struct sight *s, enum language l)
{
	bool vi = l == LANGUAGE_VI;
	const char *between = "";

	if (s->illustrative) {
		buffer_put_text(out, vi ? "Số liệu minh hoạ"
					: "Illustrative figures (Số liệu minh hoạ)");
		between = " · ";
	}
	if (s->simulated) {
		buffer_put_text(out, between);
		buffer_put_text(out,
				vi ? "thời gian mô phỏng" : "simulated time (thời gian mô phỏng)");
		between = " · ";
	}
	if (s->stale) {
		buffer_put_text(out, between);
		buffer_put_text(out, vi ? "số liệu cũ, đang tải lại"
					: "old figures, being fetched again");
		between = " · ";
	}
	if (*between)
		buffer_put_u8(out, '\n');
}
