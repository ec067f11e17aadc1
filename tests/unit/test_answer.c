/* SPDX-License-Identifier: MIT
 *
 * Weeks: 2026-11-02 is a Monday, of 2026-W45.
 */
#include "question.h"
#include "random_feed.h"

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

/* ----------------------------------------------------------------------------------------------- the whole */

static void test_the_columns_stand_in_the_order_of_the_contract(void **state)
{
	(void)state;
	scene_commit(&s, "call a at=2026-11-02 outcome=answered rep=r1");
	swk__buf csv = answer_csv(&i, "calls by=rep,hour previous");
	csv.bytes[strcspn(csv.bytes, "\r\n")] = '\0';
	assert_string_equal(
		csv.bytes,
		"week,week_start,partial,rep,hour,made,made_previous,answered,answered_previous,"
		"answer_rate,answer_rate_lo,answer_rate_hi,answer_rate_previous,unanswered,unanswered_previous,"
		"voicemail,voicemail_previous,busy,busy_previous,failed,failed_previous,unknown,unknown_previous,"
		"positive,positive_previous,positive_rate,positive_rate_lo,positive_rate_hi,positive_rate_previous,"
		"talk_s,talk_s_previous,mean_talk_s,mean_talk_s_previous");
	swk__buf_done(&csv);
}

static void test_nothing_is_answered_with_no_rows(void **state)
{
	(void)state;
	const char *const questions[] = { "calls",
		                          "calls by=rep total",
		                          "calls fill from=2026-W45",
		                          "calls fill to=2026-W45",
		                          "calls fill by=rep from=2026-W45 to=2026-W46",
		                          "calls total from=2026-W45 to=2026-W46" };
	for (size_t q = 0; q < SWK__COUNT(questions); q++) {
		char words[128];
		snprintf(words, sizeof words, "%s show=week,made", questions[q]);
		assert_answer(&i, words, "");
	}
}

static void test_a_result_says_what_it_is_about(void **state)
{
	(void)state;
	question q;
	swk_result *result = NULL;
	scene_commit(&s, "rep a");
	scene_commit(&s, "rep b");
	question_read(&q, "calls zone=Europe/Zurich week_start=7 now=2026-11-05");
	assert_int_equal(inquiry_ask(&i, &q, &result), SWK_OK);
	assert_string_equal(swk_result_zone(result), "Europe/Zurich");
	assert_int_equal(swk_result_week_start(result), 7);
	assert_int_equal(swk_result_now(result), instant("2026-11-05"));
	assert_int_equal(swk_result_commit(result), 2);
	assert_int_not_equal(swk_result_zone_fingerprint(result), 0);
	swk_result_free(result);
	question_read(&q, "calls at_commit=1");
	assert_int_equal(inquiry_ask(&i, &q, &result), SWK_OK);
	assert_int_equal(swk_result_commit(result), 1);
	swk_result_free(result);
}

static void test_rows_come_by_week_and_then_by_values(void **state)
{
	(void)state;
	scene_commit(&s, "call a at=2026-11-10 rep=b\ncall b at=2026-11-02 rep=b\ncall c at=2026-11-02 rep=B\n"
	                 "call d at=2026-11-02\ncall e at=2026-11-03 rep=\xc3\xa9\ncall f at=2026-11-03 rep=ba");
	assert_answer(&i, "calls by=rep show=week,rep,made",
	              "2026-W45,,1\n2026-W45,B,1\n2026-W45,b,1\n2026-W45,ba,1\n2026-W45,\xc3\xa9,1\n2026-W46,b,1");
}

static void test_numbers_are_ordered_as_numbers(void **state)
{
	(void)state;
	scene_commit(&s, "call a at=2026-11-02T10:00:00Z\ncall b at=2026-11-02T09:00:00Z\n"
	                 "call c at=2026-11-08T00:00:00Z\ncall d at=2026-11-03T23:59:59.999999Z");
	assert_answer(&i, "calls by=weekday,hour show=weekday,hour,made", "1,9,1\n1,10,1\n2,23,1\n7,0,1");
	assert_answer(&i, "calls by=hour,weekday total show=week,hour,weekday,made",
	              "total,0,7,1\ntotal,9,1,1\ntotal,10,1,1\ntotal,23,2,1");
}

/* -------------------------------------------------------------------------------------------- missing rates */

/* Asks, and wants this rate to be named as missing. */
static void assert_lacks(const char *words, const char *currency, const char *day)
{
	question q;
	swk_result *result = NULL;
	question_read(&q, words);
	assert_int_equal(inquiry_ask(&i, &q, &result), SWK_ERR_INVALID);
	if (strcmp(i.error.value, currency) != 0 || !strstr(i.error.reason, day))
		fail_msg("%s: %s %s, not %s %s", words, i.error.value, i.error.reason, currency, day);
}

#define DEAL(id, words) "opportunity " id " created_at=2026-11-02 outcome=won amount=5 " words

/* Of all rates that rows lack the first by date, then by code, in whatever order the records came. */
static void test_the_first_missing_rate_is_named(void **state)
{
	static const char *const deals[] = {
		DEAL("a", "closed_at=2026-11-12 currency=GBP rep=r1 lead=l1"),
		DEAL("b", "closed_at=2026-11-04 currency=GBP rep=r2"),
		DEAL("c", "closed_at=2026-11-04 currency=EUR rep=r2"),
		DEAL("d", "closed_at=2026-11-10 currency=EUR rep=r1 lead=l2"),
	};
	for (unsigned first = 0; first < SWK__COUNT(deals); first++) {
		for (unsigned step = 1; step < SWK__COUNT(deals); step += 2) {
			for (unsigned n = 0; n < SWK__COUNT(deals); n++)
				scene_commit(&s, deals[(first + n * step) % SWK__COUNT(deals)]);
			scene_commit(&s, "lead l1 created_at=2026-11-02\nlead l2 created_at=2026-11-09\n"
			                 "rate e currency=EUR date=2026-11-20 value=2");
			assert_lacks("win_rate", "EUR", "2026-11-04");
			assert_lacks("win_rate by=rep total", "EUR", "2026-11-04");
			assert_lacks("win_rate set=basis:created by=rep", "EUR", "2026-11-04");
			assert_lacks("deals where=rep:r1", "EUR", "2026-11-10");
			assert_lacks("deals from=2026-W46", "EUR", "2026-11-10");
			assert_lacks("deals from=2026-W46 previous", "EUR", "2026-11-04");
			assert_lacks("deals from=2026-W46 previous by=rep", "EUR", "2026-11-10");
			assert_lacks("deals currency=CHF where=rep:r2", "CHF", "2026-11-04");
			/* the row of a later week lacks the earlier one */
			assert_lacks("conversion", "EUR", "2026-11-10");
			scene_commit(&s, "quota q from=2026-11-03 to=2026-12-01 rep=r1 amount=9 currency=JPY");
			assert_lacks("deals by=rep", "JPY", "2026-11-03");
			assert_lacks("deals by=rep from=2026-W46", "JPY", "2026-11-03");
			assert_lacks("deals by=rep where=rep:r2", "EUR", "2026-11-04");
			teardown(state);
			setup(state);
		}
	}
}

