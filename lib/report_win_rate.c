/* SPDX-License-Identifier: MIT */
#include "finish.h"
#include "stats.h"

enum {
	WON,
	LOST,
	DECIDED,
	WON_AMOUNT,
	LOST_AMOUNT,
	DECIDED_AMOUNT,
	LEADS,
	OPENED,
	MEASURES
};

/* The columns for groups begin behind the form's own: 10, with `open` 11. */
enum {
	CLOSED_ODDS = 9,
	CREATED_ODDS = 10
};
enum {
	ODDS_RATIO,
	ODDS_RATIO_LO,
	ODDS_RATIO_HI,
	P_VALUE,
	Q_VALUE
};

/* clang-format off */
#define DEALS(facts_) { .facts = facts_, .lead = SWK__FACT_OPENED_LEAD, .opportunity = SWK__FACT_OPENED_OPPORTUNITY, \
	.given = SWK__ANY, .own = { [SWK__DIMENSION_REP] = SWK__FACT_OPENED_REP } }
#define NEW_LEADS { .facts = SWK__FACT_LEAD, .lead = SWK__FACT_LEAD_LEAD, .opportunity = -1, .given = SWK__ANY }

static const swk__source closed_sources[] = { DEALS(SWK__FACT_CLOSED), NEW_LEADS, DEALS(SWK__FACT_OPENED) };
static const swk__source created_sources[] = { DEALS(SWK__FACT_OPENED), NEW_LEADS };

#define BOTH (SWK__BIT(SWK__WON) | SWK__BIT(SWK__LOST))
#define COUNTED(mask) { .value = -1, .present = SWK__FACT_OPENED_CLOSED_AT, \
	.given = SWK__IN(SWK__FACT_OPENED_OUTCOME, mask) }
#define WORTH(mask) { .kind = SWK__MEASURE_AMOUNT, .value = SWK__FACT_OPENED_AMOUNT, \
	.from = SWK__FACT_OPENED_CURRENCY, .present = SWK__FACT_OPENED_CLOSED_AT, \
	.given = SWK__IN(SWK__FACT_OPENED_OUTCOME, mask) }
#define MEASURED(opened_source) \
	[WON] = COUNTED(SWK__BIT(SWK__WON)), \
	[LOST] = COUNTED(SWK__BIT(SWK__LOST)), \
	[DECIDED] = COUNTED(BOTH), \
	[WON_AMOUNT] = WORTH(SWK__BIT(SWK__WON)), \
	[LOST_AMOUNT] = WORTH(SWK__BIT(SWK__LOST)), \
	[DECIDED_AMOUNT] = WORTH(BOTH), \
	[LEADS] = { .source = 1, .value = -1, .present = -1, .given = SWK__ANY }, \
	[OPENED] = { .source = opened_source, .value = -1, .present = -1, .given = SWK__ANY }

static const swk__measure closed_measures[MEASURES] = { MEASURED(2) };
static const swk__measure created_measures[MEASURES] = { MEASURED(0) };

#define HEAD \
	SWK__NUMBER("won", WON, "deals", "opportunities won"), \
	SWK__QUOTIENT("win_rate", RATE, WON, DECIDED, "won", "won + lost", "won of all that were decided"), \
	SWK__NUMBER("lost", LOST, "deals", "opportunities lost")
#define TAIL \
	SWK__FIGURE("currency", CURRENCY, 0, NULL, "of the amounts"), \
	SWK__FIGURE("won_amount", AMOUNT, WON_AMOUNT, "currency", "what the won ones are worth"), \
	SWK__FIGURE("lost_amount", AMOUNT, LOST_AMOUNT, "currency", "what the lost ones were worth"), \
	SWK__QUOTIENT("value_win_rate", SHARE, WON_AMOUNT, DECIDED_AMOUNT, "won_amount", "won_amount + lost_amount", \
	              "share of the money that was decided and won"), \
	SWK__NUMBER("leads", LEADS, "leads", "leads created in the week"), \
	SWK__NUMBER("opened", OPENED, "deals", "opportunities created in the week"), \
	SWK__COLUMNS_END

static const swk__column closed_columns[] = { HEAD, TAIL };
static const swk__column created_columns[] = {
	HEAD,
	{ .name = "open", .figure = SWK__FIGURE_LESS, .a = OPENED, .b = DECIDED, .unit = "deals",
	  .definition = "opportunities not decided yet" },
	TAIL,
};

#define AGAINST(name_, definition_) \
	{ .name = name_, .figure = SWK__FIGURE_WEEKLY_REAL, .alone = true, .definition = definition_ }

