/* SPDX-License-Identifier: MIT */
#include "rollup.h"

#include <stdlib.h>

/* ------------------------------------------------------------------------------------------ rollups */

/* How much a rollup holds: what its block is cut out of. */
typedef struct extent {
	size_t cells, key_bytes, list_values;
	uint32_t measures, lists;
} extent;

/* Where the next cell of a new rollup goes: the arrays that the rollup shows as constant. */
typedef struct filling {
	swk__rollup *rollup;
	swk__i128 *values;
	int64_t *list_values;
	size_t *list_ends;
	uint32_t *key_ends;
	char *key_bytes;
	uint32_t cells, length; /* filled so far */
	size_t lists, listed;   /* likewise: lists ended, values in all lists */
} filling;

/* One block holds header and arrays, those of wider things first, so that a cached rollup is one allocation.
 *
 * The caller's cells stand in memory already, so their size fits; only the ends, having 32 bits, may not. Distinct
 * keys of less than 4 GiB are always fewer than 2^32. */
static int filling_begin(filling *out, swk__mem *mem, const extent *held, swk_error *error)
{
	size_t cells = held->cells, measures = held->measures, lists = held->lists;
	size_t head = (sizeof(swk__rollup) + sizeof(swk__i128) - 1) / sizeof(swk__i128) * sizeof(swk__i128);
	size_t cell = measures * sizeof(swk__i128) + lists * sizeof(size_t) + sizeof(uint32_t);
	swk__u128 size = (swk__u128)cells * cell + (swk__u128)held->list_values * sizeof(int64_t) + head;
	if (held->key_bytes > UINT32_MAX)
		return swk__fail(error, SWK_ERR_OVERFLOW, "the names of the groups passed 4 GiB");
	size += held->key_bytes;
	if (NEVER(size > SIZE_MAX))
		return swk__fail(error, SWK_ERR_OVERFLOW, "the groups passed the size of the memory");
	swk__rollup *rollup = swk__alloc(mem, SWK__FAULT_rollup_build, (size_t)size, 1);
	if (!rollup)
		return swk__fail_memory(error, mem);
	*out = (filling){ .rollup = rollup, .values = (swk__i128 *)(void *)((char *)rollup + head) };
	out->list_values = (int64_t *)(void *)(out->values + cells * measures);
	out->list_ends = (size_t *)(void *)(out->list_values + held->list_values);
	out->key_ends = (uint32_t *)(void *)(out->list_ends + cells * lists);
	out->key_bytes = (char *)(out->key_ends + cells);
	rollup->mem = mem;
	atomic_init(&rollup->references, 1);
	rollup->measures = held->measures;
	rollup->lists = held->lists;
	rollup->cells = (uint32_t)cells;
	rollup->values = out->values;
	rollup->list_values = out->list_values;
	rollup->list_ends = out->list_ends;
	rollup->key_ends = out->key_ends;
	rollup->key_bytes = out->key_bytes;
	return SWK_OK;
}

/* Appends a key and returns the place of its measures; its lists follow, each ended by filling_end_list. */
static swk__i128 *filling_add(filling *out, swk__slice key)
{
	if (key.length)
		memcpy(out->key_bytes + out->length, key.bytes, key.length);
	out->length += (uint32_t)key.length;
	out->key_ends[out->cells] = out->length;
	return out->values + (size_t)out->cells++ * out->rollup->measures;
}

static void filling_append(filling *out, swk__rollup_list list)
{
	if (list.count)
		memcpy(out->list_values + out->listed, list.values, list.count * sizeof *list.values);
	out->listed += list.count;
}

static void filling_end_list(filling *out)
{
	out->list_ends[out->lists++] = out->listed;
}

swk__rollup *swk__rollup_retain(swk__rollup *rollup)
{
	atomic_fetch_add_explicit(&rollup->references, 1, memory_order_relaxed);
	return rollup;
}

void swk__rollup_release(swk__rollup *rollup)
{
	if (rollup && atomic_fetch_sub_explicit(&rollup->references, 1, memory_order_acq_rel) == 1)
		swk__free(rollup->mem, rollup);
}

/* The list at a place among lists that follow each other. */
static swk__rollup_list list_at(const int64_t *values, const size_t *ends, size_t at)
{
	size_t begin = at ? ends[at - 1] : 0;
	size_t count = ends[at] - begin;
	return (swk__rollup_list){ count ? values + begin : NULL, count };
}

