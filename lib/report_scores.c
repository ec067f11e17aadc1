/* SPDX-License-Identifier: MIT */
#include "finish.h"

#include "stats.h"

enum {
	LEADS,
	SCORE,
	RESPONDED,
	ENGAGED,
	BOUGHT,
	WIN,
	EXCLUDED,
	MEASURES
};
enum {
	WINS
}; /* curves */
enum {
	LIFT = 9
}; /* columns that finish makes */

/* clang-format off */
static const swk__source sources[] = {
	{ .facts = SWK__FACT_SCORE, .lead = SWK__FACT_SCORE_LEAD, .opportunity = -1, .given = SWK__ANY,
	  .own = { [SWK__DIMENSION_BAND] = SWK__FACT_SCORE_VALUE, [SWK__DIMENSION_MODEL] = SWK__FACT_SCORE_MODEL } },
};

#define COUNTED SWK__IS(SWK__FACT_SCORE_EXCLUDED, 0)

static const swk__measure measures[MEASURES] = {
	[LEADS] = { .value = -1, .present = -1, .given = COUNTED },
	[SCORE] = { .kind = SWK__MEASURE_SUM, .value = SWK__FACT_SCORE_VALUE, .present = -1, .given = COUNTED },
	[RESPONDED] = { .value = -1, .present = SWK__FACT_SCORE_REPLY_AT, .given = COUNTED },
	[ENGAGED] = { .value = -1, .present = SWK__FACT_SCORE_HELD_AT, .given = COUNTED },
	[BOUGHT] = { .value = -1, .present = SWK__FACT_SCORE_WON_AT, .given = COUNTED },
	[WIN] = { .kind = SWK__MEASURE_CURVE, .value = SWK__FACT_SCORE_WON_AT, .from = SWK__FACT_SCORE_AT,
	          .present = -1, .given = COUNTED },
	[EXCLUDED] = { .value = -1, .present = -1, .given = SWK__IS(SWK__FACT_SCORE_EXCLUDED, 1) },
};

static const swk__column columns[] = {
	SWK__NUMBER("leads", LEADS, "leads", "leads by their last score of the week"),
	SWK__MEAN("mean_score", MEAN, SCORE, LEADS, 1000000, "points", "scores", "leads", "mean of these scores"),
	SWK__NUMBER("responded", RESPONDED, "leads", "those that answered after the score"),
	SWK__QUOTIENT("response_rate", RATE, RESPONDED, LEADS, "responded", "leads", "answered after the score"),
	SWK__NUMBER("engaged", ENGAGED, "leads", "those that had a meeting held after the score"),
	SWK__QUOTIENT("engage_rate", RATE, ENGAGED, LEADS, "engaged", "leads", "met after the score"),
	SWK__NUMBER("bought", BOUGHT, "leads", "those with a deal won after the score"),
	SWK__QUOTIENT("buy_rate", RATE, BOUGHT, LEADS, "bought", "leads", "bought after the score"),
	SWK__CURVE("bought_90d", WITHIN, WINS, 0, 90 * 24 * SWK__HOUR, "share",
	           "share that buys within 90 days of the score (Kaplan-Meier: others count as open)"),
	{ .name = "lift", .figure = SWK__FIGURE_WEEKLY_REAL, .alone = true, .unit = "times",
	  .definition = "buy_rate against that of all that is counted in the week" },
	SWK__NUMBER("excluded", EXCLUDED, "leads", "left out: won before the score, or scored in hindsight"),
	SWK__COLUMNS_END,
};

static const swk__report_option options[] = { SWK__OPTIONS_END };
/* clang-format on */

static int lift_finish(swk__finishing *finishing, swk_error *error)
{
	const swk__i128 *all = finishing->whole;
	(void)error;
	for (size_t r = 0; r < finishing->count; r++) {
		const swk__i128 *own = finishing->rows[r].sums;
		swk__cell *lift = swk__finishing_cell(finishing, r, LIFT);
		if (own[LEADS] && all[BOUGHT])
			swk__cell_real(lift, swk__ratio(own[BOUGHT] * all[LEADS], own[LEADS] * all[BOUGHT]));
	}
	return SWK_OK;
}

static const swk__form forms[] = {
	{ sources, SWK__COUNT(sources), measures, MEASURES, columns, NULL, lift_finish, NULL, NULL },
};

const swk__report swk__report_scores = {
	.name = "scores",
	.definition = "whether the score tells who buys",
	.dimensions = SWK__COMMON | SWK__HAS(BAND) | SWK__HAS(MODEL),
	.by = SWK__HAS(BAND),
	.latest = true,
	.options = options,
	.forms = forms,
};
