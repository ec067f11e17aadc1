/* SPDX-License-Identifier: MIT */
#include "weekly.h"

#include "charts.h"
#include "dates.h"
#include "figures.h"
#include "grid.h"
#include "output.h"
#include "reps.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define WEEKS 12
#define LINES 4
#define HEADLINE 400

/* An interval wider than this, in parts of one, says too little to compare. */
#define SHARE_TOLD 0.4

/* Headlines name figures in braces: {x} its value, {+x} how much more or less than the week before, {?x} whether that
 * is more than chance. What stands between bars is left out where its first figure is not known or counts nothing. */
typedef struct weekly_section {
	const char *report, *title;
	const char *nothing; /* what there is none of in weeks without any */
	const char *headline;
	struct {
		const char *figure, *label;
		bool young; /* grows as the records age, so that the week before is ahead by a week */
	} lines[LINES];
} weekly_section;

/* clang-format off */
static const weekly_section sections[] = {
	{ "calls", "1 Calls", "no outbound call",
	  "{made} calls made{+made}|; {answer_rate} answered{?answer_rate}|",
	  { { "made", "calls made", false },
	    { "answer_rate", "answered", false },
	    { "positive_rate", "positive", false },
	    { "mean_talk_s", "mean talk", false } } },
	{ "responses", "2 Responses", "nothing",
	  "{contacted} leads contacted for the first time|; median wait for a reply: {median_h}{?median_h}|",
	  { { "contacted", "leads contacted", false },
	    { "within_24h", "reply within 24 h", false },
	    { "median_h", "median wait", false } } },
	{ "first_touch", "2 First touch", "nothing",
	  "{leads} new leads{+leads}|; median time to our first touch: {median_h}{?median_h}|",
	  { { "leads", "new leads", false },
	    { "within_1h", "touched within 1 h", false },
	    { "median_h", "median time", false } } },
	{ "deals", "3 Deals", "nothing",
	  "{won} won for {amount} {currency}{+amount}",
	  { { "won", "deals won", false },
	    { "amount", "worth", false },
	    { "attainment_amount", "of quota, in money", false },
	    { "attainment_won", "of quota, in deals", false } } },
	{ "conversion", "5 Conversion", "nothing",
	  "{leads} new leads|: {opportunities} with an opportunity so far||, {converted} customers|",
	  { { "opportunity_rate", "opportunity so far", true },
	    { "conversion_rate", "customers so far", true },
	    { "converted_90d", "customers in 90 d", false } } },
	{ "meetings", "6 Meetings", "nothing",
	  "{scheduled} scheduled{+scheduled}|; {held} held||, {no_show} did not come|"
	  "|, how {unknown} of them went is not known|",
	  { { "scheduled", "scheduled", false },
	    { "held", "meetings held", false },
	    { "no_show_rate", "no-shows", false },
	    { "success_rate", "sale or demo", false } } },
	{ "win_rate", "7 Win rate", "nothing",
	  "{won} won, {lost} lost|: {win_rate}{?win_rate}|",
	  { { "win_rate", "won of decided", false },
	    { "value_win_rate", "won of money", false },
	    { "opened", "deals opened", false } } },
};
/* clang-format on */

/* An answer, and what its columns are. The row of the week is the last, that of the week before the last but one. */
typedef struct weekly_answer {
	swk_result *result;
	cli_figures figures;
	size_t row;
} weekly_answer;

/* ------------------------------------------------------------------------------------------- asking */

static int ask(const weekly_screen *weekly, const swk_query *query, weekly_answer *answer, swk_error *error)
{
	int code = swk_store_report(weekly->store, query, &answer->result, error);
	if (code)
		return code;
	answer->row = swk_result_rows(answer->result);
	answer->row -= answer->row > 0;
	if (figures_read(query->report, answer->result, &answer->figures) != EXIT_DONE)
		return SWK_ERR_MEMORY;
	figures_round(&answer->figures);
	return SWK_OK;
}

static void answer_done(weekly_answer *answer)
{
	swk_result_free(answer->result);
	answer->result = NULL;
}

/* Rows for every week from one day's to another's; NULL, and the exit code in *code, after a line. */
static swk_result *weeks_ask(const weekly_screen *weekly, const char *from, const char *to, int *code)
{
	swk_error error = SWK_ERROR_INIT;
	swk_result *result = NULL;
	swk_query query = weekly->query;
	query.report = "calls";
	query.from = from;
	query.to = to;
	query.flags = SWK_QUERY_FILL;
	int failed = swk_store_report(weekly->store, &query, &result, &error);
	/* Both ends of the window are the week that was asked for. */
	if (strcmp(error.field, "from") == 0 || strcmp(error.field, "to") == 0)
		snprintf(error.field, sizeof error.field, "week");
	*code = failed ? fail_error(NULL, failed, &error) : EXIT_DONE;
	return failed ? NULL : result;
}

