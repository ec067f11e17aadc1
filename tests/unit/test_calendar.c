/* SPDX-License-Identifier: MIT
 *
 * Golden values: `date -d` of GNU coreutils and Python's datetime; what each zone did is in the tz database's
 * NEWS and region files. The zones are written out here, so that no other version of that database can
 * change a test. The comparison with all zones of a machine is tests/claims/calendar_zoneinfo.py.
 */
#include "../support/tzif.h"
#include "calendar.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define SECOND SWK__US_SECOND
#define HOUR (3600 * SECOND)

static swk__mem mem;

/* -------------------------------------------------------------------------------------------- helpers */

/* Parses a copy that ends where the data end, so that a sanitizer sees a step too far. The zone must not be used
 * if `zone` is NULL. */
static const char *parse(const tzif_bytes *from, swk__zone *zone)
{
	static unsigned char *kept;
	swk__zone ignored;
	swk__free(&mem, kept);
	kept = swk__alloc(&mem, SWK__FAULT_zone_entry, from->length, 1);
	memcpy(kept, from->at, from->length);
	const char *wrong = swk__zone_parse(kept, from->length, zone ? zone : &ignored);
	if (!zone) {
		swk__free(&mem, kept);
		kept = NULL;
	}
	return wrong;
}

/* A zone that lives until the next one is made. */
static swk__zone zone_of(const tzif_file *from)
{
	swk__zone zone;
	tzif_bytes made = tzif_write(from);
	const char *wrong = parse(&made, &zone);
	assert_null(wrong);
	return zone;
}

static swk__zone rule_zone(const char *footer)
{
	char line[128] = "\n";
	size_t length = strlen(footer);
	memcpy(line + 1, footer, length);
	line[length + 1] = '\n';
	return zone_of(&(tzif_file){ .footer = line });
}

static const char *footer_wrong(const char *footer)
{
	char line[128] = "\n";
	size_t length = strlen(footer);
	memcpy(line + 1, footer, length);
	line[length + 1] = '\n';
	tzif_bytes made = tzif_write(&(tzif_file){ .footer = line });
	return parse(&made, NULL);
}

static const swk__zone utc;

static int32_t day(int64_t year, unsigned month, unsigned of_month)
{
	return swk__date_from_civil(year, month, of_month);
}

/* A text of UTC or with an offset as an instant, checked by hand elsewhere. */
static int64_t at(const char *text)
{
	int64_t instant = -1;
	assert_null(swk__instant_parse(swk__slice_of(text), &utc, &instant));
	return instant;
}

static void assert_instant(int64_t instant, const char *expected)
{
	char text[40];
	swk__instant_format(instant, text);
	assert_string_equal(text, expected);
}

static void assert_day_starts(const swk__zone *zone, const char *date, const char *expected)
{
	int32_t parsed = 0;
	assert_true(swk__date_parse(swk__slice_of(date), &parsed));
	assert_instant(swk__zone_day_start(zone, parsed), expected);
}

/* What a local text means in a zone. */
static void assert_local(const swk__zone *zone, const char *local, const char *expected)
{
	int64_t instant = -1;
	assert_null(swk__instant_parse(swk__slice_of(local), zone, &instant));
	assert_instant(instant, expected);
}

static void assert_offset(const swk__zone *zone, const char *instant, int expected)
{
	assert_int_equal(swk__zone_offset(zone, at(instant)), expected);
}

/* --------------------------------------------------------------------------------------------- dates */

static void dates_count_days_since_1970(void **state)
{
	(void)state;
	assert_int_equal(day(1970, 1, 1), 0);
	assert_int_equal(day(1969, 12, 31), -1);
	assert_int_equal(day(2000, 3, 1), 11017);
	assert_int_equal(day(2200, 1, 1), SWK__DATE_MAX);
	assert_int_equal(day(0, 3, 1), -719468);
	assert_int_equal(day(-5877640, 1, 1), INT64_C(-2147483456));
}

static void dates_go_there_and_back(void **state)
{
	(void)state;
	int64_t year = 0, expected_year = -1200;
	unsigned month, of_month, expected_month = 1, expected_day = 1;
	int weekday = swk__date_weekday(day(-1200, 1, 1));
	for (int32_t date = day(-1200, 1, 1); year < 3000; date++) {
		swk__date_to_civil(date, &year, &month, &of_month);
		assert_true(year == expected_year && month == expected_month && of_month == expected_day);
		assert_int_equal(swk__date_from_civil(year, month, of_month), date);
		assert_int_equal(swk__date_weekday(date), weekday);
		weekday = weekday % 7 + 1;
		if (swk__civil_valid(year, month, ++expected_day))
			continue;
		expected_day = 1;
		expected_year += expected_month == 12;
		expected_month = expected_month % 12 + 1;
	}
}

static void days_that_exist(void **state)
{
	(void)state;
	assert_true(swk__civil_valid(2024, 2, 29));
	assert_true(swk__civil_valid(2000, 2, 29));
	assert_true(swk__civil_valid(2023, 12, 31));
	assert_false(swk__civil_valid(2023, 2, 29));
	assert_false(swk__civil_valid(1900, 2, 29));
	assert_false(swk__civil_valid(2023, 4, 31));
	assert_false(swk__civil_valid(2023, 1, 0));
	assert_false(swk__civil_valid(2023, 0, 1));
	assert_false(swk__civil_valid(2023, 13, 1));
	assert_false(swk__civil_valid(-5877641, 12, 31));
	assert_false(swk__civil_valid(5881580, 1, 1));
}

static void weekdays_of_known_days(void **state)
{
	(void)state;
	assert_int_equal(swk__date_weekday(0), SWK_THURSDAY);
	assert_int_equal(swk__date_weekday(-1), SWK_WEDNESDAY);
	assert_int_equal(swk__date_weekday(day(2026, 11, 2)), SWK_MONDAY);
	assert_int_equal(swk__date_weekday(day(2000, 2, 29)), SWK_TUESDAY);
}

static void date_texts(void **state)
{
	static const struct {
		int32_t date;
		const char *text;
	} texts[] = { { 0, "1970-01-01" },
		      { 84006, "2200-01-01" },
		      { -719528, "0000-01-01" },
		      { -719529, "-0001-12-31" },
		      { 2932896, "9999-12-31" },
		      { 2932897, "10000-01-01" },
		      { INT32_MAX, "5881580-07-11" },
		      { INT32_MIN, "-5877641-06-23" } };
	char text[16];
	(void)state;
	for (size_t i = 0; i < SWK__COUNT(texts); i++) {
		swk__date_format(texts[i].date, text);
		assert_string_equal(text, texts[i].text);
		int32_t date = 7;
		bool plain = texts[i].date >= -719528 && texts[i].date <= 2932896;
		assert_int_equal(swk__date_parse(swk__slice_of(text), &date), plain);
		assert_int_equal(date, plain ? texts[i].date : 7);
	}
}

