// SPDX-License-Identifier: Apache-2.0
/*
 * entry: one numbered, chained entry of the journal, decoded (DESIGN 1, 4). Only admit + journal make new ones; only
 * the journal's codec makes them from stored bytes. The fold takes these and nothing else, so what was not
 * authorised, numbered and durable cannot reach a figure.
 *
 * Data only. Pointers live in the arena or buffer of whoever decoded the entry and as long as that; the one
 * exception is `catalogue.made`, which the fold takes over (it sets the pointer to NULL then).
 */
#ifndef TIENDO_SERVER_ENTRY_H
#define TIENDO_SERVER_ENTRY_H

#include "common/domain/catalogue.h"
#include "common/domain/model.h"

enum { HASH_SIZE = 32, EPOCH_SIZE = 16, INCARNATION_SIZE = 16, PUBLIC_KEY_SIZE = 32, BATCH_MAX = 64 };

/* Numbers are stored and are for ever. BATCH and VOID belong to a stream; the rest are barriers: committed and
 * folded alone, or with those that mean nothing without them. */
enum entry_kind {
	ENTRY_NONE = 0,
	ENTRY_BATCH = 1,
	ENTRY_VOID = 2,        /* seqs lost or unreadable at the agent */
	ENTRY_GENESIS = 3,     /* always number 1 */
	ENTRY_INCARNATION = 4,
	ENTRY_CATALOGUE = 5,
	ENTRY_REGISTRY = 6,
	ENTRY_TICK = 7,
	ENTRY_DECISION = 8,    /* of the centre: on a request, on a report that is done, on a slot */
	ENTRY_RULES = 9,
	ENTRY_NOTICE = 10,     /* a directive, or a task given on the spot */
	ENTRY_FINDING = 11,    /* what an inspector found, or that it is remedied */
	ENTRY_STEP = 12        /* in an obstacle, for a body without an agent */
};

/*
 * Where the codes of an update lead in the catalogue of now: what admission has just found need not be looked up again
 * by the fold, for nothing comes between the two but entries of the same group. Indexes; known = false in an entry that
 * was read, and in one that waited longer: then the fold looks.
 */
struct taken_place {
	bool known;
	uint32_t unit, item;
	uint16_t period; /* of its report, as cell.period */
};

/* One update that was taken. index: its place among the taken ones, from 1, as the receipt names it. */
struct taken {
	uint32_t index;
	const uint8_t *blob; /* the received bytes, verbatim */
	size_t blob_size;
	uint8_t blob_hash[HASH_SIZE];
	struct instant first_received; /* proven by a receipt of an earlier incarnation; 0 = none */
	struct update update;          /* decoded from the blob */
	struct taken_place place;
};

/* One that was not: its text never reaches the disk. */
struct refused {
	uint64_t seq;
	enum reason reason;
	const char *field;
	uint8_t blob_hash[HASH_SIZE];
};

struct entry_batch {
	size_t taken_n, refused_n;
	struct taken *taken;
	struct refused *refused;
};

struct entry_void {
	uint64_t from, to; /* seqs, both inclusive */
	uint32_t reason;
};

struct entry_genesis {
	bool illustrative, simulated;
	int32_t offset_minutes; /* of office time from UTC */
	uint8_t store[INCARNATION_SIZE];
	uint8_t incarnation[INCARNATION_SIZE];
	const char *name; /* of the centre */
};

struct entry_incarnation {
	uint8_t made[INCARNATION_SIZE], old[INCARNATION_SIZE];
	uint64_t fork; /* head at the fork ... */
	uint8_t fork_hash[HASH_SIZE];
	bool proven; /* a receipt proved that entries were lost: nobody enters until the operator confirms the roster */
	uint8_t lost[INCARNATION_SIZE]; /* the incarnation of that receipt */
};

struct entry_catalogue {
	struct catalogue *made; /* handed over to the fold */
	const char *plan;       /* what was loaded: a plan's code; "" = everything */
	struct date effective;
};

