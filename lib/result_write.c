/* SPDX-License-Identifier: MIT */
#include "calendar.h"
#include "display.h"
#include "result.h"

#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* ------------------------------------------------------------------------------------------ numbers */

/* Adds one to the last digit in front of the exponent. All nines stay: one more would have fewer digits. */
static void digits_bump(char *text)
{
	char *digit = strchr(text, 'e');
	while (digit > text) {
		digit--;
		if (*digit >= '0' && *digit < '9') {
			++*digit;
			return;
		}
		if (*digit == '9')
			*digit = '0';
	}
}

/* The value in the form d.ddde+dd with the fewest digits that read back as it, in whatever decimal point is in
 * force: snprintf and strtod agree on one.
 *
 * A double that has a text of up to 15 digits has it by rounding to 15 and dropping zeros, unless it is
 * subnormal. The digits nearest to the value are the ones wanted, but for powers of two: below them doubles lie
 * twice as close, so the nearest digits may read back as the neighbour where the next digits do not. */
static void digits_print(double value, char *text, size_t size)
{
	int exponent;
	bool power = frexp(value, &exponent) == 0.5;
	for (int places = value < DBL_MIN ? 0 : 14; places <= 16; places++) {
		snprintf(text, size, "%.*e", places, value);
		if (strtod(text, NULL) == value)
			return;
		if (power) {
			digits_bump(text);
			if (strtod(text, NULL) == value)
				return;
		}
	}
}

/* Keeps the decimal digits of a text up to `end` and returns how many there are. */
static int digits_keep(char *text, const char *end)
{
	int count = 0;
	for (const char *from = text; from < end; from++)
		if (*from >= '0' && *from <= '9')
			text[count++] = *from;
	return count;
}

/* Writes `count` digits with a decimal point after the first `whole` of them, filled up with zeros where there are
 * none. Returns the end. */
static char *digits_write(char *to, const char *digits, int count, int whole)
{
	int first = whole < 1 ? whole - 1 : 0, last = count > whole ? count : whole;
	for (int i = first; i < last; i++) {
		if (i == whole)
			*to++ = '.';
		*to++ = i >= 0 && i < count ? digits[i] : '0';
	}
	*to = '\0';
	return to;
}

void swk__real_format(double real, char text[40])
{
	char digits[64];
	if (signbit(real))
		*text++ = '-';
	if (real == 0) {
		memcpy(text, "0", 2);
		return;
	}
	digits_print(fabs(real), digits, sizeof digits);
	char *mark = strchr(digits, 'e');
	int exponent = (int)strtol(mark + 1, NULL, 10), count = digits_keep(digits, mark);
	while (count > 1 && digits[count - 1] == '0')
		count--;
	if (exponent >= -5 && exponent < 16) {
		digits_write(text, digits, count, exponent + 1);
		return;
	}
	text = digits_write(text, digits, count, 1);
	snprintf(text, 16, "e%c%02d", exponent < 0 ? '-' : '+', abs(exponent));
}

void swk__amount_format(swk__i128 amount, unsigned digits, char text[48])
{
	char reversed[48];
	unsigned count = 0;
	swk__u128 rest = amount < 0 ? -(swk__u128)amount : (swk__u128)amount;
	do {
		if (count == digits && digits > 0)
			reversed[count++] = '.';
		reversed[count++] = (char)('0' + (int)(rest % 10));
		rest /= 10;
	} while (rest || count <= digits + (digits > 0));
	if (amount < 0)
		*text++ = '-';
	while (count)
		*text++ = reversed[--count];
	*text = '\0';
}

/* For people: at most four decimals, no zeros at the end. Numbers that large have no decimals anyway. */
static void real_round(double real, char text[40])
{
	char digits[64];
	if (fabs(real) >= 1e15) {
		swk__real_format(real, text);
		return;
	}
	int length = snprintf(digits, sizeof digits, "%.4f", fabs(real));
	int count = digits_keep(digits, digits + length), whole = count - 4;
	while (count > whole && digits[count - 1] == '0')
		count--;
	if (real < 0 && (count > 1 || digits[0] != '0'))
		*text++ = '-';
	digits_write(text, digits, count, whole);
}

/* ------------------------------------------------------------------------------------------- output */

/* Collects small pieces into larger ones. After the writer said stop, it is not called again. */
struct sink {
	swk_write write;
	void *context;
	bool stopped;
	size_t length;
	char bytes[4096];
};

static void sink_flush(struct sink *sink)
{
	if (!sink->stopped && sink->write(sink->context, sink->bytes, sink->length) != 0)
		sink->stopped = true;
	sink->length = 0;
}

static void put(struct sink *sink, const char *bytes, size_t length)
{
	while (length) {
		if (sink->length == sizeof sink->bytes)
			sink_flush(sink);
		size_t room = sizeof sink->bytes - sink->length, part = length < room ? length : room;
		memcpy(sink->bytes + sink->length, bytes, part);
		sink->length += part;
		bytes += part;
		length -= part;
	}
}

