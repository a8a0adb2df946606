// SPDX-License-Identifier: Apache-2.0
/*
 * The board of `tiendo top` and its pages: what is counted, who is worst, and how it stands on
 * pages of every width, in both languages, whatever the names hold. Nothing travels: the mirror is
 * filled by hand.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "common/domain/text.h"
#include "dashboard/top_board.h"
#include "dashboard/top_text.h"
#include "tests/unit/top_pages.h"

#define UNITS                                                                                        \
	"code,parent,kind,type,branch,name,name_en,head,contact,opened,closed,source\n"              \
	"VN,,central,,,Việt Nam,Viet Nam,,,,,\n40,VN,province,,,Tỉnh Nghệ An,Nghe An,Ông A,0238,,,\n" \
	"412,40,district,,,Thành phố Vinh,Vinh City,Bà B,vinh@example,,,\n"                        \
	"413,40,district,,,Huyện Diễn Châu,,,,,,\n414,40,district,,,Huyện Quỳ Hợp,,,,,,\n"           \
	"415,40,district,,,Huyện đã đóng,,,,,2023-01-01,\n"                                          \
	"16702,412,commune,,,Phường Đông Vĩnh,,,,,,\n"
#define ITEMS                                                                                  \
	"code,parent,owner,kind,name,name_en,lead,start,due,answer,reporters,measure,num_def,den_def,bounded\n" \
	"KH,,40,plan,Kế hoạch triển khai Đề án 06 năm 2024,Plan 06,,,,,,,,,\n"                 \
	"KH.G,KH,,group,Nhóm việc,,,,,,,,,,\n"                                              \
	"KH.1,KH.G,,task,Cấp căn cước công dân,,412,2024-01-02,2024-03-31,all,kind:district@40,,,,\n" \
	"KH.2,KH.G,,task,Việc hai,,412,2024-01-02,2024-06-30,lead,,,,,\n"                      \
	"CT,,40,plan,Chỉ tiêu,,,,,,,,,,\n"                                                     \
	"CT.1,CT,,ratio,Hồ sơ trực tuyến,,40,,,all,kind:district@40,stock,a,b,yes\n"

struct world {
	struct atlas atlas;
	struct mirror *mirror;
	struct mirror_generation g;
	struct top_scene scene;
	struct top_board board;
	struct top_silent silent;
	struct top_events events;
	struct top_view view;
	struct top_page page;
	struct buffer text;
	uint32_t *below;
	uint64_t version;
	bool live;
};

static uint32_t item_number(const struct world *w, const char *code)
{
	const struct catalogue *c = w->atlas.catalogue;

	return catalogue_item(c, catalogue_item_by_code(c, code))->row.number;
}

static void place(struct world *w, const char *code)
{
	free(w->below);
	assert_true(atlas_place(&w->atlas, code, w->scene.sight.today, &w->scene.place));
	w->below = top_board_below(w->atlas.catalogue, &w->scene.place, w->scene.sight.today,
				   &w->scene.below_n);
	w->scene.below = w->below;
}

static void open_world(struct world *w, const char *units)
{
	struct builder *b = builder_new();
	struct faults faults = {0};

	*w = (struct world){.live = true, .version = 10};
	assert_true(builder_csv(b, "units.csv", units, strlen(units), &faults));
	assert_true(builder_csv(b, "items.csv", ITEMS, strlen(ITEMS), &faults));
	w->atlas.catalogue = catalogue_build(b, false, &faults);
	assert_non_null(w->atlas.catalogue);
	builder_free(b);
	faults_free(&faults);
	w->g = (struct mirror_generation){.incarnation = {0xab}, .fold_version = 2, .entry = 3};
	w->mirror = mirror_new();
	mirror_meet(w->mirror, &w->g);
	mirror_complete(w->mirror, &w->g, 3);
	w->scene = (struct top_scene){
		.atlas = &w->atlas,
		.mirror = w->mirror,
		.sight = {.generation = w->g, .today = {20240402}, .illustrative = true},
		.plan = NO_INDEX};
	w->silent = (struct top_silent){.state = TOP_ANSWERED, .units = 3, .expected = 9};
	w->view.focus = TOP_UNITS;
	place(w, "40");
}

static void close_world(struct world *w)
{
	top_board_free(&w->board);
	top_silent_free(&w->silent);
	top_events_free(&w->events);
	top_page_free(&w->page);
	buffer_free(&w->text);
	mirror_free(w->mirror);
	catalogue_free(w->atlas.catalogue);
	free(w->below);
}

static void page_of(struct world *w, const char *path, const char *plan,
		    const struct mirror_rollup *r, size_t n)
{
	const struct mirror_grain grain = {.path = path,
					   .plan = item_number(w, plan),
					   .version = ++w->version,
					   .rollups = r,
					   .n = n};

	assert_int_equal(mirror_page(w->mirror, &w->g, &grain), MIRROR_APPLIED);
}

/* Tasks of a unit's plan: cells, and leaves by their state. */
static void tasks(struct world *w, const char *path, struct task_counts cells,
		  struct task_counts leaves, uint32_t overdue)
{
	struct mirror_rollup r = {.item = item_number(w, "KH"),
				  .rollup = {.cells = cells,
					     .leaves = leaves,
					     .overdue = overdue,
					     .version = w->version + 1,
					     .weight_sum = 4,
					     .weighted = 4 * 6250,
					     .score_leaves = 3,
					     .score_leaves_of = 4}};

