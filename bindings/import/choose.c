/* SPDX-License-Identifier: MIT */
#include "propose.h"

#include <stdlib.h>

/* Below this a heading and a field have nothing to do with each other. */
#define LEAST 25

#define IMPOSSIBLE (-1000)

size_t swi__choice_field(const swi__choice *choice, const char *field)
{
	for (size_t i = 0; i < choice->count; i++)
		if (strcmp(choice->fields[i].field, field) == 0)
			return i;
	return SWI__NONE;
}

size_t swi__choice_column(const swi__choice *choice, const char *field)
{
	size_t at = swi__choice_field(choice, field);
	return at == SWI__NONE ? SWI__NONE : choice->columns[at];
}

/* ----------------------------------------------------------------------------------------- profiles */

/* Texts that mean nothing, wherever they stand. */
static const char *const null_texts[] = { "-", "--", "n/a", "N/A", "#N/A", "NULL", "null", "(null)", "NaN", "None" };

static bool is_null(swi__slice cell)
{
	for (size_t i = 0; i < SWI__COUNT(null_texts); i++)
		if (swi__slice_is(cell, null_texts[i]))
			return true;
	return false;
}

static bool list_has(const json_t *list, swi__slice text)
{
	size_t at;
	json_t *item;
	json_array_foreach(list, at, item)
	{
		if (swi__slice_is(text, json_string_value(item)))
			return true;
	}
	return false;
}

/* Empties the cells that mean nothing, and remembers how they were written. */
static bool nulls_take(swi__proposal *proposal)
{
	swi__sample *sample = &proposal->sample;
	for (size_t i = 0; i < sample->rows * sample->columns; i++) {
		swi__slice *cell = &sample->cells[i];
		if (!cell->length || !is_null(*cell))
			continue;
		if (!list_has(proposal->nulls, *cell) &&
		    json_array_append_new(proposal->nulls, json_stringn(cell->bytes, cell->length)))
			return false;
		cell->length = 0;
	}
	return true;
}

/* Whole numbers of ten or thirteen digits that are instants of this century, or days as a spreadsheet counts them. */
static const char *epoch_of(const swi__profile *profile)
{
	static const struct {
		const char *form;
		int64_t from, to;
	} ranges[] = { { "epoch_s", 946684800, 4102444800 },
		       { "epoch_ms", 946684800000, 4102444800000 },
		       { "excel", 36526, 73050 } };
	const char *form = NULL;
	for (size_t row = 0; row < profile->cells.rows; row++) {
		swi__decimal value;
		swi__slice cell = swi__cell_at(&profile->cells, row);
		const char *here = NULL;
		if (!cell.length)
			continue;
		if (!swi__decimal_parse(cell, &value))
			return NULL;
		for (; value.places > 0; value.places--)
			value.digits /= 10;
		for (size_t i = 0; i < SWI__COUNT(ranges); i++)
			if (value.digits >= ranges[i].from && value.digits < ranges[i].to)
				here = ranges[i].form;
		if (!here || (form && form != here))
			return NULL;
		form = here;
	}
	return form;
}

static void profile_make(swi__proposal *proposal, size_t column)
{
	swi__profile *profile = &proposal->profiles[column];
	profile->cells = swi__sample_column(&proposal->sample, column);
	profile->filled = swi__sniff_filled(&profile->cells);
	profile->repeated = swi__sniff_repeated(&profile->cells, &profile->twice);
	profile->unique = profile->repeated == 0;
	profile->flags = swi__sniff_flags(&profile->cells);
	profile->clock = profile->filled ? swi__sniff_clock(&profile->cells, &profile->clock_read) : NULL;
	profile->epoch = profile->filled ? epoch_of(profile) : NULL;
	swi__sniff_dates(&profile->cells, proposal->day_first, &profile->dates);
	swi__sniff_numbers(&profile->cells, proposal->comma, &profile->numbers);
}

/* What columns that leave no doubt tell about those that do: a file has one way to write. */
static void preferences_learn(swi__proposal *proposal)
{
	size_t comma = 0, point = 0, day = 0, month = 0;
	for (size_t i = 0; i < proposal->sample.columns; i++) {
		const swi__profile *profile = &proposal->profiles[i];
		const swi__numbers *numbers = &profile->numbers;
		bool number = swi__profile_is_number(profile) && numbers->mark_known && !numbers->plain;
		bool date = swi__profile_is_date(profile) && profile->dates.day_known &&
		            strncmp(profile->dates.forms[0], "%Y", 2) != 0;
		comma += number && numbers->comma;
		point += number && !numbers->comma;
		day += date && strncmp(profile->dates.forms[0], "%d", 2) == 0;
		month += date && strncmp(profile->dates.forms[0], "%m", 2) == 0;
	}
	bool european = proposal->sample.delimiter == ';';
	proposal->comma = comma != point ? comma > point : european;
	proposal->day_first = day != month ? day > month : proposal->comma || european;
}

