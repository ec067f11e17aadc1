/* SPDX-License-Identifier: MIT
 *
 * finish: figures of a week (or of the window) that need all of its rows: ranks, odds, quotas, lift.
 *
 *   rows { key, sums, cells } + the period --> a form's `finish` fills the weekly cells
 *
 * A form's `finish` knows rollups and records of quotas, never facts.
 */
#ifndef SWK_FINISH_H
#define SWK_FINISH_H

#include "money.h"
#include "query.h"
#include "result.h"
#include "rollup.h"

typedef struct swk__finish_row {
	swk__slice key;
	const swk__i128 *sums;
	swk__cell *cells; /* the report's own, as in the heading without previous ones */
} swk__finish_row;

typedef struct swk__finishing {
	swk__mem *mem;
	const swk__plan *plan;
	const swk__facts *facts;
	const swk__money *money; /* NULL for a form without amounts */
	int32_t from, to;        /* first days of the first and the last week of the period */
	const swk__i128 *whole;  /* sums of all that is counted in the period under the filters that are not late */
	const unsigned *places;  /* of the columns' first cells */
	swk__finish_row *rows;
	size_t count;
} swk__finishing;

/* The first cell of a column, by its number in the form's columns and then in those it has when grouping. */
static inline swk__cell *swk__finishing_cell(const swk__finishing *finishing, size_t row, unsigned column)
{
	return &finishing->rows[row].cells[finishing->places[column]];
}

#endif
