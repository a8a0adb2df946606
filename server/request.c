// SPDX-License-Identifier: Apache-2.0
#include "server/request.h"

static const struct verdict fine = { REASON_NONE, "" };

enum request_kind request_kind_of(enum body_kind body)
{
	if (body == BODY_EXTENSION_REQUEST)
		return REQUEST_EXTENSION;
	return body == BODY_NA_REQUEST ? REQUEST_NA : REQUEST_NONE;
}

static bool waits(const struct cases *c, uint32_t unit, uint32_t item, enum request_kind kind)
{
	for (const struct request *r = NULL; (r = cases_request_of(c, unit, r));)
		if (r->item == item && r->kind == kind && !r->decided)
			return true;
	return false;
}

struct verdict request_may(const struct cases *c, const struct terms *t, const struct catalogue *catalogue, uint32_t unit,
			   uint32_t item, const struct update *u)
{
	enum request_kind kind = request_kind_of(u->body);
	if (waits(c, catalogue_unit_number(catalogue, unit), catalogue_item(catalogue, item)->row.number, kind))
		return (struct verdict){ REASON_PENDING, "item" };
	if (kind != REQUEST_EXTENSION)
		return fine;
	struct date due = terms_due(t, catalogue, unit, item);
	if (!due.ymd || u->matter->date.ymd <= due.ymd)
		return (struct verdict){ REASON_DUE_NOT_LATER, "extension_request.due" };
	return fine;
}

bool request_decide(struct request *r, struct terms *t, const struct catalogue *catalogue, const struct decided *d)
{
	r->decided = d->entry;
	r->granted = d->granted;
	if (!d->granted)
		return true;
	r->granted_date = d->date;
	r->granted_to = d->date_to;
	if (r->kind == REQUEST_NA)
		return terms_exempt(t, r->unit, r->item, d->date, d->date_to);
	struct date due = terms_due(t, catalogue, catalogue_unit_by_number(catalogue, r->unit),
				    catalogue_item_by_number(catalogue, r->item));
	return d->date.ymd <= due.ymd || terms_grant(t, r->unit, r->item, due, d->date);
}
