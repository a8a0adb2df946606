// SPDX-License-Identifier: Apache-2.0
/*
 * dump: the journal as JSON lines on standard output (CONTRACT), so that anybody can compute every figure a second time
 * without our code. One line per entry, in order, nothing left out. Field names are those of proto/ unless said
 * otherwise; dates are yyyymmdd integers, bytes are lower-case hex, absent = left out or the type's zero.
 *
 *   every line   {"entry":9, "kind":"batch", "received_ms":..., "hash":"<64 hex>", ...}
 *   genesis      store_id, incarnation, offset_minutes, illustrative, simulated, name, format
 *   incarnation  incarnation, previous, fork_entry, fork_hash
 *   catalogue    plan, effective, rows: [{"unit":{UnitRow}}, {"group":{GroupRow}}, {"item":{ItemRow}}, {"target":{...}},
 *                {"milestone":{...}}, {"holiday":{...}}, {"schedule":{...}}, {"period":{...}}, {"deadline":{...}}, {"threshold":{...}}]
 *   registry     principals: [{principal, role:"agent"|"viewer"|"operator", unit, name}], keys: [{key_id, principal,
 *                public_key:"<Z85>"}], revoked: [key_id], confirm: true|false
 *   tick         date
 *   rules        version
 *   decision     decision:{kind (a number), about_entry, about_index, granted, date, date_to, unit, item, period, reason,
 *                principal}
 *   notice       notice:{kind (a number), units: [number], item, text, about_entry, due, principal}
 *   finding      finding:{unit, item, rule, severity, document, remedy_by, text, principal, closes}
 *   step         step:{unit, principal, obstacle:{obstacle:{incarnation, entry, index} and one of comment:{text},
 *                answer:{text, resolves}, escalate:{addressee, reason}}}
 *   batch        principal, key_id, epoch, first_seq, seqs, prev, previous_epoch,
 *                taken: [{"index":1, "seq":7, "blob_hash":"...", "first_received_ms":..., "update":{...}}]
 *                       update: seq, unit, as_of, item, period, recorded_ms, base_version, catalogue_entry, author_role,
 *                       note, reason and one of task:{state:"done", percent, product_ref, done_on},
 *                       ratio:{numerator, denominator}, count:{value}, points:{value}, none_arisen:{}, or one of the
 *                       bodies of rules version 2 with the fields of tiendo.proto
 *                refused: [{"seq":8, "reason":"not_assigned", "field":"unit", "blob_hash":"..."}]
 *   void         principal, key_id, epoch, first_seq, seqs, prev, from, to, reason
 *
 * With --figures, one line more per grain after the last entry, from the view folded in this process:
 *   {"figures":{"path":"VN/40/", "plan":3, "version":40, "rollups":[{item, version, cells:{unreported, not_started,
 *    in_progress, done, na}, leaves:{...}, indicators:{unreported, value, none, na, at_target}, done_late, overdue, behind,
 *    percent_sum, numerator, denominator, value, weight_sum, weighted, score_leaves, score_leaves_of, target (null = none),
 *    target_reached, attainment (null = none), summed}]}}
 * then one per slot of an unfrozen period that is expected or reported {"slot":{item, period (its first day), unit, code,
 * deadline, freeze, expected, exempt, decided, timely:"none"|"on_time"|"line_slow"|"late", target, report, before}} with report
 * and before {entry, index, principal, received_ms, as_of, state, percent, done_on, value, denominator, flags:[...]} or null;
 * {"terms":{...}}, {"obstacle":{...}}, {"request":{...}}, {"finding":{...}}, {"notice":{...}} as dump_duties.c writes them, with the
 * words of proto/ and numbers for units and items.
 *
 * And behind the line of an entry, one per row that it made the fold emit (rows.h):
 *   {"row":{"table":"frozen", item, period, unit, and the slot's expected ... before}}
 *   {"row":{"table":"after", item, period, unit, entry, index, "kind":"report", timely, report}}, or "kind":"void", voided_entry,
 *   voided_index
 *   {"row":{"table":"series", unit or group, item, date, rollup:{Rollup}}}
 *   {"row":{"table":"suspicions", item, period, unit, entry, index, suspicion, before, after}}
 */
#ifndef TIENDO_SERVER_DUMP_H
#define TIENDO_SERVER_DUMP_H

#include <stdbool.h>
#include <stdio.h>

struct journal;

/* 0, or a sysexits-free exit code with a sentence on stderr. */
int dump_run(struct journal *j, bool figures, FILE *out);

#endif