swk__rollup_list swk__rollup_list_at(const swk__rollup *rollup, uint32_t cell, uint32_t list)
{
	return list_at(rollup->list_values, rollup->list_ends, (size_t)cell * rollup->lists + list);
}

/* How many values all lists hold together. */
static size_t rollup_listed(const swk__rollup *rollup)
{
	size_t lists = (size_t)rollup->cells * rollup->lists;
	return lists ? rollup->list_ends[lists - 1] : 0;
}

size_t swk__rollup_size(const swk__rollup *rollup)
{
	size_t keys = rollup->cells ? rollup->key_ends[rollup->cells - 1] : 0;
	size_t cell = rollup->measures * sizeof(swk__i128) + rollup->lists * sizeof(size_t) + sizeof(uint32_t);
	return sizeof *rollup + rollup->cells * cell + rollup_listed(rollup) * sizeof(int64_t) + keys;
}

int64_t swk__rollup_find(const swk__rollup *rollup, swk__slice key)
{
	uint32_t low = 0, high = rollup->cells;
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		int order = swk__slice_compare(swk__rollup_key(rollup, middle), key);
		if (order == 0)
			return middle;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return -1;
}

/* ----------------------------------------------------------------------------------------- building */

void swk__rollup_builder_init(swk__rollup_builder *builder, swk__mem *mem, uint32_t measures, uint32_t lists)
{
	*builder = (swk__rollup_builder){ .mem = mem, .measures = measures, .lists = lists };
	swk__buf_init(&builder->keys, mem, UINT32_MAX);
	swk__buf_init(&builder->list_values, mem, SIZE_MAX);
}

void swk__rollup_builder_done(swk__rollup_builder *builder)
{
	if (!builder->mem)
		return;
	swk__free(builder->mem, builder->list_ends);
	swk__free(builder->mem, builder->values);
	swk__free(builder->mem, builder->key_ends);
	swk__buf_done(&builder->list_values);
	swk__buf_done(&builder->keys);
	swk__rollup_builder_init(builder, builder->mem, builder->measures, builder->lists);
}

/* Makes room for one more cell. What was enlarged before a failure stays so; that changes nothing. The byte more
 * keeps the keys' place from being NULL when all of them are empty. */
static bool builder_reserve(swk__rollup_builder *builder, size_t key_length)
{
	bool room = swk__buf_reserve(&builder->keys, key_length + 1);
	builder->keys.failed = false;
	if (!room || builder->cells < builder->capacity)
		return room;
	size_t capacity = swk__grown(builder->capacity, (size_t)builder->cells + 1);
	if (capacity > UINT32_MAX)
		capacity = UINT32_MAX;
	uint32_t *ends = swk__resize(builder->mem, SWK__FAULT_rollup_build, builder->key_ends, capacity, sizeof *ends);
	if (!ends)
		return false;
	builder->key_ends = ends;
	swk__i128 *values = swk__resize(builder->mem, SWK__FAULT_rollup_build, builder->values, capacity,
	                                builder->measures * sizeof *values);
	if (!values)
		return false;
	builder->values = values;
	size_t *list_ends = swk__resize(builder->mem, SWK__FAULT_rollup_build, builder->list_ends, capacity,
	                                builder->lists * sizeof *list_ends);
	if (!list_ends)
		return false;
	builder->list_ends = list_ends;
	builder->capacity = (uint32_t)capacity;
	return true;
}

/* Copies the lists of the cell that comes next, all or none. */
static bool builder_append(swk__rollup_builder *builder, const swk__rollup_list *lists)
{
	swk__buf *buf = &builder->list_values;
	size_t before = buf->length, at = (size_t)builder->cells * builder->lists;
	for (uint32_t k = 0; k < builder->lists; k++) {
		swk__buf_append(buf, lists[k].values, lists[k].count * sizeof *lists[k].values);
		builder->list_ends[at + k] = buf->length / sizeof *lists[k].values;
	}
	if (!buf->failed)
		return true;
	buf->failed = false;
	buf->length = before;
	return false;
}

