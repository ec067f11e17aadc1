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

#define ROWLESS SWK__QUOTA_ROWLESS
#define NO_GROUP UINT32_MAX

typedef struct swk__quota_days {
	int32_t from, to;
} days;

/* One quota record. */
typedef struct swk__quota {
	int32_t from, to;
	uint32_t group;     /* NO_GROUP: it only keeps those below it from counting */
	uint32_t rep, team; /* of a rep: its present team */
	uint32_t owned; /* where its team's own quotas are noted; 0, the organisation's place, where it has no team */
	level owner;
	uint32_t currency;
	swk__slice code;               /* of the currency */
	int64_t targets[SWK__TARGETS]; /* SWK__NULL: not given */
	/* the shares of a day and of a week; without a denominator: not worked out yet */
	swk__fraction daily[SWK__TARGETS], weekly[SWK__TARGETS];
	swk__slice key;
} quota;

/* ---------------------------------------------------------------------------------------------- levels */

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

/* --------------------------------------------------------------------------------------------- records */

static const swk__part *quota_part(const swk__facts *facts)
{
	return swk__directory_part(swk__facts_table(facts, SWK__TABLE_QUOTA)->directory, 0);
}

#define RUN 256

/* Some quotas of a part at once. */
typedef struct stretch {
	uint32_t first, count;
	int64_t from[RUN], to[RUN];
} stretch;

/* Reads the next quotas' days; false when there are no more. Begin with zeros. */
static bool stretch_next(const swk__part *part, stretch *next)
{
	const uint32_t row = next->first + next->count;
	if (!part || row >= part->rows)
		return false;
	uint32_t count = swk__columns_together(row);
	count = count < RUN ? count : RUN;
	count = count < part->rows - row ? count : part->rows - row;
	next->first = row;
	next->count = count;
	swk__cells_wide(part->columns, SWK__QUOTA_FROM, row, count, next->from);
	swk__cells_wide(part->columns, SWK__QUOTA_TO, row, count, next->to);
	return true;
}

bool swk__quotas_begin(const swk__facts *facts, int32_t *date)
{
	const swk__part *part = quota_part(facts);
	int64_t begin = INT32_MAX;
	stretch next = { 0 };
	while (stretch_next(part, &next))
		for (uint32_t i = 0; i < next.count; i++)
			if (next.from[i] < begin && swk__part_live(part, next.first + i))
				begin = next.from[i];
	*date = (int32_t)begin;
	return begin < INT32_MAX;
}

static quota quota_read(const swk__facts *facts, const swk__part *part, uint32_t row)
{
	const swk__columns *c = part->columns;
	quota q = { .from = (int32_t)swk__columns_get(c, SWK__QUOTA_FROM, row),
		    .to = (int32_t)swk__columns_get(c, SWK__QUOTA_TO, row),
		    .group = NO_GROUP,
		    .rep = (uint32_t)swk__columns_get(c, SWK__QUOTA_REP, row),
		    .team = (uint32_t)swk__columns_get(c, SWK__QUOTA_TEAM, row),
		    .currency = (uint32_t)swk__columns_get(c, SWK__QUOTA_CURRENCY, row),
		    .targets = { [SWK__TARGET_WON] = swk__columns_get(c, SWK__QUOTA_WON, row),
		                 [SWK__TARGET_AMOUNT] = swk__columns_get(c, SWK__QUOTA_AMOUNT, row) } };
	q.code = swk__text_get(&facts->history->texts, q.currency);
	q.owner = q.rep ? LEVEL_REP : q.team ? LEVEL_TEAM : LEVEL_ALL;
	if (q.rep) {
		swk__place rep = swk__facts_row(facts, SWK__TABLE_REP, q.rep);
		q.team = rep ? (uint32_t)swk__state_get(swk__facts_table(facts, SWK__TABLE_REP), rep, SWK__REP_TEAM)
		             : 0;
	}
	return q;
}

static swk__slice owner_text(const swk__quotas *self, const quota *q, swk__dimension dimension)
{
	uint32_t number = dimension == SWK__DIMENSION_REP ? q->rep : q->team;
	return swk__text_get(swk__dimension_texts(self->facts, dimension), number);
}

