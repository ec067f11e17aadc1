/* SPDX-License-Identifier: MIT */
#include "arrow_in.h"

#include "arrow_read.h"

#include <errno.h>
#include <stdio.h>

struct swk__arrow_in {
	swk__mem *mem;
	swk__arrow_wish wish;
	struct ArrowArrayStream *stream; /* NULL: `array` is the only one */
	struct ArrowSchema schema;       /* of the stream, ours to release */
	struct ArrowArray held;          /* of the stream, ours to release */
	const struct ArrowArray *array;  /* that is being read; NULL: the next is to be fetched */
	int64_t at;                      /* its next row */
	int64_t rows;                    /* of the arrays before */
	int64_t children;
	uint32_t chunks; /* that were begun */
	unsigned column_count;
	swk__arrow_column columns[SWK__FIELDS_MAX]; /* in the order of the schema */
};

/* ------------------------------------------------------------------------------------------- errors */

static const swk__slice nothing = { NULL, 0 };

static int column_fail(const swk__arrow_in *self, const char *name, int64_t row, const char *reason, swk_error *error)
{
	return swk__fail_at(error, SWK_ERR_INVALID, swk__schemas[self->wish.table].name, row, name, nothing, reason);
}

/* What the stream's producer said about its failure. */
static int stream_fail(const swk__arrow_in *self, int result, const char *what, swk_error *error)
{
	const char *said = self->stream->get_last_error ? self->stream->get_last_error(self->stream) : NULL;
	int code = result == ENOMEM ? SWK_ERR_MEMORY : result == EINTR ? SWK_ERR_INTERRUPTED : SWK_ERR_IO;
	return swk__fail(error, code, "the stream gave no %s: %s", what, said && *said ? said : "it did not say why");
}

/* ------------------------------------------------------------------------------------------- columns */

/* Takes a child of the schema for a field, or skips it. */
static int column_match(swk__arrow_in *self, const struct ArrowSchema *schema, int64_t place, swk_error *error)
{
	char reason[SWK__REASON_SIZE];
	const swk__schema *table = &swk__schemas[self->wish.table];
	swk__arrow_column column = { .name = schema->name, .place = place };
	int field = swk__schema_field(table, swk__slice_of(schema->name));
	if (field < 0 && self->wish.ignore_unknown)
		return SWK_OK;
	if (field < 0)
		return column_fail(self, schema->name, 0, "is no field of this table", error);
	for (unsigned i = 0; i < self->column_count; i++)
		if (self->columns[i].field == (unsigned)field)
			return column_fail(self, schema->name, 0, "was given twice", error);
	column.name = swk__schema_about(table, (unsigned)field)->name;
	column.field = (unsigned)field;
	if (!swk__arrow_column_type(&column, schema, reason))
		return column_fail(self, column.name, 0, reason, error);
	const swk__arrow_type *type = column.coded ? &column.values.type : &column.cells.type;
	if (type->kind == SWK__ARROW_TYPE_TIMESTAMP && !type->zoned && !self->wish.zone)
		return column_fail(self, column.name, 0,
		                   "was of timestamps without a zone, and no zone was named for such", error);
	self->columns[self->column_count++] = column;
	return SWK_OK;
}

/* Names all required fields that no column is for. */
static int columns_complete(const swk__arrow_in *self, swk_error *error)
{
	const swk__schema *table = &swk__schemas[self->wish.table];
	char reason[SWK__REASON_SIZE] = "is required and had no column";
	const char *first = NULL;
	size_t length = strlen(reason);
	bool given[SWK__FIELDS_MAX] = { false };
	for (unsigned i = 0; i < self->column_count; i++)
		given[self->columns[i].field] = true;
	for (unsigned f = 0; f < table->count; f++) {
		const char *name = table->fields[f].name;
		if (!table->fields[f].required || given[f])
			continue;
		if (first)
			length += (size_t)snprintf(reason + length, sizeof reason - length, ", nor had %s", name);
		first = first ? first : name;
		if (NEVER(length >= sizeof reason))
			break;
	}
	return first ? column_fail(self, first, 0, reason, error) : SWK_OK;
}

