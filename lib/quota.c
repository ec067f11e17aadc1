/* SPDX-License-Identifier: MIT */
#include "quota.h"

#include "block.h"
#include "cells.h"

#include <stdlib.h>

typedef enum level {
	LEVEL_ALL,
	LEVEL_TEAM,
	LEVEL_REP
} level;

/* One quota record. */
typedef struct quota {
	level owner;
	uint32_t rep, team; /* of a rep: its present team */
	int32_t from, to;
	int64_t won, amount; /* SWK__NULL: not given */
	uint32_t currency;
} quota;

/* The quotas that share a day with a week, and what is counted of them. */
typedef struct counting {
	const swk__plan *plan;
	const swk__facts *facts;
	const swk__money *money;
	level asked;
	quota *quotas;
	size_t count, capacity;
	swk__quotas *out;
	swk__quota_wanted wanted;
	void *context;
} counting;

/* --------------------------------------------------------------------------------------------- records */

static quota quota_read(const swk__facts *facts, const swk__part *part, uint32_t row)
{
	const swk__columns *c = part->columns;
	quota q = { .rep = (uint32_t)swk__columns_get(c, SWK__QUOTA_REP, row),
		    .team = (uint32_t)swk__columns_get(c, SWK__QUOTA_TEAM, row),
		    .from = (int32_t)swk__columns_get(c, SWK__QUOTA_FROM, row),
		    .to = (int32_t)swk__columns_get(c, SWK__QUOTA_TO, row),
		    .won = swk__columns_get(c, SWK__QUOTA_WON, row),
		    .amount = swk__columns_get(c, SWK__QUOTA_AMOUNT, row),
		    .currency = (uint32_t)swk__columns_get(c, SWK__QUOTA_CURRENCY, row) };
	q.owner = q.rep ? LEVEL_REP : q.team ? LEVEL_TEAM : LEVEL_ALL;
	if (q.rep) {
		swk__place rep = swk__facts_row(facts, SWK__TABLE_REP, q.rep);
		q.team = rep ? (uint32_t)swk__state_get(swk__facts_table(facts, SWK__TABLE_REP), rep, SWK__REP_TEAM)
		             : 0;
	}
	return q;
}

static const swk__part *quota_part(const swk__facts *facts)
{
	return swk__directory_part(swk__facts_table(facts, SWK__TABLE_QUOTA)->directory, 0);
}

#define RUN 256

/* Makes room for one more quota. */
static bool quotas_reserve(counting *self)
{
	if (self->count < self->capacity)
		return true;
	size_t capacity = swk__grown(self->capacity, self->count + 1);
	quota *quotas = swk__resize(self->plan->mem, SWK__FAULT_report_rows, self->quotas, capacity, sizeof *quotas);
	if (!quotas)
		return false;
	self->quotas = quotas;
	self->capacity = capacity;
	return true;
}

/* Reads the quotas that share a day with a period. */
static int quotas_read(counting *self, int32_t from, int32_t to, swk_error *error)
{
	const swk__part *part = quota_part(self->facts);
	int64_t begins[RUN], ends[RUN];
	for (uint32_t row = 0, run; part && row < part->rows; row += run) {
		run = swk__columns_together(row);
		run = run < RUN ? run : RUN;
		run = run < part->rows - row ? run : part->rows - row;
		swk__cells_wide(part->columns, SWK__QUOTA_FROM, row, run, begins);
		swk__cells_wide(part->columns, SWK__QUOTA_TO, row, run, ends);
		for (uint32_t i = 0; i < run; i++) {
			if (begins[i] >= to || ends[i] <= from || !swk__part_live(part, row + i))
				continue;
			if (!quotas_reserve(self))
				return swk__fail_memory(error, self->plan->mem);
			self->quotas[self->count++] = quota_read(self->facts, part, row + i);
		}
	}
	return SWK_OK;
}

bool swk__quotas_begin(const swk__facts *facts, int32_t *date)
{
	const swk__part *part = quota_part(facts);
	int32_t begin = INT32_MAX;
	for (uint32_t row = 0; part && row < part->rows; row++) {
		if (!swk__part_live(part, row))
			continue;
		int32_t from = (int32_t)swk__columns_get(part->columns, SWK__QUOTA_FROM, row);
		begin = from < begin ? from : begin;
	}
	*date = begin;
	return begin < INT32_MAX;
}

/* --------------------------------------------------------------------------------------------- groups */

/* The dimensions that the plan groups or filters by, as bits. */
static unsigned dimensions_asked(const swk__plan *plan)
{
	unsigned asked = plan->by_mask;
	for (unsigned f = 0; f < plan->filter_count; f++)
		asked |= 1u << plan->filters[f].dimension;
	return asked;
}

