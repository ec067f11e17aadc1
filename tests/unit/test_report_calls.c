/* SPDX-License-Identifier: MIT
 *
 * The report `calls`, and what reports commonly get wrong: a test for each trap, with the wrong figure beside.
 * Bounds: Wilson (1927), z = 1.959963984540054, by the formula in 40 digits (Python's decimal); a last digit may differ
 * from the exact value's, but not from machine to machine.
 */
#include "question.h"

static scene s;
static inquiry i;

static int setup(void **state)
{
	(void)state;
	scene_open(&s);
	inquiry_open(&i, &s);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	scene_close(&s);
	return 0;
}

#define AT " at=2026-11-02T09:00:00Z "

/* ------------------------------------------------------------------------------------------------ columns */

static void test_outcomes_sum_to_what_was_made(void **state)
{
	(void)state;
	scene_commit(&s, "call a" AT "outcome=answered\ncall b" AT "outcome=answered\ncall c" AT "outcome=unanswered\n"
	                 "call d" AT "outcome=voicemail\ncall e" AT "outcome=busy\ncall f" AT "outcome=failed\n"
	                 "call g" AT "outcome=unknown\ncall h" AT "\ncall i" AT "outcome=voicemail");
	assert_answer(&i, "calls show=made,answered,unanswered,voicemail,busy,failed,unknown", "9,2,1,2,1,1,2");
}

static void test_calls_are_outbound_unless_asked(void **state)
{
	(void)state;
	scene_commit(&s,
	             "call a" AT "\ncall b" AT "direction=outbound\ncall c" AT "direction=inbound outcome=answered");
	assert_answer(&i, "calls show=made", "2");
	assert_answer(&i, "calls set=direction:outbound show=made", "2");
	assert_answer(&i, "calls set=direction:inbound show=made,answered", "1,1");
	assert_answer(&i, "calls set=direction:both show=made", "3");
}

static void test_rates_have_bounds(void **state)
{
	(void)state;
	scene_commit(&s, "call a" AT "outcome=answered positive=true\ncall b" AT "outcome=answered\n"
	                 "call c" AT "outcome=answered\ncall d" AT "outcome=busy");
	assert_answer(
		&i,
		"calls show=answer_rate,answer_rate_lo,answer_rate_hi,positive_rate,positive_rate_lo,positive_rate_hi",
		"0.75,0.3006418425824019,0.9544127391902995,0.25,0.04558726080970056,0.6993581574175981");
}

static void test_nothing_and_all_have_exact_ends(void **state)
{
	(void)state;
	scene_commit(&s, "call a" AT "outcome=answered");
	assert_answer(&i, "calls show=answer_rate,answer_rate_hi,positive_rate,positive_rate_lo", "1,1,0,0");
}

static void test_talk_is_that_of_answered_calls(void **state)
{
	(void)state;
	scene_commit(&s, "call a" AT "outcome=answered duration_s=60\ncall b" AT "outcome=answered duration_s=30.5\n"
	                 "call c" AT "outcome=answered\ncall d" AT "outcome=voicemail duration_s=1000\n"
	                 "call e" AT "outcome=answered duration_s=0");
	assert_answer(&i, "calls show=answered,talk_s,mean_talk_s", "4,90.5,30.166666666666668");
}

static void test_no_talk_has_no_mean(void **state)
{
	(void)state;
	scene_commit(&s, "call a" AT "outcome=answered\ncall b" AT "duration_s=5");
	assert_answer(&i, "calls show=talk_s,mean_talk_s", "0,");
}

static void test_an_unanswered_call_may_be_positive(void **state)
{
	(void)state;
	scene_commit(&s, "call a" AT "outcome=voicemail positive=true\ncall b" AT "outcome=answered");
	assert_answer(&i, "calls show=answered,positive,positive_rate", "1,1,0.5");
}