static void date_texts_that_are_none(void **state)
{
	/* clang-format off */
	static const char *const junk[] = {
		"", "2026", "2026-", "2026-1-01", "2026-01-1", "2026-01-01 ", "2026/01/01", "2026-01/01",
		"2026-13-01", "2026-00-01", "2026-02-30", "26-01-01", "+026-01-01", "2026-01-01T", "2026-01-0x",
		" 2026-01-01", "20260101", "2026-01", "2026-01-", "x026-01-01", "2025-02-29", "2026-01-00",
		"2026-01-32", "202:-01-01"
	};
	/* clang-format on */
	(void)state;
	for (size_t i = 0; i < SWK__COUNT(junk); i++) {
		int32_t date = 7;
		assert_false(swk__date_parse(swk__slice_of(junk[i]), &date));
		assert_int_equal(date, 7);
	}
	int32_t date = 7;
	assert_false(swk__date_parse((swk__slice){ "2026-01-0\0", 10 }, &date));
}

/* ------------------------------------------------------------------------------------- zones: the traps */

static void midnights_that_are_skipped(void **state)
{
	(void)state;
	swk__zone cairo = rule_zone("EET-2EEST,M4.5.5/0,M10.5.4/24");
	assert_day_starts(&cairo, "2024-04-26", "2024-04-25T22:00:00Z");
	assert_int_equal(swk__zone_local(&cairo, at("2024-04-25T22:00:00Z")), at("2024-04-26T01:00:00Z"));
	assert_local(&cairo, "2024-04-26T00:30", "2024-04-25T22:30:00Z");
	swk__zone beirut = rule_zone("EET-2EEST,M3.5.0/0,M10.5.0/0");
	assert_day_starts(&beirut, "2024-03-31", "2024-03-30T22:00:00Z");
	assert_int_equal(swk__zone_local(&beirut, at("2024-03-30T22:00:00Z")), at("2024-03-31T01:00:00Z"));
	swk__zone santiago = rule_zone("<-04>4<-03>,M9.1.6/24,M4.1.6/24");
	assert_day_starts(&santiago, "2024-09-08", "2024-09-08T04:00:00Z");
	assert_int_equal(swk__zone_local(&santiago, at("2024-09-08T04:00:00Z")), at("2024-09-08T01:00:00Z"));
}

static void a_gap_that_begins_before_midnight(void **state)
{
	/* Toronto 1919: 23:30 became 00:30. */
	static const tzif_change changes[] = { { INT64_C(1741408200), 1 } }; /* 2025-03-08T04:30Z */
	(void)state;
	swk__zone zone = zone_of(
		&(tzif_file){ changes, 1, { { -18000, 0, 0 }, { -14400, 1, 4 } }, 2, .footer = "\n\n" });
	assert_day_starts(&zone, "2025-03-08", "2025-03-08T04:30:00Z");
	assert_local(&zone, "2025-03-08T00:00:00", "2025-03-08T05:00:00Z");
	assert_local(&zone, "2025-03-07T23:45:00", "2025-03-08T04:45:00Z");
}

static void a_date_that_is_skipped(void **state)
{
	static const tzif_change apia[] = { { 1325239200, 1 } };     /* 2011-12-30T10:00Z */
	static const tzif_change kwajalein[] = { { 745934400, 1 } }; /* 1993-08-21T12:00Z */
	(void)state;
	swk__zone zone = zone_of(&(tzif_file){ apia, 1, { { -36000, 1, 0 }, { 50400, 1, 4 } }, 2, .footer = "\n\n" });
	assert_day_starts(&zone, "2011-12-29", "2011-12-29T10:00:00Z");
	assert_day_starts(&zone, "2011-12-30", "2011-12-30T10:00:00Z");
	assert_day_starts(&zone, "2011-12-31", "2011-12-30T10:00:00Z");
	assert_day_starts(&zone, "2012-01-01", "2011-12-31T10:00:00Z");
	assert_local(&zone, "2011-12-29T23:59:59", "2011-12-30T09:59:59Z");
	assert_local(&zone, "2011-12-30T00:00", "2011-12-30T10:00:00Z");
	assert_local(&zone, "2011-12-30T12:00", "2011-12-30T22:00:00Z");
	assert_local(&zone, "2011-12-31T00:00", "2011-12-30T10:00:00Z");
	zone = zone_of(
		&(tzif_file){ kwajalein, 1, { { -43200, 0, 0 }, { 43200, 0, 4 } }, 2, .footer = "\n<+12>-12\n" });
	assert_day_starts(&zone, "1993-08-21", "1993-08-21T12:00:00Z");
	assert_day_starts(&zone, "1993-08-22", "1993-08-21T12:00:00Z");
	assert_local(&zone, "1993-08-21T06:00", "1993-08-21T18:00:00Z");
}

static void midnights_that_come_twice(void **state)
{
	/* 2010-03-14 and 2010-11-07, 00:01 */
	static const tzif_change st_johns[] = { { 1268537460, 1 }, { 1289097060, 0 } };
	(void)state;
	swk__zone havana = rule_zone("CST5CDT,M3.2.0/0,M11.1.0/1");
	assert_day_starts(&havana, "2024-11-03", "2024-11-03T04:00:00Z");
	assert_local(&havana, "2024-11-03T00:59:59.5", "2024-11-03T04:59:59.500Z");
	assert_local(&havana, "2024-11-03T01:00", "2024-11-03T06:00:00Z");
	assert_day_starts(&havana, "2024-03-10", "2024-03-10T05:00:00Z");
	swk__zone zone = zone_of(
		&(tzif_file){ st_johns, 2, { { -12600, 0, 0 }, { -9000, 1, 4 } }, 2, .footer = "\n\n" });
	assert_day_starts(&zone, "2010-11-07", "2010-11-07T02:30:00Z");
	assert_local(&zone, "2010-11-06T23:30", "2010-11-07T02:00:00Z");
	assert_local(&zone, "2010-11-07T00:00:59", "2010-11-07T02:30:59Z");
	assert_local(&zone, "2010-11-07T00:01", "2010-11-07T03:31:00Z");
}

