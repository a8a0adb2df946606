// SPDX-License-Identifier: Apache-2.0
#include "common/sys/conf.h"

#include <assert.h>
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum {
	FILE_MAX = 64 * 1024, /* a config file is a page or two */
	OPTIONS_MAX = 64,     /* bits of the given-already mask */
	KEY_MAX = 40          /* letters of a key that a slip is looked for in */
};

static const struct {
	const char *suffix;
	int64_t ms;
} durations[] = {{"d", 86400000}, {"h", 3600000}, {"m", 60000}, {"s", 1000}, {"ms", 1}};

/* ---- one value ---- */

/* Decimal with an optional minus, and where it ends; false = no number or out of range. */
static bool parse_integer(const char *text, int64_t *out, const char **end)
{
	char *stop;
	if (!isdigit((unsigned char)text[text[0] == '-']))
		return false;
	errno = 0;
	*out = strtoll(text, &stop, 10);
	*end = stop;
	return errno == 0;
}

static bool parse_duration(const char *text, int64_t *out)
{
	const char *end;
	int64_t n;
	if (text[0] == '-' || !parse_integer(text, &n, &end))
		return false;
	if (*end == '\0' && n == 0) {
		*out = 0;
		return true;
	}
	for (size_t i = 0; i < BASE_COUNT(durations); i++)
		if (strcmp(end, durations[i].suffix) == 0)
			return !__builtin_mul_overflow(n, durations[i].ms, out);
	return false;
}

static bool is_allowed(const char *words, const char *value)
{
	size_t size = strlen(value);
	for (const char *word = words; word;) {
		const char *bar = strchr(word, '|');
		size_t length = bar ? (size_t)(bar - word) : strlen(word);
		if (length == size && memcmp(word, value, size) == 0)
			return true;
		word = bar ? bar + 1 : NULL;
	}
	return words == NULL;
}

/* What a file could not give back as it is may not come from the command line either. */
static bool is_plain(const char *value)
{
	size_t size = strlen(value);
	if (size >= CONF_TEXT_MAX || (size > 0 && (value[0] == ' ' || value[size - 1] == ' ')))
		return false;
	for (size_t i = 0; i < size; i++) {
		if ((unsigned char)value[i] < 0x20 || value[i] == 0x7f)
			return false;
		if (value[i] == '#' && (i == 0 || value[i - 1] == ' '))
			return false;
	}
	return true;
}

static void put_duration(struct buffer *out, int64_t ms)
{
	for (size_t i = 0; i < BASE_COUNT(durations); i++) {
		if (ms == 0 || ms % durations[i].ms != 0)
			continue;
		buffer_format(out, "%" PRId64 "%s", ms / durations[i].ms, durations[i].suffix);
		return;
	}
	buffer_put_text(out, "0");
}

/* "a number from 1 to 64", for sentences and for the help file */
static void put_allowed(struct buffer *out, const struct conf_option *o)
{
	bool bound = o->min != 0 || o->max != 0;
	switch (o->type) {
	case CONF_STRING:
		if (o->allowed)
			buffer_format(out, "one of %s", o->allowed);
		else
			buffer_format(out, "a text of at most %d bytes without a comment sign%s",
				      CONF_TEXT_MAX - 1, o->required ? ", not empty" : "");
		return;
	case CONF_INT:
		buffer_put_text(out, "a whole number");
		if (bound)
			buffer_format(out, " from %" PRId64 " to %" PRId64, o->min, o->max);
		return;
	case CONF_BOOL:
		buffer_put_text(out, "yes or no");
		return;
	case CONF_DURATION:
		buffer_put_text(out, "a duration such as 500ms, 5s, 2m, 3h, 1d");
		if (!bound)
			return;
		buffer_put_text(out, " from ");
		put_duration(out, o->min);
		buffer_put_text(out, " to ");
		put_duration(out, o->max);
		return;
	}
}

static bool in_bounds(const struct conf_option *o, int64_t n)
{
	return (o->min == 0 && o->max == 0) || (n >= o->min && n <= o->max);
}

