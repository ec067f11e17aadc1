/* SPDX-License-Identifier: MIT
 *
 * screen: what the terminal can show: how wide it is, whether in colour, and whether more than ASCII.
 *
 * Colour stresses and never tells: everything reads the same without it.
 */
#ifndef CLI_SCREEN_H
#define CLI_SCREEN_H

#include "options.h"

#define SCREEN_WIDTH_MIN 40
#define SCREEN_WIDTH_MAX 1000

typedef enum screen_style {
	STYLE_PLAIN,
	STYLE_BOLD,
	STYLE_DIM,
	STYLE_GOOD,
	STYLE_BAD,
	STYLE_BAR,
	STYLE_HEAT, /* STYLE_HEAT + 0 (cold) to + SCREEN_HEATS - 1 (hot) */
} screen_style;

#define SCREEN_HEATS 8

/* What is drawn with letters that ASCII does not have. */
typedef struct screen_glyphs {
	const char *dash;       /* between the ends of an interval */
	const char *nothing;    /* of what is not defined */
	const char *gap;        /* in a sparkline: not known */
	const char *dot;        /* between remarks on one line */
	const char *rule;       /* under headings */
	const char *up, *down;  /* changes */
	const char *same;       /* no clear change */
	const char *low, *high; /* the ends of an interval that is drawn */
	const char *line, *point;
	const char *bars[9];   /* to the right: nothing to a whole place */
	const char *sparks[7]; /* upwards, never a whole place: lines below each other stay apart */
	const char *shades[5]; /* of a heat map */
} screen_glyphs;

typedef struct cli_screen {
	size_t width;
	bool colour;
	const screen_glyphs *glyphs;
} cli_screen;

/* From --width and --color, COLUMNS, NO_COLOR, TERM, the locale's variables, and the terminal. EXIT_DONE or EXIT_USAGE.
 */
int screen_open(const cli_arguments *arguments, cli_screen *screen);

/* What switches a style on, and what switches it off; empty texts without colour. */
const char *screen_on(const cli_screen *screen, screen_style style);
const char *screen_off(const cli_screen *screen, screen_style style);

#endif
