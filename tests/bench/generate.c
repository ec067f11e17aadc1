/* SPDX-License-Identifier: MIT
 *
 * Records out of counters. Attributes are dealt like cards: each run of BENCH_DECK records gets every card of the
 * table's deck once, in an order of its own, so totals are known without looking at records.
 */
#include "bench.h"

#include <string.h>

#define SECOND INT64_C(1000000)
#define DAY (86400 * SECOND)
#define WEEK (7 * DAY)

typedef enum draw {
	DRAW_ID,
	DRAW_ID_LOW,
	DRAW_JITTER,
	DRAW_LEAD,
	DRAW_REP,
	DRAW_DEAL,
	DRAW_SPAN,
	DRAW_REST
} draw;

/* splitmix64's finisher over a counter. */
static uint64_t drawn(int table, draw what, int64_t i)
{
	uint64_t x = (((uint64_t)i * BENCH_TABLES + (uint64_t)table) * 8 + (uint64_t)what + 1) * 0x9e3779b97f4a7c15u;
	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
	x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
	return x ^ (x >> 31);
}

static void id_write(int table, int64_t i, char *id)
{
	static const char digits[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
	uint64_t halves[2] = { drawn(table, DRAW_ID, i), drawn(table, DRAW_ID_LOW, i) };
	for (size_t k = 0; k < BENCH_ID; k++) {
		uint64_t *half = &halves[k / (BENCH_ID / 2)];
		id[k] = digits[*half % 62];
		*half /= 62;
	}
}

/* The card of record i: steps through the deck by a stride that has no factor in common with its size. */
static int64_t card_of(int table, int64_t i)
{
	static const unsigned char odd[] = { 1, 3, 7, 9 };
	uint64_t deal = drawn(table, DRAW_DEAL, i / BENCH_DECK);
	int64_t stride = (int64_t)(deal % 100) * 10 + odd[(deal >> 8) % 4];
	return (i % BENCH_DECK * stride + (int64_t)(deal >> 16) % BENCH_DECK) % BENCH_DECK;
}

/* A second order of the cards, so that two attributes do not go by one. */
static int64_t turned(int64_t card, int64_t stride)
{
	return card * stride % BENCH_DECK;
}

/* The place of a card among shares that are given as upper bounds. */
static int64_t share(int64_t card, const int *bounds)
{
	int64_t place = 0;
	while (card >= bounds[place])
		place++;
	return place;
}

static void call_card(int64_t card, int64_t dealt[4])
{
	static const int outcomes[] = { 320, 420, 460, 700, 800, 1000 }; /* in the order of world.py's texts */
	int64_t u = turned(card, 613);
	dealt[0] = card % 7 != 0; /* outbound */
	dealt[1] = share(u, outcomes);
	dealt[2] = dealt[1] == 0 ? 20 + turned(card, 37) % 900 : -1;
	dealt[3] = dealt[1] == 0 && u % 4 == 0;
}

static void message_card(int64_t card, int64_t dealt[4])
{
	dealt[0] = card % 4 != 0;             /* outbound */
	dealt[1] = turned(card, 613) % 3;     /* channel */
	dealt[2] = turned(card, 37) % 10 < 1; /* automated */
}

static void opportunity_card(int64_t card, int64_t dealt[4])
{
	static const int outcomes[] = { 450, 700, 1000 }; /* lost, open, won */
	dealt[0] = share(turned(card, 613), outcomes);
	dealt[1] = 500 + turned(card, 37) * 20;
}

static void meeting_card(int64_t card, int64_t dealt[4])
{
	static const int outcomes[] = { 100, 250, 350, 500, 650, 750, 900, 1000 };
	dealt[0] = share(turned(card, 613), outcomes);
	dealt[1] = 900 + turned(card, 37) % 4 * 900;
}

void bench_card(int table, int64_t card, int64_t dealt[4])
{
	memset(dealt, 0, 4 * sizeof *dealt);
	if (table == BENCH_CALL)
		call_card(card, dealt);
	else if (table == BENCH_MESSAGE)
		message_card(card, dealt);
	else if (table == BENCH_OPPORTUNITY)
		opportunity_card(card, dealt);
	else if (table == BENCH_MEETING)
		meeting_card(card, dealt);
	else
		dealt[0] = turned(card, 613);
}

/* ------------------------------------------------------------------------------------------- columns */

/* One record on its way into the columns, in their order. */
typedef struct row {
	const bench_world *world;
	void *const *columns;
	int table, column;
	int64_t i, at; /* number of the record, place in the columns */
} row;

static void put_number(row *r, int64_t value)
{
	((int64_t *)r->columns[r->column++])[r->at] = value;
}

static void put_date(row *r, int64_t value)
{
	((int32_t *)r->columns[r->column++])[r->at] = (int32_t)value;
}

static void put_code(row *r, int64_t value)
{
	((uint8_t *)r->columns[r->column++])[r->at] = (uint8_t)value;
}

static void put_id(row *r, int table, int64_t number)
{
	id_write(table, number, (char *)r->columns[r->column++] + r->at * BENCH_ID);
}

static void put_rep(row *r, uint64_t which)
{
	put_id(r, BENCH_REP, (int64_t)(which % (uint64_t)r->world->counts[BENCH_REP]));
}

/* One of the leads of the last eight weeks or so before the record. */
static void put_lead(row *r)
{
	int64_t leads = r->world->counts[BENCH_LEAD], count = r->world->counts[r->table];
	int64_t weeks = (r->world->end - r->world->begin) / WEEK + 1;
	int64_t back = (int64_t)(drawn(r->table, DRAW_LEAD, r->i) % (uint64_t)(leads * 8 / weeks + 1));
	int64_t lead = (int64_t)((double)r->i / (double)count * (double)leads) - back;
	put_id(r, BENCH_LEAD, lead < 0 ? 0 : lead);
}

/* Records come in the order of time, a week more or less, as an export lists them; to the second, as CRMs keep it. */
static int64_t instant(const row *r)
{
	double part = (double)r->i / (double)r->world->counts[r->table];
	int64_t jitter = (int64_t)(drawn(r->table, DRAW_JITTER, r->i) % (uint64_t)WEEK);
	int64_t at = r->world->begin + (int64_t)(part * (double)(r->world->end - r->world->begin)) + jitter;
	return at / SECOND * SECOND;
}

static void fill_rep(row *r)
{
	put_code(r, r->i % 4);
	put_code(r, r->i % 5);
}

static void fill_lead(row *r)
{
	uint64_t rest = drawn(r->table, DRAW_REST, r->i);
	put_number(r, instant(r));
	put_rep(r, drawn(r->table, DRAW_REP, r->i));
	put_code(r, (int64_t)(rest % 8));
	put_code(r, (int64_t)(rest / 8 % 5));
	put_code(r, (int64_t)(rest / 40 % 3));
}

static void fill_message(row *r)
{
	int64_t dealt[4];
	message_card(card_of(r->table, r->i), dealt);
	put_number(r, instant(r));
	put_lead(r);
	put_code(r, dealt[0]);
	put_rep(r, drawn(r->table, DRAW_REP, r->i));
	put_code(r, dealt[1]);
	put_code(r, dealt[2]);
}

static void fill_call(row *r)
{
	int64_t dealt[4];
	call_card(card_of(r->table, r->i), dealt);
	put_number(r, instant(r));
	put_lead(r);
	put_rep(r, drawn(r->table, DRAW_REP, r->i));
	put_code(r, dealt[0]);
	put_code(r, dealt[1]);
	put_number(r, dealt[2]);
	put_code(r, dealt[3]);
}

static void fill_opportunity(row *r)
{
	int64_t dealt[4], at = instant(r);
	opportunity_card(card_of(r->table, r->i), dealt);
	put_number(r, at);
	put_lead(r);
	put_rep(r, drawn(r->table, DRAW_REP, r->i));
	put_number(r, dealt[1]);
	put_code(r, dealt[0]);
	put_number(r, dealt[0] == 1 ? -1 : at + (int64_t)(drawn(r->table, DRAW_SPAN, r->i) % (60 * 86400)) * SECOND);
}

static void fill_score(row *r)
{
	/* Scores are a computer's, to the millisecond: which is a lead's last is never a question of ids. */
	put_number(r, instant(r) + r->i % 1000 * 1000);
	put_lead(r);
	put_number(r, turned(card_of(r->table, r->i), 613) / 10);
}

static void fill_meeting(row *r)
{
	int64_t dealt[4];
	meeting_card(card_of(r->table, r->i), dealt);
	put_number(r, instant(r));
	put_lead(r);
	put_rep(r, drawn(r->table, DRAW_REP, r->i));
	put_number(r, dealt[1]);
	put_code(r, dealt[0]);
}

/* A quota for every rep and thirteen weeks. */
static void fill_quota(row *r)
{
	int64_t reps = r->world->counts[BENCH_REP], from = r->world->begin / DAY + r->i / reps * 91;
	uint64_t rest = drawn(r->table, DRAW_REST, r->i);
	put_date(r, from);
	put_date(r, from + 91);
	put_rep(r, (uint64_t)(r->i % reps));
	put_number(r, 13 * (int64_t)(1 + rest % 40));
	put_number(r, 13 * (int64_t)(1000 + rest / 64 % 100000));
}

int bench_fill(const bench_world *world, int table, int64_t first, int64_t count, void *const *columns)
{
	static void (*const fill[BENCH_TABLES])(row *) = { fill_rep,         fill_lead,  fill_message, fill_call,
		                                           fill_opportunity, fill_score, fill_meeting, fill_quota };
	if (table < 0 || table >= BENCH_TABLES)
		return -1;
	for (int64_t at = 0; at < count; at++) {
		row r = { world, columns, table, 0, first + at, at };
		put_id(&r, table, r.i);
		put_number(&r, world->end + DAY + r.i * SECOND); /* recorded_at */
		fill[table](&r);
	}
	return 0;
}
