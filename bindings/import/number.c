/* SPDX-License-Identifier: MIT */
#include "number.h"

#define DIGITS_MAX 24
#define CELL_MAX 128

static bool is_digit(char byte)
{
	return byte >= '0' && byte <= '9';
}

/* ------------------------------------------------------------------------------------------ decimals */

bool swi__decimal_parse(swi__slice text, swi__decimal *value)
{
	swi__decimal made = { 0, 0 };
	size_t at = 0, digits = 0;
	bool negative = text.length && text.bytes[0] == '-', mark = false;
	if (text.length && (text.bytes[0] == '-' || text.bytes[0] == '+'))
		at = 1;
	for (; at < text.length; at++) {
		char byte = text.bytes[at];
		if (byte == '.' && !mark) {
			mark = true;
			continue;
		}
		if (!is_digit(byte) || digits == DIGITS_MAX)
			return false;
		made.digits = made.digits * 10 + (byte - '0');
		made.places += mark;
		digits++;
	}
	if (digits == 0)
		return false;
	if (negative)
		made.digits = -made.digits;
	*value = made;
	return true;
}

bool swi__decimal_multiply(swi__decimal a, swi__decimal b, swi__decimal *product)
{
	swi__decimal made = { 0, a.places + b.places };
	if (__builtin_mul_overflow(a.digits, b.digits, &made.digits))
		return false;
	while (made.places > 0 && made.digits % 10 == 0) {
		made.digits /= 10;
		made.places--;
	}
	*product = made;
	return true;
}

size_t swi__decimal_text(swi__decimal value, char text[SWI__DECIMAL_TEXT])
{
	char back[SWI__DECIMAL_TEXT];
	size_t length = 0, at = 0;
	bool negative = value.digits < 0;
	unsigned places = value.places;
	while (value.digits != 0 || length == 0 || length <= places + (places > 0)) {
		if (places > 0 && length == places)
			back[length++] = '.';
		int digit = (int)(value.digits % 10);
		back[length++] = (char)('0' + (digit < 0 ? -digit : digit));
		value.digits /= 10;
	}
	if (negative)
		text[at++] = '-';
	while (length > 0)
		text[at++] = back[--length];
	return at;
}

/* ------------------------------------------------------------------------------------------ examples */

/* Copies without any space and with the minus sign as "-"; false when it is too long for a number. */
static bool text_squeeze(swi__slice text, char squeezed[CELL_MAX], size_t *length)
{
	size_t made = 0, space;
	for (size_t at = 0; at < text.length;) {
		if ((space = swi__space(text, at)) > 0) {
			at += space;
			continue;
		}
		bool minus = text.length - at >= 3 && memcmp(text.bytes + at, "\xe2\x88\x92", 3) == 0;
		if (made == CELL_MAX)
			return false;
		squeezed[made++] = minus ? '-' : text.bytes[at];
		at += minus ? 3 : 1;
	}
	*length = made;
	return true;
}

/* Apostrophes part thousands in Switzerland, also as U+2019. */
static size_t separator(const char *bytes, size_t left)
{
	static const char *const separators[] = { ",", ".", "'", "\xe2\x80\x99" };
	for (size_t i = 0; i < SWI__COUNT(separators); i++) {
		size_t length = strlen(separators[i]);
		if (left >= length && memcmp(bytes, separators[i], length) == 0)
			return length;
	}
	return 0;
}

/* The last separator is the decimal mark when another kind stood before it, or when it stands once and not before
 * three digits; else it groups. */
static bool number_learn_marks(swi__slice digits, swi__number *number)
{
	size_t first = 0, last = 0, count = 0, length, last_length = 0, kinds = 0;
	for (size_t at = 0; at < digits.length; at += length ? length : 1) {
		length = separator(digits.bytes + at, digits.length - at);
		if (!length) {
			if (!is_digit(digits.bytes[at]))
				return false;
			continue;
		}
		if (count++ == 0)
			first = at;
		else if (digits.bytes[at] != digits.bytes[last])
			kinds++;
		last = at;
		last_length = length;
	}
	if (kinds > 1)
		return false;
	bool mark = kinds == 1 || (count == 1 && digits.length - last - last_length != 3);
	if (mark)
		memcpy(number->mark, digits.bytes + last, last_length);
	if (count > (mark ? 1 : 0))
		memcpy(number->group, digits.bytes + first, separator(digits.bytes + first, digits.length - first));
	return true;
}

/* The stretch from the first digit to the last. */
static swi__slice digits_of(swi__slice text)
{
	size_t from = 0, to = text.length;
	while (from < to && !is_digit(text.bytes[from]))
		from++;
	while (to > from && !is_digit(text.bytes[to - 1]))
		to--;
	return (swi__slice){ text.bytes + from, to - from };
}

static bool symbol_take(swi__slice part, swi__number *number)
{
	if (part.length == 0)
		return true;
	if (number->symbol[0] || part.length >= sizeof number->symbol)
		return false;
	memcpy(number->symbol, part.bytes, part.length);
	return true;
}