bool swi__profile_columns(swi__proposal *proposal)
{
	size_t columns = proposal->sample.columns;
	proposal->nulls = json_array();
	proposal->profiles = swi__alloc(columns, sizeof *proposal->profiles);
	proposal->used = swi__alloc(columns, sizeof *proposal->used);
	if (!proposal->nulls || !proposal->profiles || !proposal->used || !nulls_take(proposal))
		return false;
	for (size_t i = 0; i < columns; i++)
		profile_make(proposal, i);
	preferences_learn(proposal);
	bool failed = false;
	for (size_t i = 0; i < columns; i++) {
		const swi__profile *profile = &proposal->profiles[i];
		if (!profile->dates.day_known || !profile->numbers.mark_known)
			profile_make(proposal, i);
		failed |= profile->dates.failed;
	}
	return !failed;
}

/* ---------------------------------------------------------------------------------------- how they fit */

static bool cells_all(const swi__profile *profile, bool (*holds)(swi__slice cell))
{
	for (size_t row = 0; row < profile->cells.rows; row++) {
		swi__slice cell = swi__cell_at(&profile->cells, row);
		if (cell.length && !holds(cell))
			return false;
	}
	return profile->filled > 0;
}

static bool is_currency(swi__slice cell)
{
	for (size_t i = 0; i < cell.length; i++)
		if (cell.bytes[i] < 'A' || cell.bytes[i] > 'Z')
			return false;
	return cell.length == 3;
}

/* As ids mostly are: short, without spaces, with a digit. */
static bool is_code(swi__slice cell)
{
	size_t digits = 0;
	for (size_t i = 0; i < cell.length; i++) {
		digits += cell.bytes[i] >= '0' && cell.bytes[i] <= '9';
		if (swi__space(cell, i) || memchr("@/:.", cell.bytes[i], 4))
			return false;
	}
	return digits > 0 && cell.length <= 40;
}

static bool is_zone(swi__slice cell)
{
	const char *slash = memchr(cell.bytes, '/', cell.length);
	return swi__slice_is(cell, "UTC") ||
	       (slash && slash > cell.bytes && cell.bytes[0] >= 'A' && cell.bytes[0] <= 'Z');
}

typedef int (*fit_function)(const swi__lexeme *lexeme, const swi__profile *profile, swi__slice heading);

/* How many cells hold words that are known. */
static size_t words_known(const swi__lexeme *lexeme, const swi__profile *profile)
{
	size_t known = 0;
	for (size_t row = 0; row < profile->cells.rows; row++) {
		swi__slice cell = swi__cell_at(&profile->cells, row);
		known += cell.length && swi__lexicon_value(lexeme->table, lexeme->field, cell);
	}
	return known;
}

static int fit_word(const swi__lexeme *lexeme, const swi__profile *profile, swi__slice heading)
{
	size_t known = words_known(lexeme, profile);
	if (profile->flags)
		return swi__lexicon_has(heading, "answered") || swi__lexicon_has(heading, "won") ? 10 : IMPOSSIBLE;
	if (known * 2 >= profile->filled && known)
		return 15;
	return known ? 0 : strcmp(lexeme->field, "direction") == 0 ? IMPOSSIBLE : -30;
}

/* Of a column that its heading names a few cells may be odd. */
static int fit_odd(size_t read, size_t filled)
{
	return read * 2 >= filled ? -10 : read * 4 >= filled ? -40 : IMPOSSIBLE;
}

static int fit_instant(const swi__lexeme *lexeme, const swi__profile *profile, swi__slice heading)
{
	(void)heading;
	if (swi__profile_is_date(profile))
		return lexeme->kind == SWI__KIND_INSTANT && profile->dates.time ? 10 : 0;
	return profile->epoch ? -5 : fit_odd(profile->dates.read, profile->filled);
}

static int fit_id(const swi__lexeme *lexeme, const swi__profile *profile, swi__slice heading)
{
	(void)lexeme;
	(void)heading;
	return (profile->unique               ? 10
	        : swi__profile_is_id(profile) ? -10
	                                      : -60) -
	       (swi__profile_is_date(profile) ? 50 : 0);
}

static int fit_text(const swi__lexeme *lexeme, const swi__profile *profile, swi__slice heading)
{
	(void)lexeme;
	(void)heading;
	return swi__profile_is_date(profile) || profile->clock || profile->flags ? -40 : 0;
}

static int fit_number(const swi__lexeme *lexeme, const swi__profile *profile, swi__slice heading)
{
	(void)lexeme;
	(void)heading;
	return swi__profile_is_number(profile) ? 10 : fit_odd(profile->numbers.read, profile->filled);
}