/* ---------------------------------------------------------------------------------------------- dimensions */

static void test_dimensions_of_the_lead_and_of_the_rep(void **state)
{
	(void)state;
	scene_commit(&s,
	             "rep r1 team=A region=South\n"
	             "lead l1 created_at=2026-10-01 region=North source=web origin=marketing asset=paper segment=big\n"
	             "call a at=2026-11-02 lead=l1 rep=r1");
	assert_answer(&i,
	              "calls by=rep,team,region,source,origin,asset,segment "
	              "show=rep,team,region,source,origin,asset,segment,made",
	              "r1,A,North,web,marketing,paper,big,1");
}

static void test_region_falls_to_the_rep(void **state)
{
	(void)state;
	scene_commit(&s, "rep r1 region=South\nrep r2\nlead north created_at=2026-10-01 region=North\n"
	                 "lead bare created_at=2026-10-01\nlead gone created_at=2026-10-01 region=West deleted=true\n"
	                 "call a at=2026-11-02 lead=north rep=r1\ncall b at=2026-11-02 lead=bare rep=r1\n"
	                 "call c at=2026-11-02 lead=gone rep=r1\ncall d at=2026-11-02 rep=r1\n"
	                 "call e at=2026-11-02 lead=nowhere rep=r1\ncall f at=2026-11-02 lead=bare rep=r2\n"
	                 "call g at=2026-11-02 lead=bare rep=unknown\ncall h at=2026-11-02 lead=north");
	assert_answer(&i, "calls by=region show=region,made", ",2\nNorth,2\nSouth,4");
}

static void test_a_rep_that_does_not_exist_has_a_name_but_no_team(void **state)
{
	(void)state;
	scene_commit(&s, "rep gone team=A deleted=true\ncall a at=2026-11-02 rep=gone\ncall b at=2026-11-02 rep=never");
	assert_answer(&i, "calls by=rep,team show=rep,team,made", "gone,,1\nnever,,1");
}

static void test_team_is_the_present_one(void **state)
{
	(void)state;
	scene_commit(&s, "rep r1 team=A recorded_at=2026-11-01\ncall a at=2026-11-02 rep=r1 recorded_at=2026-11-02");
	scene_commit(&s, "rep r1 team=B recorded_at=2026-11-03");
	assert_answer(&i, "calls by=team show=team,made", "B,1");
	assert_answer(&i, "calls by=team as_of=2026-11-02 show=team,made", "A,1");
	assert_answer(&i, "calls by=team at_commit=1 show=team,made", "A,1");
}

static void test_calls_of_a_merged_lead_count_for_the_last(void **state)
{
	(void)state;
	scene_commit(&s, "lead old created_at=2026-10-01 source=fair merged_into=mid\n"
	                 "lead mid created_at=2026-10-01 source=mail merged_into=new\n"
	                 "lead new created_at=2026-10-01 source=web\ncall a at=2026-11-02 lead=old\n"
	                 "call b at=2026-11-02 lead=mid\ncall c at=2026-11-02 lead=new");
	assert_answer(&i, "calls by=source show=source,made", "web,3");
	scene_commit(&s, "lead new created_at=2026-10-01 source=web deleted=true");
	assert_answer(&i, "calls by=source show=source,made", ",1\nmail,2");
}

static void test_a_lead_of_the_future_says_nothing(void **state)
{
	(void)state;
	scene_commit(&s, "lead l created_at=2026-11-10 source=web\ncall a at=2026-11-02 lead=l");
	assert_answer(&i, "calls by=source now=2026-11-09T23:59:59Z show=source,made", ",1");
	assert_answer(&i, "calls by=source now=2026-11-10 show=source,made", "web,1");
}

static void test_clock_of_the_lead(void **state)
{
	(void)state;
	scene_commit(&s, "lead ny created_at=2026-10-01 zone=America/New_York\n"
	                 "lead ktm created_at=2026-10-01 zone=Asia/Kathmandu\nlead none created_at=2026-10-01\n"
	                 "lead old created_at=2026-10-01 zone=Europe/Zurich merged_into=ny\n"
	                 "call a at=2026-11-02T03:30:00Z lead=ny\ncall b at=2026-11-02T03:30:00Z lead=ktm\n"
	                 "call c at=2026-11-02T03:30:00Z lead=none\ncall d at=2026-11-02T03:30:00Z\n"
	                 "call e at=2026-11-02T03:30:00Z lead=old");
	assert_answer(&i, "calls by=weekday,hour set=clock:lead show=week,weekday,hour,made",
	              "2026-W45,1,3,2\n2026-W45,1,9,1\n2026-W45,7,22,2");
	assert_answer(&i, "calls by=weekday,hour set=clock:lead zone=Europe/Zurich show=week,weekday,hour,made",
	              "2026-W45,1,4,2\n2026-W45,1,9,1\n2026-W45,7,22,2");
	assert_answer(&i, "calls by=weekday,hour set=clock:report show=week,weekday,hour,made", "2026-W45,1,3,5");
	assert_answer(&i, "calls where=hour:22 where=hour:9 set=clock:lead show=made", "3");
}

/* ------------------------------------------------------------------------------------------------- filters */

