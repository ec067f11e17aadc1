/* SPDX-License-Identifier: MIT
 *
 * Quotas and ranks as the report `deals` shows them. Week 2026-W45 is 2026-11-02 to 2026-11-08.
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
	scene_commit(&s, "rep r1 team=A\nrep r2 team=A\nrep r3 team=B\nrep r4");
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	scene_close(&s);
	return 0;
}

#define QUOTA(id, from, to, more) "quota " id " from=2026-" from " to=2026-" to " " more "\n"
#define W45 " from=2026-W45 to=2026-W45 "
#define DEAL(id, rep, amount) \
	"opportunity " id " created_at=2026-11-01 outcome=won closed_at=2026-11-03 rep=" rep " amount=" amount "\n"

static void test_a_week_has_the_share_of_the_days_it_has(void **state)
{
	(void)state;
	/* November: 30 days, of which W44 has one and W45 seven */
	scene_commit(&s, QUOTA("q", "11-01", "12-01", "won=30 amount=3000"));
	assert_answer(&i, "deals now=2026-11-15 show=week,quota_won,won", "2026-W44,1,0\n2026-W45,7,0\n2026-W46,7,0");
	assert_answer(&i, "deals now=2026-12-10 total show=week,quota_won", "total,30");
	assert_answer(&i, "deals now=2026-12-10 from=2026-W49 to=2026-W49 show=quota_won", "1");
	assert_answer(&i, "deals now=2026-12-20 from=2026-W50 to=2026-W50 show=quota_won", "");
}

static void test_the_last_day_is_not_in_it(void **state)
{
	(void)state;
	scene_commit(&s, QUOTA("q", "11-02", "11-03", "won=5") QUOTA("p", "11-08", "11-09", "won=3"));
	assert_answer(&i, "deals now=2026-11-20 from=2026-W44 show=week,quota_won", "2026-W45,8");
}

/* Every week has a deal, so that weeks differ in their quotas alone. */
static void test_like_weeks_and_unlike_ones(void **state)
{
	(void)state;
	scene_commit(&s, QUOTA("a", "11-02", "11-16", "rep=r1 won=14") QUOTA("b", "11-16", "12-07", "rep=r1 won=42")
	                         QUOTA("c", "11-25", "11-28", "rep=r1 won=3"));
	for (int day = 3; day < 45; day += 7) {
		char line[128];
		snprintf(line, sizeof line,
		         "opportunity o%d created_at=2026-10-01 rep=r1 outcome=won closed_at=%s-%02d", day,
		         day < 31 ? "2026-11" : "2026-12", day < 31 ? day : day - 30);
		scene_commit(&s, line);
	}
	assert_answer(
		&i,
		"deals by=rep now=2026-12-20 from=2026-W45 to=2026-W50 previous show=week,quota_won,quota_won_previous",
		"2026-W45,7,\n2026-W46,7,7\n2026-W47,14,7\n2026-W48,17,14\n2026-W49,14,17\n2026-W50,,14");
	assert_answer(&i, "deals by=rep now=2026-12-20 from=2026-W46 to=2026-W49 show=week,quota_won,won",
	              "2026-W46,7,1\n2026-W47,14,1\n2026-W48,17,1\n2026-W49,14,1");
}

static void test_overlapping_quotas_add_up(void **state)
{
	(void)state;
	scene_commit(&s, QUOTA("q", "11-02", "11-09", "rep=r1 won=5") QUOTA("p", "11-02", "11-16", "rep=r1 won=4"));
	assert_answer(&i, "deals by=rep" W45 "show=rep,quota_won", "r1,7");
	assert_answer(&i, "deals by=rep from=2026-W45 to=2026-W46 total show=rep,quota_won", "r1,9");
}

