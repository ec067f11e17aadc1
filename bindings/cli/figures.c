/* SPDX-License-Identifier: MIT */
#include "figures.h"

#include "output.h"
#include "support.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#define PREVIOUS "_previous"

/* --------------------------------------------------------------------------------------- catalog */

/* A row of the catalog about one column. */
typedef struct catalog_row {
	const char *kind, *unit;
} catalog_row;

static const char *catalog_text(const swk_result *catalog, size_t row, const char *column)
{
	const char *text = swk_result_text(catalog, row, (size_t)swk_result_find(catalog, column), NULL);
	return text ? text : "";
}

/* The row of a column of a report whose name has `length` bytes; length 0: of the report itself. */
static bool catalog_find(const swk_result *catalog, const char *report, const char *name, size_t length, size_t *row)
{
	for (*row = 0; *row < swk_result_rows(catalog); ++*row) {
		const char *found = catalog_text(catalog, *row, "name");
		if (strcmp(catalog_text(catalog, *row, "report"), report) == 0 && strlen(found) == length &&
		    memcmp(found, name, length) == 0 && strcmp(catalog_text(catalog, *row, "kind"), "option") != 0)
			return true;
	}
	return false;
}

static catalog_row catalog_entry(const swk_result *catalog, const char *report, const char *name, size_t length)
{
	size_t row;
	if (!catalog_find(catalog, report, name, length, &row))
		return (catalog_row){ "", "" };
	return (catalog_row){ catalog_text(catalog, row, "kind"), catalog_text(catalog, row, "unit") };
}

/* ----------------------------------------------------------------------------------------- reading */

static bool ends(const char *name, const char *end, size_t *length)
{
	size_t whole = strlen(name), tail = strlen(end);
	*length = whole;
	if (whole <= tail || strcmp(name + whole - tail, end) != 0)
		return false;
	*length = whole - tail;
	return true;
}

/* The column NAME_lo or NAME_hi, or -1. */
static int64_t bound_find(const swk_result *result, const char *name, const char *end)
{
	char bound[80];
	snprintf(bound, sizeof bound, "%s%s", name, end);
	return swk_result_find(result, bound);
}

/* True for bounds, which stand with what they bound. */
static bool is_bound(const swk_result *result, const char *name)
{
	char whole[80];
	size_t length;
	if (!ends(name, "_lo", &length) && !ends(name, "_hi", &length))
		return false;
	snprintf(whole, sizeof whole, "%.*s", (int)length, name);
	return swk_result_find(result, whole) >= 0;
}

static figure_form form_of(int type, const catalog_row *entry)
{
	static const struct {
		const char *kind, *unit;
		figure_form form;
	} forms[] = {
		{ "sum", "s", FORM_SECONDS },       { "sum", "h", FORM_TENTHS },   { NULL, "s", FORM_SECONDS },
		{ NULL, "h", FORM_WAIT },           { NULL, "days", FORM_TENTHS }, { NULL, "points", FORM_TENTHS },
		{ "mean", "currency", FORM_MONEY }, { NULL, "share", FORM_SHARE }, { "figure", "deals", FORM_TENTHS },
	};
	if (type == SWK_TYPE_INT)
		return FORM_COUNT;
	if (type == SWK_TYPE_AMOUNT)
		return FORM_AMOUNT;
	if (type == SWK_TYPE_BOOL)
		return FORM_FLAG;
	if (type != SWK_TYPE_REAL)
		return FORM_TEXT;
	for (size_t i = 0; i < SWI__COUNT(forms); i++)
		if (strcmp(forms[i].unit, entry->unit) == 0 &&
		    (!forms[i].kind || strcmp(forms[i].kind, entry->kind) == 0))
			return forms[i].form;
	return FORM_REAL;
}

/* Underscores become spaces; the unit that some names end with stands below the heading. */
static void heading_write(cli_figure *figure, size_t length)
{
	static const char *const units[] = { "_s", "_h", "_days" };
	bool shown = figure->form == FORM_SECONDS || figure->form == FORM_WAIT || figure->form == FORM_TENTHS;
	snprintf(figure->heading, sizeof figure->heading, "%.*s", (int)length, figure->name);
	for (size_t i = 0; shown && i < SWI__COUNT(units); i++)
		if (ends(figure->heading, units[i], &length))
			figure->heading[length] = '\0';
	for (char *at = figure->heading; *at; at++)
		if (*at == '_')
			*at = ' ';
}

static void unit_write(cli_figure *figure, const catalog_row *entry, const char *currency)
{
	static const char *const units[] = { [FORM_SHARE] = "", [FORM_SECONDS] = "h:mm:ss", [FORM_WAIT] = "" };
	const char *unit = entry->unit;
	if (figure->form < (figure_form)SWI__COUNT(units) && units[figure->form])
		unit = units[figure->form];
	if (strcmp(unit, "currency") == 0)
		unit = currency ? currency : "";
	if (figure->dimension)
		unit = "";
	snprintf(figure->unit, sizeof figure->unit, "%s%s%s", figure->previous ? "before" : unit,
	         *unit && figure->low >= 0 ? " " : "", figure->low >= 0 ? "[95 %]" : "");
}

