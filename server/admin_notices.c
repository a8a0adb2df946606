// SPDX-License-Identifier: Apache-2.0
#include "server/admin_notices.h"

#include <stdlib.h>

#include "common/domain/periods.h"
#include "common/sys/json.h"
#include "server/admin_name.h"
#include "server/mailbox.h"

static bool due_is_good(struct admin *a, uint32_t due, bool required)
{
	struct date today = core_view(a->core)->head.today;
	char now[11];

	if (!due && !required)
		return true;
	if (date_valid((struct date){due}) && due >= today.ymd)
		return true;
	admin_say(a, "--due must be a day from today on, and today is %s\n", date_format(today, now));
	return false;
}

static const char no_text[] = "the text is missing: say what the offices are to know or do";

/* ---- letters ---- */

static int ascending(const void *x, const void *y)
{
	uint32_t a = *(const uint32_t *)x, b = *(const uint32_t *)y;

	return a < b ? -1 : a > b;
}

/* Numbers of the units that are open today, ascending; free it. */
static uint32_t *recipients(const struct view *v, uint32_t top, bool subtree, size_t *n)
{
	const struct catalogue *c = v->catalogue;
	uint32_t *units = base_alloc(catalogue_units(c) * sizeof *units);

	*n = 0;
	for (uint32_t u = 0; u < catalogue_units(c); u++)
		if (u == top || (subtree && catalogue_within(c, u, top) && catalogue_unit_open(c, u, v->head.today)))
			units[(*n)++] = catalogue_unit_number(c, u);
	qsort(units, *n, sizeof *units, ascending);
	return units;
}

/* By number of the unit; free it. */
static bool *offices(const struct view *v)
{
	size_t n = catalogue_units(v->catalogue) + 1; /* numbers have no holes */
	bool *has = base_alloc(n * sizeof *has);

	roster_offices(v->roster, has, n);
	return has;
}

static size_t without_agent(const struct view *v, const uint32_t *units, size_t n)
{
	bool *has = offices(v);
	size_t none = 0;

	for (size_t i = 0; i < n; i++)
		none += !has[units[i]];
	free(has);
	return none;
}

/* It is entry a->entry now. */
static void say_sent(struct admin *a, const struct entry_notice *letter)
{
	size_t none = without_agent(core_view(a->core), letter->units, letter->units_n);
	struct json j = json_to(&a->json);

	admin_say(a, "notice entry %llu to %zu unit%s", (unsigned long long)a->entry, letter->units_n,
		  letter->units_n == 1 ? "" : "s");
	admin_say(a, none ? "; %zu of them %s no agent and cannot read it here\n" : "\n", none,
		  none == 1 ? "has" : "have");
	json_object_begin(&j, NULL);
	json_uint(&j, "notice_entry", a->entry);
	json_uint(&j, "units", letter->units_n);
	json_uint(&j, "without_agent", none);
	json_object_end(&j);
}

enum core_result admin_notify(struct admin *a, const Tiendo__Journal__V1__Notify *m)
{
	bool good = admin_rules(a);
	uint32_t unit = good ? admin_unit(a, m->unit) : NO_INDEX;

	if (unit == NO_INDEX)
		return CORE_OK;
	struct entry letter = {.kind = ENTRY_NOTICE,
			       .notice = {.kind = NOTICE_DIRECTIVE, .item = admin_item(a, m->item, &good), .text = m->text,
					  .due = {m->due}}};
	if (!good || !due_is_good(a, m->due, false) || !admin_text(a, m->text, NOTE_MAX_BYTES, no_text))
		return CORE_OK;
	uint32_t *units = recipients(core_view(a->core), unit, m->subtree, &letter.notice.units_n);
	letter.notice.units = units;
	enum core_result r = admin_barrier(a, &letter);
	if (r == CORE_OK)
		say_sent(a, &letter.notice);
	free(units);
	return r;
}

/* ---- a task given on the spot ---- */

