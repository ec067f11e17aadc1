/* SPDX-License-Identifier: MIT */
#include "result.h"

#include <math.h>
#include <unistd.h>

/* How many bytes eight cells of a type take. */
static const unsigned char cell_sizes[] = {
	[SWK_TYPE_TEXT] = 8 * sizeof(swk__result_span),
	[SWK_TYPE_DATE] = 8 * sizeof(int32_t),
	[SWK_TYPE_BOOL] = 1,
	[SWK_TYPE_INT] = 8 * sizeof(int64_t),
	[SWK_TYPE_REAL] = 8 * sizeof(double),
	[SWK_TYPE_AMOUNT] = 8 * sizeof(swk__i128),
};

/* ----------------------------------------------------------------------------------------- building */

int swk__result_create(swk__mem *mem, void (*keep)(void *), void (*drop)(void *), void *owner, swk_result **result,
                       swk_error *error)
{
	swk_result *made = swk__alloc(mem, SWK__FAULT_result_create, 1, sizeof *made);
	if (!made)
		return swk__fail_memory(error, mem);
	made->mem = mem;
	made->drop = drop;
	made->owner = owner;
	made->process = getpid();
	made->references = 1;
	swk__buf_init(&made->texts, mem, SIZE_MAX);
	if (keep)
		keep(owner);
	*result = made;
	return SWK_OK;
}

void swk__result_retain(swk_result *result)
{
	atomic_fetch_add_explicit(&result->references, 1, memory_order_relaxed);
}

/* The owner goes last: the memory may be its own. In a forked child nothing is freed, since the owner's locks and
 * files belong to the parent. */
void swk_result_free(swk_result *result)
{
	if (!result || result->process != getpid())
		return;
	if (atomic_fetch_sub_explicit(&result->references, 1, memory_order_acq_rel) > 1)
		return;
	swk__mem *mem = result->mem;
	void (*drop)(void *) = result->drop;
	void *owner = result->owner;
	for (size_t i = 0; i < result->width; i++) {
		swk__free(mem, result->columns[i].name);
		swk__free(mem, result->columns[i].cells);
		swk__free(mem, result->columns[i].valid);
	}
	swk__free(mem, result->columns);
	swk__free(mem, result->report);
	swk__free(mem, result->zone);
	swk__buf_done(&result->texts);
	swk__free(mem, result);
	if (drop)
		drop(owner);
}

static char *text_copy(swk__mem *mem, const char *text)
{
	size_t size = strlen(text) + 1;
	char *copy = swk__alloc(mem, SWK__FAULT_result_create, size, 1);
	if (copy)
		memcpy(copy, text, size);
	return copy;
}

int swk__result_column(swk_result *result, const char *name, swk_type type, swk_error *error)
{
	if (NEVER(type < SWK_TYPE_TEXT || type > SWK_TYPE_AMOUNT))
		return swk__fail(error, SWK_ERR_USAGE, "column %s had the unknown type %d", name, (int)type);
	if (result->rows)
		return swk__fail(error, SWK_ERR_USAGE, "column %s came after the first row", name);
	swk__result_cells *columns = swk__resize(result->mem, SWK__FAULT_result_create, result->columns,
	                                         result->width + 1, sizeof *columns);
	if (!columns)
		return swk__fail_memory(error, result->mem);
	result->columns = columns;
	char *copy = text_copy(result->mem, name);
	if (!copy)
		return swk__fail_memory(error, result->mem);
	columns[result->width++] = (swk__result_cells){ .name = copy, .type = type };
	return SWK_OK;
}

int swk__result_heads(swk_result *result, const swk__result_head *heads, size_t count, swk_error *error)
{
	int code = SWK_OK;
	for (size_t i = 0; i < count && code == SWK_OK; i++)
		code = swk__result_column(result, heads[i].name, heads[i].type, error);
	return code;
}

void swk__result_repeats(swk_result *result)
{
	result->columns[result->width - 1].repeats = true;
}

void swk__result_digits(swk_result *result, unsigned digits)
{
	result->digits = digits;
}