static void test_filters_are_or_within_and_and_between_dimensions(void **state)
{
	(void)state;
	scene_commit(&s, "rep r1 team=A\nrep r2 team=B\nrep r3\ncall a at=2026-11-02T09:00:00Z rep=r1\n"
	                 "call b at=2026-11-02T10:00:00Z rep=r1\ncall c at=2026-11-02T09:00:00Z rep=r2\n"
	                 "call d at=2026-11-02T09:00:00Z rep=r3\ncall e at=2026-11-02T09:00:00Z");
	assert_answer(&i, "calls where=team:A show=made", "2");
	assert_answer(&i, "calls where=team:A where=team:B show=made", "3");
	assert_answer(&i, "calls where=team:A where=hour:9 show=made", "1");
	assert_answer(&i, "calls where=hour:9 where=team:B where=hour:10 where=team:A show=made", "3");
	assert_answer(&i, "calls by=rep where=rep:r2 where=rep:r1 where=rep:r2 show=rep,made", "r1,2\nr2,1");
}

static void test_the_empty_text_filters_what_is_null(void **state)
{
	(void)state;
	scene_commit(&s, "rep r1 team=A\nrep r2\ncall a at=2026-11-02 rep=r1\ncall b at=2026-11-02 rep=r2\n"
	                 "call c at=2026-11-02\ncall d at=2026-11-02 rep=never");
	assert_answer(&i, "calls by=rep where=team: show=rep,made", ",1\nnever,1\nr2,1");
	assert_answer(&i, "calls where=rep: show=made", "1");
	assert_answer(&i, "calls where=rep: where=rep:r1 show=made", "2");
}

static void test_a_value_nobody_has_leaves_nothing(void **state)
{
	(void)state;
	scene_commit(&s, "rep r1 team=A\ncall a at=2026-11-02 rep=r1 lead=x");
	assert_answer(&i, "calls where=team:B show=made", "");
	assert_answer(&i, "calls where=team:r1 show=made", "");
	assert_answer(&i, "calls where=rep:A show=made", "");
	assert_answer(&i, "calls where=rep:R1 show=made", "");
	assert_answer(&i, "calls where=source:x total show=made", "");
}

/* ------------------------------------------------------------------------------------------- window and fill */

#define SPREAD                                                                        \
	"call a at=2026-10-20 rep=r1\ncall b at=2026-11-03 rep=r1\n"                  \
	"call c at=2026-11-04 rep=r2 outcome=answered\ncall d at=2026-11-24 rep=r2\n" \
	"call e at=2026-12-05 rep=r3" /* after now */

static void test_the_window_is_that_of_the_facts(void **state)
{
	(void)state;
	scene_commit(&s, SPREAD);
	assert_answer(&i, "calls show=week,made", "2026-W43,1\n2026-W45,2\n2026-W48,1");
	assert_answer(&i, "calls fill show=week,made",
	              "2026-W43,1\n2026-W44,0\n2026-W45,2\n2026-W46,0\n2026-W47,0\n2026-W48,1");
	assert_answer(&i, "calls total show=week,week_start,partial,made", "total,,,4");
}

static void test_an_open_end_is_that_of_what_the_filters_leave(void **state)
{
	(void)state;
	scene_commit(&s, SPREAD);
	assert_answer(&i, "calls fill where=rep:r1 show=week,made", "2026-W43,1\n2026-W44,0\n2026-W45,1");
	assert_answer(&i, "calls fill where=rep:r2 to=2026-W46 show=week,made", "2026-W45,1\n2026-W46,0");
	assert_answer(&i, "calls fill where=rep:r1 from=2026-W42 show=week,made",
	              "2026-W42,0\n2026-W43,1\n2026-W44,0\n2026-W45,1");
	assert_answer(&i, "calls fill where=rep:r3 from=2026-W42 show=week,made", "");
	assert_answer(&i, "calls fill where=rep:r1 from=2026-W46 show=week,made", "");
	assert_answer(&i, "calls fill from=2026-W50 show=week,made", "");
	assert_answer(&i, "calls fill to=2026-W42 show=week,made", "");
	assert_answer(&i, "calls fill set=direction:inbound from=2026-W42 show=week,made", "");
}

static void test_a_window_may_reach_beyond_the_facts(void **state)
{
	(void)state;
	scene_commit(&s, SPREAD);
	assert_answer(&i, "calls from=2026-W44 to=2027-W10 show=week,made", "2026-W45,2\n2026-W48,1");
}

static void test_fill_has_every_group_in_every_week(void **state)
{
	(void)state;
	scene_commit(&s, SPREAD);
	assert_answer(&i, "calls fill by=rep from=2026-W44 to=2026-W46 show=week,rep,made,answered,answer_rate",
	              "2026-W44,r1,0,0,\n2026-W44,r2,0,0,\n2026-W45,r1,1,0,0\n2026-W45,r2,1,1,1\n"
	              "2026-W46,r1,0,0,\n2026-W46,r2,0,0,");
	assert_answer(&i, "calls fill total by=rep from=2026-W44 to=2026-W46 show=week,rep,made",
	              "total,r1,1\ntotal,r2,1");
}

/* DECISIONS.md of the model: without `by` there is one group and it always exists. */
static void test_fill_of_a_window_without_facts_is_zeros(void **state)
{
	(void)state;
	const char *const nothing[] = { "", "where=rep:nobody", "where=team:A", "set=direction:inbound" };
	scene_commit(&s, SPREAD);
	for (size_t n = 0; n < SWK__COUNT(nothing); n++) {
		char words[160];
		snprintf(words, sizeof words,
		         "calls fill %s from=2026-W46 to=2026-W47 show=week,made,answer_rate,talk_s", nothing[n]);
		assert_answer(&i, words, "2026-W46,0,,0\n2026-W47,0,,0");
		snprintf(words, sizeof words, "calls fill total %s from=2026-W46 to=2026-W47 show=week,made",
		         nothing[n]);
		assert_answer(&i, words, "total,0");
		snprintf(words, sizeof words, "calls fill by=rep %s from=2026-W46 to=2026-W47 show=week,made",
		         nothing[n]);
		assert_answer(&i, words, "");
	}
	assert_answer(&i, "calls fill from=2027-W01 to=2027-W01 show=week,partial,made", "2027-W01,true,0");
	assert_answer(&i, "calls fill from=1970-01-01 to=1970-01-01 show=week,made", "1970-W01,0");
}

/* -------------------------------------------------------------------------------------------------- weeks */

