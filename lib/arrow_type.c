/* SPDX-License-Identifier: MIT */
#include "arrow_column.h"

#include <stdio.h>

/* How many digits a decimal may have, and how far from them its point may lie. */
#define DIGITS_MAX 76

static const struct {
	const char *format;
	swk__arrow_type type;
} whole[] = {
	{ "n", { .kind = SWK__ARROW_TYPE_NULL } },
	{ "b", { .kind = SWK__ARROW_TYPE_BOOL, .buffers = 2 } },
	{ "c", { .kind = SWK__ARROW_TYPE_SIGNED, .width = 1, .buffers = 2 } },
	{ "s", { .kind = SWK__ARROW_TYPE_SIGNED, .width = 2, .buffers = 2 } },
	{ "i", { .kind = SWK__ARROW_TYPE_SIGNED, .width = 4, .buffers = 2 } },
	{ "l", { .kind = SWK__ARROW_TYPE_SIGNED, .width = 8, .buffers = 2 } },
	{ "C", { .kind = SWK__ARROW_TYPE_UNSIGNED, .width = 1, .buffers = 2 } },
	{ "S", { .kind = SWK__ARROW_TYPE_UNSIGNED, .width = 2, .buffers = 2 } },
	{ "I", { .kind = SWK__ARROW_TYPE_UNSIGNED, .width = 4, .buffers = 2 } },
	{ "L", { .kind = SWK__ARROW_TYPE_UNSIGNED, .width = 8, .buffers = 2 } },
	{ "e", { .kind = SWK__ARROW_TYPE_FLOAT, .width = 2, .buffers = 2 } },
	{ "f", { .kind = SWK__ARROW_TYPE_FLOAT, .width = 4, .buffers = 2 } },
	{ "g", { .kind = SWK__ARROW_TYPE_FLOAT, .width = 8, .buffers = 2 } },
	{ "u", { .kind = SWK__ARROW_TYPE_TEXT, .width = 4, .buffers = 3 } },
	{ "U", { .kind = SWK__ARROW_TYPE_TEXT, .width = 8, .buffers = 3 } },
	{ "vu", { .kind = SWK__ARROW_TYPE_VIEW, .width = 16, .buffers = 3 } },
	{ "tdD", { .kind = SWK__ARROW_TYPE_DATE, .width = 4, .buffers = 2 } },
	{ "tdm", { .kind = SWK__ARROW_TYPE_DATE, .width = 8, .buffers = 2 } },
};

/* What Arrow has and no field takes, by how the formats begin. */
static const struct {
	const char *begin, *noun;
} others[] = {
	{ "z", "binary" },
	{ "Z", "large binary" },
	{ "vz", "binary view" },
	{ "w:", "fixed-size binary" },
	{ "tt", "time of day" },
	{ "ti", "interval" },
	{ "+l", "list" },
	{ "+L", "large list" },
	{ "+vl", "list view" },
	{ "+vL", "list view" },
	{ "+w:", "list" },
	{ "+s", "struct" },
	{ "+m", "map" },
	{ "+u", "union" },
	{ "+r", "run-end encoded" },
};

/* The units of "ts" and "tD". */
static int64_t unit_parse(char letter)
{
	switch (letter) {
	case 's':
		return 1;
	case 'm':
		return 1000;
	case 'u':
		return 1000000;
	case 'n':
		return 1000000000;
	default:
		return 0;
	}
}

static bool timestamp_parse(const char *format, swk__arrow_type *type)
{
	if (strncmp(format, "ts", 2) != 0 || !unit_parse(format[2]) || format[3] != ':')
		return false;
	*type = (swk__arrow_type){ .kind = SWK__ARROW_TYPE_TIMESTAMP, .width = 8, .buffers = 2 };
	type->per_second = unit_parse(format[2]);
	type->zoned = format[4] != '\0';
	return true;
}

static bool duration_parse(const char *format, swk__arrow_type *type)
{
	if (strncmp(format, "tD", 2) != 0 || !unit_parse(format[2]) || format[3])
		return false;
	*type = (swk__arrow_type){ .kind = SWK__ARROW_TYPE_DURATION, .width = 8, .buffers = 2 };
	type->per_second = unit_parse(format[2]);
	return true;
}

/* Reads an integer of up to four digits. */
static bool small_read(const char **at, int *number)
{
	bool negative = **at == '-';
	int value = 0, digits = 0;
	for (*at += negative; **at >= '0' && **at <= '9' && digits < 5; ++*at, digits++)
		value = value * 10 + (**at - '0');
	*number = negative ? -value : value;
	return digits > 0 && digits < 5;
}

static bool within(int number, int low, int high)
{
	return number >= low && number <= high;
}

/* "d:precision,scale" of 128 bits, or with ",bits". */
static bool decimal_parse(const char *format, swk__arrow_type *type)
{
	int numbers[3] = { 0, 0, 128 }, count = 0;
	const char *at = format;
	bool good = strncmp(format, "d:", 2) == 0;
	for (at += good; good && count < 3 && (count == 0 || *at == ','); count++) {
		at++;
		good = small_read(&at, &numbers[count]);
	}
	const int precision = numbers[0], scale = numbers[1], bits = numbers[2];
	good = good && *at == '\0' && count >= 2 && (bits == 32 || bits == 64 || bits == 128 || bits == 256);
	if (!good || !within(precision, 1, DIGITS_MAX) || !within(scale, -DIGITS_MAX, DIGITS_MAX))
		return false;
	*type = (swk__arrow_type){ .kind = SWK__ARROW_TYPE_DECIMAL, .width = (unsigned)bits / 8, .buffers = 2 };
	type->scale = scale;
	return true;
}

bool swk__arrow_type_parse(const char *format, swk__arrow_type *type, char reason[SWK__REASON_SIZE])
{
	for (size_t i = 0; i < SWK__COUNT(whole); i++)
		if (strcmp(format, whole[i].format) == 0) {
			*type = whole[i].type;
			return true;
		}
	if (timestamp_parse(format, type) || duration_parse(format, type) || decimal_parse(format, type))
		return true;
	for (size_t i = 0; i < SWK__COUNT(others); i++)
		if (strncmp(format, others[i].begin, strlen(others[i].begin)) == 0) {
			snprintf(reason, SWK__REASON_SIZE, "was of the Arrow type %s, which no field takes",
			         others[i].noun);
			return false;
		}
	snprintf(reason, SWK__REASON_SIZE, "was of no known Arrow type (format \"%.32s\")", format);
	return false;
}
