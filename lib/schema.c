/* SPDX-License-Identifier: MIT */
#include "schema.h"

#include "calendar.h"

/* Sorted bytewise, as the enums of schema.h number them. */
static const char *const directions[] = { "inbound", "outbound", NULL };
static const char *const call_outcomes[] = { "answered", "busy", "failed", "unanswered", "unknown", "voicemail", NULL };

/* The shapes that fields come in, so that a table below reads like the one of docs/metrics.md. */
/* clang-format off */
#define PLAIN(name_, kind_) { .name = name_, .kind = SWK__KIND_##kind_, .preset = SWK__NULL }
#define REQUIRED(name_, kind_) { .name = name_, .kind = SWK__KIND_##kind_, .required = true, .preset = SWK__NULL }
#define PRESET(name_, kind_, preset_) { .name = name_, .kind = SWK__KIND_##kind_, .preset = preset_ }
#define REFERENCE(name_, table_) \
	{ .name = name_, .kind = SWK__KIND_REF, .preset = SWK__NULL, .target = SWK__TABLE_##table_ }
#define CHOICE(name_, values_, preset_) \
	{ .name = name_, .kind = SWK__KIND_ENUM, .preset = preset_, .values = values_ }
#define TABLE(name_, instant_) \
	{ .name = #name_, .fields = name_##_fields, .count = SWK__COUNT(name_##_fields), .instant = instant_ }
/* clang-format on */
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

const swk__schema swk__schemas[SWK__TABLE_COUNT] = {
	[SWK__TABLE_REP] = TABLE(rep, -1),
	[SWK__TABLE_LEAD] = TABLE(lead, SWK__LEAD_CREATED_AT),
	[SWK__TABLE_CALL] = TABLE(call, SWK__CALL_AT),
};

#define BILLION_IN_MILLIONTHS (INT64_C(1000000000) * 1000000)

const swk__limits swk__kind_limits[] = {
	[SWK__KIND_TEXT] = { 1, 65535 },
	[SWK__KIND_ID] = { 1, 255 },
	[SWK__KIND_REF] = { 1, 255 },
	[SWK__KIND_ZONE] = { 1, 255 },
	[SWK__KIND_BOOL] = { 0, 1 },
	[SWK__KIND_INSTANT] = { 0, SWK__INSTANT_MAX },
	[SWK__KIND_DURATION] = { 0, BILLION_IN_MILLIONTHS },
	[SWK__KIND_NUMBER] = { 0, BILLION_IN_MILLIONTHS },
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
	return -1;
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
