/* SPDX-License-Identifier: MIT */
#include "answer.h"

#include "figure.h"
#include "quota.h"

#include <stdio.h>
#include <stdlib.h>

/* The columns that every result begins with; those of the dimensions follow. */
enum {
	WEEK,
	WEEK_START,
	PARTIAL,
	DIMENSIONS
};

/* An answer in the making. */
typedef struct answer {
	const swk__desk *desk;
	const swk__plan *plan;
	const swk__facts *facts;
	swk__money money;
	swk__tally_desk own_desk, whole_desk; /* they share the threads */
	swk__tally own;
	swk__plan whole_plan; /* the same question without groups and late filters */
	swk__tally whole;     /* where it does not follow from the groups */
	int32_t first,
		last; /* weeks (dates of first days) of the first and last fact, filters aside; none: first > last */
	int32_t from, to;   /* the window */
	swk__quotas quotas; /* opened where the form has some that groups can be told apart by */
	unsigned column_count, weekly_count;
	swk__shown columns[SWK__COLUMNS_MAX];
	unsigned places[SWK__COLUMNS_MAX]; /* of weekly columns among a row's weekly cells */
	struct table_room {
		swk__finish_row *rows;
		swk__cell *cells;
		size_t count;
	} rooms[2]; /* of the tables of a period and of the one before, for all periods */
	swk_result *result;
	swk__result_span currency;
	swk__rollup *named; /* groups that stand in the result in rows from `named_at` on; NULL: none yet */
	size_t named_at;
} answer;

/* -------------------------------------------------------------------------------------------- periods */

static bool week_partial(const answer *a, int32_t week)
{
	return swk__week_begin(&a->plan->calendar, week + 7) > a->plan->cut.now;
}

/* A week, or the weeks of a window, as they stood at `end`. */
typedef struct period {
	int32_t from, to;
	int64_t end;
} period;

/* The period `back` days before: everything up to now when this one is over, else what lies before the local time of
 * now. */
static period period_before(const answer *a, period now, int32_t back)
{
	period before = { now.from - back, now.to - back, INT64_MAX };
	if (week_partial(a, now.to))
		before.end = swk__plan_now_before(a->plan, back) - 1;
	return before;
}

/* -------------------------------------------------------------------------------------------- tables */

/* The sums of all groups of a period: a row for each group, in the order of `groups`. Rows and weekly cells lie in a
 * room of the answer. */
typedef struct table {
	swk__rollup *rollup;                    /* NULL: nothing */
	swk__i128 whole[SWK__MEASURES_MAX + 1]; /* sums of all that is counted, late filters aside */
	swk__finish_row *rows;
	size_t count;
} table;

static const swk__i128 zeros[SWK__MEASURES_MAX + 1];

static const swk__i128 *cell_sums(const swk__rollup *rollup, int64_t cell)
{
	return cell < 0 ? zeros : swk__rollup_values(rollup, (uint32_t)cell);
}

static void table_done(table *t)
{
	swk__rollup_release(t->rollup);
	*t = (table){ .count = 0 };
}

/* Makes room for so many rows. */
static bool room_cover(const answer *a, struct table_room *room, size_t count)
{
	swk__mem *mem = a->desk->mem;
	if (count <= room->count)
		return true;
	size_t grown = swk__grown(room->count, count);
	swk__finish_row *rows = swk__resize(mem, SWK__FAULT_report_rows, room->rows, grown, sizeof *rows);
	if (!rows)
		return false;
	room->rows = rows;
	swk__cell *cells = swk__resize(mem, SWK__FAULT_report_rows, room->cells, grown,
	                               a->weekly_count * sizeof *cells);
	if (!cells)
		return false;
	room->cells = cells;
	room->count = grown;
	return true;
}

/* Makes the rows of `groups` (may be NULL), which come in the order of their keys as the rollup's cells do. */
static int table_fill(answer *a, const swk__rollup *groups, struct table_room *room, table *t, swk_error *error)
{
	const uint32_t cells = t->rollup ? t->rollup->cells : 0, weekly = a->weekly_count;
	uint32_t cell = 0;
	t->count = groups ? groups->cells : 0;
	if (!room_cover(a, room, t->count))
		return swk__fail_memory(error, a->desk->mem);
	t->rows = room->rows;
	for (uint32_t r = 0; r < t->count; r++) {
		swk__finish_row *row = &t->rows[r];
		int order = groups == t->rollup ? 0 : 1;
		row->key = swk__rollup_key(groups, r);
		while (order && cell < cells &&
		       (order = swk__slice_compare(swk__rollup_key(t->rollup, cell), row->key)) < 0)
			cell++;
		row->cell = order ? -1 : (int64_t)cell++;
		row->sums = cell_sums(t->rollup, row->cell);
		row->cells = room->cells + (size_t)r * weekly;
	}
	for (size_t c = 0; c < t->count * weekly; c++)
		room->cells[c].null = true;
	return SWK_OK;
}

