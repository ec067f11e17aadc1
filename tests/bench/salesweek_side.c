/* SPDX-License-Identifier: MIT
 *
 * The library through its public header: rows are written into a batch, the batch is one commit.
 */
#include "side.h"

#include <salesweek.h>

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static void check(int code, const swk_error *error)
{
	char text[400];
	if (code == SWK_OK)
		return;
	swk_error_format(error, text, sizeof text);
	side_die(swk_code_name(code), text);
}

static void text_set(swk_batch *batch, const char *field, const char *text)
{
	swk_batch_text(batch, field, text, strlen(text));
}

/* What a row did wrong is told by swk_batch_end. */
static void call_write(swk_batch *batch, const rows_call *call, int64_t number)
{
	swk_error error = SWK_ERROR_INIT;
	swk_batch_row(batch, "call", number);
	swk_batch_text(batch, "id", call->id, ROWS_ID);
	swk_batch_instant(batch, "recorded_at", call->recorded_at);
	swk_batch_instant(batch, "at", call->at);
	swk_batch_text(batch, "lead", call->lead, ROWS_ID);
	swk_batch_text(batch, "rep", call->rep, ROWS_ID);
	text_set(batch, "direction", rows_directions[call->direction]);
	text_set(batch, "outcome", rows_outcomes[call->outcome]);
	if (call->duration_s >= 0)
		swk_batch_int(batch, "duration_s", call->duration_s);
	swk_batch_bool(batch, "positive", call->positive);
	swk_batch_bool(batch, "deleted", call->deleted);
	check(swk_batch_end(batch, &error), &error);
}

static uint64_t commit(swk_store *store, const swk_batch *batch)
{
	swk_error error = SWK_ERROR_INIT;
	swk_ingest_counts counts = { .size = sizeof counts };
	check(swk_store_ingest_batch(store, batch, NULL, &counts, &error), &error);
	return counts.accepted;
}

static void people_load(swk_store *store, swk_batch *batch, size_t leads)
{
	swk_error error = SWK_ERROR_INIT;
	for (size_t i = 0; i < ROWS_REPS; i++) {
		rows_rep rep = rows_rep_at(i);
		swk_batch_row(batch, "rep", (int64_t)i);
		swk_batch_text(batch, "id", rep.id, ROWS_ID);
		text_set(batch, "team", rep.team);
		text_set(batch, "region", rep.region);
		check(swk_batch_end(batch, &error), &error);
	}
	for (size_t i = 0; i < leads; i++) {
		rows_lead lead = rows_lead_at(i);
		swk_batch_row(batch, "lead", (int64_t)i);
		swk_batch_text(batch, "id", lead.id, ROWS_ID);
		swk_batch_instant(batch, "created_at", lead.created_at);
		swk_batch_text(batch, "rep", lead.rep, ROWS_ID);
		text_set(batch, "source", lead.source);
		text_set(batch, "region", lead.region);
		check(swk_batch_end(batch, &error), &error);
	}
	commit(store, batch);
	swk_batch_clear(batch);
}

/* Tells the whole, and apart what the commit took of it. */
static void calls_load(const side *self, swk_store *store, swk_batch *batch, const rows_call *calls, size_t count,
                       const char *measure, uint64_t expected)
{
	char part[64];
	side_time begin = side_now();
	for (size_t i = 0; i < count; i++)
		call_write(batch, &calls[i], (int64_t)i);
	side_time written = side_now();
	uint64_t accepted = commit(store, batch);
	side_time whole = side_since(begin), committed = side_since(written);
	if (accepted != expected)
		side_die(measure, "accepted another number of rows than expected");
	swk_batch_clear(batch);
	side_tell(self, measure, whole);
	snprintf(part, sizeof part, "%s_commit", measure);
	side_tell(self, part, committed);
}

static swk_result *ask(swk_store *store, int question)
{
	static const char *const bys[SIDE_QUESTIONS][2] = {
		[SIDE_REP] = { "rep" },
		[SIDE_GRID] = { "weekday", "hour" },
		[SIDE_WINDOW] = { "source" },
	};
	swk_error error = SWK_ERROR_INIT;
	swk_result *result;
	swk_query query = { .size = sizeof query,
		            .report = "calls",
		            .by = bys[question],
		            .by_count = question == SIDE_GRID ? 2 : 1,
		            .now = ROWS_NOW };
	if (question == SIDE_GRID)
		query.flags = SWK_QUERY_TOTAL;
	if (question == SIDE_WINDOW) {
		query.from = ROWS_WINDOW_FROM;
		query.to = ROWS_WINDOW_TO;
	}
	check(swk_store_report(store, &query, &result, &error), &error);
	return result;
}

static void answer_write(const side *self, const swk_result *result, int question)
{
	static const char *const names[] = { "made", "answered", "positive", "talk_s" };
	for (size_t row = 0; row < swk_result_rows(result); row++) {
		fprintf(self->answers, "%s", side_questions[question]);
		if (question == SIDE_GRID)
			fprintf(self->answers, ",%" PRId64 ",%" PRId64, swk_result_int(result, row, 3),
			        swk_result_int(result, row, 4));
		else
			fprintf(self->answers, ",%" PRId64 ",%s", swk_result_int(result, row, 1),
			        swk_result_text(result, row, 3, NULL));
		for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
			size_t column = (size_t)swk_result_find(result, names[i]);
			fprintf(self->answers, ",%.0f", swk_result_real(result, row, column));
		}
		fputc('\n', self->answers);
	}
}

static void question_run(const side *self, swk_store *store, int question)
{
	side_time asks[SIDE_ASKS];
	side_time begin = side_now();
	swk_result *result = ask(store, question);
	side_tell(self, side_questions[question], side_since(begin));
	answer_write(self, result, question);
	swk_result_free(result);
	for (int i = 0; i < SIDE_ASKS; i++) {
		begin = side_now();
		result = ask(store, question);
		asks[i] = side_since(begin);
		swk_result_free(result);
	}
	side_tell_again(self, side_questions[question], asks);
}

void salesweek_run(const side *self)
{
	swk_error error = SWK_ERROR_INIT;
	swk_store *store;
	swk_batch *batch;
	size_t corrections = rows_corrections(self->rows);
	rows_call *calls = rows_calls(self->rows, 0), *corrected = rows_calls(self->rows, 1);
	check(swk_store_open(NULL, NULL, &store, &error), &error);
	check(swk_batch_create(store, NULL, &batch, &error), &error);
	people_load(store, batch, rows_leads(self->rows));
	calls_load(self, store, batch, calls, self->rows, "ingest", self->rows);
	calls_load(self, store, batch, calls, self->rows, "ingest_again", 0);
	calls_load(self, store, batch, corrected, corrections, "correct", corrections);
	for (int question = 0; question < SIDE_QUESTIONS; question++)
		question_run(self, store, question);
	swk_batch_free(batch);
	swk_store_close(store);
	free(calls);
	free(corrected);
}
