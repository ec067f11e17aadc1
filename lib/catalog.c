/* SPDX-License-Identifier: MIT */
#include "catalog.h"

#include <stdio.h>

enum {
	REPORT,
	NAME,
	KIND,
	UNIT,
	NUMERATOR,
	DENOMINATOR,
	DEFINITION,
	WIDTH
};

static const char *const headings[WIDTH] = {
	"report", "name", "kind", "unit", "numerator", "denominator", "definition"
};

/* Adds a row; NULL texts are null. */
static int row_add(swk_result *result, const char *const texts[WIDTH], swk_error *error)
{
	swk__cell cells[WIDTH];
	for (int i = 0; i < WIDTH; i++)
		cells[i] = (swk__cell){ .null = !texts[i], .text = swk__slice_of(texts[i]) };
	return swk__result_row(result, cells, error);
}

static const char *figure_kind(swk__figure figure)
{
	static const char *const kinds[] = {
		[SWK__FIGURE_COUNT] = "count",
		[SWK__FIGURE_LESS] = "count",
		[SWK__FIGURE_SUM] = "sum",
		[SWK__FIGURE_RATE] = "rate",
		[SWK__FIGURE_SHARE] = "rate",
		[SWK__FIGURE_RATIO] = "rate",
		[SWK__FIGURE_MEAN] = "mean",
		[SWK__FIGURE_CURVE_MEAN] = "mean",
		[SWK__FIGURE_PERCENTILE] = "percentile",
		[SWK__FIGURE_WITHIN] = "curve",
		[SWK__FIGURE_NONE] = "curve",
		[SWK__FIGURE_CURRENCY] = "currency",
		[SWK__FIGURE_AMOUNT] = "amount",
		[SWK__FIGURE_MEAN_AMOUNT] = "mean",
		[SWK__FIGURE_WEEKLY_INT] = "rank",
		[SWK__FIGURE_WEEKLY_REAL] = "figure",
		[SWK__FIGURE_WEEKLY_AMOUNT] = "amount",
		[SWK__FIGURE_WEEKLY_BOOL] = "flag",
	};
	return kinds[figure];
}

/* What the bounds that follow a column are; NULL where none do. */
static const char *figure_band(swk__figure figure)
{
	switch (figure) {
	case SWK__FIGURE_RATE:
		return "end of the 95 % score interval (Wilson)";
	case SWK__FIGURE_WITHIN:
		return "end of the 95 % band (Greenwood, log(-log))";
	case SWK__FIGURE_PERCENTILE:
		return "end of the 95 % band (Brookmeyer and Crowley)";
	case SWK__FIGURE_RATIO:
	case SWK__FIGURE_NONE:
		return "null: there is no interval for this";
	default:
		return NULL;
	}
}

static int bound_add(swk_result *result, const swk__report *report, const swk__column *column, const char *end,
                     swk_error *error)
{
	char name[64], definition[96];
	snprintf(name, sizeof name, "%s_%s", column->name, end);
	snprintf(definition, sizeof definition, "%s %s", end[0] == 'l' ? "lower" : "upper",
	         figure_band(column->figure));
	return row_add(result,
	               (const char *const[WIDTH]){ report->name, name, "bound", column->unit, column->numerator,
	                                           column->denominator, definition },
	               error);
}

static int column_add(swk_result *result, const swk__report *report, const swk__column *column, swk_error *error)
{
	int code = row_add(result,
	                   (const char *const[WIDTH]){ report->name, column->name, figure_kind(column->figure),
	                                               column->unit, column->numerator, column->denominator,
	                                               column->definition },
	                   error);
	if (code == SWK_OK && figure_band(column->figure))
		code = bound_add(result, report, column, "lo", error);
	if (code == SWK_OK && figure_band(column->figure))
		code = bound_add(result, report, column, "hi", error);
	return code;
}

static int option_add(swk_result *result, const swk__report *report, const swk__report_option *option, swk_error *error)
{
	char values[128] = "";
	size_t length = 0;
	for (const swk__choice *choice = option->choices; choice->value; choice++)
		length += (size_t)snprintf(values + length, sizeof values - length, "%s%s", length ? "|" : "",
		                           choice->value);
	return row_add(result,
	               (const char *const[WIDTH]){ report->name, option->name, "option", values, NULL, NULL,
	                                           option->definition },
	               error);
}

/* What every report has: its own row, and the columns it begins with. */
static int head_add(swk_result *result, const swk__report *report, swk_error *error)
{
	const char *const rows[][WIDTH] = {
		{ report->name, NULL, "report", NULL, NULL, NULL, report->definition },
		{ report->name, "week", "week", NULL, NULL, NULL,
		  "label of the week: ISO 8601 for weeks from Monday, else its first day; \"total\" for a window" },
		{ report->name, "week_start", "week", "date", NULL, NULL, "first day of the week" },
		{ report->name, "partial", "week", NULL, NULL, NULL, "the week ends after now" },
	};
	int code = SWK_OK;
	for (size_t i = 0; i < SWK__COUNT(rows) && code == SWK_OK; i++)
		code = row_add(result, rows[i], error);
	return code;
}

static size_t columns_count(const swk__column *columns)
{
	size_t count = 0;
	while (columns[count].name)
		count++;
	return count;
}

/* The columns of the form that has most: those of every other are among them. */
static const swk__column *columns_most(const swk__report *report)
{
	const swk__column *most = report->forms->columns;
	for (const swk__report_option *option = report->options; option->name; option++)
		for (size_t f = 0; option->kind == SWK__OPTION_FORM && option->choices[f].value; f++)
			if (columns_count(report->forms[f].columns) > columns_count(most))
				most = report->forms[f].columns;
	return most;
}

static int columns_add(swk_result *result, const swk__report *report, swk_error *error)
{
	const swk__column *lists[] = { columns_most(report), report->forms->columns_by };
	int code = SWK_OK;
	for (size_t l = 0; l < SWK__COUNT(lists); l++)
		for (const swk__column *column = lists[l]; column && column->name && code == SWK_OK; column++)
			code = column_add(result, report, column, error);
	return code;
}

static int report_add(swk_result *result, const swk__report *report, swk_error *error)
{
	int code = head_add(result, report, error);
	for (int d = 0; d < SWK__DIMENSION_COUNT && code == SWK_OK; d++) {
		if (report->dimensions & (1u << d))
			code = row_add(result,
			               (const char *const[WIDTH]){ report->name, swk__dimensions[d].name, "dimension",
			                                           NULL, NULL, NULL, swk__dimensions[d].definition },
			               error);
	}
	for (const swk__report_option *option = report->options; option->name && code == SWK_OK; option++)
		code = option_add(result, report, option, error);
	if (code == SWK_OK)
		code = columns_add(result, report, error);
	return code;
}

int swk__catalog_make(swk__mem *mem, void (*keep)(void *), void (*drop)(void *), void *owner, swk_result **result,
                      swk_error *error)
{
	swk_result *made = NULL;
	int code = swk__result_create(mem, keep, drop, owner, &made, error);
	if (code != SWK_OK)
		return code;
	for (int i = 0; i < WIDTH && code == SWK_OK; i++)
		code = swk__result_column(made, headings[i], SWK_TYPE_TEXT, error);
	for (size_t i = 0; swk__reports[i] && code == SWK_OK; i++)
		code = report_add(made, swk__reports[i], error);
	if (code == SWK_OK)
		*result = made;
	else
		swk_result_free(made);
	return code;
}
