// SPDX-License-Identifier: Apache-2.0
#include "dashboard/web_hash.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include "common/sys/loop.h"

struct job {
	struct web_hash_result result;
	bool nobody; /* the hash is the one that nobody has */
	char hash[KEYS_PASSWORD_TEXT];
	size_t size;
	uint8_t password[WEB_PASSWORD_MOST];
};

/*
 * A ring: [taken, tried) is done and waits to be taken, [tried, submitted) waits for the thread. The numbers only grow.
 * The thread works on the job at `tried` without the lock: nobody else touches that place until it moves on.
 */
struct web_hash {
	pthread_mutex_t lock;
	pthread_cond_t more;
	bool ending;
	uint64_t taken, tried, submitted;
	struct job ring[WEB_HASH_QUEUE];
	int wake;
	char nobody[KEYS_PASSWORD_TEXT];
	pthread_t thread;
};

static struct job *job_at(struct web_hash *h, uint64_t number)
{
	return &h->ring[number % WEB_HASH_QUEUE];
}

static void try_one(struct job *job)
{
	int verdict = keys_password_verify(job->hash, bytes_of(job->password, job->size));

	keys_wipe(job->password, sizeof job->password);
	job->result.verdict = verdict == 0 && job->nobody ? -EACCES : verdict;
}

static void *work(void *context)
{
	struct web_hash *h = context;

	pthread_mutex_lock(&h->lock);
	while (!h->ending) {
		if (h->tried == h->submitted) {
			pthread_cond_wait(&h->more, &h->lock);
			continue;
		}
		struct job *job = job_at(h, h->tried);
		pthread_mutex_unlock(&h->lock);
		try_one(job);
		pthread_mutex_lock(&h->lock);
		h->tried++;
		loop_wake(h->wake);
	}
	pthread_mutex_unlock(&h->lock);
	return NULL;
}

/* A hash of dice: its password is known to nobody, the wipe takes it from us too. */
static int make_nobody(char out[static KEYS_PASSWORD_TEXT])
{
	uint8_t dice[KEYS_SIZE];

	keys_random(dice, sizeof dice);
	int rc = keys_password_hash(bytes_of(dice, sizeof dice), out);
	keys_wipe(dice, sizeof dice);
	return rc;
}

struct web_hash *web_hash_open(struct sys_error *error)
{
	struct web_hash *h = base_alloc(sizeof *h);
	int rc = make_nobody(h->nobody);

	pthread_mutex_init(&h->lock, NULL);
	pthread_cond_init(&h->more, NULL);
	h->wake = rc ? -1 : loop_wake_open(error);
	if (rc)
		sys_fail(error, rc, "no memory to try passwords: %d KiB are needed", KEYS_PASSWORD_KIB);
	else if (h->wake >= 0) {
		rc = pthread_create(&h->thread, NULL, work, h);
		if (rc == 0)
			return h;
		sys_fail(error, -rc, "cannot start the thread that tries passwords: %s", sys_text(rc));
		close(h->wake);
	}
	free(h);
	return NULL;
}

void web_hash_close(struct web_hash *h)
{
	if (!h)
		return;
	pthread_mutex_lock(&h->lock);
	h->ending = true;
	pthread_cond_signal(&h->more);
	pthread_mutex_unlock(&h->lock);
	pthread_join(h->thread, NULL);
	close(h->wake);
	pthread_cond_destroy(&h->more);
	pthread_mutex_destroy(&h->lock);
	keys_wipe(h, sizeof *h);
	free(h);
}

int web_hash_fd(const struct web_hash *h)
{
	return h->wake;
}

int web_hash_submit(struct web_hash *h, uint64_t ticket, const struct web_user *user, struct bytes password)
{
	int rc = 0;

	if (password.size > WEB_PASSWORD_MOST)
		return -EMSGSIZE;
	pthread_mutex_lock(&h->lock);
	if (h->submitted - h->taken == WEB_HASH_QUEUE)
		rc = -EBUSY;
	else {
		struct job *job = job_at(h, h->submitted++);
		*job = (struct job){.nobody = !user, .size = password.size, .result.ticket = ticket};
		memcpy(job->hash, user ? user->hash : h->nobody, sizeof job->hash);
		if (user) {
			memcpy(job->result.name, user->name, sizeof job->result.name);
			memcpy(job->result.line, user->line, sizeof job->result.line);
		}
		if (password.size)
			memcpy(job->password, password.data, password.size);
		pthread_cond_signal(&h->more);
	}
	pthread_mutex_unlock(&h->lock);
	return rc;
}

bool web_hash_take(struct web_hash *h, struct web_hash_result *out)
{
	loop_wake_take(h->wake);
	pthread_mutex_lock(&h->lock);
	bool some = h->taken < h->tried;
	if (some)
		*out = job_at(h, h->taken++)->result;
	pthread_mutex_unlock(&h->lock);
	return some;
}
