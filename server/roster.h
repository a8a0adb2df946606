// SPDX-License-Identifier: Apache-2.0
/*
 * roster: who may do what. A *principal* is a number given once, with a role and the unit its scope begins at; *keys*
 * belong to a principal (two may overlap in a rotation) and are revoked, never removed. Pure: no key is checked
 * cryptographically here, the door has done that.
 *
 * Only the fold changes a roster that serves. Functions that add return false when out of memory or when the change
 * does not fit (number already given, unknown principal or key, public key already known): nothing is changed then.
 * The door keeps a clone of its own, so that it never waits for the writer.
 */
#ifndef TIENDO_SERVER_ROSTER_H
#define TIENDO_SERVER_ROSTER_H

#include "server/entry.h"

struct roster;

struct principal {
	uint32_t number; /* from 1 */
	enum role role;
	uint32_t scope_unit; /* number of the unit */
	const char *name;    /* lives in the roster */
	uint32_t epochs_until; /* the operator lets it begin epochs until it has made so many; 0 = the limits alone */
};

struct roster_key {
	uint32_t id;        /* from 1; ZAP's User-Id */
	uint32_t principal; /* number */
	bool revoked;
	uint8_t public_key[PUBLIC_KEY_SIZE];
};

struct roster *roster_new(void); /* NULL = no memory */
struct roster *roster_clone(const struct roster *r);
void roster_free(struct roster *r);

/* False: the change does not fit this roster, or there was no memory (roster_starved). */
bool roster_apply(struct roster *r, const struct registry_change *change);
bool roster_starved(const struct roster *r);

/* NULL = unknown. Valid until the next change. */
const struct principal *roster_principal(const struct roster *r, uint32_t number);
const struct roster_key *roster_key(const struct roster *r, uint32_t id);
const struct roster_key *roster_key_of(const struct roster *r, const uint8_t public_key[static PUBLIC_KEY_SIZE]);
/* The principal of a key that is known and not revoked; NULL otherwise. */
const struct principal *roster_live(const struct roster *r, uint32_t key_id);

/* All of them in order of number or id, i from 0. */
size_t roster_principals(const struct roster *r);
const struct principal *roster_principal_at(const struct roster *r, size_t i);
size_t roster_keys(const struct roster *r);
const struct roster_key *roster_key_at(const struct roster *r, size_t i);
/* Marks the units (by number, those below n) that an agent speaks for; the others stay as they are. */
void roster_offices(const struct roster *r, bool *has, size_t n);
/* The number or id that comes next. */
uint32_t roster_next_principal(const struct roster *r);
uint32_t roster_next_key(const struct roster *r);

#endif
