/* SPDX-License-Identifier: MIT */
#include "batch.h"

#include <inttypes.h>
#include <stdio.h>

#define MILLION UINT64_C(1000000)

/* A number of units above every limit whose millionths still fit 64 bits, even with one digit more. */
#define UNITS_ABOVE INT64_C(1000000000000)

/* ------------------------------------------------------------------------------------- what fits where */

#define BIT(given) (1u << SWK__GIVEN_##given)
#define TEXTS (BIT(TEXT) | BIT(FORM))
#define NUMBERS (BIT(FORM) | BIT(INT) | BIT(REAL))

static const struct {
	const char *noun;
	unsigned takes;
} kinds[] = {
	[SWK__KIND_TEXT] = { "a text", TEXTS },
	[SWK__KIND_ID] = { "a text", TEXTS },
	[SWK__KIND_REF] = { "a text", TEXTS },
	[SWK__KIND_ZONE] = { "a text", TEXTS },
	[SWK__KIND_ENUM] = { "a text", TEXTS },
	[SWK__KIND_BOOL] = { "a boolean", BIT(FORM) | BIT(BOOL) },
	[SWK__KIND_INSTANT] = { "an instant", TEXTS | BIT(INSTANT) },
	[SWK__KIND_DURATION] = { "a number", NUMBERS },
	[SWK__KIND_NUMBER] = { "a number", NUMBERS },
};

static const char *const given_nouns[] = {
	[SWK__GIVEN_TEXT] = "a text",   [SWK__GIVEN_FORM] = "a text",    [SWK__GIVEN_INT] = "a number",
	[SWK__GIVEN_REAL] = "a number", [SWK__GIVEN_BOOL] = "a boolean", [SWK__GIVEN_INSTANT] = "an instant",
	[SWK__GIVEN_DATE] = "a date",
};

static bool refused(char reason[SWK__REASON_SIZE], const char *why)
{
	snprintf(reason, SWK__REASON_SIZE, "%s", why);
	return false;
}

bool swk__given_fits(const swk__given *given, swk__kind kind, char reason[SWK__REASON_SIZE])
{
	if (kinds[kind].takes & 1u << given->kind)
		return true;
	snprintf(reason, SWK__REASON_SIZE, "expected %s, was %s", kinds[kind].noun, given_nouns[given->kind]);
	return false;
}

/* Keeps the digits of a number that printf wrote, whatever decimal mark the host's locale has. */
static size_t real_print(double real, char text[40])
{
	char raw[64];
	size_t length = 0;
	bool mark = false;
	snprintf(raw, sizeof raw, "%.15g", real);
	for (const char *p = raw; *p; p++) {
		bool keep = strchr("0123456789+-einfa", *p) != NULL;
		if (keep)
			text[length++] = *p;
		else if (!mark)
			text[length++] = '.';
		mark = !keep;
	}
	return length;
}

swk__slice swk__given_print(const swk__given *given, char text[40])
{
	if (given->kind <= SWK__GIVEN_FORM)
		return given->text;
	size_t length = given->kind == SWK__GIVEN_REAL ? real_print(given->real, text)
	                                               : (size_t)snprintf(text, 40, "%" PRId64, given->integer);
	return (swk__slice){ text, length };
}

/* -------------------------------------------------------------------------------------------- texts */

/* True for ASCII without a NUL, eight bytes at a step; false says only that a closer look is due. */
static bool text_plain(swk__slice text)
{
	const uint64_t ones = UINT64_C(0x0101010101010101);
	uint64_t bad = 0;
	size_t i = 0;
	for (; i + 8 <= text.length; i += 8) {
		uint64_t word;
		memcpy(&word, text.bytes + i, sizeof word);
		bad |= word | (word - ones);
	}
	for (; i < text.length; i++) {
		unsigned char byte = (unsigned char)text.bytes[i];
		bad |= byte | (byte - 1u);
	}
	return (bad & (ones << 7)) == 0;
}

