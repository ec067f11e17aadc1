/* SPDX-License-Identifier: MIT */
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

static swk__plan plan_of(const char *words)
{
	question q;
	swk__plan plan;
	question_read(&q, words);
	int code = inquiry_plan(&i, &q, &plan);
	if (code != SWK_OK)
		fail_msg("%s: %s %s", words, i.error.field, i.error.reason);
	return plan;
}

static void assert_refused(const question *q, int code, const char *field)
{
	swk__plan plan;
	uint64_t used = s.mem.used;
	assert_int_equal(inquiry_plan(&i, q, &plan), code);
	assert_int_equal(i.error.code, code);
	assert_string_equal(i.error.field, field);
	assert_int_equal(s.mem.used, used);
}

/* -------------------------------------------------------------------------------------------- wrong usage */

static void test_wrong_questions_are_refused_and_named(void **state)
{
	(void)state;
	const char *const wrong[][2] = {
		{ "revenue", "report" },
		{ "Calls", "report" },
		{ "calls by=team,city", "dimension" },
		{ "calls by=", "dimension" },
		{ "calls by=rep,team,rep", "by" },
		{ "calls where=city:Rome", "dimension" },
		{ "calls where=weekday:0", "weekday" },
		{ "calls where=weekday:8", "weekday" },
		{ "calls where=hour:24", "hour" },
		{ "calls where=hour:-1", "hour" },
		{ "calls where=hour:", "hour" },
		{ "calls where=hour:1x", "hour" },
		{ "calls where=hour:' 1'", "hour" },
		{ "calls where=hour:+1", "hour" },
		{ "calls where=hour:999", "hour" },
		{ "calls set=speed:high", "option" },
		{ "calls set=direction:up", "direction" },
		{ "calls set=direction:", "direction" },
		{ "calls set=clock:Lead", "clock" },
		{ "calls set=direction:both set=direction:both", "direction" },
		{ "calls from=2021-W53", "from" },
		{ "calls from=2026-W00", "from" },
		{ "calls to=2026-02-30", "to" },
		{ "calls to=W45", "to" },
		{ "calls from=", "from" },
		{ "calls from=2026-W45 week_start=7", "from" },
		{ "calls from=2026-11-09 to=2026-11-08", "to" },
		{ "calls week_start=8", "week_start" },
		{ "calls week_start=-1", "week_start" },
	};
	for (size_t w = 0; w < SWK__COUNT(wrong); w++) {
		question q;
		question_read(&q, wrong[w][0]);
		assert_refused(&q, SWK_ERR_USAGE, wrong[w][1]);
	}
}

static void test_what_words_cannot_say_is_refused_too(void **state)
{
	(void)state;
	question q;
	question_read(&q, "calls by=rep where=rep:r1 set=direction:both");
	question no_report = q, no_by = q, no_dimension = q, no_value = q, no_option = q, no_choice = q;
	no_report.query.report = NULL;
	assert_refused(&no_report, SWK_ERR_USAGE, "report");
	no_by.by[0] = NULL;
	no_by.query.by = no_by.by;
	assert_refused(&no_by, SWK_ERR_USAGE, "dimension");
	no_dimension.filters[0].dimension = NULL;
	no_dimension.query.filters = no_dimension.filters;
	assert_refused(&no_dimension, SWK_ERR_USAGE, "dimension");
	no_value.filters[0].value = NULL;
	no_value.query.filters = no_value.filters;
	assert_refused(&no_value, SWK_ERR_USAGE, "filter");
	no_option.options[0].name = NULL;
	no_option.query.options = no_option.options;
	assert_refused(&no_option, SWK_ERR_USAGE, "option");
	no_choice.options[0].value = NULL;
	no_choice.query.options = no_choice.options;
	assert_refused(&no_choice, SWK_ERR_USAGE, "direction");
	q.query.flags = 8;
	assert_refused(&q, SWK_ERR_USAGE, "flags");
}

