/* SPDX-License-Identifier: MIT
 *
 * view: a result as people read it in a terminal. The exact values are in CSV and JSON; what is rounded here, and how,
 * is told in figures.h.
 */
#ifndef CLI_VIEW_H
#define CLI_VIEW_H

#include "figures.h"
#include "grid.h"

/* A report: what it is about, the table with its charts, trends of groups over weeks, and what its marks mean. By
 * weekday and hour over a window: the grid of hours (heat.h). EXIT_OK, or the exit code after a line. */
int view_report(const cli_screen *screen, swk_store *store, const swk_query *query, const swk_result *result);

/* The catalog: a paragraph a report, with what is the same in all of them once, at the end. */
int view_catalog(const cli_screen *screen, const swk_result *catalog);

/* What a store holds: names and values, but for the counters of a cache that every run begins anew. */
int view_info(const cli_screen *screen, const swk_result *info);

/* The figure that a report is looked at for first; NULL when it has none. */
const cli_figure *view_main(const char *report, const cli_figures *figures);

/* A row's value of a dimension in words: "(none)" for the empty text, weekdays by name. Into `text` where need be. */
swi__slice view_dimension(const cli_figure *figure, const swk_result *result, size_t row, char text[FIGURE_TEXT]);

#endif
