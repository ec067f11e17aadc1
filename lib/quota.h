/* SPDX-License-Identifier: MIT
 *
 * quota: what was to be won in a period, by group, exactly.
 *
 *   quotas (rep, team or the organisation; from - to) --read once a question--> by group, then by first day
 *   a period --days shared with its weeks--> fractions by group
 *
 * A quota's share of a week is target * days shared / days of the quota. The level is the finest of rep and team in
 * `by` or the filters, else the organisation. For each week, and for won and amount apart, a team's quota is its own if
 * one shares a day with the week, else the sum of its reps'; the organisation's likewise, from its teams'.
 */
#ifndef SWK_QUOTA_H
#define SWK_QUOTA_H

#include "money.h"
#include "query.h"
#include "rollup.h"

typedef enum swk__target_kind {
	SWK__TARGET_WON,    /* deals */
	SWK__TARGET_AMOUNT, /* minor units of the result's currency */
	SWK__TARGETS
} swk__target_kind;

/* What a group was to win in a period. */
typedef struct swk__target {
	bool given;
	swk__fraction share; /* of a group with a row */
} swk__target;

#define SWK__QUOTA_ROWLESS SIZE_MAX

typedef struct swk__quota_group {
	swk__slice key; /* as in a rollup */
	size_t row;     /* SWK__QUOTA_ROWLESS: what no row needs is not converted, and lacks no rate */
	swk__target targets[SWK__TARGETS];
} swk__quota_group;

typedef struct swk__quotas {
	const swk__plan *plan;
	const swk__facts *facts;
	const swk__money *money;
	swk__buf keys;
	struct swk__quota *quotas; /* by group, then by first day; those without a group last */
	struct swk__quota_days *days;
	swk__quota_group *groups; /* by key */
	size_t count, capacity, grouped, group_count;
	swk__rate_gap gap;             /* the first rate that was missing for a group with a row */
	swk__rollup *matched;          /* in which the groups were looked for last; NULL: none */
	int32_t same_from, same_until; /* weeks between them have the same sums as the last one; none: from > until */
	bool complete;                 /* and all were found */
	bool (*owned)[SWK__TARGETS];   /* of the organisation and then teams: one of its own shares a day with a week */
} swk__quotas;

/* Reads the quotas that share a day with the weeks from `from` to `to` (first days). Plan, facts and money must outlive
 * them. On failure there is nothing to close; closing twice does nothing. */
int swk__quotas_open(swk__quotas *quotas, const swk__plan *plan, const swk__facts *facts, const swk__money *money,
                     int32_t from, int32_t to, swk_error *error);
void swk__quotas_close(swk__quotas *quotas);

/* Tells groups which row is theirs: the cell of a rollup (NULL: of none) with their key. Whether all have one. */
bool swk__quotas_match(swk__quotas *quotas, swk__rollup *rollup);

/* Notes what is given in the weeks from `from` to `to`. */
void swk__quotas_note(swk__quotas *quotas, int32_t from, int32_t to);

/* Notes it and adds up the shares of groups that have a row. What lacks its rate is nothing, and noted in `gap`. */
int swk__quotas_sum(swk__quotas *quotas, int32_t from, int32_t to, swk_error *error);

/* True when quotas can be told apart by the plan's groups and filters: no other dimension than rep and team. */
bool swk__quotas_apply(const swk__plan *plan);

/* The first day of the first quota; false when there is none. */
bool swk__quotas_begin(const swk__facts *facts, int32_t *date);

#endif
