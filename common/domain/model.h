// SPDX-License-Identifier: Apache-2.0
/*
 * model: the words of the domain as C types (CONTRACT).
 *
 * Data only: no function here allocates, decides or reaches outside. Every room may include it. What the
 * words mean is in the comments below; the sources are Đề án 06's own reports (docs/FIGURES.md).
 *
 * Ownership: a `const char *` in these structs points into the arena, the catalogue or the buffer the struct
 * was made from and lives as long as that. It is never NULL: absent text is "".
 */
#ifndef TIENDO_COMMON_DOMAIN_MODEL_H
#define TIENDO_COMMON_DOMAIN_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A calendar date of the office (UTC+07:00): year * 10000 + month * 100 + day; 0 = none. Compares as a number. */
struct date {
	uint32_t ymd;
};

/* A moment: milliseconds since 1970-01-01T00:00Z; 0 = none. */
struct instant {
	int64_t ms;
};

/* Limits of the language; each is tested, PROTOCOL.md repeats those a client must know. */
enum {
	CODE_MAX = 16,          /* bytes of a unit or item code: [0-9A-Z][0-9A-Z.-]{0,15} */
	PERIOD_MAX = 16,        /* bytes of a period code, e.g. 2024-04a */
	NAME_MAX_BYTES = 400,   /* a name, a product, a definition */
	NOTE_MAX_BYTES = 2000,  /* a note or a reason */
	REF_MAX_BYTES = 200,    /* a document or product reference */
	DEPTH_MAX = 12,         /* levels of the unit tree and of an item tree */
	PATH_MAX_BYTES = 200,   /* topic: codes from the root, each followed by '/' */
	PLAN_ITEMS_MAX = 2000,  /* items of one plan: a grain (unit, plan) fits a page */
	GROUPS_PER_UNIT_MAX = 4 /* effective groups of one unit */
};
#define VALUE_MAX INT64_C(1000000000000) /* numerator, denominator, value, target of a count */
#define TARGET_BP_MAX 1000000            /* target of a ratio in basis points */
#define WEIGHT_MAX 1000000

/* ---- units ---- */

enum unit_kind { UNIT_NONE, UNIT_CENTRAL, UNIT_PROVINCE, UNIT_DEPARTMENT, UNIT_DISTRICT, UNIT_COMMUNE, UNIT_OTHER };
enum unit_branch { BRANCH_NONE, BRANCH_STATE, BRANCH_SECTOR, BRANCH_PARTY, BRANCH_MASS };

/* One row of units.csv. Identity is (code, opened); inside it is `number`, given once by the store (0 = not yet). */
struct unit_row {
	uint32_t number;
	const char *code, *parent; /* parent: code, "" at the root; resolved among units open with it */
	uint32_t parent_number;    /* in a normalised catalogue; 0 in a row from CSV and at the root */
	enum unit_kind kind;
	const char *type; /* huyện, thị xã, xã, sở ... */
	enum unit_branch branch;
	const char *name, *name_en, *head, *contact;
	struct date opened, closed; /* opened: first day; closed: first day it is no more; 0 = always / never */
	const char *source;
};

/* One row of groups.csv: membership of `unit` (with its whole subtree) in `group`, from..to inclusive. */
struct group_row {
	const char *group; /* code */
	const char *use;   /* peer | pilot | report */
	const char *name, *name_en;
	const char *unit;
	struct date from, to; /* 0 = always / for ever */
};

/* ---- items: plan -> group -> leaf ---- */

enum item_kind {
	ITEM_NONE, ITEM_PLAN, ITEM_GROUP, ITEM_RATIO_GROUP, /* inner */
	ITEM_TASK, ITEM_RATIO, ITEM_COUNT, ITEM_POINTS      /* leaves */
};
enum answer { ANSWER_NONE, ANSWER_LEAD, ANSWER_ALL };
enum measure { MEASURE_NONE, MEASURE_STOCK, MEASURE_FLOW, MEASURE_YTD };
enum aggregate { AGGREGATE_NONE, AGGREGATE_SUM, AGGREGATE_OWN };
enum direction { DIRECTION_NONE, DIRECTION_HIGHER, DIRECTION_LOWER };
enum item_flag { ITEM_TRONG_TAM = 1, ITEM_DP_CHU_TRI = 2, ITEM_WATCH = 4, ITEM_OWN_WORK = 8 };