static void shifts_of_half_an_hour_and_of_two(void **state)
{
	(void)state;
	swk__zone lord_howe = rule_zone("<+1030>-10:30<+11>-11,M10.1.0,M4.1.0");
	assert_local(&lord_howe, "2024-10-06T02:15", "2024-10-05T15:45:00Z");
	assert_int_equal(swk__zone_local(&lord_howe, at("2024-10-05T15:45:00Z")), at("2024-10-06T02:45:00Z"));
	assert_local(&lord_howe, "2024-04-07T01:45", "2024-04-06T14:45:00Z");
	assert_offset(&lord_howe, "2024-04-06T14:59:59Z", 39600);
	assert_offset(&lord_howe, "2024-04-06T15:00:00Z", 37800);
	swk__zone troll = rule_zone("<+00>0<+02>-2,M3.5.0/1,M10.5.0/3");
	assert_local(&troll, "2024-03-31T01:30", "2024-03-31T01:30:00Z");
	assert_int_equal(swk__zone_local(&troll, at("2024-03-31T01:30:00Z")), at("2024-03-31T03:30:00Z"));
	assert_local(&troll, "2024-10-27T01:00", "2024-10-26T23:00:00Z");
	assert_local(&troll, "2024-10-27T03:00", "2024-10-27T03:00:00Z");
}

static void two_changes_within_a_day(void **state)
{
	/* Forward an hour at 10:00 UTC and back at 10:10: 10:05 is skipped for good, 10:30 comes later. */
	static const tzif_change changes[] = { { 1741428000, 1 }, { 1741428600, 0 } };
	(void)state;
	swk__zone zone = zone_of(&(tzif_file){ changes, 2, { { 0, 0, 0 }, { 3600, 1, 4 } }, 2, .footer = "\n\n" });
	assert_local(&zone, "2025-03-08T10:30", "2025-03-08T10:30:00Z");
	assert_local(&zone, "2025-03-08T11:05", "2025-03-08T10:05:00Z");
	assert_local(&zone, "2025-03-08T11:15", "2025-03-08T11:15:00Z");
	assert_local(&zone, "2025-03-08T10:05", "2025-03-08T10:05:00Z");
}

/* ------------------------------------------------------------------------------------ zones: the rules */

static void rules_of_both_hemispheres(void **state)
{
	(void)state;
	swk__zone berlin = rule_zone("CET-1CEST,M3.5.0,M10.5.0/3");
	assert_offset(&berlin, "2026-03-29T00:59:59Z", 3600);
	assert_offset(&berlin, "2026-03-29T01:00:00Z", 7200);
	assert_offset(&berlin, "2026-10-25T00:59:59Z", 7200);
	assert_offset(&berlin, "2026-10-25T01:00:00Z", 3600);
	assert_offset(&berlin, "2199-12-31T23:59:59Z", 3600);
	swk__zone sydney = rule_zone("AEST-10AEDT,M10.1.0,M4.1.0/3");
	assert_offset(&sydney, "2025-12-31T12:59:59Z", 39600);
	assert_offset(&sydney, "2025-12-31T13:00:00Z", 39600);
	assert_offset(&sydney, "2026-01-01T00:00:00Z", 39600);
	assert_offset(&sydney, "2026-04-04T15:59:59Z", 39600);
	assert_offset(&sydney, "2026-04-04T16:00:00Z", 36000);
	assert_offset(&sydney, "2026-10-03T15:59:59Z", 36000);
	assert_offset(&sydney, "2026-10-03T16:00:00Z", 39600);
}

static void rules_with_negative_daylight_time(void **state)
{
	(void)state;
	swk__zone dublin = rule_zone("IST-1GMT0,M10.5.0,M3.5.0/1");
	assert_offset(&dublin, "2026-01-15T12:00:00Z", 0);
	assert_offset(&dublin, "2026-03-29T00:59:59Z", 0);
	assert_offset(&dublin, "2026-03-29T01:00:00Z", 3600);
	assert_offset(&dublin, "2026-10-25T00:59:59Z", 3600);
	assert_offset(&dublin, "2026-10-25T01:00:00Z", 0);
	swk__zone nuuk = rule_zone("<-02>2<-01>,M3.5.0/-1,M10.5.0/0");
	assert_offset(&nuuk, "2026-03-29T00:59:59Z", -7200);
	assert_offset(&nuuk, "2026-03-29T01:00:00Z", -3600);
	assert_offset(&nuuk, "2026-10-25T00:59:59Z", -3600);
	assert_offset(&nuuk, "2026-10-25T01:00:00Z", -7200);
	assert_day_starts(&nuuk, "2026-10-25", "2026-10-25T02:00:00Z");
}

static void rules_with_daylight_time_all_year(void **state)
{
	/* RFC 8536, 3.3.1: EST5EDT,0/0,J365/25 and the same thing with negative daylight time. */
	static const char *const footers[] = { "XXX3EDT4,0/0,J365/23", "EST5EDT,0/0,J365/25", "EST5EDT4,0/0,J365/26" };
	(void)state;
	for (size_t i = 0; i < SWK__COUNT(footers); i++) {
		swk__zone zone = rule_zone(footers[i]);
		for (int64_t instant = at("2023-12-30T00:00:00Z"); instant < at("2025-01-03T00:00:00Z");
		     instant += HOUR / 2)
			assert_int_equal(swk__zone_offset(&zone, instant), -14400);
		assert_day_starts(&zone, "2025-01-01", "2025-01-01T04:00:00Z");
		assert_local(&zone, "2024-12-31T23:59:59", "2025-01-01T03:59:59Z");
	}
}

static void rules_by_day_of_the_year(void **state)
{
	(void)state;
	swk__zone julian = rule_zone("AAA0BBB,J59/0,J60/0"); /* 28 February and 1 March, always */
	assert_offset(&julian, "2023-02-28T00:00:00Z", 3600);
	assert_offset(&julian, "2023-02-27T23:59:59Z", 0);
	assert_offset(&julian, "2023-02-28T22:59:59Z", 3600);
	assert_offset(&julian, "2023-02-28T23:00:00Z", 0);
	assert_offset(&julian, "2024-02-29T22:59:59Z", 3600);
	assert_offset(&julian, "2024-02-29T23:00:00Z", 0);
	swk__zone counted = rule_zone("AAA0BBB,59/0,60/0"); /* the 60th and 61st day */
	assert_offset(&counted, "2023-03-01T00:00:00Z", 3600);
	assert_offset(&counted, "2023-03-01T23:00:00Z", 0);
	assert_offset(&counted, "2024-02-28T23:59:59Z", 0);
	assert_offset(&counted, "2024-02-29T00:00:00Z", 3600);
	assert_offset(&counted, "2024-02-29T23:00:00Z", 0);
}

