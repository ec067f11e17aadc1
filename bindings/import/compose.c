/* SPDX-License-Identifier: MIT */
#include "propose.h"

#include "cells.h"
#include "dateform.h"

#include <stdio.h>

/* A name in a note. */
#define NAME(slice) (int)((slice).length < 60 ? (slice).length : 60), (slice).bytes

/* Columns of which an id may be made. */
#define ID_PARTS 4

/* Different values of a column that a map lists. */
#define VALUES_MAX 60

/* The map in the making. `failed`: memory. */
typedef struct map_draft {
	swi__proposal *proposal;
	json_t *fields, *constants, *when;
	bool local; /* some instant says no offset from UTC */
	bool failed;
} map_draft;

static const swi__sample *sample_of(const map_draft *draft)
{
	return &draft->proposal->sample;
}

static const swi__profile *profile_of(const map_draft *draft, size_t column)
{
	return &draft->proposal->profiles[column];
}

static json_t *name_of(const map_draft *draft, size_t column)
{
	swi__slice name = sample_of(draft)->names[column];
	draft->proposal->used[column] = true;
	return json_stringn(name.bytes, name.length);
}

static void put(map_draft *draft, json_t *object, const char *key, json_t *value)
{
	if (!value || json_object_set_new(object, key, value))
		draft->failed = true;
}

/* {"column": name}, to be filled. */
static json_t *column_object(map_draft *draft, size_t column)
{
	json_t *object = json_object();
	if (!object)
		draft->failed = true;
	else
		put(draft, object, "column", name_of(draft, column));
	return object;
}

/* A field that is nothing but its column stands as a name. */
static json_t *settled(map_draft *draft, json_t *object)
{
	if (!object || json_object_size(object) != 1)
		return object;
	json_t *name = json_incref(json_object_get(object, "column"));
	json_decref(object);
	if (!name)
		draft->failed = true;
	return name;
}

/* -------------------------------------------------------------------------------------------- dates */

static json_t *forms_json(const swi__dates *dates)
{
	if (dates->count == 1)
		return json_string(dates->forms[0]);
	json_t *list = json_array();
	for (size_t i = 0; list && i < dates->count; i++)
		if (json_array_append_new(list, json_string(dates->forms[i])))
			return NULL;
	return list;
}

/* The form with day and month the other way round. */
static void form_exchange(const char *form, char other[SWI__FORM_TEXT])
{
	snprintf(other, SWI__FORM_TEXT, "%s", form);
	for (char *at = other; *at; at++)
		if (*at == '%' && (at[1] == 'd' || at[1] == 'm'))
			at[1] = at[1] == 'd' ? 'm' : 'd';
}

static void dates_note(const map_draft *draft, swi__slice name, const swi__dates *dates)
{
	char other[SWI__FORM_TEXT];
	if (!dates->day_known) {
		form_exchange(dates->forms[0], other);
		swi__note(draft->proposal,
		          "column \"%.*s\": every date reads day first and month first alike; taken %s first, as %s; "
		          "if that is wrong write %s",
		          NAME(name), dates->day_first ? "day" : "month", dates->forms[0], other);
	}
	if (dates->read < dates->filled)
		swi__note(draft->proposal, "column \"%.*s\": %zu of %zu dates are written in no form that is known",
		          NAME(name), dates->filled - dates->read, dates->filled);
}

/* A column that holds nothing but times of day. */
static bool is_time(const map_draft *draft, size_t column)
{
	swi__slice name = sample_of(draft)->names[column];
	static const char *const words[] = { "time", "hour", "clock", "zeit", "uhrzeit", "heure", "hora" };
	const swi__profile *profile = profile_of(draft, column);
	bool named = false;
	for (size_t i = 0; i < SWI__COUNT(words); i++)
		named |= swi__lexicon_has(name, words[i]);
	return named && !draft->proposal->used[column] && profile->filled > 0 && !swi__profile_is_date(profile);
}

/* Date and time apart: the dates of both columns together, when they are such. */
static bool joined_dates(map_draft *draft, size_t date, size_t time, swi__dates *dates)
{
	swi__cells joined = { .count = 0 };
	swi__text text = { NULL, 0, 0, false };
	const swi__profile *days = profile_of(draft, date), *times = profile_of(draft, time);
	for (size_t row = 0; row < days->cells.rows; row++) {
		swi__slice day = swi__cell_at(&days->cells, row), hour = swi__cell_at(&times->cells, row);
		swi__text_clear(&text);
		swi__text_append(&text, day.bytes, day.length);
		swi__text_append(&text, " ", 1);
		swi__text_append(&text, hour.bytes, hour.length);
		swi__slice both = swi__trim(swi__text_slice(&text));
		swi__cells_add(&joined, both.bytes, both.length);
	}
	swi__cells_place(&joined);
	draft->failed |= joined.failed || text.failed;
	swi__column_cells column = { joined.cells, 1, joined.count };
	if (!draft->failed)
		swi__sniff_dates(&column, draft->proposal->day_first, dates);
	draft->failed |= dates->failed;
	swi__cells_done(&joined);
	swi__text_done(&text);
	return !draft->failed && dates->time && dates->read == dates->filled;
}

