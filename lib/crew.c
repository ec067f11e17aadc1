/* SPDX-License-Identifier: MIT */
#include "crew.h"

#include <signal.h>

#define NONE UINT32_MAX

typedef struct swk__crew_member member;

/* Does the next number; the lock is held but while it does. */
static void next_do(swk__crew *crew, unsigned thread)
{
	swk_error error = SWK_ERROR_INIT;
	const uint32_t number = crew->next++;
	crew->members[thread].busy = number;
	pthread_mutex_unlock(&crew->lock);
	int code = crew->work(crew->context, thread, number, &error);
	pthread_mutex_lock(&crew->lock);
	crew->members[thread].busy = NONE;
	if (code != SWK_OK && number < crew->end) {
		crew->end = number;
		crew->code = code;
		crew->error = error;
	}
	pthread_cond_broadcast(&crew->moved);
}

static bool next_may(const swk__crew *crew)
{
	return crew->next < crew->end && crew->next < crew->limit;
}

static void *member_run(void *context)
{
	const member *self = context;
	swk__crew *crew = self->crew;
	const unsigned thread = (unsigned)(self - crew->members);
	pthread_mutex_lock(&crew->lock);
	while (crew->next < crew->end) {
		if (next_may(crew))
			next_do(crew, thread);
		else
			pthread_cond_wait(&crew->moved, &crew->lock);
	}
	pthread_mutex_unlock(&crew->lock);
	return NULL;
}

/* Signals are for the threads of the program, not for ours. */
static void members_start(swk__crew *crew, unsigned threads)
{
	sigset_t all, before;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	pthread_mutex_lock(&crew->lock);
	while (crew->others + 1 < threads) {
		member *other = &crew->members[crew->others + 1];
		if (pthread_create(&other->thread, NULL, member_run, other))
			break;
		crew->others++;
	}
	pthread_mutex_unlock(&crew->lock);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
}

void swk__crew_open(swk__crew *crew, unsigned threads, uint32_t count, uint32_t ahead, swk__crew_work work,
                    void *context)
{
	*crew = (swk__crew){ .work = work, .context = context, .ahead = ahead, .limit = ahead, .end = count };
	threads = threads > SWK__CREW_MAX ? SWK__CREW_MAX : threads;
	threads = threads > count ? count : threads;
	for (unsigned t = 0; t < SWK__CREW_MAX; t++)
		crew->members[t] = (member){ .crew = crew, .busy = NONE };
	pthread_mutex_init(&crew->lock, NULL);
	pthread_cond_init(&crew->moved, NULL);
	members_start(crew, threads);
}

static bool number_done(const swk__crew *crew, uint32_t number)
{
	bool done = number < crew->next;
	for (unsigned t = 0; t <= crew->others; t++)
		done &= crew->members[t].busy != number;
	return done;
}

int swk__crew_get(swk__crew *crew, uint32_t number, swk_error *error)
{
	pthread_mutex_lock(&crew->lock);
	const uint32_t limit = number > NONE - crew->ahead ? NONE : number + crew->ahead;
	crew->limit = limit > crew->limit ? limit : crew->limit;
	pthread_cond_broadcast(&crew->moved);
	while (number < crew->end && !number_done(crew, number)) {
		if (next_may(crew))
			next_do(crew, 0);
		else
			pthread_cond_wait(&crew->moved, &crew->lock);
	}
	const int code = number < crew->end ? SWK_OK : crew->code;
	if (code != SWK_OK)
		swk__error_copy(error, &crew->error);
	pthread_mutex_unlock(&crew->lock);
	return code;
}

void swk__crew_close(swk__crew *crew)
{
	pthread_mutex_lock(&crew->lock);
	crew->end = 0;
	pthread_cond_broadcast(&crew->moved);
	pthread_mutex_unlock(&crew->lock);
	for (unsigned t = 1; t <= crew->others; t++)
		pthread_join(crew->members[t].thread, NULL);
	pthread_cond_destroy(&crew->moved);
	pthread_mutex_destroy(&crew->lock);
}

int swk__crew_run(unsigned threads, uint32_t count, swk__crew_work work, void *context, swk_error *error)
{
	swk__crew crew;
	int code = SWK_OK;
	swk__crew_open(&crew, threads, count, NONE, work, context);
	for (uint32_t number = 0; number < count && code == SWK_OK; number++)
		code = swk__crew_get(&crew, number, error);
	swk__crew_close(&crew);
	return code;
}
