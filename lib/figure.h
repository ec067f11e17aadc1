/* SPDX-License-Identifier: MIT
 *
 * figure: what the columns of a report show, made of the sums of a period's rows.
 *
 *   rows { sums } of a period --one column at a time--> cells of the result, written where they stay
 *
 * Invariant: what a kind of figure is (its type, its bounds, whether it has a previous one) is one table; its cells
 * depend on the rows alone.
 */
#ifndef SWK_FIGURE_H
#define SWK_FIGURE_H

#include "finish.h"

#define SWK__COLUMNS_MAX 40 /* of a report, bounds aside */

/* A column of the report and where the result has it. */
typedef struct swk__shown {
	const swk__column *column;
	unsigned to;       /* the figure's column, before those of its bounds */
	unsigned previous; /* that of the figure of the period before; 0: none */
	unsigned place;    /* of a weekly one among the rows' weekly cells */
} swk__shown;

/* The rows of a period that are put into the result. */
typedef struct swk__figuring {
	swk_result *result;
	size_t at; /* the first one's row there */
	const swk__finish_row *rows;
	size_t count;
	const swk__rollup *rollup; /* whose cells the rows are; NULL: of none */
	int64_t end;               /* as of which durations are open */
	int64_t units;             /* minor units of a major one */
	swk__result_span currency; /* of the amounts */
} swk__figuring;

/* How many cells a kind of figure has: its own and those of its bounds. */
unsigned swk__figure_width(swk__figure figure);
swk_type swk__figure_type(swk__figure figure);

/* Made by a form's `finish`. */
bool swk__figure_weekly(swk__figure figure);

/* Whether a column has a previous one beside it: counts, amounts, rates and means have. */
bool swk__figure_previous(const swk__column *column);

/* Puts all columns' figures and bounds; the columns stand in the order of their report. */
void swk__figures_put(const swk__figuring *figuring, const swk__shown *shown, unsigned count);

/* Puts the figures beside those of the period after; rows are those of the period before. */
void swk__figures_put_previous(const swk__figuring *figuring, const swk__shown *shown, unsigned count);

#endif