static void rules_whose_changes_leave_their_year(void **state)
{
	(void)state;
	/* From 167 hours after 31 December to 167 hours before 1 January. */
	swk__zone late = rule_zone("AAA0BBB,J365/167,J1/-167");
	assert_offset(&late, "2025-01-06T22:59:59Z", 0);
	assert_offset(&late, "2025-01-06T23:00:00Z", 3600);
	assert_offset(&late, "2025-12-24T23:59:59Z", 3600);
	assert_offset(&late, "2025-12-25T00:00:00Z", 0);
	assert_offset(&late, "2026-01-06T23:00:00Z", 3600);
	swk__zone early = rule_zone("AAA0BBB,J1/-167,J10/0");
	assert_offset(&early, "2025-12-25T00:59:59Z", 0);
	assert_offset(&early, "2025-12-25T01:00:00Z", 3600);
	assert_offset(&early, "2026-01-09T22:59:59Z", 3600);
	assert_offset(&early, "2026-01-09T23:00:00Z", 0);
	/* Day 365 of a year of 365 days is 1 January. */
	swk__zone beyond = rule_zone("AAA0BBB,365/0,5/1");
	assert_offset(&beyond, "2024-12-30T23:59:59Z", 0);
	assert_offset(&beyond, "2024-12-31T00:00:00Z", 3600);
	assert_offset(&beyond, "2025-12-31T23:59:59Z", 0);
	assert_offset(&beyond, "2026-01-01T00:00:00Z", 3600);
	assert_offset(&beyond, "2026-01-06T00:00:00Z", 0);
}

static void footers_that_are_rules(void **state)
{
	static const struct {
		const char *footer;
		int32_t offset;
	} rules[] = { { "UTC0", 0 },
		      { "<-00>0", 0 },
		      { "<+0545>-5:45", 20700 },
		      { "<+03>-3", 10800 },
		      { "NST3:30:15", -12615 },
		      { "ABC+24:59:59", -89999 },
		      { "ABC-24", 86400 },
		      { "Abcde-1fghij-1,M1.1.0,M12.5.6", 3600 } };
	(void)state;
	for (size_t i = 0; i < SWK__COUNT(rules); i++) {
		swk__zone zone = rule_zone(rules[i].footer);
		assert_int_equal(swk__zone_offset(&zone, 0), rules[i].offset);
	}
}

static void footers_that_are_none(void **state)
{
	/* clang-format off */
	static const char *const footers[] = {
		"U", "UT0", "UTC", "UTC ", "UTC0 ", "<UTC0", "<UT>0", "<UT_>0", "<UTC+0", "U1C0", "UTC0:", "UTC0:0",
		"UTC0:60", "UTC0:00:", "UTC0:00:60", "UTC25", "UTC1000", "UTC--1", "UTC+-1", "UTC0\n", "{|}0",
		"[\\]0", "@@@0", "``0", "<{{{>0", "<:::>0", "<...>0", "<@@@>0", "<```>0", "<***>0", "EST5EDT",
		"EST5EDT,", "EST5ED4", "EST5EDT4", "EST5EDT25,1,2", "EST5EDT,1", "EST5EDT,1,", "EST5EDT,1,2,",
		"EST5EDT,1,2x", "EST5EDT,,2", "EST5EDT,J0,2", "EST5EDT,J366,2", "EST5EDT,366,2", "EST5EDT,1000,2",
		"EST5EDT,Jx,2", "EST5EDT,-1,2", "EST5EDT,M,2", "EST5EDT,M0.1.0,2", "EST5EDT,M13.1.0,2",
		"EST5EDT,M1.0.0,2", "EST5EDT,M1.6.0,2", "EST5EDT,M1.1.7,2", "EST5EDT,M1,2", "EST5EDT,M1.,2",
		"EST5EDT,M1.1,2", "EST5EDT,M1.1.,2", "EST5EDT,M1.01.1,2", "EST5EDT,M1.1.01,2",
		"EST5EDT,M123.1.1,2", "EST5EDT,1/,2", "EST5EDT,1/168,2",
		"EST5EDT,1/-168,2", "EST5EDT,1/2:,2", "EST5EDT,1,2/x", "ABC-24:30DEF,1,2"
	};
	/* clang-format on */
	(void)state;
	for (size_t i = 0; i < SWK__COUNT(footers); i++)
		if (!footer_wrong(footers[i]))
			fail_msg("the footer \"%s\" was taken", footers[i]);
	assert_string_equal(footer_wrong("U"), "had a footer that is no POSIX TZ string");
	assert_null(footer_wrong("EST5EDT,1/167:59:59,2"));
	assert_null(footer_wrong("ABC-24DEF,1,2"));
}

/* ------------------------------------------------------------------------------------- zones: the files */

static const tzif_change winters[] = { { -100, 1 }, { 1000, 2 }, { 5000, 1 }, { 9000, 0 } };

static tzif_file sample(void)
{
	return (tzif_file){ .changes = winters,
		            .change_count = 4,
		            .types = { { 600, 0, 0 }, { 3600, 0, 4 }, { 7200, 1, 4 } },
		            .type_count = 3,
		            .standard_count = 3,
		            .utc_count = 3,
		            .footer = "\n\n",
		            .fat = true };
}

static void files_fat_and_slim(void **state)
{
	(void)state;
	for (int fat = 0; fat < 2; fat++) {
		tzif_file from = sample();
		from.fat = fat;
		swk__zone zone = zone_of(&from);
		assert_int_equal(swk__zone_offset(&zone, INT64_MIN), 600);
		assert_int_equal(swk__zone_offset(&zone, -100 * SECOND - 1), 600);
		assert_int_equal(swk__zone_offset(&zone, -100 * SECOND), 3600);
		assert_int_equal(swk__zone_offset(&zone, 0), 3600);
		assert_int_equal(swk__zone_offset(&zone, 1000 * SECOND), 7200);
		assert_int_equal(swk__zone_offset(&zone, 5000 * SECOND - 1), 7200);
		assert_int_equal(swk__zone_offset(&zone, 5000 * SECOND), 3600);
		assert_int_equal(swk__zone_offset(&zone, 9000 * SECOND), 600);
		assert_int_equal(swk__zone_offset(&zone, INT64_MAX), 600);
	}
}

