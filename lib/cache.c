/* SPDX-License-Identifier: MIT */
#include "cache.h"

#include <pthread.h>

#define BUCKETS 1024

typedef struct entry {
	struct entry *next;          /* in its bucket */
	struct entry *newer, *older; /* by use */
	uint64_t hash;
	int32_t week;
	swk__seen seen;
	int64_t from, until;
	swk__rollup *rollup;
	size_t size;
	size_t shape_length;
	char shape[];
} entry;

struct swk__cache {
	swk__mem *mem;
	pthread_mutex_t lock;
	size_t budget;
	entry *newest, *oldest;
	swk__cache_figures figures;
	entry *buckets[BUCKETS];
};

swk__cache *swk__cache_create(swk__mem *mem, size_t budget)
{
	swk__cache *cache = swk__alloc(mem, SWK__FAULT_cache_entry, 1, sizeof *cache);
	if (!cache)
		return NULL;
	cache->mem = mem;
	cache->budget = budget;
	pthread_mutex_init(&cache->lock, NULL);
	return cache;
}

/* ------------------------------------------------------------------------------- under the lock */

static void use_remove(swk__cache *cache, entry *old)
{
	*(old->newer ? &old->newer->older : &cache->newest) = old->older;
	*(old->older ? &old->older->newer : &cache->oldest) = old->newer;
}

static void use_newest(swk__cache *cache, entry *used)
{
	used->newer = NULL;
	used->older = cache->newest;
	*(cache->newest ? &cache->newest->newer : &cache->oldest) = used;
	cache->newest = used;
}

static entry **entry_find(swk__cache *cache, uint64_t hash, swk__slice shape, int32_t week)
{
	entry **at = &cache->buckets[hash % BUCKETS];
	for (; *at; at = &(*at)->next)
		if ((*at)->hash == hash && (*at)->week == week && (*at)->shape_length == shape.length &&
		    memcmp((*at)->shape, shape.bytes, shape.length) == 0)
			break;
	return at;
}

static void entry_drop(swk__cache *cache, entry **at)
{
	entry *old = *at;
	*at = old->next;
	use_remove(cache, old);
	cache->figures.entries--;
	cache->figures.bytes -= old->size;
	swk__rollup_release(old->rollup);
	swk__free(cache->mem, old);
}

static void entries_trim(swk__cache *cache, size_t budget)
{
	while (cache->figures.bytes > budget) {
		entry *old = cache->oldest, **at = &cache->buckets[old->hash % BUCKETS];
		while (*at != old)
			at = &(*at)->next;
		entry_drop(cache, at);
	}
}

/* ---------------------------------------------------------------------------------------- public */

static uint64_t key_hash(swk__slice shape, int32_t week)
{
	return swk__hash(shape.bytes, shape.length, (uint64_t)(uint32_t)week);
}

swk__rollup *swk__cache_get(swk__cache *cache, swk__slice shape, int32_t week, const swk__seen *seen, int64_t end)
{
	swk__rollup *rollup = NULL;
	uint64_t hash = key_hash(shape, week);
	pthread_mutex_lock(&cache->lock);
	entry *found = *entry_find(cache, hash, shape, week);
	if (found && memcmp(&found->seen, seen, sizeof *seen) == 0 && found->from <= end && end < found->until) {
		rollup = swk__rollup_retain(found->rollup);
		use_remove(cache, found);
		use_newest(cache, found);
		cache->figures.hits++;
	} else {
		cache->figures.misses++;
	}
	pthread_mutex_unlock(&cache->lock);
	return rollup;
}

void swk__cache_put(swk__cache *cache, swk__slice shape, int32_t week, const swk__seen *seen, int64_t from,
                    int64_t until, swk__rollup *rollup)
{
	size_t size = sizeof(entry) + shape.length + swk__rollup_size(rollup);
	entry *made = size <= cache->budget
	                      ? swk__alloc(cache->mem, SWK__FAULT_cache_entry, 1, sizeof(entry) + shape.length)
	                      : NULL;
	if (!made)
		return;
	made->hash = key_hash(shape, week);
	made->week = week;
	made->seen = *seen;
	made->from = from;
	made->until = until;
	made->rollup = swk__rollup_retain(rollup);
	made->size = size;
	made->shape_length = shape.length;
	memcpy(made->shape, shape.bytes, shape.length);
	pthread_mutex_lock(&cache->lock);
	entry **at = entry_find(cache, made->hash, shape, week);
	if (*at)
		entry_drop(cache, at);
	entries_trim(cache, cache->budget - size);
	at = &cache->buckets[made->hash % BUCKETS];
	made->next = *at;
	*at = made;
	use_newest(cache, made);
	cache->figures.entries++;
	cache->figures.bytes += size;
	pthread_mutex_unlock(&cache->lock);
}

swk__cache_figures swk__cache_info(swk__cache *cache)
{
	pthread_mutex_lock(&cache->lock);
	swk__cache_figures figures = cache->figures;
	pthread_mutex_unlock(&cache->lock);
	return figures;
}

void swk__cache_clear(swk__cache *cache)
{
	pthread_mutex_lock(&cache->lock);
	entries_trim(cache, 0);
	pthread_mutex_unlock(&cache->lock);
}

void swk__cache_free(swk__cache *cache)
{
	if (!cache)
		return;
	swk__cache_clear(cache);
	pthread_mutex_destroy(&cache->lock);
	swk__free(cache->mem, cache);
}
