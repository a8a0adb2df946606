// SPDX-License-Identifier: Apache-2.0
#include "server/zap.h"

#include <string.h>

#include "server/door.h"

static bool may_enter(const char *domain, enum role role)
{
	if (!strcmp(domain, DOOR_INGEST))
		return role == ROLE_AGENT;
	if (!strcmp(domain, DOOR_FEED))
		return role == ROLE_VIEWER || role == ROLE_OPERATOR;
	return !strcmp(domain, DOOR_QUERY) && role != ROLE_NONE;
}

struct zap_verdict zap_decide(const struct roster *r, const char *domain,
			      const uint8_t key[static KEYS_SIZE])
{
	const struct roster_key *k = r ? roster_key_of(r, key) : NULL;

	if (!k)
		return (struct zap_verdict){
			.status = NET_ZAP_LATER, .unknown = r != NULL}; /* perhaps it will be
									   registered */
	if (k->revoked)
		return (struct zap_verdict){.status = NET_ZAP_REVOKED};
	const struct principal *p = roster_principal(r, k->principal);
	if (!p || !may_enter(domain, p->role))
		return (struct zap_verdict){.status = NET_ZAP_LATER};
	return (struct zap_verdict){.status = NET_ZAP_ENTER, .key_id = k->id};
}