static void test_a_level_is_its_own_or_the_sum_below(void **state)
{
	(void)state;
	scene_commit(&s,
	             QUOTA("a", "11-02", "11-09", "rep=r1 won=1") QUOTA("b", "11-02", "11-09", "rep=r2 won=2")
	                     QUOTA("c", "11-02", "11-09", "rep=r3 won=4") QUOTA("d", "11-02", "11-09", "rep=r4 won=8"));
	assert_answer(&i, "deals" W45 "show=quota_won", "15");
	assert_answer(&i, "deals by=team" W45 "show=team,quota_won", ",8\nA,3\nB,4");
	assert_answer(&i, "deals where=team:A" W45 "show=quota_won", "3");
	assert_answer(&i, "deals by=team where=rep:r1" W45 "show=team,quota_won", "A,1");
	scene_commit(&s, QUOTA("e", "11-02", "11-09", "team=A won=100"));
	assert_answer(&i, "deals by=team" W45 "show=team,quota_won", ",8\nA,100\nB,4");
	assert_answer(&i, "deals" W45 "show=quota_won", "112");
	assert_answer(&i, "deals by=rep,team" W45 "show=rep,team,quota_won", "r1,A,1\nr2,A,2\nr3,B,4\nr4,,8");
	scene_commit(&s, QUOTA("f", "11-08", "11-10", "won=1000"));
	assert_answer(&i, "deals" W45 "show=quota_won", "500");
	assert_answer(&i, "deals by=region" W45 "show=quota_won", "");
}

/* An own quota for deals does not take away the sum of those for money. */
static void test_won_and_amount_are_told_apart(void **state)
{
	(void)state;
	scene_commit(&s, QUOTA("a", "11-02", "11-09", "rep=r1 won=1 amount=70")
	                         QUOTA("b", "11-02", "11-09", "team=A won=9"));
	assert_answer(&i, "deals by=team" W45 "show=team,quota_won", "A,9");
	scene_commit(&s, DEAL("o", "r1", "140"));
	assert_answer(&i, "deals by=team" W45 "show=team,won,attainment_won,attainment_amount,over_quota,rank",
	              "A,1,0.1111111111111111,2,true,1");
	assert_answer(&i, "deals" W45 "show=attainment_amount", "2");
}

static void test_nothing_is_attained_of_a_quota_of_0(void **state)
{
	(void)state;
	scene_commit(&s, QUOTA("a", "11-02", "11-09", "rep=r1 won=0 amount=0") DEAL("o", "r1", "140"));
	assert_answer(&i,
	              "deals by=rep" W45 "show=rep,won,amount,quota_won,quota_amount,attainment_won,attainment_amount,"
	              "over_quota",
	              "r1,1,14000,0,0,,,");
}

static void test_a_quota_in_another_currency_needs_the_rate_of_its_first_day(void **state)
{
	(void)state;
	question q;
	swk_result *result = NULL;
	scene_commit(&s, QUOTA("a", "11-02", "11-09",
	                       "amount=100 currency=EUR") "rate x currency=EUR date=2026-11-03 value=2");
	question_read(&q, "deals" W45);
	assert_int_equal(inquiry_ask(&i, &q, &result), SWK_ERR_INVALID);
	assert_string_equal(i.error.value, "EUR");
	assert_non_null(strstr(i.error.reason, "2026-11-02"));
	assert_null(result);
	scene_commit(&s, "rate y currency=EUR date=2026-10-03 value=3\n"
	                 "opportunity o created_at=2026-11-01 outcome=won closed_at=2026-11-05 amount=600");
	assert_answer(&i, "deals" W45 "show=attainment_amount", "2");
}

/* ---------------------------------------------------------------------------------------------- ranks */

/* Three reps won the same, one of them with two deals; after those that are alike the next is one more. */
static void test_of_equal_amounts_more_deals_come_first(void **state)
{
	(void)state;
	scene_commit(&s, DEAL("a", "r1", "5") DEAL("b", "r2", "3") DEAL("c", "r2", "2") DEAL("d", "r3", "5")
	                         DEAL("e", "r4", "-1") DEAL("f", "r5", "9"));
	assert_answer(&i, "deals by=rep" W45 "show=rep,won,amount,rank",
	              "r1,1,500,3\nr2,2,500,2\nr3,1,500,3\nr4,1,-100,4\nr5,1,900,1");
}

/* ---------------------------------------------------------------------------------------------- order */

#define ORDER_LINES 124

