/* SPDX-License-Identifier: MIT */
#include "columns.h"

/* ------------------------------------------------------------------------------------------- cells */

static unsigned char kind_width(swk__kind kind)
{
	switch (kind) {
	case SWK__KIND_TEXT:
	case SWK__KIND_ID:
	case SWK__KIND_REF:
	case SWK__KIND_ZONE:
		return 4;
	case SWK__KIND_ENUM:
	case SWK__KIND_BOOL:
		return 1;
	default:
		return 8;
	}
}

void swk__layout_init(swk__layout *layout, const swk__schema *schema)
{
	static const unsigned char extra_widths[SWK__EXTRA_COUNT] = { [SWK__EXTRA_COMMIT] = 8, [SWK__EXTRA_OLDER] = 8 };
	*layout = (swk__layout){ .schema = schema, .count = schema->count + SWK__EXTRA_COUNT };
	unsigned offset = 0;
	for (unsigned f = 0; f < layout->count; f++) {
		unsigned char width = f < schema->count ? kind_width(schema->fields[f].kind)
		                                        : extra_widths[f - schema->count];
		layout->widths[f] = width;
		layout->offsets[f] = (unsigned short)offset;
		offset += width;
	}
	layout->row_bytes = offset;
}

/* Bytes hold 0 for null and 1 + value otherwise. */
int64_t swk__columns_get(const swk__columns *columns, unsigned field, uint32_t row)
{
	uint32_t run;
	const char *cell = swk__columns_run(columns, field, row, &run);
	switch (columns->layout->widths[field]) {
	case 1:
		return *(const unsigned char *)cell ? *(const unsigned char *)cell - 1 : SWK__NULL;
	case 4:
		return *(const uint32_t *)(const void *)cell;
	default:
		return *(const int64_t *)(const void *)cell;
	}
}

void swk__columns_gather(const swk__columns *columns, unsigned field, const uint32_t *rows, uint32_t count,
                         int64_t *cells)
{
	uint32_t run;
	if (count == 0)
		return;
	const void *from = swk__columns_run(columns, field, rows[0], &run);
	const unsigned char *bytes = from;
	const uint32_t *numbers = from;
	const int64_t *values = from;
	switch (columns->layout->widths[field]) {
	case 1:
		for (uint32_t i = 0; i < count; i++)
			cells[i] = bytes[rows[i] - rows[0]] ? bytes[rows[i] - rows[0]] - 1 : SWK__NULL;
		break;
	case 4:
		for (uint32_t i = 0; i < count; i++)
			cells[i] = numbers[rows[i] - rows[0]];
		break;
	default:
		for (uint32_t i = 0; i < count; i++)
			cells[i] = values[rows[i] - rows[0]];
	}
}

void swk__columns_set(swk__columns *columns, unsigned field, uint32_t row, int64_t value)
{
	uint32_t at;
	unsigned segment = swk__segment_of(row, &at);
	size_t size = (size_t)SWK__COLUMNS_FIRST << segment;
	const swk__layout *layout = columns->layout;
	char *cell = columns->segments[segment] + layout->offsets[field] * size + (size_t)at * layout->widths[field];
	switch (layout->widths[field]) {
	case 1:
		*(unsigned char *)cell = (unsigned char)(value == SWK__NULL ? 0 : value + 1);
		break;
	case 4:
		*(uint32_t *)(void *)cell = (uint32_t)value;
		break;
	default:
		*(int64_t *)(void *)cell = value;
	}
}

static swk__columns *columns_create(swk__mem *mem, const swk__layout *layout)
{
	swk__columns *columns = swk__alloc(mem, SWK__FAULT_history_columns, 1, sizeof *columns);
	if (!columns)
		return NULL;
	columns->mem = mem;
	columns->references = 1;
	columns->layout = layout;
	return columns;
}

static void columns_release(swk__columns *columns)
{
	if (atomic_fetch_sub_explicit(&columns->references, 1, memory_order_acq_rel) > 1)
		return;
	for (size_t k = 0; k < SWK__COLUMNS_SEGMENTS; k++)
		swk__free(columns->mem, columns->segments[k]);
	swk__free(columns->mem, columns);
}

/* ------------------------------------------------------------------------------------------- parts */

