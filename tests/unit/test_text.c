/* SPDX-License-Identifier: MIT */
#include "text.h"

#include "../support/sweep.h"

#include <pthread.h>
#include <stdio.h>

/* The n-th text of the tests: distinct, of very different lengths. */
static swk__slice text_of(uint32_t n, char bytes[32])
{
	return (swk__slice){ bytes, (size_t)snprintf(bytes, 32, n % 3 ? "%u" : "lead-0000000000-%u", n) };
}

static void equal_texts_have_one_number(void **state)
{
	swk__mem mem;
	swk__text text;
	uint32_t a, b, c, found = 77;
	(void)state;
	swk__mem_init(&mem, NULL, 0);
	assert_int_equal(swk__text_init(&text, &mem, 1, NULL), SWK_OK);
	assert_int_equal(swk__text_intern(&text, swk__slice_of("Ann"), &a, NULL), SWK_OK);
	assert_int_equal(swk__text_intern(&text, swk__slice_of("Bob"), &b, NULL), SWK_OK);
	assert_int_equal(swk__text_intern(&text, swk__slice_of("Ann"), &c, NULL), SWK_OK);
	assert_int_equal(a, 1);
	assert_int_equal(b, 2);
	assert_int_equal(c, a);
	assert_int_equal(swk__text_count(&text), 3);
	assert_false(swk__text_find(&text, swk__slice_of("Carla"), &found));
	assert_int_equal(found, 77);
	assert_true(swk__text_find(&text, swk__slice_of("Bob"), &found));
	assert_int_equal(found, b);
	assert_true(swk__slice_equal(swk__text_get(&text, a), swk__slice_of("Ann")));
	swk__text_done(&text);
	assert_int_equal(mem.used, 0);
}

static void the_empty_text_is_number_0(void **state)
{
	swk__mem mem;
	swk__text text;
	uint32_t number = 77;
	(void)state;
	swk__mem_init(&mem, NULL, 0);
	assert_int_equal(swk__text_init(&text, &mem, 1, NULL), SWK_OK);
	assert_true(swk__text_find(&text, (swk__slice){ NULL, 0 }, &number));
	assert_int_equal(number, 0);
	number = 77;
	assert_int_equal(swk__text_intern(&text, (swk__slice){ "", 0 }, &number, NULL), SWK_OK);
	assert_int_equal(number, 0);
	assert_int_equal(swk__text_get(&text, 0).length, 0);
	assert_non_null(swk__text_get(&text, 0).bytes);
	assert_int_equal(swk__text_count(&text), 1);
	swk__text_done(&text);
}

static void bytes_stay_where_they_are(void **state)
{
	enum {
		COUNT = 20000
	};
	static const char *places[COUNT];
	swk__mem mem;
	swk__text text;
	char bytes[32];
	uint32_t number;
	(void)state;
	swk__mem_init(&mem, NULL, 0);
	assert_int_equal(swk__text_init(&text, &mem, swk__random_key(), NULL), SWK_OK);
	for (uint32_t n = 1; n < COUNT; n++) {
		assert_int_equal(swk__text_intern(&text, text_of(n, bytes), &number, NULL), SWK_OK);
		assert_int_equal(number, n);
		places[n] = swk__text_get(&text, n).bytes;
	}
	for (uint32_t n = 1; n < COUNT; n++) {
		swk__slice expected = text_of(n, bytes);
		assert_true(swk__text_find(&text, expected, &number));
		assert_int_equal(number, n);
		assert_ptr_equal(swk__text_get(&text, n).bytes, places[n]);
		assert_true(swk__slice_equal(swk__text_get(&text, n), expected));
	}
	swk__text_done(&text);
	assert_int_equal(mem.used, 0);
}

