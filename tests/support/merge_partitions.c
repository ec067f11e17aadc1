/* SPDX-License-Identifier: MIT
 *
 * Merges rollups of parts in random trees and compares the bytes with those of one pass over the whole. Standard input
 * is words, each ended by a NUL; an empty word ends a list:
 *
 *   store ZONE WEEK_START CURRENCY     begins a store in memory: the first is the whole, the others are its parts
 *   row TABLE [FIELD TEXT]... ""       a row of the store that was begun last; refused ones are left out
 *   ask SEED TREES [NAME VALUE]... ""  report, by, from, to, zone, currency W; where D=V; set N=V; now, as_of,
 *                                      week_start, flags NUMBER
 *
 * An answer to an ask is a line: cells of the whole, parts with a cell, trees whose bytes were different. When a store
 * refuses the query it is the code of the whole (negative, or 0) and the number of parts that refuse it. Exits 1 on
 * what it does not understand.
 */
#include "store.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define STORES_MAX 16
#define WORDS_MAX 64

/* All of standard input and where it is read. */
typedef struct words {
	swk__buf all;
	size_t at;
} words;

typedef struct room {
	swk__mem mem;
	words in;
	swk_store *stores[STORES_MAX];
	swk_batch *batches[STORES_MAX];
	unsigned count;
	bool ingested;
} room;

typedef struct question {
	swk_query query;
	const char *by[WORDS_MAX];
	swk_filter filters[WORDS_MAX];
	swk_option options[WORDS_MAX];
} question;

_Noreturn static void stop(const char *why)
{
	fprintf(stderr, "merge_partitions: %s\n", why);
	exit(1);
}

static void need(int code, const char *what)
{
	if (code != SWK_OK)
		stop(what);
}

/* ------------------------------------------------------------------------------------------ reading */

static void words_read(room *r)
{
	char chunk[1 << 14];
	size_t count;
	swk__buf_init(&r->in.all, &r->mem, SIZE_MAX);
	while ((count = fread(chunk, 1, sizeof chunk, stdin)) > 0)
		if (!swk__buf_append(&r->in.all, chunk, count))
			stop("no memory");
	if (r->in.all.length && r->in.all.bytes[r->in.all.length - 1])
		stop("the last word was not ended");
}

/* The next word, which stays where it is; NULL at the end. */
static char *word(room *r)
{
	if (r->in.at == r->in.all.length)
		return NULL;
	char *found = (char *)r->in.all.bytes + r->in.at;
	r->in.at += strlen(found) + 1;
	return found;
}

static char *word_needed(room *r)
{
	char *found = word(r);
	if (!found)
		stop("a word was missing");
	return found;
}

/* The next word of a list; NULL at its end. */
static char *word_listed(room *r)
{
	char *found = word_needed(r);
	return *found ? found : NULL;
}

static void store_begin(room *r)
{
	const char *zone = word_needed(r);
	swk_store_options options = { .size = sizeof options, .zone = zone, .week_start = atoi(word_needed(r)) };
	options.currency = word_needed(r);
	if (r->count == STORES_MAX)
		stop("too many stores");
	need(swk_store_open(NULL, &options, &r->stores[r->count], NULL), "no store");
	need(swk_batch_create(r->stores[r->count], NULL, &r->batches[r->count], NULL), "no batch");
	r->count++;
}

static void row_read(room *r)
{
	swk_batch *batch = r->count ? r->batches[r->count - 1] : NULL;
	const char *table = word_needed(r), *field;
	need(swk_batch_row(batch, table, 1), "no row");
	while ((field = word_listed(r))) {
		const char *text = word_needed(r);
		need(swk_batch_parse(batch, field, text, strlen(text)), "no field");
	}
	int code = swk_batch_end(batch, NULL);
	need(code == SWK_ERR_INVALID ? SWK_OK : code, "no end of a row");
}

/* ------------------------------------------------------------------------------------------ asking */

static bool text_set(swk_query *query, const char *name, const char *value)
{
	const struct {
		const char *name, **place;
	} texts[] = {
		{ "report", &query->report }, { "from", &query->from },         { "to", &query->to },
		{ "zone", &query->zone },     { "currency", &query->currency },
	};
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		if (strcmp(texts[i].name, name) == 0)
			return *texts[i].place = value, true;
	return false;
}

static bool number_set(swk_query *query, const char *name, const char *value)
{
	int64_t number = strtoll(value, NULL, 10);
	if (strcmp(name, "now") == 0)
		query->now = number;
	else if (strcmp(name, "as_of") == 0)
		query->as_of = number;
	else if (strcmp(name, "week_start") == 0)
		query->week_start = (int32_t)number;
	else if (strcmp(name, "flags") == 0)
		query->flags = (uint32_t)number;
	else
		return false;
	return true;
}

static void pair_read(question *q, const char *name, char *value)
{
	swk_query *query = &q->query;
	char *equals = strchr(value, '=');
	if (query->by_count == WORDS_MAX || query->filter_count == WORDS_MAX || query->option_count == WORDS_MAX)
		stop("too many words");
	if (text_set(query, name, value) || number_set(query, name, value))
		return;
	if (strcmp(name, "by") == 0)
		q->by[query->by_count++] = value;
	else if (!equals)
		stop("an unknown name in a query");
	else if (*equals++ = '\0', strcmp(name, "where") == 0)
		q->filters[query->filter_count++] = (swk_filter){ value, equals };
	else if (strcmp(name, "set") == 0)
		q->options[query->option_count++] = (swk_option){ value, equals };
	else
		stop("an unknown name in a query");
}

