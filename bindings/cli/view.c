/* SPDX-License-Identifier: MIT */
#include "view.h"

#include "charts.h"
#include "dates.h"
#include "heat.h"
#include "output.h"
#include "reps.h"

#include <math.h>
#include <stdio.h>

#define CHART_NARROW 14
#define CHART_WIDE 24
#define TRENDS_MAX 200
#define TREND_WEEKS_MAX 60

typedef struct report_view {
	const cli_screen *screen;
	swk_store *store;
	const swk_query *query;
	const swk_result *result;
	const cli_figures *figures;
	const cli_figure *main;
	cli_reps reps;
	double most; /* of the main figure, or of its upper bounds */
	bool total, chart;
	bool partial, nothing, bounded; /* seen, so that the notes explain them */
	swi__text scratch;
} report_view;

static void line(const cli_screen *screen, screen_style style, const char *text)
{
	grid_wrap(screen, 2, text, style);
}

static size_t column_of(const report_view *view, const char *name)
{
	return (size_t)swk_result_find(view->result, name);
}

/* ----------------------------------------------------------------------------------------- heading */

static void window_write(const swk_query *query, char *text, size_t size)
{
	if (!query->from && !query->to)
		snprintf(text, size, "all weeks");
	else if (query->from && query->to)
		snprintf(text, size, "%s to %s", query->from, query->to);
	else
		snprintf(text, size, "%s %s", query->from ? "from" : "up to", query->from ? query->from : query->to);
}

static void heading_print(const report_view *view)
{
	char text[512], window[128], now[DATE_TEXT];
	const char *dot = view->screen->glyphs->dot;
	window_write(view->query, window, sizeof window);
	instant_local(view->store, swk_result_zone(view->result), swk_result_now(view->result), now);
	snprintf(text, sizeof text, "%s: %s", view->query->report, view->figures->definition);
	line(view->screen, STYLE_BOLD, text);
	snprintf(text, sizeof text, "%s%s%sweeks of %s, now %s", view->total ? "total over " : "by week, ", window, dot,
	         swk_result_zone(view->result), now);
	line(view->screen, STYLE_DIM, text);
	output_format("\n");
}

/* ------------------------------------------------------------------------------------------- charts */

const cli_figure *view_main(const char *report, const cli_figures *figures)
{
	static const struct {
		const char *report, *figure;
	} mains[] = {
		{ "conversion", "conversion_rate" },
		{ "deals", "amount" },
		{ "meetings", "held" },
		{ "scores", "buy_rate" },
		{ "win_rate", "win_rate" },
	};
	for (size_t i = 0; i < SWI__COUNT(mains); i++)
		if (strcmp(mains[i].report, report) == 0)
			return figures_find(figures, mains[i].figure);
	for (size_t i = 0; i < figures->count; i++)
		if (figures->list[i].form == FORM_COUNT)
			return &figures->list[i];
	return NULL;
}

static void main_measure(report_view *view)
{
	const cli_figure *main = view->main;
	view->chart = main && swk_result_rows(view->result) > 1;
	view->most = main && main->form == FORM_SHARE ? 1 : 0;
	for (size_t row = 0; main && main->form != FORM_SHARE && row < swk_result_rows(view->result); row++)
		view->most = fmax(view->most, figure_real(main, view->result, row));
}

static size_t chart_width(const report_view *view)
{
	return view->screen->width < 100 ? CHART_NARROW : CHART_WIDE;
}

static void chart_heading(const report_view *view, char *text, size_t size)
{
	if (view->main->form == FORM_SHARE)
		snprintf(text, size, "0 %*s", (int)chart_width(view) - 2, "100 %");
	else
		text[0] = '\0';
}

