/* SPDX-License-Identifier: MIT
 *
 * fold: what the records of one lead, or of one opportunity, mean together: facts.
 *
 *   changed rows --> touched opportunities and leads --> gathered records --> facts, filed by the week of their instant
 *
 * An opportunity's facts (opened, closed) come from it and its stages; a lead's (lead, outreach, opportunity, win,
 * score, cohort) from the records of all leads that are merged into it. Folding is pure: the same records give the same
 * facts in whatever order they came, so only what a change touches is folded again, and a fact that stays the same
 * stays where it is.
 *
 * Invariant: after a fold, the facts are those that folding everything anew would make.
 */
#ifndef SWK_FOLD_H
#define SWK_FOLD_H

#include "history.h"

/* A growing list of records on their way through a fold. */
typedef struct swk__fold_list {
	struct swk__fold_item *items;
	size_t count, capacity;
} swk__fold_list;

typedef struct swk__fold {
	swk__mem *mem;
	const swk__history *history;
	swk__table_state *states; /* SWK__STATE_COUNT: records are read, facts are written */
	swk__pages *const *links; /* SWK__LINK_COUNT */
	int64_t now;              /* a close that is later is none */
	int64_t until;            /* the first close that is later; INT64_MAX: none */
	uint64_t txn;             /* under which facts are written; the version of their parts */
	bool apart;               /* facts of the snapshot's ancestors go on without these */
	/* work */
	swk__touched *touched; /* grows while it is folded */
	swk__touched walked;   /* leads whose followers are touched */
	swk__fold_list members, replies, held, wins, scores, stages;
	swk__check check; /* asked now and then; may be NULL */
	void *check_context;
	int stopped;     /* what the check said last */
	uint64_t folded; /* leads folded */
	uint64_t filed;  /* facts filed or taken away */
} swk__fold;

/* A fold over a snapshot that nobody else sees yet, whose facts are older than its records by what is touched; one at a
 * time. Numbers of ids that were given since the snapshot do no harm. */
void swk__fold_init(swk__fold *fold, swk__history *history, swk__snapshot *snapshot, swk__touched *touched);

/* The same over a snapshot that was cut at `now` under a txn of its own, beside what others fold: the rows it writes
 * are in no other snapshot's parts. Its facts' states must have been set apart (swk__state_apart). */
void swk__fold_init_cut(swk__fold *fold, const swk__history *history, swk__snapshot *snapshot, swk__touched *touched,
                        int64_t now, uint64_t txn);

void swk__fold_done(swk__fold *fold);

/* Folds what is touched. On failure the snapshot's facts are of no use. */
int swk__fold_changes(swk__fold *fold, swk_error *error);

/* Folds everything anew, by passes over all records. For a while it takes some 70 bytes a lead and 8 a reply. */
int swk__fold_all(swk__fold *fold, swk_error *error);

/* Whether the memory's limit leaves room for that. */
bool swk__fold_all_fits(const swk__fold *fold);

/* The current row of a record in these states, deleted ones not; 0 where there is none. */
swk__place swk__row_current(const swk__table_state *states, swk__table table, uint32_t entity);

/* The row of the lead that a lead's records count for: the end of its chain of merged_into. Links to leads that do not
 * exist, and links of a cycle, merge nothing. 0 where the lead does not exist. */
swk__place swk__lead_resolve(const swk__table_state *states, uint32_t entity);

/* ------------------------------------------------------------------------------- what both ways share */

/* An opportunity as its own record tells it, and then as its stages do. */
typedef struct swk__deal {
	uint32_t opportunity;
	int64_t created_at, lead, rep, amount, currency, outcome, closed_at;
} swk__deal;

/* Lets an opportunity's stages, and `now`, have their say. False when memory failed. */
bool swk__fold_deal(swk__fold *fold, swk__deal *state);

/* The lead of an opportunity, as it is now. */
uint32_t swk__fold_deal_lead(const swk__fold *fold, uint32_t opportunity);

/* The cells of the fact that it was opened, or closed, at an instant. */
void swk__deal_cells(const swk__deal *state, int64_t at, int64_t *cells);

/* A score, and what came after it. */
typedef struct swk__score {
	uint32_t score;
	int64_t at, value, model;
	int64_t recorded_at; /* SWK__NULL: a stamp of the store's */
	int64_t reply_at, held_at, won_at;
} swk__score;

/* The cells of its fact; `won_at`: when its lead first won. */
void swk__score_cells(const swk__score *score, uint32_t lead, int64_t won_at, int64_t *cells);

/* A lead for which records count, and what they say; SWK__NULL for what did not happen. */
typedef struct swk__subject {
	uint32_t lead;
	int64_t created_at, touch_at, opportunity_at, won_at;
	int64_t outreach_at, reply_at, rep, channel;
} swk__subject;

/* Lets the fact of a key be these cells, or none (NULL). False when memory failed. */
typedef bool (*swk__filing)(void *context, swk__table fact, uint32_t key, const int64_t *cells);

/* Files the facts that a lead has one of each. */
bool swk__subject_file(const swk__subject *about, swk__filing file, void *context);

/* Whether a meeting with this outcome took place. */
static inline bool swk__meeting_held(int64_t outcome)
{
	const unsigned held = 1u << SWK__MEETING_SALE | 1u << SWK__MEETING_DEMO | 1u << SWK__MEETING_FOLLOW_UP |
	                      1u << SWK__MEETING_DECLINED | 1u << SWK__MEETING_COMPLETED;
	return (held >> outcome) & 1;
}

/* Writes facts of one week behind those there are, by keys that have none. False when memory failed. */
bool swk__fold_write(swk__fold *fold, swk__table fact, int32_t week, const swk__fresh *fresh);

/* Asks whether the work goes on after so many records; a `total` of 0 is not known. */
bool swk__fold_ask(swk__fold *fold, uint64_t done, uint64_t total, swk_error *error);

/* Why a fold did not come to its end. */
int swk__fold_failed(const swk__fold *fold, swk_error *error);

#endif
