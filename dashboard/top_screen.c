// SPDX-License-Identifier: Apache-2.0
#define NCURSES_WIDECHAR 1
#include "dashboard/top_screen.h"

#include <curses.h>
#include <errno.h>
#include <langinfo.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <termcap.h>
#include <termios.h>
#include <unistd.h>
#include <wchar.h>

enum {
	ESCAPE_MS = 50,      /* what follows an ESC later than that is another key */
	RESTORE_BYTES = 256, /* what a terminal must be told to be as before */
	LINE_LETTERS = 1024
};

enum { PAIR_GOOD = 1, PAIR_WARN, PAIR_BAD, PAIR_DIM };

struct top_screen {
	SCREEN *screen;
	int resizes; /* signalfd */
	bool colour;
};

/* ---- every way out ---- */

/* What a handler may use; all zero while there is no screen. */
static struct {
	struct termios as_before;
	char escape[RESTORE_BYTES];
	size_t size;
	volatile sig_atomic_t armed;
} restore;

static const int fatal[] = {SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL};

/* Only what a handler may do; the signal then does what it always does. */
static void on_fatal(int signal)
{
	if (restore.armed) {
		restore.armed = 0;
		if (write(STDOUT_FILENO, restore.escape, restore.size) < 0) {
			/* there is nobody left to tell */
		}
		tcsetattr(STDIN_FILENO, TCSANOW, &restore.as_before);
	}
	raise(signal);
}

static void on_exit_(void)
{
	if (restore.armed) {
		restore.armed = 0;
		endwin();
	}
}

static void remember(const char *name)
{
	const char *text = tigetstr(name);

	/* padding ($<2>) is for terminals that are no more */
	if (!text || text == (const char *)-1 || strchr(text, '$'))
		return;
	size_t size = strlen(text);
	if (restore.size + size > sizeof(restore.escape))
		return;
	memcpy(restore.escape + restore.size, text, size);
	restore.size += size;
}

static void arm(void)
{
	static bool once;
	const struct sigaction action = {.sa_handler = on_fatal, .sa_flags = (int)SA_RESETHAND};

	restore.size = 0;
	remember("sgr0");
	remember("rmkx");
	remember("cnorm");
	remember("rmcup");
	restore.armed = 1;
	if (once)
		return;
	once = true;
	atexit(on_exit_);
	for (size_t i = 0; i < BASE_COUNT(fatal); i++)
		sigaction(fatal[i], &action, NULL);
}

/* ---- opening ---- */

bool top_screen_possible(void)
{
	return isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
}

static void use_utf8(void)
{
	if (!setlocale(LC_CTYPE, "") || strcmp(nl_langinfo(CODESET), "UTF-8") != 0)
		setlocale(LC_CTYPE, "C.UTF-8");
}

static void begin_colour(struct top_screen *s)
{
	const char *no = getenv("NO_COLOR");

	s->colour = has_colors() && !(no && *no);
	if (!s->colour)
		return;
	start_color();
	use_default_colors();
	init_pair(PAIR_GOOD, COLOR_GREEN, -1);
	init_pair(PAIR_WARN, COLOR_YELLOW, -1);
	init_pair(PAIR_BAD, COLOR_RED, -1);
	init_pair(PAIR_DIM, COLOR_CYAN, -1);
}

static int open_resizes(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGWINCH);
	sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
}

struct top_screen *top_screen_open(struct sys_error *error)
{
	const char *term = getenv("TERM");
	struct top_screen *s = base_alloc(sizeof(*s));

	use_utf8();
	tcgetattr(STDIN_FILENO, &restore.as_before);
	s->resizes = open_resizes();
	/* newterm loses memory over a terminal that it does not know: asked before */
	s->screen = term && tgetent(NULL, term) == 1 ? newterm(NULL, stdout, stdin) : NULL;
	if (!s->screen || s->resizes < 0) {
		sys_fail(error, -ENOTTY,
			 "TERM=%s is no terminal that ncurses knows: try TERM=vt100, or --once",
			 term ? term : "");
		if (s->resizes >= 0)
			close(s->resizes);
		free(s);
		return NULL;
	}
	arm();
	set_escdelay(ESCAPE_MS);
	cbreak();
	noecho();
	nonl();
	keypad(stdscr, TRUE);
	nodelay(stdscr, TRUE);
	curs_set(0);
	begin_colour(s);
	top_screen_resize(s);
	return s;
}

void top_screen_close(struct top_screen **s)
{
	if (!*s)
		return;
	restore.armed = 0;
	/* a terminal without a second screen keeps the board: what comes next begins below it */
	move(LINES - 1, 0);
	clrtoeol();
	refresh();
	endwin();
	delscreen((*s)->screen);
	close((*s)->resizes);
	free(*s);
	*s = NULL;
}

int top_screen_keyboard(const struct top_screen *s)
{
	(void)s;
	return STDIN_FILENO;
}

int top_screen_resizes(const struct top_screen *s)
{
	return s->resizes;
}

