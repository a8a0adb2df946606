// SPDX-License-Identifier: Apache-2.0
/*
 * view: the rows of a checkpoint, of which only the checksum is believed: head, roster, packed units into a view of a
 * small catalogue. What is taken is packed again to the same bytes; rollups are what the cells say.
 */
#include <stdlib.h>

#include "server/rosterpack.h"
#include "server/view.h"
#include "tests/fuzz/fuzz.h"
#include "tests/unit/centre.h"

static struct catalogue *make_catalogue(void)
{
	struct builder *b = builder_new();
	struct faults faults = {0};

	builder_csv(b, "units.csv", CENTRE_UNITS, sizeof CENTRE_UNITS - 1, &faults);
	builder_csv(b, "items.csv", CENTRE_ITEMS, sizeof CENTRE_ITEMS - 1, &faults);
	builder_merge(b, NULL, "", (struct date){20240101}, &faults);
	struct catalogue *c = catalogue_build(b, false, &faults);
	MUST(c && faults.errors == 0);
	faults_free(&faults);
	builder_free(b);
	return c;
}

static void head(struct bytes b)
{
	uint8_t in[VIEW_HEAD_BYTES] = {0}, out[VIEW_HEAD_BYTES];
	struct view_head h;

	if (b.size)
		memcpy(in, b.data, b.size < sizeof in ? b.size : sizeof in);
	if (!view_head_unpack(&h, in))
		return;
	view_head_pack(&h, out);
	MUST(!memcmp(in, out, sizeof in));
}

static void roster(struct bytes b)
{
	struct buffer out = {0};
	struct roster *r = roster_unpack(b);

	if (!r)
		return;
	roster_pack(&out, r);
	/* the name's letters end at a NUL, and a revoked key may be revoked again: packed once, it stays */
	struct roster *again = roster_unpack(buffer_bytes(&out));
	struct buffer twice = {0};
	MUST(again);
	roster_pack(&twice, again);
	MUST(bytes_equal(buffer_bytes(&out), buffer_bytes(&twice)));
	roster_free(again);
	roster_free(r);
	buffer_free(&out);
	buffer_free(&twice);
}

/* Cells of a unit, nearly right. */
static size_t some_unit(struct take *in, uint8_t out[static 600])
{
	uint32_t n = take_u8(in) % 6;
	uint8_t *p = out + VIEW_UNIT_BYTES;

	put_u32(out, take_u8(in) % 7);
	put_u32(out + 4, n);
	for (uint32_t i = 0; i < n; i++, p += VIEW_CELL_BYTES) {
		memset(p, 0, VIEW_CELL_BYTES);
		put_u32(p, i + 1 + take_u8(in) % 3);
		put_u64(p + 4, take_u8(in));
		put_u64(p + 12, take_u8(in));
		put_u32(p + 20, take_u8(in));
		put_u32(p + 24, take_u8(in));
		put_u64(p + 36, take_u8(in));
		put_u64(p + 44, take_u8(in));
		put_u32(p + 52, take_u8(in) & 1 ? 20240109 : take_u32(in));
		put_u32(p + 56, take_u8(in) & 1 ? 0 : 20240109);
		put_u16(p + 60, (uint16_t)(take_u8(in) | take_u8(in) << 8));
		p[62] = take_u8(in) % 5;
		p[63] = take_u8(in) % 102;
	}
	return (size_t)(p - out);
}

static struct catalogue *shared; /* nobody changes a catalogue */

static void units(struct take *in)
{
	struct view_head h = {.entry = 200, .structural = 3, .catalogue_entry = 3, .floor = 100, .tick = 100,
			      .today = {20240110}, .rules_version = 1};
	struct view *v = view_new();
	struct view_fault fault;
	shared = shared ? shared : make_catalogue();
	bool good = view_load_begin(v, &h, shared, roster_new());

	MUST(good);
	while (good && in->left) {
		uint8_t bytes[600], back[4096];
		size_t n;
		if (take_u8(in) & 3) {
			n = some_unit(in, bytes);
		} else {
			struct bytes raw = take_bytes(in, sizeof bytes);
			n = raw.size;
			memcpy(bytes, raw.data, n);
		}
		good = view_load_unit(v, bytes, n);
		if (!good)
			break;
		uint32_t unit = catalogue_unit_by_number(v->catalogue, get_u32(bytes));
		if (unit == NO_INDEX) {
			MUST(n == VIEW_UNIT_BYTES); /* nobody's, and nothing in it */
			continue;
		}
		MUST(view_unit_size(v, unit) <= sizeof back);
		n = view_unit_pack(v, unit, back);
		MUST(n == view_unit_size(v, unit) && get_u32(back) == get_u32(bytes));
	}
	if (good && view_load_end(v))
		MUST(view_check(v, &fault));
	v->catalogue = NULL; /* stays for the next input */
	view_free(v);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct take in = {data, size};
	uint8_t what = take_u8(&in);

	if (what % 8 == 0)
		head(take_rest(&in));
	else if (what % 8 == 1)
		roster(take_rest(&in));
	else
		units(&in);
	return 0;
}
