// SPDX-License-Identifier: Apache-2.0
/* What an operator decides, finds and says in obstacles. */
#include <stdlib.h>

#include "common/domain/periods.h"
#include "server/commands.h"

typedef Tiendo__Journal__V1__AdminRequest request_t;

static char *given(const char *text)
{
	return (char *)(text ? text : "");
}

static int parse_day(const char *option, const char *text, uint32_t *out)
{
	*out = text ? date_parse(text).ymd : 0;
	if (!text || *out)
		return EXIT_GOOD;
	return command_fail(EXIT_USAGE, "%s %s: a date yyyy-mm-dd is expected", option, text);
}

static int need(const char *option, const char *text, const char *why)
{
	return text ? EXIT_GOOD : command_fail(EXIT_USAGE, "%s is missing: %s", option, why);
}

/* ---- decisions ---- */

static int decide(const struct command_options *o, const char *kind, Tiendo__Journal__V1__Decide *m)
{
	request_t r = TIENDO__JOURNAL__V1__ADMIN_REQUEST__INIT;
	int rc = need("--reason TEXT", o->reason, "every decision gives one");

	if (rc)
		return rc;
	m->kind = (char *)kind;
	m->reason = given(o->reason);
	r.request_case = TIENDO__JOURNAL__V1__ADMIN_REQUEST__REQUEST_DECIDE;
	r.decide = m;
	return command_send(o, &r);
}

int command_decide_extension(const struct command_options *o)
{
	Tiendo__Journal__V1__Decide m = TIENDO__JOURNAL__V1__DECIDE__INIT;
	int rc = parse_day("--due", o->due, &m.date);

	m.receipt = o->argument[0];
	m.refuse = o->refuse;
	return rc ? rc : decide(o, "extension", &m);
}

int command_decide_na(const struct command_options *o)
{
	Tiendo__Journal__V1__Decide m = TIENDO__JOURNAL__V1__DECIDE__INIT;
	int rc = parse_day("--from", o->from, &m.date);

	if (!rc)
		rc = parse_day("--to", o->to, &m.date_to);
	m.receipt = o->argument[0];
	m.refuse = o->refuse;
	return rc ? rc : decide(o, "not-applicable", &m);
}

int command_decide_accept(const struct command_options *o)
{
	Tiendo__Journal__V1__Decide m = TIENDO__JOURNAL__V1__DECIDE__INIT;

	m.receipt = o->argument[0];
	return decide(o, "accept", &m);
}

int command_decide_return(const struct command_options *o)
{
	Tiendo__Journal__V1__Decide m = TIENDO__JOURNAL__V1__DECIDE__INIT;

	m.receipt = o->argument[0];
	return decide(o, "return", &m);
}

static int decide_slot(const struct command_options *o, const char *kind)
{
	Tiendo__Journal__V1__Decide m = TIENDO__JOURNAL__V1__DECIDE__INIT;
	int rc = need("--unit CODE", o->unit, "whose report it is about");

	if (!rc)
		rc = need("--item CODE", o->item, "which leaf it is about");
	if (!rc)
		rc = need("--period CODE", o->period, "which period it is about");
	m.unit = given(o->unit);
	m.item = given(o->item);
	m.period = given(o->period);
	return rc ? rc : decide(o, kind, &m);
}

int command_decide_exempt(const struct command_options *o)
{
	return decide_slot(o, "exempt");
}

int command_decide_in_time(const struct command_options *o)
{
	return decide_slot(o, "in-time");
}

/* ---- findings ---- */

static int find(const struct command_options *o, Tiendo__Journal__V1__Find *m)
{
	request_t r = TIENDO__JOURNAL__V1__ADMIN_REQUEST__INIT;

	r.request_case = TIENDO__JOURNAL__V1__ADMIN_REQUEST__REQUEST_FIND;
	r.find = m;
	return command_send(o, &r);
}

int command_finding_add(const struct command_options *o)
{
	Tiendo__Journal__V1__Find m = TIENDO__JOURNAL__V1__FIND__INIT;
	int rc = need("--unit CODE", o->unit, "at which office it was found");

	if (!rc)
		rc = parse_day("--remedy-by", o->remedy_by, &m.remedy_by);
	if (rc)
		return rc;
	m.unit = given(o->unit);
	m.item = given(o->item);
	m.rule = given(o->rule);
	m.document = given(o->document);
	m.severity = o->severity ? (uint32_t)strtoul(o->severity, NULL, 10) : 0;
	m.text = o->argument[0];
	return find(o, &m);
}

int command_finding_close(const struct command_options *o)
{
	Tiendo__Journal__V1__Find m = TIENDO__JOURNAL__V1__FIND__INIT;
	char *end;

	m.closes = strtoull(o->argument[0], &end, 10);
	if (!m.closes || *end || strspn(o->argument[0], "0123456789") != strlen(o->argument[0]))
		return command_fail(EXIT_USAGE, "%s: the entry of a finding is expected, as `tiendo findings` shows it",
				    o->argument[0]);
	m.text = given(o->text);
	return find(o, &m);
}

/* ---- steps ---- */

static int step(const struct command_options *o, const char *word)
{
	Tiendo__Journal__V1__TakeStep m = TIENDO__JOURNAL__V1__TAKE_STEP__INIT;
	request_t r = TIENDO__JOURNAL__V1__ADMIN_REQUEST__INIT;

	m.step = (char *)word;
	m.receipt = o->argument[0];
	m.unit = given(o->unit);
	m.text = given(o->text);
	m.addressee = given(o->to);
	m.resolves = o->resolves;
	r.request_case = TIENDO__JOURNAL__V1__ADMIN_REQUEST__REQUEST_TAKE_STEP;
	r.take_step = &m;
	return command_send(o, &r);
}

int command_step_comment(const struct command_options *o)
{
	return step(o, "comment");
}

int command_step_answer(const struct command_options *o)
{
	return step(o, "answer");
}

int command_step_escalate(const struct command_options *o)
{
	return step(o, "escalate");
}