/* Blocks hold many short texts; a long one must neither waste nor break the block that is being filled. */
static void long_and_short_texts_mix(void **state)
{
	static const size_t lengths[] = { 5000, 3, 1500, 4096, 7, 200000, 1, 3000000, 9, 4090, 2 };
	static char bytes[3000000];
	swk__mem mem;
	swk__text text;
	uint32_t number;
	(void)state;
	memset(bytes, 'x', sizeof bytes);
	swk__mem_init(&mem, NULL, 0);
	assert_int_equal(swk__text_init(&text, &mem, 5, NULL), SWK_OK);
	for (uint32_t i = 0; i < SWK__COUNT(lengths); i++) {
		assert_int_equal(swk__text_intern(&text, (swk__slice){ bytes, lengths[i] }, &number, NULL), SWK_OK);
		assert_int_equal(number, i + 1);
	}
	for (uint32_t i = 0; i < SWK__COUNT(lengths); i++)
		assert_true(swk__slice_equal(swk__text_get(&text, i + 1), (swk__slice){ bytes, lengths[i] }));
	assert_in_range(mem.used, 3200000, 3300000);
	swk__text_done(&text);
	assert_int_equal(mem.used, 0);
}

/* The texts of the next two tests tell their number and are of any length from 8 bytes on, filled up with what no other
 * text has there. */
static swk__slice sized_text(uint32_t n, size_t length)
{
	static char bytes[65536];
	char head[9];
	snprintf(head, sizeof head, "%08x", n);
	memset(bytes, 'a' + (int)(n % 23), length);
	memcpy(bytes, head, 8);
	return (swk__slice){ bytes, length };
}

static void sized_put(swk__text *text, size_t length)
{
	uint32_t number, n = swk__text_count(text);
	assert_int_equal(swk__text_intern(text, sized_text(n, length), &number, NULL), SWK_OK);
	assert_int_equal(number, n);
}

/* So many long texts have blocks of their own that the one being filled is out of a group's reach, when short ones come
 * again, at every place of a group; and once more after they were taken back. */
static void short_texts_come_after_many_long_ones(void **state)
{
	enum {
		LONG_COUNT = 2300,
		COUNT = LONG_COUNT + 3 * SWK__TEXT_GROUP
	};
	static const size_t lengths[] = { 600, 3000, 65535 };
	for (size_t i = 0; i < SWK__COUNT(lengths); i++) {
		swk__mem mem;
		swk__text text;
		(void)state;
		swk__mem_init(&mem, NULL, 0);
		assert_int_equal(swk__text_init(&text, &mem, 7, NULL), SWK_OK);
		while (swk__text_count(&text) < LONG_COUNT)
			sized_put(&text, lengths[i]);
		const swk__text_mark mark = swk__text_keep(&text);
		for (int again = 0; again < 2; again++) {
			if (again)
				swk__text_rollback(&text, &mark);
			while (swk__text_count(&text) < COUNT)
				sized_put(&text, swk__text_count(&text) % 3 ? 8 : lengths[i]);
			for (uint32_t n = 1; n < COUNT; n++)
				assert_true(
					swk__slice_equal(swk__text_get(&text, n),
				                         sized_text(n, n < LONG_COUNT || n % 3 == 0 ? lengths[i] : 8)));
		}
		assert_in_range(mem.used, LONG_COUNT * lengths[i], LONG_COUNT * lengths[i] + 2000000);
		swk__text_done(&text);
		assert_int_equal(mem.used, 0);
	}
}

/* Runs of long and of short texts in an order that a generator of random numbers chose, some kept, some taken back. */
static void texts_of_any_lengths_come_in_any_order(void **state)
{
	enum {
		COUNT = 60000
	};
	static size_t lengths[COUNT];
	uint32_t seed = 20, number;
	swk__mem mem;
	swk__text text;
	(void)state;
	swk__mem_init(&mem, NULL, 0);
	assert_int_equal(swk__text_init(&text, &mem, 9, NULL), SWK_OK);
	swk__text_mark mark = swk__text_keep(&text);
	for (int run = 0; run < 40; run++) {
		seed = seed * 1664525 + 1013904223;
		const bool many = (seed >> 28) % 3 == 0; /* and long */
		const uint32_t end = swk__text_count(&text) + (seed >> 10) % (many ? 3000 : 12);
		while (swk__text_count(&text) < end && end < COUNT) {
			size_t *length = &lengths[swk__text_count(&text)];
			seed = seed * 1664525 + 1013904223;
			*length = many ? 4000 + (seed >> 12) % 4000 : 8 + (seed >> 12) % 24;
			sized_put(&text, *length);
		}
		if (run % 4 == 1)
			swk__text_rollback(&text, &mark);
		else if (run % 4 != 0)
			mark = swk__text_keep(&text);
	}
	assert_true(swk__text_count(&text) > 5000);
	for (uint32_t n = 1; n < swk__text_count(&text); n++) {
		assert_true(swk__slice_equal(swk__text_get(&text, n), sized_text(n, lengths[n])));
		assert_true(swk__text_find(&text, sized_text(n, lengths[n]), &number));
		assert_int_equal(number, n);
	}
	swk__text_done(&text);
	assert_int_equal(mem.used, 0);
}

