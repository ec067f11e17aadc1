/* SPDX-License-Identifier: MIT */
#include "text.h"

#include <inttypes.h>

struct swk__text_entry {
	const char *bytes;
	size_t length;
};

/* A slot is 0, or 32 bits of the hash (the tag) over the number of a text. The tag's high bits are the text's home,
 * so an index grows by one pass over the old one without a look at the texts, and a wrong text costs a cache miss
 * only where whole tags are equal. */
struct swk__text_index {
	swk__text_index *older;
	unsigned bits;
	_Atomic uint64_t slots[];
};

/* Blocks of bytes, the filled one first. */
typedef struct text_block {
	struct text_block *older;
	char bytes[];
} text_block;

enum {
	FIRST_BITS = 8,
	SEGMENT_BITS = 6,
	BLOCK_MIN = 4096,
	BLOCK_MAX = 1 << 20
};

/* 2^32 - 64: what all segments hold. */
#define NUMBERS_MAX (UINT32_MAX - 63)

static size_t index_slots(const swk__text_index *index)
{
	return (size_t)1 << index->bits;
}

static size_t index_home(const swk__text_index *index, uint32_t tag)
{
	return (size_t)((swk__u128)tag << index->bits >> 32);
}

static swk__text_entry *entry_at(const swk__text *text, uint32_t number)
{
	uint64_t place = (uint64_t)number + (1u << SEGMENT_BITS);
	unsigned top = 63u - (unsigned)__builtin_clzll(place);
	return &text->segments[top - SEGMENT_BITS][place - (UINT64_C(1) << top)];
}

static swk__slice entry_slice(const swk__text *text, uint32_t number)
{
	const swk__text_entry *entry = entry_at(text, number);
	return (swk__slice){ entry->bytes, entry->length };
}

/* The place of the text in the index with its number, or of the empty slot where it would go with number 0. Entries
 * from `end` on are not looked at. */
static size_t index_probe(const swk__text *text, const swk__text_index *index, uint32_t tag, swk__slice bytes,
                          uint32_t end, uint32_t *number)
{
	size_t mask = index_slots(index) - 1;
	for (size_t at = index_home(index, tag);; at = (at + 1) & mask) {
		uint64_t slot = atomic_load_explicit(&index->slots[at], memory_order_acquire);
		*number = (uint32_t)slot;
		if (slot == 0)
			return at;
		if (slot >> 32 == tag && *number < end && swk__slice_equal(entry_slice(text, *number), bytes))
			return at;
	}
}

static swk__text_index *index_create(swk__mem *mem, unsigned bits)
{
	if (NEVER(bits > sizeof(size_t) * 8 - 5)) /* the texts would have filled the memory before */
		return NULL;
	size_t size = sizeof(swk__text_index) + (sizeof(uint64_t) << bits);
	swk__text_index *index = swk__alloc(mem, SWK__FAULT_text_index, 1, size);
	if (index)
		index->bits = bits;
	return index;
}

/* Copies the slots of numbers from `begin` to before `end`. */
static void index_copy(swk__text_index *index, const swk__text_index *old, uint32_t begin, uint32_t end)
{
	size_t mask = index_slots(index) - 1;
	for (size_t i = 0; i < index_slots(old); i++) {
		uint64_t slot = atomic_load_explicit(&old->slots[i], memory_order_relaxed);
		if (slot == 0 || (uint32_t)slot < begin || (uint32_t)slot >= end)
			continue;
		size_t at = index_home(index, (uint32_t)(slot >> 32));
		while (atomic_load_explicit(&index->slots[at], memory_order_relaxed) != 0)
			at = (at + 1) & mask;
		atomic_store_explicit(&index->slots[at], slot, memory_order_relaxed);
	}
}

/* Publishes an index of twice the size. Readers that still walk the old one only miss what comes after. What may be
 * taken back goes in last, so that no way to a text that stays leads over it. */
static bool index_grow(swk__text *text)
{
	swk__text_index *old = atomic_load_explicit(&text->index, memory_order_relaxed);
	swk__text_index *index = index_create(text->mem, old->bits + 1);
	if (!index)
		return false;
	index_copy(index, old, 0, text->kept);
	index_copy(index, old, text->kept, UINT32_MAX);
	index->older = old;
	atomic_store_explicit(&text->index, index, memory_order_release);
	return true;
}

