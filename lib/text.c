/* SPDX-License-Identifier: MIT */
#include "text.h"

#include <inttypes.h>

/* Of a text the index keeps its number and 32 bits of its hash, the tag. The tag is the text's home as a share of all
 * buckets, so an index grows by one pass over the old one, in order, without a look at the texts, and a wrong text
 * costs a cache miss only where whole tags are equal. The low byte of a tag, the mark, is never 0; the marks of a
 * bucket are one word, so that one look tells which slots may have a text and which are empty. A text whose bucket is
 * full goes to the next one that is not. */
enum {
	BUCKET = 8, /* slots */
	LINE = 64,  /* of the processor's cache */
	FIRST_BUCKETS = 8,
	BLOCK_MIN = 2048,
	BLOCK_MAX = 1 << 20,
	NEAR_MAX = 64, /* bytes of a text that lies in its group */
	GROUP_MAX = NEAR_MAX * SWK__TEXT_GROUP
};

/* Readers look at marks, and then at numbers whose marks they saw; the rest of the tags is the writer's own. */
typedef struct bucket {
	_Atomic uint64_t marks; /* byte k of slot k, 0 where it is empty */
	_Atomic uint32_t numbers[BUCKET];
	uint16_t high[BUCKET];
	unsigned char middle[BUCKET];
} bucket;
_Static_assert(sizeof(bucket) == LINE, "a bucket is a line of the processor's cache");

struct swk__text_index {
	swk__text_index *older; /* among the retired */
	uint32_t count;
	bucket *buckets; /* behind this, where a line of the processor's cache begins */
};

_Static_assert(GROUP_MAX <= UINT16_MAX / 2 && GROUP_MAX <= BLOCK_MIN, "a group's ends are counted, and fit a block");

/* 2^32 - 64: for their number there is always a group. */
#define NUMBERS_MAX (UINT32_MAX - 63)

/* ---------------------------------------------------------------------------------------------- entries */

static void *line_from(void *block)
{
	return (void *)(((uintptr_t)block + LINE - 1) / LINE * LINE);
}

static swk__text_group *group_at(const swk__text *text, uint32_t number)
{
	uint64_t at, size;
	char *segment = text->segments[swk__step_of(number / SWK__TEXT_GROUP, &at, &size)];
	return (swk__text_group *)line_from(segment) + at;
}

static inline swk__slice group_entry(const swk__text_group *group, uint32_t number)
{
	const unsigned place = number % SWK__TEXT_GROUP;
	const size_t begin = place ? group->ends[place - 1] / 2 : 0, end = group->ends[place] / 2;
	swk__slice bytes = { group->bytes + begin, end - begin };
	if (group->ends[place] & 1)
		memcpy(&bytes, group->bytes + begin, sizeof bytes);
	return bytes;
}

static swk__slice entry_slice(const swk__text *text, uint32_t number)
{
	return group_entry(group_at(text, number), number);
}

static bool group_reserve(swk__text *text, uint32_t number)
{
	uint64_t at, size;
	char **segment = &text->segments[swk__step_of(number / SWK__TEXT_GROUP, &at, &size)];
	_Static_assert(sizeof(swk__text_group) == LINE, "a group is a line of the processor's cache");
	if (!*segment)
		*segment = swk__alloc(text->mem, SWK__FAULT_text_segment, size + 1, sizeof(swk__text_group));
	return *segment != NULL;
}

/* ----------------------------------------------------------------------------------------------- blocks */

/* A new block; NULL when memory failed. */
static char *block_add(swk__text *text, size_t size)
{
	if (text->block_count == text->block_capacity) {
		size_t capacity = swk__grown(text->block_capacity, text->block_count + 1);
		char **blocks = swk__resize(text->mem, SWK__FAULT_text_segment, text->blocks, capacity, sizeof *blocks);
		if (!blocks)
			return NULL;
		text->blocks = blocks;
		text->block_capacity = capacity;
	}
	char *block = swk__alloc(text->mem, SWK__FAULT_text_segment, 1, size);
	if (block)
		text->blocks[text->block_count++] = block;
	return block;
}

/* Frees the blocks from number `first` on. */
static void blocks_free(swk__text *text, size_t first)
{
	while (text->block_count > first)
		swk__free(text->mem, text->blocks[--text->block_count]);
}