/* The rest is for the catalogue's own check to say. */
static bool task_is_whole(struct admin *a, const Tiendo__Journal__V1__Assign *m)
{
	const struct {
		const char *text, *option;
	} required[] = {{m->code, "--code"},     {m->parent, "--parent"},   {m->name, "--name"},
			{m->lead, "--lead"},     {m->person, "--person"},   {m->product, "--product"},
			{m->product_unit, "--product-unit"}};

	for (size_t i = 0; i < BASE_COUNT(required); i++)
		if (!*required[i].text) {
			admin_say(a, "%s is missing: who, what, by when and which product must be clear\n",
				  required[i].option);
			return false;
		}
	if (catalogue_item_by_code(core_view(a->core)->catalogue, m->code) != NO_INDEX) {
		admin_say(a, "an item has the code %.40s already: codes are never used again\n", m->code);
		return false;
	}
	return due_is_good(a, m->due, true) && admin_text(a, m->text, NOTE_MAX_BYTES, NULL);
}


static bool add_task(struct builder *b, const Tiendo__Journal__V1__Assign *m, struct date today)
{
	struct catalogue_row row = {.kind = ROW_ITEM};

	row.item = (struct item_row){
		.kind = ITEM_TASK, .code = m->code, .parent = m->parent, .owner = "", .name = m->name, .name_en = "",
		.doc_no = "", .issuer = "", .basis = "", .sector = "", .class_ = "", .lead = m->lead, .coop = "",
		.person = m->person, .product = m->product, .product_unit = m->product_unit, .start = today,
		.due = {m->due}, .opened = today, .answer = ANSWER_LEAD, .reporters = "", .schedule = "", .num_def = "",
		.den_def = "", .uom = "", .source = "", .control = "", .weight = 1};
	return builder_add(b, &row, "assign", 0);
}

/* All that is in force, and the task. NULL = no memory. */
static struct builder *with_task(const struct view *v, const Tiendo__Journal__V1__Assign *m)
{
	struct builder *b = builder_new();
	bool good = b != NULL;

	for (size_t i = 0; good && i < catalogue_rows(v->catalogue); i++) {
		struct catalogue_row row;

		catalogue_row(v->catalogue, i, &row);
		good = builder_add(b, &row, "", 0);
	}
	if (good && add_task(b, m, v->head.today))
		return b;
	builder_free(b);
	return NULL;
}

/* With its notice: a stop between the two would leave a task of which nobody was told. */
static enum core_result enter_task(struct admin *a, const Tiendo__Journal__V1__Assign *m, struct entry *notice)
{
	const struct view *v = core_view(a->core);
	const struct admin_load how = {.plan = "", .effective = v->head.today, .few = true, .notice = notice,
				       .notice_about = m->code,
				       .language = m->english ? LANGUAGE_EN : LANGUAGE_VI};
	struct faults faults = {0};
	struct builder *b = with_task(v, m);

	if (!b) {
		a->environment = true;
		admin_say(a, "nothing was changed: no memory for this catalogue\n");
		return CORE_OK;
	}
	enum core_result r = admin_catalogue_enter(a, b, &how, &faults);
	faults_free(&faults);
	return r;
}

enum core_result admin_assign(struct admin *a, const Tiendo__Journal__V1__Assign *m)
{
	uint32_t unit = admin_rules(a) ? admin_unit(a, m->lead) : NO_INDEX;

	if (unit == NO_INDEX || !task_is_whole(a, m))
		return CORE_OK;
	uint32_t lead = catalogue_unit_number(core_view(a->core)->catalogue, unit); /* a unit keeps its number */
	struct entry letter = {.kind = ENTRY_NOTICE,
			       .notice = {.kind = NOTICE_TASK, .units_n = 1, .units = &lead, .text = m->text, .due = {m->due}}};
	enum core_result r = enter_task(a, m, &letter);
	if (r != CORE_OK || !a->ok)
		return r;
	buffer_clear(&a->text); /* what changes is one leaf, and that was asked for */
	buffer_clear(&a->json);
	admin_say(a, "catalogue entry %llu: the task %s of %s\n", (unsigned long long)letter.number - 1, m->code, m->lead);
	say_sent(a, &letter.notice);
	return r;
}
