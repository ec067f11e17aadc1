/* SPDX-License-Identifier: MIT */
#include "figure.h"

#include "stats.h"
#include "survival.h"

/* ---------------------------------------------------------------------------------------------- sums */

/* Puts the cells of one column of a period. */
typedef void (*put_column)(const swk__figuring *f, const swk__shown *shown, swk__result_cells *to);

static void real_put(swk__result_cells *to, size_t row, bool known, double real)
{
	if (known)
		swk__result_put_real(to, row, real);
	else
		swk__result_put_null(to, row);
}

static void ratio_put(swk__result_cells *to, size_t row, swk__i128 numerator, swk__i128 denominator)
{
	if (denominator == 0)
		swk__result_put_null(to, row);
	else
		swk__result_put_real(to, row,
		                     denominator < 0 ? swk__ratio(-numerator, -denominator)
		                                     : swk__ratio(numerator, denominator));
}

static void nulls_put(const swk__figuring *f, const swk__shown *shown, swk__result_cells *to)
{
	(void)shown;
	for (size_t r = 0; r < f->count; r++)
		swk__result_put_null(to, f->at + r);
}

static void count_put(const swk__figuring *f, const swk__shown *shown, swk__result_cells *to)
{
	const unsigned a = shown->column->a;
	for (size_t r = 0; r < f->count; r++)
		swk__result_put_int(to, f->at + r, (int64_t)f->rows[r].sums[a]);
}

static void less_put(const swk__figuring *f, const swk__shown *shown, swk__result_cells *to)
{
	const unsigned a = shown->column->a, b = shown->column->b;
	for (size_t r = 0; r < f->count; r++)
		swk__result_put_int(to, f->at + r, (int64_t)(f->rows[r].sums[a] - f->rows[r].sums[b]));
}

static void sum_put(const swk__figuring *f, const swk__shown *shown, swk__result_cells *to)
{
	for (size_t r = 0; r < f->count; r++)
		ratio_put(to, f->at + r, f->rows[r].sums[shown->column->a], shown->column->scale);
}

static void quotient_put(const swk__figuring *f, const swk__shown *shown, swk__result_cells *to)
{
	const unsigned a = shown->column->a, b = shown->column->b;
	for (size_t r = 0; r < f->count; r++)
		ratio_put(to, f->at + r, f->rows[r].sums[a], f->rows[r].sums[b]);
}

static void mean_put(const swk__figuring *f, const swk__shown *shown, swk__result_cells *to)
{
	const unsigned a = shown->column->a, b = shown->column->b;
	for (size_t r = 0; r < f->count; r++)
		ratio_put(to, f->at + r, f->rows[r].sums[a], f->rows[r].sums[b] * shown->column->scale);
}

static void amount_put(const swk__figuring *f, const swk__shown *shown, swk__result_cells *to)
{
	for (size_t r = 0; r < f->count; r++)
		swk__result_put_amount(to, f->at + r, f->rows[r].sums[shown->column->a]);
}

static void mean_amount_put(const swk__figuring *f, const swk__shown *shown, swk__result_cells *to)
{
	const unsigned a = shown->column->a, b = shown->column->b;
	for (size_t r = 0; r < f->count; r++)
		ratio_put(to, f->at + r, f->rows[r].sums[a], f->rows[r].sums[b] * f->units);
}

static void currency_put(const swk__figuring *f, const swk__shown *shown, swk__result_cells *to)
{
	(void)shown;
	for (size_t r = 0; r < f->count; r++)
		swk__result_put_text(to, f->at + r, f->currency);
}

/* The bounds of a rate, in two columns. */
static void wilson_put(const swk__figuring *f, const swk__shown *shown, swk__result_cells *to)
{
	const unsigned a = shown->column->a, b = shown->column->b;
	for (size_t r = 0; r < f->count; r++) {
		const int64_t total = (int64_t)f->rows[r].sums[b];
		swk__interval bounds = { 0, 0 };
		if (total != 0)
			bounds = swk__wilson((int64_t)f->rows[r].sums[a], total);
		real_put(&to[0], f->at + r, total != 0, bounds.low);
		real_put(&to[1], f->at + r, total != 0, bounds.high);
	}
}

static void no_bounds_put(const swk__figuring *f, const swk__shown *shown, swk__result_cells *to)
{
	nulls_put(f, shown, &to[0]);
	nulls_put(f, shown, &to[1]);
}

/* --------------------------------------------------------------------------------------------- weekly */

