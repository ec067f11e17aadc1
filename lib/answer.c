/* SPDX-License-Identifier: MIT */
#include "answer.h"
#include "stats.h"

#include <stdio.h>

/* week, week_start, partial; dimensions; at most four cells (figure, bounds, previous) a column */
#define CELLS_MAX (3 + SWK__DIMENSION_COUNT + 4 * 32)

/* An answer in the making. */
typedef struct answer {
	const swk__desk *desk;
	const swk__plan *plan;
	const swk__facts *facts;
	swk__scan scan;
	int32_t first,
		last; /* weeks (dates of first days) of the first and last fact, filters aside; none: first > last */
	int32_t from, to; /* the window */
	swk_result *result;
} answer;

/* ------------------------------------------------------------------------------------ weekly rollups */

/* What the rollup of a week is counted from. */
static swk__seen week_seen(const answer *a, int64_t begin, int64_t stop)
{
	swk__seen seen = { { 0 } };
	const swk__table_state *table = swk__facts_table(a->facts, a->plan->report->facts);
	unsigned word = 0;
	for (int32_t week = swk__utc_week(begin); week <= swk__utc_week(stop - 1) && word < 3; week++) {
		const swk__part *part = swk__directory_part(table->directory, week);
		seen.words[word++] = part ? part->version : 0;
	}
	if (a->plan->joins & (1u << SWK__TABLE_LEAD))
		seen.words[3] = swk__facts_table(a->facts, SWK__TABLE_LEAD)->epoch;
	if (a->plan->joins & (1u << SWK__TABLE_REP))
		seen.words[4] = swk__facts_table(a->facts, SWK__TABLE_REP)->epoch;
	return seen;
}

/* The rollup of the facts of a week up to `end`; *rollup is NULL when the week has none that could count. */
static int week_rollup(answer *a, int32_t week, int64_t end, swk__rollup **rollup, swk_error *error)
{
	int64_t begin = swk__week_begin(&a->plan->calendar, week), stop = swk__week_begin(&a->plan->calendar, week + 7);
	swk__cache *cache = a->facts->cached ? a->desk->cache : NULL;
	swk__slice shape = { a->plan->shape.bytes, a->plan->shape.length };
	swk__holds holds;
	*rollup = NULL;
	if (end > a->plan->cut.now)
		end = a->plan->cut.now;
	if (week < a->first || week > a->last || end < begin)
		return SWK_OK;
	swk__seen seen = week_seen(a, begin, stop);
	if (cache)
		*rollup = swk__cache_get(cache, shape, week, &seen, end);
	if (*rollup)
		return SWK_OK;
	int code = swk__scan_run(&a->scan, begin, stop, end, rollup, &holds, error);
	if (code == SWK_OK && cache)
		swk__cache_put(cache, shape, week, &seen, holds.from, holds.until, *rollup);
	return code;
}

/* Adds b to *sum and gives up both. */
static int rollup_add(swk__rollup **sum, swk__rollup *b, swk_error *error)
{
	swk__rollup *merged = NULL;
	if (!b)
		return SWK_OK;
	if (!*sum) {
		*sum = b;
		return SWK_OK;
	}
	int code = swk__rollup_merge(*sum, b, &merged, error);
	swk__rollup_release(b);
	if (code != SWK_OK)
		return code;
	swk__rollup_release(*sum);
	*sum = merged;
	return SWK_OK;
}

static bool week_partial(const answer *a, int32_t week)
{
	return swk__week_begin(&a->plan->calendar, week + 7) > a->plan->cut.now;
}

/* The end of what is compared with a week or window that ends with the week `last`, `back` days before: everything
 * when that is over, else what lies before the local time of `now`. */
static int64_t previous_end(const answer *a, int32_t last, int32_t back)
{
	return week_partial(a, last) ? swk__plan_now_before(a->plan, back) - 1 : INT64_MAX;
}

/* The sum of the weeks of the window moved `back` days towards the past, up to `end`. */
static int window_rollup(answer *a, int32_t back, int64_t end, swk__rollup **sum, swk_error *error)
{
	int32_t from = a->from - back, to = a->to - back;
	int code = SWK_OK;
	*sum = NULL;
	for (int32_t week = from < a->first ? a->first : from; week <= to && week <= a->last && code == SWK_OK;
	     week += 7) {
		swk__rollup *rollup = NULL;
		code = week_rollup(a, week, end, &rollup, error);
		if (code == SWK_OK)
			code = rollup_add(sum, rollup, error);
	}
	if (code != SWK_OK) {
		swk__rollup_release(*sum);
		*sum = NULL;
	}
	return code;
}

