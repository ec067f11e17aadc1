/* SPDX-License-Identifier: MIT */
#include "finish.h"
#include "quota.h"
#include "stats.h"

enum {
	WON,
	AMOUNT,
	MEASURES
};

/* Columns that finish makes. */
enum {
	QUOTA_WON = 4,
	QUOTA_AMOUNT,
	ATTAINMENT_WON,
	ATTAINMENT_AMOUNT,
	OVER_QUOTA,
	RANK
};

/* clang-format off */
static const swk__source sources[] = {
	{ .facts = SWK__FACT_CLOSED, .lead = SWK__FACT_CLOSED_LEAD, .opportunity = SWK__FACT_CLOSED_OPPORTUNITY,
	  .given = SWK__IS(SWK__FACT_CLOSED_OUTCOME, SWK__WON),
	  .own = { [SWK__DIMENSION_REP] = SWK__FACT_CLOSED_REP } },
};

static const swk__measure measures[MEASURES] = {
	[WON] = { .value = -1, .present = -1, .given = SWK__ANY },
	[AMOUNT] = { .kind = SWK__MEASURE_AMOUNT, .value = SWK__FACT_CLOSED_AMOUNT, .from = SWK__FACT_CLOSED_CURRENCY,
	             .present = SWK__FACT_CLOSED_AT, .given = SWK__ANY },
};

static const swk__column columns[] = {
	SWK__NUMBER("won", WON, "deals", "opportunities won in the week"),
	SWK__FIGURE("amount", AMOUNT, AMOUNT, "currency", "what they are worth, each converted at its close"),
	SWK__MEAN("mean_amount", MEAN_AMOUNT, AMOUNT, WON, 0, "currency", "amount", "won", "mean worth of a won deal"),
	SWK__FIGURE("currency", CURRENCY, 0, NULL, "of the amounts"),
	SWK__FIGURE("quota_won", WEEKLY_REAL, 0, "deals", "how many were to be won: the quotas' shares of the week"),
	SWK__FIGURE("quota_amount", WEEKLY_AMOUNT, 0, "currency", "how much was to be won"),
	{ .name = "attainment_won", .figure = SWK__FIGURE_WEEKLY_REAL, .alone = true, .unit = "share",
	  .numerator = "won", .denominator = "quota_won",
	  .definition = "won of what was to be won; null without a quota" },
	{ .name = "attainment_amount", .figure = SWK__FIGURE_WEEKLY_REAL, .alone = true, .unit = "share",
	  .numerator = "amount", .denominator = "quota_amount", .definition = "the same in money" },
	SWK__FIGURE("over_quota", WEEKLY_BOOL, 0, NULL, "more than the quota for amounts, else than that for deals"),
	SWK__FIGURE("rank", WEEKLY_INT, 0, NULL, "dense within the week: by amount, then won"),
	SWK__COLUMNS_END,
};

static const swk__report_option options[] = { SWK__OPTIONS_END };
/* clang-format on */

/* ------------------------------------------------------------------------------------------- quotas */

/* Puts what was reached of a quota into a cell, null without one. Whether that is more than all: exactly where it
 * fits. */
static bool attainment_put(swk__i128 reached, swk__fraction quota, swk__cell *cell)
{
	swk__i128 scaled;
	bool fits = !__builtin_mul_overflow(reached, quota.denominator, &scaled);
	if (!fits) {
		quota = swk__fraction_reduced(quota);
		fits = !__builtin_mul_overflow(reached, quota.denominator, &scaled);
	}
	if (quota.numerator > 0)
		swk__cell_real(cell, fits ? swk__ratio(scaled, quota.numerator)
		                          : (double)reached / ((double)quota.numerator / (double)quota.denominator));
	return fits ? scaled > quota.numerator : reached > 0;
}

static void row_quota(const swk__finishing *finishing, const swk__quota_group *group)
{
	const swk__i128 *sums = finishing->rows[group->row].sums;
	const swk__target *won = &group->targets[SWK__TARGET_WON], *amount = &group->targets[SWK__TARGET_AMOUNT];
	bool over = false, attained = false;
	if (won->given) {
		swk__cell_real(swk__finishing_cell(finishing, group->row, QUOTA_WON),
		               swk__ratio(won->share.numerator, won->share.denominator));
		over = attainment_put(sums[WON], won->share,
		                      swk__finishing_cell(finishing, group->row, ATTAINMENT_WON));
		attained = won->share.numerator > 0;
	}
	if (amount->given) {
		swk__cell_amount(swk__finishing_cell(finishing, group->row, QUOTA_AMOUNT),
		                 swk__fraction_round(amount->share));
		over = attainment_put(sums[AMOUNT], amount->share,
		                      swk__finishing_cell(finishing, group->row, ATTAINMENT_AMOUNT));
		attained = amount->share.numerator > 0;
	}
	if (attained)
		swk__cell_integer(swk__finishing_cell(finishing, group->row, OVER_QUOTA), over);
}

static int quotas_fill(const swk__finishing *finishing, swk_error *error)
{
	if (!finishing->quotas)
		return SWK_OK;
	(void)swk__quotas_match(finishing->quotas, finishing->groups);
	int code = swk__quotas_sum(finishing->quotas, finishing->from, finishing->to, error);
	for (size_t g = 0; g < finishing->quotas->group_count && code == SWK_OK; g++)
		if (finishing->quotas->groups[g].row != SWK__QUOTA_ROWLESS)
			row_quota(finishing, &finishing->quotas->groups[g]);
	return code;
}

