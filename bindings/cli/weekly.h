/* SPDX-License-Identifier: MIT
 *
 * weekly: all reports of one week as a sales manager reads them: a headline each, the few figures that matter, the week
 * before beside them, the last twelve weeks as a sparkline, and who did what.
 *
 * What changed is told apart from what may be chance: two values differ clearly when the 95 % interval of their
 * difference, made of their own intervals (Newcombe 1998; Zou and Donner 2008), leaves 0 out.
 */
#ifndef CLI_WEEKLY_H
#define CLI_WEEKLY_H

#include "screen.h"

/* The week that is looked at. */
typedef struct weekly_week {
	char label[64];
	char zone[64];  /* of its calendar */
	int64_t begins; /* days since 1970-01-01 */
	bool partial;
} weekly_week;

typedef struct weekly_screen {
	const screen_glyphs *glyphs;
	const cli_screen *screen;
	swk_store *store;
	swk_query query; /* calendar, now and currency, for every question */
	weekly_week week;
} weekly_screen;

/* The week of a label or date; NULL: the last that was over at query.now. EXIT_DONE, or the exit code after a line. */
int weekly_find(weekly_screen *weekly, const char *text, weekly_week *week);

/* Asks, and prints. EXIT_DONE, or the exit code after a line. */
int weekly_print(weekly_screen *weekly);

#endif