/* Numbers of two texts (text_of) whose hashes agree in the 32 bits that the index keeps. */
static void twins_find(uint64_t key, uint32_t twins[2])
{
	enum {
		BITS = 18
	};
	static uint32_t tags[1 << BITS], owners[1 << BITS];
	char bytes[32];
	memset(owners, 0, sizeof owners);
	twins[0] = 0;
	for (uint32_t n = 1; twins[0] == 0; n++) {
		swk__slice slice = text_of(n, bytes);
		uint32_t tag = (uint32_t)(swk__hash(slice.bytes, slice.length, key) >> 32), at = tag >> (32 - BITS);
		if (owners[at] && tags[at] == tag) {
			twins[0] = owners[at];
			twins[1] = n;
		}
		tags[at] = tag;
		owners[at] = n;
	}
}

/* They are told apart by their bytes: one by one, and in runs of few and of many. */
static void equal_hash_bits_do_not_make_equal_texts(void **state)
{
	static const uint32_t others[] = { 0, 2000 };
	char bytes[2][32];
	swk__mem mem;
	swk__text text;
	uint32_t twins[2], numbers[4], number;
	(void)state;
	twins_find(1, twins);
	swk__mem_init(&mem, NULL, 0);
	const swk__slice a = text_of(twins[0], bytes[0]), b = text_of(twins[1], bytes[1]), run[] = { a, b, b, a };
	for (size_t i = 0; i < SWK__COUNT(others); i++) {
		char other[32];
		assert_int_equal(swk__text_init(&text, &mem, 1, NULL), SWK_OK);
		for (uint32_t n = 0; n < others[i]; n++)
			assert_int_equal(swk__text_intern(&text, text_of(n + 1000000000, other), &number, NULL),
			                 SWK_OK);
		for (int turn = 0; turn < 2; turn++) {
			assert_int_equal(swk__text_intern_run(&text, run, 4, NULL, numbers, NULL), SWK_OK);
			assert_int_equal(numbers[0], others[i] + 1);
			assert_int_equal(numbers[1], others[i] + 2);
			assert_int_equal(numbers[2], others[i] + 2);
			assert_int_equal(numbers[3], others[i] + 1);
		}
		assert_int_equal(swk__text_intern(&text, b, &number, NULL), SWK_OK);
		assert_int_equal(number, others[i] + 2);
		swk__text_done(&text);
	}
	assert_int_equal(mem.used, 0);
}

/* The tag of this text is 87: taken back, its empty slot is but for the mark as what an empty text has. */
static void nothing_is_read_of_what_was_taken_back(void **state)
{
	char far[101], bytes[32], near[61];
	swk__mem mem;
	swk__text text;
	uint32_t number, numbers[2];
	(void)state;
	snprintf(far, sizeof far, "%0100u", 2652246u);
	assert_int_equal(swk__hash(far, 100, 1) >> 32, 87);
	swk__mem_init(&mem, NULL, 0);
	for (uint32_t kept = 1100; kept < 4000; kept += 100) { /* its bucket may be full */
		assert_int_equal(swk__text_init(&text, &mem, 1, NULL), SWK_OK);
		for (uint32_t n = 1; n <= kept; n++)
			assert_int_equal(swk__text_intern(&text, text_of(n, bytes), &number, NULL), SWK_OK);
		swk__text_mark mark = swk__text_keep(&text);
		for (uint32_t n = 0; n < kept; n++) { /* so that it lies in blocks that are taken back as well */
			snprintf(near, sizeof near, "%060u", n);
			assert_int_equal(swk__text_intern(&text, swk__slice_of(near), &number, NULL), SWK_OK);
		}
		assert_int_equal(swk__text_intern(&text, swk__slice_of(far), &number, NULL), SWK_OK);
		swk__text_rollback(&text, &mark);
		const swk__slice run[] = { text_of(7, bytes), { "", 0 } };
		for (int turn = 0; turn < 2; turn++) { /* the first looks for the number after the last one, 0 */
			assert_int_equal(swk__text_intern_run(&text, run, 2, NULL, numbers, NULL), SWK_OK);
			assert_int_equal(numbers[0], 7);
			assert_int_equal(numbers[1], 0);
			text.next = 8;
		}
		assert_false(swk__text_find(&text, swk__slice_of(far), &number));
		swk__text_done(&text);
	}
}

