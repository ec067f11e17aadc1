/* SPDX-License-Identifier: MIT
 *
 * crew: some threads that do numbered work while a call lasts.
 *
 *   numbers 0, 1, 2 ... --dealt in this order, one at a time--> threads, the calling one among them
 *
 * Invariant: when it returns no thread is left, and all work below the least number that failed was done. Where fewer
 * threads can be started, fewer do the work.
 */
#ifndef SWK_CREW_H
#define SWK_CREW_H

#include "error.h"

#define SWK__CREW_MAX 64

/* Work `number`, by thread `thread` (0: the calling one). */
typedef int (*swk__crew_work)(void *context, unsigned thread, uint32_t number, swk_error *error);

/* Does the work 0 to `count` - 1 with at most `threads` threads (at most SWK__CREW_MAX). Fails as the work with the
 * least number that failed did; work beyond may be left undone then. */
int swk__crew_run(unsigned threads, uint32_t count, swk__crew_work work, void *context, swk_error *error);

#endif