static void test_weeks_begin_on_any_day(void **state)
{
	(void)state;
	/* midnight of each day from Monday 2026-11-02 to Sunday 2026-11-08 */
	scene_commit(&s, "call 1 at=2026-11-02\ncall 2 at=2026-11-03\ncall 3 at=2026-11-04\ncall 4 at=2026-11-05\n"
	                 "call 5 at=2026-11-06\ncall 6 at=2026-11-07\ncall 7 at=2026-11-08");
	const char *const answers[] = {
		"2026-W45,2026-11-02,7",
		"2026-10-27,2026-10-27,1\n2026-11-03,2026-11-03,6",
		"2026-10-28,2026-10-28,2\n2026-11-04,2026-11-04,5",
		"2026-10-29,2026-10-29,3\n2026-11-05,2026-11-05,4",
		"2026-10-30,2026-10-30,4\n2026-11-06,2026-11-06,3",
		"2026-10-31,2026-10-31,5\n2026-11-07,2026-11-07,2",
		"2026-11-01,2026-11-01,6\n2026-11-08,2026-11-08,1",
	};
	for (int day = SWK_MONDAY; day <= SWK_SUNDAY; day++) {
		char words[80];
		snprintf(words, sizeof words, "calls week_start=%d show=week,week_start,made", day);
		assert_answer(&i, words, answers[day - 1]);
	}
}

static void test_a_week_is_that_of_the_zone(void **state)
{
	(void)state;
	scene_commit(&s,
	             "call a at=2026-11-01T23:30:00Z\ncall b at=2026-11-02T00:30:00Z\ncall c at=2026-11-02T05:00:00Z");
	assert_answer(&i, "calls show=week,made", "2026-W44,1\n2026-W45,2");
	assert_answer(&i, "calls zone=Europe/Zurich show=week,made", "2026-W45,3");
	assert_answer(&i, "calls zone=America/New_York show=week,made", "2026-W44,2\n2026-W45,1");
}

/* The first instant there is shows a date before 1970 in the west. */
static void test_the_ends_of_time_have_weeks(void **state)
{
	(void)state;
	scene_commit(&s, "call a at=1970-01-01T00:00:00Z\ncall b at=2200-01-01T00:00:00Z");
	assert_answer(&i,
	              "calls by=weekday,hour now=2200-01-01 zone=America/New_York week_start=3 "
	              "show=week,partial,weekday,hour,made",
	              "1969-12-31,false,3,19,1\n2199-12-25,true,2,19,1");
	assert_answer(
		&i, "calls by=weekday,hour now=2200-01-01 zone=Pacific/Kiritimati show=week,partial,weekday,hour,made",
		"1970-W01,false,3,13,1\n2200-W01,true,3,14,1");
	assert_answer(&i, "calls total previous from=0000-01-03 to=9999-12-31 now=2200-01-01 show=made,made_previous",
	              "2,0");
	assert_answer(&i, "calls total fill by=rep from=9998-01-01 to=9999-12-31 now=2200-01-01 show=made", "");
}

/* Instants on both sides of both ends of a week; the hours that it lasts are in the comments. */
static void test_weeks_around_changes_of_clocks(void **state)
{
	(void)state;
	const struct {
		const char *zone, *week_start, *week, *first, *last;
	} weeks[] = {
		{ "Europe/Zurich", "1", "2024-W43", "2024-10-20T22:00:00Z", "2024-10-27T22:59:59.999999Z" }, /* 169 */
		{ "Europe/Zurich", "1", "2024-W13", "2024-03-24T23:00:00Z", "2024-03-31T21:59:59.999999Z" }, /* 167 */
		{ "Africa/Cairo", "5", "2024-04-26", "2024-04-25T22:00:00Z",
		  "2024-05-02T20:59:59.999999Z" }, /* skipped */
		{ "Asia/Beirut", "7", "2024-03-31", "2024-03-30T22:00:00Z",
		  "2024-04-06T20:59:59.999999Z" }, /* midnight */
		{ "America/Havana", "7", "2023-11-05", "2023-11-05T04:00:00Z",
		  "2023-11-12T04:59:59.999999Z" }, /* twice */
		{ "America/St_Johns", "7", "2010-11-07", "2010-11-07T02:30:00Z",
		  "2010-11-14T03:29:59.999999Z" },                                                          /* 00:01 */
		{ "Pacific/Apia", "1", "2011-W52", "2011-12-26T10:00:00Z", "2012-01-01T09:59:59.999999Z" }, /* 144 */
		{ "Antarctica/Troll", "1", "2024-W13", "2024-03-25T00:00:00Z",
		  "2024-03-31T21:59:59.999999Z" }, /* 166 */
		{ "Australia/Lord_Howe", "1", "2024-W14", "2024-03-31T13:00:00Z", "2024-04-07T13:29:59.999999Z" },
	};
	for (size_t w = 0; w < SWK__COUNT(weeks); w++) {
		char lines[512], words[160], first[40], after[40];
		scene_close(&s);
		scene_open(&s);
		swk__instant_format(instant(weeks[w].first) - 1, first);
		swk__instant_format(instant(weeks[w].last) + 1, after);
		snprintf(lines, sizeof lines, "call a at=%s\ncall b at=%s\ncall c at=%s\ncall d at=%s", first,
		         weeks[w].first, weeks[w].last, after);
		scene_commit(&s, lines);
		snprintf(words, sizeof words, "calls zone=%s week_start=%s from=%s to=%s show=week,made", weeks[w].zone,
		         weeks[w].week_start, weeks[w].week, weeks[w].week);
		snprintf(lines, sizeof lines, "%s,2", weeks[w].week);
		assert_answer(&i, words, lines);
		snprintf(words, sizeof words, "calls zone=%s week_start=%s total show=made", weeks[w].zone,
		         weeks[w].week_start);
		assert_answer(&i, words, "4");
	}
}

/* -------------------------------------------------------------------------------------------- now, partial */

static void test_what_comes_after_now_is_absent(void **state)
{
	(void)state;
	scene_commit(&s, "call a at=2026-11-03\ncall b at=2026-11-05\ncall c at=2026-11-10");
	assert_answer(&i, "calls now=2026-11-05 show=week,partial,made", "2026-W45,true,2");
	assert_answer(&i, "calls now=2026-11-04T23:59:59.999999Z show=week,partial,made", "2026-W45,true,1");
	assert_answer(&i, "calls now=2026-11-01 show=week,partial,made", "");
	assert_answer(&i, "calls now=2026-11-01 fill from=2026-W45 to=2026-W45 show=week,partial,made",
	              "2026-W45,true,0");
}

