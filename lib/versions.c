/* SPDX-License-Identifier: MIT */
#include "versions.h"

/* How long a log may stay between transactions. */
#define LOG_KEPT 4096

#define OUT UINT32_MAX

void swk__versions_init(swk__versions *versions, swk__mem *mem)
{
	*versions = (swk__versions){ .mem = mem };
}

void swk__versions_done(swk__versions *versions)
{
	if (!versions->mem)
		return;
	swk__free(versions->mem, versions->slots);
	swk__free(versions->mem, versions->log);
	*versions = (swk__versions){ 0 };
}

uint32_t swk__versions_next(const swk__versions *versions, uint32_t hash, size_t *step)
{
	while (versions->capacity) {
		const swk__version_slot *slot = &versions->slots[(hash + (*step)++) & (versions->capacity - 1)];
		if (!slot->handle)
			break;
		if (slot->hash == hash && slot->handle != OUT)
			return slot->handle;
	}
	return 0;
}

/* Puts a row into the first free slot for it. */
static void slot_put(swk__version_slot *slots, size_t capacity, swk__version_slot row)
{
	size_t at = row.hash & (capacity - 1);
	while (slots[at].handle)
		at = (at + 1) & (capacity - 1);
	slots[at] = row;
}

/* More slots, or as many without what was taken out. */
static bool slots_grow(swk__versions *versions)
{
	size_t live = 0;
	for (size_t i = 0; i < versions->capacity; i++)
		live += versions->slots[i].handle && versions->slots[i].handle != OUT;
	size_t capacity = live < versions->capacity / 4 ? versions->capacity
	                  : versions->capacity          ? versions->capacity * 2
	                                                : 16;
	swk__version_slot *slots = swk__alloc(versions->mem, SWK__FAULT_history_chain, capacity, sizeof *slots);
	if (!slots)
		return false;
	for (size_t i = 0; i < versions->capacity; i++)
		if (versions->slots[i].handle && versions->slots[i].handle != OUT)
			slot_put(slots, capacity, versions->slots[i]);
	swk__free(versions->mem, versions->slots);
	versions->slots = slots;
	versions->capacity = capacity;
	versions->used = live;
	return true;
}

static bool log_reserve(swk__versions *versions)
{
	if (versions->log_count < versions->log_capacity)
		return true;
	size_t capacity = swk__grown(versions->log_capacity, versions->log_count + 1);
	swk__version_slot *log = swk__resize(versions->mem, SWK__FAULT_history_chain, versions->log, capacity,
	                                     sizeof *log);
	if (!log)
		return false;
	versions->log = log;
	versions->log_capacity = capacity;
	return true;
}

bool swk__versions_add(swk__versions *versions, uint32_t hash, uint32_t handle)
{
	const swk__version_slot row = { handle, hash };
	if (!log_reserve(versions) || (versions->used >= versions->capacity / 2 && !slots_grow(versions)))
		return false;
	slot_put(versions->slots, versions->capacity, row);
	versions->used++;
	versions->log[versions->log_count++] = row;
	return true;
}

void swk__versions_keep(swk__versions *versions)
{
	versions->log_count = 0;
	if (versions->log_capacity > LOG_KEPT) {
		swk__free(versions->mem, versions->log);
		versions->log = NULL;
		versions->log_capacity = 0;
	}
}

/* A slot that was filled stays in the way of those behind it. */
void swk__versions_rollback(swk__versions *versions)
{
	while (versions->log_count > 0) {
		const swk__version_slot *row = &versions->log[--versions->log_count];
		size_t at = row->hash & (versions->capacity - 1);
		while (versions->slots[at].handle != row->handle || versions->slots[at].hash != row->hash)
			at = (at + 1) & (versions->capacity - 1);
		versions->slots[at].handle = OUT;
	}
}
