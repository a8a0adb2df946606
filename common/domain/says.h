// SPDX-License-Identifier: Apache-2.0
/*
 * says: every sentence a person reads about a refusal or a fault, in Vietnamese and English, in one
 * table (CONTRACT). Pure. The name (snake_case, for ever) is what programs and --json show; the
 * sentence is for people and says what is wrong and what to do.
 */
#ifndef TIENDO_COMMON_DOMAIN_SAYS_H
#define TIENDO_COMMON_DOMAIN_SAYS_H

#include "common/domain/catalogue.h"
#include "common/domain/csv.h"
#include "common/domain/model.h"

enum language { LANGUAGE_VI, LANGUAGE_EN };

/* "numerator_above_denominator"; "unknown_reason" for a number this build does not know. */
const char *reason_name(enum reason r);
bool reason_permanent(enum reason r);
/* One sentence without a final newline. */
const char *reason_says(enum reason r, enum language l);
const char *csv_fault_name(enum csv_fault f);
const char *csv_fault_says(enum csv_fault f, enum language l);
const char *fault_name(enum fault_kind k);
const char *fault_says(enum fault_kind k, enum language l);

/* Words of the model both ways: "commune" <-> UNIT_COMMUNE ... The *_word functions give "" for
 * NONE; the *_of functions give NONE for an unknown word. Labels for people come from *_label. */
const char *unit_kind_word(enum unit_kind k);
enum unit_kind unit_kind_of(const char *word);
const char *unit_branch_word(enum unit_branch b);
enum unit_branch unit_branch_of(const char *word);
const char *item_kind_word(enum item_kind k);
enum item_kind item_kind_of(const char *word);
const char *answer_word(enum answer a);
enum answer answer_of(const char *word);
const char *measure_word(enum measure m);
enum measure measure_of(const char *word);
const char *aggregate_word(enum aggregate a);
enum aggregate aggregate_of(const char *word);
const char *direction_word(enum direction d);
enum direction direction_of(const char *word);
const char *task_state_word(enum task_state s);
enum task_state task_state_of(const char *word);
const char *threshold_measure_word(enum threshold_measure m);
enum threshold_measure threshold_measure_of(const char *word);
/* Written as a share: its value is in basis points. */
bool threshold_is_rate(enum threshold_measure m);
const char *task_state_label(enum task_state s, enum language l);
const char *role_word(enum role r);
enum role role_of(const char *word);
const char *body_word(enum body_kind b);
/* What the update is to people: "báo cáo", "đề nghị gia hạn". */
const char *body_label(enum body_kind b, enum language l);
const char *cause_word(enum cause c);
enum cause cause_of(const char *word);
const char *cause_label(enum cause c, enum language l);
/* As people write it: the word, or some words of a label, with or without marks ("kinh phí", "ha
 * tang"). CAUSE_NONE = none, or more than one. */
enum cause cause_read(const char *text);
const char *origin_word(enum origin o); /* own | outside */
enum origin origin_of(const char *word);
const char *origin_label(enum origin o, enum language l);
const char *obstacle_step_word(enum obstacle_step s);
const char *obstacle_step_label(enum obstacle_step s, enum language l);

#endif
