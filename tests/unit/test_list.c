// SPDX-License-Identifier: Apache-2.0
/* Answers in rows, as people and as programs read them: pages are made here and never travelled. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>
#include <jansson.h>

#include "dashboard/list.h"

#define UNITS                                                                                                        \
	"code,parent,kind,type,branch,name,name_en,head,contact,opened,closed,source\n"                              \
	"VN,,central,,,Việt Nam,,,,,,\n40,VN,province,,,Tỉnh Nghệ An,Nghe An,Ông A,0238,,,\n"                        \
	"412,40,district,,,Thành phố Vinh,,Bà B,vinh@example,,,\n413,40,district,,,Huyện Diễn Châu,,,,,,\n"
#define ITEMS                                                                                                         \
	"code,parent,owner,kind,name,lead,start,due,answer,reporters,measure,num_def,den_def,bounded,schedule\n"     \
	"KH,,40,plan,Kế hoạch,,,,,,,,,,\nKH.1,KH,,task,Việc một,412,2024-01-02,2024-06-30,lead,,,,,,\n"              \
	"KH.2,KH,,ratio_group,Hồ sơ,,,,,,,a,b,,\nKH.3,KH.2,,ratio,Tỷ lệ,40,,,all,kind:district@40,stock,a,b,yes,KY15\n"
#define SCHEDULES "schedule,kind,first,last,name\nKY15,half_month,,,Kỳ 15 ngày\n"

struct world {
	struct catalogue *catalogue;
	struct list list;
	struct buffer out;
	uint32_t u40, u412, u413, kh, kh1, kh2, kh3; /* numbers */
};

static void open_world(struct world *w, const struct list_kind *kind, enum language l, const char *unit,
		       const char *item)
{
	struct builder *b = builder_new();
	struct faults faults = {0};

	*w = (struct world){0};
	assert_true(builder_csv(b, "units.csv", UNITS, strlen(UNITS), &faults));
	assert_true(builder_csv(b, "items.csv", ITEMS, strlen(ITEMS), &faults));
	assert_true(builder_csv(b, "schedules.csv", SCHEDULES, strlen(SCHEDULES), &faults));
	w->catalogue = catalogue_build(b, false, &faults);
	assert_non_null(w->catalogue);
	builder_free(b);
	faults_free(&faults);
	const struct date today = {20240420};
	struct atlas atlas = {.catalogue = w->catalogue};
	w->list = list_open(kind, w->catalogue, l);
	w->list.sight = (struct sight){
		.generation = {.incarnation = {0xab}, .fold_version = 2, .entry = 3}, .today = today, .illustrative = true};
	w->list.wish.unit = unit;
	w->list.wish.item = item;
	assert_true(atlas_place(&atlas, unit, today, &w->list.place));
	if (*item && !kind->second_is_rule)
		w->list.item = catalogue_item(w->catalogue, catalogue_item_by_code(w->catalogue, item));
	const char *const units[] = {"40", "412", "413"}, *const items[] = {"KH", "KH.1", "KH.2", "KH.3"};
	uint32_t *const unit_numbers[] = {&w->u40, &w->u412, &w->u413};
	uint32_t *const item_numbers[] = {&w->kh, &w->kh1, &w->kh2, &w->kh3};
	for (size_t i = 0; i < BASE_COUNT(units); i++)
		*unit_numbers[i] =
			catalogue_unit(w->catalogue, catalogue_unit_by_code(w->catalogue, units[i], today))->row.number;
	for (size_t i = 0; i < BASE_COUNT(items); i++)
		*item_numbers[i] =
			catalogue_item(w->catalogue, catalogue_item_by_code(w->catalogue, items[i]))->row.number;
}

static void close_world(struct world *w)
{
	list_close(&w->list);
	catalogue_free(w->catalogue);
	buffer_free(&w->out);
}

/* The page is thrown away by whoever fetched it: the list keeps its own. */
#define PAGE(w, NAME, name, page)                                                   \
	do {                                                                        \
		Tiendo__V1__Reply reply = TIENDO__V1__REPLY__INIT;                  \
		reply.id = 1;                                                       \
		reply.answer_case = TIENDO__V1__REPLY__ANSWER_##NAME;               \
		reply.name = (page);                                                \
		assert_true(list_page(&(w)->list, &reply));                         \
	} while (0)

static const char *shown(struct world *w)
{
	buffer_clear(&w->out);
	list_show(&w->list, &w->out);
	return buffer_text(&w->out);
}

static json_t *parsed(struct world *w)
{
	json_error_t error;

	buffer_clear(&w->out);
	list_json(&w->list, &w->out);
	json_t *all = json_loads(buffer_text(&w->out), 0, &error);
	if (!all)
		fail_msg("%s in\n%s", error.text, buffer_text(&w->out));
	return all;
}

static const json_t *row(const json_t *all, size_t i)
{
	return json_array_get(json_object_get(all, "rows"), i);
}

