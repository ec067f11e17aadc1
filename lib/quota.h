/* SPDX-License-Identifier: MIT
 *
 * quota: what was to be won in a period, by group, exactly.
 *
 *   quotas (rep, team or the organisation; from - to) --days shared with each week--> fractions by group
 *
 * A quota's share of a week is target * days shared / days of the quota. The level is the finest of rep and team in
 * `by` or the filters, else the organisation. For each week, and for won and amount apart, a team's quota is its own if
 * one shares a day with the week, else the sum of its reps'; the organisation's likewise, from its teams'.
 */
#ifndef SWK_QUOTA_H
#define SWK_QUOTA_H

#include "money.h"
#include "query.h"

typedef struct swk__quota_group {
	swk__slice key; /* as in a rollup */
	bool won_given, amount_given;
	swk__fraction won, amount; /* deals; minor units of the result's currency */
} swk__quota_group;

typedef struct swk__quotas {
	swk__mem *mem;
	swk__buf keys;
	swk__quota_group *groups; /* by key */
	size_t count, capacity;
	uint32_t *slots; /* while they are made: groups by key, twice the capacity */
} swk__quotas;

/* Whether a group has a row: what no row needs is not converted, and lacks no rate. */
typedef bool (*swk__quota_wanted)(void *context, swk__slice key);

/* The quotas of the weeks from `from` to `to` (first days), into the groups of the plan that are wanted (NULL: all).
 * `money` may be NULL: won and amounts are only noted as given. SWK_ERR_INVALID: a rate is missing. On failure there is
 * nothing to free. */
int swk__quotas_make(swk__quotas *quotas, const swk__plan *plan, const swk__facts *facts, const swk__money *money,
                     int32_t from, int32_t to, swk__quota_wanted wanted, void *context, swk_error *error);
void swk__quotas_done(swk__quotas *quotas);

/* The group with this key, or NULL. */
const swk__quota_group *swk__quotas_find(const swk__quotas *quotas, swk__slice key);

/* True when quotas can be told apart by the plan's groups and filters: no other dimension than rep and team. */
bool swk__quotas_apply(const swk__plan *plan);

/* The first day of the first quota; false when there is none. */
bool swk__quotas_begin(const swk__facts *facts, int32_t *date);

#endif