/* -------------------------------------------------------------------------------------------- cells */

static swk__cell cell_int(int64_t integer)
{
	return (swk__cell){ .integer = integer };
}

static swk__cell cell_null(void)
{
	return (swk__cell){ .null = true };
}

static swk__cell cell_ratio(swk__i128 numerator, swk__i128 denominator)
{
	return denominator ? (swk__cell){ .real = swk__ratio(numerator, denominator) } : cell_null();
}

/* The figure of a column out of the sums of a cell. */
static swk__cell figure_cell(const swk__column *column, const swk__i128 *sums)
{
	const swk__i128 a = sums[column->a], b = sums[column->b];
	switch (column->figure) {
	case SWK__FIGURE_COUNT:
		return cell_int((int64_t)a);
	case SWK__FIGURE_SECONDS:
		return cell_ratio(a, SWK__US_SECOND);
	case SWK__FIGURE_RATE:
		return cell_ratio(a, b);
	default:
		return cell_ratio(a, b * SWK__US_SECOND);
	}
}

static void bounds_cells(const swk__column *column, const swk__i128 *sums, swk__cell *cells)
{
	cells[0] = cells[1] = cell_null();
	if (sums[column->b] == 0)
		return;
	swk__interval bounds = swk__wilson((int64_t)sums[column->a], (int64_t)sums[column->b]);
	cells[0] = (swk__cell){ .real = bounds.low };
	cells[1] = (swk__cell){ .real = bounds.high };
}

/* The sums of a group in a rollup; zeros where it has none. */
static const swk__i128 *group_sums(const swk__rollup *rollup, swk__slice key)
{
	static const swk__i128 zeros[SWK__MEASURES_MAX] = { 0 };
	int64_t cell = rollup ? swk__rollup_find(rollup, key) : -1;
	return cell < 0 ? zeros : swk__rollup_values(rollup, (uint32_t)cell);
}

/* Takes the next part of a key as a dimension's value. */
static swk__cell key_cell(swk__dimension dimension, swk__slice *key)
{
	size_t length = swk__dimensions[dimension].number ? 1 : strlen(key->bytes);
	swk__cell cell = { .text = { key->bytes, length } };
	if (swk__dimensions[dimension].number)
		cell = cell_int((unsigned char)key->bytes[0] - 1);
	else
		length++;
	key->bytes += length;
	key->length -= length;
	return cell;
}

/* --------------------------------------------------------------------------------------------- rows */

static unsigned week_cells(const answer *a, const int32_t *week, char label[16], swk__cell *cells)
{
	if (!week) {
		cells[0] = (swk__cell){ .text = swk__slice_of("total") };
		cells[1] = cells[2] = cell_null();
		return 3;
	}
	swk__week_label(a->plan->calendar.week_start, *week, label);
	cells[0] = (swk__cell){ .text = swk__slice_of(label) };
	cells[1] = cell_int(*week);
	cells[2] = cell_int(week_partial(a, *week));
	return 3;
}

/* One row: of a week, or of the window when `week` is NULL. */
static int row_add(answer *a, const int32_t *week, swk__slice key, const swk__rollup *now, const swk__rollup *before,
                   swk_error *error)
{
	swk__cell cells[CELLS_MAX];
	char label[16];
	const swk__i128 *sums = group_sums(now, key), *sums_before = group_sums(before, key);
	unsigned n = week_cells(a, week, label, cells);
	for (unsigned d = 0; d < a->plan->by_count; d++)
		cells[n++] = key_cell(a->plan->by[d], &key);
	for (const swk__column *column = a->plan->report->columns; column->name; column++) {
		cells[n++] = figure_cell(column, sums);
		if (column->figure == SWK__FIGURE_RATE) {
			bounds_cells(column, sums, &cells[n]);
			n += 2;
		}
		if (a->plan->flags & SWK_QUERY_PREVIOUS)
			cells[n++] = figure_cell(column, sums_before);
	}
	return swk__result_row(a->result, cells, error);
}

/* A row for every group of `groups`. */
static int rows_add(answer *a, const int32_t *week, const swk__rollup *groups, const swk__rollup *now,
                    const swk__rollup *before, swk_error *error)
{
	int code = SWK_OK;
	for (uint32_t cell = 0; groups && cell < groups->cells && code == SWK_OK; cell++)
		code = row_add(a, week, swk__rollup_key(groups, cell), now, before, error);
	return code;
}

