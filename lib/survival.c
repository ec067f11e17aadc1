/* SPDX-License-Identifier: MIT
 *
 * A walk steps from one time with ends to the next. A run is a stretch of ends without an open duration in between: a
 * leap takes all of it at once. Percentiles are looked for stride by stride: only where a bound says that something may
 * be found is the stride walked again, its leaps halved until few steps are left.
 */
#include "survival.h"

#include <math.h>

#define STRIDE 64 /* leaps between two looks at the bounds */
#define CLOSE 8   /* ends that are looked at one by one */

typedef struct walk {
	const swk__durations *durations;
	uint64_t ended, open;    /* how many of each are behind */
	uint64_t before, left;   /* at risk when this run began, and after the last end */
	swk__u128 top, bottom;   /* S before this run; 2^95 <= bottom < 2^96 */
	double variance, crumbs; /* Greenwood's sum before this run, and what adding it up has lost */
	swk__products *products; /* NULL, or S before this run once more, exactly */
} walk;

static walk walk_begin(const swk__durations *durations, swk__products *products)
{
	uint64_t all = durations->ended_count + durations->open_count;
	swk__u128 one = (swk__u128)1 << 95;
	return (walk){ durations, 0, 0, all, all, one, one, 0, 0, products };
}

static int bits(swk__u128 value)
{
	uint64_t high = (uint64_t)(value >> 64); /* not 0: values here are at least 2^95 */
	return 128 - __builtin_clzll(high);
}

/* What a run adds to Greenwood's sum: d / (n (n - d)) = 1 / (n - d) - 1 / n telescopes as well. */
static double run_variance(const walk *w)
{
	return (double)(w->before - w->left) / ((double)w->before * (double)w->left);
}

/* Takes a finished run into the product. Both sides lose less than 1 by the shift, so S moves by less than 2^-95. */
static void finish_run(walk *w)
{
	double term = run_variance(w), sum = w->variance + term, added = sum - w->variance;
	w->crumbs += (w->variance - (sum - added)) + (term - added);
	w->variance = sum;

	w->top *= w->left;
	w->bottom *= w->before;
	int shift = bits(w->bottom) - 96;
	w->top >>= shift;
	w->bottom >>= shift;
	if (w->products)
		swk__products_multiply(w->products, w->left, w->before);
}

static int64_t open_at(const swk__durations *d, uint64_t i)
{
	return d->starts ? d->end - d->starts[d->open_count - 1 - i] : d->open[i];
}

/* The first index from `at` on whose end is later than `time`: doubling strides, then halves. */
static uint64_t ends_until(const swk__durations *d, uint64_t at, int64_t time)
{
	uint64_t width = 1, high;
	while (at + width <= d->ended_count && d->ended[at + width - 1] <= time) {
		at += width;
		width *= 2;
	}
	high = at + width - 1 < d->ended_count ? at + width - 1 : d->ended_count;
	while (at < high) {
		uint64_t middle = at + (high - at) / 2;
		if (d->ended[middle] <= time)
			at = middle + 1;
		else
			high = middle;
	}
	return at;
}

/* The same for open durations that are not shorter than `time`. */
static uint64_t opens_before(const swk__durations *d, uint64_t at, int64_t time)
{
	uint64_t width = 1, high;
	while (at + width <= d->open_count && open_at(d, at + width - 1) < time) {
		at += width;
		width *= 2;
	}
	high = at + width - 1 < d->open_count ? at + width - 1 : d->open_count;
	while (at < high) {
		uint64_t middle = at + (high - at) / 2;
		if (open_at(d, middle) < time)
			at = middle + 1;
		else
			high = middle;
	}
	return at;
}

/* Takes the ends up to an index, all of one run. */
static void leap(walk *w, uint64_t ended)
{
	w->left -= ended - w->ended;
	w->ended = ended;
}

