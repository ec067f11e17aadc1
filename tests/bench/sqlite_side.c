/* SPDX-License-Identifier: MIT
 *
 * The system's SQLite in memory: prepared upserts in one transaction. A call's id is its key, and there is an index on
 * its instant; instants are integers, so that weeks and hours are arithmetic and not texts.
 */
#include "side.h"

#include <inttypes.h>
#include <sqlite3.h>
#include <stdlib.h>

#define DAY "86400000000"
#define FIGURES                                                \
	" count(*), sum(outcome = 'answered'), sum(positive)," \
	" coalesce(sum(CASE WHEN outcome = 'answered' THEN duration_s END), 0) "

static const char schema[] =
	"CREATE TABLE call (id TEXT PRIMARY KEY, recorded_at INTEGER, at INTEGER, lead TEXT, rep TEXT,"
	" direction TEXT, outcome TEXT, duration_s INTEGER, positive INTEGER, deleted INTEGER);"
	"CREATE INDEX call_at ON call (at);"
	"CREATE TABLE lead (id TEXT PRIMARY KEY, created_at INTEGER, rep TEXT, source TEXT, region TEXT);";

static const char upsert[] =
	"INSERT INTO call VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET"
	" recorded_at = excluded.recorded_at, at = excluded.at, lead = excluded.lead, rep = excluded.rep,"
	" direction = excluded.direction, outcome = excluded.outcome, duration_s = excluded.duration_s,"
	" positive = excluded.positive, deleted = excluded.deleted WHERE excluded.recorded_at > call.recorded_at";

/* 1970-01-01 was a Thursday: three days after a Monday. */
static const char *const questions[SIDE_QUESTIONS] = {
	[SIDE_REP] = "SELECT (at / " DAY " + 3) / 7 * 7 - 3 AS week, rep," FIGURES
		     "FROM call WHERE direction = 'outbound' AND NOT deleted GROUP BY week, rep ORDER BY week, rep",
	[SIDE_GRID] = "SELECT (at / " DAY " + 3) % 7 + 1 AS weekday, at / 3600000000 % 24 AS hour," FIGURES
		      "FROM call WHERE direction = 'outbound' AND NOT deleted GROUP BY weekday, hour"
		      " ORDER BY weekday, hour",
	[SIDE_WINDOW] = "SELECT (at / " DAY " + 3) / 7 * 7 - 3 AS week, coalesce(lead.source, '')," FIGURES
			"FROM call LEFT JOIN lead ON lead.id = call.lead"
			" WHERE at >= ?1 AND at < ?2 AND direction = 'outbound' AND NOT deleted"
			" GROUP BY week, lead.source ORDER BY week, lead.source",
};

static void check(sqlite3 *db, int code)
{
	if (code != SQLITE_OK && code != SQLITE_DONE && code != SQLITE_ROW)
		side_die("sqlite", sqlite3_errmsg(db));
}

static void execute(sqlite3 *db, const char *sql)
{
	check(db, sqlite3_exec(db, sql, NULL, NULL, NULL));
}

static sqlite3_stmt *prepare(sqlite3 *db, const char *sql)
{
	sqlite3_stmt *statement;
	check(db, sqlite3_prepare_v2(db, sql, -1, &statement, NULL));
	return statement;
}

static void run_once(sqlite3 *db, sqlite3_stmt *statement)
{
	check(db, sqlite3_step(statement));
	check(db, sqlite3_reset(statement));
}

static void leads_load(sqlite3 *db, size_t leads)
{
	execute(db, "BEGIN");
	sqlite3_stmt *statement = prepare(db, "INSERT INTO lead VALUES (?, ?, ?, ?, ?)");
	for (size_t i = 0; i < leads; i++) {
		rows_lead lead = rows_lead_at(i);
		sqlite3_bind_text(statement, 1, lead.id, ROWS_ID, SQLITE_STATIC);
		sqlite3_bind_int64(statement, 2, lead.created_at);
		sqlite3_bind_text(statement, 3, lead.rep, ROWS_ID, SQLITE_STATIC);
		sqlite3_bind_text(statement, 4, lead.source, -1, SQLITE_STATIC);
		sqlite3_bind_text(statement, 5, lead.region, -1, SQLITE_STATIC);
		run_once(db, statement);
	}
	sqlite3_finalize(statement);
	execute(db, "COMMIT");
}

