// SPDX-License-Identifier: Apache-2.0
#include "server/dump_json.h"

#include <ctype.h>

/* TASK_STATE_IN_PROGRESS of TaskState -> in_progress */
static void enum_word(struct json *j, const char *name, const ProtobufCEnumDescriptor *type,
		      int value)
{
	const ProtobufCEnumValue *v = protobuf_c_enum_descriptor_get_value(type, value);
	char word[64];
	size_t skip = 1, n = 0;

	if (!v) {
		json_int(j, name, value);
		return;
	}
	for (const char *p = type->short_name; *p;
	     p++) /* its words in capitals, each with a '_' behind it */
		skip += 1 + (isupper((unsigned char)*p) && p != type->short_name);
	const char *rest = strlen(v->name) > skip ? v->name + skip : v->name;
	for (; rest[n] && n + 1 < sizeof word; n++)
		word[n] = (char)tolower((unsigned char)rest[n]);
	word[n] = 0;
	json_text(j, name, word);
}

/* Is the field's value, at `at`, the one that is not written? */
static bool absent(const ProtobufCFieldDescriptor *f, const void *at)
{
	switch ((int)f->type) { /* a foreign enum: what our messages do not hold falls to the
				   default */
	case PROTOBUF_C_TYPE_UINT64:
	case PROTOBUF_C_TYPE_INT64:
	case PROTOBUF_C_TYPE_FIXED64:
		return *(const uint64_t *)at == 0;
	case PROTOBUF_C_TYPE_STRING:
		return **(char *const *)at == 0;
	case PROTOBUF_C_TYPE_BYTES:
		return ((const ProtobufCBinaryData *)at)->len == 0;
	case PROTOBUF_C_TYPE_MESSAGE:
		return *(void *const *)at == NULL;
	default: /* not an enum of ours; the rest has four bytes */
		return *(const uint32_t *)at == 0;
	}
}

static void put_value(struct json *j, const char *name, const ProtobufCFieldDescriptor *f,
		      const void *at)
{
	switch ((int)f->type) { /* a foreign enum: what our messages do not hold falls to the
				   default */
	case PROTOBUF_C_TYPE_INT32:
		json_int(j, name, *(const int32_t *)at);
		break;
	case PROTOBUF_C_TYPE_INT64:
		json_int(j, name, *(const int64_t *)at);
		break;
	case PROTOBUF_C_TYPE_UINT64:
	case PROTOBUF_C_TYPE_FIXED64:
		json_uint(j, name, *(const uint64_t *)at);
		break;
	case PROTOBUF_C_TYPE_BOOL:
		json_bool(j, name, *(const protobuf_c_boolean *)at);
		break;
	case PROTOBUF_C_TYPE_ENUM:
		enum_word(j, name, f->descriptor, *(const int *)at);
		break;
	case PROTOBUF_C_TYPE_STRING:
		json_text(j, name, *(char *const *)at);
		break;
	case PROTOBUF_C_TYPE_BYTES:
		json_hex(j, name,
			 bytes_of(((const ProtobufCBinaryData *)at)->data,
				  ((const ProtobufCBinaryData *)at)->len));
		break;
	case PROTOBUF_C_TYPE_MESSAGE:
		json_object_begin(j, name);
		dump_json_fields(j, *(void *const *)at);
		json_object_end(j);
		break;
	default: /* our messages hold no other type but uint32 */
		json_uint(j, name, *(const uint32_t *)at);
		break;
	}
}

static size_t value_size(const ProtobufCFieldDescriptor *f)
{
	if (f->type == PROTOBUF_C_TYPE_BYTES)
		return sizeof(ProtobufCBinaryData);
	if (f->type == PROTOBUF_C_TYPE_STRING || f->type == PROTOBUF_C_TYPE_MESSAGE)
		return sizeof(void *);
	return f->type == PROTOBUF_C_TYPE_UINT64 || f->type == PROTOBUF_C_TYPE_INT64 ? 8 : 4;
}

