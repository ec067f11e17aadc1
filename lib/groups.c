/* SPDX-License-Identifier: MIT */
#include "groups.h"

#include <stdlib.h>

#define NO_GROUP UINT32_MAX
#define GROUPS_MAX (UINT32_MAX >> 1) /* numbers of groups leave the highest bit to that of none */

void swk__groups_init(swk__groups *groups, swk__mem *mem, unsigned width, unsigned measures, unsigned lists)
{
	*groups = (swk__groups){ .mem = mem, .width = width, .measures = measures, .lists = lists, .direct = true };
	swk__buf_init(&groups->names, mem, SIZE_MAX);
}

void swk__groups_done(swk__groups *groups)
{
	swk__free(groups->mem, groups->keys);
	swk__free(groups->mem, groups->sums);
	swk__free(groups->mem, groups->counted);
	swk__free(groups->mem, groups->index);
	swk__free(groups->mem, groups->observed.lists);
	swk__free(groups->mem, groups->observed.values);
	swk__free(groups->mem, groups->list_ends);
	swk__free(groups->mem, groups->list_values);
	swk__buf_done(&groups->names);
	swk__free(groups->mem, groups->ends);
	swk__free(groups->mem, groups->order);
	for (size_t d = 0; d < SWK__COUNT(groups->coders); d++)
		swk__free(groups->mem, groups->coders[d].codes);
	swk__free(groups->mem, groups->grid);
	swk__free(groups->mem, groups->tally);
	for (size_t v = 0; v < SWK__COUNT(groups->adding); v++) {
		swk__free(groups->mem, groups->adding[v]);
		swk__free(groups->mem, groups->raw[v]);
	}
}

#define KEPT 4096 /* groups that are kept, whether they are met again or not */
#define RARE 8    /* beyond, one in so many must have been met */

/* Forgets the groups. Codes of values stay, but for those of one dimension, which are groups. */
static void groups_forget(swk__groups *groups)
{
	swk__coder *one = &groups->coders[0];
	unsigned bits = 0;
	for (uint32_t g = 0; g < groups->count && groups->width == 1; g++)
		if (groups->keys[g] < one->size)
			one->codes[groups->keys[g]] = 0;
	for (unsigned d = 0; d < groups->width; d++)
		bits += groups->bits[d];
	if (groups->grid)
		memset(groups->grid, 0, sizeof *groups->grid << bits);
	memset(groups->of_byte, 0, sizeof groups->of_byte);
	memset(groups->index, 0xff, (size_t)groups->capacity * 2 * sizeof *groups->index);
	groups->count = groups->named = groups->touched = 0;
	groups->names.length = 0;
}

void swk__groups_clear(swk__groups *groups)
{
	uint32_t met = 0;
	/* Nothing is left to be flushed but after a failure. */
	size_t tallied = groups->tallied ? groups->tally_capacity : 0;
	for (size_t v = 0; v < SWK__COUNT(groups->adding) && tallied; v++) {
		if (groups->adding[v])
			memset(groups->adding[v], 0, tallied * sizeof *groups->adding[v]);
		if (groups->raw[v])
			memset(groups->raw[v], 0, tallied * sizeof *groups->raw[v]);
	}
	if (groups->tally)
		memset(groups->tally, 0, tallied * sizeof *groups->tally);
	for (uint32_t g = 0; g < groups->count; g++) {
		met += groups->counted[g];
		if (groups->counted[g])
			memset(swk__groups_sums(groups, g), 0, groups->measures * sizeof *groups->sums);
	}
	if (groups->counted)
		memset(groups->counted, 0, groups->count);
	/* Whoever flushes and builds goes through all groups there are, week by week. */
	if (groups->count > KEPT && met < groups->count / RARE)
		groups_forget(groups);
	groups->observed.count = 0;
	groups->tallied = groups->joined = 0;
}

static uint32_t key_hash(const uint32_t *key, unsigned count)
{
	uint64_t hash = 0x9e3779b97f4a7c15u;
	for (unsigned i = 0; i < count; i++) {
		hash = (hash ^ key[i]) * 0xff51afd7ed558ccdu;
		hash ^= hash >> 32;
	}
	return (uint32_t)hash;
}

