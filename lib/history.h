/* SPDX-License-Identifier: MIT
 *
 * history: every version of every record, which version is current, and snapshots of that.
 *
 *   batch --> history: ids (text --> entity), texts, tables[t] { directory, current } --publish--> snapshot
 *
 * A version is never overwritten. Of the versions of an entity one is current (version rule: greater recorded_at, then
 * the greater row, then one whose time was given over one that was stamped); the others are found by what they say: a
 * row that equals one of them is not stored again.
 *
 * Invariant: a snapshot is immutable. swk__history_begin ... _apply ... is invisible until _publish, and _rollback
 * leaves everything as before. One writer at a time; the caller sees to it.
 */
#ifndef SWK_HISTORY_H
#define SWK_HISTORY_H

#include "batch.h"
#include "journal.h"
#include "parts.h"
#include "text.h"
#include "touched.h"
#include "versions.h"

typedef struct swk__snapshot {
	swk__mem *mem;
	_Atomic uint32_t references;
	swk__table_state tables[SWK__STATE_COUNT]; /* records, and then facts */
	swk__pages *links[SWK__LINK_COUNT];        /* a record --> the newest row that refers to it, current or not */
	uint64_t commit;
	uint32_t texts;          /* numbers of texts there are (and below) */
	int64_t last_stamp;      /* the last stamp given to a row that came without one; INT64_MIN: none */
	int64_t latest_recorded; /* no row was recorded later; INT64_MIN without rows */
	int64_t settled;         /* from this `now` on no record can change what others mean (see swk__facts) */
} swk__snapshot;

void swk__snapshot_release(swk__snapshot *snapshot); /* NULL is fine */

/* A copy with one reference; NULL when memory failed. */
swk__snapshot *swk__snapshot_copy(const swk__snapshot *snapshot);

/* Makes a snapshot that nobody else sees the same as another one, or its facts alone. */
void swk__snapshot_assign(swk__snapshot *snapshot, const swk__snapshot *from);
void swk__snapshot_facts(swk__snapshot *snapshot, const swk__snapshot *from);

typedef struct swk__history {
	swk__mem *mem;
	swk__layout layouts[SWK__STATE_COUNT];
	swk__text texts;                 /* all texts but ids */
	uint32_t call_text;              /* the channel of a call */
	swk__text ids[SWK__TABLE_COUNT]; /* entity numbers */
	swk__snapshot *published;        /* retained; read and replaced under the store's lock, by the writer too */
	swk__snapshot *working;          /* the transaction's own, NULL outside */
	uint64_t txn, versions;
	/* How many rows of the transaction were passed and may follow, 0 where nobody knows; set by the caller. */
	uint64_t passed, expected;
	swk__touched touched;                       /* of the transaction: what the fold starts from */
	uint64_t fold_txn;                          /* who folds counts here, one at a time */
	_Atomic uint64_t cuts;                      /* snapshots that were cut */
	swk__versions older[SWK__TABLE_COUNT];      /* versions that are not current */
	swk__text_mark marks[1 + SWK__TABLE_COUNT]; /* of texts and ids, when the transaction began */
} swk__history;

int swk__history_init(swk__history *history, swk__mem *mem, swk_error *error);
void swk__history_done(swk__history *history);

/* Begins a transaction on a copy of `from`, which was published last, but for facts that others fold, and is the
 * caller's to hold. */
int swk__history_begin(swk__history *history, const swk__snapshot *from, swk_error *error);

typedef struct swk__applied {
	uint64_t accepted, unchanged;
} swk__applied;

/* Checked now and then during long work; non-zero stops it and is returned. */
typedef int (*swk__check)(void *context, uint64_t done, uint64_t total, swk_error *error);

/* Numbers that texts of a batch have, found ahead of storing its rows: those of fields whose texts are ids of the
 * batch's own table (its ids, and what merges a lead into another). */
#define SWK__NAMED_FIELDS 2
typedef struct swk__named {
	uint32_t first[SWK__NAMED_FIELDS][SWK__BATCH_FILL / SWK__TEXT_RUN]; /* new ones of a run: from here on */
	uint32_t end[SWK__NAMED_FIELDS][SWK__BATCH_FILL / SWK__TEXT_RUN];   /* to before this one */
	uint32_t numbers[SWK__NAMED_FIELDS][SWK__BATCH_FILL];
} swk__named;

