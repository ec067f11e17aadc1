/* SPDX-License-Identifier: MIT */
#include "columns.h"

/* Rows that are packed at a time. */
#define CHUNK 64

swk__layout swk__layout_of(swk__table table)
{
	swk__layout layout = { &swk__schemas[table], swk__schemas[table].count };
	for (unsigned l = 0; l < SWK__LINK_COUNT; l++)
		layout.count += swk__links[l].table == table;
	return layout;
}

/* Links are numbers as texts are. */
static bool field_is_text(const swk__layout *layout, unsigned field)
{
	return field >= layout->schema->count || swk__kind_is_text(layout->schema->fields[field].kind);
}

/* -------------------------------------------------------------------------------------------- reading */

int64_t swk__columns_get(const swk__columns *columns, unsigned field, uint32_t row)
{
	swk__run run = swk__columns_run(columns, field, row);
	return swk__run_get(&run, 0);
}

/* -------------------------------------------------------------------------------------------- packing */

/* The cells of some values, 0 for null; false when one does not fit. Written so that a compiler can take several values
 * at a time: what is wrong with any of them comes together in bits. What lies below the base is far above it without a
 * sign, as bases are within INT64_MAX / 4. */
static inline __attribute__((always_inline)) bool cells_pack_by(const swk__coding *coding, uint64_t unit,
                                                                const int64_t *values, unsigned count, uint32_t *cells)
{
	const unsigned bits = coding->width * 8u;
	const uint64_t base = (uint64_t)coding->base;
	const int64_t null = coding->text ? 0 : SWK__NULL;
	uint64_t wrong = 0;
	for (unsigned i = 0; i < count; i++) {
		const bool is_null = values[i] == null;
		const uint64_t apart = is_null ? 0 : (uint64_t)values[i] - base, cell = apart / unit;
		wrong |= cell >> bits | (cell * unit ^ apart) | (!is_null & (cell == 0));
		cells[i] = (uint32_t)cell;
	}
	return wrong == 0;
}

/* The same, with units that the compiler knows, as dividing is slow. */
static SWK__WIDE bool cells_pack(const swk__coding *coding, const int64_t *values, unsigned count, uint32_t *cells)
{
	switch (coding->unit) {
	case 1:
		return cells_pack_by(coding, 1, values, count, cells);
	case 1000:
		return cells_pack_by(coding, 1000, values, count, cells);
	case 1000000:
		return cells_pack_by(coding, 1000000, values, count, cells);
	default:
		return cells_pack_by(coding, coding->unit, values, count, cells);
	}
}

static void cells_store(unsigned width, const uint32_t *cells, unsigned count, char *to)
{
	if (width == 1)
		for (unsigned i = 0; i < count; i++)
			((unsigned char *)to)[i] = (unsigned char)cells[i];
	else if (width == 2)
		for (unsigned i = 0; i < count; i++)
			((uint16_t *)(void *)to)[i] = (uint16_t)cells[i];
	else
		memcpy(to, cells, count * sizeof *cells);
}

/* Writes up to CHUNK values in a coding; false when one does not fit. */
static bool values_write(const swk__coding *coding, const int64_t *values, unsigned count, char *to)
{
	uint32_t cells[CHUNK];
	bool good = true;
	switch (coding->width) {
	case 0:
		for (unsigned i = 0; i < count; i++)
			good &= values[i] == coding->base;
		return good;
	case 8:
		memcpy(to, values, count * sizeof *values);
		return true;
	default:
		good = cells_pack(coding, values, count, cells);
		cells_store(coding->width, cells, count, to);
		return good;
	}
}

/* ------------------------------------------------------------------------------------ choosing codings */

const uint32_t swk__units[SWK__UNIT_COUNT] = { 1000000, 10000, 1000, 100, 1 };

/* Whether all values are multiples of a unit, which the compiler knows where it is a usual one. */
static inline __attribute__((always_inline)) bool multiples_of(int64_t unit, const int64_t *values, uint32_t count)
{
	bool good = true;
	for (uint32_t i = 0; i < count; i++)
		good &= values[i] % unit == 0 || values[i] == SWK__NULL;
	return good;
}

static bool multiples(unsigned unit, const int64_t *values, uint32_t count)
{
	if (swk__units[unit] == 1000000)
		return multiples_of(1000000, values, count);
	if (swk__units[unit] == 1000)
		return multiples_of(1000, values, count);
	return multiples_of(swk__units[unit], values, count);
}

void swk__spread_add(swk__spread *spread, int64_t null, const int64_t *values, uint32_t count)
{
	int64_t low = spread->any ? spread->low : INT64_MAX, high = spread->any ? spread->high : INT64_MIN;
	for (uint32_t i = 0; i < count; i++) {
		const bool is_null = values[i] == null;
		spread->null |= is_null;
		low = !is_null && values[i] < low ? values[i] : low;
		high = !is_null && values[i] > high ? values[i] : high;
	}
	spread->any = low <= high;
	spread->low = low;
	spread->high = high;
	while (!multiples(spread->unit, values, count))
		spread->unit++;
}

