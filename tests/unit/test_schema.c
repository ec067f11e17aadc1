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
	"message: id ID!, recorded_at INSTANT, at INSTANT!, lead REF>lead!, direction ENUM(inbound outbound)!, "
	"rep REF>rep, channel TEXT, automated BOOL=0, deleted BOOL=0",
	"call: id ID!, recorded_at INSTANT, at INSTANT!, lead REF>lead, rep REF>rep, "
	"direction ENUM(inbound outbound)=1, "
	"outcome ENUM(answered busy failed unanswered unknown voicemail)=4, duration_s DURATION, positive BOOL=0, "
	"deleted BOOL=0",
	"opportunity: id ID!, recorded_at INSTANT, created_at INSTANT!, lead REF>lead, rep REF>rep, region TEXT, "
	"source TEXT, amount AMOUNT, currency CURRENCY, outcome ENUM(lost open won)=1, closed_at INSTANT, "
	"deleted BOOL=0",
	"stage: id ID!, recorded_at INSTANT, at INSTANT!, opportunity REF>opportunity!, name TEXT, "
	"outcome ENUM(lost open won), amount AMOUNT, rep REF>rep, deleted BOOL=0",
	"score: id ID!, recorded_at INSTANT, at INSTANT!, lead REF>lead!, value SCORE!, model TEXT, deleted BOOL=0",
	"meeting: id ID!, recorded_at INSTANT, at INSTANT!, lead REF>lead, opportunity REF>opportunity, rep REF>rep, "
	"duration_s DURATION, place TEXT, tactic TEXT, "
	"outcome ENUM(cancelled completed declined demo follow_up no_show sale unknown)=7, deleted BOOL=0",
	"quota: id ID!, recorded_at INSTANT, from DATE!, to DATE!, rep REF>rep, team TEXT, won COUNT, amount AMOUNT, "
	"currency CURRENCY, deleted BOOL=0",
	"rate: id ID!, recorded_at INSTANT, currency CURRENCY!, date DATE!, value FACTOR!, deleted BOOL=0",
};

