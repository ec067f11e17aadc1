/* SPDX-License-Identifier: MIT
 *
 * fuzz: what programs share that mutate bytes: luck that a seed repeats, and words of up to TEXT_MAX bytes.
 */
#ifndef FUZZ_H
#define FUZZ_H

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_MAX 65536

typedef struct fuzz_text {
	char bytes[TEXT_MAX];
	size_t length;
} fuzz_text;

static uint64_t case_seed, luck_state;

/* A number below `below`, 0 for 0. */
static inline uint64_t luck(uint64_t below)
{
	luck_state ^= luck_state << 13;
	luck_state ^= luck_state >> 7;
	luck_state ^= luck_state << 17;
	return below ? luck_state % below : 0;
}

static inline void luck_begin(uint64_t seed)
{
	luck_state = seed * UINT64_C(0x9e3779b97f4a7c15) + 1;
	luck(0);
	luck(0);
}

/* Ends the program with the seed of the case where something does not hold. */
#define HOLDS(condition)                                                                                             \
	do {                                                                                                         \
		if (!(condition)) {                                                                                  \
			fprintf(stderr, "seed %" PRIu64 ": %s:%d: %s\n", case_seed, __FILE__, __LINE__, #condition); \
			exit(1);                                                                                     \
		}                                                                                                    \
	} while (0)

static inline void cut(fuzz_text *from, size_t at, size_t length)
{
	memmove(from->bytes + at, from->bytes + at + length, from->length - at - length);
	from->length -= length;
}

/* Puts bytes in, unless there is no room. */
static inline void put(fuzz_text *into, size_t at, const char *bytes, size_t length)
{
	if (into->length + length > TEXT_MAX)
		return;
	memmove(into->bytes + at + length, into->bytes + at, into->length - at);
	memcpy(into->bytes + at, bytes, length);
	into->length += length;
}

#endif
