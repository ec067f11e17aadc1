/* SPDX-License-Identifier: MIT */
#include "commands.h"

#include "dates.h"
#include "grid.h"
#include "hints.h"
#include "output.h"
#include "weekly.h"

#include <stdio.h>

#define DAY_US INT64_C(86400000000)

/* A week in which nothing has happened: the newest record is of an earlier one, which is named. */
static int empty_tell(weekly_screen *weekly, const cli_hints *hints, const char *store)
{
	char day[DATE_TEXT], text[512];
	weekly_week newest = { .begins = 0 };
	if (!hints->newest) {
		grid_wrap(weekly->screen, 0, "There is no record in this store yet: salesweek import --help",
		          STYLE_BOLD);
		return EXIT_OK;
	}
	date_iso(hints->newest / DAY_US, day);
	int code = weekly_find(weekly, day, &newest);
	if (code != EXIT_DONE)
		return code;
	snprintf(text, sizeof text,
	         "Nothing happened in %s or later. The last week with a record:", weekly->week.label);
	grid_wrap(weekly->screen, 0, text, STYLE_BOLD);
	snprintf(text, sizeof text, "  salesweek weekly %.300s --week %s", store, newest.label);
	grid_wrap(weekly->screen, 2, text, STYLE_PLAIN);
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
	if (code == EXIT_DONE && !week && hints.newest / DAY_US < weekly->week.begins - 1) {
		code = empty_tell(weekly, &hints, arguments->operands[0]);
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