static void put_text(struct sink *sink, const char *text)
{
	put(sink, text, strlen(text));
}

static swk__slice text_at(const swk_result *result, size_t row, size_t column)
{
	swk__slice text = { NULL, 0 };
	text.bytes = swk_result_text(result, row, column, &text.length);
	return text;
}

/* The text of a cell that is neither text nor null. */
static void cell_format(const swk_result *result, size_t row, size_t column, bool rounded, char text[64])
{
	swk__i128 amount = 0;
	unsigned digits = 0;
	switch (swk_result_type(result, column)) {
	case SWK_TYPE_DATE:
		swk__date_format((int32_t)swk_result_int(result, row, column), text);
		break;
	case SWK_TYPE_BOOL:
		snprintf(text, 64, "%s", swk_result_int(result, row, column) ? "true" : "false");
		break;
	case SWK_TYPE_INT:
		snprintf(text, 64, "%" PRId64, swk_result_int(result, row, column));
		break;
	case SWK_TYPE_REAL:
		(rounded ? real_round : swk__real_format)(swk_result_real(result, row, column), text);
		break;
	default:
		swk__result_amount(result, row, column, &amount, &digits);
		swk__amount_format(amount, digits, text);
	}
}

/* --------------------------------------------------------------------------------------------- CSV */

static void csv_field(struct sink *sink, swk__slice text)
{
	bool quoted = false;
	for (size_t i = 0; i < text.length && !quoted; i++)
		quoted = memchr(",\"\r\n", text.bytes[i], 4);
	if (!quoted) {
		put(sink, text.bytes, text.length);
		return;
	}
	put(sink, "\"", 1);
	for (size_t i = 0; i < text.length; i++) {
		if (text.bytes[i] == '"')
			put(sink, "\"", 1);
		put(sink, text.bytes + i, 1);
	}
	put(sink, "\"", 1);
}

static void csv_cell(struct sink *sink, const swk_result *result, size_t row, size_t column)
{
	char text[64];
	if (swk_result_null(result, row, column))
		return;
	if (swk_result_type(result, column) == SWK_TYPE_TEXT) {
		csv_field(sink, text_at(result, row, column));
		return;
	}
	cell_format(result, row, column, false, text);
	put_text(sink, text);
}

static void csv_print(struct sink *sink, const swk_result *result)
{
	size_t columns = swk_result_columns(result), rows = swk_result_rows(result);
	for (size_t i = 0; i < columns; i++) {
		put(sink, ",", i > 0);
		csv_field(sink, swk__slice_of(swk_result_name(result, i)));
	}
	put(sink, "\r\n", 2);
	for (size_t row = 0; row < rows && !sink->stopped; row++) {
		for (size_t i = 0; i < columns; i++) {
			put(sink, ",", i > 0);
			csv_cell(sink, result, row, i);
		}
		put(sink, "\r\n", 2);
	}
}

/* -------------------------------------------------------------------------------------------- JSON */

/* One UTF-16 unit, or the two of a character beyond them. */
static void json_escape(struct sink *sink, uint32_t point)
{
	char escape[16];
	if (point < 0x10000)
		snprintf(escape, sizeof escape, "\\u%04x", (unsigned)point);
	else
		snprintf(escape, sizeof escape, "\\u%04x\\u%04x", (unsigned)(0xd7c0 + (point >> 10)),
		         (unsigned)(0xdc00 + (point & 0x3ff)));
	put_text(sink, escape);
}

/* What a terminal would obey, or not show, is escaped: JSON means the same by it, and it harms nobody who looks. */
static void json_string(struct sink *sink, swk__slice text)
{
	put(sink, "\"", 1);
	for (size_t at = 0; at < text.length;) {
		unsigned char byte = (unsigned char)text.bytes[at];
		swk__glyph glyph = { .length = 1 };
		if (byte < 0x20 || byte > 0x7e)
			glyph = swk__display_glyph(text, at);
		if (glyph.escape[0] && glyph.point != UINT32_MAX) {
			json_escape(sink, glyph.point);
		} else {
			put(sink, "\\", byte == '"' || byte == '\\');
			put(sink, text.bytes + at, glyph.length);
		}
		at += glyph.length;
	}
	put(sink, "\"", 1);
}

static void json_cell(struct sink *sink, const swk_result *result, size_t row, size_t column)
{
	char text[64];
	int type = swk_result_type(result, column);
	if (swk_result_null(result, row, column)) {
		put_text(sink, "null");
		return;
	}
	if (type == SWK_TYPE_TEXT) {
		json_string(sink, text_at(result, row, column));
		return;
	}
	cell_format(result, row, column, false, text);
	bool quoted = type == SWK_TYPE_DATE || type == SWK_TYPE_AMOUNT;
	put(sink, "\"", quoted);
	put_text(sink, text);
	put(sink, "\"", quoted);
}