static int schema_read(swk__arrow_in *self, const struct ArrowSchema *schema, swk_error *error)
{
	int code = SWK_OK;
	if (!schema->release || !schema->format)
		return column_fail(self, NULL, 0, "the Arrow schema was released, or had no format", error);
	if (strcmp(schema->format, "+s") != 0 || schema->dictionary)
		return column_fail(self, NULL, 0, "the Arrow schema was not of a struct, whose children are columns",
		                   error);
	if (schema->n_children < 0 || (schema->n_children > 0 && !schema->children))
		return column_fail(self, NULL, 0, "the Arrow schema had a negative number of children, or none", error);
	self->children = schema->n_children;
	for (int64_t i = 0; i < schema->n_children && code == SWK_OK; i++) {
		const struct ArrowSchema *child = schema->children[i];
		if (!child || !child->release || !child->name)
			return column_fail(self, NULL, 0, "a column of the Arrow schema was released, or had no name",
			                   error);
		code = column_match(self, child, i, error);
	}
	return code == SWK_OK ? columns_complete(self, error) : code;
}

/* What dictionaries' values come to is remembered where rows will ask for it again. */
static int dictionary_open(const swk__arrow_in *self, swk__arrow_column *column, int64_t rows, swk_error *error)
{
	swk__free(self->mem, column->met);
	column->met = NULL;
	if (!column->coded || rows == 0 || column->values.length / 4 > rows)
		return SWK_OK;
	column->met = swk__alloc(self->mem, SWK__FAULT_arrow_in, (size_t)column->values.length, sizeof *column->met);
	return column->met ? SWK_OK : swk__fail_memory(error, self->mem);
}

/* Looks at an array before any of it is believed. */
static int array_open(swk__arrow_in *self, const struct ArrowArray *array, swk_error *error)
{
	char reason[SWK__REASON_SIZE];
	if (!swk__arrow_base_check(array, 1, self->children, reason))
		return column_fail(self, NULL, 0, reason, error);
	for (unsigned i = 0; i < self->column_count; i++) {
		swk__arrow_column *column = &self->columns[i];
		if (!swk__arrow_column_open(column, array->children[column->place], array->offset, array->length,
		                            reason))
			return column_fail(self, column->name, 0, reason, error);
		int code = dictionary_open(self, column, array->length, error);
		if (code != SWK_OK)
			return code;
	}
	self->array = array;
	self->at = 0;
	return SWK_OK;
}

/* -------------------------------------------------------------------------------------------- rows */

/* Refuses the rows of a chunk that are null as a whole. */
static int nulls_refuse(const swk__arrow_in *self, size_t rows, swk_error *error)
{
	const unsigned char *valid = swk__arrow_valid(self->array);
	int code = SWK_OK;
	for (size_t i = 0; valid && i < rows && code == SWK_OK; i++)
		if (!swk__arrow_bit(valid, self->array->offset + self->at + (int64_t)i))
			code = swk__batch_row_refuse(self->wish.batch, i, NULL, nothing, "was null as a whole", error);
	return code;
}

/* Fills the batch with the next chunk of the array. */
static int chunk_read(swk__arrow_in *self, swk_error *error)
{
	const int64_t left = self->array->length - self->at;
	const size_t rows = left < SWK__BATCH_FILL ? (size_t)left : SWK__BATCH_FILL;
	swk_batch *batch = self->wish.batch;
	int code = swk__batch_fill(batch, self->wish.table, rows, self->rows + self->at + 1, error);
	if (code == SWK_OK)
		code = nulls_refuse(self, rows, error);
	const swk__arrow_chunk chunk = { batch, self->wish.zone, self->at, rows, ++self->chunks };
	for (unsigned i = 0; i < self->column_count && code == SWK_OK; i++)
		code = swk__arrow_read(&self->columns[i], &chunk, error);
	if (code == SWK_OK)
		code = swk__batch_filled(batch, error);
	self->at += (int64_t)rows;
	return code;
}

/* ------------------------------------------------------------------------------------------- rejects */

int swk__arrow_rejects(swk_result *result, swk_error *error)
{
	static const swk__result_head heads[] = { { "table", SWK_TYPE_TEXT },
		                                  { "row", SWK_TYPE_INT },
		                                  { "field", SWK_TYPE_TEXT },
		                                  { "value", SWK_TYPE_TEXT },
		                                  { "reason", SWK_TYPE_TEXT } };
	return swk__result_heads(result, heads, SWK__COUNT(heads), error);
}

