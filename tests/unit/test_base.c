/* SPDX-License-Identifier: MIT */
#include "base.h"

#include "../support/sweep.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/syscall.h>
#include <unistd.h>

static swk__mem memory;

static int setup(void **state)
{
	(void)state;
	swk__mem_init(&memory, NULL, 0);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	assert_int_equal(memory.used, 0);
	return 0;
}

static void test_slices(void **state)
{
	static const char *const sorted[] = { "", "a", "a!", "aa", "b", "\x7f", "\x80" };
	(void)state;
	for (size_t i = 0; i < SWK__COUNT(sorted); i++)
		for (size_t k = 0; k < SWK__COUNT(sorted); k++) {
			swk__slice a = swk__slice_of(sorted[i]), b = swk__slice_of(sorted[k]);
			int order = swk__slice_compare(a, b);
			assert_int_equal((order > 0) - (order < 0), (i > k) - (i < k));
			assert_int_equal(swk__slice_equal(a, b), i == k);
		}
	assert_int_equal(swk__slice_of(NULL).length, 0);
	assert_true(swk__slice_equal(swk__slice_of(NULL), swk__slice_of("")));
	assert_false(swk__slice_equal(swk__slice_of("ab"), swk__slice_of("ac")));
}

/* A sorted list without gaps: a test of a fault point can be found by its name. */
static void test_fault_names(void **state)
{
	(void)state;
	for (size_t i = 0; i < SWK__FAULT_COUNT; i++) {
		assert_non_null(swk__fault_names[i]);
		if (i > 0)
			assert_true(strcmp(swk__fault_names[i - 1], swk__fault_names[i]) < 0);
	}
}

/* ------------------------------------------------------------------------------------------ memory */

static void test_alloc(void **state)
{
	static const char zeros[100];
	(void)state;
	char *block = swk__alloc(&memory, SWK__FAULT_history_intake, 10, 10);
	assert_non_null(block);
	assert_memory_equal(block, zeros, 100);
	assert_int_equal((uintptr_t)block % _Alignof(max_align_t), 0);
	assert_true(memory.used >= 100);
	void *nothing = swk__alloc(&memory, SWK__FAULT_history_intake, 0, 10);
	assert_non_null(nothing);
	swk__free(&memory, nothing);
	swk__free(&memory, block);
	swk__free(&memory, NULL);
}

static void test_resize(void **state)
{
	(void)state;
	char *block = swk__resize(&memory, SWK__FAULT_history_intake, NULL, 4, 1);
	assert_non_null(block);
	memcpy(block, "abc", 4);
	uint64_t small = memory.used;
	block = swk__resize(&memory, SWK__FAULT_history_intake, block, 100000, 1);
	assert_non_null(block);
	assert_string_equal(block, "abc");
	assert_int_equal(memory.used, small + 99996);
	block = swk__resize(&memory, SWK__FAULT_history_intake, block, 4, 1);
	assert_string_equal(block, "abc");
	assert_int_equal(memory.used, small);
	swk__free(&memory, block);
}

static void test_size_overflow(void **state)
{
	size_t size;
	(void)state;
	char *block = swk__alloc(&memory, SWK__FAULT_history_intake, 4, 1);
	assert_null(swk__alloc(&memory, SWK__FAULT_history_intake, SIZE_MAX / 2, 3));
	assert_null(swk__alloc(&memory, SWK__FAULT_history_intake, SIZE_MAX, 1));
	assert_null(swk__resize(&memory, SWK__FAULT_history_intake, block, SIZE_MAX / 2, 3));
	assert_int_equal(swk__mem_code(&memory), SWK_ERR_MEMORY);
	assert_false(swk__mul_size(SIZE_MAX / 2, 3, &size));
	assert_false(swk__add_size(SIZE_MAX, 1, &size));
	assert_true(swk__add_size(SIZE_MAX - 1, 1, &size) && size == SIZE_MAX);
	swk__free(&memory, block);
}

