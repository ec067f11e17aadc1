/* SPDX-License-Identifier: MIT */
#include "commands.h"

#include "dates.h"
#include "grid.h"
#include "hints.h"
#include "output.h"
#include "weekly.h"

#include <stdio.h>

/* A word as a shell takes it for one: in apostrophes, unless it is of letters that mean nothing to shells. */
static void word_add(swi__text *line, const char *word)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./:+,%@-";
	swi__text_append(line, " ", 1);
	if (*word && !word[strspn(word, plain)]) {
		swi__text_append(line, word, strlen(word));
		return;
	}
	swi__text_byte(line, '\'');
	for (; *word; word++) {
		if (*word == '\'')
			swi__text_append(line, "'\\'", 3);
		swi__text_byte(line, *word);
	}
	swi__text_byte(line, '\'');
}

/* The command that shows a week on the same calendar, in one line however wide, so that it can be copied. */
static void command_show(const cli_arguments *arguments, const char *week)
{
	static const option_id kept[] = { OPTION_ZONE, OPTION_WEEK_START, OPTION_CURRENCY };
	swi__text line = { NULL, 0, 0, false };
	swi__text_append(&line, "  salesweek weekly", 18);
	word_add(&line, arguments->operands[0]);
	word_add(&line, "--week");
	word_add(&line, week);
	for (size_t i = 0; i < SWI__COUNT(kept); i++) {
		if (!arguments->values[kept[i]])
			continue;
		swi__text_append(&line, " --", 3);
		swi__text_append(&line, cli_options[kept[i]].name, strlen(cli_options[kept[i]].name));
		word_add(&line, arguments->values[kept[i]]);
	}
	swk_text_show(line.bytes, line.length, output_write, NULL);
	output_format("\n");
	swi__text_done(&line);
}

/* The day of the newest record on the calendar of the week: "2026-11-08". */
static void newest_day(const weekly_screen *weekly, const cli_hints *hints, char day[DATE_TEXT])
{
	instant_local(weekly->store, weekly->week.zone, hints->newest, day);
	day[strlen("2026-11-08")] = '\0';
}

/* True when all that is recorded is older than the week. */
static bool over(const weekly_screen *weekly, const cli_hints *hints)
{
	char day[DATE_TEXT], first[DATE_TEXT];
	newest_day(weekly, hints, day);
	date_iso(weekly->week.begins, first);
	return strcmp(day, first) < 0;
}

/* A week in which nothing has happened: the newest record is of an earlier one, which is named. */
static int empty_tell(weekly_screen *weekly, const cli_hints *hints, const cli_arguments *arguments)
{
	char day[DATE_TEXT], text[512];
	weekly_week newest = { .begins = 0 };
	if (!hints->newest) {
		grid_wrap(weekly->screen, 0, "There is no record in this store yet: salesweek import --help",
		          STYLE_BOLD);
		return EXIT_OK;
	}
	newest_day(weekly, hints, day);
	int code = weekly_find(weekly, day, &newest);
	if (code != EXIT_DONE)
		return code;
	snprintf(text, sizeof text,
	         "Nothing happened in %s or later. The last week with a record:", weekly->week.label);
	grid_wrap(weekly->screen, 0, text, STYLE_BOLD);
	command_show(arguments, newest.label);
	hints_print(hints, weekly->screen);
	return EXIT_OK;
}

static int weekly_show(weekly_screen *weekly, const cli_arguments *arguments)
{
	cli_hints hints = { .audit = NULL };
	const char *week = arguments->values[OPTION_WEEK];
	int code = weekly_find(weekly, week, &weekly->week);
	if (code == EXIT_DONE)
		code = hints_read(weekly->store, weekly->query.now, &hints);
	if (code == EXIT_DONE && !week && over(weekly, &hints)) {
		code = empty_tell(weekly, &hints, arguments);
	} else if (code == EXIT_DONE) {
		code = weekly_print(weekly);
		if (code == EXIT_DONE)
			hints_print(&hints, weekly->screen);
	}
	hints_done(&hints);
	return code == EXIT_DONE ? EXIT_OK : code;
}

int command_weekly(const cli_arguments *arguments)
{
	cli_screen screen;
	weekly_screen weekly = { .query = { .size = sizeof weekly.query,
		                            .zone = arguments->values[OPTION_ZONE],
		                            .currency = arguments->values[OPTION_CURRENCY] } };
	const char *week = arguments->values[OPTION_WEEK];
	if (week && !*week)
		return usage(arguments->command, "option --week was empty, not 2026-W45 or a date");
	int code = option_week_start(arguments, &weekly.query.week_start);
	if (code == EXIT_DONE)
		code = screen_open(arguments, &screen);
	weekly.screen = &screen;
	if (code == EXIT_DONE)
		code = command_open(arguments, NULL, &weekly.store);
	if (code == EXIT_DONE)
		code = option_instant(arguments, OPTION_NOW, weekly.store, weekly.query.zone, &weekly.query.now);
	if (code == EXIT_DONE) {
		weekly.glyphs = screen.glyphs;
		if (!weekly.query.now)
			weekly.query.now = clock_now();
		code = weekly_show(&weekly, arguments);
	}
	command_close(weekly.store);
	return code;
}
