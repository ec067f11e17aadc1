/* SPDX-License-Identifier: MIT
 *
 * base: memory, checked sizes, growable buffers, fault points. Knows nothing of sales.
 *
 * Every allocation of the library goes through one swk__mem, which counts it against the store's limit:
 *
 *   caller's swk_allocator <-- swk__mem (used, limit, faults) <-- everything else
 *
 * Invariant: `used` is the sum of the sizes of all live blocks; a failed call changes nothing.
 */
#ifndef SWK_BASE_H
#define SWK_BASE_H

#include "salesweek.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>

/* Conditions that cannot be false (true) in a correct library. A coverage build takes them as constants and does not
 * evaluate them (so x must not do anything), a debug build stops, a release build survives. */
#if defined(SWK_COVERAGE)
#define ALWAYS(x) ((void)sizeof((x) ? 1 : 0), 1)
#define NEVER(x) ((void)sizeof((x) ? 1 : 0), 0)
#elif !defined(NDEBUG)
#include <assert.h>
#define ALWAYS(x) ((x) ? 1 : (assert(0 && #x), 0))
#define NEVER(x) ((x) ? (assert(0 && #x), 1) : 0)
#else
#define ALWAYS(x) (x)
#define NEVER(x) (x)
#endif

#define SWK__COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* A function whose loops over integers are made twice, for processors with vectors of 256 bits, too; the loader takes
 * one. Where that is known to work; not for floating point, whose answers are the same everywhere. */
#if defined(__GNUC__) && !defined(__clang__) && defined(__x86_64__) && defined(__GLIBC__) && defined(__OPTIMIZE__) && \
	!defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) && !defined(SWK_COVERAGE)
#define SWK__WIDE __attribute__((target_clones("avx2", "default")))
#else
#define SWK__WIDE
#endif

__extension__ typedef __int128 swk__i128;
__extension__ typedef unsigned __int128 swk__u128;

/* Bytes that somebody else owns. */
typedef struct swk__slice {
	const char *bytes;
	size_t length;
} swk__slice;

static inline swk__slice swk__slice_of(const char *text)
{
	return (swk__slice){ text, text ? strlen(text) : 0 };
}

static inline bool swk__slice_equal(swk__slice a, swk__slice b)
{
	return a.length == b.length && (a.length == 0 || memcmp(a.bytes, b.bytes, a.length) == 0);
}

/* Bytewise; a prefix is the lesser. */
int swk__slice_compare(swk__slice a, swk__slice b);

/* ------------------------------------------------------------------------------------- fault points */

/* Every place where an allocation or an I/O call can fail has a name here, one a line, sorted. Tests make
 * each of them fail, once and for ever. */
#define SWK__FAULT_POINTS(X) \
	X(arrow_block)       \
	X(arrow_in)          \
	X(batch_create)      \
	X(batch_grow)        \
	X(batch_reject)      \
	X(buffer_grow)       \
	X(cache_entry)       \
	X(export_batch)      \
	X(export_open)       \
	X(facts_view)        \
	X(file_begin)        \
	X(file_commit)       \
	X(file_create)       \
	X(file_handle)       \
	X(file_lock)         \
	X(file_open)         \
	X(file_read)         \
	X(file_write)        \
	X(fold_list)         \
	X(history_chain)     \
	X(history_columns)   \
	X(history_directory) \
	X(history_intake)    \
	X(history_page)      \
	X(history_part)      \
	X(history_segment)   \
	X(history_snapshot)  \
	X(money_rates)       \
	X(report_groups)     \
	X(report_plan)       \
	X(report_rows)       \
	X(result_cells)      \
	X(result_create)     \
	X(result_write)      \
	X(rollup_build)      \
	X(store_create)      \
	X(text_index)        \
	X(text_segment)      \
	X(zone_entry)        \
	X(zone_read)

/* clang-format off */
typedef enum swk__fault {
#define SWK__FAULT_ENUM(name) SWK__FAULT_##name,
	SWK__FAULT_POINTS(SWK__FAULT_ENUM)
#undef SWK__FAULT_ENUM
	SWK__FAULT_COUNT
} swk__fault;
/* clang-format on */

extern const char *const swk__fault_names[SWK__FAULT_COUNT];

/* Set by tests: returns true when this passage of the point is to fail. */
typedef bool (*swk__fault_hook)(void *context, swk__fault point);

/* ------------------------------------------------------------------------------------------ memory */

typedef struct swk__mem {
	swk_allocator allocator;
	uint64_t limit; /* 0: none */
	_Atomic uint64_t used;
	_Atomic bool limit_hit; /* the last failure was the limit's, not the allocator's */
	swk__fault_hook fault;
	void *fault_context;
} swk__mem;

/* `allocator` may be NULL: malloc and friends. */
void swk__mem_init(swk__mem *mem, const swk_allocator *allocator, uint64_t limit);