bool swk__quotas_apply(const swk__plan *plan)
{
	return !(dimensions_asked(plan) & ~(SWK__HAS(REP) | SWK__HAS(TEAM)));
}

static level plan_level(const swk__plan *plan)
{
	unsigned asked = dimensions_asked(plan);
	return asked & SWK__HAS(REP) ? LEVEL_REP : asked & SWK__HAS(TEAM) ? LEVEL_TEAM : LEVEL_ALL;
}

static swk__slice owner_text(const counting *self, const quota *q, swk__dimension dimension)
{
	uint32_t number = dimension == SWK__DIMENSION_REP ? q->rep : q->team;
	return swk__text_get(swk__dimension_texts(self->facts, dimension), number);
}

static bool filters_pass(const counting *self, const quota *q)
{
	const swk__plan *plan = self->plan;
	for (unsigned f = 0; f < plan->filter_count; f++) {
		const swk__plan_filter *filter = &plan->filters[f];
		swk__slice owner = owner_text(self, q, filter->dimension);
		bool pass = false;
		for (uint32_t v = 0; v < filter->count; v++)
			pass |= swk__slice_equal(owner, plan->values[filter->first + v]);
		if (!pass)
			return false;
	}
	return true;
}

/* Writes the key of a quota's group behind the keys there are. */
static bool key_write(counting *self, const quota *q, swk__slice *key)
{
	swk__buf *keys = &self->out->keys;
	size_t before = keys->length;
	for (unsigned d = 0; d < self->plan->by_count; d++) {
		swk__buf_slice(keys, owner_text(self, q, self->plan->by[d]));
		swk__buf_byte(keys, 0);
	}
	*key = (swk__slice){ keys->length > before ? keys->bytes + before : "", keys->length - before };
	return !keys->failed;
}

/* Where a key's group is noted: 1 + its number; 0 where it belongs when there is none. Keys are places in `keys` while
 * it grows. */
static uint32_t *slot_of(const swk__quotas *out, swk__slice key)
{
	for (uint64_t hash = swk__hash(key.bytes, key.length, 0);; hash++) {
		uint32_t *slot = &out->slots[hash & (out->capacity * 2 - 1)];
		if (!*slot)
			return slot;
		const swk__quota_group *group = &out->groups[*slot - 1];
		swk__slice other = { out->keys.bytes + (size_t)(uintptr_t)group->key.bytes, group->key.length };
		if (swk__slice_equal(other, key))
			return slot;
	}
}

/* Room for as many groups again; slots are at most half full. */
static bool groups_grow(swk__quotas *out)
{
	size_t capacity = out->capacity ? out->capacity * 2 : 64;
	swk__quota_group *groups = swk__resize(out->mem, SWK__FAULT_report_rows, out->groups, capacity, sizeof *groups);
	if (!groups)
		return false;
	out->groups = groups;
	uint32_t *slots = swk__alloc(out->mem, SWK__FAULT_report_rows, capacity, 2 * sizeof *slots);
	if (!slots)
		return false;
	swk__free(out->mem, out->slots);
	out->slots = slots;
	out->capacity = capacity;
	for (uint32_t g = 0; g < out->count; g++) {
		swk__slice key = { out->keys.bytes + (size_t)(uintptr_t)groups[g].key.bytes, groups[g].key.length };
		*slot_of(out, key) = g + 1;
	}
	return true;
}

/* The group of a key that was just written, a new one if need be; NULL when memory failed. */
static swk__quota_group *group_of(swk__quotas *out, swk__slice key)
{
	size_t before = out->keys.length - key.length;
	if (out->count == out->capacity && !groups_grow(out))
		return NULL;
	uint32_t *slot = slot_of(out, key);
	if (*slot) {
		out->keys.length = before;
		return &out->groups[*slot - 1];
	}
	out->groups[out->count] = (swk__quota_group){ .key = { (const char *)(uintptr_t)before, key.length },
		                                      .won = { 0, 1 },
		                                      .amount = { 0, 1 } };
	*slot = (uint32_t)out->count + 1;
	return &out->groups[out->count++];
}

/* -------------------------------------------------------------------------------------------- shares */

static int32_t days_shared(const quota *q, int32_t week)
{
	int32_t from = q->from > week ? q->from : week, to = q->to < week + 7 ? q->to : week + 7;
	return to > from ? to - from : 0;
}

static bool quota_gives(const quota *q, bool amount)
{
	return (amount ? q->amount : q->won) != SWK__NULL;
}

