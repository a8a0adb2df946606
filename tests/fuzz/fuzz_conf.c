// SPDX-License-Identifier: Apache-2.0
/*
 * conf: a config file of any of the programs, or of a table with every type and bound. What is taken and printed is
 * taken again, with the same values; what is refused says file and line.
 */
#include <stdlib.h>

#include "common/sys/conf.h"
#include "server/store.h"
#include "tests/fuzz/fuzz.h"

struct values {
	char free[CONF_TEXT_MAX], word[CONF_TEXT_MAX], must[CONF_TEXT_MAX];
	int64_t number, small, time, bounded;
	bool yes;
};

static void table_of(struct values *v, struct conf_option out[static 8])
{
	const struct conf_option table[8] = {
		{.name = "free", .type = CONF_STRING, .to.string = v->free, .help = "free"},
		{.name = "word", .type = CONF_STRING, .to.string = v->word, .allowed = "info|warn|error",
		 .fallback = "info", .help = "word"},
		{.name = "must", .type = CONF_STRING, .to.string = v->must, .required = true, .fallback = "x",
		 .help = "must"},
		{.name = "number", .type = CONF_INT, .to.integer = &v->number, .help = "number"},
		{.name = "small", .type = CONF_INT, .to.integer = &v->small, .min = -3, .max = 9, .help = "small"},
		{.name = "time", .type = CONF_DURATION, .to.duration = &v->time, .help = "time"},
		{.name = "bounded", .type = CONF_DURATION, .to.duration = &v->bounded, .min = 100, .max = 86400000,
		 .fallback = "5s", .help = "bounded"},
		{.name = "yes", .type = CONF_BOOL, .to.boolean = &v->yes, .help = "yes"},
	};
	memcpy(out, table, sizeof table);
}

static void check(struct bytes text, const struct conf_option *options, size_t n)
{
	struct sys_error error = {""};
	struct buffer once = {0}, twice = {0}, help = {0};

	if (conf_parse(text, "FILE", options, n, &error)) {
		MUST(strstr(error.text, "FILE") || strstr(error.text, "must"));
		return;
	}
	conf_print(options, n, &once);
	MUST(!once.failed);
	MUST(!conf_parse(buffer_bytes(&once), "AGAIN", options, n, &error));
	conf_print(options, n, &twice);
	MUST(bytes_equal(buffer_bytes(&once), buffer_bytes(&twice)));
	conf_help(options, n, &help);
	buffer_free(&help);
	buffer_free(&once);
	buffer_free(&twice);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (!size)
		return 0;
	char *text = text_copy(bytes_of(data + 1, size - 1));

	if (*data & 1) {
		struct store_conf conf;
		struct conf_option options[STORE_OPTIONS];
		store_options(&conf, options);
		check(bytes_of(text, size - 1), options, STORE_OPTIONS);
	} else {
		struct values v = {0};
		struct conf_option options[8];
		table_of(&v, options);
		check(bytes_of(text, size - 1), options, 8);
	}
	free(text);
	return 0;
}
