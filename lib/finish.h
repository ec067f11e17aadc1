/* SPDX-License-Identifier: MIT
 *
 * finish: figures of a week (or of the window) that need all of its rows: ranks, odds, quotas, lift.
 *
 *   rows { key, sums, cells } + the period --> a form's `finish` fills the weekly cells
 *
 * A form's `finish` knows rollups and quotas, never facts.
 */
#ifndef SWK_FINISH_H
#define SWK_FINISH_H

#include "query.h"
#include "result.h"
#include "rollup.h"

typedef struct swk__finish_row {
	swk__slice key;
	const swk__i128 *sums;
	int64_t cell;     /* of the rollup, for its lists; -1: it has none */
	swk__cell *cells; /* the weekly ones, null to begin with */
} swk__finish_row;

typedef struct swk__finishing {
	swk__mem *mem;
	const swk__plan *plan;
	struct swk__quotas *quotas; /* NULL: the form has none, or they cannot be told apart by group */
	swk__rollup *groups;        /* whose cells have the rows' keys, one by one */
	int32_t from, to;           /* first days of the first and the last week of the period */
	const swk__i128 *whole;     /* sums of all that is counted in the period under the filters that are not late */
	const unsigned *places;     /* of the weekly columns' cells */
	swk__finish_row *rows;
	size_t count;
} swk__finishing;

/* The cell of a weekly column, by its number in the form's columns and then in those it has when grouping. */
static inline swk__cell *swk__finishing_cell(const swk__finishing *finishing, size_t row, unsigned column)
{
	return &finishing->rows[row].cells[finishing->places[column]];
}

/* Fill a weekly cell. It is written where it lies: one that is made elsewhere and copied waits for its parts to be
 * stored. */
static inline void swk__cell_real(swk__cell *cell, double real)
{
	cell->null = false;
	cell->real = real;
}

static inline void swk__cell_integer(swk__cell *cell, int64_t integer)
{
	cell->null = false;
	cell->integer = integer;
}

static inline void swk__cell_amount(swk__cell *cell, swk__i128 amount)
{
	cell->null = false;
	cell->amount = amount;
}

#endif
