/* SPDX-License-Identifier: MIT */
#include "error.h"

#include <stdarg.h>
#include <stdio.h>

static const struct {
	int code;
	const char *name;
} codes[] = {
	{ SWK_OK, "SWK_OK" },
	{ SWK_ERR_USAGE, "SWK_ERR_USAGE" },
	{ SWK_ERR_INVALID, "SWK_ERR_INVALID" },
	{ SWK_ERR_REJECTED, "SWK_ERR_REJECTED" },
	{ SWK_ERR_MEMORY, "SWK_ERR_MEMORY" },
	{ SWK_ERR_LIMIT, "SWK_ERR_LIMIT" },
	{ SWK_ERR_IO, "SWK_ERR_IO" },
	{ SWK_ERR_CORRUPT, "SWK_ERR_CORRUPT" },
	{ SWK_ERR_FORMAT, "SWK_ERR_FORMAT" },
	{ SWK_ERR_LOCKED, "SWK_ERR_LOCKED" },
	{ SWK_ERR_READ_ONLY, "SWK_ERR_READ_ONLY" },
	{ SWK_ERR_ZONE, "SWK_ERR_ZONE" },
	{ SWK_ERR_INTERRUPTED, "SWK_ERR_INTERRUPTED" },
	{ SWK_ERR_FORKED, "SWK_ERR_FORKED" },
	{ SWK_ERR_OVERFLOW, "SWK_ERR_OVERFLOW" },
	{ SWK_ERR_NOT_FOUND, "SWK_ERR_NOT_FOUND" },
};

const char *swk_code_name(int code)
{
	for (size_t i = 0; i < SWK__COUNT(codes); i++)
		if (codes[i].code == code)
			return codes[i].name;
	return "SWK_ERR_?";
}

bool swk__error_usable(const swk_error *error)
{
	return error && error->size >= sizeof(swk_error);
}

/* Takes the next character that a line can show; U+FFFD for what is none (no UTF-8, or a control). */
static swk__slice character_take(swk__slice *rest)
{
	static const char replacement[] = "\xef\xbf\xbd";
	unsigned char first = (unsigned char)rest->bytes[0];
	size_t length = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
	swk__slice taken = { rest->bytes, length < rest->length ? length : rest->length };
	if (first < ' ' || first == 0x7f || !swk__utf8_valid(taken, NULL)) {
		taken = (swk__slice){ replacement, sizeof replacement - 1 };
		length = 1;
	}
	*rest = (swk__slice){ rest->bytes + length, rest->length - length };
	return taken;
}

/* Copies as much as fits, cut between characters, with "..." for the rest. */
static void text_set(char *to, size_t size, swk__slice from)
{
	size_t length = 0, cut = 0; /* cut: where "..." still fits */
	while (from.length) {
		swk__slice character = character_take(&from);
		if (length + character.length >= size) {
			memcpy(to + cut, "...", 4);
			return;
		}
		memcpy(to + length, character.bytes, character.length);
		length += character.length;
		if (length + 4 <= size)
			cut = length;
	}
	to[length] = '\0';
}

void swk__error_set_at(swk_error *error, int code, const char *table, int64_t row, const char *field, swk__slice value,
                       const char *reason)
{
	if (!swk__error_usable(error))
		return;
	error->code = code;
	error->row = row;
	text_set(error->table, sizeof error->table, swk__slice_of(table));
	text_set(error->field, sizeof error->field, swk__slice_of(field));
	text_set(error->value, sizeof error->value, value);
	text_set(error->reason, sizeof error->reason, swk__slice_of(reason));
}

void swk__error_set(swk_error *error, int code, const char *format, ...)
{
	char reason[512];
	va_list arguments;
	if (!swk__error_usable(error))
		return;
	va_start(arguments, format);
	vsnprintf(reason, sizeof reason, format, arguments);
	va_end(arguments);
	swk__error_set_at(error, code, NULL, 0, NULL, (swk__slice){ NULL, 0 }, reason);
}

void swk__error_copy(swk_error *to, const swk_error *from)
{
	if (!swk__error_usable(to))
		return;
	size_t size = to->size;
	*to = *from;
	to->size = size;
}

/* Appends to a line of `length`, which may have outgrown its `size` already. Returns the new length. */
static size_t line_add(char *line, size_t size, size_t length, const char *before, const char *text, const char *after)
{
	size_t left = length < size ? size - length : 0;
	int more = snprintf(left ? line + length : NULL, left, "%s%s%s", before, text, after);
	return ALWAYS(more >= 0) ? length + (size_t)more : length;
}

size_t swk_error_format(const swk_error *error, char *text, size_t size)
{
	char row[32] = "";
	size_t length = 0;
	if (size)
		text[0] = '\0';
	if (!swk__error_usable(error))
		return 0;
	if (error->row)
		snprintf(row, sizeof row, "%" PRId64, error->row);
	const struct {
		const char *before, *text, *after;
	} parts[] = {
		{ "", error->table, "" },
		{ "row ", row, "" },
		{ "field ", error->field, "" },
		{ "value \"", error->value, "\"" },
	};
	for (size_t i = 0; i < SWK__COUNT(parts); i++) {
		if (parts[i].text[0] == '\0')
			continue;
		if (length)
			length = line_add(text, size, length, ", ", "", "");
		length = line_add(text, size, length, parts[i].before, parts[i].text, parts[i].after);
	}
	return line_add(text, size, length, length ? ": " : "", error->reason, "");
}
