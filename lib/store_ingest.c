/* SPDX-License-Identifier: MIT
 *
 * A commit: what a feed gives is applied to the history, written to the file, and published.
 */
#include "relay.h"
#include "store.h"

#include <errno.h>

/* A commit under way: batches that go into one transaction of the history and one of the file. */
typedef struct commit {
	swk__store_call call;
	const swk__feed *feed;
	int64_t stamp;
	bool strict;
	uint64_t before; /* commits */
	uint64_t rows;   /* of the batches before */
	uint64_t rejected;
	swk__applied applied;
	swk_error refusal; /* strict: of the first row refused; code 0: none */
	swk__buf journal;
} commit;

static void commit_begin(swk_store *store, const swk__feed *feed, const swk_ingest_options *options, commit *made)
{
	*made = (commit){ .call = swk__store_call_begin(store, store->progress, store->progress_context),
		          .feed = feed,
		          .strict = options->strict };
	made->stamp = options->recorded_at ? options->recorded_at : store->clock(store->clock_context);
	made->refusal.size = sizeof made->refusal;
	swk__buf_init(&made->journal, &store->mem, SIZE_MAX);
}

static void commit_done(commit *self)
{
	swk__buf_done(&self->journal);
}

/* Moves whole blobs of what the journal has gathered to the file, so that a commit of any size takes little memory, and
 * may be stopped between them. */
static int journal_move(commit *self, swk_error *error)
{
	swk__buf *journal = &self->journal;
	size_t at = 0;
	int code = SWK_OK;
	for (; code == SWK_OK && journal->length - at >= SWK__FILE_BLOB; at += SWK__FILE_BLOB) {
		code = swk__file_append(self->call.store->file, (swk__slice){ journal->bytes + at, SWK__FILE_BLOB },
		                        error);
		if (code == SWK_OK)
			code = swk__store_call_again(&self->call, 0, 0, error);
	}
	if (at && code == SWK_OK) {
		journal->length -= at;
		memmove(journal->bytes, journal->bytes + at, journal->length);
	}
	return code;
}

/* Asked between rows, when the journal tells of whole rows. */
static int commit_check(void *context, uint64_t done, uint64_t total, swk_error *error)
{
	commit *self = context;
	(void)total;
	int code = swk__store_call_check(&self->call, self->rows + done, self->feed->total, error);
	return code == SWK_OK ? journal_move(self, error) : code;
}

/* Applies the rows of one batch and appends what was stored to the journal. */
static int batch_apply(commit *self, const swk_batch *batch, const swk__named *named, swk__check check,
                       swk_error *error)
{
	swk_store *store = self->call.store;
	const swk__intake_wish wish = { .commit = self->before + 1,
		                        .stamp = self->stamp,
		                        .named = named,
		                        .journal = store->file ? &self->journal : NULL,
		                        .check = check,
		                        .context = self };
	return swk__history_apply(&store->history, batch, &wish, &self->applied, error);
}

/* Makes the history ready for a batch, and says how many rows may follow. */
static int batch_expect(commit *self, const swk_batch *batch, swk_error *error)
{
	swk__history *history = &self->call.store->history;
	const uint64_t total = self->feed->total;
	history->passed = self->rows;
	history->expected = total > self->rows ? total - self->rows : 0;
	return swk__history_ready(history, batch, swk__store_call_again, &self->call, error);
}

/* The next batch of the feed; NULL after the last one. *apply is false from a refused row on that ends the commit. */
static int batch_fetch(commit *self, const swk_batch **batch, bool *apply, swk_error *error)
{
	*batch = NULL;
	int code = self->feed->next(self->feed->context, batch, error);
	if (code != SWK_OK || !*batch)
		return code;
	if (self->strict && (*batch)->reject_count && self->refusal.code == SWK_OK)
		swk__error_copy(&self->refusal, &(*batch)->rejects[0]);
	*apply = self->refusal.code == SWK_OK;
	return SWK_OK;
}