/* Numbers such texts of a batch whose rows, at most SWK__BATCH_FILL, are all of one table. One thread may do so while
 * another one stores the rows of the batch before; all batches of a transaction must be numbered so, or none. */
int swk__history_name(swk__history *history, const swk_batch *batch, swk__named *named, swk_error *error);

/* How the rows of a batch are stored. */
typedef struct swk__intake_wish {
	uint64_t commit; /* as which commit */
	int64_t stamp;   /* of the first row without recorded_at; then one more each, or later, if given already */
	const swk__named *named; /* NULL: its texts were not numbered ahead */
	swk__buf *journal;       /* what was stored is appended to it; NULL: to none */
	swk__check check;        /* NULL: none */
	void *context;           /* of the check */
} swk__intake_wish;

/* Stores the rows of a batch, in their order. On failure the transaction must be rolled back. */
int swk__history_apply(swk__history *history, const swk_batch *batch, const swk__intake_wish *wish,
                       swk__applied *applied, swk_error *error);

/* Stores again what a journal holds of a commit, or the next bytes of it: *taken of them, up to where a run begins
 * whose end is not there yet. On failure the transaction must be rolled back. */
int swk__history_replay(swk__history *history, swk__slice journal, uint64_t commit, swk__check check, void *context,
                        size_t *taken, swk_error *error);

/* Lets questions find the texts that they ask for, once all of a journal was stored again. */
int swk__history_replayed(swk__history *history, swk__check check, void *context, swk_error *error);

/* Makes ready the dictionaries that a batch's rows name things in: after a file was opened the first ingestion that
 * looks for any makes their indices. Whether to go on is asked in between, `done` and `total` 0. */
int swk__history_ready(swk__history *history, const swk_batch *batch, swk__check check, void *context,
                       swk_error *error);

/* The dictionary that the numbers of a text field belong to. */
static inline const swk__text *swk__history_texts(const swk__history *history, swk__table table,
                                                  const swk__field *field)
{
	const swk__dictionaries all = { (swk__text *)&history->texts, (swk__text *)history->ids };
	return swk__dictionary(&all, table, field);
}

/* The row before `row` in the chain of a link; 0 at its end. A row of the chain counts where it is current. */
swk__place swk__history_linked(const swk__history *history, const swk__table_state *states, swk__link link,
                               swk__place row);

/* A hash of what a row says: its `count` cells, and then whether its recorded_at is a stamp. */
static inline uint32_t swk__version_hash(const swk__history *history, const int64_t *cells, unsigned count)
{
	return (uint32_t)swk__hash(cells, (count + 1) * sizeof *cells, history->texts.key);
}

/* The same of the row at a place, by which swk__versions finds it. */
uint32_t swk__history_hash(const swk__history *history, swk__table table, const swk__table_state *state,
                           swk__place place);

/* Whose records the bits of each kind are. */
extern const swk__table swk__touch_tables[SWK__TOUCH_COUNT];

/* Adds what a row touches that becomes current, or ceases to be; there must be room for it. */
void swk__history_touch(const swk__table_state *state, swk__table table, swk__place place, swk__touched *touched);

/* Lets the transaction have the facts of the published state, which others may have folded since it began. */
void swk__history_adopt(swk__history *history);

/* Has the transaction's state say how many ids there are, as publishing does and folding asks. */
void swk__history_count(swk__history *history);

/* Makes the transaction's state the published one; cannot fail. Returns the snapshot that was published before, for
 * the caller to release. */
swk__snapshot *swk__history_publish(swk__history *history);

/* Ends the transaction without a trace. */
void swk__history_rollback(swk__history *history);

/* Orders two cells of a field: null first, texts bytewise, numbers by value. */
int swk__cell_compare(const swk__history *history, swk__table table, unsigned field, int64_t a, int64_t b);

/* The version rule between two rows of one table that lie in states of this history: < 0, 0, > 0. */
int swk__history_compare(const swk__history *history, swk__table table, const swk__table_state *state, swk__place a,
                         swk__place b);

#endif