	page_of(w, path, "KH", &r, 1);
}

static void indicators(struct world *w, const char *path, uint32_t value, uint32_t unreported)
{
	struct mirror_rollup r = {
		.item = item_number(w, "CT"),
		.rollup = {.indicators = {.value = value, .unreported = unreported},
			   .version = w->version + 1}};

	page_of(w, path, "CT", &r, 1);
}

static void province(struct world *w)
{
	tasks(w, "VN/40/", (struct task_counts){2, 12, 20, 6, 0}, (struct task_counts){0, 12, 20, 6, 0}, 4);
	indicators(w, "VN/40/", 2, 1);
	tasks(w, "VN/40/412/", (struct task_counts){0, 1, 1, 1, 0}, (struct task_counts){0, 1, 1, 1, 0}, 1);
	indicators(w, "VN/40/412/", 1, 0);
	tasks(w, "VN/40/413/", (struct task_counts){1, 0, 2, 0, 0}, (struct task_counts){1, 0, 2, 0, 0}, 3);
	indicators(w, "VN/40/413/", 1, 0);
	tasks(w, "VN/40/414/", (struct task_counts){1, 0, 0, 2, 0}, (struct task_counts){1, 0, 0, 2, 0}, 0);
	indicators(w, "VN/40/414/", 0, 1);
}

static void owes(struct world *w, const char *code, const char *name, const char *head,
		 const char *contact)
{
	struct top_silent *s = &w->silent;

	s->list = base_grow(s->list, s->n + 1, sizeof(*s->list));
	s->list[s->n++] = (struct top_office){.code = base_copy_text(code),
					      .name = base_copy_text(name),
					      .name_en = base_copy_text(""),
					      .head = base_copy_text(head),
					      .contact = base_copy_text(contact),
					      .since = 20240316,
					      .owes = 4,
					      .missing = 1};
}

static void show(struct world *w, size_t width, size_t height)
{
	const struct top_show s = {.board = &w->board,
				   .silent = &w->silent,
				   .events = &w->events,
				   .live = w->live,
				   .now = {1712020502000}}; /* 2024-04-02 08:15:02 in the office */

	top_board_make(&w->board, &w->scene);
	top_text(&w->page, &s, &w->view, width, height);
}

static const char *plain(struct world *w, size_t width, size_t height)
{
	show(w, width, height);
	buffer_clear(&w->text);
	for (size_t i = 0; i < w->page.lines_n; i++) {
		top_page_plain(&w->page, i, &w->text);
		buffer_put_u8(&w->text, '\n');
	}
	return buffer_text(&w->text);
}

/* ---- the board ---- */

static void the_worst_first(void **state)
{
	struct world w;

	(void)state;
	open_world(&w, UNITS);
	assert_int_equal(w.scene.below_n, 3); /* not the one that is closed, not the one deeper */
	province(&w);
	top_board_make(&w.board, &w.scene);
	const struct top_board *b = &w.board;
	assert_int_equal(b->totals_n, 2);
	assert_int_equal(b->totals[0].figure.leaves.done, 6);
	assert_int_equal(b->units_n, 3);
	const char *const order[] = {"413", "412", "414"};
	for (size_t i = 0; i < 3; i++)
		assert_string_equal(catalogue_unit(w.atlas.catalogue, b->units[i].unit)->row.code, order[i]);
	/* sums over both plans */
	assert_int_equal(b->units[0].overdue, 3);
	assert_int_equal(b->units[0].applicable, 3);
	assert_int_equal(b->units[0].missing, 1);
	assert_int_equal(b->units[0].expected, 4);
	assert_int_equal(b->units[0].sign, TOP_OVERDUE);
	assert_int_equal(b->units[2].sign, TOP_MISSING);
	assert_int_equal(b->units[2].missing, 2);
	assert_int_equal(b->units[2].score_bp, 6250);
	/* one plan: of it alone, with the items directly below it that something is expected of */
	w.scene.plan = catalogue_item_by_code(w.atlas.catalogue, "CT");
	top_board_make(&w.board, &w.scene);
	assert_int_equal(b->totals_n, 1);
	assert_int_equal(b->units[0].missing, 1);
	assert_string_equal(catalogue_unit(w.atlas.catalogue, b->units[0].unit)->row.code, "414");
	assert_int_equal(b->units[0].applicable, 0);
	close_world(&w);
}

