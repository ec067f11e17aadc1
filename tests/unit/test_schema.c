/* SPDX-License-Identifier: MIT */
#include "schema.h"

#include "../support/sweep.h"
#include "calendar.h"

#include <stdio.h>

/* The tables as docs/metrics.md has them: fields in order, kind, ! required, = default. */
static const char *const contract[SWK__TABLE_COUNT] = {
	"rep: id ID!, recorded_at INSTANT, name TEXT, team TEXT, region TEXT, zone ZONE, capacity NUMBER=1000000, "
	"deleted BOOL=0",
	"lead: id ID!, recorded_at INSTANT, created_at INSTANT!, rep REF>rep, origin TEXT, source TEXT, asset TEXT, "
	"region TEXT, segment TEXT, zone ZONE, closed_at INSTANT, merged_into REF>lead, deleted BOOL=0",
	"call: id ID!, recorded_at INSTANT, at INSTANT!, lead REF>lead, rep REF>rep, "
	"direction ENUM(inbound outbound)=1, "
	"outcome ENUM(answered busy failed unanswered unknown voicemail)=4, duration_s DURATION, positive BOOL=0, "
	"deleted BOOL=0",
};

static const char *const kind_names[] = {
	"TEXT", "ID", "REF", "ZONE", "ENUM", "BOOL", "INSTANT", "DURATION", "NUMBER"
};

static void field_print(const swk__field *field, swk__buf *buf)
{
	swk__buf_format(buf, "%s %s", field->name, kind_names[field->kind]);
	if (field->kind == SWK__KIND_REF)
		swk__buf_format(buf, ">%s", swk__schemas[field->target].name);
	for (size_t i = 0; field->values && field->values[i]; i++)
		swk__buf_format(buf, "%s%s%s", i ? " " : "(", field->values[i], field->values[i + 1] ? "" : ")");
	if (field->required)
		swk__buf_byte(buf, '!');
	if (field->preset != SWK__NULL)
		swk__buf_format(buf, "=%d", (int)field->preset);
}

static void the_tables_are_the_contracts(void **state)
{
	swk__mem mem;
	swk__mem_init(&mem, NULL, 0);
	(void)state;
	for (unsigned t = 0; t < SWK__TABLE_COUNT; t++) {
		swk__buf buf;
		swk__buf_init(&buf, &mem, 4096);
		swk__buf_format(&buf, "%s: ", swk__schemas[t].name);
		for (unsigned f = 0; f < swk__schemas[t].count; f++) {
			swk__buf_format(&buf, "%s", f ? ", " : "");
			field_print(&swk__schemas[t].fields[f], &buf);
		}
		swk__buf_byte(&buf, 0);
		assert_string_equal(buf.bytes, contract[t]);
		swk__buf_done(&buf);
	}
}

static void every_table_keeps_the_rules_of_all(void **state)
{
	(void)state;
	for (unsigned t = 0; t < SWK__TABLE_COUNT; t++) {
		const swk__schema *schema = &swk__schemas[t];
		assert_in_range(schema->count, 3, SWK__FIELDS_MAX);
		assert_string_equal(schema->fields[SWK__FIELD_ID].name, "id");
		assert_string_equal(schema->fields[SWK__FIELD_RECORDED_AT].name, "recorded_at");
		assert_string_equal(schema->fields[schema->count - 1].name, "deleted");
		assert_true(schema->instant == -1 || schema->fields[schema->instant].kind == SWK__KIND_INSTANT);
		assert_true(schema->instant == -1 || schema->fields[schema->instant].required);
		for (unsigned f = 0; f < schema->count; f++) {
			const swk__field *field = &schema->fields[f];
			assert_int_equal(swk__schema_field(schema, swk__slice_of(field->name)), f);
			assert_true(strlen(field->name) < sizeof(((swk_error *)0)->field));
			assert_int_equal(field->kind == SWK__KIND_ENUM, field->values != NULL);
			assert_true(field->preset == SWK__NULL || swk__field_allows(field, field->preset));
			assert_false(field->kind == SWK__KIND_BOOL && field->preset == SWK__NULL);
			for (size_t i = 1; field->values && field->values[i]; i++)
				assert_true(strcmp(field->values[i - 1], field->values[i]) < 0);
		}
	}
}