static void week_read(const swk_result *result, size_t row, weekly_week *week)
{
	const char *label = swk_result_text(result, row, (size_t)swk_result_find(result, "week"), NULL);
	snprintf(week->label, sizeof week->label, "%s", label ? label : "");
	snprintf(week->zone, sizeof week->zone, "%s", swk_result_zone(result));
	week->begins = swk_result_int(result, row, (size_t)swk_result_find(result, "week_start"));
	week->partial = swk_result_int(result, row, (size_t)swk_result_find(result, "partial")) != 0;
}

int weekly_find(weekly_screen *weekly, const char *text, weekly_week *week)
{
	char before[DATE_TEXT], after[DATE_TEXT];
	int code;
	/* The local day of `now` is a day around that of UTC, and a week before it is over. */
	date_iso(weekly->query.now / DAY_US - 8, before);
	date_iso(weekly->query.now / DAY_US + 1, after);
	swk_result *result = weeks_ask(weekly, text ? text : before, text ? text : after, &code);
	for (size_t row = 0; row < swk_result_rows(result); row++) {
		weekly_week found;
		week_read(result, row, &found);
		if (text || !found.partial)
			*week = found;
	}
	swk_result_free(result);
	return code;
}

/* ---------------------------------------------------------------------------------------- comparing */

typedef struct weekly_change {
	bool known;   /* there is a value of the week before */
	double value; /* it */
	bool bounded; /* and whether the difference is more than chance can be told */
	int sign;     /* -1, 0 (may be chance), 1 */
	bool too_few; /* the interval of this week's share is so wide that it says nearly nothing */
	char text[FIGURE_TEXT];
} weekly_change;

static const cli_figure *figure_before(const weekly_answer *answer, const cli_figure *figure)
{
	char name[80];
	snprintf(name, sizeof name, "%s_previous", figure->name);
	return figures_find(&answer->figures, name);
}

static bool bounds_read(const weekly_answer *answer, const cli_figure *figure, size_t row, double bounds[2])
{
	if (figure->low < 0 || swk_result_null(answer->result, row, (size_t)figure->low) ||
	    swk_result_null(answer->result, row, (size_t)figure->high) ||
	    swk_result_null(answer->result, row, figure->column))
		return false;
	bounds[0] = swk_result_real(answer->result, row, (size_t)figure->low);
	bounds[1] = swk_result_real(answer->result, row, (size_t)figure->high);
	return true;
}

static int difference_sign(double now, const double here[2], double before, const double there[2])
{
	double low = now - before - hypot(now - here[0], there[1] - before);
	double high = now - before + hypot(here[1] - now, before - there[0]);
	return low > 0 ? 1 : high < 0 ? -1 : 0;
}

/* The week before as `previous` has it; what has no such column (curves) is read from that week's row, if the week is
 * over. Bounds are those of that row, where it says the same. */
static weekly_change compare(const weekly_screen *weekly, const weekly_answer *answer, const cli_figure *figure)
{
	weekly_change made = { .sign = 0 };
	double here[2] = { 0, 0 }, there[2] = { 0, 0 };
	const cli_figure *column = figure_before(answer, figure);
	size_t row = answer->row;
	bool bounded = bounds_read(answer, figure, row, here);
	made.too_few = bounded && figure->form == FORM_SHARE && here[1] - here[0] > SHARE_TOLD;
	if (!column && !weekly->week.partial && row > 0) {
		column = figure;
		row--;
	}
	if (!column || swk_result_null(answer->result, row, column->column))
		return made;
	made.known = true;
	made.value = figure_real(column, answer->result, row);
	figure_value(column, answer->result, row, made.text);
	if (swk_result_null(answer->result, answer->row, figure->column) || answer->row == 0 || !bounded ||
	    !bounds_read(answer, figure, answer->row - 1, there) ||
	    figure_real(figure, answer->result, answer->row - 1) != made.value)
		return made;
	made.bounded = true;
	made.sign = difference_sign(figure_real(figure, answer->result, answer->row), here, made.value, there);
	return made;
}

/* ----------------------------------------------------------------------------------------- headlines */

static void text_add(swi__text *text, const char *more)
{
	swi__text_append(text, more, strlen(more));
}

