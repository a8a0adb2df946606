// SPDX-License-Identifier: Apache-2.0
/*
 * play: a centre without sockets that does what it is told on standard input and says on standard output what came of it, as
 * fast as it can be told: thousands of simulated days in a few seconds. tests/random/player.py talks to it.
 *
 * Asked and answered in frames: u32 size (big-endian), bytes; the first byte of what is asked says what:
 *
 *   N dir NUL clock NUL when    a new store with a simulated clock             -> "ok"
 *   C when                      the clock goes there; what is due is ticked    -> "ok"
 *   A AdminRequest              what an operator does                          -> AdminReply
 *   B kind u8, body             a barrier as such (entry.h), whatever a command would say of it -> u64 its entry
 *   P principal u32, key u32, epoch 16, first seq u64, (u32 size, update)*     -> u32 reason of a nack, or 0 and for each:
 *                                                                                 u64 entry, u32 index, u32 reason of a refusal
 *   W                           what was pushed since is committed             -> "ok"
 *   Q key u32, Query            a question                                     -> Reply
 *   D                           dump --figures                                 -> its lines
 *   G                           digest of the view                             -> 32 bytes
 *   V                           what it is the digest of                       -> bytes
 *   R how                       closed and opened: 0 as after a crash, 1 from a checkpoint, 2 everything folded again -> "ok"
 *   X                           the store is closed                            -> "ok"
 *
 * Whatever goes wrong ends the program with a sentence.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "server/admin.h"
#include "server/answer.h"
#include "server/commands.h"
#include "server/dump.h"
#include "server/entry_body.h"
#include "server/query_journal.h"

enum { FRAME_MAX = 64 << 20 };

struct play {
	struct store store;
	char clock[STORE_DIR_MAX];
	struct core *core;
	struct query_options options;
	struct answerer answerer;
	struct core_answer answer;
	struct buffer in, out;
};

static void must(bool good, const char *what, const struct sys_error *error)
{
	if (good)
		return;
	fprintf(stderr, "play: %s: %s\n", what, error ? error->text : sys_text(errno));
	exit(3);
}

/* The commands' own, which this program has none of: dump_run speaks through it. */
int command_fail(int code, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	return code;
}

/* ---- the store ---- */

static void open_core(struct play *p, bool everything)
{
	const struct core_options options = {.ignore_checkpoint = everything};
	struct sys_error error = {""};

	must(!core_open(&p->core, &p->store, &options, &error), "open", &error);
	p->options = (struct query_options){.view = core_view(p->core),
					    .lock = core_lock(p->core),
					    .journal = query_journal_of(core_journal(p->core)),
					    .rows = query_rows_of(core_keeper(p->core)),
					    .clock = core_clock(p->core)};
	answerer_open(&p->answerer, &p->options);
}

static void close_core(struct play *p)
{
	answerer_close(&p->answerer);
	core_close(p->core);
	p->core = NULL;
}

static void set_clock(struct play *p, const char *when)
{
	FILE *f = fopen(p->clock, "w");

	must(f && fputs(when, f) >= 0 && !fclose(f), p->clock, NULL);
	if (p->core)
		clock_refresh(core_clock(p->core));
}

static void make(struct play *p, const char *dir, const char *clock, const char *when)
{
	struct entry_genesis facts = {
		.simulated = true, .illustrative = true, .offset_minutes = 420, .name = "thử"};
	struct conf_option options[STORE_OPTIONS];
	struct sys_error error = {""};
	struct instant now;
	char spec[STORE_PATH_MAX];

	snprintf(p->store.dir, sizeof p->store.dir, "%s", dir);
	snprintf(p->clock, sizeof p->clock, "%s", clock);
	set_clock(p, when);
	store_options(&p->store.conf, options);
	conf_defaults(options, STORE_OPTIONS);
	snprintf(spec, sizeof spec, "file:%s", clock);
	must(!conf_set(options, STORE_OPTIONS, "clock", spec, "play", &error), "clock", &error);
	must(!store_make(&p->store, &error), "make", &error);
	keys_random(facts.store, sizeof facts.store);
	keys_random(facts.incarnation, sizeof facts.incarnation);
	must(clock_parse(when, &now), when, NULL);
	must(!core_genesis(&p->store, &facts, now, &error), "genesis", &error);
	must(!store_made(&p->store, &error), "made", &error);
	open_core(p, false);
}