static json_t *date_and_time(map_draft *draft, size_t date, swi__dates *dates)
{
	for (size_t time = 0; time < sample_of(draft)->columns; time++) {
		if (!is_time(draft, time) || !joined_dates(draft, date, time, dates))
			continue;
		json_t *object = json_object(), *columns = json_array();
		if (!object || !columns || json_array_append_new(columns, name_of(draft, date)) ||
		    json_array_append_new(columns, name_of(draft, time)))
			draft->failed = true;
		if (object)
			put(draft, object, "columns", columns);
		else
			json_decref(columns);
		return object;
	}
	return NULL;
}

static json_t *instant_field(map_draft *draft, const swi__lexeme *lexeme, size_t column)
{
	const swi__profile *profile = profile_of(draft, column);
	swi__dates dates = profile->dates;
	swi__slice name = sample_of(draft)->names[column];
	json_t *object = NULL;
	if (profile->filled == 0)
		return name_of(draft, column);
	if (profile->epoch && !swi__profile_is_date(profile)) {
		object = column_object(draft, column);
		put(draft, object, "date", json_string(profile->epoch));
		swi__note(draft->proposal, "column \"%.*s\": numbers, taken for instants (%s)", NAME(name),
		          profile->epoch);
		return object;
	}
	if (!dates.time && lexeme->kind == SWI__KIND_INSTANT)
		object = date_and_time(draft, column, &dates);
	if (!object) {
		dates = profile->dates;
		object = column_object(draft, column);
	}
	dates_note(draft, name, &dates);
	put(draft, object, "date", forms_json(&dates));
	if (!dates.time && strcmp(lexeme->field, "closed_at") == 0)
		put(draft, object, "day", json_string("end"));
	draft->local |= !dates.offset && lexeme->kind == SWI__KIND_INSTANT;
	return object;
}

/* A last day is the day before a month begins. */
static bool dates_are_last(const swi__profile *profile)
{
	for (size_t row = 0; row < profile->cells.rows; row++) {
		swi__moment moment;
		swi__slice cell = swi__cell_at(&profile->cells, row);
		if (!cell.length)
			continue;
		if (!profile->dates.count || !swi__dateform_parse(profile->dates.forms[0], cell, &moment) ||
		    swi__moment_next_day(&moment).day != 1)
			return false;
	}
	return profile->filled > 0;
}

static json_t *date_field(map_draft *draft, const swi__lexeme *lexeme, size_t column)
{
	json_t *field = instant_field(draft, lexeme, column);
	if (strcmp(lexeme->field, "to") != 0 || !json_is_object(field))
		return field;
	bool last = dates_are_last(profile_of(draft, column));
	swi__slice name = sample_of(draft)->names[column];
	if (last)
		put(draft, field, "inclusive", json_true());
	swi__note(draft->proposal, "column \"%.*s\": taken for %s", NAME(name),
	          last ? "the last day, which is included" : "the first day that is no longer included");
	return field;
}

/* ------------------------------------------------------------------------------------------ numbers */

static swi__slice first_filled(const swi__profile *profile)
{
	size_t row = 0;
	while (row + 1 < profile->cells.rows && !swi__cell_at(&profile->cells, row).length)
		row++;
	return profile->cells.rows ? swi__cell_at(&profile->cells, row) : (swi__slice){ "", 0 };
}

static void odd_numbers_note(const map_draft *draft, size_t column)
{
	const swi__numbers *numbers = &profile_of(draft, column)->numbers;
	if (numbers->read < numbers->filled)
		swi__note(draft->proposal,
		          "column \"%.*s\": %zu of %zu cells, such as \"%.*s\", are no numbers as in %s: their rows "
		          "will be refused, unless \"null\" lists them",
		          NAME(sample_of(draft)->names[column]), numbers->filled - numbers->read, numbers->filled,
		          NAME(numbers->unread), numbers->example);
}

static void number_describe(map_draft *draft, json_t *object, size_t column)
{
	const swi__numbers *numbers = &profile_of(draft, column)->numbers;
	swi__slice name = sample_of(draft)->names[column];
	if (!numbers->plain && numbers->read)
		put(draft, object, "number", json_string(numbers->example));
	swi__slice cell = first_filled(profile_of(draft, column));
	odd_numbers_note(draft, column);
	if (!numbers->mark_known)
		swi__note(draft->proposal,
		          "column \"%.*s\": numbers such as \"%.*s\" may be thousands or decimals; read as in %s",
		          NAME(name), NAME(cell), numbers->example);
}