static void test_instants_outside_of_time_are_refused(void **state)
{
	(void)state;
	const int64_t wrong[] = { -1, INT64_MIN, SWK__INSTANT_MAX + 1, INT64_MAX };
	for (size_t w = 0; w < SWK__COUNT(wrong); w++) {
		question q;
		question_read(&q, "calls");
		q.query.now = wrong[w];
		assert_refused(&q, SWK_ERR_USAGE, "now");
		q.query.now = 0;
		q.query.as_of = wrong[w];
		assert_refused(&q, SWK_ERR_USAGE, "as_of");
	}
}

static void test_an_unknown_zone_is_an_error_of_its_own(void **state)
{
	(void)state;
	question q;
	swk__plan plan;
	const char *const zones[] = { "calls zone=Mars/Base", "calls zone=europe/zurich", "calls zone=../etc/passwd",
		                      "calls zone=" };
	for (size_t z = 0; z < SWK__COUNT(zones); z++) {
		uint64_t used = s.mem.used;
		question_read(&q, zones[z]);
		assert_int_equal(inquiry_plan(&i, &q, &plan), SWK_ERR_ZONE);
		assert_int_equal(s.mem.used, used);
	}
}

/* ------------------------------------------------------------------------------------------- what is asked */

static void test_what_is_not_said_comes_from_the_store(void **state)
{
	(void)state;
	swk__plan plan = plan_of("calls");
	assert_string_equal(plan.zone.bytes, "UTC");
	assert_int_equal(plan.calendar.week_start, SWK_MONDAY);
	assert_int_equal(plan.cut.now, instant(i.now));
	assert_true(plan.cut.as_of == INT64_MAX && plan.cut.commit == UINT64_MAX);
	assert_false(plan.from_given || plan.to_given || plan.lead_clock);
	assert_int_equal(plan.joins, 0);
	swk__plan_done(&plan);
}

static void test_now_is_as_of_unless_it_is_said(void **state)
{
	(void)state;
	swk__plan plan = plan_of("calls as_of=2026-11-05");
	assert_int_equal(plan.cut.now, instant("2026-11-05"));
	swk__plan_done(&plan);
	plan = plan_of("calls as_of=2026-11-05 now=2026-11-01 at_commit=3");
	assert_int_equal(plan.cut.now, instant("2026-11-01"));
	assert_int_equal(plan.cut.as_of, instant("2026-11-05"));
	assert_int_equal(plan.cut.commit, 3);
	swk__plan_done(&plan);
}

static void test_weeks_are_named_by_label_or_any_date(void **state)
{
	(void)state;
	const struct {
		const char *words, *from, *to;
	} windows[] = {
		{ "calls from=2026-W45 to=2026-W45", "2026-11-02", "2026-11-02" },
		{ "calls from=2026-11-08 to=2026-11-02", "2026-11-02", "2026-11-02" }, /* one week */
		{ "calls from=2020-W53 to=2021-W01", "2020-12-28", "2021-01-04" },
		{ "calls from=2021-01-01 to=2021-01-04", "2020-12-28", "2021-01-04" },
		{ "calls week_start=7 from=2026-11-01 to=2026-11-14", "2026-11-01", "2026-11-08" },
		{ "calls week_start=6 from=2026-11-01 to=2026-11-07", "2026-10-31", "2026-11-07" },
	};
	for (size_t w = 0; w < SWK__COUNT(windows); w++) {
		char text[16];
		swk__plan plan = plan_of(windows[w].words);
		swk__date_format(plan.from, text);
		assert_string_equal(text, windows[w].from);
		swk__date_format(plan.to, text);
		assert_string_equal(text, windows[w].to);
		swk__plan_done(&plan);
	}
}