static void the_footer_rules_after_the_last_change(void **state)
{
	(void)state;
	tzif_file from = sample();
	from.footer = "\nABC-9\n";
	swk__zone zone = zone_of(&from);
	assert_int_equal(swk__zone_offset(&zone, 9000 * SECOND - 1), 3600);
	assert_int_equal(swk__zone_offset(&zone, 9000 * SECOND), 32400);
	swk__zone still = zone_of(&(tzif_file){ .types = { { -3600, 0, 0 } }, .footer = "\n\n" });
	assert_int_equal(swk__zone_offset(&still, 0), -3600);
	assert_int_equal(swk__zone_offset(&still, SWK__INSTANT_MAX), -3600);
}

static void fingerprints_tell_data_apart(void **state)
{
	(void)state;
	tzif_file from = sample();
	swk__zone one = zone_of(&from), same = zone_of(&from);
	assert_true(one.fingerprint == same.fingerprint);
	from.footer = "\nABC-9\n";
	swk__zone other = zone_of(&from);
	assert_true(one.fingerprint != other.fingerprint);
	assert_int_equal(utc.fingerprint, 0);
}

static const char *file_wrong(tzif_file from)
{
	tzif_bytes made = tzif_write(&from);
	return parse(&made, NULL);
}

static void files_that_are_refused(void **state)
{
	static const tzif_change disorder[] = { { 5, 0 }, { 5, 1 } };
	static const tzif_change stranger[] = { { 5, 3 } };
	(void)state;
	assert_null(file_wrong(sample()));
	tzif_file from = sample();
	from.leap_count = 1;
	assert_string_equal(file_wrong(from), "counted leap seconds");
	from = sample();
	from.standard_count = 1;
	assert_string_equal(file_wrong(from), "had counts that contradict each other");
	from = sample();
	from.utc_count = 2;
	assert_string_equal(file_wrong(from), "had counts that contradict each other");
	from.utc_count = 0;
	assert_null(file_wrong(from));
	from = sample();
	from.flag = 2;
	assert_string_equal(file_wrong(from), "had an impossible offset");
	static const tzif_type wrong_types[] = { { 90001, 0, 0 }, { -90001, 0, 0 }, { 0, 2, 0 }, { 0, 0, 8 } };
	for (size_t i = 0; i < SWK__COUNT(wrong_types); i++) {
		from = sample();
		from.types[2] = wrong_types[i];
		assert_string_equal(file_wrong(from), "had an impossible offset");
	}
	static const tzif_type extreme_types[] = { { 90000, 1, 7 }, { -90000, 0, 0 } };
	for (size_t i = 0; i < SWK__COUNT(extreme_types); i++) {
		from = sample();
		from.types[2] = extreme_types[i];
		assert_null(file_wrong(from));
	}
	from = sample();
	from.changes = disorder;
	from.change_count = 2;
	assert_string_equal(file_wrong(from), "had changes out of order");
	from.changes = stranger;
	from.change_count = 1;
	assert_string_equal(file_wrong(from), "had changes out of order");
	static const char *const footers[] = { "", "\n", "x\n", "\nx", "x", NULL };
	for (size_t i = 0; i < SWK__COUNT(footers); i++) {
		from = sample();
		from.footer = footers[i];
		assert_string_equal(file_wrong(from), "had no footer");
	}
}

/* Where the second block's heading begins in a slim file. */
#define SECOND_HEAD (44 + 6 + 8)

static void headings_that_are_refused(void **state)
{
	static const struct {
		size_t at;
		unsigned char byte;
		const char *wrong;
	} edits[] = {
		{ 0, 'X', "was no TZif data" },
		{ 4, '\0', "was TZif of version 1, which ends in 2037" },
		{ SECOND_HEAD + 3, 'x', "was no TZif data" },
		{ SECOND_HEAD + 4, '1', "was TZif of version 1, which ends in 2037" },
		{ 32, 0xff, "was cut short" },
		{ 40, 0xff, "was cut short" },
		{ SECOND_HEAD + 20, 0xff, "was cut short" },
		{ SECOND_HEAD + 24, 0xff, "was cut short" },
		{ SECOND_HEAD + 28, 0xff, "was cut short" },
		{ SECOND_HEAD + 32, 0xff, "was cut short" },
		{ SECOND_HEAD + 36, 0xff, "was cut short" },
		{ SECOND_HEAD + 40, 0xff, "was cut short" },
		{ SECOND_HEAD + 39, 0, "had counts that contradict each other" }, /* no types */
		{ SECOND_HEAD + 43, 0, "had counts that contradict each other" }, /* no texts */
		{ SECOND_HEAD + 43, 7, "had counts that contradict each other" }, /* a text without its end */
	};
	(void)state;
	tzif_bytes good = tzif_write(&(tzif_file){ .footer = "\nABC0\n" });
	assert_null(parse(&good, NULL));
	for (size_t i = 0; i < SWK__COUNT(edits); i++) {
		tzif_bytes edited = good;
		edited.at[edits[i].at] = edits[i].byte;
		assert_string_equal(parse(&edited, NULL), edits[i].wrong);
	}
	/* A byte names a type: 256 of them at most. */
	assert_null(file_wrong((tzif_file){ .type_count = 256, .footer = "\n\n" }));
	assert_string_equal(file_wrong((tzif_file){ .type_count = 257, .footer = "\n\n" }), edits[14].wrong);
}

static void every_cut_and_every_byte(void **state)
{
	(void)state;
	tzif_file from = sample();
	from.footer = "\n<-03>3<-02>,M3.5.0/-2,J300/-1:30\n";
	tzif_bytes good = tzif_write(&from);
	for (size_t length = 0; length < good.length; length++) {
		tzif_bytes cut = good;
		cut.length = length;
		assert_non_null(parse(&cut, NULL));
	}
	for (size_t i = 0; i < good.length; i++) {
		for (unsigned byte = 0; byte < 256; byte++) {
			tzif_bytes edited = good;
			swk__zone zone;
			edited.at[i] = (unsigned char)byte;
			if (parse(&edited, &zone))
				continue;
			int64_t start = swk__zone_day_start(&zone, 20000), local = swk__zone_local(&zone, start);
			assert_true(local >= 20000 * SWK__US_DAY);
			assert_true(swk__zone_instant(&zone, local) <= start);
		}
	}
}

/* --------------------------------------------------------------------------------------------- weeks */

