/* SPDX-License-Identifier: MIT */
#include "arrow_column.h"

#include "calendar.h"

#include <stdio.h>

/* No array has more cells: so many of the widest are all that can be addressed. */
#define CELLS_MAX (INT64_MAX / 64)

#define VIEW_INLINE 12

static bool broken(char reason[SWK__REASON_SIZE], const char *why)
{
	snprintf(reason, SWK__REASON_SIZE, "was a malformed Arrow array: %s", why);
	return false;
}

/* ---------------------------------------------------------------------------------------- loading */

static uint64_t unsigned_load(const unsigned char *cell, unsigned width)
{
	uint64_t number = (uint64_t)swk__arrow_signed(cell, width);
	return width < 8 ? number & ((UINT64_C(1) << 8 * width) - 1) : number;
}

static double half_load(uint64_t bits)
{
	const unsigned exponent = bits >> 10 & 31;
	uint64_t mantissa = bits & 1023;
	double real;
	if (exponent == 0) {
		real = (double)mantissa / (1 << 24);
	} else if (exponent == 31) {
		uint64_t special = UINT64_C(0x7ff) << 52 | mantissa << 42;
		memcpy(&real, &special, sizeof real);
	} else {
		uint64_t normal = (uint64_t)(exponent + 1023 - 15) << 52 | mantissa << 42;
		memcpy(&real, &normal, sizeof real);
	}
	return bits >> 15 ? -real : real;
}

static double real_load(const unsigned char *cell, unsigned width)
{
	float single;
	double real;
	if (width == 2)
		return half_load(unsigned_load(cell, 2));
	if (width == 4) {
		memcpy(&single, cell, sizeof single);
		return single;
	}
	memcpy(&real, cell, sizeof real);
	return real;
}

/* ------------------------------------------------------------------------------------------- types */

bool swk__arrow_column_type(swk__arrow_column *column, const struct ArrowSchema *schema, char reason[SWK__REASON_SIZE])
{
	swk__arrow_kind kind;
	if (!schema->format)
		return broken(reason, "its schema had no format");
	if (schema->n_children != 0)
		return swk__arrow_type_parse(schema->format, &column->cells.type, reason) &&
		       broken(reason, "its schema had children");
	if (!swk__arrow_type_parse(schema->format, &column->cells.type, reason))
		return false;
	kind = column->cells.type.kind;
	column->coded = schema->dictionary != NULL;
	if (!column->coded)
		return true;
	if (kind != SWK__ARROW_TYPE_SIGNED && kind != SWK__ARROW_TYPE_UNSIGNED)
		return broken(reason, "its dictionary had indices that are no integers");
	if (!schema->dictionary->format || schema->dictionary->n_children != 0)
		return broken(reason, "its dictionary's schema had no format, or children");
	if (schema->dictionary->dictionary)
		return broken(reason, "its dictionary had a dictionary of its own");
	return swk__arrow_type_parse(schema->dictionary->format, &column->values.type, reason);
}

/* ------------------------------------------------------------------------------------------ opening */

static bool between(int64_t number, int64_t low, int64_t high)
{
	return number >= low && number <= high;
}

bool swk__arrow_base_check(const struct ArrowArray *array, int64_t buffers, int64_t children,
                           char reason[SWK__REASON_SIZE])
{
	if (!array || !array->release)
		return broken(reason, "it was released");
	if (!between(array->length, 0, CELLS_MAX) || !between(array->offset, 0, CELLS_MAX))
		return broken(reason, "its length or offset was negative or too large");
	if (!between(array->null_count, -1, array->length))
		return broken(reason, "its number of nulls was negative or more than its length");
	if (array->n_children != children || (children && !array->children))
		return broken(reason, "it had not the children that its schema has");
	if (array->n_buffers < buffers || (buffers && !array->buffers))
		return broken(reason, "it had not the buffers that its type has");
	if (buffers && array->null_count > 0 && !array->buffers[0])
		return broken(reason, "it had nulls and no bitmap of them");
	return true;
}

const unsigned char *swk__arrow_valid(const struct ArrowArray *array)
{
	return array->null_count == 0 ? NULL : array->buffers[0];
}

/* Whether offsets of a width rise; compiled once for each width that is told. */
static inline __attribute__((always_inline)) bool offsets_rise(const unsigned char *cell, int64_t count, unsigned width)
{
	bool fine = true;
	for (int64_t i = 0; i < count; i++)
		fine &= swk__arrow_signed(cell + i * width, width) <= swk__arrow_signed(cell + (i + 1) * width, width);
	return fine;
}

