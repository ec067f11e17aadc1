/* SPDX-License-Identifier: MIT */
#include "heat.h"

#include "charts.h"
#include "dates.h"
#include "grid.h"
#include "output.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#define DAYS 7
#define HOURS 24
#define LABEL 5
#define CELL_MIN 4  /* a shade, and a rate of 100 */
#define CELL_WIDE 6 /* from here on a shade takes two places */
#define CELL_MAX 7
#define BEST 3

/* An hour whose interval is wider than this says nearly nothing, and is not called out. */
#define WIDTH_TOLD 0.5

typedef struct heat_map {
	const cli_screen *screen;
	const swk_result *result;
	const cli_figure *count, *rate;
	int64_t rows[DAYS][HOURS]; /* -1: none */
	int first, last;           /* hours that anything is in */
	int across;                /* how many of them stand beside each other */
	size_t cell;               /* places of a cell */
	double most_rate, most_count;
	size_t pending; /* spaces that are due only if more follows on the line */
} heat_map;

bool heat_fits(const swk_query *query)
{
	if (query->by_count != 2 || !(query->flags & SWK_QUERY_TOTAL) || (query->flags & SWK_QUERY_PREVIOUS))
		return false;
	bool order = strcmp(query->by[0], "weekday") == 0;
	return strcmp(query->by[!order], "weekday") == 0 && strcmp(query->by[order], "hour") == 0;
}

/* What each report is looked at for by the hour. */
static bool heat_choose(heat_map *heat, const char *report, const cli_figures *figures)
{
	bool meetings = strcmp(report, "meetings") == 0;
	heat->count = figures_find(figures, meetings ? "held" : "made");
	heat->rate = figures_find(figures, meetings ? "success_rate" : "answer_rate");
	return heat->count && heat->rate;
}

/* Hours that do not fit beside each other go on below, in parts of like length: all of a day in halves. */
static void heat_fit(heat_map *heat)
{
	size_t least = (size_t)snprintf(NULL, 0, "%.0f", heat->most_count) + 1, room = heat->screen->width - LABEL;
	size_t hours = (size_t)heat->last - (size_t)heat->first + 1, parts = 1, across = hours;
	least = least < CELL_MIN ? CELL_MIN : least;
	for (; across > 1 && across * least > room; across = (hours + parts - 1) / parts)
		parts++;
	size_t most = least > CELL_MAX ? least : CELL_MAX, cell = room / (across ? across : 1);
	heat->cell = cell < least ? least : cell > most ? most : cell;
	heat->across = (int)across;
}

static void heat_place(heat_map *heat)
{
	size_t weekday = (size_t)swk_result_find(heat->result, "weekday");
	size_t hour = (size_t)swk_result_find(heat->result, "hour");
	heat->first = HOURS - 1;
	memset(heat->rows, -1, sizeof heat->rows);
	for (size_t row = 0; row < swk_result_rows(heat->result); row++) {
		int64_t day = swk_result_int(heat->result, row, weekday) - 1;
		int at = (int)swk_result_int(heat->result, row, hour);
		heat->rows[day][at] = (int64_t)row;
		heat->first = at < heat->first ? at : heat->first;
		heat->last = at > heat->last ? at : heat->last;
		heat->most_rate = fmax(heat->most_rate, figure_real(heat->rate, heat->result, row));
		heat->most_count = fmax(heat->most_count, figure_real(heat->count, heat->result, row));
	}
	heat_fit(heat);
}

static void hours_print(const heat_map *heat, int first, int end)
{
	output_format("%*s", LABEL, "");
	for (int hour = first; hour < end; hour++)
		output_format("%s%*d%s", screen_on(heat->screen, STYLE_DIM), (int)heat->cell, hour,
		              screen_off(heat->screen, STYLE_DIM));
	output_format("\n");
}