static swi__slice without(swi__slice text, const char *unwanted)
{
	while (text.length && strchr(unwanted, text.bytes[0]))
		text = (swi__slice){ text.bytes + 1, text.length - 1 };
	while (text.length && strchr(unwanted, text.bytes[text.length - 1]))
		text.length--;
	return text;
}

bool swi__number_learn(swi__slice example, swi__number *number)
{
	char squeezed[CELL_MAX];
	swi__number made = { "", "", "" };
	size_t length;
	if (!text_squeeze(example, squeezed, &length))
		return false;
	swi__slice text = { squeezed, length };
	swi__slice digits = digits_of(text);
	if (digits.length == 0 || memchr(squeezed, '\0', length))
		return false;
	size_t before = (size_t)(digits.bytes - squeezed), after = before + digits.length;
	if (!symbol_take(without((swi__slice){ squeezed, before }, "+-()"), &made) ||
	    !symbol_take(without((swi__slice){ squeezed + after, length - after }, "+-()"), &made) ||
	    !number_learn_marks(digits, &made))
		return false;
	*number = made;
	return true;
}

/* ------------------------------------------------------------------------------------------- cells */

static bool starts_with(swi__slice text, const char *start)
{
	size_t length = strlen(start);
	return length && text.length >= length && memcmp(text.bytes, start, length) == 0;
}

static bool ends_with(swi__slice text, const char *end)
{
	size_t length = strlen(end);
	return length && text.length >= length && memcmp(text.bytes + text.length - length, end, length) == 0;
}

/* Takes sign, parentheses and symbol off, in whatever order they stand; each once. */
static bool cell_strip(const swi__number *number, swi__slice *text, bool *negative)
{
	bool sign = false, symbol = false;
	while (text->length && !is_digit(text->bytes[0]) && !starts_with(*text, number->mark)) {
		size_t cut = 1;
		if (starts_with(*text, number->symbol) && !symbol) {
			symbol = true;
			cut = strlen(number->symbol);
		} else if (starts_with(*text, "(") && ends_with(*text, ")") && !sign) {
			sign = *negative = true;
			text->length--;
		} else if ((starts_with(*text, "-") || starts_with(*text, "+")) && !sign) {
			sign = true;
			*negative = text->bytes[0] == '-';
		} else {
			return false;
		}
		*text = (swi__slice){ text->bytes + cut, text->length - cut };
	}
	if (!symbol && ends_with(*text, number->symbol))
		text->length -= strlen(number->symbol);
	return true;
}

/* Groups end in three digits; those before have two (India) or three, the first one to three. */
static bool group_fits(size_t digits, bool first, bool last)
{
	if (last)
		return digits == 3;
	return digits <= 3 && digits >= (first ? 1 : 2);
}

/* Copies the whole part without its grouping; returns what follows. */
static bool cell_whole(const swi__number *number, swi__slice *text, char *plain, size_t *length)
{
	size_t run = 0, groups = 0, at = 0;
	for (; at < text->length; at++) {
		swi__slice rest = { text->bytes + at, text->length - at };
		if (is_digit(*rest.bytes)) {
			plain[(*length)++] = *rest.bytes;
			run++;
		} else if (starts_with(rest, number->group)) {
			if (!group_fits(run, groups == 0, false))
				return false;
			groups++;
			run = 0;
			at += strlen(number->group) - 1;
		} else {
			break;
		}
	}
	*text = (swi__slice){ text->bytes + at, text->length - at };
	return groups == 0 || group_fits(run, false, true);
}

bool swi__number_parse(const swi__number *number, swi__slice text, swi__decimal *value)
{
	char squeezed[CELL_MAX] = "", plain[CELL_MAX + 2];
	size_t length, plain_length = 0;
	bool negative = false;
	if (!text_squeeze(text, squeezed, &length))
		return false;
	swi__slice rest = { squeezed, length };
	if (!cell_strip(number, &rest, &negative))
		return false;
	if (negative)
		plain[plain_length++] = '-';
	if (!cell_whole(number, &rest, plain, &plain_length))
		return false;
	if (starts_with(rest, number->mark)) {
		size_t mark = strlen(number->mark);
		rest = (swi__slice){ rest.bytes + mark, rest.length - mark };
		plain[plain_length++] = '.';
		for (; rest.length && is_digit(*rest.bytes); rest.bytes++, rest.length--)
			plain[plain_length++] = *rest.bytes;
	}
	return rest.length == 0 && swi__decimal_parse((swi__slice){ plain, plain_length }, value);
}

const char *swi__symbol_currency(const char *symbol)
{
	static const struct {
		const char *symbol, *code;
	} known[] = { { "$", "USD" },  { "US$", "USD" }, { "€", "EUR" },   { "£", "GBP" },   { "C$", "CAD" },
		      { "A$", "AUD" }, { "R$", "BRL" },  { "₹", "INR" },   { "CHF", "CHF" }, { "zł", "PLN" },
		      { "kr", NULL },  { "¥", NULL },    { "EUR", "EUR" }, { "USD", "USD" }, { "GBP", "GBP" } };
	for (size_t i = 0; i < SWI__COUNT(known); i++)
		if (strcmp(known[i].symbol, symbol) == 0)
			return known[i].code;
	return NULL;
}