static swk__coding text_coding(const swk__spread *of, bool id)
{
	int64_t high = of->any ? of->high : 0;
	unsigned char width = id || high > UINT16_MAX ? 4 : high > UINT8_MAX ? 2 : 1;
	return (swk__coding){ .unit = 1, .width = high == 0 ? 0 : width, .text = true };
}

/* The narrowest coding for multiples of a unit from `low` to `high` and, if it may be, their neighbours: all from 0 on,
 * or as much room below as above. `grown`: values outgrew the coding before. All rows are copied then, and what grows
 * steadily would soon outgrow a little room around it again: half is left free, of 4 bytes a quarter, or the cells are
 * wider. */
static swk__coding range_coding(int64_t unit, int64_t low, int64_t high, bool grown)
{
	const int64_t apart = (high - low) / unit + 1, from_zero = high / unit + 1;
	for (unsigned char width = 1; width <= 4; width *= 2) {
		const int64_t most = (int64_t)((UINT64_C(1) << width * 8) - 1);
		if (low >= 0 && from_zero <= most)
			return (swk__coding){ .base = -unit, .unit = (uint32_t)unit, .width = width };
		if (apart > (grown ? most - most / (width < 4 ? 2 : 4) : most))
			continue;
		const int64_t base = (low / unit - 1 - (most - apart) / 2) * unit;
		return (swk__coding){ .base = base, .unit = (uint32_t)unit, .width = width };
	}
	return (swk__coding){ .unit = 1, .width = 8 };
}

/* A coding for values. `reach`: how far from one of them others may lie, 0 where nobody knows. */
static swk__coding value_coding(const swk__spread *of, int64_t reach, bool grown)
{
	if (!of->any || (of->low == of->high && !of->null && !reach))
		return (swk__coding){ .base = of->any ? of->low : SWK__NULL, .unit = 1 };
	if (of->low < -INT64_MAX / 4 || of->high > INT64_MAX / 4)
		return (swk__coding){ .unit = 1, .width = 8 };
	const int64_t low = reach ? of->high - reach : of->low, high = reach ? of->low + reach : of->high;
	return range_coding(swk__units[of->unit], low, high, grown);
}

/* All instants of a part lie in one week. */
#define REACH (INT64_C(7) * 86400 * 1000000)

static void column_spread(const swk__columns *columns, unsigned field, uint32_t rows, swk__spread *of)
{
	int64_t values[CHUNK];
	for (uint32_t row = 0; row < rows; row += CHUNK) {
		swk__run run = swk__columns_run(columns, field, row);
		unsigned count = rows - row < CHUNK ? rows - row : CHUNK;
		for (unsigned i = 0; i < count; i++)
			values[i] = swk__run_get(&run, i);
		swk__spread_add(of, run.coding.text ? 0 : SWK__NULL, values, count);
	}
}

static const int64_t *chunk_of(const swk__fresh *fresh, unsigned field, uint32_t from, unsigned count, int64_t *values)
{
	if (!fresh->picked)
		return fresh->values[field] + from;
	for (unsigned i = 0; i < count; i++)
		values[i] = fresh->values[field][fresh->picked[from + i]];
	return values;
}

/* A coding for the stored values of a field and the fresh ones. */
static swk__coding coding_choose(const swk__columns *columns, unsigned field, uint32_t rows, const swk__fresh *fresh)
{
	const swk__layout *layout = columns->layout;
	const bool text = field_is_text(layout, field);
	int64_t values[CHUNK];
	swk__spread of = { 0 };
	column_spread(columns, field, rows, &of);
	for (uint32_t from = 0; from < fresh->count; from += CHUNK) {
		unsigned count = fresh->count - from < CHUNK ? fresh->count - from : CHUNK;
		swk__spread_add(&of, text ? 0 : SWK__NULL, chunk_of(fresh, field, from, count, values), count);
	}
	if (text)
		return text_coding(&of, field == SWK__FIELD_ID || field >= layout->schema->count);
	return value_coding(&of, (int)field == layout->schema->instant ? REACH : 0, rows > 0);
}

/* -------------------------------------------------------------------------------------------- columns */

static void columns_lay(swk__columns *columns)
{
	columns->row_bytes = 0;
	for (unsigned f = 0; f < columns->layout->count; f++) {
		columns->offsets[f] = (unsigned char)columns->row_bytes;
		columns->row_bytes += columns->codings[f].width;
	}
}

swk__columns *swk__columns_create(swk__mem *mem, const swk__layout *layout)
{
	swk__columns *columns = swk__alloc(mem, SWK__FAULT_history_columns, 1, sizeof *columns);
	if (!columns)
		return NULL;
	columns->mem = mem;
	columns->references = 1;
	columns->layout = layout;
	for (unsigned f = 0; f < layout->count; f++) {
		bool text = field_is_text(layout, f);
		columns->codings[f] = (swk__coding){ .base = text ? 0 : SWK__NULL, .unit = 1, .text = text };
	}
	return columns;
}

