// SPDX-License-Identifier: Apache-2.0
/*
 * web: what a browser may send, at the pure parts of the gateway: arguments of a path, an id to go on from, what to look
 * for, cookies, what proxies say, the user file. What is taken is what it may be and the same when it is written and
 * taken again; two questions that mean the same are the same bytes.
 */
#include <stdio.h>
#include <stdlib.h>

#include "common/domain/text.h"
#include "dashboard/web_argument.h"
#include "dashboard/web_board.h"
#include "dashboard/web_cookie.h"
#include "dashboard/web_event.h"
#include "dashboard/web_peer.h"
#include "dashboard/web_users.h"
#include "tests/fuzz/fuzz.h"
#include "tests/unit/web_land.h"

static struct web_land land;
static struct web_events events;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc, (void)argv;
	web_land_open(&land);
	events = (struct web_events){.ring = web_ring_new(60), .instance = 0xbeef};
	for (int i = 0; i < 9; i++) /* the oldest have gone */
		web_ring_put(events.ring, "VN/", false, bytes_text("0123456789"));
	return 0;
}

/* ---- arguments ---- */

static const char *const NAMES[] = {"unit", "item", "plan", "rule", "period", "date", "from", "to", "open", "steps", "by_addressee", "depth", "q", "n"};
enum { NAMES_N = sizeof(NAMES) / sizeof(NAMES[0]) };

static const char *get(const void *from, const char *name)
{
	char *const *texts = from;

	for (size_t i = 0; i < NAMES_N; i++)
		if (strcmp(NAMES[i], name) == 0)
			return texts[i];
	return NULL;
}

static void arguments(struct take *in)
{
	unsigned takes = take_u32(in) % (2 * TAKES_TEXT);
	char *texts[NAMES_N];
	struct web_said once, twice;

	for (size_t i = 0; i < NAMES_N; i++)
		texts[i] = text_copy(take_piece(in));
	const struct web_words words = {get, texts};
	memset(&once, 0xa5, sizeof(once));
	memset(&twice, 0x5a, sizeof(twice));
	const struct web_fault *fault = web_argument_read(&words, takes, &once);
	MUST(web_argument_read(&words, takes, &twice) == fault);
	if (fault) {
		MUST(*fault->vi && *fault->en);
	} else {
		const struct web_question *q = &once.question;
		MUST(memcmp(&once.question, &twice.question, sizeof(once.question)) == 0);
		MUST(!*q->unit || (takes & TAKES_UNIT && text_is_code(strncmp(q->unit, "G/", 2) ? q->unit : q->unit + 2)));
		MUST(!*q->item || text_is_code(q->item));
		MUST(!(takes & PERIOD_MUST && takes & TAKES_PERIOD) || *q->period);
		MUST(!(takes & TAKES_DATE) == !q->at.ymd);
		MUST(!q->to.ymd || q->from.ymd <= q->to.ymd);
		MUST(!(takes & TAKES_TEXT) || (*once.text && once.most >= 1 && once.most <= WEB_FOUND_MOST));
	}
	for (size_t i = 0; i < NAMES_N; i++)
		free(texts[i]);
}

/* ---- ids, and what is looked for ---- */

static void ids(struct take *in)
{
	char *id = text_copy(take_rest(in)), again[64];
	uint64_t at = 0, same = 0;

	if (web_event_place(&events, id, &at)) {
		MUST(web_ring_reaches(events.ring, at));
		snprintf(again, sizeof(again), "x/1/0000beef.%llu", (unsigned long long)at);
		MUST(web_event_place(&events, again, &same) && same == at);
	}
	free(id);
}

static void search(struct take *in)
{
	struct web_view v = web_land_view(&land);
	struct web_wish w = {.item = NO_INDEX, .most = 1 + take_u8(in) % 20u, .within = take_u8(in) % (uint32_t)catalogue_units(land.atlas.catalogue)};
	struct buffer out = {0};
	char *q = text_copy(take_rest(in));

	w.text = q;
	if (web_board_search(&v, &w, &out) == WEB_GOOD)
		MUST(!out.failed && text_is_utf8(buffer_text(&out), out.size));
	else
		MUST(out.size == 0);
	buffer_free(&out);
	free(q);
}

/* ---- cookies, proxies ---- */

static void cookies(struct take *in)
{
	bool https = take_u8(in) & 1;
	char *header = text_copy(take_rest(in)), set[WEB_COOKIE_TEXT];
	uint8_t token[WEB_TOKEN], again[WEB_TOKEN];

	if (web_cookie_read(header, https, token)) {
		MUST(web_cookie_read(web_cookie_set(token, https, set), https, again));
		MUST(memcmp(token, again, WEB_TOKEN) == 0 && !web_cookie_read(set, !https, again));
	}
	free(header);
}

static void proxies(struct take *in)
{
	struct web_proxies p = {0}, same = {0};
	struct sys_error error = {""};
	struct buffer out = {0};
	char *list = text_copy(take_piece(in)), *forwarded = text_copy(take_rest(in));
	struct web_address peer = web_address_v4(0x7f000001), back;

	if (web_proxies_parse(list, &p, &error)) {
		MUST(*error.text && p.n == 0);
	} else {
		web_proxies_print(&p, &out);
		MUST(web_proxies_parse(buffer_text(&out), &same, &error) == 0 && same.n == p.n);
		MUST(memcmp(same.list, p.list, sizeof(p.list)) == 0);
		struct web_client c = web_peer_client(&p, peer, forwarded, "https");
		char text[WEB_ADDRESS_TEXT];
		MUST(web_address_parse(web_address_print(c.address, text), &back) && memcmp(&back, &c.address, sizeof(back)) == 0);
		MUST(c.https == web_proxies_has(&p, peer));
		MUST(c.https || memcmp(&c.address, &peer, sizeof(peer)) == 0);
	}
	buffer_free(&out);
	free(list);
	free(forwarded);
}

static void user_file(struct take *in)
{
	struct web_users once = {0}, twice = {0};
	struct sys_error error = {""};
	struct buffer a = {0}, b = {0};

	if (web_users_parse(take_rest(in), "FILE", &once, &error)) {
		MUST(strstr(error.text, "FILE"));
		return;
	}
	web_users_print(&once, &a);
	MUST(web_users_parse(buffer_bytes(&a), "AGAIN", &twice, &error) == 0);
	web_users_print(&twice, &b);
	MUST(bytes_equal(buffer_bytes(&a), buffer_bytes(&b)));
	for (size_t i = 0; i < once.n; i++)
		MUST(web_users_find(&twice, once.list[i].name) && web_user_is_name(once.list[i].name));
	buffer_free(&a);
	buffer_free(&b);
	web_users_free(&once);
	web_users_free(&twice);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static void (*const doors[])(struct take *) = {arguments, ids, search, cookies, proxies, user_file};
	struct take in = {data, size};

	doors[take_u8(&in) % (sizeof(doors) / sizeof(doors[0]))](&in);
	return 0;
}