static void an_empty_one_is_small(void **state)
{
	swk__mem mem;
	swk__text text;
	(void)state;
	swk__mem_init(&mem, NULL, 0);
	assert_int_equal(swk__text_init(&text, &mem, 1, NULL), SWK_OK);
	assert_in_range(mem.used, 1, 4096);
	swk__text_done(&text);
}

static void numbers_run_out_at_2_to_the_32_less_64(void **state)
{
	swk__mem mem;
	swk__text text;
	swk_error error = SWK_ERROR_INIT;
	uint32_t number = 77;
	(void)state;
	swk__mem_init(&mem, NULL, 0);
	assert_int_equal(swk__text_init(&text, &mem, 1, NULL), SWK_OK);
	assert_int_equal(swk__text_intern(&text, swk__slice_of("Ann"), &number, NULL), SWK_OK);
	text.count = UINT32_MAX - 63; /* as if all were in */
	number = 77;
	assert_int_equal(swk__text_intern(&text, swk__slice_of("Bob"), &number, &error), SWK_ERR_LIMIT);
	assert_int_equal(number, 77);
	assert_string_equal(error.reason, "4294967232 distinct texts were stored, no more fit");
	assert_int_equal(swk__text_intern(&text, swk__slice_of("Ann"), &number, NULL), SWK_OK);
	assert_int_equal(number, 1);
	const swk__slice bob = swk__slice_of("Bob");
	assert_int_equal(swk__text_append_run(&text, &bob, 1, &error), SWK_ERR_LIMIT);
	swk__text_done(&text);
}

/* New texts, known ones, the same one twice in a run, the empty one, and an index that grows in between. */
static void a_run_numbers_as_one_by_one(void **state)
{
	swk__mem mem;
	swk__text text, twin;
	swk__slice run[SWK__TEXT_RUN];
	char bytes[SWK__TEXT_RUN][32];
	uint32_t numbers[SWK__TEXT_RUN], number;
	(void)state;
	swk__mem_init(&mem, NULL, 0);
	assert_int_equal(swk__text_init(&text, &mem, 1, NULL), SWK_OK);
	assert_int_equal(swk__text_init(&twin, &mem, 2, NULL), SWK_OK);
	for (uint32_t first = 1; first < 2000; first += SWK__TEXT_RUN / 2) {
		for (uint32_t i = 0; i < SWK__TEXT_RUN; i++)
			run[i] = i == 7 ? (swk__slice){ "", 0 } : text_of(first + i - i % 3, bytes[i]);
		assert_int_equal(swk__text_intern_run(&text, run, SWK__TEXT_RUN, NULL, numbers, NULL), SWK_OK);
		for (uint32_t i = 0; i < SWK__TEXT_RUN; i++) {
			assert_int_equal(swk__text_intern(&twin, run[i], &number, NULL), SWK_OK);
			assert_int_equal(numbers[i], number);
		}
	}
	assert_int_equal(swk__text_count(&text), swk__text_count(&twin));
	swk__text_done(&text);
	swk__text_done(&twin);
}