/* Makes sure of `size` bytes in a room, in a block that is twice as large as the last one where need be. */
static bool room_reserve(swk__text *text, swk__text_room *room, size_t size)
{
	if (size <= room->size - room->used)
		return true;
	size_t larger = room->size * 2;
	larger = larger < BLOCK_MIN ? BLOCK_MIN : larger > BLOCK_MAX ? BLOCK_MAX : larger;
	char *block = block_add(text, larger);
	if (block)
		*room = (swk__text_room){ block, 0, larger };
	return block != NULL;
}

/* Keeps a text that is too long for a group; NULL when memory failed. One that is long even beside a block gets one of
 * its own, so that it wastes nothing of it. */
static char *far_keep(swk__text *text, swk__slice bytes)
{
	swk__text_room *far = &text->far;
	char *to;
	if (bytes.length > BLOCK_MAX / 4 || (bytes.length > far->size - far->used && bytes.length > far->size / 4)) {
		to = block_add(text, bytes.length);
	} else {
		to = room_reserve(text, far, bytes.length) ? far->bytes + far->used : NULL;
		far->used += to ? bytes.length : 0;
	}
	if (to)
		memcpy(to, bytes.bytes, bytes.length);
	return to;
}

/* memcpy, for texts most of which are ids. */
static inline void bytes_copy(char *to, const char *from, size_t length)
{
	char ends[32];
	if (length < 16 || length > 32) {
		if (length)
			memcpy(to, from, length);
		return;
	}
	memcpy(ends, from, 16);
	memcpy(ends + 16, from + length - 16, 16);
	memcpy(to, ends, 16);
	memcpy(to + length - 16, ends + 16, 16);
}

/* Copies a text to where it stays, as the one at this place of its group. */
static inline bool group_keep(swk__text *text, swk__text_group *group, unsigned place, swk__slice bytes)
{
	const bool far = bytes.length > NEAR_MAX;
	swk__slice kept = bytes;
	if (place == 0 && !room_reserve(text, &text->near, GROUP_MAX))
		return false;
	if (far && !(kept.bytes = far_keep(text, bytes)))
		return false;
	if (place == 0)
		group->bytes = text->near.bytes + text->near.used;
	swk__slice entry = far ? (swk__slice){ (const char *)&kept, sizeof kept } : bytes;
	bytes_copy(text->near.bytes + text->near.used, entry.bytes, entry.length);
	text->near.used += entry.length;
	group->ends[place] = (uint16_t)((size_t)(text->near.bytes + text->near.used - group->bytes) * 2 + far);
	return true;
}

/* The same as the one with this number, for which there is a group. */
static bool bytes_keep(swk__text *text, uint32_t number, swk__slice bytes)
{
	return group_keep(text, group_at(text, number), number % SWK__TEXT_GROUP, bytes);
}

/* ------------------------------------------------------------------------------------------------ index */

/* A slot of an index. */
typedef struct slot {
	bucket *in;
	unsigned place;
} slot;

static bucket *bucket_home(const swk__text_index *index, uint32_t tag)
{
	return &index->buckets[(uint64_t)tag * index->count >> 32];
}

static bucket *bucket_next(const swk__text_index *index, bucket *of)
{
	return of + 1 < index->buckets + index->count ? of + 1 : index->buckets;
}

/* Which of eight bytes are equal to one: the high bit of each that is. */
static inline uint64_t bytes_equal(uint64_t bytes, unsigned char byte)
{
	const uint64_t low = UINT64_C(0x7f7f7f7f7f7f7f7f), differ = bytes ^ UINT64_C(0x0101010101010101) * byte;
	return ~(((differ & low) + low) | differ | low);
}

static inline unsigned first_of(uint64_t bits)
{
	return (unsigned)__builtin_ctzll(bits) / 8;
}

static inline uint64_t marks_of(const bucket *of)
{
	return atomic_load_explicit(&of->marks, memory_order_relaxed);
}

static inline uint32_t number_at(const bucket *of, unsigned place)
{
	return atomic_load_explicit(&of->numbers[place], memory_order_relaxed);
}

/* The tag at a place that is not empty. Writer only. */
static inline uint32_t tag_at(const bucket *of, unsigned place)
{
	return (uint32_t)of->high[place] << 16 | (uint32_t)of->middle[place] << 8 |
	       (unsigned char)(marks_of(of) >> 8 * place);
}

