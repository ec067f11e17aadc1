/* SPDX-License-Identifier: MIT */
#include "money.h"

#include "cells.h"
#include "currency.h"

#include <stdlib.h>

#define TEN_THOUSANDTHS 4 /* digits of an amount as records keep it */
#define RATE_ONE INT64_C(1000000000000)

/* Codes that no record names have no number. */
#define BASE_UNSEEN (UINT32_MAX - 1)
#define RESULT_UNSEEN UINT32_MAX

static const int64_t tens[] = { 1, 10, 100, 1000, 10000 };

/* ---------------------------------------------------------------------------------------- opening */

/* By currency, date, id. */
static int rate_order(const void *a, const void *b)
{
	const swk__money_rate *x = a, *y = b;
	if (x->currency != y->currency)
		return x->currency < y->currency ? -1 : 1;
	if (x->date != y->date)
		return x->date < y->date ? -1 : 1;
	return swk__slice_compare(x->id, y->id);
}

static int rates_read(swk__money *money, swk_error *error)
{
	const swk__facts *facts = money->facts;
	const swk__table_state *table = swk__facts_table(facts, SWK__TABLE_RATE);
	const swk__part *part = swk__directory_part(table->directory, 0);
	money->rates = swk__alloc(money->mem, SWK__FAULT_money_rates, part ? part->live : 0, sizeof *money->rates);
	if (!money->rates)
		return swk__fail_memory(error, money->mem);
	for (uint32_t row = 0; part && row < part->rows; row++) {
		if (!swk__part_live(part, row))
			continue;
		uint32_t entity = (uint32_t)swk__columns_get(part->columns, SWK__FIELD_ID, row);
		money->rates[money->count++] = (swk__money_rate){
			.currency = (uint32_t)swk__columns_get(part->columns, SWK__RATE_CURRENCY, row),
			.date = (int32_t)swk__columns_get(part->columns, SWK__RATE_DATE, row),
			.id = swk__text_get(&facts->history->ids[SWK__TABLE_RATE], entity),
			.value = swk__columns_get(part->columns, SWK__RATE_VALUE, row),
		};
	}
	if (money->count > 1)
		qsort(money->rates, money->count, sizeof *money->rates, rate_order);
	return SWK_OK;
}

#define RUN 256

/* Looks at the currencies of some opportunities: *common is -1 before the first. False when two differ. */
static bool run_common(const swk__money *money, const swk__part *part, uint32_t row, uint32_t count, int64_t *common)
{
	uint32_t room[RUN];
	int64_t at[RUN];
	const uint32_t *currencies = swk__cells_numbers(part->columns, SWK__OPPORTUNITY_CURRENCY, row, count, room);
	swk__cells_wide(part->columns, SWK__OPPORTUNITY_CREATED_AT, row, count, at);
	for (uint32_t i = 0; i < count; i++) {
		int64_t currency = currencies[i] ? currencies[i] : money->base;
		if (!swk__part_live(part, row + i) || at[i] > money->facts->cut.now)
			continue;
		if (*common >= 0 && currency != *common)
			return false;
		*common = currency;
	}
	return true;
}

/* The same for a week's opportunities, some of which are live. Where they lie as all of one currency and have all come,
 * none is looked at. */
static bool part_common(const swk__money *money, const swk__part *part, int32_t week, int64_t *common)
{
	const swk__coding *coding = &part->columns->codings[SWK__OPPORTUNITY_CURRENCY];
	if (coding->width == 0 && swk__utc_week_begin(week + 1) <= money->facts->cut.now) {
		const int64_t own = coding->base ? coding->base : money->base, before = *common;
		*common = own;
		return before < 0 || before == own;
	}
	for (uint32_t row = 0, run; row < part->rows; row += run) {
		int64_t own = -1;
		run = swk__columns_together(row);
		run = run < RUN ? run : RUN;
		run = run < part->rows - row ? run : part->rows - row;
		if (!run_common(money, part, row, run, &own) || (own >= 0 && *common >= 0 && own != *common))
			return false;
		*common = own >= 0 ? own : *common;
	}
	return true;
}

/* The currency that all opportunities carry; the base where they differ or there are none. */
static uint32_t common_currency(const swk__money *money)
{
	const swk__directory *directory = swk__facts_table(money->facts, SWK__TABLE_OPPORTUNITY)->directory;
	int64_t common = -1;
	for (uint32_t i = 0; directory && i < directory->count; i++) {
		const swk__part *part = directory->parts[i];
		if (part && part->live && !part_common(money, part, directory->first + (int32_t)i, &common))
			return money->base;
	}
	return common < 0 ? money->base : (uint32_t)common;
}

/* The number of a code, or one that no record can carry. */
static uint32_t number_of(const swk__text *texts, uint32_t end, swk__slice code, uint32_t unseen)
{
	uint32_t number;
	return swk__text_find_below(texts, code, end, &number) ? number : unseen;
}

