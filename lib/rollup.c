/* SPDX-License-Identifier: MIT */
#include "rollup.h"

#include <stdlib.h>

/* ------------------------------------------------------------------------------------------ rollups */

/* Where the next cell of a new rollup goes: the arrays that the rollup shows as constant. */
typedef struct filling {
	swk__rollup *rollup;
	swk__i128 *values;
	uint32_t *key_ends;
	char *key_bytes;
	uint32_t cells, length; /* filled so far */
} filling;

/* One block holds header, values, ends and keys, so that a cached rollup is one allocation.
 *
 * The caller's cells stand in memory already, so their size fits; only the ends, having 32 bits, may not. Distinct
 * keys of less than 4 GiB are always fewer than 2^32. */
static int filling_begin(filling *out, swk__mem *mem, size_t cells, uint32_t measures, size_t key_bytes,
                         swk_error *error)
{
	size_t head = (sizeof(swk__rollup) + sizeof(swk__i128) - 1) / sizeof(swk__i128) * sizeof(swk__i128);
	swk__u128 size = (swk__u128)cells * (measures * sizeof(swk__i128) + sizeof(uint32_t)) + head + key_bytes;
	if (key_bytes > UINT32_MAX)
		return swk__fail(error, SWK_ERR_OVERFLOW, "the names of the groups passed 4 GiB");
	if (NEVER(size > SIZE_MAX))
		return swk__fail(error, SWK_ERR_OVERFLOW, "the groups passed the size of the memory");
	swk__rollup *rollup = swk__alloc(mem, SWK__FAULT_rollup_build, (size_t)size, 1);
	if (!rollup)
		return swk__fail_memory(error, mem);
	swk__i128 *values = (swk__i128 *)(void *)((char *)rollup + head);
	uint32_t *key_ends = (uint32_t *)(void *)(values + cells * measures);
	rollup->mem = mem;
	atomic_init(&rollup->references, 1);
	rollup->measures = measures;
	rollup->cells = (uint32_t)cells;
	rollup->values = values;
	rollup->key_ends = key_ends;
	rollup->key_bytes = (const char *)(key_ends + cells);
	out->rollup = rollup;
	out->values = values;
	out->key_ends = key_ends;
	out->key_bytes = (char *)(key_ends + cells);
	out->cells = out->length = 0;
	return SWK_OK;
}