/*
 * One row of items.csv. Codes are unique in the store for ever; `number` as for units. What every report of the item is
 * judged and counted by stands first and together: there are thousands of items, and each report names another.
 */
struct item_row {
	enum item_kind kind;
	enum measure measure;
	enum aggregate aggregate;
	enum direction direction;
	bool bounded, has_target, has_maximum;
	uint32_t weight; /* 1..WEIGHT_MAX, default 1 */
	int64_t maximum; /* points: hundredths */
	struct date start, due;
	struct date opened, closed;
	int64_t target; /* ratio, ratio_group: basis points; count: the number */
	uint32_t number;
	enum answer answer;
	const char *code, *parent; /* parent: code, "" for a plan */
	const char *owner;         /* unit code; plans only, the items below share it */
	const char *name, *name_en;
	const char *doc_no, *issuer, *basis;
	struct date doc_date;
	unsigned flags; /* of enum item_flag */
	const char *sector, *class_;
	const char *lead, *coop, *person, *product, *product_unit;
	const char *reporters; /* CODE | kind:K@CODE | group:G | -CODE, joined by '|', left to right; "" = the lead */
	const char *schedule;
	const char *num_def, *den_def, *uom;
	const char *source;
	const char *control; /* a leaf: this one, reported above its reporters, repeats its sum for comparison; "" = none */
};

/* One row of targets.csv. unit may be "G/CODE" (a group). from..to inclusive; 0 = always / for ever. */
struct target_row {
	const char *item, *unit;
	struct date from, to;
	int64_t target;
	const char *basis;
};

/* One row of milestones.csv. unit "" = every reporter of the leaf. */
struct milestone_row {
	const char *item, *unit;
	uint32_t no;
	const char *name;
	struct date date;
};

struct holiday_row {
	struct date date;
	bool working; /* a swapped working day (usually a Saturday); false = off */
	const char *name;
};

/* schedules.csv, periods.csv, deadlines.csv */
struct schedule_row {
	const char *schedule, *kind, *name;
	const char *first, *last;
};
struct period_row {
	const char *schedule, *period, *name;
	struct date start, end;
};
struct deadline_row {
	const char *schedule;
	enum unit_kind unit_kind;
	uint32_t working_days;
};

enum { THRESHOLD_PERIODS_MAX = 24 }; /* in a row: a year of half months */

/* One row of thresholds.csv: which units are an exception that leaders hear of at once. */
enum threshold_measure {
	THRESHOLD_NONE, THRESHOLD_REPORTING_RATE, THRESHOLD_ON_TIME_RATE, THRESHOLD_MISSING, THRESHOLD_OVERDUE,
	THRESHOLD_BEHIND, THRESHOLD_STAGNANT_DAYS, THRESHOLD_OPEN_OBSTACLES, THRESHOLD_OVERDUE_OBSTACLES
};
struct threshold_row {
	const char *rule; /* code */
	enum threshold_measure measure;
	bool above;            /* op: above | below (both exclusive) */
	uint64_t value;        /* rates in basis points */
	uint32_t min_expected; /* fewer slots or cells say nothing */
	uint32_t periods;      /* in so many in a row; 1.. */
	const char *action;
};

enum row_kind {
	ROW_NONE, ROW_UNIT, ROW_GROUP, ROW_ITEM, ROW_TARGET, ROW_MILESTONE, ROW_HOLIDAY,
	ROW_SCHEDULE, ROW_PERIOD, ROW_DEADLINE, ROW_THRESHOLD
};

/* One row of a catalogue, whatever file it came from. */
struct catalogue_row {
	enum row_kind kind;
	union {
		struct unit_row unit;
		struct group_row group;
		struct item_row item;
		struct target_row target;
		struct milestone_row milestone;
		struct holiday_row holiday;
		struct schedule_row schedule;
		struct period_row period;
		struct deadline_row deadline;
		struct threshold_row threshold;
	};
};

/* ---- updates ---- */