static void put_list(struct json *j, const ProtobufCFieldDescriptor *f, const uint8_t *list,
		     size_t n)
{
	if (!n)
		return;
	json_array_begin(j, f->name);
	for (size_t i = 0; i < n; i++)
		put_value(j, NULL, f, list + i * value_size(f));
	json_array_end(j);
}

void dump_json_fields(struct json *j, const void *message)
{
	const ProtobufCMessage *m = message;

	for (unsigned i = 0; i < m->descriptor->n_fields; i++) {
		const ProtobufCFieldDescriptor *f = &m->descriptor->fields[i];
		const uint8_t *at = (const uint8_t *)m + f->offset;
		const uint8_t *quantifier = (const uint8_t *)m + f->quantifier_offset;

		if (f->label == PROTOBUF_C_LABEL_REPEATED)
			put_list(j, f, *(uint8_t *const *)at, *(const size_t *)quantifier);
		else if (f->flags & PROTOBUF_C_FIELD_FLAG_ONEOF &&
			 *(const uint32_t *)quantifier != f->id)
			continue; /* another of the oneof: this one's bytes are not its own */
		else if (!absent(f, at))
			put_value(j, f->name, f, at);
	}
}

/* ---- figures ---- */

static void put_tasks(struct json *j, const char *name, const struct task_counts *c)
{
	json_object_begin(j, name);
	json_uint(j, "unreported", c->unreported);
	json_uint(j, "not_started", c->not_started);
	json_uint(j, "in_progress", c->in_progress);
	json_uint(j, "done", c->done);
	json_uint(j, "na", c->na);
	json_object_end(j);
}

static void put_indicators(struct json *j, const struct indicator_counts *c)
{
	json_object_begin(j, "indicators");
	json_uint(j, "unreported", c->unreported);
	json_uint(j, "value", c->value);
	json_uint(j, "none", c->none);
	json_uint(j, "na", c->na);
	json_uint(j, "at_target", c->at_target);
	json_object_end(j);
}

static void put_optional(struct json *j, const char *name, bool there, int64_t value)
{
	if (there)
		json_int(j, name, value);
	else
		json_none(j, name);
}

static void put_rollup(struct json *j, uint32_t item, const struct rollup *r)
{
	json_object_begin(j, NULL);
	json_uint(j, "item", item);
	json_uint(j, "version", r->version);
	put_tasks(j, "cells", &r->cells);
	put_tasks(j, "leaves", &r->leaves);
	put_indicators(j, &r->indicators);
	json_uint(j, "done_late", r->done_late);
	json_uint(j, "overdue", r->overdue);
	json_uint(j, "behind", r->behind);
	json_uint(j, "percent_sum", r->percent_sum);
	json_int(j, "numerator", r->numerator);
	json_int(j, "denominator", r->denominator);
	json_int(j, "value", r->value);
	json_uint(j, "weight_sum", r->weight_sum);
	json_uint(j, "weighted", r->weighted);
	json_uint(j, "score_leaves", r->score_leaves);
	json_uint(j, "score_leaves_of", r->score_leaves_of);
	put_optional(j, "target", r->has_target, r->target);
	json_bool(j, "target_reached", r->target_reached);
	put_optional(j, "attainment", r->has_attainment, r->attainment);
	json_uint(j, "summed", r->summed);
	json_object_end(j);
}

void dump_json_grain(struct json *j, const struct view *v, uint32_t plan, uint32_t row)
{
	const struct plan *p = catalogue_plan(v->catalogue, plan);

	json_text(j, "path", plan_row(v->catalogue, plan, row).path);
	json_uint(j, "plan", catalogue_item(v->catalogue, p->item)->row.number);
	json_uint(j, "version", view_row_version(v, plan, row));
	json_array_begin(j, "rollups");
	for (uint32_t i = 0; i < p->items_n; i++) {
		struct rollup r = view_rollup(v, plan, row, i);
		put_rollup(j, catalogue_item(v->catalogue, p->items[i])->row.number, &r);
	}
	json_array_end(j);
}