bool swk__given_text(const swk__given *given, const swk__field *field, char reason[SWK__REASON_SIZE])
{
	int64_t limit = swk__kind_limits[field->kind].high;
	size_t at = 0;
	if (given->text.length > (uint64_t)limit) {
		snprintf(reason, SWK__REASON_SIZE, "was %zu bytes long, more than %" PRId64, given->text.length, limit);
		return false;
	}
	if (text_plain(given->text))
		return true;
	if (memchr(given->text.bytes, '\0', given->text.length))
		return refused(reason, "contained a NUL byte");
	if (swk__utf8_valid(given->text, &at))
		return true;
	snprintf(reason, SWK__REASON_SIZE, "was not valid UTF-8 at byte %zu", at + 1);
	return false;
}

/* ------------------------------------------------------------------------------------------ numbers */

/* A magnitude in millionths and what lies below one: 0 nothing, 1 less than a half, 2 a half, 3 more. */
typedef struct decimal {
	bool negative;
	uint64_t millionths;
	unsigned rest;
} decimal;

/* Checks the range before rounding, so that nothing above or below it is rounded into it. */
static bool decimal_value(decimal number, swk__kind kind, int64_t *value, char reason[SWK__REASON_SIZE])
{
	uint64_t high = (uint64_t)swk__kind_limits[kind].high;
	bool zero = number.millionths == 0 && number.rest == 0;
	if (number.negative && !zero)
		return refused(reason, "was below 0");
	if (number.millionths > high || (number.millionths == high && number.rest)) {
		snprintf(reason, SWK__REASON_SIZE, "was above %" PRIu64, high / MILLION);
		return false;
	}
	bool up = number.rest == 3 || (number.rest == 2 && number.millionths % 2);
	*value = (int64_t)(number.millionths + up);
	return true;
}

/* Reads digits from *at on into `value`, which stops growing at a size above every limit; at most `most` of them.
 * Returns how many there were. */
static size_t digits_read(swk__slice text, size_t *at, size_t most, uint64_t *value)
{
	size_t begin = *at;
	while (*at < text.length && *at - begin < most && text.bytes[*at] >= '0' && text.bytes[*at] <= '9') {
		if (*value < UNITS_ABOVE)
			*value = *value * 10 + (uint64_t)(text.bytes[*at] - '0');
		++*at;
	}
	return *at - begin;
}

/* What digits beyond the sixth decimal amount to. */
static unsigned rest_read(swk__slice text, size_t *at)
{
	uint64_t first = 0;
	bool more = false;
	if (digits_read(text, at, 1, &first) == 0)
		return 0;
	for (; *at < text.length && text.bytes[*at] >= '0' && text.bytes[*at] <= '9'; ++*at)
		more |= text.bytes[*at] != '0';
	if (first == 5)
		return more ? 3 : 2;
	return first > 5 ? 3 : first > 0 || more;
}

/* Decimal digits with an optional sign and fraction. */
static bool decimal_parse(swk__slice text, decimal *number)
{
	uint64_t whole = 0, part = 0;
	size_t at = 0;
	*number = (decimal){ .negative = text.bytes[0] == '-' };
	if (text.bytes[0] == '-' || text.bytes[0] == '+')
		at++;
	size_t count = digits_read(text, &at, SIZE_MAX, &whole);
	if (at < text.length && text.bytes[at] == '.') {
		at++;
		size_t decimals = digits_read(text, &at, 6, &part);
		count += decimals;
		for (; decimals < 6; decimals++)
			part *= 10;
		number->rest = rest_read(text, &at);
	}
	number->millionths = whole * MILLION + part;
	return count > 0 && at == text.length;
}

/* The exact value of a double, from its bits: no rounding mode of the host and no library has a say in it. */
static bool decimal_real(double real, decimal *number)
{
	uint64_t bits;
	memcpy(&bits, &real, sizeof bits);
	unsigned exponent = (unsigned)(bits >> 52) & 0x7ff;
	uint64_t mantissa = bits & ((UINT64_C(1) << 52) - 1);
	*number = (decimal){ .negative = bits >> 63 };
	if (exponent == 0x7ff)
		return false;
	if (exponent > 1023 + 40) { /* above every limit */
		number->millionths = UINT64_MAX;
		return true;
	}
	mantissa |= exponent ? UINT64_C(1) << 52 : 0;
	unsigned shift = 1075 - exponent; /* real = mantissa / 2^shift, shift >= 12; of denormals only a rest matters */
	swk__u128 product = (swk__u128)mantissa * MILLION;
	if (shift > 100) { /* the product has 73 bits */
		number->rest = product != 0;
		return true;
	}
	swk__u128 half = (swk__u128)1 << (shift - 1), rest = product & (2 * half - 1);
	number->millionths = (uint64_t)(product >> shift);
	number->rest = rest == 0 ? 0 : rest < half ? 1 : rest == half ? 2 : 3;
	return true;
}

