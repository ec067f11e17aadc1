#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Claim: what a store kept from earlier queries changes no answer, whatever `now` is, between commits too.

    cached_equals_uncached.py --build build/release [--quick] [--seed N]

One process ingests a messy feed (tests/model/feeds.py) batch by batch and between the batches asks few queries at many
`now`: instants of the feed's records and bounds of its weeks, each with one microsecond before and after, in random
order, so that kept weekly rollups are met from both sides. Each answer must be, byte for byte, that of a fresh process
(the program) which finds nothing kept.
"""

import json
import pathlib
import random
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import claim  # noqa: E402
import library  # noqa: E402

SHAPES = 4  # queries that differ in more than `now`, at a time


def rows_of(lines):
    """The rows that are JSON objects of a known table; other lines are not what this is about."""
    rows = []
    for line in lines:
        try:
            row = json.loads(line)
        except ValueError:
            continue
        if isinstance(row, dict) and row.get("table") in ("rep", "lead", "call"):
            if not any(isinstance(value, (list, dict)) for value in row.values()):
                rows.append(row)
    return rows


def edges(feed, luck, count):
    """Instants at which an answer may change, and their neighbours."""
    from instants import EARLIEST, LATEST
    from weeks import WEEK, Calendar

    calendar = Calendar(feed.zone, feed.week_start)
    spots = [luck.choice(feed.instants or [1]) for _ in range(count)]
    for spot in luck.sample(spots, count // 3):
        week = calendar.week_of(spot)
        spots += [calendar.start(week), calendar.end(week), calendar.end(week + WEEK)]
    spots = luck.sample(spots, count)
    nows = {spot + shift for spot in spots for shift in (-1, 0, 1)}
    return sorted(now for now in nows if EARLIEST < now < LATEST)


def shapes(asker, luck):
    """Queries that the model would answer, without a `now`; half of them see all that was recorded."""
    found = []
    while len(found) < SHAPES:
        query = asker.query()
        query.pop("now", None)
        if luck.random() < 0.5:
            query.pop("as_of", None)
        found.append(query)
    return found


def questions(asker, feed, luck, count):
    """Each shape at each `now`, shuffled; those that were asked at all are asked again."""
    asked = [{**shape, "now": now} for shape in shapes(asker, luck) for now in edges(feed, luck, count)]
    luck.shuffle(asked)
    return asked + luck.sample(asked, len(asked) // 4)


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
        return (2 if failure.code in (-1, -2, -11) else 1), b""


def run_feed(ours, swk, seed, counts, work):
    from feeds import Asker, make_feed

    feed, luck = make_feed(seed), random.Random(f"cached {seed}")
    asker = Asker(feed, luck)
    path = work / "store"
    store = library.Store(swk, path, feed.zone, feed.week_start)
    answers = {}
    for batch, stamp in zip(feed.batches, feed.first_stamps):
        store.ingest(rows_of(batch), store.instant(stamp, feed.import_zone), feed.import_zone)
        answers.clear()
        for query in questions(asker, feed, luck, ours.scaled(8, 4)):
            key = repr(query)
            answer = kept(store, query)
            if key not in answers:
                answers[key] = fresh(ours, path, query)
                counts["fresh"] += 1
            ours.check(answer == answers[key], f"seed {seed}, commit {store.info()['commits']}: {query}")
            counts["answers"] += 1
            counts["rows"] += max(answer[1].count(b"\n") - 1, 0)
            counts["refused"] += answer[0] != 0
    info = store.info()
    counts["hits"] += int(info["cache_hits"])
    counts["misses"] += int(info["cache_misses"])
    counts["commits"] += int(info["commits"])
    store.close()


def main():
    ours = claim.Claim(__doc__)
    swk = library.Library(ours.build)
    counts = dict.fromkeys(("commits", "answers", "fresh", "refused", "rows", "hits", "misses"), 0)
    feeds = ours.scaled(60, 3)
    for seed in range(ours.seed, ours.seed + feeds):
        with claim.workplace() as work:
            run_feed(ours, swk, seed, counts, work)
    ours.check(counts["hits"] > 0 and counts["rows"] > 0, "nothing was kept or nothing compared")
    return ours.end(
        f"feeds {feeds}, commits {counts['commits']}, answers compared {counts['answers']} with those of "
        f"{counts['fresh']} fresh processes, rows {counts['rows']} (refused queries {counts['refused']}), "
        f"weeks found kept {counts['hits']}, counted {counts['misses']}, differences {ours.wrong}"
    )


if __name__ == "__main__":
    sys.exit(main())
