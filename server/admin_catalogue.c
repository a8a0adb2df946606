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

	buffer_format(text, "%s:%u: %s: %s%s%s%s%s%s\n", x->file, x->line, weight, x->field,
		      *x->value ? " \"" : "", x->value, *x->value ? "\"" : "", *x->field || *x->value ? ": " : "",
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
		buffer_format(text, l == LANGUAGE_VI ? "... và %zu lỗi khác\n" : "... and %zu more\n", f->dropped);
}

static struct builder *read_files(const Tiendo__Journal__V1__CatalogueLoad *m, struct faults *faults)
{
	struct builder *b = builder_new();

	for (size_t i = 0; b && i < m->n_files && i < m->n_names; i++) {
		if (builder_csv(b, m->names[i], (const char *)m->files[i].data, m->files[i].len, faults))
			continue;
		if (!faults->errors) { /* no memory */
			builder_free(b);
			return NULL;
		}
	}
	return b;
}

/* What the entry would hold, read back from its own bytes: what is folded now is what every later start folds. */
static struct catalogue *normal(const struct catalogue *made, const char *plan, struct date effective)
{
	size_t size;
	uint8_t *body = entry_catalogue_body(made, plan, effective, &size);
	struct codec_arena arena = codec_arena_new(entry_read_room(size));
	struct catalogue *c = body ? entry_catalogue_read(bytes_of(body, size), &arena) : NULL;

	codec_arena_free(&arena);
	free(body);
	return c;
}

static void difference(struct admin *a, const struct catalogue *old, const struct catalogue *new)
{
	size_t units = old ? catalogue_units(old) : 0, items = old ? catalogue_items(old) : 0;

	admin_say(a, "units: %zu before, %zu after; items: %zu before, %zu after; plans: %zu\n", units,
		  catalogue_units(new), items, catalogue_items(new), catalogue_plans(new));
}

static enum core_result load(struct admin *a, const Tiendo__Journal__V1__CatalogueLoad *m, struct catalogue *made,
			     struct date effective)
{
	struct entry e = {.kind = ENTRY_CATALOGUE, .catalogue = {.plan = m->plan, .effective = effective}};

	e.catalogue.made = normal(made, m->plan, effective);
	catalogue_free(made);
	if (!e.catalogue.made) {
		admin_say(a, "the catalogue does not survive being written and read: please report this");
		return CORE_OK;
	}
	difference(a, core_view(a->core)->catalogue, e.catalogue.made);
	if (m->dry_run) {
		a->ok = true;
		catalogue_free(e.catalogue.made);
		return CORE_OK;
	}
	enum core_result r = admin_barrier(a, &e);
	catalogue_free(e.catalogue.made); /* NULL once the fold has it */
	if (r == CORE_OK)
		admin_say(a, "catalogue entry %llu\n", (unsigned long long)a->entry);
	return r;
}

enum core_result admin_catalogue(struct admin *a, const Tiendo__Journal__V1__CatalogueLoad *m)
{
	const struct view *v = core_view(a->core);
	struct date effective = m->effective ? (struct date){m->effective} : v->head.today;
	struct faults faults = {0};
	struct builder *b = read_files(m, &faults);
	struct catalogue *made = NULL;

	if (b && !faults.errors && builder_merge(b, v->catalogue, m->plan, effective, &faults) && !faults.errors)
		made = catalogue_build(b, false, &faults);
	builder_free(b);
	admin_faults(&faults, m->english ? LANGUAGE_EN : LANGUAGE_VI, &a->text, &a->json);
	bool good = made && !faults.errors;
	if (!good && !faults.errors)
		admin_say(a, "no memory for this catalogue\n");
	faults_free(&faults);
	if (good)
		return load(a, m, made, effective);
	catalogue_free(made);
	return CORE_OK;
}
