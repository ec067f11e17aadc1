/* SPDX-License-Identifier: MIT
 *
 * grid: cells in columns that fit the screen.
 *
 *   | key  | column | column |        what does not fit beside each other comes below,
 *   | key  | column | column |        the key columns in front again; no cell is left out or cut, but those of a
 *                                     column that can be spared
 *
 * A cell has an anchor: cells of a column stand with their anchors below each other. The anchor of a number is its end
 * ("62.5 %" in "62.5 % [51.0–72.8]"), that of a text its beginning. Texts are shown by swk_text_show, so they may
 * come from anywhere; those that are too wide go on in the next line.
 */
#ifndef CLI_GRID_H
#define CLI_GRID_H

#include "screen.h"
#include "support.h"

enum {
	GRID_KEY = 1,   /* stands in every block */
	GRID_RIGHT = 2, /* the heading ends where the column ends */
	GRID_SPARE = 4  /* the last one, left out where it alone would need a block of its own */
};

typedef struct cli_grid {
	struct grid_column *columns;
	struct grid_cell *cells; /* row by row */
	size_t column_count, cell_count, column_room, cell_room;
	swi__text bytes;
	bool failed;
} cli_grid;

/* All zero is the grid without columns. Columns come before cells. Memory that fails is told by grid_print. */
void grid_column(cli_grid *grid, const char *heading, const char *unit, unsigned flags);

/* The next cell: `anchor` of its bytes come before the anchor. */
void grid_cell(cli_grid *grid, swi__slice text, size_t anchor, screen_style style);

/* A row of its own that runs over all columns, and over several lines where need be. It stands in the first block. */
void grid_span(cli_grid *grid, swi__slice text, screen_style style);

/* Text from its beginning, and a number by its end. */
void grid_text(cli_grid *grid, const char *text, screen_style style);
void grid_number(cli_grid *grid, const char *text, screen_style style);

/* Writes all rows to standard output, without a heading if all are empty. EXIT_DONE, or EXIT_ERROR after a line. */
int grid_print(cli_grid *grid, const cli_screen *screen);

/* Gives the memory back; the grid is empty again. */
void grid_done(cli_grid *grid);

/* Paragraphs: a text that fits the screen, its later lines `indent` places in. */
void grid_wrap(const cli_screen *screen, size_t indent, const char *text, screen_style style);

#endif
