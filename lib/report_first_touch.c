/* SPDX-License-Identifier: MIT */
#include "report.h"

enum {
	LEADS,
	TOUCHED,
	TOUCH,
	MEASURES
};
enum {
	TOUCHES
}; /* curves */

/* clang-format off */
static const swk__source sources[] = {
	{ .facts = SWK__FACT_LEAD, .lead = SWK__FACT_LEAD_LEAD, .opportunity = -1, .given = SWK__ANY },
};

static const swk__measure measures[MEASURES] = {
	[LEADS] = { .value = -1, .present = -1, .given = SWK__ANY },
	[TOUCHED] = { .value = -1, .present = SWK__FACT_LEAD_TOUCH_AT, .given = SWK__ANY },
	[TOUCH] = { .kind = SWK__MEASURE_CURVE, .value = SWK__FACT_LEAD_TOUCH_AT, .from = SWK__FACT_LEAD_AT,
	            .present = -1, .given = SWK__ANY },
};

static const swk__column columns[] = {
	SWK__NUMBER("leads", LEADS, "leads", "leads created in the week"),
	SWK__NUMBER("touched", TOUCHED, "leads", "those that we have called or written to since"),
	SWK__QUOTIENT("touch_rate", RATE, TOUCHED, LEADS, "touched", "leads", "touched of all created"),
	SWK__CURVE("mean_h", CURVE_MEAN, TOUCHES, 0, SWK__HOUR, "h", "mean time to the first touch, of those touched"),
	SWK__CURVE("median_h", PERCENTILE, TOUCHES, 50, SWK__HOUR, "h",
	           "time by which half of the leads were touched (Kaplan-Meier: untouched leads count as open)"),
	SWK__CURVE("p90_h", PERCENTILE, TOUCHES, 90, SWK__HOUR, "h", "time by which 90 % of the leads were touched"),
	SWK__CURVE("within_5m", WITHIN, TOUCHES, 0, SWK__HOUR / 12, "share", "share touched within five minutes"),
	SWK__CURVE("within_1h", WITHIN, TOUCHES, 0, SWK__HOUR, "share", "share touched within an hour"),
	SWK__CURVE("within_24h", WITHIN, TOUCHES, 0, 24 * SWK__HOUR, "share", "share touched within a day"),
	SWK__COLUMNS_END,
};

static const swk__report_option options[] = { SWK__OPTIONS_END };
/* clang-format on */

static const swk__form forms[] = {
	{ sources, SWK__COUNT(sources), measures, MEASURES, columns, NULL, NULL, NULL, NULL },
};

const swk__report swk__report_first_touch = {
	.name = "first_touch",
	.definition = "how fast we reach out to new leads, by the week of their creation",
	.dimensions = SWK__COMMON,
	.options = options,
	.forms = forms,
};
