/* SPDX-License-Identifier: MIT
 *
 * random_feed: records at random from a fixed seed, as lines for a scene: few ids, few values, so that everything
 * meets.
 */
#ifndef SWK_TEST_RANDOM_FEED_H
#define SWK_TEST_RANDOM_FEED_H

#include "scene.h"

/* SplitMix64. */
static inline uint64_t random_next(uint64_t *random)
{
	uint64_t x = *random += UINT64_C(0x9e3779b97f4a7c15);
	x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
	return x ^ (x >> 31);
}

/* 0 to n - 1. */
static inline unsigned random_below(uint64_t *random, unsigned n)
{
	return (unsigned)(random_next(random) % n);
}

static inline bool random_one_in(uint64_t *random, unsigned n)
{
	return random_below(random, n) == 0;
}

#define FEED_FROM INT64_C(1790640000000000) /* 2026-09-29, some weeks before and after a change of clocks */
#define FEED_DAYS 50

static inline int64_t feed_instant(uint64_t *random)
{
	int64_t at = FEED_FROM + (int64_t)random_below(random, FEED_DAYS * 24 * 60) * 60 * SWK__US_SECOND;
	return random_one_in(random, 4) ? at + random_below(random, 1000000) : at;
}

/* Appends " name=<instant>". */
static inline void line_instant(swk__buf *line, const char *name, int64_t at)
{
	char text[40];
	swk__instant_format(at, text);
	swk__buf_format(line, " %s=%s", name, text);
}

/* Appends " name=value" with one of n values, or nothing. */
static inline void line_choice(swk__buf *line, uint64_t *random, const char *name, const char *const *values,
                               unsigned n)
{
	unsigned choice = random_below(random, n + 1);
	if (choice < n)
		swk__buf_format(line, " %s=%s", name, values[choice]);
}

/* How a feed is made. Leads of one family (number % families) are merged only into one another, and the calls of a
 * lead stay with it, so families can be kept apart. */
typedef struct feed {
	uint64_t random;
	unsigned reps, leads, calls, families;
	bool stamps; /* rows carry recorded_at, most of them */
	bool early;  /* leads are older than all calls, so that no `now` among these cuts one off */
} feed;

static inline void feed_rep(feed *f, swk__buf *line)
{
	static const char *const teams[] = { "A", "B" }, *const regions[] = { "North", "South" };
	swk__buf_format(line, "rep r%u", random_below(&f->random, f->reps));
	line_choice(line, &f->random, "team", teams, 2);
	line_choice(line, &f->random, "region", regions, 2);
}

static inline void feed_lead(feed *f, swk__buf *line, unsigned number)
{
	static const char *const origins[] = { "marketing", "sales", "'word of mouth'" };
	static const char *const regions[] = { "North", "West" };
	static const char *const zones[] = { "America/New_York", "Asia/Kathmandu", "Europe/Zurich" };
	swk__buf_format(line, "lead l%u", number);
	line_instant(line, "created_at", feed_instant(&f->random) - (f->early ? 2 * FEED_DAYS * SWK__US_DAY : 0));
	line_choice(line, &f->random, "origin", origins, 3);
	line_choice(line, &f->random, "region", regions, 2);
	line_choice(line, &f->random, "zone", zones, 3);
	if (random_one_in(&f->random, 3)) {
		unsigned step = random_below(&f->random, f->leads / f->families);
		swk__buf_format(line, " merged_into=l%u", number % f->families + step * f->families);
	}
}

static inline void feed_call(feed *f, swk__buf *line, unsigned number)
{
	static const char *const outcomes[] = { "answered", "unanswered", "voicemail", "busy", "failed" };
	static const char *const directions[] = { "inbound", "outbound", "outbound" };
	swk__buf_format(line, "call c%u lead=l%u", number, number % f->leads);
	line_instant(line, "at", feed_instant(&f->random));
	line_choice(line, &f->random, "outcome", outcomes, 5);
	line_choice(line, &f->random, "direction", directions, 3);
	if (!random_one_in(&f->random, 5))
		swk__buf_format(line, " rep=r%u", random_below(&f->random, f->reps + 1));
	if (random_one_in(&f->random, 2))
		swk__buf_format(line, " duration_s=%u.%u", random_below(&f->random, 900), random_below(&f->random, 10));
	if (random_one_in(&f->random, 4))
		swk__buf_format(line, " positive=true");
}

/* One line into `line`, which is emptied first; NUL-terminated. Returns the family it belongs to, or -1 for all. */
static inline int feed_line(feed *f, swk__buf *line)
{
	unsigned kind = random_below(&f->random, 10), number = random_below(&f->random, kind < 4 ? f->leads : f->calls);
	line->length = 0;
	if (kind == 0)
		feed_rep(f, line);
	else if (kind < 4)
		feed_lead(f, line, number);
	else
		feed_call(f, line, number);
	if (f->stamps && !random_one_in(&f->random, 8))
		line_instant(line, "recorded_at",
		             FEED_FROM + (int64_t)random_below(&f->random, FEED_DAYS) * SWK__US_DAY);
	if (random_one_in(&f->random, 12))
		swk__buf_format(line, " deleted=true");
	swk__buf_append(line, "", 1);
	assert_false(line->failed);
	return kind == 0 ? -1 : (int)(number % f->leads % f->families);
}

/* A question at random, about the feed's time. */
static inline void feed_question(uint64_t *random, char *words, size_t size)
{
	static const char *const bys[] = {
		"",           " by=rep", " by=team,region", " by=origin,rep", " by=weekday,hour", " by=region,weekday",
		" by=segment"
	};
	static const char *const wheres[] = { "",
		                              "",
		                              "",
		                              " where=region:North",
		                              " where=team:A where=team:",
		                              " where=rep:r1 where=origin:sales",
		                              " where=hour:9 where=hour:10",
		                              " where=rep:nobody" };
	static const char *const sets[] = { "", "", " set=direction:both", " set=clock:lead",
		                            " set=direction:inbound" };
	static const char *const zones[] = { "", " zone=America/New_York", " zone=Europe/Zurich",
		                             " zone=Pacific/Kiritimati" };
	static const char *const windows[] = { "", "", " from=2026-10-14", " to=2026-10-28",
		                               " from=2026-10-05 to=2026-11-02" };
	static const char *const flags[] = { "", "", " total", " fill", " total fill" };
	snprintf(words, size, "calls%s%s%s%s%s%s%s week_start=%u", bys[random_below(random, SWK__COUNT(bys))],
	         wheres[random_below(random, SWK__COUNT(wheres))], sets[random_below(random, SWK__COUNT(sets))],
	         zones[random_below(random, SWK__COUNT(zones))], windows[random_below(random, SWK__COUNT(windows))],
	         flags[random_below(random, SWK__COUNT(flags))], random_one_in(random, 2) ? " previous" : "",
	         1 + random_below(random, 7));
}

#endif
