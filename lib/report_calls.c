/* SPDX-License-Identifier: MIT */
#include "report.h"

enum {
	MADE,
	ANSWERED,
	UNANSWERED,
	VOICEMAIL,
	BUSY,
	FAILED,
	UNKNOWN,
	POSITIVE,
	TALK,
	TALKS,
	MEASURES
};

#define OUTCOME(value) SWK__IS(SWK__CALL_OUTCOME, value)

static const swk__measure measures[MEASURES] = {
	[MADE] = { -1, -1, SWK__ANY },
	[ANSWERED] = { -1, -1, OUTCOME(SWK__CALL_ANSWERED) },
	[UNANSWERED] = { -1, -1, OUTCOME(SWK__CALL_UNANSWERED) },
	[VOICEMAIL] = { -1, -1, OUTCOME(SWK__CALL_VOICEMAIL) },
	[BUSY] = { -1, -1, OUTCOME(SWK__CALL_BUSY) },
	[FAILED] = { -1, -1, OUTCOME(SWK__CALL_FAILED) },
	[UNKNOWN] = { -1, -1, OUTCOME(SWK__CALL_UNKNOWN) },
	[POSITIVE] = { -1, -1, SWK__IS(SWK__CALL_POSITIVE, 1) },
	[TALK] = { SWK__CALL_DURATION_S, -1, OUTCOME(SWK__CALL_ANSWERED) },
	[TALKS] = { -1, SWK__CALL_DURATION_S, OUTCOME(SWK__CALL_ANSWERED) },
};

static const swk__column columns[] = {
	{ "made", SWK__FIGURE_COUNT, MADE, 0, "calls", NULL, NULL, "all calls in the week of their instant" },
	{ "answered", SWK__FIGURE_COUNT, ANSWERED, 0, "calls", NULL, NULL, "a person answered" },
	{ "answer_rate", SWK__FIGURE_RATE, ANSWERED, MADE, "share", "answered", "made", "answered calls of all made" },
	{ "unanswered", SWK__FIGURE_COUNT, UNANSWERED, 0, "calls", NULL, NULL, "it rang and nobody answered" },
	{ "voicemail", SWK__FIGURE_COUNT, VOICEMAIL, 0, "calls", NULL, NULL, "it ended at a voice mailbox" },
	{ "busy", SWK__FIGURE_COUNT, BUSY, 0, "calls", NULL, NULL, "the line was busy" },
	{ "failed", SWK__FIGURE_COUNT, FAILED, 0, "calls", NULL, NULL, "no connection could be made" },
	{ "unknown", SWK__FIGURE_COUNT, UNKNOWN, 0, "calls", NULL, NULL, "the record does not say how it ended" },
	{ "positive", SWK__FIGURE_COUNT, POSITIVE, 0, "calls", NULL, NULL, "the call got what it was for" },
	{ "positive_rate", SWK__FIGURE_RATE, POSITIVE, MADE, "share", "positive", "made",
	  "positive calls of all made" },
	{ "talk_s", SWK__FIGURE_SECONDS, TALK, 0, "s", NULL, NULL, "time spent in answered calls" },
	{ "mean_talk_s", SWK__FIGURE_MEAN_SECONDS, TALK, TALKS, "s", "talk_s", "answered calls with a duration",
	  "mean length of the answered calls that have one" },
	{ NULL, SWK__FIGURE_COUNT, 0, 0, NULL, NULL, NULL, NULL },
};

#define BIT(value) (UINT64_C(1) << (value))

static const swk__report_option options[] = {
	{ "direction",
	  SWK__CALL_DIRECTION,
	  { { "outbound", BIT(SWK__OUTBOUND) },
	    { "inbound", BIT(SWK__INBOUND) },
	    { "both", BIT(SWK__OUTBOUND) | BIT(SWK__INBOUND) },
	    { NULL, 0 } },
	  "which calls: those we made, those we got, or both" },
	{ "clock",
	  -1,
	  { { "report", 0 }, { "lead", 0 }, { NULL, 0 } },
	  "weekday and hour on the reporting calendar's clock, or on the lead's own where it has a zone" },
	{ NULL, -1, { { NULL, 0 } }, NULL },
};

const swk__report swk__report_calls = {
	.name = "calls",
	.definition = "calls, how they ended, and when people answer",
	.facts = SWK__TABLE_CALL,
	.at = SWK__CALL_AT,
	.lead = SWK__CALL_LEAD,
	.rep = SWK__CALL_REP,
	.dimensions = (1u << SWK__DIMENSION_COUNT) - 1,
	.options = options,
	.measures = measures,
	.measure_count = MEASURES,
	.columns = columns,
};