static void equal_ones_by_what_is_done(void **state)
{
	struct world w;

	(void)state;
	open_world(&w, UNITS);
	tasks(&w, "VN/40/", (struct task_counts){0, 0, 9, 0, 0}, (struct task_counts){0, 0, 9, 0, 0}, 0);
	tasks(&w, "VN/40/412/", (struct task_counts){0, 0, 3, 0, 0}, (struct task_counts){0, 0, 3, 0, 0}, 0);
	struct mirror_rollup low = {.item = item_number(&w, "KH"),
				    .rollup = {.cells = {.done = 3}, .weight_sum = 1, .weighted = 100}};
	page_of(&w, "VN/40/414/", "KH", &low, 1);
	struct mirror_rollup none = {.item = item_number(&w, "KH"), .rollup = {.cells = {.done = 2, .na = 1}}};
	page_of(&w, "VN/40/413/", "KH", &none, 1);
	top_board_make(&w.board, &w.scene);
	const char *const order[] = {"412", "414", "413"}; /* 0/3, then 3/3 of which more was expected than 2/2 */
	for (size_t i = 0; i < 3; i++) {
		assert_string_equal(catalogue_unit(w.atlas.catalogue, w.board.units[i].unit)->row.code, order[i]);
		assert_int_equal(w.board.units[i].sign, TOP_FINE);
	}
	assert_int_equal(w.board.units[2].applicable, 2);
	close_world(&w);
}

/* As on the page: 2 of 3 is worse than 3 of 6. */
static void a_share_and_not_a_number(void **state)
{
	struct world w;

	(void)state;
	open_world(&w, UNITS);
	tasks(&w, "VN/40/", (struct task_counts){2, 2, 6, 4, 0}, (struct task_counts){2, 2, 6, 4, 0}, 5);
	tasks(&w, "VN/40/412/", (struct task_counts){0, 0, 3, 3, 0}, (struct task_counts){0, 0, 3, 3, 0}, 3);
	tasks(&w, "VN/40/413/", (struct task_counts){1, 0, 1, 1, 0}, (struct task_counts){1, 0, 1, 1, 0}, 2);
	tasks(&w, "VN/40/414/", (struct task_counts){1, 2, 2, 0, 0}, (struct task_counts){1, 2, 2, 0, 0}, 0);
	top_board_make(&w.board, &w.scene);
	const char *const order[] = {"413", "412", "414"};
	for (size_t i = 0; i < 3; i++)
		assert_string_equal(catalogue_unit(w.atlas.catalogue, w.board.units[i].unit)->row.code, order[i]);
	close_world(&w);
}

static void plans_in_turn(void **state)
{
	struct world w;

	(void)state;
	open_world(&w, UNITS);
	/* nothing is expected of anything yet */
	assert_int_equal(top_board_next_plan(&w.scene), NO_INDEX);
	province(&w);
	for (const char *const *code = (const char *const[]){"KH", "CT", NULL}; *code; code++) {
		w.scene.plan = top_board_next_plan(&w.scene);
		assert_string_equal(catalogue_item(w.atlas.catalogue, w.scene.plan)->row.code, *code);
	}
	assert_int_equal(top_board_next_plan(&w.scene), NO_INDEX);
	/* the subscriber's place is at or above ours: a unit without children */
	place(&w, "16702");
	assert_int_equal(w.scene.below_n, 0);
	top_board_make(&w.board, &w.scene);
	assert_int_equal(w.board.units_n, 0);
	close_world(&w);
}

/* ---- events ---- */

