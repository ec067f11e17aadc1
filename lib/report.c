/* SPDX-License-Identifier: MIT */
#include "report.h"

const swk__report *const swk__reports[] = {
	&swk__report_calls,
	NULL,
};

#define JOIN_REP (1u << SWK__TABLE_REP)
#define JOIN_LEAD (1u << SWK__TABLE_LEAD)

const swk__dimension_about swk__dimensions[SWK__DIMENSION_COUNT] = {
	[SWK__DIMENSION_REP] = { "rep", false, 0, 0, 0, "who did it then, by id" },
	[SWK__DIMENSION_TEAM] = { "team", false, 0, 0, JOIN_REP, "the rep's present team (as of as_of)" },
	[SWK__DIMENSION_REGION] = { "region", false, 0, 0, JOIN_REP | JOIN_LEAD, "the lead's region, else the rep's" },
	[SWK__DIMENSION_SOURCE] = { "source", false, 0, 0, JOIN_LEAD, "where the lead came from" },
	[SWK__DIMENSION_ORIGIN] = { "origin", false, 0, 0, JOIN_LEAD, "who won the lead: marketing, sales or other" },
	[SWK__DIMENSION_ASSET] = { "asset", false, 0, 0, JOIN_LEAD, "what brought the lead: a white paper, a webinar" },
	[SWK__DIMENSION_SEGMENT] = { "segment", false, 0, 0, JOIN_LEAD, "the lead's segment" },
	[SWK__DIMENSION_WEEKDAY] = { "weekday", true, 1, 7, 0, "1 Monday to 7 Sunday, on the clock asked for" },
	[SWK__DIMENSION_HOUR] = { "hour", true, 0, 23, 0, "0 to 23, on the clock asked for" },
};

const swk__report *swk__report_find(swk__slice name)
{
	for (size_t i = 0; swk__reports[i]; i++)
		if (swk__slice_equal(swk__slice_of(swk__reports[i]->name), name))
			return swk__reports[i];
	return NULL;
}

int swk__report_dimension(const swk__report *report, swk__slice name)
{
	for (int d = 0; d < SWK__DIMENSION_COUNT; d++)
		if ((report->dimensions & (1u << d)) && swk__slice_equal(swk__slice_of(swk__dimensions[d].name), name))
			return d;
	return -1;
}

const swk__report_option *swk__report_option_find(const swk__report *report, swk__slice name)
{
	for (const swk__report_option *option = report->options; option->name; option++)
		if (swk__slice_equal(swk__slice_of(option->name), name))
			return option;
	return NULL;
}
