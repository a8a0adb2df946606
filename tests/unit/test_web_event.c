// SPDX-License-Identifier: Apache-2.0
/* Events to the letter, ids that name a place and those that do not, and the streams that carry them over a real connection. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>
#include <unistd.h>

#include "dashboard/web_stream.h"
#include "tests/unit/browser.h"
#include "tests/unit/web_land.h"

#define GENERATION "ab000000000000000000000000000000:2:3"

static struct web_land land;
static struct web_events events;

static int open_land(void **state)
{
	(void)state;
	web_land_open(&land);
	events = (struct web_events){.ring = web_ring_new(0), .instance = 0xbeef};
	return 0;
}

static int close_land(void **state)
{
	(void)state;
	web_events_free(&events);
	web_land_close(&land);
	return 0;
}

/* As the subscriber does it. */
static void moves(const char *path, int64_t numerator)
{
	const struct mirror_rollup r = web_land_ratio(&land, numerator, 100, 1, 1);
	const struct mirror_grain grain = web_land_grain(&land, path, &r, 1);
	struct web_view v = web_land_view(&land);

	web_event_changing(&events, &v, &grain);
	web_land_page(&land, &grain);
	v = web_land_view(&land);
	web_event_changed(&events, &v, &grain);
}

static const char *event(uint64_t number, char out[static 2048])
{
	const struct web_follow all = {.path = ""};
	struct web_event e;

	assert_true(web_ring_next(events.ring, number - 1, &all, &e));
	assert_int_equal(e.number, number);
	snprintf(out, 2048, "%.*s", (int)e.text.size, (const char *)e.text.data);
	return out;
}

/* ---- what they say ---- */

static void a_grain_to_the_letter(void **state)
{
	char text[2048];

	(void)state;
	moves("VN/40/412/16702/", 40);
	assert_string_equal(event(1, text),
			    "event: grain\nid: " GENERATION "/11/0000beef.1\ndata: {\"unit\": \"16702\", \"path\": \"VN/40/412/16702/\", \"name\": \"Phường Đông Vĩnh\", "
			    "\"name_en\": null, \"plan\": \"KH\", \"version\": 11, \"previous\": 10, \"time_ms\": 1712019600000, \"own\": true, \"figures\": [{\"i\": \"KH.R\", "
			    "\"v\": 11, \"k\": [0, 1, 0, 0, 0], \"r\": [1, 1], \"n\": [40, 100], \"p\": 4000, \"t\": [5000, 0]}], \"before\": []}\n\n");
	moves("VN/40/412/16702/", 41);
	assert_non_null(strstr(event(2, text), "\"n\": [41, 100]"));
	assert_non_null(strstr(text, "\"before\": [{\"i\": \"KH.R\", \"v\": 11, \"k\": [0, 1, 0, 0, 0], \"r\": [1, 1], \"n\": [40, 100]"));
	moves("VN/40/", 42); /* a sum: what it was before nobody compares */
	assert_non_null(strstr(event(3, text), "\"own\": false"));
	assert_null(strstr(text, "before"));
	moves("G/DIEM/", 43);
	assert_non_null(strstr(event(4, text), "{\"unit\": \"G/DIEM\", \"path\": \"G/DIEM/\", \"name\": null"));
	moves("VN/40/413/", 44); /* reports another item of the plan, not this one */
	assert_non_null(strstr(event(5, text), "\"own\": false"));
}

static void what_is_for_everybody(void **state)
{
	struct web_view v = web_land_view(&land);
	char text[2048];

	(void)state;
	v.cut_since_ms = 1700000000000;
	v.cut_reason = "refused";
	web_event_state(&events, &v);
	assert_non_null(strstr(event(1, text), "event: state\nid: " GENERATION "/10/0000beef.1\ndata: {\"generation\": \"" GENERATION "\", \"version\": 10"));
	assert_non_null(strstr(text, "\"live\": false, \"cut_since_ms\": 1700000000000, \"cut_reason\": \"refused\", \"stale\": false"));
	web_event_resync(&events, &v, "generation");
	assert_string_equal(event(2, text), "event: resync\nid: " GENERATION "/10/0000beef.2\ndata: {\"reason\": \"generation\"}\n\n");
}