static void chart_cell(report_view *view, cli_grid *grid, size_t row)
{
	const cli_figure *main = view->main;
	const swk_result *result = view->result;
	swi__text_clear(&view->scratch);
	if (swk_result_null(result, row, main->column)) {
		grid_text(grid, "", STYLE_PLAIN);
		return;
	}
	double value = figure_real(main, result, row);
	if (main->low >= 0 && !swk_result_null(result, row, (size_t)main->low)) {
		const double interval[] = { swk_result_real(result, row, (size_t)main->low), value,
			                    swk_result_real(result, row, (size_t)main->high) };
		chart_interval(&view->scratch, view->screen->glyphs, interval, view->most, chart_width(view));
	} else {
		chart_bar(&view->scratch, view->screen->glyphs, value, view->most, chart_width(view));
	}
	grid_cell(grid, swi__text_slice(&view->scratch), 0, STYLE_BAR);
}

/* -------------------------------------------------------------------------------------------- table */

swi__slice view_dimension(const cli_figure *figure, const swk_result *result, size_t row, char text[FIGURE_TEXT])
{
	swi__slice value = { NULL, 0 };
	value.bytes = swk_result_text(result, row, figure->column, &value.length);
	if (value.bytes)
		return value.length ? value : swi__slice_of("(none)");
	if (strcmp(figure->name, "weekday") == 0)
		return swi__slice_of(weekday_name(swk_result_int(result, row, figure->column)));
	figure_value(figure, result, row, text);
	return swi__slice_of(text);
}

/* Reps have a column more, of their names, if any name is more than the id. */
static bool is_named(const report_view *view, const cli_figure *figure)
{
	return figure->dimension && view->reps.count && strcmp(figure->name, "rep") == 0;
}

static void dimension_column(const report_view *view, cli_grid *grid, const cli_figure *figure)
{
	grid_column(grid, figure->heading, figure->unit, GRID_KEY);
	if (is_named(view, figure))
		grid_column(grid, "name", "", GRID_KEY);
}

static void dimension_cell(const report_view *view, cli_grid *grid, const cli_figure *figure, size_t row)
{
	char text[FIGURE_TEXT];
	swi__slice value = view_dimension(figure, view->result, row, text);
	grid_cell(grid, value, 0, STYLE_PLAIN);
	if (!is_named(view, figure))
		return;
	const char *name = reps_name(&view->reps, value.bytes);
	grid_text(grid, name ? name : "", STYLE_PLAIN);
}

static void week_columns(const report_view *view, cli_grid *grid)
{
	if (view->total)
		return;
	grid_column(grid, "week", "", GRID_KEY);
	if (swk_result_week_start(view->result) == SWK_MONDAY)
		grid_column(grid, "begins", "", GRID_KEY | GRID_RIGHT);
}

static void week_cells(report_view *view, cli_grid *grid, size_t row)
{
	char label[64], begins[DATE_TEXT];
	if (view->total)
		return;
	bool partial = swk_result_int(view->result, row, column_of(view, "partial")) != 0;
	const char *week = swk_result_text(view->result, row, column_of(view, "week"), NULL);
	snprintf(label, sizeof label, "%s%s", week, partial ? "*" : "");
	view->partial |= partial;
	grid_text(grid, label, STYLE_PLAIN);
	if (swk_result_week_start(view->result) != SWK_MONDAY)
		return;
	date_short(swk_result_int(view->result, row, column_of(view, "week_start")), begins);
	grid_number(grid, begins, STYLE_DIM);
}

static void figure_columns(const report_view *view, cli_grid *grid)
{
	char heading[64];
	for (size_t i = 0; i < view->figures->count; i++) {
		const cli_figure *figure = &view->figures->list[i];
		if (figure->dimension)
			dimension_column(view, grid, figure);
		else
			grid_column(grid, figure->heading, figure->unit, GRID_RIGHT);
		if (view->chart && figure == view->main) {
			chart_heading(view, heading, sizeof heading);
			grid_column(grid, "", heading, 0);
		}
	}
}

static void figure_cell(report_view *view, cli_grid *grid, const cli_figure *figure, size_t row)
{
	char text[FIGURE_TEXT];
	if (figure->dimension) {
		dimension_cell(view, grid, figure, row);
		return;
	}
	size_t anchor = figure_format(figure, view->result, row, view->screen->glyphs, text);
	view->bounded |= text[anchor] != '\0';
	if (text[0]) {
		grid_cell(grid, swi__slice_of(text), anchor, figure->previous ? STYLE_DIM : STYLE_PLAIN);
		return;
	}
	view->nothing = true;
	grid_number(grid, view->screen->glyphs->nothing, STYLE_DIM);
}

