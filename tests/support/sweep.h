/* SPDX-License-Identifier: MIT
 *
 * sweep: makes every allocation of a scenario fail, one after the other: each of them once, and each of them
 * and all later ones.
 *
 * A test sets `mem.fault = sweep_hook; mem.fault_context = &sweep;` itself, or gives a scenario to sweep_run.
 */
#ifndef SWK_TEST_SWEEP_H
#define SWK_TEST_SWEEP_H

#include "base.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

typedef struct sweep {
	int at;        /* the passage that fails, from 1; 0: none */
	bool for_ever; /* so do all after it */
	int passed;    /* counted by the hook */
} sweep;

static inline bool sweep_hook(void *context, swk__fault point)
{
	sweep *self = context;
	(void)point;
	self->passed++;
	return self->at > 0 && (self->for_ever ? self->passed >= self->at : self->passed == self->at);
}

/* True when the failing passage was reached. */
static inline bool sweep_hit(const sweep *self)
{
	return self->at > 0 && self->passed >= self->at;
}

/* What is swept: does its work in `mem`, checks that a failure left its outputs untouched, frees what it made and
 * returns the code. */
typedef int (*sweep_scenario)(swk__mem *mem, void *context);

/* Runs the scenario with the first, second, ... passage failing until it has fewer passages than that; each run
 * must end with SWK_ERR_MEMORY, the last one with SWK_OK, none may leak. Returns how many failures there were. */
static inline int sweep_run(sweep_scenario scenario, void *context)
{
	int failures = 0;
	for (int for_ever = 0; for_ever < 2; for_ever++) {
		sweep self = { .for_ever = for_ever };
		do {
			swk__mem mem;
			swk__mem_init(&mem, NULL, 0);
			self = (sweep){ .at = self.at + 1, .for_ever = for_ever };
			mem.fault = sweep_hook;
			mem.fault_context = &self;
			int code = scenario(&mem, context);
			assert_int_equal(code, sweep_hit(&self) ? SWK_ERR_MEMORY : SWK_OK);
			assert_int_equal(mem.used, 0);
			failures += sweep_hit(&self);
		} while (sweep_hit(&self));
	}
	return failures;
}

#endif