int swk__rollup_builder_add(swk__rollup_builder *builder, swk__slice key, const swk__i128 *values,
                            const swk__rollup_list *lists, swk_error *error)
{
	if (builder->cells == UINT32_MAX)
		return swk__fail(error, SWK_ERR_MEMORY, "a rollup passed its 2^32 cells");
	if (!builder_reserve(builder, key.length) || !builder_append(builder, lists))
		return swk__fail_memory(error, builder->mem);
	swk__buf_slice(&builder->keys, key);
	builder->key_ends[builder->cells] = (uint32_t)builder->keys.length;
	if (builder->measures)
		memcpy(builder->values + (size_t)builder->cells * builder->measures, values,
		       builder->measures * sizeof *values);
	builder->cells++;
	return SWK_OK;
}

/* A builder's cell while its cells are sorted. */
typedef struct entry {
	swk__slice key;
	uint32_t cell;
} entry;

static int entry_compare(const void *a, const void *b)
{
	return swk__slice_compare(((const entry *)a)->key, ((const entry *)b)->key);
}

/* The cells sorted by key, or NULL. */
static entry *builder_sorted(const swk__rollup_builder *builder)
{
	entry *entries = swk__alloc(builder->mem, SWK__FAULT_rollup_build, builder->cells, sizeof *entries);
	if (!entries)
		return NULL;
	uint32_t begin = 0;
	for (uint32_t i = 0; i < builder->cells; i++) {
		entries[i].key = (swk__slice){ builder->keys.bytes + begin, builder->key_ends[i] - begin };
		entries[i].cell = i;
		begin = builder->key_ends[i];
	}
	qsort(entries, builder->cells, sizeof *entries, entry_compare);
	return entries;
}

/* The first entry after `from` with another key. */
static uint32_t run_end(const entry *entries, uint32_t count, uint32_t from)
{
	uint32_t end = from + 1;
	while (end < count && swk__slice_equal(entries[end].key, entries[from].key))
		end++;
	return end;
}

/* Adds up a measure over entries. Counting the carries makes the answer that of the true sum, whatever the order:
 * steps that leave 128 bits and come back do no harm. */
static bool run_sum(const swk__rollup_builder *builder, const entry *entries, uint32_t count, uint32_t measure,
                    swk__i128 *sum)
{
	int64_t carries = 0;
	swk__i128 total = 0;
	for (uint32_t i = 0; i < count; i++) {
		swk__i128 value = builder->values[(size_t)entries[i].cell * builder->measures + measure];
		if (__builtin_add_overflow(total, value, &total))
			carries += value < 0 ? -1 : 1;
	}
	*sum = total;
	return carries == 0;
}

static swk__rollup_list builder_list(const swk__rollup_builder *builder, uint32_t cell, uint32_t list)
{
	const int64_t *values = (const int64_t *)(const void *)builder->list_values.bytes;
	return list_at(values, builder->list_ends, (size_t)cell * builder->lists + list);
}

/* Sorts by inserting; false when values have to be moved farther than `moves` places in sum. */
static bool list_insert(int64_t *values, size_t count, size_t moves)
{
	for (size_t i = 1; i < count; i++) {
		int64_t value = values[i];
		size_t k = i;
		for (; k > 0 && values[k - 1] > value; k--)
			values[k] = values[k - 1];
		values[k] = value;
		if (i - k > moves)
			return false;
		moves -= i - k;
	}
	return true;
}

#define DIGIT_BITS_MAX 10
#define MOVES 8 /* a value, in lists that are all but sorted */

/* In which bits values differ, as distances from the least. */
typedef struct differing {
	uint64_t least;
	unsigned low, high; /* bits [low, high) */
} differing;

/* False when the values are in order already. */
static SWK__WIDE bool differing_find(const int64_t *values, size_t count, differing *in)
{
	int64_t least = values[0], most = values[0];
	uint64_t bits = 0, falls = 0;
	for (size_t i = 1; i < count; i++) {
		least = values[i] < least ? values[i] : least;
		most = values[i] > most ? values[i] : most;
		bits |= (uint64_t)values[i] ^ (uint64_t)values[0];
		falls |= values[i - 1] > values[i];
	}
	uint64_t range = (uint64_t)most - (uint64_t)least;
	if (!falls)
		return false;
	*in = (differing){ (uint64_t)least, (unsigned)__builtin_ctzll(bits), 64u - (unsigned)__builtin_clzll(range) };
	return true;
}

/* Digits of a value, from the least on. */
typedef struct digits {
	uint64_t least, mask;
	unsigned low, each;
} digits;