static void currency_constant(map_draft *draft, size_t column)
{
	const swi__proposal *proposal = draft->proposal;
	const char *symbol = profile_of(draft, column)->numbers.symbol;
	size_t field = swi__choice_field(&proposal->choice, "currency");
	if (field == SWI__NONE || proposal->choice.columns[field] != SWI__NONE)
		return;
	const char *code = swi__symbol_currency(symbol);
	if (code) {
		put(draft, draft->constants, "currency", json_string(code));
		swi__note(proposal, "amounts are written with %s: taken for %s", symbol, code);
	} else {
		swi__note(proposal, "no column names a currency: amounts are in the store's base currency, unless "
		                    "\"constants\": {\"currency\": ...} names another");
	}
}

static json_t *amount_field(map_draft *draft, size_t column)
{
	json_t *object = column_object(draft, column);
	number_describe(draft, object, column);
	currency_constant(draft, column);
	return settled(draft, object);
}

static json_t *number_field(map_draft *draft, const swi__lexeme *lexeme, size_t column)
{
	json_t *object = column_object(draft, column);
	bool percent = profile_of(draft, column)->numbers.symbol[0] == '%';
	number_describe(draft, object, column);
	if (percent && strcmp(lexeme->field, "capacity") == 0)
		put(draft, object, "scale", json_real(0.01));
	return settled(draft, object);
}

/* The unit that a heading names. */
static const char *unit_of(swi__slice heading)
{
	static const struct {
		const char *word, *unit;
	} units[] = { { "seconds", "s" }, { "second", "s" },        { "sec", "s" },      { "s", "s" },
		      { "secs", "s" },    { "minutes", "min" },     { "minute", "min" }, { "min", "min" },
		      { "mins", "min" },  { "milliseconds", "ms" }, { "ms", "ms" } };
	for (size_t i = 0; i < SWI__COUNT(units); i++)
		if (swi__lexicon_has(heading, units[i].word))
			return units[i].unit;
	return NULL;
}

static json_t *duration_field(map_draft *draft, size_t column)
{
	const swi__profile *profile = profile_of(draft, column);
	swi__slice name = sample_of(draft)->names[column];
	json_t *object = column_object(draft, column);
	const char *unit = unit_of(name);
	if (profile->clock) {
		put(draft, object, "duration", json_string(profile->clock));
		if (profile->clock_read < profile->filled)
			swi__note(draft->proposal,
			          "column \"%.*s\": %zu of %zu durations are not in the form %s: their rows will be "
			          "refused",
			          NAME(name), profile->filled - profile->clock_read, profile->filled, profile->clock);
		if (strcmp(profile->clock, "mm:ss") == 0)
			swi__note(draft->proposal, "column \"%.*s\": taken for minutes and seconds", NAME(name));
		return object;
	}
	if (!unit)
		swi__note(draft->proposal, "column \"%.*s\": its durations are taken for seconds", NAME(name));
	if (profile->numbers.plain || profile->filled == 0) {
		odd_numbers_note(draft, column);
		put(draft, object, "duration", json_string(unit ? unit : "s"));
		return object;
	}
	number_describe(draft, object, column);
	if (unit && strcmp(unit, "s") != 0)
		put(draft, object, "scale", strcmp(unit, "min") == 0 ? json_integer(60) : json_real(0.001));
	return object;
}

/* From a meeting's start to an end, where there is a column for that. */
static json_t *span_field(map_draft *draft, size_t start)
{
	static const char *const words[] = { "end", "ends at", "to", "until", "finish", "ende" };
	const swi__dates *from = &profile_of(draft, start)->dates;
	for (size_t column = 0; column < sample_of(draft)->columns; column++) {
		bool named = false;
		const swi__profile *profile = profile_of(draft, column);
		for (size_t i = 0; i < SWI__COUNT(words); i++)
			named |= swi__lexicon_has(sample_of(draft)->names[column], words[i]);
		if (!named || draft->proposal->used[column] || !profile->dates.time || !from->time ||
		    strcmp(from->forms[0], profile->dates.forms[0]) != 0)
			continue;
		json_t *object = json_object(), *span = json_object();
		if (!object || !span) {
			draft->failed = true;
			json_decref(span);
			return object;
		}
		put(draft, span, "from", name_of(draft, start));
		put(draft, span, "to", name_of(draft, column));
		put(draft, object, "duration", span);
		put(draft, object, "date", forms_json(from));
		return object;
	}
	return NULL;
}

/* ------------------------------------------------------------------------------------------- values */