static int table_finish(answer *a, period asked, swk__rollup *groups, table *t, swk_error *error)
{
	const swk__form *form = a->plan->form;
	swk__finishing finishing = { .mem = a->desk->mem,
		                     .plan = a->plan,
		                     .quotas = a->quotas.plan ? &a->quotas : NULL,
		                     .groups = groups,
		                     .from = asked.from,
		                     .to = asked.to,
		                     .whole = t->whole,
		                     .places = a->places,
		                     .rows = t->rows,
		                     .count = t->count };
	return form->finish ? form->finish(&finishing, error) : SWK_OK;
}

/* The sums of all cells of a rollup. */
static void whole_sum(const swk__rollup *rollup, swk__i128 *sums)
{
	for (uint32_t cell = 0; rollup && cell < rollup->cells; cell++)
		for (uint32_t m = 0; m < rollup->measures; m++)
			sums[m] += swk__rollup_values(rollup, cell)[m];
}

/* Sums of what is counted in a period: of its groups, or by a tally of its own. */
static int whole_fill(answer *a, period asked, table *t, swk_error *error)
{
	swk__rollup *whole = NULL;
	int code = SWK_OK;
	if (!a->plan->report->latest)
		return SWK_OK;
	if (a->whole.open)
		code = swk__tally_sum(&a->whole, asked.from, asked.to, asked.end, &whole, error);
	if (code == SWK_OK)
		whole_sum(a->whole.open ? whole : t->rollup, t->whole);
	swk__rollup_release(whole);
	return code;
}

/* The figures of a period. `groups`: for which groups; NULL: those with a fact. */
static int table_make(answer *a, period asked, swk__rollup *groups, struct table_room *room, table *t, swk_error *error)
{
	*t = (table){ .count = 0 };
	int code = swk__tally_sum(&a->own, asked.from, asked.to, asked.end, &t->rollup, error);
	if (code == SWK_OK)
		code = whole_fill(a, asked, t, error);
	if (code == SWK_OK && a->quotas.plan)
		code = a->plan->form->groups(&a->quotas, asked.from, asked.to, &t->rollup, error);
	groups = groups ? groups : t->rollup;
	if (code == SWK_OK)
		code = table_fill(a, groups, room, t, error);
	if (code == SWK_OK)
		code = table_finish(a, asked, groups, t, error);
	if (code != SWK_OK)
		table_done(t);
	return code;
}

/* --------------------------------------------------------------------------------------------- rows */

/* Puts the next part of a key as a dimension's value. */
static int key_put(answer *a, unsigned d, size_t at, swk__slice *key, swk_error *error)
{
	swk__result_cells *to = &a->result->columns[DIMENSIONS + d];
	swk__result_span span;
	const bool number = swk__dimensions[a->plan->by[d]].number;
	const size_t length = number ? 1 : strlen(key->bytes);
	int code = SWK_OK;
	if (number)
		swk__result_put_int(to, at, (unsigned char)key->bytes[0] - 1);
	else
		code = swk__result_text(a->result, (swk__slice){ key->bytes, length }, &span, error);
	if (code == SWK_OK && !number)
		swk__result_put_text(to, at, span);
	key->bytes += length + !number;
	return code;
}

/* Puts the values of a group, those that stand in the result already again. */
static int name_put(answer *a, swk__slice key, size_t at, int64_t named, swk_error *error)
{
	int code = SWK_OK;
	for (unsigned d = 0; d < a->plan->by_count && code == SWK_OK; d++)
		if (named >= 0)
			swk__result_put_again(&a->result->columns[DIMENSIONS + d], at, a->named_at + (size_t)named, 1);
		else
			code = key_put(a, d, at, &key, error);
	return code;
}

/* Puts the dimensions' values of groups in rows from `at` on. The period before mostly has the same ones: its texts are
 * there. */
