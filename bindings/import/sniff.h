/* SPDX-License-Identifier: MIT
 *
 * sniff: what a column's cells look like: dates in which form, numbers written how, durations, yes and no. Pure.
 */
#ifndef SWI_SNIFF_H
#define SWI_SNIFF_H

#include "number.h"
#include "support.h"

/* A column's cells. */
typedef struct swi__column_cells {
	const swi__slice *cells; /* of the first row */
	size_t stride;           /* from a row to the next */
	size_t rows;
} swi__column_cells;

static inline swi__slice swi__cell_at(const swi__column_cells *column, size_t row)
{
	return column->cells[row * column->stride];
}

#define SWI__FORM_TEXT 40
#define SWI__FORMS_MAX 3

/* How dates are written. */
typedef struct swi__dates {
	char forms[SWI__FORMS_MAX][SWI__FORM_TEXT]; /* those that together read most cells, the best first */
	size_t count;
	size_t filled, read; /* cells */
	bool failed;         /* memory: nothing was read */
	bool time, offset;   /* the first form says a time, an offset from UTC */
	bool day_known;      /* some cell shows which number is the day; false where both orders read all cells */
	bool day_first; /* of numbers, the first form's order; where that is not known as the caller would have it */
} swi__dates;

/* `day_first`: what to take where both orders read all cells. */
void swi__sniff_dates(const swi__column_cells *column, bool day_first, swi__dates *dates);

/* The form by which a single text reads, or NULL; into `form`. */
const char *swi__sniff_date(swi__slice text, char form[SWI__FORM_TEXT]);

/* How numbers are written. */
typedef struct swi__numbers {
	size_t filled, read;
	bool plain;        /* as the library reads them: digits, "-" and "." */
	bool mark_known;   /* false where "1,234" or "1.234" may be thousands or decimals */
	bool comma;        /* the decimal mark is a comma */
	char example[48];  /* for a map's "number" */
	char symbol[32];   /* "$", "EUR", "%" or "" */
	swi__slice unread; /* the first filled cell that is not read */
} swi__numbers;

/* `comma`: what to take for the decimal mark where both read all cells. */
void swi__sniff_numbers(const swi__column_cells *column, bool comma, swi__numbers *numbers);

/* The example by which a single text reads, or NULL; into `example`. */
const char *swi__sniff_number(swi__slice text, char example[48]);

/* "h:mm:ss" or "mm:ss" when at least half of the filled cells are so, else NULL. *read: how many are. */
const char *swi__sniff_clock(const swi__column_cells *column, size_t *read);

/* Whether all filled cells say yes or no, as the library takes them. False when none is filled. */
bool swi__sniff_flags(const swi__column_cells *column);

/* How many cells are not empty. */
size_t swi__sniff_filled(const swi__column_cells *column);

/* How many filled cells are not the first of their kind; *twice: the first of them. */
size_t swi__sniff_repeated(const swi__column_cells *column, swi__slice *twice);

#endif