static void test_a_week_that_ends_at_now_is_not_partial(void **state)
{
	(void)state;
	scene_commit(&s, "call a at=2026-11-03");
	assert_answer(&i, "calls now=2026-11-09T00:00:00Z show=partial", "false");
	assert_answer(&i, "calls now=2026-11-08T23:59:59.999999Z show=partial", "true");
	assert_answer(&i, "calls now=2026-11-09T00:00:00Z zone=America/New_York show=partial", "true");
}

static void test_a_corrected_instant_moves_the_call(void **state)
{
	(void)state;
	scene_commit(&s, "call a at=2026-11-03 recorded_at=2026-11-03\ncall a at=2026-10-20 recorded_at=2026-11-12");
	assert_answer(&i, "calls show=week,made", "2026-W43,1");
	assert_answer(&i, "calls as_of=2026-11-11 show=week,made", "2026-W45,1");
	scene_commit(&s, "call a at=2026-12-24 recorded_at=2026-11-13");
	assert_answer(&i, "calls show=week,made", "");
	assert_answer(&i, "calls as_of=2026-11-12 now=2026-12-31 show=week,made", "2026-W43,1");
}

static void test_a_pinned_snapshot_answers_as_it_was(void **state)
{
	(void)state;
	scene_commit(&s, "rep r1 team=A\ncall a at=2026-11-03 rep=r1 outcome=answered\ncall b at=2026-11-03 rep=r1");
	inquiry then = i;
	then.snapshot = scene_pin(&s);
	swk__buf before = answer_csv(&then, "calls by=team previous");
	scene_commit(&s,
	             "rep r1 team=B\ncall a at=2026-11-03 deleted=true\ncall b at=2026-10-03\ncall c at=2026-11-03");
	swk__buf after = answer_csv(&then, "calls by=team previous");
	assert_string_equal(after.bytes, before.bytes);
	assert_answer(&i, "calls by=team show=week,team,made", "2026-W40,,1\n2026-W45,,1");
	assert_same_answer(&then, "calls by=team", &i, "calls by=team at_commit=1");
	swk__buf_done(&before);
	swk__buf_done(&after);
	swk__snapshot_release(then.snapshot);
}

/* ----------------------------------------------------------------------------------------------- previous */

static void test_previous_is_the_week_before(void **state)
{
	(void)state;
	scene_commit(&s, "call a at=2026-10-27 rep=r1 outcome=answered duration_s=60\ncall b at=2026-10-28 rep=r1\n"
	                 "call c at=2026-11-03 rep=r1\ncall d at=2026-11-03 rep=r2\ncall e at=2026-11-17 rep=r2");
	assert_answer(&i, "calls previous by=rep show=week,rep,made,made_previous,answer_rate_previous,talk_s_previous",
	              "2026-W44,r1,2,0,,0\n2026-W45,r1,1,2,0.5,60\n2026-W45,r2,1,0,,0\n2026-W47,r2,1,0,,0");
	assert_answer(&i, "calls previous from=2026-W45 to=2026-W45 show=week,made,made_previous", "2026-W45,2,2");
	assert_answer(&i, "calls previous fill from=2026-W45 to=2026-W46 show=week,made,made_previous",
	              "2026-W45,2,2\n2026-W46,0,2");
}

/* Wednesday noon is compared with Wednesday noon. */
static void test_a_partial_week_is_compared_with_as_much(void **state)
{
	(void)state;
	scene_commit(&s, "call a at=2026-10-27\ncall b at=2026-10-28T11:59:59.999999Z\ncall c at=2026-10-28T12:00:00Z\n"
	                 "call d at=2026-10-30\ncall e at=2026-11-03\ncall f at=2026-11-06");
	assert_answer(&i, "calls previous now=2026-11-04T12:00:00Z from=2026-W45 show=made,made_previous", "1,2");
	assert_answer(&i, "calls previous now=2026-11-04T12:00:00.000001Z from=2026-W45 show=made,made_previous",
	              "1,3");
	assert_answer(&i, "calls previous now=2026-11-08T23:59:59.999999Z from=2026-W45 show=made,made_previous",
	              "2,4");
	assert_answer(&i, "calls previous now=2026-11-09 from=2026-W45 show=made,made_previous", "2,4");
}

static void test_the_cut_is_the_local_time_of_now(void **state)
{
	(void)state;
	/* Clocks in Zurich went back on 2026-10-25: Wednesday noon is 10:00Z before and 11:00Z after. */
	scene_commit(&s, "call a at=2026-10-21T09:59:59Z\ncall b at=2026-10-21T10:00:00Z\ncall c at=2026-10-27");
	assert_answer(
		&i, "calls previous zone=Europe/Zurich now=2026-10-28T11:00:00Z from=2026-W44 show=made,made_previous",
		"1,1");
}

static void test_total_is_compared_with_as_many_weeks(void **state)
{
	(void)state;
	scene_commit(&s, "call a at=2026-10-06\ncall b at=2026-10-13\ncall c at=2026-10-20\ncall d at=2026-10-27\n"
	                 "call e at=2026-11-03\ncall f at=2026-11-10");
	assert_answer(&i, "calls total previous from=2026-W44 to=2026-W45 show=made,made_previous", "2,2");
	assert_answer(&i, "calls total previous from=2026-W44 show=made,made_previous", "3,3");
	assert_answer(&i, "calls total previous to=2026-W45 show=made,made_previous", "5,0");
	assert_answer(&i, "calls total previous from=2026-W45 to=2026-W46 now=2026-11-10 show=made,made_previous",
	              "2,1");
	assert_answer(&i,
	              "calls total previous from=2026-W45 to=2026-W46 now=2026-11-10T00:00:00.000001Z "
	              "show=made,made_previous",
	              "2,2");
}

static void test_a_week_that_has_not_begun_is_compared_with_nothing(void **state)
{
	(void)state;
	scene_commit(&s, "call a at=2026-11-03");
	assert_answer(
		&i, "calls previous fill now=2026-11-04 from=2026-W45 to=2026-W47 show=week,partial,made,made_previous",
		"2026-W45,true,1,0\n2026-W46,true,0,0\n2026-W47,true,0,0");
}

/* ------------------------------------------------------------------------------- cached and uncached alike */