/* The index slot of a key: that of its group, or the free one where it belongs. */
static uint32_t *index_slot(const swk__groups *groups, const uint32_t *key)
{
	uint32_t at = key_hash(key, groups->width) & groups->index_mask;
	for (;; at = (at + 1) & groups->index_mask) {
		uint32_t group = groups->index[at];
		if (group == NO_GROUP || groups->width == 0 ||
		    memcmp(groups->keys + (size_t)group * groups->width, key, groups->width * sizeof *key) == 0)
			return &groups->index[at];
	}
}

/* Room for as many groups again, and an index at most half full. */
static bool groups_grow(swk__groups *groups)
{
	uint32_t capacity = groups->capacity ? groups->capacity * 2 : 64;
	if (NEVER(capacity == 0)) /* 2^31 groups would have filled the memory before */
		return false;
	uint32_t *keys = swk__resize(groups->mem, SWK__FAULT_report_groups, groups->keys, capacity,
	                             (groups->width + 1) * sizeof *keys);
	if (!keys)
		return false;
	groups->keys = keys;
	swk__i128 *sums = swk__resize(groups->mem, SWK__FAULT_report_groups, groups->sums, capacity,
	                              groups->measures * sizeof *sums);
	if (!sums)
		return false;
	groups->sums = sums;
	bool *counted = swk__resize(groups->mem, SWK__FAULT_report_groups, groups->counted, capacity, sizeof *counted);
	if (!counted)
		return false;
	groups->counted = counted;
	size_t *ends = swk__resize(groups->mem, SWK__FAULT_report_groups, groups->ends, capacity, sizeof *ends);
	if (!ends)
		return false;
	groups->ends = ends;
	uint32_t *order = swk__resize(groups->mem, SWK__FAULT_report_groups, groups->order, capacity,
	                              2 * sizeof *order);
	if (!order)
		return false;
	groups->order = order;
	uint32_t *index = swk__alloc(groups->mem, SWK__FAULT_report_groups, capacity, 2 * sizeof *index);
	if (!index)
		return false;
	swk__free(groups->mem, groups->index);
	groups->index = index;
	groups->index_mask = capacity * 2 - 1;
	groups->capacity = capacity;
	memset(index, 0xff, (size_t)capacity * 2 * sizeof *index);
	for (uint32_t g = 0; g < groups->count; g++)
		*index_slot(groups, groups->keys + (size_t)g * groups->width) = g;
	return true;
}

uint32_t swk__groups_find(swk__groups *groups, const uint32_t *key)
{
	if (groups->count == groups->capacity && !groups_grow(groups))
		return NO_GROUP;
	uint32_t *slot = index_slot(groups, key);
	if (*slot == NO_GROUP) {
		uint32_t group = groups->count++;
		memcpy(groups->keys + (size_t)group * groups->width, key, groups->width * sizeof *key);
		memset(swk__groups_sums(groups, group), 0, groups->measures * sizeof *groups->sums);
		groups->counted[group] = false;
		*slot = group;
	}
	return *slot;
}

bool swk__groups_expect(swk__groups *groups, size_t count)
{
	swk__observed *observed = &groups->observed;
	if (observed->count + count <= observed->capacity)
		return true;
	size_t capacity = swk__grown(observed->capacity, observed->count + count);
	uint32_t *lists = swk__resize(groups->mem, SWK__FAULT_report_groups, observed->lists, capacity, sizeof *lists);
	if (!lists)
		return false;
	observed->lists = lists;
	int64_t *values = swk__resize(groups->mem, SWK__FAULT_report_groups, observed->values, capacity,
	                              sizeof *values);
	if (!values)
		return false;
	observed->values = values;
	observed->capacity = capacity;
	return true;
}

/* ------------------------------------------------------------------------------------- many at once */

#define CODES_MAX (UINT32_C(1) << 22) /* values that are coded are below */
#define GRID_BITS_MAX 20

/* Makes room for the code of a value, unless it is too great for one. False when memory failed. */
static bool coder_cover(swk__groups *groups, swk__coder *coder, uint32_t value)
{
	if (value < coder->size || value >= CODES_MAX)
		return true;
	size_t size = coder->size ? coder->size : 16;
	while (size <= value)
		size *= 2;
	uint32_t *codes = swk__resize(groups->mem, SWK__FAULT_report_groups, coder->codes, size, sizeof *codes);
	if (!codes)
		return false;
	memset(codes + coder->size, 0, (size - coder->size) * sizeof *codes);
	coder->codes = codes;
	coder->size = (uint32_t)size;
	return true;
}

