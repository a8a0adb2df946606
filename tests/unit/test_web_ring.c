// SPDX-License-Identifier: Apache-2.0
/* The ring of events: random puts and followers against a list that forgets nothing. SEED by argument. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "dashboard/web_ring.h"

static uint64_t seed0 = 20240402, dice_state;

static uint32_t dice(uint32_t n)
{
	dice_state = dice_state * 6364136223846793005U + 1442695040888963407U;
	return (uint32_t)(dice_state >> 33) % n;
}

static const char *const PATHS[] = {"", "VN/", "VN/40/", "VN/40/412/", "VN/40/412/16702/", "VN/40/413/", "VN/4/", "VN/401/", "G/A/", "G/AB/"};

/* What the header says, in the plainest words: the parts of the path, one by one. */
static bool follows(const struct web_follow *f, const char *path)
{
	size_t parts = 0, more;

	if (!*path || !*f->path)
		return true;
	for (size_t i = 0; i < f->members_n; i++) {
		more = strlen(f->members[i]);
		if (strlen(path) >= more && memcmp(path, f->members[i], more) == 0)
			return f->all || path[more] == '\0';
	}
	more = strlen(f->path);
	if (strlen(path) < more || memcmp(path, f->path, more) != 0)
		return false;
	for (const char *at = path + more; *at; at++)
		parts += *at == '/';
	return f->all || parts <= 1;
}

static void who_follows_what(void **state)
{
	static const char *const members[] = {"VN/40/412/", "VN/40/413/"};

	(void)state;
	for (size_t i = 0; i < BASE_COUNT(PATHS); i++) {
		for (size_t k = 0; k < BASE_COUNT(PATHS); k++) {
			for (int all = 0; all < 2; all++) {
				struct web_follow f = {.all = all};
				snprintf(f.path, sizeof(f.path), "%s", PATHS[i]);
				assert_int_equal(web_follows(&f, PATHS[k]), follows(&f, PATHS[k]));
				f.members = members;
				f.members_n = 2;
				assert_int_equal(web_follows(&f, PATHS[k]), follows(&f, PATHS[k]));
			}
		}
	}
	struct web_follow forty = {.path = "VN/40/"}, group = {.path = "G/A/", .members = members, .members_n = 2};
	assert_true(web_follows(&forty, "VN/40/412/") && !web_follows(&forty, "VN/40/412/16702/") && !web_follows(&forty, "VN/401/"));
	assert_true(web_follows(&group, "G/A/") && web_follows(&group, "VN/40/413/") && !web_follows(&group, "VN/40/412/16702/"));
	assert_false(web_follows(&group, "G/AB/") || web_follows(&group, "VN/40/"));
}

/* ---- against a list of all there ever was ---- */

enum { EVENTS = 20000, FOLLOWERS = 12 };

struct past {
	const char *path;
	char text[80];
	bool own;
};

struct follower {
	struct web_follow follow;
	uint64_t at;
	unsigned got, lost;
};

/* The next of the list, or 0. */
static uint64_t next_of(const struct past *past, uint64_t newest, uint64_t after, const struct web_follow *f)
{
	for (uint64_t n = after + 1; n <= newest; n++)
		if (follows(f, past[n].path))
			return n;
	return 0;
}

static void go_on(const struct web_ring *r, const struct past *past, struct follower *f)
{
	uint64_t newest = web_ring_newest(r), right = next_of(past, newest, f->at, &f->follow);
	struct web_event e;

	if (!web_ring_reaches(r, f->at)) {
		assert_true(f->at + 1 < web_ring_oldest(r));
		f->at = newest;
		f->lost++;
		return;
	}
	bool is = web_ring_next(r, f->at, &f->follow, &e);
	assert_int_equal(is, right != 0);
	if (!is)
		return;
	assert_int_equal(e.number, right);
	assert_string_equal(e.path, past[right].path);
	assert_int_equal(e.own, past[right].own);
	assert_true(bytes_equal(e.text, bytes_text(past[right].text)));
	f->at = right;
	f->got++;
}

static void put(struct web_ring *r, struct past *past)
{
	struct past *p = &past[web_ring_newest(r) + 1];

	p->path = PATHS[dice(BASE_COUNT(PATHS))];
	p->own = dice(2);
	snprintf(p->text, sizeof(p->text), "%0*u", 1 + (int)dice(60), dice(1000000));
	uint64_t n = web_ring_put(r, p->path, p->own, bytes_text(p->text));
	assert_ptr_equal(p, &past[n]);
	assert_int_equal(web_ring_newest(r), n);
}

