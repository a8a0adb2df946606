// SPDX-License-Identifier: Apache-2.0
/*
 * dump_json: any message of ours as JSON by its own description: names of proto/, defaults left
 * out, bytes as hex, enum values as their short lower-case word. For dump.c.
 */
#ifndef TIENDO_SERVER_DUMP_JSON_H
#define TIENDO_SERVER_DUMP_JSON_H

#include "common/sys/codec.h"
#include "common/sys/json.h"
#include "server/view.h"

/* The message's fields as members of the object that is open. */
void dump_json_fields(struct json *j, const void *message);
/* Every rollup of one grain, as dump.h names the fields. */
void dump_json_grain(struct json *j, const struct view *v, uint32_t plan, uint32_t row);

#endif
