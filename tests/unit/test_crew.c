/* SPDX-License-Identifier: MIT */
#include "crew.h"

/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
/* clang-format on */

#define COUNT 1000

typedef struct work {
	_Atomic uint32_t done[COUNT];
	_Atomic uint32_t threads; /* bits */
	uint32_t failing;         /* this number and every tenth after it */
} work;

static int work_do(void *context, unsigned thread, uint32_t number, swk_error *error)
{
	work *self = context;
	self->done[number]++;
	self->threads |= 1u << thread;
	if (number >= self->failing && (number - self->failing) % 10 == 0)
		return swk__fail(error, SWK_ERR_OVERFLOW, "number %u", number);
	return SWK_OK;
}

static void test_all_work_is_done_once(void **state)
{
	(void)state;
	for (unsigned threads = 0; threads < 6; threads++) {
		work self = { .failing = COUNT };
		assert_int_equal(swk__crew_run(threads, COUNT, work_do, &self, NULL), SWK_OK);
		for (int i = 0; i < COUNT; i++)
			assert_int_equal(self.done[i], 1);
		assert_true(self.threads >> (threads ? threads : 1) == 0);
	}
	assert_int_equal(swk__crew_run(4, 0, work_do, NULL, NULL), SWK_OK);
}

static void test_the_first_failure_is_told(void **state)
{
	(void)state;
	for (int round = 0; round < 50; round++) {
		work self = { .failing = 300 };
		swk_error error = SWK_ERROR_INIT;
		assert_int_equal(swk__crew_run(4, COUNT, work_do, &self, &error), SWK_ERR_OVERFLOW);
		assert_string_equal(error.reason, "number 300");
		for (int i = 0; i < 300; i++)
			assert_int_equal(self.done[i], 1);
	}
}

/* Whoever asks waits for what he asks for, and nobody runs away from him. */
static void test_numbers_are_done_when_they_are_asked_for(void **state)
{
	const uint32_t ahead = 7;
	(void)state;
	for (unsigned threads = 1; threads < 5; threads++) {
		work self = { .failing = COUNT };
		swk__crew crew;
		swk__crew_open(&crew, threads, COUNT, ahead, work_do, &self);
		for (uint32_t number = 0; number < COUNT / 2; number += 3) {
			assert_int_equal(swk__crew_get(&crew, number, NULL), SWK_OK);
			assert_int_equal(self.done[number], 1);
			for (uint32_t later = number + ahead; later < COUNT; later++)
				assert_int_equal(self.done[later], 0);
			assert_int_equal(swk__crew_get(&crew, number / 2, NULL), SWK_OK); /* again */
		}
		swk__crew_close(&crew);
		assert_int_equal(self.done[COUNT - 1], 0);
	}
}

static void test_a_failure_waits_until_it_is_asked_for(void **state)
{
	(void)state;
	for (unsigned threads = 1; threads < 5; threads++) {
		work self = { .failing = 5 };
		swk__crew crew;
		swk_error error = SWK_ERROR_INIT;
		swk__crew_open(&crew, threads, COUNT, COUNT, work_do, &self);
		for (uint32_t number = 0; number < 5; number++)
			assert_int_equal(swk__crew_get(&crew, number, &error), SWK_OK);
		assert_int_equal(swk__crew_get(&crew, 5, &error), SWK_ERR_OVERFLOW);
		assert_string_equal(error.reason, "number 5");
		swk__crew_close(&crew);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_work_is_done_once),
		cmocka_unit_test(test_the_first_failure_is_told),
		cmocka_unit_test(test_numbers_are_done_when_they_are_asked_for),
		cmocka_unit_test(test_a_failure_waits_until_it_is_asked_for),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
