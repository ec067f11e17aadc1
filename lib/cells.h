/* SPDX-License-Identifier: MIT
 *
 * cells: a field of many rows at once, as it lies, widened to what is counted with.
 *
 * Rows are [row, row + count) of one segment. Invariant: what swk__columns_get tells of each of them.
 */
#ifndef SWK_CELLS_H
#define SWK_CELLS_H

#include "columns.h"

/* As integers, SWK__NULL (texts: 0) for null. */
void swk__cells_wide(const swk__columns *columns, unsigned field, uint32_t row, uint32_t count, int64_t *cells);

/* An ENUM or BOOL: 0 for null, 1 + value otherwise. */
void swk__cells_codes(const swk__columns *columns, unsigned field, uint32_t row, uint32_t count, unsigned char *codes);

/* A text kind: its number. */
void swk__cells_numbers(const swk__columns *columns, unsigned field, uint32_t row, uint32_t count, uint32_t *numbers);

#endif
