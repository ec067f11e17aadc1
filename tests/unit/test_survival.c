/* SPDX-License-Identifier: MIT */
#include "survival.h"

#include <inttypes.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#ifndef SWK_GOLDEN_DIR
#define SWK_GOLDEN_DIR "tests/golden"
#endif

#define SIZE_MOST 4096

/* ------------------------------------------------------------------------------------------- golden */

/* A number as the files have it: "-" is null. */
static bool near(bool known, double value, const char *expected, double tolerance)
{
	if (!known || strcmp(expected, "-") == 0)
		return !known && strcmp(expected, "-") == 0;
	double exact = strtod(expected, NULL);
	return fabs(value - exact) <= tolerance * fabs(exact);
}

static bool same(swk__moment moment, const char *expected)
{
	if (strcmp(expected, "-") == 0)
		return !moment.known && moment.time == 0;
	return moment.known && moment.time == strtoll(expected, NULL, 10);
}

typedef struct cell {
	char name[64];
	int64_t ended[SIZE_MOST], open[SIZE_MOST];
	swk__durations durations;
	swk__within withins[256];
	swk__percentile percentiles[256];
	char answers[512][3][64];
	size_t within_count, percentile_count;
} cell;

static void cell_check(cell *c, double tolerance)
{
	swk__survival(&c->durations, c->withins, c->within_count, c->percentiles, c->percentile_count);
	for (size_t i = 0; i < c->within_count; i++) {
		swk__within *w = &c->withins[i];
		char(*answer)[64] = c->answers[i];
		if (!near(w->known, w->share, answer[0], tolerance) ||
		    !near(w->bounded, w->bounds.low, answer[1], 1e-9) ||
		    !near(w->bounded, w->bounds.high, answer[2], 1e-9))
			fail_msg("%s: within %" PRId64 ": %.17g, %.17g to %.17g, not %s %s %s", c->name, w->time,
			         w->share, w->bounds.low, w->bounds.high, answer[0], answer[1], answer[2]);
	}
	for (size_t i = 0; i < c->percentile_count; i++) {
		swk__percentile *p = &c->percentiles[i];
		char(*answer)[64] = c->answers[256 + i];
		if (!same(p->reached, answer[0]) || !same(p->low, answer[1]) || !same(p->high, answer[2]))
			fail_msg("%s: percentile %u / %u: %" PRId64 ", %" PRId64 " to %" PRId64 ", not %s %s %s",
			         c->name, p->part, p->whole, p->reached.time, p->low.time, p->high.time, answer[0],
			         answer[1], answer[2]);
	}
}

static uint64_t times_of(const char *line, int64_t *times)
{
	uint64_t count = 0;
	char *end;
	for (line = strchr(line, ' '); line && *line == ' ' && line[1] != '\n'; line = end) {
		assert_true(count < SIZE_MOST);
		times[count++] = strtoll(line, &end, 10);
	}
	return count;
}

static void cell_line(cell *c, const char *line)
{
	if (strncmp(line, "cell ", 5) == 0) {
		assert_int_equal(sscanf(line, "cell %63s", c->name), 1);
		c->within_count = c->percentile_count = 0;
	} else if (strncmp(line, "ended", 5) == 0) {
		c->durations.ended = c->ended;
		c->durations.ended_count = times_of(line, c->ended);
	} else if (strncmp(line, "open", 4) == 0) {
		c->durations.open = c->open;
		c->durations.open_count = times_of(line, c->open);
	} else if (strncmp(line, "within ", 7) == 0) {
		char(*answer)[64] = c->answers[c->within_count];
		swk__within *w = &c->withins[c->within_count++];
		assert_int_equal(
			sscanf(line, "within %" SCNd64 "%63s%63s%63s", &w->time, answer[0], answer[1], answer[2]), 4);
	} else {
		char(*answer)[64] = c->answers[256 + c->percentile_count];
		swk__percentile *p = &c->percentiles[c->percentile_count++];
		assert_int_equal(sscanf(line, "percentile %u%u%63s%63s%63s", &p->part, &p->whole, answer[0], answer[1],
		                        answer[2]),
		                 5);
	}
}

static void golden(const char *path, double tolerance, int at_least)
{
	static cell c;
	static char line[1 << 17];
	int cells = 0;
	FILE *file = fopen(path, "r");
	if (!file)
		fail_msg("%s could not be opened", path);
	while (fgets(line, sizeof line, file)) {
		if (line[0] == '#')
			continue;
		if (strncmp(line, "cell ", 5) == 0 && cells++ > 0)
			cell_check(&c, tolerance);
		cell_line(&c, line);
	}
	fclose(file);
	cell_check(&c, tolerance);
	assert_true(cells >= at_least);
}

