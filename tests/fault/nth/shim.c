// SPDX-License-Identifier: Apache-2.0
#include "tests/fault/nth/shim.h"

#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static const struct {
	const char *on[3];
} calls[NTH_CALL_COUNT] = {
#define CALL(name, ...) [NTH_##name] = {{__VA_ARGS__}},
#include "tests/fault/nth/calls.def"
#undef CALL
};

static const struct {
	char letter;
	int error;
} letters[] = {{'S', ENOSPC}, {'I', EIO},	 {'D', EDQUOT},	  {'R', EINTR},	     {'A', EAGAIN},
	       {'F', EMFILE}, {'M', ENOMEM},	 {'h', NTH_SHORT}, {'B', ENOBUFS},    {'C', ECONNRESET},
	       {'L', ENOLCK}, {'U', EADDRINUSE}, {'P', EACCES},	  {'O', EROFS},	     {'X', ECONNABORTED},
	       {'N', ENETUNREACH}, {'G', EFBIG}, {'W', NTH_DONE}};

enum { BURST = 12 }; /* what must be tried again comes so often in a row when it comes "for ever" */

static struct nth_control *control;
static _Thread_local bool inside; /* what the shim itself calls is not counted */

/* the linker's: where the program lies */
extern char __executable_start, etext;

static bool ours(const void *at)
{
	return (const char *)at >= &__executable_start && (const char *)at < &etext;
}

static int error_of(char letter)
{
	for (size_t i = 0; i < sizeof letters / sizeof *letters; i++)
		if (letters[i].letter == letter)
			return letters[i].error;
	abort();
}

static const char *list_of(enum nth_call call, enum nth_about about)
{
	return calls[call].on[about == NTH_SOCKET ? 1 : about == NTH_OTHER ? 2 : 0];
}

/* Where in the code: the return addresses from the call outwards, each within its module. */
struct place {
	uint64_t site;
	uint64_t frames[NTH_FRAMES];
	bool mine[NTH_FRAMES];
	char where[NTH_WHERE];
};

static void find_place(struct place *p, enum nth_call call, const void *caller)
{
	void *stack[NTH_FRAMES + 8];
	int n = backtrace(stack, NTH_FRAMES + 8), first = 0, own = 0;
	uint64_t site = 1469598103934665603u ^ call;

	memset(p, 0, sizeof *p);
	while (first < n && stack[first] != caller)
		first++;
	for (int i = 0; first + i < n && i < NTH_FRAMES; i++) {
		Dl_info info;
		void *at = stack[first + i];
		p->mine[i] = ours(at);
		p->frames[i] = (uint64_t)at;
		if (dladdr(at, &info) && info.dli_fbase) {
			p->frames[i] -= (uint64_t)info.dli_fbase;
			if (i == 0 && info.dli_fname) {
				const char *slash = strrchr(info.dli_fname, '/');
				strncpy(p->where, slash ? slash + 1 : info.dli_fname, NTH_WHERE - 1);
			}
		}
		/* to the third frame of ours: the helper, who called it, and who called that */
		if (own < 3)
			site = (site ^ p->frames[i]) * 1099511628211u;
		own += p->mine[i];
	}
	p->site = site;
}

static void note(enum nth_class class, uint64_t at, const struct place *p, enum nth_call call,
		 size_t choices)
{
	if (at >= NTH_TRACE)
		return;
	control->trace[class][at] = (struct nth_trace){.site = p->site,
						       .call = (uint16_t)call,
						       .choices = (uint16_t)choices,
						       .foreign = !p->mine[0]};
	if (control->trace_n[class] < at + 1)
		control->trace_n[class] = (uint32_t)(at + 1);
}

