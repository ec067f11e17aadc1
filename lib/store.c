/* SPDX-License-Identifier: MIT */
#include "store.h"

#include "audit.h"
#include "currency.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#define CACHE_BUDGET ((size_t)64 << 20)

/* -------------------------------------------------------------------------------------- life */

static int64_t system_clock(void *context)
{
	struct timespec now;
	(void)context;
	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * SWK__US_SECOND + now.tv_nsec / 1000;
}

void swk__store_retain(void *store)
{
	atomic_fetch_add_explicit(&((swk_store *)store)->references, 1, memory_order_relaxed);
}

static void store_destroy(swk_store *store)
{
	swk__file_close(store->file);
	swk__cache_free(store->cache);
	swk__pasts_release(store->kept, store->kept_count);
	swk__history_done(&store->history);
	swk__zones_done(&store->zones);
	pthread_mutex_destroy(&store->writer);
	pthread_mutex_destroy(&store->snapshot);
	pthread_mutex_destroy(&store->folding);
	pthread_mutex_destroy(&store->cutting);
	swk__touched_done(&store->touched);
	swk__touched_done(&store->unfolded);
	const swk_allocator allocator = store->mem.allocator;
	swk__mem last;
	swk__mem_init(&last, &allocator, 0);
	swk__free(&last, store);
}

void swk__store_release(void *owner)
{
	swk_store *store = owner;
	if (atomic_fetch_sub_explicit(&store->references, 1, memory_order_acq_rel) == 1)
		store_destroy(store);
}

void swk__store_close(swk_store *store)
{
	if (store->process != getpid()) {
		swk__file_abandon(store->file);
		store->file = NULL;
		return;
	}
	swk__file_close(store->file);
	store->file = NULL;
	swk__store_release(store);
}

int swk__store_process(const swk_store *store, swk_error *error)
{
	if (store->process == getpid())
		return SWK_OK;
	return swk__fail(error, SWK_ERR_FORKED, "the store was opened by the process that forked this one");
}

int swk__store_zone(swk_store *store, const char *name, const swk__zone **zone, swk_error *error)
{
	return swk__zones_find(&store->zones, swk__slice_of(name ? name : store->zone), zone, error);
}

/* ----------------------------------------------------------------------------------- interruption */

swk__store_call swk__store_call_begin(swk_store *store, swk_progress progress, void *progress_context)
{
	return (swk__store_call){ .store = store,
		                  .interrupts = atomic_load_explicit(&store->interrupts, memory_order_relaxed),
		                  .thread = pthread_self(),
		                  .progress = progress,
		                  .progress_context = progress_context };
}

/* The call of the store that tells its progress to the store's own function. */
static swk__store_call call_begin(swk_store *store)
{
	return swk__store_call_begin(store, store->progress, store->progress_context);
}

static int call_ask(swk__store_call *c, swk_error *error)
{
	if (atomic_load_explicit(&c->store->interrupts, memory_order_relaxed) != c->interrupts)
		return swk__fail(error, SWK_ERR_INTERRUPTED, "the call was interrupted");
	if (!c->progress || !pthread_equal(c->thread, pthread_self()))
		return SWK_OK;
	c->stopped = c->stopped || c->progress(c->progress_context, c->done, c->total);
	return c->stopped ? swk__fail(error, SWK_ERR_INTERRUPTED, "the progress function stopped the call") : SWK_OK;
}

int swk__store_call_check(void *context, uint64_t done, uint64_t total, swk_error *error)
{
	swk__store_call *c = context;
	if (c->progress && pthread_equal(c->thread, pthread_self())) {
		c->done = done;
		c->total = total;
	}
	return call_ask(c, error);
}

int swk__store_call_again(void *context, uint64_t done, uint64_t total, swk_error *error)
{
	(void)done;
	(void)total;
	return call_ask(context, error);
}

/* ---------------------------------------------------------------------------------------- settings */