static void scene_feed(feed *f, unsigned rows)
{
	swk__buf line, lines;
	swk__buf_init(&line, &s.mem, SIZE_MAX);
	swk__buf_init(&lines, &s.mem, SIZE_MAX);
	for (unsigned row = 0; row < rows; row++) {
		feed_line(f, &line);
		swk__buf_format(&lines, "%s\n", line.bytes);
	}
	swk__buf_append(&lines, "", 1);
	scene_commit(&s, lines.bytes);
	swk__buf_done(&line);
	swk__buf_done(&lines);
}

static void question_at_random(uint64_t *random, char *words, size_t size)
{
	char question_words[256], now[40], as_of[40];
	feed_question(random, question_words, sizeof question_words);
	swk__instant_format(feed_instant(random) + 3 * SWK__US_DAY, now);
	swk__instant_format(feed_instant(random), as_of);
	bool past = random_one_in(random, 6);
	snprintf(words, size, "%s now=%s%s%s", question_words, now, past ? " as_of=" : "", past ? as_of : "");
}

static void test_cached_answers_are_the_same_bytes(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 4; seed++) {
		feed f = { .random = seed,
			   .reps = 4,
			   .leads = 12,
			   .calls = 300,
			   .families = 1,
			   .stamps = seed % 2,
			   .early = true };
		inquiry cached;
		inquiry_open(&cached, &s);
		cached.cache = swk__cache_create(&s.mem, seed == 1 ? 4000 : 1 << 20);
		for (int step = 0; step < 250; step++) {
			char words[400];
			if (step % 25 == 0)
				scene_feed(&f, step ? 10 : 400);
			question_at_random(&f.random, words, sizeof words);
			assert_same_answer(&cached, words, &i, words);
			assert_same_answer(&cached, words, &i, words);
		}
		swk__cache_figures figures = swk__cache_info(cached.cache);
		assert_true(figures.hits > 200 && figures.misses > 200);
		swk__cache_free(cached.cache);
		scene_close(&s);
		scene_open(&s);
	}
}

/* One thing at a time that a cached week was counted from. */
static void test_a_cached_week_is_given_up_when_anything_changed(void **state)
{
	(void)state;
	const char *const changes[] = {
		"lead l created_at=2026-10-01 region=West",
		"lead l created_at=2026-10-01",
		"rep r region=North",
		"rep r team=A",
		"call a at=2026-11-03 lead=l rep=r outcome=busy",
		"call b at=2026-11-08T22:00:00Z lead=l rep=r",
		"call b at=2026-11-09T02:00:00Z lead=l rep=r",
		"lead l created_at=2026-10-01 merged_into=m\nlead m created_at=2026-10-01 region=East",
		"lead m created_at=2026-10-01 region=East deleted=true",
		"lead m created_at=2026-12-31 region=East",
		"call a at=2026-11-03 lead=l rep=r outcome=busy deleted=true",
	};
	inquiry cached;
	inquiry_open(&cached, &s);
	cached.cache = swk__cache_create(&s.mem, 1 << 20);
	scene_commit(&s, "lead l created_at=2026-10-01 region=North\nrep r\ncall a at=2026-11-03 lead=l rep=r");
	for (size_t c = 0; c < SWK__COUNT(changes); c++) {
		const char *const questions[] = { "calls by=region zone=America/New_York", "calls by=team,region",
			                          "calls where=team:A", "calls by=rep" };
		for (size_t q = 0; q < SWK__COUNT(questions); q++)
			assert_same_answer(&cached, questions[q], &i, questions[q]);
		scene_commit(&s, changes[c]);
		for (size_t q = 0; q < SWK__COUNT(questions); q++)
			assert_same_answer(&cached, questions[q], &i, questions[q]);
	}
	swk__cache_free(cached.cache);
}

/* The narrowest case: only the end of the week moves, over every call's instant. */
static void test_a_cached_week_holds_just_as_long_as_it_may(void **state)
{
	(void)state;
	feed f = { .random = 77, .reps = 3, .leads = 4, .calls = 40, .families = 1, .early = true };
	inquiry cached;
	scene_feed(&f, 80);
	inquiry_open(&cached, &s);
	cached.cache = swk__cache_create(&s.mem, 1 << 20);
	for (int step = 0; step < 400; step++) {
		char words[160], now[40];
		unsigned call = random_below(&f.random, 40);
		snprintf(words, sizeof words, "call c%u at", call);
		const char *at = scene_tell(&s, words);
		if (strcmp(at, "none") == 0)
			continue;
		swk__instant_format(instant(at) + random_below(&f.random, 3) - 1, now);
		snprintf(words, sizeof words, "calls by=rep previous now=%s", now);
		assert_same_answer(&cached, words, &i, words);
	}
	assert_true(swk__cache_info(cached.cache).hits > 100);
	swk__cache_free(cached.cache);
}

/* ------------------------------------------------------------------------------------ any parts, any trees */

enum {
	PARTS_MAX = 6
};

/* Feeds one scene with everything and each of `parts` with the leads that are dealt to it (reps go to all). */
static void parts_feed(scene *parts, unsigned count, feed *f)
{
	int part_of[8];
	swk__buf line;
	for (unsigned family = 0; family < f->families; family++)
		part_of[family] = (int)random_below(&f->random, count);
	swk__buf_init(&line, &s.mem, SIZE_MAX);
	for (int row = 0; row < 250; row++) {
		int family = feed_line(f, &line);
		scene_commit(&s, line.bytes);
		for (int part = 0; part < (int)count; part++)
			if (family < 0 || part_of[family] == part)
				scene_commit(&parts[part], line.bytes);
	}
	swk__buf_done(&line);
}

static void assert_same_rollup(const swk__rollup *a, const swk__rollup *b)
{
	swk__buf bytes_a, bytes_b;
	swk__buf_init(&bytes_a, &s.mem, SIZE_MAX);
	swk__buf_init(&bytes_b, &s.mem, SIZE_MAX);
	assert_int_equal(swk__rollup_encode(a, &bytes_a, NULL), SWK_OK);
	assert_int_equal(swk__rollup_encode(b, &bytes_b, NULL), SWK_OK);
	assert_int_equal(bytes_a.length, bytes_b.length);
	assert_memory_equal(bytes_a.bytes, bytes_b.bytes, bytes_a.length);
	swk__buf_done(&bytes_a);
	swk__buf_done(&bytes_b);
}