/* Whether a quota counts in a group: it is not above the level that is asked for, and passes the filters. */
static bool quota_grouped(const swk__quotas *self, const quota *q)
{
	const swk__plan *plan = self->plan;
	if (q->owner < plan_level(plan))
		return false;
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

/* Notes the key of a quota's group. Until all are written a key's bytes are its place among them. */
static bool key_write(swk__quotas *self, quota *q)
{
	const size_t before = self->keys.length;
	q->group = 0;
	for (unsigned d = 0; d < self->plan->by_count; d++) {
		swk__buf_slice(&self->keys, owner_text(self, q, self->plan->by[d]));
		swk__buf_byte(&self->keys, 0);
	}
	q->key = (swk__slice){ (const char *)(uintptr_t)before, self->keys.length - before };
	return !self->keys.failed;
}

/* Adds a quota of the part; false when memory failed. */
static bool quota_add(swk__quotas *self, const swk__part *part, uint32_t row)
{
	if (self->count == self->capacity) {
		size_t capacity = swk__grown(self->capacity, self->count + 1);
		quota *quotas = swk__resize(self->plan->mem, SWK__FAULT_report_rows, self->quotas, capacity,
		                            sizeof *quotas);
		if (!quotas)
			return false;
		self->quotas = quotas;
		self->capacity = capacity;
	}
	quota *q = &self->quotas[self->count];
	*q = quota_read(self->facts, part, row);
	if (quota_grouped(self, q) && !key_write(self, q))
		return false;
	self->count++;
	return true;
}

/* Reads the quotas that share a day with a period. */
static bool quotas_read(swk__quotas *self, int32_t from, int32_t to)
{
	const swk__part *part = quota_part(self->facts);
	stretch next = { 0 };
	while (stretch_next(part, &next))
		for (uint32_t i = 0; i < next.count; i++)
			if (next.from[i] < to && next.to[i] > from && swk__part_live(part, next.first + i) &&
			    !quota_add(self, part, next.first + i))
				return false;
	for (size_t i = 0; i < self->count; i++) {
		swk__slice *key = &self->quotas[i].key;
		key->bytes = key->length ? self->keys.bytes + (size_t)(uintptr_t)key->bytes : "";
	}
	return true;
}

/* --------------------------------------------------------------------------------------------- groups */

/* By group, then by first day, and then by all that a share is made of: a sum that is not exact depends on the order of
 * its terms, which is not that in which quotas came. */
static int quota_order(const void *a, const void *b)
{
	const quota *x = a, *y = b;
	if (x->group != y->group)
		return x->group < y->group ? -1 : 1;
	int order = swk__slice_compare(x->key, y->key);
	if (order == 0)
		order = (x->from > y->from) - (x->from < y->from);
	if (order == 0)
		order = (x->to > y->to) - (x->to < y->to);
	if (order == 0)
		order = swk__slice_compare(x->code, y->code);
	for (int t = 0; t < SWK__TARGETS && order == 0; t++)
		order = (x->targets[t] > y->targets[t]) - (x->targets[t] < y->targets[t]);
	return order;
}

/* Numbers the groups in the order of their keys. */
static bool groups_make(swk__quotas *self)
{
	if (self->count > 1)
		qsort(self->quotas, self->count, sizeof *self->quotas, quota_order);
	self->groups = swk__alloc(self->plan->mem, SWK__FAULT_report_rows, self->count, sizeof *self->groups);
	self->days = swk__alloc(self->plan->mem, SWK__FAULT_report_rows, self->count, sizeof *self->days);
	for (size_t i = 0; self->days && i < self->count; i++)
		self->days[i] = (days){ self->quotas[i].from, self->quotas[i].to };
	for (size_t i = 0; self->groups && i < self->count && self->quotas[i].group != NO_GROUP; i++) {
		quota *q = &self->quotas[i];
		self->grouped++;
		if (i == 0 || !swk__slice_equal(q->key, q[-1].key))
			self->groups[self->group_count++].key = q->key;
		q->group = (uint32_t)self->group_count - 1;
	}
	return self->groups && self->days;
}

static int team_order(const void *a, const void *b)
{
	const uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
	return x < y ? -1 : x > y;
}

/* Gives each team that has quotas of its own a place where they are noted, behind the organisation's. */
static bool owners_make(swk__quotas *self)
{
	swk__mem *mem = self->plan->mem;
	uint32_t *teams = swk__alloc(mem, SWK__FAULT_report_rows, self->count, sizeof *teams);
	size_t count = 0;
	self->owned = swk__alloc(mem, SWK__FAULT_report_rows, self->count + 1, sizeof *self->owned);
	for (size_t i = 0; teams && i < self->count; i++)
		if (self->quotas[i].owner == LEVEL_TEAM)
			teams[count++] = self->quotas[i].team;
	if (count > 1)
		qsort(teams, count, sizeof *teams, team_order);
	for (size_t i = 0; count && i < self->count; i++) {
		const uint32_t *found = bsearch(&self->quotas[i].team, teams, count, sizeof *teams, team_order);
		while (found && found > teams && found[-1] == *found)
			found--;
		self->quotas[i].owned = found ? (uint32_t)(found - teams) + 1 : 0;
	}
	swk__free(mem, teams);
	return teams && self->owned;
}

int swk__quotas_open(swk__quotas *quotas, const swk__plan *plan, const swk__facts *facts, const swk__money *money,
                     int32_t from, int32_t to, swk_error *error)
{
	*quotas = (swk__quotas){ .plan = plan, .facts = facts, .money = money };
	swk__buf_init(&quotas->keys, plan->mem, SIZE_MAX);
	if (quotas_read(quotas, from, to + 7) && groups_make(quotas) && owners_make(quotas))
		return SWK_OK;
	swk__quotas_close(quotas);
	return swk__fail_memory(error, plan->mem);
}

void swk__quotas_close(swk__quotas *quotas)
{
	if (!quotas->plan)
		return;
	swk__free(quotas->plan->mem, quotas->quotas);
	swk__free(quotas->plan->mem, quotas->days);
	swk__free(quotas->plan->mem, quotas->groups);
	swk__free(quotas->plan->mem, quotas->owned);
	swk__rollup_release(quotas->matched);
	swk__buf_done(&quotas->keys);
	*quotas = (swk__quotas){ .count = 0 };
}

/* -------------------------------------------------------------------------------------------- shares */

static int32_t days_shared(const swk__quotas *self, size_t number, int32_t week)
{
	const days *of = &self->days[number];
	int32_t from = of->from > week ? of->from : week, to = of->to < week + 7 ? of->to : week + 7;
	return to > from ? to - from : 0;
}

/* Notes which teams, and whether the organisation, have quotas of their own that share a day with a week. */
static void owned_note(swk__quotas *self, int32_t week)
{
	memset(self->owned, 0, (self->count + 1) * sizeof *self->owned);
	for (size_t i = 0; i < self->count; i++) {
		const quota *q = &self->quotas[i];
		for (int t = 0; t < SWK__TARGETS && q->owner != LEVEL_REP && days_shared(self, i, week); t++)
			self->owned[q->owned][t] |= q->targets[t] != SWK__NULL;
	}
}

/* Whether a target counts at the level that is asked for: no owner above, as far as that level, has one of its own. */
static bool target_counts(const swk__quotas *self, const quota *q, int target, level asked)
{
	if (q->targets[target] == SWK__NULL)
		return false;
	if (asked < LEVEL_REP && q->owner == LEVEL_REP && q->owned && self->owned[q->owned][target])
		return false;
	return asked != LEVEL_ALL || q->owner == LEVEL_ALL || !self->owned[0][target];
}

static int overflow(swk_error *error)
{
	return swk__fail(error, SWK_ERR_OVERFLOW, "the quotas of a group did not add up in 128 bits");
}

/* Works out what a day and a week have of a target. */
static int daily_make(swk__quotas *self, quota *q, int target, swk_error *error)
{
	swk__fraction daily = { q->targets[target], 1 };
	swk__rate_gap gap;
	int code = SWK_OK;
	if (target == SWK__TARGET_AMOUNT)
		code = swk__money_exact(self->money, q->targets[target], q->currency, q->from, &daily, &gap, error);
	if (code == SWK_ERR_INVALID) {
		self->gap = swk__rate_gap_before(&gap, &self->gap) ? gap : self->gap;
		daily = (swk__fraction){ 0, 1 };
		code = SWK_OK;
	}
	if (code == SWK_OK && !swk__fraction_scale(&daily, 1, q->to - q->from))
		code = overflow(error);
	q->weekly[target] = daily;
	if (code == SWK_OK && !swk__fraction_scale(&q->weekly[target], 7, 1))
		code = overflow(error);
	if (code == SWK_OK)
		q->daily[target] = daily;
	return code;
}

static int share_add(swk__quotas *self, quota *q, int target, int32_t shared, swk_error *error)
{
	swk__fraction *sum = &self->groups[q->group].targets[target].share, share;
	int code = q->daily[target].denominator ? SWK_OK : daily_make(self, q, target, error);
	if (code != SWK_OK)
		return code;
	bool fits = true;
	if (shared < 7) {
		share = q->daily[target];
		fits = swk__fraction_scale(&share, shared, 1);
	} else {
		share = q->weekly[target];
	}
	if (!fits || !swk__fraction_add(sum, share))
		return overflow(error);
	return SWK_OK;
}

/* Notes what a week's quotas give, and with `sum` adds up the shares of groups with a row. */
static int week_add(swk__quotas *self, int32_t week, bool sum, swk_error *error)
{
	const level asked = plan_level(self->plan);
	if (asked < LEVEL_REP)
		owned_note(self, week);
	for (size_t i = 0; i < self->grouped; i++) {
		const int32_t shared = days_shared(self, i, week);
		quota *q = &self->quotas[i];
		for (int t = 0; t < SWK__TARGETS && shared; t++) {
			if (!target_counts(self, q, t, asked))
				continue;
			self->groups[q->group].targets[t].given = true;
			int code = SWK_OK;
			if (sum && self->groups[q->group].row != ROWLESS)
				code = share_add(self, q, t, shared, error);
			if (code != SWK_OK)
				return code;
		}
	}
	return SWK_OK;
}

static void same_forget(swk__quotas *self)
{
	self->same_from = INT32_MAX;
	self->same_until = INT32_MIN;
}

/* Notes between which days no quota begins or ends: the weeks there have the sums of this one. */
static void same_note(swk__quotas *self, int32_t week)
{
	self->same_from = INT32_MIN;
	self->same_until = INT32_MAX;
	for (size_t i = 0; i < self->count; i++) {
		const int32_t edges[] = { self->days[i].from, self->days[i].to };
		for (size_t e = 0; e < SWK__COUNT(edges); e++) {
			if (edges[e] <= week && edges[e] > self->same_from)
				self->same_from = edges[e];
			else if (edges[e] > week && edges[e] < self->same_until)
				self->same_until = edges[e];
		}
	}
	if (self->same_until < week + 7) /* one does in this week */
		same_forget(self);
}

bool swk__quotas_match(swk__quotas *quotas, swk__rollup *rollup)
{
	const uint32_t cells = rollup ? rollup->cells : 0;
	uint32_t cell = 0;
	if (rollup && quotas->matched && swk__rollup_alike(rollup, quotas->matched))
		return quotas->complete;
	same_forget(quotas);
	swk__rollup_release(quotas->matched);
	quotas->matched = rollup ? swk__rollup_retain(rollup) : NULL;
	quotas->complete = true;
	for (size_t g = 0; g < quotas->group_count; g++) {
		swk__quota_group *group = &quotas->groups[g];
		int order = -1;
		while (cell < cells && (order = swk__slice_compare(swk__rollup_key(rollup, cell), group->key)) < 0)
			cell++;
		group->row = cell < cells && order == 0 ? cell : ROWLESS;
		quotas->complete &= group->row != ROWLESS;
	}
	return quotas->complete;
}

static const swk__target nothing[SWK__TARGETS] = { { false, { 0, 1 } }, { false, { 0, 1 } } };

void swk__quotas_note(swk__quotas *quotas, int32_t from, int32_t to)
{
	same_forget(quotas);
	for (size_t g = 0; g < quotas->group_count; g++)
		memcpy(quotas->groups[g].targets, nothing, sizeof nothing);
	for (int32_t week = from; week <= to; week += 7)
		(void)week_add(quotas, week, false, NULL);
}

int swk__quotas_sum(swk__quotas *quotas, int32_t from, int32_t to, swk_error *error)
{
	int code = SWK_OK;
	if (from == to && from >= quotas->same_from && to + 7 <= quotas->same_until)
		return SWK_OK;
	for (size_t g = 0; g < quotas->group_count; g++)
		memcpy(quotas->groups[g].targets, nothing, sizeof nothing);
	for (int32_t week = from; week <= to && code == SWK_OK; week += 7)
		code = week_add(quotas, week, true, error);
	same_forget(quotas);
	if (code == SWK_OK && from == to)
		same_note(quotas, from);
	return code;
}