static json_int_t number(const json_t *o, const char *name)
{
	const json_t *n = json_object_get(o, name);

	assert_true(json_is_integer(n));
	return json_integer_value(n);
}

static const char *text(const json_t *o, const char *name)
{
	const json_t *t = json_object_get(o, name);

	assert_true(json_is_string(t));
	return json_string_value(t);
}

static bool absent(const json_t *o, const char *name)
{
	return json_is_null(json_object_get(o, name));
}

static void assert_has(const char *all, const char *part)
{
	if (!strstr(all, part))
		fail_msg("no \"%s\" in:\n%s", part, all);
}

static void assert_before(const char *all, const char *a, const char *b)
{
	assert_has(all, a);
	assert_has(all, b);
	if (strstr(all, a) > strstr(all, b))
		fail_msg("\"%s\" behind \"%s\" in:\n%s", a, b, all);
}

/* ---- timeliness ---- */

static void put_rates(struct world *w, uint32_t unit, const char *level, const uint32_t n[static 7])
{
	Tiendo__V1__TimelinessPage page = TIENDO__V1__TIMELINESS_PAGE__INIT;
	Tiendo__V1__TimelinessRow m = TIENDO__V1__TIMELINESS_ROW__INIT, *rows[] = {&m};
	Tiendo__V1__SlotCounts c = TIENDO__V1__SLOT_COUNTS__INIT;

	m.unit = unit;
	m.schedule = (char *)"KY15";
	m.period = (char *)"2024-04a";
	m.first = 20240401;
	m.last = 20240415;
	m.level = (char *)level;
	m.slots = &c;
	c.expected = n[0];
	c.exempt = n[1];
	c.pending = n[2];
	c.on_time = n[3];
	c.line_slow = n[4];
	c.late = n[5];
	c.missing = n[6];
	page.n_rows = 1;
	page.rows = rows;
	PAGE(w, TIMELINESS, timeliness, &page);
}

static void rates_stand_with_their_n_of_n(void **state)
{
	struct world w;

	(void)state;
	open_world(&w, &list_timeliness, LANGUAGE_VI, "40", "");
	put_rates(&w, w.u40, "", (uint32_t[]){63, 1, 0, 55, 3, 4, 1});
	put_rates(&w, w.u413, "", (uint32_t[]){30, 0, 0, 28, 1, 1, 0});
	put_rates(&w, w.u412, "", (uint32_t[]){33, 1, 0, 27, 2, 3, 1});
	put_rates(&w, w.u40, "district", (uint32_t[]){63, 1, 0, 55, 3, 4, 1});
	const char *all = shown(&w);
	assert_has(all, "Số liệu minh hoạ\n40 Tỉnh Nghệ An · tính đến 20/04/2024\n");
	assert_has(all, "\nKỳ 2024-04a (01/04/2024–15/04/2024), chế độ KY15 · chưa chốt\n");
	assert_has(all, "98,41 % (62/63)  92,06 % (58/63)");
	/* the whole, its levels, then the worst unit first */
	assert_before(all, "Tỉnh Nghệ An     98,41", "cấp huyện");
	assert_before(all, "cấp huyện", "412     Thành phố Vinh");
	assert_before(all, "412     Thành phố Vinh", "413     Huyện Diễn Châu");
	json_t *json = parsed(&w);
	assert_string_equal(text(json, "question"), "timeliness");
	assert_string_equal(text(json, "at"), "2024-04-20");
	assert_true(absent(json, "item"));
	assert_int_equal(number(row(json, 0), "reported"), 62);
	assert_int_equal(number(row(json, 0), "reporting_rate_bp"), 9841);
	assert_int_equal(number(row(json, 0), "on_time_rate_bp"), 9206);
	/* a level has one deadline: districts two working days after Monday 15/04; the whole has many */
	assert_true(absent(row(json, 0), "deadline"));
	assert_string_equal(text(row(json, 1), "level"), "district");
	assert_string_equal(text(row(json, 1), "deadline"), "2024-04-17");
	json_decref(json);
	close_world(&w);
}

static void parts_of_a_rate_are_added(void **state)
{
	struct world w;

	(void)state;
	open_world(&w, &list_timeliness, LANGUAGE_EN, "40", "KH");
	put_rates(&w, w.u40, "", (uint32_t[]){10, 0, 0, 9, 0, 1, 0});
	put_rates(&w, w.u412, "", (uint32_t[]){0, 2, 0, 0, 0, 0, 0});
	put_rates(&w, w.u40, "", (uint32_t[]){20, 0, 5, 9, 1, 0, 5});
	json_t *json = parsed(&w);
	assert_int_equal(json_array_size(json_object_get(json, "rows")), 2);
	assert_int_equal(number(row(json, 0), "expected"), 30);
	assert_int_equal(number(row(json, 0), "on_time"), 18);
	assert_int_equal(number(row(json, 0), "pending"), 5);
	assert_true(absent(row(json, 1), "reporting_rate_bp")); /* nothing is expected: no rate */
	assert_has(shown(&w), "66.67 % (20/30)");
	assert_has(shown(&w), "40 Tỉnh Nghệ An · KH Kế hoạch · as of 2024-04-20");
	json_decref(json);
	close_world(&w);
}