static bool amounts_whole(const swk_result *result, size_t column)
{
	for (size_t row = 0; row < swk_result_rows(result); row++) {
		int64_t minor = 0, power = 1;
		unsigned digits = 0;
		if (!swk_result_amount(result, row, column, &minor, &digits))
			continue;
		for (unsigned i = 0; i < digits; i++)
			power *= 10;
		if (minor % power)
			return false;
	}
	return true;
}

static const char *currency_of(const swk_result *result)
{
	int64_t column = swk_result_find(result, "currency");
	for (size_t row = 0; column >= 0 && row < swk_result_rows(result); row++) {
		const char *currency = swk_result_text(result, row, (size_t)column, NULL);
		if (currency)
			return currency;
	}
	return NULL;
}

static void figure_add(cli_figures *figures, const swk_result *catalog, const char *report, const swk_result *result,
                       size_t column)
{
	const char *name = swk_result_name(result, column);
	size_t length;
	bool previous = ends(name, PREVIOUS, &length);
	catalog_row entry = catalog_entry(catalog, report, name, length);
	if (strcmp(entry.kind, "week") == 0 || strcmp(entry.kind, "currency") == 0 || is_bound(result, name) ||
	    figures->count == FIGURES_MAX)
		return;
	cli_figure *figure = &figures->list[figures->count++];
	*figure = (cli_figure){ .name = name, .column = column, .previous = previous };
	figure->dimension = strcmp(entry.kind, "dimension") == 0;
	figure->form = figure->dimension ? FORM_TEXT : form_of(swk_result_type(result, column), &entry);
	figure->low = bound_find(result, name, "_lo");
	figure->high = bound_find(result, name, "_hi");
	if (figure->form == FORM_AMOUNT)
		figure->decimals = !amounts_whole(result, column);
	heading_write(figure, length);
	unit_write(figure, &entry, currency_of(result));
}

int figures_read(const char *report, const swk_result *result, cli_figures *figures)
{
	swk_error error = SWK_ERROR_INIT;
	swk_result *catalog = NULL;
	size_t row;
	int failed = swk_catalog(&catalog, &error);
	if (failed)
		return fail_error(NULL, failed, &error);
	figures->count = 0;
	figures->definition[0] = '\0';
	if (catalog_find(catalog, report, "", 0, &row))
		snprintf(figures->definition, sizeof figures->definition, "%s",
		         catalog_text(catalog, row, "definition"));
	for (size_t i = 0; i < swk_result_columns(result); i++)
		figure_add(figures, catalog, report, result, i);
	swk_result_free(catalog);
	return EXIT_DONE;
}

void figures_round(cli_figures *figures)
{
	for (size_t i = 0; i < figures->count; i++)
		figures->list[i].decimals = false;
}

const cli_figure *figures_find(const cli_figures *figures, const char *name)
{
	for (size_t i = 0; i < figures->count; i++)
		if (strcmp(figures->list[i].name, name) == 0)
			return &figures->list[i];
	return NULL;
}

/* ---------------------------------------------------------------------------------------- formatting */

void number_group(const char *digits, char *text, size_t size)
{
	size_t sign = *digits == '-', whole = strcspn(digits + sign, "."), at = 0;
	for (size_t i = 0; digits[i] && at + 2 < size; i++) {
		if (i > sign && i < sign + whole && (sign + whole - i) % 3 == 0)
			text[at++] = ',';
		text[at++] = digits[i];
	}
	text[at] = '\0';
}

static void real_write(double real, int decimals, char *text, size_t size)
{
	char digits[400];
	snprintf(digits, sizeof digits, "%.*f", decimals, real);
	number_group(digits, text, size);
}

/* Three digits that count; what is too small for them says so. */
static void significant_write(double real, char *text, size_t size)
{
	double magnitude = fabs(real);
	if (real > 0 && real < 0.001)
		snprintf(text, size, "<0.001");
	else if (magnitude >= 1e9)
		snprintf(text, size, "%.2e", real);
	else
		real_write(real, magnitude >= 100 ? 0 : magnitude >= 10 ? 1 : magnitude >= 1 ? 2 : 3, text, size);
}

static void seconds_write(double seconds, char *text, size_t size)
{
	char digits[32], hours[48];
	if (fabs(seconds) >= 1e15) {
		snprintf(text, size, "%.2e s", seconds);
		return;
	}
	int64_t whole = llround(seconds);
	snprintf(digits, sizeof digits, "%" PRId64, whole / 3600);
	number_group(digits, hours, sizeof hours);
	snprintf(text, size, "%s:%02d:%02d", hours, (int)(whole / 60 % 60), (int)(whole % 60));
}