enum body_kind { /* numbers are the field numbers of Update.body on the wire */
	BODY_NONE = 0,
	BODY_TASK = 20, BODY_RATIO, BODY_COUNT, BODY_POINTS, BODY_NONE_ARISEN,
	/* since rules version 2: */
	BODY_UNCHANGED, BODY_NA_REQUEST, BODY_CORRECTION, BODY_WITHDRAW, BODY_OBSTACLE,
	BODY_EXTENSION_REQUEST, BODY_MILESTONE, BODY_NOTICE_ACK
};
enum author { AUTHOR_NONE, AUTHOR_CLERK, AUTHOR_HEAD, AUTHOR_IMPORT }; /* as on the wire */
enum task_state { TASK_NONE, TASK_NOT_STARTED, TASK_IN_PROGRESS, TASK_DONE };

/* What an agent can prove about when it queued an update; every field 0 = unknown. */
struct seal {
	uint8_t boot_id[16];
	uint64_t monotonic_ms;       /* at sealing, since that boot */
	int64_t server_time_ms;      /* the last server time heard ... */
	uint64_t server_heard_at_ms; /* ... and when, on the same monotonic clock */
	uint32_t attempts;           /* pushes tried before this record could leave */
};

/* A printed receipt; entry 0 = none. */
struct receipt {
	uint8_t incarnation[16];
	uint64_t entry;
	uint32_t index; /* place in the entry, from 1; 0 = a barrier of the centre */
};

/* Why something is held up, and what would help (CauseClass on the wire, same numbers). */
enum cause {
	CAUSE_NONE, CAUSE_ORGANISATION, CAUSE_MONEY, CAUSE_PEOPLE, CAUSE_INFRASTRUCTURE, CAUSE_NO_GUIDANCE,
	CAUSE_NO_MODEL, CAUSE_SKILLS, CAUSE_ACCESS
};
enum origin { ORIGIN_NONE, ORIGIN_OWN, ORIGIN_OUTSIDE }; /* Fault on the wire */
enum obstacle_step { /* field numbers of Obstacle.step */
	STEP_NONE, STEP_RAISE = 2, STEP_COMMENT, STEP_ANSWER, STEP_ESCALATE, STEP_CLOSE, STEP_REOPEN
};

/*
 * What the bodies beside plain figures say. Which fields count is said by update.body; the rest are zero and "".
 * Numbers beyond an enum's are kept as its NONE, which no rule accepts.
 */
struct matter {
	struct receipt about;      /* correction, withdraw: the report; obstacle: the raise, {0} in the raise itself;
				      notice_ack: its incarnation alone, zeros = not said */
	struct date date, date_to; /* na_request: from, to; extension_request: the new due; milestone: reached_on */
	uint32_t milestone;
	uint64_t notice;           /* notice_ack: its entry */
	const char *text;          /* of an obstacle step (escalate: its reason); na_request's and extension_request's reason */
	enum obstacle_step step;
	const char *item;          /* raise.about */
	enum cause cause, solution_class;
	enum origin origin;
	bool affects_rights, resolves;
	const char *solution, *addressee;
};

/* One update, decoded. A value: the strings live in the decoder's arena. */
struct update {
	uint64_t seq;            /* >= 1, gapless in its stream */
	const char *unit, *item; /* codes */
	struct date as_of;       /* the day the figures describe; also chooses among units that bore the code */
	const char *period;      /* "" = none named */
	struct instant recorded; /* the office's wall clock when it was entered; decides nothing */
	struct seal seal;
	uint64_t base_version;    /* version of the cell the clerk saw; 0 = none */
	uint64_t catalogue_entry; /* entry of the catalogue the office checked against */
	uint32_t author_role; /* of enum author, once admitted */
	const char *note, *reason;
	enum body_kind body;
	enum body_kind corrected;    /* correction: the body of the figure that takes the other's place */
	const struct matter *matter; /* NULL for plain figures and `unchanged` */
	enum task_state state; /* task */
	uint32_t percent;
	const char *product_ref;
	struct date done_on;
	int64_t numerator, denominator; /* ratio */
	int64_t value;                  /* count: the number; points: hundredths */
};

/* The body of the figure it carries; BODY_NONE when it carries none. */
static inline enum body_kind update_figure(const struct update *u)
{
	return u->body == BODY_CORRECTION ? u->corrected : u->body <= BODY_NONE_ARISEN ? u->body : BODY_NONE;
}

/* ---- why something is refused ---- */

/*
 * X(NAME, number on the wire, permanent). Numbers are for ever. A permanent refusal consumes the seq and is
 * stored; the others concern a session or a whole batch and change nothing. Sentences: common/domain/says.c.
 */