void swk__columns_release(swk__columns *columns)
{
	if (!columns || atomic_fetch_sub_explicit(&columns->references, 1, memory_order_acq_rel) > 1)
		return;
	for (size_t k = 0; k < SWK__COLUMNS_SEGMENTS; k++)
		swk__free(columns->mem, columns->segments[k]);
	swk__free(columns->mem, columns);
}

bool swk__columns_reserve(swk__columns *columns, uint32_t row)
{
	uint32_t at, size;
	unsigned segment = swk__segment_of(row, &at, &size);
	if (NEVER(segment >= SWK__COLUMNS_SEGMENTS))
		return false;
	if (!columns->segments[segment])
		columns->segments[segment] = swk__alloc(columns->mem, SWK__FAULT_history_segment, 1,
		                                        sizeof(swk__segment) + (size_t)size * columns->row_bytes);
	return columns->segments[segment] != NULL;
}

void swk__columns_handles(const swk__columns *columns, uint32_t row, uint32_t count, uint32_t *handles)
{
	for (uint32_t i = 0, together; i < count; i += together) {
		const uint32_t first = swk__columns_handle(columns, row + i);
		together = swk__columns_together(row + i);
		together = together < count - i ? together : count - i;
		for (uint32_t k = 0; k < together; k++)
			handles[i + k] = first + k;
	}
}

static char *cell_at(swk__columns *columns, unsigned field, uint32_t row)
{
	return (char *)(uintptr_t)swk__columns_run(columns, field, row).cells;
}

static bool coding_same(const swk__coding *a, const swk__coding *b)
{
	return a->base == b->base && a->unit == b->unit && a->width == b->width && a->text == b->text;
}

/* Copies the first rows of a field from other columns; what they hold fits. */
static void column_copy(swk__columns *to, const swk__columns *from, unsigned field, uint32_t rows)
{
	const bool same = coding_same(&to->codings[field], &from->codings[field]);
	int64_t values[CHUNK];
	for (uint32_t row = 0, count; row < rows; row += count) {
		swk__run run = swk__columns_run(from, field, row);
		count = rows - row < run.count ? rows - row : run.count;
		if (same) {
			memcpy(cell_at(to, field, row), run.cells, (size_t)count * run.coding.width);
			continue;
		}
		count = count < CHUNK ? count : CHUNK;
		for (uint32_t i = 0; i < count; i++)
			values[i] = swk__run_get(&run, i);
		(void)values_write(&to->codings[field], values, count, cell_at(to, field, row));
	}
}

/* The first `rows` rows in other codings, with segments for as many as `end`. */
static swk__columns *columns_recode(const swk__columns *from, uint32_t rows, uint32_t end, const swk__coding *codings)
{
	swk__columns *to = swk__columns_create(from->mem, from->layout);
	if (!to)
		return NULL;
	memcpy(to->codings, codings, sizeof to->codings);
	columns_lay(to);
	for (uint32_t row = 0, at, size; row < end; row += size) {
		unsigned segment = swk__segment_of(row, &at, &size);
		if (!swk__columns_reserve(to, row)) {
			swk__columns_release(to);
			return NULL;
		}
		to->segments[segment]->handle = from->segments[segment]->handle;
	}
	for (unsigned f = 0; f < to->layout->count; f++)
		column_copy(to, from, f, rows);
	return to;
}

swk__columns *swk__columns_copy(const swk__columns *columns, uint32_t rows)
{
	return columns_recode(columns, rows, rows, columns->codings);
}

/* Writes a field of fresh rows; false when a value does not fit. */
static bool column_write(swk__columns *columns, unsigned field, uint32_t rows, const swk__fresh *fresh)
{
	int64_t values[CHUNK];
	for (uint32_t from = 0, count; from < fresh->count; from += count) {
		const uint32_t left = fresh->count - from, together = swk__columns_together(rows + from);
		count = left < together ? left : together;
		count = count < CHUNK ? count : CHUNK;
		if (!values_write(&columns->codings[field], chunk_of(fresh, field, from, count, values), count,
		                  cell_at(columns, field, rows + from)))
			return false;
	}
	return true;
}

bool swk__columns_write(swk__columns **columns, uint32_t rows, const swk__fresh *fresh)
{
	swk__columns *old = *columns;
	swk__coding codings[SWK__CELLS_MAX];
	bool good = true;
	memcpy(codings, old->codings, sizeof codings);
	for (unsigned f = 0; f < old->layout->count; f++) {
		if (column_write(old, f, rows, fresh))
			continue;
		good = false;
		codings[f] = coding_choose(old, f, rows, fresh);
	}
	if (good)
		return true;
	swk__columns *wider = columns_recode(old, rows, rows + fresh->count, codings);
	if (!wider)
		return false;
	for (unsigned f = 0; f < wider->layout->count; f++)
		(void)column_write(wider, f, rows, fresh);
	swk__columns_release(old);
	*columns = wider;
	return true;
}
