// SPDX-License-Identifier: Apache-2.0
/* stats: counters that one thread writes and the door shows (health, metrics). Numbers only;
 * nothing decides by them but `ready`. */
#ifndef TIENDO_SERVER_STATS_H
#define TIENDO_SERVER_STATS_H

#include <stdatomic.h>
#include <stdint.h>

/* X(name, kind for Prometheus, help) */
#define STATS(X)                                                                  \
	X(entries, "counter", "entries in the journal")                           \
	X(updates_taken, "counter", "updates taken since the start")              \
	X(updates_refused, "counter", "updates refused since the start")          \
	X(duplicates, "counter", "pushes answered from what was stored")          \
	X(conflicts, "counter", "pushes whose seqs were used for other bytes")    \
	X(commits, "counter", "transactions that made a group durable")           \
	X(commits_refused, "counter", "transactions that the disk refused")       \
	X(nacks, "counter", "messages refused as a whole")                        \
	X(busy, "counter", "messages answered Busy")                              \
	X(damage_met, "counter", "answers withheld since the journal is damaged")  \
	X(scrubs, "counter", "times the running server read its whole journal again") \
	X(scrubbed, "gauge", "entries of the journal that this reading found whole so far") \
	X(journal_damaged, "gauge", "1 when the last reading of the journal found damage") \
	X(dropped, "counter", "answers that their receiver's queue did not take") \
	X(nameless, "counter", "messages without a key")                          \
	X(handshakes, "counter", "handshakes let in")                             \
	X(handshakes_refused, "counter", "handshakes refused")                    \
	X(handshakes_unknown, "counter", "of these, with a key nobody registered") \
	X(handshakes_revoked, "counter", "of these, with a revoked key")          \
	X(sessions, "counter", "sessions begun")                                  \
	X(deltas, "counter", "deltas published")                                  \
	X(subscriptions, "gauge", "distinct subscriptions")                       \
	X(subscription_floods, "counter", "feeds cut off: too many subscriptions") \
	X(today, "gauge", "date of the last tick")                                \
	X(clock_behind_ms, "gauge", "how far the clock is behind the last entry") \
	X(reader_lag, "gauge", "commits since the journal's oldest reader began")  \
	X(reader_age_ms, "gauge", "age of the server's oldest read transaction")  \
	X(journal_bytes, "gauge", "size of the journal")                          \
	X(disk_free_bytes, "gauge", "free space where the journal is")            \
	X(checkpoint, "gauge", "entry of the last checkpoint")

struct stats {
#define X(name, kind, help) _Atomic uint64_t name;
	STATS(X)
#undef X
	_Atomic int ready; /* enum stats_ready */
};

enum stats_ready {
	STATS_LOADING,
	STATS_READY,
	STATS_DISK_FULL,
	STATS_CLOCK,
	STATS_LOCKED,
	STATS_STOPPING
};

/* As it is said to programs. */
static inline const char *stats_ready_word(int ready)
{
	static const char *const words[] = {[STATS_LOADING] = "loading",     [STATS_READY] = "ready",
					    [STATS_DISK_FULL] = "disk_full", [STATS_CLOCK] = "clock",
					    [STATS_LOCKED] = "locked",       [STATS_STOPPING] = "stopping"};

	return words[ready];
}

#define STATS_ADD(stats, name, n) \
	atomic_fetch_add_explicit(&(stats)->name, (n), memory_order_relaxed)
#define STATS_SET(stats, name, n) atomic_store_explicit(&(stats)->name, (n), memory_order_relaxed)
#define STATS_GET(stats, name) atomic_load_explicit(&(stats)->name, memory_order_relaxed)

#endif