static void weekly_put(const swk__figuring *f, const swk__shown *shown, swk__result_cells *to)
{
	for (size_t r = 0; r < f->count; r++) {
		const swk__cell *cell = &f->rows[r].cells[shown->place];
		if (cell->null)
			swk__result_put_null(to, f->at + r);
		else if (to->type == SWK_TYPE_REAL)
			swk__result_put_real(to, f->at + r, cell->real);
		else if (to->type == SWK_TYPE_AMOUNT)
			swk__result_put_amount(to, f->at + r, cell->amount);
		else if (to->type == SWK_TYPE_BOOL)
			swk__result_put_bool(to, f->at + r, cell->integer != 0);
		else
			swk__result_put_int(to, f->at + r, cell->integer);
	}
}

/* --------------------------------------------------------------------------------------------- curves */

/* The durations of a curve of a row, as they stand at the end. */
static swk__durations row_durations(const swk__figuring *f, size_t row, unsigned curve)
{
	const int64_t cell = f->rows[row].cell;
	if (cell < 0)
		return (swk__durations){ 0 };
	swk__rollup_list ended = swk__rollup_list_at(f->rollup, (uint32_t)cell, curve * 2);
	swk__rollup_list starts = swk__rollup_list_at(f->rollup, (uint32_t)cell, curve * 2 + 1);
	return (swk__durations){ ended.values, NULL, ended.count, starts.count, starts.values, f->end };
}

/* The sum of durations, which are not negative: so many at a time fit in 64 bits. */
#define SUMMED 512

_Static_assert(SWK__INSTANT_MAX < INT64_MAX / SUMMED, "a sum of some durations fits");

static void curve_mean_put(const swk__figuring *f, const swk__shown *shown, swk__result_cells *to)
{
	for (size_t r = 0; r < f->count; r++) {
		const swk__durations durations = row_durations(f, r, shown->column->a);
		swk__i128 sum = 0;
		for (uint64_t i = 0; i < durations.ended_count;) {
			uint64_t left = durations.ended_count - i,
				 stop = left < SUMMED ? durations.ended_count : i + SUMMED;
			int64_t some = 0;
			for (; i < stop; i++)
				some += durations.ended[i];
			sum += some;
		}
		ratio_put(to, f->at + r, sum, (swk__i128)durations.ended_count * shown->column->scale);
	}
}

/* What is asked of a curve, and where the answers go. */
typedef struct questions {
	size_t within_count, percentile_count;
	swk__within withins[SWK__COLUMNS_MAX];
	swk__percentile percentiles[SWK__COLUMNS_MAX];
	const swk__shown *within_shown[SWK__COLUMNS_MAX], *percentile_shown[SWK__COLUMNS_MAX];
} questions;

static void curve_ask(const swk__shown *shown, unsigned count, unsigned curve, questions *asked)
{
	asked->within_count = asked->percentile_count = 0;
	for (const swk__shown *one = shown; one < shown + count; one++) {
		if (one->column->figure == SWK__FIGURE_WITHIN && one->column->a == curve) {
			asked->within_shown[asked->within_count] = one;
			asked->withins[asked->within_count++] = (swk__within){ .time = one->column->scale };
		}
		if (one->column->figure == SWK__FIGURE_PERCENTILE && one->column->a == curve) {
			asked->percentile_shown[asked->percentile_count] = one;
			asked->percentiles[asked->percentile_count++] = (swk__percentile){ .part = one->column->b,
				                                                           .whole = 100 };
		}
	}
}

static void within_put(swk__result_cells *to, size_t row, const swk__within *within)
{
	real_put(&to[0], row, within->known, within->share);
	real_put(&to[1], row, within->bounded, within->bounds.low);
	real_put(&to[2], row, within->bounded, within->bounds.high);
}

static void percentile_put(swk__result_cells *to, size_t row, const swk__percentile *percentile, int64_t scale)
{
	const swk__moment moments[] = { percentile->reached, percentile->low, percentile->high };
	for (size_t i = 0; i < SWK__COUNT(moments); i++)
		ratio_put(&to[i], row, moments[i].time, moments[i].known ? scale : 0);
}

