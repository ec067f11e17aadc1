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

/* clang-format off */
static const swk__source sources[] = {
	{ .facts = SWK__TABLE_CALL, .lead = SWK__CALL_LEAD, .opportunity = -1, .given = SWK__ANY,
	  .own = { [SWK__DIMENSION_REP] = SWK__CALL_REP } },
};

#define CALLS(outcome) { .value = -1, .present = -1, .given = SWK__IS(SWK__CALL_OUTCOME, SWK__CALL_##outcome) }

static const swk__measure measures[MEASURES] = {
	[MADE] = { .value = -1, .present = -1, .given = SWK__ANY },
	[ANSWERED] = CALLS(ANSWERED),
	[UNANSWERED] = CALLS(UNANSWERED),
	[VOICEMAIL] = CALLS(VOICEMAIL),
	[BUSY] = CALLS(BUSY),
	[FAILED] = CALLS(FAILED),
	[UNKNOWN] = CALLS(UNKNOWN),
	[POSITIVE] = { .value = -1, .present = -1, .given = SWK__IS(SWK__CALL_POSITIVE, 1) },
	[TALK] = { .kind = SWK__MEASURE_SUM, .value = SWK__CALL_DURATION_S, .present = -1,
	           .given = SWK__IS(SWK__CALL_OUTCOME, SWK__CALL_ANSWERED) },
	[TALKS] = { .value = -1, .present = SWK__CALL_DURATION_S,
	            .given = SWK__IS(SWK__CALL_OUTCOME, SWK__CALL_ANSWERED) },
};

static const swk__column columns[] = {
	SWK__NUMBER("made", MADE, "calls", "all calls in the week of their instant"),
	SWK__NUMBER("answered", ANSWERED, "calls", "a person answered"),
	SWK__QUOTIENT("answer_rate", RATE, ANSWERED, MADE, "answered", "made", "answered calls of all made"),
	SWK__NUMBER("unanswered", UNANSWERED, "calls", "it rang and nobody answered"),
	SWK__NUMBER("voicemail", VOICEMAIL, "calls", "it ended at a voice mailbox"),
	SWK__NUMBER("busy", BUSY, "calls", "the line was busy"),
	SWK__NUMBER("failed", FAILED, "calls", "no connection could be made"),
	SWK__NUMBER("unknown", UNKNOWN, "calls", "the record does not say how it ended"),
	SWK__NUMBER("positive", POSITIVE, "calls", "the call got what it was for"),
	SWK__QUOTIENT("positive_rate", RATE, POSITIVE, MADE, "positive", "made", "positive calls of all made"),
	SWK__TOTAL("talk_s", TALK, SWK__US_SECOND, "s", "time spent in answered calls"),
	SWK__MEAN("mean_talk_s", MEAN, TALK, TALKS, SWK__US_SECOND, "s", "talk_s", "answered calls with a duration",
	          "mean length of the answered calls that have one"),
	SWK__COLUMNS_END,
};

static const swk__report_option options[] = {
	{ "direction", SWK__OPTION_CONDITION, SWK__CALL_DIRECTION,
	  { { "outbound", SWK__BIT(SWK__OUTBOUND) }, { "inbound", SWK__BIT(SWK__INBOUND) },
	    { "both", SWK__BIT(SWK__OUTBOUND) | SWK__BIT(SWK__INBOUND) }, { NULL, 0 } },
	  "which calls: those we made, those we got, or both" },
	{ "clock", SWK__OPTION_CLOCK, -1, { { "report", 0 }, { "lead", 0 }, { NULL, 0 } },
	  "weekday and hour on the reporting calendar's clock, or on the lead's own where it has a zone" },
	SWK__OPTIONS_END,
};
/* clang-format on */

static const swk__form forms[] = {
	{ sources, SWK__COUNT(sources), measures, MEASURES, columns, NULL, NULL, NULL, NULL },
};

const swk__report swk__report_calls = {
	.name = "calls",
	.definition = "calls, how they ended, and when people answer",
	.dimensions = SWK__COMMON | SWK__HAS(WEEKDAY) | SWK__HAS(HOUR),
	.options = options,
	.forms = forms,
};
