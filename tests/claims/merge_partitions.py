#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Claim: parts of the records, counted apart and merged in any order, give the bytes of one pass over all of them.

    merge_partitions.py --build build/release [--quick] [--seed N]

The records of a messy feed of all tables (tests/model/feeds.py) are dealt at random to stores by whole leads: a lead
goes with the leads it is or was merged into and with all that names it, an opportunity with its stages and meetings;
what names neither goes anywhere; reps, quotas and rates go to every store. Rollups of random queries of all reports,
in a currency that is given (a part may see other currencies than the whole), are counted by each store
(tests/support/merge_partitions.c), merged in random trees, and their encoding compared with that of a store which holds
everything. A query for which a rate is missing is refused by the whole and by a part, or by none.
"""

import pathlib
import random
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import claim  # noqa: E402

DAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
TREES = 8
FLAGS = {"total": 1, "fill": 2, "previous": 4}
EVERYWHERE = ("rep", "quota", "rate")  # the tables that every part holds
NAMED = ("lead", "opportunity")
OVERFLOW = -14


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


class Families:
    """Which leads may meet: without it a random feed hangs together as one group."""

    def __init__(self, rows, luck):
        self.luck, self.of = luck, {}
        for row in rows:
            if row["table"] == "opportunity" and row.get("lead"):
                self.of.setdefault(("opportunity", row["id"]), self.find("lead", row["lead"]))

    def find(self, table, id):
        return self.of.setdefault((table, id), self.luck.randrange(12))

    def part(self, row):
        """Takes back what would join two families."""
        if row["table"] == "lead" and row.get("merged_into"):
            if self.find("lead", row["id"]) != self.find("lead", row["merged_into"]):
                row["merged_into"] = None
        if row["table"] == "meeting" and row.get("lead") and row.get("opportunity"):
            if self.find("lead", row["lead"]) != self.find("opportunity", row["opportunity"]):
                row[self.luck.choice(NAMED)] = None


def stamped(rows, first, luck):
    """The same rows, each with a stamp of its own choice, and naming what the first version of its record names."""
    from instants import utc_text

    families, names, made = Families(rows, luck), {}, []
    for number, row in enumerate(rows):
        row = dict(row)
        row["recorded_at"] = row.get("recorded_at") or utc_text(first + number)
        families.part(row)
        for field in NAMED:
            if field in row or (row["table"], row["id"], field) in names:
                row[field] = names.setdefault((row["table"], row["id"], field), row.get(field))
        made.append(row)
    return made


def dealt(rows, parts, luck):
    """The rows of each part, in their order."""
    groups = Groups()
    for row in rows:
        if row["table"] == "lead" and row.get("merged_into"):
            groups.join(("lead", row["id"]), ("lead", row["merged_into"]))
        for table in NAMED if row["table"] not in EVERYWHERE else ():
            if row.get(table):
                groups.join((row["table"], row["id"]), (table, row[table]))
    place, piles = {}, [[] for _ in range(parts)]
    for row in rows:
        if row["table"] in EVERYWHERE:
            for pile in piles:
                pile.append(row)
            continue
        group = groups.find((row["table"], row["id"]))
        piles[place.setdefault(group, luck.randrange(parts))].append(row)
    return piles


def text(value):
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def store_words(feed, rows):
    words = ["store", feed.zone, str(DAYS.index(feed.week_start) + 1), feed.currency or "USD"]
    for row in rows:
        words += ["row", row["table"]]
        for field, value in row.items():
            if field != "table":
                words += [field, text(value)]
        words.append("")
    return words


def ask_words(query, luck, trees):
    from twin import read_when

    words = ["ask", str(luck.randrange(1 << 30)), str(trees), "report", query["name"]]
    words += ["flags", str(sum(bit for name, bit in FLAGS.items() if query.get(name)))]
    for name in query.get("by", []):
        words += ["by", name]
    for kind, items in (("where", query.get("where", [])), ("set", query.get("options", {}).items())):
        for name, value in items:
            words += [kind, f"{name}={value}"]
    for name, key in (("from", "from_"), ("to", "to"), ("zone", "zone"), ("currency", "currency")):
        if key in query:
            words += [name, query[key]]
    for name in ("now", "as_of"):
        if name in query:
            words += [name, str(read_when(query[name], query["in"]))]
    if "week_start" in query:
        words += ["week_start", str(DAYS.index(query["week_start"]) + 1)]
    return words + [""]


def question(asker, feed, luck):
    """A query that says its currency, rather one in which there are amounts."""
    from feeds_all import CURRENCIES

    query = asker.query()
    query.setdefault("now", "2150-01-01T00:00:00Z")
    query.setdefault("currency", luck.choice([feed.currency or "USD"] * 2 + CURRENCIES))
    query["in"] = query.get("zone", feed.zone)
    return query


def answer_count(ours, where, query, numbers, counts):
    """One line of answer: three numbers, or two when a store refused."""
    if len(numbers) == 2:
        code, refusing = numbers
        ours.check(code == OVERFLOW or (code != 0) == (refusing > 0), f"{where}, {numbers} refuse: {query}")
        counts["refused"] += 1
        return
    cells, filled, different = numbers
    counts["queries"] += 1
    counts["cells"] += cells
    counts["trees"] += TREES
    counts[query["name"]] += filled > 1
    ours.check(different == 0, f"{where}, {different} trees differ: {query}")


def run_feed(ours, seed, counts):
    from errors import UsageError
    from feeds import make_asker
    from feeds_all import AllMaker

    luck, maker = random.Random(f"merge {seed}"), AllMaker(seed)
    feed = maker.feed
    feed.import_zone = None
    rows = stamped(maker.rows(), maker.base_stamp, luck)
    parts = luck.randint(2, 8)
    words = store_words(feed, rows)
    for pile in dealt(rows, parts, luck):
        words += store_words(feed, pile)
    asker, asked = make_asker(feed, luck), []
    for _ in range(ours.scaled(40, 30)):
        query = question(asker, feed, luck)
        try:
            words += ask_words(query, luck, TREES)
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
        answer_count(ours, f"seed {seed}, {parts} parts", query, [int(number) for number in answer.split()], counts)


def main():
    ours = claim.Claim(__doc__)
    from twin import REPORTS

    counts = dict.fromkeys(("queries", "refused", "cells", "trees", *REPORTS), 0)
    feeds = ours.scaled(200, 10)
    for seed in range(ours.seed, ours.seed + feeds):
        run_feed(ours, seed, counts)
    for report in REPORTS:
        ours.check(counts[report] > 0, f"no query of {report} had cells in several parts")
    several = ", ".join(f"{report} {counts[report]}" for report in REPORTS)
    return ours.end(
        f"feeds {feeds}, queries {counts['queries']} (with cells in several parts: {several}; {counts['refused']} "
        f"refused), cells {counts['cells']}, trees merged {counts['trees']}, differences {ours.wrong}"
    )


if __name__ == "__main__":
    sys.exit(main())