/* How many bits lie below a digit. Beyond the highest bit all values have the same. */
static unsigned digit_low(const digits *of, unsigned digit)
{
	const unsigned low = of->low + digit * of->each;
	return low < 63 ? low : 63;
}

/* Where the values with each digit begin, of two digits in one pass. */
static void places_find(const int64_t *values, size_t count, const digits *of, unsigned digit, size_t *places[2])
{
	const unsigned low = digit_low(of, digit), high = digit_low(of, digit + 1);
	const uint64_t least = of->least, mask = of->mask;
	size_t *lows = places[0], *highs = places[1], low_place = 0, high_place = 0;
	memset(lows, 0, (mask + 1) * sizeof *lows);
	memset(highs, 0, (mask + 1) * sizeof *highs);
	for (size_t i = 0; i < count; i++) {
		const uint64_t distance = (uint64_t)values[i] - least;
		lows[(distance >> low) & mask]++;
		highs[(distance >> high) & mask]++;
	}
	for (size_t d = 0; d <= mask; d++) {
		const size_t some = lows[d], others = highs[d];
		lows[d] = low_place;
		highs[d] = high_place;
		low_place += some;
		high_place += others;
	}
}

/* Deals the values out in the order of one digit, and of where they stood before. */
static void digit_deal(const int64_t *from, size_t count, const digits *of, unsigned digit, size_t *places, int64_t *to)
{
	const unsigned low = digit_low(of, digit);
	const uint64_t least = of->least, mask = of->mask;
	for (size_t i = 0; i < count; i++)
		to[places[(((uint64_t)from[i] - least) >> low) & mask]++] = from[i];
}

/* Sorts by bits [low, high), two digits at a time, the least first. The last may have no bits at all. */
static void digits_sort(int64_t *values, size_t count, const differing *by, unsigned most, int64_t *scratch)
{
	size_t rooms[2][1 << DIGIT_BITS_MAX], *places[2] = { rooms[0], rooms[1] };
	const unsigned bits = by->high - by->low, pairs = (bits + 2 * most - 1) / (2 * most),
		       each = (bits + 2 * pairs - 1) / (2 * pairs);
	const digits of = { by->least, (UINT64_C(1) << each) - 1, by->low, each };
	for (unsigned pair = 0; pair < pairs; pair++) {
		places_find(values, count, &of, 2 * pair, places);
		digit_deal(values, count, &of, 2 * pair, places[0], scratch);
		digit_deal(scratch, count, &of, 2 * pair + 1, places[1], values);
	}
}

/* Digits with about a fourth as many values as are sorted: two of them leave some eight pairs that are alike. */
static unsigned digit_bits(size_t count)
{
	const unsigned bits = 61u - (unsigned)__builtin_clzll(count);
	return bits < DIGIT_BITS_MAX ? bits : DIGIT_BITS_MAX;
}

/* Two digits of the highest bits all but sort most lists; where they do not, all digits do. */
void swk__rollup_list_sort(int64_t *values, size_t count, int64_t *scratch)
{
	differing all, high;
	if (count <= SWK__LIST_SHORT) {
		(void)list_insert(values, count, SIZE_MAX);
		return;
	}
	if (!differing_find(values, count, &all))
		return;
	const unsigned most = digit_bits(count);
	high = all;
	high.low = all.high - all.low > 2 * most ? all.high - 2 * most : all.low;
	digits_sort(values, count, &high, most, scratch);
	if (high.low > all.low && !list_insert(values, count, count * MOVES))
		digits_sort(values, count, &all, most, scratch);
}

/* What the builder's cells come to, and the length of the longest list among them. */
static extent build_extent(const swk__rollup_builder *builder, const entry *entries, size_t *longest)
{
	extent held = { .measures = builder->measures, .lists = builder->lists };
	*longest = 0;
	for (uint32_t i = 0, end; i < builder->cells; i = end) {
		end = run_end(entries, builder->cells, i);
		held.cells++;
		held.key_bytes += entries[i].key.length;
		for (uint32_t k = 0; k < builder->lists; k++) {
			size_t count = 0;
			for (uint32_t same = i; same < end; same++)
				count += builder_list(builder, entries[same].cell, k).count;
			held.list_values += count;
			*longest = count > *longest ? count : *longest;
		}
	}
	return held;
}