static int setting_copy(char *to, size_t size, const char *name, const char *from, swk_error *error)
{
	if (strlen(from) >= size)
		return swk__fail_at(error, SWK_ERR_USAGE, NULL, 0, name, swk__slice_of(from), "was too long");
	memcpy(to, from, strlen(from) + 1);
	return SWK_OK;
}

/* What a new store is set to. */
static int settings_take(swk_store *store, const swk_store_options *options, swk_error *error)
{
	const swk__zone *zone;
	const char *currency = options->currency ? options->currency : "USD";
	if (options->week_start < 0 || options->week_start > SWK_SUNDAY)
		return swk__fail_at(error, SWK_ERR_USAGE, NULL, 0, "week_start", (swk__slice){ NULL, 0 },
		                    "was not a weekday");
	if (swk__currency_digits(swk__slice_of(currency)) < 0)
		return swk__fail_at(error, SWK_ERR_USAGE, NULL, 0, "currency", swk__slice_of(currency),
		                    "is no ISO 4217 currency");
	store->week_start = options->week_start ? options->week_start : SWK_MONDAY;
	int code = setting_copy(store->currency, sizeof store->currency, "currency", currency, error);
	if (code == SWK_OK)
		code = setting_copy(store->zone, sizeof store->zone, "zone", options->zone ? options->zone : "UTC",
		                    error);
	if (code == SWK_OK)
		code = swk__store_zone(store, NULL, &zone, error);
	return code;
}

int swk__store_head(const swk_store *store, int64_t last_stamp, swk__buf *head, swk_error *error)
{
	swk__slice zone = swk__slice_of(store->zone);
	head->length = 0;
	swk__buf_varint(head, zone.length);
	swk__buf_slice(head, zone);
	swk__buf_byte(head, (unsigned char)store->week_start);
	swk__buf_append(head, store->currency, 3);
	swk__buf_zigzag(head, last_stamp);
	return head->failed ? swk__fail_memory(error, &store->mem) : SWK_OK;
}

static int head_read(swk_store *store, swk__slice head, int64_t *last_stamp, swk_error *error)
{
	swk__reader reader = { head.bytes, head.length, 0, false };
	swk__slice zone = swk__read_slice(&reader, (size_t)swk__read_varint64(&reader));
	int week_start = swk__read_byte(&reader);
	swk__slice currency = swk__read_slice(&reader, 3);
	int64_t stamp = swk__read_zigzag64(&reader);
	if (reader.failed || zone.length >= sizeof store->zone || week_start < SWK_MONDAY || week_start > SWK_SUNDAY ||
	    swk__currency_digits(currency) < 0 || !(stamp == INT64_MIN || (stamp >= 0 && stamp <= SWK__INSTANT_MAX)))
		return swk__fail(error, SWK_ERR_CORRUPT, "the settings of the store were damaged");
	memset(store->zone, 0, sizeof store->zone);
	memset(store->currency, 0, sizeof store->currency);
	memcpy(store->zone, zone.bytes, zone.length);
	memcpy(store->currency, currency.bytes, 3);
	store->week_start = week_start;
	*last_stamp = stamp;
	return SWK_OK;
}

/* An existing store keeps what it was created with: options that say otherwise are wrong. */
static int settings_compare(const swk_store *store, const swk_store_options *options, swk_error *error)
{
	const char *const rows[][3] = {
		{ "zone", options->zone, store->zone },
		{ "currency", options->currency, store->currency },
	};
	for (size_t i = 0; i < SWK__COUNT(rows); i++)
		if (rows[i][1] && strcmp(rows[i][1], rows[i][2]) != 0)
			return swk__fail_at(error, SWK_ERR_USAGE, NULL, 0, rows[i][0], swk__slice_of(rows[i][1]),
			                    "was not what the store was created with");
	if (options->week_start && options->week_start != store->week_start)
		return swk__fail_at(error, SWK_ERR_USAGE, NULL, 0, "week_start", (swk__slice){ NULL, 0 },
		                    "was not what the store was created with");
	return SWK_OK;
}

