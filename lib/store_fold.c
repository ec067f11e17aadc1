/* SPDX-License-Identifier: MIT
 *
 * Facts are folded when a question first reads them, by whoever asks it:
 *
 *   commit:   published = its records, the facts of the one before | touched += what it touched
 *   question: take touched | fold it into a copy of the published snapshot | published = its records, these facts
 *
 * Invariant: folding `touched` into the facts of the published snapshot makes them those of its records. A commit never
 * waits for a fold, nor a question for a commit. Who waits for another's fold is asked meanwhile whether to go on.
 */
#include "store.h"

#include <errno.h>
#include <time.h>

#define WAIT_NS 20000000 /* of a fold, until the call is asked whether it goes on */

static swk__snapshot *snapshot_retain(swk__snapshot *snapshot)
{
	atomic_fetch_add_explicit(&snapshot->references, 1, memory_order_relaxed);
	return snapshot;
}

swk__snapshot *swk__store_snapshot(swk_store *store)
{
	pthread_mutex_lock(&store->snapshot);
	swk__snapshot *snapshot = snapshot_retain(store->history.published);
	pthread_mutex_unlock(&store->snapshot);
	return snapshot;
}

/* ------------------------------------------------------------------------------------------- publishing */

bool swk__store_publishable(swk_store *store)
{
	pthread_mutex_lock(&store->snapshot);
	bool good = swk__touched_cover(&store->touched, &store->history.touched);
	pthread_mutex_unlock(&store->snapshot);
	return good;
}

void swk__store_publish(swk_store *store)
{
	swk__history *history = &store->history;
	swk__past kept[SWK__KEPT_MAX];
	pthread_mutex_lock(&store->snapshot);
	swk__history_adopt(history);
	swk__touched_merge(&store->touched, &history->touched);
	swk__snapshot *before = swk__history_publish(history);
	unsigned count = swk__store_forget(store, kept);
	pthread_mutex_unlock(&store->snapshot);
	swk__pasts_release(kept, count);
	swk__snapshot_release(before);
}

/* ----------------------------------------------------------------------------------------------- folding */

/* Takes what is to be folded, and the snapshot that it belongs to. What others add meanwhile, or what comes back when
 * the fold fails, has room in what is left behind. NULL when memory failed. */
static swk__snapshot *unfolded_take(swk_store *store)
{
	swk__snapshot *snapshot = NULL;
	pthread_mutex_lock(&store->snapshot);
	const uint32_t leads = store->history.published->tables[SWK__TABLE_LEAD].entities;
	if (swk__touched_reserve(&store->touched, SWK__TOUCH_LEAD, leads) &&
	    swk__touched_cover(&store->unfolded, &store->touched)) {
		swk__touched taken = store->touched;
		store->touched = store->unfolded;
		store->unfolded = taken;
		snapshot = snapshot_retain(store->history.published);
	}
	pthread_mutex_unlock(&store->snapshot);
	return snapshot;
}

static void unfolded_return(swk_store *store)
{
	pthread_mutex_lock(&store->snapshot);
	swk__touched_merge(&store->touched, &store->unfolded);
	pthread_mutex_unlock(&store->snapshot);
	swk__touched_clear(&store->unfolded);
}

/* Lets the published snapshot, whatever it is by now, have the facts of `folded`, in a copy `next`. */
static void facts_publish(swk_store *store, const swk__snapshot *folded, swk__snapshot *next)
{
	swk__history *history = &store->history;
	pthread_mutex_lock(&store->snapshot);
	swk__snapshot *before = history->published;
	swk__snapshot_assign(next, before);
	swk__snapshot_facts(next, folded);
	history->published = next;
	pthread_mutex_unlock(&store->snapshot);
	swk__snapshot_release(before);
}

/* Folds what was taken into a copy of the snapshot. */
static int facts_fold(swk_store *store, swk__check check, void *context, swk__snapshot **snapshot, swk_error *error)
{
	swk__fold fold;
	swk__snapshot *copy = swk__snapshot_copy(*snapshot), *next = copy ? swk__snapshot_copy(copy) : NULL;
	int code = next ? SWK_OK : swk__fail_memory(error, &store->mem);
	if (code == SWK_OK) {
		swk__fold_init(&fold, &store->history, copy, &store->unfolded);
		fold.check = check;
		fold.check_context = context;
		code = swk__fold_changes(&fold, error);
		swk__fold_done(&fold);
	}
	swk__snapshot_release(*snapshot);
	*snapshot = copy;
	if (code == SWK_OK) {
		swk__touched_clear(&store->unfolded);
		facts_publish(store, copy, next);
		return SWK_OK;
	}
	unfolded_return(store);
	swk__snapshot_release(next);
	swk__snapshot_release(copy);
	return code;
}

int swk__store_lock(pthread_mutex_t *lock, swk__check check, void *context, swk_error *error)
{
	for (;;) {
		struct timespec until;
		clock_gettime(CLOCK_REALTIME, &until);
		until.tv_nsec += WAIT_NS;
		until.tv_sec += until.tv_nsec / 1000000000;
		until.tv_nsec %= 1000000000;
		int got = pthread_mutex_timedlock(lock, &until);
		if (got == 0)
			return SWK_OK;
		if (got == EDEADLK)
			return swk__fail(error, SWK_ERR_USAGE,
			                 "the progress function of a report asked the same store for another one");
		int code = check(context, 0, 0, error);
		if (code != SWK_OK)
			return code;
	}
}

int swk__store_pin_folded(swk_store *store, swk__check check, void *context, swk__snapshot **snapshot, swk_error *error)
{
	int code = swk__store_lock(&store->folding, check, context, error);
	if (code != SWK_OK)
		return code;
	*snapshot = unfolded_take(store);
	if (!*snapshot)
		code = swk__fail_memory(error, &store->mem);
	else if (!swk__touched_empty(&store->unfolded))
		code = facts_fold(store, check, context, snapshot, error);
	pthread_mutex_unlock(&store->folding);
	return code;
}
