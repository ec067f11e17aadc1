/* SPDX-License-Identifier: MIT */
#include "arrow_read.h"

#include "calendar.h"

#include <stdio.h>

/* Texts whose bytes are looked at and copied together. */
#define RUN_ROWS 64
#define RUN_BYTES 8192

/* Digits that a double tells apart, whichever they are. */
#define DOUBLE_EXACT INT64_C(1000000000000000)

/* For what is compiled once for each width that is told. */
#define ALWAYS_INLINE inline __attribute__((always_inline))

/* One column on its way into one of the batch's. */
typedef struct reading {
	const swk__arrow_column *from;
	const swk__arrow_chunk *chunk;
	const swk__field *field;
	swk__batch_column *to;   /* NULL: the field has no column, every cell is read alone */
	int64_t unit, low, high; /* numbers: what one is in `to`, and between which of the column's they are taken */
} reading;

/* Reads rows from `row` on, as many as are plainly right, and returns the first that is not (or the chunk's end). A
 * null leaves the field's default. */
typedef size_t (*reader)(const reading *self, size_t row);

/* --------------------------------------------------------------------------------------- numbers */

/* Where a row's cell stands. */
static inline int64_t place_of(const reading *self, size_t row)
{
	return self->from->cells.offset + self->chunk->first + (int64_t)row;
}

static ALWAYS_INLINE size_t integers_of(const reading *self, size_t row, unsigned width)
{
	const swk__arrow_cells *cells = &self->from->cells;
	const int64_t low = self->low, high = self->high, unit = self->unit;
	const size_t rows = self->chunk->rows;
	int64_t *values = self->to->values, at = place_of(self, row);
	for (; row < rows; row++, at++) {
		if (swk__arrow_null(cells, at))
			continue;
		int64_t value = swk__arrow_signed(cells->cells + at * width, width);
		if (value < low || value > high)
			break;
		values[row] = value * unit;
	}
	return row;
}

/* The usual width is known where it is read. */
static size_t integers_read(const reading *self, size_t row)
{
	const unsigned width = self->from->cells.type.width;
	return width == 8 ? integers_of(self, row, 8) : integers_of(self, row, width);
}

/* Of more digits than microseconds have. */
static size_t nanoseconds_read(const reading *self, size_t row)
{
	const swk__arrow_cells *cells = &self->from->cells;
	int64_t at = place_of(self, row);
	for (; row < self->chunk->rows; row++, at++) {
		if (swk__arrow_null(cells, at))
			continue;
		int64_t value = swk__arrow_signed(cells->cells + at * 8, 8);
		if (value < 0 || value / 1000 > SWK__INSTANT_MAX)
			break;
		self->to->values[row] = value / 1000;
	}
	return row;
}

static size_t booleans_read(const reading *self, size_t row)
{
	const swk__arrow_cells *cells = &self->from->cells;
	int64_t at = place_of(self, row);
	for (; row < self->chunk->rows; row++, at++)
		if (!swk__arrow_null(cells, at))
			self->to->values[row] = swk__arrow_bit(cells->cells, at);
	return row;
}

/* Doubles whose shortest digits, as far as a double tells digits apart, the field keeps: only those divide back. */
static size_t doubles_read(const reading *self, size_t row)
{
	const swk__arrow_cells *cells = &self->from->cells;
	const double unit = (double)self->unit;
	int64_t at = place_of(self, row);
	for (; row < self->chunk->rows; row++, at++) {
		double real;
		memcpy(&real, cells->cells + at * 8, sizeof real);
		if (swk__arrow_null(cells, at) || real != real)
			continue;
		double scaled = real * unit;
		if (!(scaled > (double)-DOUBLE_EXACT && scaled < (double)DOUBLE_EXACT))
			break;
		int64_t value = (int64_t)(scaled < 0 ? scaled - 0.5 : scaled + 0.5);
		if ((double)value / unit != real || value < self->low || value > self->high)
			break;
		self->to->values[row] = value;
	}
	return row;
}

/* Of 16 bytes, with no more decimals than the field keeps. */
static size_t decimals_read(const reading *self, size_t row)
{
	const swk__arrow_cells *cells = &self->from->cells;
	int64_t at = place_of(self, row);
	for (; row < self->chunk->rows; row++, at++) {
		swk__i128 value;
		if (swk__arrow_null(cells, at))
			continue;
		memcpy(&value, cells->cells + at * 16, sizeof value);
		if (value < self->low || value > self->high)
			break;
		self->to->values[row] = (int64_t)value * self->unit;
	}
	return row;
}

