/* SPDX-License-Identifier: MIT */
#include "report.h"

enum {
	CONTACTED,
	RESPONDED,
	REPLY,
	MEASURES
};
enum {
	REPLIES
}; /* curves */

/* clang-format off */
static const swk__source sources[] = {
	{ .facts = SWK__FACT_OUTREACH, .lead = SWK__FACT_OUTREACH_LEAD, .opportunity = -1, .given = SWK__ANY,
	  .own = { [SWK__DIMENSION_REP] = SWK__FACT_OUTREACH_REP,
	           [SWK__DIMENSION_CHANNEL] = SWK__FACT_OUTREACH_CHANNEL } },
};

static const swk__measure measures[MEASURES] = {
	[CONTACTED] = { .value = -1, .present = -1, .given = SWK__ANY },
	[RESPONDED] = { .value = -1, .present = SWK__FACT_OUTREACH_REPLY_AT, .given = SWK__ANY },
	[REPLY] = { .kind = SWK__MEASURE_CURVE, .value = SWK__FACT_OUTREACH_REPLY_AT, .from = SWK__FACT_OUTREACH_AT,
	            .present = -1, .given = SWK__ANY },
};

static const swk__column columns[] = {
	SWK__NUMBER("contacted", CONTACTED, "leads", "leads whose first outreach lies in the week"),
	SWK__NUMBER("responded", RESPONDED, "leads", "those that have answered since"),
	SWK__QUOTIENT("response_rate", RATE, RESPONDED, CONTACTED, "responded", "contacted",
	              "answered of all contacted"),
	SWK__CURVE("mean_h", CURVE_MEAN, REPLIES, 0, SWK__HOUR, "h", "mean time to the answer, of those that answered"),
	SWK__CURVE("median_h", PERCENTILE, REPLIES, 50, SWK__HOUR, "h",
	           "time by which half of the leads have answered (Kaplan-Meier: the others count as open)"),
	SWK__CURVE("p90_h", PERCENTILE, REPLIES, 90, SWK__HOUR, "h", "time by which 90 % of the leads have answered"),
	SWK__CURVE("within_1h", WITHIN, REPLIES, 0, SWK__HOUR, "share", "share that answers within an hour"),
	SWK__CURVE("within_24h", WITHIN, REPLIES, 0, 24 * SWK__HOUR, "share", "share that answers within a day"),
	SWK__CURVE("within_168h", WITHIN, REPLIES, 0, 168 * SWK__HOUR, "share", "share that answers within a week"),
	SWK__COLUMNS_END,
};

static const swk__report_option options[] = { SWK__OPTIONS_END };
/* clang-format on */

static const swk__form forms[] = {
	{ sources, SWK__COUNT(sources), measures, MEASURES, columns, NULL, NULL, NULL, NULL },
};

const swk__report swk__report_responses = {
	.name = "responses",
	.definition = "how long leads take to answer us, by the week of our first outreach",
	.dimensions = SWK__COMMON | SWK__HAS(CHANNEL),
	.options = options,
	.forms = forms,
};