/* The different cells of a column, most of them. */
static size_t distinct(const swi__profile *profile, swi__slice values[VALUES_MAX])
{
	size_t count = 0;
	for (size_t row = 0; row < profile->cells.rows && count < VALUES_MAX; row++) {
		swi__slice cell = swi__cell_at(&profile->cells, row);
		size_t at = 0;
		while (at < count &&
		       (values[at].length != cell.length || memcmp(values[at].bytes, cell.bytes, cell.length) != 0))
			at++;
		if (cell.length && at == count)
			values[count++] = cell;
	}
	return count;
}

/* What a table's word is where nothing else is known; "" for null, NULL: such a value is refused. */
static const char *word_default(const char *table, const char *field)
{
	static const struct {
		const char *table, *field, *value;
	} defaults[] = { { "call", "direction", "outbound" },
		         { "call", "outcome", "unknown" },
		         { "stage", "outcome", "" },
		         { "meeting", "outcome", "unknown" } };
	for (size_t i = 0; i < SWI__COUNT(defaults); i++)
		if (strcmp(defaults[i].table, table) == 0 && strcmp(defaults[i].field, field) == 0)
			return defaults[i].value;
	return NULL;
}

/* What is written for each value of a deal that is not known, so that no "else" guesses whether one that was not seen
 * is won, lost or open. NULL: nothing. */
static const char *word_written(const char *table)
{
	return strcmp(table, "opportunity") == 0 ? "open" : NULL;
}

static bool is_yes(swi__slice cell)
{
	return memchr("yY1tT", *cell.bytes, 5) != NULL;
}

/* Whether every deal that is not won has the date on which it was closed. */
static bool closed_unless_won(const map_draft *draft, size_t won)
{
	size_t closed = swi__choice_column(&draft->proposal->choice, "closed_at"), rows = sample_of(draft)->rows;
	for (size_t row = 0; closed != SWI__NONE && row < rows; row++) {
		swi__slice cell = swi__cell_at(&profile_of(draft, won)->cells, row);
		if (cell.length && !is_yes(cell) && !swi__cell_at(&profile_of(draft, closed)->cells, row).length)
			return false;
	}
	return closed != SWI__NONE;
}

/* What no means where the heading asks. */
static const char *no_value(const map_draft *draft, const char *table, size_t column)
{
	if (strcmp(table, "call") == 0)
		return "unanswered";
	bool lost = closed_unless_won(draft, column);
	swi__note(draft->proposal, "column \"%.*s\": no is taken for %s%s; where it is not, \"values\" is to say %s",
	          NAME(sample_of(draft)->names[column]), lost ? "lost" : "open",
	          lost ? ", as all such deals have a closing date" : "", lost ? "open" : "lost");
	return lost ? "lost" : "open";
}

/* Yes and no answer the question that the heading asks. */
static json_t *flag_field(map_draft *draft, const char *table, size_t column)
{
	swi__slice cells[VALUES_MAX];
	size_t count = distinct(profile_of(draft, column), cells);
	json_t *object = column_object(draft, column), *values = json_object();
	const char *yes = strcmp(table, "call") == 0 ? "answered" : "won", *no = no_value(draft, table, column);
	for (size_t i = 0; values && i < count; i++)
		if (json_object_setn_new(values, cells[i].bytes, cells[i].length,
		                         json_string(is_yes(cells[i]) ? yes : no)))
			draft->failed = true;
	put(draft, object, "values", values);
	return object;
}

static void values_note(const map_draft *draft, const char *field, size_t column, const char *listed, const char *other)
{
	swi__slice name = sample_of(draft)->names[column];
	if (!*listed)
		return;
	if (!other)
		swi__note(draft->proposal, "column \"%.*s\": what is %s for %s? write it into \"values\"", NAME(name),
		          listed, field);
	else
		swi__note(draft->proposal, "column \"%.*s\": %s for %s: taken for %s", NAME(name), listed, field,
		          *other ? other : "nothing");
}

/* Spellings that a file's first rows need not show: a file sorted by its outcome begins with one alone. */
static void usual_values(map_draft *draft, const swi__lexeme *of, json_t *values)
{
	static const char *const usual[] = { "Closed Won",     "Won",       "Closed Lost", "Lost",
		                             "Open",           "Connected", "Answered",    "No Answer",
		                             "Left Voicemail", "Voicemail", "Busy",        "Wrong Number" };
	bool some = strcmp(of->field, "outcome") == 0 &&
	            (strcmp(of->table, "opportunity") == 0 || strcmp(of->table, "call") == 0);
	for (size_t i = 0; some && i < SWI__COUNT(usual); i++) {
		const char *value = swi__lexicon_value(of->table, of->field, swi__slice_of(usual[i]));
		if (value && !json_object_get(values, usual[i]))
			put(draft, values, usual[i], json_string(value));
	}
}