/* True when the point is to fail now. For I/O; allocations ask it themselves. */
static inline bool swk__fault_hit(const swk__mem *mem, swk__fault point)
{
	return mem->fault && mem->fault(mem->fault_context, point);
}

/* Zeroed memory for `count` things of `size` bytes, aligned for any type; NULL when it cannot be had, also for
 * a count of 0 times size 0 never (at least one byte is taken). Freed with swk__free. */
void *swk__alloc(swk__mem *mem, swk__fault point, size_t count, size_t size);

/* Grows or shrinks a block (NULL: a new one) to count * size bytes. New bytes are not zeroed. On failure NULL, and
 * the old block is as it was. */
void *swk__resize(swk__mem *mem, swk__fault point, void *block, size_t count, size_t size);

/* NULL is fine. */
void swk__free(swk__mem *mem, void *block);

/* SWK_ERR_LIMIT or SWK_ERR_MEMORY, for the last allocation that failed. */
int swk__mem_code(const swk__mem *mem);

static inline bool swk__mul_size(size_t a, size_t b, size_t *product)
{
	return !__builtin_mul_overflow(a, b, product);
}

static inline bool swk__add_size(size_t a, size_t b, size_t *sum)
{
	return !__builtin_add_overflow(a, b, sum);
}

/* Sets the bit of a row, the first the lowest of its byte; the bits of later rows of that byte become 0. */
static inline void swk__bit_set(void *bits, size_t row, bool set)
{
	unsigned char *byte = (unsigned char *)bits + row / 8;
	*byte = (unsigned char)((row % 8 ? *byte : 0) | (set ? 1u << row % 8 : 0));
}

static inline bool swk__bit_at(const void *bits, size_t row)
{
	return ((const unsigned char *)bits)[row / 8] >> row % 8 & 1;
}

/* The capacity an array of `capacity` things grows to so that `needed` fit: at least doubled, 0 on overflow. */
size_t swk__grown(size_t capacity, size_t needed);

/* How things that never move lie in segments: four of one thing, four of two, four of four ...; so at most a quarter of
 * what is there is empty. The segment of thing `index`, its place in it, and how many the segment has. */
static inline unsigned swk__step_of(uint64_t index, uint64_t *at, uint64_t *size)
{
	uint64_t quarter = index + 4;
	unsigned doubled = 61u - (unsigned)__builtin_clzll(quarter);
	*at = quarter & ((UINT64_C(1) << doubled) - 1);
	*size = UINT64_C(1) << doubled;
	return doubled * 4 + (unsigned)(quarter >> doubled) - 4;
}

/* ----------------------------------------------------------------------------------------- buffers */

/* Growable bytes with a maximum. All zero but `mem` and `maximum` is the empty buffer. After a failure
 * `failed` stays set and further appends do nothing, so a run of appends needs one check at its end. */
typedef struct swk__buf {
	swk__mem *mem;
	char *bytes;
	size_t length, capacity, maximum;
	bool failed;
} swk__buf;

void swk__buf_init(swk__buf *buf, swk__mem *mem, size_t maximum);
void swk__buf_done(swk__buf *buf);
bool swk__buf_reserve(swk__buf *buf, size_t more);
bool swk__buf_append(swk__buf *buf, const void *bytes, size_t length);
bool swk__buf_byte(swk__buf *buf, unsigned char byte);
bool swk__buf_slice(swk__buf *buf, swk__slice slice);
bool swk__buf_format(swk__buf *buf, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* LEB128: seven bits a byte, least first. `zigzag` maps signed to unsigned so that small stay small. */
bool swk__buf_varint(swk__buf *buf, swk__u128 value);
bool swk__buf_zigzag(swk__buf *buf, swk__i128 value);

/* Reads bytes that may be wrong: any step past the end, or a varint that is too long or not the shortest, sets
 * `failed`, and what is read from then on is 0 or empty. */
typedef struct swk__reader {
	const char *bytes;
	size_t length, at;
	bool failed;
} swk__reader;

unsigned char swk__read_byte(swk__reader *reader);
swk__slice swk__read_slice(swk__reader *reader, size_t length);
swk__u128 swk__read_varint(swk__reader *reader);
uint64_t swk__read_varint64(swk__reader *reader);
swk__i128 swk__read_zigzag(swk__reader *reader);
int64_t swk__read_zigzag64(swk__reader *reader);

/* ------------------------------------------------------------------------------------------- hashes */

/* XXH3 with a seed; not for keeping secrets. */
uint64_t swk__hash(const void *bytes, size_t length, uint64_t seed);

/* A seed nobody can guess (the system's randomness), so that nobody can choose colliding ids. */
uint64_t swk__random_key(void);

/* True when the bytes are UTF-8 (RFC 3629); else *at, if given, is the place of the first wrong byte. */
bool swk__utf8_valid(swk__slice text, size_t *at);

/* The length of the longest prefix of at most `limit` bytes that ends between characters. */
size_t swk__utf8_cut(swk__slice text, size_t limit);

#endif