static int rejects_tell(const swk__arrow_in *self, swk_error *error)
{
	const swk_batch *batch = self->wish.batch;
	int code = SWK_OK;
	for (size_t i = 0; self->wish.rejects && i < batch->reject_count && code == SWK_OK; i++) {
		const swk_error *reject = &batch->rejects[i];
		swk__cell cells[] = { { .text = swk__slice_of(reject->table) },
			              { .integer = reject->row },
			              { .text = swk__slice_of(reject->field) },
			              { .text = swk__slice_of(reject->value) },
			              { .text = swk__slice_of(reject->reason) } };
		code = swk__result_row(self->wish.rejects, cells, error);
	}
	return code;
}

/* --------------------------------------------------------------------------------------------- life */

static int in_create(swk__mem *mem, const swk__arrow_wish *wish, swk__arrow_in **in, swk_error *error)
{
	swk__arrow_in *made = swk__alloc(mem, SWK__FAULT_arrow_in, 1, sizeof *made);
	if (!made)
		return swk__fail_memory(error, mem);
	made->mem = mem;
	made->wish = *wish;
	*in = made;
	return SWK_OK;
}

int swk__arrow_in_array(swk__mem *mem, const swk__arrow_wish *wish, const struct ArrowSchema *schema,
                        const struct ArrowArray *array, swk__arrow_in **in, swk_error *error)
{
	swk__arrow_in *made;
	int code = in_create(mem, wish, &made, error);
	if (code != SWK_OK)
		return code;
	code = schema_read(made, schema, error);
	if (code == SWK_OK)
		code = array_open(made, array, error);
	if (code == SWK_OK)
		*in = made;
	else
		swk__arrow_in_close(made);
	return code;
}

int swk__arrow_in_stream(swk__mem *mem, const swk__arrow_wish *wish, struct ArrowArrayStream *stream,
                         swk__arrow_in **in, swk_error *error)
{
	swk__arrow_in *made;
	int code = in_create(mem, wish, &made, error);
	if (code != SWK_OK)
		return code;
	made->stream = stream;
	int result = stream->get_schema(stream, &made->schema);
	if (result)
		made->schema.release = NULL; /* what failed has given nothing */
	code = result ? stream_fail(made, result, "schema", error) : schema_read(made, &made->schema, error);
	if (code == SWK_OK)
		*in = made;
	else
		swk__arrow_in_close(made);
	return code;
}

static void held_release(swk__arrow_in *self)
{
	if (self->held.release)
		self->held.release(&self->held);
	self->held.release = NULL;
}

void swk__arrow_in_close(swk__arrow_in *in)
{
	if (!in)
		return;
	held_release(in);
	for (unsigned i = 0; i < in->column_count; i++)
		swk__free(in->mem, in->columns[i].met);
	if (in->schema.release)
		in->schema.release(&in->schema);
	swk__free(in->mem, in);
}

/* Fetches the stream's next array; at its end, or where there is no stream, there is none. */
static int array_fetch(swk__arrow_in *self, bool *more, swk_error *error)
{
	*more = false;
	if (self->array)
		self->rows += self->array->length;
	self->array = NULL;
	held_release(self);
	if (!self->stream)
		return SWK_OK;
	int result = self->stream->get_next(self->stream, &self->held);
	if (result) {
		self->held.release = NULL;
		return stream_fail(self, result, "next array", error);
	}
	*more = self->held.release;
	return *more ? array_open(self, &self->held, error) : SWK_OK;
}

int swk__arrow_in_next(void *in, const swk_batch **batch, swk_error *error)
{
	swk__arrow_in *self = in;
	bool more = true;
	int code = SWK_OK;
	while (code == SWK_OK && more && (!self->array || self->at == self->array->length))
		code = array_fetch(self, &more, error);
	if (code != SWK_OK || !more) {
		*batch = NULL;
		return code;
	}
	code = chunk_read(self, error);
	if (code == SWK_OK)
		code = rejects_tell(self, error);
	*batch = code == SWK_OK ? self->wish.batch : NULL;
	return code;
}