/* A fault for ever: every call that can fail so. What only asks for another try ends after a while. */
static int goes_on(const char *list)
{
	int error = __atomic_load_n(&control->broken, __ATOMIC_RELAXED);

	if (!error)
		return 0;
	bool fits = false;
	for (const char *l = list; *l; l++)
		fits |= error_of(*l) == error;
	if (!fits || ((error == EINTR || error == EAGAIN) &&
		      __atomic_fetch_sub(&control->burst, 1, __ATOMIC_RELAXED) <= 0))
		return 0;
	__atomic_fetch_add(&control->hits, 1, __ATOMIC_RELAXED);
	return error;
}

static int hit(enum nth_call call, const char *list, const struct place *p)
{
	control->choices = (uint32_t)strlen(list);
	if (control->pick >= strlen(list)) {
		control->past = 1;
		return 0;
	}
	int error = error_of(list[control->pick]);
	control->hit_call = call;
	control->hit_error = error;
	control->hit_site = p->site;
	memcpy(control->where, p->where, sizeof p->where);
	memcpy(control->frames, p->frames, sizeof p->frames);
	for (int i = 0; i < NTH_FRAMES; i++)
		control->main_frames[i] = p->mine[i];
	__atomic_fetch_add(&control->hits, 1, __ATOMIC_RELAXED);
	if (control->mode == NTH_EVER) {
		control->burst = BURST;
		__atomic_store_n(&control->broken, error, __ATOMIC_RELAXED);
	}
	return error;
}

static int decide(enum nth_call call, enum nth_about about, const void *caller)
{
	enum nth_class class = call == NTH_malloc ? NTH_MEMORY : NTH_CALLS;
	const char *list = list_of(call, about);
	struct place p;

	/* without a choice it does not count; nor what a library does to wake its own threads */
	if (!*list || (about == NTH_OTHER && !ours(caller)))
		return 0;
	if (control->site && (control->class != class || control->broken))
		return control->class == class ? goes_on(list) : 0;
	if (control->site) {
		find_place(&p, call, caller);
		if (p.site != control->site)
			return 0;
	}
	uint64_t at = __atomic_fetch_add(&control->count[class], 1, __ATOMIC_RELAXED);
	if (control->record) {
		find_place(&p, call, caller);
		note(class, at, &p, call, strlen(list));
		return 0;
	}
	if (control->class != class)
		return 0;
	if (at != control->n)
		return goes_on(list);
	find_place(&p, call, caller);
	return hit(call, list, &p);
}

int nth_fault(enum nth_call call, enum nth_about about, const void *caller)
{
	if (!control || inside || about == NTH_SPARED ||
	    !__atomic_load_n(&control->armed, __ATOMIC_RELAXED))
		return 0;
	int code = errno;
	inside = true;
	int error = decide(call, about, caller);
	inside = false;
	errno = error && error < NTH_SHORT ? error : code;
	return error;
}

enum nth_about nth_about_fd(int fd)
{
	struct stat st;

	if (!control || inside || !control->armed || fd == 1 || fd == 2)
		return NTH_SPARED;
	/* Not through libc: that is wrapped. Without a type: an eventfd or a signalfd, which have nothing behind them
	 * that could fail; a program that cannot read its signals for ever cannot be told to end either. */
	if (syscall(SYS_fstat, fd, &st) || !(st.st_mode & S_IFMT))
		return NTH_SPARED;
	return S_ISSOCK(st.st_mode)				   ? NTH_SOCKET
	       : S_ISREG(st.st_mode) || S_ISDIR(st.st_mode) ? NTH_FILE
							   : NTH_OTHER;
}

void nth_begin(const char *path)
{
	void *warm[4];
	int fd = (int)syscall(SYS_openat, AT_FDCWD, path, O_RDWR | O_CLOEXEC);

	if (fd < 0)
		abort();
	inside = true;
	backtrace(warm, 4); /* it loads a library the first time */
	void *at = mmap(NULL, sizeof *control, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	inside = false;
	if (at == MAP_FAILED)
		abort();
	syscall(SYS_close, fd);
	control = at;
}