/* Into "values" each cell that is known, and each deal's; the others are listed. */
static void seen_values(map_draft *draft, const swi__lexeme *of, size_t column, json_t *values, char listed[160])
{
	swi__slice cells[VALUES_MAX];
	size_t count = distinct(profile_of(draft, column), cells), length = 0;
	const char *other = word_written(of->table);
	for (size_t i = 0; i < count; i++) {
		const char *known = swi__lexicon_value(of->table, of->field, cells[i]);
		const char *value = known ? known : other;
		if (value && json_object_setn_new(values, cells[i].bytes, cells[i].length, json_string(value)))
			draft->failed = true;
		if (!known && length < 160)
			length += (size_t)snprintf(listed + length, 160 - length, "%s\"%.*s\"", length ? ", " : "",
			                           NAME(cells[i]));
	}
}

/* Each value that is known, and by "else" the others. */
static json_t *word_field(map_draft *draft, const swi__lexeme *of, size_t column)
{
	char listed[160] = "";
	json_t *object = column_object(draft, column), *values = json_object();
	const char *other = word_default(of->table, of->field), *written = word_written(of->table);
	if (values) {
		seen_values(draft, of, column, values, listed);
		usual_values(draft, of, values);
	}
	put(draft, object, "values", values);
	if (other)
		put(draft, object, "else", *other ? json_string(other) : json_null());
	values_note(draft, of->field, column, listed, written ? written : other);
	if (written)
		swi__note(draft->proposal,
		          "column \"%.*s\": a value that \"values\" does not list will be refused and named",
		          NAME(sample_of(draft)->names[column]));
	return object;
}

/* The column of yes and no that says whether a deal is closed, beside the one that says whether it is won. */
static size_t closed_flag(const map_draft *draft, const char *table, size_t won)
{
	if (strcmp(table, "opportunity") != 0 || !profile_of(draft, won)->flags)
		return SWI__NONE;
	for (size_t i = 0; i < sample_of(draft)->columns; i++)
		if (i != won && profile_of(draft, i)->flags && swi__lexicon_has(sample_of(draft)->names[i], "closed"))
			return i;
	return SWI__NONE;
}

/* Both together: won, lost, or still open. */
static json_t *flags_field(map_draft *draft, size_t closed, size_t won)
{
	static const struct {
		const char *text, *value;
	} known[] = { { "true true", "won" },    { "TRUE TRUE", "won" },    { "1 1", "won" },  { "Yes Yes", "won" },
		      { "true false", "lost" },  { "TRUE FALSE", "lost" },  { "1 0", "lost" }, { "Yes No", "lost" },
		      { "false false", "open" }, { "FALSE FALSE", "open" }, { "0 0", "open" }, { "No No", "open" } };
	json_t *object = json_object(), *columns = json_array(), *values = json_object();
	if (!object || !columns || !values || json_array_append_new(columns, name_of(draft, closed)) ||
	    json_array_append_new(columns, name_of(draft, won)))
		draft->failed = true;
	for (size_t i = 0; values && i < SWI__COUNT(known); i++)
		put(draft, values, known[i].text, json_string(known[i].value));
	put(draft, object, "columns", columns);
	put(draft, object, "values", values);
	return object;
}

/* "Marketing" for "marketing", which reports ask for. */
static json_t *origin_field(map_draft *draft, size_t column)
{
	static const char *const known[] = { "marketing", "sales" };
	swi__slice cells[VALUES_MAX];
	size_t count = distinct(profile_of(draft, column), cells), written = 0;
	json_t *object = column_object(draft, column), *values = json_object();
	for (size_t i = 0; values && i < count; i++)
		for (size_t k = 0; k < SWI__COUNT(known); k++)
			if (swi__lexicon_has(cells[i], known[k])) {
				written++;
				if (json_object_setn_new(values, cells[i].bytes, cells[i].length,
				                         json_string(known[k])))
					draft->failed = true;
			}
	if (written == count && count > 0)
		put(draft, object, "values", values);
	else
		json_decref(values);
	return settled(draft, object);
}

/* --------------------------------------------------------------------------------------------- ids */

static json_t *ref_field(map_draft *draft, size_t column)
{
	static const char *const nothing[] = { "0", "none" };
	swi__slice cells[VALUES_MAX];
	size_t count = distinct(profile_of(draft, column), cells);
	json_t *object = column_object(draft, column), *nulls = json_array();
	for (size_t i = 0; nulls && i < count; i++)
		for (size_t k = 0; k < SWI__COUNT(nothing); k++)
			if (swi__slice_is(cells[i], nothing[k]) &&
			    json_array_append_new(nulls, json_string(nothing[k])))
				draft->failed = true;
	if (nulls && json_array_size(nulls))
		put(draft, object, "null", nulls);
	else
		json_decref(nulls);
	return settled(draft, object);
}