/* Sets the option only when the value is good. */
static bool take(const struct conf_option *o, const char *value)
{
	int64_t n = 0;
	const char *end = "";
	switch (o->type) {
	case CONF_STRING:
		if (!is_plain(value) || !is_allowed(o->allowed, value))
			return false;
		strcpy(o->to.string, value); /* is_plain: it fits */
		return true;
	case CONF_INT:
		if (!parse_integer(value, &n, &end) || *end || !in_bounds(o, n))
			return false;
		*o->to.integer = n;
		return true;
	case CONF_BOOL:
		if (strcmp(value, "yes") != 0 && strcmp(value, "no") != 0)
			return false;
		*o->to.boolean = value[0] == 'y';
		return true;
	case CONF_DURATION:
		if (!parse_duration(value, &n) || !in_bounds(o, n))
			return false;
		*o->to.duration = n;
		return true;
	}
	return false;
}

static const struct conf_option *find(const struct conf_option *options, size_t count,
				      const char *key)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(options[i].name, key) == 0)
			return &options[i];
	return NULL;
}

/* Letters to add, drop or change to make one key of the other (Levenshtein's distance). */
static size_t distance(const char *a, const char *b)
{
	size_t row[KEY_MAX + 1], n = strlen(b);
	if (n > KEY_MAX || strlen(a) > KEY_MAX)
		return SIZE_MAX;
	for (size_t j = 0; j <= n; j++)
		row[j] = j;
	for (size_t i = 0; a[i]; i++) {
		size_t corner = row[0]++;
		for (size_t j = 0; j < n; j++) {
			size_t change = corner + (a[i] != b[j]);
			corner = row[j + 1];
			size_t edit = (corner < row[j] ? corner : row[j]) + 1;
			row[j + 1] = change < edit ? change : edit;
		}
	}
	return row[n];
}

/* The list of all keys may be longer than a sentence: the likeliest comes first. */
static void put_keys(struct buffer *out, const struct conf_option *options, size_t count,
		     const char *key)
{
	const char *nearest = NULL;
	size_t best = 3; /* further away it is no slip of the finger */
	for (size_t i = 0; i < count; i++) {
		size_t d = distance(key, options[i].name);
		if (d >= best)
			continue;
		best = d;
		nearest = options[i].name;
	}
	if (nearest)
		buffer_format(out, "did you mean %s? ", nearest);
	buffer_put_text(out, "the keys are ");
	for (size_t i = 0; i < count; i++)
		buffer_format(out, "%s%s", i ? ", " : "", options[i].name);
}

int conf_set(const struct conf_option *options, size_t count, const char *key, const char *value,
	     const char *where, struct sys_error *error)
{
	const struct conf_option *o = find(options, count, key);
	struct buffer say = {0};
	if (o && take(o, value))
		return 0;
	if (o) {
		put_allowed(&say, o);
		sys_fail(error, -EINVAL, "%s: %s = \"%.60s\" is not allowed: it must be %s", where,
			 key, value, buffer_text(&say));
	} else {
		put_keys(&say, options, count, key);
		sys_fail(error, -EINVAL, "%s: unknown key \"%.40s\"; %s", where, key,
			 buffer_text(&say));
	}
	buffer_free(&say);
	return -EINVAL;
}

/* ---- a whole file ---- */

void conf_defaults(const struct conf_option *options, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct conf_option *o = &options[i];
		if (o->fallback) {
			bool good = take(o, o->fallback);
			assert(good);
			(void)good;
			continue;
		}
		switch (o->type) {
		case CONF_STRING:
			o->to.string[0] = '\0';
			break;
		case CONF_INT:
			*o->to.integer = 0;
			break;
		case CONF_BOOL:
			*o->to.boolean = false;
			break;
		case CONF_DURATION:
			*o->to.duration = 0;
			break;
		}
	}
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static char *trim(char *start, char *end)
{
	while (start < end && is_blank(*start))
		start++;
	while (end > start && is_blank(end[-1]))
		end--;
	*end = '\0';
	return start;
}

/* Cuts the comment off a line. */
static char *line_end(char *start, char *end)
{
	for (char *p = start; p < end; p++)
		if (*p == '#' && (p == start || is_blank(p[-1])))
			return p;
	return end;
}

