/* SPDX-License-Identifier: MIT */
#include "cache.h"
#include "sweep.h"

#include <stdio.h>

static swk__mem mem;
static swk__cache *cache;

#define BUDGET 100000
static const swk__seen seen = { { 1, 2, 3, 4, 5 } };

static int setup(void **state)
{
	(void)state;
	swk__mem_init(&mem, NULL, 0);
	cache = swk__cache_create(&mem, BUDGET);
	return cache ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	mem.fault = NULL;
	swk__cache_free(cache);
	assert_int_equal(mem.used, 0);
	return 0;
}

static swk__rollup *rollup_of(const char *key, int64_t value)
{
	swk__rollup *rollup = NULL;
	swk__i128 values[1] = { value };
	swk__rollup_builder builder;
	swk__rollup_builder_init(&builder, &mem, 1, 0);
	assert_int_equal(swk__rollup_builder_add(&builder, swk__slice_of(key), values, NULL, NULL), SWK_OK);
	assert_int_equal(swk__rollup_build(&builder, &rollup, NULL), SWK_OK);
	swk__rollup_builder_done(&builder);
	return rollup;
}

/* Keeps a rollup with one value for the whole of time. */
static void put(const char *shape, int32_t week, int64_t value)
{
	swk__rollup *rollup = rollup_of("", value);
	swk__cache_put(cache, swk__slice_of(shape), week, &seen, INT64_MIN, INT64_MAX, rollup);
	swk__rollup_release(rollup);
}

/* The value that is found, or -1. */
static int64_t got_at(const char *shape, int32_t week, const swk__seen *now_seen, int64_t end)
{
	swk__rollup *rollup = swk__cache_get(cache, swk__slice_of(shape), week, now_seen, end);
	int64_t value = rollup ? (int64_t)swk__rollup_values(rollup, 0)[0] : -1;
	swk__rollup_release(rollup);
	return value;
}

static int64_t got(const char *shape, int32_t week)
{
	return got_at(shape, week, &seen, 0);
}

/* -------------------------------------------------------------------------------------------------- keys */

static void test_shape_and_week_name_an_entry(void **state)
{
	(void)state;
	put("a", 7, 1);
	put("a", 14, 2);
	put("b", 7, 3);
	put("", 7, 4);
	assert_int_equal(got("a", 7), 1);
	assert_int_equal(got("a", 14), 2);
	assert_int_equal(got("b", 7), 3);
	assert_int_equal(got("", 7), 4);
	assert_int_equal(got("a", 21), -1);
	assert_int_equal(got("ab", 7), -1);
	assert_int_equal(got("a", -7), -1);
}

static void test_shapes_may_hold_any_bytes(void **state)
{
	(void)state;
	swk__rollup *rollup = rollup_of("", 9);
	swk__cache_put(cache, (swk__slice){ "a\0b", 3 }, 7, &seen, INT64_MIN, INT64_MAX, rollup);
	swk__rollup_release(rollup);
	assert_null(swk__cache_get(cache, (swk__slice){ "a\0c", 3 }, 7, &seen, 0));
	rollup = swk__cache_get(cache, (swk__slice){ "a\0b", 3 }, 7, &seen, 0);
	assert_non_null(rollup);
	swk__rollup_release(rollup);
}

static void test_a_newer_entry_replaces_the_older(void **state)
{
	(void)state;
	put("a", 7, 1);
	put("a", 7, 2);
	assert_int_equal(got("a", 7), 2);
	assert_int_equal(swk__cache_info(cache).entries, 1);
}

/* ------------------------------------------------------------------------------------ validated on read */

static void test_whatever_was_seen_must_still_be_so(void **state)
{
	(void)state;
	put("a", 7, 1);
	for (int word = 0; word < SWK__SEEN_WORDS; word++) {
		swk__seen other = seen;
		other.words[word]++;
		assert_int_equal(got_at("a", 7, &other, 0), -1);
	}
	assert_int_equal(got("a", 7), 1);
}

static void test_it_holds_from_and_until(void **state)
{
	(void)state;
	swk__rollup *rollup = rollup_of("", 1);
	swk__cache_put(cache, swk__slice_of("a"), 7, &seen, 100, 200, rollup);
	swk__rollup_release(rollup);
	assert_int_equal(got_at("a", 7, &seen, 99), -1);
	assert_int_equal(got_at("a", 7, &seen, 100), 1);
	assert_int_equal(got_at("a", 7, &seen, 199), 1);
	assert_int_equal(got_at("a", 7, &seen, 200), -1);
}

static void test_hits_and_misses_are_counted(void **state)
{
	(void)state;
	put("a", 7, 1);
	got("a", 7);
	got("a", 7);
	got("b", 7);
	assert_int_equal(swk__cache_info(cache).hits, 2);
	assert_int_equal(swk__cache_info(cache).misses, 1);
}

/* ------------------------------------------------------------------------------------------------- budget */

/* A cache with room for `entries` such as put() makes. */
static void cache_for(unsigned entries)
{
	put("a", 0, 0);
	size_t size = swk__cache_info(cache).bytes;
	swk__cache_free(cache);
	cache = swk__cache_create(&mem, size * entries);
	assert_non_null(cache);
}