static const swk__column odds_columns[] = {
	AGAINST("odds_ratio", "odds of winning against those of all other groups of the week"),
	AGAINST("odds_ratio_lo", "lower end of its 95 % interval (Woolf)"),
	AGAINST("odds_ratio_hi", "upper end of its 95 % interval (Woolf)"),
	AGAINST("p_value", "how likely a difference at least as unlikely is by chance (Fisher's exact test)"),
	AGAINST("q_value", "the same, with all groups of the week compared at once (Benjamini-Hochberg)"),
	SWK__COLUMNS_END,
};

static const swk__report_option options[] = {
	{ "basis", SWK__OPTION_FORM, -1, { { "closed", 0 }, { "created", 0 }, { NULL, 0 } },
	  "opportunities by the week of their close, or by that of their creation" },
	SWK__OPTIONS_END,
};
/* clang-format on */

/* The odds of a row against all others; false when either side has no closed deal. */
static bool row_odds(const swk__finish_row *row, const swk__i128 *all, swk__cell *cells, double *p)
{
	swk__fourfold table = { (int64_t)row->sums[WON], (int64_t)row->sums[LOST], (int64_t)(all[WON] - row->sums[WON]),
		                (int64_t)(all[LOST] - row->sums[LOST]) };
	if (table.won + table.lost == 0 || table.others_won + table.others_lost == 0)
		return false;
	swk__odds odds = swk__odds_ratio(table);
	const double values[] = { odds.ratio, odds.bounds.low, odds.bounds.high };
	for (int i = 0; odds.known && i < 3; i++)
		swk__cell_real(&cells[i], values[i]);
	*p = swk__fisher(table);
	swk__cell_real(&cells[P_VALUE], *p);
	return true;
}

/* Work of odds_fill: p values, the places they belong to, and room for sorting. */
typedef struct odds_work {
	double *p;
	size_t *rows, *order, count;
} odds_work;

static void odds_fill(swk__finishing *finishing, unsigned first, odds_work *work)
{
	swk__i128 all[] = { [WON] = 0, [LOST] = 0 };
	for (size_t r = 0; r < finishing->count; r++) {
		all[WON] += finishing->rows[r].sums[WON];
		all[LOST] += finishing->rows[r].sums[LOST];
	}
	for (size_t r = 0; r < finishing->count; r++)
		if (row_odds(&finishing->rows[r], all, swk__finishing_cell(finishing, r, first), &work->p[work->count]))
			work->rows[work->count++] = r;
	swk__benjamini_hochberg(work->p, work->count, work->order);
	for (size_t i = 0; i < work->count; i++)
		swk__cell_real(&swk__finishing_cell(finishing, work->rows[i], first)[Q_VALUE], work->p[i]);
}

static int odds_finish(swk__finishing *finishing, unsigned first, swk_error *error)
{
	swk__mem *mem = finishing->mem;
	if (finishing->plan->by_count == 0)
		return SWK_OK;
	odds_work work = { swk__alloc(mem, SWK__FAULT_report_rows, finishing->count, sizeof *work.p),
		           swk__alloc(mem, SWK__FAULT_report_rows, finishing->count, sizeof *work.rows),
		           swk__alloc(mem, SWK__FAULT_report_rows, finishing->count, sizeof *work.order), 0 };
	bool made = work.p && work.rows && work.order;
	if (made)
		odds_fill(finishing, first, &work);
	swk__free(mem, work.p);
	swk__free(mem, work.rows);
	swk__free(mem, work.order);
	return made ? SWK_OK : swk__fail_memory(error, mem);
}

static int closed_finish(swk__finishing *finishing, swk_error *error)
{
	return odds_finish(finishing, CLOSED_ODDS, error);
}

static int created_finish(swk__finishing *finishing, swk_error *error)
{
	return odds_finish(finishing, CREATED_ODDS, error);
}

static const swk__form forms[] = {
	{ closed_sources, SWK__COUNT(closed_sources), closed_measures, MEASURES, closed_columns, odds_columns,
	  closed_finish, NULL, NULL },
	{ created_sources, SWK__COUNT(created_sources), created_measures, MEASURES, created_columns, odds_columns,
	  created_finish, NULL, NULL },
};

const swk__report swk__report_win_rate = {
	.name = "win_rate",
	.definition = "how much of what is decided is won, per rep, and whether that means anything",
	.dimensions = SWK__HAS(REP) | SWK__HAS(TEAM) | SWK__HAS(REGION) | SWK__HAS(SOURCE) | SWK__HAS(SEGMENT),
	.options = options,
	.forms = forms,
};
