/* SPDX-License-Identifier: MIT */
#include "sniff.h"

#include "dateform.h"

#include <stdio.h>
#include <strings.h>

/* -------------------------------------------------------------------------------------------- dates */

typedef enum date_order {
	ORDER_CLEAR, /* the form leaves no doubt */
	ORDER_DAY,
	ORDER_MONTH /* the form before it with day and month exchanged */
} date_order;

static const struct {
	const char *form;
	date_order order;
} days[] = {
	{ "%Y-%m-%d", ORDER_CLEAR },  { "%Y/%m/%d", ORDER_CLEAR },  { "%Y.%m.%d", ORDER_CLEAR },
	{ "%d.%m.%Y", ORDER_CLEAR },  { "%d.%m.%y", ORDER_CLEAR },  { "%d/%m/%Y", ORDER_DAY },
	{ "%m/%d/%Y", ORDER_MONTH },  { "%d/%m/%y", ORDER_DAY },    { "%m/%d/%y", ORDER_MONTH },
	{ "%d-%m-%Y", ORDER_DAY },    { "%m-%d-%Y", ORDER_MONTH },  { "%d-%m-%y", ORDER_DAY },
	{ "%m-%d-%y", ORDER_MONTH },  { "%d %b %Y", ORDER_CLEAR },  { "%d %b, %Y", ORDER_CLEAR },
	{ "%d-%b-%Y", ORDER_CLEAR },  { "%d-%b-%y", ORDER_CLEAR },  { "%d/%b/%Y", ORDER_CLEAR },
	{ "%d. %b %Y", ORDER_CLEAR }, { "%b %d, %Y", ORDER_CLEAR }, { "%b %d %Y", ORDER_CLEAR },
};

static const char *const times[] = {
	"",
	" %H:%M:%S",
	" %H:%M",
	"T%H:%M:%S%z",
	"T%H:%M:%S.%f%z",
	"T%H:%M:%S",
	"T%H:%M:%S.%f",
	"T%H:%M%z",
	"T%H:%M",
	" %H:%M:%S.%f",
	" %H:%M:%S %z",
	" %H:%M:%S.%f %z",
	" %H:%M %z",
	" %I:%M %p",
	" %I:%M:%S %p",
	" %I:%M%p",
	", %H:%M",
	", %H:%M:%S",
	", %I:%M %p",
	", %I:%M:%S %p",
	" at %I:%M %p",
};

enum {
	TIMES = SWI__COUNT(times),
	FORMS = SWI__COUNT(days) * SWI__COUNT(times)
};

static void form_text(size_t form, char text[SWI__FORM_TEXT])
{
	snprintf(text, SWI__FORM_TEXT, "%s%s", days[form / TIMES].form, times[form % TIMES]);
}

static bool form_reads(size_t form, swi__slice text)
{
	char written[SWI__FORM_TEXT];
	swi__moment moment;
	form_text(form, written);
	return swi__dateform_parse(written, text, &moment) && moment.year >= 1970 && moment.year < 2200;
}

/* Spares most texts the trying. */
static bool date_likely(swi__slice text)
{
	size_t digits = 0, others = 0;
	if (text.length < 6 || text.length >= SWI__FORM_TEXT)
		return false;
	for (size_t i = 0; i < text.length; i++) {
		digits += text.bytes[i] >= '0' && text.bytes[i] <= '9';
		others += strchr("/-. ,", text.bytes[i]) && text.bytes[i];
	}
	return digits >= 3 && others >= 2;
}

/* Which cells are read already, and how many of the others each form reads. */
typedef struct date_tally {
	const swi__column_cells *column;
	bool *done; /* of each row */
	unsigned counts[FORMS];
} date_tally;

static void tally_count(date_tally *tally)
{
	memset(tally->counts, 0, sizeof tally->counts);
	for (size_t row = 0; row < tally->column->rows; row++) {
		swi__slice cell = swi__cell_at(tally->column, row);
		for (size_t form = 0; form < FORMS && !tally->done[row] && date_likely(cell); form++)
			tally->counts[form] += form_reads(form, cell);
	}
}

/* The form that reads most; of equals the earlier one, but day and month as the caller would have them. */
static size_t tally_best(const date_tally *tally, bool day_first)
{
	size_t best = 0;
	for (size_t form = 1; form < FORMS; form++) {
		bool exchanged = days[form / TIMES].order == ORDER_MONTH && form - TIMES == best && !day_first;
		if (tally->counts[form] > tally->counts[best] ||
		    (exchanged && tally->counts[form] == tally->counts[best]))
			best = form;
	}
	return best;
}