static void tick(struct play *p)
{
	struct sys_error error = {""};
	enum core_clock_state state;

	must(core_tick(p->core, &state, &error) == CORE_OK, "tick", &error);
	must(state == CORE_CLOCK_GOOD, "the clock was not believed", &error);
	change_clear(core_change(p->core));
}

static void reopen(struct play *p, int how)
{
	struct sys_error error = {""};

	if (how == 1)
		must(!core_checkpoint(p->core, &error), "checkpoint", &error);
	close_core(p);
	open_core(p, how == 2);
	tick(p);
}

/* ---- what is pushed ---- */

static size_t split(struct play *p, struct bytes in, struct bytes updates[static BATCH_MAX])
{
	size_t n = 0;

	for (size_t at = 0; at + 4 <= in.size && n < BATCH_MAX; n++) {
		size_t size = get_u32(in.data + at);
		uint8_t *copy = codec_arena_take(core_arena(p->core), size + 1); /* the group outlives the frame */

		must(copy && size <= in.size - at - 4, "a push that is none", NULL);
		memcpy(copy, in.data + at + 4, size);
		updates[n] = bytes_of(copy, size);
		at += 4 + size;
	}
	return n;
}

static void tell(struct play *p)
{
	const struct core_answer *a = &p->answer;

	buffer_put_u32(&p->out, (uint32_t)a->nack.reason);
	for (size_t s = 0; !a->nack.reason && s < a->spans_n; s++)
		for (size_t i = 0; i < a->spans[s].n; i++) {
			const struct core_outcome *o = &a->outcomes[a->spans[s].first + i];
			buffer_put_u64(&p->out, a->spans[s].entry);
			buffer_put_u32(&p->out, o->kind == OUTCOME_TAKEN ? o->index : 0);
			buffer_put_u32(&p->out, o->kind == OUTCOME_TAKEN ? 0 : (uint32_t)o->reason);
		}
}

static void commit(struct play *p)
{
	struct sys_error error = {""};

	must(core_commit(p->core, &error) == CORE_OK, "commit", &error);
	change_clear(core_change(p->core));
}

static void push(struct play *p, struct bytes in)
{
	struct bytes updates[BATCH_MAX];
	struct core_offer offer = {.updates = updates};

	must(in.size >= 32, "a push that is none", NULL);
	if (core_full(p->core))
		commit(p);
	offer.stream.principal = get_u32(in.data);
	offer.stream.key_id = get_u32(in.data + 4);
	memcpy(offer.stream.epoch, in.data + 8, EPOCH_SIZE);
	offer.first_seq = get_u64(in.data + 24);
	offer.n = split(p, bytes_of(in.data + 32, in.size - 32), updates);
	core_offer(p->core, &offer, &p->answer);
	if (p->answer.nack.reason)
		fprintf(stderr, "play: nack: %s\n", p->answer.nack.text);
	tell(p);
}

/* ---- what is asked ---- */

static void dump(struct play *p)
{
	char *text = NULL;
	size_t size = 0;
	FILE *f = open_memstream(&text, &size);

	must(f && !dump_run(core_journal(p->core), true, f) && !fclose(f), "dump", NULL);
	buffer_put(&p->out, text, size);
	free(text);
}

static void digest(struct play *p)
{
	uint8_t hash[HASH_SIZE];

	must(core_digest(p->core, hash), "digest", NULL);
	buffer_put(&p->out, hash, sizeof hash);
}

static void put_bytes(void *ctx, const uint8_t *bytes, size_t n)
{
	buffer_put(ctx, bytes, n);
}