/* The difference to the week before in whole units, with a sign in front; an empty text when there is none. */
static void difference_write(const weekly_answer *answer, const cli_figure *figure, const weekly_change *before,
                             const char *more, const char *less, char text[FIGURE_TEXT])
{
	char digits[64], number[96];
	double difference = figure_real(figure, answer->result, answer->row) - before->value, scale = 1;
	int64_t minor;
	unsigned decimals = 0;
	if (swk_result_amount(answer->result, answer->row, figure->column, &minor, &decimals))
		scale = pow(10, decimals);
	snprintf(digits, sizeof digits, "%.0f", fabs(difference) / scale);
	number_group(digits, number, sizeof number);
	snprintf(text, FIGURE_TEXT, "%s%s", difference > 0 ? more : difference < 0 ? less : "", number);
}

static void headline_more(swi__text *text, const weekly_answer *answer, const cli_figure *figure,
                          const weekly_change *before)
{
	char number[FIGURE_TEXT];
	if (!before->known)
		return;
	double difference = figure_real(figure, answer->result, answer->row) - before->value;
	difference_write(answer, figure, before, "", "", number);
	text_add(text, ", ");
	text_add(text, difference == 0 ? "as many" : number);
	if (difference != 0)
		text_add(text, difference > 0 ? " more" : figure->form == FORM_COUNT ? " fewer" : " less");
	text_add(text, difference == 0 ? " as the week before" : " than the week before");
}

static void headline_verdict(swi__text *text, const weekly_change *before)
{
	if (!before->known)
		return;
	if (before->too_few)
		text_add(text, ", too few to compare");
	else if (!before->bounded)
		return;
	else if (before->sign == 0)
		text_add(text, ", no clear change");
	else {
		text_add(text, before->sign > 0 ? ", up from " : ", down from ");
		text_add(text, before->text);
	}
}

static void headline_part(swi__text *text, const weekly_screen *weekly, const weekly_answer *answer, const char *name)
{
	char kind = *name == '+' || *name == '?' ? *name : ' ', value[FIGURE_TEXT];
	const char *bare = name + (kind != ' ');
	const cli_figure *figure = figures_find(&answer->figures, bare);
	if (strcmp(bare, "currency") == 0) {
		const char *currency = swk_result_text(answer->result, answer->row,
		                                       (size_t)swk_result_find(answer->result, bare), NULL);
		text_add(text, currency ? currency : "");
		return;
	}
	if (!figure)
		return;
	weekly_change before = compare(weekly, answer, figure);
	if (kind == '+')
		headline_more(text, answer, figure, &before);
	else if (kind == '?')
		headline_verdict(text, &before);
	else {
		figure_value(figure, answer->result, answer->row, value);
		text_add(text, value[0] ? value : "not known yet");
	}
}

/* Whether the first figure of a clause is known, and counts something if it counts. */
static bool clause_told(const weekly_answer *answer, const char *clause)
{
	char name[64];
	const char *brace = strchr(clause, '{');
	snprintf(name, sizeof name, "%.*s", (int)strcspn(brace + 1, "}"), brace + 1);
	const cli_figure *figure = figures_find(&answer->figures, name);
	return figure && !swk_result_null(answer->result, answer->row, figure->column) &&
	       (figure->form != FORM_COUNT || swk_result_int(answer->result, answer->row, figure->column));
}

static void headline_write(swi__text *text, const weekly_screen *weekly, const weekly_answer *answer,
                           const weekly_section *section)
{
	char name[64];
	bool clause = false, told = true;
	text_add(text, section->title);
	text_add(text, ": ");
	for (const char *at = section->headline; *at; at++) {
		if (*at == '|') {
			clause = !clause;
			told = !clause || clause_told(answer, at + 1);
		} else if (*at == '{') {
			size_t length = strcspn(at, "}");
			snprintf(name, sizeof name, "%.*s", (int)length - 1, at + 1);
			if (told)
				headline_part(text, weekly, answer, name);
			at += length;
		} else if (told) {
			swi__text_append(text, at, 1);
		}
	}
}

/* -------------------------------------------------------------------------------------------- figures */

static void grid_blank(cli_grid *grid)
{
	grid_span(grid, (swi__slice){ "", 0 }, STYLE_PLAIN);
}