static int overflow(swk_error *error)
{
	return swk__fail(error, SWK_ERR_OVERFLOW, "a sum did not fit in 128 bits");
}

static int build_fill(filling *out, const swk__rollup_builder *builder, const entry *entries, int64_t *scratch,
                      swk_error *error)
{
	for (uint32_t i = 0, end; i < builder->cells; i = end) {
		end = run_end(entries, builder->cells, i);
		swk__i128 *values = filling_add(out, entries[i].key);
		for (uint32_t k = 0; k < builder->measures; k++)
			if (!run_sum(builder, entries + i, end - i, k, &values[k]))
				return overflow(error);
		for (uint32_t k = 0; k < builder->lists; k++) {
			size_t begin = out->listed;
			for (uint32_t same = i; same < end; same++)
				filling_append(out, builder_list(builder, entries[same].cell, k));
			swk__rollup_list_sort(out->list_values + begin, out->listed - begin, scratch);
			filling_end_list(out);
		}
	}
	return SWK_OK;
}

/* Makes the rollup of sorted cells. */
static int build_entries(const swk__rollup_builder *builder, const entry *entries, swk__rollup **rollup,
                         swk_error *error)
{
	size_t longest;
	filling out = { 0 };
	int64_t *scratch = NULL;
	extent held = build_extent(builder, entries, &longest);
	if (longest > SWK__LIST_SHORT) {
		scratch = swk__alloc(builder->mem, SWK__FAULT_rollup_build, longest, sizeof *scratch);
		if (!scratch)
			return swk__fail_memory(error, builder->mem);
	}
	int code = filling_begin(&out, builder->mem, &held, error);
	if (code == SWK_OK)
		code = build_fill(&out, builder, entries, scratch, error);
	swk__free(builder->mem, scratch);
	if (code != SWK_OK) {
		swk__rollup_release(out.rollup);
		return code;
	}
	*rollup = out.rollup;
	return SWK_OK;
}

int swk__rollup_build(swk__rollup_builder *builder, swk__rollup **rollup, swk_error *error)
{
	entry *entries = builder_sorted(builder);
	if (!entries)
		return swk__fail_memory(error, builder->mem);
	int code = build_entries(builder, entries, rollup, error);
	swk__free(builder->mem, entries);
	if (code == SWK_OK)
		swk__rollup_builder_done(builder);
	return code;
}

int swk__rollup_of(swk__mem *mem, uint32_t measures, uint32_t lists, const swk__rollup_cell *cells, size_t count,
                   swk__rollup **rollup, swk_error *error)
{
	extent held = { .cells = count, .measures = measures, .lists = lists };
	for (size_t i = 0; i < count; i++) {
		held.key_bytes += cells[i].key.length;
		for (uint32_t k = 0; k < lists; k++)
			held.list_values += cells[i].lists[k].count;
	}
	filling out;
	int code = filling_begin(&out, mem, &held, error);
	if (code != SWK_OK)
		return code;
	for (size_t i = 0; i < count; i++) {
		swk__i128 *values = filling_add(&out, cells[i].key);
		if (measures)
			memcpy(values, cells[i].values, measures * sizeof *values);
		for (uint32_t k = 0; k < lists; k++) {
			filling_append(&out, cells[i].lists[k]);
			filling_end_list(&out);
		}
	}
	*rollup = out.rollup;
	return SWK_OK;
}

/* ------------------------------------------------------------------------------------------ merging */

/* One step of walking through two rollups in the order of their keys: a cell of a, of b, or of both. */
typedef struct walk {
	const swk__rollup *a, *b;
	uint32_t next_a, next_b;
	swk__slice key;
	bool in_a, in_b; /* the cell before next_a, next_b */
} walk;

static bool walk_next(walk *step)
{
	bool left_a = step->next_a < step->a->cells, left_b = step->next_b < step->b->cells;
	int order = left_b - left_a;
	if (!left_a && !left_b)
		return false;
	swk__slice key_a = left_a ? swk__rollup_key(step->a, step->next_a) : (swk__slice){ NULL, 0 };
	swk__slice key_b = left_b ? swk__rollup_key(step->b, step->next_b) : (swk__slice){ NULL, 0 };
	if (order == 0)
		order = swk__slice_compare(key_a, key_b);
	step->key = order <= 0 ? key_a : key_b;
	step->in_a = order <= 0;
	step->in_b = order >= 0;
	step->next_a += step->in_a;
	step->next_b += step->in_b;
	return true;
}

