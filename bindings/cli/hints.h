/* SPDX-License-Identifier: MIT
 *
 * hints: what is wrong with the records, said where their figures are shown: data that ended weeks ago, references to
 * nothing, amounts in no currency, records of the future, tables without a record.
 */
#ifndef CLI_HINTS_H
#define CLI_HINTS_H

#include "screen.h"

typedef struct cli_hints {
	swk_result *audit;
	swk_store *store;
	int64_t now;
	int64_t newest;           /* the instant of the newest record, 0: none */
	const char *newest_table; /* and its table */
} cli_hints;

/* Looks at all current records; `now` 0: the clock. EXIT_DONE, or the exit code after a line. hints_done takes hints
 * that were never read, if they are all zero. */
int hints_read(swk_store *store, int64_t now, cli_hints *hints);
void hints_done(cli_hints *hints);

/* A table: of each kind of records that have a time the day of the newest that has happened, by UTC. */
int hints_dates(const cli_hints *hints, const cli_screen *screen);

/* A line for everything worth one, after an empty line if there is any. */
void hints_print(const cli_hints *hints, const cli_screen *screen);

#endif
