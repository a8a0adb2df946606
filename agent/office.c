// SPDX-License-Identifier: Apache-2.0
#include "agent/office.h"

#include "common/domain/periods.h"

const char *office_path(const struct office *o, const char *name, struct buffer *out)
{
	buffer_clear(out);
	buffer_format(out, "%s/%s", o->dir, name);
	return buffer_text(out);
}

int office_open(struct office *o, struct sys_error *error)
{
	struct buffer path = {0};
	int code = config_load(&o->config, office_path(o, "agent.conf", &path), error);

	buffer_free(&path);
	if (code)
		return code;
	const struct spool_options options = {.quota = o->config.spool_mib << 20,
					      .grace_ms = o->config.grace_ms};

	if (!(o->clock = clock_open(o->config.clock, error)))
		return -1;
	code = spool_open(&o->spool, o->dir, &options, error);
	if (!code)
		code = spool_centre(o->spool, &o->centre, error);
	if (!code)
		code = spool_shelf_head(o->spool, SPOOL_SLICE, &o->slice, error);
	return code;
}

void office_close(struct office *o)
{
	spool_close(o->spool);
	clock_close(o->clock);
	o->spool = NULL;
	o->clock = NULL;
}

bool office_proven(const struct office *o, struct instant *now)
{
	uint8_t boot[CLOCK_BOOT_SIZE];
	int64_t since = clock_monotonic(o->clock) - o->centre.heard_monotonic_ms;

	clock_boot(o->clock, boot);
	*now = clock_wall(o->clock);
	if (!o->centre.time_ms || since < 0 || memcmp(boot, o->centre.heard_boot, sizeof boot) != 0)
		return false;
	now->ms = o->centre.time_ms + since;
	return true;
}

struct date office_today(const struct office *o, bool *proven)
{
	struct instant now;

	*proven = office_proven(o, &now);
	return date_at(now, OFFICE_OFFSET_MINUTES);
}

struct seal office_seal(const struct office *o)
{
	struct seal s = {.monotonic_ms = (uint64_t)clock_monotonic(o->clock),
			 .attempts = o->centre.attempts};
	struct instant now;

	clock_boot(o->clock, s.boot_id);
	if (office_proven(o, &now)) { /* of another boot it would prove nothing */
		s.server_time_ms = o->centre.time_ms;
		s.server_heard_at_ms = (uint64_t)o->centre.heard_monotonic_ms;
	}
	return s;
}
