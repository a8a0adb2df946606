// SPDX-License-Identifier: Apache-2.0
#include "server/admin_name.h"

#include <stdlib.h>

#include "common/domain/text.h"

enum { OFFICE_SINCE_RULES = 2 };

uint32_t admin_unit(struct admin *a, const char *code)
{
	const struct view *v = core_view(a->core);
	uint32_t unit = v->catalogue ? catalogue_unit_by_code(v->catalogue, code, v->head.today) : NO_INDEX;

	if (unit == NO_INDEX) {
		admin_say(a, v->catalogue ? "no unit has the code %.40s\n" : "unit %.40s: load a catalogue first\n", code);
	} else if (!catalogue_unit_open(v->catalogue, unit, v->head.today)) {
		admin_say(a, "the unit %.40s is not open today\n", code);
		return NO_INDEX;
	}
	return unit;
}

uint32_t admin_item(struct admin *a, const char *code, bool *good)
{
	const struct catalogue *c = core_view(a->core)->catalogue;
	uint32_t item = *code ? catalogue_item_by_code(c, code) : NO_INDEX;

	*good = !*code || item != NO_INDEX;
	if (!*good)
		admin_say(a, "no item has the code %.40s\n", code);
	return item == NO_INDEX ? 0 : catalogue_item(c, item)->row.number;
}

bool admin_text(struct admin *a, const char *text, size_t max, const char *missing)
{
	enum reason r = text_check(text, strlen(text), max);

	if (missing && text[strspn(text, " \t\n")] == '\0')
		admin_say(a, "%s\n", missing);
	else if (r != REASON_NONE)
		admin_say(a, "this text cannot be sent: %s (at most %zu bytes)\n", reason_says(r, LANGUAGE_EN), max);
	else
		return true;
	return false;
}

bool admin_rules(struct admin *a)
{
	if (core_rules(a->core) >= OFFICE_SINCE_RULES)
		return true;
	admin_say(a, "this store still goes by rules version %u: start the server once, it moves the store on\n",
		  core_rules(a->core));
	return false;
}

/* ---- receipts ---- */

/* "IIIIIIII-ENTRY-INDEX" */
static bool parse(const char *text, uint8_t incarnation[static RECEIPT_PREFIX], struct spot *out)
{
	char head[2 * RECEIPT_PREFIX + 1] = "", *end;

	if (strnlen(text, 2 * RECEIPT_PREFIX + 1) <= 2 * RECEIPT_PREFIX || text[2 * RECEIPT_PREFIX] != '-')
		return false;
	memcpy(head, text, 2 * RECEIPT_PREFIX);
	text += 2 * RECEIPT_PREFIX + 1;
	if (!hex_decode(head, incarnation, RECEIPT_PREFIX) || strspn(text, "0123456789-") != strlen(text) || *text == '-')
		return false;
	out->entry = strtoull(text, &end, 10);
	if (*end != '-' || end[1] == '-' || !end[1])
		return false;
	unsigned long index = strtoul(end + 1, &end, 10);
	out->index = (uint32_t)index;
	return !*end && out->entry && index && index <= UINT16_MAX;
}

bool admin_receipt(struct admin *a, const char *text, struct spot *out)
{
	struct journal *j = core_journal(a->core);
	uint8_t said[RECEIPT_PREFIX], is[INCARNATION_SIZE];

	if (!parse(text, said, out)) {
		admin_say(a, "%.60s: a receipt is expected as it is printed, IIIIIIII-ENTRY-INDEX\n", text);
		return false;
	}
	struct kv_txn *t = kv_read(journal_kv(j));
	bool known = out->entry <= core_view(a->core)->head.entry && journal_incarnation_at(j, t, out->entry, is) &&
		     memcmp(is, said, sizeof said) == 0;
	kv_end(&t);
	if (!known)
		admin_say(a, "%.60s: this centre gave no such receipt, or it was lost with a roll-back\n", text);
	return known;
}
