/* SPDX-License-Identifier: MIT */
#include "parts.h"

/* -------------------------------------------------------------------------------------------------- parts */

static uint32_t words_for(uint32_t rows)
{
	return (uint32_t)(((uint64_t)rows + 63) / 64);
}

/* A part on these columns (retained) with nothing live. */
static swk__part *part_create(swk__mem *mem, swk__columns *columns, uint32_t rows)
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

static void commits_retain(const swk__part *part)
{
	if (part->commits)
		atomic_fetch_add_explicit(&part->commits->references, 1, memory_order_relaxed);
}

static void commits_release(swk__mem *mem, swk__commit_runs *commits)
{
	if (commits && atomic_fetch_sub_explicit(&commits->references, 1, memory_order_acq_rel) == 1)
		swk__free(mem, commits);
}

swk__part *swk__part_bare(swk__mem *mem, const swk__part *part)
{
	swk__part *bare = part_create(mem, part->columns, part->rows);
	if (!bare)
		return NULL;
	bare->commits = part->commits;
	bare->commit_count = part->commit_count;
	commits_retain(bare);
	return bare;
}

void swk__part_release(swk__part *part)
{
	if (!part || atomic_fetch_sub_explicit(&part->references, 1, memory_order_acq_rel) > 1)
		return;
	swk__columns_release(part->columns);
	commits_release(part->mem, part->commits);
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
	swk__part *copy = swk__part_bare(part->mem, part);
	if (!copy)
		return NULL;
	memcpy(copy->bits, part->bits, words_for(part->rows) * sizeof *copy->bits);
	copy->live = part->live;
	copy->txn = txn;
	return copy;
}

const swk__commit_run *swk__part_commit(const swk__part *part, uint32_t row)
{
	const swk__commit_run *runs = part->commits->runs;
	uint32_t low = 0, high = part->commit_count;
	while (high - low > 1) {
		uint32_t middle = low + (high - low) / 2;
		if (runs[middle].row <= row)
			low = middle;
		else
			high = middle;
	}
	return &runs[low];
}

bool swk__part_commits(swk__part *part, uint32_t row, uint64_t commit, bool stamped)
{
	swk__commit_runs *commits = part->commits;
	const swk__commit_run *last = part->commit_count ? &commits->runs[part->commit_count - 1] : NULL;
	if (last && last->commit == commit && last->stamped == stamped)
		return true;
	if (!commits || part->commit_count == commits->capacity) {
		size_t capacity = commits ? swk__grown(commits->capacity, (size_t)commits->capacity + 1) : 1;
		swk__commit_runs *grown = swk__alloc(part->mem, SWK__FAULT_history_part, 1,
		                                     sizeof *grown + capacity * sizeof grown->runs[0]);
		if (!grown)
			return false;
		grown->references = 1;
		grown->capacity = (uint32_t)capacity;
		if (commits)
			memcpy(grown->runs, commits->runs, part->commit_count * sizeof grown->runs[0]);
		commits_release(part->mem, commits);
		part->commits = commits = grown;
	}
	commits->runs[part->commit_count++] = (swk__commit_run){ row, stamped, commit };
	return true;
}

/* Makes the bitmap long enough for `rows` rows. */
static bool part_widen(swk__part *part, uint32_t rows)
{
	const size_t needed = words_for(rows);
	if (needed <= part->words)
		return true;
	size_t words = part->words + part->words / 4 > needed ? part->words + part->words / 4 : needed;
	uint64_t *bits = swk__resize(part->mem, SWK__FAULT_history_part, part->bits, words, sizeof *bits);
	if (!bits)
		return false;
	memset(bits + part->words, 0, (words - part->words) * sizeof *bits);
	part->bits = bits;
	part->words = (uint32_t)words;
	return true;
}

bool swk__part_append(swk__part *part, const swk__fresh *fresh)
{
	if (!part_widen(part, part->rows + fresh->count) || !swk__columns_write(&part->columns, part->rows, fresh))
		return false;
	part->rows += fresh->count;
	return true;
}

bool swk__part_apart(swk__part *part)
{
	if (atomic_load_explicit(&part->columns->references, memory_order_acquire) == 1)
		return true;
	swk__columns *own = swk__columns_copy(part->columns, part->rows);
	if (!own)
		return false;
	swk__columns_release(part->columns);
	part->columns = own;
	return true;
}

/* ---------------------------------------------------------------------------------------------- directory */

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

/* Makes *directory one of the transaction's own that has a place for the week. One that grows in a transaction grows
 * by half of itself, so that many weeks cost no square. */