static void test_values_of_a_dimension_are_gathered(void **state)
{
	(void)state;
	swk__plan plan = plan_of("calls where=team:A where=hour:9 where=team: where=hour:10 where=rep:'a b'");
	const struct {
		swk__dimension dimension;
		const char *values[2];
		uint32_t count;
	} wanted[] = {
		{ SWK__DIMENSION_REP, { "a b" }, 1 },
		{ SWK__DIMENSION_TEAM, { "A", "" }, 2 },
		{ SWK__DIMENSION_HOUR, { "\t", "\n" }, 2 },
	};
	assert_int_equal(plan.filter_count, SWK__COUNT(wanted));
	for (unsigned f = 0; f < plan.filter_count; f++) {
		assert_int_equal(plan.filters[f].dimension, wanted[f].dimension);
		assert_int_equal(plan.filters[f].count, wanted[f].count);
		for (uint32_t v = 0; v < wanted[f].count; v++)
			assert_true(swk__slice_equal(plan.values[plan.filters[f].first + v],
			                             swk__slice_of(wanted[f].values[v])));
	}
	swk__plan_done(&plan);
}

static void test_the_empty_text_may_be_the_only_value(void **state)
{
	(void)state;
	swk__plan plan = plan_of("calls where=team: where=rep:");
	assert_int_equal(plan.filter_count, 2);
	for (unsigned f = 0; f < plan.filter_count; f++) {
		assert_non_null(plan.values[plan.filters[f].first].bytes);
		assert_int_equal(plan.values[plan.filters[f].first].length, 0);
	}
	swk__plan_done(&plan);
}

static void test_only_tables_that_are_needed_are_joined(void **state)
{
	(void)state;
	const unsigned rep = 1u << SWK__TABLE_REP, lead = 1u << SWK__TABLE_LEAD;
	const struct {
		const char *words;
		unsigned joins;
	} plans[] = {
		{ "calls by=rep,weekday,hour where=rep:r1", 0 },
		{ "calls by=team", rep },
		{ "calls where=team:A", rep },
		{ "calls by=region", rep | lead },
		{ "calls where=segment:", lead },
		{ "calls by=hour set=clock:lead", lead },
		{ "calls by=origin,team", rep | lead },
	};
	for (size_t p = 0; p < SWK__COUNT(plans); p++) {
		swk__plan plan = plan_of(plans[p].words);
		assert_int_equal(plan.joins, plans[p].joins);
		swk__plan_done(&plan);
	}
}

static void test_now_before_is_the_local_time_of_now(void **state)
{
	(void)state;
	const struct {
		const char *words, *before;
		int32_t days;
	} nows[] = {
		{ "calls now=2026-11-05T12:00:00Z", "2026-10-29T12:00:00Z", 7 },
		/* clocks went back on 2026-10-25: noon of 7 days before was an hour earlier in UTC */
		{ "calls zone=Europe/Zurich now=2026-10-28T11:00:00Z", "2026-10-21T10:00:00Z", 7 },
		/* 02:30 of 2026-03-29 was skipped and moves forward by the gap */
		{ "calls zone=Europe/Zurich now=2026-04-05T00:30:00Z", "2026-03-29T01:30:00Z", 7 },
		/* 02:30 of 2026-10-25 came twice: the first */
		{ "calls zone=Europe/Zurich now=2026-11-01T01:30:00Z", "2026-10-25T00:30:00Z", 7 },
	};
	for (size_t n = 0; n < SWK__COUNT(nows); n++) {
		swk__plan plan = plan_of(nows[n].words);
		assert_int_equal(swk__plan_now_before(&plan, nows[n].days), instant(nows[n].before));
		swk__plan_done(&plan);
	}
}

/* ------------------------------------------------------------------------------------------------- shapes */

static bool shapes_equal(const char *a, const char *b)
{
	swk__plan plan_a = plan_of(a), plan_b = plan_of(b);
	bool equal = swk__slice_equal((swk__slice){ plan_a.shape.bytes, plan_a.shape.length },
	                              (swk__slice){ plan_b.shape.bytes, plan_b.shape.length });
	swk__plan_done(&plan_a);
	swk__plan_done(&plan_b);
	return equal;
}