/* The number on its colour, or behind a shade where there is none, and room for one. */
static void cell_print(heat_map *heat, const cli_figure *figure, double most, int64_t row)
{
	char text[FIGURE_TEXT] = "";
	const cli_screen *screen = heat->screen;
	if (row < 0 || swk_result_null(heat->result, (size_t)row, figure->column)) {
		heat->pending += heat->cell;
		return;
	}
	double value = figure_real(figure, heat->result, (size_t)row);
	screen_style style = STYLE_HEAT + (screen_style)chart_step(value, most, SCREEN_HEATS);
	snprintf(text, sizeof text, "%.0f", figure->form == FORM_SHARE ? value * 100 : value);
	size_t length = strlen(text), room = heat->cell > length ? heat->cell - length : 0;
	size_t shades = heat->cell < CELL_WIDE ? 1 : 2;
	size_t filled = screen->colour ? (room ? room - 1 : 0) : room < shades ? room : shades;
	const char *shade = screen->glyphs->shades[chart_step(value, most, SWI__COUNT(screen->glyphs->shades))];
	heat->pending += room - filled;
	output_format("%*s%s", (int)heat->pending, "", screen_on(screen, style));
	heat->pending = 0;
	for (size_t i = 0; i < filled; i++)
		output_format("%s", screen->colour ? " " : shade);
	output_format("%s%s", text, screen_off(screen, style));
}

/* The hours from `first` on that stand beside each other. */
static void hours_grid(heat_map *heat, const cli_figure *figure, double most, int first)
{
	int end = first + heat->across < heat->last + 1 ? first + heat->across : heat->last + 1;
	hours_print(heat, first, end);
	for (int day = 0; day < DAYS; day++) {
		output_format("%s", weekday_name(day + 1));
		heat->pending = LABEL - 3;
		for (int hour = first; hour < end; hour++)
			cell_print(heat, figure, most, heat->rows[day][hour]);
		output_format("\n");
	}
	output_format("\n");
}

static void grid_of(heat_map *heat, const cli_figure *figure, double most)
{
	char heading[128];
	snprintf(heading, sizeof heading, "%s%s", figure->heading, figure->form == FORM_SHARE ? ", %" : "");
	grid_wrap(heat->screen, 0, heading, STYLE_BOLD);
	for (int first = heat->first; first <= heat->last; first += heat->across)
		hours_grid(heat, figure, most, first);
}

static double low_of(const heat_map *heat, int64_t row)
{
	return swk_result_real(heat->result, (size_t)row, (size_t)heat->rate->low);
}

static bool told(const heat_map *heat, int64_t row)
{
	return row >= 0 && !swk_result_null(heat->result, (size_t)row, heat->rate->column) &&
	       swk_result_real(heat->result, (size_t)row, (size_t)heat->rate->high) - low_of(heat, row) <= WIDTH_TOLD;
}

/* The hour with the greatest lower bound among those that were not printed yet: what is safe to say of it. */
static bool best_take(heat_map *heat, int *day, int *hour)
{
	double best = -1;
	for (int d = 0; d < DAYS; d++)
		for (int h = heat->first; h <= heat->last; h++)
			if (told(heat, heat->rows[d][h]) && low_of(heat, heat->rows[d][h]) > best) {
				best = low_of(heat, heat->rows[d][h]);
				*day = d;
				*hour = h;
			}
	return best >= 0;
}

static void best_print(heat_map *heat)
{
	char text[512], rate[FIGURE_TEXT], count[FIGURE_TEXT];
	int day = 0, hour = 0, found = 0;
	for (; found < BEST && best_take(heat, &day, &hour); found++) {
		size_t row = (size_t)heat->rows[day][hour];
		figure_format(heat->rate, heat->result, row, heat->screen->glyphs, rate);
		figure_value(heat->count, heat->result, row, count);
		snprintf(text, sizeof text, "%s %s %02d:00  %s of %s %s",
		         found ? "     " : "best:", weekday_name(day + 1), hour, rate, count, heat->count->unit);
		grid_wrap(heat->screen, 6, text, STYLE_PLAIN);
		heat->rows[day][hour] = -1;
	}
	if (!found)
		grid_wrap(heat->screen, 0,
		          "no hour has enough behind it to be called the best: all intervals are wider than 50 points",
		          STYLE_PLAIN);
}

int heat_print(const cli_screen *screen, const swk_query *query, const swk_result *result, const cli_figures *figures)
{
	heat_map heat = { .screen = screen, .result = result };
	if (!heat_choose(&heat, query->report, figures))
		return fail("report %s has no rate by the hour", query->report);
	heat_place(&heat);
	grid_of(&heat, heat.rate, heat.most_rate);
	grid_of(&heat, heat.count, heat.most_count);
	best_print(&heat);
	output_format("\n");
	grid_wrap(screen, 0,
	          "best: by the lower end of the 95 % interval, which few calls keep low; all columns of every hour: "
	          "--format csv",
	          STYLE_DIM);
	return EXIT_OK;
}