static bool array_grow(swk__mem *mem, void **array, size_t count, size_t size)
{
	void *grown = swk__resize(mem, SWK__FAULT_result_cells, *array, count, size);
	if (grown)
		*array = grown;
	return grown;
}

/* Makes room for so many rows. What was enlarged before a failure stays so; that changes nothing. */
static bool rows_grow(swk_result *result, size_t capacity)
{
	capacity = (capacity + 7) / 8 * 8;
	for (size_t i = 0; i < result->width; i++) {
		swk__result_cells *column = &result->columns[i];
		if (!array_grow(result->mem, &column->cells, capacity / 8, cell_sizes[column->type]) ||
		    !array_grow(result->mem, &column->valid, capacity / 8, 1))
			return false;
	}
	result->capacity = capacity;
	return true;
}

static bool rows_reserve(swk_result *result, size_t count)
{
	return count <= result->capacity - result->rows ||
	       rows_grow(result, swk__grown(result->capacity, result->rows + count));
}

#define EXPECTED_MAX 16384

void swk__result_expect(swk_result *result, size_t count)
{
	count = count < EXPECTED_MAX ? count : EXPECTED_MAX;
	if (count > result->capacity - result->rows)
		(void)rows_grow(result, result->rows + count);
}

static bool texts_reserve(swk_result *result, const swk__cell *cells)
{
	size_t bytes = 0;
	for (size_t i = 0; i < result->width; i++)
		if (result->columns[i].type == SWK_TYPE_TEXT && !cells[i].null)
			bytes += cells[i].text.length + 1;
	bool room = swk__buf_reserve(&result->texts, bytes);
	result->texts.failed = false;
	return room;
}

/* A text that the row above has in this column, as names that rows are sorted by often do, is not stored again. */
static swk__result_span text_store(swk_result *result, const swk__result_cells *column, const swk__cell *cell)
{
	swk__result_span span = { 0, 0 };
	if (cell->null)
		return span;
	if (result->rows) {
		span = ((const swk__result_span *)column->cells)[result->rows - 1];
		swk__slice above = { result->texts.bytes + span.offset, span.length };
		if (swk__bit_at(column->valid, result->rows - 1) && swk__slice_equal(above, cell->text))
			return span;
	}
	span = (swk__result_span){ result->texts.length, cell->text.length };
	swk__buf_slice(&result->texts, cell->text);
	swk__buf_byte(&result->texts, '\0');
	return span;
}

static void cell_store(swk_result *result, swk__result_cells *column, const swk__cell *cell)
{
	static const swk__cell null = { .null = true };
	size_t row = result->rows;
	swk__bit_set(column->valid, row, !cell->null);
	column->nulls += cell->null;
	if (cell->null)
		cell = &null;
	switch (column->type) {
	case SWK_TYPE_TEXT:
		((swk__result_span *)column->cells)[row] = text_store(result, column, cell);
		break;
	case SWK_TYPE_DATE:
		((int32_t *)column->cells)[row] = (int32_t)cell->integer;
		break;
	case SWK_TYPE_BOOL:
		swk__bit_set(column->cells, row, cell->integer != 0);
		break;
	case SWK_TYPE_REAL:
		((double *)column->cells)[row] = cell->real;
		break;
	case SWK_TYPE_AMOUNT:
		((swk__i128 *)column->cells)[row] = cell->amount;
		break;
	default:
		((int64_t *)column->cells)[row] = cell->integer;
	}
}

int swk__result_row(swk_result *result, const swk__cell *cells, swk_error *error)
{
	for (size_t i = 0; i < result->width; i++)
		if (result->columns[i].type == SWK_TYPE_REAL && !cells[i].null && !isfinite(cells[i].real))
			return swk__fail(error, SWK_ERR_OVERFLOW, "column %s was not finite", result->columns[i].name);
	if (!rows_reserve(result, 1) || !texts_reserve(result, cells))
		return swk__fail_memory(error, result->mem);
	for (size_t i = 0; i < result->width; i++)
		cell_store(result, &result->columns[i], &cells[i]);
	result->rows++;
	return SWK_OK;
}

/* ------------------------------------------------------------------------------------ column by column */