int swk__money_open(swk__money *money, const swk__facts *facts, const swk__zone *zone, swk__slice base,
                    swk__slice asked, swk_error *error)
{
	const swk__text *texts = &facts->history->texts;
	*money = (swk__money){ .mem = facts->snapshot->mem, .facts = facts, .zone = zone };
	money->base = number_of(texts, facts->snapshot->texts, base, BASE_UNSEEN);
	swk__slice code = asked;
	if (asked.length) {
		if (swk__currency_digits(asked) < 0)
			return swk__fail_at(error, SWK_ERR_USAGE, NULL, 0, "currency", asked,
			                    "is no ISO 4217 currency");
		money->result = swk__slice_equal(asked, base)
		                        ? money->base
		                        : number_of(texts, facts->snapshot->texts, asked, RESULT_UNSEEN);
	} else {
		money->result = common_currency(money);
		code = money->result == money->base ? base : swk__text_get(texts, money->result);
	}
	memcpy(money->code, code.bytes, sizeof money->code - 1);
	money->digits = (unsigned)swk__currency_digits(code);
	return rates_read(money, error);
}

void swk__money_close(swk__money *money)
{
	if (money->mem)
		swk__free(money->mem, money->rates);
	*money = (swk__money){ 0 };
}

/* --------------------------------------------------------------------------------------------- gaps */

bool swk__rate_gap_before(const swk__rate_gap *a, const swk__rate_gap *b)
{
	if (!*a->code || !*b->code)
		return *a->code != '\0';
	return a->date != b->date ? a->date < b->date : strcmp(a->code, b->code) < 0;
}

int swk__rate_gap_check(const swk__rate_gap *gap, swk_error *error)
{
	char reason[64] = "had no rate on or before ", text[16];
	if (!*gap->code)
		return SWK_OK;
	swk__date_format(gap->date, text);
	memcpy(reason + strlen(reason), text, strlen(text) + 1);
	return swk__fail_at(error, SWK_ERR_INVALID, "rate", 0, "currency", swk__slice_of(gap->code), reason);
}

/* -------------------------------------------------------------------------------------- conversion */

/* The last rate of a currency on or before a date. */
static const swk__money_rate *rate_find(const swk__money *money, uint32_t currency, int32_t date)
{
	size_t low = 0, high = money->count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const swk__money_rate *rate = &money->rates[middle];
		if (rate->currency < currency || (rate->currency == currency && rate->date <= date))
			low = middle + 1;
		else
			high = middle;
	}
	return low && money->rates[low - 1].currency == currency ? &money->rates[low - 1] : NULL;
}

/* A currency's rate on a date; where there is none false, and it is noted in *gap. */
static bool rate_of(const swk__money *money, uint32_t currency, int32_t date, int64_t *value, swk__rate_gap *gap)
{
	const swk__money_rate *rate = currency == money->base ? NULL : rate_find(money, currency, date);
	swk__rate_gap own = { date, "" };
	*value = rate ? rate->value : RATE_ONE;
	if (rate || currency == money->base)
		return true;
	swk__slice code = currency == money->result ? (swk__slice){ money->code, 3 }
	                                            : swk__text_get(&money->facts->history->texts, currency);
	memcpy(own.code, code.bytes, sizeof own.code - 1);
	if (swk__rate_gap_before(&own, gap))
		*gap = own;
	return false;
}

int swk__money_exact(const swk__money *money, int64_t amount, uint32_t currency, int32_t date, swk__fraction *exact,
                     swk__rate_gap *gap, swk_error *error)
{
	int64_t from = RATE_ONE, to = RATE_ONE;
	swk__i128 numerator = amount, denominator = tens[TEN_THOUSANDTHS - money->digits];
	uint32_t own = currency ? currency : money->base;
	if (own != money->result) {
		*gap = (swk__rate_gap){ 0 };
		bool known = rate_of(money, own, date, &from, gap);
		known = rate_of(money, money->result, date, &to, gap) && known;
		if (!known)
			return SWK_ERR_INVALID;
	}
	swk__i128 common = swk__divisor_common(from, to);
	if (__builtin_mul_overflow(numerator, from / common, &numerator) ||
	    __builtin_mul_overflow(denominator, to / common, &denominator))
		return swk__fail(error, SWK_ERR_OVERFLOW, "an amount times its rate did not fit");
	*exact = (swk__fraction){ numerator, denominator };
	return SWK_OK;
}

int swk__money_convert(const swk__money *money, int64_t amount, uint32_t currency, int64_t instant, int64_t *minor,
                       swk__rate_gap *gap, swk_error *error)
{
	swk__fraction exact;
	int64_t local = swk__zone_local(money->zone, instant);
	int32_t date = swk__day_of(local);
	int code = swk__money_exact(money, amount, currency, date, &exact, gap, error);
	if (code != SWK_OK)
		return code;
	swk__i128 rounded = swk__fraction_round(exact);
	if (rounded > INT64_MAX || rounded < -INT64_MAX)
		return swk__fail(error, SWK_ERR_OVERFLOW, "an amount did not fit in the result's currency");
	*minor = (int64_t)rounded;
	return SWK_OK;
}