/* ---------------------------------------------------------------------------------------- texts */

#define KEY_BYTES 8
#define CHOICES_MAX 16

/* The first eight bytes as a number, zeros behind shorter texts; `room` is how many bytes may be read. */
static inline uint64_t key_of(swk__slice text, size_t room)
{
	uint64_t key = 0;
	if (room >= sizeof key)
		memcpy(&key, text.bytes, sizeof key);
	else
		memcpy(&key, text.bytes, room);
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	return text.length < sizeof key ? key & ((UINT64_C(1) << 8 * text.length) - 1) : key;
#else
	return text.length < sizeof key ? key & ~(UINT64_MAX >> 8 * text.length) : key;
#endif
}

/* A field's choices, with what tells them apart. */
typedef struct choices {
	int64_t count;
	uint64_t keys[CHOICES_MAX];
	swk__slice texts[CHOICES_MAX];
} choices;

static void choices_set(choices *self, const swk__field *field)
{
	for (self->count = 0; self->count < CHOICES_MAX && field->values[self->count]; self->count++) {
		swk__slice text = swk__slice_of(field->values[self->count]);
		self->texts[self->count] = text;
		self->keys[self->count] = key_of(text, text.length);
	}
}

/* The number of a text, `guess` perhaps; -1 where it is none of them. */
static inline int64_t choice_find(const choices *self, swk__slice text, size_t room, int64_t guess)
{
	const uint64_t key = key_of(text, room);
	int64_t value = guess;
	if (self->keys[value] != key)
		for (value = 0; value < self->count && self->keys[value] != key; value++)
			;
	if (value == self->count || self->texts[value].length != text.length)
		return -1;
	if (text.length > KEY_BYTES && memcmp(self->texts[value].bytes, text.bytes, text.length) != 0)
		return -1;
	return value;
}

/* Enums: few texts, told apart by their first bytes before they are compared. */
static size_t choices_read(const reading *self, size_t row)
{
	const swk__arrow_cells *cells = &self->from->cells;
	const bool view = cells->type.kind == SWK__ARROW_TYPE_VIEW;
	const char *end = view || !cells->bytes ? NULL : cells->bytes + swk__arrow_end(cells);
	choices known = { 0 };
	int64_t value = 0, at = place_of(self, row);
	choices_set(&known, self->field);
	for (; row < self->chunk->rows; row++, at++) {
		if (swk__arrow_null(cells, at))
			continue;
		swk__slice text = swk__arrow_text(cells, at);
		if (text.length == 0)
			break;
		value = choice_find(&known, text, view ? text.length : (size_t)(end - text.bytes), value);
		if (value < 0)
			break;
		self->to->values[row] = value;
	}
	return row;
}

/* True when texts that lie one after the other are whole texts each. */
static bool run_whole(const swk__arrow_cells *cells, int64_t at, size_t count, swk__slice bytes)
{
	if (swk__text_plain(bytes))
		return true;
	if (memchr(bytes.bytes, '\0', bytes.length) || !swk__utf8_valid(bytes, NULL))
		return false;
	for (size_t i = 0; i < count; i++) {
		swk__slice text = swk__arrow_text(cells, at + (int64_t)i);
		if (text.length && ((unsigned char)text.bytes[0] & 0xc0) == 0x80)
			return false;
	}
	return true;
}

/* Copies the bytes of some rows at once. */
static ALWAYS_INLINE size_t run_read(const reading *self, size_t row, size_t count, unsigned width)
{
	const swk__arrow_cells *cells = &self->from->cells;
	const uint64_t most = (uint64_t)swk__kind_limits[self->field->kind].high;
	const int64_t at = place_of(self, row);
	int64_t begin = swk__arrow_signed(cells->cells + at * width, width);
	int64_t end = swk__arrow_signed(cells->cells + (at + (int64_t)count) * width, width);
	swk__slice bytes = { end > begin ? cells->bytes + begin : "", (size_t)(end - begin) };
	const uint64_t base = self->chunk->batch->bytes.length;
	if (bytes.length > RUN_BYTES || !run_whole(cells, at, count, bytes) ||
	    !swk__buf_slice(&self->chunk->batch->bytes, bytes))
		return row;
	swk__span *spans = self->to->spans;
	for (int64_t here = at, from = begin, to; here < at + (int64_t)count; here++, row++, from = to) {
		to = swk__arrow_signed(cells->cells + (here + 1) * width, width);
		const uint64_t length = (uint64_t)(to - from);
		if (swk__arrow_null(cells, here) || length == 0)
			continue;
		if (length > most)
			break;
		spans[row] = (swk__span){ base + (uint64_t)(from - begin), (uint32_t)length };
	}
	return row;
}

