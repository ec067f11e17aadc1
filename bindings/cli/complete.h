/* SPDX-License-Identifier: MIT
 *
 * complete: what a shell may complete a command line with. The shells' own scripts (completions/) ask the program, so
 * that they know what it knows.
 */
#ifndef CLI_COMPLETE_H
#define CLI_COMPLETE_H

/* The words behind `salesweek complete`: those of the line up to the cursor, the last one unfinished, perhaps empty.
 * Prints one candidate a line; none where a file is to be named. Returns the exit code. */
int complete_run(int count, char **words);

#endif