static void merge_lists(filling *out, swk__rollup_list a, swk__rollup_list b)
{
	while (a.count && b.count) {
		swk__rollup_list *least = *a.values <= *b.values ? &a : &b;
		out->list_values[out->listed++] = *least->values++;
		least->count--;
	}
	filling_append(out, a);
	filling_append(out, b);
	filling_end_list(out);
}

bool swk__rollup_alike(const swk__rollup *a, const swk__rollup *b)
{
	uint32_t bytes = a->cells ? a->key_ends[a->cells - 1] : 0;
	return a->cells == b->cells &&
	       (a->cells == 0 || (memcmp(a->key_ends, b->key_ends, a->cells * sizeof *a->key_ends) == 0 &&
	                          memcmp(a->key_bytes, b->key_bytes, bytes) == 0));
}

/* The sum of rollups with equal keys: cell by cell. */
static bool merge_equal(filling *out, const swk__rollup *a, const swk__rollup *b)
{
	size_t sums = (size_t)a->cells * a->measures;
	bool over = false;
	memcpy(out->key_ends, a->key_ends, a->cells * sizeof *a->key_ends);
	memcpy(out->key_bytes, a->key_bytes, a->cells ? a->key_ends[a->cells - 1] : 0);
	for (size_t i = 0; i < sums; i++)
		over |= __builtin_add_overflow(a->values[i], b->values[i], &out->values[i]);
	for (uint32_t cell = 0; cell < a->cells; cell++)
		for (uint32_t k = 0; k < a->lists; k++)
			merge_lists(out, swk__rollup_list_at(a, cell, k), swk__rollup_list_at(b, cell, k));
	return !over;
}

static bool merge_fill(filling *out, const swk__rollup *a, const swk__rollup *b)
{
	const swk__rollup_list none = { NULL, 0 };
	walk step = { .a = a, .b = b };
	while (walk_next(&step)) {
		swk__i128 *values = filling_add(out, step.key);
		const swk__i128 *from_a = step.in_a ? swk__rollup_values(a, step.next_a - 1) : NULL;
		const swk__i128 *from_b = step.in_b ? swk__rollup_values(b, step.next_b - 1) : NULL;
		for (uint32_t k = 0; k < a->measures; k++) {
			swk__i128 left = from_a ? from_a[k] : 0, right = from_b ? from_b[k] : 0;
			if (__builtin_add_overflow(left, right, &values[k]))
				return false;
		}
		for (uint32_t k = 0; k < a->lists; k++)
			merge_lists(out, step.in_a ? swk__rollup_list_at(a, step.next_a - 1, k) : none,
			            step.in_b ? swk__rollup_list_at(b, step.next_b - 1, k) : none);
	}
	return true;
}

int swk__rollup_merge(const swk__rollup *a, const swk__rollup *b, swk__rollup **sum, swk_error *error)
{
	if (!a || !b) {
		/* A rollup never changes, so the sum with nothing is the rollup itself. */
		*sum = swk__rollup_retain((swk__rollup *)(a ? a : b));
		return SWK_OK;
	}
	if (a->measures != b->measures || a->lists != b->lists)
		return swk__fail(error, SWK_ERR_USAGE, "rollups of %u and %u measures, %u and %u lists were merged",
		                 a->measures, b->measures, a->lists, b->lists);
	extent held = { .measures = a->measures, .lists = a->lists };
	held.list_values = rollup_listed(a) + rollup_listed(b);
	const bool equal = swk__rollup_alike(a, b);
	if (equal) {
		held.cells = a->cells;
		held.key_bytes = a->cells ? a->key_ends[a->cells - 1] : 0;
	}
	for (walk step = { .a = a, .b = b }; !equal && walk_next(&step); held.cells++)
		held.key_bytes += step.key.length;
	filling out;
	int code = filling_begin(&out, a->mem, &held, error);
	if (code != SWK_OK)
		return code;
	if (!(equal ? merge_equal(&out, a, b) : merge_fill(&out, a, b))) {
		swk__rollup_release(out.rollup);
		return overflow(error);
	}
	*sum = out.rollup;
	return SWK_OK;
}

/* --------------------------------------------------------------------------------------------- bytes */

