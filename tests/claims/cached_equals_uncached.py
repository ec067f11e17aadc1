#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Claim: what a store kept from earlier queries changes no answer, whatever `now` is, between commits too.

    cached_equals_uncached.py --build build/release [--quick] [--seed N]

One process ingests a messy feed of all tables (tests/model/feeds.py), half of it at once and then a few rows of one
table at a time: what is counted, or only what that is joined with: leads, reps, stages, quotas, rates. After each
commit it asks the same few queries, of every report in turn, at many `now`: instants of records and bounds of weeks,
walking over each by single microseconds forth and back, so that kept weekly rollups are met from both sides of what
they hold for; and queries that differ from these in one thing. Each answer must be, byte for byte, that of a fresh
process (the program), which finds nothing kept.
"""

import json
import pathlib
import random
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import claim  # noqa: E402
import library  # noqa: E402

SMALL = 4  # commits of a few rows of a table
SHAPES = 2  # queries that differ in much
CHANGES = {  # of what is joined
    "rate": {"value": 3},
    "stage": {"outcome": "lost"},
    "opportunity": {"source": "elsewhere", "amount": 7},
    "lead": {"source": "elsewhere", "region": "East"},
    "rep": {"team": "elsewhere", "region": "East"},
}
SIBLINGS = 4  # of each, at each commit: queries that differ from it in little


DATED = ("quota", "rate")  # tables that know dates, not instants
INSTANTS = ("at", "created_at", "closed_at", "from", "to", "date")


def rows_of(lines):
    """The rows that are JSON objects of a known table; other lines are not what this is about."""
    from records import TABLES

    rows = []
    for line in lines:
        try:
            row = json.loads(line)
        except ValueError:
            continue
        if isinstance(row, dict) and row.get("table") in TABLES:
            if not any(isinstance(value, (list, dict)) for value in row.values()):
                rows.append(row)
    return rows


def changed(rows, table):
    """New versions of records of a table, which nothing later replaces."""
    return [{**row, **CHANGES[table], "recorded_at": "2199-01-01T00:00:00Z"} for row in rows if row["table"] == table]


def commits(feed, luck):
    """The rows of each commit."""
    rows = rows_of(feed.lines)
    luck.shuffle(rows)
    half = len(rows) // 2
    piles, made = {}, [rows[:half]]
    for row in rows[half:]:
        piles.setdefault(row["table"], []).append(row)
    for table in luck.sample(sorted(piles), min(len(piles), SMALL)):
        pile = piles[table]
        made.append([pile.pop() for _ in range(min(len(pile), luck.randint(1, 4)))])
    made += [changed(rows[:half], table) for table in luck.sample(sorted(CHANGES), 3)]
    made.append([row for pile in piles.values() for row in pile])
    return [each for each in made if each]


def instants_of(store, feed, row):
    found = []
    for name in INSTANTS:
        try:
            found += [store.instant(row[name], feed.import_zone)] if isinstance(row.get(name), str) else []
        except library.Failure:
            continue  # refused
    return found


def spots(store, feed, rows, luck, count):
    """Instants at which an answer may change: those of records, what limits run from them, the bounds of their weeks.
    Half are not before the last record: only there the library keeps rollups, as nothing is cut off."""
    from feeds_all import STEPS
    from weeks import WEEK, Calendar

    calendar = Calendar(feed.zone, feed.week_start)
    known = [spot for row in rows for spot in instants_of(store, feed, row)]
    last = max((spot for row in rows if row["table"] not in DATED for spot in instants_of(store, feed, row)), default=0)
    found = []
    for number in range(count if known else 0):
        late = number % 2 == 0
        spot = luck.choice((last, luck.choice(known) + max(luck.choice(STEPS), 0))) if late else luck.choice(known)
        spot = max(spot, last) if late else spot
        week = calendar.week_of(spot)
        edge = luck.choice((calendar.start(week), calendar.end(week), calendar.end(week + WEEK)))
        edge = calendar.end(week) if late and edge < last else edge
        found.append(luck.choice((spot, spot, edge)))
    return found


def sibling(query, reps, luck):
    """A query that differs in one thing alone, and must not be taken for the same."""
    from feeds_all import CURRENCIES
    from twin import REPORTS

    options, by, where = query.get("options", {}), query.get("by", []), query.get("where", [])
    report = REPORTS.get(query["name"], REPORTS["calls"])
    changes = [{"options": {**options, name: luck.choice(values)}} for name, values in report.OPTIONS.items()]
    if "hour" in report.DIMENSIONS:
        clock = "report" if options.get("clock") == "lead" else "lead"
        changes.append({"options": {**options, "clock": clock}, "by": by or ["hour"]})
    changes += [
        {"currency": luck.choice([money for money in CURRENCIES if money != query.get("currency")])},
        {"name": luck.choice(sorted(REPORTS)), "options": {}},
        {"total": not query.get("total", False)},
        {"zone": "Asia/Kathmandu" if query.get("zone") != "Asia/Kathmandu" else "UTC"},
        {"by": by[::-1] if len(by) > 1 else by + ["team"] if "team" not in by else []},
        {"where": where[1:] or [("team", ""), ("team", "North")]},
    ]
    if where and where[0][0] == "rep":
        changes.append({"where": [("rep", luck.choice(reps)), *where[1:]]})
    return {**query, **luck.choice(changes)}


def shapes(feed, luck):
    """Queries without a `now`, of the reports whose turn it is; most see all that was recorded, which is kept."""
    from feeds import make_asker
    from twin import REPORTS

    found, reports = [], sorted(REPORTS)
    while len(found) < SHAPES:
        report = reports[(feed.seed * SHAPES + len(found)) % len(reports)]
        query = make_asker(feed, luck, "all", (report,)).query()
        query.pop("now", None)
        if luck.random() < 0.8:
            query.pop("as_of", None)
        if luck.random() < 0.4:
            query["by"] = [luck.choice(("team", "region"))]
        if luck.random() < 0.3:
            query["where"] = [("rep", luck.choice(feed.reps)), *query.get("where", [])]
        found.append(query)
    return found


def questions(standing, places, reps, luck):
    """Each shape on a walk over each place, each sibling at one place, and some of it all again in any order."""
    from instants import EARLIEST, LATEST

    asked = []
    for shape in standing:
        for place in places:
            walk = [-1, 0, 1, 0, -1]
            steps = walk if luck.random() < 0.5 else [-step for step in walk]
            asked += [{**shape, "now": place + step} for step in steps]
        for place in luck.choices(places, k=SIBLINGS if places else 0):
            asked += [{**shape, "now": place}, {**sibling(shape, reps, luck), "now": place}]
    asked += luck.sample(asked, len(asked) // 2)
    return [query for query in asked if EARLIEST < query["now"] < LATEST]


def fresh(ours, store, query):
    """What a fresh process answers: exit code and output."""
    from compare import report_argv
    from instants import utc_text

    done = ours.run(*report_argv(store, {**query, "now": utc_text(query["now"])}))
    return done.returncode, done.stdout


def kept(store, query):
    try:
        return 0, store.report(query)
    except library.Failure as failure:
        usage = failure.code in (-1, -11) or (failure.code == -2 and failure.table != "rate")
        return (2 if usage else 1), b""


def run_feed(ours, swk, seed, counts, work):
    from feeds import make_feed

    feed, luck = make_feed(seed), random.Random(f"cached {seed}")
    path = work / "store"
    store = library.Store(swk, path, feed.zone, feed.week_start, feed.currency)
    standing, seen = shapes(feed, luck), []
    for rows in commits(feed, luck):
        store.ingest(rows, store.instant(luck.choice(feed.first_stamps)), feed.import_zone)
        seen += rows
        answers = {}
        for query in questions(standing, spots(store, feed, seen, luck, ours.scaled(6, 2)), feed.reps, luck):
            key = repr(query)
            answer = kept(store, query)
            if key not in answers:
                answers[key] = fresh(ours, path, query)
                counts["fresh"] += 1
            ours.check(answer == answers[key], f"seed {seed}, commit {store.info()['commits']}: {query}")
            counts["answers"] += 1
            counts[query["name"]] = counts.get(query["name"], 0) + max(answer[1].count(b"\n") - 1, 0)
            counts["refused"] += answer[0] != 0
    info = store.info()
    counts["hits"] += int(info["cache_hits"])
    counts["misses"] += int(info["cache_misses"])
    counts["commits"] += int(info["commits"])
    store.close()


def main():
    ours = claim.Claim(__doc__)
    from twin import REPORTS

    swk = library.Library(ours.build)
    counts = dict.fromkeys(("commits", "answers", "fresh", "refused", "hits", "misses", *REPORTS), 0)
    feeds = ours.scaled(60, 5)
    for seed in range(ours.seed, ours.seed + feeds):
        with claim.workplace() as work:
            run_feed(ours, swk, seed, counts, work)
    ours.check(counts["hits"] > 0, "nothing was kept")
    for report in REPORTS:
        ours.check(counts[report] > 0, f"no row of {report} was compared")
    rows = ", ".join(f"{report} {counts[report]}" for report in REPORTS)
    return ours.end(
        f"feeds {feeds}, commits {counts['commits']}, answers compared {counts['answers']} with those of "
        f"{counts['fresh']} fresh processes, rows: {rows} (refused queries {counts['refused']}), "
        f"weeks found kept {counts['hits']}, counted {counts['misses']}, differences {ours.wrong}"
    )


if __name__ == "__main__":
    sys.exit(main())