/* How much more, of what is counted; of what is estimated, whether it is more at all. */
static void change_cell(cli_grid *grid, const weekly_screen *weekly, const weekly_answer *answer,
                        const cli_figure *figure, const weekly_change *before)
{
	char text[FIGURE_TEXT] = "";
	const screen_glyphs *glyphs = weekly->glyphs;
	if (before->too_few)
		snprintf(text, sizeof text, "too few");
	else if (before->known && before->bounded)
		snprintf(text, sizeof text, "%s",
		         before->sign > 0   ? glyphs->up
		         : before->sign < 0 ? glyphs->down
		                            : glyphs->same);
	else if (before->known && (figure->form == FORM_COUNT || figure->form == FORM_AMOUNT))
		difference_write(answer, figure, before, "+", "-", text);
	grid_text(grid, text, before->sign ? STYLE_BOLD : STYLE_DIM);
}

static void spark_cell(cli_grid *grid, const weekly_screen *weekly, const weekly_answer *answer,
                       const cli_figure *figure)
{
	double values[WEEKS] = { 0 };
	bool gaps[WEEKS] = { false };
	size_t first = answer->row + 1 > WEEKS ? answer->row + 1 - WEEKS : 0, count = answer->row + 1 - first;
	swi__text text = { NULL, 0, 0, false };
	for (size_t i = 0; i < count; i++) {
		gaps[i] = swk_result_null(answer->result, first + i, figure->column);
		values[i] = figure_real(figure, answer->result, first + i);
	}
	chart_spark(&text, weekly->glyphs, values, gaps, count);
	text_add(&text, weekly->week.partial ? "*" : "");
	grid_cell(grid, swi__text_slice(&text), 0, STYLE_BAR);
	grid->failed |= text.failed;
	swi__text_done(&text);
}

static void figure_line(cli_grid *grid, const weekly_screen *weekly, const weekly_answer *answer, const char *name,
                        const char *label, bool young)
{
	char indented[64], text[FIGURE_TEXT];
	const cli_figure *figure = figures_find(&answer->figures, name);
	if (!figure || (swk_result_null(answer->result, answer->row, figure->column) && figure->low < 0))
		return;
	weekly_change before = compare(weekly, answer, figure);
	size_t anchor = figure_format(figure, answer->result, answer->row, weekly->glyphs, text);
	snprintf(indented, sizeof indented, "  %s", label);
	grid_text(grid, indented, STYLE_PLAIN);
	if (text[0])
		grid_cell(grid, swi__slice_of(text), anchor, STYLE_PLAIN);
	else
		grid_number(grid, weekly->glyphs->nothing, STYLE_DIM);
	grid_number(grid, before.known ? before.text : weekly->glyphs->nothing, STYLE_DIM);
	if (young)
		grid_text(grid, "younger", STYLE_DIM);
	else
		change_cell(grid, weekly, answer, figure, &before);
	spark_cell(grid, weekly, answer, figure);
}

/* In no week is there anything of what the section shows: a share that is known, another figure that is not 0. */
static bool section_empty(const weekly_answer *answer, const weekly_section *section)
{
	for (size_t i = 0; i < LINES && section->lines[i].figure; i++) {
		const cli_figure *figure = figures_find(&answer->figures, section->lines[i].figure);
		for (size_t row = 0; figure && row < swk_result_rows(answer->result); row++)
			if (!swk_result_null(answer->result, row, figure->column) &&
			    (figure->form == FORM_SHARE || figure_real(figure, answer->result, row) != 0))
				return false;
	}
	return true;
}

/* Asks a report about so many weeks up to the one that is looked at. */
static int weeks_answer(const weekly_screen *weekly, const char *report, int weeks, uint32_t flags,
                        weekly_answer *answer, swk_error *error)
{
	char from[DATE_TEXT];
	swk_query query = weekly->query;
	date_iso(weekly->week.begins - 7 * (weeks - 1), from);
	query.report = report;
	query.from = from;
	query.to = weekly->week.label;
	query.flags = flags;
	return ask(weekly, &query, answer, error);
}

static void section_end(cli_grid *grid, swi__text *text, weekly_answer *answer)
{
	grid->failed |= text->failed;
	swi__text_done(text);
	answer_done(answer);
	swi__free(answer);
}