/* A sum of durations that 64 bits of microseconds do not hold. */
static void test_sums_do_not_overflow(void **state)
{
	(void)state;
	swk_batch *batch = scene_batch(&s, "");
	swk__applied applied;
	for (int row = 0; row < 10000; row++) {
		char id[16];
		snprintf(id, sizeof id, "c%d", row);
		swk_batch_row(batch, "call", row);
		swk_batch_text(batch, "id", id, strlen(id));
		swk_batch_text(batch, "outcome", "answered", 8);
		swk_batch_instant(batch, "at", instant("2026-11-02"));
		swk_batch_int(batch, "duration_s", 1000000000);
		assert_int_equal(swk_batch_end(batch, NULL), SWK_OK);
	}
	assert_int_equal(scene_ingest(&s, batch, &applied), SWK_OK);
	swk_batch_free(batch);
	assert_answer(&i, "calls show=made,talk_s,mean_talk_s", "10000,10000000000000,1000000000");
}

/* -------------------------------------------------------------------------------------------------- traps */

/* 1 January 2021 is of 2020-W53; others say "week 1 of 2021" or "week 53 of 2021". */
static void test_trap_new_year_belongs_to_the_old_years_week(void **state)
{
	(void)state;
	scene_commit(&s, "call a at=2020-12-28\ncall b at=2021-01-01T12:00:00Z\ncall c at=2021-01-03T23:59:59Z\n"
	                 "call d at=2021-01-04\ncall e at=2024-12-30\ncall f at=2025-01-01");
	assert_answer(&i, "calls show=week,week_start,made",
	              "2020-W53,2020-12-28,3\n2021-W01,2021-01-04,1\n2025-W01,2024-12-30,2");
}

/* 1 of 2 and 30 of 100 are 31 of 102; the mean of the rates would be 40 %. */
static void test_trap_rates_are_not_averaged(void **state)
{
	(void)state;
	swk_batch *batch = scene_batch(&s, "");
	swk__applied applied;
	for (int row = 0; row < 102; row++) {
		char id[16];
		bool first = row < 2;
		snprintf(id, sizeof id, "c%d", row);
		swk_batch_row(batch, "call", row);
		swk_batch_text(batch, "id", id, strlen(id));
		swk_batch_text(batch, "rep", first ? "r1" : "r2", 2);
		swk_batch_text(batch, "outcome", row % 2 == 0 && row < 62 ? "answered" : "busy",
		               row % 2 == 0 && row < 62 ? 8 : 4);
		swk_batch_instant(batch, "at", instant(first ? "2026-11-02" : "2026-11-09"));
		assert_int_equal(swk_batch_end(batch, NULL), SWK_OK);
	}
	assert_int_equal(scene_ingest(&s, batch, &applied), SWK_OK);
	swk_batch_free(batch);
	assert_answer(&i, "calls by=rep show=answered,made,answer_rate", "1,2,0.5\n30,100,0.3");
	assert_answer(&i, "calls total show=answered,made,answer_rate", "31,102,0.30392156862745096");
}

/* Sunday night in New York is Monday in UTC: another week, another weekday. */
static void test_trap_weeks_are_local(void **state)
{
	(void)state;
	scene_commit(&s, "call a at=2026-11-09T03:00:00Z");
	assert_answer(&i, "calls by=weekday,hour show=week,weekday,hour", "2026-W46,1,3");
	assert_answer(&i, "calls zone=America/New_York by=weekday,hour show=week,weekday,hour", "2026-W45,7,22");
}

/* Nine in the morning stays nine when clocks change between two calls. */
static void test_trap_hours_are_local_on_both_sides_of_a_change(void **state)
{
	(void)state;
	scene_commit(&s, "call a at=2024-10-25T07:00:00Z\ncall b at=2024-10-28T08:00:00Z");
	assert_answer(&i, "calls zone=Europe/Zurich by=hour total show=hour,made", "9,2");
}

/* A call that was logged again, corrected, deleted and restored is one call. */
static void test_trap_exports_that_repeat_count_once(void **state)
{
	(void)state;
	for (int again = 0; again < 3; again++)
		scene_commit(&s, "call a" AT "outcome=busy recorded_at=2026-11-02T10:00:00Z\n"
		                 "call a" AT "outcome=answered recorded_at=2026-11-02T11:00:00Z\n"
		                 "call a" AT "deleted=true recorded_at=2026-11-02T10:30:00Z");
	assert_answer(&i, "calls show=made,answered,busy", "1,1,0");
}

