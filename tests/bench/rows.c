/* SPDX-License-Identifier: MIT */
#include "rows.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define SPAN_US (INT64_C(730) * 86400 * 1000000)

/* Sorted, ROWS_ANSWERED first. */
const char *const rows_outcomes[ROWS_OUTCOMES] = { "answered", "busy", "failed", "unanswered", "unknown", "voicemail" };
const char *const rows_directions[2] = { "inbound", "outbound" };

static const char *const sources[] = { "ads", "event", "fair", "import", "partner", "referral", "search", "web" };
static const char *const regions[] = { "AMER", "APAC", "EMEA", "LATAM", "MEA" };
static const char *const teams[] = { "East", "North", "South", "West" };

typedef enum draw {
	DRAW_CALL,
	DRAW_CALL_LOW,
	DRAW_LEAD,
	DRAW_LEAD_LOW,
	DRAW_REP,
	DRAW_REP_LOW,
	DRAW_AT,
	DRAW_JITTER,
	DRAW_WHO,
	DRAW_HOW,
	DRAW_LONG,
	DRAW_ORIGIN
} draw;

/* The number of (what, i): splitmix64's finisher over a counter. */
static uint64_t drawn(draw what, uint64_t i)
{
	uint64_t x = (i * 16 + (uint64_t)what + 1) * 0x9e3779b97f4a7c15u;
	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
	x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
	return x ^ (x >> 31);
}

static void id_make(draw what, uint64_t i, char id[ROWS_ID])
{
	static const char digits[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
	uint64_t halves[2] = { drawn(what, i), drawn(what + 1, i) };
	for (size_t k = 0; k < ROWS_ID; k++) {
		uint64_t *half = &halves[k / (ROWS_ID / 2)];
		id[k] = digits[*half % 62];
		*half /= 62;
	}
}

size_t rows_leads(size_t calls)
{
	return calls / 10 + 1;
}

size_t rows_corrections(size_t calls)
{
	return calls / 100;
}

rows_rep rows_rep_at(size_t number)
{
	rows_rep rep = { .team = teams[number % COUNT(teams)], .region = regions[number % COUNT(regions)] };
	id_make(DRAW_REP, number, rep.id);
	return rep;
}

rows_lead rows_lead_at(size_t number)
{
	uint64_t origin = drawn(DRAW_ORIGIN, number);
	rows_lead lead = { .created_at = ROWS_BEGIN - (int64_t)(origin % (90 * UINT64_C(86400)) * 1000000),
		           .source = sources[origin / 7 % COUNT(sources)],
		           .region = regions[origin / 77 % COUNT(regions)] };
	id_make(DRAW_LEAD, number, lead.id);
	id_make(DRAW_REP, origin / 777 % ROWS_REPS, lead.rep);
	return lead;
}

/* One call in seven is inbound, a third is answered, one in a hundred deleted; a correction says it was answered. */
rows_call rows_call_at(size_t number, size_t count, unsigned version)
{
	uint64_t who = drawn(DRAW_WHO, number), how = drawn(DRAW_HOW, number);
	rows_call call = { .rep_number = (unsigned char)(who % ROWS_REPS), .direction = how % 7 != 0 };
	double place = (double)number / (double)count;
	call.at = ROWS_BEGIN + (int64_t)(place * (double)(SPAN_US - ROWS_WEEK_US)) / 1000000 * 1000000 +
	          (int64_t)(drawn(DRAW_JITTER, number) % UINT64_C(604800)) * 1000000;
	call.recorded_at = call.at + INT64_C(60000000) + version;
	call.outcome = (unsigned char)(how / 7 % 9);
	if (call.outcome >= ROWS_OUTCOMES || version)
		call.outcome = ROWS_ANSWERED;
	call.duration_s = -1;
	if (call.outcome == ROWS_ANSWERED && (how / 64) % 20 != 0)
		call.duration_s = (int32_t)(drawn(DRAW_LONG, number) % 1200);
	call.positive = call.outcome == ROWS_ANSWERED && how / 1024 % 4 == 0;
	call.deleted = how / 65536 % 100 == 0;
	id_make(DRAW_CALL, number, call.id);
	id_make(DRAW_LEAD, who / ROWS_REPS % rows_leads(count), call.lead);
	id_make(DRAW_REP, call.rep_number, call.rep);
	return call;
}

rows_call *rows_calls(size_t count, unsigned version)
{
	size_t made = version ? rows_corrections(count) : count;
	rows_call *calls = malloc((made + 1) * sizeof *calls);
	if (!calls) {
		perror("rows");
		exit(1);
	}
	for (size_t i = 0; i < made; i++)
		calls[i] = rows_call_at(version ? i * 100 : i, count, version);
	return calls;
}

static void call_print(const rows_call *call, FILE *out)
{
	char duration[16] = "";
	if (call->duration_s >= 0)
		snprintf(duration, sizeof duration, "%" PRId32, call->duration_s);
	fprintf(out, "%.18s,%" PRId64 ",%" PRId64 ",%.18s,%.18s,%s,%s,%s,%d,%d\n", call->id, call->recorded_at,
	        call->at, call->lead, call->rep, rows_directions[call->direction], rows_outcomes[call->outcome],
	        duration, call->positive, call->deleted);
}

static int calls_write(size_t count, unsigned version, FILE *out)
{
	size_t made = version ? rows_corrections(count) : count;
	fputs("id,recorded_at,at,lead,rep,direction,outcome,duration_s,positive,deleted\n", out);
	for (size_t i = 0; i < made; i++) {
		rows_call call = rows_call_at(version ? i * 100 : i, count, version);
		call_print(&call, out);
	}
	return fflush(out) || ferror(out) ? -1 : 0;
}

static int leads_write(size_t count, FILE *out)
{
	fputs("id,created_at,rep,source,region\n", out);
	for (size_t i = 0; i < rows_leads(count); i++) {
		rows_lead lead = rows_lead_at(i);
		fprintf(out, "%.18s,%" PRId64 ",%.18s,%s,%s\n", lead.id, lead.created_at, lead.rep, lead.source,
		        lead.region);
	}
	return fflush(out) || ferror(out) ? -1 : 0;
}

int rows_write(const char *table, size_t count, FILE *out)
{
	if (strcmp(table, "lead") == 0)
		return leads_write(count, out);
	if (strcmp(table, "call") == 0 || strcmp(table, "correction") == 0)
		return calls_write(count, table[1] == 'o', out);
	return -1;
}