/* ---- silent ---- */

static void owe(struct world *w, Tiendo__V1__SilentRow *m, uint32_t unit, uint32_t item, uint32_t since, bool missing)
{
	tiendo__v1__silent_row__init(m);
	m->unit = unit;
	m->item = item;
	m->period = (char *)"2024-04a";
	m->since = since;
	m->deadline = 20240417;
	m->missing = missing;
	(void)w;
}

static void who_is_silent_and_whom_to_call(void **state)
{
	struct world w;
	Tiendo__V1__SilentPage page = TIENDO__V1__SILENT_PAGE__INIT;
	Tiendo__V1__SilentRow m[3], *rows[] = {&m[0], &m[1], &m[2]};

	(void)state;
	open_world(&w, &list_silent, LANGUAGE_VI, "40", "");
	owe(&w, &m[0], w.u412, w.kh1, 20240416, true);
	owe(&w, &m[1], w.u413, w.kh3, 20240401, true);
	owe(&w, &m[2], w.u413, w.kh3, 20240416, false);
	m[0].last_received_ms = 1711000000000; /* 21/03/2024 */
	page.n_rows = 3;
	page.rows = rows;
	page.expected = 7;
	page.units = 2;
	PAGE(&w, SILENT, silent, &page);
	const char *all = shown(&w);
	assert_has(all, "Im lặng: 2/2 đơn vị · nợ 3/7 báo cáo, trong đó 2 đã quá hạn\n");
	assert_has(all, "412     Thành phố Vinh    1        1  16/04/2024   4 ngày  21/03/2024    Bà B            "
			"vinh@example\n");
	assert_has(all, "chưa bao giờ  –               –\n");
	assert_before(all, "413     Huyện Diễn Châu   2", "412     Thành phố Vinh    1"); /* silent for longer */
	assert_has(all, "quá hạn 3 ngày");
	assert_has(all, "còn trong hạn");
	json_t *json = parsed(&w);
	assert_int_equal(number(json, "expected"), 7);
	assert_string_equal(text(row(json, 0), "head"), "Bà B");
	assert_string_equal(text(row(json, 0), "contact"), "vinh@example");
	assert_int_equal(number(row(json, 0), "days"), 4);
	assert_true(absent(row(json, 1), "last_received_ms"));
	json_decref(json);
	close_world(&w);
}

static void nobody_is_silent(void **state)
{
	struct world w;
	Tiendo__V1__SilentPage page = TIENDO__V1__SILENT_PAGE__INIT;

	(void)state;
	open_world(&w, &list_silent, LANGUAGE_EN, "40", "");
	page.expected = 7;
	page.units = 2;
	PAGE(&w, SILENT, silent, &page);
	assert_has(shown(&w), "Silent: 0/2 offices · 0/7 reports owed, 0 of them overdue\n");
	json_t *json = parsed(&w);
	assert_int_equal(json_array_size(json_object_get(json, "rows")), 0);
	json_decref(json);
	close_world(&w);
}

static void a_row_of_an_unknown_unit_means_an_old_catalogue(void **state)
{
	struct world w;
	Tiendo__V1__SilentPage page = TIENDO__V1__SILENT_PAGE__INIT;
	Tiendo__V1__SilentRow m, *rows[] = {&m};
	Tiendo__V1__Reply reply = TIENDO__V1__REPLY__INIT;

	(void)state;
	open_world(&w, &list_silent, LANGUAGE_VI, "40", "");
	owe(&w, &m, 999, w.kh1, 20240416, true);
	page.n_rows = 1;
	page.rows = rows;
	reply.answer_case = TIENDO__V1__REPLY__ANSWER_SILENT;
	reply.silent = &page;
	assert_false(list_page(&w.list, &reply));
	close_world(&w);
}

/* ---- obstacles ---- */

