// SPDX-License-Identifier: Apache-2.0
#include "server/admin_catalogue.h"

#include <stdlib.h>

#include "common/sys/json.h"
#include "server/entry_codec.h"

static const char *says(const struct fault *f, enum language l)
{
	if (f->kind == FAULT_CSV)
		return csv_fault_says((enum csv_fault)f->csv, l);
	return f->kind == FAULT_TEXT ? reason_says(f->reason, l) : fault_says(f->kind, l);
}

static const char *name(const struct fault *f)
{
	if (f->kind == FAULT_CSV)
		return csv_fault_name((enum csv_fault)f->csv);
	return f->kind == FAULT_TEXT ? reason_name(f->reason) : fault_name(f->kind);
}

static void fault_line(const struct fault *x, enum language l, struct buffer *text)
{
	const char *weight = fault_is_error(x->kind) ? (l == LANGUAGE_VI ? "lỗi" : "error")
						     : (l == LANGUAGE_VI ? "cảnh báo" : "warning");

	if (*x->file)
		buffer_format(text, "%s:%u: ", x->file, x->line);
	buffer_format(text, "%s: %s%s%s%s%s%s\n", weight, x->field, *x->value ? " \"" : "",
		      x->value, *x->value ? "\"" : "", *x->field || *x->value ? ": " : "",
		      says(x, l));
}

static void fault_json(const struct fault *x, enum language l, struct json *j)
{
	json_object_begin(j, NULL);
	json_text(j, "fault", name(x));
	json_bool(j, "error", fault_is_error(x->kind));
	json_text(j, "file", x->file);
	json_uint(j, "line", x->line);
	json_text(j, "field", x->field);
	json_text(j, "value", x->value);
	json_text(j, "says", says(x, l));
	json_object_end(j);
}

void admin_faults(const struct faults *f, enum language l, struct buffer *text, struct buffer *json)
{
	struct json j = json_to(json);

	json_array_begin(&j, NULL);
	for (size_t i = 0; i < f->n; i++) {
		fault_line(&f->list[i], l, text);
		fault_json(&f->list[i], l, &j);
	}
	json_array_end(&j);
	if (f->dropped)
		buffer_format(text,
			      l == LANGUAGE_VI ? "... và %zu lỗi khác\n" : "... and %zu more\n",
			      f->dropped);
}

static struct builder *read_files(const Tiendo__Journal__V1__CatalogueLoad *m,
				  struct faults *faults)
{
	struct builder *b = builder_new();

	for (size_t i = 0; b && i < m->n_files && i < m->n_names; i++)
		if (!builder_csv(b, m->names[i], (const char *)m->files[i].data, m->files[i].len,
				 faults)) {
			builder_free(b);
			return NULL; /* no memory: what was found so far is not the whole */
		}
	return b;
}

/* What the entry would hold, read back from its own bytes: what is folded now is what every later
 * start folds. */
static enum entry_read normal(const struct catalogue *made, const char *plan, struct date effective,
			      struct catalogue **out)
{
	size_t size = 0;
	uint8_t *body = entry_catalogue_body(made, plan, effective, &size);
	struct codec_arena arena = codec_arena_new(entry_read_room(size));
	enum entry_read r = body ? entry_catalogue_read(bytes_of(body, size), &arena, out)
				 : ENTRY_READ_MEMORY;

	codec_arena_free(&arena);
	free(body);
	return r;
}

/* ---- what a load would change ---- */

enum { SHOWN = 200 }; /* cells named one by one, each way */

struct expectation {
	const struct catalogue *c; /* NULL = none yet: nothing is expected */
	struct date day;
};

static bool expected(const struct expectation *e, uint32_t unit_number, uint32_t item_number)
{
	uint32_t unit = e->c ? catalogue_unit_by_number(e->c, unit_number) : NO_INDEX;
	uint32_t item = e->c ? catalogue_item_by_number(e->c, item_number) : NO_INDEX;

	return unit != NO_INDEX && item != NO_INDEX && catalogue_item(e->c, item)->leaf &&
	       catalogue_unit_open(e->c, unit, e->day) && catalogue_item_open(e->c, item, e->day) &&
	       catalogue_is_reporter(e->c, item, unit, e->day);
}

/* Names the cells that `a` expects and `b` does not; `text` may be NULL. */
static size_t name_cells(const struct expectation *a, const struct expectation *b, char sign,
			 struct buffer *text, struct json *json)
{
	size_t found = 0;

	json_array_begin(json, sign == '+' ? "gain" : "lose");
	for (uint32_t leaf = 0; a->c && leaf < catalogue_items(a->c); leaf++) {
		const struct item *item = catalogue_item(a->c, leaf);
		size_t n = 0;
		const uint32_t *reporters = item->leaf ? catalogue_reporters(a->c, leaf, &n) : NULL;

		for (size_t i = 0; i < n; i++) {
			const struct unit *unit = catalogue_unit(a->c, reporters[i]);

			if (!expected(a, unit->row.number, item->row.number) ||
			    expected(b, unit->row.number, item->row.number))
				continue;
			if (found++ >= SHOWN)
				continue;
			if (text)
				buffer_format(text, "%c %s %s\n", sign, unit->row.code,
					      item->row.code);
			json_array_begin(json, NULL);
			json_text(json, NULL, unit->row.code);
			json_text(json, NULL, item->row.code);
			json_array_end(json);
		}
	}
	json_array_end(json);
	return found;
}