/* ---- ids ---- */

static bool names(const char *id, uint64_t *at)
{
	*at = 12345;
	return web_event_place(&events, id, at);
}

static void ids_name_places(void **state)
{
	char id[200];
	uint64_t at;

	(void)state;
	for (int i = 0; i < 5; i++)
		moves("VN/40/", i);
	for (uint64_t n = 0; n <= 5; n++) {
		snprintf(id, sizeof(id), "any/thing/%08x.%u", events.instance, (unsigned)n);
		assert_true(names(id, &at));
		assert_int_equal(at, n);
	}
	static const char *const nothing[] = {"",	    "/",	     "a/b/0000beef.6", "a/b/0000beee.1", "a/b/beef.1",	  "a/b/0000beef.",  "a/b/0000beef.-1",
					      "a/b/0000beef.+1", "a/b/0000beef. 1", "a/b/0000beef.1 ", "a/b/0000beef.1/", "a/b/ 000beef.1", "a/b/+000beef.1", "a/b/0x00beef.1",
					      "0000beef.1",   "a/b/0000beef,1", "a/b/0000beef.18446744073709551615", "a/b/0000beef.18446744073709551616", "a/b/0000beef.1x"};
	for (size_t i = 0; i < BASE_COUNT(nothing); i++)
		if (names(nothing[i], &at))
			fail_msg("\"%s\" names %u", nothing[i], (unsigned)at);
}

static void what_is_lost_is_no_place(void **state)
{
	uint64_t at;

	(void)state;
	web_ring_free(events.ring);
	events.ring = web_ring_new(2000); /* about four grains */
	for (int i = 0; i < 40; i++)
		moves("VN/40/", i);
	assert_true(web_ring_oldest(events.ring) > 30);
	assert_false(names("a/b/0000beef.5", &at));
	assert_true(names("a/b/0000beef.39", &at));
}

/* ---- over a connection ---- */

static struct web_streams *streams;
static bool may = true;
static uint64_t wish; /* of the next request: 0 = 40 and what is directly below; 1 = all */
static const char *last;
static struct buffer got;

static bool still(void *context, const void *pass)
{
	(void)context;
	return may && *(const char *)pass == 'p';
}

static void handle(void *context, struct http_request *r)
{
	struct web_view v = web_land_view(&land);
	const struct web_stream_options o = {.path = "VN/40/", .all = wish == 1, .last = last, .owner = "lan", .may = still, .pass = "p", .pass_size = 1};
	struct http_answer busy = {.status = 503};

	(void)context;
	if (!web_stream_open(streams, &v, r, &o))
		http_answer(r, &busy);
}

static void gone(void *context, struct http_request *r)
{
	(void)context;
	web_stream_gone(streams, r);
}

static struct http *open_browsers(size_t most, size_t each)
{
	struct sys_error error = {0};
	const struct http_options o = {.handle = handle, .gone = gone, .connections = 20, .connection_memory = 4096};

	streams = web_streams_new(&events, most, each);
	struct http *h = http_open(&o, &error);
	assert_non_null(h);
	return h;
}

static void close_browsers(struct http *h)
{
	http_close(h);
	web_streams_free(streams);
	buffer_free(&got);
}

static int follow(struct http *h)
{
	int fd = browser_connect(h);

	assert_true(browser_say(h, fd, "GET / HTTP/1.1\r\n" BROWSER_NEXT));
	return fd;
}