static uint32_t words_for(uint32_t rows)
{
	return (uint32_t)(((uint64_t)rows + 63) / 64);
}

swk__part *swk__part_create(swk__mem *mem, swk__columns *columns, uint32_t rows)
{
	swk__part *part = swk__alloc(mem, SWK__FAULT_history_part, 1, sizeof *part);
	if (!part)
		return NULL;
	part->words = words_for(rows);
	part->bits = swk__alloc(mem, SWK__FAULT_history_part, part->words, sizeof *part->bits);
	if (!part->bits) {
		swk__free(mem, part);
		return NULL;
	}
	part->mem = mem;
	part->references = 1;
	part->columns = columns;
	part->rows = rows;
	atomic_fetch_add_explicit(&columns->references, 1, memory_order_relaxed);
	return part;
}

void swk__part_release(swk__part *part)
{
	if (!part || atomic_fetch_sub_explicit(&part->references, 1, memory_order_acq_rel) > 1)
		return;
	columns_release(part->columns);
	swk__free(part->mem, part->bits);
	swk__free(part->mem, part);
}

void swk__part_mark(swk__part *part, uint32_t row, bool live)
{
	uint64_t bit = UINT64_C(1) << (row % 64), *word = &part->bits[row / 64];
	if (live && !(*word & bit))
		part->live++;
	else if (!live && (*word & bit))
		part->live--;
	*word = live ? *word | bit : *word & ~bit;
}

static swk__part *part_copy(const swk__part *part, uint64_t txn)
{
	swk__part *copy = swk__part_create(part->mem, part->columns, part->rows);
	if (!copy)
		return NULL;
	memcpy(copy->bits, part->bits, words_for(part->rows) * sizeof *copy->bits);
	copy->live = part->live;
	copy->txn = txn;
	return copy;
}

bool swk__part_append(swk__part *part, uint32_t *row)
{
	swk__columns *columns = part->columns;
	uint32_t at, number = part->rows;
	unsigned segment = swk__segment_of(number, &at);
	if (NEVER(segment >= SWK__COLUMNS_SEGMENTS))
		return false;
	if (!columns->segments[segment]) {
		columns->segments[segment] = swk__alloc(columns->mem, SWK__FAULT_history_segment,
		                                        (size_t)SWK__COLUMNS_FIRST << segment,
		                                        columns->layout->row_bytes);
		if (!columns->segments[segment])
			return false;
	}
	if (number / 64 >= part->words) {
		size_t words = swk__grown(part->words, (size_t)number / 64 + 1);
		uint64_t *bits = swk__resize(part->mem, SWK__FAULT_history_part, part->bits, words, sizeof *bits);
		if (!bits)
			return false;
		memset(bits + part->words, 0, (words - part->words) * sizeof *bits);
		part->bits = bits;
		part->words = (uint32_t)words;
	}
	part->rows = number + 1;
	*row = number;
	return true;
}

/* --------------------------------------------------------------------------------------- directory */

swk__directory *swk__directory_create(swk__mem *mem, int32_t first, uint32_t count, uint64_t txn)
{
	swk__directory *directory = swk__alloc(mem, SWK__FAULT_history_directory, 1,
	                                       sizeof *directory + count * sizeof(swk__part *));
	if (!directory)
		return NULL;
	directory->mem = mem;
	directory->references = 1;
	directory->txn = txn;
	directory->first = first;
	directory->count = count;
	return directory;
}

void swk__directory_release(swk__directory *directory)
{
	if (!directory || atomic_fetch_sub_explicit(&directory->references, 1, memory_order_acq_rel) > 1)
		return;
	for (uint32_t i = 0; i < directory->count; i++)
		swk__part_release(directory->parts[i]);
	swk__free(directory->mem, directory);
}

/* Makes *directory one of the transaction's own that has a place for the week. */
static bool directory_cover(swk__mem *mem, swk__directory **directory, int32_t week, uint64_t txn)
{
	swk__directory *old = *directory;
	int32_t first = week, end = week + 1;
	if (old) {
		first = old->first < first ? old->first : first;
		end = old->first + (int32_t)old->count > end ? old->first + (int32_t)old->count : end;
	}
	if (old && old->txn == txn && old->first == first && (int32_t)old->count == end - first)
		return true;
	swk__directory *own = swk__directory_create(mem, first, (uint32_t)(end - first), txn);
	if (!own)
		return false;
	for (uint32_t i = 0; old && i < old->count; i++) {
		swk__part *part = old->parts[i];
		if (part)
			atomic_fetch_add_explicit(&part->references, 1, memory_order_relaxed);
		own->parts[old->first - first + (int32_t)i] = part;
	}
	swk__directory_release(old);
	*directory = own;
	return true;
}