/* Merges any two until one is left. */
static swk__rollup *merged_at_random(swk__rollup **rollups, unsigned count, uint64_t *random)
{
	while (count > 1) {
		swk__rollup *sum = NULL;
		unsigned a = random_below(random, count), b = (a + 1 + random_below(random, count - 1)) % count;
		assert_int_equal(swk__rollup_merge(rollups[a], rollups[b], &sum, NULL), SWK_OK);
		swk__rollup_release(rollups[a]);
		swk__rollup_release(rollups[b]);
		rollups[a] = sum;
		rollups[b] = rollups[--count];
	}
	return rollups[0];
}

static void test_rollups_of_any_parts_merge_to_that_of_the_whole(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 6; seed++) {
		scene parts[PARTS_MAX];
		feed f = { .random = seed, .reps = 4, .leads = 16, .calls = 120, .families = 8, .stamps = true };
		unsigned count = 2 + random_below(&f.random, PARTS_MAX - 1);
		for (unsigned part = 0; part < count; part++)
			scene_open(&parts[part]);
		parts_feed(parts, count, &f);
		for (int step = 0; step < 25; step++) {
			char words[400];
			swk__rollup *rollups[PARTS_MAX];
			question_at_random(&f.random, words, sizeof words);
			swk__rollup *whole = inquiry_rollup(&i, words);
			for (unsigned part = 0; part < count; part++) {
				inquiry of_part;
				inquiry_open(&of_part, &parts[part]);
				rollups[part] = inquiry_rollup(&of_part, words);
			}
			swk__rollup *sum = merged_at_random(rollups, count, &f.random);
			assert_same_rollup(sum, whole);
			swk__rollup_release(sum);
			swk__rollup_release(whole);
		}
		for (unsigned part = 0; part < count; part++)
			scene_close(&parts[part]);
		scene_close(&s);
		scene_open(&s);
	}
}

/* ------------------------------------------------------------------------------------------------ laws */

/* As of T = the history of the rows recorded up to T. */
static void test_as_of_equals_a_history_without_the_later_rows(void **state)
{
	(void)state;
	feed f = { .random = 4711, .reps = 4, .leads = 12, .calls = 60, .families = 1, .stamps = true };
	scene then;
	swk__buf line;
	const char *const as_of = "2026-10-20";
	scene_open(&then);
	swk__buf_init(&line, &s.mem, SIZE_MAX);
	for (int row = 0; row < 500; row++) {
		feed_line(&f, &line);
		const char *stamp = strstr(line.bytes, "recorded_at=");
		if (!stamp)
			continue;
		scene_commit(&s, line.bytes);
		if (strncmp(stamp + 12, as_of, 10) < 0 || strncmp(stamp + 12, "2026-10-20T00:00:00Z", 20) == 0)
			scene_commit(&then, line.bytes);
	}
	swk__buf_done(&line);
	for (int step = 0; step < 150; step++) {
		char words[256], cut[320];
		inquiry of_then;
		inquiry_open(&of_then, &then);
		feed_question(&f.random, words, sizeof words);
		snprintf(cut, sizeof cut, "%s as_of=%s now=2026-11-10", words, as_of);
		strncat(words, " now=2026-11-10", sizeof words - strlen(words) - 1);
		assert_same_answer(&i, cut, &of_then, words);
	}
	scene_close(&then);
}

/* The sum of a column over all rows of an answer. */
static int64_t summed(const char *words, const char *column)
{
	question q;
	swk_result *result = NULL;
	int64_t sum = 0;
	question_read(&q, words);
	assert_int_equal(inquiry_ask(&i, &q, &result), SWK_OK);
	size_t at = (size_t)swk_result_find(result, column);
	for (size_t row = 0; row < swk_result_rows(result); row++)
		sum += swk_result_int(result, row, at);
	swk_result_free(result);
	return sum;
}

static void test_parts_sum_to_the_whole(void **state)
{
	(void)state;
	const char *const columns[] = { "made", "answered", "unanswered", "voicemail",
		                        "busy", "failed",   "unknown",    "positive" };
	const char *const splits[] = { "calls total",
		                       "calls fill",
		                       "calls by=rep",
		                       "calls by=team,hour total",
		                       "calls by=region,origin fill",
		                       "calls zone=America/New_York week_start=4" };
	feed f = { .random = 31, .reps = 4, .leads = 12, .calls = 300, .families = 1 };
	scene_feed(&f, 600);
	int64_t outcomes = 0;
	for (size_t c = 0; c < SWK__COUNT(columns); c++) {
		int64_t whole = summed("calls", columns[c]);
		outcomes += c > 0 && c < 7 ? whole : 0;
		for (size_t w = 0; w < SWK__COUNT(splits); w++)
			assert_int_equal(summed(splits[w], columns[c]), whole);
	}
	assert_true(outcomes > 100);
	assert_int_equal(outcomes, summed("calls total", "made"));
	assert_int_equal(summed("calls set=direction:inbound", "made") + summed("calls", "made"),
	                 summed("calls set=direction:both", "made"));
}

/* What is previous for a week is what the week before said of itself at the moment before the cut. */
static void test_previous_is_what_was_said_a_week_before(void **state)
{
	(void)state;
	feed f = { .random = 8, .reps = 3, .leads = 12, .calls = 300, .families = 1 };
	scene_feed(&f, 600);
	for (int step = 0; step < 60; step++) {
		char words[160], before[40], now[40];
		int64_t at = feed_instant(&f.random) + 8 * SWK__US_DAY;
		swk__instant_format(at, now);
		snprintf(words, sizeof words, "calls fill previous now=%s from=%.10s to=%.10s", now, now, now);
		int64_t previous = summed(words, "made_previous");
		swk__instant_format(at - 7 * SWK__US_DAY, before);
		swk__instant_format(at - 7 * SWK__US_DAY - 1, now);
		snprintf(words, sizeof words, "calls fill now=%s from=%.10s to=%.10s", now, before, before);
		assert_int_equal(summed(words, "made"), previous);
	}
}

/* ------------------------------------------------------------------------------------ stopping and memory */

static int stop_after(void *context, uint64_t done, uint64_t total, swk_error *error)
{
	int *calls = context;
	(void)done;
	(void)total;
	return --*calls < 0 ? swk__fail(error, SWK_ERR_INTERRUPTED, "enough") : SWK_OK;
}