static int fit_duration(const swi__lexeme *lexeme, const swi__profile *profile, swi__slice heading)
{
	return profile->clock ? 10 : fit_number(lexeme, profile, heading);
}

static int fit_flag(const swi__lexeme *lexeme, const swi__profile *profile, swi__slice heading)
{
	(void)lexeme;
	(void)heading;
	return profile->flags ? 10 : IMPOSSIBLE;
}

static int fit_code(const swi__lexeme *lexeme, const swi__profile *profile, swi__slice heading)
{
	(void)heading;
	return cells_all(profile, lexeme->kind == SWI__KIND_ZONE ? is_zone : is_currency) ? 10 : IMPOSSIBLE;
}

/* What the cells say to a column's being taken for a field. Of an empty column the heading must tell all. */
static int fit(const swi__lexeme *lexeme, const swi__profile *profile, swi__slice heading)
{
	static const fit_function fits[] = {
		[SWI__KIND_ID] = fit_id,           [SWI__KIND_REF] = fit_text,          [SWI__KIND_TEXT] = fit_text,
		[SWI__KIND_INSTANT] = fit_instant, [SWI__KIND_DATE] = fit_instant,      [SWI__KIND_NUMBER] = fit_number,
		[SWI__KIND_AMOUNT] = fit_number,   [SWI__KIND_DURATION] = fit_duration, [SWI__KIND_FLAG] = fit_flag,
		[SWI__KIND_WORD] = fit_word,       [SWI__KIND_CURRENCY] = fit_code,     [SWI__KIND_ZONE] = fit_code,
	};
	if (profile->filled == 0)
		return lexeme->kind == SWI__KIND_ID ? IMPOSSIBLE : -40;
	return fits[lexeme->kind](lexeme, profile, heading);
}

/* ------------------------------------------------------------------------------------------ choosing */

static int pair_score(const swi__proposal *proposal, const swi__lexeme *lexeme, size_t column)
{
	swi__slice heading = proposal->sample.names[column];
	int match = swi__lexicon_match(lexeme, heading);
	return match ? match + fit(lexeme, &proposal->profiles[column], heading) : 0;
}

/* The best pair that is left, and so on: each field one column, each column one field. */
static void choice_fill(const swi__proposal *proposal, swi__choice *choice, int *scores, bool *taken)
{
	size_t columns = proposal->sample.columns;
	for (;;) {
		size_t best_field = 0, best_column = 0;
		int best = LEAST;
		for (size_t field = 0; field < choice->count; field++)
			for (size_t column = 0; column < columns; column++) {
				int score = scores[field * columns + column];
				if (choice->columns[field] != SWI__NONE || taken[column] || score <= best)
					continue;
				best = score;
				best_field = field;
				best_column = column;
			}
		if (best == LEAST)
			return;
		choice->columns[best_field] = best_column;
		choice->score += best;
		taken[best_column] = true;
	}
}

/* A table's own words in the heading and in the file's name. */
static int table_score(const swi__proposal *proposal, const char *table)
{
	const char *name = proposal->options->name;
	const char *file = name ? strrchr(name, '/') : NULL;
	int score = 0, words = 0;
	if (name && swi__lexicon_table_words(table, swi__slice_of(file ? file + 1 : name)) > 0)
		score += 100;
	for (size_t i = 0; i < proposal->sample.columns; i++)
		words += swi__lexicon_table_words(table, proposal->sample.names[i]) > 0;
	return score + 12 * (words < 4 ? words : 4);
}

static void choice_score(const swi__proposal *proposal, swi__choice *choice)
{
	for (size_t i = 0; i < choice->count; i++)
		if (choice->fields[i].required)
			choice->score += choice->columns[i] != SWI__NONE          ? 30
			                 : choice->fields[i].kind == SWI__KIND_ID ? -20
			                                                          : -80;
	choice->score += table_score(proposal, choice->fields[0].table);
}

static bool choice_make(const swi__proposal *proposal, const char *table, swi__choice *choice)
{
	size_t columns = proposal->sample.columns, from = 0;
	while (strcmp(swi__lexicon[from].table, table) != 0)
		from++;
	*choice = (swi__choice){ .fields = &swi__lexicon[from] };
	for (; from < swi__lexicon_count && strcmp(swi__lexicon[from].table, table) == 0; from++)
		choice->columns[choice->count++] = SWI__NONE;
	int *scores = swi__alloc(choice->count * columns, sizeof *scores);
	bool *taken = swi__alloc(columns, sizeof *taken);
	for (size_t i = 0; scores && taken && i < choice->count * columns; i++)
		scores[i] = pair_score(proposal, &choice->fields[i / columns], i % columns);
	if (scores && taken) {
		choice_fill(proposal, choice, scores, taken);
		choice_score(proposal, choice);
	}
	bool made = scores && taken;
	swi__free(scores);
	swi__free(taken);
	return made;
}

