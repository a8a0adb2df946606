// SPDX-License-Identifier: Apache-2.0
#include "common/sys/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { REREAD_MS = 20 };

static const int64_t year_9999 = INT64_C(253402300799999); /* the last ms we can print */

struct clock {
	pthread_mutex_t mutex; /* over everything below */
	char *path;            /* NULL = the real clock */
	uint8_t boot[CLOCK_BOOT_SIZE];
	int64_t read_at; /* transport time of the last look at the file */
	struct instant wall;
	int64_t monotonic;          /* greatest time the file has shown */
	struct sys_error trouble;   /* "" = the file is well */
	struct sys_error announced; /* what clock_problem told last */
};

/* ---- text and numbers ---- */

/* Days since 1970-01-01 of a civil date (Gregorian, any year above 0). */
static int64_t days_of(int64_t y, int64_t m, int64_t d)
{
	y -= m <= 2;
	int64_t era = y / 400, in_era = y % 400;
	int64_t in_year = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
	return era * 146097 + in_era * 365 + in_era / 4 - in_era / 100 + in_year - 719468;
}

static int month_days(int y, int m)
{
	static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool leap = y % 4 == 0 && (y % 100 != 0 || y % 400 == 0);
	return days[m - 1] + (m == 2 && leap);
}

/* Exactly `width` digits at *text. */
static bool take_digits(const char **text, int width, int *out)
{
	*out = 0;
	for (int i = 0; i < width; i++, (*text)++) {
		if (**text < '0' || **text > '9')
			return false;
		*out = *out * 10 + (**text - '0');
	}
	return true;
}

static bool take_letter(const char **text, char letter)
{
	return **text == letter && (*text)++;
}

/* Z or +hh:mm, in minutes. */
static bool take_offset(const char **text, int *minutes)
{
	int h, m, sign = **text == '-' ? -1 : 1;
	*minutes = 0;
	if (take_letter(text, 'Z'))
		return true;
	if (!take_letter(text, '+') && !take_letter(text, '-'))
		return false;
	if (!take_digits(text, 2, &h) || !take_letter(text, ':') || !take_digits(text, 2, &m))
		return false;
	*minutes = sign * (h * 60 + m);
	return h <= 14 && m <= 59;
}

static bool take_iso(const char **text, int64_t *ms)
{
	int y, mo, d, h, mi, s, milli = 0, offset;
	if (!take_digits(text, 4, &y) || !take_letter(text, '-') || !take_digits(text, 2, &mo) ||
	    !take_letter(text, '-') || !take_digits(text, 2, &d) || !take_letter(text, 'T') ||
	    !take_digits(text, 2, &h) || !take_letter(text, ':') || !take_digits(text, 2, &mi) ||
	    !take_letter(text, ':') || !take_digits(text, 2, &s))
		return false;
	if (take_letter(text, '.') && !take_digits(text, 3, &milli))
		return false;
	if (!take_offset(text, &offset))
		return false;
	if (y < 1970 || mo < 1 || mo > 12 || d < 1 || d > month_days(y, mo) || h > 23 || mi > 59 ||
	    s > 59)
		return false;
	*ms = ((days_of(y, mo, d) * 24 + h) * 60 + mi - offset) * 60000 + s * 1000 + milli;
	return true;
}

static bool take_epoch(const char **text, int64_t *ms)
{
	const char *start = *text;
	*ms = 0;
	for (; **text >= '0' && **text <= '9' && *text - start < 16; (*text)++)
		*ms = *ms * 10 + (**text - '0');
	return *text > start;
}

bool clock_parse(const char *text, struct instant *out)
{
	int64_t ms;
	bool iso = strchr(text, 'T') != NULL;
	if (!(iso ? take_iso(&text, &ms) : take_epoch(&text, &ms)))
		return false;
	while (*text == ' ' || *text == '\n' || *text == '\r' || *text == '\t')
		text++;
	if (*text || ms <= 0 || ms > year_9999)
		return false;
	out->ms = ms;
	return true;
}

