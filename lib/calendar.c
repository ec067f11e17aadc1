/* SPDX-License-Identifier: MIT */
#include "calendar.h"

/* No zone is further from Greenwich. */
#define OFFSET_MAX 90000

#define HOUR 3600
#define DAY 86400

static int64_t floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

static int64_t floor_mod(int64_t a, int64_t b)
{
	return a % b + (a % b < 0) * b;
}

/* Instants beyond what 64 bits hold become the last that they do. */
static int64_t saturate(swk__i128 value)
{
	if (value > INT64_MAX)
		return INT64_MAX;
	return value < INT64_MIN ? INT64_MIN : (int64_t)value;
}

/* ------------------------------------------------------------------------------------------- dates */

/* The calendar's period is 400 years, an era, of 146,097 days. An era's years begin in March here, so that the
 * leap day is the last of its year. */
#define ERA_DAYS 146097
#define ERA_SHIFT 719468 /* from 0000-03-01 to 1970-01-01 */

/* Dates as they are computed with: what 64-bit instants reach does not fit in an int32_t. */
static int64_t days_from_civil(int64_t year, unsigned month, unsigned day)
{
	int64_t shifted = year - (month <= 2);
	int64_t era = floor_div(shifted, 400), of_era = floor_mod(shifted, 400);
	int64_t of_year = (153 * ((int64_t)month + (month > 2 ? -3 : 9)) + 2) / 5 + (int64_t)day - 1;
	return era * ERA_DAYS + of_era * 365 + of_era / 4 - of_era / 100 + of_year - ERA_SHIFT;
}

static void days_to_civil(int64_t date, int64_t *year, unsigned *month, unsigned *day)
{
	int64_t era = floor_div(date + ERA_SHIFT, ERA_DAYS), rest = floor_mod(date + ERA_SHIFT, ERA_DAYS);
	int64_t of_era = (rest - rest / 1460 + rest / 36524 - rest / (ERA_DAYS - 1)) / 365;
	int64_t of_year = rest - (365 * of_era + of_era / 4 - of_era / 100);
	int64_t march = (5 * of_year + 2) / 153;
	*day = (unsigned)(of_year - (153 * march + 2) / 5 + 1);
	*month = (unsigned)(march < 10 ? march + 3 : march - 9);
	*year = of_era + era * 400 + (*month <= 2);
}

int32_t swk__date_from_civil(int64_t year, unsigned month, unsigned day)
{
	return (int32_t)days_from_civil(year, month, day);
}

void swk__date_to_civil(int32_t date, int64_t *year, unsigned *month, unsigned *day)
{
	days_to_civil(date, year, month, day);
}