/* To the next time with ends, not beyond `until`. False: there is none. */
static bool step(walk *w, int64_t until)
{
	const swk__durations *d = w->durations;
	if (w->ended == d->ended_count || d->ended[w->ended] > until)
		return false;
	int64_t time = d->ended[w->ended];
	if (w->open < d->open_count && open_at(d, w->open) < time) {
		w->open = opens_before(d, w->open, time);
		if (w->left < w->before)
			finish_run(w);
		w->before = d->ended_count - w->ended + d->open_count - w->open;
		w->left = w->before;
	}
	leap(w, ends_until(d, w->ended, time));
	return true;
}

/* As far as the run goes, not beyond `until`; where the next end begins a run, one step. False: there is no end. */
static bool move(walk *w, int64_t until)
{
	const swk__durations *d = w->durations;
	int64_t run = w->open < d->open_count ? open_at(d, w->open) : INT64_MAX;
	uint64_t ended = ends_until(d, w->ended, run < until ? run : until);
	if (ended == w->ended)
		return step(w, until);
	leap(w, ended);
	return true;
}

/* ------------------------------------------------------------------------------------------- the band */

/* The band of S: S^exp(+-z sigma / depth). */
typedef struct band {
	double depth; /* -log S */
	double sigma; /* the square root of Greenwood's sum */
} band;

/* -log(left), from both left and 1 - left, so that no digits are lost at either end. */
static double depth_of(double left, double gone)
{
	return gone < 0.5 ? -log1p(-gone) : -log(left);
}

static double gone_of(const walk *w)
{
	swk__u128 top = w->top * w->left, bottom = w->bottom * w->before;
	return (double)(bottom - top) / (double)bottom;
}

/* False where S is 1 or 0. */
static bool band_of(const walk *w, band *at)
{
	if (w->ended == 0 || w->left == 0)
		return false;
	double left = (double)(w->top * w->left) / (double)(w->bottom * w->before);
	at->depth = depth_of(left, gone_of(w));
	at->sigma = sqrt(w->variance + (w->crumbs + run_variance(w)));
	return true;
}

/* -log of the lower band, given a depth and a sigma, and of the upper one. */
static double depth_low(double depth, double sigma)
{
	return depth * exp(SWK__Z95 * sigma / depth);
}

static double depth_high(double depth, double sigma)
{
	return depth * exp(-SWK__Z95 * sigma / depth);
}

/* --------------------------------------------------------------------------------------- percentiles */

/* Less than 0: S is below the threshold, greater: above; 0: within 2^-60, not decided (so S is not 0). */
static int compare_roughly(const walk *w, const swk__percentile *question)
{
	swk__u128 whole = ((w->bottom * w->before) >> 32) * question->whole;
	swk__u128 threshold = whole - ((w->bottom * w->before) >> 32) * question->part;
	swk__u128 value = ((w->top * w->left) >> 32) * question->whole;
	swk__u128 margin = whole >> 60;
	if (value + margin < threshold)
		return -1;
	return value > threshold + margin;
}

static bool has_reached(const walk *w, const swk__percentile *question)
{
	int roughly = compare_roughly(w, question);
	if (roughly != 0)
		return roughly < 0;
	swk__products products;
	swk__products_init(&products);
	swk__products_multiply(&products, question->whole, question->whole - question->part);
	walk again = walk_begin(w->durations, &products);
	while (again.ended < w->ended)
		move(&again, w->durations->ended[w->ended - 1]);
	swk__products_multiply(&products, w->left, w->before);
	return swk__products_compare(&products) <= 0;
}

static double depth_asked(const swk__percentile *question)
{
	double whole = question->whole;
	return depth_of((whole - question->part) / whole, question->part / whole);
}

/* Whether a step between the two may answer something. The lower band is below S and S below the upper one, so `high`
 * is the last of the three to be known. S falls and Greenwood's sum grows on the way; with a fixed sigma
 * the lower band's depth is greatest at one of the ends, and the upper one's grows with S falling. */
static bool may_answer(const walk *from, const walk *to, const swk__percentile *question)
{
	band a, b;
	if (question->high.known)
		return false;
	if (!question->reached.known && compare_roughly(to, question) <= 0)
		return true;
	if (!band_of(from, &a) || !band_of(to, &b))
		return true;
	double asked = depth_asked(question) * (1 - 1e-9);
	if (!question->low.known && fmax(depth_low(a.depth, b.sigma), depth_low(b.depth, b.sigma)) >= asked)
		return true;
	return depth_high(b.depth, a.sigma) >= asked;
}

