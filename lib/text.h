/* SPDX-License-Identifier: MIT
 *
 * text: gives every distinct byte string a dense number, and back. Insert-only, but that the writer can take back what
 * it put in since a mark.
 *
 *   index (buckets of 8 slots): tag, number --> groups of 28 numbers: begin, ends --> bytes, which never move
 *
 * The hash finds, the stored bytes decide; the hash key is random per store, so nobody can choose colliding texts.
 * Number 0 is the empty text, always there.
 *
 * The index serves those who look for texts. Who knows that texts are new, as a journal does, appends them without it,
 * and it is made when somebody is about to look: for all there are, in as many goes as are wanted.
 *
 * Threads: one writer interns; any thread may get and find at the same time, without a lock (an old index is kept until
 * no find is under way). A number that one thread hands to another comes with the usual happens-before. Readers look at
 * no entry that may yet be taken back: they find below a number that was handed to them.
 */
#ifndef SWK_TEXT_H
#define SWK_TEXT_H

#include "error.h"

typedef struct swk__text_index swk__text_index;

#define SWK__TEXT_GROUP 28
#define SWK__TEXT_SEGMENTS 96 /* more groups than a 32-bit number has */

/* Texts whose bytes follow each other: as many as make a group one line of the processor's cache. */
typedef struct swk__text_group {
	char *bytes;                    /* of the first */
	uint16_t ends[SWK__TEXT_GROUP]; /* where each ends, times 2; 1 more: what lies there says where the text is */
} swk__text_group;

/* A block of bytes that is being filled. */
typedef struct swk__text_room {
	char *bytes;
	size_t used, size;
} swk__text_room;

typedef struct swk__text {
	swk__mem *mem;
	uint64_t key;
	_Atomic(swk__text_index *) index;
	uint32_t growths;         /* how many indices there were before */
	swk__text_index *retired; /* indices that a find may still be in */
	_Atomic uint32_t finds;   /* under way */
	uint32_t count;
	uint64_t passed, expected;          /* how many were looked for since what is kept, and may be soon */
	uint32_t next;                      /* the number after the last one of the last run */
	uint32_t kept;                      /* numbers below this one are never taken back */
	uint32_t unlisted;                  /* the first number that the index does not have; 0: it has all */
	char *segments[SWK__TEXT_SEGMENTS]; /* groups, from the first multiple of their size on */
	char **blocks;                      /* all that there are */
	size_t block_count, block_capacity;
	swk__text_room near, far; /* of groups, and of texts that are too long for them */
} swk__text;

/* What there was at some moment. */
typedef struct swk__text_mark {
	uint32_t count;
	size_t block_count;
	swk__text_room near, far;
} swk__text_mark;

int swk__text_init(swk__text *text, swk__mem *mem, uint64_t key, swk_error *error);
void swk__text_done(swk__text *text);

/* The number of a text, a new one if need be. On failure nothing changed. SWK_ERR_LIMIT also when 2^32 - 64 texts are
 * in. Writer only. */
int swk__text_intern(swk__text *text, swk__slice bytes, uint32_t *number, swk_error *error);

/* The number of a text if it is there and below `end`. Any thread, where nothing below `end` can be taken back. */
bool swk__text_find_below(const swk__text *text, swk__slice bytes, uint32_t end, uint32_t *number);

/* The number of a text if it is there. Any thread, where nothing at all can be taken back. */
static inline bool swk__text_find(const swk__text *text, swk__slice bytes, uint32_t *number)
{
	return swk__text_find_below(text, bytes, UINT32_MAX, number);
}

/* Marks what there is now, which will never be taken back. Writer only. */
swk__text_mark swk__text_keep(swk__text *text);

/* Takes back what was put in since the mark, which was the last one: numbers and bytes. Writer only. */
void swk__text_rollback(swk__text *text, const swk__text_mark *mark);

/* The numbers of up to SWK__TEXT_RUN texts, as if they were interned one after the other; on failure those before the
 * one that failed are in. `guesses` are numbers that they may have, 0 for none; without any (NULL) the texts may have
 * the numbers after the last one of the run before. Finding a text otherwise is waiting for memory, and here they are
 * waited for together. */
#define SWK__TEXT_RUN 512
int swk__text_intern_run(swk__text *text, const swk__slice *bytes, size_t count, const uint32_t *guesses,
                         uint32_t *numbers, swk_error *error);

/* Puts up to SWK__TEXT_RUN texts in that are not there yet, under the next numbers, and leaves the index alone. On
 * failure those before the one that failed are in. Writer only. */
int swk__text_append_run(swk__text *text, const swk__slice *bytes, size_t count, swk_error *error);

/* Puts up to `most` of the texts that were appended into the index; they are found once it is whole. Interning does
 * what is left of it first. SWK_ERR_CORRUPT: one of them was there before; the same again whenever this is called.
 * Writer only, and before other threads find texts. */
int swk__text_complete(swk__text *text, uint32_t most, swk_error *error);

/* Whether the index has all texts. */
static inline bool swk__text_whole(const swk__text *text)
{
	return text->unlisted == 0;
}

/* Says how many texts were looked for since swk__text_keep and how many may follow, 0 where nobody knows, so that where
 * room runs out it is made at once for as many as will be new. Writer only. */
static inline void swk__text_expect(swk__text *text, uint64_t passed, uint64_t count)
{
	text->passed = passed;
	text->expected = count;
}

/* The bytes of a number; valid until swk__text_done. Any thread. */
swk__slice swk__text_get(const swk__text *text, uint32_t number);

/* How many numbers there are. Writer only. */
static inline uint32_t swk__text_count(const swk__text *text)
{
	return text->count;
}

#endif