/* A whole number. One too large to be multiplied is replaced by another above every limit. */
static decimal decimal_int(int64_t value)
{
	if (value < 0)
		return (decimal){ .negative = true, .millionths = 1 };
	uint64_t units = (uint64_t)(value < UNITS_ABOVE ? value : UNITS_ABOVE);
	return (decimal){ .millionths = units * MILLION };
}

static bool number_value(const swk__given *given, const swk__field *field, int64_t *value,
                         char reason[SWK__REASON_SIZE])
{
	decimal number = { 0 };
	if (given->kind == SWK__GIVEN_INT)
		number = decimal_int(given->integer);
	else if (given->kind == SWK__GIVEN_REAL && !decimal_real(given->real, &number))
		return refused(reason, "was not finite");
	else if (given->kind == SWK__GIVEN_FORM && !decimal_parse(given->text, &number))
		return refused(reason, "was not a number");
	return decimal_value(number, field->kind, value, reason);
}

/* ------------------------------------------------------------------------------------ other kinds */

static bool bool_value(const swk__given *given, int64_t *value, char reason[SWK__REASON_SIZE])
{
	static const struct {
		const char *text;
		int64_t value;
	} words[] = { { "true", 1 }, { "false", 0 }, { "1", 1 }, { "0", 0 },
		      { "yes", 1 },  { "no", 0 },    { "y", 1 }, { "n", 0 } };
	if (given->kind == SWK__GIVEN_BOOL) {
		if (given->integer != 0 && given->integer != 1)
			return refused(reason, "was neither 0 nor 1");
		*value = given->integer;
		return true;
	}
	char lower[8];
	if (given->text.length < sizeof lower) {
		for (size_t i = 0; i < given->text.length; i++) {
			char byte = given->text.bytes[i];
			lower[i] = (char)(byte >= 'A' && byte <= 'Z' ? byte + ('a' - 'A') : byte);
		}
		for (size_t i = 0; i < SWK__COUNT(words); i++)
			if (swk__slice_equal((swk__slice){ lower, given->text.length }, swk__slice_of(words[i].text))) {
				*value = words[i].value;
				return true;
			}
	}
	return refused(reason, "was none of true, false, 1, 0, yes, no, y, n");
}

static bool enum_value(const swk__given *given, const swk__field *field, int64_t *value, char reason[SWK__REASON_SIZE])
{
	int index = swk__field_value(field, given->text);
	if (index >= 0) {
		*value = index;
		return true;
	}
	size_t length = (size_t)snprintf(reason, SWK__REASON_SIZE, "was not one of ");
	for (size_t i = 0; field->values[i]; i++) {
		if (NEVER(length >= SWK__REASON_SIZE))
			break;
		length += (size_t)snprintf(reason + length, SWK__REASON_SIZE - length, "%s%s", i ? ", " : "",
		                           field->values[i]);
	}
	return false;
}

static bool instant_value(const swk__given *given, const swk__zone *zone, int64_t *value, char reason[SWK__REASON_SIZE])
{
	if (given->kind != SWK__GIVEN_INSTANT) {
		const char *wrong = swk__instant_parse(given->text, zone, value);
		if (wrong)
			return refused(reason, wrong);
		return true;
	}
	if (given->integer < 0 || given->integer > SWK__INSTANT_MAX)
		return refused(reason, "was outside 1970-01-01 to 2200-01-01");
	*value = given->integer;
	return true;
}

bool swk__given_value(const swk__given *given, const swk__field *field, const swk__zone *zone, int64_t *value,
                      char reason[SWK__REASON_SIZE])
{
	switch (field->kind) {
	case SWK__KIND_ENUM:
		return enum_value(given, field, value, reason);
	case SWK__KIND_BOOL:
		return bool_value(given, value, reason);
	case SWK__KIND_INSTANT:
		return instant_value(given, zone, value, reason);
	default:
		return number_value(given, field, value, reason);
	}
}
