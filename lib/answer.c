/* SPDX-License-Identifier: MIT */
#include "answer.h"

#include "finish.h"
#include "stats.h"
#include "survival.h"

#include <stdio.h>

#define COLUMNS_MAX 40
#define CELLS_MAX (COLUMNS_MAX * 3) /* of a row's own columns: figure and bounds */
#define WEEK_CELLS 3
#define ROW_MAX (WEEK_CELLS + SWK__DIMENSION_COUNT + CELLS_MAX + COLUMNS_MAX)

/* An answer in the making. */
typedef struct answer {
	const swk__desk *desk;
	const swk__plan *plan;
	const swk__facts *facts;
	swk__money money;
	swk__tally_desk tallying;
	swk__tally own;
	swk__plan whole_plan; /* the same question without groups and late filters */
	swk__tally whole;     /* where it does not follow from the groups */
	int32_t first,
		last; /* weeks (dates of first days) of the first and last fact, filters aside; none: first > last */
	int32_t from, to; /* the window */
	unsigned column_count, cell_count;
	const swk__column *columns[COLUMNS_MAX];
	unsigned places[COLUMNS_MAX]; /* of the columns' first cells in a table's row */
	unsigned head_count, curves;  /* cells of week and dimensions before a row's own; curves of the form */
	swk__cell week[WEEK_CELLS];   /* of the period that is added */
	char label[16];
	struct table_room {
		swk__finish_row *rows;
		swk__cell *cells;
		size_t count;
	} rooms[2]; /* of the tables of a period and of the one before, for all periods */
	swk_result *result;
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

/* -------------------------------------------------------------------------------------------- figures */

static swk__cell cell_int(int64_t integer)
{
	return (swk__cell){ .integer = integer };
}

static swk__cell cell_null(void)
{
	return (swk__cell){ .null = true };
}

static swk__cell cell_real(double real)
{
	return (swk__cell){ .real = real };
}

static swk__cell cell_ratio(swk__i128 numerator, swk__i128 denominator)
{
	if (denominator == 0)
		return cell_null();
	return cell_real(denominator < 0 ? swk__ratio(-numerator, -denominator) : swk__ratio(numerator, denominator));
}

/* How many cells a column has in a table's row. */
static unsigned figure_width(swk__figure figure)
{
	switch (figure) {
	case SWK__FIGURE_RATE:
	case SWK__FIGURE_RATIO:
	case SWK__FIGURE_NONE:
	case SWK__FIGURE_PERCENTILE:
	case SWK__FIGURE_WITHIN:
		return 3;
	default:
		return 1;
	}
}

/* Counts, amounts, rates and means have a previous one beside them. */
static bool figure_previous(const swk__column *column)
{
	switch (column->figure) {
	case SWK__FIGURE_NONE:
	case SWK__FIGURE_PERCENTILE:
	case SWK__FIGURE_WITHIN:
	case SWK__FIGURE_CURRENCY:
	case SWK__FIGURE_WEEKLY_INT:
	case SWK__FIGURE_WEEKLY_BOOL:
		return false;
	default:
		return !column->alone;
	}
}

/* The durations of a curve of a cell, as they stand at an instant. */
static swk__durations curve_durations(const swk__rollup *rollup, int64_t cell, unsigned curve, int64_t end)
{
	if (cell < 0)
		return (swk__durations){ 0 };
	swk__rollup_list ended = swk__rollup_list_at(rollup, (uint32_t)cell, curve * 2);
	swk__rollup_list starts = swk__rollup_list_at(rollup, (uint32_t)cell, curve * 2 + 1);
	return (swk__durations){ ended.values, NULL, ended.count, starts.count, starts.values, end };
}

/* The sum of durations, which are not negative: so many at a time fit in 64 bits. */
#define SUMMED 512

_Static_assert(SWK__INSTANT_MAX < INT64_MAX / SUMMED, "a sum of some durations fits");

static swk__cell curve_mean(const swk__durations *durations, int64_t scale)
{
	swk__i128 sum = 0;
	for (uint64_t i = 0; i < durations->ended_count;) {
		uint64_t stop = durations->ended_count - i < SUMMED ? durations->ended_count : i + SUMMED;
		int64_t some = 0;
		for (; i < stop; i++)
			some += durations->ended[i];
		sum += some;
	}
	return cell_ratio(sum, (swk__i128)durations->ended_count * scale);
}

static swk__cell moment_cell(swk__moment moment, int64_t scale)
{
	return moment.known ? cell_ratio(moment.time, scale) : cell_null();
}

/* Fills the cells of all columns of a curve, in one walk over its durations. */
static void curve_cells(const answer *a, unsigned curve, const swk__durations *durations, swk__cell *cells)
{
	swk__within withins[COLUMNS_MAX];
	swk__percentile percentiles[COLUMNS_MAX];
	swk__cell *within_cells[COLUMNS_MAX], *percentile_cells[COLUMNS_MAX];
	int64_t scales[COLUMNS_MAX];
	size_t w = 0, p = 0;
	for (unsigned c = 0; c < a->column_count; c++) {
		const swk__column *column = a->columns[c];
		swk__cell *cell = &cells[a->places[c]];
		if (column->figure == SWK__FIGURE_CURVE_MEAN && column->a == curve)
			*cell = curve_mean(durations, column->scale);
		if (column->figure == SWK__FIGURE_WITHIN && column->a == curve) {
			within_cells[w] = cell;
			withins[w++] = (swk__within){ .time = column->scale };
		}
		if (column->figure == SWK__FIGURE_PERCENTILE && column->a == curve) {
			percentile_cells[p] = cell;
			scales[p] = column->scale;
			percentiles[p++] = (swk__percentile){ .part = column->b, .whole = 100 };
		}
	}
	swk__survival(durations, withins, w, percentiles, p);
	for (size_t i = 0; i < w; i++) {
		within_cells[i][0] = withins[i].known ? cell_real(withins[i].share) : cell_null();
		within_cells[i][1] = withins[i].bounded ? cell_real(withins[i].bounds.low) : cell_null();
		within_cells[i][2] = withins[i].bounded ? cell_real(withins[i].bounds.high) : cell_null();
	}
	for (size_t i = 0; i < p; i++) {
		percentile_cells[i][0] = moment_cell(percentiles[i].reached, scales[i]);
		percentile_cells[i][1] = moment_cell(percentiles[i].low, scales[i]);
		percentile_cells[i][2] = moment_cell(percentiles[i].high, scales[i]);
	}
}

static void curves_fill(const answer *a, const swk__rollup *rollup, int64_t cell, int64_t end, swk__cell *cells)
{
	for (unsigned curve = 0; curve < a->curves; curve++) {
		swk__durations durations = curve_durations(rollup, cell, curve, end);
		curve_cells(a, curve, &durations, cells);
	}
}

static swk__cell cell_amount(swk__i128 minor)
{
	return (swk__cell){ .amount = minor };
}

static swk__cell mean_amount(const answer *a, swk__i128 sum, swk__i128 count)
{
	int64_t units = 1;
	for (unsigned d = 0; d < a->money.digits; d++)
		units *= 10;
	return cell_ratio(sum, count * units);
}

/* Whether a column's a and b are measures: of curves they are not. */
static bool figure_of_sums(swk__figure figure)
{
	return figure <= SWK__FIGURE_MEAN || figure == SWK__FIGURE_AMOUNT || figure == SWK__FIGURE_MEAN_AMOUNT;
}

/* The bounds of a rate, behind it. */
static void bounds_fill(int64_t count, int64_t total, swk__cell *cells)
{
	if (total == 0)
		return;
	swk__interval bounds = swk__wilson(count, total);
	cells[1] = cell_real(bounds.low);
	cells[2] = cell_real(bounds.high);
}

/* The cells of a column that a cell's own sums tell. */
static void figure_fill(const answer *a, const swk__column *column, const swk__i128 *sums, swk__cell *cells)
{
	const bool summed = figure_of_sums(column->figure);
	const swk__i128 x = summed ? sums[column->a] : 0, y = summed ? sums[column->b] : 0;
	if (figure_width(column->figure) == 3)
		cells[1] = cells[2] = cell_null();
	switch (column->figure) {
	case SWK__FIGURE_COUNT:
		cells[0] = cell_int((int64_t)x);
		break;
	case SWK__FIGURE_LESS:
		cells[0] = cell_int((int64_t)(x - y));
		break;
	case SWK__FIGURE_SUM:
		cells[0] = cell_ratio(x, column->scale);
		break;
	case SWK__FIGURE_RATE:
	case SWK__FIGURE_RATIO:
	case SWK__FIGURE_SHARE:
		cells[0] = cell_ratio(x, y);
		break;
	case SWK__FIGURE_MEAN:
		cells[0] = cell_ratio(x, y * column->scale);
		break;
	case SWK__FIGURE_CURRENCY:
		cells[0] = (swk__cell){ .text = { a->money.code, 3 } };
		break;
	case SWK__FIGURE_AMOUNT:
		cells[0] = cell_amount(x);
		break;
	case SWK__FIGURE_MEAN_AMOUNT:
		cells[0] = mean_amount(a, x, y);
		break;
	default:
		cells[0] = cell_null();
	}
	if (column->figure == SWK__FIGURE_RATE)
		bounds_fill((int64_t)x, (int64_t)y, cells);
}

/* -------------------------------------------------------------------------------------------- tables */

/* The figures of all groups of a period: a row for each group, in the order of `groups`. Rows and cells lie in a room
 * of the answer. A row's cells have those of week and dimensions before them. */
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

static void row_fill(const answer *a, const swk__rollup *rollup, int64_t cell, int64_t end, swk__finish_row *row)
{
	row->sums = cell_sums(rollup, cell);
	for (unsigned c = 0; c < a->column_count; c++)
		figure_fill(a, a->columns[c], row->sums, &row->cells[a->places[c]]);
	curves_fill(a, rollup, cell, end, row->cells);
}

/* Makes room for so many rows. */
static bool room_cover(const answer *a, struct table_room *room, size_t count)
{
	swk__mem *mem = a->desk->mem;
	if (count <= room->count)
		return true;
	size_t grown = swk__grown(room->count, count), width = a->head_count + a->cell_count;
	swk__finish_row *rows = swk__resize(mem, SWK__FAULT_report_rows, room->rows, grown, sizeof *rows);
	if (!rows)
		return false;
	room->rows = rows;
	swk__cell *cells = swk__resize(mem, SWK__FAULT_report_rows, room->cells, grown, width * sizeof *cells);
	if (!cells)
		return false;
	room->cells = cells;
	room->count = grown;
	return true;
}

/* Makes the rows of the groups of both rollups, `groups` (may be NULL) and the period's own. */
static int table_fill(answer *a, period asked, const swk__rollup *groups, struct table_room *room, table *t,
                      swk_error *error)
{
	int64_t end = asked.end > a->plan->cut.now ? a->plan->cut.now : asked.end;
	t->count = groups ? groups->cells : 0;
	if (!room_cover(a, room, t->count))
		return swk__fail_memory(error, a->desk->mem);
	t->rows = room->rows;
	for (uint32_t r = 0; r < t->count; r++) {
		swk__slice key = swk__rollup_key(groups, r);
		int64_t cell = groups == t->rollup ? (int64_t)r : t->rollup ? swk__rollup_find(t->rollup, key) : -1;
		t->rows[r].key = key;
		t->rows[r].cells = room->cells + r * (a->head_count + a->cell_count) + a->head_count;
		row_fill(a, t->rollup, cell, end, &t->rows[r]);
	}
	return SWK_OK;
}

static int table_finish(answer *a, period asked, table *t, swk_error *error)
{
	const swk__form *form = a->plan->form;
	swk__finishing finishing = { .mem = a->desk->mem,
		                     .plan = a->plan,
		                     .facts = a->facts,
		                     .money = a->money.mem ? &a->money : NULL,
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
static int table_make(answer *a, period asked, const swk__rollup *groups, struct table_room *room, table *t,
                      swk_error *error)
{
	*t = (table){ .count = 0 };
	int code = swk__tally_sum(&a->own, asked.from, asked.to, asked.end, &t->rollup, error);
	if (code == SWK_OK)
		code = whole_fill(a, asked, t, error);
	if (code == SWK_OK && a->plan->form->groups)
		code = a->plan->form->groups(a->plan, a->facts, asked.from, asked.to, &t->rollup, error);
	if (code == SWK_OK)
		code = table_fill(a, asked, groups ? groups : t->rollup, room, t, error);
	if (code == SWK_OK)
		code = table_finish(a, asked, t, error);
	if (code != SWK_OK)
		table_done(t);
	return code;
}

/* --------------------------------------------------------------------------------------------- rows */

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

/* Notes what all rows of a period begin with. */
static void week_note(answer *a, period asked)
{
	a->week[0] = (swk__cell){ .text = swk__slice_of("total") };
	a->week[1] = a->week[2] = cell_null();
	if (a->plan->flags & SWK_QUERY_TOTAL)
		return;
	swk__week_label(a->plan->calendar.week_start, asked.from, a->label);
	a->week[0] = (swk__cell){ .text = swk__slice_of(a->label) };
	a->week[1] = cell_int(asked.from);
	a->week[2] = cell_int(week_partial(a, asked.from));
}

/* Fails with the first rate that a row lacks, if any: what no row shows may lack its rate. */
static int rates_check(answer *a, period asked, const swk__finish_row *row, swk_error *error)
{
	swk__rollup *again = NULL;
	swk__holds holds;
	int64_t end = asked.end > a->plan->cut.now ? a->plan->cut.now : asked.end;
	if (!a->money.mem || row->sums[a->plan->form->measure_count] == 0)
		return SWK_OK;
	swk__scan *scan = swk__tally_scan(&a->own);
	scan->needed = &row->key;
	int code = swk__scan_run(scan, swk__week_begin(&a->plan->calendar, asked.from),
	                         swk__week_begin(&a->plan->calendar, asked.to + 7), end, &again, &holds, error);
	scan->needed = NULL;
	swk__rollup_release(code == SWK_OK ? again : NULL);
	return code;
}

/* The cells of week and dimensions, before a row's own. */
static void head_fill(const answer *a, const swk__finish_row *row)
{
	swk__cell *cells = row->cells - a->head_count;
	swk__slice key = row->key;
	memcpy(cells, a->week, sizeof a->week);
	for (unsigned d = 0; d < a->plan->by_count; d++)
		cells[WEEK_CELLS + d] = key_cell(a->plan->by[d], &key);
}

/* A row with the figures of the one before beside its own. */
static int row_add_beside(answer *a, const swk__finish_row *now, const swk__finish_row *before, swk_error *error)
{
	swk__cell cells[ROW_MAX];
	unsigned n = a->head_count;
	memcpy(cells, now->cells - n, n * sizeof *cells);
	for (unsigned c = 0; c < a->column_count; c++) {
		for (unsigned w = 0; w < figure_width(a->columns[c]->figure); w++)
			cells[n++] = now->cells[a->places[c] + w];
		if (figure_previous(a->columns[c]))
			cells[n++] = before->cells[a->places[c]];
	}
	return swk__result_row(a->result, cells, error);
}

static int row_add(answer *a, const swk__finish_row *now, const swk__finish_row *before, swk_error *error)
{
	head_fill(a, now);
	return before ? row_add_beside(a, now, before, error)
	              : swk__result_row(a->result, now->cells - a->head_count, error);
}

/* The rows of a period: of its groups, or of `groups`, with those of the period before beside. */
static int period_add(answer *a, period asked, const swk__rollup *groups, swk_error *error)
{
	table now, before = { .count = 0 };
	bool previous = a->plan->flags & SWK_QUERY_PREVIOUS;
	period earlier = period_before(a, asked, asked.to - asked.from + 7);
	int code = table_make(a, asked, groups, &a->rooms[0], &now, error);
	if (code != SWK_OK)
		return code;
	week_note(a, asked);
	if (previous && now.count)
		code = table_make(a, earlier, groups ? groups : now.rollup, &a->rooms[1], &before, error);
	for (size_t r = 0; r < now.count && code == SWK_OK; r++) {
		code = rates_check(a, asked, &now.rows[r], error);
		if (code == SWK_OK && previous)
			code = rates_check(a, earlier, &before.rows[r], error);
		if (code == SWK_OK)
			code = row_add(a, &now.rows[r], previous ? &before.rows[r] : NULL, error);
	}
	table_done(&now);
	table_done(&before);
	return code;
}

/* The groups that `fill` asks for: those of the window; without `by`, the one group there is. */
static int fill_groups(answer *a, swk__rollup **groups, swk_error *error)
{
	int code = swk__tally_sum(&a->own, a->from, a->to, INT64_MAX, groups, error);
	if (code == SWK_OK && a->plan->form->groups)
		code = a->plan->form->groups(a->plan, a->facts, a->from, a->to, groups, error);
	if (code != SWK_OK || a->plan->by_count || (*groups && (*groups)->cells))
		return code;
	swk__rollup_builder builder;
	swk__rollup_release(*groups);
	*groups = NULL;
	swk__rollup_builder_init(&builder, a->desk->mem, swk__form_sums(a->plan->form),
	                         swk__tally_scan(&a->own)->lists);
	swk__rollup_list none[2 * SWK__CURVES_MAX] = { { NULL, 0 } };
	code = swk__rollup_builder_add(&builder, (swk__slice){ "", 0 }, zeros, none, error);
	if (code == SWK_OK)
		code = swk__rollup_build(&builder, groups, error);
	swk__rollup_builder_done(&builder);
	return code;
}

/* Counts weeks that are added next, when there are threads for it. */
static int weeks_ahead(answer *a, int32_t from, int32_t to, swk_error *error)
{
	int code = swk__tally_ahead(&a->own, from, to, INT64_MAX, error);
	if (code == SWK_OK && a->whole.open)
		code = swk__tally_ahead(&a->whole, from, to, INT64_MAX, error);
	return code;
}

static int weeks_add(answer *a, const swk__rollup *groups, swk_error *error)
{
	bool all = groups || a->plan->form->groups;
	int32_t from = all || a->from > a->first ? a->from : a->first, to = all || a->to < a->last ? a->to : a->last;
	int code = SWK_OK;
	const int32_t stride = 7 * (int32_t)swk__tally_stride(&a->own);
	for (int32_t week = from; week <= to && code == SWK_OK; week += 7) {
		if (a->desk->check)
			code = a->desk->check(a->desk->check_context, 0, 0, error);
		if (code == SWK_OK && (week - from) % stride == 0)
			code = weeks_ahead(a, week, to - week < stride ? to : week + stride - 7, error);
		if (code == SWK_OK)
			code = period_add(a, (period){ week, week, INT64_MAX }, groups, error);
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

static swk_type figure_type(swk__figure figure)
{
	switch (figure) {
	case SWK__FIGURE_COUNT:
	case SWK__FIGURE_LESS:
	case SWK__FIGURE_WEEKLY_INT:
		return SWK_TYPE_INT;
	case SWK__FIGURE_AMOUNT:
	case SWK__FIGURE_WEEKLY_AMOUNT:
		return SWK_TYPE_AMOUNT;
	case SWK__FIGURE_WEEKLY_BOOL:
		return SWK_TYPE_BOOL;
	default:
		return SWK_TYPE_REAL;
	}
}

/* The form's columns, and those it has when the query groups. */
static void columns_list(answer *a)
{
	const swk__form *form = a->plan->form;
	const swk__column *lists[] = { form->columns, a->plan->by_count ? form->columns_by : NULL };
	for (size_t l = 0; l < SWK__COUNT(lists); l++) {
		for (const swk__column *column = lists[l]; column && column->name; column++) {
			a->columns[a->column_count] = column;
			a->places[a->column_count++] = a->cell_count;
			a->cell_count += figure_width(column->figure);
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

static int column_add(answer *a, const swk__column *column, swk_error *error)
{
	bool bounds = figure_width(column->figure) == 3;
	bool previous = (a->plan->flags & SWK_QUERY_PREVIOUS) && figure_previous(column);
	const char *const suffixes[] = { "", bounds ? "_lo" : NULL, bounds ? "_hi" : NULL,
		                         previous ? "_previous" : NULL };
	int code = SWK_OK;
	if (column->figure == SWK__FIGURE_CURRENCY)
		return column_repeated(a, column->name, error);
	for (size_t i = 0; i < SWK__COUNT(suffixes) && code == SWK_OK; i++)
		if (suffixes[i])
			code = column_named(a, column->name, suffixes[i], figure_type(column->figure), error);
	return code;
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
		code = column_add(a, a->columns[c], error);
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

/* Whether what all groups make together is not all that is counted: the last fact of a lead may be filtered out late,
 * or count once for each model. */
static bool whole_apart(const swk__plan *plan)
{
	bool apart = plan->by_mask & SWK__HAS(MODEL);
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
	swk__money_close(&a->money);
	for (size_t t = 0; t < SWK__COUNT(a->rooms); t++) {
		swk__free(a->desk->mem, a->rooms[t].rows);
		swk__free(a->desk->mem, a->rooms[t].cells);
	}
}

static int answer_open(answer *a, const swk__desk *desk, const swk__plan *plan, const swk__facts *facts,
                       swk_error *error)
{
	*a = (answer){ .desk = desk, .plan = plan, .facts = facts };
	columns_list(a);
	a->head_count = WEEK_CELLS + plan->by_count;
	a->curves = swk__form_curves(plan->form);
	int code = SWK_OK;
	if (form_has(plan->form, SWK__MEASURE_AMOUNT))
		code = swk__money_open(&a->money, facts, plan->calendar.zone, desk->currency,
		                       swk__slice_of(plan->currency), error);
	a->tallying = (swk__tally_desk){ .mem = desk->mem,
		                         .facts = facts,
		                         .money = a->money.mem ? &a->money : NULL,
		                         .zones = desk->zones,
		                         .cache = desk->cache,
		                         .check = desk->check,
		                         .check_context = desk->check_context,
		                         .threads = desk->threads };
	if (code == SWK_OK)
		code = swk__tally_open(&a->own, &a->tallying, plan, 0, error);
	if (code == SWK_OK && whole_apart(plan)) {
		whole_derive(a);
		code = swk__tally_open(&a->whole, &a->tallying, &a->whole_plan, 1, error);
	}
	if (code == SWK_OK)
		code = window_find(a, error);
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
	if (code == SWK_OK && a.from <= a.to)
		code = body_add(&a, error);
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
		                         swk__tally_scan(&a.own)->lists);
		code = swk__rollup_build(&builder, &sum, error);
		swk__rollup_builder_done(&builder);
	}
	answer_close(&a);
	if (code == SWK_OK)
		*rollup = sum;
	return code;
}
