/* SPDX-License-Identifier: MIT
 *
 * result: typed columns of an answer, and their texts as CSV, JSON and table.
 *
 *   swk_result: columns { name, type, cells[], valid[] } x rows; built row by row, or many rows at once and then column
 *   by column; immutable once handed out
 *
 * Invariant: every column has exactly `rows` cells. All but texts lie as Arrow has them, so that they can be handed
 * out as they are: the cell of a null is 0. Knows no report.
 */
#ifndef SWK_RESULT_H
#define SWK_RESULT_H

#include "error.h"

#include <sys/types.h>

/* A text cell: where in `texts` it stands. A NUL follows it there. */
typedef struct swk__result_span {
	size_t offset, length;
} swk__result_span;

/* Cells by type: spans; int32_t (date); a bit each, the first the lowest (bool); int64_t; double; swk__i128 (amount).
 * `valid` has a bit for each row, 0 for null. */
typedef struct swk__result_cells {
	char *name;
	swk_type type;
	bool repeats; /* text: the same few again and again */
	size_t nulls;
	void *cells, *valid;
} swk__result_cells;

struct swk_result {
	swk__mem *mem;
	void (*drop)(void *);
	void *owner;
	pid_t process;
	_Atomic uint32_t references;  /* the handle's, and one for each Arrow struct that shares the columns */
	size_t width, rows, capacity; /* capacity: a multiple of 8 */
	swk__result_cells *columns;
	unsigned digits; /* of all amounts */
	swk__buf texts;
	char *report, *zone; /* NULL: about nothing */
	int week_start;
	uint64_t fingerprint, commit;
	int64_t now;
};

/* One cell on its way in. A null has `null` set and the rest ignored. */
typedef struct swk__cell {
	bool null;
	union {
		int64_t integer;  /* date, bool, int */
		double real;      /* real */
		swk__i128 amount; /* amount, in minor units */
		swk__slice text;  /* text; copied */
	};
} swk__cell;

/* Makes an empty result. `keep` / `drop`, may be NULL: called once now and once when it is freed, to keep the
 * memory's owner alive. On success *result is the caller's (swk_result_free). */
int swk__result_create(swk__mem *mem, void (*keep)(void *), void (*drop)(void *), void *owner, swk_result **result,
                       swk_error *error);

/* Adds a column; only before the first row. The name is copied. */
int swk__result_column(swk_result *result, const char *name, swk_type type, swk_error *error);

/* Adds columns that are always the same ones. */
typedef struct swk__result_head {
	const char *name;
	swk_type type;
} swk__result_head;
int swk__result_heads(swk_result *result, const swk__result_head *heads, size_t count, swk_error *error);

/* Says of the column that was added last that its texts are the same few again and again. */
void swk__result_repeats(swk_result *result);

/* The digits, 0 to 4, of the one currency that all amounts of the result are in; 0 where nobody says. */
void swk__result_digits(swk_result *result, unsigned digits);

/* Takes one more reference, which swk_result_free gives back. Any thread. */
void swk__result_retain(swk_result *result);

/* Adds a row; `cells` has one for each column. On failure the result is as before. SWK_ERR_OVERFLOW: a real that
 * is not finite. */
int swk__result_row(swk_result *result, const swk__cell *cells, swk_error *error);

/* Adds rows column by column: every cell of the new rows, which are result->rows - count on, is to be put, each
 * column's in ascending order. On failure the result is as before. */
int swk__result_extend(swk_result *result, size_t count, swk_error *error);

/* Makes room for more rows that are expected, as far as that is not much; whether it can be had or not. */
void swk__result_expect(swk_result *result, size_t count);

/* Stores a text that cells are put with, as often as it occurs. */
int swk__result_text(swk_result *result, swk__slice text, swk__result_span *span, swk_error *error);

static inline void swk__result_put_text(swk__result_cells *column, size_t row, swk__result_span span)
{
	((swk__result_span *)column->cells)[row] = span;
}

static inline void swk__result_put_date(swk__result_cells *column, size_t row, int32_t date)
{
	((int32_t *)column->cells)[row] = date;
}

static inline void swk__result_put_bool(swk__result_cells *column, size_t row, bool set)
{
	swk__bit_set(column->cells, row, set);
}

static inline void swk__result_put_int(swk__result_cells *column, size_t row, int64_t integer)
{
	((int64_t *)column->cells)[row] = integer;
}

static inline void swk__result_put_real(swk__result_cells *column, size_t row, double real)
{
	((double *)column->cells)[row] = real;
}

static inline void swk__result_put_amount(swk__result_cells *column, size_t row, swk__i128 amount)
{
	((swk__i128 *)column->cells)[row] = amount;
}

void swk__result_put_null(swk__result_cells *column, size_t row);

/* Puts the cells of `count` rows from `row` on as those from an earlier row on. None of them is null. */
void swk__result_put_again(swk__result_cells *column, size_t row, size_t earlier, size_t count);

/* SWK_ERR_OVERFLOW: a real of the last `count` rows is not finite. */
int swk__result_finite(const swk_result *result, size_t count, swk_error *error);

/* What the accessors of the public header and Arrow's metadata say about the result; names are copied. */
int swk__result_about(swk_result *result, const char *report, const char *zone, int week_start, uint64_t fingerprint,
                      int64_t now, uint64_t commit, swk_error *error);

/* True when the cell is an amount and not null; then its minor units and the digits of its currency. */
bool swk__result_amount(const swk_result *result, size_t row, size_t column, swk__i128 *amount, unsigned *digits);

/* swk_result_write without its checks; what memory it needs on the way it takes from `mem`. */
int swk__result_print(const swk_result *result, swk__mem *mem, swk_format format, swk_write write, void *context,
                      swk_error *error);

/* The shortest text that reads back as the same double, without the locale: "0.25", "1e-07", "3922" (plain digits
 * while 1e-5 <= |x| < 1e16). Into at least 40 bytes. Finite values only. */
void swk__real_format(double real, char text[40]);

/* An amount of minor units with `digits` decimals: "-12.05". Into at least 48 bytes. */
void swk__amount_format(swk__i128 amount, unsigned digits, char text[48]);

#endif
