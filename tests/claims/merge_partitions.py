#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Claim: parts of the records, counted apart and merged in any order, give the bytes of one pass over all of them.

    merge_partitions.py --build build/release [--quick] [--seed N]

The records of a messy feed (tests/model/feeds.py) are dealt at random to stores: a lead goes with the leads it is or
was merged into and with all calls to it, a call without a lead anywhere, reps to every store. Rollups of random queries
are counted by each store (tests/support/merge_partitions.c), merged in random trees, and their encoding compared with
that of a store which holds everything.
"""

import pathlib
import random
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import claim  # noqa: E402

DAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
TREES = 8


class Groups:
    """Sets of records that have to stay together."""

    def __init__(self):
        self.above = {}

    def find(self, key):
        while self.above.setdefault(key, key) != key:
            key = self.above[key]
        return key

    def join(self, one, other):
        self.above[self.find(one)] = self.find(other)


def stamped(rows, first):
    """The same rows, each with a stamp of its own choice, each call with the lead of its first version."""
    from instants import utc_text

    leads, made = {}, []
    for number, row in enumerate(rows):
        row = dict(row)
        row["recorded_at"] = row.get("recorded_at") or utc_text(first + number)
        if row["table"] == "call":
            row["lead"] = leads.setdefault(row["id"], row.get("lead"))
        made.append(row)
    return made


def dealt(rows, parts, luck):
    """The rows of each part, in their order."""
    groups = Groups()
    for row in rows:
        if row["table"] == "lead" and row.get("merged_into"):
            groups.join(("lead", row["id"]), ("lead", row["merged_into"]))
        if row["table"] == "call" and row.get("lead"):
            groups.join(("call", row["id"]), ("lead", row["lead"]))
    place, piles = {}, [[] for _ in range(parts)]
    for row in rows:
        if row["table"] == "rep":
            for pile in piles:
                pile.append(row)
            continue
        group = groups.find((row["table"], row["id"]))
        piles[place.setdefault(group, luck.randrange(parts))].append(row)
    return piles


def text(value):
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def store_words(feed, rows):
    words = ["store", feed.zone, str(DAYS.index(feed.week_start) + 1)]
    for row in rows:
        words += ["row", row["table"]]
        for field, value in row.items():
            if field != "table":
                words += [field, text(value)]
        words.append("")
    return words


def ask_words(query, luck, trees):
    from twin import read_when

    words = ["ask", str(luck.randrange(1 << 30)), str(trees)]
    for name in query.get("by", []):
        words += ["by", name]
    for kind, items in (("where", query.get("where", [])), ("set", query.get("options", {}).items())):
        for name, value in items:
            words += [kind, f"{name}={value}"]
    for name, key in (("from", "from_"), ("to", "to"), ("zone", "zone")):
        if key in query:
            words += [name, query[key]]
    for name in ("now", "as_of"):
        if name in query:
            words += [name, str(read_when(query[name], query["in"]))]
    if "week_start" in query:
        words += ["week_start", str(DAYS.index(query["week_start"]) + 1)]
    return words + [""]


def run_feed(ours, seed, counts):
    from errors import UsageError
    from feeds import Asker, Maker

    luck, maker = random.Random(f"merge {seed}"), Maker(seed)
    feed = maker.feed
    feed.import_zone = None
    rows = stamped(maker.rows(), maker.base_stamp)
    parts = luck.randint(2, 8)
    words = store_words(feed, rows)
    for pile in dealt(rows, parts, luck):
        words += store_words(feed, pile)
    asker, asked = Asker(feed, luck), []
    for _ in range(ours.scaled(20, 10)):
        query = asker.query()
        query.setdefault("now", "2150-01-01T00:00:00Z")
        try:
            words += ask_words({**query, "in": query.get("zone", feed.zone)}, luck, TREES)
            asked.append(query)
        except (UsageError, ValueError, LookupError):
            continue  # wrong usage by intention
    given = "".join(word + "\0" for word in words).encode()
    done = subprocess.run(
        [str(ours.build / "tests/claims/merge_partitions")], input=given, capture_output=True, timeout=600, check=False
    )
    answers = done.stdout.decode().splitlines()
    if not ours.check(done.returncode == 0 and len(answers) == len(asked), f"seed {seed}: {done}"):
        return
    for query, answer in zip(asked, answers):
        numbers = [int(number) for number in answer.split()]
        if len(numbers) == 1:
            counts["refused"] += 1
            continue
        cells, filled, different = numbers
        counts["queries"] += 1
        counts["cells"] += cells
        counts["trees"] += TREES
        counts["several"] += filled > 1
        ours.check(different == 0, f"seed {seed}, {parts} parts, {different} trees differ: {query}")


def main():
    ours = claim.Claim(__doc__)
    counts = dict.fromkeys(("queries", "refused", "cells", "trees", "several"), 0)
    feeds = ours.scaled(200, 10)
    for seed in range(ours.seed, ours.seed + feeds):
        run_feed(ours, seed, counts)
    ours.check(counts["several"] > 0, "no query had cells in several parts")
    return ours.end(
        f"feeds {feeds}, queries {counts['queries']} ({counts['several']} with cells in several parts; "
        f"{counts['refused']} refused), cells {counts['cells']}, trees merged {counts['trees']}, "
        f"differences {ours.wrong}"
    )


if __name__ == "__main__":
    sys.exit(main())
