// SPDX-License-Identifier: Apache-2.0
/*
 * form: the options in which a clerk writes one figure, the same for `report` and `correct`, and the draft
 * made of them. Never: judges.
 */
#ifndef TIENDO_AGENT_FORM_H
#define TIENDO_AGENT_FORM_H

#include "agent/args.h"
#include "agent/draft.h"

struct form {
	const char *unit, *as_of, *period, *state, *percent, *product, *done_on, *value, *num, *den, *note, *reason;
	bool none_arisen;
};
extern struct form form_given;

/* Members of a table of struct args_option; the command adds its own. What `as_of` and `reason` mean differs. */
#define FORM_FIGURE                                                                                   \
	{.name = "state",                                                                             \
	 .value = "STATE",                                                                            \
	 .text = &form_given.state,                                                                   \
	 .vi = "not_started | in_progress | done",                                                    \
	 .en = "not_started | in_progress | done"},                                                   \
		{.name = "percent",                                                                   \
		 .value = "N",                                                                        \
		 .text = &form_given.percent,                                                         \
		 .vi = "phần trăm thực hiện của nhiệm vụ đang làm",                           \
		 .en = "percent of a task in progress"},                                              \
		{.name = "product",                                                                   \
		 .value = "TEXT",                                                                     \
		 .text = &form_given.product,                                                         \
		 .vi = "số văn bản hoặc địa chỉ sản phẩm, khi đã xong",              \
		 .en = "document or address of the product, when done"},                              \
		{.name = "done-on",                                                                   \
		 .value = "DATE",                                                                     \
		 .text = &form_given.done_on,                                                         \
		 .vi = "ngày xong",                                                                  \
		 .en = "day done"},                                                                   \
		{.name = "value",                                                                     \
		 .value = "N",                                                                        \
		 .text = &form_given.value,                                                           \
		 .vi = "số lượng, hoặc điểm (89,5)",                                           \
		 .en = "a count, or points (89,5)"},                                                  \
		{.name = "num", .value = "N", .text = &form_given.num, .vi = "tử số", .en = "numerator"}, \
		{.name = "den", .value = "N", .text = &form_given.den, .vi = "mẫu số", .en = "denominator"}, \
		{.name = "none-arisen",                                                               \
		 .flag = &form_given.none_arisen,                                                     \
		 .vi = "trong kỳ không phát sinh",                                                 \
		 .en = "nothing happened in the period"},                                             \
		{.name = "note", .value = "TEXT", .text = &form_given.note, .vi = "ghi chú", .en = "a note"}

/* corrects: a receipt, or "". */
struct draft form_draft(const char *item, const char *corrects);
/* Some figure was given. */
bool form_figure(void);
/* The option that a column comes from. */
const char *form_option(enum draft_column c);

#endif