#define NAMED(table_, number, name_) \
	assert_string_equal(swk__schemas[SWK__TABLE_##table_].fields[SWK__##table_##_##number].name, name_)

static void the_numbers_of_fields_are_those_of_their_names(void **state)
{
	(void)state;
	NAMED(REP, NAME, "name");
	NAMED(REP, TEAM, "team");
	NAMED(REP, REGION, "region");
	NAMED(REP, ZONE, "zone");
	NAMED(REP, CAPACITY, "capacity");
	NAMED(REP, DELETED, "deleted");
	NAMED(LEAD, CREATED_AT, "created_at");
	NAMED(LEAD, REP, "rep");
	NAMED(LEAD, ORIGIN, "origin");
	NAMED(LEAD, SOURCE, "source");
	NAMED(LEAD, ASSET, "asset");
	NAMED(LEAD, REGION, "region");
	NAMED(LEAD, SEGMENT, "segment");
	NAMED(LEAD, ZONE, "zone");
	NAMED(LEAD, CLOSED_AT, "closed_at");
	NAMED(LEAD, MERGED_INTO, "merged_into");
	NAMED(LEAD, DELETED, "deleted");
	NAMED(CALL, AT, "at");
	NAMED(CALL, LEAD, "lead");
	NAMED(CALL, REP, "rep");
	NAMED(CALL, DIRECTION, "direction");
	NAMED(CALL, OUTCOME, "outcome");
	NAMED(CALL, DURATION_S, "duration_s");
	NAMED(CALL, POSITIVE, "positive");
	NAMED(CALL, DELETED, "deleted");
}

static void the_numbers_of_values_are_those_of_their_names(void **state)
{
	const swk__field *fields = swk__schemas[SWK__TABLE_CALL].fields;
	const swk__field *direction = &fields[SWK__CALL_DIRECTION], *outcome = &fields[SWK__CALL_OUTCOME];
	(void)state;
	assert_int_equal(swk__field_value(direction, swk__slice_of("inbound")), SWK__INBOUND);
	assert_int_equal(swk__field_value(direction, swk__slice_of("outbound")), SWK__OUTBOUND);
	assert_int_equal(swk__field_value(direction, swk__slice_of("Outbound")), -1);
	assert_int_equal(swk__field_value(outcome, swk__slice_of("answered")), SWK__CALL_ANSWERED);
	assert_int_equal(swk__field_value(outcome, swk__slice_of("busy")), SWK__CALL_BUSY);
	assert_int_equal(swk__field_value(outcome, swk__slice_of("failed")), SWK__CALL_FAILED);
	assert_int_equal(swk__field_value(outcome, swk__slice_of("unanswered")), SWK__CALL_UNANSWERED);
	assert_int_equal(swk__field_value(outcome, swk__slice_of("unknown")), SWK__CALL_UNKNOWN);
	assert_int_equal(swk__field_value(outcome, swk__slice_of("voicemail")), SWK__CALL_VOICEMAIL);
}

static void names_are_found_as_they_stand(void **state)
{
	(void)state;
	assert_int_equal(swk__schema_find(swk__slice_of("rep")), SWK__TABLE_REP);
	assert_int_equal(swk__schema_find(swk__slice_of("lead")), SWK__TABLE_LEAD);
	assert_int_equal(swk__schema_find(swk__slice_of("call")), SWK__TABLE_CALL);
	assert_int_equal(swk__schema_find(swk__slice_of("Call")), -1);
	assert_int_equal(swk__schema_find(swk__slice_of("cal")), -1);
	assert_int_equal(swk__schema_find(swk__slice_of("")), -1);
	assert_int_equal(swk__schema_field(&swk__schemas[SWK__TABLE_CALL], swk__slice_of("team")), -1);
}

static void a_value_is_allowed_within_its_limits(void **state)
{
	const swk__field *call = swk__schemas[SWK__TABLE_CALL].fields, *rep = swk__schemas[SWK__TABLE_REP].fields;
	const struct {
		const swk__field *field;
		int64_t value;
		bool allowed;
	} cases[] = {
		{ &call[SWK__CALL_AT], 0, true },
		{ &call[SWK__CALL_AT], -1, false },
		{ &call[SWK__CALL_AT], SWK__INSTANT_MAX, true },
		{ &call[SWK__CALL_AT], SWK__INSTANT_MAX + 1, false },
		{ &call[SWK__CALL_AT], SWK__NULL, false }, /* required */
		{ &call[SWK__FIELD_RECORDED_AT], SWK__NULL, true },
		{ &call[SWK__CALL_DURATION_S], SWK__NULL, true },
		{ &call[SWK__CALL_DURATION_S], INT64_C(1000000000000000), true },
		{ &call[SWK__CALL_DURATION_S], INT64_C(1000000000000001), false },
		{ &call[SWK__CALL_OUTCOME], SWK__CALL_VOICEMAIL, true },
		{ &call[SWK__CALL_OUTCOME], SWK__CALL_VOICEMAIL + 1, false },
		{ &call[SWK__CALL_OUTCOME], -1, false },
		{ &call[SWK__CALL_OUTCOME], SWK__NULL, false }, /* has a default */
		{ &call[SWK__CALL_POSITIVE], 1, true },
		{ &call[SWK__CALL_POSITIVE], 2, false },
		{ &rep[SWK__REP_CAPACITY], 0, true },
		{ &rep[SWK__REP_CAPACITY], -1, false },
	};
	(void)state;
	for (size_t i = 0; i < SWK__COUNT(cases); i++)
		assert_int_equal(swk__field_allows(cases[i].field, cases[i].value), cases[i].allowed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_tables_are_the_contracts),
		cmocka_unit_test(every_table_keeps_the_rules_of_all),
		cmocka_unit_test(the_numbers_of_fields_are_those_of_their_names),
		cmocka_unit_test(the_numbers_of_values_are_those_of_their_names),
		cmocka_unit_test(names_are_found_as_they_stand),
		cmocka_unit_test(a_value_is_allowed_within_its_limits),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
