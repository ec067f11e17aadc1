/* SPDX-License-Identifier: MIT */
#include "groups.h"

#define NO_GROUP UINT32_MAX
#define LISTS_MAX ((size_t)2 * SWK__CURVES_MAX)

void swk__groups_init(swk__groups *groups, swk__mem *mem, unsigned width, unsigned measures, unsigned lists)
{
	*groups = (swk__groups){ .mem = mem, .width = width, .measures = measures, .lists = lists };
}

void swk__groups_done(swk__groups *groups)
{
	swk__free(groups->mem, groups->keys);
	swk__free(groups->mem, groups->sums);
	swk__free(groups->mem, groups->index);
	swk__free(groups->mem, groups->observations);
}

void swk__groups_clear(swk__groups *groups)
{
	groups->count = 0;
	groups->observed = 0;
	if (groups->index)
		memset(groups->index, 0xff, ((size_t)groups->index_mask + 1) * sizeof *groups->index);
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
		*slot = group;
	}
	return *slot;
}

bool swk__groups_observe(swk__groups *groups, uint32_t group, uint32_t list, int64_t value)
{
	if (groups->observed == groups->observed_capacity) {
		size_t capacity = swk__grown(groups->observed_capacity, groups->observed + 1);
		swk__observation *observations = swk__resize(groups->mem, SWK__FAULT_report_groups,
		                                             groups->observations, capacity, sizeof *observations);
		if (!observations)
			return false;
		groups->observations = observations;
		groups->observed_capacity = capacity;
	}
	groups->observations[groups->observed++] = (swk__observation){ group, list, value };
	return true;
}

/* ---------------------------------------------------------------------------------------- building */

/* The observations sorted into the lists of the groups: list l of group g is values[ends[g * lists + l - 1] ..
 * ends[g * lists + l]). */
typedef struct sorted {
	size_t *ends;
	int64_t *values;
} sorted;

static bool lists_sort(const swk__groups *groups, sorted *lists)
{
	size_t count = (size_t)groups->count * groups->lists;
	lists->ends = swk__alloc(groups->mem, SWK__FAULT_report_groups, count + 1, sizeof *lists->ends);
	lists->values = swk__alloc(groups->mem, SWK__FAULT_report_groups, groups->observed, sizeof *lists->values);
	if (!lists->ends || !lists->values)
		return false;
	for (size_t i = 0; i < groups->observed; i++) {
		const swk__observation *seen = &groups->observations[i];
		lists->ends[(size_t)seen->group * groups->lists + seen->list + 1]++;
	}
	for (size_t l = 0; l < count; l++)
		lists->ends[l + 1] += lists->ends[l];
	for (size_t i = 0; i < groups->observed; i++) {
		const swk__observation *seen = &groups->observations[i];
		lists->values[lists->ends[(size_t)seen->group * groups->lists + seen->list]++] = seen->value;
	}
	return true;
}

/* Writes a group's values as a rollup key. */
static bool key_write(const swk__groups *groups, const swk__facts *facts, const swk__dimension *by, uint32_t group,
                      swk__buf *key)
{
	const uint32_t *values = groups->keys + (size_t)group * groups->width;
	key->length = 0;
	for (unsigned d = 0; d < groups->width; d++) {
		if (swk__dimensions[by[d]].number) {
			swk__buf_byte(key, (unsigned char)(values[d] + 1));
			continue;
		}
		swk__buf_slice(key, swk__text_get(swk__dimension_texts(facts, by[d]), values[d]));
		swk__buf_byte(key, 0);
	}
	return !key->failed;
}

int swk__groups_keyed(const swk__groups *groups, const swk__facts *facts, const swk__dimension *by, uint32_t group,
                      swk__slice key, bool *same, swk_error *error)
{
	swk__buf own;
	swk__buf_init(&own, groups->mem, SIZE_MAX);
	bool written = key_write(groups, facts, by, group, &own);
	*same = written && swk__slice_equal((swk__slice){ own.bytes, own.length }, key);
	swk__buf_done(&own);
	return written ? SWK_OK : swk__fail_memory(error, groups->mem);
}

static int group_add(const swk__groups *groups, uint32_t group, const sorted *lists, swk__slice key,
                     swk__rollup_builder *builder, swk_error *error)
{
	swk__rollup_list parts[LISTS_MAX] = { { NULL, 0 } };
	for (unsigned l = 0; l < groups->lists; l++) {
		size_t at = (size_t)group * groups->lists + l, begin = at ? lists->ends[at - 1] : 0;
		parts[l] = (swk__rollup_list){ lists->values + begin, lists->ends[at] - begin };
	}
	return swk__rollup_builder_add(builder, key, swk__groups_sums(groups, group), groups->lists ? parts : NULL,
	                               error);
}

int swk__groups_build(const swk__groups *groups, const swk__facts *facts, const swk__dimension *by,
                      swk__rollup **rollup, swk_error *error)
{
	swk__rollup_builder builder;
	sorted lists = { NULL, NULL };
	swk__buf key;
	int code = SWK_OK;
	swk__rollup_builder_init(&builder, groups->mem, groups->measures, groups->lists);
	swk__buf_init(&key, groups->mem, SIZE_MAX);
	if (groups->lists && !lists_sort(groups, &lists))
		code = swk__fail_memory(error, groups->mem);
	for (uint32_t g = 0; g < groups->count && code == SWK_OK; g++) {
		if (key_write(groups, facts, by, g, &key))
			code = group_add(groups, g, &lists, (swk__slice){ key.length ? key.bytes : "", key.length },
			                 &builder, error);
		else
			code = swk__fail_memory(error, groups->mem);
	}
	if (code == SWK_OK)
		code = swk__rollup_build(&builder, rollup, error);
	swk__free(groups->mem, lists.ends);
	swk__free(groups->mem, lists.values);
	swk__buf_done(&key);
	swk__rollup_builder_done(&builder);
	return code;
}