static void what_blocks_whom(void **state)
{
	struct world w;
	uint8_t incarnation[16] = {0x1f, 0x0c, 0x2d, 0x3e};
	Tiendo__V1__ObstaclesPage page = TIENDO__V1__OBSTACLES_PAGE__INIT;
	Tiendo__V1__ObstacleRow m[2] = {TIENDO__V1__OBSTACLE_ROW__INIT, TIENDO__V1__OBSTACLE_ROW__INIT},
				*rows[] = {&m[0], &m[1]};
	Tiendo__V1__ObstacleStepRow s = TIENDO__V1__OBSTACLE_STEP_ROW__INIT, *steps[] = {&s};
	Tiendo__V1__AddresseeRow a = TIENDO__V1__ADDRESSEE_ROW__INIT, *addressees[] = {&a};
	Tiendo__V1__ReceiptRef receipt = TIENDO__V1__RECEIPT_REF__INIT;

	(void)state;
	open_world(&w, &list_obstacles, LANGUAGE_VI, "40", "");
	receipt.incarnation = (ProtobufCBinaryData){16, incarnation};
	receipt.entry = 42;
	receipt.index = 1;
	for (size_t i = 0; i < 2; i++) {
		m[i].receipt = &receipt;
		m[i].raised_ms = 1711000000000;
		m[i].unit = i ? w.u413 : w.u412;
		m[i].item = w.kh1;
		m[i].cause = TIENDO__V1__CAUSE_CLASS__CAUSE_CLASS_NO_GUIDANCE;
		m[i].state = TIENDO__V1__OBSTACLE_STATE__OBSTACLE_STATE_OPEN;
		m[i].waiting_days = i ? 30 : 4;
	}
	m[0].addressee = w.u40;
	m[0].answer_due = 20240418;
	m[0].overdue = m[0].affects_rights = true;
	m[0].text = (char *)"thiếu hướng dẫn\nkết nối";
	m[0].n_steps = 1;
	m[0].steps = steps;
	s.step = STEP_ESCALATE;
	s.on_behalf = true;
	s.received_ms = 1711000000000;
	m[1].escalations = 3;
	a.unit = w.u40;
	a.open = a.overdue = 1;
	a.closed = 2;
	a.days = 9;
	page.n_rows = 2;
	page.rows = rows;
	page.n_addressees = 1;
	page.addressees = addressees;
	PAGE(&w, OBSTACLES, obstacles, &page);
	const char *all = shown(&w);
	assert_has(all, "Khó khăn, vướng mắc: 2 · đang chờ 2, trong đó 1 quá hạn\n");
	assert_has(all, "4,5 ngày (9/2)");
	assert_before(all, "413     Huyện Diễn Châu", "412     Thành phố Vinh"); /* waits for longer */
	assert_has(all, "chờ, hạn 18/04/2024, QUÁ HẠN, ảnh hưởng quyền lợi người dân");
	assert_has(all, "chưa có hướng dẫn");
	assert_has(all, "      thiếu hướng dẫn\n      kết nối\n");
	assert_has(all, "đã chuyển cấp 3 lần");
	assert_has(all, "(đồng hồ)  chuyển lên cấp trên → BỘ\n");
	json_t *json = parsed(&w);
	assert_int_equal(number(json_array_get(json_object_get(json, "addressees"), 0), "days"), 9);
	assert_true(absent(row(json, 0), "addressee")); /* the ministry list; rows were sorted above */
	assert_string_equal(text(row(json, 1), "addressee"), "40");
	assert_string_equal(text(row(json, 1), "cause"), "no_guidance");
	assert_string_equal(text(row(json, 1), "receipt"), "1f0c2d3e-42-1");
	assert_string_equal(text(json_array_get(json_object_get(row(json, 1), "steps"), 0), "step"), "escalate");
	json_decref(json);
	close_world(&w);
}

/* ---- findings, requests ---- */

static void findings_the_gravest_open_one_first(void **state)
{
	struct world w;
	Tiendo__V1__FindingsPage page = TIENDO__V1__FINDINGS_PAGE__INIT;
	Tiendo__V1__FindingRow m[3] = {TIENDO__V1__FINDING_ROW__INIT, TIENDO__V1__FINDING_ROW__INIT,
				       TIENDO__V1__FINDING_ROW__INIT},
			       *rows[] = {&m[0], &m[1], &m[2]};

	(void)state;
	open_world(&w, &list_findings, LANGUAGE_VI, "40", "");
	for (size_t i = 0; i < 3; i++) {
		m[i].entry = 10 + i;
		m[i].unit = w.u412;
		m[i].rule = (char *)"ND09/2019 Đ.8";
		m[i].severity = (uint32_t)i + 1;
		m[i].remedy_by = 20240410;
	}
	m[2].closed_on = 20240412;
	page.n_rows = 3;
	page.rows = rows;
	PAGE(&w, FINDINGS, findings, &page);
	const char *all = shown(&w);
	assert_has(all, "Kết luận kiểm tra: 3 · chưa khắc phục 2, trong đó 2 quá hạn\n");
	assert_before(all, "nghiêm trọng", "nhẹ");
	assert_before(all, "QUÁ HẠN 10/04/2024", "đã khắc phục 12/04/2024");
	json_t *json = parsed(&w);
	assert_int_equal(number(row(json, 0), "severity"), 2);
	assert_true(absent(row(json, 0), "item") && absent(row(json, 0), "closed_on"));
	assert_true(json_is_true(json_object_get(row(json, 0), "overdue")));
	json_decref(json);
	close_world(&w);
}

