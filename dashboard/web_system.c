// SPDX-License-Identifier: Apache-2.0
#include "dashboard/web_system.h"

#include <stdio.h>

#include "common/sys/clock.h"
#include "common/sys/json.h"

enum { STATUS_MAX = 64 * 1024 };

/* Of this process, from /proc: VmRSS in KiB; 0 = it cannot be known. */
static uint64_t rss_kb(void)
{
	struct buffer text = {0};
	unsigned long kb = 0;

	if (base_file_read("/proc/self/status", STATUS_MAX, &text, NULL) == 0) {
		const char *at = strstr(buffer_text(&text), "VmRSS:");
		if (at)
			sscanf(at + 6, "%lu", &kb);
	}
	buffer_free(&text);
	return kb;
}

void web_system_write(struct web *w, struct bytes health, struct buffer *out)
{
	struct http_counts counts = http_counts(w->http);
	struct buffer own = {0};
	struct json j = json_to(&own);

	json_object_begin(&j, NULL);
	json_uint(&j, "clients", counts.connections);
	json_uint(&j, "streams", web_streams_n(w->streams));
	json_uint(&j, "requests", counts.requests);
	json_uint(&j, "refused", counts.refused);
	json_uint(&j, "cut", counts.cut);
	json_uint(&j, "queue", web_ask_waiting(w->ask));
	json_uint(&j, "sessions", web_sessions_count(w->sessions));
	json_uint(&j, "mirror_grains", mirror_grains(subscriber_mirror(w->subscriber)));
	json_uint(&j, "rss_kb", rss_kb());
	json_int(&j, "uptime_ms", clock_transport() - w->started);
	json_object_end(&j);
	/* one object, which ends with "}\n" */
	buffer_put(out, health.data, health.size > 2 ? health.size - 2 : 0);
	buffer_put_text(out, ", \"gateway\": ");
	buffer_put_bytes(out, buffer_bytes(&own));
	buffer_put_text(out, "}\n");
	buffer_free(&own);
}

/* ---- recent ---- */

/* The JSON behind "data: " of a grain; empty for other events. */
static struct bytes data_of(struct bytes text)
{
	static const char grain[] = "event: grain\n", data[] = "\ndata: ";

	if (text.size < sizeof(grain) || memcmp(text.data, grain, sizeof(grain) - 1) != 0)
		return bytes_of("", 0);
	const uint8_t *at = memmem(text.data, text.size, data, sizeof(data) - 1);
	if (!at)
		return bytes_of("", 0);
	at += sizeof(data) - 1;
	return bytes_of(at, text.size - (size_t)(at - text.data) - 2);
}

void web_system_recent(const struct web_events *e, const struct web_follow *f, struct buffer *out)
{
	uint64_t found[WEB_RECENT_MAX], n = 0, at = web_ring_oldest(e->ring) - 1;
	struct web_event event;

	while (web_ring_next(e->ring, at, f, &event)) {
		at = event.number;
		if (event.own && data_of(event.text).size)
			found[n++ % WEB_RECENT_MAX] = at;
	}
	buffer_put_text(out, "{\"events\": [");
	for (uint64_t i = n > WEB_RECENT_MAX ? n - WEB_RECENT_MAX : 0, first = i; i < n; i++) {
		web_ring_next(e->ring, found[i % WEB_RECENT_MAX] - 1, f, &event);
		buffer_put_text(out, i > first ? ",\n " : "");
		buffer_put_bytes(out, data_of(event.text));
	}
	buffer_put_text(out, "]}\n");
}