/* A few words again and again, and some of them known. */
static bool words_speak(const swi__lexeme *lexeme, const swi__profile *profile)
{
	size_t known = words_known(lexeme, profile);
	return !profile->flags && known * 10 >= profile->filled && known &&
	       profile->repeated * 4 >= profile->filled * 3;
}

/* Whether the cells alone speak for a field: it is what such cells mostly are. */
static bool cells_speak(const swi__lexeme *lexeme, const swi__profile *profile)
{
	const swi__numbers *numbers = &profile->numbers;
	if (profile->filled == 0)
		return false;
	switch (lexeme->kind) {
	case SWI__KIND_INSTANT:
	case SWI__KIND_DATE:
		return lexeme->required && swi__profile_is_date(profile);
	case SWI__KIND_ID:
		return profile->unique && profile->filled == profile->cells.rows && cells_all(profile, is_code);
	case SWI__KIND_AMOUNT:
		return swi__profile_is_number(profile) && numbers->symbol[0] && strcmp(numbers->symbol, "%") != 0;
	case SWI__KIND_WORD:
		return words_speak(lexeme, profile);
	case SWI__KIND_CURRENCY:
		return fit_code(lexeme, profile, (swi__slice){ "", 0 }) > 0;
	default:
		return false;
	}
}

static bool column_taken(const swi__choice *choice, size_t column)
{
	for (size_t i = 0; i < choice->count; i++)
		if (choice->columns[i] == column)
			return true;
	return false;
}

/* Where no heading names a field, the first column whose cells speak for it is taken. */
static void choice_rescue(swi__proposal *proposal)
{
	swi__choice *choice = &proposal->choice;
	for (size_t i = 0; i < choice->count; i++) {
		const swi__lexeme *lexeme = &choice->fields[i];
		for (size_t column = 0; column < proposal->sample.columns; column++) {
			swi__slice name = proposal->sample.names[column];
			bool named = lexeme->kind == SWI__KIND_ID && swi__lexicon_has(name, "name");
			if (choice->columns[i] != SWI__NONE || column_taken(choice, column) || named ||
			    !cells_speak(lexeme, &proposal->profiles[column]))
				continue;
			choice->columns[i] = column;
			swi__note(proposal,
			          "column \"%.*s\" was taken for %s by its cells: its heading does not say so",
			          name.length < 60 ? (int)name.length : 60, name.bytes, lexeme->field);
		}
	}
}

static int choose_known(swi__proposal *proposal, const char *table)
{
	for (const char *const *known = swi__lexicon_tables; *known; known++)
		if (strcmp(*known, table) == 0) {
			proposal->table = *known;
			return choice_make(proposal, *known, &proposal->choice) ? SWK_OK
			                                                        : swi__fail_memory(proposal->error);
		}
	return swi__fail(proposal->error, SWK_ERR_USAGE, "there is no table \"%s\"", table);
}

/* Whether the headings, or the file's name, speak for the table at all: a rep has nothing but an id. */
static bool choice_fits(const swi__proposal *proposal)
{
	const swi__choice *choice = &proposal->choice;
	size_t named = 0;
	for (size_t i = 0; i < choice->count; i++) {
		bool is = choice->columns[i] != SWI__NONE;
		named += is;
		if (choice->fields[i].required && !is &&
		    (choice->fields[i].kind != SWI__KIND_ID || named == choice->count))
			return false;
	}
	bool rep = strcmp(proposal->table, "rep") == 0;
	return named > 1 && (!rep || choice->columns[0] != SWI__NONE);
}

static int choose_likeliest(swi__proposal *proposal)
{
	swi__choice choice;
	const char *second = NULL;
	int second_score = 0;
	for (const char *const *table = swi__lexicon_tables; *table; table++) {
		if (!choice_make(proposal, *table, &choice))
			return swi__fail_memory(proposal->error);
		if (proposal->table && choice.score <= proposal->choice.score) {
			if (!second || choice.score > second_score) {
				second = *table;
				second_score = choice.score;
			}
			continue;
		}
		second = proposal->table;
		second_score = proposal->choice.score;
		proposal->table = *table;
		proposal->choice = choice;
	}
	if (!choice_fits(proposal))
		return swi__fail(
			proposal->error, SWK_ERR_INVALID,
			"fits no table: no heading names what records of the likeliest (%s) must have; name its table",
			proposal->table);
	bool close = second && second_score * 5 > proposal->choice.score * 4;
	swi__note(proposal, "taken for table %s%s%s; name its table if it is another", proposal->table,
	          close ? ", though it may be " : "", close ? second : "");
	return SWK_OK;
}

int swi__choose(swi__proposal *proposal)
{
	const char *table = proposal->options->table;
	int code = table ? choose_known(proposal, table) : choose_likeliest(proposal);
	if (!code)
		choice_rescue(proposal);
	return code;
}
