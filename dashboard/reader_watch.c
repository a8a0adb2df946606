// SPDX-License-Identifier: Apache-2.0
/* watch: a line as a figure of the unit moves. What it says when it begins and when the line breaks
 * goes to stderr, so that a line on stdout is always a figure. */
#include <stdio.h>
#include <stdlib.h>

#include "common/sys/clock.h"
#include "dashboard/reader.h"
#include "dashboard/json.h"
#include "dashboard/mirror.h"
#include "dashboard/show.h"
#include "dashboard/subscriber.h"

enum { BEGIN_MS = 20000 /* without a whole picture by then there will be none */ };

/* A figure as it was shown last; by number, which outlives a catalogue. */
struct seen {
	uint32_t item;
	struct figure figure;
};

struct watch {
	struct session *s;
	const struct reader_options *o;
	struct subscriber *subscriber;
	struct seen *seen; /* ascending by item */
	size_t n, size;
	uint64_t left; /* lines still to print; UINT64_MAX = for ever */
	bool began, live;
	struct buffer out;
};

static struct seen *seen_of(struct watch *w, uint32_t item)
{
	size_t low = 0, high = w->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (w->seen[middle].item < item)
			low = middle + 1;
		else
			high = middle;
	}
	if (low < w->n && w->seen[low].item == item)
		return &w->seen[low];
	if (w->n == w->size) {
		w->size = w->size ? w->size * 2 : 64;
		w->seen = base_grow(w->seen, w->size, sizeof(*w->seen));
	}
	memmove(&w->seen[low + 1], &w->seen[low], (w->n - low) * sizeof(*w->seen));
	w->n++;
	w->seen[low] = (struct seen){.item = item};
	return &w->seen[low];
}

static int look_at(struct watch *w, const struct reading *r)
{
	struct seen *seen = seen_of(w, r->item->row.number);
	struct figure before = seen->figure;

	if (!reading_moved(&before, &r->figure))
		return EXIT_GOOD;
	seen->figure = r->figure;
	if (!w->began || !w->left)
		return EXIT_GOOD;
	if (w->s->json)
		json_reading(&w->out, r);
	else
		show_move(&w->out, r, &before, subscriber_time(w->subscriber), w->s->language);
	w->left -= w->left != UINT64_MAX;
	return session_print(&w->out);
}

/* Every figure at the place, or the one that was asked for; what moved since it was shown last is
 * shown. */
static int look(struct watch *w)
{
	const struct atlas *a = subscriber_atlas(w->subscriber);
	const struct mirror *m = subscriber_mirror(w->subscriber);
	struct sight sight = subscriber_sight(w->subscriber);
	struct place place;
	int code = EXIT_GOOD;

	if (!a->catalogue || !atlas_place(a, w->o->arguments[0], sight.today, &place))
		return EXIT_GOOD;
	uint32_t only = w->o->arguments_n == 2
				? catalogue_item_by_code(a->catalogue, w->o->arguments[1])
				: NO_INDEX;
	if (w->o->arguments_n == 2 && (only == NO_INDEX || !atlas_has(a, &place, only)))
		return session_fail(EXIT_REFUSED,
				    SAY(w->s, "%s không có mục %s", "%s has no item %s"),
				    w->o->arguments[0], w->o->arguments[1]);
	for (uint32_t i = 0; code == EXIT_GOOD && i < catalogue_items(a->catalogue); i++) {
		if ((only != NO_INDEX && i != only) || !atlas_has(a, &place, i))
			continue;
		const struct item *item = catalogue_item(a->catalogue, i);
		uint32_t plan = catalogue_item(a->catalogue, item->plan)->row.number;
		struct reading r = reading_of(&sight, w->o->arguments[0], place.name, item,
					      mirror_rollup(m, place.path, plan, item->row.number));
		code = look_at(w, &r);
	}
	return code;
}

static int begin(struct watch *w)
{
	int code = look(w);

	if (code != EXIT_GOOD || w->began)
		return code;
	w->began = true;
	struct sight sight = subscriber_sight(w->subscriber);
	if (!w->s->json)
		show_sight(&w->out, &sight, w->s->language);
	fprintf(stderr,
		SAY(w->s, "tiendo: đang theo dõi %s, %zu số liệu\n",
		    "tiendo: watching %s, %zu figures\n"),
		w->o->arguments[0], w->n);
	return session_print(&w->out);
}

static void tell_line(struct watch *w, int64_t now)
{
	bool live = subscriber_live(w->subscriber, now);

	if (w->began && live != w->live)
		fprintf(stderr, "tiendo: %s\n",
			live ? SAY(w->s, "đã nối lại với máy chủ", "connected to the server")
			     : SAY(w->s, "mất đường truyền tới máy chủ, đang chờ",
				   "the line to the server is lost, waiting"));
	w->live = live;
}

static int turn(struct watch *w, int64_t now)
{
	unsigned news = subscriber_step(w->subscriber, now);

	if (news & SUBSCRIBER_REFUSED)
		return session_refused(w->s, subscriber_shut(w->subscriber, now));
	if ((news & SUBSCRIBER_NOT_FOUND) && !w->began)
		return session_fail(EXIT_REFUSED,
				    SAY(w->s, "không có đơn vị hay nhóm mã %s",
					"no unit or group has the code %s"),
				    w->o->arguments[0]);
	if (news & SUBSCRIBER_REVOKED)
		return session_fail(EXIT_REFUSED, "%s",
				    reason_says(REASON_REVOKED, w->s->language));
	if (news & SUBSCRIBER_COMPLETE)
		return begin(w);
	return news & SUBSCRIBER_FIGURES && w->began ? look(w) : EXIT_GOOD;
}

static int watch(struct watch *w)
{
	int64_t now = clock_transport(), end = now + BEGIN_MS;
	int code = EXIT_GOOD;

	w->live = true;
	while (code == EXIT_GOOD && w->left) {
		struct loop_item items[3] = {{.fd = w->s->signals}};
		code = turn(w, now);
		if (code != EXIT_GOOD || !w->left)
			break;
		tell_line(w, now);
		if (!w->began && now > end)
			return session_fail(EXIT_ENVIRONMENT,
					    SAY(w->s, "máy chủ chưa trả đủ số liệu",
						"the server has not given a whole picture"));
		subscriber_items(w->subscriber, items + 1);
		int64_t due = subscriber_due(w->subscriber, now), tell = now + SUBSCRIBER_LIVE_MS;
		if (loop_wait(items, 3, due < tell ? due : tell) < 0 || items[0].readable)
			break;
		now = clock_transport();
	}
	return code;
}

int reader_watch(struct session *s, const struct reader_options *o)
{
	struct watch w = {.s = s, .o = o, .left = UINT64_MAX};
	const struct subscriber_options options = {
		.query = session_client(s), .feed = s->feed, .unit = o->arguments[0]};
	struct sys_error error = {0};

	if (o->count) {
		char *end;
		w.left = strtoull(o->count, &end, 10);
		if (!*o->count || *end || *o->count == '-' || !w.left)
			return session_fail(EXIT_WRONG_USE, "--count %s", o->count);
	}
	w.subscriber = subscriber_open(&options, &error);
	int code = w.subscriber ? watch(&w) : session_fail(EXIT_ENVIRONMENT, "%s", error.text);
	subscriber_close(&w.subscriber);
	buffer_free(&w.out);
	free(w.seen);
	return code;
}