static bool segment_reserve(swk__text *text, uint32_t number)
{
	uint64_t place = (uint64_t)number + (1u << SEGMENT_BITS);
	unsigned top = 63u - (unsigned)__builtin_clzll(place);
	swk__text_entry **segment = &text->segments[top - SEGMENT_BITS];
	if (!*segment)
		*segment = swk__alloc(text->mem, SWK__FAULT_text_segment, (size_t)1 << top, sizeof(swk__text_entry));
	return *segment != NULL;
}

static text_block *block_create(swk__text *text, size_t length)
{
	size_t size;
	bool fits = swk__add_size(length, sizeof(text_block), &size);
	if (NEVER(!fits))
		return NULL;
	return swk__alloc(text->mem, SWK__FAULT_text_segment, 1, size);
}

/* Copies the bytes to where they stay; NULL when memory failed. A long text gets a block of its own behind the one
 * that is filled, so that it wastes nothing of it. */
static const char *bytes_keep(swk__text *text, swk__slice bytes)
{
	text_block *block = (text_block *)(void *)text->bytes;
	if (bytes.length > text->bytes_size - text->bytes_used) {
		size_t size = text->bytes_size * 2;
		size = size < BLOCK_MIN ? BLOCK_MIN : size > BLOCK_MAX ? BLOCK_MAX : size;
		bool alone = block && bytes.length > size / 4;
		size = alone || bytes.length > size ? bytes.length : size;
		text_block *fresh = block_create(text, size);
		if (!fresh)
			return NULL;
		if (alone) {
			fresh->older = block->older;
			block->older = fresh;
			return memcpy(fresh->bytes, bytes.bytes, bytes.length);
		}
		fresh->older = block;
		block = fresh;
		text->bytes = (char *)fresh;
		text->bytes_size = size;
		text->bytes_used = 0;
	}
	char *place = block->bytes + text->bytes_used;
	text->bytes_used += bytes.length;
	return memcpy(place, bytes.bytes, bytes.length);
}

int swk__text_init(swk__text *text, swk__mem *mem, uint64_t key, swk_error *error)
{
	swk__text made = { .mem = mem, .key = key, .count = 1, .kept = 1 };
	swk__text_index *index = index_create(mem, FIRST_BITS);
	atomic_init(&made.index, index);
	if (!index || !segment_reserve(&made, 0)) {
		swk__text_done(&made);
		return swk__fail_memory(error, mem);
	}
	*entry_at(&made, 0) = (swk__text_entry){ "", 0 };
	*text = made;
	return SWK_OK;
}

/* Frees the blocks from `block` to before `end`; returns `end`. */
static text_block *blocks_free(swk__mem *mem, text_block *block, text_block *end)
{
	while (block != end) {
		text_block *older = block->older;
		swk__free(mem, block);
		block = older;
	}
	return end;
}

void swk__text_done(swk__text *text)
{
	swk__text_index *index = atomic_load_explicit(&text->index, memory_order_relaxed);
	while (index) {
		swk__text_index *older = index->older;
		swk__free(text->mem, index);
		index = older;
	}
	blocks_free(text->mem, (text_block *)(void *)text->bytes, NULL);
	for (size_t i = 0; i < SWK__SEGMENTS; i++)
		swk__free(text->mem, text->segments[i]);
	*text = (swk__text){ .mem = text->mem, .key = text->key };
}

static uint32_t tag_of(const swk__text *text, swk__slice bytes)
{
	return (uint32_t)(swk__hash(bytes.bytes, bytes.length, text->key) >> 32);
}

static int tagged_intern(swk__text *text, uint32_t tag, swk__slice bytes, uint32_t *number, swk_error *error)
{
	uint32_t found, fresh = text->count;
	swk__text_index *index = atomic_load_explicit(&text->index, memory_order_relaxed);
	size_t at = index_probe(text, index, tag, bytes, UINT32_MAX, &found);
	if (found) {
		*number = found;
		return SWK_OK;
	}
	if (fresh >= NUMBERS_MAX)
		return swk__fail(error, SWK_ERR_LIMIT, "%" PRIu32 " distinct texts were stored, no more fit", fresh);
	if (fresh > index_slots(index) / 8 * 5) {
		if (!index_grow(text))
			return swk__fail_memory(error, text->mem);
		index = atomic_load_explicit(&text->index, memory_order_relaxed);
		at = index_probe(text, index, tag, bytes, UINT32_MAX, &found);
	}
	const char *kept = segment_reserve(text, fresh) ? bytes_keep(text, bytes) : NULL;
	if (!kept)
		return swk__fail_memory(error, text->mem);
	*entry_at(text, fresh) = (swk__text_entry){ kept, bytes.length };
	atomic_store_explicit(&index->slots[at], (uint64_t)tag << 32 | fresh, memory_order_release);
	text->count = fresh + 1;
	*number = fresh;
	return SWK_OK;
}