static void requests_that_wait_come_first(void **state)
{
	struct world w;
	Tiendo__V1__RequestsPage page = TIENDO__V1__REQUESTS_PAGE__INIT;
	Tiendo__V1__RequestRow m[2] = {TIENDO__V1__REQUEST_ROW__INIT, TIENDO__V1__REQUEST_ROW__INIT},
			       *rows[] = {&m[0], &m[1]};

	(void)state;
	open_world(&w, &list_requests, LANGUAGE_VI, "40", "");
	for (size_t i = 0; i < 2; i++) {
		m[i].unit = w.u412;
		m[i].item = w.kh1;
		m[i].received_ms = 1713000000000; /* 13/04/2024 */
		m[i].reason = (char *)"chờ kinh phí";
	}
	m[0].kind = 1;
	m[0].date = 20240731;
	m[0].decided_entry = 77;
	m[0].granted = true;
	m[0].granted_date = 20240715;
	m[1].kind = 2;
	m[1].date = 20240501;
	page.n_rows = 2;
	page.rows = rows;
	PAGE(&w, REQUESTS, requests, &page);
	const char *all = shown(&w);
	assert_has(all, "Đề nghị: 2 · chờ quyết định 1\n");
	assert_before(all, "không áp dụng từ 01/05/2024", "gia hạn đến 31/07/2024");
	assert_has(all, "chờ 7 ngày");
	assert_has(all, "đồng ý đến 15/07/2024");
	json_t *json = parsed(&w);
	assert_true(absent(row(json, 0), "granted"));
	assert_string_equal(text(row(json, 0), "kind"), "not_applicable");
	assert_int_equal(number(row(json, 1), "decided_entry"), 77);
	json_decref(json);
	close_world(&w);
}

/* ---- series, periods ---- */

static void a_figure_from_day_to_day(void **state)
{
	struct world w;
	Tiendo__V1__SeriesPage page = TIENDO__V1__SERIES_PAGE__INIT;
	Tiendo__V1__SeriesPoint m[2] = {TIENDO__V1__SERIES_POINT__INIT, TIENDO__V1__SERIES_POINT__INIT},
				*points[] = {&m[0], &m[1]};
	Tiendo__V1__Rollup r[2] = {TIENDO__V1__ROLLUP__INIT, TIENDO__V1__ROLLUP__INIT};
	Tiendo__V1__IndicatorCounts c[2] = {TIENDO__V1__INDICATOR_COUNTS__INIT, TIENDO__V1__INDICATOR_COUNTS__INIT};

	(void)state;
	open_world(&w, &list_series, LANGUAGE_VI, "40", "KH.3");
	for (size_t i = 0; i < 2; i++) {
		m[i].date = i ? 20240402 : 20240401;
		m[i].rollup = &r[i];
		r[i].item = w.kh3;
		r[i].indicators = &c[i];
		r[i].numerator = i ? 9843 : 50;
		r[i].denominator = i ? 10000 : 100;
		c[i].value = r[i].summed = i ? 2 : 1;
		c[i].unreported = i ? 0 : 1;
	}
	page.n_points = 2;
	page.points = points;
	PAGE(&w, SERIES, series, &page);
	const char *all = shown(&w);
	assert_has(all, "01/04/2024      1/2  50 % (50/100)");
	assert_has(all, "02/04/2024      2/2  98,43 % (9.843/10.000)");
	json_t *json = parsed(&w);
	assert_string_equal(text(row(json, 1), "date"), "2024-04-02");
	const json_t *figure = json_object_get(row(json, 1), "figure");
	assert_string_equal(text(figure, "at"), "2024-04-02");
	assert_int_equal(number(figure, "percent_bp"), 9843);
	json_decref(json);
	close_world(&w);
}

static void put_figure(struct world *w, uint32_t item, bool frozen, const uint64_t was[static 3],
		       const uint64_t is[static 3])
{
	Tiendo__V1__PeriodFiguresPage page = TIENDO__V1__PERIOD_FIGURES_PAGE__INIT;
	Tiendo__V1__PeriodFigure m = TIENDO__V1__PERIOD_FIGURE__INIT, *figures[] = {&m};
	Tiendo__V1__Rollup r[2] = {TIENDO__V1__ROLLUP__INIT, TIENDO__V1__ROLLUP__INIT};
	Tiendo__V1__IndicatorCounts c[2] = {TIENDO__V1__INDICATOR_COUNTS__INIT, TIENDO__V1__INDICATOR_COUNTS__INIT};

	m.item = item;
	m.period = (char *)"2024-Q1";
	m.has_frozen = frozen;
	m.frozen = &r[0];
	m.now = &r[1];
	for (size_t i = 0; i < 2; i++) {
		const uint64_t *n = i ? is : was;
		r[i].item = item;
		r[i].indicators = &c[i];
		r[i].numerator = n[0];
		r[i].denominator = n[1];
		r[i].summed = c[i].value = (uint32_t)n[2];
		r[i].has_target = true;
		r[i].target = 5000;
	}
	page.n_figures = 1;
	page.figures = figures;
	PAGE(w, PERIOD_FIGURES, period_figures, &page);
}