static swk__part *part_first(swk__mem *mem, const swk__layout *layout, uint64_t txn)
{
	swk__columns *columns = columns_create(mem, layout);
	if (!columns)
		return NULL;
	swk__part *part = swk__part_create(mem, columns, 0);
	columns_release(columns);
	if (part)
		part->txn = txn;
	return part;
}

swk__part *swk__directory_own(swk__mem *mem, swk__directory **directory, const swk__layout *layout, int32_t week,
                              uint64_t txn)
{
	if (!directory_cover(mem, directory, week, txn))
		return NULL;
	swk__part **place = &(*directory)->parts[week - (*directory)->first];
	swk__part *old = *place;
	if (old && old->txn == txn)
		return old;
	swk__part *own = old ? part_copy(old, txn) : part_first(mem, layout, txn);
	if (!own)
		return NULL;
	swk__part_release(old);
	*place = own;
	return own;
}

/* ------------------------------------------------------------------------------------------- pages */

static void page_release(swk__mem *mem, swk__page *page)
{
	if (page && atomic_fetch_sub_explicit(&page->references, 1, memory_order_acq_rel) == 1)
		swk__free(mem, page);
}

void swk__pages_release(swk__pages *pages)
{
	if (!pages || atomic_fetch_sub_explicit(&pages->references, 1, memory_order_acq_rel) > 1)
		return;
	for (uint32_t i = 0; i < pages->count; i++)
		page_release(pages->mem, pages->pages[i]);
	swk__free(pages->mem, pages);
}

static bool pages_cover(swk__mem *mem, swk__pages **pages, uint32_t page, uint64_t txn)
{
	swk__pages *old = *pages;
	if (old && old->txn == txn && page < old->count)
		return true;
	uint32_t count = old ? old->count : 0;
	if (page >= count)
		count = page + 1 + page / 2;
	swk__pages *own = swk__alloc(mem, SWK__FAULT_history_page, 1, sizeof *own + count * sizeof(swk__page *));
	if (!own)
		return false;
	own->mem = mem;
	own->references = 1;
	own->txn = txn;
	own->count = count;
	for (uint32_t i = 0; old && i < old->count; i++) {
		own->pages[i] = old->pages[i];
		if (own->pages[i])
			atomic_fetch_add_explicit(&own->pages[i]->references, 1, memory_order_relaxed);
	}
	swk__pages_release(old);
	*pages = own;
	return true;
}

bool swk__pages_set(swk__mem *mem, swk__pages **pages, uint32_t entity, swk__place place, uint64_t txn)
{
	uint32_t number = entity / SWK__PAGE_PLACES;
	if (!pages_cover(mem, pages, number, txn))
		return false;
	swk__page **slot = &(*pages)->pages[number];
	if (!*slot || (*slot)->txn != txn) {
		swk__page *own = swk__alloc(mem, SWK__FAULT_history_page, 1, sizeof *own);
		if (!own)
			return false;
		if (*slot)
			memcpy(own->places, (*slot)->places, sizeof own->places);
		own->references = 1;
		own->txn = txn;
		page_release(mem, *slot);
		*slot = own;
	}
	(*slot)->places[entity % SWK__PAGE_PLACES] = place;
	return true;
}

/* ------------------------------------------------------------------------------------------- state */

void swk__state_retain(const swk__table_state *state)
{
	if (state->directory)
		atomic_fetch_add_explicit(&state->directory->references, 1, memory_order_relaxed);
	if (state->current)
		atomic_fetch_add_explicit(&state->current->references, 1, memory_order_relaxed);
}

void swk__state_release(swk__table_state *state)
{
	swk__directory_release(state->directory);
	swk__pages_release(state->current);
	*state = (swk__table_state){ .latest = INT64_MIN };
}
