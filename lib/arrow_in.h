/* SPDX-License-Identifier: MIT
 *
 * arrow_in: rows of Arrow arrays as batches, some thousand at a time.
 *
 *   stream, or schema + array --> columns matched to fields --> chunk of rows --> swk_batch --> (store)
 *                                                                           \--> rejects
 *
 * Invariant: memory is bounded by a chunk, however long arrays are and however many; what was taken from a stream is
 * released exactly once. What is wrong with an array ends the call, what is wrong with a row makes it a reject.
 */
#ifndef SWK_ARROW_IN_H
#define SWK_ARROW_IN_H

#include "arrow_column.h"
#include "result.h"

/* Who wants rows of which table, and how. */
typedef struct swk__arrow_wish {
	swk__table table;
	bool ignore_unknown;
	const swk__zone *zone; /* of timestamps without a zone; NULL: these are refused */
	swk_batch *batch;      /* filled again and again; of the zone of texts */
	swk_result *rejects;   /* NULL, or with the columns of swk__arrow_rejects: takes a row for each refused one */
} swk__arrow_wish;

typedef struct swk__arrow_in swk__arrow_in;

/* Begins to read an array, or a stream, which stay the caller's; reads the schema and refuses what of it is not taken.
 * On success *in is the caller's (swk__arrow_in_close). */
int swk__arrow_in_array(swk__mem *mem, const swk__arrow_wish *wish, const struct ArrowSchema *schema,
                        const struct ArrowArray *array, swk__arrow_in **in, swk_error *error);
int swk__arrow_in_stream(swk__mem *mem, const swk__arrow_wish *wish, struct ArrowArrayStream *stream,
                         swk__arrow_in **in, swk_error *error);

/* Releases what was taken from the stream and not yet released. NULL is fine. */
void swk__arrow_in_close(swk__arrow_in *in);

/* The feed of an ingestion: *batch is the wish's with the next rows, or NULL when there are no more. */
int swk__arrow_in_next(void *in, const swk_batch **batch, swk_error *error);

/* Adds the columns of rejects to a result: table, row, field, value, reason. */
int swk__arrow_rejects(swk_result *result, swk_error *error);

#endif
