/* SPDX-License-Identifier: MIT */
#include "batch.h"

#include "currency.h"

#include <inttypes.h>
#include <stdio.h>

/* Whole digits from which on a text's number is above every limit, so that no more are read. */
#define WHOLE_ABOVE UINT64_C(1000000000000000000)

/* ------------------------------------------------------------------------------------- what fits where */

#define BIT(given) (1u << SWK__GIVEN_##given)
#define TEXTS (BIT(TEXT) | BIT(FORM))
#define NUMBERS (BIT(FORM) | BIT(DECIMAL) | BIT(INT) | BIT(REAL))

static const struct {
	const char *noun;
	unsigned takes;
} kinds[] = {
	[SWK__KIND_TEXT] = { "a text", TEXTS },
	[SWK__KIND_ID] = { "a text", TEXTS },
	[SWK__KIND_REF] = { "a text", TEXTS },
	[SWK__KIND_ZONE] = { "a text", TEXTS },
	[SWK__KIND_CURRENCY] = { "a text", TEXTS },
	[SWK__KIND_ENUM] = { "a text", TEXTS },
	[SWK__KIND_BOOL] = { "a boolean", BIT(FORM) | BIT(BOOL) },
	[SWK__KIND_INSTANT] = { "an instant", TEXTS | BIT(INSTANT) },
	[SWK__KIND_DURATION] = { "a number", NUMBERS | BIT(DURATION) },
	[SWK__KIND_NUMBER] = { "a number", NUMBERS },
	[SWK__KIND_SCORE] = { "a number", NUMBERS },
	[SWK__KIND_COUNT] = { "a number", NUMBERS },
	[SWK__KIND_AMOUNT] = { "an amount", BIT(TEXT) | NUMBERS },
	[SWK__KIND_FACTOR] = { "a number", BIT(TEXT) | NUMBERS },
	[SWK__KIND_DATE] = { "a date", TEXTS | BIT(DATE) },
};

/* How many decimals a kind of number keeps, and what is wrong with further ones; NULL: they are rounded. */
static const struct {
	unsigned places;
	const char *wrong;
} precisions[] = {
	[SWK__KIND_DURATION] = { 6, NULL },
	[SWK__KIND_NUMBER] = { 6, NULL },
	[SWK__KIND_SCORE] = { 6, NULL },
	[SWK__KIND_COUNT] = { 0, "was not a whole number" },
	[SWK__KIND_AMOUNT] = { SWK__AMOUNT_PLACES, "had more than 4 decimals" },
	[SWK__KIND_FACTOR] = { 12, NULL },
};