/* True when no two rows are alike in all of these columns. */
static bool parts_unique(const map_draft *draft, const size_t *parts, size_t count)
{
	const swi__sample *sample = sample_of(draft);
	for (size_t row = 1; row < sample->rows; row++)
		for (size_t before = 0; before < row; before++) {
			size_t alike = 0;
			for (; alike < count; alike++) {
				swi__slice one = sample->cells[row * sample->columns + parts[alike]];
				swi__slice other = sample->cells[before * sample->columns + parts[alike]];
				if (one.length != other.length || memcmp(one.bytes, other.bytes, one.length) != 0)
					break;
			}
			if (alike == count)
				return false;
		}
	return true;
}

/* Columns of which ids may be made, the likeliest first: names, then what the fields are made of, then any. */
static size_t part_candidate(const map_draft *draft, size_t at)
{
	const swi__choice *choice = &draft->proposal->choice;
	static const char *const words[] = { "name", "subject", "title" };
	size_t columns = sample_of(draft)->columns;
	if (at < columns) {
		bool named = false;
		for (size_t i = 0; i < SWI__COUNT(words); i++)
			named |= swi__lexicon_has(sample_of(draft)->names[at], words[i]);
		return named ? at : SWI__NONE;
	}
	at -= columns;
	return at < choice->count ? choice->columns[at] : at - choice->count;
}

/* What stays as it is from one export to the next, and may be in an id though it is not needed. Owners change. */
static bool part_lasts(const map_draft *draft, size_t column)
{
	const swi__choice *choice = &draft->proposal->choice;
	for (size_t i = 0; i < choice->count; i++) {
		swi__kind kind = choice->fields[i].kind;
		if (choice->columns[i] == column)
			return (kind == SWI__KIND_REF && strcmp(choice->fields[i].field, "rep") != 0) ||
			       kind == SWI__KIND_INSTANT || kind == SWI__KIND_DATE;
	}
	return false;
}

/* Columns that together tell the rows apart, at least three where there are: those beyond the sample are not seen. 0:
 * none do. */
static size_t parts_find(const map_draft *draft, size_t parts[ID_PARTS])
{
	size_t count = 0, candidates = 2 * sample_of(draft)->columns + draft->proposal->choice.count;
	bool unique = false;
	for (size_t i = 0; i < candidates && count < ID_PARTS; i++) {
		size_t column = part_candidate(draft, i);
		bool taken = column == SWI__NONE || !profile_of(draft, column)->filled;
		for (size_t k = 0; k < count; k++)
			taken |= parts[k] == column;
		if (taken || (unique && !part_lasts(draft, column)))
			continue;
		parts[count++] = column;
		unique = unique || parts_unique(draft, parts, count);
		if (unique && count >= 3)
			return count;
	}
	return unique ? count : 0;
}

static void id_note(const map_draft *draft, const size_t *parts, size_t count)
{
	char listed[320] = "";
	size_t length = 0;
	for (size_t i = 0; i < count && length < sizeof listed; i++)
		length += (size_t)snprintf(listed + length, sizeof listed - length, "%s\"%.*s\"", i ? ", " : "",
		                           NAME(sample_of(draft)->names[parts[i]]));
	swi__note(draft->proposal,
	          "no column is an id: it is made of %s; rows that are alike in all of these count once", listed);
}

static json_t *id_made(map_draft *draft)
{
	size_t parts[ID_PARTS] = { 0 }, count = parts_find(draft, parts);
	json_t *object = json_object(), *columns = json_array();
	if (!object || !columns) {
		draft->failed = true;
		json_decref(columns);
		return object;
	}
	if (count == 0) {
		json_decref(columns);
		put(draft, object, "row", json_true());
		swi__note(draft->proposal,
		          "no column tells rows apart: the id is the row's number, which is right only "
		          "for a file that never changes");
		return object;
	}
	for (size_t i = 0; i < count; i++)
		if (json_array_append_new(columns, name_of(draft, parts[i])))
			draft->failed = true;
	put(draft, object, "columns", columns);
	id_note(draft, parts, count);
	return object;
}

/* Rows without it are no records. */
static void when_filled(map_draft *draft, size_t column)
{
	json_t *condition = json_object(), *empty = json_array();
	swi__slice name = sample_of(draft)->names[column];
	if (!condition || !empty || json_array_append_new(empty, json_string("")) ||
	    json_object_set_new(condition, "column", name_of(draft, column)) ||
	    json_object_set(condition, "not", empty) || json_array_append(draft->when, condition))
		draft->failed = true;
	json_decref(empty);
	json_decref(condition);
	swi__note(draft->proposal, "column \"%.*s\" is empty in some rows: those are skipped", NAME(name));
}

static json_t *id_field(map_draft *draft, size_t column)
{
	if (column == SWI__NONE || !swi__profile_is_id(profile_of(draft, column)))
		return id_made(draft);
	if (!profile_of(draft, column)->unique)
		swi__note(draft->proposal,
		          "column \"%.*s\": \"%.*s\" stands twice: rows with the same id are one record, as the last "
		          "of them says",
		          NAME(sample_of(draft)->names[column]), NAME(profile_of(draft, column)->twice));
	return settled(draft, column_object(draft, column));
}