char *clock_print(struct instant t, char out[static 25])
{
	int64_t ms = t.ms < 0 ? 0 : t.ms > year_9999 ? year_9999 : t.ms;
	time_t seconds = (time_t)(ms / 1000);
	struct tm tm;
	gmtime_r(&seconds, &tm);
	size_t n = strftime(out, 25, "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(out + n, 25 - n, ".%03dZ", (int)(ms % 1000));
	return out;
}

/* ---- the kernel's times ---- */

static int64_t kernel_ms(clockid_t id)
{
	struct timespec t;
	clock_gettime(id, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

int64_t clock_transport(void)
{
	return kernel_ms(CLOCK_MONOTONIC);
}

static int read_boot(uint8_t out[static CLOCK_BOOT_SIZE], struct sys_error *error)
{
	static const char path[] = "/proc/sys/kernel/random/boot_id";
	struct buffer text = {0};
	int rc = base_file_read(path, 64, &text, error);
	char hex[2 * CLOCK_BOOT_SIZE + 1] = "";
	size_t n = 0;
	for (size_t i = 0; rc == 0 && i < text.size && n < 2 * CLOCK_BOOT_SIZE; i++)
		if (text.data[i] != '-')
			hex[n++] = (char)text.data[i];
	if (rc == 0 && !hex_decode(hex, out, CLOCK_BOOT_SIZE))
		rc = sys_fail(error, -EINVAL, "%s: does not hold a boot id", path);
	buffer_free(&text);
	return rc;
}

/* ---- the file ---- */

/* 0 and the time, or a negative errno and the sentence. */
static int read_file(const char *path, struct instant *out, struct sys_error *error)
{
	char text[64];
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
	int code = errno;
	if (fd >= 0)
		close(fd);
	if (n < 0)
		return sys_fail(error, -code, "clock file %s: cannot read: %s", path,
				sys_text(code));
	text[n] = '\0';
	if (strlen(text) != (size_t)n || !clock_parse(text, out))
		return sys_fail(error, -EINVAL,
				"clock file %s: holds no time; write one as "
				"2023-05-15T08:00:00+07:00 or in epoch ms",
				path);
	error->text[0] = '\0';
	return 0;
}

/*
 * Reads rather than compares stat times: a file written twice in one kernel tick with the same
 * size looks unchanged, and reading thirty bytes costs hardly more than asking.
 */
static void look(struct clock *c, bool now)
{
	int64_t at = clock_transport();
	if (!now && at - c->read_at < REREAD_MS)
		return;
	c->read_at = at;
	if (read_file(c->path, &c->wall, &c->trouble) == 0 && c->wall.ms > c->monotonic)
		c->monotonic = c->wall.ms;
}

/* ---- the clock ---- */

struct clock *clock_open(const char *spec, struct sys_error *error)
{
	bool real = strcmp(spec, "real") == 0;
	if (!real && (strncmp(spec, "file:", 5) != 0 || !spec[5])) {
		sys_fail(error, -EINVAL,
			 "clock = \"%.80s\" is not allowed: it must be real or file:PATH", spec);
		return NULL;
	}
	struct clock *c = base_alloc(sizeof(*c));
	pthread_mutex_init(&c->mutex, NULL);
	if (real) {
		if (read_boot(c->boot, error) == 0)
			return c;
	} else {
		c->path = base_copy_text(spec + 5);
		memcpy(c->boot, "simulated clock", CLOCK_BOOT_SIZE);
		look(c, true);
		if (c->trouble.text[0] == '\0')
			return c;
		sys_fail(error, -EINVAL, "%s", c->trouble.text);
	}
	clock_close(c);
	return NULL;
}

void clock_close(struct clock *c)
{
	if (!c)
		return;
	pthread_mutex_destroy(&c->mutex);
	free(c->path);
	free(c);
}

struct instant clock_wall(struct clock *c)
{
	if (!c->path)
		return (struct instant){kernel_ms(CLOCK_REALTIME)};
	pthread_mutex_lock(&c->mutex);
	look(c, false);
	struct instant wall = c->wall;
	pthread_mutex_unlock(&c->mutex);
	return wall;
}

int64_t clock_monotonic(struct clock *c)
{
	if (!c->path)
		return kernel_ms(CLOCK_BOOTTIME); /* a seal must count the night a laptop slept */
	pthread_mutex_lock(&c->mutex);
	look(c, false);
	int64_t monotonic = c->monotonic;
	pthread_mutex_unlock(&c->mutex);
	return monotonic;
}

bool clock_simulated(const struct clock *c)
{
	return c->path != NULL;
}

void clock_boot(const struct clock *c, uint8_t out[static CLOCK_BOOT_SIZE])
{
	memcpy(out, c->boot, CLOCK_BOOT_SIZE);
}

void clock_refresh(struct clock *c)
{
	if (!c->path)
		return;
	pthread_mutex_lock(&c->mutex);
	look(c, true);
	pthread_mutex_unlock(&c->mutex);
}

bool clock_problem(struct clock *c, struct sys_error *error)
{
	if (!c->path)
		return false;
	pthread_mutex_lock(&c->mutex);
	look(c, false);
	bool new = strcmp(c->trouble.text, c->announced.text) != 0;
	if (new)
		*error = c->announced = c->trouble;
	pthread_mutex_unlock(&c->mutex);
	return new;
}
