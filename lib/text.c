/* SPDX-License-Identifier: MIT */
#include "text.h"

#include <inttypes.h>

/* A slot is 0, or 32 bits of the hash (the tag) over the number of a text. The tag is the text's home as a share of
 * 2^32, so an index grows by one pass over the old one, in order, without a look at the texts, and a wrong text costs a
 * cache miss only where whole tags are equal. */
struct swk__text_index {
	swk__text_index *older; /* among the retired */
	uint64_t size;
	_Atomic uint64_t slots[];
};

/* Blocks by number. An offset is a block's number times BLOCK_MAX and a place in it; a text that is longer than a block
 * has one of its own, at whose begin alone anything is looked for. */
struct swk__text_blocks {
	swk__text_blocks *older;
	size_t capacity;
	char *blocks[];
};

enum {
	FIRST_SLOTS = 64,
	FIRST_BLOCKS = 8,
	BLOCK_MIN = 1024,
	BLOCK_BITS = 20,
	BLOCK_MAX = 1 << BLOCK_BITS,
	BLOCKS_APART = 1024, /* how far the end of the blocks may be from the one that is filled */
	LENGTH_MAX = 9       /* bytes of a length */
};

/* Groups begin so far below their first text: a later one may lie in an earlier block. Between the blocks of a group's
 * texts there are at the most BLOCKS_APART and one for each of them. */
#define GROUP_BIAS (UINT64_C(1) << 31)
_Static_assert((UINT64_C(1) + BLOCKS_APART + SWK__TEXT_GROUP) << BLOCK_BITS < GROUP_BIAS,
               "a group reaches all blocks that its texts may be in");

/* 2^32 - 64: for their number there is always a group. */
#define NUMBERS_MAX (UINT32_MAX - 63)

/* ---------------------------------------------------------------------------------------------- entries */

static swk__text_group *group_at(const swk__text *text, uint32_t number)
{
	uint64_t at, size;
	uintptr_t segment = (uintptr_t)text->segments[swk__step_of(number / SWK__TEXT_GROUP, &at, &size)];
	return (swk__text_group *)((segment + sizeof(swk__text_group) - 1) / sizeof(swk__text_group) *
	                           sizeof(swk__text_group)) +
	       at;
}

/* Where a text's length and bytes lie. */
static const char *entry_at(const swk__text *text, uint32_t number)
{
	const swk__text_group *group = group_at(text, number);
	uint64_t offset = group->base + group->offsets[number % SWK__TEXT_GROUP];
	const swk__text_blocks *blocks = atomic_load_explicit(&text->blocks, memory_order_acquire);
	return blocks->blocks[offset >> BLOCK_BITS] + (offset & (BLOCK_MAX - 1));
}

static swk__slice entry_slice(const swk__text *text, uint32_t number)
{
	const unsigned char *at = (const unsigned char *)entry_at(text, number);
	size_t length = *at & 0x7f;
	for (unsigned shift = 7; *at++ & 0x80; shift += 7)
		length |= (size_t)(*at & 0x7f) << shift;
	return (swk__slice){ (const char *)at, length };
}

static bool group_reserve(swk__text *text, uint32_t number)
{
	uint64_t at, size;
	char **segment = &text->segments[swk__step_of(number / SWK__TEXT_GROUP, &at, &size)];
	if (!*segment)
		*segment = swk__alloc(text->mem, SWK__FAULT_text_segment, size + 1, sizeof(swk__text_group));
	return *segment != NULL;
}

static void entry_set(swk__text *text, uint32_t number, uint64_t offset)
{
	swk__text_group *group = group_at(text, number);
	if (number % SWK__TEXT_GROUP == 0)
		group->base = offset - GROUP_BIAS;
	group->offsets[number % SWK__TEXT_GROUP] = (uint32_t)(offset - group->base);
}

/* ----------------------------------------------------------------------------------------------- blocks */

/* A table of twice as many blocks; the old one stays, as readers may be in it. */
static bool blocks_grow(swk__text *text)
{
	swk__text_blocks *old = atomic_load_explicit(&text->blocks, memory_order_relaxed);
	size_t capacity = old ? old->capacity * 2 : FIRST_BLOCKS;
	swk__text_blocks *grown = swk__alloc(text->mem, SWK__FAULT_text_segment, 1,
	                                     sizeof *grown + capacity * sizeof grown->blocks[0]);
	if (!grown)
		return false;
	grown->older = old;
	grown->capacity = capacity;
	if (old)
		memcpy(grown->blocks, old->blocks, old->capacity * sizeof grown->blocks[0]);
	atomic_store_explicit(&text->blocks, grown, memory_order_release);
	return true;
}