static void json_print(struct sink *sink, const swk_result *result)
{
	size_t columns = swk_result_columns(result), rows = swk_result_rows(result);
	put(sink, "[", 1);
	for (size_t row = 0; row < rows && !sink->stopped; row++) {
		put_text(sink, row ? ",\n{" : "\n{");
		for (size_t i = 0; i < columns; i++) {
			put(sink, ",", i > 0);
			json_string(sink, swk__slice_of(swk_result_name(result, i)));
			put(sink, ":", 1);
			json_cell(sink, result, row, i);
		}
		put(sink, "}", 1);
	}
	put_text(sink, rows ? "\n]\n" : "]\n");
}

/* ------------------------------------------------------------------------------------------- table */

/* Shows a text so that it can neither move the cursor nor end the line. */
static void show(struct sink *sink, swk__slice text)
{
	for (size_t at = 0; at < text.length;) {
		swk__glyph glyph = swk__display_glyph(text, at);
		if (glyph.escape[0])
			put_text(sink, glyph.escape);
		else
			put(sink, text.bytes + at, glyph.length);
		at += glyph.length;
	}
}

struct table {
	struct sink *sink;
	const swk_result *result;
	size_t *widths;
	size_t pending; /* spaces that are due only if more follows on the line */
};

static void put_repeated(struct sink *sink, char byte, size_t count)
{
	for (; count; count--)
		put(sink, &byte, 1);
}

static bool is_number(int type)
{
	return type == SWK_TYPE_INT || type == SWK_TYPE_REAL || type == SWK_TYPE_AMOUNT;
}

static void table_cell(struct table *table, size_t column, swk__slice text)
{
	size_t room = table->widths[column] - swk__display_places(text);
	bool right = is_number(swk_result_type(table->result, column));
	table->pending += (column ? 2 : 0) + (right ? room : 0);
	if (text.length) {
		put_repeated(table->sink, ' ', table->pending);
		table->pending = 0;
		show(table->sink, text);
	}
	table->pending += right ? 0 : room;
}

static void table_end(struct table *table)
{
	put(table->sink, "\n", 1);
	table->pending = 0;
}

/* A cell as the table shows it; `text` is the place for it where it is no text. */
static swk__slice table_text(const swk_result *result, size_t row, size_t column, char text[64])
{
	if (swk_result_type(result, column) == SWK_TYPE_TEXT || swk_result_null(result, row, column))
		return text_at(result, row, column);
	cell_format(result, row, column, true, text);
	return swk__slice_of(text);
}

static size_t column_width(const swk_result *result, size_t column)
{
	char text[64];
	size_t width = swk__display_places(swk__slice_of(swk_result_name(result, column)));
	for (size_t row = 0; row < swk_result_rows(result); row++) {
		size_t places = swk__display_places(table_text(result, row, column, text));
		width = places > width ? places : width;
	}
	return width;
}

static void table_print(struct sink *sink, const swk_result *result, size_t *widths)
{
	struct table table = { .sink = sink, .result = result, .widths = widths };
	size_t columns = swk_result_columns(result), rows = swk_result_rows(result);
	for (size_t i = 0; i < columns; i++) {
		widths[i] = column_width(result, i);
		table_cell(&table, i, swk__slice_of(swk_result_name(result, i)));
	}
	table_end(&table);
	for (size_t i = 0; i < columns; i++) {
		put(sink, "  ", i ? 2 : 0);
		put_repeated(sink, '-', widths[i]);
	}
	table_end(&table);
	for (size_t row = 0; row < rows && !sink->stopped; row++) {
		for (size_t i = 0; i < columns; i++) {
			char text[64];
			table_cell(&table, i, table_text(result, row, i, text));
		}
		table_end(&table);
	}
	if (rows == 0)
		put_text(sink, "(no rows)\n");
}

int swk__result_print(const swk_result *result, swk__mem *mem, swk_format format, swk_write write, void *context,
                      swk_error *error)
{
	struct sink sink = { .write = write, .context = context };
	if (format == SWK_FORMAT_CSV) {
		csv_print(&sink, result);
	} else if (format == SWK_FORMAT_JSON) {
		json_print(&sink, result);
	} else {
		size_t *widths = swk__alloc(mem, SWK__FAULT_result_write, swk_result_columns(result), sizeof *widths);
		if (!widths)
			return swk__fail_memory(error, mem);
		table_print(&sink, result, widths);
		swk__free(mem, widths);
	}
	sink_flush(&sink);
	if (sink.stopped)
		return swk__fail(error, SWK_ERR_IO, "the output was refused by the write function");
	return SWK_OK;
}

size_t swk_text_show(const char *bytes, size_t length, swk_write write, void *context)
{
	struct sink sink = { .write = write, .context = context };
	swk__slice text = { bytes, bytes ? length : 0 };
	if (write) {
		show(&sink, text);
		sink_flush(&sink);
	}
	return swk__display_places(text);
}
