// SPDX-License-Identifier: Apache-2.0
/* What the centre's operator decides, finds, gives and says, over the administrator's socket. */
#include <stdio.h>

#include "tests/sim/dice.h"
#include "tests/sim/sim_centre_inside.h"
#include "tests/sim/truth_inside.h"

#define INIT(NAME) TIENDO__JOURNAL__V1__##NAME##__INIT
#define REQUEST(NAME) TIENDO__JOURNAL__V1__ADMIN_REQUEST__REQUEST_##NAME

enum { TASKS_MAX = 5 };

static char receipt_text[64];
static unsigned tasks; /* given in this world */

void sim_words_reset(void)
{
	tasks = 0;
}

static char *text(const char *t)
{
	return (char *)(uintptr_t)t;
}

static const char *some_unit(void)
{
	return truth.catalogue.units[dice_below(truth.catalogue.units_n)].code;
}

static uint32_t some_day(int32_t low, unsigned span)
{
	return truth_date(truth_day(truth.today) + low + (int32_t)dice_below(span)).ymd;
}

static char *receipt(uint64_t entry, uint32_t index)
{
	const struct truth_entry *e = truth_entry(entry);

	snprintf(receipt_text, sizeof receipt_text, "%02x%02x%02x%02x-%llu-%u", e->incarnation[0], e->incarnation[1],
		 e->incarnation[2], e->incarnation[3], (unsigned long long)entry, index);
	return receipt_text;
}

/* ---- decisions ---- */

/* Mostly one that waits. */
static bool about_request(Tiendo__Journal__V1__Decide *m)
{
	const struct truth_request *r = NULL;

	for (unsigned tries = 5; truth.cases.requests_n && tries && (!r || r->decided); tries--)
		r = &truth.cases.requests[dice_below(truth.cases.requests_n)];
	if (!r)
		return false;
	m->kind = text(r->body == BODY_NA_REQUEST ? "not-applicable" : "extension");
	m->receipt = receipt(r->entry, r->index);
	m->refuse = dice_percent(30);
	if (!m->refuse && dice_percent(30))
		m->date = r->body == BODY_NA_REQUEST ? some_day(-3, 6) : some_day(1, 100);
	return true;
}

static bool about_report(Tiendo__Journal__V1__Decide *m)
{
	const struct truth_cell *c = NULL;

	for (unsigned tries = 30; truth.cells_n && tries; tries--) {
		c = &truth.cells[dice_below(truth.cells_n)];
		if (c->stand.top.entry && c->stand.top.state == TASK_DONE)
			break;
	}
	if (!c || !c->stand.top.entry)
		return false;
	m->kind = text(dice_percent(50) ? "accept" : "return");
	m->receipt = receipt(c->stand.top.entry, c->stand.top.index);
	return true;
}

static bool about_slot(Tiendo__Journal__V1__Decide *m)
{
	static char period[PERIOD_MAX + 1];

	if (!truth.sheets_n)
		return false;
	const struct truth_sheet *s = &truth.sheets[dice_below(truth.sheets_n)];
	if (!s->n)
		return false;
	const struct truth_slot *slot = &s->slots[dice_below(s->n)];
	m->kind = text(dice_percent(50) ? "exempt" : "in-time");
	m->unit = text(truth_unit_of(&truth.catalogue, slot->unit)->code);
	m->item = text(truth_item_of(&truth.catalogue, slot->item)->code);
	snprintf(period, sizeof period, "%s", s->period.code);
	m->period = period;
	return true;
}

static void decide(void)
{
	Tiendo__Journal__V1__AdminRequest request = INIT(ADMIN_REQUEST);
	Tiendo__Journal__V1__Decide m = INIT(DECIDE);
	uint64_t what = dice_below(3);

	if (!(what == 0 ? about_request(&m) : what == 1 ? about_report(&m) : about_slot(&m)))
		return;
	m.reason = text(dice_percent(95) ? "Theo văn bản số 12" : "");
	request.request_case = REQUEST(DECIDE);
	request.decide = &m;
	host_tell("operator decides: %s %s%s", m.kind, m.receipt, m.refuse ? ", refused" : "");
	sim_centre_ask(&request);
}