static const char *const kind_names[] = {
	"TEXT",     "ID",     "REF",   "ZONE",  "CURRENCY", "ENUM",   "BOOL", "INSTANT",
	"DURATION", "NUMBER", "SCORE", "COUNT", "AMOUNT",   "FACTOR", "DATE",
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
		assert_in_range(schema->count, 3, SWK__FIELDS_MAX - 1);
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

static void the_numbers_of_the_other_fields_are_those_of_their_names(void **state)
{
	(void)state;
	NAMED(MESSAGE, AT, "at");
	NAMED(MESSAGE, LEAD, "lead");
	NAMED(MESSAGE, DIRECTION, "direction");
	NAMED(MESSAGE, REP, "rep");
	NAMED(MESSAGE, CHANNEL, "channel");
	NAMED(MESSAGE, AUTOMATED, "automated");
	NAMED(MESSAGE, DELETED, "deleted");
	NAMED(OPPORTUNITY, CREATED_AT, "created_at");
	NAMED(OPPORTUNITY, LEAD, "lead");
	NAMED(OPPORTUNITY, REP, "rep");
	NAMED(OPPORTUNITY, REGION, "region");
	NAMED(OPPORTUNITY, SOURCE, "source");
	NAMED(OPPORTUNITY, AMOUNT, "amount");
	NAMED(OPPORTUNITY, CURRENCY, "currency");
	NAMED(OPPORTUNITY, OUTCOME, "outcome");
	NAMED(OPPORTUNITY, CLOSED_AT, "closed_at");
	NAMED(OPPORTUNITY, DELETED, "deleted");
	NAMED(STAGE, AT, "at");
	NAMED(STAGE, OPPORTUNITY, "opportunity");
	NAMED(STAGE, NAME, "name");
	NAMED(STAGE, OUTCOME, "outcome");
	NAMED(STAGE, AMOUNT, "amount");
	NAMED(STAGE, REP, "rep");
	NAMED(STAGE, DELETED, "deleted");
	NAMED(SCORE, AT, "at");
	NAMED(SCORE, LEAD, "lead");
	NAMED(SCORE, VALUE, "value");
	NAMED(SCORE, MODEL, "model");
	NAMED(SCORE, DELETED, "deleted");
	NAMED(MEETING, AT, "at");
	NAMED(MEETING, LEAD, "lead");
	NAMED(MEETING, OPPORTUNITY, "opportunity");
	NAMED(MEETING, REP, "rep");
	NAMED(MEETING, DURATION_S, "duration_s");
	NAMED(MEETING, PLACE, "place");
	NAMED(MEETING, TACTIC, "tactic");
	NAMED(MEETING, OUTCOME, "outcome");
	NAMED(MEETING, DELETED, "deleted");
	NAMED(QUOTA, FROM, "from");
	NAMED(QUOTA, TO, "to");
	NAMED(QUOTA, REP, "rep");
	NAMED(QUOTA, TEAM, "team");
	NAMED(QUOTA, WON, "won");
	NAMED(QUOTA, AMOUNT, "amount");
	NAMED(QUOTA, CURRENCY, "currency");
	NAMED(QUOTA, DELETED, "deleted");
	NAMED(RATE, CURRENCY, "currency");
	NAMED(RATE, DATE, "date");
	NAMED(RATE, VALUE, "value");
	NAMED(RATE, DELETED, "deleted");
}

#define FACT_NAMED(fact_, number, name_) \
	assert_string_equal(swk__schemas[SWK__FACT_##fact_].fields[SWK__FACT_##fact_##_##number].name, name_)

static void the_numbers_of_facts_fields_are_those_of_their_names(void **state)
{
	(void)state;
	FACT_NAMED(LEAD, LEAD, "lead");
	FACT_NAMED(LEAD, WON_AT, "won_at");
	FACT_NAMED(OUTREACH, REP, "rep");
	FACT_NAMED(OUTREACH, REPLY_AT, "reply_at");
	FACT_NAMED(OPPORTUNITY, AT, "at");
	FACT_NAMED(WIN, CREATED_AT, "created_at");
	FACT_NAMED(SCORE, LEAD, "lead");
	FACT_NAMED(SCORE, EXCLUDED, "excluded");
	FACT_NAMED(OPENED, CURRENCY, "currency");
	FACT_NAMED(CLOSED, OUTCOME, "outcome");
	FACT_NAMED(CLOSED, CURRENCY, "currency");
	FACT_NAMED(COHORT, CURRENCY, "currency");
	for (unsigned t = SWK__TABLE_COUNT; t < SWK__STATE_COUNT; t++) {
		const swk__schema *schema = &swk__schemas[t];
		assert_in_range(schema->count, 2, SWK__FIELDS_MAX);
		assert_int_equal(schema->fields[0].kind, SWK__KIND_REF);
		assert_string_equal(schema->fields[schema->instant].name, "at");
		assert_int_equal(schema->fields[schema->instant].kind, SWK__KIND_INSTANT);
	}
}

static void links_are_references(void **state)
{
	unsigned extra[SWK__TABLE_COUNT] = { 0 };
	(void)state;
	for (unsigned i = 0; i < SWK__LINK_COUNT; i++) {
		const swk__link_about *link = &swk__links[i];
		assert_int_equal(swk__schemas[link->table].fields[link->field].kind, SWK__KIND_REF);
		assert_int_equal(link->extra, extra[link->table]++);
	}
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
	const swk__field *deal = &swk__schemas[SWK__TABLE_OPPORTUNITY].fields[SWK__OPPORTUNITY_OUTCOME];
	assert_int_equal(swk__field_value(deal, swk__slice_of("lost")), SWK__LOST);
	assert_int_equal(swk__field_value(deal, swk__slice_of("open")), SWK__OPEN);
	assert_int_equal(swk__field_value(deal, swk__slice_of("won")), SWK__WON);
	const swk__field *meeting = &swk__schemas[SWK__TABLE_MEETING].fields[SWK__MEETING_OUTCOME];
	assert_int_equal(swk__field_value(meeting, swk__slice_of("cancelled")), SWK__MEETING_CANCELLED);
	assert_int_equal(swk__field_value(meeting, swk__slice_of("completed")), SWK__MEETING_COMPLETED);
	assert_int_equal(swk__field_value(meeting, swk__slice_of("declined")), SWK__MEETING_DECLINED);
	assert_int_equal(swk__field_value(meeting, swk__slice_of("demo")), SWK__MEETING_DEMO);
	assert_int_equal(swk__field_value(meeting, swk__slice_of("follow_up")), SWK__MEETING_FOLLOW_UP);
	assert_int_equal(swk__field_value(meeting, swk__slice_of("no_show")), SWK__MEETING_NO_SHOW);
	assert_int_equal(swk__field_value(meeting, swk__slice_of("sale")), SWK__MEETING_SALE);
	assert_int_equal(swk__field_value(meeting, swk__slice_of("unknown")), SWK__MEETING_UNKNOWN);
}

static void names_are_found_as_they_stand(void **state)
{
	(void)state;
	for (int t = 0; t < SWK__TABLE_COUNT; t++)
		assert_int_equal(swk__schema_find(swk__slice_of(swk__schemas[t].name)), t);
	assert_int_equal(swk__schema_find(swk__slice_of(swk__schemas[SWK__FACT_LEAD].name)), -1);
	assert_int_equal(swk__schema_find(swk__slice_of("Call")), -1);
	assert_int_equal(swk__schema_find(swk__slice_of("cal")), -1);
	assert_int_equal(swk__schema_find(swk__slice_of("")), -1);
	assert_int_equal(swk__schema_field(&swk__schemas[SWK__TABLE_CALL], swk__slice_of("team")), -1);
}

static void a_value_is_allowed_within_its_limits(void **state)
{
	const swk__field *call = swk__schemas[SWK__TABLE_CALL].fields, *rep = swk__schemas[SWK__TABLE_REP].fields;
	const swk__field *deal = swk__schemas[SWK__TABLE_OPPORTUNITY].fields;
	const swk__field *rate = swk__schemas[SWK__TABLE_RATE].fields;
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
		{ &deal[SWK__OPPORTUNITY_AMOUNT], INT64_C(-9000000000000000000), true },
		{ &deal[SWK__OPPORTUNITY_AMOUNT], INT64_C(9000000000000000001), false },
		{ &rate[SWK__RATE_VALUE], INT64_C(9000000000000000000), true },
		{ &rate[SWK__RATE_VALUE], 0, false },
		{ &rate[SWK__RATE_DATE], SWK__DATE_MAX, true },
		{ &rate[SWK__RATE_DATE], SWK__DATE_MAX + 1, false },
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
		cmocka_unit_test(the_numbers_of_the_other_fields_are_those_of_their_names),
		cmocka_unit_test(the_numbers_of_facts_fields_are_those_of_their_names),
		cmocka_unit_test(links_are_references),
		cmocka_unit_test(the_numbers_of_values_are_those_of_their_names),
		cmocka_unit_test(names_are_found_as_they_stand),
		cmocka_unit_test(a_value_is_allowed_within_its_limits),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