static void a_period_as_frozen_and_as_now_known(void **state)
{
	struct world w;

	(void)state;
	open_world(&w, &list_period, LANGUAGE_VI, "40", "KH.3");
	w.list.wish.period = "2024-Q1";
	put_figure(&w, w.kh3, true, (uint64_t[]){40, 100, 1}, (uint64_t[]){90, 200, 2});
	const char *all = shown(&w);
	assert_has(all, "40 Tỉnh Nghệ An · KH.3 Tỷ lệ · kỳ 2024-Q1 · tính đến 20/04/2024\n");
	assert_has(all, "              Khi chốt       Nay biết\n");
	assert_has(all, "  Đã báo cáo  1/1            2/2\n");
	assert_has(all, "  Kết quả     40 % (40/100)  45 % (90/200)\n");
	assert_has(all, "  * điều chỉnh sau chốt\n");
	json_t *json = parsed(&w);
	assert_string_equal(text(json, "period"), "2024-Q1");
	assert_int_equal(number(json_object_get(row(json, 0), "frozen"), "percent_bp"), 4000);
	assert_int_equal(number(json_object_get(row(json, 0), "now"), "percent_bp"), 4500);
	assert_string_equal(text(json_object_get(row(json, 0), "now"), "period"), "2024-Q1");
	assert_true(json_is_true(json_object_get(row(json, 0), "changed_after_freeze")));
	json_decref(json);
	close_world(&w);
}

static void parts_of_an_inner_item_are_added(void **state)
{
	struct world w;

	(void)state;
	open_world(&w, &list_period, LANGUAGE_EN, "40", "");
	w.list.wish.period = "2024-Q1";
	put_figure(&w, w.kh2, true, (uint64_t[]){10, 100, 1}, (uint64_t[]){10, 100, 1});
	put_figure(&w, w.kh2, false, (uint64_t[]){90, 100, 1}, (uint64_t[]){90, 100, 1});
	put_figure(&w, w.kh, true, (uint64_t[]){0, 0, 0}, (uint64_t[]){0, 0, 0});
	assert_before(shown(&w), "KH    Kế hoạch", "KH.2  Hồ sơ");
	json_t *json = parsed(&w);
	const json_t *sum = row(json, 1); /* after the plan, since it was shown */
	assert_string_equal(text(sum, "item"), "KH.2");
	assert_true(absent(sum, "frozen")); /* one part is not frozen yet */
	assert_int_equal(number(json_object_get(sum, "now"), "percent_bp"), 5000);
	assert_true(json_is_true(json_object_get(json_object_get(sum, "now"), "target_reached")));
	assert_int_equal(number(json_object_get(sum, "now"), "attainment_bp"), 10000);
	json_decref(json);
	close_world(&w);
}

/* ---- suspicious, exceptions ---- */

static void what_is_odd_about_a_report(void **state)
{
	struct world w;
	Tiendo__V1__SuspiciousPage page = TIENDO__V1__SUSPICIOUS_PAGE__INIT;
	Tiendo__V1__SuspiciousRow m[4], *rows[4];

	(void)state;
	open_world(&w, &list_suspicious, LANGUAGE_VI, "40", "");
	for (size_t i = 0; i < 4; i++) {
		rows[i] = &m[i];
		tiendo__v1__suspicious_row__init(&m[i]);
		m[i].unit = w.u412;
		m[i].item = i == 1 ? w.kh1 : w.kh3;
		m[i].period = (char *)"2024-04a";
		m[i].suspicion = (Tiendo__V1__Suspicion)(i + 1);
		m[i].before = 1387;
		m[i].after = 100;
	}
	m[1].before = 4000;
	m[1].after = 10000;
	page.n_rows = 4;
	page.rows = rows;
	PAGE(&w, SUSPICIOUS, suspicious, &page);
	const char *all = shown(&w);
	assert_has(all, "Báo cáo cần xem lại: 4\n");
	assert_has(all, "chép nguyên văn");
	assert_has(all, "ngày cuối kỳ: 40 % → 100 %");
	assert_has(all, "luỹ kế giảm: 1.387 → 100");
	assert_has(all, "tổng cấp dưới 1.387, đơn vị tự báo 100");
	json_t *json = parsed(&w);
	assert_true(absent(row(json, 0), "before"));
	assert_string_equal(text(row(json, 3), "suspicion"), "control");
	assert_int_equal(number(row(json, 3), "before"), 1387);
	json_decref(json);
	close_world(&w);
}

