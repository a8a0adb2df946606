// SPDX-License-Identifier: Apache-2.0
/* A catalogue whose pool fails at each of its requests in turn. The pool here is the test's own: one
 * block a request, so that every place that asks can be the one that is refused; the real one, which
 * asks the heap now and then, is in test_catalogue_memory. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/domain/pool.h"
#include "tests/unit/support_rows.h"

static long left; /* requests that are granted still; < 0 = all */

struct pool_block {
	struct pool_block *before;
	_Alignas(16) unsigned char bytes[];
};

void *pool_alloc(struct pool *p, size_t size)
{
	struct pool_block *b = NULL;

	if (!p->failed && left != 0)
		b = calloc(1, sizeof(*b) + size);
	left -= left > 0;
	if (!b) {
		p->failed = true;
		return NULL;
	}
	b->before = p->last;
	p->last = b;
	return b->bytes;
}

void *pool_array(struct pool *p, size_t n, size_t size)
{
	return pool_alloc(p, n ? n * size : 1);
}

const char *pool_text(struct pool *p, const char *text)
{
	size_t size = text ? strlen(text) + 1 : 1;
	char *copy = size > 1 ? pool_alloc(p, size) : NULL;

	return copy ? memcpy(copy, text, size) : "";
}

void pool_free(struct pool *p)
{
	while (p->last) {
		struct pool_block *b = p->last;

		p->last = b->before;
		free(b);
	}
	*p = (struct pool){ 0 };
}

static const struct {
	const char *file, *text;
} files[] = {
	{ "units.csv", "code,parent,kind,name\nVN,,central,V\nU1,VN,district,A\nU2,VN,district,B\n" },
	{ "items.csv", "code,parent,owner,kind,name,answer,reporters\nP,,VN,plan,P,,\n"
		       "I1,P,,count,x,all,kind:district@VN|group:G\nQ,,VN,plan,Q,,\n"
		       "I2,Q,,count,y,all,kind:district@VN|-U1\n" },
	{ "groups.csv", "group,unit\nG,U1\nG,U2\n" },
	{ "targets.csv", "item,unit,target\nI1,U1,5\nI2,U2,6\n" },
	{ "milestones.csv", "item,date\nI1,2024-01-01\nI2,2024-02-01\n" },
	{ "holidays.csv", "date,kind\n2024-01-01,off\n" },
};

static struct catalogue *work(const struct catalogue *old, const char *plan)
{
	struct builder *b = builder_new();
	struct faults faults = { 0 };
	struct catalogue *c = NULL;
	bool good = b != NULL;

	for (size_t i = 0; good && i < sizeof files / sizeof *files; i++)
		good = builder_csv(b, files[i].file, files[i].text, strlen(files[i].text), &faults);
	if (good && builder_merge(b, old, plan, DAY(20240101), &faults))
		c = catalogue_build(b, false, &faults);
	builder_free(b);
	faults_free(&faults);
	return c;
}

/* Refused once, at each request: nothing is made, nothing is lost, and it is not the heap's fault. */
static void each_request_may_be_refused(void **state)
{
	const struct {
		bool merge;
		const char *plan;
	} ways[] = { { false, "" }, { true, "" }, { true, "P" } };

	(void)state;
	left = -1;
	struct catalogue *old = work(NULL, "");
	assert_non_null(old);
	for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
		struct catalogue *c = NULL;
		long n = 0;
		for (; !c; n++) {
			assert_true(n < 10000);
			left = n;
			c = work(ways[i].merge ? old : NULL, ways[i].plan);
		}
		assert_true(n > 40);
		catalogue_free(c);
	}
	catalogue_free(old);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_request_may_be_refused),
	};

	return cmocka_run_group_tests_name("catalogue, short of memory", tests, NULL, NULL);
}