static int names_put(answer *a, swk__rollup *groups, size_t at, swk_error *error)
{
	const uint32_t before = a->named ? a->named->cells : 0;
	int code = SWK_OK;
	if (a->named && swk__rollup_alike(a->named, groups)) {
		for (unsigned d = 0; d < a->plan->by_count; d++)
			swk__result_put_again(&a->result->columns[DIMENSIONS + d], at, a->named_at, groups->cells);
		return SWK_OK;
	}
	for (uint32_t r = 0, n = 0; r < groups->cells && code == SWK_OK; r++) {
		swk__slice key = swk__rollup_key(groups, r);
		int order = 1;
		while (n < before && (order = swk__slice_compare(swk__rollup_key(a->named, n), key)) < 0)
			n++;
		code = name_put(a, key, at + r, n < before && order == 0 ? (int64_t)n : -1, error);
	}
	swk__rollup_release(a->named);
	a->named = swk__rollup_retain(groups);
	a->named_at = at;
	return code;
}

/* Puts what the rows of a period begin with. */
static int week_put(answer *a, period asked, size_t at, size_t count, swk_error *error)
{
	swk__result_cells *columns = a->result->columns;
	const bool total = a->plan->flags & SWK_QUERY_TOTAL, partial = !total && week_partial(a, asked.from);
	swk__result_span span;
	char label[16] = "total";
	if (!total)
		swk__week_label(a->plan->calendar.week_start, asked.from, label);
	int code = swk__result_text(a->result, swk__slice_of(label), &span, error);
	if (code != SWK_OK)
		return code;
	for (size_t row = at; row < at + count; row++) {
		swk__result_put_text(&columns[WEEK], row, span);
		if (total) {
			swk__result_put_null(&columns[WEEK_START], row);
			swk__result_put_null(&columns[PARTIAL], row);
			continue;
		}
		swk__result_put_date(&columns[WEEK_START], row, asked.from);
		swk__result_put_bool(&columns[PARTIAL], row, partial);
	}
	return SWK_OK;
}

static int row_order(const void *key, const void *row)
{
	return swk__slice_compare(*(const swk__slice *)key, ((const swk__finish_row *)row)->key);
}

/* Whether a table has a row for a group. */
static bool row_wanted(void *context, swk__slice key)
{
	const table *t = context;
	return bsearch(&key, t->rows, t->count, sizeof *t->rows, row_order);
}

/* Notes which rates the rows of a table lack, by counting again: what no row shows may lack its rate. */
static int rates_note(answer *a, period asked, table *t, swk_error *error)
{
	const unsigned lacking = a->plan->form->measure_count;
	const int64_t end = asked.end > a->plan->cut.now ? a->plan->cut.now : asked.end;
	swk__scan *scan;
	swk__rollup *again = NULL;
	swk__holds holds;
	size_t r = 0;
	while (r < t->count && (!a->money.mem || t->rows[r].sums[lacking] == 0))
		r++;
	if (r == t->count)
		return SWK_OK;
	int code = swk__tally_scan(&a->own, &scan, error);
	if (code != SWK_OK)
		return code;
	scan->wanted = row_wanted;
	scan->wanted_context = t;
	code = swk__scan_run(scan, swk__week_begin(&a->plan->calendar, asked.from),
	                     swk__week_begin(&a->plan->calendar, asked.to + 7), end, &again, &holds, error);
	scan->wanted = NULL;
	swk__rollup_release(code == SWK_OK ? again : NULL);
	return code;
}

/* Fails with the first of all rates that rows lack, if any. */
static int rates_check(const answer *a, swk_error *error)
{
	const swk__rate_gap *counted = swk__tally_gap(&a->own), *owed = &a->quotas.gap;
	return swk__rate_gap_check(swk__rate_gap_before(owed, counted) ? owed : counted, error);
}

/* Puts the figures of a table in rows from `at` on, or beside them as those of the period before. */
static void table_put(const answer *a, period asked, const table *t, size_t at, bool before)
{
	swk__figuring figuring = { .result = a->result,
		                   .at = at,
		                   .rows = t->rows,
		                   .count = t->count,
		                   .rollup = t->rollup,
		                   .end = asked.end > a->plan->cut.now ? a->plan->cut.now : asked.end,
		                   .units = 1,
		                   .currency = a->currency };
	for (unsigned d = 0; d < a->money.digits; d++)
		figuring.units *= 10;
	if (before)
		swk__figures_put_previous(&figuring, a->columns, a->column_count);
	else
		swk__figures_put(&figuring, a->columns, a->column_count);
}

