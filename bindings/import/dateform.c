/* SPDX-License-Identifier: MIT */
#include "dateform.h"
#include "number.h"

#include <strings.h>

#define US_SECOND INT64_C(1000000)
#define US_DAY (86400 * US_SECOND)

/* Text and what was read of it so far. */
typedef struct date_scan {
	swi__slice text;
	size_t at;
	swi__moment moment;
	unsigned year_day;
	bool twelve, afternoon, half; /* %I, %p said PM, %p was there */
} date_scan;

static const char *const months[] = { "january", "february", "march",     "april",   "may",      "june",
	                              "july",    "august",   "september", "october", "november", "december" };

/* -------------------------------------------------------------------------------------------- dates */

static bool leap(int64_t year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static unsigned month_days(int64_t year, unsigned month)
{
	static const unsigned char days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	return month == 2 && leap(year) ? 29 : days[month - 1];
}

/* Days since 1970-01-01 (0 to 200,000) to a date, by whole years and months: exports have few dates to turn. */
static void date_of_days(int64_t days, swi__moment *moment)
{
	int64_t year = 1970;
	unsigned month = 1;
	for (; days >= 365 + leap(year); year++)
		days -= 365 + leap(year);
	for (; days >= month_days(year, month); month++)
		days -= month_days(year, month);
	moment->year = year;
	moment->month = month;
	moment->day = (unsigned)days + 1;
}

/* Microseconds since 1970-01-01T00:00 on some clock; false when outside of what a date can say here. */
static bool moment_of_us(int64_t us, swi__moment *moment)
{
	if (us < 0 || us / US_DAY > 200000)
		return false;
	date_of_days(us / US_DAY, moment);
	int64_t rest = us % US_DAY;
	moment->time = true;
	moment->microsecond = (unsigned)(rest % US_SECOND);
	rest /= US_SECOND;
	moment->second = (unsigned)(rest % 60);
	moment->minute = (unsigned)(rest / 60 % 60);
	moment->hour = (unsigned)(rest / 3600);
	return true;
}

swi__moment swi__moment_next_day(const swi__moment *moment)
{
	swi__moment next = { .year = moment->year, .month = moment->month, .day = moment->day + 1 };
	if (next.day <= month_days(next.year, next.month))
		return next;
	next.day = 1;
	if (++next.month <= 12)
		return next;
	next.month = 1;
	next.year++;
	return next;
}

/* Writes a number with leading zeros; every date has some, so that printf would be felt. */
static char *digits_put(char *to, int64_t value, int digits)
{
	for (int i = digits - 1; i >= 0; i--) {
		to[i] = (char)('0' + value % 10);
		value /= 10;
	}
	return to + digits;
}

static char *pair_put(char *to, char before, unsigned value)
{
	*to++ = before;
	return digits_put(to, value, 2);
}

size_t swi__moment_text(const swi__moment *moment, char text[SWI__MOMENT_TEXT])
{
	char *end = digits_put(text, moment->year, 4);
	end = pair_put(end, '-', moment->month);
	end = pair_put(end, '-', moment->day);
	if (moment->time) {
		end = pair_put(end, 'T', moment->hour);
		end = pair_put(end, ':', moment->minute);
		end = pair_put(end, ':', moment->second);
		*end++ = '.';
		end = digits_put(end, moment->microsecond, 6);
	}
	if (moment->offset) {
		int32_t minutes = moment->offset_minutes;
		end = pair_put(end, minutes < 0 ? '-' : '+', (unsigned)(minutes < 0 ? -minutes : minutes) / 60);
		end = pair_put(end, ':', (unsigned)(minutes < 0 ? -minutes : minutes) % 60);
	}
	*end = '\0';
	return (size_t)(end - text);
}

/* ------------------------------------------------------------------------------------------ pieces */

static bool scan_digits(date_scan *scan, unsigned most, int64_t *value)
{
	int64_t made = 0;
	unsigned count = 0;
	while (count < most && scan->at < scan->text.length) {
		char byte = scan->text.bytes[scan->at];
		if (byte < '0' || byte > '9')
			break;
		made = made * 10 + (byte - '0');
		scan->at++;
		count++;
	}
	*value = made;
	return count > 0;
}

static bool scan_range(date_scan *scan, unsigned most, int64_t from, int64_t to, unsigned *value)
{
	int64_t made;
	if (!scan_digits(scan, most, &made) || made < from || made > to)
		return false;
	*value = (unsigned)made;
	return true;
}

/* The whole name, or its first three letters (and "Sept"); the longest wins. */
static bool scan_month(date_scan *scan)
{
	size_t left = scan->text.length - scan->at;
	const char *bytes = scan->text.bytes + scan->at;
	for (unsigned month = 0; month < SWI__COUNT(months); month++) {
		size_t whole = strlen(months[month]);
		if (left < 3 || strncasecmp(bytes, months[month], 3) != 0)
			continue;
		size_t length = left >= whole && strncasecmp(bytes, months[month], whole) == 0 ? whole : 3;
		if (length == 3 && left >= 4 && strncasecmp(bytes, "sept", 4) == 0)
			length = 4;
		scan->at += length;
		scan->moment.month = month + 1;
		return true;
	}
	return false;
}

static bool scan_half(date_scan *scan)
{
	if (scan->text.length - scan->at < 2)
		return false;
	const char *bytes = scan->text.bytes + scan->at;
	bool pm = strncasecmp(bytes, "pm", 2) == 0;
	if (!pm && strncasecmp(bytes, "am", 2) != 0)
		return false;
	scan->at += 2;
	scan->half = true;
	scan->afternoon = pm;
	return true;
}

/* One to nine digits; what is beyond microseconds is cut. */
static bool scan_fraction(date_scan *scan)
{
	size_t from = scan->at;
	int64_t value;
	if (!scan_digits(scan, 9, &value))
		return false;
	for (size_t digits = scan->at - from; digits < 9; digits++)
		value *= 10;
	scan->moment.microsecond = (unsigned)(value / 1000);
	return true;
}

/* Z, UTC, GMT, +hh, +hhmm, +hh:mm. */
static bool scan_offset(date_scan *scan)
{
	static const char *const utc[] = { "Z", "UTC", "GMT" };
	size_t left = scan->text.length - scan->at;
	const char *bytes = scan->text.bytes + scan->at;
	scan->moment.offset = true;
	for (size_t i = 0; i < SWI__COUNT(utc); i++)
		if (left >= strlen(utc[i]) && strncasecmp(bytes, utc[i], strlen(utc[i])) == 0) {
			scan->at += strlen(utc[i]);
			return true;
		}
	unsigned hours, minutes = 0;
	if (left < 3 || (*bytes != '+' && *bytes != '-'))
		return false;
	scan->at++;
	if (!scan_range(scan, 2, 0, 23, &hours))
		return false;
	bool colon = scan->at < scan->text.length && scan->text.bytes[scan->at] == ':';
	scan->at += colon;
	if (!scan_range(scan, 2, 0, 59, &minutes) && colon)
		return false;
	int32_t all = (int32_t)(hours * 60 + minutes);
	scan->moment.offset_minutes = *bytes == '-' ? -all : all;
	return true;
}

static bool scan_year(date_scan *scan, bool two)
{
	int64_t year;
	if (!scan_digits(scan, two ? 2 : 4, &year))
		return false;
	scan->moment.year = !two ? year : year >= 69 ? 1900 + year : 2000 + year;
	return true;
}

/* English names of weekdays are not among the letters: a form says what is there, not what it means. */
static bool scan_letter(date_scan *scan, char letter)
{
	swi__moment *moment = &scan->moment;
	switch (letter) {
	case 'Y':
	case 'y':
		return scan_year(scan, letter == 'y');
	case 'm':
		return scan_range(scan, 2, 1, 12, &moment->month);
	case 'd':
	case 'e':
		return scan_range(scan, 2, 1, 31, &moment->day);
	case 'j':
		return scan_range(scan, 3, 1, 366, &scan->year_day);
	case 'b':
	case 'B':
		return scan_month(scan);
	case 'H':
		return scan_range(scan, 2, 0, 23, &moment->hour);
	case 'I':
		scan->twelve = true;
		return scan_range(scan, 2, 1, 12, &moment->hour);
	case 'M':
		return scan_range(scan, 2, 0, 59, &moment->minute);
	case 'S':
		return scan_range(scan, 2, 0, 59, &moment->second);
	case 'f':
		return scan_fraction(scan);
	case 'p':
		return scan_half(scan);
	default:
		return scan_offset(scan);
	}
}

static bool scan_spaces(date_scan *scan)
{
	size_t from = scan->at, space;
	while ((space = swi__space(scan->text, scan->at)) > 0)
		scan->at += space;
	return scan->at > from;
}

static bool scan_byte(date_scan *scan, char byte)
{
	if (scan->at >= scan->text.length || scan->text.bytes[scan->at] != byte)
		return false;
	scan->at++;
	return true;
}

/* ------------------------------------------------------------------------------------------- forms */

static bool moment_of_decimal(swi__slice text, int64_t unit_us, int64_t shift_us, swi__moment *moment)
{
	swi__decimal value, scale = { unit_us, 0 };
	if (!swi__decimal_parse(text, &value) || !swi__decimal_multiply(value, scale, &value))
		return false;
	while (value.places > 0) {
		value.digits /= 10;
		value.places--;
	}
	if (value.digits > INT64_MAX / 2 || value.digits < 0)
		return false;
	return moment_of_us((int64_t)value.digits + shift_us, moment);
}

/* Days since 1899-12-30, which is what a spreadsheet's dates after February 1900 count; rounded to milliseconds,
 * because the fraction of a day carries no more. */
static bool moment_of_excel(swi__slice text, swi__moment *moment)
{
	if (!moment_of_decimal(text, US_DAY, 500 - 25569 * US_DAY, moment))
		return false;
	moment->microsecond = moment->microsecond / 1000 * 1000;
	moment->time = memchr(text.bytes, '.', text.length) != NULL;
	return true;
}

typedef struct dateform_letters {
	bool year, month, day, year_day, time, minute, half, twelve;
} dateform_letters;

static const char *letter_note(char letter, dateform_letters *seen)
{
	if (letter == '\0' || !strchr("YymdebBHIpMSfzj%", letter))
		return "has a letter that no form has (those are %Y %y %m %d %e %b %B %H %I %p %M %S %f %z %j %%)";
	seen->year |= letter == 'Y' || letter == 'y';
	seen->month |= letter == 'm' || letter == 'b' || letter == 'B';
	seen->day |= letter == 'd' || letter == 'e';
	seen->year_day |= letter == 'j';
	seen->twelve |= letter == 'I';
	seen->half |= letter == 'p';
	seen->time |= letter == 'H' || letter == 'I';
	seen->minute |= letter == 'M' || letter == 'S' || letter == 'f' || letter == 'z' || letter == 'p';
	return NULL;
}

static const char *dateform_letters_of(const char *form, dateform_letters *seen)
{
	for (; *form; form++) {
		if (*form != '%')
			continue;
		const char *wrong = letter_note(form[1], seen);
		if (wrong)
			return wrong;
		form++;
	}
	return NULL;
}

static bool dateform_is_word(const char *form)
{
	return strcmp(form, "epoch_s") == 0 || strcmp(form, "epoch_ms") == 0 || strcmp(form, "excel") == 0;
}

const char *swi__dateform_check(const char *form)
{
	dateform_letters seen = { .year = false };
	if (dateform_is_word(form))
		return NULL;
	const char *wrong = dateform_letters_of(form, &seen);
	if (wrong)
		return wrong;
	if (!seen.year || (!seen.year_day && !(seen.month && seen.day)))
		return "names no whole date (year, month and day)";
	if (seen.minute && !seen.time)
		return "has parts of a time without an hour";
	if (seen.twelve != seen.half)
		return "needs %I and %p together";
	return NULL;
}

static bool scan_date_ends(date_scan *scan)
{
	swi__moment *moment = &scan->moment;
	if (scan->twelve && scan->half)
		moment->hour = moment->hour % 12 + (scan->afternoon ? 12 : 0);
	if (scan->year_day) {
		unsigned left = scan->year_day;
		if (left > 365u + leap(moment->year))
			return false;
		for (moment->month = 1; left > month_days(moment->year, moment->month); moment->month++)
			left -= month_days(moment->year, moment->month);
		moment->day = left;
	}
	return moment->month >= 1 && moment->day >= 1 && moment->day <= month_days(moment->year, moment->month);
}

static bool scan_form(date_scan *scan, const char *form)
{
	for (; *form; form++) {
		bool fits;
		if (*form == '%' && form[1] != '%') {
			form++;
			scan->moment.time |= *form == 'H' || *form == 'I';
			fits = scan_letter(scan, *form);
		} else if (*form == ' ') {
			fits = scan_spaces(scan) || form[1] == ' ';
		} else {
			form += *form == '%';
			fits = scan_byte(scan, *form);
		}
		if (!fits)
			return false;
	}
	return scan->at == scan->text.length && scan_date_ends(scan);
}

bool swi__dateform_parse(const char *form, swi__slice text, swi__moment *moment)
{
	date_scan made = { .text = text };
	bool fits;
	if (strcmp(form, "epoch_s") == 0)
		made.moment.offset = fits = moment_of_decimal(text, US_SECOND, 0, &made.moment);
	else if (strcmp(form, "epoch_ms") == 0)
		made.moment.offset = fits = moment_of_decimal(text, 1000, 0, &made.moment);
	else if (strcmp(form, "excel") == 0)
		fits = moment_of_excel(text, &made.moment);
	else
		fits = scan_form(&made, form);
	if (fits)
		*moment = made.moment;
	return fits;
}