/* ------------------------------------------------------------------------------------------- fields */

/* An empty column tells nothing of what its words would be. */
static json_t *word_or_flags(map_draft *draft, const swi__lexeme *lexeme, size_t column)
{
	swi__slice name = sample_of(draft)->names[column];
	size_t closed = closed_flag(draft, lexeme->table, column);
	if (closed != SWI__NONE)
		return flags_field(draft, closed, column);
	if (profile_of(draft, column)->flags && strcmp(lexeme->field, "outcome") == 0)
		return flag_field(draft, lexeme->table, column);
	if (profile_of(draft, column)->filled > 0)
		return word_field(draft, lexeme, column);
	swi__note(draft->proposal, "column \"%.*s\" may be %s, but is empty in the first rows: left out", NAME(name),
	          lexeme->field);
	return NULL;
}

static json_t *field_make(map_draft *draft, const swi__lexeme *lexeme, size_t column)
{
	switch (lexeme->kind) {
	case SWI__KIND_REF:
		return ref_field(draft, column);
	case SWI__KIND_INSTANT:
		return instant_field(draft, lexeme, column);
	case SWI__KIND_DATE:
		return date_field(draft, lexeme, column);
	case SWI__KIND_AMOUNT:
		return amount_field(draft, column);
	case SWI__KIND_NUMBER:
		return number_field(draft, lexeme, column);
	case SWI__KIND_DURATION:
		return duration_field(draft, column);
	case SWI__KIND_WORD:
		return word_or_flags(draft, lexeme, column);
	default:
		return strcmp(lexeme->field, "origin") == 0 ? origin_field(draft, column)
		                                            : settled(draft, column_object(draft, column));
	}
}

/* What a field is made of where no column was chosen for it. */
static json_t *field_without(map_draft *draft, const swi__lexeme *lexeme)
{
	size_t start = swi__choice_column(&draft->proposal->choice, "at");
	if (strcmp(lexeme->field, "duration_s") == 0 && start != SWI__NONE)
		return span_field(draft, start);
	if (lexeme->required)
		swi__note(draft->proposal, "no column was found for %s, which every %s must have: add it to \"fields\"",
		          lexeme->field, lexeme->table);
	return NULL;
}

static void field_add(map_draft *draft, size_t at)
{
	const swi__choice *choice = &draft->proposal->choice;
	const swi__lexeme *lexeme = &choice->fields[at];
	size_t column = choice->columns[at];
	json_t *field;
	if (lexeme->kind == SWI__KIND_ID)
		field = id_field(draft, column);
	else if (column == SWI__NONE)
		field = field_without(draft, lexeme);
	else
		field = field_make(draft, lexeme, column);
	if (field)
		put(draft, draft->fields, lexeme->field, field);
	const swi__profile *profile = lexeme->required && column != SWI__NONE ? profile_of(draft, column) : NULL;
	bool made = lexeme->kind == SWI__KIND_ID && profile && !swi__profile_is_id(profile);
	if (profile && !made && profile->filled > 0 && profile->filled < profile->cells.rows)
		when_filled(draft, column);
}

/* A stage's name tells its outcome. */
static void stage_outcome(map_draft *draft)
{
	static const swi__lexeme outcome = { .table = "stage", .field = "outcome", .kind = SWI__KIND_WORD };
	size_t column = swi__choice_column(&draft->proposal->choice, "name");
	if (strcmp(draft->proposal->table, "stage") == 0 && column != SWI__NONE)
		put(draft, draft->fields, "outcome", word_field(draft, &outcome, column));
}

/* What a report on the table misses most. */
static void outcome_note(const map_draft *draft)
{
	static const struct {
		const char *table, *words;
	} missed[] = { { "opportunity", "no column says which deals are won or lost: all are open" },
		       { "call", "no column says whether calls were answered: their outcome is unknown" },
		       { "meeting", "no column says how meetings went: their outcome is unknown" } };
	const swi__choice *choice = &draft->proposal->choice;
	if (swi__choice_field(choice, "rep") != SWI__NONE && swi__choice_column(choice, "rep") == SWI__NONE &&
	    strcmp(draft->proposal->table, "stage") != 0 && strcmp(draft->proposal->table, "quota") != 0)
		swi__note(draft->proposal, "no column was found for rep: reports by rep will not tell these apart");
	for (size_t i = 0; i < SWI__COUNT(missed); i++)
		if (strcmp(missed[i].table, draft->proposal->table) == 0 && !json_object_get(draft->fields, "outcome"))
			swi__note(draft->proposal, "%s", missed[i].words);
	if (strcmp(draft->proposal->table, "opportunity") == 0 && json_object_get(draft->fields, "outcome") &&
	    swi__choice_column(choice, "closed_at") == SWI__NONE)
		swi__note(draft->proposal, "no column was found for closed_at, which won and lost deals must have");
}