static int section_add(cli_grid *grid, weekly_screen *weekly, const weekly_section *section)
{
	char line[HEADLINE];
	swk_error error = SWK_ERROR_INIT;
	swi__text text = { NULL, 0, 0, false };
	weekly_answer *answer = swi__alloc(1, sizeof *answer);
	if (!answer)
		return fail("memory could not be allocated");
	int code = weeks_answer(weekly, section->report, WEEKS, SWK_QUERY_FILL | SWK_QUERY_PREVIOUS, answer, &error);
	if (code == SWK_OK && section_empty(answer, section)) {
		text_add(&text, section->title);
		text_add(&text, ": ");
		text_add(&text, section->nothing);
		text_add(&text, " in these twelve weeks");
		grid_span(grid, swi__text_slice(&text), STYLE_BOLD);
	} else if (code == SWK_OK) {
		headline_write(&text, weekly, answer, section);
		grid_span(grid, swi__text_slice(&text), STYLE_BOLD);
		for (size_t i = 0; i < LINES && section->lines[i].figure; i++)
			figure_line(grid, weekly, answer, section->lines[i].figure, section->lines[i].label,
			            section->lines[i].young);
	} else {
		/* A missing rate of exchange is the reports' own, and no reason to leave out the others. */
		swk_error_format(&error, line, sizeof line);
		text_add(&text, section->title);
		text_add(&text, ": not told: ");
		text_add(&text, line);
		if (strcmp(error.table, "rate") == 0)
			text_add(&text, " (salesweek import --table rate takes rates of exchange)");
		grid_span(grid, swi__text_slice(&text), STYLE_BAD);
	}
	section_end(grid, &text, answer);
	return code == SWK_ERR_INTERRUPTED || code == SWK_ERR_MEMORY ? fail_error(NULL, code, &error) : EXIT_DONE;
}

/* ------------------------------------------------------------------------------------------- scores */

#define QUARTER 13

/* The row of the lowest or highest band that holds a lead; false without one. */
static bool band_find(const weekly_answer *answer, bool highest, size_t *row)
{
	const cli_figure *leads = figures_find(&answer->figures, "leads");
	bool found = false;
	for (size_t i = 0; leads && i < swk_result_rows(answer->result); i++) {
		if (swk_result_int(answer->result, i, leads->column) == 0 || (found && !highest))
			continue;
		*row = i;
		found = true;
	}
	return found;
}

static void band_write(swi__text *text, const weekly_answer *answer, size_t row)
{
	char band[96];
	int64_t from = swk_result_int(answer->result, row, (size_t)swk_result_find(answer->result, "band"));
	snprintf(band, sizeof band, "%d to %d", (int)from, from == 90 ? 100 : (int)from + 9);
	text_add(text, band);
}

/* "21 leads scored 90 to 100" */
static void band_count(swi__text *text, const weekly_answer *answer, size_t row)
{
	char leads[FIGURE_TEXT];
	const cli_figure *figure = figures_find(&answer->figures, "leads");
	figure_value(figure, answer->result, row, leads);
	text_add(text, leads);
	text_add(text, swk_result_int(answer->result, row, figure->column) == 1 ? " lead scored " : " leads scored ");
	band_write(text, answer, row);
}

static void band_line(cli_grid *grid, const weekly_screen *weekly, const weekly_answer *answer, size_t row)
{
	char text[FIGURE_TEXT];
	swi__text label = { NULL, 0, 0, false };
	const cli_figure *rate = figures_find(&answer->figures, "buy_rate");
	text_add(&label, "  scored ");
	band_write(&label, answer, row);
	size_t anchor = figure_format(rate, answer->result, row, weekly->glyphs, text);
	grid_cell(grid, swi__text_slice(&label), 0, STYLE_PLAIN);
	grid_cell(grid, swi__slice_of(text), anchor, STYLE_PLAIN);
	for (int i = 0; i < 3; i++) /* the band is of a quarter: no week before, no change, no bars */
		grid_text(grid, "", STYLE_PLAIN);
	grid->failed |= label.failed;
	swi__text_done(&label);
}

static void scores_verdict(swi__text *text, const weekly_answer *answer, size_t low, size_t high)
{
	double here[2], there[2];
	const cli_figure *rate = figures_find(&answer->figures, "buy_rate");
	bool bounded = bounds_read(answer, rate, high, here) && bounds_read(answer, rate, low, there);
	int sign = bounded ? difference_sign(figure_real(rate, answer->result, high), here,
	                                     figure_real(rate, answer->result, low), there)
	                   : 0;
	text_add(text, sign > 0   ? "leads with high scores buy more often"
	               : sign < 0 ? "leads with high scores buy less often"
	                          : "too few sales yet to tell high scores from low ones");
	text_add(text, " (last 13 weeks: ");
	band_count(text, answer, high);
	text_add(text, ", ");
	band_count(text, answer, low);
	text_add(text, ")");
}