/* ---------------------------------------------------------------------------------------- opening */

/* A journal on its way into the store. */
typedef struct replay {
	swk_store *store;
	swk__store_call *call;
	uint64_t commit; /* the one under way */
	swk__buf rest;   /* of its bytes: those of a run that is not whole yet */
} replay;

/* The commit under way has no more bytes. */
static int replay_end(replay *r, swk_error *error)
{
	if (r->rest.length)
		return swk__fail(error, SWK_ERR_CORRUPT, "the journal was corrupt at the end of commit %" PRIu64,
		                 r->commit);
	if (r->commit == 0)
		return SWK_OK;
	r->store->history.working->commit = r->commit; /* whether it stored rows or not */
	return swk__store_call_check(r->call, r->commit, swk__file_commits(r->store->file), error);
}

static int replay_visit(void *context, uint64_t commit, swk__slice bytes, swk_error *error)
{
	replay *r = context;
	swk__buf *rest = &r->rest;
	size_t taken = 0;
	int code = commit == r->commit ? SWK_OK : replay_end(r, error);
	if (code != SWK_OK)
		return code;
	r->commit = commit;
	if (!swk__buf_slice(rest, bytes))
		return swk__fail_memory(error, &r->store->mem);
	code = swk__history_replay(&r->store->history, (swk__slice){ rest->bytes, rest->length }, commit,
	                           swk__store_call_again, r->call, &taken, error);
	rest->length -= taken;
	if (rest->length)
		memmove(rest->bytes, rest->bytes + taken, rest->length);
	return code;
}

static int journal_replay(swk_store *store, int64_t last_stamp, swk_error *error)
{
	swk__store_call c = call_begin(store);
	replay r = { .store = store, .call = &c };
	swk__buf_init(&r.rest, &store->mem, SIZE_MAX);
	int code = swk__history_begin(&store->history, store->history.published, error);
	if (code == SWK_OK)
		code = swk__file_read(store->file, replay_visit, &r, error);
	if (code == SWK_OK)
		code = replay_end(&r, error);
	swk__buf_done(&r.rest);
	if (code == SWK_OK)
		code = swk__history_replayed(&store->history, swk__store_call_again, &c, error);
	if (code == SWK_OK && !swk__store_publishable(store))
		code = swk__fail_memory(error, &store->mem);
	if (code == SWK_OK) {
		store->history.working->last_stamp = last_stamp;
		swk__store_publish(store);
	} else {
		swk__history_rollback(&store->history);
	}
	return code;
}

static int file_attach(swk_store *store, const char *path, const swk_store_options *options, swk_error *error)
{
	swk__buf head;
	int64_t last_stamp = INT64_MIN;
	swk__buf_init(&head, &store->mem, SWK__STORE_HEAD_MAX);
	int code = swk__store_head(store, last_stamp, &head, error);
	if (code == SWK_OK) {
		swk__file_options file = { .create = options->flags & SWK_OPEN_CREATE,
			                   .read_only = options->flags & SWK_OPEN_READ_ONLY,
			                   .lock_timeout = options->lock_timeout,
			                   .head = { head.bytes, head.length } };
		code = swk__file_open(&store->mem, path, &file, &store->file, error);
	}
	swk__buf_done(&head);
	if (code == SWK_OK)
		code = head_read(store, swk__file_head(store->file), &last_stamp, error);
	if (code == SWK_OK)
		code = settings_compare(store, options, error);
	if (code == SWK_OK)
		code = journal_replay(store, last_stamp, error);
	return code;
}

static size_t cache_budget(const swk_store_options *options)
{
	uint64_t quarter = options->memory_limit / 4;
	return quarter && quarter < CACHE_BUDGET ? (size_t)quarter : CACHE_BUDGET;
}

/* What kept cuts may hold. */
static uint64_t kept_budget(const swk_store_options *options)
{
	return options->memory_limit ? options->memory_limit / 4 : UINT64_MAX;
}