/* Offsets never decrease, so that a text lies within what the last one ends. */
static bool offsets_check(const swk__arrow_cells *self, char reason[SWK__REASON_SIZE])
{
	const unsigned width = self->type.width;
	const unsigned char *cell = self->cells + self->offset * width;
	const int64_t first = swk__arrow_signed(cell, width),
		      last = swk__arrow_signed(cell + self->length * width, width);
	const bool fine = width == 4 ? offsets_rise(cell, self->length, 4) : offsets_rise(cell, self->length, 8);
	if (first < 0 || !fine)
		return broken(reason, "its offsets were negative or decreased");
	return self->bytes || last == first || broken(reason, "it had texts and no buffer of them");
}

static bool blocks_check(const swk__arrow_cells *self, char reason[SWK__REASON_SIZE])
{
	if (self->block_count && !self->sizes)
		return broken(reason, "it had no sizes of its buffers of texts");
	for (int64_t i = 0; i < self->block_count; i++) {
		int64_t size = swk__arrow_signed((const unsigned char *)self->sizes + 8 * i, 8);
		if (size < 0 || (size > 0 && !self->blocks[i]))
			return broken(reason, "a buffer of its texts was missing, or its size negative");
	}
	return true;
}

/* Looks at cells `first` to `first` + `count` - 1 of an array that has no children. */
static bool cells_open(swk__arrow_cells *self, const struct ArrowArray *array, int64_t first, int64_t count,
                       char reason[SWK__REASON_SIZE])
{
	const swk__arrow_type type = self->type;
	if (!swk__arrow_base_check(array, type.buffers, 0, reason))
		return false;
	if (type.kind != SWK__ARROW_TYPE_NULL && type.kind != SWK__ARROW_TYPE_VIEW && array->n_buffers != type.buffers)
		return broken(reason, "it had more buffers than its type has");
	if (array->length - first < count)
		return broken(reason, "it was shorter than its parent");
	*self = (swk__arrow_cells){ .type = type, .offset = array->offset + first, .length = count };
	if (type.kind == SWK__ARROW_TYPE_NULL || count == 0)
		return true;
	self->valid = swk__arrow_valid(array);
	self->cells = array->buffers[1];
	if (!self->cells)
		return broken(reason, "it had cells and no buffer of them");
	if (type.kind == SWK__ARROW_TYPE_TEXT) {
		self->bytes = array->buffers[2];
		return offsets_check(self, reason);
	}
	if (type.kind == SWK__ARROW_TYPE_VIEW) {
		self->block_count = array->n_buffers - 3;
		self->blocks = (const char *const *)array->buffers + 2;
		self->sizes = array->buffers[array->n_buffers - 1];
		return blocks_check(self, reason);
	}
	return true;
}

bool swk__arrow_column_open(swk__arrow_column *column, const struct ArrowArray *array, int64_t first, int64_t rows,
                            char reason[SWK__REASON_SIZE])
{
	if (!cells_open(&column->cells, array, first, rows, reason))
		return false;
	if (column->coded != (array->dictionary != NULL))
		return broken(reason, "its dictionary was not where its schema says");
	if (!column->coded)
		return true;
	const struct ArrowArray *dictionary = array->dictionary;
	if (dictionary->dictionary)
		return broken(reason, "its dictionary had a dictionary of its own");
	return cells_open(&column->values, dictionary, 0, dictionary->length, reason);
}

/* ------------------------------------------------------------------------------------------- digits */

/* Divides a magnitude of four words, the least first, by 10^19; returns the rest. */
static uint64_t words_divide(uint64_t words[4])
{
	swk__u128 rest = 0;
	for (int i = 3; i >= 0; i--) {
		rest = rest << 64 | words[i];
		words[i] = (uint64_t)(rest / UINT64_C(10000000000000000000));
		rest %= UINT64_C(10000000000000000000);
	}
	return (uint64_t)rest;
}

/* The digits of a magnitude, the last first; at least `least` of them. */
static size_t digits_of(uint64_t words[4], size_t least, char digits[96])
{
	size_t count = 0, kept = 0;
	while (count < least || (words[0] | words[1] | words[2] | words[3])) {
		uint64_t part = words_divide(words);
		for (int i = 0; i < 19; i++, part /= 10) {
			digits[count++] = (char)('0' + part % 10);
			if (digits[count - 1] != '0')
				kept = count;
		}
	}
	return kept > least ? kept : least;
}