/* A new block; false when memory failed. */
static bool block_add(swk__text *text, size_t size, uint32_t *number)
{
	swk__text_blocks *blocks = atomic_load_explicit(&text->blocks, memory_order_relaxed);
	if ((!blocks || text->block_count == blocks->capacity) && !blocks_grow(text))
		return false;
	blocks = atomic_load_explicit(&text->blocks, memory_order_relaxed);
	char *block = swk__alloc(text->mem, SWK__FAULT_text_segment, 1, size);
	if (!block)
		return false;
	blocks->blocks[text->block_count] = block;
	*number = text->block_count++;
	return true;
}

/* Room for `size` bytes that stay where they are; false when memory failed. Many bytes get a block of their own beside
 * the one that is filled, so that they waste nothing of it, until so many did that it is out of reach. */
static bool bytes_reserve(swk__text *text, size_t size, uint64_t *offset)
{
	const bool far = text->block_count - text->block_filled > BLOCKS_APART;
	if (far || size > text->bytes_size - text->bytes_used) {
		uint32_t fresh, usual = text->bytes_size * 2;
		usual = usual < BLOCK_MIN ? BLOCK_MIN : usual > BLOCK_MAX ? BLOCK_MAX : usual;
		bool alone = size > usual || (!far && text->block_count && size > usual / 4);
		if (!block_add(text, alone ? size : usual, &fresh))
			return false;
		*offset = (uint64_t)fresh << BLOCK_BITS;
		if (alone)
			return true;
		text->block_filled = fresh;
		text->bytes_size = usual;
		text->bytes_used = 0;
	}
	*offset = ((uint64_t)text->block_filled << BLOCK_BITS) + text->bytes_used;
	text->bytes_used += (uint32_t)size;
	return true;
}

/* Copies a text to where it stays, as the one with this number, for which there is a group. */
static bool bytes_keep(swk__text *text, uint32_t number, swk__slice bytes)
{
	unsigned char head[LENGTH_MAX];
	size_t left = bytes.length, size, used = 0;
	uint64_t offset;
	do {
		head[used++] = (unsigned char)((left & 0x7f) | (left > 0x7f ? 0x80 : 0));
		left >>= 7;
	} while (left);
	if (!swk__add_size(bytes.length, used, &size) || !bytes_reserve(text, size, &offset))
		return false;
	entry_set(text, number, offset);
	char *at = (char *)(uintptr_t)entry_at(text, number);
	memcpy(at, head, used);
	if (bytes.length)
		memcpy(at + used, bytes.bytes, bytes.length);
	return true;
}

/* Frees the blocks from number `first` on. */
static void blocks_free(swk__text *text, uint32_t first)
{
	swk__text_blocks *blocks = atomic_load_explicit(&text->blocks, memory_order_relaxed);
	while (text->block_count > first)
		swk__free(text->mem, blocks->blocks[--text->block_count]);
}

/* ------------------------------------------------------------------------------------------------ index */

static uint64_t index_home(const swk__text_index *index, uint32_t tag)
{
	return (uint64_t)((swk__u128)tag * index->size >> 32);
}

static uint64_t index_next(const swk__text_index *index, uint64_t at)
{
	return at + 1 == index->size ? 0 : at + 1;
}

/* The place of the text in the index with its number, or of the empty slot where it would go with number 0. Entries
 * from `end` on are not looked at. */
static uint64_t index_probe(const swk__text *text, const swk__text_index *index, uint32_t tag, swk__slice bytes,
                            uint32_t end, uint32_t *number)
{
	for (uint64_t at = index_home(index, tag);; at = index_next(index, at)) {
		uint64_t slot = atomic_load_explicit(&index->slots[at], memory_order_acquire);
		*number = (uint32_t)slot;
		if (slot == 0)
			return at;
		if (slot >> 32 == tag && *number < end && swk__slice_equal(entry_slice(text, *number), bytes))
			return at;
	}
}

static swk__text_index *index_create(swk__mem *mem, uint64_t slots)
{
	size_t size;
	const bool fits = swk__mul_size(slots, sizeof(uint64_t), &size);
	if (NEVER(!fits)) /* the texts would have filled the memory before */
		return NULL;
	swk__text_index *index = swk__alloc(mem, SWK__FAULT_text_index, 1, sizeof *index + size);
	if (index)
		index->size = slots;
	return index;
}

/* Copies the slots of numbers from `begin` to before `end`. */
static void index_copy(swk__text_index *index, const swk__text_index *old, uint32_t begin, uint32_t end)
{
	for (uint64_t i = 0; i < old->size; i++) {
		uint64_t slot = atomic_load_explicit(&old->slots[i], memory_order_relaxed);
		if (slot == 0 || (uint32_t)slot < begin || (uint32_t)slot >= end)
			continue;
		uint64_t at = index_home(index, (uint32_t)(slot >> 32));
		while (atomic_load_explicit(&index->slots[at], memory_order_relaxed) != 0)
			at = index_next(index, at);
		atomic_store_explicit(&index->slots[at], slot, memory_order_relaxed);
	}
}