/* The rep who called, not the one who owns the lead now. */
static void test_trap_the_owner_is_not_the_caller(void **state)
{
	(void)state;
	scene_commit(&s, "lead l created_at=2026-10-01 rep=owner\ncall a" AT "lead=l rep=caller\ncall b" AT "lead=l");
	assert_answer(&i, "calls by=rep show=rep,made", ",1\ncaller,1");
}

/* Half of a running week against a whole one would say that everybody calls less. */
static void test_trap_a_running_week_is_partial(void **state)
{
	(void)state;
	scene_commit(&s, "call a at=2026-10-26\ncall b at=2026-10-30\ncall c at=2026-11-02");
	assert_answer(&i, "calls previous now=2026-11-04 show=week,partial,made,made_previous",
	              "2026-W44,false,2,0\n2026-W45,true,1,1");
}

/* A future appointment that a CRM keeps among its calls is no call yet. */
static void test_trap_planned_calls_are_not_made(void **state)
{
	(void)state;
	scene_commit(&s, "call a at=2026-11-03\ncall planned at=2026-11-06");
	assert_answer(&i, "calls now=2026-11-04 show=made", "1");
}

/* Weeks without calls are weeks. */
static void test_trap_an_empty_week_is_zero_and_its_rate_unknown(void **state)
{
	(void)state;
	scene_commit(&s, "call a at=2026-11-02 outcome=answered\ncall b at=2026-11-16");
	assert_answer(&i, "calls fill show=week,made,answer_rate,answer_rate_lo,answer_rate_hi,mean_talk_s",
	              "2026-W45,1,1,0.20654931437723742,1,\n2026-W46,0,,,,\n2026-W47,1,0,0,0.7934506856227626,");
}

/* An hour that comes twice is one hour of the clock; one that is skipped has no calls. */
static void test_trap_the_hour_that_comes_twice(void **state)
{
	(void)state;
	scene_commit(&s, "call a at=2024-10-27T00:30:00Z\ncall b at=2024-10-27T01:30:00Z\n"
	                 "call c at=2024-03-31T00:59:59Z\ncall d at=2024-03-31T01:00:00Z");
	assert_answer(&i, "calls zone=Europe/Zurich by=weekday,hour show=week,weekday,hour,made",
	              "2024-W13,7,1,1\n2024-W13,7,3,1\n2024-W43,7,2,2");
}

/* St John's set its clocks back from 00:01 to 23:01: the week of Sunday holds an hour that shows Saturday. */
static void test_trap_a_clock_that_goes_back_over_midnight(void **state)
{
	(void)state;
	scene_commit(&s, "call a at=2010-11-07T02:30:30Z\ncall b at=2010-11-07T02:45:00Z");
	assert_answer(&i, "calls zone=America/St_Johns week_start=7 by=weekday,hour show=week,weekday,hour,made",
	              "2010-11-07,6,23,1\n2010-11-07,7,0,1");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_outcomes_sum_to_what_was_made),
		TEST(test_calls_are_outbound_unless_asked),
		TEST(test_rates_have_bounds),
		TEST(test_nothing_and_all_have_exact_ends),
		TEST(test_talk_is_that_of_answered_calls),
		TEST(test_no_talk_has_no_mean),
		TEST(test_an_unanswered_call_may_be_positive),
		TEST(test_sums_do_not_overflow),
		TEST(test_trap_new_year_belongs_to_the_old_years_week),
		TEST(test_trap_rates_are_not_averaged),
		TEST(test_trap_weeks_are_local),
		TEST(test_trap_hours_are_local_on_both_sides_of_a_change),
		TEST(test_trap_exports_that_repeat_count_once),
		TEST(test_trap_the_owner_is_not_the_caller),
		TEST(test_trap_a_running_week_is_partial),
		TEST(test_trap_planned_calls_are_not_made),
		TEST(test_trap_an_empty_week_is_zero_and_its_rate_unknown),
		TEST(test_trap_the_hour_that_comes_twice),
		TEST(test_trap_a_clock_that_goes_back_over_midnight),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