static void week_labels(void **state)
{
	/* ISO 8601: the years 2015, 2020 and 2026 have 53 weeks. */
	static const struct {
		int year;
		unsigned month, day;
		const char *label;
	} labels[] = { { 2021, 1, 1, "2020-W53" },  { 2021, 1, 4, "2021-W01" },   { 2026, 11, 2, "2026-W45" },
		       { 2026, 11, 8, "2026-W45" }, { 2024, 12, 30, "2025-W01" }, { 2027, 1, 3, "2026-W53" },
		       { 1970, 1, 1, "1970-W01" },  { 2016, 1, 3, "2015-W53" },   { 2023, 1, 1, "2022-W52" },
		       { 0, 1, 1, "-0001-W52" } };
	char text[16];
	(void)state;
	for (size_t i = 0; i < SWK__COUNT(labels); i++) {
		int32_t first = swk__week_of_date(SWK_MONDAY, day(labels[i].year, labels[i].month, labels[i].day));
		swk__week_label(SWK_MONDAY, first, text);
		assert_string_equal(text, labels[i].label);
		int32_t parsed = 7;
		bool plain = labels[i].year > 0;
		assert_int_equal(swk__week_parse(SWK_MONDAY, swk__slice_of(text), &parsed) == NULL, plain);
		assert_int_equal(parsed, plain ? first : 7);
	}
}

static void sunday_weeks_over_new_year(void **state)
{
	char text[16];
	int32_t first = 0;
	(void)state;
	assert_int_equal(swk__week_of_date(SWK_SUNDAY, day(2021, 1, 1)), day(2020, 12, 27));
	assert_int_equal(swk__week_of_date(SWK_SUNDAY, day(2021, 1, 2)), day(2020, 12, 27));
	assert_int_equal(swk__week_of_date(SWK_SUNDAY, day(2021, 1, 3)), day(2021, 1, 3));
	swk__week_label(SWK_SUNDAY, day(2020, 12, 27), text);
	assert_string_equal(text, "2020-12-27");
	assert_null(swk__week_parse(SWK_SUNDAY, swk__slice_of("2021-01-01"), &first));
	assert_int_equal(first, day(2020, 12, 27));
	assert_string_equal(swk__week_parse(SWK_SUNDAY, swk__slice_of("2020-W53"), &first),
	                    "was an ISO week label, but weeks do not begin on Monday here");
	assert_int_equal(first, day(2020, 12, 27));
}

static void week_texts_that_are_none(void **state)
{
	/* clang-format off */
	static const char *const junk[] = {
		"", "2026", "2026-W", "2026-W4", "2026-W455", "2026-w45", "2026W45", "26-W45", "2026-W45 ",
		"2026-45", "W45", "2026-W-1", "2026-02-30"
	};
	/* clang-format on */
	static const char *const absent[] = { "2021-W53", "2026-W00", "2026-W54", "2025-W53", "2026-W99" };
	int32_t first = 7;
	(void)state;
	for (size_t i = 0; i < SWK__COUNT(junk); i++)
		assert_string_equal(swk__week_parse(SWK_MONDAY, swk__slice_of(junk[i]), &first),
		                    "was neither a week such as 2026-W45 nor a date such as 2026-11-02");
	for (size_t i = 0; i < SWK__COUNT(absent); i++)
		assert_string_equal(swk__week_parse(SWK_MONDAY, swk__slice_of(absent[i]), &first),
		                    "was a week that its year does not have");
	assert_int_equal(first, 7);
	assert_null(swk__week_parse(SWK_MONDAY, swk__slice_of("2020-W53"), &first));
	assert_int_equal(first, day(2020, 12, 28));
}

/* Every instant lies in the week that week_of_instant says: over a year of half hours, for every first day. */
static void weeks_enclose_their_instants(void **state)
{
	static const char *const footers[] = { "UTC0",
		                               "EST5EDT,M3.2.0,M11.1.0",
		                               "CST5CDT,M3.2.0/0,M11.1.0/1",
		                               "NST3:30NDT,M3.2.0/0:01,M11.1.0/0:01",
		                               "EET-2EEST,M3.5.0/0,M10.5.0/0",
		                               "<+1030>-10:30<+11>-11,M10.1.0,M4.1.0",
		                               "<-02>2<-01>,M3.5.0/-1,M10.5.0/0" };
	(void)state;
	for (size_t i = 0; i < SWK__COUNT(footers); i++) {
		swk__zone zone = rule_zone(footers[i]);
		for (int start = SWK_MONDAY; start <= SWK_SUNDAY; start++) {
			swk__calendar calendar = { &zone, start };
			int64_t instant = at("2026-01-01T00:00:00Z"), end = at("2027-01-10T00:00:00Z");
			for (; instant < end; instant += HOUR / 2) {
				int32_t first = swk__week_of_instant(&calendar, instant);
				assert_int_equal(swk__date_weekday(first), start);
				assert_true(swk__week_begin(&calendar, first) <= instant);
				assert_true(instant < swk__week_begin(&calendar, first + 7));
			}
		}
	}
}

static void a_week_begins_before_the_clock_falls_back_over_midnight(void **state)
{
	(void)state;
	swk__zone zone = rule_zone("NST3:30NDT,M3.2.0/0:01,M11.1.0/0:01"); /* St. John's until 2011 */
	swk__calendar calendar = { &zone, SWK_SUNDAY };
	int64_t fallen_back = at("2010-11-07T02:31:00Z");
	assert_int_equal(swk__zone_local(&zone, fallen_back), at("2010-11-06T23:01:00Z"));
	assert_int_equal(swk__week_of_instant(&calendar, fallen_back), day(2010, 11, 7));
	assert_int_equal(swk__week_of_instant(&calendar, at("2010-11-07T02:30:00Z")), day(2010, 11, 7));
	assert_int_equal(swk__week_of_instant(&calendar, at("2010-11-07T02:29:59.999999Z")), day(2010, 10, 31));
}

static int64_t week_hours(const swk__calendar *calendar, int64_t year, unsigned month, unsigned of_month)
{
	int32_t first = swk__week_of_date(calendar->week_start, day(year, month, of_month));
	return (swk__week_begin(calendar, first + 7) - swk__week_begin(calendar, first)) / HOUR;
}

