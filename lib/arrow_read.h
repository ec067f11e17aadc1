/* SPDX-License-Identifier: MIT
 *
 * arrow_read: the cells of a column into a batch, a chunk of rows at a time.
 *
 *   column --> cells that are as they should be, many at a step --> batch
 *         \--> any other cell, alone, as the row writer is given it --> batch, or a reject
 *
 * Invariant: what the first way writes is what the second would have written.
 */
#ifndef SWK_ARROW_READ_H
#define SWK_ARROW_READ_H

#include "arrow_column.h"

/* The rows that a batch is being filled with (swk__batch_fill). */
typedef struct swk__arrow_chunk {
	swk_batch *batch;
	const swk__zone *zone; /* of timestamps without a zone */
	int64_t first;         /* the row of the array that is row 0 of the chunk */
	size_t rows;
	uint32_t number; /* of the chunk, from 1 on */
} swk__arrow_chunk;

/* Fails where memory does, and where the array is malformed. */
int swk__arrow_read(swk__arrow_column *column, const swk__arrow_chunk *chunk, swk_error *error);

#endif