static const char *const given_nouns[] = {
	[SWK__GIVEN_TEXT] = "a text",         [SWK__GIVEN_FORM] = "a text",        [SWK__GIVEN_DECIMAL] = "a number",
	[SWK__GIVEN_DURATION] = "a duration", [SWK__GIVEN_INT] = "a number",       [SWK__GIVEN_REAL] = "a number",
	[SWK__GIVEN_BOOL] = "a boolean",      [SWK__GIVEN_INSTANT] = "an instant", [SWK__GIVEN_DATE] = "a date",
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

/* ------------------------------------------------------------------------------------------- doubles */

/* A finite double as mantissa / 2^shift, from its bits: no rounding mode of the host and no locale has a say in it.
 * From 2^50 on, above every limit, the shift is 0. */
typedef struct binary {
	bool negative;
	uint64_t mantissa;
	unsigned shift;
} binary;

/* The same number as its shorter type holds it, whose steps are wider: then its shortest digits are fewer, 0.1 and not
 * 0.10000000149011612. Below the type's normal numbers the steps no longer shrink. */
static void binary_shorten(binary *real, unsigned precision)
{
	const unsigned finest = precision == 11 ? 24 : 149;
	unsigned drop = 53 - precision;
	if (real->shift > finest + drop)
		drop = real->shift - finest;
	if (drop >= real->shift)
		drop = real->shift - 1;
	real->mantissa = drop < 64 ? real->mantissa >> drop : 0;
	real->shift -= drop;
}

static bool binary_of(double real, unsigned precision, binary *made)
{
	uint64_t bits;
	memcpy(&bits, &real, sizeof bits);
	unsigned exponent = (unsigned)(bits >> 52) & 0x7ff;
	uint64_t mantissa = bits & ((UINT64_C(1) << 52) - 1);
	*made = (binary){ .negative = bits >> 63 };
	if (exponent == 0x7ff)
		return false;
	if (exponent >= 1023 + 50)
		return true;
	made->mantissa = mantissa | (exponent ? UINT64_C(1) << 52 : 0);
	made->shift = 1075 - exponent; /* of denormals only that they are tiny matters */
	if (precision)
		binary_shorten(made, precision);
	return true;
}

/* The decimal with the fewest places, up to `most` and 22, that reads back as the double: digits / 10^places. It does
 * when it lies nearer to it than half the step to the next double, which is 1 / 2^shift. The shorter step below powers
 * of two does not matter: with no more places than that, none but the exact decimal comes as near to those. */
static bool binary_shortest(binary real, unsigned most, swk__u128 *digits, unsigned *places)
{
	swk__u128 power = 1, step = real.shift <= 120 ? (swk__u128)1 << real.shift : 0;
	for (unsigned count = 0; real.shift && step && count <= most; count++, power *= 10) {
		swk__u128 product = real.mantissa * power, whole = product >> real.shift, rest = product & (step - 1);
		bool up = rest > step / 2 || (rest == step / 2 && whole % 2);
		if (2 * (up ? step - rest : rest) < power) {
			*digits = whole + up;
			*places = count;
			return true;
		}
	}
	return false;
}

static size_t decimal_print(bool negative, uint64_t digits, unsigned places, char text[40])
{
	int length = snprintf(text, 40, "%s%0*" PRIu64, negative ? "-" : "", (int)places + 1, digits);
	size_t mark = (size_t)length - places;
	if (places) {
		memmove(text + mark + 1, text + mark, places);
		text[mark] = '.';
	}
	return (size_t)length + (places > 0);
}

/* Keeps the digits of a number that printf wrote, whatever decimal mark the host's locale has. */
static size_t printf_print(double real, char text[40])
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

static size_t real_print(double real, unsigned precision, char text[40])
{
	binary exact;
	swk__u128 digits;
	unsigned places;
	if (binary_of(real, precision, &exact) && binary_shortest(exact, 22, &digits, &places))
		return decimal_print(exact.negative, (uint64_t)digits, places, text);
	return printf_print(real, text);
}

swk__slice swk__given_print(const swk__given *given, char text[40])
{
	if (given->kind <= SWK__GIVEN_DURATION)
		return given->text;
	size_t length = given->kind == SWK__GIVEN_REAL ? real_print(given->real, given->precision, text)
	                                               : (size_t)snprintf(text, 40, "%" PRId64, given->integer);
	return (swk__slice){ text, length };
}

swk__slice swk__amount_print(int64_t amount, char text[40])
{
	uint64_t digits = amount < 0 ? -(uint64_t)amount : (uint64_t)amount;
	unsigned places = SWK__AMOUNT_PLACES;
	for (; places && digits % 10 == 0; places--)
		digits /= 10;
	return (swk__slice){ text, decimal_print(amount < 0, digits, places, text) };
}

/* -------------------------------------------------------------------------------------------- texts */

/* Eight bytes at a step. */
bool swk__text_plain(swk__slice text)
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
	if (field->kind == SWK__KIND_CURRENCY)
		return swk__currency_digits(given->text) >= 0 || refused(reason, "is no ISO 4217 currency");
	if (given->text.length > (uint64_t)limit) {
		snprintf(reason, SWK__REASON_SIZE, "was %zu bytes long, more than %" PRId64, given->text.length, limit);
		return false;
	}
	if (swk__text_plain(given->text))
		return true;
	if (memchr(given->text.bytes, '\0', given->text.length))
		return refused(reason, "contained a NUL byte");
	if (swk__utf8_valid(given->text, &at))
		return true;
	snprintf(reason, SWK__REASON_SIZE, "was not valid UTF-8 at byte %zu", at + 1);
	return false;
}

/* ------------------------------------------------------------------------------------------ numbers */

/* A magnitude in units of a kind's last place and what lies below one: 0 nothing, 1 less than a half, 2 a half, 3
 * more. */
typedef struct decimal {
	bool negative;
	swk__u128 units;
	unsigned rest;
} decimal;

static uint64_t power_of_ten(unsigned exponent)
{
	uint64_t power = 1;
	while (exponent--)
		power *= 10;
	return power;
}

int64_t swk__number_unit(swk__kind kind)
{
	return (int64_t)power_of_ten(precisions[kind].places);
}

/* Checks the range before rounding, so that nothing above or below it is rounded into it. */
static bool decimal_value(decimal number, swk__kind kind, int64_t *value, char reason[SWK__REASON_SIZE])
{
	const swk__limits *limits = &swk__kind_limits[kind];
	uint64_t high = (uint64_t)limits->high;
	if (limits->low >= 0 && number.negative && (number.units || number.rest))
		return refused(reason, "was below 0");
	if (number.units > high || (number.units == high && number.rest)) {
		snprintf(reason, SWK__REASON_SIZE, "was %s%" PRIu64, number.negative ? "below -" : "above ",
		         high / power_of_ten(precisions[kind].places));
		return false;
	}
	if (number.rest && precisions[kind].wrong)
		return refused(reason, precisions[kind].wrong);
	bool up = number.rest == 3 || (number.rest == 2 && number.units % 2);
	int64_t made = (int64_t)(number.units + up);
	if (made < limits->low) {
		snprintf(reason, SWK__REASON_SIZE, "was 0 to %u decimals", precisions[kind].places);
		return false;
	}
	*value = number.negative ? -made : made;
	return true;
}