static void weeks_of_144_to_175_hours(void **state)
{
	static const tzif_change apia[] = { { 1325239200, 1 } };
	static const tzif_change casey[] = { { 1255802400, 1 } }; /* 2009-10-17T18:00Z: +08 to +11 */
	static const tzif_change davis[] = { { 1255806000, 1 } }; /* 2009-10-17T19:00Z: +07 to +05 */
	static const tzif_change vostok[] = { { 760035600, 1 } }; /* 1994-01-31T17:00Z: +07 to +00 */
	(void)state;
	swk__zone zone = zone_of(&(tzif_file){ apia, 1, { { -36000, 1, 0 }, { 50400, 1, 4 } }, 2, .footer = "\n\n" });
	assert_int_equal(week_hours(&(swk__calendar){ &zone, SWK_MONDAY }, 2011, 12, 30), 144);
	zone = zone_of(&(tzif_file){ casey, 1, { { 28800, 0, 0 }, { 39600, 0, 4 } }, 2, .footer = "\n\n" });
	assert_int_equal(week_hours(&(swk__calendar){ &zone, SWK_MONDAY }, 2009, 10, 17), 165);
	zone = zone_of(&(tzif_file){ davis, 1, { { 25200, 0, 0 }, { 18000, 0, 4 } }, 2, .footer = "\n\n" });
	assert_int_equal(week_hours(&(swk__calendar){ &zone, SWK_MONDAY }, 2009, 10, 18), 170);
	zone = zone_of(&(tzif_file){ vostok, 1, { { 25200, 0, 0 }, { 0, 0, 4 } }, 2, .footer = "\n\n" });
	assert_int_equal(week_hours(&(swk__calendar){ &zone, SWK_MONDAY }, 1994, 2, 1), 175);
	assert_int_equal(week_hours(&(swk__calendar){ &utc, SWK_MONDAY }, 2010, 3, 4), 168);
}

static void utc_weeks(void **state)
{
	(void)state;
	assert_int_equal(swk__utc_week(0), 0);
	assert_int_equal(swk__utc_week_begin(0), -3 * SWK__US_DAY);
	assert_int_equal(swk__utc_week(-3 * SWK__US_DAY), 0);
	assert_int_equal(swk__utc_week(-3 * SWK__US_DAY - 1), -1);
	assert_int_equal(swk__utc_week(at("1970-01-05T00:00:00Z")), 1);
	assert_int_equal(swk__utc_week(at("1970-01-04T23:59:59.999999Z")), 0);
}

/* -------------------------------------------------------------------------------------- texts of time */

static void instant_texts(void **state)
{
	static const struct {
		const char *text;
		int64_t instant;
	} texts[] = {
		{ "1970-01-01T00:00:00Z", 0 },
		{ "2026-11-02T09:30:00Z", INT64_C(1793611800000000) },
		{ "2026-11-02t09:30:00z", INT64_C(1793611800000000) },
		{ "2026-11-02 09:30:00Z", INT64_C(1793611800000000) },
		{ "2026-11-02T10:30:00+01:00", INT64_C(1793611800000000) },
		{ "2026-11-02T00:00:00-09:30", INT64_C(1793611800000000) },
		{ "2026-11-02T09:30:00-00:00", INT64_C(1793611800000000) },
		{ "2026-11-03T09:29:00+23:59", INT64_C(1793611800000000) },
		{ "2026-11-02T09:30", INT64_C(1793611800000000) },
		{ "2026-11-02 09:30", INT64_C(1793611800000000) },
		{ "2026-11-02t09:30:00", INT64_C(1793611800000000) },
		{ "2026-11-02T09:30:00.5", INT64_C(1793611800500000) },
		{ "2026-11-02T09:30:00.000001Z", INT64_C(1793611800000001) },
		{ "2026-11-02T09:30:00.9999999999999999999999Z", INT64_C(1793611800999999) },
		{ "2026-11-02T09:30:00.0000009", INT64_C(1793611800000000) },
		{ "2026-11-02", INT64_C(1793577600000000) },
		{ "2024-02-29T12:00:00Z", INT64_C(1709208000000000) },
		{ "1970-01-01T01:00:00+01:00", 0 },
		{ "1969-12-31T23:00:00-01:00", 0 },
		{ "2200-01-01T00:00:00Z", SWK__INSTANT_MAX },
		{ "2200-01-01T00:00:00.0000009Z", SWK__INSTANT_MAX },
		{ "2200-01-01", SWK__INSTANT_MAX },
	};
	(void)state;
	for (size_t i = 0; i < SWK__COUNT(texts); i++)
		assert_int_equal(at(texts[i].text), texts[i].instant);
}

static void instant_texts_in_a_zone(void **state)
{
	(void)state;
	swk__zone berlin = rule_zone("CET-1CEST,M3.5.0,M10.5.0/3");
	assert_local(&berlin, "2026-11-02", "2026-11-01T23:00:00Z");
	assert_local(&berlin, "2026-11-02T09:30", "2026-11-02T08:30:00Z");
	assert_local(&berlin, "2026-11-02T09:30:00Z", "2026-11-02T09:30:00Z");
	assert_local(&berlin, "2026-07-02T09:30:00.25", "2026-07-02T07:30:00.250Z");
	assert_local(&berlin, "2026-10-25T02:30", "2026-10-25T00:30:00Z");
	assert_local(&berlin, "2026-03-29T02:30", "2026-03-29T01:30:00Z");
}

static void assert_refused(const char *const *texts, size_t count, const swk__zone *zone, const char *reason)
{
	for (size_t i = 0; i < count; i++) {
		int64_t instant = 7;
		const char *wrong = swk__instant_parse(swk__slice_of(texts[i]), zone, &instant);
		if (!wrong || strcmp(wrong, reason) != 0)
			fail_msg("\"%s\": %s", texts[i], wrong ? wrong : "taken");
		assert_int_equal(instant, 7);
	}
}