/* Gives a value that is new its code. False when memory failed, or when it is too great for one. */
static bool coder_learn(swk__groups *groups, swk__coder *coder, uint32_t value)
{
	groups->direct = value < CODES_MAX;
	if (!groups->direct || !coder_cover(groups, coder, value))
		return false;
	coder->codes[value] = ++coder->count;
	return true;
}

static SWK__WIDE bool values_learn(swk__groups *groups, const uint32_t *const *values, uint32_t count)
{
	for (unsigned d = 0; d < groups->width; d++) {
		swk__coder *coder = &groups->coders[d];
		const uint32_t *codes = coder->codes, *from = values[d], size = coder->size;
		bool unknown = false;
		for (uint32_t i = 0; i < count; i++)
			unknown |= from[i] >= size || !codes[from[i]];
		for (uint32_t i = 0; i < count && unknown; i++)
			if ((from[i] >= coder->size || !coder->codes[from[i]]) && !coder_learn(groups, coder, from[i]))
				return false;
	}
	return true;
}

/* Makes the grid wide enough for all codes; then it forgets what it knew. False when memory failed, or it grew too
 * wide. */
static bool grid_cover(swk__groups *groups)
{
	unsigned all = 0;
	bool fits = groups->grid != NULL;
	for (unsigned d = 0; d < groups->width; d++) {
		unsigned bits = groups->bits[d];
		while (groups->coders[d].count > UINT32_C(1) << bits)
			bits++;
		fits &= bits == groups->bits[d];
		groups->bits[d] = (unsigned char)bits;
		all += bits;
	}
	if (fits)
		return true;
	groups->direct = all <= GRID_BITS_MAX;
	swk__free(groups->mem, groups->grid);
	groups->grid = groups->direct ? swk__alloc(groups->mem, SWK__FAULT_report_groups, (size_t)1 << all,
	                                           sizeof *groups->grid)
	                              : NULL;
	return groups->grid != NULL;
}

static uint32_t row_find(swk__groups *groups, const uint32_t *const *values, uint32_t row)
{
	uint32_t key[SWK__DIMENSION_COUNT];
	for (unsigned d = 0; d < groups->width; d++)
		key[d] = values[d][row];
	return swk__groups_find(groups, key);
}

/* By hash, row by row. */
static bool number_long(swk__groups *groups, const uint32_t *const *values, uint32_t count, uint32_t *numbers)
{
	for (uint32_t i = 0; i < count; i++) {
		numbers[i] = row_find(groups, values, i);
		if (numbers[i] == NO_GROUP)
			return false;
	}
	return true;
}

/* Rows into places of the grid. */
static SWK__WIDE void places_fill(const swk__groups *groups, const uint32_t *const *values, uint32_t count,
                                  uint32_t *places)
{
	for (unsigned d = 0; d < groups->width; d++) {
		const uint32_t *codes = groups->coders[d].codes, *from = values[d];
		const unsigned bits = groups->bits[d];
		for (uint32_t i = 0; i < count; i++)
			places[i] = (d ? places[i] << bits : 0) | (codes[from[i]] - 1);
	}
	if (groups->width == 0)
		memset(places, 0, count * sizeof *places);
}

/* By one dimension: its codes are groups. False when one of the values has not been met. */
static SWK__WIDE bool number_known(const swk__coder *coder, const uint32_t *values, uint32_t count, uint32_t *numbers)
{
	const uint32_t *codes = coder->codes;
	uint32_t all = 0;
	for (uint32_t i = 0; i < count; i++)
		all |= values[i];
	if (all >= coder->size) /* a power of two: each of them is below it if all together are */
		return false;
	all = 0;
	for (uint32_t i = 0; i < count; i++) {
		numbers[i] = codes[values[i]] - 1;
		all |= numbers[i];
	}
	return all <= GROUPS_MAX;
}