/* Appends the texts from number `first` to before `end` in runs, which end at odd places. */
static int texts_append(swk__text *text, uint32_t first, uint32_t end)
{
	char bytes[SWK__TEXT_RUN][32];
	swk__slice run[SWK__TEXT_RUN];
	int code = SWK_OK;
	for (uint32_t n = first, count; n < end && code == SWK_OK; n += count) {
		count = end - n < SWK__TEXT_RUN ? end - n : n % SWK__TEXT_RUN / 3 + 1;
		for (uint32_t i = 0; i < count; i++)
			run[i] = text_of(n + i, bytes[i]);
		code = swk__text_append_run(text, run, count, NULL);
	}
	return code;
}

/* Texts that were appended, in all sizes of an index, are those that would have been interned; what is appended between
 * others as well, and what is taken back is gone. */
static void appended_texts_are_as_interned_ones(void **state)
{
	static const uint32_t steps[] = { 1, 30, 31, 900, 2000, 20000, 20001 };
	swk__mem mem;
	swk__text text;
	char bytes[32];
	uint32_t number, done = 1;
	(void)state;
	swk__mem_init(&mem, NULL, 0);
	assert_int_equal(swk__text_init(&text, &mem, 1, NULL), SWK_OK);
	for (size_t i = 0; i < SWK__COUNT(steps); i++) {
		swk__text_mark mark = swk__text_keep(&text);
		assert_int_equal(texts_append(&text, done + 50000, done + 50777), SWK_OK);
		swk__text_rollback(&text, &mark);
		assert_int_equal(swk__text_count(&text), done);
		assert_false(swk__text_find(&text, text_of(done + 50000, bytes), &number));
		assert_int_equal(texts_append(&text, done, done + steps[i]), SWK_OK);
		done += steps[i];
		assert_int_equal(swk__text_count(&text), done);
		if (i % 2)
			assert_int_equal(swk__text_complete(&text, UINT32_MAX, NULL), SWK_OK);
		assert_int_equal(swk__text_intern(&text, text_of(done, bytes), &number, NULL), SWK_OK);
		assert_int_equal(number, done++);
		for (uint32_t n = 1; n < done; n++) {
			swk__slice one = text_of(n, bytes);
			assert_true(swk__slice_equal(swk__text_get(&text, n), one));
			assert_true(swk__text_find(&text, one, &number));
			assert_int_equal(number, n);
		}
		assert_false(swk__text_find(&text, text_of(done, bytes), &number));
	}
	swk__text_done(&text);
	assert_int_equal(mem.used, 0);
}

/* Its index is made once and for as many as there are. */
static void appended_texts_take_no_more_memory(void **state)
{
	swk__mem mem, other;
	swk__text text, twin;
	char bytes[32];
	uint32_t number;
	(void)state;
	swk__mem_init(&mem, NULL, 0);
	swk__mem_init(&other, NULL, 0);
	assert_int_equal(swk__text_init(&text, &mem, 1, NULL), SWK_OK);
	assert_int_equal(swk__text_init(&twin, &other, 1, NULL), SWK_OK);
	assert_int_equal(texts_append(&text, 1, 50000), SWK_OK);
	for (uint32_t n = 1; n < 50000; n++)
		assert_int_equal(swk__text_intern(&twin, text_of(n, bytes), &number, NULL), SWK_OK);
	assert_true(mem.used + 400000 < other.used);
	assert_int_equal(swk__text_complete(&text, UINT32_MAX, NULL), SWK_OK);
	assert_in_range(mem.used, 1, other.used + other.used / 10);
	swk__text_done(&text);
	swk__text_done(&twin);
}

static void an_appended_text_that_was_there_is_told(void **state)
{
	swk__mem mem;
	swk__text text;
	swk_error error = SWK_ERROR_INIT;
	char bytes[32];
	uint32_t number = 77;
	(void)state;
	swk__mem_init(&mem, NULL, 0);
	assert_int_equal(swk__text_init(&text, &mem, 1, NULL), SWK_OK);
	assert_int_equal(texts_append(&text, 1, 3000), SWK_OK);
	assert_int_equal(texts_append(&text, 1234, 1235), SWK_OK);
	assert_int_equal(texts_append(&text, 4000, 4100), SWK_OK);
	for (int turn = 0; turn < 2; turn++) {
		swk__slice one = text_of(1, bytes);
		assert_int_equal(swk__text_complete(&text, UINT32_MAX, &error), SWK_ERR_CORRUPT);
		assert_string_equal(error.reason, "a text was stored twice, as 1234 and 3000");
		assert_int_equal(swk__text_intern(&text, one, &number, NULL), SWK_ERR_CORRUPT);
		assert_int_equal(swk__text_intern_run(&text, &one, 1, NULL, &number, NULL), SWK_ERR_CORRUPT);
		assert_int_equal(number, 77);
	}
	swk__text_done(&text);
	assert_int_equal(mem.used, 0);
}