static void move(struct world *w, const char *path, const char *item, struct rollup after, bool whole)
{
	struct mirror_rollup r = {.item = item_number(w, item), .rollup = after};
	struct mirror_grain before, grain = {.path = path,
					     .plan = item_number(w, "KH"),
					     .version = ++w->version,
					     .rollups = &r,
					     .n = 1};

	r.rollup.version = grain.version;
	if (!whole && mirror_grain(w->mirror, path, grain.plan, &before))
		grain.previous = before.version;
	top_events_changing(&w->events, w->mirror, &grain);
	assert_int_equal(whole ? mirror_page(w->mirror, &w->g, &grain)
			       : mirror_delta(w->mirror, &w->g, &grain),
			 MIRROR_APPLIED);
	top_events_changed(&w->events, &w->atlas, &w->scene.place, w->scene.sight.today, &grain,
			   (struct instant){1712020502000});
}

static void who_reports_it_not_who_is_above(void **state)
{
	struct world w;

	(void)state;
	open_world(&w, UNITS);
	province(&w);
	move(&w, "VN/40/413/", "KH.1", (struct rollup){.cells = {.in_progress = 1}}, false);
	assert_int_equal(top_events_n(&w.events), 1);
	const struct top_event *e = top_events_at(&w.events, 0);
	assert_true(e->known);
	assert_int_equal(e->before.cells.in_progress, 0);
	assert_int_equal(e->after.cells.in_progress, 1);
	/* the province reports no KH.1, KH.2 is not 413's, a plan is no leaf */
	move(&w, "VN/40/", "KH.1", (struct rollup){.cells = {.in_progress = 1}}, false);
	move(&w, "VN/40/413/", "KH.2", (struct rollup){.cells = {.done = 1}}, false);
	move(&w, "VN/40/413/", "KH", (struct rollup){.cells = {.done = 1}}, false);
	/* said again: only the version moves */
	move(&w, "VN/40/413/", "KH.1", (struct rollup){.cells = {.in_progress = 1}}, false);
	/* elsewhere */
	move(&w, "VN/38/", "KH.1", (struct rollup){.cells = {.done = 1}}, true);
	assert_int_equal(top_events_n(&w.events), 1);
	move(&w, "VN/40/413/", "KH.1", (struct rollup){.cells = {.done = 1}}, true);
	assert_int_equal(top_events_n(&w.events), 2);
	assert_int_equal(top_events_at(&w.events, 0)->before.cells.in_progress, 1);
	/* not more than so many, the newest first */
	for (uint32_t i = 0; i < 3 * TOP_EVENTS_MAX; i++)
		move(&w, "VN/40/412/", "KH.1", (struct rollup){.cells = {.done = i % 2, .in_progress = 1 - i % 2}},
		     false);
	assert_int_equal(top_events_n(&w.events), TOP_EVENTS_MAX);
	assert_int_equal(top_events_at(&w.events, 0)->after.cells.done, 1);
	assert_int_equal(top_events_at(&w.events, 1)->after.cells.done, 0);
	assert_true(top_events_at(&w.events, TOP_EVENTS_MAX - 1)->version <
		    top_events_at(&w.events, 0)->version);
	/* another place: what is not there goes */
	place(&w, "414");
	top_events_place(&w.events, &w.atlas, &w.scene.place, NO_INDEX, w.scene.sight.today, w.mirror);
	assert_int_equal(top_events_n(&w.events), 0);
	close_world(&w);
}

static void the_newest_that_stand_already(void **state)
{
	struct world w;

	(void)state;
	open_world(&w, UNITS);
	const char *const paths[] = {"VN/40/412/", "VN/40/413/", "VN/40/414/", "VN/40/"};
	for (size_t i = 0; i < BASE_COUNT(paths); i++) {
		struct mirror_rollup r = {.item = item_number(&w, "KH.1"),
					  .rollup = {.cells = {.done = i < 2, .unreported = i == 2},
						     .version = 4 - i}};
		page_of(&w, paths[i], "KH", &r, 1);
	}
	move(&w, "VN/40/413/", "KH.1", (struct rollup){.cells = {.in_progress = 1}}, false);
	/* 413 was seen to move; 412 stands; 414 has not reported, 40 reports none */
	for (int i = 0; i < 2; i++) {
		top_events_place(&w.events, &w.atlas, &w.scene.place, NO_INDEX, w.scene.sight.today, w.mirror);
		assert_int_equal(top_events_n(&w.events), 2);
		assert_true(top_events_at(&w.events, 0)->known);
		assert_false(top_events_at(&w.events, 1)->known);
		assert_int_equal(top_events_at(&w.events, 1)->version, 4);
		assert_int_equal(top_events_at(&w.events, 1)->after.cells.done, 1);
	}
	/* of another plan: what moved stays in mind, what stands is not of it */
	w.scene.plan = catalogue_item_by_code(w.atlas.catalogue, "CT");
	top_events_place(&w.events, &w.atlas, &w.scene.place, w.scene.plan, w.scene.sight.today, w.mirror);
	assert_int_equal(top_events_n(&w.events), 1);
	top_board_make(&w.board, &w.scene);
	struct top_show s = {.board = &w.board, .silent = &w.silent, .events = &w.events};
	assert_int_equal(top_text_rows(&s, TOP_EVENTS), 0);
	assert_null(top_text_event(&s, 0));
	w.scene.plan = catalogue_item_by_code(w.atlas.catalogue, "KH");
	top_board_make(&w.board, &w.scene);
	assert_int_equal(top_text_rows(&s, TOP_EVENTS), 1);
	assert_ptr_equal(top_text_event(&s, 0), top_events_at(&w.events, 0));
	close_world(&w);
}

