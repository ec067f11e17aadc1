/* SPDX-License-Identifier: MIT
 *
 * rollup: the partial result of a report over any set of whole leads: cells of integers, one per group.
 *
 *   cell:  key bytes | measures (128-bit integers) | lists (64-bit integers, ascending)
 *                                                         sorted by key, keys distinct
 *
 * Measures add up; a list (durations, starts) takes in the values of the other, repetitions included.
 *
 * A key is the concatenation of its parts: a text part is its bytes and a 0 byte, a number part is one byte
 * (number + 1), so that comparing keys bytewise orders groups by their values. (Texts contain no NUL.)
 *
 * Invariant: merging is associative and commutative with the empty rollup as identity, and equal rollups
 * encode to equal bytes, whatever the order in which they were built. Immutable once built; counted by reference.
 * Knows no report.
 */
#ifndef SWK_ROLLUP_H
#define SWK_ROLLUP_H

#include "error.h"

typedef struct swk__rollup_list {
	const int64_t *values; /* somebody else's; may be NULL when there are none */
	size_t count;
} swk__rollup_list;

typedef struct swk__rollup {
	swk__mem *mem;
	_Atomic uint32_t references;
	uint32_t cells, measures;
	uint32_t lists;           /* number of lists of every cell */
	const uint32_t *key_ends; /* the key of cell i is key_bytes[key_ends[i - 1] .. key_ends[i]) */
	const char *key_bytes;
	const swk__i128 *values; /* cells * measures */
	const size_t *list_ends; /* cells * lists: where each ends in list_values, and the next begins */
	const int64_t *list_values;
} swk__rollup;

static inline swk__slice swk__rollup_key(const swk__rollup *rollup, uint32_t cell)
{
	uint32_t begin = cell ? rollup->key_ends[cell - 1] : 0;
	return (swk__slice){ rollup->key_bytes + begin, rollup->key_ends[cell] - begin };
}

static inline const swk__i128 *swk__rollup_values(const swk__rollup *rollup, uint32_t cell)
{
	return rollup->values + (size_t)cell * rollup->measures;
}

/* A list of a cell, ascending; lives as long as the rollup. */
swk__rollup_list swk__rollup_list_at(const swk__rollup *rollup, uint32_t cell, uint32_t list);

/* Cells in any order, keys repeated or not, out of which a rollup is built. */
typedef struct swk__rollup_builder {
	swk__mem *mem;
	uint32_t measures, lists, cells, capacity;
	swk__buf keys, list_values;
	uint32_t *key_ends;
	swk__i128 *values;
	size_t *list_ends;
} swk__rollup_builder;

void swk__rollup_builder_init(swk__rollup_builder *builder, swk__mem *mem, uint32_t measures, uint32_t lists);
void swk__rollup_builder_done(swk__rollup_builder *builder);

/* Appends a cell: `values` are builder->measures integers, `lists` builder->lists lists in any order inside; all are
 * copied, and either is NULL when there are none. SWK_ERR_MEMORY or SWK_ERR_LIMIT. */
int swk__rollup_builder_add(swk__rollup_builder *builder, swk__slice key, const swk__i128 *values,
                            const swk__rollup_list *lists, swk_error *error);

/* Sorts cells and lists, adds up and unites those of equal keys, and hands out the rollup with one reference. The
 * builder is empty then. SWK_ERR_OVERFLOW: a sum leaves 128 bits. */
int swk__rollup_build(swk__rollup_builder *builder, swk__rollup **rollup, swk_error *error);

/* A cell of a rollup that is made of cells in order. */
typedef struct swk__rollup_cell {
	swk__slice key;
	const swk__i128 *values;
	const swk__rollup_list *lists; /* ascending */
} swk__rollup_cell;

/* The rollup of cells that come in the order of their keys, each key once. */
int swk__rollup_of(swk__mem *mem, uint32_t measures, uint32_t lists, const swk__rollup_cell *cells, size_t count,
                   swk__rollup **rollup, swk_error *error);

#define SWK__LIST_SHORT 24

/* Sorts a list's values. `scratch` has room for as many; up to SWK__LIST_SHORT it may be NULL. */
void swk__rollup_list_sort(int64_t *values, size_t count, int64_t *scratch);

swk__rollup *swk__rollup_retain(swk__rollup *rollup);
void swk__rollup_release(swk__rollup *rollup); /* NULL is fine */

/* The sum of two rollups with the same numbers of measures and lists, in linear time; either may be NULL (the
 * identity), not both. */
int swk__rollup_merge(const swk__rollup *a, const swk__rollup *b, swk__rollup **sum, swk_error *error);

/* The index of the cell with this key, or -1. */
int64_t swk__rollup_find(const swk__rollup *rollup, swk__slice key);

/* Whether both have the same groups, as two weeks often do. */
bool swk__rollup_alike(const swk__rollup *a, const swk__rollup *b);

/* Canonical bytes: measures, lists, cells, then per cell the key (length and bytes), its measures, and of each list the
 * count, the first value and the differences that follow; all as varints. */
int swk__rollup_encode(const swk__rollup *rollup, swk__buf *buf, swk_error *error);

/* The inverse. SWK_ERR_CORRUPT: not the canonical encoding of any rollup (truncated, trailing bytes, keys out of
 * order, lists that pass 64 bits, counts that do not fit the length). Never allocates more than a fixed multiple of
 * `length`. */
int swk__rollup_decode(swk__mem *mem, const char *bytes, size_t length, swk__rollup **rollup, swk_error *error);

/* What a rollup costs in memory, for the cache. */
size_t swk__rollup_size(const swk__rollup *rollup);

#endif
