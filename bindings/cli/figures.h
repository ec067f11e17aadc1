/* SPDX-License-Identifier: MIT
 *
 * figures: what the columns of a report are, by its catalog, and their values as people read them.
 *
 *   made | answer_rate, answer_rate_lo, answer_rate_hi | made_previous  -->  figures: one a column that is read, with
 *                                                                            its bounds; "62.5 % [51.0–72.8]"
 *
 * Rounded: shares to a tenth of a per cent, times of waiting to two digits or so, sums of time to seconds, reals to
 * three digits; counts and amounts are whole.
 */
#ifndef CLI_FIGURES_H
#define CLI_FIGURES_H

#include "screen.h"

#define FIGURES_MAX 80
#define FIGURE_TEXT 160

typedef enum figure_form {
	FORM_TEXT,    /* a dimension, or anything else that is told in words */
	FORM_COUNT,   /* 12,345 */
	FORM_AMOUNT,  /* 12,345.60 */
	FORM_MONEY,   /* a mean of amounts: 12,345.60 */
	FORM_SHARE,   /* 62.5 % */
	FORM_SECONDS, /* 1:02:03 */
	FORM_WAIT,    /* hours: 40 min, 5.2 h, 3.4 d */
	FORM_TENTHS,  /* 8.0 */
	FORM_REAL,    /* 1.33 */
	FORM_FLAG     /* yes, no */
} figure_form;

typedef struct cli_figure {
	const char *name; /* valid as long as the result */
	char heading[64]; /* in words */
	char unit[32];    /* what stands below it */
	figure_form form;
	size_t column;
	int64_t low, high; /* columns of the bounds, -1: none */
	bool decimals;     /* of amounts: false where all are whole, or are to be rounded */
	bool previous;     /* of the week before, or the window before */
	bool dimension;
} cli_figure;

typedef struct cli_figures {
	cli_figure list[FIGURES_MAX];
	size_t count;
	char definition[128]; /* of the report */
} cli_figures;

/* The figures of a report's result, in the order of its columns; week, week_start, partial and currency are none of
 * them (the currency is the unit of the amounts). EXIT_DONE, or the exit code after a line. */
int figures_read(const char *report, const swk_result *result, cli_figures *figures);

/* Rounds all amounts to whole units, half to even. */
void figures_round(cli_figures *figures);

/* The figure of a name, or NULL. */
const cli_figure *figures_find(const cli_figures *figures, const char *name);

/* A value in words, with its bounds if it has any; an empty text for null. Returns where the value itself ends. Of a
 * text (FORM_TEXT of type text) nothing is written: it is to be read from the result. */
size_t figure_format(const cli_figure *figure, const swk_result *result, size_t row, const screen_glyphs *glyphs,
                     char text[FIGURE_TEXT]);

/* The value alone, without its bounds. */
void figure_value(const cli_figure *figure, const swk_result *result, size_t row, char text[FIGURE_TEXT]);

/* A value as a number that bars and comparisons go by; 0 for null. */
double figure_real(const cli_figure *figure, const swk_result *result, size_t row);

/* A whole number, or one with decimals after a point, with commas between thousands. */
void number_group(const char *digits, char *text, size_t size);

#endif