static void test_shapes_differ_where_weekly_rollups_do(void **state)
{
	(void)state;
	const char *const words[] = {
		"calls",
		"calls by=rep",
		"calls by=team",
		"calls by=rep,team",
		"calls by=team,rep",
		"calls where=rep:",
		"calls where=rep:r",
		"calls where=rep:r where=rep:s",
		"calls where=rep:rs",
		"calls where=rep:ab where=rep:c",
		"calls where=rep:a where=rep:bc",
		"calls where=team:r",
		"calls where=rep:r where=team:r",
		"calls where=rep:r where=team:\x01\x01",
		"calls where=rep:r where=rep:\x02 where=rep:\x01",
		"calls where=hour:1",
		"calls where=hour:2",
		"calls where=weekday:1",
		"calls set=direction:inbound",
		"calls set=direction:both",
		"calls set=clock:lead",
		"calls zone=Europe/Zurich",
		"calls zone=America/New_York",
		"calls week_start=7",
	};
	for (size_t a = 0; a < SWK__COUNT(words); a++)
		for (size_t b = 0; b < SWK__COUNT(words); b++)
			assert_int_equal(shapes_equal(words[a], words[b]), a == b);
}

static void test_shapes_are_equal_where_only_rows_differ(void **state)
{
	(void)state;
	const char *const words[] = { "calls by=rep total",
		                      "calls by=rep fill",
		                      "calls by=rep previous",
		                      "calls by=rep from=2026-W45",
		                      "calls by=rep to=2026-W45",
		                      "calls by=rep now=2026-11-01",
		                      "calls by=rep as_of=2026-11-01",
		                      "calls by=rep at_commit=2",
		                      "calls by=rep zone=UTC",
		                      "calls by=rep set=direction:outbound" };
	for (size_t w = 0; w < SWK__COUNT(words); w++)
		assert_true(shapes_equal("calls by=rep", words[w]));
}

/* ------------------------------------------------------------------------------------------------- memory */

static int plan_in(swk__mem *mem, void *context)
{
	question q;
	swk__plan plan;
	swk__zones zones;
	(void)context;
	question_read(&q, "calls by=rep,hour where=team:A where=hour:9 where=team:'a longer text than the first' "
	                  "set=clock:lead zone=Europe/Zurich from=2026-W45");
	if (swk__zones_init(&zones, mem, NULL, NULL) != SWK_OK)
		return SWK_ERR_MEMORY;
	swk__asker asker = { mem, &zones, { "UTC", 3 }, SWK_MONDAY, 1 };
	int code = swk__plan_make(&asker, &q.query, &plan, NULL);
	if (code == SWK_OK)
		swk__plan_done(&plan);
	swk__zones_done(&zones);
	return code == SWK_ERR_IO ? SWK_ERR_MEMORY : code; /* a fault of zone_read is one of reading */
}

static void test_a_plan_without_memory_is_none(void **state)
{
	(void)state;
	assert_true(sweep_run(plan_in, NULL) > 8);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_wrong_questions_are_refused_and_named),   TEST(test_what_words_cannot_say_is_refused_too),
		TEST(test_instants_outside_of_time_are_refused),    TEST(test_an_unknown_zone_is_an_error_of_its_own),
		TEST(test_what_is_not_said_comes_from_the_store),   TEST(test_now_is_as_of_unless_it_is_said),
		TEST(test_weeks_are_named_by_label_or_any_date),    TEST(test_values_of_a_dimension_are_gathered),
		TEST(test_the_empty_text_may_be_the_only_value),    TEST(test_only_tables_that_are_needed_are_joined),
		TEST(test_now_before_is_the_local_time_of_now),     TEST(test_shapes_differ_where_weekly_rollups_do),
		TEST(test_shapes_are_equal_where_only_rows_differ), TEST(test_a_plan_without_memory_is_none),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