#define REASONS(X)                                                                                                 \
	X(UNDECODABLE, 1, true)          /* not canonical protobuf of tiendo.v1.Update, or bad UTF-8 */            \
	X(NOT_YET, 2, true)              /* a body that the rules in force do not know */                             \
	X(UNKNOWN_UNIT, 3, true)                                                                                   \
	X(UNIT_CLOSED, 4, true)          /* the code existed, but no unit bore it on the as-of date */             \
	X(UNKNOWN_ITEM, 5, true)                                                                                   \
	X(ITEM_CLOSED, 6, true)                                                                                    \
	X(NOT_A_LEAF, 7, true)                                                                                     \
	X(OUT_OF_SCOPE, 8, true)         /* the principal's unit is not at or above the unit reported for */       \
	X(NOT_ASSIGNED, 9, true)         /* the unit is no reporter of the leaf */                                 \
	X(WRONG_BODY, 10, true)          /* e.g. a ratio sent for a task */                                        \
	X(NUMERATOR_ABOVE_DENOMINATOR, 11, true)                                                                   \
	X(OUT_OF_RANGE, 12, true)                                                                                  \
	X(CONTRADICTION, 13, true)       /* task fields that contradict each other */                              \
	X(REASON_REQUIRED, 14, true)     /* a task state that goes backwards without one */                        \
	X(AS_OF_IN_FUTURE, 15, true)                                                                               \
	X(AS_OF_MISSING, 16, true)                                                                                 \
	X(TEXT_NOT_UTF8, 17, true)                                                                                 \
	X(TEXT_NOT_NFC, 18, true)                                                                                  \
	X(TEXT_TOO_LONG, 19, true)                                                                                 \
	X(TEXT_CONTROL, 20, true)        /* control or bidirectional override characters */                        \
	X(PERSONAL_ID, 21, true)         /* a citizen's 12-digit identity number in free text */                   \
	X(BAD_PERIOD, 22, true)                                                                                    \
	X(NOTHING_NOT_ALLOWED, 23, true) /* none_arisen for a stock or a task */                                   \
	X(TOO_LARGE, 24, true)           /* one update above 4 KiB */                                              \
	X(BAD_SEQ, 25, true)             /* the seq inside the update is not the one its place says */             \
	X(NOT_STANDING, 26, true)        /* no report of that unit, item and period that stands has this receipt */ \
	X(NOTHING_STANDS, 27, true)      /* unchanged, and nothing was reported yet */                             \
	X(UNKNOWN_OBSTACLE, 28, true)                                                                              \
	X(OBSTACLE_STATE, 29, true)      /* a step that the obstacle's state does not allow */                     \
	X(NOT_YOURS, 30, true)           /* a step that belongs to the raiser or the addressee */                  \
	X(UNKNOWN_NOTICE, 31, true)                                                                                \
	X(UNKNOWN_MILESTONE, 32, true)                                                                             \
	X(FIELD_MISSING, 33, true)                                                                                 \
	X(DUE_NOT_LATER, 34, true)                                                                                 \
	X(PENDING, 35, true)             /* the same request waits already */                                      \
	X(RESTORED, 36, true)            /* names a notice of a history that a restore has ended */                \
	X(GAP, 40, false)                                                                                          \
	X(CONFLICT, 41, false)                                                                                     \
	X(BUSY, 42, false)                                                                                         \
	X(BAD_SESSION, 43, false)                                                                                  \
	X(BAD_VERSION, 44, false)                                                                                  \
	X(BAD_FRAME, 45, false)                                                                                    \
	X(BATCH_TOO_LARGE, 46, false)                                                                              \
	X(FORBIDDEN, 47, false)          /* role or scope does not allow this question */                          \
	X(REVOKED, 48, false)                                                                                      \
	X(EPOCH_LIMIT, 49, false)                                                                                  \
	X(UNKNOWN_TYPE, 50, false)                                                                                 \
	X(ROLLED_BACK, 51, false)        /* a receipt proves that the server lost entries */                       \
	X(FOREIGN_RECEIPT, 52, false)    /* a receipt that this server did not give */                             \
	X(NOT_FOUND, 53, false)                                                                                    \
	X(STALE_CURSOR, 54, false)       /* the generation changed while paging */