/* Fills an empty slot; readers may see it from then on. */
static inline void slot_fill(slot at, uint32_t tag, uint32_t number)
{
	atomic_store_explicit(&at.in->numbers[at.place], number, memory_order_relaxed);
	at.in->high[at.place] = (uint16_t)(tag >> 16);
	at.in->middle[at.place] = (unsigned char)(tag >> 8);
	const uint64_t marks = marks_of(at.in) | (uint64_t)(tag & 0xff) << 8 * at.place;
	atomic_store_explicit(&at.in->marks, marks, memory_order_release);
}

static inline bool slot_empty(slot at)
{
	return (marks_of(at.in) >> 8 * at.place & 0xff) == 0;
}

/* The first slot with a tag and its number, or the empty one where it would go and 0. `marks` are those of the first
 * bucket. Writer only. */
static inline slot tag_find(const swk__text_index *index, bucket *in, uint64_t marks, uint32_t tag, uint32_t *number)
{
	for (;; in = bucket_next(index, in), marks = marks_of(in)) {
		const uint64_t empty = bytes_equal(marks, 0);
		for (uint64_t like = bytes_equal(marks, (unsigned char)tag); like; like &= like - 1) {
			const unsigned place = first_of(like);
			*number = number_at(in, place);
			if (tag_at(in, place) == tag)
				return (slot){ in, place };
		}
		*number = 0;
		if (empty)
			return (slot){ in, first_of(empty) };
	}
}

/* swk__slice_equal, for texts most of which are ids. */
static inline bool entry_equal(swk__slice entry, swk__slice bytes)
{
	const size_t length = bytes.length;
	const char *a = entry.bytes, *b = bytes.bytes;
	uint64_t x[4], y[4];
	if (entry.length != length)
		return false;
	if (length < 16 || length > 32)
		return length == 0 || memcmp(a, b, length) == 0;
	memcpy(x, a, 16);
	memcpy(y, b, 16);
	memcpy(x + 2, a + length - 16, 16);
	memcpy(y + 2, b + length - 16, 16);
	return ((x[0] ^ y[0]) | (x[1] ^ y[1]) | (x[2] ^ y[2]) | (x[3] ^ y[3])) == 0;
}

/* Asks for the bytes of a text, which may lie in two lines. */
static inline void entry_ask(swk__slice entry)
{
	__builtin_prefetch(entry.bytes);
	__builtin_prefetch(entry.bytes + entry.length - (entry.length > 0));
}

/* The slot of a text and its number, or the empty one where it would go and 0. No entry from `end` on is looked at. */
static slot index_probe(const swk__text *text, const swk__text_index *index, uint32_t tag, swk__slice bytes,
                        uint32_t end, uint32_t *number)
{
	for (bucket *in = bucket_home(index, tag);; in = bucket_next(index, in)) {
		const uint64_t marks = atomic_load_explicit(&in->marks, memory_order_acquire);
		const uint64_t empty = bytes_equal(marks, 0);
		for (uint64_t like = bytes_equal(marks, (unsigned char)tag); like; like &= like - 1) {
			*number = number_at(in, first_of(like));
			if (*number < end && swk__slice_equal(entry_slice(text, *number), bytes))
				return (slot){ in, first_of(like) };
		}
		*number = 0;
		if (empty)
			return (slot){ in, first_of(empty) };
	}
}

static swk__text_index *index_create(swk__mem *mem, uint64_t buckets)
{
	size_t size;
	const bool fits = buckets <= UINT32_MAX && swk__mul_size(buckets, LINE, &size);
	if (NEVER(!fits)) /* the texts would have filled the memory before */
		return NULL;
	swk__text_index *index = swk__alloc(mem, SWK__FAULT_text_index, 1, sizeof *index + LINE - 1 + size);
	if (index) {
		index->count = (uint32_t)buckets;
		index->buckets = line_from(index + 1);
	}
	return index;
}

/* The empty slot where a new text with this tag goes in. */
static slot empty_find(const swk__text_index *index, uint32_t tag)
{
	bucket *in = bucket_home(index, tag);
	uint64_t empty;
	while (!(empty = bytes_equal(marks_of(in), 0)))
		in = bucket_next(index, in);
	return (slot){ in, first_of(empty) };
}

/* Which slots of a bucket have numbers from `begin` to before `end`: the high bit of the byte of each. */
static uint64_t numbers_between(const bucket *in, uint32_t begin, uint32_t end)
{
	uint64_t found = 0;
	for (unsigned place = 0; place < BUCKET; place++) {
		const uint32_t number = number_at(in, place);
		found |= (uint64_t)(number >= begin && number < end) << (8 * place + 7);
	}
	return found & ~bytes_equal(marks_of(in), 0);
}