static void test_an_answer_can_be_stopped_at_every_check(void **state)
{
	(void)state;
	feed f = { .random = 8, .reps = 3, .leads = 12, .calls = 300, .families = 1 };
	question q;
	swk__plan plan;
	swk__facts facts;
	int calls = 0, stops = 0, code;
	scene_feed(&f, 300);
	uint64_t used = s.mem.used;
	question_read(&q, "calls by=rep where=team:A where=team: previous fill");
	assert_int_equal(inquiry_plan(&i, &q, &plan), SWK_OK);
	assert_int_equal(inquiry_facts(&i, &plan, &facts), SWK_OK);
	uint64_t open = s.mem.used;
	do {
		swk_result *result = NULL;
		swk__desk desk = inquiry_desk(&i);
		int left = calls++;
		desk.check = stop_after;
		desk.check_context = &left;
		code = swk__answer_make(&desk, &plan, &facts, &result, NULL);
		if (code != SWK_OK)
			assert_null(result);
		swk_result_free(result);
		assert_int_equal(s.mem.used, open);
		stops += code == SWK_ERR_INTERRUPTED;
	} while (code != SWK_OK);
	assert_true(stops > 10);
	swk__facts_close(&facts);
	swk__plan_done(&plan);
	assert_int_equal(s.mem.used, used);
}

/* One failure in one answer: nothing is handed out, nothing leaks, and the same question is answered afterwards. */
static bool answer_fails_at(const char *words, int at, bool for_ever, const char *wanted)
{
	sweep hook = { .at = at, .for_ever = for_ever };
	question q;
	swk_result *result = NULL;
	question_read(&q, words);
	uint64_t used = s.mem.used;
	i.cache = swk__cache_create(&s.mem, 1 << 20);
	s.mem.fault = sweep_hook;
	s.mem.fault_context = &hook;
	int code = inquiry_ask(&i, &q, &result);
	s.mem.fault = NULL;
	if (code == SWK_OK) { /* what could not be cached is no failure */
		swk_result_free(result);
	} else {
		assert_int_equal(code, SWK_ERR_MEMORY);
		assert_true(sweep_hit(&hook));
		assert_null(result);
	}
	swk__buf csv = answer_csv(&i, words);
	assert_string_equal(csv.bytes, wanted);
	swk__buf_done(&csv);
	swk__cache_free(i.cache);
	i.cache = NULL;
	assert_int_equal(s.mem.used, used);
	return sweep_hit(&hook);
}

static void test_an_answer_without_memory_is_none(void **state)
{
	(void)state;
	const char *const questions[] = { "calls by=team,hour where=rep:r1 where=rep: set=clock:lead previous fill",
		                          "calls by=rep total previous as_of=2026-10-30",
		                          "calls fill from=2027-W01 to=2027-W03" };
	feed f = { .random = 3, .reps = 3, .leads = 8, .calls = 100, .families = 1, .stamps = true };
	scene_feed(&f, 150);
	for (size_t q = 0; q < SWK__COUNT(questions); q++) {
		swk__buf wanted = answer_csv(&i, questions[q]);
		for (int for_ever = 0; for_ever < 2; for_ever++) {
			int at = 1;
			while (answer_fails_at(questions[q], at, for_ever, wanted.bytes))
				at++;
			assert_true(at > 10);
		}
		swk__buf_done(&wanted);
	}
}

/* Their columns name percentiles, not measures. */
static void test_curves_of_weeks_without_facts(void **state)
{
	(void)state;
	scene_commit(&s, "lead l created_at=2026-10-01\nmessage m lead=l at=2026-11-03 direction=outbound rep=r");
	assert_answer(&i,
	              "responses by=rep fill from=2026-W44 to=2026-W45 show=week,contacted,median_h,p90_h,within_1h",
	              "2026-W44,0,,,\n2026-W45,1,,,0");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_curves_of_weeks_without_facts),
		TEST(test_the_columns_stand_in_the_order_of_the_contract),
		TEST(test_nothing_is_answered_with_no_rows),
		TEST(test_a_result_says_what_it_is_about),
		TEST(test_rows_come_by_week_and_then_by_values),
		TEST(test_numbers_are_ordered_as_numbers),
		TEST(test_the_first_missing_rate_is_named),
		TEST(test_dimensions_of_the_lead_and_of_the_rep),
		TEST(test_region_falls_to_the_rep),
		TEST(test_a_rep_that_does_not_exist_has_a_name_but_no_team),
		TEST(test_team_is_the_present_one),
		TEST(test_calls_of_a_merged_lead_count_for_the_last),
		TEST(test_a_lead_of_the_future_says_nothing),
		TEST(test_clock_of_the_lead),
		TEST(test_filters_are_or_within_and_and_between_dimensions),
		TEST(test_the_empty_text_filters_what_is_null),
		TEST(test_a_value_nobody_has_leaves_nothing),
		TEST(test_the_window_is_that_of_the_facts),
		TEST(test_an_open_end_is_that_of_what_the_filters_leave),
		TEST(test_a_window_may_reach_beyond_the_facts),
		TEST(test_fill_has_every_group_in_every_week),
		TEST(test_fill_of_a_window_without_facts_is_zeros),
		TEST(test_weeks_begin_on_any_day),
		TEST(test_a_week_is_that_of_the_zone),
		TEST(test_the_ends_of_time_have_weeks),
		TEST(test_weeks_around_changes_of_clocks),
		TEST(test_what_comes_after_now_is_absent),
		TEST(test_a_week_that_ends_at_now_is_not_partial),
		TEST(test_a_corrected_instant_moves_the_call),
		TEST(test_a_pinned_snapshot_answers_as_it_was),
		TEST(test_previous_is_the_week_before),
		TEST(test_a_partial_week_is_compared_with_as_much),
		TEST(test_the_cut_is_the_local_time_of_now),
		TEST(test_total_is_compared_with_as_many_weeks),
		TEST(test_a_week_that_has_not_begun_is_compared_with_nothing),
		TEST(test_cached_answers_are_the_same_bytes),
		TEST(test_a_cached_week_is_given_up_when_anything_changed),
		TEST(test_a_cached_week_holds_just_as_long_as_it_may),
		TEST(test_rollups_of_any_parts_merge_to_that_of_the_whole),
		TEST(test_as_of_equals_a_history_without_the_later_rows),
		TEST(test_parts_sum_to_the_whole),
		TEST(test_previous_is_what_was_said_a_week_before),
		TEST(test_an_answer_can_be_stopped_at_every_check),
		TEST(test_an_answer_without_memory_is_none),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
