/* SPDX-License-Identifier: MIT
 *
 * text: gives every distinct byte string a dense number, and back. Insert-only.
 *
 *   index (open addressing, numbers)  --> number --> segments of ends and bytes, which never move
 *
 * The hash finds, the stored bytes decide; the hash key is random per store, so nobody can choose colliding texts.
 * Number 0 is the empty text, always there.
 *
 * Threads: one writer interns; any thread may get and find at the same time, without a lock (old indices are kept
 * until swk__text_done). A number that one thread hands to another comes with the usual happens-before.
 */
#ifndef SWK_TEXT_H
#define SWK_TEXT_H

#include "error.h"

typedef struct swk__text_index swk__text_index;
typedef struct swk__text_entry swk__text_entry;

#define SWK__SEGMENTS 26 /* 64 << 25 entries and more than a 32-bit number in all */

typedef struct swk__text {
	swk__mem *mem;
	uint64_t key;
	_Atomic(swk__text_index *) index;         /* the newest; each points to the one before */
	swk__text_entry *segments[SWK__SEGMENTS]; /* segment k has 64 << k entries */
	char *bytes;                              /* the block that is filled now; blocks are chained */
	size_t bytes_used, bytes_size;
	uint32_t count;
} swk__text;

int swk__text_init(swk__text *text, swk__mem *mem, uint64_t key, swk_error *error);
void swk__text_done(swk__text *text);

/* The number of a text, a new one if need be. On failure nothing changed. SWK_ERR_LIMIT also when 2^32 - 64 texts are
 * in. Writer only. */
int swk__text_intern(swk__text *text, swk__slice bytes, uint32_t *number, swk_error *error);

/* The numbers of up to SWK__TEXT_RUN texts, as if they were interned one after the other; on failure those before the
 * one that failed are in. Finding a text is waiting for memory, and here they are waited for together. */
#define SWK__TEXT_RUN 64
int swk__text_intern_run(swk__text *text, const swk__slice *bytes, size_t count, uint32_t *numbers, swk_error *error);

/* The number of a text if it is there. Any thread. */
bool swk__text_find(const swk__text *text, swk__slice bytes, uint32_t *number);

/* The bytes of a number; valid until swk__text_done. Any thread. */
swk__slice swk__text_get(const swk__text *text, uint32_t number);

/* How many numbers there are. Writer only. */
static inline uint32_t swk__text_count(const swk__text *text)
{
	return text->count;
}

#endif
