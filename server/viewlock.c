// SPDX-License-Identifier: Apache-2.0
#include "server/viewlock.h"

#include <assert.h>

bool viewlock_init(struct viewlock *l)
{
	pthread_rwlockattr_t attr;
	if (pthread_rwlockattr_init(&attr))
		return false;
	/* the default kind starves a writer as long as readers keep coming */
	bool ok = !pthread_rwlockattr_setkind_np(&attr, PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP) &&
		  !pthread_rwlock_init(&l->lock, &attr);
	pthread_rwlockattr_destroy(&attr);
	return ok;
}

/* What can fail below is only our own mistake (deadlock with oneself, unlocking what is not held). */
static void must(int rc)
{
	assert(rc == 0);
	(void)rc;
}

void viewlock_destroy(struct viewlock *l)
{
	must(pthread_rwlock_destroy(&l->lock));
}

void viewlock_read(struct viewlock *l)
{
	must(pthread_rwlock_rdlock(&l->lock));
}

void viewlock_read_end(struct viewlock *l)
{
	must(pthread_rwlock_unlock(&l->lock));
}

void viewlock_write(struct viewlock *l)
{
	must(pthread_rwlock_wrlock(&l->lock));
}

void viewlock_write_end(struct viewlock *l)
{
	must(pthread_rwlock_unlock(&l->lock));
}
