// SPDX-License-Identifier: Apache-2.0
#include "server/window.h"

#include <stdio.h>
#include <string.h>

/* A one-off's code is known to its schedule only. */
static bool find_once(const struct catalogue *c, const char *code, struct period *out)
{
	for (uint32_t i = 0; i < catalogue_items(c); i++) {
		const struct schedule *s = catalogue_item(c, i)->leaf ? catalogue_schedule(c, i) : NULL;
		if (s && s->rhythm == RHYTHM_ONCE && schedule_period(s, code, out))
			return true;
	}
	return false;
}

static bool read_end(const struct catalogue *c, const char *code, struct period *out, bool *once)
{
	*once = !period_parse(code, &out->first, &out->last);
	return !*once || find_once(c, code, out);
}

bool window_read(const struct catalogue *c, const char *text, struct window *out)
{
	const char *dots = strstr(text, "..");
	char code[PERIOD_MAX + 1];
	struct period from, to;
	bool once;

	*out = (struct window){.all = *text == '\0'};
	if (out->all)
		return true;
	size_t size = dots ? (size_t)(dots - text) : strlen(text);
	if (size > PERIOD_MAX)
		return false;
	memcpy(code, text, size);
	code[size] = '\0';
	if (!read_end(c, code, &from, &once))
		return false;
	to = from;
	if (once && !dots)
		memcpy(out->once, code, sizeof(code));
	if (dots && !read_end(c, dots + 2, &to, &once))
		return false;
	out->first = from.first;
	out->last = to.last;
	return out->first.ymd <= out->last.ymd;
}

bool window_has(const struct window *w, const struct period *p)
{
	if (*w->once)
		return strcmp(w->once, p->code) == 0;
	return w->all || (p->first.ymd >= w->first.ymd && p->last.ymd <= w->last.ymd);
}

bool window_next(const struct window *w, const struct schedule *s, struct date from, struct period *out)
{
	if (*w->once)
		return s->rhythm == RHYTHM_ONCE && schedule_period(s, w->once, out) && out->first.ymd >= from.ymd;
	/* one that begins in the window may end behind it; no later one ends earlier */
	return schedule_from(s, from.ymd > w->first.ymd ? from : w->first, out) && out->last.ymd <= w->last.ymd;
}
