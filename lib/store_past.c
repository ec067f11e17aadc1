/* SPDX-License-Identifier: MIT
 *
 * What a question about the past was answered from is kept for the next one:
 *
 *   cut --kept?--> past ----------------------------------------------> facts
 *          \-----> facts of the present, folded --cut, folded back--> past, kept until the next commit
 *
 * Invariant: kept pasts are of the published snapshot; a commit forgets them. Who wants a past that another one makes
 * waits for it, as for a fold.
 */
#include "store.h"

void swk__pasts_release(const swk__past *pasts, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		swk__snapshot_release(pasts[i].snapshot);
}

unsigned swk__store_forget(swk_store *store, swk__past *kept)
{
	unsigned count = store->kept_count;
	memcpy(kept, store->kept, count * sizeof *kept);
	store->kept_count = 0;
	return count;
}

/* Puts a past, which others may be kept behind, first. */
static void kept_first(swk_store *store, unsigned behind, swk__past past)
{
	memmove(store->kept + 1, store->kept, behind * sizeof *store->kept);
	store->kept[0] = past;
}

/* Whether a snapshot has the records of the published one; its facts may lie apart. */
static bool snapshot_published(const swk_store *store, const swk__snapshot *snapshot)
{
	return snapshot->commit == store->history.published->commit;
}

/* Shares a kept past of a snapshot, if there is one for this cut. */
static bool kept_share(swk_store *store, const swk__snapshot *snapshot, swk__cut cut, swk__facts *facts)
{
	bool found = false;
	pthread_mutex_lock(&store->snapshot);
	for (unsigned i = 0; i < store->kept_count && !found && snapshot_published(store, snapshot); i++) {
		const swk__past past = store->kept[i];
		found = swk__past_holds(&past, snapshot, cut);
		if (!found)
			continue;
		swk__facts_share(facts, &store->history, past.snapshot, cut, past.txn);
		kept_first(store, i, past);
	}
	pthread_mutex_unlock(&store->snapshot);
	return found;
}

/* How many of those kept, the last asked for first, may stay beside one more. */
static unsigned kept_fit(const swk_store *store, uint64_t bytes)
{
	unsigned count = 0;
	for (; count < store->kept_count && count < SWK__KEPT_MAX - 1; count++) {
		if (store->kept[count].bytes > store->kept_bytes_max - bytes)
			break;
		bytes += store->kept[count].bytes;
	}
	return count;
}

/* Keeps a past (retained) of a snapshot, unless a commit came in between or it is too large. */
static void kept_put(swk_store *store, const swk__snapshot *snapshot, swk__past past)
{
	swk__past old[SWK__KEPT_MAX];
	unsigned count = 0;
	pthread_mutex_lock(&store->snapshot);
	if (snapshot_published(store, snapshot) && past.bytes <= store->kept_bytes_max) {
		const unsigned fit = kept_fit(store, past.bytes);
		count = store->kept_count - fit;
		memcpy(old, store->kept + fit, count * sizeof *old);
		atomic_fetch_add_explicit(&past.snapshot->references, 1, memory_order_relaxed);
		kept_first(store, fit, past);
		store->kept_count = fit + 1;
	}
	pthread_mutex_unlock(&store->snapshot);
	swk__pasts_release(old, count);
}

/* Shares a past of a folded snapshot: a kept one, or one that is made and kept. */
static int past_share(swk_store *store, const swk__snapshot *snapshot, swk__cut cut, swk__check check, void *context,
                      swk__facts *facts, swk_error *error)
{
	swk__past past;
	int code = swk__store_lock(&store->cutting, check, context, error);
	if (code != SWK_OK)
		return code;
	if (!kept_share(store, snapshot, cut, facts)) {
		code = swk__facts_cut(&store->history, snapshot, cut, true, check, context, &past, error);
		if (code == SWK_OK) {
			kept_put(store, snapshot, past);
			swk__facts_share(facts, &store->history, past.snapshot, cut, past.txn);
			swk__snapshot_release(past.snapshot);
		}
	}
	pthread_mutex_unlock(&store->cutting);
	return code;
}

int swk__store_facts(swk_store *store, swk__cut cut, bool folded, swk__check check, void *context, swk__facts *facts,
                     swk_error *error)
{
	swk__snapshot *snapshot = NULL;
	int code = SWK_OK;
	if (folded)
		code = swk__store_pin_folded(store, check, context, &snapshot, error);
	else
		snapshot = swk__store_snapshot(store);
	if (code != SWK_OK)
		return code;
	if (!swk__facts_past(snapshot, cut))
		swk__facts_share(facts, &store->history, snapshot, cut, 0);
	else if (!kept_share(store, snapshot, cut, facts))
		code = folded ? past_share(store, snapshot, cut, check, context, facts, error)
		              : swk__facts_open(facts, &store->history, snapshot, cut, false, check, context, error);
	swk__snapshot_release(snapshot);
	return code;
}
