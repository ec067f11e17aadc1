/* SPDX-License-Identifier: MIT */
#include "report.h"

const swk__report *const swk__reports[] = {
	&swk__report_calls,    &swk__report_responses, &swk__report_first_touch,
	&swk__report_deals,    &swk__report_scores,    &swk__report_conversion,
	&swk__report_meetings, &swk__report_win_rate,  NULL,
};

#define JOIN_REP (1u << SWK__TABLE_REP)
#define JOIN_LEAD (1u << SWK__TABLE_LEAD)
#define JOIN_BOTH (JOIN_REP | JOIN_LEAD)
#define TEXT(name, joins, definition)                \
	{                                            \
		name, false, 0, 0, joins, definition \
	}
#define NUMBER(name, least, most, definition)          \
	{                                              \
		name, true, least, most, 0, definition \
	}

const swk__dimension_about swk__dimensions[SWK__DIMENSION_COUNT] = {
	[SWK__DIMENSION_REP] = TEXT("rep", JOIN_LEAD, "who did it then (of leads and scores: the owner), by id"),
	[SWK__DIMENSION_TEAM] = TEXT("team", JOIN_BOTH, "that rep's present team (as of as_of)"),
	[SWK__DIMENSION_REGION] = TEXT("region", JOIN_BOTH,
	                               "the opportunity's region, else the lead's, else the rep's"),
	[SWK__DIMENSION_SOURCE] = TEXT("source", JOIN_LEAD,
	                               "where it came from: the opportunity's source, else the lead's"),
	[SWK__DIMENSION_ORIGIN] = TEXT("origin", JOIN_LEAD, "who won the lead: marketing, sales or other"),
	[SWK__DIMENSION_ASSET] = TEXT("asset", JOIN_LEAD, "what brought the lead: a white paper, a webinar"),
	[SWK__DIMENSION_SEGMENT] = TEXT("segment", JOIN_LEAD, "the lead's segment"),
	[SWK__DIMENSION_WEEKDAY] = NUMBER("weekday", 1, 7, "1 Monday to 7 Sunday, on the clock asked for"),
	[SWK__DIMENSION_HOUR] = NUMBER("hour", 0, 23, "0 to 23, on the clock asked for"),
	[SWK__DIMENSION_CHANNEL] = TEXT("channel", 0, "by which the lead was reached out to; call for a call"),
	[SWK__DIMENSION_BAND] = NUMBER("band", 0, 90, "ten points of the score: 0 is 0 to below 10, 90 is 90 to 100"),
	[SWK__DIMENSION_MODEL] = TEXT("model", 0, "what computed the score"),
	[SWK__DIMENSION_PLACE] = TEXT("place", 0, "where the meeting was"),
	[SWK__DIMENSION_TACTIC] = TEXT("tactic", 0, "how the meeting was led"),
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