static void they_come_in_order_and_whole(void **state)
{
	struct http *h = open_browsers(10, 10);
	char end[64];

	(void)state;
	wish = 1;
	last = NULL;
	moves("VN/40/", 1); /* before anybody looks */
	int fd = follow(h);
	assert_true(browser_hear(h, fd, "event: hello\nid: " GENERATION "/11/0000beef.1\n", &got));
	assert_non_null(strstr(buffer_text(&got), "X-Accel-Buffering: no"));
	assert_int_equal(web_streams_n(streams), 1);
	for (int i = 0; i < 200; i++) /* more than a connection's memory at once */
		moves(i % 2 ? "VN/40/412/16702/" : "VN/38/", i);
	web_streams_wake(streams);
	snprintf(end, sizeof(end), "0000beef.%u\n", 201);
	assert_true(browser_hear(h, fd, end, &got));
	unsigned n = 0;
	for (const char *at = buffer_text(&got); (at = strstr(at, "event: grain\n")); at++)
		n++;
	assert_int_equal(n, 100);
	assert_null(strstr(buffer_text(&got), "VN/38/"));
	close(fd);
	close_browsers(h);
}

static void who_is_behind_is_ended_and_told(void **state)
{
	web_ring_free(events.ring);
	events.ring = web_ring_new(20000);
	struct http *h = open_browsers(10, 10);

	(void)state;
	wish = 1;
	last = NULL;
	int slow = follow(h);
	assert_true(browser_hear(h, slow, "event: hello", &got));
	for (int i = 0; i < 300; i++)
		moves("VN/40/", i);
	web_streams_wake(streams);
	assert_false(browser_hear(h, slow, "never", &got)); /* the end */
	close(slow);
	last = "a/b/0000beef.1";
	int back = follow(h);
	assert_true(browser_hear(h, back, "event: resync\ndata: {\"reason\": \"behind\"}\n\n", &got));
	close(back);
	close_browsers(h);
}

static void pings_ends_and_rights(void **state)
{
	struct http *h = open_browsers(10, 10);

	(void)state;
	wish = 0;
	last = NULL;
	may = true;
	int fd = follow(h), other = follow(h);
	assert_true(browser_hear(h, fd, "event: hello", &got) && browser_hear(h, other, "event: hello", &got));
	web_streams_step(streams, 1);
	assert_true(browser_hear(h, fd, ": ping", &got));
	assert_int_equal(web_streams_due(streams), 1 + WEB_PING_MS);
	moves("VN/40/412/16702/", 1); /* two levels below: not followed */
	moves("VN/40/412/", 2);
	web_streams_end(streams);
	assert_false(browser_hear(h, fd, "never", &got));
	assert_non_null(strstr(buffer_text(&got), "\"path\": \"VN/40/412/\"")); /* what there was it got */
	assert_null(strstr(buffer_text(&got), "16702"));
	close(fd);
	close(other);
	int third = follow(h);
	assert_true(browser_hear(h, third, "event: hello", &got));
	may = false;
	moves("VN/40/412/", 3);
	web_streams_check(streams);
	assert_false(browser_hear(h, third, "never", &got));
	assert_null(strstr(buffer_text(&got), "event: grain")); /* nothing more for who may not look any more */
	may = true;
	close(third);
	close_browsers(h);
}

static void limits(void **state)
{
	struct http *h = open_browsers(10, 2);

	(void)state;
	last = NULL;
	int a = follow(h), b = follow(h), c = follow(h);
	assert_true(browser_hear(h, a, "event: hello", &got) && browser_hear(h, b, "event: hello", &got));
	assert_true(browser_hear(h, c, "503", &got));
	assert_int_equal(web_streams_n(streams), 2);
	close(a);
	close(b);
	close(c);
	close_browsers(h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_grain_to_the_letter, open_land, close_land),
		cmocka_unit_test_setup_teardown(what_is_for_everybody, open_land, close_land),
		cmocka_unit_test_setup_teardown(ids_name_places, open_land, close_land),
		cmocka_unit_test_setup_teardown(what_is_lost_is_no_place, open_land, close_land),
		cmocka_unit_test_setup_teardown(they_come_in_order_and_whole, open_land, close_land),
		cmocka_unit_test_setup_teardown(who_is_behind_is_ended_and_told, open_land, close_land),
		cmocka_unit_test_setup_teardown(pings_ends_and_rights, open_land, close_land),
		cmocka_unit_test_setup_teardown(limits, open_land, close_land),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