/* Frees old indices, unless a find may be in one: a find counts itself before it looks for the index, so after the new
 * one was published either the find is counted or it finds the new one. */
static void retired_free(swk__text *text)
{
	if (atomic_load(&text->finds) > 0)
		return;
	while (text->retired) {
		swk__text_index *older = text->retired->older;
		swk__free(text->mem, text->retired);
		text->retired = older;
	}
}

/* Publishes a larger index: twice as large while it is small, then by quarters, as half of it would be empty. What may
 * be taken back goes in last, so that no way to a text that stays leads over it. */
static bool index_grow(swk__text *text)
{
	swk__text_index *old = atomic_load_explicit(&text->index, memory_order_relaxed);
	swk__text_index *index = index_create(text->mem, old->size + (old->size < 4096 ? old->size : old->size / 4));
	if (!index)
		return false;
	index_copy(index, old, 0, text->kept);
	if (text->kept < text->count)
		index_copy(index, old, text->kept, UINT32_MAX);
	atomic_store(&text->index, index);
	text->growths++;
	old->older = text->retired;
	text->retired = old;
	retired_free(text);
	return true;
}

/* ------------------------------------------------------------------------------------------------- life */

int swk__text_init(swk__text *text, swk__mem *mem, uint64_t key, swk_error *error)
{
	*text = (swk__text){ .mem = mem, .key = key, .count = 1, .kept = 1 };
	swk__text_index *index = index_create(mem, FIRST_SLOTS);
	atomic_init(&text->index, index);
	if (index && group_reserve(text, 0) && bytes_keep(text, 0, (swk__slice){ "", 0 }))
		return SWK_OK;
	int code = swk__fail_memory(error, mem);
	swk__text_done(text);
	return code;
}

void swk__text_done(swk__text *text)
{
	if (!text->mem)
		return;
	swk__free(text->mem, atomic_load_explicit(&text->index, memory_order_relaxed));
	retired_free(text);
	blocks_free(text, 0);
	swk__text_blocks *blocks = atomic_load_explicit(&text->blocks, memory_order_relaxed);
	while (blocks) {
		swk__text_blocks *older = blocks->older;
		swk__free(text->mem, blocks);
		blocks = older;
	}
	for (size_t i = 0; i < SWK__TEXT_SEGMENTS; i++)
		swk__free(text->mem, text->segments[i]);
	*text = (swk__text){ .mem = text->mem, .key = text->key };
}

static uint32_t tag_of(const swk__text *text, swk__slice bytes)
{
	return (uint32_t)(swk__hash(bytes.bytes, bytes.length, text->key) >> 32);
}

/* Puts a new text in, at an empty slot of the index where it would be looked for. */
static int text_add(swk__text *text, uint32_t tag, swk__slice bytes, uint64_t at, uint32_t *number, swk_error *error)
{
	uint32_t fresh = text->count, none;
	swk__text_index *index = atomic_load_explicit(&text->index, memory_order_relaxed);
	if (fresh >= NUMBERS_MAX)
		return swk__fail(error, SWK_ERR_LIMIT, "%" PRIu32 " distinct texts were stored, no more fit", fresh);
	if (fresh >= index->size / 4 * 3) {
		if (!index_grow(text))
			return swk__fail_memory(error, text->mem);
		index = atomic_load_explicit(&text->index, memory_order_relaxed);
		at = index_probe(text, index, tag, bytes, UINT32_MAX, &none);
	}
	if (!group_reserve(text, fresh) || !bytes_keep(text, fresh, bytes))
		return swk__fail_memory(error, text->mem);
	atomic_store_explicit(&index->slots[at], (uint64_t)tag << 32 | fresh, memory_order_release);
	text->count = fresh + 1;
	*number = fresh;
	return SWK_OK;
}

static int tagged_intern(swk__text *text, uint32_t tag, swk__slice bytes, uint32_t *number, swk_error *error)
{
	uint32_t found;
	const swk__text_index *index = atomic_load_explicit(&text->index, memory_order_relaxed);
	uint64_t at = index_probe(text, index, tag, bytes, UINT32_MAX, &found);
	if (!found)
		return text_add(text, tag, bytes, at, number, error);
	*number = found;
	return SWK_OK;
}

int swk__text_intern(swk__text *text, swk__slice bytes, uint32_t *number, swk_error *error)
{
	if (bytes.length)
		return tagged_intern(text, tag_of(text, bytes), bytes, number, error);
	*number = 0;
	return SWK_OK;
}

