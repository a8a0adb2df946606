// SPDX-License-Identifier: Apache-2.0
/*
 * slice: the office's part of the catalogue, as the centre sent it, made into a catalogue to check
 * against. Never: talks to the centre (fetch does), changes a row. Failure: NULL and a sentence.
 */
#ifndef TIENDO_AGENT_SLICE_H
#define TIENDO_AGENT_SLICE_H

#include "agent/spool.h"
#include "common/domain/catalogue.h"

/* Encoded tiendo.v1.CatalogueRows -> catalogue; free with catalogue_free. */
struct catalogue *slice_build(const struct bytes *rows, size_t n, struct sys_error *error);
/* From the spool. NULL with `error->text` empty: none was fetched yet. */
struct catalogue *slice_load(struct spool *s, struct spool_shelf_head *head,
			     struct sys_error *error);

#endif
