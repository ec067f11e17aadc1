/* SPDX-License-Identifier: MIT
 *
 * calendar: dates, weeks, zones, and texts of them. Pure: values in, values out; no clock, memory or files.
 *
 *   date     int32 days since 1970-01-01 (civil, proleptic Gregorian)
 *   instant  int64 microseconds since 1970-01-01T00:00:00Z
 *   local    int64 microseconds since 1970-01-01T00:00:00 on a wall clock: never mixed with instants
 *   week     the local midnights that bound it, named by the date of its first day
 *
 * Invariant: for every zone and date, day_start(date) <= day_start(date + 1), and every instant lies in
 * exactly one week.
 */
#ifndef SWK_CALENDAR_H
#define SWK_CALENDAR_H

#include "base.h"

#define SWK__US_SECOND INT64_C(1000000)
#define SWK__US_DAY (INT64_C(86400) * SWK__US_SECOND)
#define SWK__DATE_MAX 84006                            /* 2200-01-01 */
#define SWK__INSTANT_MAX (SWK__DATE_MAX * SWK__US_DAY) /* 2200-01-01T00:00:00Z, still allowed */

/* ------------------------------------------------------------------------------------------- dates */

int32_t swk__date_from_civil(int64_t year, unsigned month, unsigned day);
void swk__date_to_civil(int32_t date, int64_t *year, unsigned *month, unsigned *day);
bool swk__civil_valid(int64_t year, unsigned month, unsigned day);
int swk__date_weekday(int32_t date); /* 1 Monday to 7 Sunday */

/* YYYY-MM-DD, exactly ten bytes; false when it is not that or no date. */
bool swk__date_parse(swk__slice text, int32_t *date);

/* The date's text into at least 16 bytes. Years 0000 to 9999 have four digits. */
void swk__date_format(int32_t date, char text[16]);

/* ------------------------------------------------------------------------------------------- zones */

/* The rule of a POSIX TZ footer: standard and daylight offsets and when they change. */
typedef struct swk__rule_date {
	unsigned char kind;   /* 'J': day 1-365 without 29 February, 'D': day 0-365, 'M': month, week, weekday */
	int month, week, day; /* M: day is 0 Sunday to 6; J and D: day alone */
	int32_t time;         /* seconds after local midnight, less than 168 h either way */
} swk__rule_date;

typedef struct swk__zone_rule {
	bool present, daylight;
	int32_t standard, summer; /* seconds east of Greenwich */
	swk__rule_date begin, end;
} swk__zone_rule;

/* A view on the bytes of a TZif file (RFC 8536), version 2 or later, checked once. All zero is UTC. The bytes
 * must outlive it. */
typedef struct swk__zone {
	const unsigned char *times;   /* count big-endian int64 seconds, ascending */
	const unsigned char *indices; /* count type numbers */
	const unsigned char *types;   /* 6 bytes each */
	uint32_t count, type_count;
	int32_t first; /* the offset before the first transition */
	swk__zone_rule rule;
	uint64_t fingerprint; /* hash of the bytes */
} swk__zone;

/* Reads a TZif file's bytes. Returns NULL when it is well-formed, else what is wrong with it (a static text).
 * Refused: version 1, leap seconds, offsets of more than 25 h, a footer that is no POSIX TZ string. */
const char *swk__zone_parse(const unsigned char *bytes, size_t length, swk__zone *zone);

/* Seconds east of Greenwich at an instant. */
int32_t swk__zone_offset(const swk__zone *zone, int64_t instant);

/* Until when (excluded) the offset at an instant surely holds. */
int64_t swk__zone_until(const swk__zone *zone, int64_t instant);

/* What a wall clock shows at an instant. */
int64_t swk__zone_local(const swk__zone *zone, int64_t instant);

/* The instant at which the wall clock shows `local`: the first occurrence of a repeated time; a skipped one
 * moves forward by the gap. */
int64_t swk__zone_instant(const swk__zone *zone, int64_t local);

/* The first instant of a date: its midnight; the first occurrence of a repeated one; the first instant after the
 * gap when midnight (or the whole date) is skipped. */
int64_t swk__zone_day_start(const swk__zone *zone, int32_t date);

/* ------------------------------------------------------------------------------------------- weeks */

/* A reporting calendar. */
typedef struct swk__calendar {
	const swk__zone *zone;
	int week_start; /* 1 Monday to 7 Sunday */
} swk__calendar;

/* The date of the first day of the week that a date belongs to. */
int32_t swk__week_of_date(int week_start, int32_t date);

/* The same for an instant: the week whose bounds (day_start of the first day, and seven days later) enclose it,
 * whatever local date it shows. */
int32_t swk__week_of_instant(const swk__calendar *calendar, int64_t instant);

/* The instant at which the week that begins on `first` begins. */
int64_t swk__week_begin(const swk__calendar *calendar, int32_t first);

/* The label into at least 16 bytes: 2026-W45 under Monday weeks, else the first day's date. */
void swk__week_label(int week_start, int32_t first, char text[16]);

/* Reads "2026-W45" or any date in the week as the date of the week's first day. Returns NULL, or what was wrong (a
 * static text): no such text, no such week (2021-W53), an ISO label under weeks that do not begin on Monday. */
const char *swk__week_parse(int week_start, swk__slice text, int32_t *first);

/* The day that microseconds since the epoch lie in: of an instant the UTC day, of a local time its date. */
static inline int32_t swk__day_of(int64_t microseconds)
{
	return (int32_t)(microseconds / SWK__US_DAY - (microseconds % SWK__US_DAY < 0));
}

/* The UTC week by which facts are filed: whole weeks since Monday 1969-12-29; 0 is the week of 1970-01-01. */
static inline int32_t swk__utc_week(int64_t instant)
{
	int64_t days = (int64_t)swk__day_of(instant) + 3;
	return (int32_t)(days / 7 - (days % 7 < 0));
}

static inline int64_t swk__utc_week_begin(int32_t week)
{
	return ((int64_t)week * 7 - 3) * SWK__US_DAY;
}

/* ------------------------------------------------------------------------------------ texts of time */

/* Reads an instant: RFC 3339 with an offset or Z, or YYYY-MM-DD[(T| )HH:MM[:SS[.fraction]]] in `zone`. Lower-case t
 * and z are taken; second 60 is not; digits beyond microseconds are cut. Returns NULL, or what was wrong (a
 * static text): not such a text, no such date or time, outside 1970-01-01 to 2200-01-01. */
const char *swk__instant_parse(swk__slice text, const swk__zone *zone, int64_t *instant);

/* RFC 3339 in UTC with as many fraction digits as needed (0, 3 or 6), into at least 40 bytes. */
void swk__instant_format(int64_t instant, char text[40]);

#endif