static void who_is_beyond_a_threshold(void **state)
{
	struct world w;
	Tiendo__V1__ExceptionsPage page = TIENDO__V1__EXCEPTIONS_PAGE__INIT;
	Tiendo__V1__ExceptionRow m[3], *rows[3];

	(void)state;
	open_world(&w, &list_exceptions, LANGUAGE_VI, "40", "R1");
	for (size_t i = 0; i < 3; i++) {
		rows[i] = &m[i];
		tiendo__v1__exception_row__init(&m[i]);
		m[i].rule = (char *)(i < 2 ? "R1" : "R2");
		m[i].unit = i == 1 ? w.u413 : w.u412;
		m[i].measure = (char *)(i < 2 ? "on_time_rate" : "overdue");
		m[i].measured = i == 1 ? 2500 : 5000;
		m[i].threshold = 8000;
		m[i].expected = 12;
		m[i].above = i == 2;
		m[i].action = (char *)"báo cáo Chủ tịch";
	}
	m[0].period = m[1].period = (char *)"2024-04a";
	page.n_rows = 3;
	page.rows = rows;
	PAGE(&w, EXCEPTIONS, exceptions, &page);
	const char *all = shown(&w);
	assert_has(all, "Vượt ngưỡng: 3\n");
	assert_before(all, "25 % (N = 12)", "50 % (N = 12)");
	assert_has(all, "dưới 80 %");
	assert_has(all, "vượt 8.000");
	json_t *json = parsed(&w);
	assert_string_equal(text(row(json, 0), "unit"), "413");
	assert_string_equal(text(row(json, 2), "op"), "above");
	assert_true(absent(row(json, 2), "period"));
	json_decref(json);
	close_world(&w);
}

/* ---- slots, health ---- */

static void a_slot_with_its_proof(void **state)
{
	struct world w;
	Tiendo__V1__SlotsPage page = TIENDO__V1__SLOTS_PAGE__INIT;
	Tiendo__V1__SlotRow m[4], *rows[4];
	Tiendo__V1__ReceiptRef receipt = TIENDO__V1__RECEIPT_REF__INIT;
	uint8_t incarnation[16] = {0x1f, 0x0c, 0x2d, 0x3e};

	(void)state;
	open_world(&w, &list_slots, LANGUAGE_VI, "40", "");
	w.list.wish.period = "2024-04a";
	receipt.incarnation = (ProtobufCBinaryData){sizeof(incarnation), incarnation};
	receipt.entry = 42;
	receipt.index = 1;
	for (size_t i = 0; i < 4; i++) {
		rows[i] = &m[i];
		tiendo__v1__slot_row__init(&m[i]);
		m[i].unit = i % 2 ? w.u413 : w.u412;
		m[i].item = i < 2 ? w.kh3 : w.kh1;
		m[i].schedule = (char *)"KY15";
		m[i].period = (char *)"2024-04a";
		m[i].deadline = 20240417;
		m[i].report = TIENDO__V1__CELL_STATE__CELL_STATE_UNREPORTED;
	}
	m[0].state = TIENDO__V1__SLOT_STATE__SLOT_STATE_LINE_SLOW;
	m[0].receipt = m[2].receipt = &receipt;
	m[0].received_ms = 1713402000000; /* 18 April, 08:00 */
	m[0].sealed_ms = 1713229200000;   /* the 16th */
	m[0].attempts = 3;
	m[0].as_of = 20240415;
	m[0].report = TIENDO__V1__CELL_STATE__CELL_STATE_VALUE;
	m[0].numerator = 1387;
	m[0].denominator = 2000;
	m[0].frozen = true;
	m[0].after = 2;
	m[1].state = TIENDO__V1__SLOT_STATE__SLOT_STATE_MISSING;
	m[2].state = TIENDO__V1__SLOT_STATE__SLOT_STATE_ON_TIME;
	m[2].decided = m[2].on_behalf = true;
	m[2].report = TIENDO__V1__CELL_STATE__CELL_STATE_IN_PROGRESS;
	m[2].percent = 40;
	m[3].state = TIENDO__V1__SLOT_STATE__SLOT_STATE_EXEMPT;
	page.n_rows = 4;
	page.rows = rows;
	PAGE(&w, SLOTS, slots, &page);
	const char *all = shown(&w);
	assert_has(all, "Đúng hạn 66,67 % (2/3), trong đó mạng chậm 1 · trễ 0 · chưa báo 1 · chưa đến hạn 0 · miễn 1\n");
	assert_has(all, "17/04/2024  đúng hạn, mạng chậm, đã chốt, 2 báo cáo sau khi chốt  1.387/2.000");
	assert_has(all, "18/04/2024 08:00:00  16/04/2024 08:00:00      1f0c2d3e-42-1\n");
	assert_has(all, "đúng hạn, theo quyết định, báo cáo thay");
	assert_has(all, "40 %");
	json_t *json = parsed(&w);
	const json_t *report = json_object_get(row(json, 0), "report");
	assert_string_equal(text(row(json, 0), "state"), "line_slow");
	assert_string_equal(text(row(json, 0), "deadline"), "2024-04-17");
	assert_string_equal(text(row(json, 0), "receipt"), "1f0c2d3e-42-1");
	assert_int_equal(number(row(json, 0), "sealed_ms"), 1713229200000);
	assert_int_equal(number(row(json, 0), "attempts"), 3);
	assert_true(number(report, "numerator") == 1387 && number(report, "denominator") == 2000 && absent(report, "value"));
	assert_true(absent(row(json, 1), "report") && absent(row(json, 1), "receipt") && absent(row(json, 1), "received_ms"));
	report = json_object_get(row(json, 2), "report");
	assert_string_equal(text(report, "state"), "in_progress");
	assert_true(number(report, "percent") == 40 && absent(report, "numerator"));
	assert_true(json_is_true(json_object_get(row(json, 2), "decided")) && absent(row(json, 2), "sealed_ms"));
	json_decref(json);
	/* what a newer centre may say, or a wrong one: the reader fetches the catalogue anew, and does not guess */
	Tiendo__V1__Reply reply = TIENDO__V1__REPLY__INIT;
	reply.id = 1;
	reply.answer_case = TIENDO__V1__REPLY__ANSWER_SLOTS;
	reply.slots = &page;
	page.n_rows = 1;
	m[0].state = (Tiendo__V1__SlotState)7;
	assert_false(list_page(&w.list, &reply));
	m[0].state = TIENDO__V1__SLOT_STATE__SLOT_STATE_LATE;
	m[0].report = (Tiendo__V1__CellState)8;
	assert_false(list_page(&w.list, &reply));
	m[0].report = TIENDO__V1__CELL_STATE__CELL_STATE_VALUE;
	m[0].unit = 99;
	assert_false(list_page(&w.list, &reply));
	close_world(&w);
}

