/* SPDX-License-Identifier: MIT */
#include "relay.h"

#include <signal.h>

static void *pieces_do(void *context)
{
	swk__relay *relay = context;
	pthread_mutex_lock(&relay->lock);
	for (;;) {
		while (!relay->piece && !relay->closing)
			pthread_cond_wait(&relay->moved, &relay->lock);
		if (!relay->piece)
			break;
		pthread_mutex_unlock(&relay->lock);
		swk_error error = SWK_ERROR_INIT;
		const int code = relay->work(relay->context, relay->piece, &error);
		pthread_mutex_lock(&relay->lock);
		relay->piece = NULL;
		relay->code = code;
		relay->error = error;
		pthread_cond_broadcast(&relay->moved);
	}
	pthread_mutex_unlock(&relay->lock);
	return NULL;
}

bool swk__relay_open(swk__relay *relay, swk__relay_work work, void *context)
{
	sigset_t all, before;
	*relay = (swk__relay){ .work = work, .context = context, .error = SWK_ERROR_INIT };
	pthread_mutex_init(&relay->lock, NULL);
	pthread_cond_init(&relay->moved, NULL);
	/* Signals are for the threads of the program, not for ours. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	const bool started = pthread_create(&relay->thread, NULL, pieces_do, relay) == 0;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (!started) {
		pthread_cond_destroy(&relay->moved);
		pthread_mutex_destroy(&relay->lock);
	}
	return started;
}

int swk__relay_wait(swk__relay *relay, swk_error *error)
{
	pthread_mutex_lock(&relay->lock);
	while (relay->piece)
		pthread_cond_wait(&relay->moved, &relay->lock);
	const int code = relay->code;
	if (code != SWK_OK)
		swk__error_copy(error, &relay->error);
	pthread_mutex_unlock(&relay->lock);
	return code;
}

void swk__relay_give(swk__relay *relay, void *piece)
{
	pthread_mutex_lock(&relay->lock);
	relay->piece = piece;
	pthread_cond_broadcast(&relay->moved);
	pthread_mutex_unlock(&relay->lock);
}

int swk__relay_close(swk__relay *relay, swk_error *error)
{
	const int code = swk__relay_wait(relay, error);
	pthread_mutex_lock(&relay->lock);
	relay->closing = true;
	pthread_cond_broadcast(&relay->moved);
	pthread_mutex_unlock(&relay->lock);
	pthread_join(relay->thread, NULL);
	pthread_cond_destroy(&relay->moved);
	pthread_mutex_destroy(&relay->lock);
	return code;
}