static int scores_add(cli_grid *grid, weekly_screen *weekly)
{
	swk_error error = SWK_ERROR_INIT;
	size_t low = 0, high = 0;
	swi__text text = { NULL, 0, 0, false };
	weekly_answer *answer = swi__alloc(1, sizeof *answer);
	if (!answer)
		return fail("memory could not be allocated");
	text_add(&text, "4 Scores: ");
	int code = weeks_answer(weekly, "scores", QUARTER, SWK_QUERY_TOTAL, answer, &error);
	bool some = !code && band_find(answer, false, &low) && band_find(answer, true, &high);
	if (!some)
		text_add(&text, "no lead was scored in the last 13 weeks");
	else if (low == high)
		text_add(&text, "all leads of the last 13 weeks have like scores");
	else
		scores_verdict(&text, answer, low, high);
	grid_span(grid, swi__text_slice(&text), STYLE_BOLD);
	if (some) {
		band_line(grid, weekly, answer, high);
		if (low != high)
			band_line(grid, weekly, answer, low);
	}
	section_end(grid, &text, answer);
	return code ? fail_error(NULL, code, &error) : EXIT_DONE;
}

/* ---------------------------------------------------------------------------------------------- reps */

#define GROUPS_MAX 25
#define WEEK_ASKED 3
#define ASKED (WEEK_ASKED + 1)

/* What each rep (or team) did; the last is over a quarter, as a week has too few deals to tell skill from luck. */
static const char *const asked[ASKED] = { "calls", "meetings", "deals", "win_rate" };

static const struct {
	int asked;
	const char *figure, *heading;
	bool wide; /* only where there is room for all in one block */
} group_columns[] = {
	{ 0, "made", "calls", false },
	{ 0, "answer_rate", "answered", false },
	{ 1, "held", "meetings held", false },
	{ 2, "won", "won", false },
	{ 2, "amount", "amount", false },
	{ 2, "attainment_amount", "of quota", false },
	{ 3, "win_rate", "win rate, 13 weeks", true },
	{ 3, "q_value", "q value", true },
};

#define WIDE 110

/* A rep or team, and what ranks it. */
typedef struct group_name {
	const char *name;
	double amount, calls;
} group_name;

/* The answers by rep, and the names in all of them. */
typedef struct weekly_groups {
	weekly_answer answers[ASKED];
	group_name *names; /* bytewise */
	size_t count;
	bool named; /* one of them is more than an empty text */
} weekly_groups;

static int64_t group_row(const weekly_answer *answer, const char *by, const char *name)
{
	int64_t column = answer->result ? swk_result_find(answer->result, by) : -1;
	for (size_t row = 0; column >= 0 && row < swk_result_rows(answer->result); row++)
		if (strcmp(swk_result_text(answer->result, row, (size_t)column, NULL), name) == 0)
			return (int64_t)row;
	return -1;
}

static void groups_name(weekly_groups *groups, const char *name)
{
	size_t at = 0;
	while (at < groups->count && strcmp(groups->names[at].name, name) < 0)
		at++;
	if (at < groups->count && strcmp(groups->names[at].name, name) == 0)
		return;
	memmove(&groups->names[at + 1], &groups->names[at], (groups->count - at) * sizeof groups->names[0]);
	groups->names[at] = (group_name){ .name = name };
	groups->count++;
	groups->named |= *name != '\0';
}

/* The names of all answers about the week, whose number is an answer's rows at most. */
static int groups_collect(weekly_groups *groups, const char *by)
{
	size_t room = 0;
	for (int i = 0; i < WEEK_ASKED; i++)
		room += swk_result_rows(groups->answers[i].result);
	groups->names = swi__alloc(room + 1, sizeof *groups->names);
	if (!groups->names)
		return fail("memory could not be allocated");
	for (int i = 0; i < WEEK_ASKED; i++) {
		const swk_result *result = groups->answers[i].result;
		for (size_t row = 0; row < swk_result_rows(result); row++)
			groups_name(groups, swk_result_text(result, row, (size_t)swk_result_find(result, by), NULL));
	}
	return EXIT_DONE;
}

static int groups_ask(weekly_groups *groups, const weekly_screen *weekly, const char *by)
{
	char from[DATE_TEXT];
	swk_error error = SWK_ERROR_INIT;
	int code = SWK_OK;
	date_iso(weekly->week.begins - 7 * (QUARTER - 1), from);
	for (int i = 0; i < ASKED; i++) {
		bool quarter = i == WEEK_ASKED;
		weekly_answer *answer = &groups->answers[i];
		swk_query query = weekly->query;
		query.report = asked[i];
		query.by = &by;
		query.by_count = 1;
		query.from = quarter ? from : weekly->week.label;
		query.to = weekly->week.label;
		query.flags = quarter ? SWK_QUERY_TOTAL : 0;
		code = ask(weekly, &query, answer, &error);
		if (code == SWK_ERR_INTERRUPTED || code == SWK_ERR_MEMORY)
			return fail_error(NULL, code, &error);
	}
	/* What failed was told where its report stands. Who only has a win rate did nothing this week. */
	return groups_collect(groups, by);
}