static void list_encode(swk__rollup_list list, swk__buf *buf)
{
	swk__buf_varint(buf, list.count);
	if (list.count)
		swk__buf_zigzag(buf, list.values[0]);
	for (size_t i = 1; i < list.count; i++)
		swk__buf_varint(buf, (uint64_t)list.values[i] - (uint64_t)list.values[i - 1]);
}

int swk__rollup_encode(const swk__rollup *rollup, swk__buf *buf, swk_error *error)
{
	size_t before = buf->length;
	swk__buf_varint(buf, rollup->measures);
	swk__buf_varint(buf, rollup->lists);
	swk__buf_varint(buf, rollup->cells);
	for (uint32_t i = 0; i < rollup->cells && !buf->failed; i++) {
		swk__slice key = swk__rollup_key(rollup, i);
		const swk__i128 *values = swk__rollup_values(rollup, i);
		swk__buf_varint(buf, key.length);
		swk__buf_slice(buf, key);
		for (uint32_t k = 0; k < rollup->measures; k++)
			swk__buf_zigzag(buf, values[k]);
		for (uint32_t k = 0; k < rollup->lists; k++)
			list_encode(swk__rollup_list_at(rollup, i, k), buf);
	}
	if (!buf->failed)
		return SWK_OK;
	buf->length = before;
	return swk__fail_memory(error, buf->mem);
}

/* Reads a list: into `out`, or with NULL only checks it. Its length is added to *listed. */
static bool list_read(swk__reader *reader, filling *out, size_t *listed)
{
	uint64_t count = swk__read_varint64(reader);
	int64_t value = 0;
	if (count > reader->length - reader->at) /* each takes a byte */
		return false;
	for (uint64_t i = 0; i < count; i++) {
		uint64_t step = i ? swk__read_varint64(reader) : (uint64_t)swk__read_zigzag64(reader);
		if (i && step > (uint64_t)INT64_MAX - (uint64_t)value)
			return false;
		value = (int64_t)((uint64_t)value + step);
		if (out)
			out->list_values[out->listed++] = value;
	}
	if (out)
		filling_end_list(out);
	*listed += count;
	return !reader->failed;
}

/* Reads cells up to the end: into `out`, or with NULL only checks them and counts what they hold. */
static bool cells_read(swk__reader reader, extent *held, filling *out)
{
	swk__slice last = { NULL, 0 };
	held->key_bytes = held->list_values = 0;
	for (size_t i = 0; i < held->cells; i++) {
		swk__slice key = swk__read_slice(&reader, swk__read_varint64(&reader));
		if (reader.failed || (i > 0 && swk__slice_compare(last, key) >= 0))
			return false;
		last = key;
		held->key_bytes += key.length;
		swk__i128 *values = out ? filling_add(out, key) : NULL;
		for (uint32_t k = 0; k < held->measures; k++) {
			swk__i128 value = swk__read_zigzag(&reader);
			if (values)
				values[k] = value;
		}
		for (uint32_t k = 0; k < held->lists; k++)
			if (!list_read(&reader, out, &held->list_values))
				return false;
	}
	return !reader.failed && reader.at == reader.length && held->key_bytes <= UINT32_MAX;
}

int swk__rollup_decode(swk__mem *mem, const char *bytes, size_t length, swk__rollup **rollup, swk_error *error)
{
	swk__reader reader = { .bytes = bytes, .length = length };
	uint64_t measures = swk__read_varint64(&reader), lists = swk__read_varint64(&reader);
	uint64_t cells = swk__read_varint64(&reader);
	size_t left = length - reader.at;
	bool plausible = !reader.failed && measures <= UINT32_MAX && lists <= UINT32_MAX;
	/* A cell takes a byte for its key's length and at least one for each measure and list. */
	plausible = plausible && cells <= left / (measures + lists + 1);
	extent held = { .cells = cells, .measures = (uint32_t)measures, .lists = (uint32_t)lists };
	if (!plausible || !cells_read(reader, &held, NULL))
		return swk__fail(error, SWK_ERR_CORRUPT, "a rollup was not encoded as it should be");
	filling out;
	int code = filling_begin(&out, mem, &held, error);
	if (code != SWK_OK)
		return code;
	cells_read(reader, &held, &out);
	*rollup = out.rollup;
	return SWK_OK;
}