static void who_was_heard_of(void **state)
{
	struct world w;
	Tiendo__V1__HealthPage page = TIENDO__V1__HEALTH_PAGE__INIT;
	Tiendo__V1__CentreHealth centre = TIENDO__V1__CENTRE_HEALTH__INIT;
	Tiendo__V1__PrincipalHealth m[3], *rows[3];
	Tiendo__V1__Reply reply = TIENDO__V1__REPLY__INIT;

	(void)state;
	open_world(&w, &list_health, LANGUAGE_VI, "40", "");
	w.list.wish.unit = "";
	centre.ready = (char *)"locked";
	centre.uptime_ms = 90061000; /* a day, an hour and a minute */
	centre.entries = 1387;
	centre.journal_bytes = 5 << 20;
	centre.journal_damaged = true;
	for (size_t i = 0; i < 3; i++) {
		rows[i] = &m[i];
		tiendo__v1__principal_health__init(&m[i]);
		m[i].principal = (uint32_t)i + 1;
		m[i].unit = (char *)(i ? "412" : "");
		m[i].name = (char *)"TP Vinh";
		m[i].role = (char *)"agent";
	}
	m[0].last_heard_ms = 1713402000000;
	m[2].last_heard_ms = 1713402000000 - 3 * 60000;
	m[2].last_received_ms = 1713229200000;
	page.centre = &centre;
	page.n_principals = 2;
	page.principals = rows;
	reply.id = 1;
	reply.time_ms = 1713402000000 + 5000;
	reply.answer_case = TIENDO__V1__REPLY__ANSWER_HEALTH;
	reply.health = &page;
	assert_true(list_page(&w.list, &reply));
	page.centre = NULL; /* on page one alone */
	page.n_principals = 1;
	page.principals = rows + 2;
	assert_true(list_page(&w.list, &reply));
	json_t *json = parsed(&w);
	const json_t *whole = json_object_get(json, "centre");
	assert_string_equal(text(whole, "ready"), "locked");
	assert_true(number(whole, "entries") == 1387 && number(whole, "now_ms") == 1713402005000);
	assert_true(json_is_true(json_object_get(whole, "journal_damaged")) && absent(whole, "head_received_ms"));
	assert_true(absent(row(json, 0), "unit") && number(row(json, 0), "last_heard_ms") == 1713402000000);
	assert_true(absent(row(json, 1), "last_heard_ms") && absent(row(json, 1), "last_received_ms"));
	json_decref(json);
	const char *all = shown(&w);
	assert_has(all, "chờ xác nhận danh sách khoá · chạy được 1 ngày 01:01 · mục cuối 1.387");
	assert_has(all, "SỔ GỐC BỊ HỎNG");
	assert_has(all, "Đầu mối: 3\n");
	assert_before(all, "chưa, từ khi máy chủ chạy", "3 phút trước"); /* the longest silent first */
	assert_before(all, "3 phút trước", "5 giây trước");
	close_world(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rates_stand_with_their_n_of_n),
		cmocka_unit_test(parts_of_a_rate_are_added),
		cmocka_unit_test(who_is_silent_and_whom_to_call),
		cmocka_unit_test(nobody_is_silent),
		cmocka_unit_test(a_slot_with_its_proof),
		cmocka_unit_test(who_was_heard_of),
		cmocka_unit_test(a_row_of_an_unknown_unit_means_an_old_catalogue),
		cmocka_unit_test(what_blocks_whom),
		cmocka_unit_test(findings_the_gravest_open_one_first),
		cmocka_unit_test(requests_that_wait_come_first),
		cmocka_unit_test(a_figure_from_day_to_day),
		cmocka_unit_test(a_period_as_frozen_and_as_now_known),
		cmocka_unit_test(parts_of_an_inner_item_are_added),
		cmocka_unit_test(what_is_odd_about_a_report),
		cmocka_unit_test(who_is_beyond_a_threshold),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