/* Appends a key and returns the place of its measures. */
static swk__i128 *filling_add(filling *out, swk__slice key)
{
	if (key.length)
		memcpy(out->key_bytes + out->length, key.bytes, key.length);
	out->length += (uint32_t)key.length;
	out->key_ends[out->cells] = out->length;
	return out->values + (size_t)out->cells++ * out->rollup->measures;
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

size_t swk__rollup_size(const swk__rollup *rollup)
{
	size_t keys = rollup->cells ? rollup->key_ends[rollup->cells - 1] : 0;
	return sizeof *rollup + rollup->cells * (rollup->measures * sizeof(swk__i128) + sizeof(uint32_t)) + keys;
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

void swk__rollup_builder_init(swk__rollup_builder *builder, swk__mem *mem, uint32_t measures)
{
	*builder = (swk__rollup_builder){ .mem = mem, .measures = measures };
	swk__buf_init(&builder->keys, mem, UINT32_MAX);
}

void swk__rollup_builder_done(swk__rollup_builder *builder)
{
	if (!builder->mem)
		return;
	swk__free(builder->mem, builder->values);
	swk__free(builder->mem, builder->key_ends);
	swk__buf_done(&builder->keys);
	swk__rollup_builder_init(builder, builder->mem, builder->measures);
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
	builder->capacity = (uint32_t)capacity;
	return true;
}

int swk__rollup_builder_add(swk__rollup_builder *builder, swk__slice key, const swk__i128 *values, swk_error *error)
{
	if (builder->cells == UINT32_MAX)
		return swk__fail(error, SWK_ERR_MEMORY, "a rollup passed its 2^32 cells");
	if (!builder_reserve(builder, key.length))
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
	const swk__i128 *values;
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
		entries[i].values = builder->values + (size_t)i * builder->measures;
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
static bool run_sum(const entry *entries, uint32_t count, uint32_t measure, swk__i128 *sum)
{
	int64_t carries = 0;
	swk__i128 total = 0;
	for (uint32_t i = 0; i < count; i++) {
		swk__i128 value = entries[i].values[measure];
		if (__builtin_add_overflow(total, value, &total))
			carries += value < 0 ? -1 : 1;
	}
	*sum = total;
	return carries == 0;
}

static int overflow(swk_error *error)
{
	return swk__fail(error, SWK_ERR_OVERFLOW, "a sum did not fit in 128 bits");
}

static int build_fill(filling *out, const entry *entries, uint32_t count, swk_error *error)
{
	for (uint32_t i = 0, end; i < count; i = end) {
		end = run_end(entries, count, i);
		swk__i128 *values = filling_add(out, entries[i].key);
		for (uint32_t k = 0; k < out->rollup->measures; k++)
			if (!run_sum(entries + i, end - i, k, &values[k]))
				return overflow(error);
	}
	return SWK_OK;
}

int swk__rollup_build(swk__rollup_builder *builder, swk__rollup **rollup, swk_error *error)
{
	entry *entries = builder_sorted(builder);
	if (!entries)
		return swk__fail_memory(error, builder->mem);
	size_t cells = 0, key_bytes = 0;
	for (uint32_t i = 0; i < builder->cells; i = run_end(entries, builder->cells, i)) {
		key_bytes += entries[i].key.length;
		cells++;
	}
	filling out;
	int code = filling_begin(&out, builder->mem, cells, builder->measures, key_bytes, error);
	if (code == SWK_OK) {
		code = build_fill(&out, entries, builder->cells, error);
		if (code != SWK_OK)
			swk__rollup_release(out.rollup);
	}
	swk__free(builder->mem, entries);
	if (code != SWK_OK)
		return code;
	swk__rollup_builder_done(builder);
	*rollup = out.rollup;
	return SWK_OK;
}

/* ------------------------------------------------------------------------------------------ merging */

/* One step of walking through two rollups in the order of their keys: a cell of a, of b, or of both. */
typedef struct walk {
	const swk__rollup *a, *b;
	uint32_t next_a, next_b;
	swk__slice key;
	const swk__i128 *from_a, *from_b; /* NULL: that rollup has no such cell */
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
	step->from_a = order <= 0 ? swk__rollup_values(step->a, step->next_a++) : NULL;
	step->from_b = order >= 0 ? swk__rollup_values(step->b, step->next_b++) : NULL;
	return true;
}

static bool merge_fill(filling *out, const swk__rollup *a, const swk__rollup *b)
{
	walk step = { .a = a, .b = b };
	while (walk_next(&step)) {
		swk__i128 *values = filling_add(out, step.key);
		for (uint32_t k = 0; k < a->measures; k++) {
			swk__i128 left = step.from_a ? step.from_a[k] : 0, right = step.from_b ? step.from_b[k] : 0;
			if (__builtin_add_overflow(left, right, &values[k]))
				return false;
		}
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
	if (a->measures != b->measures)
		return swk__fail(error, SWK_ERR_USAGE, "rollups of %u and %u measures were merged", a->measures,
		                 b->measures);
	size_t cells = 0, key_bytes = 0;
	for (walk step = { .a = a, .b = b }; walk_next(&step); cells++)
		key_bytes += step.key.length;
	filling out;
	int code = filling_begin(&out, a->mem, cells, a->measures, key_bytes, error);
	if (code != SWK_OK)
		return code;
	if (!merge_fill(&out, a, b)) {
		swk__rollup_release(out.rollup);
		return overflow(error);
	}
	*sum = out.rollup;
	return SWK_OK;
}

/* --------------------------------------------------------------------------------------------- bytes */

int swk__rollup_encode(const swk__rollup *rollup, swk__buf *buf, swk_error *error)
{
	size_t before = buf->length;
	swk__buf_varint(buf, rollup->measures);
	swk__buf_varint(buf, rollup->cells);
	for (uint32_t i = 0; i < rollup->cells && !buf->failed; i++) {
		swk__slice key = swk__rollup_key(rollup, i);
		const swk__i128 *values = swk__rollup_values(rollup, i);
		swk__buf_varint(buf, key.length);
		swk__buf_slice(buf, key);
		for (uint32_t k = 0; k < rollup->measures; k++)
			swk__buf_zigzag(buf, values[k]);
	}
	if (!buf->failed)
		return SWK_OK;
	buf->length = before;
	return swk__fail_memory(error, buf->mem);
}

/* Reads cells up to the end: into `out`, or with NULL only checks them and counts their keys' bytes. */
static bool cells_read(swk__reader reader, uint64_t cells, uint32_t measures, filling *out, size_t *key_bytes)
{
	swk__slice last = { NULL, 0 };
	*key_bytes = 0;
	for (uint64_t i = 0; i < cells; i++) {
		swk__slice key = swk__read_slice(&reader, swk__read_varint64(&reader));
		if (reader.failed || (i > 0 && swk__slice_compare(last, key) >= 0))
			return false;
		last = key;
		*key_bytes += key.length;
		swk__i128 *values = out ? filling_add(out, key) : NULL;
		for (uint32_t k = 0; k < measures; k++) {
			swk__i128 value = swk__read_zigzag(&reader);
			if (values)
				values[k] = value;
		}
	}
	return !reader.failed && reader.at == reader.length && *key_bytes <= UINT32_MAX;
}

int swk__rollup_decode(swk__mem *mem, const char *bytes, size_t length, swk__rollup **rollup, swk_error *error)
{
	swk__reader reader = { .bytes = bytes, .length = length };
	uint64_t measures = swk__read_varint64(&reader), cells = swk__read_varint64(&reader);
	size_t key_bytes, left = length - reader.at;
	/* A cell takes a byte for its key's length and at least one for each measure. */
	bool plausible = !reader.failed && measures <= UINT32_MAX && cells <= left / (measures + 1);
	if (!plausible || !cells_read(reader, cells, (uint32_t)measures, NULL, &key_bytes))
		return swk__fail(error, SWK_ERR_CORRUPT, "a rollup was not encoded as it should be");
	filling out;
	int code = filling_begin(&out, mem, cells, (uint32_t)measures, key_bytes, error);
	if (code != SWK_OK)
		return code;
	cells_read(reader, cells, (uint32_t)measures, &out, &key_bytes);
	*rollup = out.rollup;
	return SWK_OK;
}