/* In the unit that leaves a number between one and a hundred or so. */
static void wait_write(double hours, char *text, size_t size)
{
	char number[64];
	bool minutes = hours < 0.995, days = hours >= 47.95;
	double value = minutes ? hours * 60 : days ? hours / 24 : hours;
	real_write(value, minutes && value >= 9.95 ? 0 : value >= 99.95 ? 0 : 1, number, sizeof number);
	snprintf(text, size, "%s %s", number, minutes ? "min" : days ? "d" : "h");
}

static void amount_write(const cli_figure *figure, const swk_result *result, size_t row, char *text, size_t size)
{
	char digits[64];
	int64_t minor = 0;
	unsigned decimals = 0;
	uint64_t power = 1;
	if (!swk_result_amount(result, row, figure->column, &minor, &decimals)) {
		snprintf(text, size, "beyond 9.2e18");
		return;
	}
	for (unsigned i = 0; i < decimals; i++)
		power *= 10;
	uint64_t rest = minor < 0 ? -(uint64_t)minor : (uint64_t)minor;
	uint64_t whole = rest / power, part = rest % power;
	if (!figure->decimals)
		whole += part * 2 > power || (part * 2 == power && whole % 2);
	int length = snprintf(digits, sizeof digits, "%s%" PRIu64, minor < 0 && (whole || figure->decimals) ? "-" : "",
	                      whole);
	if (figure->decimals && decimals)
		snprintf(digits + length, sizeof digits - (size_t)length, ".%0*" PRIu64, (int)decimals, part);
	number_group(digits, text, size);
}

/* A real of this form without its unit, as it stands in bounds too. */
static void form_write(figure_form form, double real, char *text, size_t size)
{
	switch (form) {
	case FORM_SHARE:
		real_write(real * 100, 1, text, size);
		break;
	case FORM_SECONDS:
		seconds_write(real, text, size);
		break;
	case FORM_WAIT:
		wait_write(real, text, size);
		break;
	case FORM_MONEY:
		real_write(real, 2, text, size);
		break;
	case FORM_TENTHS:
		real_write(real, 1, text, size);
		break;
	default:
		significant_write(real, text, size);
	}
}

void figure_value(const cli_figure *figure, const swk_result *result, size_t row, char text[FIGURE_TEXT])
{
	char digits[32];
	text[0] = '\0';
	if (swk_result_null(result, row, figure->column))
		return;
	int type = swk_result_type(result, figure->column);
	int64_t integer = swk_result_int(result, row, figure->column);
	if (type == SWK_TYPE_TEXT)
		return;
	if (type == SWK_TYPE_AMOUNT) {
		amount_write(figure, result, row, text, FIGURE_TEXT);
	} else if (type == SWK_TYPE_BOOL) {
		snprintf(text, FIGURE_TEXT, "%s", integer ? "yes" : "no");
	} else if (type != SWK_TYPE_REAL) {
		snprintf(digits, sizeof digits, "%" PRId64, integer);
		number_group(digits, text, FIGURE_TEXT);
	} else {
		form_write(figure->form, swk_result_real(result, row, figure->column), text, FIGURE_TEXT);
		if (figure->form == FORM_SHARE)
			memcpy(text + strlen(text), " %", 3);
	}
}

static void bound_write(const cli_figure *figure, const swk_result *result, size_t row, int64_t column, char *text,
                        size_t size)
{
	if (swk_result_null(result, row, (size_t)column))
		snprintf(text, size, "?");
	else
		form_write(figure->form, swk_result_real(result, row, (size_t)column), text, size);
}

size_t figure_format(const cli_figure *figure, const swk_result *result, size_t row, const screen_glyphs *glyphs,
                     char text[FIGURE_TEXT])
{
	char low[48] = "", high[48] = "";
	figure_value(figure, result, row, text);
	size_t length = strlen(text);
	if (figure->low < 0 || figure->high < 0)
		return length;
	bool bounded = !swk_result_null(result, row, (size_t)figure->low) ||
	               !swk_result_null(result, row, (size_t)figure->high);
	if (!bounded)
		return length;
	bound_write(figure, result, row, figure->low, low, sizeof low);
	bound_write(figure, result, row, figure->high, high, sizeof high);
	/* A percentile that the curve has not reached may have a lower bound all the same. */
	if (!length)
		length = (size_t)snprintf(text, FIGURE_TEXT, "%s", glyphs->nothing);
	snprintf(text + length, FIGURE_TEXT - length, " [%s%s%s]", low, glyphs->dash, high);
	return length;
}

double figure_real(const cli_figure *figure, const swk_result *result, size_t row)
{
	int64_t minor = 0;
	if (swk_result_amount(result, row, figure->column, &minor, NULL))
		return (double)minor;
	return swk_result_real(result, row, figure->column);
}
