/* SPDX-License-Identifier: MIT
 *
 * store: owns everything, orders commits, hands out snapshots.
 *
 *   ingest: lock writer | history (private) --> file (durable) --> swap one pointer (seen)
 *   report: pin snapshot | plan --> facts --> answer
 *
 * Invariant: any failure before the swap leaves memory and file as they were. Readers never wait for the writer: they
 * take the short lock of the pointer and, where they ask for facts that are not folded or not cut yet, that of the fold
 * or the cut. The memory lives as long as the handle or any batch or result of it.
 */
#ifndef SWK_STORE_H
#define SWK_STORE_H

#include "answer.h"
#include "export.h"
#include "file.h"
#include "journal.h"

#include <pthread.h>
#include <sys/types.h>

/* Cuts that are kept for the next question. */
#define SWK__KEPT_MAX 4

struct swk_store {
	swk__mem mem;
	_Atomic uint32_t references;
	pid_t process;
	_Atomic uint32_t interrupts;
	swk_clock clock;
	void *clock_context;
	swk_progress progress;
	void *progress_context;
	pthread_mutex_t writer;        /* one ingestion at a time */
	pthread_mutex_t snapshot;      /* held only to read or swap history.published and `touched` */
	pthread_mutex_t folding;       /* one fold at a time; taken before `snapshot`; tells a thread that has it */
	pthread_mutex_t cutting;       /* one cut to be kept at a time; tells a thread that has it */
	swk__past kept[SWK__KEPT_MAX]; /* of the published snapshot, the last asked for first; read as that is */
	unsigned kept_count;
	uint64_t kept_bytes_max;
	swk__touched touched;  /* what the published snapshot's facts are older than its records by */
	swk__touched unfolded; /* the same while it is folded */
	swk__zones zones;
	swk__history history;
	swk__cache *cache;
	swk__file *file; /* NULL: memory alone */
	bool read_only;
	int32_t week_start;
	char zone[80], currency[8];
};

/* Options as the header describes them, complete. `fault` (NULL but in tests) is asked at every fault point from the
 * first on. On success *store has one reference. */
int swk__store_open(const char *path, const swk_store_options *options, swk__fault_hook fault, void *fault_context,
                    swk_store **store, swk_error *error);

/* Gives back file and lock, then the handle's reference. */
void swk__store_close(swk_store *store);

/* For batches and results; `store` is a swk_store. */
void swk__store_retain(void *store);
void swk__store_release(void *store);

/* SWK_ERR_FORKED in another process than the one that opened the store. */
int swk__store_process(const swk_store *store, swk_error *error);

/* What was committed last, retained, with its facts folded as far as its records go. What others fold meanwhile is
 * waited for; `check` is asked while that lasts, and while this call folds. SWK_ERR_USAGE when `check` itself, while
 * it is asked there, calls this on its thread. */
int swk__store_pin_folded(swk_store *store, swk__check check, void *context, swk__snapshot **snapshot,
                          swk_error *error);

/* The facts of what was committed last, under a cut; `folded` ones are needed, or records are enough. Those of a past
 * are kept until the next commit. Calls `check` as swk__store_pin_folded does. */
int swk__store_facts(swk_store *store, swk__cut cut, bool folded, swk__check check, void *context, swk__facts *facts,
                     swk_error *error);

/* Moves what was cut to `kept`, which has SWK__KEPT_MAX places, and says how many there are; under the lock of the
 * snapshot. */
unsigned swk__store_forget(swk_store *store, swk__past *kept);

/* Gives back what was cut, outside of that lock. */
void swk__pasts_release(const swk__past *pasts, unsigned count);

/* Locks what tells a thread that has it, unless this one has: then its progress function is where the call comes from.
 * `check` is asked while that lasts. */
int swk__store_lock(pthread_mutex_t *lock, swk__check check, void *context, swk_error *error);

/* Makes sure that swk__store_publish can note what the transaction touched. */
bool swk__store_publishable(swk_store *store);

/* Publishes the transaction, whose facts are folded when somebody asks for them. */
void swk__store_publish(swk_store *store);

/* The zone of a name; NULL: the store's. */
int swk__store_zone(swk_store *store, const char *name, const swk__zone **zone, swk_error *error);

/* One call's view of the store's interrupts, and to whom it tells its progress. */
typedef struct swk__store_call {
	swk_store *store;
	uint32_t interrupts;
	pthread_t thread;      /* of the call: no other one tells progress */
	swk_progress progress; /* NULL: nobody */
	void *progress_context;
	uint64_t done, total; /* as told last */
	bool stopped;         /* by the progress function, which is not asked again */
} swk__store_call;

swk__store_call swk__store_call_begin(swk_store *store, swk_progress progress, void *progress_context);

/* A swk__check of a swk__store_call. */
int swk__store_call_check(void *context, uint64_t done, uint64_t total, swk_error *error);

/* The same for work that has no progress of its own: it tells again what was told last, and may be stopped there. */
int swk__store_call_again(void *context, uint64_t done, uint64_t total, swk_error *error);

/* The settings and the last stamp as the file keeps them. */
#define SWK__STORE_HEAD_MAX 4096
int swk__store_head(const swk_store *store, int64_t last_stamp, swk__buf *head, swk_error *error);

/* What was committed last, retained. */
swk__snapshot *swk__store_snapshot(swk_store *store);

/* Where the rows of an ingestion come from, batch by batch. */
typedef struct swk__feed {
	/* Sets *batch to the next rows, which stay as they are until the next call, or to NULL after the last. */
	int (*next)(void *context, const swk_batch **batch, swk_error *error);
	void *context;
	uint64_t total;    /* rows, for the progress function; 0: unknown */
	swk_batch *filled; /* the batch that it fills anew each time, of rows of one table; NULL: others' batches */
} swk__feed;

/* All batches of the feed as one commit, however many there are. With `strict` a refused row ends in
 * SWK_ERR_REJECTED, but the feed is read to its end, so that it may tell of all of them. */
int swk__store_ingest(swk_store *store, const swk__feed *feed, const swk_ingest_options *options,
                      swk_ingest_counts *counts, swk_error *error);
int swk__store_ingest_batch(swk_store *store, const swk_batch *batch, const swk_ingest_options *options,
                            swk_ingest_counts *counts, swk_error *error);
int swk__store_report(swk_store *store, const swk_query *query, swk_result **result, swk_error *error);
/* `plan` lacks the currency. */
int swk__store_export(swk_store *store, const swk__export_plan *plan, struct ArrowArrayStream *stream,
                      swk_error *error);
int swk__store_audit(swk_store *store, int64_t now, swk_result **result, swk_error *error);
int swk__store_info(swk_store *store, swk_result **result, swk_error *error);

#endif
