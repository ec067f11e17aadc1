/* SPDX-License-Identifier: MIT
 *
 * facts: what the current records mean. The cuts by `as_of`, `at_commit` and `now` live here and nowhere else.
 *
 *   snapshot + cut --> facts: a state per table { parts by UTC week, entity --> current row }, merged leads followed
 *
 * A cut undoes what came after it: on a copy of the snapshot the records that it does not leave are taken away, those
 * that they had replaced come back, and the facts of all that this touches are folded again, as after a commit.
 *
 * Calls and meetings are facts as they lie; what several records mean together is folded. Facts later than `now` are
 * left to whoever reads, and so are the later instants that a fact tells (a reply, a first touch); what a later record
 * could change otherwise (who a lead is, whether a deal is closed) is cut here.
 *
 * Invariant: facts of a cut that cuts nothing off share everything with the snapshot; any other cut shares what it
 * leaves as it was, and its other parts and pages have its own txn, and that for a version.
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

/* A snapshot that was cut. */
typedef struct swk__past {
	swk__snapshot *snapshot; /* retained */
	swk__cut cut;
	int64_t until;          /* it is the same for every `now` from that of the cut on and before this */
	uint64_t txn;           /* no two snapshots that were cut have the same; greater than any other txn */
	uint64_t bytes;         /* what it holds beside the snapshot it was made of */
	uint64_t lost;          /* records that have another current version, or none */
	uint64_t folded, filed; /* as the fold counts them */
} swk__past;

typedef struct swk__facts {
	const swk__history *history;
	swk__snapshot *snapshot;  /* retained */
	swk__table_state *tables; /* SWK__STATE_COUNT: the snapshot's */
	swk__cut cut;
	bool cached;   /* the parts' versions tell them apart, and they will be asked for again */
	uint64_t past; /* the txn of a snapshot that was cut, or 0 */
} swk__facts;

/* Whether a cut leaves less than all of the snapshot: then it must be cut. */
bool swk__facts_past(const swk__snapshot *snapshot, swk__cut cut);

/* Cuts a snapshot; with `folded` its facts, too, which must be those of its records; else they must not be read.
 * `check`, which may be NULL, is asked while that takes long. On success past->snapshot has one reference. */
int swk__facts_cut(swk__history *history, const swk__snapshot *snapshot, swk__cut cut, bool folded, swk__check check,
                   void *check_context, swk__past *past, swk_error *error);

/* Whether a snapshot that was cut answers a question with this cut about the one it was made of. */
bool swk__past_holds(const swk__past *past, const swk__snapshot *snapshot, swk__cut cut);

/* The facts of a snapshot as it lies: one that the cut leaves as it is, or one that was cut (`past`, else 0) and is
 * kept. Takes a reference on it. */
void swk__facts_share(swk__facts *facts, const swk__history *history, swk__snapshot *snapshot, swk__cut cut,
                      uint64_t past);

/* The facts of a snapshot under a cut, which is made for this question alone where it leaves less than all. On failure
 * there is nothing to close. */
int swk__facts_open(swk__facts *facts, swk__history *history, swk__snapshot *snapshot, swk__cut cut, bool folded,
                    swk__check check, void *check_context, swk_error *error);
void swk__facts_close(swk__facts *facts);

/* Whether a version is among those that the cut leaves, `now` aside. */
bool swk__cut_keeps(const swk__cut *cut, const swk__part *part, uint32_t row);

/* One table of the snapshot under a cut, by its records alone: what is current in *state are the greatest versions
 * that the cut leaves, what is live those of them that are not deleted. On success the reference on *state is the
 * caller's. */
int swk__facts_cut_table(const swk__history *history, const swk__snapshot *snapshot, swk__table table, swk__cut cut,
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