static bool number_one(swk__groups *groups, const uint32_t *const *values, uint32_t count, uint32_t *numbers)
{
	swk__coder *coder = &groups->coders[0];
	if (number_known(coder, values[0], count, numbers))
		return true;
	for (uint32_t i = 0; i < count; i++) {
		const uint32_t value = values[0][i], known = value < coder->size ? coder->codes[value] : 0;
		numbers[i] = known ? known - 1 : row_find(groups, values, i);
		if (numbers[i] == NO_GROUP || !coder_cover(groups, coder, value))
			return false;
		if (value < coder->size)
			coder->codes[value] = numbers[i] + 1;
	}
	return true;
}

SWK__WIDE bool swk__groups_number(swk__groups *groups, const uint32_t *const *values, uint32_t count, uint32_t *numbers)
{
	uint32_t places[SWK__BLOCK_ROWS];
	if (groups->direct && groups->width == 1)
		return number_one(groups, values, count, numbers);
	if (!groups->direct || !values_learn(groups, values, count) || !grid_cover(groups))
		return !groups->direct && number_long(groups, values, count, numbers);
	places_fill(groups, values, count, places);
	for (uint32_t i = 0; i < count; i++) {
		uint32_t known = groups->grid[places[i]];
		if (!known) {
			uint32_t group = row_find(groups, values, i);
			if (group == NO_GROUP)
				return false;
			known = groups->grid[places[i]] = group + 1;
		}
		numbers[i] = known - 1;
	}
	return true;
}

uint32_t swk__groups_of_byte(swk__groups *groups, unsigned char byte)
{
	uint32_t key[SWK__DIMENSION_COUNT];
	if (groups->of_byte[byte])
		return groups->of_byte[byte] - 1;
	for (unsigned d = 0; d < groups->width; d++)
		key[d] = groups->byte_values[d][byte];
	const uint32_t group = swk__groups_find(groups, key);
	groups->of_byte[byte] = group + 1; /* of none: 0 */
	return group;
}

SWK__WIDE bool swk__groups_number_bytes(swk__groups *groups, const unsigned char *bytes, uint32_t count,
                                        uint32_t *numbers)
{
	uint32_t all = 0;
	for (uint32_t i = 0; i < count; i++) {
		numbers[i] = groups->of_byte[bytes[i]] - 1;
		all |= numbers[i];
	}
	for (uint32_t i = 0; i < count && all > GROUPS_MAX; i++) {
		numbers[i] = swk__groups_of_byte(groups, bytes[i]);
		if (numbers[i] == NO_GROUP)
			return false;
	}
	return true;
}

/* ---------------------------------------------------------------------------------------- tallying */

/* Enlarges an array of the tally; what is new is zero. */
static void *tally_grow(swk__groups *groups, void *array, size_t capacity, size_t size)
{
	size_t kept = array ? groups->tally_capacity : 0;
	char *grown = swk__resize(groups->mem, SWK__FAULT_report_groups, array, capacity, size);
	if (grown)
		memset(grown + kept * size, 0, (capacity - kept) * size);
	return grown;
}

static bool value_grow(swk__groups *groups, unsigned value, size_t capacity)
{
	swk__i128 *adding = tally_grow(groups, groups->adding[value], capacity, sizeof *adding);
	if (!adding)
		return false;
	groups->adding[value] = adding;
	uint64_t *raw = tally_grow(groups, groups->raw[value], capacity, sizeof *raw);
	if (raw)
		groups->raw[value] = raw;
	return raw;
}

/* Room for the classes of all labels. */
static bool tally_cover(swk__groups *groups, const swk__classes *classes)
{
	size_t needed = (size_t)groups->touched * groups->stride, before = groups->tally_capacity;
	bool made = needed <= before;
	for (unsigned v = 0; v < classes->value_count; v++)
		made &= groups->adding[v] && groups->raw[v];
	if (made)
		return true;
	size_t capacity = needed <= before ? before : swk__grown(before, needed);
	uint32_t *tally = tally_grow(groups, groups->tally, capacity, sizeof *tally);
	if (!tally)
		return false;
	groups->tally = tally;
	for (unsigned v = 0; v < SWK__VALUES_MAX; v++)
		if ((v < classes->value_count || groups->adding[v]) && !value_grow(groups, v, capacity))
			return false;
	groups->tally_capacity = capacity;
	return true;
}

