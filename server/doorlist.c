// SPDX-License-Identifier: Apache-2.0
#include "server/doorlist.h"

#include "common/sys/base.h"

void doorlist_init(struct doorlist *d)
{
	*d = (struct doorlist){.closed = true};
	pthread_mutex_init(&d->mutex, NULL);
}

void doorlist_destroy(struct doorlist *d)
{
	roster_free(d->fresh);
	pthread_mutex_destroy(&d->mutex);
}

void doorlist_publish(struct doorlist *d, const struct roster *r, bool closed)
{
	struct roster *copy = roster_clone(r);

	if (!copy)
		base_no_memory(roster_keys(r) * sizeof(struct roster_key));
	pthread_mutex_lock(&d->mutex);
	struct roster *old = d->fresh;
	d->fresh = copy;
	d->closed = closed;
	pthread_mutex_unlock(&d->mutex);
	roster_free(old);
}

struct roster *doorlist_take(struct doorlist *d, bool *closed)
{
	pthread_mutex_lock(&d->mutex);
	struct roster *r = d->fresh;
	d->fresh = NULL;
	*closed = d->closed;
	pthread_mutex_unlock(&d->mutex);
	return r;
}