/* Sets the bits of `count` rows from `row` on. */
static void bits_set(void *bits, size_t row, size_t count)
{
	const size_t end = row + count;
	while (row < end && row % 8)
		swk__bit_set(bits, row++, true);
	const size_t bytes = (end - row) / 8;
	memset((char *)bits + row / 8, 0xff, bytes);
	for (row += bytes * 8; row < end; row++)
		swk__bit_set(bits, row, true);
}

int swk__result_extend(swk_result *result, size_t count, swk_error *error)
{
	if (!rows_reserve(result, count))
		return swk__fail_memory(error, result->mem);
	for (size_t i = 0; i < result->width; i++)
		bits_set(result->columns[i].valid, result->rows, count);
	result->rows += count;
	return SWK_OK;
}

int swk__result_text(swk_result *result, swk__slice text, swk__result_span *span, swk_error *error)
{
	bool room = swk__buf_reserve(&result->texts, text.length + 1);
	result->texts.failed = false;
	if (!room)
		return swk__fail_memory(error, result->mem);
	*span = (swk__result_span){ result->texts.length, text.length };
	swk__buf_slice(&result->texts, text);
	swk__buf_byte(&result->texts, '\0');
	return SWK_OK;
}

void swk__result_put_null(swk__result_cells *column, size_t row)
{
	const size_t size = cell_sizes[column->type] / 8u;
	((unsigned char *)column->valid)[row / 8] &= (unsigned char)~(1u << row % 8);
	column->nulls++;
	if (column->type == SWK_TYPE_BOOL)
		swk__bit_set(column->cells, row, false);
	else
		memset((char *)column->cells + row * size, 0, size);
}

void swk__result_put_again(swk__result_cells *column, size_t row, size_t earlier, size_t count)
{
	const size_t size = cell_sizes[column->type] / 8u;
	memcpy((char *)column->cells + row * size, (char *)column->cells + earlier * size, count * size);
}

int swk__result_finite(const swk_result *result, size_t count, swk_error *error)
{
	for (size_t i = 0; i < result->width; i++) {
		const swk__result_cells *column = &result->columns[i];
		const double *reals = column->cells;
		bool finite = true;
		for (size_t row = result->rows - count; column->type == SWK_TYPE_REAL && row < result->rows; row++)
			finite &= isfinite(reals[row]) != 0;
		if (!finite)
			return swk__fail(error, SWK_ERR_OVERFLOW, "column %s was not finite", column->name);
	}
	return SWK_OK;
}

/* ----------------------------------------------------------------------------------------------- about */

int swk__result_about(swk_result *result, const char *report, const char *zone, int week_start, uint64_t fingerprint,
                      int64_t now, uint64_t commit, swk_error *error)
{
	char *names[] = { text_copy(result->mem, report), text_copy(result->mem, zone) };
	if (!names[0] || !names[1]) {
		swk__free(result->mem, names[0]);
		swk__free(result->mem, names[1]);
		return swk__fail_memory(error, result->mem);
	}
	swk__free(result->mem, result->report);
	swk__free(result->mem, result->zone);
	result->report = names[0];
	result->zone = names[1];
	result->week_start = week_start;
	result->fingerprint = fingerprint;
	result->now = now;
	result->commit = commit;
	return SWK_OK;
}

/* ----------------------------------------------------------------------------------------- accessors */

static const swk__result_cells *column_at(const swk_result *result, size_t number)
{
	return result && number < result->width ? &result->columns[number] : NULL;
}

/* The cell's column when there is such a cell, it is not null, and its type is one of the bits of `types`. */
static const swk__result_cells *cell_at(const swk_result *result, size_t row, size_t number, unsigned types)
{
	const swk__result_cells *column = column_at(result, number);
	if (!column || row >= result->rows || !(types & 1u << column->type))
		return NULL;
	return swk__bit_at(column->valid, row) ? column : NULL;
}

#define ANY_TYPE (~0u)
#define INTEGER_TYPES (1u << SWK_TYPE_DATE | 1u << SWK_TYPE_BOOL | 1u << SWK_TYPE_INT)