/* Whatever is guessed, and in whatever order known and new texts come: a text has the number that it has without. */
static void guesses_change_nothing(void **state)
{
	swk__mem mem;
	swk__text text, twin;
	swk__slice run[SWK__TEXT_RUN];
	char bytes[SWK__TEXT_RUN][32];
	uint32_t numbers[SWK__TEXT_RUN], guesses[SWK__TEXT_RUN], number, seed = 3;
	(void)state;
	swk__mem_init(&mem, NULL, 0);
	assert_int_equal(swk__text_init(&text, &mem, 1, NULL), SWK_OK);
	assert_int_equal(swk__text_init(&twin, &mem, 2, NULL), SWK_OK);
	for (uint32_t round = 0; round < 60; round++) {
		uint32_t n = round % 5 * 300; /* what came before, and what is new behind it */
		for (uint32_t i = 0; i < SWK__TEXT_RUN; i++) {
			seed = seed * 1664525 + 1013904223;
			n += (seed >> 28) == 0 ? 40 : (seed >> 28) == 1 ? 0 : 1;
			run[i] = (seed >> 24) % 64 == 5 ? (swk__slice){ "", 0 } : text_of(n, bytes[i]);
			/* right where texts came in their order, else wrong, beyond the last one, or none */
			guesses[i] = (seed >> 20) % 8 == 0 ? 0 : (seed >> 20) % 8 == 1 ? UINT32_MAX - n : n;
		}
		const uint32_t *guessed = round % 2 ? guesses : NULL;
		assert_int_equal(swk__text_intern_run(&text, run, SWK__TEXT_RUN, guessed, numbers, NULL), SWK_OK);
		for (uint32_t i = 0; i < SWK__TEXT_RUN; i++) {
			assert_int_equal(swk__text_intern(&twin, run[i], &number, NULL), SWK_OK);
			assert_int_equal(numbers[i], number);
		}
	}
	assert_int_equal(swk__text_count(&text), swk__text_count(&twin));
	assert_true(swk__text_count(&text) > 2000);
	swk__text_done(&text);
	swk__text_done(&twin);
}

/* Interns enough for two indices, two segments and two blocks; every failure must leave the rest as it was, so that
 * going on where it failed gives the same numbers. */
static int intern_many(swk__mem *mem, void *context)
{
	char bytes[32], kept[32] = "";
	swk__text text;
	int code = swk__text_init(&text, mem, 1, NULL), first = code;
	(void)context;
	if (code != SWK_OK)
		return code;
	for (uint32_t n = 1; n < 400; n++) {
		uint32_t number = 77, before = swk__text_count(&text);
		code = swk__text_intern(&text, text_of(n, bytes), &number, NULL);
		if (code != SWK_OK) {
			first = code;
			assert_int_equal(number, 77);
			assert_int_equal(swk__text_count(&text), before);
			assert_false(swk__text_find(&text, text_of(n, bytes), &number));
			mem->fault = NULL;
			assert_int_equal(swk__text_intern(&text, text_of(n, bytes), &number, NULL), SWK_OK);
		}
		assert_int_equal(number, n);
	}
	for (uint32_t n = 1; n < 400; n++)
		assert_true(swk__slice_equal(swk__text_get(&text, n), text_of(n, kept)));
	swk__text_done(&text);
	return first;
}

static void memory_may_fail_anywhere(void **state)
{
	(void)state;
	assert_in_range(sweep_run(intern_many, NULL), 12, 100);
}