static void batch_count(commit *self, const swk_batch *batch)
{
	self->rows += batch->rows + batch->reject_count;
	self->rejected += batch->reject_count;
}

/* Applies all batches of the feed; from a refused row on that ends the commit they are only read. */
static int feed_apply(commit *self, swk_error *error)
{
	for (;;) {
		const swk_batch *batch;
		bool apply;
		int code = batch_fetch(self, &batch, &apply, error);
		if (code != SWK_OK || !batch)
			return code;
		code = apply ? batch_expect(self, batch, error) : SWK_OK;
		if (code == SWK_OK)
			code = apply && batch->rows ? batch_apply(self, batch, NULL, commit_check, error)
			                            : commit_check(self, 0, 0, error);
		if (code != SWK_OK)
			return code;
		batch_count(self, batch);
	}
}

/* --------------------------------------------------------------------------------------- two threads */

/* A batch on its way from the thread that reads to the one that applies. */
typedef struct piece {
	swk_batch *batch;
	swk__named named;
} piece;

/* Asked between rows by the thread that applies, which tells no progress. */
static int piece_check(void *context, uint64_t done, uint64_t total, swk_error *error)
{
	commit *self = context;
	(void)done;
	(void)total;
	int code = swk__store_call_again(&self->call, 0, 0, error);
	return code == SWK_OK ? journal_move(self, error) : code;
}

static int piece_apply(void *context, void *work, swk_error *error)
{
	const piece *made = work;
	return batch_apply(context, made->batch, &made->named, piece_check, error);
}

/* Numbers the ids of a batch and gives it to the thread that applies; the feed goes on with the batch that this one has
 * done with. */
static int piece_give(commit *self, swk__relay *relay, piece *made, swk_error *error)
{
	int code = batch_expect(self, self->feed->filled, error);
	if (code == SWK_OK)
		code = swk__history_name(&self->call.store->history, self->feed->filled, &made->named, error);
	if (code == SWK_OK)
		code = swk__relay_wait(relay, error);
	if (code != SWK_OK)
		return code;
	swk__batch_swap(made->batch, self->feed->filled);
	swk__relay_give(relay, made);
	return SWK_OK;
}

/* As feed_apply, while the batch before is applied by another thread. What the calls of the host see is this one's. */
static int feed_relay(commit *self, swk__relay *relay, piece pieces[2], swk_error *error)
{
	for (size_t turn = 0;; turn++) {
		const swk_batch *batch;
		bool apply;
		int code = batch_fetch(self, &batch, &apply, error);
		if (code != SWK_OK || !batch)
			return code;
		batch_count(self, batch);
		if (apply)
			code = piece_give(self, relay, &pieces[turn % 2], error);
		if (code == SWK_OK)
			code = swk__store_call_check(&self->call, self->rows, self->feed->total, error);
		if (code != SWK_OK)
			return code;
	}
}

/* Applies the feed with the threads that are asked for, as far as they are of use. */
static int feed_run(commit *self, unsigned threads, swk_error *error)
{
	swk_store *store = self->call.store;
	swk__relay relay;
	swk_error first = SWK_ERROR_INIT;
	if (threads < 2 || !self->feed->filled)
		return feed_apply(self, error);
	piece *pieces = swk__alloc(&store->mem, SWK__FAULT_history_intake, 2, sizeof *pieces);
	int code = pieces ? SWK_OK : swk__fail_memory(error, &store->mem);
	swk_batch *spare = NULL;
	if (code == SWK_OK)
		code = swk__batch_create(&store->mem, &store->zones, NULL, (swk__slice){ NULL, 0 }, false, NULL, NULL,
		                         &spare, error);
	if (code == SWK_OK && !swk__relay_open(&relay, piece_apply, self)) {
		code = feed_apply(self, error);
	} else if (code == SWK_OK) {
		pieces[0].batch = pieces[1].batch = spare;
		const int read = feed_relay(self, &relay, pieces, &first);
		/* What was applied came before what was read. */
		code = swk__relay_close(&relay, error);
		if (code == SWK_OK && read != SWK_OK) {
			swk__error_copy(error, &first);
			code = read;
		}
	}
	swk_batch_free(spare);
	swk__free(&store->mem, pieces);
	return code;
}