/* Writes a number of four words in two's complement with `scale` decimals. */
static swk__slice decimal_print(uint64_t words[4], int scale, char text[SWK__ARROW_PRINT_SIZE])
{
	char digits[96];
	const bool negative = words[3] >> 63;
	uint64_t carry = 1;
	size_t length = 0;
	for (int i = 0; negative && i < 4; i++) {
		words[i] = ~words[i] + carry;
		carry = carry && words[i] == 0;
	}
	const size_t places = scale > 0 ? (size_t)scale : 0;
	size_t count = digits_of(words, places + 1, digits);
	const bool zero = count == 1 && digits[0] == '0';
	if (negative)
		text[length++] = '-';
	while (count > 0) {
		if (count-- == places)
			text[length++] = '.';
		text[length++] = digits[count];
	}
	for (int i = scale; i < 0 && !zero; i++)
		text[length++] = '0';
	return (swk__slice){ text, length };
}

/* Sign-extends a cell of up to 32 bytes. */
static void words_load(const unsigned char *cell, unsigned width, uint64_t words[4])
{
	if (width <= 8)
		words[0] = (uint64_t)swk__arrow_signed(cell, width);
	else
		memcpy(words, cell, width);
	const unsigned last = width <= 8 ? 0 : width / 8 - 1;
	for (unsigned i = last + 1; i < 4; i++)
		words[i] = words[last] >> 63 ? UINT64_MAX : 0;
}

/* ------------------------------------------------------------------------------------------- cells */

swk__slice swk__arrow_view(const swk__arrow_cells *self, int64_t at)
{
	static const swk__slice nowhere = { NULL, 0 };
	const unsigned char *view = self->cells + at * 16;
	int64_t length = swk__arrow_signed(view, 4);
	if (length < 0)
		return nowhere;
	if (length <= VIEW_INLINE)
		return (swk__slice){ (const char *)view + 4, (size_t)length };
	int64_t block = swk__arrow_signed(view + 8, 4), offset = swk__arrow_signed(view + 12, 4);
	if (block < 0 || block >= self->block_count || offset < 0)
		return nowhere;
	int64_t size = swk__arrow_signed((const unsigned char *)self->sizes + 8 * block, 8);
	const char *bytes = self->blocks[block] + (offset + length <= size ? offset : 0);
	if (offset + length > size || memcmp(bytes, view + 4, 4) != 0)
		return nowhere;
	return (swk__slice){ bytes, (size_t)length };
}

static swk__given real_given(const swk__arrow_cells *self, int64_t at)
{
	static const unsigned precisions[] = { [2] = 11, [4] = 24, [8] = 0 };
	const unsigned width = self->type.width;
	return (swk__given){ .kind = SWK__GIVEN_REAL,
		             .real = real_load(self->cells + at * width, width),
		             .precision = precisions[width] };
}

static swk__given digits_given(swk__given_kind kind, uint64_t words[4], int scale, char text[SWK__ARROW_PRINT_SIZE])
{
	return (swk__given){ .kind = kind, .text = decimal_print(words, scale, text) };
}

static swk__given unsigned_given(const swk__arrow_cells *self, int64_t at, char text[SWK__ARROW_PRINT_SIZE])
{
	const unsigned width = self->type.width;
	uint64_t number = unsigned_load(self->cells + at * width, width);
	if (number > INT64_MAX)
		return digits_given(SWK__GIVEN_DECIMAL, (uint64_t[4]){ number }, 0, text);
	return (swk__given){ .kind = SWK__GIVEN_INT, .integer = (int64_t)number };
}

/* Microseconds of a timestamp: further digits are cut, what does not fit is as far off as can be. */
static int64_t microseconds(int64_t value, int64_t per_second)
{
	if (per_second > SWK__US_SECOND)
		return value / 1000 - (value % 1000 < 0);
	int64_t factor = SWK__US_SECOND / per_second, product;
	if (__builtin_mul_overflow(value, factor, &product))
		return value < 0 ? INT64_MIN : INT64_MAX;
	return product;
}

static swk__given timestamp_given(const swk__arrow_cells *self, int64_t at, const swk__zone *zone)
{
	int64_t instant = microseconds(swk__arrow_signed(self->cells + at * 8, 8), self->type.per_second);
	if (!self->type.zoned && instant >= -2 * SWK__US_DAY && instant <= SWK__INSTANT_MAX + 2 * SWK__US_DAY)
		instant = swk__zone_instant(zone, instant);
	return (swk__given){ .kind = SWK__GIVEN_INSTANT, .integer = instant };
}