static void admin(struct play *p, struct bytes in)
{
	must(admin_handle(p->core, in, &p->out) == CORE_OK, "admin", NULL);
	change_clear(core_change(p->core));
}

static void barrier(struct play *p, struct bytes in)
{
	struct codec_arena arena = codec_arena_new(1 << 20);
	struct sys_error error = {""};
	struct entry e = {.kind = in.size ? (enum entry_kind)in.data[0] : ENTRY_NONE};

	must(entry_body_get(bytes_of(in.data + 1, in.size - 1), true, &arena, &e) == ENTRY_READ_OK, "a body that is none", NULL);
	must(core_barrier(p->core, &e, &error) == CORE_OK, "barrier", &error);
	buffer_put_u64(&p->out, e.number);
	codec_arena_free(&arena);
	change_clear(core_change(p->core));
}

/* As if the store were a backup that somebody has put in place: its entries stay, what comes is of another history. */
static void restore(struct play *p)
{
	struct sys_error error = {""};

	must(core_restored(p->core, &error) == CORE_OK, "restored", &error);
	change_clear(core_change(p->core));
	buffer_put_u64(&p->out, core_view(p->core)->head.entry);
	buffer_put(&p->out, core_view(p->core)->head.incarnation, INCARNATION_SIZE);
}

static void query(struct play *p, struct bytes in)
{
	must(in.size >= 4, "a question that is none", NULL);
	answer(&p->answerer, get_u32(in.data), 1, 16, bytes_of(in.data + 4, in.size - 4), &p->out);
}

static void new_store(struct play *p, const char *dir)
{
	const char *clock = dir + strlen(dir) + 1;

	make(p, dir, clock, clock + strlen(clock) + 1);
	tick(p);
}

static void done(struct play *p)
{
	buffer_put_text(&p->out, "ok");
}

static void obey(struct play *p, char what, struct bytes in)
{
	const char *text = (const char *)in.data; /* a NUL stands behind every frame */

	switch (what) {
	case 'N': new_store(p, text), done(p); return;
	case 'C': set_clock(p, text), tick(p), done(p); return;
	case 'A': admin(p, in); return;
	case 'B': barrier(p, in); return;
	case 'F': restore(p); return;
	case 'P': push(p, in); return;
	case 'W': commit(p), done(p); return;
	case 'Q': query(p, in); return;
	case 'D': dump(p); return;
	case 'G': digest(p); return;
	case 'V': must(view_bytes(core_view(p->core), put_bytes, &p->out), "view", NULL); return;
	case 'R': reopen(p, in.size ? in.data[0] : 0), done(p); return;
	case 'X': close_core(p), store_close(&p->store), done(p); return;
	default: must(false, "nobody knows what is wanted", NULL);
	}
}

static bool read_frame(struct play *p)
{
	uint8_t head[4];

	if (fread(head, 1, sizeof head, stdin) != sizeof head)
		return false;
	size_t size = get_u32(head);
	buffer_clear(&p->in);
	must(size > 0 && size < FRAME_MAX, "a frame that is none", NULL);
	uint8_t *room = buffer_reserve(&p->in, size);
	must(fread(room, 1, size, stdin) == size, "half a frame", NULL);
	buffer_text(&p->in);
	return true;
}

int main(void)
{
	static struct play p = {.store.lock = -1};
	struct sys_error error = {""};
	uint8_t head[4];

	must(!keys_start(&error), "keys", &error);
	while (read_frame(&p)) {
		buffer_clear(&p.out);
		obey(&p, (char)p.in.data[0], bytes_of(p.in.data + 1, p.in.size - 1));
		put_u32(head, (uint32_t)p.out.size);
		fwrite(head, 1, sizeof head, stdout);
		fwrite(p.out.data, 1, p.out.size, stdout);
		fflush(stdout);
	}
	if (p.core)
		close_core(&p);
	buffer_free(&p.in);
	buffer_free(&p.out);
	return 0;
}
