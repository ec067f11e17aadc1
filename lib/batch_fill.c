/* SPDX-License-Identifier: MIT
 *
 * Rows of one table column by column. What is checked, and in which words it is refused, is that of rows that are
 * written one by one: of several refusals of a row the first one stays, and those of rules come last.
 */
#include "batch.h"

/* Fills a column with its field's default. */
static void column_preset(const swk__field *field, swk__batch_column *column, size_t rows)
{
	if (swk__kind_is_text(field->kind)) {
		memset(column->spans, 0, rows * sizeof *column->spans);
		return;
	}
	for (size_t i = 0; i < rows; i++)
		column->values[i] = field->preset;
}

int swk__batch_fill(swk_batch *batch, swk__table table, size_t rows, int64_t first, swk_error *error)
{
	const swk__schema *schema = &swk__schemas[table];
	swk_batch_clear(batch);
	if (!swk__batch_reserve(batch, table, rows))
		return swk__fail_memory(error, batch->mem);
	if (rows > batch->refused_capacity) {
		void *refused = swk__resize(batch->mem, SWK__FAULT_batch_grow, batch->refused, rows,
		                            sizeof *batch->refused);
		if (!refused)
			return swk__fail_memory(error, batch->mem);
		batch->refused = refused;
		batch->refused_capacity = rows;
	}
	if (rows)
		memset(batch->refused, 0, rows * sizeof *batch->refused);
	for (unsigned f = 0; f < schema->count; f++)
		column_preset(&schema->fields[f], &batch->tables[table].columns[f], rows);
	for (size_t row = 0; row < rows; row++)
		batch->order[row].stamped = false;
	batch->table = (int)table;
	batch->filled = rows;
	batch->first = first;
	return SWK_OK;
}

/* Makes `row` the row at hand, as if it had just been begun. */
static void row_take(swk_batch *batch, size_t row)
{
	batch->number = batch->first + (int64_t)row;
	batch->refusal.code = SWK_OK;
	batch->broken = false;
}

/* Keeps what the row at hand was refused for, if it was. */
static int row_settle(swk_batch *batch, size_t row, swk_error *error)
{
	if (batch->refusal.code == SWK_OK)
		return SWK_OK;
	int code = swk__batch_reject_keep(batch, error);
	if (code == SWK_OK)
		batch->refused[row] = (uint32_t)batch->reject_count;
	return code;
}

int swk__batch_row_refuse(swk_batch *batch, size_t row, const char *field, swk__slice value, const char *reason,
                          swk_error *error)
{
	if (batch->refused[row])
		return SWK_OK;
	row_take(batch, row);
	swk__fail_at(&batch->refusal, SWK_ERR_INVALID, swk__schemas[batch->table].name, batch->number, field, value,
	             reason);
	return row_settle(batch, row, error);
}

int swk__batch_put(swk_batch *batch, size_t row, unsigned field, const swk__given *given, swk_error *error)
{
	const swk__schema *schema = &swk__schemas[batch->table];
	const swk__field *about = swk__schema_about(schema, field);
	swk__batch_column *column = &batch->tables[batch->table].columns[field];
	swk__batch_cell cell = { .value = about->preset };
	if (batch->refused[row])
		return SWK_OK;
	row_take(batch, row);
	int code = swk__batch_cell_set(batch, about, given, &cell);
	if (code != SWK_OK) {
		swk__error_copy(error, &batch->refusal);
		return code;
	}
	if (swk__kind_is_text(about->kind))
		column->spans[row] = cell.span;
	else if (field == schema->count)
		batch->order[row].stamped = cell.value == 1;
	else
		column->values[row] = cell.value;
	return row_settle(batch, row, error);
}