enum registry_kind {
	REGISTRY_NONE,
	REGISTRY_PRINCIPAL_ADD,
	REGISTRY_KEY_ADD,
	REGISTRY_KEY_REVOKE,
	REGISTRY_EPOCHS_ALLOW
};

/* One change of the roster; which fields count is said by kind. */
struct registry_change {
	enum registry_kind kind;
	uint32_t principal;                  /* principal_add (the new number), key_add, epochs_allow */
	enum role role;                      /* principal_add */
	uint32_t scope_unit;                 /* principal_add: unit number */
	const char *name;                    /* principal_add */
	uint32_t key_id;                     /* key_add (the new id), key_revoke */
	uint8_t public_key[PUBLIC_KEY_SIZE]; /* key_add */
	uint32_t epochs;                     /* epochs_allow: how many it may have made without waiting */
};

struct entry_registry {
	size_t n;
	const struct registry_change *changes; /* in the order in which they apply */
	bool confirm; /* the operator has looked at the roster after a rollback */
};

struct entry_tick {
	struct date date; /* the office's date that has begun; its identity */
};

struct entry_rules {
	uint32_t version; /* of the admission rules, from here on */
};

/* ---- what the centre decides, finds and says; units and items are numbers. principal: of the operator, 0 = at the
 * centre's own console ---- */

enum decision_kind { /* stored */
	DECISION_NONE,
	DECISION_EXTENSION,
	DECISION_NA,
	DECISION_ACCEPTED, /* a report that is done */
	DECISION_RETURNED,
	DECISION_EXEMPT,   /* a slot: nothing is owed ... */
	DECISION_IN_TIME   /* ... or it was in time, by other proof */
};

/* Which fields count is said by kind, as in journal.proto. */
struct entry_decision {
	enum decision_kind kind;
	bool granted;              /* extension, not applicable; the others are */
	uint32_t about_index;
	uint64_t about_entry;      /* receipt of the request or the report */
	struct date date, date_to; /* extension: the due date; not applicable: from, to (0 = for ever) */
	uint32_t unit, item;
	uint32_t principal;
	const char *reason, *period;
};

struct entry_notice {
	uint32_t kind; /* NoticeKind of the wire */
	size_t units_n;
	const uint32_t *units; /* ascending */
	uint32_t item;
	const char *text;
	uint64_t about_entry;
	uint32_t principal;
	struct date due;
};

struct entry_finding {
	uint32_t unit, item; /* item: 0 = about none */
	uint32_t severity;   /* 1..3 */
	uint32_t principal;
	struct date remedy_by;
	const char *rule, *document, *text;
	uint64_t closes; /* entry of the finding that is remedied; then nothing else counts but principal and text */
};

struct entry_step {
	uint32_t unit; /* on whose behalf */
	uint32_t principal;
	struct matter matter; /* about: the raise; step; text, addressee, resolves */
	const uint8_t *bytes; /* of an entry that was read: the step as it is stored */
	size_t size;
};

struct entry {
	uint64_t number;      /* from 1, gapless */
	enum entry_kind kind;
	uint32_t principal, key_id; /* who sent it; 0 for what the centre itself made */
	uint8_t epoch[EPOCH_SIZE];
	uint8_t previous_epoch[EPOCH_SIZE]; /* in the first entry of an epoch that continues another; else zeros */
	uint64_t first_seq;   /* of the seqs this entry decides ... */
	uint32_t seqs;        /* ... how many: taken + refused, or voided */
	uint64_t prev;        /* the stream's previous entry; 0 = none */
	struct instant received;
	uint32_t rules_version;
	uint8_t prev_hash[HASH_SIZE], hash[HASH_SIZE];
	union {
		struct entry_batch batch;
		struct entry_void lost;
		struct entry_genesis genesis;
		struct entry_incarnation incarnation;
		struct entry_catalogue catalogue;
		struct entry_registry registry;
		struct entry_tick tick;
		struct entry_rules rules;
		struct entry_decision decision;
		struct entry_notice notice;
		struct entry_finding finding;
		struct entry_step step;
	};
};

#endif