static void test_limit(void **state)
{
	(void)state;
	memory.limit = 1000;
	char *block = swk__alloc(&memory, SWK__FAULT_history_intake, 500, 1);
	assert_non_null(block);
	uint64_t used = memory.used;
	assert_null(swk__alloc(&memory, SWK__FAULT_history_intake, 500, 1));
	assert_int_equal(swk__mem_code(&memory), SWK_ERR_LIMIT);
	assert_null(swk__resize(&memory, SWK__FAULT_history_intake, block, 2000, 1));
	assert_int_equal(swk__mem_code(&memory), SWK_ERR_LIMIT);
	assert_int_equal(memory.used, used);
	memory.limit = used;
	block = swk__resize(&memory, SWK__FAULT_history_intake, block, 500, 1);
	assert_non_null(block);
	swk__free(&memory, block);
}

/* A host's allocator that says no when told to. */
struct host {
	int live;
	bool refuse;
};

static void *host_alloc(void *context, size_t size)
{
	struct host *host = context;
	if (host->refuse)
		return NULL;
	host->live++;
	return malloc(size);
}

static void *host_resize(void *context, void *block, size_t size)
{
	struct host *host = context;
	return host->refuse ? NULL : realloc(block, size);
}

static void host_free(void *context, void *block)
{
	struct host *host = context;
	host->live--;
	free(block);
}

static void test_allocator(void **state)
{
	struct host host = { 0 };
	const swk_allocator allocator = { host_alloc, host_resize, host_free, &host };
	swk__mem mem;
	(void)state;
	swk__mem_init(&mem, &allocator, 0);
	char *block = swk__alloc(&mem, SWK__FAULT_history_intake, 10, 1);
	assert_int_equal(host.live, 1);
	uint64_t used = mem.used;
	host.refuse = true;
	atomic_store(&mem.limit_hit, true);
	assert_null(swk__alloc(&mem, SWK__FAULT_history_intake, 10, 1));
	assert_int_equal(swk__mem_code(&mem), SWK_ERR_MEMORY);
	assert_null(swk__resize(&mem, SWK__FAULT_history_intake, block, 20, 1));
	assert_null(swk__resize(&mem, SWK__FAULT_history_intake, block, 5, 1));
	assert_int_equal(mem.used, used);
	swk__free(&mem, block);
	assert_int_equal(host.live, 0);
	assert_int_equal(mem.used, 0);
}

static void test_grown(void **state)
{
	(void)state;
	assert_int_equal(swk__grown(0, 1), 16);
	assert_int_equal(swk__grown(16, 17), 32);
	assert_int_equal(swk__grown(16, 100), 100);
	assert_int_equal(swk__grown(SIZE_MAX / 2 + 1, 1), 0);
}

/* ----------------------------------------------------------------------------------------- buffers */

static void test_buffer(void **state)
{
	swk__buf buf;
	(void)state;
	swk__buf_init(&buf, &memory, 40);
	assert_true(swk__buf_append(&buf, NULL, 0));
	assert_true(swk__buf_append(&buf, "abc", 3));
	assert_true(swk__buf_byte(&buf, 'd'));
	assert_true(swk__buf_slice(&buf, swk__slice_of("ef")));
	assert_true(swk__buf_format(&buf, "%d-%s", 12, "x"));
	assert_int_equal(buf.length, 10);
	assert_memory_equal(buf.bytes, "abcdef12-x", 10);
	assert_true(swk__buf_append(&buf, "0123456789", 10));
	assert_true(swk__buf_append(&buf, "01234567890123456789", 20));
	assert_true(buf.capacity <= 40);
	assert_false(swk__buf_byte(&buf, 'x'));
	assert_true(buf.failed);
	assert_false(swk__buf_append(&buf, NULL, 0));
	assert_int_equal(buf.length, 40);
	swk__buf_done(&buf);
	assert_false(buf.failed);
	assert_false(swk__buf_reserve(&buf, SIZE_MAX));
	buf.failed = false;
	assert_true(swk__buf_byte(&buf, 'x'));
	assert_false(swk__buf_reserve(&buf, SIZE_MAX));
	swk__buf_done(&buf);
	swk__buf_done(&(swk__buf){ 0 });
}

static int sweep_buffer(swk__mem *mem, void *context)
{
	swk__buf buf;
	(void)context;
	swk__buf_init(&buf, mem, SIZE_MAX);
	for (int i = 0; i < 300; i++) {
		size_t before = buf.length;
		bool done = swk__buf_byte(&buf, (unsigned char)i);
		assert_int_equal(buf.length, before + done);
		assert_int_equal(buf.failed, !done);
	}
	int code = buf.failed ? swk__mem_code(mem) : SWK_OK;
	swk__buf_done(&buf);
	return code;
}

