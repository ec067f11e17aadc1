/* SPDX-License-Identifier: MIT
 *
 * versions: which rows are older versions of their records, found by what they say.
 *
 *   slots (open addressing): hash of a row --> its handle; rows with the same hash follow each other
 *
 * Invariant: the writer alone reads and writes it; swk__versions_rollback takes out what was added since
 * swk__versions_keep.
 */
#ifndef SWK_VERSIONS_H
#define SWK_VERSIONS_H

#include "base.h"

typedef struct swk__version_slot {
	uint32_t handle, hash; /* handle 0: free; UINT32_MAX: taken out */
} swk__version_slot;

typedef struct swk__versions {
	swk__mem *mem;
	swk__version_slot *slots;
	size_t used, capacity;  /* slots that are not free; capacity: 0 or a power of two; may be more than hashes */
	swk__version_slot *log; /* what was added, in order */
	size_t log_count, log_capacity;
} swk__versions;

void swk__versions_init(swk__versions *versions, swk__mem *mem);
void swk__versions_done(swk__versions *versions);

/* Goes on to the handle of the next row with this hash; *step is 0 to begin. 0 at the end. */
uint32_t swk__versions_next(const swk__versions *versions, uint32_t hash, size_t *step);

/* False when memory failed; then nothing changed. */
bool swk__versions_add(swk__versions *versions, uint32_t hash, uint32_t handle);

void swk__versions_keep(swk__versions *versions);
void swk__versions_rollback(swk__versions *versions);

#endif
