/* SPDX-License-Identifier: MIT
 *
 * groups: sums and lists by group, while facts are counted; a rollup at the end.
 *
 *   key (numbers of the `by` values) --index--> group { sums[], spans and starts of curves }
 *
 * Invariant: the numbers by which groups are found leave no trace in the rollup.
 */
#ifndef SWK_GROUPS_H
#define SWK_GROUPS_H

#include "block.h"
#include "rollup.h"

/* An observation of a curve: list 2c holds the ended spans of curve c, 2c + 1 the starts of those open. */
typedef struct swk__observation {
	uint32_t group, list;
	int64_t value;
} swk__observation;

typedef struct swk__groups {
	swk__mem *mem;
	unsigned width, measures, lists; /* values of a key; sums and lists of a group */
	uint32_t count, capacity;
	uint32_t *keys;
	swk__i128 *sums;
	uint32_t *index; /* open addressing: group, or none */
	uint32_t index_mask;
	size_t observed, observed_capacity;
	swk__observation *observations;
} swk__groups;

void swk__groups_init(swk__groups *groups, swk__mem *mem, unsigned width, unsigned measures, unsigned lists);
void swk__groups_done(swk__groups *groups);
void swk__groups_clear(swk__groups *groups);

/* The group of a key, a new one if need be; UINT32_MAX when memory failed. */
uint32_t swk__groups_find(swk__groups *groups, const uint32_t *key);

static inline swk__i128 *swk__groups_sums(const swk__groups *groups, uint32_t group)
{
	return groups->sums + (size_t)group * groups->measures;
}

/* Adds an observation to a list of a group. False when memory failed. */
bool swk__groups_observe(swk__groups *groups, uint32_t group, uint32_t list, int64_t value);

/* Whether a group's key, as the rollup will have it, is this one. */
int swk__groups_keyed(const swk__groups *groups, const swk__facts *facts, const swk__dimension *by, uint32_t group,
                      swk__slice key, bool *same, swk_error *error);

/* Builds the rollup, keys written as the dimensions' texts and numbers. */
int swk__groups_build(const swk__groups *groups, const swk__facts *facts, const swk__dimension *by,
                      swk__rollup **rollup, swk_error *error);

#endif
