#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Claim: calls, meetings, leads and deals are counted as DuckDB's SQL counts them on random messy feeds.

    counts_duckdb.py --build build/release [--quick] [--seed N]

A second witness beside the model: the SQL below was written from docs/metrics.md and shares no code with either. Each
row gets a stamp of its own, in random order; amounts, quotas and rates are left out. SQL chooses the version, follows
merged leads, finds the close of a deal among its stages, and counts by week (UTC, Monday) and rep, at several `now`.
"""

import pathlib
import random
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import claim  # noqa: E402

STAMPS = 1577836800000000  # 2020-01-01
NOWS = 4
TABLES = {"lead": "created_at", "call": "at", "meeting": "at", "opportunity": "created_at", "stage": "at"}
LEFT_OUT = ("amount", "currency")
COLUMNS = ("rep", "lead", "direction", "outcome", "merged_into", "opportunity")
CALLS = ("answered", "unanswered", "voicemail", "busy", "failed", "unknown")
MEETINGS = ("sale", "demo", "follow_up", "declined", "completed", "no_show", "cancelled", "unknown")

SETUP = """
CREATE OR REPLACE TABLE records (tab VARCHAR, id VARCHAR, stamp BIGINT, gone BOOLEAN, moment BIGINT, closed_at BIGINT,
	positive BOOLEAN, rep VARCHAR, lead VARCHAR, direction VARCHAR, outcome VARCHAR, merged_into VARCHAR,
	opportunity VARCHAR)
"""

LIVE = """
CREATE OR REPLACE TABLE live AS
WITH current AS (FROM records QUALIFY row_number() OVER (PARTITION BY tab, id ORDER BY stamp DESC) = 1)
SELECT *, strftime(make_timestamp(moment), '%G-W%V') AS week FROM current WHERE NOT gone AND moment <= $now
"""

DEALS = """
CREATE OR REPLACE TABLE deals AS
WITH told AS (
	SELECT opportunity, moment, outcome, rep,
		row_number() OVER (PARTITION BY opportunity ORDER BY moment, outcome <> 'open', id) AS place
	FROM live WHERE tab = 'stage' AND outcome <> ''
),
last AS (SELECT opportunity, arg_max(outcome, place) AS outcome FROM told GROUP BY opportunity),
broken AS (
	SELECT opportunity, coalesce(max(place) FILTER (told.outcome <> last.outcome), 0) AS place
	FROM told JOIN last USING (opportunity) GROUP BY opportunity
),
closing AS (
	SELECT told.opportunity, told.moment, told.outcome, told.rep
	FROM told JOIN broken ON told.opportunity = broken.opportunity AND told.place = broken.place + 1
),
state AS (
	SELECT o.id, o.week AS opened, o.rep AS own_rep, closing.rep AS closing_rep,
		coalesce(closing.outcome, nullif(o.outcome, ''), 'open') AS outcome,
		CASE WHEN closing.outcome IS NULL THEN o.closed_at ELSE closing.moment END AS closed
	FROM live o LEFT JOIN closing ON closing.opportunity = o.id WHERE o.tab = 'opportunity'
)
SELECT id, opened, strftime(make_timestamp(closed), '%G-W%V') AS week, outcome <> 'open' AND closed <= $now AS shut,
	outcome, CASE WHEN shut AND closing_rep <> '' THEN closing_rep ELSE own_rep END AS rep