static int table_print(report_view *view)
{
	cli_grid grid = { 0 };
	week_columns(view, &grid);
	figure_columns(view, &grid);
	for (size_t row = 0; row < swk_result_rows(view->result); row++) {
		week_cells(view, &grid, row);
		for (size_t i = 0; i < view->figures->count; i++) {
			figure_cell(view, &grid, &view->figures->list[i], row);
			if (view->chart && &view->figures->list[i] == view->main)
				chart_cell(view, &grid, row);
		}
	}
	int code = grid_print(&grid, view->screen);
	grid_done(&grid);
	return code;
}

/* -------------------------------------------------------------------------------------------- trends */

/* The rows of one group, week by week. */
typedef struct view_trend {
	size_t row; /* the first of them, for its dimensions */
	double values[TREND_WEEKS_MAX];
	bool gaps[TREND_WEEKS_MAX];
} view_trend;

static bool groups_equal(const report_view *view, size_t one, size_t other)
{
	for (size_t i = 0; i < view->figures->count; i++) {
		char texts[2][FIGURE_TEXT];
		const cli_figure *figure = &view->figures->list[i];
		if (!figure->dimension)
			continue;
		swi__slice a = view_dimension(figure, view->result, one, texts[0]);
		swi__slice b = view_dimension(figure, view->result, other, texts[1]);
		if (a.length != b.length || memcmp(a.bytes, b.bytes, a.length) != 0)
			return false;
	}
	return true;
}

static int64_t week_of(const report_view *view, size_t row)
{
	return swk_result_int(view->result, row, column_of(view, "week_start")) / 7;
}

/* Puts a row into its group's trend. False when there are too many groups. */
static bool trend_take(const report_view *view, view_trend *trends, size_t *count, size_t row)
{
	bool share = view->main->form == FORM_SHARE;
	size_t at = 0, week = (size_t)(week_of(view, row) - week_of(view, 0));
	while (at < *count && !groups_equal(view, trends[at].row, row))
		at++;
	if (at == TRENDS_MAX)
		return false;
	if (at == *count) {
		*count += 1;
		trends[at] = (view_trend){ .row = row };
		for (size_t i = 0; i < TREND_WEEKS_MAX; i++)
			trends[at].gaps[i] = share;
	}
	trends[at].values[week] = figure_real(view->main, view->result, row);
	trends[at].gaps[week] = swk_result_null(view->result, row, view->main->column);
	return true;
}

static void trend_row(report_view *view, cli_grid *grid, const view_trend *trend, size_t weeks)
{
	for (size_t i = 0; i < view->figures->count; i++)
		if (view->figures->list[i].dimension)
			dimension_cell(view, grid, &view->figures->list[i], trend->row);
	swi__text_clear(&view->scratch);
	chart_spark(&view->scratch, view->screen->glyphs, trend->values, trend->gaps, weeks);
	grid_cell(grid, swi__text_slice(&view->scratch), 0, STYLE_BAR);
}

static int trends_print(report_view *view, const view_trend *trends, size_t count, size_t weeks)
{
	cli_grid grid = { 0 };
	char first[DATE_TEXT], last[DATE_TEXT], heading[320];
	date_short(week_of(view, 0) * 7 + swk_result_int(view->result, 0, column_of(view, "week_start")) % 7, first);
	date_short(swk_result_int(view->result, swk_result_rows(view->result) - 1, column_of(view, "week_start")),
	           last);
	for (size_t i = 0; i < view->figures->count; i++)
		if (view->figures->list[i].dimension)
			dimension_column(view, &grid, &view->figures->list[i]);
	snprintf(heading, sizeof heading, "%s, weeks of %s to %s", view->main->heading, first, last);
	grid_column(&grid, heading, "", 0);
	for (size_t i = 0; i < count; i++)
		trend_row(view, &grid, &trends[i], weeks);
	output_format("\n");
	int code = grid_print(&grid, view->screen);
	grid_done(&grid);
	return code;
}