/* A rep is called by the name by which other files know it. */
static void rep_name(map_draft *draft)
{
	const swi__choice *choice = &draft->proposal->choice;
	size_t id = swi__choice_column(choice, "id");
	if (strcmp(draft->proposal->table, "rep") != 0 || id == SWI__NONE)
		return;
	swi__slice name = sample_of(draft)->names[id];
	if (swi__choice_column(choice, "name") == SWI__NONE && swi__lexicon_has(name, "name"))
		put(draft, draft->fields, "name", name_of(draft, id));
	swi__note(draft->proposal,
	          "reps are known by \"%.*s\": other files must name them by the same, or \"id\" is "
	          "to be what they name them by",
	          NAME(name));
}

static void unused_note(const map_draft *draft)
{
	char listed[400] = "";
	size_t length = 0;
	for (size_t i = 0; i < sample_of(draft)->columns && length < sizeof listed - 1; i++)
		if (!draft->proposal->used[i])
			length += (size_t)snprintf(listed + length, sizeof listed - length, "%s\"%.*s\"",
			                           length ? ", " : "", NAME(sample_of(draft)->names[i]));
	if (length)
		swi__note(draft->proposal, "not used: %s%s", listed, length >= sizeof listed ? "..." : "");
}

/* The names of all columns. */
static json_t *names_json(const swi__sample *sample)
{
	json_t *list = json_array();
	for (size_t i = 0; list && i < sample->columns; i++)
		if (json_array_append_new(list, json_stringn(sample->names[i].bytes, sample->names[i].length))) {
			json_decref(list);
			return NULL;
		}
	return list;
}

static void layout_put(map_draft *draft, json_t *map)
{
	const swi__sample *sample = sample_of(draft);
	const char delimiter[] = { sample->delimiter, '\0' };
	if (sample->encoding != SWI__ENCODING_UNKNOWN) {
		const char *name = swi__encoding_name(sample->encoding);
		put(draft, map, "encoding", json_string(name));
		swi__note(draft->proposal, "the file is no UTF-8: taken for %s; look at names with accents", name);
	}
	if (sample->doubled) {
		put(draft, map, "header", names_json(sample));
		put(draft, map, "skip", json_integer((json_int_t)sample->heading_end));
		swi__note(draft->proposal, "the heading has column \"%.*s\" twice: \"header\" names the columns apart",
		          NAME(sample->names[sample->doubled - 1]));
	}
	if (sample->delimiter_named)
		put(draft, map, "delimiter", json_string(sample->delimiter == '\t' ? "tab" : delimiter));
	if (sample->skip && !sample->doubled) {
		put(draft, map, "skip", json_integer((json_int_t)sample->skip));
		swi__note(draft->proposal, "the heading is taken to be on line %zu", sample->skip + 1);
	}
	if (!sample->header) {
		put(draft, map, "header", json_false());
		swi__note(draft->proposal,
		          "the file has no heading: columns are numbers from 1, and were taken by their "
		          "cells alone");
	}
	if (sample->odd)
		swi__note(draft->proposal, "%zu of the first rows have another number of cells than the heading",
		          sample->odd);
	if (json_array_size(draft->proposal->nulls))
		put(draft, map, "null", json_incref(draft->proposal->nulls));
}

/* What there is of it, in the order in which a person reads it. */
static json_t *map_make(map_draft *draft)
{
	json_t *map = json_object();
	if (!map)
		return NULL;
	put(draft, map, "table", json_string(draft->proposal->table));
	layout_put(draft, map);
	if (json_array_size(draft->when))
		put(draft, map, "when", json_incref(draft->when));
	put(draft, map, "fields", json_incref(draft->fields));
	if (json_object_size(draft->constants))
		put(draft, map, "constants", json_incref(draft->constants));
	return map;
}

json_t *swi__compose(swi__proposal *proposal)
{
	map_draft draft = {
		.proposal = proposal, .fields = json_object(), .constants = json_object(), .when = json_array()
	};
	json_t *map = NULL;
	if (draft.fields && draft.constants && draft.when) {
		for (size_t i = 0; i < proposal->choice.count; i++)
			field_add(&draft, i);
		stage_outcome(&draft);
		outcome_note(&draft);
		rep_name(&draft);
		map = map_make(&draft);
		if (draft.local)
			swi__note(proposal,
			          "times say no zone: they are read on the store's clock, unless \"zone\" in the map "
			          "names another, such as \"Europe/Berlin\"");
		unused_note(&draft);
	}
	json_decref(draft.fields);
	json_decref(draft.constants);
	json_decref(draft.when);
	if (draft.failed) {
		json_decref(map);
		return NULL;
	}
	return map;
}
