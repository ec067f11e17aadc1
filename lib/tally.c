/* SPDX-License-Identifier: MIT */
#include "tally.h"

#define AHEAD 16 /* weeks for each thread */

/* ------------------------------------------------------------------------------------ opening, closing */

static unsigned threads_of(const swk__tally *tally)
{
	unsigned threads = tally->desk->threads;
	return threads < 1 ? 1 : threads > SWK__CREW_MAX ? SWK__CREW_MAX : threads;
}

/* Makes sure of a thread's scan. */
static int scan_ready(swk__tally *tally, unsigned thread, swk_error *error)
{
	const swk__tally_desk *desk = tally->desk;
	if (tally->opened[thread])
		return SWK_OK;
	int code = swk__scan_open(&tally->scans[thread], tally->plan, desk->facts, desk->money, desk->zones,
	                          desk->check, desk->check_context, error);
	tally->opened[thread] = code == SWK_OK;
	return code;
}

int swk__tally_open(swk__tally *tally, const swk__tally_desk *desk, const swk__plan *plan, unsigned char mark,
                    swk_error *error)
{
	static const char none[4];
	*tally = (swk__tally){ .desk = desk, .plan = plan, .first = 7, .open = true };
	swk__buf_init(&tally->shape, desk->mem, SIZE_MAX);
	swk__buf_append(&tally->shape, plan->shape.bytes, plan->shape.length);
	swk__buf_append(&tally->shape, desk->money ? desk->money->code : none, sizeof none);
	swk__buf_append(&tally->shape, &desk->facts->past, sizeof desk->facts->past);
	swk__buf_byte(&tally->shape, mark);
	unsigned threads = threads_of(tally);
	tally->scans = swk__alloc(desk->mem, SWK__FAULT_report_groups, threads, sizeof *tally->scans);
	tally->opened = swk__alloc(desk->mem, SWK__FAULT_report_groups, threads, sizeof *tally->opened);
	if (!tally->shape.failed && tally->scans && tally->opened)
		return SWK_OK;
	swk__tally_close(tally);
	return swk__fail_memory(error, desk->mem);
}

int swk__tally_scan(swk__tally *tally, swk__scan **scan, swk_error *error)
{
	*scan = &tally->scans[0];
	return scan_ready(tally, 0, error);
}

/* Ends the crew and gives back what it has counted that was not taken. */
static void ahead_drop(swk__tally *tally)
{
	if (tally->ahead_count)
		swk__crew_close(&tally->crew);
	for (uint32_t w = 0; w < tally->ahead_count; w++)
		swk__rollup_release(tally->ahead[w]);
	swk__free(tally->desk->mem, tally->ahead);
	tally->ahead = NULL;
	tally->ahead_count = 0;
}

void swk__tally_close(swk__tally *tally)
{
	if (!tally->open)
		return;
	ahead_drop(tally);
	for (unsigned t = 0; tally->scans && tally->opened && t < threads_of(tally); t++)
		if (tally->opened[t])
			swk__scan_close(&tally->scans[t]);
	swk__free(tally->desk->mem, tally->scans);
	swk__free(tally->desk->mem, tally->opened);
	swk__buf_done(&tally->shape);
	tally->open = false;
}

/* ---------------------------------------------------------------------------------------------- weeks */

/* What the rollup of a stretch is counted from. */
static swk__seen stretch_seen(const swk__tally *tally, int64_t begin, int64_t stop)
{
	static const swk__table tables[] = { SWK__TABLE_LEAD, SWK__TABLE_REP, SWK__TABLE_OPPORTUNITY, SWK__TABLE_RATE };
	swk__seen seen = { { 0 } };
	const swk__facts *facts = tally->desk->facts;
	const swk__form *form = tally->plan->form;
	unsigned word = 0;
	for (unsigned s = 0; s < form->source_count; s++) {
		const swk__directory *directory = swk__facts_table(facts, form->sources[s].facts)->directory;
		for (int32_t week = swk__utc_week(begin);
		     week <= swk__utc_week(stop - 1) && week < swk__utc_week(begin) + 3; week++, word++) {
			const swk__part *part = swk__directory_part(directory, week);
			seen.words[word] = part ? part->version : 0;
		}
	}
	for (size_t t = 0; t < SWK__COUNT(tables); t++)
		if (tally->plan->joins & (1u << tables[t]))
			seen.words[SWK__SEEN_WORDS - SWK__COUNT(tables) + t] =
				swk__facts_table(facts, tables[t])->epoch;
	return seen;
}

/* The rollup of a week, kept from before or scanned by a thread. */
static int week_count(swk__tally *tally, unsigned thread, int32_t week, int64_t end, swk__rollup **rollup,
                      swk_error *error)
{
	const swk__calendar *calendar = &tally->plan->calendar;
	int64_t begin = swk__week_begin(calendar, week), stop = swk__week_begin(calendar, week + 7);
	swk__cache *cache = tally->desk->facts->cached ? tally->desk->cache : NULL;
	swk__slice shape = { tally->shape.bytes, tally->shape.length };
	swk__holds holds;
	*rollup = NULL;
	end = end > tally->plan->cut.now ? tally->plan->cut.now : end;
	if (week < tally->first || week > tally->last || end < begin)
		return SWK_OK;
	swk__seen seen = stretch_seen(tally, begin, stop);
	if (cache)
		*rollup = swk__cache_get(cache, shape, week, &seen, end);
	if (*rollup)
		return SWK_OK;
	int code = scan_ready(tally, thread, error);
	if (code == SWK_OK)
		code = swk__scan_run(&tally->scans[thread], begin, stop, end, rollup, &holds, error);
	if (code == SWK_OK && cache)
		swk__cache_put(cache, shape, week, &seen, holds.from, holds.until, *rollup);
	return code;
}