/* ---- pages ---- */

static void check_page(struct world *w, size_t width, size_t height)
{
	show(w, width, height);
	if (height)
		assert_int_equal(w->page.lines_n, height);
	for (size_t i = 0; i < w->page.lines_n; i++) {
		buffer_clear(&w->text);
		top_page_plain(&w->page, i, &w->text);
		const char *line = buffer_text(&w->text);
		if (text_width(line) > (width < TOP_WIDTH_MIN ? TOP_WIDTH_MIN : width))
			fail_msg("%zu columns on a page of %zu: %s", text_width(line), width, line);
		assert_true(text_is_utf8(line, strlen(line)));
		for (const char *c = line; *c; c++)
			if ((uint8_t)*c < 0x20 || *c == 0x7f || ((uint8_t)c[0] == 0xc2 && (uint8_t)c[1] < 0xa0))
				fail_msg("a control character in: %s", line);
	}
}

/* Every width and height, both languages, every part with the keys. */
static void check_pages(struct world *w)
{
	for (int l = LANGUAGE_VI; l <= LANGUAGE_EN; l++)
		for (size_t width = 38; width <= TOP_WIDTH_MAX; width += width < 120 ? 1 : 20)
			for (size_t height = 0; height < 50; height += height < 26 ? 1 : 8) {
				w->view.language = (enum language)l;
				w->view.focus = (enum top_part)((width + height) % TOP_PARTS);
				w->view.help = (width + height) % 7 == 0;
				w->view.chosen[w->view.focus] = width * 7 % 11;
				check_page(w, width, height);
			}
}

static void golden(struct world *w, size_t width, size_t height, const char *expected)
{
	const char *page = plain(w, width, height);

	if (strcmp(page, expected) != 0)
		fail_msg("at %zux%zu the page is\n%s", width, height, page);
	check_page(w, width, height);
}

static void board_for_pages(struct world *w)
{
	open_world(w, UNITS);
	province(w);
	owes(w, "413", "Huyện Diễn Châu", "Chủ tịch UBND huyện", "dienchau@nghean.example");
	owes(w, "414", "Huyện Quỳ Hợp", "", "");
	move(w, "VN/40/413/", "KH.1", (struct rollup){.cells = {.unreported = 1}}, false);
	move(w, "VN/40/413/", "KH.1", (struct rollup){.cells = {.in_progress = 1}, .overdue = 1}, false);
}

static void pages_of_three_widths(void **state)
{
	struct world w;

	(void)state;
	board_for_pages(&w);
	golden(&w, 40, 0, PAGE_40);
	golden(&w, 80, 0, PAGE_80);
	golden(&w, 80, 24, SCREEN_80);
	w.view.language = LANGUAGE_EN;
	golden(&w, 132, 0, PAGE_132);
	golden(&w, 132, 40, SCREEN_132);
	w.view.language = LANGUAGE_VI;
	w.live = false;
	w.scene.sight.stale = true;
	w.view.crumbs = "VN > ";
	w.view.focus = TOP_TOTALS;
	golden(&w, 80, 24, SCREEN_CUT);
	close_world(&w);
}

static void a_page_of_one_plan(void **state)
{
	struct world w;

	(void)state;
	board_for_pages(&w);
	w.scene.plan = catalogue_item_by_code(w.atlas.catalogue, "KH");
	golden(&w, 80, 0, PAGE_PLAN);
	close_world(&w);
}

