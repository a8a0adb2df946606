// SPDX-License-Identifier: Apache-2.0
#include "dashboard/web_scope.h"

#include "common/sys/log.h"

enum { USERS_SAID = 5 /* lines: a whole file of another country is one slip */ };

static bool is_unit(const struct web *w, const char *code)
{
	const struct web_view v = web_sight(w);

	return catalogue_unit_by_code(v.atlas->catalogue, code, v.sight.today) != NO_INDEX;
}

void web_scope_warn(const struct web *w)
{
	const struct web_users *users = &w->users.users;
	size_t said = 0;

	if (w->conf->is_public && !is_unit(w, w->conf->public_unit))
		log_warn("the centre has no unit %s: strangers see nothing; correct public_unit in web.conf", w->conf->public_unit);
	for (size_t i = 0; i < users->n && said < USERS_SAID; i++) {
		const struct web_user *u = &users->list[i];
		if (is_unit(w, u->unit))
			continue;
		log_warn("the centre has no unit %s: user %s is refused everything; correct it in %s", u->unit, u->name, w->users.path);
		said++;
	}
}
