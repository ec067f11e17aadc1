/* SPDX-License-Identifier: MIT */
#include "hints.h"

#include "dates.h"
#include "grid.h"
#include "output.h"

#include <inttypes.h>
#include <stdio.h>

/* Older than this is worth a word: a week that is imported on its last day is up to a week old. */
#define OLD_DAYS 8
#define BEHIND_DAYS 15

/* What records of a table are called, and whether reports are empty without them. */
static const struct table_words {
	const char *table, *article, *one, *many;
	bool reported;
} tables[] = {
	{ "rep", "a", "rep", "reps", false },
	{ "lead", "a", "lead", "leads", true },
	{ "message", "a", "message", "messages", true },
	{ "call", "a", "call", "calls", true },
	{ "opportunity", "an", "opportunity", "opportunities", true },
	{ "stage", "a", "stage record", "stage records", false },
	{ "score", "a", "score", "scores", true },
	{ "meeting", "a", "meeting", "meetings", true },
	{ "quota", "a", "quota", "quotas", false },
	{ "rate", "a", "rate", "rates", false },
};

static const struct table_words *words_of(const char *table)
{
	for (size_t i = 0; i < SWI__COUNT(tables); i++)
		if (strcmp(tables[i].table, table) == 0)
			return &tables[i];
	return &tables[0];
}

/* ------------------------------------------------------------------------------------------ reading */

static const char *cell(const cli_hints *hints, size_t row, const char *column)
{
	const char *text = swk_result_text(hints->audit, row, (size_t)swk_result_find(hints->audit, column), NULL);
	return text ? text : "";
}

static int64_t count(const cli_hints *hints, size_t row)
{
	return swk_result_int(hints->audit, row, (size_t)swk_result_find(hints->audit, "count"));
}

static bool finding(const cli_hints *hints, size_t row, const char *name)
{
	return strcmp(cell(hints, row, "finding"), name) == 0;
}

/* The instant that a row tells; 0 for none. */
static int64_t instant(const cli_hints *hints, size_t row)
{
	int64_t at = 0;
	const char *text = cell(hints, row, "value");
	if (*text)
		swk_store_instant_parse(hints->store, NULL, text, &at, NULL);
	return at;
}

int hints_read(swk_store *store, int64_t now, cli_hints *hints)
{
	swk_error error = SWK_ERROR_INIT;
	*hints = (cli_hints){ .store = store, .now = now ? now : clock_now() };
	int failed = swk_store_audit(store, now, &hints->audit, &error);
	if (failed)
		return fail_error(NULL, failed, &error);
	for (size_t row = 0; row < swk_result_rows(hints->audit); row++) {
		int64_t at = finding(hints, row, "records") ? instant(hints, row) : 0;
		if (at <= hints->newest)
			continue;
		hints->newest = at;
		hints->newest_table = cell(hints, row, "table");
	}
	return EXIT_DONE;
}

void hints_done(cli_hints *hints)
{
	swk_result_free(hints->audit);
	hints->audit = NULL;
}

/* ----------------------------------------------------------------------------------------- printing */

typedef struct hint_pen {
	const cli_screen *screen;
	bool begun;
} hint_pen;

static void say(hint_pen *pen, const char *text)
{
	char line[640];
	if (!pen->begun)
		output_format("\n");
	pen->begun = true;
	snprintf(line, sizeof line, "! %s", text);
	grid_wrap(pen->screen, 2, line, STYLE_PLAIN);
}

static void counted(char *text, size_t size, const cli_hints *hints, size_t row)
{
	const struct table_words *words = words_of(cell(hints, row, "table"));
	int64_t records = count(hints, row);
	snprintf(text, size, "%" PRId64 " %s", records, records == 1 ? words->one : words->many);
}

static void empty_say(hint_pen *pen, const cli_hints *hints)
{
	char text[256] = "nothing is imported yet of: ";
	size_t begun = strlen(text), length = begun;
	for (size_t i = 0; i < SWI__COUNT(tables); i++) {
		bool there = !tables[i].reported;
		for (size_t row = 0; row < swk_result_rows(hints->audit); row++)
			there |= strcmp(cell(hints, row, "table"), tables[i].table) == 0;
		if (!there)
			length += (size_t)snprintf(text + length, sizeof text - length, "%s%s",
			                           length > begun ? ", " : "", tables[i].many);
	}
	if (length > begun)
		say(pen, text);
}