/* Whether an owner above that of a quota has one of its own that week: a team (its number), or the organisation. */
static bool owner_has(const counting *self, level owner, uint32_t team, int32_t week, bool amount)
{
	for (size_t i = 0; i < self->count; i++) {
		const quota *q = &self->quotas[i];
		if (q->owner == owner && (owner == LEVEL_ALL || q->team == team) && quota_gives(q, amount) &&
		    days_shared(q, week))
			return true;
	}
	return false;
}

/* Whether a quota counts at the level that is asked for. */
static bool quota_counts(const counting *self, const quota *q, int32_t week, bool amount)
{
	if (!quota_gives(q, amount) || q->owner < self->asked)
		return false;
	if (q->owner == LEVEL_REP && self->asked < LEVEL_REP && q->team &&
	    owner_has(self, LEVEL_TEAM, q->team, week, amount))
		return false;
	return q->owner == LEVEL_ALL || self->asked != LEVEL_ALL || !owner_has(self, LEVEL_ALL, 0, week, amount);
}

static int share_add(counting *self, const quota *q, int32_t days, bool amount, swk_error *error)
{
	swk__fraction target = { q->won, 1 };
	swk__slice key;
	int code = SWK_OK;
	if (!key_write(self, q, &key))
		return swk__fail_memory(error, self->plan->mem);
	if (self->wanted && !self->wanted(self->context, key)) {
		self->out->keys.length -= key.length;
		return SWK_OK;
	}
	if (amount && self->money)
		code = swk__money_exact(self->money, q->amount, q->currency, q->from, &target, error);
	if (code != SWK_OK)
		return code;
	swk__quota_group *group = group_of(self->out, key);
	if (!group)
		return swk__fail_memory(error, self->plan->mem);
	*(amount ? &group->amount_given : &group->won_given) = true;
	if (!self->money)
		return SWK_OK;
	if (!swk__fraction_scale(&target, days, q->to - q->from) ||
	    !swk__fraction_add(amount ? &group->amount : &group->won, target))
		return swk__fail(error, SWK_ERR_OVERFLOW, "the quotas of a group did not add up in 128 bits");
	return SWK_OK;
}

static int week_add(counting *self, int32_t week, swk_error *error)
{
	for (size_t i = 0; i < self->count; i++) {
		const quota *q = &self->quotas[i];
		int32_t days = days_shared(q, week);
		for (int amount = 0; amount < 2 && days; amount++) {
			if (!quota_counts(self, q, week, amount) || !filters_pass(self, q))
				continue;
			int code = share_add(self, q, days, amount, error);
			if (code != SWK_OK)
				return code;
		}
	}
	return SWK_OK;
}

static int group_order(const void *a, const void *b)
{
	return swk__slice_compare(((const swk__quota_group *)a)->key, ((const swk__quota_group *)b)->key);
}

int swk__quotas_make(swk__quotas *quotas, const swk__plan *plan, const swk__facts *facts, const swk__money *money,
                     int32_t from, int32_t to, swk__quota_wanted wanted, void *context, swk_error *error)
{
	counting self = { .plan = plan,
		          .facts = facts,
		          .money = money,
		          .asked = plan_level(plan),
		          .out = quotas,
		          .wanted = wanted,
		          .context = context };
	*quotas = (swk__quotas){ .mem = plan->mem };
	swk__buf_init(&quotas->keys, plan->mem, SIZE_MAX);
	int code = quotas_read(&self, from, to + 7, error);
	for (int32_t week = from; self.count && week <= to && code == SWK_OK; week += 7)
		code = week_add(&self, week, error);
	swk__free(plan->mem, self.quotas);
	if (code != SWK_OK) {
		swk__quotas_done(quotas);
		return code;
	}
	for (size_t g = 0; g < quotas->count; g++)
		quotas->groups[g].key.bytes = quotas->groups[g].key.length
		                                      ? quotas->keys.bytes +
		                                                (size_t)(uintptr_t)quotas->groups[g].key.bytes
		                                      : "";
	if (quotas->count > 1)
		qsort(quotas->groups, quotas->count, sizeof *quotas->groups, group_order);
	return SWK_OK;
}

void swk__quotas_done(swk__quotas *quotas)
{
	swk__free(quotas->mem, quotas->groups);
	swk__free(quotas->mem, quotas->slots);
	swk__buf_done(&quotas->keys);
	quotas->groups = NULL;
	quotas->slots = NULL;
	quotas->count = 0;
}

const swk__quota_group *swk__quotas_find(const swk__quotas *quotas, swk__slice key)
{
	swk__quota_group wanted = { .key = key };
	return quotas->count ? bsearch(&wanted, quotas->groups, quotas->count, sizeof wanted, group_order) : NULL;
}