/* A text of a run: what is known of it before it is looked at. */
typedef struct wanted {
	uint64_t at;          /* the first slot of its tag, or else the first empty one */
	uint32_t growths;     /* tells the index in which the slot is */
	uint32_t tag, number; /* of that slot: nearly always the text's, if not 0 */
} wanted;

static void slot_ask(const swk__text *text, swk__slice bytes, wanted *of)
{
	const swk__text_index *index = atomic_load_explicit(&text->index, memory_order_relaxed);
	of->growths = text->growths;
	of->tag = bytes.length ? tag_of(text, bytes) : 0;
	of->at = index_home(index, of->tag);
	__builtin_prefetch(&index->slots[of->at]);
}

static void entry_ask(const swk__text *text, wanted *of)
{
	const swk__text_index *index = atomic_load_explicit(&text->index, memory_order_relaxed);
	uint64_t at = of->growths == text->growths ? of->at : index_home(index, of->tag), slot;
	while ((slot = atomic_load_explicit(&index->slots[at], memory_order_relaxed)) != 0 && slot >> 32 != of->tag)
		at = index_next(index, at);
	*of = (wanted){ at, text->growths, of->tag, (uint32_t)slot };
	if (of->number)
		__builtin_prefetch(group_at(text, of->number));
}

/* The number of a text that was asked for. The slot that was empty still is where it belongs, unless one that came in
 * between took it or the index grew. */
static int wanted_intern(swk__text *text, swk__slice bytes, const wanted *of, uint32_t *number, swk_error *error)
{
	const swk__text_index *index = atomic_load_explicit(&text->index, memory_order_relaxed);
	*number = bytes.length ? of->number : 0;
	if (bytes.length == 0 || (of->number && swk__slice_equal(entry_slice(text, of->number), bytes)))
		return SWK_OK;
	if (of->number == 0 && of->growths == text->growths &&
	    atomic_load_explicit(&index->slots[of->at], memory_order_relaxed) == 0)
		return text_add(text, of->tag, bytes, of->at, number, error);
	return tagged_intern(text, of->tag, bytes, number, error);
}

/* How many texts lie between asking for memory and looking at it. */
#define AHEAD 10

/* What a text waits for, one step after the other: its slot, where it may lie, its bytes. A step of one text is taken
 * while others wait for what was asked for them before. */
int swk__text_intern_run(swk__text *text, const swk__slice *bytes, size_t count, uint32_t *numbers, swk_error *error)
{
	wanted of[SWK__TEXT_RUN];
	int code = SWK_OK;
	for (size_t step = 0; step < count + 3 * AHEAD && code == SWK_OK; step++) {
		if (step < count)
			slot_ask(text, bytes[step], &of[step]);
		if (step >= AHEAD && step - AHEAD < count)
			entry_ask(text, &of[step - AHEAD]);
		if (step >= 2 * AHEAD && step - 2 * AHEAD < count && of[step - 2 * AHEAD].number)
			__builtin_prefetch(entry_at(text, of[step - 2 * AHEAD].number));
		if (step >= 3 * AHEAD)
			code = wanted_intern(text, bytes[step - 3 * AHEAD], &of[step - 3 * AHEAD],
			                     &numbers[step - 3 * AHEAD], error);
	}
	return code;
}

bool swk__text_find_below(const swk__text *text, swk__slice bytes, uint32_t end, uint32_t *number)
{
	uint32_t found = 0;
	if (bytes.length) {
		_Atomic uint32_t *finds = (_Atomic uint32_t *)(uintptr_t)&text->finds;
		atomic_fetch_add(finds, 1);
		index_probe(text, atomic_load(&text->index), tag_of(text, bytes), bytes, end, &found);
		atomic_fetch_sub(finds, 1);
		if (found == 0)
			return false;
	}
	*number = found;
	return true;
}

swk__text_mark swk__text_keep(swk__text *text)
{
	text->kept = text->count;
	retired_free(text);
	return (swk__text_mark){ text->count, text->block_count, text->block_filled, text->bytes_used,
		                 text->bytes_size };
}

void swk__text_rollback(swk__text *text, const swk__text_mark *mark)
{
	swk__text_index *index = atomic_load_explicit(&text->index, memory_order_relaxed);
	if (text->count == mark->count)
		return;
	for (uint64_t i = 0; i < index->size; i++)
		if ((uint32_t)atomic_load_explicit(&index->slots[i], memory_order_relaxed) >= mark->count)
			atomic_store_explicit(&index->slots[i], 0, memory_order_relaxed);
	blocks_free(text, mark->block_count);
	text->block_filled = mark->block_filled;
	text->bytes_used = mark->bytes_used;
	text->bytes_size = mark->bytes_size;
	text->count = mark->count;
}

swk__slice swk__text_get(const swk__text *text, uint32_t number)
{
	return entry_slice(text, number);
}