static void test_buffer_sweep(void **state)
{
	(void)state;
	assert_true(sweep_run(sweep_buffer, NULL) >= 8);
}

/* ------------------------------------------------------------------------------------------ varints */

static void check_varint(swk__u128 value)
{
	swk__buf buf;
	swk__buf_init(&buf, &memory, SIZE_MAX);
	swk__buf_varint(&buf, value);
	swk__buf_zigzag(&buf, (swk__i128)value);
	swk__reader reader = { .bytes = buf.bytes, .length = buf.length };
	assert_true(swk__read_varint(&reader) == value);
	assert_true(swk__read_zigzag(&reader) == (swk__i128)value);
	assert_false(reader.failed);
	assert_int_equal(reader.at, buf.length);
	for (size_t length = 0; length < buf.length; length++) {
		swk__reader less = { .bytes = buf.bytes, .length = length };
		swk__read_varint(&less);
		swk__read_zigzag(&less);
		assert_true(less.failed);
	}
	swk__buf_done(&buf);
}

static void test_varint(void **state)
{
	(void)state;
	for (unsigned bit = 0; bit < 128; bit++)
		for (int off = -2; off <= 2; off++)
			check_varint(((swk__u128)1 << bit) + (swk__u128)(swk__i128)off);
}

static void test_varint_refused(void **state)
{
	static const struct {
		const char *bytes;
		size_t length;
	} rows[] = {
		{ "\x80\x00", 2 }, /* not shortest */
		{ "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x04", 19 }, /* 129 bits */
		{ "\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01", 20 },
		{ "\x80", 1 },
		{ "", 0 },
	};
	(void)state;
	for (size_t i = 0; i < SWK__COUNT(rows); i++) {
		swk__reader reader = { .bytes = rows[i].bytes, .length = rows[i].length };
		assert_true(swk__read_varint(&reader) == 0);
		assert_true(reader.failed);
		assert_int_equal(swk__read_byte(&reader), 0);
		assert_int_equal(swk__read_slice(&reader, 0).length, 0);
	}
}

static void test_varint_64(void **state)
{
	static const int64_t values[] = { 0, 1, -1, INT64_MAX, INT64_MIN };
	const swk__i128 over[] = { (swk__i128)INT64_MAX + 1, (swk__i128)INT64_MIN - 1 };
	swk__buf buf;
	(void)state;
	swk__buf_init(&buf, &memory, SIZE_MAX);
	for (size_t i = 0; i < SWK__COUNT(values); i++) {
		swk__buf_zigzag(&buf, values[i]);
		swk__buf_varint(&buf, (uint64_t)values[i]);
	}
	swk__reader reader = { .bytes = buf.bytes, .length = buf.length };
	for (size_t i = 0; i < SWK__COUNT(values); i++) {
		assert_int_equal(swk__read_zigzag64(&reader), values[i]);
		assert_true(swk__read_varint64(&reader) == (uint64_t)values[i]);
	}
	assert_false(reader.failed);
	for (size_t i = 0; i < SWK__COUNT(over); i++) {
		buf.length = 0;
		swk__buf_zigzag(&buf, over[i]);
		reader = (swk__reader){ .bytes = buf.bytes, .length = buf.length };
		assert_int_equal(swk__read_zigzag64(&reader), 0);
		assert_true(reader.failed);
		reader = (swk__reader){ .bytes = buf.bytes, .length = buf.length };
		assert_int_equal(swk__read_varint64(&reader), 0);
		assert_true(reader.failed);
	}
	swk__buf_done(&buf);
}

static void test_read_slice(void **state)
{
	swk__reader reader = { .bytes = "abcd", .length = 4 };
	(void)state;
	assert_true(swk__slice_equal(swk__read_slice(&reader, 3), swk__slice_of("abc")));
	assert_int_equal(swk__read_slice(&reader, 2).length, 0);
	assert_true(reader.failed);
}

/* ------------------------------------------------------------------------------------------- hashes */

/* Stands before the C library's, so that a system without randomness can be tested. */
static bool randomness_missing;

ssize_t getrandom(void *bytes, size_t length, unsigned flags)
{
	return randomness_missing ? -1 : (ssize_t)syscall(SYS_getrandom, bytes, length, flags);
}

