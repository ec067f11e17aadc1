/* SPDX-License-Identifier: MIT
 *
 * cells: a field of many rows at once, as it lies, widened to what is counted with.
 *
 * Rows are [row, row + count) of one segment. What lies as it is wanted is read there, else it is put into `room`,
 * which has a place for each row. Invariant: what swk__columns_get tells of each of them.
 */
#ifndef SWK_CELLS_H
#define SWK_CELLS_H

#include "columns.h"

/* As integers, SWK__NULL (texts: 0) for null. */
void swk__cells_wide(const swk__columns *columns, unsigned field, uint32_t row, uint32_t count, int64_t *cells);

/* Asks for what will be read. */
void swk__cells_fetch(const swk__columns *columns, unsigned field, uint32_t row, uint32_t count);

/* 1 where a cell is not null. Not for texts. */
void swk__cells_given(const swk__columns *columns, unsigned field, uint32_t row, uint32_t count, unsigned char *given);

/* Numbers of which each is base + raw * unit, null 0: what is added up before it is multiplied. NULL where values lie
 * as they are. Not for texts. */
typedef struct swk__raw {
	int64_t base, unit;
} swk__raw;

/* The value of a number that is not 0. */
static inline int64_t swk__raw_get(swk__raw coding, uint32_t number)
{
	return coding.base + (int64_t)number * coding.unit;
}

const uint32_t *swk__cells_raw(const swk__columns *columns, unsigned field, uint32_t row, uint32_t count,
                               uint32_t *room, swk__raw *coding);

/* An ENUM or BOOL: 0 for null, 1 + value otherwise. */
const unsigned char *swk__cells_codes(const swk__columns *columns, unsigned field, uint32_t row, uint32_t count,
                                      unsigned char *room);

/* A text kind: its number, where it lies as a byte; else NULL. */
const unsigned char *swk__cells_bytes(const swk__columns *columns, unsigned field, uint32_t row);

/* A text kind: its number. */
const uint32_t *swk__cells_numbers(const swk__columns *columns, unsigned field, uint32_t row, uint32_t count,
                                   uint32_t *room);

#endif