/* Puts what is asked of a curve, in one walk over a row's durations. */
static void curve_put(const swk__figuring *f, const swk__shown *shown, unsigned count, unsigned curve)
{
	questions asked;
	curve_ask(shown, count, curve, &asked);
	for (size_t r = 0; r < f->count && asked.within_count + asked.percentile_count; r++) {
		const swk__durations durations = row_durations(f, r, curve);
		swk__survival(&durations, asked.withins, asked.within_count, asked.percentiles, asked.percentile_count);
		for (size_t i = 0; i < asked.within_count; i++)
			within_put(&f->result->columns[asked.within_shown[i]->to], f->at + r, &asked.withins[i]);
		for (size_t i = 0; i < asked.percentile_count; i++)
			percentile_put(&f->result->columns[asked.percentile_shown[i]->to], f->at + r,
			               &asked.percentiles[i], asked.percentile_shown[i]->column->scale);
	}
}

/* ---------------------------------------------------------------------------------------------- kinds */

/* What figures are put by; those of curves are put together. */
static const struct kind {
	swk_type type;
	unsigned width;
	bool previous, weekly;
	put_column put, bounds;
} kinds[] = {
	[SWK__FIGURE_COUNT] = { SWK_TYPE_INT, 1, true, false, count_put, NULL },
	[SWK__FIGURE_LESS] = { SWK_TYPE_INT, 1, true, false, less_put, NULL },
	[SWK__FIGURE_SUM] = { SWK_TYPE_REAL, 1, true, false, sum_put, NULL },
	[SWK__FIGURE_RATE] = { SWK_TYPE_REAL, 3, true, false, quotient_put, wilson_put },
	[SWK__FIGURE_SHARE] = { SWK_TYPE_REAL, 1, true, false, quotient_put, NULL },
	[SWK__FIGURE_RATIO] = { SWK_TYPE_REAL, 3, true, false, quotient_put, no_bounds_put },
	[SWK__FIGURE_MEAN] = { SWK_TYPE_REAL, 1, true, false, mean_put, NULL },
	[SWK__FIGURE_CURVE_MEAN] = { SWK_TYPE_REAL, 1, true, false, curve_mean_put, NULL },
	[SWK__FIGURE_PERCENTILE] = { SWK_TYPE_REAL, 3, false, false, NULL, NULL },
	[SWK__FIGURE_WITHIN] = { SWK_TYPE_REAL, 3, false, false, NULL, NULL },
	[SWK__FIGURE_NONE] = { SWK_TYPE_REAL, 3, false, false, nulls_put, no_bounds_put },
	[SWK__FIGURE_CURRENCY] = { SWK_TYPE_TEXT, 1, false, false, currency_put, NULL },
	[SWK__FIGURE_AMOUNT] = { SWK_TYPE_AMOUNT, 1, true, false, amount_put, NULL },
	[SWK__FIGURE_MEAN_AMOUNT] = { SWK_TYPE_REAL, 1, true, false, mean_amount_put, NULL },
	[SWK__FIGURE_WEEKLY_INT] = { SWK_TYPE_INT, 1, false, true, weekly_put, NULL },
	[SWK__FIGURE_WEEKLY_REAL] = { SWK_TYPE_REAL, 1, true, true, weekly_put, NULL },
	[SWK__FIGURE_WEEKLY_AMOUNT] = { SWK_TYPE_AMOUNT, 1, true, true, weekly_put, NULL },
	[SWK__FIGURE_WEEKLY_BOOL] = { SWK_TYPE_BOOL, 1, false, true, weekly_put, NULL },
};

unsigned swk__figure_width(swk__figure figure)
{
	return kinds[figure].width;
}

swk_type swk__figure_type(swk__figure figure)
{
	return kinds[figure].type;
}

bool swk__figure_weekly(swk__figure figure)
{
	return kinds[figure].weekly;
}

bool swk__figure_previous(const swk__column *column)
{
	return kinds[column->figure].previous && !column->alone;
}

void swk__figures_put(const swk__figuring *figuring, const swk__shown *shown, unsigned count)
{
	for (unsigned c = 0; c < count; c++) {
		const struct kind *kind = &kinds[shown[c].column->figure];
		swk__result_cells *to = &figuring->result->columns[shown[c].to];
		if (kind->put)
			kind->put(figuring, &shown[c], to);
		if (kind->bounds)
			kind->bounds(figuring, &shown[c], to + 1);
	}
	for (unsigned curve = 0; curve < SWK__CURVES_MAX; curve++)
		curve_put(figuring, shown, count, curve);
}

void swk__figures_put_previous(const swk__figuring *figuring, const swk__shown *shown, unsigned count)
{
	for (unsigned c = 0; c < count; c++)
		if (shown[c].previous)
			kinds[shown[c].column->figure].put(figuring, &shown[c],
			                                   &figuring->result->columns[shown[c].previous]);
}