/* Reads digits from *at on into `value`, which stops growing at a size above every limit; at most `most` of them.
 * Returns how many there were. */
static size_t digits_read(swk__slice text, size_t *at, size_t most, uint64_t *value)
{
	size_t begin = *at;
	while (*at < text.length && *at - begin < most && text.bytes[*at] >= '0' && text.bytes[*at] <= '9') {
		if (*value < WHOLE_ABOVE)
			*value = *value * 10 + (uint64_t)(text.bytes[*at] - '0');
		++*at;
	}
	return *at - begin;
}

/* What a first digit below the last place, and whether others follow it that are not 0, amount to. */
static unsigned rest_of(uint64_t first, bool more)
{
	if (first == 5)
		return more ? 3 : 2;
	return first > 5 ? 3 : first > 0 || more;
}

static unsigned rest_read(swk__slice text, size_t *at)
{
	uint64_t first = 0;
	bool more = false;
	digits_read(text, at, 1, &first);
	for (; *at < text.length && text.bytes[*at] >= '0' && text.bytes[*at] <= '9'; ++*at)
		more |= text.bytes[*at] != '0';
	return rest_of(first, more);
}

/* Decimal digits with an optional sign and fraction. */
static bool decimal_parse(swk__slice text, unsigned places, decimal *number)
{
	uint64_t whole = 0, part = 0;
	size_t at = 0;
	*number = (decimal){ .negative = text.bytes[0] == '-' };
	if (text.bytes[0] == '-' || text.bytes[0] == '+')
		at++;
	size_t count = digits_read(text, &at, SIZE_MAX, &whole);
	if (at < text.length && text.bytes[at] == '.') {
		size_t point = ++at;
		unsigned decimals = (unsigned)digits_read(text, &at, places, &part);
		part *= power_of_ten(places - decimals);
		number->rest = rest_read(text, &at);
		count += at - point;
	}
	number->units = (swk__u128)whole * power_of_ten(places) + part;
	return count > 0 && at == text.length;
}

/* By the shortest digits that read back as the double. Where those have more than one place too many, the double's
 * exact value rounds like them. */
static bool decimal_real(const swk__given *given, unsigned places, decimal *number)
{
	binary real;
	swk__u128 digits;
	unsigned count;
	if (!binary_of(given->real, given->precision, &real))
		return false;
	*number = (decimal){ .negative = real.negative };
	if (!real.shift) {
		number->units = UINT64_MAX;
	} else if (binary_shortest(real, places + 1, &digits, &count)) {
		bool beyond = count > places;
		number->units = beyond ? digits / 10 : digits * power_of_ten(places - count);
		number->rest = beyond ? rest_of((uint64_t)(digits % 10), false) : 0;
	} else if (real.shift > 100) { /* the product has 93 bits */
		number->rest = real.mantissa != 0;
	} else {
		swk__u128 product = (swk__u128)real.mantissa * power_of_ten(places);
		number->units = product >> real.shift;
		number->rest = product >> (real.shift - 1) & 1 ? 3 : 1;
	}
	return true;
}

static bool number_value(const swk__given *given, const swk__field *field, int64_t *value,
                         char reason[SWK__REASON_SIZE])
{
	unsigned places = precisions[field->kind].places;
	uint64_t size = given->integer < 0 ? -(uint64_t)given->integer : (uint64_t)given->integer;
	decimal number = { given->integer < 0, (swk__u128)size * power_of_ten(places), 0 };
	if (given->kind == SWK__GIVEN_REAL && !decimal_real(given, places, &number))
		return refused(reason, "was not finite");
	if (given->kind <= SWK__GIVEN_DURATION && !decimal_parse(given->text, places, &number))
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

static bool date_value(const swk__given *given, int64_t *value, char reason[SWK__REASON_SIZE])
{
	int32_t parsed = 0;
	if (given->kind != SWK__GIVEN_DATE && !swk__date_parse(given->text, &parsed))
		return refused(reason, "was no date such as 2026-11-02");
	int64_t date = given->kind == SWK__GIVEN_DATE ? given->integer : parsed;
	if (date < 0 || date > SWK__DATE_MAX)
		return refused(reason, "was outside 1970-01-01 to 2200-01-01");
	*value = date;
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
	case SWK__KIND_DATE:
		return date_value(given, value, reason);
	default:
		return number_value(given, field, value, reason);
	}
}