/* A row and its first value are added in one step: the sum lies below, the number of rows above. */
#define ROW_BIT 42
#define ROW (UINT64_C(1) << ROW_BIT)
#define ROWS_MAX (UINT64_MAX >> ROW_BIT)

/* What the first values of a block's rows come to, 0 where they are not added with them. */
static SWK__WIDE uint64_t raw_sum(const uint32_t *raw, uint32_t count)
{
	uint64_t sum = 0;
	for (uint32_t i = 0; i < count; i++)
		sum += raw[i];
	return sum;
}

_Static_assert((uint64_t)SWK__BLOCK_ROWS << 32 <= ROW, "the values of a block have room below its rows");

/* Whether what is tallied goes by other labels or codings than a block's rows, or has no room for them. */
static bool tally_differs(const swk__groups *groups, const swk__classes *classes, const swk__sorted *sorted,
                          const swk__labels *labels, uint64_t joining)
{
	bool differs = groups->by_byte != !!labels->bytes || groups->tallied + SWK__BLOCK_ROWS > ROWS_MAX ||
	               groups->joined + joining >= ROW;
	for (unsigned v = 0; v < classes->value_count; v++)
		differs |= groups->coding[v].base != sorted->coding[v].base ||
		           groups->coding[v].unit != sorted->coding[v].unit;
	return differs;
}

/* Where rows are added up: places by label and class. Those of groups may be more than 32 bits count. */
typedef struct spots {
	const uint16_t *places;  /* NULL: by the numbers of groups */
	const uint32_t *numbers; /* of groups */
	const unsigned char *classes;
	size_t stride;
	uint32_t count;
} spots;

_Static_assert(SWK__BLOCK_BYTES *(SWK__CLASSES_MAX + 1) <= UINT16_MAX, "places by byte have 16 bits");

/* Rows into places by byte. */
static SWK__WIDE void places_of_bytes(const unsigned char *bytes, const spots *at, uint16_t *places)
{
	const unsigned char *classes = at->classes;
	const uint16_t stride = (uint16_t)at->stride;
	const uint32_t count = at->count;
	for (uint32_t i = 0; i < count; i++)
		places[i] = (uint16_t)(bytes[i] * stride + classes[i]);
}

/* Widens the labels that may have rows by a block's. */
static SWK__WIDE void bytes_touch(swk__groups *groups, const unsigned char *bytes, uint32_t count)
{
	unsigned char least = UINT8_MAX, most = 0;
	for (uint32_t i = 0; i < count; i++) {
		least = bytes[i] < least ? bytes[i] : least;
		most = bytes[i] > most ? bytes[i] : most;
	}
	groups->least = groups->tallied && groups->least < least ? groups->least : least;
	groups->touched = groups->tallied && groups->touched > most ? groups->touched : most + 1u;
}

/* What is done for each row, with its place: once for either kind of label. */
#define EACH(at, act)                                                                            \
	if ((at)->places)                                                                        \
		for (uint32_t i = 0; i < (at)->count; i++) {                                     \
			const size_t place = (at)->places[i];                                    \
			act;                                                                     \
		}                                                                                \
	else                                                                                     \
		for (uint32_t i = 0; i < (at)->count; i++) {                                     \
			const size_t place = (at)->numbers[i] * (at)->stride + (at)->classes[i]; \
			act;                                                                     \
		}

static void rows_add(uint32_t *tally, const spots *at)
{
	EACH(at, tally[place]++)
}

/* The same, and with each row its first value: what most rows have is a duration. */
static void rows_add_raw(uint64_t *raw, const uint32_t *values, const spots *at)
{
	EACH(at, raw[place] += ROW + values[i])
}

static void value_add(swk__groups *groups, unsigned value, const swk__sorted *sorted, const spots *at)
{
	swk__i128 *sums = groups->adding[value];
	uint64_t *raw = groups->raw[value];
	const uint32_t *numbers = sorted->raw[value];
	const int64_t *values = sorted->values[value];
	groups->wide[value] |= !numbers;
	if (numbers)
		EACH(at, raw[place] += numbers[i])
	else
		EACH(at, sums[place] += values[i])
}