FROM state
"""

LEADS = """
CREATE OR REPLACE TABLE people AS
WITH RECURSIVE leads AS (FROM live WHERE tab = 'lead'),
links AS (SELECT a.id, a.merged_into AS target FROM leads a JOIN leads b ON a.merged_into = b.id),
walk AS (
	SELECT id, target FROM links
	UNION
	SELECT walk.id, links.target FROM walk JOIN links ON links.id = walk.target
)
SELECT id, week, rep FROM leads
WHERE id NOT IN (SELECT id FROM links) OR id IN (SELECT id FROM walk WHERE id = target)
"""


def by_outcome(names, null):
    return ", ".join(f"count(*) FILTER (coalesce(nullif(outcome, ''), '{null}') = '{name}')" for name in names)


PEOPLE_SQL = "SELECT week, rep, count(*) FROM people GROUP BY ALL"
# Report, its columns, and SQL for week, rep and these.
PLANS = (
    (
        "calls",
        ("made", *CALLS, "positive"),
        f"SELECT week, rep, count(*), {by_outcome(CALLS, 'unknown')}, count(*) FILTER (positive) FROM live"
        " WHERE tab = 'call' AND direction IN ('', 'outbound') GROUP BY ALL",
    ),
    (
        "meetings",
        ("scheduled", *MEETINGS, "held"),
        f"SELECT week, rep, count(*), {by_outcome(MEETINGS, 'unknown')}, count(*) FILTER (outcome IN"
        " ('sale', 'demo', 'follow_up', 'declined', 'completed')) FROM live WHERE tab = 'meeting' GROUP BY ALL",
    ),
    ("conversion", ("leads",), PEOPLE_SQL),
    ("first_touch", ("leads",), PEOPLE_SQL),
    (
        "deals",
        ("won",),
        "SELECT week, rep, count(*) FROM deals WHERE shut AND outcome = 'won' GROUP BY ALL",
    ),
    (
        "win_rate",
        ("won", "lost", "opened", "leads"),
        """
        WITH events AS (
            SELECT week, rep, outcome AS what FROM deals WHERE shut
            UNION ALL SELECT opened, rep, 'opened' FROM deals
            UNION ALL SELECT week, rep, 'lead' FROM people
        )
        SELECT week, rep, count(*) FILTER (what = 'won'), count(*) FILTER (what = 'lost'),
            count(*) FILTER (what = 'opened'), count(*) FILTER (what = 'lead') FROM events GROUP BY ALL
        """,
    ),
)


def feed_rows(seed):
    """Rows of the five tables, each with a stamp of its own; the zone of their local times; their instants."""
    from feeds_all import AllMaker
    from instants import utc_text

    maker, luck = AllMaker(seed), random.Random(f"counts {seed}")
    rows = [row for row in maker.rows() if row["table"] in TABLES]
    stamps = luck.sample(range(STAMPS, STAMPS + 10 * len(rows) + 1), len(rows))
    for row, stamp in zip(rows, stamps):
        row["recorded_at"], row["stamp"] = utc_text(stamp), stamp
        for name in LEFT_OUT:
            row.pop(name, None)
    return maker.feed, rows, luck


def sql_row(row, zone):
    from instants import parse_instant

    at, closed = row.get(TABLES[row["table"]]), row.get("closed_at")
    return [
        row["table"],
        row["id"],
        row["stamp"],
        bool(row.get("deleted")),
        parse_instant(at, zone),
        parse_instant(closed, zone) if closed else None,
        bool(row.get("positive")),
        *(row.get(name) or "" for name in COLUMNS),
    ]


def compare_feed(ours, base, seed, counts):
    import json

    from instants import utc_text

    feed, rows, luck = feed_rows(seed)
    zone = feed.import_zone or feed.zone
    base.execute(SETUP)
    if rows:
        base.executemany(f"INSERT INTO records VALUES ({', '.join('?' * 13)})", [sql_row(row, zone) for row in rows])
    given = "".join(json.dumps({k: v for k, v in row.items() if k != "stamp"}) + "\n" for row in rows)
    with claim.workplace() as work:
        store = work / "s.salesweek"
        done = ours.run("import", store, "-", "--zone", zone, given=given.encode())
        ours.same(f"seed {seed}: import", done.returncode, 0)
        for _ in range(NOWS):
            now = luck.choice(feed.instants or [STAMPS]) + luck.choice((-1, 0, 0, 1, 86400000000, 10**14))
            now = min(max(now, 0), 7258032000000000)
            for statement in (LIVE, DEALS, LEADS):
                base.execute(statement, {"now": now} if "$now" in statement else None)
            for report, columns, sql in PLANS:
                expected = {row[:2]: row[2:] for row in base.execute(sql).fetchall()}
                found = {
                    (row["week"], row["rep"]): tuple(int(row[name]) for name in columns)
                    for row in ours.rows(store, report, "--by", "rep", "--now", utc_text(now))
                }
                ours.same(f"seed {seed} {report} now {utc_text(now)} {columns}", found, expected)
                counts[report] = counts.get(report, 0) + len(expected) * len(columns)


def main():
    ours = claim.Claim(__doc__)
    try:
        import duckdb
    except ImportError:
        claim.skip("needs duckdb (tests/setup.sh installs it into .venv)")
    base, counts, feeds = duckdb.connect(), {}, ours.scaled(100, 10)
    for seed in range(ours.seed, ours.seed + feeds):
        compare_feed(ours, base, seed, counts)
    for report, _, _ in PLANS:
        ours.check(counts[report], f"{report}: nothing was compared")
    told = ", ".join(f"{report} {count}" for report, count in counts.items())
    return ours.end(f"DuckDB {duckdb.__version__}: feeds {feeds}, counts compared: {told}; differences {ours.wrong}")


if __name__ == "__main__":
    sys.exit(main())