/* The rows of a period: of its groups, or of `groups`, with those of the period before beside. */
static int period_add(answer *a, period asked, swk__rollup *groups, swk_error *error)
{
	table now, before = { .count = 0 };
	const bool previous = a->plan->flags & SWK_QUERY_PREVIOUS;
	const period earlier = period_before(a, asked, asked.to - asked.from + 7);
	const size_t at = a->result->rows;
	int code = table_make(a, asked, groups, &a->rooms[0], &now, error);
	if (code != SWK_OK || now.count == 0) {
		table_done(&now);
		return code;
	}
	groups = groups ? groups : now.rollup;
	if (previous)
		code = table_make(a, earlier, groups, &a->rooms[1], &before, error);
	if (code == SWK_OK)
		code = rates_note(a, asked, &now, error);
	if (code == SWK_OK)
		code = rates_note(a, earlier, &before, error);
	if (code == SWK_OK)
		code = swk__result_extend(a->result, now.count, error);
	if (code == SWK_OK)
		code = week_put(a, asked, at, now.count, error);
	if (code == SWK_OK)
		code = names_put(a, groups, at, error);
	if (code == SWK_OK) {
		table_put(a, asked, &now, at, false);
		table_put(a, earlier, &before, at, true);
		code = swk__result_finite(a->result, now.count, error);
	}
	table_done(&now);
	table_done(&before);
	return code;
}

/* The groups that `fill` asks for: those of the window; without `by`, the one group there is. */
static int fill_groups(answer *a, swk__rollup **groups, swk_error *error)
{
	int code = swk__tally_sum(&a->own, a->from, a->to, INT64_MAX, groups, error);
	if (code == SWK_OK && a->quotas.plan)
		code = a->plan->form->groups(&a->quotas, a->from, a->to, groups, error);
	if (code != SWK_OK || a->plan->by_count || (*groups && (*groups)->cells))
		return code;
	swk__rollup_builder builder;
	swk__rollup_release(*groups);
	*groups = NULL;
	swk__rollup_builder_init(&builder, a->desk->mem, swk__form_sums(a->plan->form),
	                         2 * swk__form_curves(a->plan->form));
	swk__rollup_list none[2 * SWK__CURVES_MAX] = { { NULL, 0 } };
	code = swk__rollup_builder_add(&builder, (swk__slice){ "", 0 }, zeros, none, error);
	if (code == SWK_OK)
		code = swk__rollup_build(&builder, groups, error);
	swk__rollup_builder_done(&builder);
	return code;
}

/* Lets weeks be counted ahead of those that are added, when there are threads for it. */
static int weeks_ahead(answer *a, int32_t from, int32_t to, swk_error *error)
{
	int code = swk__tally_ahead(&a->own, from, to, INT64_MAX, error);
	if (code == SWK_OK && a->whole.open)
		code = swk__tally_ahead(&a->whole, from, to, INT64_MAX, error);
	return code;
}

static int weeks_add(answer *a, swk__rollup *groups, swk_error *error)
{
	bool all = groups || a->plan->form->groups;
	int32_t from = all || a->from > a->first ? a->from : a->first, to = all || a->to < a->last ? a->to : a->last;
	int code = weeks_ahead(a, from, to, error);
	for (int32_t week = from; week <= to && code == SWK_OK; week += 7) {
		if (a->desk->check)
			code = a->desk->check(a->desk->check_context, 0, 0, error);
		const size_t before = a->result->rows;
		if (code == SWK_OK)
			code = period_add(a, (period){ week, week, INT64_MAX }, groups, error);
		if (before == 0 && week < to)
			swk__result_expect(a->result, a->result->rows * (size_t)((to - week) / 7));
	}
	return code;
}

static int body_add(answer *a, swk_error *error)
{
	swk__rollup *groups = NULL;
	int code = SWK_OK;
	if (a->plan->flags & SWK_QUERY_FILL)
		code = fill_groups(a, &groups, error);
	if (code == SWK_OK)
		code = a->plan->flags & SWK_QUERY_TOTAL
		               ? period_add(a, (period){ a->from, a->to, INT64_MAX }, groups, error)
		               : weeks_add(a, groups, error);
	swk__rollup_release(groups);
	return code;
}

/* ------------------------------------------------------------------------------------------- heading */

/* The form's columns, and those it has when the query groups. */
static void columns_list(answer *a)
{
	const swk__form *form = a->plan->form;
	const swk__column *lists[] = { form->columns, a->plan->by_count ? form->columns_by : NULL };
	for (size_t l = 0; l < SWK__COUNT(lists); l++) {
		for (const swk__column *column = lists[l]; column && column->name; column++) {
			a->places[a->column_count] = a->weekly_count;
			a->columns[a->column_count++] = (swk__shown){ .column = column, .place = a->weekly_count };
			a->weekly_count += swk__figure_weekly(column->figure);
		}
	}
}