static void instant_texts_that_are_none(void **state)
{
	/* clang-format off */
	static const char *const junk[] = {
		"", " ", "now", "2026", "2026-11", "2026-11-02T", "2026-11-02 ", "2026-11-02T9:30", "2026-11-02T09",
		"2026-11-02T09:", "2026-11-02T09:3", "2026-11-02T09:30:", "2026-11-02T09:30:0",
		"2026-11-02T09:30:00.", "2026-11-02T09:30:00.Z", "2026-11-02T09:30:00,5", "2026-11-02T09:30Z",
		"2026-11-02T09:30+01:00", "2026-11-02T09:30:00+0100", "2026-11-02T09:30:00+01",
		"2026-11-02T09:30:00+1:00", "2026-11-02T09:30:00+01:0", "2026-11-02T09:30:00ZZ",
		"2026-11-02T09:30:00 Z", "2026-11-02T09:30:00X", "2026-11-02T09:30:00Z ", " 2026-11-02T09:30:00Z",
		"2026-11-02Z", "2026-11-02X09:30:00Z", "2026-11-02  09:30", "20261102T093000Z", "11/02/2026",
		"2026-W45", "2026-11-02T-9:30:00Z", "2026-11-02T09:30:00+", "2026-11-02T09:30:00-01:",
		"2026-11-02T09 30", "1793611800", "+2026-11-02"
	};
	/* clang-format on */
	/* clang-format off */
	static const char *const absent[] = {
		"2025-02-29", "2026-02-29T00:00:00Z", "2026-13-01", "2026-00-10", "2026-04-31", "2026-11-00",
		"2026-11-02T24:00:00Z", "2026-11-02T09:60:00Z", "2016-12-31T23:59:60Z", "2026-11-02T09:30:61",
		"2026-11-02T09:30:00+24:00", "2026-11-02T09:30:00-01:60", "2026-11-02T99:99"
	};
	/* clang-format on */
	/* clang-format off */
	static const char *const outside[] = {
		"1969-12-31", "1969-12-31T23:59:59.999999Z", "1970-01-01T00:00:00+00:01", "0000-01-01",
		"9999-12-31T23:59:59Z", "2200-01-01T00:00:00.000001Z", "2200-01-01T00:00:00-00:01", "2200-01-02"
	};
	/* clang-format on */
	(void)state;
	assert_refused(junk, SWK__COUNT(junk), &utc, "was no instant such as 2026-11-02T09:30:00Z");
	assert_refused(absent, SWK__COUNT(absent), &utc, "was a date or time that does not exist");
	assert_refused(outside, SWK__COUNT(outside), &utc, "was outside 1970-01-01 to 2200-01-01");
	swk__zone berlin = rule_zone("CET-1CEST,M3.5.0,M10.5.0/3");
	assert_refused((const char *const[]){ "1970-01-01" }, 1, &berlin, "was outside 1970-01-01 to 2200-01-01");
	int64_t instant = 7;
	assert_non_null(swk__instant_parse((swk__slice){ "2026-11-02\0", 11 }, &utc, &instant));
	assert_non_null(swk__instant_parse((swk__slice){ NULL, 0 }, &utc, &instant));
}

static void instants_are_written_as_short_as_they_are(void **state)
{
	(void)state;
	assert_instant(0, "1970-01-01T00:00:00Z");
	assert_instant(INT64_C(1793611800500000), "2026-11-02T09:30:00.500Z");
	assert_instant(INT64_C(1793611800000001), "2026-11-02T09:30:00.000001Z");
	assert_instant(-1, "1969-12-31T23:59:59.999999Z");
	assert_instant(SWK__INSTANT_MAX, "2200-01-01T00:00:00Z");
	assert_instant(INT64_MAX, "294247-01-10T04:00:54.775807Z");
	assert_instant(INT64_MIN, "-290308-12-21T19:59:05.224192Z");
}

/* Nothing overflows, however wrong the question: a sanitizer watches. */
static void the_ends_of_time(void **state)
{
	static const char *const footers[] = { "UTC0", "ABC-24", "ABC24", "CET-1CEST,M3.5.0,M10.5.0/3" };
	(void)state;
	for (size_t i = 0; i < SWK__COUNT(footers); i++) {
		swk__zone zone = rule_zone(footers[i]);
		swk__calendar calendar = { &zone, SWK_MONDAY };
		assert_true(swk__zone_local(&zone, INT64_MAX) >= INT64_MAX - 24 * HOUR);
		assert_true(swk__zone_local(&zone, INT64_MIN) <= INT64_MIN + 24 * HOUR);
		assert_true(swk__zone_instant(&zone, INT64_MAX) >= INT64_MAX - 24 * HOUR);
		assert_true(swk__zone_instant(&zone, INT64_MIN) <= INT64_MIN + 24 * HOUR);
		assert_int_equal(swk__zone_day_start(&zone, INT32_MAX), INT64_MAX);
		assert_int_equal(swk__zone_day_start(&zone, INT32_MIN), INT64_MIN);
		assert_true(swk__week_of_instant(&calendar, INT64_MIN) < 0);
		assert_true(swk__week_of_instant(&calendar, INT64_MAX) > 0);
	}
}

static int setup(void **state)
{
	(void)state;
	swk__mem_init(&mem, NULL, 0);
	return 0;
}

/* parse keeps the last bytes; this lets them go. */
static int teardown(void **state)
{
	(void)state;
	tzif_bytes last = tzif_write(&(tzif_file){ 0 });
	parse(&last, NULL);
	return mem.used == 0 ? 0 : -1;
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(dates_count_days_since_1970),
		cmocka_unit_test(dates_go_there_and_back),
		cmocka_unit_test(days_that_exist),
		cmocka_unit_test(weekdays_of_known_days),
		cmocka_unit_test(date_texts),
		cmocka_unit_test(date_texts_that_are_none),
		cmocka_unit_test(midnights_that_are_skipped),
		cmocka_unit_test(a_gap_that_begins_before_midnight),
		cmocka_unit_test(a_date_that_is_skipped),
		cmocka_unit_test(midnights_that_come_twice),
		cmocka_unit_test(shifts_of_half_an_hour_and_of_two),
		cmocka_unit_test(two_changes_within_a_day),
		cmocka_unit_test(rules_of_both_hemispheres),
		cmocka_unit_test(rules_with_negative_daylight_time),
		cmocka_unit_test(rules_with_daylight_time_all_year),
		cmocka_unit_test(rules_by_day_of_the_year),
		cmocka_unit_test(rules_whose_changes_leave_their_year),
		cmocka_unit_test(footers_that_are_rules),
		cmocka_unit_test(footers_that_are_none),
		cmocka_unit_test(files_fat_and_slim),
		cmocka_unit_test(the_footer_rules_after_the_last_change),
		cmocka_unit_test(fingerprints_tell_data_apart),
		cmocka_unit_test(files_that_are_refused),
		cmocka_unit_test(headings_that_are_refused),
		cmocka_unit_test(every_cut_and_every_byte),
		cmocka_unit_test(week_labels),
		cmocka_unit_test(sunday_weeks_over_new_year),
		cmocka_unit_test(week_texts_that_are_none),
		cmocka_unit_test(weeks_enclose_their_instants),
		cmocka_unit_test(a_week_begins_before_the_clock_falls_back_over_midnight),
		cmocka_unit_test(weeks_of_144_to_175_hours),
		cmocka_unit_test(utc_weeks),
		cmocka_unit_test(instant_texts),
		cmocka_unit_test(instant_texts_in_a_zone),
		cmocka_unit_test(instant_texts_that_are_none),
		cmocka_unit_test(instants_are_written_as_short_as_they_are),
		cmocka_unit_test(the_ends_of_time),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