enum reason {
	REASON_NONE = 0,
#define X(name, number, permanent) REASON_##name = number,
	REASONS(X)
#undef X
};

/* The verdict of a check: reason and the name of the offending wire field ("" = none). */
struct verdict {
	enum reason reason;
	const char *field; /* static text */
};

/* ---- principals ---- */

enum role { ROLE_NONE, ROLE_AGENT, ROLE_VIEWER, ROLE_OPERATOR };

/* ---- cells and rollups ---- */

enum cell_flag {
	CELL_REPORTED = 1,     /* a report won */
	CELL_NONE_ARISEN = 2,  /* ... and said that nothing happened in the period */
	CELL_NA = 4,           /* decided not applicable today */
	CELL_ON_BEHALF = 8,    /* reported by a key whose own unit is another one */
	CELL_CROSSED = 16,     /* the winning report was written without having seen the one before it */
	/* how the cell is counted in the rollups now, as judged at the last tick's date: */
	CELL_EXPECTED = 32, CELL_OVERDUE = 64, CELL_BEHIND = 128, CELL_DONE_LATE = 256, CELL_AT_TARGET = 512,
	CELL_TERMS = 1024,     /* it has terms of its own: another due date, a milestone reached, not applicable (terms.h) */
	CELL_CORRECTED = 2048, /* the report that stands replaced another one */
	CELL_ACCEPTED = 4096,  /* the plan's owner has accepted that it is done */
	CELL_UNCHANGED = 8192  /* the report that stands confirmed the one before */
};

/*
 * (unit, leaf): the live figure, i.e. the report of the latest period, in it with the greatest as-of; equal as-of: the
 * later entry. The same struct holds the report of a slot (unit, leaf, period).
 */
struct cell {
	uint64_t version;            /* entry that last changed it or how it is counted */
	uint64_t entry;              /* receipt of the winning report; 0 = none */
	uint16_t index;              /* ... its place in the entry, from 1 */
	uint16_t period;             /* of the report: its first day, in days since 2000-01-01, + 1; 0 = the leaf has no schedule */
	uint32_t principal;          /* who sent it */
	int64_t received_ms;
	int64_t value;               /* numerator, count or points */
	int64_t denominator;
	struct date as_of, done_on;
	uint16_t flags;              /* of enum cell_flag */
	uint8_t state;               /* enum task_state */
	uint8_t percent;
};

/* Cells of task leaves: expected = the sum of the five. */
struct task_counts {
	uint32_t unreported, not_started, in_progress, done, na;
};

/* Cells of indicators: expected = unreported + value + none + na; at_target within value. */
struct indicator_counts {
	uint32_t unreported, value, none, na, at_target;
};

/*
 * What is held for (unit or group) x item: sums that can be undone, and for a leaf what is derived from its own
 * sums (state, target, attainment), so that the parents' sums can be undone too. The arithmetic is figures.h.
 */
struct rollup {
	uint64_t version;
	struct task_counts cells;  /* cells of task leaves at or below the item */
	struct task_counts leaves; /* task leaves at or below the item, by their state here */
	struct indicator_counts indicators;
	uint32_t done_late, overdue, behind; /* cells */
	uint64_t percent_sum;                /* of applicable task cells (an unreported one counts 0) */
	int64_t numerator, denominator;      /* ratio leaf, ratio_group; aggregate sum (or the reporter itself) */
	int64_t value;                       /* count, points */
	uint64_t weight_sum;                 /* w over leaves that have an attainment */
	uint64_t weighted;                   /* w * attainment over the same */
	uint32_t score_leaves;               /* leaves with an attainment ... */
	uint32_t score_leaves_of;            /* ... of the leaves that have an expected cell here */
	int64_t target;                      /* in force here; 0 unless has_target */
	uint32_t summed;                     /* reports behind numerator, denominator and value */
	uint16_t attainment;                 /* 0..10000; leaf or ratio_group; 0 unless has_attainment */
	bool has_target, has_attainment, target_reached;
	uint8_t leaf_state;                  /* enum leaf_state of a task leaf here */
};

enum leaf_state { LEAF_UNCOUNTED, LEAF_UNREPORTED, LEAF_NOT_STARTED, LEAF_IN_PROGRESS, LEAF_DONE, LEAF_NA };

#endif