/* Checks the fields of every row together. */
static int rows_check(swk_batch *batch, swk_error *error)
{
	const swk__schema *schema = &swk__schemas[batch->table];
	const swk__batch_column *columns = batch->tables[batch->table].columns;
	int code = SWK_OK;
	for (size_t row = 0; row < batch->filled && code == SWK_OK; row++) {
		if (batch->refused[row])
			continue;
		row_take(batch, row);
		for (unsigned f = 0; f < schema->count; f++) {
			if (swk__kind_is_text(schema->fields[f].kind))
				batch->cells[f].span = columns[f].spans[row];
			else
				batch->cells[f].value = columns[f].values[row];
		}
		swk__batch_row_check(batch);
		code = row_settle(batch, row, error);
	}
	return code;
}

/* Puts the rejects, which came column by column, into the order of their rows: each is swapped into its place once. */
static void rejects_sort(swk_batch *batch)
{
	uint32_t place = 0;
	for (size_t row = 0; row < batch->filled; row++) {
		if (!batch->refused[row])
			continue;
		uint32_t from = batch->refused[row] - 1;
		if (from != place) {
			swk_error moved = batch->rejects[place];
			batch->rejects[place] = batch->rejects[from];
			batch->rejects[from] = moved;
			batch->refused[moved.row - batch->first] = from + 1;
		}
		batch->refused[row] = ++place;
	}
}

/* Moves the cells of the rows that are not refused together; returns how many these are. */
static size_t rows_pack(swk_batch *batch)
{
	const swk__schema *schema = &swk__schemas[batch->table];
	swk__batch_column *columns = batch->tables[batch->table].columns;
	size_t kept = 0;
	for (size_t row = 0; row < batch->filled; row++) {
		if (batch->refused[row])
			continue;
		for (unsigned f = 0; f < schema->count; f++) {
			if (swk__kind_is_text(schema->fields[f].kind))
				columns[f].spans[kept] = columns[f].spans[row];
			else
				columns[f].values[kept] = columns[f].values[row];
		}
		batch->order[kept++].stamped = batch->order[row].stamped;
	}
	return kept;
}

/* The first row from `row` on in which a column has no value. */
static size_t missing_find(const swk__batch_column *column, bool text, size_t row, size_t rows)
{
	if (text)
		while (row < rows && column->spans[row].length)
			row++;
	else
		while (row < rows && column->values[row] != SWK__NULL)
			row++;
	return row;
}

/* The same where it is only that no required field is missing. */
static int columns_check(swk_batch *batch, swk_error *error)
{
	const swk__schema *schema = &swk__schemas[batch->table];
	int code = SWK_OK;
	for (unsigned f = 0; f < schema->count; f++) {
		const swk__batch_column *column = &batch->tables[batch->table].columns[f];
		const bool text = swk__kind_is_text(schema->fields[f].kind);
		size_t row = schema->fields[f].required ? missing_find(column, text, 0, batch->filled) : batch->filled;
		for (; row < batch->filled && code == SWK_OK; row = missing_find(column, text, row + 1, batch->filled))
			code = swk__batch_row_refuse(batch, row, schema->fields[f].name, (swk__slice){ NULL, 0 },
			                             "was missing", error);
	}
	return code;
}

int swk__batch_filled(swk_batch *batch, swk_error *error)
{
	size_t rows = batch->filled;
	int code = swk__batch_ruled((swk__table)batch->table) ? rows_check(batch, error) : columns_check(batch, error);
	if (code != SWK_OK)
		return code;
	if (batch->reject_count) {
		rejects_sort(batch);
		rows = rows_pack(batch);
	}
	const int64_t *recorded = batch->tables[batch->table].columns[SWK__FIELD_RECORDED_AT].values;
	for (size_t row = 0; row < rows; row++)
		batch->order[row] = (swk__batch_order){ (uint32_t)row, (unsigned char)batch->table,
			                                batch->order[row].stamped && recorded[row] != SWK__NULL };
	batch->tables[batch->table].rows = batch->rows = rows;
	batch->filled = 0;
	return SWK_OK;
}