static int week_add(answer *a, int32_t week, const swk__rollup *groups, swk_error *error)
{
	swk__rollup *now = NULL, *before = NULL;
	int code = week_rollup(a, week, INT64_MAX, &now, error);
	if (code == SWK_OK && (a->plan->flags & SWK_QUERY_PREVIOUS))
		code = week_rollup(a, week - 7, previous_end(a, week, 7), &before, error);
	if (code == SWK_OK)
		code = rows_add(a, &week, groups ? groups : now, now, before, error);
	swk__rollup_release(now);
	swk__rollup_release(before);
	return code;
}

static int weeks_add(answer *a, const swk__rollup *groups, swk_error *error)
{
	int32_t from = groups || a->from > a->first ? a->from : a->first,
		to = groups || a->to < a->last ? a->to : a->last;
	int code = SWK_OK;
	for (int32_t week = from; week <= to && code == SWK_OK; week += 7) {
		if (a->desk->check)
			code = a->desk->check(a->desk->check_context, 0, 0, error);
		if (code == SWK_OK)
			code = week_add(a, week, groups, error);
	}
	return code;
}

/* The groups that `fill` asks for: those of the window; without `by`, the one group there is. */
static int fill_groups(answer *a, swk__rollup **groups, swk_error *error)
{
	int code = window_rollup(a, 0, INT64_MAX, groups, error);
	if (code != SWK_OK || a->plan->by_count || (*groups && (*groups)->cells))
		return code;
	swk__rollup_release(*groups);
	*groups = NULL;
	const swk__i128 zeros[SWK__MEASURES_MAX] = { 0 };
	swk__rollup_builder builder;
	swk__rollup_builder_init(&builder, a->desk->mem, a->plan->report->measure_count, 0);
	code = swk__rollup_builder_add(&builder, (swk__slice){ "", 0 }, zeros, NULL, error);
	if (code == SWK_OK)
		code = swk__rollup_build(&builder, groups, error);
	swk__rollup_builder_done(&builder);
	return code;
}

static int total_add(answer *a, const swk__rollup *groups, swk_error *error)
{
	swk__rollup *now = NULL, *before = NULL;
	int32_t back = a->to - a->from + 7;
	int code = window_rollup(a, 0, INT64_MAX, &now, error);
	if (code == SWK_OK && (a->plan->flags & SWK_QUERY_PREVIOUS))
		code = window_rollup(a, back, previous_end(a, a->to, back), &before, error);
	if (code == SWK_OK)
		code = rows_add(a, NULL, groups ? groups : now, now, before, error);
	swk__rollup_release(now);
	swk__rollup_release(before);
	return code;
}

static int body_add(answer *a, swk_error *error)
{
	swk__rollup *groups = NULL;
	int code = SWK_OK;
	if (a->plan->flags & SWK_QUERY_FILL)
		code = fill_groups(a, &groups, error);
	if (code == SWK_OK)
		code = a->plan->flags & SWK_QUERY_TOTAL ? total_add(a, groups, error) : weeks_add(a, groups, error);
	swk__rollup_release(groups);
	return code;
}

/* ------------------------------------------------------------------------------------------- heading */

static swk_type figure_type(swk__figure figure)
{
	return figure == SWK__FIGURE_COUNT ? SWK_TYPE_INT : SWK_TYPE_REAL;
}

static int column_named(answer *a, const char *name, const char *suffix, swk_type type, swk_error *error)
{
	char whole[64];
	snprintf(whole, sizeof whole, "%s%s", name, suffix);
	return swk__result_column(a->result, whole, type, error);
}

static int heading_add(answer *a, swk_error *error)
{
	int code = column_named(a, "week", "", SWK_TYPE_TEXT, error);
	if (code == SWK_OK)
		code = column_named(a, "week_start", "", SWK_TYPE_DATE, error);
	if (code == SWK_OK)
		code = column_named(a, "partial", "", SWK_TYPE_BOOL, error);
	for (unsigned d = 0; d < a->plan->by_count && code == SWK_OK; d++) {
		const swk__dimension_about *about = &swk__dimensions[a->plan->by[d]];
		code = column_named(a, about->name, "", about->number ? SWK_TYPE_INT : SWK_TYPE_TEXT, error);
	}
	for (const swk__column *column = a->plan->report->columns; column->name && code == SWK_OK; column++) {
		code = column_named(a, column->name, "", figure_type(column->figure), error);
		if (code == SWK_OK && column->figure == SWK__FIGURE_RATE)
			code = column_named(a, column->name, "_lo", SWK_TYPE_REAL, error);
		if (code == SWK_OK && column->figure == SWK__FIGURE_RATE)
			code = column_named(a, column->name, "_hi", SWK_TYPE_REAL, error);
		if (code == SWK_OK && (a->plan->flags & SWK_QUERY_PREVIOUS))
			code = column_named(a, column->name, "_previous", figure_type(column->figure), error);
	}
	return code;
}

