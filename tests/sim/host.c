// SPDX-License-Identifier: Apache-2.0
#include "tests/sim/host.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "common/sys/clock.h"
#include "common/sys/keys.h"
#include "common/sys/log.h"
#include "tests/sim/dice.h"

int64_t host_now, host_epoch, host_slept;
struct host *host_here;
bool host_tracing;
uint64_t host_trace_hash;
int sim_mutant;
static uint32_t boots;
static jmp_buf *grave; /* of the outermost host_run */

bool host_run(struct host *h, void (*body)(void *arg), void *arg)
{
	jmp_buf here;

	if (host_here == h) { /* one thread of it lets another one run */
		body(arg);
		return true;
	}
	grave = &here;
	host_here = h;
	bool alive = setjmp(here) == 0;
	if (alive)
		body(arg);
	host_here = NULL;
	grave = NULL;
	return alive;
}

void host_die(void)
{
	host_here->doom = 0;
	longjmp(*grave, 1);
}

void host_point(enum host_point p)
{
	if (!host_here || !host_here->doom || --host_here->doom)
		return;
	host_here->deaths[p]++;
	host_here->last_point = p;
	host_die();
}

void host_reset(void)
{
	host_here = NULL;
	boots = 0;
	host_slept = 0;
}

void host_boot(struct host *h)
{
	h->boots = ++boots; /* no two machines have the same boot id */
	h->booted = host_now + host_slept;
}

int64_t host_wall(const struct host *h)
{
	return host_epoch + host_now + (h ? h->wall_off : 0);
}

/* ---- the trace ---- */

static void put(const char *line)
{
	for (const char *p = line; *p; p++)
		host_trace_hash = (host_trace_hash ^ (uint8_t)*p) * UINT64_C(1099511628211);
	if (host_tracing)
		fputs(line, stdout);
}

static void tell(const char *who, const char *format, va_list args)
{
	char line[700];
	int n = snprintf(line, sizeof line, "%9.3f %-8s ", (double)host_now / 1000, who);

	n += vsnprintf(line + n, sizeof line - (size_t)n - 2, format, args);
	if (n > (int)sizeof line - 2)
		n = (int)sizeof line - 2;
	memcpy(line + n, "\n", 2);
	put(line);
}

void host_tell(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	tell("*", format, args);
	va_end(args);
}

#define LEVEL(level)                                                                                \
	void log_##level(const char *format, ...)                                                   \
	{                                                                                          \
		va_list args;                                                                      \
                                                                                                   \
		va_start(args, format);                                                            \
		tell(host_here ? host_here->name : "?", format, args);                             \
		va_end(args);                                                                      \
	}
LEVEL(error)
LEVEL(warn)
LEVEL(info)
LEVEL(debug)

void log_open(const char *room, enum log_level level)
{
	(void)room;
	(void)level;
}

void log_quiet(bool quiet)
{
	(void)quiet;
}

bool log_level_of(const char *word, enum log_level *out)
{
	(void)word;
	*out = LOG_LEVEL_INFO;
	return true;
}

/* ---- clock.h ---- */

struct clock {
	struct host *host;
	bool simulated;
	int64_t greatest; /* a simulated monotonic time never goes back */
};

struct clock *clock_open(const char *spec, struct sys_error *error)
{
	struct clock *c = base_alloc(sizeof *c);

	(void)error;
	c->host = host_here;
	c->simulated = strcmp(spec, "real") != 0;
	return c;
}

void clock_close(struct clock *c)
{
	free(c);
}

struct instant clock_wall(struct clock *c)
{
	return (struct instant){host_wall(c->host)};
}

int64_t clock_monotonic(struct clock *c)
{
	if (!c->simulated)
		return host_now + host_slept - (c->host ? c->host->booted : 0) + 60000;
	if (host_wall(c->host) > c->greatest)
		c->greatest = host_wall(c->host);
	return c->greatest;
}

int64_t clock_transport(void)
{
	return host_now;
}

bool clock_simulated(const struct clock *c)
{
	return c->simulated;
}

void clock_boot(const struct clock *c, uint8_t out[static CLOCK_BOOT_SIZE])
{
	memcpy(out, "simulated clock", CLOCK_BOOT_SIZE);
	if (!c->simulated && c->host)
		put_u32(out, c->host->boots);
}

void clock_refresh(struct clock *c)
{
	(void)c;
}

bool clock_problem(struct clock *c, struct sys_error *error)
{
	(void)c;
	(void)error;
	return false;
}

/* ---- what a few files of the products ask the system for directly (the linker's --wrap) ---- */

int __wrap_clock_gettime(clockid_t id, struct timespec *t);
int __wrap_clock_gettime(clockid_t id, struct timespec *t)
{
	(void)id;
	*t = (struct timespec){.tv_sec = host_now / 1000, .tv_nsec = host_now % 1000 * 1000000};
	return 0;
}

void __wrap__exit(int code) __attribute__((noreturn));
void __real__exit(int code) __attribute__((noreturn));
void __wrap__exit(int code)
{
	if (!host_here)
		__real__exit(code);
	host_tell("%s ends itself (%d)", host_here->name, code);
	host_die();
}

int __wrap_keys_pair_read(const char *path, struct keys_pair *out, struct sys_error *error);
int __wrap_keys_pair_read(const char *path, struct keys_pair *out, struct sys_error *error)
{
	(void)path;
	(void)error;
	memcpy(out, host_here->keys, sizeof *out);
	return 0;
}
