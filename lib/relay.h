/* SPDX-License-Identifier: MIT
 *
 * relay: a second thread that does one piece of work after the other, while the first one prepares the next.
 *
 *   prepared piece --given when the one before is done--> the second thread
 *
 * Invariant: pieces are done in the order in which they are given; after one that failed none is done.
 */
#ifndef SWK_RELAY_H
#define SWK_RELAY_H

#include "error.h"

#include <pthread.h>

typedef int (*swk__relay_work)(void *context, void *piece, swk_error *error);

typedef struct swk__relay {
	swk__relay_work work;
	void *context;
	pthread_t thread;
	pthread_mutex_t lock; /* of all below */
	pthread_cond_t moved; /* one of them has changed */
	void *piece;          /* that is being done; NULL: none */
	bool closing;
	int code; /* of the piece that failed */
	swk_error error;
} swk__relay;

/* Starts the second thread; false where it cannot be had, and then there is nothing to close. */
bool swk__relay_open(swk__relay *relay, swk__relay_work work, void *context);

/* Returns when nothing is being done; fails as the piece that failed did. */
int swk__relay_wait(swk__relay *relay, swk_error *error);

/* Gives a piece, which is the second thread's until it is done; not before swk__relay_wait was successful. */
void swk__relay_give(swk__relay *relay, void *piece);

/* Waits and ends the thread; fails as the piece that failed did. */
int swk__relay_close(swk__relay *relay, swk_error *error);

#endif
