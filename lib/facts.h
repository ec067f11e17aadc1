/* SPDX-License-Identifier: MIT
 *
 * facts: what the current records mean. The cuts by `as_of`, `at_commit` and `now` live here and nowhere else.
 *
 *   snapshot + cut --> facts: a state per table { parts by UTC week, entity --> current row }, merged leads followed
 *
 * Calls and meetings are facts as they lie; what several records mean together is folded. Facts later than `now` are
 * left to whoever reads, and so are the later instants that a fact tells (a reply, a first touch); what a later record
 * could change otherwise (who a lead is, whether a deal is closed) is cut here.
 *
 * Invariant: facts of a cut that cuts nothing off share everything with the snapshot and carry the versions of its
 * parts; any other cut makes parts and pages of its own over the same columns, with version 0.
 */
#ifndef SWK_FACTS_H
#define SWK_FACTS_H

#include "fold.h"

/* Which versions and records exist. */
typedef struct swk__cut {
	int64_t now;     /* records whose own instant is later are absent */
	int64_t as_of;   /* versions recorded up to then; INT64_MAX: all */
	uint64_t commit; /* rows of the first N commits; UINT64_MAX: all */
} swk__cut;

typedef struct swk__facts {
	const swk__history *history;
	swk__snapshot *snapshot; /* retained */
	swk__cut cut;
	swk__table_state tables[SWK__STATE_COUNT]; /* retained */
	bool cached;                               /* nothing was cut off: the parts' versions tell them apart */
	swk__check check;                          /* asked while records are cut; may be NULL */
	void *check_context;
} swk__facts;

/* Whether a cut leaves less than all of the snapshot: then its facts are folded anew, and the snapshot's not read. */
bool swk__facts_past(const swk__snapshot *snapshot, swk__cut cut);

/* The facts under a cut; `check`, which may be NULL, is asked while that takes long. Takes a reference on the snapshot.
 * On failure there is nothing to close. */
int swk__facts_open(swk__facts *facts, const swk__history *history, swk__snapshot *snapshot, swk__cut cut,
                    swk__check check, void *check_context, swk_error *error);
void swk__facts_close(swk__facts *facts);

/* Whether a version of a cut's table is among those that the cut leaves, `now` aside. */
bool swk__cut_keeps(const swk__cut *cut, const swk__part *part, uint32_t row);

/* One table of the snapshot under a cut, by its records alone: what is current in *state are the greatest versions
 * that the cut leaves, what is live those of them that are not deleted. On success the reference on *state is the
 * caller's. */
int swk__facts_cut(const swk__history *history, swk__snapshot *snapshot, swk__table table, swk__cut cut,
                   swk__check check, void *check_context, swk__table_state *state, swk_error *error);

/* The current row of a record, deleted ones not; 0 where there is none. */
static inline swk__place swk__facts_row(const swk__facts *facts, swk__table table, uint32_t entity)
{
	return swk__row_current(facts->tables, table, entity);
}

/* The row of the lead that a lead's records count for, or 0 (swk__lead_resolve). */
static inline swk__place swk__facts_lead(const swk__facts *facts, uint32_t entity)
{
	return swk__lead_resolve(facts->tables, entity);
}

/* The state of the table whose live rows are facts. */
static inline const swk__table_state *swk__facts_table(const swk__facts *facts, swk__table table)
{
	return &facts->tables[table];
}

#endif
