/* SPDX-License-Identifier: MIT */
#include "journal.h"

#include "text.h"

/* Where a row's table stands: none, but that the texts are numbered from 1 again. */
#define TEXTS_ANEW (2u * SWK__TABLE_COUNT)

/* ------------------------------------------------------------------------------------------- encoding */

/* A text is its number in the order of first use, from 1, which is just how `seen` counts them. */
static int text_encode(swk__text *seen, swk__slice text, swk__buf *buf, swk_error *error)
{
	uint32_t before = swk__text_count(seen), number;
	int code = swk__text_intern(seen, text, &number, error);
	if (code != SWK_OK)
		return code;
	swk__buf_varint(buf, number);
	if (number == before) {
		swk__buf_varint(buf, text.length);
		swk__buf_slice(buf, text);
	}
	return SWK_OK;
}

static void value_encode(int64_t value, swk__buf *buf)
{
	swk__u128 twice = (swk__u128)value << 1;
	swk__buf_varint(buf, value == SWK__NULL ? 0 : 1 + (value < 0 ? ~twice : twice));
}

static int row_encode(const swk_batch *batch, swk__batch_order place, int64_t stamp, swk__text *seen, swk__buf *buf,
                      swk_error *error)
{
	const swk__schema *schema = &swk__schemas[place.table];
	int code = SWK_OK;
	bool stamped = place.stamped ||
	               batch->tables[place.table].columns[SWK__FIELD_RECORDED_AT].values[place.row] == SWK__NULL;
	swk__buf_varint(buf, place.table * 2u + stamped);
	for (unsigned i = 0; i < schema->count && code == SWK_OK; i++) {
		const swk__batch_column *column = &batch->tables[place.table].columns[i];
		if (swk__kind_is_text(schema->fields[i].kind))
			code = text_encode(seen, swk__batch_text_at(batch, column->spans[place.row]), buf, error);
		else
			value_encode(i == SWK__FIELD_RECORDED_AT ? stamp : column->values[place.row], buf);
	}
	return code;
}

int swk__journal_encode(const swk_batch *batch, const unsigned char *stored, const int64_t *stamps, swk__buf *buf,
                        swk_error *error)
{
	swk__text seen;
	size_t before = buf->length;
	int code = swk__text_init(&seen, batch->mem, swk__random_key(), error);
	if (code != SWK_OK)
		return code;
	for (size_t i = 0; i < batch->rows && code == SWK_OK; i++) {
		if (!stored[i])
			continue;
		if (before && buf->length == before)
			swk__buf_varint(buf, TEXTS_ANEW);
		code = row_encode(batch, batch->order[i], stamps[i], &seen, buf, error);
	}
	if (code == SWK_OK && buf->failed)
		code = swk__fail_memory(error, buf->mem);
	if (code != SWK_OK)
		buf->length = before;
	swk__text_done(&seen);
	return code;
}

/* ------------------------------------------------------------------------------------------- decoding */

/* The texts of the commit so far, as places in the batch's bytes. */
typedef struct decoder {
	swk__reader reader;
	swk_batch *batch;
	swk__span *texts;
	size_t count, capacity;
	int code; /* what failed where it was not the bytes */
	swk_error *error;
} decoder;

static bool decoder_starve(decoder *self)
{
	self->code = swk__fail_memory(self->error, self->batch->mem);
	return false;
}

/* Reads a text that comes for the first time. */
static bool text_learn(decoder *self)
{
	uint64_t length = swk__read_varint64(&self->reader);
	swk__slice text = swk__read_slice(&self->reader, length);
	if (text.length == 0 || text.length > (uint64_t)swk__kind_limits[SWK__KIND_TEXT].high)
		return false;
	if (self->count == self->capacity) {
		size_t capacity = swk__grown(self->capacity, self->count + 1);
		void *texts = swk__resize(self->batch->mem, SWK__FAULT_journal_text, self->texts, capacity,
		                          sizeof *self->texts);
		if (!texts)
			return decoder_starve(self);
		self->texts = texts;
		self->capacity = capacity;
	}
	if (!swk__batch_bytes(self->batch, text, &self->texts[self->count]))
		return decoder_starve(self);
	self->count++;
	return true;
}

static bool text_decode(decoder *self, const swk__field *field, swk__batch_cell *cell)
{
	uint64_t number = swk__read_varint64(&self->reader);
	cell->span = (swk__span){ 0, 0 };
	if (number == 0)
		return !self->reader.failed && !field->required;
	if (number > (uint64_t)self->count + 1 || (number > self->count && !text_learn(self)))
		return false;
	cell->span = self->texts[number - 1];
	return cell->span.length <= (uint64_t)swk__kind_limits[field->kind].high;
}

static bool value_decode(decoder *self, const swk__field *field, swk__batch_cell *cell)
{
	swk__u128 shifted = swk__read_varint(&self->reader);
	if (self->reader.failed || shifted > UINT64_MAX)
		return false;
	uint64_t twice = (uint64_t)shifted - 1;
	cell->value = shifted == 0 ? SWK__NULL : (int64_t)(twice >> 1) ^ -(int64_t)(twice & 1);
	return swk__field_allows(field, cell->value);
}

static bool row_decode(decoder *self)
{
	swk__batch_cell cells[SWK__FIELDS_MAX] = { { 0 } };
	uint64_t head = swk__read_varint64(&self->reader), table = head / 2;
	if (head == TEXTS_ANEW) {
		self->count = 0;
		return true;
	}
	if (self->reader.failed || table >= SWK__TABLE_COUNT)
		return false;
	const swk__schema *schema = &swk__schemas[table];
	for (unsigned i = 0; i < schema->count; i++) {
		const swk__field *field = &schema->fields[i];
		if (swk__kind_is_text(field->kind) ? !text_decode(self, field, &cells[i])
		                                   : !value_decode(self, field, &cells[i]))
			return false;
	}
	if (cells[SWK__FIELD_RECORDED_AT].value == SWK__NULL)
		return false;
	self->code = swk__batch_append(self->batch, (swk__table)table, cells, head % 2, self->error);
	return self->code == SWK_OK;
}

int swk__journal_decode(swk__slice bytes, swk_batch *batch, swk_error *error)
{
	decoder self = { .reader = { .bytes = bytes.bytes, .length = bytes.length }, .batch = batch, .error = error };
	bool good = true;
	while (good && self.reader.at < bytes.length)
		good = row_decode(&self);
	swk__free(batch->mem, self.texts);
	if (good)
		return SWK_OK;
	swk_batch_clear(batch);
	if (self.code != SWK_OK)
		return self.code;
	return swk__fail(error, SWK_ERR_CORRUPT, "the journal was corrupt at byte %zu of %zu", self.reader.at,
	                 bytes.length);
}