/* One line; `given` has a bit per option that stood before. */
static int take_line(char *start, char *end, const char *where, const struct conf_option *options,
		     size_t count, uint64_t *given, struct sys_error *error)
{
	if (memchr(start, '\0', (size_t)(end - start)))
		return sys_fail(error, -EINVAL, "%s: a NUL byte: this is not a text file", where);
	end = line_end(start, end);
	char *equals = memchr(start, '=', (size_t)(end - start));
	if (!equals) {
		start = trim(start, end);
		return *start == '\0' ? 0
				      : sys_fail(error, -EINVAL,
						 "%s: \"%.60s\" is not of the form key = value",
						 where, start);
	}
	char *value = trim(equals + 1, end), *key = trim(start, equals);
	const struct conf_option *o = find(options, count, key);
	uint64_t bit = o ? UINT64_C(1) << (o - options) : 0;
	if (*given & bit)
		return sys_fail(error, -EINVAL, "%s: %s is given a second time; keep one line",
				where, key);
	*given |= bit;
	return conf_set(options, count, key, value, where, error);
}

static int check_required(const char *name, const struct conf_option *options, size_t count,
			  struct sys_error *error)
{
	for (size_t i = 0; i < count; i++) {
		const struct conf_option *o = &options[i];
		if (o->type == CONF_STRING && o->required && o->to.string[0] == '\0')
			return sys_fail(error, -EINVAL, "%s: %s must be given: %s", name, o->name,
					o->help ? o->help : "");
	}
	return 0;
}

int conf_parse(struct bytes text, const char *name, const struct conf_option *options, size_t count,
	       struct sys_error *error)
{
	assert(count <= OPTIONS_MAX);
	conf_defaults(options, count);
	char *copy = base_alloc(text.size + 1), *end = copy + text.size, where[160];
	if (text.size > 0)
		memcpy(copy, text.data, text.size);
	char *line = copy;
	if (text.size >= 3 && memcmp(copy, "\xef\xbb\xbf", 3) == 0)
		line += 3; /* an editor's byte order mark */
	uint64_t given = 0;
	int rc = 0;
	for (unsigned number = 1; rc == 0 && line < end; number++) {
		char *feed = memchr(line, '\n', (size_t)(end - line));
		char *stop = feed ? feed : end;
		snprintf(where, sizeof(where), "%.120s:%u", name, number);
		rc = take_line(line, stop, where, options, count, &given, error);
		line = stop + 1;
	}
	free(copy);
	return rc ? rc : check_required(name, options, count, error);
}

int conf_load(const char *path, const struct conf_option *options, size_t count,
	      struct sys_error *error)
{
	struct buffer text = {0};
	int rc = base_file_read(path, FILE_MAX, &text, error);
	if (rc == 0)
		rc = conf_parse(buffer_bytes(&text), path, options, count, error);
	buffer_free(&text);
	return rc;
}

/* ---- and back ---- */

static void put_value(struct buffer *out, const struct conf_option *o)
{
	switch (o->type) {
	case CONF_STRING:
		buffer_put_text(out, o->to.string);
		return;
	case CONF_INT:
		buffer_format(out, "%" PRId64, *o->to.integer);
		return;
	case CONF_BOOL:
		buffer_put_text(out, *o->to.boolean ? "yes" : "no");
		return;
	case CONF_DURATION:
		put_duration(out, *o->to.duration);
		return;
	}
}

static void put_line(struct buffer *out, const struct conf_option *o)
{
	size_t start = out->size;
	buffer_format(out, "%s = ", o->name);
	put_value(out, o);
	/* an empty text leaves no blank at the end of its line */
	if (!out->failed && out->size > start && out->data[out->size - 1] == ' ')
		out->size--;
	buffer_put_u8(out, '\n');
}

void conf_print(const struct conf_option *options, size_t count, struct buffer *out)
{
	for (size_t i = 0; i < count; i++)
		put_line(out, &options[i]);
}

void conf_help(const struct conf_option *options, size_t count, struct buffer *out)
{
	for (size_t i = 0; i < count; i++) {
		const struct conf_option *o = &options[i];
		buffer_format(out, "%s# %s\n# allowed: ", i ? "\n" : "", o->help ? o->help : "");
		put_allowed(out, o);
		if (o->fallback)
			buffer_format(out, "; default: %s", o->fallback);
		buffer_put_u8(out, '\n');
		put_line(out, o);
	}
}