static void any_size(void **state)
{
	struct world w;

	(void)state;
	board_for_pages(&w);
	check_pages(&w);
	w.live = false;
	check_pages(&w);
	close_world(&w);
	/* nothing at all */
	open_world(&w, UNITS);
	w.silent.state = TOP_REFUSED;
	w.silent.reason = REASON_FORBIDDEN;
	check_pages(&w);
	w.view.help = false;
	assert_non_null(strstr(plain(&w, 200, 24), reason_says(REASON_FORBIDDEN, w.view.language)));
	close_world(&w);
}

#define HOSTILE "\x1b]0;x\x07\x1b[2J\xc2\x9b" "31m\xe2\x80\xae" "abc\xff\xe4\xb8\xad\xe6\x96\x87\xcc\x80\xcc\x80\xcc\x80\n\t%s%n"

static void names_that_attack(void **state)
{
	struct world w;

	(void)state;
	board_for_pages(&w);
	for (int i = 0; i < 30; i++)
		owes(&w, i % 2 ? "x\x1b[0m" : HOSTILE, HOSTILE HOSTILE, HOSTILE, HOSTILE);
	w.view.crumbs = HOSTILE " > ";
	check_pages(&w);
	/* the test is one: it is on the page, and made harmless */
	w.view.help = false;
	w.view.language = LANGUAGE_VI;
	assert_non_null(strstr(plain(&w, 200, 0), "?]0;x??[2J?31m?abc?中文"));
	close_world(&w);
}

static void rows_are_scrolled_to(void **state)
{
	struct world w;

	(void)state;
	board_for_pages(&w);
	for (int i = 0; i < 30; i++) {
		char code[16];
		snprintf(code, sizeof(code), "X%02d", i);
		owes(&w, code, "Phường", "", "");
	}
	w.view.focus = TOP_SILENT;
	for (size_t chosen = 0; chosen < 32; chosen++) {
		w.view.chosen[TOP_SILENT] = chosen;
		show(&w, 80, 24);
		assert_true(w.view.rows[TOP_SILENT] >= 3);
		assert_in_range(chosen, w.view.from[TOP_SILENT],
				w.view.from[TOP_SILENT] + w.view.rows[TOP_SILENT] - 1);
	}
	w.view.chosen[TOP_SILENT] = SIZE_MAX / 2; /* End */
	assert_non_null(strstr(plain(&w, 80, 24), "X29"));
	assert_int_equal(w.view.chosen[TOP_SILENT], 31);
	assert_non_null(strstr(buffer_text(&w.text), "/32"));
	close_world(&w);
}

/* ---- bars ---- */

static void a_bar_never_lies(void **state)
{
	uint64_t x = 88172645463325252U;
	size_t out[4];

	(void)state;
	for (int round = 0; round < 20000; round++) {
		uint32_t counts[4], total = 0, kinds = 0;
		for (int i = 0; i < 4; i++) {
			x ^= x << 13;
			x ^= x >> 7;
			x ^= x << 17;
			counts[i] = x % 3 ? (uint32_t)(x >> 20) % (x % 5 ? 40 : 2000000) : 0;
			total += counts[i];
			kinds += counts[i] > 0;
		}
		size_t width = 4 + x % 57, sum = 0;
		top_bar(counts, width, out);
		for (int i = 0; i < 4; i++) {
			sum += out[i];
			assert_true(!counts[i] == !out[i]);
			/* within a column of the truth, but for what was given to the smallest */
			double truth = total ? (double)counts[i] * (double)width / total : 0;
			assert_true((double)out[i] - truth <= 1 && truth - (double)out[i] <= 1 + kinds);
		}
		assert_int_equal(sum, total ? width : 0);
	}
	const uint32_t known[4] = {6, 20, 12, 0};
	top_bar(known, 19, out);
	assert_int_equal(out[0], 3);
	assert_int_equal(out[1], 10);
	assert_int_equal(out[2], 6);
	assert_int_equal(out[3], 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_worst_first),
		cmocka_unit_test(a_share_and_not_a_number),
		cmocka_unit_test(equal_ones_by_what_is_done),
		cmocka_unit_test(plans_in_turn),
		cmocka_unit_test(who_reports_it_not_who_is_above),
		cmocka_unit_test(the_newest_that_stand_already),
		cmocka_unit_test(pages_of_three_widths),
		cmocka_unit_test(a_page_of_one_plan),
		cmocka_unit_test(any_size),
		cmocka_unit_test(names_that_attack),
		cmocka_unit_test(rows_are_scrolled_to),
		cmocka_unit_test(a_bar_never_lies),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
