#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Claim: a vendor's own exports, imported by a preset and nothing else, give the published and SQL's figures.

    zoho_preset.py --build build/release [--quick]

Imports the five files of zoho_crm (SALESWEEK_DATA names the folder above) with `--preset zoho`, twice, and compares
every week, rep, source and direction with what DuckDB's SQL finds in the raw files.
"""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import claim  # noqa: E402

NOW = ("--now", "2022-01-01")
FILES = (
    # table, file, records
    ("rep", "Users.csv", 11),
    ("lead", "Leads.csv", 3900),
    ("opportunity", "Potentials.csv", 3632),
    ("call", "Calls.csv", 4100),
    ("meeting", "Events.csv", 2978),
)

# name, the question, its columns that are compared, SQL over the raw files
PLANS = (
    (
        "leads by week and source",
        ("conversion", "--by", "source"),
        ("leads", "opportunities", "converted"),
        """
        SELECT strftime(created, '%G-W%V') AS week, "Lead Source" AS source, count(*) AS leads,
            count(*) FILTER (LEADID IN (SELECT LEADID FROM potentials)) AS opportunities,
            count(*) FILTER (LEADID IN (SELECT LEADID FROM potentials WHERE "Forecast Type" = 'Won')) AS converted
        FROM leads GROUP BY ALL
        """,
    ),
    (
        "deals closed by week and owner",
        ("win_rate", "--by", "rep"),
        ("won", "lost", "won_amount", "lost_amount"),
        """
        SELECT strftime(closed, '%G-W%V') AS week, "Potential Owner" AS rep,
            count(*) FILTER ("Forecast Type" = 'Won') AS won, count(*) FILTER ("Forecast Type" = 'Lost') AS lost,
            coalesce(sum(money) FILTER ("Forecast Type" = 'Won'), 0) AS won_amount,
            coalesce(sum(money) FILTER ("Forecast Type" = 'Lost'), 0) AS lost_amount
        FROM potentials WHERE "Forecast Type" != 'Open' GROUP BY ALL
        """,
    ),
    (
        "outbound calls by week, owner and hour",
        ("calls", "--by", "rep,hour"),
        ("made", "answered", "unanswered", "talk_s"),
        """
        SELECT strftime(began, '%G-W%V') AS week, "Call Owner" AS rep, extract(hour FROM began) AS hour,
            count(*) AS made, count(*) FILTER (seconds > 0) AS answered, count(*) FILTER (seconds = 0) AS unanswered,
            sum(seconds) AS talk_s
        FROM calls WHERE "Call Type" = 'Outbound' GROUP BY ALL
        """,
    ),
    (
        "inbound calls by week and owner",
        ("calls", "--by", "rep", "--set", "direction=inbound"),
        ("made", "answered", "unanswered", "talk_s"),
        """
        SELECT strftime(began, '%G-W%V') AS week, "Call Owner" AS rep, count(*) AS made,
            count(*) FILTER (seconds > 0) AS answered, count(*) FILTER (seconds = 0) AS unanswered,
            sum(seconds) AS talk_s
        FROM calls WHERE "Call Type" = 'Inbound' GROUP BY ALL
        """,
    ),
    (
        "meetings by week, owner and weekday",
        ("meetings", "--by", "rep,weekday"),
        ("scheduled", "unknown"),
        """
        SELECT strftime(began, '%G-W%V') AS week, "Event Owner" AS rep, extract(isodow FROM began) AS weekday,
            count(*) AS scheduled, count(*) AS unknown
        FROM events GROUP BY ALL
        """,
    ),
    (
        "leads touched by week",
        ("first_touch",),
        ("leads", "touched"),
        """
        SELECT strftime(created, '%G-W%V') AS week, count(*) AS leads,
            count(*) FILTER (LEADID IN (SELECT LEADID FROM calls WHERE "Call Type" = 'Outbound')) AS touched
        FROM leads GROUP BY ALL
        """,
    ),
)

RAW = """
CREATE TABLE leads AS SELECT *, strptime("Created Time", '%d %b, %Y %H:%M:%S') AS created
    FROM read_csv('{}/Leads.csv', all_varchar = true);