/* -------------------------------------------------------------------------------------------- window */

/* Whether any fact of a week is counted. */
static int week_counts(answer *a, int32_t week, bool *counts, swk_error *error)
{
	swk__rollup *rollup;
	int code = week_rollup(a, week, INT64_MAX, &rollup, error);
	if (code == SWK_OK)
		*counts = rollup && rollup->cells;
	swk__rollup_release(code == SWK_OK ? rollup : NULL);
	return code;
}

/* Moves an open end of the window (from: step 7, to: step -7) to the first week with a fact that the filters leave. */
static int window_narrow(answer *a, int32_t *end, int32_t step, swk_error *error)
{
	bool counts = false;
	int code = SWK_OK;
	while (a->from <= a->to && code == SWK_OK) {
		code = week_counts(a, *end, &counts, error);
		if (counts)
			break;
		*end += step;
	}
	return code;
}

/* The window. An open end is the first or last week with a fact that is counted; without one there is no window
 * (from > to). */
static int window_find(answer *a, swk_error *error)
{
	int64_t first, last;
	const swk__plan *plan = a->plan;
	a->first = 7;
	if (swk__scan_extent(plan, a->facts, &first, &last)) {
		a->first = swk__week_of_instant(&plan->calendar, first);
		a->last = swk__week_of_instant(&plan->calendar, last);
	}
	a->from = plan->from_given ? plan->from : a->first;
	a->to = plan->to_given ? plan->to : a->last;
	if (a->first > a->last && !(plan->from_given && plan->to_given))
		a->to = a->from - 7;
	int code = SWK_OK;
	if (!plan->from_given && plan->filter_count)
		code = window_narrow(a, &a->from, 7, error);
	if (code == SWK_OK && !plan->to_given && plan->filter_count)
		code = window_narrow(a, &a->to, -7, error);
	return code;
}

static int answer_open(answer *a, const swk__desk *desk, const swk__plan *plan, const swk__facts *facts,
                       swk_error *error)
{
	*a = (answer){ .desk = desk, .plan = plan, .facts = facts };
	return swk__scan_open(&a->scan, plan, facts, desk->zones, desk->check, desk->check_context, error);
}

static uint64_t commits_seen(const answer *a)
{
	return a->plan->cut.commit < a->facts->snapshot->commit ? a->plan->cut.commit : a->facts->snapshot->commit;
}

int swk__answer_make(const swk__desk *desk, const swk__plan *plan, const swk__facts *facts, swk_result **result,
                     swk_error *error)
{
	answer a;
	int code = answer_open(&a, desk, plan, facts, error);
	if (code != SWK_OK)
		return code;
	code = swk__result_create(desk->mem, desk->keep, desk->drop, desk->owner, &a.result, error);
	if (code == SWK_OK)
		code = swk__result_about(a.result, plan->zone.bytes, plan->calendar.week_start,
		                         plan->calendar.zone->fingerprint, plan->cut.now, commits_seen(&a), error);
	if (code == SWK_OK)
		code = heading_add(&a, error);
	if (code == SWK_OK)
		code = window_find(&a, error);
	if (code == SWK_OK && a.from <= a.to)
		code = body_add(&a, error);
	swk__scan_close(&a.scan);
	if (code == SWK_OK)
		*result = a.result;
	else
		swk_result_free(a.result);
	return code;
}

int swk__answer_rollup(const swk__desk *desk, const swk__plan *plan, const swk__facts *facts, swk__rollup **rollup,
                       swk_error *error)
{
	answer a;
	swk__rollup *sum = NULL;
	int code = answer_open(&a, desk, plan, facts, error);
	if (code != SWK_OK)
		return code;
	code = window_find(&a, error);
	if (code == SWK_OK)
		code = window_rollup(&a, 0, INT64_MAX, &sum, error);
	if (code == SWK_OK && !sum) {
		swk__rollup_builder builder;
		swk__rollup_builder_init(&builder, desk->mem, plan->report->measure_count, 0);
		code = swk__rollup_build(&builder, &sum, error);
		swk__rollup_builder_done(&builder);
	}
	swk__scan_close(&a.scan);
	if (code == SWK_OK)
		*rollup = sum;
	return code;
}
