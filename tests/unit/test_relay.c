/* SPDX-License-Identifier: MIT */
#include "relay.h"

/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
/* clang-format on */

#define COUNT 1000

typedef struct work {
	pthread_t caller;
	int done;    /* pieces, which are numbers from 0 on */
	int failing; /* the piece that fails */
	bool wrong;  /* out of order, or by the caller */
} work;

static int piece_do(void *context, void *piece, swk_error *error)
{
	work *self = context;
	self->wrong |= *(int *)piece != self->done || pthread_equal(self->caller, pthread_self());
	if (*(int *)piece == self->failing)
		return swk__fail(error, SWK_ERR_OVERFLOW, "piece %d", self->failing);
	self->done++;
	return SWK_OK;
}

/* Gives pieces until one is refused; returns how many were given. */
static int pieces_give(swk__relay *relay, int pieces[2])
{
	for (int i = 0; i < COUNT; i++) {
		pieces[i % 2] = i; /* the other one may be being done */
		if (swk__relay_wait(relay, NULL) != SWK_OK)
			return i;
		swk__relay_give(relay, &pieces[i % 2]);
	}
	return COUNT;
}

static void test_pieces_are_done_in_order(void **state)
{
	work self = { .caller = pthread_self(), .failing = -1 };
	swk__relay relay;
	int pieces[2];
	(void)state;
	assert_true(swk__relay_open(&relay, piece_do, &self));
	assert_int_equal(pieces_give(&relay, pieces), COUNT);
	assert_int_equal(swk__relay_close(&relay, NULL), SWK_OK);
	assert_int_equal(self.done, COUNT);
	assert_false(self.wrong);
}

static void test_nothing_is_done_after_a_failure(void **state)
{
	(void)state;
	for (int failing = 0; failing < COUNT; failing += 333) {
		work self = { .caller = pthread_self(), .failing = failing };
		swk__relay relay;
		swk_error error = SWK_ERROR_INIT;
		int pieces[2];
		assert_true(swk__relay_open(&relay, piece_do, &self));
		assert_int_equal(pieces_give(&relay, pieces), failing + 1 < COUNT ? failing + 1 : COUNT);
		assert_int_equal(swk__relay_close(&relay, &error), SWK_ERR_OVERFLOW);
		assert_int_equal(self.done, failing);
		assert_memory_equal(error.reason, "piece ", 6);
	}
}

static void test_nothing_given_is_nothing_done(void **state)
{
	work self = { .failing = -1 };
	swk__relay relay;
	(void)state;
	assert_true(swk__relay_open(&relay, piece_do, &self));
	assert_int_equal(swk__relay_close(&relay, NULL), SWK_OK);
	assert_int_equal(self.done, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pieces_are_done_in_order),
		cmocka_unit_test(test_nothing_is_done_after_a_failure),
		cmocka_unit_test(test_nothing_given_is_nothing_done),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