static swk__given duration_given(const swk__arrow_cells *self, int64_t at, char text[SWK__ARROW_PRINT_SIZE])
{
	uint64_t words[4];
	int places = 0;
	for (int64_t unit = self->type.per_second; unit > 1; unit /= 10)
		places++;
	words_load(self->cells + at * 8, 8, words);
	return digits_given(SWK__GIVEN_DURATION, words, places, text);
}

static swk__given date_given(const swk__arrow_cells *self, int64_t at)
{
	const int64_t day = INT64_C(86400000);
	int64_t date = swk__arrow_signed(self->cells + at * self->type.width, self->type.width);
	if (self->type.width == 8)
		date = date / day - (date % day < 0);
	return (swk__given){ .kind = SWK__GIVEN_DATE, .integer = date };
}

/* A cell that is not null, but for a NaN, which is how pandas writes nulls. */
static swk__arrow_found value_read(const swk__arrow_cells *self, int64_t at, const swk__zone *zone,
                                   char text[SWK__ARROW_PRINT_SIZE], swk__given *given, const char **wrong)
{
	uint64_t words[4];
	const unsigned width = self->type.width;
	*given = (swk__given){ .kind = SWK__GIVEN_TEXT };
	switch (self->type.kind) {
	case SWK__ARROW_TYPE_NULL:
		return SWK__ARROW_FOUND_NULL;
	case SWK__ARROW_TYPE_BOOL:
		*given = (swk__given){ .kind = SWK__GIVEN_BOOL, .integer = swk__arrow_bit(self->cells, at) };
		break;
	case SWK__ARROW_TYPE_SIGNED:
		*given = (swk__given){ .kind = SWK__GIVEN_INT,
			               .integer = swk__arrow_signed(self->cells + at * width, width) };
		break;
	case SWK__ARROW_TYPE_UNSIGNED:
		*given = unsigned_given(self, at, text);
		break;
	case SWK__ARROW_TYPE_FLOAT:
		*given = real_given(self, at);
		return given->real != given->real ? SWK__ARROW_FOUND_NULL : SWK__ARROW_FOUND_VALUE;
	case SWK__ARROW_TYPE_DECIMAL:
		words_load(self->cells + at * width, width, words);
		*given = digits_given(SWK__GIVEN_DECIMAL, words, self->type.scale, text);
		break;
	case SWK__ARROW_TYPE_TEXT:
	case SWK__ARROW_TYPE_VIEW:
		given->text = swk__arrow_text(self, at);
		*wrong = "a view of it pointed where no text is";
		return given->text.bytes ? SWK__ARROW_FOUND_VALUE : SWK__ARROW_FOUND_BROKEN;
	case SWK__ARROW_TYPE_DATE:
		*given = date_given(self, at);
		break;
	case SWK__ARROW_TYPE_TIMESTAMP:
		*given = timestamp_given(self, at, zone);
		break;
	case SWK__ARROW_TYPE_DURATION:
		*given = duration_given(self, at, text);
		break;
	}
	return SWK__ARROW_FOUND_VALUE;
}

int64_t swk__arrow_index(const swk__arrow_column *column, int64_t at)
{
	const swk__arrow_cells *cells = &column->cells;
	const unsigned char *cell = cells->cells + at * cells->type.width;
	/* An unsigned index that is too large for the signed type is negative, and as wrong. */
	int64_t index = cells->type.kind == SWK__ARROW_TYPE_SIGNED ? swk__arrow_signed(cell, cells->type.width)
	                                                           : (int64_t)unsigned_load(cell, cells->type.width);
	return index < column->values.length ? index : -1;
}

swk__arrow_found swk__arrow_cell(const swk__arrow_column *column, int64_t row, const swk__zone *zone,
                                 char text[SWK__ARROW_PRINT_SIZE], swk__given *given, const char **wrong)
{
	const swk__arrow_cells *cells = &column->cells;
	int64_t at = cells->offset + row;
	if (swk__arrow_null(cells, at))
		return SWK__ARROW_FOUND_NULL;
	if (!column->coded)
		return value_read(cells, at, zone, text, given, wrong);
	int64_t index = swk__arrow_index(column, at);
	if (index < 0) {
		*wrong = "an index of it lay outside its dictionary";
		return SWK__ARROW_FOUND_BROKEN;
	}
	at = column->values.offset + index;
	return swk__arrow_null(&column->values, at) ? SWK__ARROW_FOUND_NULL
	                                            : value_read(&column->values, at, zone, text, given, wrong);
}