static void test_random_key(void **state)
{
	(void)state;
	for (int missing = 0; missing < 2; missing++) {
		randomness_missing = missing;
		uint64_t first = swk__random_key(), second = swk__random_key();
		assert_true(first != second);
	}
	randomness_missing = false;
}

/* The first is XXH3_64bits of nothing, from xxHash's own specification. */
static void test_hash(void **state)
{
	(void)state;
	assert_true(swk__hash("", 0, 0) == UINT64_C(0x2d06800538d394c2));
	assert_true(swk__hash("a", 1, 0) != swk__hash("a", 1, 1));
	assert_true(swk__hash("a", 1, 0) == swk__hash("ab", 1, 0));
}

/* -------------------------------------------------------------------------------------------- UTF-8 */

/* A decoder by the definition: the number that the bits say, refused when it has a shorter form, is a surrogate or
 * lies above U+10FFFF. Returns the length of the character, or 0. */
static size_t slow_character(const unsigned char *p, size_t n)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t length = p[0] < 0x80 ? 1 : p[0] >> 5 == 6 ? 2 : p[0] >> 4 == 14 ? 3 : p[0] >> 3 == 30 ? 4 : 0;
	if (length == 0 || length > n)
		return 0;
	uint32_t point = length == 1 ? p[0] : p[0] & (0x7fu >> length);
	for (size_t i = 1; i < length; i++) {
		if (p[i] >> 6 != 2)
			return 0;
		point = point << 6 | (p[i] & 0x3fu);
	}
	return point < least[length] || point > 0x10ffff || point >> 11 == 27 ? 0 : length;
}

static bool slow_valid(const unsigned char *p, size_t n, size_t *at)
{
	for (*at = 0; *at < n;) {
		size_t length = slow_character(p + *at, n - *at);
		if (length == 0)
			return false;
		*at += length;
	}
	return true;
}

static void check_utf8(const unsigned char *bytes, size_t length)
{
	size_t expected, at = 99;
	bool valid = slow_valid(bytes, length, &expected);
	swk__slice text = { (const char *)bytes, length };
	if (swk__utf8_valid(text, &at) != valid || (valid ? at != 99 : at != expected))
		fail_msg("%02x %02x %02x %02x", bytes[0], bytes[1], bytes[2], bytes[3]);
	if (swk__utf8_valid(text, NULL) != valid)
		fail_msg("without place: %02x %02x %02x %02x", bytes[0], bytes[1], bytes[2], bytes[3]);
}

/* All of one and two bytes, and all of three and four whose later bytes lie about the bounds. */
static void test_utf8_valid(void **state)
{
	static const unsigned char later[] = { 0x00, 0x41, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xff };
	unsigned char bytes[4] = { 0 };
	(void)state;
	for (unsigned first = 0; first < 256; first++)
		for (unsigned second = 0; second < 256; second++) {
			bytes[0] = (unsigned char)first;
			bytes[1] = (unsigned char)second;
			check_utf8(bytes, 1);
			check_utf8(bytes, 2);
			for (size_t i = 0; i < SWK__COUNT(later) * SWK__COUNT(later); i++) {
				bytes[2] = later[i / SWK__COUNT(later)];
				bytes[3] = later[i % SWK__COUNT(later)];
				check_utf8(bytes, 3);
				check_utf8(bytes, 4);
			}
		}
}

static void test_utf8_cut(void **state)
{
	static const char text[] = "a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80"; /* 1, 2, 3 and 4 bytes */
	static const size_t cuts[] = { 0, 1, 1, 3, 3, 3, 6, 6, 6, 6, 10, 10 };
	(void)state;
	for (size_t limit = 0; limit < SWK__COUNT(cuts); limit++)
		assert_int_equal(swk__utf8_cut(swk__slice_of(text), limit), cuts[limit]);
	assert_int_equal(swk__utf8_cut(swk__slice_of("\x80\x80\x80"), 2), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_slices),        TEST(test_fault_names),  TEST(test_alloc),      TEST(test_resize),
		TEST(test_size_overflow), TEST(test_limit),        TEST(test_allocator),  TEST(test_grown),
		TEST(test_buffer),        TEST(test_buffer_sweep), TEST(test_varint),     TEST(test_varint_refused),
		TEST(test_varint_64),     TEST(test_read_slice),   TEST(test_random_key), TEST(test_hash),
		TEST(test_utf8_valid),    TEST(test_utf8_cut),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