static void test_the_least_recently_used_goes_first(void **state)
{
	(void)state;
	cache_for(3);
	put("a", 1, 1);
	put("a", 2, 2);
	put("a", 3, 3);
	assert_int_equal(got("a", 1), 1);
	put("a", 4, 4);
	assert_int_equal(got("a", 2), -1);
	assert_int_equal(got("a", 1), 1);
	assert_int_equal(got("a", 3), 3);
	assert_int_equal(got("a", 4), 4);
}

static void test_a_miss_is_no_use(void **state)
{
	(void)state;
	cache_for(2);
	swk__seen other = { { 0 } };
	put("a", 1, 1);
	put("a", 2, 2);
	assert_int_equal(got_at("a", 1, &other, 0), -1);
	put("a", 3, 3);
	assert_int_equal(got("a", 1), -1);
	assert_int_equal(got("a", 2), 2);
}

static void test_the_budget_is_never_passed(void **state)
{
	(void)state;
	uint64_t most = 0;
	for (int32_t week = 0; week < 5000; week++) {
		char shape[64];
		snprintf(shape, sizeof shape, "%*d", 1 + week % 60, week);
		put(shape, week, week);
		swk__cache_figures figures = swk__cache_info(cache);
		assert_true(figures.bytes <= BUDGET);
		most = figures.bytes > most ? figures.bytes : most;
		assert_int_equal(got(shape, week), week);
	}
	assert_true(most > BUDGET / 10 * 9);
	assert_true(mem.used <= 2 * BUDGET);
}

static void test_what_is_larger_than_the_budget_is_not_kept(void **state)
{
	(void)state;
	swk__cache_free(cache);
	cache = swk__cache_create(&mem, 64);
	put("a", 1, 1);
	assert_int_equal(got("a", 1), -1);
	assert_int_equal(swk__cache_info(cache).bytes, 0);
}

/* What replaces an entry may be too large to stay; then the old one, which holds no longer, must not be found. */
static void test_nothing_stale_is_left_of_an_entry_that_grew(void **state)
{
	(void)state;
	static char key[BUDGET + 1];
	swk__seen later = { { 9, 9, 9, 9, 9 } };
	put("a", 1, 1);
	memset(key, 'k', BUDGET);
	swk__rollup *large = rollup_of(key, 2);
	swk__cache_put(cache, swk__slice_of("a"), 1, &later, INT64_MIN, INT64_MAX, large);
	swk__rollup_release(large);
	assert_int_equal(got_at("a", 1, &later, 0), -1);
	assert_int_equal(got("a", 1), 1);
}

static void test_rollups_outlive_the_cache(void **state)
{
	(void)state;
	put("a", 1, 42);
	swk__rollup *rollup = swk__cache_get(cache, swk__slice_of("a"), 1, &seen, 0);
	swk__cache_free(cache);
	cache = NULL;
	assert_int_equal((int64_t)swk__rollup_values(rollup, 0)[0], 42);
	swk__rollup_release(rollup);
}

/* Against a list of pairs that is searched from the front. */
static void test_like_a_list_that_is_moved_to_front(void **state)
{
	(void)state;
	enum {
		ROOM = 5,
		KEYS = 12
	};
	int32_t list[ROOM + 1], length = 0;
	uint32_t random = 12345;
	cache_for(ROOM);
	for (int step = 0; step < 20000; step++) {
		random = random * 1664525u + 1013904223u;
		int32_t key = (int32_t)(random >> 16) % KEYS, at = 0;
		while (at < length && list[at] != key)
			at++;
		bool there = at < length, write = (random >> 8) & 1;
		if (!write)
			assert_int_equal(got("a", key), there ? key : -1);
		else
			put("a", key, key);
		if (!write && !there)
			continue;
		if (!there)
			at = length == ROOM ? ROOM - 1 : length++;
		memmove(list + 1, list, (size_t)at * sizeof *list);
		list[0] = key;
	}
}

/* ------------------------------------------------------------------------------------------------- memory */

static bool fail_cache_entry(void *context, swk__fault point)
{
	(void)context;
	return point == SWK__FAULT_cache_entry;
}

static void test_an_entry_that_cannot_be_kept_is_no_failure(void **state)
{
	(void)state;
	mem.fault = fail_cache_entry;
	put("a", 1, 1);
	assert_int_equal(got("a", 1), -1);
	assert_null(swk__cache_create(&mem, BUDGET));
	mem.fault = NULL;
	put("a", 1, 1);
	assert_int_equal(got("a", 1), 1);
}

static void test_no_cache_is_freed_too(void **state)
{
	(void)state;
	swk__cache_free(NULL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_shape_and_week_name_an_entry),
		TEST(test_shapes_may_hold_any_bytes),
		TEST(test_a_newer_entry_replaces_the_older),
		TEST(test_whatever_was_seen_must_still_be_so),
		TEST(test_it_holds_from_and_until),
		TEST(test_hits_and_misses_are_counted),
		TEST(test_the_least_recently_used_goes_first),
		TEST(test_a_miss_is_no_use),
		TEST(test_the_budget_is_never_passed),
		TEST(test_what_is_larger_than_the_budget_is_not_kept),
		TEST(test_nothing_stale_is_left_of_an_entry_that_grew),
		TEST(test_rollups_outlive_the_cache),
		TEST(test_like_a_list_that_is_moved_to_front),
		TEST(test_an_entry_that_cannot_be_kept_is_no_failure),
		TEST(test_no_cache_is_freed_too),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
