/* SPDX-License-Identifier: MIT */
#include "suggest.h"

#include "names.h"
#include "support.h"

#include <stdio.h>

#define LENGTH_MAX 63

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* How many letters are to be put in, left out, changed or swapped with their neighbour (optimal string alignment). */
static size_t distance_of(const char *a, size_t a_length, const char *b, size_t b_length)
{
	size_t rows[3][LENGTH_MAX + 1];
	size_t *before = rows[0], *last = rows[1], *row = rows[2];
	for (size_t j = 0; j <= b_length; j++)
		last[j] = j;
	for (size_t i = 1; i <= a_length; i++) {
		row[0] = i;
		for (size_t j = 1; j <= b_length; j++) {
			row[j] = least(last[j - 1] + (a[i - 1] != b[j - 1]), least(last[j], row[j - 1]) + 1);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				row[j] = least(row[j], before[j - 2] + 1);
		}
		size_t *spare = before;
		before = last;
		last = row;
		row = spare;
	}
	return last[b_length];
}

void suggest_begin(cli_guess *guess, const char *word)
{
	*guess = (cli_guess){ .word = word, .distance = LENGTH_MAX };
}

void suggest_offer(cli_guess *guess, const char *name)
{
	size_t word_length = strlen(guess->word), length = strlen(name);
	if (word_length > LENGTH_MAX || length > LENGTH_MAX)
		return;
	size_t distance = distance_of(guess->word, word_length, name, length);
	if (distance >= guess->distance || distance > (length < 6 ? 1 + (length > 3) : length / 3))
		return;
	guess->distance = distance;
	snprintf(guess->name, sizeof guess->name, "%s", name);
}

const char *suggest_text(const cli_guess *guess, const char *before, char text[SUGGEST_TEXT])
{
	text[0] = '\0';
	if (guess->name[0])
		snprintf(text, SUGGEST_TEXT, " (did you mean %s%s?)", before, guess->name);
	return text;
}

static void offer(void *context, const char *name, const char *values)
{
	(void)values;
	suggest_offer(context, name);
}

const char *suggest_for_error(const char *report, const swk_error *error, char text[SUGGEST_TEXT])
{
	static const char *const kinds[] = { "report", "dimension", "option" };
	cli_guess guess;
	suggest_begin(&guess, error->value);
	for (size_t i = 0; i < SWI__COUNT(kinds); i++)
		if (strcmp(error->field, kinds[i]) == 0)
			names_each(report, kinds[i], offer, &guess);
	return suggest_text(&guess, "", text);
}

const char *suggest_choice(const char *word, const char *choices, char text[SUGGEST_TEXT])
{
	char name[64];
	cli_guess guess;
	suggest_begin(&guess, word);
	for (size_t length; *choices; choices += length + (choices[length] == ' ')) {
		length = strcspn(choices, " ");
		snprintf(name, sizeof name, "%.*s", (int)length, choices);
		suggest_offer(&guess, name);
	}
	return suggest_text(&guess, "", text);
}
