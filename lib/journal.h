/* SPDX-License-Identifier: MIT
 *
 * journal: the rows of a batch as bytes, and back.
 *
 *   row: 2 * table + 1 if the store gave the stamp | for each field: text kinds: 0 = null, 1 + n = the n-th text of
 *        this commit (a new one, which is the next number, is followed by its length and bytes); others: 0 = null, else
 *        1 + zigzag(value)
 *   2 * the number of tables, instead of a row: texts are numbered anew from here on
 *
 * Invariant: decode(encode(rows)) = rows, with their stamps; bytes that no encode wrote are SWK_ERR_CORRUPT and
 * never a crash. The rows are not validated again: a checksum has vouched for them, and decoding checks only what
 * memory safety needs.
 */
#ifndef SWK_JOURNAL_H
#define SWK_JOURNAL_H

#include "batch.h"

/* Appends to `buf` the rows of the batch, in their order, for which `stored` (one flag a row of batch->order) is
 * set, with stamps[i] as their recorded_at. Where it holds rows of the commit already, texts are numbered anew. */
int swk__journal_encode(const swk_batch *batch, const unsigned char *stored, const int64_t *stamps, swk__buf *buf,
                        swk_error *error);

/* Appends the rows to an empty batch. */
int swk__journal_decode(swk__slice bytes, swk_batch *batch, swk_error *error);

#endif
