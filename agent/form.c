// SPDX-License-Identifier: Apache-2.0
#include "agent/form.h"

struct form form_given;

static const char *or_none(const char *text)
{
	return text ? text : "";
}

struct draft form_draft(const char *item, const char *corrects)
{
	const struct form *g = &form_given;

	return (struct draft){.text = {
				      [DRAFT_item] = item,
				      [DRAFT_unit] = or_none(g->unit),
				      [DRAFT_period] = or_none(g->period),
				      [DRAFT_as_of] = or_none(g->as_of),
				      [DRAFT_state] = or_none(g->state),
				      [DRAFT_percent] = or_none(g->percent),
				      [DRAFT_numerator] = or_none(g->num),
				      [DRAFT_denominator] = or_none(g->den),
				      [DRAFT_value] = or_none(g->value),
				      [DRAFT_nothing] = g->none_arisen ? "none_arisen" : "",
				      [DRAFT_product_ref] = or_none(g->product),
				      [DRAFT_done_on] = or_none(g->done_on),
				      [DRAFT_corrects] = corrects,
				      [DRAFT_reason] = or_none(g->reason),
				      [DRAFT_note] = or_none(g->note),
			      }};
}

bool form_figure(void)
{
	const struct form *g = &form_given;

	return g->state || g->percent || g->num || g->den || g->value || g->none_arisen || g->product || g->done_on;
}

const char *form_option(enum draft_column c)
{
	switch (c) {
	case DRAFT_as_of:
		return "--as-of";
	case DRAFT_numerator:
		return "--num";
	case DRAFT_denominator:
		return "--den";
	case DRAFT_nothing:
		return "--none-arisen";
	case DRAFT_product_ref:
		return "--product";
	case DRAFT_done_on:
		return "--done-on";
	case DRAFT_item:
		return "ITEM";
	case DRAFT_unit:
		return "--unit";
	case DRAFT_period:
		return "--period";
	case DRAFT_state:
		return "--state";
	case DRAFT_percent:
		return "--percent";
	case DRAFT_value:
		return "--value";
	case DRAFT_reason:
		return "--reason";
	case DRAFT_note:
		return "--note";
	case DRAFT_corrects:
		return "RECEIPT";
	case DRAFT_N:
		break;
	}
	return "";
}
