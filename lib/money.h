/* SPDX-License-Identifier: MIT
 *
 * money: amounts of one currency in another, exactly.
 *
 *   amount (ten-thousandths, its currency, an instant) --rates by local date--> minor units of the result's currency
 *
 * amount * rate(its currency) / rate(result's), base = 1, rounded once, half to even. The rate is the latest on or
 * before the local date; of two on a date that of the greater id.
 */
#ifndef SWK_MONEY_H
#define SWK_MONEY_H

#include "facts.h"
#include "fraction.h"

typedef struct swk__money_rate {
	uint32_t currency; /* number of its code */
	int32_t date;
	swk__slice id;
	int64_t value; /* 1e-12 base units */
} swk__money_rate;

/* A rate that is missing. Of several the one that an error names is the first by date, then by code. */
typedef struct swk__rate_gap {
	int32_t date;
	char code[4]; /* empty: none is missing */
} swk__rate_gap;

/* True when `a` is a gap and comes before `b`, which may be none. */
bool swk__rate_gap_before(const swk__rate_gap *a, const swk__rate_gap *b);

/* SWK_ERR_INVALID, with currency and date, when it is one. */
int swk__rate_gap_check(const swk__rate_gap *gap, swk_error *error);

typedef struct swk__money {
	swk__mem *mem;
	const swk__facts *facts;
	const swk__zone *zone;
	uint32_t base, result;  /* numbers of codes */
	char code[4];           /* of the result */
	unsigned digits;        /* of the result */
	swk__money_rate *rates; /* by currency, date, id */
	size_t count;
} swk__money;

/* Money as a question wants it: in the currency `asked` (empty: the one that all opportunities carry, else the base).
 * SWK_ERR_USAGE: an unknown currency. On failure there is nothing to close. */
int swk__money_open(swk__money *money, const swk__facts *facts, const swk__zone *zone, swk__slice base,
                    swk__slice asked, swk_error *error);
void swk__money_close(swk__money *money);

/* The amount in minor units of the result's currency, unrounded. `currency` 0 is the base. SWK_ERR_INVALID: a rate is
 * missing, and *gap alone says which, as it may not be needed; SWK_ERR_OVERFLOW. */
int swk__money_exact(const swk__money *money, int64_t amount, uint32_t currency, int32_t date, swk__fraction *exact,
                     swk__rate_gap *gap, swk_error *error);

/* The same rounded half to even, at the local date of an instant. */
int swk__money_convert(const swk__money *money, int64_t amount, uint32_t currency, int64_t instant, int64_t *minor,
                       swk__rate_gap *gap, swk_error *error);

/* The same where nothing is to be converted or rounded, which is the rule; false: it is. */
static inline bool swk__money_same(const swk__money *money, int64_t amount, uint32_t currency, int64_t *minor)
{
	if ((currency ? currency : money->base) != money->result || money->digits != 2)
		return false;
	*minor = amount / 100;
	return *minor * 100 == amount;
}

#endif
