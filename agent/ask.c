// SPDX-License-Identifier: Apache-2.0
#include "agent/ask.h"

#include "agent/past.h"
#include "common/domain/timely.h"
#include "common/sys/net.h"

enum { REPLY_MS = 3000 /* a clerk waits */ };

struct draft_place ask_place(const struct desk *d)
{
	struct draft_place at = {.catalogue = d->catalogue,
				 .own_unit = d->office.slice.scope,
				 .find = ask_find,
				 .find_data = (void *)d};
	bool proven;
	struct date today = office_today(&d->office, &proven);

	if (proven)
		at.today = today;
	return at;
}

/* ---- what is known here ---- */

uint32_t ask_own(const struct desk *d)
{
	return d->catalogue ? catalogue_unit_by_code(d->catalogue, d->office.slice.scope, (struct date){0})
			    : NO_INDEX;
}

struct known *ask_known(struct desk *d)
{
	if (!d->known)
		d->known = known_read(d->office.spool, d->catalogue);
	return d->known;
}

struct draft_known ask_look(void *data, uint32_t unit_number, uint32_t item_number)
{
	const struct known_cell *c = known_find(ask_known(data), unit_number, item_number);
	struct draft_known known = {0};

	if (c) {
		known.version = c->version;
		known.cell.reported = c->reported;
		known.cell.period = period_place(c->first);
		known.cell.as_of = c->figure.as_of;
		known.cell.state = c->figure.state;
	}
	return known;
}

static enum duty_state look_duty(void *data, uint32_t item, const struct period *p)
{
	struct desk *d = data;
	uint32_t unit_number = catalogue_unit(d->catalogue, ask_own(d))->row.number;
	uint32_t item_number = catalogue_item(d->catalogue, item)->row.number;
	const struct known_cell *c = known_find(ask_known(d), unit_number, item_number);

	if (c && c->na)
		return DUTY_NONE;
	return known_reported(ask_known(d), unit_number, item_number, p->first) ? DUTY_REPORTED : DUTY_OWED;
}

struct duty_list ask_duties(struct desk *d, struct date today)
{
	uint32_t own = ask_own(d);

	return own == NO_INDEX ? (struct duty_list){0} : duty_collect(d->catalogue, own, today, look_duty, d);
}

/* The centre forgets which period a report named once that is frozen: who corrects or withdraws says it. */
static void name_period(const struct catalogue *c, struct draft_corrected *out)
{
	struct date deadline;
	struct period p;
	bool known;
	uint32_t unit = c ? catalogue_unit_at(c, out->unit, out->as_of, &known) : NO_INDEX;
	uint32_t item = c ? catalogue_item_by_code(c, out->item) : NO_INDEX;

	if (unit != NO_INDEX && item != NO_INDEX &&
	    duty_period(c, item, unit, out->period, out->as_of, &p, &deadline))
		memcpy(out->period, p.code, sizeof out->period);
}

enum draft_found ask_find(void *data, const char *receipt, struct draft_corrected *out)
{
	struct desk *d = data;
	struct spool_receipt r;

	switch (past_find(d->office.spool, receipt, &r)) {
	case PAST_MISSPELT:
		return DRAFT_MISSPELT;
	case PAST_UNKNOWN:
		return DRAFT_UNKNOWN;
	case PAST_FOUND:
		break;
	}
	if (r.body > BODY_UNCHANGED && r.body != BODY_CORRECTION)
		return DRAFT_UNKNOWN; /* of a request or an obstacle: it holds no figure */
	*out = (struct draft_corrected){.as_of = r.as_of};
	out->matter = (struct matter){
		.about = past_receipt(&r), .text = "", .item = "", .solution = "", .addressee = ""};
	memcpy(out->unit, r.unit, sizeof out->unit);
	memcpy(out->item, r.item, sizeof out->item);
	memcpy(out->period, r.period, sizeof out->period);
	name_period(d->catalogue, out);
	return DRAFT_FOUND;
}

bool ask_newer(struct desk *d, const char *code)
{
	struct sys_error why;

	if (ask_centre(d, SPOOL_SLICE, &why) == FETCH_DONE && desk_catalogue(d) == DESK_FINE)
		return true;
	desk_warn(d,
		  SAY(d,
		      "danh mục tại đơn vị chưa có mã %s và không hỏi được máy chủ; vẫn "
		      "xếp hàng, "
		      "máy chủ sẽ xét",
		      "the catalogue here does not know %s and the centre cannot be asked; "
		      "queued "
		      "all the same, the centre will judge"),
		  code);
	return false;
}

/* ---- the centre itself ---- */

static void remember(struct desk *d, const struct fetch *f)
{
	struct spool_centre *c = &d->office.centre;
	struct sys_error ignored;

	if (c->illustrative == f->illustrative && c->simulated == f->simulated)
		return;
	/* a daemon may have heard more since we opened, and it is not to be unsaid */
	if (spool_centre(d->office.spool, c, &ignored))
		return;
	c->illustrative = f->illustrative;
	c->simulated = f->simulated;
	spool_centre_set(d->office.spool, c, &ignored);
}

/* question NULL: the shelf. */
static enum fetch_state ask(struct desk *d, enum spool_shelf shelf, const struct fetch_question *question,
			    struct sys_error *why)
{
	const struct office *o = &d->office;
	struct keys_pair pair;
	struct buffer path = {0};
	struct fetch f;
	struct net *net = NULL;
	enum fetch_state end = FETCH_FAILED;

	if (keys_pair_read(office_path(o, "agent.key", &path), &pair, why) == 0)
		net = net_open(why);
	buffer_free(&path);
	if (!net)
		return end;
	fetch_init(&f, &(struct fetch_options){.net = net,
					       .spool = o->spool,
					       .endpoint = o->config.query,
					       .server_key = o->config.server,
					       .pair = &pair,
					       .reply_ms = REPLY_MS,
					       .retry_ms = 200});
	if (question)
		fetch_start_question(&f, question, clock_transport());
	else
		fetch_start(&f, shelf, o->slice.scope, 0, clock_transport());
	end = fetch_wait(&f);
	if (end == FETCH_DONE)
		remember(d, &f);
	else
		*why = f.error;
	fetch_free(&f);
	net_close(net);
	keys_wipe(&pair, sizeof pair);
	return end;
}

enum fetch_state ask_centre(struct desk *d, enum spool_shelf shelf, struct sys_error *why)
{
	enum fetch_state end = ask(d, shelf, NULL, why);

	if (end == FETCH_DONE)
		desk_forget(d); /* it was read from the shelf as it was */
	return end;
}

enum fetch_state ask_question(struct desk *d, const struct fetch_question *question, struct sys_error *why)
{
	return ask(d, SPOOL_SLICE, question, why);
}

void ask_seal(const struct desk *d, struct update *u, bool from_file)
{
	u->recorded = clock_wall(d->office.clock);
	u->seal = office_seal(&d->office);
	u->catalogue_entry = d->office.slice.entry;
	u->author_role = from_file ? TIENDO__V1__AUTHOR_ROLE__AUTHOR_ROLE_IMPORT
				   : TIENDO__V1__AUTHOR_ROLE__AUTHOR_ROLE_CLERK;
}

bool ask_fits(struct update *u)
{
	uint8_t blob[UPDATE_BYTES_MAX];

	u->seq = UINT64_MAX; /* it may go out again under a later number */
	return codec_update_encode(u, blob) != 0;
}
