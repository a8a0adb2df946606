// SPDX-License-Identifier: Apache-2.0
/*
 * desk: the commands of one office, for a clerk: one function per command, in a file of its own.
 *
 * Each reads its arguments, does one thing, leaves what it has to say in `out` (text in the user's
 * language, or JSON) and returns the program's exit code. Never: prints by itself (main does,
 * once), leaves half a thing queued.
 */
#ifndef TIENDO_AGENT_DESK_H
#define TIENDO_AGENT_DESK_H

#include "agent/args.h"
#include "agent/office.h"
#include "common/domain/catalogue.h"
#include "common/sys/json.h"

enum desk_exit {
	DESK_FINE = 0,
	DESK_REFUSED = 1,    /* judged and refused: nothing was queued */
	DESK_USAGE = 2,      /* the command line is wrong */
	DESK_ENVIRONMENT = 3 /* config, spool, disk, line */
};

struct known;

struct desk {
	struct office office;
	struct catalogue *catalogue; /* the slice; NULL = none yet. Freed by desk_close */
	struct known *known;         /* what is known here of our cells; NULL = not read yet */
	struct buffer out;
	struct json json; /* into out */
	size_t warned;    /* warnings given */
	struct buffer warnings;
};

/* A sentence in the user's language; both must be literals with the same conversions. */
#define SAY(desk, vi, en) ((desk)->office.language == LANGUAGE_VI ? vi : en)

struct desk_command {
	const char *name;
	enum desk_exit (*run)(struct desk *d, int argc, char **argv);
	const char *usage; /* after the name */
	const char *vi, *en;
	const char *more_vi, *more_en;                   /* paragraphs of its help */
	const struct args_option *(*options)(size_t *n); /* for the help; NULL = none */
};

enum desk_exit desk_init(struct desk *d, int argc, char **argv);
enum desk_exit desk_report(struct desk *d, int argc, char **argv);
enum desk_exit desk_import(struct desk *d, int argc, char **argv);
enum desk_exit desk_run(struct desk *d, int argc, char **argv);
enum desk_exit desk_status(struct desk *d, int argc, char **argv);
enum desk_exit desk_receipts(struct desk *d, int argc, char **argv);
enum desk_exit desk_mine(struct desk *d, int argc, char **argv);
enum desk_exit desk_correct(struct desk *d, int argc, char **argv);
enum desk_exit desk_withdraw(struct desk *d, int argc, char **argv);
enum desk_exit desk_extension(struct desk *d, int argc, char **argv);
enum desk_exit desk_not_applicable(struct desk *d, int argc, char **argv);
enum desk_exit desk_milestone(struct desk *d, int argc, char **argv);
enum desk_exit desk_obstacle(struct desk *d, int argc, char **argv);
enum desk_exit desk_inbox(struct desk *d, int argc, char **argv);

/* The tables behind their options, for the help. */
const struct args_option *desk_init_options(size_t *n);
const struct args_option *desk_report_options(size_t *n);
const struct args_option *desk_import_options(size_t *n);
const struct args_option *desk_run_options(size_t *n);
const struct args_option *desk_status_options(size_t *n);
const struct args_option *desk_receipts_options(size_t *n);
const struct args_option *desk_mine_options(size_t *n);
const struct args_option *desk_correct_options(size_t *n);
const struct args_option *desk_withdraw_options(size_t *n);
const struct args_option *desk_extension_options(size_t *n);
const struct args_option *desk_not_applicable_options(size_t *n);
const struct args_option *desk_milestone_options(size_t *n);
const struct args_option *desk_obstacle_options(size_t *n);
const struct args_option *desk_inbox_options(size_t *n);

/* ---- for the commands ---- */

/* DESK_FINE, or says what is wrong with the command line. */
enum desk_exit desk_args(struct desk *d, int argc, char **argv, const struct args_option *options,
			 size_t n, const char **operands, size_t max, size_t *operands_n);
/* Opens the office; DESK_ENVIRONMENT and a sentence when it cannot. */
enum desk_exit desk_open(struct desk *d);
/* Loads the slice; its absence is no fault. */
enum desk_exit desk_catalogue(struct desk *d);
/* What was known of our cells is to be read anew. */
void desk_forget(struct desk *d);
void desk_close(struct desk *d);

/* Replaces what stood in `out` by a failure: {"error": ...} or a sentence. Returns `exit`. */
__attribute__((format(printf, 3, 4))) enum desk_exit desk_fail(struct desk *d, enum desk_exit exit,
							       const char *format, ...);
/* A failure of a seam: its code in the user's language where a clerk can do something about it. */
enum desk_exit desk_fail_sys(struct desk *d, int code, const struct sys_error *error);
__attribute__((format(printf, 2, 3))) void desk_warn(struct desk *d, const char *format, ...);
/* The warnings as member "warnings" (JSON), or lines. */
void desk_warnings(struct desk *d);
/* "Số liệu minh hoạ", "thời gian mô phỏng": as members, or a line. Every output ends with it. */
void desk_marks(struct desk *d);

#endif