static int store_fill(swk_store *store, const char *path, const swk_store_options *options, swk_error *error)
{
	int code = swk__zones_init(&store->zones, &store->mem, options->zone_path, error);
	if (code == SWK_OK)
		code = swk__history_init(&store->history, &store->mem, error);
	if (code == SWK_OK && !(store->cache = swk__cache_create(&store->mem, cache_budget(options))))
		code = swk__fail_memory(error, &store->mem);
	if (code == SWK_OK)
		code = settings_take(store, options, error);
	if (code == SWK_OK && path)
		code = file_attach(store, path, options, error);
	return code;
}

/* Where waiting may take long, a thread that locks twice is told so. */
static void locks_init(swk_store *store)
{
	pthread_mutexattr_t checked;
	pthread_mutexattr_init(&checked);
	pthread_mutexattr_settype(&checked, PTHREAD_MUTEX_ERRORCHECK);
	pthread_mutex_init(&store->writer, &checked);
	pthread_mutex_init(&store->snapshot, NULL);
	pthread_mutex_init(&store->folding, &checked);
	pthread_mutex_init(&store->cutting, &checked);
	pthread_mutexattr_destroy(&checked);
}

int swk__store_open(const char *path, const swk_store_options *options, swk__fault_hook fault, void *fault_context,
                    swk_store **store, swk_error *error)
{
	const uint32_t known = SWK_OPEN_CREATE | SWK_OPEN_READ_ONLY;
	swk__mem mem;
	if ((options->flags & ~known) || options->flags == known)
		return swk__fail(error, SWK_ERR_USAGE, "flags were unknown or contradicted each other");
	swk__mem_init(&mem, options->allocator, options->memory_limit);
	mem.fault = fault;
	mem.fault_context = fault_context;
	swk_store *made = swk__alloc(&mem, SWK__FAULT_store_create, 1, sizeof *made);
	if (!made)
		return swk__fail_memory(error, &mem);
	made->mem = mem;
	made->references = 1;
	made->process = getpid();
	made->clock = options->clock ? options->clock : system_clock;
	made->clock_context = options->clock_context;
	made->progress = options->progress;
	made->progress_context = options->progress_context;
	made->kept_bytes_max = kept_budget(options);
	made->read_only = options->flags & SWK_OPEN_READ_ONLY;
	locks_init(made);
	swk__touched_init(&made->touched, &made->mem);
	swk__touched_init(&made->unfolded, &made->mem);
	int code = store_fill(made, path, options, error);
	if (code == SWK_OK)
		*store = made;
	else
		store_destroy(made);
	return code;
}

/* ---------------------------------------------------------------------------------------- reports */

/* Whether a plan's answer reads facts that are folded. */
static bool plan_folded(const swk__plan *plan)
{
	for (unsigned i = 0; i < plan->form->source_count; i++)
		if (plan->form->sources[i].facts >= SWK__TABLE_COUNT)
			return true;
	return false;
}

int swk__store_report(swk_store *store, const swk_query *query, swk_result **result, swk_error *error)
{
	swk__store_call c = swk__store_call_begin(store, query->progress, query->progress_context);
	swk__asker asker = { &store->mem, &store->zones, swk__slice_of(store->zone), store->week_start,
		             store->clock(store->clock_context) };
	swk__desk desk = { .mem = &store->mem,
		           .zones = &store->zones,
		           .cache = store->cache,
		           .threads = query->threads,
		           .currency = swk__slice_of(store->currency),
		           .check = swk__store_call_check,
		           .check_context = &c,
		           .keep = swk__store_retain,
		           .drop = swk__store_release,
		           .owner = store };
	swk__plan plan;
	swk__facts facts;
	int code = swk__plan_make(&asker, query, &plan, error);
	if (code != SWK_OK)
		return code;
	code = swk__store_facts(store, plan.cut, plan_folded(&plan), swk__store_call_again, &c, &facts, error);
	if (code == SWK_OK) {
		code = swk__answer_make(&desk, &plan, &facts, result, error);
		swk__facts_close(&facts);
	}
	swk__plan_done(&plan);
	return code;
}

