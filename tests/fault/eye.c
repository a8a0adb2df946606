// SPDX-License-Identifier: Apache-2.0
/*
 * eye: a subscriber that can be asked what it holds.
 *
 *   eye DIR UNIT      DIR as `tiendo init` makes it
 *
 * The subscriber of dashboard/ keeps the mirror, this program only prints it: for each line on standard input every
 * grain ("grain PATH PLAN VERSION"), its rollups ("rollup HEX", encoded as on the wire), then "end GENERATION N" with
 * the number of grains, or "end - 0" while nothing is complete or a newer generation is being fetched.
 */
#include <stdio.h>
#include <unistd.h>

#include "common/sys/clock.h"
#include "dashboard/session.h"
#include "dashboard/subscriber.h"

enum { VERSIONS_MS = 500, GENERATION_HEX = 2 * MIRROR_INCARNATION + 1 };

static void print_rollup(const struct mirror_rollup *r)
{
	uint8_t packed[CODEC_ROLLUP_MAX];
	char hex[2 * sizeof packed + 1];
	size_t size = codec_rollup_pack(r->item, &r->rollup, packed);

	printf("rollup %s\n", hex_encode(hex, packed, size));
}

static void print_all(const struct mirror *m)
{
	struct mirror_generation g;
	char hex[GENERATION_HEX];

	if (!mirror_generation(m, &g) || mirror_stale(m) || mirror_owes_all(m)) {
		puts("end - 0");
		return;
	}
	for (size_t i = 0; i < mirror_grains(m); i++) {
		struct mirror_grain grain = mirror_grain_at(m, i);
		printf("grain %s %u %llu\n", grain.path, grain.plan, (unsigned long long)grain.version);
		for (size_t j = 0; j < grain.n; j++)
			print_rollup(&grain.rollups[j]);
	}
	printf("end %s:%u:%llu %zu\n", hex_encode(hex, g.incarnation, sizeof g.incarnation), g.fold_version,
	       (unsigned long long)g.entry, mirror_grains(m));
}

/* False at the end of standard input. Lines are short and come one at a time. */
static bool hear(const struct subscriber *s)
{
	char line[64];
	ssize_t n = read(STDIN_FILENO, line, sizeof line);

	if (n <= 0)
		return false;
	print_all(subscriber_mirror(s));
	return !fflush(stdout);
}

static int look(struct session *s, struct subscriber *sub)
{
	for (;;) {
		int64_t now = clock_transport();
		struct loop_item items[4] = {{.fd = s->signals}, {.fd = STDIN_FILENO}};

		if (subscriber_step(sub, now) & SUBSCRIBER_REVOKED)
			return session_fail(EXIT_REFUSED, "revoked");
		subscriber_items(sub, items + 2);
		if (loop_wait(items, BASE_COUNT(items), subscriber_due(sub, now)) < 0 || items[0].readable)
			return EXIT_GOOD;
		if ((items[1].readable || items[1].broken) && !hear(sub))
			return EXIT_GOOD;
	}
}

int main(int argc, char **argv)
{
	struct session s = {.signals = -1};
	struct sys_error error = {""};

	if (argc != 3 || keys_start(&error) || !session_dir(&s, argv[1]))
		return session_fail(EXIT_WRONG_USE, "usage: eye DIR UNIT");
	int code = session_read(&s, "en");
	if (code == EXIT_GOOD)
		code = session_start(&s);
	if (code != EXIT_GOOD)
		return code;
	const struct subscriber_options options = {
		.query = session_client(&s), .feed = s.feed, .unit = argv[2], .versions_ms = VERSIONS_MS};
	struct subscriber *sub = subscriber_open(&options, &error);
	code = sub ? look(&s, sub) : session_fail(EXIT_ENVIRONMENT, "%s", error.text);
	subscriber_close(&sub);
	session_end(&s);
	return code;
}