/* --------------------------------------------------------------------------------------------- ranks */

/* A row on its way to its rank. */
typedef struct ranked {
	const swk__i128 *sums;
	size_t row;
} ranked;

static bool ranks_before(ranked a, ranked b)
{
	if (a.sums[AMOUNT] != b.sums[AMOUNT])
		return a.sums[AMOUNT] > b.sums[AMOUNT];
	return a.sums[WON] > b.sums[WON];
}

/* Merges what lies in order before and from `middle` on. */
static void ranked_merge(const ranked *from, size_t middle, size_t count, ranked *to)
{
	size_t a = 0, b = middle;
	while (a < middle && b < count) {
		const bool second = ranks_before(from[b], from[a]);
		*to++ = from[second ? b : a];
		a += !second;
		b += second;
	}
	memcpy(to, from + a, (middle - a) * sizeof *to);
	memcpy(to + (middle - a), from + b, (count - b) * sizeof *to);
}

/* Sorts rows, with room for as many behind them; where they lie then. */
static const ranked *ranked_sort(ranked *rows, size_t count)
{
	ranked *from = rows, *to = rows + count;
	for (size_t width = 1; width < count; width *= 2) {
		for (size_t begin = 0; begin < count; begin += 2 * width) {
			const size_t left = count - begin;
			ranked_merge(from + begin, left < width ? left : width, left < 2 * width ? left : 2 * width,
			             to + begin);
		}
		ranked *swap = from;
		from = to;
		to = swap;
	}
	return from;
}

static int ranks_fill(swk__finishing *finishing, swk_error *error)
{
	ranked *rows = swk__alloc(finishing->mem, SWK__FAULT_report_rows, finishing->count, 2 * sizeof *rows);
	if (!rows)
		return swk__fail_memory(error, finishing->mem);
	for (size_t r = 0; r < finishing->count; r++)
		rows[r] = (ranked){ finishing->rows[r].sums, r };
	const ranked *order = ranked_sort(rows, finishing->count);
	int64_t rank = 0;
	for (size_t i = 0; i < finishing->count; i++) {
		rank += i == 0 || ranks_before(order[i - 1], order[i]);
		swk__cell_integer(swk__finishing_cell(finishing, order[i].row, RANK), rank);
	}
	swk__free(finishing->mem, rows);
	return SWK_OK;
}

static int deals_finish(swk__finishing *finishing, swk_error *error)
{
	int code = quotas_fill(finishing, error);
	return code == SWK_OK ? ranks_fill(finishing, error) : code;
}

/* ------------------------------------------------------------------------------------- groups and window */

static int32_t present_week(const swk__plan *plan)
{
	return swk__week_of_instant(&plan->calendar, plan->cut.now);
}

/* The rollup of the groups that have a quota, without a deal. */
static int owners_make(const swk__quotas *quotas, swk__rollup **owners, swk_error *error)
{
	static const swk__i128 zeros[MEASURES + 1]; /* and how many lack a rate */
	swk__mem *mem = quotas->plan->mem;
	swk__rollup_cell *cells = swk__alloc(mem, SWK__FAULT_report_rows, quotas->group_count, sizeof *cells);
	size_t count = 0;
	if (!cells)
		return swk__fail_memory(error, mem);
	for (size_t g = 0; g < quotas->group_count; g++)
		if (quotas->groups[g].targets[SWK__TARGET_WON].given ||
		    quotas->groups[g].targets[SWK__TARGET_AMOUNT].given)
			cells[count++] = (swk__rollup_cell){ quotas->groups[g].key, zeros, NULL };
	int code = swk__rollup_of(mem, MEASURES + 1, 0, cells, count, owners, error);
	swk__free(mem, cells);
	return code;
}

/* A group with a quota has a row without a deal, up to the week of now. */
static int deals_groups(swk__quotas *quotas, int32_t from, int32_t to, swk__rollup **rollup, swk_error *error)
{
	swk__rollup *owners = NULL, *merged = NULL;
	const int32_t present = present_week(quotas->plan);
	if (swk__quotas_match(quotas, *rollup))
		return SWK_OK;
	swk__quotas_note(quotas, from, to < present ? to : present);
	int code = owners_make(quotas, &owners, error);
	if (code == SWK_OK)
		code = swk__rollup_merge(*rollup, owners, &merged, error);
	swk__rollup_release(owners);
	if (code != SWK_OK)
		return code;
	swk__rollup_release(*rollup);
	*rollup = merged;
	return SWK_OK;
}

/* From the first week with a fact or a quota to the week of now. */
static void deals_window(const swk__plan *plan, const swk__facts *facts, int32_t *from, int32_t *to)
{
	int32_t date;
	bool any = *from <= *to;
	if (!plan->from_given && swk__quotas_begin(facts, &date)) {
		int32_t week = swk__week_of_date(plan->calendar.week_start, date);
		*from = any && *from < week ? *from : week;
		any = true;
	}
	if (!any)
		*from = INT32_MAX;
	*to = present_week(plan);
}

static const swk__form forms[] = {
	{ sources, SWK__COUNT(sources), measures, MEASURES, columns, NULL, deals_finish, deals_groups, deals_window },
};

const swk__report swk__report_deals = {
	.name = "deals",
	.definition = "won opportunities against quotas, by the week of their close",
	.dimensions = SWK__COMMON,
	.options = options,
	.forms = forms,
};
