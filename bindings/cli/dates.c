/* SPDX-License-Identifier: MIT */
#include "dates.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define MINUTE_US INT64_C(60000000)

typedef struct civil_date {
	int64_t year;
	int month, day;
} civil_date;

/* Howard Hinnant's civil_from_days (chrono-Compatible Low-Level Date Algorithms), for days from 1970 on. */
static civil_date civil_of(int64_t days)
{
	int64_t shifted = days + 719468, era = shifted / 146097, rest = shifted % 146097;
	int64_t year = (rest - rest / 1460 + rest / 36524 - rest / 146096) / 365;
	int64_t day = rest - (365 * year + year / 4 - year / 100), month = (5 * day + 2) / 153;
	civil_date date = { year + era * 400, (int)(month < 10 ? month + 3 : month - 9),
		            (int)(day - (153 * month + 2) / 5 + 1) };
	date.year += date.month <= 2;
	return date;
}

static const char *month_name(int month)
{
	static const char *const names[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
		                             "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
	return names[month - 1];
}

const char *weekday_name(int64_t weekday)
{
	static const char *const names[] = { "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun" };
	return weekday >= 1 && weekday <= 7 ? names[weekday - 1] : "?";
}

int weekday_of(int64_t days)
{
	return (int)((days + 3) % 7) + 1;
}

void date_short(int64_t days, char text[DATE_TEXT])
{
	civil_date date = civil_of(days);
	snprintf(text, DATE_TEXT, "%d %s", date.day, month_name(date.month));
}

void date_long(int64_t days, char text[DATE_TEXT])
{
	civil_date date = civil_of(days);
	snprintf(text, DATE_TEXT, "%s %d %s %" PRId64, weekday_name(weekday_of(days)), date.day, month_name(date.month),
	         date.year);
}

void date_iso(int64_t days, char text[DATE_TEXT])
{
	civil_date date = civil_of(days);
	snprintf(text, DATE_TEXT, "%04" PRId64 "-%02d-%02d", date.year, date.month, date.day);
}

/* The clock of UTC, to the minute. */
static void instant_write(int64_t instant, char text[DATE_TEXT])
{
	char date[DATE_TEXT];
	int64_t minutes = instant % DAY_US / MINUTE_US;
	date_iso(instant / DAY_US, date);
	snprintf(text, DATE_TEXT, "%.10s %02d:%02d", date, (int)(minutes / 60), (int)(minutes % 60));
}

void instant_local(swk_store *store, const char *zone, int64_t instant, char text[DATE_TEXT])
{
	/* The library reads local times and writes none: what it reads tells how far the clocks are from UTC, and
	 * reading the outcome tells whether that is right. */
	int64_t minute = instant - instant % MINUTE_US, read = 0;
	instant_write(minute, text);
	if (!swk_store_instant_parse(store, zone, text, &read, NULL)) {
		instant_write(minute + (minute - read), text);
		if (!swk_store_instant_parse(store, zone, text, &read, NULL) && read == minute)
			return;
	}
	instant_write(minute, text);
	memcpy(text + strlen(text), " UTC", 5);
}

int64_t clock_now(void)
{
	struct timespec now;
	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}
