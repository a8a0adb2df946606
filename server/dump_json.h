// SPDX-License-Identifier: Apache-2.0
/*
 * dump_json: any message of ours as JSON by its own description: names of proto/, defaults left out, bytes as hex, enum
 * values as their short lower-case word. For dump.c. jansson runs out of memory as little as we do: then NULL.
 */
#ifndef TIENDO_SERVER_DUMP_JSON_H
#define TIENDO_SERVER_DUMP_JSON_H

#include <jansson.h>

#include "common/sys/codec.h"
#include "server/view.h"

json_t *dump_json_message(const void *message);
json_t *dump_json_hex(const uint8_t *bytes, size_t size);
/* Every rollup of one grain, as dump.h names the fields. */
json_t *dump_json_grain(const struct view *v, uint32_t plan, uint32_t row);

#endif