static bool directory_cover(swk__mem *mem, swk__directory **directory, int32_t week, uint64_t txn)
{
	swk__directory *old = *directory;
	int32_t first = week, end = week + 1;
	if (old) {
		const int32_t old_end = old->first + (int32_t)old->count;
		const int32_t more = old->txn == txn ? (int32_t)old->count / 2 : 0;
		if (old->txn == txn && week >= old->first && week < old_end)
			return true;
		first = week < old->first ? week - (week < more ? 0 : more) : old->first;
		end = week >= old_end ? week + 1 + more : old_end;
	}
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
	swk__columns *columns = swk__columns_create(mem, layout);
	if (!columns)
		return NULL;
	swk__part *part = part_create(mem, columns, 0);
	swk__columns_release(columns);
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

/* ------------------------------------------------------------------------------------------------- blocks */

static void blocks_release(swk__blocks *blocks)
{
	if (!blocks || atomic_fetch_sub_explicit(&blocks->references, 1, memory_order_acq_rel) > 1)
		return;
	for (size_t k = 0; k < SWK__BLOCK_SEGMENTS; k++)
		swk__free(blocks->mem, blocks->segments[k]);
	swk__free(blocks->mem, blocks);
}

swk__blocks *swk__blocks_retain(swk__blocks *blocks)
{
	if (blocks)
		atomic_fetch_add_explicit(&blocks->references, 1, memory_order_relaxed);
	return blocks;
}

/* Gives handles to the 64 rows from `place` on; false when memory failed or no handle is left. */
static bool block_add(swk__table_state *state, swk__place place)
{
	if (state->block_count >= SWK__BLOCKS_MAX)
		return false;
	uint32_t block = state->block_count + 64;
	unsigned top = 31u - (unsigned)__builtin_clz(block);
	swk__place **segment = &state->blocks->segments[top - 6];
	if (!*segment)
		*segment = swk__alloc(state->blocks->mem, SWK__FAULT_history_page, (size_t)1 << top, sizeof **segment);
	if (!*segment)
		return false;
	(*segment)[block - (1u << top)] = place;
	state->block_count++;
	return true;
}

bool swk__state_begin(swk__mem *mem, swk__table_state *state)
{
	if (state->blocks)
		return true;
	state->blocks = swk__alloc(mem, SWK__FAULT_history_page, 1, sizeof *state->blocks);
	if (!state->blocks)
		return false;
	state->blocks->mem = mem;
	state->blocks->references = 1;
	return block_add(state, 0);
}

bool swk__state_apart(swk__mem *mem, swk__table_state *state)
{
	if (!state->blocks)
		return true;
	swk__blocks *own = swk__alloc(mem, SWK__FAULT_history_page, 1, sizeof *own);
	if (!own)
		return false;
	own->mem = mem;
	own->references = 1;
	for (unsigned k = 0; k < SWK__BLOCK_SEGMENTS && (64u << k) - 64 < state->block_count; k++) {
		own->segments[k] = swk__alloc(mem, SWK__FAULT_history_page, (size_t)64 << k, sizeof(swk__place));
		if (!own->segments[k]) {
			blocks_release(own);
			return false;
		}
		const uint32_t left = state->block_count - ((64u << k) - 64), size = 64u << k;
		memcpy(own->segments[k], state->blocks->segments[k], (left < size ? left : size) * sizeof(swk__place));
	}
	blocks_release(state->blocks);
	state->blocks = own;
	return true;
}

/* A segment gets its handles when its first row comes. It may be there already, from a transaction that was rolled
 * back: its handles were then taken back and may be others' by now. */
bool swk__state_reserve(swk__mem *mem, swk__table_state *state, swk__part *part, int32_t week, uint32_t count)
{
	if (!swk__state_begin(mem, state))
		return false;
	for (uint32_t row = part->rows, at, size; row < part->rows + count; row += size - at) {
		unsigned segment = swk__segment_of(row, &at, &size);
		if (at > 0)
			continue;
		if (!swk__columns_reserve(part->columns, row))
			return false;
		part->columns->segments[segment]->handle = state->block_count * 64;
		for (uint32_t block = 0; block < size; block += 64)
			if (!block_add(state, swk__place_make(week, row + block)))
				return false;
	}
	return true;
}

/* -------------------------------------------------------------------------------------------------- pages */

static void page_release(swk__mem *mem, swk__page *page)
{
	if (page && atomic_fetch_sub_explicit(&page->references, 1, memory_order_acq_rel) == 1)
		swk__free(mem, page);
}

static void node_release(swk__mem *mem, swk__page_node *node)
{
	if (!node || atomic_fetch_sub_explicit(&node->references, 1, memory_order_acq_rel) > 1)
		return;
	for (unsigned i = 0; i < SWK__NODE_PAGES; i++)
		page_release(mem, node->pages[i]);
	swk__free(mem, node);
}

swk__pages *swk__pages_retain(swk__pages *pages)
{
	if (pages)
		atomic_fetch_add_explicit(&pages->references, 1, memory_order_relaxed);
	return pages;
}

void swk__pages_release(swk__pages *pages)
{
	if (!pages || atomic_fetch_sub_explicit(&pages->references, 1, memory_order_acq_rel) > 1)
		return;
	for (uint32_t i = 0; i < pages->count; i++)
		node_release(pages->mem, pages->nodes[i]);
	blocks_release(pages->blocks);
	swk__free(pages->mem, pages);
}

static bool pages_cover(swk__mem *mem, swk__pages **pages, swk__blocks *blocks, uint32_t node, uint64_t txn)
{
	swk__pages *old = *pages;
	if (old && old->txn == txn && node < old->count)
		return true;
	uint32_t count = old ? old->count : 0;
	if (node >= count)
		count = node + 1 + node / 2;
	swk__pages *own = swk__alloc(mem, SWK__FAULT_history_page, 1, sizeof *own + count * sizeof(swk__page_node *));
	if (!own)
		return false;
	*own = (swk__pages){ .mem = mem, .references = 1, .txn = txn, .blocks = blocks, .count = count };
	(void)swk__blocks_retain(blocks);
	for (uint32_t i = 0; old && i < old->count; i++) {
		own->nodes[i] = old->nodes[i];
		if (own->nodes[i])
			atomic_fetch_add_explicit(&own->nodes[i]->references, 1, memory_order_relaxed);
	}
	swk__pages_release(old);
	*pages = own;
	return true;
}

static bool node_own(swk__mem *mem, swk__page_node **node, uint64_t txn)
{
	swk__page_node *old = *node;
	if (old && old->txn == txn)
		return true;
	swk__page_node *own = swk__alloc(mem, SWK__FAULT_history_page, 1, sizeof *own);
	if (!own)
		return false;
	own->references = 1;
	own->txn = txn;
	for (unsigned i = 0; old && i < SWK__NODE_PAGES; i++) {
		own->pages[i] = old->pages[i];
		if (own->pages[i])
			atomic_fetch_add_explicit(&own->pages[i]->references, 1, memory_order_relaxed);
	}
	node_release(mem, old);
	*node = own;
	return true;
}

static bool page_own(swk__mem *mem, swk__page **page, uint64_t txn)
{
	swk__page *old = *page;
	if (old && old->txn == txn)
		return true;
	swk__page *own = swk__alloc(mem, SWK__FAULT_history_page, 1, sizeof *own);
	if (!own)
		return false;
	if (old)
		memcpy(own->handles, old->handles, sizeof own->handles);
	own->references = 1;
	own->txn = txn;
	page_release(mem, old);
	*page = own;
	return true;
}

uint32_t *swk__pages_own(swk__mem *mem, swk__pages **pages, swk__blocks *blocks, uint32_t entity, uint64_t txn)
{
	uint32_t number = entity / SWK__PAGE_HANDLES, node = number / SWK__NODE_PAGES;
	if (!pages_cover(mem, pages, blocks, node, txn) || !node_own(mem, &(*pages)->nodes[node], txn))
		return NULL;
	swk__page **page = &(*pages)->nodes[node]->pages[number % SWK__NODE_PAGES];
	return page_own(mem, page, txn) ? &(*page)->handles[entity % SWK__PAGE_HANDLES] : NULL;
}

/* -------------------------------------------------------------------------------------------------- state */

static uint64_t part_bytes(const swk__part *part)
{
	const swk__columns *columns = part->columns;
	uint64_t bytes = sizeof *part + part->words * sizeof *part->bits;
	if (atomic_load_explicit(&columns->references, memory_order_relaxed) > 1)
		return bytes;
	bytes += sizeof *columns;
	for (uint32_t row = 0, at, size; row < part->rows; row += size) {
		(void)swk__segment_of(row, &at, &size);
		bytes += sizeof(swk__segment) + (uint64_t)size * columns->row_bytes;
	}
	return bytes;
}

static uint64_t pages_bytes(const swk__pages *pages, uint64_t txn)
{
	uint64_t bytes = 0;
	for (uint32_t i = 0; pages && pages->txn == txn && i < pages->count; i++) {
		const swk__page_node *node = pages->nodes[i];
		if (!node || node->txn != txn)
			continue;
		bytes += sizeof *node;
		for (unsigned p = 0; p < SWK__NODE_PAGES; p++)
			bytes += node->pages[p] && node->pages[p]->txn == txn ? sizeof *node->pages[p] : 0;
	}
	return bytes;
}

uint64_t swk__state_bytes(const swk__table_state *state, uint64_t txn)
{
	const swk__directory *directory = state->directory;
	uint64_t bytes = pages_bytes(state->current, txn);
	if (!directory || directory->txn != txn)
		return bytes;
	for (uint32_t i = 0; i < directory->count; i++)
		if (directory->parts[i] && directory->parts[i]->txn == txn)
			bytes += part_bytes(directory->parts[i]);
	return bytes + sizeof *directory + directory->count * sizeof(swk__part *) +
	       state->block_count * sizeof(swk__place);
}

void swk__state_retain(const swk__table_state *state)
{
	if (state->directory)
		atomic_fetch_add_explicit(&state->directory->references, 1, memory_order_relaxed);
	(void)swk__pages_retain(state->current);
	(void)swk__blocks_retain(state->blocks);
}

void swk__state_release(swk__table_state *state)
{
	swk__directory_release(state->directory);
	swk__pages_release(state->current);
	blocks_release(state->blocks);
	*state = (swk__table_state){ .latest = INT64_MIN };
}