static void count_sizes(struct json *j, const char *name, const struct catalogue *c)
{
	json_object_begin(j, name);
	json_uint(j, "units", c ? catalogue_units(c) : 0);
	json_uint(j, "items", c ? catalogue_items(c) : 0);
	json_uint(j, "plans", c ? catalogue_plans(c) : 0);
	json_object_end(j);
}

/* `faults`: their JSON, which becomes a member. */
static void difference(struct admin *a, const struct catalogue *made, struct date day,
		       const struct buffer *faults, bool name_them)
{
	struct buffer *text = name_them ? &a->text : NULL;
	const struct expectation before = {core_view(a->core)->catalogue, day}, after = {made, day};
	struct json j = json_to(&a->json);

	json_object_begin(&j, NULL);
	count_sizes(&j, "before", before.c);
	count_sizes(&j, "after", after.c);
	size_t gain = name_cells(&after, &before, '+', text, &j);
	size_t lose = name_cells(&before, &after, '-', text, &j);
	json_uint(&j, "gain_count", gain);
	json_uint(&j, "lose_count", lose);
	json_raw(&j, "faults", buffer_bytes(faults));
	json_object_end(&j);
	admin_say(a,
		  "units: %zu before, %zu after; items: %zu before, %zu after\ncells: %zu gain "
		  "expectation, %zu lose it%s\n",
		  before.c ? catalogue_units(before.c) : 0, catalogue_units(made),
		  before.c ? catalogue_items(before.c) : 0, catalogue_items(made), gain, lose,
		  text && (gain > SHOWN || lose > SHOWN) ? " (the first of each are named)" : "");
}

/* ---- loading ---- */

static enum core_result no_memory(struct admin *a)
{
	a->environment = true;
	admin_say(a, "nothing was changed: no memory for this catalogue\n");
	return CORE_OK;
}

/* What is said of an item cannot be without it, nor it without that. */
static enum core_result enter(struct admin *a, const struct admin_load *how, struct entry *catalogue)
{
	const struct catalogue *made = catalogue->catalogue.made;
	struct entry *entries[] = {catalogue, how->notice};

	if (!how->notice)
		return admin_barrier(a, catalogue);
	how->notice->notice.item = catalogue_item(made, catalogue_item_by_code(made, how->notice_about))->row.number;
	return admin_barriers(a, entries, BASE_COUNT(entries));
}

static enum core_result load(struct admin *a, const struct admin_load *how, struct catalogue *made,
			     const struct buffer *faults)
{
	struct entry e = {.kind = ENTRY_CATALOGUE,
			  .catalogue = {.plan = how->plan, .effective = how->effective}};

	enum entry_read read = normal(made, how->plan, how->effective, &e.catalogue.made);
	catalogue_free(made);
	if (read == ENTRY_READ_MEMORY)
		return no_memory(a);
	if (read != ENTRY_READ_OK) {
		admin_say(a, "the catalogue does not survive being written and read: please report "
			     "this");
		return CORE_OK;
	}
	if (!view_fits(e.catalogue.made)) { /* as an entry, no start could fold it ever again */
		admin_say(a, "a plan has too many cells (reporters x leaves): split it in two\n");
		catalogue_free(e.catalogue.made);
		return CORE_OK;
	}
	difference(a, e.catalogue.made, how->effective, faults, how->dry_run);
	if (how->dry_run) {
		a->ok = true;
		catalogue_free(e.catalogue.made);
		return CORE_OK;
	}
	enum core_result r = enter(a, how, &e);
	catalogue_free(e.catalogue.made); /* NULL once the fold has it */
	if (r == CORE_OK)
		admin_say(a, "catalogue entry %llu\n", (unsigned long long)e.number);
	return r;
}

/* Errors, and what is said of the rows that came with the command. */
static void drop_known(struct faults *f)
{
	size_t n = 0;

	for (size_t i = 0; i < f->n; i++)
		if (fault_is_error(f->list[i].kind) || *f->list[i].file)
			f->list[n++] = f->list[i];
	f->n = n;
	f->dropped = 0;
}

enum core_result admin_catalogue_enter(struct admin *a, struct builder *b, const struct admin_load *how,
				       struct faults *faults)
{
	const struct view *v = core_view(a->core);
	struct buffer json = {0};
	struct catalogue *made = NULL;

	if (!faults->errors && builder_merge(b, v->catalogue, how->plan, how->effective, faults) &&
	    !faults->errors)
		made = catalogue_build(b, false, faults);
	builder_free(b);
	if (how->few)
		drop_known(faults);
	admin_faults(faults, how->language, &a->text, &json);
	bool good = made && !faults->errors;
	if (!good && !faults->errors)
		no_memory(a);
	enum core_result r = CORE_OK;
	if (good)
		r = load(a, how, made, &json);
	else
		catalogue_free(made);
	if (!good)
		buffer_put_bytes(&a->json, buffer_bytes(&json));
	buffer_free(&json);
	return r;
}

enum core_result admin_catalogue(struct admin *a, const Tiendo__Journal__V1__CatalogueLoad *m)
{
	const struct view *v = core_view(a->core);
	const struct admin_load how = {.plan = m->plan,
				       .effective = m->effective ? (struct date){m->effective} : v->head.today,
				       .dry_run = m->dry_run,
				       .language = m->english ? LANGUAGE_EN : LANGUAGE_VI};
	struct faults faults = {0};
	struct builder *b = read_files(m, &faults);
	/* without a builder the faults found so far are not the whole */
	enum core_result r = b ? admin_catalogue_enter(a, b, &how, &faults) : no_memory(a);

	faults_free(&faults);
	return r;
}