/* How the main figure of each group went; each on a scale of its own. */
static int trends_show(report_view *view)
{
	size_t rows = swk_result_rows(view->result), count = 0;
	if (view->total || !view->query->by_count || !view->main || rows < 2)
		return EXIT_DONE;
	size_t weeks = (size_t)(week_of(view, rows - 1) - week_of(view, 0)) + 1;
	if (weeks < 2 || weeks > TREND_WEEKS_MAX)
		return EXIT_DONE;
	view_trend *trends = swi__alloc(TRENDS_MAX, sizeof *trends);
	if (!trends)
		return fail("memory could not be allocated");
	bool fits = true;
	for (size_t row = 0; row < rows && fits; row++)
		fits = trend_take(view, trends, &count, row);
	int code = fits ? trends_print(view, trends, count, weeks) : EXIT_DONE;
	swi__free(trends);
	return code;
}

/* --------------------------------------------------------------------------------------------- notes */

static void notes_print(const report_view *view)
{
	char text[160];
	if (view->partial || view->nothing || view->bounded)
		output_format("\n");
	if (view->partial)
		line(view->screen, STYLE_DIM,
		     "* the week is not over; a figure of the week before counts up to the same hour");
	if (view->bounded) {
		snprintf(text, sizeof text, "[a%sb] the 95 %% interval of the value before it",
		         view->screen->glyphs->dash);
		line(view->screen, STYLE_DIM, text);
	}
	if (view->nothing) {
		snprintf(text, sizeof text, "%s not known: nothing to divide by, no quota, or not watched long enough",
		         view->screen->glyphs->nothing);
		line(view->screen, STYLE_DIM, text);
	}
}

static int view_rows(report_view *view)
{
	if (swk_result_rows(view->result) == 0) {
		line(view->screen, STYLE_PLAIN,
		     "no rows: no fact of this report lies in the window and passes the "
		     "filters (salesweek info STORE tells what there is)");
		return EXIT_OK;
	}
	if (heat_fits(view->query))
		return heat_print(view->screen, view->query, view->result, view->figures);
	main_measure(view);
	int code = table_print(view);
	if (code == EXIT_DONE)
		code = trends_show(view);
	if (code == EXIT_DONE)
		notes_print(view);
	return code == EXIT_DONE ? EXIT_OK : code;
}

int view_report(const cli_screen *screen, swk_store *store, const swk_query *query, const swk_result *result)
{
	cli_figures *figures = swi__alloc(1, sizeof *figures);
	if (!figures)
		return fail("memory could not be allocated");
	report_view view = { .screen = screen, .store = store, .query = query, .result = result, .figures = figures };
	view.total = (query->flags & SWK_QUERY_TOTAL) != 0;
	int code = figures_read(query->report, result, figures);
	if (code == EXIT_DONE) {
		view.main = view_main(query->report, figures);
		if (figures_find(figures, "rep"))
			reps_read(store, &view.reps);
		heading_print(&view);
		code = view_rows(&view);
	}
	swi__text_done(&view.scratch);
	reps_done(&view.reps);
	swi__free(figures);
	return code;
}

int view_info(const cli_screen *screen, const swk_result *info)
{
	cli_grid grid = { 0 };
	grid_column(&grid, "name", "", GRID_KEY);
	grid_column(&grid, "value", "", 0);
	for (size_t row = 0; row < swk_result_rows(info); row++) {
		const char *name = swk_result_text(info, row, 0, NULL), *value = swk_result_text(info, row, 1, NULL);
		if (strncmp(name, "cache_", strlen("cache_")) == 0)
			continue;
		grid_text(&grid, name, STYLE_PLAIN);
		grid_text(&grid, value ? value : "", STYLE_PLAIN);
	}
	int code = grid_print(&grid, screen);
	grid_done(&grid);
	return code == EXIT_DONE ? EXIT_OK : code;
}