int swk__tally_week(swk__tally *tally, int32_t week, int64_t end, swk__rollup **rollup, swk_error *error)
{
	const int32_t place = (week - tally->ahead_from) / 7;
	if (!tally->ahead_count || end != tally->ahead_end || week < tally->ahead_from ||
	    place >= (int32_t)tally->ahead_count)
		return week_count(tally, 0, week, end, rollup, error);
	int code = swk__crew_get(&tally->crew, (uint32_t)place, error);
	*rollup = NULL;
	if (code != SWK_OK)
		return code;
	if (!tally->ahead[place])
		return week_count(tally, 0, week, end, rollup, error);
	*rollup = tally->ahead[place];
	tally->ahead[place] = NULL;
	return SWK_OK;
}

/* ---------------------------------------------------------------------------------------------- ahead */

static int ahead_count(void *context, unsigned thread, uint32_t number, swk_error *error)
{
	swk__tally *tally = context;
	return week_count(tally, thread, tally->ahead_from + 7 * (int32_t)number, tally->ahead_end,
	                  &tally->ahead[number], error);
}

int swk__tally_ahead(swk__tally *tally, int32_t from, int32_t to, int64_t end, swk_error *error)
{
	if (threads_of(tally) == 1)
		return SWK_OK;
	ahead_drop(tally);
	from = from < tally->first ? tally->first : from;
	to = to > tally->last ? tally->last : to;
	if (from >= to)
		return SWK_OK;
	uint32_t count = (uint32_t)(to - from) / 7 + 1;
	tally->ahead = swk__alloc(tally->desk->mem, SWK__FAULT_report_groups, count, sizeof(swk__rollup *));
	if (!tally->ahead)
		return swk__fail_memory(error, tally->desk->mem);
	tally->ahead_from = from;
	tally->ahead_count = count;
	tally->ahead_end = end;
	swk__crew_open(&tally->crew, threads_of(tally), count, AHEAD * threads_of(tally), ahead_count, tally);
	return SWK_OK;
}

/* --------------------------------------------------------------------------------------------- periods */

/* Adds b to *sum and gives up both. */
static int rollup_add(swk__rollup **sum, swk__rollup *b, swk_error *error)
{
	swk__rollup *merged = NULL;
	if (!b)
		return SWK_OK;
	if (!*sum) {
		*sum = b;
		return SWK_OK;
	}
	int code = swk__rollup_merge(*sum, b, &merged, error);
	swk__rollup_release(b);
	if (code != SWK_OK)
		return code;
	swk__rollup_release(*sum);
	*sum = merged;
	return SWK_OK;
}

/* Sums of weeks: the one at place n, if there is one, is that of 2^n weeks. So no week is merged more often than there
 * are places, however long the lists of all weeks together grow. */
typedef struct pile {
	swk__rollup *sums[32];
	uint32_t weeks;
} pile;

/* Puts a week's rollup (may be NULL) on the pile and gives it up. */
static int pile_add(pile *p, swk__rollup *rollup, swk_error *error)
{
	unsigned place = 0;
	int code = SWK_OK;
	for (; (p->weeks >> place) & 1 && code == SWK_OK; place++) {
		code = rollup_add(&p->sums[place], rollup, error);
		rollup = code == SWK_OK ? p->sums[place] : NULL;
		if (code == SWK_OK)
			p->sums[place] = NULL;
	}
	p->weeks++;
	if (code == SWK_OK)
		p->sums[place] = rollup;
	return code;
}

/* The sum of all, NULL after a failure; the pile is empty then. */
static int pile_sum(pile *p, int code, swk__rollup **sum, swk_error *error)
{
	*sum = NULL;
	for (unsigned place = 0; place < SWK__COUNT(p->sums); place++) {
		if (code == SWK_OK)
			code = rollup_add(sum, p->sums[place], error);
		else
			swk__rollup_release(p->sums[place]);
	}
	if (code == SWK_OK)
		return SWK_OK;
	swk__rollup_release(*sum);
	*sum = NULL;
	return code;
}

/* One count of the whole period. */
static int sum_once(swk__tally *tally, int32_t from, int32_t to, int64_t end, swk__rollup **sum, swk_error *error)
{
	const swk__calendar *calendar = &tally->plan->calendar;
	swk__scan *scan;
	swk__holds holds;
	int code = swk__tally_scan(tally, &scan, error);
	if (code != SWK_OK)
		return code;
	end = end > tally->plan->cut.now ? tally->plan->cut.now : end;
	return swk__scan_run(scan, swk__week_begin(calendar, from), swk__week_begin(calendar, to + 7), end, sum, &holds,
	                     error);
}

int swk__tally_sum(swk__tally *tally, int32_t from, int32_t to, int64_t end, swk__rollup **sum, swk_error *error)
{
	from = from < tally->first ? tally->first : from;
	to = to > tally->last ? tally->last : to;
	*sum = NULL;
	if (tally->plan->report->latest && (tally->plan->flags & SWK_QUERY_TOTAL) && from < to)
		return sum_once(tally, from, to, end, sum, error);
	pile weeks = { .weeks = 0 };
	int code = from < to ? swk__tally_ahead(tally, from, to, end, error) : SWK_OK;
	for (int32_t week = from; week <= to && code == SWK_OK; week += 7) {
		swk__rollup *rollup = NULL;
		code = swk__tally_week(tally, week, end, &rollup, error);
		if (code == SWK_OK)
			code = pile_add(&weeks, rollup, error);
	}
	return pile_sum(&weeks, code, sum, error);
}