static ALWAYS_INLINE size_t texts_of(const reading *self, size_t row, unsigned width)
{
	while (row < self->chunk->rows) {
		size_t left = self->chunk->rows - row, count = left < RUN_ROWS ? left : RUN_ROWS;
		size_t end = run_read(self, row, count, width);
		if (end < row + count)
			return end;
		row = end;
	}
	return row;
}

static size_t texts_read(const reading *self, size_t row)
{
	const unsigned width = self->from->cells.type.width;
	return width == 4 ? texts_of(self, row, 4) : texts_of(self, row, width);
}

static size_t views_read(const reading *self, size_t row)
{
	const swk__arrow_cells *cells = &self->from->cells;
	const uint64_t most = (uint64_t)swk__kind_limits[self->field->kind].high;
	int64_t at = place_of(self, row);
	for (; row < self->chunk->rows; row++, at++) {
		if (swk__arrow_null(cells, at))
			continue;
		swk__slice text = swk__arrow_text(cells, at);
		if (!text.bytes || text.length > most || !swk__text_plain(text))
			break;
		if (text.length && !swk__batch_bytes(self->chunk->batch, text, &self->to->spans[row]))
			break;
	}
	return row;
}

/* ------------------------------------------------------------------------------------- dictionaries */

/* Values of the dictionary that were met before. */
static ALWAYS_INLINE size_t codes_of(const reading *self, size_t row, bool text, bool bytes)
{
	const swk__arrow_column *from = self->from;
	const size_t rows = self->chunk->rows;
	const uint32_t chunk = self->chunk->number;
	/* As an unsigned byte a negative index is beyond all that a signed one can be. */
	const int64_t most = from->cells.type.kind == SWK__ARROW_TYPE_SIGNED ? 128 : 256;
	const int64_t end = bytes && from->values.length > most ? most : from->values.length;
	int64_t at = place_of(self, row);
	for (; row < rows; row++, at++) {
		if (swk__arrow_null(&from->cells, at))
			continue;
		const int64_t index = bytes ? from->cells.cells[at] : swk__arrow_index(from, at);
		if (index < 0 || index >= end)
			break;
		const swk__arrow_met *met = &from->met[index];
		if (text ? met->chunk != chunk : met->chunk == 0)
			break;
		if (text)
			self->to->spans[row] = (swk__span){ (uint64_t)met->value, met->length };
		else
			self->to->values[row] = met->value;
	}
	return row;
}

/* Indices of one byte are the usual ones. */
static size_t codes_read(const reading *self, size_t row)
{
	const bool text = swk__kind_is_text(self->field->kind), bytes = self->from->cells.type.width == 1;
	if (text)
		return bytes ? codes_of(self, row, true, true) : codes_of(self, row, true, false);
	return bytes ? codes_of(self, row, false, true) : codes_of(self, row, false, false);
}

/* Remembers what the value of a row came to. */
static void code_learn(const reading *self, size_t row)
{
	const int64_t at = place_of(self, row);
	if (!self->to || !self->from->met || swk__arrow_null(&self->from->cells, at) ||
	    self->chunk->batch->refused[row])
		return;
	swk__arrow_met *met = &self->from->met[swk__arrow_index(self->from, at)];
	met->chunk = self->chunk->number;
	if (swk__kind_is_text(self->field->kind)) {
		met->value = (int64_t)self->to->spans[row].offset;
		met->length = self->to->spans[row].length;
	} else {
		met->value = self->to->values[row];
	}
}

/* ---------------------------------------------------------------------------------------- choosing */

static bool kind_number(swk__kind kind)
{
	return kind >= SWK__KIND_DURATION && kind <= SWK__KIND_FACTOR;
}

/* Sets what a cell of 1 is in the batch, and which cells lie within the field's limits. */
static void unit_set(reading *self, int64_t unit)
{
	const swk__limits *limits = &swk__kind_limits[self->field->kind];
	self->unit = unit;
	self->low = limits->low > 0 ? (limits->low + unit - 1) / unit : -(-limits->low / unit);
	self->high = limits->high / unit;
}

static reader text_reader(const reading *self)
{
	switch (self->field->kind) {
	case SWK__KIND_TEXT:
	case SWK__KIND_ID:
	case SWK__KIND_REF:
		return self->from->cells.type.kind == SWK__ARROW_TYPE_VIEW ? views_read : texts_read;
	case SWK__KIND_ENUM:
		return choices_read;
	default:
		return NULL;
	}
}