CREATE TABLE potentials AS SELECT *, strptime("Closing Date", '%d %b, %Y %H:%M:%S') AS closed,
    replace(replace(Amount, '$', ''), ',', '')::decimal(18, 2) AS money
    FROM read_csv('{}/Potentials.csv', all_varchar = true);
CREATE TABLE calls AS SELECT *, "Call Start Time"::timestamp AS began, "Call Duration (in seconds)"::int AS seconds
    FROM read_csv('{}/Calls.csv', all_varchar = true);
CREATE TABLE events AS SELECT *, "Start DateTime"::timestamp AS began
    FROM read_csv('{}/Events.csv', all_varchar = true);
"""


def take_in(ours, folder, store):
    for again in (False, True):
        for table, name, count in FILES:
            done = ours.run("import", store, "--preset", "zoho", "--table", table, folder / name)
            stored, unchanged = (0, count) if again else (count, 0)
            last = f"accepted {stored}, unchanged {unchanged}, rejected 0\n"
            ours.same(name, (done.returncode, done.stdout.decode(), done.stderr), (0, last, b""))


def compare(ours, database, store, plan):
    """The figures of one plan, cell by cell; how many."""
    name, question, columns, sql = plan
    cursor = database.execute(sql)
    names = [each[0] for each in cursor.description]
    keys = names[: len(names) - len(columns)]
    expected = {
        tuple(str(value) for value in row[: len(keys)]): [str(value) for value in row[len(keys) :]]
        for row in cursor.fetchall()
    }
    report, *more = question
    rows = ours.rows(store, report, *more, *NOW)
    found = {tuple(row[key] for key in keys): [row[column] for column in columns] for row in rows}
    # A report also tells of weeks in which other things of it happened.
    found = {key: row for key, row in found.items() if key in expected or any(map(float, row))}
    ours.same(f"{name}: cells", len(found), len(expected))
    for key, figures in expected.items():
        ours.same(f"{name} {key}", found.get(key), figures)
    weeks = len({key[0] for key in expected})
    print(f"{name}: {len(expected)} cells of {weeks} weeks compared")
    return len(expected) * len(columns)


def published(ours, store):
    sources = {row["source"]: row["leads"] for row in ours.rows(store, "conversion", "--by", "source", "--total", *NOW)}
    total = ours.rows(store, "win_rate", "--total", *NOW)[0]
    print(f"leads of source Advertisement {sources['Advertisement']}, of Web Research {sources['Web Research']}")
    print(f"won {total['won']}, lost {total['lost']}, win rate {total['win_rate']}")
    ours.same("sources", (sources["Advertisement"], sources["Web Research"]), ("412", "384"))
    ours.same("won and lost", (total["won"], total["lost"]), ("1425", "485"))
    calls = ours.rows(store, "calls", "--set", "direction=both", "--total", *NOW)[0]
    meetings = ours.rows(store, "meetings", "--total", *NOW)[0]
    print(f"calls {calls['made']}, meetings {meetings['scheduled']}")
    ours.same("calls and meetings", (calls["made"], meetings["scheduled"]), ("4100", "2978"))


def by_week(ours, store):
    """What a manager looks at first."""
    meetings = {row["week"]: row["scheduled"] for row in ours.rows(store, "meetings", *NOW)}
    print("week      calls  answered  meetings")
    for row in ours.rows(store, "calls", "--set", "direction=both", *NOW):
        print(f"{row['week']}  {row['made']:>5}  {row['answered']:>8}  {meetings.get(row['week'], 0):>8}")


def main():
    ours = claim.Claim(__doc__)
    folder = claim.data_folder("zoho_crm")
    try:
        import duckdb
    except ImportError:
        claim.skip("needs duckdb (tests/setup.sh installs it into .venv)")
    database = duckdb.connect()
    database.execute(RAW.format(*[folder] * 4))
    with claim.workplace() as work:
        store = work / "zoho.salesweek"
        take_in(ours, folder, store)
        published(ours, store)
        by_week(ours, store)
        figures = sum(compare(ours, database, store, plan) for plan in PLANS)
    print(f"DuckDB {duckdb.__version__} on the raw files")
    return ours.end(f"figures compared {figures}, different {ours.wrong}")


if __name__ == "__main__":
    sys.exit(main())
