/* SPDX-License-Identifier: MIT */
#include "report.h"

enum {
	SCHEDULED,
	HELD,
	SALE,
	DEMO,
	FOLLOW_UP,
	DECLINED,
	COMPLETED,
	NO_SHOW,
	CANCELLED,
	UNKNOWN,
	SUCCESS,
	DECIDED,
	EXPECTED,
	TIME,
	MEASURES
};

#define OUTCOME(outcome) SWK__BIT(SWK__MEETING_##outcome)
#define WITH_RESULT (OUTCOME(SALE) | OUTCOME(DEMO) | OUTCOME(FOLLOW_UP) | OUTCOME(DECLINED))
#define TOOK_PLACE (WITH_RESULT | OUTCOME(COMPLETED))

/* clang-format off */
static const swk__source sources[] = {
	{ .facts = SWK__TABLE_MEETING, .lead = SWK__MEETING_LEAD, .opportunity = SWK__MEETING_OPPORTUNITY,
	  .given = SWK__ANY,
	  .own = { [SWK__DIMENSION_REP] = SWK__MEETING_REP, [SWK__DIMENSION_PLACE] = SWK__MEETING_PLACE,
	           [SWK__DIMENSION_TACTIC] = SWK__MEETING_TACTIC } },
};

#define MEETINGS(mask) { .value = -1, .present = -1, .given = SWK__IN(SWK__MEETING_OUTCOME, mask) }

static const swk__measure measures[MEASURES] = {
	[SCHEDULED] = { .value = -1, .present = -1, .given = SWK__ANY },
	[HELD] = MEETINGS(TOOK_PLACE),
	[SALE] = MEETINGS(OUTCOME(SALE)),
	[DEMO] = MEETINGS(OUTCOME(DEMO)),
	[FOLLOW_UP] = MEETINGS(OUTCOME(FOLLOW_UP)),
	[DECLINED] = MEETINGS(OUTCOME(DECLINED)),
	[COMPLETED] = MEETINGS(OUTCOME(COMPLETED)),
	[NO_SHOW] = MEETINGS(OUTCOME(NO_SHOW)),
	[CANCELLED] = MEETINGS(OUTCOME(CANCELLED)),
	[UNKNOWN] = MEETINGS(OUTCOME(UNKNOWN)),
	[SUCCESS] = MEETINGS(OUTCOME(SALE) | OUTCOME(DEMO)),
	[DECIDED] = MEETINGS(WITH_RESULT),
	[EXPECTED] = MEETINGS(TOOK_PLACE | OUTCOME(NO_SHOW)),
	[TIME] = { .kind = SWK__MEASURE_SUM, .value = SWK__MEETING_DURATION_S, .present = -1,
	           .given = SWK__IN(SWK__MEETING_OUTCOME, TOOK_PLACE) },
};

static const swk__column columns[] = {
	SWK__NUMBER("scheduled", SCHEDULED, "meetings", "meetings whose time has come"),
	SWK__NUMBER("held", HELD, "meetings", "those that took place: sale, demo, follow_up, declined, completed"),
	SWK__NUMBER("sale", SALE, "meetings", "ended in a sale"),
	SWK__NUMBER("demo", DEMO, "meetings", "ended in a demo"),
	SWK__NUMBER("follow_up", FOLLOW_UP, "meetings", "ended in a follow-up"),
	SWK__NUMBER("declined", DECLINED, "meetings", "the other side declined"),
	SWK__NUMBER("completed", COMPLETED, "meetings", "took place, result not known"),
	SWK__NUMBER("no_show", NO_SHOW, "meetings", "the other side did not come"),
	SWK__QUOTIENT("no_show_rate", RATE, NO_SHOW, EXPECTED, "no_show", "held + no_show",
	              "no-shows of the meetings that we came to"),
	SWK__NUMBER("cancelled", CANCELLED, "meetings", "called off"),
	SWK__NUMBER("unknown", UNKNOWN, "meetings", "the record does not say what became of it"),
	SWK__QUOTIENT("success_rate", RATE, SUCCESS, DECIDED, "sale + demo", "held - completed",
	              "sales and demos of the held meetings whose result is known"),
	SWK__TOTAL("hours", TIME, SWK__HOUR, "h", "time of the held meetings; without a duration 0"),
	SWK__COLUMNS_END,
};

static const swk__report_option options[] = { SWK__OPTION_OF_CLOCK, SWK__OPTIONS_END };
/* clang-format on */

static const swk__form forms[] = {
	{ sources, SWK__COUNT(sources), measures, MEASURES, columns, NULL, NULL, NULL, NULL },
};

const swk__report swk__report_meetings = {
	.name = "meetings",
	.definition = "meetings, what became of them, and what works in them",
	.dimensions = SWK__HAS(REP) | SWK__HAS(TEAM) | SWK__HAS(REGION) | SWK__HAS(SOURCE) | SWK__HAS(SEGMENT) |
	              SWK__HAS(PLACE) | SWK__HAS(TACTIC) | SWK__HAS(WEEKDAY) | SWK__HAS(HOUR),
	.options = options,
	.forms = forms,
};
