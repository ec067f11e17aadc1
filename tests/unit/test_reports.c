/* SPDX-License-Identifier: MIT
 *
 * Laws of all reports over records at random: what is cached is what would be counted, and the past stays the past.
 */
#include "fold_feed.h"
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

/* Some records; a rate of long ago lets every amount be converted. */
static void records_commit(uint64_t *random, unsigned count, int64_t *stamp)
{
	static const char *const teams[] = { "A", "B", NULL }, *const codes[] = { "EUR", "USD", NULL };
	swk__buf lines;
	swk__buf_init(&lines, &s.mem, SIZE_MAX);
	swk__buf_format(&lines, "rate x currency=EUR date=2026-01-01 value=1.25 recorded_at=2026-01-01\n");
	for (; count; count--) {
		fold_line(&lines, random, *stamp += SWK__US_SECOND);
		if (random_one_in(random, 8)) {
			swk__buf_format(&lines, "rep r%u", random_below(random, 3));
			fold_choice(&lines, random, "team", teams);
			fold_choice(&lines, random, "region", teams);
			swk__buf_byte(&lines, '\n');
		}
		if (random_one_in(random, 12)) {
			swk__buf_format(&lines, "quota q%u from=2026-10-0%u to=2026-11-01 amount=%u won=3",
			                random_below(random, 4), 1 + random_below(random, 9), random_below(random, 90));
			fold_choice(&lines, random, "team", teams);
			fold_choice(&lines, random, "currency", codes);
			swk__buf_byte(&lines, '\n');
		}
		if (random_one_in(random, 12))
			swk__buf_format(&lines, "rate y%u currency=EUR date=2026-10-%02u value=%u\n",
			                random_below(random, 3), 1 + random_below(random, 25),
			                1 + random_below(random, 5));
		if (random_one_in(random, 12))
			swk__buf_format(&lines,
			                "opportunity e%u created_at=2026-10-05 currency=EUR amount=3 outcome=won "
			                "closed_at=2026-10-1%u lead=l1\n",
			                random_below(random, 2), random_below(random, 9));
	}
	swk__buf_append(&lines, "", 1);
	assert_false(lines.failed);
	scene_commit(&s, lines.bytes);
	swk__buf_done(&lines);
}

static void words_at_random(uint64_t *random, char *words, size_t size)
{
	static const char *const reports[] = { "calls",
		                               "responses",
		                               "first_touch",
		                               "deals",
		                               "scores",
		                               "scores by=band,model",
		                               "conversion",
		                               "conversion set=basis:activity",
		                               "meetings",
		                               "win_rate",
		                               "win_rate set=basis:created" };
	static const char *const bys[] = { "", " by=rep", " by=team", " by=region", " by=source,rep" };
	static const char *const wheres[] = { "", "", " where=team:A", " where=rep:r1 where=rep:", " where=region:" };
	static const char *const flags[] = { "", " total", " fill", " previous", " total previous" };
	static const char *const windows[] = { "", " from=2026-09-28 to=2026-10-19", " to=2026-10-12" };
	static const char *const zones[] = { "", " zone=America/New_York week_start=7" };
	const char *report = reports[random_below(random, SWK__COUNT(reports))];
	snprintf(words, size, "%s%s%s%s%s%s now=2026-%s", report,
	         strstr(report, "by=") ? "" : bys[random_below(random, SWK__COUNT(bys))],
	         wheres[random_below(random, SWK__COUNT(wheres))], flags[random_below(random, SWK__COUNT(flags))],
	         windows[random_below(random, SWK__COUNT(windows))], zones[random_below(random, SWK__COUNT(zones))],
	         random_one_in(random, 4)   ? "10-14T10:00:00Z"
	         : random_one_in(random, 3) ? "10-26"
	                                    : "11-20");
}

static void test_cached_answers_of_all_reports_are_the_same_bytes(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 3; seed++) {
		uint64_t random = seed;
		int64_t stamp = FEED_FROM;
		inquiry cached;
		inquiry_open(&cached, &s);
		cached.cache = swk__cache_create(&s.mem, 1 << 20);
		records_commit(&random, 60, &stamp);
		for (int step = 0; step < 500; step++) {
			char words[400];
			if (step % 10 == 9)
				records_commit(&random, 2, &stamp);
			words_at_random(&random, words, sizeof words);
			cached.threads = (unsigned)random_below(&random, 5);
			assert_same_answer(&cached, words, &i, words);
			assert_same_answer(&cached, words, &i, words);
		}
		assert_true(swk__cache_info(cached.cache).hits > 300);
		swk__cache_free(cached.cache);
		scene_close(&s);
		scene_open(&s);
	}
}

/* An answer at a commit is the one that was given when it was the last. */
static void test_answers_at_a_commit_stay(void **state)
{
	(void)state;
	enum {
		COMMITS = 60
	};
	uint64_t random = 9;
	int64_t stamp = FEED_FROM;
	char words[COMMITS][400], dated[440];
	swk__buf answers[COMMITS];
	for (unsigned n = 0; n < COMMITS; n++) {
		records_commit(&random, n ? 3 : 40, &stamp);
		words_at_random(&random, words[n], sizeof words[n]);
		answers[n] = answer_csv(&i, words[n]);
	}
	for (unsigned n = 0; n < COMMITS; n++) {
		snprintf(dated, sizeof dated, "%.400s at_commit=%u", words[n], n + 1);
		swk__buf again = answer_csv(&i, dated);
		if (strcmp(again.bytes, answers[n].bytes) != 0)
			fail_msg("%s\n--- then\n%s\n--- now\n%s", dated, answers[n].bytes, again.bytes);
		swk__buf_done(&again);
		swk__buf_done(&answers[n]);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_cached_answers_of_all_reports_are_the_same_bytes),
		TEST(test_answers_at_a_commit_stay),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
