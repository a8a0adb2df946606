// SPDX-License-Identifier: Apache-2.0
/* zap: may this key shake hands at this door? Decided from the roster alone (DESIGN 4 "Doors").
 * Pure. */
#ifndef TIENDO_SERVER_ZAP_H
#define TIENDO_SERVER_ZAP_H

#include "common/sys/net.h"
#include "server/roster.h"

struct zap_verdict {
	enum net_zap_status status;
	uint32_t key_id; /* NET_ZAP_ENTER */
	bool unknown;	 /* the roster was asked and does not have the key */
};

/* roster NULL = loading: later. */
struct zap_verdict zap_decide(const struct roster *r, const char *domain,
			      const uint8_t key[static KEYS_SIZE]);

#endif
