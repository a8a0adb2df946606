// SPDX-License-Identifier: Apache-2.0
/* What an operator tells the offices: directives, a task given on the spot, and who has opened them. */
#include <stdlib.h>

#include "common/domain/periods.h"
#include "server/commands.h"

typedef Tiendo__Journal__V1__AdminRequest request_t;

static int parse_due(const char *text, uint32_t *out)
{
	*out = text ? date_parse(text).ymd : 0;
	if (!text || *out)
		return EXIT_GOOD;
	return command_fail(EXIT_USAGE, "--due %s: a date yyyy-mm-dd is expected", text);
}

static char *given(const char *text)
{
	return (char *)(text ? text : "");
}

int command_notify(const struct command_options *o)
{
	Tiendo__Journal__V1__Notify notify = TIENDO__JOURNAL__V1__NOTIFY__INIT;
	request_t m = TIENDO__JOURNAL__V1__ADMIN_REQUEST__INIT;

	if (!o->unit)
		return command_fail(EXIT_USAGE, "--unit CODE is missing: who is to be told; with --subtree also everybody below");
	int rc = parse_due(o->due, &notify.due);
	if (rc)
		return rc;
	notify.unit = given(o->unit);
	notify.subtree = o->subtree;
	notify.item = given(o->item);
	notify.text = o->argument[0];
	m.request_case = TIENDO__JOURNAL__V1__ADMIN_REQUEST__REQUEST_NOTIFY;
	m.notify = &notify;
	return command_send(o, &m);
}

int command_assign(const struct command_options *o)
{
	Tiendo__Journal__V1__Assign assign = TIENDO__JOURNAL__V1__ASSIGN__INIT;
	request_t m = TIENDO__JOURNAL__V1__ADMIN_REQUEST__INIT;

	if (!o->due)
		return command_fail(EXIT_USAGE, "--due DATE is missing: a task has a day by which it is done");
	int rc = parse_due(o->due, &assign.due);
	if (rc)
		return rc;
	assign.parent = given(o->parent);
	assign.code = given(o->code);
	assign.name = given(o->name);
	assign.lead = given(o->lead);
	assign.person = given(o->person);
	assign.product = given(o->product);
	assign.product_unit = given(o->product_unit);
	assign.text = given(o->text);
	assign.english = o->language == LANGUAGE_EN;
	m.request_case = TIENDO__JOURNAL__V1__ADMIN_REQUEST__REQUEST_ASSIGN;
	m.assign = &assign;
	return command_send(o, &m);
}

int command_notices(const struct command_options *o)
{
	Tiendo__Journal__V1__Letters letters = TIENDO__JOURNAL__V1__LETTERS__INIT;
	request_t m = TIENDO__JOURNAL__V1__ADMIN_REQUEST__INIT;
	char *end = NULL;

	if (o->entry)
		letters.entry = strtoull(o->entry, &end, 10);
	if (o->entry && (!letters.entry || *end || strspn(o->entry, "0123456789") != strlen(o->entry)))
		return command_fail(EXIT_USAGE, "--entry %s: the number of a notice entry is expected", o->entry);
	m.request_case = TIENDO__JOURNAL__V1__ADMIN_REQUEST__REQUEST_LETTERS;
	m.letters = &letters;
	return command_send(o, &m);
}