static bool column_shown(const weekly_groups *groups, const weekly_screen *weekly, size_t column)
{
	const weekly_answer *answer = &groups->answers[group_columns[column].asked];
	const cli_figure *figure = answer->result ? figures_find(&answer->figures, group_columns[column].figure) : NULL;
	if (!figure || (group_columns[column].wide && weekly->screen->width < WIDE))
		return false;
	for (size_t row = 0; row < swk_result_rows(answer->result); row++)
		if (!swk_result_null(answer->result, row, figure->column))
			return true;
	return false;
}

static void group_cell(cli_grid *grid, const weekly_groups *groups, const weekly_screen *weekly, const char *by,
                       const char *name, size_t column)
{
	char text[FIGURE_TEXT] = "";
	const weekly_answer *answer = &groups->answers[group_columns[column].asked];
	const cli_figure *figure = figures_find(&answer->figures, group_columns[column].figure);
	int64_t row = group_row(answer, by, name);
	size_t anchor = row < 0 ? 0 : figure_format(figure, answer->result, (size_t)row, weekly->glyphs, text);
	bool none = row < 0 && (figure->form == FORM_COUNT || figure->form == FORM_AMOUNT);
	if (text[0])
		grid_cell(grid, swi__slice_of(text), anchor, STYLE_PLAIN);
	else
		grid_number(grid, none ? "0" : weekly->glyphs->nothing, STYLE_DIM);
}

static int groups_print(const weekly_groups *groups, const weekly_screen *weekly, const char *by, const cli_reps *reps)
{
	cli_grid grid = { 0 };
	size_t columns = SWI__COUNT(group_columns);
	grid_column(&grid, by, "", GRID_KEY);
	for (size_t i = 0; i < columns; i++) {
		const weekly_answer *answer = &groups->answers[group_columns[i].asked];
		if (column_shown(groups, weekly, i))
			grid_column(&grid, group_columns[i].heading,
			            figures_find(&answer->figures, group_columns[i].figure)->unit, GRID_RIGHT);
	}
	for (size_t name = 0; name < groups->count; name++) {
		char called[600];
		const char *label = reps_call(reps, groups->names[name].name, called, sizeof called);
		grid_text(&grid, *label ? label : "(none)", STYLE_PLAIN);
		for (size_t i = 0; i < columns; i++)
			if (column_shown(groups, weekly, i))
				group_cell(&grid, groups, weekly, by, groups->names[name].name, i);
	}
	output_format(groups->count ? "\n" : "");
	int code = groups->count ? grid_print(&grid, weekly->screen) : EXIT_DONE;
	grid_done(&grid);
	return code;
}

static double group_value(const weekly_groups *groups, const char *by, const char *name, int asked_at,
                          const char *figure_name)
{
	const weekly_answer *answer = &groups->answers[asked_at];
	int64_t row = group_row(answer, by, name);
	const cli_figure *figure = row < 0 ? NULL : figures_find(&answer->figures, figure_name);
	return figure ? figure_real(figure, answer->result, (size_t)row) : 0;
}

/* The most money first, then the most calls, then by name. */
static int names_compare(const void *one, const void *other)
{
	const group_name *a = one, *b = other;
	if (a->amount != b->amount)
		return a->amount < b->amount ? 1 : -1;
	if (a->calls != b->calls)
		return a->calls < b->calls ? 1 : -1;
	return strcmp(a->name, b->name);
}

/* Puts those first that are shown where all are too many. */
static void groups_rank(weekly_groups *groups, const char *by)
{
	for (size_t i = 0; i < groups->count; i++) {
		group_name *name = &groups->names[i];
		name->calls = group_value(groups, by, name->name, 0, "made");
		name->amount = group_value(groups, by, name->name, 2, "amount");
	}
	qsort(groups->names, groups->count, sizeof *groups->names, names_compare);
}

static void groups_done(weekly_groups *groups)
{
	for (int i = 0; i < ASKED; i++)
		answer_done(&groups->answers[i]);
	swi__free(groups->names);
	*groups = (weekly_groups){ .count = 0 };
}