int swk__text_intern(swk__text *text, swk__slice bytes, uint32_t *number, swk_error *error)
{
	if (bytes.length)
		return tagged_intern(text, tag_of(text, bytes), bytes, number, error);
	*number = 0;
	return SWK_OK;
}

/* The first text under this tag, which is nearly always the only one; 0 when there is none. */
static uint32_t tag_number(const swk__text_index *index, uint32_t tag)
{
	size_t mask = index_slots(index) - 1;
	for (size_t at = index_home(index, tag);; at = (at + 1) & mask) {
		uint64_t slot = atomic_load_explicit(&index->slots[at], memory_order_relaxed);
		if (slot == 0 || slot >> 32 == tag)
			return (uint32_t)slot;
	}
}

/* Asks for all that finding the texts will look at: slots, then entries, then bytes. */
static void run_prefetch(const swk__text *text, const uint32_t *tags, size_t count)
{
	const swk__text_index *index = atomic_load_explicit(&text->index, memory_order_relaxed);
	uint32_t numbers[SWK__TEXT_RUN];
	for (size_t i = 0; i < count; i++)
		__builtin_prefetch(&index->slots[index_home(index, tags[i])]);
	for (size_t i = 0; i < count; i++) {
		numbers[i] = tag_number(index, tags[i]);
		__builtin_prefetch(entry_at(text, numbers[i]));
	}
	for (size_t i = 0; i < count; i++)
		__builtin_prefetch(entry_at(text, numbers[i])->bytes);
}

int swk__text_intern_run(swk__text *text, const swk__slice *bytes, size_t count, uint32_t *numbers, swk_error *error)
{
	uint32_t tags[SWK__TEXT_RUN];
	int code = SWK_OK;
	for (size_t i = 0; i < count; i++)
		tags[i] = bytes[i].length ? tag_of(text, bytes[i]) : 0;
	run_prefetch(text, tags, count);
	for (size_t i = 0; i < count && code == SWK_OK; i++) {
		if (bytes[i].length)
			code = tagged_intern(text, tags[i], bytes[i], &numbers[i], error);
		else
			numbers[i] = 0;
	}
	return code;
}

bool swk__text_find_below(const swk__text *text, swk__slice bytes, uint32_t end, uint32_t *number)
{
	uint32_t found = 0;
	if (bytes.length) {
		const swk__text_index *index = atomic_load_explicit(&text->index, memory_order_acquire);
		index_probe(text, index, tag_of(text, bytes), bytes, end, &found);
		if (found == 0)
			return false;
	}
	*number = found;
	return true;
}

swk__text_mark swk__text_keep(swk__text *text)
{
	const text_block *block = (const text_block *)(const void *)text->bytes;
	text->kept = text->count;
	return (swk__text_mark){ text->count, text->bytes, block ? block->older : NULL, text->bytes_used,
		                 text->bytes_size };
}

void swk__text_rollback(swk__text *text, const swk__text_mark *mark)
{
	swk__text_index *index = atomic_load_explicit(&text->index, memory_order_relaxed);
	if (text->count == mark->count)
		return;
	for (size_t i = 0; i < index_slots(index); i++)
		if ((uint32_t)atomic_load_explicit(&index->slots[i], memory_order_relaxed) >= mark->count)
			atomic_store_explicit(&index->slots[i], 0, memory_order_relaxed);
	text_block *head = blocks_free(text->mem, (text_block *)(void *)text->bytes, (text_block *)(void *)mark->bytes);
	if (head)
		head->older = blocks_free(text->mem, head->older, mark->older);
	text->bytes = mark->bytes;
	text->bytes_used = mark->bytes_used;
	text->bytes_size = mark->bytes_size;
	text->count = mark->count;
}

swk__slice swk__text_get(const swk__text *text, uint32_t number)
{
	return entry_slice(text, number);
}