/* Copies the slots of numbers from `begin` to before `end`. */
static void index_copy(swk__text_index *index, const swk__text_index *old, uint32_t begin, uint32_t end)
{
	for (uint32_t b = 0; b < old->count; b++) {
		const bucket *from = &old->buckets[b];
		for (uint64_t left = numbers_between(from, begin, end); left; left &= left - 1) {
			const uint32_t tag = tag_at(from, first_of(left));
			slot_fill(empty_find(index, tag), tag, number_at(from, first_of(left)));
		}
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

/* How many new texts will come: the same share of those that follow as of those that were passed. What came so far
 * tells of so many times as much. */
#define FORESEEN 16

static uint64_t fresh_expected(const swk__text *text)
{
	const uint64_t fresh = text->count - text->kept, most = (uint64_t)text->count * FORESEEN;
	const uint64_t left = NUMBERS_MAX - text->count;
	uint64_t expected = text->expected < left ? text->expected : left;
	if (fresh < text->passed)
		expected = (uint64_t)((swk__u128)expected * fresh / text->passed);
	return expected < most ? expected : most;
}

/* How many buckets the next index has: twice as many while they are few, then a quarter more, as half of it would be
 * empty; but enough for what is expected, then with a slot of four left empty: searches stay shorter. */
static uint64_t buckets_next(const swk__text *text, const swk__text_index *old, uint64_t expected)
{
	const uint64_t more = old->count < 512 ? old->count : old->count / 4;
	const uint64_t enough = (text->count + expected) / (BUCKET - 2) + 1;
	return enough > old->count + more ? enough : old->count + more;
}

/* Publishes a larger index. What may be taken back goes in last, so that no way to a text that stays leads over it. */
static bool index_grow(swk__text *text)
{
	swk__text_index *old = atomic_load_explicit(&text->index, memory_order_relaxed);
	const uint64_t expected = fresh_expected(text);
	swk__text_index *index = index_create(text->mem, buckets_next(text, old, expected));
	if (!index && expected) /* there may be memory for what is sure to come */
		index = index_create(text->mem, buckets_next(text, old, 0));
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
	swk__text_index *index = index_create(mem, FIRST_BUCKETS);
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
	swk__free(text->mem, text->blocks);
	for (size_t i = 0; i < SWK__TEXT_SEGMENTS; i++)
		swk__free(text->mem, text->segments[i]);
	*text = (swk__text){ .mem = text->mem, .key = text->key };
}

static uint32_t tag_of(const swk__text *text, swk__slice bytes)
{
	const uint32_t tag = (uint32_t)(swk__hash(bytes.bytes, bytes.length, text->key) >> 32);
	return tag | ((tag & 0xff) == 0);
}

static int fail_full(const swk__text *text, swk_error *error)
{
	return swk__fail(error, SWK_ERR_LIMIT, "%" PRIu32 " distinct texts were stored, no more fit", text->count);
}

/* Puts a new text in, at an empty slot of the index where it would be looked for. */
static int text_add(swk__text *text, uint32_t tag, swk__slice bytes, slot at, uint32_t *number, swk_error *error)
{
	const uint32_t fresh = text->count;
	const swk__text_index *index = atomic_load_explicit(&text->index, memory_order_relaxed);
	if (fresh >= NUMBERS_MAX)
		return fail_full(text, error);
	if (fresh >= (uint64_t)index->count * (BUCKET - 1)) {
		if (!index_grow(text))
			return swk__fail_memory(error, text->mem);
		at = empty_find(atomic_load_explicit(&text->index, memory_order_relaxed), tag);
	}
	if (!group_reserve(text, fresh) || !bytes_keep(text, fresh, bytes))
		return swk__fail_memory(error, text->mem);
	slot_fill(at, tag, fresh);
	text->count = fresh + 1;
	*number = fresh;
	return SWK_OK;
}

static int tagged_intern(swk__text *text, uint32_t tag, swk__slice bytes, uint32_t *number, swk_error *error)
{
	uint32_t found;
	const swk__text_index *index = atomic_load_explicit(&text->index, memory_order_relaxed);
	const slot at = index_probe(text, index, tag, bytes, UINT32_MAX, &found);
	if (!found)
		return text_add(text, tag, bytes, at, number, error);
	*number = found;
	return SWK_OK;
}

int swk__text_intern(swk__text *text, swk__slice bytes, uint32_t *number, swk_error *error)
{
	const int code = swk__text_complete(text, UINT32_MAX, error);
	if (code != SWK_OK)
		return code;
	if (bytes.length)
		return tagged_intern(text, tag_of(text, bytes), bytes, number, error);
	*number = 0;
	return SWK_OK;
}

/* A text of a run: what is known of it before it is looked at. */
typedef struct wanted {
	slot at;                      /* at first in its home; then the first one of its tag, or else where it goes */
	uint64_t marks;               /* of its home */
	const swk__text_group *group; /* of that slot's text, and its bytes */
	swk__slice entry;
	uint32_t growths;     /* tells the index in which the slot is */
	uint32_t tag, number; /* of that slot: nearly always the text's, if not 0 */
} wanted;

/* Asks for the buckets of some texts. That often waits for where a page of memory lies, so they are asked for one right
 * after the other: a processor looks for several pages at a time. Behind a full one the next is likely looked at. */
static void buckets_ask(const swk__text *text, const swk__slice *bytes, const uint32_t *left, size_t count, wanted *of)
{
	const swk__text_index *index = atomic_load_explicit(&text->index, memory_order_relaxed);
	for (size_t k = 0; k < count; k++) {
		const swk__slice one = bytes[left[k]];
		of[k].tag = one.length ? tag_of(text, one) : 1; /* any that has a mark: it is not looked at */
		of[k].at.in = bucket_home(index, of[k].tag);
	}
	for (size_t k = 0; k < count; k++)
		of[k].marks = marks_of(of[k].at.in);
	for (size_t k = 0; k < count; k++)
		__builtin_prefetch(of[k].at.in + !bytes_equal(of[k].marks, 0));
}

static void groups_ask(const swk__text *text, size_t count, wanted *of)
{
	const swk__text_index *index = atomic_load_explicit(&text->index, memory_order_relaxed);
	for (size_t k = 0; k < count; k++) {
		of[k].at = tag_find(index, of[k].at.in, of[k].marks, of[k].tag, &of[k].number);
		of[k].growths = text->growths;
		if (!of[k].number)
			continue;
		of[k].group = group_at(text, of[k].number);
		__builtin_prefetch(of[k].group);
	}
}

static void entries_ask(size_t count, wanted *of)
{
	for (size_t k = 0; k < count; k++) {
		if (!of[k].number)
			continue;
		of[k].entry = group_entry(of[k].group, of[k].number);
		entry_ask(of[k].entry);
	}
}

/* The number of a text that was asked for. The slot that was empty still is where it belongs, unless one that came in
 * between took it or the index grew. */
static int wanted_intern(swk__text *text, swk__slice bytes, const wanted *of, uint32_t *number, swk_error *error)
{
	*number = bytes.length ? of->number : 0;
	if (bytes.length == 0 || (of->number && entry_equal(of->entry, bytes)))
		return SWK_OK;
	if (of->number == 0 && of->growths == text->growths && slot_empty(of->at))
		return text_add(text, of->tag, bytes, of->at, number, error);
	return tagged_intern(text, of->tag, bytes, number, error);
}

/* Up to so many texts are looked for by what was found last for texts that look alike. */
#define FEW 1024
#define ALIKE 256

/* Texts that differ rarely have the same, those of a run of one text always. */
static unsigned alike(swk__slice bytes)
{
	const unsigned char *at = (const unsigned char *)bytes.bytes;
	uint64_t first, last;
	if (bytes.length < sizeof first)
		return bytes.length ? (at[0] * 7u + at[bytes.length / 2] * 31u + at[bytes.length - 1]) % ALIKE : 0;
	memcpy(&first, at, sizeof first);
	memcpy(&last, at + bytes.length - sizeof last, sizeof last);
	return (unsigned)((first ^ last) * UINT64_C(0x9e3779b97f4a7c15) >> 32) % ALIKE;
}

/* The numbers of a run's texts that are still to be found, whose places in the run are in `left`. */
static int few_intern(swk__text *text, const swk__slice *bytes, const uint32_t *left, size_t count, uint32_t *numbers,
                      swk_error *error)
{
	swk__slice entries[ALIKE] = { 0 };
	uint32_t found[ALIKE] = { 0 };
	int code = SWK_OK;
	for (size_t k = 0; k < count && code == SWK_OK; k++) {
		const swk__slice one = bytes[left[k]];
		const unsigned a = alike(one);
		if (!entry_equal(entries[a], one)) {
			code = swk__text_intern(text, one, &found[a], error);
			entries[a] = one;
		}
		numbers[left[k]] = found[a];
	}
	return code;
}

/* How many texts are taken together from one step to the next, and how many steps there are. */
#define TOGETHER 32
#define STEPS 4

/* How many texts a turn has; none when it lies before the first one (and so beyond all). */
static size_t turn_count(size_t count, size_t turn)
{
	const size_t first = turn * TOGETHER;
	return first >= count ? 0 : count - first < TOGETHER ? count - first : TOGETHER;
}

/* The same where many texts are. A text waits for memory in steps: its bucket, where it may lie, its bytes. A step of
 * some is taken while others wait for what was asked for them before; nothing goes in between the first two. */
static int many_intern(swk__text *text, const swk__slice *bytes, const uint32_t *left, size_t count, uint32_t *numbers,
                       swk_error *error)
{
	wanted ring[STEPS][TOGETHER];
	int code = SWK_OK;
	for (size_t turn = 0; turn * TOGETHER < count + (STEPS - 1) * TOGETHER && code == SWK_OK; turn++) {
		const size_t asked = turn_count(count, turn), ready = turn_count(count, turn - 3);
		groups_ask(text, turn_count(count, turn - 1), ring[(turn - 1) % STEPS]);
		entries_ask(turn_count(count, turn - 2), ring[(turn - 2) % STEPS]);
		for (size_t k = 0; k < ready && code == SWK_OK; k++) {
			const uint32_t i = left[(turn - 3) * TOGETHER + k];
			code = wanted_intern(text, bytes[i], &ring[(turn - 3) % STEPS][k], &numbers[i], error);
		}
		if (asked)
			buckets_ask(text, bytes, left + turn * TOGETHER, asked, ring[turn % STEPS]);
	}
	return code;
}

/* Tries the numbers that texts are guessed to have; returns how many are left, with their places in the run. Memory is
 * waited for together here as well. */
static size_t guesses_try(const swk__text *text, const swk__slice *bytes, const uint32_t *guesses, size_t count,
                          uint32_t *numbers, uint32_t *left)
{
	const swk__text_group *groups[SWK__TEXT_RUN];
	swk__slice entries[SWK__TEXT_RUN];
	size_t rest = 0;
	for (size_t i = 0; i < count; i++) {
		numbers[i] = guesses[i] < text->count ? guesses[i] : 0;
		groups[i] = group_at(text, numbers[i]);
		__builtin_prefetch(groups[i]);
	}
	for (size_t i = 0; i < count; i++) {
		entries[i] = group_entry(groups[i], numbers[i]);
		entry_ask(entries[i]);
	}
	for (size_t i = 0; i < count; i++) {
		left[rest] = (uint32_t)i;
		rest += !entry_equal(entries[i], bytes[i]);
	}
	return rest;
}

/* How many texts may come in between. */
#define MISSED_MAX 10

/* The same with the number that follows the one before: so come the ids of an export that was taken before. Where texts
 * came in between the guess stays, for a while. */
static size_t successors_try(const swk__text *text, const swk__slice *bytes, size_t count, uint32_t *numbers,
                             uint32_t *left)
{
	const swk__text_group *group = NULL;
	uint32_t next = text->next;
	size_t rest = 0, missed = 0;
	for (size_t i = 0; i < count; i++) {
		if (missed <= MISSED_MAX && next < text->count) {
			group = group && next % SWK__TEXT_GROUP ? group : group_at(text, next);
			if (entry_equal(group_entry(group, next), bytes[i])) {
				numbers[i] = next++;
				missed = 0;
				continue;
			}
			missed++;
		}
		left[rest++] = (uint32_t)i;
	}
	return rest;
}

int swk__text_intern_run(swk__text *text, const swk__slice *bytes, size_t count, const uint32_t *guesses,
                         uint32_t *numbers, swk_error *error)
{
	uint32_t left[SWK__TEXT_RUN];
	int code = swk__text_complete(text, UINT32_MAX, error);
	if (code != SWK_OK)
		return code;
	const size_t rest = guesses ? guesses_try(text, bytes, guesses, count, numbers, left)
	                            : successors_try(text, bytes, count, numbers, left);
	code = text->count < FEW ? few_intern(text, bytes, left, rest, numbers, error)
	                         : many_intern(text, bytes, left, rest, numbers, error);
	/* An empty text is between none: a column of them leaves the guess to the next one of ids. */
	if (code == SWK_OK && count && numbers[count - 1])
		text->next = numbers[count - 1] + 1;
	return code;
}

/* --------------------------------------------------------------------------------------- texts known to be new */

int swk__text_append_run(swk__text *text, const swk__slice *bytes, size_t count, swk_error *error)
{
	swk__text_group *group = NULL;
	if (count && !text->unlisted)
		text->unlisted = text->count;
	for (size_t i = 0; i < count; i++) {
		const uint32_t place = text->count % SWK__TEXT_GROUP;
		if (text->count >= NUMBERS_MAX)
			return fail_full(text, error);
		if (place == 0 && !group_reserve(text, text->count))
			return swk__fail_memory(error, text->mem);
		group = group && place ? group : group_at(text, text->count);
		if (!group_keep(text, group, place, bytes[i]))
			return swk__fail_memory(error, text->mem);
		text->count++;
	}
	return SWK_OK;
}

/* Puts texts of the next numbers, from `first` on, into an index that has room for them. */
static int numbers_list(swk__text *text, uint32_t first, uint32_t count, const uint32_t *tags, swk_error *error)
{
	const swk__text_index *index = atomic_load_explicit(&text->index, memory_order_relaxed);
	for (uint32_t k = 0; k < count; k++) {
		uint32_t found;
		bucket *home = bucket_home(index, tags[k]);
		slot at = tag_find(index, home, marks_of(home), tags[k], &found);
		if (found)
			at = index_probe(text, index, tags[k], entry_slice(text, first + k), first + k, &found);
		if (found)
			return swk__fail(error, SWK_ERR_CORRUPT, "a text was stored twice, as %" PRIu32 " and %" PRIu32,
			                 found, first + k);
		slot_fill(at, tags[k], first + k);
		text->unlisted = first + k + 1;
	}
	return SWK_OK;
}

int swk__text_complete(swk__text *text, uint32_t most, swk_error *error)
{
	uint32_t tags[TOGETHER];
	int code = SWK_OK;
	if (swk__text_whole(text))
		return SWK_OK;
	swk__text_expect(text, 0, 0); /* nothing is known yet of those that follow */
	if (text->count > (uint64_t)atomic_load_explicit(&text->index, memory_order_relaxed)->count * (BUCKET - 1) &&
	    !index_grow(text))
		return swk__fail_memory(error, text->mem);
	const swk__text_index *index = atomic_load_explicit(&text->index, memory_order_relaxed);
	const uint32_t left = text->count - text->unlisted, end = text->unlisted + (left < most ? left : most);
	while (text->unlisted < end && code == SWK_OK) {
		const uint32_t first = text->unlisted, count = end - first < TOGETHER ? end - first : TOGETHER;
		for (uint32_t k = 0; k < count; k++) {
			tags[k] = tag_of(text, entry_slice(text, first + k));
			__builtin_prefetch(bucket_home(index, tags[k]));
		}
		code = numbers_list(text, first, count, tags, error);
	}
	if (text->unlisted == text->count)
		text->unlisted = 0;
	return code;
}

bool swk__text_find_below(const swk__text *text, swk__slice bytes, uint32_t end, uint32_t *number)
{
	uint32_t found = 0;
	if (NEVER(!swk__text_whole(text)))
		return false;
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
	return (swk__text_mark){ text->count, text->block_count, text->near, text->far };
}

void swk__text_rollback(swk__text *text, const swk__text_mark *mark)
{
	const swk__text_index *index = atomic_load_explicit(&text->index, memory_order_relaxed);
	if (text->unlisted >= mark->count)
		text->unlisted = 0;
	if (text->count == mark->count)
		return;
	for (uint32_t b = 0; b < index->count; b++) {
		bucket *of = &index->buckets[b];
		const uint64_t gone = numbers_between(of, mark->count, UINT32_MAX);
		if (gone)
			atomic_store_explicit(&of->marks, marks_of(of) & ~((gone >> 7) * 0xff), memory_order_relaxed);
	}
	blocks_free(text, mark->block_count);
	text->near = mark->near;
	text->far = mark->far;
	text->count = mark->count;
}

swk__slice swk__text_get(const swk__text *text, uint32_t number)
{
	return entry_slice(text, number);
}
