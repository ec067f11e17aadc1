/* SPDX-License-Identifier: MIT
 *
 * touched: which records a change may have given another meaning, as bits by number: what a fold starts from.
 *
 * Invariant: a set only grows until it is cleared; to be in it without need does no harm, folding is pure.
 */
#ifndef SWK_TOUCHED_H
#define SWK_TOUCHED_H

#include "base.h"

typedef enum swk__touch {
	SWK__TOUCH_LEAD,      /* leads of which a record changed */
	SWK__TOUCH_FOLLOWERS, /* leads that changed themselves: all that lead to them are touched, too */
	SWK__TOUCH_DEAL,      /* opportunities */
	SWK__TOUCH_SCORE,     /* scores */
	SWK__TOUCH_COUNT
} swk__touch;

/* Words below `low` and from `end` on are 0. */
typedef struct swk__marks {
	uint64_t *words;
	uint32_t low, end, capacity;
} swk__marks;

typedef struct swk__touched {
	swk__mem *mem;
	swk__marks marks[SWK__TOUCH_COUNT];
} swk__touched;

void swk__touched_init(swk__touched *touched, swk__mem *mem);
void swk__touched_done(swk__touched *touched);

/* Makes room for records below `count`. False when memory failed. */
bool swk__touched_reserve(swk__touched *touched, swk__touch kind, uint32_t count);

/* Makes as much room as another one has. */
bool swk__touched_cover(swk__touched *touched, const swk__touched *other);

/* Adds a record for which there is room; 0 is none. True when it was there. */
static inline bool swk__touched_add(swk__touched *touched, swk__touch kind, uint32_t entity)
{
	swk__marks *marks = &touched->marks[kind];
	uint32_t word = entity / 64;
	uint64_t bit = UINT64_C(1) << (entity % 64);
	if (entity == 0 || (marks->words[word] & bit))
		return true;
	marks->words[word] |= bit;
	marks->low = word < marks->low ? word : marks->low;
	marks->end = word >= marks->end ? word + 1 : marks->end;
	return false;
}

/* Adds what is in another one, for which there is room. */
void swk__touched_merge(swk__touched *touched, const swk__touched *other);

void swk__touched_clear(swk__touched *touched);
bool swk__touched_empty(const swk__touched *touched);
uint64_t swk__touched_count(const swk__touched *touched, swk__touch kind);

/* Goes on to the first record from *entity on that is in; false at the end. */
bool swk__touched_next(const swk__touched *touched, swk__touch kind, uint32_t *entity);

#endif