static bool year_leap(int64_t year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static unsigned month_days(int64_t year, unsigned month)
{
	static const unsigned char days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	return days[month - 1] + (month == 2 && year_leap(year) ? 1u : 0u);
}

bool swk__civil_valid(int64_t year, unsigned month, unsigned day)
{
	/* The whole years that an int32 of days holds. */
	if (year < -5877640 || year > 5881579 || month < 1 || month > 12)
		return false;
	return day >= 1 && day <= month_days(year, month);
}

/* 1970-01-01 was a Thursday. */
static int days_weekday(int64_t date)
{
	return (int)floor_mod(date + 3, 7) + 1;
}

int swk__date_weekday(int32_t date)
{
	return days_weekday(date);
}

/* ------------------------------------------------------------------------------- reading from a text */

/* The readers below take what they read off the front of the text. */

static bool byte_take(swk__slice *text, char byte)
{
	if (text->length == 0 || text->bytes[0] != byte)
		return false;
	text->bytes++;
	text->length--;
	return true;
}

static bool digit_take(swk__slice *text, int *digit)
{
	if (text->length == 0 || text->bytes[0] < '0' || text->bytes[0] > '9')
		return false;
	*digit = text->bytes[0] - '0';
	text->bytes++;
	text->length--;
	return true;
}

/* A number of `least` to `most` (at most 9) digits. */
static bool number_take(swk__slice *text, int least, int most, int *value)
{
	int count = 0, number = 0, digit;
	while (count < most && digit_take(text, &digit)) {
		number = number * 10 + digit;
		count++;
	}
	*value = number;
	return count >= least;
}

typedef struct civil {
	int year, month, day;
} civil;

static bool civil_take(swk__slice *text, civil *date)
{
	return number_take(text, 4, 4, &date->year) && byte_take(text, '-') && number_take(text, 2, 2, &date->month) &&
	       byte_take(text, '-') && number_take(text, 2, 2, &date->day);
}

static bool civil_date(const civil *from, int32_t *date)
{
	if (!swk__civil_valid(from->year, (unsigned)from->month, (unsigned)from->day))
		return false;
	*date = swk__date_from_civil(from->year, (unsigned)from->month, (unsigned)from->day);
	return true;
}

bool swk__date_parse(swk__slice text, int32_t *date)
{
	civil read;
	return civil_take(&text, &read) && text.length == 0 && civil_date(&read, date);
}

/* Writes a number of at least `width` digits; returns its end. */
static char *number_put(char *at, int64_t number, int width)
{
	char digits[20];
	int count = 0;
	do {
		digits[count++] = (char)('0' + number % 10);
		number /= 10;
	} while (number > 0 || count < width);
	while (count > 0)
		*at++ = digits[--count];
	return at;
}

static char *year_put(char *at, int64_t year)
{
	if (year < 0)
		*at++ = '-';
	return number_put(at, year < 0 ? -year : year, 4);
}

static char *date_put(char *at, int32_t date)
{
	int64_t year;
	unsigned month, day;
	days_to_civil(date, &year, &month, &day);
	at = year_put(at, year);
	*at++ = '-';
	at = number_put(at, month, 2);
	*at++ = '-';
	return number_put(at, day, 2);
}

void swk__date_format(int32_t date, char text[16])
{
	*date_put(text, date) = '\0';
}

/* ------------------------------------------------------------------------- the rule of a zone's footer */

/* The abbreviation of an offset: three or more letters, or anything of [A-Za-z0-9+-] within <>. */
static bool letter(char byte)
{
	return (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z');
}

static bool quotable(char byte)
{
	return letter(byte) || (byte >= '0' && byte <= '9') || byte == '+' || byte == '-';
}

static bool name_take(swk__slice *text)
{
	bool quoted = byte_take(text, '<');
	size_t length = 0;
	while (length < text->length && (quoted ? quotable(text->bytes[length]) : letter(text->bytes[length])))
		length++;
	text->bytes += length;
	text->length -= length;
	return length >= 3 && (!quoted || byte_take(text, '>'));
}

/* [+-]hh[:mm[:ss]] in seconds. */
static bool clock_take(swk__slice *text, int hours_max, int32_t *seconds)
{
	int hour, minute = 0, second = 0;
	bool negative = byte_take(text, '-');
	if (!negative)
		byte_take(text, '+');
	if (!number_take(text, 1, 3, &hour) || hour > hours_max)
		return false;
	if (byte_take(text, ':')) {
		if (!number_take(text, 2, 2, &minute))
			return false;
		if (byte_take(text, ':') && !number_take(text, 2, 2, &second))
			return false;
	}
	if (minute > 59 || second > 59)
		return false;
	int32_t size = hour * HOUR + minute * 60 + second;
	*seconds = negative ? -size : size;
	return true;
}

/* POSIX counts offsets west. */
static bool offset_take(swk__slice *text, int32_t *offset)
{
	int32_t west;
	if (!clock_take(text, 24, &west))
		return false;
	*offset = -west;
	return true;
}

static bool month_take(swk__slice *text, swk__rule_date *date)
{
	if (!number_take(text, 1, 2, &date->month) || !byte_take(text, '.') || !number_take(text, 1, 1, &date->week) ||
	    !byte_take(text, '.') || !number_take(text, 1, 1, &date->day))
		return false;
	return date->month >= 1 && date->month <= 12 && date->week >= 1 && date->week <= 5 && date->day <= 6;
}

static bool day_take(swk__slice *text, swk__rule_date *date)
{
	if (byte_take(text, 'M')) {
		date->kind = 'M';
		return month_take(text, date);
	}
	int least = byte_take(text, 'J');
	date->kind = least ? 'J' : 'D';
	return number_take(text, 1, 3, &date->day) && date->day >= least && date->day <= 365;
}

/* ,date[/time] */
static bool rule_date_take(swk__slice *text, swk__rule_date *date)
{
	*date = (swk__rule_date){ .time = 2 * HOUR };
	if (!byte_take(text, ',') || !day_take(text, date))
		return false;
	return !byte_take(text, '/') || clock_take(text, 167, &date->time);
}

static bool rule_parse(swk__slice text, swk__zone_rule *rule)
{
	*rule = (swk__zone_rule){ 0 };
	if (text.length == 0)
		return true;
	rule->present = true;
	if (!name_take(&text) || !offset_take(&text, &rule->standard))
		return false;
	if (text.length == 0)
		return true;
	rule->daylight = true;
	rule->summer = rule->standard + HOUR;
	if (!name_take(&text))
		return false;
	if (text.length > 0 && text.bytes[0] != ',' && !offset_take(&text, &rule->summer))
		return false;
	if (!rule_date_take(&text, &rule->begin) || !rule_date_take(&text, &rule->end))
		return false;
	return text.length == 0 && rule->summer <= OFFSET_MAX;
}

/* When a rule's change comes in a year, in seconds of UTC; `offset` is what holds until then. */
static int64_t rule_time(const swk__rule_date *rule, int64_t year, int32_t offset)
{
	int64_t date;
	if (rule->kind == 'M') {
		int64_t first = days_from_civil(year, (unsigned)rule->month, 1);
		int day = (rule->day - days_weekday(first) + 7) % 7 + (rule->week - 1) * 7;
		if (day >= (int)month_days(year, (unsigned)rule->month))
			day -= 7;
		date = first + day;
	} else {
		date = days_from_civil(year, 1, 1) + rule->day;
		if (rule->kind == 'J')
			date -= rule->day >= 60 && year_leap(year) ? 0 : 1;
	}
	return date * DAY + rule->time - offset;
}

/* A stretch of time with one offset. */
typedef struct span {
	int64_t end; /* seconds of UTC, excluded */
	int32_t offset;
} span;

/* Daylight time lasts from a year's begin to the first later end of that year or of those after. Changes may fall
 * up to nine days outside of their year (times of 167 h, offsets of 25 h), so the begin that counts is looked
 * for from the year after. Where one daylight time runs into the next there is no standard time. */
static span rule_span(const swk__zone_rule *rule, int64_t seconds)
{
	if (!rule->daylight)
		return (span){ INT64_MAX, rule->standard };
	int64_t year, begin, end;
	unsigned month, day;
	days_to_civil(floor_div(seconds, DAY), &year, &month, &day);
	year++;
	while ((begin = rule_time(&rule->begin, year, rule->standard)) > seconds)
		year--;
	int64_t end_year = year;
	while ((end = rule_time(&rule->end, end_year, rule->summer)) <= begin)
		end_year++;
	if (seconds < end)
		return (span){ end, rule->summer };
	return (span){ rule_time(&rule->begin, year + 1, rule->standard), rule->standard };
}

/* ----------------------------------------------------------------------------------- the data of a zone */

static uint32_t load32(const unsigned char *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static int64_t load64(const unsigned char *p)
{
	return (int64_t)((uint64_t)load32(p) << 32 | load32(p + 4));
}

#define TIME_SIZE 8
#define TYPE_SIZE 6
#define HEAD_SIZE 44

/* One of the two data blocks of a file: counts in the order of its heading, and where the arrays are. */
typedef struct block {
	uint32_t utc_count, standard_count, leap_count, time_count, type_count, text_length;
	const unsigned char *times, *indices, *types, *texts, *flags;
} block;

/* Takes a block with times of `time_size` bytes off the front. Returns NULL, or what is wrong. */
static const char *block_take(swk__slice *rest, size_t time_size, block *to)
{
	const unsigned char *head = (const unsigned char *)rest->bytes;
	if (rest->length < HEAD_SIZE || memcmp(head, "TZif", 4) != 0)
		return "was no TZif data";
	if (head[4] < '2')
		return "was TZif of version 1, which ends in 2037";
	to->utc_count = load32(head + 20);
	to->standard_count = load32(head + 24);
	to->leap_count = load32(head + 28);
	to->time_count = load32(head + 32);
	to->type_count = load32(head + 36);
	to->text_length = load32(head + 40);
	/* Six 32-bit counts times small sizes: no 64-bit sum of them overflows. */
	uint64_t needed = (uint64_t)to->time_count * (time_size + 1) + (uint64_t)to->type_count * TYPE_SIZE +
	                  to->text_length + (uint64_t)to->leap_count * (time_size + 4) + to->standard_count +
	                  to->utc_count;
	if (needed > rest->length - HEAD_SIZE)
		return "was cut short";
	to->times = head + HEAD_SIZE;
	to->indices = to->times + to->time_count * time_size;
	to->types = to->indices + to->time_count;
	to->texts = to->types + (size_t)to->type_count * TYPE_SIZE;
	to->flags = to->texts + to->text_length + to->leap_count * (time_size + 4);
	rest->bytes += HEAD_SIZE + needed;
	rest->length -= HEAD_SIZE + (size_t)needed;
	return NULL;
}

static bool block_counts_valid(const block *from)
{
	return from->type_count >= 1 && from->type_count <= 256 && from->text_length >= 1 &&
	       from->texts[from->text_length - 1] == '\0' &&
	       (from->standard_count == 0 || from->standard_count == from->type_count) &&
	       (from->utc_count == 0 || from->utc_count == from->type_count);
}

static bool block_types_valid(const block *from)
{
	for (uint32_t i = 0; i < from->type_count; i++) {
		const unsigned char *type = from->types + (size_t)i * TYPE_SIZE;
		int32_t offset = (int32_t)load32(type);
		if (offset < -OFFSET_MAX || offset > OFFSET_MAX || type[4] > 1 || type[5] >= from->text_length)
			return false;
	}
	for (uint32_t i = 0; i < from->standard_count + from->utc_count; i++)
		if (from->flags[i] > 1)
			return false;
	return true;
}

static bool block_times_valid(const block *from)
{
	for (uint32_t i = 0; i < from->time_count; i++) {
		const unsigned char *time = from->times + (size_t)i * TIME_SIZE;
		if (from->indices[i] >= from->type_count || (i > 0 && load64(time) <= load64(time - TIME_SIZE)))
			return false;
	}
	return true;
}

static const char *block_check(const block *from)
{
	if (from->leap_count != 0)
		return "counted leap seconds";
	if (!block_counts_valid(from))
		return "had counts that contradict each other";
	if (!block_types_valid(from))
		return "had an impossible offset";
	return block_times_valid(from) ? NULL : "had changes out of order";
}

const char *swk__zone_parse(const unsigned char *bytes, size_t length, swk__zone *zone)
{
	swk__slice rest = { (const char *)bytes, length };
	swk__zone_rule rule;
	block data;
	const char *wrong = block_take(&rest, 4, &data);
	if (!wrong)
		wrong = block_take(&rest, TIME_SIZE, &data);
	if (!wrong)
		wrong = block_check(&data);
	if (wrong)
		return wrong;
	if (rest.length < 2 || rest.bytes[0] != '\n' || rest.bytes[rest.length - 1] != '\n')
		return "had no footer";
	if (!rule_parse((swk__slice){ rest.bytes + 1, rest.length - 2 }, &rule))
		return "had a footer that is no POSIX TZ string";
	*zone = (swk__zone){
		.times = data.times,
		.indices = data.indices,
		.types = data.types,
		.count = data.time_count,
		.type_count = data.type_count,
		.first = (int32_t)load32(data.types),
		.rule = rule,
		.fingerprint = swk__hash(bytes, length, 0),
	};
	return NULL;
}

static span zone_span(const swk__zone *zone, int64_t seconds)
{
	/* The changes before low are not later than `seconds`; those from high on are. */
	uint32_t low = 0, high = zone->count;
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		if (load64(zone->times + (size_t)middle * TIME_SIZE) <= seconds)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == zone->count && zone->rule.present)
		return rule_span(&zone->rule, seconds);
	int64_t end = low < zone->count ? load64(zone->times + (size_t)low * TIME_SIZE) : INT64_MAX;
	if (low == 0)
		return (span){ end, zone->first };
	return (span){ end, (int32_t)load32(zone->types + (size_t)zone->indices[low - 1] * TYPE_SIZE) };
}

int32_t swk__zone_offset(const swk__zone *zone, int64_t instant)
{
	return zone_span(zone, floor_div(instant, SWK__US_SECOND)).offset;
}

int64_t swk__zone_until(const swk__zone *zone, int64_t instant)
{
	return saturate((swk__i128)zone_span(zone, floor_div(instant, SWK__US_SECOND)).end * SWK__US_SECOND);
}

int64_t swk__zone_local(const swk__zone *zone, int64_t instant)
{
	return saturate((swk__i128)instant + swk__zone_offset(zone, instant) * SWK__US_SECOND);
}

int64_t swk__zone_instant(const swk__zone *zone, int64_t local)
{
	int64_t seconds = floor_div(local, SWK__US_SECOND), answer = seconds;
	span here;
	/* The clock shows `local` at `shown` if the span's offset holds then. Spans that end too early come before
	 * those that begin too late; where both meet without one that fits, the time is skipped, and the offset
	 * before the gap moves it forward. */
	for (int64_t at = seconds - OFFSET_MAX; at <= seconds + OFFSET_MAX; at = here.end) {
		here = zone_span(zone, at);
		int64_t shown = seconds - here.offset;
		if (shown >= at)
			answer = shown;
		if (shown >= at && shown < here.end)
			break;
	}
	return saturate((swk__i128)answer * SWK__US_SECOND + floor_mod(local, SWK__US_SECOND));
}

/* The first instant at which the clock shows the date's midnight or later. */
int64_t swk__zone_day_start(const swk__zone *zone, int32_t date)
{
	int64_t midnight = (int64_t)date * DAY, at = midnight - OFFSET_MAX;
	span here = zone_span(zone, at);
	while (midnight - here.offset >= here.end) {
		at = here.end;
		here = zone_span(zone, at);
	}
	int64_t shown = midnight - here.offset;
	return saturate((swk__i128)(shown > at ? shown : at) * SWK__US_SECOND);
}

/* ------------------------------------------------------------------------------------------- weeks */

int32_t swk__week_of_date(int week_start, int32_t date)
{
	return (int32_t)((int64_t)date - (swk__date_weekday(date) - week_start + 7) % 7);
}

int32_t swk__week_of_instant(const swk__calendar *calendar, int64_t instant)
{
	int64_t date = floor_div(swk__zone_local(calendar->zone, instant), SWK__US_DAY);
	int32_t first = swk__week_of_date(calendar->week_start, (int32_t)date);
	/* A clock set back over midnight shows the date before once more; the week has begun all the same. */
	return instant < swk__week_begin(calendar, first + 7) ? first : first + 7;
}

int64_t swk__week_begin(const swk__calendar *calendar, int32_t first)
{
	return swk__zone_day_start(calendar->zone, first);
}

/* ISO 8601: a week belongs to the year of its Thursday. */
static int64_t week_year(int64_t first)
{
	int64_t year;
	unsigned month, day;
	days_to_civil(first + 3, &year, &month, &day);
	return year;
}

void swk__week_label(int week_start, int32_t first, char text[16])
{
	if (week_start != SWK_MONDAY) {
		swk__date_format(first, text);
		return;
	}
	int64_t year = week_year(first);
	char *at = year_put(text, year);
	*at++ = '-';
	*at++ = 'W';
	at = number_put(at, ((int64_t)first + 3 - days_from_civil(year, 1, 1)) / 7 + 1, 2);
	*at = '\0';
}

/* 2026-W45 */
static bool label_take(swk__slice *text, int *year, int *week)
{
	return number_take(text, 4, 4, year) && byte_take(text, '-') && byte_take(text, 'W') &&
	       number_take(text, 2, 2, week) && text->length == 0;
}

const char *swk__week_parse(int week_start, swk__slice text, int32_t *first)
{
	int32_t date;
	int year, week;
	if (swk__date_parse(text, &date)) {
		*first = swk__week_of_date(week_start, date);
		return NULL;
	}
	if (!label_take(&text, &year, &week))
		return "was neither a week such as 2026-W45 nor a date such as 2026-11-02";
	if (week_start != SWK_MONDAY)
		return "was an ISO week label, but weeks do not begin on Monday here";
	/* 4 January is always in week 1. */
	date = swk__week_of_date(SWK_MONDAY, swk__date_from_civil(year, 1, 4)) + (week - 1) * 7;
	if (week_year(date) != year)
		return "was a week that its year does not have";
	*first = date;
	return NULL;
}

/* ------------------------------------------------------------------------------------ texts of time */

/* The time of day of a text, and its offset from UTC where it has one. */
typedef struct moment {
	int hour, minute, second, offset_hour, offset_minute;
	int64_t fraction; /* microseconds */
	bool anchored;    /* has an offset */
	bool west;
} moment;

static bool fraction_take(swk__slice *text, int64_t *fraction)
{
	int digit;
	int64_t unit = SWK__US_SECOND;
	if (!digit_take(text, &digit))
		return false;
	do {
		unit /= 10;
		*fraction += digit * unit;
	} while (digit_take(text, &digit));
	return true;
}

/* Z or +hh:mm, or nothing. */
static bool anchor_take(swk__slice *text, moment *to)
{
	if (text->length == 0)
		return true;
	to->anchored = true;
	if (byte_take(text, 'Z') || byte_take(text, 'z'))
		return true;
	to->west = byte_take(text, '-');
	return (to->west || byte_take(text, '+')) && number_take(text, 2, 2, &to->offset_hour) &&
	       byte_take(text, ':') && number_take(text, 2, 2, &to->offset_minute);
}

static bool moment_take(swk__slice *text, moment *to)
{
	if (!byte_take(text, 'T') && !byte_take(text, 't') && !byte_take(text, ' '))
		return false;
	if (!number_take(text, 2, 2, &to->hour) || !byte_take(text, ':') || !number_take(text, 2, 2, &to->minute))
		return false;
	if (!byte_take(text, ':'))
		return true;
	if (!number_take(text, 2, 2, &to->second))
		return false;
	return (!byte_take(text, '.') || fraction_take(text, &to->fraction)) && anchor_take(text, to);
}

static bool moment_valid(const moment *from)
{
	return from->hour < 24 && from->minute < 60 && from->second < 60 && from->offset_hour < 24 &&
	       from->offset_minute < 60;
}

static int64_t moment_instant(const moment *from, int32_t date, const swk__zone *zone)
{
	int64_t seconds = (int64_t)date * DAY + from->hour * HOUR + from->minute * 60 + from->second;
	int64_t local = seconds * SWK__US_SECOND + from->fraction;
	if (!from->anchored)
		return swk__zone_instant(zone, local);
	int64_t offset = (from->offset_hour * HOUR + from->offset_minute * 60) * SWK__US_SECOND;
	return from->west ? local + offset : local - offset;
}

const char *swk__instant_parse(swk__slice text, const swk__zone *zone, int64_t *instant)
{
	static const char *const no_text = "was no instant such as 2026-11-02T09:30:00Z";
	civil day;
	moment time = { 0 };
	int32_t date;
	if (!civil_take(&text, &day))
		return no_text;
	bool timed = text.length > 0;
	if (timed && (!moment_take(&text, &time) || text.length > 0))
		return no_text;
	if (!civil_date(&day, &date) || !moment_valid(&time))
		return "was a date or time that does not exist";
	int64_t read = timed ? moment_instant(&time, date, zone) : swk__zone_day_start(zone, date);
	if (read < 0 || read > SWK__INSTANT_MAX)
		return "was outside 1970-01-01 to 2200-01-01";
	*instant = read;
	return NULL;
}

void swk__instant_format(int64_t instant, char text[40])
{
	int64_t date = floor_div(instant, SWK__US_DAY), rest = floor_mod(instant, SWK__US_DAY);
	int64_t seconds = rest / SWK__US_SECOND, fraction = rest % SWK__US_SECOND;
	char *at = date_put(text, (int32_t)date);
	*at++ = 'T';
	at = number_put(at, seconds / HOUR, 2);
	*at++ = ':';
	at = number_put(at, seconds / 60 % 60, 2);
	*at++ = ':';
	at = number_put(at, seconds % 60, 2);
	if (fraction != 0) {
		*at++ = '.';
		at = fraction % 1000 == 0 ? number_put(at, fraction / 1000, 3) : number_put(at, fraction, 6);
	}
	*at++ = 'Z';
	*at = '\0';
}
