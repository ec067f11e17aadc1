/* SPDX-License-Identifier: MIT
 *
 * propose: a map for a file whose layout nobody has told.
 *
 *   sample --> profile of each column --> columns of each table's fields (lexicon) --> the likeliest table --> JSON
 */
#ifndef SWI_PROPOSE_H
#define SWI_PROPOSE_H

#include "lexicon.h"
#include "sample.h"

#include <jansson.h>

#define SWI__NONE SIZE_MAX

/* What a column's cells are like. */
typedef struct swi__profile {
	swi__column_cells cells;
	size_t filled;
	bool unique, flags;
	size_t repeated;  /* cells that are not the first of their kind */
	swi__slice twice; /* the first of them */
	swi__dates dates;
	swi__numbers numbers;
	const char *clock; /* "h:mm:ss", "mm:ss" or NULL */
	size_t clock_read; /* cells that are so */
	const char *epoch; /* "epoch_s", "epoch_ms", "excel", for cells that may be such instants; else NULL */
} swi__profile;

/* The fields of a table, and the column that each is made from. */
typedef struct swi__choice {
	const swi__lexeme *fields; /* `count` of them */
	size_t count;
	size_t columns[16]; /* SWI__NONE: none */
	int score;
} swi__choice;

typedef struct swi__proposal {
	const swi_propose_options *options;
	swi__sample sample;
	swi__profile *profiles; /* of each column */
	bool comma, day_first;  /* what to take where cells leave it open */
	json_t *nulls;          /* list of the texts that mean nothing */
	const char *table;
	swi__choice choice;
	bool *used; /* columns that are in the map */
	swk_error *error;
} swi__proposal;

/* One line on what is unsure. */
void swi__note(const swi__proposal *proposal, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Fills profiles and preferences. False: memory failed. */
bool swi__profile_columns(swi__proposal *proposal);

/* Picks the table and the columns of its fields. */
int swi__choose(swi__proposal *proposal);

/* The map as JSON. NULL: memory failed. */
json_t *swi__compose(swi__proposal *proposal);

/* The field's place in the choice, and its column; SWI__NONE: none. */
size_t swi__choice_field(const swi__choice *choice, const char *field);
size_t swi__choice_column(const swi__choice *choice, const char *field);

static inline bool swi__profile_is_date(const swi__profile *profile)
{
	return profile->filled > 0 && profile->dates.read * 10 >= profile->filled * 9;
}

/* Most of its cells stand once. */
static inline bool swi__profile_is_id(const swi__profile *profile)
{
	return profile->repeated * 2 < profile->filled || profile->repeated == 0;
}

static inline bool swi__profile_is_number(const swi__profile *profile)
{
	return profile->filled > 0 && profile->numbers.read == profile->filled;
}

#endif
