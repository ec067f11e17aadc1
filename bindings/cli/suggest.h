/* SPDX-License-Identifier: MIT
 *
 * suggest: the name that somebody may have meant.
 */
#ifndef CLI_SUGGEST_H
#define CLI_SUGGEST_H

#include "salesweek.h"

#define SUGGEST_TEXT 96

/* The best of the names that were offered so far. */
typedef struct cli_guess {
	const char *word;
	char name[64];
	size_t distance;
} cli_guess;

void suggest_begin(cli_guess *guess, const char *word);

/* Another name; the nearest within a third of the letters, at least one, is kept, the first of equals. */
void suggest_offer(cli_guess *guess, const char *name);

/* " (did you mean NAME?)", or an empty text. `before` stands before the name ("--"). */
const char *suggest_text(const cli_guess *guess, const char *before, char text[SUGGEST_TEXT]);

/* The same of names parted by spaces. */
const char *suggest_choice(const char *word, const char *choices, char text[SUGGEST_TEXT]);

/* The same for a value that the library refused as the name of a report, a dimension or an option. */
const char *suggest_for_error(const char *report, const swk_error *error, char text[SUGGEST_TEXT]);

#endif
