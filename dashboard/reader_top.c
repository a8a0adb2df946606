// SPDX-License-Identifier: Apache-2.0
/* top: a board of one place that stays true: on a screen, or once as text. The feed keeps a mirror,
 * what the feed does not bring is asked beside it; the board is made anew when something has moved,
 * not more than a few times a second, however much moves. */
#include <stdio.h>
#include <stdlib.h>

#include "common/sys/clock.h"
#include "dashboard/reader_top_inside.h"

enum {
	BEGIN_MS = 20000, /* without a whole picture by then there will be none */
	BOARD_MS = 250,   /* between two boards: nobody reads faster */
	ONCE_WIDTH = 80
};

/* ---- the loop ---- */

/* What is said at the end is said below the board, not into it. */
static int no_such(struct top *t)
{
	top_screen_close(&t->screen);
	return session_fail(EXIT_REFUSED,
			    SAY(t->s, "không có đơn vị hay nhóm mã %s",
				"no unit or group has the code %s"),
			    top_code(t));
}

/* What the line brought. */
static int hear(struct top *t, int64_t now)
{
	unsigned news = subscriber_step(t->subscriber, now);

	if (news & SUBSCRIBER_REFUSED && !t->screen)
		return session_refused(t->s, subscriber_shut(t->subscriber, now));
	if (news & SUBSCRIBER_NOT_FOUND && !t->began)
		return no_such(t);
	if (news & SUBSCRIBER_REVOKED) {
		top_screen_close(&t->screen);
		return session_fail(EXIT_REFUSED, "%s",
				    reason_says(REASON_REVOKED, t->s->language));
	}
	bool another_day = t->began && subscriber_sight(t->subscriber).today.ymd != t->today.ymd &&
			   !subscriber_sight(t->subscriber).stale;
	if ((news & SUBSCRIBER_COMPLETE || another_day) && !top_arrive(t, now))
		return no_such(t);
	if (news & SUBSCRIBER_FIGURES && t->began) {
		t->moved = true;
		top_ask_moved(t->ask);
	}
	if (top_ask_step(t->ask, now))
		t->moved = true;
	return EXIT_GOOD;
}

static void tell_line(struct top *t, int64_t now)
{
	bool live = subscriber_live(t->subscriber, now);
	struct instant time = subscriber_time(t->subscriber);

	t->redraw |= live != t->live || time.ms / 1000 != t->time.ms / 1000;
	t->live = live;
	if (time.ms)
		t->time = time;
}

static void write_page(struct top *t, size_t width, size_t height)
{
	const struct top_show show = top_show_of(t);

	top_text(&t->page, &show, &t->view, width, height);
}

static void draw(struct top *t, int64_t now)
{
	size_t width, height;

	/* while another place is fetched the old page stays: what it was made from is gone */
	if (!t->began)
		return;
	if (t->moved && now >= t->made + BOARD_MS) {
		top_make(t, now);
		t->redraw = true;
	}
	if (!t->redraw || t->board.catalogue != subscriber_atlas(t->subscriber)->catalogue)
		return;
	top_screen_size(t->screen, &width, &height);
	write_page(t, width, height);
	top_screen_draw(t->screen, &t->page);
	t->redraw = false;
}