/* ---- drawing ---- */

void top_screen_resize(struct top_screen *s)
{
	struct signalfd_siginfo info;
	struct winsize size;

	while (read(s->resizes, &info, sizeof(info)) > 0)
		;
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row && size.ws_col &&
	    (size.ws_row != LINES || size.ws_col != COLS)) {
		resizeterm(size.ws_row, size.ws_col);
		clearok(stdscr, TRUE);
	}
}

void top_screen_size(const struct top_screen *s, size_t *width, size_t *height)
{
	(void)s;
	*width = (size_t)COLS;
	*height = (size_t)LINES;
}

/* Colour says nothing that the text does not; without it bold and reversed are left. */
static attr_t look(const struct top_screen *s, enum top_style style)
{
	const bool c = s->colour;

	switch (style) {
	case TOP_PLAIN:
		return A_NORMAL;
	case TOP_TITLE:
		return A_BOLD;
	case TOP_HEAD:
		return A_BOLD | (c ? COLOR_PAIR(PAIR_DIM) : 0);
	case TOP_FOCUS:
		return A_BOLD | (c ? COLOR_PAIR(PAIR_DIM) : 0) | A_UNDERLINE;
	case TOP_DIM:
		return c ? COLOR_PAIR(PAIR_DIM) : A_NORMAL;
	case TOP_GOOD:
		return c ? COLOR_PAIR(PAIR_GOOD) : A_NORMAL;
	case TOP_WARN:
		return c ? COLOR_PAIR(PAIR_WARN) : A_NORMAL;
	case TOP_BAD:
		return A_BOLD | (c ? COLOR_PAIR(PAIR_BAD) : 0);
	case TOP_CHOSEN:
	case TOP_BAR:
		return A_REVERSE;
	}
	return A_NORMAL;
}

/* As many letters as fit by the terminal's own measure: one that wraps would shift every line. */
static size_t draw_run(const char *text, size_t left)
{
	wchar_t letters[LINE_LETTERS];
	size_t n = mbstowcs(letters, text, LINE_LETTERS - 1), width = 0, i;

	if (n == (size_t)-1)
		return 0;
	for (i = 0; i < n; i++) {
		int columns = wcwidth(letters[i]);
		if (columns < 0) {
			letters[i] = L'?'; /* newer than this system's tables */
			columns = 1;
		}
		if (width + (size_t)columns > left)
			break;
		width += (size_t)columns;
	}
	addnwstr(letters, (int)i);
	return width;
}

static void draw_line(const struct top_screen *s, const struct top_page *p, size_t line)
{
	const struct top_line *l = &p->lines[line];
	size_t left = (size_t)COLS;

	for (size_t i = 0; i < l->n && left; i++) {
		const struct top_run *r = &p->runs[l->first + i];
		attrset(look(s, r->style));
		left -= draw_run(top_run_text(p, r), left);
	}
	attrset(A_NORMAL);
}

void top_screen_draw(struct top_screen *s, const struct top_page *p)
{
	erase();
	for (size_t i = 0; i < p->lines_n && i < (size_t)LINES; i++) {
		move((int)i, 0);
		draw_line(s, p, i);
	}
	refresh(); /* sends the difference to what the terminal shows */
}

void top_screen_redraw(struct top_screen *s)
{
	(void)s;
	clearok(stdscr, TRUE);
}

/* ---- keys ---- */

enum top_key top_screen_key(struct top_screen *s)
{
	(void)s;
	int key = getch();

	switch (key) {
	case ERR:
		return TOP_KEY_NONE;
	case 'q':
	case 'Q':
		return TOP_KEY_QUIT;
	case KEY_UP:
	case 'k':
		return TOP_KEY_UP;
	case KEY_DOWN:
	case 'j':
		return TOP_KEY_DOWN;
	case KEY_PPAGE:
		return TOP_KEY_PAGE_UP;
	case KEY_NPAGE:
	case ' ':
		return TOP_KEY_PAGE_DOWN;
	case KEY_HOME:
	case 'g':
		return TOP_KEY_FIRST;
	case KEY_END:
	case 'G':
		return TOP_KEY_LAST;
	case '\t':
	case KEY_RIGHT:
		return TOP_KEY_NEXT;
	case KEY_BTAB:
	case KEY_LEFT:
		return TOP_KEY_PREVIOUS;
	case '\r':
	case '\n':
	case KEY_ENTER:
		return TOP_KEY_OPEN;
	case KEY_BACKSPACE:
	case '\b':
	case 127:
		return TOP_KEY_BACK;
	case 'p':
	case 'P':
		return TOP_KEY_PLAN;
	case 'l':
	case 'L':
		return TOP_KEY_LANGUAGE;
	case '?':
	case 'h':
		return TOP_KEY_HELP;
	case 'L' - '@': /* Ctrl-L, as everywhere */
		return TOP_KEY_REDRAW;
	default:
		return TOP_KEY_OTHER;
	}
}