/* ------------------------------------------------------------------------------------------- info */

static int info_add(swk_result *result, const char *name, const char *suffix, const char *value, swk_error *error)
{
	char whole[64];
	snprintf(whole, sizeof whole, "%s%s", name, suffix);
	swk__cell cells[2] = { { .text = swk__slice_of(whole) }, { .text = swk__slice_of(value) } };
	return swk__result_row(result, cells, error);
}

static int info_count(swk_result *result, const char *name, const char *suffix, uint64_t count, swk_error *error)
{
	char text[32];
	snprintf(text, sizeof text, "%" PRIu64, count);
	return info_add(result, name, suffix, text, error);
}

static int info_table(swk_result *result, const swk__table_state *state, const char *name, swk_error *error)
{
	int code = info_count(result, name, "_records", state->live, error);
	if (code == SWK_OK)
		code = info_count(result, name, "_versions", state->versions, error);
	return code;
}

static int info_rows(swk_store *store, const swk__snapshot *snapshot, swk_result *result, swk_error *error)
{
	static const char *const days[] = {
		"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"
	};
	swk__cache_figures cache = swk__cache_info(store->cache);
	char week_start[16];
	snprintf(week_start, sizeof week_start, "%s", days[store->week_start - 1]);
	int code = info_add(result, "version", "", swk_version(), error);
	if (code == SWK_OK)
		code = info_add(result, "zone", "", store->zone, error);
	if (code == SWK_OK)
		code = info_add(result, "week_start", "", week_start, error);
	if (code == SWK_OK)
		code = info_add(result, "currency", "", store->currency, error);
	if (code == SWK_OK)
		code = info_count(result, "commits", "", snapshot->commit, error);
	for (unsigned t = 0; t < SWK__TABLE_COUNT && code == SWK_OK; t++)
		code = info_table(result, &snapshot->tables[t], swk__schemas[t].name, error);
	const struct {
		const char *name;
		uint64_t count;
	} rows[] = {
		{ "memory_bytes", atomic_load_explicit(&store->mem.used, memory_order_relaxed) },
		{ "cache_entries", cache.entries },
		{ "cache_bytes", cache.bytes },
		{ "cache_hits", cache.hits },
		{ "cache_misses", cache.misses },
	};
	for (size_t i = 0; i < SWK__COUNT(rows) && code == SWK_OK; i++)
		code = info_count(result, rows[i].name, "", rows[i].count, error);
	return code;
}

int swk__store_info(swk_store *store, swk_result **result, swk_error *error)
{
	swk_result *made = NULL;
	int code = swk__result_create(&store->mem, swk__store_retain, swk__store_release, store, &made, error);
	if (code != SWK_OK)
		return code;
	code = swk__result_column(made, "name", SWK_TYPE_TEXT, error);
	if (code == SWK_OK)
		code = swk__result_column(made, "value", SWK_TYPE_TEXT, error);
	if (code == SWK_OK) {
		swk__snapshot *snapshot = swk__store_snapshot(store);
		code = info_rows(store, snapshot, made, error);
		swk__snapshot_release(snapshot);
	}
	if (code == SWK_OK)
		*result = made;
	else
		swk_result_free(made);
	return code;
}

int swk__store_audit(swk_store *store, int64_t now, swk_result **result, swk_error *error)
{
	swk_result *made = NULL;
	swk__store_call c = call_begin(store);
	int code = swk__result_create(&store->mem, swk__store_retain, swk__store_release, store, &made, error);
	if (code != SWK_OK)
		return code;
	swk__snapshot *snapshot = swk__store_snapshot(store);
	code = swk__audit_fill(&store->history, snapshot, now ? now : store->clock(store->clock_context),
	                       swk__store_call_check, &c, made, error);
	swk__snapshot_release(snapshot);
	if (code == SWK_OK)
		*result = made;
	else
		swk_result_free(made);
	return code;
}
