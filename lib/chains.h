/* SPDX-License-Identifier: MIT
 *
 * chains: from a version of a record to the next older one, by handles; only records with several versions are in it.
 *
 *   slots (open addressing): handle --> handle of the next older version, 0 for none
 *
 * Invariant: the writer alone reads and writes it; swk__chains_rollback puts back what was set since swk__chains_keep.
 */
#ifndef SWK_CHAINS_H
#define SWK_CHAINS_H

#include "base.h"

typedef struct swk__chain {
	uint32_t handle, older;
} swk__chain;

typedef struct swk__chains {
	swk__mem *mem;
	swk__chain *slots;
	size_t count, capacity; /* capacity: 0 or a power of two; may be more than there are handles */
	swk__chain *log;        /* what was there before, in order */
	size_t log_count, log_capacity;
} swk__chains;

void swk__chains_init(swk__chains *chains, swk__mem *mem);
void swk__chains_done(swk__chains *chains);

/* The handle of the next older version, or 0. */
uint32_t swk__chains_get(const swk__chains *chains, uint32_t handle);

/* False when memory failed; then nothing changed. */
bool swk__chains_set(swk__chains *chains, uint32_t handle, uint32_t older);

void swk__chains_keep(swk__chains *chains);
void swk__chains_rollback(swk__chains *chains);

#endif