size_t swk_result_rows(const swk_result *result)
{
	return result ? result->rows : 0;
}

size_t swk_result_columns(const swk_result *result)
{
	return result ? result->width : 0;
}

const char *swk_result_name(const swk_result *result, size_t number)
{
	const swk__result_cells *column = column_at(result, number);
	return column ? column->name : NULL;
}

int swk_result_type(const swk_result *result, size_t number)
{
	const swk__result_cells *column = column_at(result, number);
	return column ? (int)column->type : 0;
}

int64_t swk_result_find(const swk_result *result, const char *name)
{
	for (size_t i = 0; name && i < swk_result_columns(result); i++)
		if (strcmp(result->columns[i].name, name) == 0)
			return (int64_t)i;
	return -1;
}

int swk_result_null(const swk_result *result, size_t row, size_t number)
{
	return !cell_at(result, row, number, ANY_TYPE);
}

int64_t swk_result_int(const swk_result *result, size_t row, size_t number)
{
	const swk__result_cells *column = cell_at(result, row, number, INTEGER_TYPES);
	if (!column)
		return 0;
	switch (column->type) {
	case SWK_TYPE_DATE:
		return ((const int32_t *)column->cells)[row];
	case SWK_TYPE_BOOL:
		return swk__bit_at(column->cells, row);
	default:
		return ((const int64_t *)column->cells)[row];
	}
}

double swk_result_real(const swk_result *result, size_t row, size_t number)
{
	const swk__result_cells *column = cell_at(result, row, number, 1u << SWK_TYPE_REAL | 1u << SWK_TYPE_INT);
	if (!column)
		return 0;
	if (column->type == SWK_TYPE_INT)
		return (double)((const int64_t *)column->cells)[row];
	return ((const double *)column->cells)[row];
}

const char *swk_result_text(const swk_result *result, size_t row, size_t number, size_t *length)
{
	const swk__result_cells *column = cell_at(result, row, number, 1u << SWK_TYPE_TEXT);
	if (!column)
		return NULL;
	swk__result_span span = ((const swk__result_span *)column->cells)[row];
	if (length)
		*length = span.length;
	return result->texts.bytes + span.offset;
}

bool swk__result_amount(const swk_result *result, size_t row, size_t number, swk__i128 *amount, unsigned *digits)
{
	const swk__result_cells *column = cell_at(result, row, number, 1u << SWK_TYPE_AMOUNT);
	if (!column)
		return false;
	*amount = ((const swk__i128 *)column->cells)[row];
	*digits = result->digits;
	return true;
}

int swk_result_amount(const swk_result *result, size_t row, size_t column, int64_t *minor, unsigned *digits)
{
	swk__i128 amount;
	unsigned decimals;
	if (!swk__result_amount(result, row, column, &amount, &decimals) || amount > INT64_MAX || amount < INT64_MIN)
		return 0;
	if (minor)
		*minor = (int64_t)amount;
	if (digits)
		*digits = decimals;
	return 1;
}

const char *swk_result_zone(const swk_result *result)
{
	if (!result)
		return NULL;
	return result->zone ? result->zone : "";
}

int swk_result_week_start(const swk_result *result)
{
	return result ? result->week_start : 0;
}

uint64_t swk_result_zone_fingerprint(const swk_result *result)
{
	return result ? result->fingerprint : 0;
}

int64_t swk_result_now(const swk_result *result)
{
	return result ? result->now : 0;
}

uint64_t swk_result_commit(const swk_result *result)
{
	return result ? result->commit : 0;
}

int swk_result_write(const swk_result *result, int format, swk_write write, void *context, swk_error *error)
{
	if (!result || !write)
		return swk__fail(error, SWK_ERR_USAGE, "result or write function was NULL");
	if (format < SWK_FORMAT_CSV || format > SWK_FORMAT_TABLE)
		return swk__fail(error, SWK_ERR_USAGE, "format %d was unknown", format);
	if (result->process != getpid())
		return swk__fail(error, SWK_ERR_FORKED, "the result was made by a parent process");
	return swk__result_print(result, result->mem, (swk_format)format, write, context, error);
}
