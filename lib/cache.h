/* SPDX-License-Identifier: MIT
 *
 * cache: weekly rollups that were counted before, least recently used out first.
 *
 *   (shape, week) --> entry { seen, holds, rollup }
 *
 * An entry remembers what it was counted from (`seen`: versions of parts, epochs of tables) and for which ends of the
 * week it holds. Invariant: get hands out a rollup only if all of that still matches, so nothing ever has to be
 * invalidated. Any number of threads; a failure to keep an entry is no failure.
 */
#ifndef SWK_CACHE_H
#define SWK_CACHE_H

#include "rollup.h"

#define SWK__SEEN_WORDS 24

typedef struct swk__seen {
	uint64_t words[SWK__SEEN_WORDS];
} swk__seen;

typedef struct swk__cache swk__cache;

/* A cache that keeps at most `budget` bytes; NULL when memory failed. */
swk__cache *swk__cache_create(swk__mem *mem, size_t budget);
void swk__cache_free(swk__cache *cache); /* NULL is fine */

/* Drops all entries. */
void swk__cache_clear(swk__cache *cache);

/* The rollup of a week that ends at `end`, with a reference of the caller's; NULL when there is none that holds. */
swk__rollup *swk__cache_get(swk__cache *cache, swk__slice shape, int32_t week, const swk__seen *seen, int64_t end);

/* Keeps a rollup (retained) that holds for from <= end < until. */
void swk__cache_put(swk__cache *cache, swk__slice shape, int32_t week, const swk__seen *seen, int64_t from,
                    int64_t until, swk__rollup *rollup);

typedef struct swk__cache_figures {
	uint64_t hits, misses, entries, bytes;
} swk__cache_figures;

swk__cache_figures swk__cache_info(swk__cache *cache);

#endif
