/* SPDX-License-Identifier: MIT */
#include "chains.h"

/* How long a log may stay between transactions. */
#define LOG_KEPT 4096

void swk__chains_init(swk__chains *chains, swk__mem *mem)
{
	*chains = (swk__chains){ .mem = mem };
}

void swk__chains_done(swk__chains *chains)
{
	if (!chains->mem)
		return;
	swk__free(chains->mem, chains->slots);
	swk__free(chains->mem, chains->log);
	*chains = (swk__chains){ 0 };
}

/* Where a handle is, or the free slot where it would be. Handles are dense and nobody chooses them. */
static swk__chain *slot_find(swk__chain *slots, size_t capacity, uint32_t handle)
{
	size_t at = (handle * UINT32_C(2654435769)) & (capacity - 1);
	while (slots[at].handle && slots[at].handle != handle)
		at = (at + 1) & (capacity - 1);
	return &slots[at];
}

uint32_t swk__chains_get(const swk__chains *chains, uint32_t handle)
{
	return chains->capacity ? slot_find(chains->slots, chains->capacity, handle)->older : 0;
}

static bool slots_grow(swk__chains *chains)
{
	size_t capacity = chains->capacity ? chains->capacity * 2 : 16;
	swk__chain *slots = swk__alloc(chains->mem, SWK__FAULT_history_chain, capacity, sizeof *slots);
	if (!slots)
		return false;
	for (size_t i = 0; i < chains->capacity; i++)
		if (chains->slots[i].handle)
			*slot_find(slots, capacity, chains->slots[i].handle) = chains->slots[i];
	swk__free(chains->mem, chains->slots);
	chains->slots = slots;
	chains->capacity = capacity;
	return true;
}

static bool log_reserve(swk__chains *chains)
{
	if (chains->log_count < chains->log_capacity)
		return true;
	size_t capacity = swk__grown(chains->log_capacity, chains->log_count + 1);
	swk__chain *log = swk__resize(chains->mem, SWK__FAULT_history_chain, chains->log, capacity, sizeof *log);
	if (!log)
		return false;
	chains->log = log;
	chains->log_capacity = capacity;
	return true;
}

bool swk__chains_set(swk__chains *chains, uint32_t handle, uint32_t older)
{
	if (!log_reserve(chains) || (chains->count >= chains->capacity / 2 && !slots_grow(chains)))
		return false;
	swk__chain *slot = slot_find(chains->slots, chains->capacity, handle);
	chains->count += slot->handle == 0;
	chains->log[chains->log_count++] = (swk__chain){ handle, slot->older };
	*slot = (swk__chain){ handle, older };
	return true;
}

void swk__chains_keep(swk__chains *chains)
{
	chains->log_count = 0;
	if (chains->log_capacity > LOG_KEPT) {
		swk__free(chains->mem, chains->log);
		chains->log = NULL;
		chains->log_capacity = 0;
	}
}

/* A handle that came since stays with nothing older, as if it were not there: it may come again. */
void swk__chains_rollback(swk__chains *chains)
{
	while (chains->log_count > 0) {
		const swk__chain *before = &chains->log[--chains->log_count];
		slot_find(chains->slots, chains->capacity, before->handle)->older = before->older;
	}
}
