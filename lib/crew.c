/* SPDX-License-Identifier: MIT */
#include "crew.h"

#include <pthread.h>
#include <signal.h>

typedef struct crew {
	swk__crew_work work;
	void *context;
	uint32_t count;
	_Atomic uint32_t next, failed; /* the least number that failed; count: none */
	pthread_mutex_t lock;          /* of code and error */
	int code;
	swk_error error;
} crew;

typedef struct member {
	crew *crew;
	unsigned thread;
} member;

static void fail(crew *of, uint32_t number, int code, const swk_error *error)
{
	pthread_mutex_lock(&of->lock);
	if (number < atomic_load_explicit(&of->failed, memory_order_relaxed)) {
		atomic_store_explicit(&of->failed, number, memory_order_relaxed);
		of->code = code;
		of->error = *error;
	}
	pthread_mutex_unlock(&of->lock);
}

static void *member_run(void *context)
{
	const member *self = context;
	crew *of = self->crew;
	for (;;) {
		uint32_t number = atomic_fetch_add_explicit(&of->next, 1, memory_order_relaxed);
		if (number >= of->count || number > atomic_load_explicit(&of->failed, memory_order_relaxed))
			return NULL;
		swk_error error = SWK_ERROR_INIT;
		int code = of->work(of->context, self->thread, number, &error);
		if (code != SWK_OK)
			fail(of, number, code, &error);
	}
}

/* Signals are for the threads of the program, not for ours. */
static unsigned members_start(crew *of, unsigned threads, member *members, pthread_t *started)
{
	sigset_t all, before;
	unsigned count = 0;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	for (unsigned t = 1; t < threads; t++) {
		members[t] = (member){ of, t };
		if (pthread_create(&started[count], NULL, member_run, &members[t]))
			break;
		count++;
	}
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return count;
}

int swk__crew_run(unsigned threads, uint32_t count, swk__crew_work work, void *context, swk_error *error)
{
	crew of = { .work = work, .context = context, .count = count, .error = SWK_ERROR_INIT };
	member members[SWK__CREW_MAX] = { { &of, 0 } };
	pthread_t started[SWK__CREW_MAX];
	threads = threads > SWK__CREW_MAX ? SWK__CREW_MAX : threads;
	threads = threads > count ? count : threads;
	atomic_init(&of.next, 0);
	atomic_init(&of.failed, count);
	pthread_mutex_init(&of.lock, NULL);
	unsigned others = members_start(&of, threads, members, started);
	member_run(&members[0]);
	for (unsigned t = 0; t < others; t++)
		pthread_join(started[t], NULL);
	pthread_mutex_destroy(&of.lock);
	if (of.code != SWK_OK)
		swk__error_copy(error, &of.error);
	return of.code;
}
