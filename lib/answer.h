/* SPDX-License-Identifier: MIT
 *
 * answer: from a plan and facts to a result.
 *
 *   plan --> window --> per week: rollup (cached or scanned) --> rows: figures of each group, previous ones beside
 *
 * Invariant: an answer is a function of plan and facts alone; the cache changes only the time it takes. Figures are
 * made from rollups, never from facts.
 */
#ifndef SWK_ANSWER_H
#define SWK_ANSWER_H

#include "result.h"
#include "tally.h"

/* What answering needs of the store. */
typedef struct swk__desk {
	swk__mem *mem;
	swk__zones *zones;
	swk__cache *cache;                               /* NULL: none */
	swk__slice currency;                             /* the store's base */
	swk__check check;                                /* may be NULL */
	void *check_context;                             /* checked from any thread */
	unsigned threads;                                /* at most so many; 0 is 1 */
	void (*keep)(void *owner), (*drop)(void *owner); /* for the result; may be NULL */
	void *owner;
} swk__desk;

/* On success *result is the caller's (swk_result_free). */
int swk__answer_make(const swk__desk *desk, const swk__plan *plan, const swk__facts *facts, swk_result **result,
                     swk_error *error);

/* The rollup of the facts of a whole window of weeks: what a total is made from. For tests of merging. */
int swk__answer_rollup(const swk__desk *desk, const swk__plan *plan, const swk__facts *facts, swk__rollup **rollup,
                       swk_error *error);

#endif