bool swk__groups_tally(swk__groups *groups, const swk__classes *classes, const swk__block *block,
                       const swk__sorted *sorted, const swk__labels *labels)
{
	const bool first = classes->value_count && sorted->raw[0];
	const uint64_t joining = first ? raw_sum(sorted->raw[0], block->count) : 0;
	if (groups->tallied && tally_differs(groups, classes, sorted, labels, joining) &&
	    !swk__groups_flush(groups, classes))
		return false;
	groups->stride = classes->count + 1;
	groups->by_byte = labels->bytes;
	memcpy(groups->coding, sorted->coding, sizeof groups->coding);
	if (labels->bytes) {
		bytes_touch(groups, labels->bytes, block->count);
	} else {
		groups->least = 0;
		groups->touched = groups->count;
	}
	if (!tally_cover(groups, classes))
		return false;
	groups->tallied += block->count;
	groups->joined += joining;
	uint16_t places[SWK__BLOCK_ROWS];
	const spots at = { labels->bytes ? places : NULL, labels->numbers, sorted->classes, groups->stride,
		           block->count };
	if (labels->bytes)
		places_of_bytes(labels->bytes, &at, places);
	if (first)
		rows_add_raw(groups->raw[0], sorted->raw[0], &at);
	else
		rows_add(groups->tally, &at);
	for (unsigned v = first; v < classes->value_count; v++)
		value_add(groups, v, sorted, &at);
	return true;
}

/* What was tallied of a label comes to, for a measure. */
static swk__i128 measure_sum(const swk__groups *groups, const swk__classes *classes, unsigned measure, size_t at)
{
	const swk__members *members = &classes->members[measure];
	const uint32_t *rows = groups->tally + at;
	uint64_t counted = 0, given = 0, added = 0;
	swk__i128 wide = 0;
	if (members->value < 0) {
		for (unsigned m = 0; m < members->count; m++)
			counted += rows[members->classes[m]];
		return counted;
	}
	const uint64_t *raw = groups->raw[members->value] + at;
	const swk__i128 *adding = groups->adding[members->value] + at;
	const swk__raw coding = groups->coding[members->value];
	for (unsigned m = 0; m < members->count; m++) {
		const unsigned class = members->classes[m];
		added += raw[class];
		given += classes->given[members->value][class] ? rows[class] : 0;
	}
	for (unsigned m = 0; m < members->count && groups->wide[members->value]; m++)
		wide += adding[members->classes[m]];
	return wide + (swk__i128)added * coding.unit + (swk__i128)given * coding.base;
}

/* Forgets what was tallied at some places. */
static void tally_clear(swk__groups *groups, const swk__classes *classes, size_t at, size_t count)
{
	memset(groups->tally + at, 0, count * sizeof *groups->tally);
	for (unsigned v = 0; v < classes->value_count; v++) {
		memset(groups->raw[v] + at, 0, count * sizeof *groups->raw[v]);
		if (groups->wide[v])
			memset(groups->adding[v] + at, 0, count * sizeof *groups->adding[v]);
	}
}

/* Takes rows and first values apart. */
static SWK__WIDE void rows_part(uint32_t *rows, uint64_t *raw, size_t places)
{
	for (size_t place = 0; place < places; place++) {
		rows[place] += (uint32_t)(raw[place] >> ROW_BIT);
		raw[place] &= ROW - 1;
	}
}

static SWK__WIDE bool any_rows(const uint32_t *rows, unsigned classes)
{
	uint32_t any = 0;
	for (unsigned class = 0; class < classes; class ++)
		any |= rows[class];
	return any;
}

/* Adds what was tallied of a label to its group, which is not asked for where no row counts. */
static bool label_flush(swk__groups *groups, const swk__classes *classes, uint32_t label)
{
	const size_t at = (size_t)label * groups->stride;
	if (!any_rows(groups->tally + at, classes->count))
		return true;
	const uint32_t group = groups->by_byte ? swk__groups_of_byte(groups, (unsigned char)label) : label;
	if (group == NO_GROUP)
		return false;
	swk__i128 *sums = swk__groups_sums(groups, group);
	groups->counted[group] = true;
	for (unsigned m = 0; m < groups->measures; m++)
		sums[m] += measure_sum(groups, classes, m, at);
	return true;
}