static void old_say(hint_pen *pen, const cli_hints *hints)
{
	char text[256], date[DATE_TEXT];
	const struct table_words *words = words_of(hints->newest_table ? hints->newest_table : "");
	if (!hints->newest || hints->now - hints->newest < OLD_DAYS * DAY_US)
		return;
	date_long(hints->newest / DAY_US, date);
	snprintf(text, sizeof text,
	         "the newest record is %s %s of %s, %" PRId64 " days before now: is an import missing?", words->article,
	         words->one, date, (hints->now - hints->newest) / DAY_US);
	say(pen, text);
}

/* A table that ended well before the others: one export among several that was forgotten. */
static void behind_say(hint_pen *pen, const cli_hints *hints, size_t row)
{
	char text[256], date[DATE_TEXT];
	int64_t at = instant(hints, row);
	if (!at || hints->newest - at < BEHIND_DAYS * DAY_US)
		return;
	date_long(at / DAY_US, date);
	snprintf(text, sizeof text, "the newest %s is of %s, %" PRId64 " days before the newest %s",
	         words_of(cell(hints, row, "table"))->one, date, (hints->newest - at) / DAY_US,
	         words_of(hints->newest_table)->one);
	say(pen, text);
}

static void later_say(hint_pen *pen, const cli_hints *hints, size_t row)
{
	char text[256], what[96], date[DATE_TEXT];
	counted(what, sizeof what, hints, row);
	date_long(instant(hints, row) / DAY_US, date);
	snprintf(text, sizeof text, "%s will be later than now (the latest %s), and count from then on", what, date);
	say(pen, text);
}

static void dangling_say(hint_pen *pen, const cli_hints *hints, size_t row)
{
	static const struct {
		const char *field, *target, *effect;
	} effects[] = {
		{ "lead", "a lead", "they count in calls, meetings and deals, and for no lead" },
		{ "merged_into", "a lead", "they stay leads of their own" },
		{ "opportunity", "an opportunity", "they change no deal" },
		{ "rep", "a rep", "they have no team, and no region of the rep" },
	};
	char text[512], what[96];
	counted(what, sizeof what, hints, row);
	for (size_t i = 0; i < SWI__COUNT(effects); i++) {
		if (strcmp(effects[i].field, cell(hints, row, "field")) != 0)
			continue;
		snprintf(text, sizeof text, "%s: %s does not exist (such as \"%.80s\"): %s", what, effects[i].target,
		         cell(hints, row, "value"), effects[i].effect);
		say(pen, text);
	}
}

static void currency_say(hint_pen *pen, const cli_hints *hints, size_t row)
{
	char text[256], what[96];
	counted(what, sizeof what, hints, row);
	snprintf(text, sizeof text,
	         "%s with an amount and no currency: taken to be the store's (salesweek info names it)", what);
	say(pen, text);
}

int hints_dates(const cli_hints *hints, const cli_screen *screen)
{
	cli_grid grid = { 0 };
	char date[DATE_TEXT];
	grid_column(&grid, "table", "", GRID_KEY);
	grid_column(&grid, "newest record", "", 0);
	for (size_t row = 0; row < swk_result_rows(hints->audit); row++) {
		int64_t at = finding(hints, row, "records") ? instant(hints, row) : 0;
		if (!at)
			continue;
		date_long(at / DAY_US, date);
		grid_text(&grid, cell(hints, row, "table"), STYLE_PLAIN);
		grid_text(&grid, date, STYLE_PLAIN);
	}
	int code = EXIT_DONE;
	if (hints->newest) {
		output_format("\n");
		code = grid_print(&grid, screen);
	}
	grid_done(&grid);
	return code;
}

void hints_print(const cli_hints *hints, const cli_screen *screen)
{
	hint_pen pen = { screen, false };
	empty_say(&pen, hints);
	old_say(&pen, hints);
	for (size_t row = 0; row < swk_result_rows(hints->audit); row++) {
		if (finding(hints, row, "records") && words_of(cell(hints, row, "table"))->reported)
			behind_say(&pen, hints, row);
		else if (finding(hints, row, "later"))
			later_say(&pen, hints, row);
		else if (finding(hints, row, "dangling"))
			dangling_say(&pen, hints, row);
		else if (finding(hints, row, "no currency"))
			currency_say(&pen, hints, row);
	}
}