/* The rollup of all weeks that the query asks for, as the store counts it in one pass. */
static int store_rollup(swk_store *store, const swk_query *query, swk__rollup **rollup)
{
	swk__asker asker = { &store->mem, &store->zones, swk__slice_of(store->zone), store->week_start, query->now };
	swk__desk desk = { .mem = &store->mem, .zones = &store->zones, .currency = swk__slice_of(store->currency) };
	swk__plan plan;
	swk__facts facts;
	int code = swk__plan_make(&asker, query, &plan, NULL);
	if (code != SWK_OK)
		return code;
	swk__snapshot *snapshot = NULL;
	code = swk__store_pin_folded(store, NULL, NULL, &snapshot, NULL);
	if (code == SWK_OK) {
		code = swk__facts_open(&facts, &store->history, snapshot, plan.cut, true, NULL, NULL, NULL);
		swk__snapshot_release(snapshot);
	}
	if (code == SWK_OK) {
		code = swk__answer_rollup(&desk, &plan, &facts, rollup, NULL);
		swk__facts_close(&facts);
	}
	swk__plan_done(&plan);
	return code;
}

/* Merges two at random, in either order, until one is left. */
static swk__rollup *tree_merge(swk__rollup *const *rollups, unsigned count, unsigned *seed)
{
	swk__rollup *left[STORES_MAX];
	for (unsigned i = 0; i < count; i++)
		left[i] = swk__rollup_retain(rollups[i]);
	while (count > 1) {
		swk__rollup *sum = NULL;
		unsigned a = (unsigned)rand_r(seed) % count, b = (unsigned)rand_r(seed) % (count - 1);
		b += b >= a;
		need(swk__rollup_merge(left[a], left[b], &sum, NULL), "no sum");
		swk__rollup_release(left[a]);
		swk__rollup_release(left[b]);
		left[a] = sum;
		left[b] = left[--count];
	}
	return left[0];
}

static bool bytes_equal(swk__mem *mem, const swk__rollup *a, const swk__rollup *b)
{
	swk__buf of_a, of_b;
	swk__buf_init(&of_a, mem, SIZE_MAX);
	swk__buf_init(&of_b, mem, SIZE_MAX);
	need(swk__rollup_encode(a, &of_a, NULL), "no encoding");
	need(swk__rollup_encode(b, &of_b, NULL), "no encoding");
	bool equal = swk__slice_equal((swk__slice){ of_a.bytes, of_a.length }, (swk__slice){ of_b.bytes, of_b.length });
	swk__buf_done(&of_a);
	swk__buf_done(&of_b);
	return equal;
}

static void rollups_compare(room *r, swk__rollup *const *rollups, unsigned seed, unsigned trees)
{
	unsigned filled = 0, different = 0;
	for (unsigned i = 1; i < r->count; i++)
		filled += rollups[i]->cells > 0;
	for (unsigned tree = 0; tree < trees; tree++) {
		swk__rollup *merged = tree_merge(rollups + 1, r->count - 1, &seed);
		different += !bytes_equal(&r->mem, merged, rollups[0]);
		swk__rollup_release(merged);
	}
	printf("%" PRIu32 " %u %u\n", rollups[0]->cells, filled, different);
}

static void ask(room *r)
{
	question q = { .query = {
			       .size = sizeof q.query,
		       } };
	swk__rollup *rollups[STORES_MAX] = { NULL };
	unsigned seed = (unsigned)atoi(word_needed(r)), trees = (unsigned)atoi(word_needed(r));
	const char *name;
	int codes[STORES_MAX] = { 0 };
	unsigned refusing = 0;
	while ((name = word_listed(r)))
		pair_read(&q, name, word_needed(r));
	q.query.by = q.by;
	q.query.filters = q.filters;
	q.query.options = q.options;
	for (unsigned i = 0; i < r->count && !r->ingested; i++)
		need(swk_store_ingest_batch(r->stores[i], r->batches[i], NULL, NULL, NULL), "no ingestion");
	r->ingested = true;
	if (r->count < 2)
		stop("a whole and no part");
	for (unsigned i = 0; i < r->count; i++) {
		codes[i] = store_rollup(r->stores[i], &q.query, &rollups[i]);
		refusing += i > 0 && codes[i] != SWK_OK;
	}
	if (codes[0] == SWK_OK && !refusing)
		rollups_compare(r, rollups, seed, trees);
	else
		printf("%d %u\n", codes[0], refusing);
	for (unsigned i = 0; i < r->count; i++)
		swk__rollup_release(rollups[i]);
}

int main(void)
{
	room r = { .count = 0 };
	const char *verb;
	swk__mem_init(&r.mem, NULL, 0);
	words_read(&r);
	while ((verb = word(&r))) {
		if (strcmp(verb, "store") == 0)
			store_begin(&r);
		else if (strcmp(verb, "row") == 0)
			row_read(&r);
		else if (strcmp(verb, "ask") == 0)
			ask(&r);
		else
			stop("an unknown word");
	}
	for (unsigned i = 0; i < r.count; i++) {
		swk_batch_free(r.batches[i]);
		swk_store_close(r.stores[i]);
	}
	swk__buf_done(&r.in.all);
	return 0;
}
