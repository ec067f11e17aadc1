#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""DuckDB in memory, once over all measures, as side.h names them.

    duckdb_side.py ROWS ANSWERS FOLDER

FOLDER holds call.csv, correction.csv and lead.csv. They are read into tables of DuckDB's own first, which is not timed:
what is timed is one INSERT ... SELECT from such a table, and questions up to their numpy columns.
"""

import json
import pathlib
import statistics
import sys
import time

import duckdb

ASKS = 3

SCHEMA = """
CREATE TYPE direction AS ENUM ('inbound', 'outbound');
CREATE TYPE outcome AS ENUM ('answered', 'busy', 'failed', 'unanswered', 'unknown', 'voicemail');
CREATE TABLE call (id VARCHAR PRIMARY KEY, recorded_at TIMESTAMP, "at" TIMESTAMP, lead VARCHAR, rep VARCHAR,
    direction direction, outcome outcome, duration_s INTEGER, positive BOOLEAN, deleted BOOLEAN);
CREATE TABLE lead (id VARCHAR PRIMARY KEY, created_at TIMESTAMP, rep VARCHAR, source VARCHAR, region VARCHAR);
"""

STAGE_CALLS = """
CREATE TABLE {0}_rows AS SELECT id, make_timestamp(recorded_at) AS recorded_at, make_timestamp("at") AS "at", lead, rep,
    direction::direction AS direction, outcome::outcome AS outcome, duration_s::INTEGER AS duration_s,
    positive = 1 AS positive, deleted = 1 AS deleted
FROM read_csv('{1}/{0}.csv', header = true, delim = ',', columns = {{'id': 'VARCHAR', 'recorded_at': 'BIGINT',
    'at': 'BIGINT', 'lead': 'VARCHAR', 'rep': 'VARCHAR', 'direction': 'VARCHAR', 'outcome': 'VARCHAR',
    'duration_s': 'INTEGER', 'positive': 'INTEGER', 'deleted': 'INTEGER'}})
"""

LEADS = """
INSERT INTO lead SELECT id, make_timestamp(created_at), rep, source, region
FROM read_csv('{0}/lead.csv', header = true, delim = ',', columns = {{'id': 'VARCHAR', 'created_at': 'BIGINT',
    'rep': 'VARCHAR', 'source': 'VARCHAR', 'region': 'VARCHAR'}})
"""

UPSERT = """
INSERT INTO call SELECT * FROM {0}_rows ON CONFLICT (id) DO UPDATE SET recorded_at = excluded.recorded_at,
    "at" = excluded."at", lead = excluded.lead, rep = excluded.rep, direction = excluded.direction,
    outcome = excluded.outcome, duration_s = excluded.duration_s, positive = excluded.positive,
    deleted = excluded.deleted
WHERE excluded.recorded_at > call.recorded_at
"""

FIGURES = """
count(*) AS made, count(*) FILTER (outcome = 'answered') AS answered, count(*) FILTER (positive) AS positive,
    coalesce(sum(duration_s) FILTER (outcome = 'answered'), 0)::BIGINT AS talk_s
"""

QUESTIONS = {
    "rep": f"""
SELECT date_trunc('week', "at")::DATE - DATE '1970-01-01' AS week, rep, {FIGURES}
FROM call WHERE direction = 'outbound' AND NOT deleted GROUP BY ALL ORDER BY week, rep""",
    "grid": f"""
SELECT isodow("at") AS weekday, hour("at") AS hour, {FIGURES}
FROM call WHERE direction = 'outbound' AND NOT deleted GROUP BY ALL ORDER BY weekday, hour""",
    "window": f"""
SELECT date_trunc('week', "at")::DATE - DATE '1970-01-01' AS week, coalesce(lead.source, '') AS source, {FIGURES}
FROM call LEFT JOIN lead ON lead.id = call.lead
WHERE "at" >= TIMESTAMP '2025-09-01' AND "at" < TIMESTAMP '2025-12-01' AND direction = 'outbound' AND NOT deleted
GROUP BY ALL ORDER BY week, source""",
}


def now():
    """Seconds of the clock on the wall, and those that processors worked for this process."""
    return time.perf_counter(), time.process_time()


def since(begin):
    end = now()
    return end[0] - begin[0], end[1] - begin[1]


class Side:
    def __init__(self, rows, answers, folder):
        self.rows, self.answers, self.folder = rows, answers, folder
        self.base = duckdb.connect(":memory:")
        self.base.execute(SCHEMA)

    def tell(self, measure, took):
        told = {"engine": "duckdb", "rows": self.rows, "measure": measure, "seconds": took[0], "worked": took[1]}
        print(json.dumps(told), flush=True)

    def upsert(self, measure, table):
        begin = now()
        self.base.execute(UPSERT.format(table))
        self.tell(measure, since(begin))

    def ask(self, question):
        begin = now()
        answer = self.base.execute(QUESTIONS[question]).fetchnumpy()
        return since(begin), answer

    def run(self):
        self.base.execute(LEADS.format(self.folder))
        for table in ("call", "correction"):
            self.base.execute(STAGE_CALLS.format(table, self.folder))
        self.upsert("ingest", "call")
        self.upsert("ingest_again", "call")
        self.upsert("correct", "correction")
        for table in ("call", "correction"):
            self.base.execute(f"DROP TABLE {table}_rows")
        for question in QUESTIONS:
            took, answer = self.ask(question)
            self.tell(question, took)
            for row in zip(*answer.values()):
                print(question, *row, sep=",", file=self.answers)
            self.tell(f"{question}_again", statistics.median_low(self.ask(question)[0] for _ in range(ASKS)))


def main():
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    with pathlib.Path(sys.argv[2]).open("w", encoding="utf-8") as answers:
        Side(int(sys.argv[1]), answers, sys.argv[3]).run()


if __name__ == "__main__":
    main()