/* Ends what the transaction stored in the file. What stops it must come before: with the end it is durable. */
static int commit_write(commit *self, swk_error *error)
{
	swk_store *store = self->call.store;
	swk__buf head;
	int code = swk__store_call_again(&self->call, 0, 0, error);
	if (code != SWK_OK || !store->file)
		return code;
	swk__buf_init(&head, &store->mem, SWK__STORE_HEAD_MAX);
	code = swk__store_head(store, store->history.working->last_stamp, &head, error);
	if (code == SWK_OK)
		code = journal_move(self, error);
	if (code == SWK_OK)
		code = swk__file_commit(store->file, (swk__slice){ self->journal.bytes, self->journal.length },
		                        (swk__slice){ head.bytes, head.length }, error);
	swk__buf_done(&head);
	return code;
}

/* Begins the transaction on a snapshot of its own: whoever folds may replace the published one at any time. */
static int commit_open(commit *self, swk_error *error)
{
	swk_store *store = self->call.store;
	swk__snapshot *from = swk__store_snapshot(store);
	int code = swk__history_begin(&store->history, from, error);
	self->before = from->commit;
	swk__snapshot_release(from);
	return code;
}

/* Applies the feed to a transaction and publishes it when it is durable. */
static int commit_run(commit *self, unsigned threads, swk_error *error)
{
	swk_store *store = self->call.store;
	swk__history *history = &store->history;
	int code = commit_open(self, error);
	if (code != SWK_OK)
		return code;
	code = feed_run(self, threads, error);
	if (code == SWK_OK && self->refusal.code != SWK_OK) {
		swk__error_copy(error, &self->refusal);
		if (swk__error_usable(error))
			error->code = SWK_ERR_REJECTED;
		code = SWK_ERR_REJECTED;
	}
	if (code == SWK_OK && !swk__store_publishable(store))
		code = swk__fail_memory(error, &store->mem);
	if (code == SWK_OK && self->applied.accepted)
		code = commit_write(self, error);
	if (code != SWK_OK || !self->applied.accepted) {
		swk__history_rollback(history);
		if (store->file)
			swk__file_rollback(store->file);
		return code;
	}
	swk__store_publish(store);
	return SWK_OK;
}

int swk__store_ingest(swk_store *store, const swk__feed *feed, const swk_ingest_options *options,
                      swk_ingest_counts *counts, swk_error *error)
{
	commit self;
	if (store->read_only)
		return swk__fail(error, SWK_ERR_READ_ONLY, "the store was opened read-only");
	commit_begin(store, feed, options, &self); /* before the wait, which may be interrupted as well */
	if (pthread_mutex_lock(&store->writer) == EDEADLK)
		return swk__fail(error, SWK_ERR_USAGE, "an ingestion was begun within another one of the same store");
	int code = commit_run(&self, options->threads, error);
	pthread_mutex_unlock(&store->writer);
	commit_done(&self);
	if (code == SWK_OK)
		*counts = (swk_ingest_counts){ counts->size, self.applied.accepted, self.applied.unchanged,
			                       self.rejected, self.before + (self.applied.accepted > 0) };
	return code;
}

/* A batch that was filled before is a feed of one batch. */
static int batch_next(void *context, const swk_batch **batch, swk_error *error)
{
	const swk_batch **left = context;
	(void)error;
	*batch = *left;
	*left = NULL;
	return SWK_OK;
}

int swk__store_ingest_batch(swk_store *store, const swk_batch *batch, const swk_ingest_options *options,
                            swk_ingest_counts *counts, swk_error *error)
{
	const swk_batch *left = batch;
	const swk__feed feed = { .next = batch_next, .context = &left, .total = batch->rows };
	if (batch->open)
		return swk__fail(error, SWK_ERR_USAGE, "the last row of the batch was not ended");
	return swk__store_ingest(store, &feed, options, counts, error);
}
