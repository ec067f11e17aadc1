/* SPDX-License-Identifier: MIT
 *
 * crew: some threads that do numbered work while somebody, in the order of the numbers, asks for what was done.
 *
 *   numbers 0, 1, 2 ... --begun in this order, not too far ahead--> threads, the asking one among them while it waits
 *
 * Invariant: all work below the least number that failed is done once; none is begun beyond it once it has failed.
 * Where fewer threads can be started, fewer do the work.
 */
#ifndef SWK_CREW_H
#define SWK_CREW_H

#include "error.h"

#include <pthread.h>

#define SWK__CREW_MAX 64

/* Work `number`, by thread `thread` (0: the asking one). */
typedef int (*swk__crew_work)(void *context, unsigned thread, uint32_t number, swk_error *error);

typedef struct swk__crew {
	swk__crew_work work;
	void *context;
	uint32_t ahead;
	pthread_mutex_t lock; /* of all below */
	pthread_cond_t moved; /* one of them has changed */
	uint32_t next;        /* the least number that nobody has begun */
	uint32_t limit, end;  /* numbers from here on may not be begun yet, or at all */
	unsigned others;      /* threads that were started */
	struct swk__crew_member {
		struct swk__crew *crew;
		pthread_t thread;
		uint32_t busy; /* the number that it works on; UINT32_MAX: none */
	} members[SWK__CREW_MAX];
	int code; /* of the number `end`, if it failed */
	swk_error error;
} swk__crew;

/* Begins the work 0 to `count` - 1 with at most `threads` threads (at most SWK__CREW_MAX), that of nobody but the
 * asking one included. No number is begun that is `ahead` or more beyond the greatest one asked for (first: 0). */
void swk__crew_open(swk__crew *crew, unsigned threads, uint32_t count, uint32_t ahead, swk__crew_work work,
                    void *context);

/* Returns when a number is done. Fails as the work with the least number that failed did, where that is not greater. */
int swk__crew_get(swk__crew *crew, uint32_t number, swk_error *error);

/* Ends the crew: what was begun is done, nothing more. No thread is left. */
void swk__crew_close(swk__crew *crew);

/* Does the work 0 to `count` - 1. */
int swk__crew_run(unsigned threads, uint32_t count, swk__crew_work work, void *context, swk_error *error);

#endif