static void call_bind(sqlite3_stmt *statement, const rows_call *call)
{
	sqlite3_bind_text(statement, 1, call->id, ROWS_ID, SQLITE_STATIC);
	sqlite3_bind_int64(statement, 2, call->recorded_at);
	sqlite3_bind_int64(statement, 3, call->at);
	sqlite3_bind_text(statement, 4, call->lead, ROWS_ID, SQLITE_STATIC);
	sqlite3_bind_text(statement, 5, call->rep, ROWS_ID, SQLITE_STATIC);
	sqlite3_bind_text(statement, 6, rows_directions[call->direction], -1, SQLITE_STATIC);
	sqlite3_bind_text(statement, 7, rows_outcomes[call->outcome], -1, SQLITE_STATIC);
	if (call->duration_s >= 0)
		sqlite3_bind_int(statement, 8, call->duration_s);
	else
		sqlite3_bind_null(statement, 8);
	sqlite3_bind_int(statement, 9, call->positive);
	sqlite3_bind_int(statement, 10, call->deleted);
}

static void calls_load(const side *self, sqlite3 *db, const rows_call *calls, size_t count, const char *measure)
{
	side_time begin = side_now();
	execute(db, "BEGIN");
	sqlite3_stmt *statement = prepare(db, upsert);
	for (size_t i = 0; i < count; i++) {
		call_bind(statement, &calls[i]);
		run_once(db, statement);
	}
	sqlite3_finalize(statement);
	execute(db, "COMMIT");
	side_tell(self, measure, side_since(begin));
}

/* Asks and takes every cell; with `answers` also writes them. */
static side_time ask(sqlite3 *db, int question, FILE *answers)
{
	side_time begin = side_now();
	sqlite3_stmt *statement = prepare(db, questions[question]);
	if (question == SIDE_WINDOW) {
		sqlite3_bind_int64(statement, 1, ROWS_WINDOW_FROM_US);
		sqlite3_bind_int64(statement, 2, ROWS_WINDOW_END_US);
	}
	int code;
	while ((code = sqlite3_step(statement)) == SQLITE_ROW) {
		int64_t first = sqlite3_column_int64(statement, 0);
		const unsigned char *second = sqlite3_column_text(statement, 1);
		int64_t figures[4];
		for (int i = 0; i < 4; i++)
			figures[i] = sqlite3_column_int64(statement, 2 + i);
		if (answers)
			fprintf(answers, "%s,%" PRId64 ",%s,%" PRId64 ",%" PRId64 ",%" PRId64 ",%" PRId64 "\n",
			        side_questions[question], first, second, figures[0], figures[1], figures[2],
			        figures[3]);
	}
	check(db, code);
	sqlite3_finalize(statement);
	return side_since(begin);
}

void sqlite_run(const side *self)
{
	sqlite3 *db;
	side_time asks[SIDE_ASKS];
	rows_call *calls = rows_calls(self->rows, 0), *corrected = rows_calls(self->rows, 1);
	check(NULL, sqlite3_open(":memory:", &db));
	execute(db, schema);
	leads_load(db, rows_leads(self->rows));
	calls_load(self, db, calls, self->rows, "ingest");
	calls_load(self, db, calls, self->rows, "ingest_again");
	calls_load(self, db, corrected, rows_corrections(self->rows), "correct");
	for (int question = 0; question < SIDE_QUESTIONS; question++) {
		side_tell(self, side_questions[question], ask(db, question, self->answers));
		for (int i = 0; i < SIDE_ASKS; i++)
			asks[i] = ask(db, question, NULL);
		side_tell_again(self, side_questions[question], asks);
	}
	sqlite3_close(db);
	free(calls);
	free(corrected);
}