static int column_named(answer *a, const char *name, const char *suffix, swk_type type, swk_error *error)
{
	char whole[64];
	snprintf(whole, sizeof whole, "%s%s", name, suffix);
	return swk__result_column(a->result, whole, type, error);
}

/* A text that is one of a few in every row. */
static int column_repeated(answer *a, const char *name, swk_error *error)
{
	int code = column_named(a, name, "", SWK_TYPE_TEXT, error);
	if (code == SWK_OK)
		swk__result_repeats(a->result);
	return code;
}

static int column_add(answer *a, swk__shown *shown, swk_error *error)
{
	const swk__column *column = shown->column;
	const bool bounds = swk__figure_width(column->figure) == 3;
	const char *const suffixes[] = { "", bounds ? "_lo" : NULL, bounds ? "_hi" : NULL };
	int code = SWK_OK;
	shown->to = (unsigned)a->result->width;
	if (column->figure == SWK__FIGURE_CURRENCY)
		return column_repeated(a, column->name, error);
	for (size_t i = 0; i < SWK__COUNT(suffixes) && code == SWK_OK; i++)
		if (suffixes[i])
			code = column_named(a, column->name, suffixes[i], swk__figure_type(column->figure), error);
	if (code != SWK_OK || !(a->plan->flags & SWK_QUERY_PREVIOUS) || !swk__figure_previous(column))
		return code;
	shown->previous = (unsigned)a->result->width;
	return column_named(a, column->name, "_previous", swk__figure_type(column->figure), error);
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
		code = about->number ? column_named(a, about->name, "", SWK_TYPE_INT, error)
		                     : column_repeated(a, about->name, error);
	}
	for (unsigned c = 0; c < a->column_count && code == SWK_OK; c++)
		code = column_add(a, &a->columns[c], error);
	return code;
}

/* -------------------------------------------------------------------------------------------- window */

/* Whether any fact of a week is counted; late filters, which choose among what is counted, aside. */
static int week_counts(answer *a, int32_t week, bool *counts, swk_error *error)
{
	swk__rollup *rollup;
	int code = swk__tally_week(a->whole.open ? &a->whole : &a->own, week, INT64_MAX, &rollup, error);
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

/* True when the extent of the facts may be wider than that of those that count. */
static bool window_loose(const swk__plan *plan)
{
	bool loose = plan->filter_count > 0;
	for (unsigned s = 0; s < plan->form->source_count; s++)
		loose |= plan->form->sources[s].lead_needed;
	return loose && !plan->form->window;
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
		a->own.first = a->whole.first = a->first;
		a->own.last = a->whole.last = a->last;
	}
	int32_t from = a->first, to = a->last;
	if (plan->form->window)
		plan->form->window(plan, a->facts, &from, &to);
	a->from = plan->from_given ? plan->from : from;
	a->to = plan->to_given ? plan->to : to;
	if (!plan->form->window && from > to && !(plan->from_given && plan->to_given))
		a->to = a->from - 7;
	int code = SWK_OK;
	if (!plan->from_given && window_loose(plan))
		code = window_narrow(a, &a->from, 7, error);
	if (code == SWK_OK && !plan->to_given && window_loose(plan))
		code = window_narrow(a, &a->to, -7, error);
	return code;
}

/* ------------------------------------------------------------------------------------------ the answer */

static bool form_has(const swk__form *form, swk__measure_kind kind)
{
	for (unsigned m = 0; m < form->measure_count; m++)
		if (form->measures[m].kind == kind)
			return true;
	return false;
}

static bool filter_late(const swk__plan_filter *filter)
{
	return filter->dimension == SWK__DIMENSION_BAND;
}

/* Whether what all groups make together is not all that is counted: the last fact of a lead may be filtered out
 * late. */
static bool whole_apart(const swk__plan *plan)
{
	bool apart = false;
	for (unsigned f = 0; f < plan->filter_count; f++)
		apart |= filter_late(&plan->filters[f]);
	return plan->report->latest && apart;
}

/* The plan of everything that is counted under the filters that are not late. */
static void whole_derive(answer *a)
{
	swk__plan *whole = &a->whole_plan;
	*whole = *a->plan;
	whole->by_count = 0;
	whole->filter_count = 0;
	for (unsigned f = 0; f < a->plan->filter_count; f++)
		if (!filter_late(&a->plan->filters[f]))
			whole->filters[whole->filter_count++] = a->plan->filters[f];
}