static void test_golden(void **state)
{
	(void)state;
	golden(SWK_GOLDEN_DIR "/survival.txt", 1e-12, 40);
}

/* R gives S; 1 - S loses digits. */
static void test_golden_r(void **state)
{
	(void)state;
	golden(SWK_GOLDEN_DIR "/survival_r.txt", 1e-9, 30);
}

/* Freireich et al. 1963: the median remission under 6-mercaptopurine is 23 weeks (textbooks: 13 to none). */
static void test_published(void **state)
{
	static const int64_t ended[] = { 6, 6, 6, 7, 10, 13, 16, 22, 23 };
	static const int64_t open[] = { 6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35 };
	swk__durations durations = { ended, open, SWK__COUNT(ended), SWK__COUNT(open), NULL, 0 };
	swk__percentile median = { .part = 1, .whole = 2 };
	(void)state;
	swk__survival(&durations, NULL, 0, &median, 1);
	assert_true(median.reached.known && median.reached.time == 23);
	assert_true(median.low.known && median.low.time == 13);
	assert_false(median.high.known);
}

/* ------------------------------------------------------------------------------------ larger than that */

static void test_nothing(void **state)
{
	swk__durations none = { NULL, NULL, 0, 0, NULL, 0 };
	swk__within within = { .time = 5, .known = true, .bounded = true, .share = 1, .bounds = { 1, 1 } };
	swk__percentile median = { 1, 2, { true, 1 }, { true, 1 }, { true, 1 } };
	(void)state;
	swk__survival(&none, &within, 1, &median, 1);
	assert_true(!within.known && !within.bounded && within.share == 0 && within.bounds.high == 0);
	assert_true(!median.reached.known && median.reached.time == 0 && !median.low.known && !median.high.known);
	swk__survival(&none, NULL, 0, NULL, 0);
}

/* Without open durations the curve is the share itself. */
static void test_all_ended(void **state)
{
	enum {
		COUNT = 10007
	};
	static int64_t ended[COUNT];
	static swk__within withins[COUNT];
	static swk__percentile percentiles[99];
	swk__durations durations = { ended, NULL, COUNT, 0, NULL, 0 };
	(void)state;
	for (int i = 0; i < COUNT; i++) {
		ended[i] = 3 * (i + 1);
		withins[i].time = 3 * (i + 1) + i % 3;
	}
	for (uint32_t i = 0; i < 99; i++)
		percentiles[i] = (swk__percentile){ .part = i + 1, .whole = 100 };
	swk__survival(&durations, withins, COUNT, percentiles, 99);
	for (int i = 0; i < COUNT; i++) {
		assert_true(withins[i].known && withins[i].share == (double)(i + 1) / COUNT);
		assert_int_equal(withins[i].bounded, i < COUNT - 1);
		if (withins[i].bounded)
			assert_true(withins[i].bounds.low < withins[i].share &&
			            withins[i].share < withins[i].bounds.high);
	}
	for (int i = 0; i < 99; i++) {
		assert_int_equal(percentiles[i].reached.time, 3 * (((i + 1) * COUNT + 99) / 100));
		assert_true(percentiles[i].low.time < percentiles[i].reached.time);
		assert_true(percentiles[i].reached.time < percentiles[i].high.time);
	}
}

static uint64_t random_state;

static uint64_t random_below(uint64_t limit)
{
	random_state = random_state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (random_state >> 33) % limit;
}

/* The obvious walk: every time evaluated, in doubles, without strides or bounds. */
static void obvious(const swk__durations *d, swk__percentile *p)
{
	double survival = 1, greenwood = 0, limit = -log(1 - (double)p->part / p->whole);
	*p = (swk__percentile){ .part = p->part, .whole = p->whole };
	for (uint64_t i = 0, j = 0, next; i < d->ended_count; i = next) {
		for (next = i; next < d->ended_count && d->ended[next] == d->ended[i]; next++)
			;
		for (; j < d->open_count && d->open[j] < d->ended[i]; j++)
			;
		double risk = (double)(d->ended_count - i + d->open_count - j), ends = (double)(next - i);
		survival *= (risk - ends) / risk;
		if (!p->reached.known && (risk == ends || -log(survival) >= limit))
			p->reached = (swk__moment){ true, d->ended[i] };
		if (risk == ends)
			return;
		greenwood += ends / (risk * (risk - ends));
		double depth = -log(survival), width = exp(1.959963984540054 * sqrt(greenwood) / depth);
		if (!p->low.known && depth * width >= limit)
			p->low = (swk__moment){ true, d->ended[i] };
		if (!p->high.known && depth / width >= limit)
			p->high = (swk__moment){ true, d->ended[i] };
	}
}