static reader timestamp_reader(reading *self)
{
	const swk__arrow_type *type = &self->from->cells.type;
	if (self->field->kind != SWK__KIND_INSTANT || !type->zoned)
		return NULL;
	if (type->per_second > SWK__US_SECOND)
		return nanoseconds_read;
	unit_set(self, SWK__US_SECOND / type->per_second);
	return integers_read;
}

static reader decimal_reader(reading *self)
{
	const swk__arrow_type *type = &self->from->cells.type;
	int64_t unit = swk__number_unit(self->field->kind);
	for (int places = 0; places < type->scale; places++) {
		if (unit == 1)
			return NULL;
		unit /= 10;
	}
	if (type->width != 16 || type->scale < 0)
		return NULL;
	unit_set(self, unit);
	return decimals_read;
}

static reader number_reader(reading *self)
{
	const swk__arrow_type *type = &self->from->cells.type;
	const int64_t unit = swk__number_unit(self->field->kind);
	switch (type->kind) {
	case SWK__ARROW_TYPE_SIGNED:
		unit_set(self, unit);
		return integers_read;
	case SWK__ARROW_TYPE_FLOAT:
		unit_set(self, 1);
		self->unit = unit;
		return type->width == 8 ? doubles_read : NULL;
	case SWK__ARROW_TYPE_DECIMAL:
		return decimal_reader(self);
	default:
		return NULL;
	}
}

/* The way for what is plainly right; NULL: every cell alone. */
static reader reader_choose(reading *self)
{
	const swk__arrow_type *type = &self->from->cells.type;
	const swk__kind kind = self->field->kind;
	if (!self->to)
		return NULL;
	if (self->from->coded)
		return self->from->met ? codes_read : NULL;
	switch (type->kind) {
	case SWK__ARROW_TYPE_TEXT:
	case SWK__ARROW_TYPE_VIEW:
		return text_reader(self);
	case SWK__ARROW_TYPE_TIMESTAMP:
		return timestamp_reader(self);
	case SWK__ARROW_TYPE_BOOL:
		return kind == SWK__KIND_BOOL ? booleans_read : NULL;
	case SWK__ARROW_TYPE_DATE:
		unit_set(self, 1);
		return kind == SWK__KIND_DATE && type->width == 4 ? integers_read : NULL;
	default:
		return kind_number(kind) ? number_reader(self) : NULL;
	}
}

/* ----------------------------------------------------------------------------------------- reading */

/* Reads one cell as the row writer is given it. */
static int cell_read(const reading *self, size_t row, swk_error *error)
{
	char text[SWK__ARROW_PRINT_SIZE], reason[SWK__REASON_SIZE];
	const char *wrong = "";
	swk__given given;
	swk_batch *batch = self->chunk->batch;
	int code = SWK_OK;
	switch (swk__arrow_cell(self->from, self->chunk->first + (int64_t)row, self->chunk->zone, text, &given,
	                        &wrong)) {
	case SWK__ARROW_FOUND_VALUE:
		code = swk__batch_put(batch, row, self->from->field, &given, error);
		break;
	case SWK__ARROW_FOUND_BROKEN:
		snprintf(reason, sizeof reason, "was a malformed Arrow array: %s", wrong);
		return swk__fail_at(error, SWK_ERR_INVALID, swk__schemas[batch->table].name,
		                    batch->first + (int64_t)row, self->from->name, (swk__slice){ NULL, 0 }, reason);
	case SWK__ARROW_FOUND_NULL:
		break;
	}
	if (code == SWK_OK)
		code_learn(self, row);
	return code;
}

int swk__arrow_read(swk__arrow_column *column, const swk__arrow_chunk *chunk, swk_error *error)
{
	swk_batch *batch = chunk->batch;
	const swk__schema *schema = &swk__schemas[batch->table];
	reading self = { .from = column, .chunk = chunk, .field = swk__schema_about(schema, column->field) };
	if (column->field < schema->count)
		self.to = &batch->tables[batch->table].columns[column->field];
	const reader read = reader_choose(&self);
	int code = SWK_OK;
	for (size_t row = 0; row < chunk->rows && code == SWK_OK; row++) {
		row = read ? read(&self, row) : row;
		if (batch->bytes.failed)
			return swk__fail_memory(error, batch->mem);
		if (row < chunk->rows)
			code = cell_read(&self, row, error);
	}
	return code;
}