/* Monthly quotas of six reps in four currencies, whose sum has no common denominator of 128 bits. */
static void order_lines(uint64_t *random, char lines[ORDER_LINES][128])
{
	static const char *const codes[] = { "CHF", "EUR", "GBP", "USD" };
	unsigned n = 0;
	for (unsigned month = 1; month <= 12; month++)
		for (unsigned c = 0; c < 3; c++)
			snprintf(lines[n++], sizeof lines[0], "rate x%u-%u currency=%s date=2025-%02u-01 value=1.%09u",
			         c, month, codes[c], month, random_below(random, 1000000000));
	for (unsigned month = 1; month < 12; month++)
		for (unsigned r = 0; r < 8; r++)
			snprintf(lines[n++], sizeof lines[0],
			         "quota q%u-%u rep=r%u from=2025-%02u-01 to=2025-%02u-01 amount=%u currency=%s", r,
			         month, r, month, month + 1, 1 + random_below(random, 9), codes[r % 4]);
	assert_int_equal(n, ORDER_LINES);
}

static swk__buf order_answer(char lines[ORDER_LINES][128], bool turned)
{
	scene own;
	inquiry asked;
	scene_open(&own);
	inquiry_open(&asked, &own);
	swk__buf all;
	swk__buf_init(&all, &own.mem, SIZE_MAX);
	for (unsigned n = 0; n < ORDER_LINES; n++)
		swk__buf_format(&all, "%s recorded_at=2025-01-01\n", lines[turned ? ORDER_LINES - 1 - n : n]);
	swk__buf_format(&all, "opportunity o created_at=2025-01-03 outcome=won closed_at=2025-03-05 amount=721919 "
	                      "currency=CHF");
	swk__buf_byte(&all, 0);
	scene_commit(&own, all.bytes);
	swk__buf_done(&all);
	swk__buf csv = answer_csv(&asked, "deals total from=2025-01-06 to=2025-11-24 now=2026-01-10 currency=CHF");
	scene_close(&own);
	return csv;
}

static void test_the_order_of_arrival_changes_no_sum(void **state)
{
	(void)state;
	static char lines[ORDER_LINES][128];
	for (uint64_t seed = 1; seed <= 40; seed++) {
		uint64_t random = seed;
		order_lines(&random, lines);
		swk__buf first = order_answer(lines, false), second = order_answer(lines, true);
		assert_string_equal(first.bytes, second.bytes);
		swk__buf_done(&first);
		swk__buf_done(&second);
	}
}

/* --------------------------------------------------------------------------------------------- memory */

static bool answer_fails_at(int at, bool for_ever, const char *words)
{
	sweep hook = { .at = at, .for_ever = for_ever };
	question q;
	swk_result *result = NULL;
	uint64_t used = s.mem.used;
	question_read(&q, words);
	s.mem.fault = sweep_hook;
	s.mem.fault_context = &hook;
	int code = inquiry_ask(&i, &q, &result);
	s.mem.fault = NULL;
	assert_int_equal(code, sweep_hit(&hook) ? SWK_ERR_MEMORY : SWK_OK);
	assert_true((result != NULL) == (code == SWK_OK));
	swk_result_free(result);
	assert_int_equal(s.mem.used, used);
	return sweep_hit(&hook);
}

static void test_quotas_without_memory_leave_nothing(void **state)
{
	(void)state;
	scene_commit(&s, QUOTA("a", "11-02", "11-09", "rep=r1 won=1 amount=70")
	                         QUOTA("b", "11-02", "11-30", "team=B won=9"));
	for (int for_ever = 0; for_ever < 2; for_ever++) {
		int at = 1;
		while (answer_fails_at(at, for_ever, "deals by=team previous fill from=2026-W45 to=2026-W46"))
			at++;
		assert_true(at > 20);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_a_week_has_the_share_of_the_days_it_has),
		TEST(test_the_last_day_is_not_in_it),
		TEST(test_like_weeks_and_unlike_ones),
		TEST(test_overlapping_quotas_add_up),
		TEST(test_a_level_is_its_own_or_the_sum_below),
		TEST(test_won_and_amount_are_told_apart),
		TEST(test_nothing_is_attained_of_a_quota_of_0),
		TEST(test_a_quota_in_another_currency_needs_the_rate_of_its_first_day),
		TEST(test_of_equal_amounts_more_deals_come_first),
		TEST(test_the_order_of_arrival_changes_no_sum),
		TEST(test_quotas_without_memory_leave_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