/* The same of runs: those before the one that failed are in, and the run again goes on with it. */
static int intern_runs(swk__mem *mem, void *context)
{
	char bytes[SWK__TEXT_RUN][32];
	swk__slice run[SWK__TEXT_RUN];
	uint32_t numbers[SWK__TEXT_RUN];
	swk__text text;
	int code = swk__text_init(&text, mem, 1, NULL), first = code;
	(void)context;
	if (code != SWK_OK)
		return code;
	for (uint32_t n = 1; n < 12 * SWK__TEXT_RUN; n += SWK__TEXT_RUN) {
		for (uint32_t i = 0; i < SWK__TEXT_RUN; i++)
			run[i] = text_of(n + i, bytes[i]);
		code = swk__text_intern_run(&text, run, SWK__TEXT_RUN, NULL, numbers, NULL);
		if (code != SWK_OK) {
			first = code;
			assert_in_range(swk__text_count(&text), n, n + SWK__TEXT_RUN - 1);
			mem->fault = NULL;
			assert_int_equal(swk__text_intern_run(&text, run, SWK__TEXT_RUN, NULL, numbers, NULL), SWK_OK);
		}
		for (uint32_t i = 0; i < SWK__TEXT_RUN; i++)
			assert_int_equal(numbers[i], n + i);
	}
	swk__text_done(&text);
	return first;
}

static void memory_may_fail_within_a_run(void **state)
{
	(void)state;
	assert_in_range(sweep_run(intern_runs, NULL), 12, 200);
}

/* The same of texts that are appended: those before the one that failed are in. */
static int append_many(swk__mem *mem, void *context)
{
	char bytes[32];
	swk__text text;
	int code = swk__text_init(&text, mem, 1, NULL), first = code;
	(void)context;
	if (code != SWK_OK)
		return code;
	while (swk__text_count(&text) < 400) {
		code = texts_append(&text, swk__text_count(&text), 400);
		if (code != SWK_OK) {
			first = code;
			mem->fault = NULL;
		}
	}
	code = swk__text_complete(&text, UINT32_MAX, NULL);
	if (code != SWK_OK) {
		first = code;
		mem->fault = NULL;
		assert_int_equal(swk__text_complete(&text, UINT32_MAX, NULL), SWK_OK);
	}
	for (uint32_t n = 1; n < 400; n++) {
		uint32_t number = 0;
		assert_true(swk__text_find(&text, text_of(n, bytes), &number));
		assert_int_equal(number, n);
	}
	swk__text_done(&text);
	return first;
}

static void appending_may_fail_anywhere(void **state)
{
	(void)state;
	assert_in_range(sweep_run(append_many, NULL), 10, 100);
}

static void the_limit_is_told_apart(void **state)
{
	swk__mem mem;
	swk__text text;
	(void)state;
	swk__mem_init(&mem, NULL, 100);
	assert_int_equal(swk__text_init(&text, &mem, 1, NULL), SWK_ERR_LIMIT);
	assert_int_equal(mem.used, 0);
}

/* ------------------------------------------------------------------------------------------- threads */

enum {
	SHARED = 30000
};

typedef struct shared {
	swk__text text;
	_Atomic uint32_t published;
} shared;

static void *reader(void *context)
{
	shared *self = context;
	char bytes[32];
	uint32_t seen = 0, n = 1;
	while (seen < SHARED) {
		seen = atomic_load_explicit(&self->published, memory_order_acquire);
		for (int i = 0; i < 50; i++, n = n % SHARED + 1) {
			uint32_t number = 0;
			swk__slice text = text_of(n, bytes);
			bool found = swk__text_find_below(&self->text, text, seen + 1, &number);
			if (found != (n <= seen))
				return "a published text was not found, or one that was not";
			if (found && (number != n || !swk__slice_equal(swk__text_get(&self->text, number), text)))
				return "a text had a wrong number";
		}
	}
	return NULL;
}