bool swk__groups_flush(swk__groups *groups, const swk__classes *classes)
{
	if (!groups->tallied)
		return true;
	const size_t at = (size_t)groups->least * groups->stride,
		     count = (size_t)(groups->touched - groups->least) * groups->stride;
	if (classes->value_count)
		rows_part(groups->tally + at, groups->raw[0] + at, count);
	for (uint32_t label = groups->least; label < groups->touched; label++)
		if (!label_flush(groups, classes, label))
			return false;
	tally_clear(groups, classes, at, count);
	memset(groups->wide, 0, sizeof groups->wide);
	groups->tallied = groups->joined = 0;
	return true;
}

/* ---------------------------------------------------------------------------------------- building */

/* Few lists get their values in lanes, one after the other: adding one to the same count again and again would wait for
 * the one before. */
#define LIST_LANES 4
#define LANED 8 /* lists at most */

static unsigned lanes_of(size_t lists)
{
	return lists <= LANED ? LIST_LANES : 1;
}

/* Deals the observations to the lanes of their lists; `ends` hold where each lane begins, one place on. */
static inline __attribute__((always_inline)) void lanes_deal(swk__observed observed, size_t lanes, size_t *ends,
                                                             int64_t *values, size_t count)
{
	const uint32_t *lists = observed.lists;
	for (size_t i = 0; i < observed.count; i++)
		ends[lists[i] * lanes + (i & (lanes - 1)) + 1]++;
	for (size_t l = 0; l < count * lanes; l++)
		ends[l + 1] += ends[l];
	for (size_t i = 0; i < observed.count; i++)
		values[ends[lists[i] * lanes + (i & (lanes - 1))]++] = observed.values[i];
}

static void lists_deal(swk__groups *groups, size_t count)
{
	const size_t lanes = lanes_of(count);
	size_t *ends = groups->list_ends;
	if (lanes == 1)
		lanes_deal(groups->observed, 1, ends, groups->list_values, count);
	else
		lanes_deal(groups->observed, LIST_LANES, ends, groups->list_values, count);
	for (size_t l = 0; l < count; l++)
		ends[l] = ends[l * lanes + lanes - 1];
}

/* Room for the lists and as much to sort them. */
static bool lists_cover(swk__groups *groups, size_t count)
{
	swk__mem *mem = groups->mem;
	const size_t lanes = count * lanes_of(count);
	if (lanes >= groups->list_capacity) {
		const size_t capacity = swk__grown(groups->list_capacity, lanes + 1);
		size_t *ends = swk__resize(mem, SWK__FAULT_report_groups, groups->list_ends, capacity, sizeof *ends);
		if (!ends)
			return false;
		groups->list_ends = ends;
		groups->list_capacity = capacity;
	}
	if (groups->observed.count > groups->value_capacity) {
		const size_t capacity = swk__grown(groups->value_capacity, groups->observed.count);
		int64_t *values = swk__resize(mem, SWK__FAULT_report_groups, groups->list_values, capacity,
		                              2 * sizeof *values);
		if (!values)
			return false;
		groups->list_values = values;
		groups->value_capacity = capacity;
	}
	memset(groups->list_ends, 0, (lanes + 1) * sizeof *groups->list_ends);
	return true;
}

static bool lists_sort(swk__groups *groups)
{
	const size_t count = (size_t)groups->count * groups->lists;
	if (!lists_cover(groups, count))
		return false;
	lists_deal(groups, count);
	const size_t *ends = groups->list_ends;
	for (size_t l = 0, begin = 0; l < count; begin = ends[l++])
		swk__rollup_list_sort(groups->list_values + begin, ends[l] - begin,
		                      groups->list_values + groups->value_capacity);
	return true;
}

/* Appends a group's key as the rollup has it. */
static bool name_write(swk__groups *groups, const swk__facts *facts, const swk__dimension *by, uint32_t group)
{
	const uint32_t *values = groups->keys + (size_t)group * groups->width;
	swk__buf *names = &groups->names;
	for (unsigned d = 0; d < groups->width; d++) {
		if (swk__dimensions[by[d]].number) {
			swk__buf_byte(names, (unsigned char)(values[d] + 1));
			continue;
		}
		swk__buf_slice(names, swk__text_get(swk__dimension_texts(facts, by[d]), values[d]));
		swk__buf_byte(names, 0);
	}
	groups->ends[group] = names->length;
	return !names->failed;
}

