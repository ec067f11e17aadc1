/* SPDX-License-Identifier: MIT */
#include "schema.h"

#include "calendar.h"

/* Sorted bytewise, as the enums of schema.h number them. */
static const char *const directions[] = { "inbound", "outbound", NULL };
static const char *const call_outcomes[] = { "answered", "busy", "failed", "unanswered", "unknown", "voicemail", NULL };

static const char *const outcomes[] = { "lost", "open", "won", NULL };
static const char *const meeting_outcomes[] = { "cancelled", "completed", "declined", "demo", "follow_up",
	                                        "no_show",   "sale",      "unknown",  NULL };

/* The shapes that fields come in, so that a table below reads like the one of docs/metrics.md. */
/* clang-format off */
#define PLAIN(name_, kind_) { .name = name_, .kind = SWK__KIND_##kind_, .preset = SWK__NULL }
#define REQUIRED(name_, kind_) { .name = name_, .kind = SWK__KIND_##kind_, .required = true, .preset = SWK__NULL }
#define PRESET(name_, kind_, preset_) { .name = name_, .kind = SWK__KIND_##kind_, .preset = preset_ }
#define ONCE(name_, instant_) { .name = name_, .kind = SWK__KIND_BOOL, .preset = 0, .once = instant_ }
#define REFERENCE(name_, table_) \
	{ .name = name_, .kind = SWK__KIND_REF, .preset = SWK__NULL, .target = SWK__TABLE_##table_ }
#define CHOICE(name_, values_, preset_) \
	{ .name = name_, .kind = SWK__KIND_ENUM, .preset = preset_, .values = values_ }
#define TABLE(name_, instant_) \
	{ .name = #name_, .fields = name_##_fields, .count = SWK__COUNT(name_##_fields), .instant = instant_ }
/* clang-format on */
#define REQUIRED_REFERENCE(name_, table_)                                                    \
	{                                                                                    \
		.name = name_, .kind = SWK__KIND_REF, .required = true, .preset = SWK__NULL, \
		.target = SWK__TABLE_##table_                                                \
	}
#define REQUIRED_CHOICE(name_, values_)                                                                         \
	{                                                                                                       \
		.name = name_, .kind = SWK__KIND_ENUM, .required = true, .preset = SWK__NULL, .values = values_ \
	}
#define FACTS(name_, instant_)                                                                        \
	{                                                                                             \
		.name = #name_ " facts", .fields = name_##_facts, .count = SWK__COUNT(name_##_facts), \
		.instant = instant_                                                                   \
	}
#define FIRST REQUIRED("id", ID), PLAIN("recorded_at", INSTANT)
#define LAST PRESET("deleted", BOOL, 0)

static const swk__field rep_fields[] = {
	FIRST,
	PLAIN("name", TEXT),
	PLAIN("team", TEXT),
	PLAIN("region", TEXT),
	PLAIN("zone", ZONE),
	PRESET("capacity", NUMBER, 1000000),
	LAST,
};

static const swk__field lead_fields[] = {
	FIRST,
	REQUIRED("created_at", INSTANT),
	REFERENCE("rep", REP),
	PLAIN("origin", TEXT),
	PLAIN("source", TEXT),
	PLAIN("asset", TEXT),
	PLAIN("region", TEXT),
	PLAIN("segment", TEXT),
	PLAIN("zone", ZONE),
	PLAIN("closed_at", INSTANT),
	REFERENCE("merged_into", LEAD),
	LAST,
};

static const swk__field message_fields[] = {
	FIRST,
	REQUIRED("at", INSTANT),
	REQUIRED_REFERENCE("lead", LEAD),
	REQUIRED_CHOICE("direction", directions),
	REFERENCE("rep", REP),
	PLAIN("channel", TEXT),
	PRESET("automated", BOOL, 0),
	LAST,
};

static const swk__field call_fields[] = {
	FIRST,
	REQUIRED("at", INSTANT),
	REFERENCE("lead", LEAD),
	REFERENCE("rep", REP),
	CHOICE("direction", directions, SWK__OUTBOUND),
	CHOICE("outcome", call_outcomes, SWK__CALL_UNKNOWN),
	PLAIN("duration_s", DURATION),
	PRESET("positive", BOOL, 0),
	LAST,
};

static const swk__field opportunity_fields[] = {
	FIRST,
	REQUIRED("created_at", INSTANT),
	REFERENCE("lead", LEAD),
	REFERENCE("rep", REP),
	PLAIN("region", TEXT),
	PLAIN("source", TEXT),
	PLAIN("amount", AMOUNT),
	PLAIN("currency", CURRENCY),
	CHOICE("outcome", outcomes, SWK__OPEN),
	PLAIN("closed_at", INSTANT),
	LAST,
};

static const swk__field stage_fields[] = {
	FIRST,
	REQUIRED("at", INSTANT),
	REQUIRED_REFERENCE("opportunity", OPPORTUNITY),
	PLAIN("name", TEXT),
	CHOICE("outcome", outcomes, SWK__NULL),
	PLAIN("amount", AMOUNT),
	REFERENCE("rep", REP),
	LAST,
};

static const swk__field score_fields[] = {
	FIRST,
	REQUIRED("at", INSTANT),
	REQUIRED_REFERENCE("lead", LEAD),
	REQUIRED("value", SCORE),
	PLAIN("model", TEXT),
	LAST,
};

static const swk__field meeting_fields[] = {
	FIRST,
	REQUIRED("at", INSTANT),
	REFERENCE("lead", LEAD),
	REFERENCE("opportunity", OPPORTUNITY),
	REFERENCE("rep", REP),
	PLAIN("duration_s", DURATION),
	PLAIN("place", TEXT),
	PLAIN("tactic", TEXT),
	CHOICE("outcome", meeting_outcomes, SWK__MEETING_UNKNOWN),
	LAST,
};

static const swk__field quota_fields[] = {
	FIRST,
	REQUIRED("from", DATE),
	REQUIRED("to", DATE),
	REFERENCE("rep", REP),
	PLAIN("team", TEXT),
	PLAIN("won", COUNT),
	PLAIN("amount", AMOUNT),
	PLAIN("currency", CURRENCY),
	LAST,
};

static const swk__field rate_fields[] = {
	FIRST, REQUIRED("currency", CURRENCY), REQUIRED("date", DATE), REQUIRED("value", FACTOR), LAST,
};

static const swk__field lead_facts[] = {
	REFERENCE("lead", LEAD),          PLAIN("at", INSTANT),     PLAIN("touch_at", INSTANT),
	PLAIN("opportunity_at", INSTANT), PLAIN("won_at", INSTANT),
};

static const swk__field outreach_facts[] = {
	REFERENCE("lead", LEAD), PLAIN("at", INSTANT),       REFERENCE("rep", REP),
	PLAIN("channel", TEXT),  PLAIN("reply_at", INSTANT),
};

static const swk__field opportunity_facts[] = {
	REFERENCE("lead", LEAD),
	PLAIN("at", INSTANT),
};

static const swk__field win_facts[] = {
	REFERENCE("lead", LEAD),
	PLAIN("at", INSTANT),
	PLAIN("created_at", INSTANT),
};

static const swk__field score_facts[] = {
	REFERENCE("score", SCORE), PLAIN("at", INSTANT),     REFERENCE("lead", LEAD),
	PLAIN("value", SCORE),     PLAIN("model", TEXT),     PLAIN("reply_at", INSTANT),
	PLAIN("held_at", INSTANT), PLAIN("won_at", INSTANT), ONCE("excluded", SWK__FACT_SCORE_WON_AT),
};

static const swk__field opened_facts[] = {
	REFERENCE("opportunity", OPPORTUNITY),
	PLAIN("at", INSTANT),
	REFERENCE("lead", LEAD),
	REFERENCE("rep", REP),
	CHOICE("outcome", outcomes, SWK__NULL),
	PLAIN("closed_at", INSTANT),
	PLAIN("amount", AMOUNT),
	PLAIN("currency", CURRENCY),
};

static const swk__field cohort_facts[] = {
	REFERENCE("opportunity", OPPORTUNITY), PLAIN("at", INSTANT),    REFERENCE("lead", LEAD),
	PLAIN("closed_at", INSTANT),           PLAIN("amount", AMOUNT), PLAIN("currency", CURRENCY),
};

/* The same columns, filed by the close. */
#define closed_facts opened_facts

const swk__schema swk__schemas[SWK__STATE_COUNT] = {
	[SWK__TABLE_REP] = TABLE(rep, -1),
	[SWK__TABLE_LEAD] = TABLE(lead, SWK__LEAD_CREATED_AT),
	[SWK__TABLE_MESSAGE] = TABLE(message, SWK__MESSAGE_AT),
	[SWK__TABLE_CALL] = TABLE(call, SWK__CALL_AT),
	[SWK__TABLE_OPPORTUNITY] = TABLE(opportunity, SWK__OPPORTUNITY_CREATED_AT),
	[SWK__TABLE_STAGE] = TABLE(stage, SWK__STAGE_AT),
	[SWK__TABLE_SCORE] = TABLE(score, SWK__SCORE_AT),
	[SWK__TABLE_MEETING] = TABLE(meeting, SWK__MEETING_AT),
	[SWK__TABLE_QUOTA] = TABLE(quota, -1),
	[SWK__TABLE_RATE] = TABLE(rate, -1),
	[SWK__FACT_LEAD] = FACTS(lead, SWK__FACT_LEAD_AT),
	[SWK__FACT_OUTREACH] = FACTS(outreach, SWK__FACT_OUTREACH_AT),
	[SWK__FACT_OPPORTUNITY] = FACTS(opportunity, SWK__FACT_OPPORTUNITY_AT),
	[SWK__FACT_WIN] = FACTS(win, SWK__FACT_WIN_AT),
	[SWK__FACT_SCORE] = FACTS(score, SWK__FACT_SCORE_AT),
	[SWK__FACT_OPENED] = FACTS(opened, SWK__FACT_OPENED_AT),
	[SWK__FACT_CLOSED] = FACTS(closed, SWK__FACT_CLOSED_AT),
	[SWK__FACT_COHORT] = FACTS(cohort, SWK__FACT_COHORT_AT),
};

const swk__link_about swk__links[SWK__LINK_COUNT] = {
	[SWK__LINK_LEAD_MERGED] = { SWK__TABLE_LEAD, SWK__LEAD_MERGED_INTO, 0 },
	[SWK__LINK_MESSAGE_LEAD] = { SWK__TABLE_MESSAGE, SWK__MESSAGE_LEAD, 0 },
	[SWK__LINK_CALL_LEAD] = { SWK__TABLE_CALL, SWK__CALL_LEAD, 0 },
	[SWK__LINK_OPPORTUNITY_LEAD] = { SWK__TABLE_OPPORTUNITY, SWK__OPPORTUNITY_LEAD, 0 },
	[SWK__LINK_STAGE_OPPORTUNITY] = { SWK__TABLE_STAGE, SWK__STAGE_OPPORTUNITY, 0 },
	[SWK__LINK_SCORE_LEAD] = { SWK__TABLE_SCORE, SWK__SCORE_LEAD, 0 },
	[SWK__LINK_MEETING_LEAD] = { SWK__TABLE_MEETING, SWK__MEETING_LEAD, 0 },
	[SWK__LINK_MEETING_OPPORTUNITY] = { SWK__TABLE_MEETING, SWK__MEETING_OPPORTUNITY, 1 },
};

const swk__field swk__stamped = PRESET("stamped", BOOL, 0);

#define BILLION_IN_MILLIONTHS (INT64_C(1000000000) * 1000000)
#define AMOUNT_MAX INT64_C(9000000000000000000)

const swk__limits swk__kind_limits[] = {
	[SWK__KIND_TEXT] = { 1, 65535 },
	[SWK__KIND_ID] = { 1, 255 },
	[SWK__KIND_REF] = { 1, 255 },
	[SWK__KIND_ZONE] = { 1, 255 },
	[SWK__KIND_CURRENCY] = { 3, 3 },
	[SWK__KIND_BOOL] = { 0, 1 },
	[SWK__KIND_INSTANT] = { 0, SWK__INSTANT_MAX },
	[SWK__KIND_DURATION] = { 0, BILLION_IN_MILLIONTHS },
	[SWK__KIND_NUMBER] = { 0, BILLION_IN_MILLIONTHS },
	[SWK__KIND_SCORE] = { 0, INT64_C(100000000) },
	[SWK__KIND_COUNT] = { 0, INT64_C(1000000000000000) },
	[SWK__KIND_AMOUNT] = { -AMOUNT_MAX, AMOUNT_MAX },
	[SWK__KIND_FACTOR] = { 1, INT64_C(9000000000000000000) },
	[SWK__KIND_DATE] = { 0, SWK__DATE_MAX },
};

int swk__schema_find(swk__slice name)
{
	for (int i = 0; i < SWK__TABLE_COUNT; i++)
		if (swk__slice_equal(name, swk__slice_of(swk__schemas[i].name)))
			return i;
	return -1;
}

int swk__schema_field(const swk__schema *schema, swk__slice name)
{
	for (unsigned i = 0; i < schema->count; i++)
		if (swk__slice_equal(name, swk__slice_of(schema->fields[i].name)))
			return (int)i;
	return swk__slice_equal(name, swk__slice_of(swk__stamped.name)) ? (int)schema->count : -1;
}

int swk__field_value(const swk__field *field, swk__slice name)
{
	for (int i = 0; field->values[i]; i++)
		if (swk__slice_equal(name, swk__slice_of(field->values[i])))
			return i;
	return -1;
}

bool swk__field_allows(const swk__field *field, int64_t value)
{
	if (value == SWK__NULL)
		return !field->required && field->preset == SWK__NULL;
	if (field->kind == SWK__KIND_ENUM) {
		int64_t count = 0;
		while (field->values[count])
			count++;
		return value >= 0 && value < count;
	}
	const swk__limits *limits = &swk__kind_limits[field->kind];
	return value >= limits->low && value <= limits->high;
}
