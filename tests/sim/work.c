// SPDX-License-Identifier: Apache-2.0
#include "tests/sim/work.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/domain/periods.h"
#include "tests/sim/dice.h"

struct work works[WORKS];
uint32_t works_n;

void work_reset(void)
{
	works_n = 1;
}

static void task(struct work *w)
{
	uint64_t kind = dice_below(4);

	w->body = BODY_TASK;
	w->state = kind == 0 ? TASK_NOT_STARTED : kind == 3 ? TASK_DONE : TASK_IN_PROGRESS;
	w->percent = kind == 0 ? 0 : kind == 3 ? 100 : 1 + (uint32_t)dice_below(99);
	if (kind == 3) {
		snprintf(w->ref, sizeof w->ref, "12/BC");
		w->done_on = w->as_of;
	}
	if (dice_percent(80))
		snprintf(w->reason, sizeof w->reason, "lùi");
}

/* Mostly what the item asks for; now and then something that is refused. */
static void body(struct work *w)
{
	char last = w->item[strlen(w->item) - 1];

	if (dice_percent(4))
		last = (char)('1' + dice_below(5));
	if (last == '1' || last == '2') {
		task(w);
	} else if (last == '3') {
		w->body = BODY_RATIO;
		w->b = (int64_t)dice_below(1000);
		w->a = dice_percent(95) ? (int64_t)dice_below((uint64_t)w->b + 1) : w->b + 1;
	} else if (last == '4') {
		w->body = dice_percent(20) ? BODY_NONE_ARISEN : BODY_COUNT;
		w->a = w->body == BODY_COUNT ? (int64_t)dice_below(100000) : 0;
	} else {
		w->body = dice_percent(97) ? BODY_POINTS : BODY_UNCHANGED; /* not_yet */
		w->a = w->body == BODY_POINTS ? (int64_t)dice_below(1900) : 0;
	}
}

uint32_t work_new(const char *unit, const char *item, uint32_t today)
{
	if (works_n == WORKS)
		return 0;
	struct work *w = &works[works_n];

	*w = (struct work){0};
	snprintf(w->unit, sizeof w->unit, "%s", unit);
	snprintf(w->item, sizeof w->item, "%s", item);
	snprintf(w->note, sizeof w->note, "w%u", works_n);
	w->as_of = date_add((struct date){today}, dice_percent(97) ? -(int32_t)dice_below(20) : 3);
	body(w);
	return works_n++;
}

struct update work_update(uint32_t n)
{
	const struct work *w = &works[n];

	return (struct update){.unit = w->unit,
			       .item = w->item,
			       .as_of = w->as_of,
			       .period = "",
			       .note = w->note,
			       .reason = w->reason,
			       .product_ref = w->ref,
			       .body = w->body,
			       .state = w->state,
			       .percent = w->percent,
			       .done_on = w->done_on,
			       .numerator = w->body == BODY_RATIO ? w->a : 0,
			       .denominator = w->b,
			       .value = w->body == BODY_COUNT || w->body == BODY_POINTS ? w->a : 0};
}

uint32_t work_of_note(const char *note)
{
	unsigned long n = note[0] == 'w' ? strtoul(note + 1, NULL, 10) : 0;

	return n < works_n ? (uint32_t)n : 0;
}