static swk__slice group_name(const swk__groups *groups, uint32_t group)
{
	size_t begin = group ? groups->ends[group - 1] : 0, length = groups->ends[group] - begin;
	return (swk__slice){ length ? groups->names.bytes + begin : "", length };
}

/* A group on its way to its place in the order. */
typedef struct ranked {
	swk__slice name;
	uint32_t group;
} ranked;

static int name_order(const void *a, const void *b)
{
	return swk__slice_compare(((const ranked *)a)->name, ((const ranked *)b)->name);
}

/* Puts groups that are new, sorted, among those in order; behind the order there is room for a second one. */
static void order_merge(swk__groups *groups, const ranked *added, uint32_t count)
{
	uint32_t *order = groups->order, *merged = order + groups->capacity, old = groups->named, a = 0, b = 0;
	while (a < old || b < count) {
		bool first = b == count ||
		             (a < old && swk__slice_compare(group_name(groups, order[a]), added[b].name) < 0);
		merged[a + b] = first ? order[a] : added[b].group;
		a += first;
		b += !first;
	}
	memcpy(order, merged, (size_t)(old + count) * sizeof *order);
	groups->named = old + count;
}

/* Gives groups that are new their names and their places in the order. */
static bool groups_order(swk__groups *groups, const swk__facts *facts, const swk__dimension *by)
{
	uint32_t count = groups->count - groups->named;
	size_t before = groups->names.length;
	if (count == 0)
		return true;
	ranked *added = swk__alloc(groups->mem, SWK__FAULT_report_groups, count, sizeof *added);
	bool made = added != NULL;
	for (uint32_t i = 0; i < count && made; i++)
		made = name_write(groups, facts, by, groups->named + i);
	if (!made) {
		swk__free(groups->mem, added);
		groups->names.length = before;
		groups->names.failed = false;
		return false;
	}
	for (uint32_t i = 0; i < count; i++)
		added[i] = (ranked){ group_name(groups, groups->named + i), groups->named + i };
	if (count > 1)
		qsort(added, count, sizeof *added, name_order);
	order_merge(groups, added, count);
	swk__free(groups->mem, added);
	return true;
}

int swk__groups_key(swk__groups *groups, const swk__facts *facts, const swk__dimension *by, uint32_t group,
                    swk__slice *key, swk_error *error)
{
	if (!groups_order(groups, facts, by))
		return swk__fail_memory(error, groups->mem);
	*key = group_name(groups, group);
	return SWK_OK;
}

/* The lists of a group. */
static void lists_of(const swk__groups *groups, uint32_t group, swk__rollup_list *of)
{
	for (unsigned l = 0; l < groups->lists; l++) {
		size_t at = (size_t)group * groups->lists + l, begin = at ? groups->list_ends[at - 1] : 0;
		of[l] = (swk__rollup_list){ groups->list_values + begin, groups->list_ends[at] - begin };
	}
}

static int cells_build(const swk__groups *groups, swk__rollup **rollup, swk_error *error)
{
	swk__mem *mem = groups->mem;
	size_t count = 0;
	swk__rollup_cell *cells = swk__alloc(mem, SWK__FAULT_report_groups, groups->count, sizeof *cells);
	swk__rollup_list *of = swk__alloc(mem, SWK__FAULT_report_groups, (size_t)groups->count * groups->lists,
	                                  sizeof *of);
	int code = cells && of ? SWK_OK : swk__fail_memory(error, mem);
	for (uint32_t i = 0; i < groups->count && code == SWK_OK; i++) {
		uint32_t group = groups->order[i];
		if (!groups->counted[group])
			continue;
		swk__rollup_list *own = of + count * groups->lists;
		lists_of(groups, group, own);
		cells[count++] = (swk__rollup_cell){ group_name(groups, group), swk__groups_sums(groups, group), own };
	}
	if (code == SWK_OK)
		code = swk__rollup_of(mem, groups->measures, groups->lists, cells, count, rollup, error);
	swk__free(mem, cells);
	swk__free(mem, of);
	return code;
}

int swk__groups_build(swk__groups *groups, const swk__facts *facts, const swk__dimension *by, swk__rollup **rollup,
                      swk_error *error)
{
	if (!groups_order(groups, facts, by) || (groups->lists && !lists_sort(groups)))
		return swk__fail_memory(error, groups->mem);
	return cells_build(groups, rollup, error);
}