static void dates_note(swi__dates *dates, const date_tally *tally, size_t form)
{
	date_order order = days[form / TIMES].order;
	size_t other = order == ORDER_MONTH ? form - TIMES : form + TIMES;
	dates->time = times[form % TIMES][0] != '\0';
	dates->offset = strstr(times[form % TIMES], "%z") != NULL;
	dates->day_first = order != ORDER_MONTH;
	dates->day_known = order == ORDER_CLEAR || tally->counts[other] < tally->counts[form];
}

void swi__sniff_dates(const swi__column_cells *column, bool day_first, swi__dates *dates)
{
	*dates = (swi__dates){ .filled = swi__sniff_filled(column), .day_known = true };
	date_tally tally = { .column = column, .done = swi__alloc(column->rows, sizeof(bool)) };
	dates->failed = !tally.done;
	while (tally.done && dates->count < SWI__FORMS_MAX && dates->read < dates->filled) {
		tally_count(&tally);
		size_t best = tally_best(&tally, day_first);
		if (tally.counts[best] == 0)
			break;
		if (dates->count == 0)
			dates_note(dates, &tally, best);
		form_text(best, dates->forms[dates->count++]);
		dates->read += tally.counts[best];
		for (size_t row = 0; row < column->rows; row++)
			tally.done[row] |= date_likely(swi__cell_at(column, row)) &&
			                   form_reads(best, swi__cell_at(column, row));
	}
	swi__free(tally.done);
}

const char *swi__sniff_date(swi__slice text, char form[SWI__FORM_TEXT])
{
	for (size_t i = 0; i < FORMS && date_likely(text); i++)
		if (form_reads(i, text)) {
			form_text(i, form);
			return form;
		}
	return NULL;
}

/* ------------------------------------------------------------------------------------------ numbers */

/* Ways to write a number, as an example's digits; the plain one first. */
static const struct {
	const char *digits;
	bool comma;
} ways[] = {
	{ "1234.50", false }, { "1,234.50", false }, { "1.234,50", true },  { "1234,50", true },
	{ "1 234,50", true }, { "1'234.50", false }, { "1’234.50", false }, { "1 234.50", false },
};

static bool is_digit(char byte)
{
	return byte >= '0' && byte <= '9';
}

/* Learns the symbol alone; *before: it stands before the number. False: there is more than a symbol. */
static bool symbol_of(swi__slice cell, char symbol[32], bool *before)
{
	char text[48] = "";
	swi__number number;
	size_t from = 0, to = cell.length;
	while (from < to && !is_digit(cell.bytes[from]))
		from++;
	while (to > from && !is_digit(cell.bytes[to - 1]))
		to--;
	if (from == to || from + cell.length - to + 2 > sizeof text)
		return false;
	memcpy(text, cell.bytes, from);
	text[from] = '1';
	memcpy(text + from + 1, cell.bytes + to, cell.length - to);
	if (!swi__number_learn((swi__slice){ text, from + 1 + cell.length - to }, &number))
		return false;
	memcpy(symbol, number.symbol, sizeof number.symbol);
	*before = from > 0 && strchr("+-(", cell.bytes[0]) == NULL;
	return true;
}

/* What stands around the digits of the first cell that shows it. */
static bool symbol_find(const swi__column_cells *column, char symbol[32], bool *before)
{
	for (size_t row = 0; row < column->rows; row++)
		if (symbol_of(swi__cell_at(column, row), symbol, before))
			return true;
	return false;
}

static bool way_learn(size_t way, const char *symbol, bool before, char example[48], swi__number *number)
{
	/* A percent sign and a letter stand apart from no digit; other symbols stand behind with a space. */
	const char *space = strcmp(symbol, "%") == 0 ? "" : " ";
	if (!*symbol)
		snprintf(example, 48, "%s", ways[way].digits);
	else if (before)
		snprintf(example, 48, "%s%s", symbol, ways[way].digits);
	else
		snprintf(example, 48, "%s%s%s", ways[way].digits, space, symbol);
	return swi__number_learn(swi__slice_of(example), number);
}

/* How many cells are read in a way; *same: two ways read all of them as the same numbers. */
static size_t way_count(const swi__column_cells *column, const swi__number *number, const swi__number *other,
                        bool *same)
{
	size_t count = 0;
	swi__decimal value, there;
	*same = true;
	for (size_t row = 0; row < column->rows; row++) {
		swi__slice cell = swi__cell_at(column, row);
		if (!cell.length || !swi__number_parse(number, cell, &value))
			continue;
		count++;
		if (other && swi__number_parse(other, cell, &there))
			*same = *same && value.digits == there.digits && value.places == there.places;
	}
	return count;
}

