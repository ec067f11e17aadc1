/* SPDX-License-Identifier: MIT */
#include "support.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

void *swi__alloc(size_t count, size_t size)
{
	return calloc(count ? count : 1, size);
}

void *swi__resize(void *block, size_t count, size_t size)
{
	size_t bytes;
	if (__builtin_mul_overflow(count, size, &bytes) || bytes == 0)
		return NULL;
	return realloc(block, bytes);
}

void swi__free(void *block)
{
	free(block);
}

/* ------------------------------------------------------------------------------------------- texts */

bool swi__text_reserve(swi__text *text, size_t length)
{
	if (text->failed || length <= text->capacity - text->length)
		return !text->failed;
	size_t needed = text->length + length;
	size_t capacity = text->capacity < 128 ? 256 : text->capacity * 2;
	if (capacity < needed)
		capacity = needed;
	char *grown = swi__resize(text->bytes, capacity, 1);
	if (!grown) {
		text->failed = true;
		return false;
	}
	text->bytes = grown;
	text->capacity = capacity;
	return true;
}

bool swi__text_append(swi__text *text, const char *bytes, size_t length)
{
	if (!swi__text_reserve(text, length))
		return false;
	if (length)
		memcpy(text->bytes + text->length, bytes, length);
	text->length += length;
	return true;
}

bool swi__text_byte(swi__text *text, char byte)
{
	return swi__text_append(text, &byte, 1);
}

void swi__text_clear(swi__text *text)
{
	text->length = 0;
	text->failed = false;
}

void swi__text_done(swi__text *text)
{
	swi__free(text->bytes);
	*text = (swi__text){ NULL, 0, 0, false };
}

/* ------------------------------------------------------------------------------------------ spaces */

/* Of three bytes: U+2000 to U+200A, U+202F, U+205F, U+3000; and U+FEFF, which some exports scatter. */
static bool space_of_three(const unsigned char *byte)
{
	if (byte[0] == 0xe2 && byte[1] == 0x80)
		return (byte[2] >= 0x80 && byte[2] <= 0x8a) || byte[2] == 0xaf;
	return (byte[0] == 0xe2 && byte[1] == 0x81 && byte[2] == 0x9f) ||
	       (byte[0] == 0xe3 && byte[1] == 0x80 && byte[2] == 0x80) ||
	       (byte[0] == 0xef && byte[1] == 0xbb && byte[2] == 0xbf);
}

size_t swi__space(swi__slice text, size_t at)
{
	if (at >= text.length)
		return 0;
	const unsigned char *byte = (const unsigned char *)text.bytes + at;
	size_t left = text.length - at;
	if (*byte == ' ' || (*byte >= '\t' && *byte <= '\r'))
		return 1;
	if (left >= 2 && byte[0] == 0xc2 && byte[1] == 0xa0)
		return 2;
	return left >= 3 && space_of_three(byte) ? 3 : 0;
}

/* Of ASCII, and no space. */
static bool plain(char byte)
{
	return byte > ' ';
}

swi__slice swi__trim(swi__slice text)
{
	size_t begin = 0, end = text.length, space;
	if (end == 0 || (plain(text.bytes[0]) && plain(text.bytes[end - 1])))
		return text;
	while ((space = swi__space(text, begin)) > 0)
		begin += space;
	while (end > begin) {
		swi__slice head = { text.bytes, end };
		size_t back = 1;
		while (back <= 3 && back <= end - begin && swi__space(head, end - back) != back)
			back++;
		if (back > 3 || back > end - begin)
			break;
		end -= back;
	}
	return (swi__slice){ text.bytes + begin, end - begin };
}

/* ------------------------------------------------------------------------------------------- UTF-8 */

/* What the second byte of a character may be after some first bytes (RFC 3629); 0x80 to 0xbf after the others. */
static const struct {
	unsigned char first, low, high;
} seconds[] = { { 0xe0, 0xa0, 0xbf }, { 0xed, 0x80, 0x9f }, { 0xf0, 0x90, 0xbf }, { 0xf4, 0x80, 0x8f } };

static bool second_fits(unsigned char first, unsigned char second)
{
	for (size_t i = 0; i < SWI__COUNT(seconds); i++)
		if (first == seconds[i].first)
			return second >= seconds[i].low && second <= seconds[i].high;
	return second >= 0x80 && second <= 0xbf;
}

/* The length of the character at `byte`, of `left` bytes; 0 when there is none. */
static size_t character(const unsigned char *byte, size_t left)
{
	size_t length = byte[0] < 0xe0 ? 2 : byte[0] < 0xf0 ? 3 : 4;
	if (byte[0] < 0x80)
		return byte[0] != 0;
	if (byte[0] < 0xc2 || byte[0] > 0xf4 || left < length || !second_fits(byte[0], byte[1]))
		return 0;
	for (size_t i = 2; i < length; i++)
		if (byte[i] < 0x80 || byte[i] > 0xbf)
			return 0;
	return length;
}

/* The length of the ASCII at the beginning, in steps of eight bytes. */
static size_t ascii(swi__slice text)
{
	size_t at = 0;
	for (; at + 8 <= text.length; at += 8) {
		uint64_t bytes;
		memcpy(&bytes, text.bytes + at, sizeof bytes);
		/* A byte of 0x80 or more, or a zero, which borrows from the next. */
		if ((bytes | (bytes - UINT64_C(0x0101010101010101))) & UINT64_C(0x8080808080808080))
			break;
	}
	return at;
}

bool swi__utf8_valid(swi__slice text, size_t *at)
{
	size_t place = ascii(text), length;
	while (place < text.length) {
		length = character((const unsigned char *)text.bytes + place, text.length - place);
		if (length == 0)
			break;
		place += length;
	}
	if (at)
		*at = place;
	return place == text.length;
}

/* ------------------------------------------------------------------------------------------ errors */

/* Copies what fits, cut between characters, with "..." for the rest. */
static void text_put(char *to, size_t size, swi__slice from)
{
	size_t length = from.length;
	bool cut = length >= size;
	if (cut)
		for (length = size - 4; length > 0 && ((unsigned char)from.bytes[length] & 0xc0) == 0x80;)
			length--;
	memcpy(to, from.bytes, length);
	memcpy(to + length, cut ? "..." : "", cut ? 4 : 1);
}

int swi__fail_row(swk_error *error, int code, int64_t row, const char *field, swi__slice value, const char *reason)
{
	if (!error || error->size < sizeof(swk_error))
		return code;
	error->code = code;
	error->row = row;
	error->table[0] = '\0';
	text_put(error->field, sizeof error->field, swi__slice_of(field ? field : ""));
	text_put(error->value, sizeof error->value, value);
	text_put(error->reason, sizeof error->reason, swi__slice_of(reason));
	return code;
}

int swi__fail(swk_error *error, int code, const char *format, ...)
{
	char reason[512];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(reason, sizeof reason, format, arguments);
	va_end(arguments);
	return swi__fail_row(error, code, 0, NULL, (swi__slice){ "", 0 }, reason);
}

int swi__fail_memory(swk_error *error)
{
	return swi__fail(error, SWK_ERR_MEMORY, "memory could not be allocated");
}