static int64_t earlier(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static int64_t due(const struct top *t, int64_t now)
{
	int64_t due = earlier(subscriber_due(t->subscriber, now), top_ask_due(t->ask, now));

	if (t->began && t->moved)
		due = earlier(due, t->made + BOARD_MS);
	return earlier(due, now + SUBSCRIBER_LIVE_MS);
}

/* Waits and sees to the terminal. False = it is over. */
static bool wait_for_more(struct top *t, int64_t now, int *code)
{
	struct loop_item items[6] = {{.fd = t->s->signals}, {.fd = -1}, {.fd = -1}};

	subscriber_items(t->subscriber, items + 3);
	items[5] = top_ask_item(t->ask);
	if (t->screen) {
		items[1].fd = top_screen_keyboard(t->screen);
		items[2].fd = top_screen_resizes(t->screen);
	}
	if (loop_wait(items, 6, due(t, now)) < 0 || items[0].readable || items[1].broken)
		return false;
	if (items[2].readable) {
		top_screen_resize(t->screen);
		t->redraw = true;
	}
	if (items[1].readable)
		*code = top_keyboard(t, clock_transport());
	return true;
}

/* Until the first whole picture; with `answers` also all that is asked beside it. */
static int begin(struct top *t, bool answers)
{
	int64_t now = clock_transport(), end = now + BEGIN_MS;
	int code = EXIT_GOOD;

	while ((code = hear(t, now)) == EXIT_GOOD) {
		tell_line(t, now);
		if (t->began && (!answers || top_ask_answered(t->ask)))
			return EXIT_GOOD;
		if (now > end)
			return session_fail(EXIT_ENVIRONMENT,
					    SAY(t->s, "máy chủ chưa trả đủ số liệu",
						"the server has not given a whole picture"));
		if (!wait_for_more(t, now, &code))
			return session_fail(EXIT_ENVIRONMENT, "%s",
					    SAY(t->s, "đã dừng", "stopped"));
		now = clock_transport();
	}
	return code;
}

static int screen(struct top *t)
{
	struct sys_error error = {0};
	int code = EXIT_GOOD;

	t->screen = top_screen_open(&error);
	if (!t->screen)
		return session_fail(EXIT_ENVIRONMENT, "%s", error.text);
	t->redraw = true;
	for (;;) {
		int64_t now = clock_transport();
		code = hear(t, now);
		if (code != EXIT_GOOD)
			break;
		tell_line(t, now);
		draw(t, now);
		if (!wait_for_more(t, now, &code) || code != EXIT_GOOD || t->quit)
			break;
	}
	top_screen_close(&t->screen);
	return code;
}

static int once(struct top *t, size_t width)
{
	struct buffer out = {0};

	top_make(t, clock_transport());
	write_page(t, width, 0);
	for (size_t i = 0; i < t->page.lines_n; i++) {
		top_page_plain(&t->page, i, &out);
		buffer_put_u8(&out, '\n');
	}
	int code = session_print(&out);
	buffer_free(&out);
	return code;
}

static void close_top(struct top *t)
{
	subscriber_close(&t->subscriber);
	top_ask_close(&t->ask);
	top_events_free(&t->events);
	top_board_free(&t->board);
	top_page_free(&t->page);
	free(t->below);
}

static int run(struct top *t, bool only_once, size_t width)
{
	const struct client_options client = session_client(t->s);
	struct sys_error error = {0};

	t->ask = top_ask_open(&client, &error);
	if (!t->ask)
		return session_fail(EXIT_ENVIRONMENT, "%s", error.text);
	int code = top_subscribe(t);
	if (code == EXIT_GOOD)
		code = begin(t, only_once);
	if (code == EXIT_GOOD)
		code = only_once ? once(t, width) : screen(t);
	return code;
}

static int read_width(const struct reader_options *o, size_t *width)
{
	char *end;

	*width = ONCE_WIDTH;
	if (!o->width)
		return EXIT_GOOD;
	unsigned long n = strtoul(o->width, &end, 10);
	if (!*o->width || *end || *o->width == '-' || n < TOP_WIDTH_MIN || n > TOP_WIDTH_MAX || !o->once)
		return session_fail(EXIT_WRONG_USE, "--once --width %s: %d..%d", o->width, TOP_WIDTH_MIN,
				    TOP_WIDTH_MAX);
	*width = n;
	return EXIT_GOOD;
}

int reader_top(struct session *s, const struct reader_options *o)
{
	struct top t = {.s = s, .depth = 1, .view = {.language = s->language, .focus = TOP_UNITS}};
	size_t width;
	int code = read_width(o, &width);

	if (code != EXIT_GOOD)
		return code;
	if (s->json)
		return session_fail(EXIT_WRONG_USE,
				    SAY(s, "top không có --json: dùng get --json, silent --json",
					"top has no --json: use get --json, silent --json"));
	if (strlen(o->arguments[0]) >= CODE_TEXT)
		return session_fail(EXIT_REFUSED,
				    SAY(s, "không có đơn vị hay nhóm mã %s",
					"no unit or group has the code %s"),
				    o->arguments[0]);
	if (!o->once && !top_screen_possible())
		return session_fail(EXIT_WRONG_USE, "%s",
				    SAY(s, "top cần một màn hình (terminal); nếu không có: top --once",
					"top wants a terminal; without one: top --once"));
	snprintf(t.codes[0], sizeof(t.codes[0]), "%s", o->arguments[0]);
	code = run(&t, o->once, width);
	close_top(&t);
	return code;
}