static void look(const walk *w, swk__percentile *question, double asked)
{
	const swk__moment now = { true, w->durations->ended[w->ended - 1] };
	band at;
	if (!question->reached.known && has_reached(w, question))
		question->reached = now;
	if (!band_of(w, &at))
		return;
	if (!question->low.known && depth_low(at.depth, at.sigma) >= asked)
		question->low = now;
	if (question->low.known && depth_high(at.depth, at.sigma) >= asked)
		question->high = now;
}

static void look_at_each(walk from, const walk *to, swk__percentile *question, double asked)
{
	while (from.ended < to->ended && !question->high.known) {
		step(&from, INT64_MAX);
		look(&from, question, asked);
	}
}

/* Looks at the part of a run between two walks, halves first. */
static void look_between(walk from, const walk *to, swk__percentile *question, double asked)
{
	while (may_answer(&from, to, question)) {
		const swk__durations *d = from.durations;
		walk middle = from;
		uint64_t half = ends_until(d, from.ended, d->ended[from.ended + (to->ended - from.ended) / 2]);
		if (to->ended - from.ended <= CLOSE || half == to->ended) {
			look_at_each(from, to, question, asked);
			return;
		}
		leap(&middle, half);
		look_between(from, &middle, question, asked);
		from = middle;
	}
}

static void look_closely(walk from, const walk *to, swk__percentile *question)
{
	double asked = depth_asked(question);
	int64_t until = to->durations->ended[to->ended - 1];
	while (from.ended < to->ended && !question->high.known) {
		walk begun = from;
		step(&begun, until); /* the first time of a run, and then the rest of it */
		look(&begun, question, asked);
		from = begun;
		move(&from, until);
		if (from.open == begun.open)
			look_between(begun, &from, question, asked);
		else
			from = begun;
	}
}

/* ------------------------------------------------------------------------------------------ the walk */

static bool stride(walk *w, int64_t until)
{
	uint64_t ended = w->ended;
	for (int i = 0; i < STRIDE && move(w, until); i++)
		;
	return w->ended != ended;
}

static void advance(walk *w, int64_t until, swk__percentile *percentiles, size_t count)
{
	for (walk from = *w; stride(w, until); from = *w)
		for (size_t i = 0; i < count; i++)
			if (may_answer(&from, w, &percentiles[i]))
				look_closely(from, w, &percentiles[i]);
}

static int64_t longest(const swk__durations *d)
{
	int64_t ended = d->ended_count ? d->ended[d->ended_count - 1] : INT64_MIN;
	int64_t open = d->open_count ? open_at(d, d->open_count - 1) : INT64_MIN;
	return ended > open ? ended : open;
}

static void answer_within(const walk *w, swk__within *question)
{
	bool any = w->durations->ended_count + w->durations->open_count > 0;
	band at;
	*question = (swk__within){ .time = question->time };
	question->known = any && (w->left == 0 || question->time <= longest(w->durations));
	if (!question->known)
		return;
	question->share = gone_of(w);
	question->bounded = band_of(w, &at);
	if (question->bounded)
		question->bounds = (swk__interval){ -expm1(-depth_high(at.depth, at.sigma)),
			                            -expm1(-depth_low(at.depth, at.sigma)) };
}

void swk__survival(const swk__durations *durations, swk__within *withins, size_t within_count,
                   swk__percentile *percentiles, size_t percentile_count)
{
	walk w = walk_begin(durations, NULL);
	for (size_t i = 0; i < percentile_count; i++)
		percentiles[i] = (swk__percentile){ .part = percentiles[i].part, .whole = percentiles[i].whole };
	for (size_t i = 0; i < within_count; i++) {
		advance(&w, withins[i].time, percentiles, percentile_count);
		answer_within(&w, &withins[i]);
	}
	if (percentile_count > 0)
		advance(&w, INT64_MAX, percentiles, percentile_count);
}
