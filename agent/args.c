// SPDX-License-Identifier: Apache-2.0
#include "agent/args.h"

static const struct args_fault FINE;

static struct args_fault fault(enum args_fault_kind kind, const char *word, size_t size)
{
	return (struct args_fault){.kind = kind, .word = word, .size = (int)size};
}

static const struct args_option *find(const char *name, size_t size,
				      const struct args_option *options, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strlen(options[i].name) == size && memcmp(options[i].name, name, size) == 0)
			return &options[i];
	return NULL;
}

/* One option at argv[*at]; moves *at past its value. */
static struct args_fault read_option(int argc, char **argv, int *at,
				     const struct args_option *options, size_t n)
{
	const char *name = argv[*at] + 2, *equals = strchr(name, '=');
	size_t size = equals ? (size_t)(equals - name) : strlen(name);
	const struct args_option *o = find(name, size, options, n);

	if (!o)
		return fault(ARGS_UNKNOWN, name, size);
	if (!o->value) {
		if (equals)
			return fault(ARGS_FLAG_VALUE, name, size);
		*o->flag = true;
		return FINE;
	}
	if (*o->text)
		return fault(ARGS_TWICE, name, size);
	if (equals)
		*o->text = equals + 1;
	else if (*at + 1 < argc)
		*o->text = argv[++*at];
	else
		return fault(ARGS_NO_VALUE, name, size);
	return FINE;
}

struct args_fault args_read(int argc, char **argv, const struct args_option *options, size_t n,
			    const char **operands, size_t max, size_t *operands_n)
{
	bool only_operands = false;

	*operands_n = 0;
	for (int at = 0; at < argc; at++) {
		if (!only_operands && strcmp(argv[at], "--") == 0) {
			only_operands = true;
		} else if (!only_operands && strncmp(argv[at], "--", 2) == 0) {
			struct args_fault f = read_option(argc, argv, &at, options, n);

			if (f.kind)
				return f;
		} else if (*operands_n == max) {
			return fault(ARGS_TOO_MANY, argv[at], strlen(argv[at]));
		} else {
			operands[(*operands_n)++] = argv[at];
		}
	}
	return FINE;
}
