/* SPDX-License-Identifier: MIT
 *
 * join: text fields of leads, by the number of a lead.
 *
 *   few asked: number --> current row --> end of its chain of merged leads --> field
 *   many asked: the same for all leads at once, in the order in which they lie; then number --> field
 *   leads created in a week, by facts of that week: the same for those; or, where facts and leads lie row by row beside
 *   each other, which they do until one of them changes: the field as it lies
 *
 * Invariant: all ways tell the same; what has been asked so far decides between them, so that a question about few
 * facts costs nothing for leads that it does not meet.
 */
#ifndef SWK_JOIN_H
#define SWK_JOIN_H

#include "facts.h"

#define SWK__JOIN_BESIDE 512 /* as many rows at most are looked at beside each other */
#define SWK__JOIN_MANY 4096  /* the least number of asked leads for which all are looked up */

typedef struct swk__join {
	const swk__facts *facts;
	swk__mem *mem;
	uint32_t many; /* SWK__JOIN_MANY but in tests */
	struct swk__join_field {
		uint64_t asked;  /* leads that were not known */
		uint32_t *known; /* of leads low .. low + size - 1: 1 + field, 0 where it is not known; one 0 behind */
		uint32_t low, size, capacity;
		bool complete; /* what is not known does not exist */
		bool of_week;  /* the leads created in `week` are known */
		int32_t week;
	} fields[SWK__FIELDS_MAX];
} swk__join;

void swk__join_init(swk__join *join, const swk__facts *facts, swk__mem *mem);
void swk__join_done(swk__join *join);

/* The columns of the leads created in a UTC week, if these leads are, in this order, those from `row` (a multiple of
 * 64) on, each counting for itself: then `field` is what lies there. NULL when they are not. */
const swk__columns *swk__join_beside(const swk__join *join, unsigned field, int32_t week, uint32_t row,
                                     const uint32_t *leads, uint32_t count);

/* Looks up what leads created in a UTC week have in `field`: they are asked for next. */
void swk__join_week(swk__join *join, unsigned field, int32_t week);

/* 1 + the number of the text in `field` of the lead that the records of each of these leads count for; 0 where there is
 * none (of the lead 0, too). */
void swk__join_leads(swk__join *join, unsigned field, const uint32_t *leads, uint32_t count, uint32_t *values);

#endif