static swi__slice first_unread(const swi__column_cells *column, const swi__number *number)
{
	swi__decimal value;
	for (size_t row = 0; row < column->rows; row++) {
		swi__slice cell = swi__cell_at(column, row);
		if (cell.length && !swi__number_parse(number, cell, &value))
			return cell;
	}
	return (swi__slice){ "", 0 };
}

void swi__sniff_numbers(const swi__column_cells *column, bool comma, swi__numbers *numbers)
{
	swi__number chosen = { "", "", "" }, number;
	bool before = true, same;
	char example[48];
	*numbers = (swi__numbers){ .filled = swi__sniff_filled(column), .mark_known = true };
	if (!symbol_find(column, numbers->symbol, &before))
		return;
	for (size_t way = 0; way < SWI__COUNT(ways); way++) {
		if (!way_learn(way, numbers->symbol, before, example, &number))
			continue;
		size_t count = way_count(column, &number, numbers->read ? &chosen : NULL, &same);
		bool rival = count == numbers->read && count && !same;
		if (rival)
			numbers->mark_known = false;
		if (count < numbers->read || (count == numbers->read && !(rival && ways[way].comma && comma)))
			continue;
		if (count > numbers->read)
			numbers->mark_known = true;
		numbers->read = count;
		numbers->comma = ways[way].comma;
		numbers->plain = way == 0 && !numbers->symbol[0];
		memcpy(numbers->example, example, sizeof example);
		chosen = number;
	}
	numbers->unread = first_unread(column, &chosen);
}

const char *swi__sniff_number(swi__slice text, char example[48])
{
	swi__numbers numbers;
	swi__column_cells column = { &text, 1, 1 };
	swi__sniff_numbers(&column, false, &numbers);
	memcpy(example, numbers.example, sizeof numbers.example);
	return numbers.read ? example : NULL;
}

/* ------------------------------------------------------------------------------------------- others */

/* How many parts of digits the colons part, the later ones of two digits; 0: it is no such text. */
static size_t clock_parts(swi__slice text)
{
	size_t parts = 1, run = 0;
	for (size_t i = 0; i < text.length; i++) {
		if (is_digit(text.bytes[i])) {
			run++;
		} else if (text.bytes[i] == ':' && run > 0 && (parts == 1 || run == 2)) {
			parts++;
			run = 0;
		} else {
			return 0;
		}
	}
	return parts > 1 && run == 2 ? parts : 0;
}

const char *swi__sniff_clock(const swi__column_cells *column, size_t *read)
{
	size_t counts[4] = { 0 }, filled = swi__sniff_filled(column);
	for (size_t row = 0; row < column->rows; row++) {
		size_t parts = clock_parts(swi__cell_at(column, row));
		counts[parts < SWI__COUNT(counts) ? parts : 0]++;
	}
	bool hours = counts[3] >= counts[2];
	*read = hours ? counts[3] : counts[2];
	return *read * 2 < filled || !filled ? NULL : hours ? "h:mm:ss" : "mm:ss";
}

static bool flag_is(swi__slice text)
{
	static const char *const words[] = { "true", "false", "yes", "no", "y", "n", "1", "0" };
	for (size_t i = 0; i < SWI__COUNT(words); i++)
		if (text.length == strlen(words[i]) && strncasecmp(text.bytes, words[i], text.length) == 0)
			return true;
	return false;
}

bool swi__sniff_flags(const swi__column_cells *column)
{
	size_t filled = 0;
	for (size_t row = 0; row < column->rows; row++) {
		swi__slice cell = swi__cell_at(column, row);
		filled += cell.length > 0;
		if (cell.length && !flag_is(cell))
			return false;
	}
	return filled > 0;
}

size_t swi__sniff_filled(const swi__column_cells *column)
{
	size_t filled = 0;
	for (size_t row = 0; row < column->rows; row++)
		filled += swi__cell_at(column, row).length > 0;
	return filled;
}

size_t swi__sniff_repeated(const swi__column_cells *column, swi__slice *twice)
{
	size_t count = 0;
	for (size_t row = 1; row < column->rows; row++) {
		swi__slice cell = swi__cell_at(column, row);
		for (size_t before = 0; before < row && cell.length; before++) {
			swi__slice other = swi__cell_at(column, before);
			if (cell.length != other.length || memcmp(cell.bytes, other.bytes, cell.length) != 0)
				continue;
			if (count++ == 0)
				*twice = cell;
			break;
		}
	}
	return count;
}
