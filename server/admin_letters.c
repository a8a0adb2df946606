// SPDX-License-Identifier: Apache-2.0
/* Who was told what, and who has opened it. */
#include <stdlib.h>

#include "common/domain/periods.h"
#include "common/sys/json.h"
#include "server/admin_notices.h"
#include "server/mailbox.h"

enum {
	LETTERS_SHOWN = 200,    /* the newest */
	RECIPIENTS_LISTED = 20, /* of those who have not opened one, by code */
	RECIPIENTS_SHOWN = 20000 /* in one reply, each with its name and day: 2 MB */
};

struct listing {
	struct admin *admin;
	const struct view *view;
	struct kv_txn *txn;
	struct json json;
	bool *has_agent; /* by number of the unit */
	bool each;       /* every recipient by name */
	size_t shown;    /* recipients */
};

static const struct unit_row *unit_of(const struct listing *l, uint32_t number)
{
	static const struct unit_row none = {.code = "?", .name = "?"};
	uint32_t unit = catalogue_unit_by_number(l->view->catalogue, number);

	return unit == NO_INDEX ? &none : &catalogue_unit(l->view->catalogue, unit)->row;
}

static const char *item_of(const struct listing *l, uint32_t number)
{
	uint32_t item = catalogue_item_by_number(l->view->catalogue, number);

	return item == NO_INDEX ? "" : catalogue_item(l->view->catalogue, item)->row.code;
}

static size_t opened(const struct letter *x)
{
	size_t n = 0;

	for (uint32_t i = 0; i < x->n; i++)
		n += x->opened[i].ymd != 0;
	return n;
}

/* The words stand in the journal; "" when they cannot be read now. Free it. */
static char *words(const struct listing *l, uint64_t entry)
{
	struct journal *j = core_journal(l->admin->core);
	enum entry_kind kind;
	struct instant received;
	struct bytes body;
	char *text = NULL;

	if (journal_whole(j, l->txn, entry) && journal_body(j, l->txn, entry, &kind, &received, &body)) {
		struct codec_arena arena = codec_arena_new(8 * body.size + 4096);
		const Tiendo__Journal__V1__NoticeBody *m = codec_unpack(
			&tiendo__journal__v1__notice_body__descriptor, body.data, body.size, &arena);

		text = m ? base_copy_text(m->text) : NULL;
		codec_arena_free(&arena);
	}
	return text ? text : base_copy_text("");
}

/* ---- recipients ---- */

static void recipient_json(struct listing *l, const struct letter *x, uint32_t i)
{
	const struct unit_row *u = unit_of(l, x->units[i]);

	json_object_begin(&l->json, NULL);
	json_text(&l->json, "unit", u->code);
	json_text(&l->json, "name", u->name);
	json_uint(&l->json, "opened_on", x->opened[i].ymd);
	json_bool(&l->json, "agent", l->has_agent[x->units[i]]);
	json_object_end(&l->json);
}

static void recipient_line(struct listing *l, const struct letter *x, uint32_t i)
{
	const struct unit_row *u = unit_of(l, x->units[i]);
	char day[11];

	admin_say(l->admin, "  %-10s %s%s%s  %s\n", u->code, x->opened[i].ymd ? "opened " : "not opened",
		  date_format(x->opened[i], day), l->has_agent[x->units[i]] ? "" : " (no agent)", u->name);
}

static void put_recipients(struct listing *l, const struct letter *x)
{
	if (l->shown + x->n > RECIPIENTS_SHOWN && !l->each) {
		json_none(&l->json, "recipients"); /* ask for it alone */
		return;
	}
	l->shown += x->n;
	json_array_begin(&l->json, "recipients");
	for (uint32_t i = 0; i < x->n; i++)
		recipient_json(l, x, i);
	json_array_end(&l->json);
}

static void put_unopened(struct listing *l, const struct letter *x)
{
	size_t listed = 0, left = x->n - opened(x);

	for (uint32_t i = 0; i < x->n && listed < RECIPIENTS_LISTED; i++)
		if (!x->opened[i].ymd)
			admin_say(l->admin, "%s%s", listed++ ? ", " : "  not opened: ", unit_of(l, x->units[i])->code);
	if (left > listed)
		admin_say(l->admin, " and %zu more", left - listed);
	if (left)
		admin_say(l->admin, "\n");
}

/* ---- letters ---- */

static void put_letter(struct listing *l, const struct letter *x)
{
	struct admin *a = l->admin;
	char sent[11], due[11], *text = words(l, x->entry);
	const char *kind = x->kind == NOTICE_TASK ? "task" : "directive", *item = item_of(l, x->item);

	admin_say(a, "%llu  %s  %s%s%s%s%s  opened by %zu of %u\n", (unsigned long long)x->entry,
		  date_format(x->sent, sent), kind, *item ? "  " : "", item, x->due.ymd ? "  due " : "",
		  date_format(x->due, due), opened(x), x->n);
	if (*text)
		buffer_format(&a->text, "  %s\n", text); /* it may be longer than a line of ours */
	json_object_begin(&l->json, NULL);
	json_uint(&l->json, "entry", x->entry);
	json_text(&l->json, "kind", kind);
	json_uint(&l->json, "sent", x->sent.ymd);
	json_text(&l->json, "item", item);
	json_uint(&l->json, "due", x->due.ymd);
	json_text(&l->json, "text", text);
	json_uint(&l->json, "units", x->n);
	json_uint(&l->json, "opened", opened(x));
	put_recipients(l, x);
	json_object_end(&l->json);
	if (!l->each)
		put_unopened(l, x);
	for (uint32_t i = 0; l->each && i < x->n; i++)
		recipient_line(l, x, i);
	free(text);
}

static void put_letters(struct listing *l, uint64_t entry)
{
	const struct mailbox *m = l->view->mailbox;
	size_t n = mailbox_letters(m), shown = 0;

	json_array_begin(&l->json, NULL);
	for (size_t i = n; i-- > 0 && shown < LETTERS_SHOWN;) {
		const struct letter *x = mailbox_letter(m, i);

		if (entry && x->entry != entry)
			continue;
		put_letter(l, x);
		shown++;
	}
	json_array_end(&l->json);
	l->admin->ok = !entry || shown;
	if (entry && !shown)
		admin_say(l->admin, "entry %llu is no directive and no task: see `tiendo-server notices`\n",
			  (unsigned long long)entry);
	else if (!shown)
		admin_say(l->admin, "no directive was sent yet\n");
	else if (!entry && shown < n)
		admin_say(l->admin, "... and %zu before\n", n - shown);
}

void admin_notices(struct admin *a, const Tiendo__Journal__V1__Letters *m)
{
	const struct view *v = core_view(a->core);
	struct listing l = {.admin = a, .view = v, .each = m->entry != 0, .json = json_to(&a->json)};

	if (!v->catalogue) {
		admin_say(a, "no directive was sent yet: load a catalogue first\n");
		return;
	}
	size_t n = catalogue_units(v->catalogue) + 1; /* numbers have no holes */
	l.has_agent = base_alloc(n * sizeof *l.has_agent);
	roster_offices(v->roster, l.has_agent, n);
	l.txn = kv_read(journal_kv(core_journal(a->core)));
	put_letters(&l, m->entry);
	kv_end(&l.txn);
	free(l.has_agent);
}