static void durations_fill(int64_t *times, uint64_t count, uint64_t step)
{
	int64_t time = 0;
	for (uint64_t i = 0; i < count; i++)
		times[i] = time += (int64_t)random_below(step);
}

static void test_obvious(void **state)
{
	enum {
		MOST = 20000
	};
	static int64_t ended[MOST], open[MOST], starts[MOST];
	(void)state;
	random_state = 1;
	for (int round = 0; round < 120; round++) {
		swk__durations d = { ended, open, 1 + random_below(MOST - 1), random_below(MOST), NULL, 0 };
		/* 1 - part / 2^31 with an odd part is no S of so few: no ties to be decided in doubles. */
		uint32_t part = (uint32_t)random_below(UINT32_C(1) << 30) * 2 + 1;
		swk__percentile mine = { .part = part, .whole = UINT32_C(0x7fffffff) }, other = mine;
		durations_fill(ended, d.ended_count, 1 + random_below(9));
		durations_fill(open, d.open_count, 1 + random_below(round % 3 ? 9 : 2));
		for (uint64_t i = 0; i < d.open_count; i++)
			starts[i] = 1000000 - open[d.open_count - 1 - i];
		if (round % 2)
			d.open_count /= 1 + random_below(2000);
		if (round % 4 == 3)
			d = (swk__durations){ ended, NULL, d.ended_count, d.open_count, starts, 1000000 };
		swk__survival(&d, NULL, 0, &mine, 1);
		if (d.starts)
			for (uint64_t i = 0; i < d.open_count; i++)
				open[i] = d.end - starts[d.open_count - 1 - i];
		d.open = open;
		obvious(&d, &other);
		assert_int_equal(mine.reached.known, other.reached.known);
		assert_int_equal(mine.reached.time, other.reached.time);
		assert_int_equal(mine.low.known, other.low.known);
		assert_int_equal(mine.low.time, other.low.time);
		assert_int_equal(mine.high.known, other.high.known);
		assert_int_equal(mine.high.time, other.high.time);
	}
}

/* M / (M + 1) * ... * (2 M - 1) / 2 M is a half, and each factor can be a run of its own: c j of c (j + 1) are left.
 * With M = 950 the products have more bits than are kept, and what is a half is still taken for one. */
static void test_half_of_many_runs(void **state)
{
	enum {
		M = 950,
		MOST = 1 << 21
	};
	static int64_t ended[MOST], open[MOST];
	uint64_t c[2 * M + 1], bits = 0, ends = 0, opens = 0;
	swk__percentile median = { .part = 1, .whole = 2 };
	swk__within last = { .time = 2 * M - 1 };
	(void)state;
	c[2 * M - 1] = 1;
	for (uint64_t j = 2 * M - 2; j >= M; j--)
		c[j] = c[j + 1] * (j + 2) / j + 1;
	for (uint64_t j = M; j < 2 * M; j++) {
		uint64_t left = c[j] * j, next = j + 1 < 2 * M ? c[j + 1] * (j + 2) : 0;
		assert_true(ends + c[j] <= MOST && opens + left - next <= MOST);
		for (uint64_t i = 0; i < c[j]; i++)
			ended[ends++] = (int64_t)j;
		for (uint64_t i = next; i < left; i++)
			open[opens++] = (int64_t)j;
		bits += (uint64_t)(63 - __builtin_clzll(left));
	}
	assert_true(bits > 64 * SWK__PRODUCT_LIMBS);
	swk__durations d = { ended, open, ends, opens, NULL, 0 };
	swk__survival(&d, &last, 1, &median, 1);
	assert_true(fabs(last.share - 0.5) < 1e-15);
	assert_true(median.reached.known && median.reached.time == 2 * M - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_golden),
		cmocka_unit_test(test_golden_r),
		cmocka_unit_test(test_published),
		cmocka_unit_test(test_nothing),
		cmocka_unit_test(test_all_ended),
		cmocka_unit_test(test_obvious),
		cmocka_unit_test(test_half_of_many_runs),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
