// SPDX-License-Identifier: Apache-2.0
#include "dashboard/web_event.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "dashboard/list.h"

enum { RETRY_MS = 1000 /* a browser that lost the line comes back after so long */ };

static void put_id(const struct web_events *e, const struct web_view *v, uint64_t version, uint64_t n, struct buffer *out)
{
	char generation[GENERATION_TEXT];

	buffer_format(out, "id: %s/%" PRIu64 "/%08" PRIx32 ".%" PRIu64 "\n",
		      generation_text(&v->sight.generation, generation), version, e->instance, n);
}

static void put_data(struct buffer *out, const struct buffer *json)
{
	buffer_put_text(out, "data: ");
	buffer_put_bytes(out, buffer_bytes(json));
	buffer_put_text(out, "\n\n");
}

static void put(struct web_events *e, const struct web_view *v, const char *event, const char *path, uint64_t version,
		bool own, const struct buffer *json)
{
	buffer_clear(&e->text);
	buffer_format(&e->text, "event: %s\n", event);
	put_id(e, v, version, web_ring_newest(e->ring) + 1, &e->text);
	put_data(&e->text, json);
	if (!e->text.failed)
		web_ring_put(e->ring, path, own, buffer_bytes(&e->text));
}

/* ---- figures ---- */

/* NULL = not of this catalogue. */
static const struct item *item_of(const struct web_view *v, uint32_t number)
{
	uint32_t i = catalogue_item_by_number(v->atlas->catalogue, number);

	return i == NO_INDEX ? NULL : catalogue_item(v->atlas->catalogue, i);
}

/* Does the unit report one of these items itself? */
static bool is_own(const struct web_view *v, uint32_t unit, const struct mirror_grain *g)
{
	const struct catalogue *c = v->atlas->catalogue;

	for (size_t i = 0; unit != NO_INDEX && i < g->n; i++) {
		uint32_t item = catalogue_item_by_number(c, g->rollups[i].item);
		if (item != NO_INDEX && catalogue_item(c, item)->leaf &&
		    catalogue_is_reporter(c, item, unit, v->sight.today))
			return true;
	}
	return false;
}

/* What people compare with; of offices' own figures only, the rest would be many bytes for nobody. */
void web_event_changing(struct web_events *e, const struct web_view *v, const struct mirror_grain *g)
{
	struct json j = json_to(&e->before);

	buffer_clear(&e->before);
	if (!v->atlas->catalogue || !is_own(v, web_unit_at(v, g->path), g))
		return;
	json_array_begin(&j, NULL);
	for (size_t i = 0; i < g->n; i++) {
		const struct item *item = item_of(v, g->rollups[i].item);
		const struct rollup *r = item ? mirror_rollup(v->mirror, g->path, g->plan, item->row.number) : NULL;
		if (r)
			web_brief(&j, NULL, v, item, r);
	}
	json_array_end(&j);
}

static void members(struct json *j, const struct web_view *v, const struct mirror_grain *g, uint32_t unit)
{
	const struct catalogue *c = v->atlas->catalogue;
	const struct item *plan = item_of(v, g->plan);

	if (unit != NO_INDEX) {
		const struct unit *u = catalogue_unit(c, unit);
		json_text(j, "unit", u->row.code);
		json_text(j, "path", g->path);
		json_text(j, "name", u->row.name);
		list_json_text(j, "name_en", u->row.name_en);
	} else { /* of a group: its path without the last slash is its code */
		char code[PATH_MAX_BYTES + 1];
		snprintf(code, sizeof(code), "%.*s", (int)(strlen(g->path) - 1), g->path);
		json_text(j, "unit", code);
		json_text(j, "path", g->path);
		json_none(j, "name");
		json_none(j, "name_en");
	}
	json_text(j, "plan", plan->row.code);
	json_uint(j, "version", g->version);
	json_uint(j, "previous", g->previous);
	json_int(j, "time_ms", v->time.ms);
}

void web_event_changed(struct web_events *e, const struct web_view *v, const struct mirror_grain *g)
{
	struct buffer data = {0};
	struct json j = json_to(&data);

	if (!v->atlas->catalogue || !item_of(v, g->plan) || !*g->path)
		return;
	uint32_t unit = web_unit_at(v, g->path);
	bool own = is_own(v, unit, g);
	json_object_begin(&j, NULL);
	members(&j, v, g, unit);
	json_bool(&j, "own", own);
	json_array_begin(&j, "figures");
	for (size_t i = 0; i < g->n; i++) {
		const struct item *item = item_of(v, g->rollups[i].item);
		if (item)
			web_brief(&j, NULL, v, item, &g->rollups[i].rollup);
	}
	json_array_end(&j);
	if (own && e->before.size)
		json_raw(&j, "before", buffer_bytes(&e->before));
	json_object_end(&j);
	buffer_clear(&e->before);
	put(e, v, "grain", g->path, g->version, own, &data);
	buffer_free(&data);
}

/* ---- what is for everybody ---- */

void web_event_state(struct web_events *e, const struct web_view *v)
{
	struct buffer data = {0};
	struct json j = json_to(&data);

	web_state(&j, NULL, v);
	put(e, v, "state", "", v->version, false, &data);
	buffer_free(&data);
}

static void put_reason(struct buffer *out, const char *reason)
{
	struct json j = json_to(out);

	json_object_begin(&j, NULL);
	json_text(&j, "reason", reason);
	json_object_end(&j);
}

void web_event_resync(struct web_events *e, const struct web_view *v, const char *reason)
{
	struct buffer data = {0};

	put_reason(&data, reason);
	put(e, v, "resync", "", v->version, false, &data);
	buffer_free(&data);
}

void web_event_hello(const struct web_events *e, const struct web_view *v, uint64_t at, bool resync, struct buffer *out)
{
	struct buffer data = {0};
	struct json j = json_to(&data);

	json_object_begin(&j, NULL);
	web_state(&j, "state", v);
	json_object_end(&j);
	buffer_format(out, "retry: %d\nevent: hello\n", RETRY_MS);
	put_id(e, v, v->version, at, out);
	put_data(out, &data);
	if (resync) {
		buffer_clear(&data);
		put_reason(&data, "behind");
		buffer_put_text(out, "event: resync\n");
		put_data(out, &data);
	}
	buffer_free(&data);
}

bool web_event_place(const struct web_events *e, const char *id, uint64_t *at)
{
	const char *slash = strrchr(id, '/');
	const char *number = slash ? slash + 1 + 8 + 1 : NULL;

	if (!slash || strspn(slash + 1, "0123456789abcdef") != 8 || slash[9] != '.' || strtoul(slash + 1, NULL, 16) != e->instance)
		return false;
	if (!*number || strlen(number) > 20 || number[strspn(number, "0123456789")])
		return false;
	*at = strtoull(number, NULL, 10);
	return web_ring_reaches(e->ring, *at);
}

void web_events_free(struct web_events *e)
{
	web_ring_free(e->ring);
	buffer_free(&e->before);
	buffer_free(&e->text);
	*e = (struct web_events){0};
}
