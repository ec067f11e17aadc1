/* SPDX-License-Identifier: MIT */
#include "report.h"

enum {
	LEADS,
	OPPORTUNITIES,
	CONVERTED,
	DAYS,
	IN_ORDER,
	EXCLUDED,
	AMOUNT,
	WIN,
	MEASURES
};
enum {
	WINS
}; /* curves */

/* clang-format off */
static const swk__source cohort_sources[] = {
	{ .facts = SWK__FACT_LEAD, .lead = SWK__FACT_LEAD_LEAD, .opportunity = -1, .given = SWK__ANY },
	{ .facts = SWK__FACT_COHORT, .lead = SWK__FACT_COHORT_LEAD, .opportunity = -1, .given = SWK__ANY },
};

#define CREATED_TO_WIN .value = SWK__FACT_LEAD_WON_AT, .from = SWK__FACT_LEAD_AT, .present = -1, .given = SWK__ANY

static const swk__measure cohort_measures[MEASURES] = {
	[LEADS] = { .value = -1, .present = -1, .given = SWK__ANY },
	[OPPORTUNITIES] = { .value = -1, .present = SWK__FACT_LEAD_OPPORTUNITY_AT, .given = SWK__ANY },
	[CONVERTED] = { .value = -1, .present = SWK__FACT_LEAD_WON_AT, .given = SWK__ANY },
	[DAYS] = { .kind = SWK__MEASURE_SPAN, CREATED_TO_WIN },
	[IN_ORDER] = { .kind = SWK__MEASURE_SPANS, CREATED_TO_WIN },
	[EXCLUDED] = { .kind = SWK__MEASURE_BACK, CREATED_TO_WIN },
	[AMOUNT] = { .source = 1, .kind = SWK__MEASURE_AMOUNT, .value = SWK__FACT_COHORT_AMOUNT,
	             .from = SWK__FACT_COHORT_CURRENCY, .present = SWK__FACT_COHORT_CLOSED_AT, .given = SWK__ANY },
	[WIN] = { .kind = SWK__MEASURE_CURVE, CREATED_TO_WIN },
};

/* Every count in its own week. */
static const swk__source activity_sources[] = {
	{ .facts = SWK__FACT_LEAD, .lead = SWK__FACT_LEAD_LEAD, .opportunity = -1, .given = SWK__ANY },
	{ .facts = SWK__FACT_OPPORTUNITY, .lead = SWK__FACT_OPPORTUNITY_LEAD, .opportunity = -1, .given = SWK__ANY },
	{ .facts = SWK__FACT_WIN, .lead = SWK__FACT_WIN_LEAD, .opportunity = -1, .given = SWK__ANY },
	{ .facts = SWK__FACT_CLOSED, .lead = SWK__FACT_CLOSED_LEAD, .opportunity = -1, .lead_needed = true,
	  .given = SWK__IS(SWK__FACT_CLOSED_OUTCOME, SWK__WON) },
};

#define WON_SINCE_CREATED .source = 2, .value = SWK__FACT_WIN_AT, .from = SWK__FACT_WIN_CREATED_AT, .present = -1, \
	.given = SWK__ANY

static const swk__measure activity_measures[] = {
	[LEADS] = { .value = -1, .present = -1, .given = SWK__ANY },
	[OPPORTUNITIES] = { .source = 1, .value = -1, .present = -1, .given = SWK__ANY },
	[CONVERTED] = { .source = 2, .value = -1, .present = -1, .given = SWK__ANY },
	[DAYS] = { .kind = SWK__MEASURE_SPAN, WON_SINCE_CREATED },
	[IN_ORDER] = { .kind = SWK__MEASURE_SPANS, WON_SINCE_CREATED },
	[EXCLUDED] = { .kind = SWK__MEASURE_BACK, WON_SINCE_CREATED },
	[AMOUNT] = { .source = 3, .kind = SWK__MEASURE_AMOUNT, .value = SWK__FACT_CLOSED_AMOUNT,
	             .from = SWK__FACT_CLOSED_CURRENCY, .present = SWK__FACT_CLOSED_AT, .given = SWK__ANY },
};

#define COLUMNS(rate, curve) \
	SWK__NUMBER("leads", LEADS, "leads", "leads created"), \
	SWK__NUMBER("opportunities", OPPORTUNITIES, "leads", "leads with at least one opportunity"), \
	SWK__QUOTIENT("opportunity_rate", rate, OPPORTUNITIES, LEADS, "opportunities", "leads", \
	              "leads that became an opportunity"), \
	SWK__NUMBER("converted", CONVERTED, "leads", "leads with at least one won opportunity"), \
	SWK__QUOTIENT("conversion_rate", rate, CONVERTED, LEADS, "converted", "leads", "leads that bought"), \
	SWK__CURVE("converted_90d", curve, WINS, 0, 90 * 24 * SWK__HOUR, "share", \
	           "share that buys within 90 days of creation (Kaplan-Meier: others count as open)"), \
	SWK__FIGURE("currency", CURRENCY, 0, NULL, "of the amounts"), \
	SWK__FIGURE("amount", AMOUNT, AMOUNT, "currency", "all won opportunities of these leads"), \
	SWK__MEAN("mean_days", MEAN, DAYS, IN_ORDER, 24 * SWK__HOUR, "days", "days from creation to the first win", \
	          "converted leads without the excluded", "mean time from creation to the first win"), \
	SWK__NUMBER("excluded", EXCLUDED, "leads", "left out of mean_days: won before they were created"), \
	SWK__COLUMNS_END

static const swk__column cohort_columns[] = { COLUMNS(RATE, WITHIN) };
static const swk__column activity_columns[] = { COLUMNS(RATIO, NONE) };

static const swk__report_option options[] = {
	{ "basis", SWK__OPTION_FORM, -1, { { "cohort", 0 }, { "activity", 0 }, { NULL, 0 } },
	  "what becomes of the leads created in the week, or every count in its own week" },
	SWK__OPTIONS_END,
};
/* clang-format on */

static const swk__form forms[] = {
	{ cohort_sources, SWK__COUNT(cohort_sources), cohort_measures, MEASURES, cohort_columns, NULL, NULL, NULL,
	  NULL },
	{ activity_sources, SWK__COUNT(activity_sources), activity_measures, SWK__COUNT(activity_measures),
	  activity_columns, NULL, NULL, NULL, NULL },
};

const swk__report swk__report_conversion = {
	.name = "conversion",
	.definition = "which leads become opportunities and deals, by the week of their creation",
	.dimensions = SWK__COMMON,
	.options = options,
	.forms = forms,
};
