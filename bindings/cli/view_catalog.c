/* SPDX-License-Identifier: MIT */
#include "output.h"
#include "view.h"

#include <stdio.h>

/* The columns of a row of the catalog; empty texts for null. */
typedef struct catalog_line {
	const char *report, *name, *kind, *unit, *numerator, *denominator, *definition;
} catalog_line;

static catalog_line line_read(const swk_result *catalog, size_t row)
{
	static const char *const names[] = {
		"report", "name", "kind", "unit", "numerator", "denominator", "definition"
	};
	const char *cells[SWI__COUNT(names)];
	for (size_t i = 0; i < SWI__COUNT(names); i++) {
		const char *text = swk_result_text(catalog, row, (size_t)swk_result_find(catalog, names[i]), NULL);
		cells[i] = text ? text : "";
	}
	return (catalog_line){ cells[0], cells[1], cells[2], cells[3], cells[4], cells[5], cells[6] };
}

static bool is(const char *kind, const char *other)
{
	return strcmp(kind, other) == 0;
}

static void row_add(cli_grid *grid, const char *name, const char *unit, const char *definition)
{
	char indented[300];
	snprintf(indented, sizeof indented, "  %s", name);
	grid_text(grid, indented, STYLE_PLAIN);
	grid_text(grid, unit, STYLE_DIM);
	grid_text(grid, definition, STYLE_PLAIN);
}

/* What a rate counts stands before its definition; bounds, which have rows of their own, behind it. */
static void column_add(cli_grid *grid, const catalog_line *line, bool bounded)
{
	char text[512];
	bool quotient = line->numerator[0] && line->denominator[0];
	snprintf(text, sizeof text, "%s%s%s%s%s%s", line->numerator, quotient ? " / " : "", line->denominator,
	         quotient ? ": " : "", line->definition, bounded ? " (_lo, _hi: its 95 % bounds)" : "");
	row_add(grid, line->name, line->unit, text);
}

/* One line for all dimensions of the report whose own row this is. */
static void dimensions_add(cli_grid *grid, const swk_result *catalog, size_t row)
{
	char text[512] = "";
	size_t length = 0;
	const char *report = line_read(catalog, row).report;
	for (; row < swk_result_rows(catalog); row++) {
		catalog_line line = line_read(catalog, row);
		if (is(line.kind, "dimension") && is(line.report, report) && length < sizeof text)
			length += (size_t)snprintf(text + length, sizeof text - length, "%s%s", length ? ", " : "",
			                           line.name);
	}
	row_add(grid, "--by, --where", "", text);
}

static void report_line(cli_grid *grid, const swk_result *catalog, size_t row)
{
	char text[256];
	catalog_line line = line_read(catalog, row);
	if (is(line.kind, "report")) {
		snprintf(text, sizeof text, "%s: %s", line.report, line.definition);
		if (row)
			grid_span(grid, (swi__slice){ "", 0 }, STYLE_PLAIN);
		grid_span(grid, swi__slice_of(text), STYLE_BOLD);
		dimensions_add(grid, catalog, row);
	} else if (is(line.kind, "option")) {
		snprintf(text, sizeof text, "--set %s=", line.name);
		char definition[512];
		snprintf(definition, sizeof definition, "%s: %s", line.unit, line.definition);
		row_add(grid, text, "", definition);
	} else if (!is(line.kind, "dimension") && !is(line.kind, "week") && !is(line.kind, "bound")) {
		bool last = row + 1 == swk_result_rows(catalog);
		column_add(grid, &line, !last && is(line_read(catalog, row + 1).kind, "bound"));
	}
}

/* What is the same in all reports, once: rows of a kind, the first of each name. */
static void common_add(cli_grid *grid, const swk_result *catalog, const char *kind, const char *heading)
{
	grid_span(grid, (swi__slice){ "", 0 }, STYLE_PLAIN);
	grid_span(grid, swi__slice_of(heading), STYLE_BOLD);
	for (size_t row = 0; row < swk_result_rows(catalog); row++) {
		catalog_line line = line_read(catalog, row);
		bool seen = !is(line.kind, kind);
		for (size_t before = 0; before < row && !seen; before++)
			seen = is(line_read(catalog, before).name, line.name) &&
			       is(line_read(catalog, before).kind, kind);
		if (!seen)
			row_add(grid, line.name, line.unit, line.definition);
	}
}

int view_catalog(const cli_screen *screen, const swk_result *catalog)
{
	cli_grid grid = { 0 };
	grid_column(&grid, "", "", GRID_KEY);
	grid_column(&grid, "", "", GRID_KEY);
	grid_column(&grid, "", "", 0);
	for (size_t row = 0; row < swk_result_rows(catalog); row++)
		report_line(&grid, catalog, row);
	common_add(&grid, catalog, "dimension", "What reports are asked by");
	common_add(&grid, catalog, "week", "What every report begins with");
	int code = grid_print(&grid, screen);
	grid_done(&grid);
	return code == EXIT_DONE ? EXIT_OK : code;
}
