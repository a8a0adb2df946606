// SPDX-License-Identifier: Apache-2.0
#include "server/dump_json.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "common/sys/base.h"

json_t *dump_json_hex(const uint8_t *bytes, size_t size)
{
	char *text = base_alloc(2 * size + 1);
	json_t *j = json_string(hex_encode(text, bytes, size));

	free(text);
	return j;
}

/* TASK_STATE_IN_PROGRESS of TaskState -> in_progress */
static json_t *enum_word(const ProtobufCEnumDescriptor *type, int value)
{
	const ProtobufCEnumValue *v = protobuf_c_enum_descriptor_get_value(type, value);
	char word[64];
	size_t skip = 0;

	if (!v)
		return json_integer(value);
	for (const char *p = type->short_name; *p; p++) /* its words in capitals, each with a '_' behind it */
		skip += 1 + (isupper((unsigned char)*p) && p != type->short_name);
	skip++;
	const char *name = strlen(v->name) > skip ? v->name + skip : v->name;
	size_t n = 0;
	for (; name[n] && n + 1 < sizeof word; n++)
		word[n] = (char)tolower((unsigned char)name[n]);
	word[n] = 0;
	return json_string(word);
}

/* One value of the field's type at `at`; NULL when it is the type's default. */
static json_t *value(const ProtobufCFieldDescriptor *f, const void *at, bool keep_default)
{
	switch (f->type) {
	case PROTOBUF_C_TYPE_UINT32:
	case PROTOBUF_C_TYPE_INT32:
		return *(const uint32_t *)at || keep_default ? json_integer(*(const int32_t *)at) : NULL;
	case PROTOBUF_C_TYPE_UINT64:
	case PROTOBUF_C_TYPE_INT64:
	case PROTOBUF_C_TYPE_FIXED64:
		return *(const uint64_t *)at || keep_default ? json_integer(*(const int64_t *)at) : NULL;
	case PROTOBUF_C_TYPE_BOOL:
		return *(const protobuf_c_boolean *)at || keep_default
			       ? json_boolean(*(const protobuf_c_boolean *)at) : NULL;
	case PROTOBUF_C_TYPE_ENUM:
		return *(const int *)at || keep_default ? enum_word(f->descriptor, *(const int *)at) : NULL;
	case PROTOBUF_C_TYPE_STRING:
		return **(char *const *)at || keep_default ? json_string(*(char *const *)at) : NULL;
	case PROTOBUF_C_TYPE_BYTES: {
		const ProtobufCBinaryData *b = at;
		return b->len || keep_default ? dump_json_hex(b->data, b->len) : NULL;
	}
	case PROTOBUF_C_TYPE_MESSAGE:
		return *(void *const *)at ? dump_json_message(*(void *const *)at) : NULL;
	case PROTOBUF_C_TYPE_SINT32:
	case PROTOBUF_C_TYPE_SFIXED32:
	case PROTOBUF_C_TYPE_SINT64:
	case PROTOBUF_C_TYPE_SFIXED64:
	case PROTOBUF_C_TYPE_FIXED32:
	case PROTOBUF_C_TYPE_FLOAT:
	case PROTOBUF_C_TYPE_DOUBLE:
		break; /* none of our messages holds one */
	}
	return NULL;
}

static size_t value_size(const ProtobufCFieldDescriptor *f)
{
	if (f->type == PROTOBUF_C_TYPE_BYTES)
		return sizeof(ProtobufCBinaryData);
	if (f->type == PROTOBUF_C_TYPE_STRING || f->type == PROTOBUF_C_TYPE_MESSAGE)
		return sizeof(void *);
	return f->type == PROTOBUF_C_TYPE_UINT64 || f->type == PROTOBUF_C_TYPE_INT64 ? 8 : 4;
}

json_t *dump_json_message(const void *message)
{
	const ProtobufCMessage *m = message;
	json_t *out = json_object();

	for (unsigned i = 0; i < m->descriptor->n_fields; i++) {
		const ProtobufCFieldDescriptor *f = &m->descriptor->fields[i];
		const uint8_t *at = (const uint8_t *)m + f->offset;
		json_t *v = NULL;

		if (f->label == PROTOBUF_C_LABEL_REPEATED) {
			size_t n = *(const size_t *)((const uint8_t *)m + f->quantifier_offset);
			const uint8_t *list = *(uint8_t *const *)at;
			for (size_t k = 0; k < n; k++) {
				v = v ? v : json_array();
				json_array_append_new(v, value(f, list + k * value_size(f), true));
			}
		} else if (!(f->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) ||
			   *(const uint32_t *)((const uint8_t *)m + f->quantifier_offset) == f->id) {
			v = value(f, at, false);
		}
		if (v)
			json_object_set_new(out, f->name, v);
	}
	return out;
}

/* ---- figures ---- */

static json_t *tasks(const struct task_counts *c)
{
	return json_pack("{s:i,s:i,s:i,s:i,s:i}", "unreported", c->unreported, "not_started", c->not_started,
			 "in_progress", c->in_progress, "done", c->done, "na", c->na);
}

static json_t *rollup(uint32_t item, const struct rollup *r)
{
	const struct indicator_counts *i = &r->indicators;
	json_t *out = json_pack(
		"{s:i,s:I,s:o,s:o,s:{s:i,s:i,s:i,s:i,s:i},s:i,s:i,s:i,s:I,s:I,s:I,s:I,s:I,s:I,s:i,s:i,s:b}", "item", item,
		"version", (json_int_t)r->version, "cells", tasks(&r->cells), "leaves", tasks(&r->leaves), "indicators",
		"unreported", i->unreported, "value", i->value, "none", i->none, "na", i->na, "at_target", i->at_target,
		"done_late", r->done_late, "overdue", r->overdue, "behind", r->behind, "percent_sum",
		(json_int_t)r->percent_sum, "numerator", (json_int_t)r->numerator, "denominator",
		(json_int_t)r->denominator, "value", (json_int_t)r->value, "weight_sum", (json_int_t)r->weight_sum,
		"weighted", (json_int_t)r->weighted, "score_leaves", r->score_leaves, "score_leaves_of", r->score_leaves_of,
		"target_reached", r->target_reached);

	json_object_set_new(out, "target", r->has_target ? json_integer(r->target) : json_null());
	json_object_set_new(out, "attainment", r->has_attainment ? json_integer(r->attainment) : json_null());
	return out;
}

json_t *dump_json_grain(const struct view *v, uint32_t plan, uint32_t row)
{
	const struct plan *p = catalogue_plan(v->catalogue, plan);
	const struct rollup *r = view_row(v, plan, row);
	json_t *list = json_array();

	for (uint32_t i = 0; i < p->items_n; i++)
		json_array_append_new(list, rollup(catalogue_item(v->catalogue, p->items[i])->row.number, &r[i]));
	return json_pack("{s:s,s:i,s:I,s:o}", "path", plan_row(v->catalogue, plan, row).path, "plan",
			 catalogue_item(v->catalogue, p->item)->row.number, "version",
			 (json_int_t)view_row_version(v, plan, row), "rollups", list);
}