static void one_ring(uint64_t seed, size_t bytes)
{
	struct web_ring *r = web_ring_new(bytes);
	struct past *past = base_alloc((EVENTS + 1) * sizeof(*past));
	struct follower f[FOLLOWERS] = {0};
	unsigned got = 0, lost = 0;

	dice_state = seed;
	for (size_t i = 0; i < FOLLOWERS; i++) {
		f[i].follow.all = dice(2);
		snprintf(f[i].follow.path, sizeof(f[i].follow.path), "%s", PATHS[dice(BASE_COUNT(PATHS))]);
	}
	assert_int_equal(web_ring_newest(r), 0);
	assert_true(web_ring_reaches(r, 0) && !web_ring_reaches(r, 1));
	while (web_ring_newest(r) < EVENTS) {
		if (dice(3) == 0)
			put(r, past);
		else
			go_on(r, past, &f[dice(1 + dice(FOLLOWERS))]); /* the last ones are slow */
	}
	for (size_t i = 0; i < FOLLOWERS; i++) {
		got += f[i].got;
		lost += f[i].lost;
	}
	assert_true(got > 1000 && lost > 0);
	free(past);
	web_ring_free(r);
}

static void random_rings(void **state)
{
	(void)state;
	print_message("seed %llu\n", (unsigned long long)seed0);
	one_ring(seed0, 4096);
	one_ring(seed0 + 1, 100 * 1024);
	one_ring(seed0 + 2, 200);
}

/* ---- limits ---- */

static void bytes_and_number_are_bounded(void **state)
{
	struct web_ring *small = web_ring_new(100), *many = web_ring_new(0);
	char text[97];

	(void)state;
	memset(text, 'x', sizeof(text));
	assert_int_equal(web_ring_put(small, "a/", false, bytes_of(text, 40)), 1);
	assert_int_equal(web_ring_put(small, "a/", false, bytes_of(text, 40)), 2);
	assert_int_equal(web_ring_oldest(small), 1);
	web_ring_put(small, "a/", false, bytes_of(text, 97)); /* with its path exactly as long as the ring */
	assert_int_equal(web_ring_oldest(small), 3);
	assert_true(web_ring_reaches(small, 2) && web_ring_reaches(small, 3) && !web_ring_reaches(small, 1) && !web_ring_reaches(small, 4));
	for (int i = 0; i < WEB_RING_EVENTS + 5; i++)
		web_ring_put(many, "", false, bytes_text("x"));
	assert_int_equal(web_ring_newest(many) - web_ring_oldest(many) + 1, WEB_RING_EVENTS);
	struct web_ring *large = web_ring_new(2 * WEB_RING_BYTES);
	for (int i = 0; i < 2 * WEB_RING_EVENTS + 5; i++)
		web_ring_put(large, "", false, bytes_text("x"));
	assert_int_equal(web_ring_newest(large) - web_ring_oldest(large) + 1, 2 * WEB_RING_EVENTS);
	web_ring_free(large);
	web_ring_free(small);
	web_ring_free(many);
	web_ring_free(NULL);
}

static void what_is_forgotten(void **state)
{
	struct web_ring *r = web_ring_new(0);
	const struct web_follow all = {.all = true};
	struct web_event e;

	(void)state;
	web_ring_forget(r);
	assert_true(web_ring_reaches(r, 0));
	for (int i = 0; i < 3; i++)
		web_ring_put(r, "a/", false, bytes_text("lost"));
	web_ring_forget(r);
	assert_true(web_ring_oldest(r) == 4 && web_ring_newest(r) == 3);
	assert_true(web_ring_reaches(r, 3) && !web_ring_reaches(r, 2)); /* who had all goes on, who was behind has lost something */
	assert_false(web_ring_next(r, 3, &all, &e));
	assert_int_equal(web_ring_put(r, "a/", false, bytes_text("new")), 4);
	assert_true(web_ring_next(r, 3, &all, &e) && e.number == 4 && memcmp(e.text.data, "new", 3) == 0);
	web_ring_free(r);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_follows_what),
		cmocka_unit_test(random_rings),
		cmocka_unit_test(bytes_and_number_are_bounded),
		cmocka_unit_test(what_is_forgotten),
	};

	if (argc > 1)
		seed0 = strtoull(argv[1], NULL, 10);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