/* All of a dimension, or the first of them. */
static int groups_tell(weekly_groups *groups, const weekly_screen *weekly, const char *by, const cli_reps *reps)
{
	char text[160];
	size_t all = groups->count;
	if (all > GROUPS_MAX) {
		groups_rank(groups, by);
		groups->count = GROUPS_MAX;
	}
	int code = groups_print(groups, weekly, by, reps);
	if (code == EXIT_DONE && all > GROUPS_MAX) {
		snprintf(text, sizeof text,
		         "The %d of %zu %ss with the most money won, then with the most calls; all of them: "
		         "salesweek report STORE deals --by %s.",
		         GROUPS_MAX, all, by, by);
		grid_wrap(weekly->screen, 2, text, STYLE_DIM);
	}
	return code;
}

/* By rep, or where there are too many of them by team, if they are in any. */
static int groups_show(const weekly_screen *weekly)
{
	cli_reps reps;
	const cli_reps none = { .count = 0 };
	weekly_groups *groups = swi__alloc(2, sizeof *groups);
	if (!groups)
		return fail("memory could not be allocated");
	reps_read(weekly->store, &reps);
	int code = groups_ask(&groups[0], weekly, "rep");
	bool many = groups[0].count > GROUPS_MAX;
	if (code == EXIT_DONE && many)
		code = groups_ask(&groups[1], weekly, "team");
	if (code == EXIT_DONE)
		code = groups[1].named ? groups_tell(&groups[1], weekly, "team", &none)
		                       : groups_tell(&groups[0], weekly, "rep", &reps);
	groups_done(&groups[0]);
	groups_done(&groups[1]);
	reps_done(&reps);
	swi__free(groups);
	return code;
}

/* -------------------------------------------------------------------------------------------- screen */

static void title_print(const weekly_screen *weekly)
{
	char first[DATE_TEXT], last[DATE_TEXT], now[DATE_TEXT], iso[DATE_TEXT], text[256];
	const weekly_week *week = &weekly->week;
	const char *dot = weekly->glyphs->dot;
	date_long(week->begins, first);
	date_long(week->begins + 6, last);
	date_iso(week->begins, iso);
	instant_local(weekly->store, week->zone, weekly->query.now, now);
	snprintf(text, sizeof text, "Week %s: %s to %s", week->label, first, last);
	grid_wrap(weekly->screen, 2, text, STYLE_BOLD);
	bool begun = strcmp(now, iso) >= 0;
	snprintf(text, sizeof text, "weeks of %s, now %s%s%s", week->zone, now, dot,
	         !begun          ? "* the week has not begun: nothing is counted yet"
	         : week->partial ? "* the week is not over: both weeks count up to the same weekday and hour"
	                         : "beside it the week before");
	grid_wrap(weekly->screen, 2, text, STYLE_DIM);
	output_format("\n");
}

static int figures_print(weekly_screen *weekly)
{
	cli_grid grid = { 0 };
	int code = EXIT_DONE;
	grid_column(&grid, "", "", GRID_KEY);
	grid_column(&grid, weekly->week.label, "[95 %]", GRID_RIGHT);
	grid_column(&grid, "week before", "", GRID_RIGHT);
	grid_column(&grid, "", "", 0);
	grid_column(&grid, "last 12 weeks", "", GRID_SPARE);
	for (size_t i = 0; i < SWI__COUNT(sections) && code == EXIT_DONE; i++) {
		if (i)
			grid_blank(&grid);
		if (strcmp(sections[i].report, "conversion") == 0) {
			code = scores_add(&grid, weekly);
			grid_blank(&grid);
		}
		if (code == EXIT_DONE)
			code = section_add(&grid, weekly, &sections[i]);
	}
	if (code == EXIT_DONE)
		code = grid_print(&grid, weekly->screen);
	grid_done(&grid);
	return code;
}

static void notes_print(const weekly_screen *weekly)
{
	char text[512];
	const screen_glyphs *glyphs = weekly->glyphs;
	snprintf(text, sizeof text,
	         "%s may be chance, %s %s more than that (95 %%); too few: the interval is wider than 40 points; "
	         "younger: these leads have had a week less; %s not known.",
	         glyphs->same, glyphs->up, glyphs->down, glyphs->nothing);
	output_format("\n");
	grid_wrap(weekly->screen, 0, text, STYLE_DIM);
	grid_wrap(weekly->screen, 0,
	          "A week has too few deals to judge a rep: salesweek report STORE win_rate --by rep --total.",
	          STYLE_DIM);
}

int weekly_print(weekly_screen *weekly)
{
	title_print(weekly);
	int code = figures_print(weekly);
	if (code == EXIT_DONE)
		code = groups_show(weekly);
	if (code == EXIT_DONE)
		notes_print(weekly);
	return code;
}