/* ---- findings, steps ---- */

static void find(void)
{
	Tiendo__Journal__V1__AdminRequest request = INIT(ADMIN_REQUEST);
	Tiendo__Journal__V1__Find m = INIT(FIND);
	const struct truth_cases *c = &truth.cases;

	if (c->findings_n && dice_percent(40)) {
		m.closes = c->findings[dice_below(c->findings_n)].entry;
	} else {
		m.unit = text(some_unit());
		m.item = text(dice_percent(50) ? "KH.2" : "");
		m.rule = text("NĐ 09/2019 Điều 8");
		m.severity = 1 + (uint32_t)dice_below(3);
		m.document = text("15/KL");
		m.remedy_by = some_day(1, 30);
		m.text = text("Báo cáo không đúng mẫu");
	}
	request.request_case = REQUEST(FIND);
	request.find = &m;
	sim_centre_ask(&request);
}

static void step(void)
{
	static const char *const steps[] = {"comment", "answer", "escalate"};
	Tiendo__Journal__V1__AdminRequest request = INIT(ADMIN_REQUEST);
	Tiendo__Journal__V1__TakeStep m = INIT(TAKE_STEP);
	const struct truth_cases *c = &truth.cases;

	if (!c->obstacles_n)
		return;
	const struct truth_obstacle *o = &c->obstacles[dice_below(c->obstacles_n)];
	const struct truth_unit *u = truth_unit_of(&truth.catalogue, dice_percent(85) ? o->addressee : o->unit);
	m.unit = text(u ? u->code : "");
	m.receipt = receipt(o->entry, o->index);
	m.step = text(steps[dice_below(3)]);
	m.text = text("Đã giao Sở xử lý");
	m.resolves = dice_percent(50);
	request.request_case = REQUEST(TAKE_STEP);
	request.take_step = &m;
	sim_centre_ask(&request);
}

/* ---- letters ---- */

static void notify(void)
{
	Tiendo__Journal__V1__AdminRequest request = INIT(ADMIN_REQUEST);
	Tiendo__Journal__V1__Notify m = INIT(NOTIFY);

	m.unit = text(some_unit());
	m.subtree = dice_percent(60);
	m.item = text(dice_percent(40) ? "KH.3" : "");
	m.text = text("Đẩy nhanh tiến độ");
	m.due = dice_percent(50) ? some_day(0, 20) : 0;
	request.request_case = REQUEST(NOTIFY);
	request.notify = &m;
	host_tell("operator writes to %s%s", m.unit, m.subtree ? " and all below" : "");
	sim_centre_ask(&request);
}

static void assign(void)
{
	Tiendo__Journal__V1__AdminRequest request = INIT(ADMIN_REQUEST);
	Tiendo__Journal__V1__Assign m = INIT(ASSIGN);
	char code[16];

	if (tasks == TASKS_MAX)
		return;
	snprintf(code, sizeof code, "KH.N%u1", tasks++);
	m.code = code;
	m.parent = text("KH");
	m.name = text("Việc giao thêm");
	m.lead = text(dice_percent(50) ? "412" : "413");
	m.person = text("Ông A");
	m.due = some_day(1, 20);
	m.product = text("Báo cáo");
	m.product_unit = text("bản");
	request.request_case = REQUEST(ASSIGN);
	request.assign = &m;
	host_tell("operator gives %s the task %s", m.lead, code);
	sim_centre_ask(&request);
}

void sim_words(void)
{
	static void (*const words[])(void) = {decide, decide, decide, decide, find, step, step, notify, notify, assign};

	if (sim_centre.up && truth.today.ymd)
		words[dice_below(BASE_COUNT(words))]();
}