static void readers_need_no_lock(void **state)
{
	static shared self;
	pthread_t threads[3];
	swk__mem mem;
	char bytes[32];
	uint32_t number;
	(void)state;
	swk__mem_init(&mem, NULL, 0);
	assert_int_equal(swk__text_init(&self.text, &mem, 3, NULL), SWK_OK);
	for (size_t i = 0; i < SWK__COUNT(threads); i++)
		assert_int_equal(pthread_create(&threads[i], NULL, reader, &self), 0);
	for (uint32_t n = 1; n <= SHARED; n++) {
		if (n % 1000 == 0) { /* takes slots that others get afterwards */
			swk__text_mark mark = swk__text_keep(&self.text);
			for (uint32_t gone = 0; gone < 100; gone++)
				assert_int_equal(swk__text_intern(&self.text, text_of(n * 100 + gone + SHARED, bytes),
				                                  &number, NULL),
				                 SWK_OK);
			swk__text_rollback(&self.text, &mark);
		}
		assert_int_equal(swk__text_intern(&self.text, text_of(n, bytes), &number, NULL), SWK_OK);
		atomic_store_explicit(&self.published, n, memory_order_release);
	}
	for (size_t i = 0; i < SWK__COUNT(threads); i++) {
		void *wrong;
		assert_int_equal(pthread_join(threads[i], &wrong), 0);
		assert_null(wrong);
	}
	swk__text_done(&self.text);
	assert_int_equal(mem.used, 0);
}

/* Taking back, then other texts, again and again: those that stay are found, memory does not grow, and the index and
 * the blocks are as good as new. */
static void rollback_leaves_what_was(void **state)
{
	swk__text text;
	swk__mem mem;
	char bytes[32], longer[9000];
	uint32_t number;
	(void)state;
	memset(longer, 'x', sizeof longer);
	swk__mem_init(&mem, NULL, 0);
	assert_int_equal(swk__text_init(&text, &mem, 3, NULL), SWK_OK);
	for (uint32_t round = 0; round < 20; round++) {
		uint32_t kept = 1 + round * 100, count = 3000 + kept;
		for (uint32_t n = swk__text_count(&text); n < kept; n++)
			assert_int_equal(swk__text_intern(&text, text_of(n, bytes), &number, NULL), SWK_OK);
		swk__text_mark mark = swk__text_keep(&text);
		for (uint32_t n = kept; n < count; n++) {
			swk__slice one = text_of(n + round * 100000, bytes);
			if (n % 500 == 0)
				one = (swk__slice){ longer, sizeof longer - round };
			assert_int_equal(swk__text_intern(&text, one, &number, NULL), SWK_OK);
		}
		swk__text_rollback(&text, &mark);
		assert_int_equal(swk__text_count(&text), kept);
		assert_false(swk__text_find(&text, text_of(kept + round * 100000, bytes), &number));
		for (uint32_t n = 1; n < kept; n++) {
			assert_true(swk__text_find(&text, text_of(n, bytes), &number));
			assert_int_equal(number, n);
		}
	}
	/* 5,000 entries at a time, in indices and segments of powers of two; 20 times 3,000 texts would take a MB. */
	assert_true(mem.used < 400000);
	swk__text_done(&text);
	assert_int_equal(mem.used, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(equal_texts_have_one_number),
		cmocka_unit_test(the_empty_text_is_number_0),
		cmocka_unit_test(bytes_stay_where_they_are),
		cmocka_unit_test(long_and_short_texts_mix),
		cmocka_unit_test(short_texts_come_after_many_long_ones),
		cmocka_unit_test(texts_of_any_lengths_come_in_any_order),
		cmocka_unit_test(equal_hash_bits_do_not_make_equal_texts),
		cmocka_unit_test(nothing_is_read_of_what_was_taken_back),
		cmocka_unit_test(an_empty_one_is_small),
		cmocka_unit_test(a_run_numbers_as_one_by_one),
		cmocka_unit_test(appended_texts_are_as_interned_ones),
		cmocka_unit_test(appended_texts_take_no_more_memory),
		cmocka_unit_test(an_appended_text_that_was_there_is_told),
		cmocka_unit_test(guesses_change_nothing),
		cmocka_unit_test(numbers_run_out_at_2_to_the_32_less_64),
		cmocka_unit_test(memory_may_fail_anywhere),
		cmocka_unit_test(memory_may_fail_within_a_run),
		cmocka_unit_test(appending_may_fail_anywhere),
		cmocka_unit_test(the_limit_is_told_apart),
		cmocka_unit_test(readers_need_no_lock),
		cmocka_unit_test(rollback_leaves_what_was),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
