/* SPDX-License-Identifier: MIT */
#include "touched.h"

static void marks_clear(swk__marks *marks)
{
	if (marks->low < marks->end)
		memset(marks->words + marks->low, 0, (marks->end - marks->low) * sizeof *marks->words);
	marks->low = UINT32_MAX;
	marks->end = 0;
}

void swk__touched_init(swk__touched *touched, swk__mem *mem)
{
	*touched = (swk__touched){ .mem = mem };
	swk__touched_clear(touched);
}

void swk__touched_done(swk__touched *touched)
{
	if (!touched->mem)
		return;
	for (unsigned k = 0; k < SWK__TOUCH_COUNT; k++)
		swk__free(touched->mem, touched->marks[k].words);
	*touched = (swk__touched){ 0 };
}

bool swk__touched_reserve(swk__touched *touched, swk__touch kind, uint32_t count)
{
	swk__marks *marks = &touched->marks[kind];
	size_t words = (size_t)count / 64 + 1;
	if (words <= marks->capacity)
		return true;
	words = swk__grown(marks->capacity, words);
	uint64_t *grown = swk__resize(touched->mem, SWK__FAULT_fold_list, marks->words, words, sizeof *grown);
	if (!grown)
		return false;
	memset(grown + marks->capacity, 0, (words - marks->capacity) * sizeof *grown);
	marks->words = grown;
	marks->capacity = (uint32_t)words;
	return true;
}

bool swk__touched_cover(swk__touched *touched, const swk__touched *other)
{
	for (unsigned k = 0; k < SWK__TOUCH_COUNT; k++)
		if (other->marks[k].capacity &&
		    !swk__touched_reserve(touched, (swk__touch)k, other->marks[k].capacity * 64 - 1))
			return false;
	return true;
}

void swk__touched_merge(swk__touched *touched, const swk__touched *other)
{
	for (unsigned k = 0; k < SWK__TOUCH_COUNT; k++) {
		swk__marks *marks = &touched->marks[k];
		const swk__marks *from = &other->marks[k];
		for (uint32_t word = from->low; word < from->end; word++)
			marks->words[word] |= from->words[word];
		marks->low = from->low < marks->low ? from->low : marks->low;
		marks->end = from->end > marks->end ? from->end : marks->end;
	}
}

void swk__touched_clear(swk__touched *touched)
{
	for (unsigned k = 0; k < SWK__TOUCH_COUNT; k++)
		marks_clear(&touched->marks[k]);
}

bool swk__touched_empty(const swk__touched *touched)
{
	for (unsigned k = 0; k < SWK__TOUCH_COUNT; k++)
		if (touched->marks[k].end)
			return false;
	return true;
}

uint64_t swk__touched_count(const swk__touched *touched, swk__touch kind)
{
	const swk__marks *marks = &touched->marks[kind];
	uint64_t count = 0;
	for (uint32_t word = marks->low; word < marks->end; word++)
		count += (unsigned)__builtin_popcountll(marks->words[word]);
	return count;
}

bool swk__touched_next(const swk__touched *touched, swk__touch kind, uint32_t *entity)
{
	const swk__marks *marks = &touched->marks[kind];
	uint32_t word = *entity / 64 < marks->low ? marks->low : *entity / 64;
	uint64_t left = *entity / 64 < marks->low ? UINT64_MAX : UINT64_MAX << (*entity % 64);
	for (; word < marks->end; word++, left = UINT64_MAX) {
		if (marks->words[word] & left) {
			*entity = word * 64 + (unsigned)__builtin_ctzll(marks->words[word] & left);
			return true;
		}
	}
	return false;
}
