// SPDX-License-Identifier: Apache-2.0
#include "common/sys/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { LINE_MAX_BYTES = 2048 }; /* one write of this size is not torn by another process's */

static const char *const words[] = {"error", "warn", "info", "debug"};

/* stderr is one, so is this; only log_open and log_quiet write it */
static const char *the_room = "tiendo";
static enum log_level the_level = LOG_LEVEL_INFO;
static atomic_bool the_quiet;

void log_open(const char *room, enum log_level level)
{
	the_room = room;
	the_level = level;
}

void log_quiet(bool quiet)
{
	the_quiet = quiet;
}

bool log_level_of(const char *word, enum log_level *out)
{
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strcmp(word, words[i]) != 0)
			continue;
		*out = (enum log_level)i;
		return true;
	}
	return false;
}

static size_t put_head(char *line, enum log_level level)
{
	struct timespec now;
	struct tm tm;
	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &tm);
	size_t n = strftime(line, LINE_MAX_BYTES, "%Y-%m-%dT%H:%M:%S", &tm);
	n += (size_t)snprintf(line + n, LINE_MAX_BYTES - n, ".%03ldZ %s %.32s: ",
			      now.tv_nsec / 1000000, words[level], the_room);
	return n;
}

/* A stranger's line feed or escape code must not forge a line of ours or paint a terminal. */
static size_t put_clean(char *line, size_t at, size_t end, const char *text)
{
	for (; *text && at + 4 < end; text++) {
		unsigned char c = (unsigned char)*text;
		if (c < 0x20 || c == 0x7f)
			at += (size_t)snprintf(line + at, end - at, "\\x%02x", c);
		else
			line[at++] = (char)c;
	}
	return at;
}

__attribute__((format(printf, 2, 0))) static void put(enum log_level level, const char *format,
						      va_list arguments)
{
	if (level > the_level || (the_quiet && level > LOG_LEVEL_ERROR))
		return;
	int code = errno; /* a caller may log before it looks at its errno */
	char line[LINE_MAX_BYTES], text[LINE_MAX_BYTES];
	vsnprintf(text, sizeof(text), format, arguments);
	size_t n = put_clean(line, put_head(line, level), sizeof(line) - 1, text);
	line[n++] = '\n';
	while (write(STDERR_FILENO, line, n) < 0 && errno == EINTR)
		;
	errno = code;
}

#define LOG_AT(level)                                                                              \
	va_list arguments;                                                                         \
	va_start(arguments, format);                                                               \
	put(level, format, arguments);                                                             \
	va_end(arguments)

void log_error(const char *format, ...)
{
	LOG_AT(LOG_LEVEL_ERROR);
}

void log_warn(const char *format, ...)
{
	LOG_AT(LOG_LEVEL_WARN);
}

void log_info(const char *format, ...)
{
	LOG_AT(LOG_LEVEL_INFO);
}

void log_debug(const char *format, ...)
{
	LOG_AT(LOG_LEVEL_DEBUG);
}