static void answer_close(answer *a)
{
	swk__tally_close(&a->own);
	swk__tally_close(&a->whole);
	swk__quotas_close(&a->quotas);
	swk__money_close(&a->money);
	swk__rollup_release(a->named);
	for (size_t t = 0; t < SWK__COUNT(a->rooms); t++) {
		swk__free(a->desk->mem, a->rooms[t].rows);
		swk__free(a->desk->mem, a->rooms[t].cells);
	}
}

/* Reads the quotas of the window, and of what lies just before where that is asked for. */
static int quotas_open(answer *a, swk_error *error)
{
	const int32_t length = a->plan->flags & SWK_QUERY_TOTAL ? a->to - a->from + 7 : 7;
	if (!a->plan->form->groups || !swk__quotas_apply(a->plan) || a->from > a->to)
		return SWK_OK;
	return swk__quotas_open(&a->quotas, a->plan, a->facts, &a->money,
	                        a->plan->flags & SWK_QUERY_PREVIOUS ? a->from - length : a->from, a->to, error);
}

static int answer_open(answer *a, const swk__desk *desk, const swk__plan *plan, const swk__facts *facts,
                       swk_error *error)
{
	*a = (answer){ .desk = desk, .plan = plan, .facts = facts };
	columns_list(a);
	int code = SWK_OK;
	if (form_has(plan->form, SWK__MEASURE_AMOUNT))
		code = swk__money_open(&a->money, facts, plan->calendar.zone, desk->currency,
		                       swk__slice_of(plan->currency), error);
	a->own_desk = a->whole_desk = (swk__tally_desk){ .mem = desk->mem,
		                                         .facts = facts,
		                                         .money = a->money.mem ? &a->money : NULL,
		                                         .zones = desk->zones,
		                                         .cache = desk->cache,
		                                         .check = desk->check,
		                                         .check_context = desk->check_context,
		                                         .threads = desk->threads };
	if (whole_apart(plan) && desk->threads) { /* the calling thread is one of both */
		a->own_desk.threads = desk->threads / 2 + 1;
		a->whole_desk.threads = (desk->threads + 1) / 2;
	}
	if (code == SWK_OK)
		code = swk__tally_open(&a->own, &a->own_desk, plan, 0, error);
	if (code == SWK_OK && whole_apart(plan)) {
		whole_derive(a);
		code = swk__tally_open(&a->whole, &a->whole_desk, &a->whole_plan, 1, error);
	}
	if (code == SWK_OK)
		code = window_find(a, error);
	if (code == SWK_OK)
		code = quotas_open(a, error);
	if (code != SWK_OK)
		answer_close(a);
	return code;
}

int swk__answer_make(const swk__desk *desk, const swk__plan *plan, const swk__facts *facts, swk_result **result,
                     swk_error *error)
{
	answer a;
	uint64_t commit = facts->snapshot->commit < plan->cut.commit ? facts->snapshot->commit : plan->cut.commit;
	int code = answer_open(&a, desk, plan, facts, error);
	if (code != SWK_OK)
		return code;
	code = swk__result_create(desk->mem, desk->keep, desk->drop, desk->owner, &a.result, error);
	if (code == SWK_OK)
		code = swk__result_about(a.result, plan->report->name, plan->zone.bytes, plan->calendar.week_start,
		                         plan->calendar.zone->fingerprint, plan->cut.now, commit, error);
	if (code == SWK_OK) {
		swk__result_digits(a.result, a.money.digits);
		code = heading_add(&a, error);
	}
	if (code == SWK_OK && a.money.mem)
		code = swk__result_text(a.result, (swk__slice){ a.money.code, 3 }, &a.currency, error);
	if (code == SWK_OK && a.from <= a.to)
		code = body_add(&a, error);
	if (code == SWK_OK)
		code = rates_check(&a, error);
	answer_close(&a);
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
	code = swk__tally_sum(&a.own, a.from, a.to, INT64_MAX, &sum, error);
	if (code == SWK_OK && !sum) {
		swk__rollup_builder builder;
		swk__rollup_builder_init(&builder, desk->mem, swk__form_sums(plan->form),
		                         2 * swk__form_curves(plan->form));
		code = swk__rollup_build(&builder, &sum, error);
		swk__rollup_builder_done(&builder);
	}
	answer_close(&a);
	if (code == SWK_OK)
		*rollup = sum;
	return code;
}
